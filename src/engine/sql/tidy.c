/* SPDX-License-Identifier: MulanPSL-2.0 */
/* What says nothing is taken out: casts twice, brackets around what needs none, columns and CTEs that nobody reads. */
#include "engine/sql/tidy.h"

static bool any(const struct toks *t, size_t i, const char *const *words)
{
    for (; *words; words++)
        if (tok_is(t, i, *words))
            return true;
    return false;
}

/* ---- signs ---- */

/* Does [a, b) hold one of these at its own depth? */
static bool holds(const struct toks *t, size_t a, size_t b, const char *const *words)
{
    int deep = 0;
    for (size_t i = a; i < b; i++) {
        int d = tok_depth(t, i);
        if (deep == 0 && any(t, i, words))
            return true;
        deep += d;
    }
    return false;
}

/* One name, number, call or bracket: nothing at its depth binds. */
static bool primary(const struct toks *t, size_t a, size_t b)
{
    int deep = 0;
    if (a >= b)
        return false;
    for (size_t i = a; i < b; i++) {
        int d = tok_depth(t, i);
        bool opens = deep == 0 && d > 0;
        if (deep == 0 && i > a && !tok_is(t, i, ".") && !tok_is(t, i - 1, ".") && !opens &&
            !tok_is(t, i, "::") && !tok_is(t, i - 1, "::"))
            return false;
        if (opens && i > a && t->at[i - 1].kind == TOK_SIGN && !tok_is(t, i - 1, "."))
            return false;
        if (opens && tok_is(t, i, "CASE") && i > a)
            return false;
        deep += d;
        if (deep == 0 && d < 0 && i + 1 < b && !tok_is(t, i + 1, ".") && !tok_is(t, i + 1, "::"))
            return false;
    }
    return true;
}

/* May the brackets at a and b go? */
static bool idle(const struct toks *t, size_t a, size_t b)
{
    static const char *const before_any[] = {"WHERE",  "ON",     "WHEN",    "(", ",",
                                             "HAVING", "SELECT", "QUALIFY", NULL};
    static const char *const before_and[] = {"WHERE", "ON",     "WHEN",   "(",       ",",
                                             "AND",   "HAVING", "SELECT", "QUALIFY", NULL};
    static const char *const after[] = {"AND",   "THEN",  ")",       ",",    "GROUP",
                                        "ORDER", "UNION", "QUALIFY", "LEFT", "JOIN",
                                        "FROM",  "WHERE", NULL};
    static const char *const ors[] = {"OR", NULL},
                             *const query[] = {"SELECT", "WITH", "DISTINCT", NULL},
                             *const calls[] = {"AND",    "OR",      "NOT",  "IN",     "AS",
                                               "ON",     "WHEN",    "THEN", "ELSE",   "WHERE",
                                               "SELECT", "BETWEEN", "LIKE", "HAVING", "QUALIFY",
                                               "BY",     "IS",      NULL};
    static const char *const bind[] = {"AND", "OR", "IS", NULL}, *const compare[] = {"=",  "<>",
                                                                                     "<",  ">",
                                                                                     "<=", ">=",
                                                                                     NULL},
                             *const logic[] = {"AND", "OR", "NOT", "IS", "=",    "<>",      "<",
                                               ">",   "<=", ">=",  "IN", "LIKE", "BETWEEN", NULL};
    bool end = b + 1 >= t->n;
    if (a == 0 || any(t, a + 1, query) || b == a + 1 || tok_find(t, a + 1, b, ",") < b)
        return false;
    if (t->at[a - 1].kind == TOK_WORD && !any(t, a - 1, calls))
        return false; /* a call */
    if (t->at[a - 1].kind == TOK_QUOTED || tok_is(t, a - 1, "IN") || tok_is(t, a - 1, "BY") ||
        tok_is(t, a - 1, "AS"))
        return false;
    if (primary(t, a + 1, b))
        return !tok_is(t, b + 1, "::") || t->at[a + 1].kind != TOK_WORD ||
               !tok_is(t, a + 1, "CASE");
    if (tok_is(t, b + 1, "::"))
        return false;
    bool ends = end || any(t, b + 1, after) || tok_is(t, b + 1, "OR");
    if (tok_is(t, a - 1, "NOT"))
        return ends && !holds(t, a + 1, b, bind);
    if (any(t, a - 1, compare) && !holds(t, a + 1, b, logic))
        return ends;
    /* an alternative of OR that has no OR, within brackets or not: AND binds closer */
    bool has_or = holds(t, a + 1, b, ors);
    if (tok_is(t, a + 1, "CASE") && tok_close(t, a + 1) == b - 1)
        return true;
    if (!has_or && (tok_is(t, a - 1, "OR") || any(t, a - 1, before_any)) && ends)
        return true;
    if (!(end || any(t, b + 1, after)))
        return false;
    if (has_or)
        return any(t, a - 1, before_any) && !tok_is(t, b + 1, "AND");
    return any(t, a - 1, before_and);
}

