/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * The national code tables (医保信息业务编码标准, fifteen of them): what each is, what its codes look like, and the tables themselves
 * as the bureau received them, kept in the store with version and dates: code_table (one row per import), code_national (the codes;
 * of a table the newest import holds). A form that doesn't fit is said, never rejected: houses append "-local", old data has old codes.
 */
#ifndef HUJI_CLAIMS_CATALOGUE_H
#define HUJI_CLAIMS_CATALOGUE_H

#include "base/progress.h"
#include "claims/grid.h"

struct code_kind {
    const char *name;  /* "drug" */
    int standard;      /* 1..15, as the standards are numbered */
    const char *title; /* 药品 */
    const char *
        form; /* POSIX extended expression of a code; NULL = the standard has no code of its own, or none is known */
    const char *files; /* beginnings of file names, "," between: how a file is known */
};
extern const struct code_kind code_kinds[]; /* ends with a NULL name */
int code_kind_find(struct span name);       /* by name or title; -1 */
/* Does the code have the form of its standard? A tail "-local" is left out. True where no form is known. */
bool code_form_fits(int kind, struct span code);

struct catalogue_report {
    const char *kind, *title;
    int64_t rows, unfit; /* codes; of them without the standard's form */
    char example[64];    /* one that doesn't fit */
    char version[64];
};

/*
 * One file: CSV, TSV, XLSX with a heading (编码 / code, 名称 / name, 规格, 开始日期, 结束日期, 版本), or the platform's TXT without one
 * (1301 .. 1315, read by position). `kind` -1: by the file's name, else by its codes. `version` NULL: the file's own, else its name.
 * One transaction. Errors: ERR_INPUT (no column of codes; no table known by that name), ERR_IO.
 */
int catalogue_import(struct store *s, const char *path, int kind, const char *version,
                     struct catalogue_report *out, struct err *e);
/* All fifteen: rows, version, dates, when it came; "还没有" for what is missing. Owns: grid_release. */
int catalogue_list(struct store *s, struct grid *out, struct err *e);
/* Makes the tables where a store of an earlier version has none. */
int catalogue_tables(duckdb_connection con, struct err *e);

#endif
