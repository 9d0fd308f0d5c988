/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "casework/clue_index.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/map.h"
#include "base/mem.h"

const char *const clue_sort_name[CLUE_SORTS] = {
    "expected_fen", "fund_fen", "amount_fen",     "event_date", "due",
    "id",           "rule_id",  "fixmedins_code", "state",      "class"};
const char *const clue_group_name[CLUE_GROUPS] = {"rule_id", "fixmedins_code", "state", "class",
                                                  "month",   "assignee",       "admdvs"};

static const char *const class_name[3] = {"明确", "高疑", "可疑"};

/* A row is 56 bytes: a million are 56 MB. */
struct row {
    int64_t id, fund, amount, expected;
    day_t day, due;
    uint32_t rule, inst, division, assignee;
    uint8_t state, verdict, cls, source, found;
};

struct clue_index {
    pthread_rwlock_t lock;
    struct row *at;
    size_t n, cap;
    struct map place; /* id -> index in at */
    struct names rules, insts, divisions, assignees;
    struct span *inst_names; /* by id of insts, in `text` */
    size_t cap_inst_names;
    struct arena text;
    int64_t change;
};

struct clue_index *clue_index_new(void)
{
    struct clue_index *x = mem_calloc(1, sizeof *x);

    if (x)
        pthread_rwlock_init(&x->lock, NULL);
    return x;
}

void clue_index_free(struct clue_index *x)
{
    if (!x)
        return;
    mem_free(x->at);
    map_release(&x->place);
    names_release(&x->rules);
    names_release(&x->insts);
    names_release(&x->divisions);
    names_release(&x->assignees);
    mem_free(x->inst_names);
    arena_release(&x->text);
    pthread_rwlock_destroy(&x->lock);
    mem_free(x);
}

/* --- reading in ---------------------------------------------------------------------------------- */

static day_t day_at(const struct cw_rows *rows, int col)
{
    day_t d;

    return day_parse(cw_text(rows, col), &d) ? d : DAY_NONE;
}

static uint8_t class_of(struct span s)
{
    for (uint8_t i = 0; i < 3; i++)
        if (span_is(s, class_name[i]))
            return i;
    return 2;
}

static uint8_t verdict_of(struct span s)
{
    for (uint8_t i = 1; i < VERDICT_COUNT; i++)
        if (span_is(s, verdict_code[i]))
            return i;
    return VERDICT_NONE;
}

static bool keep_inst_name(struct clue_index *x, uint32_t inst, struct span name)
{
    if (inst == NAME_NONE)
        return false;
    if (inst >= x->cap_inst_names) {
        size_t was = x->cap_inst_names;

        if (mem_grow(&x->inst_names, &x->cap_inst_names, inst + 1, sizeof *x->inst_names))
            return false;
        memset(x->inst_names + was, 0, (x->cap_inst_names - was) * sizeof *x->inst_names);
    }
    if (!span_eq(x->inst_names[inst], name))
        x->inst_names[inst] = arena_span(&x->text, name);
    return true;
}

static const char select_rows[] =
    "select id, change, state, coalesce(verdict, ''), class, source, rule_id, coalesce(fixmedins_code, ''), admdvs,"
    " coalesce(assignee, ''), coalesce(event_date, ''), coalesce(due, ''), fund_fen, amount_fen, expected_fen, found,"
    " fixmedins_name from clue where change > $1 order by change, id";

