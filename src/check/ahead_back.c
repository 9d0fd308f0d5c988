/* SPDX-License-Identifier: MulanPSL-2.0 */
/* After a crash: what was durable ahead is put into the file. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/map.h"
#include "base/mem.h"
#include "check/ahead_frame.h"

uint64_t ahead_check(const struct ahead_frame *f, const char *bytes)
{
    return hash_u64(hash_long(f, offsetof(struct ahead_frame, check)) ^ hash_long(bytes, f->n));
}

struct found {
    const struct ahead_frame **at;
    size_t n, cap;
};

static int by_seq(const void *a, const void *b)
{
    uint64_t x = (*(const struct ahead_frame *const *)a)->seq,
             y = (*(const struct ahead_frame *const *)b)->seq;
    return (x > y) - (x < y);
}

static const char *bytes_of(const struct ahead_frame *f)
{
    return (const char *)(f + 1);
}

static int scan(const char *p, size_t n, struct found *out, struct err *e)
{
    for (size_t at = 0; at + AHEAD_BLOCK <= n; at += AHEAD_BLOCK) {
        const struct ahead_frame *f = (const struct ahead_frame *)(const void *)(p + at);
        if (memcmp(f->magic, AHEAD_MAGIC, sizeof f->magic) != 0 || f->n > n - at - sizeof *f ||
            ahead_check(f, bytes_of(f)) != f->check)
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
static int put_back(int file, const struct found *f, const char *path, struct err *e)
{
    const struct ahead_frame *last = f->at[f->n - 1];
    struct stat st;
    size_t i = f->n;
    off_t end = last->at + (off_t)last->n;
    while (i > 0 && f->at[i - 1]->at + (off_t)f->at[i - 1]->n > last->settled)
        i--;
    if (i == f->n)
        return 0;
    if (fstat(file, &st) < 0)
        return err_errno(e, "读不了 %s", path);
    if (st.st_size < f->at[i]->at)
        return too_short(path, st.st_size, end, e);
    for (off_t at = f->at[i]->at; i < f->n; at += (off_t)f->at[i++]->n) {
        if (f->at[i]->at != at) {
            err_set(e, ERR_STATE, "审核记录的预写文件中间缺了一段（第 %lld 字节起）",
                    (long long)at);
            return err_where(e, "%s", path);
        }
        if (fd_write_at(file, bytes_of(f->at[i]), f->at[i]->n, at) < 0)
            return err_errno(e, "补写不了 %s", path);
    }
    return fdatasync(file) < 0 ? err_errno(e, "补写不了 %s", path) : 0;
}

int ahead_put_back(int ahead, off_t size, int file, const char *path, uint64_t *seq, off_t *sure,
                   struct err *e)
{
    struct found f = {NULL, 0, 0};
    if (size < AHEAD_BLOCK)
        return 0;
    char *p = mmap(NULL, (size_t)size, PROT_READ, MAP_PRIVATE, ahead, 0);
    if (p == MAP_FAILED)
        return err_errno(e, "读不了 %s 的预写文件", path);
    int rc = scan(p, (size_t)size, &f, e);
    if (rc == 0 && f.n) {
        const struct ahead_frame *last = f.at[f.n - 1];
        *seq = last->seq;
        *sure = last->at + (off_t)last->n;
        rc = put_back(file, &f, path, e);
    }
    munmap(p, (size_t)size);
    mem_free(f.at);
    return rc;
}
