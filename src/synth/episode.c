/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "synth/episode.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"

static struct eline pool[EP_LINES]; /* one episode at a time */

void episode_begin(struct episode *ep, struct world *w, const struct person *p, uint32_t inst, const char *med_type,
                   enum dept_id dept, sec_t begn, sec_t end)
{
    memset(ep, 0, sizeof *ep);
    ep->w = w;
    ep->p = p;
    ep->inst = inst;
    ep->med_type = med_type;
    ep->stay = med_type[0] == '2' || strcmp(med_type, "52") == 0;
    ep->begn = begn;
    ep->end = end;
    ep->setl_time = end;
    ep->dept = ep->dept_out = w->insts[inst].dept_mask ? (int)dept : -1;
    if (ep->dept >= 0 && !inst_has(&w->insts[inst], dept))
        ep->dept = ep->dept_out = __builtin_ctz(w->insts[inst].dept_mask);
    ep->dr = ep->dept >= 0 ? doctor_of(w, inst, (enum dept_id)ep->dept, (uint32_t)rng_mix(p->idx)) : UINT32_MAX;
    ep->insutype = p->insutype;
    ep->dscg_way = ep->stay ? "1" : NULL;
    ep->sp = p->sp;
    ep->fund_exact = -1;
    snprintf(ep->cert_no, sizeof ep->cert_no, "%s", p->card);
    ep->lines = pool;
}

static fen_t price_at(const struct inst *i, const struct item *it)
{
    if (strcmp(it->list_type, "201") != 0)
        return it->price;
    fen_t v = it->price * (fen_t)i->price_pct / 100;
    return v ? v : 1;
}

struct eline *episode_line(struct episode *ep, const struct item *it, sec_t t, int64_t cnt_whole)
{
    if (ep->n >= EP_LINES)
        abort();
    struct eline *l = &ep->lines[ep->n++];
    memset(l, 0, sizeof *l);
    l->it = it;
    l->t = t;
    l->cnt = cnt_whole * QTY_ONE;
    l->pric = price_at(&ep->w->insts[ep->inst], it);
    l->init = -1;
    l->dept = -1;
    l->dr = UINT32_MAX;
    return l;
}

void episode_op(struct episode *ep, const char *code, const char *name, const char *anst_way, sec_t begn, sec_t end)
{
    if (ep->n_ops < 4)
        ep->ops[ep->n_ops++] = (struct eop){code, name, anst_way, begn, end, ep->dr,
                                            doctor_of(ep->w, ep->inst, DP_SURG, (uint32_t)rng_mix(ep->dr))};
}

void episode_days(struct episode *ep, int grade)
{
    const struct item *bed = item_of("bed.ward"), *see = item_of("consult.ip");
    const struct item *nurse = item_of(grade == 1 ? "nursing.1" : grade == 2 ? "nursing.2" : "nursing.3");
    day_t b = sec_day(ep->begn), e = sec_day(ep->end);
    for (day_t d = b; d < e || d == b; d++) {
        sec_t t = (sec_t)d * DAY_SECS + 8 * 3600;
        if (t < ep->begn)
            t = ep->begn + 60;
        episode_line(ep, bed, t, 1);
        episode_line(ep, see, t, 1);
        episode_line(ep, nurse, t, 1);
    }
}

/* --- money ------------------------------------------------------------------------------------- */

static fen_t times(int64_t cnt, fen_t pric) /* half away from zero */
{
    int64_t v = cnt * pric;
    return v >= 0 ? (v + QTY_ONE / 2) / QTY_ONE : -((-v + QTY_ONE / 2) / QTY_ONE);
}

static void price_line(struct eline *l)
{
    l->amt = times(l->cnt, l->pric);
    bool neg = l->amt < 0;
    fen_t a = neg ? -l->amt : l->amt;
    l->own = l->pre = 0;
    if (strcmp(l->it->lv, "03") == 0)
        l->own = a;
    else if (strcmp(l->it->lv, "02") == 0)
        l->pre = prorate(a, 10, 100);
    l->inscp = a - l->own - l->pre;
    if (neg) {
        l->own = -l->own;
        l->pre = -l->pre;
        l->inscp = -l->inscp;
    }
}

struct money {
    fen_t total, own, pre, inscp, dedc, hifp, maf, fund, psn, acct, cash, hosp;
};

