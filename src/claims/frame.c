/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "claims/frame.h"

#include <stdio.h>

#include "base/mem.h"
#include "claims/stream.h"

static int fill(struct stream *st, struct column_set *out, size_t *cap, struct err *e)
{
    void *data[256];
    int64_t n;
    while ((n = stream_next(st, data, e)) > 0) {
        for (size_t i = 0; i < out->n_cols; i++) {
            size_t w = (size_t)stream_width(st, i);
            if (mem_grow(&out->col[i].data, &cap[i], out->n_rows + (size_t)n, w) < 0)
                return err_nomem(e);
            memcpy((char *)out->col[i].data + out->n_rows * w, data[i], (size_t)n * w);
        }
        out->n_rows += (size_t)n;
    }
    return (int)n;
}

int frame_query(struct store *s, const char *sql, struct column_set *out, struct err *e)
{
    struct stream *st;
    int rc = stream_open(s, sql, &st, e);
    if (rc < 0)
        return rc;
    *out = (struct column_set){.n_cols = stream_columns(st)};
    size_t *cap = mem_calloc(out->n_cols + 1, sizeof *cap);
    out->col = mem_calloc(out->n_cols + 1, sizeof *out->col);
    rc = cap && out->col ? 0 : err_nomem(e);
    for (size_t i = 0; rc == 0 && i < out->n_cols; i++)
        out->col[i].type = stream_width(st, i) == 4 ? F_INT : F_BIG;
    if (rc == 0)
        rc = fill(st, out, cap, e);
    mem_free(cap);
    stream_close(st);
    if (rc < 0)
        column_set_release(out);
    return rc;
}

int frame_load(struct store *s, enum source_id id, const int *fields, size_t n_fields,
               const char *order_by, struct column_set *out, struct err *e)
{
    const struct source *src = &huji_sources[id];
    struct buf b = BUF_INIT;
    buf_str(&b, "SELECT ");
    for (size_t i = 0; i < n_fields; i++)
        buf_fmt(&b, "%s%s", i ? ", " : "", src->fields[fields[i]].name);
    buf_fmt(&b, " FROM %s", src->table);
    if (src->where)
        buf_fmt(&b, " WHERE %s", src->where);
    if (order_by)
        buf_fmt(&b, " ORDER BY %s", order_by);
    int rc = b.failed ? err_nomem(e) : frame_query(s, buf_cstr(&b), out, e);
    buf_release(&b);
    for (size_t i = 0; rc == 0 && i < n_fields; i++)
        out->col[i].type = src->fields[fields[i]].type;
    return rc;
}

void column_set_release(struct column_set *c)
{
    for (size_t i = 0; c->col && i < c->n_cols; i++)
        mem_free(c->col[i].data);
    mem_free(c->col);
    *c = (struct column_set){0};
}

static int fill_dict(struct db_rows *rows, bool named, struct dict *out, struct err *e)
{
    size_t cap = 0, cap_name = 0;
    while (db_next(rows)) {
        if (mem_grow(&out->at, &cap, out->n + 1, sizeof *out->at) < 0 ||
            mem_grow(&out->name, &cap_name, out->n + 1, sizeof *out->name) < 0)
            return err_nomem(e);
        out->at[out->n] = arena_span(&out->arena, db_text(rows, 0));
        out->name[out->n] = (struct span){NULL, 0};
        if (named && !db_null(rows, 1))
            out->name[out->n] = arena_span(&out->arena, db_text(rows, 1));
        if (!out->at[out->n++].p)
            return err_nomem(e);
    }
    return 0;
}

int dict_load(struct store *s, enum domain d, struct dict *out, struct err *e)
{
    char sql[96];
    bool named = domain_has_name(d);
    duckdb_connection con;
    struct db_rows rows;
    *out = (struct dict){0};
    int rc = store_connect(s, &con, e);
    if (rc < 0)
        return rc;
    snprintf(sql, sizeof sql, "SELECT code%s FROM d_%s ORDER BY id", named ? ", name" : "",
             huji_domain_name[d]);
    rc = db_open(con, sql, &rows, e);
    if (rc == 0) {
        rc = fill_dict(&rows, named, out, e);
        db_close(&rows);
    }
    duckdb_disconnect(&con);
    if (rc < 0)
        dict_release(out);
    return rc;
}

void dict_release(struct dict *d)
{
    mem_free(d->at);
    mem_free(d->name);
    arena_release(&d->arena);
    *d = (struct dict){0};
}
