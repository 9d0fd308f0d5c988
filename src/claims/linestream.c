/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Fee lines by person: the months' streams side by side, a person's rows of each in turn. */
#include <stdio.h>

#include "base/mem.h"
#include "claims/stream.h"

#define CHUNK_ROWS 8192 /* handed on when a person is complete and so many rows are there */

struct cursor {
    struct stream *st;
    void *data[64];
    size_t row, n; /* of the current rows */
    int32_t last;  /* person seen last: must not go back */
    bool end;
};

/* Rows that lie together in one cursor and will lie together in the chunk. */
struct run {
    uint32_t cursor, row, n, to;
};

struct merge {
    struct cursor *cur;
    struct run *run; /* found but not copied yet: all cursors still hold their rows */
    size_t n_run, cap_run;
    size_t n_cur, n_cols; /* asked for; psn_no comes behind them */
    struct column *col;
    size_t *cap;
    size_t n_rows;
    int32_t *person;
    uint32_t *first;
    size_t n_persons, cap_person, cap_first;
    int64_t total;
    lines_fn *fn;
    void *ctx;
};

static int32_t person_at(const struct merge *m, const struct cursor *c)
{
    return ((const int32_t *)c->data[m->n_cols])[c->row];
}

static int refill(const struct merge *m, struct cursor *c, struct err *e)
{
    int64_t n = stream_next(c->st, c->data, e);
    if (n < 0)
        return (int)n;
    c->end = n == 0;
    c->n = (size_t)n;
    c->row = 0;
    if (n && person_at(m, c) < c->last)
        return err_set(e, ERR_DB, "费用明细的存储顺序被破坏，请重建数据目录");
    return 0;
}

static int room(struct merge *m, struct err *e)
{
    for (size_t i = 0; i < m->n_cols; i++)
        if (mem_grow(&m->col[i].data, &m->cap[i], m->n_rows, (size_t)ftype_width(m->col[i].type)) <
            0)
            return err_nomem(e);
    return 0;
}

/* A run has two or three rows more often than not: a call of memcpy for each would cost more than the copy. */
static void copy32(const struct merge *m, size_t col)
{
    int32_t *to = m->col[col].i32;
    for (const struct run *r = m->run, *end = r + m->n_run; r < end; r++) {
        const int32_t *s = (const int32_t *)m->cur[r->cursor].data[col] + r->row;
        int32_t *d = to + r->to;
        uint32_t n = r->n;
        for (; n >= 4; n -= 4, s += 4, d += 4)
            memcpy(d, s, 16);
        switch (n) {
        case 3: d[2] = s[2]; __attribute__((fallthrough));
        case 2: d[1] = s[1]; __attribute__((fallthrough));
        case 1: d[0] = s[0];
        }
    }
}

static void copy64(const struct merge *m, size_t col)
{
    int64_t *to = m->col[col].i64;
    for (const struct run *r = m->run, *end = r + m->n_run; r < end; r++) {
        const int64_t *s = (const int64_t *)m->cur[r->cursor].data[col] + r->row;
        int64_t *d = to + r->to;
        uint32_t n = r->n;
        for (; n >= 4; n -= 4, s += 4, d += 4)
            memcpy(d, s, 32);
        switch (n) {
        case 3: d[2] = s[2]; __attribute__((fallthrough));
        case 2: d[1] = s[1]; __attribute__((fallthrough));
        case 1: d[0] = s[0];
        }
    }
}

/* Column by column, so that each is written in one go. */
static int copy_runs(struct merge *m, struct err *e)
{
    int rc = room(m, e);
    for (size_t i = 0; rc == 0 && i < m->n_cols; i++)
        if (ftype_width(m->col[i].type) == 4)
            copy32(m, i);
        else
            copy64(m, i);
    m->n_run = 0;
    return rc;
}

