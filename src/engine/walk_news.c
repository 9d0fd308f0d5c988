/* SPDX-License-Identifier: MulanPSL-2.0 */
/* One person, and some rows of his that are new: what they can't touch is not asked. */
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
    bool line = w->hi > w->lo && some(n->line + w->lo, w->hi - w->lo);
    memset(w->reached, 0, (size_t)run->lib->n_rules * sizeof *w->reached);
    if (line) {
        reach(w, run->always);
        reach(w, run->by_source[S_LINE_RAW]);
        reach(w, run->by_source[S_UNMATCHED]);
    }
    for (size_t i = w->lo; line && i < w->hi; i++) {
        if (!n->line[i] || items[i] < 0 || (uint32_t)items[i] >= ix->n)
            continue;
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
