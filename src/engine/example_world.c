/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "engine/example_world.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/fen.h"
#include "base/mem.h"
#include "engine/eval.h"

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

enum source_id example_table(enum source_id s)
{
    return s == S_VISIT ? S_STAY : s;
}

int64_t example_code(struct example_world *w, enum domain d, struct span s)
{
    uint32_t id = s.n ? names_put(&w->dict[d], s) : NAME_NONE;
    w->failed = w->failed || (s.n && id == NAME_NONE);
    return id == NAME_NONE ? HUJI_NONE64 : id;
}

static void note_map(struct example_world *w, int rc)
{
    w->failed = w->failed || rc < 0;
}

static int64_t line_no(struct example_world *w, struct span id)
{
    uint32_t no = names_put(&w->line_id, id);
    w->failed = w->failed || no == NAME_NONE;
    return no;
}

int64_t *example_cell(struct example_world *w, enum source_id s, const char *name, size_t row)
{
    int f = source_field(s, span_of(name));
    return f < 0 ? NULL : &w->cell[example_table(s)][f][row];
}

static int new_row(struct example_world *w, enum source_id s, size_t *row)
{
    enum source_id t = example_table(s);
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

bool example_parse(struct example_world *w, const struct field *f, struct span s, int64_t *out)
{
    sec_t t;
    switch (f->type) {
    case F_CODE: *out = example_code(w, f->domain, s); return true;
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

static void set_default(struct example_world *w, enum source_id s, size_t row, const char *name,
                        const char *text)
{
    int f = source_field(s, span_of(name));
    if (f < 0)
        return;
    int64_t *c = &w->cell[example_table(s)][f][row];
    if (*c == HUJI_NONE64)
        example_parse(w, &huji_sources[s].fields[f], span_of(text), c);
}

static void copy_cell(struct example_world *w, enum source_id to, size_t row, const char *name,
                      enum source_id from, size_t from_row, const char *from_name)
{
    int64_t *a = example_cell(w, to, name, row), *b = example_cell(w, from, from_name, from_row);
    if (a && b && *a == HUJI_NONE64)
        *a = *b;
}

static void stay_defaults(struct example_world *w, enum source_id s, size_t row)
{
    set_default(w, s, row, "med_type", s == S_STAY ? "21" : "11");
    *example_cell(w, s, "kind", row) = s == S_STAY ? 1 : 2;
    int64_t *bt = example_cell(w, s, "begntime", row), *et = example_cell(w, s, "endtime", row),
            *bd = example_cell(w, s, "begndate", row), *ed = example_cell(w, s, "enddate", row);
    if (*bd == HUJI_NONE64 && *bt != HUJI_NONE64)
        *bd = sec_day(*bt);
    if (*ed == HUJI_NONE64 && *et != HUJI_NONE64)
        *ed = sec_day(*et);
    copy_cell(w, s, row, "inscp_amt", s, row, "medfee_sumamt");
    int64_t v = *example_cell(w, s, "mdtrt_id", row);
    if (v != HUJI_NONE64)
        note_map(w, map_put(&w->visits, (uint64_t)v, (uint32_t)row));
}

/* Was the field written, if only empty? */
static bool is_written(uint64_t written, enum source_id s, const char *name)
{
    int f = source_field(s, span_of(name));

    return f >= 0 && written >> f & 1;
}

static void line_defaults(struct example_world *w, size_t row, uint64_t written)
{
    int64_t *cnt = example_cell(w, S_LINE, "cnt", row),
            *pric = example_cell(w, S_LINE, "pric", row),
            *amt = example_cell(w, S_LINE, "det_item_fee_sumamt", row),
            *inscp = example_cell(w, S_LINE, "inscp_amt", row);
    if (*amt == HUJI_NONE64 && *cnt != HUJI_NONE64 && *pric != HUJI_NONE64 &&
        !is_written(written, S_LINE, "det_item_fee_sumamt"))
        *amt = div_round(*cnt * *pric, 100000000, 0);
    if (*inscp == HUJI_NONE64 && !is_written(written, S_LINE, "inscp_amt"))
        *inscp = *amt;
    uint32_t v = map_get(&w->visits, (uint64_t)*example_cell(w, S_LINE, "mdtrt_id", row));
    if (v != MAP_NONE) {
        static const char *const same[] = {"psn_no", "fixmedins_code", "med_type"};
        for (int i = 0; i < 3; i++)
            copy_cell(w, S_LINE, row, same[i], S_STAY, v, same[i]);
    }
}

int example_event(struct example_world *w, enum source_id s, const struct ynode *n)
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
            *example_cell(w, s, "no", row) = line_no(w, c->text);
            continue;
        }
        if (s == S_LINE && span_is(c->key, "init")) { /* the line it takes back */
            uint32_t no = names_get(&w->line_id, c->text);
            *example_cell(w, s, "init_no", row) = no == NAME_NONE ? -1 : (int64_t)no;
            continue;
        }
        if (f < 0)
            return ynode_bad(c, w->e, "来源 %s 没有这个字段", huji_sources[s].name);
        written |= UINT64_C(1) << f;
        if (c->text.n && !example_parse(w, &huji_sources[s].fields[f], c->text,
                                        &w->cell[example_table(s)][f][row]))
            return ynode_bad(c, w->e, "值「%.*s」不对", (int)c->text.n, c->text.p);
    }
    if (s == S_LINE && *example_cell(w, s, "no", row) == HUJI_NONE64) {
        char id[24];
        int k = snprintf(id, sizeof id, "line%zu", row);
        *example_cell(w, s, "no", row) = line_no(w, (struct span){id, (size_t)k});
    }
    if (s == S_STAY || s == S_VISIT)
        stay_defaults(w, s, row);
    if (s == S_LINE)
        line_defaults(w, row, written);
    uint32_t v = s == S_STAY || s == S_VISIT || source_field(s, SPAN("mdtrt_id")) < 0
                     ? MAP_NONE
                     : map_get(&w->visits, (uint64_t)*example_cell(w, s, "mdtrt_id", row));
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
        *example_cell(w, s, "void", row) = 0;
        copy_cell(w, s, row, "inscp_amt", s, row, "medfee_sumamt");
        int64_t visit = *example_cell(w, s, "mdtrt_id", row);
        if (visit != HUJI_NONE64)
            note_map(w, map_put(&w->settled, (uint64_t)visit, (uint32_t)row));
        if (v != MAP_NONE)
            copy_cell(w, s, row, "med_type", S_STAY, v, "med_type");
    }
    return 0;
}

