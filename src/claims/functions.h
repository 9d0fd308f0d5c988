/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * SQL functions that parse and code exactly as base/ does, so that no second grammar of dates and money exists:
 *   huji_sec, huji_fen, huji_qty, huji_price, huji_hash (VARCHAR) -> BIGINT; huji_day, huji_int (VARCHAR) -> INTEGER;
 *   huji_id_<domain>(VARCHAR) -> INTEGER (needs codes), huji_known_<domain>: the same, of a known code; huji_dx(VARCHAR) -> VARCHAR: a diagnosis cut at + * †;
 *   huji_marks(item, cnt, pric, amount, t) -> INTEGER; huji_tail(VARCHAR, BIGINT n) -> UBIGINT: 8 bytes from n on,
 *   huji_tail16 -> UHUGEINT: 16 bytes; huji_yuan(fen) -> VARCHAR; huji_month(seconds) -> 202303;
 *   huji_name_<domain>(id, name) -> id, remembers the name; huji_shift(rank) -> BIGINT: by how much it moves (ranks.h).
 * Cells as integers from which the text comes back (line_form.h):
 *   huji_put_<domain>, huji_put_word (VARCHAR) -> INTEGER: the code's id; a text that is not the code itself (blanks
 *   around it) is -2 - its number among words. huji_put_dec, huji_put_time (VARCHAR) -> BIGINT: packed.h; else CELL_ODD
 *   - word. Back: huji_text_<domain>, huji_text_word, huji_text_dec, huji_text_time -> VARCHAR.
 *   huji_dec_fen, huji_dec_qty, huji_dec_price, huji_time_sec (BIGINT) -> BIGINT, huji_dec_int -> INTEGER: its value.
 * Unreadable gives NULL.
 */
#ifndef HUJI_CLAIMS_FUNCTIONS_H
#define HUJI_CLAIMS_FUNCTIONS_H

#include <duckdb.h>

#include "base/day.h"
#include "base/err.h"
#include "claims/codes.h"
#include "claims/packed.h"
#include "claims/texts.h"

/* What old ranks move up by, from `from` on (ranks.h). */
struct rank_shift {
    int64_t from, by;
};

/* What the functions lean on; lives as long as the database. */
struct function_context {
    struct codes *codes; /* may change between queries */
    sec_t now;           /* of the import, for MARK_FUTURE */
    duckdb_database db;  /* where texts come from when no import runs */
    struct texts texts;
    const struct rank_shift *shift; /* ascending; for huji_shift */
    size_t n_shift;
};

/* Where the numbers of texts begin that are not what their column has: downwards. */
#define CELL_ODD_CODE (-2)
#define CELL_ODD PACKED_MIN

int functions_register(duckdb_connection con, struct function_context *ctx, struct err *e);

/* Marks of a line by itself; missing values are HUJI_NONE64. */
int line_marks(const struct codes *c, int32_t item, int64_t cnt, int64_t pric, int64_t amount,
               sec_t t, sec_t now);

#endif
