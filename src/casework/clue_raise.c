/* SPDX-License-Identifier: MulanPSL-2.0 */
#include <stdio.h>
#include <string.h>

#include "base/map.h"
#include "base/mem.h"
#include "casework/clue.h"
#include "claims/store.h"
#include "run/remit.h"
#include "screen/claimed.h"
#include "screen/clues.h"

#define BATCH 2000

/* What the casework has of a finding already. */
struct known {
    int64_t id, expected;
    char content_hash[65];
    bool found, seen;
    bool asked; /* the last run looked at what it is about */
};

struct raise {
    struct cw *db;
    struct store *s;
    const struct actor *who;
    struct clues clues;
    fen_t *expected;     /* by finding */
    struct names ids;    /* finding_id */
    struct known *known; /* by id of `ids` */
    size_t cap_known;
    struct names insts;         /* code */
    struct span *name, *admdvs; /* by id of `insts`, in `text` */
    size_t cap_name, cap_admdvs;
    struct arena text;
    struct remit_last run;
    struct raise_report *report;
};

/* --- what is there ------------------------------------------------------------------------------- */

static int load_known(struct raise *r, struct err *e)
{
    struct cw_rows rows;
    int rc = cw_query(
            r->db, &rows, e,
            "select finding_id, id, content_hash, found, expected_fen, rule_id, event_date, admdvs"
            " from clue where finding_id is not null",
            CW_NONE),
        more;

    if (rc)
        return rc;
    while (!rc && (more = cw_next(&rows, e)) != 0) {
        uint32_t at;
        day_t day;

        if (more < 0) {
            rc = more;
            break;
        }
        at = names_put(&r->ids, cw_text(&rows, 0));
        if (at == NAME_NONE || mem_grow(&r->known, &r->cap_known, at + 1, sizeof *r->known)) {
            rc = err_nomem(e);
            break;
        }
        if (!day_iso(cw_text(&rows, 6), &day))
            day = DAY_NONE;
        r->known[at] = (struct known){
            .id = cw_int(&rows, 1),
            .found = cw_int(&rows, 3) != 0,
            .expected = cw_int(&rows, 4),
            .asked = remit_last_asked(&r->run, cw_text(&rows, 5), day, cw_text(&rows, 7))};
        snprintf(r->known[at].content_hash, sizeof r->known[at].content_hash, "%.*s",
                 (int)cw_text(&rows, 2).n, cw_text(&rows, 2).p);
    }
    cw_done(&rows);
    return rc;
}

/* The division of an institution: as its table says, else the digits in its code (P42980100033). */
static int load_insts(struct raise *r, struct err *e)
{
    struct db_rows rows;
    int rc = db_open(
        r->s->con,
        "select d.code, coalesce(max(d.name), ''), coalesce(max(b.fix_blng_admdvs),"
        " max(regexp_extract(d.code, '^[A-Z]([0-9]{6})', 1)), '') from d_inst d"
        " left join t_fixmedins_b b on b.fixmedins_code = d.code where d.code is not null group by d.code",
        &rows, e);

    if (rc)
        return rc;
    while (!rc && db_next(&rows)) {
        uint32_t at = names_put(&r->insts, db_text(&rows, 0));

        if (at == NAME_NONE || mem_grow(&r->name, &r->cap_name, at + 1, sizeof *r->name) ||
            mem_grow(&r->admdvs, &r->cap_admdvs, at + 1, sizeof *r->admdvs)) {
            rc = err_nomem(e);
            break;
        }
        r->name[at] = arena_span(&r->text, db_text(&rows, 1));
        r->admdvs[at] = arena_span(&r->text, db_text(&rows, 2));
    }
    db_close(&rows);
    return rc;
}

static int weigh(struct raise *r, struct err *e)
{
    const struct ledger *l = &r->clues.ledger;

    r->expected = mem_calloc(r->clues.findings.n + 1, sizeof *r->expected);
    if (!r->expected)
        return err_nomem(e);
    for (uint32_t i = 0; i < l->atoms.n; i++)
        if (l->claims[i].finding != NAME_NONE)
            r->expected[l->claims[i].finding] += prorate(l->claims[i].fund, l->claims[i].chance,
                                                         MICRO);
    return 0;
}

/* --- one finding --------------------------------------------------------------------------------- */

static struct cw_val text_or_null(struct span s)
{
    return s.n ? cw_s(s) : cw_null();
}

static struct cw_val number_or_null(int64_t v)
{
    return v == VALUE_NONE ? cw_null() : cw_i(v);
}

#define MACHINE                                                                                          \
    "finding_id, source, title, rule_id, rule_version, owner_type, owner_id, anchor, psn_no, mdtrt_id, " \
    "fixmedins_code, fixmedins_name, admdvs, event_date, value, threshold, amount_fen, fund_fen, "       \
    "expected_fen, strength, class, message, content_hash, created_at, updated_at, change"

