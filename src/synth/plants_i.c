/* SPDX-License-Identifier: MulanPSL-2.0 */
/* The insured and the agency: insured twice, clerks who serve themselves, late and wrong payments. */
#include <stdio.h>

#include "synth/plants.h"

static unsigned form(const struct plan *g, unsigned n)
{
    return (unsigned)((g->k + g->w->seed) % n);
}

static day_t working_day(day_t d)
{
    int weekday = (int)((d + 3) % 7); /* 0 = Monday */
    return weekday > 4 ? d - (weekday - 4) : d;
}

/* Another row of insurance for a person. */
static void insure_also(struct plan *g, const struct person *p, const char *insutype,
                        const char *emp_no, day_t from, char id[40])
{
    struct writer *o = g->w->out;
    snprintf(id, 40, "R%s%s", p->psn_no, insutype);
    row_str(o, T_INSU, id);
    row_str(o, T_INSU, p->psn_no);
    row_str(o, T_INSU, p->name);
    row_str(o, T_INSU, p->certno);
    row_str(o, T_INSU, emp_no);
    row_str(o, T_INSU, insutype);
    row_day(o, T_INSU, from);
    row_day(o, T_INSU, DAY_NONE);
    row_str(o, T_INSU, "1");
    row_str(o, T_INSU, "11");
    row_str(o, T_INSU, p->place);
    row_end(o, T_INSU);
}

static void visit_under(struct plan *g, const struct person *p, const char *insutype, day_t d)
{
    struct episode ep;
    quiet_visit(g, &ep, p, some(g, K_TOWN, p->county), "11", d, 9, rng_range(&g->r, 5, 50));
    ep.insutype = insutype;
    episode_line(&ep, item_of("consult.op"), ep.begn + 60, 1);
    episode_line(&ep, item_of("lab.cbc"), ep.begn + 120, 1);
    episode_emit(&ep);
}

/* Twenty put on the payroll in a day, six of them in hospital within ninety. The crowd's other stays come later. */
static void i01(struct plan *g)
{
    struct world *w = g->w;
    struct person p;
    struct episode ep;
    char id[40], emp[20];
    if (g->n_crowd < 100 || w->days < 90)
        return;
    static const char *const dx[] = {"K29.500", "N39.000", "R42.x00", "J20.900", "A09.000"};
    uint32_t at = g->bad ? 60 : 80, ill = g->bad ? 6 : 5;
    struct ids i = {BUF_INIT};
    snprintf(emp, sizeof emp, "429801E90000%d", !g->bad);
    for (uint32_t k = 0; k < 20; k++) {
        crowd_person(g, at + k, &p);
        insure_also(g, &p, "310", emp, w->from - 20, id);
        ids_add(&i, "enrol", id);
        if (k >= ill)
            continue;
        quiet_stay(g, &ep, &p, inst_of(w, K_TOWN, p.county, k), dx[k % 5],
                   w->from + 49 + (day_t)k + (g->bad ? 0 : 1), 3);
        episode_emit(&ep);
    }
    char owner[32];
    snprintf(owner, sizeof owner, "%s|310", emp);
    truth(g, "可疑", owner, NULL, NULL, &i,
          g->bad ? "一日新参保二十人，六人九十日内住院" : "二十人中五人住院，不到三成");
}

static void i02(struct plan *g)
{
    struct person p;
    char id[40], emp[20];
    if (!pick(g, PICK_RESIDENT, &p))
        return;
    bool moved = !g->bad && form(g, 2) == 0; /* the first ended before the second began */
    day_t d = a_day(g, 60, 60);
    if (moved) {
        struct change *c = change_of(g->w, p.idx);
        c->has_until = true;
        c->until = d - 1;
        again(g, &p);
    }
    snprintf(emp, sizeof emp, "%sE000001", p.place);
    insure_also(g, &p, "310", emp, d, id);
    visit_under(g, &p, "390", d - 30);
    if (g->bad || moved)
        visit_under(g, &p, "310", d + 20);
    struct ids i = {BUF_INIT};
    ids_add(&i, "enrol", id);
    truth(g, "明确", p.certno, &p, NULL, &i,
          g->bad  ? "居民与职工参保重叠，两边都报销过"
          : moved ? "居民参保次日转为职工参保"
                  : "重叠，但职工医保没有用过");
}

