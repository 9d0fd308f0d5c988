/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Tables out: a row is put together field by field, in the order of the table's columns, and ends as CSV, GBK, a row
 * of a worksheet, HTML or text with bars. */
#ifndef HUJI_SYNTH_WRITE_H
#define HUJI_SYNTH_WRITE_H

#include "base/day.h"
#include "base/err.h"
#include "base/fen.h"
#include "base/span.h"
#include "synth/synth.h"

enum table_id {
    T_MDTRT,
    T_SETL,
    T_FEE,
    T_DIAG_S,
    T_DIAG_L,
    T_OPRN,
    T_PSN,
    T_INSU,
    T_FIX,
    T_MEDINS,
    T_DEPT,
    T_DR,
    T_CNTR,
    T_OPSP,
    T_3501,
    T_3502,
    T_3503,
    T_3504,
    T_3505,
    T_3506,
    T_TRAC,
    T_SUSP,
    T_LIC,
    T_DEATH,
    T_CHECK,
    T_HOUSE,
    T_TERM,
    T_DEV,
    T_LONGRX,
    T_AGREE,
    T_ASSIST,
    T_STAFF,
    T_BEDS,
    T_LEAVE,
    T_LAB,
    T_CLERK,
    T_ACT,
    T_CLEAR,
    T_TRUTH,
    T_COUNT
};

enum field_kind { FK_TEXT, FK_DAY, FK_TIME, FK_NUM };

struct out_column {
    const char *name, *title;
    enum field_kind kind;
};
struct out_table {
    const char *name, *title;
    const struct out_column *columns;
    int n;
};
extern const struct out_table synth_tables[T_COUNT];

struct writer;
int writer_open(struct writer **out, const struct synth_options *o, struct err *e);
/* Flushes and closes everything. Gives the first error of all the writing. */
int writer_close(struct writer *w, struct err *e);

void row_str(struct writer *w, enum table_id t, const char *s); /* NULL = empty */
void row_bytes(struct writer *w, enum table_id t, const char *s, size_t n);
void row_char(struct writer *w, enum table_id t, char c); /* 0 = empty */
void row_int(struct writer *w, enum table_id t, int64_t v);
void row_fen(struct writer *w, enum table_id t, fen_t v);
void row_qty(struct writer *w, enum table_id t, qty_t v);
void row_day(struct writer *w, enum table_id t, day_t d); /* DAY_NONE = empty */
void row_sec(struct writer *w, enum table_id t, sec_t s);
void row_end(struct writer *w, enum table_id t);

#endif
