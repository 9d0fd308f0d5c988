/* SPDX-License-Identifier: MulanPSL-2.0 */
/* /api/handed: 上级下发疑点: a file in, its columns named, its rows shown and taken in; the same file out with the results. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/day.h"
#include "base/mem.h"
#include "casework/scope.h"
#include "papers/book_fill.h"
#include "server/handed_view.h"
#include "server/list_view.h"
#include "server/routes.h"
#include "server/rowjson.h"
#include "server/server.h"

#define XLSX "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

static const struct json_column columns[] = {
    {"filename", JSON_AS_TEXT},   {"digest", JSON_AS_TEXT},
    {"bytes", JSON_AS_INT},       {"sheet", JSON_AS_TEXT},
    {"heading_row", JSON_AS_INT}, {"headings", JSON_AS_JSON},
    {"mapping", JSON_AS_JSON},    {0},
};

static const char *text_of(const json_t *row, const char *name)
{
    const char *s = json_string_value(json_object_get(row, name));

    return s ? s : "";
}

/* The list of {id}, which must be one from above; its own columns in `own`. Owns: both. */
static int handed_of(struct request *r, json_t **row, json_t **own, char **path, struct err *e)
{
    const struct list_kind *kind;
    int64_t id;
    int rc = list_of(r, row, &kind, e);

    if (rc)
        return rc;
    id = json_integer_value(json_object_get(*row, "id"));
    if (strcmp(kind->code, "handed") != 0)
        rc = err_set(e, ERR_USAGE, "清单 %lld 不是上级下发的", (long long)id);
    if (!rc)
        rc = cw_one_json(
            r->db, own, columns, e,
            "select filename, digest, bytes, sheet, heading_row, headings, mapping from handed"
            " where list = $1",
            CW_ARGS(cw_i(id)));
    if (!rc && !*own)
        rc = err_set(e, ERR_DB, "清单 %lld 没有原表", (long long)id);
    if (!rc)
        rc = list_path(r, id, "original.xlsx", path, e);
    if (rc) {
        json_decref(*row);
        json_decref(*own);
        *row = *own = NULL;
    }
    return rc;
}

/* --- in ------------------------------------------------------------------------------------------ */

/* "关于….xlsx" -> "关于…" */
static char *title_of(struct request *r, const char *name)
{
    const char *dot = strrchr(name, '.');

    return arena_dup(&r->arena,
                     (struct span){name, dot && dot != name ? (size_t)(dot - name) : strlen(name)});
}

static int upload(struct request *r, struct err *e)
{
    const char *name = request_query(r, "name");
    struct handed_new n = {.filename = name, .admdvs = r->session.admdvs};
    struct handed_sheet s = {0};
    char digest[65], *path;
    int64_t id = 0;
    int rc;

    if (!name || !*name || strlen(name) > 200) {
        err_set(e, ERR_INPUT, "name 应是文件名");
        return err_where(e, "name");
    }
    rc = list_digest(r->upload, digest, &n.bytes, e);
    /* What can't be read, or not be filled in again, is refused at once. */
    if (!rc)
        rc = handed_sheet_read(r, r->upload, NULL, 0, &s, e);
    handed_sheet_release(&s);
    n.digest = digest;
    n.title = title_of(r, name);
    if (!rc && !n.title)
        rc = err_nomem(e);
    if (!rc)
        rc = handed_make(r->db, &r->actor, &n, &id, e);
    if (!rc)
        rc = list_path(r, id, "original.xlsx", &path, e);
    if (!rc)
        rc = request_keep_upload(r, path, e);
    return rc ? rc : reply_json(r, 201, json_pack("{s:I}", "id", (json_int_t)id), e);
}

static json_t *roles_json(const struct handed_role *list)
{
    json_t *a = json_array();

    for (; list->code; list++)
        json_array_append_new(a, json_pack("{s:s,s:s}", "code", list->code, "title", list->title));
    return a;
}

