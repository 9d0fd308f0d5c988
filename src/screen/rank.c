/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "screen/rank.h"

#include <stdlib.h>

#include "base/mem.h"

const char *const rank_by_name[RANK_BY_COUNT] = {"clue",   "institution", "person",
                                                 "doctor", "gang",        "rule"};

static int64_t *of_each(const struct finding_set *fs, const struct confidence *c,
                        int64_t (*of)(const struct confidence *, const struct finding *))
{
    int64_t *s = mem_calloc(fs->n, sizeof *s);

    for (size_t i = 0; s && i < fs->n; i++)
        if (finding_counts(&fs->at[i]))
            s[i] = of(c, &fs->at[i]);
    return s;
}

int64_t *finding_set_strengths(const struct finding_set *fs, const struct confidence *c)
{
    return of_each(fs, c, confidence_strength);
}

int64_t *finding_set_chances(const struct finding_set *fs, const struct confidence *c)
{
    return of_each(fs, c, confidence_chance);
}

static struct span key_of(const struct finding *f, enum rank_by by, struct buf *b)
{
    switch (by) {
    case RANK_INSTITUTION: return f->inst;
    case RANK_PERSON: return f->person;
    case RANK_DOCTOR: return f->doctor;
    case RANK_GANG: return f->gang;
    case RANK_RULE: return f->rule;
    case RANK_CLUE:
    case RANK_BY_COUNT: break;
    }
    buf_clear(b);
    if (f->visit.n) {
        buf_str(b, "mdtrt:");
        buf_span(b, f->visit);
    } else {
        buf_span(b, f->owner_type);
        buf_char(b, ':');
        buf_span(b, f->owner);
    }
    return (struct span){b->p, b->n};
}

static int group_add(struct ranking *r, const struct finding_set *fs, uint32_t i, int64_t strength,
                     struct buf *b, struct err *e)
{
    const struct finding *f = &fs->at[i];
    struct span key = key_of(f, r->by, b);
    struct ranked *g;
    uint32_t id;

    r->group_of[i] = NAME_NONE;
    if (!finding_counts(f) || !key.n)
        return 0;
    id = names_put(&r->keys, key);
    if (b->failed || id == NAME_NONE || mem_grow(&r->at, &r->cap, r->keys.n, sizeof *r->at))
        return err_nomem(e);
    if (id == r->n) {
        r->at[r->n++] = (struct ranked){.key = r->keys.at[id], .best = i, .latest = DAY_NONE};
    }
    g = &r->at[id];
    r->group_of[i] = id;
    g->n_findings++;
    g->n_open += f->verdict == VERDICT_NONE || f->verdict == VERDICT_DOUBTFUL;
    g->n_class[f->cls]++;
    strengths_add(&g->strengths, family_of(f->rule), strength);
    if (f->day != DAY_NONE && f->day > g->latest)
        g->latest = f->day;
    return 0;
}

/* Is finding a the better face of its group? */
static bool better_face(const struct finding_set *fs, const int64_t *s, const fen_t *expected,
                        uint32_t a, uint32_t b)
{
    if (expected[a] != expected[b])
        return expected[a] > expected[b];
    if (s[a] != s[b])
        return s[a] > s[b];
    if (fs->at[a].fund != fs->at[b].fund)
        return fs->at[a].fund > fs->at[b].fund;
    return span_cmp(fs->at[a].id, fs->at[b].id) < 0;
}

static void money(struct ranking *r, const struct ledger *l, fen_t *expected)
{
    for (uint32_t k = 0; k < l->atoms.n; k++) {
        const struct claim *c = &l->claims[k];
        struct ranked *g;
        fen_t part;

        if (c->finding == NAME_NONE)
            continue;
        part = prorate(c->fund, c->chance, MICRO);
        expected[c->finding] += part;
        if (r->group_of[c->finding] == NAME_NONE)
            continue;
        g = &r->at[r->group_of[c->finding]];
        g->expected += part;
        g->fund += c->fund;
        g->amount += c->amount;
    }
}

/* Distinct (group, what) pairs, by sorting their hashes' ids. */
static int count_distinct(struct ranking *r, const struct finding_set *fs, bool persons,
                          struct err *e)
{
    struct names seen = NAMES_INIT, names = NAMES_INIT;
    int rc = 0;

    for (size_t i = 0; i < fs->n && !rc; i++) {
        struct span what = persons ? fs->at[i].person : fs->at[i].rule;
        uint32_t pair[2], before = seen.n;

        if (r->group_of[i] == NAME_NONE || !what.n)
            continue;
        pair[0] = r->group_of[i];
        pair[1] = names_put(&names, what);
        if (pair[1] == NAME_NONE ||
            names_put(&seen, (struct span){(const char *)pair, sizeof pair}) == NAME_NONE)
            rc = err_nomem(e);
        else if (seen.n > before && persons)
            r->at[pair[0]].n_persons++;
        else if (seen.n > before)
            r->at[pair[0]].n_rules++;
    }
    names_release(&seen);
    names_release(&names);
    return rc;
}

static int order_rest(const struct ranked *a, const struct ranked *b)
{
    if (a->n_families != b->n_families)
        return a->n_families > b->n_families ? -1 : 1;
    if (a->latest != b->latest)
        return a->latest > b->latest ? -1 : 1;
    return span_cmp(a->key, b->key);
}

static int by_money(const void *x, const void *y)
{
    const struct ranked *a = x, *b = y;

    if (a->expected != b->expected)
        return a->expected > b->expected ? -1 : 1;
    if (a->score != b->score)
        return a->score > b->score ? -1 : 1;
    return order_rest(a, b);
}

