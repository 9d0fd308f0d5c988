/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "engine/bind.h"

#include "base/fen.h"
#include "base/limits.h"

static struct expr *bind(struct binder *b, const struct expr *raw);

static struct expr *bad(struct binder *b, const struct expr *raw, const char *what)
{
    err_set(b->ld->e, ERR_INPUT, "表达式第 %d 个字节处「%.*s」：%s", raw->column, (int)raw->text.n,
            raw->text.p ? raw->text.p : "", what);
    return NULL;
}

static struct expr *make(struct binder *b, enum xop op, enum vtype type)
{
    struct expr *x = arena_calloc(b->ld->a, sizeof *x);
    if (!x) {
        err_nomem(b->ld->e);
        return NULL;
    }
    x->op = op;
    x->type = type;
    x->domain = D_NONE;
    x->id = -1;
    return x;
}

static void link_me(struct binder *b, struct expr *x)
{
    x->id = b->ld->lib->n_nodes++;
}

static struct expr *unary(struct binder *b, enum xop op, enum vtype type, struct expr *a)
{
    struct expr *x = a ? make(b, op, type) : NULL;
    if (x) {
        x->arg[x->n_arg++] = a;
        x->dep = a->dep;
    }
    return x;
}

static struct expr *binary(struct binder *b, enum xop op, enum vtype type, struct expr *p,
                           struct expr *q)
{
    struct expr *x = p && q ? make(b, op, type) : NULL;
    if (x) {
        x->arg[0] = p;
        x->arg[1] = q;
        x->n_arg = 2;
        x->dep = p->dep | q->dep;
    }
    return x;
}

struct expr *bind_rescale(struct binder *b, struct expr *x, int scale)
{
    if (!x || x->scale == scale)
        return x;
    struct expr *r;
    if (x->op == X_NUM && scale > x->scale) {
        r = make(b, X_NUM, V_NUM);
        if (!r)
            return NULL;
        r->num = x->num;
        for (int k = x->scale; k < scale; k++)
            r->num *= 10;
    } else {
        r = unary(b, X_RESCALE, V_NUM, x);
    }
    if (r) {
        r->scale = scale;
        r->fmt = x->fmt;
    }
    return r;
}

/* Both to the larger scale. */
static bool align(struct binder *b, struct expr **p, struct expr **q)
{
    int s = (*p)->scale > (*q)->scale ? (*p)->scale : (*q)->scale;
    *p = bind_rescale(b, *p, s);
    *q = bind_rescale(b, *q, s);
    return *p && *q;
}

static bool number(struct binder *b, const struct expr *raw, const struct expr *x)
{
    if (x && x->type != V_NUM)
        bad(b, raw, "应为数字");
    return x && x->type == V_NUM;
}

/* ---- names ---- */

static const char *time_field(enum source_id s)
{
    return huji_sources[s].time_field;
}

static struct expr *column(struct binder *b, enum source_id src, int field)
{
    const struct field *f = &huji_sources[src].fields[field];
    struct expr *x = make(b, X_FIELD, f->type == F_CODE ? V_CODE : V_NUM);
    if (!x)
        return NULL;
    x->src = src;
    x->field = field;
    x->domain = f->domain;
    x->scale = ftype_scale(f->type);
    x->fmt = f->type == F_DAY ? VF_DAY : f->type == F_SEC ? VF_SEC : VF_NUM;
    return x;
}

/* Column of `from` that leads to `via`; for person / inst of an event without its own, through the visit. */
static bool find_key(struct expr *x, enum source_id from, const char *const *names)
{
    for (const char *const *n = names; *n; n++) {
        int f = source_field(from, span_of(*n));
        if (f >= 0) {
            x->fk = f;
            return true;
        }
    }
    return false;
}

