/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "claims/grid.h"

#include <stdio.h>

#include "base/mem.h"

int grid_start(struct grid *g, const char *title, const char *heads, struct err *e)
{
    *g = (struct grid){.title = title};
    struct span s = span_of(heads);
    for (size_t i = 0; i < s.n; i++)
        g->n_cols += s.p[i] == ',';
    g->n_cols++;
    g->head = arena_calloc(&g->arena, g->n_cols * sizeof *g->head);
    g->number = arena_calloc(&g->arena, g->n_cols * sizeof *g->number);
    if (!g->head || !g->number)
        return err_nomem(e);
    for (size_t i = 0; i < g->n_cols; i++) {
        struct span h = span_cut(&s, ',');
        g->number[i] = h.n && h.p[0] == '#';
        g->head[i] = arena_span(&g->arena, g->number[i] ? (struct span){h.p + 1, h.n - 1} : h);
    }
    return 0;
}

int grid_add(struct grid *g, struct span cell, struct err *e)
{
    if (mem_grow(&g->cell, &g->cap, g->n_cells + 1, sizeof *g->cell) < 0)
        return err_nomem(e);
    struct span copy = arena_span(&g->arena, cell);
    if (!copy.p)
        return err_nomem(e);
    g->cell[g->n_cells++] = copy;
    g->n_rows = g->n_cells / g->n_cols;
    return 0;
}

static bool is_number(duckdb_type t)
{
    return t != DUCKDB_TYPE_VARCHAR;
}

static int add_value(struct grid *g, const struct db_rows *rows, idx_t col, bool number,
                     struct err *e)
{
    char b[32];
    if (db_null(rows, col))
        return grid_add(g, SPAN(""), e);
    if (!number)
        return grid_add(g, db_text(rows, col), e);
    int n = snprintf(b, sizeof b, "%lld", (long long)db_i64(rows, col));
    return grid_add(g, (struct span){b, (size_t)n}, e);
}

int grid_query(duckdb_connection con, const char *title, const char *sql, struct grid *out,
               struct err *e)
{
    struct db_rows rows;
    int rc = db_open(con, sql, &rows, e);
    if (rc < 0)
        return rc;
    struct buf heads = BUF_INIT;
    size_t n = duckdb_column_count(&rows.result);
    bool number[64] = {0};
    for (size_t i = 0; i < n && i < 64; i++) {
        const char *name = duckdb_column_name(&rows.result, i);
        /* huji_yuan() gives text: such headings say so themselves */
        bool money = strstr(name, "（元）") != NULL;
        number[i] = is_number(duckdb_column_type(&rows.result, i));
        buf_fmt(&heads, "%s%s%s", i ? "," : "", number[i] || money ? "#" : "", name);
    }
    rc = heads.failed ? err_nomem(e) : grid_start(out, title, buf_cstr(&heads), e);
    while (rc == 0 && db_next(&rows))
        for (size_t i = 0; i < n && rc == 0; i++)
            rc = add_value(out, &rows, i, number[i], e);
    db_close(&rows);
    buf_release(&heads);
    if (rc < 0)
        grid_release(out);
    return rc;
}

void grid_release(struct grid *g)
{
    mem_free(g->cell);
    arena_release(&g->arena);
    *g = (struct grid){0};
}
