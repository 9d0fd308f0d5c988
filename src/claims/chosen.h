/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Texts of some rows of a large table, in one scan. Which rows is asked by the SQL function
 *   huji_chosen(BIGINT id, BIGINT set) -> BOOLEAN, `set` a struct id_set of this process,
 * which DuckDB takes into the scan: it unpacks the numbers of all rows, and of the texts only those that are chosen.
 */
#ifndef HUJI_CLAIMS_CHOSEN_H
#define HUJI_CLAIMS_CHOSEN_H

#include <duckdb.h>

#include "base/arena.h"
#include "base/idset.h"
#include "claims/store.h"

int chosen_register(duckdb_connection con, struct err *e);
/* text[place]: of the row with the id at that place of the set (counted, id_set_place); {"", 0} where it is NULL, untouched where no
 * row has the id. `from`: a table or view, `id` and `column` of it. Owns: the arena the texts. */
int chosen_texts(struct store *s, const char *from, const char *id, const char *column,
                 const struct id_set *set, struct arena *a, struct span *text, struct err *e);
/* A chunk's texts into the arena, one behind the other: many millions of them are short. {"", 0} for NULL. -1: no memory. */
int texts_keep(duckdb_data_chunk chunk, idx_t column, struct arena *a, struct span *to);

#endif
