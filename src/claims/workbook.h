/* SPDX-License-Identifier: MulanPSL-2.0 */
/* A new Excel file to be filled in: libxlsxwriter finds out only at its end that a place can't be written to, leaks and prints. */
#ifndef HUJI_CLAIMS_WORKBOOK_H
#define HUJI_CLAIMS_WORKBOOK_H

#include <xlsxwriter.h>

#include "base/err.h"

/* Owns: workbook_close. Errors: ERR_IO when `path` can't be written, ERR_NOMEM. */
int workbook_begin(const char *path, lxw_workbook **out, struct err *e);
/* The same for cells that come row by row and are not kept in memory but in a file of `tmpdir`. */
int workbook_begin_rows(const char *path, char *tmpdir, lxw_workbook **out, struct err *e);

#endif
