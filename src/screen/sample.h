/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Stratified random samples: how many, how they fall on the strata, and what the reviewed ones say of the whole, with
 * its 95 % interval. Only what was drawn at random may be extrapolated from. Shares in 1e-6.
 */
#ifndef HUJI_SCREEN_SAMPLE_H
#define HUJI_SCREEN_SAMPLE_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/fen.h"
#include "base/map.h"

struct stratum {
    struct span name;
    int64_t population; /* N_h */
    int64_t drawn;      /* n_h, by sample_allocate */
    /* of the drawn, reviewed: */
    int64_t confirmed, rejected, doubtful;
    double sum,
        squares; /* money of each reviewed one, fen, and its square; 0 for what was not confirmed */
};

/* How many of `population` must be reviewed so that a share near `expect` (1e-6) is known to +-`precision` (1e-6) with
 * 95 % confidence, the finite population counted in. At most the population. */
int64_t sample_size(int64_t population, int64_t expect, int64_t precision);
/* Shares out `n` in proportion to the strata's populations by largest remainder, at least 2 (or all) of each. The sum may be larger
 * than n for that reason. 0, or -1 out of memory. */
int sample_allocate(struct stratum *s, size_t n_strata, int64_t n);

struct extrapolation {
    int64_t population, reviewed, doubtful, confirmed;
    int64_t share, share_low, share_high; /* of the population that is wrong */
    int64_t count, count_low, count_high;
    fen_t fund, fund_low, fund_high;
};

/* Strata nobody reviewed count with what the others say together. *out zero when nothing was reviewed. */
void sample_extrapolate(const struct stratum *s, size_t n, struct extrapolation *out);

/* A sample as huji sample wrote it and reviewers filled it in. Owns: sample_file_release. */
struct sample_file {
    struct names names;
    struct stratum *at;
    size_t n, cap;
};
/* Errors: ERR_INPUT naming file, row, field, value. */
int sample_read(struct sample_file *f, const char *path, struct err *e);
void sample_file_release(struct sample_file *f);

#endif
