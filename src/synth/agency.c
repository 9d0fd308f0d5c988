/* SPDX-License-Identifier: MulanPSL-2.0 */
/* The agency's own year: its clerks, what they did out of the ordinary, and when each institution was paid. */
#include <stdio.h>

#include "synth/care.h"

#define CLERKS 5u

void clerk_row(struct world *w, const char *clerk, const struct person *p)
{
    row_str(w->out, T_CLERK, clerk);
    row_str(w->out, T_CLERK, p->name);
    row_str(w->out, T_CLERK, p->psn_no);
    row_str(w->out, T_CLERK, p->certno);
    row_end(w->out, T_CLERK);
}

void act_row(struct world *w, const char *clerk, const char *checked, const char *type,
             const struct person *p, uint32_t inst, sec_t t, fen_t amount, char no[24])
{
    char id[24];
    snprintf(id, sizeof id, "JS%09llu", (unsigned long long)++w->n_misc);
    row_str(w->out, T_ACT, id);
    row_str(w->out, T_ACT, clerk);
    row_str(w->out, T_ACT, checked);
    row_str(w->out, T_ACT, type);
    row_str(w->out, T_ACT, p ? p->psn_no : NULL);
    row_str(w->out, T_ACT, p ? p->name : NULL);
    row_str(w->out, T_ACT, inst == INST_NONE ? NULL : w->insts[inst].code);
    row_sec(w->out, T_ACT, t);
    row_fen(w->out, T_ACT, amount);
    row_end(w->out, T_ACT);
    if (no)
        memcpy(no, id, sizeof id);
}

void clearing_row(struct world *w, uint32_t inst, day_t declared, day_t paid, bool held,
                  char no[24])
{
    char id[24], month[12];
    int y, m, d;
    day_to_ymd(declared - 15, &y, &m, &d);
    snprintf(id, sizeof id, "Q%09llu", (unsigned long long)++w->n_misc);
    snprintf(month, sizeof month, "%04d-%02d", y, m);
    fen_t claimed = 500000 + (fen_t)(rng_mix(w->seed + w->n_misc) % 9000000);
    row_str(w->out, T_CLEAR, id);
    row_str(w->out, T_CLEAR, w->insts[inst].code);
    row_str(w->out, T_CLEAR, month);
    row_day(w->out, T_CLEAR, declared);
    row_day(w->out, T_CLEAR, paid);
    row_day(w->out, T_CLEAR, w->to);
    row_fen(w->out, T_CLEAR, claimed);
    if (paid == DAY_NONE)
        row_str(w->out, T_CLEAR, NULL);
    else
        row_fen(w->out, T_CLEAR, claimed * 95 / 100);
    row_str(w->out, T_CLEAR, held ? "1" : "0");
    row_end(w->out, T_CLEAR);
    if (no)
        memcpy(no, id, sizeof id);
}

/* Claimed by the fifth of the month after, paid within four weeks. */
static void clear_months(struct world *w)
{
    for (uint32_t i = 0; i < w->n_inst; i++)
        for (int m = 1; m < w->months; m++) {
            day_t d = day_from_ymd(w->year + m / 12, m % 12 + 1, 5);
            day_t paid = d + 14 + (day_t)(rng_mix(w->seed + i * 64u + (unsigned)m) % 14);
            clearing_row(w, i, d, paid > w->to ? DAY_NONE : paid, false, NULL);
        }
}

/* On a working day, in working hours, and somebody else looked at it. */
static void acts(struct world *w)
{
    static const char *const type[] = {"零星报销", "待遇登记", "参保登记", "恢复待遇", "其他"};
    static const char *const id[CLERKS] = {"JB001", "JB002", "JB003", "JB004", "JB005"};
    struct person p, clerk[CLERKS];
    for (uint32_t k = 0; k < CLERKS; k++) {
        person_make(w, (k * 191 + 7) % w->n, &clerk[k]);
        clerk_row(w, id[k], &clerk[k]);
    }
    for (uint32_t i = 0; i < w->n; i++) {
        struct rng r = rng_of(w->seed, RNG_AGENCY, i);
        if (!rng_hit(&r, 12000))
            continue;
        uint32_t k = rng_below(&r, CLERKS), by = (k + 1 + rng_below(&r, CLERKS - 1)) % CLERKS;
        day_t d = w->from + (day_t)rng_below(&r, (uint32_t)w->days - 7);
        int weekday = (int)((d + 3) % 7); /* 0 = Monday */
        d += weekday > 4 ? 7 - weekday : 0;
        person_make(w, i, &p);
        if (p.house == clerk[k].house)
            continue;
        act_row(w, id[k], id[by], type[rng_below(&r, 5)], &p, INST_NONE,
                at_time(d, 9 + (int)rng_below(&r, 7), (int)rng_below(&r, 60)),
                (fen_t)rng_below(&r, 300000), NULL);
    }
}

/*
 * Every institution is visited once a year for its agreement, in the working week; of ten hospitals nine are audited, of
 * ten pharmacies five. At special institution 3 nobody ever was, at 4 on the last working day of the year only (I06).
 */
static void visits(struct world *w)
{
    static const char *const clerk[] = {"JB003", "JB004", "JB005"};
    for (uint32_t i = 0; i < w->n_inst; i++) {
        const struct inst *inst = &w->insts[i];
        uint32_t special = i - w->at_kind[K_SPECIAL];
        uint32_t nth = (i - w->at_kind[inst->kind]) / w->n_county % 10;
        bool odd = inst->kind == K_SPECIAL && special >= 3 && special <= 4 && !w->o->no_plants;
        for (day_t d = w->from; d < w->to; d += 365) {
            day_t on = d + 30 + (day_t)(rng_mix(w->seed + i * 77u + (unsigned)d) % 300);
            on -= (on + 3) % 7 > 4 ? 2 : 0;
            if (odd)
                on = day_from_ymd(w->year + (d - w->from) / 365, 12, 29);
            if (on > w->to)
                continue;
            if (!odd || special == 4)
                act_row(w, clerk[i % 3], "JB001", "履约检查", NULL, i, at_time(on, 10, 0), 0, NULL);
            if (inst->pharmacy ? nth < 5 : nth < 9)
                act_row(w, clerk[i % 3], "JB002", "稽核", NULL, i, at_time(on, 15, 0), 0, NULL);
        }
    }
}

void agency_write(struct world *w)
{
    clear_months(w);
    acts(w);
    visits(w);
}
