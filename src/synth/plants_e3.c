/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Visits and drugs of one person, nights at a counter, reports of a laboratory. */
#include <stdio.h>

#include "synth/plants.h"

static unsigned form(const struct plan *g, unsigned n)
{
    return (unsigned)((g->k + g->w->seed) % n);
}

static void e02_visit(struct plan *g)
{
    struct person p;
    struct episode ep;
    if (!pick(g, PICK_OLD, &p))
        return;
    bool wound = !g->bad && form(g, 2) == 0;
    uint32_t inst = some(g, K_TOWN, p.county);
    day_t d = a_day(g, 5, 40);
    struct ids i = {BUF_INIT};
    for (int k = 0; k < (g->bad || wound ? 15 : 14); k++) {
        quiet_visit(g, &ep, &p, inst, "11", d + 2 * k, 9 + k % 3, rng_range(&g->r, 5, 50));
        episode_line(&ep, item_of("general.op"), ep.begn + 60, 1);
        if (wound)
            episode_line(&ep, item_of("dressing.small"), ep.begn + 120, 1);
        episode_emit(&ep);
        ids_add(&i, "setl", ep.setl_id[0]);
    }
    truth(g, "可疑", NULL, &p, &ep, &i,
          g->bad  ? "三十日内十五日看门诊"
          : wound ? "按疗程换药"
                  : "三十日内十四日");
}

static void e05_b(struct plan *g)
{
    static const char *const what[] = {"common.vitb",  "common.calcium",   "drug.trimetazidine",
                                       "zdrug.tianma", "common.z.jianwei", "drug.allopurinol"};
    struct person p;
    struct episode ep;
    if (!pick(g, PICK_OLD, &p))
        return;
    bool two = !g->bad && form(g, 2) == 0;
    int n = g->bad || two ? 6 : 5;
    uint32_t inst = some(g, K_H2, p.county);
    quiet_visit(g, &ep, &p, inst, "11", a_day(g, 5, 20), 9, rng_range(&g->r, 5, 50));
    struct ids i = {BUF_INIT};
    for (int k = 0; k < n; k++) {
        struct eline *l = episode_line(&ep, item_of(what[k]), ep.begn + 60 * k, 1);
        l->prd_days = 5;
        l->rx = k / 2;
        if (two && k > 3)
            l->dr = doctor_of(g->w, inst, DP_NEUR, 0);
    }
    episode_emit(&ep);
    for (int k = 0; k < n; k++)
        ids_add(&i, "line", ep.lines[k].sn);
    truth(g, "可疑", NULL, &p, &ep, &i,
          g->bad ? "一名医师一日三张处方，合起来六种药"
          : two  ? "两个专科的医师各自开方"
                 : "三张处方，合起来五种药");
}

/* Dear drugs from four places, two of them in another prefecture, and never a test. */
static void e08(struct plan *g)
{
    static const struct {
        const char *drug, *dx;
        enum dept_id dept;
        int times;
    } of[] = {{"drug.tacrolimus", "N04.900", DP_KIDN, 3},
              {"drug.entecavir", "B18.100", DP_MED, 2},
              {"drug.clopidogrel", "I25.100", DP_CARD, 1},
              {"drug.rivaroxaban", "I48.900", DP_CARD, 1}};
    struct world *w = g->w;
    struct person p;
    struct episode ep;
    if (w->days < 300 || !pick(g, PICK_OLD, &p))
        return;
    bool near_home = !g->bad && form(g, 2) == 0;
    uint32_t h2 = inst_of(w, K_H2, p.county, 0), h3 = inst_of(w, K_H3, p.county, 0);
    const uint32_t at[4] = {near_home ? h3 : w->at_kind[K_FAR], h2,
                            near_home ? h3 : w->at_kind[K_FAR] + 1, near_home ? h2 : h3};
    day_t d = w->from + 12 + rng_range(&g->r, 0, 30);
    struct ids i = {BUF_INIT};
    for (int x = 0, n = 0; x < 4; x++)
        for (int k = 0; k < of[x].times; k++, n++) {
            sec_t t = at_time(d + 34 * n, 10, rng_range(&g->r, 5, 50));
            episode_begin(&ep, w, &p, at[x], "11", of[x].dept, t, t + 900);
            episode_dx(&ep, of[x].dx);
            struct eline *l = episode_line(&ep, item_of(of[x].drug), t + 300, 3);
            l->prd_days = 7;
            episode_emit(&ep);
            ids_add(&i, "line", ep.lines[0].sn);
        }
    if (!g->bad && !near_home) {
        quiet_visit(g, &ep, &p, h2, "11", d + 250, 9, 10);
        episode_line(&ep, item_of("panel.liver"), ep.begn + 60, 1);
        episode_emit(&ep);
    }
    char owner[64];
    snprintf(owner, sizeof owner, "%s|%d", p.psn_no, w->year);
    truth(g, "高疑", owner, &p, &ep, &i,
          g->bad      ? "四家机构、跨市、无检查，一年购贵药五千余元"
          : near_home ? "只在本县两家医院"
                      : "有复查，只有两项特征");
}

