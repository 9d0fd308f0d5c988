/* SPDX-License-Identifier: MulanPSL-2.0 */
/* The answers that a walk keeps from row to row (memo.h), of every source. */
#include "base/day.h"
#include "base/mem.h"
#include "engine/walk_priv.h"

/* What a walk asks of a row that a plan takes, besides what the plan's rule says. */
static uint64_t known_fields(const struct known_fields *k)
{
    const int all[] = {k->t, k->rank, k->item};
    uint64_t fields = 0;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        fields |= all[i] >= 0 ? UINT64_C(1) << all[i] : 0;
    return fields;
}

int walk_memo_open(struct walk *w)
{
    for (int s = 0; s < SOURCE_COUNT; s++) {
        if (memo_open(&w->memo[s], w->run->lib, (enum source_id)s) < 0)
            return -1;
        w->memo[s].known_fields = known_fields(&w->run->known[s]);
    }
    walk_memo_begin(w);
    return 0;
}

void walk_memo_release(struct walk *w)
{
    for (int s = 0; s < SOURCE_COUNT; s++)
        memo_release(&w->memo[s]);
    mem_free(w->changed);
}

/* From one message to the next the rows of a person change, seldom where they stand. */
static void begin_source(struct walk *w, enum source_id s)
{
    const struct huji_table *t = &w->run->frame->table[source_table(s)];
    struct memo *m = &w->memo[s];
    size_t bytes = huji_sources[s].n_fields * sizeof *t->col;
    if (w->news && m->resident && (!t->n || memcmp(m->seen, t->col, bytes) == 0)) {
        memo_forget(m);
        return;
    }
    memo_columns(m, t, s);
    memset(m->seen, 0, sizeof m->seen);
    if (t->n)
        memcpy(m->seen, t->col, bytes);
}

void walk_memo_begin(struct walk *w)
{
    for (int s = 0; s < SOURCE_COUNT; s++)
        if (*w->run->by_source[s] >= 0) /* of the others no row is offered to a plan */
            begin_source(w, (enum source_id)s);
}

static void other_codes(uint64_t *changed, const int32_t *col, size_t from, size_t n, int field)
{
    for (size_t i = from; i < n; i++)
        changed[i] |= (uint64_t)(col[i] != col[i - 1]) << field;
}

static void other_days(uint64_t *changed, const int64_t *time, size_t from, size_t n)
{
    for (size_t i = from; i < n; i++)
        if (time[i] != time[i - 1])
            changed[i] |= (uint64_t)(time[i] == HUJI_NONE64 || time[i - 1] == HUJI_NONE64 ||
                                     sec_day(time[i]) != sec_day(time[i - 1]))
                          << MEMO_DAY;
}

/* Netting rewrites no code and no time: what has changed from line to line is told once, a column at a time. */
int walk_memo_batch(struct walk *w)
{
    const struct memo_plan *net = w->memo[S_LINE].plan, *raw = w->memo[S_LINE_RAW].plan;
    uint64_t fields = ((net->fields | raw->fields) & net->steady) | w->run->dispatch[S_LINE].steady;
    int time = w->memo[S_LINE].time;
    for (int s = 0; s < SOURCE_COUNT; s++)
        if (source_is_line((enum source_id)s))
            memo_lines(&w->memo[s], w->line);
    if (mem_grow(&w->changed, &w->cap_changed, w->n_line + 1, sizeof *w->changed) < 0)
        return -1;
    /* of the lines before the first new one few are asked about, and far between: they count as altogether different */
    const uint8_t *first = w->news && w->n_line ? memchr(w->news->line, 1, w->n_line) : NULL;
    size_t from = first ? (size_t)(first - w->news->line) : 0;
    memset(w->changed, 0xff, (from + 1) * sizeof *w->changed);
    memset(w->changed + from + 1, 0, (w->n_line - from) * sizeof *w->changed);
    for (size_t f = 0; f < huji_sources[S_LINE].n_fields; f++)
        if ((fields >> f & 1) && w->line[f])
            other_codes(w->changed, w->line[f], from + 1, w->n_line, (int)f);
    if ((fields >> MEMO_DAY & 1) && w->line[time])
        other_days(w->changed, w->line[time], from + 1, w->n_line);
    return 0;
}
