/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * What a kind sees: the events of one owner that survived from and except, in order (axis, source rank, time, id), with
 * the rule's per-event numbers already taken; and emit(), which says what was found.
 */
#ifndef HUJI_ENGINE_FOLD_H
#define HUJI_ENGINE_FOLD_H

#include <stddef.h>

#include "engine/eval.h"

struct event {
    int64_t key[HUJI_MAX_KEYS];
    int64_t t;       /* seconds: order */
    int64_t x, u;    /* axis: start, end */
    int64_t q;       /* SL_QTY, in the rule's scale */
    int64_t lim;     /* SL_LIMIT */
    int64_t g;       /* SL_GROUP */
    int64_t sc;      /* SL_SCOPE */
    int64_t a, b;    /* by kind: SL_LO, SL_HI / SL_RATIO, SL_PRICE / SL_WINDOW, SL_SHARE */
    int64_t c, d, f; /* SL_CAP or SL_TOLERANCE, SL_DECAY, SL_FLOOR or SL_PARTNER */
    int32_t row, kn;
    uint32_t rank; /* order of the id's bytes among equals */
    uint8_t src, clause, side, absent;
};

/* A number, and when it was. */
struct timed {
    int64_t at, n;
};
/* One more into a few, in the order of time, behind those of the same: list has k of them and room for it. */
static inline void timed_put(struct timed *list, size_t k, struct timed c)
{
    for (; k > 0 && list[k - 1].at > c.at; k--)
        list[k] = list[k - 1];
    list[k] = c;
}

/* What of a person's events is looked at before they are made: of most it can be said at once that nothing will be found. Those of
 * one group are of one owner, and mostly all of his; they are judged together. */
struct glance {
    uint64_t group; /* a hash */
    int64_t number[2];
    int32_t row, kn, plan;
    uint8_t side, src;
    bool stays;
};

/* Numbers of struct event by their places, offsetof / 8; 0: none. Events of a group share its numbers. `bound`: what the kind
 * holds a group against, the same for all. */
struct sieve {
    uint8_t group[2], number[2];
    int64_t bound[2];
};
#define EVENT_PLACE(number) (offsetof(struct event, number) / sizeof(int64_t))

struct member {
    const struct event *ev;
    int role;        /* 1 违规项, 2 涉及项 */
    int64_t bad, of; /* refused part `bad` of `of`; of = 0: the whole */
};

struct found;
struct fold {
    const struct rule *rule;
    struct env *env;
    void *ctx;
    struct member *members; /* scratch of the kinds */
    size_t n_members, cap_members;
    void (*take)(struct fold *f, const struct found *w); /* findings go there, not out */
    void *take_ctx;
    bool only_hits; /* what keep_from adds is left out */
    bool (*wanted)(const struct fold *f, const struct found *w); /* NULL: every finding is */
    const void *wanted_ctx;
    bool failed; /* out of memory */
};

/* One finding. `anchor` gives the identity unless `anchor_text`; `prev` (NULL allowed) is what the expressions call prev.
 * value / threshold in 1e-6 or HUJI_NONE64. `hit` false: only within keep_from. */
struct found {
    const struct event *anchor, *prev;
    const char *anchor_text;
    const char *reference; /* outlier: what it was held against; ends the sentence. NULL = none */
    const char *parts;     /* combine: the titles of the parts that hold */
    int64_t value, threshold;
    int64_t gap_from, gap_to;
    const struct member *members;
    size_t n_members;
    bool hit;
};
void emit(struct fold *f, const struct found *what);
/* One whose members, money and day others found (combine): class, acquittals, sentence. `ref` is sorted in place. */
void emit_made(struct fold *f, const struct found *what, struct huji_finding *h,
               struct huji_ref *ref, size_t n, bool marked);

/* Scratch list of members. */
void fold_clear(struct fold *f);
void fold_member(struct fold *f, const struct event *ev, int role, int64_t bad, int64_t of);
/* Slot of the rule for an event, evaluated now (for slots that need prev or members). HUJI_NONE64 when the slot is empty. */
int64_t fold_slot(struct fold *f, enum slot s, const struct event *cur, const struct event *prev);
/* The same with keep_from; as fold_slot where it makes no difference. */
int64_t fold_keep(struct fold *f, enum slot s, const struct event *cur, const struct event *prev);
/* Text of a key or number: 2023-03-08, 2023-03, a code ... */
void print_value(const struct huji_run *run, struct buf *b, const struct expr *x, int64_t v);
/* kinds/bounds.c: the least and the most that a number can be, where that can be said of every event: it is then never unknown.
 * Else false. */
bool bounds_of(const struct expr *x, int64_t *least, int64_t *most);
/* The same of all clauses' slot, with keep_from too. False also where a clause has none. */
bool bounds_of_slot(const struct rule *r, enum slot s, int64_t *least, int64_t *most);
/* to 1e-6 from a scale */
int64_t micro(int64_t v, int scale);

#endif
