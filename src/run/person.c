/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "run/person.h"

#include <stdio.h>

#include "base/mem.h"
#include "run/line_ids.h"
#include "run/person_priv.h"

/* ---- linking ---- */

static bool dense(const struct person_bench *b, enum domain d)
{
    return b->needs.texts[d];
}

/* Tables that belong to persons are read person by person; the rest is here for good. */
static bool of_person(enum source_id s)
{
    return s != S_INST && s != S_DOCTOR;
}

static int choose(struct person_bench *b, const bool *wanted, struct err *e)
{
    b->wanted = mem_calloc((size_t)b->lib->n_rules + 1, sizeof *b->wanted);
    if (!b->wanted)
        return err_nomem(e);
    for (int i = 0; i < b->lib->n_rules; i++) {
        const struct rule *r = b->lib->rules[i];
        b->wanted[i] = wanted[i] && !r->hidden && r->in_walk && !r->late && !r->waits &&
                       r->kind != &kind_outlier && !r->combine;
    }
    int rc = run_needs(b->lib, b->wanted, &b->needs, e);
    static const enum domain counted[] = {D_PERSON, D_VISIT, D_SETL};
    for (int i = 0; rc == 0 && i < 3; i++)
        if (b->needs.texts[counted[i]])
            rc = err_set(e, ERR_LIMIT,
                         "要问的规则里有比较人员、就诊或结算编号文字的，逐人判断还做不到");
    return rc;
}

static int load_shared(struct person_bench *b, struct err *e)
{
    struct run_needs n = b->needs;
    for (int s = 0; s < SOURCE_COUNT; s++)
        if (of_person((enum source_id)s))
            n.fields[s] = 0;
    n.diag = false;
    int rc = world_load(b->store, &n, NULL, &b->world, e);
    for (int d = 0; d < DOMAIN_COUNT && rc == 0; d++)
        for (size_t i = 0; dense(b, (enum domain)d) && i < b->world.dict[d].n && rc == 0; i++)
            if (names_put(&b->code[d], b->world.dict[d].at[i]) != i)
                rc = err_set(e, ERR_DB, "字典 d_%s 里有重复的编码", huji_domain_name[d]);
    return rc;
}

/* The frame over what is here now, and the library linked to it. */
static int link_all(struct person_bench *b, struct err *e)
{
    run_free(b->run);
    b->run = NULL;
    b->frame = b->world.frame;
    for (int d = 0; d < DOMAIN_COUNT; d++) {
        struct huji_dict *to = &b->frame.dict[d];
        if (!dense(b, (enum domain)d)) {
            to->n += d == D_PERSON ? 1 : d == D_VISIT ? SPARE_VISITS : 0;
            continue;
        }
        struct huji_text *t = mem_alloc(((size_t)b->code[d].n + 1) * sizeof *t);
        if (!t)
            return err_nomem(e);
        for (uint32_t i = 0; i < b->code[d].n; i++)
            t[i] = (struct huji_text){b->code[d].at[i].p, b->code[d].at[i].n};
        mem_free(b->text[d]);
        b->text[d] = t;
        *to = (struct huji_dict){.code = t, .n = b->code[d].n};
    }
    b->frame.diag_at = b->diag_at;
    return run_open(b->lib, &b->frame, b->wanted, &b->run, e);
}

int person_bench_open(struct store *s, const struct huji_library *lib, const bool *wanted,
                      struct person_bench **out, struct err *e)
{
    struct person_bench *b = mem_calloc(1, sizeof *b);
    if (!b)
        return err_nomem(e);
    b->store = s;
    b->lib = lib;
    b->psn = -1;
    int rc = choose(b, wanted, e);
    if (rc == 0)
        rc = load_shared(b, e);
    if (rc == 0) {
        size_t visits = b->world.dict[D_VISIT].n + SPARE_VISITS;
        b->diag_at = mem_calloc(visits + 2, sizeof *b->diag_at);
        rc = b->diag_at ? link_all(b, e) : err_nomem(e);
    }
    if (rc < 0) {
        person_bench_close(b);
        return rc;
    }
    *out = b;
    return 0;
}

void person_bench_close(struct person_bench *b)
{
    if (!b)
        return;
    bench_clear(b);
    run_free(b->run);
    for (int d = 0; d < DOMAIN_COUNT; d++) {
        names_release(&b->code[d]);
        mem_free(b->text[d]);
    }
    world_release(&b->world);
    arena_release(&b->a);
    mem_free(b->diag_at);
    mem_free(b->diag);
    mem_free(b->wanted);
    mem_free(b);
}

