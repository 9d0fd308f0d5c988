/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "engine/example.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/fen.h"
#include "base/mem.h"
#include "engine/finish.h"
#include "engine/measure.h"
#include "engine/walk.h"

/* A small world: one table per source, dictionaries by name. */
struct world {
    struct arena a;
    struct huji_library *lib;
    struct names dict[DOMAIN_COUNT];
    struct names line_id; /* no -> short id */
    int64_t *cell[SOURCE_COUNT][HUJI_MAX_FIELDS];
    size_t n[SOURCE_COUNT], cap[SOURCE_COUNT];
    struct huji_frame frame;
    struct map visits, settled; /* visit id -> row; visits that have a settlement of their own */
    struct err *e;
};

static const struct {
    const char *list;
    enum source_id src;
} lists[] = {
    {"persons", S_PERSON},
    {"insts", S_INST},
    {"doctors", S_DOCTOR},
    {"stays", S_STAY},
    {"visits", S_VISIT},
    {"settlements", S_SETTLEMENT},
    {"operations", S_OPERATION},
    {"stock", S_STOCK},
    {"lines", S_LINE},
    {"sales", S_SALE},
    {"traces", S_TRACE},
    {"checks", S_CHECK},
    {"refunds", S_REFUND},
    {"regs", S_REG},
    {"enrols", S_ENROL},
    {"labs", S_LAB},
    {"acts", S_ACT},
    {"clearings", S_CLEARING},
};

static enum source_id table_of(enum source_id s)
{
    return s == S_VISIT ? S_STAY : s;
}

static int64_t code(struct world *w, enum domain d, struct span s)
{
    uint32_t id = s.n ? names_put(&w->dict[d], s) : NAME_NONE;
    return id == NAME_NONE ? HUJI_NONE64 : id;
}

static int64_t *at(struct world *w, enum source_id s, const char *name, size_t row)
{
    int f = source_field(s, span_of(name));
    return f < 0 ? NULL : &w->cell[table_of(s)][f][row];
}

static int new_row(struct world *w, enum source_id s, size_t *row)
{
    enum source_id t = table_of(s);
    const struct source *src = &huji_sources[t];
    if (w->n[t] == w->cap[t]) {
        size_t cap = w->cap[t] ? w->cap[t] * 2 : 64;
        for (size_t f = 0; f < src->n_fields; f++) {
            int64_t *more = arena_alloc(&w->a, cap * sizeof *more);
            if (!more)
                return err_nomem(w->e);
            if (w->n[t])
                memcpy(more, w->cell[t][f], w->n[t] * sizeof *more);
            w->cell[t][f] = more;
        }
        w->cap[t] = cap;
    }
    *row = w->n[t]++;
    for (size_t f = 0; f < src->n_fields; f++)
        w->cell[t][f][*row] = HUJI_NONE64;
    return 0;
}

/* "2023-05-04 09:00:00 + 3 min" */
static bool time_plus(struct span s, sec_t *out)
{
    const char *plus = memchr(s.p, '+', s.n);
    struct span head = plus ? (struct span){s.p, (size_t)(plus - s.p)} : s;
    if (!sec_parse(head, out))
        return false;
    if (!plus)
        return true;
    struct span rest = span_trim((struct span){plus + 1, s.n - head.n - 1}),
                num = span_cut(&rest, ' ');
    int64_t n;
    if (!dec_parse(num, 0, false, &n))
        return false;
    rest = span_trim(rest);
    int64_t unit = span_is(rest, "d")     ? DAY_SECS
                   : span_is(rest, "h")   ? 3600
                   : span_is(rest, "min") ? 60
                                          : 1;
    *out += n * unit;
    return true;
}

static bool parse_cell(struct world *w, const struct field *f, struct span s, int64_t *out)
{
    sec_t t;
    switch (f->type) {
    case F_CODE: *out = code(w, f->domain, s); return true;
    case F_DAY:
        if (!time_plus(s, &t))
            return false;
        *out = sec_day(t);
        return true;
    case F_SEC: return time_plus(s, out);
    default: return dec_parse(s, ftype_scale(f->type), false, out);
    }
}

