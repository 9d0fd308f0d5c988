/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "county.h"

#include <stdio.h>
#include <stdlib.h>

#include "claims/db.h"
#include "claims/store.h"

enum { DAY0 = 19358 }; /* 2023-01-01 */

static uint64_t draw(struct county *c)
{
    uint64_t z = (c->rng += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static int64_t below(struct county *c, int64_t n)
{
    return n > 0 ? (int64_t)(draw(c) % (uint64_t)n) : 0;
}

static bool chance(struct county *c, int percent)
{
    return below(c, 100) < percent;
}

/* ---- codes ---- */

static int32_t code(struct county *c, enum domain d, const char *text)
{
    for (uint32_t i = 0; i < c->n_code[d]; i++)
        if (strlen(text) == c->code[d][i].n && !memcmp(text, c->code[d][i].p, c->code[d][i].n))
            return (int32_t)i;
    if (c->n_code[d] == MAX_CODES)
        abort();
    c->code[d][c->n_code[d]] = (struct huji_text){arena_fmt(&c->a, "%s", text), strlen(text)};
    return (int32_t)c->n_code[d]++;
}

/* "a b c": one of them */
static int32_t pick(struct county *c, enum domain d, const char *words)
{
    char copy[256], *list[40];
    int n = 0;
    snprintf(copy, sizeof copy, "%s", words);
    for (char *w = strtok(copy, " "); w; w = strtok(NULL, " "))
        list[n++] = w;
    return code(c, d, list[below(c, n)]);
}

/* An id whose bytes say nothing of when it was made. */
static int32_t fresh(struct county *c, enum domain d)
{
    char id[24];
    snprintf(id, sizeof id, "%c%02u%03u", (char)('a' + below(c, 6)), (unsigned)below(c, 90),
             c->n_code[d]);
    return code(c, d, id);
}

static const struct {
    const char *field, *words;
} code_words[] = {
    {"gend", "1 2 9"},
    {"die_souc", "cert other"},
    {"med_type", "11 11 12 14 21 21 22 24 28 41 52 71"},
    {"insutype", "310 390"},
    {"dscg_way", "1 2 3"},
    {"med_chrgitm_type", "01 03 04 05 09 11"},
    {"inv_data_type", "1 2 3 3 3"},
    {"result", "present away away"},
    {"etip_flag", "0 0 0 1"},
    {"trdn_flag", "0 1"},
    {"refund_kind", "pair orphan"},
    {"opsp_dise_code", "M01 M02"},
};

static int32_t random_code(struct county *c, const struct field *f)
{
    switch (f->domain) {
    case D_PERSON: return pick(c, D_PERSON, "p3 p1 q2 p10 a5");
    case D_INST: return pick(c, D_INST, "h2 h2 H1 g3 h10");
    case D_ITEM: return pick(c, D_ITEM, "001A 001B 002B XA1 XA2 003C 0019 001A 002B");
    case D_DX: return pick(c, D_DX, "I10 I11.9 C34.1 N18.5 J44.1 D48.1 D50.0 H60 x1 I10");
    case D_OPRN: return pick(c, D_OPRN, "A01 B02");
    case D_DOCTOR: return pick(c, D_DOCTOR, "d2 d1 d10");
    case D_DEPT: return pick(c, D_DEPT, "k1 k2");
    case D_PLACE: return pick(c, D_PLACE, "510523 510524 510104 51");
    case D_EMP: return pick(c, D_EMP, "v1 v2");
    case D_TEXT: return pick(c, D_TEXT, "t1 t1 t2 t3");
    default: break;
    }
    for (size_t i = 0; i < sizeof code_words / sizeof *code_words; i++)
        if (!strcmp(f->name, code_words[i].field))
            return pick(c, D_CODE, code_words[i].words);
    return pick(c, D_CODE, "0 1 2");
}

static int64_t random_time(struct county *c)
{
    static const int secs[] = {0,        8 * 3600, 8 * 3600, 8 * 3600 + 599, 8 * 3600 + 600,
                               9 * 3600, 86399};
    return (DAY0 + (chance(c, 60) ? 6 + below(c, 9) : below(c, 34))) * INT64_C(86400) +
           secs[below(c, 7)];
}

static int64_t random_cell(struct county *c, const struct field *f)
{
    switch (f->type) {
    case F_CODE: return random_code(c, f);
    case F_DAY: return DAY0 + below(c, 40) - 4;
    case F_SEC: return random_time(c);
    case F_INT: return below(c, 4);
    case F_BIG: return below(c, 3);
    case F_FEN: return below(c, 4) * 500 + below(c, 3) + (chance(c, 10) ? 6000 : 0);
    case F_QTY: return (1 + below(c, 4)) * 5000;
    default: return (5 + below(c, 4) * 5) * 1000000;
    }
}

static int64_t *at(struct county *c, enum source_id s, const char *name, size_t row)
{
    return &c->cell[s][source_field(s, span_of(name))][row];
}

static size_t new_row(struct county *c, enum source_id s)
{
    const struct source *src = &huji_sources[s];
    size_t r = c->n[s]++;
    if (r >= MAX_ROWS)
        abort();
    for (size_t f = 0; f < src->n_fields; f++)
        c->cell[s][f][r] = chance(c, 8) ? HUJI_NONE64 : random_cell(c, &src->fields[f]);
    return r;
}

static void copy(struct county *c, enum source_id to, size_t row, const char *name,
                 enum source_id from, size_t from_row)
{
    *at(c, to, name, row) = *at(c, from, name, from_row);
}

/* ---- events ---- */

static void people(struct county *c)
{
    static const char *const persons[] = {"p3", "p1", "q2", "p10", "a5"},
                             *const insts[] = {"h2", "H1", "g3", "h10"},
                             *const doctors[] = {"d2", "d1", "d10"};
    for (int i = 0; i < 5; i++)
        *at(c, S_PERSON, "psn_no", new_row(c, S_PERSON)) = code(c, D_PERSON, persons[i]);
    for (size_t i = 0; i < 5; i++)
        *at(c, S_PERSON, "brdy", i) = chance(c, 10) ? HUJI_NONE64 : 8000 + below(c, 10000);
    for (int i = 0; i < 4; i++)
        *at(c, S_INST, "fixmedins_code", new_row(c, S_INST)) = code(c, D_INST, insts[i]);
    for (int i = 0; i < 3; i++)
        *at(c, S_DOCTOR, "dr_code", new_row(c, S_DOCTOR)) = code(c, D_DOCTOR, doctors[i]);
}

static size_t add_visit(struct county *c)
{
    size_t v = new_row(c, S_STAY);
    int64_t begin = random_time(c), end = begin + below(c, 9) * 86400 + below(c, 2) * 3600;
    *at(c, S_STAY, "mdtrt_id", v) = fresh(c, D_VISIT);
    *at(c, S_STAY, "psn_no", v) = pick(c, D_PERSON, "p3 p1 q2 p10 a5");
    *at(c, S_STAY, "kind", v) = below(c, 5) ? 1 + below(c, 2) : 0;
    *at(c, S_STAY, "begntime", v) = begin;
    *at(c, S_STAY, "endtime", v) = end;
    *at(c, S_STAY, "begndate", v) = begin / 86400;
    *at(c, S_STAY, "enddate", v) = chance(c, 5) ? HUJI_NONE64 : end / 86400;
    *at(c, S_STAY, "marks", v) = chance(c, 10);
    for (int64_t k = below(c, 3); k > 0; k--) {
        c->diag[c->n_diag][0] = *at(c, S_STAY, "mdtrt_id", v);
        c->diag[c->n_diag++][1] = pick(c, D_DX, "I10 I11.9 C34.1 N18.5 J44.1 D48.1");
    }
    return v;
}

static size_t add_settlement(struct county *c, size_t v)
{
    size_t s = new_row(c, S_SETTLEMENT);
    *at(c, S_SETTLEMENT, "setl_id", s) = fresh(c, D_SETL);
    copy(c, S_SETTLEMENT, s, "mdtrt_id", S_STAY, v);
    copy(c, S_SETTLEMENT, s, "psn_no", S_STAY, v);
    copy(c, S_SETTLEMENT, s, "fixmedins_code", S_STAY, v);
    *at(c, S_SETTLEMENT, "setl_time", s) = random_time(c);
    *at(c, S_SETTLEMENT, "void", s) = chance(c, 10);
    *at(c, S_SETTLEMENT, "marks", s) = 0;
    return s;
}

static void add_line(struct county *c, size_t v, size_t s, bool settled)
{
    size_t l = new_row(c, S_LINE);
    *at(c, S_LINE, "no", l) = (int64_t)l;
    c->bkkp[l] = arena_fmt(&c->a, "%c%03u%s", (char)('A' + below(c, 5)), (unsigned)below(c, 40),
                           arena_fmt(&c->a, "x%zu", l));
    copy(c, S_LINE, l, "psn_no", S_STAY, v);
    copy(c, S_LINE, l, "mdtrt_id", S_STAY, v);
    copy(c, S_LINE, l, "fixmedins_code", S_STAY, v);
    copy(c, S_LINE, l, "med_type", S_STAY, v);
    *at(c, S_LINE, "setl_id", l) = settled ? *at(c, S_SETTLEMENT, "setl_id", s) : HUJI_NONE64;
    *at(c, S_LINE, "void", l) = settled ? *at(c, S_SETTLEMENT, "void", s) : 0;
    *at(c, S_LINE, "fee_ocur_time", l) = *at(c, S_STAY, "begntime", v) + below(c, 4) * 86400 / 2;
    int64_t *cnt = at(c, S_LINE, "cnt", l), *pric = at(c, S_LINE, "pric", l),
            *amt = at(c, S_LINE, "det_item_fee_sumamt", l);
    if (chance(c, 15))
        *cnt = -5000 * (1 + below(c, 3));
    if (chance(c, 3))
        *cnt = 0;
    *amt = *cnt == HUJI_NONE64 || *pric == HUJI_NONE64 ? 300 : *cnt * (*pric / 10000) / 10000;
    *at(c, S_LINE, "inscp_amt", l) = chance(c, 10) ? HUJI_NONE64 : *amt * below(c, 4) / 3;
    *at(c, S_LINE, "init_no", l) = *cnt < 0 && chance(c, 60) && l
                                       ? (int64_t)l - 1 - below(c, l < 3 ? (int64_t)l : 3)
                                       : HUJI_NONE64;
    *at(c, S_LINE, "marks", l) = chance(c, 5);
}

static void add_other(struct county *c, enum source_id s, bool of_visit)
{
    size_t r = new_row(c, s);
    const struct source *src = &huji_sources[s];
    int id = source_field(s, span_of(src->id_field));
    c->cell[s][id][r] = fresh(c, src->fields[id].domain);
    *at(c, s, src->time_field, r) = random_time(c);
    if (source_field(s, SPAN("cnt")) >= 0)
        *at(c, s, "cnt", r) = (below(c, 7) - 2) * 10000;
    if (!of_visit)
        return;
    size_t v = (size_t)below(c, (int64_t)c->n[S_STAY]);
    copy(c, s, r, "mdtrt_id", S_STAY, v);
    copy(c, s, r, "psn_no", S_STAY, v);
    copy(c, s, r, "fixmedins_code", S_STAY, v);
}

static void events(struct county *c)
{
    static const struct {
        enum source_id s;
        int n;
        bool visit;
    } others[] = {
        {S_OPERATION, 30, true}, {S_STOCK, 60, false}, {S_SALE, 50, false},    {S_TRACE, 8, false},
        {S_CHECK, 40, true},     {S_REFUND, 6, false}, {S_REG, 8, false},      {S_ENROL, 12, false},
        {S_LAB, 16, true},       {S_ACT, 10, false},   {S_CLEARING, 6, false},
    };
    for (int64_t visits = 40 + below(c, 50); visits > 0; visits--) {
        size_t v = add_visit(c), s = 0;
        int64_t k = below(c, 4);
        for (int64_t i = 0; i < k; i++)
            s = add_settlement(c, v);
        for (int64_t i = below(c, 9); i > 0; i--)
            add_line(c, v, s, k > 0);
    }
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        for (int64_t k = below(c, others[i].n); k > 0; k--)
            add_other(c, others[i].s, others[i].visit);
}

static void lookups(struct county *c)
{
    for (int l = 0; l < LOOKUP_COUNT; l++) {
        const struct lookup_def *d = &huji_lookups[l];
        if (chance(c, 15))
            continue;
        for (int64_t k = 1 + below(c, 8); k > 0; k--) {
            size_t r = c->n_look[l]++;
            for (int i = 0; i < d->n_key; i++) {
                struct field f = {d->key[i].name, "", F_CODE, d->key[i].domain};
                c->look[l][i][r] = !strcmp(f.name, "device") ? code(c, D_CODE, "ct")
                                   : !strcmp(f.name, "kind") ? code(c, D_CODE, "dibao")
                                                             : random_code(c, &f);
            }
            c->look[l][3][r] = chance(c, 20) ? HUJI_NONE64 : DAY0 + below(c, 20);
            c->look[l][4][r] = chance(c, 20) ? HUJI_NONE64 : DAY0 + 10 + below(c, 25);
            c->look[l][5][r] = below(c, 4);
            c->look[l][6][r] = below(c, 6);
        }
    }
}

/* ---- other numbers for the same things ---- */

static void renumber(struct county *c)
{
    static int32_t to[DOMAIN_COUNT][MAX_CODES];
    for (int d = 0; d < DOMAIN_COUNT; d++) {
        struct huji_text old[MAX_CODES];
        memcpy(old, c->code[d], sizeof old);
        for (uint32_t i = 0; i < c->n_code[d]; i++)
            to[d][i] = (int32_t)i;
        for (uint32_t i = c->n_code[d]; i > 1; i--) {
            uint32_t j = (uint32_t)below(c, i);
            int32_t t = to[d][i - 1];
            to[d][i - 1] = to[d][j];
            to[d][j] = t;
        }
        for (uint32_t i = 0; i < c->n_code[d]; i++)
            c->code[d][to[d][i]] = old[i];
    }
    for (int s = 0; s < SOURCE_COUNT; s++)
        for (size_t f = 0; f < huji_sources[s].n_fields; f++)
            for (size_t r = 0; r < c->n[s]; r++)
                if (huji_sources[s].fields[f].type == F_CODE && c->cell[s][f][r] != HUJI_NONE64)
                    c->cell[s][f][r] = to[huji_sources[s].fields[f].domain][c->cell[s][f][r]];
    for (size_t r = 0; r < c->n_diag; r++) {
        c->diag[r][0] = to[D_VISIT][c->diag[r][0]];
        c->diag[r][1] = to[D_DX][c->diag[r][1]];
    }
    for (int l = 0; l < LOOKUP_COUNT; l++)
        for (int i = 0; i < huji_lookups[l].n_key; i++)
            for (size_t r = 0; r < c->n_look[l]; r++)
                c->look[l][i][r] = to[huji_lookups[l].key[i].domain][c->look[l][i][r]];
}

/* ---- order ---- */

static struct county *sorting;
static enum source_id sorting_source;

static struct span id_text(struct county *c, enum source_id s, size_t row)
{
    const struct source *src = &huji_sources[s];
    int f = source_field(s, span_of(src->id_field));
    int64_t v = c->cell[s][f][row];
    if (s == S_LINE)
        return span_of(c->bkkp[v]);
    return v == HUJI_NONE64 ? SPAN("")
                            : (struct span){c->code[src->fields[f].domain][v].p,
                                            c->code[src->fields[f].domain][v].n};
}

static int by_id(const void *pa, const void *pb)
{
    return span_cmp(id_text(sorting, sorting_source, *(const size_t *)pa),
                    id_text(sorting, sorting_source, *(const size_t *)pb));
}

static int by_place(const void *pa, const void *pb)
{
    size_t a = *(const size_t *)pa, b = *(const size_t *)pb;
    const struct source *src = &huji_sources[sorting_source];
    int p = source_field(sorting_source, SPAN("psn_no")),
        t = src->time_field ? source_field(sorting_source, span_of(src->time_field)) : -1;
    if (p >= 0) {
        uint64_t x = (uint64_t)sorting->cell[sorting_source][p][a],
                 y = (uint64_t)sorting->cell[sorting_source][p][b];
        if (x != y)
            return x < y ? -1 : 1; /* missing is the largest */
    }
    if (t >= 0 && sorting->cell[sorting_source][t][a] != sorting->cell[sorting_source][t][b])
        return sorting->cell[sorting_source][t][a] < sorting->cell[sorting_source][t][b] ? -1 : 1;
    return by_id(pa, pb);
}

static void sort_source(struct county *c, enum source_id s)
{
    size_t order[MAX_ROWS];
    int rank = source_field(s, SPAN("rank"));
    sorting = c;
    sorting_source = s;
    for (size_t i = 0; i < c->n[s]; i++)
        order[i] = i;
    if (rank >= 0) {
        qsort(order, c->n[s], sizeof *order, by_id);
        for (size_t i = 0; i < c->n[s]; i++)
            c->cell[s][rank][order[i]] = (int64_t)i;
    }
    qsort(order, c->n[s], sizeof *order, by_place);
    for (size_t f = 0; f < huji_sources[s].n_fields; f++) {
        int64_t old[MAX_ROWS];
        memcpy(old, c->cell[s][f], sizeof old);
        for (size_t i = 0; i < c->n[s]; i++)
            c->cell[s][f][i] = old[order[i]];
    }
}

/* Only what happened until then; a refund would take back. */
static void cut(struct county *c, int64_t until)
{
    for (int s = S_STAY; s < SOURCE_COUNT; s++) {
        if (s == S_VISIT || (s != S_LINE && source_is_line((enum source_id)s)) ||
            !huji_sources[s].time_field)
            continue;
        size_t k = 0;
        int t = source_field((enum source_id)s, span_of(huji_sources[s].time_field));
        for (size_t r = 0; r < c->n[s]; r++) {
            bool refund = s == S_REFUND || (s == S_LINE && *at(c, S_LINE, "cnt", r) < 0);
            if (c->cell[s][t][r] > until || refund)
                continue;
            for (size_t f = 0; f < huji_sources[s].n_fields; f++)
                c->cell[s][f][k] = c->cell[s][f][r];
            k++;
        }
        c->n[s] = k;
    }
}

/* ---- for the engine ---- */

static void *narrow(struct arena *a, const int64_t *v, size_t n, enum ftype t)
{
    if (ftype_width(t) == 8) {
        int64_t *w = arena_alloc(a, (n + 1) * sizeof *w);
        memcpy(w, v, n * sizeof *w);
        return w;
    }
    int32_t *w = arena_alloc(a, (n + 1) * sizeof *w);
    for (size_t i = 0; i < n; i++)
        w[i] = v[i] == HUJI_NONE64 ? HUJI_NONE32 : (int32_t)v[i];
    return w;
}

static void deliver(struct county *c)
{
    for (int d = 0; d < DOMAIN_COUNT; d++)
        c->frame.dict[d] = (struct huji_dict){.code = c->code[d], .n = c->n_code[d]};
    for (int s = 0; s < SOURCE_COUNT; s++) {
        bool lines = source_is_line((enum source_id)s) || s == S_VISIT;
        c->frame.table[s].n = lines ? 0 : c->n[s];
        for (size_t f = 0; f < huji_sources[s].n_fields && !lines; f++)
            c->frame.table[s].col[f] = narrow(&c->a, c->cell[s][f], c->n[s],
                                              huji_sources[s].fields[f].type);
    }
    uint32_t *first = arena_calloc(&c->a, (c->n_code[D_VISIT] + 2) * sizeof *first);
    int32_t *dx = arena_calloc(&c->a, (c->n_diag + 1) * sizeof *dx);
    uint32_t k = 0;
    for (uint32_t v = 0; v < c->n_code[D_VISIT]; v++) {
        first[v] = k;
        for (size_t r = 0; r < c->n_diag; r++)
            if (c->diag[r][0] == v)
                dx[k++] = (int32_t)c->diag[r][1];
    }
    first[c->n_code[D_VISIT]] = k;
    c->frame.diag_at = first;
    c->frame.diag = dx;
}

/* In order of all columns, as the store delivers them. */
static void deliver_lookup(struct county *c, int l)
{
    int64_t(*t)[MAX_LOOKUP] = c->look[l];
    struct huji_lookup *out = &c->frame.lookup[l];
    for (size_t i = 1; i < c->n_look[l]; i++)
        for (size_t j = i; j > 0; j--) {
            int less = 0;
            for (int k = 0; k < 7 && !less; k++) {
                if (k < 3 && k >= huji_lookups[l].n_key)
                    continue;
                if (k > 4 && k - 5 >= huji_lookups[l].n_value)
                    continue;
                uint64_t x = (uint64_t)t[k][j], y = (uint64_t)t[k][j - 1];
                less = x < y ? 1 : x > y ? -1 : 0;
            }
            for (int k = 0; k < 7 && less == 1; k++) {
                int64_t v = t[k][j];
                t[k][j] = t[k][j - 1];
                t[k][j - 1] = v;
            }
        }
    out->n = c->n_look[l];
    for (int i = 0; i < 3; i++)
        out->key[i] = narrow(&c->a, t[i], out->n, F_CODE);
    out->b = narrow(&c->a, t[3], out->n, F_DAY);
    out->e = narrow(&c->a, t[4], out->n, F_DAY);
    out->value[0] = narrow(&c->a, t[5], out->n, F_BIG);
    out->value[1] = narrow(&c->a, t[6], out->n, F_BIG);
    c->frame.has_lookup[l] = out->n > 0;
}

struct county *county_make(uint64_t seed, uint64_t shuffle, int64_t until)
{
    struct county *c = calloc(1, sizeof *c);
    if (!c)
        abort();
    c->rng = seed * UINT64_C(0x51ed270b) + 7;
    people(c);
    events(c);
    lookups(c);
    if (until != INT64_MAX)
        cut(c, until);
    c->rng = shuffle;
    if (shuffle)
        renumber(c);
    for (int s = 0; s < SOURCE_COUNT; s++)
        if (s != S_VISIT && (s == S_LINE || !source_is_line((enum source_id)s)))
            sort_source(c, (enum source_id)s);
    for (int l = 0; l < LOOKUP_COUNT; l++)
        deliver_lookup(c, l);
    deliver(c);
    return c;
}

void county_free(struct county *c)
{
    arena_release(&c->a);
    free(c);
}

void *const *county_lines(const struct county *c, size_t lo, size_t hi, struct arena *a)
{
    void **col = arena_calloc(a, HUJI_MAX_FIELDS * sizeof *col);
    for (size_t f = 0; f < huji_sources[S_LINE].n_fields; f++)
        col[f] = narrow(a, c->cell[S_LINE][f] + lo, hi - lo, huji_sources[S_LINE].fields[f].type);
    return col;
}

struct span county_line_id(void *ctx, int64_t no)
{
    const struct county *c = ctx;
    return span_of(c->bkkp[no]);
}

/* ---- for DuckDB ---- */

static int fill(duckdb_connection con, const char *table, const char *columns, struct buf *rows)
{
    struct err e = {0};
    int rc = db_exec(con, &e, "CREATE OR REPLACE TABLE %s%s", table, columns);
    if (rc == 0 && rows->n)
        rc = db_exec(con, &e, "INSERT INTO %s VALUES %s", table, buf_cstr(rows));
    if (rc < 0)
        fprintf(stderr, "%s: %s\n", table, e.message);
    buf_release(rows);
    return rc;
}

static void put(struct buf *b, int64_t v)
{
    v == HUJI_NONE64 ? buf_str(b, "NULL") : buf_i64(b, v);
}

static int fill_source(const struct county *c, enum source_id s, duckdb_connection con)
{
    struct buf columns = BUF_INIT, rows = BUF_INIT;
    source_columns_sql(&columns, &huji_sources[s]);
    for (size_t r = 0; r < c->n[s]; r++) {
        buf_str(&rows, r ? ", (" : "(");
        for (size_t f = 0; f < huji_sources[s].n_fields; f++) {
            buf_str(&rows, f ? ", " : "");
            put(&rows, c->cell[s][f][r]);
        }
        buf_char(&rows, ')');
    }
    int rc = fill(con, huji_sources[s].table, buf_cstr(&columns), &rows);
    buf_release(&columns);
    return rc;
}

static int fill_lookup(const struct county *c, int l, duckdb_connection con)
{
    const struct lookup_def *d = &huji_lookups[l];
    struct buf columns = BUF_INIT, rows = BUF_INIT;
    char name[64];
    snprintf(name, sizeof name, "l_%s", d->name);
    for (int i = 0; i < d->n_key; i++)
        buf_fmt(&columns, "%s%s INTEGER", i ? ", " : "(", d->key[i].name);
    buf_str(&columns, ", b INTEGER, e INTEGER");
    for (int i = 0; i < d->n_value; i++)
        buf_fmt(&columns, ", %s INTEGER", d->value[i]);
    buf_char(&columns, ')');
    for (size_t r = 0; r < c->n_look[l]; r++) {
        buf_str(&rows, r ? ", (" : "(");
        for (int k = 0; k < 7; k++) {
            if ((k < 3 && k >= d->n_key) || (k > 4 && k - 5 >= d->n_value))
                continue;
            buf_str(&rows, k ? ", " : "");
            put(&rows, c->look[l][k][r]);
        }
        buf_char(&rows, ')');
    }
    int rc = fill(con, name, buf_cstr(&columns), &rows);
    buf_release(&columns);
    return rc;
}

int county_tables(const struct county *c, duckdb_connection con)
{
    int rc = 0;
    struct buf rows = BUF_INIT;
    for (int d = 0; d < DOMAIN_COUNT && rc == 0; d++) {
        char name[32];
        snprintf(name, sizeof name, "d_%s", huji_domain_name[d]);
        for (uint32_t i = 0; i < c->n_code[d]; i++) {
            buf_fmt(&rows, "%s(%u, ", i ? ", " : "", i);
            buf_sql(&rows, (struct span){c->code[d][i].p, c->code[d][i].n});
            buf_char(&rows, ')');
        }
        rc = fill(con, name, "(id INTEGER, code VARCHAR)", &rows);
    }
    for (int s = 0; s < SOURCE_COUNT && rc == 0; s++)
        if (s != S_VISIT && (s == S_LINE || !source_is_line((enum source_id)s)))
            rc = fill_source(c, (enum source_id)s, con);
    for (size_t r = 0; r < c->n_diag; r++)
        buf_fmt(&rows, "%s(%lld, %lld, 0)", r ? ", " : "", (long long)c->diag[r][0],
                (long long)c->diag[r][1]);
    if (rc == 0)
        rc = fill(con, "s_diag", "(mdtrt_id INTEGER, dx INTEGER, main INTEGER)", &rows);
    for (size_t r = 0; r < c->n[S_LINE]; r++) {
        int64_t no = c->cell[S_LINE][0][r];
        buf_fmt(&rows, "%s(%lld, '%s')", r ? ", " : "", (long long)no, c->bkkp[no]);
    }
    if (rc == 0)
        rc = fill(con, "line_text", "(no BIGINT, bkkp_sn VARCHAR)", &rows);
    for (int l = 0; l < LOOKUP_COUNT && rc == 0; l++)
        rc = fill_lookup(c, l, con);
    return rc;
}