static int by_fraud(const void *x, const void *y)
{
    const struct ranked *a = x, *b = y;

    if (a->fraud != b->fraud)
        return a->fraud > b->fraud ? -1 : 1;
    return by_money(x, y);
}

/* Puts rows in order and group_of after them. */
static int sort(struct ranking *r, size_t n_findings, bool fraud, struct err *e)
{
    uint32_t *place = mem_alloc(r->n * sizeof *place);

    if (!place)
        return err_nomem(e);
    if (r->n)
        qsort(r->at, r->n, sizeof *r->at, fraud ? by_fraud : by_money);
    for (size_t i = 0; i < r->n; i++)
        place[names_get(&r->keys, r->at[i].key)] = (uint32_t)i;
    for (size_t i = 0; i < n_findings; i++)
        if (r->group_of[i] != NAME_NONE)
            r->group_of[i] = place[r->group_of[i]];
    mem_free(place);
    return 0;
}

int ranking_build(struct ranking *r, const struct finding_set *fs, const struct ledger *l,
                  const int64_t *strengths, enum rank_by by, bool fraud, struct err *e)
{
    fen_t *expected = mem_calloc(fs->n, sizeof *expected);
    struct buf b = BUF_INIT;
    int rc = 0;

    *r = (struct ranking){.by = by};
    r->group_of = mem_alloc(fs->n * sizeof *r->group_of);
    if (!expected || !r->group_of)
        rc = err_nomem(e);
    for (uint32_t i = 0; i < fs->n && !rc; i++)
        rc = group_add(r, fs, i, strengths[i], &b, e);
    if (!rc)
        money(r, l, expected);
    for (uint32_t i = 0; i < fs->n && !rc; i++) {
        struct ranked *g = r->group_of[i] == NAME_NONE ? NULL : &r->at[r->group_of[i]];

        if (g && better_face(fs, strengths, expected, i, g->best))
            g->best = i;
    }
    if (!rc)
        rc = count_distinct(r, fs, false, e);
    if (!rc)
        rc = count_distinct(r, fs, true, e);
    for (size_t i = 0; i < r->n && !rc; i++) {
        struct ranked *g = &r->at[i];

        g->best_expected = expected[g->best];
        g->score = strengths_score(&g->strengths, false);
        g->fraud = strengths_score(&g->strengths, true);
        g->n_families = strengths_count(&g->strengths);
    }
    if (!rc)
        rc = sort(r, fs->n, fraud, e);
    buf_release(&b);
    mem_free(expected);
    if (rc)
        ranking_release(r);
    return rc;
}

/* picked[i]: row i is among the first `top` under the cap. */
static int pick(const struct ranking *r, const struct finding_set *fs, size_t top, size_t per_inst,
                bool *picked)
{
    struct names insts = NAMES_INIT;
    size_t *taken = mem_calloc(r->n, sizeof *taken), n = 0;
    int rc = taken ? 0 : -1;

    for (size_t i = 0; i < r->n && n < top && !rc; i++) {
        struct span inst = fs->at[r->at[i].best].inst;
        uint32_t id = names_put(&insts, inst);

        if (id == NAME_NONE)
            rc = -1;
        else if (!inst.n || taken[id]++ < per_inst)
            n += picked[i] = true;
    }
    mem_free(taken);
    names_release(&insts);
    return rc;
}

int ranking_first(struct ranking *r, size_t n_findings, const bool *first, struct err *e)
{
    struct ranked *rows = mem_alloc((r->n + 1) * sizeof *rows);
    uint32_t *place = mem_alloc((r->n + 1) * sizeof *place);
    size_t n = 0;

    if (!rows || !place) {
        mem_free(rows);
        mem_free(place);
        return err_nomem(e);
    }
    for (int wanted = 1; wanted >= 0; wanted--)
        for (size_t i = 0; i < r->n; i++)
            if (first[i] == wanted) {
                place[i] = (uint32_t)n;
                rows[n++] = r->at[i];
            }
    for (size_t i = 0; i < n_findings; i++)
        if (r->group_of[i] != NAME_NONE)
            r->group_of[i] = place[r->group_of[i]];
    if (r->n)
        memcpy(r->at, rows, r->n * sizeof *rows);
    mem_free(rows);
    mem_free(place);
    return 0;
}

int ranking_cap(struct ranking *r, const struct finding_set *fs, size_t top, size_t per_inst,
                struct err *e)
{
    bool *picked = mem_calloc(r->n + 1, sizeof *picked);
    int rc;

    if (!picked || pick(r, fs, top, per_inst ? per_inst : (top + 9) / 10, picked))
        rc = err_nomem(e);
    else
        rc = ranking_first(r, fs->n, picked, e);
    mem_free(picked);
    return rc;
}

void ranking_keep_open(struct ranking *r, size_t n_findings)
{
    size_t n = 0;

    for (size_t i = 0; i < n_findings; i++)
        if (r->group_of[i] != NAME_NONE && r->at[r->group_of[i]].n_open == 0)
            r->group_of[i] = NAME_NONE;
    for (size_t i = 0; i < r->n; i++) {
        if (r->at[i].n_open == 0)
            continue;
        for (size_t k = 0; i != n && k < n_findings; k++)
            if (r->group_of[k] == i)
                r->group_of[k] = (uint32_t)n;
        r->at[n++] = r->at[i];
    }
    r->n = n;
}

void ranking_release(struct ranking *r)
{
    names_release(&r->keys);
    arena_release(&r->text);
    mem_free(r->at);
    mem_free(r->group_of);
    *r = (struct ranking){0};
}
