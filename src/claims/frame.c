/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "claims/frame.h"

#include <stdio.h>

#include "base/mem.h"
#include "claims/chosen.h"
#include "claims/stream.h"
#include "huji.h"

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

/* ---- tables, packed ---- */

struct range {
    int64_t least, most; /* HUJI_NONE64: nothing but missing */
};

/* "[Min: 3, Max: 17][Has Null: ...", as DuckDB's stats() says of a column. */
static bool parse_range(struct span s, struct range *out)
{
    long long least, most;
    char text[64];
    snprintf(text, sizeof text, "%.*s", s.n < sizeof text ? (int)s.n : (int)sizeof text - 1, s.p);
    if (sscanf(text, "[Min: %lld, Max: %lld]", &least, &most) != 2)
        return false;
    /* of no value at all: the other way round */
    *out = least > most ? (struct range){HUJI_NONE64, HUJI_NONE64} : (struct range){least, most};
    return true;
}

/* By a look at all rows. */
static int scan_range(duckdb_connection con, const char *table, const char *field,
                      struct range *out, struct err *e)
{
    struct buf b = BUF_INIT;
    struct db_rows rows;
    buf_fmt(&b, "SELECT min(%s)::BIGINT, max(%s)::BIGINT FROM %s", field, field, table);
    int rc = b.failed ? err_nomem(e) : db_open(con, buf_cstr(&b), &rows, e);
    buf_release(&b);
    if (rc < 0)
        return rc;
    bool none = !db_next(&rows) || db_null(&rows, 0);
    out->least = none ? HUJI_NONE64 : db_i64(&rows, 0);
    out->most = none ? HUJI_NONE64 : db_i64(&rows, 1);
    db_close(&rows);
    return 0;
}

/* What each column lies within. DuckDB keeps that; only of what it has no word for are the rows looked at. */
static int ask_ranges(duckdb_connection con, const struct source *src, uint64_t all,
                      struct range *out, struct err *e)
{
    struct buf b = BUF_INIT;
    struct db_rows rows;
    const char *name[HUJI_MAX_FIELDS];
    bool known[HUJI_MAX_FIELDS] = {false};
    size_t n = 0;
    buf_str(&b, "SELECT ");
    for (size_t f = 0; f < src->n_fields; f++)
        if (all >> f & 1) {
            name[n] = src->fields[f].name;
            buf_fmt(&b, "%sstats(%s)", n ? ", " : "", name[n]);
            n++;
        }
    buf_fmt(&b, " FROM %s LIMIT 1", src->table);
    int rc = b.failed ? err_nomem(e) : db_open(con, buf_cstr(&b), &rows, e);
    buf_release(&b);
    if (rc < 0)
        return rc;
    bool row = db_next(&rows);
    for (size_t i = 0; i < n && row; i++)
        known[i] = parse_range(db_text(&rows, i), &out[i]);
    db_close(&rows);
    for (size_t i = 0; i < n && rc == 0; i++)
        if (!known[i])
            rc = scan_range(con, src->table, name[i], &out[i], e);
    return rc;
}

/* Room for the rows: each column as narrow as its values allow. */
static int measure(struct store *s, const struct source *src, uint64_t all, struct column_set *c,
                   struct err *e)
{
    struct range range[HUJI_MAX_FIELDS];
    duckdb_connection con;
    int64_t rows = 0;
    int rc = store_connect(s, &con, e);
    if (rc < 0)
        return rc;
    rc = db_int(con, e, 0, &rows, "SELECT count(*) FROM %s", src->table);
    if (rc == 0 && rows)
        rc = ask_ranges(con, src, all, range, e);
    duckdb_disconnect(&con);
    c->n_rows = (size_t)rows;
    for (size_t i = 0; i < c->n_cols && rows && rc == 0; i++) {
        struct column *col = &c->col[i];
        uint64_t wide = (uint64_t)range[i].most - (uint64_t)range[i].least;
        if (range[i].least == HUJI_NONE64)
            continue;
        col->base = range[i].least;
        col->width = wide < UINT8_MAX    ? 1
                     : wide < UINT16_MAX ? 2
                     : wide < 0xffffff   ? 3
                     : wide < UINT32_MAX ? 4
                                         : 0;
        /* a byte more: numbers of three are read as four */
        if (!(col->data = mem_alloc(c->n_rows * column_width(col) + 1)))
            rc = err_nomem(e);
    }
    return rc;
}

#define PACK(narrow, type, none, max)                                        \
    do {                                                                     \
        narrow *to = (narrow *)c->data + at;                                 \
        const type *from = data;                                             \
        for (size_t i = 0; i < n; i++)                                       \
            to[i] = from[i] == (none) ? (max) : (narrow)(from[i] - c->base); \
    } while (0)

