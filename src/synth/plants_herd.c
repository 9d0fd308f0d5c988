/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Stays of several persons: village, household, minute, amount, bed, census. */
#include <stdio.h>

#include "synth/plants.h"

static const char *const mixed[] = {"K29.500", "N39.000", "R42.x00", "A09.000",
                                    "E11.900", "J20.900", "I50.900", "N20.100"};

static void b10(struct plan *g)
{
    struct world *w = g->w;
    int kind = (int)(g->k % 3);
    bool flu = !g->bad && kind == 0;
    uint32_t n = !g->bad && kind == 1 ? 4 : 5;
    struct person p[5];
    if (!pick_village(g, n, p))
        return;
    /* not where their neighbours go, so that chance adds nobody */
    uint32_t at_home = inst_of(w, K_PRIV, p[0].county, (uint32_t)rng_mix(p[0].village + 9u)),
             n_try = 0;
    uint32_t inst = some(g, K_PRIV, p[0].county);
    while (inst == at_home && n_try++ < 20)
        inst = some(g, K_PRIV, p[0].county);
    int slots = (int)(2 * g->count), at_slot = (int)(g->k * 2 + !g->bad);
    day_t d = flu ? w->from + 8 + (day_t)rng_below(&g->r, 14)
                  : w->from + 30 + at_slot * (w->days > 90 ? w->days - 60 : 30) / slots;
    struct ids i = {BUF_INIT};
    struct episode ep;
    bool together = g->k % 2 == 0; /* they leave on one day */
    for (uint32_t k = 0; k < n; k++) {
        int at = !g->bad && kind == 2 ? (int)k * 2 : (int)k % 3;
        quiet_stay(g, &ep, &p[k], inst, flu ? "J11.100" : mixed[(k + g->k) % 8], d + at,
                   together && g->bad ? 8 - at : 5 + (int)(k * 2 % 5));
        ep.begn = at_time(d + at, 8 + (int)k, 7 + (int)k * 11);
        for (int l = 0; l < ep.n; l++)
            if (ep.lines[l].t < ep.begn)
                ep.lines[l].t = ep.begn + 600;
        episode_emit(&ep);
        ids_add(&i, "mdtrt", ep.mdtrt_id);
    }
    char owner[64];
    snprintf(owner, sizeof owner, "%s|%s", w->insts[inst].code, p[0].emp_no);
    truth(g, together ? "高疑" : "可疑", owner, NULL, &ep, &i,
          g->bad   ? "同村五人三日内住进同一机构"
          : flu    ? "流感季节的同村病例"
          : n == 4 ? "同村四人"
                   : "同村五人，每两日一人");
}

static void b11(struct plan *g)
{
    struct world *w = g->w;
    int kind = (int)(g->k % 3);
    uint32_t n = g->bad && g->k % 3 == 2 ? 3 : 2;
    struct person p[3];
    if (!pick_household(g, n, p)) {
        n = 2;
        if (!pick_household(g, n, p))
            return;
    }
    uint32_t inst = some(g, K_TOWN, p[0].county), other = some(g, K_PRIV, p[0].county);
    day_t d = a_day(g, 5, 30);
    if (!g->bad && kind == 0)
        d = w->from + 8 + (day_t)rng_below(&g->r, 14);
    struct ids i = {BUF_INIT};
    struct episode ep;
    for (uint32_t k = 0; k < n; k++) {
        int at = !g->bad && kind == 1 ? (int)k * 3 : (int)k;
        quiet_stay(g, &ep, &p[k], !g->bad && kind == 2 && k ? other : inst,
                   !g->bad && kind == 0 ? "J11.100" : mixed[(k * 3 + g->k) % 8], d + at,
                   5 + (int)k * 2);
        episode_emit(&ep);
        ids_add(&i, "mdtrt", ep.mdtrt_id);
    }
    char owner[64];
    snprintf(owner, sizeof owner, "%s|%s", w->insts[inst].code, p[0].house_no);
    truth(g, n > 2 ? "高疑" : "可疑", owner, NULL, &ep, &i,
          g->bad      ? "同户数人前后住进同一机构"
          : kind == 0 ? "同户流感"
          : kind == 1 ? "相隔三日"
                      : "不在同一机构");
}

static void b12(struct plan *g)
{
    struct world *w = g->w;
    uint32_t n = !g->bad && g->k % 2 == 0 ? 4 : 5;
    int gap = !g->bad && g->k % 2 ? 151 : 120;
    uint32_t inst = some(g, K_PRIV, 0);
    int room = w->days > CROWD_FREE + 40 ? w->days - CROWD_FREE - 30 : 30; /* each its own day */
    day_t d = w->from + CROWD_FREE + (int)(g->k * 2 + !g->bad) * room / 24;
    struct ids i = {BUF_INIT};
    struct person p;
    struct episode ep;
    for (uint32_t k = 0; k < n; k++) {
        if (!pick_herd(g, &p)) {
            buf_release(&i.b);
            return;
        }
        quiet_stay(g, &ep, &p, inst, mixed[(k + g->k) % 8], d, 4 + (int)(k * 3 % 7));
        ep.begn = at_time(d, 7, 11) + (sec_t)k * gap;
        episode_emit(&ep);
        ids_add(&i, "mdtrt", ep.mdtrt_id);
    }
    g->rule = "B12.a";
    truth(g, "可疑", w->insts[inst].code, NULL, &ep, &i,
          g->bad   ? "十分钟内五人入院"
          : n == 4 ? "十分钟内四人入院"
                   : "五人，前后十分零四秒");
}

