/* SPDX-License-Identifier: MulanPSL-2.0 */
/* What one file holds: its table, its columns, its rows. */
#include <stdio.h>
#include <strings.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/mem.h"
#include "claims/digest.h"
#include "claims/import_priv.h"

static bool is_parquet(const char *path)
{
    size_t n = strlen(path);
    return n > 8 && strcasecmp(path + n - 8, ".parquet") == 0;
}

static bool name_taken(const struct input *in, const char *name)
{
    static const char *const reserved[] = {"no", "file_id", "row_no", "row_base"};
    for (size_t i = 0; i < sizeof reserved / sizeof reserved[0]; i++)
        if (strcasecmp(name, reserved[i]) == 0)
            return true;
    for (size_t i = 0; i < in->n; i++)
        if (strcasecmp(name, in->name[i]) == 0)
            return true;
    return false;
}

/* A column that no table knows keeps its heading as its name. */
static const char *extra_name(struct import *im, const struct input *in, struct span heading,
                              size_t k)
{
    char *s = heading.n ? arena_dup(&im->arena, heading) : arena_fmt(&im->arena, "col_%zu", k + 1);
    for (char *p = s; p && *p; p++) {
        if (*p >= 'A' && *p <= 'Z')
            *p = (char)(*p + 32);
        if ((unsigned char)*p < ' ')
            *p = ' ';
    }
    for (int i = 2; s && (name_taken(in, s) || schema_column(in->table, span_of(s)) >= 0); i++)
        s = arena_fmt(&im->arena, "%.*s_%d", (int)heading.n, heading.p ? heading.p : "", i);
    return s;
}

static int add_column(struct import *im, struct input *in, size_t take, int schema,
                      struct span heading)
{
    const char *name = schema >= 0 ? in->table->columns[schema].name
                                   : extra_name(im, in, heading, take);
    if (!name)
        return -1;
    in->take[in->n] = take;
    in->schema[in->n] = schema;
    in->name[in->n++] = name;
    return 0;
}

/* A column of the table goes to the heading that names it best, the first of equals. */
static int map_headings(struct import *im, struct input *in, const struct span *head, size_t n,
                        struct err *e)
{
    in->take = arena_calloc(&im->arena, n * sizeof *in->take);
    in->schema = arena_calloc(&im->arena, n * sizeof *in->schema);
    in->name = arena_calloc(&im->arena, n * sizeof *in->name);
    int *best = arena_calloc(&im->arena, in->table->n_columns * sizeof *best); /* heading + 1 */
    int *rank = arena_calloc(&im->arena, in->table->n_columns * sizeof *rank);
    if (!in->take || !in->schema || !in->name || !best || !rank)
        return err_nomem(e);
    for (size_t i = 0; i < n; i++) {
        int c, r = schema_heading_rank(in->table, head[i], &c);
        if (r > 0 && r > rank[c]) {
            rank[c] = r;
            best[c] = (int)i + 1;
        }
    }
    for (size_t i = 0; i < n; i++) {
        int c;
        schema_heading_rank(in->table, head[i], &c);
        if (add_column(im, in, i, c >= 0 && best[c] == (int)i + 1 ? c : -1, head[i]) < 0)
            return err_nomem(e);
    }
    return 0;
}

bool input_has(const struct input *in, const char *column)
{
    for (size_t i = 0; i < in->n; i++)
        if (in->schema[i] >= 0 && strcmp(in->name[i], column) == 0)
            return true;
    return false;
}

const struct table_column *need_column(const struct table_schema *t, enum column_need need,
                                       const struct input *in)
{
    const struct table_column *first = NULL;
    for (size_t c = 0; c < t->n_columns; c++) {
        if (t->columns[c].need != need)
            continue;
        if (!in || input_has(in, t->columns[c].name))
            return &t->columns[c];
        if (!first)
            first = &t->columns[c];
    }
    return in ? NULL : first;
}

/* Every class that the table needs must have a column in the file. */
static int check_columns(const struct input *in, const struct span *head, size_t n, struct err *e)
{
    for (int need = NEED_NO + 1; need < NEED_COUNT; need++) {
        const struct table_column *c = need_column(in->table, (enum column_need)need, NULL);
        if (!c || need_column(in->table, (enum column_need)need, in))
            continue;
        err_set(e, ERR_INPUT, "%s 缺少列 %s（%s），%s 必须有它",
                in->from.shown ? in->from.shown : in->from.path, c->name, c->title,
                in->table->title);
        struct buf b = BUF_INIT;
        for (size_t i = 0; i < n && b.n < 240; i++)
            buf_fmt(&b, "%s%.*s", i ? "、" : "", (int)head[i].n, head[i].p);
        err_hint(e, "文件的表头是：%s", buf_cstr(&b));
        buf_release(&b);
        return ERR_INPUT;
    }
    return 0;
}

static int open_csv(struct import *im, struct input *in, struct err *e)
{
    char tmp[4096];
    int rc = store_tmp(im->store, "utf8.csv", tmp, sizeof tmp, e);
    if (rc == 0)
        rc = csv_open(in->from.path, tmp, im->store->threads, &in->csv, im->progress, e);
    if (rc == 0)
        rc = map_headings(im, in, in->csv.head, in->csv.n_head, e);
    if (rc == 0)
        rc = check_columns(in, in->csv.head, in->csv.n_head, e);
    if (rc < 0)
        return rc;
    memcpy(in->sha256, in->csv.sha256, sizeof in->sha256);
    in->rows = (int64_t)in->csv.rows;
    in->scan = (struct scan_spec){.file = &in->csv,
                                  .n = in->n,
                                  .take = in->take,
                                  .name = in->name,
                                  .threads = im->store->threads};
    pthread_mutex_init(&in->scan.lock, NULL);
    return 0;
}

