/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "engine/expr.h"

#include "base/fen.h"
#include "base/limits.h"

struct parser {
    struct arena *a;
    struct span text;
    size_t at;
    int depth;
    struct err *e;
};

static int fail(struct parser *p, const char *what)
{
    err_set(p->e, ERR_INPUT, "表达式第 %zu 个字节处：%s：「%.*s」", p->at + 1, what, (int)p->text.n,
            p->text.p);
    return -1;
}

static void blank(struct parser *p)
{
    while (p->at < p->text.n &&
           (p->text.p[p->at] == ' ' || p->text.p[p->at] == '\n' || p->text.p[p->at] == '\t'))
        p->at++;
}

static bool name_char(char c, bool first)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           (unsigned char)c >= 0x80 || (!first && c >= '0' && c <= '9');
}

/* The word at the cursor, not consumed. */
static struct span peek_word(struct parser *p)
{
    blank(p);
    size_t i = p->at;
    while (i < p->text.n && name_char(p->text.p[i], i == p->at))
        i++;
    return (struct span){p->text.p + p->at, i - p->at};
}

static bool take_word(struct parser *p, const char *w)
{
    struct span s = peek_word(p);
    if (!span_is(s, w))
        return false;
    p->at += s.n;
    return true;
}

static bool take(struct parser *p, const char *s)
{
    blank(p);
    size_t n = strlen(s);
    if (p->text.n - p->at < n || memcmp(p->text.p + p->at, s, n) != 0)
        return false;
    p->at += n;
    return true;
}

static struct expr *node(struct parser *p, enum xop op, struct expr *a, struct expr *b)
{
    struct expr *x = arena_calloc(p->a, sizeof *x);
    if (!x) {
        err_nomem(p->e);
        return NULL;
    }
    x->op = op;
    x->id = -1;
    x->domain = D_NONE;
    x->column = (int)p->at + 1;
    if (a)
        x->arg[x->n_arg++] = a;
    if (b)
        x->arg[x->n_arg++] = b;
    return x;
}

static struct expr *parse_or(struct parser *p);

/* {03, 04, Z51.1, C00-C97, 0011*, '名 称'} */
static struct expr *parse_set(struct parser *p)
{
    struct expr *x = node(p, X_SET, NULL, NULL);
    if (!x)
        return NULL;
    struct code_pattern **tail = &x->set;
    for (;;) {
        blank(p);
        size_t from = p->at;
        while (p->at < p->text.n && p->text.p[p->at] != ',' && p->text.p[p->at] != '}')
            p->at++;
        if (p->at >= p->text.n) {
            fail(p, "集合缺少右花括号 }");
            return NULL;
        }
        struct span s = span_trim((struct span){p->text.p + from, p->at - from});
        if (s.n >= 2 && s.p[0] == '\'' && s.p[s.n - 1] == '\'')
            s = (struct span){s.p + 1, s.n - 2};
        struct code_pattern *c = arena_calloc(p->a, sizeof *c);
        if (!c || !s.n) {
            c ? (void)fail(p, "集合中有空元素") : (void)err_nomem(p->e);
            return NULL;
        }
        c->lo = c->hi = s;
        const char *dash = memchr(s.p, '-', s.n);
        if (s.p[s.n - 1] == '*') {
            c->lo.n = c->hi.n = s.n - 1;
            c->prefix = true;
        } else if (dash && dash > s.p && (size_t)(dash - s.p) * 2 + 1 == s.n) {
            c->lo.n = (size_t)(dash - s.p);
            c->hi = (struct span){dash + 1, c->lo.n};
            c->prefix = true;
        }
        *tail = c;
        tail = &c->next;
        if (p->text.p[p->at++] == '}')
            return x;
    }
}

static struct expr *parse_number(struct parser *p)
{
    size_t from = p->at;
    while (p->at < p->text.n && ((p->text.p[p->at] >= '0' && p->text.p[p->at] <= '9') ||
                                 (p->text.p[p->at] == '.' && p->at + 1 < p->text.n &&
                                  p->text.p[p->at + 1] >= '0' && p->text.p[p->at + 1] <= '9')))
        p->at++;
    struct expr *x = node(p, X_NUM, NULL, NULL);
    if (!x)
        return NULL;
    x->text = (struct span){p->text.p + from, p->at - from};
    const char *dot = memchr(x->text.p, '.', x->text.n);
    x->scale = dot ? (int)(x->text.p + x->text.n - dot - 1) : 0;
    if (x->scale > 6 || !dec_parse(x->text, x->scale, false, &x->num)) {
        fail(p, "数字不对（小数最多 6 位）");
        return NULL;
    }
    static const struct {
        const char *unit;
        int mul;
        int scale;
    } units[] = {
        {"min", 60, 0},     {"d", 1, 0},  {"h", 3600, 0}, {"s", 1, 0},
        {"万元", 10000, 0}, {"元", 1, 0}, {"天", 1, 0},   {"次", 1, 0},
    };
    size_t save = p->at;
    struct span w = peek_word(p);
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (span_is(w, units[i].unit)) {
            p->at += w.n;
            x->num *= units[i].mul;
            x->text.n = 0; /* with a unit it is no code */
            return x;
        }
    if (take(p, "%")) {
        x->scale += 2;
        x->text.n = 0;
        return x;
    }
    p->at = save;
    return x;
}

