/* SPDX-License-Identifier: MulanPSL-2.0 */
#define ERR_STATE openssl_err_state
#include <openssl/evp.h>
#undef ERR_STATE

#include "casework/backup_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"

#define PIECE (1u << 20)
#define MAX_DEPTH 32

/* Left out of a data directory: the databases are copied by their own means; what is durable ahead of decisions.jsonl (check/ahead.h)
 * is in it a moment later: copied at another moment the two would not agree; its keys (check/keys_file.h) are read from it. */
static const char *const left_out[] = {"tmp",
                                       "exports",
                                       "lock",
                                       "claims.duckdb",
                                       "claims.duckdb.wal",
                                       "casework.sqlite",
                                       "casework.sqlite-wal",
                                       "casework.sqlite-shm",
                                       "upgrade",
                                       "check/decisions.ahead",
                                       "check/decisions.keys",
                                       NULL};

int backup_slurp(const char *path, struct buf *out, struct err *e)
{
    char piece[65536];
    size_t n;
    FILE *f = fopen(path, "re");

    if (!f)
        return err_errno(e, "打不开 %s", path);
    while ((n = fread(piece, 1, sizeof piece, f)) > 0 && out->n < (64u << 20))
        buf_add(out, piece, n);
    fclose(f);
    return out->failed ? err_nomem(e) : 0;
}

int backup_sync(const char *path, struct err *e)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    int rc = fd < 0 || syncfs(fd) < 0 ? err_errno(e, "写不到盘上：%s", path) : 0;

    if (fd >= 0)
        close(fd);
    return rc;
}

static int remove_one(const char *path, const struct stat *st, int what, struct FTW *at)
{
    (void)st;
    (void)what;
    (void)at;
    remove(path);
    return 0;
}

void backup_remove(const char *path)
{
    nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* --- hashes ------------------------------------------------------------------------------------------- */

static int hash_file(const char *path, char hash[SM3_HEX], int64_t *bytes, struct err *e)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    EVP_MD_CTX *c = EVP_MD_CTX_new();
    char *piece = mem_alloc(PIECE);
    unsigned len = 0;
    ssize_t n = -1;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW), rc = 0;
    bool ok = c && piece && fd >= 0 && EVP_DigestInit_ex(c, EVP_sm3(), NULL) == 1;

    *bytes = 0;
    while (ok && (n = read(fd, piece, PIECE)) > 0) {
        ok = EVP_DigestUpdate(c, piece, (size_t)n) == 1;
        *bytes += n;
    }
    if (!ok || n < 0 || EVP_DigestFinal_ex(c, digest, &len) != 1)
        rc = err_errno(e, "读不了 %s", path);
    for (unsigned i = 0; i < len && !rc; i++)
        snprintf(hash + 2 * i, 3, "%02x", digest[i]);
    if (fd >= 0)
        close(fd);
    mem_free(piece);
    EVP_MD_CTX_free(c);
    return rc;
}

static int add(struct backup_files *f, const char *path, int64_t bytes, const char *hash,
               struct err *e)
{
    if (f->n == f->cap) {
        size_t cap = f->cap * 2 + 32;
        struct backup_file *more = mem_realloc(f->at, cap * sizeof *more);

        if (!more)
            return err_nomem(e);
        f->at = more;
        f->cap = cap;
    }
    f->at[f->n] = (struct backup_file){.path = strdup(path), .bytes = bytes};
    if (!f->at[f->n].path)
        return err_nomem(e);
    memcpy(f->at[f->n++].hash, hash, SM3_HEX);
    return 0;
}

/* Calls for each regular file below; `rel` is its path below the top. */
typedef int visit_fn(void *ctx, const char *path, const char *rel, struct err *e);

static bool is_left_out(const char *path)
{
    for (int i = 0; left_out[i]; i++)
        if (strcmp(left_out[i], path) == 0)
            return true;
    return false;
}

