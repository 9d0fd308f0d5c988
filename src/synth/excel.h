/* SPDX-License-Identifier: MulanPSL-2.0 */
/* The county in the shape an officer has it: see excel.c. */
#ifndef HUJI_SYNTH_EXCEL_H
#define HUJI_SYNTH_EXCEL_H

#include <stdint.h>

#include "base/err.h"
#include "synth/write.h"

struct excel;
/* per_file: rows of data in one file. NULL: no memory */
struct excel *excel_open(const char *out, uint32_t per_file);
/* Field i of the row is row[at[i]] .. row[at[i + 1] - 2]. */
int excel_row(struct excel *x, enum table_id t, const char *row, const uint32_t *at, struct err *e);
int excel_close(struct excel *x, struct err *e); /* e: of the first thing that failed */

#endif
