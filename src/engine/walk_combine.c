/* SPDX-License-Identifier: MulanPSL-2.0 */
/* combine, when all rules are judged: findings of its parts, owner by owner. */
#include <stdlib.h>

#include "base/mem.h"
#include "engine/walk_combine.h"

static int64_t period(day_t d, enum vfmt fmt)
{
    int y, m, k;
    day_to_ymd(d, &y, &m, &k);
    switch (fmt) {
    case VF_YEAR: return y;
    case VF_QUARTER: return y * 4 + (m - 1) / 3;
    case VF_MONTH: return y * 12 + m - 1;
    default: return d;
    }
}

/* False: the finding does not say whose it is. */
static bool keys_of(const struct rule *r, const int8_t *from, const struct huji_finding *f,
                    int64_t *key)
{
    for (int k = 0; k < r->n_keys; k++) {
        int64_t v = from[k] == PART_PERSON   ? f->psn_no
                    : from[k] == PART_INST   ? f->fixmedins_code
                    : from[k] == PART_PERIOD ? period(f->day, r->key[0][k]->fmt)
                                             : f->key[from[k]];
        if (v == HUJI_NONE64 || (from[k] != PART_PERIOD && r->key[0][k]->type == V_CODE && v < 0))
            return false;
        key[k] = v;
    }
    return true;
}

static bool lets_through(struct env *v, const struct combine_part *p, const struct huji_finding *f)
{
    v->cur = v->prev = (struct event_ref){S_SETTLEMENT, -1, -1, NULL};
    v->value = f->value;
    v->threshold = f->threshold;
    return !p->where || eval_true(v, p->where);
}

static int add_hits(struct walk *w, const struct rule *r, const struct huji_finding *f,
                    struct hits *out)
{
    for (int p = 0; p < r->combine->n_parts; p++) {
        const struct combine_part *part = &r->combine->part[p];
        for (int j = 0; j < part->n_rules; j++) {
            struct hit h = {.part = p, .f = f};
            if (part->rule[j] != (int)f->rule || !keys_of(r, part->from[j], f, h.key) ||
                !lets_through(&w->env, part, f))
                continue;
            if (mem_grow(&out->at, &out->cap, out->n + 1, sizeof *out->at) < 0)
                return -1;
            out->at[out->n++] = h;
        }
    }
    return 0;
}

static int same_owner(const struct hit *a, const struct hit *b)
{
    return memcmp(a->key, b->key, sizeof a->key);
}

static int by_owner(const void *pa, const void *pb)
{
    const struct hit *a = pa, *b = pb;
    int c = same_owner(a, b);
    return c ? c : a->part - b->part;
}

static int by_event(const void *pa, const void *pb)
{
    const struct huji_ref *a = pa, *b = pb;
    int c = strcmp(huji_sources[a->source].id_prefix, huji_sources[b->source].id_prefix);
    return c ? c : (a->id > b->id) - (a->id < b->id);
}

/* Each event once: at fault if any part says so, with the largest amount that one asks. */
static size_t unite(struct huji_ref *ref, size_t n)
{
    size_t k = 0;
    if (n)
        qsort(ref, n, sizeof *ref, by_event);
    for (size_t i = 0; i < n; i++) {
        if (!k || by_event(&ref[k - 1], &ref[i]) != 0) {
            ref[k++] = ref[i];
            continue;
        }
        struct huji_ref *u = &ref[k - 1];
        u->role = ref[i].role < u->role ? ref[i].role : u->role;
        u->t = ref[i].t < u->t ? ref[i].t : u->t;
        u->amount = ref[i].amount > u->amount ? ref[i].amount : u->amount;
        u->fund = ref[i].fund > u->fund ? ref[i].fund : u->fund;
    }
    return k;
}

struct owner {                /* one owner's findings, summed up */
    int64_t value[MAX_PARTS]; /* HUJI_NONE64: the part does not hold, or says no number */
    bool holds[MAX_PARTS];
    int64_t amount[MAX_PARTS], fund[MAX_PARTS]; /* of measures, which have no evidence */
    struct huji_ref *ref;
    size_t n_ref;
    day_t day;
    int n;
    bool marked;
};

