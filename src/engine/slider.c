/* SPDX-License-Identifier: MulanPSL-2.0 */
/* keep_from: how far a parameter may be loosened, and what its values say of stored findings. */
#include "base/fen.h"
#include "engine/bind.h"
#include "engine/load.h"

/* Slots that may be loosened: those that only say where the bound lies, never what is counted. */
static bool may_slide(const struct rule *r, enum slot s)
{
    if (r->kind == &kind_forbid)
        return s == SL_WHERE;
    if (r->kind == &kind_gap)
        return !r->chain_links && (s == SL_LO || s == SL_HI || s == SL_WHERE);
    if (r->kind == &kind_level)
        return s == SL_LO || s == SL_HI;
    return r->kind == &kind_quota && r->mode == QUOTA_BUCKET && s == SL_LIMIT;
}

int slider_begin(struct loader *ld, const struct ynode *n)
{
    if (!n)
        return 0;
    if (n->kind != Y_MAP || !n->child || n->child->next || n->child->kind != Y_SCALAR)
        return ynode_bad(n, ld->e, "应为 {参数名: 最宽的值}，恰有一个参数");
    ld->keep = n->child;
    return 0;
}

int slider_apart(struct loader *ld)
{
    return ld->slid ? ynode_bad(ld->keep, ld->e, "参数还用在 of 或 from 里，放宽它就不是同一问了")
                    : 0;
}

/* The comparison that holds the parameter, read as "other OP own". */
struct turn {
    enum xop op;
    const struct expr *other, *own, *loose;
};

/* How an expression goes when the constant in which a and b differ grows: 1, -1, 0 they do not differ, 2 unknown. */
static int grows(const struct expr *a, const struct expr *b)
{
    if (expr_same(a, b))
        return 0;
    if (a->op != b->op)
        return 2;
    switch (a->op) {
    case X_NUM: return 1;
    case X_RESCALE: return grows(a->arg[0], b->arg[0]);
    case X_NEG: return -grows(a->arg[0], b->arg[0]);
    case X_ADD:
    case X_SUB: {
        int l = grows(a->arg[0], b->arg[0]), r = grows(a->arg[1], b->arg[1]);
        if (l > 1 || r > 1 || (l && r))
            return 2;
        return l ? l : a->op == X_ADD ? r : -r;
    }
    default: return 2;
    }
}

static enum xop turned(enum xop op)
{
    switch (op) {
    case X_LT: return X_GT;
    case X_LE: return X_GE;
    case X_GT: return X_LT;
    case X_GE: return X_LE;
    default: return op;
    }
}

static enum xop denied(enum xop op)
{
    switch (op) {
    case X_LT: return X_GE;
    case X_LE: return X_GT;
    case X_GT: return X_LE;
    case X_GE: return X_LT;
    default: return op;
    }
}

static bool compares(enum xop op)
{
    return op == X_LT || op == X_LE || op == X_GT || op == X_GE;
}

/* Finds the one comparison in which two conditions differ; false when there is none, or more, or it is none. */
static bool find_turn(const struct expr *a, const struct expr *b, bool positive, struct turn *t)
{
    if (a->op == b->op && (a->op == X_AND || a->op == X_OR)) {
        int left = !expr_same(a->arg[0], b->arg[0]), right = !expr_same(a->arg[1], b->arg[1]);
        return left + right == 1 && find_turn(a->arg[right], b->arg[right], positive, t);
    }
    if (a->op == b->op && a->op == X_NOT)
        return find_turn(a->arg[0], b->arg[0], !positive, t);
    if (a->op != b->op || !compares(a->op))
        return false;
    int at = expr_same(a->arg[0], b->arg[0]) ? 1 : 0;
    if (!expr_same(a->arg[!at], b->arg[!at]))
        return false;
    int g = grows(a->arg[at], b->arg[at]);
    if (g != 1 && g != -1)
        return false;
    t->op = at ? a->op : turned(a->op);
    t->op = positive ? t->op : denied(t->op);
    t->other = a->arg[!at];
    t->own = a->arg[at];
    t->loose = b->arg[at];
    return true;
}

/* A constant in 1e-6; false when it is none. */
static bool number_of(const struct expr *x, int64_t *out)
{
    int64_t sign = 1;
    while (x->op == X_NEG || (x->op == X_RESCALE && x->scale >= x->arg[0]->scale)) {
        sign = x->op == X_NEG ? -sign : sign;
        x = x->arg[0];
    }
    if (x->op != X_NUM || x->scale > 6)
        return false;
    *out = x->num * sign;
    for (int k = x->scale; k < 6; k++)
        *out *= 10;
    return true;
}

static const struct expr *plain(const struct expr *x)
{
    while (x && x->op == X_RESCALE && x->scale >= x->arg[0]->scale)
        x = x->arg[0];
    return x;
}

/* SLIDE_* of "value OP constant". */
static int when_of(enum xop op)
{
    return op == X_LE   ? SLIDE_AT_MOST
           : op == X_LT ? SLIDE_BELOW
           : op == X_GE ? SLIDE_AT_LEAST
                        : SLIDE_ABOVE;
}

