/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "claims/quality.h"

#include <stdio.h>

#include "claims/schema.h"

static void narrow(struct buf *sql, const struct quality_scope *scope, const char *column)
{
    if (scope)
        scope->add(scope->ctx, sql, column);
}

/* One statement, its text released. */
static int ask(struct store *s, const char *title, struct buf *sql, struct grid *out, struct err *e)
{
    int rc = sql->failed ? err_nomem(e) : grid_query(s->con, title, buf_cstr(sql), out, e);

    buf_release(sql);
    return rc;
}

void quality_reject_scope(struct buf *sql, const struct quality_scope *scope)
{
    if (!scope)
        return;
    buf_str(sql, " and exists (select 1 from d_inst k where contains(r.raw, k.code)");
    narrow(sql, scope, "k.code");
    buf_str(sql, ") and not exists (select 1 from d_inst k where contains(r.raw, k.code) and k.code"
                 " not in (select n.code from d_inst n where n.code is not null");
    narrow(sql, scope, "n.code");
    buf_str(sql, "))");
}

#define MONEY(e) "huji_yuan(CAST(coalesce(" e ", 0) AS BIGINT))"

int quality_files(struct store *s, struct grid *out, struct err *e)
{
    return grid_query(
        s->con, "核对：每个文件",
        "SELECT path AS 文件, table_name AS 表, encoding AS 编码, rows_read AS 读入行, rows_kept AS 保留行, "
        "rows_rejected AS 拒收行, rows_repeated AS 重复行, rows_replaced AS 更新旧行, " MONEY("fen_read") " AS \"读入（元）\", " MONEY(
            "fen_kept") " AS \"保留（元）\", " MONEY("fen_rejected") " AS \"拒收（元）\", " MONEY("fen_repeated") " AS \"重复（元）\", CASE WHEN rows_read = rows_kept + rows_rejected + rows_repeated AND "
                                                                                                                  "fen_read = fen_kept + fen_rejected + fen_repeated THEN '平' ELSE '不平' END AS 核对, imported_at AS 导入时间 "
                                                                                                                  "FROM file ORDER BY id",
        out, e);
}

int quality_tables(struct store *s, struct grid *out, struct err *e)
{
    return grid_query(
        s->con, "核对：每张表",
        "SELECT table_name AS 表, count(*) AS 文件数, CAST(sum(rows_read) AS BIGINT) AS 读入行, "
        "CAST(sum(rows_kept) AS BIGINT) AS 保留行, CAST(sum(rows_rejected) AS BIGINT) AS 拒收行, "
        "CAST(sum(rows_repeated) AS BIGINT) AS 重复行, CAST(sum(rows_replaced) AS BIGINT) AS 更新旧行, " MONEY("sum(fen_read)") " AS \"读入（元）\", " MONEY(
            "sum(fen_kept)") " AS \"保留（元）\", " MONEY("sum(fen_rejected)") " AS \"拒收（元）\", " MONEY("sum(fen_repeated)") " AS \"重复（元）\", "
                                                                                                                                 "CASE WHEN bool_and(rows_read = rows_kept + rows_rejected + rows_repeated AND "
                                                                                                                                 "fen_read = fen_kept + fen_rejected + fen_repeated) THEN '平' ELSE '不平' END AS 核对 "
                                                                                                                                 "FROM file GROUP BY table_name ORDER BY table_name",
        out, e);
}

int quality_rejects(struct store *s, size_t limit, struct grid *out, struct err *e)
{
    char sql[512], tail[48] = "";
    if (limit)
        snprintf(tail, sizeof tail, " LIMIT %zu", limit);
    snprintf(
        sql, sizeof sql,
        "SELECT f.path AS 文件, r.line_no AS 行号, r.column_name AS 列, r.value AS 值, r.reason AS 原因, r.hint AS 应为, r.raw "
        "AS 原文 FROM reject r JOIN file f ON f.id = r.file_id ORDER BY r.file_id, r.row_no%s",
        tail);
    return grid_query(s->con, "拒收的行", sql, out, e);
}

