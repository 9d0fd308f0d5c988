/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "run/world.h"

#include <stdio.h>

#include <stdatomic.h>

#include "base/crew.h"
#include "base/mem.h"
#include "engine/finish.h"

/* Codes and amounts of a table as narrow columns, in the order in which persons are walked. */
static int load_table(struct store *s, enum source_id id, uint64_t fields, struct world *w,
                      struct err *e)
{
    const struct source *src = &huji_sources[id];
    struct huji_table *t = &w->frame.table[id];
    if (!fields)
        return 0;
    bool person = source_field(id, SPAN("psn_no")) >= 0 && id != S_PERSON && id != S_DOCTOR;
    /* ids are given as threads come to them: where there is a rank, it alone breaks ties */
    bool ranked = source_field(id, SPAN("rank")) >= 0;
    const char *const by[] = {person ? "psn_no" : NULL, src->time_field,
                              ranked ? "rank" : src->id_field};
    int order[FRAME_KEYS] = {-1, -1, -1, -1};
    for (int i = 0, n = 0; i < 3; i++)
        if (by[i])
            order[n++] = source_field(id, span_of(by[i]));
    int rc = frame_load(s, id, fields, order, &w->table[id], e);
    if (rc < 0)
        return rc;
    t->n = w->table[id].n_rows;
    for (size_t f = 0, k = 0; f < src->n_fields; f++) {
        if (!(fields >> f & 1))
            continue;
        const struct column *c = &w->table[id].col[k++];
        t->col[f] = c->data;
        t->width[f] = c->width;
        t->base[f] = c->base;
        t->there[f] = c->there;
        t->lack[f] = c->lack;
        t->before[f] = c->before;
    }
    return 0;
}

static int load_diag(struct store *s, size_t visits, struct world *w, struct err *e)
{
    int rc = frame_query(
        s,
        "SELECT mdtrt_id, dx FROM s_diag WHERE mdtrt_id IS NOT NULL AND dx IS NOT NULL ORDER BY 1, 2",
        &w->diag, e);
    if (rc < 0)
        return rc;
    w->diag_at = mem_calloc(visits + 2, sizeof *w->diag_at);
    if (!w->diag_at)
        return err_nomem(e);
    int32_t *visit = w->diag.col[0].i32;
    for (size_t r = 0; r < w->diag.n_rows; r++)
        if (visit[r] >= 0 && (size_t)visit[r] < visits)
            w->diag_at[visit[r] + 1]++;
    for (size_t v = 0; v < visits; v++)
        w->diag_at[v + 1] += w->diag_at[v];
    mem_free(visit);
    w->diag.col[0].data = NULL;
    w->frame.diag_at = w->diag_at;
    w->frame.diag = w->diag.col[1].i32;
    return 0;
}

static int load_lookup(struct store *s, const struct lookup_def *d, struct world *w, struct err *e)
{
    char table[64];
    snprintf(table, sizeof table, "l_%s", d->name);
    if (!store_has(s, table))
        return 0;
    struct buf sql = BUF_INIT;
    buf_str(&sql, "SELECT ");
    for (int i = 0; i < d->n_key; i++)
        buf_fmt(&sql, "%s, ", d->key[i].name);
    buf_str(&sql, "b, e");
    for (int i = 0; i < d->n_value; i++)
        buf_fmt(&sql, ", %s::BIGINT", d->value[i]);
    buf_fmt(&sql, " FROM %s ORDER BY ALL", table);
    int rc = sql.failed ? err_nomem(e) : frame_query(s, buf_cstr(&sql), &w->lookup[d->id], e);
    buf_release(&sql);
    if (rc < 0)
        return rc;
    struct column_set *c = &w->lookup[d->id];
    struct huji_lookup *l = &w->frame.lookup[d->id];
    int k = 0;
    l->n = c->n_rows;
    for (int i = 0; i < d->n_key; i++)
        l->key[i] = c->col[k++].i32;
    l->b = c->col[k++].i32;
    l->e = c->col[k++].i32;
    for (int i = 0; i < d->n_value; i++)
        l->value[i] = c->col[k++].i64;
    /* an empty table was never delivered: "not asked" is not "nothing found" */
    w->frame.has_lookup[d->id] = l->n > 0;
    return 0;
}

static void deliver_dict(struct world *w, enum domain d)
{
    /* span and huji_text are one shape: pointer, length */
    _Static_assert(sizeof(struct span) == sizeof(struct huji_text), "span is huji_text");
    const struct dict *from = &w->dict[d];
    w->frame.dict[d] = (struct huji_dict){.code = (const struct huji_text *)from->at,
                                          .n = (uint32_t)from->n,
                                          .at = from->id,
                                          .n_at = (uint32_t)from->n_at,
                                          .name = (const struct huji_text *)w->name[d].at,
                                          .named = w->name[d].id,
                                          .n_named = (uint32_t)w->name[d].n_at};
}

/* ---- all of it, by several threads ---- */

/* Pieces by number, the largest first, so that the threads end together: three tables, diagnoses, dictionaries, the other
 * tables, lookups. */
enum {
    LARGEST = 3,
    PIECES = LARGEST + 1 + DOMAIN_COUNT + SOURCE_COUNT + LOOKUP_COUNT,
    MAX_LOADERS = 4 /* each holds a table in two orders for a while */
};

struct loading {
    struct store *store;
    const struct run_needs *needs;
    const struct progress *progress; /* told by the caller's thread alone */
    struct world *w;
    size_t visits;
    atomic_int next, failed;
};

