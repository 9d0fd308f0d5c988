/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * What is in question at each institution with every fee line counted once, kept beside the findings: several rules may
 * find the same stay, and their sums added up can exceed what the fund paid at all.
 */
#ifndef HUJI_SCREEN_CLAIMED_H
#define HUJI_SCREEN_CLAIMED_H

#include "base/err.h"

struct clues;
struct store;

/* Table claimed (fixmedins_code, fund_fen, own_fen: what of it the fund paid to the institution itself) of `c`, after clues_claim. In one transaction; a store open for writing. */
int claimed_write(struct store *s, const struct clues *c, struct err *e);
/* The same of the findings there are, for who has not loaded them. */
int claimed_make(struct store *s, struct err *e);

#endif
