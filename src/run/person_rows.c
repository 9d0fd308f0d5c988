/* SPDX-License-Identifier: MulanPSL-2.0 */
/* The person's rows: what the store has, read person by person, and the message's behind them. */
#include <stdio.h>

#include "base/mem.h"
#include "claims/stream.h"
#include "run/person_priv.h"

int bench_ask_id(struct person_bench *b, enum domain d, struct span s, int64_t *out, struct err *e)
{
    struct db_rows rows = {0};
    duckdb_prepared_statement st = NULL;
    char sql[96];
    *out = -1;
    s = span_trim(s);
    if (!s.n)
        return 0;
    snprintf(sql, sizeof sql, "SELECT id FROM d_%s WHERE code = $1", huji_domain_name[d]);
    int rc = 0;
    if (duckdb_prepare(b->store->con, sql, &st) != DuckDBSuccess)
        rc = db_error(e, duckdb_prepare_error(st));
    if (rc == 0 && duckdb_bind_varchar_length(st, 1, s.p, s.n) != DuckDBSuccess)
        rc = db_error(e, "bind");
    if (rc == 0) {
        if (duckdb_execute_prepared(st, &rows.result) != DuckDBSuccess)
            rc = db_error(e, duckdb_result_error(&rows.result));
        else if (db_next(&rows))
            *out = db_i64(&rows, 0);
        db_close(&rows);
    }
    duckdb_destroy_prepare(&st);
    return rc;
}

/* The store may not grow under a bench: its arrays end with what was there when it was linked. */
static int within(const struct person_bench *b, enum domain d, int64_t id, struct err *e)
{
    return id < (int64_t)b->world.dict[d].n ? 0 : err_set(e, ERR_STATE, "数据刚刚更新过，请重发");
}

/* ---- rows of the message ---- */

struct row {
    int64_t v[HUJI_MAX_FIELDS];
};

static struct row row_empty(void)
{
    struct row r;
    for (int i = 0; i < HUJI_MAX_FIELDS; i++)
        r.v[i] = HUJI_NONE64;
    return r;
}

static void put(struct row *r, enum source_id s, const char *name, int64_t v)
{
    int f = source_field(s, span_of(name));
    if (f >= 0 && v != HUJI_NONE64)
        r->v[f] = v;
}

static void put_code(struct person_bench *b, struct row *r, enum source_id s, const char *name,
                     struct span text)
{
    int f = source_field(s, span_of(name));
    if (f >= 0 && text.n)
        put(r, s, name, bench_code(b, huji_sources[s].fields[f].domain, text));
}

static void put_day(struct row *r, enum source_id s, const char *name, sec_t t)
{
    put(r, s, name, t == SEC_NONE ? HUJI_NONE64 : sec_day(t));
}

/* Writes what the row says into row `at` of the columns; `over`: only that, the rest stays. */
static void write_row(const struct row *r, enum source_id s, void *const *col, size_t at, bool over)
{
    for (size_t f = 0; f < huji_sources[s].n_fields; f++) {
        if (!col[f] || (over && r->v[f] == HUJI_NONE64))
            continue;
        if (ftype_width(huji_sources[s].fields[f].type) == 8)
            ((int64_t *)col[f])[at] = r->v[f];
        else
            ((int32_t *)col[f])[at] = r->v[f] == HUJI_NONE64 ? HUJI_NONE32 : (int32_t)r->v[f];
    }
}

/* ---- resident tables ---- */

/* What is registered beforehand (rank 0) is known whatever day it bears; the visits of the message are known too. */
static void until_sql(struct buf *q, const struct person_bench *b, enum source_id s, sec_t until)
{
    const struct source *src = &huji_sources[s];
    if (until == SEC_NONE || !src->time_field || !src->rank)
        return;
    buf_fmt(q, " AND (%s < %lld", src->time_field, (long long)until);
    for (size_t i = 0; s == S_STAY && i < b->n_visit; i++)
        buf_fmt(q, " OR mdtrt_id = %d", b->visit[i]);
    buf_char(q, ')');
}