/* "(" already read. EXPR [where COND], ... ")" */
static int parse_args(struct parser *p, struct expr *call)
{
    if (take(p, ")"))
        return 0;
    for (;;) {
        if (call->n_arg == X_ARGS)
            return fail(p, "参数太多");
        struct expr *x = parse_or(p);
        if (!x)
            return -1;
        call->arg[call->n_arg++] = x;
        if (take_word(p, "where")) {
            struct expr *c = parse_or(p);
            if (!c || call->n_arg == X_ARGS)
                return -1;
            call->arg[call->n_arg++] = c;
            call->num = 1; /* the last argument is a condition */
        }
        if (take(p, ")"))
            return 0;
        if (!take(p, ","))
            return fail(p, "应为 , 或 )");
    }
}

static struct expr *parse_primary(struct parser *p)
{
    blank(p);
    if (p->at >= p->text.n) {
        fail(p, "不完整");
        return NULL;
    }
    char c = p->text.p[p->at];
    if (take(p, "(")) {
        struct expr *x = parse_or(p);
        if (x && !take(p, ")")) {
            fail(p, "缺少右括号 )");
            return NULL;
        }
        return x;
    }
    if (take(p, "{"))
        return parse_set(p);
    if (c >= '0' && c <= '9')
        return parse_number(p);
    if (take(p, "'")) {
        struct expr *x = node(p, X_STR, NULL, NULL);
        const char *q = memchr(p->text.p + p->at, '\'', p->text.n - p->at);
        if (!x || !q) {
            fail(p, "文字缺少右引号 '");
            return NULL;
        }
        x->text = (struct span){p->text.p + p->at, (size_t)(q - p->text.p) - p->at};
        p->at = (size_t)(q - p->text.p) + 1;
        return x;
    }
    bool param = take(p, "$");
    size_t from = p->at;
    struct span w = peek_word(p);
    if (!w.n) {
        fail(p, "不认识的符号");
        return NULL;
    }
    p->at += w.n;
    while (!param && p->at + 1 < p->text.n && p->text.p[p->at] == '.' &&
           name_char(p->text.p[p->at + 1], true)) {
        p->at++;
        p->at += peek_word(p).n;
    }
    struct expr *x = node(p, param ? X_PARAM : X_NAME, NULL, NULL);
    if (!x)
        return NULL;
    x->text = (struct span){p->text.p + from, p->at - from};
    if (!param && p->at < p->text.n && p->text.p[p->at] == '(') {
        p->at++;
        x->op = X_CALL;
        if (parse_args(p, x) < 0)
            return NULL;
    }
    return x;
}

static struct expr *parse_unary(struct parser *p)
{
    if (++p->depth > MAX_EXPR_DEPTH) {
        fail(p, "嵌套太深");
        return NULL;
    }
    struct expr *x = take(p, "-") ? parse_unary(p) : NULL;
    if (x)
        x = node(p, X_NEG, x, NULL);
    else if (p->e == NULL || p->e->code == 0)
        x = parse_primary(p);
    p->depth--;
    return x;
}

static struct expr *parse_mul(struct parser *p)
{
    struct expr *x = parse_unary(p);
    while (x) {
        enum xop op = take(p, "*") ? X_MUL : take(p, "/") ? X_DIV : X_AND;
        if (op == X_AND)
            return x;
        struct expr *y = parse_unary(p);
        x = y ? node(p, op, x, y) : NULL;
    }
    return NULL;
}

static struct expr *parse_add(struct parser *p)
{
    struct expr *x = parse_mul(p);
    while (x) {
        enum xop op = take(p, "+") ? X_ADD : take(p, "-") ? X_SUB : X_AND;
        if (op == X_AND)
            return x;
        struct expr *y = parse_mul(p);
        x = y ? node(p, op, x, y) : NULL;
    }
    return NULL;
}

static struct expr *parse_in(struct parser *p, struct expr *x)
{
    struct expr *y = parse_add(p);
    if (!y)
        return NULL;
    if (!take(p, ".."))
        return node(p, X_IN, x, y);
    struct expr *z = parse_add(p);
    struct expr *r = z ? node(p, X_RANGE, x, y) : NULL;
    if (r)
        r->arg[r->n_arg++] = z;
    return r;
}

