/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

static int put(const char *path, const char *mode, struct span text, struct err *e)
{
    FILE *f = fopen(path, mode);
    bool ok;

    if (!f)
        return err_errno(e, "写不了 %s", path);
    ok = fwrite(text.p, 1, text.n, f) == text.n && fflush(f) == 0 && fsync(fileno(f)) == 0;
    ok = fclose(f) == 0 && ok;
    return ok ? 0 : err_errno(e, "写不了 %s", path);
}

int file_write_whole(const char *path, struct span text, struct err *e)
{
    char fresh[4300];
    int n = snprintf(fresh, sizeof fresh, "%s.new", path), rc;

    if (n < 0 || (size_t)n >= sizeof fresh)
        return err_set(e, ERR_USAGE, "路径太长：%.200s", path);
    rc = put(fresh, "wb", text, e);
    if (rc == 0 && rename(fresh, path) != 0)
        rc = err_errno(e, "写不了 %s", path);
    if (rc < 0)
        unlink(fresh);
    return rc;
}

int file_append(const char *path, struct span text, struct err *e)
{
    return put(path, "ab", text, e);
}

int dir_sync(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), rc;

    if (fd < 0)
        return -1;
    rc = fsync(fd);
    close(fd);
    return rc;
}

ssize_t fd_read(int fd, char *p, size_t n)
{
    size_t got = 0;

    while (got < n) {
        ssize_t k = read(fd, p + got, n - got);

        if (k < 0 && errno == EINTR)
            continue;
        if (k < 0)
            return -1;
        if (k == 0)
            break;
        got += (size_t)k;
    }
    return (ssize_t)got;
}

int fd_write(int fd, const char *p, size_t n)
{
    while (n) {
        ssize_t k = write(fd, p, n);

        if (k < 0 && errno == EINTR)
            continue;
        if (k <= 0)
            return -1;
        p += k;
        n -= (size_t)k;
    }
    return 0;
}

int fd_write_at(int fd, const char *p, size_t n, off_t at)
{
    while (n) {
        ssize_t k = pwrite(fd, p, n, at);

        if (k < 0 && errno == EINTR)
            continue;
        if (k <= 0) {
            errno = k ? errno : ENOSPC;
            return -1;
        }
        p += k;
        n -= (size_t)k;
        at += k;
    }
    return 0;
}
