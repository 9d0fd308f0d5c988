/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "screen/gauge.h"

#include <stdlib.h>

#include "base/mem.h"

const char *const gauge_order_name[GAUGE_ORDERS] = {"预计可追回", "骗保可信度", "涉及基金",
                                                    "疑点条数"};

int8_t *labels_of_truth(const struct evaluation *v, struct finding_set *fs, bool learned)
{
    int8_t *l = mem_alloc(fs->n + 1);

    for (size_t i = 0; l && i < fs->n; i++) {
        enum verdict said = fs->at[i].verdict;

        l[i] = v->right[i] ? LABEL_RIGHT : LABEL_WRONG;
        if (!learned)
            fs->at[i].verdict = VERDICT_NONE;
        else if (said == VERDICT_CONFIRMED || said == VERDICT_REJECTED)
            l[i] = LABEL_REVIEWED;
    }
    return l;
}

int8_t *labels_of_verdicts(struct finding_set *fs)
{
    int8_t *l = mem_alloc(fs->n + 1);

    for (size_t i = 0; l && i < fs->n; i++) {
        enum verdict v = fs->at[i].verdict;

        l[i] = v == VERDICT_CONFIRMED  ? LABEL_RIGHT
               : v == VERDICT_REJECTED ? LABEL_WRONG
                                       : LABEL_UNKNOWN;
        fs->at[i].verdict = VERDICT_NONE;
    }
    return l;
}

/* --- clues --------------------------------------------------------------------------------------- */

struct row {
    struct listed listed;
    const struct ranked *ranked;
    bool known, reviewed;
};

static void label_rows(struct row *rows, const struct clues *c, const struct ranking *r,
                       const int8_t *labels, const struct evaluation *v)
{
    for (size_t i = 0; i < r->n; i++)
        rows[i] = (struct row){.listed = {.fund = r->at[i].fund}, .ranked = &r->at[i]};
    for (size_t i = 0; i < c->findings.n; i++) {
        struct row *row = r->group_of[i] == NAME_NONE ? NULL : &rows[r->group_of[i]];

        if (!row || labels[i] == LABEL_UNKNOWN)
            continue;
        row->known = true;
        row->reviewed |= labels[i] == LABEL_REVIEWED;
        row->listed.positive |= labels[i] == LABEL_RIGHT;
        row->listed.plants += !v && labels[i] == LABEL_RIGHT;
    }
    for (uint32_t k = 0; k < c->ledger.atoms.n; k++) {
        const struct claim *m = &c->ledger.claims[k];

        if (m->finding != NAME_NONE && r->group_of[m->finding] != NAME_NONE &&
            labels[m->finding] == LABEL_RIGHT)
            rows[r->group_of[m->finding]].listed.true_fund += m->fund;
    }
    for (size_t i = 0; v && i < v->n_plants; i++) {
        const struct plant *p = &v->plants[i];

        if (p->violation && p->hit != UINT32_MAX && r->group_of[p->hit] != NAME_NONE)
            rows[r->group_of[p->hit]].listed.plants++;
    }
}

/* Ties keep the order of the money list. */
static int compare(const struct row *a, const struct row *b, int64_t x, int64_t y)
{
    if (x != y)
        return x > y ? -1 : 1;
    return a->ranked < b->ranked ? -1 : a->ranked > b->ranked;
}

static int by_expected(const void *a, const void *b)
{
    const struct row *x = a, *y = b;
    return compare(x, y, 0, 0);
}

static int by_fraud(const void *a, const void *b)
{
    const struct row *x = a, *y = b;
    return compare(x, y, x->ranked->fraud, y->ranked->fraud);
}

static int by_fund(const void *a, const void *b)
{
    const struct row *x = a, *y = b;
    return compare(x, y, x->ranked->fund, y->ranked->fund);
}

static int by_findings(const void *a, const void *b)
{
    const struct row *x = a, *y = b;
    return compare(x, y, x->ranked->n_findings, y->ranked->n_findings);
}

static int read_in_order(struct gauge *g, struct row *rows, enum gauge_order o, struct err *e)
{
    static int (*const orders[])(const void *, const void *) = {by_expected, by_fraud, by_fund,
                                                                by_findings};

    g->list[o] = mem_alloc((g->n + 1) * sizeof *g->list[o]);
    if (!g->list[o])
        return err_nomem(e);
    if (g->n)
        qsort(rows, g->n, sizeof *rows, orders[o]);
    for (size_t i = 0; i < g->n; i++)
        g->list[o][i] = rows[i].listed;
    return 0;
}

