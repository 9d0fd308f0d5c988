/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * SQL that somebody types, where it can do no harm. It runs in a process of its own that opens no file: an empty DuckDB in memory,
 * external access off, configuration locked, with views (sandbox_views.c) whose rows this process hands over by a socket,
 * already masked and within scope. Time is kept here (the process is killed), memory by the system (RLIMIT_AS) and by DuckDB, rows by
 * the query's wrapping. There is nothing to write to, and nothing to read but the views.
 */
#ifndef HUJI_CLAIMS_SANDBOX_H
#define HUJI_CLAIMS_SANDBOX_H

#include "claims/store.h"

struct sandbox_column {
    const char *name, *title;
    char type; /* T text, I integer, M money (fen -> yuan), Q quantity (1e-4), D day */
    const char *sql;
    unsigned joins; /* of the view */
};
struct sandbox_view {
    const char *name, *title; /* NULL ends */
    const char *from;
    const char *const *joins; /* joins[bit]: text of that join; NULL ends */
    unsigned scope_joins;     /* that scope_* need */
    const char *place,
        *inst; /* SQL of division and institution that the scope is about; NULL: everybody may see all rows */
    const char *where;                    /* "" or a condition */
    const char *needs;                    /* a table that must be there; NULL = none */
    const struct sandbox_column *columns; /* name NULL ends */
};
extern const struct sandbox_view sandbox_views[];

struct sandbox_scope {
    const char *prefix, *fixmedins_code; /* "" = all */
};
struct sandbox_limits {
    int64_t rows;
    int seconds, memory_mb;
};

/* One SELECT. Appends {"columns": [...], "rows": [[...]], "cut": bool}. Errors: ERR_INPUT the statement is wrong or not allowed; ERR_LIMIT
 * too long or too much memory. */
int sandbox_query(struct store *s, const struct sandbox_scope *scope,
                  const struct sandbox_limits *limits, struct span sql, struct buf *json,
                  struct err *e);
/* The statement that gives columns `col` of a view; col 255: the number 1. */
void sandbox_view_sql(struct buf *b, const struct sandbox_view *v, const unsigned char *col,
                      size_t n, const struct sandbox_scope *scope);

/* `huji --sandbox`: what runs in the process. Its standard input is the socket. */
int sandbox_child(void);

/* --- what the two say to each other (sandbox_wire.c) ----------------------------------------------- */

enum { SANDBOX_ONE = 255, SANDBOX_MAX_SQL = 20000 };
struct sandbox_head { /* first, to the child; then the statement's text */
    int64_t rows;
    int32_t memory_mb, sql_bytes;
};
/* The child: 'O' view n col[n] -> scan's number; 'N' scan -> int32 rows, and the columns; 'R' or 'E': int32 bytes, a text. */
/* Whole or not at all; false: the other end is gone, or `until` (CLOCK_MONOTONIC, ms; 0 = never) has passed. */
bool wire_write(int fd, const void *p, size_t n, int64_t until);
bool wire_read(int fd, void *p, size_t n, int64_t until);
int64_t wire_clock(void);

#endif
