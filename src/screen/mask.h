/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Persons in what leaves the bureau: 张*, certificate numbers with the first 6 and the last 4 characters, phones 3 and 4. */
#ifndef HUJI_SCREEN_MASK_H
#define HUJI_SCREEN_MASK_H

#include "base/span.h"

/* All append to `b`. */
void mask_name(struct buf *b, struct span name);
void mask_certno(struct buf *b, struct span certno);
void mask_tel(struct buf *b, struct span tel);

/*
 * A table that somebody else laid out: by the words of a column's heading; where they say nothing, certificate numbers (18 or 15
 * digits with a date of birth in them) and mobile numbers are masked wherever they stand in the text.
 */
enum mask_kind { MASK_WITHIN, MASK_NAME, MASK_CERTNO, MASK_TEL, MASK_ALL };
enum mask_kind mask_kind_of(struct span heading);
void mask_cell(struct buf *b, enum mask_kind kind, struct span value);

#endif
