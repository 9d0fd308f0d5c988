/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * 疑点清单 for one institution: a row per fee line claimed by the ledger, with the columns that hospitals know from the
 * national platform's export (national-interface.md 3.8). What it adds up to is what `huji rank --by institution` shows.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "screen/clues.h"
#include "cli/commands.h"
#include "cli/common.h"
#include "cli/library.h"
#include "cli/output.h"
#include "cli/store.h"
#include "screen/mask.h"

/* `sql`: where the text comes from; NULL: made here. `mask`: n name, c certificate. */
static const struct sheet_column {
    struct shown_column column;
    const char *sql;
    char mask;
} sheet[] = {
    {{"no", "序号", AS_INT, 0}, NULL, 0},
    {{"finding_id", "疑点编号", AS_TEXT, 12}, NULL, 0},
    {{"appl_ddln", "申诉截止日期", AS_TEXT, 0}, NULL, 0},
    {{"pay_loc", "支付地点类别", AS_TEXT, 0}, "coalesce(t.pay_loc, m.pay_loc)", 0},
    {{"supn_suspt_stas", "疑点状态", AS_TEXT, 0}, NULL, 0},
    {{"admdvs", "医保区划", AS_TEXT, 0}, "m.fix_blng_admdvs", 0},
    {{"medins_id", "医药机构编码", AS_TEXT, 0}, NULL, 0},
    {{"medins_name", "医药机构名称", AS_TEXT, 24}, NULL, 0},
    {{"dept_name", "科室名称", AS_TEXT, 0},
     "coalesce(t.bilg_dept_name, m.dscg_dept_name, m.adm_dept_name)",
     0},
    {{"dr_name", "医生姓名", AS_TEXT, 0}, "t.bilg_dr_name", 0},
    {{"med_type", "医疗类别", AS_TEXT, 0}, "coalesce(t.med_type, m.med_type)", 0},
    {{"ipt_otp_no", "住院门诊号", AS_TEXT, 0}, "m.ipt_otp_no", 0},
    {{"patn_name", "参保人", AS_TEXT, 0}, "m.psn_name", 'n'},
    {{"adm_time", "入院日期", AS_TEXT, 0}, "left(m.begntime, 10)", 0},
    {{"dscg_time", "出院日期", AS_TEXT, 0}, "left(m.endtime, 10)", 0},
    {{"setl_time", "结算日期", AS_TEXT, 0}, "left(z.setl_time, 10)", 0},
    {{"patn_idcard", "身份证号", AS_TEXT, 20}, "m.certno", 'c'},
    {{"hilist_code", "医保项目编码", AS_TEXT, 24}, "t.hilist_code", 0},
    {{"hilist_name", "医保项目名称", AS_TEXT, 24}, "t.hilist_name", 0},
    {{"medins_list_name", "医院项目名称", AS_TEXT, 24}, "t.medins_list_name", 0},
    {{"rule_name", "规则名称", AS_TEXT, 20}, NULL, 0},
    {{"rule_sev_deg", "规则严重程度", AS_TEXT, 0}, NULL, 0},
    {{"chk_vola_amt", "初审违规金额", AS_FEN, 0}, NULL, 0},
    {{"vola_amt", "违规金额", AS_FEN, 0}, NULL, 0},
    {{"vola_cont", "违规内容", AS_TEXT, 50}, NULL, 0},
    {{"diag", "诊断信息", AS_TEXT, 24},
     "concat_ws(' ', m.dscg_maindiag_code, m.dscg_maindiag_name)",
     0},
    {{"fee_ocur_time", "费用日期", AS_TEXT, 0}, "left(t.fee_ocur_time, 10)", 0},
    {{"insutype", "险种类型", AS_TEXT, 0}, "m.insutype", 0},
    {{"cnt", "数量", AS_TEXT, 0}, "t.cnt", 0},
    {{"pric", "单价", AS_TEXT, 0}, "t.pric", 0},
    {{"sumamt", "金额", AS_TEXT, 0}, "coalesce(t.det_item_fee_sumamt, z.medfee_sumamt)", 0},
    {{"fund_pay", "统筹支付", AS_FEN, 0}, NULL, 0},
    {{"spec", "规格", AS_TEXT, 0}, "t.spec", 0},
    {{"dosform", "剂型", AS_TEXT, 0}, "t.dosform_name", 0},
    {{"medinslv", "机构等级", AS_TEXT, 0}, "m.hosp_lv", 0},
};
#define COLUMNS (int)(sizeof sheet / sizeof *sheet)

