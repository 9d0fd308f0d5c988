/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Seventeen hospitals of a neighbouring county that take in much the same patients, each with one habit of its own in one
 * of two quarters (the violation) and hardly or not at all in the other (the twin): what rules about peers are tried on. Half
 * of them go astray in the second quarter, half in the third, or there were no ordinary peers to be held against. And a
 * hospital where six surgeons do the same operations, one with more material, after nine quiet months.
 */
#include <stdio.h>

#include "synth/plants.h"

enum { STAYS = 55, AGAIN = 33, SURGEONS = 6, OPS = 21 };

enum habit {
    H_DDIMER,
    H_TUMOUR,
    H_HBA1C,
    H_ECHO,
    H_RECON,
    H_DRUG,
    H_EXAM,
    H_DEVICE,
    H_TREAT,
    H_CT,
    H_MR,
    H_COST,
    H_LOS,
    H_SHORT,
    H_WEEKEND,
    H_ONE_TIME,
    H_AGAIN,
    N_HABITS = RING_HABITS
};

static const struct {
    const char *rule;
    bool by_dept;
    uint8_t mild; /* per cent of the stays of the ordinary quarter */
    uint8_t quarter;
    const char *bad, *twin;
} habits[N_HABITS] = {
    {"F07.ddimer", true, 45, 2, "人人做 D-二聚体", "不到一半的人做"},
    {"F07.tumour", true, 45, 3, "人人做肿瘤标志物", "不到一半的人做"},
    {"F07.hba1c", true, 45, 2, "人人做糖化血红蛋白", "不到一半的人做"},
    {"F07.echo", true, 45, 3, "人人做心脏彩超", "不到一半的人做"},
    {"F07.recon", true, 45, 2, "人人做 CT 三维重建", "不到一半的人做"},
    {"H04.drug", false, 0, 2, "药费占比高", "恢复与别家一样"},
    {"H04.exam", false, 0, 3, "检查检验占比高", "恢复与别家一样"},
    {"H04.device", false, 0, 3, "耗材占比高", "恢复与别家一样"},
    {"H04.treat", false, 0, 3, "治疗占比高", "恢复与别家一样"},
    {"H04.ct", false, 0, 3, "人人做 CT", "恢复与别家一样"},
    {"H04.mr", false, 0, 2, "人人做核磁", "恢复与别家一样"},
    {"H04.cost", false, 0, 3, "次均费用高", "恢复与别家一样"},
    {"H04.los", false, 0, 2, "平均住院日长", "恢复与别家一样"},
    {"H04.short", false, 0, 2, "两日内出院多", "恢复与别家一样"},
    {"H04.weekend", false, 0, 3, "周末入院多", "恢复与别家一样"},
    {"H08", false, 30, 2, "费用一次上传", "三成费用一次上传"},
    {"H05", false, 0, 2, "六成出院后三十一日内再入院", "再入院与别家一样"},
};

static bool chance(struct plan *g, unsigned percent)
{
    return rng_below(&g->r, 100) < percent;
}

static void add(struct episode *ep, const char *cls, sec_t t, int64_t cnt)
{
    episode_line(ep, item_of(cls), t, cnt);
}

