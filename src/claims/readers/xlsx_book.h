/* SPDX-License-Identifier: MulanPSL-2.0 */
/* What a workbook says before its sheets: their names and parts, the date system, number formats, shared strings. */
#ifndef HUJI_CLAIMS_READERS_XLSX_BOOK_H
#define HUJI_CLAIMS_READERS_XLSX_BOOK_H

#include "claims/readers/zipio.h"

struct xlsx_sheet {
    struct span name, rel; /* in the arena */
    int64_t entry;         /* index in the archive, -1 = not there */
};

struct xlsx_book {
    struct zipio zip;
    struct arena text;
    struct xlsx_sheet *sheets;
    size_t n_sheets, sheets_cap;
    bool date1904, failed; /* failed: out of memory in a handler */
    struct span *formats;  /* by index of cellXfs */
    size_t n_formats, formats_cap;
    struct bytes strings; /* all shared strings, one behind the other */
    uint64_t *string_at;  /* n_strings + 1 offsets */
    size_t n_strings, string_cap;
};

int xlsx_book_open(struct xlsx_book *b, struct span bytes, struct err *e);
void xlsx_book_release(struct xlsx_book *b);
bool xlsx_string(const struct xlsx_book *b, uint64_t index, struct span *out);

#endif
