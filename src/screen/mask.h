/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Persons in what leaves the bureau: 张*, certificate numbers with the first 6 and the last 4 characters, phones 3 and 4. */
#ifndef HUJI_SCREEN_MASK_H
#define HUJI_SCREEN_MASK_H

#include "base/span.h"

/* All append to `b`. */
void mask_name(struct buf *b, struct span name);
void mask_certno(struct buf *b, struct span certno);
void mask_tel(struct buf *b, struct span tel);

#endif
