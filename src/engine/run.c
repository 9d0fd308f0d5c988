/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "engine/run.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/sha.h"
#include "engine/dispatch.h"
#include "engine/measure.h"

/* ---- codes ---- */

static int need_names(struct huji_run *run, enum domain d)
{
    if (run->has_names[d])
        return 0;
    const struct huji_dict *dict = &run->frame->dict[d];
    if (dict->n && (!dict->code || dict->at))
        return -1;
    for (uint32_t i = 0; i < dict->n; i++) {
        struct span s = {dict->code[i].p, dict->code[i].n};
        uint32_t id = names_put(&run->names[d], s);
        if (id == NAME_NONE)
            return -1;
        if (id != i) { /* a hole or a repeat: keep the numbering */
            char filler[32];
            int n = snprintf(filler, sizeof filler, "\x01%u", i);
            if (names_put(&run->names[d], (struct span){filler, (size_t)n}) != i)
                return -1;
        }
    }
    run->has_names[d] = true;
    return 0;
}

int32_t run_id(struct huji_run *run, enum domain d, struct span code)
{
    uint32_t id = need_names(run, d) < 0 ? NAME_NONE : names_put(&run->names[d], code);
    run->failed = run->failed || id == NAME_NONE;
    return id == NAME_NONE || id > INT32_MAX ? HUJI_NONE32 : (int32_t)id;
}

static struct span sparse_text(const struct huji_text *text, const uint32_t *at, size_t n,
                               uint32_t id)
{
    size_t lo = 0, hi = n;
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        if (at[mid] < id)
            lo = mid + 1;
        else
            hi = mid;
    }
    if (lo < n && at[lo] == id)
        return (struct span){text[lo].p, text[lo].n};
    return (struct span){NULL, 0};
}

struct span run_name(const struct huji_run *run, enum domain d, int64_t id)
{
    const struct huji_dict *dict = &run->frame->dict[d];
    struct span s = id < 0 || id >= dict->n
                        ? (struct span){NULL, 0}
                        : sparse_text(dict->name, dict->named, dict->n_named, (uint32_t)id);
    return s.n ? s : run_code(run, d, id);
}

struct span run_code(const struct huji_run *run, enum domain d, int64_t id)
{
    if (d < 0 || id < 0)
        return (struct span){NULL, 0};
    const struct huji_dict *dict = &run->frame->dict[d];
    if (id < dict->n && !dict->at)
        return dict->code ? (struct span){dict->code[id].p, dict->code[id].n}
                          : (struct span){NULL, 0};
    if (id < dict->n)
        return sparse_text(dict->code, dict->at, dict->n_at, (uint32_t)id);
    if (run->has_names[d] && id < run->names[d].n)
        return run->names[d].at[id];
    return (struct span){NULL, 0};
}

int run_code_cmp(const struct huji_run *run, enum domain d, int64_t a, int64_t b)
{
    if (run->frame->dict[d].code || (d != D_VISIT && d != D_SETL))
        return span_cmp(run_code(run, d, a), run_code(run, d, b));
    enum source_id s = d == D_VISIT ? S_STAY : S_SETTLEMENT;
    int64_t rank[2], id[2] = {a, b};
    for (int i = 0; i < 2; i++) {
        bool there = id[i] >= 0 && id[i] < run->frame->dict[d].n && run->row_of[d][id[i]] >= 0;
        rank[i] = there ? table_cell(&run->frame->table[s], F_INT, run->known[s].rank,
                                     (size_t)run->row_of[d][id[i]])
                        : HUJI_NONE64;
    }
    return (rank[0] > rank[1]) - (rank[0] < rank[1]);
}

uint32_t run_id_count(const struct huji_run *run, enum domain d)
{
    uint32_t n = run->frame->dict[d].n;
    return run->has_names[d] && run->names[d].n > n ? run->names[d].n : n;
}

static bool pattern_match(const struct code_pattern *p, struct span c)
{
    if (!p->prefix)
        return span_eq(p->lo, c);
    if (c.n < p->lo.n)
        return false;
    struct span head = {c.p, p->lo.n};
    return span_cmp(head, p->lo) >= 0 && span_cmp(head, p->hi) <= 0;
}

