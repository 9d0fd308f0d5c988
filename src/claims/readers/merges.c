/* SPDX-License-Identifier: MulanPSL-2.0 */
#include <stdlib.h>

#include "base/limits.h"
#include "base/mem.h"
#include "claims/readers/reader.h"

int merges_add(struct merges *m, uint32_t r0, uint32_t r1, uint32_t c0, uint32_t c1)
{
    if (r1 < r0 || c1 < c0 || (r0 == r1 && c0 == c1) || c0 >= MAX_COLUMNS || m->n >= MAX_MERGES)
        return 0;
    if (c1 >= MAX_COLUMNS)
        c1 = MAX_COLUMNS - 1;
    if (mem_grow(&m->v, &m->cap, m->n + 1, sizeof *m->v))
        return -1;
    m->v[m->n++] = (struct merge){.r0 = r0, .r1 = r1, .c0 = c0, .c1 = c1};
    return 0;
}

static int by_row(const void *a, const void *b)
{
    const struct merge *x = a, *y = b;
    if (x->r0 != y->r0)
        return x->r0 < y->r0 ? -1 : 1;
    return (x->c0 > y->c0) - (x->c0 < y->c0);
}

void merges_sort(struct merges *m)
{
    if (m->n)
        qsort(m->v, m->n, sizeof *m->v, by_row);
    m->next = m->n_active = 0;
}

/* Keeps a copy of the block's first cell. */
static int remember(struct merges *m, struct merge *g, const struct rowbuf *r)
{
    g->seen = true;
    g->value = (struct cell){.kind = CELL_EMPTY};
    if (g->c0 >= r->n || r->cells[g->c0].kind == CELL_EMPTY)
        return 0;
    struct cell c = r->cells[g->c0];
    struct span s = {r->text.p + r->at[g->c0], c.text.n};
    c.text = arena_span(&m->text, s);
    if (!c.text.p && s.n)
        return -1;
    g->value = c;
    return 0;
}

static void fill(struct rowbuf *r, const struct merge *g, uint32_t no)
{
    if (g->value.kind == CELL_EMPTY)
        return;
    for (uint32_t col = g->c0; col <= g->c1; col++) {
        struct cell *c = rowbuf_cell(r, col);
        if (!c)
            return;
        if (c->kind != CELL_EMPTY)
            continue;
        size_t at = r->text.n;
        buf_span(&r->text, g->value.text);
        *c = g->value;
        c->text = (struct span){NULL, g->value.text.n};
        c->fill = col > g->c0 ? FILL_RIGHT : no > g->r0 ? FILL_DOWN : FILL_NONE;
        r->at[col] = at;
    }
}

int merges_fill(struct merges *m, struct rowbuf *r, uint32_t no)
{
    while (m->next < m->n && m->v[m->next].r0 <= no) {
        if (mem_grow(&m->active, &m->active_cap, m->n_active + 1, sizeof *m->active))
            return -1;
        m->active[m->n_active++] = (uint32_t)m->next++;
    }
    size_t k = 0;
    for (size_t i = 0; i < m->n_active; i++) {
        struct merge *g = &m->v[m->active[i]];
        if (g->r1 < no)
            continue;
        m->active[k++] = m->active[i];
        if (!g->seen && remember(m, g, r))
            return -1;
        fill(r, g, no);
    }
    m->n_active = k;
    return 0;
}

void merges_clear(struct merges *m)
{
    m->n = m->next = m->n_active = 0;
    arena_reset(&m->text);
}

void merges_release(struct merges *m)
{
    mem_free(m->v);
    mem_free(m->active);
    arena_release(&m->text);
    *m = (struct merges){0};
}
