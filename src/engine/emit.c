/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "engine/emit.h"

#include <stdlib.h>

#include "base/fen.h"
#include "base/limits.h"
#include "base/mem.h"

void findings_release(struct findings *out)
{
    mem_free(out->f);
    mem_free(out->late);
    arena_release(&out->a);
    *out = (struct findings){0};
}

void fold_clear(struct fold *f)
{
    f->n_members = 0;
}

void fold_member(struct fold *f, const struct event *ev, int role, int64_t bad, int64_t of)
{
    if (mem_grow(&f->members, &f->cap_members, f->n_members + 1, sizeof *f->members) < 0) {
        f->failed = true;
        return;
    }
    f->members[f->n_members++] = (struct member){ev, role, bad, of};
}

static struct event_ref ref_of(const struct event *ev)
{
    return (struct event_ref){(enum source_id)ev->src, ev->row, ev->kn, NULL};
}

static int64_t ask(struct fold *f, const struct expr *x, const struct event *cur,
                   const struct event *prev)
{
    if (!x)
        return HUJI_NONE64;
    f->env->cur = ref_of(cur);
    f->env->prev = prev ? ref_of(prev) : (struct event_ref){S_STAY, -1, -1, NULL};
    return eval(f->env, x);
}

int64_t fold_slot(struct fold *f, enum slot s, const struct event *cur, const struct event *prev)
{
    return ask(f, f->rule->slot[cur->clause][s], cur, prev);
}

int64_t fold_keep(struct fold *f, enum slot s, const struct event *cur, const struct event *prev)
{
    const struct expr *x = f->rule->loose[cur->clause][s];
    return ask(f, x ? x : f->rule->slot[cur->clause][s], cur, prev);
}

int64_t micro(int64_t v, int scale)
{
    if (v == HUJI_NONE64)
        return v;
    for (; scale < 6; scale++)
        if (__builtin_mul_overflow(v, 10, &v))
            return HUJI_NONE64;
    return scale > 6 ? div_round(v,
                                 scale == 7   ? 10
                                 : scale == 8 ? 100
                                 : scale == 9 ? 1000
                                              : 10000,
                                 0)
                     : v;
}

/* A code whose text is not there yet: finding_finish puts it in. */
static void text_later(struct buf *b, enum domain d, int64_t id)
{
    buf_fmt(b, "%c%d:%lld%c", TEXT_LATER, (int)d, (long long)id, TEXT_LATER);
}

void print_value(const struct huji_run *run, struct buf *b, const struct expr *x, int64_t v)
{
    if (v == HUJI_NONE64) {
        buf_str(b, "?");
    } else if (x->type == V_CODE) {
        struct span s = run_code(run, x->domain, v);
        if (s.p)
            buf_span(b, s);
        else if (x->domain >= 0 && v >= 0 && v < run->frame->dict[x->domain].n &&
                 !run->frame->dict[x->domain].code)
            text_later(b, x->domain, v);
        else
            buf_str(b, "?");
    } else if (x->type == V_BOOL) {
        buf_str(b, v ? "是" : "否");
    } else {
        switch (x->fmt) {
        case VF_DAY: day_print(b, (day_t)v); break;
        case VF_SEC: sec_print(b, v); break;
        case VF_MONTH: buf_fmt(b, "%04d-%02d", (int)(v / 12), (int)(v % 12) + 1); break;
        case VF_QUARTER: buf_fmt(b, "%04dQ%d", (int)(v / 4), (int)(v % 4) + 1); break;
        case VF_YEAR: buf_fmt(b, "%04d", (int)v); break;
        case VF_NUM: dec_print(b, v, x->scale); break;
        }
    }
}

/* ---- the sentence ---- */