static int64_t known_violations(const struct evaluation *v, const int8_t *labels, size_t n)
{
    int64_t all = 0;

    for (size_t i = 0; v && i < v->n_plants; i++)
        all += v->plants[i].violation;
    for (size_t i = 0; !v && i < n; i++)
        all += labels[i] == LABEL_RIGHT;
    return all;
}

int gauge_clues(struct gauge *g, const struct clues *c, const struct ranking *r,
                const int8_t *labels, const struct evaluation *v, struct err *e)
{
    struct row *rows = mem_calloc(r->n + 1, sizeof *rows);
    int rc = rows ? 0 : err_nomem(e);

    *g = (struct gauge){.all_plants = known_violations(v, labels, c->findings.n)};
    if (rc)
        return rc;
    label_rows(rows, c, r, labels, v);
    for (size_t i = 0; i < r->n; i++)
        if (rows[i].known && !rows[i].reviewed)
            rows[g->n++] = rows[i];
    for (int o = 0; o < GAUGE_ORDERS && !rc; o++)
        rc = read_in_order(g, rows, (enum gauge_order)o, e);
    mem_free(rows);
    if (rc)
        gauge_release(g);
    return rc;
}

void gauge_release(struct gauge *g)
{
    for (int o = 0; o < GAUGE_ORDERS; o++)
        mem_free(g->list[o]);
    *g = (struct gauge){0};
}

/* --- institutions -------------------------------------------------------------------------------- */

/* Violations known at each institution of the funnel. */
static void count_bad(int64_t *bad, const struct clues *c, const int8_t *labels,
                      const struct evaluation *v)
{
    const struct funnel *f = &c->funnel;
    struct funnel_row *row;

    for (size_t i = 0; v && i < v->n_plants; i++)
        if (v->plants[i].violation && (row = funnel_find(f, v->plants[i].inst)))
            bad[row - f->at]++;
    for (size_t i = 0; !v && i < c->findings.n; i++)
        if (labels[i] == LABEL_RIGHT && (row = funnel_find(f, c->findings.at[i].inst)))
            bad[row - f->at]++;
}

static int64_t visits(const struct funnel_row *r)
{
    return r->volume[FUNNEL_STAYS] + r->volume[FUNNEL_OTHERS];
}

static void fill(struct inst_scores *s, const struct clues *c, const struct ranking *r,
                 const struct names *insts, const int64_t *turnover, const int64_t *bad)
{
    int64_t all_bad = 0, all_visits = 0;

    for (size_t i = 0; i < s->n; i++) {
        all_bad += bad[i];
        all_visits += visits(&c->funnel.at[i]);
    }
    for (size_t i = 0; i < s->n; i++) {
        const struct funnel_row *f = &c->funnel.at[i];
        uint32_t id = names_get(insts, f->inst);

        s->positive[i] = bad[i] >= 2 &&
                         (__int128)bad[i] * all_visits >= (__int128)all_bad * visits(f);
        s->surprise[i] = f->p == FUNNEL_NONE ? 0 : MICRO - f->p;
        s->turnover[i] = id == NAME_NONE ? 0 : turnover[id];
    }
    for (size_t i = 0; i < r->n; i++) {
        struct funnel_row *f = funnel_find(&c->funnel, r->at[i].key);

        if (!f)
            continue;
        s->expected[f - c->funnel.at] = r->at[i].expected;
        s->score[f - c->funnel.at] = r->at[i].score;
        s->findings[f - c->funnel.at] = r->at[i].n_findings;
    }
}

int gauge_institutions(struct inst_scores *s, const struct clues *c, const struct ranking *r,
                       const int8_t *labels, const struct evaluation *v, const struct names *insts,
                       const int64_t *turnover, struct err *e)
{
    size_t n = c->funnel.n;
    int64_t *bad = mem_calloc(n + 1, sizeof *bad);
    int64_t **const columns[] = {&s->expected, &s->score, &s->surprise, &s->findings, &s->turnover};
    int rc = bad ? 0 : err_nomem(e);

    *s = (struct inst_scores){.n = n, .positive = mem_calloc(n + 1, sizeof *s->positive)};
    for (size_t k = 0; k < sizeof columns / sizeof *columns && !rc; k++)
        if (!s->positive || !(*columns[k] = mem_calloc(n + 1, sizeof **columns[k])))
            rc = err_nomem(e);
    if (!rc) {
        count_bad(bad, c, labels, v);
        fill(s, c, r, insts, turnover, bad);
    }
    mem_free(bad);
    if (rc)
        inst_scores_release(s);
    return rc;
}

void inst_scores_release(struct inst_scores *s)
{
    mem_free(s->positive);
    mem_free(s->expected);
    mem_free(s->score);
    mem_free(s->surprise);
    mem_free(s->findings);
    mem_free(s->turnover);
    *s = (struct inst_scores){0};
}
