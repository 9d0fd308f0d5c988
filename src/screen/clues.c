/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "screen/clues.h"

#include "base/mem.h"
#include "claims/store.h"
#include "run/verdicts.h"

/* --- findings ------------------------------------------------------------------------------------ */

enum {
    Q_ID,
    Q_RULE,
    Q_VERSION,
    Q_OWNER_TYPE,
    Q_OWNER,
    Q_ANCHOR,
    Q_PERSON,
    Q_VISIT,
    Q_INST,
    Q_DAY,
    Q_VALUE,
    Q_THRESHOLD,
    Q_AMOUNT,
    Q_FUND,
    Q_CLASS,
    Q_PHASE,
    Q_HIT,
    Q_MARKED,
    Q_MESSAGE,
    Q_HASH,
    Q_DOCTOR,
    Q_EVIDENCE,
    Q_KIND,
    Q_VERDICT
};

static const char select_findings[] =
    "select f.finding_id, f.rule_id, f.rule_version, f.owner_type, f.owner_id, f.anchor, f.psn_no, f.mdtrt_id,"
    " f.fixmedins_code, datediff('day', date '1970-01-01', f.event_date),"
    " cast(f.value * 1000000 as bigint), cast(f.threshold * 1000000 as bigint), f.amount_fen, f.fund_fen, f.class,"
    " f.phase, f.hit, f.marked, f.message, f.content_hash,"
    " case when contains(f.owner_type, 'dr_code') or contains(f.owner_type, 'doctor') then split_part(f.owner_id, '|', 1)"
    " else dr.code end, f.evidence, case when i.fixmedins_code is not null then " INST_KIND_SQL(
        "i") " end, %s"
             " from finding f left join d_visit dv on dv.code = f.mdtrt_id left join s_visit v on v.mdtrt_id = dv.id"
             " left join d_doctor dr on dr.id = v.chfpdr_code left join d_inst di on di.code = f.fixmedins_code"
             " left join s_inst i on i.fixmedins_code = di.id %s"
             " where %s order by f.rule_id, f.owner_id, f.anchor";

static int64_t value_at(const struct db_rows *rows, idx_t col)
{
    return db_null(rows, col) ? VALUE_NONE : db_i64(rows, col);
}

static struct span text_at(const struct db_rows *rows, idx_t col)
{
    return db_null(rows, col) ? (struct span){"", 0} : db_text(rows, col);
}

static int finding_row(struct finding_set *fs, const struct db_rows *rows, struct err *e)
{
    struct finding f = {
        .id = text_at(rows, Q_ID),
        .rule = text_at(rows, Q_RULE),
        .rule_version = (int)db_i64(rows, Q_VERSION),
        .owner_type = text_at(rows, Q_OWNER_TYPE),
        .owner = text_at(rows, Q_OWNER),
        .anchor = text_at(rows, Q_ANCHOR),
        .person = text_at(rows, Q_PERSON),
        .visit = text_at(rows, Q_VISIT),
        .inst = text_at(rows, Q_INST),
        .day = db_null(rows, Q_DAY) ? DAY_NONE : (day_t)db_i64(rows, Q_DAY),
        .value = value_at(rows, Q_VALUE),
        .threshold = value_at(rows, Q_THRESHOLD),
        .amount = db_null(rows, Q_AMOUNT) ? 0 : db_i64(rows, Q_AMOUNT),
        .fund = db_null(rows, Q_FUND) ? 0 : db_i64(rows, Q_FUND),
        .phase = text_at(rows, Q_PHASE),
        .hit = db_i64(rows, Q_HIT) != 0,
        .marked = !db_null(rows, Q_MARKED) && db_i64(rows, Q_MARKED) != 0,
        .message = text_at(rows, Q_MESSAGE),
        .content_hash = text_at(rows, Q_HASH),
        .doctor = text_at(rows, Q_DOCTOR),
        .kind = text_at(rows, Q_KIND),
    };

    verdict_parse(text_at(rows, Q_VERDICT), &f.verdict);
    if (!finding_class_parse(text_at(rows, Q_CLASS), &f.cls))
        return err_set(e, ERR_DB, "疑点 %.*s 的等级不认识", (int)f.id.n, f.id.p);
    return finding_set_add(fs, &f, text_at(rows, Q_EVIDENCE), e);
}

