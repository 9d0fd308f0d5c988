/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "engine/bind_priv.h"

#include "base/fen.h"
#include "base/limits.h"

struct expr *bind_bad(struct binder *b, const struct expr *raw, const char *what)
{
    err_set(b->ld->e, ERR_INPUT, "表达式第 %d 个字节处「%.*s」：%s", raw->column, (int)raw->text.n,
            raw->text.p ? raw->text.p : "", what);
    return NULL;
}

struct expr *bind_make(struct binder *b, enum xop op, enum vtype type)
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

void bind_link_me(struct binder *b, struct expr *x)
{
    x->id = b->ld->lib->n_nodes++;
}

struct expr *bind_unary(struct binder *b, enum xop op, enum vtype type, struct expr *a)
{
    struct expr *x = a ? bind_make(b, op, type) : NULL;
    if (x) {
        x->arg[x->n_arg++] = a;
        x->dep = a->dep;
    }
    return x;
}

struct expr *bind_binary(struct binder *b, enum xop op, enum vtype type, struct expr *p,
                         struct expr *q)
{
    struct expr *x = p && q ? bind_make(b, op, type) : NULL;
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
        r = bind_make(b, X_NUM, V_NUM);
        if (!r)
            return NULL;
        r->num = x->num;
        for (int k = x->scale; k < scale; k++)
            r->num *= 10;
    } else {
        r = bind_unary(b, X_RESCALE, V_NUM, x);
    }
    if (r) {
        r->scale = scale;
        r->fmt = x->fmt;
    }
    return r;
}

/* Both to the larger scale. */
bool bind_align(struct binder *b, struct expr **p, struct expr **q)
{
    int s = (*p)->scale > (*q)->scale ? (*p)->scale : (*q)->scale;
    *p = bind_rescale(b, *p, s);
    *q = bind_rescale(b, *q, s);
    return *p && *q;
}

