/* SPDX-License-Identifier: MulanPSL-2.0 */
/* The curve behind a rule's slider: what it would find with other values of a parameter. */
#include <string.h>

#include "base/mem.h"
#include "run/backtest.h"
#include "server/routes.h"
#include "server/rulebook.h"
#include "server/server.h"

#define POINTS 30
#define ONE INT64_C(1000000)

/* The number at the beginning of "15 d". */
static bool number_of(struct span text, int64_t *out)
{
    struct span first = span_cut(&text, ' ');

    return first.n && dec_parse(first, 6, false, out);
}

/* The parameter asked for, else the first that is a number. */
static const struct ynode *parameter(const struct rule *rule, const char *name, int64_t *own)
{
    const struct ynode *map = ynode_get(rule->node, "param");

    for (const struct ynode *c = map ? map->child : NULL; c; c = c->next)
        if (c->kind == Y_SCALAR && (!name || !*name || span_is(c->key, name)) &&
            number_of(c->text, own))
            return c;
    return NULL;
}

/* From a third of what it is to double; whole numbers by whole steps. */
static void usual_range(int64_t own, struct backtest_options *o)
{
    bool whole = own % ONE == 0;

    o->from = own >= 0 ? own / 3 : own * 2;
    o->to = own >= 0 ? own * 2 : own / 3;
    if (own == 0)
        o->to = 10 * ONE;
    if (whole) {
        o->from = o->from / ONE * ONE;
        o->to = (o->to + ONE - 1) / ONE * ONE;
    }
    if (whole && own > 0 && o->from == 0)
        o->from = ONE;
}

static void step_of(struct backtest_options *o, int64_t own)
{
    o->step = (o->to - o->from + POINTS - 1) / POINTS;
    if (o->from % ONE == 0 && o->to % ONE == 0 && own % ONE == 0)
        o->step = (o->step + ONE - 1) / ONE * ONE;
    if (o->step <= 0)
        o->step = ONE;
    /* The rule's own value is one of the points. */
    if (own >= o->from && own <= o->to)
        o->from += (own - o->from) % o->step;
}

static int micro_of(struct request *r, const char *name, int64_t *out, struct err *e)
{
    const char *text = request_query(r, name);

    if (!text || !*text)
        return 1;
    if (dec_parse(span_of(text), 6, false, out))
        return 0;
    err_set(e, ERR_INPUT, "%s 应是一个数", name);
    return err_where(e, "%s", name);
}

static json_t *point_json(const struct backtest_point *p)
{
    return json_pack("{s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:b}", "at", (json_int_t)p->at, "hits",
                     (json_int_t)p->hits, "institutions", (json_int_t)p->institutions, "persons",
                     (json_int_t)p->persons, "confirmed", (json_int_t)p->confirmed, "rejected",
                     (json_int_t)p->rejected, "amount_fen", (json_int_t)p->amount, "fund_fen",
                     (json_int_t)p->fund, "own", p->own);
}

static int reply_curve(struct request *r, const struct backtest *b, struct err *e)
{
    json_t *points = json_array();

    for (size_t i = 0; i < b->n; i++)
        json_array_append_new(points, point_json(&b->at[i]));
    return reply_json(r, 200,
                      json_pack("{s:s,s:s,s:I,s:b,s:b,s:o}", "param", b->param, "unit", b->unit,
                                "own", (json_int_t)b->own, "stored", b->stored, "loose_money",
                                b->loose_money, "points", points),
                      e);
}

static int ask_curve(struct request *r, struct huji_library *lib, struct err *e)
{
    const char *id = request_param(r, "id");
    const struct rule *rule = library_rule(lib, span_of(id));
    struct backtest_options o = {.threads = 1};
    struct backtest b = {0};
    struct store *s = NULL;
    const struct ynode *p;
    int64_t own = 0;
    int rc;

    if (!rule || rule->hidden || !rule_is_shown(r, rule))
        return err_set(e, ERR_USAGE, "没有规则 %s", id);
    p = parameter(rule, request_query(r, "param"), &own);
    if (!p)
        return err_set(e, ERR_USAGE, "这条规则没有可以移动的阈值");
    o.param = p->key;
    usual_range(own, &o);
    rc = micro_of(r, "from", &o.from, e);
    if (rc >= 0)
        rc = micro_of(r, "to", &o.to, e);
    if (rc >= 0 && o.from > o.to)
        rc = err_set(e, ERR_INPUT, "from 比 to 大");
    if (rc < 0)
        return rc;
    step_of(&o, own);
    rc = request_store(r, &s, e);
    if (!rc)
        rc = backtest_run(s, lib, rule->id, &o, NULL, &b, e);
    if (!rc)
        rc = reply_curve(r, &b, e);
    backtest_release(&b);
    return rc;
}

static int curve(struct request *r, struct err *e)
{
    struct huji_library *own = NULL;
    /* A back-test may add trial rules to its library. */
    int rc = server_library_read(r->server, false, &own, e);

    if (rc)
        return rc;
    rc = ask_curve(r, own, e);
    library_free(own);
    return rc;
}

static const struct route_field curve_query[] = {
    {"param", FIELD_TEXT, false, "参数名；空 = 第一个数值参数"},
    {"from", FIELD_TEXT, false, "最小值"},
    {"to", FIELD_TEXT, false, "最大值"},
    {0},
};

const struct route routes_curve[] = {
    {"GET", "/api/rules/{id}/curve", "rule.read", 0, curve,
     "阈值取不同的值时，疑点、金额、机构数各是多少", curve_query, NULL},
    {0},
};
