/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "casework/visits.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/day.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/sha.h"
#include "claims/place.h"
#include "screen/plan.h"

const struct code_name visit_states[] = {
    {"planned", "计划"}, {"doing", "进行"}, {"checked", "已查"}, {0}};
const struct code_name visit_kinds[] = {
    {"full", "全面核查"}, {"spot", "重点抽查"}, {"tip", "举报复查"}, {0}};
const struct code_name visit_hows[] = {
    {"clues", "疑点多"}, {"random", "随机抽取"}, {"hand", "指定"}, {0}};

static int bad(struct err *e, const char *field, const char *what)
{
    err_set(e, ERR_INPUT, "%s", what);
    return err_where(e, "%s", field);
}

/* --- proposing --------------------------------------------------------------------------------------- */

struct place {
    fen_t *clues; /* E of its open ones, best first */
    size_t n, cap;
    char draw[33];
};
struct proposal {
    struct names insts;
    struct place *places;
    size_t cap;
    struct plan_inst *plan;
    size_t *order, n_order; /* to visit, first first */
    size_t n_clues;         /* of them chosen by their clues */
    char high[16];
};

static int count_names(const char *names)
{
    struct span rest = span_of(names);
    int n = 0;

    while (rest.n) {
        size_t at = 0, step = 1;

        while (at < rest.n && rest.p[at] != ',' &&
               !(rest.n - at >= 3 &&
                 (memcmp(rest.p + at, "、", 3) == 0 || memcmp(rest.p + at, "，", 3) == 0)))
            at++;
        n += span_trim((struct span){rest.p, at}).n > 0;
        if (at < rest.n && rest.p[at] != ',')
            step = 3;
        if (at + step >= rest.n)
            break;
        rest = (struct span){rest.p + at + step, rest.n - at - step};
    }
    return n;
}

static int check_new(const struct plan_new *p, struct err *e)
{
    day_t from, to;

    if (span_trim(span_of(p->title)).n < 4)
        return bad(e, "title", "要写计划的名称");
    if (!day_iso(span_of(p->from_day), &from))
        return bad(e, "from_day", "开始日期应是日期，如 2026-12-01");
    if (!day_iso(span_of(p->to_day), &to) || to < from)
        return bad(e, "to_day", "结束日期应是日期，不早于开始日期");
    if (count_names(p->names) < 2)
        return bad(e, "names", "检查人员不得少于两人（条例第二十九条），姓名之间用顿号");
    if (p->days < 1 || p->days > 1000)
        return bad(e, "days", "工作日应在 1 与 1000 之间");
    if (p->per_day < 1 || p->per_day > 1000)
        return bad(e, "per_day", "一人一日查几条线索，应在 1 与 1000 之间");
    if (p->random < 0 || p->random > 100)
        return bad(e, "random", "随机抽取的份额是百分数，一般 5 到 10");
    return 0;
}

static int read_places(struct proposal *p, struct cw *db, const struct scope *scope, int64_t seed,
                       struct err *e)
{
    struct cw_rows rows;
    int more,
        rc = cw_query(
            db, &rows, e,
            "select code from inst_known where admdvs >= $1 and admdvs < $2 and off_at is null order by code",
            CW_ARGS(cw_t(scope->prefix), cw_t(p->high)));

    if (rc)
        return rc;
    while (!rc && (more = cw_next(&rows, e)) != 0) {
        uint32_t at = more < 0 ? NAME_NONE : names_put(&p->insts, cw_text(&rows, 0));
        char text[80];

        if (at == NAME_NONE || mem_grow(&p->places, &p->cap, at + 1, sizeof *p->places)) {
            rc = more < 0 ? more : err_nomem(e);
            break;
        }
        p->places[at] = (struct place){0};
        snprintf(text, sizeof text, "%lld|%.*s", (long long)seed, (int)cw_text(&rows, 0).n,
                 cw_text(&rows, 0).p);
        sha256_hex(span_of(text), 16, p->places[at].draw);
    }
    cw_done(&rows);
    if (!rc && !p->insts.n) {
        err_set(e, ERR_STATE, "还不知道有哪些机构");
        err_hint(e, "先导入数据、运行一次智能筛查");
        rc = ERR_STATE;
    }
    return rc;
}

