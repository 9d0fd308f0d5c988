/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Between walk_combine.c (parts by owner) and walk_alike.c (owners like those of a list). */
#ifndef HUJI_ENGINE_WALK_COMBINE_H
#define HUJI_ENGINE_WALK_COMBINE_H

#include "engine/walk_priv.h"

struct hit { /* a finding as a part of an owner's */
    int64_t key[HUJI_MAX_KEYS];
    int part;
    const struct huji_finding *f;
};

struct hits { /* by owner, then part */
    struct hit *at;
    size_t n, cap;
};

/* combine with `alike`. 0, or -1 out of memory. */
int walk_alike(struct walk *w, const struct rule *r, const struct hits *h);

#endif
