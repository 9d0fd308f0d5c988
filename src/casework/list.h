/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * 往返表: a list goes out as a workbook with a key on each row, is filled in by someone without Huji, and comes back by that
 * key. What came back is compared and shown before anything is taken in. The columns of each kind are a table in list.c.
 */
#ifndef HUJI_CASEWORK_LIST_H
#define HUJI_CASEWORK_LIST_H

#include <jansson.h>

#include "casework/clue.h"

#define LIST_KEY_TITLE "行标识（勿改）"
#define LIST_MAX_ROWS 20000

enum list_check { LIST_ANY, LIST_CHOICE, LIST_FEN, LIST_DAY, LIST_MOMENT };
struct list_column {
    const char *title;
    bool fill;    /* the other side fills it in */
    bool numeric; /* compared as a number, written right-aligned */
    enum list_check check;
    const char *choices; /* "," between */
    int width;
};
struct list_kind {
    const char *code, *title, *how; /* how: what stands above the table */
    const struct list_column *columns;
    size_t n_columns, n_fill; /* filled ones stand last */
};
extern const struct list_kind list_kinds[]; /* code NULL ends */
const struct list_kind *list_kind_find(struct span code);

/* Answers of 疑点清单, in the order of its columns. */
enum { ANSWER_VERDICT, ANSWER_REASON, ANSWER_FEN, ANSWER_VOUCHER, ANSWER_PAID };
/* Answers of 在院核查单. */
enum { CHECK_RESULT, CHECK_TIME, CHECK_BY, CHECK_MEMO };

struct list_new {
    const struct list_kind *kind;
    const char *title, *fixmedins_code, *fixmedins_name, *admdvs, *day, *due, *note;
    const json_t
        *rows; /* [{"clue": id or null, "cells": ["..."]}]: the columns that are not filled in */
};
/* Writes the list with its rows and keys. Errors: ERR_INPUT when it has none or too many. */
int list_make(struct cw *db, const struct actor *who, const struct list_new *l, int64_t *id,
              struct err *e);

/* --- coming back --------------------------------------------------------------------------------- */

/*
 * Compares a file with what went out. report: [{"row": of the file, "sheet", "key", "no", "clue", "status", "message",
 * "answer": [..]}]. status:
 *   ok         may be taken in                 same      answered before, in the same words
 *   blank      not filled in                   invalid   a value that can't be
 *   changed    a locked cell is not as it went out (message says which)
 *   unknown    a key that is not of this list  double    answered twice in this file, differently
 *   answered   answered before, differently    missing   went out, is not in this file
 * Errors: ERR_INPUT when the file is no such table.
 */
int list_compare(struct cw *db, int64_t list, const struct list_kind *kind, const char *path,
                 const char *name, json_t **report, struct err *e);

struct list_file {
    const char *filename, *digest;
    int64_t bytes;
};
int list_keep(struct cw *db, const struct actor *who, int64_t list, const struct list_file *f,
              const json_t *report, int64_t *id, struct err *e);

struct list_take {
    int64_t list, file;
    bool changed, replace; /* take in also rows with changed cells; those that answer anew */
    const json_t *pick;    /* rows of the file to take of those answered twice */
};
/* Takes in what may be; `taken` rows. ERR_STATE when the file was taken in or dropped before. */
int list_take(struct cw *db, const struct actor *who, const struct list_take *t, int64_t *taken,
              struct err *e);
int list_drop(struct cw *db, const struct actor *who, int64_t list, int64_t file, struct err *e);

#endif
