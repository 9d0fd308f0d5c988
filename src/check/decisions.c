/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "check/decisions.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/nudge.h"
#include "base/sha.h"
#include "base/slice.h"
#include "base/steady.h"
#include "check/body_mark.h"
#include "check/volumes.h"

struct decisions {
    struct volumes *volumes;
    pthread_mutex_t lock;
    pthread_cond_t work;  /* for the thread that writes */
    pthread_cond_t fewer; /* some have been called */
    /* Of institution, transaction and msgid: of the volume that grows, and of the one before it. */
    struct keys *keys, *before;
    struct keeping *first, **last; /* of the lines in `waiting`, and who asked for the same again */
    size_t n_keeping;              /* these and those being written */
    struct buf waiting, spare;     /* lines not written yet; the buffer that was written last */
    off_t durable, end;            /* end: with what waits */
    int64_t began, synced;         /* the last write; of the thread that writes */
    int64_t turn, called, fetched; /* when it began with the last group, was woken, was fetched */
    pthread_t thread;
    pid_t tid;
    bool started, stopping;
    /* The thread that writes: has nothing; waits for more; need not; is at it; tells who waited. */
    bool asleep, gathering, hurry, writing, telling;
};

enum { MOST_SPARE = 4 << 20 };
/* Nanoseconds from one write to the next: of few lines or when nobody else comes, of MANY or more, of MOST or more. */
enum { GATHER = 600000, GATHER_MANY = 1000000, GATHER_MOST = 1500000, MANY = 8, MOST = 16 };
/* It is fetched when it comes so much later than it should; a write takes so long, mostly. */
enum { TOO_LATE = 500000, A_WRITE = 500000 };
static const char mark[] = ", \"answer\": ";

void decisions_key(struct span inst, struct span infno, struct span msgid, char out[DECISION_KEY])
{
    struct buf b = BUF_INIT;
    buf_span(&b, inst);
    buf_char(&b, 0x1f);
    buf_span(&b, infno);
    buf_char(&b, 0x1f);
    buf_span(&b, msgid);
    sha256_hex((struct span){buf_cstr(&b), b.n}, 16, out);
    buf_release(&b);
}

static void *write_groups(void *ctx);

static void say(const char *level, const struct err *e)
{
    fprintf(stderr, "level=%s what=decisions text=\"%s\"\n", level, e->message);
}

int decisions_open(const char *dir, off_t volume, struct decisions **out, struct err *e)
{
    char path[1024];
    struct err warning;
    struct decisions *d = mem_calloc(1, sizeof *d);
    if (!d)
        return err_nomem(e);
    pthread_mutex_init(&d->lock, NULL);
    steady_cond_init(&d->work);
    pthread_cond_init(&d->fewer, NULL);
    d->last = &d->first;
    d->keys = keys_new();
    d->before = keys_new();
    snprintf(path, sizeof path, "%s/check", dir);
    int rc = !d->keys || !d->before                     ? err_nomem(e)
             : mkdir(path, 0700) < 0 && errno != EEXIST ? err_errno(e, "建不了 %s", path)
                                                        : 0;
    if (rc == 0)
        rc = volumes_open(dir, volume ? volume : VOLUME_BYTES, d->keys, d->before, &d->volumes,
                          &d->end, &warning, e);
    if (rc == 0 && warning.code)
        say("warning", &warning);
    d->durable = d->end;
    if (rc == 0 && pthread_create(&d->thread, NULL, write_groups, d) != 0)
        rc = err_set(e, ERR_NOMEM, "起不了线程");
    d->started = rc == 0;
    if (d->started)
        pthread_setname_np(d->thread, "huji-keep");
    if (rc < 0) {
        decisions_close(d);
        return rc;
    }
    *out = d;
    return 0;
}

void decisions_close(struct decisions *d)
{
    if (!d)
        return;
    if (d->started) {
        pthread_mutex_lock(&d->lock);
        d->stopping = true;
        pthread_cond_signal(&d->work);
        pthread_mutex_unlock(&d->lock);
        pthread_join(d->thread, NULL);
    }
    volumes_close(d->volumes);
    keys_free(d->keys);
    keys_free(d->before);
    buf_release(&d->waiting);
    buf_release(&d->spare);
    pthread_mutex_destroy(&d->lock);
    pthread_cond_destroy(&d->work);
    pthread_cond_destroy(&d->fewer);
    mem_free(d);
}

