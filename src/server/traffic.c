/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "server/traffic.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/steady.h"

#define EVERY_SECONDS 5
#define NICE 10  /* messages go before their statistics */
#define PAUSE 19 /* times as long as the piece before it took */
#define MOST_CELLS 20000

/* Its bytes are its key: all of them are set. */
struct whose {
    day_t day;
    char inst[32], infno[8];
    bool test;
};

struct cell {
    struct whose whose;
    sec_t last;
    char why[160];
    uint64_t calls, refused, orders, reminded;
    uint64_t hist[HIST];
};

struct traffic {
    const char *casework, *dir;
    pthread_mutex_t lock; /* of cells */
    struct names keys;
    struct cell *cell;
    size_t n, cap;
    pthread_mutex_t writing; /* one sync at a time */
    pthread_t thread;
    pthread_cond_t wake;
    bool started, stop;
};

int64_t traffic_clock(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* --- histogram ------------------------------------------------------------------------------------ */

int hist_bucket(int64_t micros)
{
    uint64_t v = micros < 0 ? 0 : micros > INT32_MAX ? INT32_MAX : (uint64_t)micros;
    int high = 63 - __builtin_clzll(v | 1);

    return v < 8 ? (int)v : (high - 2) * 8 + (int)(v >> (high - 3) & 7);
}

/* The first value that lies in the next bucket. */
static int64_t upper_edge(int bucket)
{
    int high = bucket / 8 + 2;

    return bucket < 8 ? bucket + 1 : (int64_t)(8 + bucket % 8 + 1) << (high - 3);
}

void hist_read(struct span text, uint64_t at[HIST])
{
    while (text.n) {
        struct span word = span_cut(&text, ' ');
        unsigned bucket;
        unsigned long long n;
        char one[48];

        snprintf(one, sizeof one, "%.*s", word.n > 40 ? 40 : (int)word.n, word.p);
        if (sscanf(one, "%u:%llu", &bucket, &n) == 2 && bucket < HIST)
            at[bucket] += n;
    }
}

void hist_write(struct buf *b, const uint64_t at[HIST])
{
    for (int i = 0; i < HIST; i++)
        if (at[i])
            buf_fmt(b, "%s%d:%llu", b->n ? " " : "", i, (unsigned long long)at[i]);
}

int64_t hist_quantile(const uint64_t at[HIST], int per_thousand)
{
    uint64_t all = 0, below = 0, want;

    for (int i = 0; i < HIST; i++)
        all += at[i];
    want = (all * (uint64_t)per_thousand + 999) / 1000;
    for (int i = 0; i < HIST && all; i++)
        if ((below += at[i]) >= want)
            return upper_edge(i);
    return -1;
}

/* --- counting ------------------------------------------------------------------------------------- */

static struct cell *cell_of(struct traffic *t, const struct one_call *c, day_t day)
{
    struct whose whose;
    const struct span key = {(const char *)&whose, sizeof whose};
    uint32_t id, before = t->keys.n;

    memset(&whose, 0, sizeof whose);
    whose.day = day;
    memcpy(whose.inst, c->inst, strnlen(c->inst, sizeof whose.inst - 1));
    memcpy(whose.infno, c->infno, strnlen(c->infno, sizeof whose.infno - 1));
    whose.test = c->test;
    if (before >= MOST_CELLS && names_get(&t->keys, key) == NAME_NONE)
        return NULL;
    id = names_put(&t->keys, key);
    if (id == NAME_NONE || mem_grow(&t->cell, &t->cap, (size_t)id + 1, sizeof *t->cell) < 0)
        return NULL;
    if (id == before) {
        memset(&t->cell[id], 0, sizeof t->cell[id]);
        t->cell[id].whose = whose;
        t->n = id + 1;
    }
    return &t->cell[id];
}

void traffic_note(struct traffic *t, const struct one_call *c)
{
    sec_t now = clock_sec();
    struct cell *x;

    pthread_mutex_lock(&t->lock);
    x = cell_of(t, c, sec_day(now));
    if (x) {
        x->calls++;
        x->refused += c->refused;
        x->orders += c->orders;
        x->reminded += c->reminded;
        x->hist[hist_bucket(c->micros)]++;
        x->last = now;
        if (c->refused)
            snprintf(x->why, sizeof x->why, "%.150s", c->why);
    }
    pthread_mutex_unlock(&t->lock);
}

/* --- writing -------------------------------------------------------------------------------------- */

static int write_cell(struct cw *db, struct cell *x, struct err *e)
{
    struct buf had = BUF_INIT, hist = BUF_INIT;
    char day[CLOCK_TEXT], last[CLOCK_TEXT];
    int rc;

    clock_text(x->whose.day * DAY_SECS, day);
    day[10] = 0;
    clock_text(x->last, last);
    rc = cw_get_text(
        db, &had, e,
        "select hist from fsi_day where day = $1 and fixmedins_code = $2 and test = $3 and infno = $4",
        CW_ARGS(cw_t(day), cw_t(x->whose.inst), cw_i(x->whose.test), cw_t(x->whose.infno)));
    if (rc >= 0) {
        hist_read((struct span){buf_cstr(&had), had.n}, x->hist);
        hist_write(&hist, x->hist);
        rc = cw_exec(
            db, e,
            "insert into fsi_day(day, fixmedins_code, test, infno, calls, refused, orders, reminded, hist, last_at,"
            " last_refusal) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"
            " on conflict (day, fixmedins_code, test, infno) do update set calls = fsi_day.calls + excluded.calls,"
            " refused = fsi_day.refused + excluded.refused, orders = fsi_day.orders + excluded.orders,"
            " reminded = fsi_day.reminded + excluded.reminded, hist = excluded.hist, last_at = excluded.last_at,"
            " last_refusal = case when excluded.last_refusal = '' then fsi_day.last_refusal else excluded.last_refusal end",
            CW_ARGS(cw_t(day), cw_t(x->whose.inst), cw_i(x->whose.test), cw_t(x->whose.infno),
                    cw_i((int64_t)x->calls), cw_i((int64_t)x->refused), cw_i((int64_t)x->orders),
                    cw_i((int64_t)x->reminded), cw_t(buf_cstr(&hist)), cw_t(last), cw_t(x->why)));
    }
    buf_release(&had);
    buf_release(&hist);
    return rc;
}

/* What is counted so far is taken out of memory; put back when it can't be written. */
static int write_cells(struct traffic *t, struct cw *db, struct err *e)
{
    struct cell *mine;
    struct names keys;
    size_t n;
    int rc = cw_begin(db, e);

    if (rc)
        return rc;
    pthread_mutex_lock(&t->lock);
    mine = t->cell, n = t->n, keys = t->keys;
    t->cell = NULL, t->n = 0, t->cap = 0;
    memset(&t->keys, 0, sizeof t->keys);
    pthread_mutex_unlock(&t->lock);
    for (size_t i = 0; i < n && !rc; i++) {
        struct cell copy = mine[i];

        rc = write_cell(db, &copy, e);
    }
    rc = cw_end(db, rc, e);
    for (size_t i = 0; i < n && rc; i++) {
        const struct whose *w = &mine[i].whose;
        struct one_call c = {.inst = w->inst, .infno = w->infno, .test = w->test};
        struct cell *x;

        pthread_mutex_lock(&t->lock);
        x = cell_of(t, &c, w->day);
        if (x) {
            x->calls += mine[i].calls;
            x->refused += mine[i].refused;
            x->orders += mine[i].orders;
            x->reminded += mine[i].reminded;
            for (int k = 0; k < HIST; k++)
                x->hist[k] += mine[i].hist[k];
            if (!x->last)
                x->last = mine[i].last;
            if (!x->why[0])
                memcpy(x->why, mine[i].why, sizeof x->why);
        }
        pthread_mutex_unlock(&t->lock);
    }
    names_release(&keys);
    mem_free(mine);
    return rc;
}

/* t->writing is held. */
static int write_calls(struct traffic *t, struct cw *db, struct err *e)
{
    bool some;

    pthread_mutex_lock(&t->lock);
    some = t->n > 0;
    pthread_mutex_unlock(&t->lock);
    return some ? write_cells(t, db, e) : 0;
}

int traffic_sync(struct traffic *t, struct cw *db, struct err *e)
{
    int rc;

    pthread_mutex_lock(&t->writing);
    rc = write_calls(t, db, e);
    if (!rc)
        rc = traffic_read_decisions(t->dir, db, e);
    pthread_mutex_unlock(&t->writing);
    return rc;
}

/* The same in small pieces with pauses between: each ends in a sync of the disk, and answers to hospitals wait for that disk too.
 * No pause once it is to stop. */
static int sync_slowly(struct traffic *t, struct cw *db, struct err *e)
{
    bool more = true;
    int rc = 0;

    for (bool first = true; !rc && more; first = false) {
        int64_t from = traffic_clock(), took;

        pthread_mutex_lock(&t->writing);
        rc = first ? write_calls(t, db, e) : 0;
        if (!rc)
            rc = traffic_read_some(t->dir, db, &more, e);
        pthread_mutex_unlock(&t->writing);
        took = traffic_clock() - from;
        pthread_mutex_lock(&t->lock);
        if (!rc && more && !t->stop)
            steady_cond_wait(&t->wake, &t->lock, (int)(took * PAUSE / 1000) + 1);
        pthread_mutex_unlock(&t->lock);
    }
    return rc;
}

/* --- the thread ----------------------------------------------------------------------------------- */

static void *writer(void *at)
{
    struct traffic *t = at;
    struct cw *db = NULL;
    bool over = false;

    setpriority(PRIO_PROCESS, (id_t)gettid(), NICE); /* on Linux: of this thread */
    while (!over) {
        struct err why = {0};
        int rc = db ? 0 : cw_open(t->casework, &db, &why);

        if (!rc)
            rc = sync_slowly(t, db, &why);
        if (rc)
            fprintf(stderr, "traffic: %s\n", why.message);
        pthread_mutex_lock(&t->lock);
        over = t->stop; /* what was counted before it was seen has been written, unless it failed */
        if (!over)
            steady_cond_wait(&t->wake, &t->lock, EVERY_SECONDS * 1000);
        pthread_mutex_unlock(&t->lock);
    }
    cw_close(db);
    return NULL;
}

int traffic_start(const char *casework, const char *dir, struct traffic **out, struct err *e)
{
    struct traffic *t = mem_calloc(1, sizeof *t);

    if (!t)
        return err_nomem(e);
    t->casework = casework;
    t->dir = dir;
    pthread_mutex_init(&t->lock, NULL);
    pthread_mutex_init(&t->writing, NULL);
    steady_cond_init(&t->wake);
    *out = t;
    if (pthread_create(&t->thread, NULL, writer, t))
        return err_set(e, ERR_NOMEM, "不能启动线程");
    pthread_setname_np(t->thread, "huji-traffic");
    t->started = true;
    return 0;
}

void traffic_stop(struct traffic *t)
{
    if (!t)
        return;
    pthread_mutex_lock(&t->lock);
    t->stop = true;
    pthread_cond_signal(&t->wake);
    pthread_mutex_unlock(&t->lock);
    if (t->started)
        pthread_join(t->thread, NULL);
    names_release(&t->keys);
    mem_free(t->cell);
    pthread_mutex_destroy(&t->lock);
    pthread_mutex_destroy(&t->writing);
    pthread_cond_destroy(&t->wake);
    mem_free(t);
}
