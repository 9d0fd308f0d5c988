/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Fee lines, first half: texts into a part of their own (unsorted, each line with its number `no`), then the narrow
 * temporary table nl with ids and integers, of which the repeats are taken out.
 */
#include <stdio.h>

#include "claims/code_map.h"
#include "claims/import_priv.h"
#include "claims/line_form.h"

static bool is_lines(const struct input *in)
{
    return strcmp(in->table->name, "fee_list_d") == 0;
}

/* What the narrow lines are made of: a part always has these, whatever the files hold. */
static const char *const core[] = {
    "bkkp_sn",
    "psn_no",
    "mdtrt_id",
    "setl_id",
    "fixmedins_code",
    "fee_ocur_time",
    "hilist_code",
    "hilist_name",
    "med_list_codg",
    "med_type",
    "cnt",
    "pric",
    "det_item_fee_sumamt",
    "inscp_amt",
    "fulamt_ownpay_amt",
    "overlmt_selfpay",
    "preselfpay_amt",
    "med_chrgitm_type",
    "chrgitm_lv",
    "list_type",
    "bilg_dr_code",
    "bilg_dr_name",
    "acord_dr_code",
    "acord_dr_name",
    "bilg_dept_codg",
    "bilg_dept_name",
    "rx_drord_no",
    "prd_days",
    "dise_codg",
    "dscg_tkdrug_flag",
    "rx_circ_flag",
    "etip_flag",
    "init_feedetl_sn",
    "fixmedins_name",
};

static bool listed(char *const *list, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(list[i], name) == 0)
            return true;
    return false;
}

static int make_part(struct import *im, int part, struct err *e)
{
    struct buf b = BUF_INIT;
    char *seen[1024];
    size_t n = 0;
    buf_fmt(&b, "CREATE TABLE lp_%d(no BIGINT, file_id INTEGER, row_base BIGINT, ok BOOLEAN", part);
    for (size_t i = 0; i < sizeof core / sizeof core[0]; i++) {
        buf_fmt(&b, ", %s %s", core[i], line_column_type(core[i]));
        seen[n++] = arena_dup(&im->arena, span_of(core[i]));
    }
    for (size_t f = 0; f < im->n; f++)
        for (size_t i = 0; is_lines(&im->in[f]) && i < im->in[f].n; i++) {
            const char *name = im->in[f].name[i];
            if (n == 1024 || listed(seen, n, name))
                continue;
            buf_str(&b, ", ");
            sql_name(&b, name);
            buf_fmt(&b, " %s", line_column_type(name));
            seen[n++] = arena_dup(&im->arena, span_of(name));
        }
    buf_char(&b, ')');
    int rc = b.failed ? err_nomem(e) : db_run(im->con, buf_cstr(&b), e);
    buf_release(&b);
    return rc;
}

/* What a line must have; a file without one of the columns has no line. */
static const char line_ok[] =
    "huji_hash(bkkp_sn) IS NOT NULL AND huji_hash(psn_no) IS NOT NULL AND "
    "huji_time_sec(huji_put_time(fee_ocur_time)) IS NOT NULL AND "
    "huji_dec_fen(huji_put_dec(det_item_fee_sumamt)) IS NOT NULL";

static void ok_sql(struct buf *b, const struct input *in)
{
    static const char *const need[] = {"bkkp_sn", "psn_no", "fee_ocur_time", "det_item_fee_sumamt"};
    for (size_t i = 0; i < sizeof need / sizeof need[0]; i++)
        if (!input_has(in, need[i])) {
            buf_str(b, "false");
            return;
        }
    buf_str(b, line_ok);
}

static int load_file(struct import *im, struct input *in, int part, struct err *e)
{
    struct buf b = BUF_INIT;
    in->scan.no_base = im->next_no;
    buf_fmt(&b, "INSERT INTO lp_%d (no, file_id, row_base, ok", part);
    for (size_t i = 0; i < in->n; i++) {
        buf_str(&b, ", ");
        sql_name(&b, in->name[i]);
    }
    /* row_no = no - row_base, from 1 */
    buf_fmt(&b, ") SELECT no, %d, %lld, ok", in->file_id, (long long)im->next_no - 1);
    for (size_t i = 0; i < in->n; i++) {
        const char *name = line_name_column(in->name[i]);
        buf_str(&b, ", ");
        line_store_sql(&b, in->name[i], "ok", name && input_has(in, name) ? name : NULL);
    }
    buf_str(&b, " FROM (SELECT *, ");
    ok_sql(&b, in);
    buf_str(&b, " AS ok FROM ");
    input_sql(&b, in);
    buf_char(&b, ')');
    int rc = b.failed ? err_nomem(e) : db_run(im->con, buf_cstr(&b), e);
    buf_release(&b);
    if (rc == 0)
        rc = input_bad_rows(im, in, e);
    im->next_no += in->rows;
    return rc;
}

