/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * All rows of each person in one file, DATA/check/history.bin: what a message is judged with. Read-only, mapped, moved into its
 * place whole; made anew from the store (records_build) when the store has changed. It stands alone: who has it needs no
 * database. Numbers within a person (his visits, settlements, texts, lines) begin with 0; all other codes bear the numbers of
 * the store's dictionaries. docs/engineer/live.md.
 */
#ifndef HUJI_RUN_RECORDS_H
#define HUJI_RUN_RECORDS_H

#include "base/progress.h"
#include "claims/store.h"
#include "engine/lookup.h"
#include "huji.h"
#include "run/pack.h"

/* What a file was made of: it fits a store when all of it is equal. */
struct records_stamp {
    uint64_t contract; /* tables and columns as this program knows them */
    uint64_t files;    /* digest of what was imported */
    int64_t count[DOMAIN_COUNT];
};

struct records;

enum { RECORDS_PATH = 1100 };
void records_path(const char *dir, char out[RECORDS_PATH]);
/* Shared by all threads. Errors: ERR_STATE when there is none, it is of another version or damaged. Owns: records_close. */
int records_open(const char *path, struct records **out, struct err *e);
void records_close(struct records *h); /* NULL allowed */
/* Brings it into memory and maps it now, where it takes no more than half of that: so that no message waits for a page. */
void records_warm(const struct records *h);
const struct records_stamp *records_made_of(const struct records *h);
int records_stamp_of(struct store *s, struct records_stamp *out, struct err *e);
bool records_fits(const struct records *h, const struct records_stamp *store);
/* Makes DATA/check/history.bin. Errors: ERR_STATE when the store was changed meanwhile. */
int records_build(struct store *s, const struct progress *p, struct err *e);
/* The file of this store, made now where there is none or it does not fit. Owns: records_close. */
int records_of(struct store *s, const struct progress *p, struct records **out, struct err *e);
/* For measuring: a file whose persons are those of `from`, `times` over, with numbers of their own. */
int records_repeat(const char *from, const char *to, uint32_t times, struct err *e);

uint32_t records_persons(const struct records *h);
uint64_t records_lines(const struct records *h);
void records_sizes(const struct records *h, uint64_t *rows, uint64_t *texts, uint64_t *rest);

/* ---- what is not of persons ---- */

/* Codes of a domain by number; n = 0 for persons, visits, settlements and texts. */
const struct span *records_codes(const struct records *h, enum domain d, uint32_t *n);
/* S_INST, S_DOCTOR. Persons in it bear their numbers in the store. */
const struct huji_table *records_table(const struct records *h, enum source_id s);
/* Is it delivered at all? `out` only for those whose first key is no person. */
bool records_lookup(const struct records *h, enum lookup_id l, struct huji_lookup *out);
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
int64_t records_find(const struct records *h, struct span psn_no);
/* Has the processor fetch his rows, which mostly lie in no cache, one step after another: for who has something else to do between them
 * and before he reads. */
enum records_step { RECORDS_SLOT, RECORDS_PLACE, RECORDS_ROWS };
void records_ahead(const struct records *h, struct span psn_no, enum records_step step);
/* person < 0: nobody's rows, with room all the same. Errors: ERR_STATE the file is damaged. */
int records_read(const struct records *h, int64_t person, const struct past_needs *needs,
                 struct past *out, struct err *e);
void past_release(struct past *p);

/* The texts of a person's own numbers, decoded when findings name them. All live in `a`. */
struct past_texts {
    struct huji_text *visit, *setl, *text, *line;
    uint32_t n_visit, n_setl, n_text, n_line;
};
/* `lines`: those of fee lines too, which are most of them. */
int records_texts(const struct records *h, int64_t person, bool lines, struct arena *a,
                  struct past_texts *out, struct err *e);

#endif
