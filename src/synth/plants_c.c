/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Charging. */
#include <stdio.h>

#include "synth/plants.h"

static void c01(struct plan *g)
{
    static const struct {
        const char *a, *b, *dx;
        enum inst_kind at;
        bool surgery;
    } pairs[] = {
        {"pci.stent", "pci.ptca", "I20.000", K_H3, true},
        {"lab.stool", "lab.stool.parasite", "A09.000", K_H2, false},
        {"lab.ogtt", "lab.glucose", "E11.900", K_H2, false},
        {"sleep.monitor", "monitor.pulse", "I50.900", K_H3, false},
        {"rescue.3", "rescue.1", "I50.900", K_H2, false},
        {"xray.barium", "xray.fluoro", "K29.500", K_TOWN, false},
        {"tcm.splint", "tcm.adjust", "S52.500", K_H2, false}, /* once a stay */
    };
    struct person p;
    struct episode ep;
    if (!pick(g, PICK_OLD, &p))
        return;
    unsigned x = g->k % 7;
    bool stay = x == 6;
    int kind = (int)(g->k % 2) || stay;
    day_t d = a_day(g, 5, 30);
    quiet_stay(g, &ep, &p, some(g, pairs[x].at, p.county), pairs[x].dx, d, 8);
    int a = ep.n;
    episode_line(&ep, item_of(pairs[x].a), at_time(d + 2, 10, 0), 1);
    if (pairs[x].surgery)
        episode_op(&ep, "36.0700", "药物洗脱冠状动脉支架置入", "3", at_time(d + 2, 10, 0),
                   at_time(d + 2, 12, 0));
    int b = ep.n;
    bool apart = !g->bad && kind == 0 && !pairs[x].surgery;
    episode_line(&ep, item_of(pairs[x].b), at_time(d + (apart || stay ? 4 : 2), 10, 20), 1);
    if (!g->bad && !apart) { /* taken back */
        struct eline *r = episode_line(&ep, item_of(pairs[x].b), at_time(d + (stay ? 4 : 2), 16, 0),
                                       1);
        r->cnt = -QTY_ONE;
        r->init = b;
    }
    episode_emit(&ep);
    struct ids i = {BUF_INIT};
    ids_add(&i, "line", ep.lines[b].sn);
    if (g->bad)
        ids_add(&i, "line", ep.lines[a].sn);
    char owner[64];
    snprintf(owner, sizeof owner, "%s|%s", p.psn_no, ep.mdtrt_id);
    g->rule = stay ? "C01.stay" : "C01.day";
    truth(g, "明确", owner, &p, &ep, &i,
          g->bad ? stay ? "同一次住院另收内涵已包含的项目" : "同日另收内涵已包含的项目"
          : apart ? "不在同一日"
                  : "已退费");
}

static void c02(struct plan *g)
{
    static const char *const panel[] = {"lab.coag.",    "lab.liver.", "lab.kidney.",
                                        "lab.thyroid.", "lab.hbv.",   "lab.lipid."};
    const struct item *of[12];
    struct person p;
    struct episode ep;
    if (!pick(g, PICK_RESIDENT, &p))
        return;
    day_t d = a_day(g, 5, 30);
    unsigned n = items_under(panel[g->k % 6], of, 12);
    quiet_stay(g, &ep, &p, some(g, K_H2, p.county), "K29.500", d, 6);
    struct ids i = {BUF_INIT};
    int first = ep.n;
    for (unsigned k = 0; k < n && (g->bad || k < 2); k++)
        episode_line(&ep, of[k], at_time(d + 3, 7, (int)k), 1);
    if (!g->bad) /* two more on another day */
        episode_line(&ep, of[2], at_time(d + 4, 7, 0), 1);
    episode_emit(&ep);
    for (int k = first; k < ep.n; k++)
        ids_add(&i, "line", ep.lines[k].sn);
    char owner[96];
    snprintf(owner, sizeof owner, "%s|%s", p.psn_no, ep.mdtrt_id);
    truth(g, "高疑", owner, &p, &ep, &i,
          g->bad ? "组套各项逐项收费" : "只做了其中两项，另一日一项");
}

