/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Purchases and sales of the pharmacies: what was sold in a month had come in on its first day. */
#include <stdio.h>

#include "synth/care.h"

static size_t slot(const struct world *w, uint32_t inst, unsigned item, int month)
{
    return ((size_t)(inst - w->at_kind[K_PHARM]) * synth_n_items + item) * (size_t)w->months +
           (size_t)month;
}

void stock_sold(struct world *w, uint32_t inst, const struct item *it, day_t d, int packs)
{
    int y, m, k;
    day_to_ymd(d, &y, &m, &k);
    int month = (y - w->year) * 12 + m - 1;
    if (w->insts[inst].kind == K_PHARM && month >= 0 && month < w->months)
        w->sold[slot(w, inst, item_no(it), month)] += (uint32_t)packs;
}

/* From July 2025 on a box is scanned before it is settled. */
bool must_scan(const struct episode *ep)
{
    return sec_day(ep->begn) >= day_from_ymd(2025, 7, 1);
}

void sell_rows(const struct episode *ep)
{
    struct world *w = ep->w;
    struct writer *o = w->out;
    const struct inst *i = &w->insts[ep->inst];
    if (i->kind != K_PHARM)
        return;
    for (int k = 0; k < ep->n; k++) {
        const struct eline *l = &ep->lines[k];
        char id[32];
        snprintf(id, sizeof id, "X%s%09llu", i->place, (unsigned long long)++w->n_sale);
        row_str(o, T_3505, id);
        row_str(o, T_3505, i->code);
        row_str(o, T_3505, l->it->code);
        row_str(o, T_3505, l->it->name);
        row_str(o, T_3505, "1");
        row_str(o, T_3505, ep->setl_id[0]);
        row_str(o, T_3505, ep->p->psn_no);
        row_str(o, T_3505, ep->p->name);
        row_str(o, T_3505, "20220901");
        row_day(o, T_3505, day_from_ymd(2034, 8, 31));
        row_str(o, T_3505, "0");
        row_fen(o, T_3505, l->pric);
        row_qty(o, T_3505, l->cnt);
        row_sec(o, T_3505, l->t);
        row_end(o, T_3505);
        stock_sold(w, ep->inst, l->it, sec_day(l->t), (int)(l->cnt / QTY_ONE));
    }
    if (must_scan(ep) && !ep->untraced)
        trace_rows(ep);
}

void sell_cash(struct world *w, uint32_t inst, const struct item *it, sec_t t, fen_t pric)
{
    struct writer *o = w->out;
    const struct inst *i = &w->insts[inst];
    char id[32];
    snprintf(id, sizeof id, "X%s%09llu", i->place, (unsigned long long)++w->n_sale);
    row_str(o, T_3505, id);
    row_str(o, T_3505, i->code);
    row_str(o, T_3505, it->code);
    row_str(o, T_3505, it->name);
    row_str(o, T_3505, "2");
    row_str(o, T_3505, NULL);
    row_str(o, T_3505, NULL);
    row_str(o, T_3505, NULL);
    row_str(o, T_3505, "20220901");
    row_day(o, T_3505, day_from_ymd(2034, 8, 31));
    row_str(o, T_3505, "0");
    row_fen(o, T_3505, pric);
    row_qty(o, T_3505, QTY_ONE);
    row_sec(o, T_3505, t);
    row_end(o, T_3505);
    stock_sold(w, inst, it, sec_day(t), 1);
}

void return_rows(const struct episode *ep)
{
    struct world *w = ep->w;
    struct writer *o = w->out;
    const struct inst *i = &w->insts[ep->inst];
    for (int k = 0; k < ep->n; k++) {
        const struct eline *l = &ep->lines[k];
        char id[32];
        snprintf(id, sizeof id, "T%s%09llu", i->place, (unsigned long long)++w->n_sale);
        row_str(o, T_3506, id);
        row_str(o, T_3506, i->code);
        row_str(o, T_3506, l->it->code);
        row_str(o, T_3506, l->it->name);
        row_str(o, T_3506, ep->refd_id);
        row_str(o, T_3506, ep->p->psn_no);
        row_str(o, T_3506, "20220901");
        row_fen(o, T_3506, l->pric);
        row_qty(o, T_3506, l->cnt);
        row_sec(o, T_3506, ep->setl_time + 7200);
        row_end(o, T_3506);
    }
}