static int walk(const char *dir, const char *rel, int depth, bool choose, visit_fn *visit,
                void *ctx, struct err *e)
{
    DIR *d = depth < MAX_DEPTH ? opendir(dir) : NULL;
    int rc = 0;

    if (!d)
        return err_errno(e, "打不开 %s", dir);
    for (struct dirent *f; !rc && (f = readdir(d));) {
        char path[PATH_MAX], below[PATH_MAX];
        struct stat st;

        if (strcmp(f->d_name, ".") == 0 || strcmp(f->d_name, "..") == 0)
            continue;
        if (snprintf(path, sizeof path, "%s/%s", dir, f->d_name) >= (int)sizeof path ||
            snprintf(below, sizeof below, "%s%s%s", rel, *rel ? "/" : "", f->d_name) >=
                (int)sizeof below)
            rc = err_set(e, ERR_IO, "路径太长：%.200s", dir);
        else if (choose && is_left_out(below))
            continue;
        else if (lstat(path, &st) < 0)
            rc = errno == ENOENT ? 0 : err_errno(e, "读不了 %s", path); /* gone meanwhile */
        else if (S_ISDIR(st.st_mode))
            rc = walk(path, below, depth + 1, choose, visit, ctx, e);
        else if (S_ISREG(st.st_mode))
            rc = visit(ctx, path, below, e);
        else
            rc = err_set(e, ERR_INPUT, "%.300s 不是普通文件，不能备份", path);
    }
    closedir(d);
    return rc;
}

struct hashing {
    struct backup_files *out;
    const struct progress *p;
};

static int hash_one(void *ctx, const char *path, const char *rel, struct err *e)
{
    struct hashing *h = ctx;
    char hash[SM3_HEX] = "";
    int64_t bytes = 0;
    int rc = progress_cancelled(h->p) ? err_set(e, ERR_STATE, "已取消")
                                      : hash_file(path, hash, &bytes, e);

    return rc ? rc : add(h->out, rel, bytes, hash, e);
}

static int by_path(const void *a, const void *b)
{
    return strcmp(((const struct backup_file *)a)->path, ((const struct backup_file *)b)->path);
}

int backup_files_hash(const char *dir, const struct progress *p, struct backup_files *out,
                      struct err *e)
{
    struct hashing h = {out, p};
    int rc;

    progress_step(p, "计算校验值", 0, 0);
    rc = walk(dir, "", 0, false, hash_one, &h, e);
    if (!rc && out->n)
        qsort(out->at, out->n, sizeof *out->at, by_path);
    return rc;
}

void backup_files_release(struct backup_files *f)
{
    for (size_t i = 0; i < f->n; i++)
        free(f->at[i].path);
    mem_free(f->at);
    *f = (struct backup_files){0};
}

/* --- copies ------------------------------------------------------------------------------------------- */

static int make_parents(char *path, struct err *e)
{
    for (char *c = path + 1; *c; c++)
        if (*c == '/') {
            *c = 0;
            if (mkdir(path, 0700) < 0 && errno != EEXIST)
                return err_errno(e, "建不了 %s", path);
            *c = '/';
        }
    return 0;
}

struct copying {
    const char *to;
    bool rest; /* what is there is not copied again */
};

static int copy_one(void *ctx, const char *path, const char *rel, struct err *e)
{
    const struct copying *c = ctx;
    char to[PATH_MAX], *piece;
    int in, out, rc;
    ssize_t n = -1;

    if (snprintf(to, sizeof to, "%s/%s", c->to, rel) >= (int)sizeof to)
        return err_set(e, ERR_IO, "路径太长：%.200s", rel);
    if (c->rest && access(to, F_OK) == 0)
        return 0;
    in = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (in < 0)
        return errno == ENOENT ? 0 : err_errno(e, "打不开 %s", path);
    rc = make_parents(to, e);
    out = rc ? -1 : open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    piece = mem_alloc(PIECE);
    while (out >= 0 && piece && (n = read(in, piece, PIECE)) > 0)
        if (write(out, piece, (size_t)n) != n) {
            n = -1;
            break;
        }
    if (!rc && (out < 0 || !piece || n < 0 || fsync(out) < 0))
        rc = err_errno(e, "写不了 %s", to);
    if (out >= 0)
        close(out);
    close(in);
    mem_free(piece);
    return rc;
}

int backup_copy_others(const char *dir, const char *to, struct err *e)
{
    struct copying c = {to, false};
    int rc = walk(dir, "", 0, true, copy_one, &c, e);

    /* A file that was given another name meanwhile (a volume of decisions that was set aside) may have been met under neither. */
    c.rest = true;
    return rc ? rc : walk(dir, "", 0, true, copy_one, &c, e);
}

int backup_copy_tree(const char *from, const char *to, struct err *e)
{
    struct copying c = {to, false};

    if (mkdir(to, 0700) < 0)
        return err_errno(e, "建不了 %s", to);
    return walk(from, "", 0, false, copy_one, &c, e);
}
