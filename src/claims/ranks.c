/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "claims/ranks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* What sorts as the codes of `rows` do: of one house they differ in a few last characters, and 8 or 16 bytes sort far
 * faster than text. */
static int rank_key(struct import *im, const char *rows, char *key, size_t cap, struct err *e)
{
    struct db_rows r;
    struct buf b = BUF_INIT;
    buf_fmt(&b, "SELECT min(code), max(code), max(strlen(code)) FROM (%s)", rows);
    int rc = b.failed ? err_nomem(e) : db_open(im->con, buf_cstr(&b), &r, e);
    buf_release(&b);
    if (rc < 0)
        return rc;
    db_next(&r);
    struct span lo = db_text(&r, 0), hi = db_text(&r, 1);
    size_t k = 0, longest = (size_t)db_i64(&r, 2);
    while (k < lo.n && k < hi.n && lo.p[k] == hi.p[k])
        k++;
    snprintf(key, cap, longest - k > 16 ? "code" : "huji_tail%s(code, %zu::BIGINT)",
             longest - k <= 8 ? "" : "16", k);
    db_close(&r);
    return 0;
}

/* Everything sorted. */
static int rank_all(struct import *im, const struct ranked *r, const char *rows, struct err *e)
{
    char key[64];
    int rc = rank_key(im, rows, key, sizeof key, e);
    if (rc == 0)
        rc = db_exec(
            im->con, e,
            "CREATE OR REPLACE TEMP TABLE %s AS SELECT id, row_number() OVER (ORDER BY %s) - 1 AS rank FROM (SELECT "
            "%sid, code FROM (%s))",
            r->name, key, r->once ? "" : "DISTINCT ", rows);
    if (rc == 0 && im->grows)
        rc = db_exec(im->con, e, "UPDATE %s AS s SET rank = r.rank FROM %s r WHERE r.id = s.%s",
                     r->source, r->name, r->id);
    return rc;
}

struct fresh {
    struct span text;
    int32_t id;
    int64_t rank; /* -1: it is an old one */
};

/* What ranking among old ones works on. */
struct merge {
    int32_t *old; /* ids in order of their ranks */
    size_t n_old, cap_old;
    struct fresh *fresh;
    size_t n_fresh, cap_fresh;
    struct span *at; /* texts by id */
    struct rank_shift *shift;
    size_t n_shift, cap_shift;
    bool sparse; /* ranks that are none */
};

static void merge_release(struct merge *m)
{
    mem_free(m->old);
    mem_free(m->fresh);
    mem_free(m->at);
    mem_free(m->shift);
}

/* Calls `each` for all chunks of a query's result. */
typedef int chunk_fn(struct merge *m, duckdb_data_chunk chunk);
static int all_chunks(struct import *im, struct merge *m, const char *sql, chunk_fn *each,
                      struct err *e)
{
    duckdb_result r;
    int rc = db_query(im->con, sql, &r, e);
    if (rc < 0)
        return rc;
    for (duckdb_data_chunk chunk; (chunk = duckdb_fetch_chunk(r));) {
        if (rc == 0 && each(m, chunk) < 0)
            rc = err_nomem(e);
        duckdb_destroy_data_chunk(&chunk);
    }
    duckdb_destroy_result(&r);
    return rc;
}

static int take_old(struct merge *m, duckdb_data_chunk chunk)
{
    const int32_t *id = duckdb_vector_get_data(duckdb_data_chunk_get_vector(chunk, 0)),
                  *rank = duckdb_vector_get_data(duckdb_data_chunk_get_vector(chunk, 1));
    for (idx_t i = 0; i < duckdb_data_chunk_get_size(chunk); i++) {
        size_t k = (size_t)rank[i], had = m->cap_old;
        if (rank[i] < 0 || mem_grow(&m->old, &m->cap_old, k + 1, sizeof *m->old) < 0)
            return -1;
        if (m->cap_old > had)
            memset(m->old + had, 0xff, (m->cap_old - had) * sizeof *m->old);
        m->old[k] = id[i];
        if (k >= m->n_old)
            m->n_old = k + 1;
    }
    return 0;
}

static int take_fresh(struct merge *m, duckdb_data_chunk chunk)
{
    const int32_t *id = duckdb_vector_get_data(duckdb_data_chunk_get_vector(chunk, 0));
    idx_t n = duckdb_data_chunk_get_size(chunk);
    if (mem_grow(&m->fresh, &m->cap_fresh, m->n_fresh + n, sizeof *m->fresh) < 0)
        return -1;
    for (idx_t i = 0; i < n; i++)
        m->fresh[m->n_fresh++] = (struct fresh){.id = id[i]};
    return 0;
}

static int by_text(const void *a, const void *b)
{
    return span_cmp(((const struct fresh *)a)->text, ((const struct fresh *)b)->text);
}

