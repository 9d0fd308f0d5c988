/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "engine/bind_priv.h"

static struct expr *call_time(struct binder *b, const struct expr *raw, enum xop op, enum vfmt fmt)
{
    struct expr *a = raw->n_arg == 1 ? bind_any(b, raw->arg[0]) : bind_bad(b, raw, "应有一个参数");
    if (!a)
        return NULL;
    if (a->fmt != VF_DAY && a->fmt != VF_SEC)
        return bind_bad(b, raw, "参数应为日期或时间");
    if (op == X_HOUR && a->fmt != VF_SEC)
        return bind_bad(b, raw, "参数应为时间");
    if (op != X_HOUR)
        a = bind_day_of(b, a);
    if (op == X_DAY)
        return a;
    struct expr *x = bind_unary(b, op, V_NUM, a);
    if (x)
        x->fmt = fmt;
    return x;
}

static struct expr *code_arg(struct binder *b, const struct expr *raw, int i)
{
    struct expr *a = raw->n_arg > i ? bind_any(b, raw->arg[i]) : NULL;
    if (!a || a->type != V_CODE) {
        if (!b->ld->e || !b->ld->e->code)
            bind_bad(b, raw, "参数应为代码");
        return NULL;
    }
    return a;
}

static struct expr *call_left(struct binder *b, const struct expr *raw)
{
    bool cat3 = span_is(raw->text, "cat3");
    struct expr *a = code_arg(b, raw, 0);
    if (!a)
        return NULL;
    if (!cat3 && (raw->n_arg != 2 || raw->arg[1]->op != X_NUM))
        return bind_bad(b, raw, "left(代码, 位数)");
    struct expr *x = bind_unary(b, cat3 ? X_CAT3 : X_LEFT, V_CODE, a);
    if (x) {
        x->domain = a->domain;
        x->num = cat3 ? 3 : raw->arg[1]->num;
        bind_link_me(b, x);
    }
    return x;
}

static struct expr *call_dx(struct binder *b, const struct expr *raw, enum xop op)
{
    struct expr *p = code_arg(b, raw, 0), *q = p ? code_arg(b, raw, 1) : NULL;
    struct expr *x = bind_binary(b, op, V_BOOL, p, q);
    if (x)
        bind_link_me(b, x);
    return x;
}

/* The visit of the event, as a code column: any_dx and lines.* hang on it. */
static struct expr *visit_key(struct binder *b, const struct expr *raw)
{
    enum source_id from = b->flags & BIND_INNER ? b->inner : b->clause ? b->clause->src : S_PERSON;
    struct expr *x = bind_event_name(b, raw, from, BASE_CUR, SPAN("mdtrt_id"));
    if (x && (b->flags & BIND_INNER))
        x->num = 1;
    return x;
}

static struct expr *call_any_dx(struct binder *b, const struct expr *raw)
{
    if (raw->n_arg != 1)
        return bind_bad(b, raw, "应有一个参数");
    const struct expr *s = raw->arg[0];
    struct code_pattern *set = s->op == X_NAME ? bind_dx_set(b, s->text) : bind_patterns(b, s);
    struct expr *x = set ? bind_set_test(b, X_ANYDX, visit_key(b, raw), set) : NULL;
    if (x)
        x->domain = D_DX;
    return x;
}

static struct expr *call_dx_in(struct binder *b, const struct expr *raw)
{
    struct expr *a = code_arg(b, raw, 0);
    if (!a || raw->n_arg != 2)
        return a ? bind_bad(b, raw, "dx_in(代码, 集合名)") : NULL;
    return bind_set_test(b, X_IN, a, bind_dx_set(b, raw->arg[1]->text));
}

/* Rows that hold for some days only are asked for the day of the event, whoever asks. *out NULL: there are none. */
static bool day_of_event(struct binder *b, const struct knowledge *k, struct expr **out)
{
    struct expr *raw = NULL;
    *out = NULL;
    if (!k || !k->dated || k->undated || !b->clause)
        return true;
    if (expr_parse(b->ld->a, SPAN("t"), &raw, b->ld->e) < 0)
        return false;
    *out = bind_day_of(b, bind_any(b, raw));
    return *out != NULL;
}

static struct expr *call_dx_listed(struct binder *b, const struct expr *raw)
{
    const struct knowledge *k = raw->n_arg == 2 ? library_knowledge(b->ld->lib, raw->arg[0]->text)
                                                : NULL;
    if (!k || knowledge_column(k, SPAN("dx")) < 0)
        return bind_bad(b, raw, "any_dx_listed(表, 键)：表应有列 dx");
    struct expr *key = bind_any(b, raw->arg[1]), *v = key ? visit_key(b, raw) : NULL;
    struct expr *x = bind_binary(b, X_DXLISTED, V_BOOL, key, v), *day;
    if (!x || !day_of_event(b, k, &day))
        return NULL;
    x->kn = k;
    x->num = k->key;
    x->agg = day ? AGG_ANY : AGG_SUM;
    if (day) {
        x->arg[x->n_arg++] = day;
        x->dep |= day->dep;
    }
    bind_link_me(b, x);
    return x;
}

