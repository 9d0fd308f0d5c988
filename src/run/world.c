/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "run/world.h"

#include <stdio.h>

#include "base/mem.h"
#include "engine/rule.h"

static void deliver(struct world *w, enum source_id id)
{
    w->frame.table[id].n = w->table[id].n_rows;
    for (size_t f = 0; f < huji_sources[id].n_fields; f++)
        w->frame.table[id].col[f] = w->table[id].col[f].data;
}

static int load_table(struct store *s, enum source_id id, struct world *w, struct err *e)
{
    const struct source *src = &huji_sources[id];
    int fields[HUJI_MAX_FIELDS];
    struct buf order = BUF_INIT;
    for (size_t f = 0; f < src->n_fields; f++)
        fields[f] = (int)f;
    bool person = source_field(id, SPAN("psn_no")) >= 0 && id != S_PERSON && id != S_DOCTOR;
    /* ids are given as threads come to them: where there is a rank, it alone breaks ties */
    bool ranked = source_field(id, SPAN("rank")) >= 0;
    buf_fmt(&order, "%s%s%s%s", person ? "psn_no nulls last, " : "",
            src->time_field ? src->time_field : "", src->time_field ? " nulls last, " : "",
            ranked ? "rank" : src->id_field);
    int rc = frame_load(s, id, fields, src->n_fields, buf_cstr(&order), &w->table[id], e);
    buf_release(&order);
    if (rc == 0)
        deliver(w, id);
    return rc;
}

/* s_visit (stay and visit share it) and s_settlement (void ones too): all rows, whatever the source's own condition. */
static int load_whole(struct store *s, enum source_id id, const char *order, struct world *w,
                      struct err *e)
{
    const struct source *src = &huji_sources[id];
    struct buf sql = BUF_INIT;
    buf_str(&sql, "SELECT ");
    for (size_t f = 0; f < src->n_fields; f++)
        buf_fmt(&sql, "%s%s", f ? ", " : "", src->fields[f].name);
    buf_fmt(&sql, " FROM %s ORDER BY psn_no NULLS LAST, %s NULLS LAST, rank", src->table, order);
    int rc = sql.failed ? err_nomem(e) : frame_query(s, buf_cstr(&sql), &w->table[id], e);
    buf_release(&sql);
    if (rc == 0)
        deliver(w, id);
    return rc;
}

static int load_diag(struct store *s, struct world *w, struct err *e)
{
    int rc = frame_query(
        s,
        "SELECT mdtrt_id, dx FROM s_diag WHERE mdtrt_id IS NOT NULL AND dx IS NOT NULL ORDER BY 1, 2",
        &w->diag, e);
    if (rc < 0)
        return rc;
    size_t visits = w->dict[D_VISIT].n;
    w->diag_at = mem_calloc(visits + 2, sizeof *w->diag_at);
    if (!w->diag_at)
        return err_nomem(e);
    const int32_t *visit = w->diag.col[0].i32;
    for (size_t r = 0; r < w->diag.n_rows; r++)
        if (visit[r] >= 0 && (size_t)visit[r] < visits)
            w->diag_at[visit[r] + 1]++;
    for (size_t v = 0; v < visits; v++)
        w->diag_at[v + 1] += w->diag_at[v];
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

void world_needs_of(const struct huji_library *lib, const bool *wanted, struct world_needs *out)
{
    const unsigned always = 1u << S_PERSON | 1u << S_INST | 1u << S_DOCTOR;
    *out = (struct world_needs){.sources = wanted ? always : ~0u, .texts = true};
    for (int i = 0; wanted && i < lib->n_rules; i++)
        if (wanted[i] || lib->rules[i]->is_measure)
            out->sources |= rule_sources(lib->rules[i]);
}

/* Empty codes for so many ids: what needs no text runs on the numbers. */
static int dict_blank(struct store *s, enum domain d, struct dict *out, struct err *e)
{
    int64_t n = 0;
    int rc = db_int(s->con, e, 0, &n, "SELECT max(id) + 1 FROM d_%s", huji_domain_name[d]);
    *out = (struct dict){0};
    if (rc < 0)
        return rc;
    out->at = mem_calloc((size_t)n + 1, sizeof *out->at);
    if (!out->at)
        return err_nomem(e);
    out->n = (size_t)n;
    return 0;
}

static int load_dict(struct store *s, enum domain d, const struct world_needs *needs,
                     struct dict *out, struct err *e)
{
    bool text = needs->texts || (d != D_PERSON && d != D_VISIT && d != D_SETL);
    return text ? dict_load(s, d, out, e) : dict_blank(s, d, out, e);
}

int world_load(struct store *s, const struct world_needs *needs, const struct progress *p,
               struct world *w, struct err *e)
{
    static const enum source_id rest[] = {S_PERSON, S_INST,  S_DOCTOR, S_OPERATION, S_STOCK,
                                          S_SALE,   S_TRACE, S_CHECK,  S_REFUND,    S_REG,
                                          S_ENROL,  S_LAB,   S_ACT,    S_CLEARING};
    const uint64_t steps = DOMAIN_COUNT + sizeof rest / sizeof *rest + LOOKUP_COUNT + 3;
    uint64_t done = 0;
    int rc = 0;
    static const struct world_needs all = {~0u, true};
    needs = needs ? needs : &all;
    *w = (struct world){0};
    for (int d = 0; d < DOMAIN_COUNT && rc == 0; d++) {
        rc = load_dict(s, (enum domain)d, needs, &w->dict[d], e);
        /* span and huji_text are one shape: pointer, length */
        _Static_assert(sizeof(struct span) == sizeof(struct huji_text), "span is huji_text");
        w->frame.dict[d] = (struct huji_dict){(const struct huji_text *)w->dict[d].at,
                                              (uint32_t)w->dict[d].n};
        progress_step(p, "读入人员、就诊与结算", ++done, steps);
    }
    if (rc == 0)
        rc = load_whole(s, S_STAY, "begntime", w, e);
    if (rc == 0)
        rc = load_whole(s, S_SETTLEMENT, "setl_time", w, e);
    for (size_t i = 0; i < sizeof rest / sizeof *rest && rc == 0; i++) {
        if (needs->sources >> rest[i] & 1)
            rc = load_table(s, rest[i], w, e);
        progress_step(p, "读入人员、就诊与结算", ++done, steps);
    }
    if (rc == 0)
        rc = load_diag(s, w, e);
    for (int l = 0; l < LOOKUP_COUNT && rc == 0; l++) {
        rc = load_lookup(s, &huji_lookups[l], w, e);
        progress_step(p, "读入人员、就诊与结算", ++done, steps);
    }
    if (rc < 0)
        world_release(w);
    return rc;
}

void world_release(struct world *w)
{
    for (int d = 0; d < DOMAIN_COUNT; d++)
        dict_release(&w->dict[d]);
    for (int t = 0; t < SOURCE_COUNT; t++)
        column_set_release(&w->table[t]);
    for (int l = 0; l < LOOKUP_COUNT; l++)
        column_set_release(&w->lookup[l]);
    column_set_release(&w->diag);
    mem_free(w->diag_at);
    *w = (struct world){0};
}
