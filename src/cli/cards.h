/* SPDX-License-Identifier: MulanPSL-2.0 */
/* A ranking to be read from top to bottom: per row a few lines with money, sentence, law and evidence. */
#ifndef HUJI_CLI_CARDS_H
#define HUJI_CLI_CARDS_H

#include "screen/clues.h"
#include "cli/library.h"
#include "screen/rank.h"

/* Prints the first `top` rows to stdout. `s` NULL: without names and evidence. */
int cards_print(const struct ranking *r, const struct clues *c, const struct rule_names *rules,
                struct store *s, size_t top, struct err *e);

#endif
