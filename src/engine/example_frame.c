/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "engine/example_world.h"

#include <stdlib.h>

#include "base/fen.h"
#include "base/mem.h"

/* ---- arrays for the engine ---- */

static int cmp_order(const void *pa, const void *pb)
{
    const struct example_order *a = pa, *b = pb;
    if (a->psn != b->psn)
        return (uint64_t)a->psn < (uint64_t)b->psn ? -1 : 1; /* none (negative) last */
    if (a->t != b->t)
        return a->t < b->t ? -1 : 1;
    return span_cmp(a->id, b->id);
}

int example_by_id(const void *pa, const void *pb)
{
    const struct example_order *a = pa, *b = pb;
    return span_cmp(a->id, b->id);
}

static struct example_order *sorted_rows(struct example_world *w, enum source_id s)
{
    const struct source *src = &huji_sources[s];
    struct example_order *o = arena_alloc(&w->a, (w->n[s] + 1) * sizeof *o);
    int fid = source_field(s, span_of(src->id_field)), fp = source_field(s, SPAN("psn_no"));
    int ft = src->time_field ? source_field(s, span_of(src->time_field)) : -1;
    for (size_t r = 0; o && r < w->n[s]; r++) {
        int64_t id = w->cell[s][fid][r];
        struct span text = id == HUJI_NONE64 ? SPAN("")
                           : s == S_LINE     ? w->line_id.at[id]
                                             : w->dict[src->fields[fid].domain].at[id];
        o[r] = (struct example_order){fp >= 0 ? w->cell[s][fp][r] : 0,
                                      ft >= 0 ? w->cell[s][ft][r] : 0, text, r};
    }
    if (!o)
        return NULL;
    int fr = source_field(s, SPAN("rank"));
    if (fr >= 0) {
        qsort(o, w->n[s], sizeof *o, example_by_id);
        for (size_t k = 0; k < w->n[s]; k++)
            w->cell[s][fr][o[k].row] = (int64_t)k;
    }
    qsort(o, w->n[s], sizeof *o, cmp_order);
    return o;
}

static void *narrow(struct example_world *w, enum source_id s, int f, const struct example_order *o)
{
    int width = ftype_width(huji_sources[s].fields[f].type);
    void *col = arena_alloc(&w->a, (w->n[s] + 1) * (size_t)width);
    for (size_t k = 0; col && k < w->n[s]; k++) {
        int64_t v = w->cell[s][f][o[k].row];
        if (width == 8)
            ((int64_t *)col)[k] = v;
        else
            ((int32_t *)col)[k] = v == HUJI_NONE64 ? HUJI_NONE32 : (int32_t)v;
    }
    return col;
}

static int make_tables(struct example_world *w, struct line_batch *lines)
{
    for (int s = 0; s < SOURCE_COUNT; s++) {
        if (s == S_VISIT || (s != S_LINE && source_is_line((enum source_id)s)))
            continue;
        struct example_order *o = sorted_rows(w, (enum source_id)s);
        if (!o)
            return err_nomem(w->e);
        for (int f = 0; f < (int)huji_sources[s].n_fields; f++) {
            void *col = narrow(w, (enum source_id)s, f, o);
            if (!col)
                return err_nomem(w->e);
            if (s == S_LINE)
                lines->col[f] = col;
            else
                w->frame.table[s].col[f] = col;
        }
        if (s == S_LINE)
            lines->n = w->n[s];
        else
            w->frame.table[s].n = w->n[s];
    }
    return 0;
}

/* Main diagnoses and the example's `diagnoses`. */
static int make_diagnoses(struct example_world *w, const struct ynode *list)
{
    uint32_t n = w->dict[D_VISIT].n;
    size_t max = w->n[S_STAY] + ynode_count(list), k = 0;
    uint32_t *first = arena_calloc(&w->a, ((size_t)n + 2) * sizeof *first);
    int32_t *dx = arena_alloc(&w->a, (max + 1) * sizeof *dx);
    if (!first || !dx)
        return err_nomem(w->e);
    for (uint32_t v = 0; v < n; v++) {
        for (size_t r = 0; r < w->n[S_STAY]; r++)
            if (*example_cell(w, S_STAY, "mdtrt_id", r) == v &&
                *example_cell(w, S_STAY, "dx", r) != HUJI_NONE64)
                dx[k++] = (int32_t)*example_cell(w, S_STAY, "dx", r);
        for (const struct ynode *d = list ? list->child : NULL; d; d = d->next)
            if (names_get(&w->dict[D_VISIT], ynode_text(d, "visit")) == v && k < max)
                dx[k++] = (int32_t)example_code(w, D_DX, ynode_text(d, "dx"));
        first[v + 1] = (uint32_t)k;
    }
    w->frame.diag_at = first;
    w->frame.diag = dx;
    return 0;
}

static int make_lookups(struct example_world *w, const struct ynode *tables)
{
    for (const struct ynode *t = tables ? tables->child : NULL; t; t = t->next) {
        const struct lookup_def *def = lookup_find(t->key);
        if (!def)
            return ynode_bad(t, w->e, "没有这张状态表");
        struct huji_lookup *l = &w->frame.lookup[def->id];
        size_t n = ynode_count(t), r = 0;
        int32_t *key[3], *b = arena_alloc(&w->a, (n + 1) * 4), *e = arena_alloc(&w->a, (n + 1) * 4);
        int64_t *val[2];
        for (int i = 0; i < 3; i++)
            l->key[i] = key[i] = arena_alloc(&w->a, (n + 1) * 4);
        for (int i = 0; i < 2; i++)
            l->value[i] = val[i] = arena_alloc(&w->a, (n + 1) * 8);
        l->b = b;
        l->e = e;
        l->n = n;
        w->frame.has_lookup[def->id] = true;
        for (const struct ynode *row = t->child; row; row = row->next, r++) {
            day_t d;
            struct span bs = ynode_text(row, "begin"), es = ynode_text(row, "end");
            b[r] = bs.n && day_parse(bs, &d) ? d : HUJI_NONE32;
            e[r] = es.n && day_parse(es, &d) ? d : HUJI_NONE32;
            for (int i = 0; i < def->n_key; i++) {
                int64_t id = example_code(w, def->key[i].domain, ynode_text(row, def->key[i].name));
                key[i][r] = id == HUJI_NONE64 ? HUJI_NONE32 : (int32_t)id;
            }
            for (int i = 0; i < def->n_value; i++)
                if (!dec_parse(ynode_text(row, def->value[i]), 0, false, &val[i][r]))
                    val[i][r] = HUJI_NONE64;
        }
    }
    return 0;
}

static int make_dicts(struct example_world *w)
{
    for (int d = 0; d < DOMAIN_COUNT; d++) {
        uint32_t n = w->dict[d].n;
        struct huji_text *t = arena_alloc(&w->a, ((size_t)n + 1) * sizeof *t);
        if (!t)
            return err_nomem(w->e);
        for (uint32_t i = 0; i < n; i++)
            t[i] = (struct huji_text){w->dict[d].at[i].p, w->dict[d].at[i].n};
        w->frame.dict[d] = (struct huji_dict){.code = t, .n = n};
    }
    return 0;
}

int example_frame(struct example_world *w, const struct ynode *ex, struct line_batch *lines)
{
    int rc = make_lookups(w, ynode_get(ex, "tables"));
    if (rc == 0)
        rc = make_diagnoses(w, ynode_get(ex, "diagnoses"));
    if (rc == 0)
        rc = make_tables(w, lines);
    if (rc == 0)
        rc = make_dicts(w);
    return rc == 0 && w->failed ? err_nomem(w->e) : rc;
}