/* The rows of person p at the head of one cursor. */
static int take_rows(struct merge *m, size_t k, int32_t p, struct err *e)
{
    struct cursor *c = &m->cur[k];
    while (!c->end && person_at(m, c) == p) {
        const int32_t *psn = c->data[m->n_cols];
        size_t to = c->row + 1;
        while (to < c->n && psn[to] == p)
            to++;
        size_t n = to - c->row;
        if (mem_grow(&m->run, &m->cap_run, m->n_run + 1, sizeof *m->run) < 0)
            return err_nomem(e);
        m->run[m->n_run++] = (struct run){(uint32_t)k, (uint32_t)c->row, (uint32_t)n,
                                          (uint32_t)m->n_rows};
        m->n_rows += n;
        m->total += (int64_t)n;
        c->row = to;
        c->last = p;
        if (to == c->n) { /* its rows go away with the next fetch */
            int rc = copy_runs(m, e);
            if (rc == 0)
                rc = refill(m, c, e);
            if (rc < 0)
                return rc;
        }
    }
    return 0;
}

static int flush(struct merge *m, struct err *e)
{
    if (!m->n_persons)
        return 0;
    m->first[m->n_persons] = (uint32_t)m->n_rows;
    int rc = copy_runs(m, e);
    if (rc < 0)
        return rc;
    struct line_chunk c = {.n_rows = m->n_rows,
                           .n_cols = m->n_cols,
                           .col = m->col,
                           .n_persons = m->n_persons,
                           .person = m->person,
                           .first = m->first};
    rc = m->fn(m->ctx, &c, e);
    m->n_rows = m->n_persons = 0;
    return rc;
}

static int take_person(struct merge *m, int32_t p, struct err *e)
{
    if (mem_grow(&m->person, &m->cap_person, m->n_persons + 1, sizeof *m->person) < 0 ||
        mem_grow(&m->first, &m->cap_first, m->n_persons + 2, sizeof *m->first) < 0)
        return err_nomem(e);
    m->person[m->n_persons] = p;
    m->first[m->n_persons++] = (uint32_t)m->n_rows;
    int rc = 0;
    for (size_t i = 0; i < m->n_cur && rc == 0; i++)
        rc = take_rows(m, i, p, e);
    return rc;
}

static int merge_all(struct merge *m, struct err *e)
{
    int rc = 0;
    for (size_t i = 0; i < m->n_cur && rc == 0; i++)
        rc = refill(m, &m->cur[i], e);
    while (rc == 0) {
        int32_t p = INT32_MAX;
        for (size_t i = 0; i < m->n_cur; i++)
            if (!m->cur[i].end && person_at(m, &m->cur[i]) < p)
                p = person_at(m, &m->cur[i]);
        if (p == INT32_MAX)
            break;
        rc = take_person(m, p, e);
        if (rc == 0 && m->n_rows >= CHUNK_ROWS)
            rc = flush(m, e);
    }
    return rc == 0 ? flush(m, e) : rc;
}

static int open_segments(struct store *s, struct merge *m, const int *fields, int32_t lo,
                         int32_t hi, struct err *e)
{
    duckdb_connection con;
    struct db_rows rows;
    int rc = store_connect(s, &con, e);
    if (rc < 0)
        return rc;
    rc = db_open(con, "SELECT table_name, count(*) OVER () FROM segment ORDER BY month", &rows, e);
    struct buf b = BUF_INIT;
    while (rc == 0 && db_next(&rows)) {
        if (!m->cur)
            m->cur = mem_calloc((size_t)db_i64(&rows, 1), sizeof *m->cur);
        if (!m->cur) {
            rc = err_nomem(e);
            break;
        }
        struct span t = db_text(&rows, 0);
        buf_clear(&b);
        buf_str(&b, "SELECT ");
        for (size_t i = 0; i < m->n_cols; i++)
            buf_fmt(&b, "%s, ", huji_sources[S_LINE].fields[fields[i]].name);
        buf_fmt(&b, "psn_no FROM %.*s WHERE psn_no >= %d AND psn_no < %d", (int)t.n, t.p, lo, hi);
        struct cursor *c = &m->cur[m->n_cur];
        c->last = INT32_MIN;
        rc = b.failed ? err_nomem(e) : stream_open(s, buf_cstr(&b), &c->st, e);
        if (rc == 0)
            m->n_cur++;
    }
    db_close(&rows);
    duckdb_disconnect(&con);
    buf_release(&b);
    return rc;
}

