/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Makes the file: persons in slices; each table of a slice is a stream in order of persons, and they go side by side. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/map.h"
#include "base/mem.h"
#include "claims/stream.h"
#include "run/records_make.h"

enum { SLICE_LINES = 2000000, SLICE_MOST = 200000 };

/* ---- one table of a slice, person by person ---- */

struct pull {
    struct stream *st;
    void *data[HUJI_MAX_FIELDS + 4];
    int64_t n, at;
    size_t cols; /* psn_no is the first */
    int width[HUJI_MAX_FIELDS + 4];
    bool end;
};

struct maker {
    struct store *store;
    const struct progress *progress;
    struct records_file file;
    struct pull pull[RECORDS_SOURCES], diag, lookup[LOOKUP_COUNT];
    struct id_texts names[5]; /* visits, settlements, texts, lines, persons */
    int64_t *col[HUJI_MAX_FIELDS];
    size_t cap_col[HUJI_MAX_FIELDS];
    struct own visit, setl, text_id, line;
    struct buf rows, texts;
    struct packer packer;
    int32_t next; /* person */
    uint64_t n_lines;
    bool any, failed;
};

static int pull_more(struct pull *p, struct err *e)
{
    p->at = 0;
    p->n = stream_next(p->st, p->data, e);
    p->end = p->n <= 0;
    return p->n < 0 ? (int)p->n : 0;
}

static int pull_open(struct store *s, const char *sql, struct pull *p, struct err *e)
{
    int rc = stream_open(s, sql, &p->st, e);
    if (rc < 0)
        return rc;
    p->cols = stream_columns(p->st);
    for (size_t c = 0; c < p->cols; c++)
        p->width[c] = stream_width(p->st, c);
    return pull_more(p, e);
}

static void pull_close(struct pull *p)
{
    if (p->st)
        stream_close(p->st);
    *p = (struct pull){.st = NULL};
}

static int64_t pull_cell(const struct pull *p, size_t c)
{
    if (p->width[c] == 8)
        return ((const int64_t *)p->data[c])[p->at];
    int32_t v = ((const int32_t *)p->data[c])[p->at];
    return v == HUJI_NONE32 ? HUJI_NONE64 : v;
}

/* ---- numbers within a person ---- */

static void own_clear(struct own *o)
{
    map_clear(&o->map);
    o->n = 0;
}

static int64_t own_number(struct own *o, int64_t id, bool *failed)
{
    if (id == HUJI_NONE64)
        return id;
    uint32_t at = map_get(&o->map, (uint64_t)id);
    if (at != MAP_NONE)
        return at;
    if (mem_grow(&o->id, &o->cap, o->n + 1, sizeof *o->id) < 0 ||
        map_put(&o->map, (uint64_t)id, (uint32_t)o->n) < 0) {
        *failed = true;
        return 0;
    }
    o->id[o->n] = id;
    return (int64_t)o->n++;
}

/* ---- rows ---- */

static int rows_room(struct maker *m, size_t n_cols, size_t n, struct err *e)
{
    for (size_t c = 0; c < n_cols; c++)
        if (mem_grow(&m->col[c], &m->cap_col[c], n + 1, sizeof *m->col[c]) < 0)
            return err_nomem(e);
    return 0;
}

static int take_person(struct maker *m, struct pull *p, int32_t person, size_t *n, struct err *e)
{
    int rc = 0;
    *n = 0;
    while (rc == 0 && !p->end && pull_cell(p, 0) == person) {
        if ((rc = rows_room(m, p->cols - 1, *n, e)) < 0)
            break;
        for (size_t c = 1; c < p->cols; c++)
            m->col[c - 1][*n] = pull_cell(p, c);
        (*n)++;
        if (++p->at == p->n)
            rc = pull_more(p, e);
    }
    return rc;
}

static int put_rows(struct maker *m, size_t n_cols, size_t n, uint64_t lists, struct err *e)
{
    put_number(&m->rows, n);
    return n && pack_table(&m->packer, &m->rows, m->col, n_cols, n, lists) < 0 ? err_nomem(e) : 0;
}

/* The store's numbers of visits, settlements and texts become the person's own. */
static void renumber(struct maker *m, enum source_id s, size_t n)
{
    const struct source *src = &huji_sources[s];
    for (size_t f = 0; f < src->n_fields; f++) {
        const struct field *x = &src->fields[f];
        struct own *o = x->domain == D_VISIT  ? &m->visit
                        : x->domain == D_SETL ? &m->setl
                        : x->domain == D_TEXT ? &m->text_id
                                              : NULL;
        for (size_t i = 0; o && i < n; i++)
            m->col[f][i] = own_number(o, m->col[f][i], &m->failed);
    }
    int psn = source_field(s, SPAN("psn_no"));
    for (size_t i = 0; psn >= 0 && i < n; i++)
        m->col[psn][i] = HUJI_NONE64;
}

