/* SPDX-License-Identifier: MulanPSL-2.0 */
/* One file into its t_<table>: text of every row, rejects, repeats. */
#include <stdio.h>

#include "claims/import_priv.h"
#include "claims/undo.h"

#define T(in) ((in)->table->name)

/* b_<table> has the columns that files had so far: a national table has a hundred, an export twenty. */
static int add_columns(struct import *im, struct input *in, struct err *e)
{
    struct buf b = BUF_INIT;
    int64_t rows = 0, there = 0;
    int rc = db_int(im->con, e, 0, &there,
                    "SELECT count(*) FROM duckdb_columns() WHERE table_name = 'b_%s'", T(in));
    for (size_t i = 0; i < in->n && rc == 0; i++) {
        buf_clear(&b);
        buf_fmt(&b, "ALTER TABLE b_%s ADD COLUMN IF NOT EXISTS ", T(in));
        sql_name(&b, in->name[i]);
        buf_str(&b, " VARCHAR");
        rc = b.failed ? err_nomem(e) : db_run(im->con, buf_cstr(&b), e);
    }
    buf_release(&b);
    if (rc == 0)
        rc = db_int(im->con, e, 0, &rows,
                    "SELECT count(*) FROM duckdb_columns() WHERE table_name = 'b_%s'", T(in));
    return rc == 0 && rows != there ? store_text_view(im->con, in->table, e) : rc;
}

static void name_list(struct buf *b, const struct input *in)
{
    for (size_t i = 0; i < in->n; i++) {
        buf_str(b, ", ");
        sql_name(b, in->name[i]);
    }
}

static int insert_rows(struct import *im, struct input *in, struct err *e)
{
    struct buf b = BUF_INIT;
    buf_fmt(&b, "INSERT INTO b_%s (file_id, row_no", T(in));
    name_list(&b, in);
    buf_fmt(&b, ") SELECT %d, no", in->file_id);
    name_list(&b, in);
    buf_str(&b, " FROM ");
    in->scan.no_base = 1;
    input_sql(&b, in);
    int rc = b.failed ? err_nomem(e) : db_run(im->con, buf_cstr(&b), e);
    buf_release(&b);
    return rc;
}

/* All classes that the table needs; "true" when there is none. */
static void fine_sql(struct buf *b, const struct input *in)
{
    bool any = false;
    for (int need = NEED_NO + 1; need < NEED_COUNT; need++) {
        size_t at = b->n;
        if (any)
            buf_str(b, " AND ");
        if (need_sql(b, in, (enum column_need)need, ""))
            any = true;
        else
            b->n = at;
    }
    if (!any)
        buf_str(b, "true");
}

static const char *money_column(const struct input *in)
{
    const struct table_column *c = need_column(in->table, NEED_AMOUNT, in);
    return c && c->kind == COL_FEN ? c->name : NULL;
}

/* Which column is to blame: of the first class that is not fine, the first column with a value, else the first. */
static void blame_sql(struct buf *b, const struct input *in, bool value)
{
    buf_str(b, "CASE");
    for (int need = NEED_NO + 1; need < NEED_COUNT; need++) {
        size_t at = b->n;
        buf_str(b, " WHEN NOT ");
        if (!need_sql(b, in, (enum column_need)need, "")) {
            b->n = at;
            continue;
        }
        buf_str(b, " THEN CASE");
        const char *first = NULL;
        for (size_t i = 0; i < in->n; i++) {
            if (in->schema[i] < 0 ||
                in->table->columns[in->schema[i]].need != (enum column_need)need)
                continue;
            first = first ? first : in->name[i];
            buf_fmt(b,
                    value ? " WHEN coalesce(%s, '') <> '' THEN %s"
                          : " WHEN coalesce(%s, '') <> '' THEN '%s'",
                    in->name[i], in->name[i]);
        }
        buf_fmt(b, value ? " ELSE %s END" : " ELSE '%s' END", first);
    }
    buf_str(b, " END");
}

