/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Crowds again: a day on which a hospital fills up, and stays at one price each that cost the same. */
#include <stdio.h>

#include "synth/plants.h"

static const char *const mixed[] = {"K29.500", "N39.000", "R42.x00", "A09.000",
                                    "J20.900", "N20.100", "M51.200", "I10.x00"};

static bool admit(struct plan *g, struct episode *ep, uint32_t inst, day_t d, uint32_t k)
{
    struct person p;
    if (!pick(g, PICK_RESIDENT, &p))
        return false;
    quiet_stay(g, ep, &p, inst, mixed[k % 8], d, 4 + (int)(k * 5 % 6));
    ep->begn = at_time(d, 7 + (int)(k % 9), 10 + (int)(k * 7 % 40));
    episode_emit(ep);
    return true;
}

/* A hospital of its own takes in one a day, every other day; on one day eight, on another seven. */
static void b12_b(struct plan *g)
{
    struct world *w = g->w;
    uint32_t inst = special(g, 12), n = g->bad ? 8 : 7;
    struct episode ep;
    if (w->n < 5000 || w->days < 200)
        return;
    day_t first = w->from + 10, d = first + (g->bad ? 90 : 130);
    for (day_t k = first; g->bad && k < first + 130; k += 2)
        if (!admit(g, &ep, inst, k, (uint32_t)(k - first) / 2))
            return;
    for (uint32_t k = 0; k < n; k++)
        if (!admit(g, &ep, inst, d + (g->bad ? 1 : 0), k + 3))
            return;
    struct buf owner = BUF_INIT;
    buf_fmt(&owner, "%s|", w->insts[inst].code);
    day_print(&owner, d + (g->bad ? 1 : 0));
    truth(g, "可疑", buf_cstr(&owner), NULL, &ep, NULL,
          g->bad ? "平日一人，这一日八人入院" : "七人");
    buf_release(&owner);
}

/* Priced by the disease (26): eight patients of a month cost the same. */
static void b13_fee(struct plan *g)
{
    struct world *w = g->w;
    uint32_t slot = g->k * 2 + !g->bad, months = w->months > 3 ? (uint32_t)w->months - 3 : 0;
    if (!months || slot / months >= 3)
        return;
    uint32_t inst = special(g, 5 + slot / months), n = !g->bad && g->k % 2 == 0 ? 7 : 8;
    int month = 3 + (int)(slot % months);
    day_t first = day_from_ymd(g->w->year + month / 12, month % 12 + 1, 1);
    struct ids i = {BUF_INIT};
    struct person p;
    struct episode ep;
    for (uint32_t k = 0; k < n; k++) {
        if (!pick_herd(g, &p)) {
            buf_release(&i.b);
            return;
        }
        day_t d = first + 2 + (day_t)k * 3;
        episode_begin(&ep, w, &p, inst, "26", DP_SURG, at_time(d, 9, (int)k * 7),
                      at_time(d + 3, 9, (int)k * 5));
        episode_dx(&ep, mixed[k % 8]);
        episode_days(&ep, 2);
        /* 3.2 yuan a bottle: within ten yuan of each other, or not */
        episode_line(&ep, item_of("ward.ns"), ep.begn + 600,
                     200 + (int)k % 3 + (!g->bad && n == 8 ? (int)k * 6 : 0));
        episode_emit(&ep);
        ids_add(&i, "mdtrt", ep.mdtrt_id);
    }
    int y, m, x;
    day_to_ymd(first, &y, &m, &x);
    char owner[64];
    snprintf(owner, sizeof owner, "%s|%04d-%02d|26", w->insts[inst].code, y, m);
    truth(g, "可疑", owner, NULL, &ep, &i,
          g->bad   ? "按病种付费的八人总费用几乎相同"
          : n == 7 ? "只有七人"
                   : "相邻两人差近二十元");
}

/* One of the template: nine things out of sixteen, the first on as many days as he likes. */
static bool from_template(struct plan *g, struct ids *i, uint32_t inst, day_t d, uint32_t slot,
                          uint32_t k)
{
    static const char *const of[] = {
        "ward.citicoline",  "zdrug.danshen",    "physio.midfreq", "physio.infrared",
        "us.heart",         "ward.mecobalamin", "tcm.acup",       "physio.magnet",
        "zdrug.naoxintong", "panel.lipid",      "ecg.holter",     "physio.wax",
        "ward.edaravone",   "lab.crp",          "physio.lowfreq", "us.carotid"};
    struct person p;
    struct episode ep;
    if (!pick_herd(g, &p))
        return false;
    episode_begin(&ep, g->w, &p, inst, "21", DP_MED, at_time(d, 8 + (int)k % 8, 15),
                  at_time(d + 6, 9, (int)k * 9 % 60));
    episode_dx(&ep, "I25.100");
    episode_days(&ep, 2);
    for (uint32_t n = 0; n < 9; n++) /* 7 is prime to 16: neighbours differ in most of the nine */
        for (int day = 1; day < 5 - (n == 0 ? (int)k % 4 : 0); day++)
            episode_line(&ep, item_of(of[(slot * 7 + n) % 16]), at_time(d + day, 10, (int)n * 3),
                         1);
    episode_emit(&ep);
    ids_add(i, "mdtrt", ep.mdtrt_id);
    return true;
}

