/* SPDX-License-Identifier: MulanPSL-2.0 */
#include <stdio.h>

#include "synth/care.h"

uint32_t maker_of(const struct world *w, uint32_t inst, const struct item *it, day_t d)
{
    if (!item_is_drug(it) || w->variants <= 1)
        return 0;
    return (uint32_t)(rng_mix(w->seed + inst * 7919u + item_no(it) +
                              ((uint64_t)(d / 91 * 3 + d % 3) << 40)) %
                      (uint64_t)w->variants);
}

const struct illness *illness_of(const char *dx)
{
    for (unsigned i = 0; i < synth_n_stays; i++)
        if (strcmp(synth_stays[i].dx, dx) == 0)
            return &synth_stays[i];
    return &synth_stays[0];
}

/* Township hospitals have a film camera and a digital one. */
static bool on_film(const struct episode *ep)
{
    const struct world *w = ep->w;
    if (w->insts[ep->inst].kind != K_TOWN)
        return false;
    uint32_t town = (ep->inst - w->at_kind[K_TOWN]) / w->n_county, film = 65;
    if (w->n >= 20000 && !w->o->no_plants && w->insts[ep->inst].county == 0) {
        int y, m, d;
        day_to_ymd(sec_day(ep->begn), &y, &m, &d);
        if (town == CARE_TOWN_DEAR && m >= 7 && m <= 9)
            return false;
        film -= town == CARE_TOWN_DEAR + 1 ? 8 : 0;
    }
    return rng_mix(w->seed + ep->p->idx * UINT64_C(977) + (uint64_t)ep->begn) % 100 < film;
}

void add_list(struct episode *ep, const char *list, sec_t t)
{
    char cls[48];
    for (unsigned k = 0; list_at(list, k, cls); k++) {
        bool film = strcmp(cls, "xray.dr") == 0 && on_film(ep);
        episode_line(ep, item_of(film ? "xray.film" : cls), t + (sec_t)k * 60, 1);
    }
}

void stay_treat(struct episode *ep, const char *drugs, day_t from, day_t to, struct rng *r)
{
    unsigned n = list_len(drugs);
    const struct item *drip = item_of("inject.drip"), *set = item_of("mat.infusion_set");
    char cls[48];
    for (day_t d = from; d < to; d++) {
        sec_t t = at_time(d, 10, 0);
        if (t < ep->begn)
            t = ep->begn + 600;
        episode_line(ep, drip, t, 1);
        if ((d - from) % 3 == 0)
            episode_line(ep, set, t, 1);
        for (unsigned k = 0; k < n; k++) {
            if (k > 1 &&
                (d - from + (int)k) % 3) /* the first two daily, the rest every third day */
                continue;
            list_at(drugs, k, cls);
            const struct item *it = item_of(cls);
            struct eline *l = episode_line(ep, it, t + 60 * (sec_t)(k + 1),
                                           1 + (int)rng_below(r, 2));
            l->variant = maker_of(ep->w, ep->inst, it, d);
        }
    }
}

static void operate(struct episode *ep, const struct illness *ill, day_t d)
{
    sec_t t = at_time(d, 9, 30);
    if (t < ep->begn + 3600)
        t = ep->begn + 3600;
    bool local = ill->dept == DP_EYE;
    episode_line(ep, item_of(ill->surgery), t, 1);
    episode_line(ep,
                 item_of(local                 ? "anaesthesia.local"
                         : ill->dept == DP_GYN ? "anaesthesia.spinal"
                                               : "anaesthesia.general"),
                 t, 1);
    char cls[48];
    for (unsigned k = 0; list_at(ill->mat, k, cls); k++)
        episode_line(ep, item_of(cls), t + 60, 1);
    episode_op(ep, ill->oprn, ill->oprn_name, local ? "3" : "1", t, t + 5400);
}

