/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "synth/plants.h"

#include <stdio.h>

#include "base/mem.h"

#define CROWD 130u

/* `loose`: the age does not matter, where the right ones have run out. */
static bool suits(const struct person *p, enum pick how, day_t from, bool loose)
{
    int age = age_at(p, from);
    if (p->insured_from > from - 370)
        return false;
    if (how == PICK_CHILD)
        return age >= 2 && age <= 4 && p->insutype[1] == '9' && !p->sp;
    if (p->sp || age < 22 || age > 78)
        return false;
    switch (how) {
    case PICK_MALE: return p->gend == '1' && (loose || age >= 50);
    case PICK_FEMALE: return p->gend == '2' && (loose || age >= 50);
    case PICK_MOTHER:
        return p->gend == '2' && (loose || age <= 36) && (loose || p->insutype[1] == '1');
    case PICK_OLD: return loose || age >= 60;
    case PICK_RESIDENT: return p->insutype[1] == '9';
    case PICK_WORKER: return loose || p->insutype[1] == '1';
    default: return true;
    }
}

bool pick(struct plan *g, enum pick how, struct person *p)
{
    struct world *w = g->w;
    for (uint64_t n = 0; n < 2 * (uint64_t)w->n; n++) {
        g->cursor = (uint32_t)((g->cursor + UINT64_C(7919)) % w->n); /* a prime: all of them come */
        if (person_used(w, g->cursor))
            continue;
        person_make(w, g->cursor, p);
        if (!suits(p, how, w->from, n >= w->n))
            continue;
        person_use(w, g->cursor);
        person_make(w, g->cursor, p);
        return true;
    }
    return false;
}

static bool gather(struct plan *g, uint32_t lo, uint32_t hi, uint32_t n, bool one_house,
                   struct person *p)
{
    struct world *w = g->w;
    uint32_t got = 0;
    for (uint32_t i = lo; i < hi && i < w->n && got < n; i++) {
        if (person_used(w, i))
            continue;
        person_make(w, i, &p[got]);
        if (!suits(&p[got], PICK_RESIDENT, w->from, false))
            continue;
        bool fits = true;
        for (uint32_t k = 0; k < got; k++)
            fits = fits && (p[k].house == p[got].house) == one_house;
        got += fits;
    }
    if (got < n)
        return false;
    for (uint32_t k = 0; k < n; k++) {
        person_use(w, p[k].idx);
        person_make(w, p[k].idx, &p[k]);
    }
    return true;
}

bool pick_village(struct plan *g, uint32_t n, struct person *p)
{
    uint32_t villages = (g->w->n + g->w->village_size - 1) / g->w->village_size;
    uint32_t at = rng_below(&g->r, villages);
    for (uint32_t k = 0; k < villages; k++, at = (at + 1) % villages)
        if (gather(g, at * g->w->village_size, (at + 1) * g->w->village_size, n, false, p))
            return true;
    return false;
}

bool pick_household(struct plan *g, uint32_t n, struct person *p)
{
    uint32_t blocks = g->w->n / 12, at = rng_below(&g->r, blocks);
    for (uint32_t k = 0; k < blocks; k++, at = (at + 1) % blocks)
        for (uint32_t i = 0; i < 12; i++)
            if (gather(g, at * 12 + i, at * 12 + 12, n, true, p))
                return true;
    return false;
}

void again(struct plan *g, struct person *p)
{
    person_make(g->w, p->idx, p);
}

bool pick_herd(struct plan *g, struct person *p)
{
    if (g->w->n < 5000 && g->crowd_stay < g->n_crowd) {
        person_make(g->w, g->crowd[g->crowd_stay++], p);
        return true;
    }
    return pick(g, PICK_RESIDENT, p);
}

struct person *crowd_person(struct plan *g, uint32_t i, struct person *p)
{
    person_make(g->w, g->crowd[i % g->n_crowd], p);
    return p;
}

day_t a_day(struct plan *g, int before, int after)
{
    int room = g->w->days - before - after;
    if (room < 1)
        return g->w->from +
               before; /* few months: the callers' dates may leave the data, which is no harm */
    return g->w->from + before + (day_t)rng_below(&g->r, (uint32_t)room);
}

