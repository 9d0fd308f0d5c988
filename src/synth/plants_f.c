/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Capacity, stock, doctors, invoices. */
#include <stdio.h>

#include "synth/plants.h"

static void dialysis_patient(struct plan *g, const struct person *p, uint32_t inst)
{
    register_chronic(g->w, p, "M07803", "慢性肾功能不全（血透治疗）", inst, "JB004",
                     g->w->from - 900, g->w->from - 890, DAY_NONE, NULL);
}

static void f01(struct plan *g)
{
    struct person p;
    struct episode ep;
    if (!pick(g, PICK_OLD, &p))
        return;
    uint32_t inst = inst_of(g->w, K_H2, p.county, g->k);
    dialysis_patient(g, &p, inst);
    day_t d = a_day(g, 5, 40);
    bool day = g->k % 2 == 0;
    struct ids i = {BUF_INIT};
    char note[96];
    if (day) { /* more than one a day */
        dialysis_build(&ep, g->w, &p, inst, d);
        struct eline *l = episode_line(&ep, item_of("dialysis.hd"), ep.begn + 7200, 1);
        if (!g->bad) { /* the second taken back */
            int n = ep.n - 1;
            l = episode_line(&ep, item_of("dialysis.hd"), ep.begn + 7800, 1);
            l->cnt = -QTY_ONE;
            l->init = n;
        }
        episode_emit(&ep);
        ids_add(&i, "line", ep.lines[4].sn);
        snprintf(note, sizeof note, "%s", g->bad ? "一日两次透析" : "误记的第二次已退");
    } else {
        int n = g->bad ? 5 : 4;
        for (int k = 0; k < n; k++) {
            dialysis_build(&ep, g->w, &p, inst, d + k);
            episode_emit(&ep);
        }
        ids_add(&i, "line", ep.lines[0].sn);
        snprintf(note, sizeof note, "%s", g->bad ? "七日内透析五日" : "七日内透析四日");
    }
    g->rule = day ? "F01.a" : "F01.b";
    truth(g, day ? "明确" : "高疑", NULL, &p, &ep, &i, note);
}

static void f01_regular(struct plan *g)
{
    struct person p;
    struct episode ep;
    if (g->bad || !pick(g, PICK_OLD, &p))
        return;
    uint32_t inst = inst_of(g->w, K_H3, p.county, 0);
    dialysis_patient(g, &p, inst);
    day_t d = a_day(g, 5, 75);
    struct ids i = {BUF_INIT};
    for (int k = 0; k < 30; k++) {
        dialysis_build(&ep, g->w, &p, inst, d + k * 7 / 3);
        episode_emit(&ep);
    }
    ids_add(&i, "line", ep.lines[0].sn);
    g->rule = "F01.b";
    truth(g, "", NULL, &p, &ep, &i, "每周三次，共十周");
}

static void f02(struct plan *g)
{
    struct world *w = g->w;
    struct person p;
    struct episode s, v;
    if (!pick(g, PICK_OLD, &p))
        return;
    int kind = (int)(g->k % 3);
    uint32_t h3 = inst_of(w, K_H3, 0, 0), priv = w->at_kind[K_PRIV],
             town = some(g, K_TOWN, p.county);
    bool dead = g->bad && kind == 2, last = !g->bad && kind == 2; /* on the very day of death */
    day_t d = a_day(g, 5, 60);
    dialysis_patient(g, &p, h3);
    if (dead || last) {
        struct change *c = change_of(w, p.idx);
        c->has_die = true;
        c->die = d + 9;
        c->die_how = 1;
        again(g, &p);
    }
    quiet_stay(g, &s, &p,
               g->bad      ? town
               : kind == 0 ? priv
               : kind == 1 ? h3
                           : town,
               "J20.900", d, 9);
    if (dead || last) {
        s.die = true;
        s.dscg_way = "5";
    }
    episode_emit(&s);
    day_t when = dead ? d + 20 : !g->bad && kind == 2 ? d + 9 : d + 4;
    dialysis_build(&v, w, &p, h3, when);
    if (last) { /* before noon; the hospital closes its books later */
        v.begn = at_time(when, 4, 0);
        v.end = v.setl_time = at_time(when, 8, 0);
        for (int k = 0; k < v.n; k++)
            v.lines[k].t = v.begn + 600;
    }
    episode_emit(&v);
    struct ids i = {BUF_INIT};
    ids_add(&i, "line", v.lines[0].sn);
    g->rule = dead || last ? "F02.dead" : "F02.elsewhere";
    truth(g, dead ? "明确" : "高疑", NULL, &p, &v, &i,
          dead        ? "死亡之后透析"
          : g->bad    ? "在别家住院期间透析"
          : kind == 0 ? "两院有外送透析协议"
          : kind == 1 ? "就在住院的医院透析"
                      : "死亡当日透析");
}

