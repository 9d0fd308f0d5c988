/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * The line ledger: every fee line is claimed once, by the best claim on it (明确 before 高疑 before 可疑, then the larger
 * fund amount, then rule id, then finding id), so that ten rules on one stay never add up to more than the stay.
 *
 * A hit that names a stay or a settlement claims its lines in proportion to their fund share; what has no lines in the
 * store is claimed itself, as one piece. No line is claimed above what the fund paid for it, when that is known.
 */
#ifndef HUJI_SCREEN_LEDGER_H
#define HUJI_SCREEN_LEDGER_H

#include "base/map.h"
#include "screen/confidence.h"
#include "screen/findings.h"

/* A line that belongs to a visit or a settlement, with what it cost and what the fund paid for it. */
struct part {
    uint32_t atom; /* id in ledger.atoms */
    fen_t amount, fund;
};

struct piece_list {
    size_t first;
    uint32_t n;
};

struct claim {
    uint32_t finding; /* NAME_NONE: nobody claims it */
    int64_t chance;   /* that it is confirmed, 1e-6 */
    fen_t amount, fund;
};

struct ledger {
    struct names atoms;             /* "line:...", or what could not be expanded */
    struct names wholes;            /* "mdtrt:...", "setl:..." */
    struct piece_list *whole_parts; /* by id of `wholes` */
    size_t cap_wholes;
    struct part *parts;
    size_t n_parts, cap_parts;
    fen_t *most; /* by atom: fund paid for it, or -1 */
    size_t cap_most;
    struct claim *claims; /* by atom, after ledger_claim */
    size_t cap_claims;
};

#define LEDGER_INIT \
    {               \
        0           \
    }

/* Before ledger_claim: says that `line` is part of `whole`. Parts of one whole must come one after the other. */
int ledger_part(struct ledger *l, struct span whole, struct span line, fen_t amount, fen_t fund,
                struct err *e);
/* Calls `need` for each visit and settlement that a hit names and ledger_part has to know about, once each. */
int ledger_wholes(const struct finding_set *fs,
                  int (*need)(void *ctx, struct span whole, struct err *e), void *ctx,
                  struct err *e);
/* Lets every hit claim; `chances` by finding, 1e-6 (confidence_chance). */
int ledger_claim(struct ledger *l, const struct finding_set *fs, const int64_t *chances,
                 struct err *e);
/* All claims (or those of findings that `keep` lets through) added up. */
fen_t ledger_fund(const struct ledger *l);
void ledger_release(struct ledger *l);

/* Cuts `total` into shares in proportion to weight[i] >= 0 by largest remainder: they add up exactly. All weights 0:
 * everything falls to the first. 0, or -1 out of memory. */
int share_out(int64_t total, const int64_t *weight, int64_t *share, size_t n);

#endif
