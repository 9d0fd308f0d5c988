/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Local item codes and the national codes they stand for. The text of a line stays as it came (line_text); the narrow lines, that rules
 * read, carry the national item: imports map new lines, taking a mapping maps those that are there. Table code_map is only
 * added to: of a local code the newest row holds, from its day on; a code mapped to itself is a mapping taken back.
 */
#ifndef HUJI_CLAIMS_CODE_MAP_H
#define HUJI_CLAIMS_CODE_MAP_H

#include "base/day.h"
#include "claims/catalogue.h"

/* Item codes of lines that no national table has (where its table is here) or that have no national form, by money. */
int code_unmapped(struct store *s, size_t limit, struct grid *out, struct err *e);
/* What each of them may be: the national item whose name is most alike, with the likeness in per cent; columns that code_map_read
 * takes back. Rows below `least` per cent have no proposal. */
int code_propose(struct store *s, size_t limit, int least, const struct progress *p,
                 struct grid *out, struct err *e);

struct code_pair {
    struct span local, national;
    day_t from;   /* DAY_NONE = always */
    uint64_t row; /* of the file, 0 = none */
};
struct code_pairs {
    struct code_pair *at;
    size_t n, cap;
    struct arena text;
};
/* A corrected proposal (CSV, XLSX): columns 本地编码 and 国家编码, 起始日期 if wanted; rows without a national code are left out.
 * Errors: ERR_INPUT names file and row. */
int code_map_read(const char *path, struct code_pairs *out, struct err *e);
void code_pairs_release(struct code_pairs *p);

struct code_map_report {
    int64_t mapped, lines, fen; /* pairs taken, lines that carry another item now, their money */
};
/* Takes the pairs: kept with who and when, applied at once, in one transaction. Errors: ERR_INPUT (a local code that no line has, a
 * national code of no national form or not in its table: row and value). */
int code_map_take(struct store *s, const struct code_pairs *p, const char *by, const char *how,
                  struct code_map_report *out, struct err *e);

/* --- for the import and its undoing --------------------------------------------------------------- */

/* Makes the text of a query of new lines (lines.c) one that gives them their national item. */
int code_map_new_lines(duckdb_connection con, struct buf *select, struct err *e);
/* Lines that carry an item of the dictionary from id `n` on have their own code again (the dictionary is about to be cut). */
int code_map_strip(duckdb_connection con, int64_t n, struct err *e);
int code_map_apply(duckdb_connection con, struct code_map_report *out, struct err *e);

#endif
