/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "cli/needs.h"

#include <ctype.h>
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

/* Names in a rule that stand on a column or table that is often not there. */
static const struct {
    const char *word, *need;
} words[] = {
    {"die_date", "death"},
    {"aprv_bed_cnt", "beds"},
    {"staff_inst", "staff"},
    {"terminal", "terminal"},
    {"mdtrt_cert_no", "column setl_d.mdtrt_cert_no"},
    {"invono", "column setl_d.invono"},
    {"invo_num", "column setl_d.invono"},
    {"hifp_pay", "column setl_d.hifp_pay"},
    {"act_pay_dedc", "column setl_d.act_pay_dedc"},
    {"opter_psn", "agency_staff"},
    {"opter_house", "agency_staff"},
    {"init_setl_id", "column setl_d.init_setl_id"},
    {"dx", "column mdtrt_d.dscg_maindiag_code"},
    {"emp_no", "column mdtrt_d.emp_no"},
    {"dscg_bed", "column mdtrt_d.dscg_bed"},
    {"adm_bed", "column mdtrt_d.adm_bed"},
    {"wardarea_bed", "column mdtrt_d.wardarea_bed"},
    {"chfpdr_code", "column mdtrt_d.chfpdr_code"},
    {"bilg_dr_code", "column fee_list_d.bilg_dr_code"},
    {"bilg_dept_codg", "column fee_list_d.bilg_dept_codg"},
    {"prd_days", "column fee_list_d.prd_days"},
    {"rx_drord_no", "column fee_list_d.rx_drord_no"},
    {"gend", "column psn_info_b.gend"},
    {"brdy", "column psn_info_b.brdy"},
    {"hosp_lv", "column fixmedins_b.hosp_lv"},
    {"level", "column fixmedins_b.hosp_lv"},
};

struct list {
    struct arena *a;
    const char *at[MAX_NEEDS];
    size_t n;
    bool failed;
};

static void add(struct list *l, const char *need)
{
    for (size_t i = 0; i < l->n; i++)
        if (strcmp(l->at[i], need) == 0)
            return;
    if (l->n < MAX_NEEDS)
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

static void add_word(struct list *l, const struct huji_library *lib, struct span word)
{
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (span_is(word, words[i].word))
            add(l, words[i].need);
    if (lookup_find(word))
        add_format(l, "l_", word);
    if (library_knowledge(lib, word))
        add_format(l, "knowledge ", word);
}

/* Every word of a text that is not in quotes. */
static void add_text(struct list *l, const struct huji_library *lib, struct span text)
{
    for (size_t i = 0; i < text.n;) {
        size_t from = i;

        if (text.p[i] == '\'') {
            for (i++; i < text.n && text.p[i] != '\''; i++)
                ;
            i++;
            continue;
        }
        while (i < text.n && (isalnum((unsigned char)text.p[i]) || text.p[i] == '_'))
            i++;
        if (i > from)
            add_word(l, lib, (struct span){text.p + from, i - from});
        else
            i++;
    }
}

static void add_node(struct list *l, const struct huji_library *lib, const struct ynode *y)
{
    if (!y)
        return;
    if (y->kind == Y_SCALAR)
        add_text(l, lib, y->text);
    for (const struct ynode *c = y->child; c; c = c->next)
        add_node(l, lib, c);
}

static void add_sources(struct list *l, const struct rule *r)
{
    for (size_t i = 0; i < sizeof sources / sizeof *sources; i++)
        for (size_t k = 0;
             (r->needs_sources >> sources[i].source & 1) && k < 3 && sources[i].tables[k]; k++)
            add(l, sources[i].tables[k]);
}

/* What a rule can't be asked without: not what exempts or acquits. */
static int rule_needs(const struct huji_library *lib, const struct rule *r, struct arena *a,
                      struct rule_need *out)
{
    static const char *const parts[] = {"of", "from", "let", "ask"};
    struct list l = {.a = a};
    const char **at;

    add_sources(&l, r);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        add_node(&l, lib, ynode_get(r->node, parts[i]));
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
        if (!lib->rules[i]->is_measure && rule_needs(lib, lib->rules[i], a, &at[count++]))
            return err_nomem(e);
    *out = at;
    *n = count;
    return 0;
}
