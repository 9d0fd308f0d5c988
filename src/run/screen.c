/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "run/exceptions.h"
#include "run/screen.h"

#include <malloc.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/crew.h"
#include "base/limits.h"
#include "base/mem.h"
#include "claims/stream.h"
#include "engine/measure.h"
#include "engine/walk.h"
#include "run/line_ids.h"
#include "run/remit.h"
#include "run/world.h"
#include "run/write.h"

/* Ranges are for even work at the end, and cost a query per month each: a small county is cut into few. */
enum { RANGES_PER_THREAD = 16, RANGE_ROWS = 100000 };

/* The last range of each thread is cut again: who is ready first waits for no more than such a part. */
enum { LAST_PARTS = 4 };

/* DuckDB keeps blocks that it has read as long as it may; a walk reads each once. What it needs: a block of 256 KB of each
 * column of each month that a thread streams, and room to gather rows; to judge, room to join. */
enum { DB_MB_LOAD = 384, DB_MB = 96, DB_MB_PER_THREAD = 24, DB_MB_JUDGE = 144, BLOCKS_PER_MB = 4 };

/* Arrays that grow by doubling: from here on each has pages of its own, which go back when it goes, and moves without a copy.
 * (glibc would raise the bound with each that is freed, and keep their places among the small.) */
enum { OWN_PAGES = 1 << 20 };

struct job {
    struct store *store;
    struct huji_run *run;
    const struct progress *progress;
    const struct exceptions *except;
    bool lean;
    int fields[HUJI_MAX_FIELDS];
    size_t n_fields;
    struct line_range *ranges;
    size_t n_ranges;
    int64_t rows;
    atomic_size_t next;
    atomic_llong done;
    atomic_int stop;
    struct world *world;
    struct walk *merged;
    struct walk **walks;
    size_t n_walks;
    int *order; /* rules to be judged */
    size_t n_order;
    struct line_ids ids;  /* of kept lines and of those that findings name: read once */
    pthread_mutex_t lock; /* of `ranked`: lines of different persons are ordered by their ids */
    pthread_cond_t told;
    bool ranked;
};

struct worker {
    struct job *job;
    struct walk *walk;
    int number, rc;
    struct err err;
};

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int on_chunk(void *ctx, const struct line_chunk *c, struct err *e)
{
    struct worker *w = ctx;
    struct line_batch b = {.n = c->n_rows};
    for (size_t i = 0; i < w->job->n_fields; i++)
        b.col[w->job->fields[i]] = c->col[i].data;
    int rc = walk_lines(w->walk, &b, e);
    int64_t done = atomic_fetch_add(&w->job->done, (long long)c->n_rows) + (int64_t)c->n_rows;
    if (w->number == 0)
        progress_step(w->job->progress, "逐人筛查", (uint64_t)done, (uint64_t)w->job->rows);
    if (rc == 0 &&
        (atomic_load(&w->job->stop) || (w->number == 0 && progress_cancelled(w->job->progress))))
        rc = err_set(e, ERR_STATE, "已取消");
    return rc;
}

static void *walk_ranges(void *arg)
{
    struct worker *w = arg;
    struct job *j = w->job;
    size_t k;
    while (w->rc == 0 && (k = atomic_fetch_add(&j->next, 1)) < j->n_ranges) {
        walk_begin(w->walk, j->ranges[k].lo, j->ranges[k].hi);
        if (!j->lean || j->run->needs_lines)
            w->rc = lines_stream(j->store, j->fields, j->n_fields, j->ranges[k].lo, j->ranges[k].hi,
                                 on_chunk, w, &w->err);
        if (w->rc == 0)
            w->rc = walk_end(w->walk, &w->err);
    }
    if (w->rc < 0)
        atomic_store(&j->stop, 1);
    return NULL;
}

/* A rank_fn. */
static int rank_by_id(void *job, const int64_t *no, size_t n, uint32_t *rank, struct err *e)
{
    struct job *j = job;
    if (line_ids_want(&j->ids, no, n) < 0)
        return err_nomem(e);
    int rc = line_ids_read(j->store, &j->ids, e);
    return rc == 0 ? line_ids_rank(&j->ids, no, n, rank, e) : rc;
}

