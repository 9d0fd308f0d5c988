/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "screen/evaluate.h"

#include <stdlib.h>

#include "base/map.h"
#include "base/mem.h"
#include "screen/csvfile.h"

enum {
    P_ID,
    P_RULE,
    P_VIOLATION,
    P_CLASS,
    P_OWNER,
    P_PERSON,
    P_VISIT,
    P_INST,
    P_EVENTS,
    P_NOTE,
    P_COUNT
};
static const char *const truth_names[P_COUNT] = {
    "plant_id", "rule_id",  "is_violation",   "class_expected", "owner",
    "psn_no",   "mdtrt_id", "fixmedins_code", "event_ids",      "note",
};

static bool truth_flag(struct span s, bool *out)
{
    *out = span_is(s, "1") || span_is(s, "true");
    return *out || span_is(s, "0") || span_is(s, "false");
}

static int plant_add(struct evaluation *v, const struct csvfile *c, const int *at, size_t r,
                     struct err *e)
{
    struct plant p = {.hit = UINT32_MAX, .cls = CLASS_MAYBE};
    struct span *const texts[P_COUNT] = {
        [P_ID] = &p.id,       [P_RULE] = &p.rule, [P_OWNER] = &p.owner,   [P_PERSON] = &p.person,
        [P_VISIT] = &p.visit, [P_INST] = &p.inst, [P_EVENTS] = &p.events, [P_NOTE] = &p.note};

    for (int k = 0; k < P_COUNT; k++) {
        if (!texts[k])
            continue;
        *texts[k] = arena_span(&v->text, csvfile_cell(c, r, at[k]));
        if (!texts[k]->p)
            return err_nomem(e);
    }
    if (!truth_flag(csvfile_cell(c, r, at[P_VIOLATION]), &p.violation)) {
        err_set(e, ERR_INPUT, "is_violation 要是 1 或 0");
        return err_where(e, "%s:%zu", c->path, c->lines[r + 1]);
    }
    finding_class_parse(csvfile_cell(c, r, at[P_CLASS]), &p.cls);
    if (mem_grow(&v->plants, &v->cap_plants, v->n_plants + 1, sizeof *v->plants))
        return err_nomem(e);
    v->plants[v->n_plants++] = p;
    return 0;
}

int evaluation_read(struct evaluation *v, const char *truth, struct err *e)
{
    struct csvfile c;
    int at[P_COUNT], rc;

    *v = (struct evaluation){0};
    rc = csvfile_read(&c, truth, e);
    if (rc)
        return rc;
    for (int k = 0; k < P_COUNT && !rc; k++) {
        at[k] = csvfile_column(&c, truth_names[k]);
        if (at[k] < 0 && k <= P_VIOLATION)
            rc = csvfile_need(&c, truth_names[k], &at[k], e);
    }
    for (size_t r = 0; r < c.n_rows && !rc; r++)
        rc = plant_add(v, &c, at, r, e);
    csvfile_release(&c);
    if (rc)
        evaluation_release(v);
    return rc;
}

/* The rule without its variant. */
static struct span base_rule(struct span rule)
{
    return span_cut(&rule, '.');
}

/* Does a finding of `rule` answer for a plant of `wanted`? */
static bool rule_meets(struct span rule, struct span wanted)
{
    return span_eq(rule, wanted) || span_eq(base_rule(rule), wanted);
}

/* --- findings by rule and by what they name ------------------------------------------------------ */

/* rule US id -> a chain of findings */
struct index {
    struct names keys;
    uint32_t *first; /* by key: link + 1 */
    size_t cap_first;
    struct {
        uint32_t finding, next;
    } * links;
    size_t n_links, cap_links;
};

static int index_add(struct index *x, struct span rule, struct span id, uint32_t finding)
{
    struct buf b = BUF_INIT;
    uint32_t before = x->keys.n, key;
    int rc = -1;

    buf_span(&b, base_rule(rule));
    buf_char(&b, 0x1f);
    buf_span(&b, id);
    key = b.failed ? NAME_NONE : names_put(&x->keys, (struct span){b.p, b.n});
    if (key != NAME_NONE && !mem_grow(&x->first, &x->cap_first, x->keys.n, sizeof *x->first) &&
        !mem_grow(&x->links, &x->cap_links, x->n_links + 1, sizeof *x->links)) {
        if (x->keys.n > before)
            x->first[key] = 0;
        x->links[x->n_links].finding = finding;
        x->links[x->n_links].next = x->first[key];
        x->first[key] = (uint32_t)++x->n_links;
        rc = 0;
    }
    buf_release(&b);
    return rc;
}

static uint32_t index_find(const struct index *x, const struct finding_set *fs, struct span rule,
                           struct span id, bool *met)
{
    struct buf b = BUF_INIT;
    uint32_t key, found = UINT32_MAX;

    buf_span(&b, base_rule(rule));
    buf_char(&b, 0x1f);
    buf_span(&b, id);
    key = b.failed ? NAME_NONE : names_get(&x->keys, (struct span){b.p, b.n});
    for (uint32_t k = key == NAME_NONE ? 0 : x->first[key]; k; k = x->links[k - 1].next)
        if (rule_meets(fs->at[x->links[k - 1].finding].rule, rule)) {
            found = x->links[k - 1].finding;
            met[found] = true;
        }
    buf_release(&b);
    return found;
}

static void index_release(struct index *x)
{
    names_release(&x->keys);
    mem_free(x->first);
    mem_free(x->links);
}

