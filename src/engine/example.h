/* SPDX-License-Identifier: MulanPSL-2.0 */
/* The examples in a rule's text, run through the very engine: `huji rules test`. */
#ifndef HUJI_ENGINE_EXAMPLE_H
#define HUJI_ENGINE_EXAMPLE_H

#include "engine/rule.h"

struct example_result {
    struct span rule, name;
    bool ok;
    char why[600]; /* what was expected and what came */
};

typedef void (*example_fn)(void *ctx, const struct example_result *r);

/* All examples of the rules with this base id (NULL = all rules). An example that can't be read counts as failed. While it
 * runs, knowledge tables of the library are replaced by the example's: not to be called beside other uses of `lib`. */
int examples_run(struct huji_library *lib, const char *base_id, example_fn tell, void *ctx,
                 struct err *e);

#endif
