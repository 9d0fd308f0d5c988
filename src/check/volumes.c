/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "check/volumes.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "check/ahead.h"
#include "check/keys_file.h"

struct volumes {
    char dir[VOLUME_PATH];
    off_t most, full; /* `full`: a size at which it is */
    /* Held for writing while volumes are exchanged. */
    pthread_rwlock_t lock;
    /* The one that grows; `ahead` NULL: it could not be begun. */
    int fd;
    struct ahead *ahead;
    struct keys_file *beside;
    off_t base; /* where in the log it begins */
    /* The one before it; -1: none. */
    int before;
    off_t before_base;
};

/* ---- names ---- */

static void path_of(const char *dir, const char *name, char out[VOLUME_PATH])
{
    snprintf(out, VOLUME_PATH, "%.1000s/check/%s", dir, name);
}

void volumes_path(const char *dir, int64_t number, const char *ending, char out[VOLUME_PATH])
{
    char name[64];

    snprintf(name, sizeof name, "decisions-%06lld.%s", (long long)number, ending);
    path_of(dir, name, out);
}

int64_t volumes_number(const char *dir)
{
    char path[VOLUME_PATH], text[32] = "";
    path_of(dir, "decisions.volume", path);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd >= 0) {
        ssize_t n = fd_read(fd, text, sizeof text - 1);
        text[n > 0 ? n : 0] = 0;
        close(fd);
    }
    int64_t number = strtoll(text, NULL, 10);
    if (number < 1)
        number = 1;
    /* A crash may have set one aside and not said so any more. */
    for (;; number++) {
        volumes_path(dir, number, "jsonl", path);
        if (access(path, F_OK) < 0)
            return number;
    }
}

/* ---- reading the keys of a volume ---- */

/* What the file of keys does not say, from *end on. Behind `sure` a crash may have left anything: the first line that is none ends it. */
static int read_rest(int fd, const char *path, off_t base, off_t sure, struct keys *k,
                     struct keys_file *beside, off_t *end, struct err *e)
{
    FILE *f = fdopen(dup(fd), "r");
    char *line = NULL;
    size_t cap = 0;
    ssize_t n;
    int rc = f && fseeko(f, *end, SEEK_SET) == 0 ? 0 : err_errno(e, "读不了 %s", path);
    while (rc == 0 && (n = getline(&line, &cap, f)) > 0 && line[n - 1] == '\n') {
        struct key_place p = {.at = base + *end, .n = (uint32_t)n};
        bool bad = n < HEAD_BYTES || n > UINT32_MAX || !key_of_line(line, (size_t)n, p.key);
        if (*end >= sure && (bad || memchr(line, 0, (size_t)n)))
            break;
        if (bad) {
            err_set(e, ERR_INPUT, "不是审核记录的一行");
            rc = err_where(e, "%s 第 %lld 字节起", path, (long long)*end);
        } else if (keys_put(k, &p) < 0) {
            rc = err_nomem(e);
        } else { /* of a key that is there twice the later counts: the file was edited */
            keys_file_add(beside, &p);
            *end += n;
        }
    }
    if (rc == 0 && n < 0 && !feof(f)) /* not the end: what follows may be cut off there */
        rc = err_errno(e, "读不了 %s", path);
    free(line);
    if (f)
        fclose(f);
    return rc;
}

/* *end: in the file. */
static int read_keys(int fd, const char *path, const char *keys_path, off_t base, off_t sure,
                     struct keys *k, struct keys_file **beside, off_t *end, struct err *e)
{
    int rc = keys_file_open(keys_path, fd, base, k, beside, end, e);
    return rc < 0 ? rc : read_rest(fd, path, base, sure, k, *beside, end, e);
}

/* ---- the volume that grows ---- */

static void end_current(struct volumes *v)
{
    ahead_close(v->ahead);
    v->ahead = NULL;
    keys_file_close(v->beside);
    v->beside = NULL;
}

