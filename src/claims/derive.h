/* SPDX-License-Identifier: MulanPSL-2.0 */
/* The SQL that derives what rules run on (docs/engineer/data-model.md, Derivations) from the texts. */
#ifndef HUJI_CLAIMS_DERIVE_H
#define HUJI_CLAIMS_DERIVE_H

#include "engine/source.h"

/*
 * An import that only adds rows (no row of an older file gives way, no table comes that says what persons, institutions
 * or terminals there are) *grows* the store: only what its rows touch is made anew, so that one month more takes
 * a month's time. Any other import makes everything anew from the texts. The result is the same.
 */
enum derive_when { WHEN_ALWAYS, WHEN_WHOLE, WHEN_GROWN };

/* Most steps say no more than their SQL. */
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

/* One step: either plain SQL (source < 0), or a query whose columns become the source's table. */
struct derive_step {
    int source;
    const char *sql;
    enum derive_when when;
    const char *
        from; /* text tables it is made of, comma separated: growing skips it unless one of them came;
                 "@": rosters, whose certificates may mean others after this import */
    const char *
        part; /* of a source: rows that growing takes out first; NULL = the whole table is made anew */
};

/* In this order; each ends with sql = NULL. %N stands for now (seconds), %F for the number of the first file of this
 * import, %{...} for text that is there only when the store grows, %[table key] for a table read by all threads. Growing, derive_touched makes t_visit, t_setl and
 * t_person: the ids whose rows may change. */
extern const struct derive_step derive_touched[];
extern const struct derive_step derive_texts[];  /* temp tables x_*: texts as integers, ids given */
extern const struct derive_step derive_people[]; /* persons, institutions, doctors */
extern const struct derive_step derive_visits[]; /* visits, settlements, diagnoses, refunds */
extern const struct derive_step derive_others[]; /* operations, stock, checks, registrations */
extern const struct derive_step derive_sales[];  /* x_sale, x_worth: only what is new */
extern const struct derive_step derive_sold[];   /* s_sale, once x_lrank is there */
extern const struct derive_step derive_traces[]; /* s_trace, where something of it is new */
extern const struct derive_step derive_lookups[]; /* l_* */

#endif
