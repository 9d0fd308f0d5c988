/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Rows that contradict themselves: dates, sums, refunds. */
#include <stdio.h>

#include "synth/plants.h"

static void begin(struct plan *g, struct episode *ep, const struct person *p, day_t d)
{
    quiet_visit(g, ep, p, some(g, K_TOWN, p->county), "11", d, 9, rng_range(&g->r, 5, 50));
    episode_line(ep, item_of("general.op"), ep->begn + 60, 1);
}

static void h07_amount(struct plan *g)
{
    struct person p;
    struct episode ep;
    if (!pick(g, PICK_RESIDENT, &p))
        return;
    begin(g, &ep, &p, a_day(g, 5, 20));
    struct eline *l = episode_line(&ep, item_of("mat.infusion_set"), ep.begn + 120, 2);
    episode_line(&ep, item_of("inject.drip"), ep.begn + 120, 1);
    l->pric_off = g->bad ? -40 : -2;
    episode_emit(&ep);
    truth_line(g, "明确", &p, &ep, 1, g->bad ? "金额比单价乘数量多八角" : "取整差四分");
}

/* The clerk types yesterday for the end; or the visit really goes on past midnight. */
static void h07_dates(struct plan *g)
{
    struct person p;
    struct episode ep;
    if (!pick(g, PICK_RESIDENT, &p))
        return;
    begin(g, &ep, &p, a_day(g, 5, 20));
    ep.end = ep.begn + (g->bad ? -1 - (int)(g->k % 2) : 1) * DAY_SECS;
    episode_emit(&ep);
    truth_visit(g, "明确", NULL, &p, &ep, g->bad ? "就诊结束早于开始" : "次日结束的就诊");
}

static void h07_birth(struct plan *g)
{
    struct person p;
    struct episode ep;
    if (!pick(g, PICK_CHILD, &p))
        return;
    day_t d = a_day(g, 40, 20);
    struct change *c = change_of(g->w, p.idx);
    c->has_born = true;
    c->born = g->bad ? d + 3 + (int)(g->k % 20) : d;
    again(g, &p);
    begin(g, &ep, &p, d);
    episode_emit(&ep);
    truth_visit(g, "明确", NULL, &p, &ep, g->bad ? "出生以前的就诊" : "出生当日就诊");
}

/* A line that was paid for never came, or one of less than a yuan. */
static void h07_total(struct plan *g)
{
    struct person p;
    struct episode ep;
    if (!pick(g, PICK_RESIDENT, &p))
        return;
    begin(g, &ep, &p, a_day(g, 5, 20));
    struct eline *l = episode_line(&ep, item_of(g->bad ? "lab.cbc" : "mat.syringe"), ep.begn + 300,
                                   1);
    l->unsent = true;
    episode_emit(&ep);
    truth_visit(g, "明确", NULL, &p, &ep,
                g->bad ? "有一项检查的明细没有上传，合计对不上" : "合计只差九角");
}

/* Taken back by a settlement whose number nobody knows. */
static void h07_orphan(struct plan *g)
{
    struct person p;
    struct episode ep;
    if (!pick(g, PICK_RESIDENT, &p))
        return;
    begin(g, &ep, &p, a_day(g, 5, 20));
    ep.void_pair = true;
    ep.refund_at = ep.setl_time + 1200; /* within half an hour: put right at once */
    ep.lost_init = g->bad;
    episode_emit(&ep);
    struct ids i = {BUF_INIT};
    ids_add(&i, "setl", ep.refd_id);
    truth(g, "明确", NULL, &p, &ep, &i,
          g->bad ? "退费结算所指的原结算号不存在" : "退费结算指明了原结算");
}

/* Two given back where one was charged. */
static void h07_unmatched(struct plan *g)
{
    struct person p;
    struct episode ep;
    if (!pick(g, PICK_RESIDENT, &p))
        return;
    begin(g, &ep, &p, a_day(g, 5, 20));
    episode_line(&ep, item_of("us.color"), ep.begn + 120, 1);
    int n = ep.n;
    episode_line(&ep, item_of("lab.cbc"), ep.begn + 180, 1);
    struct eline *back = episode_line(&ep, item_of("lab.cbc"), ep.begn + 900, 1);
    back->cnt = -(g->bad ? 2 : 1) * QTY_ONE;
    back->init = n;
    back->no_init = g->k % 2;
    episode_emit(&ep);
    truth_line(g, "明确", &p, &ep, n + 1, g->bad ? "收过一次，退了两次" : "收一次，退一次");
}

const struct planting plants_data[] = {{"H07.amount", h07_amount, 0},
                                       {"H07.dates", h07_dates, 3},
                                       {"H07.birth", h07_birth, 3},
                                       {"H07.total", h07_total, 3},
                                       {"H07.orphan", h07_orphan, 3},
                                       {"H07.unmatched", h07_unmatched, 3},
                                       {NULL, NULL, 0}};
