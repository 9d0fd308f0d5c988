/* SPDX-License-Identifier: MulanPSL-2.0 */
/* The rules as SQL that is to be read: a file a rule, what all of them share, the measures (docs/sql, `huji rules doc --sql`). */
#ifndef HUJI_CLI_RULES_SQL_H
#define HUJI_CLI_RULES_SQL_H

#include "engine/rule.h"

/* One form, whole. */
int sql_form(const struct huji_library *lib, const struct rule *r, struct buf *out, struct err *e);
/* The rule whose first form has index `first`: that form whole; of the others only the lines that differ, where these are few. */
int sql_rule(const struct huji_library *lib, int first, struct buf *out, struct err *e);
/* Tables and functions that the statements stand on, refunds, and how money and evidence come to what is found. */
int sql_common(const struct huji_library *lib, struct buf *out, struct err *e);
int sql_measures(const struct huji_library *lib, struct buf *out, struct err *e);
/* All of these as files of the folder `dir`, which must be there. */
int sql_files(const struct huji_library *lib, const char *dir, struct err *e);

#endif
