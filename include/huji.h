/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * libhuji: screening timelines of medical-insurance claims.
 *
 *   library  rules and knowledge, read from a folder, immutable afterwards, shared by all threads
 *   run      a library linked to one frame: dictionaries, resident tables, lookups. Shared by the workers
 *   worker   one thread's walk: fed fee lines in batches of whole persons, in the order the store keeps them
 *   finding  what comes out, complete in itself
 *
 * No database, no files but the library's own, no global state. Arrays given in a frame or batch are borrowed: they
 * must live until huji_run_free (frame) or until the call returns (batch). Columns are those of
 * src/engine/source.c, missing values HUJI_NONE32 / HUJI_NONE64. Texts are UTF-8.
 */
#ifndef HUJI_H
#define HUJI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define HUJI_API __attribute__((visibility("default")))

struct err; /* base/err.h */
struct huji_library;
struct huji_run;
struct huji_worker;

struct huji_text {
    const char *p;
    size_t n;
};

#define HUJI_MAX_FIELDS 48
#define HUJI_MAX_KEYS 4

/* One table, column by column. col[i] belongs to field i of the source; int32_t or int64_t by the field's type; NULL:
 * not delivered (a rule that needs it is not run). */
struct huji_table {
    size_t n;
    const void *col[HUJI_MAX_FIELDS];
    /* 0: as above. 1 to 4: packed; unsigned numbers of so many bytes behind `base`, all bits set = missing. With 3 a byte
     * more is readable behind the last. */
    uint8_t width[HUJI_MAX_FIELDS];
    int64_t base[HUJI_MAX_FIELDS];
    /* Where most rows have the same value, `lack` (which may be HUJI_NONE64, missing): a bit per row that has another, and how
     * many have before each 64; col holds these alone. */
    int64_t lack[HUJI_MAX_FIELDS];
    const uint64_t *there[HUJI_MAX_FIELDS];
    const uint32_t *before[HUJI_MAX_FIELDS];
};

/* code[id]; with `at` code[k] is the text of at[k], ascending, and all other ids have none. NULL, though n > 0: the texts
 * are not there yet; only findings name them, and the caller gives them before findings are finished. */
struct huji_dict {
    const struct huji_text *code;
    uint32_t n; /* ids */
    const uint32_t *at;
    uint32_t n_at;
    /* What codes are called, for sentences: name[k] is that of named[k], ascending. n_named = 0: none known. */
    const struct huji_text *name;
    const uint32_t *named;
    uint32_t n_named;
};

/* A lookup table of docs/engineer/data-model.md: intervals (b, e may be NULL) under up to three keys. Any order. */
struct huji_lookup {
    size_t n;
    const int32_t *key[3];
    const int32_t *b, *e;
    const int64_t *value[2];
};

#define HUJI_SOURCES 20
#define HUJI_DOMAINS 13
#define HUJI_LOOKUPS 12

struct huji_frame {
    struct huji_dict dict[HUJI_DOMAINS];
    /* Indexed by enum source_id. Tables with psn_no are sorted by (psn_no, missing last); S_STAY and S_VISIT both stand
     * for s_visit: only S_STAY is read. S_LINE, S_LINE_RAW and S_UNMATCHED stay empty. */
    struct huji_table table[HUJI_SOURCES];
    /* Diagnoses of visit id v: diag[diag_at[v]] .. diag[diag_at[v + 1] - 1]; both NULL: none known. */
    const uint32_t *diag_at;
    const int32_t *diag;
    bool has_lookup[HUJI_LOOKUPS];
    struct huji_lookup lookup[HUJI_LOOKUPS];
};

/* A piece of evidence or an anchor: which source, and its id: a dictionary id, or the `no` of a line. */
struct huji_ref {
    int32_t source;
    int32_t role; /* 1 what is at fault, 2 what it stands against */
    int64_t id;
    int64_t t; /* seconds; orders the evidence */
    int64_t amount, fund;
};

struct huji_finding {
    uint32_t rule; /* index into the library */
    int64_t key[HUJI_MAX_KEYS];
    struct huji_text anchor_text; /* whole anchor, when it is not an event's id */
    struct huji_ref anchor;
    int32_t psn_no, mdtrt_id, fixmedins_code; /* dictionary ids or HUJI_NONE32 */
    int32_t day;
    int64_t value, threshold; /* 1e-6 of the natural unit; HUJI_NONE64 = the question has none */
    int64_t amount, fund;     /* fen */
    uint8_t cls;              /* 0 明确 1 高疑 2 可疑 */
    bool hit;                 /* false: only within keep_from, kept for sliders */
    bool marked;              /* leans on a row with marks */
    uint32_t n_evidence,
        more; /* `more` members are not in the list; see finish.h for what is written of it */
    const struct huji_ref *evidence;
    struct huji_text message;
};

HUJI_API const char *huji_version(void);

#ifdef __cplusplus
}
#endif
#endif
