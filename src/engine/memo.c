/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "engine/memo.h"

#include <string.h>

#include "base/day.h"
#include "base/mem.h"

_Static_assert(HUJI_MAX_FIELDS < MEMO_DAY, "a bit per field and one for the day");

/* ---- numbering ---- */

/* What a part hangs on. */
struct hangs {
    uint64_t fields; /* of the event's own row */
    int src;         /* -1: of no row */
    uint64_t hash;
    bool inner; /* on an inner event */
    bool other; /* on what is not the row's: the one before, a row of a table, the finding */
    bool dear;  /* tables or diagnoses or lines are gone through */
};

struct part {
    struct expr *first;
    uint64_t fields, hash;
    int src, n;
    bool dear;
    uint16_t number;
};

struct numbering {
    struct huji_library *lib;
    struct part *part;
    size_t n, cap;
    uint32_t *slot; /* by hash: part + 1; 0 = free */
    size_t n_slots;
    bool giving; /* the second time: numbers are written into the trees */
    bool asking; /* only what a tree hangs on */
};

static uint64_t hash_of(const struct expr *x)
{
    uint64_t h = hash_u64((uint64_t)x->op << 32 | (uint64_t)x->src << 24 | (uint64_t)x->via << 16 |
                          (uint64_t)x->agg << 8 | (uint64_t)x->base);
    h = hash_u64(h ^ (uint64_t)x->num ^ (uint64_t)x->field << 40);
    return x->op == X_CODE ? h ^ hash_bytes(x->text.p, x->text.n) : h;
}

static int rehash(struct numbering *g)
{
    size_t want = g->n_slots ? g->n_slots * 2 : 1024;
    uint32_t *slot = mem_calloc(want, sizeof *slot);
    if (!slot)
        return -1;
    for (size_t i = 0; i < g->n; i++) {
        size_t at = g->part[i].hash & (want - 1);
        while (slot[at])
            at = (at + 1) & (want - 1);
        slot[at] = (uint32_t)i + 1;
    }
    mem_free(g->slot);
    g->slot = slot;
    g->n_slots = want;
    return 0;
}

static struct part *part_of(struct numbering *g, struct expr *x, const struct hangs *h)
{
    if ((g->n + 1) * 2 > g->n_slots && rehash(g) < 0)
        return NULL;
    size_t at = h->hash & (g->n_slots - 1);
    for (; g->slot[at]; at = (at + 1) & (g->n_slots - 1)) {
        struct part *p = &g->part[g->slot[at] - 1];
        if (p->hash == h->hash && p->src == h->src && expr_same(p->first, x))
            return p;
    }
    if (mem_grow(&g->part, &g->cap, g->n + 1, sizeof *g->part) < 0)
        return NULL;
    g->slot[at] = (uint32_t)++g->n;
    struct part *p = &g->part[g->n - 1];
    *p = (struct part){
        .first = x, .fields = h->fields, .hash = h->hash, .src = h->src, .dear = h->dear};
    return p;
}

static bool is_day(const struct expr *x)
{
    const struct expr *t = x->op == X_DAY ? x->arg[0] : NULL;
    const char *time = t && t->own == OWN_CUR ? huji_sources[t->from].time_field : NULL;
    return time && source_field(t->from, span_of(time)) == t->field;
}

static void add_field(struct numbering *g, struct hangs *h, const struct expr *x)
{
    h->inner = h->inner || x->num;
    h->other = h->other || x->base == BASE_PREV;
    h->dear = h->dear || x->via != VIA_SELF;
    h->src = x->num ? -1 : (int)x->from;
    if (!x->num)
        h->fields |= UINT64_C(1) << (x->via == VIA_SELF ? x->field : x->fk);
    if (!x->num && x->base != BASE_PREV && !g->asking)
        g->lib->memo[x->from].reads |= h->fields;
}

static bool of_row(const struct hangs *h)
{
    return h->fields && !h->inner && !h->other;
}

static int look_at(struct numbering *g, struct expr *x, struct hangs *up);