static struct expr *via_column(struct binder *b, const struct expr *raw, enum source_id from,
                               enum via via, struct span name)
{
    static const char *const keys[][4] = {
        [VIA_VISIT] = {"mdtrt_id", NULL},
        [VIA_SETL] = {"setl_id", NULL},
        [VIA_PERSON] = {"psn_no", NULL},
        [VIA_INST] = {"fixmedins_code", "ide_fixmedins_no", NULL},
        [VIA_DOCTOR] = {"bilg_dr_code", "chfpdr_code", "oper_dr_code", NULL},
    };
    static const enum source_id target[] = {
        [VIA_VISIT] = S_STAY, [VIA_SETL] = S_SETTLEMENT, [VIA_PERSON] = S_PERSON,
        [VIA_INST] = S_INST,  [VIA_DOCTOR] = S_DOCTOR,
    };
    bool own = (via == VIA_VISIT && (from == S_STAY || from == S_VISIT)) ||
               (via == VIA_SETL && from == S_SETTLEMENT);
    enum source_id src = own ? from : target[via];
    int f = source_field(src, name);
    if (f < 0)
        return bad(b, raw, "没有这个字段");
    struct expr *x = column(b, src, f);
    if (!x || own)
        return x;
    x->via = via;
    if (!find_key(x, from, keys[via]))
        return bad(b, raw, "这种事件没有通往它的键");
    return x;
}

static unsigned depends(const struct expr *x, enum base base, enum source_id from)
{
    if (base == BASE_PREV)
        return DEP_PREV;
    if (x->via == VIA_PERSON)
        return DEP_PERSON;
    if (x->via == VIA_VISIT)
        return DEP_VISIT;
    if (x->via == VIA_SELF && (from == S_LINE || from == S_LINE_RAW)) {
        struct span n = span_of(huji_sources[from].fields[x->field].name);
        if (span_is(n, "hilist_code"))
            return DEP_ITEM;
        if (span_is(n, "psn_no"))
            return DEP_PERSON;
        if (span_is(n, "mdtrt_id"))
            return DEP_VISIT;
    }
    return DEP_EVENT;
}

static struct expr *day_of(struct binder *b, struct expr *t)
{
    if (!t || t->fmt == VF_DAY)
        return t;
    struct expr *x = unary(b, X_DAY, V_NUM, t);
    if (x)
        x->fmt = VF_DAY;
    return x;
}

/* A field of an event of source `from`: name itself, t, day, amount, or person.x, visit.x ... */
static struct expr *event_name(struct binder *b, const struct expr *raw, enum source_id from,
                               enum base base, struct span path)
{
    static const struct {
        const char *name;
        enum via via;
    } vias[] = {
        {"visit", VIA_VISIT},   {"stay", VIA_VISIT}, {"setl", VIA_SETL},
        {"person", VIA_PERSON}, {"inst", VIA_INST},  {"doctor", VIA_DOCTOR},
    };
    struct span rest = path, head = span_cut(&rest, '.');
    struct expr *x = NULL;
    if (rest.p) {
        for (size_t i = 0; i < sizeof vias / sizeof *vias && !x; i++)
            if (span_is(head, vias[i].name)) {
                x = via_column(b, raw, from, vias[i].via, rest);
                if (!x)
                    return NULL;
            }
        if (!x)
            return bad(b, raw, "不认识的名字");
    } else {
        bool day = span_is(head, "day");
        struct span name = head;
        if ((day || span_is(head, "t")) && time_field(from))
            name = span_of(time_field(from));
        else if (span_is(head, "amount") && huji_sources[from].amount_field)
            name = span_of(huji_sources[from].amount_field);
        int f = source_field(from, name);
        if (f < 0 && span_is(head, "fund") && huji_sources[from].fund_field)
            f = source_field(from, span_of(huji_sources[from].fund_field));
        if (f < 0 && span_is(head, "fund") && (from == S_LINE || from == S_LINE_RAW)) {
            x = make(b, X_FUND, V_NUM);
            if (x) {
                x->scale = 2;
                x->dep = DEP_EVENT;
                x->base = base;
            }
            return x;
        }
        if (f < 0 && (b->flags & BIND_SET) && from != S_STAY && from != S_VISIT &&
            source_field(from, SPAN("mdtrt_id")) >= 0)
            x = via_column(b, raw, from, VIA_VISIT, name);
        else if (f < 0)
            return bad(b, raw, "不认识的名字");
        else
            x = column(b, from, f);
        if (x && day) {
            x->base = base;
            x->from = from;
            x->dep = depends(x, base, from);
            return day_of(b, x);
        }
    }
    if (x) {
        x->base = base;
        x->from = from;
        x->dep = depends(x, base, from);
    }
    return x;
}