uint32_t some(struct plan *g, enum inst_kind kind, uint32_t county)
{
    return inst_of(g->w, kind, county, (uint32_t)(rng_next(&g->r) >> 40));
}

uint32_t special(struct plan *g, uint32_t n)
{
    return g->w->at_kind[K_SPECIAL] + n % SPECIALS;
}

void quiet_stay(struct plan *g, struct episode *ep, const struct person *p, uint32_t inst,
                const char *dx, day_t from, int los)
{
    const struct illness *ill = illness_of(dx);
    sec_t b = at_time(from, rng_range(&g->r, 9, 15), rng_range(&g->r, 0, 59)) +
              rng_range(&g->r, 0, 59);
    sec_t e = at_time(from + los, 9, rng_range(&g->r, 0, 59));
    episode_begin(ep, g->w, p, inst, "21", (enum dept_id)ill->dept, b, e);
    ep->setl_time = e + 1800;
    episode_dx(ep, dx);
    episode_days(ep, 2);
    add_list(ep, "lab.cbc lab.urine.machine panel.liver ecg", b + 1200);
    stay_treat(ep, "ward.ns antibiotic.cefuroxime", from, from + los, &g->r);
    /* so that no two cost the same */
    episode_line(ep, item_of("ward.citicoline"), b + 2400, rng_range(&g->r, 1, 60));
    episode_line(ep, item_of("ward.mecobalamin"), b + 2460, rng_range(&g->r, 1, 60));
}

void quiet_visit(struct plan *g, struct episode *ep, const struct person *p, uint32_t inst,
                 const char *med_type, day_t d, int h, int m)
{
    sec_t t = at_time(d, h, m);
    episode_begin(ep, g->w, p, inst, med_type, DP_MED, t, t + 600);
    if (med_type[0] == '1')
        episode_dx(ep, "J06.900");
}

void vary(struct plan *g, struct episode *ep)
{
    static const char *const exam[16] = {"us.color", "xray.dr",      "lab.ddimer",    "lab.bnp",
                                         "lab.esr",  "lab.phos",     "lab.mg",        "us.carotid",
                                         "us.limb",  "panel.lipid",  "panel.thyroid", "us.heart",
                                         "lab.crp",  "lab.troponin", "ecg.holter",    "panel.coag"};
    uint32_t k = rng_below(&g->r, 1u << 16);
    for (unsigned x = 0; x < 16; x++)
        if ((k >> x) & 1 && x % 3)
            episode_line(ep, item_of(exam[x]), ep->begn + 2400 + x, 1);
}

void chronic_visit(struct plan *g, struct episode *ep, const struct person *p, uint32_t inst,
                   const char *code, const char *drugs, day_t d, int days)
{
    const struct chronic *c = NULL;
    for (unsigned i = 0; i < synth_n_chronic; i++)
        if (strcmp(synth_chronic[i].code, code) == 0)
            c = &synth_chronic[i];
    purchase(ep, g->w, p, inst, "14", c ? (enum dept_id)c->dept : DP_MED,
             at_time(d, 9, rng_range(&g->r, 5, 50)), drugs, days);
    ep->dise_no = code;
    ep->dise_name = c ? c->name : NULL;
    if (c)
        episode_dx(ep, c->dx);
}

/* --- truth ------------------------------------------------------------------------------------- */

void ids_add(struct ids *i, const char *kind, const char *id)
{
    if (i->b.n)
        buf_char(&i->b, ';');
    buf_str(&i->b, kind);
    buf_char(&i->b, ':');
    buf_str(&i->b, id);
}