static int take(struct clue_index *x, const struct cw_rows *rows, struct err *e)
{
    int state = clue_state_find(cw_text(rows, 2));
    uint64_t id = (uint64_t)cw_int(rows, 0);
    uint32_t at = map_get(&x->place, id);
    struct row r = {
        .id = (int64_t)id,
        .state = (uint8_t)(state < 0 ? CLUE_NEW : state),
        .verdict = verdict_of(cw_text(rows, 3)),
        .cls = class_of(cw_text(rows, 4)),
        .source = (uint8_t)clue_source_find(cw_text(rows, 5)),
        .rule = names_put(&x->rules, cw_text(rows, 6)),
        .inst = names_put(&x->insts, cw_text(rows, 7)),
        .division = names_put(&x->divisions, cw_text(rows, 8)),
        .assignee = names_put(&x->assignees, cw_text(rows, 9)),
        .day = day_at(rows, 10),
        .due = day_at(rows, 11),
        .fund = cw_int(rows, 12),
        .amount = cw_int(rows, 13),
        .expected = cw_int(rows, 14),
        .found = cw_int(rows, 15) != 0,
    };

    if (r.rule == NAME_NONE || r.division == NAME_NONE || r.assignee == NAME_NONE ||
        !keep_inst_name(x, r.inst, cw_text(rows, 16)))
        return err_nomem(e);
    if (at == MAP_NONE) {
        if (mem_grow(&x->at, &x->cap, x->n + 1, sizeof *x->at) ||
            map_put(&x->place, id, (uint32_t)x->n))
            return err_nomem(e);
        at = (uint32_t)x->n++;
    }
    x->at[at] = r;
    x->change = cw_int(rows, 1);
    return 0;
}

int clue_index_refresh(struct clue_index *x, struct cw *db, struct err *e)
{
    struct cw_rows rows;
    int64_t newest = 0, known;
    int rc = cw_get_int(db, 0, &newest, e, "select n from counter where name = 'clue'", CW_NONE),
        more;

    if (rc)
        return rc;
    pthread_rwlock_rdlock(&x->lock);
    known = x->change;
    pthread_rwlock_unlock(&x->lock);
    if (known >= newest)
        return 0;
    pthread_rwlock_wrlock(&x->lock);
    rc = cw_query(db, &rows, e, select_rows, CW_ARGS(cw_i(x->change)));
    if (!rc) {
        int64_t from = x->change;

        while (!rc && (more = cw_next(&rows, e)) != 0)
            rc = more < 0 ? more : take(x, &rows, e);
        cw_done(&rows);
        /* What was read in part is read again. */
        if (rc)
            x->change = from;
        else if (x->change < newest)
            x->change = newest;
    }
    pthread_rwlock_unlock(&x->lock);
    return rc;
}

/* --- a question, made ready ---------------------------------------------------------------------- */

struct question {
    const struct clue_filter *f;
    uint8_t *rule, *inst, *division, *assignee; /* allowed, by id; NULL = all */
    struct map only;                            /* ids; empty and !has_only = all */
    bool has_only;
    day_t today;
};

static day_t today(void)
{
    time_t t = time(NULL);
    struct tm tm;

    localtime_r(&t, &tm);
    return day_from_ymd(tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday);
}

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
    return map_put(&q->only, (uint64_t)id, 1) ? err_nomem(e) : 0;
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

