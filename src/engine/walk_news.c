/* SPDX-License-Identifier: MulanPSL-2.0 */
/* One person, and some rows of his that are new: what they can't touch is not asked. */
#include "base/day.h"
#include "base/mem.h"
#include "engine/walk_priv.h"

bool walk_is_new(const struct walk *w, enum source_id src, int32_t row)
{
    const struct walk_news *n = w->news;
    if (row < 0)
        return false;
    if (source_is_line(src))
        return (size_t)row < n->n_line && n->line[row];
    if (src == S_STAY || src == S_VISIT)
        return (size_t)row < n->n_stay && n->stay[row];
    return src == S_OPERATION && n->oprn && (size_t)row < n->n_oprn && n->oprn[row];
}

bool walk_any_new(const struct walk *w, const struct event *ev, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (walk_is_new(w, (enum source_id)ev[i].src, ev[i].row))
            return true;
    return false;
}

/* Lines at issue that are no members are looked at by the caller. */
static bool takes_part(const struct fold *f, const struct found *w)
{
    const struct walk *walk = f->wanted_ctx;
    if (!w->hit)
        return false;
    if (f->rule->at_of == OF_LINES || walk_any_new(walk, w->anchor, 1))
        return true;
    for (size_t i = 0; i < w->n_members; i++)
        if (walk_any_new(walk, w->members[i].ev, 1))
            return true;
    return false;
}

/* A forbid that is judged at once sees nothing but its own row. */
void walk_own_rows(struct walk *w)
{
    for (int p = 0; p < w->run->n_plan; p++) {
        const struct rule *r = w->run->lib->rules[w->run->plan[p].rule];
        w->own_row[p] = r->kind == &kind_forbid && !r->waits && r->at_of != OF_LINES;
    }
}

static bool takes_refunds(const struct rule *r)
{
    for (int c = 0; c < r->n_clauses; c++)
        if (r->clause[c].src == S_UNMATCHED)
            return true;
    return false;
}

/* Not where new events may still come behind the old rows, where lines at issue are no members, or where an event has more owners
 * than its row tells. */
void walk_owners(struct walk *w)
{
    for (int i = 0; i < w->run->lib->n_rules; i++) {
        const struct rule *r = w->run->lib->rules[i];
        bool spread = false;
        for (int c = 0; c < r->n_clauses; c++)
            spread = spread || (r->kind == &kind_quota && r->slot[c][SL_TOLERANCE]);
        w->by_owner[i] = r->in_walk && !r->is_measure && !r->derive.on && r->at_of != OF_LINES &&
                         !spread && !takes_refunds(r);
        w->of_lines[i] = r->at_of == OF_LINES;
        w->goes_on[i] = w->of_lines[i] || takes_refunds(r);
    }
}

static bool is_day(const struct walk *w, const struct expr *x)
{
    int time = w->memo[S_LINE].time;
    const struct expr *t = x && x->op == X_DAY ? x->arg[0] : NULL;
    return t && time >= 0 && t->own == OWN_CUR && t->field == time;
}

static bool is_visit(const struct walk *w, const struct expr *x)
{
    return x && x->own == OWN_CUR && x->field == w->f_visit;
}

/* Does a key of the rule's owners say the day, or the visit, of lines alone? Then lines of others have other owners. */
static bool owner_says(const struct walk *w, const struct rule *r,
                       bool (*what)(const struct walk *, const struct expr *))
{
    for (int k = 0; k < r->n_keys; k++) {
        bool all = true;
        for (int c = 0; c < r->n_clauses; c++)
            all = all && source_is_line(r->clause[c].src) && what(w, r->key[c][k]);
        if (all)
            return true;
    }
    return false;
}

int walk_far_open(struct walk *w)
{
    const struct dispatch *d = &w->run->dispatch[S_LINE];
    w->far_day = mem_calloc(6 * d->words + 1, sizeof *w->far_day); /* one piece for all */
    if (!w->far_day)
        return -1;
    w->far_visit = w->far_day + d->words;
    for (int f = 0; f < 4; f++)
        w->open_far[f] = w->far_day + (size_t)(2 + f) * d->words;
    for (size_t i = 0; d->plan[i] >= 0; i++) {
        const struct rule *r = w->run->lib->rules[w->run->plan[d->plan[i]].rule];
        uint64_t bit = w->by_owner[r->index] ? UINT64_C(1) << (i & 63) : 0;
        w->far_day[i / 64] |= owner_says(w, r, is_day) ? bit : 0;
        w->far_visit[i / 64] |= owner_says(w, r, is_visit) ? bit : 0;
    }
    return 0;
}

void walk_news_far(struct walk *w)
{
    size_t words = w->run->dispatch[S_LINE].words;
    const uint64_t *old = w->open_old + w->open_at[S_LINE];
    for (size_t k = 0; k < words; k++) {
        w->open_far[0][k] = old[k];
        w->open_far[FAR_DAY][k] = old[k] & ~w->far_day[k];
        w->open_far[FAR_VISIT][k] = old[k] & ~w->far_visit[k];
        w->open_far[FAR_DAY | FAR_VISIT][k] = old[k] & ~w->far_day[k] & ~w->far_visit[k];
    }
}

