/* SPDX-License-Identifier: MulanPSL-2.0 */
/* What comes again and again: chemotherapy, dialysis, the monthly drugs of the chronic benefit. */
#include <stdio.h>

#include "synth/life.h"

/* Six cycles of chemotherapy, three weeks apart: many stays that are no split ones. */
void life_chemotherapy(struct life *l)
{
    struct world *w = l->w;
    day_t d = l->from + 20 + (day_t)rng_below(&l->r, 100);
    static const struct illness cycle = {"Z51.100",
                                         "C34.900",
                                         0,
                                         0,
                                         99,
                                         1,
                                         SEASON_NONE,
                                         DP_ONC,
                                         3,
                                         4,
                                         2,
                                         "onc.cisplatin ward.ns onc.pemetrexed ward.ondansetron",
                                         "lab.cbc panel.liver panel.kidney",
                                         NULL,
                                         NULL,
                                         NULL,
                                         NULL};
    for (int k = 0; k < 6; k++, d += 21) {
        int los = rng_range(&l->r, 3, 4);
        struct episode ep;
        if (d + los > l->to || !stay_build(&ep, w, l->p, l->h3, &cycle, d, los, &l->r))
            return;
        episode_emit(&ep);
        for (day_t x = d; x <= d + los; x++)
            *day_of(l, x) = 1;
    }
}

void life_dialysis(struct life *l)
{
    struct world *w = l->w;
    uint32_t inst = l->p->idx & 1 ? l->h2 : l->h3;
    register_chronic(w, l->p, "M07803", "慢性肾功能不全（血透治疗）", inst, "JB001", w->from - 1500,
                     w->from - 1490, DAY_NONE, NULL);
    int shift = (int)(l->p->idx / 2 % 2);
    for (day_t d = l->from; d <= l->to; d++) {
        int wd = (d + 3) % 7; /* 0 = Monday */
        if ((wd != shift && wd != shift + 2 && wd != shift + 4) || *day_of(l, d))
            continue;
        struct episode ep;
        dialysis_build(&ep, w, l->p, inst, d);
        episode_emit(&ep);
        *day_of(l, d) = 2;
    }
}

void life_chronic(struct life *l, const struct chronic *c)
{
    struct world *w = l->w;
    uint32_t inst = c->level >= 2 ? (c->dept == DP_PSY ? inst_of(w, K_PSY, l->p->county, 0) : l->h2)
                                  : l->town;
    char opter[16], drugs[160] = "";
    snprintf(opter, sizeof opter, "JB%03u", rng_below(&l->r, 12) + 1);
    day_t reg = w->from - 400 - (day_t)rng_below(&l->r, 900);
    register_chronic(w, l->p, c->code, c->name, inst, opter, reg, reg + 10, DAY_NONE, NULL);
    size_t n = 0;
    for (int k = 0; k < 4 && c->drugs[k]; k++) {
        char cls[48];
        list_at(c->drugs[k], rng_below(&l->r, list_len(c->drugs[k])), cls);
        n += (size_t)snprintf(drugs + n, sizeof drugs - n, "%s%s", n ? " " : "", cls);
    }
    for (day_t d = l->from + (day_t)rng_below(&l->r, 28); d <= l->to; d += 30) {
        while (d <= l->to && *day_of(l, d))
            d++;
        if (d > l->to)
            break;
        if (rng_below(&l->r, 100) < 8) /* a month missed */
            continue;
        struct episode ep;
        purchase(&ep, w, l->p, inst, "14", (enum dept_id)c->dept, within_day(&l->r, d, 8, 16),
                 drugs, 30);
        ep.dise_no = c->code;
        ep.dise_name = c->name;
        episode_dx(&ep, c->dx);
        episode_emit(&ep);
        *day_of(l, d) = 2;
    }
}
