/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Any table file (table.h) -> clean UTF-8 CSV files, one per national table, for the import.
 *
 * For whoever imports: a path that is not Parquet and not plain CSV with national headings goes through
 * readers_normalise(path, out_dir, ...); then each of report.outputs is imported as the table it names. The files are
 * `<table>.csv` (a second set of columns of the same table: `<table>.2.csv`), comma, RFC 4180, UTF-8 without BOM,
 * headings = national names, and at the end `_src_row` (number) and `_src_sheet` ("file!sheet" inside an archive, else
 * the sheet's name): lineage and rejects can name what the officer has in front of him. readers_wanted() says
 * whether a file needs this at all.
 *
 * A row whose key Excel has destroyed goes into the CSV with that cell empty: the import rejects it, and its sums
 * agree. out_dir/_rejects.csv says what stood there and why: `file,sheet,row_no,table_name,column_name,value,reason,
 * amount,raw`. out_dir/_cells.csv: the same columns, cells emptied in rows that are kept.
 */
#ifndef HUJI_CLAIMS_READERS_NORMALISE_H
#define HUJI_CLAIMS_READERS_NORMALISE_H

#include "base/arena.h"
#include "base/progress.h"
#include "claims/readers/mapping.h"

struct normalised {
    int table;        /* index into huji_tables */
    const char *path; /* of the CSV */
    uint64_t rows;
    bool made; /* persons and visits of a flat sheet: whatever else tells of them knows more */
    const char *
        lines; /* settlements of a sheet of lines: CSV of what each line said (flat_setl.h); else NULL */
};

struct normalise_report {
    struct arena mem;
    struct normalised *outputs;
    size_t n_outputs, outputs_cap;
    const char **notes; /* Chinese, one line each, in the order of the file */
    size_t n_notes, notes_cap;
    uint64_t sheets, sheets_unknown;
    uint64_t rows; /* rows of data: = rows_kept + rows_rejected; all of them are in the outputs */
    uint64_t rows_kept, rows_rejected;
    uint64_t rows_skipped; /* titles, headings, totals, remarks, blank rows: no data */
    uint64_t rows_unknown; /* rows of sheets that no table was found for */
    uint64_t cells_emptied;
    uint64_t made_persons, made_visits, made_settlements,
        made_lines; /* keys made for flat sheets */
};

/* Does the file need normalising? 1 = yes; 0 = Parquet, or comma-separated UTF-8 or GB18030 whose first line is
 * national column names; < 0. */
int readers_wanted(const char *path, struct err *e);
/* What flat sheets said so far, when several files come in one import. NULL: out of memory. */
struct flat;
struct flat *flat_new(void);
void flat_free(struct flat *f);
/* `out_dir` exists. `map` may be NULL; so may `flat`: then the file is one by itself. The report is filled also on failure; Owns: report, normalise_report_release.
 * Errors: ERR_INPUT where no sheet was recognised (the file with what it lacks), where a file is damaged; ERR_IO. */
int readers_normalise(const char *path, const char *out_dir, const struct mapping *map,
                      struct flat *flat, const struct progress *p, struct normalise_report *report,
                      struct err *e);
void normalise_report_release(struct normalise_report *r);
/* The report in Chinese, for people. */
void normalise_report_print(const struct normalise_report *r, struct buf *b);

#endif
