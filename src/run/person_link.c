/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "base/mem.h"
#include "run/person_priv.h"

/* ---- which rules ---- */

static int compares_own(void *found, struct expr *x)
{
    bool *f = found;
    if (!x)
        return 0;
    bool texts = x->op == X_CODE || x->op == X_LEFT || x->op == X_CAT3 || x->op == X_IN ||
                 x->op == X_ANYDX;
    if (texts && x->domain >= 0 && own_numbers(x->domain))
        *f = true;
    if (x->kn && (x->op == X_HAS || x->op == X_COVERED || x->op == X_LOOK) &&
        x->kn->column[x->kn->key].type == V_CODE && own_numbers(x->kn->column[x->kn->key].domain))
        *f = true;
    for (int i = 0; i < X_ARGS; i++)
        compares_own(found, x->arg[i]);
    return 0;
}

/* A quota that keeps one of several: equals by the bytes of their codes. */
static bool ranks_own(const struct rule *r)
{
    for (int c = 0; c < r->n_clauses; c++) {
        const struct expr *g = r->slot[c][SL_GROUP];
        if (r->kind == &kind_quota && g && g->type == V_CODE &&
            (g->domain == D_PERSON || g->domain == D_TEXT))
            return true;
    }
    return false;
}

static int choose(struct person_link *l, const bool *wanted, struct err *e)
{
    l->wanted = mem_calloc((size_t)l->lib->n_rules + 1, sizeof *l->wanted);
    if (!l->wanted)
        return err_nomem(e);
    for (int i = 0; i < l->lib->n_rules; i++) {
        const struct rule *r = l->lib->rules[i];
        bool own = false;
        if (!wanted[i] || r->hidden || r->combine || !r->in_walk || r->late || r->waits ||
            r->kind == &kind_outlier || ranks_own(r))
            continue;
        rule_each_expr(r, compares_own, &own);
        l->wanted[i] = !own;
    }
    return run_needs(l->lib, l->wanted, &l->needs, e);
}

/* ---- dictionaries, tables ---- */

static int load_codes(struct person_link *l, const struct person_link *before, struct err *e)
{
    for (int d = 0; d < DOMAIN_COUNT; d++) {
        const struct span *code = records_codes(l->history, (enum domain)d, &l->own[d]);
        const struct names *old = before ? &before->code[d] : NULL;
        uint32_t n = old ? old->n : l->own[d];
        for (uint32_t i = 0; i < n; i++)
            if (names_put(&l->code[d], old ? old->at[i] : code[i]) != i)
                return err_set(e, ERR_STATE, "人员历史缓存的字典 %s 里有重复的编码",
                               huji_domain_name[d]);
    }
    return 0;
}

static int load_doctors(struct person_link *l, struct err *e)
{
    const struct huji_table *t = records_table(l->history, S_DOCTOR);
    int f = source_field(S_DOCTOR, SPAN("psn_no"));
    const int32_t *psn = t->col[f];
    l->doctor_psn = mem_alloc((t->n + 1) * sizeof *l->doctor_psn);
    if (!l->doctor_psn)
        return err_nomem(e);
    for (size_t i = 0; i < t->n; i++) {
        l->doctor_psn[i] = HUJI_NONE32;
        if (psn[i] == HUJI_NONE32)
            continue;
        uint32_t at = map_get(&l->doctors, (uint64_t)psn[i]);
        if (at == MAP_NONE && map_put(&l->doctors, (uint64_t)psn[i], at = l->n_doctors + 1) < 0)
            return err_nomem(e);
        l->n_doctors += at == l->n_doctors + 1;
        l->doctor_psn[i] = (int32_t)at;
    }
    return 0;
}

static int link_all(struct person_link *l, struct err *e)
{
    for (int d = 0; d < DOMAIN_COUNT; d++) {
        struct huji_text *t = mem_alloc(((size_t)l->code[d].n + 1) * sizeof *t);
        if (!t)
            return err_nomem(e);
        for (uint32_t i = 0; i < l->code[d].n; i++)
            t[i] = (struct huji_text){l->code[d].at[i].p, l->code[d].at[i].n};
        l->text[d] = t;
        if (!own_numbers((enum domain)d))
            l->frame.dict[d] = (struct huji_dict){.code = t, .n = l->code[d].n};
    }
    l->frame.dict[D_PERSON].n = l->n_doctors + 1 + OTHERS;
    l->frame.table[S_INST] = *records_table(l->history, S_INST);
    l->frame.table[S_DOCTOR] = *records_table(l->history, S_DOCTOR);
    l->frame.table[S_DOCTOR].col[source_field(S_DOCTOR, SPAN("psn_no"))] = l->doctor_psn;
    for (int i = 0; i < LOOKUP_COUNT; i++)
        l->frame.has_lookup[i] = records_lookup(l->history, (enum lookup_id)i, &l->frame.lookup[i]);
    static const uint32_t none;
    l->frame.diag_at = &none; /* a bench has its own */
    return run_open(l->lib, &l->frame, l->wanted, &l->run, e);
}

static int make(const struct records *h, const struct huji_library *lib, const bool *wanted,
                const struct person_link *before, const struct new_events *ev,
                struct person_link **out, struct err *e);

int person_link_new(const struct records *h, const struct huji_library *lib, const bool *wanted,
                    struct person_link **out, struct err *e)
{
    return make(h, lib, wanted, NULL, NULL, out, e);
}

