/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * A comparison of sums and products of the event's own columns, `abs(det_item_fee_sumamt - cnt * pric) > 0.05`, asked of every
 * line there is: as a list of steps over a few numbers, which costs a fifth of going through the tree.
 */
#include "engine/eval.h"

struct step {
    enum { CELL, NUM, ADD, SUB, MUL, TIMES, NEG, ABS } what;
    bool wide; /* CELL */
    int field;
    int64_t num; /* NUM, TIMES */
};

enum { MOST_STEPS = 16 };

struct arith {
    enum xop op; /* of what is left of both sides */
    int n;
    struct step step[MOST_STEPS];
};

static bool put(struct arith *a, struct step s)
{
    if (a->n == MOST_STEPS)
        return false;
    a->step[a->n++] = s;
    return true;
}

static bool scale_up(struct arith *a, const struct expr *x)
{
    int64_t ten = 1;
    int by = x->scale - x->arg[0]->scale;
    if (by < 0 || by > 9)
        return false;
    for (; by > 0; by--)
        ten *= 10;
    return ten == 1 || put(a, (struct step){.what = TIMES, .num = ten});
}

/* Steps that leave the value of x on top. False: it is something else. */
static bool steps_of(struct arith *a, const struct expr *x)
{
    switch (x->op) {
    case X_NUM: return put(a, (struct step){.what = NUM, .num = x->num});
    case X_FIELD:
        return x->own == OWN_CUR &&
               put(a, (struct step){.what = CELL, .field = x->field, .wide = x->wide});
    case X_RESCALE: return steps_of(a, x->arg[0]) && scale_up(a, x);
    case X_NEG: return steps_of(a, x->arg[0]) && put(a, (struct step){.what = NEG});
    case X_ABS: return steps_of(a, x->arg[0]) && put(a, (struct step){.what = ABS});
    case X_ADD:
    case X_SUB:
    case X_MUL:
        return steps_of(a, x->arg[0]) && steps_of(a, x->arg[1]) &&
               put(a, (struct step){.what = x->op == X_ADD   ? ADD
                                            : x->op == X_SUB ? SUB
                                                             : MUL});
    default: return false;
    }
}

int arith_make(struct huji_run *run, struct conjunct *c)
{
    const struct expr *x = c->x;
    struct arith a = {.op = x->op};
    if (x->op < X_EQ || x->op > X_GE || x->memo || x->arg[0]->type != V_NUM ||
        !steps_of(&a, x->arg[0]) || !steps_of(&a, x->arg[1]))
        return 0;
    struct arith *to = arena_alloc(&run->a, sizeof *to);
    if (!to)
        return -1;
    *to = a;
    c->ask = ASK_ARITH;
    c->arith = to;
    return 0;
}

bool arith_holds(const struct env *v, const struct arith *a)
{
    int64_t at[MOST_STEPS + 1], *top = at; /* top: behind the last */
    for (int i = 0; i < a->n; i++) {
        const struct step *s = &a->step[i];
        bool over = false;
        switch (s->what) {
        case CELL: *top++ = eval_cell(v, &v->cur, s->field, s->wide); break;
        case NUM: *top++ = s->num; break;
        case TIMES: over = __builtin_mul_overflow(top[-1], s->num, &top[-1]); break;
        case NEG: top[-1] = -top[-1]; break;
        case ABS: top[-1] = top[-1] < 0 ? -top[-1] : top[-1]; break;
        case ADD: over = __builtin_add_overflow(top[-2], top[-1], &top[-2]), top--; break;
        case SUB: over = __builtin_sub_overflow(top[-2], top[-1], &top[-2]), top--; break;
        case MUL: over = __builtin_mul_overflow(top[-2], top[-1], &top[-2]), top--; break;
        }
        if (over || top[-1] == HUJI_NONE64)
            return false; /* unknown */
    }
    return eval_compare(a->op, top[-2], top[-1]);
}
