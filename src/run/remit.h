/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * What a screening asked: of which rules, days and area. A run of all of them replaces the table `finding`; one of a part
 * replaces only the findings within its part, everything else stays as the run before left it.
 *
 * The table `run` (one row) says it of the last run:
 *   at, findings (in the table), part (the table is not known to be whole: no run of everything since), only_part (the last
 *   run was one of a part), from_day, to_day, area, rules (as it asked; NULL = all)
 */
#ifndef HUJI_RUN_REMIT_H
#define HUJI_RUN_REMIT_H

#include "base/clock.h"
#include "base/day.h"
#include "base/map.h"
#include "claims/store.h"
#include "engine/run.h"

struct remit {
    const struct huji_run *run; /* the rules that really ran */
    bool some_rules;            /* not all were asked for */
    day_t from, to;             /* DAY_NONE = open */
    const char *area;           /* prefix of a division code; NULL or "" = all */
};

bool remit_is_part(const struct remit *m);

/* " AND ..." of a row of `finding`: its day and its institution are within these (as struct remit has them). */
void remit_within_sql(struct buf *b, day_t from, day_t to, const char *area);

/* A byte per institution id of the store: lies in `area`. Owns: mem_free(*in). */
int remit_institutions(struct store *s, const char *area, uint8_t **in, uint32_t *n, struct err *e);

/* Within the caller's transaction: the findings in the temporary table `fresh` into `finding`. */
int remit_merge(struct store *s, const struct remit *m, const char *fresh, struct err *e);

/* What the row of `run` says. A store screened by an older program says only that the table is whole, or not. */
struct remit_last {
    char at[CLOCK_TEXT]; /* "" = never screened */
    bool part, only_part;
    bool known; /* the rest is said */
    day_t from, to;
    char area[8];
    struct names rules; /* none: all */
};
int remit_last_read(struct store *s, struct remit_last *out, struct err *e);
void remit_last_release(struct remit_last *l);
/* Did it look at this? `admdvs` of the institution; day DAY_NONE = none known. */
bool remit_last_asked(const struct remit_last *l, struct span rule, day_t day, struct span admdvs);

/* Within the caller's transaction, after the table is written: the row of `run`, and what the store says of being
 * screened. NULL `m`: of everything. */
int remit_note(struct store *s, const struct remit *m, struct err *e);

#endif