/* Lines bear their place; what a refund names is the place of the line, or -2 where it is not this person's. */
static void renumber_lines(struct maker *m, size_t n)
{
    int no = source_field(S_LINE, SPAN("no")), init = source_field(S_LINE, SPAN("init_no"));
    own_clear(&m->line);
    for (size_t i = 0; i < n; i++)
        own_number(&m->line, m->col[no][i], &m->failed);
    for (size_t i = 0; i < n; i++) {
        int64_t of = m->col[init][i];
        uint32_t at = of < 0 ? MAP_NONE : map_get(&m->line.map, (uint64_t)of);
        m->col[init][i] = of < 0 ? of : at == MAP_NONE ? -2 : (int64_t)at;
        m->col[no][i] = HUJI_NONE64;
    }
    renumber(m, S_LINE, n);
}

static int put_sources(struct maker *m, int32_t person, const struct line_chunk *lines, size_t k,
                       struct err *e)
{
    size_t n;
    int rc = 0;
    for (int i = 0; i < RECORDS_SOURCES - 1 && rc == 0; i++) {
        enum source_id s = records_sources[i];
        if ((rc = take_person(m, &m->pull[i], person, &n, e)) < 0)
            break;
        renumber(m, s, n);
        m->any |= n > 0;
        rc = put_rows(m, huji_sources[s].n_fields, n, records_lists(s), e);
    }
    n = lines ? lines->first[k + 1] - lines->first[k] : 0;
    size_t cols = huji_sources[S_LINE].n_fields;
    if (rc == 0)
        rc = rows_room(m, cols, n, e);
    for (size_t c = 0; rc == 0 && c < cols; c++)
        for (size_t i = 0; i < n; i++) {
            size_t at = lines->first[k] + i;
            int32_t v;
            if (ftype_width(huji_sources[S_LINE].fields[c].type) == 8)
                m->col[c][i] = lines->col[c].i64[at];
            else
                m->col[c][i] = (v = lines->col[c].i32[at]) == HUJI_NONE32 ? HUJI_NONE64 : v;
        }
    if (rc == 0) {
        m->any |= n > 0;
        m->n_lines += n;
        renumber_lines(m, n);
        rc = put_rows(m, cols, n, records_lists(S_LINE), e);
    }
    return rc;
}

static int put_rest(struct maker *m, int32_t person, struct err *e)
{
    size_t n;
    int rc = take_person(m, &m->diag, person, &n, e);
    for (size_t i = 0; rc == 0 && i < n; i++)
        m->col[0][i] = own_number(&m->visit, m->col[0][i], &m->failed);
    for (size_t i = 1; rc == 0 && i < n; i++) /* by the person's own numbers; few, nearly so */
        for (size_t k = i; k > 0 && m->col[0][k] < m->col[0][k - 1]; k--)
            for (int c = 0; c < 2; c++) {
                int64_t t = m->col[c][k];
                m->col[c][k] = m->col[c][k - 1];
                m->col[c][k - 1] = t;
            }
    if (rc == 0)
        rc = put_rows(m, 2, n, 1, e);
    for (int l = 0; l < LOOKUP_COUNT && rc == 0; l++) {
        if (!lookup_of_person((enum lookup_id)l))
            continue;
        rc = take_person(m, &m->lookup[l], person, &n, e);
        m->any |= n > 0;
        if (rc == 0)
            rc = put_rows(m, m->lookup[l].cols ? m->lookup[l].cols - 1 : 0, n, 0, e);
    }
    return rc;
}

/* ---- texts ---- */

static void put_texts(struct maker *m, const struct own *o, const struct id_texts *t)
{
    struct span before = {"", 0};
    put_number(&m->texts, o->n);
    for (size_t i = 0; i < o->n; i++) {
        uint32_t at = map_get(&t->map, (uint64_t)o->id[i]);
        struct span s = at == MAP_NONE ? SPAN("?") : t->text[at];
        size_t same = 0;
        while (same < s.n && same < before.n && s.p[same] == before.p[same])
            same++;
        put_number(&m->texts, same);
        put_number(&m->texts, s.n - same);
        buf_add(&m->texts, s.p + same, s.n - same);
        before = s;
    }
}

