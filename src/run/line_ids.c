/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "run/line_ids.h"

#include <stdlib.h>

#include "base/mem.h"

static int fill_wanted(duckdb_connection con, const int64_t *no, size_t n, struct err *e)
{
    duckdb_appender app = NULL;
    int rc = db_run(con, "CREATE OR REPLACE TEMP TABLE wanted_line(no BIGINT)", e);
    if (rc == 0 &&
        duckdb_appender_create_ext(con, "temp", "main", "wanted_line", &app) != DuckDBSuccess)
        rc = db_append_error(app, e);
    for (size_t i = 0; i < n && rc == 0; i++)
        if (duckdb_append_int64(app, no[i]) != DuckDBSuccess ||
            duckdb_appender_end_row(app) != DuckDBSuccess)
            rc = db_append_error(app, e);
    if (rc == 0 && duckdb_appender_flush(app) != DuckDBSuccess)
        rc = db_append_error(app, e);
    duckdb_appender_destroy(&app);
    return rc;
}

static int read_texts(duckdb_connection con, struct line_ids *out, struct err *e)
{
    struct db_rows rows;
    int rc = db_open(
        con,
        "SELECT t.no, t.bkkp_sn FROM line_text t JOIN (SELECT DISTINCT no FROM wanted_line) w ON t.no = w.no",
        &rows, e);
    if (rc < 0)
        return rc;
    while (rc == 0 && db_next(&rows)) {
        struct span s = arena_span(&out->a, db_text(&rows, 1));
        if (!s.p || mem_grow(&out->text, &out->cap, out->n + 1, sizeof *out->text) < 0 ||
            map_put(&out->at, (uint64_t)db_i64(&rows, 0), (uint32_t)out->n) < 0)
            rc = err_nomem(e);
        else
            out->text[out->n++] = s;
    }
    db_close(&rows);
    return rc;
}

int line_ids_load(struct store *s, const int64_t *no, size_t n, struct line_ids *out, struct err *e)
{
    duckdb_connection con;
    *out = (struct line_ids){0};
    if (!n)
        return 0;
    int rc = store_connect(s, &con, e);
    if (rc < 0)
        return rc;
    rc = fill_wanted(con, no, n, e);
    if (rc == 0)
        rc = read_texts(con, out, e);
    duckdb_disconnect(&con);
    for (size_t i = 0; i < n && rc == 0; i++)
        if (map_get(&out->at, (uint64_t)no[i]) == MAP_NONE)
            rc = err_set(e, ERR_STATE, "费用明细 %lld 没有原文", (long long)no[i]);
    return rc;
}

struct span line_ids_get(void *ids, int64_t no)
{
    const struct line_ids *l = ids;
    uint32_t i = map_get(&l->at, (uint64_t)no);
    return i == MAP_NONE ? SPAN("?") : l->text[i];
}

void line_ids_release(struct line_ids *ids)
{
    map_release(&ids->at);
    mem_free(ids->text);
    arena_release(&ids->a);
    *ids = (struct line_ids){0};
}

struct ranked {
    struct span id;
    size_t i;
};

static int by_id(const void *pa, const void *pb)
{
    const struct ranked *a = pa, *b = pb;
    int c = span_cmp(a->id, b->id);
    return c ? c : (a->i > b->i) - (a->i < b->i);
}

int line_ranks(void *store, const int64_t *no, size_t n, uint32_t *rank, struct err *e)
{
    struct line_ids ids;
    int rc = line_ids_load(store, no, n, &ids, e);
    struct ranked *r = rc == 0 ? mem_alloc((n + 1) * sizeof *r) : NULL;
    if (rc == 0 && !r)
        rc = err_nomem(e);
    for (size_t i = 0; i < n && rc == 0; i++)
        r[i] = (struct ranked){line_ids_get(&ids, no[i]), i};
    if (rc == 0) {
        qsort(r, n, sizeof *r, by_id);
        for (size_t i = 0; i < n; i++)
            rank[r[i].i] = (uint32_t)i;
    }
    mem_free(r);
    line_ids_release(&ids);
    return rc;
}
