/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Lookup tables: status intervals and rosters that rules ask by key (docs/engineer/data-model.md). DuckDB: l_<name>. */
#ifndef HUJI_ENGINE_LOOKUP_H
#define HUJI_ENGINE_LOOKUP_H

#include "base/span.h"
#include "engine/source.h"

enum lookup_id {
    L_INSURANCE,
    L_CONTRACT,
    L_SUSPENSION,
    L_DEPT_SUSPENSION,
    L_DR_SUSPENSION,
    L_PRACTICE,
    L_OPSP,
    L_CAPACITY,
    L_LONG_RX,
    L_AGREEMENT,
    L_ASSISTED,
    L_LEAVE,
    LOOKUP_COUNT
};

struct lookup_def {
    const char *name, *title;
    int n_key;
    struct {
        const char *name;
        enum domain domain;
    } key[3];
    bool dated; /* has b and e */
    int n_value;
    const char *value[2]; /* INTEGER columns */
    enum lookup_id id;
};

extern const struct lookup_def huji_lookups[LOOKUP_COUNT];
const struct lookup_def *lookup_find(struct span name);

#endif
