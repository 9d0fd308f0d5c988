/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "claims/line_form.h"

#include <stdio.h>
#include <string.h>

#include "engine/source.h"

struct line_column {
    const char *column;
    enum line_form form;
    enum domain domain;
    const char *name; /* column with the code's name */
};

#define WORD(c)                    \
    {                              \
        c, FORM_WORD, D_NONE, NULL \
    }
#define DEC(c)                    \
    {                             \
        c, FORM_DEC, D_NONE, NULL \
    }
#define TIME(c)                    \
    {                              \
        c, FORM_TIME, D_NONE, NULL \
    }
#define CODE(c, d)            \
    {                         \
        c, FORM_CODE, d, NULL \
    }
/* clang-format off: a column a line reads best */
/* Codes are those that the narrow lines have. What differs from line to line (bkkp_sn, rid, memo) stays text. */
static const struct line_column columns[] = {
    CODE("psn_no", D_PERSON),
    CODE("mdtrt_id", D_VISIT),
    CODE("setl_id", D_SETL),
    {"fixmedins_code", FORM_CODE, D_INST, "fixmedins_name"},
    {"hilist_code", FORM_CODE, D_ITEM, "hilist_name"},
    CODE("med_type", D_CODE),
    CODE("med_chrgitm_type", D_CODE),
    CODE("chrgitm_lv", D_CODE),
    CODE("list_type", D_CODE),
    {"bilg_dr_code", FORM_CODE, D_DOCTOR, "bilg_dr_name"},
    {"acord_dr_code", FORM_CODE, D_DOCTOR, "acord_dr_name"},
    {"bilg_dept_codg", FORM_CODE, D_DEPT, "bilg_dept_name"},
    CODE("dise_codg", D_CODE),
    CODE("dscg_tkdrug_flag", D_CODE),
    CODE("rx_circ_flag", D_CODE),
    CODE("etip_flag", D_CODE),
    DEC("cnt"),
    DEC("pric"),
    DEC("det_item_fee_sumamt"),
    DEC("pric_uplmt_amt"),
    DEC("selfpay_prop"),
    DEC("fulamt_ownpay_amt"),
    DEC("overlmt_selfpay"),
    DEC("preselfpay_amt"),
    DEC("inscp_amt"),
    DEC("cvlserv_bedfee_amt"),
    DEC("medins_disc_amt"),
    DEC("reim_prop"),
    DEC("prd_days"),
    TIME("fee_ocur_time"),
    TIME("updt_time"),
    TIME("crte_time"),
    TIME("opt_time"),
    TIME("deleted_time"),
    TIME("exch_updt_time"),
    TIME("biz_date"),
    WORD("fixmedins_name"),
    WORD("hilist_name"),
    WORD("bilg_dr_name"),
    WORD("acord_dr_name"),
    WORD("bilg_dept_name"),
    WORD("insu_admdvs"),
    WORD("pay_loc"),
    WORD("med_list_codg"),
    WORD("medins_list_codg"),
    WORD("medins_list_name"),
    WORD("prodname"),
    WORD("spec"),
    WORD("dosform_name"),
    WORD("acord_dept_codg"),
    WORD("acord_dept_name"),
    WORD("lmt_used_flag"),
    WORD("hosp_prep_flag"),
    WORD("hosp_appr_flag"),
    WORD("tcmdrug_used_way"),
    WORD("prodplac_type"),
    WORD("bas_medn_flag"),
    WORD("hi_nego_drug_flag"),
    WORD("prcu_drug_flag"),
    WORD("chld_medc_flag"),
    WORD("etip_hosp_code"),
    WORD("list_sp_item_flag"),
    WORD("matn_fee_flag"),
    WORD("drt_reim_flag"),
    WORD("oprn_oprt_code"),
    WORD("used_frqu_dscr"),
    WORD("medc_way_dscr"),
    WORD("vali_flag"),
    WORD("crter_id"),
    WORD("crter_name"),
    WORD("crte_optins_no"),
    WORD("opter_id"),
    WORD("opter_name"),
    WORD("optins_no"),
    WORD("poolarea_no"),
    WORD("deleted"),
    WORD("subsys_codg"),
    WORD("admdvs"),
};
/* clang-format on */

static const struct line_column *find(const char *column)
{
    for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++)
        if (strcmp(columns[i].column, column) == 0)
            return &columns[i];
    return NULL;
}

static const char *family(const struct line_column *c)
{
    switch (c->form) {
    case FORM_DEC: return "dec";
    case FORM_TIME: return "time";
    case FORM_CODE: return huji_domain_name[c->domain];
    case FORM_TEXT:
    case FORM_WORD: break;
    }
    return "word";
}

const char *line_column_type(const char *column)
{
    const struct line_column *c = find(column);
    if (!c)
        return "VARCHAR";
    return c->form == FORM_DEC || c->form == FORM_TIME ? "BIGINT" : "INTEGER";
}

const char *line_name_column(const char *column)
{
    const struct line_column *c = find(column);
    return c ? c->name : NULL;
}

void line_store_sql(struct buf *b, const char *column, const char *ok, const char *name)
{
    const struct line_column *c = find(column);
    if (!c) {
        sql_name(b, column);
    } else if (c->form != FORM_CODE) {
        buf_fmt(b, "huji_put_%s(%s)", family(c), column);
    } else {
        buf_fmt(b, "CASE WHEN %s THEN ", ok);
        if (name)
            buf_fmt(b, "huji_name_%s(huji_put_%s(%s), %s)", family(c), family(c), column, name);
        else
            buf_fmt(b, "huji_put_%s(%s)", family(c), column);
        /* what is no line gives no code: its text is a word */
        buf_fmt(b, " ELSE -2 - huji_put_word(%s) END", column);
    }
}

void line_id_sql(struct buf *b, const char *column, const char *name_column)
{
    const struct line_column *c = find(column);
    const char *f = family(c);
    buf_fmt(b, "CASE WHEN NOT ok THEN NULL WHEN %s >= 0 THEN %s ELSE ", column, column);
    if (name_column)
        buf_fmt(b, "huji_name_%s(huji_id_%s(huji_text_%s(%s)), huji_text_word(%s))", f, f, f,
                column, name_column);
    else
        buf_fmt(b, "huji_id_%s(huji_text_%s(%s))", f, f, column);
    buf_fmt(b, " END AS %s", column);
}

int line_part_sql(duckdb_connection con, struct buf *b, const char *table, struct err *e)
{
    char sql[256];
    struct db_rows rows;
    snprintf(sql, sizeof sql,
             "SELECT column_name FROM duckdb_columns() WHERE table_name = '%s' AND column_name NOT "
             "IN ('no', 'file_id', 'row_base', 'ok') ORDER BY column_index",
             table);
    int rc = db_open(con, sql, &rows, e);
    if (rc < 0)
        return rc;
    buf_str(b, "SELECT no, file_id, no - row_base AS row_no");
    while (db_next(&rows)) {
        char name[256];
        struct span s = db_text(&rows, 0);
        snprintf(name, sizeof name, "%.*s", (int)s.n, s.p);
        const struct line_column *c = find(name);
        buf_str(b, ", ");
        if (c)
            buf_fmt(b, "huji_text_%s(%s) AS ", family(c), name);
        sql_name(b, name);
    }
    db_close(&rows);
    buf_fmt(b, " FROM %s", table);
    return b->failed ? err_nomem(e) : 0;
}
