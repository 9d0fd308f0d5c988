/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "check/modes.h"

#include <errno.h>
#include <stdio.h>

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
    if (line == 1 && span_is(inst, "fixmedins_code"))
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