void person_link_free(struct person_link *l)
{
    if (!l)
        return;
    run_free(l->run);
    for (int d = 0; d < DOMAIN_COUNT; d++) {
        names_release(&l->code[d]);
        mem_free(l->text[d]);
    }
    map_release(&l->doctors);
    mem_free(l->doctor_psn);
    mem_free(l->wanted);
    mem_free(l);
}

const bool *person_link_asked(const struct person_link *l)
{
    return l->wanted;
}

/* ---- codes of a message ---- */

int64_t link_code(const struct person_link *l, enum domain d, struct span s)
{
    s = span_trim(s);
    if (!s.n || own_numbers(d))
        return HUJI_NONE64;
    uint32_t id = names_get(&l->code[d], s);
    return id == NAME_NONE ? HUJI_NONE64 : id;
}

/* Calls fn for every code of the message until it returns other than 0. */
typedef int code_fn(void *ctx, enum domain d, struct span s);
/* Orders of one message mostly say the same of doctor, department and kind as the one before. */
static int line_codes(const struct new_line *x, const struct new_line *before, code_fn *fn,
                      void *ctx)
{
    const struct {
        enum domain d;
        const struct span *now, *then;
    } code[] = {
        {D_ITEM, &x->hilist_code, before ? &before->hilist_code : NULL},
        {D_DOCTOR, &x->dr_code, before ? &before->dr_code : NULL},
        {D_DEPT, &x->dept_codg, before ? &before->dept_codg : NULL},
        {D_CODE, &x->med_chrgitm_type, before ? &before->med_chrgitm_type : NULL},
        {D_CODE, &x->chrgitm_lv, before ? &before->chrgitm_lv : NULL},
        {D_CODE, &x->list_type, before ? &before->list_type : NULL},
    };
    int rc = 0;
    for (size_t i = 0; i < sizeof code / sizeof *code && rc == 0; i++)
        if (!before || !span_eq(*code[i].now, *code[i].then))
            rc = fn(ctx, code[i].d, *code[i].now);
    return rc;
}

static int each_code(const struct new_events *ev, code_fn *fn, void *ctx)
{
    int rc = fn(ctx, D_CODE, ev->gend);
    for (size_t i = 0; i < ev->n_visit && rc == 0; i++) {
        const struct new_visit *v = &ev->visit[i];
        if ((rc = fn(ctx, D_INST, v->fixmedins_code)) || (rc = fn(ctx, D_CODE, v->med_type)) ||
            (rc = fn(ctx, D_DX, v->dx)) || (rc = fn(ctx, D_DOCTOR, v->chfpdr_code)) ||
            (rc = fn(ctx, D_DEPT, v->adm_dept_codg)) || (rc = fn(ctx, D_DEPT, v->dscg_dept_codg)) ||
            (rc = fn(ctx, D_CODE, v->insutype)))
            break;
        for (size_t k = 0; k < v->n_diag && rc == 0; k++)
            rc = fn(ctx, D_DX, v->diag[k]);
    }
    for (size_t i = 0; i < ev->n_line && rc == 0; i++)
        rc = line_codes(&ev->line[i], i ? &ev->line[i - 1] : NULL, fn, ctx);
    for (size_t i = 0; i < ev->n_oprn && rc == 0; i++) {
        const struct new_oprn *o = &ev->oprn[i];
        if ((rc = fn(ctx, D_OPRN, o->oprn_code)) || (rc = fn(ctx, D_DOCTOR, o->oper_dr_code)))
            break;
        rc = fn(ctx, D_DOCTOR, o->anst_dr_code);
    }
    return rc;
}

static int unknown(void *link, enum domain d, struct span s)
{
    const struct person_link *l = link;
    s = span_trim(s);
    return s.n && s.n <= 200 && names_get(&l->code[d], s) == NAME_NONE;
}

bool person_link_knows(const struct person_link *l, const struct new_events *ev)
{
    return l->n_new >= MAX_NEW_CODES || !each_code(ev, unknown, (void *)(uintptr_t)l);
}

static int learn(void *link, enum domain d, struct span s)
{
    struct person_link *l = link;
    if (l->n_new >= MAX_NEW_CODES || !unknown(l, d, s))
        return 0;
    l->n_new++;
    return names_put(&l->code[d], span_trim(s)) == NAME_NONE ? -1 : 0;
}

int person_link_grow(const struct person_link *l, const struct new_events *ev,
                     struct person_link **out, struct err *e)
{
    return make(l->history, l->lib, l->wanted, l, ev, out, e);
}

static int make(const struct records *h, const struct huji_library *lib, const bool *wanted,
                const struct person_link *before, const struct new_events *ev,
                struct person_link **out, struct err *e)
{
    struct person_link *l = mem_calloc(1, sizeof *l);
    if (!l)
        return err_nomem(e);
    l->history = h;
    l->lib = lib;
    l->n_new = before ? before->n_new : 0;
    int rc = choose(l, wanted, e);
    if (rc == 0)
        rc = load_codes(l, before, e);
    if (rc == 0 && ev && each_code(ev, learn, l) < 0)
        rc = err_nomem(e);
    if (rc == 0)
        rc = load_doctors(l, e);
    if (rc == 0)
        rc = link_all(l, e);
    if (rc < 0) {
        person_link_free(l);
        return rc;
    }
    *out = l;
    return 0;
}