static int link_set(struct huji_run *run, const struct expr *x)
{
    struct link *l = &run->link[x->id];
    uint32_t n = run_id_count(run, x->domain);
    l->bits = arena_calloc(&run->a, ((size_t)n / 64 + 1) * 8);
    if (!l->bits)
        return -1;
    l->n_bits = n;
    for (uint32_t i = 0; i < n; i++) {
        struct span c = run_code(run, x->domain, i);
        for (const struct code_pattern *p = x->set; p; p = p->next)
            if (pattern_match(p, c)) {
                l->bits[i >> 6] |= UINT64_C(1) << (i & 63);
                break;
            }
    }
    return 0;
}

/* A diagnosis with spaces off, cut at + * and the dagger, upper case enough: [A-Z][0-9][0-9]... */
static bool dx_valid(struct span s)
{
    return s.n >= 3 && s.p[0] >= 'A' && s.p[0] <= 'Z' && s.p[1] >= '0' && s.p[1] <= '9' &&
           s.p[2] >= '0' && s.p[2] <= '9';
}

static int link_left(struct huji_run *run, const struct expr *x)
{
    struct link *l = &run->link[x->id];
    uint32_t n = run_id_count(run, x->domain);
    l->map = arena_alloc(&run->a, ((size_t)n + 1) * sizeof *l->map);
    if (!l->map)
        return -1;
    for (uint32_t i = 0; i < n; i++) {
        struct span c = run_code(run, x->domain, i);
        bool ok = x->op == X_CAT3 ? dx_valid(c) : (int64_t)c.n >= x->num;
        char copy[64];
        if (ok && (size_t)x->num <= sizeof copy)
            memcpy(copy, c.p, (size_t)x->num); /* names_put may move the text it is given */
        l->map[i] = ok && (size_t)x->num <= sizeof copy
                        ? run_id(run, x->domain, (struct span){copy, (size_t)x->num})
                        : HUJI_NONE32;
    }
    l->n_map = n;
    return 0;
}

/* ---- tables ---- */

/* Of the texts, not of the ids: a signature is the same in every run and in SQL. */
static int link_digest(struct huji_run *run, const struct expr *x)
{
    struct link *l = &run->link[x->id];
    enum domain d = x->arg[0]->domain;
    l->n_hash = run_id_count(run, d);
    l->hash = arena_alloc(&run->a, ((size_t)l->n_hash + 1) * sizeof *l->hash);
    if (!l->hash)
        return -1;
    for (uint32_t i = 0; i < l->n_hash; i++) {
        char hex[17];
        sha256_hex(run_code(run, d, i), 8, hex);
        hex[15] = 0;
        l->hash[i] = strtoll(hex, NULL, 16);
    }
    return 0;
}

static int link_table(struct huji_run *run, const struct expr *x)
{
    struct link *l = &run->link[x->id];
    struct index **one = x->lookup ? &run->lookup_index[x->lookup->id] : &l->index;
    if (!*one && !x->lookup) {
        l->index = run_index(run, x->kn, x->kn->key, x->kn->column[x->kn->key].domain);
        return l->index ? 0 : -1;
    }
    if (!*one) {
        const struct huji_lookup *t = &run->frame->lookup[x->lookup->id];
        if (!(*one = arena_calloc(&run->a, sizeof **one)))
            return -1;
        if (t->n &&
            index_make(run, *one, run_id_count(run, x->lookup->key[0].domain), t->key[0], t->n) < 0)
            return -1;
    }
    l->index = *one;
    return 0;
}

static int link_expr(struct huji_run *run, struct expr *x)
{
    if (!x)
        return 0;
    for (int i = 0; i < X_ARGS; i++)
        if (link_expr(run, x->arg[i]) < 0)
            return -1;
    if (x->id < 0)
        return 0;
    struct link *l = &run->link[x->id];
    if (l->bits || l->map || l->index || l->hash)
        return 0;
    switch (x->op) {
    case X_CODE: l->id = run_id(run, x->domain, x->text); return l->id == HUJI_NONE32 ? -1 : 0;
    case X_IN:
    case X_ANYDX: return link_set(run, x);
    case X_LEFT:
    case X_CAT3: return link_left(run, x);
    case X_HAS:
    case X_COVERED:
    case X_LOOK:
    case X_DXLISTED: return link_table(run, x);
    case X_AGG: return x->agg == AGG_DIGEST ? link_digest(run, x) : 0;
    default: return 0;
    }
}

/* ---- knowledge cells as ids ---- */