/* Opens it, or makes it. *end: in the log. */
static int begin_current(struct volumes *v, struct keys *k, off_t *end, struct err *e)
{
    char path[VOLUME_PATH], keys_path[VOLUME_PATH];
    off_t sure, in_file = 0;
    path_of(v->dir, "decisions.jsonl", path);
    path_of(v->dir, "decisions.keys", keys_path);
    if (v->fd < 0)
        v->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    int rc = v->fd < 0 ? err_errno(e, "打不开 %s", path)
                       : ahead_open(path, v->fd, &v->ahead, &sure, e);
    if (rc == 0)
        rc = read_keys(v->fd, path, keys_path, v->base, sure, k, &v->beside, &in_file, e);
    if (rc == 0 && ftruncate(v->fd, in_file) < 0)
        rc = err_errno(e, "截不掉 %s 末尾没写完的一行", path);
    if (rc == 0)
        rc = ahead_begin(v->ahead, in_file, e);
    if (rc < 0)
        end_current(v);
    *end = v->base + in_file;
    return rc;
}

/* After it could not be begun: once more. Its keys are known. errno. */
static int begin_again(struct volumes *v, off_t at)
{
    struct keys *known = keys_new();
    struct err why = {0};
    off_t end = 0;
    if (!known)
        return ENOMEM;
    pthread_rwlock_wrlock(&v->lock);
    int rc = begin_current(v, known, &end, &why);
    if (rc == 0 && end != at)
        end_current(v);
    pthread_rwlock_unlock(&v->lock);
    keys_free(known);
    return rc == 0 && end == at ? 0 : EIO;
}

int volumes_append(struct volumes *v, off_t at, const char *p, size_t n)
{
    int bad = v->ahead ? 0 : begin_again(v, at);
    return bad ? bad : ahead_append(v->ahead, at - v->base, p, n);
}

void volumes_note(struct volumes *v, const struct key_place *p)
{
    if (v->beside)
        keys_file_add(v->beside, p);
}

/* ---- one volume after the other ---- */

bool volumes_full(const struct volumes *v, off_t end)
{
    return v->ahead && end - v->base >= v->full;
}

/* Renames it: all of it is durable and nobody has it open ahead. What a crash leaves is whole at each step: volumes_number. */
static int set_aside(const char *dir, struct err *e)
{
    char from[VOLUME_PATH], to[VOLUME_PATH];
    struct buf text = BUF_INIT;
    int64_t number = volumes_number(dir);
    path_of(dir, "decisions.ahead",
            from); /* of the volume that goes: its places mean nothing in the next */
    if (unlink(from) < 0 && errno != ENOENT)
        return err_errno(e, "删不掉 %s", from);
    path_of(dir, "decisions.jsonl", from);
    volumes_path(dir, number, "jsonl", to);
    if (rename(from, to) < 0)
        return err_errno(e, "审核记录改不了名：%s", to);
    path_of(dir, "decisions.keys", from);
    volumes_path(dir, number, "keys", to);
    if (rename(from, to) < 0) /* then they are read from the volume at the next start */
        unlink(from);
    path_of(dir, "", from);
    if (dir_sync(from) < 0)
        return err_errno(e, "审核记录改了名，写不进磁盘：%s", to);
    buf_fmt(&text, "%lld\n", (long long)number + 1);
    path_of(dir, "decisions.volume", to);
    /* Only needed when those set aside are moved away; the next turn writes it again. */
    if (!text.failed)
        file_write_whole(to, (struct span){text.p, text.n}, NULL);
    buf_release(&text);
    return 0;
}

/* Has the rename come about? */
static bool is_aside(const struct volumes *v)
{
    char path[VOLUME_PATH];
    struct stat a, b;
    path_of(v->dir, "decisions.jsonl", path);
    return stat(path, &a) < 0 || fstat(v->fd, &b) < 0 || a.st_ino != b.st_ino ||
           a.st_dev != b.st_dev;
}

