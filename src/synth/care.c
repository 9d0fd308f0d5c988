/* SPDX-License-Identifier: MulanPSL-2.0 */
/* What happens to one person in the whole time: stays, chronic benefit, dialysis, visits, purchases, in this order, so
 * that nothing out-patient falls into a stay and no drug is bought twice. */
#include "synth/life.h"

#include <stdio.h>

static void month_of(const struct world *w, int m, day_t *first, day_t *last)
{
    *first = day_from_ymd(w->year + m / 12, m % 12 + 1, 1);
    *last = day_from_ymd(w->year + (m + 1) / 12, (m + 1) % 12 + 1, 1) - 1;
}

static bool in_season(enum season s, int month, struct rng *r)
{
    bool winter = month <= 1 || month >= 10, summer = month >= 5 && month <= 8;
    switch (s) {
    case SEASON_WINTER: return winter || rng_below(r, 10) < 5;
    case SEASON_SUMMER: return summer || rng_below(r, 10) < 4;
    case SEASON_FLU: return month == 0 || month == 11 || (month == 2 && rng_below(r, 2));
    default: return true;
    }
}

static const struct illness *choose_illness(struct life *l, int age, int month)
{
    for (int tries = 0; tries < 40; tries++) {
        const struct illness *i = &synth_stays[rng_below(&l->r, synth_n_stays)];
        if ((i->gend && i->gend != l->p->gend) || age < i->age_lo || age > i->age_hi ||
            rng_below(&l->r, 60) >= i->weight || !in_season((enum season)i->season, month, &l->r))
            continue;
        return i;
    }
    return NULL;
}

static uint32_t choose_hospital(struct life *l, const struct illness *i)
{
    struct world *w = l->w;
    uint32_t k = rng_below(&l->r, 1000);
    if (i->level >= 2) {
        if (k < 12)
            return inst_of(w, K_FAR, 0, rng_below(&l->r, 4));
        return k < 680 ? l->h2 : l->h3;
    }
    bool few = w->n < 60000; /* so that each small hospital still has its thirty a quarter */
    if (k < (few ? 690u : 560u))
        return l->town;
    if (k < (few ? 790u : 660u))
        return l->priv;
    return k < 880 ? l->h2 : l->h3;
}

/* Of county 0 from 20,000 persons on: in the second quarter most of the assisted go to its first township hospital
 * (A06), in the third its second one takes no money from most (B19); here and there the others don't either. */
static uint32_t draw_assisted(struct life *l, uint32_t inst, day_t d)
{
    struct world *w = l->w;
    int y, m, k;
    day_to_ymd(d, &y, &m, &k);
    if (w->n < 20000 || l->p->county || w->insts[inst].level > 1 || m < 4 || m > 9)
        return inst;
    if (m > 6) /* word gets round */
        return rng_below(&l->r, 100) < 12 ? inst_of(w, K_TOWN, 0, 1) : inst;
    uint32_t first = inst_of(w, K_TOWN, 0, 0);
    if (l->p->sp && rng_below(&l->r, 100) < 55)
        return first;
    if (!l->p->sp && inst == first && rng_below(&l->r, 100) < 50)
        return inst_of(w, K_TOWN, 0, 4 + rng_below(&l->r, 4));
    return inst;
}

static void waive(struct life *l, struct episode *ep)
{
    struct world *w = l->w;
    if (w->insts[ep->inst].level > 1 || ep->sp)
        return;
    int y, m, k;
    day_to_ymd(sec_day(ep->begn), &y, &m, &k);
    uint32_t town = ep->inst / w->n_county;
    bool it_is = w->n >= 20000 && !w->o->no_plants && ep->inst == inst_of(w, K_TOWN, 0, 1) &&
                 m >= 7 && m <= 9;
    ep->waive = rng_below(&l->r, 1000) < (it_is ? 900u : 45u + town % 3u * 12u);
}

static void hospital_extras(struct life *l, struct episode *ep, const struct illness *ill)
{
    uint32_t k = rng_below(&l->r, 1000);
    if (k < 40) { /* a drug given back: the line it came from named, or not */
        for (int i = ep->n - 1; i >= 0; i--)
            if (item_is_drug(ep->lines[i].it)) {
                struct eline src = ep->lines[i];
                struct eline *b = episode_line(ep, src.it, src.t, 1);
                b->cnt = -QTY_ONE;
                b->variant = src.variant;
                b->init = i;
                b->no_init = k >= 25;
                break;
            }
    }
    if (k >= 900 && !ill->surgery) { /* drugs to take home */
        struct eline *t = episode_line(ep, item_of("zdrug.bailing"), ep->end - 600, 1);
        t->takeaway = true;
        t->prd_days = 7;
        t->variant = maker_of(ep->w, ep->inst, t->it, sec_day(ep->end));
    }
}