static int reject_rows(struct import *im, struct input *in, struct err *e)
{
    struct buf b = BUF_INIT;
    const char *money = money_column(in);
    buf_str(&b, "CREATE OR REPLACE TEMP TABLE im_reject AS SELECT row_no - 1 AS row, ");
    blame_sql(&b, in, false);
    buf_str(&b, " AS column_name, ");
    blame_sql(&b, in, true);
    buf_fmt(&b, " AS value, '' AS reason, %s%s%s AS fen FROM t_%s WHERE file_id = %d AND NOT (",
            money ? "huji_fen(" : "NULL::BIGINT", money ? money : "", money ? ")" : "", T(in),
            in->file_id);
    fine_sql(&b, in);
    buf_str(&b, ")");
    int rc = b.failed ? err_nomem(e) : db_run(im->con, buf_cstr(&b), e);
    if (rc == 0)
        rc = reject_save(im, in, e);
    buf_clear(&b);
    buf_fmt(&b, "DELETE FROM b_%s WHERE file_id = %d AND row_no - 1 IN (SELECT row FROM im_reject)",
            T(in), in->file_id);
    if (rc == 0)
        rc = db_run(im->con, buf_cstr(&b), e);
    buf_release(&b);
    return rc;
}

static int check_rows(struct import *im, struct input *in, struct err *e)
{
    struct buf b = BUF_INIT;
    const char *money = money_column(in);
    buf_str(&b, "SELECT count(*) FILTER (NOT (");
    fine_sql(&b, in);
    buf_fmt(&b, ")), CAST(coalesce(sum(%s%s%s), 0) AS BIGINT) FROM t_%s WHERE file_id = %d",
            money ? "huji_fen(" : "0", money ? money : "", money ? ")" : "", T(in), in->file_id);
    struct db_rows rows;
    int rc = b.failed ? err_nomem(e) : db_open(im->con, buf_cstr(&b), &rows, e);
    buf_release(&b);
    if (rc < 0)
        return rc;
    db_next(&rows);
    int64_t bad = db_i64(&rows, 0);
    in->row->fen_read += db_i64(&rows, 1);
    db_close(&rows);
    return bad ? reject_rows(im, in, e) : 0;
}

/* The row's text, equal for equal rows. */
static void content_sql(struct buf *b, const struct table_schema *t)
{
    buf_str(b, "concat_ws(chr(31)");
    for (size_t c = 0; c < t->n_columns; c++) {
        buf_str(b, ", coalesce(");
        sql_name(b, t->columns[c].name);
        buf_str(b, ", '')");
    }
    buf_char(b, ')');
}

/* False when the file does not have all columns of the key. */
static bool key_sql(struct buf *b, const struct input *in)
{
    struct span key = span_of(in->table->key);
    if (!key.n)
        return false;
    bool one = !memchr(key.p, ',', key.n);
    buf_str(b, one ? "nullif(trim(" : "nullif(concat_ws(chr(31)");
    while (key.n) {
        struct span c = span_cut(&key, ',');
        char name[64];
        snprintf(name, sizeof name, "%.*s", (int)c.n, c.p);
        if (!input_has(in, name))
            return false;
        buf_fmt(b, one ? "%s" : ", coalesce(trim(%s), '')", name);
    }
    buf_str(b, "), '')");
    return true;
}

/* Whose keys are codes: numbers tell whether one of this file's is in an older file. If none is, those texts need not be
 * read: only files from *first on. */
static int first_with_key(struct import *im, const struct input *in, int *first, struct err *e)
{
    static const struct {
        const char *table, *key, *book, *kept;
    } coded[] = {{"mdtrt_d", "mdtrt_id", "visit", "x_visit"},
                 {"setl_d", "setl_id", "setl", "x_setl"}};
    int rc = 0;
    *first = 0;
    for (size_t i = 0; i < sizeof coded / sizeof *coded && rc == 0; i++) {
        int64_t n = 0;
        if (strcmp(T(in), coded[i].table) != 0 || !store_has(im->store, coded[i].kept))
            continue;
        rc = db_int(
            im->con, e, 0, &n,
            "SELECT count(*) FROM %s WHERE %s IN (SELECT huji_known_%s(%s) FROM t_%s WHERE file_id = %d)",
            coded[i].kept, coded[i].key, coded[i].book, coded[i].key, T(in), in->file_id);
        *first = n ? 0 : im->in[0].file_id;
    }
    return rc;
}

/* Temp table im_gone_rows(file_id, row_no, k, same, again): rows that give way. same: to an equal row; again: to a later one
 * of the same file. Of equal rows the first stays, of different ones under one key the newest; but what a flat sheet says
 * of persons and visits beside its lines gives way to whatever else tells of them. */
