/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "claims/readers/words_index.h"

#include <stdlib.h>

#include "base/mem.h"

/* Lower case, half-width brackets, no blanks, stars and colons; "(元)" at the end goes unless `keep`. */
static struct span plain(struct span s, char *out, size_t cap, bool keep)
{
    static const struct {
        const char *from;
        char to;
    } same[] = {{"（", '('}, {"）", ')'},     {"【", '('}, {"】", ')'}, {"\xef\xbb\xbf", 0},
                {"　", 0},   {"\xc2\xa0", 0}, {"／", '/'}, {"：", 0},   {"＊", 0}};
    size_t n = 0;
    for (size_t i = 0; i < s.n && n + 1 < cap;) {
        unsigned char c = (unsigned char)s.p[i];
        size_t k = c < 0x80 ? 10 : 0;
        while (k < 10 && !(i + strlen(same[k].from) <= s.n &&
                           !memcmp(s.p + i, same[k].from, strlen(same[k].from))))
            k++;
        if (k < 10) {
            if (same[k].to)
                out[n++] = same[k].to;
            i += strlen(same[k].from);
            continue;
        }
        if (c > ' ' && c != '*' && c != ':')
            out[n++] = (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
        i++;
    }
    if (!keep && n && out[n - 1] == ')') {
        const char *open = memrchr(out, '(', n);
        if (open && open > out)
            n = (size_t)(open - out);
    }
    return (struct span){out, n};
}

static int add_word(struct word_list *l, struct span word, bool keep, int table, int column,
                    int rank)
{
    char b[256];
    struct span p = plain(word, b, sizeof b, keep);
    if (!p.n)
        return 0;
    uint32_t id = names_put(&l->words, p);
    if (id == NAME_NONE || mem_grow(&l->uses, &l->cap, l->n + 1, sizeof *l->uses))
        return -1;
    l->uses[l->n++] = (struct word_use){id, (int16_t)table, (int16_t)column, (int16_t)rank};
    return 0;
}

static int add_both(struct words_index *w, struct span word, int table, int column, int rank)
{
    return add_word(&w->with, word, true, table, column, rank) ||
                   add_word(&w->without, word, false, table, column, rank)
               ? -1
               : 0;
}

static int add_synonyms(struct words_index *w, const char *column, int table, int at)
{
    for (const struct heading_words *h = huji_heading_words; h->column; h++) {
        if (strcmp(h->column, column) != 0)
            continue;
        struct span rest = span_of(h->words);
        while (rest.n)
            if (add_both(w, span_cut(&rest, ','), table, at, 1))
                return -1;
    }
    return 0;
}

static int by_word(const void *a, const void *b)
{
    const struct word_use *x = a, *y = b;
    if (x->word != y->word)
        return x->word < y->word ? -1 : 1;
    if (x->table != y->table)
        return x->table - y->table;
    return x->rank != y->rank ? y->rank - x->rank : x->column - y->column;
}

static int finish(struct word_list *l)
{
    qsort(l->uses, l->n, sizeof *l->uses, by_word);
    l->from = mem_alloc((l->words.n + 1u) * sizeof *l->from);
    if (!l->from)
        return -1;
    size_t k = 0;
    for (uint32_t id = 0; id <= l->words.n; id++) {
        while (k < l->n && l->uses[k].word < id)
            k++;
        l->from[id] = (uint32_t)k;
    }
    return 0;
}

int words_index_build(struct words_index *w)
{
    *w = (struct words_index){0};
    int rc = 0;
    for (int t = 0; t < TABLE_COUNT && rc == 0; t++)
        for (size_t i = 0; i < huji_tables[t]->n_columns && rc == 0; i++) {
            const struct table_column *c = &huji_tables[t]->columns[i];
            rc = add_both(w, span_of(c->name), t, (int)i, 3) ||
                         add_both(w, span_of(c->title), t, (int)i, 2) ||
                         add_synonyms(w, c->name, t, (int)i)
                     ? -1
                     : 0;
        }
    if (rc == 0)
        rc = finish(&w->with) || finish(&w->without) ? -1 : 0;
    if (rc)
        words_index_release(w);
    return rc;
}

static void release(struct word_list *l)
{
    names_release(&l->words);
    mem_free(l->uses);
    mem_free(l->from);
}

void words_index_release(struct words_index *w)
{
    release(&w->with);
    release(&w->without);
    *w = (struct words_index){0};
}

static int find(const struct word_list *l, struct span p, int table, int *rank)
{
    uint32_t id = p.n ? names_get(&l->words, p) : NAME_NONE;
    if (id == NAME_NONE)
        return -1;
    for (uint32_t k = l->from[id]; k < l->from[id + 1]; k++)
        if (table < 0 || l->uses[k].table == table) {
            *rank = l->uses[k].rank;
            return l->uses[k].column;
        }
    return -1;
}

int words_index_find(const struct words_index *w, int table, struct span heading, int *rank)
{
    char b[256];
    *rank = 0;
    if (!heading.n || heading.n >= 200)
        return -1;
    int c = find(&w->with, plain(heading, b, sizeof b, true), table, rank);
    return c >= 0 ? c : find(&w->without, plain(heading, b, sizeof b, false), table, rank);
}
