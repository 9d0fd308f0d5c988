/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * One finding opened: what was asked and answered in a sentence with the figures, the evidence down to file and row,
 * the law, what would clear it, what each rule adds to the score of its clue, and SQL that anyone can run. The caller
 * fills `struct explanation` (texts borrowed); this prints it.
 */
#ifndef HUJI_SCREEN_EXPLAIN_H
#define HUJI_SCREEN_EXPLAIN_H

#include "screen/weighing.h"

struct explained_event {
    struct span id;
    int role;
    struct span when, what; /* "2023-03-08 09:30", "头孢呋辛 2 × 12.50" */
    struct span lineage;    /* "fee_list_d.csv 第 123 行" */
    fen_t amount, fund;
};

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

/* S, E, the bars of the families, what S and E were without each rule. */
void weighing_text(struct buf *b, const struct weighing *w);
void explain_text(struct buf *b, const struct explanation *x);
void explain_json(struct buf *b, const struct explanation *x); /* one object */

/* "0.95" of 1e-6, rounded to two digits */
void micro_print(struct buf *b, int64_t v);

#endif