/* Short names of examples. */
static const char *alias(enum source_id s, struct span k)
{
    static const struct {
        const char *k, *field;
    } any[] = {
        {"person", "psn_no"}, {"visit", "mdtrt_id"},   {"stay", "mdtrt_id"},
        {"setl", "setl_id"},  {"item", "hilist_code"}, {"inst", "fixmedins_code"},
    };
    const struct source *src = &huji_sources[s];
    if (span_is(k, "id") && s != S_LINE)
        return src->id_field;
    if (s == S_REG && span_is(k, "inst"))
        return "ide_fixmedins_no";
    if (span_is(k, "t"))
        return src->time_field;
    if (span_is(k, "begin"))
        return s == S_STAY || s == S_VISIT ? "begntime"
               : s == S_OPERATION          ? src->time_field
                                           : "begndate";
    if (span_is(k, "end"))
        return s == S_STAY || s == S_VISIT ? "endtime"
               : s == S_OPERATION          ? src->end_field
                                           : "enddate";
    if (span_is(k, "amt"))
        return src->amount_field;
    if (span_is(k, "fund"))
        return src->fund_field;
    for (size_t i = 0; i < sizeof any / sizeof *any; i++)
        if (span_is(k, any[i].k))
            return any[i].field;
    return NULL;
}

static void set_default(struct world *w, enum source_id s, size_t row, const char *name,
                        const char *text)
{
    int f = source_field(s, span_of(name));
    if (f < 0)
        return;
    int64_t *c = &w->cell[table_of(s)][f][row];
    if (*c == HUJI_NONE64)
        parse_cell(w, &huji_sources[s].fields[f], span_of(text), c);
}

static void copy_cell(struct world *w, enum source_id to, size_t row, const char *name,
                      enum source_id from, size_t from_row, const char *from_name)
{
    int64_t *a = at(w, to, name, row), *b = at(w, from, from_name, from_row);
    if (a && b && *a == HUJI_NONE64)
        *a = *b;
}

static void stay_defaults(struct world *w, enum source_id s, size_t row)
{
    set_default(w, s, row, "med_type", s == S_STAY ? "21" : "11");
    *at(w, s, "kind", row) = s == S_STAY ? 1 : 2;
    int64_t *bt = at(w, s, "begntime", row), *et = at(w, s, "endtime", row),
            *bd = at(w, s, "begndate", row), *ed = at(w, s, "enddate", row);
    if (*bd == HUJI_NONE64 && *bt != HUJI_NONE64)
        *bd = sec_day(*bt);
    if (*ed == HUJI_NONE64 && *et != HUJI_NONE64)
        *ed = sec_day(*et);
    copy_cell(w, s, row, "inscp_amt", s, row, "medfee_sumamt");
    int64_t v = *at(w, s, "mdtrt_id", row);
    if (v != HUJI_NONE64)
        map_put(&w->visits, (uint64_t)v, (uint32_t)row);
}

static void line_defaults(struct world *w, size_t row)
{
    int64_t *cnt = at(w, S_LINE, "cnt", row), *pric = at(w, S_LINE, "pric", row),
            *amt = at(w, S_LINE, "det_item_fee_sumamt", row),
            *inscp = at(w, S_LINE, "inscp_amt", row);
    if (*amt == HUJI_NONE64 && *cnt != HUJI_NONE64 && *pric != HUJI_NONE64)
        *amt = div_round(*cnt * *pric, 100000000, 0);
    if (*inscp == HUJI_NONE64)
        *inscp = *amt;
    uint32_t v = map_get(&w->visits, (uint64_t)*at(w, S_LINE, "mdtrt_id", row));
    if (v != MAP_NONE) {
        static const char *const same[] = {"psn_no", "fixmedins_code", "med_type"};
        for (int i = 0; i < 3; i++)
            copy_cell(w, S_LINE, row, same[i], S_STAY, v, same[i]);
    }
}

