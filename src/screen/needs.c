/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "screen/needs.h"

#include <string.h>

#include "engine/lookup.h"

#define MAX_NEEDS 40

/* Sources of events: the tables they come from. */
static const struct {
    enum source_id source;
    const char *tables[3];
} sources[] = {
    {S_STAY, {"mdtrt_d", "setl_d", NULL}}, {S_VISIT, {"mdtrt_d", "setl_d", NULL}},
    {S_SETTLEMENT, {"setl_d", NULL}},      {S_OPERATION, {"setl_list_oprn_d", NULL}},
    {S_STOCK, {"inv_3501", "inv_3503"}},   {S_LINE, {"fee_list_d", NULL}},
    {S_LINE_RAW, {"fee_list_d", NULL}},    {S_UNMATCHED, {"fee_list_d", NULL}},
    {S_SALE, {"sale_3505", NULL}},         {S_TRACE, {"drug_trac", NULL}},
    {S_CHECK, {"presence_check", NULL}},   {S_REFUND, {"setl_d", NULL}},
    {S_REG, {"opsp_reg_d", NULL}},         {S_ENROL, {"psn_insu_d", NULL}},
    {S_LAB, {"lab_result", NULL}},         {S_ACT, {"agency_act", NULL}},
    {S_CLEARING, {"clearing", NULL}},
};

/* Fields whose column or table is often not there. What is not named here comes with its table. */
static const struct {
    enum source_id source;
    const char *field, *need;
} fields[] = {
    {S_PERSON, "die_date", "death"},
    {S_PERSON, "staff_inst", "staff"},
    {S_PERSON, "gend", "column psn_info_b.gend"},
    {S_PERSON, "brdy", "column psn_info_b.brdy"},
    {S_PERSON, "certno", "column psn_info_b.certno"},
    {S_INST, "aprv_bed_cnt", "beds"},
    {S_INST, "hosp_lv", "column fixmedins_b.hosp_lv"},
    {S_INST, "level", "column fixmedins_b.hosp_lv"},
    {S_STAY, "dx", "column mdtrt_d.dscg_maindiag_code"},
    {S_STAY, "emp_no", "column mdtrt_d.emp_no"},
    {S_STAY, "adm_bed", "column mdtrt_d.adm_bed"},
    {S_STAY, "dscg_bed", "column mdtrt_d.dscg_bed"},
    {S_STAY, "wardarea_bed", "column mdtrt_d.wardarea_bed"},
    {S_STAY, "chfpdr_code", "column mdtrt_d.chfpdr_code"},
    {S_SETTLEMENT, "chfpdr_code", "column mdtrt_d.chfpdr_code"},
    {S_SETTLEMENT, "mdtrt_cert_no", "column setl_d.mdtrt_cert_no"},
    {S_SETTLEMENT, "terminal", "column setl_d.opter_id"}, /* terminal.csv, else who settled */
    {S_SETTLEMENT, "invono", "column setl_d.invono"},
    {S_SETTLEMENT, "invo_num", "column setl_d.invono"},
    {S_SETTLEMENT, "init_setl_id", "column setl_d.init_setl_id"},
    {S_SETTLEMENT, "hifp_pay", "column setl_d.hifp_pay"},
    {S_SETTLEMENT, "act_pay_dedc", "column setl_d.act_pay_dedc"},
    {S_LINE, "bilg_dr_code", "column fee_list_d.bilg_dr_code"},
    {S_LINE, "bilg_dept_codg", "column fee_list_d.bilg_dept_codg"},
    {S_LINE, "prd_days", "column fee_list_d.prd_days"},
    {S_LINE, "rx_drord_no", "column fee_list_d.rx_drord_no"},
    {S_ACT, "opter_psn", "agency_staff"},
    {S_ACT, "opter_house", "agency_staff"},
};

struct list {
    struct arena *a;
    const char *at[MAX_NEEDS];
    size_t n;
    bool failed;
};

static bool holds(const struct list *l, const char *need)
{
    for (size_t i = 0; i < l->n; i++)
        if (strcmp(l->at[i], need) == 0)
            return true;
    return false;
}

static void add(struct list *l, const char *need)
{
    if (!holds(l, need) && l->n < MAX_NEEDS)
        l->at[l->n++] = need;
}

static void add_format(struct list *l, const char *before, struct span name)
{
    const char *text = arena_fmt(l->a, "%s%.*s", before, (int)name.n, name.p);

    if (text)
        add(l, text);
    else
        l->failed = true;
}

static void add_source(struct list *l, enum source_id s)
{
    for (size_t i = 0; i < sizeof sources / sizeof *sources; i++)
        for (size_t k = 0; sources[i].source == s && k < 3 && sources[i].tables[k]; k++)
            add(l, sources[i].tables[k]);
}

/* Stays and visits are one table, netted lines and raw ones too. */
static enum source_id whose(enum source_id s)
{
    return s == S_VISIT ? S_STAY : source_is_line(s) ? S_LINE : s;
}

