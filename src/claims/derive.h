/* SPDX-License-Identifier: MulanPSL-2.0 */
/* The SQL that derives what rules run on (docs/engineer/data-model.md, Derivations) from the texts. */
#ifndef HUJI_CLAIMS_DERIVE_H
#define HUJI_CLAIMS_DERIVE_H

#include "engine/source.h"

/* One step: either plain SQL (source < 0), or a query whose columns become the source's table. */
struct derive_step {
    int source;
    const char *sql;
};

/* In this order; each ends with sql = NULL. %N stands for now (seconds), %F for the number
 * of the first file of this import. */
extern const struct derive_step derive_texts[];  /* temp tables x_*: texts as integers, ids given */
extern const struct derive_step derive_people[]; /* persons, institutions, doctors */
extern const struct derive_step derive_visits[]; /* visits, settlements, diagnoses, refunds */
extern const struct derive_step
    derive_others[]; /* operations, stock, sales, checks, registrations */
extern const struct derive_step derive_lookups[]; /* l_* */

#endif
