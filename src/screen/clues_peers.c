/* SPDX-License-Identifier: MulanPSL-2.0 */
/* What findings alone don't say: how many visits institutions have in question and in all, whom gangs consist of. */
#include "base/mem.h"
#include "claims/store.h"
#include "run/verdicts.h"
#include "screen/clues.h"

#define ROWS_PER_STATEMENT 2000

/* Rows of (number or text, id) on their way into a temporary table. */
struct batch {
    struct store *s;
    const char *table;
    struct buf values;
    int n;
};

static int batch_flush(struct batch *b, struct err *e)
{
    struct buf sql = BUF_INIT;
    int rc;

    if (b->n == 0)
        return 0;
    buf_fmt(&sql, "insert into %s values ", b->table);
    buf_span(&sql, (struct span){b->values.p, b->values.n});
    rc = sql.failed || b->values.failed ? err_nomem(e) : db_run(b->s->con, buf_cstr(&sql), e);
    buf_release(&sql);
    buf_clear(&b->values);
    b->n = 0;
    return rc;
}

static int batch_add(struct batch *b, struct span first, struct span id, struct err *e)
{
    buf_str(&b->values, b->n++ ? ",(" : "(");
    buf_sql(&b->values, first);
    buf_char(&b->values, ',');
    buf_sql(&b->values, id);
    buf_char(&b->values, ')');
    return b->n < ROWS_PER_STATEMENT ? 0 : batch_flush(b, e);
}

/* --- visits in question -------------------------------------------------------------------------- */

static int ask_about(struct batch *b, const struct finding *f, struct err *e)
{
    bool named = false;
    int rc = 0;

    for (uint32_t k = 0; k < f->n_evidence && !rc; k++) {
        struct span id = f->evidence[k].id;

        if (f->evidence[k].role != 1 ||
            !(span_starts(id, "mdtrt:") || (span_starts(id, "setl:") && !f->visit.n)))
            continue;
        named = true;
        rc = batch_add(b, f->inst, id, e);
    }
    if (!rc && !named && f->visit.n) {
        struct buf id = BUF_INIT;

        buf_str(&id, "mdtrt:");
        buf_span(&id, f->visit);
        rc = id.failed ? err_nomem(e) : batch_add(b, f->inst, (struct span){id.p, id.n}, e);
        buf_release(&id);
    }
    return rc;
}

static const char select_funnel[] =
    "with o as (select fixmedins_code, count(*) filter (kind = 1) stays, count(*) filter (kind <> 1) rest from"
    " (select distinct v.mdtrt_id, v.fixmedins_code, v.kind from funnel_unit u join d_inst d on d.code = u.inst"
    " left join d_visit dv on u.id = 'mdtrt:' || dv.code"
    " left join d_setl dz on u.id = 'setl:' || dz.code left join s_settlement z on z.setl_id = dz.id"
    " join s_visit v on v.mdtrt_id = coalesce(dv.id, z.mdtrt_id) and v.fixmedins_code = d.id) group by 1)"
    " select d.code, " INST_KIND_SQL(
        "i") ", v.stays, v.rest, coalesce(o.stays, 0), coalesce(o.rest, 0)"
             " from (select fixmedins_code, count(*) filter (kind = 1) stays, count(*) filter (kind <> 1) rest"
             " from s_visit group by 1) v join d_inst d on d.id = v.fixmedins_code"
             " left join s_inst i on i.fixmedins_code = v.fixmedins_code left join o on o.fixmedins_code = v.fixmedins_code"
             " order by d.code";

int clues_funnel(struct clues *c, struct store *s, struct err *e)
{
    struct batch b = {.s = s, .table = "funnel_unit"};
    struct db_rows rows;
    int rc = db_run(s->con, "create or replace temp table funnel_unit(inst varchar, id varchar)",
                    e);

    for (size_t i = 0; i < c->findings.n && !rc; i++)
        if (finding_counts(&c->findings.at[i]) && c->findings.at[i].inst.n)
            rc = ask_about(&b, &c->findings.at[i], e);
    if (!rc)
        rc = batch_flush(&b, e);
    buf_release(&b.values);
    if (!rc)
        rc = db_open(s->con, select_funnel, &rows, e);
    if (rc)
        return rc;
    while (!rc && db_next(&rows)) {
        struct funnel_row r = {.inst = db_text(&rows, 0),
                               .kind = db_text(&rows, 1),
                               .volume = {db_i64(&rows, 2), db_i64(&rows, 3)},
                               .hits = {db_i64(&rows, 4), db_i64(&rows, 5)}};

        rc = funnel_add(&c->funnel, &r, e);
    }
    db_close(&rows);
    return rc ? rc : funnel_solve(&c->funnel, e);
}

/* --- gangs --------------------------------------------------------------------------------------- */

/* Whom a finding of B17 names: its person, persons among its owner's keys, the persons of its visits and settlements. */
static const char select_ties[] =
    "select distinct g.i::integer, p.code from gang_of g left join d_visit dv on g.id = 'mdtrt:' || dv.code"
    " left join s_visit v on v.mdtrt_id = dv.id"
    " left join d_setl dz on g.id = 'setl:' || dz.code left join s_settlement z on z.setl_id = dz.id"
    " left join d_person dp on g.id = dp.code"
    " join d_person p on p.id = coalesce(dp.id, v.psn_no, z.psn_no) order by 1, 2";

static int ask_whom(struct batch *b, size_t i, const struct finding *f, struct err *e)
{
    struct buf no = BUF_INIT;
    struct span owner = f->owner, number;
    int rc = 0;

    buf_fmt(&no, "%zu", i);
    number = (struct span){no.p, no.n};
    if (f->person.n)
        rc = batch_add(b, number, f->person, e);
    while (owner.n && !rc)
        rc = batch_add(b, number, span_cut(&owner, '|'), e);
    for (uint32_t k = 0; k < f->n_evidence && !rc; k++)
        rc = batch_add(b, number, f->evidence[k].id, e);
    buf_release(&no);
    return rc;
}

static int link_rows(struct clues *c, struct db_rows *rows, struct span *tie, struct err *e)
{
    int rc = 0;

    while (!rc && db_next(rows)) {
        size_t i = (size_t)db_i64(rows, 0);
        struct span person = db_text(rows, 1);

        if (tie[i].n) {
            rc = gang_link(&c->gangs, tie[i], person, e);
            continue;
        }
        tie[i] = arena_span(&c->findings.text, person);
        rc = tie[i].p ? gang_link(&c->gangs, tie[i], tie[i], e) : err_nomem(e);
    }
    return rc;
}

int clues_gangs(struct clues *c, struct store *s, struct err *e)
{
    struct batch b = {.s = s, .table = "gang_of"};
    struct span *tie = mem_calloc(c->findings.n + 1, sizeof *tie);
    struct db_rows rows;
    int rc = tie ? db_run(s->con, "create or replace temp table gang_of(i varchar, id varchar)", e)
                 : err_nomem(e);

    for (size_t i = 0; i < c->findings.n && !rc; i++)
        if (gang_ties(&c->findings.at[i]))
            rc = ask_whom(&b, i, &c->findings.at[i], e);
    if (!rc)
        rc = batch_flush(&b, e);
    buf_release(&b.values);
    if (!rc)
        rc = db_open(s->con, select_ties, &rows, e);
    if (!rc) {
        rc = link_rows(c, &rows, tie, e);
        db_close(&rows);
    }
    if (!rc)
        rc = gangs_assign(&c->gangs, &c->findings, tie, e);
    mem_free(tie);
    return rc;
}
