/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Stays of one person. */
#include <stdio.h>

#include "synth/plants.h"

/* Main diagnoses of different chapters, so that two stays are not related. */
static const char *const apart[] = {"K29.500", "N39.000", "R42.x00", "A09.000",
                                    "E11.900", "J20.900", "I50.900", "N20.100"};

static void both(struct ids *i, const struct episode *a, const struct episode *b)
{
    ids_add(i, "mdtrt", b->mdtrt_id);
    ids_add(i, "mdtrt", a->mdtrt_id);
}

static void b01(struct plan *g)
{
    struct person p;
    struct episode a, b;
    if (!pick(g, PICK_RESIDENT, &p))
        return;
    day_t d = a_day(g, 5, 30);
    int kind = (int)(g->k % 3);
    uint32_t x = some(g, K_TOWN, p.county), y = inst_of(g->w, K_H2, p.county, g->k);
    int begin = g->bad ? 3 : kind == 0 ? 8 : kind == 1 ? 7 : 2;
    quiet_stay(g, &a, &p, x, "K29.500", d, 8);
    if (!g->bad && kind != 2)
        a.dscg_way = "2"; /* sent on */
    episode_emit(&a);
    quiet_stay(g, &b, &p, y, "N39.000", d + begin, 7);
    b.nwb = !g->bad && kind == 2;
    if (!g->bad && kind != 2)
        snprintf(b.refl, sizeof b.refl, "%s", a.mdtrt_id);
    episode_emit(&b);
    struct ids i = {BUF_INIT};
    both(&i, &a, &b);
    truth(g, "明确", NULL, &p, &b, &i,
          g->bad      ? "两家医院住院重叠五日"
          : kind == 0 ? "出院当日转入另一家"
          : kind == 1 ? "转院，出院录入晚一日"
                      : "新生儿用母亲的编号住院");
}

static void b02(struct plan *g)
{
    struct person p;
    struct episode a, b;
    if (!pick(g, PICK_OLD, &p))
        return;
    day_t d = a_day(g, 5, 50);
    int kind = (int)(g->k % 4);
    uint32_t inst = some(g, K_TOWN, p.county);
    int gap = g->bad ? (int)(g->k * 3 % 16) : kind == 0 ? 16 : 7;
    if (!g->bad && kind == 3)
        gap = 0;
    quiet_stay(g, &a, &p, inst, "I25.100", d, 6);
    if (!g->bad && kind == 3) {
        a.dscg_way = "3";
        a.end = at_time(d + 6, 10, 0);
    }
    episode_emit(&a);
    quiet_stay(g, &b, &p, inst, !g->bad && kind == 1 ? "S52.500" : "I25.100", d + 6 + gap, 6);
    if (!g->bad && kind == 2)
        b.med_type = "24";
    episode_emit(&b);
    struct ids i = {BUF_INIT};
    both(&i, &a, &b);
    char owner[64];
    snprintf(owner, sizeof owner, "%s|%s", p.psn_no, g->w->insts[inst].code);
    truth(g, "高疑", owner, &p, &b, &i,
          g->bad      ? "出院后短期内因同一诊断再入同一机构"
          : kind == 0 ? "间隔十六日"
          : kind == 1 ? "两次诊断无关（骨折）"
          : kind == 2 ? "第二次经急诊入院"
                      : "医嘱转社区后当日转回");
}

/* To another hospital on the same day or the next. */
static void b02_x(struct plan *g)
{
    struct person p;
    struct episode a, b;
    if (!pick(g, PICK_OLD, &p))
        return;
    day_t d = a_day(g, 5, 50);
    bool sent = !g->bad && g->k % 2;
    quiet_stay(g, &a, &p, some(g, K_TOWN, p.county), "I25.100", d, 6);
    if (sent)
        a.dscg_way = "2";
    episode_emit(&a);
    quiet_stay(g, &b, &p, inst_of(g->w, K_H2, p.county, g->k), "I25.100",
               d + 6 + (g->bad || sent ? (int)(g->k % 2) : 2), 6);
    episode_emit(&b);
    struct ids i = {BUF_INIT};
    both(&i, &a, &b);
    truth(g, "高疑", NULL, &p, &b, &i,
          g->bad ? "出院后当日或次日因同病住进另一家"
          : sent ? "医嘱转院"
                 : "隔两日");
}