/* What nobody has judged yet, best first: that is what a visit may bring. */
static int read_clues(struct proposal *p, struct cw *db, const struct scope *scope, struct err *e)
{
    struct cw_rows rows;
    int more, rc = cw_query(
                  db, &rows, e,
                  "select fixmedins_code, expected_fen from clue where fixmedins_code is not null"
                  " and verdict is null and found = 1 and state in ('new', 'assigned', 'working')"
                  " and admdvs >= $1 and admdvs < $2 order by expected_fen desc, id",
                  CW_ARGS(cw_t(scope->prefix), cw_t(p->high)));

    if (rc)
        return rc;
    while (!rc && (more = cw_next(&rows, e)) != 0) {
        uint32_t at = more < 0 ? NAME_NONE : names_get(&p->insts, cw_text(&rows, 0));
        struct place *x;

        if (more < 0) {
            rc = more;
            break;
        }
        if (at == NAME_NONE)
            continue;
        x = &p->places[at];
        if (mem_grow(&x->clues, &x->cap, x->n + 1, sizeof *x->clues))
            rc = err_nomem(e);
        else
            x->clues[x->n++] = cw_int(&rows, 1);
    }
    cw_done(&rows);
    return rc;
}

/* Those with clues by money a day, then as many of the others as the random share has days, each a day, by their draw. */
static int solve(struct proposal *p, const struct plan_new *want, struct err *e)
{
    int64_t all = count_names(want->names) * want->days * PLAN_DAY, spare;
    struct plan total = {.per_day = want->per_day};

    total.capacity = all - all * want->random / 100;
    spare = (all * want->random / 100 + PLAN_DAY - 1) / PLAN_DAY;
    p->plan = mem_calloc(p->insts.n + 1, sizeof *p->plan);
    p->order = mem_calloc(p->insts.n + 1, sizeof *p->order);
    if (!p->plan || !p->order)
        return err_nomem(e);
    for (uint32_t i = 0; i < p->insts.n; i++)
        p->plan[i] = (struct plan_inst){
            .code = p->insts.at[i], .clues = p->places[i].clues, .n = p->places[i].n};
    plan_solve(&total, p->plan, p->insts.n);
    for (size_t place = 1; place <= p->insts.n; place++)
        for (size_t i = 0; i < p->insts.n; i++)
            if (p->plan[i].take && p->plan[i].order == place)
                p->order[p->n_order++] = i;
    p->n_clues = p->n_order;
    for (; spare > 0; spare--) {
        size_t best = SIZE_MAX;

        for (size_t i = 0; i < p->insts.n; i++)
            if (!p->plan[i].order &&
                (best == SIZE_MAX || strcmp(p->places[i].draw, p->places[best].draw) < 0))
                best = i;
        if (best == SIZE_MAX)
            break;
        p->plan[best].order = p->n_order + 1;
        p->plan[best].days = PLAN_DAY;
        p->order[p->n_order++] = best;
    }
    return 0;
}

static void proposal_release(struct proposal *p)
{
    for (uint32_t i = 0; i < p->insts.n && p->places; i++)
        mem_free(p->places[i].clues);
    mem_free(p->places);
    mem_free(p->plan);
    mem_free(p->order);
    names_release(&p->insts);
}

/* --- writing ----------------------------------------------------------------------------------------- */

static int told(struct cw *db, const struct actor *who, int64_t plan, const char *act,
                const char *detail, struct err *e)
{
    char object[48];

    snprintf(object, sizeof object, "plan:%lld", (long long)plan);
    return audit_append(
        db, who, &(struct act){.act = act, .object = object, .detail = detail, .after = detail}, e);
}

static int put_visit(struct cw *db, int64_t plan, struct span code, int64_t place, const char *how,
                     const char *kind, const struct plan_inst *x, const char *names,
                     const struct actor *who, struct err *e)
{
    char now[CW_TIME];

    cw_now(now);
    return cw_exec(
        db, e,
        "insert into visit(plan, code, name, admdvs, place, how, kind, days, clues, expected_fen, inspectors, at, actor)"
        " select cast($1 as bigint), code, name, admdvs, $3, $4, $5, $6, $7, $8, $9, $10, $11"
        " from inst_known where code = $2",
        CW_ARGS(cw_i(plan), cw_s(code), cw_i(place), cw_t(how), cw_t(kind),
                cw_i(x ? x->days : 1000), cw_i(x ? (int64_t)x->take : 0), cw_i(x ? x->expected : 0),
                cw_t(names), cw_t(now), cw_t(who->login)));
}

static int write_plan(struct cw *db, const struct actor *who, const struct scope *scope,
                      const struct plan_new *n, const struct proposal *p, int64_t *id,
                      struct err *e)
{
    char now[CW_TIME], detail[96];
    int rc = cw_begin(db, e);