int finding_set_load(struct finding_set *fs, struct store *s, const char *where, struct err *e)
{
    struct buf sql = BUF_INIT;
    struct db_rows rows;
    int rc;

    if (!store_has(s, "finding")) {
        err_set(e, ERR_STATE, "还没有筛查过");
        err_hint(e, "先运行 huji screen --data %s", s->dir);
        return ERR_STATE;
    }
    buf_fmt(&sql, select_findings, verdicts_any(s) ? "w.verdict" : "null",
            verdicts_any(s) ? "left join verdict_now w on w.finding_id = f.finding_id" : "",
            where ? where : "f.hit");
    rc = sql.failed ? err_nomem(e) : db_open(s->con, buf_cstr(&sql), &rows, e);
    buf_release(&sql);
    if (rc)
        return rc;
    while (!rc && db_next(&rows))
        rc = finding_row(fs, &rows, e);
    db_close(&rows);
    return rc;
}

/* --- the lines of stays -------------------------------------------------------------------------- */

#define IDS_PER_STATEMENT 2000

struct wanted {
    struct store *s;
    struct buf visits, settlements; /* "('id'),('id')" */
    int n_visits, n_settlements;
};

static int wanted_flush(struct wanted *w, struct buf *ids, int *n, const char *table, struct err *e)
{
    struct buf sql = BUF_INIT;
    int rc;

    if (*n == 0)
        return 0;
    buf_fmt(&sql, "insert into %s values ", table);
    buf_span(&sql, (struct span){ids->p, ids->n});
    rc = sql.failed || ids->failed ? err_nomem(e) : db_run(w->s->con, buf_cstr(&sql), e);
    buf_release(&sql);
    buf_clear(ids);
    *n = 0;
    return rc;
}

static int wanted_add(void *ctx, struct span whole, struct err *e)
{
    struct wanted *w = ctx;
    bool visit = span_starts(whole, "mdtrt:");
    struct buf *ids = visit ? &w->visits : &w->settlements;
    int *n = visit ? &w->n_visits : &w->n_settlements;

    if ((*n)++)
        buf_char(ids, ',');
    buf_char(ids, '(');
    span_cut(&whole, ':');
    buf_sql(ids, whole);
    buf_char(ids, ')');
    return *n < IDS_PER_STATEMENT
               ? 0
               : wanted_flush(w, ids, n, visit ? "wanted_visit" : "wanted_setl", e);
}

/* Lines in the order: whole, settlement, then as netting pools them. */
static const char select_lines[] =
    "select w.whole, coalesce(l.setl_id, -1), coalesce(z.fund_pay_sumamt, v.fund_pay_sumamt, 0),"
    " coalesce(l.det_item_fee_sumamt, 0), coalesce(l.inscp_amt, 0), coalesce(l.cnt, 0),"
    " hash(l.hilist_code, l.pric) // 2, t.bkkp_sn"
    " from (select 'mdtrt:' || w.id whole, d.id visit, null::integer setl from wanted_visit w join d_visit d on d.code = w.id"
    " union all select 'setl:' || w.id, s.mdtrt_id, d.id from wanted_setl w join d_setl d on d.code = w.id"
    " join s_settlement s on s.setl_id = d.id) w"
    " join s_line l on l.mdtrt_id = w.visit and (w.setl is null or l.setl_id = w.setl) and l.void = 0"
    " join line_text t on t.no = l.no left join s_visit v on v.mdtrt_id = w.visit"
    " left join s_settlement z on z.setl_id = l.setl_id"
    " order by w.whole, l.setl_id, l.fee_ocur_time, t.bkkp_sn";

struct fee_line {
    int64_t setl, fund_total, amount, inscp, cnt, pool;
    size_t id, id_n; /* in stay.ids */
};

/* The lines of one whole while they come in. */
struct stay {
    struct buf whole, ids;
    struct fee_line *lines;
    size_t n, cap;
};

/* Negative lines take from the last positive ones of their pool (definitions.md part 3, N3). */
static void net(struct stay *y)
{
    for (size_t i = 0; i < y->n; i++) {
        int64_t left = -y->lines[i].cnt;

        for (size_t k = y->n; left > 0 && k-- > 0;) {
            struct fee_line *p = &y->lines[k];
            int64_t take = p->cnt < left ? p->cnt : left;

            if (p->cnt <= 0 || p->pool != y->lines[i].pool)
                continue;
            p->amount = prorate(p->amount > 0 ? p->amount : 0, p->cnt - take, p->cnt);
            p->inscp = prorate(p->inscp > 0 ? p->inscp : 0, p->cnt - take, p->cnt);
            p->cnt -= take;
            left -= take;
        }
    }
}

