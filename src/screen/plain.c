/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "screen/plain.h"

#include <string.h>

#include "engine/rule.h"
#include "screen/plain_words.h"

/* A title without its remarks: "级别（3 三级 ...）" is 级别. */
static struct span short_title(struct span t)
{
    static const char bracket[] = "（";

    for (size_t i = 0; i + 3 <= t.n; i++)
        if (memcmp(t.p + i, bracket, 3) == 0)
            return (struct span){t.p, i};
    return t;
}

/* The Chinese name of a field, in any source: they agree on names. */
static struct span field_title(struct span name)
{
    for (int s = 0; s < SOURCE_COUNT; s++)
        for (size_t i = 0; i < huji_sources[s].n_fields; i++)
            if (span_is(name, huji_sources[s].fields[i].name))
                return short_title(span_of(huji_sources[s].fields[i].title));
    return (struct span){NULL, 0};
}

static const char *source_title(struct span name)
{
    int s = source_find(name);

    return s < 0 ? NULL : huji_sources[s].title;
}

/* --- expressions ---------------------------------------------------------------------------------- */

static bool word_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/* Whose names are being said. */
struct saying {
    const struct huji_library *lib;
    const struct rule *rule; /* NULL: no parameters */
    int depth;               /* of `let` within `let` */
};

/* What was said so far: a code is called by the words of the column that it is compared with. */
struct heard {
    const struct knowledge *dotted; /* the table whose column comes next */
    const struct knowledge *table;  /* the last one named */
    const struct kn_column *column; /* of it, the last one named */
    bool column_next;               /* look(table, column, ..): a let may have the column's name */
};

static struct span entry(const struct saying *p, const char *map, struct span name)
{
    const struct ynode *y = p->rule ? ynode_get(p->rule->node, map) : NULL;

    for (const struct ynode *c = y ? y->child : NULL; c; c = c->next)
        if (c->kind == Y_SCALAR && span_eq(c->key, name))
            return c->text;
    return (struct span){NULL, 0};
}

static void say(struct buf *b, struct saying p, struct span s);

/* A name that the rule itself gives to an expression. */
static bool say_let(struct buf *b, struct saying p, struct span name)
{
    struct span text = p.depth < 4 ? entry(&p, "let", name) : (struct span){NULL, 0};

    if (!text.n)
        return false;
    p.depth++;
    buf_str(b, "（");
    say(b, p, text);
    buf_str(b, "）");
    return true;
}

static struct span column_title(struct heard *h, const struct knowledge *k, struct span name)
{
    int c = k ? knowledge_column(k, name) : -1;

    if (c < 0)
        return (struct span){NULL, 0};
    h->column = &k->column[c];
    return short_title(h->column->title);
}

/* Names that stand bare in functions: measures, rosters, columns of the table named before, sets of diagnoses. */
static struct span other_title(const struct saying *p, struct heard *h, struct span name)
{
    const struct knowledge *sets = library_knowledge(p->lib, SPAN("dx_set"));
    const struct lookup_def *roster = lookup_find(name);
    struct span title = column_title(h, h->table, name);

    for (int i = 0; i < p->lib->n_measures && !title.n; i++)
        if (span_eq(p->lib->measures[i]->name, name))
            title = p->lib->measures[i]->title;
    if (!title.n && roster)
        title = span_of(roster->title);
    if (!title.n && sets && !span_eq(knowledge_word(&sets->column[sets->key], name), name))
        title = knowledge_word(&sets->column[sets->key], name);
    return title;
}

static void say_word(struct buf *b, struct saying p, struct span w, struct heard *h, bool after_dot,
                     bool before_dot)
{
    const char *t = before_dot       ? plain_word(PLAIN_PREFIXES, w)
                    : h->column_next ? plain_word(PLAIN_CODES, w)
                                     : NULL;
    struct span title = column_title(h, h->column_next ? h->table : h->dotted, w);

    if (!t && !title.n && !after_dot)
        t = plain_word(PLAIN_WORDS, w);
    if (!t && !title.n && !h->dotted)
        title = field_title(w);
    if (!t && !title.n && after_dot)
        t = plain_word(PLAIN_WORDS, w);
    if (t) {
        buf_str(b, t);
    } else if (title.n) {
        buf_span(b, title);
    } else if (after_dot || !say_let(b, p, w)) {
        title = after_dot ? title : other_title(&p, h, w);
        buf_span(b, title.n ? title : w);
    }
}

/* A code in quotes by the words of the column it is compared with, else by those of the table, else as it is. */
static struct span code_word(const struct heard *h, struct span code)
{
    struct span w = h->column ? knowledge_word(h->column, code) : code;
    const char *t;

