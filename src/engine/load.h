/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Between library.c (folders, files, variants) and rule.c (one rule). */
#ifndef HUJI_ENGINE_LOAD_H
#define HUJI_ENGINE_LOAD_H

#include "engine/rule.h"

/* Fills ld->rule from the map `n`. */
int rule_parse(struct loader *ld, const struct ynode *n);
/* Fills ld->rule (a pseudo-rule that collects) and `m`. */
int measure_parse(struct loader *ld, const struct ynode *n, struct measure *m);

/* lint.c: once everything is bound. */
int rule_lint(const struct rule *r, struct err *e);
/* derive.c: `derive` and `then`, once the question is read. */
int derive_parse(struct loader *ld, const struct ynode *derive, const struct ynode *then);
/* slider.c: keep_from of the rule: before anything is bound, when of and from are, when the question is. */
int slider_begin(struct loader *ld, const struct ynode *keep_from);
int slider_apart(struct loader *ld);
int slider_finish(struct loader *ld, const struct ynode *keep_from);

#endif
