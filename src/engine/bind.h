/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Raw expression -> bound: names become columns, types are checked, scales are aligned. */
#ifndef HUJI_ENGINE_BIND_H
#define HUJI_ENGINE_BIND_H

#include "engine/rule.h"

enum {
    BIND_PREV = 1,  /* prev.x allowed */
    BIND_AFTER = 2, /* value, threshold, m.* allowed */
    BIND_SET =
        8, /* a name the event lacks is looked for in its visit (named sets speak of stays) */
    BIND_INNER =
        4, /* the event is an inner one (a line of the visit, a member); cur.x is the outer */
};

struct binder {
    struct loader *ld;
    const struct clause *clause; /* NULL: constants only */
    enum source_id inner;        /* BIND_INNER: source of the inner event */
    unsigned flags;
    int depth;
};

/* NULL on error (ld->e set). */
struct expr *bind_expr(struct binder *b, const struct expr *raw);
/* Condition: must be a boolean. */
struct expr *bind_cond(struct binder *b, const struct expr *raw);
struct expr *bind_rescale(struct binder *b, struct expr *x, int scale);
/* Patterns of an exemption or diagnosis set of knowledge/dx_set.csv. NULL and error when unknown. */
struct code_pattern *bind_dx_set(struct binder *b, struct span name);

#endif