/* A month of a special hospital in which almost all the fund pays is alike. */
static void b13(struct plan *g)
{
    struct world *w = g->w;
    uint32_t slot = g->k * 2 + !g->bad, months = w->months > 3 ? (uint32_t)w->months - 3 : 0;
    if (!months || slot / months >= 3)
        return; /* no month left */
    uint32_t inst = special(g, 5 + slot / months);
    int month = 3 + (int)(slot % months), kind = (int)(g->k % 2);
    uint32_t n = !g->bad && kind == 0 ? 7 : 8;
    day_t first = day_from_ymd(g->w->year + month / 12, month % 12 + 1, 1);
    fen_t base = 131700 + rng_range(&g->r, 0, 40000);
    struct ids i = {BUF_INIT};
    struct person p;
    struct episode ep;
    for (uint32_t k = 0; k < n; k++) {
        if (!pick_herd(g, &p)) {
            buf_release(&i.b);
            return;
        }
        quiet_stay(g, &ep, &p, inst, mixed[(k + g->k) % 8], first + 1 + (day_t)k * 3, 3);
        episode_line(&ep, item_of("ward.edaravone"), ep.begn + 2500, 60);
        ep.fund_exact = base + (fen_t)k * (!g->bad && kind == 1 ? 260 : 110);
        episode_emit(&ep);
        ids_add(&i, "mdtrt", ep.mdtrt_id);
    }
    int y, m, x;
    day_to_ymd(first, &y, &m, &x);
    char owner[64];
    snprintf(owner, sizeof owner, "%s|%04d-%02d|21", w->insts[inst].code, y, m);
    g->rule = "B13.fund";
    truth(g, "可疑", owner, NULL, &ep, &i,
          g->bad   ? "八人报销金额相差不到八元"
          : n == 7 ? "只有七人"
                   : "相邻两人差两元六角，窗口内不足八人");
}

static void b14(struct plan *g)
{
    struct world *w = g->w;
    struct person p, q;
    struct episode a, b;
    if (!pick(g, PICK_RESIDENT, &p) || !pick(g, PICK_RESIDENT, &q))
        return;
    int kind = (int)(g->k % 2);
    uint32_t inst = inst_of(w, K_H2, 0, g->k);
    day_t d = a_day(g, 5, 40);
    char bed[12];
    snprintf(bed, sizeof bed, "%02u%02u", 60 + (unsigned)!g->bad, (unsigned)(g->k % 99) + 1);
    quiet_stay(g, &a, &p, inst, "K29.500", d, 9);
    snprintf(a.bed, sizeof a.bed, "%s", bed);
    episode_emit(&a);
    quiet_stay(g, &b, &q, inst, "R42.x00", d + (g->bad ? 4 : kind == 0 ? 9 : 4), 8);
    snprintf(b.bed, sizeof b.bed, "%s", bed);
    if (!g->bad && kind == 1)
        b.bed[0] = '7'; /* another ward */
    episode_emit(&b);
    struct ids i = {BUF_INIT};
    ids_add(&i, "mdtrt", b.mdtrt_id);
    ids_add(&i, "mdtrt", a.mdtrt_id);
    char owner[64];
    snprintf(owner, sizeof owner, "%s|%.2s|%s", w->insts[inst].code, bed, bed);
    truth(g, "可疑", owner, NULL, &b, &i,
          g->bad      ? "两人同床重叠五夜"
          : kind == 0 ? "前一人当日出院"
                      : "不在同一病区");
}

/* Five beds: six may lie there, seven may not. */
static void b15(struct plan *g)
{
    struct world *w = g->w;
    uint32_t inst = special(g, 0), n = g->bad ? 7 : 6;
    int slot = (int)(g->k * 2 + !g->bad), step = 9, room = (w->days - CROWD_FREE - 12) / step;
    if (room < 1 || slot >= 2 * room)
        return;
    if (slot >= room)
        inst = special(g, 4); /* two of them share the year */
    day_t d = w->from + CROWD_FREE + 3 + slot % room * step;
    struct ids i = {BUF_INIT};
    struct person p;
    struct episode ep;
    for (uint32_t k = 0; k < n; k++) {
        if (!pick_herd(g, &p)) {
            buf_release(&i.b);
            return;
        }
        int at = k < 3 ? 0 : k < 5 ? 1 : 2;
        quiet_stay(g, &ep, &p, inst, mixed[(k + g->k) % 8], d + at, 3 - at + (int)(k % 2));
        episode_line(&ep, item_of("ward.edaravone"), ep.begn + 2500, rng_range(&g->r, 1, 70));
        episode_emit(&ep);
        if (k + 1 == n)
            ids_add(&i, "mdtrt", ep.mdtrt_id);
    }
    truth(g, "高疑", w->insts[inst].code, NULL, &ep, &i,
          g->bad ? "五张床位住了七人" : "五张床位住了六人，未超过一点二倍");
}

const struct planting plants_herd[] = {{"B10", b10, 0},  {"B11", b11, 0}, {"B12", b12, 12},
                                       {"B13", b13, 12}, {"B14", b14, 0}, {"B15", b15, 12},
                                       {NULL, NULL, 0}};
