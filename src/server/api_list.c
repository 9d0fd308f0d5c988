/* SPDX-License-Identifier: MulanPSL-2.0 */
/* /api/lists: 往返表 going out: 疑点清单 of an institution, 在院核查单 of a day. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/day.h"
#include "base/fen.h"
#include "base/mem.h"
#include "papers/form.h"
#include "screen/mask.h"
#include "server/ask.h"
#include "server/clue_nature.h"
#include "server/clue_query.h"
#include "server/demo.h"
#include "server/list_view.h"
#include "server/export.h"
#include "server/routes.h"
#include "server/rowjson.h"
#include "server/server.h"

#define COLUMNS                                                                                                  \
    "select l.id, l.kind, l.title, l.fixmedins_code, l.fixmedins_name, l.admdvs, l.day, l.due, l.note, l.state," \
    " l.actor, l.actor_name, l.at, l.version, (select count(*) from list_row x where x.list = l.id),"            \
    " (select count(*) from list_row x where x.list = l.id and x.answer is not null),"                           \
    " (select count(*) from list_row x where x.list = l.id and x.adopted_at is not null) from list_out l "
static const struct json_column columns[] = {
    {"id", JSON_AS_INT},
    {"kind", JSON_AS_TEXT},
    {"title", JSON_AS_TEXT},
    {"fixmedins_code", JSON_AS_TEXT},
    {"fixmedins_name", JSON_AS_TEXT},
    {"admdvs", JSON_AS_TEXT},
    {"day", JSON_AS_TEXT},
    {"due", JSON_AS_TEXT},
    {"note", JSON_AS_TEXT},
    {"state", JSON_AS_TEXT},
    {"actor", JSON_AS_TEXT},
    {"actor_name", JSON_AS_TEXT},
    {"at", JSON_AS_TEXT},
    {"version", JSON_AS_INT},
    {"rows_out", JSON_AS_INT},
    {"rows_answered", JSON_AS_INT},
    {"rows_adopted", JSON_AS_INT},
    {0},
};
static const struct json_column row_columns[] = {
    {"no", JSON_AS_INT},
    {"row_key", JSON_AS_TEXT},
    {"clue", JSON_AS_INT},
    {"cells", JSON_AS_JSON},
    {"answer", JSON_AS_JSON},
    {"file", JSON_AS_INT},
    {"answered_at", JSON_AS_TEXT},
    {"adopted_at", JSON_AS_TEXT},
    {"state", JSON_AS_TEXT},
    {"verdict", JSON_AS_TEXT},
    {0},
};
static const struct json_column file_columns[] = {
    {"id", JSON_AS_INT},        {"filename", JSON_AS_TEXT}, {"digest", JSON_AS_TEXT},
    {"bytes", JSON_AS_INT},     {"state", JSON_AS_TEXT},    {"actor_name", JSON_AS_TEXT},
    {"at", JSON_AS_TEXT},       {"taken", JSON_AS_INT},     {"taken_by", JSON_AS_TEXT},
    {"taken_at", JSON_AS_TEXT}, {"report", JSON_AS_JSON},   {0},
};

static const char *text_of(const json_t *row, const char *name)
{
    const char *s = json_string_value(json_object_get(row, name));

    return s ? s : "";
}

int list_of(struct request *r, json_t **row, const struct list_kind **kind, struct err *e)
{
    struct scope scope = scope_of(&r->session);
    int64_t id = strtoll(request_param(r, "id"), NULL, 10);
    int rc = cw_one_json(r->db, row, columns, e, COLUMNS "where l.id = $1", CW_ARGS(cw_i(id)));

    if (rc)
        return rc;
    if (*row && !scope_allows(&scope, span_of(text_of(*row, "admdvs")),
                              span_of(text_of(*row, "fixmedins_code")), span_of(""))) {
        json_decref(*row);
        *row = NULL;
    }
    *kind = *row ? list_kind_find(span_of(text_of(*row, "kind"))) : NULL;
    if (*kind)
        return 0;
    json_decref(*row);
    *row = NULL;
    return err_set(e, ERR_USAGE, "没有编号为 %lld 的清单", (long long)id);
}

int list_path(struct request *r, int64_t list, const char *name, char **out, struct err *e)
{
    char *all = arena_fmt(&r->arena, "%s/lists", r->server->options->dir);
    char *dir = arena_fmt(&r->arena, "%s/lists/%lld", r->server->options->dir, (long long)list);

    *out = arena_fmt(&r->arena, "%s/lists/%lld/%s", r->server->options->dir, (long long)list, name);
    if (!all || !dir || !*out)
        return err_nomem(e);
    if ((mkdir(all, 0700) < 0 && errno != EEXIST) || (mkdir(dir, 0700) < 0 && errno != EEXIST))
        return err_errno(e, "建不了 %s", dir);
    return 0;
}

/* Scope in SQL would be a second place that decides: rows out of scope are left out here. */
static int list(struct request *r, struct err *e)
{
    struct scope scope = scope_of(&r->session);
    json_t *all = NULL, *rows, *one;
    int64_t limit, after;
    size_t i;
    int rc = request_query_int(r, "limit", 50, 1, 200, &limit, e);

    if (!rc)
        rc = request_query_int(r, "after", INT64_MAX, 1, INT64_MAX, &after, e);
    if (!rc)
        rc = cw_rows_json(
            r->db, &all, columns, e,
            COLUMNS "where l.id < $1 and l.admdvs >= $3 and l.admdvs < $4"
                    " and ($5 = '' or l.fixmedins_code = $5) order by l.id desc limit $2",
            CW_ARGS(cw_i(after), cw_i(limit), cw_t(scope.prefix),
                    cw_t(arena_fmt(&r->arena, "%s~", scope.prefix)), cw_t(scope.fixmedins_code)));
    if (rc)
        return rc;
    rows = json_array();
    json_array_foreach(all, i, one) if (scope_allows(&scope, span_of(text_of(one, "admdvs")),
                                                     span_of(text_of(one, "fixmedins_code")),
                                                     span_of(""))) json_array_append(rows, one);
    i = json_array_size(all);
    one = json_array_get(all, i ? i - 1 : 0);
    one = i == (size_t)limit
              ? json_sprintf("%lld", (long long)json_integer_value(json_object_get(one, "id")))
              : json_null();
    json_decref(all);
    i = json_array_size(rows);
    return reply_json(
        r, 200, json_pack("{s:o,s:o,s:I}", "rows", rows, "next", one, "total", (json_int_t)i), e);
}

