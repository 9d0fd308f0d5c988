/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * /api/clues/export/job: the ledger as a file made in the background, with progress, to be cancelled and fetched later. Which rows is
 * settled when it is asked (as the second person saw it); the file waits in DIR/exports for who asked, a week.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "server/clue_book.h"
#include "server/clue_query.h"
#include "server/export.h"
#include "server/job.h"
#include "server/routes.h"
#include "server/rowjson.h"
#include "server/server.h"

#define KEEP_DAYS 7

static int folder_of(const struct server *s, struct arena *a, char **dir, struct err *e)
{
    *dir = arena_fmt(a, "%s/exports", s->options->dir);
    if (!*dir)
        return err_nomem(e);
    return mkdir(*dir, 0700) < 0 && errno != EEXIST ? err_errno(e, "建不了 %s", *dir) : 0;
}

/* Files over their time: each new one looks. */
static void forget_old(const char *dir)
{
    DIR *d = opendir(dir);
    struct dirent *one;

    while (d && (one = readdir(d)) != NULL) {
        char path[4200];
        struct stat st;

        snprintf(path, sizeof path, "%s/%s", dir, one->d_name);
        if (one->d_name[0] != '.' && stat(path, &st) == 0 && S_ISREG(st.st_mode) &&
            st.st_mtime < time(NULL) - KEEP_DAYS * 86400)
            unlink(path);
    }
    if (d)
        closedir(d);
}

/* The numbers of the rows lie beside, too many for the job's arguments. */
static int write_ids(const char *path, const int64_t *ids, size_t n, struct err *e)
{
    FILE *f = fopen(path, "wbe");
    bool ok = f && fwrite(ids, sizeof *ids, n, f) == n;

    if (f && fclose(f) != 0)
        ok = false;
    return ok ? 0 : err_errno(e, "写不了 %s", path);
}

static int read_ids(const char *path, int64_t **ids, size_t *n, struct err *e)
{
    struct stat st;
    FILE *f = fopen(path, "rbe");
    int rc = 0;

    if (!f || fstat(fileno(f), &st) < 0) {
        rc = err_set(e, ERR_STATE, "要导出的行号不在了，请重新导出");
    } else {
        *n = (size_t)st.st_size / sizeof **ids;
        *ids = mem_alloc((*n + 1) * sizeof **ids);
        if (!*ids)
            rc = err_nomem(e);
        else if (fread(*ids, sizeof **ids, *n, f) != *n)
            rc = err_errno(e, "读不了 %s", path);
    }
    if (f)
        fclose(f);
    return rc;
}

static int start(struct request *r, struct err *e)
{
    struct export_mark mark;
    int64_t *ids = NULL;
    size_t n = 0;
    bool answered = false;
    char *dir = NULL, *path = NULL;
    int rc = clue_export_begin(r, "/api/clues/export", &ids, &n, &mark, &answered, e);

    if (!rc && !answered)
        rc = folder_of(r->server, &r->arena, &dir, e);
    if (!rc && !answered) {
        forget_old(dir);
        path = arena_fmt(&r->arena, "%s/%s.ids", dir, r->id);
        rc = path ? write_ids(path, ids, n, e) : err_nomem(e);
    }
    mem_free(ids);
    if (rc || answered)
        return rc;
    return job_submit(
        r, "clue_export",
        json_pack("{s:s,s:s,s:I}", "rows_of", r->id, "mark", mark.text, "rows", (json_int_t)n), e);
}

static int told(void *ctx, size_t done, size_t all, struct err *e)
{
    struct job *j = ctx;

    progress_step(&j->progress, "写台账", done, all);
    return progress_cancelled(&j->progress) ? err_set(e, ERR_STATE, "已取消") : 0;
}

