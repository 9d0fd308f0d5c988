/* SPDX-License-Identifier: MulanPSL-2.0 */
/* The words of a statement. */
#include <ctype.h>

#include "base/mem.h"
#include "engine/sql/tidy.h"

static bool in_word(char c)
{
    return isalnum((unsigned char)c) || c == '_' || (unsigned char)c >= 0x80;
}

/* Length of the token at p. */
static size_t token(struct span s, enum tok_kind *kind)
{
    static const char *const signs[] = {"::", "<=", ">=", "<>", "||", "//", "->", NULL};
    size_t n = 1;
    char c = s.p[0];
    if (c == '\'' || c == '"') {
        *kind = c == '"' ? TOK_QUOTED : TOK_STRING;
        while (n < s.n && (s.p[n] != c || (n + 1 < s.n && s.p[n + 1] == c)))
            n += s.p[n] == c ? 2 : 1;
        return n < s.n ? n + 1 : s.n;
    }
    if (isdigit((unsigned char)c)) {
        *kind = TOK_NUMBER;
        while (n < s.n && (in_word(s.p[n]) || s.p[n] == '.'))
            n++;
        return n;
    }
    if (in_word(c)) {
        *kind = TOK_WORD;
        while (n < s.n && in_word(s.p[n]))
            n++;
        return n;
    }
    *kind = TOK_SIGN;
    for (size_t i = 0; signs[i]; i++)
        if (s.n > 1 && !memcmp(s.p, signs[i], 2))
            return 2;
    return 1;
}

int toks_read(struct toks *t, struct span sql, struct err *e)
{
    *t = (struct toks){0};
    t->at = mem_alloc((sql.n + 1) * sizeof *t->at); /* a token has a byte */
    if (!t->at)
        return err_nomem(e);
    while (sql.n) {
        if (isspace((unsigned char)sql.p[0])) {
            sql = (struct span){sql.p + 1, sql.n - 1};
            continue;
        }
        struct tok *k = &t->at[t->n++];
        *k = (struct tok){0};
        k->text = (struct span){sql.p, token(sql, &k->kind)};
        sql = (struct span){sql.p + k->text.n, sql.n - k->text.n};
    }
    return 0;
}

void toks_release(struct toks *t)
{
    mem_free(t->at);
    *t = (struct toks){0};
}

void toks_compact(struct toks *t)
{
    size_t n = 0;
    for (size_t i = 0; i < t->n; i++)
        if (!t->at[i].dead)
            t->at[n++] = t->at[i];
    t->n = n;
}

bool tok_is(const struct toks *t, size_t i, const char *s)
{
    return i < t->n && t->at[i].kind != TOK_STRING && span_is(t->at[i].text, s);
}

int tok_depth(const struct toks *t, size_t i)
{
    const struct tok *k = &t->at[i];
    if (k->kind == TOK_SIGN && k->text.n == 1)
        return strchr("([{", k->text.p[0]) ? 1 : strchr(")]}", k->text.p[0]) ? -1 : 0;
    return tok_is(t, i, "CASE") ? 1 : tok_is(t, i, "END") ? -1 : 0;
}

size_t tok_close(const struct toks *t, size_t i)
{
    int deep = 0;
    for (; i < t->n; i++) {
        deep += tok_depth(t, i);
        if (deep <= 0)
            return i;
    }
    return t->n ? t->n - 1 : 0;
}

size_t tok_find(const struct toks *t, size_t i, size_t end, const char *s)
{
    int deep = 0;
    for (; i < end; i++) {
        int d = tok_depth(t, i);
        if (deep == 0 && d <= 0 && tok_is(t, i, s))
            return i;
        deep += d;
    }
    return end;
}