static int add_event(struct world *w, enum source_id s, const struct ynode *n)
{
    size_t row;
    uint64_t written = 0; /* a field written and left empty is missing on purpose: no default */
    int rc = new_row(w, s, &row);
    if (rc < 0)
        return rc;
    for (const struct ynode *c = n->child; c; c = c->next) {
        const char *name = alias(s, c->key);
        int f = name ? source_field(s, span_of(name)) : source_field(s, c->key);
        if (s == S_LINE && span_is(c->key, "id")) {
            *at(w, s, "no", row) = names_put(&w->line_id, c->text);
            continue;
        }
        if (s == S_LINE && span_is(c->key, "init")) { /* the line it takes back */
            uint32_t no = names_get(&w->line_id, c->text);
            *at(w, s, "init_no", row) = no == NAME_NONE ? -1 : (int64_t)no;
            continue;
        }
        if (f < 0)
            return ynode_bad(c, w->e, "来源 %s 没有这个字段", huji_sources[s].name);
        written |= UINT64_C(1) << f;
        if (c->text.n &&
            !parse_cell(w, &huji_sources[s].fields[f], c->text, &w->cell[table_of(s)][f][row]))
            return ynode_bad(c, w->e, "值「%.*s」不对", (int)c->text.n, c->text.p);
    }
    if (s == S_LINE && *at(w, s, "no", row) == HUJI_NONE64) {
        char id[24];
        int k = snprintf(id, sizeof id, "line%zu", row);
        *at(w, s, "no", row) = names_put(&w->line_id, (struct span){id, (size_t)k});
    }
    if (s == S_STAY || s == S_VISIT)
        stay_defaults(w, s, row);
    if (s == S_LINE)
        line_defaults(w, row);
    uint32_t v = s == S_STAY || s == S_VISIT || source_field(s, SPAN("mdtrt_id")) < 0
                     ? MAP_NONE
                     : map_get(&w->visits, (uint64_t)*at(w, s, "mdtrt_id", row));
    if (v != MAP_NONE) {
        copy_cell(w, s, row, "psn_no", S_STAY, v, "psn_no");
        copy_cell(w, s, row, "fixmedins_code", S_STAY, v, "fixmedins_code");
    }
    const char *inst = s == S_REG ? "ide_fixmedins_no" : "fixmedins_code";
    int fp = !source_has_person(s) ? -1 : source_field(s, SPAN("psn_no")),
        fi = source_field(s, span_of(inst));
    if (fp >= 0 && !(written >> fp & 1))
        set_default(w, s, row, "psn_no", "P1");
    if (fi >= 0 && !(written >> fi & 1))
        set_default(w, s, row, inst, "H1");
    if (s == S_SETTLEMENT) {
        *at(w, s, "void", row) = 0;
        copy_cell(w, s, row, "inscp_amt", s, row, "medfee_sumamt");
        int64_t visit = *at(w, s, "mdtrt_id", row);
        if (visit != HUJI_NONE64)
            map_put(&w->settled, (uint64_t)visit, (uint32_t)row);
        if (v != MAP_NONE)
            copy_cell(w, s, row, "med_type", S_STAY, v, "med_type");
    }
    return 0;
}

/* $i -> number, as text, in every scalar of the subtree. */
static struct ynode *instance(struct world *w, const struct ynode *n, struct span var, int64_t i)
{
    struct ynode *c = arena_alloc(&w->a, sizeof *c);
    if (!c)
        return NULL;
    *c = *n;
    struct ynode **tail = &c->child;
    *tail = NULL;
    for (const struct ynode *k = n->child; k; k = k->next) {
        struct ynode *copy = instance(w, k, var, i);
        if (!copy)
            return NULL;
        copy->next = NULL;
        *tail = copy;
        tail = &copy->next;
    }
    struct buf b = BUF_INIT;
    for (size_t k = 0; k < n->text.n; k++) {
        if (n->text.p[k] == '$' && n->text.n - k - 1 >= var.n &&
            !memcmp(n->text.p + k + 1, var.p, var.n)) {
            buf_i64(&b, i);
            k += var.n;
        } else {
            buf_char(&b, n->text.p[k]);
        }
    }
    c->text = arena_span(&w->a, (struct span){buf_cstr(&b), b.n});
    buf_release(&b);
    return c;
}

