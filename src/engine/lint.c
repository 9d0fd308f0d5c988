/* SPDX-License-Identifier: MulanPSL-2.0 */
/* What a bound rule may not ask because it would never be answered: refused at loading, not silent in a run. */
#include "engine/load.h"

/* A field of the anchor, or of what hangs on it. */
static bool asks_event(const struct expr *x)
{
    if (!x)
        return false;
    if ((x->op == X_FIELD && x->base == BASE_CUR && !x->num) || x->op == X_FUND)
        return true;
    for (int i = 0; i < X_ARGS; i++)
        if (asks_event(x->arg[i]))
            return true;
    return false;
}

struct asked { /* what speaks of a finding when it is made */
    const struct expr *x;
    const char *where;
};

enum { MAX_ASKED = 64 };

static int asked_of(const struct rule *r, int i, struct asked *out)
{
    int n = 0;
    for (int s = SL_COLLECTED; s < SL_COUNT; s++)
        out[n++] = (struct asked){r->slot[i][s], "ask"};
    if (r->kind == &kind_level)
        out[n++] = (struct asked){r->slot[i][SL_LO], "ask"};
    for (int k = 0; k < r->n_unless && n < MAX_ASKED - 8; k++)
        out[n++] = (struct asked){r->unless[i] ? r->unless[i][k] : NULL, "unless"};
    for (int k = 0; k < r->n_cls; k++)
        out[n++] = (struct asked){r->cls[k].when[i], "class"};
    out[n++] = (struct asked){r->at_expr[i], "at_issue"};
    for (const struct says_part *p = r->says_parts; p && n < MAX_ASKED; p = p->next)
        out[n++] = (struct asked){p->expr[i], "says"};
    return n;
}

/* Lines and operations of a visit are at hand while its person is walked, not afterwards. */
static int after_the_walk(const struct rule *r, struct err *e)
{
    if (r->in_walk && !r->waits)
        return 0;
    for (int i = 0; i < r->n_clauses; i++) {
        struct asked a[MAX_ASKED];
        int n = asked_of(r, i, a);
        for (int k = 0; k < n; k++)
            if (expr_has(a[k].x, X_AGG))
                return ynode_bad(
                    r->node, e,
                    "%s 用了 lines. ops. checks.，但这条规则在全部人员走完之后才判（主体不在一个人之内，或问了指标），"
                    "那时已没有就诊的明细；可写进 from 的 where",
                    a[k].where);
    }
    return r->at_of == OF_LINES
               ? ynode_bad(r->node, e, "at_issue of: lines 只用于主体在一个人之内的规则")
               : 0;
}

/* Of a measure over lines no event is kept. */
static int of_measure(const struct rule *r, struct err *e)
{
    for (int i = 0; r->kind == &kind_outlier && i < r->n_clauses; i++) {
        struct asked a[MAX_ASKED];
        int n = source_is_line(r->clause[i].src) ? asked_of(r, i, a) : 0;
        for (int k = 0; k < n; k++)
            if (asks_event(a[k].x))
                return ynode_bad(
                    r->node, e,
                    "%s 用了事件的字段，但指标由费用明细汇总，没有留下事件；只能用 value threshold measure()",
                    a[k].where);
    }
    return 0;
}

/* A combine has no event of its own, and is asked when all others have answered. */
static int of_answers(const struct rule *r, struct err *e)
{
    struct asked a[MAX_ASKED];
    int n = r->combine ? asked_of(r, 0, a) : 0;
    for (int k = 0; k < n; k++)
        if (asks_event(a[k].x) || expr_has(a[k].x, X_MEMBERS) || expr_has(a[k].x, X_ANYDX) ||
            expr_has(a[k].x, X_DXLISTED))
            return ynode_bad(
                r->node, e,
                "%s 用了事件的字段，但 combine 没有自己的事件；只能用 value threshold part() key() measure()",
                a[k].where);
    for (int p = 0; r->combine && p < r->combine->n_parts; p++) {
        const struct expr *x = r->combine->part[p].where;
        if (asks_event(x) || expr_has(x, X_MEMBERS) || expr_has(x, X_AGG) ||
            expr_has(x, X_MEASURE) || expr_has(x, X_PART) || expr_has(x, X_KEY))
            return ynode_bad(r->node, e, "部分 %.*s 的 where 只能用 value 与 threshold",
                             (int)r->combine->part[p].name.n, r->combine->part[p].name.p);
    }
    return r->combine && r->judged != J_BATCH
               ? ynode_bad(r->node, e, "combine 要等别的规则答完：judged 应为 batch")
               : 0;
}

/* A finding of forbid is its event's: two clauses that take one event would make it twice. */
static int one_event_twice(const struct rule *r, struct err *e)
{
    for (int i = 0; r->kind == &kind_forbid && i < r->n_clauses; i++)
        for (int k = 0; k < i; k++) {
            bool same = r->clause[i].src == r->clause[k].src;
            bool lines = source_is_line(r->clause[i].src) && source_is_line(r->clause[k].src);
            if (same || lines)
                return ynode_bad(r->node, e,
                                 "from 的两条都取 %s，同一事件会被判两次；请并成一条，条件用 or",
                                 huji_sources[r->clause[i].src].name);
        }
    return 0;
}

int rule_lint(const struct rule *r, struct err *e)
{
    int rc = after_the_walk(r, e);
    if (rc == 0)
        rc = of_measure(r, e);
    if (rc == 0)
        rc = of_answers(r, e);
    return rc == 0 ? one_event_twice(r, e) : rc;
}
