/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "check/decisions.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/map.h"
#include "base/sha.h"

struct place {
    char key[33]; /* of institution, transaction and msgid */
    off_t at;
    size_t n; /* with the line's end */
};

struct decisions {
    int fd;
    pthread_mutex_t lock;
    pthread_cond_t moved;    /* who waits for a line of somebody else */
    pthread_cond_t batch[2]; /* who waits for his own: those being written, those behind them */
    int turn;                /* which of the two new lines belong to */
    struct names keys;       /* key -> index of `place` */
    struct place *place;
    size_t n, cap;
    struct buf waiting, spare; /* lines not written yet; the buffer that was written last */
    off_t durable, end;        /* end: with what waits */
    bool writing;
    int failed; /* errno of the write that failed last */
};

enum { MOST_SPARE = 4 << 20 };
static const char mark[] = ", \"answer\": ";

static void key_of(struct span inst, struct span infno, struct span msgid, char out[33])
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

static int note(struct decisions *d, struct span key, off_t at, size_t n, struct err *e)
{
    uint32_t before = d->keys.n, id;
    if (key.n != 32 || mem_grow(&d->place, &d->cap, d->n + 1, sizeof *d->place) < 0 ||
        (id = names_put(&d->keys, key)) == NAME_NONE)
        return key.n != 32 ? err_set(e, ERR_INPUT, "不是审核记录的一行") : err_nomem(e);
    if (id != before) { /* its first line was lost, or the file was edited: the later counts */
        d->place[id].at = at;
        d->place[id].n = n;
        return 0;
    }
    struct place *p = &d->place[d->n++];
    memcpy(p->key, key.p, 32);
    p->key[32] = 0;
    p->at = at;
    p->n = n;
    return 0;
}

/* {"key": "32 digits", "sha": "64 digits", ... */
enum { KEY_AT = 9, SHA_AT = 9 + 32 + 11, HEAD_BYTES = 9 + 32 + 11 + 64 };

static int read_all(struct decisions *d, const char *path, struct err *e)
{
    FILE *f = fdopen(dup(d->fd), "r");
    char *line = NULL;
    size_t cap = 0, no = 0;
    ssize_t n;
    int rc = f ? 0 : err_errno(e, "读不了 %s", path);
    while (rc == 0 && (n = getline(&line, &cap, f)) > 0 && line[n - 1] == '\n') {
        no++;
        if (n < HEAD_BYTES || memcmp(line, "{\"key\": \"", KEY_AT) != 0) {
            err_set(e, ERR_INPUT, "不是审核记录的一行");
            rc = err_where(e, "%s 第 %zu 行", path, no);
            break;
        }
        rc = note(d, (struct span){line + KEY_AT, 32}, d->end, (size_t)n, e);
        d->end += n;
    }
    free(line);
    if (f)
        fclose(f);
    if (rc == 0 && ftruncate(d->fd, d->end) < 0)
        rc = err_errno(e, "截不掉 %s 末尾没写完的一行", path);
    d->durable = d->end;
    return rc;
}

int decisions_open(const char *dir, struct decisions **out, struct err *e)
{
    char path[1024];
    struct decisions *d = mem_calloc(1, sizeof *d);
    if (!d)
        return err_nomem(e);
    pthread_mutex_init(&d->lock, NULL);
    pthread_cond_init(&d->moved, NULL);
    pthread_cond_init(&d->batch[0], NULL);
    pthread_cond_init(&d->batch[1], NULL);
    snprintf(path, sizeof path, "%s/check", dir);
    int rc = mkdir(path, 0700) < 0 && errno != EEXIST ? err_errno(e, "建不了 %s", path) : 0;
    snprintf(path, sizeof path, "%s/check/decisions.jsonl", dir);
    d->fd = rc == 0 ? open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600) : -1;
    if (rc == 0 && d->fd < 0)
        rc = err_errno(e, "打不开 %s", path);
    if (rc == 0)
        rc = read_all(d, path, e);
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
    if (d->fd >= 0)
        close(d->fd);
    names_release(&d->keys);
    buf_release(&d->waiting);
    buf_release(&d->spare);
    pthread_mutex_destroy(&d->lock);
    pthread_cond_destroy(&d->moved);
    pthread_cond_destroy(&d->batch[0]);
    pthread_cond_destroy(&d->batch[1]);
    mem_free(d->place);
    mem_free(d);
}

size_t decisions_count(const struct decisions *d)
{
    return d->n;
}

/* ---- reading one back ---- */

