/* SPDX-License-Identifier: MulanPSL-2.0 */
/* What the words of a knowledge point say. Each answers true and the cells behind the code, or false and why not. */
#ifndef HUJI_KNOWLEDGE_KP_WORDS_H
#define HUJI_KNOWLEDGE_KP_WORDS_H

#include "knowledge/kp.h"

struct knowledge;

/* cells: CSV cells behind the code, one row a line (indications have many). */
typedef bool kp_say_fn(const struct kp *k, const struct knowledge *words, struct buf *cells,
                       const char **why);

struct kp_class {
    const char *name;  /* 规则名称 as published */
    const char *table; /* knowledge table; NULL: never turned */
    const char *head;  /* its columns, the code first */
    kp_say_fn *say;
    const char *why; /* table NULL: the reason */
    bool pair;       /* the codes are a pair: first contains second */
};

/* NULL: a class that no rule reads. */
const struct kp_class *kp_class_find(struct span name);

#endif
