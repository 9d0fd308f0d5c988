/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "claims/convert.h"

#include <errno.h>
#include <fcntl.h>
#include <iconv.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"

enum { PIECE = 1 << 20, MAX_PIECES = 8 };

/* What one thread converts of what was read. */
struct piece {
    pthread_t thread;
    iconv_t cd;
    char *in, *out;
    size_t n, done, made; /* bytes there, converted, and what became of them */
    int bad;              /* 0, EILSEQ: in[done] is no character, EINVAL: it is cut off */
};

struct conversion {
    const char *path, *to;
    struct piece piece[MAX_PIECES];
    int n_pieces;
    int in, out;
    char *b;
    size_t n; /* bytes in b, from byte `at` of the file on */
    uint64_t at;
};

static void *convert(void *arg)
{
    struct piece *p = arg;
    char *from = p->in, *to = p->out;
    size_t left = p->n, room = (size_t)4 * PIECE;
    p->bad = iconv(p->cd, &from, &left, &to, &room) == (size_t)-1 ? errno : 0;
    p->done = p->n - left;
    p->made = (size_t)(to - p->out);
    return NULL;
}

static int begin(struct conversion *c, const char *from, int threads, struct err *e)
{
    bool wide = strncmp(from, "UTF-16", 6) == 0;
    c->n_pieces = wide || threads < 1 ? 1 : threads < MAX_PIECES ? threads : MAX_PIECES;
    for (int i = 0; i < c->n_pieces; i++) {
        struct piece *p = &c->piece[i];
        if ((p->cd = iconv_open("UTF-8", from)) == (iconv_t)-1) {
            c->n_pieces = i;
            err_set(e, ERR_STATE, "本机没有 %s 转码表", from);
            return err_hint(e, "安装 libc-bin（gconv 模块），或先把文件转成 UTF-8");
        }
        if (!(p->out = mem_alloc((size_t)4 * PIECE))) {
            c->n_pieces = i + 1;
            return err_nomem(e);
        }
    }
    if (!(c->b = mem_alloc((size_t)c->n_pieces * PIECE)))
        return err_nomem(e);
    c->in = open(c->path, O_RDONLY | O_CLOEXEC);
    if (c->in < 0)
        return err_errno(e, "打不开 %s", c->path);
    c->out = open(c->to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    return c->out < 0 ? err_errno(e, "写不了临时文件 %s", c->to) : 0;
}

static void end(struct conversion *c)
{
    for (int i = 0; i < c->n_pieces; i++) {
        if (c->piece[i].cd != (iconv_t)-1)
            iconv_close(c->piece[i].cd);
        mem_free(c->piece[i].out);
    }
    mem_free(c->b);
    if (c->in >= 0)
        close(c->in);
    if (c->out >= 0)
        close(c->out);
}

/* Fills b up; *last: that was the end of the file. */
static int fill(struct conversion *c, bool *last, struct err *e)
{
    size_t room = (size_t)c->n_pieces * PIECE - c->n;
    ssize_t k = fd_read(c->in, c->b + c->n, room);
    if (k < 0)
        return err_errno(e, "读不了 %s", c->path);
    *last = (size_t)k < room;
    c->n += (size_t)k;
    return 0;
}

/* Cuts b behind line feeds; how many pieces there are. Without a line feed it is one, as far as it goes. */
static int cut(struct conversion *c)
{
    char *from = c->b, *end = c->b + c->n;
    int k = 0;
    while (k < c->n_pieces && from < end) {
        size_t n = (size_t)(end - from) < PIECE ? (size_t)(end - from) : PIECE;
        char *lf = c->n_pieces > 1 && from + n < end ? memrchr(from, '\n', n) : NULL;
        if (lf)
            n = (size_t)(lf + 1 - from);
        c->piece[k].in = from;
        c->piece[k++].n = n;
        from += n;
        if (!lf)
            break;
    }
    return k;
}

static int unknown(const struct conversion *c, const struct piece *p, struct err *e)
{
    const char *at = p->in + p->done;
    err_set(e, ERR_INPUT, "%s 既不是 UTF-8 也不是 GB18030：第 %llu 字节（0x%02x）无法识别", c->path,
            (unsigned long long)(c->at + (uint64_t)(at - c->b) + 1), (unsigned char)*at);
    return err_hint(e, "请另存为 UTF-8 编码的 CSV 再导入");
}

/* One round: what is in b, as far as whole characters go. */
static int round_of(struct conversion *c, struct err *e)
{
    int n = cut(c), rc = 0;
    size_t used = 0;
    bool threaded[MAX_PIECES] = {false};
    for (int i = 1; i < n; i++)
        threaded[i] = pthread_create(&c->piece[i].thread, NULL, convert, &c->piece[i]) == 0;
    if (n)
        convert(&c->piece[0]);
    for (int i = 1; i < n; i++) {
        if (threaded[i])
            pthread_join(c->piece[i].thread, NULL);
        else
            convert(&c->piece[i]);
    }
    for (int i = 0; i < n && rc == 0; i++) {
        struct piece *p = &c->piece[i];
        /* a character cut off by a line feed is no character either; one cut off by the end of b goes on */
        if (p->bad == EILSEQ || (p->bad == EINVAL && i + 1 < n))
            rc = unknown(c, p, e);
        else if (fd_write(c->out, p->out, p->made) < 0)
            rc = err_errno(e, "写不了临时文件 %s", c->to);
        used = (size_t)(p->in - c->b) + p->done;
    }
    memmove(c->b, c->b + used, c->n - used);
    c->n -= used;
    c->at += used;
    return rc;
}

int convert_to_utf8(const char *path, const char *from, const char *to, int threads, struct err *e)
{
    struct conversion c = {.path = path, .to = to, .in = -1, .out = -1};
    bool last = false;
    int rc = begin(&c, from, threads, e);
    while (rc == 0 && !last) {
        rc = fill(&c, &last, e);
        while (rc == 0 && c.n && (last || c.n == (size_t)c.n_pieces * PIECE)) {
            size_t had = c.n;
            rc = round_of(&c, e);
            if (c.n == had)
                break;
        }
    }
    if (rc == 0 && c.n)
        rc = err_set(e, ERR_INPUT, "%s 末尾的字符不完整（文件被截断？）：第 %llu 字节", path,
                     (unsigned long long)c.at + 1);
    end(&c);
    return rc;
}