/* args: {"rows_of": the request's id, "mark", "rows"} */
int job_clue_export(struct job *j, struct err *e)
{
    const char *of = json_string_value(json_object_get(j->args, "rows_of")),
               *mark = json_string_value(json_object_get(j->args, "mark"));
    char *dir = NULL, *list = NULL, *part = NULL, *path = NULL;
    int64_t *ids = NULL;
    struct stat st;
    size_t n = 0;
    int rc = folder_of(j->server, &j->arena, &dir, e);

    if (!rc && (!of || strchr(of, '/')))
        rc = err_set(e, ERR_INPUT, "没有要导出的行");
    if (!rc) {
        list = arena_fmt(&j->arena, "%s/%s.ids", dir, of);
        part = arena_fmt(&j->arena, "%s/%lld.part", dir, (long long)j->id);
        path = arena_fmt(&j->arena, "%s/%lld.xlsx", dir, (long long)j->id);
        rc = list && part && path ? read_ids(list, &ids, &n, e) : err_nomem(e);
    }
    if (!rc)
        rc = clue_book_write(j->server, j->db, part, mark ? mark : "", ids, n, told, j, e);
    mem_free(ids);
    if (!rc && rename(part, path) < 0)
        rc = err_errno(e, "写不了 %s", path);
    if (rc && part)
        unlink(part);
    if (list)
        unlink(list);
    if (rc)
        return rc;
    json_object_set_new(j->result, "rows", json_integer((json_int_t)n));
    json_object_set_new(j->result, "bytes",
                        json_integer(stat(path, &st) == 0 ? (json_int_t)st.st_size : 0));
    job_log(j, "%zu 行，可以下载，保留 %d 天", n, KEEP_DAYS);
    return 0;
}

/* To who asked for it, and nobody else: it was his export that was agreed to. */
static int fetch(struct request *r, struct err *e)
{
    static const struct json_column cols[] = {
        {"state", JSON_AS_TEXT}, {"created_at", JSON_AS_TEXT}, {0}};
    int64_t id = strtoll(request_param(r, "job"), NULL, 10);
    char *path = arena_fmt(&r->arena, "%s/exports/%lld.xlsx", r->server->options->dir,
                           (long long)id);
    char *object = arena_fmt(&r->arena, "job:%lld", (long long)id);
    json_t *row = NULL;
    const char *state;
    int fd,
        rc =
            path && object
                ? cw_one_json(
                      r->db, &row, cols, e,
                      "select state, created_at from job where id = $1 and kind = 'clue_export' and account = $2",
                      CW_ARGS(cw_i(id), cw_i(r->actor.account)))
                : err_nomem(e);

    if (rc)
        return rc;
    state = json_string_value(json_object_get(row, "state"));
    if (!row)
        rc = err_set(e, ERR_USAGE, "没有您的导出 %lld", (long long)id);
    else if (!state || strcmp(state, "done") != 0)
        rc = err_set(e, ERR_STATE, "导出 %lld 还没有做完，或没有做成", (long long)id);
    fd = rc ? -1 : open(path, O_RDONLY | O_CLOEXEC);
    if (!rc && fd < 0)
        rc = err_set(e, ERR_USAGE, "导出 %lld 的文件已过 %d 天，请重新导出", (long long)id,
                     KEEP_DAYS);
    if (!rc)
        rc = cw_begin(r->db, e);
    if (!rc) {
        rc = audit_append(r->db, &r->actor, &(struct act){.act = "take.export", .object = object},
                          e);
        rc = cw_end(r->db, rc, e);
    }
    if (!rc)
        rc = reply_file(r, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                        arena_fmt(&r->arena, "疑点线索台账-%.10s.xlsx",
                                  json_string_value(json_object_get(row, "created_at"))),
                        fd, e);
    else if (fd >= 0)
        close(fd);
    json_decref(row);
    return rc;
}

const struct route routes_export[] = {
    {"POST", "/api/clues/export/job", "clue.export", 0, start,
     "在后台导出台账（有进度，可取消；超过行数时带 approval）", clue_filter_fields, NULL},
    {"GET", "/api/exports/{job}", "clue.export", 0, fetch, "取后台导出的文件（自己的，七天内）",
     NULL, NULL},
    {0},
};