static int find_keyed(struct import *im, struct input *in, const char *key, struct err *e)
{
    int64_t n = 0;
    int first, rc = first_with_key(im, in, &first, e);
    if (rc < 0)
        return rc;
    rc = db_exec(
        im->con, e,
        "CREATE OR REPLACE TEMP TABLE im_key AS WITH new AS (SELECT %s AS k FROM t_%s WHERE file_id = %d) "
        "SELECT k FROM new WHERE k IS NOT NULL GROUP BY k HAVING count(*) > 1 UNION "
        "SELECT k FROM (SELECT %s AS k FROM t_%s WHERE file_id <> %d AND file_id >= %d) WHERE k IN (SELECT k FROM new)",
        key, T(in), in->file_id, key, T(in), in->file_id, first);
    if (rc == 0)
        rc = db_int(im->con, e, 0, &n, "SELECT count(*) FROM im_key");
    if (rc < 0 || !n)
        return rc < 0 ? rc : 0;
    struct buf b = BUF_INIT;
    buf_fmt(
        &b,
        "CREATE OR REPLACE TEMP TABLE im_gone_rows AS WITH a AS (SELECT file_id, row_no, %s AS k, ",
        key);
    content_sql(&b, in->table);
    buf_fmt(
        &b,
        " AS c, %s AS made FROM t_%s WHERE %s IN (SELECT k FROM im_key)), "
        "w AS (SELECT *, first_value(c) OVER (PARTITION BY k ORDER BY made, file_id DESC, row_no DESC) AS last, "
        "first_value(file_id) OVER (PARTITION BY k ORDER BY made, file_id DESC, row_no DESC) AS last_file FROM a), "
        "p AS (SELECT *, row_number() OVER (PARTITION BY k, c = last ORDER BY file_id, row_no) AS nth FROM w) "
        "SELECT file_id, row_no, k, c = last AS same, file_id = last_file AS again FROM p "
        "WHERE NOT (c = last AND nth = 1)",
        store_has(im->store, "flat_made") ? "file_id IN (SELECT file_id FROM flat_made)" : "false",
        T(in), key);
    rc = b.failed ? err_nomem(e) : db_run(im->con, buf_cstr(&b), e);
    buf_release(&b);
    return rc < 0 ? rc : 1;
}

/* The column whose values tell rows of one month from those of another: a time, else a day, else the first. */
static const char *telling_column(const struct input *in)
{
    const char *day = NULL;
    for (size_t i = 0; i < in->n; i++) {
        enum column_kind k = in->schema[i] < 0 ? COL_TEXT : in->table->columns[in->schema[i]].kind;
        if (k == COL_TIME)
            return in->name[i];
        if (k == COL_DAY && !day)
            day = in->name[i];
    }
    return day ? day : in->name[0];
}

/* Rows of other files that may be equal to one of this file's: most months have none, and their texts are not read. */
static int find_alike(struct import *im, struct input *in, int64_t *n, struct err *e)
{
    struct buf c = BUF_INIT;
    buf_str(&c, "coalesce(");
    sql_name(&c, telling_column(in));
    buf_str(&c, ", '')");
    int rc =
        c.failed
            ? err_nomem(e)
            : db_exec(
                  im->con, e,
                  "CREATE OR REPLACE TEMP TABLE im_alike AS SELECT file_id, row_no FROM b_%s WHERE "
                  "file_id <> %d AND %s IN (SELECT DISTINCT %s FROM b_%s WHERE file_id = %d)",
                  T(in), in->file_id, buf_cstr(&c), buf_cstr(&c), T(in), in->file_id);
    buf_release(&c);
    return rc == 0 ? db_int(im->con, e, 0, n, "SELECT count(*) FROM im_alike") : rc;
}

/* Tables without a key: as many copies of a row are kept as the file with the most of them has. */
static int find_whole(struct import *im, struct input *in, struct err *e)
{
    int64_t n = 0;
    int rc = in->n ? find_alike(im, in, &n, e) : 0;
    if (rc < 0 || !n)
        return rc;
    struct buf b = BUF_INIT;
    buf_str(&b, "CREATE OR REPLACE TEMP TABLE im_gone_rows AS WITH a AS (SELECT file_id, row_no, ");
    content_sql(&b, in->table);
    buf_fmt(
        &b,
        " AS c FROM t_%s t WHERE file_id = %d OR EXISTS (SELECT 1 FROM im_alike x WHERE x.file_id = t.file_id AND x.row_no = "
        "t.row_no)), new AS (SELECT *, row_number() OVER (PARTITION BY c ORDER BY row_no) AS nth FROM a WHERE "
        "file_id = %d), old AS (SELECT c, count(*) AS n FROM a WHERE file_id <> %d GROUP BY c) "
        "SELECT new.file_id, new.row_no, '' AS k, true AS same, false AS again FROM new JOIN old USING (c) "
        "WHERE nth <= n",
        T(in), in->file_id, in->file_id, in->file_id);
    rc = b.failed ? err_nomem(e) : db_run(im->con, buf_cstr(&b), e);
    buf_release(&b);
    return rc < 0 ? rc : 1;
}