/* National codes as hospitals read them; what is not here stays a code. Longer codes are children of two digits. */
static const struct {
    const char *column, *code, *title;
} titles[] = {
    {"pay_loc", "1", "中心"},           {"pay_loc", "2", "医疗机构"},
    {"pay_loc", "3", "省内异地"},       {"pay_loc", "4", "省外异地"},
    {"insutype", "310", "职工基本"},    {"insutype", "390", "城乡居民"},
    {"insutype", "391", "城镇居民"},    {"insutype", "510", "生育"},
    {"med_type", "11", "普通门诊"},     {"med_type", "12", "门诊挂号"},
    {"med_type", "13", "急诊"},         {"med_type", "14", "门诊慢特病"},
    {"med_type", "19", "意外伤害门诊"}, {"med_type", "21", "普通住院"},
    {"med_type", "22", "外伤住院"},     {"med_type", "23", "转外诊治住院"},
    {"med_type", "24", "急诊转住院"},   {"med_type", "25", "异地住院"},
    {"med_type", "26", "单病种住院"},   {"med_type", "27", "自主就医"},
    {"med_type", "28", "日间手术"},     {"med_type", "41", "定点药店购药"},
    {"med_type", "51", "生育门诊"},     {"med_type", "52", "生育住院"},
    {"med_type", "71", "家庭病床"},     {"medinslv", "01", "三级特等"},
    {"medinslv", "02", "三级甲等"},     {"medinslv", "03", "三级乙等"},
    {"medinslv", "04", "三级丙等"},     {"medinslv", "05", "二级甲等"},
    {"medinslv", "06", "二级乙等"},     {"medinslv", "07", "二级丙等"},
    {"medinslv", "08", "一级甲等"},     {"medinslv", "09", "一级乙等"},
    {"medinslv", "10", "一级丙等"},     {"medinslv", "11", "未定级"},
};

static struct span title_of(const char *column, struct span code)
{
    for (size_t i = 0; i < sizeof titles / sizeof *titles; i++)
        if (strcmp(titles[i].column, column) == 0 &&
            (span_is(code, titles[i].code) ||
             (strcmp(column, "med_type") == 0 && span_starts(code, titles[i].code))))
            return span_of(titles[i].title);
    return code;
}

struct job {
    const struct args *args;
    struct store *store;
    struct span inst;
    struct buf inst_name;
    struct rule_names rules;
    struct clues clues;
    uint32_t *atoms; /* claimed at the institution, in the order of the sheet */
    size_t n_atoms, cap_atoms;
    fen_t fund, amount;
};

/* --- which lines --------------------------------------------------------------------------------- */

static int choose(struct job *j, struct err *e)
{
    const struct ledger *l = &j->clues.ledger;

    for (uint32_t i = 0; i < l->atoms.n; i++) {
        const struct claim *c = &l->claims[i];

        if (c->finding == NAME_NONE || !span_eq(j->clues.findings.at[c->finding].inst, j->inst))
            continue;
        if (mem_grow(&j->atoms, &j->cap_atoms, j->n_atoms + 1, sizeof *j->atoms))
            return err_nomem(e);
        j->atoms[j->n_atoms++] = i;
        j->fund += c->fund;
        j->amount += c->amount;
    }
    return 0;
}

#define ROWS_PER_STATEMENT 1000

static int send_atoms(struct job *j, size_t from, size_t to, struct err *e)
{
    struct buf sql = BUF_INIT;
    int rc;

    buf_str(&sql, "insert into sheet values ");
    for (size_t i = from; i < to; i++) {
        struct span atom = j->clues.ledger.atoms.at[j->atoms[i]], rest = atom,
                    kind = span_cut(&rest, ':');
        const struct finding *f = &j->clues.findings
                                       .at[j->clues.ledger.claims[j->atoms[i]].finding];
        bool line = span_is(kind, "line"), visit = span_is(kind, "mdtrt"),
             setl = span_is(kind, "setl");

        buf_fmt(&sql, "%s(%zu,", i > from ? "," : "", i);
        buf_sql(&sql, line ? rest : SPAN(""));
        buf_char(&sql, ',');
        buf_sql(&sql, setl ? rest : SPAN(""));
        buf_char(&sql, ',');
        buf_sql(&sql, visit ? rest : f->visit);
        buf_char(&sql, ',');
        buf_sql(&sql, f->rule);
        buf_char(&sql, ')');
    }
    rc = sql.failed ? err_nomem(e) : db_run(j->store->con, buf_cstr(&sql), e);
    buf_release(&sql);
    return rc;
}

static int prepare(struct job *j, struct err *e)
{
    int rc = db_run(
        j->store->con,
        "create or replace temp table sheet(i bigint, bkkp_sn varchar, setl_id varchar, mdtrt_id varchar,"
        " rule_id varchar)",
        e);

    for (size_t i = 0; i < j->n_atoms && !rc; i += ROWS_PER_STATEMENT)
        rc = send_atoms(
            j, i, i + ROWS_PER_STATEMENT < j->n_atoms ? i + ROWS_PER_STATEMENT : j->n_atoms, e);
    return rc;
}

