/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "cli/grids.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "cli/output.h"

static int print_rows(struct output *o, const struct grid *g, struct err *e)
{
    for (size_t r = 0; r < g->n_rows; r++) {
        for (size_t k = 0; k < g->n_cols; k++) {
            struct span s = grid_cell(g, r, k);

            if (!s.n)
                out_none(o);
            else if (g->number[k])
                out_json(o, s);
            else
                out_text(o, s);
        }
        out_row(o);
    }
    return out_close(o, e);
}

int grid_print(const struct args *a, const struct grid *g, const char *nothing, struct err *e)
{
    const char *format = args_text(a, "format");
    bool plain = !args_text(a, "out") && (!format || strcmp(format, "table") == 0);
    struct shown_column *columns = mem_calloc(g->n_cols + 1, sizeof *columns);
    struct buf names = BUF_INIT;
    struct output *o;
    int rc = columns ? 0 : err_nomem(e);

    if (!rc && plain) {
        printf("\n%s\n", g->title ? g->title : "");
        if (g->n_rows == 0) {
            printf("  %s\n", nothing);
            mem_free(columns);
            return 0;
        }
    }
    for (size_t k = 0; k < g->n_cols; k++) { /* headings end with NUL */
        buf_span(&names, g->head[k]);
        buf_add(&names, "", 1);
    }
    if (!rc && names.failed)
        rc = err_nomem(e);
    for (size_t k = 0, at = 0; k < g->n_cols && !rc; k++) {
        columns[k] = (struct shown_column){names.p + at, names.p + at,
                                           g->number[k] ? AS_DEC : AS_TEXT, 40};
        at += g->head[k].n + 1;
    }
    if (!rc)
        rc = out_open(&o, a, columns, (int)g->n_cols, e);
    if (!rc)
        rc = print_rows(o, g, e);
    buf_release(&names);
    mem_free(columns);
    return rc;
}
