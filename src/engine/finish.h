/* SPDX-License-Identifier: MulanPSL-2.0 */
/* A finding as people and tables see it: ids as texts, identity by hash, evidence as JSON (definitions.md part 1). */
#ifndef HUJI_ENGINE_FINISH_H
#define HUJI_ENGINE_FINISH_H

#include "engine/run.h"

struct finished {
    char finding_id[33];
    char content_hash[65];
    struct span rule_id, owner_type, owner_id, anchor;
    struct span psn_no, mdtrt_id, fixmedins_code; /* n = 0: none */
    struct span evidence, message;
    const struct rule *rule;
};

/* Text of a line's id (bkkp_sn) by its `no`. */
typedef struct span (*line_id_fn)(void *ctx, int64_t no);

/* Calls fn for every id whose text finding_finish will ask for; `name`: what it is called, not its code. */
typedef int text_fn(void *ctx, enum domain d, int64_t id, bool name);
int finding_texts(const struct huji_run *run, const struct huji_finding *f, text_fn *fn, void *ctx);
/* All but evidence and content_hash, which only the table of findings asks for. Texts live in `a`. */
int finding_name(const struct huji_run *run, const struct huji_finding *f, line_id_fn line_id,
                 void *ctx, struct arena *a, struct finished *out, struct err *e);
/* Texts live in `a`. */
int finding_finish(const struct huji_run *run, const struct huji_finding *f, line_id_fn line_id,
                   void *ctx, struct arena *a, struct finished *out, struct err *e);
/* The id of an event with its prefix ("line:..."); p NULL: no memory. */
struct span finding_id_text(const char *prefix, struct span id, struct arena *a);
/* Order of findings wherever they are written: rule id, owner id, anchor, by bytes. */
int finished_cmp(const struct finished *a, const struct finished *b);

#endif