static void b02_chemo(struct plan *g)
{
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
                                         "onc.carboplatin ward.ns onc.gemcitabine ward.ondansetron",
                                         "lab.cbc panel.liver panel.kidney",
                                         NULL,
                                         NULL,
                                         NULL,
                                         NULL};
    struct person p;
    struct episode ep;
    if (g->bad || !pick(g, PICK_OLD, &p))
        return;
    uint32_t inst = some(g, K_H3, p.county);
    day_t d = a_day(g, 5, 120);
    struct ids i = {BUF_INIT};
    for (int k = 0; k < 6; k++) {
        if (!stay_build(&ep, g->w, &p, inst, &cycle, d + k * 15, 3, &g->r))
            break;
        episode_emit(&ep);
        ids_add(&i, "mdtrt", ep.mdtrt_id);
    }
    char owner[64];
    snprintf(owner, sizeof owner, "%s|%s", p.psn_no, g->w->insts[inst].code);
    truth(g, "", owner, &p, &ep, &i, "化疗六周期，每周期间隔十二日");
}

static void b03(struct plan *g)
{
    struct world *w = g->w;
    struct person p;
    struct episode ep;
    if (w->days < 330 || !pick(g, PICK_OLD, &p))
        return;
    int n = g->bad ? 5 + (int)(g->k % 2) : 4;
    day_t d = w->from + 4 + rng_range(&g->r, 0, 50);
    int step = 45 + (int)(g->k * 2 + g->bad) % 8; /* no two together */
    struct ids i = {BUF_INIT};
    for (int k = 0; k < n;
         k++) { /* four institutions in turn, no two stays in one within the year but the fifth */
        uint32_t inst = k % 3 == 0   ? inst_of(w, K_TOWN, p.county, (uint32_t)k)
                        : k % 3 == 1 ? inst_of(w, K_H2, p.county, (uint32_t)k)
                                     : inst_of(w, K_PRIV, p.county, (uint32_t)k);
        quiet_stay(g, &ep, &p, inst, apart[k], d + k * step, 6);
        episode_emit(&ep);
        ids_add(&i, "mdtrt", ep.mdtrt_id);
    }
    truth(g, "可疑", NULL, &p, &ep, &i, g->bad ? "一年内住院五次以上" : "一年内住院四次");
}

static void b04(struct plan *g)
{
    struct world *w = g->w;
    struct person p;
    struct episode ep;
    if (w->days < 300 || !pick(g, PICK_OLD, &p))
        return;
    bool dialysis = !g->bad && g->k % 2;
    int n = g->bad || dialysis ? 4 : 3;
    uint32_t inst = dialysis ? inst_of(w, K_H3, p.county, 0) : some(g, K_TOWN, p.county);
    day_t d = w->from + 4 + rng_range(&g->r, 0, 30);
    struct ids i = {BUF_INIT};
    for (int k = 0; k < n; k++) {
        quiet_stay(g, &ep, &p, inst, dialysis ? "N18.500" : apart[k], d + k * 70, 6);
        if (dialysis)
            for (int s = 0; s < 3; s++)
                episode_line(&ep, item_of("dialysis.hd"), at_time(d + k * 70 + s * 2, 15, 30), 1);
        episode_emit(&ep);
        ids_add(&i, "mdtrt", ep.mdtrt_id);
    }
    char owner[64];
    snprintf(owner, sizeof owner, "%s|%s", p.psn_no, w->insts[inst].code);
    truth(g, "可疑", owner, &p, &ep, &i,
          g->bad     ? "一年内同一机构住院四次"
          : dialysis ? "透析患者"
                     : "一年内同一机构三次");
}

