/* SPDX-License-Identifier: MulanPSL-2.0 */
/* The inside of a walk, for the files that make it: walk.c (a person), walk_asks.c (what expressions ask), walk_events.c (what is
 * collected), walk_after.c (what is judged when all have walked). */
#ifndef HUJI_ENGINE_WALK_PRIV_H
#define HUJI_ENGINE_WALK_PRIV_H

#include "engine/dispatch.h"
#include "engine/emit.h"
#include "engine/kept.h"
#include "engine/measure.h"
#include "engine/net.h"
#include "engine/walk.h"

struct evbuf {
    struct event *ev;
    size_t n, cap;
};

/* A person's events of a rule that are not made yet; and what they are put in order with. */
struct glances {
    struct glance *at;
    size_t n, cap;
};

struct sift {
    uint32_t *slot, *of, *start;
    uint64_t *hash;
    struct glance *sorted;
    size_t cap_slot, cap_of, cap_start, cap_hash, cap_sorted;
};

/* Kept events are cut by a hash of the owner, so that one part at a time is unpacked. */
enum { KEPT_PARTS = 64 };

struct tap { /* lines that outlive their batch */
    void *col[HUJI_MAX_FIELDS];
    size_t cap_col[HUJI_MAX_FIELDS];
    int64_t *fund;
    size_t cap_fund;
    size_t n;
};

struct rows_by { /* the person's live rows by a code */
    int32_t *row;
    size_t n, cap;
    bool ready;
};

struct walk {
    const struct huji_run *run;
    struct env env;
    struct fold fold;
    struct findings out;
    struct findings made; /* by combine; its texts and evidence live here */
    bool bare;
    uint64_t bare_sum;
    /* the batch */
    void *line[HUJI_MAX_FIELDS];
    const void *line_const[HUJI_MAX_FIELDS];
    size_t n_line;
    uint8_t *live;
    size_t cap_live;
    int32_t *tapped; /* batch row -> tap row, -1 */
    size_t cap_tapped;
    uint64_t *changed; /* per row of the batch: code columns that differ from the row before */
    size_t cap_changed;
    struct net_scratch net;
    struct memo memo[SOURCE_COUNT];
    /* the person */
    int32_t next, end, psn;
    size_t lo, hi;
    struct rows_by by_visit, by_setl;
    int32_t asked_visit; /* whose lines were asked for last, once by_visit is ready */
    const int32_t *asked_rows;
    size_t asked_n;
    int n_scanned; /* visits whose lines were looked for one by one */
    /* per batch row, once by_setl is ready; HUJI_NONE64: its settlement was not asked for yet */
    int64_t *fund;
    size_t cap_fund;
    struct same_code *runs; /* scratch of sorting by a code */
    size_t cap_runs;
    struct share *share; /* scratch: a settlement shared out */
    size_t cap_share;
    struct event **order; /* scratch of walk_sort */
    size_t cap_order;
    struct evbuf owner; /* scratch of walk_fold_many */
    uint32_t *bucket;
    size_t cap_bucket;
    struct place *places, *spots;
    size_t cap_places, cap_spots;
    struct sift sift; /* scratch of walk_sift */
    int32_t *rows;    /* scratch: rows of a visit */
    size_t cap_rows;
    /* per plan */
    uint8_t *guard; /* 0: this person's lines are none of its business */
    /* The guards as bits, by source as dispatch has them: of all rows, and of rows that are not news. */
    uint64_t *open, *open_old, *bits; /* bits: scratch of one source */
    uint64_t *shut;   /* the same: plans that the person's lines need not be offered to for now */
    uint64_t *joined; /* of lines: plans with a table */
    uint64_t *passed; /* scratch: bits of each of the person's lines */
    size_t cap_passed;
    /* Of lines that are not news, by FAR_*: also without plans to which a line of another day, of another visit is of no use. */
    uint64_t *open_far[4], *far_day, *far_visit;
    size_t open_at[HUJI_SOURCES + 1];
    uint32_t *bit_of;        /* per plan: its bit in `open` */
    int *guarded, n_guarded; /* plans that ask something of the person alone */
    struct enough *enough;   /* what rules want a person to have */
    int n_enough;
    bool *lacks; /* per rule: this person does not have it. Without news only */
    struct filler *filler;
    int32_t *visit_of;
    int8_t *visit_ok;
    const struct walk_news *news;
    bool *own_row,
        *reached;     /* per plan: it finds nothing but the row itself; per rule: news touches it */
    bool *by_owner;   /* per rule: an old row whose owner has no new one is of no use to it */
    bool *of_lines;   /* per rule: lines at issue need be no events of it */
    bool *goes_on;    /* per rule: these, and those whose events come behind all rows */
    uint64_t *owners; /* per rule: a bit for each owner of a new event, by its hash */
    bool old_turn;    /* old rows are being walked */
    /* per rule */
    struct evbuf *buf;
    struct glances *glance;
    struct kept (*kept)[KEPT_PARTS];
    unsigned *mask;                /* what a rule's kept events carry: numbers, and KEPT_* */
    uint16_t *told;                /* numbers that the row of a kept event tells again */
    struct measure_table *sums;    /* per measure, this walk's part */
    struct measure_queue measured; /* on the way there */
    struct kept_queue keeping;     /* on the way into their lists */
    struct event scratch;          /* one that is not filled where it stays */
    struct walk **all;             /* merged: the walks whose kept events are judged */
    size_t n_all;
    int32_t tap_shift;  /* this walk's first row in the merged tap */
    uint32_t *tap_rank; /* merged: by tap row */
    struct evbuf part;  /* scratch: one part unpacked */
    struct tally *tally;
    size_t cap_tally;
    int *touched, n_touched;
    bool *is_touched;
    struct tap tap;
    bool in_tap; /* line rows refer to the tap */
    uint64_t n_lines, n_events;
    bool failed;
    /* fields used often */
    int f_psn, f_visit, f_setl, f_item, f_inscp, f_net[10];
};