static int question_make(struct question *q, const struct clue_index *x, struct cw *db,
                         const struct clue_filter *f, struct err *e)
{
    bool numbers = false;
    int rc = 0;

    *q = (struct question){.f = f, .today = today()};
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
    if ((!q->division && (f->scope.prefix[0] || f->admdvs)) ||
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
    return rc;
}

static void question_release(struct question *q)
{
    mem_free(q->rule);
    mem_free(q->inst);
    mem_free(q->division);
    mem_free(q->assignee);
    map_release(&q->only);
}

static inline bool is_overdue(const struct question *q, const struct row *r)
{
    return r->due != DAY_NONE && r->due < q->today && clue_states[r->state].open;
}

static inline bool answers(const struct question *q, const struct row *r)
{
    const struct clue_filter *f = q->f;

    return (!q->division || q->division[r->division]) && (!q->inst || q->inst[r->inst]) &&
           (!q->assignee || q->assignee[r->assignee]) && (!q->rule || q->rule[r->rule]) &&
           (!f->states || f->states >> r->state & 1) &&
           (!f->verdicts || f->verdicts >> r->verdict & 1) &&
           (!f->classes || f->classes >> r->cls & 1) &&
           (!f->sources || f->sources >> r->source & 1) &&
           (r->found || f->gone || r->state != CLUE_NEW) &&
           (f->from == DAY_NONE || r->day >= f->from) &&
           (f->to == DAY_NONE || (r->day != DAY_NONE && r->day <= f->to)) &&
           r->fund >= f->fund_min && (!f->fund_max || r->fund <= f->fund_max) &&
           (!f->overdue || is_overdue(q, r)) &&
           (!q->has_only || map_get(&q->only, (uint64_t)r->id) != MAP_NONE);
}

/* --- order --------------------------------------------------------------------------------------- */

struct named {
    struct span s;
    uint32_t id;
};

static int by_name(const void *a, const void *b)
{
    return span_cmp(((const struct named *)a)->s, ((const struct named *)b)->s);
}

/* rank[id] of names by bytes. Owns: mem_free. */
static int64_t *ranks(const struct names *t)
{
    struct named *all = mem_alloc((t->n + 1) * sizeof *all);
    int64_t *rank = mem_alloc((t->n + 1) * sizeof *rank);

    if (all && rank) {
        for (uint32_t i = 0; i < t->n; i++)
            all[i] = (struct named){t->at[i], i};
        if (t->n)
            qsort(all, t->n, sizeof *all, by_name);
        for (uint32_t i = 0; i < t->n; i++)
            rank[all[i].id] = i;
    } else {
        mem_free(rank);
        rank = NULL;
    }
    mem_free(all);
    return rank;
}

static inline int64_t key_of(const struct row *r, enum clue_sort by, const int64_t *rank)
{
    switch (by) {
    case SORT_EXPECTED: return r->expected;
    case SORT_FUND: return r->fund;
    case SORT_AMOUNT: return r->amount;
    case SORT_DAY: return r->day;
    case SORT_DUE: return r->due == DAY_NONE ? INT32_MAX : r->due; /* without a date: last */
    case SORT_ID: return r->id;
    case SORT_RULE: return rank[r->rule];
    case SORT_INST: return rank[r->inst];
    case SORT_STATE: return r->state;
    case SORT_CLASS: return r->cls;
    case CLUE_SORTS: break;
    }
    return 0;
}

/* Does (k1, i1) stand before (k2, i2)? */
static inline bool before(bool descending, int64_t k1, int64_t i1, int64_t k2, int64_t i2)
{
    if (k1 != k2)
        return descending ? k1 > k2 : k1 < k2;
    return descending ? i1 > i2 : i1 < i2;
}

/* A heap whose root is the last of the page. */
struct heap {
    int64_t *keys, *ids;
    size_t n, cap;
    bool descending;
};

static void sink(struct heap *h, size_t i)
{
    for (;;) {
        size_t worst = i;

        for (size_t c = 2 * i + 1; c <= 2 * i + 2 && c < h->n; c++)
            if (before(h->descending, h->keys[worst], h->ids[worst], h->keys[c], h->ids[c]))
                worst = c;
        if (worst == i)
            return;
        int64_t k = h->keys[i], id = h->ids[i];
        h->keys[i] = h->keys[worst];
        h->ids[i] = h->ids[worst];
        h->keys[worst] = k;
        h->ids[worst] = id;
        i = worst;
    }
}

static void offer(struct heap *h, int64_t key, int64_t id)
{
    if (h->n < h->cap) {
        h->keys[h->n] = key;
        h->ids[h->n++] = id;
        if (h->n == h->cap)
            for (size_t i = h->n / 2; i-- > 0;)
                sink(h, i);
    } else if (before(h->descending, key, id, h->keys[0], h->ids[0])) {
        h->keys[0] = key;
        h->ids[0] = id;
        sink(h, 0);
    }
}

/* The page in its order: the heap is small, insertion sort will do. */
static void settle(struct heap *h)
{
    for (size_t i = 1; i < h->n; i++)
        for (size_t j = i;
             j > 0 && before(h->descending, h->keys[j], h->ids[j], h->keys[j - 1], h->ids[j - 1]);
             j--) {
            int64_t k = h->keys[j], id = h->ids[j];

            h->keys[j] = h->keys[j - 1];
            h->ids[j] = h->ids[j - 1];
            h->keys[j - 1] = k;
            h->ids[j - 1] = id;
        }
}

/* --- answers ------------------------------------------------------------------------------------- */

static void count(const struct question *q, const struct row *r, struct clue_totals *t,
                  uint8_t *seen)
{
    t->n++;
    t->amount += r->amount;
    t->fund += r->fund;
    t->expected += r->expected;
    t->overdue += is_overdue(q, r);
    t->states[r->state]++;
    t->verdicts[r->verdict]++;
    t->classes[r->cls]++;
    seen[r->inst] = 1;
}

static void walk(const struct clue_index *x, const struct question *q, const struct clue_order *o,
                 const int64_t *rank, struct heap *h, struct clue_totals *t, uint8_t *seen)
{
    /* Newest first when ids descend: the heap is then full of the right ones at once. */
    bool backwards = o->by == SORT_ID && o->descending;

    for (size_t k = 0; k < x->n; k++) {
        const struct row *r = &x->at[backwards ? x->n - 1 - k : k];
        int64_t key;

        if (!answers(q, r))
            continue;
        count(q, r, t, seen);
        key = key_of(r, o->by, rank);
        if (!o->after || before(o->descending, o->key, o->id, key, r->id))
            offer(h, key, r->id);
    }
}

int clue_index_page(struct clue_index *x, struct cw *db, const struct clue_filter *f,
                    const struct clue_order *o, struct clue_page *out, struct err *e)
{
    struct heap h = {.keys = out->keys,
                     .ids = out->ids,
                     .cap = (o->limit < CLUE_PAGE ? o->limit : CLUE_PAGE) + 1,
                     .descending = o->descending};
    struct question q = {0};
    int64_t *rank = NULL;
    uint8_t *seen = NULL;
    int rc = clue_index_refresh(x, db, e);

    if (rc)
        return rc;
    pthread_rwlock_rdlock(&x->lock);
    rc = question_make(&q, x, db, f, e);
    if (!rc && (o->by == SORT_RULE || o->by == SORT_INST)) {
        rank = ranks(o->by == SORT_RULE ? &x->rules : &x->insts);
        rc = rank ? 0 : err_nomem(e);
    }
    if (!rc && !(seen = flags(x->insts.n)))
        rc = err_nomem(e);
    if (!rc) {
        out->totals = (struct clue_totals){0};
        walk(x, &q, o, rank, &h, &out->totals, seen);
        settle(&h);
        out->more = h.n == h.cap;
        out->n = out->more ? h.n - 1 : h.n;
        for (uint32_t i = 0; i < x->insts.n; i++)
            out->totals.institutions += seen[i] && x->insts.at[i].n;
    }
    pthread_rwlock_unlock(&x->lock);
    question_release(&q);
    mem_free(rank);
    mem_free(seen);
    return rc;
}

static int by_id(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return x < y ? -1 : x > y;
}

int clue_index_ids(struct clue_index *x, struct cw *db, const struct clue_filter *f, int64_t **ids,
                   size_t *n, struct err *e)
{
    struct question q = {0};
    int64_t *out = NULL;
    size_t cap = 0, got = 0;
    int rc = clue_index_refresh(x, db, e);

    if (rc)
        return rc;
    pthread_rwlock_rdlock(&x->lock);
    rc = question_make(&q, x, db, f, e);
    for (size_t i = 0; i < x->n && !rc; i++) {
        if (!answers(&q, &x->at[i]))
            continue;
        if (mem_grow(&out, &cap, got + 1, sizeof *out))
            rc = err_nomem(e);
        else
            out[got++] = x->at[i].id;
    }
    pthread_rwlock_unlock(&x->lock);
    question_release(&q);
    if (rc) {
        mem_free(out);
        return rc;
    }
    if (got)
        qsort(out, got, sizeof *out, by_id);
    *ids = out;
    *n = got;
    return 0;
}

/* --- groups -------------------------------------------------------------------------------------- */

static uint32_t group_of(const struct row *r, enum clue_group by)
{
    int y, m, d;

    switch (by) {
    case GROUP_RULE: return r->rule;
    case GROUP_INST: return r->inst;
    case GROUP_STATE: return r->state;
    case GROUP_CLASS: return r->cls;
    case GROUP_ASSIGNEE: return r->assignee;
    case GROUP_ADMDVS: return r->division;
    case GROUP_MONTH:
        if (r->day == DAY_NONE)
            return 0;
        day_to_ymd(r->day, &y, &m, &d);
        return (uint32_t)((y - 1900) * 12 + m);
    case CLUE_GROUPS: break;
    }
    return 0;
}

static void group_key(const struct clue_index *x, enum clue_group by, uint32_t g, char out[64])
{
    const struct names *t = by == GROUP_RULE       ? &x->rules
                            : by == GROUP_INST     ? &x->insts
                            : by == GROUP_ASSIGNEE ? &x->assignees
                                                   : &x->divisions;

    if (by == GROUP_STATE)
        snprintf(out, 64, "%s", clue_states[g].code);
    else if (by == GROUP_CLASS)
        snprintf(out, 64, "%s", class_name[g]);
    else if (by == GROUP_MONTH && g)
        snprintf(out, 64, "%04u-%02u", 1900 + (g - 1) / 12, (g - 1) % 12 + 1);
    else if (by == GROUP_MONTH)
        out[0] = 0;
    else
        snprintf(out, 64, "%.*s", (int)t->at[g].n, t->at[g].p);
}

static int by_expected(const void *a, const void *b)
{
    const struct clue_sum *x = a, *y = b;

    if (x->expected != y->expected)
        return x->expected > y->expected ? -1 : 1;
    return strcmp(x->key, y->key);
}

#define MONTHS (300 * 12 + 1)

static size_t groups(const struct clue_index *x, enum clue_group by)
{
    switch (by) {
    case GROUP_RULE: return x->rules.n;
    case GROUP_INST: return x->insts.n;
    case GROUP_STATE: return CLUE_STATES;
    case GROUP_CLASS: return 3;
    case GROUP_ASSIGNEE: return x->assignees.n;
    case GROUP_ADMDVS: return x->divisions.n;
    case GROUP_MONTH: return MONTHS;
    case CLUE_GROUPS: break;
    }
    return 0;
}

int clue_index_groups(struct clue_index *x, struct cw *db, const struct clue_filter *f,
                      enum clue_group by, struct clue_sum **out, size_t *n, struct err *e)
{
    struct question q = {0};
    struct clue_sum *sums = NULL;
    size_t all, kept = 0;
    int rc = clue_index_refresh(x, db, e);

    if (rc)
        return rc;
    pthread_rwlock_rdlock(&x->lock);
    all = groups(x, by);
    sums = mem_calloc(all + 1, sizeof *sums);
    rc = sums ? question_make(&q, x, db, f, e) : err_nomem(e);
    for (size_t i = 0; i < x->n && !rc; i++) {
        const struct row *r = &x->at[i];
        struct clue_sum *s;

        if (!answers(&q, r))
            continue;
        s = &sums[group_of(r, by)];
        s->n++;
        s->amount += r->amount;
        s->fund += r->fund;
        s->expected += r->expected;
        s->confirmed += r->verdict == VERDICT_CONFIRMED;
        s->rejected += r->verdict == VERDICT_REJECTED;
    }
    for (size_t g = 0; g < all && !rc; g++) {
        if (!sums[g].n)
            continue;
        group_key(x, by, (uint32_t)g, sums[g].key);
        sums[kept++] = sums[g];
    }
    pthread_rwlock_unlock(&x->lock);
    question_release(&q);
    if (rc) {
        mem_free(sums);
        return rc;
    }
    qsort(sums, kept, sizeof *sums, by_expected);
    *out = sums;
    *n = kept;
    return 0;
}