static int arguments(struct numbering *g, const struct expr *x, struct hangs *h)
{
    for (int i = 0; i < X_ARGS; i++) {
        struct hangs a = {.src = -1};
        if (!x->arg[i])
            continue;
        if (look_at(g, x->arg[i], &a) < 0)
            return -1;
        h->hash = hash_u64(h->hash ^ a.hash) + (uint64_t)i;
        h->fields |= a.fields;
        h->inner = h->inner || a.inner;
        h->other = h->other || a.other || (h->src >= 0 && a.src >= 0 && a.src != h->src);
        h->dear = h->dear || a.dear;
        h->src = a.src >= 0 ? a.src : h->src;
    }
    return 0;
}

/* Counts the parts of a tree that hang on its row alone, or gives them their numbers. */
static int look_at(struct numbering *g, struct expr *x, struct hangs *h)
{
    *h = (struct hangs){.src = -1, .hash = hash_of(x)};
    switch (x->op) {
    case X_FIELD: add_field(g, h, x); break;
    case X_KN:
    case X_VALUE:
    case X_THRESHOLD:
    case X_FUND:
    case X_GAP_FROM:
    case X_GAP_TO:
    case X_INFLOW:
    case X_MEMBERS:
    case X_MEASURE:
    case X_PART:
    case X_KEY: h->other = true; break;
    default: break;
    }
    if (arguments(g, x, h) < 0)
        return -1;
    if (x->op == X_AGG) /* over the person's lines, whoever asks */
        h->inner = false;
    if (is_day(x))
        h->fields = UINT64_C(1) << MEMO_DAY;
    h->dear = h->dear || x->op == X_AGG || x->op == X_ANYDX || x->op == X_DXLISTED ||
              x->op == X_HAS || x->op == X_COVERED || x->op == X_LOOK;
    if (!of_row(h) || x->own || g->asking)
        return 0;
    struct part *p = part_of(g, x, h);
    if (!p)
        return -1;
    if (g->giving)
        x->memo = p->number;
    p->n += !g->giving;
    return 0;
}

static int look_at_rule(struct numbering *g, const struct rule *r)
{
    struct hangs h;
    int rc = 0;
#define LOOK_AT(x)      \
    if (rc == 0 && (x)) \
    rc = look_at(g, (x), &h)
    for (int c = 0; c < r->n_clauses; c++) {
        LOOK_AT(r->clause[c].where);
        for (int k = 0; k < r->n_keys; k++)
            LOOK_AT(r->key[c][k]);
        for (int s = 0; s < SL_COUNT; s++)
            LOOK_AT(r->slot[c][s]);
        for (int k = 0; k < r->n_except; k++)
            LOOK_AT(r->except[c][k]);
        for (int k = 0; k < SL_COUNT; k++)
            LOOK_AT(r->loose[c][k]);
    }
#undef LOOK_AT
    return rc;
}

static int look_at_all(struct numbering *g)
{
    int rc = 0;
    for (int i = 0; i < g->lib->n_rules && rc == 0; i++)
        rc = look_at_rule(g, g->lib->rules[i]);
    return rc;
}

/* Columns that mostly stay the same from one line to the next. */
static uint64_t steady(enum source_id src)
{
    uint64_t fields = UINT64_C(1) << MEMO_DAY;
    for (size_t f = 0; f < huji_sources[src].n_fields; f++)
        if (huji_sources[src].fields[f].type == F_CODE)
            fields |= UINT64_C(1) << f;
    return fields;
}

bool memo_steady(struct expr *x, enum source_id src, uint64_t *fields)
{
    struct numbering only = {.asking = true};
    struct hangs h;
    if (look_at(&only, x, &h) < 0 || !of_row(&h) || h.src != (int)src)
        return false;
    *fields = h.fields;
    return !(h.fields & ~steady(src));
}

/* What is asked twice of a row, or once but of many rows that share their answer. */
static bool worth(const struct part *p)
{
    return p->n > 1 || (p->dear && source_is_line((enum source_id)p->src) &&
                        !(p->fields & ~steady((enum source_id)p->src)));
}