static int add_lists(struct world *w, const struct ynode *ex)
{
    int rc = 0;
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        const struct ynode *list = ynode_get(ex, lists[i].list);
        for (const struct ynode *n = list ? list->child : NULL; n && rc == 0; n = n->next)
            rc = add_event(w, lists[i].src, n);
    }
    return rc;
}

static int add_repeats(struct world *w, const struct ynode *rep)
{
    int64_t n = 0;
    if (rep->kind == Y_SEQ) {
        int rc = 0;
        for (const struct ynode *c = rep->child; c && rc == 0; c = c->next)
            rc = add_repeats(w, c);
        return rc;
    }
    struct span var = ynode_text(rep, "as");
    if (!dec_parse(ynode_text(rep, "n"), 0, false, &n) || n < 0 || n > 100000)
        return ynode_bad(rep, w->e, "repeat 需要 n");
    int rc = 0;
    for (int64_t i = 1; i <= n && rc == 0; i++) {
        struct ynode *one = instance(w, rep, var.n ? var : SPAN("i"), i);
        rc = one ? add_lists(w, one) : err_nomem(w->e);
    }
    return rc;
}

/* Every person and institution that events name exists. */
static int default_rows(struct world *w)
{
    int rc = 0;
    static const struct {
        enum source_id s;
        enum domain d;
        const char *id;
    } two[] = {
        {S_PERSON, D_PERSON, "psn_no"},
        {S_INST, D_INST, "fixmedins_code"},
    };
    names_put(&w->dict[D_PERSON], SPAN("P1"));
    names_put(&w->dict[D_INST], SPAN("H1"));
    for (int i = 0; i < 2; i++)
        for (uint32_t id = 0; id < w->dict[two[i].d].n && rc == 0; id++) {
            bool have = false;
            for (size_t r = 0; r < w->n[two[i].s] && !have; r++)
                have = *at(w, two[i].s, two[i].id, r) == id;
            size_t row;
            if (!have && (rc = new_row(w, two[i].s, &row)) == 0)
                *at(w, two[i].s, two[i].id, row) = id;
        }
    return rc;
}

/* A stay or visit without a settlement of its own counts as settled with its amounts. */
static int settle(struct world *w)
{
    size_t visits = w->n[S_STAY];
    static const char *const same[] = {"psn_no",   "fixmedins_code", "med_type",        "insutype",
                                       "emp_no",   "insu_admdvs",    "fix_blng_admdvs", "mdtrt_id",
                                       "dise_no",  "opter_id",       "chfpdr_code",     "begndate",
                                       "enddate",  "medfee_sumamt",  "fund_pay_sumamt", "inscp_amt",
                                       "acct_pay", "cash_payamt",    "maf_pay"};
    for (size_t v = 0; v < visits; v++) {
        int64_t id = *at(w, S_STAY, "mdtrt_id", v);
        size_t row;
        if (id == HUJI_NONE64 || map_get(&w->settled, (uint64_t)id) != MAP_NONE)
            continue;
        int rc = new_row(w, S_SETTLEMENT, &row);
        if (rc < 0)
            return rc;
        struct span name = w->dict[D_VISIT].at[id];
        *at(w, S_SETTLEMENT, "setl_id",
            row) = code(w, D_SETL, span_of(arena_fmt(&w->a, "%.*s.setl", (int)name.n, name.p)));
        for (size_t i = 0; i < sizeof same / sizeof *same; i++)
            copy_cell(w, S_SETTLEMENT, row, same[i], S_STAY, v, same[i]);
        copy_cell(w, S_SETTLEMENT, row, "setl_time", S_STAY, v, "endtime");
        *at(w, S_SETTLEMENT, "void", row) = 0;
        map_put(&w->settled, (uint64_t)id, (uint32_t)row);
    }
    for (size_t i = 0; i < w->n[S_LINE]; i++) {
        uint32_t s = map_get(&w->settled, (uint64_t)*at(w, S_LINE, "mdtrt_id", i));
        if (s != MAP_NONE)
            copy_cell(w, S_LINE, i, "setl_id", S_SETTLEMENT, s, "setl_id");
    }
    return 0;
}

/* ---- arrays for the engine ---- */

struct order {
    int64_t psn, t;
    struct span id;
    size_t row;
};