size_t decisions_count(const struct decisions *d)
{
    return keys_count(d->keys) + keys_count(d->before);
}

void decisions_bring_up(struct decisions *d)
{
    volumes_bring_up(d->volumes);
}

size_t decisions_unwritten(struct decisions *d)
{
    return volumes_unwritten(d->volumes);
}

/* ---- reading one back ---- */

static bool of_body(const char *line, struct span body)
{
    bool sha = memcmp(line + MARK_AT - 7, "sha", 3) == 0;
    return sha ? body_has_sha(body, line + MARK_AT) : body_has_mark(body, line + MARK_AT);
}

static bool is_of(const char *line, const struct key_place *place)
{
    unsigned char key[KEY_BYTES];
    return place->n >= HEAD_BYTES && key_of_line(line, place->n, key) &&
           memcmp(key, place->key, KEY_BYTES) == 0;
}

/* The line of a place that is on disk: its answer, when it is of the same message. `own`: the line is of this process,
 * whose marks are compared as they are; NULL: by `body`. */
static int take_answer(struct decisions *d, const struct key_place *place, const char *own,
                       struct span body, struct buf *answer, struct err *e)
{
    size_t n = place->n;
    char *line = mem_alloc(n + 1);
    if (!line)
        return err_nomem(e);
    ssize_t got = volumes_read(d->volumes, line, n, place->at);
    int rc = got == (ssize_t)n ? 0 : err_errno(e, "读不回以前的审核记录");
    if (rc == 0)
        line[n] = 0;
    if (rc == 0 && !is_of(line, place))
        rc = err_set(e, ERR_STATE, "以前的审核记录不在原处：decisions.jsonl 被改动过");
    if (rc == 0 && !(own ? memcmp(line + MARK_AT, own, BODY_MARK) == 0 : of_body(line, body)))
        rc = err_set(e, ERR_INPUT, "msgid 已经用过，那一次的报文内容与这次不同");
    char *from = rc == 0 ? strstr(line, mark) : NULL;
    if (rc == 0 && !from)
        rc = err_set(e, ERR_STATE, "以前的审核记录里没有回答");
    if (rc == 0) {
        from += sizeof mark - 1;
        buf_clear(answer);
        buf_add(answer, from, n - (size_t)(from - line) - 2); /* without } and the line's end */
        rc = answer->failed ? err_nomem(e) : 1;
    }
    mem_free(line);
    return rc;
}

static bool on_disk(const struct decisions *d, const struct key_place *p)
{
    return p->at + (off_t)p->n <= d->durable;
}

/* Locked. */
static const struct key_place *place_of(const struct decisions *d, const unsigned char *key)
{
    const struct key_place *p = keys_get(d->keys, key);
    return p ? p : keys_get(d->before, key);
}

int decisions_find(struct decisions *d, const char *key, struct span body, struct buf *answer,
                   struct err *e)
{
    struct key_place copy = {.n = 0};
    if (!key_of(key, copy.key))
        return 0;
    pthread_mutex_lock(&d->lock);
    const struct key_place *p = place_of(d, copy.key);
    if (p && on_disk(d, p))
        copy = *p;
    pthread_mutex_unlock(&d->lock);
    return copy.n ? take_answer(d, &copy, NULL, body, answer, e) : 0;
}

/* ---- keeping ---- */

/* Locked. What can't be written is forgotten; what was added behind it meanwhile would leave a hole: it goes too. */
static void forget(struct decisions *d, const struct keeping *list)
{
    for (const struct keeping *k = list; k; k = k->next)
        if (!on_disk(d, &k->place)) {
            keys_drop(d->keys, k->place.key);
            keys_drop(d->before, k->place.key); /* where turn() found no memory to move it */
        }
}

