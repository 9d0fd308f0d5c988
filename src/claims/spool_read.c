/* SPDX-License-Identifier: MulanPSL-2.0 */
/* huji_spooled: what was put aside, a part of it or all, by as many threads as there are. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "claims/spool_priv.h"

struct reading {
    const struct spool *s;
    int32_t part;
};

struct read_global {
    const struct spool *s;
    size_t *chunk, n; /* those of the part */
    _Atomic size_t next;
    idx_t column[MAX_SPOOLED];
    idx_t n_columns;
};

static void read_bind(duckdb_bind_info info)
{
    duckdb_value v = duckdb_bind_get_parameter(info, 0), p = duckdb_bind_get_parameter(info, 1);
    struct reading *r = mem_calloc(1, sizeof *r);
    idx_t rows = 0;
    if (r) {
        *r = (struct reading){(const struct spool *)(uintptr_t)duckdb_get_int64(v),
                              duckdb_get_int32(p)};
        for (size_t c = 0; c < r->s->n_cols; c++) {
            duckdb_logical_type t = duckdb_create_logical_type(r->s->col[c].type);
            duckdb_bind_add_result_column(info, r->s->col[c].name, t);
            duckdb_destroy_logical_type(&t);
        }
        for (size_t i = 0; i < r->s->n; i++)
            if (!r->part || r->s->chunk[i].part == r->part)
                rows += r->s->chunk[i].n;
        duckdb_bind_set_bind_data(info, r, mem_free);
        duckdb_bind_set_cardinality(info, rows, true);
    } else {
        duckdb_bind_set_error(info, "Out of Memory Error: huji_spooled");
    }
    duckdb_destroy_value(&v);
    duckdb_destroy_value(&p);
}

static void read_free(void *p)
{
    struct read_global *g = p;
    mem_free(g->chunk);
    mem_free(g);
}

static void read_init(duckdb_init_info info)
{
    const struct reading *r = duckdb_init_get_bind_data(info);
    struct read_global *g = mem_calloc(1, sizeof *g);
    idx_t n = duckdb_init_get_column_count(info);
    if (!g || n > MAX_SPOOLED || !(g->chunk = mem_calloc(r->s->n + 1, sizeof *g->chunk))) {
        mem_free(g);
        duckdb_init_set_error(info, "Out of Memory Error: huji_spooled");
        return;
    }
    g->s = r->s;
    g->n_columns = n;
    for (idx_t k = 0; k < n; k++)
        g->column[k] = duckdb_init_get_column_index(info, k);
    for (size_t i = 0; i < r->s->n; i++)
        if (!r->part || r->s->chunk[i].part == r->part)
            g->chunk[g->n++] = i;
    duckdb_init_set_init_data(info, g, read_free);
    duckdb_init_set_max_threads(info, (idx_t)r->s->threads);
}

static bool read_at(int fd, void *to, size_t n, uint64_t at)
{
    char *p = to;
    while (n) {
        ssize_t k = pread(fd, p, n, (off_t)at);
        if (k < 0 && errno == EINTR)
            continue;
        if (k <= 0)
            return false;
        p += k;
        n -= (size_t)k;
        at += (uint64_t)k;
    }
    return true;
}

static bool read_column(const struct spool *s, const struct chunk *k, size_t c, duckdb_vector v)
{
    const struct stripe *t = &k->stripe[c];
    size_t n = k->n * t->width;
    uint64_t nulls[ROWS / 64];
    char b[ROWS * 8], *to = duckdb_vector_get_data(v);
    bool raw = s->col[c].width == 16;
    if (!t->empty) {
        if (!read_at(s->fd, raw ? to : b, n, t->at))
            return false;
        if (!raw)
            spool_unpack(t, s->col[c].width, k->n, b, to);
    }
    if (!t->nulls)
        return true;
    if (t->empty)
        memset(nulls, 0xff, sizeof nulls);
    else if (!read_at(s->fd, nulls, sizeof nulls, t->at + n))
        return false;
    duckdb_vector_ensure_validity_writable(v);
    uint64_t *valid = duckdb_vector_get_validity(v);
    for (size_t i = 0; i < (k->n + 63) / 64; i++)
        valid[i] = ~nulls[i];
    return true;
}

static void read_run(duckdb_function_info info, duckdb_data_chunk out)
{
    struct read_global *g = duckdb_function_get_init_data(info);
    size_t i = atomic_fetch_add(&g->next, 1);
    if (i >= g->n) {
        duckdb_data_chunk_set_size(out, 0);
        return;
    }
    const struct chunk *k = &g->s->chunk[g->chunk[i]];
    bool ok = true;
    for (idx_t c = 0; c < g->n_columns && ok; c++) /* a column beyond ours: only rows are counted */
        if (g->column[c] < g->s->n_cols)
            ok = read_column(g->s, k, g->column[c], duckdb_data_chunk_get_vector(out, c));
    if (!ok)
        duckdb_function_set_error(info, "IO Error: could not read what was put aside");
    duckdb_data_chunk_set_size(out, ok ? k->n : 0);
}

duckdb_state spool_register_reader(duckdb_connection con)
{
    duckdb_table_function f = duckdb_create_table_function();
    duckdb_logical_type big = duckdb_create_logical_type(DUCKDB_TYPE_BIGINT),
                        small = duckdb_create_logical_type(DUCKDB_TYPE_INTEGER);
    duckdb_table_function_set_name(f, "huji_spooled");
    duckdb_table_function_add_parameter(f, big);
    duckdb_table_function_add_parameter(f, small);
    duckdb_table_function_set_bind(f, read_bind);
    duckdb_table_function_set_init(f, read_init);
    duckdb_table_function_set_function(f, read_run);
    duckdb_table_function_supports_projection_pushdown(f, true);
    duckdb_state st = duckdb_register_table_function(con, f);
    duckdb_destroy_table_function(&f);
    duckdb_destroy_logical_type(&big);
    duckdb_destroy_logical_type(&small);
    return st;
}
