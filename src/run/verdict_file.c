/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Verdicts from a table file: whichever sheet has the columns; sheets without a column of verdicts are left out. */
#include <stdio.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/mem.h"
#include "claims/readers/table.h"
#include "run/verdicts.h"

enum { V_FINDING, V_RULE, V_INST, V_VERDICT, V_FUND, V_DAY, V_BY, V_REASON, V_COUNT };
static const char *const words[V_COUNT][7] = {
    [V_FINDING] = {"finding_id", "疑点编号", "疑点"},
    [V_RULE] = {"rule_id", "规则编号", "规则"},
    [V_INST] = {"fixmedins_code", "机构编号", "医药机构编码", "定点医药机构编号"},
    [V_VERDICT] = {"verdict", "结论", "核查结论"},
    [V_FUND] = {"fund_yuan", "查实基金", "查实金额", "查实基金（元）"},
    [V_DAY] = {"checked_on", "核查日期", "日期"},
    [V_BY] = {"checked_by", "核查人", "核查人员"},
    [V_REASON] = {"reason", "理由", "原因", "说明", "核查说明"},
};
#define HEADING_WITHIN 20 /* titles may stand above the heading */

struct reading {
    const char *path, *by;
    struct arena text;
    struct verdict_row *rows;
    size_t n, cap;
    int64_t faults;
    struct err first; /* of them */
    day_t today;
};

static bool find_heading(const struct row *r, int *at)
{
    for (int k = 0; k < V_COUNT; k++) {
        at[k] = -1;
        for (size_t c = 0; c < r->n && at[k] < 0; c++)
            for (int w = 0; words[k][w]; w++)
                if (span_is(span_trim(r->cells[c].text), words[k][w]))
                    at[k] = (int)c;
    }
    return at[V_FINDING] >= 0 && at[V_VERDICT] >= 0;
}

static struct span cell(const struct row *r, int at)
{
    return at < 0 || (size_t)at >= r->n ? (struct span){"", 0} : span_trim(r->cells[at].text);
}

static int fault(struct reading *g, uint64_t row, const char *field, struct span value,
                 const char *right)
{
    if (g->faults++)
        return ERR_INPUT;
    err_set(&g->first, ERR_INPUT, "%s“%.*s”不对", field, (int)value.n, value.p);
    err_where(&g->first, "%s 第 %llu 行", g->path, (unsigned long long)row);
    err_hint(&g->first, "%s", right);
    return ERR_INPUT;
}

static struct span keep(struct reading *g, struct span s, bool *failed)
{
    struct span t = s.n ? arena_span(&g->text, s) : (struct span){"", 0};

    *failed |= !t.p;
    return t;
}

static int take(struct reading *g, const struct row *r, const int *at, struct err *e)
{
    struct verdict_row v = {
        .fund = VERDICT_NO_FUND, .day = g->today, .file = g->path, .row = r->no};
    struct span day = cell(r, at[V_DAY]), fund = cell(r, at[V_FUND]), by = cell(r, at[V_BY]);
    bool failed = false;

    if (!cell(r, at[V_FINDING]).n && !cell(r, at[V_VERDICT]).n)
        return 0;
    if (!cell(r, at[V_VERDICT]).n) /* not reviewed yet: the list went out with the column empty */
        return 0;
    if (!verdict_parse(cell(r, at[V_VERDICT]), &v.verdict))
        fault(g, r->no, "结论", cell(r, at[V_VERDICT]), "查实、误报、存疑之一");
    if (cell(r, at[V_FINDING]).n < 8)
        fault(g, r->no, "疑点编号", cell(r, at[V_FINDING]), "32 位，至少写前 8 位");
    if (day.n && (!day_parse(day, &v.day) || v.day > g->today))
        fault(g, r->no, "核查日期", day, "如 2023-03-08，不晚于今天");
    if (fund.n && (!fen_parse(fund, &v.fund) || v.fund < 0))
        fault(g, r->no, "查实基金", fund, "以元为单位的数，如 1234.50，不小于 0");
    if (!by.n)
        by = span_of(g->by);
    if (!by.n)
        fault(g, r->no, "核查人", by, "写明由谁核查，或用 --by 给出");
    if (g->faults)
        return 0;
    v.finding = keep(g, cell(r, at[V_FINDING]), &failed);
    v.rule = keep(g, cell(r, at[V_RULE]), &failed);
    v.inst = keep(g, cell(r, at[V_INST]), &failed);
    v.by = keep(g, by, &failed);
    v.reason = keep(g, cell(r, at[V_REASON]), &failed);
    if (failed || mem_grow(&g->rows, &g->cap, g->n + 1, sizeof *g->rows))
        return err_nomem(e);
    g->rows[g->n++] = v;
    return 0;
}

/* *found: some sheet had the heading. */
static int read_sheet(struct reading *g, struct row_source *src, bool *found, struct err *e)
{
    int at[V_COUNT], rc;
    bool heading = false;
    struct row r;

    for (int i = 0; (rc = rows_next(src, &r, e)) == 1; i++) {
        if (heading) {
            rc = take(g, &r, at, e);
            if (rc)
                return rc;
        } else if (i >= HEADING_WITHIN) {
            continue;
        } else {
            heading = find_heading(&r, at);
        }
    }
    *found |= heading;
    return rc;
}

static int read_file(struct reading *g, struct err *e)
{
    struct row_source *src = NULL;
    bool found = false;
    int rc = rows_open(g->path, &src, e);

    while (!rc && (rc = rows_next_sheet(src, e)) == 1)
        rc = read_sheet(g, src, &found, e);
    rows_close(src);
    if (!rc && !found) {
        err_set(e, ERR_INPUT, "没有“疑点编号”和“结论”两列");
        err_hint(e,
                 "列：疑点编号、结论（查实、误报、存疑）、核查人、核查日期、理由，可加 查实基金");
        return err_where(e, "%s", g->path);
    }
    if (!rc && g->faults) {
        if (e)
            *e = g->first;
        if (g->faults > 1)
            err_hint(e, "%s；全文件共 %lld 处不对，一条也没有记", g->first.hint,
                     (long long)g->faults);
        return ERR_INPUT;
    }
    return rc;
}

int verdicts_import(struct store *s, const char *path, const char *by, struct verdict_report *out,
                    struct err *e)
{
    struct reading g = {.path = path, .by = by, .today = clock_day()};
    int rc = read_file(&g, e);

    if (!rc)
        rc = verdicts_add(s, g.rows, g.n, out, e);
    mem_free(g.rows);
    arena_release(&g.text);
    return rc;
}