static int link_knowledge(struct huji_run *run)
{
    const struct huji_library *lib = run->lib;
    run->kn_ids = arena_calloc(&run->a, ((size_t)lib->n_kn * KN_COLUMNS + 1) * sizeof *run->kn_ids);
    for (int i = 0; run->kn_ids && i < lib->n_kn; i++)
        for (int c = 0; c < lib->kn[i].n_columns; c++) {
            const struct kn_column *col = &lib->kn[i].column[c];
            if (col->type != V_CODE || !col->text)
                continue;
            int32_t *ids = arena_alloc(&run->a, (lib->kn[i].n + 1) * sizeof *ids);
            if (!ids)
                return -1;
            for (size_t r = 0; r < lib->kn[i].n; r++)
                ids[r] = col->text[r].n ? run_id(run, col->domain, col->text[r]) : HUJI_NONE32;
            run->kn_ids[i * KN_COLUMNS + c] = ids;
        }
    return run->kn_ids ? 0 : -1;
}

/* ICD-10 chapter of [A-Z][0-9][0-9]. */
static int chapter(struct span s)
{
    int n = (s.p[1] - '0') * 10 + s.p[2] - '0';
    switch (s.p[0]) {
    case 'A':
    case 'B': return 1;
    case 'C': return 2;
    case 'D': return n < 50 ? 2 : 3;
    case 'E': return 4;
    case 'F': return 5;
    case 'G': return 6;
    case 'H': return n < 60 ? 7 : 8;
    case 'I': return 9;
    case 'J': return 10;
    case 'K': return 11;
    case 'L': return 12;
    case 'M': return 13;
    case 'N': return 14;
    case 'O': return 15;
    case 'P': return 16;
    case 'Q': return 17;
    case 'R': return 18;
    case 'S':
    case 'T': return 19;
    case 'V':
    case 'W':
    case 'X':
    case 'Y': return 20;
    case 'Z': return 21;
    default: return 22;
    }
}

static int link_dx(struct huji_run *run)
{
    const struct knowledge *k = library_knowledge(run->lib, SPAN("dx_group"));
    int kg = k ? knowledge_column(k, SPAN("grp")) : -1;
    uint32_t n = run->n_dx = run_id_count(run, D_DX);
    struct names cat = NAMES_INIT;
    int rc = 0;
    run->dx_cat = arena_alloc(&run->a, ((size_t)n + 1) * 4);
    run->dx_group = arena_alloc(&run->a, ((size_t)n + 1) * 4);
    run->dx_chapter = arena_alloc(&run->a, ((size_t)n + 1) * 4);
    if (!run->dx_cat || !run->dx_group || !run->dx_chapter)
        return -1;
    for (uint32_t i = 0; i < n && rc == 0; i++) {
        struct span s = run_code(run, D_DX, i);
        run->dx_cat[i] = run->dx_group[i] = run->dx_chapter[i] = -1;
        if (!dx_valid(s))
            continue;
        s.n = 3;
        uint32_t c = names_put(&cat, s);
        rc = c == NAME_NONE ? -1 : 0;
        run->dx_cat[i] = (int32_t)c;
        run->dx_chapter[i] = chapter(s);
        for (size_t r = 0; kg >= 0 && r < k->n; r++)
            if (span_eq(k->column[k->key].text[r], s) && k->column[kg].text) {
                run->dx_group[i] = run->kn_ids[k->index * KN_COLUMNS + kg][r];
                break;
            }
    }
    names_release(&cat);
    return rc;
}

/* ---- plans ---- */

static int split(struct huji_run *run, struct expr *x, struct conjunct *out, int n, int max)
{
    if (x->op == X_AND) {
        n = split(run, x->arg[0], out, n, max);
        return n < 0 ? n : split(run, x->arg[1], out, n, max);
    }
    if (n >= max)
        return -1;
    out[n++] = (struct conjunct){.x = x};
    return n;
}

static bool item_only(const struct expr *x)
{
    return x->dep == DEP_ITEM;
}

/* Evaluates item-only conjuncts once per item. */
static int filter_items(struct huji_run *run, struct clause_plan *p, struct conjunct *c)
{
    uint32_t n = run_id_count(run, D_ITEM);
    int32_t item = 0;
    const void *cols[HUJI_MAX_FIELDS] = {NULL};
    cols[source_field(S_LINE, SPAN("hilist_code"))] = &item;
    struct env v = {.run = run, .line = cols, .cur = {S_LINE, 0, -1, NULL}};
    if (!p->items) {
        p->items = arena_alloc(&run->a, ((size_t)n / 64 + 1) * 8);
        if (!p->items)
            return -1;
        memset(p->items, 0xff, ((size_t)n / 64 + 1) * 8);
    }
    for (uint32_t i = 0; i < n; i++) {
        item = (int32_t)i;
        if ((p->items[i >> 6] >> (i & 63) & 1) && (eval_true(&v, c->x) == c->except))
            p->items[i >> 6] &= ~(UINT64_C(1) << (i & 63));
    }
    return 0;
}