static void settle(const struct episode *ep, struct money *m)
{
    const struct inst *i = &ep->w->insts[ep->inst];
    bool worker = strcmp(ep->insutype, "310") == 0;
    int pct;
    fen_t dedc = 0;
    if (ep->stay) {
        static const fen_t std[] = {0, 20000, 50000, 100000};
        dedc = std[i->level];
        pct = (i->level == 1 ? 85 : i->level == 2 ? 75 : 60) + (worker ? 8 : 0);
    } else if (ep->med_type[0] == '1' && ep->med_type[1] == '4') {
        pct = worker ? 80 : 70;
    } else {
        pct = worker ? 60 : 50;
    }
    m->dedc = dedc < m->inscp ? dedc : m->inscp > 0 ? m->inscp : 0;
    m->hifp = m->inscp > m->dedc ? prorate(m->inscp - m->dedc, pct, 100) : 0;
    m->maf = ep->sp && ep->stay && m->inscp > 0 ? prorate(m->inscp - m->hifp, 60, 100) : 0;
    if (ep->fund_exact >= 0) {
        m->hifp = ep->fund_exact;
        m->maf = 0;
    }
    m->fund = m->hifp + m->maf;
    m->psn = m->total - m->fund;
    m->acct = worker && !ep->stay && m->psn > 0 ? prorate(m->psn, 80, 100) : 0;
    m->cash = m->psn - m->acct;
    if (ep->waive && m->psn > 0) {
        m->hosp = m->psn;
        m->psn = m->acct = m->cash = 0;
    }
}

static void negate(struct money *m)
{
    fen_t *v = &m->total;
    for (size_t i = 0; i < sizeof *m / sizeof *v; i++)
        v[i] = -v[i];
}

/* --- rows -------------------------------------------------------------------------------------- */

static void id_of(char out[ID_LEN], const char *place, char kind, uint64_t n)
{
    memcpy(out, place, 6);
    out[6] = kind;
    for (int i = 18; i >= 7; i--) {
        out[i] = (char)('0' + n % 10);
        n /= 10;
    }
    out[19] = 0;
}

static void write_visit(const struct episode *ep)
{
    struct world *w = ep->w;
    struct writer *o = w->out;
    const struct person *p = ep->p;
    const struct inst *i = &w->insts[ep->inst];
    char dr[14] = "", dr_name[16] = "";
    if (ep->dr != UINT32_MAX) {
        doctor_code(w, ep->dr, dr);
        doctor_name(w, ep->dr, dr_name);
    }
    const enum table_id t = T_MDTRT;
    row_str(o, t, ep->mdtrt_id);
    row_str(o, t, p->psn_no);
    row_str(o, t, "01");
    row_str(o, t, p->certno);
    row_str(o, t, p->name);
    row_char(o, t, p->gend);
    row_day(o, t, p->born);
    if (p->born == DAY_NONE)
        row_str(o, t, NULL);
    else
        row_int(o, t, age_at(p, sec_day(ep->begn)));
    row_str(o, t, ep->tel ? ep->tel : p->tel);
    row_str(o, t, p->addr);
    row_str(o, t, ep->insutype);
    row_str(o, t, p->psn_type);
    row_char(o, t, ep->sp);
    row_str(o, t, ep->nwb ? "1" : "0");
    row_str(o, t, p->place);
    row_str(o, t, ep->emp_blank ? "" : ep->emp_no ? ep->emp_no : p->emp_no);
    row_str(o, t, ep->emp_blank ? "" : ep->emp_name ? ep->emp_name : p->emp_name);
    row_str(o, t, ep->manl ? "1" : "2");
    row_str(o, t, i->code);
    row_str(o, t, i->name);
    row_str(o, t, i->hosp_lv);
    row_str(o, t, i->place);
    row_sec(o, t, ep->begn);
    row_sec(o, t, ep->end);
    row_str(o, t, "03");
    row_str(o, t, ep->cert_no);
    row_str(o, t, ep->med_type);
    row_str(o, t, ep->refl);
    char no[ID_LEN];
    snprintf(no, sizeof no, "%s%s", ep->stay ? "Z" : "M", ep->mdtrt_id + 9);
    row_str(o, t, no);
    row_str(o, t, ep->stay ? no : NULL);
    row_str(o, t, dr);
    row_str(o, t, dr_name);
    row_str(o, t, ep->dept >= 0 ? synth_depts[ep->dept].code : NULL);
    row_str(o, t, ep->dept >= 0 ? synth_depts[ep->dept].name : NULL);
    row_str(o, t, ep->bed);
    row_bytes(o, t, ep->bed, ep->bed[0] ? 2 : 0);
    row_str(o, t, ep->n_dx ? ep->dx[0] : NULL);
    row_str(o, t, ep->n_dx ? dx_name(ep->dx[0]) : NULL);
    row_str(o, t, ep->stay && ep->dept_out >= 0 ? synth_depts[ep->dept_out].code : NULL);
    row_str(o, t, ep->stay && ep->dept_out >= 0 ? synth_depts[ep->dept_out].name : NULL);
    row_str(o, t, ep->bed);
    row_str(o, t, ep->dscg_way);
    row_str(o, t, ep->dise_no);
    row_str(o, t, ep->dise_name);
    row_str(o, t, ep->stay ? "0" : NULL);
    row_day(o, t, ep->die ? sec_day(ep->end) : DAY_NONE);
    if (ep->stay) {
        int los = sec_day(ep->end) - sec_day(ep->begn);
        row_int(o, t, los ? los : 1);
    } else {
        row_str(o, t, NULL);
    }
    row_str(o, t, "1");
    row_str(o, t, ep->opter ? ep->opter : "");
    row_bytes(o, t, p->place, 4);
    row_str(o, t, ep->proxy ? "1" : "0");
    row_end(o, t);
    w->n_visit++;
}