/* An owner named with the period, as the truth of measures names it: "H1|2023Q2". */
static int index_period(struct index *owners, const struct finding *f, uint32_t i)
{
    struct buf b = BUF_INIT;
    int rc;

    buf_span(&b, f->owner);
    buf_char(&b, '|');
    buf_span(&b, f->anchor);
    rc = b.failed ? -1 : index_add(owners, f->rule, (struct span){b.p, b.n}, i);
    buf_release(&b);
    return rc;
}

static int index_findings(struct index *events, struct index *owners, const struct finding_set *fs,
                          struct err *e)
{
    for (uint32_t i = 0; i < fs->n; i++) {
        const struct finding *f = &fs->at[i];

        if (!f->hit)
            continue;
        if (index_add(events, f->rule, f->anchor, i) || index_add(owners, f->rule, f->owner, i) ||
            index_period(owners, f, i) || (f->visit.n && index_add(owners, f->rule, f->visit, i)))
            return err_nomem(e);
        for (uint32_t k = 0; k < f->n_evidence; k++)
            if (index_add(events, f->rule, f->evidence[k].id, i))
                return err_nomem(e);
    }
    return 0;
}

/* --- scores -------------------------------------------------------------------------------------- */

static int score_of(struct evaluation *v, struct span rule, enum finding_class cls,
                    struct rule_score **out, struct err *e)
{
    for (size_t i = 0; i < v->n_rules; i++)
        if (span_eq(v->rules[i].rule, rule)) {
            *out = &v->rules[i];
            return 0;
        }
    if (mem_grow(&v->rules, &v->cap_rules, v->n_rules + 1, sizeof *v->rules))
        return err_nomem(e);
    *out = &v->rules[v->n_rules++];
    **out = (struct rule_score){.rule = rule, .cls = cls};
    return 0;
}

/* The next id of "a;b|c"; n = 0 at the end. */
static struct span next_event(struct span *rest)
{
    size_t n = 0;
    struct span id;

    while (rest->n && (rest->p[0] == ';' || rest->p[0] == '|' || rest->p[0] == ' '))
        *rest = (struct span){rest->p + 1, rest->n - 1};
    while (n < rest->n && rest->p[n] != ';' && rest->p[n] != '|')
        n++;
    id = (struct span){rest->p, n};
    *rest = (struct span){rest->p + n, rest->n - n};
    return span_trim(id);
}

/* By its events. A plant may also be met by its visit or owner: what it is found by need not be what was written. A
 * twin with events may not: its doctor or institution can have plants of the same rule. */
static void plant_meet(struct plant *p, const struct index *events, const struct index *owners,
                       const struct finding_set *fs, bool *met)
{
    struct span rest = p->events, id;
    bool named = false;

    while ((id = next_event(&rest)).n) {
        uint32_t hit = index_find(events, fs, p->rule, id, met);

        named = true;
        if (hit != UINT32_MAX)
            p->hit = hit;
    }
    if (p->hit != UINT32_MAX || (named && !p->violation))
        return;
    if (p->visit.n)
        p->hit = index_find(owners, fs, p->rule, p->visit, met);
    if (p->hit == UINT32_MAX && p->owner.n && (p->violation || !p->visit.n))
        p->hit = index_find(owners, fs, p->rule, p->owner, met);
}

static int by_rule(const void *a, const void *b)
{
    return span_cmp(((const struct rule_score *)a)->rule, ((const struct rule_score *)b)->rule);
}

static int count(struct evaluation *v, const struct finding_set *fs, const bool *met, struct err *e)
{
    struct rule_score *s;
    int rc = 0;

    for (size_t i = 0; i < v->n_plants && !rc; i++) {
        const struct plant *p = &v->plants[i];

        rc = score_of(v, p->rule, p->cls, &s, e);
        if (rc)
            break;
        if (p->violation) {
            s->planted++;
            s->found += p->hit != UINT32_MAX;
        } else {
            s->twins++;
            s->fired += p->hit != UINT32_MAX;
        }
    }
    for (size_t i = 0; i < fs->n && !rc; i++) {
        const struct finding *f = &fs->at[i];
        struct span rule = base_rule(f->rule);

        if (!f->hit)
            continue;
        for (size_t k = 0; k < v->n_rules; k++)
            if (span_eq(v->rules[k].rule, f->rule))
                rule = f->rule;
        rc = score_of(v, rule, f->cls, &s, e);
        if (!rc) {
            s->hits++;
            s->beside += !met[i] && !v->right[i];
            s->right += v->right[i];
        }
    }
    return rc;
}

int evaluation_run(struct evaluation *v, const struct finding_set *fs, struct err *e)
{
    struct index events = {0}, owners = {0};
    bool *met = mem_calloc(fs->n, sizeof *met);
    int rc = met ? index_findings(&events, &owners, fs, e) : err_nomem(e);

    v->right = mem_calloc(fs->n + 1, sizeof *v->right);
    if (!rc && !v->right)
        rc = err_nomem(e);
    for (size_t i = 0; i < v->n_plants && !rc; i++)
        plant_meet(&v->plants[i], &events, &owners, fs, v->plants[i].violation ? v->right : met);
    if (!rc)
        rc = count(v, fs, met, e);
    if (!rc && v->n_rules)
        qsort(v->rules, v->n_rules, sizeof *v->rules, by_rule);
    index_release(&events);
    index_release(&owners);
    mem_free(met);
    return rc;
}

void evaluation_release(struct evaluation *v)
{
    mem_free(v->plants);
    mem_free(v->rules);
    mem_free(v->right);
    arena_release(&v->text);
    *v = (struct evaluation){0};
}
