/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * One finding opened: what was asked and answered in a sentence with the figures, the evidence down to file and row,
 * the law, what would clear it, what each rule adds to the score of its clue, and SQL that anyone can run. The caller
 * fills `struct explanation` (texts borrowed); this prints it.
 */
#ifndef HUJI_SCREEN_EXPLAIN_H
#define HUJI_SCREEN_EXPLAIN_H

#include "screen/rank.h"

struct explained_event {
    struct span id;
    int role;
    struct span when, what; /* "2023-03-08 09:30", "头孢呋辛 2 × 12.50" */
    struct span lineage;    /* "fee_list_d.csv 第 123 行" */
    fen_t amount, fund;
};

/* What one rule adds to the clue. */
struct weight {
    struct span rule, name;
    enum family family;
    int64_t strength;       /* 1e-6 */
    int64_t score_without;  /* S without the rule */
    fen_t expected_without; /* E without it */
};

struct weighing {
    struct weight *at; /* strongest first. Owns: weighing_release */
    size_t n, cap;
    int64_t score;
    fen_t expected;
    struct strengths strengths;
};

/* Weighs the findings of one clue, leaving out one rule after the other. `l` knows the parts of their stays
 * (ledger_part). `group` is changed meanwhile and left as it was. */
int weighing_build(struct weighing *w, struct finding_set *group, struct ledger *l,
                   const struct confidence *c, struct err *e);
void weighing_release(struct weighing *w);

struct explanation {
    const struct finding *finding;
    struct span rule_name, question; /* the rule's own text of `ask` */
    const struct span *laws, *officials, *clears, *false_positives;
    size_t n_laws, n_officials, n_clears, n_false_positives;
    struct span inst_name, person; /* the person masked unless asked for */
    struct span visit; /* "住院 2023-03-01 至 2023-03-08，主诊断 I10.x00 高血压" */
    const struct explained_event *events;
    size_t n_events;
    const struct weighing *weighing; /* NULL = none */
    struct span sql;                 /* empty = none */
    struct span library_version;
};

void explain_text(struct buf *b, const struct explanation *x);
void explain_json(struct buf *b, const struct explanation *x); /* one object */

/* "0.95" of 1e-6, rounded to two digits */
void micro_print(struct buf *b, int64_t v);

#endif
