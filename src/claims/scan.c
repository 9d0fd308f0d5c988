/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "claims/scan.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/mem.h"

struct scan_global {
    struct scan_spec *spec;
    int fd;
    _Atomic size_t next;
};

struct scan_local {
    char *b, *p, *end;
    size_t cap;
    uint64_t row;
    struct csv_field field[MAX_COLUMNS];
};

static struct scan_spec *spec_of(void *bind_data)
{
    return *(struct scan_spec *const *)bind_data;
}

static void add_column(duckdb_bind_info info, const char *name, duckdb_type type)
{
    duckdb_logical_type t = duckdb_create_logical_type(type);
    duckdb_bind_add_result_column(info, name, t);
    duckdb_destroy_logical_type(&t);
}

static void scan_bind(duckdb_bind_info info)
{
    duckdb_value v = duckdb_bind_get_parameter(info, 0);
    struct scan_spec *spec = (struct scan_spec *)(uintptr_t)duckdb_get_int64(v);
    duckdb_destroy_value(&v);
    add_column(info, "no", DUCKDB_TYPE_BIGINT);
    for (size_t i = 0; i < spec->n; i++)
        add_column(info, spec->name[i], DUCKDB_TYPE_VARCHAR);
    struct scan_spec **hold = mem_alloc(sizeof *hold);
    if (!hold) {
        duckdb_bind_set_error(info, "Out of Memory Error: huji_csv");
        return;
    }
    *hold = spec;
    duckdb_bind_set_bind_data(info, hold, mem_free);
    duckdb_bind_set_cardinality(info, spec->file->rows, true);
}

static void global_free(void *p)
{
    struct scan_global *g = p;
    if (g->fd >= 0)
        close(g->fd);
    mem_free(g);
}

static void scan_init(duckdb_init_info info)
{
    struct scan_global *g = mem_calloc(1, sizeof *g);
    if (!g) {
        duckdb_init_set_error(info, "Out of Memory Error: huji_csv");
        return;
    }
    g->spec = spec_of(duckdb_init_get_bind_data(info));
    g->fd = open(g->spec->file->read_path, O_RDONLY | O_CLOEXEC);
    duckdb_init_set_init_data(info, g, global_free);
    duckdb_init_set_max_threads(info, (idx_t)(g->spec->threads > 0 ? g->spec->threads : 1));
    if (g->fd < 0)
        duckdb_init_set_error(info, "IO Error: file has gone");
}

static void local_free(void *p)
{
    struct scan_local *l = p;
    mem_free(l->b);
    mem_free(l);
}

static void scan_local_init(duckdb_init_info info)
{
    struct scan_local *l = mem_calloc(1, sizeof *l);
    if (!l)
        duckdb_init_set_error(info, "Out of Memory Error: huji_csv");
    else
        duckdb_init_set_init_data(info, l, local_free);
}

/* Fetches the next block. 0 = none is left, negative = failed. */
static int next_block(struct scan_global *g, struct scan_local *l)
{
    const struct csv_file *f = g->spec->file;
    size_t k = atomic_fetch_add(&g->next, 1);
    if (k >= f->n_block)
        return 0;
    const struct csv_block *b = &f->block[k];
    if (l->cap < b->bytes) {
        char *p = mem_realloc(l->b, b->bytes + 8);
        if (!p)
            return -1;
        l->b = p;
        l->cap = b->bytes;
    }
    for (size_t got = 0; got < b->bytes;) {
        ssize_t n = pread(g->fd, l->b + got, b->bytes - got, (off_t)(b->at + got));
        if (n <= 0)
            return -1;
        got += (size_t)n;
    }
    l->p = l->b;
    l->end = l->b + b->bytes;
    l->row = b->row;
    return 1;
}

struct column_out {
    duckdb_vector vector;
    duckdb_string_t *text;
    uint64_t *valid; /* NULL until the first NULL */
};

static void put_null(struct column_out *c, idx_t i)
{
    if (!c->valid) {
        duckdb_vector_ensure_validity_writable(c->vector);
        c->valid = duckdb_vector_get_validity(c->vector);
    }
    c->valid[i / 64] &= ~(UINT64_C(1) << (i % 64));
}

