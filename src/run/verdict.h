/* SPDX-License-Identifier: MulanPSL-2.0 */
/* What a review said of a finding. 存疑 is no vote: it neither proves nor clears. */
#ifndef HUJI_RUN_VERDICT_H
#define HUJI_RUN_VERDICT_H

#include <stdbool.h>

#include "base/span.h"

enum verdict { VERDICT_NONE, VERDICT_CONFIRMED, VERDICT_REJECTED, VERDICT_DOUBTFUL, VERDICT_COUNT };

extern const char *const verdict_name[VERDICT_COUNT]; /* "" 查实 误报 存疑 */
/* By its Chinese name or confirmed, rejected, doubtful. False: no such verdict. */
bool verdict_parse(struct span s, enum verdict *out);

#endif