static void print_micro(struct buf *b, int64_t v, struct span fmt)
{
    if (v == HUJI_NONE64)
        buf_str(b, "—");
    else if (span_is(fmt, "min"))
        dec_print(b, v / 60, 6);
    else if (span_is(fmt, "h"))
        dec_print(b, v / 3600, 6);
    else if (span_is(fmt, "pct") || span_is(fmt, "%"))
        dec_print(b, div_round(v, 100, 0),
                  2); /* 57.41 %: enough to be read, exact stands in the value */
    else if (span_is(fmt, "1") || span_is(fmt, "2"))
        dec_print(b, div_round(v, fmt.p[0] == '1' ? 100000 : 10000, 0), fmt.p[0] - '0');
    else
        dec_print(b, v, 6);
}

/* {field:name}: of an item, institution, department ... what it is called, where a table says so. Never of a person. */
static void print_name(const struct huji_run *run, struct buf *b, const struct expr *x, int64_t v)
{
    enum domain d = x->type == V_CODE ? x->domain : D_PERSON;
    bool named = d == D_ITEM || d == D_INST || d == D_DEPT || d == D_DOCTOR || d == D_DX ||
                 d == D_EMP;
    if (named && v >= 0 && v < run->frame->dict[d].n && run->frame->dict[d].code)
        buf_fmt(b, "%c%d:%lld!%c", TEXT_LATER, (int)d, (long long)v, TEXT_LATER);
    else
        print_value(run, b, x, v);
}

static void sentence(struct fold *f, const struct found *w, struct buf *b,
                     const struct huji_finding *h)
{
    size_t bad = 0;
    for (size_t i = 0; i < w->n_members; i++)
        bad += w->members[i].role == 1;
    for (const struct says_part *p = f->rule->says_parts; p; p = p->next) {
        if (p->text.n)
            buf_span(b, p->text);
        else if (p->expr[w->anchor->clause] && span_is(p->fmt, "name"))
            print_name(f->env->run, b, p->expr[w->anchor->clause],
                       eval(f->env, p->expr[w->anchor->clause]));
        else if (p->expr[w->anchor->clause])
            print_value(f->env->run, b, p->expr[w->anchor->clause],
                        eval(f->env, p->expr[w->anchor->clause]));
        else if (span_is(p->name, "value"))
            print_micro(b, w->value, p->fmt);
        else if (span_is(p->name, "threshold"))
            print_micro(b, w->threshold, p->fmt);
        else if (span_is(p->name, "amount"))
            fen_print(b, h->amount);
        else if (span_is(p->name, "fund"))
            fen_print(b, h->fund);
        else if (span_is(p->name, "parts"))
            buf_str(b, w->parts);
        else if (span_is(p->name, "n"))
            buf_i64(b, (int64_t)bad);
    }
    if (w->reference)
        buf_str(b, w->reference);
}

/* ---- money ---- */

struct money {
    int64_t amount, fund;
};

static int64_t or0(int64_t v)
{
    return v == HUJI_NONE64 ? 0 : v;
}

static struct money charged(struct fold *f, const struct event_ref *r)
{
    const struct known_fields *known = &f->env->run->known[r->src];
    struct money m = {0, 0};
    if (known->amount >= 0)
        m.amount = or0(eval_field(f->env, r, known->amount));
    if (known->fund >= 0)
        m.fund = or0(eval_field(f->env, r, known->fund));
    else if (source_is_line(r->src) && !f->wanted) /* before settlement nobody knows */
        m.fund = walk_line_fund(f->env->walk, r->row);
    return m;
}

static int64_t part(int64_t whole, int64_t a, int64_t b)
{
    return b <= 0 ? 0 : whole >= 0 ? prorate(whole, a, b) : -prorate(-whole, a, b);
}

/* Never more than was charged, never less than nothing. */
static struct money limit_to(int64_t want, struct money m)
{
    if (want == HUJI_NONE64 || want <= 0 || m.amount <= 0)
        return (struct money){0, 0};
    if (want >= m.amount)
        return m;
    return (struct money){want, part(m.fund, want, m.amount)};
}

