/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "screen/evidence.h"

#include <string.h>

#include "claims/store.h"
#include "screen/mask.h"

/* id, when, what, file, row; %s stands for the ids wanted, "'a','b'". */
#define FROM_FILE " left join file f on f.id = x.file_id"
#define TIME_OF(c) "strftime(make_timestamp(" c " * 1000000), '%%Y-%%m-%%d %%H:%%M')"
#define DAY_OF(c) "strftime(date '1970-01-01' + " c ", '%%Y-%%m-%%d')"
#define NARROW(table, id, time, what)                                    \
    "select d.code, " TIME_OF(                                           \
        "x." time) ", " what ", null::varchar, null::bigint from " table \
                   " x join d_text d on d.id = x." id                    \
                   " left join d_item i on i.id = x.hilist_code where d.code in (%s)"

static const struct {
    const char *prefix, *sql;
} sources[] = {
    {"line:",
     "select x.bkkp_sn, left(x.fee_ocur_time, 16), concat_ws(' ', coalesce(x.hilist_name, i.name,"
     " x.medins_list_name), coalesce(x.hilist_code, x.med_list_codg), concat(x.cnt, ' × ', x.pric, ' 元')),"
     " f.path, x.row_no from line_text x left join d_item i on i.code = coalesce(x.hilist_code,"
     " x.med_list_codg)" FROM_FILE " where x.bkkp_sn in (%s)"},
    {"mdtrt:",
     "select x.mdtrt_id, concat(left(x.begntime, 10), ' 至 ', left(x.endtime, 10)), concat_ws(' ',"
     " coalesce(x.fixmedins_name, n.name, x.fixmedins_code), x.dscg_maindiag_code,"
     " coalesce(x.dscg_maindiag_name, dx.name)), f.path, x.row_no from t_mdtrt_d x"
     " left join d_inst n on n.code = x.fixmedins_code"
     " left join d_dx dx on dx.code = x.dscg_maindiag_code" FROM_FILE " where x.mdtrt_id in (%s)"},
    {"setl:",
     "select x.setl_id, left(x.setl_time, 16), concat_ws(' ', coalesce(n.name, x.fixmedins_code), '结算'),"
     " f.path, x.row_no from t_setl_d x left join d_inst n on n.code = x.fixmedins_code" FROM_FILE
     " where x.setl_id in (%s)"},
    {"oprn:",
     "select x.setl_list_oprn_id, left(x.oprn_oprt_begntime, 16), concat_ws(' ', x.oprn_oprt_code,"
     " x.oprn_oprt_name), f.path, x.row_no from t_setl_list_oprn_d x" FROM_FILE
     " where x.setl_list_oprn_id in (%s)"},
    {"reg:",
     "select x.trt_dcla_detl_sn, x.begndate, concat_ws(' ', x.opsp_dise_code, x.opsp_dise_name), f.path,"
     " x.row_no from t_opsp_reg_d x" FROM_FILE " where x.trt_dcla_detl_sn in (%s)"},
    {"check:",
     "select d.code, " TIME_OF(
         "x.check_time") ", concat('在院核查：', case c.code when 'away' then '不在'"
                         " when 'leave' then '请假' else '在院' end), null::varchar, null::bigint from s_check x"
                         " join d_text d on d.id = x.check_id left join d_code c on c.id = x.result where d.code in (%s)"},
    {"stock:", NARROW("s_stock", "stock_id", "stock_time",
                      "concat_ws(' ', '进销存', i.name, i.code, concat(x.cnt / 10000.0))")},
    {"sale:", NARROW("s_sale", "sale_id", "sale_time",
                     "concat_ws(' ', '销售', i.name, i.code, concat(x.cnt / 10000.0))")},
    {"trace:",
     NARROW("s_trace", "trace_id", "sale_time", "concat_ws(' ', '追溯码', i.name, i.code)")},
    {"enrol:",
     "select d.code, concat(" DAY_OF("x.begndate") ", coalesce(' 至 ' || " DAY_OF(
         "x.enddate") ", ' 起')), concat_ws(' ', '参保 险种', c.code, p.code), null::varchar, null::bigint from s_enrol x"
                      " join d_text d on d.id = x.psn_insu_rlts_id left join d_code c on c.id = x.insutype"
                      " left join d_place p on p.id = x.insu_admdvs where d.code in (%s)"},
    {"lab:",
     "select d.code, " TIME_OF(
         "x.lab_time") ", concat_ws(' ', '检验报告', t.code, l.code, n.name), null::varchar, null::bigint"
                       " from s_lab x join d_text d on d.id = x.report_no left join d_text t on"
                       " t.id = x.assay left join d_text l on l.id = x.lab_name left join d_inst n on"
                       " n.id = x.fixmedins_code where d.code in (%s)"},
    {"act:",
     "select d.code, " TIME_OF(
         "x.act_time") ", concat_ws(' ', '经办', case c.code when 'register' then '登记' when 'reimburse' then"
                       " '零星报销' when 'restore' then '恢复待遇' when 'enrol' then '参保' else c.code end,"
                       " n.name, concat('经办人 ', o.code), coalesce('复核人 ' || k.code, '无复核人')),"
                       " null::varchar, null::bigint from s_act x join d_text d on d.id = x.act_no left join"
                       " d_code c on c.id = x.act_type left join d_text o on o.id = x.opter_id left join d_text"
                       " k on k.id = x.check_opter_id left join d_inst n on n.id = x.fixmedins_code"
                       " where d.code in (%s)"},
    {"clr:",
     "select d.code, " DAY_OF(
         "x.dcla_date") ", concat_ws(' ', n.name, '申报', printf('%%.2f 元', x.dcla_amt / 100.0),"
                        " coalesce(" DAY_OF(
                            "x.pay_date") " || ' 拨付', '未拨付')), null::varchar, null::bigint from"
                                          " s_clearing x join d_text d on d.id = x.clr_no left join d_inst n on"
                                          " n.id = x.fixmedins_code where d.code in (%s)"},
};