static void c03(struct plan *g)
{
    static const char *const what[] = {"us.color",       "ecg",     "lab.crp", "us.heart",
                                       "dressing.large", "tcm.acup"};
    struct person p;
    struct episode ep;
    if (!pick(g, PICK_RESIDENT, &p))
        return;
    day_t d = a_day(g, 5, 30);
    uint32_t inst = some(g, K_H3, p.county);
    const struct item *it = item_of(what[g->k % 6]);
    quiet_visit(g, &ep, &p, inst, "11", d, 10, 5);
    if (it == item_of("tcm.acup"))
        ep.dept = DP_TCM;
    struct eline *l = episode_line(&ep, it, ep.begn + 300, 1 + (int)(g->k % 2));
    if (g->bad)
        l->pric = it->price + it->price / 2;
    episode_emit(&ep);
    truth_line(g, "明确", &p, &ep, 0, g->bad ? "单价超过限价一半" : "恰为限价");
}

static void c04(struct plan *g)
{
    struct person p;
    struct episode ep;
    if (!pick(g, PICK_OLD, &p))
        return;
    int kind = (int)(g->k % 3);
    day_t d = a_day(g, 5, 30);
    quiet_stay(g, &ep, &p, some(g, K_H2, p.county), "I50.900", d, 8);
    bool hours = g->k % 2 == 0;
    const struct item *it = item_of(hours ? "monitor.ecg" : "nursing.sputum");
    int lim = hours ? 24 : 1;
    int first = ep.n;
    if (g->bad) {
        episode_line(&ep, it, at_time(d + 2, 22, 0), hours ? 28 : 2);
        episode_line(&ep, it, at_time(d + 3, 22, 0), lim);
    } else if (kind == 0) {
        episode_line(&ep, it, at_time(d + 2, 22, 0), lim);
    } else if (kind == 1) { /* two days posted on one, none on the next */
        episode_line(&ep, it, at_time(d + 2, 22, 0), 2 * lim);
    } else {
        episode_line(&ep, it, at_time(d + 2, 22, 0), lim + 1);
        struct eline *r = episode_line(&ep, it, at_time(d + 2, 23, 0), 1);
        r->cnt = -QTY_ONE;
        r->init = first;
        r->no_init = true;
    }
    episode_emit(&ep);
    struct ids i = {BUF_INIT};
    ids_add(&i, "line", ep.lines[first].sn);
    char owner[96];
    snprintf(owner, sizeof owner, "%s|%s|%s", p.psn_no, ep.mdtrt_id, it->code);
    g->rule = "C04.day";
    truth(g, "明确", owner, &p, &ep, &i,
          g->bad      ? "一日之内超过限定数量"
          : kind == 0 ? "恰为限定数量"
          : kind == 1 ? "次日无费用，合计不超"
                      : "多收的已退");
}

/* By the hour: three days of twenty-four are more than a stay of two has. */
static void c04_hours(struct plan *g)
{
    static const char *const what[] = {"monitor.ecg", "monitor.spo2", "monitor.bp"};
    struct person p;
    struct episode ep;
    if (!pick(g, PICK_OLD, &p))
        return;
    day_t d = a_day(g, 5, 30);
    const struct item *it = item_of(what[g->k % 3]);
    quiet_stay(g, &ep, &p, some(g, K_H2, p.county), "I50.900", d, 4);
    ep.begn = at_time(d, 10, 0); /* 94 hours */
    ep.end = at_time(d + 4, 8, 0);
    ep.setl_time = ep.end + 1800;
    int first = ep.n;
    struct ids i = {BUF_INIT};
    for (int k = 0; k <= 4; k++)
        episode_line(&ep, it, k < 4 ? at_time(d + k, 22, 0) : ep.end - 600,
                     g->bad   ? 24
                     : k == 0 ? 14
                     : k < 4  ? 24
                              : 8);
    for (int k = 0; k < first; k++)
        if (ep.lines[k].t < ep.begn)
            ep.lines[k].t = ep.begn + 60;
    episode_emit(&ep);
    ids_add(&i, "line", ep.lines[first].sn);
    char owner[96];
    snprintf(owner, sizeof owner, "%s|%s|%s", p.psn_no, it->code, ep.mdtrt_id);
    g->rule = "C04.hours";
    truth(g, "明确", owner, &p, &ep, &i,
          g->bad ? "在院九十四小时，监测收了一百二十小时" : "恰为在院小时数");
}