static void b05(struct plan *g)
{
    struct world *w = g->w;
    struct person p;
    struct episode ep;
    int kind = (int)(g->k % 3);
    bool birth = !g->bad && kind == 2;
    if (w->days < 200 || !pick(g, birth ? PICK_MOTHER : PICK_WORKER, &p))
        return;
    uint32_t own = some(g, K_H2, p.county), other = inst_of(w, K_H3, p.county, 0);
    change_of(w, p.idx)->staff_inst = (int)own;
    again(g, &p);
    day_t d = a_day(g, 5, 120);
    int n = g->bad || birth ? 2 : kind == 0 ? 1 : 2;
    struct ids i = {BUF_INIT};
    for (int k = 0; k < n; k++) {
        quiet_stay(g, &ep, &p, !g->bad && kind == 1 && k ? other : own,
                   birth && k ? "O80.000" : apart[k], d + 60 * k, 5);
        if (birth && k) {
            ep.med_type = "52";
            ep.dept = ep.dept_out = DP_GYN;
        }
        episode_emit(&ep);
        ids_add(&i, "mdtrt", ep.mdtrt_id);
    }
    char owner[64];
    snprintf(owner, sizeof owner, "%s|%s", p.psn_no, w->insts[own].code);
    truth(g, "可疑", owner, &p, &ep, &i,
          g->bad      ? "本院职工一年内在本院住院两次"
          : kind == 0 ? "只住院一次"
          : kind == 1 ? "一次在外院"
                      : "其中一次是分娩");
}

/* A stay whose treatment pauses: days lo..hi of it are without any. */
static void paused_stay(struct plan *g, struct episode *ep, const struct person *p, uint32_t inst,
                        const char *dx, day_t d, int los, int lo, int hi)
{
    const struct illness *ill = illness_of(dx);
    sec_t b = at_time(d, 10, rng_range(&g->r, 0, 50)), e = at_time(d + los, 9, 20);
    episode_begin(ep, g->w, p, inst, "21", (enum dept_id)ill->dept, b, e);
    episode_dx(ep, dx);
    ep->setl_time = e + 1800;
    episode_days(ep, 2);
    add_list(ep, "lab.cbc lab.urine.machine panel.liver", b + 1200);
    stay_treat(ep, "ward.ns antibiotic.cefuroxime", d, d + lo, &g->r);
    stay_treat(ep, "ward.ns antibiotic.cefuroxime", d + hi + 1, d + los, &g->r);
    episode_line(ep, item_of("ward.citicoline"), b + 2400, rng_range(&g->r, 1, 60));
}

static void b06(struct plan *g)
{
    struct person p;
    struct episode ep;
    if (!pick(g, PICK_OLD, &p))
        return;
    int kind = (int)(g->k % 3);
    day_t d = a_day(g, 5, 30);
    bool psy = !g->bad && kind == 2;
    uint32_t inst = some(g, psy ? K_PSY : K_TOWN, p.county);
    int idle = g->bad ? 3 + (int)(g->k % 3) : kind == 0 ? 2 : 5;
    paused_stay(g, &ep, &p, inst, psy ? "F20.900" : "K29.500", d, 12, 4, 3 + idle);
    if (psy)
        ep.dept = ep.dept_out = DP_PSY;
    int marked = 0;
    if (!g->bad && kind == 1) { /* pills for the days that look idle */
        struct eline *l = episode_line(&ep, item_of("zdrug.tianma"), at_time(d + 3, 11, 0), 1);
        l->prd_days = 6;
    }
    episode_emit(&ep);
    struct ids i = {BUF_INIT};
    if (g->bad)
        for (int k = 0; k < ep.n && marked < 3; k++)
            if (ep.lines[k].it == item_of("bed.ward") && sec_day(ep.lines[k].t) > d + 3 &&
                sec_day(ep.lines[k].t) < d + 4 + idle) {
                ids_add(&i, "line", ep.lines[k].sn);
                marked++;
            }
    truth(g, "高疑", NULL, &p, &ep, &i,
          g->bad      ? "住院中三日以上没有诊疗"
          : kind == 0 ? "空档两日"
          : kind == 1 ? "空档由几日量的口服药覆盖"
                      : "精神科空档五日");
}