static json_t *first_rows(const json_t *rows, size_t n)
{
    json_t *a = json_array();

    for (size_t i = 0; i < n && i < json_array_size(rows); i++)
        json_array_append(a, json_object_get(json_array_get(rows, i), "cells"));
    return a;
}

/* What the file holds, and what its columns seem to be. */
static int show(struct request *r, struct err *e)
{
    const char *sheet = request_query(r, "sheet");
    json_t *row = NULL, *own = NULL, *samples = NULL, *guess;
    struct handed_sheet s = {0};
    char *path;
    int64_t heading = 0;
    int rc = request_query_int(r, "heading_row", 0, 1, 1000, &heading, e);

    if (!rc)
        rc = handed_of(r, &row, &own, &path, e);
    if (!rc)
        rc = handed_sheet_read(r, path, sheet && *sheet ? sheet : NULL, heading, &s, e);
    if (!rc)
        samples = first_rows(s.rows, 200);
    guess = rc ? NULL : handed_guess(s.headings, samples);
    json_decref(samples);
    if (!rc) {
        samples = first_rows(s.rows, 5);
        rc = reply_json(
            r, 200,
            json_pack("{s:O,s:O,s:O,s:O,s:s,s:I,s:O,s:o,s:I,s:o,s:o,s:o}", "id",
                      json_object_get(row, "id"), "title", json_object_get(row, "title"),
                      "filename", json_object_get(own, "filename"), "sheets", s.sheets, "sheet",
                      s.sheet, "heading_row", (json_int_t)s.heading_row, "headings", s.headings,
                      "samples", samples, "rows", (json_int_t)json_array_size(s.rows), "mapping",
                      guess, "in", roles_json(handed_in), "out", roles_json(handed_out)),
            e);
    }
    handed_sheet_release(&s);
    json_decref(own);
    json_decref(row);
    return rc;
}

/* --- the mapping of the body --------------------------------------------------------------------- */

static bool is_role(const struct handed_role *list, const char *code)
{
    for (; list->code; list++)
        if (strcmp(list->code, code) == 0)
            return true;
    return false;
}

static int check_side(const json_t *side, const char *which, const struct handed_role *list,
                      size_t n, bool *used, struct err *e)
{
    const char *code;
    json_t *col;

    json_object_foreach((json_t *)(uintptr_t)side, code, col)
    {
        json_int_t c = json_is_integer(col) ? json_integer_value(col) : -1;

        if (!is_role(list, code))
            err_set(e, ERR_INPUT, "%s 里没有“%.40s”这一项", which, code);
        else if (c < 0 || (size_t)c >= n)
            err_set(e, ERR_INPUT, "%s.%.40s 应是 0 到 %zu 的列号", which, code, n - 1);
        else if (used[c])
            err_set(e, ERR_INPUT, "第 %lld 列对上了两项", (long long)c + 1);
        else {
            used[c] = true;
            continue;
        }
        return err_where(e, "mapping");
    }
    return 0;
}

static int check_mapping(const json_t *mapping, const json_t *headings, struct err *e)
{
    bool used[HANDED_MAX_COLUMNS] = {false};
    const json_t *in = json_object_get(mapping, "in"), *out = json_object_get(mapping, "out");
    size_t n = json_array_size(headings);
    int rc;

    if (!json_object_size(in)) {
        err_set(e, ERR_INPUT, "至少要对上一列：机构、人员、就诊、结算或疑点");
        return err_where(e, "mapping");
    }
    rc = check_side(in, "in", handed_in, n, used, e);
    return rc ? rc : check_side(out, "out", handed_out, n, used, e);
}

struct asked {
    json_t *row, *own, *rows;
    const json_t *mapping;
    struct handed_sheet sheet;
    const char *title;
    char *path;
    int64_t skipped;
};

static void asked_release(struct asked *a)
{
    handed_sheet_release(&a->sheet);
    json_decref(a->row);
    json_decref(a->own);
    json_decref(a->rows);
}

