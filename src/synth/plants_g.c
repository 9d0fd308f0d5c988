/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Trace codes, equal amounts, stock-takes, the agency's own acts, serial invoices, clearing. */
#include <stdio.h>

#include "synth/plants.h"

static void trace(struct plan *g, const struct episode *ep, const char *code)
{
    struct writer *o = g->w->out;
    const struct eline *l = &ep->lines[0];
    char id[32];
    snprintf(id, sizeof id, "ZS%09llu", (unsigned long long)++g->w->n_misc);
    row_str(o, T_TRAC, id);
    row_str(o, T_TRAC, code);
    row_str(o, T_TRAC, g->w->insts[ep->inst].code);
    row_str(o, T_TRAC, l->it->code);
    row_str(o, T_TRAC, ep->setl_id[0]);
    row_str(o, T_TRAC, ep->mdtrt_id);
    row_str(o, T_TRAC, l->sn);
    row_str(o, T_TRAC, ep->p->psn_no);
    row_sec(o, T_TRAC, l->t);
    row_qty(o, T_TRAC, QTY_ONE);
    row_str(o, T_TRAC, "0");
    row_end(o, T_TRAC);
}

static void e09(struct plan *g)
{
    struct person p, q;
    struct episode a, b;
    if (!pick(g, PICK_OLD, &p) || !pick(g, PICK_OLD, &q))
        return;
    char code[2][32];
    for (int k = 0; k < 2; k++)
        snprintf(code[k], sizeof code[k], "89%u%02u%015u", g->bad ? 1u : 2u, g->k,
                 7000001u + (g->bad ? 0u : (unsigned)k));
    day_t d = a_day(g, 5, 60);
    struct ids i = {BUF_INIT};
    purchase(&a, g->w, &p, some(g, K_TOWN, p.county), "11", DP_MED, at_time(d, 9, 12),
             "drug.atorvastatin", 7);
    episode_dx(&a, "E78.500");
    episode_emit(&a);
    trace(g, &a, code[0]);
    if (!g->bad && g->k % 2) /* scanned twice at one counter */
        trace(g, &a, code[0]);
    purchase(&b, g->w, &q, some(g, K_H2, q.county), "11", DP_MED, at_time(d + 30, 9, 12),
             "drug.atorvastatin", 7);
    episode_dx(&b, "E78.500");
    episode_emit(&b);
    trace(g, &b, code[1]);
    ids_add(&i, "setl", b.setl_id[0]);
    truth(g, "明确", code[0], &q, &b, &i,
          g->bad     ? "同一追溯码在两家机构卖给两个人"
          : g->k % 2 ? "同一单据重复扫码"
                     : "两盒药，追溯码不同");
}

/* Nine at the counter of an institution that has no other traffic that day. */
static void e12(struct plan *g)
{
    struct world *w = g->w;
    struct person p;
    struct episode ep;
    if (g->n_crowd < 9)
        return;
    uint32_t inst = special(g, 12);
    day_t d = w->from + 12 + 7 * (int)(g->k * 2 + !g->bad);
    uint32_t n = g->bad ? 9 : 7;
    struct ids i = {BUF_INIT};
    for (uint32_t k = 0; k < n; k++) {
        crowd_person(g, k, &p);
        quiet_visit(g, &ep, &p, inst, "11", d, 9, (int)k * 4);
        episode_line(&ep, item_of("us.heart"), ep.begn + 60, 1);
        episode_emit(&ep);
        ids_add(&i, "setl", ep.setl_id[0]);
    }
    char owner[64];
    int y, m, dd;
    day_to_ymd(d, &y, &m, &dd);
    snprintf(owner, sizeof owner, "%s|%04d-%02d-%02d", w->insts[inst].code, y, m, dd);
    truth(g, "高疑", owner, NULL, &ep, &i, g->bad ? "一天九人金额相同" : "一天七人金额相同");
}

static void i05(struct plan *g)
{
    struct world *w = g->w;
    struct person p;
    struct episode ep;
    struct ids i = {BUF_INIT};
    day_t d = a_day(g, 5, 90);
    unsigned base = (g->bad ? 610000u : 810000u) + g->k * 1000u;
    bool same_day = !g->bad && g->k % 2;
    for (uint32_t k = 0; k < 3; k++) {
        if (!pick(g, PICK_RESIDENT, &p))
            return;
        quiet_stay(g, &ep, &p, w->at_kind[K_FAR], "R42.x00", d + (same_day ? 0 : (int)k * 20), 5);
        ep.manl = "1";
        snprintf(ep.invono, sizeof ep.invono, "95%08u", base + k * (g->bad || same_day ? 4 : 40));
        episode_emit(&ep);
        ids_add(&i, "setl", ep.setl_id[0]);
    }
    truth(g, "高疑", w->insts[ep.inst].code, NULL, &ep, &i,
          g->bad     ? "三个人的发票号相连"
          : same_day ? "同一天在一个窗口开的票"
                     : "发票号相隔四十");
}

/* Two stock-takes of an item that nobody buys or sells. */
static void g02(struct plan *g)
{
    static const char *const what[] = {"drug.amlodipine", "drug.metformin",    "drug.valsartan",
                                       "drug.aspirin",    "drug.atorvastatin", "drug.metoprolol"};
    struct world *w = g->w;
    const struct item *it = item_of(what[g->k % 3 * 2 + !g->bad]);
    uint32_t inst = special(g, 12);
    stock_take(w, inst, it, w->from + 5, 20);
    stock_take(w, inst, it, w->from + 65, g->bad ? 12 : 17);
    char owner[64];
    snprintf(owner, sizeof owner, "%s|%s", w->insts[inst].code, it->code);
    truth(g, "可疑", owner, NULL, NULL, NULL,
          g->bad ? "账面二十盒，盘出十二盒" : "差三盒，在容许以内");
}

const struct planting plants_g[] = {
    {"E09", e09, 0}, {"E12", e12, 3}, {"G02", g02, 3}, {"I05", i05, 3}, {NULL, NULL, 0}};