static struct expr *kn_name(struct binder *b, const struct expr *raw, const struct knowledge *k,
                            struct span col)
{
    int c = knowledge_column(k, col);
    if (c < 0)
        return bad(b, raw, "知识表没有这一列");
    struct expr *x = make(b, X_KN, k->column[c].type);
    if (!x)
        return NULL;
    x->kn = k;
    x->field = c;
    x->scale = k->column[c].scale;
    x->fmt = k->column[c].fmt;
    x->domain = k->column[c].domain;
    x->dep = DEP_EVENT;
    link_me(b, x);
    return x;
}

static const struct ynode *find_let(const struct loader *ld, struct span name)
{
    const struct ynode *maps[] = {ld->lets, ld->base_lets};
    for (int m = 0; m < 2; m++)
        for (const struct ynode *c = maps[m] ? maps[m]->child : NULL; c; c = c->next)
            if (span_eq(c->key, name))
                return c;
    return NULL;
}

static struct expr *bind_let(struct binder *b, const struct expr *raw, const struct ynode *let)
{
    struct expr *inner;
    if (++b->depth > 16)
        return bad(b, raw, "let 名字互相引用成环");
    if (expr_parse(b->ld->a, let->text, &inner, b->ld->e) < 0)
        return NULL;
    struct expr *x = bind(b, inner);
    b->depth--;
    return x;
}

/* What prev is: of a pair the other side, else an event of the same clause. */
static enum source_id prev_source(const struct binder *b, enum source_id own)
{
    const struct rule *r = b->ld->rule;
    for (int i = 0; r && r->kind == &kind_pair && i < r->n_clauses; i++)
        if (r->clause[i].side != b->clause->side)
            return r->clause[i].src;
    return own;
}

static struct expr *bind_name(struct binder *b, const struct expr *raw)
{
    struct span rest = raw->text, head = span_cut(&rest, '.');
    const struct ynode *let = rest.p ? NULL : find_let(b->ld, head);
    if (let)
        return bind_let(b, raw, let);
    bool value = span_is(raw->text, "value"), threshold = span_is(raw->text, "threshold");
    if (value || threshold) {
        if (!(b->flags & BIND_AFTER))
            return bad(b, raw, "这里还没有提问的结果");
        struct expr *x = make(b, value ? X_VALUE : X_THRESHOLD, V_NUM);
        if (x) {
            x->scale = 6;
            x->dep = DEP_AFTER;
        }
        return x;
    }
    if (b->ld->rule && b->ld->rule->kind == &kind_level && span_is(raw->text, "inflow")) {
        struct expr *x = make(b, X_INFLOW, V_NUM);
        if (x) {
            x->scale = 4;
            x->dep = DEP_AFTER;
        }
        return x;
    }
    if (!b->clause)
        return bad(b, raw, "这里只能用常数");
    enum source_id outer = b->clause->src;
    /* within a gap's lines the ends are days of the axis, whichever event they came from */
    bool ends = b->ld->rule && b->ld->rule->kind == &kind_gap && (b->flags & BIND_AFTER);
    bool lo = span_is(raw->text, "gap_from") ||
              ((b->flags & BIND_INNER) && span_is(raw->text, "prev.day"));
    bool hi = span_is(raw->text, "gap_to") ||
              ((b->flags & BIND_INNER) && span_is(raw->text, "cur.day"));
    if (ends && (lo || hi)) {
        struct expr *x = make(b, lo ? X_GAP_FROM : X_GAP_TO, V_NUM);
        if (x) {
            x->dep = DEP_AFTER;
            x->fmt = b->ld->rule->axis == AXIS_SECONDS ? VF_SEC : VF_DAY;
        }
        return x;
    }
    if (rest.p && b->clause->kn && span_eq(head, b->clause->kn->name))
        return kn_name(b, raw, b->clause->kn, rest);
    if (rest.p && span_is(head, "prev")) {
        if (!(b->flags & BIND_PREV))
            return bad(b, raw, "这里没有前一个事件 prev");
        return event_name(b, raw, prev_source(b, outer), BASE_PREV, rest);
    }
    if (rest.p && span_is(head, "cur"))
        return event_name(b, raw, outer, BASE_CUR, rest);
    if (b->flags & BIND_INNER) {
        struct expr *x = event_name(b, raw, b->inner, BASE_CUR, raw->text);
        if (x && x->op != X_DAY)
            x->num = 1; /* inner event */
        else if (x)
            x->arg[0]->num = 1;
        return x;
    }
    return event_name(b, raw, outer, BASE_CUR, raw->text);
}