int volumes_turn(struct volumes *v, off_t end, bool *turned, struct err *e)
{
    *turned = false;
    v->full = end - v->base + v->most / 16;
    errno = ahead_settle(v->ahead);
    if (errno)
        return err_errno(e, "审核记录写不进磁盘");
    struct keys *none = keys_new();
    if (!none)
        return err_nomem(e);
    pthread_rwlock_wrlock(&v->lock);
    end_current(v);
    int rc = set_aside(v->dir, e);
    *turned = is_aside(v);
    if (*turned) {
        if (v->before >= 0)
            close(v->before);
        v->before = v->fd;
        v->before_base = v->base;
        v->fd = -1;
        v->base = end;
        v->full = v->most;
    }
    off_t begun = 0;
    struct err why = {0};
    int again = begin_current(v, none, &begun, rc == 0 ? e : &why);
    pthread_rwlock_unlock(&v->lock);
    keys_free(none);
    return rc ? rc : again;
}

/* ---- reading ---- */

ssize_t volumes_read(struct volumes *v, char *p, size_t n, off_t at)
{
    ssize_t got = -1;
    errno = ESTALE;
    pthread_rwlock_rdlock(&v->lock);
    if (at >= v->base && v->ahead)
        got = ahead_read(v->ahead, p, n, at - v->base);
    else if (at >= v->base)
        got = v->fd < 0 ? -1 : pread(v->fd, p, n, at - v->base);
    else if (v->before >= 0 && at >= v->before_base)
        got = pread(v->before, p, n, at - v->before_base);
    pthread_rwlock_unlock(&v->lock);
    return got;
}

void volumes_bring_up(struct volumes *v)
{
    pthread_rwlock_rdlock(&v->lock);
    if (v->ahead)
        ahead_bring_up(v->ahead);
    pthread_rwlock_unlock(&v->lock);
}

size_t volumes_unwritten(struct volumes *v)
{
    pthread_rwlock_rdlock(&v->lock);
    size_t n = v->ahead ? ahead_unwritten(v->ahead) : 0;
    pthread_rwlock_unlock(&v->lock);
    return n;
}

/* ---- beginning and end ---- */

/* The volume before the one that grows, where there is one. */
static int open_before(struct volumes *v, struct keys *k, struct err *e)
{
    char path[VOLUME_PATH], keys_path[VOLUME_PATH];
    int64_t number = volumes_number(v->dir) - 1;
    struct keys_file *beside = NULL;
    struct stat st;
    off_t end;
    volumes_path(v->dir, number, "jsonl", path);
    volumes_path(v->dir, number, "keys", keys_path);
    v->before = open(path, O_RDONLY | O_CLOEXEC);
    if (v->before < 0)
        return errno == ENOENT ? 0 : err_errno(e, "打不开 %s", path);
    int rc = fstat(v->before, &st) < 0 ? err_errno(e, "读不了 %s", path) : 0;
    v->before_base = rc < 0 ? 0 : -st.st_size;
    if (rc == 0)
        rc = read_keys(v->before, path, keys_path, v->before_base, INT64_MAX, k, &beside, &end, e);
    keys_file_close(beside);
    if (rc < 0) {
        keys_clear(k);
        close(v->before);
        v->before = -1;
    }
    return rc;
}

int volumes_open(const char *dir, off_t most, struct keys *now, struct keys *before,
                 struct volumes **out, off_t *end, struct err *warning, struct err *e)
{
    struct volumes *v = mem_calloc(1, sizeof *v);
    if (!v)
        return err_nomem(e);
    pthread_rwlock_init(&v->lock, NULL);
    snprintf(v->dir, sizeof v->dir, "%.1000s", dir);
    v->most = v->full = most;
    v->fd = v->before = -1;
    *warning = (struct err){0};
    int rc = begin_current(v, now, end, e);
    if (rc == 0 && open_before(v, before, warning) == ERR_NOMEM)
        rc = err_nomem(e);
    if (rc < 0) {
        volumes_close(v);
        return rc;
    }
    *out = v;
    return 0;
}

bool volumes_begun(const char *dir)
{
    char path[VOLUME_PATH];
    path_of(dir, "decisions.ahead", path);
    return access(path, F_OK) == 0;
}

void volumes_close(struct volumes *v)
{
    if (!v)
        return;
    end_current(v);
    if (v->fd >= 0)
        close(v->fd);
    if (v->before >= 0)
        close(v->before);
    pthread_rwlock_destroy(&v->lock);
    mem_free(v);
}
