/* SPDX-License-Identifier: MulanPSL-2.0 */
/* /api/uploads: files sent in, what is in a batch, and how the program reads their headings. */
#include "server/uploads.h"

#include <dirent.h>
#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "casework/sm.h"
#include "server/routes.h"
#include "server/server.h"

static bool plain_name(struct span s)
{
    size_t bad;

    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] < 32 || strchr("/\\", s.p[i]))
            return false;
    return s.n >= 1 && s.n <= 200 && s.p[0] != '.' && utf8_valid(s, &bad);
}

/* "2023/一季度/费用.xlsx": every part a plain name. */
static bool path_name(const char *s)
{
    struct span rest = span_of(s);
    int depth = 0;

    if (!rest.n || rest.p[rest.n - 1] == '/')
        return false;
    while (rest.n)
        if (!plain_name(span_cut(&rest, '/')) || ++depth > UPLOAD_DEPTH)
            return false;
    return true;
}

static bool batch_name(const char *s)
{
    return strlen(s) == 16 && strspn(s, "0123456789abcdef") == 16;
}

static int no_batch(struct err *e)
{
    err_set(e, ERR_INPUT, "没有这一批上传，可能已经导入或过期，请重新选文件");
    return err_where(e, "batch");
}

int upload_folder(struct request *r, const char *batch, const char **out, struct err *e)
{
    char *folder = batch && batch_name(batch)
                       ? arena_fmt(&r->arena, "%s/uploads/%s", r->server->options->dir, batch)
                       : NULL;

    if (!folder || access(folder, R_OK) != 0)
        return no_batch(e);
    *out = folder;
    return 0;
}

int upload_path(struct request *r, const char *folder, const char *name, const char **out,
                struct err *e)
{
    char *path = name && path_name(name) ? arena_fmt(&r->arena, "%s/%s", folder, name) : NULL;
    struct stat st;

    if (!path || lstat(path, &st) != 0 || !S_ISREG(st.st_mode)) {
        err_set(e, ERR_INPUT, "这一批里没有这个文件");
        return err_where(e, "name");
    }
    *out = path;
    return 0;
}

static int unlink_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
    (void)st;
    (void)kind;
    (void)ftw;
    return remove(path);
}