static int check_total(struct store *s, int32_t lo, int32_t hi, int64_t got, struct err *e)
{
    duckdb_connection con;
    int64_t want = 0;
    int rc = store_connect(s, &con, e);
    if (rc < 0)
        return rc;
    rc = db_int(con, e, 0, &want,
                "SELECT CAST(sum(n) AS BIGINT) FROM line_count WHERE psn_no >= %d AND psn_no < %d",
                lo, hi);
    duckdb_disconnect(&con);
    if (rc == 0 && want != got)
        rc = err_set(e, ERR_DB, "费用明细应有 %lld 行，只读到 %lld 行", (long long)want,
                     (long long)got);
    return rc;
}

int lines_stream(struct store *s, const int *fields, size_t n, int32_t lo, int32_t hi, lines_fn *fn,
                 void *ctx, struct err *e)
{
    struct merge m = {.n_cols = n, .fn = fn, .ctx = ctx};
    if (n > 60)
        return err_set(e, ERR_LIMIT, "费用明细的字段太多");
    m.col = mem_calloc(n + 1, sizeof *m.col);
    m.cap = mem_calloc(n + 1, sizeof *m.cap);
    int rc = m.col && m.cap ? 0 : err_nomem(e);
    for (size_t i = 0; i < n && rc == 0; i++)
        m.col[i].type = huji_sources[S_LINE].fields[fields[i]].type;
    if (rc == 0)
        rc = open_segments(s, &m, fields, lo, hi, e);
    if (rc == 0)
        rc = merge_all(&m, e);
    if (rc == 0)
        rc = check_total(s, lo, hi, m.total, e);
    for (size_t i = 0; i < m.n_cur; i++)
        stream_close(m.cur[i].st);
    for (size_t i = 0; m.col && i < n; i++)
        mem_free(m.col[i].data);
    mem_free(m.cur);
    mem_free(m.run);
    mem_free(m.col);
    mem_free(m.cap);
    mem_free(m.person);
    mem_free(m.first);
    return rc;
}

int lines_ranges(struct store *s, size_t n, struct line_range *out, struct err *e)
{
    struct column_set c;
    int rc = frame_query(s, "SELECT psn_no, n FROM line_count ORDER BY psn_no", &c, e);
    if (rc < 0 || !n)
        return rc < 0 ? rc : 0;
    int64_t total = 0, sum = 0;
    for (size_t i = 0; i < c.n_rows; i++)
        total += c.col[1].i32[i];
    size_t k = 0;
    for (size_t i = 0; i < c.n_rows; i++) {
        if (!k || (k < n && out[k - 1].rows && sum >= total / (int64_t)n * (int64_t)k))
            out[k++] = (struct line_range){c.col[0].i32[i], 0, 0};
        out[k - 1].hi = c.col[0].i32[i] + 1;
        out[k - 1].rows += c.col[1].i32[i];
        sum += c.col[1].i32[i];
    }
    column_set_release(&c);
    return (int)k;
}

size_t line_ranges_join(struct line_range *r, size_t n, size_t parts, size_t last)
{
    size_t k = 0;
    for (size_t i = 0; i < n; k++) {
        struct line_range whole = r[i++];
        for (size_t part = 1; part < parts && i + last < n; part++, i++) {
            whole.hi = r[i].hi;
            whole.rows += r[i].rows;
        }
        r[k] = whole;
    }
    return k;
}