static int plan_join(struct huji_run *run, struct clause_plan *p, const struct clause *c)
{
    const struct index *all = run_index(run, c->kn, c->kn_column, D_ITEM);
    p->kn = arena_calloc(&run->a, sizeof *p->kn);
    if (!all || !p->kn || index_copy(run, all, p->kn) < 0) /* its own: rows will be taken out */
        return -1;
    p->items = arena_calloc(&run->a, ((size_t)p->kn->n / 64 + 1) * 8);
    if (!p->items)
        return -1;
    for (uint32_t i = 0; i < p->kn->n; i++)
        if (p->kn->at[i] < p->kn->at[i + 1])
            p->items[i >> 6] |= UINT64_C(1) << (i & 63);
    return 0;
}

/* Takes the rows out for which such a condition does not hold, and the items that have none then. */
static int filter_rows(struct huji_run *run, struct clause_plan *p, const struct clause *c,
                       const struct conjunct *k)
{
    enum { UNASKED, IN, OUT };
    struct env v = {.run = run, .cur = {c->src, -1, -1, NULL}};
    struct index *ix = p->kn;
    uint8_t *of = mem_calloc(c->kn->n + 1, 1);
    uint32_t n = 0;
    if (!of)
        return -1;
    for (uint32_t i = 0; i < ix->n; i++) {
        uint32_t from = ix->at[i], to = ix->at[i + 1];
        ix->at[i] = n;
        for (; from < to; from++) {
            int32_t row = v.cur.kn = ix->rows[from];
            if (of[row] == UNASKED)
                of[row] = eval_true(&v, k->x) != k->except ? IN : OUT;
            if (of[row] == IN)
                ix->rows[n++] = row;
        }
        if (ix->at[i] == n)
            p->items[i >> 6] &= ~(UINT64_C(1) << (i & 63));
    }
    ix->at[ix->n] = n;
    mem_free(of);
    return 0;
}

/* All must hold, in any order: the simple ones are asked first. */
static void cheap_first(struct conjunct *c, int n)
{
    for (int i = 1; i < n; i++)
        for (int k = i; k > 0 && c[k].ask && !c[k - 1].ask; k--) {
            struct conjunct t = c[k];
            c[k] = c[k - 1];
            c[k - 1] = t;
        }
}

/* What of x depends on the person alone and must be known for x to be true; NULL: nothing. */
static struct expr *asks_person(struct expr *x)
{
    if (x->dep && !(x->dep & ~(unsigned)DEP_PERSON))
        return x;
    switch (x->op) {
    case X_EQ:
    case X_NE:
    case X_LT:
    case X_LE:
    case X_GT:
    case X_GE:
    case X_ADD:
    case X_SUB:
    case X_MUL: {
        struct expr *p = asks_person(x->arg[0]);
        return p ? p : asks_person(x->arg[1]);
    }
    case X_NEG:
    case X_RESCALE:
    case X_DAY: return asks_person(x->arg[0]);
    default: return NULL;
    }
}

/* `day(fee_ocur_time) > person.die_date` need not be asked of the lines of those who live: `person.die_date is known` goes to
 * what is asked once a person. */
static int person_known(struct huji_run *run, struct conjunct *c, struct conjunct *person, int *n)
{
    struct expr *of = c->except ? NULL : asks_person(c->x);
    if (!of)
        return 0;
    struct expr *x = arena_calloc(&run->a, sizeof *x);
    if (!x)
        return -1;
    *x = (struct expr){.op = X_KNOWN, .id = -1, .arg = {of}, .n_arg = 1, .dep = of->dep};
    person[(*n)++] = (struct conjunct){.x = x};
    return 0;
}

enum { MAX_CONJUNCTS = 48 };