static int cmp_order(const void *pa, const void *pb)
{
    const struct order *a = pa, *b = pb;
    if (a->psn != b->psn)
        return (uint64_t)a->psn < (uint64_t)b->psn ? -1 : 1; /* none (negative) last */
    if (a->t != b->t)
        return a->t < b->t ? -1 : 1;
    return span_cmp(a->id, b->id);
}

static int cmp_id(const void *pa, const void *pb)
{
    const struct order *a = pa, *b = pb;
    return span_cmp(a->id, b->id);
}

static struct order *sorted_rows(struct world *w, enum source_id s)
{
    const struct source *src = &huji_sources[s];
    struct order *o = arena_alloc(&w->a, (w->n[s] + 1) * sizeof *o);
    int fid = source_field(s, span_of(src->id_field)), fp = source_field(s, SPAN("psn_no"));
    int ft = src->time_field ? source_field(s, span_of(src->time_field)) : -1;
    for (size_t r = 0; o && r < w->n[s]; r++) {
        int64_t id = w->cell[s][fid][r];
        struct span text = id == HUJI_NONE64 ? SPAN("")
                           : s == S_LINE     ? w->line_id.at[id]
                                             : w->dict[src->fields[fid].domain].at[id];
        o[r] = (struct order){fp >= 0 ? w->cell[s][fp][r] : 0, ft >= 0 ? w->cell[s][ft][r] : 0,
                              text, r};
    }
    if (!o)
        return NULL;
    int fr = source_field(s, SPAN("rank"));
    if (fr >= 0) {
        qsort(o, w->n[s], sizeof *o, cmp_id);
        for (size_t k = 0; k < w->n[s]; k++)
            w->cell[s][fr][o[k].row] = (int64_t)k;
    }
    qsort(o, w->n[s], sizeof *o, cmp_order);
    return o;
}

static void *narrow(struct world *w, enum source_id s, int f, const struct order *o)
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

static int make_tables(struct world *w, struct line_batch *lines)
{
    for (int s = 0; s < SOURCE_COUNT; s++) {
        if (s == S_VISIT || (s != S_LINE && source_is_line((enum source_id)s)))
            continue;
        struct order *o = sorted_rows(w, (enum source_id)s);
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
static int make_diagnoses(struct world *w, const struct ynode *list)
{
    uint32_t n = w->dict[D_VISIT].n;
    size_t max = w->n[S_STAY] + ynode_count(list), k = 0;
    uint32_t *first = arena_calloc(&w->a, ((size_t)n + 2) * sizeof *first);
    int32_t *dx = arena_alloc(&w->a, (max + 1) * sizeof *dx);
    if (!first || !dx)
        return err_nomem(w->e);
    for (uint32_t v = 0; v < n; v++) {
        for (size_t r = 0; r < w->n[S_STAY]; r++)
            if (*at(w, S_STAY, "mdtrt_id", r) == v && *at(w, S_STAY, "dx", r) != HUJI_NONE64)
                dx[k++] = (int32_t)*at(w, S_STAY, "dx", r);
        for (const struct ynode *d = list ? list->child : NULL; d; d = d->next)
            if (names_get(&w->dict[D_VISIT], ynode_text(d, "visit")) == v && k < max)
                dx[k++] = (int32_t)code(w, D_DX, ynode_text(d, "dx"));
        first[v + 1] = (uint32_t)k;
    }
    w->frame.diag_at = first;
    w->frame.diag = dx;
    return 0;
}

static int make_lookups(struct world *w, const struct ynode *tables)
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
                int64_t id = code(w, def->key[i].domain, ynode_text(row, def->key[i].name));
                key[i][r] = id == HUJI_NONE64 ? HUJI_NONE32 : (int32_t)id;
            }
            for (int i = 0; i < def->n_value; i++)
                if (!dec_parse(ynode_text(row, def->value[i]), 0, false, &val[i][r]))
                    val[i][r] = HUJI_NONE64;
        }
    }
    return 0;
}

static int make_dicts(struct world *w)
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

/* ---- measures given by the example ---- */