bool bind_number(struct binder *b, const struct expr *raw, const struct expr *x)
{
    if (x && x->type != V_NUM)
        bind_bad(b, raw, "应为数字");
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
    struct expr *x = bind_make(b, X_FIELD, f->type == F_CODE ? V_CODE : V_NUM);
    if (!x)
        return NULL;
    x->src = src;
    x->field = field;
    x->wide = ftype_width(f->type) == 8;
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
        return bind_bad(b, raw, "没有这个字段");
    struct expr *x = column(b, src, f);
    if (!x || own)
        return x;
    x->via = via;
    if (!find_key(x, from, keys[via]))
        return bind_bad(b, raw, "这种事件没有通往它的键");
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
    if (x->via == VIA_SELF && source_is_line(from)) {
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

static struct expr *on_event(struct expr *x, enum base base, enum source_id from)
{
    x->base = base;
    x->from = from;
    x->dep = depends(x, base, from);
    x->own = x->via == VIA_SELF && base == BASE_CUR ? OWN_CUR : OWN_NOT;
    return x;
}

struct expr *bind_day_of(struct binder *b, struct expr *t)
{
    if (!t || t->fmt == VF_DAY)
        return t;
    struct expr *x = bind_unary(b, X_DAY, V_NUM, t);
    if (x)
        x->fmt = VF_DAY;
    return x;
}

/* A field of an event of source `from`: name itself, t, day, amount, or person.x, visit.x ... */
struct expr *bind_event_name(struct binder *b, const struct expr *raw, enum source_id from,
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
            return bind_bad(b, raw, "不认识的名字");
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
        if (f < 0 && span_is(head, "fund") && source_is_line(from)) {
            x = bind_make(b, X_FUND, V_NUM);
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
            return bind_bad(b, raw, "不认识的名字");
        else
            x = column(b, from, f);
        if (x && day)
            return bind_day_of(b, on_event(x, base, from));
    }
    return x ? on_event(x, base, from) : NULL;
}

static struct expr *kn_name(struct binder *b, const struct expr *raw, const struct knowledge *k,
                            struct span col)
{
    int c = knowledge_column(k, col);
    if (c < 0)
        return bind_bad(b, raw, "知识表没有这一列");
    struct expr *x = bind_make(b, X_KN, k->column[c].type);
    if (!x)
        return NULL;
    x->kn = k;
    x->field = c;
    x->scale = k->column[c].scale;
    x->fmt = k->column[c].fmt;
    x->domain = k->column[c].domain;
    x->dep = DEP_EVENT;
    bind_link_me(b, x);
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
        return bind_bad(b, raw, "let 名字互相引用成环");
    if (expr_parse(b->ld->a, let->text, &inner, b->ld->e) < 0)
        return NULL;
    struct expr *x = bind_any(b, inner);
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
            return bind_bad(b, raw, "这里还没有提问的结果");
        struct expr *x = bind_make(b, value ? X_VALUE : X_THRESHOLD, V_NUM);
        if (x) {
            x->scale = 6;
            x->dep = DEP_AFTER;
        }
        return x;
    }
    if (b->ld->rule && b->ld->rule->kind == &kind_level && span_is(raw->text, "inflow")) {
        struct expr *x = bind_make(b, X_INFLOW, V_NUM);
        if (x) {
            x->scale = 4;
            x->dep = DEP_AFTER;
        }
        return x;
    }
    if (!b->clause)
        return bind_bad(b, raw, "这里只能用常数");
    enum source_id outer = b->clause->src;
    /* within a gap's lines the ends are days of the axis, whichever event they came from */
    bool ends = b->ld->rule && b->ld->rule->kind == &kind_gap && (b->flags & BIND_AFTER);
    bool lo = span_is(raw->text, "gap_from") ||
              ((b->flags & BIND_INNER) && span_is(raw->text, "prev.day"));
    bool hi = span_is(raw->text, "gap_to") ||
              ((b->flags & BIND_INNER) && span_is(raw->text, "cur.day"));
    if (ends && (lo || hi)) {
        struct expr *x = bind_make(b, lo ? X_GAP_FROM : X_GAP_TO, V_NUM);
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
            return bind_bad(b, raw, "这里没有前一个事件 prev");
        return bind_event_name(b, raw, prev_source(b, outer), BASE_PREV, rest);
    }
    if (rest.p && span_is(head, "cur"))
        return bind_event_name(b, raw, outer, BASE_CUR, rest);
    if (b->flags & BIND_INNER) {
        struct expr *x = bind_event_name(b, raw, b->inner, BASE_CUR, raw->text);
        struct expr *column = x && x->op == X_DAY ? x->arg[0] : x;
        if (column) {
            column->num = 1; /* inner event */
            column->own = column->own ? OWN_INNER : OWN_NOT;
        }
        return x;
    }
    return bind_event_name(b, raw, outer, BASE_CUR, raw->text);
}

/* ---- literals as codes ---- */

struct expr *bind_as_code(struct binder *b, const struct expr *raw, enum domain d)
{
    if (!raw->text.n)
        return bind_bad(b, raw, "这里应为代码");
    struct expr *x = bind_make(b, X_CODE, V_CODE);
    if (!x)
        return NULL;
    x->text = raw->text;
    x->domain = d;
    bind_link_me(b, x);
    return x;
}

bool bind_literal(const struct expr *raw)
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
        c->prefix = c->listed = true;
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
struct code_pattern *bind_patterns(struct binder *b, const struct expr *raw)
{
    struct code_pattern *list = NULL;
    if (raw->op == X_CALL && span_is(raw->text, "dx_set") && raw->n_arg == 1)
        return bind_dx_set(b, raw->arg[0]->text);
    if (raw->op == X_NAME) {
        list = group_patterns(b, raw->text, NULL);
        if (!list)
            bind_bad(b, raw, "in 之后应为 {...}、IPT OPT CHR PHA DAY 或 dx_set(名)");
        return list;
    }
    if (raw->op != X_SET) {
        bind_bad(b, raw, "in 之后应为集合 {...}");
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

struct expr *bind_set_test(struct binder *b, enum xop op, struct expr *a, struct code_pattern *set)
{
    struct expr *x = a && set ? bind_unary(b, op, V_BOOL, a) : NULL;
    if (x) {
        x->set = set;
        x->domain = a->domain;
        bind_link_me(b, x);
    }
    return x;
}

static struct expr *bind_in(struct binder *b, const struct expr *raw)
{
    struct expr *a = bind_any(b, raw->arg[0]);
    if (!a)
        return NULL;
    if (a->type == V_CODE)
        return bind_set_test(b, X_IN, a, bind_patterns(b, raw->arg[1]));
    if (a->type != V_NUM || raw->arg[1]->op != X_SET)
        return bind_bad(b, raw->arg[0], "in 只用于代码或数字");
    struct expr *any = NULL;
    for (const struct code_pattern *p = raw->arg[1]->set; p; p = p->next) {
        struct expr *k = bind_make(b, X_NUM, V_NUM), *l = a;
        if (!k || !dec_parse(p->lo, 6, false, &k->num))
            return bind_bad(b, raw->arg[0], "集合元素应为数字");
        k->scale = 6;
        if (!bind_align(b, &l, &k))
            return NULL;
        struct expr *eq = bind_binary(b, X_EQ, V_BOOL, l, k);
        any = any ? bind_binary(b, X_OR, V_BOOL, any, eq) : eq;
    }
    return any;
}

static struct expr *bind_compare(struct binder *b, const struct expr *raw)
{
    const struct expr *ra = raw->arg[0], *rb = raw->arg[1];
    struct expr *p = bind_literal(ra) && !bind_literal(rb) ? NULL : bind_any(b, ra);
    struct expr *q = NULL;
    if (p && p->type == V_CODE && bind_literal(rb))
        q = bind_as_code(b, rb, p->domain);
    else if (p || bind_literal(ra))
        q = bind_any(b, rb);
    if (!p && q)
        p = q->type == V_CODE ? bind_as_code(b, ra, q->domain) : bind_any(b, ra);
    if (!p || !q)
        return NULL;
    if (p->type == V_CODE || q->type == V_CODE) {
        if (p->type != q->type || p->domain != q->domain)
            return bind_bad(b, raw->arg[0], "两边不是同一类代码");
        if (raw->op != X_EQ && raw->op != X_NE)
            return bind_bad(b, raw->arg[0], "代码只能用 = 或 <> 比较");
        return bind_binary(b, raw->op, V_BOOL, p, q);
    }
    if (p->type == V_BOOL || q->type == V_BOOL)
        return p->type == q->type ? bind_binary(b, raw->op, V_BOOL, p, q)
                                  : bind_bad(b, ra, "不能与是非值比较");
    return bind_align(b, &p, &q) ? bind_binary(b, raw->op, V_BOOL, p, q) : NULL;
}

static struct expr *bind_arith(struct binder *b, const struct expr *raw)
{
    struct expr *p = bind_any(b, raw->arg[0]), *q = p ? bind_any(b, raw->arg[1]) : NULL;
    if (!p || !q || !bind_number(b, raw->arg[0], p) || !bind_number(b, raw->arg[1], q))
        return NULL;
    bool add = raw->op == X_ADD || raw->op == X_SUB;
    if (add && !bind_align(b, &p, &q))
        return NULL;
    enum vfmt fp = p->fmt, fq = q->fmt;
    struct expr *x = bind_binary(b, raw->op, V_NUM, p, q);
    if (!x)
        return NULL;
    if (add) {
        x->scale = p->scale;
        x->fmt = raw->op == X_SUB && fp == fq ? VF_NUM : fp != VF_NUM ? fp : fq;
    } else {
        x->scale = raw->op == X_MUL ? p->scale + q->scale : 6;
        if (x->scale > 10)
            return bind_bad(b, raw->arg[0], "小数位太多，请先取整");
    }
    return x;
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
            bool slides = b->ld->keep && span_eq(b->ld->keep->key, name);
            b->ld->slid += slides && !b->ld->loosen;
            if (slides && b->ld->loosen)
                text = b->ld->keep->text;
            if (expr_parse(b->ld->a, text, &inner, b->ld->e) < 0)
                return NULL;
            return bind_any(b, inner);
        }
    return bind_bad(b, raw, "没有声明这个参数（param）");
}

struct expr *bind_any(struct binder *b, const struct expr *raw)
{
    struct expr *x = NULL, *y = NULL, *z = NULL;
    switch (raw->op) {
    case X_AND:
    case X_OR:
        x = bind_cond(b, raw->arg[0]);
        y = x ? bind_cond(b, raw->arg[1]) : NULL;
        return bind_binary(b, raw->op, V_BOOL, x, y);
    case X_NOT: return bind_unary(b, X_NOT, V_BOOL, bind_cond(b, raw->arg[0]));
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
        x = bind_any(b, raw->arg[0]);
        if (!bind_number(b, raw->arg[0], x))
            return NULL;
        y = bind_unary(b, X_NEG, V_NUM, x);
        if (y)
            y->scale = x->scale;
        return y;
    case X_KNOWN:
    case X_MISSING: return bind_unary(b, raw->op, V_BOOL, bind_any(b, raw->arg[0]));
    case X_IN: return bind_in(b, raw);
    case X_RANGE: {
        x = bind_any(b, raw->arg[0]);
        y = x ? bind_any(b, raw->arg[1]) : NULL;
        z = y ? bind_any(b, raw->arg[2]) : NULL;
        if (!z || !bind_number(b, raw->arg[0], x) || !bind_number(b, raw->arg[1], y) ||
            !bind_number(b, raw->arg[2], z))
            return NULL;
        struct expr *x2 = x;
        if (!bind_align(b, &x, &y) || !bind_align(b, &x2, &z))
            return NULL;
        return bind_binary(b, X_AND, V_BOOL, bind_binary(b, X_GE, V_BOOL, x, y),
                           bind_binary(b, X_LE, V_BOOL, x2, z));
    }
    case X_NUM:
        x = bind_make(b, X_NUM, V_NUM);
        if (x) {
            x->num = raw->num;
            x->scale = raw->scale;
        }
        return x;
    case X_STR: {
        /* a date, or a code that bind_compare would have taken */
        day_t d;
        if (!day_parse(raw->text, &d))
            return bind_bad(b, raw, "文字只能与代码比较");
        x = bind_make(b, X_NUM, V_NUM);
        if (x) {
            x->num = d;
            x->fmt = VF_DAY;
        }
        return x;
    }
    case X_NAME: return bind_name(b, raw);
    case X_PARAM: return bind_param(b, raw);
    case X_CALL: return bind_call(b, raw);
    default: return bind_bad(b, raw, "这里不能用");
    }
}

struct expr *bind_expr(struct binder *b, const struct expr *raw)
{
    return bind_any(b, raw);
}

struct expr *bind_cond(struct binder *b, const struct expr *raw)
{
    struct expr *x = bind_any(b, raw);
    if (x && x->type != V_BOOL)
        return bind_bad(b, raw, "应为是非条件");
    return x;
}
