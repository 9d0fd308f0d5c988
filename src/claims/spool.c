/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "claims/spool_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "claims/db.h"

static size_t width_of(duckdb_type t)
{
    switch ((int)t) {
    case DUCKDB_TYPE_BOOLEAN: return 1;
    case DUCKDB_TYPE_INTEGER: return 4;
    case DUCKDB_TYPE_BIGINT:
    case DUCKDB_TYPE_UBIGINT: return 8;
    case DUCKDB_TYPE_UHUGEINT: return 16;
    default: return 0;
    }
}

/* ---- writing ---- */

static void fail(struct spool *s, int why)
{
    int none = 0;
    atomic_compare_exchange_strong(&s->why, &none, why);
}

static int keep_chunk(struct spool *s, const struct open_chunk *o, struct stripe *stripe)
{
    pthread_mutex_lock(&s->lock);
    bool bad = mem_grow(&s->chunk, &s->cap, s->n + 1, sizeof *s->chunk) < 0;
    if (!bad)
        s->chunk[s->n++] = (struct chunk){stripe, o->part, o->n};
    pthread_mutex_unlock(&s->lock);
    return bad ? ENOMEM : 0;
}

static void flush(struct spool *s, struct writer *w, struct open_chunk *o)
{
    if (!o->n)
        return;
    struct stripe *stripe = mem_calloc(s->n_cols, sizeof *stripe);
    int why = stripe && (w->packed || (w->packed = mem_alloc(s->chunk_bytes))) ? 0 : ENOMEM;
    if (!why) {
        size_t n = spool_pack(s, o, stripe, w->packed);
        uint64_t at = atomic_fetch_add(&s->end, n);
        for (size_t c = 0; c < s->n_cols; c++)
            stripe[c].at += at;
        why = fd_write_at(s->fd, w->packed, n, (off_t)at) < 0 ? errno : 0;
    }
    if (!why)
        why = keep_chunk(s, o, stripe);
    if (why) {
        mem_free(stripe);
        fail(s, why);
    }
    if (o->nulls)
        memset(o->data + s->nulls_at, 0, s->n_cols * NULL_BYTES);
    o->n = 0;
    o->nulls = 0;
}

static struct writer *take_writer(struct spool *s)
{
    pthread_mutex_lock(&s->lock);
    struct writer *w = s->idle;
    if (w)
        s->idle = w->next;
    pthread_mutex_unlock(&s->lock);
    return w ? w : mem_calloc(1, sizeof *w);
}

static void put_back(struct spool *s, struct writer *w)
{
    pthread_mutex_lock(&s->lock);
    w->next = s->idle;
    s->idle = w;
    pthread_mutex_unlock(&s->lock);
}

/* Where rows of `part` go; -1: no memory. Months beyond MAX_OPEN turn out the fullest. */
static int find_open(struct spool *s, struct writer *w, int32_t part)
{
    size_t k = w->last, most = 0;
    if (k < w->n_open && w->open[k].part == part)
        return (int)k;
    for (k = 0; k < w->n_open; k++) {
        if (w->open[k].part == part)
            return (int)(w->last = k);
        if (w->open[k].n > w->open[most].n)
            most = k;
    }
    if (k == MAX_OPEN) {
        k = most;
        flush(s, w, &w->open[k]);
    } else {
        if (!(w->open[k].data = mem_calloc(1, s->chunk_bytes)))
            return -1;
        w->n_open++;
    }
    w->open[k].part = part;
    return (int)(w->last = k);
}

/* Rows of a vector that have their places: open chunk and row in it. */
struct placed {
    uint8_t open[ROWS];
    uint16_t row[ROWS];
};

static void copy_column(struct spool *s, struct writer *w, const struct placed *p, size_t c,
                        const char *from, const uint64_t *valid, idx_t lo, idx_t hi)
{
    const struct spool_column *col = &s->col[c];
    char *base[MAX_OPEN];
    for (size_t k = 0; k < w->n_open; k++)
        base[k] = w->open[k].data + col->at;
    if (col->width == 4) {
        for (idx_t i = lo; i < hi; i++)
            memcpy(base[p->open[i]] + (size_t)p->row[i] * 4, from + i * 4, 4);
    } else if (col->width == 8) {
        for (idx_t i = lo; i < hi; i++)
            memcpy(base[p->open[i]] + (size_t)p->row[i] * 8, from + i * 8, 8);
    } else {
        for (idx_t i = lo; i < hi; i++)
            memcpy(base[p->open[i]] + p->row[i] * col->width, from + i * col->width, col->width);
    }
    for (idx_t i = lo; i < hi && valid; i++) {
        if (valid[i / 64] >> (i % 64) & 1)
            continue;
        struct open_chunk *o = &w->open[p->open[i]];
        o->nulls |= UINT64_C(1) << c;
        o->data[s->nulls_at + c * NULL_BYTES + p->row[i] / 8] |= (char)(1 << p->row[i] % 8);
    }
}

