/* SPDX-License-Identifier: MulanPSL-2.0 */
/* One rule from its YAML: of, from, ask, at_issue and the rest. */
#include "engine/rule.h"

#include "base/fen.h"
#include "base/limits.h"
#include "engine/bind.h"
#include "engine/load.h"

const struct rule_kind *const rule_kinds[] = {&kind_forbid, &kind_pair,    &kind_quota,   &kind_gap,
                                              &kind_level,  &kind_outlier, &kind_combine, NULL};
const char *const rule_at_of[] = {"cur", "members", "b", "shorter", "lines", NULL};
const char *const rule_at_amount[] = {"all", "excess", "none", NULL};
const char *const rule_judged_word[] = {"at_once", "day", "scope", "batch", NULL};

int kind_only(const struct rule_kind *k, const struct ynode *ask, struct err *e)
{
    const char *known[32];
    int n = 0;

    for (const struct kind_param *p = k->params; p->name && n < 31; p++)
        known[n++] = p->name;
    known[n] = NULL;
    return ynode_only(ask, known, e);
}

const char *class_name(int cls)
{
    static const char *const names[] = {"明确", "高疑", "可疑"};
    return cls >= 0 && cls < 3 ? names[cls] : "?";
}

bool rule_word(const struct ynode *n, const char *const *words, int *out)
{
    for (int i = 0; n && n->kind == Y_SCALAR && words[i]; i++)
        if (span_is(n->text, words[i])) {
            *out = i;
            return true;
        }
    return false;
}

/* Adds the position of `n` to an error that has none. */
static int at(struct loader *ld, const struct ynode *n)
{
    if (ld->e && !ld->e->where[0]) {
        char msg[sizeof ld->e->message];
        memcpy(msg, ld->e->message, sizeof msg);
        int code = ld->e->code;
        if (ld->rule && ld->rule->id.n)
            err_set(ld->e, code, "规则 %.*s 的 %.*s：%.300s", (int)ld->rule->id.n, ld->rule->id.p,
                    (int)n->key.n, n->key.n ? n->key.p : "", msg);
        err_where(ld->e, "%s:%d", n->file ? n->file : "?", n->line);
    }
    return ERR_INPUT;
}

static struct expr *bind_text(struct loader *ld, const struct clause *c, struct span text,
                              unsigned flags)
{
    struct expr *raw;
    struct binder b = {.ld = ld, .clause = c, .flags = flags};
    return expr_parse(ld->a, text, &raw, ld->e) < 0 ? NULL : bind_expr(&b, raw);
}

/* The slot's expression, in `scale` unless that is negative. */
static struct expr *bind_slot(struct loader *ld, const struct clause *c, struct span text,
                              int scale, unsigned flags)
{
    struct binder b = {.ld = ld, .clause = c, .flags = flags};
    struct expr *x = bind_text(ld, c, text, flags);
    return x && scale >= 0 ? bind_rescale(&b, x, scale) : x;
}

static struct expr *bind_text_cond(struct loader *ld, const struct clause *c, struct span text,
                                   unsigned flags)
{
    struct expr *raw;
    struct binder b = {.ld = ld, .clause = c, .flags = flags};
    return expr_parse(ld->a, text, &raw, ld->e) < 0 ? NULL : bind_cond(&b, raw);
}

int rule_slot_text(struct loader *ld, enum slot s, struct span text, const struct ynode *n,
                   int side, int scale, unsigned flags)
{
    struct rule *r = ld->rule;
    r->slot_text[s] = text;
    for (int i = 0; i < r->n_clauses; i++) {
        if (side >= 0 && r->clause[i].side != side)
            continue;
        struct expr *x = bind_slot(ld, &r->clause[i], text, scale, flags);
        if (!x)
            return at(ld, n);
        r->slot[i][s] = x;
        if (!ld->keep)
            continue;
        ld->loosen = true;
        x = bind_slot(ld, &r->clause[i], text, scale, flags);
        ld->loosen = false;
        if (!x)
            return at(ld, ld->keep);
        r->loose[i][s] = expr_same(x, r->slot[i][s]) ? NULL : x;
    }
    return 0;
}