/* The body's sheet, heading row and mapping, and what the rows then are. */
static int ask_body(struct request *r, struct asked *a, struct err *e)
{
    const char *sheet = NULL, *title = NULL;
    int64_t heading = 0;
    int rc = handed_of(r, &a->row, &a->own, &a->path, e);

    if (!rc && strcmp(text_of(a->row, "state"), "map") != 0)
        rc = err_set(e, ERR_STATE, "这份清单已经收进或作废");
    if (!rc)
        rc = request_text(r, "sheet", true, 200, &sheet, e);
    if (!rc)
        rc = request_int(r, "heading_row", true, 1, 1000, &heading, e);
    if (!rc)
        rc = request_text(r, "title", false, 100, &title, e);
    if (!rc)
        rc = handed_sheet_read(r, a->path, sheet, heading, &a->sheet, e);
    a->mapping = json_object_get(r->json, "mapping");
    a->title = title && *title ? title : text_of(a->row, "title");
    if (!rc)
        rc = check_mapping(a->mapping, a->sheet.headings, e);
    if (!rc)
        rc = handed_look(r, json_integer_value(json_object_get(a->row, "id")), a->title, &a->sheet,
                         a->mapping, &a->rows, &a->skipped, e);
    return rc;
}

static int look(struct request *r, struct err *e)
{
    struct asked a = {0};
    int rc = ask_body(r, &a, e);

    if (!rc)
        rc = reply_json(
            r, 200, json_pack("{s:O,s:I}", "rows", a.rows, "skipped", (json_int_t)a.skipped), e);
    asked_release(&a);
    return rc;
}

/* --- taking in ----------------------------------------------------------------------------------- */

/* What a person chose for the row, else what was proposed: a clue, a new one, the first row's, none. */
static int choose(json_t *one, const json_t *choices, struct err *e)
{
    char row[24];
    const json_t *c;

    snprintf(row, sizeof row, "%lld", (long long)json_integer_value(json_object_get(one, "row")));
    c = json_object_get(choices, row);
    if (!c)
        c = json_object_get(one, "choice");
    if (json_is_integer(c)) {
        json_object_set_new(one, "clue", json_integer(json_integer_value(c)));
        json_object_del(one, "new");
        json_object_del(one, "as");
        return 0;
    }
    if (json_is_string(c) && strcmp(json_string_value(c), "as") == 0 &&
        json_object_get(one, "as")) {
        json_object_del(one, "new");
        return 0;
    }
    json_object_del(one, "as");
    if (json_is_string(c) && strcmp(json_string_value(c), "new") == 0) {
        if (json_is_object(json_object_get(one, "new")))
            return 0;
        err_set(e, ERR_INPUT, "第 %s 行没有金额，或填写有误，登记不了线索", row);
        return err_where(e, "choices");
    }
    json_object_del(one, "new");
    return 0;
}

static int take(struct request *r, struct err *e)
{
    struct scope scope = scope_of(&r->session);
    struct asked a = {0};
    struct handed_take t = {0};
    const json_t *choices = json_object_get(r->json, "choices");
    char now[CW_TIME];
    int64_t made = 0, linked = 0;
    day_t day;
    size_t i;
    json_t *one;
    int rc = ask_body(r, &a, e);

    if (!rc)
        rc = request_text(r, "due", false, 10, &t.due, e);
    if (!rc && t.due && *t.due && !day_iso(span_of(t.due), &day)) {
        err_set(e, ERR_INPUT, "期限应是日期，如 2026-12-01");
        rc = err_where(e, "due");
    }
    json_array_foreach(a.rows, i, one)
    {
        if (!rc)
            rc = choose(one, choices, e);
        linked += json_is_integer(json_object_get(one, "clue"));
    }
    cw_day(0, now);
    t.list = json_integer_value(json_object_get(a.row, "id"));
    t.title = a.title;
    t.sheet = a.sheet.sheet;
    t.heading_row = a.sheet.heading_row;
    t.headings = a.sheet.headings;
    t.mapping = a.mapping;
    t.received_on = now;
    t.rows = a.rows;
    if (!rc)
        rc = handed_take(r->db, &r->actor, &scope, &t, &made, e);
    if (!rc)
        rc = reply_json(r, 200,
                        json_pack("{s:I,s:I,s:I}", "rows", (json_int_t)json_array_size(a.rows),
                                  "linked", (json_int_t)linked, "made", (json_int_t)made),
                        e);
    asked_release(&a);
    return rc;
}