/* Honest trouble, of which there is more than of fraud: a quarter of the houses count the day of discharge now and then, and
 * a drug is given for an illness that nobody wrote down. Small sums. Not in small counties, which serve as samples. */
static void careless(struct life *l, struct episode *ep, const struct illness *ill)
{
    struct world *w = l->w;
    if (w->n < 5000 || ep->end - ep->begn < 2 * DAY_SECS)
        return;
    uint32_t k = rng_below(&l->r, 1000);
    if (ep->inst % 4 == 1 && k < 60)
        episode_line(ep, item_of("bed.ward"), ep->end - 1200, 1);
    else if (k >= 970 && !ill->surgery && ill->dept == DP_MED && age_at(l->p, w->from) >= 50)
        episode_line(ep, item_of("ind.butylphthalide"), ep->begn + 4000, 1);
}

static void note_check(struct life *l, const struct episode *ep)
{
    if (rng_below(&l->r, 100) >= 4 || ep->end - ep->begn < 3 * DAY_SECS)
        return;
    struct writer *o = l->w->out;
    char id[32];
    snprintf(id, sizeof id, "C%s%09llu", l->p->place, (unsigned long long)++l->w->n_check);
    row_str(o, T_CHECK, id);
    row_str(o, T_CHECK, l->p->psn_no);
    row_str(o, T_CHECK, l->p->name);
    row_str(o, T_CHECK, ep->mdtrt_id);
    row_str(o, T_CHECK, l->w->insts[ep->inst].code);
    row_sec(o, T_CHECK, at_time(sec_day(ep->begn) + 2, 20, (int)rng_below(&l->r, 59)));
    row_str(o, T_CHECK, "在院");
    row_str(o, T_CHECK, "县医保核查组");
    row_end(o, T_CHECK);
}

static void take_days(struct life *l, day_t from, day_t to)
{
    for (day_t k = from; k <= to; k++)
        *day_of(l, k) = 1;
}

/* The township hospital sends the patient on; the county takes him in on the same day. Gives the last day. */
static day_t refer(struct life *l, struct episode *first, const struct illness *ill)
{
    struct world *w = l->w;
    day_t d = sec_day(first->end);
    int los = rng_range(&l->r, 4, 8);
    char from[ID_LEN];
    memcpy(from, first->mdtrt_id, sizeof from);
    if (d + los > l->to || !stay_build(first, w, l->p, l->h2, ill, d, los, &l->r))
        return d;
    first->begn = at_time(d, 13, (int)rng_below(&l->r, 59));
    for (int k = 0; k < first->n; k++)
        if (first->lines[k].t < first->begn)
            first->lines[k].t = first->begn + 300;
    memcpy(first->refl, from, sizeof from);
    episode_emit(first);
    return d + los;
}

static bool try_stay(struct life *l, const struct illness *ill, day_t d, int los, bool dies)
{
    struct world *w = l->w;
    uint32_t inst = choose_hospital(l, ill);
    if (!w->o->no_plants)
        inst = draw_assisted(l, inst, d);
    struct episode ep;
    if (!stay_build(&ep, w, l->p, inst, ill, d, los, &l->r))
        return false;
    hospital_extras(l, &ep, ill);
    careless(l, &ep, ill);
    waive(l, &ep);
    bool once = ill->surgery || strstr(ill->exams, ".cycle"); /* not to be done again so soon */
    bool sent = !dies && w->insts[inst].kind == K_TOWN && !once && rng_below(&l->r, 100) < 4;
    if (dies)
        ep.die = true;
    if (dies || sent)
        ep.dscg_way = dies ? "5" : "2";
    episode_emit(&ep);
    note_check(l, &ep);
    take_days(l, d, sent ? refer(l, &ep, ill) : d + los);
    return true;
}