int rule_slot(struct loader *ld, enum slot s, const struct ynode *n, int side, int scale,
              unsigned flags)
{
    if (!n)
        return 0;
    if (n->kind != Y_SCALAR)
        return ynode_bad(n, ld->e, "应为一个表达式");
    return rule_slot_text(ld, s, n->text, n, side, scale, flags);
}

int rule_add_key(struct loader *ld, const struct ynode *n)
{
    struct rule *r = ld->rule;
    if (r->n_keys == HUJI_MAX_KEYS)
        return ynode_bad(n, ld->e, "主体加分段超过 %d 段", HUJI_MAX_KEYS);
    for (int i = 0; i < r->n_clauses; i++)
        if (!(r->key[i][r->n_keys] = bind_text(ld, &r->clause[i], n->text, 0)))
            return at(ld, n);
    r->n_keys++;
    return 0;
}

int rule_slot_scale(const struct rule *r, enum slot s)
{
    int scale = 0;
    for (int i = 0; i < r->n_clauses; i++) {
        if (r->slot[i][s] && r->slot[i][s]->scale > scale)
            scale = r->slot[i][s]->scale;
        if (r->loose[i][s] && r->loose[i][s]->scale > scale)
            scale = r->loose[i][s]->scale;
    }
    return scale;
}

int rule_rescale(struct loader *ld, enum slot s, int scale)
{
    for (int i = 0; i < ld->rule->n_clauses; i++) {
        struct binder b = {.ld = ld, .clause = &ld->rule->clause[i]};
        struct expr **both[] = {&ld->rule->slot[i][s], &ld->rule->loose[i][s]};
        for (int k = 0; k < 2; k++)
            if (*both[k] && (*both[k])->type == V_NUM &&
                !(*both[k] = bind_rescale(&b, *both[k], scale)))
                return ERR_NOMEM;
    }
    return 0;
}

int rule_number(struct loader *ld, const struct ynode *n, int scale, int64_t *out)
{
    if (!n || n->kind != Y_SCALAR)
        return n ? ynode_bad(n, ld->e, "应为数字") : err_set(ld->e, ERR_INPUT, "缺少数字");
    struct binder b = {.ld = ld};
    struct expr *raw, *x = NULL;
    if (expr_parse(ld->a, n->text, &raw, ld->e) == 0)
        x = bind_expr(&b, raw);
    if (x)
        x = bind_rescale(&b, x, scale);
    if (!x)
        return at(ld, n);
    if (x->op == X_NEG && x->arg[0]->op == X_NUM) {
        *out = -x->arg[0]->num;
        return 0;
    }
    if (x->op == X_RESCALE && x->arg[0]->op == X_NEG && x->arg[0]->arg[0]->op == X_NUM) {
        *out = -x->arg[0]->arg[0]->num;
        for (int k = x->arg[0]->scale; k < scale; k++)
            *out *= 10;
        return 0;
    }
    if (x->op != X_NUM)
        return ynode_bad(n, ld->e, "应为常数");
    *out = x->num;
    return 0;
}

/* ---- from ---- */

/* SOURCE [with TABLE[.COLUMN]] [where EXPR] */
static int parse_clause(struct loader *ld, const struct ynode *n, int side)
{
    struct rule *r = ld->rule;
    if (n->kind != Y_SCALAR)
        return ynode_bad(n, ld->e, "应为「来源 [with 表] [where 条件]」");
    if (r->n_clauses == MAX_CLAUSES)
        return ynode_bad(n, ld->e, "来源太多（最多 %d）", MAX_CLAUSES);
    struct clause *c = &r->clause[r->n_clauses];
    *c = (struct clause){.side = side, .text = n->text, .line = n->line};
    struct span rest = span_trim(n->text), word = span_cut(&rest, ' ');
    int s = source_find(word);
    if (s < S_STAY) {
        ynode_bad(n, ld->e, "没有来源「%.*s」", (int)word.n, word.p);
        err_hint(
            ld->e,
            "可用：stay visit settlement operation stock line line_raw refund_unmatched sale trace check refund reg enrol lab act clearing");
        return ERR_INPUT;
    }
    c->src = (enum source_id)s;
    rest = span_trim(rest);
    if (span_starts(rest, "with ")) {
        span_cut(&rest, ' ');
        rest = span_trim(rest);
        word = span_cut(&rest, ' ');
        struct span col = word, table = span_cut(&col, '.');
        c->kn = library_knowledge(ld->lib, table);
        if (!c->kn)
            return ynode_bad(n, ld->e, "没有知识表「%.*s」", (int)table.n, table.p);
        c->kn_column = col.p ? knowledge_column(c->kn, col) : c->kn->key;
        if (c->kn_column < 0 || c->kn->column[c->kn_column].type != V_CODE)
            return ynode_bad(n, ld->e, "知识表「%.*s」没有代码列「%.*s」", (int)table.n, table.p,
                             (int)col.n, col.p);
        if (source_field(c->src, SPAN("hilist_code")) < 0)
            return ynode_bad(n, ld->e, "来源 %s 没有项目编码，不能 with", huji_sources[s].name);
        rest = span_trim(rest);
    }
    r->n_clauses++;
    r->needs_sources |= 1u << c->src;
    if (!rest.n)
        return 0;
    if (!span_starts(rest, "where "))
        return ynode_bad(n, ld->e, "「%.*s」处应为 where", (int)rest.n, rest.p);
    rest.p += 6;
    rest.n -= 6;
    c->where = bind_text_cond(ld, c, rest, 0);
    return c->where ? 0 : at(ld, n);
}