static int drop(struct request *r, struct err *e)
{
    json_t *row = NULL, *own = NULL;
    char *path;
    int rc = handed_of(r, &row, &own, &path, e);

    if (!rc)
        rc = handed_drop(r->db, &r->actor, json_integer_value(json_object_get(row, "id")), e);
    if (!rc)
        rc = reply_nothing(r, 204);
    json_decref(row);
    json_decref(own);
    return rc;
}

static int link_row(struct request *r, struct err *e)
{
    struct scope scope = scope_of(&r->session);
    json_t *row = NULL, *own = NULL;
    char *path;
    int64_t clue = 0;
    int rc = handed_of(r, &row, &own, &path, e);

    if (!rc)
        rc = request_int(r, "clue", true, 0, INT64_MAX, &clue, e);
    if (!rc)
        rc = handed_link(r->db, &r->actor, &scope, json_integer_value(json_object_get(row, "id")),
                         strtoll(request_param(r, "no"), NULL, 10), clue, e);
    if (!rc)
        rc = reply_nothing(r, 204);
    json_decref(row);
    json_decref(own);
    return rc;
}

/* --- out ----------------------------------------------------------------------------------------- */

struct filled {
    struct book_cell *v;
    size_t n, cap;
    int64_t rows, answered;
};

static int by_place(const void *a, const void *b)
{
    const struct book_cell *x = a, *y = b;

    if (x->row != y->row)
        return x->row < y->row ? -1 : 1;
    return x->col < y->col ? -1 : x->col > y->col;
}

static int fill_row(struct request *r, struct filled *f, const json_t *row, const json_t *out,
                    struct err *e)
{
    struct handed_outcome o;
    const char *role;
    json_t *col;
    bool any = false;
    int rc = handed_outcome_read(r->db, json_integer_value(json_object_get(row, "clue")), &o, e);

    json_object_foreach((json_t *)(uintptr_t)out, role, col)
    {
        struct handed_result v;

        if (rc)
            return rc;
        handed_result_of(&o, role, &v);
        if (v.blank)
            continue;
        if (mem_grow(&f->v, &f->cap, f->n + 1, sizeof *f->v))
            return err_nomem(e);
        f->v[f->n] = (struct book_cell){
            .row = (uint32_t)json_integer_value(json_object_get(row, "place")),
            .col = (uint32_t)json_integer_value(col),
            .fen = v.fen,
        };
        if (!v.money && !(f->v[f->n].text = arena_dup(&r->arena, span_of(v.text))))
            return err_nomem(e);
        f->n++;
        any = true;
    }
    f->answered += any;
    return rc;
}

static int results(struct request *r, int64_t list, const json_t *mapping, struct filled *f,
                   struct err *e)
{
    static const struct json_column cols[] = {{"place", JSON_AS_INT}, {"clue", JSON_AS_INT}, {0}};
    json_t *rows = NULL, *row;
    size_t i;
    int rc = cw_rows_json(r->db, &rows, cols, e,
                          "select place, clue from list_row where list = $1 and clue is not null"
                          " order by no",
                          CW_ARGS(cw_i(list)));

    json_array_foreach(rows, i, row) if (!rc)
        rc = fill_row(r, f, row, json_object_get(mapping, "out"), e);
    json_decref(rows);
    if (!rc && f->n)
        qsort(f->v, f->n, sizeof *f->v, by_place);
    return rc;
}

