/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "claims/chosen.h"

#include <inttypes.h>

#include "base/mem.h"

static void is_chosen(duckdb_function_info info, duckdb_data_chunk in, duckdb_vector out)
{
    (void)info;
    idx_t n = duckdb_data_chunk_get_size(in);
    const int64_t *id = duckdb_vector_get_data(duckdb_data_chunk_get_vector(in, 0));
    const int64_t *set = duckdb_vector_get_data(duckdb_data_chunk_get_vector(in, 1));
    bool *to = duckdb_vector_get_data(out);
    const struct id_set *of = n ? (const struct id_set *)(uintptr_t)set[0] : NULL;
    for (idx_t i = 0; i < n; i++)
        to[i] = id_set_has(of, id[i]);
}

int chosen_register(duckdb_connection con, struct err *e)
{
    duckdb_scalar_function f = duckdb_create_scalar_function();
    duckdb_logical_type big = duckdb_create_logical_type(DUCKDB_TYPE_BIGINT),
                        yes = duckdb_create_logical_type(DUCKDB_TYPE_BOOLEAN);
    duckdb_scalar_function_set_name(f, "huji_chosen");
    duckdb_scalar_function_add_parameter(f, big);
    duckdb_scalar_function_add_parameter(f, big);
    duckdb_scalar_function_set_return_type(f, yes);
    duckdb_scalar_function_set_function(f, is_chosen);
    duckdb_state st = duckdb_register_scalar_function(con, f);
    duckdb_destroy_logical_type(&big);
    duckdb_destroy_logical_type(&yes);
    duckdb_destroy_scalar_function(&f);
    return st == DuckDBSuccess ? 0 : err_set(e, ERR_DB, "登记函数 huji_chosen 失败");
}

int texts_keep(duckdb_data_chunk chunk, idx_t column, struct arena *a, struct span *to)
{
    duckdb_vector v = duckdb_data_chunk_get_vector(chunk, column);
    duckdb_string_t *s = duckdb_vector_get_data(v);
    uint64_t *valid = duckdb_vector_get_validity(v);
    idx_t n = duckdb_data_chunk_get_size(chunk);
    size_t bytes = 1;
    for (idx_t i = 0; i < n; i++) {
        bool there = !valid || duckdb_validity_row_is_valid(valid, i);
        to[i].n = there ? duckdb_string_t_length(s[i]) : 0;
        bytes += to[i].n;
    }
    char *at = arena_alloc(a, bytes);
    if (!at)
        return -1;
    for (idx_t i = 0; i < n; i++) {
        if (to[i].n)
            memcpy(at, duckdb_string_t_data(&s[i]), to[i].n);
        to[i].p = at;
        at += to[i].n;
    }
    return 0;
}

/* Rows (id, text), each to its place. */
static int take(duckdb_data_chunk chunk, const struct id_set *set, struct arena *a,
                struct span *some, struct span *text, struct err *e)
{
    const int64_t *id = duckdb_vector_get_data(duckdb_data_chunk_get_vector(chunk, 0));
    if (texts_keep(chunk, 1, a, some) < 0)
        return err_nomem(e);
    for (idx_t i = 0; i < duckdb_data_chunk_get_size(chunk); i++) {
        if (!id_set_has(set, id[i]))
            return err_set(e, ERR_DB, "读到了没有要的行：%lld", (long long)id[i]);
        text[id_set_place(set, id[i])] = some[i];
    }
    return 0;
}

static int read_rows(duckdb_connection con, const char *sql, const struct id_set *set,
                     struct arena *a, struct span *text, struct err *e)
{
    duckdb_result r;
    struct span *some = mem_alloc(duckdb_vector_size() * sizeof *some);
    if (!some)
        return err_nomem(e);
    int rc = db_query(con, sql, &r, e);
    if (rc == 0) {
        for (duckdb_data_chunk chunk; (chunk = duckdb_fetch_chunk(r));) {
            if (rc == 0)
                rc = take(chunk, set, a, some, text, e);
            duckdb_destroy_data_chunk(&chunk);
        }
        duckdb_destroy_result(&r);
    }
    mem_free(some);
    return rc;
}

int chosen_texts(struct store *s, const char *from, const char *id, const char *column,
                 const struct id_set *set, struct arena *a, struct span *text, struct err *e)
{
    struct buf b = BUF_INIT;
    duckdb_connection con;
    int rc = store_connect(s, &con, e);
    if (rc < 0)
        return rc;
    buf_fmt(&b, "SELECT %s::BIGINT, %s FROM %s WHERE huji_chosen(%s, %" PRIdPTR ")", id, column,
            from, id, (intptr_t)set);
    rc = b.failed ? err_nomem(e) : read_rows(con, buf_cstr(&b), set, a, text, e);
    duckdb_disconnect(&con);
    buf_release(&b);
    return rc;
}