/* walk.c */
int walk_line_field(const char *name);
int walk_error(struct walk *w, struct err *e);
void walk_tap_release(struct tap *t);
/* Sorts the events and folds them owner by owner. */
void walk_fold(struct walk *w, const struct rule *r, struct event *ev, size_t n);
void walk_sort(struct walk *w, struct event *ev, size_t n);
/* By owner, axis, rank of the source, time, id. */
int walk_event_cmp(const struct event *a, const struct event *b);

/* walk_sift.c: says of each glance of a rule whether it stays. */
void walk_sift(struct walk *w, const struct rule *r, const struct sieve *of);

/* walk_owners.c: the same as walk_fold of many owners, which need not be folded in any order. */
void walk_fold_many(struct walk *w, const struct rule *r, struct event *ev, size_t n);

/* walk_unpack.c: one part of a rule's kept events, of all walks, into w->part; without owners that have too few. */
size_t walk_unpack_part(struct walk *merged, struct walk *w, int rule, int part);
/* What the kept events of a rule carry, of whose numbers these are not told by their rows. */
unsigned walk_kept_mask(const struct rule *r, unsigned numbers);

/* walk_told.c: the told numbers and the ranks of events whose source, clause, row and kn are there. */
void walk_tell(const struct walk *merged, struct walk *w, const struct rule *r, struct event *ev,
               size_t n);

/* walk_ahead.c: fetches what the persons behind this one will read. */
void walk_ahead(const struct walk *w, int32_t psn);

/* walk_derive.c: folds a rule with `derive`. */
void walk_derive(struct walk *merged, struct walk *w, const struct rule *r);

/* With news the new rows go first: of a rule whose events none of them is, the old rows need not be looked at. */
enum turn { TURN_ALL, TURN_NEW, TURN_OLD };