static int file(struct request *r, struct err *e)
{
    json_t *row = NULL, *own = NULL;
    struct filled f = {0};
    char *path, *made = NULL;
    int64_t id;
    int fd = -1, rc = handed_of(r, &row, &own, &path, e);

    if (rc)
        return rc;
    id = json_integer_value(json_object_get(row, "id"));
    if (strcmp(text_of(row, "state"), "map") == 0)
        rc = err_set(e, ERR_STATE, "还没有对列收进，没有结果可填");
    if (!rc)
        rc = results(r, id, json_object_get(own, "mapping"), &f, e);
    if (!rc)
        rc = list_path(r, id, arena_fmt(&r->arena, "out-%s.xlsx", r->id), &made, e);
    if (!rc)
        rc = cw_begin(r->db, e);
    if (!rc) {
        rc = audit_append(r->db, &r->actor,
                          &(struct act){.act = "list.file",
                                        .object = arena_fmt(&r->arena, "list:%lld", (long long)id)},
                          e);
        rc = cw_end(r->db, rc, e);
    }
    if (!rc)
        rc = book_fill(path, made, text_of(own, "sheet"), f.v, f.n, e);
    if (!rc) {
        fd = open(made, O_RDONLY | O_CLOEXEC);
        unlink(made);
        rc = fd < 0 ? err_errno(e, "读不了 %s", made)
                    : reply_file(r, XLSX, arena_dup(&r->arena, span_of(text_of(own, "filename"))),
                                 fd, e);
    }
    mem_free(f.v);
    json_decref(row);
    json_decref(own);
    return rc;
}

static const struct route_field upload_query[] = {{"name", FIELD_TEXT, true, "文件名"}, {0}};
static const struct route_field show_query[] = {
    {"sheet", FIELD_TEXT, false, "工作表"}, {"heading_row", FIELD_INT, false, "标题在第几行"}, {0}};
static const struct route_field look_body[] = {
    {"sheet", FIELD_TEXT, true, "工作表"},
    {"heading_row", FIELD_INT, true, "标题在第几行"},
    {"mapping", FIELD_OBJECT, true, "{\"in\": {项: 列}, \"out\": {结果: 列}}，列从 0 起"},
    {"title", FIELD_TEXT, false, "这份清单的名称"},
    {0}};
static const struct route_field take_body[] = {
    {"sheet", FIELD_TEXT, true, "工作表"},
    {"heading_row", FIELD_INT, true, "标题在第几行"},
    {"mapping", FIELD_OBJECT, true, "{\"in\": {项: 列}, \"out\": {结果: 列}}，列从 0 起"},
    {"title", FIELD_TEXT, false, "这份清单的名称"},
    {"due", FIELD_DAY, false, "上级要求反馈的日期"},
    {"choices", FIELD_OBJECT, false, "{行号: 线索编号 | \"new\" | \"none\"}；没写的按提议"},
    {0}};
static const struct route_field link_body[] = {{"clue", FIELD_INT, true, "线索编号；0 = 不关联"},
                                               {0}};

const struct route routes_handed[] = {
    {"POST", "/api/handed", "list.write", ROUTE_UPLOAD, upload, "收上级下发的一份疑点表（XLSX）",
     upload_query, NULL},
    {"GET", "/api/handed/{id}", "list.write", 0, show, "原表的工作表、标题、前几行，与对列的提议",
     show_query, NULL},
    {"POST", "/api/handed/{id}/look", "list.write", 0, look, "按这样对列，逐行看看：不收进", NULL,
     look_body},
    {"POST", "/api/handed/{id}/take", "clue.write", 0, take, "收进：关联或登记线索", NULL,
     take_body},
    {"POST", "/api/handed/{id}/drop", "list.write", 0, drop, "不收这份表", NULL, NULL},
    {"POST", "/api/handed/{id}/rows/{no}/link", "clue.write", 0, link_row, "改一行关联的线索", NULL,
     link_body},
    {"GET", "/api/handed/{id}/file", "list.write", 0, file, "原表填好结果", NULL, NULL},
    {0},
};