/* Did the list go out with this column? A kind's new ones stand behind its old ones. */
static bool went_out(const struct list_kind *k, size_t column, const json_t *rows)
{
    size_t cells = json_array_size(json_object_get(json_array_get(rows, 0), "cells"));

    return k->columns[column].fill || !cells || column < cells;
}

static json_t *kind_columns(const struct list_kind *k, bool fill, const json_t *rows)
{
    json_t *a = json_array();

    for (size_t i = 0; i < k->n_columns; i++)
        if (k->columns[i].fill == fill && went_out(k, i, rows))
            json_array_append_new(a, json_string(k->columns[i].title));
    return a;
}

static int rows_of(struct request *r, int64_t id, json_t **rows, struct err *e)
{
    return cw_rows_json(
        r->db, rows, row_columns, e,
        "select r.no, r.row_key, r.clue, r.cells, r.answer, r.file, r.answered_at, r.adopted_at, c.state, c.verdict"
        " from list_row r left join clue c on c.id = r.clue where r.list = $1 order by r.no",
        CW_ARGS(cw_i(id)));
}

/* Names of persons are for whoever sends and takes back lists; others see 张*. */
static void mask(json_t *rows, size_t col, enum mask_kind kind)
{
    size_t i;
    json_t *one;

    json_array_foreach(rows, i, one)
    {
        json_t *cells = json_object_get(one, "cells");
        const char *name = json_string_value(json_array_get(cells, col));
        struct buf b = BUF_INIT;

        if (!name || !*name)
            continue;
        mask_cell(&b, kind, span_of(name));
        json_array_set_new(cells, col, json_stringn(buf_cstr(&b), b.n));
        buf_release(&b);
    }
}

