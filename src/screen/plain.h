/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * A rule in plain Chinese, for officers: field names, operators and parameters are said in words; the rule's own text stands
 * beside each sentence, so that nothing hides behind the translation.
 */
#ifndef HUJI_SCREEN_PLAIN_H
#define HUJI_SCREEN_PLAIN_H

#include "base/span.h"

struct rule;
struct huji_library;

/* One sentence of a rule: "问谁" "每名参保人 / 每家机构" and what the rule's text says. */
typedef int (*plain_fn)(void *ctx, const char *label, struct span plain, struct span text);

/* Calls `tell` for each part of the rule, in the order one reads them; ends early when it returns non-zero, with that.
 * Errors: ERR_NOMEM. */
int rule_plain(const struct huji_library *lib, const struct rule *r, plain_fn tell, void *ctx);
/* An expression with names and operators in words; `r` NULL = no parameters. Appends. */
void plain_expression(struct buf *b, const struct huji_library *lib, const struct rule *r,
                      struct span text);
/* A tree of YAML on one line, as in the rule's text. Appends. */
struct ynode;
void plain_yaml(struct buf *b, const struct ynode *y);

#endif