int quality_reject_reasons(struct store *s, const struct quality_scope *scope, struct grid *out,
                           struct err *e)
{
    struct buf b = BUF_INIT;

    buf_str(
        &b,
        "SELECT f.table_name AS 表, r.column_name AS 列, r.reason AS 原因, count(*) AS 行数, " MONEY(
            "sum(r.fen)") " AS \"金额（元）\", any_value(f.path) AS 例如文件, min(r.line_no) AS 首见行 FROM reject r JOIN file f ON f.id = "
                          "r.file_id WHERE true");
    quality_reject_scope(&b, scope);
    buf_str(&b, " GROUP BY ALL ORDER BY 行数 DESC, 表, 列");
    return ask(s, "拒收原因", &b, out, e);
}

int quality_months(struct store *s, const struct quality_scope *scope, struct grid *out,
                   struct err *e)
{
    struct buf b = BUF_INIT;

    buf_str(
        &b,
        "WITH m AS (SELECT month FROM segment WHERE rows * 100 >= (SELECT max(rows) FROM segment)), "
        "a AS (SELECT fixmedins_code AS i, huji_month(fee_ocur_time) AS month, count(*) AS n FROM s_line WHERE "
        "fixmedins_code IS NOT NULL GROUP BY ALL), "
        "h AS (SELECT i, min(month) AS b, max(month) AS e, count(*) AS months, sum(n) AS n FROM a GROUP BY i), "
        "g AS (SELECT h.i, m.month FROM h, m WHERE NOT EXISTS (SELECT 1 FROM a WHERE a.i = h.i AND a.month = m.month)) "
        "SELECT d.code AS 机构编号, d.name AS 机构名称, CAST(h.b AS VARCHAR) AS 首月, CAST(h.e AS VARCHAR) AS 末月, "
        "h.months AS 有数据月数, count(*) AS 缺月数, string_agg(CAST(g.month AS VARCHAR), ' ' ORDER BY g.month) AS 缺月, "
        "CAST(h.n AS BIGINT) AS 明细行 FROM g JOIN h ON h.i = g.i JOIN d_inst d ON d.id = g.i WHERE true");
    narrow(&b, scope, "d.code");
    buf_str(&b, " GROUP BY ALL ORDER BY 明细行 DESC, 机构编号");
    return ask(s, "缺月的机构", &b, out, e);
}

static const struct {
    int mark;
    const char *title;
} marks[] = {
    {MARK_CODE_UNKNOWN, "项目编码不合国家编码规则"},
    {MARK_AMOUNT, "金额与数量乘单价相差超过 0.05 元"},
    {MARK_NO_VISIT, "找不到就诊记录"},
    {MARK_MADE, "就诊记录由明细或结算补出"},
    {MARK_SIGN, "数量为零、单价为负，或数量与金额正负不符"},
    {MARK_END_BEFORE, "结束早于开始"},
    {MARK_NO_PERSON, "人员不在人员信息表"},
    {MARK_NO_INST, "机构不在机构信息表"},
    {MARK_BIG, "金额达 1000 万元以上"},
    {MARK_FUTURE, "日期在导入之后"},
    {MARK_BIRTH, "日期早于出生"},
    {MARK_REFUND_ORPHAN, "退费查无原结算"},
};

/* Marks of one kind of record, as (t, o, m, n, fen). */
static void marks_of(struct buf *b, const struct quality_scope *scope, const char *title, int order,
                     const char *table, const char *money)
{
    buf_fmt(b,
            "%sSELECT '%s' AS t, %d AS o, x.marks AS m, count(*) AS n, sum(x.%s) AS fen FROM %s x"
            " LEFT JOIN d_inst d ON d.id = x.fixmedins_code WHERE x.marks <> 0",
            order > 1 ? " UNION ALL " : "", title, order, money, table);
    narrow(b, scope, "d.code");
    buf_str(b, " GROUP BY x.marks");
}

int quality_marks(struct store *s, const struct quality_scope *scope, struct grid *out,
                  struct err *e)
{
    struct buf b = BUF_INIT;