static void b07(struct plan *g)
{
    struct person p;
    struct episode ep, v;
    if (!pick(g, PICK_RESIDENT, &p))
        return;
    int kind = (int)(g->k % 3);
    day_t d = a_day(g, 5, 30);
    quiet_stay(g, &ep, &p, some(g, K_H2, p.county), "K29.500", d, 9);
    episode_emit(&ep);
    day_t when = g->bad ? d + 2 + (day_t)(g->k % 5) : kind == 0 ? d : kind == 1 ? d + 9 : d + 4;
    purchase(&v, g->w, &p, some(g, K_PHARM, p.county), "41", DP_MED,
             at_time(when, kind == 0 ? 8 : 17, 10), "common.z.liuwei", 5);
    v.proxy = !g->bad && kind == 2;
    episode_emit(&v);
    struct ids i = {BUF_INIT};
    ids_add(&i, "setl", v.setl_id[0]);
    truth(g, "高疑", NULL, &p, &v, &i,
          g->bad      ? "住院期间在药店购药"
          : kind == 0 ? "入院当日购药"
          : kind == 1 ? "出院当日购药"
                      : "家属持代办登记代购");
}

static void b08(struct plan *g)
{
    struct person p;
    struct episode ep;
    if (!pick(g, PICK_OLD, &p))
        return;
    int kind = (int)(g->k % 3);
    day_t d = a_day(g, 5, 30);
    int los = !g->bad && kind == 0 ? 8 : 4;
    sec_t b = at_time(d, 10, rng_range(&g->r, 0, 50)), e = at_time(d + los, 9, 20);
    episode_begin(&ep, g->w, &p, some(g, K_H2, p.county), !g->bad && kind == 1 ? "24" : "21",
                  DP_MED, b, e);
    episode_dx(&ep, "J06.900");
    ep.setl_time = e + 1800;
    episode_days(&ep, 3);
    add_list(
        &ep,
        "lab.cbc lab.urine.machine panel.liver panel.kidney panel.lipid us.color us.carotid xray.dr ecg",
        b + 1200);
    stay_treat(&ep, !g->bad && kind == 2 ? "antibiotic.piptazo ward.flurbiprofen" : "ward.ns", d,
               d + los, &g->r);
    if (!g->bad && kind == 2)
        stay_treat(&ep, "antibiotic.vancomycin", d, d + los, &g->r);
    if (los == 8)
        add_list(&ep, "lab.crp us.heart", b + 4000);
    episode_emit(&ep);
    truth_visit(g, "可疑", NULL, &p, &ep,
                g->bad      ? "轻症住院，以检查为主"
                : kind == 0 ? "住院八日"
                : kind == 1 ? "急诊入院"
                            : "以药物治疗为主");
}

static void b09(struct plan *g)
{
    struct person p;
    struct episode ep;
    if (!pick(g, PICK_OLD, &p))
        return;
    int kind = (int)(g->k % 3);
    day_t d = a_day(g, 5, 30);
    int los = !g->bad && kind == 0 ? 6 : 3;
    sec_t b = at_time(d, 10, rng_range(&g->r, 0, 50)), e = at_time(d + los, 9, 20);
    episode_begin(&ep, g->w, &p, some(g, K_H2, p.county), "21", DP_ENDO, b, e);
    episode_dx(&ep, !g->bad && kind == 2 ? "C34.900" : "E11.900");
    ep.setl_time = e + 1800;
    episode_days(&ep, 3);
    add_list(
        &ep,
        !g->bad && kind == 1
            ? "lab.cbc panel.liver us.color mr.plain ct.plain us.heart xray.dr ecg bone.density"
            : "lab.cbc lab.urine.machine panel.liver panel.kidney panel.lipid panel.thyroid us.color "
              "us.carotid us.heart mr.plain xray.dr ecg bone.density lab.tumor.cea",
        b + 1200);
    for (day_t x = d; x < d + los; x++)
        episode_line(&ep, item_of("inject.im"), at_time(x, 16, 0), 1);
    if (!g->bad && kind == 2)
        stay_treat(&ep, "onc.cisplatin", d, d + 1, &g->r);
    episode_emit(&ep);
    truth_visit(g, "可疑", NULL, &p, &ep,
                g->bad      ? "体检式住院"
                : kind == 0 ? "住院六日"
                : kind == 1 ? "检查检验只有九种"
                            : "肿瘤患者");
}

const struct planting plants_b[] = {
    {"B01", b01, 0}, {"B02", b02, 0}, {"B02.x", b02_x, 0}, {"B02", b02_chemo, 8},
    {"B03", b03, 0}, {"B04", b04, 0}, {"B05", b05, 0},     {"B06", b06, 0},
    {"B07", b07, 0}, {"B08", b08, 0}, {"B09", b09, 0},     {NULL, NULL, 0},
};