static const char insert_clue[] =
    "insert into clue(" MACHINE
    ") values ($1,'screen',$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16,$17,$18,"
    "$19,$20,$21,$22,$23,$23,$24) returning id";
/* What people said stays; that the machine now says something else is marked. */
static const char update_clue[] =
    "update clue set title = $2, rule_id = $3, rule_version = $4, owner_type = $5, owner_id = $6, anchor = $7,"
    " psn_no = $8, mdtrt_id = $9, fixmedins_code = $10, fixmedins_name = $11, admdvs = $12, event_date = $13, value = $14,"
    " threshold = $15, amount_fen = $16, fund_fen = $17, expected_fen = $18, strength = $19, class = $20, message = $21,"
    " content_changed = case when content_hash <> $22 and verdict is not null then 1 else content_changed end,"
    " content_hash = $22, updated_at = $23, change = $24, found = 1, version = version + 1"
    " where finding_id = $1 returning id";

static int write_lines(struct raise *r, int64_t clue, const struct finding *f, bool there,
                       struct err *e)
{
    int rc = there ? cw_exec(r->db, e, "update clue_line set gone = 1 where clue = $1",
                             CW_ARGS(cw_i(clue)))
                   : 0;

    for (uint32_t i = 0; i < f->n_evidence && !rc; i++) {
        const struct evidence *v = &f->evidence[i];

        rc = cw_exec(
            r->db, e,
            "insert into clue_line(clue, event, role, amount_fen, fund_fen) values ($1, $2, $3, $4, $5)"
            " on conflict (clue, event) do update set role = excluded.role, amount_fen ="
            " excluded.amount_fen, fund_fen = excluded.fund_fen, gone = 0",
            CW_ARGS(cw_i(clue), cw_s(v->id), cw_i(v->role), cw_i(v->amount), cw_i(v->fund)));
    }
    return rc;
}

static int write_clue(struct raise *r, size_t i, bool there, int64_t change, const char *now,
                      struct err *e)
{
    const struct finding *f = &r->clues.findings.at[i];
    uint32_t inst = f->inst.n ? names_get(&r->insts, f->inst) : NAME_NONE;
    struct span none = {"", 0};
    struct buf day = BUF_INIT;
    int64_t id = 0;
    int rc;

    if (f->day != DAY_NONE)
        day_print(&day, f->day);
    {
        struct cw_val v[] = {
            cw_s(f->id),
            cw_s(f->message),
            cw_s(f->rule),
            cw_i(f->rule_version),
            cw_s(f->owner_type),
            cw_s(f->owner),
            cw_s(f->anchor),
            text_or_null(f->person),
            text_or_null(f->visit),
            text_or_null(f->inst),
            cw_s(inst == NAME_NONE ? none : r->name[inst]),
            cw_s(inst == NAME_NONE ? none : r->admdvs[inst]),
            text_or_null((struct span){day.p, day.n}),
            number_or_null(f->value),
            number_or_null(f->threshold),
            cw_i(f->amount),
            cw_i(f->fund),
            cw_i(r->expected[i]),
            cw_i(r->clues.strengths[i]),
            cw_t(finding_class_name[f->cls]),
            cw_s(f->message),
            cw_s(f->content_hash),
            cw_t(now),
            cw_i(change),
        };
        rc = cw_get_int(r->db, 0, &id, e, there ? update_clue : insert_clue, v,
                        sizeof v / sizeof *v);
    }
    buf_release(&day);
    return rc ? rc : write_lines(r, id, f, there, e);
}

/* --- all of them --------------------------------------------------------------------------------- */

/* 0 the same, 1 new, 2 changed. */
static int compare(struct raise *r, size_t i)
{
    const struct finding *f = &r->clues.findings.at[i];
    uint32_t at = names_get(&r->ids, f->id);
    struct known *k;

    if (at == NAME_NONE)
        return 1;
    k = &r->known[at];
    k->seen = true;
    /* No longer found by a run that looked, then left alone by one that didn't: the table's row is the older one. */
    if (!k->found && !k->asked)
        return 0;
    return span_is(f->content_hash, k->content_hash) && k->found && k->expected == r->expected[i]
               ? 0
               : 2;
}