static int parse_from(struct loader *ld, const struct ynode *n)
{
    int rc = 0;
    if (!n)
        return ynode_bad(ld->rule->node, ld->e, "缺少 from（来源）");
    if (n->kind == Y_SCALAR)
        return parse_clause(ld, n, 0);
    for (const struct ynode *c = n->child; c && rc == 0; c = c->next) {
        int side = n->kind == Y_MAP && span_is(c->key, "b");
        if (n->kind == Y_MAP && !side && !span_is(c->key, "a"))
            return ynode_bad(c, ld->e, "from 的两侧应叫 a 和 b");
        if (c->kind == Y_SEQ)
            for (const struct ynode *d = c->child; d && rc == 0; d = d->next)
                rc = parse_clause(ld, d, side);
        else
            rc = parse_clause(ld, c, side);
    }
    return rc;
}

/* ---- of ---- */

static struct span owner_word(enum source_id s, struct span w)
{
    static const struct {
        const char *word, *field;
    } alias[] = {
        {"person", "psn_no"},    {"institution", "fixmedins_code"},
        {"stay", "mdtrt_id"},    {"visit", "mdtrt_id"},
        {"village", "emp_no"},   {"pair", "psn_no"},
        {"item", "hilist_code"},
    };
    for (size_t i = 0; i < sizeof alias / sizeof *alias; i++)
        if (span_is(w, alias[i].word))
            return span_of(alias[i].field);
    if (span_is(w, "institution") && s == S_REG)
        return SPAN("ide_fixmedins_no");
    return w;
}

static bool person_rooted(const struct rule *r)
{
    for (int i = 0; i < r->n_clauses; i++) {
        const struct expr *k = r->key[i][0];
        if (!k || k->op != X_FIELD || k->via != VIA_SELF ||
            (k->domain != D_PERSON && k->domain != D_VISIT))
            return false;
        if (!source_has_person(r->clause[i].src))
            return false;
    }
    return true;
}

static int parse_of(struct loader *ld, const struct ynode *n)
{
    struct rule *r = ld->rule;
    if (!n || n->kind != Y_SCALAR)
        return ynode_bad(n ? n : r->node, ld->e, "缺少 of（主体）");
    struct buf type = BUF_INIT;
    struct span rest = n->text;
    while (rest.p && r->n_keys <= HUJI_MAX_KEYS) {
        const char *slash = rest.n ? memmem(rest.p, rest.n, " / ", 3) : NULL;
        struct span term = span_trim(
            (struct span){rest.p, slash ? (size_t)(slash - rest.p) : rest.n});
        rest = slash ? (struct span){slash + 3, rest.n - (size_t)(slash - rest.p) - 3}
                     : (struct span){NULL, 0};
        if (r->n_keys == HUJI_MAX_KEYS || !term.n) {
            buf_release(&type);
            return ynode_bad(n, ld->e, "主体最多 %d 段，不能有空段", HUJI_MAX_KEYS);
        }
        buf_fmt(&type, "%s%.*s", r->n_keys ? "/" : "", (int)term.n, term.p);
        for (int i = 0; i < r->n_clauses; i++) {
            struct expr *x = bind_text(ld, &r->clause[i], owner_word(r->clause[i].src, term), 0);
            if (!x) {
                buf_release(&type);
                return at(ld, n);
            }
            r->key[i][r->n_keys] = x;
        }
        r->n_keys++;
    }
    r->n_owner = r->n_keys;
    r->owner_type = arena_span(ld->a, (struct span){buf_cstr(&type), type.n});
    buf_release(&type);
    return 0;
}

