/* SPDX-License-Identifier: MulanPSL-2.0 */
/* /api/imports: how the data stands, the history, importing a batch, taking the last one back, a practice county; blank tables. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "claims/readers/template.h"
#include "claims/schema.h"
#include "claims/undo.h"
#include "server/ask.h"
#include "server/demo.h"
#include "server/job.h"
#include "server/routes.h"
#include "server/rowjson.h"
#include "server/server.h"
#include "server/uploads.h"

/* --- how things stand ------------------------------------------------------------------------------ */

static json_t *state_json(const struct import_state *s)
{
    /* what to do next, in the order of a first day */
    const char *next = !s->files ? "import" : !s->screened || s->stale ? "screen" : "clues";

    return json_pack("{s:I,s:I,s:I,s:b,s:b,s:b,s:b,s:s,s:s,s:s}", "files", (json_int_t)s->files,
                     "lines", (json_int_t)s->lines, "last", (json_int_t)s->last, "undoable",
                     s->undoable, "demo", s->demo, "screened", s->screened, "stale", s->stale,
                     "imported_at", s->imported_at, "undone_at", s->undone_at, "next", next);
}

/* Who: the store knows no accounts, the jobs do. */
static int name_actors(struct request *r, json_t *rows, struct err *e)
{
    static const struct json_column columns[] = {
        {"actor_name", JSON_AS_TEXT}, {"result", JSON_AS_JSON}, {"kind", JSON_AS_TEXT}, {0}};
    json_t *jobs = NULL, *job, *row;
    size_t i, k;
    int rc = cw_rows_json(
        r->db, &jobs, columns, e,
        "select actor_name, result, kind from job where state = 'done' and kind in"
        " ('import', 'demo', 'undo') order by id desc limit 1000",
        CW_NONE);

    json_array_foreach(jobs, i, job)
    {
        json_int_t id = json_integer_value(
            json_object_get(json_object_get(job, "result"), "import"));
        const char *kind = json_string_value(json_object_get(job, "kind"));

        json_array_foreach(rows, k, row) if (json_integer_value(json_object_get(row, "id")) == id)
            json_object_set(row, kind && kind[0] == 'u' ? "undone_by" : "actor_name",
                            json_object_get(job, "actor_name"));
    }
    json_decref(jobs);
    return rc;
}

static int history(struct request *r, json_t **out, struct err *e)
{
    struct ask *a = NULL;
    struct buf b = BUF_INIT;
    int rc = ask_open(r, &a, e);

    if (rc)
        return rc;
    if (ask_has(a, "import")) {
        buf_str(
            &b,
            "select id::bigint id, \"at\", files, rows_read, rows_kept, rows_rejected, fen_kept, names, undone_at,"
            " null::varchar actor_name, null::varchar undone_by from import order by id desc limit 200");
        rc = ask_rows(a, &b, out, e);
    } else {
        *out = json_array();
    }
    buf_release(&b);
    ask_close(a);
    return rc ? rc : name_actors(r, *out, e);
}

static int list(struct request *r, struct err *e)
{
    struct import_state st;
    struct store *s;
    json_t *rows = NULL;
    int rc = request_store(r, &s, e);

    if (!rc)
        rc = import_state(s, &st, e);
    if (!rc)
        rc = history(r, &rows, e);
    if (rc) {
        json_decref(rows);
        return rc;
    }
    return reply_json(r, 200, json_pack("{s:o,s:o}", "state", state_json(&st), "rows", rows), e);
}

/* The files of one import. */
static int files(struct request *r, struct err *e)
{
    long long id = strtoll(request_param(r, "id"), NULL, 10);
    struct ask *a = NULL;
    struct buf b = BUF_INIT;
    json_t *rows = NULL, *one = NULL;
    int rc = ask_open(r, &a, e);

    if (rc)
        return rc;
    if (ask_has(a, "import")) {
        buf_fmt(&b, "select id::bigint id from import where id = %lld", id);
        rc = ask_row(a, &b, &one, e);
    }
    if (!rc && !one)
        rc = err_set(e, ERR_USAGE, "没有第 %s 次导入", request_param(r, "id"));
    buf_clear(&b);
    buf_fmt(
        &b,
        "select regexp_extract(f.path, '[^/]*$') \"file\", f.table_name \"table\", f.rows_read, f.rows_kept, f.rows_rejected,"
        " f.rows_repeated, f.rows_replaced, f.fen_read, f.fen_kept, f.fen_rejected, f.fen_repeated from file f, import i"
        " where i.id = %lld and i.undone_at is null and f.id between i.file_first and i.file_last order by f.id",
        id);
    if (!rc)
        rc = ask_rows(a, &b, &rows, e);
    buf_release(&b);
    ask_close(a);
    json_decref(one);
    return rc ? rc : ask_reply(r, rows, e);
}

