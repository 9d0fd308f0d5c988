/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "check/decisions.h"

#include <errno.h>
#include <fcntl.h>
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
#include "check/ahead.h"
#include "check/body_mark.h"
#include "check/keys_file.h"

struct decisions {
    int fd;
    struct ahead *ahead;
    pthread_mutex_t lock;
    pthread_cond_t work;           /* for the thread that writes */
    pthread_cond_t fewer;          /* some have been called */
    struct keys *keys;             /* of institution, transaction and msgid */
    struct keys_file *beside;      /* of the thread that writes, once it runs */
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

/* {"key": "32 digits", "mac": "64 digits", ... and before 2026-12 "sha" in its stead */
enum { MARK_AT = KEY_AT + KEY_DIGITS + 11, HEAD_BYTES = MARK_AT + BODY_MARK };

/* What the file of keys does not say. Behind `sure` a crash may have left anything: the first line that is none ends it. */
static int read_rest(struct decisions *d, const char *path, off_t sure, struct err *e)
{
    FILE *f = fdopen(dup(d->fd), "r");
    char *line = NULL;
    size_t cap = 0;
    ssize_t n;
    int rc = f && fseeko(f, d->end, SEEK_SET) == 0 ? 0 : err_errno(e, "读不了 %s", path);
    while (rc == 0 && (n = getline(&line, &cap, f)) > 0 && line[n - 1] == '\n') {
        struct key_place p = {.at = d->end, .n = (uint32_t)n};
        bool bad = n < HEAD_BYTES || n > UINT32_MAX || !key_of_line(line, (size_t)n, p.key);
        if (d->end >= sure && (bad || memchr(line, 0, (size_t)n)))
            break;
        if (bad) {
            err_set(e, ERR_INPUT, "不是审核记录的一行");
            rc = err_where(e, "%s 第 %lld 字节起", path, (long long)d->end);
        } else if (keys_put(d->keys, &p) < 0) {
            rc = err_nomem(e);
        } else { /* of a key that is there twice the later counts: the file was edited */
            keys_file_add(d->beside, &p);
            d->end += n;
        }
    }
    free(line);
    if (f)
        fclose(f);
    if (rc == 0 && ftruncate(d->fd, d->end) < 0)
        rc = err_errno(e, "截不掉 %s 末尾没写完的一行", path);
    d->durable = d->end;
    return rc;
}

static int read_all(struct decisions *d, const char *dir, const char *path, off_t sure,
                    struct err *e)
{
    char keys[1024];
    snprintf(keys, sizeof keys, "%s/check/decisions.keys", dir);
    int rc = keys_file_open(keys, d->fd, d->keys, &d->beside, &d->end, e);
    return rc < 0 ? rc : read_rest(d, path, sure, e);
}

static void *write_groups(void *ctx);

int decisions_open(const char *dir, struct decisions **out, struct err *e)
{
    char path[1024];
    struct decisions *d = mem_calloc(1, sizeof *d);
    if (!d)
        return err_nomem(e);
    pthread_mutex_init(&d->lock, NULL);
    steady_cond_init(&d->work);
    pthread_cond_init(&d->fewer, NULL);
    d->last = &d->first;
    d->keys = keys_new();
    snprintf(path, sizeof path, "%s/check", dir);
    int rc = !d->keys                                   ? err_nomem(e)
             : mkdir(path, 0700) < 0 && errno != EEXIST ? err_errno(e, "建不了 %s", path)
                                                        : 0;
    snprintf(path, sizeof path, "%s/check/decisions.jsonl", dir);
    d->fd = rc == 0 ? open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600) : -1;
    if (rc == 0 && d->fd < 0)
        rc = err_errno(e, "打不开 %s", path);
    off_t sure;
    if (rc == 0)
        rc = ahead_open(path, d->fd, &d->ahead, &sure, e);
    if (rc == 0)
        rc = read_all(d, dir, path, sure, e);
    if (rc == 0)
        rc = ahead_begin(d->ahead, d->end, e);
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

int decisions_recover(const char *dir, struct err *e)
{
    char path[1024];
    struct ahead *a = NULL;
    off_t sure;
    snprintf(path, sizeof path, "%s/check/decisions.ahead", dir);
    if (access(path, F_OK) < 0)
        return 0;
    snprintf(path, sizeof path, "%s/check/decisions.jsonl", dir);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    int rc = fd < 0 ? err_errno(e, "打不开 %s", path) : ahead_open(path, fd, &a, &sure, e);
    ahead_close(a); /* not begun: nothing is said to be settled */
    if (fd >= 0)
        close(fd);
    return rc;
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
    ahead_close(d->ahead);
    if (d->fd >= 0)
        close(d->fd);
    keys_file_close(d->beside);
    keys_free(d->keys);
    buf_release(&d->waiting);
    buf_release(&d->spare);
    pthread_mutex_destroy(&d->lock);
    pthread_cond_destroy(&d->work);
    pthread_cond_destroy(&d->fewer);
    mem_free(d);
}

size_t decisions_count(const struct decisions *d)
{
    return keys_count(d->keys);
}

void decisions_bring_up(struct decisions *d)
{
    ahead_bring_up(d->ahead);
}

size_t decisions_unwritten(struct decisions *d)
{
    return ahead_unwritten(d->ahead);
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
    ssize_t got = ahead_read(d->ahead, line, n, place->at);
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

int decisions_find(struct decisions *d, const char *key, struct span body, struct buf *answer,
                   struct err *e)
{
    struct key_place copy = {.n = 0};
    if (!key_of(key, copy.key))
        return 0;
    pthread_mutex_lock(&d->lock);
    const struct key_place *p = keys_get(d->keys, copy.key);
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
        if (!on_disk(d, &k->place))
            keys_drop(d->keys, k->place.key);
}

/* Durable. Of the thread that writes. */
static void note_beside(struct decisions *d, const struct keeping *list)
{
    for (const struct keeping *k = list; k; k = k->next)
        if (!k->again)
            keys_file_add(d->beside, &k->place);
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
    int bad = mine.n ? ahead_append(d->ahead, at, buf_cstr(&mine), mine.n) : 0;
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
    const struct key_place *p = keys_get(d->keys, k->place.key);
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