static void *merge_parts(void *arg)
{
    struct worker *w = arg;
    struct job *j = w->job;
    size_t k, parts = walk_merge_parts(j->run);
    while (w->rc == 0 && (k = atomic_fetch_add(&j->next, 1)) < parts)
        w->rc = walk_merge_part(j->run, j->walks, j->n_walks, k, rank_by_id, j, &w->err);
    return NULL;
}

/* What needs the ranks of lines comes last, and waits for whoever reads them. */
static void rank_lines(struct worker *w)
{
    struct job *j = w->job;
    w->rc = walk_merge_part(j->run, j->walks, j->n_walks, 0, rank_by_id, j, &w->err);
    pthread_mutex_lock(&j->lock);
    j->ranked = true; /* or has failed: nobody waits for ever */
    pthread_cond_broadcast(&j->told);
    pthread_mutex_unlock(&j->lock);
}

static void await_ranks(struct job *j)
{
    pthread_mutex_lock(&j->lock);
    while (!j->ranked)
        pthread_cond_wait(&j->told, &j->lock);
    pthread_mutex_unlock(&j->lock);
}

static void *judge_rules(void *arg)
{
    struct worker *w = arg;
    struct job *j = w->job;
    size_t k;
    while (w->rc == 0 && (k = atomic_fetch_add(&j->next, 1)) <= j->n_order) {
        if (k == 0) {
            rank_lines(w);
            continue;
        }
        int rule = j->order[k - 1];
        if (walk_asks_lines(j->run, rule))
            await_ranks(j);
        w->rc = walk_judge(j->run, j->merged, w->walk, rule, &w->err);
    }
    return NULL;
}

static int by_work(const void *pa, const void *pb, void *job)
{
    const struct job *j = job;
    int a = *(const int *)pa, b = *(const int *)pb;
    bool la = walk_asks_lines(j->run, a), lb = walk_asks_lines(j->run, b);
    if (la != lb)
        return la ? 1 : -1;
    size_t na = walk_kept_events(j->merged, a), nb = walk_kept_events(j->merged, b);
    return na != nb ? (na > nb ? -1 : 1) : a - b;
}

/* The longest first: whoever is ready waits for no more than a short one. */
static int choose_order(struct job *j, struct err *e)
{
    j->order = mem_calloc((size_t)j->run->lib->n_rules + 1, sizeof *j->order);
    if (!j->order)
        return err_nomem(e);
    for (int i = 0; i < j->run->lib->n_rules; i++)
        if (walk_is_kept(j->run, i))
            j->order[j->n_order++] = i;
    qsort_r(j->order, j->n_order, sizeof *j->order, by_work, j);
    return 0;
}

static int in_threads(struct worker *w, size_t n, void *(*fn)(void *), struct err *e)
{
    int rc = 0;
    crew_run(fn, w, n, sizeof *w);
    for (size_t i = 0; i < n && rc == 0; i++)
        if (w[i].rc < 0) {
            rc = w[i].rc;
            if (e)
                *e = w[i].err;
        }
    return rc;
}

static void choose_fields(struct job *j)
{
    for (int f = 0; f < (int)huji_sources[S_LINE].n_fields; f++)
        if (j->run->line_fields >> f & 1)
            j->fields[j->n_fields++] = f;
}

/* Ranges cover all persons, those without lines too. */
static int cut(struct job *j, size_t threads, struct err *e)
{
    int64_t rows;
    int rc = db_int(j->store->con, e, 0, &rows, "SELECT CAST(sum(n) AS BIGINT) FROM line_count");
    if (rc < 0)
        return rc;
    size_t want = (size_t)(rows / RANGE_ROWS) + 1, most = threads * RANGES_PER_THREAD;
    want = want < threads ? threads : want > most ? most : want;
    bool large = want > threads * 2;
    size_t parts = large ? want * LAST_PARTS : want;
    j->ranges = mem_calloc(parts + 1, sizeof *j->ranges);
    if (!j->ranges)
        return err_nomem(e);
    int n = lines_ranges(j->store, parts, j->ranges, e);
    if (n < 0)
        return n;
    int32_t persons = (int32_t)j->run->frame->dict[D_PERSON].n;
    if (n == 0)
        j->ranges[n++] = (struct line_range){0, persons, 0};
    if (large)
        n = (int)line_ranges_join(j->ranges, (size_t)n, LAST_PARTS, threads * LAST_PARTS);
    j->ranges[0].lo = 0;
    for (int i = 1; i < n; i++)
        j->ranges[i].lo = j->ranges[i - 1].hi;
    if (j->ranges[n - 1].hi < persons)
        j->ranges[n - 1].hi = persons;
    j->n_ranges = (size_t)n;
    for (int i = 0; i < n; i++)
        j->rows += j->ranges[i].rows;
    return 0;
}