static bool brackets(struct toks *t)
{
    bool found = false;
    for (size_t i = 0; i < t->n; i++) {
        if (!tok_is(t, i, "("))
            continue;
        size_t end = tok_close(t, i);
        if (idle(t, i, end)) {
            t->at[i].dead = t->at[end].dead = true;
            toks_compact(t);
            found = true;
        }
    }
    return found;
}

/* WHERE true AND, AND true, WHERE true: the first of them. */
static bool truths(struct toks *t)
{
    for (size_t i = 0; i + 1 < t->n; i++) {
        if (!tok_is(t, i + 1, "true"))
            continue;
        bool where = tok_is(t, i, "WHERE"), more = tok_is(t, i + 2, "AND");
        if (!(where || tok_is(t, i, "AND")))
            continue;
        t->at[where && more ? i + 2 : i].dead = t->at[i + 1].dead = true;
        toks_compact(t);
        return true;
    }
    return false;
}

void tidy_signs(struct toks *t)
{
    for (size_t i = 0; i < t->n; i++)
        t->at[i].dead = tok_is(t, i, "MATERIALIZED");
    toks_compact(t);
    do {
        while (brackets(t))
            ;
    } while (truths(t));
    for (size_t i = 0; i + 3 < t->n; i++) /* x::BIGINT::BIGINT */
        if (tok_is(t, i, "::") && tok_is(t, i + 2, "::") && tok_is(t, i + 1, "BIGINT") &&
            tok_is(t, i + 3, "BIGINT"))
            t->at[i].dead = t->at[i + 1].dead = true;
    toks_compact(t);
}

/* ---- columns ---- */

struct part { /* a CTE: NAME AS ( ... ) */
    size_t name, open, close;
};
enum { MAX_CTES = 48, MAX_BRANCHES = 24 };

static int parts(const struct toks *t, struct part *p)
{
    int n = 0;
    size_t i = 0;
    while (i < t->n && !tok_is(t, i, "WITH"))
        i++;
    i += tok_is(t, i + 1, "RECURSIVE") ? 2 : 1;
    while (n < MAX_CTES && i + 2 < t->n) {
        size_t as = tok_find(t, i, t->n, "AS");
        if (as + 1 >= t->n || !tok_is(t, as + 1, "("))
            break;
        p[n++] = (struct part){i, as + 1, tok_close(t, as + 1)};
        i = p[n - 1].close + 1;
        if (!tok_is(t, i, ","))
            break;
        i++;
    }
    return n;
}

/* Does anybody say the word in [from, to), but for [skip, skip_end) and where it is a name that is given (AS word)? */
static bool said(const struct toks *t, size_t from, size_t to, size_t skip, size_t skip_end,
                 struct span word)
{
    for (size_t i = from; i < to; i++) {
        if (i >= skip && i < skip_end)
            continue;
        if (t->at[i].kind == TOK_WORD && span_eq(t->at[i].text, word) && !tok_is(t, i - 1, "AS"))
            return true;
    }
    return false;
}

/* The k-th item of the SELECT list that begins at i and ends at end. */
static bool item(const struct toks *t, size_t i, size_t end, int k, size_t *a, size_t *b)
{
    for (; i < end; k--) {
        size_t c = tok_find(t, i, end, ",");
        if (k == 0) {
            *a = i;
            *b = c;
            return true;
        }
        i = c + 1;
    }
    return false;
}