/* ---- except, unless, class, at_issue ---- */

/* The clauses an anchor can come from: of a pair one side only. What speaks of the finding is bound for these. */
static bool can_anchor(const struct rule *r, int clause)
{
    if (r->kind != &kind_pair || r->mode == PAIR_DISCOUNT)
        return true;
    return r->clause[clause].side == (r->mode == PAIR_REQUIRES ? 0 : 1);
}

static int bind_list(struct loader *ld, const struct ynode *n, struct expr ***out, int *count,
                     unsigned flags)
{
    struct rule *r = ld->rule;
    if (!n)
        return 0;
    const struct ynode *first = n->kind == Y_SCALAR ? n : n->child;
    *count = n->kind == Y_SCALAR ? 1 : (int)ynode_count(n);
    for (int i = 0; i < r->n_clauses; i++) {
        out[i] = arena_calloc(ld->a, ((size_t)*count + 1) * sizeof **out);
        int k = 0;
        for (const struct ynode *c = first; c && k < *count;
             c = n->kind == Y_SCALAR ? NULL : c->next) {
            struct span text = c->text;
            unsigned f = flags;
            for (int s = 0; s < ld->lib->n_sets; s++)
                if (span_eq(ld->lib->sets[s].name, text)) {
                    text = ld->lib->sets[s].text;
                    f |= BIND_SET;
                    break;
                }
            if (out == r->unless && !can_anchor(r, i))
                continue;
            struct expr *x = out[i] ? bind_text_cond(ld, &r->clause[i], text, f) : NULL;
            if (!x) {
                if (ld->e && !ld->e->where[0])
                    err_hint(ld->e, "应为 rules/library/sets.yaml 里的名字或一个条件");
                return at(ld, c);
            }
            out[i][k++] = x;
        }
    }
    return 0;
}

static int class_find(struct span s)
{
    for (int i = 0; i < 3; i++)
        if (span_is(s, class_name(i)))
            return i;
    return -1;
}

static int parse_class_one(struct loader *ld, const struct ynode *n, unsigned flags)
{
    struct rule *r = ld->rule;
    if (r->n_cls == MAX_CLASSES)
        return ynode_bad(n, ld->e, "class 太多");
    const struct ynode *c = n->kind == Y_MAP ? n->child : NULL;
    int cls = class_find(c ? c->key : n->text);
    if (cls < 0)
        return ynode_bad(n, ld->e, "class 应为 明确、高疑 或 可疑");
    r->cls[r->n_cls].cls = (enum rule_class)cls;
    if (c) {
        r->cls[r->n_cls].text = c->text;
        for (int i = 0; i < r->n_clauses; i++) {
            if (!can_anchor(r, i))
                continue;
            r->cls[r->n_cls].when[i] = bind_text_cond(ld, &r->clause[i], c->text, flags);
            if (!r->cls[r->n_cls].when[i])
                return at(ld, c);
        }
    }
    r->n_cls++;
    return 0;
}

static int parse_class(struct loader *ld, const struct ynode *n, unsigned flags)
{
    if (!n)
        return ynode_bad(ld->rule->node, ld->e, "缺少 class（明确 / 高疑 / 可疑）");
    if (n->kind != Y_SEQ)
        return parse_class_one(ld, n, flags);
    int rc = 0;
    for (const struct ynode *c = n->child; c && rc == 0; c = c->next)
        rc = parse_class_one(ld, c, flags);
    return rc;
}

