/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Stays of one person, continued: rotation, presence. */
#include <stdio.h>

#include "synth/plants.h"

/* Main diagnoses of different chapters. */
static const char *const apart[] = {"K29.500", "N39.000", "R42.x00", "A09.000",
                                    "E11.900", "J20.900", "I50.900", "N20.100"};

static void b18(struct plan *g)
{
    struct world *w = g->w;
    struct person p;
    struct episode ep;
    if (w->days < 120 || !pick(g, PICK_OLD, &p))
        return;
    int kind = (int)(g->k % 3);
    int n = !g->bad && kind == 0 ? 3 : 4, gap = !g->bad && kind == 1 ? 4 : 2,
        los = !g->bad && kind == 2 ? 13 : 17;
    if (!g->bad && kind == 0)
        los = 22;
    uint32_t at[2] = {some(g, K_TOWN, p.county), some(g, K_PRIV, p.county)};
    day_t d = a_day(g, 2, 90);
    struct ids i = {BUF_INIT};
    for (int k = 0; k < n; k++) {
        quiet_stay(g, &ep, &p, at[k % 2], apart[k], d, los);
        episode_emit(&ep);
        ids_add(&i, "mdtrt", ep.mdtrt_id);
        d += los + gap;
    }
    truth(g, "可疑", NULL, &p, &ep, &i,
          g->bad      ? "在两家机构间轮转住院"
          : kind == 0 ? "只有三段"
          : kind == 1 ? "间隔四日"
                      : "合计不足六十日");
}

static void check_row(struct plan *g, const struct person *p, const struct episode *ep, sec_t t,
                      const char *result, struct ids *i)
{
    struct writer *o = g->w->out;
    char id[32];
    snprintf(id, sizeof id, "C%s%09llu", p->place, (unsigned long long)++g->w->n_check);
    row_str(o, T_CHECK, id);
    row_str(o, T_CHECK, p->psn_no);
    row_str(o, T_CHECK, p->name);
    row_str(o, T_CHECK, ep->mdtrt_id);
    row_str(o, T_CHECK, g->w->insts[ep->inst].code);
    row_sec(o, T_CHECK, t);
    row_str(o, T_CHECK, result);
    row_str(o, T_CHECK, "县医保核查组");
    row_end(o, T_CHECK);
    ids_add(i, "check", id);
}

static void b20(struct plan *g)
{
    struct person p;
    struct episode ep;
    if (!pick(g, PICK_RESIDENT, &p))
        return;
    int kind = (int)(g->k % 3);
    day_t d = a_day(g, 5, 30);
    quiet_stay(g, &ep, &p, some(g, K_PRIV, p.county), "K29.500", d, 9);
    episode_emit(&ep);
    struct ids i = {BUF_INIT};
    bool twice = g->k % 2 == 0;
    if (g->bad) {
        check_row(g, &p, &ep, at_time(d + 2, 20, 30), "不在", &i);
        if (twice)
            check_row(g, &p, &ep, at_time(d + 5, 21, 5), "不在", &i);
    } else {
        check_row(g, &p, &ep,
                  kind == 0   ? at_time(d, 8, 10)
                  : kind == 1 ? at_time(d + 9, 20, 0)
                              : at_time(d + 4, 12, 40),
                  kind == 2 ? "请假" : "不在", &i);
    }
    if (!g->bad && kind == 2) {
        struct writer *o = g->w->out;
        row_str(o, T_LEAVE, p.psn_no);
        row_str(o, T_LEAVE, p.name);
        row_str(o, T_LEAVE, ep.mdtrt_id);
        row_str(o, T_LEAVE, g->w->insts[ep.inst].code);
        row_day(o, T_LEAVE, d + 4);
        row_day(o, T_LEAVE, d + 4);
        row_end(o, T_LEAVE);
    }
    truth(g, twice ? "明确" : "高疑", NULL, &p, &ep, &i,
          g->bad      ? twice ? "两日核查都不在院" : "一日核查不在院"
          : kind == 0 ? "入院当日核查"
          : kind == 1 ? "出院当日核查"
                      : "已请假");
}

const struct planting plants_b2[] = {{"B18", b18, 0}, {"B20", b20, 0}, {NULL, NULL, 0}};
