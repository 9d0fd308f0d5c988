/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Working hours, operations at one time, lots and expiry. */
#include <stdio.h>

#include "synth/plants.h"

static unsigned form(const struct plan *g, unsigned n)
{
    return (unsigned)((g->k + g->w->seed) % n);
}

/* Eleven patients of an hour each are more than ten hours. */
static void f05(struct plan *g)
{
    struct world *w = g->w;
    struct person p;
    struct episode ep;
    if (g->n_crowd < 60)
        return;
    bool shared = !g->bad && form(g, 2) == 0; /* two therapists */
    uint32_t inst = special(g, 9), n = g->bad || shared ? 11 : 10;
    day_t d = w->from + 46 + 4 * (int)(g->k * 2 + !g->bad);
    struct ids i = {BUF_INIT};
    for (uint32_t k = 0; k < n; k++) {
        crowd_person(g, 20 + k, &p);
        sec_t t = at_time(d, 8, 0) + (sec_t)k * 3000;
        episode_begin(&ep, w, &p, inst, "11", DP_REH, t, t + 3600);
        episode_dx(&ep, "I69.300");
        ep.dr = doctor_of(w, inst, DP_REH, shared ? k % 2 : 0);
        episode_line(&ep, item_of("rehab.hemiplegia"), t + 60, 1)->acord = true;
        episode_line(&ep, item_of(k % 2 ? "rehab.speech" : "rehab.cognition"), t + 1900, 1)
            ->acord = true;
        episode_emit(&ep);
        ids_add(&i, "line", ep.lines[0].sn);
    }
    char owner[64], code[14];
    int y, m, dd;
    doctor_code(w, ep.dr, code);
    day_to_ymd(d, &y, &m, &dd);
    snprintf(owner, sizeof owner, "%s|%04d-%02d-%02d", code, y, m, dd);
    truth(g, "高疑", owner, NULL, &ep, &i,
          g->bad   ? "一名治疗师一日治疗六百六十分钟"
          : shared ? "两名治疗师分担"
                   : "恰六百分钟");
}

static void operation(struct plan *g, struct episode *ep, const struct person *p, uint32_t dr,
                      uint32_t anaesthetist, sec_t b, sec_t e)
{
    uint32_t h3 = inst_of(g->w, K_H3, 0, 0);
    quiet_stay(g, ep, p, h3, "K80.200", sec_day(b) - 2, 8);
    ep->dr = dr;
    /* no two alike, so that they are not a template (B16) */
    static const char *const exam[] = {"us.color", "xray.dr", "lab.ddimer", "lab.troponin",
                                       "lab.bnp",  "lab.esr", "lab.phos",   "lab.mg"};
    for (uint32_t x = 0; x < 8; x++)
        if ((p->idx >> x) & 1)
            episode_line(ep, item_of(exam[x]), ep->begn + 3000, 1);
    episode_line(ep, item_of("surgery.hb.cholecystectomy"), b, 1);
    episode_op(ep, "51.2300", "腹腔镜下胆囊切除术", "1", b, e);
    if (anaesthetist != UINT32_MAX)
        ep->ops[0].anst_dr = anaesthetist;
    episode_emit(ep);
}

static void f06(struct plan *g)
{
    struct world *w = g->w;
    uint32_t h3 = inst_of(w, K_H3, 0, 0);
    bool surgeon = form(g, 2) == 0;
    uint32_t n = surgeon ? 2 : 3, k;
    struct person p[3];
    struct episode ep;
    for (k = 0; k < n; k++)
        if (!pick(g, PICK_OLD, &p[k]))
            return;
    /* of departments that do not operate; the lawful ones have doctors of their own */
    uint32_t dr = doctor_of(w, h3, surgeon ? DP_ER : DP_ICU, g->bad ? g->k % 3 : 3 + g->k % 2);
    day_t d = a_day(g, 10, 30);
    struct ids i = {BUF_INIT};
    for (k = 0; k < n; k++) {
        int later = surgeon ? (g->bad ? 60 : 110) : g->bad ? 12 : 45; /* minutes */
        sec_t b = at_time(d, 9, 0) + (sec_t)k * later * 60;
        uint32_t own = doctor_of(w, h3, DP_TCM, k);
        operation(g, &ep, &p[k], surgeon ? dr : own, surgeon ? UINT32_MAX : dr, b, b + 7200);
        ids_add(&i, "oprn", ep.oprn_id[0]);
    }
    char code[14];
    doctor_code(w, dr, code);
    g->rule = surgeon ? "F06.surgeon" : "F06.anaesthetist";
    truth(g, surgeon ? "可疑" : "高疑", code, NULL, &ep, &i,
          surgeon ? (g->bad ? "一名术者两台手术重叠一小时" : "两台手术重叠十分钟")
                  : (g->bad ? "一名麻醉医师三台麻醉同时" : "三台先后相隔四十五分钟"));
}

static void sold(struct plan *g, const struct episode *ep, const char *lot, day_t expires,
                 char id[32])
{
    struct writer *o = g->w->out;
    const struct eline *l = &ep->lines[0];
    snprintf(id, 32, "X%s%09llu", g->w->insts[ep->inst].place, (unsigned long long)++g->w->n_sale);
    row_str(o, T_3505, id);
    row_str(o, T_3505, g->w->insts[ep->inst].code);
    row_str(o, T_3505, l->it->code);
    row_str(o, T_3505, l->it->name);
    row_str(o, T_3505, "1");
    row_str(o, T_3505, ep->setl_id[0]);
    row_str(o, T_3505, ep->p->psn_no);
    row_str(o, T_3505, ep->p->name);
    row_str(o, T_3505, lot);
    row_day(o, T_3505, expires);
    row_str(o, T_3505, "0");
    row_fen(o, T_3505, l->pric);
    row_int(o, T_3505, 1);
    row_sec(o, T_3505, l->t);
    row_end(o, T_3505);
}