static void select_sql(struct buf *q, const struct person_bench *b, enum source_id s, sec_t until)
{
    const struct source *src = &huji_sources[s];
    bool some = false, ranked = source_field(s, SPAN("rank")) >= 0;
    buf_str(q, "SELECT ");
    for (size_t f = 0; f < src->n_fields; f++)
        if (b->needs.fields[s] >> f & 1) {
            buf_fmt(q, "%s%s", some ? ", " : "", src->fields[f].name);
            some = true;
        }
    buf_fmt(q, " FROM %s WHERE psn_no = %d", src->table, b->psn);
    until_sql(q, b, s, until);
    buf_fmt(q, " ORDER BY %s%s%s", src->time_field ? src->time_field : "",
            src->time_field ? " nulls last, " : "", ranked ? "rank" : src->id_field);
}

/* Room for `more` rows behind; columns as an array by field. */
static int spread(struct person_bench *b, enum source_id s, uint64_t fields, size_t more,
                  void **col, struct err *e)
{
    struct column_set *c = &b->rows[s];
    size_t k = 0;
    for (size_t f = 0; f < huji_sources[s].n_fields; f++) {
        col[f] = NULL;
        if (!(fields >> f & 1))
            continue;
        size_t w = (size_t)ftype_width(huji_sources[s].fields[f].type);
        void *p = mem_realloc(c->col[k].data, (c->n_rows + more + 1) * w);
        if (!p)
            return err_nomem(e);
        c->col[k++].data = col[f] = p;
    }
    return 0;
}

static int empty_set(struct column_set *c, uint64_t fields, struct err *e)
{
    *c = (struct column_set){.n_cols = (size_t)__builtin_popcountll(fields)};
    c->col = mem_calloc(c->n_cols + 1, sizeof *c->col);
    return c->col ? 0 : err_nomem(e);
}

/* The person's rows of a table, with room for `more`. */
static int read_table(struct person_bench *b, enum source_id s, bool stored, size_t more,
                      sec_t until, void **col, struct err *e)
{
    uint64_t fields = b->needs.fields[s];
    struct buf q = BUF_INIT;
    int rc = 0;
    if (!fields) {
        memset(col, 0, HUJI_MAX_FIELDS * sizeof *col);
        return 0;
    }
    if (stored) {
        select_sql(&q, b, s, until);
        rc = q.failed ? err_nomem(e) : frame_query(b->store, buf_cstr(&q), &b->rows[s], e);
        buf_release(&q);
    } else {
        rc = empty_set(&b->rows[s], fields, e);
    }
    return rc < 0 ? rc : spread(b, s, fields, more, col, e);
}

static void deliver_table(struct person_bench *b, enum source_id s, void *const *col, size_t n)
{
    struct huji_table *t = &b->frame.table[s];
    *t = (struct huji_table){.n = n};
    for (size_t f = 0; f < huji_sources[s].n_fields; f++)
        t->col[f] = col[f];
    if (b->run->first[s]) {
        b->run->first[s][b->psn] = 0;
        b->run->first[s][b->psn + 1] = (uint32_t)n;
    }
}

static bool is_stay(struct span med_type)
{
    static const char *const two[] = {"21", "22", "23", "24", "25", "26", "27", "52"};
    for (size_t i = 0; i < sizeof two / sizeof *two; i++)
        if (span_starts(med_type, two[i]))
            return true;
    return false;
}