static int sum_up(const struct huji_run *run, const struct rule *r, const struct hit *h, size_t n,
                  struct owner *o)
{
    const struct combine *c = r->combine;
    size_t total = 0;
    for (size_t i = 0; i < n; i++)
        total += h[i].f->n_evidence;
    *o = (struct owner){.day = INT32_MIN};
    for (int p = 0; p < c->n_parts; p++)
        o->value[p] = HUJI_NONE64;
    if (!(o->ref = mem_alloc((total + 1) * sizeof *o->ref)))
        return -1;
    for (size_t i = 0; i < n; i++) {
        const struct huji_finding *f = h[i].f;
        int p = h[i].part;
        bool money = r->at_amount != AMT_NONE && (c->money < 0 || c->money == p);
        o->n += !o->holds[p] && !c->part[p].need;
        o->holds[p] = true;
        o->value[p] = f->value > o->value[p] ? f->value : o->value[p];
        o->day = f->day > o->day ? f->day : o->day;
        o->marked = o->marked || f->marked;
        for (uint32_t k = 0; k < f->n_evidence; k++) {
            struct huji_ref *to = &o->ref[o->n_ref++];
            *to = f->evidence[k];
            if (!money)
                to->amount = to->fund = 0;
        }
        if (money && run->lib->rules[f->rule]->kind == &kind_outlier) {
            o->amount[p] += f->amount;
            o->fund[p] += f->fund;
        }
    }
    o->n_ref = unite(o->ref, o->n_ref);
    return 0;
}

static bool enough(const struct combine *c, const struct owner *o)
{
    for (int p = 0; p < c->n_parts; p++)
        if (c->part[p].need && !o->holds[p])
            return false;
    return o->n >= c->at_least;
}

static void money_of(const struct rule *r, const struct owner *o, struct huji_finding *h)
{
    for (int p = 0; p < r->combine->n_parts; p++) {
        h->amount = o->amount[p] > h->amount ? o->amount[p] : h->amount;
        h->fund = o->fund[p] > h->fund ? o->fund[p] : h->fund;
    }
    for (size_t i = 0; i < o->n_ref; i++)
        if (o->ref[i].role == 1) {
            h->amount += o->ref[i].amount;
            h->fund += o->ref[i].fund;
        }
}

static void tell(struct walk *w, const struct rule *r, const struct hit *first, struct owner *o)
{
    const struct combine *c = r->combine;
    struct event ev = {.src = S_SETTLEMENT, .row = -1, .kn = -1, .t = (sec_t)o->day * 86400};
    struct huji_finding h = {.rule = (uint32_t)r->index,
                             .day = o->day,
                             .hit = true,
                             .psn_no = HUJI_NONE32,
                             .mdtrt_id = HUJI_NONE32,
                             .fixmedins_code = HUJI_NONE32,
                             .value = o->n * INT64_C(1000000),
                             .threshold = c->at_least * 1000000};
    struct buf anchor = BUF_INIT, parts = BUF_INIT;
    memcpy(ev.key, first->key, sizeof ev.key);
    memcpy(h.key, first->key, sizeof h.key);
    for (int k = 0; k < r->n_owner; k++) {
        const struct expr *x = r->key[0][k];
        int32_t id = x->type == V_CODE ? (int32_t)first->key[k] : HUJI_NONE32;
        h.psn_no = x->domain == D_PERSON ? id : h.psn_no;
        h.fixmedins_code = x->domain == D_INST ? id : h.fixmedins_code;
    }
    r->n_keys > r->n_owner
        ? print_value(w->run, &anchor, r->key[0][r->n_owner], first->key[r->n_owner])
        : buf_str(&anchor, "all");
    for (int p = 0; p < c->n_parts; p++) /* those that value counts */
        if (o->holds[p] && !c->part[p].need)
            buf_fmt(&parts, "%s%.*s", parts.n ? "、" : "", (int)c->part[p].title.n,
                    c->part[p].title.p);
    money_of(r, o, &h);
    h.anchor = (struct huji_ref){S_SETTLEMENT, 1, HUJI_NONE64, ev.t, 0, 0};
    struct found f = {.anchor = &ev,
                      .anchor_text = buf_cstr(&anchor),
                      .parts = buf_cstr(&parts),
                      .value = h.value,
                      .threshold = h.threshold,
                      .hit = true};
    w->fold.rule = r;
    w->env.parts = o->value;
    emit_made(&w->fold, &f, &h, o->ref, o->n_ref, o->marked);
    w->env.parts = NULL;
    w->made.failed = w->made.failed || anchor.failed || parts.failed;
    buf_release(&anchor);
    buf_release(&parts);
}

