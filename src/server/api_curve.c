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

#define MOST_PARAMS 32

/* What of the rule can be moved: its parameters; where it has none, the bound that its question is written with. */
static size_t movable(const struct rule *rule, struct span *names)
{
    size_t n = rule_param_names(rule, names, MOST_PARAMS), kept = 0;
    struct span bound = rule_bound(rule);
    int64_t own;
    bool asked;

    for (size_t i = 0; i < n; i++)
        if (rule_param_node(rule, names[i], &asked) && !asked &&
            number_of(rule_param(rule, names[i]), &own))
            names[kept++] = names[i];
    if (!kept && bound.n && number_of(rule_param(rule, bound), &own))
        names[kept++] = bound;
    return kept;
}

/* The parameter asked for, else the rule's bound, else the first. */
static struct span parameter(const struct rule *rule, const char *name, const struct span *names,
                             size_t n)
{
    struct span wish = name && *name ? span_of(name) : rule_bound(rule);

    for (size_t i = 0; i < n; i++)
        if (span_eq(names[i], wish))
            return names[i];
    return n && !(name && *name) ? names[0] : (struct span){NULL, 0};
}

static json_t *params_json(const struct rule *rule, const struct span *names, size_t n)
{
    json_t *all = json_array();

    for (size_t i = 0; i < n; i++)
        json_array_append_new(all, json_pack("{s:o,s:o}", "name", json_span(names[i]), "value",
                                             json_span(rule_param(rule, names[i]))));
    return all;
}

/* A rule of nothing but yes and no: an answer, not a fault. */
static int reply_none(struct request *r, struct err *e)
{
    return reply_json(r, 200,
                      json_pack("{s:n,s:s,s:i,s:b,s:b,s:[],s:[]}", "param", "unit", "", "own", 0,
                                "stored", false, "loose_money", false, "params", "points"),
                      e);
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

/* How many answers of a combine count: more can't be asked for. */
static int64_t parts_of(const struct combine *c)
{
    int64_t n = 0;

    for (int i = 0; i < c->n_parts; i++)
        n += !c->part[i].need;
    return n;
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

static int reply_curve(struct request *r, const struct backtest *b, json_t *params, struct err *e)
{
    json_t *points = json_array();

    for (size_t i = 0; i < b->n; i++)
        json_array_append_new(points, point_json(&b->at[i]));
    return reply_json(r, 200,
                      json_pack("{s:s,s:s,s:I,s:b,s:b,s:o,s:o}", "param", b->param, "unit", b->unit,
                                "own", (json_int_t)b->own, "stored", b->stored, "loose_money",
                                b->loose_money, "params", params, "points", points),
                      e);
}

static int ask_curve(struct request *r, struct huji_library *lib, struct err *e)
{
    const char *id = request_param(r, "id");
    const struct rule *rule = library_rule(lib, span_of(id));
    struct backtest_options o = {.threads = 1};
    struct backtest b = {0};
    struct store *s = NULL;
    struct span names[MOST_PARAMS];
    int64_t own = 0;
    size_t n;
    int rc;

    if (!rule || rule->hidden || !rule_is_shown(r, rule))
        return err_set(e, ERR_USAGE, "没有规则 %s", id);
    n = movable(rule, names);
    if (!n)
        return reply_none(r, e);
    o.param = parameter(rule, request_query(r, "param"), names, n);
    if (!o.param.n) {
        err_set(e, ERR_INPUT, "规则 %s 没有可以移动的参数“%.60s”", id, request_query(r, "param"));
        return err_where(e, "param");
    }
    number_of(rule_param(rule, o.param), &own);
    usual_range(own, &o);
    if (rule->combine && o.to > parts_of(rule->combine) * ONE)
        o.to = parts_of(rule->combine) * ONE;
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
        rc = reply_curve(r, &b, params_json(rule, names, n), e);
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
    {"param", FIELD_TEXT, false, "参数名；空 = 规则的阈值"},
    {"from", FIELD_TEXT, false, "最小值"},
    {"to", FIELD_TEXT, false, "最大值"},
    {0},
};

const struct route routes_curve[] = {
    {"GET", "/api/rules/{id}/curve", "rule.read", 0, curve,
     "阈值取不同的值时，疑点、金额、机构数各是多少；params 为空：没有可以移动的阈值", curve_query,
     NULL},
    {0},
};
