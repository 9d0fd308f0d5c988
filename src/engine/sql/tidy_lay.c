/* SPDX-License-Identifier: MulanPSL-2.0 */
/* A statement in lines: what fits stands on one; what does not is cut where it binds least. */
#include "engine/sql/tidy.h"

struct lay {
    const struct toks *t;
    const char *(*part)(const void *ctx, struct span name);
    const void *ctx;
    struct buf *out;
    size_t column;
};

static void put(struct lay *l, size_t a, size_t b, int indent);

static bool one_of(const struct toks *t, size_t i, const char *const *words)
{
    for (; *words; words++)
        if (tok_is(t, i, *words))
            return true;
    return false;
}

/* Columns that a text takes: a Chinese character two. */
static size_t wide(struct span s)
{
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        n += c < 0x80 ? 1 : c >= 0xe0 ? 2 : c >= 0xc0 ? 1 : 0;
    }
    return n;
}

/* ---- one line ---- */

static bool operand_before(const struct toks *t, size_t i)
{
    static const char *const words[] = {"AND",    "OR", "THEN", "ELSE", "WHEN",  "NOT", "BETWEEN",
                                        "SELECT", "BY", "IN",   "ON",   "WHERE", NULL};
    const struct tok *k = &t->at[i];
    if (k->kind == TOK_SIGN)
        return k->text.n == 1 && strchr(")]}", k->text.p[0]);
    return !one_of(t, i, words);
}

static bool calls(const struct toks *t, size_t i)
{
    static const char *const words[] = {
        "AND",    "OR",      "NOT",  "IN",     "AS",       "ON",     "WHEN",    "THEN",   "ELSE",
        "WHERE",  "BY",      "FROM", "SELECT", "OVER",     "FILTER", "BETWEEN", "VALUES", "JOIN",
        "HAVING", "QUALIFY", "CASE", "ALL",    "DISTINCT", "IS",     NULL};
    return t->at[i].kind == TOK_WORD && !one_of(t, i, words);
}

static bool space(const struct toks *t, size_t i) /* between i - 1 and i */
{
    static const char *const tight_after[] = {"(", "[", "{", ".", "::", NULL};
    static const char *const tight_before[] = {")", "]", "}", ",", ".", "::", ":", NULL};
    if (one_of(t, i - 1, tight_after) || one_of(t, i, tight_before))
        return false;
    if (tok_is(t, i - 1, "-") && (i < 2 || !operand_before(t, i - 2)))
        return false; /* a sign, not a difference */
    if (tok_is(t, i, "("))
        return !calls(t, i - 1);
    if (tok_is(t, i, "["))
        return t->at[i - 1].kind == TOK_SIGN && !tok_is(t, i - 1, ")");
    return true;
}

static void flat(const struct toks *t, size_t a, size_t b, struct buf *out)
{
    for (size_t i = a; i < b; i++) {
        if (i > a && space(t, i))
            buf_char(out, ' ');
        buf_span(out, t->at[i].text);
    }
}

static size_t width(const struct toks *t, size_t a, size_t b)
{
    size_t n = 0;
    for (size_t i = a; i < b; i++)
        n += wide(t->at[i].text) + (i > a && space(t, i));
    return n;
}

static void words(struct lay *l, size_t a, size_t b)
{
    flat(l->t, a, b, l->out);
    l->column += width(l->t, a, b);
}

static void sign(struct lay *l, const char *s)
{
    buf_str(l->out, s);
    l->column += strlen(s);
}

static void line(struct lay *l, int indent)
{
    while (l->out->n && l->out->p[l->out->n - 1] == ' ')
        l->out->n--;
    buf_char(l->out, '\n');
    for (int i = 0; i < indent; i++)
        buf_char(l->out, ' ');
    l->column = (size_t)indent;
}

/* ---- where it is cut ---- */

/* FROM of IS DISTINCT FROM, JOIN of LEFT JOIN. */
static bool within_words(const struct toks *t, size_t i)
{
    return t->at[i].kind == TOK_QUOTED || (tok_is(t, i, "FROM") && tok_is(t, i - 1, "DISTINCT")) ||
           (tok_is(t, i, "JOIN") && (tok_is(t, i - 1, "LEFT") || tok_is(t, i - 1, "CROSS")));
}

