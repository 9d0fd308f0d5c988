/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * combine, as rule text: a rule over the answers of other rules about one owner. A part is one or several rules of the
 * library, or a question of its own, which becomes a rule that nobody sees.
 */
#include "base/mem.h"
#include "engine/bind.h"
#include "engine/load.h"
#include "engine/run.h"

/* ---- owners ---- */

/* The n-th segment of "person/year(enddate)", as an owner's word. */
static struct span segment(struct span of, int n)
{
    struct span rest = of, s = span_cut(&rest, '/');
    for (; n > 0 && rest.p; n--)
        s = span_cut(&rest, '/');
    s = n > 0 ? (struct span){NULL, 0} : span_trim(s);
    return span_is(s, "psn_no")           ? SPAN("person")
           : span_is(s, "fixmedins_code") ? SPAN("institution")
                                          : s;
}

static const struct {
    const char *word, *text;
} own[] = {
    {"person", "psn_no"},          {"institution", "fixmedins_code"},
    {"year", "year(setl_time)"},   {"quarter", "quarter(setl_time)"},
    {"month", "month(setl_time)"}, {"day", "day(setl_time)"},
};
enum { N_OWN = sizeof own / sizeof *own, N_WHO = 2 };

static int own_word(struct span w)
{
    for (int i = 0; i < N_OWN; i++)
        if (span_is(w, own[i].word))
            return i;
    return -1;
}

static struct expr *bind_own(struct loader *ld, const char *text)
{
    struct expr *raw;
    struct binder b = {.ld = ld, .clause = &ld->rule->clause[0]};
    return expr_parse(ld->a, span_of(text), &raw, ld->e) < 0 ? NULL : bind_expr(&b, raw);
}

/* A key that only the parts know: what the first rule of the first part says it is. */
static struct expr *key_of_part(const struct huji_library *lib, const struct combine *c,
                                struct span word)
{
    const struct rule *r = lib->rules[c->part[0].rule[0]];
    for (int k = 0; k < r->n_owner; k++)
        if (span_eq(segment(r->owner_type, k), word))
            return r->key[0][k];
    return NULL;
}

/* of: words, the last of which may be a period. */
static int parse_of(struct loader *ld, const struct ynode *n, const struct combine *c)
{
    struct rule *r = ld->rule;
    struct buf type = BUF_INIT;
    struct span rest = n && n->kind == Y_SCALAR ? n->text : (struct span){NULL, 0};
    if (!rest.n)
        return ynode_bad(n ? n : r->node, ld->e, "缺少 of（主体）");
    r->n_clauses = 1;
    r->clause[0] = (struct clause){.src = S_SETTLEMENT, .text = n->text, .line = n->line};
    while (rest.p && r->n_keys < HUJI_MAX_KEYS) {
        struct span word = span_trim(span_cut(&rest, '/'));
        int w = own_word(word);
        struct expr *x = w >= 0 ? bind_own(ld, own[w].text) : key_of_part(ld->lib, c, word);
        if (!x || (w >= N_WHO && rest.p)) {
            buf_release(&type);
            ynode_bad(n, ld->e, "“%.*s”不是各部分共有的主体", (int)word.n, word.p);
            return err_hint(ld->e,
                            "写 person、institution 或各部分 of 里的同一段；最后一段可为 year "
                            "quarter month day");
        }
        if (w < N_WHO) {
            buf_fmt(&type, "%s%.*s", r->n_owner++ ? "/" : "", (int)word.n, word.p);
        }
        r->key[0][r->n_keys++] = x;
    }
    if (rest.p || !r->n_owner) {
        buf_release(&type);
        return ynode_bad(n, ld->e, "主体最多 %d 段，不能只有时期", HUJI_MAX_KEYS);
    }
    r->owner_type = arena_span(ld->a, (struct span){buf_cstr(&type), type.n});
    buf_release(&type);
    return r->owner_type.p ? 0 : err_nomem(ld->e);
}

/* Where the owner's k-th key stands in a finding of `p`. */
static bool find_key(const struct rule *r, int k, struct span word, const struct rule *p,
                     int8_t *out)
{
    if (k >= r->n_owner) {
        *out = PART_PERIOD;
        return true;
    }
    for (int i = 0; i < p->n_owner && !p->derive.gang; i++) {
        const struct expr *x = p->key[0][i];
        if (!span_eq(segment(p->owner_type, i), word))
            continue;
        *out = (int8_t)i;
        return x->type == r->key[0][k]->type && x->domain == r->key[0][k]->domain;
    }
    *out = span_is(word, "person") ? PART_PERSON : PART_INST;
    return span_is(word, "person") || span_is(word, "institution");
}