static int open_rows(struct job *j, struct db_rows *rows, struct err *e)
{
    struct buf sql = BUF_INIT;
    int rc;

    buf_str(&sql, "select s.i");
    for (int k = 0; k < COLUMNS; k++)
        if (sheet[k].sql)
            buf_fmt(&sql, ", %s", sheet[k].sql);
    buf_str(
        &sql,
        " from sheet s left join (select * from line_text where bkkp_sn in (select bkkp_sn from sheet)) t"
        " on t.bkkp_sn = s.bkkp_sn"
        " left join t_setl_d z on z.setl_id = coalesce(nullif(s.setl_id, ''), t.setl_id)"
        " left join t_mdtrt_d m on m.mdtrt_id = coalesce(t.mdtrt_id, z.mdtrt_id, nullif(s.mdtrt_id, ''))"
        " qualify row_number() over (partition by s.i order by t.no desc) = 1"
        " order by s.rule_id, m.mdtrt_id, t.fee_ocur_time, t.bkkp_sn, s.i");
    rc = sql.failed ? err_nomem(e) : db_open(j->store->con, buf_cstr(&sql), rows, e);
    buf_release(&sql);
    return rc;
}

/* --- the rows ------------------------------------------------------------------------------------ */

static void put_text(struct output *o, struct span s, const struct sheet_column *column,
                     bool unmask)
{
    struct buf b = BUF_INIT;
    char mask = column->mask;

    s = title_of(column->column.name, s);
    if (mask && !unmask) {
        if (mask == 'n')
            mask_name(&b, s);
        else
            mask_certno(&b, s);
        s = (struct span){buf_cstr(&b), b.n};
    }
    if (s.n)
        out_text(o, s);
    else
        out_none(o);
    buf_release(&b);
}

static void put_own(struct job *j, struct output *o, const char *name, int64_t no, uint32_t atom)
{
    const struct ledger *l = &j->clues.ledger;
    const struct claim *c = &l->claims[atom];
    const struct finding *f = &j->clues.findings.at[c->finding];

    if (strcmp(name, "no") == 0) {
        out_int(o, no);
    } else if (strcmp(name, "finding_id") == 0) {
        out_text(o, f->id);
    } else if (strcmp(name, "appl_ddln") == 0) {
        out_cstr(o, args_text(j->args, "deadline"));
    } else if (strcmp(name, "supn_suspt_stas") == 0) {
        out_cstr(o, "待反馈");
    } else if (strcmp(name, "medins_id") == 0) {
        out_text(o, j->inst);
    } else if (strcmp(name, "medins_name") == 0) {
        out_text(o, (struct span){buf_cstr(&j->inst_name), j->inst_name.n});
    } else if (strcmp(name, "rule_name") == 0) {
        struct span title = rule_name(&j->rules, f->rule);

        out_text(o, title.n ? title : f->rule);
    } else if (strcmp(name, "rule_sev_deg") == 0) {
        out_cstr(o, finding_class_name[f->cls]);
    } else if (strcmp(name, "chk_vola_amt") == 0) {
        out_fen(o, c->amount);
    } else if (strcmp(name, "vola_amt") == 0) {
        out_fen(o, c->fund);
    } else if (strcmp(name, "vola_cont") == 0) {
        out_text(o, f->message);
    } else if (strcmp(name, "fund_pay") == 0) {
        out_fen(o, l->most[atom] >= 0 ? l->most[atom] : c->fund);
    } else {
        out_none(o);
    }
}

static void total_row(struct job *j, struct output *o)
{
    for (int k = 0; k < COLUMNS; k++) {
        const char *name = sheet[k].column.name;

        if (strcmp(name, "finding_id") == 0)
            out_cstr(o, "合计");
        else if (strcmp(name, "chk_vola_amt") == 0)
            out_fen(o, j->amount);
        else if (strcmp(name, "vola_amt") == 0)
            out_fen(o, j->fund);
        else
            out_none(o);
    }
    out_row(o);
}

static int write_rows(struct job *j, struct output *o, struct err *e)
{
    bool unmask = args_has(j->args, "unmask");
    struct db_rows rows;
    int64_t no = 0;
    int rc = open_rows(j, &rows, e);

    if (rc)
        return rc;
    while (db_next(&rows)) {
        uint32_t atom = j->atoms[db_i64(&rows, 0)];
        idx_t col = 1;

        no++;
        for (int k = 0; k < COLUMNS; k++) {
            if (!sheet[k].sql) {
                put_own(j, o, sheet[k].column.name, no, atom);
                continue;
            }
            put_text(o, db_null(&rows, col) ? (struct span){"", 0} : db_text(&rows, col), &sheet[k],
                     unmask);
            col++;
        }
        out_row(o);
    }
    db_close(&rows);
    if (no != (int64_t)j->n_atoms)
        return err_set(e, ERR_DB, "清单应有 %zu 行，写了 %lld 行", j->n_atoms, (long long)no);
    total_row(j, o);
    return 0;
}

