/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "check/ahead.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/nudge.h"
#include "base/slice.h"
#include "base/span.h"
#include "base/steady.h"
#include "check/ahead_frame.h"

enum { BLOCK = AHEAD_BLOCK, HALF = 8 << 20, WHOLE = 2 * HALF, AHEAD_PATH = 1100 };
/* The file is written in pieces of so many bytes, or after so long, and synced so often. Whoever lets it come together and syncs it at
 * once keeps the disk busy for 8 to 30 ms, and those who are to be told wait behind that. */
enum { PIECE = 256 << 10, WRITE_MS = 20, SETTLE_MS = 500 };

struct ahead {
    int fd, file;            /* the other one; the file */
    bool direct;             /* the other one is written past the system's cache */
    char *memory, *block;    /* HALF bytes at a block's boundary: the frame that is written */
    uint64_t seq;            /* of the last frame */
    off_t pos;               /* of the next */
    off_t until[2];          /* per half: the end in the file of what it holds */
    pthread_mutex_t writing; /* who writes to the file and syncs it; before `lock` */
    off_t started;           /* up to here the system was told to write it; of whom has `writing` */
    pthread_mutex_t lock;
    pthread_cond_t more;
    off_t end, written, settled; /* durable in either; in the file; durable there */
    off_t reserved; /* so far the file has room on its disk; INT64_MAX: nobody can say */
    struct buf away,
        wait; /* from `written` on: being written, behind that; never more than the other file holds */
    bool turned; /* the other half was begun: this one is to be free before it is needed again */
    int stuck;   /* errno: the file is not taken at present; all of `away` is tried again */
    int lost;    /* errno of the file's sync: what it has not got may be gone from memory, too */
    pthread_t thread;
    bool started_thread, stopping;
};

/* ---- the other file ---- */

/* All n bytes durable, or errno. */
static int write_durably(struct ahead *a, const char *p, size_t n, off_t at)
{
    struct iovec v = {(void *)(uintptr_t)p, n};
    ssize_t k = pwritev2(a->fd, &v, 1, at, RWF_DSYNC);
    if (k < 0 && a->direct && errno == EINVAL) { /* this file system won't have it */
        int flags = fcntl(a->fd, F_GETFL);
        a->direct = false;
        if (flags < 0 || fcntl(a->fd, F_SETFL, flags & ~O_DIRECT) < 0)
            return errno;
        k = pwritev2(a->fd, &v, 1, at, RWF_DSYNC);
    }
    if (k < 0 && (errno == EOPNOTSUPP || errno == ENOSYS)) { /* a kernel before 4.7 */
        if (fd_write_at(a->fd, p, n, at) < 0)
            return errno;
        return fdatasync(a->fd) < 0 ? errno : 0;
    }
    return k < 0 ? errno : (size_t)k < n ? ENOSPC : 0;
}

static size_t blocks(size_t n)
{
    return (sizeof(struct ahead_frame) + n + BLOCK - 1) / BLOCK * BLOCK;
}

