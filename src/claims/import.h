/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Tables into the store. Everything given at once is one transaction: done whole or not at all, whatever happens.
 * Files are CSV (UTF-8, GBK, GB18030, UTF-16) or Parquet, one table each; other formats come through readers/, which
 * writes such CSV. Nothing is dropped in silence: rows read = kept + rejected + repeated, and so the money.
 */
#ifndef HUJI_CLAIMS_IMPORT_H
#define HUJI_CLAIMS_IMPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/progress.h"
#include "claims/store.h"

struct import_file {
    const char *path;
    int table;         /* index into huji_tables; -1: by the file's name */
    const char *shown; /* where it came from, for lineage ("费用.xlsx#Sheet1"); NULL = path */
    const char *
        rejects; /* what a reader says of cells it emptied (readers/normalise.h: _rejects.csv); NULL = none */
    const char *
        lines; /* settlements of a flat sheet: what each line said (readers/normalise.h); NULL = none */
    bool
        made; /* persons and visits of a flat sheet: rows of other files with their key stay (readers/normalise.h) */
    const char *mapping; /* how its headings were read, kept as it is; NULL = none */
};

struct import_options {
    bool quiet_unknown; /* files of no known table in a folder are skipped without a note */
};

struct import_row {
    const char *path;
    int table; /* -1: no table's file, skipped */
    const char *encoding;
    const char *note; /* why it was skipped, or NULL */
    int64_t rows_read, rows_kept, rows_rejected, rows_repeated;
    int64_t rows_replaced; /* rows of earlier files that this one's rows took the place of */
    int64_t fen_read, fen_kept, fen_rejected, fen_repeated;
};

struct import_report {
    struct import_row *row;
    size_t n, cap;
    int months_touched; /* segments written */
    double seconds;
    struct arena arena;
};

/* A path may be a folder: all files of known tables in it and below. */
int store_import(struct store *s, const char *const *paths, size_t n,
                 const struct import_options *o, const struct progress *progress,
                 struct import_report *out, struct err *e);
int store_import_files(struct store *s, const struct import_file *files, size_t n,
                       const struct import_options *o, const struct progress *progress,
                       struct import_report *out, struct err *e);
void import_report_release(struct import_report *r);

#endif
