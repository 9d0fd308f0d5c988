/* SPDX-License-Identifier: MulanPSL-2.0 */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "casework/clue_index_priv.h"

/* --- a question, made ready ---------------------------------------------------------------------- */

static uint8_t *flags(size_t n)
{
    return mem_calloc(n + 1, 1);
}

static bool in_list(const char *list, struct span name)
{
    struct span rest = span_of(list);

    while (rest.p)
        if (span_eq(span_trim(span_cut(&rest, ',')), name))
            return true;
    return false;
}

static bool holds(struct span text, const char *word)
{
    return text.n && memmem(text.p, text.n, word, strlen(word)) != NULL;
}

static int only_add(struct question *q, int64_t id, struct err *e)
{
    if (mem_grow(&q->only_ids, &q->cap_only, q->n_only + 1, sizeof *q->only_ids))
        return err_nomem(e);
    q->only_ids[q->n_only++] = id;
    return 0;
}

static int by_row(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return x < y ? -1 : x > y;
}

/* A few named clues are looked up, not searched for. */
static int only_rows(struct question *q, const struct clue_index *x, struct err *e)
{
    q->only = mem_alloc((q->n_only + 1) * sizeof *q->only);
    if (!q->only)
        return err_nomem(e);
    for (size_t i = 0; i < q->n_only; i++) {
        uint32_t at = map_get(&x->place, (uint64_t)q->only_ids[i]);

        if (at != MAP_NONE)
            q->only[q->n_rows++] = at;
    }
    if (q->n_rows)
        qsort(q->only, q->n_rows, sizeof *q->only, by_row);
    return 0;
}

/* A word that is a number of something: those clues, whatever the other conditions say of names. */
static int words_numbers(struct question *q, struct cw *db, const char *word, bool *any,
                         struct err *e)
{
    struct cw_rows rows;
    int rc = cw_query(db, &rows, e,
                      "select id from clue where psn_no = $1 or mdtrt_id = $1 or finding_id = $1"
                      " or id = $2 limit 100000",
                      CW_ARGS(cw_t(word), cw_i(strtoll(word, NULL, 10)))),
        more;

    if (rc)
        return rc;
    while (!rc && (more = cw_next(&rows, e)) != 0) {
        rc = more < 0 ? more : only_add(q, cw_int(&rows, 0), e);
        *any = true;
    }
    cw_done(&rows);
    return rc;
}

static int words_names(struct question *q, const struct clue_index *x, const char *word,
                       struct err *e)
{
    bool rule_named = false;
    uint8_t *insts = flags(x->insts.n), *rules = flags(x->rules.n);

    if (!insts || !rules) {
        mem_free(insts);
        mem_free(rules);
        return err_nomem(e);
    }
    for (uint32_t i = 0; i < x->rules.n; i++)
        rule_named |= rules[i] = span_is(x->rules.at[i], word);
    for (uint32_t i = 0; i < x->insts.n; i++)
        insts[i] = holds(x->insts.at[i], word) || holds(x->inst_names[i], word);
    if (rule_named) {
        for (uint32_t i = 0; q->rule && i < x->rules.n; i++)
            rules[i] &= q->rule[i];
        mem_free(q->rule);
        q->rule = rules;
        mem_free(insts);
    } else {
        for (uint32_t i = 0; q->inst && i < x->insts.n; i++)
            insts[i] &= q->inst[i];
        mem_free(q->inst);
        q->inst = insts;
        mem_free(rules);
    }
    return 0;
}

static void kinds(struct question *q)
{
    const struct clue_filter *f = q->f;

    for (uint32_t k = 0; k < CLUE_KINDS; k++) {
        uint32_t state = kind_state(k);

        if (state >= CLUE_STATES)
            continue;
        q->open[k] = clue_states[state].open;
        q->kind[k] = (!f->states || f->states >> state & 1) &&
                     (!f->verdicts || f->verdicts >> kind_verdict(k) & 1) &&
                     (!f->classes || f->classes >> kind_class(k) & 1) &&
                     (!f->sources || f->sources >> kind_source(k) & 1) &&
                     (kind_found(k) || f->gone || state != CLUE_NEW);
    }
}

