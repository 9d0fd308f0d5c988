/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Rows of tables by the ids of their keys. */
#include "engine/run.h"

#include "base/mem.h"

int index_make(struct huji_run *run, struct index *ix, uint32_t n, const int32_t *key, size_t rows)
{
    ix->n = n;
    ix->at = arena_calloc(&run->a, ((size_t)n + 2) * sizeof *ix->at);
    ix->rows = arena_alloc(&run->a, (rows + 1) * sizeof *ix->rows);
    if (!ix->at || !ix->rows)
        return -1;
    for (size_t r = 0; r < rows; r++)
        if (key[r] >= 0 && (uint32_t)key[r] < n)
            ix->at[key[r] + 1]++;
    for (uint32_t k = 0; k < n; k++)
        ix->at[k + 1] += ix->at[k];
    uint32_t *fill = mem_alloc(((size_t)n + 1) * sizeof *fill);
    if (!fill)
        return -1;
    memcpy(fill, ix->at, ((size_t)n + 1) * sizeof *fill);
    for (size_t r = 0; r < rows; r++)
        if (key[r] >= 0 && (uint32_t)key[r] < n)
            ix->rows[fill[key[r]]++] = (int32_t)r;
    mem_free(fill);
    return 0;
}

int index_copy(struct huji_run *run, const struct index *from, struct index *to)
{
    uint32_t rows = from->at[from->n];
    to->n = from->n;
    to->at = arena_alloc(&run->a, ((size_t)from->n + 2) * sizeof *to->at);
    to->rows = arena_alloc(&run->a, ((size_t)rows + 1) * sizeof *to->rows);
    if (!to->at || !to->rows)
        return -1;
    memcpy(to->at, from->at, ((size_t)from->n + 1) * sizeof *to->at);
    memcpy(to->rows, from->rows, (size_t)rows * sizeof *to->rows);
    return 0;
}

/* ---- knowledge ---- */

enum { MOST_CODE = 200, MOST_CELL = 256 };

/* The cells of a column, each once, and the rows that have it. */
struct cells {
    struct names text;
    int32_t *head, *last;                 /* by cell: its rows */
    int32_t *next;                        /* by row */
    uint64_t lengths[MOST_CELL / 64 + 1]; /* a bit per length of what stands before a `*` */
};

static void cells_release(struct cells *c)
{
    names_release(&c->text);
    mem_free(c->head);
    mem_free(c->last);
    mem_free(c->next);
}

static int cells_of(const struct knowledge *k, int col, struct cells *c)
{
    c->head = mem_alloc((k->n + 1) * sizeof *c->head);
    c->last = mem_alloc((k->n + 1) * sizeof *c->last);
    c->next = mem_alloc((k->n + 1) * sizeof *c->next);
    if (!c->head || !c->last || !c->next)
        return -1;
    for (size_t r = 0; r < k->n; r++) {
        struct span s = k->column[col].text[r];
        c->next[r] = -1;
        if (!s.n)
            continue;
        if (s.p[s.n - 1] == '*' && s.n - 1 < MOST_CELL)
            c->lengths[(s.n - 1) >> 6] |= UINT64_C(1) << ((s.n - 1) & 63);
        uint32_t before = c->text.n, id = names_put(&c->text, s);
        if (id == NAME_NONE)
            return -1;
        if (id == before)
            c->head[id] = (int32_t)r;
        else
            c->next[c->last[id]] = (int32_t)r;
        c->last[id] = (int32_t)r;
    }
    return 0;
}

struct row_list {
    int32_t *at;
    size_t n, cap;
};

static int add_cell(const struct cells *c, struct span cell, struct row_list *to)
{
    uint32_t id = names_get(&c->text, cell);
    for (int32_t r = id == NAME_NONE ? -1 : c->head[id]; r >= 0; r = c->next[r]) {
        if (mem_grow(&to->at, &to->cap, to->n + 1, sizeof *to->at) < 0)
            return -1;
        to->at[to->n++] = r;
    }
    return 0;
}

/* The rows of all cells that hold for a code, in order. */
static int add_code(const struct cells *c, struct span code, struct row_list *to)
{
    char cell[MOST_CELL];
    size_t from = to->n;
    if (code.n >= MOST_CODE)
        return 0;
    for (size_t n = 0; n <= code.n; n++) {
        if (!(c->lengths[n >> 6] >> (n & 63) & 1))
            continue;
        if (n)
            memcpy(cell, code.p, n);
        cell[n] = '*';
        if (add_cell(c, (struct span){cell, n + 1}, to) < 0)
            return -1;
    }
    if (add_cell(c, code, to) < 0)
        return -1;
    for (size_t a = from + 1; a < to->n; a++) /* few */
        for (size_t b = a; b > from && to->at[b] < to->at[b - 1]; b--) {
            int32_t t = to->at[b];
            to->at[b] = to->at[b - 1];
            to->at[b - 1] = t;
        }
    return 0;
}

static int index_cells(struct huji_run *run, struct index *ix, const struct cells *c, enum domain d)
{
    struct row_list rows = {0};
    int rc = 0;
    ix->n = run_id_count(run, d);
    ix->at = arena_calloc(&run->a, ((size_t)ix->n + 2) * sizeof *ix->at);
    for (uint32_t i = 0; ix->at && i < ix->n && rc == 0; i++) {
        rc = add_code(c, run_code(run, d, i), &rows);
        ix->at[i + 1] = (uint32_t)rows.n;
    }
    ix->rows = arena_alloc(&run->a, (rows.n + 1) * sizeof *ix->rows);
    rc = rc < 0 || !ix->at || !ix->rows ? -1 : 0;
    if (rc == 0 && rows.n)
        memcpy(ix->rows, rows.at, rows.n * sizeof *rows.at);
    mem_free(rows.at);
    return rc;
}

static struct index *make(struct huji_run *run, const struct knowledge *k, int col, enum domain d)
{
    struct cells c = {0};
    struct index *ix = arena_calloc(&run->a, sizeof *ix);
    int rc = ix ? cells_of(k, col, &c) : -1;
    if (rc == 0)
        rc = index_cells(run, ix, &c, d);
    cells_release(&c);
    return rc < 0 ? NULL : ix;
}

struct index *run_index(struct huji_run *run, const struct knowledge *k, int col, enum domain d)
{
    if (!run->kn_index) {
        size_t n = (size_t)run->lib->n_kn * KN_COLUMNS;
        if (!(run->kn_index = arena_calloc(&run->a, (n + 1) * sizeof(struct index *))))
            return NULL;
    }
    if (d != k->column[col].domain)
        return make(run, k, col, d);
    /* codes that only rules know may have come since */
    struct index **one = &run->kn_index[k->index * KN_COLUMNS + col];
    if (!*one || (*one)->n != run_id_count(run, d))
        *one = make(run, k, col, d);
    return *one;
}