static void add_visit(struct near *n, int32_t visit)
{
    for (int i = 0; i < n->n_visits; i++)
        if (n->visit[i] == visit)
            return;
    if (n->n_visits < NEAR_VISITS)
        n->visit[n->n_visits] = visit;
    n->n_visits++; /* one more than there is room for: they can't be told */
}

size_t walk_first_new(const struct walk *w)
{
    if (!w->news)
        return w->lo;
    const uint8_t *at = memchr(w->news->line + w->lo, 1, w->hi - w->lo);
    return at ? (size_t)(at - w->news->line) : w->hi;
}

struct near walk_near(const struct walk *w)
{
    struct near n = {.from = INT64_MAX, .to = INT64_MIN, .n_visits = 0};
    const int64_t *time = w->memo[S_LINE].time >= 0 ? w->line[w->memo[S_LINE].time] : NULL;
    const int32_t *visit = w->line[w->f_visit];
    for (size_t i = walk_first_new(w); time && visit && i < w->hi; i++) {
        if (!w->news->line[i])
            continue;
        if (n.n_visits <= NEAR_VISITS)
            add_visit(&n, visit[i]);
        if (time[i] == HUJI_NONE64)
            continue;
        n.from = time[i] < n.from ? time[i] : n.from;
        n.to = time[i] > n.to ? time[i] : n.to;
    }
    if (n.n_visits > NEAR_VISITS)
        n.n_visits = 0;
    if (n.from <= n.to) {
        n.from = (int64_t)sec_day(n.from) * DAY_SECS;
        n.to = ((int64_t)sec_day(n.to) + 1) * DAY_SECS;
    }
    return n;
}

static void reach(struct walk *w, const int *plans)
{
    for (; *plans >= 0; plans++)
        w->reached[w->run->plan[*plans].rule] = true;
}

static bool some(const uint8_t *at, size_t n)
{
    return at && n && memchr(at, 1, n);
}

void walk_news_guards(struct walk *w)
{
    const struct huji_run *run = w->run;
    const struct walk_news *n = w->news;
    const struct index *ix = &run->item_plans;
    const int32_t *items = w->line[w->f_item];
    size_t first = walk_first_new(w);
    bool line = first < w->hi;
    memset(w->reached, 0, (size_t)run->lib->n_rules * sizeof *w->reached);
    if (line) {
        reach(w, run->always);
        reach(w, run->by_source[S_LINE_RAW]);
        reach(w, run->by_source[S_UNMATCHED]);
    }
    int32_t before = -1; /* orders of one item stand together */
    for (size_t i = first; i < w->hi; i++) {
        if (!n->line[i] || items[i] == before || items[i] < 0 || (uint32_t)items[i] >= ix->n)
            continue;
        before = items[i];
        for (uint32_t k = ix->at[items[i]]; k < ix->at[items[i] + 1]; k++)
            w->reached[run->plan[ix->rows[k]].rule] = true;
    }
    if (some(n->stay, n->n_stay)) {
        reach(w, run->by_source[S_STAY]);
        reach(w, run->by_source[S_VISIT]);
    }
    if (some(n->oprn, n->n_oprn))
        reach(w, run->by_source[S_OPERATION]);
    for (int p = 0; p < run->n_plan; p++) {
        int r = run->plan[p].rule;
        w->guard[p] = (w->reached[r] || (line && w->of_lines[r])) && (!n->rules || n->rules[r]);
    }
}

/* After the new rows: only rules that took one of them as an event, and those whose lines at issue are no events, go on. */
void walk_news_close(struct walk *w)
{
    const struct clause_plan *plan = w->run->plan;
    for (int p = 0; p < w->run->n_plan; p++)
        w->guard[p] = w->guard[p] && (w->is_touched[plan[p].rule] || w->goes_on[plan[p].rule]);
}

void walk_news_open(struct walk *w)
{
    memset(w->open, 0, w->open_at[HUJI_SOURCES] * sizeof *w->open);
    memset(w->open_old, 0, w->open_at[HUJI_SOURCES] * sizeof *w->open_old);
    for (int p = 0; p < w->run->n_plan; p++) {
        uint32_t at = w->bit_of[p];
        uint64_t bit = (uint64_t)(w->guard[p] != 0) << (at & 63);
        w->open[at >> 6] |= bit;
        w->open_old[at >> 6] |= w->own_row[p] ? 0 : bit;
    }
}

void walk_only_news(struct walk *w, const struct walk_news *n)
{
    w->news = n;
    w->fold.wanted = n ? takes_part : NULL;
    w->fold.wanted_ctx = w;
    if (n)
        return;
    memset(w->guard, 1, (size_t)w->run->n_plan);
    for (int p = 0; p < w->run->n_plan; p++)
        walk_open(w, p);
}

void walk_reset(struct walk *w)
{
    for (int k = 0; k < w->n_touched; k++) {
        w->buf[w->touched[k]].n = 0;
        w->glance[w->touched[k]].n = 0;
        w->is_touched[w->touched[k]] = false;
    }
    w->n_touched = 0;
    w->out.n = w->out.n_late = 0;
    w->out.failed = w->failed = w->fold.failed = false;
    arena_reset(&w->out.a);
    w->lo = w->hi = 0;
    w->measured.put = w->measured.found = w->measured.added = 0;
    w->keeping.put = w->keeping.fetched = w->keeping.done = 0;
}
