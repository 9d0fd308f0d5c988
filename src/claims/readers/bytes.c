/* SPDX-License-Identifier: MulanPSL-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "claims/readers/reader.h"

int bytes_open(struct bytes *b, const char *path, struct err *e)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return err_errno(e, "打不开 %s", path);
    int rc = 0;
    if (fstat(fd, &st) != 0)
        rc = err_errno(e, "读不了 %s", path);
    else if (!S_ISREG(st.st_mode))
        rc = err_set(e, ERR_INPUT, "%s 不是普通文件", path);
    if (rc == 0 && st.st_size > 0) {
        void *p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
        if (p == MAP_FAILED) {
            rc = err_errno(e, "读不了 %s", path);
        } else {
            b->map = p;
            b->map_len = (size_t)st.st_size;
            b->s = (struct span){p, b->map_len};
        }
    } else if (rc == 0) {
        b->s = (struct span){"", 0};
    }
    close(fd);
    return rc;
}

void bytes_release(struct bytes *b)
{
    if (b->map)
        munmap(b->map, b->map_len);
    mem_free(b->own);
    *b = (struct bytes)BYTES_INIT;
}

static int temp_file(struct err *e)
{
    const char *dir = getenv("TMPDIR");
    char path[512];
    if (!dir || !*dir || strlen(dir) > 400)
        dir = "/tmp";
    strcpy(path, dir);
    strcat(path, "/huji-XXXXXX");
    int fd = mkostemp(path, O_CLOEXEC);
    if (fd < 0)
        return err_errno(e, "建不了临时文件 %s", path);
    unlink(path);
    return fd;
}

static int spill_flush(struct spill *s, struct err *e)
{
    if (s->fd < 0) {
        int fd = temp_file(e);
        if (fd < 0)
            return fd;
        s->fd = fd;
    }
    if (fd_write(s->fd, s->buf.p, s->buf.n) < 0) {
        err_errno(e, "写不了临时文件");
        return err_hint(e, "临时目录空间可能已满；可用环境变量 TMPDIR 换一个目录");
    }
    s->written += s->buf.n;
    buf_clear(&s->buf);
    return 0;
}

int spill_add(struct spill *s, const char *p, size_t n, struct err *e)
{
    buf_add(&s->buf, p, n);
    if (s->buf.failed)
        return err_nomem(e);
    return s->buf.n >= SPILL_AT ? spill_flush(s, e) : 0;
}

int spill_finish(struct spill *s, struct bytes *out, struct err *e)
{
    *out = (struct bytes)BYTES_INIT;
    if (s->fd < 0) { /* the buffer changes hands */
        out->own = s->buf.p;
        out->s = (struct span){s->buf.p ? s->buf.p : "", s->buf.n};
        s->buf = (struct buf)BUF_INIT;
        return 0;
    }
    int rc = s->buf.n ? spill_flush(s, e) : 0;
    if (rc == 0) {
        void *p = mmap(NULL, (size_t)s->written, PROT_READ, MAP_PRIVATE, s->fd, 0);
        if (p == MAP_FAILED) {
            rc = err_errno(e, "读不了临时文件");
        } else {
            out->map = p;
            out->map_len = (size_t)s->written;
            out->s = (struct span){p, out->map_len};
        }
    }
    spill_release(s);
    return rc;
}

void spill_release(struct spill *s)
{
    if (s->fd >= 0)
        close(s->fd);
    buf_release(&s->buf);
    *s = (struct spill)SPILL_INIT;
}