/* A frame at `pos`, durable. errno, and then it is none. */
static int put_frame(struct ahead *a, off_t at, const char *p, size_t n, off_t settled)
{
    struct ahead_frame f = {
        .magic = AHEAD_MAGIC, .seq = a->seq + 1, .at = at, .n = n, .settled = settled};
    size_t all = blocks(n);
    f.check = ahead_check(&f, p);
    memcpy(a->block, &f, sizeof f);
    if (n)
        memcpy(a->block + sizeof f, p, n);
    memset(a->block + sizeof f + n, 0, all - sizeof f - n);
    int bad = write_durably(a, a->block, all, a->pos);
    if (bad) { /* whether it came through or not: nobody is told that it did */
        memset(a->block, 0, BLOCK);
        fd_write_at(a->fd, a->block, BLOCK, a->pos);
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

/* ---- the file ---- */

/* The file can grow to `end`, so that nobody is told yes whose bytes would find no room: 0, or errno. `spare`: with some to spare. */
static int reserve(struct ahead *a, off_t end, off_t spare)
{
    struct rlimit most;
    pthread_mutex_lock(&a->lock);
    off_t has = a->reserved;
    pthread_mutex_unlock(&a->lock);
    if (getrlimit(RLIMIT_FSIZE, &most) == 0 && most.rlim_cur != RLIM_INFINITY &&
        (rlim_t)end > most.rlim_cur)
        return EFBIG;
    if (end <= has)
        return 0;
    if (fallocate(a->file, FALLOC_FL_KEEP_SIZE, has, end + spare - has) == 0)
        has = end + spare;
    else if (errno == EOPNOTSUPP || errno == ENOSYS)
        has = INT64_MAX;
    else
        return errno;
    pthread_mutex_lock(&a->lock);
    if (has > a->reserved)
        a->reserved = has;
    pthread_mutex_unlock(&a->lock);
    return 0;
}

/* `writing` is held. What waits goes into the file, and the system is told to begin with its whole pages: little by little, so that no
 * sync finds much to do. errno: nothing is lost, the next call tries again. */
static int write_out(struct ahead *a)
{
    pthread_mutex_lock(&a->lock);
    if (!a->away.n) {
        struct buf empty = a->away;
        a->away = a->wait;
        a->wait = empty;
    }
    struct span s = {buf_cstr(&a->away), a->away.n};
    off_t at = a->written;
    pthread_mutex_unlock(&a->lock);
    int bad = s.n && fd_write_at(a->file, s.p, s.n, at) < 0 ? errno : 0;
    off_t pages = (at + (off_t)s.n) / BLOCK * BLOCK;
    if (!bad && pages > a->started) {
        sync_file_range(a->file, a->started, pages - a->started, SYNC_FILE_RANGE_WRITE);
        a->started = pages;
    }
    pthread_mutex_lock(&a->lock);
    a->stuck = bad;
    if (!bad) {
        a->written += (off_t)s.n;
        buf_clear(&a->away);
    }
    pthread_mutex_unlock(&a->lock);
    return bad;
}

/* `writing` is held. Up to what is the end now; *written: so far. */
static int write_all(struct ahead *a, off_t *written)
{
    pthread_mutex_lock(&a->lock);
    off_t end = a->end;
    int bad = a->lost;
    *written = a->written;
    pthread_mutex_unlock(&a->lock);
    while (!bad && *written < end) {
        bad = write_out(a);
        pthread_mutex_lock(&a->lock);
        *written = a->written;
        pthread_mutex_unlock(&a->lock);
    }
    return bad;
}

/* `writing` is held. */
static int settle(struct ahead *a)
{
    off_t written;
    int bad = write_all(a, &written);
    if (bad)
        return bad;
    bad = fdatasync(a->file) < 0 ? errno : 0;
    pthread_mutex_lock(&a->lock);
    if (bad)
        a->lost = bad;
    else if (written > a->settled)
        a->settled = written;
    pthread_mutex_unlock(&a->lock);
    return bad;
}

/* `writing` is held. More than the other file ever has room for. */
static int append_directly(struct ahead *a, off_t at, const char *p, size_t n)
{
    int bad = fd_write_at(a->file, p, n, at) < 0 || fdatasync(a->file) < 0 ? errno : 0;
    if (bad)
        return ftruncate(a->file, at) < 0 ? errno : bad;
    pthread_mutex_lock(&a->lock);
    a->end = a->written = a->settled = at + (off_t)n;
    pthread_mutex_unlock(&a->lock);
    return 0;
}

/* The other file has no room: the file is to have all there is first. *direct: it has taken these bytes as well. */
static int make_room(struct ahead *a, off_t at, const char *p, size_t n, bool *direct)
{
    pthread_mutex_lock(&a->writing);
    int bad = settle(a);
    *direct = !bad && !find_room(a, n, a->settled);
    if (*direct)
        bad = append_directly(a, at, p, n);
    pthread_mutex_unlock(&a->writing);
    return bad;
}

int ahead_append(struct ahead *a, off_t at, const char *p, size_t n)
{
    off_t end = at + (off_t)n;
    int half = a->pos > HALF;
    bool direct = false;
    pthread_mutex_lock(&a->lock);
    off_t settled = a->settled;
    int bad = a->lost ? a->lost : a->stuck;
    pthread_mutex_unlock(&a->lock);
    if (!bad)
        bad = reserve(a, end, 0);
    if (!bad && !find_room(a, n, settled))
        bad = make_room(a, at, p, n, &direct);
    if (bad || direct)
        return bad;
    bad = put_frame(a, at, p, n, settled);
    if (bad)
        return bad;
    a->until[a->pos > HALF] = end;
    pthread_mutex_lock(&a->lock);
    bool rests = a->end == a->settled, much = a->wait.n < PIECE && a->wait.n + n >= PIECE;
    buf_add(&a->wait, p, n); /* has room for as much as the other file */
    a->end = end;
    if (half != (a->pos > HALF))
        a->turned = true;
    if (rests || much || a->turned)
        pthread_cond_signal(&a->more);
    pthread_mutex_unlock(&a->lock);
    return 0;
}

ssize_t ahead_read(struct ahead *a, char *p, size_t n, off_t at)
{
    size_t got = 0;
    pthread_mutex_lock(&a->lock);
    off_t begin = a->written;
    if (at + (off_t)n > begin) { /* the end of it, or all, is not in the file yet */
        const struct buf *const b[] = {&a->away, &a->wait};
        for (int i = 0; i < 2; begin += (off_t)b[i++]->n) {
            off_t from = at > begin ? at : begin, to = begin + (off_t)b[i]->n;
            if (to > at + (off_t)n)
                to = at + (off_t)n;
            if (from < to) {
                memcpy(p + (from - at), b[i]->p + (from - begin), (size_t)(to - from));
                got += (size_t)(to - from);
            }
        }
    }
    off_t written = a->written;
    pthread_mutex_unlock(&a->lock);
    size_t rest = at >= written ? 0 : at + (off_t)n > written ? (size_t)(written - at) : n;
    ssize_t k = rest ? pread(a->file, p, rest, at) : 0;
    return k < 0 ? k : (size_t)k < rest ? k : (ssize_t)(got + rest);
}

void ahead_bring_up(struct ahead *a)
{
    off_t written;
    pthread_mutex_lock(&a->writing);
    write_all(a, &written);
    pthread_mutex_unlock(&a->writing);
}

int ahead_settle(struct ahead *a)
{
    pthread_mutex_lock(&a->writing);
    int bad = settle(a);
    pthread_mutex_unlock(&a->writing);
    return bad;
}

size_t ahead_unwritten(struct ahead *a)
{
    pthread_mutex_lock(&a->lock);
    size_t n = (size_t)(a->end - a->written);
    pthread_mutex_unlock(&a->lock);
    return n;
}

/* ---- the thread that brings the file up to date ---- */

/* Locked. Until there is a piece to write, or it is time to sync. *sync: that. False: it is over. */
static bool wait_for_more(struct ahead *a, int64_t synced, bool *sync)
{
    int64_t until = 0, now;
    while (!a->stopping) {
        bool some = a->wait.n || a->away.n;
        now = steady_now();
        *sync = a->turned || now >= synced + SETTLE_MS * 1000000ll;
        if (a->end <= a->settled || a->lost) {
            until = 0;
            pthread_cond_wait(&a->more, &a->lock);
            continue;
        }
        if (!until)
            until = now + WRITE_MS * 1000000ll;
        if (*sync || a->wait.n >= PIECE || (some && now >= until))
            return true;
        steady_cond_until(&a->more, &a->lock, some ? until : synced + SETTLE_MS * 1000000ll);
    }
    return false;
}

static void *bring_up(void *ctx)
{
    struct ahead *a = ctx;
    int64_t synced = steady_now();
    bool sync;
    nudge_anywhere(); /* who judges begins it */
    slice_usual();    /* nobody waits for it */
    pthread_mutex_lock(&a->lock);
    while (wait_for_more(a, synced, &sync)) {
        off_t end = a->end;
        a->turned = false;
        pthread_mutex_unlock(&a->lock);
        pthread_mutex_lock(&a->writing);
        int bad = sync ? settle(a) : write_out(a);
        /* Before it is needed, and while nothing of the file is on its way to the disk: ext4 would put extents together that it must
         * part again. */
        if (sync && !bad)
            reserve(a, end + WHOLE, WHOLE);
        pthread_mutex_unlock(&a->writing);
        if (sync)
            synced = steady_now();
        pthread_mutex_lock(&a->lock);
        if (bad && !a->stopping)
            steady_cond_wait(&a->more, &a->lock, SETTLE_MS);
    }
    pthread_mutex_unlock(&a->lock);
    return NULL;
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
    return dir_sync(dir) < 0 ? errno : 0;
}

static int take_memory(struct ahead *a, struct err *e)
{
    a->memory = mem_alloc(HALF + BLOCK);
    if (!a->memory)
        return err_nomem(e);
    a->block = a->memory + BLOCK - (uintptr_t)a->memory % BLOCK;
    buf_reserve(&a->away, WHOLE);
    buf_reserve(&a->wait, WHOLE);
    return a->away.failed || a->wait.failed ? err_nomem(e) : 0;
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
    pthread_mutex_init(&a->writing, NULL);
    steady_cond_init(&a->more);
    a->file = fd;
    a->fd = open(own, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    *sure = INT64_MAX;
    int rc = a->fd < 0 || fstat(a->fd, &st) < 0 ? err_errno(e, "打不开 %s", own) : 0;
    if (rc == 0)
        rc = take_memory(a, e);
    if (rc == 0)
        rc = ahead_put_back(a->fd, st.st_size, fd, path, &a->seq, sure, e);
    if (rc == 0 && st.st_size != WHOLE && (errno = write_whole(a->fd, dir)) != 0)
        rc = err_errno(e, "建不了 %s（要 16 MiB）", own);
    int flags = rc == 0 ? fcntl(a->fd, F_GETFL) : -1;
    a->direct = flags >= 0 && fcntl(a->fd, F_SETFL, flags | O_DIRECT) == 0;
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
    a->end = a->written = a->settled = a->reserved = end;
    a->started = end / BLOCK * BLOCK;
    reserve(a, end + WHOLE, 0); /* where there is not so much, each addition asks for its own */
    if (pthread_create(&a->thread, NULL, bring_up, a) != 0)
        return err_set(e, ERR_NOMEM, "起不了线程");
    pthread_setname_np(a->thread, "huji-settle");
    a->started_thread = true;
    return 0;
}

/* All into the file, and what was reserved given back. */
static void end_well(struct ahead *a)
{
    pthread_mutex_lock(&a->writing);
    int bad = settle(a);
    if (!bad && find_room(a, 0, a->settled))
        put_frame(a, a->end, "", 0, a->settled);
    if (!bad && ftruncate(a->file, a->end) < 0) /* nothing but room is at stake */
        a->reserved = a->end;
    pthread_mutex_unlock(&a->writing);
}

void ahead_close(struct ahead *a)
{
    if (!a)
        return;
    if (a->started_thread) {
        pthread_mutex_lock(&a->lock);
        a->stopping = true;
        pthread_cond_signal(&a->more);
        pthread_mutex_unlock(&a->lock);
        pthread_join(a->thread, NULL);
        end_well(a);
    }
    if (a->fd >= 0)
        close(a->fd);
    buf_release(&a->away);
    buf_release(&a->wait);
    mem_free(a->memory);
    pthread_mutex_destroy(&a->lock);
    pthread_mutex_destroy(&a->writing);
    pthread_cond_destroy(&a->more);
    mem_free(a);
}
