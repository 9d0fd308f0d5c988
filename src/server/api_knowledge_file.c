/* SPDX-License-Identifier: MulanPSL-2.0 */
/* /api/knowledge/{table}/template and /export: workbooks whose columns of codes are text, so that no leading zero is lost. */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "claims/workbook.h"
#include "life/edit_table.h"
#include "life/table_file.h"
#include "papers/mark.h"
#include "server/export.h"
#include "server/knowledge_view.h"
#include "server/routes.h"
#include "server/server.h"

static void text(lxw_worksheet *ws, lxw_row_t row, int col, struct span s, lxw_format *f)
{
    char cell[1024];

    snprintf(cell, sizeof cell, "%.*s", (int)(s.n < sizeof cell - 1 ? s.n : sizeof cell - 1),
             s.p ? s.p : "");
    worksheet_write_string(ws, row, (lxw_col_t)col, cell, f);
}

/* Codes that have words are chosen by them; another value is asked about, not refused. */
static void choices(lxw_worksheet *ws, int c, const struct kn_column *col)
{
    char word[24][64];
    char *list[25] = {NULL};
    int n = 0;

    for (const struct ynode *y = col->words ? col->words->child : NULL; y && n < 24; y = y->next) {
        snprintf(word[n], sizeof word[n], "%.*s", (int)y->text.n, y->text.p);
        list[n] = word[n];
        n++;
    }
    if (n)
        worksheet_data_validation_range(
            ws, 1, (lxw_col_t)c, TABLE_FILE_ROWS, (lxw_col_t)c,
            &(lxw_data_validation){.validate = LXW_VALIDATION_TYPE_LIST,
                                   .value_list = list,
                                   .error_type = LXW_VALIDATION_ERROR_TYPE_WARNING});
}

static int fill(lxw_workbook *book, const struct huji_library *lib, const struct knowledge *k,
                bool rows, const char *mark, struct err *e)
{
    const struct knowledge *all = library_knowledge(lib, k->name);
    lxw_worksheet *ws = workbook_add_worksheet(book, NULL);
    lxw_format *head = workbook_add_format(book), *plain = workbook_add_format(book);
    int rc = ws && head && plain ? 0 : err_nomem(e);

    if (rc)
        return rc;
    format_set_bold(head);
    format_set_bg_color(head, 0xDDEBF7);
    format_set_border(head, LXW_BORDER_THIN);
    format_set_num_format(plain, "@");
    for (int c = 0; c < k->n_columns; c++) {
        const struct kn_column *col = &k->column[c];

        worksheet_set_column_opt(ws, (lxw_col_t)c, (lxw_col_t)c, c == k->key ? 26 : 18, plain,
                                 &(lxw_row_col_options){.hidden = col->hidden});
        choices(ws, c, col);
        text(ws, 0, c, col->title.n ? col->title : col->name, head);
    }
    worksheet_freeze_panes(ws, 1, 0);
    for (size_t i = 0; rows && i < all->n && !rc; i++) {
        struct span cells[KN_COLUMNS] = {{0}};
        struct arena a = ARENA_INIT;

        rc = table_texts(&a, k, all, i, cells, e);
        for (int c = 0; c < k->n_columns && !rc; c++)
            text(ws, (lxw_row_t)i + 1, c, knowledge_word(&k->column[c], cells[c]), plain);
        arena_release(&a);
    }
    sheet_mark(ws, mark);
    return rc;
}

static int write_book(const char *path, const struct huji_library *lib, const struct knowledge *k,
                      bool rows, const char *mark, struct err *e)
{
    lxw_workbook *book;
    lxw_error bad;
    int rc = workbook_begin(path, &book, e);

    if (rc)
        return rc;
    rc = fill(book, lib, k, rows, mark, e);
    bad = workbook_close(book);
    return rc ? rc : bad ? err_set(e, ERR_IO, "写不了 %s", path) : 0;
}

static int give(struct request *r, const struct huji_library *lib, bool rows, struct err *e)
{
    char *path = arena_fmt(&r->arena, "%s/tmp/knowledge-%s.xlsx", r->server->options->dir, r->id);
    struct export_mark mark = {{0}};
    struct knowledge k;
    bool answered = false;
    char *name = NULL;
    int fd, rc = path ? knowledge_open(r, lib, &k, e) : err_nomem(e);

    if (!rc && rows)
        rc = export_begin(r,
                          &(struct export_of){.act = "knowledge.export",
                                              .object = request_param(r, "table"),
                                              .title = "知识表",
                                              .rows = (int64_t)library_knowledge(lib, k.name)->n},
                          &mark, &answered, e);
    if (rc || answered)
        return rc;
    name = arena_fmt(&r->arena, "知识表-%.*s%s.xlsx", (int)k.title.n, k.title.p,
                     rows ? "" : "-模板");
    rc = name ? write_book(path, lib, &k, rows, rows ? mark.text : NULL, e) : err_nomem(e);
    if (!rc) {
        fd = open(path, O_RDONLY | O_CLOEXEC);
        rc = fd < 0
                 ? err_errno(e, "读不了 %s", path)
                 : reply_file(r,
                              "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                              name, fd, e);
    }
    unlink(path);
    return rc;
}

static int template(struct request *r, struct err *e)
{
    int rc = give(r, server_library(r->server), false, e);

    server_library_done(r->server);
    return rc;
}

static int export(struct request *r, struct err *e)
{
    int rc = give(r, server_library(r->server), true, e);

    server_library_done(r->server);
    return rc;
}

const struct route routes_knowledge_file[] = {
    {"GET", "/api/knowledge/{table}/template", "rule.read", 0, template,
     "知识表的 Excel 模板：列名齐，编码列是文本", NULL, NULL},
    {"GET", "/api/knowledge/{table}/export", "rule.read", 0, export, "导出一张知识表（XLSX）", NULL,
     NULL},
    {0},
};
