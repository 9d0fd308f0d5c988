/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Files as people have them (a folder of Excel, text, HTML, ZIP, CSV, Parquet) into the store: found, normalised by readers/, imported in one
 * transaction. What `huji import` and the server's import do alike.
 */
#ifndef HUJI_CLAIMS_INTAKE_H
#define HUJI_CLAIMS_INTAKE_H

#include "claims/import.h"
#include "claims/readers/mapping.h"

struct intake {
    struct store *store;
    struct mapping *mapping; /* NULL: what the data directory remembers */
    const struct progress *progress;
    bool verbose;
    /* Lines about one file; NULL = nobody listens. */
    void (*tell)(void *ctx, const char *path, const char *text);
    void *ctx;
};

/* Errors: ERR_INPUT when there is nothing to import. Owns: import_report_release, in any case. */
int intake_run(const struct intake *in, const char *const *paths, size_t n,
               struct import_report *report, struct err *e);

#endif