static bool parse_key(struct huji_run *run, const struct expr *x, struct span s, int64_t *out)
{
    int64_t y, m;
    struct span head = s;
    if (x->type == V_CODE) {
        *out = run_id(run, x->domain, s);
        return true;
    }
    switch (x->fmt) {
    case VF_DAY: {
        day_t d;
        bool ok = day_parse(s, &d);
        *out = ok ? d : 0;
        return ok;
    }
    case VF_MONTH:
    case VF_QUARTER: {
        struct span rest = s;
        head = span_cut(&rest, x->fmt == VF_MONTH ? '-' : 'Q');
        if (!rest.p || !dec_parse(head, 0, false, &y) || !dec_parse(rest, 0, false, &m))
            return false;
        *out = y * (x->fmt == VF_MONTH ? 12 : 4) + m - 1;
        return true;
    }
    default: return dec_parse(s, x->scale, false, out);
    }
}

static int set_measures(struct world *w, struct huji_run *run, const struct ynode *given)
{
    for (const struct ynode *g = given ? given->child : NULL; g; g = g->next) {
        const struct measure *m = NULL;
        for (int i = 0; i < w->lib->n_measures; i++)
            if (span_eq(w->lib->measures[i]->name, g->key))
                m = w->lib->measures[i];
        if (!m)
            return ynode_bad(g, w->e, "没有这个指标");
        struct measure_table *t = &run->measure[m->index];
        const struct rule *r = w->lib->rules[m->rule];
        measure_release(t);
        for (const struct ynode *n = g->child; n; n = n->next) {
            struct measure_row row = {0};
            struct measure_case c = {.ev_row = -1, .src = (uint8_t)r->clause[0].src};
            struct span of = ynode_text(n, "of"), peer = ynode_text(n, "peer");
            for (int k = 0; k < r->n_keys; k++)
                if (!parse_key(run, r->key[0][k], span_cut(&of, '|'), &row.key[k]))
                    return ynode_bad(n, w->e, "主体「of」不对");
            dec_parse(ynode_text(n, "num"), r->scale, false, &row.num);
            dec_parse(ynode_text(n, "den"), r->scale, false, &row.den);
            dec_parse(ynode_text(n, "n"), 0, false, &row.n);
            for (int k = 0; k < 3 && peer.p; k++)
                c.peer[k] = (int64_t)names_put(&w->dict[D_TEXT], span_cut(&peer, '|'));
            int rc = measure_row_add(run, m, t, &row, &c, w->e);
            if (rc < 0)
                return rc;
        }
        int rc = measure_finish(run, m, t, w->e);
        if (rc < 0)
            return rc;
    }
    return 0;
}

/* ---- running and comparing ---- */

static int rank_lines(void *ctx, const int64_t *no, size_t n, uint32_t *rank, struct err *e)
{
    struct world *w = ctx;
    struct order *o = arena_alloc(&w->a, (n + 1) * sizeof *o);
    if (!o)
        return err_nomem(e);
    for (size_t i = 0; i < n; i++)
        o[i] = (struct order){0, 0, w->line_id.at[no[i]], i};
    qsort(o, n, sizeof *o, cmp_id);
    for (size_t i = 0; i < n; i++)
        rank[o[i].row] = (uint32_t)i;
    return 0;
}

static struct span line_name(void *ctx, int64_t no)
{
    struct world *w = ctx;
    return no >= 0 && no < w->line_id.n ? w->line_id.at[no] : SPAN("?");
}

static int fold_all(struct world *w, struct huji_run *run, struct walk *walk,
                    const struct line_batch *lines, const struct ynode *measures)
{
    walk_begin(walk, 0, (int32_t)w->frame.dict[D_PERSON].n);
    int rc = walk_lines(walk, lines, w->e);
    if (rc == 0)
        rc = walk_end(walk, w->e);
    if (rc == 0)
        rc = walk_orphans(walk, w->e);
    if (rc == 0)
        rc = walk_merge(run, &walk, 1, rank_lines, w, w->e);
    if (rc == 0)
        rc = set_measures(w, run, measures);
    if (rc == 0)
        rc = walk_late(walk, w->e);
    for (int i = 0; rc == 0 && i < w->lib->n_rules; i++)
        if (walk_is_kept(run, i))
            rc = walk_judge(run, walk, walk, i, w->e);
    if (rc == 0)
        rc = walk_combine(run, &walk, 1, w->e);
    for (int i = 0; run->measure && i < w->lib->n_measures; i++)
        measure_release(&run->measure[i]);
    return rc;
}