/* walk_news.c: guards of plans that news can't touch go down; is it new? */
void walk_news_guards(struct walk *w);
bool walk_is_new(const struct walk *w, enum source_id src, int32_t row);
bool walk_any_new(const struct walk *w, const struct event *ev, size_t n);
void walk_own_rows(struct walk *w);
/* Which rules need of the old rows only those of owners that have a new one; which of 64 bits an owner is. */
void walk_owners(struct walk *w);
static inline uint64_t walk_owner_bit(const struct rule *r, const int64_t *key)
{
    uint64_t h = 0;
    for (int k = 0; k < r->n_keys; k++)
        h = (h ^ (uint64_t)key[k]) * UINT64_C(0x9e3779b97f4a7c15);
    return UINT64_C(1) << (h >> 58);
}
void walk_news_close(struct walk *w);
/* Days and visits of the new lines, so that old lines far from all of them need not be offered to every plan. */
enum { FAR_DAY = 1, FAR_VISIT = 2, NEAR_VISITS = 4 };
struct near {
    int64_t from, to; /* seconds: the days of the new lines */
    int32_t visit[NEAR_VISITS];
    int n_visits; /* 0: too many to tell */
};
int walk_far_open(struct walk *w); /* -1: no memory */
struct near walk_near(const struct walk *w);
/* The person's first line that is new; hi: none is. Without news lo. */
size_t walk_first_new(const struct walk *w);
/* After walk_news_open: w->open_far. */
void walk_news_far(struct walk *w);
static inline int walk_far(const struct near *n, int64_t t, int32_t visit)
{
    bool other = n->n_visits > 0;
    for (int i = 0; i < n->n_visits; i++)
        other = other && visit != n->visit[i];
    return (t < n->from || t >= n->to ? FAR_DAY : 0) | (other ? FAR_VISIT : 0);
}
/* After guards have changed: the bits that offer reads. With news only; without, guards() sets single ones. */
void walk_news_open(struct walk *w);
static inline void walk_open(struct walk *w, int plan)
{
    uint32_t at = w->bit_of[plan];
    uint64_t bit = UINT64_C(1) << (at & 63);
    w->open[at >> 6] = w->guard[plan] ? w->open[at >> 6] | bit : w->open[at >> 6] & ~bit;
}
static inline bool walk_turn_of(const struct walk *w, enum turn turn, enum source_id src,
                                int32_t row)
{
    return turn == TURN_ALL || walk_is_new(w, src, row) == (turn == TURN_NEW);
}

/* walk_offer.c: the row to the plans of `open` (as dispatch has them) that its columns let pass; to all that are open to it: to rows that are not
 * among the news fewer are. */
void walk_offer(struct walk *w, enum source_id src, int32_t row, const uint64_t *open);
void walk_offer_any(struct walk *w, enum source_id src, int32_t row);
/* To the plans of these bits, that the row has passed. */
void walk_consider_all(struct walk *w, const struct dispatch *d, const uint64_t *bits,
                       enum source_id src, int32_t row);
const uint64_t *walk_open_to(const struct walk *w, enum source_id src, bool old);
/* Is any plan open to the source's rows of this turn? */
bool walk_any_open(const struct walk *w, enum source_id src, enum turn turn);
static inline bool walk_some_bit(const uint64_t *bits, size_t words)
{
    uint64_t any = 0;
    for (size_t k = 0; k < words; k++)
        any |= bits[k];
    return any;
}

/* walk_lines.c: the person's lines, netted and raw. */
void walk_live_lines(struct walk *w, enum turn turn);
void walk_raw_lines(struct walk *w);

/* walk_enough.c: shuts the plans of rules of which the person has too few rows, opens the others. Open: -1, no memory. */
int walk_enough_open(struct walk *w);
void walk_enough(struct walk *w);

/* walk_memo.c: what was asked of a row before. Open and batch: -1, no memory. */
int walk_memo_open(struct walk *w);
void walk_memo_release(struct walk *w);
/* Another range, perhaps of another frame. */
void walk_memo_begin(struct walk *w);
/* The lines are there: which of their codes differ from those of the line before. */
int walk_memo_batch(struct walk *w);

/* walk_asks.c */
inline int32_t walk_code_at(const struct walk *w, int f, size_t row)
{
    return ((const int32_t *)w->line[f])[row];
}

/* walk_events.c */
bool walk_passes(struct walk *w, const struct conjunct *c);
/* One row and one plan: collected, or judged at once, if all conditions hold. */
void walk_consider(struct walk *w, int plan, enum source_id src, int32_t row);
/* Makes the events of a rule that were only looked at, those that may be found. */
void walk_make(struct walk *w, const struct rule *r);
/* Makes w->filler, by plan. -1: no memory. */
int walk_fillers(struct walk *w);
/* Which numbers of an event a rule fills, and which of these its row tells whenever it is asked. */
void walk_numbers_of(const struct rule *r, uint16_t *filled, uint16_t *told);
/* What gives number i of a clause's events; NULL: nothing does. */
const struct expr *walk_giver(const struct rule *r, int clause, int i);

#endif
