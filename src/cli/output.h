/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Rows to people and to programs: one writer, four formats. table: aligned, headings in Chinese; csv: headings are the
 * machine names, text that a spreadsheet would take for a formula is led by an apostrophe; jsonl: one object a line;
 * xlsx: headings in Chinese, streamed to a file. A file is written beside its place and moved there at the end, so
 * that it is whole or not there.
 *
 *     out_open; (out_text | out_int | ...) once per column, out_row, ...; out_close
 */
#ifndef HUJI_CLI_OUTPUT_H
#define HUJI_CLI_OUTPUT_H

#include <stdint.h>

#include "base/day.h"
#include "base/err.h"
#include "base/fen.h"
#include "base/span.h"
#include "cli/command.h"

enum shown_as { AS_TEXT, AS_INT, AS_FEN, AS_DEC, AS_DAY, AS_JSON };

struct shown_column {
    const char *name;  /* machine name */
    const char *title; /* Chinese */
    enum shown_as as;
    int widest; /* table on a terminal: cut to so many columns; 0 = never */
};

enum output_format { OUT_TABLE, OUT_CSV, OUT_JSONL, OUT_XLSX };

struct output;

/* Format and file from the options --format and --out of `a` (either may be missing from the command). */
int out_open(struct output **o, const struct args *a, const struct shown_column *columns, int n,
             struct err *e);
/* The same, said plainly; path NULL = stdout. `bom` leads a CSV with U+FEFF and Chinese headings, for Excel. */
int out_to(struct output **o, enum output_format format, const char *path, bool bom,
           const char *sheet, const struct shown_column *columns, int n, struct err *e);
/* XLSX alone: another sheet with columns of its own; what is written from now on goes there. */
int out_sheet(struct output *o, const char *sheet, const struct shown_column *columns, int n,
              struct err *e);
enum output_format out_format_of(const struct output *o);
void out_text(struct output *o, struct span s);
void out_cstr(struct output *o, const char *s); /* NULL = missing */
void out_int(struct output *o, int64_t v);
void out_fen(struct output *o, fen_t v);
void out_dec(struct output *o, int64_t v, int scale);
void out_day(struct output *o, day_t d); /* DAY_NONE = missing */
void out_json(struct output *o, struct span s);
void out_none(struct output *o); /* missing: empty, null */
void out_row(struct output *o);
int64_t out_rows(const struct output *o);
/* Writes what is left and moves the file to its place; frees `o` in any case. Errors: ERR_IO. */
int out_close(struct output *o, struct err *e);
/* Frees without finishing: the file is not there. NULL allowed. */
void out_abandon(struct output *o);

#endif