    cw_now(now);
    if (!rc)
        rc = cw_get_int(
            db, 0, id, e,
            "insert into visit_plan(admdvs, title, from_day, to_day, names, days, per_day, random_share, seed, actor, at)"
            " values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) returning id",
            CW_ARGS(cw_t(scope->prefix), cw_t(n->title), cw_t(n->from_day), cw_t(n->to_day),
                    cw_t(n->names), cw_i(n->days), cw_i(n->per_day), cw_i(n->random), cw_i(n->seed),
                    cw_t(who->login), cw_t(now)));
    for (size_t k = 0; k < p->n_order && !rc; k++) {
        const struct plan_inst *x = &p->plan[p->order[k]];

        rc = put_visit(db, *id, x->code, (int64_t)k + 1, k < p->n_clues ? "clues" : "random",
                       "spot", x, n->names, who, e);
    }
    snprintf(detail, sizeof detail, "{\"institutions\":%zu,\"drawn\":%zu,\"seed\":%lld}",
             p->n_order, p->n_order - p->n_clues, (long long)n->seed);
    if (!rc)
        rc = told(db, who, *id, "plan.make", detail, e);
    return cw_end(db, rc, e);
}

int plan_make(struct cw *db, const struct actor *who, const struct scope *scope,
              const struct plan_new *n, struct plan_made *out, struct err *e)
{
    struct proposal p = {0};
    int64_t id = 0;
    int rc = check_new(n, e);

    if (!rc && (scope->fixmedins_code[0] || scope->assignee[0]))
        rc = err_set(e, ERR_STATE, "检查计划由医保部门编制");
    snprintf(p.high, sizeof p.high, "%.8s~", scope->prefix);
    if (!rc)
        rc = read_places(&p, db, scope, n->seed, e);
    if (!rc)
        rc = read_clues(&p, db, scope, e);
    if (!rc)
        rc = solve(&p, n, e);
    if (!rc)
        rc = write_plan(db, who, scope, n, &p, &id, e);
    if (!rc)
        *out = (struct plan_made){id, (int64_t)p.n_clues, (int64_t)(p.n_order - p.n_clues)};
    proposal_release(&p);
    return rc;
}

/* --- one institution --------------------------------------------------------------------------------- */

/* Begins; the plan is within scope and as it was seen, else nothing. */
static int begin(const struct visit_hand *h, struct err *e)
{
    char high[16];
    int64_t there = 0;
    int rc = cw_begin(h->db, e);

    snprintf(high, sizeof high, "%.8s~", h->scope->prefix);
    if (!rc)
        rc = cw_get_int(
            h->db, 0, &there, e,
            "select count(*) from visit_plan where id = $1 and admdvs >= $2 and admdvs < $3",
            CW_ARGS(cw_i(h->plan), cw_t(h->scope->prefix), cw_t(high)));
    if (!rc && (!there || h->scope->fixmedins_code[0] || h->scope->assignee[0]))
        rc = err_set(e, ERR_USAGE, "没有编号为 %lld 的检查计划", (long long)h->plan);
    if (!rc)
        rc = cw_exec(h->db, e,
                     "update visit_plan set version = version + 1 where id = $1 and version = $2",
                     CW_ARGS(cw_i(h->plan), cw_i(h->version)));
    if (!rc && cw_changes(h->db) == 0)
        rc = err_set(e, ERR_STATE, "这份计划刚被别人改过，请看过最新内容再改");
    return rc;
}

static int finish(const struct visit_hand *h, const char *act, const char *state, int rc,
                  struct err *e)
{
    char detail[128];

    snprintf(detail, sizeof detail, "{\"fixmedins_code\":\"%.40s\",\"state\":\"%.10s\"}", h->code,
             state ? state : "");
    if (!rc)
        rc = told(h->db, h->who, h->plan, act, detail, e);
    return cw_end(h->db, rc, e);
}

static int not_in_plan(const struct visit_hand *h, struct err *e)
{
    return err_set(e, ERR_USAGE, "计划里没有机构 %.40s", h->code);
}

