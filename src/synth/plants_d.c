/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Payment scope. */
#include <stdio.h>

#include "synth/plants.h"

/* A visit with one line of an item; the first line of the episode is the one that matters. */
static void one(struct plan *g, struct episode *ep, const struct person *p, uint32_t inst,
                const char *med_type, day_t d, enum dept_id dept, const char *dx, const char *cls)
{
    sec_t t = at_time(d, 9, rng_range(&g->r, 10, 50));
    episode_begin(ep, g->w, p, inst, med_type, dept, t, t + 1200);
    episode_dx(ep, dx);
    const struct item *it = item_of(cls);
    struct eline *l = episode_line(ep, it, t + 300, 1);
    if (item_is_drug(it))
        l->prd_days = 3;
}

static void d01(struct plan *g)
{
    static const struct {
        const char *cls;
        enum pick wrong;
        enum dept_id dept;
        bool drug;
    } of[] = {
        {"gyn.vaginal_wash.female", PICK_MALE, DP_GYN, false},
        {"andro.prostate_massage.male", PICK_FEMALE, DP_SURG, false},
        {"sexdrug.qianjin.female", PICK_MALE, DP_MED, true},
        {"gyn.colposcopy.female", PICK_MALE, DP_GYN, false},
        {"andro.prostate_special.male", PICK_FEMALE, DP_SURG, false},
        {"sexdrug.nuangong.female", PICK_MALE, DP_MED, true},
    };
    struct person p;
    struct episode ep;
    unsigned x = g->k % 6;
    bool missing = !g->bad && g->k % 2;
    enum pick how = g->bad || missing          ? of[x].wrong
                    : of[x].wrong == PICK_MALE ? PICK_FEMALE
                                               : PICK_MALE;
    if (!pick(g, how, &p))
        return;
    if (missing) {
        change_of(g->w, p.idx)->no_gend = true;
        again(g, &p);
    }
    one(g, &ep, &p, some(g, K_H2, p.county), "11", a_day(g, 5, 5), of[x].dept,
        of[x].wrong == PICK_MALE ? "N76.000" : "N40.x00", of[x].cls);
    episode_emit(&ep);
    truth_line(g, of[x].drug ? "高疑" : "明确", &p, &ep, 0,
               g->bad    ? "项目与性别不符"
               : missing ? "性别缺失"
                         : "性别相符");
}

static void d02(struct plan *g)
{
    static const char *const of[] = {"tcm.nieji.child", "childdrug.ganmao.child",
                                     "tcm.torticollis.child"};
    struct person p;
    struct episode ep;
    bool missing = !g->bad && g->k % 2;
    if (!pick(g, g->bad || missing ? PICK_RESIDENT : PICK_CHILD, &p))
        return;
    if (missing) {
        change_of(g->w, p.idx)->no_born = true;
        again(g, &p);
    }
    const char *cls = of[g->k % 3];
    one(g, &ep, &p, some(g, K_H2, p.county), "11", a_day(g, 5, 5), g->k % 3 == 1 ? DP_PED : DP_TCM,
        "J06.900", cls);
    episode_emit(&ep);
    truth_line(g, "明确", &p, &ep, 0,
               g->bad    ? "成人使用儿童项目"
               : missing ? "出生日期缺失"
                         : "儿童");
}

static void d03(struct plan *g)
{
    static const struct {
        const char *cls, *dx, *other;
        enum pick who;
    } of[] = {
        {"ind.finasteride.male", "N40.x00", "I10.x00", PICK_MALE},
        {"ind.butylphthalide", "I63.900", "K29.500", PICK_OLD},
        {"ind.semaglutide", "E11.900", "M54.500", PICK_OLD},
        {"ind.albumin", "K74.600", "R51.x00", PICK_OLD},
    };
    struct person p;
    struct episode ep;
    unsigned x = g->k % 4;
    if (!pick(g, of[x].who, &p))
        return;
    day_t d = a_day(g, 5, 30);
    quiet_stay(g, &ep, &p, some(g, K_H2, p.county), g->bad ? of[x].other : "R42.x00", d, 8);
    if (!g->bad)
        episode_dx(&ep, of[x].dx); /* a second diagnosis */
    int n = ep.n;
    episode_line(&ep, item_of(of[x].cls), at_time(d + 2, 11, 0), 1);
    episode_emit(&ep);
    truth_line(g, "可疑", &p, &ep, n, g->bad ? "没有目录限定的适应症" : "适应症在其他诊断里");
}

