/* SPDX-License-Identifier: MulanPSL-2.0 */
/* /api/retention: what is over its time, and the request to purge it; carried out by /api/approvals/{id}/run. */
#include "casework/retention.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "casework/param.h"
#include "server/purge.h"
#include "server/routes.h"
#include "server/server.h"

#define SUBJECT "retention"
#define ARGS "{}"

static int list(struct request *r, struct err *e)
{
    json_t *rows = json_array();
    int rc = 0;

    for (const struct retention *t = retentions; t->code && !rc; t++) {
        int64_t n = 0, days = 0;

        rc = retention_due(r->db, t, &n, e);
        if (!rc)
            rc = param_int(r->db, t->param, &days, e);
        json_array_append_new(rows, json_pack("{s:s,s:s,s:s,s:I,s:I}", "code", t->code, "title",
                                              t->title, "param", t->param, "days", (json_int_t)days,
                                              "due", (json_int_t)n));
    }
    if (rc) {
        json_decref(rows);
        return rc;
    }
    return reply_json(r, 200, json_pack("{s:o}", "rows", rows), e);
}

static int ask(struct request *r, struct err *e)
{
    struct approval_want w = {"data.purge", SUBJECT, "清除超过保存期限的数据", NULL, ARGS, 0};
    int64_t id = 0;
    int rc = request_text(r, "reason", true, 500, &w.reason, e);

    if (!rc)
        rc = approval_open(r->db, &r->session, &w, &id, e);
    return rc ? rc : reply_json(r, 202, json_pack("{s:I}", "approval", (json_int_t)id), e);
}

/* A file that came back whose row is purged goes too: "back-7" beside its list. */
static void sweep_list(struct request *r, const char *dir)
{
    DIR *d = opendir(dir);
    struct dirent *one;

    while (d && (one = readdir(d)) != NULL) {
        int64_t there = 1;
        char *path;

        if (strncmp(one->d_name, "back-", 5) != 0 ||
            cw_get_int(r->db, 0, &there, NULL, "select count(*) from list_in where id = $1",
                       CW_ARGS(cw_i(strtoll(one->d_name + 5, NULL, 10)))) ||
            there)
            continue;
        path = arena_fmt(&r->arena, "%s/%s", dir, one->d_name);
        if (path)
            unlink(path);
    }
    if (d)
        closedir(d);
}

static void sweep_lists(struct request *r)
{
    char *all = arena_fmt(&r->arena, "%s/lists", r->server->options->dir);
    DIR *d = all ? opendir(all) : NULL;
    struct dirent *one;

    while (d && (one = readdir(d)) != NULL) {
        char *path = one->d_name[0] == '.' ? NULL : arena_fmt(&r->arena, "%s/%s", all, one->d_name);

        if (path)
            sweep_list(r, path);
    }
    if (d)
        closedir(d);
}

int purge_run(struct request *r, int64_t approval, const char *title, struct err *e)
{
    struct approval_want w = {"data.purge", SUBJECT, title, NULL, ARGS, 0};
    struct buf said = BUF_INIT;
    int rc = retention_purge(r->db, &r->session, approval, &w, &said, e);

    if (!rc)
        sweep_lists(r);
    if (!rc)
        rc = reply_json(r, 200, json_pack("{s:s}", "done", buf_cstr(&said)), e);
    buf_release(&said);
    return rc;
}

static const struct route_field ask_body[] = {{"reason", FIELD_TEXT, true, "为什么现在清除"}, {0}};

const struct route routes_retention[] = {
    {"GET", "/api/retention", "param.read", 0, list, "保存期限，和已超过的有多少", NULL, NULL},
    {"POST", "/api/retention/purge", "param.write", 0, ask, "申请清除已超期的（须第二人同意）",
     NULL, ask_body},
    {0},
};
