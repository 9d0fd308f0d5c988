/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * A data directory: huji.yaml, claims.duckdb, tmp/, lock. One process writes; the lock file says which. Tables:
 * docs/engineer/data-model.md. `struct store` may be used by several threads if each has its own connection
 * (store_connect); the store's own connection is the caller's who opened it.
 */
#ifndef HUJI_CLAIMS_STORE_H
#define HUJI_CLAIMS_STORE_H

#include <duckdb.h>
#include <stdbool.h>

#include "base/err.h"
#include "claims/codes.h"
#include "claims/db.h"
#include "claims/functions.h"

#define STORE_SCHEMA 2 /* meta.schema; a store of another number is refused */

enum store_mode { STORE_READ, STORE_WRITE };

struct store_options {
    int threads; /* of DuckDB; 0 = as many as there are processors */
    long long
        memory_mb; /* DuckDB's limit; 0 = memory_limit of huji.yaml, else 2.2 GB, at most 60 % of the machine */
    const char *command; /* for the lock file: "huji import" */
};

struct store {
    char *dir;
    duckdb_database db;
    duckdb_connection con;
    struct function_context fn;
    int threads;
    long long memory_mb; /* what DuckDB may use */
    int lock_fd;
    int copy_fd; /* claims/copy.c; 0 = none */
    enum store_mode mode;
};

/* Makes `dir` (may exist, must hold no store) with an empty store. */
int store_init(const char *dir, struct err *e);
/* For a command that compares by SQL, alone on the machine (verify): DuckDB may use 60 % of it, unless huji.yaml says. */
int store_use_machine(struct store *s, struct err *e);
/* Owns: close *out with store_close. `o` may be NULL. Errors: ERR_STATE when locked or no store. */
int store_open(const char *dir, enum store_mode mode, const struct store_options *o,
               struct store **out, struct err *e);
void store_close(struct store *s);
/* Another connection. Owns: duckdb_disconnect. */
int store_connect(struct store *s, duckdb_connection *out, struct err *e);
/* Name of a file under DIR/tmp, made unique by `tail`; tmp is emptied when a writer opens the store. */
int store_tmp(const struct store *s, const char *tail, char *out, size_t cap, struct err *e);
bool store_has(struct store *s, const char *table);
/* meta(key): text into `out`, "" when absent. */
int store_meta(struct store *s, const char *key, char *out, size_t cap, struct err *e);
int store_set_meta(struct store *s, const char *key, const char *value, struct err *e);

/* Statements that make an empty store (tables.c). */
int store_make_tables(duckdb_connection con, struct err *e);
/* (Re)makes the views s_line and line_text over the segments and texts that are there. */
int store_make_views(duckdb_connection con, struct err *e);
/* (Re)makes the view t_<table>: what b_<table> holds, and NULL for the columns that no file had. */
struct table_schema;
int store_text_view(duckdb_connection con, const struct table_schema *t, struct err *e);
/* CREATE TABLE text of a source's table with the contract's columns; `s` must have a table of its own. */
void source_columns_sql(struct buf *b, const struct source *s);
const char *ftype_sql(enum ftype t);

/* Holds DuckDB to `mb` from now on, where it may use more; 0: to what the store was opened with. */
int store_hold(struct store *s, long long mb, struct err *e);
/* DuckDB works with so many threads from now on; s->threads is what the store was opened with. 1: while several of ours stream, each
 * scans by itself, and is twice as fast as with DuckDB's beside them. */
int store_threads(struct store *s, int n, struct err *e);

#endif
