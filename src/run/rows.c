/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "run/rows.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "base/crew.h"
#include "base/limits.h"
#include "base/mem.h"

enum { PIECE = 256 }; /* findings that a thread takes at once: long and short ones lie together */

/* The rows of one rule: they stand together in the order, and are sorted by one thread. */
struct group {
    struct span rule_id;
    uint32_t rule;
    size_t from, n; /* of rows->order */
};

struct finishing {
    const struct huji_run *run;
    struct line_ids *ids;
    struct rows *rows;
    struct group *group; /* by rule id */
    size_t n_groups;
    atomic_size_t next;
    atomic_int failed;
};

struct finisher {
    struct finishing *of;
    struct arena *arena;
    int rc;
    struct err err;
};

static void *finish_pieces(void *arg)
{
    struct finisher *me = arg;
    struct finishing *f = me->of;
    size_t from;
    while (!f->failed && (from = atomic_fetch_add(&f->next, PIECE)) < f->rows->n) {
        size_t to = from + PIECE < f->rows->n ? from + PIECE : f->rows->n;
        for (size_t i = from; i < to && me->rc == 0; i++) {
            struct row *r = &f->rows->at[i];
            me->rc = finding_finish(f->run, r->h, line_ids_get, f->ids, me->arena, &r->f, &me->err);
        }
        if (me->rc < 0)
            f->failed = 1;
    }
    return NULL;
}

static int by_place(const void *pa, const void *pb, void *rows)
{
    uint32_t a = *(const uint32_t *)pa, b = *(const uint32_t *)pb;
    const struct row *at = rows;
    int c = finished_cmp(&at[a].f, &at[b].f);
    return c ? c : (a > b) - (a < b);
}

static void *sort_groups(void *arg)
{
    struct finishing *f = ((struct finisher *)arg)->of;
    size_t k;
    while ((k = atomic_fetch_add(&f->next, 1)) < f->n_groups) {
        const struct group *g = &f->group[k];
        qsort_r(f->rows->order + g->from, g->n, sizeof *f->rows->order, by_place, f->rows->at);
    }
    return NULL;
}

static int in_threads(struct finishing *f, void *(*fn)(void *), struct err *e)
{
    struct finisher x[MAX_THREADS] = {0};
    size_t n = f->rows->n_arenas;
    int rc = 0;
    atomic_store(&f->next, 0);
    for (size_t i = 0; i < n; i++)
        x[i] = (struct finisher){.of = f, .arena = &f->rows->arena[i]};
    crew_run(fn, x, n, sizeof *x);
    for (size_t i = 0; i < n && rc == 0; i++) {
        rc = x[i].rc;
        if (rc < 0 && e)
            *e = x[i].err;
    }
    return rc;
}

static int by_rule_id(const void *pa, const void *pb)
{
    return span_cmp(((const struct group *)pa)->rule_id, ((const struct group *)pb)->rule_id);
}

/* The rows' numbers, rule by rule. */
static int group(struct finishing *f, struct err *e)
{
    const struct huji_library *lib = f->run->lib;
    struct rows *r = f->rows;
    size_t rules = (size_t)lib->n_rules, at = 0;
    size_t *end = mem_calloc(rules + 1, sizeof *end);
    f->group = mem_calloc(rules + 1, sizeof *f->group);
    if (!end || !f->group) {
        mem_free(end);
        return err_nomem(e);
    }
    for (size_t i = 0; i < rules; i++)
        f->group[i] = (struct group){.rule_id = lib->rules[i]->id, .rule = (uint32_t)i};
    for (size_t i = 0; i < r->n; i++)
        f->group[r->at[i].h->rule].n++;
    qsort(f->group, rules, sizeof *f->group, by_rule_id);
    for (size_t k = 0; k < rules; k++) {
        struct group *g = &f->group[k];
        g->from = at;
        end[g->rule] = at;
        at += g->n;
    }
    for (size_t i = 0; i < r->n; i++)
        r->order[end[r->at[i].h->rule]++] = (uint32_t)i;
    f->n_groups = rules;
    mem_free(end);
    return 0;
}

static int take(struct rows *r, struct walk *const *walks, size_t n, struct err *e)
{
    size_t all = 0;
    for (size_t i = 0; i < n; i++) {
        size_t k;
        walk_findings(walks[i], &k);
        all += k;
    }
    if (all >= UINT32_MAX)
        return err_set(e, ERR_LIMIT, "疑点太多：%zu 条", all);
    r->at = mem_calloc(all + 1, sizeof *r->at);
    r->order = mem_alloc((all + 1) * sizeof *r->order);
    r->arena = mem_calloc(n, sizeof *r->arena);
    r->n_arenas = r->arena ? n : 0;
    if (!r->at || !r->order || !r->arena)
        return err_nomem(e);
    for (size_t i = 0; i < n; i++) {
        size_t k;
        const struct huji_finding *f = walk_findings(walks[i], &k);
        for (size_t j = 0; j < k; j++)
            r->at[r->n++].h = &f[j];
    }
    return 0;
}

int rows_finish(const struct huji_run *run, struct walk *const *walks, size_t n,
                struct line_ids *ids, struct rows *out, struct err *e)
{
    struct finishing f = {.run = run, .ids = ids, .rows = out};
    *out = (struct rows){0};
    int rc = take(out, walks, n, e);
    if (rc == 0)
        rc = group(&f, e);
    if (rc == 0)
        rc = in_threads(&f, finish_pieces, e);
    if (rc == 0)
        rc = in_threads(&f, sort_groups, e);
    mem_free(f.group);
    return rc;
}

void rows_release(struct rows *r)
{
    for (size_t i = 0; i < r->n_arenas; i++)
        arena_release(&r->arena[i]);
    mem_free(r->arena);
    mem_free(r->at);
    mem_free(r->order);
    *r = (struct rows){0};
}
