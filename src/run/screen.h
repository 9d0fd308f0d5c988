/* SPDX-License-Identifier: MulanPSL-2.0 */
/* A screening run: the library over the store, findings into the table `finding` (docs/engineer/data-model.md). */
#ifndef HUJI_RUN_SCREEN_H
#define HUJI_RUN_SCREEN_H

#include "base/day.h"
#include "base/fen.h"
#include "base/progress.h"
#include "claims/store.h"
#include "engine/rule.h"

struct exceptions;
struct finished;
struct huji_finding;
/* A finding complete with its texts (NULL with `no_texts`); both live until the run ends. */
typedef int screen_found_fn(void *ctx, const struct finished *f, const struct huji_finding *h,
                            struct err *e);

struct screen_options {
    const bool *wanted; /* per library rule; NULL = all active and trial ones */
    day_t from, to;     /* only findings of these days; DAY_NONE = open */
    const char *area;   /* only of institutions of this division (prefix of its code); NULL = all */
    int threads;        /* 0 = as many as there are processors */
    bool bare;          /* fetch and assemble only, no rule: what the bench measures against */
    /* a TEMP table of the store's connection instead of `finding`, marked by `except` instead of the file's */
    const char *into;
    const struct exceptions *except; /* with `into` */
    bool keep;                       /* do not write the table: the bench times without it */
    bool lean;                       /* read only what the wanted rules need: for trials */
    bool no_texts; /* ids of persons, visits and settlements stay numbers; wants `found` */
    /* not NULL: gets each finding, in the table's order unless no_texts; the table is not written */
    screen_found_fn *found;
    void *ctx; /* its first argument */
};

struct screen_report {
    uint64_t lines, events, findings, hits;
    uint64_t
        trial; /* what rules found that are not active: in the table with hit = false, trial = true */
    uint64_t *per_rule; /* hits by library index, on trial or not */
    uint64_t excepted;  /* findings that exceptions suppressed: not among the hits */
    fen_t excepted_fund;
    int n_rules, rules_run;
    double seconds, load_seconds, walk_seconds, judge_seconds, write_seconds;
};

/* What DIR/rules/exceptions.yaml suppresses is in the table with hit = false (run/exceptions.h); `found` gets all, as if
 * there were none.
 * All or nothing: the table of the last run stays until the new one is written; a run of some rules, days or of one area
 * replaces only what is within it (run/remit.h). */
int screen_run(struct store *s, const struct huji_library *lib, const struct screen_options *o,
               const struct progress *p, struct screen_report *out, struct err *e);
void screen_report_release(struct screen_report *r);

#endif