/* What anybody may get now and then, and what the habit gives to all. */
static void extras(struct plan *g, struct episode *ep, enum habit h, bool has)
{
    sec_t t = ep->begn + 3000;
    day_t from = sec_day(ep->begn), to = sec_day(ep->end);
    if (chance(g, 14) || (h == H_DDIMER && has))
        add(ep, "lab.ddimer", t, 1);
    if (chance(g, 12) || (h == H_TUMOUR && has))
        add(ep, "lab.tumor.cea", t, 1);
    if (chance(g, 10) || (h == H_HBA1C && has))
        add(ep, "lab.hba1c.cycle", t, 1);
    if (chance(g, 12) || (h == H_ECHO && has))
        add(ep, "us.heart", t, 1);
    bool recon = chance(g, 5) || (h == H_RECON && has);
    if (chance(g, 14) || recon || (h == H_CT && has))
        add(ep, "ct.plain", t, h == H_CT && has ? 3 : 1); /* three parts of the body */
    if (recon)
        add(ep, "ct.recon", t + 60, 1);
    if (chance(g, 6) || (h == H_MR && has))
        add(ep, "mr.plain", t, 1);
    if (chance(g, 8) || (h == H_COST && has)) /* F07.osm */
        add(ep, "lab.osm", t, 1);
    if (!has)
        return;
    if (h == H_DRUG || h == H_COST)
        add(ep, "ward.citicoline", t, h == H_COST ? 900 : 600);
    if (h == H_COST)
        add_list(ep, "us.color mr.plain", t + 600);
    if (h == H_EXAM)
        add_list(ep,
                 "us.color us.carotid us.limb us.heart xray.dr lab.troponin lab.bnp mr.plain "
                 "us.superficial lab.tumor.afp lab.tumor.ca199",
                 t + 600);
    if (h == H_EXAM) /* not on the day of a plain one, which it includes (C01) */
        add(ep, "ct.enhanced", at_time(from + 1, 8, 0), 1);
    for (day_t d = from; d < to; d++) {
        if (h == H_DEVICE)
            add(ep, "mat.dressing_mat", at_time(d, 15, 0), 10);
        if (h == H_TREAT)
            add(ep, "oxygen", at_time(d, 15, 0), d == from ? 5 : 22);
    }
}

/* Without the daily charges, which would be too many a day when all come at two moments. */
static void bare_stay(struct plan *g, struct episode *ep, const struct person *p, uint32_t inst,
                      const char *dx, day_t d, int los)
{
    sec_t b = at_time(d, 10, rng_range(&g->r, 0, 59)), e = at_time(d + los, 9, 30);
    episode_begin(ep, g->w, p, inst, "21", DP_MED, b, e);
    ep->setl_time = e + 1800;
    episode_dx(ep, dx);
    add_list(ep, "lab.cbc lab.urine.machine panel.liver ecg", b + 1200);
    add(ep, "ward.citicoline", b + 1200, rng_range(&g->r, 20, 70));
    add(ep, "ward.mecobalamin", b + 1200, rng_range(&g->r, 1, 60));
}

static void one_stay(struct plan *g, const struct person *p, uint32_t inst, enum habit h, bool has,
                     day_t d, unsigned k)
{
    static const char *const mixed[] = {"K29.500", "N39.000", "R42.x00", "A09.000", "J20.900"};
    static const char *const grave[] = {"I50.900", "I63.900", "E11.900", "I25.100", "K27.900"};
    static const char *const exam[] = {"us.color", "xray.dr", "lab.esr",      "lab.phos",
                                       "lab.mg",   "lab.bnp", "lab.troponin", "lab.glucose"};
    struct episode ep;
    int los = h == H_LOS && has                       ? rng_range(&g->r, 11, 14)
              : (h == H_SHORT && has) || chance(g, 6) ? rng_range(&g->r, 1, 2)
                                                      : rng_range(&g->r, 4, 7);
    int weekday = (int)((d + 3) % 7); /* 0 = Monday */
    if (h == H_WEEKEND && has && weekday < 5)
        d += 5 - weekday + (int)(k % 2);
    /* tests for light illnesses would be another question (B08) */
    bool tested = has && (h == H_EXAM || h == H_CT || h == H_MR || h == H_RECON);
    const char *dx = (tested ? grave : mixed)[(k + p->idx) % 5];
    if (h == H_ONE_TIME && has) {
        bare_stay(g, &ep, p, inst, dx, d, 3);
    } else {
        quiet_stay(g, &ep, p, inst, dx, d, los);
        for (unsigned x = 0; x < 8; x++) /* no two alike, or they were a template (B16) */
            if ((p->idx >> x) % 4 == 1)
                add(&ep, exam[x], ep.begn + 2400 + x, 1);
    }
    if (h == H_LOS && has && k % 3 == 0) /* why they stay longer (H04.infect) */
        episode_dx(&ep, "T81.400");
    extras(g, &ep, h, has);
    for (int x = 0; h == H_WEEKEND && has && x < ep.n; x++)
        if (ep.lines[x].it == item_of("ecg")) /* by the lead: C04.unit */
            ep.lines[x].cnt = 3 * QTY_ONE;
    for (int x = 0; h == H_ONE_TIME && has && x < ep.n; x++)
        ep.lines[x].t = x < 3 ? ep.begn + 1200 : ep.end - 3600;
    episode_emit(&ep);
}

