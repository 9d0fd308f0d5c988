/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Institutions seen as a whole: one that errs as a proven one does (the list of proven ones is a table of the bureau's own,
 * proven_inst.csv beside the others: `huji knowledge import --table proven_inst`), and pharmacies that ring up round sums.
 */
#include <errno.h>
#include <stdio.h>

#include "synth/plants.h"

enum { VISITS = 45, WRONG = 5 };

static bool visits(struct plan *g, uint32_t inst, int kind)
{
    struct world *w = g->w;
    struct person p;
    struct episode ep;
    for (uint32_t k = 0; k < VISITS; k++) {
        if (!pick(g, PICK_OLD, &p))
            return false;
        day_t d = w->from + 6 + (day_t)(k * 350 / VISITS);
        quiet_visit(g, &ep, &p, inst, "11", d, 9 + (int)(k % 7), rng_range(&g->r, 5, 50));
        episode_line(&ep, item_of("general.op"), ep.begn + 60, 1);
        int n = ep.n;
        uint32_t turn = k % (VISITS / WRONG);
        if (kind < 2 && turn == 2) {
            g->rule = "D05";
            episode_line(&ep, item_of("level2.danshen_inj"), ep.begn + 300, 1)->prd_days = 3;
        } else if (kind < 2 && turn == 5) {
            g->rule = "C01.day";
            episode_line(&ep, item_of("lab.stool"), ep.begn + 300, 1);
            episode_line(&ep, item_of("lab.stool.parasite"), ep.begn + 360, 1);
        } else if (kind == 2 && turn == 4) {
            g->rule = "E06";
            episode_line(&ep, item_of("drug.omeprazole"), ep.begn + 300, 2)->prd_days = 10;
        }
        episode_emit(&ep);
        if (ep.n > n) {
            g->bad = true;
            truth_line(g, "明确", &p, &ep, ep.n - 1,
                       kind == 2   ? "普通门诊一次开十日量"
                       : turn == 2 ? "一级机构使用限二级以上的药品"
                                   : "同日另收内涵已包含的项目");
        }
    }
    return true;
}

static int list_proven(struct world *w, uint32_t inst)
{
    struct buf b = BUF_INIT;
    buf_fmt(&b, "%s/proven_inst.csv", w->o->out);
    FILE *f = b.failed ? NULL : fopen(buf_cstr(&b), "wbe");
    int rc = 0;
    if (!f ||
        fprintf(
            f,
            "fixmedins_code,since,case_no,note\n%s,%d-11-20,县医保罚〔%d〕7号,串换药品、重复收费\n",
            w->insts[inst].code, w->year, w->year) < 0 ||
        fflush(f))
        rc = err_errno(w->e, "写不了 %s", buf_cstr(&b));
    if (f)
        fclose(f);
    buf_release(&b);
    return rc;
}

/* Kind 0 is proven, 1 errs alike, 2 as often but in another way. */
static void h09(struct plan *g)
{
    struct world *w = g->w;
    if (!g->bad || w->of_kind[K_SPECIAL] < SPECIALS + 3 || w->days < 365)
        return;
    uint32_t first = w->at_kind[K_SPECIAL] + SPECIALS;
    for (int kind = 0; kind < 3; kind++)
        if (!visits(g, first + (uint32_t)kind, kind))
            return;
    if (!w->o->no_truth && list_proven(w, first)) {
        w->failed = -1;
        return;
    }
    for (uint32_t kind = 1; kind < 3; kind++) {
        g->bad = kind == 1;
        g->rule = "H09";
        truth(g, "可疑", w->insts[first + kind].code, NULL, NULL, NULL,
              g->bad ? "疑点的构成与已查实的一家一样（先装入 proven_inst.csv）"
                     : "疑点一样多，是另一类");
    }
}

/* What care.c does all year at two pharmacies; at one of them equal sums besides, on a day. */
static void benford(struct plan *g)
{
    struct world *w = g->w;
    struct person p;
    struct episode ep;
    if (!g->bad || w->n < 20000 || w->days < 365 || g->n_crowd < 9)
        return;
    struct ids i = {BUF_INIT};
    uint32_t inst = inst_of(w, K_PHARM, 0, CARE_PHARM_ROUND);
    day_t d = w->from + 201;
    for (uint32_t k = 0; k < 12; k++) {
        crowd_person(g, 30 + k, &p);
        purchase(&ep, w, &p, inst, "41", DP_MED, at_time(d, 14, (int)k * 4), "common.z.liuwei", 5);
        ep.lines[0].pric = 3300;
        ep.lines[0].cnt = 2 * QTY_ONE;
        snprintf(ep.terminal, sizeof ep.terminal, "%s-T1", w->insts[inst].code);
        episode_emit(&ep);
        sell_rows(&ep);
        ids_add(&i, "setl", ep.setl_id[0]);
    }
    char owner[64];
    snprintf(owner, sizeof owner, "%s|%04d-%02d-%02d", w->insts[inst].code, w->year, 7, 21);
    g->rule = "E12";
    truth(g, "高疑", owner, NULL, &ep, &i, "一天十二人金额相同");
    for (uint32_t k = 0; k < 2; k++) {
        g->bad = k == 0;
        g->rule = "H06.benford";
        snprintf(owner, sizeof owner, "%s|%d",
                 w->insts[inst_of(w, K_PHARM, 0, CARE_PHARM_ROUND + k)].code, w->year);
        truth(g, "可疑", owner, NULL, NULL, NULL,
              k ? "首位数字一样反常，但没有别的旁证" : "三成的药费凑成九十几元，又有一天金额雷同");
    }
}

const struct planting plants_alike[] = {
    {"H09", h09, 1}, {"H06.benford", benford, 1}, {NULL, NULL, 0}};