static int walk_all(struct job *j, struct worker *w, size_t n, const struct screen_options *o,
                    struct err *e)
{
    int rc = 0;
    for (size_t i = 0; i < n && rc == 0; i++) {
        w[i].job = j;
        w[i].number = (int)i;
        rc = walk_new(j->run, &w[i].walk, e);
        if (rc == 0)
            walk_bare(w[i].walk, o->bare);
    }
    if (rc < 0 || (rc = store_threads(j->store, 1, e)) < 0)
        return rc;
    rc = in_threads(w, n, walk_ranges, e);
    store_threads(j->store, j->store->threads, NULL);
    return rc == 0 && !o->bare ? walk_orphans(w[0].walk, e) : rc;
}

static int judge_all(struct job *j, struct worker *w, size_t n, bool texts, struct err *e)
{
    struct walk *walks[MAX_THREADS];
    for (size_t i = 0; i < n; i++)
        walks[i] = w[i].walk;
    /* nothing streams any more: what was read goes */
    int rc = store_hold(j->store, DB_MB_JUDGE, e);
    if (rc == 0)
        rc = walk_merge_begin(j->run, walks, n, e);
    if (rc < 0)
        return rc;
    j->walks = walks;
    j->n_walks = n;
    atomic_store(&j->next, 1); /* without the ranks of lines, which few wait for */
    rc = in_threads(w, n, merge_parts, e);
    malloc_trim(0); /* of all walks but one nothing but kept events is left */
    for (size_t i = 0; i < n && rc == 0; i++)
        rc = walk_late(walks[i], e);
    if (rc < 0)
        return rc;
    j->merged = walks[0];
    /* what is found already will name its lines: they are read together with those to be ranked */
    if (texts)
        rc = findings_lines(walks, n, &j->ids, e);
    if (rc < 0 || (rc = choose_order(j, e)) < 0)
        return rc;
    atomic_store(&j->next, 0);
    rc = in_threads(w, n, judge_rules, e);
    return rc == 0 ? walk_combine(j->run, walks, n, e) : rc;
}

static size_t thread_count(int asked)
{
    long n = asked > 0 ? asked : sysconf(_SC_NPROCESSORS_ONLN);
    return n < 1 ? 1 : n > MAX_THREADS ? MAX_THREADS : (size_t)n;
}

static int finish(struct job *j, struct worker *w, size_t n, const struct screen_options *o,
                  struct screen_report *r, struct err *e)
{
    struct walk *walks[MAX_THREADS];
    for (size_t i = 0; i < n; i++) {
        uint64_t lines, events;
        walks[i] = w[i].walk;
        walk_counts(walks[i], &lines, &events);
        r->lines += lines;
        r->events += events;
    }
    if (o->bare)
        return 0;
    int rc = o->no_texts ? 0 : world_texts(j->store, j->run, walks, n, j->world, e);
    if (rc < 0)
        return rc;
    const struct remit asked = {.run = j->run,
                                .some_rules = o->wanted != NULL,
                                .from = o->from,
                                .to = o->to,
                                .area = o->area};
    const struct write_wish wish = {
        .into = o->into, .except = o->into ? o->except : j->except, .remit = &asked};
    return o->found
               ? findings_each(j->store, j->run, walks, n, &j->ids, o, e)
               : findings_write(j->store, j->run, walks, n, &j->ids, o->keep ? NULL : &wish, r, e);
}

static int run_all(struct job *j, const struct screen_options *o, struct screen_report *r,
                   struct err *e)
{
    size_t n = thread_count(o->threads);
    struct worker *w = mem_calloc(n, sizeof *w);
    double t0 = now();
    choose_fields(j);
    int rc = w ? cut(j, n, e) : err_nomem(e);
    if (rc == 0)
        rc = walk_all(j, w, n, o, e);
    r->walk_seconds = now() - t0;
    t0 = now();
    if (rc == 0 && !o->bare)
        rc = judge_all(j, w, n, !o->no_texts, e);
    r->judge_seconds = now() - t0;
    t0 = now();
    if (rc == 0)
        rc = finish(j, w, n, o, r, e);
    r->write_seconds = now() - t0;
    for (size_t i = 0; w && i < n; i++)
        walk_free(w[i].walk);
    line_ids_release(&j->ids);
    mem_free(w);
    mem_free(j->ranges);
    mem_free(j->order);
    return rc;
}

