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
                      day_from_ymd(g->w->year, m + 1, 2 + (int)(g->k * 7 + g->bad * 3) % 25), 30);
        ep.lines[0].cnt = (g->bad ? 16 : 2) * QTY_ONE; /* a dose for thirty days all the same */
        episode_emit(&ep);
    }
    char owner[64];
    snprintf(owner, sizeof owner, "%s|%d", p.psn_no, g->w->year);
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
    snprintf(owner, sizeof owner, "%s|%d", clerk, g->w->year);
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

/* A charge of which a part is above what the insurance allows: of a test, or lawfully of a drug. */
static void c03_over(struct plan *g)
{
    static const char *const test[] = {"us.heart", "us.color", "lab.crp"};
    static const char *const drug[] = {"drug.amlodipine", "drug.metformin", "drug.aspirin"};
    struct person p;
    struct episode ep;
    if (!pick(g, PICK_RESIDENT, &p))
        return;
    quiet_visit(g, &ep, &p, some(g, K_H2, p.county), "11", a_day(g, 5, 20), 10,
                rng_range(&g->r, 5, 50));
    struct eline *l = episode_line(&ep, item_of((g->bad ? test : drug)[g->k % 3]), ep.begn + 300,
                                   1);
    l->over = l->pric / 5;
    if (!g->bad)
        l->prd_days = 7;
    episode_emit(&ep);
    g->rule = "C03.over";
    truth_line(g, "可疑", &p, &ep, 0,
               g->bad ? "检查费有五分之一超过限价，由个人付" : "药品超过支付标准的部分由个人付");
}

/* One who pays himself, then one who is insured: the same drug at the same counter, ten minutes apart. */
static void c03_dual(struct plan *g)
{
    static const char *const what[] = {"drug.tenofovir", "drug.alendronate", "drug.febuxostat",
                                       "drug.levodopa"};
    struct world *w = g->w;
    struct person p;
    struct episode ep;
    char owner[64], id[32];
    if (!pick(g, PICK_OLD, &p))
        return;
    uint32_t inst = some(g, K_PHARM, p.county);
    sec_t t = at_time(a_day(g, 5, 20), 13, rng_range(&g->r, 0, 40));
    const struct item *it = item_of(what[g->k % 4]);
    sell_cash(w, inst, it, t, g->bad ? it->price * 7 / 10 : it->price);
    episode_begin(&ep, w, &p, inst, "41", DP_MED, t, t + 900);
    episode_line(&ep, it, t + 600, 1)->prd_days = 7;
    episode_emit(&ep);
    sell_rows(&ep);
    snprintf(owner, sizeof owner, "%s|%s", w->insts[inst].code, it->code);
    snprintf(id, sizeof id, "X%s%09llu", w->insts[inst].place, (unsigned long long)w->n_sale);
    struct ids i = {BUF_INIT};
    ids_add(&i, "sale", id);
    g->rule = "C03.dual";
    truth(g, "高疑", owner, &p, &ep, &i, g->bad ? "自费七折，刷医保全价" : "自费与医保同价");
}

/* A narcotic in a consultation over the net; or at the hospital itself. */
static void d06_net(struct plan *g)
{
    struct person p;
    struct episode ep;
    if (!pick(g, PICK_OLD, &p))
        return;
    quiet_visit(g, &ep, &p, some(g, K_H3, p.county), "11", a_day(g, 5, 20), 10,
                rng_range(&g->r, 5, 50));
    ep.n_dx = 0;
    episode_dx(&ep, "C34.900");
    episode_line(&ep, item_of("opioid.oxycodone"), ep.begn + 300, 1)->prd_days = 7;
    episode_line(&ep, item_of(g->bad ? "net.visit" : "consult.op"), ep.begn + 60, 1);
    episode_emit(&ep);
    g->rule = "D06.net";
    truth_line(g, "明确", &p, &ep, 0, g->bad ? "互联网复诊开了麻醉药品" : "在医院门诊开的");
}

