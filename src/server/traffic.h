/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * What hospitals' systems ask, counted: calls by day, institution and transaction with a histogram of how long they took, in
 * memory first, every few seconds in the casework (fsi_day). What was decided is read from DIR/check/decisions.jsonl into
 * fsi_flag at the same time, from where it was left: nothing is counted twice, whatever happens in between.
 */
#ifndef HUJI_SERVER_TRAFFIC_H
#define HUJI_SERVER_TRAFFIC_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "casework/db.h"

struct traffic;

/* Starts the thread that writes. Owns: traffic_stop, which writes what is left. */
int traffic_start(const char *casework, const char *dir, struct traffic **out, struct err *e);
void traffic_stop(struct traffic *t); /* NULL allowed */

struct one_call {
    const char *inst; /* "": nobody who was let in */
    const char *infno;
    bool test, refused;
    uint64_t orders, reminded;
    int64_t micros;
    const char *why; /* of the refusal */
};
void traffic_note(struct traffic *t, const struct one_call *c);
int64_t traffic_clock(void); /* microseconds, monotonic */
/* Everything up to now is in the casework when it returns. */
int traffic_sync(struct traffic *t, struct cw *db, struct err *e);

/* --- how long it took: buckets of an eighth of a doubling ----------------------------------------- */

#define HIST 256
int hist_bucket(int64_t micros);
/* Adds "bucket:count ..." to `at`. */
void hist_read(struct span text, uint64_t at[HIST]);
void hist_write(struct buf *b, const uint64_t at[HIST]);
/* Below this lie `per_thousand` of them (the bucket's upper edge), microseconds; -1: there are none. */
int64_t hist_quantile(const uint64_t at[HIST], int per_thousand);

/* --- decisions (traffic_read.c) ------------------------------------------------------------------- */

/* Reads some of what was added to the file since, in one transaction. *more: there may be others. */
int traffic_read_some(const char *dir, struct cw *db, bool *more, struct err *e);
/* All of it. */
int traffic_read_decisions(const char *dir, struct cw *db, struct err *e);

#endif
