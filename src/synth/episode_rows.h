/* SPDX-License-Identifier: MulanPSL-2.0 */
/* The rows of one episode; for episode.c only. */
#ifndef HUJI_SYNTH_EPISODE_ROWS_H
#define HUJI_SYNTH_EPISODE_ROWS_H

#include "synth/episode.h"

struct money {
    fen_t total, own, over, pre, inscp, dedc, hifp, maf, fund, psn, acct, cash, hosp;
};

/* division, letter, twelve digits */
void episode_id_of(char out[ID_LEN], const char *place, char kind, uint64_t n);
void episode_write_visit(const struct episode *ep);
void episode_write_settlement(const struct episode *ep, const char *id, const char *init,
                              const struct money *m, day_t from, day_t to, sec_t at, bool mid);
/* `back`: the row that takes the line back. */
void episode_write_line(const struct episode *ep, struct eline *l, const char *setl, bool back);
void episode_write_diagnoses(const struct episode *ep);
void episode_write_operations(struct episode *ep);

#endif