/* has(TABLE, key...), covered(TABLE, key..., day), look(TABLE, column, key...), look_at(TABLE, column, day, key...) */
static struct expr *call_table(struct binder *b, const struct expr *raw)
{
    bool covered = span_is(raw->text, "covered"), at = span_is(raw->text, "look_at");
    bool look = at || span_is(raw->text, "look");
    if (raw->n_arg < 2)
        return bind_bad(b, raw, "参数不够");
    struct span table = raw->arg[0]->text;
    const struct lookup_def *l = lookup_find(table);
    const struct knowledge *k = l ? NULL : library_knowledge(b->ld->lib, table);
    if (!l && !k)
        return bind_bad(b, raw->arg[0], "没有这张表");
    struct expr *x = bind_make(b,
                               look      ? X_LOOK
                               : covered ? X_COVERED
                                         : X_HAS,
                               look ? V_NUM : V_BOOL);
    if (!x)
        return NULL;
    x->lookup = l;
    x->kn = k;
    x->field = -1;
    if (look) {
        struct span col = raw->arg[1]->text;
        if (l) {
            for (int i = 0; i < l->n_value; i++)
                if (span_is(col, l->value[i]))
                    x->field = i;
        } else {
            x->field = knowledge_column(k, col);
        }
        if (x->field < 0)
            return bind_bad(b, raw->arg[1], "表中没有这一列");
        if (k) {
            x->type = k->column[x->field].type;
            x->scale = k->column[x->field].scale;
            x->fmt = k->column[x->field].fmt;
            x->domain = k->column[x->field].domain;
        }
    }
    int i = look ? 2 : 1, n_key = raw->n_arg - i - (covered || at);
    struct expr *day = NULL;
    if (at)
        day = bind_day_of(b, bind_any(b, raw->arg[i++]));
    if (covered)
        day = bind_day_of(b, bind_any(b, raw->arg[raw->n_arg - 1]));
    if ((covered || at) && !day)
        return NULL;
    if (!day && !day_of_event(b, k, &day))
        return NULL;
    if (n_key < 1 || n_key > 3 || (l && n_key > l->n_key))
        return bind_bad(b, raw, "键的个数不对");
    for (int j = 0; j < n_key; j++) {
        enum domain d = l ? l->key[j].domain : k->column[j == 0 ? k->key : j].domain;
        struct expr *key = bind_literal(raw->arg[i + j]) ? bind_as_code(b, raw->arg[i + j], d)
                                                         : bind_any(b, raw->arg[i + j]);
        if (!key)
            return NULL;
        if (l && (key->type != V_CODE || key->domain != d))
            return bind_bad(b, raw->arg[i + j], "键的类型与表不符");
        x->arg[x->n_arg++] = key;
        x->dep |= key->dep;
    }
    x->num = n_key;
    if (day) {
        x->arg[x->n_arg++] = day;
        x->dep |= day->dep;
    }
    x->agg = day ? AGG_ANY : AGG_SUM; /* has a day argument or not */
    bind_link_me(b, x);
    return x;
}

static struct expr *call_choice(struct binder *b, const struct expr *raw, enum xop op)
{
    int from = op == X_IF, want = op == X_IF ? 3 : op == X_ABS ? 1 : 2;
    if (raw->n_arg < want || (op != X_COALESCE && op != X_MIN && op != X_MAX && raw->n_arg != want))
        return bind_bad(b, raw, "参数个数不对");
    struct expr *x = bind_make(b, op, V_NUM);
    if (!x)
        return NULL;
    if (from) {
        x->arg[0] = bind_cond(b, raw->arg[0]);
        if (!x->arg[0])
            return NULL;
        x->dep = x->arg[0]->dep;
    }
    int scale = 0;
    for (int i = from; i < raw->n_arg; i++) {
        x->arg[i] = bind_any(b, raw->arg[i]);
        if (!x->arg[i])
            return NULL;
        if (i > from && (x->arg[i]->type != x->arg[from]->type))
            return bind_bad(b, raw->arg[i], "各参数类型应相同");
        scale = x->arg[i]->scale > scale ? x->arg[i]->scale : scale;
        x->dep |= x->arg[i]->dep;
    }
    for (int i = from; i < raw->n_arg; i++)
        if (x->arg[i]->type == V_NUM && !(x->arg[i] = bind_rescale(b, x->arg[i], scale)))
            return NULL;
    x->n_arg = raw->n_arg;
    x->type = x->arg[from]->type;
    x->scale = scale;
    x->fmt = x->arg[from]->fmt;
    x->domain = x->arg[from]->domain;
    return x;
}