/* The condition of a forbid, or the `where` of a gap: loosened it must let more through, never less. */
static int slide_condition(struct loader *ld, int i, struct slider *s)
{
    struct rule *r = ld->rule;
    struct turn t;
    int64_t own = 0, loose = 0;
    if (!find_turn(r->slot[i][SL_WHERE], r->loose[i][SL_WHERE], true, &t))
        return ynode_bad(ld->keep, ld->e, "参数应恰用在一处大小比较里（< <= > >=）");
    if (!number_of(t.own, &own) || !number_of(t.loose, &loose))
        return 0;
    bool up = t.op == X_LE || t.op == X_LT;
    if (up ? loose < own : loose > own)
        return ynode_bad(ld->keep, ld->e, "比参数自己的值更严，放宽的值应当%s",
                         up ? "更大" : "更小");
    s->own = own;
    s->loosest = loose;
    if (r->kind == &kind_forbid && r->slot[i][SL_VALUE] &&
        expr_same(plain(t.other), plain(r->slot[i][SL_VALUE]))) {
        s->when = when_of(t.op);
        s->stored = true;
    }
    return 0;
}

/* A bound that value is held against; `shift`: value + shift is what the bound speaks of. */
static int slide_bound(struct loader *ld, int i, enum slot slot, enum xop op, int64_t shift,
                       struct slider *s)
{
    struct rule *r = ld->rule;
    int64_t own, loose;
    if (!number_of(r->slot[i][slot], &own) || !number_of(r->loose[i][slot], &loose))
        return 0; /* another bound for each event: hits and kept ones are told apart, no curve */
    if (op == X_LE || op == X_LT ? loose < own : loose > own)
        return ynode_bad(ld->keep, ld->e, "比参数自己的值更严，应当放宽");
    s->own = own - shift;
    s->loosest = loose - shift;
    s->when = when_of(op);
    s->stored = true;
    return 0;
}

static int slide_slot(struct loader *ld, int i, enum slot slot, struct slider *s)
{
    struct rule *r = ld->rule;
    if (slot == SL_WHERE)
        return slide_condition(ld, i, s);
    if (r->kind == &kind_quota)
        return slide_bound(ld, i, slot, r->at_least ? X_GE : X_GT, 0, s);
    if (r->kind == &kind_gap)
        return slide_bound(ld, i, slot, slot == SL_HI ? X_LE : X_GE, r->between ? 1000000 : 0, s);
    int rc = slide_bound(ld, i, slot, slot == SL_HI ? X_GT : X_LT, 0, s);
    if (r->num[0] ||
        r->slot[i][SL_TOLERANCE]) /* what comes late, and what is tolerated, is not in the value */
        s->stored = false;
    return rc;
}

/* outlier: its numbers are constants. */
static int slide_numbers(struct loader *ld, struct slider *s)
{
    enum { N_TAU, N_MIN_N, N_MIN_PEERS, N_SHRINK, N_RATIO, N_MIN_ABS };
    struct rule *r = ld->rule;
    int n = 0;
    for (int k = 0; k < 8; k++) {
        if (r->num[k] == r->keep_num[k])
            continue;
        if (k != N_TAU && k != N_RATIO && k != N_MIN_ABS)
            return ynode_bad(ld->keep, ld->e, "只能放宽 tau、ratio 与 at_least_by");
        if (r->keep_num[k] > r->num[k])
            return ynode_bad(ld->keep, ld->e, "比参数自己的值更严，放宽的值应当更小");
        bool is_value = k == (r->own_past ? N_RATIO : N_TAU);
        int64_t unit = k == N_RATIO ? 100 : 1;
        s->own = r->num[k] * unit;
        s->loosest = r->keep_num[k] * unit;
        s->when = SLIDE_AT_LEAST;
        s->stored = is_value;
        n++;
    }
    return n > 1 ? ynode_bad(ld->keep, ld->e, "参数用在几处，不知道放宽的是哪一处") : 0;
}

int slider_finish(struct loader *ld, const struct ynode *n)
{
    struct rule *r = ld->rule;
    struct slider s = {0};
    bool any = r->kind == &kind_outlier && memcmp(r->num, r->keep_num, sizeof r->num) != 0;
    int rc = 0, first = -1;
    if (!n)
        return 0;
    if (!ld->slid)
        return ynode_bad(ld->keep, ld->e, "提问里没有用到这个参数（写作 $%.*s）",
                         (int)ld->keep->key.n, ld->keep->key.p);
    if (r->kind == &kind_outlier && (rc = slide_numbers(ld, &s)) < 0)
        return rc;
    for (int i = 0; i < r->n_clauses && r->kind != &kind_outlier; i++)
        for (int k = 0; k < SL_COUNT; k++) {
            if (r->kind == &kind_forbid &&
                k == SL_LIMIT) /* only says what the rule's own bound is */
                r->loose[i][k] = NULL;
            if (!r->loose[i][k])
                continue;
            if (!may_slide(r, (enum slot)k))
                return ynode_bad(
                    ld->keep, ld->e,
                    "这个参数改变的不只是界限，放宽它要重算：keep_from 只用于 forbid 的条件、"
                    "gap 的 min max where、level 的 min max、outlier 的 tau ratio at_least_by、"
                    "quota bucket 的限量");
            if (first >= 0 && first != k)
                return ynode_bad(ld->keep, ld->e, "参数用在提问的几处，不知道放宽的是哪一处");
            first = k;
            any = true;
            if ((rc = slide_slot(ld, i, (enum slot)k, &s)) < 0)
                return rc;
        }
    if (!any)
        return ynode_bad(ld->keep, ld->e, "与参数自己的值相同，或这一问不能放宽它");
    s.param = ld->keep->key;
    r->slider = s;
    ld->keep = NULL; /* what follows speaks of the rule as it stands */
    return 0;
}