/* Without a copy: the text stays in our block. */
static void put_text(struct column_out *c, idx_t i, struct span s)
{
    duckdb_string_t *t = &c->text[i];
    if (s.n <= 12) {
        memset(t, 0, sizeof *t);
        t->value.inlined.length = (uint32_t)s.n;
        memcpy(t->value.inlined.inlined, s.p, s.n);
    } else {
        t->value.pointer.length = (uint32_t)s.n;
        memcpy(t->value.pointer.prefix, s.p, 4);
        t->value.pointer.ptr = (char *)(uintptr_t)s.p;
    }
}

static void note_bad(struct scan_spec *spec, struct scan_local *l, enum csv_state state,
                     size_t fields)
{
    pthread_mutex_lock(&spec->lock);
    if (spec->n_bad > SCAN_BAD_MAX ||
        mem_grow(&spec->bad, &spec->cap_bad, spec->n_bad + 1, sizeof *spec->bad) == 0) {
        if (spec->n_bad <= SCAN_BAD_MAX)
            spec->bad[spec->n_bad] = (struct scan_bad){(int64_t)l->row, state, fields};
        spec->n_bad++;
    }
    pthread_mutex_unlock(&spec->lock);
}

static bool too_long(const struct csv_field *f, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (f[i].n > MAX_FIELD_BYTES)
            return true;
    return false;
}

static idx_t emit(struct scan_spec *spec, struct scan_local *l, struct column_out *col, int64_t *no,
                  idx_t cap)
{
    idx_t i = 0;
    struct csv_record r;
    while (i < cap && l->p < l->end) {
        enum csv_state s = csv_next(l->p, l->end, true, spec->file->delim, l->field, MAX_COLUMNS,
                                    &r);
        l->p += r.bytes;
        if (s == CSV_BLANK)
            continue;
        bool fits = s == CSV_OK && r.n == spec->file->n_head;
        if (!fits || too_long(l->field, r.n)) {
            note_bad(spec, l, s, fits ? 0 : r.n);
            l->row++;
            continue;
        }
        no[i] = spec->no_base + (int64_t)l->row++;
        for (size_t k = 0; k < spec->n; k++) {
            struct csv_field *f = &l->field[spec->take[k]];
            if (f->n)
                put_text(&col[k], i, f->escaped ? csv_unquote(f) : (struct span){f->p, f->n});
            else
                put_null(&col[k], i);
        }
        i++;
    }
    return i;
}

static void scan_run(duckdb_function_info info, duckdb_data_chunk out)
{
    struct scan_global *g = duckdb_function_get_init_data(info);
    struct scan_local *l = duckdb_function_get_local_init_data(info);
    struct scan_spec *spec = g->spec;
    while (l->p == l->end) {
        int k = next_block(g, l);
        if (k < 0)
            duckdb_function_set_error(info, "IO Error: could not read the file");
        if (k <= 0) {
            duckdb_data_chunk_set_size(out, 0);
            return;
        }
    }
    struct column_out col[MAX_COLUMNS];
    for (size_t k = 0; k < spec->n; k++) {
        col[k].vector = duckdb_data_chunk_get_vector(out, 1 + k);
        col[k].text = duckdb_vector_get_data(col[k].vector);
        col[k].valid = NULL;
    }
    int64_t *no = duckdb_vector_get_data(duckdb_data_chunk_get_vector(out, 0));
    idx_t n = 0;
    /* Nothing but blank and bad lines left in the block: an empty chunk would end the scan. */
    while (n == 0) {
        n = emit(spec, l, col, no, duckdb_vector_size());
        if (n == 0 && next_block(g, l) <= 0)
            break;
    }
    duckdb_data_chunk_set_size(out, n);
}

int scan_register(duckdb_connection con, struct err *e)
{
    duckdb_table_function f = duckdb_create_table_function();
    duckdb_logical_type t = duckdb_create_logical_type(DUCKDB_TYPE_BIGINT);
    duckdb_table_function_set_name(f, "huji_csv");
    duckdb_table_function_add_parameter(f, t);
    duckdb_table_function_set_bind(f, scan_bind);
    duckdb_table_function_set_init(f, scan_init);
    duckdb_table_function_set_local_init(f, scan_local_init);
    duckdb_table_function_set_function(f, scan_run);
    duckdb_state st = duckdb_register_table_function(con, f);
    duckdb_destroy_logical_type(&t);
    duckdb_destroy_table_function(&f);
    return st == DuckDBSuccess ? 0 : err_set(e, ERR_DB, "登记函数 huji_csv 失败");
}

void scan_sql(struct buf *b, struct scan_spec *spec)
{
    buf_fmt(b, "huji_csv(%" PRIdPTR ")", (intptr_t)spec);
}
