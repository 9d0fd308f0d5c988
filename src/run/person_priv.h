/* SPDX-License-Identifier: MulanPSL-2.0 */
/* The inside of a link and of a bench, for person_link.c, person.c (judging) and person_rows.c (the person's rows). */
#ifndef HUJI_RUN_PERSON_PRIV_H
#define HUJI_RUN_PERSON_PRIV_H

#include "base/map.h"
#include "engine/walk.h"
#include "run/person.h"

enum { MAX_NEW_CODES = 20000, OTHERS = 62 };
#define LINE_NEW (INT64_C(1) << 60) /* `no` of a message's line: this and its index */

/*
 * Persons have numbers of their own here: 0 is the patient, 1 .. n_doctors are the persons whom the table of doctors names (a
 * patient who is one of them bears that number instead), and behind them whom else a row names.
 */
struct person_link {
    const struct records *history;
    const struct huji_library *lib;
    bool *wanted;
    struct run_needs needs;
    struct names code[DOMAIN_COUNT]; /* the history's dictionaries, codes of messages behind */
    struct huji_text *text[DOMAIN_COUNT];
    uint32_t own[DOMAIN_COUNT]; /* how many of them are the history's */
    size_t n_new;
    struct map doctors; /* person in the history -> number here */
    uint32_t n_doctors;
    int32_t *doctor_psn; /* the column psn_no of S_DOCTOR in those numbers */
    struct huji_frame frame;
    struct huji_run *run;
};

/* Domains whose codes are not here but only numbers within the person. */
static inline bool own_numbers(enum domain d)
{
    return d == D_PERSON || d == D_VISIT || d == D_SETL || d == D_TEXT;
}

/* Codes met lately, in one cache line each: the dictionaries are large, and a hospital's messages repeat few of them. */
enum { MET_CODES = 1024, MET_BYTES = 56 };
struct met_code {
    int32_t id;
    int8_t domain;
    uint8_t n; /* 0: nothing yet */
    char text[MET_BYTES];
};
struct giver;

struct person_bench {
    const struct person_link *link;
    struct huji_run run; /* the link's, with frame and maps of the moment */
    struct huji_frame frame;
    struct walk *walk;
    struct walk_news news;
    uint8_t *new_line, *new_stay, *new_oprn;
    size_t cap_line, cap_stay, cap_oprn;
    uint32_t *first[HUJI_SOURCES]; /* by person number */
    int32_t *row_of_visit, *row_of_setl, *row_of_person;
    size_t cap_visit, cap_setl;
    struct index index[LOOKUP_COUNT]; /* of lookups whose first key is the person */
    uint32_t *index_at[LOOKUP_COUNT];
    int32_t *identity; /* 0, 1, 2 ... */
    size_t n_identity;
    uint32_t *diag_at;
    int32_t *diag;
    size_t cap_diag_at, n_diag, cap_diag;
    struct huji_text *person_text;
    /* the person of the moment */
    struct past past;
    int64_t person; /* in the history; -1 = unknown */
    int32_t psn;
    int64_t others[OTHERS];
    uint32_t n_others;
    size_t n_line, n_past_line;
    int f_no, f_item, f_dept, f_in,
        f_out;      /* fields: of a line; of a stay, where it came in and left */
    bool strange;   /* the message has a code that the link does not know */
    int32_t *visit; /* numbers of ev->visit */
    size_t n_visit;
    struct arena a; /* for the moment */
    struct met_code *met;
    const struct giver *
        *giver; /* by field of a line: what gives it (person_rows.c); NULL: nothing does */
};

/* The number of a code; HUJI_NONE64 when there is none. */
int64_t link_code(const struct person_link *l, enum domain d, struct span s);
/* For person_bench_new: what gives the columns of lines; met. */
int bench_givers(struct person_bench *b, struct err *e);
/* Reads the person, adds the message. bench_clear afterwards, also after an error. */
int bench_rows(struct person_bench *b, const struct new_events *ev, bool alone, int *known,
               struct err *e);
void bench_clear(struct person_bench *b);
/* Numbers of visits in the history for texts of the message; -1 where it has none. */
int records_visits(const struct records *h, int64_t person, const struct new_events *ev,
                   int32_t *out, struct err *e);

#endif
