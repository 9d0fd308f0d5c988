/* SPDX-License-Identifier: MulanPSL-2.0 */
/* The inside of a bench, for person.c (linking, judging) and person_rows.c (the person's rows). */
#ifndef HUJI_RUN_PERSON_PRIV_H
#define HUJI_RUN_PERSON_PRIV_H

#include "base/map.h"
#include "engine/walk.h"
#include "run/person.h"
#include "run/world.h"

enum { SPARE_VISITS = 256, MAX_NEW_CODES = 20000 };
#define LINE_NEW (INT64_C(1) << 60) /* `no` of a message's line: this and its index */

struct person_bench {
    struct store *store;
    const struct huji_library *lib;
    bool *wanted;
    struct run_needs needs;
    struct world world;      /* dictionaries, institutions, doctors, lookups */
    struct huji_frame frame; /* that, and the person of the moment */
    struct huji_run *run;
    struct names
        code[DOMAIN_COUNT]; /* of dictionaries that are here: text -> id, new codes behind */
    struct huji_text *text[DOMAIN_COUNT];
    size_t n_new;
    uint32_t *diag_at;
    /* the person of the moment */
    struct column_set rows[SOURCE_COUNT];
    struct line_batch lines;
    size_t n_lines;
    int32_t *diag;
    size_t n_diag, cap_diag;
    int32_t psn;
    int32_t *visit; /* ids of ev->visit */
    size_t n_visit;
    struct arena a; /* for the moment */
};

/* The id of a code; HUJI_NONE64 when there is none. Codes that the store and the rules don't know yet are given one: the
 * bench is then linked anew (bench_fresh). */
int64_t bench_code(struct person_bench *b, enum domain d, struct span s);
/* Codes of the message that nobody knew: *grown. */
int bench_meet(struct person_bench *b, const struct new_events *ev, bool *grown, struct err *e);
/* Reads the person, adds the message. bench_clear afterwards, also after an error. */
int bench_rows(struct person_bench *b, const struct new_events *ev, int *known, struct err *e);
void bench_clear(struct person_bench *b);
/* The number of a text in a dictionary of the store, asked of the store; -1 when it is not there. */
int bench_ask_id(struct person_bench *b, enum domain d, struct span s, int64_t *out, struct err *e);

#endif