/* Three of them have another habit beside. */
static void second_habit(struct plan *g, enum habit h, uint32_t inst, int q)
{
    static const struct {
        enum habit h;
        const char *rule, *what, *bad, *twin;
    } also[] = {
        {H_LOS, "H04.infect", NULL, "三成住院有手术后感染的诊断", "没有这样的诊断"},
        {H_COST, "F07.osm", "dept", "人人收渗透压检查", "很少的人收"},
        {H_WEEKEND, "C04.unit", "ecg", "心电图按导联收三次", "一人一日一次"},
    };
    const char *code = g->w->insts[inst].code;
    for (size_t k = 0; k < sizeof also / sizeof also[0]; k++) {
        if (also[k].h != h)
            continue;
        const char *what = !also[k].what            ? ""
                           : also[k].what[0] == 'd' ? synth_depts[DP_MED].code
                                                    : item_of(also[k].what)->code;
        char owner[96];
        snprintf(owner, sizeof owner, "%s%s%s|%dQ%d", code, what[0] ? "|" : "", what, g->w->year,
                 q);
        g->rule = also[k].rule;
        truth(g, "可疑", owner, NULL, NULL, NULL, g->bad ? also[k].bad : also[k].twin);
    }
}

/* A quarter of a hospital. `who`: its patients. */
static void quarter(struct plan *g, enum habit h, const uint32_t *who, int q)
{
    struct world *w = g->w;
    uint32_t inst = w->at_kind[K_RING] + h;
    bool bad = q == habits[h].quarter;
    day_t first = day_from_ymd(g->w->year, q * 3 - 2, 2);
    struct person p;
    for (unsigned k = 0; k < STAYS; k++) {
        bool has = bad || k * 100 < habits[h].mild * STAYS;
        day_t d = first + (day_t)(k * (h == H_AGAIN ? 42 : 72) / STAYS);
        /* not beside the same neighbours in both quarters, or they were a gang (B17) */
        person_make(w, who[q == 2 ? k : k * 23 % STAYS], &p);
        one_stay(g, &p, inst, h, has, d, k);
        /* another illness, four weeks later; a few everywhere */
        bool again = h == H_AGAIN && bad ? k < AGAIN : chance(g, 5);
        /* and out before the next quarter, when he lies elsewhere */
        if (again && d + 31 + 8 < first + 90)
            one_stay(g, &p, inst, h, false, d + 7 + 24, k + 2);
    }
    char owner[64];
    snprintf(owner, sizeof owner, "%s%s%s|%dQ%d", w->insts[inst].code, habits[h].by_dept ? "|" : "",
             habits[h].by_dept ? synth_depts[DP_MED].code : "", w->year, q);
    g->rule = habits[h].rule;
    g->bad = bad;
    truth(g, "可疑", owner, NULL, NULL, NULL, bad ? habits[h].bad : habits[h].twin);
    second_habit(g, h, inst, q);
}

static void ring(struct plan *g)
{
    struct world *w = g->w;
    static uint32_t who[N_HABITS][STAYS];
    struct person p;
    if (!g->bad || w->of_kind[K_RING] < N_HABITS || w->days < 270)
        return;
    for (int h = 0; h < N_HABITS; h++)
        for (int k = 0; k < STAYS; k++) {
            if (!pick(g, PICK_ANY, &p))
                return;
            who[h][k] = p.idx;
        }
    for (int h = 0; h < N_HABITS; h++) {
        quarter(g, (enum habit)h, who[h], 2);
        quarter(g, (enum habit)h, who[(h + 5) % N_HABITS], 3);
    }
}

/* --- surgeons ----------------------------------------------------------------------------------- */