static void c05(struct plan *g)
{
    static const struct {
        const char *cls;
        int days;
    } of[] = {{"lab.hba1c.cycle", 15}, {"rehab.assess.cycle", 14}, {"lab.fructosamine.cycle", 15}};
    struct person p;
    struct episode a, b;
    if (!pick(g, PICK_RESIDENT, &p))
        return;
    int x = (int)(g->k % 3);
    const struct item *it = item_of(of[x].cls);
    day_t d = a_day(g, 5, 60);
    uint32_t inst = some(g, K_H2, p.county);
    bool taken_back = !g->bad && g->k % 2;
    for (int k = 0; k < 2; k++) {
        struct episode *ep = k ? &b : &a;
        quiet_visit(g, ep, &p, inst, "11",
                    k ? d + (g->bad || taken_back ? of[x].days - 4 : of[x].days) : d, 9, 30);
        ep->dept = x == 1 ? DP_REH : DP_ENDO;
        ep->n_dx = 0;
        episode_dx(ep, x == 1 ? "I69.300" : "E11.900");
        episode_line(ep, it, ep->begn + 300, 1);
        if (k && taken_back)
            ep->void_pair = true;
        episode_emit(ep);
    }
    char owner[96];
    snprintf(owner, sizeof owner, "%s|%s", p.psn_no, it->code);
    struct ids i = {BUF_INIT};
    ids_add(&i, "line", b.lines[0].sn);
    truth(g, x == 1 ? "明确" : "可疑", owner, &p, &b, &i,
          g->bad       ? "周期之内再次收费"
          : taken_back ? "第二次已冲销"
                       : "相隔恰为周期");
}

static void c06(struct plan *g)
{
    struct person p;
    struct episode ep;
    if (!pick(g, PICK_RESIDENT, &p))
        return;
    day_t d = a_day(g, 5, 30);
    quiet_stay(g, &ep, &p, some(g, K_TOWN, p.county), "K29.500", d, 7);
    bool bed = g->bad || g->k % 2 == 0;
    int x = ep.n;
    if (g->bad)
        episode_line(&ep, item_of("bed.ward"), at_time(d + 7, 8, 0), 1);
    else if (!bed)
        episode_line(&ep, item_of("consult.ip"), at_time(d + 7, 8, 0), 1);
    episode_emit(&ep);
    struct ids i = {BUF_INIT};
    if (ep.n > x)
        ids_add(&i, "line", ep.lines[x].sn);
    truth(g, "明确", NULL, &p, &ep, &i,
          g->bad ? "床位费多于住院日数"
          : bed  ? "床位费恰为住院日数"
                 : "出院当日收诊查费");
}

static void c07(struct plan *g)
{
    struct person p;
    struct episode ep;
    if (!pick(g, PICK_RESIDENT, &p))
        return;
    day_t d = a_day(g, 5, 30);
    quiet_stay(g, &ep, &p, some(g, K_H2, p.county), "R42.x00", d, 7);
    struct ids i = {BUF_INIT};
    int x = -1;
    for (int k = 0; k < ep.n; k++)
        if (ep.lines[k].it == item_of("nursing.2") && sec_day(ep.lines[k].t) == d + 3)
            x = k;
    if (g->bad) {
        episode_line(&ep, item_of("nursing.1"), ep.lines[x].t + 60, 1);
    } else { /* changes from one day to the next */
        ep.lines[x].it = item_of("nursing.1");
        ep.lines[x].pric = item_of("nursing.1")->price * 9 / 10;
    }
    episode_emit(&ep);
    ids_add(&i, "line", ep.lines[x].sn);
    char owner[96];
    snprintf(owner, sizeof owner, "%s|%s", p.psn_no, ep.mdtrt_id);
    truth(g, "高疑", owner, &p, &ep, &i, g->bad ? "同日收两个等级的护理费" : "逐日改变等级");
}