static struct expr *call_age(struct binder *b, const struct expr *raw)
{
    struct expr *p = raw->n_arg == 2 ? bind_day_of(b, bind_any(b, raw->arg[0]))
                                     : bind_bad(b, raw, "age(出生日期, 日期)");
    return p ? bind_binary(b, X_AGE, V_NUM, p, bind_day_of(b, bind_any(b, raw->arg[1]))) : NULL;
}

static struct expr *call_ceil(struct binder *b, const struct expr *raw)
{
    struct expr *p = raw->n_arg == 2 ? bind_any(b, raw->arg[0])
                                     : bind_bad(b, raw, "ceil_div(a, b)");
    struct expr *q = p ? bind_any(b, raw->arg[1]) : NULL;
    if (!p || !q || !bind_number(b, raw, p) || !bind_number(b, raw, q) || !bind_align(b, &p, &q))
        return NULL;
    return bind_binary(b, X_CEILDIV, V_NUM, p, q);
}

/* Does an expression over inner events name the outer one (cur.x, TABLE.x)? */
static bool speaks_of_outer(const struct expr *x)
{
    if (!x)
        return false;
    if (x->op == X_KN || ((x->op == X_FIELD || x->op == X_FUND) && !x->num))
        return true;
    for (int i = 0; i < X_ARGS; i++)
        if (speaks_of_outer(x->arg[i]))
            return true;
    return false;
}

/* lines.sum(E [where C]) ..., ops., checks., m. */
static struct expr *call_agg(struct binder *b, const struct expr *raw, struct span what,
                             struct span fn)
{
    static const struct {
        const char *name;
        enum agg agg;
    } fns[] = {
        {"sum", AGG_SUM},           {"count", AGG_COUNT},
        {"distinct", AGG_DISTINCT}, {"any", AGG_ANY},
        {"all", AGG_ALL},           {"min", AGG_MIN},
        {"max", AGG_MAX},           {"mode_share", AGG_MODE_SHARE},
        {"digest", AGG_DIGEST},
    };
    bool members = span_is(what, "m");
    struct expr *x = bind_make(b, members ? X_MEMBERS : X_AGG, V_NUM);
    bool found = false;
    for (size_t i = 0; x && i < sizeof fns / sizeof *fns; i++)
        if (span_is(fn, fns[i].name)) {
            x->agg = fns[i].agg;
            found = true;
        }
    if (!found)
        return bind_bad(b, raw, "没有这个统计函数");
    if (!b->clause || (b->flags & BIND_INNER))
        return bind_bad(b, raw, "统计不能嵌套");
    if (members && !(b->flags & BIND_AFTER))
        return bind_bad(b, raw, "m. 只用于提问之后");
    x->from = members                  ? b->clause->src
              : span_is(what, "lines") ? S_LINE
              : span_is(what, "ops")   ? S_OPERATION
                                       : S_CHECK;
    if (!members && !(x->arg[2] = visit_key(b, raw)))
        return NULL;
    struct binder inner = *b;
    inner.flags |= BIND_INNER;
    inner.inner = x->from;
    bool pred = x->agg == AGG_ANY || x->agg == AGG_ALL || x->agg == AGG_COUNT;
    const struct expr *re = pred ? NULL : raw->n_arg ? raw->arg[0] : NULL;
    const struct expr *rc = pred       ? (raw->n_arg ? raw->arg[0] : NULL)
                            : raw->num ? raw->arg[1]
                                       : NULL;
    if (!pred && !re)
        return bind_bad(b, raw, "缺少参数");
    if (re && !(x->arg[0] = bind_any(&inner, re)))
        return NULL;
    if (rc && !(x->arg[1] = bind_cond(&inner, rc)))
        return NULL;
    x->n_arg = 3;
    if (x->agg == AGG_ANY || x->agg == AGG_ALL)
        x->type = V_BOOL;
    if (x->arg[0] && (x->agg == AGG_SUM || x->agg == AGG_MIN || x->agg == AGG_MAX)) {
        if (!bind_number(b, raw, x->arg[0]))
            return NULL;
        x->scale = x->arg[0]->scale;
        x->fmt = x->arg[0]->fmt;
    }
    if (x->agg == AGG_DIGEST) {
        if (members || !x->arg[0] || x->arg[0]->type != V_CODE)
            return bind_bad(b, raw, "digest(代码 [where 条件]) 只用于 lines ops checks");
        bind_link_me(b, x);
    }
    if (x->agg == AGG_MODE_SHARE)
        x->scale = 6;
    x->dep = members ? DEP_AFTER : DEP_LINES | DEP_VISIT;
    if (!members && (speaks_of_outer(x->arg[0]) || speaks_of_outer(x->arg[1])))
        x->dep |= DEP_EVENT; /* not the same for all lines of the visit */
    return x;
}