/* Shares out each settlement's fund over its lines, then hands them to the ledger. */
static int stay_flush(struct stay *y, struct ledger *l, struct err *e)
{
    int64_t *weight = mem_alloc(y->n * 2 * sizeof *weight), *share;
    int rc = 0;

    if (!weight)
        return err_nomem(e);
    share = weight + y->n;
    net(y);
    for (size_t i = 0; i < y->n; i++)
        weight[i] = y->lines[i].cnt > 0 && y->lines[i].inscp > 0 ? y->lines[i].inscp : 0;
    for (size_t i = 0, end; i < y->n && !rc; i = end) {
        int64_t sum = 0;

        for (end = i; end < y->n && y->lines[end].setl == y->lines[i].setl; end++)
            sum += weight[end];
        if (share_out(sum ? y->lines[i].fund_total : 0, weight + i, share + i, end - i))
            rc = err_nomem(e);
    }
    for (size_t i = 0; i < y->n && !rc; i++)
        if (y->lines[i].cnt > 0)
            rc = ledger_part(l, (struct span){y->whole.p, y->whole.n},
                             (struct span){y->ids.p + y->lines[i].id, y->lines[i].id_n},
                             y->lines[i].amount, share[i], e);
    mem_free(weight);
    buf_clear(&y->ids);
    y->n = 0;
    return rc;
}

static int stay_row(struct stay *y, const struct db_rows *rows, struct err *e)
{
    struct fee_line *f;

    if (mem_grow(&y->lines, &y->cap, y->n + 1, sizeof *y->lines))
        return err_nomem(e);
    f = &y->lines[y->n++];
    *f = (struct fee_line){db_i64(rows, 1), db_i64(rows, 2), db_i64(rows, 3), db_i64(rows, 4),
                           db_i64(rows, 5), db_i64(rows, 6), y->ids.n,        0};
    buf_str(&y->ids, "line:");
    buf_span(&y->ids, text_at(rows, 7));
    f->id_n = y->ids.n - f->id;
    return y->ids.failed ? err_nomem(e) : 0;
}

static int load_lines(struct ledger *l, struct store *s, struct err *e)
{
    struct stay y = {0};
    struct db_rows rows;
    int rc = db_open(s->con, select_lines, &rows, e);

    if (rc)
        return rc;
    while (!rc && db_next(&rows)) {
        struct span whole = text_at(&rows, 0);

        if (y.n && !span_eq(whole, (struct span){y.whole.p, y.whole.n}))
            rc = stay_flush(&y, l, e);
        if (!y.n) {
            buf_clear(&y.whole);
            buf_span(&y.whole, whole);
        }
        if (!rc)
            rc = stay_row(&y, &rows, e);
    }
    if (!rc && y.n)
        rc = stay_flush(&y, l, e);
    db_close(&rows);
    buf_release(&y.whole);
    buf_release(&y.ids);
    mem_free(y.lines);
    return rc;
}

static int load_parts(struct ledger *l, const struct finding_set *fs, struct store *s,
                      struct err *e)
{
    struct wanted w = {.s = s};
    int rc = db_run(s->con,
                    "create or replace temp table wanted_visit(id varchar);"
                    "create or replace temp table wanted_setl(id varchar)",
                    e);

    if (!rc)
        rc = ledger_wholes(fs, wanted_add, &w, e);
    if (!rc)
        rc = wanted_flush(&w, &w.visits, &w.n_visits, "wanted_visit", e);
    if (!rc)
        rc = wanted_flush(&w, &w.settlements, &w.n_settlements, "wanted_setl", e);
    buf_release(&w.visits);
    buf_release(&w.settlements);
    return rc ? rc : load_lines(l, s, e);
}

/* --- verdicts ------------------------------------------------------------------------------------ */