/* $i -> number, as text, in every scalar of the subtree. */
static struct ynode *instance(struct example_world *w, const struct ynode *n, struct span var,
                              int64_t i)
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
    bool ok = !b.failed && c->text.p;
    buf_release(&b);
    return ok ? c : NULL;
}

static int add_lists(struct example_world *w, const struct ynode *ex)
{
    int rc = 0;
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        const struct ynode *list = ynode_get(ex, lists[i].list);
        for (const struct ynode *n = list ? list->child : NULL; n && rc == 0; n = n->next)
            rc = example_event(w, lists[i].src, n);
    }
    return rc;
}

static int add_repeats(struct example_world *w, const struct ynode *rep)
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
static int default_rows(struct example_world *w)
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
    example_code(w, D_PERSON, SPAN("P1"));
    example_code(w, D_INST, SPAN("H1"));
    for (int i = 0; i < 2; i++)
        for (uint32_t id = 0; id < w->dict[two[i].d].n && rc == 0; id++) {
            bool have = false;
            for (size_t r = 0; r < w->n[two[i].s] && !have; r++)
                have = *example_cell(w, two[i].s, two[i].id, r) == id;
            size_t row;
            if (!have && (rc = new_row(w, two[i].s, &row)) == 0)
                *example_cell(w, two[i].s, two[i].id, row) = id;
        }
    return rc;
}

/* A stay or visit without a settlement of its own counts as settled with its amounts. */
static int settle(struct example_world *w)
{
    size_t visits = w->n[S_STAY];
    static const char *const same[] = {"psn_no",   "fixmedins_code", "med_type",        "insutype",
                                       "emp_no",   "insu_admdvs",    "fix_blng_admdvs", "mdtrt_id",
                                       "dise_no",  "opter_id",       "chfpdr_code",     "begndate",
                                       "enddate",  "medfee_sumamt",  "fund_pay_sumamt", "inscp_amt",
                                       "acct_pay", "cash_payamt",    "maf_pay"};
    for (size_t v = 0; v < visits; v++) {
        int64_t id = *example_cell(w, S_STAY, "mdtrt_id", v);
        size_t row;
        if (id == HUJI_NONE64 || map_get(&w->settled, (uint64_t)id) != MAP_NONE)
            continue;
        int rc = new_row(w, S_SETTLEMENT, &row);
        if (rc < 0)
            return rc;
        struct span name = w->dict[D_VISIT].at[id];
        *example_cell(w, S_SETTLEMENT, "setl_id", row) = example_code(
            w, D_SETL, span_of(arena_fmt(&w->a, "%.*s.setl", (int)name.n, name.p)));
        for (size_t i = 0; i < sizeof same / sizeof *same; i++)
            copy_cell(w, S_SETTLEMENT, row, same[i], S_STAY, v, same[i]);
        copy_cell(w, S_SETTLEMENT, row, "setl_time", S_STAY, v, "endtime");
        *example_cell(w, S_SETTLEMENT, "void", row) = 0;
        note_map(w, map_put(&w->settled, (uint64_t)id, (uint32_t)row));
    }
    for (size_t i = 0; i < w->n[S_LINE]; i++) {
        uint32_t s = map_get(&w->settled, (uint64_t)*example_cell(w, S_LINE, "mdtrt_id", i));
        if (s != MAP_NONE)
            copy_cell(w, S_LINE, i, "setl_id", S_SETTLEMENT, s, "setl_id");
    }
    return 0;
}

int example_rows(struct example_world *w, const struct ynode *ex)
{
    const struct ynode *rep = ynode_get(ex, "repeat");
    int rc = add_lists(w, ex);
    if (rc == 0 && rep)
        rc = add_repeats(w, rep);
    if (rc == 0)
        rc = default_rows(w);
    if (rc == 0)
        rc = settle(w);
    return rc == 0 && w->failed ? err_nomem(w->e) : rc;
}

void example_release(struct example_world *w)
{
    for (int d = 0; d < DOMAIN_COUNT; d++)
        names_release(&w->dict[d]);
    names_release(&w->line_id);
    map_release(&w->visits);
    map_release(&w->settled);
    arena_release(&w->a);
}