static int combine_one(const struct huji_run *run, struct walk **walks, size_t n,
                       const struct rule *r, struct findings *fresh, struct err *e)
{
    struct walk *w = walks[0];
    struct hits h = {0};
    int rc = 0;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < walks[i]->out.n && rc == 0; k++) {
            const struct huji_finding *f = &walks[i]->out.f[k];
            if (f->hit && run->lib->rules[f->rule]->feeds)
                rc = add_hits(w, r, f, &h);
        }
    if (h.n && rc == 0)
        qsort(h.at, h.n, sizeof *h.at, by_owner);
    void *ctx = w->fold.ctx;
    w->fold.ctx = fresh;
    if (rc == 0 && r->combine->to)
        rc = walk_alike(w, r, &h);
    for (size_t i = 0, j; i < h.n && rc == 0 && !r->combine->to; i = j) {
        struct owner o;
        for (j = i + 1; j < h.n && same_owner(&h.at[i], &h.at[j]) == 0; j++)
            ;
        rc = sum_up(run, r, h.at + i, j - i, &o);
        if (rc == 0 && enough(r->combine, &o))
            tell(w, r, &h.at[i], &o);
        mem_free(o.ref);
    }
    w->fold.ctx = ctx;
    mem_free(h.at);
    return rc < 0 || fresh->failed || w->env.failed ? err_nomem(e) : 0;
}

/* A finding of no institution lies in no area. */
static bool in_area(const struct huji_run *run, const struct huji_finding *f)
{
    return !run->inst_in ||
           (f->fixmedins_code >= 0 && (uint32_t)f->fixmedins_code < run->n_inst_in &&
            run->inst_in[f->fixmedins_code]);
}

/* What was only made for a combine, or lies outside the days or the area asked for, is not told. */
static void drop(const struct huji_run *run, struct findings *out)
{
    size_t k = 0;
    for (size_t i = 0; i < out->n; i++) {
        const struct huji_finding *f = &out->f[i];
        bool out_of_range = (run->from != DAY_NONE && f->day < run->from) ||
                            (run->to != DAY_NONE && f->day > run->to);
        if (run->shown[f->rule] && !out_of_range && in_area(run, f))
            out->f[k++] = *f;
    }
    out->n = k;
}

int walk_combine(const struct huji_run *run, struct walk **walks, size_t n, struct err *e)
{
    struct findings *made = &walks[0]->made, *to = &walks[0]->out;
    int rc = 0;
    for (int i = 0; i < run->lib->n_rules && rc == 0; i++)
        if (run->active[i] && run->lib->rules[i]->combine)
            rc = combine_one(run, walks, n, run->lib->rules[i], made, e);
    for (size_t i = 0; i < n; i++)
        drop(run, &walks[i]->out);
    if (rc < 0 || !made->n)
        return rc;
    if (mem_grow(&to->f, &to->cap, to->n + made->n, sizeof *to->f) < 0)
        return err_nomem(e);
    memcpy(to->f + to->n, made->f, made->n * sizeof *made->f);
    to->n += made->n;
    made->n = 0;
    drop(run, to);
    return 0;
}