struct load_thread {
    struct loading *of;
    bool is_caller;
    int rc;
    struct err err;
};

static int load_texts(struct loading *l, enum domain d, struct err *e)
{
    if (!l->needs->texts[d])
        return 0;
    struct dict all;
    int rc = dict_load(l->store, d, &all, e);
    if (rc < 0)
        return rc;
    l->w->dict[d] = all;
    deliver_dict(l->w, d);
    return 0;
}

static int load_piece(struct loading *l, int i, struct err *e)
{
    static const enum source_id largest[LARGEST] = {S_STAY, S_SETTLEMENT, S_SALE};
    if (i < LARGEST)
        return load_table(l->store, largest[i], l->needs->fields[largest[i]], l->w, e);
    if (i == LARGEST)
        return l->needs->diag ? load_diag(l->store, l->visits, l->w, e) : 0;
    i -= LARGEST + 1;
    if (i < DOMAIN_COUNT)
        return load_texts(l, (enum domain)i, e);
    i -= DOMAIN_COUNT;
    if (i >= SOURCE_COUNT) {
        i -= SOURCE_COUNT;
        return l->needs->lookup[i] ? load_lookup(l->store, &huji_lookups[i], l->w, e) : 0;
    }
    for (int k = 0; k < LARGEST; k++)
        if (i == (int)largest[k])
            return 0;
    if (i == S_LINE)
        return 0;
    return load_table(l->store, (enum source_id)i, l->needs->fields[i], l->w, e);
}

static void *load_pieces(void *arg)
{
    struct load_thread *me = arg;
    struct loading *l = me->of;
    int i;
    while (!l->failed && (i = l->next++) < PIECES) {
        me->rc = load_piece(l, i, &me->err);
        if (me->rc < 0)
            l->failed = 1;
        if (me->is_caller)
            progress_step(l->progress, "读入人员、就诊与结算", (uint64_t)i, PIECES);
    }
    return NULL;
}

static int load_all(struct loading *l, int threads, struct err *e)
{
    struct load_thread x[MAX_LOADERS] = {0};
    int n = threads < 1 ? 1 : threads < MAX_LOADERS ? threads : MAX_LOADERS, rc = 0;
    for (int i = 0; i < n; i++)
        x[i] = (struct load_thread){.of = l, .is_caller = i == 0};
    crew_run(load_pieces, x, (size_t)n, sizeof *x);
    for (int i = 0; i < n && rc == 0; i++) {
        rc = x[i].rc;
        if (rc < 0 && e)
            *e = x[i].err;
    }
    return rc;
}

int world_load(struct store *s, const struct run_needs *needs, int threads,
               const struct progress *p, struct world *w, struct err *e)
{
    struct loading l = {.store = s, .needs = needs, .progress = p, .w = w};
    int rc = 0;
    *w = (struct world){0};
    for (int d = 0; d < DOMAIN_COUNT && rc == 0; d++) {
        rc = dict_count(s, (enum domain)d, &w->dict[d], e);
        deliver_dict(w, (enum domain)d);
    }
    l.visits = w->dict[D_VISIT].n;
    if (rc == 0)
        rc = store_threads(
            s, 1, e); /* each loader scans by itself: DuckDB's own would stand in their way */
    if (rc == 0) {
        rc = load_all(&l, threads, e);
        store_threads(s, s->threads, NULL);
    }
    if (rc < 0)
        world_release(w);
    return rc;
}

/* ---- the texts that findings name ---- */

struct wanted {
    const struct world *w;
    struct id_set code[DOMAIN_COUNT], name[DOMAIN_COUNT];
};

static int want(void *ctx, enum domain d, int64_t id, bool name)
{
    struct wanted *x = ctx;
    if ((x->w->dict[d].at && !name) || id < 0 || id >= (int64_t)x->w->dict[d].n)
        return 0;
    return id_set_add(name ? &x->name[d] : &x->code[d], id);
}

int world_texts(struct store *s, const struct huji_run *run, struct walk *const *walks, size_t n,
                struct world *w, struct err *e)
{
    struct wanted x = {.w = w};
    int rc = 0;
    for (size_t i = 0; i < n && rc == 0; i++) {
        size_t k;
        const struct huji_finding *f = walk_findings(walks[i], &k);
        for (size_t j = 0; j < k && rc == 0; j++)
            if (finding_texts(run, &f[j], want, &x) < 0)
                rc = err_nomem(e);
    }
    for (int d = 0; d < DOMAIN_COUNT; d++) {
        struct id_set *code = &x.code[d], *name = &x.name[d];
        if (rc == 0 && code->n)
            rc = dict_load_some(s, (enum domain)d, code, &w->dict[d], e);
        if (rc == 0 && name->n)
            rc = dict_load_names(s, (enum domain)d, name, &w->name[d], e);
        if (code->n || name->n)
            deliver_dict(w, (enum domain)d);
        id_set_release(code);
        id_set_release(name);
    }
    return rc;
}

void world_release(struct world *w)
{
    for (int d = 0; d < DOMAIN_COUNT; d++) {
        dict_release(&w->dict[d]);
        dict_release(&w->name[d]);
    }
    for (int t = 0; t < SOURCE_COUNT; t++)
        column_set_release(&w->table[t]);
    for (int l = 0; l < LOOKUP_COUNT; l++)
        column_set_release(&w->lookup[l]);
    column_set_release(&w->diag);
    mem_free(w->diag_at);
    *w = (struct world){0};
}
