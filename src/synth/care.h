/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Pieces of ordinary care; the plants build on them too. */
#ifndef HUJI_SYNTH_CARE_H
#define HUJI_SYNTH_CARE_H

#include "synth/disease.h"
#include "synth/episode.h"

static inline sec_t at_time(day_t d, int h, int m)
{
    return (sec_t)d * DAY_SECS + h * 3600 + m * 60;
}
static inline sec_t within_day(struct rng *r, day_t d, int h_lo, int h_hi)
{
    return at_time(d, h_lo, 0) + (sec_t)rng_below(r, (uint32_t)(h_hi - h_lo) * 3600u);
}
/* A whole ordinary stay for an illness: daily charges, tests, drugs, operation. Not emitted yet. `bed` is taken. False:
 * no bed. */
bool stay_build(struct episode *ep, struct world *w, const struct person *p, uint32_t inst,
                const struct illness *ill, day_t from, int los, struct rng *r);
/* Daily drip and drugs of the days from..to-1 (to itself excluded). */
void stay_treat(struct episode *ep, const char *drugs, day_t from, day_t to, struct rng *r);
/* Township hospital of county 0 that charges every X-ray as a digital one in the third quarter (C15). */
#define CARE_TOWN_DEAR 5
/* Two pharmacies of county 0, from here on, that fill a third of their sales up to ninety-odd yuan (H06.benford). */
#define CARE_PHARM_ROUND 2
void add_list(struct episode *ep, const char *list, sec_t t);
const struct illness *illness_of(const char *dx);
/* The maker that an institution gives an item of on a day (it changes with the quarter, and there are three at a time);
 * 0 = the catalogue's. */
uint32_t maker_of(const struct world *w, uint32_t inst, const struct item *it, day_t d);
/* One out-patient or pharmacy visit with these drugs (classes), 7 days at most. */
void purchase(struct episode *ep, struct world *w, const struct person *p, uint32_t inst,
              const char *med_type, enum dept_id dept, sec_t t, const char *drugs, int days);
/* A dialysis session (one visit of the chronic benefit). */
void dialysis_build(struct episode *ep, struct world *w, const struct person *p, uint32_t inst,
                    day_t d);
/* Registration for the chronic benefit, from..to (DAY_NONE = open). id: at least ID_LEN. */
void register_chronic(struct world *w, const struct person *p, const char *code, const char *name,
                      uint32_t inst, const char *opter, day_t applied, day_t from, day_t to,
                      char *id);
/* One pack over the counter to somebody who pays himself: a sale without person and settlement. */
void sell_cash(struct world *w, uint32_t inst, const struct item *it, sec_t t, fen_t pric);
void sell_rows(const struct episode *
                   ep); /* rows of 3505 for a purchase at a pharmacy that keeps stock, after emit */
void return_rows(const struct episode *ep); /* rows of 3506 for one that was taken back */
void trace_rows(const struct episode *ep);  /* trace codes of what was sold */
bool must_scan(const struct episode *ep);   /* was a trace code owed that day? */

#endif