/* A filtration with dialysis, charged as one of each. */
static void c07_dialysis(struct plan *g)
{
    struct person p;
    struct episode ep;
    if (!pick(g, PICK_OLD, &p))
        return;
    uint32_t inst = inst_of(g->w, K_H2, p.county, g->k);
    register_chronic(g->w, &p, "M07803", "慢性肾功能不全（血透治疗）", inst, "JB004",
                     g->w->from - 900, g->w->from - 890, DAY_NONE, NULL);
    day_t d = a_day(g, 5, 40);
    struct ids i = {BUF_INIT};
    dialysis_build(&ep, g->w, &p, inst, d);
    if (g->bad)
        episode_line(&ep, item_of("dialysis.hf"), ep.begn + 900, 1);
    else /* perfusion besides is a treatment of its own */
        episode_line(&ep, item_of("dialysis.hp"), ep.begn + 900, 1);
    episode_emit(&ep);
    ids_add(&i, "line", ep.lines[0].sn);
    ids_add(&i, "line", ep.lines[ep.n - 1].sn);
    char owner[96];
    snprintf(owner, sizeof owner, "%s|%s", p.psn_no, ep.mdtrt_id);
    truth(g, "高疑", owner, &p, &ep, &i, g->bad ? "同日收血液透析和血液滤过" : "透析同日做灌流");
}

static void c08(struct plan *g)
{
    static const char *const pairs[][3] = {
        {"surgery.gi.bowel", "surgery.gi.adhesion", "K56.700"},
        {"surgery.hb.cbd", "surgery.hb.cholecystectomy", "K80.200"},
        {"surgery.gi.stomach_dist", "surgery.gi.adhesion", "K27.900"},
    };
    struct person p;
    struct episode ep;
    if (!pick(g, PICK_OLD, &p))
        return;
    unsigned x = g->k % 3;
    int kind = (int)(g->k % 2);
    day_t d = a_day(g, 5, 30);
    uint32_t inst = inst_of(g->w, K_H3, p.county, 0);
    quiet_stay(g, &ep, &p, inst, pairs[x][2], d, 9);
    ep.dept = ep.dept_out = DP_SURG;
    episode_line(&ep, item_of(pairs[x][0]), at_time(d + 2, 9, 0), 1);
    int b = ep.n;
    struct eline *l = episode_line(&ep, item_of(pairs[x][1]),
                                   at_time(d + (!g->bad && kind ? 4 : 2), 9, 30), 1);
    if (!g->bad && !kind)
        l->pric = l->it->price / 2;
    episode_line(&ep, item_of("anaesthesia.general"), at_time(d + 2, 8, 50), 1);
    episode_op(&ep, "45.6200", "小肠部分切除术", "1", at_time(d + 2, 9, 0), at_time(d + 2, 11, 0));
    episode_op(&ep, "54.5900", "其他腹膜粘连松解术", "1",
               at_time(d + (!g->bad && kind ? 4 : 2), 11, 0),
               at_time(d + (!g->bad && kind ? 4 : 2), 11, 40));
    episode_emit(&ep);
    truth_line(g, "高疑", &p, &ep, b,
               g->bad ? "同一切口第二手术未折价"
               : kind ? "两次手术不在同一日"
                      : "第二手术按半价");
}

const struct planting plants_c[] = {{"C01", c01, -7},
                                    {"C02", c02, 0},
                                    {"C03", c03, 0},
                                    {"C04", c04, 0},
                                    {"C04.hours", c04_hours, 3},
                                    {"C05", c05, 0},
                                    {"C06", c06, 0},
                                    {"C07", c07, 0},
                                    {"C07", c07_dialysis, 3},
                                    {"C08", c08, 0},
                                    {NULL, NULL, 0}};