static int load(struct import *im, const struct ranked *r, const char *rows, struct merge *m,
                struct err *e)
{
    struct codes *codes = im->store->fn.codes;
    size_t n = codes_count(codes, r->book);
    struct buf b = BUF_INIT;
    buf_fmt(&b, "SELECT %s, rank FROM %s WHERE %s IS NOT NULL AND rank IS NOT NULL", r->id,
            r->source, r->id);
    int rc = b.failed ? err_nomem(e) : all_chunks(im, m, buf_cstr(&b), take_old, e);
    buf_clear(&b);
    buf_fmt(&b, "SELECT DISTINCT id FROM (%s) WHERE NOT old AND id IS NOT NULL", rows);
    if (rc == 0)
        rc = b.failed ? err_nomem(e) : all_chunks(im, m, buf_cstr(&b), take_fresh, e);
    buf_release(&b);
    if (rc == 0 && !(m->at = mem_calloc(n + 1, sizeof *m->at)))
        rc = err_nomem(e);
    if (rc < 0)
        return rc;
    codes_texts(codes, r->book, m->at, n);
    for (size_t i = 0; i < m->n_old; i++)
        m->sparse |= m->old[i] < 0 || (size_t)m->old[i] >= n;
    for (size_t i = 0; i < m->n_fresh; i++) {
        struct fresh *f = &m->fresh[i];
        f->text = f->id >= 0 && (size_t)f->id < n ? m->at[f->id] : (struct span){"", 0};
    }
    return 0;
}

/* The first old one from `lo` on that is not before `s`: by steps that grow, since the next one is mostly near. */
static size_t place(const struct merge *m, struct span s, size_t lo)
{
    size_t step = 1, hi = lo;
    while (hi < m->n_old && span_cmp(m->at[m->old[hi]], s) < 0) {
        lo = hi + 1;
        hi += step;
        step *= 2;
    }
    if (hi > m->n_old)
        hi = m->n_old;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (span_cmp(m->at[m->old[mid]], s) < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

static int merge_ranks(struct merge *m, struct err *e)
{
    size_t at = 0, given = 0;
    if (m->n_fresh)
        qsort(m->fresh, m->n_fresh, sizeof *m->fresh, by_text);
    for (size_t i = 0; i < m->n_fresh; i++) {
        struct fresh *f = &m->fresh[i];
        at = place(m, f->text, at);
        f->rank = -1;
        if (at < m->n_old && m->old[at] == f->id)
            continue;
        f->rank = (int64_t)(at + given++);
        if (m->n_shift == 0 || m->shift[m->n_shift - 1].from != (int64_t)at) {
            if (mem_grow(&m->shift, &m->cap_shift, m->n_shift + 1, sizeof *m->shift) < 0)
                return err_nomem(e);
            m->shift[m->n_shift++].from = (int64_t)at;
        }
        m->shift[m->n_shift - 1].by = (int64_t)given;
    }
    return 0;
}

static int append_fresh(struct import *im, const struct ranked *r, const struct merge *m,
                        struct err *e)
{
    duckdb_appender app;
    bool bad = duckdb_appender_create_ext(im->con, "temp", "main", r->name, &app) != DuckDBSuccess;
    for (size_t i = 0; i < m->n_fresh && !bad; i++)
        if (m->fresh[i].rank >= 0)
            bad = duckdb_append_int32(app, m->fresh[i].id) != DuckDBSuccess ||
                  duckdb_append_int64(app, m->fresh[i].rank) != DuckDBSuccess ||
                  duckdb_appender_end_row(app) != DuckDBSuccess;
    bad = bad || duckdb_appender_close(app) != DuckDBSuccess;
    int rc = bad ? db_append_error(app, e) : 0;
    duckdb_appender_destroy(&app);
    return rc;
}

static int write(struct import *im, const struct ranked *r, struct merge *m, struct err *e)
{
    struct function_context *fn = &im->store->fn;
    int rc = db_exec(im->con, e, "CREATE OR REPLACE TEMP TABLE %s(id INTEGER, rank BIGINT)",
                     r->name);
    if (rc == 0)
        rc = append_fresh(im, r, m, e);
    fn->shift = m->shift;
    fn->n_shift = m->n_shift;
    if (rc == 0 && m->n_shift && m->shift[0].from < (int64_t)m->n_old)
        rc = db_exec(im->con, e,
                     "UPDATE %s SET rank = rank + huji_shift(rank::BIGINT) WHERE rank >= %lld",
                     r->source, (long long)m->shift[0].from);
    fn->shift = NULL;
    fn->n_shift = 0;
    if (rc == 0 && r->touched)
        rc = db_exec(im->con, e,
                     "INSERT INTO %s SELECT %s, rank FROM %s WHERE %s IN (SELECT id FROM %s)",
                     r->name, r->id, r->source, r->id, r->touched);
    return rc;
}

int ranks_make(struct import *im, const struct ranked *r, const char *rows, struct err *e)
{
    struct merge m = {0};
    int rc = im->grows ? load(im, r, rows, &m, e) : 0;
    if (rc == 0 && (!im->grows || m.sparse)) {
        rc = rank_all(im, r, rows, e);
    } else if (rc == 0) {
        rc = merge_ranks(&m, e);
        if (rc == 0)
            rc = write(im, r, &m, e);
    }
    merge_release(&m);
    return rc;
}
