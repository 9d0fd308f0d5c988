/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Division codes (行政区划), and which institutions lie in one: for row scope and for a screening of one area alike. */
#ifndef HUJI_CLAIMS_PLACE_H
#define HUJI_CLAIMS_PLACE_H

#include "base/span.h"

enum { PLACE_PREFIX = 8 };

/* 510000 is the province with all below it: pairs of noughts at the end are not part of the prefix. */
void place_prefix(struct span admdvs, char out[PLACE_PREFIX]);
/* Two, four or six digits, not all noughts: a province, a city, a county. */
bool place_is_code(struct span admdvs);
/* " and COLUMN in (codes of the institutions of that division)": as s_inst says, else by the digits in the code. */
void place_inst_sql(struct buf *out, const char *column, const char *prefix);

#endif