static int match_owners(struct loader *ld, const struct ynode *of, struct combine *c)
{
    const struct rule *r = ld->rule;
    for (int i = 0; i < c->n_parts; i++)
        for (int j = 0; j < c->part[i].n_rules; j++)
            for (int k = 0; k < r->n_keys; k++) {
                const struct rule *p = ld->lib->rules[c->part[i].rule[j]];
                struct span word = segment(r->owner_type, k);
                if (!find_key(r, k, word, p, &c->part[i].from[j][k]))
                    return ynode_bad(of, ld->e, "规则 %.*s 的疑点没有“%.*s”", (int)p->id.n, p->id.p,
                                     (int)word.n, word.p);
            }
    return 0;
}

/* ---- parts ---- */

static int add_rule(struct loader *ld, struct combine_part *p, struct rule *r,
                    const struct ynode *n)
{
    if (r->combine || r->kind == &kind_combine)
        return ynode_bad(n, ld->e, "规则 %.*s 自己也是 combine，不能再合并", (int)r->id.n, r->id.p);
    if (p->n_rules == MAX_PART_RULES)
        return ynode_bad(n, ld->e, "一个部分最多 %d 条规则", MAX_PART_RULES);
    r->feeds = true;
    p->rule[p->n_rules++] = r->index;
    return 0;
}

/* A rule by its id, or all its variants by their common id. */
static int add_named(struct loader *ld, struct combine_part *p, const struct ynode *n)
{
    int rc = 0, before = p->n_rules;
    struct huji_library *lib = ld->lib;
    for (int pass = 0; pass < 2 && p->n_rules == before; pass++)
        for (int i = 0; i < lib->n_rules && rc == 0; i++) {
            struct rule *r = lib->rules[i];
            struct span id = pass ? r->base_id : r->id;
            if (!r->hidden && span_eq(id, n->text) && !(pass && r->kind == &kind_combine) &&
                r != ld->rule)
                rc = add_rule(ld, p, r, n);
        }
    return rc == 0 && p->n_rules == before ? ynode_bad(n, ld->e, "没有这条规则") : rc;
}

static struct ynode *scalar(struct arena *a, const struct ynode *at, const char *key,
                            struct span text)
{
    struct ynode *n = arena_calloc(a, sizeof *n);
    if (n) {
        n->kind = Y_SCALAR;
        n->key = span_of(key);
        n->text = text;
        n->file = at->file;
        n->line = at->line;
    }
    return n;
}

/* {of, from, ask ...} with what a rule must say besides. */
static struct ynode *whole_rule(struct loader *ld, const struct ynode *n, struct span title)
{
    static const char *const taken[] = {"effective", "except"};
    struct ynode m = *n,
                 *list[6] = {scalar(ld->a, n, "name", title), scalar(ld->a, n, "says", title),
                             scalar(ld->a, n, "class", SPAN("可疑")),
                             scalar(ld->a, n, "at_issue", (struct span){NULL, 0})};
    int k = 4;
    if (list[3]) { /* whose money nobody asks for */
        list[3]->kind = Y_MAP;
        list[3]->child = scalar(ld->a, n, "amount", SPAN("none"));
    }
    for (int i = 0; i < 2; i++) {
        const struct ynode *own_key = ynode_get(ld->rule->node, taken[i]);
        struct ynode *copy = own_key ? arena_alloc(ld->a, sizeof *copy) : NULL;
        if (own_key && !copy)
            return NULL;
        if (copy) {
            *copy = *own_key;
            list[k++] = copy;
        }
    }
    for (int i = 0; i < k; i++) {
        if (!list[i])
            return NULL;
        list[i]->next = i + 1 < k ? list[i + 1] : NULL;
    }
    m.child = list[0];
    return ynode_overlay(ld->a, &m, n);
}

static int add_question(struct loader *ld, struct combine_part *p, const struct ynode *n)
{
    struct rule *r = ld->rule;
    const char *id = arena_fmt(ld->a, "%.*s#%.*s", (int)r->id.n, r->id.p, (int)p->name.n,
                               p->name.p);
    struct ynode *node = id ? whole_rule(ld, n, p->title) : NULL;
    struct rule *q = node ? library_new_rule(ld->lib, span_of(id), ld->e) : NULL;
    if (!q)
        return err_nomem(ld->e);
    q->base_id = r->base_id;
    q->base = r->base;
    q->hidden = true;
    struct loader own_ld = *ld;
    own_ld.rule = q;
    own_ld.keep = NULL;
    int rc = rule_parse(&own_ld, node);
    return rc < 0 ? rc : add_rule(ld, p, q, n);
}

