/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Numbers and times of cells as one integer from which the very text comes back: "8.00" is not "8". A cell that is
 * written otherwise than most are ("1,234.50", "2023/3/8") has no such integer: its caller keeps the text.
 */
#ifndef HUJI_CLAIMS_PACKED_H
#define HUJI_CLAIMS_PACKED_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"

/* Packed values are all above this: below lies room for a caller's own numbers. */
#define PACKED_MIN (-(INT64_C(1) << 62))

/* [-]digits[.digits] without leading zeros, at most 15 places, 17 digits in all. */
bool dec_pack(struct span s, int64_t *out);
/* What dec_parse(text, scale, true) makes of it. False: too large. */
bool dec_unpack(int64_t packed, int scale, int64_t *out);
void dec_pack_print(struct buf *b, int64_t packed);

/* "2023-03-08 09:30:00" or "2023-03-08". */
bool time_pack(struct span s, int64_t *out);
int64_t time_unpack(int64_t packed); /* seconds since 1970 */
void time_pack_print(struct buf *b, int64_t packed);

#endif