static struct expr *call_measure(struct binder *b, const struct expr *raw)
{
    struct huji_library *lib = b->ld->lib;
    if (raw->n_arg < 1)
        return bind_bad(b, raw, "measure(名, 键...)");
    struct expr *x = bind_make(b, X_MEASURE, V_NUM);
    for (int i = 0; x && i < lib->n_measures; i++)
        if (span_eq(lib->measures[i]->name, raw->arg[0]->text))
            x->measure = lib->measures[i];
    if (!x || !x->measure)
        return bind_bad(b, raw->arg[0], "没有这个指标");
    for (int i = 1; i < raw->n_arg; i++) {
        x->arg[x->n_arg] = bind_any(b, raw->arg[i]);
        if (!x->arg[x->n_arg++])
            return NULL;
    }
    x->scale = 6;
    x->dep = DEP_AFTER;
    return x;
}

/* What an owner was cut by may hang on the lines of a visit: behind the walk it is read from the event. */
static struct expr *call_key(struct binder *b, const struct expr *raw)
{
    const struct rule *r = b->ld->rule;
    int k = raw->n_arg == 1 && raw->arg[0]->op == X_NUM ? (int)raw->arg[0]->num - 1 : -1;
    const struct expr *of = b->clause && k >= 0 && k < r->n_keys ? r->key[b->clause - r->clause][k]
                                                                 : NULL;
    if (!(b->flags & BIND_AFTER) || !of || (of->type != V_NUM && !r->combine))
        return bind_bad(b, raw, "key(n)：主体的第 n 段，须是数，且只用于提问之后");
    struct expr *x = bind_make(b, X_KEY, of->type);
    if (x) {
        x->num = k;
        x->domain = of->domain;
        x->scale = of->scale;
        x->fmt = of->fmt;
        x->dep = DEP_AFTER;
    }
    return x;
}

static struct expr *call_part(struct binder *b, const struct expr *raw)
{
    const struct combine *c = b->ld->rule->combine;
    for (int i = 0; c && raw->n_arg == 1 && i < c->n_parts; i++)
        if (span_eq(c->part[i].name, raw->arg[0]->text)) {
            struct expr *x = bind_make(b, X_PART, V_NUM);
            if (x) {
                x->num = i;
                x->scale = 6;
                x->dep = DEP_AFTER;
            }
            return x;
        }
    return bind_bad(b, raw, "part(名)：combine 的一部分，只用于 combine");
}

struct expr *bind_call(struct binder *b, const struct expr *raw)
{
    static const struct {
        const char *name;
        enum xop op;
        enum vfmt fmt;
    } times[] = {
        {"day", X_DAY, VF_DAY},    {"month", X_MONTH, VF_MONTH}, {"quarter", X_QUARTER, VF_QUARTER},
        {"year", X_YEAR, VF_YEAR}, {"hour", X_HOUR, VF_NUM},     {"weekday", X_WEEKDAY, VF_NUM},
    };
    static const struct {
        const char *name;
        enum xop op;
    } choices[] = {
        {"if", X_IF}, {"min", X_MIN}, {"max", X_MAX}, {"abs", X_ABS}, {"coalesce", X_COALESCE},
    };
    static const struct {
        const char *name;
        struct expr *(*fn)(struct binder *, const struct expr *);
    } calls[] = {
        {"left", call_left},        {"cat3", call_left},     {"any_dx", call_any_dx},
        {"any_dx_in", call_any_dx}, {"dx_in", call_dx_in},   {"any_dx_listed", call_dx_listed},
        {"has", call_table},        {"covered", call_table}, {"look", call_table},
        {"look_at", call_table},    {"age", call_age},       {"ceil_div", call_ceil},
        {"measure", call_measure},  {"key", call_key},       {"part", call_part},
    };
    struct span fn = raw->text;
    for (size_t i = 0; i < sizeof times / sizeof *times; i++)
        if (span_is(fn, times[i].name))
            return call_time(b, raw, times[i].op, times[i].fmt);
    for (size_t i = 0; i < sizeof choices / sizeof *choices; i++)
        if (span_is(fn, choices[i].name))
            return call_choice(b, raw, choices[i].op);
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
        if (span_is(fn, calls[i].name))
            return calls[i].fn(b, raw);
    if (span_is(fn, "related"))
        return call_dx(b, raw, X_RELATED);
    if (span_is(fn, "same_chapter"))
        return call_dx(b, raw, X_CHAPTER);
    struct span what = span_cut(&fn, '.');
    if (fn.p && (span_is(what, "lines") || span_is(what, "ops") || span_is(what, "checks") ||
                 span_is(what, "m")))
        return call_agg(b, raw, what, fn);
    return bind_bad(b, raw, "没有这个函数");
}