    for (int c = 0; h->table && span_eq(w, code) && c < h->table->n_columns; c++)
        w = knowledge_word(&h->table->column[c], code);
    t = span_eq(w, code) ? plain_word(PLAIN_CODES, code) : NULL;
    return t ? span_of(t) : w;
}

/* {a, b}: each by its word. */
static void say_set(struct buf *b, const struct heard *h, struct span codes)
{
    bool first = true;

    buf_char(b, '{');
    while (codes.n) {
        struct span code = span_trim(span_cut(&codes, ','));

        buf_str(b, first ? "" : ", ");
        buf_span(b, code_word(h, code));
        first = false;
    }
    buf_char(b, '}');
}

/* What stands in quotes or braces. Returns how many bytes. */
static size_t literal(struct buf *b, const struct heard *h, struct span s)
{
    char end = s.p[0] == '{' ? '}' : s.p[0];
    size_t i = 1;
    struct span code, word;

    while (i < s.n && s.p[i] != end)
        i++;
    code = (struct span){s.p + 1, i - 1};
    if (i < s.n)
        i++;
    word = code_word(h, code);
    if (end == '}')
        say_set(b, h, code);
    else
        buf_span(b, span_eq(word, code) ? (struct span){s.p, i} : word);
    return i;
}

struct word {
    const char *name, *title;
};
static const char *in(const struct word *table, size_t n, struct span s)
{
    for (size_t i = 0; i < n; i++)
        if (span_is(s, table[i].name))
            return table[i].title;
    return NULL;
}
static const struct word signs[] = {{"<>", " ≠ "}, {"<=", " ≤ "}, {">=", " ≥ "}, {"=", " = "}};
static const struct word units[] = {{"d", "天"}, {"h", "小时"}, {"min", "分钟"}, {"s", "秒"}};
#define IN(table, s) in(table, sizeof(table) / sizeof *(table), s)

static void say_table(struct buf *b, const struct knowledge *k)
{
    buf_str(b, "《");
    buf_span(b, k->title.n ? short_title(k->title) : k->name);
    buf_str(b, "》");
}

static void say_name(struct buf *b, struct saying p, struct span w, struct heard *h, bool after_dot,
                     bool before_dot)
{
    const struct knowledge *k = NULL;

    if (!after_dot && span_is(w, "with")) {
        buf_str(b, "，对照");
        return;
    }
    if (!after_dot && !field_title(w).n && !plain_word(PLAIN_WORDS, w))
        k = library_knowledge(p.lib, w);
    if (k) {
        say_table(b, k);
        buf_str(b, before_dot ? "的" : "");
        h->table = k;
        h->column = NULL;
        h->column_next = !before_dot;
    } else {
        say_word(b, p, w, h, after_dot, before_dot);
        h->column_next = !after_dot && !before_dot && lookup_find(w);
    }
    h->dotted = before_dot ? k : NULL;
}

static size_t name_length(struct span s, size_t i)
{
    size_t k = i;

    while (k < s.n && word_char(s.p[k]))
        k++;
    return k - i;
}

/* "30 min": a number with its unit. Returns how many bytes. */
static size_t say_number(struct buf *b, struct span s, size_t i)
{
    size_t n = name_length(s, i), blank = i + n < s.n && s.p[i + n] == ' ';
    struct span unit = {s.p + i + n + blank, name_length(s, i + n + blank)};
    const char *t = blank ? IN(units, unit) : NULL;

    buf_span(b, (struct span){s.p + i, n});
    if (!t || (i + n + 1 + unit.n < s.n && s.p[i + n + 1 + unit.n] == '('))
        return n;
    buf_char(b, ' ');
    buf_str(b, t);
    return n + 1 + unit.n;
}

/* $name: the parameter's value. Returns how many bytes. */
static size_t say_param(struct buf *b, const struct saying *p, struct span s, size_t i)
{
    struct span name = {s.p + i + 1, name_length(s, i + 1)}, v = entry(p, "param", name);

    if (v.n)
        say(b, (struct saying){.lib = p->lib}, v);
    else
        buf_span(b, name);
    return 1 + name.n;
}

static void say(struct buf *b, struct saying p, struct span s)
{
    struct heard h = {0};
    bool after_dot = false;

    for (size_t i = 0; i < s.n;) {
        size_t n = name_length(s, i);
        const char *sign = i + 1 < s.n ? IN(signs, ((struct span){s.p + i, 2})) : NULL;

        if (n && (s.p[i] < '0' || s.p[i] > '9')) {
            bool dot = i + n < s.n && s.p[i + n] == '.';

            say_name(b, p, (struct span){s.p + i, n}, &h, after_dot, dot);
            after_dot = dot;
            i += n + dot;
            continue;
        }
        after_dot = false;
        h.dotted = NULL;
        if (n) {
            i += say_number(b, s, i);
        } else if (s.p[i] == '\'' || s.p[i] == '{') {
            i += literal(b, &h, (struct span){s.p + i, s.n - i});
        } else if (s.p[i] == '$') {
            i += say_param(b, &p, s, i);
        } else if (sign) {
            buf_str(b, sign);
            i += 2;
        } else {
            buf_char(b, s.p[i++]);
        }
    }
}