/* --- long work ------------------------------------------------------------------------------------- */

static int import(struct request *r, struct err *e)
{
    const char *batch, *folder = NULL;
    struct store *s;
    int rc = request_text(r, "batch", true, 16, &batch, e);

    if (!rc)
        rc = upload_folder(r, batch, &folder, e);
    if (!rc)
        rc = request_store(r, &s, e);
    if (!rc)
        rc = demo_refuse(s, e);
    return rc ? rc : job_submit(r, "import", json_pack("{s:s}", "folder", folder), e);
}

/* Asked twice, or for one that is no longer the last: refused at once, and again by the job. */
static int undo(struct request *r, struct err *e)
{
    struct import_state st;
    struct store *s;
    int64_t id = 0;
    int rc = request_int(r, "import", true, 1, INT32_MAX, &id, e);

    if (!rc)
        rc = request_store(r, &s, e);
    if (!rc)
        rc = import_state(s, &st, e);
    if (!rc && (!st.undoable || st.last != id)) {
        err_set(e, ERR_STATE, st.last == id ? "这次导入已经撤回过了" : "只能撤回最近的一次导入");
        return err_hint(e, "请刷新页面看最新的导入历史");
    }
    return rc ? rc : job_submit(r, "undo", json_pack("{s:I}", "import", (json_int_t)id), e);
}

static int demo(struct request *r, struct err *e)
{
    struct import_state st;
    struct store *s;
    int rc = request_store(r, &s, e);

    if (!rc)
        rc = import_state(s, &st, e);
    if (!rc && st.files) {
        err_set(e, ERR_STATE, "这里已有数据，不能再放演示数据");
        return err_hint(e, "演示数据只放进空的数据目录");
    }
    return rc ? rc : job_submit(r, "demo", json_object(), e);
}

/* --- blank tables ---------------------------------------------------------------------------------- */

static int blank(struct request *r, struct err *e)
{
    const char *table = request_param(r, "table");
    char *path = arena_fmt(&r->arena, "%s/tmp/blank-%s.xlsx", r->server->options->dir, r->id);
    int t = schema_table(span_of(table)), fd = -1;
    int rc = path ? 0 : err_nomem(e);

    if (!rc && t < 0)
        return err_set(e, ERR_USAGE, "没有“%s”这张表", table);
    if (!rc)
        rc = template_write(table, path, e);
    if (!rc && (fd = open(path, O_RDONLY | O_CLOEXEC)) < 0)
        rc = err_errno(e, "读不了空表");
    if (path)
        unlink(path);
    return rc ? rc
              : reply_file(r, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                           arena_fmt(&r->arena, "%s-空表.xlsx", huji_tables[t]->title), fd, e);
}

static const struct route_field import_body[] = {{"batch", FIELD_TEXT, true, "上传的批号"}, {0}};
static const struct route_field undo_body[] = {
    {"import", FIELD_INT, true, "第几次导入：必须是最近的一次"},
    {0},
};

const struct route routes_import[] = {
    {"GET", "/api/imports", "import.read", 0, list, "数据现状与导入历史", NULL, NULL},
    {"GET", "/api/imports/{id}", "import.read", 0, files, "一次导入的文件", NULL, NULL},
    {"POST", "/api/imports", "import.run", 0, import, "导入一批上传的文件", NULL, import_body},
    {"POST", "/api/imports/undo", "import.run", 0, undo, "撤回最近一次导入", NULL, undo_body},
    {"POST", "/api/imports/demo", "import.run", 0, demo, "在空的数据目录里放演示数据", NULL, NULL},
    {"GET", "/api/blanks/{table}", "import.read", 0, blank, "要请别的单位填的空表（XLSX）", NULL,
     NULL},
    {0},
};