bool stay_build(struct episode *ep, struct world *w, const struct person *p, uint32_t inst,
                const struct illness *ill, day_t from, int los, struct rng *r)
{
    int bed = bed_take(w, inst, from, from + los);
    if (bed < 0)
        return false;
    sec_t b = within_day(r, from, 8, 17),
          e = at_time(from + los, 9, (int)rng_below(r, 59)) + (sec_t)rng_below(r, 60);
    if (los == 0)
        e = b + 4 * 3600;
    enum dept_id dept = (enum dept_id)ill->dept;
    episode_begin(ep, w, p, inst, "21", dept, b, e);
    snprintf(ep->bed, sizeof ep->bed, "%02d%02d", bed / 40 + 1, bed % 40 + 1);
    ep->setl_time = e + 1800;
    episode_dx(ep, ill->dx);
    if (ill->dx2)
        episode_dx(ep, ill->dx2);
    episode_days(ep, los > 10 ? 1 : 2);
    add_list(ep, ill->exams, b + 1200);
    stay_treat(ep, ill->drugs, from, from + los, r);
    if (ill->surgery)
        operate(ep, ill, from + (los > 1 ? 1 : 0));
    if (ill->dept == DP_REH)
        for (day_t d = from; d < from + los; d++) {
            episode_line(ep, item_of("rehab.exercise"),
                         at_time(d, 14, 0) > b ? at_time(d, 14, 0) : b + 900, 1)
                ->acord = true;
            episode_line(ep, item_of("physio.midfreq"),
                         at_time(d, 15, 0) > b ? at_time(d, 15, 0) : b + 900, 1);
        }
    if (ill->dept == DP_RESP)
        for (day_t d = from; d < from + los && d < from + 3; d++)
            episode_line(ep, item_of("inhale"),
                         at_time(d, 16, 30) > b ? at_time(d, 16, 30) : b + 900, 1);
    return true;
}

void purchase(struct episode *ep, struct world *w, const struct person *p, uint32_t inst,
              const char *med_type, enum dept_id dept, sec_t t, const char *drugs, int days)
{
    episode_begin(ep, w, p, inst, med_type, dept, t, t + 900);
    char cls[48];
    for (unsigned k = 0; list_at(drugs, k, cls); k++) {
        struct eline *l = episode_line(ep, item_brand(cls, inst), t + 300, 1);
        l->prd_days = days;
    }
}

void dialysis_build(struct episode *ep, struct world *w, const struct person *p, uint32_t inst,
                    day_t d)
{
    sec_t t = at_time(d, 8, 0) + (sec_t)(p->idx % 3) * 4 * 3600;
    episode_begin(ep, w, p, inst, "14", DP_KIDN, t, t + 4 * 3600);
    ep->dise_no = "M07803";
    ep->dise_name = "慢性肾功能不全（血透治疗）";
    episode_dx(ep, "N18.500");
    episode_dx(ep, "Z49.100");
    episode_line(ep, item_of("dialysis.hd"), t + 600, 1);
    episode_line(ep, item_of("mat.dialyzer"), t + 600, 1);
    episode_line(ep, item_of("mat.dialysis_line"), t + 600, 1);
    episode_line(ep, item_of("drug.heparin"), t + 660, 1);
}

void register_chronic(struct world *w, const struct person *p, const char *code, const char *name,
                      uint32_t inst, const char *opter, day_t applied, day_t from, day_t to,
                      char *id)
{
    struct writer *o = w->out;
    const struct inst *i = &w->insts[inst];
    char sn[ID_LEN], dr[14] = "";
    snprintf(sn, sizeof sn, "%sB%09llu", p->place, (unsigned long long)++w->n_reg);
    if (i->docs)
        doctor_code(w, doctor_of(w, inst, (enum dept_id)__builtin_ctz(i->dept_mask), p->idx), dr);
    row_str(o, T_OPSP, sn);
    row_str(o, T_OPSP, "01");
    row_str(o, T_OPSP, p->insutype);
    row_str(o, T_OPSP, p->psn_no);
    row_str(o, T_OPSP, p->name);
    row_str(o, T_OPSP, p->certno);
    row_str(o, T_OPSP, code);
    row_str(o, T_OPSP, name);
    row_str(o, T_OPSP, i->code);
    row_str(o, T_OPSP, i->name);
    row_str(o, T_OPSP, dr);
    row_day(o, T_OPSP, applied);
    row_day(o, T_OPSP, from);
    row_day(o, T_OPSP, to);
    row_str(o, T_OPSP, opter);
    row_str(o, T_OPSP, "1");
    row_end(o, T_OPSP);
    if (id)
        snprintf(id, ID_LEN, "%s", sn);
}