/* Of a list from above every column, named by us or not; what numbers things (visits, settlements) is no person's. */
static void mask_handed(json_t *rows, const json_t *own)
{
    static const struct {
        const char *role;
        int kind; /* -1: as it is */
    } known[] = {{"psn_name", MASK_NAME}, {"certno", MASK_CERTNO}, {"mdtrt_id", -1},
                 {"setl_id", -1},         {"upper_no", -1},        {"fixmedins_code", -1},
                 {"fixmedins_name", -1},  {"amount", -1},          {"fund", -1},
                 {"event_date", -1}};
    const json_t *headings = json_object_get(own, "headings"),
                 *in = json_object_get(json_object_get(own, "mapping"), "in"), *h;
    size_t i;

    json_array_foreach(headings, i, h)
    {
        int kind = (int)mask_kind_of(span_of(json_string_value(h) ? json_string_value(h) : ""));

        for (size_t k = 0; k < sizeof known / sizeof *known; k++) {
            const json_t *col = json_object_get(in, known[k].role);

            if (json_is_integer(col) && (size_t)json_integer_value(col) == i)
                kind = known[k].kind;
        }
        if (kind >= 0)
            mask(rows, i, (enum mask_kind)kind);
    }
}

/* A list from above has the columns of its file. */
static int show_handed(struct request *r, json_t *row, json_t *rows, struct err *e)
{
    static const struct json_column cols[] = {{"filename", JSON_AS_TEXT},
                                              {"sheet", JSON_AS_TEXT},
                                              {"headings", JSON_AS_JSON},
                                              {"mapping", JSON_AS_JSON},
                                              {0}};
    json_t *own = NULL;
    int rc = cw_one_json(r->db, &own, cols, e,
                         "select filename, sheet, headings, mapping from handed where list = $1",
                         CW_ARGS(cw_i(json_integer_value(json_object_get(row, "id")))));

    if (rc || !own)
        return rc;
    if (!request_may(r, "list.write"))
        mask_handed(rows, own);
    json_object_set(row, "columns", json_object_get(own, "headings"));
    json_object_set_new(row, "handed", own);
    return 0;
}

static int show(struct request *r, struct err *e)
{
    const struct list_kind *kind;
    json_t *row = NULL, *rows = NULL, *files = NULL;
    int64_t id;
    int rc = list_of(r, &row, &kind, e);

    if (rc)
        return rc;
    id = json_integer_value(json_object_get(row, "id"));
    rc = rows_of(r, id, &rows, e);
    if (!rc)
        rc = cw_rows_json(
            r->db, &files, file_columns, e,
            "select id, filename, digest, bytes, state, actor_name, at, taken, taken_by, taken_at,"
            " report from list_in where list = $1 order by id desc limit 50",
            CW_ARGS(cw_i(id)));
    if (!rc && !kind->n_columns)
        rc = show_handed(r, row, rows, e);
    if (strcmp(kind->code, "presence") == 0 && !request_may(r, "list.write")) {
        size_t i;
        json_t *one;

        mask(rows, 3, MASK_NAME);
        json_array_foreach(files, i, one) mask(json_object_get(one, "report"), 3, MASK_NAME);
    }
    json_object_set_new(row, "rows", rows ? rows : json_null());
    json_object_set_new(row, "files", files ? files : json_null());
    json_object_set_new(row, "kind_title", json_string(kind->title));
    if (kind->n_columns)
        json_object_set_new(row, "columns", kind_columns(kind, false, rows));
    json_object_set_new(row, "answers", kind_columns(kind, true, rows));
    if (rc) {
        json_decref(row);
        return rc;
    }
    return reply_json(r, 200, row, e);
}

/* --- making one -------------------------------------------------------------------------------------- */

static json_t *fen_text(json_int_t fen)
{
    struct buf b = BUF_INIT;
    json_t *j;

    fen_print(&b, fen);
    j = json_stringn(buf_cstr(&b), b.n);
    buf_release(&b);
    return j;
}

static json_t *kept(const json_t *row, const char *name)
{
    return json_string(text_of(row, name));
}

static json_t *told_nature(struct request *r, const json_t *clue)
{
    struct buf b = BUF_INIT;
    json_t *j;

    clue_nature_told(r, span_of(text_of(clue, "rule_id")), span_of(text_of(clue, "title")),
                     span_of(text_of(clue, "nature")),
                     json_integer_value(json_object_get(clue, "intent")) != 0, &b);
    j = json_stringn(buf_cstr(&b), b.n);
    buf_release(&b);
    return j;
}