/*
 * The lines of this import's part, as many legs as there are threads: what a transaction has not committed is scanned by
 * one thread each.
 */
static void legs_sql(struct buf *b, const struct import *im, int part)
{
    int64_t lines = im->next_no - im->first_no;
    int n = lines > LINES_OF_A_LEG ? im->store->threads : 1;
    for (int i = 0; i < n; i++)
        buf_fmt(b, "%sSELECT * FROM lp_%d WHERE no >= %lld AND no < %lld", i ? " UNION ALL " : "(",
                part, (long long)(im->first_no + lines * i / n),
                (long long)(im->first_no + lines * (i + 1) / n));
    buf_char(b, ')');
}

/* The part's lines as ids and integers. */
static void narrow_sql(struct buf *b, const struct import *im, int part, const char *tie)
{
    static const char *const ids[] = {
        "psn_no",       "mdtrt_id",       "setl_id",          "fixmedins_code",   "med_type",
        "chrgitm_lv",   "list_type",      "med_chrgitm_type", "bilg_dr_code",     "acord_dr_code",
        "rx_circ_flag", "bilg_dept_codg", "dise_codg",        "dscg_tkdrug_flag", "etip_flag"};
    buf_fmt(
        b,
        "SELECT *, CASE WHEN ok THEN huji_month(fee_ocur_time) END AS month, "
        "CASE WHEN ok THEN huji_marks(hilist_code, cnt, pric, det_item_fee_sumamt, fee_ocur_time) END AS marks "
        "FROM (SELECT no, file_id, huji_hash(bkkp_sn) AS h, %s AS bk, ok",
        tie);
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
        buf_str(b, ", ");
        line_id_sql(b, ids[i], line_name_column(ids[i]));
    }
    buf_str(
        b,
        ", CASE WHEN hilist_code >= 0 THEN hilist_code WHEN ok THEN huji_name_item(huji_id_item(coalesce(nullif(trim("
        "huji_text_item(hilist_code)), ''), huji_text_word(med_list_codg))), huji_text_word(hilist_name)) END AS hilist_code, "
        "huji_time_sec(fee_ocur_time) AS fee_ocur_time, huji_dec_qty(cnt) AS cnt, huji_dec_price(pric) AS pric, "
        "huji_dec_fen(det_item_fee_sumamt) AS det_item_fee_sumamt, coalesce(huji_dec_fen(inscp_amt), "
        "huji_dec_fen(det_item_fee_sumamt) - huji_dec_fen(fulamt_ownpay_amt) - huji_dec_fen(overlmt_selfpay) - "
        "huji_dec_fen(preselfpay_amt)) AS inscp_amt, huji_dec_fen(fulamt_ownpay_amt) AS fulamt_ownpay_amt, "
        "huji_dec_fen(overlmt_selfpay) AS overlmt_selfpay, huji_dec_fen(preselfpay_amt) AS preselfpay_amt, "
        "huji_hash(rx_drord_no) AS rx_drord_no, huji_dec_int(prd_days) AS prd_days, "
        "huji_hash(init_feedetl_sn) AS ih FROM ");
    legs_sql(b, im, part);
    buf_char(b, ')');
}

/* `where`: of nl's rows */
static int make_view(struct import *im, const char *where, struct err *e)
{
    struct buf b = BUF_INIT;
    buf_str(&b, "CREATE OR REPLACE TEMP VIEW nl AS ");
    if (im->spool)
        spool_sql(&b, im->spool, 0);
    else
        buf_str(&b, "SELECT * FROM nl_rows");
    buf_str(&b, where);
    int rc = b.failed ? err_nomem(e) : db_run(im->con, buf_cstr(&b), e);
    buf_release(&b);
    return rc;
}