static int plan_clause(struct huji_run *run, const struct rule *r, int clause)
{
    struct clause_plan *p = &run->plan[run->n_plan++];
    const struct clause *c = &r->clause[clause];
    struct conjunct all[MAX_CONJUNCTS];
    int n = 0;
    p->rule = r->index;
    p->clause = clause;
    if (c->kn && plan_join(run, p, c) < 0)
        return -1;
    if (c->where)
        n = split(run, c->where, all, 0, MAX_CONJUNCTS);
    if (n >= 0 && r->kind == &kind_forbid && !r->waits && r->slot[clause][SL_WHERE])
        n = split(run,
                  r->loose[clause][SL_WHERE] ? r->loose[clause][SL_WHERE]
                                             : r->slot[clause][SL_WHERE],
                  all, n, MAX_CONJUNCTS);
    for (int i = 0; n >= 0 && i < r->n_except; i++)
        n = n < MAX_CONJUNCTS
                ? (all[n] = (struct conjunct){.x = r->except[clause][i], .except = true}, n + 1)
                : -1;
    if (n < 0)
        return -2;
    bool line = source_is_line(c->src);
    struct conjunct **kinds[] = {&p->person, &p->visit, &p->event};
    int count[3] = {0};
    for (int k = 0; k < 3; k++)
        if (!(*kinds[k] = arena_calloc(&run->a, ((size_t)n + 1) * sizeof **kinds[k])))
            return -1;
    for (int i = 0; i < n; i++) {
        unsigned dep = all[i].x->dep;
        if (c->src == S_LINE && item_only(all[i].x)) { /* the index by item is of net lines */
            if (filter_items(run, p, &all[i]) < 0)
                return -1;
            continue;
        }
        if (c->kn && asks_row(all[i].x)) {
            if (filter_rows(run, p, c, &all[i]) < 0)
                return -1;
            continue;
        }
        if (c->kn && plan_bound(run, p, &all[i]) < 0)
            return -1;
        int k = line && !(dep & ~(unsigned)DEP_PERSON)                             ? 0
                : line && !(dep & ~(unsigned)(DEP_PERSON | DEP_VISIT | DEP_LINES)) ? 1
                                                                                   : 2;
        if (conjunct_simplify(run, c->src, &all[i]) < 0 ||
            (line && k == 2 && person_known(run, &all[i], p->person, &count[0]) < 0))
            return -1;
        (*kinds[k])[count[k]++] = all[i];
    }
    for (int k = 0; k < 3; k++)
        cheap_first(*kinds[k], count[k]);
    return 0;
}

static int by_source_lists(struct huji_run *run)
{
    for (int s = 0; s < SOURCE_COUNT; s++) {
        int k = 0;
        run->by_source[s] = arena_alloc(&run->a, ((size_t)run->n_plan + 1) * sizeof(int));
        if (!run->by_source[s])
            return -1;
        for (int i = 0; i < run->n_plan; i++)
            if (run->lib->rules[run->plan[i].rule]->clause[run->plan[i].clause].src ==
                (enum source_id)s)
                run->by_source[s][k++] = i;
        run->by_source[s][k] = -1;
    }
    /* item -> line plans: cost grows with the rules on an item, not with the library */
    uint32_t n = run_id_count(run, D_ITEM);
    size_t total = 0;
    int k = 0;
    run->always = arena_alloc(&run->a, ((size_t)run->n_plan + 1) * sizeof(int));
    run->item_plans.n = n;
    run->item_plans.at = arena_calloc(&run->a, ((size_t)n + 2) * sizeof(uint32_t));
    if (!run->always || !run->item_plans.at)
        return -1;
    for (uint32_t i = 0; i < n; i++) {
        for (const int *q = run->by_source[S_LINE]; *q >= 0; q++) {
            const uint64_t *bits = run->plan[*q].items;
            total += bits && (bits[i >> 6] >> (i & 63) & 1);
        }
        run->item_plans.at[i + 1] = (uint32_t)total;
    }
    run->item_plans.rows = arena_alloc(&run->a, (total + 1) * sizeof(int32_t));
    if (!run->item_plans.rows)
        return -1;
    total = 0;
    for (uint32_t i = 0; i < n; i++)
        for (const int *q = run->by_source[S_LINE]; *q >= 0; q++) {
            const uint64_t *bits = run->plan[*q].items;
            if (bits && (bits[i >> 6] >> (i & 63) & 1))
                run->item_plans.rows[total++] = *q;
        }
    for (const int *q = run->by_source[S_LINE]; *q >= 0; q++)
        if (!run->plan[*q].items)
            run->always[k++] = *q;
    run->always[k] = -1;
    return 0;
}