static int parse_at_issue(struct loader *ld, const struct ynode *n, unsigned flags)
{
    static const char *const known[] = {"of", "amount", "where", "floor", "lawful", NULL};
    const char *const *ofs = rule_at_of, *const *amounts = rule_at_amount;
    struct rule *r = ld->rule;
    if (!n)
        return ynode_bad(r->node, ld->e, "缺少 at_issue（涉及金额）");
    int rc = n->kind == Y_MAP ? ynode_only(n, known, ld->e)
                              : ynode_bad(n, ld->e, "应为 {of: ..., amount: ...}");
    if (rc < 0)
        return rc;
    int v = OF_CUR;
    int64_t lawful = -1;
    if (ynode_get(n, "lawful") && (rc = rule_number(ld, ynode_get(n, "lawful"), 0, &lawful)) < 0)
        return rc;
    r->lawful = lawful;
    const struct ynode *of = ynode_get(n, "of"), *amount = ynode_get(n, "amount"),
                       *where = ynode_get(n, "where");
    if (r->combine) { /* of names the part; combine.c has read it */
        if (amount && (!rule_word(amount, amounts, &v) || v == AMT_EXCESS))
            return ynode_bad(amount, ld->e, "combine 的 amount 应为 all 或 none");
        r->at_of = OF_MEMBERS;
        r->at_amount = amount ? (enum at_amount)v : AMT_ALL;
        return where ? ynode_bad(where, ld->e, "combine 没有 where") : 0;
    }
    if (of && !rule_word(of, ofs, &v)) {
        ynode_bad(of, ld->e, "不认识「%.*s」", (int)of->text.n, of->text.p);
        err_hint(ld->e, "可用：cur members b shorter lines");
        return ERR_INPUT;
    }
    r->at_of = (enum at_of)v;
    v = AMT_ALL;
    if (amount && !rule_word(amount, amounts, &v))
        v = AMT_EXPR;
    r->at_amount = (enum at_amount)v;
    if (r->derive.on && v == AMT_EXCESS)
        return ynode_bad(amount, ld->e, "结伴的问题没有超出的部分");
    for (int i = 0; i < r->n_clauses; i++) {
        if (!can_anchor(r, i))
            continue;
        if (v == AMT_EXPR) {
            struct binder b = {.ld = ld, .clause = &r->clause[i]};
            struct expr *x = bind_text(ld, &r->clause[i], amount->text, flags);
            r->at_expr[i] = x && x->type == V_NUM ? bind_rescale(&b, x, 2) : NULL;
            if (!r->at_expr[i])
                return at(ld, amount);
        }
        if (where) {
            struct expr *raw;
            struct binder b = {
                .ld = ld, .clause = &r->clause[i], .flags = flags | BIND_INNER, .inner = S_LINE};
            if (expr_parse(ld->a, where->text, &raw, ld->e) < 0 ||
                !(r->at_where[i] = bind_cond(&b, raw)))
                return at(ld, where);
        }
    }
    if (r->at_of == OF_LINES && !where)
        return ynode_bad(n, ld->e, "of: lines 需要 where");
    return 0;
}

/* ---- the whole rule ---- */

static int parse_dates(struct loader *ld, const struct ynode *n)
{
    struct rule *r = ld->rule;
    r->from = r->to = DAY_NONE;
    struct span f = ynode_text(n, "from"), t = ynode_text(n, "to");
    if ((f.n && !day_parse(f, &r->from)) || (t.n && !day_parse(t, &r->to)))
        return ynode_bad(n, ld->e, "日期不对，应如 2021-05-01");
    return 0;
}

static int parse_judged(struct loader *ld, const struct ynode *n)
{
    struct rule *r = ld->rule;
    struct span rest = n ? n->text : SPAN("batch"), w = span_cut(&rest, ' ');
    for (int i = 0; rule_judged_word[i]; i++)
        if (span_is(w, rule_judged_word[i])) {
            r->judged = (enum rule_judged)i;
            rest = span_trim(rest);
            for (size_t k = 0; k < rest.n && rest.p[k] >= '0' && rest.p[k] <= '9'; k++)
                r->judged_days = r->judged_days * 10 + (rest.p[k] - '0');
            return 0;
        }
    ynode_bad(n, ld->e, "「%.*s」不对", (int)n->text.n, n->text.p);
    err_hint(ld->e, "可用：at_once day scope「scope 7 d」batch");
    return ERR_INPUT;
}

