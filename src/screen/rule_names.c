/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "screen/rule_names.h"

#include "engine/rule.h"
#include "engine/sql/sql.h"

struct span rule_name(const struct rule_names *n, struct span rule)
{
    const struct rule *r = n->library ? library_rule(n->library, rule) : NULL;

    return r ? r->name : (struct span){"", 0};
}

void rule_list(const struct rule_names *n, struct span rule, const char *field, struct arena *a,
               const struct span **at, size_t *count)
{
    const struct rule *r = n->library ? library_rule(n->library, rule) : NULL;
    const struct ynode *list = r ? ynode_get(r->node, field) : NULL;
    struct span *out = list ? arena_calloc(a, (ynode_count(list) + 1) * sizeof *out) : NULL;

    *at = out;
    *count = 0;
    if (!out)
        return;
    if (list->kind == Y_SCALAR) {
        out[(*count)++] = list->text;
        return;
    }
    for (const struct ynode *c = list->child; c; c = c->next)
        if (c->kind == Y_SCALAR && c->text.n)
            out[(*count)++] = c->text;
}

/* YAML on one line. */
static void flow(struct buf *b, const struct ynode *y)
{
    if (y->kind == Y_SCALAR) {
        buf_str(b, y->quoted ? "\"" : "");
        buf_span(b, y->text);
        buf_str(b, y->quoted ? "\"" : "");
        return;
    }
    buf_char(b, y->kind == Y_MAP ? '{' : '[');
    for (const struct ynode *c = y->child; c; c = c->next) {
        if (y->kind == Y_MAP) {
            buf_span(b, c->key);
            buf_str(b, ": ");
        }
        flow(b, c);
        if (c->next)
            buf_str(b, ", ");
    }
    buf_char(b, y->kind == Y_MAP ? '}' : ']');
}

void rule_question(const struct rule_names *n, struct span rule, struct buf *out)
{
    static const char *const parts[] = {"of",  "from",     "except", "let",      "param",
                                        "ask", "variants", "unless", "at_issue", "class"};
    const struct rule *r = n->library ? library_rule(n->library, rule) : NULL;

    for (size_t i = 0; r && i < sizeof parts / sizeof *parts; i++) {
        const struct ynode *y = ynode_get(r->node, parts[i]);

        if (!y)
            continue;
        if (out->n)
            buf_char(out, '\n');
        buf_fmt(out, "  %s: ", parts[i]);
        flow(out, y);
    }
}

void rule_statement(const struct rule_names *n, struct span rule, struct buf *out)
{
    const struct rule *r = n->library ? library_rule(n->library, rule) : NULL;
    struct err e = {0};

    if (!r)
        return;
    buf_str(
        out,
        "-- x_ 字典，k_ kx_ 知识表，lk_ 名单，m_ 指标，net_line 冲抵后的费用行：huji verify --brief --keep 做出来\n");
    if (rule_sql_brief_before(n->library, r, out, &e) || rule_sql_brief(n->library, r, out, &e))
        buf_fmt(out, "-- %s\n", e.message);
}

struct span library_digest(const struct rule_names *n)
{
    return n->library ? n->library->version : (struct span){"", 0};
}

void rule_names_release(struct rule_names *n)
{
    if (n->library)
        library_free(n->library);
    n->library = NULL;
}
