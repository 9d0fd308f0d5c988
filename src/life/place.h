/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Where a bureau's rules lie, and how they are read. DATA/rules is laid over the shipped library:
 *
 *     library/ID.yaml      rules of its own (src/engine/rule.h: a shipped id's stands in its place)
 *     drafts/ID.yaml       the next version of a rule that runs; nothing reads it until it is approved
 *     versions/ID.vN.yaml  every version that was approved, as it was approved
 *     states.yaml          decided states; profile.yaml, exceptions.yaml, knowledge/: as documented there
 *     changes.jsonl        the history (life/history.h)
 */
#ifndef HUJI_LIFE_PLACE_H
#define HUJI_LIFE_PLACE_H

#include "engine/rule.h"

struct life_place {
    const char *data;   /* data directory */
    const char *rules;  /* the shipped library */
    const char *region; /* of the data directory; NULL = not set */
};

/* Errors: ERR_STATE when DATA/rules is a whole library of its own: nothing is laid over anything there. */
int place_check(const struct life_place *p, struct err *e);
/* The library with `own` (DATA/rules or a copy of it) laid over; `file`: its rules in place of those of their ids (NULL:
 * none); `as_written`: without regional values, as examples want it. Owns: library_free(*out). */
int place_library(const struct life_place *p, const char *own, const char *file, bool as_written,
                  struct huji_library **out, struct err *e);
/* The first rule of this base id, or the one of this id; NULL: none. */
const struct rule *place_rule(const struct huji_library *lib, const char *id);
bool place_is_own(const struct huji_library *lib, const struct rule *r);
/* The rule as written, remarks and all: from its line to the next that begins in the first column. */
int place_source(const struct rule *r, struct buf *out, struct err *e);

#endif
