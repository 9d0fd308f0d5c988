/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "run/person.h"

#include "base/mem.h"
#include "run/person_priv.h"

/* ---- a bench ---- */

static int own_maps(struct person_bench *b, struct err *e)
{
    size_t persons = (size_t)b->frame.dict[D_PERSON].n;
    for (int s = 0; s < HUJI_SOURCES; s++) {
        if (!b->run.first[s] && !b->run.few[s].some)
            continue;
        if (s == S_VISIT)
            b->first[s] = b->first[S_STAY];
        else if (!(b->first[s] = mem_calloc(persons + 3, sizeof *b->first[s])))
            return err_nomem(e);
        b->run.first[s] = b->first[s];
    }
    b->row_of_person = mem_alloc((persons + 1) * sizeof *b->row_of_person);
    b->person_text = mem_calloc(persons + 1, sizeof *b->person_text);
    if (!b->row_of_person || !b->person_text)
        return err_nomem(e);
    memset(b->row_of_person, 0xff, (persons + 1) * sizeof *b->row_of_person);
    b->run.row_of[D_PERSON] = b->row_of_person;
    return 0;
}

struct lookup_links {
    struct person_bench *b;
    bool failed;
};

static int find_lookup(void *ctx, struct expr *x)
{
    struct lookup_links *k = ctx;
    if (!x)
        return 0;
    for (int i = 0; i < X_ARGS; i++)
        find_lookup(ctx, x->arg[i]);
    bool table = x->op == X_HAS || x->op == X_COVERED || x->op == X_LOOK;
    if (table && x->id >= 0 && x->lookup && lookup_of_person(x->lookup->id))
        k->b->run.link[x->id].index = &k->b->index[x->lookup->id];
    return 0;
}

/* Lookups of persons are exchanged with the person, so their indexes are the bench's own. */
static int own_links(struct person_bench *b, struct err *e)
{
    const struct huji_library *lib = b->link->lib;
    size_t persons = (size_t)b->frame.dict[D_PERSON].n, n = (size_t)lib->n_nodes + 1;
    struct link *link = mem_alloc(n * sizeof *link);
    if (!link)
        return err_nomem(e);
    memcpy(link, b->run.link, n * sizeof *link);
    b->run.link = link;
    for (int l = 0; l < LOOKUP_COUNT; l++) {
        if (!lookup_of_person((enum lookup_id)l))
            continue;
        if (!(b->index_at[l] = mem_calloc(persons + 2, sizeof *b->index_at[l])))
            return err_nomem(e);
        b->index[l] = (struct index){.n = (uint32_t)persons, .at = b->index_at[l]};
    }
    struct lookup_links k = {.b = b};
    for (int i = 0; i < lib->n_rules; i++)
        if (b->link->wanted[i])
            rule_each_expr(lib->rules[i], find_lookup, &k);
    return 0;
}

int person_bench_new(const struct person_link *l, struct person_bench **out, struct err *e)
{
    struct person_bench *b = mem_calloc(1, sizeof *b);
    if (!b)
        return err_nomem(e);
    b->link = l;
    b->run = *l->run;
    b->frame = l->frame;
    b->run.frame = &b->frame;
    b->psn = -1;
    b->f_no = source_field(S_LINE, SPAN("no"));
    b->f_item = source_field(S_LINE, SPAN("hilist_code"));
    b->f_dept = source_field(S_LINE, SPAN("bilg_dept_codg"));
    b->f_in = source_field(S_STAY, SPAN("adm_dept_codg"));
    b->f_out = source_field(S_STAY, SPAN("dscg_dept_codg"));
    int rc = own_maps(b, e);
    if (rc == 0)
        rc = own_links(b, e);
    if (rc == 0)
        rc = bench_givers(b, e);
    if (rc == 0)
        rc = walk_new(&b->run, &b->walk, e);
    if (rc < 0) {
        person_bench_free(b);
        return rc;
    }
    *out = b;
    return 0;
}

