/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "server/precheck.h"

#include <stdio.h>

#include "base/day.h"
#include "base/fen.h"
#include "casework/scope.h"
#include "check/check.h"
#include "server/live.h"
#include "server/server.h"

/* --- what takes part -------------------------------------------------------------------------------- */

static json_t *new_line(const struct new_line *l)
{
    struct buf day = BUF_INIT, cnt = BUF_INIT;
    json_t *o;

    if (l->t != SEC_NONE)
        day_print(&day, sec_day(l->t));
    if (l->cnt != HUJI_NONE64)
        buf_fmt(&cnt, "%g", (double)l->cnt / QTY_ONE);
    o = json_pack("{s:b,s:o,s:s,s:s,s:o}", "is_new", 1, "hilist_code", json_span(l->hilist_code),
                  "day", buf_cstr(&day), "cnt", buf_cstr(&cnt), "sum_fen",
                  l->sum == HUJI_NONE64 ? json_null() : json_integer(l->sum));
    buf_release(&day);
    buf_release(&cnt);
    return o;
}

static json_t *member(const struct live_member *m, const struct new_events *ev)
{
    json_t *o = m->line >= 0 ? new_line(&ev->line[m->line]) : json_pack("{s:b}", "is_new", 0);

    json_object_set_new(o, "event", json_span(m->id));
    json_object_set_new(o, "role", json_integer(m->role));
    json_object_set_new(o, "amount_fen", json_integer(m->amount));
    return o;
}

/* --- judging ---------------------------------------------------------------------------------------- */

/* The national answer's results, with what takes part in each. */
static json_t *results_of(const struct check_result *c, const json_t *answer)
{
    const json_t *told = json_object_get(json_object_get(answer, "output"), "result"), *one;
    json_t *out = json_array();
    size_t i;

    json_array_foreach(told, i, one)
    {
        const struct live_finding *f;
        json_t *o, *members;

        if (i >= c->n_found)
            break;
        f = &c->found[i];
        members = json_array();
        for (size_t k = 0; k < f->n_member; k++)
            json_array_append_new(members, member(&f->member[k], &c->msg.patient[0].ev));
        o = json_pack("{s:o,s:I,s:o}", "rule_id", json_span(f->f.rule_id), "amount_fen",
                      (json_int_t)f->h->amount, "members", members);
        json_object_set(o, "rule_name", json_object_get(one, "rule_name"));
        json_object_set(o, "message", json_object_get(one, "vola_cont"));
        json_object_set(o, "law", json_object_get(one, "vola_evid"));
        json_object_set(o, "sev_deg", json_object_get(one, "sev_deg"));
        json_array_append_new(out, o);
    }
    return out;
}

static int check_asked(struct request *r, const struct check_result *c, struct err *e)
{
    struct scope scope = scope_of(&r->session);

    if (!span_is(c->msg.infno, "3101") && !span_is(c->msg.infno, "3102"))
        err_set(e, ERR_INPUT, "事前审核看 3101、3102 的报文，这是 %.*s", (int)c->msg.infno.n,
                c->msg.infno.p);
    else if (c->msg.n_patient != 1)
        err_set(e, ERR_INPUT, "一次只审一名参保人，报文里有 %zu 名", c->msg.n_patient);
    else if (scope.fixmedins_code[0] && !span_is(c->msg.fixmedins_code, scope.fixmedins_code))
        err_set(e, ERR_INPUT, "只能审本机构（%s）的医嘱", scope.fixmedins_code);
    else
        return 0;
    return err_where(e, "message");
}

/* Before it is judged: who is asked about, whose order it is. */
static int look_first(struct request *r, struct span body, struct check_result *c, struct err *e)
{
    char object[96];
    int rc = message_read(body, &r->arena, &c->msg, e);

    if (!rc)
        rc = check_asked(r, c, e);
    if (!rc)
        rc = cw_begin(r->db, e);
    if (rc)
        return rc;
    snprintf(object, sizeof object, "person:%.*s",
             (int)(c->msg.patient[0].ev.psn_no.n > 60 ? 60 : c->msg.patient[0].ev.psn_no.n),
             c->msg.patient[0].ev.psn_no.p);
    return cw_end(
        r->db,
        audit_append(r->db, &r->actor, &(struct act){.act = "precheck", .object = object}, e), e);
}

int precheck_judge(struct request *r, struct span body, json_t **out, struct span *psn_no,
                   struct err *e)
{
    struct check_result c = {0};
    struct buf b = BUF_INIT;
    json_t *answer = NULL;
    int rc = look_first(r, body, &c, e);

    if (!rc) {
        *psn_no = c.msg.patient[0].ev.psn_no;
        rc = live_try(r->server->live, body, &r->arena, &c, &b, e);
    }
    if (!rc && !(answer = json_loadb(b.p, b.n, 0, NULL)))
        rc = err_nomem(e);
    if (!rc)
        *out = json_pack("{s:o,s:O?,s:b,s:I,s:O}", "results", results_of(&c, answer), "note",
                         json_object_get(answer, "warn_msg"), "known",
                         (c.known & PERSON_KNOWN) != 0, "orders", (json_int_t)c.n_orders, "answer",
                         answer);
    if (!rc && !*out)
        rc = err_nomem(e);
    json_decref(answer);
    buf_release(&b);
    return rc;
}