/* ---- literals as codes ---- */

static struct expr *as_code(struct binder *b, const struct expr *raw, enum domain d)
{
    if (!raw->text.n)
        return bad(b, raw, "这里应为代码");
    struct expr *x = make(b, X_CODE, V_CODE);
    if (!x)
        return NULL;
    x->text = raw->text;
    x->domain = d;
    link_me(b, x);
    return x;
}

static bool literal(const struct expr *raw)
{
    return raw->op == X_STR || (raw->op == X_NUM && raw->text.n);
}

static const struct {
    const char *name;
    const char *codes;
} med_groups[] = {
    {"IPT", "21 22 23 24 25 26 27 52"},
    {"DAY", "28"},
    {"OPT", "11 12 13 15 16 19 51 81"},
    {"CHR", "14"},
    {"PHA", "41"},
};

static struct code_pattern *group_patterns(struct binder *b, struct span name,
                                           struct code_pattern *tail)
{
    for (size_t i = 0; i < sizeof med_groups / sizeof *med_groups; i++) {
        if (!span_is(name, med_groups[i].name))
            continue;
        struct span rest = span_of(med_groups[i].codes);
        while (rest.p) {
            struct code_pattern *c = arena_calloc(b->ld->a, sizeof *c);
            if (!c)
                return NULL;
            c->lo = c->hi = span_cut(&rest, ' ');
            c->prefix = true;
            c->next = tail;
            tail = c;
        }
        return tail;
    }
    return NULL;
}

struct code_pattern *bind_dx_set(struct binder *b, struct span name)
{
    const struct knowledge *k = library_knowledge(b->ld->lib, SPAN("dx_set"));
    int ks = k ? knowledge_column(k, SPAN("set")) : -1,
        kd = k ? knowledge_column(k, SPAN("dx")) : -1;
    struct code_pattern *list = NULL;
    for (size_t r = 0; ks >= 0 && kd >= 0 && r < k->n; r++) {
        if (!span_eq(k->column[ks].text[r], name))
            continue;
        struct code_pattern *c = arena_calloc(b->ld->a, sizeof *c);
        struct span s = k->column[kd].text[r];
        if (!c || !s.n)
            return NULL;
        const char *dash = memchr(s.p, '-', s.n);
        c->lo = c->hi = s;
        c->prefix = true;
        if (s.p[s.n - 1] == '*') {
            c->lo.n = c->hi.n = s.n - 1;
        } else if (dash && (size_t)(dash - s.p) * 2 + 1 == s.n) {
            c->lo.n = (size_t)(dash - s.p);
            c->hi = (struct span){dash + 1, c->lo.n};
        }
        c->next = list;
        list = c;
    }
    if (!list)
        err_set(b->ld->e, ERR_INPUT, "知识表 dx_set 没有诊断集合「%.*s」", (int)name.n, name.p);
    return list;
}

/* The patterns behind the right side of `in`. */
static struct code_pattern *patterns(struct binder *b, const struct expr *raw)
{
    struct code_pattern *list = NULL;
    if (raw->op == X_CALL && span_is(raw->text, "dx_set") && raw->n_arg == 1)
        return bind_dx_set(b, raw->arg[0]->text);
    if (raw->op == X_NAME) {
        list = group_patterns(b, raw->text, NULL);
        if (!list)
            bad(b, raw, "in 之后应为 {...}、IPT OPT CHR PHA DAY 或 dx_set(名)");
        return list;
    }
    if (raw->op != X_SET) {
        bad(b, raw, "in 之后应为集合 {...}");
        return NULL;
    }
    for (const struct code_pattern *p = raw->set; p; p = p->next) {
        struct code_pattern *g = p->prefix ? NULL : group_patterns(b, p->lo, list);
        struct code_pattern *c = g ? NULL : arena_calloc(b->ld->a, sizeof *c);
        if (c) {
            *c = *p;
            c->next = list;
        }
        list = g ? g : c;
    }
    return list;
}