    buf_str(&b, "WITH a AS (");
    marks_of(&b, scope, "费用明细", 1, "s_line", "det_item_fee_sumamt");
    marks_of(&b, scope, "就诊", 2, "s_visit", "medfee_sumamt");
    marks_of(&b, scope, "结算", 3, "s_settlement", "medfee_sumamt");
    buf_str(&b, "), k(bit, title) AS (VALUES ");
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++)
        buf_fmt(&b, "%s(%d, '%s')", i ? ", " : "", marks[i].mark, marks[i].title);
    buf_str(
        &b,
        ") SELECT a.t AS 记录, k.title AS 标记, CAST(sum(a.n) AS BIGINT) AS 行数, " MONEY(
            "sum(a.fen)") " AS \"金额（元）\" FROM a JOIN k ON a.m & k.bit <> 0 GROUP BY a.t, a.o, k.title, k.bit ORDER BY a.o, sum(a.fen) DESC "
                          "NULLS LAST, k.bit");
    return ask(s, "标记", &b, out, e);
}

static const char *cast_of(enum column_kind k)
{
    static const char *const f[] = {
        [COL_DAY] = "huji_day", [COL_TIME] = "huji_sec",    [COL_FEN] = "huji_fen",
        [COL_QTY] = "huji_qty", [COL_PRICE] = "huji_price", [COL_INT] = "huji_int",
    };
    return k == COL_TEXT || k == COL_CODE ? NULL : f[k];
}

static void values_sql(struct buf *b, const char *table, const struct table_schema *t,
                       const struct table_column *c, bool first)
{
    buf_fmt(
        b,
        "%sSELECT '%s' AS t, '%s' AS c, '%s' AS title, count(*) AS n, min(%s) AS example FROM %s WHERE trim(%s) <> '' AND "
        "%s(%s) IS NULL",
        first ? "" : " UNION ALL ", t->name, c->name, c->title, c->name, table, c->name,
        cast_of(c->kind), c->name);
}

/* Only columns that some imported file had: the rest is empty. */
static bool column_seen(struct store *s, const char *table, const char *column)
{
    int64_t n = 0;
    int rc = db_int(
        s->con, NULL, 0, &n,
        "SELECT count(*) FROM file WHERE table_name = '%s' AND list_contains(string_split(columns, ','), '%s')",
        table, column);
    return rc == 0 && n > 0;
}

int quality_values(struct store *s, struct grid *out, struct err *e)
{
    struct buf b = BUF_INIT;
    bool first = true;
    buf_str(&b,
            "SELECT t AS 表, c AS 列, title AS 中文名, n AS 读不出的行, example AS 例如 FROM (");
    for (int i = 0; i < TABLE_COUNT; i++) {
        const struct table_schema *t = huji_tables[i];
        bool lines = strcmp(t->name, "fee_list_d") == 0;
        char table[64];
        snprintf(table, sizeof table, "%s%s", lines ? "line_text" : "t_", lines ? "" : t->name);
        for (size_t c = 0; c < t->n_columns; c++)
            if (cast_of(t->columns[c].kind) && column_seen(s, t->name, t->columns[c].name)) {
                values_sql(&b, table, t, &t->columns[c], first);
                first = false;
            }
    }
    if (first)
        buf_str(&b, "SELECT '' AS t, '' AS c, '' AS title, 0 AS n, '' AS example");
    buf_str(&b, ") WHERE n > 0 ORDER BY n DESC, t, c");
    int rc = b.failed ? err_nomem(e) : grid_query(s->con, "读不出的值", buf_cstr(&b), out, e);
    buf_release(&b);
    return rc;
}

int quality_codes(struct store *s, const struct quality_scope *scope, size_t limit,
                  struct grid *out, struct err *e)
{
    struct buf b = BUF_INIT;

