/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Chronic out-patient benefit, refunds, registrations, targeted drugs. */
#include <stdio.h>

#include "synth/plants.h"

static void registered(struct plan *g, const struct person *p, const char *code, const char *name,
                       uint32_t inst)
{
    register_chronic(g->w, p, code, name, inst, "JB003", g->w->from - 700, g->w->from - 690,
                     DAY_NONE, NULL);
}

static void e10(struct plan *g)
{
    struct person p;
    struct episode ep;
    if (g->w->months < 10 || !pick(g, PICK_OLD, &p))
        return;
    uint32_t inst = some(g, K_H2, p.county);
    registered(g, &p, "M00201", "慢性乙型肝炎", inst);
    int kind = (int)(g->k % 2), spike = !g->bad && kind == 1 ? 0 : 8;
    struct ids i = {BUF_INIT};
    for (int m = 0; m < 10; m++) {
        day_t d = day_from_ymd(g->w->year, m + 1,
                               3 + (int)(g->k * 5 + g->bad * 2) % 24); /* nobody's day */
        chronic_visit(g, &ep, &p, inst, "M00201", "drug.entecavir", d, 30);
        ep.lines[0].it = item_brand("drug.entecavir", 0); /* the dear brand throughout */
        ep.lines[0].pric = ep.lines[0].it->price;
        if (m == spike)
            ep.lines[0].cnt = (g->bad || kind == 1 ? 14 : 5) * QTY_ONE;
        episode_emit(&ep);
        if (m == spike) {
            ids_add(&i, "line", ep.lines[0].sn);
        }
    }
    g->rule = "E10.self";
    truth(g, "可疑", NULL, &p, &ep, &i,
          g->bad      ? "九月慢病费用为平时的十四倍"
          : kind == 0 ? "增加不到一千元"
                      : "第一个月，没有可比的过去");
    /* all of them are dear against others with the disease, whichever month it was */
    char owner[64];
    bool bad = g->bad;
    snprintf(owner, sizeof owner, "%s|%d", p.psn_no, g->w->year);
    g->bad = true;
    g->rule = "E10.peer";
    truth(g, "可疑", owner, NULL, NULL, NULL, "全年用贵的牌子，又一次开了几份，数倍于同病种的人");
    g->bad = bad;
}

static void e13(struct plan *g)
{
    static const char *const common[] = {"common.cold_dm", "common.smectite", "common.vitc",
                                         "common.z.ganmaoling"};
    struct person p;
    struct episode ep;
    if (!pick(g, PICK_OLD, &p))
        return;
    uint32_t inst = some(g, K_TOWN, p.county);
    registered(g, &p, "M03900", "高血压病", inst);
    day_t d = a_day(g, 5, 10);
    const char *what = common[g->k % 4];
    if (g->bad) {
        chronic_visit(g, &ep, &p, inst, "M03900", what, d, 5);
    } else if (g->k % 2) {
        chronic_visit(g, &ep, &p, inst, "M03900", "drug.amlodipine", d, 30);
    } else {
        purchase(&ep, g->w, &p, inst, "11", DP_MED, at_time(d, 10, 30), what, 5);
        episode_dx(&ep, "J06.900");
    }
    episode_emit(&ep);
    truth_line(g, "高疑", &p, &ep, 0,
               g->bad     ? "慢病待遇购买常见病药品"
               : g->k % 2 ? "慢病待遇购买降压药"
                          : "普通门诊购买");
}

static void e14(struct plan *g)
{
    struct person p;
    struct episode ep;
    if (!pick(g, PICK_RESIDENT, &p))
        return;
    int kind = (int)(g->k % 3);
    int n = !g->bad && kind == 0 ? 2 : 3 + (g->bad ? (int)(g->k % 2) : 0);
    day_t d = a_day(g, 5, 100);
    uint32_t inst = some(g, K_H2, p.county);
    char opter[32]; /* a counter of its own, lest those of several add up */
    struct ids i = {BUF_INIT};
    snprintf(opter, sizeof opter, "%s-E%u%d", g->w->insts[inst].code, g->k, g->bad);
    for (int k = 0; k < n; k++) {
        quiet_visit(g, &ep, &p, inst, "11", d + k * 20, 9, 15);
        ep.opter = opter;
        episode_line(&ep, item_of("us.color"), ep.begn + 300, 1);
        ep.void_pair = true;
        ep.refund_at = ep.setl_time + (!g->bad && kind == 2 ? 900 : 2 * DAY_SECS);
        episode_emit(&ep);
        ids_add(&i, "setl", ep.refd_id);
    }
    if (!g->bad && kind == 1) { /* little against what was kept */
        for (int k = 0; k < 3; k++) {
            quiet_visit(g, &ep, &p, inst, "11", d + 5 + k * 20, 9, 15);
            ep.opter = opter;
            episode_line(&ep, item_of("mr.plain"), ep.begn + 300, 1);
            episode_emit(&ep);
        }
    }
    g->rule = "E14.person";
    truth(g, "高疑", NULL, &p, &ep, &i,
          g->bad      ? "九十日内三次收费后退费"
          : kind == 0 ? "两次退费"
          : kind == 1 ? "退费不到购买的一半"
                      : "当场更正，半小时之内");
}

