/* SPDX-License-Identifier: MulanPSL-2.0 */
/* BIFF8 ([MS-XLS]): records in a stream, and what the workbook says before its sheets. */
#ifndef HUJI_CLAIMS_READERS_XLS_BOOK_H
#define HUJI_CLAIMS_READERS_XLS_BOOK_H

#include "claims/readers/reader.h"

enum biff {
    BIFF_FORMULA = 0x0006,
    BIFF_EOF = 0x000a,
    BIFF_1904 = 0x0022,
    BIFF_FILEPASS = 0x002f,
    BIFF_CONTINUE = 0x003c,
    BIFF_BOUNDSHEET = 0x0085,
    BIFF_MULRK = 0x00bd,
    BIFF_RSTRING = 0x00d6,
    BIFF_XF = 0x00e0,
    BIFF_MERGEDCELLS = 0x00e5,
    BIFF_SST = 0x00fc,
    BIFF_LABELSST = 0x00fd,
    BIFF_NUMBER = 0x0203,
    BIFF_LABEL = 0x0204,
    BIFF_BOOLERR = 0x0205,
    BIFF_STRING = 0x0207,
    BIFF_RK = 0x027e,
    BIFF_FORMAT = 0x041e,
    BIFF_BOF = 0x0809,
};

struct biff_record {
    unsigned type;
    struct span data;
    size_t next; /* offset of the record behind */
};

struct xls_sheet {
    struct span name;
    size_t at; /* of its BOF */
};

struct xls_book {
    struct buf stream;
    struct arena text;
    struct xls_sheet *sheets;
    size_t n_sheets, sheets_cap;
    bool date1904;
    struct span *strings;
    size_t n_strings, strings_cap;
    struct xls_format {
        unsigned id;
        struct span code;
    } * formats;
    size_t n_formats, formats_cap;
    uint16_t *xfs; /* format ids */
    size_t n_xfs, xfs_cap;
};

uint16_t le16(const char *p);
uint32_t le32(const char *p);
double le_double(const char *p);

/* False at the end of the stream or where a record is cut off. */
bool biff_next(const struct xls_book *b, size_t at, struct biff_record *r);
/* Text of `n` characters at *s, one byte each or two (flag): appended as UTF-8, cut off *s. False: not all there. */
bool biff_text(struct span *s, size_t n, bool wide, struct buf *out);
/* A string with a 16-bit (or 8-bit) count and flags, no rich text. */
bool biff_string(struct span s, bool short_count, struct buf *out);
struct span xls_format_of(const struct xls_book *b, unsigned xf);

int xls_book_open(struct xls_book *b, struct span file, struct err *e);
void xls_book_release(struct xls_book *b);

#endif