static int bind_where(struct loader *ld, struct combine_part *p, const struct ynode *n)
{
    struct expr *raw;
    struct binder b = {.ld = ld, .clause = &ld->rule->clause[0], .flags = BIND_AFTER};
    if (!n)
        return 0;
    if (n->kind != Y_SCALAR || expr_parse(ld->a, n->text, &raw, ld->e) < 0 ||
        !(p->where = bind_cond(&b, raw)))
        return ynode_bad(n, ld->e, "应为对 value、threshold 的条件");
    return 0;
}

/* NAME: ID | [ID ...] | {finding: ID | [..], where, title} | {of, from, ask ..., title} */
static int parse_part(struct loader *ld, const struct ynode *n, struct combine_part *p)
{
    static const char *const found[] = {"finding", "where", "title", NULL};
    const struct ynode *list = n->kind == Y_MAP ? ynode_get(n, "finding") : n;
    struct span title = ynode_text(n, "title");
    int rc = 0;
    p->name = n->key;
    p->title = title.n ? title : n->key;
    if (!list) {
        const struct ynode *own_keys = n;
        struct ynode m = *n, **tail = &m.child;
        for (const struct ynode *c = n->child; c; c = c->next) { /* without the title */
            struct ynode *copy = span_is(c->key, "title") ? NULL : arena_alloc(ld->a, sizeof *copy);
            if (!copy)
                continue;
            *copy = *c;
            *tail = copy;
            tail = &copy->next;
        }
        *tail = NULL;
        return ynode_get(own_keys, "ask") ? add_question(ld, p, &m)
                                          : ynode_bad(n, ld->e, "应为规则编号，或有 ask 的一问");
    }
    if (n->kind == Y_MAP && (rc = ynode_only(n, found, ld->e)) < 0)
        return rc;
    if (list->kind == Y_SCALAR)
        rc = add_named(ld, p, list);
    for (const struct ynode *c = list->kind == Y_SEQ ? list->child : NULL; c && rc == 0;
         c = c->next)
        rc = add_named(ld, p, c);
    if (rc == 0 && !p->n_rules)
        rc = ynode_bad(list, ld->e, "应为规则编号");
    if (rc == 0 && !title.n && p->n_rules)
        p->title = p->n_rules > 1 ? ld->lib->rules[p->rule[0]]->common_name
                                  : ld->lib->rules[p->rule[0]]->name;
    return rc;
}

/* ---- money ---- */

/* What a part's evidence is charged by: amounts of lines, settlements and visits hold one another. */
static int level_of(const struct rule *p)
{
    if (p->at_amount == AMT_NONE)
        return 0;
    if (p->kind == &kind_outlier)
        return 1;
    enum source_id s = p->at_of == OF_LINES ? S_LINE : p->clause[0].src;
    return 2 + (int)source_table(s);
}

static int check_money(struct loader *ld, const struct ynode *at_issue, struct combine *c)
{
    struct span of = ynode_text(at_issue, "of");
    int level = 0;
    c->money = -1;
    for (int i = 0; i < c->n_parts; i++)
        if (span_eq(of, c->part[i].name))
            c->money = i;
    if (of.n && c->money < 0 && !span_is(of, "members"))
        return ynode_bad(at_issue, ld->e, "of 应为 members 或一个部分的名字");
    if (span_is(ynode_text(at_issue, "amount"), "none"))
        return 0;
    for (int i = 0; i < c->n_parts; i++)
        for (int j = 0; j < c->part[i].n_rules && (c->money < 0 || c->money == i); j++) {
            int own_level = level_of(ld->lib->rules[c->part[i].rule[j]]);
            if (own_level && level && own_level != level)
                return ynode_bad(at_issue, ld->e,
                                 "各部分的金额不在同一层（明细、结算、就诊、指标），相加会重复；"
                                 "用 of 指明取哪一部分的，或 amount: none");
            level = own_level ? own_level : level;
        }
    return 0;
}

/* need: NAME | [NAME ...]. How many parts count besides. */
static int needed(struct loader *ld, const struct ynode *n, struct combine *c)
{
    int counted = c->n_parts;
    for (const struct ynode *w = !n || n->kind == Y_SCALAR ? n : n->child; w;
         w = n->kind == Y_SCALAR ? NULL : w->next) {
        int i = 0;
        while (i < c->n_parts && !span_eq(c->part[i].name, w->text))
            i++;
        if (i == c->n_parts || c->part[i].need)
            return ynode_bad(w, ld->e, "need 应为 of 里一个部分的名字，不能重复");
        c->part[i].need = true;
        counted--;
    }
    return counted;
}