/* Words bring their own blanks: two beside each other are one. */
static void squeeze(struct buf *b, size_t from)
{
    size_t to = from;

    for (size_t i = from; i < b->n && !b->failed; i++)
        if (b->p[i] != ' ' || (to > from && b->p[to - 1] != ' '))
            b->p[to++] = b->p[i];
    if (!b->failed && b->p) {
        b->n = to;
        b->p[to] = 0;
    }
}

void plain_expression(struct buf *b, const struct huji_library *lib, const struct rule *r,
                      struct span s)
{
    size_t from = b->n;

    say(b, (struct saying){.lib = lib, .rule = r}, s);
    squeeze(b, from);
}

void plain_yaml(struct buf *b, const struct ynode *y)
{
    if (y->kind == Y_SCALAR) {
        buf_span(b, y->text);
        return;
    }
    buf_char(b, y->kind == Y_MAP ? '{' : '[');
    for (const struct ynode *c = y->child; c; c = c->next) {
        if (y->kind == Y_MAP) {
            buf_span(b, c->key);
            buf_str(b, ": ");
        }
        plain_yaml(b, c);
        if (c->next)
            buf_str(b, ", ");
    }
    buf_char(b, y->kind == Y_MAP ? '}' : ']');
}

/* --- the parts of a rule -------------------------------------------------------------------------- */

/* "stay where dx in {...}" */
static void say_clause(struct buf *b, const struct huji_library *lib, const struct rule *r,
                       struct span text)
{
    size_t k = 0;
    const char *title;

    while (k < text.n && word_char(text.p[k]))
        k++;
    title = source_title((struct span){text.p, k});
    if (!title) {
        plain_expression(b, lib, r, text);
        return;
    }
    buf_str(b, title);
    plain_expression(b, lib, r, (struct span){text.p + k, text.n - k});
}

/* `from`: a clause, several, or two sides. */
static void say_from(struct buf *b, const struct huji_library *lib, const struct rule *r,
                     const struct ynode *y)
{
    const struct ynode *c = y->kind == Y_SCALAR ? y : y->child;

    for (; c; c = c == y ? NULL : c->next) {
        const char *side = y->kind == Y_MAP ? plain_word(PLAIN_KEYS, c->key) : NULL;

        buf_str(b, b->n ? "；" : "");
        buf_str(b, side ? side : "");
        buf_str(b, side ? "：" : "");
        say_clause(b, lib, r, c->text);
    }
}

static void say_any(struct buf *b, const struct huji_library *lib, const struct rule *r,
                    const struct ynode *y);

static void say_map(struct buf *b, const struct huji_library *lib, const struct rule *r,
                    const struct ynode *y)
{
    for (const struct ynode *c = y->child; c; c = c->next) {
        const char *t = plain_word(PLAIN_KEYS, c->key);

        if (!t)
            t = source_title(c->key);
        if (c != y->child)
            buf_str(b, "；");
        if (t)
            buf_str(b, t);
        else
            buf_span(b, c->key);
        buf_char(b, ' ');
        say_any(b, lib, r, c);
    }
}

static void say_any(struct buf *b, const struct huji_library *lib, const struct rule *r,
                    const struct ynode *y)
{
    const char *t = y->kind == Y_SCALAR ? plain_word(PLAIN_VALUES, y->text) : NULL;
    static const char past[] = "own_past ";

    if (t)
        buf_str(b, t);
    else if (y->kind == Y_SCALAR && span_starts(y->text, past))
        buf_fmt(b, "自己的前 %.*s 期", (int)(y->text.n - strlen(past)), y->text.p + strlen(past));
    else if (y->kind == Y_SCALAR)
        say_clause(b, lib, r, y->text);
    else if (y->kind == Y_MAP)
        say_map(b, lib, r, y);
    else
        for (const struct ynode *c = y->child; c; c = c->next) {
            say_any(b, lib, r, c);
            buf_str(b, c->next ? "；" : "");
        }
}

static void say_owner(struct buf *b, const struct huji_library *lib, const struct rule *r,
                      struct span of)
{
    while (of.n) {
        struct span term = span_trim(span_cut(&of, '/'));
        const char *t = plain_word(PLAIN_OWNERS, term);

        if (t) {
            buf_str(b, t);
        } else {
            buf_str(b, "每个");
            plain_expression(b, lib, r, term);
        }
        if (of.n)
            buf_str(b, " × ");
    }
}