static struct expr *set_test(struct binder *b, enum xop op, struct expr *a,
                             struct code_pattern *set)
{
    struct expr *x = a && set ? unary(b, op, V_BOOL, a) : NULL;
    if (x) {
        x->set = set;
        x->domain = a->domain;
        link_me(b, x);
    }
    return x;
}

static struct expr *bind_in(struct binder *b, const struct expr *raw)
{
    struct expr *a = bind(b, raw->arg[0]);
    if (!a)
        return NULL;
    if (a->type == V_CODE)
        return set_test(b, X_IN, a, patterns(b, raw->arg[1]));
    if (a->type != V_NUM || raw->arg[1]->op != X_SET)
        return bad(b, raw->arg[0], "in 只用于代码或数字");
    struct expr *any = NULL;
    for (const struct code_pattern *p = raw->arg[1]->set; p; p = p->next) {
        struct expr *k = make(b, X_NUM, V_NUM), *l = a;
        if (!k || !dec_parse(p->lo, 6, false, &k->num))
            return bad(b, raw->arg[0], "集合元素应为数字");
        k->scale = 6;
        if (!align(b, &l, &k))
            return NULL;
        struct expr *eq = binary(b, X_EQ, V_BOOL, l, k);
        any = any ? binary(b, X_OR, V_BOOL, any, eq) : eq;
    }
    return any;
}

static struct expr *bind_compare(struct binder *b, const struct expr *raw)
{
    const struct expr *ra = raw->arg[0], *rb = raw->arg[1];
    struct expr *p = literal(ra) && !literal(rb) ? NULL : bind(b, ra);
    struct expr *q = NULL;
    if (p && p->type == V_CODE && literal(rb))
        q = as_code(b, rb, p->domain);
    else if (p || literal(ra))
        q = bind(b, rb);
    if (!p && q)
        p = q->type == V_CODE ? as_code(b, ra, q->domain) : bind(b, ra);
    if (!p || !q)
        return NULL;
    if (p->type == V_CODE || q->type == V_CODE) {
        if (p->type != q->type || p->domain != q->domain)
            return bad(b, raw->arg[0], "两边不是同一类代码");
        if (raw->op != X_EQ && raw->op != X_NE)
            return bad(b, raw->arg[0], "代码只能用 = 或 <> 比较");
        return binary(b, raw->op, V_BOOL, p, q);
    }
    if (p->type == V_BOOL || q->type == V_BOOL)
        return p->type == q->type ? binary(b, raw->op, V_BOOL, p, q)
                                  : bad(b, ra, "不能与是非值比较");
    return align(b, &p, &q) ? binary(b, raw->op, V_BOOL, p, q) : NULL;
}

static struct expr *bind_arith(struct binder *b, const struct expr *raw)
{
    struct expr *p = bind(b, raw->arg[0]), *q = p ? bind(b, raw->arg[1]) : NULL;
    if (!p || !q || !number(b, raw->arg[0], p) || !number(b, raw->arg[1], q))
        return NULL;
    bool add = raw->op == X_ADD || raw->op == X_SUB;
    if (add && !align(b, &p, &q))
        return NULL;
    enum vfmt fp = p->fmt, fq = q->fmt;
    struct expr *x = binary(b, raw->op, V_NUM, p, q);
    if (!x)
        return NULL;
    if (add) {
        x->scale = p->scale;
        x->fmt = raw->op == X_SUB && fp == fq ? VF_NUM : fp != VF_NUM ? fp : fq;
    } else {
        x->scale = raw->op == X_MUL ? p->scale + q->scale : 6;
        if (x->scale > 10)
            return bad(b, raw->arg[0], "小数位太多，请先取整");
    }
    return x;
}

/* ---- calls ---- */

static struct expr *call_time(struct binder *b, const struct expr *raw, enum xop op, enum vfmt fmt)
{
    struct expr *a = raw->n_arg == 1 ? bind(b, raw->arg[0]) : bad(b, raw, "应有一个参数");
    if (!a)
        return NULL;
    if (a->fmt != VF_DAY && a->fmt != VF_SEC)
        return bad(b, raw, "参数应为日期或时间");
    if (op == X_HOUR && a->fmt != VF_SEC)
        return bad(b, raw, "参数应为时间");
    if (op != X_HOUR)
        a = day_of(b, a);
    if (op == X_DAY)
        return a;
    struct expr *x = unary(b, op, V_NUM, a);
    if (x)
        x->fmt = fmt;
    return x;
}