static bool hip(struct plan *g, uint32_t inst, uint32_t dr, day_t d, uint32_t k, bool lavish)
{
    static const char *const exam[] = {"us.color", "xray.dr",  "lab.ddimer", "lab.bnp",
                                       "lab.esr",  "lab.phos", "us.carotid", "lab.mg"};
    struct person p;
    struct episode ep;
    if (!pick(g, PICK_OLD, &p))
        return false;
    quiet_stay(g, &ep, &p, inst, "S72.000", d, rng_range(&g->r, 9, 13));
    ep.dr = dr;
    for (unsigned x = 0; x < 8; x++)
        if ((p.idx >> x) & 1)
            add(&ep, exam[x], ep.begn + 2400 + x, 1);
    sec_t t = at_time(d + 2, 8 + (int)(dr % 3) * 3, 0);
    add(&ep, "surgery.hip", t, 1);
    add(&ep, "mat.hip", t + 60, 1);
    /* much the same with all surgeons, over their operations */
    add(&ep, "mat.suture", t + 120, 4 + (int)((k * 8 + dr) % OPS));
    add(&ep, "mat.hemostat", t + 180,
        lavish ? 24 + (int)(k * 8 % 13) : 1 + (k % 7 < dr % SURGEONS));
    episode_op(&ep, "81.5100", "全髋关节置换", "1", t, t + 5400);
    episode_emit(&ep);
    return true;
}

static void period_owner(char *to, size_t cap, int year, const char *code, const char *what,
                         int month)
{
    if (month)
        snprintf(to, cap, "%s%s%s|%d-%02d", code, what ? "|" : "", what ? what : "", year, month);
    else
        snprintf(to, cap, "%s|%s|%dQ4", code, what, year);
}

/* Of six surgeons one uses ten times the haemostatics; and all of it begins in October. */
static void surgeons(struct plan *g)
{
    struct world *w = g->w;
    if (!g->bad || w->of_kind[K_RING] < N_HABITS + 1 || w->days < 365)
        return;
    uint32_t inst = w->at_kind[K_RING] + N_HABITS;
    for (int m = 1; m <= 9; m++)
        for (int k = 0; k < 3; k++)
            if (!hip(g, inst, doctor_of(w, inst, DP_ORTH, (uint32_t)k),
                     day_from_ymd(g->w->year, m, 4 + 6 * k), (uint32_t)m, false))
                return;
    day_t first = day_from_ymd(g->w->year, 10, 3);
    for (uint32_t s = 0; s < SURGEONS; s++)
        for (uint32_t k = 0; k < OPS; k++)
            if (!hip(g, inst, doctor_of(w, inst, DP_ORTH, s), first + (day_t)(k * 72 / OPS), k, !s))
                return;
    char owner[96], dr[14];
    for (uint32_t s = 0; s < 2; s++) {
        g->bad = s == 0;
        g->rule = "F08.joint";
        doctor_code(w, doctor_of(w, inst, DP_ORTH, s), dr);
        snprintf(owner, sizeof owner, "%s|%s|%dQ4", w->insts[inst].code, dr, w->year);
        truth(g, "可疑", owner, NULL, NULL, NULL,
              s ? "与同行用得一样多" : "每台关节置换多用数千元止血材料");
    }
    static const struct {
        const char *rule, *what;
        int by; /* 0 institution and group, 1 place and group, 2 institution */
    } surge[] = {
        {"G04.institution", "人工关节", 0}, {"G04.county", "人工关节", 1}, {"H06.surge", NULL, 2}};
    for (int k = 0; k < 3; k++)
        for (int twin = 0; twin < 2; twin++) {
            g->bad = !twin;
            g->rule = surge[k].rule;
            period_owner(owner, sizeof owner, w->year,
                         surge[k].by == 1 ? w->insts[inst].place : w->insts[inst].code,
                         surge[k].what, twin ? 9 : 10);
            truth(g, "可疑", owner, NULL, NULL, NULL,
                  twin ? "九月还与平时一样" : "十月起手术成倍增加");
        }
}

const struct planting plants_ring[] = {{"F07", ring, 1}, {"F08", surgeons, 1}, {NULL, NULL, 0}};
