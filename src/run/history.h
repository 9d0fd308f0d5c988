/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * All rows of each person in one file, DATA/check/history.bin: what a message is judged with. Read-only, mapped, moved into its
 * place whole; made anew from the store (history_build) when the store has changed. It stands alone: who has it needs no
 * database. Numbers within a person (his visits, settlements, texts, lines) begin with 0; all other codes bear the numbers of
 * the store's dictionaries. docs/engineer/live.md.
 */
#ifndef HUJI_RUN_HISTORY_H
#define HUJI_RUN_HISTORY_H

#include "base/progress.h"
#include "claims/store.h"
#include "engine/lookup.h"
#include "huji.h"
#include "run/pack.h"

/* What a file was made of: it fits a store when all of it is equal. */
struct history_stamp {
    uint64_t contract; /* tables and columns as this program knows them */
    uint64_t files;    /* digest of what was imported */
    int64_t count[DOMAIN_COUNT];
};

struct history;

enum { HISTORY_PATH = 1100 };
void history_path(const char *dir, char out[HISTORY_PATH]);
/* Shared by all threads. Errors: ERR_STATE when there is none, it is of another version or damaged. Owns: history_close. */
int history_open(const char *path, struct history **out, struct err *e);
void history_close(struct history *h); /* NULL allowed */
const struct history_stamp *history_made_of(const struct history *h);
int history_stamp_of(struct store *s, struct history_stamp *out, struct err *e);
bool history_fits(const struct history *h, const struct history_stamp *store);
/* Makes DATA/check/history.bin. Errors: ERR_STATE when the store was changed meanwhile. */
int history_build(struct store *s, const struct progress *p, struct err *e);
/* The file of this store, made now where there is none or it does not fit. Owns: history_close. */
int history_of(struct store *s, const struct progress *p, struct history **out, struct err *e);
/* For measuring: a file whose persons are those of `from`, `times` over, with numbers of their own. */
int history_repeat(const char *from, const char *to, uint32_t times, struct err *e);

uint32_t history_persons(const struct history *h);
uint64_t history_lines(const struct history *h);
void history_sizes(const struct history *h, uint64_t *rows, uint64_t *texts, uint64_t *rest);

/* ---- what is not of persons ---- */

/* Codes of a domain by number; n = 0 for persons, visits, settlements and texts. */
const struct span *history_codes(const struct history *h, enum domain d, uint32_t *n);
/* S_INST, S_DOCTOR. Persons in it bear their numbers in the store. */
const struct huji_table *history_table(const struct history *h, enum source_id s);
/* Is it delivered at all? `out` only for those whose first key is no person. */
bool history_lookup(const struct history *h, enum lookup_id l, struct huji_lookup *out);
/* Is it a lookup whose rows belong to persons? */
static inline bool lookup_of_person(enum lookup_id l)
{
    return huji_lookups[l].key[0].domain == D_PERSON;
}
/* Is it a table whose rows belong to persons? */
static inline bool source_of_person(enum source_id s)
{
    return s != S_INST && s != S_DOCTOR && s != S_STOCK && s != S_CLEARING && s != S_VISIT &&
           s != S_LINE_RAW && s != S_UNMATCHED;
}

/* ---- one person ---- */

struct past_table {
    size_t n, cap;
    void *col[HUJI_MAX_FIELDS]; /* those asked for; room for `spare` rows behind */
};
/* One person's rows, in the order in which the engine walks them. Persons (psn_no) are left to the caller. */
struct past {
    struct past_table table[SOURCE_COUNT];
    struct past_table lookup[LOOKUP_COUNT]; /* keys behind the first, b, e, values */
    struct past_table diag;                 /* visit, dx; in order of visits */
    uint32_t n_visit, n_setl, n_text;       /* numbers in use */
    struct unpacker unpacker;
};
struct past_needs {
    const uint64_t *fields; /* by source, a bit a field */
    const bool *lookup;
    bool diag;
    size_t spare[SOURCE_COUNT], spare_diag;
};

/* -1: nobody of that number here. */
int64_t history_find(const struct history *h, struct span psn_no);
/* person < 0: nobody's rows, with room all the same. Errors: ERR_STATE the file is damaged. */
int history_read(const struct history *h, int64_t person, const struct past_needs *needs,
                 struct past *out, struct err *e);
void past_release(struct past *p);

/* The texts of a person's own numbers, decoded when findings name them. All live in `a`. */
struct past_texts {
    struct huji_text *visit, *setl, *text, *line;
    uint32_t n_visit, n_setl, n_text, n_line;
};
int history_texts(const struct history *h, int64_t person, struct arena *a, struct past_texts *out,
                  struct err *e);

#endif
