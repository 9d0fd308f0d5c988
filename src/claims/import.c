/* SPDX-License-Identifier: MulanPSL-2.0 */
/* The order of an import: look at every file, then one transaction. */
#include "claims/import.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "base/mem.h"
#include "claims/import_priv.h"
#include "claims/paths.h"
#include "claims/undo.h"

int import_step(struct import *im, const char *what, uint64_t done, uint64_t total, struct err *e)
{
    progress_step(im->progress, what, done, total);
    return progress_cancelled(im->progress) ? err_set(e, ERR_STATE, "已中断，数据保持导入前的样子")
                                            : 0;
}

static struct import_row *add_row(struct import_report *r, const char *path, int table)
{
    if (mem_grow(&r->row, &r->cap, r->n + 1, sizeof *r->row) < 0)
        return NULL;
    r->row[r->n] = (struct import_row){.path = arena_dup(&r->arena, span_of(path)), .table = table};
    return &r->row[r->n++];
}

/* The file with this hash that is in the store: its number, 0 = none. */
static int known_file(struct import *im, const struct input *in, int64_t *id, struct err *e)
{
    return db_int(im->con, e, 0, id,
                  "SELECT max(id) FROM file WHERE sha256 = '%s' AND table_name = '%s'", in->sha256,
                  in->table->name);
}

/* Opens one file; *used = 0 when it is in the store already. */
static int take_file(struct import *im, const struct import_file *f, bool *used, struct err *e)
{
    struct input *in = &im->in[im->n];
    int64_t id = 0;
    int rc = input_open(im, f, in, e);
    if (rc == 0)
        rc = known_file(im, in, &id, e);
    *used = false;
    if (rc < 0) {
        if (e && !e->where[0])
            err_where(e, "%s", f->shown ? f->shown : f->path);
        input_close(in);
        return rc;
    }
    bool again = id > 0;
    for (size_t i = 0; i < im->n; i++)
        again |= strcmp(im->in[i].sha256, in->sha256) == 0 && im->in[i].table == in->table;
    struct import_row *row = add_row(im->report, f->shown ? f->shown : f->path,
                                     schema_table(span_of(in->table->name)));
    if (!row)
        rc = err_nomem(e);
    else
        row->encoding = in->parquet ? "Parquet" : in->csv.encoding;
    if (rc == 0 && again) {
        row->rows_read = row->rows_repeated = in->rows;
        row->note = id > 0 ? "这个文件已导入过，跳过" : "与本次另一个文件完全相同，跳过";
    }
    if (rc < 0 || again) {
        input_close(in);
        *in = (struct input){0};
        return rc;
    }
    in->file_id = im->next_file++;
    *used = true;
    return 0;
}

/* Rows of the report grow while files are added: pointers are taken at the end. */
static void link_rows(struct import *im)
{
    size_t k = 0;
    for (size_t i = 0; i < im->report->n && k < im->n; i++)
        if (im->report->row[i].table >= 0 && !im->report->row[i].note)
            im->in[k++].row = &im->report->row[i];
}

static int open_files(struct import *im, const struct import_file *files, size_t n, struct err *e)
{
    int64_t next = 0;
    char v[32];
    im->in = mem_calloc(n ? n : 1, sizeof *im->in);
    int rc = im->in ? store_meta(im->store, "next_no", v, sizeof v, e) : err_nomem(e);
    if (rc == 0) {
        im->next_no = atoll(v);
        rc = db_int(im->con, e, 1, &next, "SELECT max(id) + 1 FROM file");
    }
    im->next_file = (int)next;
    for (size_t i = 0; i < n && rc == 0; i++) {
        bool used;
        rc = take_file(im, &files[i], &used, e);
        if (rc == 0 && used)
            im->n++;
        if (rc == 0)
            rc = import_step(im, "检查文件", i + 1, n, e);
    }
    if (rc == 0)
        link_rows(im);
    return rc;
}

static void columns_text(struct buf *b, const struct input *in)
{
    struct buf t = BUF_INIT;
    for (size_t i = 0; i < in->n; i++)
        buf_fmt(&t, "%s%s", i ? "," : "", in->name[i]);
    buf_sql(b, span_of(buf_cstr(&t)));
    buf_release(&t);
}

