/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Order of ids' bytes among all rows of a table (its column `rank`, dense from 0), while an import writes it.
 * When the store grows nothing is sorted but the new ids: each is looked up among the old ones, which lie in order
 * already, and the old ranks behind it move up.
 */
#ifndef HUJI_CLAIMS_RANKS_H
#define HUJI_CLAIMS_RANKS_H

#include "claims/import_priv.h"

struct ranked {
    const char *name;        /* the temporary table made: id, rank */
    const char *touched;     /* ids of old rows that are made again; NULL: none */
    const char *source, *id; /* where ranks are kept, and its column of ids */
    enum domain book;        /* whose texts are ranked */
    bool once;               /* no id comes twice in `rows` */
};

/* `rows`: id, code, old. All of them get their rank; growing, only those that are new or touched, and ranks in
 * r->source become what they are among all. */
int ranks_make(struct import *im, const struct ranked *r, const char *rows, struct err *e);

#endif