void person_bench_free(struct person_bench *b)
{
    if (!b)
        return;
    walk_free(b->walk);
    for (int s = 0; s < HUJI_SOURCES; s++)
        if (s != S_VISIT)
            mem_free(b->first[s]);
    for (int l = 0; l < LOOKUP_COUNT; l++)
        mem_free(b->index_at[l]);
    if (b->run.link != b->link->run->link)
        mem_free(b->run.link);
    void *all[] = {b->row_of_visit, b->row_of_setl, b->row_of_person, b->identity,
                   b->diag_at,      b->diag,        b->new_line,      b->new_stay,
                   b->new_oprn,     b->person_text, b->met,           b->giver};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        mem_free(all[i]);
    past_release(&b->past);
    arena_release(&b->a);
    mem_free(b);
}

/* ---- telling ---- */

/* Of lines at issue that are no members, the walk lets all through. */
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
    if (b->link->lib->rules[f->rule]->at_of != OF_LINES || is_fresh(b, ev, &f->anchor, known))
        return true;
    for (uint32_t i = 0; i < f->n_evidence; i++)
        if (is_fresh(b, ev, &f->evidence[i], known))
            return true;
    return false;
}

struct names_ctx {
    const struct new_events *ev;
    const struct past_texts *past;
};

static struct span line_text(void *ctx, int64_t no)
{
    const struct names_ctx *x = ctx;
    if (no >= LINE_NEW)
        return x->ev->line[no - LINE_NEW].id;
    if (no < 0 || no >= x->past->n_line)
        return SPAN("?");
    return (struct span){x->past->line[no].p, x->past->line[no].n};
}

/* Does one of them name a fee line of the history? */
static bool names_lines(const struct huji_finding *f, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (source_is_line((enum source_id)f[i].anchor.source) && f[i].anchor.id < LINE_NEW)
            return true;
        for (uint32_t k = 0; k < f[i].n_evidence; k++)
            if (source_is_line((enum source_id)f[i].evidence[k].source) &&
                f[i].evidence[k].id < LINE_NEW)
                return true;
    }
    return false;
}

/* Texts of the person's own numbers: the history's, and behind them the message's. */
static int deliver(struct person_bench *b, const struct new_events *ev, bool lines,
                   struct past_texts *t, struct arena *a, struct err *e)
{
    int rc = records_texts(b->link->history, b->person, lines, a, t, e);
    size_t n = (size_t)b->past.n_visit + ev->n_visit + 1;
    struct huji_text *visit = rc == 0 ? arena_calloc(a, n * sizeof *visit) : NULL;
    struct huji_text *text = rc == 0 ? arena_calloc(a, ((size_t)b->frame.dict[D_TEXT].n + 1) *
                                                           sizeof *text)
                                     : NULL;
    if (rc < 0 || !visit || !text)
        return rc < 0 ? rc : err_nomem(e);
    for (uint32_t i = 0; i < t->n_text && i < b->past.n_text; i++)
        text[i] = t->text[i];
    for (size_t i = 0; i < ev->n_oprn; i++)
        text[b->past.n_text + i] = (struct huji_text){ev->oprn[i].id.p, ev->oprn[i].id.n};
    for (uint32_t i = 0; i < t->n_visit && i < b->past.n_visit; i++)
        visit[i] = t->visit[i];
    for (size_t i = 0; i < ev->n_visit; i++)
        if (!visit[b->visit[i]].p)
            visit[b->visit[i]] = (struct huji_text){ev->visit[i].mdtrt_id.p,
                                                    ev->visit[i].mdtrt_id.n};
    b->frame.dict[D_VISIT].code = visit;
    b->frame.dict[D_SETL].code = t->n_setl >= b->frame.dict[D_SETL].n ? t->setl : NULL;
    b->frame.dict[D_TEXT].code = text;
    b->person_text[b->psn] = (struct huji_text){ev->psn_no.p, ev->psn_no.n};
    b->frame.dict[D_PERSON].code = b->person_text;
    return 0;
}