/* A clinic that is dark at night. */
static void e11(struct plan *g)
{
    struct world *w = g->w;
    struct person p;
    struct episode ep;
    if (g->n_crowd < 125)
        return;
    bool always = !g->bad && form(g, 2) == 0; /* open round the clock */
    uint32_t inst = special(g, g->bad ? 4 : 7), n = g->bad || always ? 6 : 5, at = 100;
    day_t d = w->from + 46 + 4 * (int)(g->k * 2 + !g->bad);
    struct ids i = {BUF_INIT};
    for (int night = 0; night < (always ? 3 : 1); night++)
        for (uint32_t k = 0; k < n; k++) {
            crowd_person(g, at++, &p);
            quiet_visit(g, &ep, &p, inst, "11", d + night, 22, 10 + (int)k * 8);
            episode_line(&ep, item_of("general.op"), ep.begn + 60, 1);
            episode_emit(&ep);
            ids_add(&i, "setl", ep.setl_id[0]);
        }
    char owner[64];
    int y, m, dd;
    day_to_ymd(d, &y, &m, &dd);
    snprintf(owner, sizeof owner, "%s|%04d-%02d-%02d", w->insts[inst].code, y, m, dd);
    truth(g, "高疑", owner, NULL, &ep, &i,
          g->bad   ? "平时不开夜诊，一夜结算六笔"
          : always ? "夜夜如此"
                   : "一夜五笔");
}

/* --- laboratories ------------------------------------------------------------------------------- */

static void lab_row(struct plan *g, const char *no, const struct person *p, const char *lab,
                    const char *assay, const char *item, const char *value, const char *unit,
                    sec_t t)
{
    struct writer *o = g->w->out;
    row_str(o, T_LAB, no);
    row_str(o, T_LAB, p->psn_no);
    row_str(o, T_LAB, p->name);
    row_str(o, T_LAB, NULL);
    row_str(o, T_LAB, g->w->insts[special(g, 12)].code);
    row_str(o, T_LAB, lab);
    row_str(o, T_LAB, assay);
    row_str(o, T_LAB, item);
    row_str(o, T_LAB, value);
    row_str(o, T_LAB, unit);
    row_sec(o, T_LAB, t);
    row_end(o, T_LAB);
}

static void report_no(struct plan *g, char no[24])
{
    snprintf(no, 24, "L%09llu", (unsigned long long)++g->w->n_misc);
}

static void e17_same(struct plan *g)
{
    static const char *const item[] = {"总蛋白",       "白蛋白",     "总胆红素",
                                       "直接胆红素",   "谷丙转氨酶", "谷草转氨酶",
                                       "谷氨酰转肽酶", "碱性磷酸酶", "胆汁酸"};
    struct person p;
    char no[24], value[16];
    if (g->n_crowd < 100)
        return;
    bool nine = form(g, 2) == 0, apart = !g->bad && nine;
    uint32_t people = nine ? 2 : g->bad ? 3 : 2, items = nine ? 9 : 6;
    day_t d = a_day(g, 5, 40);
    struct ids i = {BUF_INIT};
    for (uint32_t k = 0; k < people; k++) {
        crowd_person(g, g->k * 7 + k + 1, &p);
        report_no(g, no);
        for (uint32_t x = 0; x < items; x++) {
            uint32_t v = 100 +
                         (uint32_t)(rng_mix(g->w->seed + g->k * 64u + x + !g->bad * 991u) % 400);
            v += apart && x + 1 == items ? k : 0;
            snprintf(value, sizeof value, "%u.%u", v / 10, v % 10);
            lab_row(g, no, &p, "临川安诊医学检验所", "肝功能", item[x], value, "U/L",
                    at_time(d + 3 * (int)k, 9, 30));
        }
        ids_add(&i, "lab", no);
    }
    g->rule = "E17.a";
    truth(g, "高疑", "临川安诊医学检验所|肝功能", NULL, NULL, &i,
          g->bad  ? "不同的人全部结果一模一样"
          : apart ? "末项不同"
                  : "六项相同的只有两人");
}