static void clerk_of(struct plan *g, char id[16], const char *kind)
{
    snprintf(id, 16, "JB%s%02u%d", kind, g->k, !g->bad);
}

static void i03_self(struct plan *g)
{
    struct person p[2], other;
    char clerk[16], no[24];
    bool family = form(g, 2) == 0;
    if (family ? !pick_household(g, 2, p) : !pick(g, PICK_RESIDENT, p))
        return;
    if (!g->bad && !pick(g, PICK_RESIDENT, &other))
        return;
    const struct person *whom = !g->bad ? &other : family ? &p[1] : &p[0];
    if (!g->bad && other.house == p[0].house)
        return;
    clerk_of(g, clerk, "4");
    clerk_row(g->w, clerk, &p[0]);
    day_t d = working_day(a_day(g, 30, 30));
    act_row(g->w, clerk, "JB001", family ? "待遇登记" : "零星报销", whom, INST_NONE,
            at_time(d, 10, 15), 86000 + 1000 * (fen_t)g->k, no);
    struct ids i = {BUF_INIT};
    ids_add(&i, "act", no);
    g->rule = "I03.self";
    truth(g, "高疑", clerk, whom, NULL, &i,
          !g->bad  ? "给别户的人办理"
          : family ? "给同户的人办理"
                   : "给本人办理零星报销");
}

static void i03_hours(struct plan *g)
{
    struct person p, clerk;
    char id[16], no[24];
    if (!pick(g, PICK_RESIDENT, &p) || !pick(g, PICK_RESIDENT, &clerk) || p.house == clerk.house)
        return;
    bool evening = form(g, 2) == 0;
    clerk_of(g, id, "5");
    clerk_row(g->w, id, &clerk);
    day_t d = working_day(a_day(g, 30, 30));
    sec_t t = at_time(evening ? d : (d / 7) * 7 + 2, evening ? 21 : 10, 30); /* else a Saturday */
    bool checked = !g->bad && g->k % 2;
    if (!g->bad && !checked)
        t = at_time(d, 17, 45); /* after hours, but not at night */
    act_row(g->w, id, checked ? "JB002" : NULL, "恢复待遇", &p, INST_NONE, t, 12000, no);
    struct ids i = {BUF_INIT};
    ids_add(&i, "act", no);
    g->rule = "I03.hours";
    truth(g, "可疑", id, &p, NULL, &i,
          checked   ? "夜间或周末办理，有人复核"
          : !g->bad ? "下班后不久办理"
          : evening ? "夜里一人办理，没有复核"
                    : "周六一人办理，没有复核");
}

/* Twenty a year for one hospital, by one clerk. */
static void i03_share(struct plan *g)
{
    struct world *w = g->w;
    struct person p;
    char id[16];
    if (g->n_crowd < 40)
        return;
    uint32_t inst = special(g, g->k * 2 + !g->bad);
    bool few = !g->bad && form(g, 2) == 0;
    int days = w->days < 365 ? w->days : 365; /* within a calendar year */
    clerk_of(g, id, "6");
    for (uint32_t k = 0; k < (few ? 19u : 20u); k++) {
        crowd_person(g, 40 + k, &p);
        bool other = !g->bad && !few && k % 3 == 0; /* 65 % are his */
        day_t d = working_day(w->from + 8 + (day_t)(k * (uint32_t)(days - 16) / 20));
        act_row(w, other ? "JB003" : id, "JB001", k % 2 ? "零星报销" : "恢复待遇", &p, inst,
                at_time(d, 9, 5 + (int)k), 30000, NULL);
    }
    struct episode ep = {.inst = inst};
    g->rule = "I03.share";
    char owner[32];
    snprintf(owner, sizeof owner, "%s|%d", w->insts[inst].code, w->year);
    truth(g, "可疑", owner, NULL, &ep, NULL,
          g->bad ? "一家机构的二十件例外事项都由一人办理"
          : few  ? "一年十九件"
                 : "二十件由两人分办");
}

