/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "claims/readers/html_text.h"

#include <ctype.h>
#include <strings.h>

static struct span find_end(struct span s, size_t from, const char *end)
{
    const char *q = from < s.n ? memmem(s.p + from, s.n - from, end, strlen(end)) : NULL;
    size_t stop = q ? (size_t)(q - s.p) : s.n;
    return (struct span){s.p + from, stop - from};
}

/* <!-- --> , <!DOCTYPE>, <?xml ?>, <![CDATA[: skipped whole. */
static bool skip_special(struct span s, size_t *at, struct tag *out)
{
    size_t i = *at + 1;
    const char *end = s.n - i >= 3 && !memcmp(s.p + i, "!--", 3) ? "-->" : ">";
    struct span body = find_end(s, i, end);
    strcpy(out->name, "!");
    i += body.n + strlen(end);
    *at = i < s.n ? i : s.n;
    return true;
}

bool tag_next(struct span s, size_t *at, struct tag *out)
{
    size_t i = *at + 1, n = 0;
    *out = (struct tag){.attrs = {"", 0}};
    if (i >= s.n)
        return false;
    if (s.p[i] == '!' || s.p[i] == '?')
        return skip_special(s, at, out);
    if (s.p[i] == '/') {
        out->closing = true;
        i++;
    }
    if (i >= s.n || !isalpha((unsigned char)s.p[i]))
        return false;
    for (; i < s.n &&
           (isalnum((unsigned char)s.p[i]) || s.p[i] == ':' || s.p[i] == '-' || s.p[i] == '_');
         i++) {
        if (s.p[i] == ':')
            n = 0;
        else if (n + 1 < sizeof out->name)
            out->name[n++] = (char)tolower((unsigned char)s.p[i]);
    }
    out->name[n] = 0;
    size_t from = i;
    for (char quote = 0; i < s.n && (quote || s.p[i] != '>'); i++) {
        if (quote && s.p[i] == quote)
            quote = 0;
        else if (!quote && (s.p[i] == '"' || s.p[i] == '\'') && i > from && s.p[i - 1] == '=')
            quote = s.p[i];
        if (i - from > 65536)
            return false; /* an open quotation */
    }
    out->attrs = (struct span){s.p + from, i - from};
    out->empty = out->attrs.n && out->attrs.p[out->attrs.n - 1] == '/';
    *at = i < s.n ? i + 1 : s.n;
    return true;
}

/* One name=value; cuts it off *s. */
static bool next_attr(struct span *s, struct span *name, struct span *value)
{
    *s = span_trim(*s);
    size_t i = 0;
    while (i < s->n && s->p[i] != '=' && !isspace((unsigned char)s->p[i]))
        i++;
    if (!i)
        return false;
    *name = (struct span){s->p, i};
    *value = (struct span){"", 0};
    while (i < s->n && isspace((unsigned char)s->p[i]))
        i++;
    if (i < s->n && s->p[i] == '=') {
        i++;
        while (i < s->n && isspace((unsigned char)s->p[i]))
            i++;
        char quote = i < s->n && (s->p[i] == '"' || s->p[i] == '\'') ? s->p[i++] : 0;
        size_t from = i;
        while (i < s->n && (quote ? s->p[i] != quote : !isspace((unsigned char)s->p[i])))
            i++;
        *value = (struct span){s->p + from, i - from};
        i += quote && i < s->n;
    }
    *s = (struct span){s->p + i, s->n - i};
    return true;
}

bool tag_attr(const struct tag *t, const char *name, struct span *value)
{
    struct span rest = t->attrs, k, v;
    size_t n = strlen(name);
    while (rest.n && next_attr(&rest, &k, &v)) {
        const char *colon = memchr(k.p, ':', k.n);
        if (colon)
            k = (struct span){colon + 1, k.n - (size_t)(colon + 1 - k.p)};
        if (k.n == n && strncasecmp(k.p, name, n) == 0) {
            *value = v;
            return true;
        }
    }
    return false;
}

unsigned tag_number(const struct tag *t, const char *name, unsigned otherwise)
{
    struct span v;
    unsigned n = 0;
    if (!tag_attr(t, name, &v) || !v.n)
        return otherwise;
    for (size_t i = 0; i < v.n && isdigit((unsigned char)v.p[i]) && n < 10000000; i++)
        n = n * 10 + (unsigned)(v.p[i] - '0');
    return n ? n : otherwise;
}

static void add_code_point(struct buf *b, unsigned c)
{
    if (c == 0xa0 || c == 0x3000 || c < ' ')
        c = ' ';
    if (c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
        return;
    if (c < 0x80) {
        buf_char(b, (char)c);
        return;
    }
    if (c >= 0x10000) {
        buf_char(b, (char)(0xf0 | c >> 18));
        buf_char(b, (char)(0x80 | (c >> 12 & 63)));
    } else if (c >= 0x800) {
        buf_char(b, (char)(0xe0 | c >> 12));
    } else {
        buf_char(b, (char)(0xc0 | c >> 6));
    }
    if (c >= 0x800)
        buf_char(b, (char)(0x80 | (c >> 6 & 63)));
    buf_char(b, (char)(0x80 | (c & 63)));
}

/* "&#123;" */
static size_t numeric_entity(struct span s, unsigned *c)
{
    bool hex = s.n > 2 && (s.p[2] == 'x' || s.p[2] == 'X');
    size_t i = hex ? 3 : 2;
    unsigned v = 0;
    for (; i < s.n && isxdigit((unsigned char)s.p[i]) && (hex || s.p[i] <= '9') && v < 0x1000000;
         i++) {
        int d = s.p[i] <= '9' ? s.p[i] - '0' : (s.p[i] | 32) - 'a' + 10;
        v = v * (hex ? 16 : 10) + (unsigned)d;
    }
    if (i == (hex ? 3u : 2u))
        return 0;
    *c = v;
    return i + (i < s.n && s.p[i] == ';');
}

/* An entity at s.p[0] == '&': its length, or 0 where the '&' is just one. */
static size_t entity(struct span s, unsigned *c)
{
    static const struct {
        const char *name;
        unsigned c;
    } known[] = {{"&nbsp;", ' '},     {"&amp;", '&'},     {"&lt;", '<'},       {"&gt;", '>'},
                 {"&quot;", '"'},     {"&apos;", '\''},   {"&yen;", 0xa5},     {"&ensp;", ' '},
                 {"&emsp;", ' '},     {"&middot;", 0xb7}, {"&times;", 0xd7},   {"&mdash;", 0x2014},
                 {"&ndash;", 0x2013}, {"&nbsp", ' '},     {"&ldquo;", 0x201c}, {"&rdquo;", 0x201d},
                 {"&deg;", 0xb0},     {"&alpha;", 0x3b1}, {"&beta;", 0x3b2},   {"&gamma;", 0x3b3}};
    if (s.n > 2 && s.p[1] == '#')
        return numeric_entity(s, c);
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (span_starts(s, known[i].name)) {
            *c = known[i].c;
            return strlen(known[i].name);
        }
    return 0;
}

void html_add_text(struct buf *b, struct span s)
{
    for (size_t i = 0; i < s.n;) {
        unsigned c = ' ';
        size_t k = s.p[i] == '&' ? entity((struct span){s.p + i, s.n - i}, &c) : 0;
        bool space = isspace((unsigned char)s.p[i]);
        if (!k && !space) {
            buf_char(b, s.p[i++]);
            continue;
        }
        i += k ? k : 1;
        if (c == ' ' && b->n && b->p[b->n - 1] == ' ')
            continue;
        add_code_point(b, c);
    }
}
