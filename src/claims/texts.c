/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "claims/texts.h"

#include <stdio.h>

#include "base/mem.h"
#include "claims/db.h"

void texts_init(struct texts *t)
{
    *t = (struct texts){0};
    pthread_rwlock_init(&t->lock, NULL);
}

static void clear_book(struct text_book *b)
{
    mem_free(b->at);
    arena_release(&b->arena);
    *b = (struct text_book){0};
}

void texts_forget(struct texts *t)
{
    pthread_rwlock_wrlock(&t->lock);
    for (int d = 0; d < BOOK_COUNT; d++)
        clear_book(&t->book[d]);
    pthread_rwlock_unlock(&t->lock);
}

void texts_release(struct texts *t)
{
    texts_forget(t);
    pthread_rwlock_destroy(&t->lock);
}

static void from_codes(struct text_book *b, enum domain d, struct codes *codes)
{
    size_t n = codes_count(codes, d);
    struct span *at = mem_calloc(n + 1, sizeof *at);
    if (!at)
        return;
    codes_texts(codes, d, at, n);
    clear_book(b);
    b->at = at;
    b->n = n;
}

static void read_rows(struct text_book *b, struct db_rows *rows)
{
    size_t cap = 0;
    while (db_next(rows)) {
        if (mem_grow(&b->at, &cap, b->n + 1, sizeof *b->at) < 0)
            return;
        b->at[b->n] = arena_span(&b->arena, db_text(rows, 0));
        if (!b->at[b->n].p)
            return;
        b->n++;
    }
}

static void from_tables(struct text_book *b, enum domain d, duckdb_database db)
{
    duckdb_connection con;
    struct db_rows rows;
    char sql[64];
    if (duckdb_connect(db, &con) != DuckDBSuccess)
        return;
    snprintf(sql, sizeof sql, "SELECT code FROM d_%s ORDER BY id", codes_book_name(d));
    clear_book(b);
    if (db_open(con, sql, &rows, NULL) == 0) {
        read_rows(b, &rows);
        db_close(&rows);
    }
    duckdb_disconnect(&con);
}

void texts_reach(struct texts *t, enum domain d, int32_t id, struct codes *codes,
                 duckdb_database db)
{
    pthread_rwlock_wrlock(&t->lock);
    struct text_book *b = &t->book[d];
    if (id >= 0 && (size_t)id >= b->n) {
        if (codes)
            from_codes(b, d, codes);
        else
            from_tables(b, d, db);
    }
    pthread_rwlock_unlock(&t->lock);
}
