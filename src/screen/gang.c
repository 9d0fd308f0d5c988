/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "screen/gang.h"

#include "base/mem.h"

bool gang_ties(const struct finding *f)
{
    struct span rule = f->rule;

    return finding_counts(f) && span_is(span_cut(&rule, '.'), "B17");
}

static uint32_t person_put(struct gangs *g, struct span person)
{
    uint32_t before = g->persons.n, id = names_put(&g->persons, person);

    if (id == NAME_NONE || mem_grow(&g->parent, &g->cap, g->persons.n, sizeof *g->parent))
        return NAME_NONE;
    if (g->persons.n > before)
        g->parent[id] = id;
    return id;
}

static uint32_t root(const struct gangs *g, uint32_t id)
{
    while (g->parent[id] != id)
        id = g->parent[id] = g->parent[g->parent[id]];
    return id;
}

/* The smaller psn_no leads: the key does not depend on the order of the links. */
int gang_link(struct gangs *g, struct span a, struct span b, struct err *e)
{
    uint32_t x = person_put(g, a), y = person_put(g, b);

    if (x == NAME_NONE || y == NAME_NONE)
        return err_nomem(e);
    x = root(g, x);
    y = root(g, y);
    if (x == y)
        return 0;
    if (span_cmp(g->persons.at[x], g->persons.at[y]) < 0)
        g->parent[y] = x;
    else
        g->parent[x] = y;
    return 0;
}

static int key_put(struct gangs *g, uint32_t leader, uint32_t *out, struct err *e)
{
    struct buf b = BUF_INIT;
    uint32_t before = g->keys.n;

    buf_str(&b, "gang:");
    buf_span(&b, g->persons.at[leader]);
    *out = b.failed ? NAME_NONE : names_put(&g->keys, (struct span){b.p, b.n});
    buf_release(&b);
    if (*out == NAME_NONE || mem_grow(&g->size, &g->cap_size, g->keys.n, sizeof *g->size))
        return err_nomem(e);
    if (g->keys.n > before)
        g->size[*out] = 0;
    return 0;
}

int gangs_assign(struct gangs *g, struct finding_set *fs, const struct span *tie, struct err *e)
{
    uint32_t key;
    int rc = 0;

    for (uint32_t i = 0; i < g->persons.n && !rc; i++) {
        rc = key_put(g, root(g, i), &key, e);
        if (!rc)
            g->size[key]++;
    }
    for (size_t i = 0; i < fs->n && !rc; i++) {
        struct finding *f = &fs->at[i];
        uint32_t id = names_get(&g->persons, tie[i].n ? tie[i] : f->person);

        f->gang = SPAN("");
        if (id == NAME_NONE)
            continue;
        rc = key_put(g, root(g, id), &key, e);
        if (!rc)
            f->gang = g->keys.at[key];
    }
    return rc;
}

uint32_t gang_size(const struct gangs *g, struct span key)
{
    uint32_t id = names_get(&g->keys, key);

    return id == NAME_NONE ? 0 : g->size[id];
}

void gangs_release(struct gangs *g)
{
    names_release(&g->persons);
    names_release(&g->keys);
    mem_free(g->parent);
    mem_free(g->size);
    *g = (struct gangs){0};
}
