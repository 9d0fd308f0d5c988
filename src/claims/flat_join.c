/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Settlements of flat sheets over several imports. A sheet with a fee line a row tells a settlement's money by its lines
 * (readers/flat_setl.h): what each line said stays in flat_line, and which columns were cut up over lines in flat_cut. When
 * a later import goes on with a settlement, its row holds the money of all its lines, each counted once, and takes the
 * place of the older row as any newer row of a key does.
 */
#include <stdio.h>

#include "claims/import_priv.h"

static bool is_money(const struct input *in, size_t i)
{
    return in->schema[i] >= 0 && in->table->columns[in->schema[i]].kind == COL_FEN;
}

static int make_tables(struct import *im, const struct table_schema *t, struct err *e)
{
    struct buf b = BUF_INIT;
    buf_str(
        &b,
        "CREATE TABLE IF NOT EXISTS flat_cut(file_id INTEGER, name VARCHAR); CREATE TABLE IF NOT "
        "EXISTS flat_line(file_id INTEGER, setl_id VARCHAR, line BIGINT");
    for (size_t i = 0; i < t->n_columns; i++)
        if (t->columns[i].kind == COL_FEN)
            buf_fmt(&b, ", %s BIGINT", t->columns[i].name);
    buf_str(&b, ")");
    int rc = b.failed ? err_nomem(e) : db_run(im->con, buf_cstr(&b), e);
    buf_release(&b);
    return rc;
}

/* The lines of the file; its row without a settlement says which columns were cut up. */
static int keep_lines(struct import *im, const struct input *in, struct err *e)
{
    struct buf b = BUF_INIT, path = BUF_INIT;
    buf_sql(&path, span_of(in->from.lines));
    buf_fmt(
        &b,
        "CREATE OR REPLACE TEMP TABLE im_flat AS SELECT * FROM read_csv(%s, header = true, all_varchar = true, delim = "
        "',', quote = '\"', escape = '\"'); INSERT INTO flat_line (file_id, setl_id, line",
        buf_cstr(&path));
    for (size_t i = 0; i < in->n; i++)
        if (is_money(in, i))
            buf_fmt(&b, ", %s", in->name[i]);
    buf_fmt(&b, ") SELECT %d, trim(setl_id), huji_hash(line)", in->file_id);
    for (size_t i = 0; i < in->n; i++)
        if (is_money(in, i))
            buf_fmt(&b, ", huji_fen(%s)", in->name[i]);
    buf_str(&b, " FROM im_flat WHERE coalesce(trim(setl_id), '') <> ''");
    for (size_t i = 0; i < in->n; i++)
        if (is_money(in, i))
            buf_fmt(
                &b,
                "; INSERT INTO flat_cut SELECT %d, '%s' FROM im_flat WHERE coalesce(trim(setl_id), '') = '' AND %s = '1'",
                in->file_id, in->name[i], in->name[i]);
    int rc = b.failed || path.failed ? err_nomem(e) : db_run(im->con, buf_cstr(&b), e);
    buf_release(&b);
    buf_release(&path);
    return rc;
}

/* One column of money, where it is cut up: in one of the files, or by the lines of two of them. */
static int join_column(struct import *im, const struct input *in, const char *c, struct err *e)
{
    int64_t cut = 0;
    int rc = db_int(
        im->con, e, 0, &cut,
        "SELECT (SELECT count(*) FROM flat_cut WHERE name = '%s' AND file_id IN (SELECT file_id FROM im_joined)) + (SELECT count(*) "
        "FROM (SELECT setl_id FROM im_joined GROUP BY setl_id HAVING count(DISTINCT %s) > 1))",
        c, c);
    if (rc < 0 || !cut)
        return rc;
    return db_exec(
        im->con, e,
        "UPDATE b_%s AS b SET %s = j.v FROM (SELECT setl_id, huji_yuan(CAST(sum(%s) AS BIGINT)) AS v FROM im_joined GROUP BY setl_id "
        "HAVING count(%s) > 0) j WHERE b.file_id = %d AND trim(b.setl_id) = j.setl_id",
        in->table->name, c, c, c, in->file_id);
}

int flat_join(struct import *im, const struct input *in, struct err *e)
{
    int64_t shared = 0;
    int rc = make_tables(im, in->table, e);
    if (rc == 0)
        rc = keep_lines(im, in, e);
    if (rc == 0)
        rc = db_exec(
            im->con, e,
            "CREATE OR REPLACE TEMP TABLE im_shared AS SELECT setl_id FROM flat_line WHERE file_id = %d INTERSECT SELECT setl_id FROM "
            "flat_line WHERE file_id < %d",
            in->file_id, im->in[0].file_id);
    if (rc == 0)
        rc = db_int(im->con, e, 0, &shared, "SELECT count(*) FROM im_shared");
    if (rc < 0 || !shared)
        return rc;
    rc = db_exec(
        im->con, e,
        "CREATE OR REPLACE TEMP TABLE im_joined AS SELECT DISTINCT ON (line) * FROM flat_line WHERE setl_id IN (SELECT setl_id FROM "
        "im_shared) AND file_id <= %d ORDER BY line, file_id DESC",
        in->file_id);
    for (size_t i = 0; i < in->n && rc == 0; i++)
        if (is_money(in, i))
            rc = join_column(im, in, in->name[i], e);
    return rc;
}

int flat_made(struct import *im, const struct input *in, struct err *e)
{
    return db_exec(
        im->con, e,
        "CREATE TABLE IF NOT EXISTS flat_made(file_id INTEGER); INSERT INTO flat_made VALUES (%d)",
        in->file_id);
}

int flat_forget(struct import *im, int first, int last, struct err *e)
{
    if (store_has(im->store, "flat_made") &&
        db_exec(im->con, e, "DELETE FROM flat_made WHERE file_id BETWEEN %d AND %d", first, last) <
            0)
        return ERR_DB;
    if (!store_has(im->store, "flat_line"))
        return 0;
    return db_exec(
        im->con, e,
        "DELETE FROM flat_line WHERE file_id BETWEEN %d AND %d; DELETE FROM flat_cut WHERE file_id "
        "BETWEEN %d AND %d",
        first, last, first, last);
}