    buf_fmt(
        &b,
        "SELECT d.code AS 项目编码, d.name AS 项目名称, count(*) AS 行数, count(DISTINCT l.fixmedins_code) AS 机构数, " MONEY(
            "sum(l.det_item_fee_sumamt)") " AS \"金额（元）\" FROM s_line l LEFT JOIN d_item d ON d.id = l.hilist_code"
                                          " LEFT JOIN d_inst i ON i.id = l.fixmedins_code WHERE l.marks & %d <> 0",
        MARK_CODE_UNKNOWN);
    narrow(&b, scope, "i.code");
    buf_str(&b, " GROUP BY ALL ORDER BY sum(l.det_item_fee_sumamt) DESC, d.code");
    if (limit)
        buf_fmt(&b, " LIMIT %zu", limit);
    return ask(s, "不合国家编码规则的项目编码", &b, out, e);
}

int quality_held(struct store *s, const struct quality_scope *scope, struct grid *out,
                 struct err *e)
{
    struct buf b = BUF_INIT;
    int n = 0;

    buf_str(&b, "SELECT t AS 表, title AS 名称, n AS 在库行数, insts AS 机构数 FROM (");
    for (int i = 0; i < TABLE_COUNT; i++) {
        const struct table_schema *t = huji_tables[i];
        bool lines = strcmp(t->name, "fee_list_d") == 0;

        if (schema_column(t, SPAN("fixmedins_code")) < 0)
            continue;
        buf_fmt(
            &b,
            "%sSELECT '%s' AS t, '%s' AS title, count(*) AS n, count(DISTINCT x.code) AS insts FROM ",
            n++ ? " UNION ALL " : "", t->name, t->title);
        /* Lines are many: by their number, not by their text. */
        if (lines)
            buf_str(&b, "(SELECT d.code FROM s_line l JOIN d_inst d ON d.id = l.fixmedins_code) x");
        else
            buf_fmt(&b, "(SELECT fixmedins_code AS code FROM t_%s) x", t->name);
        buf_str(&b, " WHERE true");
        narrow(&b, scope, "x.code");
    }
    buf_str(&b, ") WHERE n > 0 ORDER BY n DESC, t");
    return ask(s, "在库的行", &b, out, e);
}

static const struct {
    const char *prefix, *table, *column;
} origin[] = {
    {"line:", "line_text", "bkkp_sn"},
    {"setl:", "t_setl_d", "setl_id"},
    {"mdtrt:", "t_mdtrt_d", "mdtrt_id"},
    {"oprn:", "t_setl_list_oprn_d", "setl_list_oprn_id"},
    {"psn:", "t_psn_info_b", "psn_no"},
    {"reg:", "t_opsp_reg_d", "trt_dcla_detl_sn"},
    {"check:", "t_presence_check", "check_id"},
    {"enrol:", "t_psn_insu_d", "psn_insu_rlts_id"},
    {"lab:", "t_lab_result", "report_no"},
    {"act:", "t_agency_act", "act_no"},
    {"clr:", "t_clearing", "clr_no"},
};

int quality_lineage(struct store *s, const char *event_id, struct grid *out, struct err *e)
{
    for (size_t i = 0; i < sizeof origin / sizeof origin[0]; i++) {
        size_t n = strlen(origin[i].prefix);
        if (strncmp(event_id, origin[i].prefix, n) != 0)
            continue;
        struct buf b = BUF_INIT;
        buf_str(&b, "SELECT ");
        buf_sql(&b, span_of(event_id));
        buf_fmt(
            &b,
            " AS 记录, f.path AS 文件, f.table_name AS 表, t.row_no AS 第几行数据, f.imported_at AS 导入时间, f.sha256 AS 文件指纹 "
            "FROM %s t JOIN file f ON f.id = t.file_id WHERE trim(t.%s) = ",
            origin[i].table, origin[i].column);
        buf_sql(&b, span_of(event_id + n));
        int rc = b.failed ? err_nomem(e) : grid_query(s->con, "出处", buf_cstr(&b), out, e);
        buf_release(&b);
        return rc;
    }
    err_set(e, ERR_USAGE, "不认识的记录号：%.100s", event_id);
    return err_hint(e, "如 line:记账流水号、setl:结算ID、mdtrt:就诊ID");
}
