/* SPDX-License-Identifier: MulanPSL-2.0 */
/* level: does a running balance leave its bounds? Memory: one number and its date. level' = max(floor, level - decay *
 * days) + change; all changes of one day are summed, then judged once. */
#include "engine/bind.h"
#include "engine/fold.h"

static int open(struct loader *ld, struct rule *r, const struct ynode *ask)
{
    static const char *const known[] = {"add", "decay", "floor", "max", "min", "tolerance", "count", "reset", "start",
                                        "only", NULL};
    static const char *const counts[] = {"each", "new_minimum", NULL};
    int rc = ask->kind == Y_MAP ? ynode_only(ask, known, ld->e) : ynode_bad(ask, ld->e, "应为 {add: ...}"), v = 0;
    if (rc < 0)
        return rc;
    const struct ynode *count = ynode_get(ask, "count");
    if (!ynode_get(ask, "add"))
        return ynode_bad(ask, ld->e, "缺少 add（变动量）");
    if (!ynode_get(ask, "max") && !ynode_get(ask, "min"))
        return ynode_bad(ask, ld->e, "max 与 min 至少要有一个");
    if (count && !rule_word(count, counts, &v))
        return ynode_bad(count, ld->e, "count 应为 each 或 new_minimum");
    r->new_minimum = v == 1;
    r->scale = 4;
    r->chain_links = ynode_get(ask, "start") != NULL; /* nothing is known before the first reset */
    struct ynode decay = {.kind = Y_SCALAR};
    const struct ynode *d = ynode_get(ask, "decay");
    if (d) { /* "1 per day" is 1 */
        decay = *d;
        const char *per = memmem(d->text.p, d->text.n, " per day", 8);
        if (per)
            decay.text.n = (size_t)(per - d->text.p);
    }
    if ((rc = rule_slot(ld, SL_QTY, ynode_get(ask, "add"), -1, 4, 0)) < 0 ||
        (rc = rule_slot(ld, SL_DECAY, d ? &decay : NULL, -1, 4, 0)) < 0 ||
        (rc = rule_slot(ld, SL_FLOOR, ynode_get(ask, "floor"), -1, 4, 0)) < 0 ||
        (rc = rule_slot(ld, SL_HI, ynode_get(ask, "max"), -1, 4, 0)) < 0 ||
        (rc = rule_slot(ld, SL_LO, ynode_get(ask, "min"), -1, 4, 0)) < 0 ||
        (rc = rule_slot(ld, SL_TOLERANCE, ynode_get(ask, "tolerance"), -1, 4, 0)) < 0 ||
        (rc = rule_slot(ld, SL_ABSENT, ynode_get(ask, "reset"), -1, -1, 0)) < 0)
        return rc;
    for (int i = 0; i < r->n_clauses; i++) {
        struct binder b = {.ld = ld, .clause = &r->clause[i]};
        struct expr *raw;
        if (expr_parse(ld->a, SPAN("day"), &raw, ld->e) < 0 || !(r->slot[i][SL_START] = bind_expr(&b, raw)))
            return ynode_bad(ask, ld->e, "这个来源没有时间");
    }
    return 0;
}

static int64_t known(int64_t v, int64_t other)
{
    return v == HUJI_NONE64 ? other : v;
}

/* Refused units `bad` taken from the day's events of the offending sign, last first. */
static void accuse(struct fold *f, struct event *ev, size_t n, int sign, int64_t bad, int64_t level, int64_t bound)
{
    const struct event *anchor = NULL;
    fold_clear(f);
    for (size_t i = n; i-- > 0 && bad > 0;) {
        int64_t q = ev[i].q == HUJI_NONE64 || ev[i].absent ? 0 : ev[i].q * sign;
        if (q <= 0)
            continue;
        int64_t part = q < bad ? q : bad;
        anchor = anchor ? anchor : &ev[i];
        fold_member(f, &ev[i], 1, part < q ? part : 0, part < q ? q : 0);
        bad -= part;
    }
    if (!anchor)
        return;
    struct found w = {.anchor = anchor, .hit = true, .value = micro(level, 4), .threshold = micro(bound, 4),
                      .members = f->members, .n_members = f->n_members};
    emit(f, &w);
}

static void fold(struct fold *f, struct event *ev, size_t n)
{
    const struct rule *r = f->rule;
    int64_t level = 0, last = HUJI_NONE64, worst = HUJI_NONE64;
    bool started = !r->chain_links;
    for (size_t i = 0, j; i < n; i = j) {
        int64_t sum = 0, set = HUJI_NONE64, tol = 0;
        for (j = i; j < n && ev[j].x == ev[i].x; j++) {
            if (ev[j].q == HUJI_NONE64)
                continue;
            if (ev[j].absent)
                set = ev[j].q;
            else
                sum += ev[j].q;
            tol = known(ev[j].c, 0) > tol ? ev[j].c : tol;
        }
        const struct event *e = &ev[j - 1];
        if (last != HUJI_NONE64)
            level -= known(e->d, 0) * (e->x - last);
        if (e->f != HUJI_NONE64 && level < e->f)
            level = e->f;
        last = e->x;
        level += sum;
        if (set != HUJI_NONE64) { /* a stock-take says what is there at the day's end */
            level = set;
            worst = HUJI_NONE64;
            started = true;
            continue;
        }
        if (!started)
            continue;
        int64_t hi = e->b, lo = e->a;
        if (hi != HUJI_NONE64 && level > hi + tol)
            accuse(f, ev + i, j - i, 1, level - hi, level, hi);
        if (lo == HUJI_NONE64 || level >= lo - tol)
            continue;
        int64_t bound = lo - tol, from = bound;
        if (r->new_minimum && worst != HUJI_NONE64 && worst < bound)
            from = worst;
        if (level < from)
            accuse(f, ev + i, j - i, -1, from - level, level, bound);
        if (worst == HUJI_NONE64 || level < worst)
            worst = level;
    }
}

const struct rule_kind kind_level = {"level", "结存", open, fold};