/* A pharmacy sells an antibiotic without a prescription; with one, or what needs none. */
static void e05_none(struct plan *g)
{
    struct person p;
    struct episode ep;
    if (!pick(g, PICK_RESIDENT, &p))
        return;
    sec_t t = at_time(a_day(g, 5, 20), 11, rng_range(&g->r, 5, 50));
    bool plain = !g->bad && g->k % 2;
    episode_begin(&ep, g->w, &p, some(g, K_PHARM, p.county), "41", DP_MED, t, t + 900);
    struct eline *l = episode_line(&ep, item_of(plain ? "common.vitc" : "antibiotic.amoxicillin"),
                                   t + 300, 1);
    l->prd_days = 5;
    l->no_rx = g->bad || plain;
    episode_emit(&ep);
    g->rule = "E05.none";
    truth_line(g, "可疑", &p, &ep, 0,
               g->bad  ? "处方药没有处方号"
               : plain ? "非处方药，不用处方"
                       : "有处方号");
}

/* Astragalus: a hundred grams a day, where the pharmacopoeia has thirty and three times that is let pass. */
static void c04_herb(struct plan *g)
{
    struct person p;
    struct episode ep;
    if (!pick(g, PICK_OLD, &p))
        return;
    quiet_visit(g, &ep, &p, some(g, K_H2, p.county), "11", a_day(g, 5, 20), 9,
                rng_range(&g->r, 5, 50));
    ep.dept = DP_TCM;
    ep.n_dx = 0;
    episode_dx(&ep, "M06.900");
    episode_line(&ep, item_of("herb.huangqi"), ep.begn + 60, g->bad ? 700 : 630)->prd_days = 7;
    struct eline *l = episode_line(&ep, item_of("herb.baizhu"), ep.begn + 120, 84);
    l->prd_days = 7;
    episode_emit(&ep);
    g->rule = "C04.herb";
    truth_line(g, "可疑", &p, &ep, 0, g->bad ? "黄芪每日一百克" : "黄芪每日九十克");
}

/* Drugs on the insurance of which no box was scanned, when all are; or late, the day after. */
static void g03_untraced(struct plan *g)
{
    struct world *w = g->w;
    struct person p;
    struct episode ep;
    char id[32];
    day_t since = day_from_ymd(2025, 7, 1), first = w->from > since ? w->from : since;
    if (w->to - first < 60 || !pick(g, PICK_OLD, &p))
        return;
    day_t d = first + 10 + (day_t)rng_below(&g->r, (uint32_t)(w->to - first - 20));
    purchase(&ep, w, &p, some(g, K_PHARM, p.county), "41", DP_MED,
             at_time(d, 15, rng_range(&g->r, 5, 50)), "drug.metformin", 7);
    ep.untraced = g->bad || g->k % 2;
    episode_emit(&ep);
    sell_rows(&ep);
    snprintf(id, sizeof id, "X%s%09llu", w->insts[ep.inst].place, (unsigned long long)w->n_sale);
    struct ids i = {BUF_INIT};
    ids_add(&i, "sale", id);
    if (ep.untraced && !g->bad) {
        ep.lines[0].t += DAY_SECS;
        trace_rows(&ep);
    }
    char owner[64];
    snprintf(owner, sizeof owner, "%s|%s", w->insts[ep.inst].code, ep.lines[0].it->code);
    g->rule = "G03.untraced";
    truth(g, "可疑", owner, &p, &ep, &i,
          g->bad     ? "医保销售没有上传追溯码"
          : g->k % 2 ? "追溯码次日补传"
                     : "扫了码才结算");
}

const struct planting plants_more[] = {{"E10.peer", e10_peer, 3},
                                       {"E05.tcm", e05_tcm, 0},
                                       {"I03.both", i03_both, 6},
                                       {"E14.operator", e14_operator, 6},
                                       {"C03.over", c03_over, 6},
                                       {"C03.dual", c03_dual, 8},
                                       {"D06.net", d06_net, 6},
                                       {"C04.herb", c04_herb, 6},
                                       {"E05.none", e05_none, 6},
                                       {"G03.untraced", g03_untraced, 6},
                                       {NULL, NULL, 0}};
