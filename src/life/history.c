/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "life/history.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/sha.h"

#define MAX_LINE ((size_t)4 << 20)

static int file_of(const char *own, char *out, size_t cap, struct err *e)
{
    return snprintf(out, cap, "%s/changes.jsonl", own) < (int)cap
               ? 0
               : err_set(e, ERR_LIMIT, "路径太长：%.200s", own);
}

struct reading {
    json_t *all;
    char prev[65]; /* of the line read last */
    int line, broken;
    bool whole; /* the last line ends as lines do */
};

static int read_line(struct reading *r, const char *path, struct span line, struct err *e)
{
    json_error_t why;
    json_t *x;

    r->line++;
    r->whole = line.n && line.p[line.n - 1] == '\n';
    if (r->whole)
        line.n--;
    if (line.n > MAX_LINE)
        return err_set(e, ERR_LIMIT, "%s 第 %d 行太长", path, r->line);
    x = json_loadb(line.p, line.n, 0, &why);
    if (!json_is_object(x)) {
        json_decref(x);
        err_set(e, ERR_INPUT, "不是一行完整的记录");
        err_where(e, "%s:%d", path, r->line);
        return err_hint(e, "这个文件只增不改；从备份恢复它");
    }
    if (!r->broken && strcmp(json_string_value(json_object_get(x, "prev"))
                                 ? json_string_value(json_object_get(x, "prev"))
                                 : "",
                             r->prev) != 0)
        r->broken = r->line;
    sha256_hex(line, 32, r->prev);
    return json_array_append_new(r->all, x) == 0 ? 0 : err_nomem(e);
}

static int read_all(const char *own, struct reading *r, struct err *e)
{
    char path[1200];
    char *line = NULL;
    size_t cap = 0;
    ssize_t n;
    FILE *f;
    int rc = file_of(own, path, sizeof path, e);

    *r = (struct reading){.all = json_array(), .whole = true};
    if (!rc && !r->all)
        rc = err_nomem(e);
    if (rc || access(path, F_OK) != 0)
        return rc;
    f = fopen(path, "rb");
    if (!f)
        return err_errno(e, "打不开 %s", path);
    while (!rc && (n = getline(&line, &cap, f)) > 0)
        rc = read_line(r, path, (struct span){line, (size_t)n}, e);
    if (!rc && ferror(f))
        rc = err_errno(e, "读不了 %s", path);
    free(line);
    fclose(f);
    return rc;
}

int history_read(const char *own, json_t **out, int *broken, struct err *e)
{
    struct reading r;
    int rc = read_all(own, &r, e);

    if (rc) {
        json_decref(r.all);
        return rc;
    }
    *out = r.all;
    if (broken)
        *broken = r.broken;
    return 0;
}

int history_add(const char *own, json_t *entry, struct err *e)
{
    struct reading r = {0};
    struct buf b = BUF_INIT;
    char path[1200], at[20], *text = NULL;
    int rc = entry ? file_of(own, path, sizeof path, e) : err_nomem(e);

    if (!rc)
        rc = read_all(own, &r, e);
    if (!rc) {
        clock_now_text(at);
        json_object_set_new(entry, "no", json_integer(r.line + 1));
        json_object_set_new(entry, "at", json_string(at));
        json_object_set_new(entry, "prev", json_string(r.prev));
        text = json_dumps(entry, JSON_COMPACT | JSON_SORT_KEYS);
        buf_str(&b, r.whole ? "" : "\n");
        buf_str(&b, text ? text : "");
        buf_char(&b, '\n');
        rc = text && !b.failed ? file_append(path, (struct span){b.p, b.n}, e) : err_nomem(e);
    }
    free(text);
    buf_release(&b);
    json_decref(r.all);
    json_decref(entry);
    return rc;
}

bool history_names(const json_t *entry, const char *rule)
{
    const json_t *rules = json_object_get(entry, "rules");
    const char *one = json_string_value(json_object_get(entry, "rule"));
    size_t i;
    json_t *x;

    if (one && strcmp(one, rule) == 0)
        return true;
    json_array_foreach(rules, i, x) if (json_is_string(x) &&
                                        strcmp(json_string_value(x), rule) == 0) return true;
    return false;
}