static void write_settlement(const struct episode *ep, const char *id, const char *init, const struct money *m,
                             day_t from, day_t to, sec_t at, bool mid)
{
    struct world *w = ep->w;
    struct writer *o = w->out;
    const struct person *p = ep->p;
    const struct inst *i = &w->insts[ep->inst];
    const enum table_id t = T_SETL;
    row_str(o, t, id);
    row_str(o, t, ep->mdtrt_id);
    row_str(o, t, init);
    row_str(o, t, p->psn_no);
    row_str(o, t, p->name);
    row_str(o, t, p->certno);
    row_char(o, t, p->gend);
    row_day(o, t, p->born);
    row_str(o, t, ep->insutype);
    row_str(o, t, p->psn_type);
    row_char(o, t, ep->sp);
    row_str(o, t, p->place);
    row_str(o, t, ep->emp_blank ? "" : ep->emp_no ? ep->emp_no : p->emp_no);
    row_str(o, t, ep->emp_blank ? "" : ep->emp_name ? ep->emp_name : p->emp_name);
    row_str(o, t, ep->manl ? "1" : "2");
    row_str(o, t, i->code);
    row_str(o, t, i->name);
    row_str(o, t, i->hosp_lv);
    row_str(o, t, i->place);
    row_day(o, t, from);
    row_day(o, t, to);
    row_sec(o, t, at);
    row_str(o, t, "03");
    row_str(o, t, ep->cert_no);
    row_str(o, t, ep->med_type);
    row_str(o, t, ep->manl ? "1" : "2");
    row_str(o, t, ep->stay ? "21" : ep->med_type[0] == '4' ? "41" : "11");
    row_str(o, t, ep->stay && i->level >= 2 ? "40" : "1");
    row_fen(o, t, m->total);
    row_fen(o, t, m->own);
    row_fen(o, t, 0);
    row_fen(o, t, m->pre);
    row_fen(o, t, m->inscp);
    row_fen(o, t, m->dedc);
    row_fen(o, t, m->hifp);
    row_fen(o, t, m->maf);
    row_fen(o, t, m->fund);
    row_fen(o, t, m->psn);
    row_fen(o, t, m->acct);
    row_fen(o, t, m->cash);
    row_fen(o, t, m->hosp);
    row_fen(o, t, 0);
    row_str(o, t, init ? "1" : "0");
    row_str(o, t, ep->dise_no);
    row_str(o, t, ep->dise_name);
    if (ep->invono[0]) {
        row_str(o, t, ep->invono);
    } else {
        char b[24];
        snprintf(b, sizeof b, "FP%s", id + 6);
        row_str(o, t, b);
    }
    row_str(o, t, ep->manl);
    row_str(o, t, "1");
    char op[24];
    snprintf(op, sizeof op, "%s-%02u", i->code, (unsigned)(rng_mix(w->n_setl) % 6) + 1);
    row_str(o, t, ep->opter ? ep->opter : op);
    row_bytes(o, t, p->place, 4);
    row_str(o, t, mid ? "1" : "0");
    row_str(o, t, ep->proxy ? "1" : "0");
    row_end(o, t);
    w->n_setl++;
    if (ep->terminal[0] && !init) {
        row_str(o, T_TERM, id);
        row_str(o, T_TERM, ep->terminal);
        row_str(o, T_TERM, i->code);
        row_end(o, T_TERM);
    }
}