static struct span code_at(const struct person_bench *b, enum source_id s, int f, int64_t row)
{
    const void *col = s == S_LINE ? b->past.table[S_LINE].col[f] : b->frame.table[s].col[f];
    if (!col || row < 0)
        return (struct span){"", 0};
    struct span c = run_code(&b->run, huji_sources[s].fields[f].domain,
                             ((const int32_t *)col)[row]);
    return c.p ? c : (struct span){"", 0};
}

/* Row of a line by its `no`: those of the history come first, then those of the message that count. */
static int64_t line_row(const struct person_bench *b, int64_t no)
{
    const int64_t *col = b->past.table[S_LINE].col[b->f_no];
    if (no < LINE_NEW && no >= 0 && (size_t)no < b->n_past_line && col[no] == no)
        return no;
    for (size_t i = no < LINE_NEW ? 0 : b->n_past_line; i < b->n_line; i++)
        if (col[i] == no)
            return (int64_t)i;
    return -1;
}

static int members(struct person_bench *b, struct names_ctx *x, struct live_finding *l,
                   struct arena *a, struct err *e)
{
    const struct huji_finding *h = l->h;
    l->member = arena_alloc(a, (h->n_evidence + 1) * sizeof *l->member);
    if (!l->member)
        return err_nomem(e);
    for (uint32_t i = 0; i < h->n_evidence; i++) {
        const struct huji_ref *r = &h->evidence[i];
        const struct source *s = &huji_sources[r->source];
        int fid = b->run.known[r->source].id;
        struct span id = s->fields[fid].type == F_CODE
                             ? run_code(&b->run, s->fields[fid].domain, r->id)
                             : line_text(x, r->id);
        bool line = source_is_line((enum source_id)r->source);
        struct live_member *m = &l->member[l->n_member++];
        *m = (struct live_member){.id = finding_id_text(s->id_prefix, id, a),
                                  .role = r->role,
                                  .line = line && r->id >= LINE_NEW ? (int)(r->id - LINE_NEW) : -1,
                                  .amount = r->amount,
                                  .item = {"", 0},
                                  .dept = {"", 0}};
        if (!m->id.p)
            return err_nomem(e);
        if (!line)
            continue;
        int64_t row = line_row(b, r->id);
        m->item = code_at(b, S_LINE, b->f_item, row);
        m->dept = code_at(b, S_LINE, b->f_dept, row);
    }
    return 0;
}

static struct span visit_dept(const struct person_bench *b, const struct huji_finding *h)
{
    if (h->mdtrt_id == HUJI_NONE32 || h->mdtrt_id < 0 ||
        (uint32_t)h->mdtrt_id >= b->frame.dict[D_VISIT].n)
        return (struct span){"", 0};
    int32_t row = b->row_of_visit[h->mdtrt_id];
    struct span out = code_at(b, S_STAY, b->f_out, row);
    return out.n ? out : code_at(b, S_STAY, b->f_in, row);
}

static int tell_one(struct person_bench *b, struct names_ctx *x, const struct huji_finding *f,
                    struct live_finding *l, struct arena *a, struct err *e)
{
    struct huji_finding *copy = arena_alloc(a, sizeof *copy);
    if (!copy)
        return err_nomem(e);
    *copy = *f;
    l->h = copy;
    int rc = finding_name(&b->run, copy, line_text, x, a, &l->f, e);
    if (rc == 0)
        rc = members(b, x, l, a, e);
    if (rc < 0)
        return rc;
    struct finished *d = &l->f; /* what belongs to the bench or to the walk does not live as long */
    struct span *own[] = {&d->psn_no, &d->mdtrt_id, &d->fixmedins_code, &d->anchor, &d->message};
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        *own[i] = arena_span(a, *own[i]);
    l->dept = visit_dept(b, copy);
    copy->evidence = NULL;
    copy->n_evidence = 0;
    return 0;
}