const bool *person_bench_asked(const struct person_bench *b)
{
    return b->wanted;
}

int64_t bench_code(struct person_bench *b, enum domain d, struct span s)
{
    s = span_trim(s);
    if (!s.n || !dense(b, d))
        return HUJI_NONE64;
    uint32_t id = names_get(&b->code[d], s);
    return id == NAME_NONE ? HUJI_NONE64 : id;
}

/* ---- judging ---- */

static bool meet(struct person_bench *b, enum domain d, struct span s, bool *grown)
{
    s = span_trim(s);
    if (!s.n || s.n > 200 || !dense(b, d) || names_get(&b->code[d], s) != NAME_NONE ||
        b->n_new >= MAX_NEW_CODES)
        return true;
    b->n_new++;
    *grown = true;
    return names_put(&b->code[d], s) != NAME_NONE;
}

int bench_meet(struct person_bench *b, const struct new_events *ev, bool *grown, struct err *e)
{
    bool ok = meet(b, D_CODE, ev->gend, grown);
    for (size_t i = 0; i < ev->n_visit && ok; i++) {
        const struct new_visit *v = &ev->visit[i];
        ok = meet(b, D_INST, v->fixmedins_code, grown) && meet(b, D_CODE, v->med_type, grown) &&
             meet(b, D_DX, v->dx, grown) && meet(b, D_DOCTOR, v->chfpdr_code, grown) &&
             meet(b, D_DEPT, v->adm_dept_codg, grown) &&
             meet(b, D_DEPT, v->dscg_dept_codg, grown) && meet(b, D_CODE, v->insutype, grown);
        for (size_t k = 0; k < v->n_diag && ok; k++)
            ok = meet(b, D_DX, v->diag[k], grown);
    }
    for (size_t i = 0; i < ev->n_line && ok; i++) {
        const struct new_line *l = &ev->line[i];
        ok = meet(b, D_ITEM, l->hilist_code, grown) && meet(b, D_DOCTOR, l->dr_code, grown) &&
             meet(b, D_DEPT, l->dept_codg, grown) && meet(b, D_CODE, l->med_chrgitm_type, grown) &&
             meet(b, D_CODE, l->chrgitm_lv, grown) && meet(b, D_CODE, l->list_type, grown);
    }
    for (size_t i = 0; i < ev->n_oprn && ok; i++) {
        const struct new_oprn *o = &ev->oprn[i];
        ok = meet(b, D_OPRN, o->oprn_code, grown) && meet(b, D_DOCTOR, o->oper_dr_code, grown) &&
             meet(b, D_DOCTOR, o->anst_dr_code, grown);
    }
    return ok ? 0 : err_nomem(e);
}

static bool is_fresh(const struct person_bench *b, const struct new_events *ev,
                     const struct huji_ref *r, int known)
{
    if (source_is_line((enum source_id)r->source))
        return r->id >= LINE_NEW && ev->line[r->id - LINE_NEW].fresh;
    if (r->source != S_STAY && r->source != S_VISIT)
        return false;
    for (size_t i = 0; i < b->n_visit; i++)
        if (b->visit[i] == r->id)
            return ev->visit[i].current && !(known & PERSON_VISIT_KNOWN);
    return false;
}

static bool takes_part(const struct person_bench *b, const struct new_events *ev,
                       const struct huji_finding *f, int known)
{
    if (is_fresh(b, ev, &f->anchor, known))
        return true;
    for (uint32_t i = 0; i < f->n_evidence; i++)
        if (is_fresh(b, ev, &f->evidence[i], known))
            return true;
    return false;
}

struct names_ctx {
    const struct new_events *ev;
    struct line_ids ids;
};

static struct span line_text(void *ctx, int64_t no)
{
    struct names_ctx *x = ctx;
    return no >= LINE_NEW ? x->ev->line[no - LINE_NEW].id : line_ids_get(&x->ids, no);
}

/* Ids of dictionaries that are not here, which findings name. */
struct wanted {
    struct person_bench *b;
    uint32_t *id[DOMAIN_COUNT];
    size_t n[DOMAIN_COUNT], cap[DOMAIN_COUNT];
};