static int hash_file(const char *path, char hex[65], struct err *e)
{
    FILE *f = fopen(path, "rb");
    if (!f)
        return err_errno(e, "打不开 %s", path);
    struct digest *d = digest_new();
    char b[65536];
    for (size_t k; d && (k = fread(b, 1, sizeof b, f)) > 0;)
        digest_add(d, b, k);
    bool bad = ferror(f);
    fclose(f);
    if (!d)
        return err_nomem(e);
    digest_end(d, hex);
    return bad ? err_errno(e, "读不了 %s", path) : 0;
}

static int open_parquet(struct import *im, struct input *in, struct err *e)
{
    int rc = hash_file(in->from.path, in->sha256, e);
    if (rc < 0)
        return rc;
    struct buf b = BUF_INIT;
    buf_str(&b, "SELECT name FROM (DESCRIBE SELECT * FROM read_parquet(");
    buf_sql(&b, span_of(in->from.path));
    buf_str(&b, ")) t(name, a, b, c, d, f)");
    struct span head[MAX_COLUMNS];
    size_t n = 0;
    struct db_rows rows;
    rc = db_open(im->con, buf_cstr(&b), &rows, e);
    if (rc < 0) {
        err_set(e, ERR_INPUT, "%s 不是完整的 Parquet 文件", in->from.path);
        buf_release(&b);
        return ERR_INPUT;
    }
    while (n < MAX_COLUMNS && db_next(&rows))
        head[n++] = arena_span(&im->arena, db_text(&rows, 0));
    db_close(&rows);
    rc = map_headings(im, in, head, n, e);
    if (rc == 0)
        rc = check_columns(in, head, n, e);
    /* take[] is an index for CSV; for Parquet the column is named */
    in->csv.head = arena_alloc(&im->arena, n * sizeof *head);
    if (rc == 0 && !in->csv.head)
        rc = err_nomem(e);
    if (rc == 0) {
        memcpy(in->csv.head, head, n * sizeof *head);
        buf_clear(&b);
        buf_sql(&b, span_of(in->from.path));
        rc = db_int(im->con, e, 0, &in->rows, "SELECT count(*) FROM read_parquet(%s)",
                    buf_cstr(&b));
    }
    buf_release(&b);
    return rc;
}

int input_open(struct import *im, const struct import_file *f, struct input *in, struct err *e)
{
    in->from = *f;
    int t = f->table >= 0 ? f->table : schema_of_file(span_of(f->path));
    if (t < 0) {
        err_set(e, ERR_INPUT, "%s：看不出是哪张表", f->path);
        return err_hint(e, "文件名以表名开头，例如 fee_list_d_202301.csv、费用明细202301.csv");
    }
    in->table = huji_tables[t];
    in->parquet = is_parquet(f->path);
    return in->parquet ? open_parquet(im, in, e) : open_csv(im, in, e);
}

void input_close(struct input *in)
{
    if (!in->table)
        return;
    if (in->parquet) {
        in->csv.head = NULL; /* the import's arena */
    } else if (in->csv.path) {
        csv_close(&in->csv);
        pthread_mutex_destroy(&in->scan.lock);
    }
    mem_free(in->scan.bad);
    in->scan.bad = NULL;
}

void input_sql(struct buf *b, struct input *in)
{
    if (!in->parquet) {
        scan_sql(b, &in->scan);
        return;
    }
    buf_fmt(b, "(SELECT %lld + file_row_number AS no", (long long)in->scan.no_base);
    for (size_t i = 0; i < in->n; i++) {
        char head[512];
        struct span h = in->csv.head[in->take[i]];
        snprintf(head, sizeof head, "%.*s", (int)h.n, h.p);
        buf_str(b, ", nullif(CAST(");
        sql_name(b, head);
        buf_str(b, " AS VARCHAR), '') AS ");
        sql_name(b, in->name[i]);
    }
    buf_str(b, " FROM read_parquet(");
    buf_sql(b, span_of(in->from.path));
    buf_str(b, ", file_row_number = true))");
}

/* One column is fine. */
static void column_fine(struct buf *b, const struct table_column *c, const char *prefix)
{
    static const char *const cast[] = {
        [COL_DAY] = "huji_day", [COL_TIME] = "huji_sec",    [COL_FEN] = "huji_fen",
        [COL_QTY] = "huji_qty", [COL_PRICE] = "huji_price", [COL_INT] = "huji_int",
    };
    if (c->kind == COL_TEXT || c->kind == COL_CODE)
        buf_fmt(b, "coalesce(trim(%s%s), '') <> ''", prefix, c->name);
    else
        buf_fmt(b, "%s(%s%s) IS NOT NULL", cast[c->kind], prefix, c->name);
}

bool need_sql(struct buf *b, const struct input *in, enum column_need need, const char *prefix)
{
    bool any = false;
    for (size_t i = 0; i < in->n; i++) {
        const struct table_column *c = in->schema[i] >= 0 ? &in->table->columns[in->schema[i]]
                                                          : NULL;
        if (!c || c->need != need)
            continue;
        buf_str(b, any ? " OR " : "(");
        column_fine(b, c, prefix);
        any = true;
    }
    if (any)
        buf_char(b, ')');
    return any;
}