void upload_forget(const char *folder)
{
    nftw(folder, unlink_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* What nobody imported in a week: it holds persons' data and is not kept for ever. */
static void forget_old(struct request *r)
{
    char *all = arena_fmt(&r->arena, "%s/uploads", r->server->options->dir);
    DIR *d = all ? opendir(all) : NULL;
    time_t now = time(NULL);

    for (struct dirent *f; d && (f = readdir(d));) {
        struct stat st;
        char *one = batch_name(f->d_name) ? arena_fmt(&r->arena, "%s/%s", all, f->d_name) : NULL;

        if (one && lstat(one, &st) == 0 && now - st.st_mtime > UPLOAD_KEEP_DAYS * 86400)
            upload_forget(one);
    }
    if (d)
        closedir(d);
}

static int make_folder(const char *path, struct err *e)
{
    return mkdir(path, 0700) == 0 || errno == EEXIST ? 0 : err_errno(e, "建不了 %s", path);
}

/* The folders of `name` below `folder`. */
static int make_parents(struct request *r, const char *folder, const char *name, struct err *e)
{
    int rc = 0;

    for (const char *c = strchr(name, '/'); c && !rc; c = strchr(c + 1, '/')) {
        char *path = arena_fmt(&r->arena, "%s/%.*s", folder, (int)(c - name), name);

        rc = path ? make_folder(path, e) : err_nomem(e);
    }
    return rc;
}

static int new_batch(struct request *r, const char **out, struct err *e)
{
    char fresh[17], *folder;
    int rc = random_hex(8, fresh, e);

    if (rc)
        return rc;
    forget_old(r);
    rc = make_folder(arena_fmt(&r->arena, "%s/uploads", r->server->options->dir), e);
    folder = arena_fmt(&r->arena, "%s/uploads/%s", r->server->options->dir, fresh);
    if (!rc)
        rc = folder ? make_folder(folder, e) : err_nomem(e);
    if (!rc)
        *out = folder;
    return rc;
}

static int upload(struct request *r, struct err *e)
{
    const char *name = request_query(r, "name"), *batch = request_query(r, "batch");
    const char *folder = NULL;
    char *path;
    struct stat st;
    int rc;

    if (!name || !path_name(name)) {
        err_set(e, ERR_INPUT, "name 应是文件名（可带文件夹），各段不以点开头");
        return err_where(e, "name");
    }
    rc = batch ? upload_folder(r, batch, &folder, e) : new_batch(r, &folder, e);
    if (rc)
        return rc;
    path = arena_fmt(&r->arena, "%s/%s", folder, name);
    rc = path ? make_parents(r, folder, name, e) : err_nomem(e);
    if (!rc && rename(r->upload, path) < 0)
        rc = err_errno(e, "存不了 %s", name);
    if (!rc && stat(path, &st) < 0)
        rc = err_errno(e, "读不了 %s", name);
    if (rc)
        return rc;
    return reply_json(r, 201,
                      json_pack("{s:s,s:s,s:I}", "batch", strrchr(folder, '/') + 1, "name", name,
                                "bytes", (json_int_t)st.st_size),
                      e);
}

/* --- what is there --------------------------------------------------------------------------------- */

static void add_files(struct request *r, const char *folder, const char *prefix, int depth,
                      json_t *rows)
{
    struct dirent **names;
    int n = depth <= UPLOAD_DEPTH ? scandir(folder, &names, NULL, alphasort) : -1;

    for (int i = 0; i < n; i++) {
        const char *name = names[i]->d_name;
        char *path = arena_fmt(&r->arena, "%s/%s", folder, name);
        char *shown = arena_fmt(&r->arena, "%s%s", prefix, name);
        struct stat st;

        if (path && shown && name[0] != '.' && lstat(path, &st) == 0) {
            if (S_ISDIR(st.st_mode))
                add_files(r, path, arena_fmt(&r->arena, "%s/", shown), depth + 1, rows);
            else if (S_ISREG(st.st_mode))
                json_array_append_new(rows,
                                      json_pack("{s:o,s:I}", "name", json_span(span_of(shown)),
                                                "bytes", (json_int_t)st.st_size));
        }
        free(names[i]);
    }
    if (n >= 0)
        free(names);
}

static int show(struct request *r, struct err *e)
{
    const char *folder;
    json_t *rows = json_array();
    int rc = upload_folder(r, request_param(r, "batch"), &folder, e);

    if (rc) {
        json_decref(rows);
        return rc;
    }
    add_files(r, folder, "", 0, rows);
    return reply_json(r, 200,
                      json_pack("{s:s,s:o}", "batch", request_param(r, "batch"), "rows", rows), e);
}

static int drop(struct request *r, struct err *e)
{
    const char *folder, *path, *name = request_query(r, "name");
    int rc = upload_folder(r, request_param(r, "batch"), &folder, e);

    if (!rc && name)
        rc = upload_path(r, folder, name, &path, e);
    if (rc)
        return rc;
    if (!name)
        upload_forget(folder);
    else if (unlink(path) < 0)
        return err_errno(e, "删不了 %s", name);
    return reply_nothing(r, 204);
}

static const struct route_field upload_query[] = {
    {"name", FIELD_TEXT, true, "文件名，可带文件夹：2023/费用.xlsx"},
    {"batch", FIELD_TEXT, false, "同一批的后续文件：第一次上传答的 batch"},
    {0},
};
static const struct route_field drop_query[] = {
    {"name", FIELD_TEXT, false, "只去掉这个文件；不写则整批"},
    {0},
};

const struct route routes_upload[] = {
    {"POST", "/api/uploads", "import.run", ROUTE_UPLOAD, upload, "上传一个文件（请求体即文件）",
     upload_query, NULL},
    {"GET", "/api/uploads/{batch}", "import.run", 0, show, "一批里有哪些文件", NULL, NULL},
    {"DELETE", "/api/uploads/{batch}", "import.run", 0, drop, "去掉一个文件或整批", drop_query,
     NULL},
    {0},
};
