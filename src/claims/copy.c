/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "claims/copy.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"

#define TRIES 3
#define PIECE (1u << 20)

struct state {
    off_t size;
    struct timespec at;
    ino_t inode;
    bool there;
};

static int state_of(const char *path, struct state *out, struct err *e)
{
    struct stat st;

    *out = (struct state){0};
    if (stat(path, &st) < 0)
        return errno == ENOENT ? 0 : err_errno(e, "读不了 %s", path);
    *out = (struct state){st.st_size, st.st_mtim, st.st_ino, true};
    return 0;
}

static bool same(const struct state *a, const struct state *b)
{
    return a->there == b->there && a->size == b->size && a->inode == b->inode &&
           a->at.tv_sec == b->at.tv_sec && a->at.tv_nsec == b->at.tv_nsec;
}

static int copy_fd(int from, const char *to, struct err *e)
{
    char *piece = mem_alloc(PIECE);
    int fd = piece ? open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600) : -1;
    off_t at = 0;
    ssize_t n = 1;

    if (!piece)
        return err_nomem(e);
    while (fd >= 0 && (n = pread(from, piece, PIECE, at)) > 0) {
        if (write(fd, piece, (size_t)n) != n) {
            n = -1;
            break;
        }
        at += n;
    }
    mem_free(piece);
    if (fd < 0 || n < 0 || fsync(fd) < 0) {
        err_errno(e, "写不了 %s", to);
        if (fd >= 0)
            close(fd);
        return ERR_IO;
    }
    close(fd);
    return 0;
}

/* DuckDB's lock on its file is this process's, and would be gone if any descriptor of the file were closed: ours stays open as
 * long as the store. */
static int main_fd(struct store *s, const char *path, struct err *e)
{
    if (s->copy_fd <= 0)
        s->copy_fd = open(path, O_RDONLY | O_CLOEXEC);
    return s->copy_fd > 0 ? 0 : err_errno(e, "打不开 %s", path);
}

static int copy_log(const char *from, const char *to, struct err *e)
{
    int fd = open(from, O_RDONLY | O_CLOEXEC), rc;

    if (fd < 0)
        return errno == ENOENT ? 0 : err_errno(e, "打不开 %s", from);
    rc = copy_fd(fd, to, e);
    close(fd);
    return rc;
}

int store_copy(struct store *s, const char *to, struct err *e)
{
    char from[4200], log[4210], at[4200], at_log[4210];
    struct state before[2], after[2];
    int rc;

    snprintf(from, sizeof from, "%s/claims.duckdb", s->dir);
    snprintf(log, sizeof log, "%s.wal", from);
    snprintf(at, sizeof at, "%s/claims.duckdb", to);
    snprintf(at_log, sizeof at_log, "%s.wal", at);
    rc = main_fd(s, from, e);
    for (int i = 0; i < TRIES && !rc; i++) {
        rc = state_of(from, &before[0], e);
        if (!rc)
            rc = state_of(log, &before[1], e);
        if (!rc)
            rc = copy_fd(s->copy_fd, at, e);
        unlink(at_log);
        if (!rc && before[1].there)
            rc = copy_log(log, at_log, e);
        if (!rc)
            rc = state_of(from, &after[0], e);
        if (!rc)
            rc = state_of(log, &after[1], e);
        if (rc || (same(&before[0], &after[0]) && same(&before[1], &after[1])))
            return rc;
    }
    return rc ? rc : err_set(e, ERR_STATE, "结算数据一直在写，没能备份；请在没有任务时再做");
}
