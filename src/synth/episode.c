/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "synth/episode.h"

#include <stdio.h>
#include <stdlib.h>

#include "synth/episode_rows.h"

static struct eline pool[EP_LINES]; /* one episode at a time */

void episode_begin(struct episode *ep, struct world *w, const struct person *p, uint32_t inst,
                   const char *med_type, enum dept_id dept, sec_t begn, sec_t end)
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
    ep->dr = ep->dept >= 0 ? doctor_of(w, inst, (enum dept_id)ep->dept, (uint32_t)rng_mix(p->idx))
                           : UINT32_MAX;
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

void episode_op(struct episode *ep, const char *code, const char *name, const char *anst_way,
                sec_t begn, sec_t end)
{
    if (ep->n_ops < 4)
        ep->ops[ep->n_ops++] = (struct eop){
            code,
            name,
            anst_way,
            begn,
            end,
            ep->dr,
            doctor_of(ep->w, ep->inst, DP_SURG, (uint32_t)rng_mix(ep->dr))};
}

void episode_days(struct episode *ep, int grade)
{
    const struct item *bed = item_of("bed.ward"), *see = item_of("consult.ip");
    const struct item *nurse = item_of(grade == 1   ? "nursing.1"
                                       : grade == 2 ? "nursing.2"
                                                    : "nursing.3");
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
    if (l->pay == PAY_NOTHING || (!l->pay && strcmp(l->it->lv, "03") == 0))
        l->own = a;
    else if (strcmp(l->it->lv, "02") == 0)
        l->pre = prorate(a, 10, 100);
    l->inscp = a - l->own - l->pre - l->over;
    if (neg) {
        l->own = -l->own;
        l->pre = -l->pre;
        l->inscp = -l->inscp;
    }
}

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
    if (ep->fund_exact >=
        0) { /* the deductible gives way, so that the payment is still the policy's */
        m->hifp = ep->fund_exact;
        m->maf = 0;
        m->dedc = m->inscp - (m->hifp * 100 + pct / 2) / pct;
    }
    m->hifp += ep->fund_off;
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

static void sum_lines(const struct episode *ep, int setl, struct money *m)
{
    memset(m, 0, sizeof *m);
    for (int k = 0; k < ep->n; k++) {
        const struct eline *l = &ep->lines[k];
        if (l->setl != setl)
            continue;
        m->total += l->amt;
        m->own += l->own;
        m->over += l->over;
        m->pre += l->pre;
        m->inscp += l->inscp;
    }
    settle(ep, m);
}

void episode_emit(struct episode *ep)
{
    struct world *w = ep->w;
    const char *place = w->insts[ep->inst].place;
    episode_id_of(ep->mdtrt_id, place, 'J', w->n_visit + 1);
    for (int k = 0; k < ep->n; k++) {
        price_line(&ep->lines[k]);
        ep->lines[k].setl = ep->mid_at && ep->lines[k].t > ep->mid_at;
    }
    episode_write_visit(ep);
    struct money m;
    day_t b = sec_day(ep->begn), e = sec_day(ep->end);
    int parts = ep->mid_at ? 2 : 1;
    ep->total = ep->fund = 0;
    for (int s = 0; s < parts; s++) {
        sum_lines(ep, s, &m);
        episode_id_of(ep->setl_id[s], place, 'S', w->n_setl + 1);
        day_t from = s ? sec_day(ep->mid_at) : b, to = parts == 2 && !s ? sec_day(ep->mid_at) : e;
        episode_write_settlement(ep, ep->setl_id[s], NULL, &m, from, to,
                                 parts == 2 && !s ? ep->mid_at : ep->setl_time, parts == 2 && !s);
        ep->total += m.total;
        ep->fund += m.fund;
    }
    episode_write_diagnoses(ep);
    episode_write_operations(ep);
    for (int k = 0; k < ep->n; k++)
        if (!ep->lines[k].unsent)
            episode_write_line(ep, &ep->lines[k], ep->setl_id[ep->lines[k].setl], false);
    if (!ep->void_pair)
        return;
    sum_lines(ep, 0, &m);
    negate(&m);
    episode_id_of(ep->refd_id, place, 'S', w->n_setl + 1);
    char init[ID_LEN];
    memcpy(init, ep->setl_id[0], sizeof init);
    if (ep->lost_init)
        init[7] = '9';
    episode_write_settlement(ep, ep->refd_id, init, &m, b, e,
                             ep->refund_at ? ep->refund_at : ep->setl_time + 7200, false);
    for (int k = 0; k < ep->n; k++)
        episode_write_line(ep, &ep->lines[k], ep->refd_id, true);
}
