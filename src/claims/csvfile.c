/* SPDX-License-Identifier: MulanPSL-2.0 */
/* csv_open: what encoding, what delimiter, what heading, where records end. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/mem.h"
#include "claims/convert.h"
#include "claims/csv.h"
#include "claims/digest.h"

/* Bytes of the character that `lead` begins; 0 = none begins so. */
static size_t utf8_need(unsigned char lead)
{
    return lead < 0x80   ? 1
           : lead < 0xc2 ? 0
           : lead < 0xe0 ? 2
           : lead < 0xf0 ? 3
           : lead < 0xf5 ? 4
                         : 0;
}

/* Length of the valid UTF-8 at the start of p. *bad: what follows is wrong, not just cut off. */
static size_t utf8_run(const char *p, size_t n, bool *bad)
{
    size_t i = 0;
    uint64_t w;
    *bad = false;
    for (;;) {
        while (i + 8 <= n && (memcpy(&w, p + i, 8), !(w & UINT64_C(0x8080808080808080))))
            i += 8;
        if (i == n)
            return i;
        unsigned char c = (unsigned char)p[i];
        size_t need = utf8_need(c);
        if (need && i + need > n)
            return i;
        /* most Chinese characters: E1..EC, two continuation bytes */
        bool easy = need == 1 || (need == 3 && c > 0xe0 && c < 0xed && (p[i + 1] & 0xc0) == 0x80 &&
                                  (p[i + 2] & 0xc0) == 0x80);
        if (!easy && (!need || !utf8_valid((struct span){p + i, need}, NULL))) {
            *bad = true;
            return i;
        }
        i += need;
    }
}

static int fail_read(const char *path, struct err *e)
{
    return err_errno(e, "读不了 %s", path);
}

static int open_for_read(const char *path, uint64_t *size, struct err *e)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat st;
    if (fd < 0 || fstat(fd, &st) < 0) {
        int rc = err_errno(e, "打不开 %s", path);
        if (fd >= 0)
            close(fd);
        return rc;
    }
    if (!S_ISREG(st.st_mode)) {
        close(fd);
        return err_set(e, ERR_INPUT, "%s 不是普通文件", path);
    }
    *size = (uint64_t)st.st_size;
    return fd;
}

/* The file as given is hashed by a thread of its own, which reads what is read here anyway: half as long in all. */
struct hashing {
    pthread_t thread;
    const char *path;
    atomic_bool stop;
    bool threaded;
    struct digest *sha;
    struct err e;
    int rc;
};

static void *hash_file(void *arg)
{
    enum { PART = 1 << 18 };
    struct hashing *h = arg;
    uint64_t size = 0;
    int fd = open_for_read(h->path, &size, &h->e);
    char *b = mem_alloc(PART);
    h->rc = fd < 0 ? fd : b ? 0 : err_nomem(&h->e);
    for (ssize_t k; h->rc == 0 && !h->stop && (k = fd_read(fd, b, PART)) != 0;) {
        if (k < 0)
            h->rc = fail_read(h->path, &h->e);
        else
            digest_add(h->sha, b, (size_t)k);
    }
    mem_free(b);
    if (fd >= 0)
        close(fd);
    return NULL;
}

static int hash_begin(struct hashing *h, const char *path, bool threaded, struct err *e)
{
    h->path = path;
    if (!(h->sha = digest_new()))
        return err_nomem(e);
    h->threaded = threaded && pthread_create(&h->thread, NULL, hash_file, h) == 0;
    return 0;
}

/* rc: of what was done meanwhile; the hash is of no use if that failed. */
static int hash_end(struct hashing *h, int rc, char hex[65], struct err *e)
{
    char unused[65];
    h->stop = rc < 0;
    if (h->threaded)
        pthread_join(h->thread, NULL);
    else if (h->sha && rc == 0)
        hash_file(h);
    if (h->sha)
        digest_end(h->sha, rc == 0 ? hex : unused);
    if (rc == 0 && h->rc < 0) {
        rc = h->rc;
        if (e)
            *e = h->e;
    }
    return rc;
}