/* Forty reports a quarter of each of six laboratories. */
static void e17_share(struct plan *g)
{
    static const char *const lab[] = {"临川市中心检验所", "青溪县检验中心", "白鹤医学检验所",
                                      "南浦医学检验所",   "东湖医学检验所", "西岭医学检验所"};
    static const int positive[] = {34, 6, 4, 5, 6, 7};
    static const char *const assay = "幽门螺杆菌抗体";
    struct person p;
    char no[24], owner[96];
    if (g->n_crowd < 100)
        return;
    day_t d = day_from_ymd(g->w->year, 4, 3);
    for (int x = 0; g->bad && x < 6; x++)
        for (int k = 0; k < 40; k++) {
            crowd_person(g, (uint32_t)(k + x * 9), &p);
            report_no(g, no);
            lab_row(g, no, &p, lab[x], assay, "抗体", k < positive[x] ? "阳性" : "阴性", NULL,
                    at_time(d + k * 2, 9, x));
        }
    snprintf(owner, sizeof owner, "%s|%s|%dQ2", lab[!g->bad], assay, g->w->year);
    g->rule = "E17.b";
    truth(g, "可疑", owner, NULL, NULL, NULL,
          g->bad ? "阳性八成半，别家一成半" : "阳性率与别家相当");
}

/* Respiratory antibodies: at one of six laboratories eight in ten are positive, and three have the very same figures. The
 * twin is the laboratory above: many positive, no two alike. */
static void e17_both(struct plan *g)
{
    static const char *const lab[] = {"临川市中心检验所", "青溪县检验中心", "白鹤医学检验所",
                                      "南浦医学检验所",   "东湖医学检验所", "西岭医学检验所"};
    static const int positive[] = {33, 6, 4, 5, 6, 7};
    static const char *const item[] = {"肺炎支原体", "肺炎衣原体", "嗜肺军团菌",
                                       "腺病毒",     "合胞病毒",   "流感病毒"};
    static const char *const assay = "呼吸道病原体抗体";
    struct person p;
    char no[24], owner[96], value[16];
    if (!g->bad || g->n_crowd < 100 || g->w->days < 200)
        return;
    struct ids i = {BUF_INIT};
    day_t d = day_from_ymd(g->w->year, 4, 4);
    for (uint32_t x = 0; x < 6; x++)
        for (uint32_t k = 0; k < 40; k++) {
            bool same = x == 0 && k >= 10 && k < 13;
            crowd_person(g, k + x * 11 + 3, &p);
            report_no(g, no);
            sec_t t = at_time(d + (day_t)k * 2, 10, (int)x);
            for (uint32_t n = 0; n < 6; n++) {
                uint64_t v = rng_mix(g->w->seed * 977u + x * 4096u + (same ? 10 : k) * 8u + n) %
                             900;
                snprintf(value, sizeof value, "%u.%u", 1 + (unsigned)v / 10, (unsigned)v % 10);
                lab_row(g, no, &p, lab[x], assay, item[n], value, "AU/mL", t);
            }
            lab_row(g, no, &p, lab[x], assay, "结论", (int)k < positive[x] ? "阳性" : "阴性", NULL,
                    t);
            if (same)
                ids_add(&i, "lab", no);
        }
    snprintf(owner, sizeof owner, "%s|%s", lab[0], assay);
    g->rule = "E17.a";
    truth(g, "高疑", owner, NULL, NULL, &i, "三个人六项结果一模一样");
    g->rule = "E17.both";
    truth(g, "高疑", owner, NULL, NULL, NULL, "结果雷同，阳性率也反常");
    snprintf(owner, sizeof owner, "%s|%s|%dQ2", lab[0], assay, g->w->year);
    g->rule = "E17.b";
    truth(g, "可疑", owner, NULL, NULL, NULL, "阳性八成，别家一成半");
    snprintf(owner, sizeof owner, "%s|幽门螺杆菌抗体", lab[0]);
    g->bad = false;
    g->rule = "E17.both";
    truth(g, "高疑", owner, NULL, NULL, NULL, "阳性率反常，但没有雷同的结果");
}

const struct planting plants_e3[] = {
    {"E02.visit", e02_visit, 0}, {"E05.b", e05_b, 0},   {"E08", e08, 0},      {"E11", e11, 3},
    {"E17", e17_same, 6},        {"E17", e17_share, 1}, {"E17", e17_both, 1}, {NULL, NULL, 0}};