static struct span keep(struct arena *a, const struct db_rows *rows, idx_t col)
{
    return db_null(rows, col) ? (struct span){"", 0} : arena_span(a, db_text(rows, col));
}

static struct span lineage(struct arena *a, const struct db_rows *rows)
{
    struct span path = db_null(rows, 3) ? (struct span){"", 0} : db_text(rows, 3), base = path;

    if (!path.n)
        return path;
    while (path.p)
        base = span_cut(&path, '/');
    return span_of(arena_fmt(a, "%.*s 第 %lld 行", (int)base.n, base.p,
                             db_null(rows, 4) ? 0LL : (long long)db_i64(rows, 4)));
}

static int fill(struct store *s, const char *prefix, const char *sql, struct explained_event *ev,
                size_t n, struct arena *a, struct err *e)
{
    struct buf ids = BUF_INIT, text = BUF_INIT;
    const char *hole = strstr(sql, "%s");
    struct db_rows rows;
    size_t skip = strlen(prefix);
    int rc = 0;

    for (size_t i = 0; i < n; i++) {
        if (!span_starts(ev[i].id, prefix))
            continue;
        if (ids.n)
            buf_char(&ids, ',');
        buf_sql(&ids, (struct span){ev[i].id.p + skip, ev[i].id.n - skip});
    }
    if (!ids.n)
        goto out;
    for (const char *p = sql; *p; p++) { /* %% is a per cent sign, %s the ids */
        if (p == hole) {
            buf_span(&text, (struct span){ids.p, ids.n});
            p++;
        } else {
            buf_char(&text, *p);
            p += *p == '%';
        }
    }
    rc = ids.failed || text.failed ? err_nomem(e) : db_open(s->con, buf_cstr(&text), &rows, e);
    if (rc)
        goto out;
    while (db_next(&rows)) {
        struct span id = db_text(&rows, 0);

        for (size_t i = 0; i < n; i++) {
            if (!span_starts(ev[i].id, prefix) ||
                !span_eq(id, (struct span){ev[i].id.p + skip, ev[i].id.n - skip}))
                continue;
            ev[i].when = keep(a, &rows, 1);
            ev[i].what = keep(a, &rows, 2);
            ev[i].lineage = lineage(a, &rows);
        }
    }
    db_close(&rows);
out:
    buf_release(&ids);
    buf_release(&text);
    return rc;
}

