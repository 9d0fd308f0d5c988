/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "cli/library.h"

#include <stdlib.h>

#include "cli/common.h"
#include "engine/rule.h"

int library_for(const struct args *a, struct huji_library **out, struct err *e)
{
    const char *data = args_text(a, "data");
    struct buf dir = BUF_INIT;
    int rc;

    if (!data)
        data = getenv("HUJI_DATA");
    rc = rules_dir(a, data, &dir, e);
    if (!rc)
        rc = library_load(buf_cstr(&dir), out, e);
    buf_release(&dir);
    return rc;
}

/* A library that can't be found only costs the names; one that is there and wrong is an error. */
int rule_names_load(struct rule_names *n, const struct args *a, struct err *e)
{
    struct err why = {0};
    int rc = library_for(a, &n->library, &why);

    if (rc == ERR_USAGE && !args_text(a, "rules")) {
        n->library = NULL;
        return 0;
    }
    if (rc && e)
        *e = why;
    return rc;
}

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
