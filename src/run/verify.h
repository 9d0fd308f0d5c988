/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * `huji verify`: every rule said again as SQL, run over the same store, and held row for row against the findings of
 * the last screening run (table `finding`).
 */
#ifndef HUJI_RUN_VERIFY_H
#define HUJI_RUN_VERIFY_H

#include <duckdb.h>

#include "base/progress.h"
#include "claims/store.h"
#include "engine/rule.h"

struct verify_row {
    const struct rule *rule;
    int64_t sql_rows, engine_rows, equal, only_sql, only_engine, differing;
    double seconds;    /* of the statement */
    char columns[160]; /* names of differing columns */
    char example[600]; /* one finding: what both say */
    struct err err;    /* code 0: the statement ran */
};

struct verify_report {
    struct verify_row *at;
    size_t n;
    double prepare_seconds, seconds;
};

/* `read`: not the statement of the proof, but the one that people read (rule_sql_brief), against the findings that are hits.
 * `wanted` by library index, NULL = all active and trial rules. Days as in the screening run: DAY_NONE = open. A statement
 * that fails is in the report, not an error of the whole. Owns: verify_release. */
int verify_run(struct store *s, const struct huji_library *lib, const bool *wanted, day_t from,
               day_t to, bool read, const struct progress *p, struct verify_report *out,
               struct err *e);
/* The same on a connection that is prepared already, against the table `engine_table`. */
int verify_rules(duckdb_connection con, const struct huji_library *lib, const bool *wanted,
                 day_t from, day_t to, const char *engine_table, bool read,
                 const struct progress *p, struct verify_report *out, struct err *e);
/* What the statements stand on, as a DuckDB file of its own that must not be there yet: tables made by prepare_sql, those they are
 * made of, the findings, the functions. Errors: ERR_IO, ERR_STATE. */
int verify_keep(struct store *s, const struct huji_library *lib, const char *path,
                const struct progress *p, struct err *e);
bool verify_agrees(const struct verify_row *r);
void verify_release(struct verify_report *r);

#endif