static int make_plan(struct numbering *g, int src)
{
    struct memo_plan *m = &g->lib->memo[src];
    int n = 0;
    for (size_t i = 0; i < g->n; i++)
        if (g->part[i].src == src && worth(&g->part[i]) && n < UINT16_MAX)
            g->part[i].number = (uint16_t)++n;
    m->words = (size_t)n / 64 + 1;
    m->steady = steady((enum source_id)src);
    m->drop = arena_calloc(&g->lib->a, (MEMO_DAY + 1) * m->words * sizeof *m->drop);
    m->loose = arena_calloc(&g->lib->a, m->words * sizeof *m->loose);
    if (!m->drop || !m->loose)
        return -1;
    for (size_t i = 0; i < g->n; i++) {
        const struct part *p = &g->part[i];
        if (p->src != src || !p->number)
            continue;
        m->fields |= p->fields;
        if (p->fields & ~m->steady)
            m->loose[p->number / 64] |= UINT64_C(1) << (p->number & 63);
        for (uint64_t f = p->fields; f; f &= f - 1)
            m->drop[(size_t)__builtin_ctzll(f) * m->words + p->number / 64] |= UINT64_C(1)
                                                                               << (p->number & 63);
    }
    m->n = n;
    return 0;
}

int memo_number(struct huji_library *lib)
{
    struct numbering g = {.lib = lib};
    lib->memo = arena_calloc(&lib->a, SOURCE_COUNT * sizeof *lib->memo);
    int rc = lib->memo ? look_at_all(&g) : -1;
    for (int s = 0; s < SOURCE_COUNT && rc == 0; s++)
        rc = make_plan(&g, s);
    g.giving = true;
    if (rc == 0)
        rc = look_at_all(&g);
    mem_free(g.part);
    mem_free(g.slot);
    return rc;
}

/* ---- in a walk ---- */

int memo_open(struct memo *m, const struct huji_library *lib, enum source_id src)
{
    const char *time = huji_sources[src].time_field;
    m->plan = &lib->memo[src];
    m->resident = !source_is_line(src);
    m->time = time ? source_field(src, span_of(time)) : -1;
    m->val = mem_calloc(m->plan->words * 64, sizeof *m->val);
    m->known = mem_calloc(m->plan->words, sizeof *m->known);
    for (int f = 0; f <= MEMO_DAY; f++)
        m->cell[f] = HUJI_NONE64;
    return m->val && m->known ? 0 : -1;
}

void memo_release(struct memo *m)
{
    mem_free(m->val);
    mem_free(m->known);
}

static bool reads(const struct memo *m, size_t field)
{
    return (m->plan->reads | m->known_fields) >> field & 1;
}

static int way_of(const struct huji_table *t, size_t f)
{
    return t->there[f] || t->width[f] > 4 ? CELLS_OTHER : t->width[f];
}

void memo_columns(struct memo *m, const struct huji_table *t, enum source_id src)
{
    size_t fields = huji_sources[src].n_fields;
    int to[CELLS_WAYS];
    memset(m->until, 0, sizeof m->until);
    memo_forget(m);
    if (!m->resident || !t->n)
        return; /* no row of it is ever asked */
    for (size_t f = 0; f < fields; f++)
        m->until[way_of(t, f) + 1] += reads(m, f) && t->col[f];
    for (int way = 0; way < CELLS_WAYS; way++) {
        to[way] = m->until[way];
        m->until[way + 1] += m->until[way];
    }
    for (size_t f = 0; f < fields; f++) {
        m->cell[f] = HUJI_NONE64;
        if (reads(m, f) && t->col[f])
            m->column[to[way_of(t, f)]++] = (struct memo_column){t->col[f], t->base[f], (int)f};
    }
}