static int id_texts_load(struct store *s, const char *sql, struct id_texts *t, struct err *e)
{
    duckdb_connection con;
    struct db_rows rows;
    int rc = store_connect(s, &con, e);
    if (rc < 0)
        return rc;
    map_clear(&t->map);
    arena_reset(&t->a);
    t->n = 0;
    rc = db_open(con, sql, &rows, e);
    while (rc == 0 && db_next(&rows)) {
        struct span text = arena_span(&t->a, db_text(&rows, 1));
        if (!text.p || mem_grow(&t->text, &t->cap, t->n + 1, sizeof *t->text) < 0 ||
            map_put(&t->map, (uint64_t)db_i64(&rows, 0), (uint32_t)t->n) < 0)
            rc = err_nomem(e);
        else
            t->text[t->n++] = text;
    }
    db_close(&rows);
    duckdb_disconnect(&con);
    return rc;
}

static void id_texts_release(struct id_texts *t)
{
    map_release(&t->map);
    arena_release(&t->a);
    mem_free(t->text);
}

/* Every number of a domain that this slice's rows bear. */
static void ids_sql(struct buf *q, enum domain d, int32_t lo, int32_t hi)
{
    const char *sep = "";
    for (int i = 0; i < RECORDS_SOURCES; i++) {
        const struct source *src = &huji_sources[records_sources[i]];
        for (size_t f = 0; f < src->n_fields; f++) {
            bool own = src->fields[f].domain == d;
            bool line = records_sources[i] == S_LINE; /* theirs are in the other tables */
            if (!own || (line && d != D_TEXT))
                continue;
            buf_fmt(q, "%sSELECT %s AS id FROM %s WHERE psn_no >= %d AND psn_no < %d", sep,
                    src->fields[f].name, src->table, lo, hi);
            sep = " UNION ALL ";
        }
    }
}

static int slice_texts(struct maker *m, int32_t lo, int32_t hi, struct err *e)
{
    static const enum domain d[3] = {D_VISIT, D_SETL, D_TEXT};
    struct buf q = BUF_INIT;
    int rc = 0;
    for (int i = 0; i < 3 && rc == 0; i++) {
        buf_clear(&q);
        buf_fmt(&q, "SELECT id, code FROM d_%s WHERE id IN (", huji_domain_name[d[i]]);
        ids_sql(&q, d[i], lo, hi);
        buf_char(&q, ')');
        rc = q.failed ? err_nomem(e) : id_texts_load(m->store, buf_cstr(&q), &m->names[i], e);
    }
    buf_clear(&q);
    buf_fmt(
        &q,
        "SELECT no, bkkp_sn FROM line_text WHERE no IN (SELECT no FROM s_line WHERE psn_no >= %d "
        "AND psn_no < %d)",
        lo, hi);
    if (rc == 0)
        rc = q.failed ? err_nomem(e) : id_texts_load(m->store, buf_cstr(&q), &m->names[3], e);
    buf_clear(&q);
    buf_fmt(&q, "SELECT id, code FROM d_person WHERE id >= %d AND id < %d", lo, hi);
    if (rc == 0)
        rc = q.failed ? err_nomem(e) : id_texts_load(m->store, buf_cstr(&q), &m->names[4], e);
    buf_release(&q);
    return rc;
}

static int put_person(struct maker *m, int32_t person, const struct line_chunk *lines, size_t k,
                      struct err *e)
{
    struct buf head = BUF_INIT, body;
    buf_clear(&m->rows);
    buf_clear(&m->texts);
    own_clear(&m->visit);
    own_clear(&m->setl);
    own_clear(&m->text_id);
    own_clear(&m->line);
    m->any = false;
    int rc = put_sources(m, person, lines, k, e);
    if (rc == 0)
        rc = put_rest(m, person, e);
    if (rc < 0)
        return rc;
    uint32_t at = map_get(&m->names[4].map, (uint64_t)person);
    struct span psn = at == MAP_NONE ? (struct span){"", 0} : m->names[4].text[at];
    put_number(&m->texts, psn.n);
    buf_span(&m->texts, psn);
    put_texts(m, &m->visit, &m->names[0]);
    put_texts(m, &m->setl, &m->names[1]);
    put_texts(m, &m->text_id, &m->names[2]);
    put_texts(m, &m->line, &m->names[3]);
    if (m->any) {
        put_number(&head, m->visit.n);
        put_number(&head, m->setl.n);
        put_number(&head, m->text_id.n);
        buf_add(&head, m->rows.p, m->rows.n);
    }
    body = head;
    rc = m->failed || head.failed || m->texts.failed
             ? err_nomem(e)
             : records_put_person(&m->file, psn, (struct span){buf_cstr(&body), body.n},
                                  (struct span){buf_cstr(&m->texts), m->texts.n}, e);
    buf_release(&head);
    return rc;
}