static struct money member_money(struct fold *f, const struct member *m)
{
    const struct rule *r = f->rule;
    struct event_ref ref = ref_of(m->ev);
    struct money all = charged(f, &ref);
    if (r->at_amount == AMT_NONE)
        return (struct money){0, 0};
    if (r->at_amount == AMT_EXCESS && m->of > 0)
        return (struct money){part(all.amount, m->bad, m->of), part(all.fund, m->bad, m->of)};
    const struct expr *x = r->at_expr[m->ev->clause];
    if (r->at_amount == AMT_EXPR && x && !expr_has(x, X_MEMBERS)) {
        struct event_ref cur = f->env->cur;
        f->env->cur = ref;
        all = limit_to(eval(f->env, x), all);
        f->env->cur = cur;
    }
    return all;
}

/* ---- evidence ---- */

struct list {
    struct huji_ref *at;
    size_t n, cap;
    bool marked;
};

static int64_t ref_id(struct fold *f, const struct event_ref *r)
{
    return eval_field(f->env, r, f->env->run->known[r->src].id);
}

static int64_t ref_time(struct fold *f, const struct event_ref *r)
{
    int t = f->env->run->known[r->src].t;
    return t >= 0 ? or0(eval_field(f->env, r, t)) : 0;
}

static void add(struct fold *f, struct list *l, struct event_ref r, int role, struct money m)
{
    if (mem_grow(&l->at, &l->cap, l->n + 1, sizeof *l->at) < 0) {
        f->failed = true;
        return;
    }
    int marks = f->env->run->known[r.src].marks;
    if (marks >= 0 && or0(eval_field(f->env, &r, marks)) > 0)
        l->marked = true;
    l->at[l->n++] = (struct huji_ref){(int32_t)r.src,  role,     ref_id(f, &r),
                                      ref_time(f, &r), m.amount, m.fund};
}

/* of: lines — those of the anchor's visit that satisfy the condition. */
static void add_lines(struct fold *f, struct list *l, const struct found *w)
{
    struct event_ref cur = f->env->cur;
    int vf = f->env->run->known[cur.src].visit;
    int64_t visit = vf >= 0 ? eval_field(f->env, &cur, vf) : HUJI_NONE64;
    size_t n = 0;
    const int32_t *rows = visit == HUJI_NONE64 ? NULL
                                               : walk_visit_lines(f->env->walk, (int32_t)visit, &n);
    for (size_t i = 0; i < n; i++) {
        struct event_ref line = {S_LINE, rows[i], -1, NULL};
        f->env->inner = line;
        if (f->rule->at_where[w->anchor->clause] &&
            !eval_true(f->env, f->rule->at_where[w->anchor->clause]))
            continue;
        add(f, l, line, 1,
            f->rule->at_amount == AMT_NONE ? (struct money){0, 0} : charged(f, &line));
    }
}

static int64_t length(struct fold *f, const struct event *ev)
{
    struct event_ref r = ref_of(ev);
    int b = source_field(r.src, SPAN("begndate")), e = source_field(r.src, SPAN("enddate"));
    return b < 0 ? 0 : or0(eval_field(f->env, &r, e)) - or0(eval_field(f->env, &r, b));
}

static bool same_institution(struct fold *f, const struct event *a, const struct event *b)
{
    struct event_ref p = ref_of(a), q = ref_of(b);
    int i = source_field(p.src, SPAN("fixmedins_code")),
        j = source_field(q.src, SPAN("fixmedins_code"));
    return i >= 0 && j >= 0 && eval_field(f->env, &p, i) == eval_field(f->env, &q, j);
}

/* of: shorter — the shorter of the two stays (equal: the later); within one institution both. */
static void add_shorter(struct fold *f, struct list *l, const struct found *w)
{
    bool both = w->prev && same_institution(f, w->anchor, w->prev);
    bool later = !w->prev || length(f, w->anchor) <= length(f, w->prev);
    const struct event *two[] = {w->anchor, w->prev};
    for (int i = 0; i < 2; i++) {
        if (!two[i])
            continue;
        bool bad = both || (i == 0) == later;
        struct member m = {two[i], bad ? 1 : 2, 0, 0};
        add(f, l, ref_of(two[i]), m.role, bad ? member_money(f, &m) : (struct money){0, 0});
    }
}