int question_make(struct question *q, const struct clue_index *x, struct cw *db,
                  const struct clue_filter *f, struct err *e)
{
    bool numbers = false;
    int rc = 0;

    memset(q, 0, sizeof *q);
    q->f = f;
    q->today = clock_day();
    kinds(q);
    q->from = f->from != DAY_NONE ? f->from : f->to != DAY_NONE ? DAY_NONE + 1 : DAY_NONE;
    q->to = f->to != DAY_NONE ? f->to : INT32_MAX;
    /* Scope first; what follows can only take away. */
    if (f->scope.prefix[0] || f->admdvs) {
        q->division = flags(x->divisions.n);
        for (uint32_t i = 0; q->division && i < x->divisions.n; i++)
            q->division[i] = span_starts(x->divisions.at[i], f->scope.prefix) &&
                             span_starts(x->divisions.at[i], f->admdvs ? f->admdvs : "");
    }
    if (f->scope.fixmedins_code[0] || f->insts) {
        q->inst = flags(x->insts.n);
        for (uint32_t i = 0; q->inst && i < x->insts.n; i++)
            q->inst[i] = (!f->scope.fixmedins_code[0] ||
                          span_is(x->insts.at[i], f->scope.fixmedins_code)) &&
                         (!f->insts || in_list(f->insts, x->insts.at[i]));
    }
    if (f->scope.assignee[0] || f->assignee) {
        const char *want = f->assignee && strcmp(f->assignee, "-") == 0 ? "" : f->assignee;

        q->assignee = flags(x->assignees.n);
        for (uint32_t i = 0; q->assignee && i < x->assignees.n; i++)
            q->assignee[i] = (!f->scope.assignee[0] ||
                              span_is(x->assignees.at[i], f->scope.assignee)) &&
                             (!want || span_is(x->assignees.at[i], want));
    }
    if (f->rules) {
        q->rule = flags(x->rules.n);
        for (uint32_t i = 0; q->rule && i < x->rules.n; i++)
            q->rule[i] = in_list(f->rules, x->rules.at[i]);
    }
    if (f->shown) {
        q->shown = flags(x->rules.n);
        for (uint32_t i = 0; q->shown && i < x->rules.n; i++)
            q->shown[i] = x->rules.at[i].n && in_list(f->shown, x->rules.at[i]);
    }
    if ((!q->shown && f->shown) || (!q->division && (f->scope.prefix[0] || f->admdvs)) ||
        (!q->inst && (f->scope.fixmedins_code[0] || f->insts)) ||
        (!q->assignee && (f->scope.assignee[0] || f->assignee)) || (!q->rule && f->rules))
        return err_nomem(e);
    q->has_only = f->ids != NULL;
    for (size_t i = 0; i < f->n_ids && !rc; i++)
        rc = only_add(q, f->ids[i], e);
    if (!rc && f->words && *f->words && !q->has_only) {
        rc = words_numbers(q, db, f->words, &numbers, e);
        q->has_only = numbers;
        if (!rc && !numbers)
            rc = words_names(q, x, f->words, e);
    }
    return rc || !q->has_only ? rc : only_rows(q, x, e);
}

void question_release(struct question *q)
{
    mem_free(q->rule);
    mem_free(q->shown);
    mem_free(q->inst);
    mem_free(q->division);
    mem_free(q->assignee);
    mem_free(q->only_ids);
    mem_free(q->only);
}

/* --- which of a block answer --------------------------------------------------------------------- */

/* Each takes a list of rows and leaves those that hold. Written without a branch on the answer: half of a county's clues answer
 * any question, which no processor guesses. */
static size_t keep_named(uint32_t *sel, size_t n, const uint32_t *col, const uint8_t *allowed)
{
    size_t out = 0;

    for (size_t k = 0; k < n; k++) {
        uint32_t i = sel[k];

        sel[out] = i;
        out += allowed[col[i]];
    }
    return out;
}