static int parse_ask(struct loader *ld, const struct ynode *n)
{
    struct rule *r = ld->rule;
    if (!n || n->kind != Y_MAP || !n->child || n->child->next)
        return ynode_bad(n ? n : r->node, ld->e,
                         "ask 应恰有一问：forbid pair quota gap level outlier combine");
    for (int i = 0; rule_kinds[i]; i++)
        if (span_is(n->child->key, rule_kinds[i]->name))
            r->kind = rule_kinds[i];
    if (!r->kind) {
        ynode_bad(n->child, ld->e, "没有这种提问");
        err_hint(ld->e, "可用：forbid pair quota gap level outlier combine");
        return ERR_INPUT;
    }
    return 0;
}

/* "出院 {value} 天后 ..." into parts. A name that can't be bound for a clause is an error. */
static int parse_says(struct loader *ld, const struct ynode *n, unsigned flags)
{
    struct rule *r = ld->rule;
    struct says_part **tail = &r->says_parts;
    struct span rest = r->says;
    while (rest.n) {
        struct says_part *p = arena_calloc(ld->a, sizeof *p);
        if (!p)
            return err_nomem(ld->e);
        *tail = p;
        tail = &p->next;
        const char *open = memchr(rest.p, '{', rest.n);
        size_t lit = open ? (size_t)(open - rest.p) : rest.n;
        if (lit) {
            p->text = (struct span){rest.p, lit};
            rest.p += lit;
            rest.n -= lit;
            continue;
        }
        const char *close = memchr(rest.p, '}', rest.n);
        if (!close)
            return ynode_bad(n, ld->e, "缺少右花括号 }");
        struct span inner = {rest.p + 1, (size_t)(close - rest.p) - 1};
        rest.n -= (size_t)(close - rest.p) + 1;
        rest.p = close + 1;
        const char *colon = memrchr(inner.p, ':', inner.n);
        if (colon) {
            p->fmt = (struct span){colon + 1, inner.n - (size_t)(colon - inner.p) - 1};
            inner.n = (size_t)(colon - inner.p);
        }
        p->name = inner;
        static const char *const own[] = {"amount",    "fund",  "n", "value",
                                          "threshold", "parts", NULL};
        bool mine = false;
        for (int k = 0; own[k] && (r->combine || !span_is(SPAN("parts"), own[k])); k++)
            mine = mine || span_is(inner, own[k]);
        for (int i = 0; !mine && i < r->n_clauses; i++)
            if (can_anchor(r, i) && !(p->expr[i] = bind_text(ld, &r->clause[i], inner, flags)))
                return at(ld, n);
    }
    return 0;
}

static const char *const rule_keys[] = {
    "name",     "version",  "state",     "of",        "from",     "except", "let",
    "param",    "ask",      "keep_from", "unless",    "at_issue", "class",  "judged",
    "phases",   "law",      "nature", /* what its findings most likely are (screen/nature.h) */
    "official", "serves",   "tags",      "effective", "says",     "clears", "false_positives",
    "examples", "variants", "derive",    "then",      "note",     "needs",  "family",
    "without", /* {boundary: 理由}: which kind of example this statement can't have, and why */
    NULL,
};

/* Counts the measures in x; false if something beside them needs the event or the finding's members: an acquittal that is
 * made up for later knows the measures' keys, the value and the threshold, and nothing else. */
static bool of_measures_only(const struct expr *x, int *n)
{
    if (!x)
        return true;
    if (x->op == X_MEASURE) {
        (*n)++;
        return true;
    }
    if (x->op == X_FIELD || x->op == X_FUND || x->op == X_MEMBERS || x->op == X_AGG ||
        x->op == X_KN || x->op == X_ANYDX || x->op == X_DXLISTED || x->op == X_GAP_FROM ||
        x->op == X_GAP_TO)
        return false;
    for (int i = 0; i < X_ARGS; i++)
        if (!of_measures_only(x->arg[i], n))
            return false;
    return true;
}

static bool acquits_later(const struct expr *x)
{
    int n = 0;
    return of_measures_only(x, &n) && n == 1;
}