static int record_file(struct import *im, const struct input *in, struct err *e)
{
    const struct import_row *r = in->row;
    struct buf b = BUF_INIT;
    buf_fmt(&b, "INSERT INTO file VALUES (%d, ", in->file_id);
    buf_sql(&b, span_of(r->path));
    buf_fmt(&b, ", '%s', '%s', %lld, %lld, %lld, %lld, %lld, %lld, %lld, %lld, %lld, '%s', ",
            in->sha256, in->table->name, (long long)r->rows_read, (long long)r->rows_kept,
            (long long)r->rows_rejected, (long long)r->rows_repeated, (long long)r->rows_replaced,
            (long long)r->fen_read, (long long)r->fen_kept, (long long)r->fen_rejected,
            (long long)r->fen_repeated, im->now);
    if (in->from.mapping)
        buf_sql(&b, span_of(in->from.mapping));
    else
        buf_str(&b, "NULL");
    buf_fmt(&b, ", '%s', ", r->encoding ? r->encoding : "");
    columns_text(&b, in);
    buf_char(&b, ')');
    int rc = b.failed ? err_nomem(e) : db_run(im->con, buf_cstr(&b), e);
    buf_release(&b);
    return rc;
}

/* A cell that Excel had destroyed came in empty, and its row was rejected for that: say what stood there. */
static int name_rejects(struct import *im, const struct input *in, struct err *e)
{
    struct buf csv = BUF_INIT;
    if (!in->from.rejects || !in->row->rows_rejected)
        return 0;
    buf_sql(&csv, span_of(in->from.rejects));
    int rc =
        csv.failed
            ? err_nomem(e)
            : db_exec(
                  im->con, e,
                  "UPDATE reject SET column_name = r.column_name, value = r.value, reason = r.reason, hint = CASE WHEN "
                  "starts_with(r.reason, '应有') THEN '含分隔符或换行的字段加双引号，字段中的双引号写两次' ELSE hint END FROM "
                  "read_csv(%s, header = true, all_varchar = true) r WHERE reject.file_id = %d AND r.reason IS NOT "
                  "NULL AND ends_with(rtrim(reject.raw, chr(13) || chr(10)), ',' || r.row_no || ',' || "
                  "coalesce(r.sheet, ''))",
                  buf_cstr(&csv), in->file_id);
    buf_release(&csv);
    return rc;
}

static int import_tables(struct import *im, struct err *e)
{
    int rc = 0;
    for (size_t i = 0; i < im->n && rc == 0; i++) {
        if (strcmp(im->in[i].table->name, "fee_list_d") == 0)
            continue;
        rc = import_table(im, &im->in[i], e);
        if (rc == 0)
            rc = import_step(im, "读入各表", i + 1, im->n, e);
    }
    return rc;
}

static int record_all(struct import *im, struct err *e)
{
    char v[32];
    int rc = codes_save(im->store->fn.codes, im->con, e);
    for (size_t i = 0; i < im->n && rc == 0; i++)
        rc = record_file(im, &im->in[i], e);
    for (size_t i = 0; i < im->n && rc == 0; i++)
        rc = name_rejects(im, &im->in[i], e);
    if (rc == 0)
        rc = undo_end(im, e);
    snprintf(v, sizeof v, "%lld", (long long)im->next_no);
    if (rc == 0)
        rc = store_set_meta(im->store, "next_no", v, e);
    if (rc == 0)
        rc = store_set_meta(im->store, "imported_at", im->now, e);
    return rc;
}

/* Temporary tables outlive a transaction that is committed: the next import must not see them. */
static void drop_temp(struct import *im)
{
    struct db_rows rows;
    struct buf b = BUF_INIT;
    lines_forget(im);
    if (db_open(im->con, "SELECT table_name FROM duckdb_tables() WHERE temporary", &rows, NULL) < 0)
        return;
    while (db_next(&rows)) {
        struct span t = db_text(&rows, 0);
        buf_fmt(&b, "DROP TABLE IF EXISTS temp.%.*s;", (int)t.n, t.p);
    }
    db_close(&rows);
    if (b.n)
        db_run(im->con, buf_cstr(&b), NULL);
    buf_release(&b);
}