/* Durable. Of the thread that writes. */
static void note_beside(struct decisions *d, const struct keeping *list)
{
    for (const struct keeping *k = list; k; k = k->next)
        if (!k->again)
            volumes_note(d->volumes, &k->place);
}

static void call_one(struct decisions *d, struct keeping *k, int bad)
{
    struct err why = {0};
    int rc = 0;
    k->began = d->began;
    k->durable = d->synced;
    if (bad && !on_disk(d, &k->place)) { /* changed by this thread alone */
        errno = bad;
        rc = err_errno(&why, "审核记录写不进磁盘");
    } else if (k->again) {
        rc = take_answer(d, &k->place, k->mark, (struct span){"", 0}, k->answer, &why);
    }
    k->done(k->ctx, rc, &why);
}

static size_t call_all(struct decisions *d, struct keeping *list, int bad)
{
    size_t n = 0;
    for (struct keeping *k = list; k; k = k->next)
        call_one(d, k, bad);
    for (struct keeping *k = list, *next; k; k = next, n++) {
        next = k->next;
        k->leave(k->ctx); /* k is not ours any more */
    }
    return n;
}

/* Locked on entry and exit. Writes all that waits and calls all that wait for it. */
static void write_group(struct decisions *d)
{
    struct buf mine = d->waiting;
    struct keeping *list = d->first, *behind = NULL;
    off_t at = d->durable;
    d->waiting = d->spare; /* so that neither is allocated anew each time */
    d->spare = (struct buf)BUF_INIT;
    d->first = NULL;
    d->last = &d->first;
    d->began = steady_now();
    d->writing = true;
    pthread_mutex_unlock(&d->lock);
    int bad = mine.n ? volumes_append(d->volumes, at, buf_cstr(&mine), mine.n) : 0;
    d->synced = steady_now();
    pthread_mutex_lock(&d->lock);
    d->writing = false;
    d->telling = true;
    if (!bad) {
        d->durable = at + (off_t)mine.n;
    } else {
        behind = d->first;
        forget(d, list);
        forget(d, behind);
        buf_clear(&d->waiting);
        d->end = at;
        d->first = NULL;
        d->last = &d->first;
    }
    buf_clear(&mine);
    if (mine.cap > MOST_SPARE)
        buf_release(&mine);
    d->spare = mine;
    pthread_mutex_unlock(&d->lock);
    if (!bad)
        note_beside(d, list);
    size_t n = call_all(d, list, bad) + call_all(d, behind, bad);
    pthread_mutex_lock(&d->lock);
    d->n_keeping -= n;
    d->telling = false;
    pthread_cond_broadcast(&d->fewer);
}

/* Locked. When what waits is to be written. */
static int64_t due(const struct decisions *d)
{
    bool few = d->hurry || d->n_keeping < MANY;
    return d->turn + (few ? GATHER : d->n_keeping < MOST ? GATHER_MANY : GATHER_MOST);
}

/* Locked. Should the thread that writes be here by now? It may stand behind another one on its processor (base/nudge.h), and all wait
 * for it. */
static bool overdue(struct decisions *d, int64_t now)
{
    int64_t by = d->writing ? d->began + A_WRITE : due(d);
    by = by > d->called ? by : d->called;
    by = by > d->fetched ? by : d->fetched;
    if (d->telling || (!d->first && !d->writing) || now < by + TOO_LATE)
        return false;
    d->fetched = now;
    return true;
}

/* Locked. Lets others come who share the write: not for long, and no longer when nobody else is on his way. */
static void gather(struct decisions *d)
{
    d->gathering = true;
    while (!d->stopping) {
        int64_t until = due(d);
        if (steady_now() >= until)
            break;
        steady_cond_until(&d->work, &d->lock, until);
    }
    d->gathering = d->hurry = false;
}