static struct row visit_row(struct person_bench *b, const struct new_events *ev, size_t i)
{
    const struct new_visit *v = &ev->visit[i];
    struct row r = row_empty();
    put(&r, S_STAY, "mdtrt_id", b->visit[i]);
    put(&r, S_STAY, "psn_no", b->psn);
    put_code(b, &r, S_STAY, "fixmedins_code", v->fixmedins_code);
    put_code(b, &r, S_STAY, "med_type", v->med_type);
    put_code(b, &r, S_STAY, "dx", v->dx);
    put_code(b, &r, S_STAY, "chfpdr_code", v->chfpdr_code);
    put_code(b, &r, S_STAY, "adm_dept_codg", v->adm_dept_codg);
    put_code(b, &r, S_STAY, "dscg_dept_codg", v->dscg_dept_codg);
    put_code(b, &r, S_STAY, "insutype", v->insutype);
    put(&r, S_STAY, "begntime", v->begntime);
    put(&r, S_STAY, "endtime", v->endtime);
    put_day(&r, S_STAY, "begndate", v->begntime);
    put_day(&r, S_STAY, "enddate", v->endtime);
    put(&r, S_STAY, "medfee_sumamt", v->medfee_sumamt);
    put(&r, S_STAY, "inscp_amt", v->inscp_amt);
    put(&r, S_STAY, "fund_pay_sumamt", v->fund_pay_sumamt);
    put(&r, S_STAY, "acct_pay", v->acct_pay);
    put(&r, S_STAY, "maf_pay", v->maf_pay);
    put(&r, S_STAY, "kind", is_stay(v->med_type) ? 1 : 2);
    return r;
}

/* What only settlement tells of a visit, and what comes after it. */
static void forget_later(void *const *col, size_t at)
{
    static const char *const later[] = {"medfee_sumamt", "fund_pay_sumamt", "inscp_amt",
                                        "acct_pay",      "cash_payamt",     "maf_pay",
                                        "setl_cnt",      "first_setl_time", "next_adm"};
    for (size_t i = 0; i < sizeof later / sizeof *later; i++) {
        int f = source_field(S_STAY, span_of(later[i]));
        if (!col[f])
            continue;
        if (ftype_width(huji_sources[S_STAY].fields[f].type) == 8)
            ((int64_t *)col[f])[at] = HUJI_NONE64;
        else
            ((int32_t *)col[f])[at] = HUJI_NONE32;
    }
}

static int add_visits(struct person_bench *b, const struct new_events *ev, bool stored,
                      struct err *e)
{
    void *col[HUJI_MAX_FIELDS];
    int rc = read_table(b, S_STAY, stored, ev->n_visit, ev->until, col, e);
    if (rc < 0)
        return rc;
    size_t n = b->rows[S_STAY].n_rows;
    int32_t *id = col[source_field(S_STAY, SPAN("mdtrt_id"))];
    int32_t *row_of = b->run->row_of[D_VISIT];
    for (size_t i = 0; i < n; i++)
        if ((rc = within(b, D_VISIT, id[i], e)) < 0)
            return rc;
    for (size_t i = 0; i < n; i++) {
        row_of[id[i]] = (int32_t)i;
        if (ev->until != SEC_NONE) {
            int f = source_field(S_STAY, SPAN("next_adm"));
            if (col[f])
                ((int32_t *)col[f])[i] = HUJI_NONE32;
        }
    }
    for (size_t i = 0; i < ev->n_visit; i++) {
        struct row r = visit_row(b, ev, i);
        int32_t at = row_of[b->visit[i]];
        if (at >= 0 && ev->until != SEC_NONE)
            forget_later(col, (size_t)at);
        if (at >= 0) {
            write_row(&r, S_STAY, col, (size_t)at, true);
            continue;
        }
        put(&r, S_STAY, "rank", INT32_MAX - SPARE_VISITS + (int64_t)i);
        put(&r, S_STAY, "marks", 0);
        row_of[b->visit[i]] = (int32_t)n;
        write_row(&r, S_STAY, col, n++, false);
    }
    b->rows[S_STAY].n_rows = n;
    deliver_table(b, S_STAY, col, n);
    b->run->first[S_VISIT] = b->run->first[S_STAY];
    return 0;
}

static int add_person(struct person_bench *b, const struct new_events *ev, bool stored,
                      struct err *e)
{
    void *col[HUJI_MAX_FIELDS];
    int rc = read_table(b, S_PERSON, stored, 1, SEC_NONE, col, e);
    if (rc < 0 || !b->needs.fields[S_PERSON])
        return rc;
    if (!b->rows[S_PERSON].n_rows) {
        struct row r = row_empty();
        put(&r, S_PERSON, "psn_no", b->psn);
        put_code(b, &r, S_PERSON, "gend", ev->gend);
        put(&r, S_PERSON, "brdy", ev->brdy == DAY_NONE ? HUJI_NONE64 : ev->brdy);
        write_row(&r, S_PERSON, col, 0, false);
        b->rows[S_PERSON].n_rows = 1;
    }
    deliver_table(b, S_PERSON, col, b->rows[S_PERSON].n_rows);
    b->run->row_of[D_PERSON][b->psn] = 0;
    return 0;
}