static int until(struct maker *m, int32_t person, struct err *e)
{
    int rc = 0;
    for (; m->next < person && rc == 0; m->next++)
        rc = put_person(m, m->next, NULL, 0, e);
    return rc;
}

static int on_lines(void *ctx, const struct line_chunk *c, struct err *e)
{
    struct maker *m = ctx;
    int rc = 0;
    for (size_t k = 0; k < c->n_persons && rc == 0; k++) {
        if (c->person[k] < m->next)
            return err_set(e, ERR_STATE, "费用明细没有按人员排序");
        if ((rc = until(m, c->person[k], e)) == 0)
            rc = put_person(m, c->person[k], c, k, e);
        m->next = c->person[k] + 1;
    }
    if (rc == 0 && progress_cancelled(m->progress))
        rc = err_set(e, ERR_STATE, "停下了");
    return rc;
}

/* ---- slices ---- */

static void source_sql(struct buf *q, enum source_id s, int32_t lo, int32_t hi)
{
    const struct source *src = &huji_sources[s];
    bool ranked = source_field(s, SPAN("rank")) >= 0;
    buf_str(q, "SELECT psn_no");
    for (size_t f = 0; f < src->n_fields; f++)
        buf_fmt(q, ", %s", src->fields[f].name);
    buf_fmt(q, " FROM %s WHERE psn_no >= %d AND psn_no < %d ORDER BY psn_no, %s%s%s", src->table,
            lo, hi, src->time_field ? src->time_field : "", src->time_field ? " nulls last, " : "",
            ranked ? "rank" : src->id_field);
}

static int lookup_pull(struct maker *m, enum lookup_id l, int32_t lo, int32_t hi, struct err *e)
{
    const struct lookup_def *d = &huji_lookups[l];
    struct buf q = BUF_INIT;
    char table[64];
    snprintf(table, sizeof table, "l_%s", d->name);
    if (!store_has(m->store, table)) {
        m->lookup[l].end = true;
        return 0;
    }
    buf_fmt(&q, "SELECT %s", d->key[0].name);
    for (int k = 1; k < d->n_key; k++)
        buf_fmt(&q, ", %s", d->key[k].name);
    buf_str(&q, ", b, e");
    for (int k = 0; k < d->n_value; k++)
        buf_fmt(&q, ", %s::BIGINT", d->value[k]);
    buf_fmt(&q, " FROM %s WHERE %s >= %d AND %s < %d ORDER BY ALL", table, d->key[0].name, lo,
            d->key[0].name, hi);
    int rc = q.failed ? err_nomem(e) : pull_open(m->store, buf_cstr(&q), &m->lookup[l], e);
    buf_release(&q);
    return rc;
}

static int slice_open(struct maker *m, int32_t lo, int32_t hi, struct err *e)
{
    struct buf q = BUF_INIT;
    int rc = slice_texts(m, lo, hi, e);
    for (int i = 0; i < RECORDS_SOURCES - 1 && rc == 0; i++) {
        buf_clear(&q);
        source_sql(&q, records_sources[i], lo, hi);
        rc = q.failed ? err_nomem(e) : pull_open(m->store, buf_cstr(&q), &m->pull[i], e);
    }
    buf_clear(&q);
    buf_fmt(
        &q,
        "SELECT v.psn_no, d.mdtrt_id, d.dx FROM s_diag d JOIN s_visit v ON v.mdtrt_id = d.mdtrt_id "
        "WHERE v.psn_no >= %d AND v.psn_no < %d AND d.dx IS NOT NULL ORDER BY 1, 2, 3",
        lo, hi);
    if (rc == 0)
        rc = q.failed ? err_nomem(e) : pull_open(m->store, buf_cstr(&q), &m->diag, e);
    for (int l = 0; l < LOOKUP_COUNT && rc == 0; l++)
        if (lookup_of_person((enum lookup_id)l))
            rc = lookup_pull(m, (enum lookup_id)l, lo, hi, e);
    buf_release(&q);
    return rc;
}

static void slice_close(struct maker *m)
{
    for (int i = 0; i < RECORDS_SOURCES - 1; i++)
        pull_close(&m->pull[i]);
    pull_close(&m->diag);
    for (int l = 0; l < LOOKUP_COUNT; l++)
        pull_close(&m->lookup[l]);
}