static int want(void *ctx, enum domain d, int64_t id)
{
    struct wanted *x = ctx;
    if (id < 0 || dense(x->b, d) || id >= x->b->frame.dict[d].n)
        return 0;
    size_t k = x->n[d];
    while (k > 0 && x->id[d][k - 1] > (uint32_t)id)
        k--;
    if (k > 0 && x->id[d][k - 1] == (uint32_t)id)
        return 0;
    if (mem_grow(&x->id[d], &x->cap[d], x->n[d] + 1, sizeof *x->id[d]) < 0)
        return -1;
    memmove(x->id[d] + k + 1, x->id[d] + k, (x->n[d] - k) * sizeof *x->id[d]);
    x->id[d][k] = (uint32_t)id;
    x->n[d]++;
    return 0;
}

static struct span new_text(const struct person_bench *b, const struct new_events *ev,
                            enum domain d, uint32_t id)
{
    if (d == D_PERSON && id == (uint32_t)b->psn)
        return ev->psn_no;
    for (size_t i = 0; d == D_VISIT && i < b->n_visit; i++)
        if (b->visit[i] == (int32_t)id)
            return ev->visit[i].mdtrt_id;
    return (struct span){NULL, 0};
}

static int deliver(struct person_bench *b, const struct new_events *ev, enum domain d,
                   const uint32_t *id, size_t n, struct arena *a, struct err *e)
{
    struct huji_text *t = arena_alloc(a, (n + 1) * sizeof *t);
    uint32_t *at = arena_alloc(a, (n + 1) * sizeof *at);
    struct buf sql = BUF_INIT;
    struct db_rows rows;
    size_t k = 0, ask = 0;
    if (!t || !at)
        return err_nomem(e);
    buf_fmt(&sql, "SELECT id, code FROM d_%s WHERE id IN (", huji_domain_name[d]);
    for (size_t i = 0; i < n; i++) {
        struct span s = new_text(b, ev, d, id[i]);
        at[i] = id[i];
        t[i] = (struct huji_text){s.p, s.n};
        if (!s.p)
            buf_fmt(&sql, "%s%u", ask++ ? ", " : "", id[i]);
    }
    buf_str(&sql, ") ORDER BY id");
    int rc = sql.failed ? err_nomem(e) : 0;
    if (rc == 0 && ask) {
        rc = db_open(b->store->con, buf_cstr(&sql), &rows, e);
        while (rc == 0 && db_next(&rows)) {
            struct span s = arena_span(a, db_text(&rows, 1));
            while (k < n && at[k] < (uint32_t)db_i64(&rows, 0))
                k++;
            if (k < n && at[k] == (uint32_t)db_i64(&rows, 0))
                t[k] = (struct huji_text){s.p, s.n};
        }
        db_close(&rows);
    }
    buf_release(&sql);
    b->frame.dict[d].code = t;
    b->frame.dict[d].at = at;
    b->frame.dict[d].n_at = (uint32_t)n;
    return rc;
}

static int load_texts(struct person_bench *b, const struct new_events *ev,
                      const struct huji_finding *const *f, size_t n, struct arena *a, struct err *e)
{
    struct wanted x = {.b = b};
    int rc = 0;
    for (size_t i = 0; i < n && rc == 0; i++)
        if (finding_texts(b->run, f[i], want, &x) < 0)
            rc = err_nomem(e);
    for (int d = 0; d < DOMAIN_COUNT; d++) {
        if (rc == 0 && x.n[d])
            rc = deliver(b, ev, (enum domain)d, x.id[d], x.n[d], a, e);
        mem_free(x.id[d]);
    }
    return rc;
}

static int load_lines(struct person_bench *b, const struct huji_finding *const *f, size_t n,
                      struct names_ctx *x, struct err *e)
{
    int64_t *no = NULL;
    size_t cap = 0, m = 0;
    for (size_t i = 0; i < n; i++)
        for (uint32_t k = 0; k <= f[i]->n_evidence; k++) {
            const struct huji_ref *r = k < f[i]->n_evidence ? &f[i]->evidence[k] : &f[i]->anchor;
            if (!source_is_line((enum source_id)r->source) || r->id < 0 || r->id >= LINE_NEW)
                continue;
            if (mem_grow(&no, &cap, m + 1, sizeof *no) < 0) {
                mem_free(no);
                return err_nomem(e);
            }
            no[m++] = r->id;
        }
    int rc = line_ids_load(b->store, no, m, &x->ids, e);
    mem_free(no);
    return rc;
}