static int add_oprns(struct person_bench *b, const struct new_events *ev, bool stored,
                     struct err *e)
{
    void *col[HUJI_MAX_FIELDS];
    int rc = read_table(b, S_OPERATION, stored, ev->n_oprn, ev->until, col, e);
    if (rc < 0 || !b->needs.fields[S_OPERATION])
        return rc;
    size_t n = b->rows[S_OPERATION].n_rows;
    int f = source_field(S_OPERATION, SPAN("mdtrt_id"));
    const int32_t *of = col[f];
    size_t had = n;
    for (size_t i = 0; i < ev->n_oprn; i++) {
        const struct new_oprn *o = &ev->oprn[i];
        bool there = false; /* the store has this visit's operations */
        for (size_t k = 0; k < had && !there; k++)
            there = of && of[k] == b->visit[o->visit];
        if (there)
            continue;
        struct row r = row_empty();
        put(&r, S_OPERATION, "mdtrt_id", b->visit[o->visit]);
        put(&r, S_OPERATION, "psn_no", b->psn);
        put_code(b, &r, S_OPERATION, "fixmedins_code", ev->visit[o->visit].fixmedins_code);
        put_code(b, &r, S_OPERATION, "oprn_oprt_code", o->oprn_code);
        put_code(b, &r, S_OPERATION, "oper_dr_code", o->oper_dr_code);
        put_code(b, &r, S_OPERATION, "anst_dr_code", o->anst_dr_code);
        put(&r, S_OPERATION, "oprn_oprt_begntime", o->t);
        put(&r, S_OPERATION, "rank", INT32_MAX - 4096 + (int64_t)i);
        write_row(&r, S_OPERATION, col, n++, false);
    }
    b->rows[S_OPERATION].n_rows = n;
    deliver_table(b, S_OPERATION, col, n);
    return 0;
}

static int add_settlements(struct person_bench *b, const struct new_events *ev, bool stored,
                           struct err *e)
{
    void *col[HUJI_MAX_FIELDS];
    int rc = read_table(b, S_SETTLEMENT, stored, 0, ev->until, col, e);
    if (rc < 0 || !b->needs.fields[S_SETTLEMENT])
        return rc;
    size_t n = b->rows[S_SETTLEMENT].n_rows;
    const int32_t *id = col[source_field(S_SETTLEMENT, SPAN("setl_id"))];
    for (size_t i = 0; id && i < n; i++)
        if ((rc = within(b, D_SETL, id[i], e)) < 0)
            return rc;
    for (size_t i = 0; id && i < n; i++)
        if (id[i] >= 0)
            b->run->row_of[D_SETL][id[i]] = (int32_t)i;
    deliver_table(b, S_SETTLEMENT, col, n);
    return 0;
}

/* ---- diagnoses ---- */

static int add_diagnosis(struct person_bench *b, int32_t visit, int64_t dx, struct err *e)
{
    if (mem_grow(&b->diag, &b->cap_diag, b->n_diag + 1, sizeof *b->diag) < 0)
        return err_nomem(e);
    if (dx == HUJI_NONE64)
        return 0;
    for (uint32_t k = b->diag_at[visit]; k < b->n_diag; k++)
        if (b->diag[k] == dx)
            return 0;
    b->diag[b->n_diag++] = (int32_t)dx;
    return 0;
}