/* The open clues of the institution: those asked for, or all that no list has out already. */
static int clue_rows(struct request *r, const char *inst, json_t **out, char *admdvs, size_t cap,
                     struct err *e)
{
    static const struct json_column cols[] = {
        {"id", JSON_AS_INT},        {"title", JSON_AS_TEXT},      {"psn_no", JSON_AS_TEXT},
        {"mdtrt_id", JSON_AS_TEXT}, {"event_date", JSON_AS_TEXT}, {"amount_fen", JSON_AS_INT},
        {"fund_fen", JSON_AS_INT},  {"admdvs", JSON_AS_TEXT},     {"rule_id", JSON_AS_TEXT},
        {"nature", JSON_AS_TEXT},   {"intent", JSON_AS_INT},      {0}};
    struct scope scope = scope_of(&r->session);
    json_t *all = NULL, *one, *ids = json_object_get(r->json, "clues"), *id;
    size_t i, k;
    int rc = cw_rows_json(
        r->db, &all, cols, e,
        "select c.id, c.title, c.psn_no, c.mdtrt_id, c.event_date, c.amount_fen, c.fund_fen, c.admdvs,"
        " coalesce(c.rule_id, ''), coalesce(c.nature, ''), coalesce(c.intent, 0) from clue c"
        " where c.fixmedins_code = $1 and c.state in ('new', 'assigned', 'working') and c.found = 1"
        " and not exists (select 1 from list_row r join list_out l on l.id = r.list where r.clue = c.id"
        " and r.answer is null and l.state in ('out', 'part')) order by c.fund_fen desc, c.id limit 20001",
        CW_ARGS(cw_t(inst)));

    *out = json_array();
    json_array_foreach(all, i, one)
    {
        bool wanted = !json_array_size(ids);

        json_array_foreach(ids, k, id)
            wanted |= json_integer_value(id) == json_integer_value(json_object_get(one, "id"));
        if (!wanted ||
            !scope_allows(&scope, span_of(text_of(one, "admdvs")), span_of(inst), span_of("")))
            continue;
        snprintf(admdvs, cap, "%s", text_of(one, "admdvs"));
        json_array_append_new(
            *out, json_pack("{s:O,s:[o,o,o,o,o,o,o,o,o]}", "clue", json_object_get(one, "id"),
                            "cells", json_sprintf("%zu", json_array_size(*out) + 1),
                            json_sprintf("%lld",
                                         (long long)json_integer_value(json_object_get(one, "id"))),
                            kept(one, "title"), kept(one, "psn_no"), kept(one, "mdtrt_id"),
                            kept(one, "event_date"),
                            fen_text(json_integer_value(json_object_get(one, "amount_fen"))),
                            fen_text(json_integer_value(json_object_get(one, "fund_fen"))),
                            told_nature(r, one)));
    }
    json_decref(all);
    if (!rc && !json_array_size(*out)) {
        err_set(e, ERR_INPUT, "这家机构没有可发出的线索（都已办结，或已在发出的清单里）");
        rc = err_where(e, "fixmedins_code");
    }
    return rc;
}

/* A sample of who is in hospital there on that day, the same for the same day and institution. */
static int presence_rows(struct request *r, const char *inst, day_t day, int64_t sample,
                         json_t **out, struct err *e)
{
    struct buf sql = BUF_INIT;
    struct ask *a = NULL;
    json_t *all = NULL, *one;
    size_t i;
    int rc = ask_open(r, &a, e);

    *out = json_array();
    buf_str(
        &sql,
        "select d.code as mdtrt_id, p.code as psn_no, (select any_value(psn_name) from t_psn_info_b b where"
        " b.psn_no = p.code) as psn_name, strftime(date '1970-01-01' + x.begndate, '%Y-%m-%d') as begndate,"
        " '' as dept from s_visit x join d_visit d on d.id = x.mdtrt_id join d_person p on p.id = x.psn_no"
        " join d_inst n on n.id = x.fixmedins_code where x.kind = 1 and n.code = ");
    buf_sql(&sql, span_of(inst));
    buf_fmt(&sql,
            " and x.begndate < %d and x.enddate > %d order by hash(d.code || '%d') limit %lld",
            (int)day, (int)day, (int)day, (long long)sample);
    if (!rc)
        rc = ask_rows(a, &sql, &all, e);
    json_array_foreach(all, i, one) json_array_append_new(
        *out, json_pack("{s:[o,o,o,o,o,o]}", "cells", json_sprintf("%zu", i + 1),
                        kept(one, "mdtrt_id"), kept(one, "psn_no"), kept(one, "psn_name"),
                        kept(one, "begndate"), kept(one, "dept")));
    json_decref(all);
    ask_close(a);
    buf_release(&sql);
    if (!rc && !json_array_size(*out)) {
        err_set(e, ERR_INPUT, "这家机构这一天没有在院病人的记录");
        rc = err_where(e, "day");
    }
    return rc;
}