static bool is_released(const struct clue_filter *f, int64_t id)
{
    size_t lo = 0, hi = f->n_released;

    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;

        if (f->released[mid] < id)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < f->n_released && f->released[lo] == id;
}

static size_t keep_shown(uint32_t *sel, size_t n, const struct clue_index *x,
                         const struct question *q)
{
    size_t out = 0;

    for (size_t k = 0; k < n; k++) {
        uint32_t i = sel[k];

        sel[out] = i;
        out += q->shown[x->rule[i]] || is_released(q->f, x->id[i]);
    }
    return out;
}

static size_t keep_days(uint32_t *sel, size_t n, const int32_t *day, int32_t from, int32_t to)
{
    size_t out = 0;

    for (size_t k = 0; k < n; k++) {
        uint32_t i = sel[k];

        sel[out] = i;
        out += (day[i] >= from) & (day[i] <= to);
    }
    return out;
}

static size_t keep_fund(uint32_t *sel, size_t n, const int64_t *fund, int64_t min, int64_t max)
{
    size_t out = 0;

    for (size_t k = 0; k < n; k++) {
        uint32_t i = sel[k];

        sel[out] = i;
        out += (fund[i] >= min) & (fund[i] <= max);
    }
    return out;
}

static size_t keep_natures(uint32_t *sel, size_t n, const uint8_t *nature, uint64_t allowed)
{
    size_t out = 0;

    for (size_t k = 0; k < n; k++) {
        uint32_t i = sel[k];

        sel[out] = i;
        out += allowed >> nature[i] & 1;
    }
    return out;
}

static size_t keep_overdue(uint32_t *sel, size_t n, const struct clue_index *x,
                           const struct question *q)
{
    size_t out = 0;

    for (size_t k = 0; k < n; k++) {
        uint32_t i = sel[k];

        sel[out] = i;
        out += (x->due[i] < q->today) & q->open[x->kind[i]];
    }
    return out;
}

/* The rows of the block that the question can be about at all. */
static size_t begin(const struct question *q, const struct clue_index *x, size_t from, size_t to,
                    uint32_t *sel)
{
    size_t n = 0;

    if (!q->has_only) {
        for (size_t i = from; i < to; i++) {
            sel[n] = (uint32_t)i;
            n += q->kind[x->kind[i]];
        }
        return n;
    }
    for (size_t lo = 0, hi = q->n_rows; lo < hi;) {
        size_t mid = lo + (hi - lo) / 2;

        if (q->only[mid] < from)
            lo = mid + 1;
        else
            hi = mid;
        if (lo == hi)
            for (size_t k = lo; k < q->n_rows && q->only[k] < to; k++) {
                sel[n] = q->only[k];
                n += (!k || q->only[k] != q->only[k - 1]) && q->kind[x->kind[q->only[k]]];
            }
    }
    return n;
}

size_t question_block(const struct question *q, const struct clue_index *x, size_t b,
                      uint32_t sel[CLUE_BLOCK])
{
    const struct clue_filter *f = q->f;
    size_t from = b * CLUE_BLOCK, to = from + CLUE_BLOCK < x->n ? from + CLUE_BLOCK : x->n;
    size_t n = begin(q, x, from, to, sel);

    if (n && q->inst)
        n = keep_named(sel, n, x->inst, q->inst);
    if (n && q->shown)
        n = keep_shown(sel, n, x, q);
    if (n && q->rule)
        n = keep_named(sel, n, x->rule, q->rule);
    if (n && q->assignee)
        n = keep_named(sel, n, x->assignee, q->assignee);
    if (n && q->division)
        n = keep_named(sel, n, x->division, q->division);
    if (n && (q->from != DAY_NONE || q->to != INT32_MAX))
        n = keep_days(sel, n, x->day, q->from, q->to);
    if (n && (f->fund_min != INT64_MIN || f->fund_max))
        n = keep_fund(sel, n, x->fund, f->fund_min, f->fund_max ? f->fund_max : INT64_MAX);
    if (n && f->natures)
        n = keep_natures(sel, n, x->nature, f->natures);
    if (n && f->overdue)
        n = keep_overdue(sel, n, x, q);
    return n;
}