#define PACK3(type, none)                                                              \
    do {                                                                               \
        unsigned char *to = (unsigned char *)c->data + at * 3;                         \
        const type *from = data;                                                       \
        for (size_t i = 0; i < n; i++, to += 3) {                                      \
            uint32_t v = from[i] == (none) ? 0xffffff : (uint32_t)(from[i] - c->base); \
            memcpy(to, &v, 3);                                                         \
        }                                                                              \
    } while (0)

static void pack(struct column *c, size_t at, const void *data, int width, size_t n)
{
    if (!c->data)
        return;
    if (!c->width)
        memcpy((char *)c->data + at * (size_t)width, data, n * (size_t)width);
    else if (width == 4 && c->width == 1)
        PACK(uint8_t, int32_t, HUJI_NONE32, UINT8_MAX);
    else if (width == 4 && c->width == 2)
        PACK(uint16_t, int32_t, HUJI_NONE32, UINT16_MAX);
    else if (width == 4 && c->width == 3)
        PACK3(int32_t, HUJI_NONE32);
    else if (width == 4)
        PACK(uint32_t, int32_t, HUJI_NONE32, UINT32_MAX);
    else if (c->width == 1)
        PACK(uint8_t, int64_t, HUJI_NONE64, UINT8_MAX);
    else if (c->width == 2)
        PACK(uint16_t, int64_t, HUJI_NONE64, UINT16_MAX);
    else if (c->width == 3)
        PACK3(int64_t, HUJI_NONE64);
    else
        PACK(uint32_t, int64_t, HUJI_NONE64, UINT32_MAX);
}

static int fill_packed(struct stream *st, struct column_set *out, struct err *e)
{
    void *data[HUJI_MAX_FIELDS];
    size_t at = 0;
    int64_t n;
    while ((n = stream_next(st, data, e)) > 0) {
        if (at + (size_t)n > out->n_rows)
            return err_set(e, ERR_DB, "读表时行数变了");
        for (size_t i = 0; i < out->n_cols; i++)
            pack(&out->col[i], at, data[i], stream_width(st, i), (size_t)n);
        at += (size_t)n;
    }
    if (n == 0 && at != out->n_rows)
        return err_set(e, ERR_DB, "读表时行数变了");
    return (int)n;
}

/* All fields of `all`, as they come. */
static int load_rows(struct store *s, const struct source *src, uint64_t all,
                     struct column_set *out, struct err *e)
{
    struct stream *st;
    struct buf b = BUF_INIT;
    buf_str(&b, "SELECT ");
    for (size_t f = 0; f < src->n_fields; f++)
        if (all >> f & 1) {
            buf_fmt(&b, "%s%s", out->n_cols ? ", " : "", src->fields[f].name);
            out->col[out->n_cols++].type = src->fields[f].type;
        }
    buf_fmt(&b, " FROM %s", src->table);
    int rc = b.failed ? err_nomem(e) : measure(s, src, all, out, e);
    if (rc == 0)
        rc = stream_open(s, buf_cstr(&b), &st, e);
    if (rc == 0) {
        rc = fill_packed(st, out, e);
        stream_close(st);
    }
    buf_release(&b);
    return rc;
}

/* The column of field f, of those in `all`. */
static size_t column_of(uint64_t all, int f)
{
    return (size_t)__builtin_popcountll(all & ((UINT64_C(1) << f) - 1));
}

/* Takes out the columns that were there for the order alone. */
static void keep_columns(struct column_set *c, uint64_t all, uint64_t fields)
{
    size_t from = 0, to = 0;
    for (int f = 0; f < HUJI_MAX_FIELDS; f++) {
        if (!(all >> f & 1))
            continue;
        if (fields >> f & 1)
            c->col[to++] = c->col[from];
        else
            mem_free(c->col[from].data);
        from++;
    }
    c->n_cols = to;
}

int frame_load(struct store *s, enum source_id id, uint64_t fields, const int order[FRAME_KEYS],
               struct column_set *out, struct err *e)
{
    const struct source *src = &huji_sources[id];
    const struct column *key[FRAME_KEYS];
    uint64_t all = fields;
    size_t n = 0;
    *out = (struct column_set){0};
    out->col = mem_calloc(src->n_fields + 1, sizeof *out->col);
    if (!out->col)
        return err_nomem(e);
    while (order && n < FRAME_KEYS && order[n] >= 0)
        all |= UINT64_C(1) << order[n++];
    int rc = load_rows(s, src, all, out, e);
    for (size_t i = 0; i < n && rc == 0; i++)
        key[i] = &out->col[column_of(all, order[i])];
    if (rc == 0)
        rc = column_set_sort(out, key, n, e);
    if (rc == 0) {
        keep_columns(out, all, fields);
        rc = column_set_thin(out, e);
    }
    if (rc < 0)
        column_set_release(out);
    return rc;
}

