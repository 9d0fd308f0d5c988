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

/* library.c */
struct rule *library_new_rule(struct huji_library *lib, struct span id, struct err *e);
/* The library's version grows by what `path` says. */
int library_note(struct huji_library *lib, const char *path, struct span text, struct err *e);
/* Reads a file that is part of what the library says: its version grows by it. */
int library_yaml(struct huji_library *lib, const char *path, struct ynode **root, struct err *e);

/* param.c: the map of `base` with the keys of `over` in place of its own. */
struct ynode *ynode_overlay(struct arena *a, const struct ynode *base, const struct ynode *over);
/* One more rule in the library: what `r` would be with `to` (key, text) as its parameter, which it must have
 * (rule_param_node). `slides`: with keep_from, which the new value may not agree with. */
int rule_changed(struct huji_library *lib, const struct rule *r, const struct ynode *to,
                 bool slides, struct rule **out, struct err *e);

/* profile.c: once all rules are there. NULL `region`: ERR_STATE when the file is there. */
int profile_apply(struct huji_library *lib, const char *path, const char *region, struct err *e);

/* states.c: after it. */
int states_apply(struct huji_library *lib, const char *path, struct err *e);

/* Each `param` of a rule and its variants must be asked for ($name) somewhere in it: a name that is written wrong would leave
 * the limit as it was, and nobody would know. */
int rule_params_used(const struct ynode *rule, struct err *e);

#endif
