/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "check/ahead.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/file.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/slice.h"
#include "base/steady.h"

enum { BLOCK = 4096, HALF = 8 << 20, WHOLE = 2 * HALF };
enum { SETTLE_MS = 500, AHEAD_PATH = 1100 };

struct frame {
    char magic[8];
    uint64_t seq;    /* 1, 2, 3 ... */
    int64_t at;      /* where its bytes stand in the file */
    uint64_t n;      /* 0: says only what is settled */
    int64_t settled; /* the file is durable up to here */
    uint64_t check;  /* of all of it */
};
static const char magic[8] = "HUJIAHD1";

struct ahead {
    int fd, file;   /* the other one; the file */
    uint64_t seq;   /* of the last frame */
    off_t pos;      /* of the next */
    off_t until[2]; /* per half: the end in the file of what it holds */
    pthread_mutex_t lock;
    pthread_cond_t more;
    off_t end, settled; /* durable in either; in the file */
    int lost; /* errno of the file's sync: what it has not got may be gone from memory, too */
    pthread_t thread;
    bool started, stopping;
};

static uint64_t check_of(const struct frame *f, const char *p)
{
    return hash_u64(hash_long(f, offsetof(struct frame, check)) ^ hash_long(p, f->n));
}

static size_t blocks(size_t n)
{
    return (sizeof(struct frame) + n + BLOCK - 1) / BLOCK * BLOCK;
}

/* ---- writing ---- */

/* A frame at `pos`, durable. errno, and then it is none. */
static int put_frame(struct ahead *a, off_t at, const char *p, size_t n, off_t settled)
{
    static const char nothing[BLOCK];
    struct frame f = {.seq = a->seq + 1, .at = at, .n = n, .settled = settled};
    size_t all = blocks(n);
    memcpy(f.magic, magic, sizeof magic);
    f.check = check_of(&f, p);
    struct iovec v[] = {{&f, sizeof f},
                        {(void *)(uintptr_t)p, n},
                        {(void *)(uintptr_t)nothing, all - sizeof f - n}};
    ssize_t k = pwritev(a->fd, v, 3, a->pos);
    int bad = k < 0 ? errno : (size_t)k < all ? ENOSPC : fdatasync(a->fd) < 0 ? errno : 0;
    if (bad) { /* whether it came through or not: nobody is told that it did */
        fd_write_at(a->fd, nothing, BLOCK, a->pos);
        return bad;
    }
    a->seq++;
    a->pos += (off_t)all;
    return 0;
}

/* Room for n bytes at `pos`, in this half or at the beginning of the other; false: not before the file is synced. */
static bool find_room(struct ahead *a, size_t n, off_t settled)
{
    int half = a->pos > HALF; /* at HALF the first is full */
    size_t all = blocks(n);
    if (a->pos + (off_t)all <= (half + 1) * (off_t)HALF)
        return true;
    if (all > HALF || a->until[!half] > settled)
        return false;
    a->pos = half ? 0 : HALF;
    return true;
}

static int settle(struct ahead *a)
{
    pthread_mutex_lock(&a->lock);
    off_t end = a->end;
    int bad = a->lost;
    pthread_mutex_unlock(&a->lock);
    if (!bad && fdatasync(a->file) < 0)
        bad = errno;
    pthread_mutex_lock(&a->lock);
    if (bad)
        a->lost = bad;
    else if (end > a->settled)
        a->settled = end;
    pthread_mutex_unlock(&a->lock);
    return bad;
}

/* Not through the other file: it has no room. */
static int append_directly(struct ahead *a, off_t end)
{
    if (fdatasync(a->file) < 0)
        return errno;
    pthread_mutex_lock(&a->lock);
    a->settled = end;
    pthread_mutex_unlock(&a->lock);
    return 0;
}