struct indexer {
    struct csv_file *f;
    int fd;
    char *b;
    size_t cap, n; /* n bytes in b */
    uint64_t at;   /* offset of b[0] in the file */
    uint64_t row, line;
    size_t valid; /* bytes of b known to be UTF-8 */
    bool eof, headed;
};

static bool plain_block(const char *p, size_t n)
{
    return !memchr(p, '"', n) && !memchr(p, '\r', n);
}

/* Records and lines of text that ends with LF and has neither quotes nor CR. */
static void count_plain(const char *p, size_t n, uint64_t *rows, uint64_t *lines)
{
    uint64_t breaks = 0, blank = 0;
    const char *end = p + n, *from = p;
    for (const char *q; from < end && (q = memchr(from, '\n', (size_t)(end - from)));
         from = q + 1) {
        breaks++;
        blank += q == from;
    }
    *lines += breaks;
    *rows += breaks - blank;
}

static int add_block(struct indexer *x, size_t from, size_t bytes, uint64_t row, uint64_t line)
{
    struct csv_file *f = x->f;
    if (mem_grow(&f->block, &f->cap_block, f->n_block + 1, sizeof *f->block) < 0)
        return -1;
    f->block[f->n_block++] = (struct csv_block){x->at + from, bytes, row, line};
    return 0;
}

static char guess_delim(const char *p, size_t n)
{
    static const char may[] = ",\t|;";
    size_t best = 0, count[4] = {0};
    bool quoted = false;
    for (size_t i = 0; i < n && (quoted || (p[i] != '\n' && p[i] != '\r')); i++) {
        if (p[i] == '"')
            quoted = !quoted;
        for (size_t k = 0; k < 4 && !quoted; k++)
            count[k] += p[i] == may[k];
    }
    for (size_t k = 1; k < 4; k++)
        if (count[k] > count[best])
            best = k;
    return may[best];
}

