/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "claims/schema.h"

#include <strings.h>

/* clang-format off */
#define TABLES(X) \
    X(mdtrt_d) X(setl_d) X(fee_list_d) X(setl_diag_list_d) X(setl_list_diag_d) X(setl_list_oprn_d) \
    X(psn_info_b) X(psn_insu_d) X(psn_insu_stas_b) X(fixmedins_b) X(medins_info_b) X(medins_dept_b) X(dr_info_b) \
    X(fixmedins_cntr_reg_d) X(opsp_reg_d) \
    X(inv_3501) X(inv_3502) X(inv_3503) X(inv_3504) X(sale_3505) X(sale_3506) X(drug_trac) \
    X(suspension) X(licence) X(death) X(presence_check) X(household) X(terminal) X(device) X(long_rx) X(agreement) \
    X(assisted) X(staff) X(beds) X(leave) X(lab_result) X(agency_staff) X(agency_act) X(clearing)
/* clang-format on */

#define DECLARE(t) extern const struct table_schema schema_##t;
TABLES(DECLARE)

#define ADDRESS(t) &schema_##t,
const struct table_schema *const huji_tables[TABLE_COUNT] = {TABLES(ADDRESS)};

int schema_table(struct span name)
{
    for (int i = 0; i < TABLE_COUNT; i++) {
        const char *t = huji_tables[i]->name;
        if (strlen(t) == name.n && strncasecmp(t, name.p, name.n) == 0)
            return i;
    }
    return -1;
}

/* Length of `word` if `base` begins with it and a letter does not follow, else 0. */
static size_t begins(struct span base, struct span word)
{
    if (!word.n || base.n < word.n || strncasecmp(base.p, word.p, word.n) != 0)
        return 0;
    if (base.n == word.n)
        return word.n;
    char c = base.p[word.n];
    bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return letter ? 0 : word.n;
}

static size_t file_fits(const struct table_schema *t, struct span base)
{
    size_t best = begins(base, span_of(t->name));
    size_t n = begins(base, span_of(t->title));
    best = n > best ? n : best;
    struct span words = span_of(t->words);
    while (words.n) {
        n = begins(base, span_cut(&words, ','));
        best = n > best ? n : best;
    }
    return best;
}

int schema_of_file(struct span path)
{
    const char *slash = path.n ? memrchr(path.p, '/', path.n) : NULL;
    struct span base = path;
    if (slash)
        base = (struct span){slash + 1, path.n - (size_t)(slash + 1 - path.p)};
    int found = -1;
    size_t longest = 0;
    for (int i = 0; i < TABLE_COUNT; i++) {
        size_t n = file_fits(huji_tables[i], base);
        if (n > longest) {
            longest = n;
            found = i;
        }
    }
    return found;
}

int schema_column(const struct table_schema *t, struct span name)
{
    for (size_t i = 0; i < t->n_columns; i++) {
        const char *c = t->columns[i].name;
        if (strlen(c) == name.n && strncasecmp(c, name.p, name.n) == 0)
            return (int)i;
    }
    return -1;
}

/* Lower case, no blanks, ASCII brackets; what stands in brackets at the end ("(元)") goes unless `keep`. */
static struct span plain_heading(struct span s, char *out, size_t cap, bool keep)
{
    static const struct {
        const char *from;
        const char *to;
    } same[] = {{"（", "("}, {"）", ")"}, {"\xef\xbb\xbf", ""}, {"　", ""}, {"\xc2\xa0", ""},
                {"／", "/"}, {"：", ""}};
    size_t n = 0;
    for (size_t i = 0; i < s.n && n + 1 < cap;) {
        unsigned char c = (unsigned char)s.p[i];
        size_t k = 0;
        while (k < sizeof(same) / sizeof(same[0])) {
            size_t len = strlen(same[k].from);
            if (i + len <= s.n && memcmp(s.p + i, same[k].from, len) == 0)
                break;
            k++;
        }
        if (k < sizeof(same) / sizeof(same[0])) {
            if (same[k].to[0])
                out[n++] = same[k].to[0];
            i += strlen(same[k].from);
        } else {
            if (c > ' ' && c != '*' && c != ':')
                out[n++] = (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
            i++;
        }
    }
    if (!keep && n && out[n - 1] == ')') {
        const char *open = memrchr(out, '(', n);
        if (open && open > out)
            n = (size_t)(open - out);
    }
    return (struct span){out, n};
}

static bool same_words(struct span plain, const char *word, bool keep)
{
    char b[256];
    return span_eq(plain, plain_heading(span_of(word), b, sizeof b, keep));
}

static bool is_synonym(struct span plain, const char *column, bool keep)
{
    for (const struct heading_words *w = huji_heading_words; w->column; w++) {
        if (strcmp(w->column, column) != 0)
            continue;
        struct span words = span_of(w->words);
        while (words.n) {
            struct span one = span_cut(&words, ',');
            char b[256];
            if (span_eq(plain, plain_heading(one, b, sizeof b, keep)))
                return true;
        }
    }
    return false;
}

static int heading_rank(const struct table_schema *t, struct span plain, bool keep, int *column)
{
    *column = schema_column(t, plain);
    if (*column >= 0)
        return 3;
    for (size_t i = 0; i < t->n_columns; i++)
        if (same_words(plain, t->columns[i].title, keep)) {
            *column = (int)i;
            return 2;
        }
    for (size_t i = 0; i < t->n_columns; i++)
        if (is_synonym(plain, t->columns[i].name, keep)) {
            *column = (int)i;
            return 1;
        }
    return 0;
}

int schema_heading_rank(const struct table_schema *t, struct span heading, int *column)
{
    char b[256];
    int rank = 0;
    /* With its brackets first: 住院(门诊)号 is not 住院号 with a unit. */
    for (int keep = 1; keep >= 0 && !rank; keep--) {
        struct span plain = plain_heading(heading, b, sizeof b, keep);
        if (plain.n)
            rank = heading_rank(t, plain, keep, column);
    }
    if (!rank)
        *column = -1;
    return rank;
}

int schema_heading(const struct table_schema *t, struct span heading)
{
    int column;
    schema_heading_rank(t, heading, &column);
    return column;
}

const char *column_kind_title(enum column_kind k)
{
    static const char *const title[] = {"文本",       "代码（文本）", "日期",       "日期时间",
                                        "金额（元）", "数量",         "单价（元）", "整数"};
    return title[k];
}

const char *column_need_title(enum column_need n)
{
    static const char *const title[] = {"", "主键", "人员", "日期", "金额或数量", "代码"};
    return title[n];
}