static void write_line(const struct episode *ep, struct eline *l, const char *setl, bool back)
{
    struct world *w = ep->w;
    struct writer *o = w->out;
    const struct inst *i = &w->insts[ep->inst];
    const enum table_id t = T_FEE;
    char sn[ID_LEN], init[ID_LEN] = "";
    id_of(sn, i->place, 'F', ++w->n_line);
    if (back)
        memcpy(init, l->sn, sizeof init);
    else
        memcpy(l->sn, sn, sizeof sn);
    if (!back && l->init >= 0 && !l->no_init)
        memcpy(init, ep->lines[l->init].sn, sizeof init);
    int sign = back ? -1 : 1;
    row_str(o, t, sn);
    row_str(o, t, ep->mdtrt_id);
    row_str(o, t, setl);
    row_sec(o, t, l->t);
    row_str(o, t, ep->p->psn_no);
    char rx[32];
    snprintf(rx, sizeof rx, "R%s%02d", ep->mdtrt_id + 6, l->rx % 100);
    row_str(o, t, rx);
    row_str(o, t, i->code);
    row_str(o, t, i->name);
    row_str(o, t, ep->p->place);
    row_str(o, t, ep->med_type);
    row_qty(o, t, sign * l->cnt);
    row_fen(o, t, l->pric);
    row_fen(o, t, sign * l->amt);
    row_str(o, t, l->it->lv[1] == '1' ? "0" : l->it->lv[1] == '2' ? "0.1" : "1");
    row_fen(o, t, sign * l->own);
    row_fen(o, t, 0);
    row_fen(o, t, sign * l->pre);
    row_fen(o, t, sign * l->inscp);
    row_str(o, t, l->it->lv);
    char code[32];
    size_t n = strlen(l->it->code);
    memcpy(code, l->it->code, n + 1);
    if (l->variant && n >= 20 && item_is_drug(l->it)) { /* another maker: the last five digits */
        uint32_t v = 10000 + (l->variant * 761 + item_no(l->it) * 13) % 79999;
        for (int k = 1; k <= 5; k++) {
            code[n - (size_t)k] = (char)('0' + v % 10);
            v /= 10;
        }
    }
    row_bytes(o, t, code, n);
    row_str(o, t, l->it->name);
    row_str(o, t, l->it->list_type);
    row_bytes(o, t, code, n);
    snprintf(rx, sizeof rx, "Y%05u", item_no(l->it) + 1);
    row_str(o, t, rx);
    row_str(o, t, l->it->chrg);
    int dept = l->dept >= 0 ? l->dept : ep->dept;
    uint32_t dr = l->dr != UINT32_MAX ? l->dr : ep->dr;
    char dc[14] = "", dn[16] = "";
    if (dr != UINT32_MAX) {
        doctor_code(w, dr, dc);
        doctor_name(w, dr, dn);
    }
    row_str(o, t, dept >= 0 ? synth_depts[dept].code : NULL);
    row_str(o, t, dept >= 0 ? synth_depts[dept].name : NULL);
    row_str(o, t, dc);
    row_str(o, t, dn);
    row_str(o, t, dept >= 0 ? synth_depts[dept].code : NULL);
    row_str(o, t, l->acord ? dc : NULL);
    if (l->prd_days)
        row_int(o, t, l->prd_days);
    else
        row_str(o, t, NULL);
    row_str(o, t, l->takeaway ? "1" : "0");
    row_str(o, t, l->circ ? "1" : "0");
    row_str(o, t, l->etip ? "1" : "0");
    row_str(o, t, ep->dise_no);
    row_str(o, t, init);
    row_str(o, t, "1");
    row_end(o, t);
}

