/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * The walk: one thread's way through the persons. Lines come in batches of whole persons, in stored order; everything else
 * is resident. Rules whose owner lies within a person are folded at once; the events of all others are kept and folded
 * when every walk has ended (walk_merge, then walk_judge rule by rule).
 */
#ifndef HUJI_ENGINE_WALK_H
#define HUJI_ENGINE_WALK_H

#include "engine/run.h"

struct walk;

/* Columns by field of S_LINE; those of run->line_fields must be there. cnt and the amounts are rewritten by netting. */
struct line_batch {
    size_t n;
    void *col[HUJI_MAX_FIELDS];
};

int walk_new(const struct huji_run *run, struct walk **out, struct err *e);
void walk_free(struct walk *w);
/* Persons [lo, hi) are this walk's next range; batches follow in ascending order of person. */
void walk_begin(struct walk *w, int32_t lo, int32_t hi);
int walk_lines(struct walk *w, const struct line_batch *b, struct err *e);
/* Ends the range: persons without lines too have been walked. */
int walk_end(struct walk *w, struct err *e);
/* Rows of no person (stock, sales without a person): once, by one walk. */
int walk_orphans(struct walk *w, struct err *e);

/* Ranks lines of different persons by the bytes of their ids: rank[i] for no[i]. */
typedef int (*rank_fn)(void *ctx, const int64_t *no, size_t n, uint32_t *rank, struct err *e);
/* Brings the kept events of all walks together in walks[0] and computes the measures. */
int walk_merge(struct huji_run *run, struct walk **walks, size_t n, rank_fn rank, void *ctx,
               struct err *e);
/* The same for threads: begin once, then each of the parts 0 .. walk_merge_parts - 1, by whom and when does not matter. */
int walk_merge_begin(struct huji_run *run, struct walk **walks, size_t n, struct err *e);
size_t walk_merge_parts(const struct huji_run *run);
int walk_merge_part(struct huji_run *run, struct walk *const *walks, size_t n, size_t part,
                    rank_fn rank, void *ctx, struct err *e);
/* Settles what waited for measures: once per walk, after walk_merge. */
int walk_late(struct walk *w, struct err *e);
/* Folds one kept rule (see walk_is_kept) with the walk `w` as scratch and for its findings. */
bool walk_is_kept(const struct huji_run *run, int rule);
/* How many events that takes; whether lines are among them, whose ranks (part 0 of the merge) must then be there. */
size_t walk_kept_events(const struct walk *merged, int rule);
bool walk_asks_lines(const struct huji_run *run, int rule);
int walk_judge(const struct huji_run *run, struct walk *merged, struct walk *w, int rule,
               struct err *e);

/* When all rules are judged: what rules say over the findings of others (combine). Its findings go to walks[0]; those that
 * were only made for it go. */
int walk_combine(const struct huji_run *run, struct walk **walks, size_t n, struct err *e);

const struct huji_finding *walk_findings(const struct walk *w, size_t *n);
/* What a message adds to one person's rows: 1 by row, in the batch of lines, in s_visit, in s_operation (NULL: none). With it
 * only hits come out in which one of these rows takes part, and rules that none of them can touch are not asked. */
struct walk_news {
    const uint8_t *line, *stay, *oprn;
    size_t n_line, n_stay, n_oprn;
    const bool *rules; /* by library index: which are asked at all; NULL = those that run */
};
/* `n` must live as long as it is walked with; NULL: everything comes out. */
void walk_only_news(struct walk *w, const struct walk_news *n);
/* Forgets what was found and collected; ready for another person, in any order. */
void walk_reset(struct walk *w);
/* Lines seen and alive, events collected: for the bar and the bench. */
void walk_counts(const struct walk *w, uint64_t *lines, uint64_t *events);
/* Walks without any rule: assembles the timelines (netting included) and sums a column, for the bench's bare loop. */
void walk_bare(struct walk *w, bool on);

#endif