/* Locked on entry and exit. The volume is full: the next one begins where the log ends on disk, and what waits will be in it. */
static void turn(struct decisions *d)
{
    struct keys *fresh = keys_new();
    struct err e = {0};
    bool turned = false;
    off_t at = d->durable;
    pthread_mutex_unlock(&d->lock);
    if (!fresh)
        err_nomem(&e);
    else if (volumes_turn(d->volumes, at, &turned, &e) < 0)
        say("error", &e);
    pthread_mutex_lock(&d->lock);
    if (!turned) {
        keys_free(fresh);
        return;
    }
    struct keys *gone = d->before;
    d->before = d->keys;
    d->keys = fresh;
    for (const struct keeping *k = d->first; k; k = k->next)
        if (!on_disk(d, &k->place) && keys_put(d->keys, &k->place) == 0)
            keys_drop(d->before, k->place.key);
    pthread_mutex_unlock(&d->lock); /* millions of them are not freed at once */
    keys_free(gone);
    pthread_mutex_lock(&d->lock);
}

/* The thread that writes. Under load it lets some time pass from one write to the next, so that more share it; who comes alone does
 * not wait. */
static void *write_groups(void *ctx)
{
    struct decisions *d = ctx;
    nudge_anywhere(); /* who judges begins it */
    slice_short();
    pthread_mutex_lock(&d->lock);
    d->tid = gettid();
    for (;;) {
        d->asleep = true;
        while (!d->first && !d->stopping)
            pthread_cond_wait(&d->work, &d->lock);
        d->asleep = false;
        if (!d->first)
            break;
        gather(d);
        d->turn = steady_now();
        write_group(d);
        if (volumes_full(d->volumes, d->durable))
            turn(d);
    }
    pthread_mutex_unlock(&d->lock);
    return NULL;
}

void decisions_hurry(struct decisions *d)
{
    pthread_mutex_lock(&d->lock);
    if (d->gathering && !d->hurry) {
        d->hurry = true;
        if (d->n_keeping >=
            MANY) { /* else it is not sooner for that, and waking it would cost more than it is worth */
            d->called = steady_now();
            pthread_cond_signal(&d->work);
        }
    }
    pthread_mutex_unlock(&d->lock);
}

static void line_of(struct buf *b, const struct keeping *k)
{
    buf_str(b, "{\"key\": \"");
    buf_add(b, k->key, 32);
    buf_str(b, "\", \"mac\": \"");
    buf_add(b, k->mark, BODY_MARK);
    buf_str(b, "\", ");
    buf_add(b, k->record.p + 1, k->record.n - 2); /* its members */
    buf_str(b, mark);
    buf_add(b, buf_cstr(k->answer), k->answer->n);
    buf_str(b, "}\n");
}

/* Locked. A line behind those that wait. */
static int add(struct decisions *d, struct keeping *k, struct err *e)
{
    size_t had = d->waiting.n;
    line_of(&d->waiting, k);
    k->place.at = d->end;
    k->place.n = (uint32_t)(d->waiting.n - had);
    if (d->waiting.failed || keys_put(d->keys, &k->place) < 0) {
        d->waiting.failed = false;
        d->waiting.n = had;
        return err_nomem(e);
    }
    d->end += k->place.n;
    return 0;
}

int decisions_keep(struct decisions *d, struct keeping *k, struct err *e)
{
    int rc = 0;
    if (!key_of(k->key, k->place.key))
        return err_set(e, ERR_STATE, "审核记录的键不对");
    k->next = NULL;
    k->added = steady_now();
    pthread_mutex_lock(&d->lock);
    while (d->n_keeping >= MOST_KEEPING)
        pthread_cond_wait(&d->fewer, &d->lock);
    const struct key_place *p = place_of(d, k->place.key);
    k->again = p != NULL;
    if (p)
        k->place = *p;
    else
        rc = add(d, k, e);
    if (rc == 0) {
        *d->last = k;
        d->last = &k->next;
        d->n_keeping++;
        if (d->asleep) {
            d->asleep = false;
            d->called = k->added;
            pthread_cond_signal(&d->work);
        }
    }
    pid_t late = overdue(d, k->added) ? d->tid : 0;
    pthread_mutex_unlock(&d->lock);
    if (late)
        nudge(late);
    return rc;
}

void decisions_drain(struct decisions *d)
{
    pthread_mutex_lock(&d->lock);
    while (d->n_keeping)
        pthread_cond_wait(&d->fewer, &d->lock);
    pthread_mutex_unlock(&d->lock);
}
