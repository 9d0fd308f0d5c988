/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "engine/example.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/fen.h"
#include "base/mem.h"
#include "engine/example_world.h"
#include "engine/finish.h"
#include "engine/measure.h"

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

static int set_measures(struct example_world *w, struct huji_run *run, const struct ynode *given)
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
            int64_t key[HUJI_MAX_KEYS], num = 0, den = 0, events = 0;
            struct measure_case c = {.ev_row = -1, .src = (uint8_t)r->clause[0].src};
            struct span of = ynode_text(n, "of"), peer = ynode_text(n, "peer");
            for (int k = 0; k < r->n_keys; k++)
                if (!parse_key(run, r->key[0][k], span_cut(&of, '|'), &key[k]))
                    return ynode_bad(n, w->e, "主体「of」不对");
            dec_parse(ynode_text(n, "num"), r->scale, false, &num);
            dec_parse(ynode_text(n, "den"), r->scale, false, &den);
            dec_parse(ynode_text(n, "n"), 0, false, &events);
            for (int k = 0; k < 3 && peer.p; k++)
                c.peer[k] = example_code(w, D_TEXT, span_cut(&peer, '|'));
            int rc = measure_row_add(run, m, t, key, num, den, events, &c, w->e);
            if (rc < 0)
                return rc;
        }
        int rc = measure_finish(run, m, t, w->e);
        if (rc < 0)
            return rc;
    }
    return w->failed || run->failed ? err_nomem(w->e) : 0;
}

/* ---- running and comparing ---- */

static int rank_lines(void *ctx, const int64_t *no, size_t n, uint32_t *rank, struct err *e)
{
    struct example_world *w = ctx;
    struct example_order *o = arena_alloc(&w->a, (n + 1) * sizeof *o);
    if (!o)
        return err_nomem(e);
    for (size_t i = 0; i < n; i++)
        o[i] = (struct example_order){0, 0, w->line_id.at[no[i]], i};
    qsort(o, n, sizeof *o, example_by_id);
    for (size_t i = 0; i < n; i++)
        rank[o[i].row] = (uint32_t)i;
    return 0;
}

static struct span line_name(void *ctx, int64_t no)
{
    struct example_world *w = ctx;
    return no >= 0 && no < w->line_id.n ? w->line_id.at[no] : SPAN("?");
}

static int fold_all(struct example_world *w, struct huji_run *run, struct walk *walk,
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

static int judge(struct example_world *w, const struct rule *rule, const struct ynode *ex,
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

static int run_example(struct huji_library *lib, const struct rule *rule, const struct ynode *ex,
                       struct example_result *res, struct err *e)
{
    struct example_world w = {.lib = lib, .e = e};
    struct line_batch lines = {0};
    struct knowledge *saved = mem_alloc(((size_t)lib->n_kn + 1) * sizeof *saved);
    if (!saved)
        return err_nomem(e);
    if (lib->n_kn)
        memcpy(saved, lib->kn, (size_t)lib->n_kn * sizeof *saved);
    int rc = 0;
    const struct ynode *kn = ynode_get(ex, "knowledge");
    for (const struct ynode *c = kn ? kn->child : NULL; c && rc == 0; c = c->next) {
        rc = ynode_bad(c, e, "没有这张知识表");
        for (int i = 0; i < lib->n_kn; i++)
            if (span_eq(lib->kn[i].name, c->key))
                rc = knowledge_from_yaml(&w.a, &lib->kn[i], c, e);
    }
    if (rc == 0 && (rc = example_rows(&w, ex)) == 0 && (rc = example_frame(&w, ex, &lines)) == 0)
        rc = judge(&w, rule, ex, &lines, res);
    if (lib->n_kn)
        memcpy(lib->kn, saved, (size_t)lib->n_kn * sizeof *saved);
    mem_free(saved);
    example_release(&w);
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