void truth(struct plan *g, const char *cls, const char *owner, const struct person *p,
           const struct episode *ep, struct ids *ids, const char *note)
{
    struct world *w = g->w;
    uint64_t n = g->bad ? ++w->n_plant : ++w->n_twin;
    if (!w->o->no_truth) {
        struct writer *o = w->out;
        char id[32];
        snprintf(id, sizeof id, "%s%06llu", g->bad ? "P" : "T", (unsigned long long)n);
        row_str(o, T_TRUTH, id);
        row_str(o, T_TRUTH, g->rule);
        row_str(o, T_TRUTH, g->bad ? "1" : "0");
        row_str(o, T_TRUTH, cls);
        row_str(o, T_TRUTH, owner ? owner : p ? p->psn_no : "");
        row_str(o, T_TRUTH, p ? p->psn_no : "");
        row_str(o, T_TRUTH, ep ? ep->mdtrt_id : "");
        row_str(o, T_TRUTH, ep ? w->insts[ep->inst].code : "");
        row_str(o, T_TRUTH, ids ? buf_cstr(&ids->b) : "");
        row_str(o, T_TRUTH, note);
        row_end(o, T_TRUTH);
    }
    if (ids)
        buf_release(&ids->b);
}

void truth_line(struct plan *g, const char *cls, const struct person *p, const struct episode *ep,
                int line, const char *note)
{
    struct ids i = {BUF_INIT};
    ids_add(&i, "line", ep->lines[line].sn);
    truth(g, cls, NULL, p, ep, &i, note);
}

void truth_visit(struct plan *g, const char *cls, const char *owner, const struct person *p,
                 const struct episode *ep, const char *note)
{
    struct ids i = {BUF_INIT};
    ids_add(&i, "mdtrt", ep->mdtrt_id);
    truth(g, cls, owner, p, ep, &i, note);
}

/* --- all of them -------------------------------------------------------------------------------- */

static uint32_t how_many(const struct world *w)
{
    uint64_t n = w->n;
    if (w->o->plants)
        return w->o->plants;
    if (n < 2000) /* the persons would not go round */
        return 2;
    if (n <= 100000)
        return 3 + (uint32_t)((n - 1000) * 17 / 99000);
    uint64_t more = 20 + (n - 100000) * 20 / 900000;
    return more > 40 ? 40 : (uint32_t)more;
}

static int gather_crowd(struct plan *g)
{
    g->crowd = mem_calloc(CROWD, sizeof *g->crowd);
    if (!g->crowd)
        return err_nomem(g->w->e);
    struct person p;
    struct episode ep;
    while (g->n_crowd < CROWD && pick(g, PICK_RESIDENT, &p)) {
        /* all have a history of hypertension: some are registered for it later (E15) */
        quiet_visit(g, &ep, &p, inst_of(g->w, K_TOWN, p.county, p.village), "11", g->w->from + 2,
                    8 + (int)(g->n_crowd % 9), (int)(g->n_crowd * 7 % 60));
        ep.n_dx = 0;
        episode_dx(&ep, "I10.x00");
        episode_line(&ep, item_of("general.op"), ep.begn + 60, 1);
        episode_emit(&ep);
        g->crowd[g->n_crowd++] = p.idx;
    }
    return 0;
}

int plants_run(struct world *w)
{
    static const struct planting *const groups[] = {
        plants_a, plants_b,  plants_b2,   plants_herd,  plants_herd2, plants_c,     plants_c2,
        plants_d, plants_d2, plants_e,    plants_e2,    plants_e3,    plants_f,     plants_f2,
        plants_g, plants_i,  plants_ring, plants_ring2, plants_data,  plants_alike, plants_more};
    struct plan g = {.w = w, .r = rng_of(w->seed, RNG_PLANT, 0), .count = how_many(w)};
    int rc = gather_crowd(&g);
    for (size_t k = 0; k < sizeof groups / sizeof groups[0] && !rc; k++)
        for (const struct planting *p = groups[k]; p->rule && !rc; p++) {
            uint32_t n = p->most > 0 && (uint32_t)p->most < g.count ? (uint32_t)p->most : g.count;
            if (w->n >= 5000 && p->most < 0 && n < (uint32_t)-p->most)
                n = (uint32_t)-p->most;
            for (uint32_t i = 0; i < 2 * n && !rc; i++) {
                g.rule = p->rule;
                g.bad = i < n;
                g.k = i % n;
                p->fn(&g);
                rc = w->failed;
            }
        }
    plant_outliers(&g);
    mem_free(g.crowd);
    return rc;
}
