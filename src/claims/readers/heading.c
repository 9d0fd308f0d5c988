/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "claims/readers/heading.h"

#include "base/mem.h"
#include "base/sha.h"
#include "claims/readers/guess.h"
#include "claims/schema.h"

/* --- the first rows -------------------------------------------------------------------------- */

static int keep_row(struct sheet_head *h, const struct row *r, struct err *e)
{
    struct cell *cells = arena_alloc(&h->mem, (r->n ? r->n : 1) * sizeof *cells);
    if (!cells || mem_grow(&h->rows, &h->cap, h->n + 1, sizeof *h->rows))
        return err_nomem(e);
    for (size_t i = 0; i < r->n; i++) {
        cells[i] = r->cells[i];
        cells[i].text = arena_span(&h->mem, r->cells[i].text);
        cells[i].format = (struct span){"", 0};
        if (!cells[i].text.p)
            return err_nomem(e);
    }
    h->rows[h->n++] = (struct kept_row){r->no, cells, r->n, r->fields};
    return 0;
}

int sheet_head_read(struct sheet_head *h, struct row_source *s, struct err *e)
{
    struct row r;
    int rc = 0;
    *h = (struct sheet_head){0};
    while (h->n < HEAD_ROWS && (rc = rows_next(s, &r, e)) > 0)
        if ((rc = keep_row(h, &r, e)))
            break;
    h->all = rc == 0 && h->n < HEAD_ROWS;
    if (rc < 0)
        sheet_head_release(h);
    return rc < 0 ? rc : 0;
}

void sheet_head_release(struct sheet_head *h)
{
    arena_release(&h->mem);
    mem_free(h->rows);
    *h = (struct sheet_head){0};
}

/* --- which row ------------------------------------------------------------------------------- */

struct merit {
    int known, texts, numbers;
};

/* How much a row looks like a heading: cells that some table knows as a column, texts, numbers. */
static struct merit merit_of(const struct words_index *w, const struct kept_row *r)
{
    struct merit m = {0};
    for (size_t i = 0; i < r->n; i++) {
        const struct cell *c = &r->cells[i];
        if (c->kind == CELL_NUMBER || c->kind == CELL_DATE)
            m.numbers++;
        if (c->kind != CELL_TEXT || c->fill == FILL_RIGHT)
            continue;
        m.texts++;
        m.known += c->text.n <= 90 && guess_known_heading(w, c->text);
    }
    return m;
}

/* A text under a group: the lower cell says more than the upper. */
static bool second_row(const struct words_index *w, const struct kept_row *a,
                       const struct kept_row *b)
{
    size_t groups = 0, under = 0, same = 0;
    if (b->n == 0 || merit_of(w, a).texts < 2 || merit_of(w, b).numbers)
        return false; /* one text alone is a title */
    for (size_t i = 0; i < b->n; i++) {
        const struct cell *low = &b->cells[i];
        const struct cell *up = i < a->n ? &a->cells[i] : NULL;
        bool upper = up && up->kind == CELL_TEXT;
        if (low->kind != CELL_TEXT)
            continue;
        if (upper && low->fill == FILL_DOWN && span_eq(up->text, low->text))
            same++;
        else if (!upper || up->fill == FILL_RIGHT)
            under++;
        else
            groups++;
    }
    /* a group has at least one neighbour that it is merged over, or an empty cell beside it */
    return under > 0 && groups <= under + same && (merit_of(w, b).known > 0 || same > 0);
}

static void find_row(const struct words_index *w, const struct sheet_head *h, struct layout *l)
{
    int best = 0, fallback = -1;
    l->heading_at = -1;
    l->heading_rows = 1;
    for (size_t i = 0; i < h->n && i < HEADING_DEPTH; i++) {
        if (best >= 3 && (int)i > l->heading_at + 3)
            break; /* found */
        struct merit m = merit_of(w, &h->rows[i]);
        bool two = i + 1 < h->n && m.texts && !m.numbers &&
                   second_row(w, &h->rows[i], &h->rows[i + 1]);
        int known = m.known;
        if (two)
            known += merit_of(w, &h->rows[i + 1]).known;
        if (fallback < 0 && m.texts >= 2 && !m.numbers)
            fallback = (int)i;
        if (m.numbers > m.texts || known <= best)
            continue;
        best = known;
        l->heading_at = (int)i;
        l->heading_rows = two ? 2 : 1;
    }
    if (best < 2) { /* an officer's mapping may know it */
        l->heading_at = fallback;
        l->heading_rows = 1;
    }
}