int evidence_explain(struct store *s, const struct finding *f, struct arena *a,
                     struct explained_event **out, struct err *e)
{
    struct explained_event *ev = arena_calloc(a, (f->n_evidence + 1) * sizeof *ev);
    int rc = 0;

    if (!ev)
        return err_nomem(e);
    for (uint32_t i = 0; i < f->n_evidence; i++) {
        const struct evidence *v = &f->evidence[i];

        ev[i] = (struct explained_event){
            .id = v->id, .role = v->role, .amount = v->amount, .fund = v->fund};
    }
    for (size_t k = 0; k < sizeof sources / sizeof *sources && !rc; k++)
        rc = fill(s, sources[k].prefix, sources[k].sql, ev, f->n_evidence, a, e);
    if (!rc)
        *out = ev;
    return rc;
}

/* Runs `sql` with `id` quoted at its end; true and rows at the first row. */
static int one(struct store *s, const char *sql, struct span id, struct db_rows *rows, bool *there,
               struct err *e)
{
    struct buf b = BUF_INIT;
    int rc;

    buf_str(&b, sql);
    buf_sql(&b, id);
    buf_str(&b, " limit 1");
    rc = b.failed ? err_nomem(e) : db_open(s->con, buf_cstr(&b), rows, e);
    buf_release(&b);
    if (!rc) {
        *there = db_next(rows);
        if (!*there)
            db_close(rows);
    }
    return rc;
}

int visit_explain(struct store *s, struct span mdtrt_id, struct buf *out, struct err *e)
{
    struct db_rows rows;
    bool there;
    int rc = one(
        s,
        "select case v.kind when 1 then '住院' when 2 then '门诊' else '就诊' end,"
        " strftime(date '1970-01-01' + v.begndate, '%Y-%m-%d'),"
        " strftime(date '1970-01-01' + v.enddate, '%Y-%m-%d'), concat_ws(' ', dx.code, dx.name)"
        " from s_visit v join d_visit d on d.id = v.mdtrt_id left join d_dx dx on dx.id = v.dx where d.code = ",
        mdtrt_id, &rows, &there, e);

    if (rc || !there)
        return rc;
    for (idx_t i = 0; i < 4; i++) {
        static const char *const before[] = {"", " ", " 至 ", "，主诊断 "};

        if (db_null(&rows, i) || !db_text(&rows, i).n)
            continue;
        buf_str(out, before[i]);
        buf_span(out, db_text(&rows, i));
    }
    db_close(&rows);
    return 0;
}

int person_explain(struct store *s, struct span psn_no, bool unmask, struct buf *out, struct err *e)
{
    struct db_rows rows;
    bool there;
    int rc = one(s, "select psn_name, certno from t_psn_info_b where psn_no = ", psn_no, &rows,
                 &there, e);

    if (rc || !there)
        return rc;
    for (idx_t i = 0; i < 2; i++) {
        struct span text = db_null(&rows, i) ? (struct span){"", 0} : db_text(&rows, i);

        if (!text.n)
            continue;
        if (out->n)
            buf_char(out, ' ');
        if (unmask)
            buf_span(out, text);
        else if (i == 0)
            mask_name(out, text);
        else
            mask_certno(out, text);
    }
    db_close(&rows);
    return 0;
}