/* The next word of the list at depth 0 from i on; AND of a BETWEEN is none. */
static size_t cut(const struct toks *t, size_t i, size_t end, const char *const *words)
{
    int deep = 0;
    bool between = false;
    size_t first = i; /* what begins the piece is no cut */
    for (; i < end; i++) {
        int d = tok_depth(t, i);
        if (deep == 0 && d <= 0 && tok_is(t, i, "AND") && between)
            between = false;
        else if (i > first && deep == 0 && d <= 0 && one_of(t, i, words) && !within_words(t, i))
            return i;
        if (deep == 0 && tok_is(t, i, "BETWEEN"))
            between = true;
        deep += d;
    }
    return end;
}

/* Pieces that are so short that several stand on a line. */
static bool all_short(const struct toks *t, size_t a, size_t b, const char *const *words_)
{
    int n = 0;
    for (size_t next; a < b; a = next, n++) {
        next = cut(t, a, b, words_);
        if (width(t, a, next) > 38)
            return false;
    }
    return n > 4;
}

/* Pieces that begin with one of the words, a line each. False: it is not there. */
static bool split(struct lay *l, size_t a, size_t b, int indent, const char *const *words_)
{
    size_t at = cut(l->t, a, b, words_);
    if (at == b)
        return false;
    bool fill = all_short(l->t, a, b, words_);
    put(l, a, at, indent);
    while (at < b) {
        size_t next = cut(l->t, at, b, words_);
        if (fill && l->column + 1 + width(l->t, at, next) <= SQL_WIDE)
            sign(l, " ");
        else
            line(l, indent);
        words(l, at, at + 1);
        sign(l, " ");
        put(l, at + 1, next, indent + 4);
        at = next;
    }
    return true;
}

static void commas(struct lay *l, size_t a, size_t b, int indent, bool fill)
{
    while (a < b) {
        size_t c = tok_find(l->t, a, b, ",");
        put(l, a, c, indent);
        a = c + (c < b);
        if (c == b)
            break;
        sign(l, ",");
        size_t next = tok_find(l->t, a, b, ",");
        bool bare = width(l->t, a, next) <= 14 || !tok_is(l->t, next - 2, "AS");
        if (fill && bare && l->column + 2 + width(l->t, a, next) <= SQL_WIDE)
            sign(l, " ");
        else
            line(l, indent);
    }
}

static void choice(struct lay *l, size_t a, size_t b, int indent) /* CASE ... END */
{
    static const char *const arms[] = {"WHEN", "ELSE", NULL};
    size_t at = cut(l->t, a + 1, b - 1, arms);
    if (tok_is(l->t, a + 1, "WHEN"))
        at = a + 1;
    words(l, a, at);
    while (at < b - 1) {
        size_t next = cut(l->t, at, b - 1, arms);
        line(l, indent + 2);
        words(l, at, at + 1);
        sign(l, " ");
        put(l, at + 1, next, indent + 7);
        at = next;
    }
    line(l, indent);
    words(l, b - 1, b);
}

/* A clause of a query: its words, then what it says. */
static void clause(struct lay *l, size_t a, size_t b, int indent)
{
    static const char *const heads[] = {"SELECT", "FROM",   "LEFT",     "CROSS",   "JOIN",  "WHERE",
                                        "GROUP",  "HAVING", "WINDOW",   "QUALIFY", "ORDER", "UNION",
                                        "ALL",    "BY",     "DISTINCT", NULL};
    size_t head = a;
    while (head < b && one_of(l->t, head, heads))
        head++;
    words(l, a, head);
    if (head == b)
        return;
    sign(l, " ");
    if (tok_is(l->t, a, "SELECT") && tok_find(l->t, head, b, ",") < b &&
        l->column + width(l->t, head, b) > 80)
        commas(l, head, b, indent + (int)(head - a == 1 ? 7 : 7), true);
    else
        put(l, head, b, indent + 2);
}

static void query(struct lay *l, size_t a, size_t b, int indent)
{
    static const char *const heads[] = {"SELECT", "FROM",  "LEFT",   "CROSS",  "JOIN",
                                        "WHERE",  "GROUP", "HAVING", "WINDOW", "QUALIFY",
                                        "ORDER",  "UNION", NULL};
    while (a < b) {
        size_t next = cut(l->t, a, b, heads);
        clause(l, a, next, indent);
        a = next;
        if (a < b)
            line(l, indent);
    }
}

/* The widest bracket or CASE at depth 0 of [a, b); b: there is none worth it. */
static size_t widest(const struct toks *t, size_t a, size_t b)
{
    size_t best = b, most = 11;
    for (size_t i = a; i < b; i++) {
        if (tok_depth(t, i) <= 0)
            continue;
        size_t z = tok_close(t, i), w = width(t, i, z + 1);
        if (w > most && z < b) {
            most = w;
            best = i;
        }
        i = z;
    }
    return best;
}

