/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Drugs, chronic out-patient benefit, pharmacy. */
#include <stdio.h>

#include "synth/plants.h"

static void registered(struct plan *g, const struct person *p, const char *code, const char *name,
                       uint32_t inst)
{
    register_chronic(g->w, p, code, name, inst, "JB003", g->w->from - 700, g->w->from - 690,
                     DAY_NONE, NULL);
}

static void keyed(char owner[96], const struct person *p, const char *key)
{
    snprintf(owner, 96, "%s|%s", p->psn_no, key);
}

static void long_rx(struct plan *g, const struct person *p, uint32_t inst)
{
    struct writer *o = g->w->out;
    row_str(o, T_LONGRX, p->psn_no);
    row_str(o, T_LONGRX, p->name);
    row_str(o, T_LONGRX, g->w->insts[inst].code);
    row_day(o, T_LONGRX, g->w->from - 100);
    row_day(o, T_LONGRX, DAY_NONE);
    row_end(o, T_LONGRX);
}

static void e01(struct plan *g)
{
    struct person p;
    struct episode ep;
    if (!pick(g, PICK_OLD, &p))
        return;
    uint32_t inst = some(g, K_TOWN, p.county);
    registered(g, &p, "M01600", "糖尿病", inst);
    int kind = (int)(g->k % 3);
    if (!g->bad && kind == 0)
        long_rx(g, &p, inst);
    day_t d = a_day(g, 5, 100);
    int n = 3, every = g->bad ? 4 : kind == 0 ? 2 : kind == 1 ? 30 : 0;
    if (!g->bad && kind == 2)
        n = 2; /* exactly sixty days on one day */
    struct ids i = {BUF_INIT};
    for (int k = 0; k < n; k++) {
        chronic_visit(g, &ep, &p, inst, "M01600", "drug.metformin", d + k * every, 30);
        ep.begn += k * 3600;
        ep.lines[0].t += k * 3600;
        ep.end = ep.setl_time = ep.begn + 900;
        episode_emit(&ep);
    }
    ids_add(&i, "line", ep.lines[0].sn);
    char owner[96];
    keyed(owner, &p, "metformin");
    truth(g, "高疑", owner, &p, &ep, &i,
          g->bad      ? "八日内三次各取三十日量"
          : kind == 0 ? "登记长期处方，九十日量"
          : kind == 1 ? "每三十日取一次"
                      : "恰为六十日量");
}

static void e02(struct plan *g)
{
    static const char *const basket[] = {
        "common.z.banlangen", "common.vitc",      "common.z.shexiang", "common.calcium",
        "common.smectite",    "common.z.jianwei", "common.cetirizine", "zdrug.jiuxin"};
    struct person p;
    struct episode ep;
    if (!pick(g, PICK_OLD, &p))
        return;
    bool dial = !g->bad && g->k % 2;
    day_t d = a_day(g, 5, 45);
    struct ids i = {BUF_INIT};
    if (dial) {
        uint32_t inst = inst_of(g->w, K_H2, p.county, g->k);
        registered(g, &p, "M07803", "慢性肾功能不全（血透治疗）", inst);
        for (int k = 0; k < 13; k++) {
            dialysis_build(&ep, g->w, &p, inst, d + k * 7 / 3);
            episode_emit(&ep);
            ids_add(&i, "setl", ep.setl_id[0]);
        }
    } else {
        uint32_t inst = some(g, K_PHARM, p.county);
        int n = g->bad ? 15 : 11;
        for (int k = 0; k < n; k++) {
            purchase(&ep, g->w, &p, inst, "41", DP_MED, at_time(d + k * 29 / n, 10, 10 + k),
                     basket[k % 8], 3);
            episode_emit(&ep);
            ids_add(&i, "setl", ep.setl_id[0]);
        }
    }
    g->rule = "E02.purchase";
    truth(g, "可疑", NULL, &p, &ep, &i,
          g->bad ? "三十日内购药十五日"
          : dial ? "规律透析"
                 : "三十日内购药十一日");
}

static void e03(struct plan *g)
{
    struct person p;
    struct episode ep;
    if (!pick(g, PICK_OLD, &p))
        return;
    uint32_t a = some(g, K_TOWN, p.county), b = inst_of(g->w, K_H2, p.county, g->k);
    registered(g, &p, "M03900", "高血压病", a);
    int kind = (int)(g->k % 2);
    day_t d = a_day(g, 5, 40);
    chronic_visit(g, &ep, &p, a, "M03900", "drug.amlodipine", d, 30);
    episode_emit(&ep);
    chronic_visit(g, &ep, &p, b, "M03900",
                  !g->bad && kind == 0 ? "drug.valsartan" : "drug.amlodipine",
                  !g->bad && kind == 1 ? d + 29 : d, 28);
    ep.begn += 4 * 3600;
    ep.lines[0].t += 4 * 3600;
    ep.end = ep.setl_time = ep.begn + 900;
    episode_emit(&ep);
    char owner[96];
    keyed(owner, &p, "amlodipine");
    struct ids i = {BUF_INIT};
    ids_add(&i, "line", ep.lines[0].sn);
    truth(g, "高疑", owner, &p, &ep, &i,
          g->bad      ? "同日两家机构开同一种药"
          : kind == 0 ? "两种不同的药"
                      : "相隔二十九日");
}