static struct expr *code_arg(struct binder *b, const struct expr *raw, int i)
{
    struct expr *a = raw->n_arg > i ? bind(b, raw->arg[i]) : NULL;
    if (!a || a->type != V_CODE) {
        if (!b->ld->e || !b->ld->e->code)
            bad(b, raw, "参数应为代码");
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
        return bad(b, raw, "left(代码, 位数)");
    struct expr *x = unary(b, cat3 ? X_CAT3 : X_LEFT, V_CODE, a);
    if (x) {
        x->domain = a->domain;
        x->num = cat3 ? 3 : raw->arg[1]->num;
        link_me(b, x);
    }
    return x;
}

static struct expr *call_dx(struct binder *b, const struct expr *raw, enum xop op)
{
    struct expr *p = code_arg(b, raw, 0), *q = p ? code_arg(b, raw, 1) : NULL;
    struct expr *x = binary(b, op, V_BOOL, p, q);
    if (x)
        link_me(b, x);
    return x;
}

/* The visit of the event, as a code column: any_dx and lines.* hang on it. */
static struct expr *visit_key(struct binder *b, const struct expr *raw)
{
    enum source_id from = b->flags & BIND_INNER ? b->inner : b->clause ? b->clause->src : S_PERSON;
    struct expr *x = event_name(b, raw, from, BASE_CUR, SPAN("mdtrt_id"));
    if (x && (b->flags & BIND_INNER))
        x->num = 1;
    return x;
}

static struct expr *call_any_dx(struct binder *b, const struct expr *raw)
{
    if (raw->n_arg != 1)
        return bad(b, raw, "应有一个参数");
    const struct expr *s = raw->arg[0];
    struct code_pattern *set = s->op == X_NAME ? bind_dx_set(b, s->text) : patterns(b, s);
    struct expr *x = set ? set_test(b, X_ANYDX, visit_key(b, raw), set) : NULL;
    if (x)
        x->domain = D_DX;
    return x;
}

static struct expr *call_dx_in(struct binder *b, const struct expr *raw)
{
    struct expr *a = code_arg(b, raw, 0);
    if (!a || raw->n_arg != 2)
        return a ? bad(b, raw, "dx_in(代码, 集合名)") : NULL;
    return set_test(b, X_IN, a, bind_dx_set(b, raw->arg[1]->text));
}

static struct expr *call_dx_listed(struct binder *b, const struct expr *raw)
{
    const struct knowledge *k = raw->n_arg == 2 ? library_knowledge(b->ld->lib, raw->arg[0]->text)
                                                : NULL;
    if (!k || knowledge_column(k, SPAN("dx")) < 0)
        return bad(b, raw, "any_dx_listed(表, 键)：表应有列 dx");
    struct expr *key = bind(b, raw->arg[1]), *v = key ? visit_key(b, raw) : NULL;
    struct expr *x = binary(b, X_DXLISTED, V_BOOL, key, v);
    if (x) {
        x->kn = k;
        x->num = k->key;
        link_me(b, x);
    }
    return x;
}

/* has(TABLE, key...), covered(TABLE, key..., day), look(TABLE, column, key...), look_at(TABLE, column, day, key...) */
static struct expr *call_table(struct binder *b, const struct expr *raw)
{
    bool covered = span_is(raw->text, "covered"), at = span_is(raw->text, "look_at");
    bool look = at || span_is(raw->text, "look");
    if (raw->n_arg < 2)
        return bad(b, raw, "参数不够");
    struct span table = raw->arg[0]->text;
    const struct lookup_def *l = lookup_find(table);
    const struct knowledge *k = l ? NULL : library_knowledge(b->ld->lib, table);
    if (!l && !k)
        return bad(b, raw->arg[0], "没有这张表");
    struct expr *x = make(b, look ? X_LOOK : covered ? X_COVERED : X_HAS, look ? V_NUM : V_BOOL);
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
            return bad(b, raw->arg[1], "表中没有这一列");
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
        day = day_of(b, bind(b, raw->arg[i++]));
    if (covered)
        day = day_of(b, bind(b, raw->arg[raw->n_arg - 1]));
    if ((covered || at) && !day)
        return NULL;
    if (n_key < 1 || n_key > 3 || (l && n_key > l->n_key))
        return bad(b, raw, "键的个数不对");
    for (int j = 0; j < n_key; j++) {
        enum domain d = l ? l->key[j].domain : k->column[j == 0 ? k->key : j].domain;
        struct expr *key = literal(raw->arg[i + j]) ? as_code(b, raw->arg[i + j], d)
                                                    : bind(b, raw->arg[i + j]);
        if (!key)
            return NULL;
        if (l && (key->type != V_CODE || key->domain != d))
            return bad(b, raw->arg[i + j], "键的类型与表不符");
        x->arg[x->n_arg++] = key;
        x->dep |= key->dep;
    }
    x->num = n_key;
    if (day) {
        x->arg[x->n_arg++] = day;
        x->dep |= day->dep;
    }
    x->agg = day ? AGG_ANY : AGG_SUM; /* has a day argument or not */
    link_me(b, x);
    return x;
}

static struct expr *call_choice(struct binder *b, const struct expr *raw, enum xop op)
{
    int from = op == X_IF, want = op == X_IF ? 3 : op == X_ABS ? 1 : 2;
    if (raw->n_arg < want || (op != X_COALESCE && op != X_MIN && op != X_MAX && raw->n_arg != want))
        return bad(b, raw, "参数个数不对");
    struct expr *x = make(b, op, V_NUM);
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
        x->arg[i] = bind(b, raw->arg[i]);
        if (!x->arg[i])
            return NULL;
        if (i > from && (x->arg[i]->type != x->arg[from]->type))
            return bad(b, raw->arg[i], "各参数类型应相同");
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
    struct expr *p = raw->n_arg == 2 ? day_of(b, bind(b, raw->arg[0]))
                                     : bad(b, raw, "age(出生日期, 日期)");
    return p ? binary(b, X_AGE, V_NUM, p, day_of(b, bind(b, raw->arg[1]))) : NULL;
}

static struct expr *call_ceil(struct binder *b, const struct expr *raw)
{
    struct expr *p = raw->n_arg == 2 ? bind(b, raw->arg[0]) : bad(b, raw, "ceil_div(a, b)");
    struct expr *q = p ? bind(b, raw->arg[1]) : NULL;
    if (!p || !q || !number(b, raw, p) || !number(b, raw, q) || !align(b, &p, &q))
        return NULL;
    return binary(b, X_CEILDIV, V_NUM, p, q);
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
    };
    bool members = span_is(what, "m");
    struct expr *x = make(b, members ? X_MEMBERS : X_AGG, V_NUM);
    bool found = false;
    for (size_t i = 0; x && i < sizeof fns / sizeof *fns; i++)
        if (span_is(fn, fns[i].name)) {
            x->agg = fns[i].agg;
            found = true;
        }
    if (!found)
        return bad(b, raw, "没有这个统计函数");
    if (!b->clause || (b->flags & BIND_INNER))
        return bad(b, raw, "统计不能嵌套");
    if (members && !(b->flags & BIND_AFTER))
        return bad(b, raw, "m. 只用于提问之后");
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
        return bad(b, raw, "缺少参数");
    if (re && !(x->arg[0] = bind(&inner, re)))
        return NULL;
    if (rc && !(x->arg[1] = bind_cond(&inner, rc)))
        return NULL;
    x->n_arg = 3;
    if (x->agg == AGG_ANY || x->agg == AGG_ALL)
        x->type = V_BOOL;
    if (x->arg[0] && (x->agg == AGG_SUM || x->agg == AGG_MIN || x->agg == AGG_MAX)) {
        if (!number(b, raw, x->arg[0]))
            return NULL;
        x->scale = x->arg[0]->scale;
        x->fmt = x->arg[0]->fmt;
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
        return bad(b, raw, "measure(名, 键...)");
    struct expr *x = make(b, X_MEASURE, V_NUM);
    for (int i = 0; x && i < lib->n_measures; i++)
        if (span_eq(lib->measures[i]->name, raw->arg[0]->text))
            x->measure = lib->measures[i];
    if (!x || !x->measure)
        return bad(b, raw->arg[0], "没有这个指标");
    for (int i = 1; i < raw->n_arg; i++) {
        x->arg[x->n_arg] = bind(b, raw->arg[i]);
        if (!x->arg[x->n_arg++])
            return NULL;
    }
    x->scale = 6;
    x->dep = DEP_AFTER;
    return x;
}

static struct expr *bind_call(struct binder *b, const struct expr *raw)
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
        {"measure", call_measure},
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
    return bad(b, raw, "没有这个函数");
}

