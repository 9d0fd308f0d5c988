/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "run/line_ids.h"

#include <stdlib.h>

#include "base/mem.h"

int line_ids_want(struct line_ids *ids, const int64_t *no, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (map_get(&ids->at, (uint64_t)no[i]) != MAP_NONE)
            continue;
        if (mem_grow(&ids->no, &ids->cap_no, ids->n + 1, sizeof *ids->no) < 0 ||
            mem_grow(&ids->text, &ids->cap_text, ids->n + 1, sizeof *ids->text) < 0 ||
            map_put(&ids->at, (uint64_t)no[i], (uint32_t)ids->n) < 0)
            return -1;
        ids->no[ids->n] = no[i];
        ids->text[ids->n++] = (struct span){NULL, 0};
    }
    return 0;
}

/* ---- reading ---- */

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

static int take_chunk(struct line_ids *ids, duckdb_data_chunk chunk)
{
    duckdb_vector texts = duckdb_data_chunk_get_vector(chunk, 1);
    const int64_t *no = duckdb_vector_get_data(duckdb_data_chunk_get_vector(chunk, 0));
    duckdb_string_t *s = duckdb_vector_get_data(texts);
    uint64_t *valid = duckdb_vector_get_validity(texts);
    for (idx_t i = 0; i < duckdb_data_chunk_get_size(chunk); i++) {
        uint32_t k = map_get(&ids->at, (uint64_t)no[i]);
        bool none = valid && !duckdb_validity_row_is_valid(valid, i);
        struct span t = none ? (struct span){"", 0}
                             : (struct span){duckdb_string_t_data(&s[i]),
                                             duckdb_string_t_length(s[i])};
        if (k == MAP_NONE)
            continue;
        ids->text[k] = arena_span(&ids->a, t);
        if (!ids->text[k].p)
            return -1;
    }
    return 0;
}

static int read_texts(duckdb_connection con, struct line_ids *ids, struct err *e)
{
    duckdb_result r;
    int rc = db_query(
        con, "SELECT t.no, t.bkkp_sn FROM line_text t JOIN wanted_line w ON t.no = w.no", &r, e);
    if (rc < 0)
        return rc;
    for (duckdb_data_chunk chunk; (chunk = duckdb_fetch_chunk(r));) {
        if (rc == 0 && take_chunk(ids, chunk) < 0)
            rc = err_nomem(e);
        duckdb_destroy_data_chunk(&chunk);
    }
    duckdb_destroy_result(&r);
    return rc;
}

int line_ids_read(struct store *s, struct line_ids *ids, struct err *e)
{
    duckdb_connection con;
    if (ids->n_read == ids->n)
        return 0;
    int rc = store_connect(s, &con, e);
    if (rc < 0)
        return rc;
    rc = fill_wanted(con, ids->no + ids->n_read, ids->n - ids->n_read, e);
    if (rc == 0)
        rc = read_texts(con, ids, e);
    duckdb_disconnect(&con);
    for (size_t i = ids->n_read; i < ids->n && rc == 0; i++)
        if (!ids->text[i].p)
            rc = err_set(e, ERR_STATE, "费用明细 %lld 没有原文", (long long)ids->no[i]);
    if (rc == 0)
        ids->n_read = ids->n;
    return rc;
}

struct span line_ids_get(void *ids, int64_t no)
{
    const struct line_ids *l = ids;
    uint32_t i = map_get(&l->at, (uint64_t)no);
    return i == MAP_NONE || !l->text[i].p ? SPAN("?") : l->text[i];
}

void line_ids_release(struct line_ids *ids)
{
    map_release(&ids->at);
    mem_free(ids->no);
    mem_free(ids->text);
    arena_release(&ids->a);
    *ids = (struct line_ids){0};
}

/* ---- their order ---- */

/* Numbers of one county begin alike: eight bytes behind that decide nearly always. */
struct ranked {
    uint64_t key;
    uint32_t i, text;
};

static int by_id(const void *pa, const void *pb, void *texts)
{
    const struct ranked *a = pa, *b = pb;
    const struct span *at = texts;
    if (a->key != b->key)
        return a->key < b->key ? -1 : 1;
    int c = span_cmp(at[a->text], at[b->text]);
    return c ? c : (a->i > b->i) - (a->i < b->i);
}

/* How many bytes all of them have in common. */
static size_t common(const struct line_ids *ids, const struct ranked *r, size_t n)
{
    struct span s = n ? ids->text[r[0].text] : (struct span){"", 0};
    for (size_t i = 1; i < n && s.n; i++) {
        struct span t = ids->text[r[i].text];
        size_t k = 0;
        while (k < s.n && k < t.n && s.p[k] == t.p[k])
            k++;
        s.n = k;
    }
    return s.n;
}

/* What sorts as the text behind `from` does, as far as eight bytes go: what ends before is before all that go on. */
static uint64_t key_of(struct span s, size_t from)
{
    uint64_t key = 0;
    for (size_t i = from; i < from + 8; i++)
        key = key << 8 | (i < s.n ? (unsigned char)s.p[i] : 0);
    return key;
}

int line_ids_rank(const struct line_ids *ids, const int64_t *no, size_t n, uint32_t *rank,
                  struct err *e)
{
    struct ranked *r = mem_alloc((n + 1) * sizeof *r);
    if (!r)
        return err_nomem(e);
    for (size_t i = 0; i < n; i++) {
        uint32_t k = map_get(&ids->at, (uint64_t)no[i]);
        if (k == MAP_NONE || k >= ids->n_read) {
            mem_free(r);
            return err_set(e, ERR_STATE, "费用明细 %lld 的原文没有读入", (long long)no[i]);
        }
        r[i] = (struct ranked){.i = (uint32_t)i, .text = k};
    }
    size_t from = common(ids, r, n);
    for (size_t i = 0; i < n; i++)
        r[i].key = key_of(ids->text[r[i].text], from);
    qsort_r(r, n, sizeof *r, by_id, (void *)(uintptr_t)ids->text);
    for (size_t i = 0; i < n; i++)
        rank[r[i].i] = (uint32_t)i;
    mem_free(r);
    return 0;
}