/* One machine of four shifts at the private hospitals. */
static void f03(struct plan *g)
{
    struct world *w = g->w;
    struct person p;
    struct episode ep;
    uint32_t inst = w->at_kind[K_PRIV] + 1;
    if (g->bad &&
        g->k == 0) { /* five patients for all the plants of this rule, on days far apart */
        g->n_patients = 0;
        while (g->n_patients < 5 && pick(g, PICK_OLD, &p)) {
            dialysis_patient(g, &p, inst);
            g->patients[g->n_patients++] = p.idx;
        }
    }
    if (g->n_patients < 5)
        return;
    int step = (w->days - 20) / (int)(2 * g->count);
    if (step < 3)
        return;
    day_t d = w->from + 6 + step * (int)(g->k * 2 + !g->bad);
    int n = g->bad ? 5 : 4;
    struct ids i = {BUF_INIT};
    for (int k = 0; k < n; k++) {
        person_make(w, g->patients[k], &p);
        dialysis_build(&ep, w, &p, inst, d);
        episode_emit(&ep);
        ids_add(&i, "line", ep.lines[0].sn);
    }
    char owner[64];
    snprintf(owner, sizeof owner, "%s|dialysis", w->insts[inst].code);
    truth(g, "明确", owner, NULL, &ep, &i,
          g->bad ? "一台机四班，做了五例" : "一台机四班，做了四例");
}

static void sale(struct plan *g, const struct person *p, const struct episode *ep, int packs)
{
    struct writer *o = g->w->out;
    const struct eline *l = &ep->lines[0];
    char id[32];
    snprintf(id, sizeof id, "X%s%09llu", g->w->insts[ep->inst].place,
             (unsigned long long)++g->w->n_sale);
    row_str(o, T_3505, id);
    row_str(o, T_3505, g->w->insts[ep->inst].code);
    row_str(o, T_3505, l->it->code);
    row_str(o, T_3505, l->it->name);
    row_str(o, T_3505, "1");
    row_str(o, T_3505, ep->setl_id[0]);
    row_str(o, T_3505, p->psn_no);
    row_str(o, T_3505, p->name);
    row_str(o, T_3505, "20220901");
    row_day(o, T_3505, day_from_ymd(2034, 8, 31));
    row_str(o, T_3505, "0");
    row_fen(o, T_3505, l->pric);
    row_int(o, T_3505, packs);
    row_sec(o, T_3505, l->t);
    row_end(o, T_3505);
}