static int write_all(struct raise *r, bool (*trial)(void *ctx, struct span rule), void *ctx,
                     const struct progress *p, struct err *e)
{
    const struct finding_set *fs = &r->clues.findings;
    char now[CW_TIME];
    int64_t change = 0;
    size_t in_batch = 0;
    int rc = 0;

    cw_now(now);
    for (size_t i = 0; i < fs->n && !rc; i++) {
        int how;

        if (!fs->at[i].hit || (trial && trial(ctx, fs->at[i].rule)))
            continue;
        r->report->findings++;
        how = compare(r, i);
        r->report->same += how == 0;
        r->report->added += how == 1;
        r->report->changed += how == 2;
        if (!how)
            continue;
        if (!in_batch) {
            rc = cw_begin(r->db, e);
            if (!rc)
                rc = clue_next_change(r->db, &change, e);
        }
        if (!rc)
            rc = write_clue(r, i, how == 2, change, now, e);
        if (rc || ++in_batch == BATCH) {
            rc = cw_end(r->db, rc, e);
            in_batch = 0;
            progress_step(p, "写入疑点线索", i, fs->n);
            if (!rc && progress_cancelled(p))
                rc = err_set(e, ERR_STATE, "已取消；再登记一次会接着做");
        }
    }
    return in_batch ? cw_end(r->db, rc, e) : rc;
}

/* What institutions the claims know: 周报 counts 应检查机构数 by them. */
static int write_insts(struct raise *r, const char *now, struct err *e)
{
    int rc = 0;

    for (uint32_t i = 0; i < r->insts.n && !rc; i++)
        rc = cw_exec(
            r->db, e,
            "insert into inst_known(code, name, admdvs, at) values ($1, $2, $3, $4) on conflict (code) do update"
            " set name = excluded.name, admdvs = excluded.admdvs"
            " where inst_known.name <> excluded.name or inst_known.admdvs <> excluded.admdvs",
            CW_ARGS(cw_s(r->insts.at[i]), cw_s(r->name[i]), cw_s(r->admdvs[i]), cw_t(now)));
    return rc;
}

/* Clues of the machine that the last run looked for and no longer finds: kept, marked. And the row that says what this raising
 * did. */
static int finish(struct raise *r, struct err *e)
{
    char now[CW_TIME], detail[200];
    int64_t change = 0;
    int rc;

    cw_now(now);
    rc = cw_begin(r->db, e);
    if (!rc)
        rc = clue_next_change(r->db, &change, e);
    for (uint32_t i = 0; i < r->ids.n && !rc; i++) {
        if (!r->known[i].asked || r->known[i].seen || !r->known[i].found)
            continue;
        r->report->gone++;
        rc = cw_exec(
            r->db, e,
            "update clue set found = 0, updated_at = $2, change = $3, version = version + 1 where id = $1",
            CW_ARGS(cw_i(r->known[i].id), cw_t(now), cw_i(change)));
    }
    if (!rc)
        rc = write_insts(r, now, e);
    if (!rc)
        rc = cw_exec(r->db, e,
                     "insert into raise_run(at, actor, run_at, findings, added, changed, gone)"
                     " values ($1, $2, $3, $4, $5, $6, $7)",
                     CW_ARGS(cw_t(now), cw_t(r->who->login), cw_t(r->run.at),
                             cw_i(r->report->findings), cw_i(r->report->added),
                             cw_i(r->report->changed), cw_i(r->report->gone)));
    snprintf(detail, sizeof detail,
             "{\"findings\":%lld,\"added\":%lld,\"changed\":%lld,\"gone\":%lld}",
             (long long)r->report->findings, (long long)r->report->added,
             (long long)r->report->changed, (long long)r->report->gone);
    if (!rc)
        rc = audit_append(r->db, r->who,
                          &(struct act){.act = "clue.raise", .object = "clue", .detail = detail},
                          e);
    return cw_end(r->db, rc, e);
}

int clues_raise(struct cw *db, struct store *s, const struct actor *who,
                bool (*trial)(void *ctx, struct span rule), void *ctx, const struct progress *p,
                struct raise_report *out, struct err *e)
{
    struct raise_report report = {0};
    struct raise r = {.db = db, .s = s, .who = who, .report = &report};
    int rc;

    progress_step(p, "读取疑点", 0, 0);
    rc = clues_load(&r.clues, s, NULL, e);
    if (!rc)
        rc = clues_claim(&r.clues, NULL, e);
    if (!rc)
        rc = claimed_write(s, &r.clues, e);
    if (!rc)
        rc = weigh(&r, e);
    if (!rc)
        rc = load_insts(&r, e);
    if (!rc)
        rc = remit_last_read(s, &r.run, e);
    if (!rc)
        rc = load_known(&r, e);
    if (!rc)
        rc = write_all(&r, trial, ctx, p, e);
    if (!rc)
        rc = finish(&r, e);
    clues_release(&r.clues);
    mem_free(r.expected);
    names_release(&r.ids);
    remit_last_release(&r.run);
    mem_free(r.known);
    names_release(&r.insts);
    mem_free(r.name);
    mem_free(r.admdvs);
    arena_release(&r.text);
    if (!rc)
        *out = report;
    return rc;
}