static bool ends_with(const char *s, const char *tail)
{
    size_t n = strlen(s), t = strlen(tail);

    return n > t && strcasecmp(s + n - t, tail) == 0;
}

static int write_sheet(struct job *j, struct err *e)
{
    const char *path = args_text(j->args, "out"), *format = args_text(j->args, "format");
    struct shown_column columns[COLUMNS];
    struct output *o;
    int rc;

    for (int k = 0; k < COLUMNS; k++)
        columns[k] = sheet[k].column;
    if (path && !format && ends_with(path, ".csv")) /* for Excel */
        rc = out_to(&o, OUT_CSV, path, true, NULL, columns, COLUMNS, e);
    else
        rc = out_open(&o, j->args, columns, COLUMNS, e);
    if (rc)
        return rc;
    rc = write_rows(j, o, e);
    if (rc) {
        out_abandon(o);
        return rc;
    }
    return out_close(o, e);
}

static void say(const struct job *j, const char *path)
{
    struct buf b = BUF_INIT;

    buf_fmt(&b, "%s：", path ? path : "疑点清单");
    buf_thousands(&b, (int64_t)j->n_atoms);
    buf_str(&b, " 行，费用 ");
    buf_yuan(&b, j->amount);
    buf_str(&b, "，其中基金 ");
    buf_yuan(&b, j->fund);
    buf_str(&b, args_has(j->args, "unmask") ? "。含姓名和证件号，注意保管。"
                                            : "。姓名和证件号已遮盖。");
    note("%s", buf_cstr(&b));
    buf_release(&b);
}

static int known(struct job *j, struct err *e)
{
    for (size_t i = 0; i < j->clues.findings.n; i++)
        if (span_eq(j->clues.findings.at[i].inst, j->inst))
            return 0;
    err_set(e, ERR_STATE, "机构 %.*s 没有疑点", (int)j->inst.n, j->inst.p);
    err_hint(e, "huji rank --by institution 列出有疑点的机构");
    return ERR_STATE;
}

static int run(const struct args *a, struct err *e)
{
    struct job j = {.args = a, .inst = span_of(args_text(a, "institution"))};
    int rc;

    if (!j.inst.n)
        return err_set(e, ERR_USAGE, "缺少 --institution 机构编号");
    rc = store_for(a, STORE_READ, &j.store, e);
    if (!rc)
        rc = clues_load(&j.clues, j.store, NULL, e);
    if (!rc)
        rc = clues_claim(&j.clues, NULL, e);
    if (!rc)
        rc = known(&j, e);
    if (!rc)
        rc = rule_names_load(&j.rules, a, e);
    if (!rc)
        rc = clue_name(j.store, "inst", j.inst, &j.inst_name, e);
    if (!rc)
        rc = choose(&j, e);
    if (!rc)
        rc = prepare(&j, e);
    if (!rc)
        rc = write_sheet(&j, e);
    if (!rc)
        say(&j, args_text(a, "out"));
    mem_free(j.atoms);
    buf_release(&j.inst_name);
    rule_names_release(&j.rules);
    clues_release(&j.clues);
    store_close(j.store);
    return rc;
}

static const struct option options[] = {
    OPT_DATA,
    {"institution", 'i', ARG_TEXT, "CODE", NULL, false, "定点医药机构编号"},
    {"deadline", 0, ARG_DAY, "DATE", NULL, false, "申诉截止日期"},
    {"unmask", 0, ARG_FLAG, NULL, NULL, false, "不遮盖姓名和证件号"},
    OPT_RULES,
    OPT_FORMAT,
    OPT_OUT,
    OPT_END,
};
static const struct example examples[] = {
    {"sheet --data 我的县 --institution H42050000001 --out 疑点清单.xlsx", "给一家机构的疑点清单"},
    EXAMPLE_END,
};
const struct command cmd_sheet = {
    .name = "sheet",
    .title = "给一家机构的疑点清单（国家平台的列）",
    .operands = "",
    .text =
        "每行是一条费用明细，只列最有力的一条疑点；合计与 huji rank --by institution 的涉及金额、涉及基金相同。\n"
        "初审违规金额是涉及的费用，违规金额是其中应退回的基金，统筹支付是该行费用里基金付的全部。",
    .options = options,
    .examples = examples,
    .run = run,
};