/* Rows of this file that a later one of it contradicts: nobody can tell which was meant, so the first is rejected. */
static int reject_again(struct import *im, struct input *in, struct err *e)
{
    struct span key = span_of(in->table->key);
    struct span first = span_cut(&key, ',');
    const char *money = money_column(in);
    int rc = db_exec(
        im->con, e,
        "CREATE OR REPLACE TEMP TABLE im_reject AS SELECT g.row_no - 1 AS row, '%.*s' AS column_name, "
        "g.k AS value, '同一主键在本文件后面另有不同内容，以后面的为准' AS reason, %s%s%s AS fen FROM im_gone_rows g "
        "JOIN t_%s t ON t.file_id = g.file_id AND t.row_no = g.row_no "
        "WHERE g.file_id = %d AND NOT g.same AND g.again",
        (int)first.n, first.p, money ? "huji_fen(t." : "NULL::BIGINT", money ? money : "",
        money ? ")" : "", T(in), in->file_id);
    return rc == 0 ? reject_save(im, in, e) : rc;
}

static int remove_gone(struct import *im, struct input *in, struct err *e)
{
    struct import_row *r = in->row;
    const char *money = money_column(in);
    int64_t fen = 0, n = 0, replaced = 0;
    int rc = db_int(im->con, e, 0, &n,
                    "SELECT count(*) FROM im_gone_rows WHERE file_id = %d AND (same OR NOT again)",
                    in->file_id);
    if (rc == 0)
        rc = db_int(im->con, e, 0, &replaced,
                    "SELECT count(*) FROM im_gone_rows WHERE file_id <> %d", in->file_id);
    if (rc == 0 && money)
        rc = db_int(
            im->con, e, 0, &fen,
            "SELECT CAST(sum(huji_fen(t.%s)) AS BIGINT) FROM t_%s t JOIN im_gone_rows g ON t.file_id = g.file_id AND "
            "t.row_no = g.row_no WHERE g.file_id = %d AND (g.same OR NOT g.again)",
            money, T(in), in->file_id);
    if (rc == 0)
        rc = reject_again(im, in, e);
    if (rc == 0)
        rc = undo_keep_rows(im, in, e);
    if (rc == 0)
        rc = db_exec(
            im->con, e,
            "DELETE FROM b_%s t USING im_gone_rows g WHERE t.file_id = g.file_id AND t.row_no = g.row_no",
            T(in));
    r->rows_repeated += n;
    r->fen_repeated += fen;
    r->rows_replaced += replaced;
    return rc;
}

static int resolve_repeats(struct import *im, struct input *in, struct err *e)
{
    struct buf key = BUF_INIT;
    int found = key_sql(&key, in) ? find_keyed(im, in, buf_cstr(&key), e) : find_whole(im, in, e);
    buf_release(&key);
    return found > 0 ? remove_gone(im, in, e) : found;
}

int import_table(struct import *im, struct input *in, struct err *e)
{
    int rc = add_columns(im, in, e);
    if (rc == 0)
        rc = insert_rows(im, in, e);
    if (rc == 0)
        rc = input_bad_rows(im, in, e);
    if (rc == 0 && in->from.lines)
        rc = flat_join(im, in, e);
    if (rc == 0 && in->from.made)
        rc = flat_made(im, in, e);
    if (rc == 0)
        rc = check_rows(im, in, e);
    if (rc == 0)
        rc = resolve_repeats(im, in, e);
    struct import_row *r = in->row;
    r->rows_read = in->rows;
    r->rows_kept = r->rows_read - r->rows_rejected - r->rows_repeated;
    r->fen_kept = r->fen_read - r->fen_rejected - r->fen_repeated;
    if (rc < 0 && e && !e->where[0])
        err_where(e, "%s", in->from.path);
    return rc;
}