static struct expr *parse_cmp(struct parser *p)
{
    static const struct {
        const char *s;
        enum xop op;
    } ops[] = {
        {"<>", X_NE}, {"!=", X_NE}, {"<=", X_LE}, {">=", X_GE},
        {"=", X_EQ},  {"<", X_LT},  {">", X_GT},
    };
    struct expr *x = parse_add(p);
    if (!x)
        return NULL;
    if (take_word(p, "is")) {
        bool not = take_word(p, "not");
        if (take_word(p, "known"))
            return node(p, not ? X_MISSING : X_KNOWN, x, NULL);
        if (take_word(p, "missing"))
            return node(p, not ? X_KNOWN : X_MISSING, x, NULL);
        fail(p, "is 之后应为 known 或 missing");
        return NULL;
    }
    size_t save = p->at;
    if (take_word(p, "not")) {
        if (!take_word(p, "in")) {
            p->at = save;
            return x;
        }
        struct expr *y = parse_in(p, x);
        return y ? node(p, X_NOT, y, NULL) : NULL;
    }
    if (take_word(p, "in"))
        return parse_in(p, x);
    for (size_t i = 0; i < sizeof ops / sizeof *ops; i++)
        if (take(p, ops[i].s)) {
            struct expr *y = parse_add(p);
            return y ? node(p, ops[i].op, x, y) : NULL;
        }
    return x;
}

static struct expr *parse_not(struct parser *p)
{
    if (!take_word(p, "not"))
        return parse_cmp(p);
    if (++p->depth > MAX_EXPR_DEPTH) {
        fail(p, "嵌套太深");
        return NULL;
    }
    struct expr *x = parse_not(p);
    p->depth--;
    return x ? node(p, X_NOT, x, NULL) : NULL;
}

static struct expr *parse_and(struct parser *p)
{
    struct expr *x = parse_not(p);
    while (x && take_word(p, "and")) {
        struct expr *y = parse_not(p);
        x = y ? node(p, X_AND, x, y) : NULL;
    }
    return x;
}

static struct expr *parse_or(struct parser *p)
{
    if (++p->depth > MAX_EXPR_DEPTH) {
        fail(p, "嵌套太深");
        return NULL;
    }
    struct expr *x = parse_and(p);
    while (x && take_word(p, "or")) {
        struct expr *y = parse_and(p);
        x = y ? node(p, X_OR, x, y) : NULL;
    }
    p->depth--;
    return x;
}

bool expr_has(const struct expr *x, enum xop op)
{
    if (!x || x->op == op)
        return x != NULL;
    for (int i = 0; i < X_ARGS; i++)
        if (expr_has(x->arg[i], op))
            return true;
    return false;
}

static bool same_set(const struct code_pattern *a, const struct code_pattern *b)
{
    for (; a && b; a = a->next, b = b->next)
        if (!span_eq(a->lo, b->lo) || !span_eq(a->hi, b->hi) || a->prefix != b->prefix)
            return false;
    return a == b;
}

bool expr_same(const struct expr *a, const struct expr *b)
{
    if (!a || !b)
        return a == b;
    if (a->op != b->op || a->type != b->type || a->n_arg != b->n_arg || a->num != b->num ||
        a->scale != b->scale || a->domain != b->domain || a->base != b->base || a->via != b->via ||
        a->src != b->src || a->from != b->from || a->field != b->field || a->agg != b->agg ||
        a->kn != b->kn || a->lookup != b->lookup || a->measure != b->measure ||
        !same_set(a->set, b->set) || (a->op == X_CODE && !span_eq(a->text, b->text)))
        return false;
    for (int i = 0; i < X_ARGS; i++)
        if (!expr_same(a->arg[i], b->arg[i]))
            return false;
    return true;
}

int expr_parse(struct arena *a, struct span text, struct expr **out, struct err *e)
{
    struct err mine = {0};
    if (text.n > MAX_EXPR_BYTES)
        return err_set(e, ERR_LIMIT, "表达式超过 %d 字节", MAX_EXPR_BYTES);
    struct parser p = {.a = a, .text = text, .e = &mine};
    struct expr *x = parse_or(&p);
    blank(&p);
    if (x && p.at < text.n) {
        fail(&p, "多余的内容");
        x = NULL;
    }
    if (!x) {
        if (!mine.code)
            err_set(&mine, ERR_INPUT, "表达式不对：「%.*s」", (int)text.n, text.p);
        if (e)
            *e = mine;
        return mine.code;
    }
    *out = x;
    return 0;
}
