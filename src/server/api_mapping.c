/* SPDX-License-Identifier: MulanPSL-2.0 */
/* How headings are read: the proposal for an uploaded file, the officer's corrections kept for the next time (readers/mapping.h). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "claims/readers/mapping.h"
#include "claims/readers/normalise.h"
#include "claims/readers/table.h"
#include "claims/schema.h"
#include "server/routes.h"
#include "server/server.h"
#include "server/uploads.h"

/* Columns of a mapping file, as mapping.h gives them. */
enum { PRINT, FILE_NAME, SHEET, TABLE, HEAD_ROW, COLUMN, HEADING, FIELD, TITLE, SURE, SAMPLE };
#define WIDTH 13
#define MAX_SHEETS 2000

static int own_mapping(struct request *r, struct mapping **out, struct err *e)
{
    char *dir = arena_fmt(&r->arena, "%s/mappings", r->server->options->dir);

    *out = mapping_new();
    return *out && dir ? mapping_load_dir(*out, dir, e) : err_nomem(e);
}

/* --- the proposal ---------------------------------------------------------------------------------- */

static json_t *cell(const struct row *row, size_t k)
{
    return json_span(k < row->n ? row->cells[k].text : (struct span){"", 0});
}

/* Lines of one sheet stand together: a new sheet begins where print, file or sheet change. */
static bool same_sheet(const json_t *sheet, const struct row *row)
{
    static const struct {
        const char *name;
        size_t at;
    } key[] = {{"fingerprint", PRINT}, {"inner", FILE_NAME}, {"sheet", SHEET}};

    for (size_t i = 0; sheet && i < 3; i++)
        if (!span_is(key[i].at < row->n ? row->cells[key[i].at].text : (struct span){"", 0},
                     json_string_value(json_object_get(sheet, key[i].name))))
            return false;
    return sheet != NULL;
}

static void add_line(json_t *sheets, const struct row *row)
{
    json_t *last = json_array_get(sheets, json_array_size(sheets) - 1), *samples = json_array();

    if (!same_sheet(last, row)) {
        last = json_pack("{s:o,s:o,s:o,s:o,s:o,s:[]}", "fingerprint", cell(row, PRINT), "inner",
                         cell(row, FILE_NAME), "sheet", cell(row, SHEET), "table", cell(row, TABLE),
                         "row", cell(row, HEAD_ROW), "columns");
        json_array_append_new(sheets, last);
    }
    for (size_t k = SAMPLE; k < WIDTH; k++)
        json_array_append_new(samples, cell(row, k));
    json_array_append_new(json_object_get(last, "columns"),
                          json_pack("{s:o,s:o,s:o,s:o,s:o,s:o}", "col", cell(row, COLUMN),
                                    "heading", cell(row, HEADING), "field", cell(row, FIELD),
                                    "title", cell(row, TITLE), "sure", cell(row, SURE), "samples",
                                    samples));
}

static int read_proposal(const struct buf *csv, json_t *sheets, struct err *e)
{
    struct row_source *s = NULL;
    struct row row;
    int rc = csv->n ? rows_open_mem((struct span){csv->p, csv->n}, "对照", &s, e) : 0;

    while (s && !rc && (rc = rows_next_sheet(s, e)) > 0)
        while ((rc = rows_next(s, &row, e)) > 0)
            if (row.n && !span_is(row.cells[0].text, "指纹"))
                add_line(sheets, &row);
    if (s)
        rows_close(s);
    return rc < 0 ? rc : 0;
}

/* Where files lie is nobody's business: names as they were sent. */
static void hide_folder(json_t *sheets, const char *folder)
{
    size_t i, n = strlen(folder) + 1;
    json_t *one;

    json_array_foreach(sheets, i, one)
    {
        const char *s = json_string_value(json_object_get(one, "inner"));

        if (s && strncmp(s, folder, n - 1) == 0 && strlen(s) >= n)
            json_object_set_new(one, "inner", json_string(s + n));
    }
}

/* National columns under a name that says the table: nothing to propose. -1: not so. */
static int plain_table(const char *path, struct err *e)
{
    int rc = readers_wanted(path, e);

    return rc ? -1 : schema_of_file(span_of(path));
}

static int propose(struct request *r, struct err *e)
{
    const char *folder, *path, *name = request_query(r, "name");
    struct mapping *m = NULL;
    struct buf csv = BUF_INIT;
    struct err why = {0};
    json_t *sheets = json_array();
    int rc = upload_folder(r, request_param(r, "batch"), &folder, e), plain = -1;

    if (!rc)
        rc = upload_path(r, folder, name, &path, e);
    if (!rc)
        rc = own_mapping(r, &m, e);
    if (!rc)
        plain = plain_table(path, NULL);
    if (!rc && plain < 0) {
        rc = mapping_propose(path, m, &csv, &why);
        if (!rc)
            rc = read_proposal(&csv, sheets, e);
        else if (rc == ERR_INPUT || rc == ERR_LIMIT)
            rc = 0; /* said in `unreadable`: the other files go on */
        else if (e)
            *e = why;
    }
    if (!rc)
        hide_folder(sheets, folder);
    buf_release(&csv);
    mapping_free(m);
    if (rc) {
        json_decref(sheets);
        return rc;
    }
    return reply_json(r, 200,
                      json_pack("{s:s,s:o,s:s?,s:s?,s:o}", "name", name, "sheets", sheets, "table",
                                plain >= 0 ? huji_tables[plain]->name : NULL, "title",
                                plain >= 0 ? huji_tables[plain]->title : NULL, "unreadable",
                                why.code ? json_span(span_of(why.message)) : json_null()),
                      e);
}

