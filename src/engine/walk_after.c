/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "engine/walk_priv.h"

#include <stdlib.h>

#include "base/mem.h"

bool walk_is_kept(const struct huji_run *run, int rule)
{
    const struct rule *r = run->lib->rules[rule];
    return run->active[rule] && !r->is_measure && !r->combine &&
           (!r->in_walk || r->kind == &kind_outlier) && (r->kind != &kind_forbid || r->waits);
}

size_t walk_kept_events(const struct walk *merged, int rule)
{
    size_t n = 0;
    for (size_t i = 0; i < merged->n_all; i++)
        for (int part = 0; part < KEPT_PARTS; part++)
            n += merged->all[i]->kept[rule][part].n_events;
    return n;
}

bool walk_asks_lines(const struct huji_run *run, int rule)
{
    const struct rule *r = run->lib->rules[rule];
    bool line = false;
    for (int c = 0; c < r->n_clauses; c++)
        line = line || source_is_line(r->clause[c].src);
    return line;
}

static int tap_append(struct tap *to, const struct tap *from)
{
    for (int f = 0; f < (int)huji_sources[S_LINE].n_fields; f++) {
        if (!from->col[f])
            continue;
        size_t width = (size_t)ftype_width(huji_sources[S_LINE].fields[f].type);
        if (mem_grow(&to->col[f], &to->cap_col[f], to->n + from->n, width) < 0)
            return -1;
        memcpy((char *)to->col[f] + to->n * width, from->col[f], from->n * width);
    }
    if (from->n) {
        if (mem_grow(&to->fund, &to->cap_fund, to->n + from->n, sizeof *to->fund) < 0)
            return -1;
        memcpy(to->fund + to->n, from->fund, from->n * sizeof *to->fund);
    }
    to->n += from->n;
    return 0;
}

int walk_merge_begin(struct huji_run *run, struct walk **walks, size_t n, struct err *e)
{
    struct walk *w = walks[0];
    w->all = mem_calloc(n, sizeof *w->all);
    run->measure = arena_calloc(&run->a, ((size_t)run->lib->n_measures + 1) * sizeof *run->measure);
    if (!w->all || !run->measure)
        return err_nomem(e);
    w->n_all = n;
    w->all[0] = w;
    for (size_t i = 1; i < n; i++) {
        walks[i]->tap_shift = (int32_t)w->tap.n;
        if (tap_append(&w->tap, &walks[i]->tap) < 0)
            return err_nomem(e);
        walk_tap_release(&walks[i]->tap);
        w->all[i] = walks[i];
    }
    w->tap_rank = mem_calloc(w->tap.n + 1, sizeof *w->tap_rank);
    return w->tap_rank ? 0 : err_nomem(e);
}

/* The ranks of the lines, then a measure each. */
size_t walk_merge_parts(const struct huji_run *run)
{
    return (size_t)run->lib->n_measures + 1;
}

static int merge_measure(struct huji_run *run, struct walk *const *walks, size_t n, int i,
                         struct err *e)
{
    const struct measure *m = run->lib->measures[i];
    struct measure_table *t = &run->measure[i];
    *t = walks[0]->sums[i];
    walks[0]->sums[i] = (struct measure_table){0};
    for (size_t k = 1; k < n; k++)
        if (measure_merge(run, m, t, &walks[k]->sums[i]) < 0)
            return err_nomem(e);
    return measure_build(run, m, t, e);
}

int walk_merge_part(struct huji_run *run, struct walk *const *walks, size_t n, size_t part,
                    rank_fn rank, void *ctx, struct err *e)
{
    const struct tap *t = &walks[0]->tap;
    if (part > 0)
        return merge_measure(run, walks, n, (int)part - 1, e);
    return t->n ? rank(ctx, t->col[walk_line_field("no")], t->n, walks[0]->tap_rank, e) : 0;
}

int walk_merge(struct huji_run *run, struct walk **walks, size_t n, rank_fn rank, void *ctx,
               struct err *e)
{
    int rc = walk_merge_begin(run, walks, n, e);
    for (size_t part = 0; rc == 0 && part < walk_merge_parts(run); part++)
        rc = walk_merge_part(run, walks, n, part, rank, ctx, e);
    return rc;
}

int walk_late(struct walk *w, struct err *e)
{
    findings_late(&w->out, &w->env);
    return walk_error(w, e);
}

int walk_judge(const struct huji_run *run, struct walk *merged, struct walk *w, int rule,
               struct err *e)
{
    const struct rule *r = run->lib->rules[rule];
    for (int f = 0; f < HUJI_MAX_FIELDS; f++)
        w->line_const[f] = merged->tap.col[f];
    struct tap own = w->tap;
    w->tap = merged->tap;
    w->in_tap = true;
    w->psn = -1;
    if (r->kind == &kind_outlier) {
        w->fold.rule = r;
        outlier_judge(&w->fold, &run->measure[r->measure->index]);
    } else if (r->derive.on) {
        walk_derive(merged, w, r);
    } else {
        for (int part = 0; part < KEPT_PARTS; part++) {
            size_t n = walk_unpack_part(merged, w, rule, part);
            walk_fold_many(w, r, w->part.ev, n);
        }
    }
    w->tap = w == merged ? w->tap : own;
    w->in_tap = false;
    return walk_error(w, e);
}

const struct huji_finding *walk_findings(const struct walk *w, size_t *n)
{
    *n = w->out.n;
    return w->out.f;
}

void walk_counts(const struct walk *w, uint64_t *lines, uint64_t *events)
{
    *lines = w->n_lines;
    *events = w->n_events;
}