static void e04(struct plan *g)
{
    static const char *const same[] = {"drug.atorvastatin drug.rosuvastatin",
                                       "drug.valsartan drug.irbesartan",
                                       "antibiotic.cefixime antibiotic.ceftriaxone"};
    static const char *const other[] = {"drug.atorvastatin drug.aspirin",
                                        "drug.valsartan drug.amlodipine",
                                        "drug.omeprazole zdrug.danshen"};
    struct person p;
    struct episode ep;
    if (!pick(g, PICK_OLD, &p))
        return;
    day_t d = a_day(g, 5, 10);
    purchase(&ep, g->w, &p, some(g, K_H2, p.county), "11", DP_CARD, at_time(d, 9, 40),
             g->bad ? same[g->k % 2] : other[g->k % 3], 7);
    episode_dx(&ep, "I25.100");
    episode_emit(&ep);
    struct ids i = {BUF_INIT};
    ids_add(&i, "line", ep.lines[0].sn);
    ids_add(&i, "line", ep.lines[1].sn);
    truth(g, "可疑", NULL, &p, &ep, &i, g->bad ? "同日同类两种药" : "不同类的两种药");
}

static void e05(struct plan *g)
{
    struct person p;
    struct episode ep;
    if (!pick(g, PICK_OLD, &p))
        return;
    int kind = (int)(g->k % 3);
    static const char *const six =
        "drug.aspirin drug.atorvastatin drug.metoprolol zdrug.danshen drug.omeprazole drug.isosorbide";
    static const char *const five =
        "drug.aspirin drug.atorvastatin drug.metoprolol zdrug.danshen drug.omeprazole";
    day_t d = a_day(g, 5, 30);
    uint32_t inst = some(g, K_H2, p.county);
    struct ids i = {BUF_INIT};
    if (!g->bad && kind == 2) { /* orders of a stay are no prescription */
        quiet_stay(g, &ep, &p, inst, "I25.100", d, 6);
        add_list(&ep, six, at_time(d + 1, 10, 30));
    } else {
        purchase(&ep, g->w, &p, inst, "11", DP_CARD, at_time(d, 9, 40),
                 !g->bad && kind == 0 ? five : six, 7);
        episode_dx(&ep, "I25.100");
        if (!g->bad && kind == 1)
            for (int k = 3; k < ep.n; k++)
                ep.lines[k].rx = 1;
    }
    episode_emit(&ep);
    ids_add(&i, "line", ep.lines[ep.n - 1].sn);
    g->rule = "E05.a";
    truth(g, "明确", NULL, &p, &ep, &i,
          g->bad      ? "一张处方六种药"
          : kind == 0 ? "一张处方五种药"
          : kind == 1 ? "两张处方各三种"
                      : "住院医嘱");
}

static void e06(struct plan *g)
{
    struct person p;
    struct episode ep;
    if (!pick(g, PICK_OLD, &p))
        return;
    int kind = (int)(g->k % 3);
    day_t d = a_day(g, 5, 5);
    uint32_t inst = some(g, K_H2, p.county);
    int days;
    const char *note;
    if (kind == 0) {
        days = g->bad ? 5 : 3;
        purchase(&ep, g->w, &p, inst, "13", DP_ER, at_time(d, 20, 10), "antibiotic.levofloxacin_po",
                 days);
        episode_dx(&ep, "J20.900");
        note = g->bad ? "急诊处方五日量" : "急诊处方三日量";
    } else if (kind == 1) {
        days = g->bad ? 45 : 30;
        registered(g, &p, "M03900", "高血压病", inst);
        chronic_visit(g, &ep, &p, inst, "M03900", "drug.amlodipine", d, days);
        note = g->bad ? "慢病处方四十五日量，未登记长期处方" : "慢病处方三十日量";
    } else {
        days = g->bad ? 90 : 84;
        registered(g, &p, "M03900", "高血压病", inst);
        long_rx(g, &p, inst);
        chronic_visit(g, &ep, &p, inst, "M03900", "drug.amlodipine", d, days);
        note = g->bad ? "长期处方九十日量" : "长期处方八十四日量";
    }
    episode_emit(&ep);
    truth_line(g, "明确", &p, &ep, 0, note);
}

static void e07(struct plan *g)
{
    struct person p;
    struct episode ep;
    if (!pick(g, PICK_OLD, &p))
        return;
    int kind = (int)(g->k % 2);
    int n = !g->bad && kind == 0 ? 3 : 4, every = !g->bad && kind == 1 ? 12 : 7;
    day_t d = a_day(g, 5, 60);
    struct ids i = {BUF_INIT};
    for (int k = 0; k < n; k++) {
        purchase(&ep, g->w, &p, inst_of(g->w, K_PHARM, 0, g->k * 5 + (uint32_t)k), "41", DP_MED,
                 at_time(d + k * every, 15, 5), "drug.atorvastatin", 7);
        episode_emit(&ep);
        ids_add(&i, "line", ep.lines[0].sn);
    }
    char owner[96];
    keyed(owner, &p, "atorvastatin");
    truth(g, "高疑", owner, &p, &ep, &i,
          g->bad      ? "三十日内在四家机构取同一种药"
          : kind == 0 ? "三家机构"
                      : "四家，前后三十六日");
}

const struct planting plants_e[] = {{"E01", e01, 0}, {"E02", e02, 0}, {"E03", e03, 0},
                                    {"E04", e04, 0}, {"E05", e05, 0}, {"E06", e06, 0},
                                    {"E07", e07, 0}, {NULL, NULL, 0}};