void column_set_release(struct column_set *c)
{
    for (size_t i = 0; c->col && i < c->n_cols; i++) {
        mem_free(c->col[i].data);
        mem_free(c->col[i].there);
        mem_free(c->col[i].before);
    }
    mem_free(c->col);
    *c = (struct column_set){0};
}

/* ---- dictionaries ---- */

/* Rows (id, code) in any order, each to its place. */
static int place_texts(duckdb_data_chunk chunk, struct dict *out, struct span *to, struct err *e)
{
    const int32_t *id = duckdb_vector_get_data(duckdb_data_chunk_get_vector(chunk, 0));
    if (texts_keep(chunk, 1, &out->arena, to) < 0)
        return err_nomem(e);
    for (idx_t i = 0; i < duckdb_data_chunk_get_size(chunk); i++) {
        if (id[i] < 0 || (size_t)id[i] >= out->n)
            return err_set(e, ERR_DB, "字典编号 %d 超出 0 到 %zu", id[i], out->n - 1);
        out->at[id[i]] = to[i];
    }
    return 0;
}

static int read_all(struct store *s, enum domain d, struct dict *out, struct err *e)
{
    char sql[96];
    struct stream *st;
    duckdb_data_chunk chunk;
    struct span *to = mem_alloc(duckdb_vector_size() * sizeof *to);
    out->at = mem_calloc(out->n + 1, sizeof *out->at);
    snprintf(sql, sizeof sql, "SELECT id, code FROM d_%s", huji_domain_name[d]);
    int rc = to && out->at ? stream_open_any(s, sql, &st, e) : err_nomem(e);
    if (rc == 0) {
        while (rc == 0 && (rc = stream_raw(st, &chunk, e)) == 0 && chunk)
            rc = place_texts(chunk, out, to, e);
        stream_close(st);
    }
    mem_free(to);
    for (size_t i = 0; i < out->n && rc == 0; i++)
        if (!out->at[i].p)
            rc = err_set(e, ERR_DB, "字典 d_%s 没有编号 %zu", huji_domain_name[d], i);
    return rc;
}

int dict_load(struct store *s, enum domain d, struct dict *out, struct err *e)
{
    int rc = dict_count(s, d, out, e);
    if (rc == 0)
        rc = read_all(s, d, out, e);
    out->n_at = out->n;
    if (rc < 0)
        dict_release(out);
    return rc;
}

int dict_count(struct store *s, enum domain d, struct dict *out, struct err *e)
{
    duckdb_connection con;
    int64_t n = 0;
    *out = (struct dict){0};
    int rc = store_connect(s, &con, e);
    if (rc < 0)
        return rc;
    rc = db_int(con, e, 0, &n, "SELECT count(*) FROM d_%s", huji_domain_name[d]);
    duckdb_disconnect(&con);
    out->n = (size_t)n;
    return rc;
}

/* The ids that have a text, and their texts. */
static size_t leave_out_empty(const struct id_set *ids, struct dict *d)
{
    size_t n = 0, place = 0;
    for (int64_t id = id_set_next(ids, 0); id >= 0; id = id_set_next(ids, id + 1), place++)
        if (d->at[place].n) {
            d->id[n] = (uint32_t)id;
            d->at[n++] = d->at[place];
        }
    return n;
}

static int load_texts(struct store *s, enum domain d, const char *column, struct id_set *ids,
                      struct dict *dict, struct err *e)
{
    char from[64];
    dict->id = mem_alloc((ids->n + 1) * sizeof *dict->id);
    dict->at = mem_calloc(ids->n + 1, sizeof *dict->at);
    if (!dict->id || !dict->at || id_set_count(ids) < 0)
        return err_nomem(e);
    snprintf(from, sizeof from, "d_%s", huji_domain_name[d]);
    int rc = chosen_texts(s, from, "id", column, ids, &dict->arena, dict->at, e);
    dict->n_at = rc == 0 ? leave_out_empty(ids, dict) : 0;
    return rc;
}

int dict_load_some(struct store *s, enum domain d, struct id_set *ids, struct dict *dict,
                   struct err *e)
{
    return load_texts(s, d, "code", ids, dict, e);
}

int dict_load_names(struct store *s, enum domain d, struct id_set *ids, struct dict *names,
                    struct err *e)
{
    return load_texts(s, d, "name", ids, names, e);
}

void dict_release(struct dict *d)
{
    mem_free(d->at);
    mem_free(d->id);
    arena_release(&d->arena);
    *d = (struct dict){0};
}