static void add_field(struct list *l, enum source_id s, int field)
{
    const char *name = huji_sources[s].fields[field].name;

    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        if (fields[i].source == whose(s) && strcmp(fields[i].field, name) == 0)
            add(l, fields[i].need);
}

static void add_measure(struct list *l, const struct huji_library *lib, const struct measure *m);
static void add_expr(struct list *l, const struct huji_library *lib, const struct expr *x);

/* Of several ways to an answer: what none can do without. */
static void add_common(struct list *l, const struct huji_library *lib, struct expr *const *arg,
                       int n)
{
    struct list common = {.a = l->a}, way;

    for (int i = 0; i < n; i++) {
        way = (struct list){.a = l->a};
        add_expr(&way, lib, arg[i]);
        l->failed = l->failed || way.failed;
        if (i == 0) {
            common = way;
            continue;
        }
        size_t kept = 0;

        for (size_t k = 0; k < common.n; k++)
            if (holds(&way, common.at[k]))
                common.at[kept++] = common.at[k];
        common.n = kept;
    }
    for (size_t k = 0; k < common.n; k++)
        add(l, common.at[k]);
}

static void add_expr(struct list *l, const struct huji_library *lib, const struct expr *x)
{
    if (!x)
        return;
    switch (x->op) {
    case X_KNOWN:
    case X_MISSING: return;
    case X_OR:
    case X_COALESCE: add_common(l, lib, x->arg, x->n_arg); return;
    case X_IF: add_common(l, lib, x->arg + 1, x->n_arg - 1); return;
    case X_FIELD: add_field(l, x->src, x->field); break;
    case X_AGG: add_source(l, x->src); break;
    case X_MEASURE: add_measure(l, lib, x->measure); break;
    default: break;
    }
    if (x->lookup)
        add_format(l, "l_", span_of(x->lookup->name));
    if (x->kn)
        add_format(l, "knowledge ", x->kn->name);
    for (int i = 0; i < x->n_arg; i++)
        add_expr(l, lib, x->arg[i]);
}

static void add_rule(struct list *l, const struct huji_library *lib, const struct rule *r);

/* Which of the parts hold is open: what every one of them needs, and what those need that must hold. */
static void add_parts(struct list *l, const struct huji_library *lib, const struct combine *c)
{
    struct list common = {.a = l->a}, way;
    bool first = true;

    for (int p = 0; p < c->n_parts; p++)
        for (int k = 0; k < c->part[p].n_rules; k++) {
            way = (struct list){.a = l->a};
            add_rule(&way, lib, lib->rules[c->part[p].rule[k]]);
            l->failed = l->failed || way.failed;
            for (size_t i = 0; c->part[p].need && c->part[p].n_rules == 1 && i < way.n; i++)
                add(l, way.at[i]);
            size_t kept = 0;
            for (size_t i = 0; i < (first ? way.n : common.n); i++)
                if (first || holds(&way, common.at[i]))
                    common.at[kept++] = first ? way.at[i] : common.at[i];
            common.n = kept;
            first = false;
        }
    for (size_t i = 0; i < common.n; i++)
        add(l, common.at[i]);
}

static void add_rule(struct list *l, const struct huji_library *lib, const struct rule *r)
{
    for (int c = 0; c < r->n_clauses; c++) {
        add_source(l, r->clause[c].src);
        if (r->clause[c].kn)
            add_format(l, "knowledge ", r->clause[c].kn->name);
        add_expr(l, lib, r->clause[c].where);
        for (int k = 0; k < r->n_keys; k++)
            add_expr(l, lib, r->key[c][k]);
        for (int s = 0; s < SL_COUNT; s++)
            add_expr(l, lib, r->slot[c][s]);
    }
    if (!r->is_measure && r->measure)
        add_measure(l, lib, r->measure);
    if (r->combine)
        add_parts(l, lib, r->combine);
}

static void add_measure(struct list *l, const struct huji_library *lib, const struct measure *m)
{
    if (m)
        add_rule(l, lib, lib->rules[m->rule]);
}

static int rule_needs(const struct huji_library *lib, const struct rule *r, struct arena *a,
                      struct rule_need *out)
{
    struct list l = {.a = a};
    const char **at;

    add_rule(&l, lib, r);
    at = arena_calloc(a, (l.n + 1) * sizeof *at);
    out->rule_id = arena_dup(a, r->id);
    out->rule_name = arena_dup(a, r->name);
    if (l.failed || !at || !out->rule_id || !out->rule_name)
        return -1;
    memcpy(at, l.at, l.n * sizeof *at);
    out->need = at;
    out->n = l.n;
    return 0;
}

int library_needs(const struct huji_library *lib, struct arena *a, struct rule_need **out,
                  size_t *n, struct err *e)
{
    struct rule_need *at = arena_calloc(a, ((size_t)lib->n_rules + 1) * sizeof *at);
    size_t count = 0;

    if (!at)
        return err_nomem(e);
    for (int i = 0; i < lib->n_rules; i++)
        if (!lib->rules[i]->hidden && rule_needs(lib, lib->rules[i], a, &at[count++]))
            return err_nomem(e);
    *out = at;
    *n = count;
    return 0;
}