/* Measures are known after the walk: a question that asks for one is folded then; an acquittal can be made up for. */
static void wait_for_measures(struct rule *r)
{
    bool asks = false;
    for (int i = 0; i < r->n_clauses; i++) {
        for (int s = 0; s < SL_COUNT; s++)
            asks = asks || expr_has(r->slot[i][s], X_MEASURE);
        for (int k = 0; k < r->n_cls; k++)
            asks = asks || expr_has(r->cls[k].when[i], X_MEASURE);
        for (int k = 0; k < r->n_unless; k++) {
            const struct expr *x = r->unless[i] ? r->unless[i][k] : NULL;
            if (!expr_has(x, X_MEASURE))
                continue;
            r->late = true;
            asks = asks || !acquits_later(x);
        }
    }
    if (asks)
        r->in_walk = false;
    r->waits = asks && r->kind == &kind_forbid;
    r->late = r->late && r->in_walk;
}

int rule_parse(struct loader *ld, const struct ynode *n)
{
    struct rule *r = ld->rule;
    static const char *const states[] = {"draft", "trial", "active", "retired", NULL};
    int rc = n->kind == Y_MAP ? ynode_only(n, rule_keys, ld->e) : ynode_bad(n, ld->e, "应为映射");
    if (rc < 0)
        return rc;
    r->node = n;
    r->file = n->file;
    r->line = n->line;
    r->name = ynode_text(n, "name");
    r->common_name = r->base ? ynode_text(r->base, "name") : r->name;
    r->says = ynode_text(n, "says");
    r->version = 1;
    r->lawful = -1;
    int st = ST_ACTIVE;
    const struct ynode *y = ynode_get(n, "state");
    if (y && !rule_word(y, states, &st))
        return ynode_bad(y, ld->e, "应为 draft trial active retired");
    r->state = (enum rule_state)st;
    int64_t v = 1;
    if ((y = ynode_get(n, "version")) && (rc = rule_number(ld, y, 0, &v)) < 0)
        return rc;
    r->version = (int)v;
    if (!r->name.n || !r->says.n)
        return ynode_bad(n, ld->e, "缺少 name 或 says");
    const struct ynode *ask = ynode_get(n, "ask");
    const struct ynode *keep = ynode_get(n, "keep_from");
    if ((rc = slider_begin(ld, keep)) < 0 || (rc = parse_ask(ld, ask)) < 0 ||
        (rc = parse_dates(ld, ynode_get(n, "effective"))) < 0 ||
        (rc = parse_judged(ld, ynode_get(n, "judged"))) < 0 ||
        (rc = tags_parse(ynode_get(n, "tags"), &r->tags, ld->e)) < 0)
        return rc;
    if (r->kind == &kind_outlier ||
        r->kind == &kind_combine) { /* of and from lie in what they ask */
        rc = r->kind->open(ld, r, ask->child);
    } else {
        if ((rc = parse_from(ld, ynode_get(n, "from"))) == 0 &&
            (rc = parse_of(ld, ynode_get(n, "of"))) == 0 && (rc = slider_apart(ld)) == 0)
            rc = r->kind->open(ld, r, ask->child);
        unsigned nobody = 1u << S_STOCK | 1u << S_CLEARING;
        r->in_walk = rc == 0 && (person_rooted(r) ||
                                 (r->kind == &kind_forbid && !(r->needs_sources & nobody)));
    }
    if (rc < 0 || (rc = slider_finish(ld, keep)) < 0 ||
        (rc = derive_parse(ld, ynode_get(n, "derive"), ynode_get(n, "then"))) < 0)
        return rc;
    r->in_walk = r->in_walk && !r->derive.on;
    unsigned after = BIND_AFTER | (r->kind == &kind_gap || r->kind == &kind_pair ? BIND_PREV : 0);
    if ((rc = bind_list(ld, ynode_get(n, "except"), r->except, &r->n_except, BIND_SET)) < 0 ||
        (rc = bind_list(ld, ynode_get(n, "unless"), r->unless, &r->n_unless, after)) < 0 ||
        (rc = parse_class(ld, ynode_get(n, "class"), after)) < 0 ||
        (rc = parse_at_issue(ld, ynode_get(n, "at_issue"), after)) < 0 ||
        (rc = parse_says(ld, ynode_get(n, "says"), after)) < 0)
        return rc;
    wait_for_measures(r);
    return rule_lint(r, ld->e);
}

