/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * The time on the wall. All of China keeps one, eight hours ahead of UTC and without summer time, and a server
 * installed with UTC still serves people who live by it: dates, deadlines and the times written into the ledger,
 * the audit and the answers to hospitals never depend on the machine's own zone.
 */
#ifndef HUJI_BASE_CLOCK_H
#define HUJI_BASE_CLOCK_H

#include <time.h>

#include "base/day.h"

#define CLOCK_AHEAD (8 * 3600) /* seconds of UTC */
#define CLOCK_TEXT 20          /* room for 2023-03-08 09:30:00 */

/* Now, with nanoseconds. A test sets the clock back and forward by a file that HUJI_TEST_CLOCK names: the seconds in it are added. */
void clock_wall(struct timespec *out);
sec_t clock_sec(void); /* now */
day_t clock_day(void); /* today */
void clock_text(sec_t t, char out[CLOCK_TEXT]);
void clock_now_text(char out[CLOCK_TEXT]); /* clock_text(clock_sec()) */

#endif