static void g01(struct plan *g)
{
    static const char *const what[] = {"zdrug.biejia", "zdrug.huangkui", "drug.donepezil",
                                       "zdrug.songling", "zdrug.niaoduqing"};
    struct world *w = g->w;
    struct person p;
    struct episode ep;
    if (!pick(g, PICK_RESIDENT, &p))
        return;
    uint32_t inst = inst_of(w, K_PHARM, 0, g->k / 5 * 2 + !g->bad);
    const struct item *it = item_of(what[g->k % 5]);
    int kind = (int)(g->k % 3);
    day_t d = a_day(g, 30, 80);
    stock_take(w, inst, it, w->from - 1, 4);
    stock_buy(w, inst, it, d - 10, 8);
    struct ids i = {BUF_INIT};
    int sold = 0;
    for (int k = 0; k < 4; k++) { /* 12 packs in stock: 4 x 5 sold, or 4 x 3 */
        int packs = g->bad || kind == 1 ? 5 : 3;
        if (!g->bad && kind == 2 && k == 3)
            packs = 4; /* one pack short: within the tolerance */
        purchase(&ep, w, &p, inst, "41", DP_MED, at_time(d + k * 12, 9, 20), what[g->k % 5], 7);
        ep.lines[0].it = it;
        ep.lines[0].cnt = packs * QTY_ONE;
        episode_emit(&ep);
        sale(g, &p, &ep, packs);
        sold += packs;
    }
    if (!g->bad && kind == 1)
        stock_buy(w, inst, it, d + 24 + 5,
                  20); /* the first shortage on d+24 is covered five days later */
    char owner[96], note[96];
    snprintf(owner, sizeof owner, "%s|%s", w->insts[inst].code, it->code);
    snprintf(note, sizeof note,
             g->bad      ? "入库十二盒，销售%d盒"
             : kind == 1 ? "补录采购后共三十二盒，销售%d盒"
                         : "入库十二盒，销售%d盒",
             sold);
    truth(g, "高疑", owner, &p, &ep, &i, note);
}

static void h01(struct plan *g)
{
    struct world *w = g->w;
    struct person p;
    struct episode ep;
    uint32_t n = g->bad ? 101 : 100;
    if (g->n_crowd < n)
        return;
    uint32_t inst = special(g, 0);
    day_t d = w->from + 9 + 6 * (int)(g->k * 2 + !g->bad);
    uint32_t dr = doctor_of(w, inst, DP_MED, g->k);
    struct ids i = {BUF_INIT};
    for (uint32_t k = 0; k < n; k++) {
        crowd_person(g, k, &p);
        sec_t t = at_time(d, 7, 30) + (sec_t)k * 330;
        episode_begin(&ep, w, &p, inst, "11", DP_MED, t, t + 300);
        ep.dr = dr;
        episode_dx(&ep, "J06.900");
        episode_line(&ep, item_of("general.op"), t + 60, 1);
        episode_emit(&ep);
        if (k == n - 1)
            ids_add(&i, "setl", ep.setl_id[0]);
    }
    char owner[64], code[14];
    doctor_code(w, dr, code);
    snprintf(owner, sizeof owner, "%s", code);
    truth(g, "可疑", owner, NULL, &ep, &i, g->bad ? "一日接诊一百零一人" : "一日接诊一百人");
}

static void h02(struct plan *g)
{
    struct world *w = g->w;
    struct person p, q;
    struct episode a, b;
    if (!pick(g, PICK_RESIDENT, &p) || !pick(g, PICK_RESIDENT, &q))
        return;
    uint32_t one = special(g, 10), two = special(g, 11), dr = doctor_of(w, one, DP_MED, 0);
    int kind = (int)(g->k % 2);
    int step = (w->days - 20) / (int)(2 * g->count);
    day_t d = w->from + 5 + step * (int)(g->k * 2 + !g->bad);
    int minutes = g->bad ? 20 : kind == 0 ? 31 : 20;
    struct episode *eps[2] = {&a, &b};
    struct ids i = {BUF_INIT};
    for (int k = 0; k < 2; k++) {
        struct episode *ep = eps[k];
        sec_t t = at_time(d, 9, 0) + k * minutes * 60;
        episode_begin(ep, w, k ? &q : &p, k && !(!g->bad && kind == 1) ? two : one, "11", DP_MED, t,
                      t + 60);
        ep->dr = dr;
        episode_dx(ep, "J06.900");
        episode_line(ep, item_of("general.op"), t, 1);
        episode_emit(ep);
    }
    ids_add(&i, "line", b.lines[0].sn);
    ids_add(&i, "setl", b.setl_id[0]);
    char code[14];
    doctor_code(w, dr, code);
    truth(g, "高疑", code, &q, &b, &i,
          g->bad      ? "二十分钟内在两家机构开单"
          : kind == 0 ? "相隔三十一分钟"
                      : "同一机构");
}