int ahead_append(struct ahead *a, off_t at, const char *p, size_t n)
{
    off_t end = at + (off_t)n;
    int half = a->pos > HALF;
    pthread_mutex_lock(&a->lock);
    off_t settled = a->settled;
    int bad = a->lost;
    pthread_mutex_unlock(&a->lock);
    if (!bad) /* first the file: where its disk is full, nobody is told otherwise */
        bad = fd_write_at(a->file, p, n, at) < 0 ? errno : 0;
    if (!bad && find_room(a, n, settled)) {
        bad = put_frame(a, at, p, n, settled);
        if (!bad)
            a->until[a->pos > HALF] = end;
    } else if (!bad) {
        bad = append_directly(a, end);
    }
    if (bad) {
        if (ftruncate(a->file, at) < 0)
            return errno;
        return bad;
    }
    pthread_mutex_lock(&a->lock);
    bool rests = a->end == a->settled;
    a->end = end;
    if (rests ||
        half != (a->pos > HALF)) /* before it is needed again, the other half is to be free */
        pthread_cond_signal(&a->more);
    pthread_mutex_unlock(&a->lock);
    return 0;
}

static void *settle_now_and_then(void *ctx)
{
    struct ahead *a = ctx;
    slice_usual(); /* nobody waits for it */
    pthread_mutex_lock(&a->lock);
    while (!a->stopping) {
        if (a->end <= a->settled || a->lost) {
            pthread_cond_wait(&a->more, &a->lock);
            continue;
        }
        steady_cond_wait(&a->more, &a->lock, SETTLE_MS);
        if (a->stopping)
            break;
        pthread_mutex_unlock(&a->lock);
        settle(a);
        pthread_mutex_lock(&a->lock);
    }
    pthread_mutex_unlock(&a->lock);
    return NULL;
}

/* ---- after a crash ---- */

struct found {
    const struct frame **at;
    size_t n, cap;
};

static int by_seq(const void *a, const void *b)
{
    uint64_t x = (*(const struct frame *const *)a)->seq, y = (*(const struct frame *const *)b)->seq;
    return (x > y) - (x < y);
}

static const char *bytes_of(const struct frame *f)
{
    return (const char *)(f + 1);
}

static int scan(const char *p, size_t n, struct found *out, struct err *e)
{
    for (size_t at = 0; at + BLOCK <= n; at += BLOCK) {
        const struct frame *f = (const struct frame *)(const void *)(p + at);
        if (memcmp(f->magic, magic, sizeof magic) != 0 || f->n > n - at - sizeof *f ||
            check_of(f, bytes_of(f)) != f->check)
            continue;
        if (mem_grow(&out->at, &out->cap, out->n + 1, sizeof *out->at) < 0)
            return err_nomem(e);
        out->at[out->n++] = f;
    }
    if (out->n)
        qsort(out->at, out->n, sizeof *out->at, by_seq);
    return 0;
}

static int too_short(const char *path, off_t is, off_t must, struct err *e)
{
    err_set(e, ERR_STATE,
            "审核记录只有 %lld 字节，上次没有正常停止时已写到 %lld 字节：文件被换掉或截短了",
            (long long)is, (long long)must);
    err_hint(e, "把原来的文件放回去；确实不要了，就连同目录里的 decisions.ahead 一起移走");
    return err_where(e, "%s", path);
}

/* Puts into the file what the frames have and it may not. */
static int put_back(struct ahead *a, const struct found *f, const char *path, off_t *sure,
                    struct err *e)
{
    const struct frame *last = f->at[f->n - 1];
    struct stat st;
    size_t i = f->n;
    off_t end = last->at + (off_t)last->n;
    a->seq = last->seq;
    *sure = end;
    while (i > 0 && f->at[i - 1]->at + (off_t)f->at[i - 1]->n > last->settled)
        i--;
    if (i == f->n)
        return 0;
    if (fstat(a->file, &st) < 0)
        return err_errno(e, "读不了 %s", path);
    if (st.st_size < f->at[i]->at)
        return too_short(path, st.st_size, end, e);
    for (off_t at = f->at[i]->at; i < f->n; at += (off_t)f->at[i++]->n) {
        if (f->at[i]->at != at) {
            err_set(e, ERR_STATE, "审核记录的预写文件中间缺了一段（第 %lld 字节起）",
                    (long long)at);
            return err_where(e, "%s", path);
        }
        if (fd_write_at(a->file, bytes_of(f->at[i]), f->at[i]->n, at) < 0)
            return err_errno(e, "补写不了 %s", path);
    }
    return fdatasync(a->file) < 0 ? err_errno(e, "补写不了 %s", path) : 0;
}

