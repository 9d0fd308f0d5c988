/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Local civil time, no zone. day_t: days since 1970-01-01. sec_t: seconds since 1970-01-01T00:00:00 local.
 * Texts accepted by the parsers: 2023-02-28, 20230228, 2023/2/28, 2023.2.28, 2023年2月28日, with an optional time
 * 08:30[:15[.frac]], 083015, T between, 8时30分15秒. 2023-02-30 is refused. Years 1900-2199 only.
 */
#ifndef HUJI_BASE_DAY_H
#define HUJI_BASE_DAY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"

typedef int32_t day_t;
typedef int64_t sec_t;

#define DAY_SECS INT64_C(86400)
#define DAY_NONE INT32_MIN /* missing */

day_t day_from_ymd(int y, int m, int d); /* assumes a valid date */
bool day_valid(int y, int m, int d);
void day_to_ymd(day_t day, int *y, int *m, int *d);
bool day_parse(struct span s, day_t *out); /* a time part, if any, must be valid and is cut off */
bool sec_parse(struct span s, sec_t *out); /* date alone = midnight */
/* YYYY-MM-DD and no other form: what is kept as a text and compared with texts, so that "2026/1/2" is never later than December. */
bool day_iso(struct span s, day_t *out);
void day_print(struct buf *b, day_t day); /* 2023-03-08 */
void sec_print(struct buf *b, sec_t t);   /* 2023-03-08 09:30:00 */
static inline day_t sec_day(sec_t t)
{
    return (day_t)(t >= 0 ? t / DAY_SECS : -((-t + DAY_SECS - 1) / DAY_SECS));
}
/* Completed years at `at` of someone born on `born` (29 February counts as reached on 1 March). */
int day_age(day_t born, day_t at);

#endif