/* NAME: {title, of, from, except, value: {sum|share|count|ratio|first_digits}, n, peers} */
int measure_parse(struct loader *ld, const struct ynode *n, struct measure *m)
{
    static const char *const known[] = {"title", "of",    "from", "except", "value",
                                        "n",     "peers", "let",  "note",   NULL};
    struct rule *r = ld->rule;
    int rc = n->kind == Y_MAP ? ynode_only(n, known, ld->e) : ynode_bad(n, ld->e, "应为映射");
    if (rc < 0)
        return rc;
    r->node = n;
    r->file = n->file;
    r->line = n->line;
    r->kind = &kind_measure;
    r->is_measure = r->hidden = true;
    r->name = m->title = ynode_text(n, "title");
    if ((rc = parse_from(ld, ynode_get(n, "from"))) < 0 ||
        (rc = parse_of(ld, ynode_get(n, "of"))) < 0 ||
        (rc = bind_list(ld, ynode_get(n, "except"), r->except, &r->n_except, BIND_SET)) < 0)
        return rc;
    m->n_owner = r->n_keys;
    m->by_person = person_rooted(r) && r->key[0][0]->domain == D_PERSON;
    for (int i = 1; i < r->n_clauses; i++)
        m->by_person = m->by_person && r->key[i][0]->domain == D_PERSON;
    const struct ynode *v = ynode_get(n, "value");
    if (!v || v->kind != Y_MAP || !v->child)
        return ynode_bad(v ? v : n, ld->e, "缺少 value：{sum|share|count|ratio: ...}");
    struct span how = v->child->key;
    const struct ynode *arg = v->child;
    if (span_is(how, "sum")) {
        rc = rule_slot(ld, SL_QTY, arg, -1, -1, 0);
    } else if (span_is(how, "count")) {
        if (arg->kind == Y_SCALAR && span_starts(arg->text, "distinct ")) {
            r->count = COUNT_DISTINCT;
            rc = rule_slot_text(ld, SL_GROUP, (struct span){arg->text.p + 9, arg->text.n - 9}, arg,
                                -1, -1, 0);
        }
        if (rc == 0)
            rc = rule_slot_text(ld, SL_QTY, SPAN("1"), arg, -1, 0, 0);
    } else if (span_is(how, "first_digits")) { /* how far from Benford's law; see measure_build */
        m->share = true;
        r->count = COUNT_DIGITS;
        rc = rule_slot(ld, SL_GROUP, arg, -1, -1, 0);
        if (rc == 0)
            rc = rule_slot_text(ld, SL_QTY, SPAN("1"), arg, -1, 0, 0);
        if (rc == 0)
            rc = rule_slot_text(ld, SL_RATIO, SPAN("1"), arg, -1, 0, 0);
    } else if (span_is(how, "share")) {
        m->share = true;
        struct buf b = BUF_INIT;
        buf_fmt(&b, "if(%.*s, 1, 0)", (int)arg->text.n, arg->text.p);
        struct span text = arena_span(ld->a, (struct span){buf_cstr(&b), b.n});
        buf_release(&b);
        rc = rule_slot_text(ld, SL_QTY, text, arg, -1, 0, 0);
        if (rc == 0)
            rc = rule_slot_text(ld, SL_RATIO, SPAN("1"), arg, -1, 0, 0);
    } else if (span_is(how, "ratio")) {
        m->share = true;
        rc = rule_slot(ld, SL_QTY, ynode_get(arg, "num"), -1, -1, 0);
        if (rc == 0)
            rc = rule_slot(ld, SL_RATIO, ynode_get(arg, "den"), -1, rule_slot_scale(r, SL_QTY), 0);
    } else {
        return ynode_bad(arg, ld->e, "应为 sum share count ratio first_digits 之一");
    }
    r->scale = rule_slot_scale(r, SL_QTY);
    const struct ynode *peers = ynode_get(n, "peers");
    static const enum slot peer_slots[] = {SL_CAP, SL_HI, SL_SCOPE};
    int k = 0;
    for (const struct ynode *p = peers ? peers->child : NULL; p && rc == 0; p = p->next, k++) {
        if (k == 3)
            return ynode_bad(p, ld->e, "peers 最多三项");
        rc = rule_slot(ld, peer_slots[k], p, -1, -1, 0);
    }
    return rc;
}
