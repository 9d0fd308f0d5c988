/* SPDX-License-Identifier: MulanPSL-2.0 */
/* What the rules' SQL stands on (engine/sql/sql.h): temporary tables on one connection, made once before any statement. */
#ifndef HUJI_RUN_PREPARE_H
#define HUJI_RUN_PREPARE_H

#include <duckdb.h>

#include "engine/rule.h"

/* Macros, dictionaries, knowledge, netted lines, measures. `line_ids` is a table or query with columns no, bkkp_sn. */
int prepare_sql(duckdb_connection con, const struct huji_library *lib, const char *line_ids,
                struct err *e);
/* Only what depends on the library, when the lines are there already. */
int prepare_library(duckdb_connection con, const struct huji_library *lib, struct err *e);

#endif