static int transact(struct import *im, struct err *e)
{
    int rc = db_run(im->con, "SET preserve_insertion_order = false", e);
    if (rc == 0)
        rc = db_run(im->con, "BEGIN", e);
    if (rc < 0)
        return rc;
    /* Texts: what DuckDB would choose after trying everything, without trying everything. */
    rc = db_run(im->con, "SET force_compression = 'dict_fsst'", e);
    if (rc == 0)
        rc = undo_begin(im, e);
    if (rc == 0)
        rc = import_tables(im, e);
    if (rc == 0)
        rc = lines_load(im, e);
    if (rc == 0)
        rc = db_run(im->con, "SET force_compression = 'auto'", e);
    if (rc == 0)
        rc = derive_tables(im, e);
    if (rc == 0)
        rc = lines_write(im, e);
    if (rc == 0)
        rc = record_all(im, e);
    if (rc == 0)
        rc = import_step(im, "提交", 0, 0, e);
    if (rc == 0)
        rc = db_run(im->con, "COMMIT", e);
    if (rc < 0)
        db_run(im->con, "ROLLBACK", NULL);
    drop_temp(im);
    db_run(im->con, "SET preserve_insertion_order = true; SET force_compression = 'auto'", NULL);
    return rc;
}

void import_now(struct import *im)
{
    im->store->fn.now = clock_sec();
    clock_text(im->store->fn.now, im->now);
}

void import_clean(struct import *im)
{
    struct function_context *fn = &im->store->fn;
    drop_temp(im);
    texts_forget(&fn->texts);
    codes_free(fn->codes);
    fn->codes = NULL;
    arena_release(&im->arena);
}

static int with_codes(struct import *im, struct err *e)
{
    struct function_context *fn = &im->store->fn;
    import_now(im);
    fn->codes = codes_new();
    int rc = fn->codes
                 ? codes_load(fn->codes, im->con, im->store->threads > 1 ? im->store->db : NULL, e)
                 : err_nomem(e);
    if (rc == 0)
        rc = transact(im, e);
    texts_forget(&fn->texts);
    codes_free(fn->codes);
    fn->codes = NULL;
    return rc;
}

int store_import_files(struct store *s, const struct import_file *files, size_t n,
                       const struct import_options *o, const struct progress *progress,
                       struct import_report *out, struct err *e)
{
    (void)o;
    struct timespec a, b;
    clock_gettime(CLOCK_MONOTONIC, &a);
    struct import im = {.store = s, .con = s->con, .progress = progress, .report = out};
    if (s->mode != STORE_WRITE)
        return err_set(e, ERR_STATE, "数据目录以只读方式打开，不能导入");
    int rc = open_files(&im, files, n, e);
    if (rc == 0 && im.n)
        rc = with_codes(&im, e);
    for (size_t i = 0; im.in && i < n; i++)
        input_close(&im.in[i]);
    mem_free(im.in);
    arena_release(&im.arena);
    clock_gettime(CLOCK_MONOTONIC, &b);
    out->seconds = (double)(b.tv_sec - a.tv_sec) + (double)(b.tv_nsec - a.tv_nsec) / 1e9;
    return rc;
}

int store_import(struct store *s, const char *const *paths, size_t n,
                 const struct import_options *o, const struct progress *progress,
                 struct import_report *out, struct err *e)
{
    *out = (struct import_report){0};
    struct path_list list = {0};
    int rc = 0;
    for (size_t i = 0; i < n && rc == 0; i++)
        rc = paths_add(&list, paths[i], e);
    for (size_t i = 0; i < list.n_other && rc == 0 && !(o && o->quiet_unknown); i++) {
        struct import_row *r = add_row(out, list.other[i], -1);
        if (r)
            r->note = "看不出是哪张表，未导入";
    }
    if (rc == 0 && !list.n) {
        rc = err_set(e, ERR_INPUT, "没有找到可导入的表：%s", n ? paths[0] : "未给出文件");
        err_hint(e, "文件名以表名开头，例如 mdtrt_d.csv、setl_d.csv、fee_list_d_202301.csv");
    }
    if (rc == 0)
        rc = store_import_files(s, list.file, list.n, o, progress, out, e);
    paths_release(&list);
    return rc;
}

void import_report_release(struct import_report *r)
{
    mem_free(r->row);
    arena_release(&r->arena);
    *r = (struct import_report){0};
}
