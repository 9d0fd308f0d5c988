/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Blank XLSX files for what a bureau must ask others for: Chinese headings, an example row, drop-downs, code columns
 * as text so that Excel destroys nothing, a sheet 填写说明. What is filled in imports as it is.
 */
#ifndef HUJI_CLAIMS_READERS_TEMPLATE_H
#define HUJI_CLAIMS_READERS_TEMPLATE_H

#include "base/err.h"

/* `table`: name or title of any table of schema.h. Errors: ERR_USAGE (no such table, with those there are), ERR_IO. */
int template_write(const char *table, const char *path, struct err *e);

#endif
