/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Taking the last import back: the store as it was before it, in one transaction. While an import runs, what it takes away
 * is put aside in tables undo_* (rows of older files that give way, their lines, the sizes of the dictionaries); what
 * it adds is known by its numbers of files and lines. Everything derived is then made anew from the texts.
 *
 * What people did since stays: verdicts, exceptions. Findings of a run that saw the withdrawn rows are stale (import_state).
 * The table `import` is the history; only its last row can be undone, and once.
 */
#ifndef HUJI_CLAIMS_UNDO_H
#define HUJI_CLAIMS_UNDO_H

#include "base/arena.h"
#include "claims/import_priv.h"

/* --- within an import's transaction ------------------------------------------------------------- */

int undo_begin(struct import *im, struct err *e);
/* Rows of older files in im_gone_rows, before they are deleted from b_<table>. */
int undo_keep_rows(struct import *im, const struct input *in, struct err *e);
/* Lines of older files in im_gone, before months and keys are written. */
int undo_keep_lines(struct import *im, struct err *e);
int undo_end(struct import *im, struct err *e);

/* --- afterwards ------------------------------------------------------------------------------------ */

struct undo_report {
    int64_t import, files, rows, fen; /* what was withdrawn */
    int64_t restored;                 /* rows of earlier files that are there again */
    int64_t events;                   /* records that are no longer there: table withdrawn(event) */
    char at[32];                      /* when it had been imported */
};

/* Undoes import number `id`, 0 = the last. Errors: ERR_STATE when there is none, when it is not the last one, when it was made by
 * a version that kept nothing aside. */
int store_undo(struct store *s, int64_t id, const struct progress *progress,
               struct undo_report *out, struct err *e);

/* Is what the last screening found still what the data says? */
struct import_state {
    int64_t files, lines, last; /* last: number of the last import, 0 = none */
    bool undoable;              /* the last one can be taken back */
    bool demo;                  /* a practice county: nothing in it is real */
    bool screened, stale;       /* stale: the data changed after the run */
    char imported_at[32], undone_at[32], run_at[32];
};
int import_state(struct store *s, struct import_state *out, struct err *e);

#endif