int visit_add(const struct visit_hand *h, const char *kind, struct err *e)
{
    struct buf names = BUF_INIT;
    struct buf division = BUF_INIT;
    int64_t place = 0, there = 0;
    int rc = begin(h, e);

    if (!rc && !code_title(visit_kinds, span_of(kind)))
        rc = bad(e, "kind", "检查方式应是全面核查、重点抽查、举报复查之一");
    if (!rc) {
        rc = cw_get_text(h->db, &division, e, "select admdvs from inst_known where code = $1",
                         CW_ARGS(cw_t(h->code)));
        if (rc > 0 ||
            (!rc && !scope_allows(h->scope, (struct span){buf_cstr(&division), division.n},
                                  span_of(h->code), span_of(""))))
            rc = bad(e, "fixmedins_code", "数据里没有这家机构，或不在您的管辖范围内");
    }
    if (!rc)
        rc = cw_get_int(h->db, 0, &there, e,
                        "select count(*) from visit where plan = $1 and code = $2",
                        CW_ARGS(cw_i(h->plan), cw_t(h->code)));
    if (!rc && there)
        rc = bad(e, "fixmedins_code", "这家机构已在计划里");
    if (!rc)
        rc = cw_get_int(h->db, 0, &place, e,
                        "select coalesce(max(place), 0) + 1 from visit where plan = $1",
                        CW_ARGS(cw_i(h->plan)));
    if (!rc)
        rc = cw_get_text(h->db, &names, e, "select names from visit_plan where id = $1",
                         CW_ARGS(cw_i(h->plan)));
    if (!rc)
        rc = put_visit(h->db, h->plan, span_of(h->code), place, "hand", kind, NULL,
                       buf_cstr(&names), h->who, e);
    buf_release(&names);
    buf_release(&division);
    return finish(h, "plan.add", "planned", rc, e);
}

int visit_drop(const struct visit_hand *h, struct err *e)
{
    int64_t there = 0;
    int rc = begin(h, e);

    if (!rc)
        rc = cw_get_int(h->db, 0, &there, e,
                        "select count(*) from visit where plan = $1 and code = $2",
                        CW_ARGS(cw_i(h->plan), cw_t(h->code)));
    if (!rc && !there)
        rc = not_in_plan(h, e);
    if (!rc)
        rc = cw_exec(h->db, e,
                     "delete from visit where plan = $1 and code = $2 and state = 'planned'",
                     CW_ARGS(cw_i(h->plan), cw_t(h->code)));
    if (!rc && cw_changes(h->db) == 0)
        rc = err_set(e, ERR_STATE, "已经开始检查的机构不能移出计划");
    return finish(h, "plan.drop", NULL, rc, e);
}

static int check_set(const struct visit_set *s, struct err *e)
{
    day_t day = DAY_NONE;

    if (s->state && !code_title(visit_states, span_of(s->state)))
        return bad(e, "state", "状态应是计划、进行、已查之一");
    if (s->kind && !code_title(visit_kinds, span_of(s->kind)))
        return bad(e, "kind", "检查方式应是全面核查、重点抽查、举报复查之一");
    if (s->inspectors && count_names(s->inspectors) < 2)
        return bad(e, "inspectors", "检查人员不得少于两人（条例第二十九条），姓名之间用顿号");
    if (s->checked_on && *s->checked_on &&
        (!day_iso(span_of(s->checked_on), &day) || day > clock_day()))
        return bad(e, "checked_on", "检查日期应是日期，不晚于今天");
    if (s->state && strcmp(s->state, "checked") == 0 && day == DAY_NONE)
        return bad(e, "checked_on", "已查的要写检查日期");
    return 0;
}

static struct cw_val maybe(const char *s)
{
    return s ? cw_t(s) : cw_null();
}

int visit_set(const struct visit_hand *h, const struct visit_set *s, struct err *e)
{
    bool done = s->state && strcmp(s->state, "checked") == 0;
    char now[CW_TIME];
    int rc = check_set(s, e);

    if (rc)
        return rc;
    cw_now(now);
    rc = begin(h, e);
    /* checked_at: when it was said first, by which reports count; one that is put back loses day and mark. */
    if (!rc)
        rc = cw_exec(
            h->db, e,
            "update visit set state = coalesce(cast($3 as text), state), kind = coalesce(cast($4 as text), kind),"
            " inspectors = coalesce(cast($5 as text), inspectors), note = coalesce(cast($6 as text), note),"
            " checked_on = case when $7 = 1 then cast($8 as text) when $9 = 1 then null else checked_on end,"
            " checked_at = case when $7 = 1 then coalesce(checked_at, cast($10 as text)) when $9 = 1 then null else checked_at end,"
            " at = $10, actor = $11 where plan = $1 and code = $2",
            CW_ARGS(cw_i(h->plan), cw_t(h->code), maybe(s->state), maybe(s->kind),
                    maybe(s->inspectors), maybe(s->note), cw_i(done), maybe(s->checked_on),
                    cw_i(s->state && !done), cw_t(now), cw_t(h->who->login)));
    if (!rc && cw_changes(h->db) == 0)
        rc = not_in_plan(h, e);
    return finish(h, "plan.visit", s->state, rc, e);
}