static void write_diagnoses(const struct episode *ep)
{
    struct world *w = ep->w;
    struct writer *o = w->out;
    for (int k = 0; k < ep->n_dx; k++) {
        enum table_id t = ep->stay ? T_DIAG_L : T_DIAG_S;
        char id[ID_LEN];
        id_of(id, w->insts[ep->inst].place, 'Q', ++w->n_diag);
        row_str(o, t, id);
        if (ep->stay)
            row_str(o, t, ep->setl_id[0]);
        row_str(o, t, ep->mdtrt_id);
        row_str(o, t, ep->p->psn_no);
        if (!ep->stay)
            row_str(o, t, "2");
        row_str(o, t, "1");
        row_str(o, t, k ? "0" : "1");
        if (!ep->stay)
            row_int(o, t, k + 1);
        row_str(o, t, ep->dx[k]);
        row_str(o, t, dx_name(ep->dx[k]));
        row_str(o, t, "1");
        row_end(o, t);
    }
}

static void write_operations(struct episode *ep)
{
    struct world *w = ep->w;
    struct writer *o = w->out;
    for (int k = 0; k < ep->n_ops; k++) {
        const struct eop *op = &ep->ops[k];
        char dr[14], name[16], an[14];
        doctor_code(w, op->dr, dr);
        doctor_name(w, op->dr, name);
        doctor_code(w, op->anst_dr, an);
        const enum table_id t = T_OPRN;
        id_of(ep->oprn_id[k], w->insts[ep->inst].place, 'O', ++w->n_oprn);
        row_str(o, t, ep->oprn_id[k]);
        row_str(o, t, ep->setl_id[0]);
        row_str(o, t, ep->p->psn_no);
        row_str(o, t, ep->mdtrt_id);
        row_str(o, t, k ? "0" : "1");
        row_str(o, t, op->name);
        row_str(o, t, op->code);
        row_day(o, t, sec_day(op->begn));
        row_str(o, t, op->anst_way);
        row_str(o, t, name);
        row_str(o, t, dr);
        row_str(o, t, an);
        row_sec(o, t, op->begn);
        row_sec(o, t, op->end);
        row_sec(o, t, op->begn - 1200);
        row_sec(o, t, op->end + 900);
        row_str(o, t, "1");
        row_end(o, t);
    }
}

static void sum_lines(const struct episode *ep, int setl, struct money *m)
{
    memset(m, 0, sizeof *m);
    for (int k = 0; k < ep->n; k++) {
        const struct eline *l = &ep->lines[k];
        if (l->setl != setl)
            continue;
        m->total += l->amt;
        m->own += l->own;
        m->pre += l->pre;
        m->inscp += l->inscp;
    }
    settle(ep, m);
}

void episode_emit(struct episode *ep)
{
    struct world *w = ep->w;
    const char *place = w->insts[ep->inst].place;
    id_of(ep->mdtrt_id, place, 'J', w->n_visit + 1);
    for (int k = 0; k < ep->n; k++) {
        price_line(&ep->lines[k]);
        ep->lines[k].setl = ep->mid_at && ep->lines[k].t > ep->mid_at;
    }
    write_visit(ep);
    struct money m;
    day_t b = sec_day(ep->begn), e = sec_day(ep->end);
    int parts = ep->mid_at ? 2 : 1;
    ep->total = ep->fund = 0;
    for (int s = 0; s < parts; s++) {
        sum_lines(ep, s, &m);
        id_of(ep->setl_id[s], place, 'S', w->n_setl + 1);
        day_t from = s ? sec_day(ep->mid_at) : b, to = parts == 2 && !s ? sec_day(ep->mid_at) : e;
        write_settlement(ep, ep->setl_id[s], NULL, &m, from, to, parts == 2 && !s ? ep->mid_at : ep->setl_time,
                         parts == 2 && !s);
        ep->total += m.total;
        ep->fund += m.fund;
    }
    write_diagnoses(ep);
    write_operations(ep);
    for (int k = 0; k < ep->n; k++)
        write_line(ep, &ep->lines[k], ep->setl_id[ep->lines[k].setl], false);
    if (!ep->void_pair)
        return;
    sum_lines(ep, 0, &m);
    negate(&m);
    id_of(ep->refd_id, place, 'S', w->n_setl + 1);
    write_settlement(ep, ep->refd_id, ep->setl_id[0], &m, b, e, ep->refund_at ? ep->refund_at : ep->setl_time + 7200, false);
    for (int k = 0; k < ep->n; k++)
        write_line(ep, &ep->lines[k], ep->refd_id, true);
}