static void gather(struct fold *f, struct list *l, const struct found *w)
{
    const struct rule *r = f->rule;
    if (r->at_of == OF_SHORTER) {
        add_shorter(f, l, w);
        return;
    }
    for (size_t i = 0; i < w->n_members; i++) {
        const struct member *m = &w->members[i];
        bool money = m->role == 1 && r->at_of != OF_LINES &&
                     (r->at_of != OF_CUR || m->ev == w->anchor);
        add(f, l, ref_of(m->ev), m->role, money ? member_money(f, m) : (struct money){0, 0});
    }
    if (r->at_of == OF_LINES)
        add_lines(f, l, w);
}

static int by_role(const void *pa, const void *pb)
{
    const struct huji_ref *a = pa, *b = pb;
    if (a->role != b->role)
        return a->role - b->role;
    if (a->t != b->t)
        return a->t < b->t ? -1 : 1;
    return (a->source > b->source) - (a->source < b->source);
}

/* The money of the finding as a whole where the amount speaks of all members together. */
static void whole(struct fold *f, const struct found *w, struct list *l, struct money *sum)
{
    const struct expr *x = f->rule->at_amount == AMT_EXPR ? f->rule->at_expr[w->anchor->clause]
                                                          : NULL;
    if (!expr_has(x, X_MEMBERS))
        return;
    struct money all = *sum;
    *sum = limit_to(eval(f->env, x), all);
    for (size_t i = 0; i < l->n && all.amount > 0; i++) {
        l->at[i].amount = part(l->at[i].amount, sum->amount, all.amount);
        l->at[i].fund = part(l->at[i].fund, sum->amount, all.amount);
    }
}

static struct money excess_of_measure(const struct fold *f, const struct found *w)
{
    if (f->rule->at_amount != AMT_EXCESS)
        return (struct money){0, 0};
    int64_t d = div_round(w->gap_to - w->gap_from, 10000, 0);
    return (struct money){d > 0 ? d : 0, d > 0 ? d : 0};
}

/* ---- who and when ---- */

static int32_t common(struct fold *f, const struct found *w, const char *name, int32_t own)
{
    int src = -1, c = -1;
    for (size_t i = 0; i < w->n_members; i++) {
        struct event_ref r = ref_of(w->members[i].ev);
        if ((int)r.src != src) { /* mostly all of one */
            src = (int)r.src;
            c = source_field(r.src, span_of(name));
        }
        if (w->members[i].role == 1 && c >= 0 && eval_field(f->env, &r, c) != own)
            return HUJI_NONE32;
    }
    return own;
}

static int32_t own_code(struct fold *f, const struct found *w, const char *name)
{
    struct event_ref r = ref_of(w->anchor);
    int c = source_field(r.src, span_of(name));
    if (c < 0 && !strcmp(name, "fixmedins_code"))
        c = source_field(r.src, SPAN("ide_fixmedins_no"));
    int64_t v = c >= 0 ? eval_field(f->env, &r, c) : HUJI_NONE64;
    if (c < 0 || (v == HUJI_NONE64 && !f->rule->measure))
        return HUJI_NONE32;
    /* a measure's anchor is just one of its events, lines are not even kept: only what the owner fixes is said */
    if (f->rule->measure) {
        for (int k = 0; k < f->rule->n_keys; k++) {
            const struct expr *x = f->rule->key[w->anchor->clause][k];
            if (x->type == V_CODE && x->op == X_FIELD &&
                x->domain == huji_sources[r.src].fields[c].domain)
                return (int32_t)w->anchor->key[k];
        }
        return HUJI_NONE32;
    }
    return common(f, w, name, (int32_t)v);
}

