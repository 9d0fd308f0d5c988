/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "life/stage.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

/* --- trees ------------------------------------------------------------------------------------------- */

static int gone(const char *path, const struct stat *st, int what, struct FTW *f)
{
    (void)st;
    (void)what;
    (void)f;
    return remove(path);
}

static void remove_tree(const char *dir)
{
    nftw(dir, gone, 16, FTW_DEPTH | FTW_PHYS);
}

/* A file on another kind of file system is copied. */
static int copy_file(const char *from, const char *to, struct err *e)
{
    FILE *in = fopen(from, "rb"), *out = in ? fopen(to, "wb") : NULL;
    char block[65536];
    size_t n;
    bool ok = in && out;

    while (ok && (n = fread(block, 1, sizeof block, in)) > 0)
        ok = fwrite(block, 1, n, out) == n;
    ok = ok && !ferror(in);
    if (out && fclose(out) != 0)
        ok = false;
    if (in)
        fclose(in);
    return ok ? 0 : err_errno(e, "抄不了 %s", from);
}

/* A line added in the copy must not be in the original before the copy takes its place. */
static bool is_added_to(const char *name)
{
    return strcmp(name, "changes.jsonl") == 0;
}

static int copy_tree(const char *from, const char *to, int depth, struct err *e)
{
    DIR *d = opendir(from);
    struct dirent *x;
    int rc = 0;

    /* None yet is an empty copy; one that cannot be read must not become one. */
    if (!d && errno != ENOENT)
        return err_errno(e, "读不了目录 %s", from);
    if (mkdir(to, 0755) != 0 && errno != EEXIST)
        rc = err_errno(e, "建不了目录 %s", to);
    while (rc == 0 && d && (x = readdir(d))) {
        char a[4096], b[4096];
        struct stat st;

        if (x->d_name[0] == '.')
            continue;
        if (snprintf(a, sizeof a, "%s/%s", from, x->d_name) >= (int)sizeof a ||
            snprintf(b, sizeof b, "%s/%s", to, x->d_name) >= (int)sizeof b || depth > 8)
            rc = err_set(e, ERR_LIMIT, "路径太长：%.200s", from);
        else if (lstat(a, &st) != 0)
            rc = err_errno(e, "看不了 %s", a);
        else if (S_ISDIR(st.st_mode))
            rc = copy_tree(a, b, depth + 1, e);
        else if (S_ISREG(st.st_mode) && (is_added_to(x->d_name) || link(a, b) != 0))
            rc = copy_file(a, b, e);
    }
    if (d)
        closedir(d);
    return rc;
}

/* --- a stage ------------------------------------------------------------------------------------------- */

/* What processes that are no more left behind. */
static void sweep(const char *data)
{
    DIR *d = opendir(data);
    struct dirent *x;

    while (d && (x = readdir(d))) {
        char path[4096];
        int pid;

        if (sscanf(x->d_name, "rules.stage-%d-", &pid) == 1 && pid != getpid() &&
            kill(pid, 0) != 0 && errno == ESRCH &&
            snprintf(path, sizeof path, "%s/%s", data, x->d_name) < (int)sizeof path)
            remove_tree(path);
    }
    if (d)
        closedir(d);
}

static int take_lock(const char *data, struct stage *s, struct err *e)
{
    char path[1100];

    snprintf(path, sizeof path, "%s/rules.lock", data);
    s->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (s->lock < 0 || flock(s->lock, LOCK_EX) != 0)
        return err_errno(e, "锁不住 %s", path);
    return 0;
}

int stage_open(const char *data, bool write, struct stage *out, struct err *e)
{
    static atomic_int number;
    int rc;

    *out = (struct stage){.lock = -1};
    if (snprintf(out->own, sizeof out->own, "%s/rules", data) >= (int)sizeof out->own) {
        out->own[0] = 0;
        return err_set(e, ERR_LIMIT, "路径太长：%.200s", data);
    }
    snprintf(out->dir, sizeof out->dir, "%s/rules.stage-%d-%d", data, (int)getpid(),
             atomic_fetch_add(&number, 1));
    sweep(data);
    rc = write ? take_lock(data, out, e) : 0;
    if (!rc)
        rc = copy_tree(out->own, out->dir, 0, e);
    if (rc)
        stage_drop(out);
    return rc;
}

int stage_write(struct stage *s, const char *name, struct span text, struct err *e)
{
    char path[2200];
    char *slash;
    int rc = 0;

    if (snprintf(path, sizeof path, "%s/%s", s->dir, name) >= (int)sizeof path)
        return err_set(e, ERR_LIMIT, "路径太长：%.200s", name);
    for (slash = path + strlen(s->dir) + 1; !rc && (slash = strchr(slash, '/')); slash++) {
        *slash = 0;
        if (mkdir(path, 0755) != 0 && errno != EEXIST)
            rc = err_errno(e, "建不了目录 %s", path);
        *slash = '/';
    }
    /* A new file under the name: the linked one stays as it is. */
    return rc ? rc : file_write_whole(path, text, e);
}

int stage_remove(struct stage *s, const char *name, struct err *e)
{
    char path[2200];

    if (snprintf(path, sizeof path, "%s/%s", s->dir, name) >= (int)sizeof path)
        return err_set(e, ERR_LIMIT, "路径太长：%.200s", name);
    return unlink(path) == 0 || errno == ENOENT ? 0 : err_errno(e, "删不了 %s", path);
}

static void sync_whole(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd >= 0) {
        syncfs(fd);
        close(fd);
    }
}

int stage_commit(struct stage *s, struct err *e)
{
    char data[1024];
    int rc;

    /* Names in library/, versions/ ..., not only those at the top. */
    sync_whole(s->dir);
    rc = renameat2(AT_FDCWD, s->dir, AT_FDCWD, s->own, RENAME_EXCHANGE);
    if (rc != 0 && errno == ENOENT) /* the first: there was no DATA/rules */
        rc = rename(s->dir, s->own);
    if (rc != 0)
        return err_errno(e, "换不上 %s", s->own);
    snprintf(data, sizeof data, "%s", s->own);
    *strrchr(data, '/') = 0;
    dir_sync(data);
    return 0;
}

void stage_drop(struct stage *s)
{
    if (s->dir[0])
        remove_tree(s->dir);
    if (s->lock >= 0)
        close(s->lock);
    *s = (struct stage){.lock = -1};
}
