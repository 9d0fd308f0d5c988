/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Judges side by side: as many benches as there are processors (and one), all of one link. A code that nobody knew yet links
 * anew; who does not bring one goes on with what there is.
 */
#ifndef HUJI_CHECK_BENCHES_H
#define HUJI_CHECK_BENCHES_H

#include "run/person.h"
#include "run/records.h"

struct benches;

/* `h`, `lib` live as long. Owns: benches_close. */
int benches_open(const struct records *h, const struct huji_library *lib, const bool *wanted,
                 struct benches **out, struct err *e);
void benches_close(struct benches *b); /* NULL allowed; nobody judges any more */
/* Of one who will be judged soon: records_ahead. */
void benches_ahead(const struct benches *b, struct span psn_no, enum records_step step);
const bool *benches_asked(const struct benches *b);
/* As person_judge. Safe for many threads: waits while all are busy. */
int benches_judge(struct benches *b, const struct new_events *ev, const bool *asked, bool alone,
                  struct arena *a, struct live_finding **out, size_t *n, int *known, struct err *e);

#endif