static int recover(struct ahead *a, off_t size, const char *path, off_t *sure, struct err *e)
{
    struct found f = {NULL, 0, 0};
    if (size < BLOCK)
        return 0;
    char *p = mmap(NULL, (size_t)size, PROT_READ, MAP_PRIVATE, a->fd, 0);
    if (p == MAP_FAILED)
        return err_errno(e, "读不了 %s 的预写文件", path);
    int rc = scan(p, (size_t)size, &f, e);
    if (rc == 0 && f.n)
        rc = put_back(a, &f, path, sure, e);
    munmap(p, (size_t)size);
    mem_free(f.at);
    return rc;
}

/* ---- beginning and end ---- */

/* All of it written, so that no later sync has more to do than to write over it. */
static int write_whole(int fd, const char *dir)
{
    static const char nothing[64 << 10];
    for (off_t at = 0; at < WHOLE; at += (off_t)sizeof nothing)
        if (fd_write_at(fd, nothing, sizeof nothing, at) < 0)
            return errno;
    if (ftruncate(fd, WHOLE) < 0 || fsync(fd) < 0)
        return errno;
    int d = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC), bad = d < 0 || fsync(d) < 0 ? errno : 0;
    if (d >= 0)
        close(d);
    return bad;
}

int ahead_open(const char *path, int fd, struct ahead **out, off_t *sure, struct err *e)
{
    char own[AHEAD_PATH], dir[AHEAD_PATH];
    const char *slash = strrchr(path, '/'), *dot = strrchr(path, '.');
    struct stat st = {0};
    struct ahead *a = mem_calloc(1, sizeof *a);
    if (!a)
        return err_nomem(e);
    snprintf(own, sizeof own, "%.*s.ahead", dot > slash ? (int)(dot - path) : (int)strlen(path),
             path);
    snprintf(dir, sizeof dir, "%.*s", slash ? (int)(slash - path) : 1, slash ? path : ".");
    pthread_mutex_init(&a->lock, NULL);
    steady_cond_init(&a->more);
    a->file = fd;
    a->fd = open(own, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    *sure = INT64_MAX;
    int rc = a->fd < 0 || fstat(a->fd, &st) < 0 ? err_errno(e, "打不开 %s", own) : 0;
    if (rc == 0)
        rc = recover(a, st.st_size, path, sure, e);
    if (rc == 0 && st.st_size != WHOLE && (errno = write_whole(a->fd, dir)) != 0)
        rc = err_errno(e, "建不了 %s（要 16 MiB）", own);
    if (rc < 0) {
        ahead_close(a);
        return rc;
    }
    *out = a;
    return 0;
}

int ahead_begin(struct ahead *a, off_t end, struct err *e)
{
    if (fdatasync(a->file) < 0)
        return err_errno(e, "审核记录写不进磁盘");
    errno = put_frame(a, end, "", 0, end);
    if (errno)
        return err_errno(e, "审核记录的预写文件写不进磁盘");
    a->end = a->settled = end;
    if (pthread_create(&a->thread, NULL, settle_now_and_then, a) != 0)
        return err_set(e, ERR_NOMEM, "起不了线程");
    pthread_setname_np(a->thread, "huji-settle");
    a->started = true;
    return 0;
}

void ahead_close(struct ahead *a)
{
    if (!a)
        return;
    if (a->started) {
        pthread_mutex_lock(&a->lock);
        a->stopping = true;
        pthread_cond_signal(&a->more);
        pthread_mutex_unlock(&a->lock);
        pthread_join(a->thread, NULL);
        if (settle(a) == 0 && find_room(a, 0, a->settled))
            put_frame(a, a->end, "", 0, a->settled);
    }
    if (a->fd >= 0)
        close(a->fd);
    pthread_mutex_destroy(&a->lock);
    pthread_cond_destroy(&a->more);
    mem_free(a);
}