static int hold_database(struct store *s, int threads, uint64_t line_fields, struct err *e)
{
    int64_t months = 0;
    int rc = db_int(s->con, e, 0, &months, "SELECT count(*) FROM segment");
    if (rc < 0)
        return rc;
    long long columns = __builtin_popcountll(line_fields) + 1;
    long long each = DB_MB_PER_THREAD + months * columns / BLOCKS_PER_MB;
    return store_hold(s, DB_MB + (long long)thread_count(threads) * each, e);
}

/* The rules that are wanted, without those for whose days there is no data: they need not be asked. */
static int open_run(const struct huji_library *lib, const struct screen_options *o,
                    const struct world *world, struct screen_report *out, struct huji_run **run,
                    struct err *e)
{
    bool *asked = mem_calloc((size_t)lib->n_rules + 1, sizeof *asked);
    if (!asked)
        return err_nomem(e);
    for (int i = 0; i < lib->n_rules; i++)
        asked[i] = rule_wanted(lib->rules[i], o->wanted) &&
                   rule_in_time(&world->frame, lib->rules[i]);
    int rc = run_open(lib, &world->frame, asked, run, e);
    mem_free(asked);
    for (int i = 0; i < lib->n_rules && rc == 0; i++)
        out->rules_run += !lib->rules[i]->hidden &&
                          ((*run)->active[i] || rule_wanted(lib->rules[i], o->wanted));
    return rc;
}

int screen_run(struct store *s, const struct huji_library *lib, const struct screen_options *o,
               const struct progress *p, struct screen_report *out, struct err *e)
{
    struct world world;
    struct huji_run *run = NULL;
    double t0 = now();
    mallopt(M_MMAP_THRESHOLD, OWN_PAGES);
    *out = (struct screen_report){.n_rules = lib->n_rules};
    out->per_rule = mem_calloc((size_t)lib->n_rules + 1, sizeof *out->per_rule);
    if (!out->per_rule)
        return err_nomem(e);
    struct exceptions except = {0};
    struct run_needs needs;
    uint8_t *inst_in = NULL;
    uint32_t n_inst_in = 0;
    int rc = o->found || o->into || o->keep || o->bare ? 0
                                                       : exceptions_load(s->dir, NULL, &except, e);
    if (rc == 0)
        rc = run_needs(lib, o->wanted, &needs, e);
    if (rc == 0 && o->area && o->area[0])
        rc = remit_institutions(s, o->area, &inst_in, &n_inst_in, e);
    if (rc == 0)
        rc = store_hold(s, DB_MB_LOAD, e); /* what a run takes most of comes later */
    if (rc == 0)
        rc = world_load(s, &needs, (int)thread_count(o->threads), p, &world, e);
    if (rc == 0 && (rc = hold_database(s, o->threads, needs.fields[S_LINE], e)) < 0)
        world_release(&world);
    if (rc < 0) {
        store_hold(s, 0, NULL);
        exceptions_release(&except);
        mem_free(inst_in);
        return rc;
    }
    malloc_trim(0); /* what loading took besides */
    rc = open_run(lib, o, &world, out, &run, e);
    out->load_seconds = now() - t0;
    if (rc == 0) {
        run->from = o->from;
        run->to = o->to;
        run->inst_in = inst_in;
        run->n_inst_in = n_inst_in;
        struct job j = {.store = s,
                        .run = run,
                        .world = &world,
                        .progress = p,
                        .lean = o->lean,
                        .except = &except,
                        .lock = PTHREAD_MUTEX_INITIALIZER,
                        .told = PTHREAD_COND_INITIALIZER};
        rc = run_all(&j, o, out, e);
        for (int i = 0; run->measure && i < lib->n_measures; i++)
            measure_release(&run->measure[i]);
    }
    run_free(run);
    world_release(&world);
    exceptions_release(&except);
    mem_free(inst_in);
    store_hold(s, 0, NULL);
    out->seconds = now() - t0;
    return rc;
}

void screen_report_release(struct screen_report *r)
{
    mem_free(r->per_rule);
    *r = (struct screen_report){0};
}