static void b16(struct plan *g)
{
    struct world *w = g->w;
    uint32_t slot = g->k * 2 + !g->bad, n = !g->bad && g->k % 2 ? 5 : 6;
    uint32_t inst = inst_of(w, K_PRIV, 0, g->k);
    int quarters = w->days / 91;
    if (quarters < 2)
        return;
    day_t first = day_from_ymd(g->w->year, 1 + 3 * (1 + (int)g->k % (quarters - 1)) % 12, 2);
    struct ids i = {BUF_INIT};
    bool ok = true;
    for (uint32_t k = 0; k < n && ok; k++)
        ok = from_template(g, &i, inst, first + (day_t)k * 11 + (day_t)(slot % 5), slot, k);
    for (uint32_t k = 0; k < 2 && !g->bad && n == 6 && ok;
         k++) /* two other hospitals do the same */
        ok = from_template(g, &i, inst_of(w, k ? K_H2 : K_TOWN, 0, 0), first + 20, slot, k);
    if (!ok) {
        buf_release(&i.b);
        return;
    }
    int y, m, d;
    day_to_ymd(first, &y, &m, &d);
    struct episode ep = {.inst = inst};
    char owner[64];
    snprintf(owner, sizeof owner, "%s|%04dQ%d", w->insts[inst].code, y, (m - 1) / 3 + 1);
    truth(g, "可疑", owner, NULL, &ep, &i,
          g->bad   ? "六人的收费项目一模一样"
          : n == 5 ? "只有五人"
                   : "三家机构都这样收，是临床路径");
}

/* Three who go in and come out together. */
static void together(struct plan *g, struct ids *i, const struct person *p, int n, int times,
                     bool moving)
{
    static const char *const apart[] = {"K29.500", "N39.000", "R42.x00", "J20.900"};
    struct episode ep;
    /* plant and twin of one number go to one hospital: not in the same days, or they were one gang */
    day_t d = g->w->from + 5 + (day_t)((g->k * 7 + (g->bad ? 0 : 37)) % 75);
    for (int t = 0; t < times; t++)
        for (int k = 0; k < n; k++) {
            uint32_t inst = inst_of(g->w, K_TOWN, p[0].county, g->k + (moving ? (uint32_t)t : 0));
            quiet_stay(g, &ep, &p[k], inst, apart[(t + k) % 4], d + 80 * t + k % 2, 7);
            episode_emit(&ep);
            ids_add(i, "mdtrt", ep.mdtrt_id);
        }
}

static void swipes(struct plan *g, struct ids *i, const struct person *p, int n, int minutes)
{
    static const char *const of[] = {"common.z.liuwei", "zdrug.tianma", "common.calcium"};
    struct episode ep;
    day_t d = a_day(g, 5, 100);
    uint32_t inst = inst_of(g->w, K_PHARM, p[0].county, g->k);
    for (int t = 0; t < 4; t++)
        for (int k = 0; k < n; k++) {
            purchase(&ep, g->w, &p[k], inst, "41", DP_MED,
                     at_time(d + 25 * t, 19 - 2 * t, 5) + (sec_t)k * minutes * 60, of[k % 3], 5);
            snprintf(ep.terminal, sizeof ep.terminal, "%s-T1", g->w->insts[inst].code);
            episode_emit(&ep);
            sell_rows(&ep);
            ids_add(i, "setl", ep.setl_id[0]);
        }
}

static void b17(struct plan *g)
{
    struct person p[3];
    struct ids i = {BUF_INIT};
    unsigned form = (unsigned)((g->k + g->w->seed) % 3); /* one hospital, two, a pharmacy */
    bool family = !g->bad && form == 0;
    if (g->w->days < 330)
        return;
    if (family) {
        if (!pick_household(g, 3, p))
            return;
    } else {
        for (int k = 0; k < 3; k++)
            if (!pick(g, PICK_RESIDENT, &p[k]))
                return;
    }
    if (form == 2)
        swipes(g, &i, p, 3, g->bad ? 4 : 11);
    else
        together(g, &i, p, 3, g->bad || family ? 3 : 2, form == 1);
    const struct person *least = &p[0];
    for (int k = 1; k < 3; k++)
        if (strcmp(p[k].psn_no, least->psn_no) < 0)
            least = &p[k];
    struct ids house = {BUF_INIT};
    if (family)
        buf_str(&house.b, buf_cstr(&i.b));
    g->rule = form == 2 ? "B17.swipe" : "B17.stay";
    truth(g, form == 1 ? "高疑" : "可疑", NULL, least, NULL, &i,
          g->bad && form == 2 ? "三人四天前后脚在同一药店刷卡"
          : g->bad            ? "三人三次同进同出"
          : family            ? "一家三口"
          : form == 2         ? "同一天，相隔十分钟以上"
                              : "只有两次");
    if (!family)
        return;
    /* no gang, but three of one house in one hospital are another question */
    g->bad = true;
    g->rule = "B11";
    truth(g, "高疑", NULL, least, NULL, &house, "一家三口三次同住一院");
    g->bad = false;
}

const struct planting plants_herd2[] = {{"B12.b", b12_b, 1},
                                        {"B13.fee", b13_fee, 6},
                                        {"B16", b16, 8},
                                        {"B17", b17, 0},
                                        {NULL, NULL, 0}};