static int add_diagnoses(struct person_bench *b, const struct new_events *ev, bool stored,
                         struct err *e)
{
    struct column_set c = {0};
    struct buf q = BUF_INIT;
    int rc = 0;
    size_t at = 0;
    const struct column_set *v = &b->rows[S_STAY];
    if (!b->needs.diag)
        return 0;
    const int32_t *id = b->frame.table[S_STAY].col[source_field(S_STAY, SPAN("mdtrt_id"))];
    /* visits in the order of their ids: one begins where the one before ends */
    int32_t *order = mem_alloc((v->n_rows + 1) * sizeof *order);
    if (!order)
        return err_nomem(e);
    for (size_t i = 0; i < v->n_rows; i++) {
        size_t k = i;
        for (; k > 0 && order[k - 1] > id[i]; k--)
            order[k] = order[k - 1];
        order[k] = id[i];
    }
    if (stored) {
        buf_fmt(
            &q,
            "SELECT mdtrt_id, dx FROM s_diag WHERE mdtrt_id IN (SELECT mdtrt_id FROM s_visit WHERE psn_no = %d) "
            "AND dx IS NOT NULL ORDER BY 1, 2",
            b->psn);
        rc = q.failed ? err_nomem(e) : frame_query(b->store, buf_cstr(&q), &c, e);
        buf_release(&q);
    }
    for (size_t i = 0; i < v->n_rows && rc == 0; i++) {
        int32_t visit = order[i];
        b->diag_at[visit] = b->diag_at[visit + 1] = (uint32_t)b->n_diag;
        while (at < c.n_rows && c.col[0].i32[at] < visit)
            at++;
        for (; at < c.n_rows && c.col[0].i32[at] == visit && rc == 0; at++)
            rc = add_diagnosis(b, visit, c.col[1].i32[at], e);
        for (size_t k = 0; k < ev->n_visit && rc == 0; k++) {
            const struct new_visit *n = &ev->visit[k];
            if (b->visit[k] != visit)
                continue;
            rc = add_diagnosis(b, visit, bench_code(b, D_DX, n->dx), e);
            for (size_t j = 0; j < n->n_diag && rc == 0; j++)
                rc = add_diagnosis(b, visit, bench_code(b, D_DX, n->diag[j]), e);
        }
        b->diag_at[visit + 1] = (uint32_t)b->n_diag;
    }
    mem_free(order);
    column_set_release(&c);
    b->frame.diag = b->diag;
    return rc;
}

/* ---- fee lines ---- */

struct taker {
    struct person_bench *b;
    const int *field;
    size_t n_field, cap;
    sec_t until;
};

static int room(struct taker *t, size_t n, struct err *e)
{
    if (n <= t->cap)
        return 0;
    for (size_t k = 0; k < t->n_field; k++) {
        int f = t->field[k];
        void *p = mem_realloc(t->b->lines.col[f],
                              n * (size_t)ftype_width(huji_sources[S_LINE].fields[f].type));
        if (!p)
            return err_nomem(e);
        t->b->lines.col[f] = p;
    }
    t->cap = n;
    return 0;
}

static int take(void *ctx, const struct line_chunk *c, struct err *e)
{
    struct taker *t = ctx;
    struct line_batch *l = &t->b->lines;
    int ft = source_field(S_LINE, SPAN("fee_ocur_time"));
    const int64_t *time = NULL;
    int rc = room(t, l->n + c->n_rows, e);
    for (size_t k = 0; k < t->n_field; k++)
        if (t->field[k] == ft)
            time = c->col[k].i64;
    for (size_t i = 0; i < c->n_rows && rc == 0; i++) {
        if (t->until != SEC_NONE && time && time[i] >= t->until)
            continue;
        for (size_t k = 0; k < t->n_field; k++) {
            int f = t->field[k];
            if (ftype_width(huji_sources[S_LINE].fields[f].type) == 8)
                ((int64_t *)l->col[f])[l->n] = c->col[k].i64[i];
            else
                ((int32_t *)l->col[f])[l->n] = c->col[k].i32[i];
        }
        l->n++;
    }
    return rc;
}

