/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * 上级下发疑点: a list in somebody else's layout. It comes in by a mapping (which column is what, which are to be filled in), its rows
 * are linked to clues (existing ones, or made by hand with the source 上级下发), and it goes back as the same workbook with the
 * results of those clues in its result columns.
 */
#ifndef HUJI_CASEWORK_HANDED_H
#define HUJI_CASEWORK_HANDED_H

#include <jansson.h>

#include "base/fen.h"
#include "casework/clue.h"

#define HANDED_MAX_COLUMNS 200

/* What a column can be. `words`: parts of headings, "," between, best first; a leading "=" asks for the whole heading. */
struct handed_role {
    const char *code, *title, *words;
};
extern const struct handed_role handed_in[];  /* what the row is about; code NULL ends */
extern const struct handed_role handed_out[]; /* results */

/* {"in": {role: column}, "out": {result: column}} as the headings and the first rows suggest: a result column is empty there.
 * NULL: out of memory. */
json_t *handed_guess(const json_t *headings, const json_t *samples);

struct handed_new {
    const char *title, *filename, *digest, *admdvs;
    int64_t bytes;
};
/* Keeps the file's name and waits for a mapping (state "map"). ERR_STATE when the same file is here already. */
int handed_make(struct cw *db, const struct actor *who, const struct handed_new *n, int64_t *id,
                struct err *e);

struct handed_take {
    int64_t list;
    const char *title, *due, *sheet, *received_on;
    int64_t heading_row;
    const json_t *headings, *mapping;
    /* [{"row", "cells", "same", "fen", "clue": id | "new": {title, basis, fixmedins_code, fixmedins_name, admdvs, psn_no, mdtrt_id,
     * event_date, amount_fen, fund_fen} | "as": index of an earlier row, whose clue it shares | none of them}] */
    const json_t *rows;
};
/* The rows with their clues, in one transaction. `made`: clues made by hand. Errors: ERR_STATE when it was taken before,
 * ERR_INPUT naming the row. */
int handed_take(struct cw *db, const struct actor *who, const struct scope *scope,
                const struct handed_take *t, int64_t *made, struct err *e);
int handed_drop(struct cw *db, const struct actor *who, int64_t list, struct err *e);
/* Links a row of a list that was taken to another clue, or none (0). */
int handed_link(struct cw *db, const struct actor *who, const struct scope *scope, int64_t list,
                int64_t no, int64_t clue, struct err *e);

/* --- results ------------------------------------------------------------------------------------- */

/* What stands in a result column for a clue: text, or an amount. `blank`: nothing to say yet. */
struct handed_result {
    bool blank, money;
    fen_t fen;
    char text[2048];
};
/* A clue's outcome, read once, asked per column. */
struct handed_outcome {
    char state[16], verdict[16], doc_no[256], closed_on[16], officer[128];
    char reason[1024], measures[512], transferred_to[256], nature[64], article[192];
    fen_t found, ordered, refunded, fine;
    int64_t money_lines;
};
int handed_outcome_read(struct cw *db, int64_t clue, struct handed_outcome *out, struct err *e);
void handed_result_of(const struct handed_outcome *o, const char *role, struct handed_result *out);

#endif