static bool acquitted(struct fold *f, const struct found *w)
{
    for (int i = 0; i < f->rule->n_unless; i++) {
        const struct expr *x = f->rule->unless[w->anchor->clause][i];
        if (!(f->rule->late && expr_has(x, X_MEASURE)) && eval_true(f->env, x))
            return true;
    }
    return false;
}

/* Keys of the measures that a late `unless` will ask for, in the order of the tree. */
static void late_keys(struct fold *f, const struct expr *x, struct late *l)
{
    if (!x)
        return;
    if (x->op == X_MEASURE) {
        for (int i = 0; i < x->n_arg && l->n < LATE_KEYS; i++)
            l->key[l->n++] = eval(f->env, x->arg[i]);
        return;
    }
    for (int i = 0; i < X_ARGS; i++)
        late_keys(f, x->arg[i], l);
}

static void note_late(struct fold *f, const struct found *w)
{
    struct findings *out = f->ctx;
    for (int i = 0; i < f->rule->n_unless; i++) {
        const struct expr *x = f->rule->unless[w->anchor->clause][i];
        if (!expr_has(x, X_MEASURE))
            continue;
        if (mem_grow(&out->late, &out->cap_late, out->n_late + 1, sizeof *out->late) < 0) {
            out->failed = true;
            return;
        }
        struct late *l = &out->late[out->n_late++];
        *l = (struct late){
            .finding = out->n - 1, .unless = x, .value = w->value, .threshold = w->threshold};
        late_keys(f, x, l);
    }
}

void findings_late(struct findings *out, struct env *v)
{
    bool *gone = mem_calloc(out->n + 1, sizeof *gone);
    if (!gone) {
        out->failed = true;
        return;
    }
    for (size_t i = 0; i < out->n_late; i++) {
        v->cur = v->prev = v->inner = (struct event_ref){S_STAY, -1, -1, NULL};
        v->n_members = 0;
        v->value = out->late[i].value;
        v->threshold = out->late[i].threshold;
        v->late = out->late[i].key;
        if (eval_true(v, out->late[i].unless))
            gone[out->late[i].finding] = true;
        v->late = NULL;
    }
    size_t k = 0;
    for (size_t i = 0; i < out->n; i++)
        if (!gone[i])
            out->f[k++] = out->f[i];
    out->n = k;
    out->n_late = 0;
    mem_free(gone);
}

static int class_of(struct fold *f, const struct found *w)
{
    const struct rule *r = f->rule;
    for (int i = 0; i < r->n_cls; i++)
        if (!r->cls[i].when[w->anchor->clause] ||
            eval_true(f->env, r->cls[i].when[w->anchor->clause]))
            return r->cls[i].cls;
    return -1;
}

static bool in_force(const struct fold *f, int32_t day)
{
    const struct rule *r = f->rule;
    const struct huji_run *run = f->env->run;
    if ((r->from != DAY_NONE && day < r->from) || (r->to != DAY_NONE && day > r->to))
        return false;
    return r->feeds ||
           ((run->from == DAY_NONE || day >= run->from) && (run->to == DAY_NONE || day <= run->to));
}

static struct huji_text keep_text(struct findings *out, const char *p, size_t n)
{
    struct span s = arena_span(&out->a, (struct span){p, n});
    if (!s.p)
        out->failed = true;
    return (struct huji_text){s.p, s.n};
}