static int members(struct person_bench *b, struct names_ctx *x, struct live_finding *l,
                   struct arena *a, struct err *e)
{
    const struct huji_finding *h = l->h;
    l->member = arena_alloc(a, ((size_t)h->n_evidence + 1) * sizeof *l->member);
    if (!l->member)
        return err_nomem(e);
    for (uint32_t i = 0; i < h->n_evidence; i++) {
        const struct huji_ref *r = &h->evidence[i];
        const struct source *s = &huji_sources[r->source];
        int fid = source_field((enum source_id)r->source, span_of(s->id_field));
        struct span id = s->fields[fid].type == F_CODE
                             ? run_code(b->run, s->fields[fid].domain, r->id)
                             : line_text(x, r->id);
        bool line = source_is_line((enum source_id)r->source) && r->id >= LINE_NEW;
        l->member[l->n_member++] = (struct live_member){
            .id = span_of(arena_fmt(a, "%s%.*s", s->id_prefix, (int)id.n, id.n ? id.p : "")),
            .role = r->role,
            .line = line ? (int)(r->id - LINE_NEW) : -1,
            .amount = r->amount};
    }
    return 0;
}

static int tell(struct person_bench *b, const struct new_events *ev, const struct walk *w,
                int known, struct arena *a, struct live_finding **out, size_t *n, struct err *e)
{
    size_t all, k = 0;
    struct names_ctx x = {.ev = ev};
    const struct huji_finding *f = walk_findings(w, &all);
    const struct huji_finding **mine = arena_alloc(a, (all + 1) * sizeof *mine);
    if (!mine)
        return err_nomem(e);
    for (size_t i = 0; i < all; i++)
        if (f[i].hit && takes_part(b, ev, &f[i], known))
            mine[k++] = &f[i];
    struct live_finding *l = arena_calloc(a, (k + 1) * sizeof *l);
    int rc = l ? load_texts(b, ev, mine, k, a, e) : err_nomem(e);
    if (rc == 0)
        rc = load_lines(b, mine, k, &x, e);
    for (size_t i = 0; i < k && rc == 0; i++) {
        struct huji_finding *copy = arena_alloc(a, sizeof *copy);
        if (!copy)
            rc = err_nomem(e);
        else {
            *copy = *mine[i];
            l[i].h = copy;
            rc = finding_finish(b->run, copy, line_text, &x, a, &l[i].f, e);
        }
        if (rc == 0)
            rc = members(b, &x, &l[i], a, e);
        if (rc == 0) { /* these belong to the run or to the walk, which end */
            struct finished *d = &l[i].f;
            d->psn_no = arena_span(a, d->psn_no);
            d->mdtrt_id = arena_span(a, d->mdtrt_id);
            d->fixmedins_code = arena_span(a, d->fixmedins_code);
            d->anchor = arena_span(a, d->anchor);
            d->message = arena_span(a, d->message);
            copy->evidence = NULL;
            copy->n_evidence = 0;
        }
    }
    line_ids_release(&x.ids);
    *out = l;
    *n = k;
    return rc;
}

static int walk_one(struct person_bench *b, const struct new_events *ev, int known, struct arena *a,
                    struct live_finding **out, size_t *n, struct err *e)
{
    struct walk *w;
    int rc = walk_new(b->run, &w, e);
    if (rc < 0)
        return rc;
    walk_begin(w, b->psn, b->psn + 1);
    if (b->lines.n)
        rc = walk_lines(w, &b->lines, e);
    if (rc == 0)
        rc = walk_end(w, e);
    if (rc == 0)
        rc = tell(b, ev, w, known, a, out, n, e);
    walk_free(w);
    return rc;
}

int person_judge(struct person_bench *b, const struct new_events *ev, struct arena *a,
                 struct live_finding **out, size_t *n, int *known, struct err *e)
{
    bool grown = false;
    *out = NULL;
    *n = 0;
    *known = 0;
    if (ev->n_visit > SPARE_VISITS)
        return err_set(e, ERR_LIMIT, "一次最多 %d 次就诊，这里有 %zu 次", SPARE_VISITS,
                       ev->n_visit);
    int rc = bench_meet(b, ev, &grown, e);
    if (rc == 0 && (grown || !b->run))
        rc = link_all(b, e);
    if (rc == 0)
        rc = bench_rows(b, ev, known, e);
    if (rc == 0)
        rc = walk_one(b, ev, *known, a, out, n, e);
    bench_clear(b);
    return rc;
}
