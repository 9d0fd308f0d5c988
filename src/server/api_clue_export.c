/* SPDX-License-Identifier: MulanPSL-2.0 */
/* /api/clues/export: all that match, as XLSX, made while the browser waits; in the background: api_export.c. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "server/clue_book.h"
#include "server/clue_query.h"
#include "server/export.h"
#include "server/routes.h"
#include "server/server.h"

int clue_export_begin(struct request *r, const char *path, int64_t **ids, size_t *n,
                      struct export_mark *mark, bool *answered, struct err *e)
{
    struct clue_filter f;
    struct export_of x = {.act = "clue.export",
                          .object = "clues",
                          .title = "疑点线索台账",
                          .path = path,
                          .personal = true};
    int rc = clue_filter_read(r, &f, e);

    *ids = NULL;
    *answered = false;
    if (!rc)
        rc = clue_index_ids(r->server->clues, r->db, &f, ids, n, e);
    if (rc)
        return rc;
    x.rows = (int64_t)*n;
    return export_begin(r, &x, mark, answered, e);
}

static int export(struct request *r, struct err *e)
{
    struct export_mark mark;
    int64_t *ids = NULL;
    size_t n = 0;
    char now[CW_TIME];
    bool answered = false;
    char *path = arena_fmt(&r->arena, "%s/tmp/clues-%s.xlsx", r->server->options->dir, r->id);
    int rc = path ? clue_export_begin(r, NULL, &ids, &n, &mark, &answered, e) : err_nomem(e),
        fd = -1;

    if (!rc && !answered)
        rc = clue_book_write(r->server, r->db, path, mark.text, ids, n, NULL, NULL, e);
    mem_free(ids);
    if (answered)
        return rc;
    if (!rc) {
        fd = open(path, O_RDONLY | O_CLOEXEC);
        if (fd < 0)
            rc = err_errno(e, "读不了导出文件");
    }
    if (path)
        unlink(path);
    if (rc)
        return rc;
    cw_day(0, now);
    return reply_file(r, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                      arena_fmt(&r->arena, "疑点线索台账-%s.xlsx", now), fd, e);
}

const struct route routes_clue_export[] = {
    {"GET", "/api/clues/export", "clue.export", 0, export, "导出台账（XLSX，全部符合条件的）",
     clue_filter_fields, NULL},
    {"POST", "/api/clues/export", "clue.export", 0, export, "申请导出（超过行数时，请第二人同意）",
     clue_filter_fields, export_body},
    {0},
};