void memo_lines(struct memo *m, void *const *line)
{
    const struct field *fields = huji_sources[S_LINE].fields;
    int n = 0;
    memset(m->until, 0, sizeof m->until);
    for (int way = 0; way < CELLS_WAYS; way++) {
        for (size_t f = 0; f < huji_sources[S_LINE].n_fields; f++) {
            int of = ftype_width(fields[f].type) == 8 ? CELLS_OTHER : CELLS_4;
            if (of == way && line[f] && reads(m, f))
                m->column[n++] = (struct memo_column){line[f], 0, (int)f};
        }
        m->until[way + 1] = n;
    }
    for (size_t f = 0; f < huji_sources[S_LINE].n_fields; f++)
        m->cell[f] = HUJI_NONE64; /* of a column that is not there */
}

void memo_forget(struct memo *m)
{
    memset(m->known, 0, m->plan->words * sizeof *m->known);
}

static void drop(struct memo *m, int field)
{
    const uint64_t *of = m->plan->drop + (size_t)field * m->plan->words;
    for (size_t k = 0; k < m->plan->words; k++)
        m->known[k] &= ~of[k];
}

/* Is the cell another than it was? A bit at its field. */
static inline uint64_t set_cell(struct memo *m, int field, int64_t v)
{
    uint64_t other = (uint64_t)(v != m->cell[field]) << field;
    m->cell[field] = v;
    return other;
}

/* With `way` known where it is called, a loop of few steps. */
__attribute__((always_inline)) static inline uint64_t unpack(struct memo *m, size_t way, size_t row)
{
    uint64_t changed = 0;
    uint32_t none = way == CELLS_4 ? UINT32_MAX : (UINT32_C(1) << way * 8) - 1;
    for (int i = m->until[way]; i < m->until[way + 1]; i++) {
        const struct memo_column *c = &m->column[i];
        uint32_t v = 0;
        memcpy(&v, c->col + row * way, way == CELLS_3 ? 4 : way); /* a byte more is there */
        v &= none;
        changed |= set_cell(m, c->field, v == none ? HUJI_NONE64 : c->base + v);
    }
    return changed;
}

static uint64_t unpack_other(struct memo *m, const struct huji_table *t, enum source_id src,
                             size_t row)
{
    uint64_t changed = 0;
    for (int i = m->until[CELLS_OTHER]; i < m->until[CELLS_OTHER + 1]; i++) {
        int f = m->column[i].field;
        changed |= set_cell(m, f, table_cell(t, huji_sources[src].fields[f].type, f, row));
    }
    return changed;
}

void memo_row(struct memo *m, const struct huji_table *t, enum source_id src, size_t row)
{
    uint64_t changed = unpack_other(m, t, src, row);
    changed |= unpack(m, CELLS_1, row);
    changed |= unpack(m, CELLS_2, row);
    changed |= unpack(m, CELLS_3, row);
    changed |= unpack(m, CELLS_4, row);
    int64_t time = m->time >= 0 ? m->cell[m->time] : HUJI_NONE64;
    int64_t day = time == HUJI_NONE64 ? time : sec_day(time);
    changed |= (uint64_t)(day != m->cell[MEMO_DAY]) << MEMO_DAY;
    m->cell[MEMO_DAY] = day;
    for (changed &= m->plan->fields; changed; changed &= changed - 1)
        drop(m, __builtin_ctzll(changed));
}

void memo_line(struct memo *m, size_t row)
{
    for (int i = m->until[CELLS_OTHER]; i < m->until[CELLS_OTHER + 1]; i++)
        m->cell[m->column[i].field] = line_cell(m->column[i].col, true, row);
    for (int i = m->until[CELLS_4]; i < m->until[CELLS_4 + 1]; i++)
        m->cell[m->column[i].field] = line_cell(m->column[i].col, false, row);
}

void memo_settle(struct memo *m)
{
    uint64_t left = m->pending & m->plan->fields & m->plan->steady;
    if (m->pending == UINT64_MAX) { /* another line altogether */
        memo_forget(m);
        m->pending = 0;
        return;
    }
    for (size_t k = 0; k < m->plan->words; k++)
        m->known[k] &= ~m->plan->loose[k]; /* what is no code may be another in each line */
    for (; left; left &= left - 1)
        drop(m, __builtin_ctzll(left));
    m->pending = 0;
}