static struct row line_row(struct person_bench *b, const struct new_events *ev, size_t i)
{
    const struct new_line *l = &ev->line[i];
    const struct new_visit *v = &ev->visit[l->visit];
    struct row r = row_empty();
    put(&r, S_LINE, "no", LINE_NEW + (int64_t)i);
    put(&r, S_LINE, "psn_no", b->psn);
    put(&r, S_LINE, "mdtrt_id", b->visit[l->visit]);
    put_code(b, &r, S_LINE, "fixmedins_code", v->fixmedins_code);
    put(&r, S_LINE, "fee_ocur_time", l->t);
    put_code(b, &r, S_LINE, "hilist_code", l->hilist_code);
    put_code(b, &r, S_LINE, "med_type", v->med_type);
    put(&r, S_LINE, "cnt", l->cnt);
    put(&r, S_LINE, "pric", l->pric);
    put(&r, S_LINE, "det_item_fee_sumamt", l->sum);
    int64_t own = l->ownpay == HUJI_NONE64 ? 0 : l->ownpay,
            self = l->selfpay == HUJI_NONE64 ? 0 : l->selfpay;
    put(&r, S_LINE, "inscp_amt", l->sum - own - self);
    put(&r, S_LINE, "fulamt_ownpay_amt", own);
    put(&r, S_LINE, "overlmt_selfpay", 0);
    put(&r, S_LINE, "preselfpay_amt", self);
    put_code(b, &r, S_LINE, "med_chrgitm_type", l->med_chrgitm_type);
    put_code(b, &r, S_LINE, "chrgitm_lv", l->chrgitm_lv);
    put_code(b, &r, S_LINE, "list_type", l->list_type);
    put_code(b, &r, S_LINE, "bilg_dr_code", l->dr_code);
    put_code(b, &r, S_LINE, "bilg_dept_codg", l->dept_codg);
    if (l->rxno.n) /* as claims/functions.c hashes it */
        put(&r, S_LINE, "rx_drord_no",
            (int64_t)hash_bytes(span_trim(l->rxno).p, span_trim(l->rxno).n));
    if (l->take_home)
        put_code(b, &r, S_LINE, "dscg_tkdrug_flag", SPAN("1"));
    put(&r, S_LINE, "void", 0);
    put(&r, S_LINE, "marks", 0);
    return r;
}

static bool visit_has_lines(const struct person_bench *b, size_t had, int32_t visit)
{
    const int32_t *of = b->lines.col[source_field(S_LINE, SPAN("mdtrt_id"))];
    for (size_t i = 0; of && i < had; i++)
        if (of[i] == visit)
            return true;
    return false;
}

static int add_lines(struct person_bench *b, const struct new_events *ev, bool stored,
                     struct err *e)
{
    int field[HUJI_MAX_FIELDS];
    struct taker t = {.b = b, .field = field, .until = ev->until};
    uint64_t fields = b->needs.fields[S_LINE];
    for (int f = 0; f < (int)huji_sources[S_LINE].n_fields; f++)
        if (fields >> f & 1)
            field[t.n_field++] = f;
    int rc = room(&t, 1, e);
    if (rc == 0 && stored)
        rc = lines_stream(b->store, field, t.n_field, b->psn, b->psn + 1, take, &t, e);
    if (rc == 0)
        rc = room(&t, b->lines.n + ev->n_line + 1, e);
    size_t had = b->lines.n;
    for (size_t i = 0; i < ev->n_line && rc == 0; i++) {
        /* what the sender tells of the past counts where the store has nothing of that visit */
        if (!ev->line[i].fresh && visit_has_lines(b, had, b->visit[ev->line[i].visit]))
            continue;
        struct row r = line_row(b, ev, i);
        write_row(&r, S_LINE, b->lines.col, b->lines.n++, false);
    }
    return rc;
}

/* ---- all of it ---- */