static void d04(struct plan *g)
{
    static const char *const of[] = {"work.rabies", "work.scar", "work.hydroquinone",
                                     "work.thymalfasin"};
    struct person p;
    struct episode ep;
    if (!pick(g, g->bad ? PICK_RESIDENT : PICK_MOTHER, &p))
        return;
    day_t d = a_day(g, 5, 30);
    if (g->bad) {
        one(g, &ep, &p, some(g, K_H2, p.county), "11", d, DP_MED, "S61.900", of[g->k % 4]);
        episode_emit(&ep);
        truth_line(g, "明确", &p, &ep, 0, "限工伤保险的药品由基本医保支付");
        return;
    }
    change_of(g->w, p.idx)->maternity = true;
    again(g, &p);
    quiet_stay(g, &ep, &p, some(g, K_H2, p.county), "O80.000", d, 4);
    ep.med_type = "52";
    ep.dept = ep.dept_out = DP_GYN;
    ep.insutype = "510";
    int n = ep.n;
    episode_line(&ep, item_of("maternity.yimucao.female"), at_time(d + 1, 10, 0), 1);
    episode_emit(&ep);
    truth_line(g, "", &p, &ep, n, "限生育保险的药品由生育保险支付");
}

static void d05(struct plan *g)
{
    static const char *const of[] = {"level2.shenmai", "level2.danshen_inj", "level2.tanreqing",
                                     "level2.xuesaitong_inj", "level2.reduning"};
    struct person p;
    struct episode ep;
    if (!pick(g, PICK_OLD, &p))
        return;
    day_t d = a_day(g, 5, 30);
    quiet_stay(g, &ep, &p, some(g, g->bad ? K_TOWN : K_H2, p.county),
               g->k % 5 > 1 && g->k % 5 != 3 ? "J20.900" : "I63.900", d, 6);
    int n = ep.n;
    episode_line(&ep, item_of(of[g->k % 5]), at_time(d + 2, 10, 40), 1);
    episode_emit(&ep);
    truth_line(g, "明确", &p, &ep, n, g->bad ? "一级机构使用限二级以上的药品" : "二级医院使用");
}

/* Intensive care charged by a ward that is none. */
static void d06_ward(struct plan *g)
{
    struct person p;
    struct episode ep;
    if (!pick(g, PICK_OLD, &p))
        return;
    day_t d = a_day(g, 5, 30);
    quiet_stay(g, &ep, &p, inst_of(g->w, K_H3, p.county, 0), "I50.900", d, 6);
    int n = ep.n;
    struct eline *l = episode_line(&ep, item_of("nursing.icu"), at_time(d + 2, 21, 0), 12);
    l->dept = g->bad ? -1 : DP_ICU;
    if (!g->bad)
        l->dr = doctor_of(g->w, ep.inst, DP_ICU, 0);
    episode_emit(&ep);
    truth_line(g, "可疑", &p, &ep, n, g->bad ? "普通病区收重症监护费" : "转到重症医学科的半日");
}

static void d06(struct plan *g)
{
    static const char *const of[] = {"setting.amino.ip", "setting.fat.ip", "setting.angong.er_ip"};
    struct person p;
    struct episode ep;
    if (!pick(g, PICK_OLD, &p))
        return;
    day_t d = a_day(g, 5, 30);
    const char *cls = of[g->k % 3];
    int n = 0;
    if (g->bad) {
        one(g, &ep, &p, some(g, K_H2, p.county), "11", d, DP_NEUR, "I63.900", cls);
    } else if (g->k % 3 == 2) {
        one(g, &ep, &p, some(g, K_H2, p.county), "13", d, DP_ER, "I61.900", cls);
    } else {
        quiet_stay(g, &ep, &p, some(g, K_H2, p.county), "K92.200", d, 7);
        n = ep.n;
        episode_line(&ep, item_of(cls), at_time(d + 2, 10, 40), 1);
    }
    episode_emit(&ep);
    truth_line(g, "明确", &p, &ep, n,
               g->bad ? "普通门诊使用限住院（急诊）的药品" : "住院（急诊）使用");
}

static void d11(struct plan *g)
{
    struct person p;
    struct episode ep;
    if (!pick(g, PICK_OLD, &p))
        return;
    uint32_t inst = some(g, K_TOWN, p.county);
    day_t d = a_day(g, 40, 60);
    int kind = (int)(g->k % 3);
    /* hypertension registered for a year that ends on d (kind 1), or open; kind 0 of the violations has none at all */
    if (!(g->bad && kind == 0))
        register_chronic(g->w, &p, "M03900", "高血压病", inst, "JB002", g->w->from - 800,
                         g->w->from - 790, kind == 1 ? d : DAY_NONE, NULL);
    day_t when = g->bad && kind == 1 ? d + 15 : d;
    chronic_visit(g, &ep, &p, inst, "M03900",
                  g->bad && kind == 2 ? "drug.entecavir" : "drug.amlodipine", when, 30);
    episode_emit(&ep);
    truth_line(g, "明确", &p, &ep, 0,
               !g->bad ? kind == 1 ? "登记有效期的最后一日" : "登记有效、药品对症"
               : kind == 0 ? "没有登记"
               : kind == 1 ? "登记已到期"
                           : "抗病毒药不在高血压的范围");
}

const struct planting plants_d[] = {{"D01", d01, 0},      {"D02", d02, 0}, {"D03", d03, 0},
                                    {"D04", d04, 0},      {"D05", d05, 0}, {"D06", d06, 0},
                                    {"D06", d06_ward, 3}, {"D11", d11, 0}, {NULL, NULL, 0}};