struct branch {
    size_t list, end; /* of the select list */
    int n;
    bool star;
};

/* FROM that is no IS DISTINCT FROM. */
static size_t from_of(const struct toks *t, size_t i, size_t end)
{
    size_t at = tok_find(t, i, end, "FROM");
    while (at < end && tok_is(t, at - 1, "DISTINCT"))
        at = tok_find(t, at + 1, end, "FROM");
    return at;
}

/* The SELECTs of a CTE whose columns may go; 0: leave it alone. */
static int branches(const struct toks *t, const struct part *p, struct branch *br)
{
    int n = 0;
    size_t i = p->open + 1;
    while (i < p->close) {
        size_t end = tok_find(t, i, p->close, "UNION");
        if (n == MAX_BRANCHES || !tok_is(t, i, "SELECT") || tok_is(t, i + 1, "DISTINCT") ||
            (end < p->close && !tok_is(t, end + 1, "ALL")))
            return 0;
        size_t group = tok_find(t, i, end, "GROUP");
        if (group < end && tok_is(t, group + 2, "ALL"))
            return 0;
        struct branch *b = &br[n++];
        *b = (struct branch){i + 1, from_of(t, i, end), 0, false};
        size_t a, z;
        while (item(t, b->list, b->end, b->n, &a, &z)) {
            b->star = b->star || tok_is(t, a, "*") ||
                      (z > a + 1 && tok_is(t, a + 2, "*") && tok_is(t, a + 1, "."));
            b->n++;
        }
        i = end + 2;
    }
    for (int k = 1; k < n; k++)
        if (br[k].n != br[0].n || br[k].star || br[0].star)
            return 0;
    return n;
}

static void drop_item(struct toks *t, const struct branch *b, int k)
{
    size_t a, z;
    if (!item(t, b->list, b->end, k, &a, &z))
        return;
    if (z < b->end)
        z++; /* its comma */
    else if (k > 0)
        a--;
    for (size_t i = a; i < z; i++)
        t->at[i].dead = true;
}

static bool drop_column(struct toks *t, const struct part *p)
{
    struct branch br[MAX_BRANCHES];
    if (said(t, p->open, p->close, 0, 0, t->at[p->name].text))
        return false; /* a recursion reads itself */
    int n = branches(t, p, br);
    for (int k = 0; n && br[0].n > 1 && k < br[0].n; k++) {
        size_t a, z;
        if (!item(t, br[0].list, br[0].end, k, &a, &z))
            break;
        const struct tok *name = &t->at[z - 1];
        bool bare = z - a == 1 || (z - a == 3 && tok_is(t, a + 1, "."));
        if (name->kind != TOK_WORD || (!bare && !(z > a + 1 && tok_is(t, z - 2, "AS"))))
            continue;
        if (n == 1 ? said(t, br[0].end, t->n, 0, 0, name->text) ||
                         said(t, br[0].list, br[0].end, a, z, name->text)
                   : said(t, p->close, t->n, 0, 0, name->text))
            continue;
        for (int i = 0; i < n; i++)
            drop_item(t, &br[i], k);
        return true;
    }
    return false;
}

static bool drop_part(struct toks *t, const struct part *p, int n, int k)
{
    if (n < 2 || said(t, p[k].close, t->n, 0, 0, t->at[p[k].name].text))
        return false;
    size_t a = p[k].name, z = p[k].close + 1;
    if (tok_is(t, z, ","))
        z++;
    else
        a--; /* the comma before */
    for (size_t i = a; i < z; i++)
        t->at[i].dead = true;
    return true;
}

/* From the last part to the first: what a later one reads is known by then. */
void tidy_columns(struct toks *t)
{
    struct part p[MAX_CTES];
    bool again = true;
    while (again) {
        again = false;
        int n = parts(t, p);
        for (int k = n - 1; k >= 0 && !again; k--)
            again = drop_part(t, p, n, k) || drop_column(t, &p[k]);
        toks_compact(t);
    }
}