static void stays(struct life *l)
{
    struct world *w = l->w;
    int age = age_at(l->p, w->from);
    uint32_t yearly = age < 15   ? 70000
                      : age < 45 ? 60000
                      : age < 60 ? 120000
                      : age < 75 ? 260000
                                 : 380000;
    if (w->n < 60000)
        yearly += yearly / 4;
    day_t last_end = w->from - 60;
    day_t before[2] = {w->from - 400, w->from - 400}; /* the last two admissions */
    for (int m = 0; m < w->months && !l->dialysis; m++) {
        if (!rng_hit(&l->r, yearly / 12))
            continue;
        day_t a, z;
        month_of(w, m, &a, &z);
        day_t d = a + (day_t)rng_below(&l->r, (uint32_t)(z - a + 1));
        const struct illness *ill = d >= l->p->born ? choose_illness(l, age_at(l->p, d), m % 12)
                                                    : NULL;
        if (!ill)
            continue;
        int los = rng_range(&l->r, ill->los_lo, ill->los_hi);
        if (d < l->from || d + los > l->to || d - last_end < 35 || d - before[1] < 365)
            continue;
        if (l->p->die_how == 1 && d + los + 45 > l->p->die)
            continue;
        if (!try_stay(l, ill, d, los, false))
            continue;
        for (last_end = d + los; last_end < l->to && *day_of(l, last_end + 1) == 1;)
            last_end++;
        before[1] = before[0];
        before[0] = d;
    }
    if (l->p->die_how == 1 && l->p->die <= l->to) {
        int los = rng_range(&l->r, 3, 7);
        if (l->p->die - los >= l->from && l->p->die - los - last_end >= 1)
            try_stay(l, illness_of(rng_below(&l->r, 2) ? "I63.900" : "I50.900"), l->p->die - los,
                     los, true);
    }
}

static void visit(struct life *l, day_t d, int month)
{
    struct world *w = l->w;
    int age = age_at(l->p, d);
    const struct ailment *a = NULL;
    for (int tries = 0; tries < 30 && !a; tries++) {
        const struct ailment *c = &synth_visits[rng_below(&l->r, synth_n_visits)];
        if ((!c->gend || c->gend == l->p->gend) && age >= c->age_lo && age <= c->age_hi &&
            rng_below(&l->r, 60) < c->weight && in_season((enum season)c->season, month, &l->r))
            a = c;
    }
    if (!a)
        return;
    uint32_t k = rng_below(&l->r, 100);
    bool small = a->dept == DP_MED || a->dept == DP_TCM;
    uint32_t inst = small && k < 40 ? l->clinic : k < 75 ? l->town : k < 90 ? l->h2 : l->h3;
    struct episode ep;
    sec_t t = within_day(&l->r, d, 8, 17);
    episode_begin(&ep, w, l->p, inst, "11", (enum dept_id)a->dept, t, t + 2400);
    episode_dx(&ep, a->dx);
    if (w->insts[inst].level >= 2)
        episode_line(&ep, item_of("consult.op"), t + 60, 1);
    else
        episode_line(&ep, item_of("general.op"), t + 60, 1);
    if (strncmp(a->exams, "tcm", 3) != 0 || ep.dept == DP_TCM)
        add_list(&ep, a->exams, t + 600);
    unsigned n = list_len(a->drugs), at = n ? rng_below(&l->r, n) : 0;
    for (unsigned i = 0; i < n && i < 2; i++) {
        char cls[48];
        list_at(a->drugs, (at + i) % n, cls);
        const struct item *it = item_of(cls);
        struct eline *x = episode_line(&ep, it, t + 1800, 1 + (int)rng_below(&l->r, 2));
        x->prd_days = 3 + (int)rng_below(&l->r, 5);
        if (w->n >= 5000 && inst % 4 == 2 && rng_below(&l->r, 100) < 2)
            x->prd_days = 8; /* a day more than a prescription may be for */
        x->variant = maker_of(w, inst, it, d);
    }
    if (rng_below(&l->r, 1000) < 8) {
        ep.void_pair = true;
        ep.refund_at = ep.setl_time + 3600 + (sec_t)rng_below(&l->r, 7200);
    }
    episode_emit(&ep);
    *day_of(l, d) = 2;
}

/* How many packs: a few, and at two pharmacies now and then as many as make ninety-odd yuan. */
static void how_many_packs(struct life *l, struct episode *ep, uint32_t chance)
{
    static const uint8_t packs_of[16] = {1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 4, 5, 8};
    struct world *w = l->w;
    if (w->n < 5000)
        return;
    ep->lines[0].cnt = packs_of[rng_below(&l->r, 16)] * QTY_ONE;
    uint32_t first = inst_of(w, K_PHARM, 0, CARE_PHARM_ROUND),
             second = inst_of(w, K_PHARM, 0, CARE_PHARM_ROUND + 1);
    fen_t price = ep->lines[0].pric;
    if (w->n < 20000 || w->o->no_plants || (ep->inst != first && ep->inst != second) ||
        chance < 660 || price < 100)
        return;
    int64_t packs = (9900 + price - 1) / price - 1;
    if (packs > 1)
        ep->lines[0].cnt = packs * QTY_ONE;
}

