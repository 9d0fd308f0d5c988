/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * From hits to what should be looked at first: expected recoverable money E = sum over lines of fund * s of the line's
 * best claim, per clue, institution, person, doctor or rule. Ties: S, number of families, latest day, key bytes. The
 * fraud list orders by S of the families presence, gang, paper and source of goods instead.
 *
 * A clue is all that rules say of one visit; without a visit, of one owner.
 */
#ifndef HUJI_SCREEN_RANK_H
#define HUJI_SCREEN_RANK_H

#include "screen/family.h"
#include "screen/ledger.h"

enum rank_by {
    RANK_CLUE,
    RANK_INSTITUTION,
    RANK_PERSON,
    RANK_DOCTOR,
    RANK_GANG,
    RANK_RULE,
    RANK_BY_COUNT
};
extern const char *const rank_by_name[RANK_BY_COUNT]; /* "clue" ... */

struct ranked {
    struct span key; /* clue: "mdtrt:<id>" or owner_type and owner_id; else the code */
    uint32_t
        best; /* finding with the largest share of E, else the strongest: stands for the group */
    fen_t expected;     /* E */
    fen_t fund, amount; /* of claimed lines: sums over all rows are the ledger's */
    fen_t best_expected;
    struct strengths strengths;
    int64_t score, fraud; /* S over all families, over the fraud families; 1e-6 */
    int n_families;
    int64_t n_findings, n_class[CLASS_COUNT];
    int64_t n_rules, n_persons;
    int64_t n_open; /* findings that no review has settled: none, or 存疑 */
    day_t latest;
};

struct ranking {
    enum rank_by by;
    struct arena text;
    struct names keys;
    struct ranked *at; /* best first after ranking_build */
    size_t n, cap;
    uint32_t
        *group_of; /* by finding: index into `at`, NAME_NONE = not a hit or without such a key */
};

/* Sorts and counts; `fraud` = the fraud list. Findings whose key is missing (no doctor known) are left out. */
int ranking_build(struct ranking *r, const struct finding_set *fs, const struct ledger *l,
                  const int64_t *strengths, enum rank_by by, bool fraud, struct err *e);
/* At most `per_inst` rows of one institution among the first `top` (0 = ceil(top / 10)), the better ones; places that
 * stay free go to the best of the rest. Moves rows, drops none. */
int ranking_cap(struct ranking *r, const struct finding_set *fs, size_t top, size_t per_inst,
                struct err *e);
/* Puts the rows with first[i] before the others, both in the order they had: institutions that the funnel flags. */
int ranking_first(struct ranking *r, size_t n_findings, const bool *first, struct err *e);
/* Drops the rows that reviews have settled. */
void ranking_keep_open(struct ranking *r, size_t n_findings);
void ranking_release(struct ranking *r);

/* strengths[i] of finding i (0 for what is no hit). Owns: caller, mem_free. NULL: out of memory. */
int64_t *finding_set_strengths(const struct finding_set *fs, const struct confidence *c);
/* The same of confidence_chance: what ledger_claim takes, so that claims carry E. */
int64_t *finding_set_chances(const struct finding_set *fs, const struct confidence *c);

#endif