static void store(struct fold *f, const struct found *w, struct list *l, struct huji_finding *h)
{
    struct findings *out = f->ctx;
    if (l->n)
        qsort(l->at, l->n, sizeof *l->at, by_role);
    /* the first MAX_EVIDENCE in order of (role, t, id): ids are texts, known later, so all that tie with the last stay */
    size_t n = l->n > MAX_EVIDENCE && !f->rule->feeds ? MAX_EVIDENCE : l->n;
    while (n > 0 && n < l->n && l->at[n].role == l->at[n - 1].role && l->at[n].t == l->at[n - 1].t)
        n++;
    struct huji_ref *ev = arena_alloc(&out->a, (n + 1u) * sizeof *ev);
    if (!ev || mem_grow(&out->f, &out->cap, out->n + 1, sizeof *out->f) < 0) {
        out->failed = true;
        return;
    }
    if (n)
        memcpy(ev, l->at, n * sizeof *ev);
    h->evidence = ev;
    h->n_evidence = (uint32_t)n;
    h->more = (uint32_t)(l->n - n);
    h->marked = l->marked;
    if (w->anchor_text)
        h->anchor_text = keep_text(out, w->anchor_text, strlen(w->anchor_text));
    struct buf b = BUF_INIT;
    sentence(f, w, &b, h);
    h->message = keep_text(out, buf_cstr(&b), b.n);
    out->failed = out->failed || b.failed;
    buf_release(&b);
    out->f[out->n++] = *h;
}

void emit(struct fold *f, const struct found *w)
{
    struct env *v = f->env;
    struct event_ref anchor = ref_of(w->anchor);
    struct huji_finding h = {.rule = (uint32_t)f->rule->index,
                             .value = w->value,
                             .threshold = w->threshold,
                             .hit = w->hit};
    if (f->take) {
        f->take(f, w);
        return;
    }
    if (f->wanted && !f->wanted(f, w))
        return;
    h.day = (int32_t)sec_day(w->anchor->t);
    if (!in_force(f, h.day))
        return;
    v->cur = anchor;
    v->prev = w->prev ? ref_of(w->prev) : (struct event_ref){S_STAY, -1, -1, NULL};
    v->members = w->members;
    v->n_members = w->n_members;
    v->pair = f->rule->kind == &kind_pair;
    v->value = w->value;
    v->keys = w->anchor->key;
    v->threshold = w->threshold;
    v->gap_from = w->gap_from;
    v->gap_to = w->gap_to;
    if (acquitted(f, w))
        return;
    int cls = class_of(f, w);
    if (cls < 0)
        return;
    h.cls = (uint8_t)cls;
    memcpy(h.key, w->anchor->key, sizeof h.key);
    struct list l = {0};
    gather(f, &l, w);
    struct money sum = {0, 0};
    for (size_t i = 0; i < l.n; i++)
        if (l.at[i].role == 1) {
            sum.amount += l.at[i].amount;
            sum.fund += l.at[i].fund;
        }
    whole(f, w, &l, &sum);
    if (f->rule->kind == &kind_outlier)
        sum = excess_of_measure(f, w);
    h.amount = sum.amount;
    h.fund = sum.fund;
    h.anchor = (struct huji_ref){
        (int32_t)anchor.src, 1, f->rule->measure ? HUJI_NONE64 : ref_id(f, &anchor),
        w->anchor->t,        0, 0};
    h.psn_no = own_code(f, w, "psn_no");
    h.mdtrt_id = own_code(f, w, "mdtrt_id");
    h.fixmedins_code = own_code(f, w, "fixmedins_code");
    store(f, w, &l, &h);
    if (f->rule->late)
        note_late(f, w);
    mem_free(l.at);
}

void emit_made(struct fold *f, const struct found *w, struct huji_finding *h, struct huji_ref *ref,
               size_t n, bool marked)
{
    struct env *v = f->env;
    if (!in_force(f, h->day))
        return;
    v->cur = v->prev = (struct event_ref){(enum source_id)w->anchor->src, -1, -1, NULL};
    v->members = NULL;
    v->n_members = 0;
    v->pair = false;
    v->value = w->value;
    v->threshold = w->threshold;
    v->keys = w->anchor->key;
    int cls = acquitted(f, w) ? -1 : class_of(f, w);
    if (cls < 0)
        return;
    h->cls = (uint8_t)cls;
    struct list l = {ref, n, n, marked};
    store(f, w, &l, h);
}