/* 下列 6 项中至少 3 项：超量购药（E01）；... */
static void say_combine(struct buf *b, const struct huji_library *lib, const struct rule *r)
{
    const struct combine *c = r->combine;
    int counted = 0;

    for (int p = 0; p < c->n_parts; p++)
        counted += !c->part[p].need;
    if (c->to)
        buf_fmt(b, "下列各类疑点的发生率与“%.*s”里的主体相似：", (int)c->to->title.n,
                c->to->title.p);
    else
        buf_fmt(b, "下列 %d 项中至少 %lld 项：", counted, (long long)c->at_least);
    for (int p = 0; p < c->n_parts; p++) {
        const struct combine_part *part = &c->part[p];

        buf_fmt(b, "%s%s%.*s", p ? "；" : "", part->need ? "（必须有）" : "", (int)part->title.n,
                part->title.p);
        for (int k = 0, n = 0; k < part->n_rules; k++) {
            const struct rule *of = lib->rules[part->rule[k]];

            if (!of->hidden)
                buf_fmt(b, "%s%.*s%s", n++ ? "、" : "（", (int)of->id.n, of->id.p,
                        k + 1 == part->n_rules ? "）" : "");
        }
    }
}

static void say_ask(struct buf *b, const struct huji_library *lib, const struct rule *r,
                    const struct ynode *ask)
{
    const struct ynode *kind = ask->child;
    const char *t = kind ? plain_word(PLAIN_ASKS, kind->key) : NULL;

    buf_str(b, t ? t : "");
    if (kind && r->combine)
        say_combine(b, lib, r);
    else if (kind)
        say_any(b, lib, r, kind);
}

/* Names of sets by their titles, conditions in words. */
static void say_sets(struct buf *b, const struct huji_library *lib, const struct rule *r,
                     const struct ynode *list)
{
    const struct ynode *c = list->kind == Y_SCALAR ? list : list->child;

    for (; c; c = list->kind == Y_SCALAR ? NULL : c->next) {
        const struct named_set *set = NULL;

        for (int i = 0; i < lib->n_sets && !set; i++)
            if (span_eq(lib->sets[i].name, c->text))
                set = &lib->sets[i];
        if (b->n)
            buf_str(b, "；");
        if (set && set->title.n)
            buf_span(b, set->title);
        else
            plain_expression(b, lib, r, c->text);
    }
}

static void say_class(struct buf *b, const struct huji_library *lib, const struct rule *r)
{
    for (int i = 0; i < r->n_cls; i++) {
        buf_fmt(b, "%s%s", i ? "；" : "", class_name(r->cls[i].cls));
        if (r->cls[i].text.n) {
            buf_str(b, "（");
            plain_expression(b, lib, r, r->cls[i].text);
            buf_str(b, "）");
        } else if (r->n_cls > 1) {
            buf_str(b, "（其余）");
        }
    }
}

static int tell_part(const struct rule *r, const char *key, const char *label, struct buf *plain,
                     plain_fn tell, void *ctx)
{
    const struct ynode *y = ynode_get(r->node, key);
    struct buf text = BUF_INIT;
    int rc;

    if (y)
        plain_yaml(&text, y);
    rc = plain->failed || text.failed ? ERR_NOMEM
                                      : tell(ctx, label, (struct span){buf_cstr(plain), plain->n},
                                             (struct span){buf_cstr(&text), text.n});
    buf_release(&text);
    buf_clear(plain);
    return rc;
}

int rule_plain(const struct huji_library *lib, const struct rule *r, plain_fn tell, void *ctx)
{
    static const struct word parts[] = {
        {"of", "问谁"},     {"from", "看什么"},       {"except", "不问"},   {"ask", "问什么"},
        {"unless", "免责"}, {"at_issue", "算哪些钱"}, {"class", "怎么定级"}};
    struct buf b = BUF_INIT;
    int rc = 0;

    for (size_t i = 0; i < sizeof parts / sizeof *parts && !rc; i++) {
        const struct ynode *y = ynode_get(r->node, parts[i].name);

        if (!y)
            continue;
        switch (i) {
        case 1: say_from(&b, lib, r, y); break;
        case 0: say_owner(&b, lib, r, y->text); break;
        case 2:
        case 4: say_sets(&b, lib, r, y); break;
        case 3: say_ask(&b, lib, r, y); break;
        case 6: say_class(&b, lib, r); break;
        default: say_any(&b, lib, r, y); break;
        }
        rc = tell_part(r, parts[i].name, parts[i].title, &b, tell, ctx);
    }
    buf_release(&b);
    return rc;
}