/* nl. Only numbers can be put aside: where a text breaks ties it is a table. */
static int make_narrow(struct import *im, int part, const char *tie, bool text, struct err *e)
{
    struct buf select = BUF_INIT, b = BUF_INIT;
    char path[4096];
    narrow_sql(&select, im, part, tie);
    int rc = select.failed ? err_nomem(e) : code_map_new_lines(im->con, &select, e);
    if (rc == 0 && !text) {
        rc = store_tmp(im->store, "lines", path, sizeof path, e);
        if (rc == 0)
            rc = spool_fill(im->con, buf_cstr(&select), "month", path, im->store->threads,
                            &im->spool, e);
    } else if (rc == 0) {
        buf_fmt(&b, "CREATE OR REPLACE TEMP TABLE nl_rows AS %s", buf_cstr(&select));
        rc = b.failed ? err_nomem(e) : db_run(im->con, buf_cstr(&b), e);
    }
    buf_release(&select);
    buf_release(&b);
    return rc == 0 ? make_view(im, "", e) : rc;
}

static const char fit[] = " WHERE ok AND no NOT IN (SELECT no FROM im_gone)";

int lines_keep_fit(struct import *im, struct err *e)
{
    int64_t gone = 0;
    int rc = db_int(im->con, e, 0, &gone, "SELECT count(*) FROM im_gone");
    im->gone = gone > 0;
    return rc == 0 ? make_view(im, gone ? fit : " WHERE ok", e) : rc;
}

void lines_month_sql(struct buf *b, const struct import *im, int month)
{
    buf_char(b, '(');
    if (im->spool)
        spool_sql(b, im->spool, month);
    else
        buf_str(b, "SELECT * FROM nl_rows");
    buf_str(b, im->gone ? fit : " WHERE ok");
    if (!im->spool)
        buf_fmt(b, " AND month = %d", month);
    buf_char(b, ')');
}

void lines_forget(struct import *im)
{
    db_run(im->con, "DROP VIEW IF EXISTS temp.nl", NULL);
    spool_free(im->spool);
    im->spool = NULL;
}

/*
 * Lines are stored in the order of bkkp_sn's bytes where person and second are equal. Numbers of one house differ in a
 * few last characters: then 8 or 16 bytes behind the common beginning say all, and sort far faster than text.
 */
static int tie_breaker(struct import *im, int part, char *out, size_t cap, bool *text,
                       struct err *e)
{
    struct buf sql = BUF_INIT;
    struct db_rows rows;
    buf_str(&sql, "SELECT min(bkkp_sn), max(bkkp_sn), max(strlen(bkkp_sn)) FROM ");
    legs_sql(&sql, im, part);
    int rc = sql.failed ? err_nomem(e) : db_open(im->con, buf_cstr(&sql), &rows, e);
    buf_release(&sql);
    if (rc < 0)
        return rc;
    db_next(&rows);
    struct span lo = db_text(&rows, 0), hi = db_text(&rows, 1);
    size_t k = 0, longest = (size_t)db_i64(&rows, 2);
    while (k < lo.n && k < hi.n && lo.p[k] == hi.p[k])
        k++;
    /* blanks around a number are no part of it: with them k would say nothing */
    *text = longest - k > 16 || span_trim(lo).n != lo.n || span_trim(hi).n != hi.n;
    if (!*text)
        snprintf(out, cap, "CASE WHEN ok THEN huji_tail%s(bkkp_sn, %zu::BIGINT) END",
                 longest - k <= 8 ? "" : "16", k);
    else
        snprintf(out, cap, "trim(bkkp_sn)");
    db_close(&rows);
    return 0;
}

