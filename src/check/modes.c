/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "check/modes.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const char *const names[] = {"记录", "提醒", "拦截"};

const char *mode_name(enum check_mode m)
{
    return names[m];
}

bool mode_parse(struct span s, enum check_mode *out)
{
    for (int i = 0; i < 3; i++)
        if (span_is(s, names[i])) {
            *out = (enum check_mode)i;
            return true;
        }
    return false;
}

static int bad(struct err *e, const char *path, size_t line, struct span text)
{
    err_set(e, ERR_INPUT, "「%.*s」不对", text.n > 80 ? 80 : (int)text.n, text.p);
    err_where(e, "%s 第 %zu 行", path, line);
    err_hint(e, "每行：机构编号,规则编号,记录|提醒|拦截；* 表示全部");
    return ERR_INPUT;
}

static int add(struct check_modes *m, struct arena *a, const char *path, size_t line, struct span s,
               struct err *e)
{
    struct span rest = s, inst = span_trim(span_cut(&rest, ',')),
                rule = span_trim(span_cut(&rest, ','));
    enum check_mode mode;
    if (span_is(inst, "fixmedins_code") && span_is(rule, "rule_id"))
        return 0;
    if (!inst.n || !rule.n || !rest.p || !mode_parse(span_trim(rest), &mode))
        return bad(e, path, line, s);
    if (m->n % 64 == 0) {
        struct mode_row *more = arena_alloc(a, (m->n + 64) * sizeof *more);
        if (!more)
            return err_nomem(e);
        if (m->n)
            memcpy(more, m->row, m->n * sizeof *more);
        m->row = more;
    }
    struct mode_row *r = &m->row[m->n++];
    *r = (struct mode_row){arena_span(a, inst), arena_span(a, rule), mode};
    return r->inst.p && r->rule.p ? 0 : err_nomem(e);
}

int modes_read(const char *dir, struct arena *a, struct check_modes *out, struct err *e)
{
    char line[512], path[1024];
    size_t no = 0;
    int rc = 0;
    *out = (struct check_modes){0};
    snprintf(path, sizeof path, "%s/check-modes.csv", dir);
    FILE *f = fopen(path, "re");
    if (!f)
        return errno == ENOENT ? 0 : err_errno(e, "打不开 %s", path);
    while (rc == 0 && fgets(line, sizeof line, f)) {
        struct span s = span_of(line);
        if (++no == 1 && span_starts(s, "\xef\xbb\xbf"))
            s = (struct span){s.p + 3, s.n - 3};
        s = span_trim(s);
        if (s.n && s.p[0] != '#')
            rc = add(out, a, path, no, s, e);
    }
    if (rc == 0 && ferror(f))
        rc = err_errno(e, "读不了 %s", path);
    fclose(f);
    return rc;
}

enum check_mode modes_find(const struct check_modes *m, struct span inst, struct span rule)
{
    int best = -1;
    enum check_mode mode = MODE_RECORD;
    for (size_t i = 0; i < m->n; i++) {
        const struct mode_row *r = &m->row[i];
        bool any_inst = span_is(r->inst, "*"), any_rule = span_is(r->rule, "*");
        if ((!any_inst && !span_eq(r->inst, inst)) || (!any_rule && !span_eq(r->rule, rule)))
            continue;
        int weight = (any_inst ? 0 : 2) + (any_rule ? 0 : 1);
        if (weight >= best) { /* of two that say as much the later */
            best = weight;
            mode = r->mode;
        }
    }
    return mode;
}

/* The lines of `from` without those of the two. */
static void copy_others(FILE *from, struct span inst, struct span rule, struct buf *out)
{
    char *line = NULL;
    size_t cap = 0;
    ssize_t n;
    while ((n = getline(&line, &cap, from)) > 0) {
        struct span rest = span_trim((struct span){line, (size_t)n});
        if (rest.n && rest.p[0] != '#') {
            struct span i = span_trim(span_cut(&rest, ',')), r = span_trim(span_cut(&rest, ','));
            if (span_eq(i, inst) && span_eq(r, rule))
                continue;
        }
        buf_add(out, line, (size_t)n);
        if (line[n - 1] != '\n')
            buf_char(out, '\n');
    }
    free(line);
}

static int replace(const char *path, const struct buf *text, struct err *e)
{
    char fresh[1040];
    snprintf(fresh, sizeof fresh, "%s.new", path);
    FILE *f = fopen(fresh, "we");
    if (!f)
        return err_errno(e, "写不了 %s", fresh);
    bool ok = fwrite(text->p, 1, text->n, f) == text->n && fflush(f) == 0 && fsync(fileno(f)) == 0;
    ok = fclose(f) == 0 && ok;
    if (!ok || rename(fresh, path) < 0) {
        int rc = err_errno(e, "写不了 %s", path);
        unlink(fresh);
        return rc;
    }
    return 0;
}

int modes_set(const char *dir, struct span inst, struct span rule, const enum check_mode *mode,
              struct err *e)
{
    char path[1024];
    struct buf text = BUF_INIT;
    if (!inst.n || !rule.n || memchr(inst.p, ',', inst.n) || memchr(inst.p, '\n', inst.n) ||
        memchr(rule.p, ',', rule.n) || memchr(rule.p, '\n', rule.n))
        return err_set(e, ERR_INPUT, "机构编号或规则编号不对");
    snprintf(path, sizeof path, "%s/check-modes.csv", dir);
    FILE *f = fopen(path, "re");
    if (!f && errno != ENOENT)
        return err_errno(e, "打不开 %s", path);
    if (f) {
        copy_others(f, inst, rule, &text);
        fclose(f);
    } else {
        buf_str(&text, "fixmedins_code,rule_id,mode\n");
    }
    if (mode)
        buf_fmt(&text, "%.*s,%.*s,%s\n", (int)inst.n, inst.p, (int)rule.n, rule.p,
                mode_name(*mode));
    int rc = text.failed ? err_nomem(e) : replace(path, &text, e);
    buf_release(&text);
    return rc;
}
