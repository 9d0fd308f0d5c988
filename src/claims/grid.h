/* SPDX-License-Identifier: MulanPSL-2.0 */
/* A small table of texts for people: what the command line prints and the server sends. */
#ifndef HUJI_CLAIMS_GRID_H
#define HUJI_CLAIMS_GRID_H

#include "base/arena.h"
#include "claims/store.h"

struct grid {
    const char *title; /* Chinese */
    struct span *head;
    bool *number; /* column holds numbers: align right */
    size_t n_cols, n_rows;
    struct span *cell; /* row by row */
    size_t n_cells, cap;
    struct arena arena;
};

/* Runs `sql`; its column names are the headings, its numbers and texts the cells ("" for NULL). Owns: grid_release. */
int grid_query(duckdb_connection con, const char *title, const char *sql, struct grid *out,
               struct err *e);
/* By hand: headings separated by commas, "#" before those of numbers; then cells, n_cols for a row. */
int grid_start(struct grid *g, const char *title, const char *heads, struct err *e);
int grid_add(struct grid *g, struct span cell, struct err *e);
static inline struct span grid_cell(const struct grid *g, size_t row, size_t col)
{
    return g->cell[row * g->n_cols + col];
}
void grid_release(struct grid *g);

#endif