struct rows_in {
    const int32_t *part;
    const uint64_t *part_valid;
    const char *data[MAX_SPOOLED];
    const uint64_t *valid[MAX_SPOOLED];
    idx_t n;
};

static void copy_rows(struct spool *s, struct writer *w, const struct placed *p,
                      const struct rows_in *in, idx_t lo, idx_t hi)
{
    for (size_t c = 0; c < s->n_cols && lo < hi; c++)
        copy_column(s, w, p, c, in->data[c], in->valid[c], lo, hi);
}

/* Places rows until one's chunk is full: then those so far are copied, and it goes. */
static bool put_rows(struct spool *s, struct writer *w, const struct rows_in *in)
{
    struct placed p;
    idx_t lo = 0;
    for (idx_t i = 0; i < in->n; i++) {
        bool has = !in->part_valid || (in->part_valid[i / 64] >> (i % 64) & 1);
        bool turns_out = w->n_open == MAX_OPEN;
        if (turns_out) { /* no chunk may go while rows wait to be copied into it */
            copy_rows(s, w, &p, in, lo, i);
            lo = i;
        }
        int k = find_open(s, w, has ? in->part[i] : -1);
        if (k < 0)
            return false;
        struct open_chunk *o = &w->open[k];
        p.open[i] = (uint8_t)k;
        p.row[i] = (uint16_t)o->n++;
        if (o->n == ROWS) {
            copy_rows(s, w, &p, in, lo, i + 1);
            lo = i + 1;
            flush(s, w, o);
        }
    }
    copy_rows(s, w, &p, in, lo, in->n);
    return true;
}

/* huji_spool(spool, part, column ...) */
static void run_spool(duckdb_function_info info, duckdb_data_chunk chunk, duckdb_vector out)
{
    duckdb_vector first = duckdb_data_chunk_get_vector(chunk, 0),
                  part = duckdb_data_chunk_get_vector(chunk, 1);
    struct spool *s = (struct spool *)(uintptr_t) * (int64_t *)duckdb_vector_get_data(first);
    struct rows_in in = {.part = duckdb_vector_get_data(part),
                         .part_valid = duckdb_vector_get_validity(part),
                         .n = duckdb_data_chunk_get_size(chunk)};
    for (size_t c = 0; c < s->n_cols; c++) {
        duckdb_vector v = duckdb_data_chunk_get_vector(chunk, 2 + c);
        in.data[c] = duckdb_vector_get_data(v);
        in.valid[c] = duckdb_vector_get_validity(v);
    }
    struct writer *w = take_writer(s);
    if (!w || in.n > ROWS || !put_rows(s, w, &in))
        fail(s, ENOMEM);
    if (w)
        put_back(s, w);
    memset(duckdb_vector_get_data(out), 1, in.n);
    if (s->why) {
        char why[128];
        snprintf(why, sizeof why, "%s: %s",
                 s->why == ENOMEM ? "Out of Memory Error" : "IO Error: tmp", strerror(s->why));
        duckdb_scalar_function_set_error(info, why);
    }
}

static duckdb_state register_writer(duckdb_connection con)
{
    duckdb_scalar_function f = duckdb_create_scalar_function();
    duckdb_logical_type big = duckdb_create_logical_type(DUCKDB_TYPE_BIGINT),
                        small = duckdb_create_logical_type(DUCKDB_TYPE_INTEGER),
                        any = duckdb_create_logical_type(DUCKDB_TYPE_ANY),
                        yes = duckdb_create_logical_type(DUCKDB_TYPE_BOOLEAN);
    duckdb_scalar_function_set_name(f, "huji_spool");
    duckdb_scalar_function_add_parameter(f, big);
    duckdb_scalar_function_add_parameter(f, small);
    duckdb_scalar_function_set_varargs(f, any);
    duckdb_scalar_function_set_return_type(f, yes);
    duckdb_scalar_function_set_special_handling(f);
    duckdb_scalar_function_set_volatile(f);
    duckdb_scalar_function_set_function(f, run_spool);
    duckdb_state st = duckdb_register_scalar_function(con, f);
    duckdb_destroy_scalar_function(&f);
    duckdb_destroy_logical_type(&big);
    duckdb_destroy_logical_type(&small);
    duckdb_destroy_logical_type(&any);
    duckdb_destroy_logical_type(&yes);
    return st;
}