struct actual {
    struct finished f;
    const struct huji_finding *h;
    bool taken;
};

static bool number_is(struct span want, int64_t have, int scale)
{
    int64_t v;
    return !want.n || (dec_parse(want, scale, false, &v) && v == have);
}

static bool matches(const struct ynode *want, const struct actual *a)
{
    struct span at_ = ynode_text(want, "at"), variant = ynode_text(want, "variant");
    struct span anchor = a->f.anchor, tail = anchor;
    span_cut(&tail, ':');
    if (at_.n && !span_eq(at_, anchor) && !(tail.p && span_eq(at_, tail)))
        return false;
    if (variant.n && !span_eq(variant, a->f.rule->variant) &&
        !(span_is(variant, "base") && !a->f.rule->variant.n))
        return false;
    struct span cls = ynode_text(want, "class"), owner = ynode_text(want, "owner");
    return number_is(ynode_text(want, "value"), a->h->value, 6) &&
           number_is(ynode_text(want, "threshold"), a->h->threshold, 6) &&
           number_is(ynode_text(want, "amount"), a->h->amount, 2) &&
           number_is(ynode_text(want, "fund"), a->h->fund, 2) &&
           (!cls.n || span_is(cls, class_name(a->h->cls))) &&
           (!owner.n || span_eq(owner, a->f.owner_id) ||
            (a->f.owner_id.n > owner.n && a->f.owner_id.p[owner.n] == '|' &&
             !memcmp(a->f.owner_id.p, owner.p, owner.n)));
}

static void describe(struct buf *b, const struct actual *a)
{
    buf_fmt(b, "[%.*s @%.*s 值 ", (int)a->f.rule_id.n, a->f.rule_id.p, (int)a->f.anchor.n,
            a->f.anchor.p);
    a->h->value == HUJI_NONE64 ? buf_str(b, "—") : dec_print(b, a->h->value, 6);
    buf_str(b, "/");
    a->h->threshold == HUJI_NONE64 ? buf_str(b, "—") : dec_print(b, a->h->threshold, 6);
    buf_str(b, " 金额 ");
    fen_print(b, a->h->amount);
    buf_str(b, " 基金 ");
    fen_print(b, a->h->fund);
    buf_fmt(b, " %s] ", class_name(a->h->cls));
}

static void compare(struct actual *act, size_t n, const struct ynode *finds,
                    struct example_result *res)
{
    struct buf b = BUF_INIT;
    bool ok = true;
    for (const struct ynode *want = finds ? finds->child : NULL; want; want = want->next) {
        bool found = false;
        for (size_t i = 0; i < n && !found; i++)
            if (!act[i].taken && matches(want, &act[i]))
                found = act[i].taken = true;
        if (found)
            continue;
        ok = false;
        buf_str(&b, "缺：");
        for (const struct ynode *c = want->child; c; c = c->next)
            buf_fmt(&b, "%.*s=%.*s ", (int)c->key.n, c->key.p, (int)c->text.n, c->text.p);
    }
    for (size_t i = 0; i < n; i++)
        if (!act[i].taken) {
            ok = false;
            buf_str(&b, "多：");
            describe(&b, &act[i]);
        }
    res->ok = ok;
    snprintf(res->why, sizeof res->why, "%s", buf_cstr(&b));
    buf_release(&b);
}