static int blame_lines(struct import *im, int part, int file_id, struct err *e)
{
    struct buf b = BUF_INIT;
    char table[32];
    snprintf(table, sizeof table, "lp_%d", part);
    buf_str(
        &b,
        "CREATE OR REPLACE TEMP TABLE im_reject AS SELECT t.row_no - 1 AS row, "
        "CASE WHEN n.h IS NULL THEN 'bkkp_sn' WHEN huji_hash(t.psn_no) IS NULL THEN 'psn_no' "
        "WHEN n.fee_ocur_time IS NULL THEN 'fee_ocur_time' ELSE 'det_item_fee_sumamt' END AS column_name, "
        "CASE WHEN n.h IS NULL THEN t.bkkp_sn WHEN huji_hash(t.psn_no) IS NULL THEN t.psn_no "
        "WHEN n.fee_ocur_time IS NULL THEN t.fee_ocur_time ELSE t.det_item_fee_sumamt END AS value, "
        "'' AS reason, n.det_item_fee_sumamt AS fen FROM nl n JOIN (");
    int rc = line_part_sql(im->con, &b, table, e);
    buf_fmt(&b, ") t USING (no) WHERE n.file_id = %d AND NOT n.ok", file_id);
    if (rc == 0)
        rc = b.failed ? err_nomem(e) : db_run(im->con, buf_cstr(&b), e);
    buf_release(&b);
    return rc;
}

/* Row counts and money of each file; rejects of what could be read. */
static int check_file(struct import *im, struct input *in, int part, struct err *e)
{
    int64_t bad = 0, fen = 0;
    int rc = db_int(im->con, e, 0, &bad, "SELECT count(*) FROM nl WHERE file_id = %d AND NOT ok",
                    in->file_id);
    if (rc == 0)
        rc = db_int(im->con, e, 0, &fen,
                    "SELECT CAST(sum(det_item_fee_sumamt) AS BIGINT) FROM nl WHERE file_id = %d",
                    in->file_id);
    in->row->rows_read = in->rows;
    in->row->fen_read = fen;
    if (rc == 0 && bad) {
        rc = blame_lines(im, part, in->file_id, e);
        if (rc == 0)
            rc = reject_save(im, in, e);
    }
    return rc;
}

static int count_file(struct import *im, struct input *in, struct err *e)
{
    int64_t n = 0, fen = 0;
    int rc = db_int(im->con, e, 0, &n, "SELECT count(*) FROM im_gone");
    if (rc < 0 || !n)
        return rc;
    rc = db_int(im->con, e, 0, &n,
                "SELECT count(*) FROM im_gone WHERE file_id = %d AND (same OR NOT again)",
                in->file_id);
    if (rc == 0)
        rc = db_int(
            im->con, e, 0, &fen,
            "SELECT CAST(sum(n.det_item_fee_sumamt) AS BIGINT) FROM nl n JOIN im_gone g USING (no) WHERE "
            "g.file_id = %d AND (g.same OR NOT g.again)",
            in->file_id);
    in->row->rows_repeated = n;
    in->row->fen_repeated = fen;
    if (rc == 0)
        rc = db_int(im->con, e, 0, &in->row->rows_replaced,
                    "SELECT count(*) FROM im_gone WHERE last_file = %d AND file_id <> %d",
                    in->file_id, in->file_id);
    if (rc == 0)
        rc = db_exec(
            im->con, e,
            "CREATE OR REPLACE TEMP TABLE im_reject AS SELECT g.row_no - 1 AS row, 'bkkp_sn' AS column_name, "
            "g.k AS value, '同一主键在本文件后面另有不同内容，以后面的为准' AS reason, n.det_item_fee_sumamt AS fen "
            "FROM im_gone g JOIN nl n USING (no) WHERE g.file_id = %d AND NOT g.same AND g.again",
            in->file_id);
    if (rc == 0)
        rc = reject_save(im, in, e);
    return rc;
}

/* Content of a line over all columns, whichever files they came from. */
static void content_sql(struct buf *b)
{
    const struct table_schema *t = huji_tables[schema_table(SPAN("fee_list_d"))];
    buf_str(b, "concat_ws(chr(31)");
    for (size_t i = 0; i < t->n_columns; i++)
        buf_fmt(b, ", coalesce(%s, '')", t->columns[i].name);
    buf_char(b, ')');
}