static void e15(struct plan *g)
{
    struct world *w = g->w;
    struct person p;
    struct episode ep;
    if (!pick(g, PICK_OLD, &p))
        return;
    day_t d = a_day(g, 90, 60);
    uint32_t inst = some(g, K_H2, p.county);
    char id[ID_LEN], opter[16];
    snprintf(opter, sizeof opter, "JB%03u", 20 + g->k % 30);
    if (!g->bad) {
        quiet_stay(g, &ep, &p, inst, "I25.100", d - 60, 6);
    } else {
        quiet_visit(g, &ep, &p, inst, "11", d - 60, 10, 0);
        episode_line(&ep, item_of("consult.op"), ep.begn + 60, 1);
    }
    episode_emit(&ep);
    register_chronic(w, &p, "M04600", "冠心病", inst, opter, d, d + 1, DAY_NONE, id);
    struct ids i = {BUF_INIT};
    ids_add(&i, "reg", id);
    g->rule = "E15.b";
    truth(g, "可疑", NULL, &p, NULL, &i,
          g->bad ? "登记冠心病而此前此后都没有该诊断" : "登记前因冠心病住院");
}

static void e15_batch(struct plan *g)
{
    struct world *w = g->w;
    struct person p;
    uint32_t n = g->bad ? 22 : 19;
    if (g->n_crowd < 40)
        return;
    day_t d = w->from + 30 + (g->crowd_day++ * 3) % (w->days - 60);
    char opter[16], id[ID_LEN];
    snprintf(opter, sizeof opter, "JB9%02u", g->k * 2 + !g->bad);
    struct ids i = {BUF_INIT};
    uint32_t inst = some(g, K_TOWN, 0);
    for (uint32_t k = 0; k < n; k++) {
        crowd_person(g, g->k * 22 + k + (g->bad ? 0 : 60), &p);
        register_chronic(w, &p, "M03900", "高血压病", inst, opter, d, d + 1, DAY_NONE, id);
        ids_add(&i, "reg", id);
    }
    g->rule = "E15.a";
    truth(g, "可疑", opter, NULL, NULL, &i, g->bad ? "一人一日办理二十二例登记" : "一日十九例");
}

static void e16(struct plan *g)
{
    static const struct {
        const char *drug, *gene, *dx;
    } of[] = {{"target.egfr.gefitinib", "gene.egfr", "C34.900"},
              {"target.egfr.erlotinib", "gene.egfr", "C34.900"},
              {"target.alk.crizotinib", "gene.alk", "C34.900"},
              {"target.her2.trastuzumab", "gene.her2", "C50.900"}};
    struct person p;
    struct episode ep;
    if (!pick(g, PICK_FEMALE, &p))
        return;
    unsigned x = g->k % 4;
    day_t d = a_day(g, 60, 30);
    uint32_t inst = inst_of(g->w, K_H3, p.county, 0);
    bool none_needed = !g->bad && g->k % 2;
    if (none_needed)
        x = 0; /* for the lung */
    if (!g->bad && !none_needed) {
        quiet_visit(g, &ep, &p, inst, "11", d - 40, 9, 30);
        ep.dept = DP_ONC;
        ep.n_dx = 0;
        episode_dx(&ep, of[x].dx);
        episode_line(&ep, item_of(of[x].gene), ep.begn + 300, 1);
        episode_emit(&ep);
    }
    quiet_stay(g, &ep, &p, inst, of[x].dx, d, 5);
    ep.dept = ep.dept_out = DP_ONC;
    int n = ep.n;
    episode_line(&ep, item_of(none_needed ? "target.none.anlotinib" : of[x].drug),
                 at_time(d + 1, 10, 40), 1);
    episode_emit(&ep);
    truth_line(g, "高疑", &p, &ep, n,
               g->bad        ? "靶向药之前没有基因检测"
               : none_needed ? "抗血管生成药不需检测"
                             : "用药前四十日做过检测");
}

const struct planting plants_e2[] = {{"E10", e10, 0}, {"E13", e13, 0},       {"E14", e14, 0},
                                     {"E15", e15, 0}, {"E15", e15_batch, 3}, {"E16", e16, 0},
                                     {NULL, NULL, 0}};