static int slice(struct maker *m, int32_t lo, int32_t hi, struct err *e)
{
    int field[HUJI_MAX_FIELDS];
    size_t n = huji_sources[S_LINE].n_fields;
    for (size_t f = 0; f < n; f++)
        field[f] = (int)f;
    int rc = slice_open(m, lo, hi, e);
    m->next = lo;
    if (rc == 0)
        rc = lines_stream(m->store, field, n, lo, hi, on_lines, m, e);
    if (rc == 0)
        rc = until(m, hi, e);
    slice_close(m);
    return rc;
}

static void maker_release(struct maker *m)
{
    slice_close(m);
    for (int i = 0; i < 5; i++)
        id_texts_release(&m->names[i]);
    struct own *own[] = {&m->visit, &m->setl, &m->text_id, &m->line};
    for (int i = 0; i < 4; i++) {
        map_release(&own[i]->map);
        mem_free(own[i]->id);
    }
    for (int c = 0; c < HUJI_MAX_FIELDS; c++)
        mem_free(m->col[c]);
    buf_release(&m->rows);
    buf_release(&m->texts);
    packer_release(&m->packer);
}

static int all_slices(struct maker *m, const struct records_stamp *stamp, struct err *e)
{
    int64_t lines = 0, persons = stamp->count[D_PERSON];
    int rc = db_int(m->store->con, e, 0, &lines,
                    "SELECT coalesce(sum(rows), 0)::BIGINT FROM segment");
    int64_t step = lines ? SLICE_LINES * persons / lines : SLICE_MOST;
    step = step < 1000 ? 1000 : step > SLICE_MOST ? SLICE_MOST : step;
    for (int64_t lo = 0; lo < persons && rc == 0; lo += step) {
        int64_t hi = lo + step < persons ? lo + step : persons;
        rc = slice(m, (int32_t)lo, (int32_t)hi, e);
        progress_step(m->progress, "做人员历史缓存", (uint64_t)hi, (uint64_t)persons);
        if (rc == 0 && progress_cancelled(m->progress))
            rc = err_set(e, ERR_STATE, "停下了");
    }
    return rc;
}

int records_build(struct store *s, const struct progress *p, struct err *e)
{
    char path[RECORDS_PATH];
    struct store own = *s; /* with a connection of its own: the caller's may be at work */
    struct records_stamp before, after;
    int rc = store_connect(s, &own.con, e);
    if (rc < 0)
        return rc;
    struct maker m = {.store = &own, .progress = p, .file = {.fd = -1, .fd_texts = -1}};
    snprintf(path, sizeof path, "%s/check", s->dir);
    if (mkdir(path, 0700) < 0 && errno != EEXIST)
        rc = err_errno(e, "建不了 %s", path);
    int lock = rc == 0 ? open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    if (rc == 0 &&
        (lock < 0 || flock(lock, LOCK_EX) < 0)) /* two who make it: one after the other */
        rc = err_errno(e, "锁不住 %s", path);
    records_path(s->dir, path);
    if (rc == 0)
        rc = records_stamp_of(&own, &before, e);
    if (rc == 0)
        rc = records_begin(&m.file, path, (uint32_t)before.count[D_PERSON], e);
    if (rc == 0)
        rc = records_put_shared(&m.file, &own, e);
    if (rc == 0)
        rc = all_slices(&m, &before, e);
    if (rc == 0)
        rc = records_stamp_of(&own, &after, e);
    if (rc == 0 && memcmp(&before, &after, sizeof before) != 0)
        rc = err_set(e, ERR_STATE, "做人员历史缓存时数据更新了，请再做一次");
    rc = records_end(&m.file, rc == 0 ? &before : NULL, m.n_lines, rc, e);
    if (lock >= 0)
        close(lock);
    maker_release(&m);
    duckdb_disconnect(&own.con);
    return rc;
}

int records_of(struct store *s, const struct progress *p, struct records **out, struct err *e)
{
    char path[RECORDS_PATH];
    struct records_stamp now;
    struct err why;
    records_path(s->dir, path);
    int rc = records_stamp_of(s, &now, e);
    if (rc < 0)
        return rc;
    if (records_open(path, out, &why) == 0) {
        if (records_fits(*out, &now))
            return 0;
        records_close(*out);
    }
    rc = records_build(s, p, e);
    return rc < 0 ? rc : records_open(path, out, e);
}
