/* SPDX-License-Identifier: MulanPSL-2.0 */
/* The one file that uses names which DuckDB calls deprecated: without them a result is materialised first. */
#include "claims/stream.h"

#include <stdlib.h>

#include "base/mem.h"

struct stream {
    duckdb_connection con;
    duckdb_prepared_statement stmt;
    duckdb_result result;
    bool has_result;
    duckdb_data_chunk chunk;
    size_t n;
    int width[256];
};

static int check_types(struct stream *st, struct err *e)
{
    st->n = duckdb_column_count(&st->result);
    if (st->n > sizeof st->width / sizeof st->width[0])
        return err_set(e, ERR_LIMIT, "查询的列太多");
    for (size_t i = 0; i < st->n; i++) {
        duckdb_type t = duckdb_column_type(&st->result, i);
        st->width[i] = t == DUCKDB_TYPE_INTEGER ? 4 : t == DUCKDB_TYPE_BIGINT ? 8 : 0;
        if (!st->width[i])
            return err_set(e, ERR_DB, "列 %s 不是整数", duckdb_column_name(&st->result, i));
    }
    return 0;
}

static int start(struct stream *st, const char *sql, bool any, struct err *e)
{
    if (duckdb_prepare(st->con, sql, &st->stmt) != DuckDBSuccess)
        return db_error(e, duckdb_prepare_error(st->stmt));
    duckdb_pending_result p = NULL;
    if (duckdb_pending_prepared_streaming(st->stmt, &p) != DuckDBSuccess) {
        int rc = db_error(e, duckdb_pending_error(p));
        duckdb_destroy_pending(&p);
        return rc;
    }
    bool bad = duckdb_execute_pending(p, &st->result) != DuckDBSuccess;
    st->has_result = true;
    duckdb_destroy_pending(&p);
    if (bad)
        return db_error(e, duckdb_result_error(&st->result));
    return any ? 0 : check_types(st, e);
}

static int open_one(struct store *s, const char *sql, bool any, struct stream **out, struct err *e)
{
    struct stream *st = mem_calloc(1, sizeof *st);
    if (!st)
        return err_nomem(e);
    int rc = store_connect(s, &st->con, e);
    if (rc == 0)
        rc = start(st, sql, any, e);
    if (rc < 0) {
        stream_close(st);
        return rc;
    }
    *out = st;
    return 0;
}

int stream_open(struct store *s, const char *sql, struct stream **out, struct err *e)
{
    return open_one(s, sql, false, out, e);
}

int stream_open_any(struct store *s, const char *sql, struct stream **out, struct err *e)
{
    return open_one(s, sql, true, out, e);
}

static void fill_missing(void *data, int width, const uint64_t *valid, size_t n)
{
    for (size_t w = 0; w * 64 < n; w++) {
        uint64_t bad = ~valid[w];
        if (w * 64 + 64 > n)
            bad &= (UINT64_C(1) << (n % 64)) - 1;
        for (; bad; bad &= bad - 1) {
            size_t i = w * 64 + (size_t)__builtin_ctzll(bad);
            if (width == 4)
                ((int32_t *)data)[i] = HUJI_NONE32;
            else
                ((int64_t *)data)[i] = HUJI_NONE64;
        }
    }
}

int stream_raw(struct stream *st, duckdb_data_chunk *out, struct err *e)
{
    do {
        if (st->chunk)
            duckdb_destroy_data_chunk(&st->chunk);
        st->chunk = duckdb_fetch_chunk(st->result);
        if (!st->chunk) {
            const char *why = duckdb_result_error(&st->result);
            *out = NULL;
            return why && why[0] ? db_error(e, why) : 0;
        }
    } while (duckdb_data_chunk_get_size(st->chunk) == 0);
    *out = st->chunk;
    return 0;
}

int64_t stream_next(struct stream *st, void **data, struct err *e)
{
    duckdb_data_chunk chunk;
    int rc = stream_raw(st, &chunk, e);
    if (rc < 0 || !chunk)
        return rc;
    idx_t n = duckdb_data_chunk_get_size(chunk);
    for (size_t i = 0; i < st->n; i++) {
        duckdb_vector v = duckdb_data_chunk_get_vector(st->chunk, i);
        data[i] = duckdb_vector_get_data(v);
        const uint64_t *valid = duckdb_vector_get_validity(v);
        if (valid)
            fill_missing(data[i], st->width[i], valid, n);
    }
    return (int64_t)n;
}

size_t stream_columns(const struct stream *st)
{
    return st->n;
}

int stream_width(const struct stream *st, size_t column)
{
    return st->width[column];
}

void stream_close(struct stream *st)
{
    if (!st)
        return;
    if (st->chunk)
        duckdb_destroy_data_chunk(&st->chunk);
    if (st->has_result)
        duckdb_destroy_result(&st->result);
    if (st->stmt)
        duckdb_destroy_prepare(&st->stmt);
    if (st->con)
        duckdb_disconnect(&st->con);
    mem_free(st);
}