void trace_rows(const struct episode *ep)
{
    struct world *w = ep->w;
    struct writer *o = w->out;
    for (int k = 0; k < ep->n; k++) {
        const struct eline *l = &ep->lines[k];
        char id[32], code[32];
        snprintf(id, sizeof id, "ZS%09llu", (unsigned long long)++w->n_misc);
        snprintf(code, sizeof code, "8%03u%016llu", item_no(l->it) % 1000,
                 (unsigned long long)w->n_misc * 7919);
        row_str(o, T_TRAC, id);
        row_str(o, T_TRAC, code);
        row_str(o, T_TRAC, w->insts[ep->inst].code);
        row_str(o, T_TRAC, l->it->code);
        row_str(o, T_TRAC, ep->setl_id[0]);
        row_str(o, T_TRAC, ep->mdtrt_id);
        row_str(o, T_TRAC, l->sn);
        row_str(o, T_TRAC, ep->p->psn_no);
        row_sec(o, T_TRAC, l->t);
        row_qty(o, T_TRAC, l->cnt);
        row_str(o, T_TRAC, "0");
        row_end(o, T_TRAC);
    }
}

void stock_take(struct world *w, uint32_t inst, const struct item *it, day_t d, int packs)
{
    struct writer *o = w->out;
    char id[32];
    snprintf(id, sizeof id, "P%09llu", (unsigned long long)++w->n_misc);
    row_str(o, T_3501, id);
    row_str(o, T_3501, w->insts[inst].code);
    row_str(o, T_3501, it->code);
    row_str(o, T_3501, it->name);
    row_day(o, T_3501, d);
    row_int(o, T_3501, packs);
    row_str(o, T_3501, "20220901");
    row_end(o, T_3501);
}

void stock_buy_lot(struct world *w, uint32_t inst, const struct item *it, day_t d, int packs,
                   const char *lot)
{
    struct writer *o = w->out;
    char id[32], invoice[32];
    snprintf(id, sizeof id, "G%09llu", (unsigned long long)++w->n_misc);
    snprintf(invoice, sizeof invoice, "CG%08llu", (unsigned long long)w->n_misc);
    row_str(o, T_3503, id);
    row_str(o, T_3503, w->insts[inst].code);
    row_str(o, T_3503, it->code);
    row_str(o, T_3503, it->name);
    row_str(o, T_3503, "临川医药配送有限公司");
    row_str(o, T_3503, lot);
    row_int(o, T_3503, packs);
    row_str(o, T_3503, invoice);
    row_sec(o, T_3503, at_time(d, 7, 30));
    row_str(o, T_3503, "0");
    row_end(o, T_3503);
}

void stock_buy(struct world *w, uint32_t inst, const struct item *it, day_t d, int packs)
{
    stock_buy_lot(w, inst, it, d, packs, "20220901");
}

/* Now and then one breaks, or three too many had come and go back: both above what is sold. */
static void stock_loss(struct world *w, uint32_t inst, const struct item *it, day_t d)
{
    struct writer *o = w->out;
    char id[32], invoice[32];
    uint64_t k = rng_mix(w->seed + inst * 131u + item_no(it) * 7u + (uint64_t)d) % 20;
    if (k > 1)
        return;
    int packs = k ? 1 : 3;
    stock_buy(w, inst, it, d, packs);
    snprintf(id, sizeof id, "%c%09llu", k ? 'S' : 'H', (unsigned long long)++w->n_misc);
    snprintf(invoice, sizeof invoice, "CG%08llu", (unsigned long long)w->n_misc - 1);
    enum table_id t = k ? T_3502 : T_3504;
    row_str(o, t, id);
    row_str(o, t, w->insts[inst].code);
    row_str(o, t, it->code);
    if (k)
        row_str(o, t, "102");
    row_str(o, t, it->name);
    if (!k)
        row_str(o, t, "临川医药配送有限公司");
    row_int(o, t, k ? -packs : packs);
    if (!k)
        row_str(o, t, invoice);
    row_sec(o, t, at_time(d + 9, 16, 0));
    row_end(o, t);
}

void stock_write(struct world *w)
{
    for (uint32_t k = 0; k < w->of_kind[K_PHARM]; k++)
        for (unsigned it = 0; it < synth_n_items; it++) {
            uint32_t inst = w->at_kind[K_PHARM] + k;
            bool any = false;
            for (int m = 0; m < w->months; m++) {
                uint32_t n = w->sold[slot(w, inst, it, m)];
                if (!n)
                    continue;
                if (!any)
                    stock_take(w, inst, &synth_items[it], w->from - 1, 10);
                any = true;
                stock_buy(w, inst, &synth_items[it], day_from_ymd(w->year + m / 12, m % 12 + 1, 1),
                          (int)n);
                stock_loss(w, inst, &synth_items[it],
                           day_from_ymd(w->year + m / 12, m % 12 + 1, 1));
            }
        }
}
