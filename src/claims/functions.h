/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * SQL functions that parse and code exactly as base/ does, so that no second grammar of dates and money exists:
 *   huji_sec, huji_fen, huji_qty, huji_price, huji_hash (VARCHAR) -> BIGINT; huji_day, huji_int (VARCHAR) -> INTEGER;
 *   huji_id_<domain>(VARCHAR) -> INTEGER (needs codes); huji_dx(VARCHAR) -> VARCHAR: a diagnosis cut at + * †;
 *   huji_marks(item, cnt, pric, amount, t) -> INTEGER; huji_tail(VARCHAR, BIGINT n) -> UBIGINT: 8 bytes from n on.
 *   huji_yuan(fen) -> VARCHAR; huji_month(seconds) -> 202303; huji_name_<domain>(id, name) -> id, remembers the name.
 * Unreadable gives NULL.
 */
#ifndef HUJI_CLAIMS_FUNCTIONS_H
#define HUJI_CLAIMS_FUNCTIONS_H

#include <duckdb.h>

#include "base/day.h"
#include "base/err.h"
#include "claims/codes.h"

/* What the functions lean on; lives as long as the database. */
struct function_context {
    struct codes *codes; /* may change between queries */
    sec_t now;           /* of the import, for MARK_FUTURE */
};

int functions_register(duckdb_connection con, struct function_context *ctx, struct err *e);

/* Forms of a number of money that base refuses but tables hold: rounds half away from zero. */
bool cell_fen(struct span s, int64_t *out);
/* Marks of a line by itself; missing values are HUJI_NONE64. */
int line_marks(const struct codes *c, int32_t item, int64_t cnt, int64_t pric, int64_t amount,
               sec_t t, sec_t now);

#endif