/* A pharmacy of a neighbouring county that nobody else buys from. */
static void g03(struct plan *g)
{
    static const char *const what[][2] = {{"common.z.liuwei", "common.calcium"},
                                          {"common.z.buzhong", "common.vitb"},
                                          {"common.z.guipi", "common.vitc"}};
    struct world *w = g->w;
    struct person p;
    struct episode ep;
    if (!pick(g, PICK_RESIDENT, &p))
        return;
    uint32_t inst = w->at_kind[K_FAR] + 5;
    const char *cls = what[g->k % 3][!g->bad];
    const struct item *it = item_of(cls);
    bool expired = form(g, 2) == 0, late = !g->bad && !expired;
    day_t d = a_day(g, 40, 40);
    char lot[24], id[32];
    snprintf(lot, sizeof lot, "23%02u%02u%d", g->k, (unsigned)(w->seed % 90) + 10, g->bad);
    stock_buy(w, inst, it, w->from + 2, 30);
    if (expired || late)
        stock_buy_lot(w, inst, it, late ? d + 5 : d - 20, 10, lot);
    purchase(&ep, w, &p, inst, "41", DP_MED, at_time(d, 10, 20), cls, 7);
    ep.lines[0].it = it;
    episode_emit(&ep);
    sold(g, &ep, lot, expired ? (g->bad ? d - 40 : d) : d + 400, id);
    struct ids i = {BUF_INIT};
    ids_add(&i, "sale", id);
    char owner[96];
    snprintf(owner, sizeof owner, "%s|%s", w->insts[inst].code, it->code);
    g->rule = expired ? "G03.expired" : "G03.unknown_lot";
    truth(g, "高疑", owner, &p, &ep, &i,
          expired ? (g->bad ? "过期四十日后售出" : "到期当日售出")
                  : (g->bad ? "批号从来没有进过货" : "进货记录五日后补传"));
}

/* One machine of twenty a day. */
static void f03_ct(struct plan *g)
{
    struct world *w = g->w;
    struct person p;
    struct episode ep;
    if (g->n_crowd < 126)
        return;
    uint32_t inst = special(g, 12), slot = g->k * 2 + !g->bad, n = g->bad ? 21 : 20;
    day_t d = w->from + 61 + 2 * (int)slot;
    struct ids i = {BUF_INIT};
    for (uint32_t k = 0; k < n; k++) {
        crowd_person(g, slot * 21 + k, &p);
        quiet_visit(g, &ep, &p, inst, "11", d, 8 + (int)k / 3, (int)k % 3 * 19);
        episode_line(&ep, item_of(k % 3 == 0 ? "ct.enhanced" : "ct.plain"), ep.begn + 300, 1);
        if (k % 3 == 2)
            episode_line(&ep, item_of("consult.op"), ep.begn + 60, 1);
        episode_emit(&ep);
        ids_add(&i, "line", ep.lines[0].sn);
    }
    char owner[64];
    snprintf(owner, sizeof owner, "%s|ct", w->insts[inst].code);
    truth(g, "高疑", owner, NULL, &ep, &i, g->bad ? "一台机一日二十例，收了二十一例" : "恰二十例");
}

/* Two in stock and three bought: eight times are three too many, which is let pass. */
static void f04(struct plan *g)
{
    struct world *w = g->w;
    struct person p;
    struct episode ep;
    if (w->days < 120 || !pick(g, PICK_OLD, &p))
        return;
    const struct item *it = item_of("mat.perfusion");
    static const uint8_t of[2][5] = {{8, 9, 10, 11, 12}, {0, 4, 5, 6, 7}}; /* none suspended */
    uint32_t inst = special(g, of[g->bad][g->k % 5]);
    bool late = !g->bad && form(g, 2) == 0; /* the ninth is covered three days later */
    day_t d = a_day(g, 10, 80);
    stock_take(w, inst, it, d - 2, 2);
    stock_buy(w, inst, it, d - 1, 3);
    struct ids i = {BUF_INIT};
    for (int k = 0; k < (g->bad || late ? 9 : 8); k++) {
        quiet_visit(g, &ep, &p, inst, "11", d + 8 * k, 15, 20 + k);
        ep.n_dx = 0;
        episode_dx(&ep, "N18.500");
        episode_line(&ep, item_of("dialysis.hp"), ep.begn + 300, 1);
        episode_emit(&ep);
        ids_add(&i, "line", ep.lines[0].sn);
    }
    if (late)
        stock_buy(w, inst, it, d + 8 * 8 + 3, 10);
    char owner[64];
    snprintf(owner, sizeof owner, "%s|perfusion", w->insts[inst].code);
    truth(g, "高疑", owner, NULL, &ep, &i,
          g->bad ? "五件灌流器做了九次"
          : late ? "三日后补录采购"
                 : "差三次，在容许以内");
}

const struct planting plants_f2[] = {{"F03", f03_ct, 3}, {"F04", f04, 5}, {"F05", f05, 3},
                                     {"F06", f06, 0},    {"G03", g03, 0}, {NULL, NULL, 0}};
