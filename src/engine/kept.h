/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Events that wait for the end of the walks: of their numbers only those that the rule fills (a mask), each as the
 * difference from the event before, in as few bytes as it takes. What the row tells (source, side, rank) is left out.
 * A tag says whose an event is without its row being read: 23 bits of the owner's hash, and whether another person's event
 * comes than before.
 */
#ifndef HUJI_ENGINE_KEPT_H
#define HUJI_ENGINE_KEPT_H

#include "engine/fold.h"

/* The numbers of struct event: key .. f, one after the other, then row and kn. */
enum { EVENT_NUMBERS = 16, KEPT_NUMBERS = EVENT_NUMBERS + 2 };

/* Besides the numbers: is there a joined row, more than one clause (or an absence), a tag? */
enum {
    KEPT_KN = 1 << EVENT_NUMBERS,
    KEPT_CLAUSE = 1 << (EVENT_NUMBERS + 1),
    KEPT_TAG = 1 << (EVENT_NUMBERS + 2),
    KEPT_HASH_BITS = 23
};

struct kept_block;

/* Blocks that stay where they are: there are ten thousand such lists, and to move them would leave holes everywhere. Which list
 * an event goes to is chance, so that each is waited for: what putting one touches lies together, and a block's own head, far
 * away, is not looked at. */
struct kept {
    uint8_t *to, *end; /* of the block now */
    int32_t psn;       /* whose event came last, + 1 */
    uint32_t n_events;
    int64_t last
        [KEPT_NUMBERS +
         1]; /* the k-th of the mask, then row and kn; one to spare makes it three cache lines */
    struct kept_block *first, *now;
};

/* No event more is put: what is there can be read. */
void kept_close(struct kept *k);

/* `hash` of the owner and the person: for the tag. 0, or -1 out of memory. */
int kept_put(struct kept *k, unsigned mask, const struct event *ev, uint32_t hash, int32_t psn);
void kept_release(struct kept *k);

/* Events on their way into their lists: while one waits behind others, its list is fetched, then the place where it goes. */
enum { KEPT_WAITS = 8, KEPT_LIST = 3, KEPT_PLACE = 6 };
struct kept_wait {
    struct kept *to;
    unsigned mask;
    uint32_t hash;
    int32_t psn;
    struct event ev;
};
struct kept_queue {
    struct kept_wait wait[KEPT_WAITS];
    size_t put, fetched,
        done; /* how many came; of how many the place is fetched; how many are in their lists */
};
/* Where the next event is filled in. */
static inline struct event *kept_room(struct kept_queue *q)
{
    return &q->wait[q->put % KEPT_WAITS].ev;
}
/* kept_put of the event in there, in a while; in the order in which they came. */
int kept_later(struct kept_queue *q, struct kept *k, unsigned mask, uint32_t hash, int32_t psn);
/* What waits is put: before any list is looked at. */
int kept_flush(struct kept_queue *q);

struct kept_reader {
    const struct kept *kept;
    const struct kept_block *block; /* NULL: before the first */
    size_t at;
    int64_t last[KEPT_NUMBERS], now[KEPT_NUMBERS];
    uint32_t hash, person; /* by the tag: of the owner; which person of this list it is */
    uint8_t clause;
    int n_numbers; /* of an event; 0: not yet counted */
};
/* In the order in which they were put; false at the end. The list is closed. */
bool kept_next(struct kept_reader *r, unsigned mask);
/* What kept_next has read; src, side and rank are left to the caller. */
void kept_event(const struct kept_reader *r, unsigned mask, struct event *ev);
/* The next one's tag alone. A reader does this to all events or to none. */
bool kept_next_tag(struct kept_reader *r, unsigned mask);

#endif