/* The line of a place that is on disk: its answer, when it is of the same message. */
static int take_answer(struct decisions *d, off_t at, size_t n, const char *sha, struct buf *answer,
                       struct err *e)
{
    char *line = mem_alloc(n + 1);
    if (!line)
        return err_nomem(e);
    ssize_t got = pread(d->fd, line, n, at);
    int rc = got == (ssize_t)n ? 0 : err_errno(e, "读不回以前的审核记录");
    if (rc == 0)
        line[n] = 0;
    if (rc == 0 && memcmp(line + SHA_AT, sha, 64) != 0)
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

/* Locked. The place of a key, waiting until it is on disk; NULL: there is none. */
static const struct place *settled(struct decisions *d, const char *key)
{
    for (;;) {
        uint32_t i = names_get(&d->keys, span_of(key));
        if (i == NAME_NONE || !d->place[i].n)
            return NULL;
        if (d->place[i].at + (off_t)d->place[i].n <= d->durable)
            return &d->place[i];
        pthread_cond_wait(&d->moved, &d->lock);
    }
}

int decisions_find(struct decisions *d, struct span inst, struct span msgid, struct span infno,
                   const char *sha, struct buf *answer, struct err *e)
{
    char key[33];
    key_of(inst, infno, msgid, key);
    pthread_mutex_lock(&d->lock);
    const struct place *p = settled(d, key);
    struct place copy = p ? *p : (struct place){.n = 0};
    pthread_mutex_unlock(&d->lock);
    return copy.n ? take_answer(d, copy.at, copy.n, sha, answer, e) : 0;
}

/* ---- keeping ---- */

static int write_all(int fd, const char *p, size_t n, off_t at)
{
    while (n) {
        ssize_t k = pwrite(fd, p, n, at);
        if (k < 0 && errno == EINTR)
            continue;
        if (k <= 0)
            return k == 0 ? ENOSPC : errno;
        p += k;
        n -= (size_t)k;
        at += k;
    }
    return fdatasync(fd) < 0 ? errno : 0;
}

/* Locked on entry and exit. Writes all that waits; what can't be written is forgotten, all of it. */
static void flush(struct decisions *d)
{
    struct buf mine = d->waiting;
    off_t at = d->durable;
    int mine_turn = d->turn;
    d->waiting = d->spare; /* so that neither is allocated anew each time */
    d->spare = (struct buf)BUF_INIT;
    d->turn = !d->turn;
    d->writing = true;
    pthread_mutex_unlock(&d->lock);
    int bad = write_all(d->fd, buf_cstr(&mine), mine.n, at);
    if (bad && ftruncate(d->fd, at) < 0)
        bad = errno;
    pthread_mutex_lock(&d->lock);
    d->writing = false;
    if (!bad) {
        d->durable = at + (off_t)mine.n;
    } else { /* what was added behind it meanwhile would leave a hole: it goes too */
        d->failed = bad;
        buf_clear(&d->waiting);
        d->end = at;
        for (size_t i = 0; i < d->n; i++)
            if (d->place[i].at + (off_t)d->place[i].n > at)
                d->place[i].n = 0;
    }
    buf_clear(&mine);
    if (mine.cap > MOST_SPARE)
        buf_release(&mine);
    d->spare = mine;
    pthread_cond_broadcast(&d->moved);
    pthread_cond_broadcast(&d->batch[mine_turn]);
    if (bad)
        pthread_cond_broadcast(&d->batch[!mine_turn]);
    else
        pthread_cond_signal(&d->batch[!mine_turn]); /* one of them writes next */
}

static int add(struct decisions *d, const char *key, struct span line, struct err *e)
{
    size_t had = d->waiting.n;
    buf_span(&d->waiting, line);
    if (d->waiting.failed || note(d, span_of(key), d->end, line.n, e) < 0) {
        d->waiting.failed = false;
        d->waiting.n = had;
        return err_nomem(e);
    }
    d->end += (off_t)line.n;
    return 0;
}

/* Locked: until the key's line is on disk or was lost. */
static int wait_for(struct decisions *d, const char *key, struct err *e)
{
    int turn = d->turn;
    for (;;) {
        const struct place *p = &d->place[names_get(&d->keys, span_of(key))];
        if (!p->n)
            break;
        if (p->at + (off_t)p->n <= d->durable)
            return 0;
        if (d->writing)
            pthread_cond_wait(&d->batch[turn], &d->lock);
        else
            flush(d);
    }
    errno = d->failed;
    return err_errno(e, "审核记录写不进磁盘");
}

int decisions_keep(struct decisions *d, struct span inst, struct span msgid, struct span infno,
                   const char *sha, struct span record, struct buf *answer, struct err *e)
{
    char key[33];
    struct buf line = BUF_INIT;
    struct place before = {.n = 0};
    key_of(inst, infno, msgid, key);
    buf_fmt(&line, "{\"key\": \"%s\", \"sha\": \"%.64s\", ", key, sha);
    buf_add(&line, record.p + 1, record.n - 2); /* its members */
    buf_str(&line, mark);
    buf_add(&line, buf_cstr(answer), answer->n);
    buf_str(&line, "}\n");
    if (line.failed) {
        buf_release(&line);
        return err_nomem(e);
    }
    pthread_mutex_lock(&d->lock);
    const struct place *p = settled(d, key);
    int rc = 0;
    if (p) {
        before = *p;
    } else {
        rc = add(d, key, (struct span){line.p, line.n}, e);
        if (rc == 0)
            rc = wait_for(d, key, e);
    }
    pthread_mutex_unlock(&d->lock);
    buf_release(&line);
    if (before.n)
        rc = take_answer(d, before.at, before.n, sha, answer, e);
    return rc < 0 ? rc : 0;
}
