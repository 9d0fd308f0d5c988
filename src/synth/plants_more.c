/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Second forms of rules that have one elsewhere: dear against one's peers, a clerk who does both, a counter that takes back. */
#include <stdio.h>

#include "synth/plants.h"

/* Every month six times what others with the same disease get. */
static void e10_peer(struct plan *g)
{
    struct person p;
    struct episode ep;
    if (g->w->n < 5000 || g->w->months < 12 || !pick(g, PICK_OLD, &p))
        return;
    uint32_t inst = some(g, K_H2, p.county);
    register_chronic(g->w, &p, "M03900", "高血压病", inst, "JB003", g->w->from - 700,
                     g->w->from - 690, DAY_NONE, NULL);
    for (int m = 0; m < 12; m++) {
        chronic_visit(g, &ep, &p, inst, "M03900", "drug.valsartan",
                      day_from_ymd(2023, m + 1, 2 + (int)(g->k * 7 + g->bad * 3) % 25), 30);
        ep.lines[0].cnt = (g->bad ? 16 : 2) * QTY_ONE; /* a dose for thirty days all the same */
        episode_emit(&ep);
    }
    char owner[64];
    snprintf(owner, sizeof owner, "%s|2023", p.psn_no);
    g->rule = "E10.peer";
    truth(g, "可疑", owner, NULL, NULL, NULL,
          g->bad ? "全年慢病费用数倍于同病种的人" : "比同病种的人略高");
}

/* Twenty-six pieces on one prescription. */
static void e05_tcm(struct plan *g)
{
    const struct item *herb[40];
    struct person p;
    struct episode ep;
    unsigned n = items_under("herb.", herb, 40);
    if (n < 26 || !pick(g, PICK_OLD, &p))
        return;
    n = g->bad ? 26 : 25;
    quiet_visit(g, &ep, &p, some(g, K_H2, p.county), "11", a_day(g, 5, 20), 9,
                rng_range(&g->r, 5, 50));
    ep.n_dx = 0;
    episode_dx(&ep, "M06.900");
    struct ids i = {BUF_INIT};
    for (unsigned k = 0; k < n; k++) {
        struct eline *l = episode_line(&ep, herb[(k + g->k) % (g->bad ? 26 : 25)],
                                       ep.begn + 60 + (sec_t)k, 70);
        l->prd_days = 7;
        l->rx = 0;
    }
    episode_emit(&ep);
    for (unsigned k = 0; k < n; k++)
        ids_add(&i, "line", ep.lines[k].sn);
    g->rule = "E05.tcm";
    truth(g, "可疑", NULL, &p, &ep, &i, g->bad ? "一张饮片处方二十六味" : "恰二十五味");
}

/* A clerk who pays himself by day and others alone by night; another only by night. */
static void i03_both(struct plan *g)
{
    struct person p, other;
    char clerk[16], owner[32], no[2][24];
    if (!pick(g, PICK_RESIDENT, &p) || !pick(g, PICK_RESIDENT, &other) || p.house == other.house)
        return;
    snprintf(clerk, sizeof clerk, "JB8%02u%d", g->k, g->bad);
    clerk_row(g->w, clerk, &p);
    day_t d = a_day(g, 30, 60);
    d -= (d + 3) % 7 > 4 ? 2 : 0; /* a working day */
    act_row(g->w, clerk, "JB001", "零星报销", g->bad ? &p : &other, INST_NONE, at_time(d, 10, 15),
            45000, no[0]);
    act_row(g->w, clerk, NULL, "恢复待遇", &other, INST_NONE, at_time(d, 21, 40), 12000, no[1]);
    struct ids i = {BUF_INIT};
    ids_add(&i, "act", no[0]);
    ids_add(&i, "act", no[1]);
    snprintf(owner, sizeof owner, "%s|2023", clerk);
    g->rule = "I03.both";
    truth(g, "高疑", owner, NULL, NULL, &i,
          g->bad ? "给自己报销，夜里又一人办理" : "只有夜里一人办理");
    bool bad = g->bad; /* one of the two is a violation by itself, in the twin too */
    g->bad = true;
    for (int k = bad ? 0 : 1; k < 2; k++) {
        g->rule = k ? "I03.hours" : "I03.self";
        ids_add(&i, "act", no[k]);
        truth(g, k ? "可疑" : "高疑", clerk, NULL, NULL, &i, k ? "夜里一人办理" : "给自己报销");
    }
    g->bad = bad;
}

/* One operator, three customers, all taken back two days later. */
static void e14_operator(struct plan *g)
{
    struct person p;
    struct episode ep;
    char opter[32], owner[64];
    uint32_t n = g->bad ? 3 : 2, inst = some(g, K_H2, 0);
    day_t d = a_day(g, 5, 60);
    struct ids i = {BUF_INIT};
    snprintf(opter, sizeof opter, "%s-R%u%d", g->w->insts[inst].code, g->k, g->bad);
    for (uint32_t k = 0; k < n; k++) {
        if (!pick(g, PICK_RESIDENT, &p)) {
            buf_release(&i.b);
            return;
        }
        quiet_visit(g, &ep, &p, inst, "11", d + (day_t)k * 9, 9, 20);
        episode_line(&ep, item_of("us.color"), ep.begn + 300, 1);
        ep.opter = opter;
        ep.void_pair = true;
        ep.refund_at = ep.setl_time + 2 * DAY_SECS;
        episode_emit(&ep);
        ids_add(&i, "setl", ep.refd_id);
    }
    snprintf(owner, sizeof owner, "%s|%s", g->w->insts[inst].code, opter);
    g->rule = "E14.operator";
    truth(g, "高疑", owner, NULL, NULL, &i,
          g->bad ? "一名经办人两三周内给三个人退费" : "两个人退费");
}

const struct planting plants_more[] = {{"E10.peer", e10_peer, 3},
                                       {"E05.tcm", e05_tcm, 0},
                                       {"I03.both", i03_both, 6},
                                       {"E14.operator", e14_operator, 6},
                                       {NULL, NULL, 0}};