/* --- its columns ----------------------------------------------------------------------------- */

static struct span cell_text(const struct kept_row *r, size_t i)
{
    return i < r->n && r->cells[i].kind != CELL_EMPTY ? r->cells[i].text : (struct span){"", 0};
}

/* "费用" over "总额" -> "费用/总额"; a cell that is merged over both rows is itself. */
static struct span joined(struct sheet_head *h, const struct kept_row *a, const struct kept_row *b,
                          size_t i)
{
    struct span up = cell_text(a, i), low = cell_text(b, i);
    if (!low.n || span_eq(up, low))
        return up;
    if (!up.n) /* an unmerged group stands at its first column only */
        for (size_t k = i; k-- > 0 && !up.n && cell_text(b, k).n;)
            up = cell_text(a, k);
    if (!up.n || span_eq(up, low))
        return low;
    const char *s = arena_fmt(&h->mem, "%.*s/%.*s", (int)up.n, up.p, (int)low.n, low.p);
    return (struct span){s, s ? strlen(s) : 0};
}

static bool fingerprint(struct layout *l)
{
    struct buf b = BUF_INIT;
    for (size_t i = 0; i < l->n; i++) {
        for (size_t k = 0; k < l->picks[i].heading.n; k++)
            if ((unsigned char)l->picks[i].heading.p[k] > ' ')
                buf_char(&b, l->picks[i].heading.p[k]);
        buf_char(&b, '\n');
    }
    bool whole = !b.failed;
    sha256_hex((struct span){buf_cstr(&b), b.n}, 16, l->fingerprint);
    buf_release(&b);
    return whole;
}

int layout_headings(struct sheet_head *h, struct layout *l, struct err *e)
{
    const struct kept_row *a = &h->rows[l->heading_at], *b = a;
    if (l->heading_rows == 2)
        b = a + 1;
    l->n = a->n > b->n ? a->n : b->n;
    l->fields = a->fields > b->fields ? a->fields : b->fields;
    for (size_t i = 0; i < l->n; i++)
        l->picks[i] = (struct pick){.heading = l->heading_rows == 2 ? joined(h, a, b, i)
                                                                    : cell_text(a, i)};
    for (size_t i = 0; i < l->n; i++)
        if (!l->picks[i].heading.p)
            return err_nomem(e);
    return fingerprint(l) ? 0 : err_nomem(e);
}

int layout_find(const struct words_index *w, struct sheet_head *h, const char *file,
                const char *sheet, struct layout *out, struct err *e)
{
    *out = (struct layout){.heading_at = -1, .table = -1};
    find_row(w, h, out);
    if (out->heading_at < 0) {
        out->why = h->n ? "没有认出标题行（前 40 行里没有已知的列名）" : "空表";
        return 0;
    }
    int rc = layout_headings(h, out, e);
    if (rc == 0) {
        guess_columns(w, h, out, file, sheet);
        layout_decide(out, file, sheet);
        guess_by_values(h, out);
    }
    return rc;
}

int layout_column(const struct layout *l, const char *column)
{
    for (size_t i = 0; i < l->n; i++)
        if (l->picks[i].column && strcmp(l->picks[i].column->name, column) == 0)
            return (int)i;
    return -1;
}

bool layout_repeats(const struct layout *l, const struct cell *cells, size_t n)
{
    size_t same = 0, other = 0;
    for (size_t i = 0; i < n && i < l->n; i++) {
        if (cells[i].kind == CELL_EMPTY || !l->picks[i].heading.n)
            continue;
        struct span head = l->picks[i].heading, t = cells[i].text;
        bool tail = head.n > t.n && memcmp(head.p + head.n - t.n, t.p, t.n) == 0 &&
                    head.p[head.n - t.n - 1] == '/';
        bool group = head.n > t.n && memcmp(head.p, t.p, t.n) == 0 && head.p[t.n] == '/';
        if (span_eq(head, t) || tail || group)
            same++;
        else
            other++;
    }
    return same >= 2 && other == 0;
}
