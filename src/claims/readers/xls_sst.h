/* SPDX-License-Identifier: MulanPSL-2.0 */
/* The shared strings of a BIFF8 workbook: one record and its CONTINUEs. */
#ifndef HUJI_CLAIMS_READERS_XLS_SST_H
#define HUJI_CLAIMS_READERS_XLS_SST_H

#include "claims/readers/xls_book.h"

/* `at`: offset of the SST record. Fills b->strings. */
int xls_sst_read(struct xls_book *b, size_t at, struct err *e);

#endif