/* prefix ( inner ) rest: the widest bracket or CASE is opened, or one before it where the prefix alone is too long. */
static bool open_up(struct lay *l, size_t a, size_t b, int indent)
{
    size_t best = widest(l->t, a, b), before;
    while (best < b && l->column + width(l->t, a, best) > SQL_WIDE &&
           (before = widest(l->t, a, best)) < best)
        best = before;
    if (best == b)
        return false;
    size_t z = tok_close(l->t, best);
    if (tok_is(l->t, best, "CASE")) {
        words(l, a, best);
        if (best > a)
            line(l, indent + 2);
        choice(l, best, z + 1, best > a ? indent + 2 : indent);
    } else {
        words(l, a, best + 1);
        line(l, indent + 2);
        put(l, best + 1, z, indent + 2);
        line(l, indent);
        words(l, z, z + 1);
    }
    if (z + 1 < b) {
        if (space(l->t, z + 1))
            sign(l, " ");
        put(l, z + 1, b, indent);
    }
    return true;
}

static void put(struct lay *l, size_t a, size_t b, int indent)
{
    static const char *const ors[] = {"OR", NULL}, *const ands[] = {"AND", NULL},
                             *const on[] = {"ON", NULL},
                             *const sums[] = {"||", "+", "*", "-", NULL};
    if (a >= b)
        return;
    if (l->column + width(l->t, a, b) <= SQL_WIDE) {
        words(l, a, b);
        return;
    }
    if (tok_is(l->t, a, "SELECT")) {
        query(l, a, b, indent);
        return;
    }
    if (tok_find(l->t, a, b, ",") < b) {
        commas(l, a, b, indent, true);
        return;
    }
    if (tok_is(l->t, a, "CASE") && tok_close(l->t, a) == b - 1) {
        choice(l, a, b, indent);
        return;
    }
    if (split(l, a, b, indent, on) || split(l, a, b, indent, ors) || split(l, a, b, indent, ands) ||
        open_up(l, a, b, indent) || split(l, a, b, indent, sums))
        return;
    words(l, a, b);
}

static void part(struct lay *l, size_t a, size_t close)
{
    const char *comment = l->part ? l->part(l->ctx, l->t->at[a].text) : NULL;
    if (comment) {
        sign(l, comment);
        line(l, 0);
    }
    size_t open = tok_find(l->t, a, close, "AS") + 1;
    if (width(l->t, a, close + 1) <= 80) {
        words(l, a, close + 1);
        return;
    }
    words(l, a, open + 1);
    line(l, 2);
    put(l, open + 1, close, 2);
    line(l, 0);
    words(l, close, close + 1);
}

void tidy_lay(const struct toks *t, const char *(*of)(const void *ctx, struct span name),
              const void *ctx, struct buf *out)
{
    struct lay l = {.t = t, .part = of, .ctx = ctx, .out = out};
    size_t i = tok_find(t, 0, t->n, "WITH");
    if (i == t->n) {
        size_t as = tok_is(t, 0, "CREATE") ? tok_find(t, 0, t->n, "AS") : t->n;
        if (as < t->n && width(t, 0, t->n) > SQL_WIDE) {
            words(&l, 0, as + 1);
            line(&l, 2);
            put(&l, as + 1, t->n, 2);
        } else
            put(&l, 0, t->n, 0);
        return;
    }
    if (i > 0) {
        words(&l, 0, i);
        line(&l, 0);
    }
    size_t head = tok_is(t, i + 1, "RECURSIVE") ? i + 2 : i + 1;
    words(&l, i, head);
    line(&l, 0);
    for (i = head; i < t->n;) {
        size_t as = tok_find(t, i, t->n, "AS");
        size_t close = tok_close(t, as + 1);
        part(&l, i, close);
        i = close + 1;
        if (!tok_is(t, i, ","))
            break;
        sign(&l, ",");
        line(&l, 0);
        i++;
    }
    line(&l, 0);
    const char *last = of ? of(ctx, SPAN("")) : NULL;
    if (last) {
        sign(&l, last);
        line(&l, 0);
    }
    if (tok_is(t, i, "SELECT") && width(t, i, t->n) > 80)
        query(&l, i, t->n, 0);
    else
        put(&l, i, t->n, 0);
}