/* The heading is the first record. Returns bytes used, 0 when more is needed, negative on error. */
static long take_heading(struct indexer *x, struct err *e)
{
    struct csv_file *f = x->f;
    size_t skip = x->at == 0 && x->n >= 3 && memcmp(x->b, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    if (skip && strcmp(f->encoding, "UTF-8") == 0)
        f->encoding = "UTF-8 BOM";
    static _Thread_local struct csv_field field[MAX_COLUMNS];
    struct csv_record r;
    for (;;) {
        if (skip == x->n)
            return x->eof ? err_set(e, ERR_INPUT, "%s 是空文件，连表头也没有", f->path) : 0;
        f->delim = guess_delim(x->b + skip, x->n - skip);
        enum csv_state s = csv_next(x->b + skip, x->b + x->n, x->eof, f->delim, field, MAX_COLUMNS,
                                    &r);
        if (s == CSV_MORE)
            return x->n >= CSV_RECORD_MAX
                       ? err_set(e, ERR_INPUT, "%s 第 1 行过长，不像表格", f->path)
                       : 0;
        skip += r.bytes;
        x->line += r.lines;
        if (s == CSV_OK)
            break;
        if (s != CSV_BLANK)
            return err_set(e, ERR_INPUT, "%s 表头的引号不成对", f->path);
    }
    if (r.n > MAX_COLUMNS)
        return err_set(e, ERR_LIMIT, "%s 有 %zu 列，超过 %d", f->path, r.n, MAX_COLUMNS);
    f->head = arena_calloc(&f->arena, r.n * sizeof *f->head);
    for (size_t i = 0; f->head && i < r.n; i++)
        f->head[i] = arena_span(&f->arena, span_trim(csv_unquote(&field[i])));
    if (!f->head)
        return err_nomem(e);
    f->n_head = r.n;
    x->headed = true;
    return (long)skip;
}

/* Cuts what is in the buffer at the last end of a record. Returns bytes used, negative on error. */
static long cut(struct indexer *x, size_t from, struct err *e)
{
    uint64_t row = x->row, line = x->line;
    size_t used = from;
    char *p = x->b + from;
    size_t n = x->n - from;
    char *lf = n ? memrchr(p, '\n', n) : NULL;
    if (lf && !(x->eof && lf + 1 < p + n) && plain_block(p, (size_t)(lf + 1 - p))) {
        used = (size_t)(lf + 1 - x->b);
        count_plain(p, used - from, &x->row, &x->line);
    } else {
        struct csv_record r;
        while (used < x->n) {
            enum csv_state s = csv_next(x->b + used, x->b + x->n, x->eof, x->f->delim, NULL, 0, &r);
            if (s == CSV_MORE)
                break;
            used += r.bytes;
            x->line += r.lines;
            x->row += s != CSV_BLANK;
        }
    }
    if (used == from && x->n - from >= CSV_RECORD_MAX)
        return err_set(e, ERR_LIMIT, "%s 第 %llu 行起的一条记录超过 16 MB", x->f->path,
                       (unsigned long long)x->line);
    if (used > from && add_block(x, from, used - from, row, line) < 0)
        return err_nomem(e);
    return (long)used;
}

/* Whether the bytes newly read are UTF-8 without NUL. *foreign: they are not, try another encoding. */
static int check_bytes(struct indexer *x, bool *foreign, struct err *e)
{
    bool bad;
    const char *nul = memchr(x->b + x->valid, 0, x->n - x->valid);
    if (nul) {
        err_set(e, ERR_INPUT, "%s 第 %llu 字节是 NUL，不是文本文件", x->f->path,
                (unsigned long long)(x->at + (uint64_t)(nul - x->b) + 1));
        return err_hint(e, "若是 Excel 文件，请保留 .xlsx / .xls 后缀再导入");
    }
    x->valid += utf8_run(x->b + x->valid, x->n - x->valid, &bad);
    *foreign = bad || (x->eof && x->valid < x->n);
    if (*foreign && x->f->temporary)
        return err_set(e, ERR_INPUT, "%s 转码后仍不是 UTF-8", x->f->path);
    return 0;
}

static int fill(struct indexer *x, struct err *e)
{
    if (x->cap - x->n < CSV_BLOCK) {
        char *b = mem_realloc(x->b, x->n + CSV_BLOCK + 8);
        if (!b)
            return err_nomem(e);
        x->b = b;
        x->cap = x->n + CSV_BLOCK;
    }
    ssize_t k = fd_read(x->fd, x->b + x->n, CSV_BLOCK);
    if (k < 0)
        return fail_read(x->f->read_path, e);
    x->n += (size_t)k;
    x->eof = k < (ssize_t)CSV_BLOCK;
    return 0;
}

static int index_blocks(struct indexer *x, bool *foreign, const struct progress *progress,
                        struct err *e)
{
    int rc = 0;
    *foreign = false;
    while (rc == 0 && !x->eof) {
        rc = fill(x, e);
        if (rc == 0)
            rc = check_bytes(x, foreign, e);
        if (rc < 0 || *foreign)
            break;
        long used = x->headed ? 0 : take_heading(x, e);
        if (used >= 0 && x->headed)
            used = cut(x, (size_t)used, e);
        if (used < 0)
            return (int)used;
        memmove(x->b, x->b + used, x->n - (size_t)used);
        x->n -= (size_t)used;
        x->valid -= (size_t)used;
        x->at += (uint64_t)used;
        progress_step(progress, "检查文件", x->at, x->f->size);
        if (progress_cancelled(progress))
            rc = err_set(e, ERR_STATE, "已中断");
    }
    return rc;
}

static int index_file(struct csv_file *f, bool *foreign, const struct progress *progress,
                      struct err *e)
{
    struct indexer x = {.f = f, .line = 1};
    uint64_t size = 0;
    x.fd = open_for_read(f->read_path, &size, e);
    if (x.fd < 0)
        return x.fd;
    f->size = size;
    int rc = index_blocks(&x, foreign, progress, e);
    f->rows = x.row;
    mem_free(x.b);
    close(x.fd);
    return rc;
}

/* The two bytes that begin a UTF-16 file, as iconv calls it; NULL otherwise. */
static const char *utf16_name(const char *path)
{
    unsigned char b[2] = {0};
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return NULL;
    ssize_t n = read(fd, b, 2);
    close(fd);
    if (n != 2)
        return NULL;
    return b[0] == 0xff && b[1] == 0xfe ? "UTF-16" : b[0] == 0xfe && b[1] == 0xff ? "UTF-16" : NULL;
}

static int reread(struct csv_file *f, const char *from, const char *tmp, int threads,
                  const struct progress *progress, struct err *e)
{
    int rc = convert_to_utf8(f->path, from, tmp, threads, e);
    if (rc < 0) {
        unlink(tmp);
        return rc;
    }
    free(f->read_path);
    f->read_path = strdup(tmp);
    f->temporary = true;
    f->encoding = from;
    f->n_block = 0;
    bool foreign;
    return f->read_path ? index_file(f, &foreign, progress, e) : err_nomem(e);
}

static int find_records(struct csv_file *f, const char *tmp, int threads,
                        const struct progress *progress, struct err *e)
{
    const char *wide = utf16_name(f->path);
    bool foreign = false;
    int rc = wide ? reread(f, wide, tmp, threads, progress, e)
                  : index_file(f, &foreign, progress, e);
    if (rc == 0 && foreign)
        rc = reread(f, "GB18030", tmp, threads, progress, e);
    if (rc == 0 && !f->n_head)
        rc = err_set(e, ERR_INPUT, "%s 是空文件，连表头也没有", f->path);
    return rc;
}

int csv_open(const char *path, const char *tmp, int threads, struct csv_file *out,
             const struct progress *progress, struct err *e)
{
    struct hashing h = {0};
    *out = (struct csv_file){.path = path, .encoding = "UTF-8", .read_path = strdup(path)};
    if (!out->read_path)
        return err_nomem(e);
    int rc = hash_begin(&h, path, threads > 1, e);
    if (rc == 0)
        rc = find_records(out, tmp, threads, progress, e);
    rc = hash_end(&h, rc, out->sha256, e);
    if (rc < 0)
        csv_close(out);
    return rc;
}

void csv_close(struct csv_file *f)
{
    if (f->temporary && f->read_path)
        unlink(f->read_path);
    free(f->read_path);
    mem_free(f->block);
    arena_release(&f->arena);
    *f = (struct csv_file){0};
}

static int load_block(int fd, const struct csv_block *k, char **b, size_t *cap)
{
    if (mem_grow(b, cap, k->bytes + 1, 1) < 0 || lseek(fd, (off_t)k->at, SEEK_SET) < 0)
        return -1;
    return fd_read(fd, *b, k->bytes) == (ssize_t)k->bytes ? 0 : -1;
}

/* The rows of one block; returns how many were there. */
static size_t each_in_block(const struct csv_file *f, const struct csv_block *k, char *b,
                            const int64_t *row, size_t n, size_t i, csv_each_fn *each, void *ctx)
{
    char *p = b, *end = b + k->bytes;
    uint64_t at = k->row, line = k->line;
    size_t from = i;
    struct csv_record r;
    while (p < end && i < n) {
        enum csv_state s = csv_next(p, end, true, f->delim, NULL, 0, &r);
        if (s != CSV_BLANK && (int64_t)at++ == row[i]) {
            size_t len = r.bytes;
            while (len && (p[len - 1] == '\n' || p[len - 1] == '\r'))
                len--;
            each(ctx, i++, line, (struct span){p, len});
        }
        p += r.bytes;
        line += r.lines;
    }
    return i - from;
}

int csv_each(const struct csv_file *f, const int64_t *row, size_t n, csv_each_fn *each, void *ctx,
             struct err *e)
{
    uint64_t size = 0;
    int fd = n ? open_for_read(f->read_path, &size, e) : -1;
    if (fd < 0)
        return n ? fd : 0;
    char *b = NULL;
    size_t cap = 0;
    int rc = 0;
    for (size_t k = 0, i = 0; k < f->n_block && i < n && rc == 0; k++) {
        if (k + 1 < f->n_block && f->block[k + 1].row <= (uint64_t)row[i])
            continue;
        if (load_block(fd, &f->block[k], &b, &cap) < 0)
            rc = fail_read(f->read_path, e);
        else
            i += each_in_block(f, &f->block[k], b, row, n, i, each, ctx);
    }
    mem_free(b);
    close(fd);
    return rc;
}
