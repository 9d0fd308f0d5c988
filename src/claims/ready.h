/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * `huji ready`: what can be asked with what is here. A rule says what it needs as texts:
 *   fee_list_d                    rows of an importable table
 *   l_suspension                  rows of a lookup (named by the table it comes from when it is missing)
 *   column setl_d.mdtrt_cert_no   a column that is filled
 *   knowledge day_limit           a table of rules/knowledge; whether it is there the caller knows
 */
#ifndef HUJI_CLAIMS_READY_H
#define HUJI_CLAIMS_READY_H

#include "claims/quality.h"

struct rule_need {
    const char *rule_id, *rule_name;
    const char *const *need;
    size_t n;
};

struct ready {
    struct grid data;    /* every need: there or not, rows, share filled, institutions, months */
    struct grid rules;   /* every rule: can run or what it waits for */
    struct grid missing; /* what is missing, by what one more export would unlock */
    size_t n_can, n_cannot;
    bool *can; /* per rule, as they were given */
};

typedef bool knowledge_fn(void *ctx, const char *name);

/* Rows of institutions in `scope` (NULL: all), where a table says whose they are. Owns: ready_release. `knowledge` may be NULL: then all of it is taken to be there. */
int ready_check(struct store *s, const struct rule_need *rules, size_t n, knowledge_fn *knowledge,
                void *ctx, const struct quality_scope *scope, struct ready *out, struct err *e);
void ready_release(struct ready *r);

#endif