int spool_register(duckdb_connection con, struct err *e)
{
    if (register_writer(con) != DuckDBSuccess || spool_register_reader(con) != DuckDBSuccess)
        return err_set(e, ERR_DB, "登记函数 huji_spool 失败");
    return 0;
}

/* ---- as a whole ---- */

/* What columns the rows will have. */
static int learn_columns(struct spool *s, duckdb_connection con, const char *select, struct err *e)
{
    duckdb_prepared_statement p;
    bool bad = duckdb_prepare(con, select, &p) != DuckDBSuccess;
    int rc = bad ? db_error(e, duckdb_prepare_error(p)) : 0;
    idx_t n = bad ? 0 : duckdb_prepared_statement_column_count(p);
    if (n > MAX_SPOOLED)
        rc = err_set(e, ERR_LIMIT, "费用明细的字段太多");
    for (idx_t c = 0; c < n && rc == 0; c++) {
        struct spool_column *col = &s->col[s->n_cols++];
        const char *name = duckdb_prepared_statement_column_name(p, c);
        col->type = duckdb_prepared_statement_column_type(p, c);
        col->width = width_of(col->type);
        col->at = s->nulls_at;
        s->nulls_at += col->width * ROWS;
        if (!name || strlen(name) >= sizeof col->name || !col->width)
            rc = err_set(e, ERR_DB, "字段 %s 的类型不能暂存", name ? name : "");
        else
            strcpy(col->name, name);
        duckdb_free((void *)(uintptr_t)name);
    }
    s->chunk_bytes = s->nulls_at + s->n_cols * NULL_BYTES;
    duckdb_destroy_prepare(&p);
    return rc;
}

static int open_file(struct spool *s, const char *path, struct err *e)
{
    s->fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (s->fd < 0)
        return err_errno(e, "写不了临时文件 %s", path);
    unlink(path);
    return 0;
}

/* The chunks that are not full. */
static int flush_all(struct spool *s, struct err *e)
{
    for (struct writer *w = s->idle; w; w = w->next)
        for (size_t k = 0; k < w->n_open; k++)
            flush(s, w, &w->open[k]);
    if (!s->why)
        return 0;
    errno = s->why;
    return s->why == ENOMEM ? err_nomem(e) : err_errno(e, "写不了临时文件");
}

static void free_writers(struct spool *s)
{
    for (struct writer *w; (w = s->idle);) {
        s->idle = w->next;
        for (size_t k = 0; k < w->n_open; k++)
            mem_free(w->open[k].data);
        mem_free(w->packed);
        mem_free(w);
    }
}

static int put_all(struct spool *s, duckdb_connection con, const char *select, const char *part,
                   struct err *e)
{
    struct buf b = BUF_INIT;
    duckdb_result r;
    buf_fmt(&b, "SELECT count(*) FILTER (NOT huji_spool(%" PRIdPTR "::BIGINT, %s", (intptr_t)s,
            part);
    for (size_t c = 0; c < s->n_cols; c++) {
        buf_str(&b, ", ");
        sql_name(&b, s->col[c].name);
    }
    buf_fmt(&b, ")) FROM (%s)", select);
    int rc = b.failed ? err_nomem(e) : db_query(con, buf_cstr(&b), &r, e);
    if (rc == 0)
        duckdb_destroy_result(&r);
    buf_release(&b);
    return rc == 0 ? flush_all(s, e) : rc;
}

int spool_fill(duckdb_connection con, const char *select, const char *part, const char *path,
               int threads, struct spool **out, struct err *e)
{
    struct spool *s = mem_calloc(1, sizeof *s);
    if (!s)
        return err_nomem(e);
    s->fd = -1;
    s->threads = threads > 0 ? threads : 1;
    pthread_mutex_init(&s->lock, NULL);
    int rc = learn_columns(s, con, select, e);
    if (rc == 0)
        rc = open_file(s, path, e);
    if (rc == 0)
        rc = put_all(s, con, select, part, e);
    free_writers(s);
    if (rc < 0)
        spool_free(s);
    else
        *out = s;
    return rc;
}

void spool_sql(struct buf *b, const struct spool *s, int part)
{
    buf_fmt(b, "SELECT * FROM huji_spooled(%" PRIdPTR ", %d)", (intptr_t)s, part);
}

void spool_free(struct spool *s)
{
    if (!s)
        return;
    free_writers(s);
    if (s->fd >= 0)
        close(s->fd);
    pthread_mutex_destroy(&s->lock);
    for (size_t i = 0; i < s->n; i++)
        mem_free(s->chunk[i].stripe);
    mem_free(s->chunk);
    mem_free(s);
}