/* alike: {to: TABLE, per: MEASURE, least: n, cosine: 0.9} */
static int parse_alike(struct loader *ld, const struct ynode *n, struct combine *c)
{
    static const char *const known[] = {"to", "per", "least", "cosine", NULL};
    int rc;
    if (!n)
        return 0;
    if ((rc = n->kind == Y_MAP ? ynode_only(n, known, ld->e) : ynode_bad(n, ld->e, "应为映射")) < 0)
        return rc;
    c->to = library_knowledge(ld->lib, ynode_text(n, "to"));
    for (int i = 0; i < ld->lib->n_measures; i++)
        if (span_eq(ld->lib->measures[i]->name, ynode_text(n, "per")))
            c->per = ld->lib->measures[i];
    if (!c->to || c->to->column[c->to->key].type != V_CODE)
        return ynode_bad(n, ld->e, "to 应为一张知识表");
    if (!c->per || c->per->n_owner != 1)
        return ynode_bad(n, ld->e, "per 应为一个按主体的指标（rules/measures）");
    if ((rc = rule_number(ld, ynode_get(n, "least"), 0, &c->least)) < 0 ||
        (rc = rule_number(ld, ynode_get(n, "cosine"), 6, &c->cosine)) < 0)
        return rc;
    return c->least < 1 || c->cosine < 1 || c->cosine > 1000000
               ? ynode_bad(n, ld->e, "least 至少为 1，cosine 应在 0 到 1 之间")
               : 0;
}

static int open(struct loader *ld, struct rule *r, const struct ynode *ask)
{
    static const char *const known[] = {"at_least", "of", "any", "need", "alike", NULL};
    int rc = ask->kind == Y_MAP ? ynode_only(ask, known, ld->e)
                                : ynode_bad(ask, ld->e, "应为 {at_least: n, of: {...}}");
    const struct ynode *any = ynode_get(ask, "any"), *of = any ? any : ynode_get(ask, "of");
    struct combine *c = arena_calloc(ld->a, sizeof *c);
    if (rc < 0 || !c)
        return rc < 0 ? rc : err_nomem(ld->e);
    if (!of || of->kind != Y_MAP || !of->child || (any && ynode_get(ask, "of")))
        return ynode_bad(of ? of : ask, ld->e,
                         "应为 of（配 at_least）或 any 之一：{名字: 规则或一问}");
    c->at_least = 1;
    if ((rc = parse_alike(ld, ynode_get(ask, "alike"), c)) < 0)
        return rc;
    if (!any && !c->to && (rc = rule_number(ld, ynode_get(ask, "at_least"), 0, &c->at_least)) < 0)
        return rc;
    for (const struct ynode *n = of->child; n; n = n->next) {
        if (c->n_parts == MAX_PARTS)
            return ynode_bad(n, ld->e, "最多 %d 个部分", MAX_PARTS);
        if ((rc = parse_part(ld, n, &c->part[c->n_parts++])) < 0)
            return rc;
    }
    int counted = needed(ld, ynode_get(ask, "need"), c);
    if (counted < 0)
        return counted;
    if (c->at_least < 1 || c->at_least > counted)
        return ynode_bad(ask, ld->e, "at_least 应在 1 到 %d 之间", counted);
    const struct ynode *owner = ynode_get(r->node, "of");
    if ((rc = parse_of(ld, owner, c)) < 0 || (rc = match_owners(ld, owner, c)) < 0)
        return rc;
    int i = 0;
    for (const struct ynode *n = of->child; n && rc == 0; n = n->next, i++)
        if (n->kind == Y_MAP && ynode_get(n, "finding"))
            rc = bind_where(ld, &c->part[i], ynode_get(n, "where"));
    r->combine = c;
    if (c->to && (r->n_keys != 1 || r->key[0][0]->domain != c->to->column[c->to->key].domain))
        return ynode_bad(owner, ld->e, "alike 的主体应恰为对照表 %.*s 的主键", (int)c->to->name.n,
                         c->to->name.p);
    return rc < 0 ? rc : check_money(ld, ynode_get(r->node, "at_issue"), c);
}

const struct rule_kind kind_combine = {
    "combine", "合并", "几条规则都中了，是不是更可疑？", NULL, open, NULL, NULL, NULL, NULL};