/* Keys that come twice, here or in the store: as for other tables (import_table.c), by hash first. */
static int resolve_repeats(struct import *im, struct err *e)
{
    int64_t n = 0;
    int rc = db_run(
        im->con,
        "CREATE OR REPLACE TEMP TABLE im_key AS SELECT h FROM nl WHERE ok GROUP BY h HAVING count(*) > 1 "
        "UNION SELECT h FROM line_key WHERE h IN (SELECT h FROM nl WHERE ok)",
        e);
    if (rc == 0)
        rc = db_int(im->con, e, 0, &n, "SELECT count(*) FROM im_key");
    if (rc < 0)
        return rc;
    if (!n)
        return db_run(
            im->con,
            "CREATE OR REPLACE TEMP TABLE im_gone(no BIGINT, file_id INTEGER, row_no BIGINT, k VARCHAR, "
            "same BOOLEAN, again BOOLEAN, last_file INTEGER)",
            e);
    struct buf b = BUF_INIT;
    buf_str(&b, "CREATE OR REPLACE TEMP TABLE im_gone AS WITH c AS ("
                "SELECT no FROM nl WHERE ok AND h IN (SELECT h FROM im_key) UNION ALL "
                "SELECT no FROM line_key WHERE h IN (SELECT h FROM im_key)), "
                "a AS (SELECT no, file_id, row_no, trim(bkkp_sn) AS k, ");
    content_sql(&b);
    buf_str(
        &b,
        " AS c FROM line_text WHERE no IN (SELECT no FROM c)), "
        "w AS (SELECT *, first_value(c) OVER (PARTITION BY k ORDER BY no DESC) AS last, "
        "first_value(file_id) OVER (PARTITION BY k ORDER BY no DESC) AS last_file FROM a), "
        "p AS (SELECT *, row_number() OVER (PARTITION BY k, c = last ORDER BY no) AS nth FROM w) "
        "SELECT no, file_id, row_no, k, c = last AS same, file_id = last_file AS again, last_file FROM p "
        "WHERE NOT (c = last AND nth = 1)");
    rc = b.failed ? err_nomem(e) : db_run(im->con, buf_cstr(&b), e);
    buf_release(&b);
    return rc;
}

static int finish_files(struct import *im, struct err *e)
{
    int rc = 0;
    for (size_t i = 0; i < im->n && rc == 0; i++) {
        struct import_row *r = im->in[i].row;
        if (!is_lines(&im->in[i]))
            continue;
        rc = count_file(im, &im->in[i], e);
        r->rows_kept = r->rows_read - r->rows_rejected - r->rows_repeated;
        r->fen_kept = r->fen_read - r->fen_rejected - r->fen_repeated;
    }
    return rc;
}

static int load_files(struct import *im, int part, struct err *e)
{
    int rc = make_part(im, part, e);
    int64_t base = im->first_no = im->next_no;
    for (size_t i = 0; i < im->n && rc == 0; i++)
        if (is_lines(&im->in[i])) {
            rc = load_file(im, &im->in[i], part, e);
            if (rc == 0)
                rc = import_step(im, "读入费用明细", i + 1, im->n, e);
            if (rc < 0 && e && !e->where[0])
                err_where(e, "%s", im->in[i].from.path);
        }
    if (rc == 0)
        rc = db_exec(im->con, e, "INSERT INTO line_part VALUES (%d, 'lp_%d', %lld, %lld)", part,
                     part, (long long)base, (long long)(im->next_no - base));
    return rc;
}

int lines_load(struct import *im, struct err *e)
{
    for (size_t i = 0; i < im->n; i++)
        im->lines |= is_lines(&im->in[i]);
    if (!im->lines)
        return 0;
    int64_t part = 0;
    char tie[96];
    bool text = false;
    int rc = db_int(im->con, e, 1, &part, "SELECT max(id) + 1 FROM line_part");
    if (rc == 0)
        rc = load_files(im, (int)part, e);
    if (rc == 0)
        rc = tie_breaker(im, (int)part, tie, sizeof tie, &text, e);
    if (rc == 0)
        rc = import_step(im, "检查并编码费用明细", 0, 0, e);
    if (rc == 0)
        rc = make_narrow(im, (int)part, tie, text, e);
    for (size_t i = 0; i < im->n && rc == 0; i++)
        if (is_lines(&im->in[i]))
            rc = check_file(im, &im->in[i], (int)part, e);
    if (rc == 0)
        rc = db_run(im->con, "INSERT INTO line_gone SELECT no, 'reject' FROM nl WHERE NOT ok", e);
    if (rc == 0)
        rc = store_make_views(im->con, e);
    if (rc == 0)
        rc = resolve_repeats(im, e);
    if (rc == 0)
        rc = finish_files(im, e);
    return rc;
}