static int tell(struct person_bench *b, const struct new_events *ev, int known, struct arena *a,
                struct live_finding **out, size_t *n, struct err *e)
{
    size_t all, k = 0;
    struct past_texts texts;
    struct names_ctx x = {.ev = ev, .past = &texts};
    const struct huji_finding *f = walk_findings(b->walk, &all);
    struct live_finding *l = NULL;
    int rc = 0;
    for (size_t i = 0; i < all && rc == 0; i++) {
        if (!takes_part(b, ev, &f[i], known))
            continue;
        if (!l) {
            l = arena_calloc(a, (all + 1) * sizeof *l);
            rc = l ? deliver(b, ev, names_lines(f, all), &texts, a, e) : err_nomem(e);
        }
        if (rc == 0)
            rc = tell_one(b, &x, &f[i], &l[k++], a, e);
    }
    *out = l;
    *n = rc == 0 ? k : 0;
    return rc;
}

/* ---- judging ---- */

static int mark_news(struct person_bench *b, const struct new_events *ev, int known, struct err *e)
{
    const struct huji_table *stay = &b->frame.table[S_STAY], *op = &b->frame.table[S_OPERATION];
    if (mem_grow(&b->new_line, &b->cap_line, b->n_line + 1, 1) < 0 ||
        mem_grow(&b->new_stay, &b->cap_stay, stay->n + 1, 1) < 0 ||
        mem_grow(&b->new_oprn, &b->cap_oprn, op->n + 1, 1) < 0)
        return err_nomem(e);
    memset(b->new_line, 0, b->n_line + 1);
    memset(b->new_stay, 0, stay->n + 1);
    memset(b->new_oprn, 0, op->n + 1);
    const int64_t *no = b->past.table[S_LINE].col[b->f_no];
    for (size_t i = b->n_past_line; i < b->n_line; i++)
        b->new_line[i] = ev->line[no[i] - LINE_NEW].fresh;
    for (size_t i = 0; i < b->n_visit; i++) {
        int32_t row = b->row_of_visit[b->visit[i]];
        if (row >= 0 && ev->visit[i].current && !(known & PERSON_VISIT_KNOWN))
            b->new_stay[row] = 1;
    }
    size_t past = b->past.table[S_OPERATION].n;
    for (size_t i = past; ev->oprn_fresh && i < op->n; i++)
        b->new_oprn[i] = 1;
    b->news = (struct walk_news){.line = b->new_line,
                                 .stay = b->new_stay,
                                 .oprn = b->new_oprn,
                                 .n_line = b->n_line,
                                 .n_stay = stay->n,
                                 .n_oprn = op->n};
    return 0;
}

static int walk_one(struct person_bench *b, const bool *asked, struct err *e)
{
    struct line_batch lines = {.n = b->n_line};
    for (int f = 0; f < HUJI_MAX_FIELDS; f++)
        lines.col[f] = b->past.table[S_LINE].col[f];
    b->news.rules = asked;
    walk_reset(b->walk);
    walk_only_news(b->walk, &b->news);
    walk_begin(b->walk, b->psn, b->psn + 1);
    int rc = lines.n ? walk_lines(b->walk, &lines, e) : 0;
    return rc < 0 ? rc : walk_end(b->walk, e);
}

int person_judge(struct person_bench *b, const struct new_events *ev, const bool *asked, bool alone,
                 struct arena *a, struct live_finding **out, size_t *n, int *known, struct err *e)
{
    *out = NULL;
    *n = 0;
    *known = 0;
    int rc = bench_rows(b, ev, alone, known, e);
    if (rc == 0 && b->strange && !person_link_knows(b->link, ev)) {
        bench_clear(b);
        return PERSON_STRANGE;
    }
    if (rc == 0)
        rc = mark_news(b, ev, *known, e);
    if (rc == 0)
        rc = walk_one(b, asked, e);
    if (rc == 0)
        rc = tell(b, ev, *known, a, out, n, e);
    bench_clear(b);
    return rc;
}
