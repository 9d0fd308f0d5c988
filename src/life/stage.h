/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * A copy of DATA/rules in which a change is made and looked at; then it takes the place of DATA/rules at one stroke, or goes.
 * Files are links until they are written: a copy costs no more than its names (changes.jsonl is copied: a change and its line
 * in the history come together). Whoever is killed in between leaves
 * DATA/rules as it was (and a folder rules.stage-* which the next stage sweeps away).
 */
#ifndef HUJI_LIFE_STAGE_H
#define HUJI_LIFE_STAGE_H

#include <stdbool.h>

#include "base/err.h"
#include "base/span.h"

struct stage {
    char own[1024]; /* DATA/rules */
    char dir[1100]; /* the copy */
    int lock;       /* -1: only looked at */
};

/* `write`: holds the lock of DATA/rules until commit or drop; without it stage_commit must not be called.
 * Owns: stage_drop, after a commit too. */
int stage_open(const char *data, bool write, struct stage *out, struct err *e);
/* "library/X01.yaml": whole or not at all; folders come along. */
int stage_write(struct stage *s, const char *name, struct span text, struct err *e);
int stage_remove(struct stage *s, const char *name, struct err *e); /* absent: fine */
/* The copy is DATA/rules from now on, what was there is gone. */
int stage_commit(struct stage *s, struct err *e);
void stage_drop(struct stage *s);

#endif