static int judge(struct world *w, const struct rule *rule, const struct ynode *ex,
                 const struct line_batch *lines, struct example_result *res)
{
    bool *wanted = arena_calloc(&w->a, (size_t)w->lib->n_rules + 1);
    struct huji_run *run = NULL;
    struct walk *walk = NULL;
    for (int i = 0; wanted && i < w->lib->n_rules; i++)
        wanted[i] = span_eq(w->lib->rules[i]->base_id, rule->base_id) && !w->lib->rules[i]->hidden;
    int rc = wanted ? run_open(w->lib, &w->frame, wanted, &run, w->e) : err_nomem(w->e);
    if (rc == 0)
        rc = walk_new(run, &walk, w->e);
    if (rc == 0)
        rc = fold_all(w, run, walk, lines, ynode_get(ex, "measures"));
    size_t n = 0, k = 0;
    const struct huji_finding *f = rc == 0 ? walk_findings(walk, &n) : NULL;
    struct actual *act = arena_calloc(&w->a, (n + 1) * sizeof *act);
    for (size_t i = 0; i < n && rc == 0 && act; i++) {
        if (!f[i].hit)
            continue;
        act[k].h = &f[i];
        rc = finding_finish(run, &f[i], line_name, w, &w->a, &act[k++].f, w->e);
    }
    if (rc == 0)
        compare(act, k, ynode_get(ex, "finds"), res);
    walk_free(walk);
    run_free(run);
    return rc;
}

static void world_release(struct world *w)
{
    for (int d = 0; d < DOMAIN_COUNT; d++)
        names_release(&w->dict[d]);
    names_release(&w->line_id);
    map_release(&w->visits);
    map_release(&w->settled);
    arena_release(&w->a);
}

static int run_example(struct huji_library *lib, const struct rule *rule, const struct ynode *ex,
                       struct example_result *res, struct err *e)
{
    struct world w = {.lib = lib, .e = e};
    struct line_batch lines = {0};
    struct knowledge *saved = mem_alloc(((size_t)lib->n_kn + 1) * sizeof *saved);
    if (!saved)
        return err_nomem(e);
    if (lib->n_kn)
        memcpy(saved, lib->kn, (size_t)lib->n_kn * sizeof *saved);
    int rc = 0;
    const struct ynode *kn = ynode_get(ex, "knowledge"), *rep = ynode_get(ex, "repeat");
    for (const struct ynode *c = kn ? kn->child : NULL; c && rc == 0; c = c->next) {
        rc = ynode_bad(c, e, "没有这张知识表");
        for (int i = 0; i < lib->n_kn; i++)
            if (span_eq(lib->kn[i].name, c->key))
                rc = knowledge_from_yaml(&w.a, &lib->kn[i], c, e);
    }
    if (rc == 0 && (rc = add_lists(&w, ex)) == 0 && (!rep || (rc = add_repeats(&w, rep)) == 0) &&
        (rc = default_rows(&w)) == 0 && (rc = settle(&w)) == 0 &&
        (rc = make_lookups(&w, ynode_get(ex, "tables"))) == 0 &&
        (rc = make_diagnoses(&w, ynode_get(ex, "diagnoses"))) == 0 &&
        (rc = make_tables(&w, &lines)) == 0 && (rc = make_dicts(&w)) == 0)
        rc = judge(&w, rule, ex, &lines, res);
    if (lib->n_kn)
        memcpy(lib->kn, saved, (size_t)lib->n_kn * sizeof *saved);
    mem_free(saved);
    world_release(&w);
    return rc;
}

int examples_run(struct huji_library *lib, const char *base_id, example_fn tell, void *ctx,
                 struct err *e)
{
    for (int i = 0; i < lib->n_rules; i++) {
        const struct rule *r = lib->rules[i];
        bool again = i > 0 && span_eq(lib->rules[i - 1]->base_id, r->base_id);
        if (r->hidden || again || (base_id && !span_is(r->base_id, base_id)))
            continue;
        const struct ynode *list = ynode_get(r->node, "examples");
        for (const struct ynode *ex = list ? list->child : NULL; ex; ex = ex->next) {
            struct err mine = {0};
            struct example_result res = {.rule = r->base_id, .name = ynode_text(ex, "name")};
            int rc = run_example(lib, r, ex, &res, &mine);
            if (rc < 0) {
                if (rc == ERR_NOMEM) {
                    if (e)
                        *e = mine;
                    return rc;
                }
                res.ok = false;
                snprintf(res.why, sizeof res.why, "%.300s（%.200s）", mine.message, mine.where);
            }
            tell(ctx, &res);
        }
    }
    return 0;
}