/* A verdict on a finding that is gone says nothing of a class. */
static int load_classes(struct confidence *c, struct store *s, struct err *e)
{
    struct db_rows rows;
    int rc;

    if (!store_has(s, "finding"))
        return 0;
    rc = db_open(s->con,
                 "select f.class, count(*) filter (w.verdict = '查实'), count(*) filter"
                 " (w.verdict = '误报') from verdict_now w join finding f"
                 " on f.finding_id = w.finding_id and f.hit group by 1 order by 1",
                 &rows, e);

    if (rc)
        return rc;
    while (db_next(&rows))
        for (int k = 0; k < CLASS_COUNT; k++)
            if (span_is(text_at(&rows, 0), finding_class_name[k]))
                confidence_class_verdict(c, (enum finding_class)k, db_i64(&rows, 1),
                                         db_i64(&rows, 2));
    db_close(&rows);
    return 0;
}

int confidence_load(struct confidence *c, struct store *s, struct err *e)
{
    struct db_rows rows;
    int rc;

    if (!verdicts_any(s))
        return 0;
    rc = db_open(s->con,
                 "select w.rule_id, case when i.fixmedins_code is not null then " INST_KIND_SQL(
                     "i") " end kind, count(*) filter (w.verdict = '查实'),"
                          " count(*) filter (w.verdict = '误报')"
                          " from verdict_now w left join d_inst d on d.code = w.fixmedins_code"
                          " left join s_inst i on i.fixmedins_code = d.id"
                          " group by 1, 2 order by 1, 2 nulls first",
                 &rows, e);
    if (rc)
        return rc;
    while (!rc && db_next(&rows))
        rc = confidence_verdict(c, text_at(&rows, 0), text_at(&rows, 1), db_i64(&rows, 2),
                                db_i64(&rows, 3), e);
    db_close(&rows);
    return rc ? rc : load_classes(c, s, e);
}

/* ------------------------------------------------------------------------------------------------- */

int clues_load(struct clues *c, struct store *s, const char *where, struct err *e)
{
    int rc;

    *c = (struct clues){0};
    rc = finding_set_load(&c->findings, s, where, e);
    if (!rc)
        rc = confidence_load(&c->confidence, s, e);
    return rc ? rc : load_parts(&c->ledger, &c->findings, s, e);
}

int clues_read_csv(struct clues *c, const char *path, struct err *e)
{
    *c = (struct clues){0};
    return finding_set_read_csv(&c->findings, path, e);
}

int clues_claim(struct clues *c, const char *verdicts, struct err *e)
{
    int rc = verdicts ? confidence_read_csv(&c->confidence, verdicts, e) : 0;
    int64_t *chances;

    if (rc)
        return rc;
    c->strengths = finding_set_strengths(&c->findings, &c->confidence);
    chances = finding_set_chances(&c->findings, &c->confidence);
    rc = c->strengths && chances ? ledger_claim(&c->ledger, &c->findings, chances, e)
                                 : err_nomem(e);
    mem_free(chances);
    return rc;
}

void clues_release(struct clues *c)
{
    finding_set_release(&c->findings);
    ledger_release(&c->ledger);
    confidence_release(&c->confidence);
    gangs_release(&c->gangs);
    funnel_release(&c->funnel);
    mem_free(c->strengths);
    c->strengths = NULL;
}

int clue_name(struct store *s, const char *domain, struct span code, struct buf *out, struct err *e)
{
    struct buf sql = BUF_INIT;
    struct db_rows rows;
    int rc;

    buf_fmt(&sql, "select name from d_%s where name is not null and code = ", domain);
    buf_sql(&sql, code);
    rc = sql.failed ? err_nomem(e) : db_open(s->con, buf_cstr(&sql), &rows, e);
    buf_release(&sql);
    if (rc)
        return rc;
    if (db_next(&rows))
        buf_span(out, db_text(&rows, 0));
    db_close(&rows);
    return 0;
}

int turnover_load(struct store *s, struct names *insts, int64_t **fen, struct err *e)
{
    struct db_rows rows;
    size_t cap = 0;
    int rc = db_open(
        s->con,
        "select d.code, sum(x.fund_pay_sumamt)::bigint from s_settlement x join d_inst d on d.id ="
        " x.fixmedins_code where x.void = 0 and x.fund_pay_sumamt is not null group by d.code",
        &rows, e);

    if (rc)
        return rc;
    while (!rc && db_next(&rows)) {
        uint32_t id = names_put(insts, db_text(&rows, 0));

        if (id == NAME_NONE || mem_grow(fen, &cap, insts->n, sizeof **fen))
            rc = err_nomem(e);
        else
            (*fen)[id] = db_i64(&rows, 1);
    }
    db_close(&rows);
    return rc;
}
