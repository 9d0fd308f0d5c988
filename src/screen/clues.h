/* SPDX-License-Identifier: MulanPSL-2.0 */
/* The findings of a store (or of a CSV file), with the parts of their stays, ready for ledger and ranking. */
#ifndef HUJI_SCREEN_CLUES_H
#define HUJI_SCREEN_CLUES_H

#include "base/err.h"
#include "screen/funnel.h"
#include "screen/gang.h"
#include "screen/rank.h"

struct store;

struct clues {
    struct finding_set findings;
    struct ledger ledger; /* parts known; claims after clues_claim */
    struct confidence confidence;
    int64_t *strengths;
    struct gangs gangs;   /* after clues_gangs */
    struct funnel funnel; /* after clues_funnel */
};

/* Findings of the last run, ordered by rule, owner, anchor. `where`: SQL over finding f, NULL = all hits. */
int finding_set_load(struct finding_set *fs, struct store *s, const char *where, struct err *e);
/* Findings, and the lines of the stays and settlements they name. Owns: clues_release, in any case. */
int clues_load(struct clues *c, struct store *s, const char *where, struct err *e);
/* From `huji screen --out F.csv`: stays are claimed whole. */
int clues_read_csv(struct clues *c, const char *path, struct err *e);
/* What the store's verdicts taught: added to `c`. */
int confidence_load(struct confidence *c, struct store *s, struct err *e);
/* Strengths and claims; `verdicts`: a CSV of more of them (NULL = those of the store alone). */
int clues_claim(struct clues *c, const char *verdicts, struct err *e);
/* Ties persons into gangs; findings know theirs afterwards. */
int clues_gangs(struct clues *c, struct store *s, struct err *e);
/* Institutions with their visits, of them in question, and how they stand to their peers. */
int clues_funnel(struct clues *c, struct store *s, struct err *e);
void clues_release(struct clues *c);

/* What the fund paid to each institution in all, by fixmedins_code. Owns: both arguments, names_release and mem_free. */
int turnover_load(struct store *s, struct names *insts, int64_t **fen, struct err *e);
/* Name of a code in a dictionary that has names ("inst", "item", "dx", "doctor", "dept"); nothing when unknown. */
int clue_name(struct store *s, const char *domain, struct span code, struct buf *out,
              struct err *e);

#endif
