/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Identity and status. */
#include <stdio.h>

#include "synth/plants.h"

/* Buys one thing at a pharmacy; the caller may change the episode, then emits. */
static void buy(struct plan *g, struct episode *ep, const struct person *p, uint32_t inst,
                const char *what, day_t d, int h, int m)
{
    purchase(ep, g->w, p, inst, "41", DP_MED, at_time(d, h, m), what, 5);
}

static void a01(struct plan *g)
{
    struct person p;
    struct episode ep;
    if (!pick(g, PICK_OLD, &p))
        return;
    int kind = (int)(g->k % 3);
    day_t d = a_day(g, 20, 45);
    bool certain = kind != 2 || !g->bad;
    if (!(kind == 2 && !g->bad)) { /* the third twin lives */
        struct change *c = change_of(g->w, p.idx);
        c->has_die = true;
        c->die = d;
        c->die_how = certain ? 1 : 2;
        again(g, &p);
    }
    if (p.die != DAY_NONE && certain) { /* dies in hospital */
        quiet_stay(g, &ep, &p, some(g, K_H2, p.county), "I63.900", d - 5, 5);
        if (!g->bad && kind == 0)
            ep.end = at_time(d, 20, 0);
        ep.setl_time = !g->bad && kind == 1 ? ep.end + 4 * DAY_SECS : ep.end + 1800;
        ep.die = true;
        ep.dscg_way = "5";
        episode_emit(&ep);
        if (!g->bad && kind == 1) {
            truth_line(g, "", &p, &ep, ep.n - 1, "死亡四日后才结算，费用都发生在生前");
            return;
        }
    }
    day_t when = g->bad ? d + 3 + (day_t)rng_below(&g->r, 30) : kind == 0 ? d : d + 9;
    buy(g, &ep, &p, some(g, K_PHARM, p.county), "zdrug.danshen", when, 8, 30);
    episode_emit(&ep);
    truth_line(g, certain ? "明确" : "高疑", &p, &ep, 0,
               g->bad      ? "死亡之后购药"
               : kind == 0 ? "死亡当日早晨的费用"
                           : "没有死亡信息");
}

static void a02(struct plan *g)
{
    struct person p;
    struct episode a, b;
    if (!pick(g, PICK_RESIDENT, &p))
        return;
    bool other = g->k % 2 == 0; /* another prefecture, else another county of the same */
    day_t d = a_day(g, 5, 5);
    int within = other ? 60 : 30, kind = (int)(g->k / 2 % 3);
    int minutes = g->bad ? within - rng_range(&g->r, 0, 15) : kind == 0 ? within + 1 : within - 10;
    quiet_visit(g, &a, &p, some(g, K_TOWN, p.county), "11", d, 9, 0);
    episode_line(&a, item_of("general.op"), a.begn + 60, 1);
    a.setl_time = at_time(d, 9, 10);
    episode_emit(&a);
    uint32_t far_ = g->w->at_kind[K_FAR] + (other ? 0u : 2u);
    if (!g->bad && kind == 2)
        far_ = inst_of(g->w, K_TOWN, p.county,
                       (uint32_t)(a.inst - g->w->at_kind[K_TOWN]) / g->w->n_county + 1);
    sec_t t = a.setl_time + minutes * 60;
    episode_begin(&b, g->w, &p, far_, "11", DP_CARD, t - 300, t);
    episode_dx(&b, "I10.x00");
    episode_line(&b, item_of("ecg"), t - 200, 1);
    b.setl_time = t;
    b.proxy = !g->bad && kind == 1;
    episode_emit(&b);
    struct ids i = {BUF_INIT};
    ids_add(&i, "setl", b.setl_id[0]);
    g->rule = other ? "A02.prefecture" : "A02.county";
    truth(g, "高疑", NULL, &p, &b, &i,
          g->bad      ? "短时间内在两地结算"
          : kind == 0 ? "间隔比界限多一分钟"
          : kind == 1 ? "第二次由家人持代办登记办理"
                      : "同县两家机构");
}

