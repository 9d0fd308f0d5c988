/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * The settlements of a flat sheet. With a fee line a row, a settlement's money is either said again on each of its
 * lines, or cut up over them: a column that differs within one settlement is cut up, and is added; so is what a line
 * has of its own (in-scope, self-paid ...); the total, where the sheet has none, is the sum of the lines.
 *
 * A query page cuts what is long into several files, in the middle of a settlement: files of one import that have the
 * same columns are added on. Each file writes the settlements it speaks of, with the sums so far; the later row of a
 * key counts. For other imports, which can't know these files, each line's money goes beside the output as well
 * (normalised.lines: setl_id, line, the columns of money; a row without a settlement has 1 where a column was cut up).
 */
#ifndef HUJI_CLAIMS_READERS_FLAT_SETL_H
#define HUJI_CLAIMS_READERS_FLAT_SETL_H

#include "claims/readers/sheet_run.h"

enum flat_made { MADE_PERSON, MADE_VISIT, MADE_SETL, MADE_LINE, MADE_COUNT };

struct flat_setl {
    struct span *fields; /* of the first row, in the arena */
    int64_t *sums;       /* fen, of the columns of money */
    uint64_t row;
    const char *sheet;
    uint32_t file; /* the last that spoke of it */
};

struct flat_setls {
    struct arena mem;
    struct names ids;
    struct flat_setl *v;
    size_t cap;
    struct output *out;                             /* of the file that is read; NULL: none yet */
    const struct table_column *column[MAX_COLUMNS]; /* of what is remembered of earlier files */
    size_t n_columns;                               /* 0: nothing is */
    uint32_t file;
    FILE *lines;            /* of `out`: what each line says */
    struct buf text;        /* a line of it */
    const char *sheet;      /* in the arena */
    int total, line_amount; /* output's column medfee_sumamt; pick of the line's amount; -1 */
    bool per_line;          /* a row is a line, not a settlement */
    bool total_made;
    bool money[MAX_COLUMNS], added[MAX_COLUMNS], differs[MAX_COLUMNS];
};

int flat_setls_begin(struct flat_setls *t, struct sheet_run *s, struct output *out, struct err *e);
/* 1 = a new settlement, 0 = one more row of it. `line`: its fee line's id; `again`: an earlier file had this very line,
 * nothing is added. */
int flat_setls_add(struct flat_setls *t, struct sheet_run *s, struct span id, struct span line,
                   const struct span *fields, bool again, struct err *e);
/* Writes those that the file spoke of, at its end: a settlement may go on in the next sheet. Notes what was added up. */
int flat_setls_end(struct flat_setls *t, struct run *r, struct err *e);
void flat_setls_forget(struct flat_setls *t); /* all of it */
void flat_setls_release(struct flat_setls *t);

#endif
