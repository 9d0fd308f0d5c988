/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * The other way of codes.h: id -> text, for SQL that reads coded columns. During an import the importer's dictionaries
 * are asked, otherwise d_* is read when a book is first asked for.
 */
#ifndef HUJI_CLAIMS_TEXTS_H
#define HUJI_CLAIMS_TEXTS_H

#include <pthread.h>

#include "base/arena.h"
#include "claims/codes.h"

struct texts {
    pthread_rwlock_t lock;
    struct text_book {
        struct span *at;
        size_t n;
        struct arena arena;
    } book[BOOK_COUNT];
};

void texts_init(struct texts *t);
void texts_release(struct texts *t);
/* Before the importer's dictionaries go. */
void texts_forget(struct texts *t);
/* Sees to it that ids up to `id` are there if they are known at all. `codes` NULL: from the tables of `db`. Called
 * without the lock; what was there may move, so read under the lock only. */
void texts_reach(struct texts *t, enum domain d, int32_t id, struct codes *codes,
                 duckdb_database db);

#endif