static void a03(struct plan *g)
{
    struct person p, q;
    struct episode ep;
    if (!pick(g, PICK_RESIDENT, &p) || !pick(g, PICK_RESIDENT, &q))
        return;
    day_t d = a_day(g, 5, 100);
    for (int k = 0; k < 3; k++) {
        buy(g, &ep, &p, some(g, K_PHARM, p.county), "common.z.jianwei", d + 25 * k, 10, 5);
        episode_emit(&ep);
    }
    buy(g, &ep, &q, some(g, K_PHARM, p.county), "common.z.banlangen", d + 12, 16, 40);
    snprintf(ep.cert_no, sizeof ep.cert_no, "%s", p.card);
    bool voided = g->k % 2;
    if (!g->bad && voided)
        ep.void_pair = true;
    else if (!g->bad)
        ep.fund_exact = 0;
    episode_emit(&ep);
    struct ids i = {BUF_INIT};
    ids_add(&i, "setl", ep.setl_id[0]);
    truth(g, "高疑", p.card, &q, &ep, &i,
          g->bad   ? "两人用同一凭证"
          : voided ? "另一人的结算已冲销"
                   : "另一人的结算没有基金支付");
}

static void a04(struct plan *g)
{
    struct person p;
    struct episode ep;
    if (!pick(g, PICK_RESIDENT, &p))
        return;
    day_t d = a_day(g, 60, 60);
    struct change *c = change_of(g->w, p.idx);
    bool late = g->k % 2; /* insured later, else paused */
    if (late) {
        c->has_from = true;
        c->from = d;
    } else {
        c->has_until = true;
        c->until = d;
    }
    again(g, &p);
    day_t when = !g->bad ? d : late ? d - 20 : d + 20;
    quiet_visit(g, &ep, &p, some(g, K_TOWN, p.county), "11", when, 10, 0);
    episode_line(&ep, item_of("general.op"), ep.begn + 60, 1);
    episode_emit(&ep);
    truth_line(g, "明确", &p, &ep, 0,
               g->bad ? late ? "参保之前的费用" : "停保之后的费用" : "参保（停保）当日的费用");
}

static void a05(struct plan *g)
{
    struct world *w = g->w;
    struct person p;
    struct episode ep;
    bool clinic = g->k % 3 == 2; /* a window of an institution: eight, not five */
    uint32_t n = clinic ? (g->bad ? 8 : 7) : g->bad ? 5 + g->k % 3 : g->k % 3 == 0 ? 4 : 5;
    uint32_t inst = some(g, clinic ? K_CLINIC : K_PHARM, 0);
    day_t d = w->from + 20 + (g->crowd_day++ * 3) % (w->days - 40);
    int gap = !g->bad && g->k % 3 == 1 ? 151 : clinic ? 80 : 90; /* 4 x 151 = 604 > 600 seconds */
    struct ids i = {BUF_INIT};
    char term[24], owner[64];
    snprintf(term, sizeof term, "%s-T9", w->insts[inst].code);
    for (uint32_t k = 0; k < n; k++) {
        crowd_person(g, g->k * 11 + k, &p);
        sec_t t = at_time(d, 13, 2) + (sec_t)k * gap;
        if (clinic) {
            episode_begin(&ep, w, &p, inst, "11", DP_MED, t - 120, t);
            episode_dx(&ep, "J06.900");
            episode_line(&ep, item_of("general.op"), t - 60, 1);
            episode_line(&ep, item_of("common.z.yinqiao"), t - 30, 1)->prd_days = 3;
        } else {
            purchase(&ep, w, &p, inst, "41", DP_MED, t - 60, "common.z.yinqiao", 4);
        }
        ep.lines[ep.n - 1].cnt = (1 + (int)(k % 3)) * QTY_ONE;
        ep.setl_time = t;
        snprintf(ep.terminal, sizeof ep.terminal, "%s", term);
        episode_emit(&ep);
        ids_add(&i, "setl", ep.setl_id[0]);
    }
    snprintf(owner, sizeof owner, "%s|%s", w->insts[inst].code, term);
    g->rule = clinic ? "A05.window" : "A05.pharmacy";
    truth(g, "可疑", owner, NULL, &ep, &i,
          g->bad ? clinic ? "诊所同一窗口十分钟内八人" : "十分钟内多张卡在同一终端"
          : clinic ? "诊所十分钟内七人，不到八人"
          : n == 4 ? "十分钟内四人"
                   : "五人，前后十分零四秒");
}

