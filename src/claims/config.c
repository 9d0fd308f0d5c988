/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "claims/config.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "engine/rule.h"

const struct config_key config_keys[] = {
    {"region", "医保区划，决定采用哪一套地区参数", "420500"},
    {NULL, NULL, NULL},
};

static const struct config_key *find(const char *name, struct err *e)
{
    const struct config_key *k = config_keys;

    while (k->name && strcmp(k->name, name) != 0)
        k++;
    if (k->name)
        return k;
    err_set(e, ERR_USAGE, "没有设置项 %s", name);
    err_hint(e, "huji config 列出全部设置项");
    return NULL;
}

static int check(const struct config_key *k, struct span value, struct err *e)
{
    if (region_ok(value))
        return 0;
    err_set(e, ERR_INPUT, "%s 的值“%.*s”不对：区划应为 2、4 或 6 位数字", k->name, (int)value.n,
            value.p);
    return err_hint(e, "如 %s", k->like);
}

static int path_of(char *out, size_t cap, const char *dir, struct err *e)
{
    int n = snprintf(out, cap, "%s/huji.yaml", dir);

    if (n < 0 || (size_t)n >= cap)
        return err_set(e, ERR_USAGE, "路径太长：%.200s", dir);
    if (access(out, R_OK) == 0)
        return 0;
    err_set(e, ERR_STATE, "%s 不是数据目录", dir);
    return err_hint(e, "先运行 huji init %s", dir);
}

static bool says_something(struct span text)
{
    while (text.n) {
        struct span line = span_trim(span_cut(&text, '\n'));

        if (line.n && line.p[0] != '#')
            return true;
    }
    return false;
}

int config_get(const char *dir, const char *key, char *out, size_t cap, struct err *e)
{
    const struct config_key *k = find(key, e);
    struct arena a = ARENA_INIT;
    struct ynode *root = NULL;
    struct span text;
    char path[4300];
    int rc = k ? path_of(path, sizeof path, dir, e) : ERR_USAGE;

    *out = 0;
    if (rc == 0)
        rc = file_read(&a, path, 65536, &text, e);
    if (rc == 0 && says_something(text)) /* remarks alone are no YAML document */
        rc = yaml_parse(&a, text, path, &root, e);
    const struct ynode *n = rc == 0 ? ynode_get(root, key) : NULL;
    if (n && (n->kind != Y_SCALAR || n->text.n)) {
        rc = check(k, n->kind == Y_SCALAR ? n->text : SPAN(""), e);
        if (rc)
            err_where(e, "%s:%d", path, n->line);
        else
            snprintf(out, cap, "%.*s", (int)n->text.n, n->text.p);
    }
    arena_release(&a);
    return rc;
}

int config_set(const char *dir, const char *key, const char *value, struct err *e)
{
    const struct config_key *k = find(key, e);
    struct arena a = ARENA_INIT;
    struct buf out = BUF_INIT;
    struct span text;
    char path[4300];
    bool put = false;
    int rc = k ? check(k, span_of(value), e) : ERR_USAGE;

    if (rc == 0)
        rc = path_of(path, sizeof path, dir, e);
    if (rc == 0)
        rc = file_read(&a, path, 65536, &text, e);
    while (rc == 0 && text.n) {
        struct span line = span_cut(&text, '\n');
        bool ours = span_starts(line, key) && line.n > strlen(key) && line.p[strlen(key)] == ':';

        if (ours && !put)
            buf_fmt(&out, "%s: '%s'\n", key, value);
        else if (!ours)
            buf_fmt(&out, "%.*s\n", (int)line.n, line.p);
        put |= ours;
    }
    if (rc == 0 && !put)
        buf_fmt(&out, "%s: '%s'\n", key, value);
    if (rc == 0)
        rc = out.failed ? err_nomem(e)
                        : file_write_whole(path, (struct span){buf_cstr(&out), out.n}, e);
    buf_release(&out);
    arena_release(&a);
    return rc;
}
