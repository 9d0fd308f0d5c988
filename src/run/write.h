/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Findings of a run into the table `finding`, sorted as definitions.md part 1 says, in one transaction. */
#ifndef HUJI_RUN_WRITE_H
#define HUJI_RUN_WRITE_H

#include "engine/walk.h"
#include "run/line_ids.h"
#include "run/screen.h"

struct exceptions;
struct remit;
struct write_wish {
    const char *into; /* a TEMP table of this connection; NULL: `finding`, and what goes with it */
    const struct exceptions *except; /* they mark the table */
    const struct remit *remit;       /* what was asked */
};
/* The lines that anchors and evidence name will be asked for. */
int findings_lines(struct walk *const *walks, size_t n, struct line_ids *ids, struct err *e);

/* Counts into `r`. NULL `w`: everything but the table. What is not in `ids` yet is read. */
int findings_write(struct store *s, const struct huji_run *run, struct walk *const *walks, size_t n,
                   struct line_ids *ids, const struct write_wish *w, struct screen_report *r,
                   struct err *e);

/* The empty table `into`. */
int findings_none(struct store *s, const char *into, struct err *e);

/* Hands each finding to o->found instead. */
int findings_each(struct store *s, const struct huji_run *run, struct walk *const *walks, size_t n,
                  struct line_ids *ids, const struct screen_options *o, struct err *e);

#endif
