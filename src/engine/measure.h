/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Measures: named numbers of an owner and a period, summed in the walk, complete before any rule that names them. */
#ifndef HUJI_ENGINE_MEASURE_H
#define HUJI_ENGINE_MEASURE_H

#include "engine/fold.h"

/* What is summed of an owner: a row of cells. There may be millions, so no cell is there that is not needed. */
enum {
    CELL_NUM, /* in the measure's scale */
    CELL_N,   /* events */
    CELL_KEY /* the owner's keys (the last may be a period); behind them, of a share, what it is a share of */
};

/* What an outlier rule wants to know besides. */
struct measure_case {
    const int64_t *key;
    int64_t n;     /* events; 0: the value is unknown */
    int64_t value; /* 1e-6 */
    int64_t period;
    int64_t peer[3];
    int64_t t;
    uint32_t owner; /* same owner, any period */
    int32_t ev_row; /* its first event, -1 = none */
    uint32_t rank;
    uint8_t src, clause;
};

/* COUNT_DISTINCT: who was counted of a row; row 0 = a free place, else the row's number + 1. */
struct measure_member {
    int64_t g;
    uint32_t row;
};

struct measure_table {
    int64_t *cells; /* width of them a row */
    size_t width;
    struct measure_case *cases; /* of each row; only where an outlier rule judges the measure */
    uint32_t (*digits)[10];     /* COUNT_DIGITS: of each row, how often a first digit came */
    size_t n, cap, cap_cases, cap_digits;
    struct measure_member *members; /* by hash */
    size_t n_members, n_places;
    uint64_t *slots; /* by hash of the keys: 32 bits of the hash, then row + 1; 0 = free */
    size_t n_slots;
    size_t last;                          /* the row that the last event went to */
    const struct measure_case **by_owner; /* (owner, period), if a rule asks so */
    const struct measure_case **by_peers; /* (period, peers, owner), if a rule asks so */
};

/* Rows of large tables lie far apart: while an event waits behind others, its row is fetched. One queue for all of a walk's tables,
 * so that it stays in the processor's nearest memory itself; as many wait as it takes for the row's place to come, then the row. */
enum { MEASURE_WAITS = 8, MEASURE_PLACE = 3, MEASURE_ROW = 6 };
struct measure_wait {
    const struct measure *m;
    struct measure_table *t;
    uint64_t hash;
    size_t row; /* where it probably goes */
    struct event ev;
};
struct measure_queue {
    struct measure_wait wait[MEASURE_WAITS];
    size_t put, found,
        added; /* how many came; of how many the row is known; how many are in their tables */
};

static inline const int64_t *measure_keys(const struct measure_table *t, size_t row)
{
    return t->cells + row * t->width + CELL_KEY;
}

/* Which measures the run's outlier rules judge: once, when the run is opened. */
void measure_begin(struct huji_run *run);
/* Where the next event is filled in. */
static inline struct event *measure_room(struct measure_queue *q)
{
    return &q->wait[q->put % MEASURE_WAITS].ev;
}
/* The event in there is one of the measure's; of a measure `by_person` all of a person's events come together. 0, or -1 out of
 * memory. */
int measure_add(const struct huji_run *run, const struct measure *m, struct measure_table *t,
                struct measure_queue *q);
/* What waits goes in: before the tables are looked at. */
int measure_flush(const struct huji_run *run, struct measure_queue *q);
/* Nothing waits; `from` is empty afterwards. */
int measure_merge(const struct huji_run *run, const struct measure *m, struct measure_table *to,
                  struct measure_table *from);
/* When all events are in. */
int measure_build(const struct huji_run *run, const struct measure *m, struct measure_table *t,
                  struct err *e);
/* The second half of it, for rows that come from elsewhere: examples. `den` counts for a share alone. */
int measure_row_add(const struct huji_run *run, const struct measure *m, struct measure_table *t,
                    const int64_t *key, int64_t num, int64_t den, int64_t events,
                    const struct measure_case *c, struct err *e);
int measure_finish(const struct huji_run *run, const struct measure *m, struct measure_table *t,
                   struct err *e);
void measure_release(struct measure_table *t);
void outlier_judge(struct fold *f, const struct measure_table *t);

#endif
