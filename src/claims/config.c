/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "claims/config.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "engine/rule.h"

/* "3GB", "512MB": how many MB, 0 = nothing of the kind. */
static long long megabytes(struct span s)
{
    long long n = 0;
    size_t i = 0;
    for (; i < s.n && i < 7 && s.p[i] >= '0' && s.p[i] <= '9'; i++)
        n = n * 10 + (s.p[i] - '0');
    struct span unit = span_trim((struct span){s.p + i, s.n - i});
    if (!i || unit.n != 2 || (unit.p[1] | 32) != 'b')
        return 0;
    return (unit.p[0] | 32) == 'g' ? n * 1024 : (unit.p[0] | 32) == 'm' ? n : 0;
}

/* Less would not hold one sort. */
enum { LEAST_MB = 256 };

static bool memory_ok(struct span value)
{
    return megabytes(value) >= LEAST_MB;
}

const struct config_key config_keys[] = {
    {"region", "医保区划，决定采用哪一套地区参数", "420500", "区划应为 2、4 或 6 位数字",
     region_ok},
    {"memory_limit", "数据库可用内存", "2200MB", "应为不小于 256MB 的大小，写作 3GB 或 512MB",
     memory_ok},
    {NULL, NULL, NULL, NULL, NULL},
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
    if (k->ok(value))
        return 0;
    err_set(e, ERR_INPUT, "%s 的值“%.*s”不对：%s", k->name, (int)value.n, value.p, k->form);
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

int config_memory_mb(const char *dir, long long *out, struct err *e)
{
    char value[64];
    int rc = config_get(dir, "memory_limit", value, sizeof value, e);
    if (rc == 0)
        *out = megabytes(span_of(value));
    return rc;
}