static void a07(struct plan *g)
{
    struct world *w = g->w;
    struct person p;
    struct episode ep;
    if (!pick(g, PICK_RESIDENT, &p))
        return;
    bool dept = g->k % 3 == 2;
    uint32_t inst = special(g, dept ? 1 : 2 + g->k % 2);
    int step = (w->days - 30) / (int)(g->count + 1);
    day_t b = w->from + 10 + step * (int)g->k, e = b + step / 2;
    if (g->bad) {
        row_str(w->out, T_SUSP, w->insts[inst].code);
        row_str(w->out, T_SUSP, w->insts[inst].name);
        row_str(w->out, T_SUSP, dept ? synth_depts[DP_REH].code : NULL);
        row_str(w->out, T_SUSP, dept ? synth_depts[DP_REH].name : NULL);
        row_str(w->out, T_SUSP, NULL);
        row_str(w->out, T_SUSP, NULL);
        row_day(w->out, T_SUSP, b);
        row_day(w->out, T_SUSP, e);
        char notice[48];
        snprintf(notice, sizeof notice, "县医保〔%d〕中止告知", w->year);
        row_str(w->out, T_SUSP, notice);
        row_end(w->out, T_SUSP);
    }
    day_t d = g->bad ? g->k % 2 ? e : b : g->k % 2 ? b - 1 : e + 1;
    bool elsewhere = dept && !g->bad;
    if (elsewhere)
        d = b + 1; /* another department of the institution */
    sec_t t = at_time(d, 10, 20);
    episode_begin(&ep, w, &p, inst, "11", dept && !elsewhere ? DP_REH : DP_MED, t, t + 1200);
    episode_dx(&ep, "J06.900");
    episode_line(&ep, item_of("general.op"), t + 60, 1);
    episode_emit(&ep);
    struct ids i = {BUF_INIT};
    ids_add(&i, "setl", ep.setl_id[0]);
    truth(g, "明确", w->insts[inst].code, &p, &ep, &i,
          g->bad      ? dept ? "科室中止期间结算" : "中止协议期间结算"
          : elsewhere ? "中止的是别的科室"
                      : "中止前一日或恢复后一日");
}

const struct planting plants_a[] = {{"A01", a01, 0}, {"A02", a02, 0},  {"A03", a03, 0},
                                    {"A04", a04, 0}, {"A05", a05, -3}, {"A07", a07, 0},
                                    {NULL, NULL, 0}};

void plant_outliers(struct plan *g)
{
    struct world *w = g->w;
    if (w->n < 20000 || w->months < 9)
        return;
    static const struct {
        const char *rule, *cls, *note;
        int town;
        bool bad;
    } of[] = {{"A06", "可疑", "第二季度收治的困难对象远多于同级机构", 0, true},
              {"A06", "", "困难对象比例与同级机构相当", 3, false},
              {"B19", "可疑", "第三季度大半住院没有个人负担", 1, true},
              {"B19", "", "零自付略多于同级机构，不到界限", 2, false},
              {"C15", "可疑", "第三季度的 X 线摄影全按数字化摄影收费", CARE_TOWN_DEAR, true},
              {"C15", "", "数字化摄影略多于同级机构", CARE_TOWN_DEAR + 1, false}};
    for (size_t k = 0; k < sizeof of / sizeof of[0]; k++) {
        uint32_t inst = w->at_kind[K_TOWN] + (uint32_t)of[k].town * w->n_county;
        if (inst >= w->at_kind[K_TOWN] + w->of_kind[K_TOWN])
            continue;
        g->rule = of[k].rule;
        g->bad = of[k].bad;
        struct episode ep = {.inst = inst};
        char owner[64];
        snprintf(owner, sizeof owner, of[k].rule[0] == 'C' ? "%s|X 线摄影" : "%s",
                 w->insts[inst].code);
        truth(g, of[k].cls, owner, NULL, &ep, NULL, of[k].note);
    }
}
