/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Within what a number must be that is made of constants and choices between them: `if(visit.dx in {...}, 7, 3) + 1`. */
#include "engine/fold.h"

struct range {
    int64_t least, most;
};

/* The same operation on constants. False: there is no answer. */
static bool apply(const struct expr *x, int64_t p, int64_t q, int64_t *out)
{
    struct expr a = {.op = X_NUM, .num = p, .scale = x->arg[0]->scale};
    struct expr b = {.op = X_NUM, .num = q, .scale = x->arg[1] ? x->arg[1]->scale : 0};
    struct expr c = *x;
    struct env none = {0};
    c.memo = 0;
    c.arg[0] = &a;
    c.arg[1] = &b;
    *out = eval(&none, &c);
    return *out != HUJI_NONE64;
}

static bool range_of(const struct expr *x, struct range *r);

/* The range of all arguments from `i` on together. */
static bool any_of(const struct expr *x, int i, struct range *r)
{
    struct range a;
    if (!range_of(x->arg[i], r))
        return false;
    for (i++; i < x->n_arg; i++) {
        if (!range_of(x->arg[i], &a))
            return false;
        r->least = a.least < r->least ? a.least : r->least;
        r->most = a.most > r->most ? a.most : r->most;
    }
    return true;
}

static bool range_of(const struct expr *x, struct range *r)
{
    struct range a, b;
    switch (x->op) {
    case X_NUM: *r = (struct range){x->num, x->num}; return x->num != HUJI_NONE64;
    case X_IF: return any_of(x, 1, r);
    case X_COALESCE:
    case X_MIN:
    case X_MAX: return any_of(x, 0, r);
    case X_RESCALE:
        return range_of(x->arg[0], &a) && apply(x, a.least, 0, &r->least) &&
               apply(x, a.most, 0, &r->most);
    case X_ADD:
        return range_of(x->arg[0], &a) && range_of(x->arg[1], &b) &&
               apply(x, a.least, b.least, &r->least) && apply(x, a.most, b.most, &r->most);
    case X_SUB:
        return range_of(x->arg[0], &a) && range_of(x->arg[1], &b) &&
               apply(x, a.least, b.most, &r->least) && apply(x, a.most, b.least, &r->most);
    default: return false;
    }
}

bool bounds_of(const struct expr *x, int64_t *least, int64_t *most)
{
    struct range r;
    if (!range_of(x, &r))
        return false;
    *least = r.least;
    *most = r.most;
    return true;
}

bool bounds_of_slot(const struct rule *r, enum slot s, int64_t *least, int64_t *most)
{
    *least = INT64_MAX;
    *most = INT64_MIN;
    for (int c = 0; c < r->n_clauses; c++) {
        const struct expr *x[] = {r->slot[c][s], r->loose[c][s]};
        for (int k = 0; k < 2; k++) {
            int64_t lo, hi;
            if (!x[k] && k)
                continue; /* keep_from makes no difference */
            if (!x[k] || !bounds_of(x[k], &lo, &hi))
                return false;
            *least = lo < *least ? lo : *least;
            *most = hi > *most ? hi : *most;
        }
    }
    return *least <= *most;
}
