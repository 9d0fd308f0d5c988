/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Findings in memory: what a screening run found, as everything in screen/ sees it. No database here: run/ loads them
 * from the store, tests from a CSV. Texts live in the set's arena.
 */
#ifndef HUJI_SCREEN_FINDINGS_H
#define HUJI_SCREEN_FINDINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/day.h"
#include "base/err.h"
#include "base/fen.h"
#include "run/verdict.h"

enum finding_class { CLASS_SURE, CLASS_HIGH, CLASS_MAYBE, CLASS_COUNT };

#define VALUE_NONE INT64_MIN /* the question has no number */
#define VALUE_SCALE 6        /* digits behind the point of value and threshold */

struct evidence {
    struct span id; /* "line:...", "mdtrt:...", "setl:...", "day:..." */
    int role;       /* 1 违规项, 2 涉及项 */
    fen_t amount, fund;
};

struct finding {
    struct span id, rule, owner_type, owner, anchor, person, visit, inst, phase, message,
        content_hash;
    struct span doctor; /* of the visit or the owner; empty when not known */
    struct span kind; /* of the institution: 三级医疗机构, 零售药店 ...; empty when not known */
    struct span
        gang; /* of the person, once gangs_assign has run; empty: in none. Owned by the gangs */
    int rule_version;
    day_t day;
    int64_t value, threshold; /* 1e-6, or VALUE_NONE */
    fen_t amount, fund;
    enum finding_class cls;
    enum verdict verdict; /* the one that stands, if it was reviewed */
    bool hit, marked;
    uint32_t n_evidence;
    struct evidence *evidence;
    int64_t more; /* members beyond those listed in evidence */
};

struct finding_set {
    struct arena text;
    struct finding *at;
    size_t n, cap;
};

#define FINDING_SET_INIT \
    {                    \
        0                \
    }

/* Does it say that something is wrong? Not when it is only within keep_from, nor when a review found nothing in it. */
static inline bool finding_counts(const struct finding *f)
{
    return f->hit && f->verdict != VERDICT_REJECTED;
}

extern const char *const finding_class_name[CLASS_COUNT]; /* 明确 高疑 可疑 */
/* False: no such class. */
bool finding_class_parse(struct span s, enum finding_class *out);

/* Adds a copy of `f`, texts and all; `evidence` is the JSON of the findings table and is parsed into the copy.
 * Errors: ERR_INPUT when it is not such JSON, ERR_NOMEM. */
int finding_set_add(struct finding_set *fs, const struct finding *f, struct span evidence,
                    struct err *e);
void finding_set_release(struct finding_set *fs);
/* By id, or by the only finding whose id begins with `id` (8 digits and more). NULL: none or several; *several says. */
const struct finding *finding_set_get(const struct finding_set *fs, struct span id, bool *several);
/* Reads the CSV that `huji screen --out F.csv` writes. */
int finding_set_read_csv(struct finding_set *fs, const char *path, struct err *e);

#endif