static struct expr *bind_param(struct binder *b, const struct expr *raw)
{
    const struct ynode *maps[] = {b->ld->params, b->ld->base_params};
    struct span name = {raw->text.p, raw->text.n};
    if (name.n && name.p[0] == '$') {
        name.p++;
        name.n--;
    }
    for (int m = 0; m < 2; m++)
        for (const struct ynode *c = maps[m] ? maps[m]->child : NULL; c; c = c->next) {
            if (!span_eq(c->key, name))
                continue;
            struct expr *inner;
            struct span text = c->kind == Y_MAP ? ynode_text(c, "default") : c->text;
            if (expr_parse(b->ld->a, text, &inner, b->ld->e) < 0)
                return NULL;
            return bind(b, inner);
        }
    return bad(b, raw, "没有声明这个参数（param）");
}

static struct expr *bind(struct binder *b, const struct expr *raw)
{
    struct expr *x = NULL, *y = NULL, *z = NULL;
    switch (raw->op) {
    case X_AND:
    case X_OR:
        x = bind_cond(b, raw->arg[0]);
        y = x ? bind_cond(b, raw->arg[1]) : NULL;
        return binary(b, raw->op, V_BOOL, x, y);
    case X_NOT: return unary(b, X_NOT, V_BOOL, bind_cond(b, raw->arg[0]));
    case X_EQ:
    case X_NE:
    case X_LT:
    case X_LE:
    case X_GT:
    case X_GE: return bind_compare(b, raw);
    case X_ADD:
    case X_SUB:
    case X_MUL:
    case X_DIV: return bind_arith(b, raw);
    case X_NEG:
        x = bind(b, raw->arg[0]);
        if (!number(b, raw->arg[0], x))
            return NULL;
        y = unary(b, X_NEG, V_NUM, x);
        if (y)
            y->scale = x->scale;
        return y;
    case X_KNOWN:
    case X_MISSING: return unary(b, raw->op, V_BOOL, bind(b, raw->arg[0]));
    case X_IN: return bind_in(b, raw);
    case X_RANGE: {
        x = bind(b, raw->arg[0]);
        y = x ? bind(b, raw->arg[1]) : NULL;
        z = y ? bind(b, raw->arg[2]) : NULL;
        if (!z || !number(b, raw->arg[0], x) || !number(b, raw->arg[1], y) ||
            !number(b, raw->arg[2], z))
            return NULL;
        struct expr *x2 = x;
        if (!align(b, &x, &y) || !align(b, &x2, &z))
            return NULL;
        return binary(b, X_AND, V_BOOL, binary(b, X_GE, V_BOOL, x, y),
                      binary(b, X_LE, V_BOOL, x2, z));
    }
    case X_NUM:
        x = make(b, X_NUM, V_NUM);
        if (x) {
            x->num = raw->num;
            x->scale = raw->scale;
        }
        return x;
    case X_STR: {
        /* a date, or a code that bind_compare would have taken */
        day_t d;
        if (!day_parse(raw->text, &d))
            return bad(b, raw, "文字只能与代码比较");
        x = make(b, X_NUM, V_NUM);
        if (x) {
            x->num = d;
            x->fmt = VF_DAY;
        }
        return x;
    }
    case X_NAME: return bind_name(b, raw);
    case X_PARAM: return bind_param(b, raw);
    case X_CALL: return bind_call(b, raw);
    default: return bad(b, raw, "这里不能用");
    }
}

struct expr *bind_expr(struct binder *b, const struct expr *raw)
{
    return bind(b, raw);
}

struct expr *bind_cond(struct binder *b, const struct expr *raw)
{
    struct expr *x = bind(b, raw);
    if (x && x->type != V_BOOL)
        return bad(b, raw, "应为是非条件");
    return x;
}