static void h03(struct plan *g)
{
    struct world *w = g->w;
    struct person p;
    struct episode ep;
    if (!pick(g, PICK_RESIDENT, &p))
        return;
    uint32_t inst = special(g, 8 + g->k % 2), dr = doctor_of(w, inst, DP_TCM, g->k / 2);
    int step = (w->days - 30) / (int)(g->count + 1);
    day_t b = w->from + 10 + step * (int)g->k, e = b + step / 2;
    char code[14], name[16];
    doctor_code(w, dr, code);
    doctor_name(w, dr, name);
    if (g->bad) {
        row_str(w->out, T_SUSP, w->insts[inst].code);
        row_str(w->out, T_SUSP, w->insts[inst].name);
        row_str(w->out, T_SUSP, NULL);
        row_str(w->out, T_SUSP, NULL);
        row_str(w->out, T_SUSP, code);
        row_str(w->out, T_SUSP, name);
        row_day(w->out, T_SUSP, b);
        row_day(w->out, T_SUSP, e);
        char notice[48];
        snprintf(notice, sizeof notice, "县医保〔%d〕医师暂停", w->year);
        row_str(w->out, T_SUSP, notice);
        row_end(w->out, T_SUSP);
    }
    day_t d = g->bad ? b + 1 : g->k % 2 ? b - 1 : e + 1;
    sec_t t = at_time(d, 15, 20);
    episode_begin(&ep, w, &p, inst, "11", DP_TCM, t, t + 600);
    ep.dr = dr;
    episode_dx(&ep, "M54.500");
    episode_line(&ep, item_of("general.op"), t + 60, 1);
    episode_emit(&ep);
    struct ids i = {BUF_INIT};
    ids_add(&i, "line", ep.lines[0].sn);
    truth(g, "明确", code, &p, &ep, &i,
          g->bad ? "暂停医保医师资格期间开单" : "暂停前一日或恢复后一日");
}

static void i04(struct plan *g)
{
    struct world *w = g->w;
    struct person p, q;
    struct episode ep;
    if (!pick(g, PICK_RESIDENT, &p) || (g->bad && !pick(g, PICK_RESIDENT, &q)))
        return;
    bool layers = !g->bad && g->k % 2; /* one bill, basic and supplementary insurance */
    char no[16];
    snprintf(no, sizeof no, "90%u%08u", g->bad ? 1u : 2u, 4100000 + g->k * 37);
    day_t d = a_day(g, 5, 60);
    struct ids i = {BUF_INIT};
    int n = layers ? 1 : 2;
    for (int k = 0; k < n; k++) {
        const struct person *who = g->bad && k ? &q : &p;
        quiet_stay(g, &ep, who, w->at_kind[K_FAR] + (uint32_t)k % 2, k ? "K29.500" : "R42.x00",
                   d + 40 * k, 6);
        ep.manl = "1";
        snprintf(ep.invono, sizeof ep.invono, "%s%s", no, !g->bad && !layers && k ? "1" : "");
        if (layers)
            ep.mid_at = at_time(d + 3, 12, 0);
        episode_emit(&ep);
        ids_add(&i, "setl", ep.setl_id[0]);
        if (layers)
            ids_add(&i, "setl", ep.setl_id[1]);
    }
    truth(g, "明确", no, g->bad ? &q : &p, &ep, &i,
          g->bad   ? "同一发票两人报销"
          : layers ? "同一次就诊的两笔报销"
                   : "发票号不同");
}

const struct planting plants_f[] = {
    {"F01", f01, 0}, {"F01", f01_regular, 5}, {"F02", f02, -3}, {"F03", f03, 0}, {"G01", g01, 0},
    {"H01", h01, 3}, {"H02", h02, 0},         {"H03", h03, 0},  {"I04", i04, 0}, {NULL, NULL, 0}};