static void i06(struct plan *g)
{
    struct world *w = g->w;
    uint32_t inst = special(g, g->k + (g->bad ? 0 : 6));
    unsigned x = form(g, 3);
    bool held = !g->bad && x == 1, never = g->bad && x == 1;
    day_t d = w->from + 40 + (day_t)g->k * 7;
    int after = g->bad ? (x == 0 ? 50 : 75) : x == 0 ? 42 : held ? 90 : 30;
    char no[24];
    clearing_row(w, inst, d, never ? DAY_NONE : d + after, held, no);
    struct ids i = {BUF_INIT};
    ids_add(&i, "clr", no);
    truth(g, g->bad && x ? "明确" : "高疑", w->insts[inst].code, NULL, NULL, &i,
          never    ? "申报后一直没有拨付"
          : g->bad ? "申报五十日以后才拨付"
          : held   ? "有争议，通知暂缓"
                   : "六周之内拨付");
}

/* What agency.c writes of the year: special institution 3 was never visited, 4 on one of its last days. */
static void i06_unchecked(struct plan *g)
{
    struct world *w = g->w;
    if (w->days < 365)
        return;
    char owner[32];
    snprintf(owner, sizeof owner, "%s|%d", w->insts[special(g, g->bad ? 3 : 4)].code, w->year);
    g->rule = "I06.unchecked";
    truth(g, "高疑", owner, NULL, NULL, NULL,
          g->bad ? "全年申报，没有一次履约检查" : "全年申报，年底检查过一次");
}

/* Half of the pharmacies were audited, and nine of ten hospitals. */
static void i06_audit(struct plan *g)
{
    struct world *w = g->w;
    if (w->days < 365 || w->of_kind[K_PHARM] < 10 * w->n_county)
        return;
    char owner[32];
    snprintf(owner, sizeof owner, "%s|%d|%d", w->insts[w->at_kind[K_PHARM]].place, g->bad ? 2 : 1,
             w->year);
    g->rule = "I06.audit";
    truth(g, "高疑", owner, NULL, NULL, NULL, g->bad ? "药店只稽核了一半" : "医院十家稽核了九家");
}

/* Twenty of a clerk's acts that nobody else looked at; the twin does as many, but twice as many in all. */
static void i06_alone(struct plan *g)
{
    struct world *w = g->w;
    struct person p;
    char id[16];
    if (g->n_crowd < 60)
        return;
    int days = w->days < 365 ? w->days : 365;
    clerk_of(g, id, "7");
    for (uint32_t k = 0; k < (g->bad ? 20u : 41u); k++) {
        crowd_person(g, 10 + k, &p);
        day_t d = working_day(w->from + 8 + (day_t)(k * (uint32_t)(days - 16) / 41));
        act_row(w, id,
                k >= 20 ? "JB002"
                : k % 2 ? id
                        : NULL,
                "待遇登记", &p, INST_NONE, at_time(d, 14, 5 + (int)k), 0, NULL);
    }
    g->rule = "I06.alone";
    char owner[32];
    snprintf(owner, sizeof owner, "%s|%d", id, g->w->year);
    truth(g, "高疑", owner, NULL, NULL, NULL,
          g->bad ? "二十件待遇登记没有别人复核" : "四十一件里二十件没有别人复核，不到一半");
}

static void i07(struct plan *g)
{
    struct person p;
    struct episode ep;
    if (!pick(g, g->k % 2 ? PICK_WORKER : PICK_RESIDENT, &p))
        return;
    bool stay = form(g, 2) == 0;
    day_t d = a_day(g, 10, 30);
    if (stay) {
        quiet_stay(g, &ep, &p, some(g, K_H2, p.county), "K29.500", d, 6);
    } else {
        quiet_visit(g, &ep, &p, some(g, K_H2, p.county), "11", d, 9, rng_range(&g->r, 5, 50));
        episode_line(&ep, item_of("ct.plain"), ep.begn + 300, 1);
    }
    ep.fund_off = g->bad ? 2300 : 90; /* a rounding of less than a yuan is none */
    episode_emit(&ep);
    struct ids i = {BUF_INIT};
    ids_add(&i, "setl", ep.setl_id[0]);
    truth(g, "明确", NULL, &p, &ep, &i, g->bad ? "统筹支付比政策多二十三元" : "与政策相差九角");
}

const struct planting plants_i[] = {
    {"I01", i01, 1},           {"I02", i02, 0},       {"I03", i03_self, 0},
    {"I03", i03_hours, 0},     {"I03", i03_share, 6}, {"I06", i06, 6},
    {"I06", i06_unchecked, 1}, {"I06", i06_audit, 1}, {"I06", i06_alone, 3},
    {"I07", i07, 0},           {NULL, NULL, 0}};