static int inst_name(struct request *r, const char *inst, struct buf *name, char *admdvs,
                     size_t cap, struct err *e)
{
    struct buf sql = BUF_INIT;
    struct ask *a = NULL;
    json_t *row = NULL;
    int rc = ask_open(r, &a, e);

    buf_str(&sql, "select coalesce(max(d.name), '') as name, coalesce(max(b.fix_blng_admdvs),"
                  " max(regexp_extract(d.code, '^[A-Z]([0-9]{6})', 1)), '') as admdvs from d_inst d"
                  " left join t_fixmedins_b b on b.fixmedins_code = d.code where d.code = ");
    buf_sql(&sql, span_of(inst));
    if (!rc)
        rc = ask_row(a, &sql, &row, e);
    if (!rc && row) {
        buf_str(name, text_of(row, "name"));
        snprintf(admdvs, cap, "%s", text_of(row, "admdvs"));
    }
    json_decref(row);
    ask_close(a);
    buf_release(&sql);
    return rc;
}

static int fill_new(struct request *r, struct list_new *l, json_t **rows, char *admdvs, size_t cap,
                    struct err *e)
{
    int64_t sample = 20;
    day_t day;
    int rc;

    if (strcmp(l->kind->code, "clue") == 0)
        return clue_rows(r, l->fixmedins_code, rows, admdvs, cap, e);
    rc = request_text(r, "day", true, 10, &l->day, e);
    if (!rc && !day_iso(span_of(l->day), &day)) {
        err_set(e, ERR_INPUT, "核查日期应是日期，如 2026-12-01");
        rc = err_where(e, "day");
    }
    if (!rc)
        rc = request_int(r, "sample", false, 1, 2000, &sample, e);
    return rc ? rc : presence_rows(r, l->fixmedins_code, day, sample, rows, e);
}

static int make(struct request *r, struct err *e)
{
    struct scope scope = scope_of(&r->session);
    struct list_new l = {0};
    struct buf name = BUF_INIT;
    json_t *rows = NULL, *row = NULL;
    const char *kind;
    char admdvs[16] = "";
    int64_t id = 0;
    day_t day;
    int rc = request_text(r, "kind", true, 20, &kind, e);

    if (!rc)
        rc = request_text(r, "fixmedins_code", true, 30, &l.fixmedins_code, e);
    if (!rc)
        rc = request_text(r, "title", false, 100, &l.title, e);
    if (!rc)
        rc = request_text(r, "due", false, 10, &l.due, e);
    if (!rc)
        rc = request_text(r, "note", false, 1000, &l.note, e);
    if (rc)
        return rc;
    l.kind = list_kind_find(span_of(kind));
    if (!l.kind || !l.kind->n_columns) {
        err_set(e, ERR_INPUT, "kind 应是 clue（疑点清单）或 presence（在院核查单）");
        return err_where(e, "kind");
    }
    if (l.due && *l.due && !day_iso(span_of(l.due), &day)) {
        err_set(e, ERR_INPUT, "期限应是日期，如 2026-12-01");
        return err_where(e, "due");
    }
    rc = inst_name(r, l.fixmedins_code, &name, admdvs, sizeof admdvs, e);
    if (!rc && !scope_allows(&scope, span_of(admdvs), span_of(l.fixmedins_code), span_of(""))) {
        err_set(e, ERR_INPUT, "没有这家机构，或不在您的管辖范围内");
        rc = err_where(e, "fixmedins_code");
    }
    if (!rc)
        rc = fill_new(r, &l, &rows, admdvs, sizeof admdvs, e);
    l.rows = rows;
    l.fixmedins_name = buf_cstr(&name);
    l.admdvs = admdvs;
    if (!l.title || !*l.title)
        l.title = arena_fmt(&r->arena, "%s%s", buf_cstr(&name), l.kind->title);
    if (!rc)
        rc = list_make(r->db, &r->actor, &l, &id, e);
    json_decref(rows);
    buf_release(&name);
    if (!rc)
        rc = cw_one_json(r->db, &row, columns, e, COLUMNS "where l.id = $1", CW_ARGS(cw_i(id)));
    return rc ? rc : reply_json(r, 201, row, e);
}