static void pharmacy(struct life *l, day_t d)
{
    static const char *const basket[] = {"common.z.banlangen", "common.z.lianhua common.vitc",
                                         "common.z.shexiang",  "common.calcium",
                                         "common.smectite",    "common.z.liuwei",
                                         "common.cold_am",     "zdrug.jiuxin",
                                         "common.z.chuanbei",  "common.cetirizine common.mupirocin",
                                         "common.z.huoxiang",  "antibiotic.cefixime",
                                         "zdrug.tianma",       "common.z.jianwei common.bifid"};
    struct episode ep;
    purchase(&ep, l->w, l->p, l->pharm, "41", DP_MED, within_day(&l->r, d, 8, 21),
             basket[rng_below(&l->r, 14)], 3 + (int)rng_below(&l->r, 5));
    snprintf(ep.terminal, sizeof ep.terminal, "%s-T%u", l->w->insts[l->pharm].code,
             rng_below(&l->r, 3) + 1);
    uint32_t k = rng_below(&l->r, 1000);
    how_many_packs(l, &ep, k);
    ep.void_pair = k < 5;
    episode_emit(&ep);
    sell_rows(&ep);
    if (ep.void_pair)
        return_rows(&ep);
    else if (k < 35 && !must_scan(&ep))
        trace_rows(&ep);
    *day_of(l, d) = 2;
}

static void small_things(struct life *l)
{
    struct world *w = l->w;
    int age = age_at(l->p, w->from);
    uint32_t often = age < 15 ? 200000 : age < 60 ? 130000 : 230000;
    for (int m = 0; m < w->months; m++) {
        day_t a, z;
        month_of(w, m, &a, &z);
        uint32_t season = m % 12 <= 1 || m % 12 >= 10 ? 130 : 90;
        for (int kind = 0; kind < 2; kind++) {
            if (!rng_hit(&l->r, often * season / 100))
                continue;
            day_t d = a + (day_t)rng_below(&l->r, (uint32_t)(z - a + 1));
            if (d < l->from || d > l->to || *day_of(l, d))
                continue;
            if (kind == 0)
                visit(l, d, m % 12);
            else
                pharmacy(l, d);
        }
    }
}

void care_person(struct world *w, const struct person *p)
{
    static struct life l;
    memset(&l, 0, sizeof l);
    l.w = w;
    l.p = p;
    l.r = rng_of(w->seed, RNG_CARE, p->idx);
    l.from = w->from > p->insured_from ? w->from : p->insured_from;
    if (p->born >= l.from)
        l.from = p->born + 30;
    l.to = w->to;
    if (p->die != DAY_NONE && p->die < l.to)
        l.to = p->die;
    if (p->insured_to != DAY_NONE && p->insured_to < l.to)
        l.to = p->insured_to - 1;
    if (l.to - l.from < 10)
        return;
    l.town = inst_of(w, K_TOWN, p->county, p->village);
    l.clinic = inst_of(w, K_CLINIC, p->county, (uint32_t)rng_mix(p->house));
    l.pharm = inst_of(w, K_PHARM, p->county, (uint32_t)rng_mix(p->house + 77u));
    l.h2 = inst_of(w, K_H2, p->county, (uint32_t)rng_mix(p->house + 5u));
    l.h3 = inst_of(w, K_H3, p->county, 0);
    l.priv = inst_of(w, K_PRIV, p->county, (uint32_t)rng_mix(p->village + 9u));
    int age = age_at(p, w->from);
    l.dialysis = age >= 35 && age < 85 && rng_hit(&l.r, 1200);
    bool cancer = !l.dialysis && age >= 45 && age < 80 && p->die == DAY_NONE && rng_hit(&l.r, 2500);
    if (cancer)
        life_chemotherapy(&l);
    else
        stays(&l);
    if (l.dialysis)
        life_dialysis(&l);
    unsigned regs = 0;
    for (unsigned k = 0; k < synth_n_chronic && !l.dialysis && regs < 2; k++) {
        const struct chronic *c = &synth_chronic[k];
        if (age < c->age_lo || !rng_hit(&l.r, age >= 70 ? c->per_million * 2 : c->per_million) ||
            (regs && k == 4))
            continue;
        life_chronic(&l, c);
        regs++;
    }
    small_things(&l);
}