static int link_one(void *run, struct expr *x)
{
    return link_expr(run, x);
}

static void find_lines(struct huji_run *run)
{
    for (int i = 0; i < run->lib->n_rules; i++) {
        const struct rule *r = run->lib->rules[i];
        if (run->active[i] &&
            (r->at_of == OF_LINES || (rule_sources(r) & (1u << S_LINE | 1u << S_LINE_RAW))))
            run->needs_lines = true;
    }
}

static int known(enum source_id s, const char *name)
{
    return name ? source_field(s, span_of(name)) : -1;
}

static void find_known(struct huji_run *run)
{
    for (int i = 0; i < SOURCE_COUNT; i++) {
        enum source_id s = (enum source_id)i;
        const struct source *src = &huji_sources[i];
        int inst = known(s, "fixmedins_code");
        run->known[i] = (struct known_fields){.id = known(s, src->id_field),
                                              .t = known(s, src->time_field),
                                              .rank = known(s, "rank"),
                                              .psn = known(s, "psn_no"),
                                              .visit = known(s, "mdtrt_id"),
                                              .inst = inst < 0 ? known(s, "ide_fixmedins_no")
                                                               : inst,
                                              .item = known(s, "hilist_code"),
                                              .amount = known(s, src->amount_field),
                                              .fund = known(s, src->fund_field),
                                              .marks = known(s, "marks"),
                                              .kind = known(s, "kind"),
                                              .voided = known(s, "void")};
    }
}

static int open_all(struct huji_run *run, const bool *wanted, struct err *e)
{
    const struct huji_library *lib = run->lib;
    run->link = arena_calloc(&run->a, ((size_t)lib->n_nodes + 1) * sizeof *run->link);
    run->active = arena_calloc(&run->a, (size_t)lib->n_rules + 1);
    run->shown = arena_calloc(&run->a, (size_t)lib->n_rules + 1);
    run->plan = arena_calloc(&run->a, ((size_t)lib->n_rules * MAX_CLAUSES + 1) * sizeof *run->plan);
    run->judged = arena_calloc(&run->a, (size_t)lib->n_measures + 1);
    if (!run->link || !run->active || !run->shown || !run->plan || !run->judged)
        return err_nomem(e);
    find_known(run);
    rules_active(lib, wanted, run->active);
    for (int i = 0; i < lib->n_rules; i++)
        run->shown[i] = rule_wanted(lib->rules[i], wanted);
    find_lines(run);
    measure_begin(run);
    struct run_needs needs;
    int rc = run_needs(lib, wanted, &needs, e);
    if (rc < 0)
        return rc;
    run->line_fields = needs.fields[S_LINE];
    if (link_knowledge(run) < 0)
        return err_nomem(e);
    for (int i = 0; i < lib->n_rules; i++)
        if (run->active[i] && rule_each_expr(lib->rules[i], link_one, run) < 0)
            return err_nomem(e);
    rc = link_dx(run) < 0 ? err_nomem(e) : run_link_rows(run, e);
    for (int i = 0; i < lib->n_rules && rc == 0; i++) {
        const struct rule *r = lib->rules[i];
        bool events = run->active[i] && r->kind != &kind_outlier && r->kind != &kind_combine;
        for (int c = 0; c < r->n_clauses && events && rc == 0; c++) {
            int made = plan_clause(run, r, c);
            if (made == -2)
                rc = err_set(e, ERR_LIMIT, "规则 %.*s 的条件太多", (int)r->id.n, r->id.p);
            else if (made < 0)
                rc = err_nomem(e);
        }
    }
    if (rc == 0 && (by_source_lists(run) < 0 || dispatch_make(run) < 0 || run->failed))
        rc = err_nomem(e);
    return rc;
}

int run_open(const struct huji_library *lib, const struct huji_frame *frame, const bool *wanted,
             struct huji_run **out, struct err *e)
{
    struct huji_run *run = mem_calloc(1, sizeof *run);
    if (!run)
        return err_nomem(e);
    run->lib = lib;
    run->frame = frame;
    run->from = run->to = DAY_NONE;
    int rc = open_all(run, wanted, e);
    if (rc < 0) {
        run_free(run);
        return rc;
    }
    *out = run;
    return 0;
}

void run_free(struct huji_run *run)
{
    if (!run)
        return;
    for (int d = 0; d < DOMAIN_COUNT; d++)
        names_release(&run->names[d]);
    arena_release(&run->a);
    mem_free(run);
}
