/* SPDX-License-Identifier: MulanPSL-2.0 */
/* All names, titles and synonyms of all tables in one hash, so that a heading is looked up at once in every table. */
#ifndef HUJI_CLAIMS_READERS_WORDS_INDEX_H
#define HUJI_CLAIMS_READERS_WORDS_INDEX_H

#include "base/map.h"
#include "claims/schema.h"

struct word_use {
    uint32_t word;
    int16_t table, column;
    int16_t rank; /* 3 name, 2 title, 1 synonym */
};

struct word_list {
    struct names words;
    struct word_use *uses; /* by word, table, rank from 3 down, column */
    size_t n, cap;
    uint32_t *from; /* from[word] .. from[word + 1] */
};

struct words_index {
    struct word_list with, without; /* what stands in brackets at the end */
};

int words_index_build(struct words_index *w); /* 0 or -1 */
void words_index_release(struct words_index *w);
/* Column of huji_tables[table], -1 when unknown. `table` -1: in any table. */
int words_index_find(const struct words_index *w, int table, struct span heading, int *rank);

#endif