static int find_ids(struct person_bench *b, const struct new_events *ev, bool *stored, int *known,
                    struct err *e)
{
    int64_t id;
    int rc = bench_ask_id(b, D_PERSON, ev->psn_no, &id, e);
    if (rc == 0)
        rc = within(b, D_PERSON, id, e);
    if (rc < 0)
        return rc;
    *stored = id >= 0;
    *known |= *stored ? PERSON_KNOWN : 0;
    b->psn = (int32_t)(*stored ? id : (int64_t)b->world.dict[D_PERSON].n);
    b->visit = arena_alloc(&b->a, (ev->n_visit + 1) * sizeof *b->visit);
    if (!b->visit)
        return err_nomem(e);
    b->n_visit = 0;
    for (size_t i = 0; i < ev->n_visit && rc == 0; i++) {
        const struct new_visit *v = &ev->visit[i];
        rc = bench_ask_id(b, D_VISIT, v->mdtrt_id, &id, e);
        if (rc == 0)
            rc = within(b, D_VISIT, id, e);
        if (rc == 0 && id >= 0 && v->current)
            *known |= PERSON_VISIT_KNOWN;
        int64_t inst = bench_code(b, D_INST, v->fixmedins_code);
        if (v->current && inst >= 0 && inst < b->world.frame.dict[D_INST].n)
            *known |= PERSON_INST_KNOWN;
        b->visit[b->n_visit++] = (int32_t)(id >= 0
                                               ? id
                                               : (int64_t)b->world.dict[D_VISIT].n + (int64_t)i);
    }
    return rc;
}

int bench_rows(struct person_bench *b, const struct new_events *ev, int *known, struct err *e)
{
    static const enum source_id rest[] = {S_SALE, S_TRACE, S_CHECK, S_REFUND,
                                          S_REG,  S_ENROL, S_LAB,   S_ACT};
    bool stored;
    void *col[HUJI_MAX_FIELDS];
    int rc = find_ids(b, ev, &stored, known, e);
    if (rc == 0)
        rc = add_person(b, ev, stored, e);
    if (rc == 0)
        rc = add_visits(b, ev, stored, e);
    if (rc == 0)
        rc = add_settlements(b, ev, stored, e);
    if (rc == 0)
        rc = add_oprns(b, ev, stored, e);
    for (size_t i = 0; i < sizeof rest / sizeof *rest && rc == 0; i++) {
        if (!b->needs.fields[rest[i]] || !stored)
            continue;
        rc = read_table(b, rest[i], true, 0, ev->until, col, e);
        if (rc == 0)
            deliver_table(b, rest[i], col, b->rows[rest[i]].n_rows);
    }
    if (rc == 0)
        rc = add_diagnoses(b, ev, stored, e);
    return rc < 0 ? rc : add_lines(b, ev, stored, e);
}

void bench_clear(struct person_bench *b)
{
    struct huji_run *run = b->run;
    const struct huji_table *v = &b->frame.table[S_STAY], *s = &b->frame.table[S_SETTLEMENT];
    const int32_t *visit = v->col[source_field(S_STAY, SPAN("mdtrt_id"))],
                  *setl = s->col[source_field(S_SETTLEMENT, SPAN("setl_id"))];
    if (b->psn >= 0 && run) {
        for (size_t i = 0; visit && i < v->n; i++) {
            run->row_of[D_VISIT][visit[i]] = -1;
            b->diag_at[visit[i]] = b->diag_at[visit[i] + 1] = 0;
        }
        for (size_t i = 0; setl && i < s->n; i++)
            if (setl[i] >= 0)
                run->row_of[D_SETL][setl[i]] = -1;
        run->row_of[D_PERSON][b->psn] = -1;
    }
    for (int t = 0; t < SOURCE_COUNT; t++) {
        if (t == S_INST || t == S_DOCTOR)
            continue;
        if (b->psn >= 0 && run && run->first[t])
            run->first[t][b->psn] = run->first[t][b->psn + 1] = 0;
        column_set_release(&b->rows[t]);
        b->frame.table[t] = (struct huji_table){0};
    }
    for (int f = 0; f < HUJI_MAX_FIELDS; f++)
        mem_free(b->lines.col[f]);
    b->lines = (struct line_batch){0};
    for (int d = 0; d < DOMAIN_COUNT; d++)
        if (!b->needs.texts[d]) {
            b->frame.dict[d].code = NULL;
            b->frame.dict[d].at = NULL;
            b->frame.dict[d].n_at = 0;
        }
    b->n_diag = 0;
    b->psn = -1;
    arena_reset(&b->a);
}
