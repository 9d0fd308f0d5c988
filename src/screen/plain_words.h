/* SPDX-License-Identifier: MulanPSL-2.0 */
/* What the words of the rule language are called in Chinese, for plain.c; names of fields come from engine/source.c. */
#ifndef HUJI_SCREEN_PLAIN_WORDS_H
#define HUJI_SCREEN_PLAIN_WORDS_H

#include "base/span.h"

enum plain_table {
    PLAIN_WORDS,    /* operators, functions, moments: and, known, min, IPT */
    PLAIN_OWNERS,   /* person, institution */
    PLAIN_PREFIXES, /* prev. inst. */
    PLAIN_ASKS,     /* the kinds' questions */
    PLAIN_KEYS,     /* of ask and at_issue */
    PLAIN_VALUES,   /* words that keys have */
    PLAIN_CODES,    /* 'cert', 'orphan' in conditions */
};

/* NULL: not known there. */
const char *plain_word(enum plain_table t, struct span s);

#endif