/* --- corrections ----------------------------------------------------------------------------------- */

static const char *text_of(const json_t *o, const char *name)
{
    const char *s = json_string_value(json_object_get(o, name));

    return s ? s : "";
}

static void write_sheet(struct buf *b, const json_t *sheet)
{
    json_t *columns = json_object_get(sheet, "columns"), *c;
    size_t i;

    json_array_foreach(columns, i, c)
    {
        const char *field = text_of(c, "field");
        const json_t *samples = json_object_get(c, "samples");
        const char *texts[] = {text_of(sheet, "fingerprint"), text_of(sheet, "inner"),
                               text_of(sheet, "sheet"),       text_of(sheet, "table"),
                               text_of(sheet, "row"),         text_of(c, "col"),
                               text_of(c, "heading"),         field,
                               text_of(c, "title"),           "已确认"};

        for (size_t k = 0; k < sizeof texts / sizeof *texts; k++)
            csv_field(b, span_of(texts[k]), k == 0);
        for (size_t k = 0; k < WIDTH - SAMPLE; k++) {
            const char *s = json_string_value(json_array_get(samples, k));

            csv_field(b, span_of(s ? s : ""), false);
        }
        buf_char(b, '\n');
    }
}

/* A sheet must have a fingerprint: it is the name that the mapping is kept and found by. */
static int check_sheets(const json_t *sheets, struct err *e)
{
    size_t i, n = json_array_size(sheets);
    json_t *one;

    if (!json_is_array(sheets) || !n || n > MAX_SHEETS) {
        err_set(e, ERR_INPUT, "sheets 应是 1 到 %d 张工作表的对照", MAX_SHEETS);
        return err_where(e, "sheets");
    }
    json_array_foreach(sheets, i, one)
    {
        const char *print = text_of(one, "fingerprint");

        if (!*print || strspn(print, "0123456789abcdef") != strlen(print) ||
            !json_array_size(json_object_get(one, "columns"))) {
            err_set(e, ERR_INPUT, "第 %zu 张工作表的对照不完整", i + 1);
            return err_where(e, "sheets");
        }
    }
    return 0;
}

static int note_it(struct request *r, size_t n, struct err *e)
{
    char *detail = arena_fmt(&r->arena, "{\"sheets\":%zu}", n);
    int rc = cw_begin(r->db, e);

    if (!rc)
        rc = audit_append(
            r->db, &r->actor,
            &(struct act){.act = "mapping.keep", .object = "mapping", .detail = detail}, e);
    return cw_end(r->db, rc, e);
}

static int keep(struct request *r, struct err *e)
{
    json_t *sheets = json_object_get(r->json, "sheets"), *one;
    char *path = arena_fmt(&r->arena, "%s/tmp/mapping-%s.csv", r->server->options->dir, r->id);
    char *dir = arena_fmt(&r->arena, "%s/mappings", r->server->options->dir);
    struct mapping *m = mapping_new();
    struct buf b = BUF_INIT;
    FILE *f = NULL;
    size_t i;
    int rc = path && dir && m ? check_sheets(sheets, e) : err_nomem(e);

    if (!rc)
        json_array_foreach(sheets, i, one) write_sheet(&b, one);
    if (!rc && b.failed)
        rc = err_nomem(e);
    if (!rc && (!(f = fopen(path, "wbe")) || fwrite(b.p, 1, b.n, f) != b.n))
        rc = err_errno(e, "写不了临时文件");
    if (f && fclose(f) != 0 && !rc)
        rc = err_errno(e, "写不了临时文件");
    if (!rc && (rc = mapping_load(m, path, e)) == ERR_INPUT)
        err_where(e, "sheets");
    if (!rc)
        rc = note_it(r, json_array_size(sheets), e);
    if (!rc)
        rc = mapping_keep(m, dir, e);
    if (f)
        unlink(path);
    buf_release(&b);
    mapping_free(m);
    return rc ? rc
              : reply_json(r, 200, json_pack("{s:I}", "kept", (json_int_t)json_array_size(sheets)),
                           e);
}

/* --- what may be chosen ---------------------------------------------------------------------------- */

static int tables(struct request *r, struct err *e)
{
    json_t *rows = json_array();

    for (int i = 0; i < TABLE_COUNT; i++) {
        const struct table_schema *t = huji_tables[i];
        json_t *columns = json_array();

        for (size_t c = 0; c < t->n_columns; c++)
            json_array_append_new(columns,
                                  json_pack("[s,s]", t->columns[c].name,
                                            t->columns[c].title ? t->columns[c].title : ""));
        json_array_append_new(rows, json_pack("{s:s,s:s,s:b,s:o}", "table", t->name, "title",
                                              t->title, "own", t->own, "columns", columns));
    }
    return reply_json(r, 200, json_pack("{s:o}", "rows", rows), e);
}

static const struct route_field propose_query[] = {{"name", FIELD_TEXT, true, "这一批里的文件"},
                                                   {0}};
static const struct route_field keep_body[] = {
    {"sheets", FIELD_LIST, true, "改好的对照：与 proposal 所答同形"},
    {0},
};

const struct route routes_mapping[] = {
    {"GET", "/api/uploads/{batch}/proposal", "import.run", 0, propose, "程序怎么理解一个文件的表头",
     propose_query, NULL},
    {"POST", "/api/mappings", "import.run", 0, keep, "记住改好的表头对照，以后同样的表头照办", NULL,
     keep_body},
    {"GET", "/api/tables", "import.read", 0, tables, "可导入的表和字段", NULL, NULL},
    {0},
};