/* --- the workbook ------------------------------------------------------------------------------------ */

static int file(struct request *r, struct err *e)
{
    const struct list_kind *kind;
    struct form_column cols[32] = {0};
    struct form f = {.columns = cols, .key_title = LIST_KEY_TITLE};
    struct export_of x = {.act = "list.file", .personal = true};
    struct export_mark mark;
    bool answered = false;
    char *path = NULL, *name;
    json_t *row = NULL, *rows = NULL;
    int64_t id;
    int fd, rc = list_of(r, &row, &kind, e);

    if (rc)
        return rc;
    id = json_integer_value(json_object_get(row, "id"));
    rc = kind->n_columns
             ? rows_of(r, id, &rows, e)
             : err_set(e, ERR_STATE, "上级下发的表在 /api/handed/%lld/file", (long long)id);
    for (size_t i = 0; i < kind->n_columns; i++) {
        const struct list_column *c = &kind->columns[i];

        if (!went_out(kind, i, rows))
            continue;
        cols[f.n_columns++] = (struct form_column){.title = c->title,
                                                   .fill = c->fill,
                                                   .numeric = c->numeric,
                                                   .check = c->check == LIST_CHOICE ? FORM_CHOICE
                                                                                    : FORM_ANY,
                                                   .choices = c->choices,
                                                   .width = c->width};
    }
    f.title = arena_fmt(&r->arena, "%s%s", atomic_load(&r->server->demo) ? DEMO_MARK : "",
                        text_of(row, "title"));
    f.how = kind->how;
    f.rows = rows;
    f.foot = arena_fmt(&r->arena, "&L清单 %lld &C第 &P 页 共 &N 页&R%s 发出 %s", (long long)id,
                       text_of(row, "actor_name"), text_of(row, "at"));
    /* It may hold names: who took it is kept, many rows need a second person. */
    x.rows = (int64_t)json_array_size(rows);
    x.object = arena_fmt(&r->arena, "list:%lld", (long long)id);
    x.title = f.title;
    if (!rc)
        rc = export_begin(r, &x, &mark, &answered, e);
    if (rc || answered) {
        json_decref(rows);
        json_decref(row);
        return rc;
    }
    f.mark = mark.text;
    if (!rc)
        rc = list_path(r, id, arena_fmt(&r->arena, "out-%s.xlsx", r->id), &path, e);
    if (!rc)
        rc = form_write(&f, path, e);
    if (!rc) {
        fd = open(path, O_RDONLY | O_CLOEXEC);
        unlink(path);
        name = arena_fmt(&r->arena, "%s（清单%lld）.xlsx", text_of(row, "title"), (long long)id);
        rc = fd < 0
                 ? err_errno(e, "读不了 %s", path)
                 : reply_file(r,
                              "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                              name, fd, e);
    }
    json_decref(rows);
    json_decref(row);
    return rc;
}

static const struct route_field page_query[] = {
    {"limit", FIELD_INT, false, "每页行数"}, {"after", FIELD_TEXT, false, "上一页的 next"}, {0}};
static const struct route_field make_body[] = {
    {"kind", FIELD_TEXT, true, "clue 疑点清单、presence 在院核查单"},
    {"fixmedins_code", FIELD_TEXT, true, "机构编号"},
    {"title", FIELD_TEXT, false, "标题"},
    {"due", FIELD_DAY, false, "要求收回的日期"},
    {"note", FIELD_TEXT, false, "备注"},
    {"clues", FIELD_LIST, false, "线索编号；空 = 该机构全部未办结的"},
    {"day", FIELD_DAY, false, "核查日期（在院核查单）"},
    {"sample", FIELD_INT, false, "抽多少人（20）"},
    {0}};

const struct route routes_list[] = {
    {"GET", "/api/lists", "list.read", 0, list, "往返表", page_query, NULL},
    {"POST", "/api/lists", "list.write", 0, make, "发出一份往返表", NULL, make_body},
    {"GET", "/api/lists/{id}", "list.read", 0, show, "一份往返表：行、收回的文件", NULL, NULL},
    {"GET", "/api/lists/{id}/file", "list.write", 0, file, "下载填报的 XLSX", NULL, NULL},
    {"POST", "/api/lists/{id}/file", "list.write", 0, file, "申请下载（行数多时，请第二人同意）",
     NULL, export_body},
    {0},
};
