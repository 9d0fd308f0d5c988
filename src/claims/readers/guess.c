/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "claims/readers/guess.h"

#include <stdlib.h>

#include "base/fen.h"

const char *const guess_flat_tables[4] = {"fee_list_d", "setl_d", "mdtrt_d", "psn_info_b"};

/* Said on query pages, too vague for one list of synonyms for all tables. */
static const struct {
    const char *table, *word, *column;
} vague[] = {
    {"fee_list_d", "金额", "det_item_fee_sumamt"},
    {"fee_list_d", "金额合计", "det_item_fee_sumamt"},
    {"fee_list_d", "费用", "det_item_fee_sumamt"},
    {"fee_list_d", "项目", "hilist_name"},
    {"fee_list_d", "名称", "hilist_name"},
    {"fee_list_d", "编码", "hilist_code"},
    {"fee_list_d", "医生", "bilg_dr_name"},
    {"fee_list_d", "医师", "bilg_dr_name"},
    {"setl_d", "金额", "medfee_sumamt"},
    {"setl_d", "医疗费用", "medfee_sumamt"},
    {"setl_d", "医疗费", "medfee_sumamt"},
    {"setl_d", "统筹", "hifp_pay"},
    {"setl_d", "大病支付", "hifmi_pay"},
    {"setl_d", "大病保险支付", "hifmi_pay"},
    {"setl_d", "账户支付", "acct_pay"},
    {"setl_d", "起付线", "act_pay_dedc"},
    {"mdtrt_d", "诊断", "dscg_maindiag_name"},
    {"mdtrt_d", "医生", "chfpdr_name"},
    {"mdtrt_d", "床位", "adm_bed"},
    {NULL, NULL, NULL},
};

static const struct table_column *by_vague_word(const struct table_schema *t, struct span heading)
{
    if (!heading.p)
        return NULL;
    const char *open = memmem(heading.p, heading.n, "(", 1);
    if (!open)
        open = memmem(heading.p, heading.n, "（", strlen("（"));
    if (open && open > heading.p)
        heading.n = (size_t)(open - heading.p);
    heading = span_trim(heading);
    for (size_t i = 0; vague[i].table; i++)
        if (strcmp(vague[i].table, t->name) == 0 && span_is(heading, vague[i].word)) {
            int c = schema_column(t, span_of(vague[i].column));
            return c < 0 ? NULL : &t->columns[c];
        }
    return NULL;
}

const struct table_column *guess_heading(const struct words_index *w, int table,
                                         struct span heading, int *rank)
{
    const struct table_schema *t = huji_tables[table];
    int c = words_index_find(w, table, heading, rank);
    const char *slash = c < 0 && heading.n ? memrchr(heading.p, '/', heading.n) : NULL;
    if (slash) {
        size_t up_n = (size_t)(slash - heading.p);
        struct span low = {slash + 1, heading.n - up_n - 1};
        char whole[256]; /* 费用/总额 is 费用总额 */
        if (heading.n < sizeof whole) {
            memcpy(whole, heading.p, up_n);
            memcpy(whole + up_n, low.p, low.n);
            c = words_index_find(w, table, (struct span){whole, up_n + low.n}, rank);
        }
        if (c < 0)
            c = words_index_find(w, table, low, rank);
        heading = low;
    }
    if (c >= 0)
        return &t->columns[c];
    const struct table_column *v = heading.n ? by_vague_word(t, heading) : NULL;
    *rank = v ? 1 : 0;
    return v;
}

bool guess_known_heading(const struct words_index *w, struct span heading)
{
    int rank;
    if (words_index_find(w, -1, heading, &rank) >= 0)
        return true;
    for (size_t i = 0; vague[i].table; i++)
        if (span_is(heading, vague[i].word))
            return true;
    return false;
}

/* --- one table ------------------------------------------------------------------------------- */

static bool taken(const struct layout *l, size_t before, const struct table_column *c, int rank)
{
    for (size_t i = 0; i < l->n; i++)
        if (l->picks[i].column && strcmp(l->picks[i].column->name, c->name) == 0)
            return i < before ? l->picks[i].rank >= rank : l->picks[i].rank > rank;
    return false;
}

/* Gives each column of the table to the heading that knows it best, the first of equals. */
static void pick_for(const struct words_index *w, struct layout *l, int t)
{
    for (size_t i = 0; i < l->n; i++) {
        int rank;
        const struct table_column *c = guess_heading(w, t, l->picks[i].heading, &rank);
        if (!c || (l->picks[i].column && l->picks[i].rank >= rank) || taken(l, i, c, rank))
            continue;
        int old = layout_column(l, c->name);
        if (old >= 0)
            l->picks[old].column = NULL;
        l->picks[i].column = c;
        l->picks[i].rank = rank;
    }
}

static bool has_need(const struct layout *l, const struct table_schema *t, enum column_need need)
{
    bool asked = false;
    for (size_t i = 0; i < t->n_columns; i++) {
        if (t->columns[i].need != need)
            continue;
        asked = true;
        if (layout_column(l, t->columns[i].name) >= 0)
            return true;
    }
    return !asked;
}

static int missing_needs(const struct layout *l, const struct table_schema *t)
{
    int n = 0;
    for (int need = NEED_KEY; need < NEED_COUNT; need++)
        n += !has_need(l, t, (enum column_need)need);
    return n;
}

static int score(const struct layout *l, const struct table_schema *t)
{
    int s = -25 * missing_needs(l, t);
    for (size_t i = 0; i < l->n; i++)
        if (l->picks[i].column)
            s += 10 + l->picks[i].rank;
    return s;
}

static void forget(struct layout *l)
{
    for (size_t i = 0; i < l->n; i++) {
        l->picks[i].column = NULL;
        l->picks[i].rank = 0;
    }
}

/* What file, sheet and the rows above the heading say. */
static int hinted(const struct sheet_head *h, const struct layout *l, const char *file,
                  const char *sheet)
{
    const char *entry = file ? strrchr(file, '!') : NULL;
    int t = sheet && *sheet ? schema_of_file(span_of(sheet)) : -1;
    if (t < 0 && file)
        t = schema_of_file(span_of(entry ? entry + 1 : file));
    for (int i = 0; t < 0 && h && i < l->heading_at; i++)
        if (h->rows[i].n)
            t = schema_of_file(h->rows[i].cells[0].text);
    return t;
}

/* --- a flat sheet ---------------------------------------------------------------------------- */

static bool any(const struct layout *l, const char *const *names)
{
    for (; *names; names++)
        if (layout_column(l, *names) >= 0)
            return true;
    return false;
}

static unsigned flat_parts(const struct layout *l)
{
    static const char *const item[] = {
        "hilist_code",      "med_list_codg", "hilist_name", "medins_list_codg",
        "medins_list_name", "bkkp_sn",       NULL};
    static const char *const amount[] = {"det_item_fee_sumamt", "cnt", NULL};
    static const char *const setl[] = {"medfee_sumamt", "fund_pay_sumamt", "hifp_pay",
                                       "acct_pay",      "psn_pay",         "cash_payamt",
                                       "setl_time",     "maf_pay",         NULL};
    static const char *const visit[] = {"begntime",
                                        "endtime",
                                        "dscg_maindiag_code",
                                        "dscg_maindiag_name",
                                        "ipt_otp_no",
                                        "chfpdr_code",
                                        "chfpdr_name",
                                        "adm_dept_name",
                                        "adm_dept_codg",
                                        "dscg_dept_name",
                                        "adm_bed",
                                        "dscg_way",
                                        NULL};
    static const char *const who[] = {"psn_no", "certno", NULL};
    static const char *const person[] = {"psn_name", "gend", "brdy", "certno", "tel", NULL};
    unsigned parts = 0;
    if (any(l, item) && any(l, amount))
        parts |= FLAT_LINE;
    if (any(l, setl))
        parts |= FLAT_SETL;
    if (any(l, visit))
        parts |= FLAT_VISIT;
    if (any(l, who) && any(l, person) && parts)
        parts |= FLAT_PERSON;
    return parts;
}

/* Columns that a fee line has not. */
static int beside_lines(const struct layout *l)
{
    int n = 0, fee = TABLE_NAMED("fee_list_d");
    for (size_t i = 0; i < l->n && fee >= 0; i++)
        n += l->picks[i].column &&
             schema_column(huji_tables[fee], span_of(l->picks[i].column->name)) < 0;
    return n;
}

/* Is it worth taking apart: two of line, settlement and visit, or one whose key has to be made. */
static bool flat_enough(const struct layout *l, unsigned parts)
{
    unsigned events = parts & (FLAT_LINE | FLAT_SETL | FLAT_VISIT);
    static const char *const who[] = {"psn_no", "certno", NULL};
    if (!events || !any(l, who))
        return false;
    /* lines with all their ids, and a word or two more of the visit: a line table */
    if ((events & FLAT_LINE) && layout_column(l, "bkkp_sn") >= 0 &&
        layout_column(l, "mdtrt_id") >= 0 && layout_column(l, "psn_no") >= 0 && beside_lines(l) < 3)
        return false;
    if (events & (events - 1))
        return true;
    const char *key = events == FLAT_LINE   ? "bkkp_sn"
                      : events == FLAT_SETL ? "setl_id"
                                            : "mdtrt_id";
    return layout_column(l, key) < 0 || layout_column(l, "psn_no") < 0;
}

static void pick_flat(const struct words_index *w, struct layout *l)
{
    forget(l);
    for (size_t k = 0; k < 4; k++) {
        int t = TABLE_NAMED(guess_flat_tables[k]);
        if (t >= 0)
            pick_for(w, l, t);
    }
}

void layout_decide(struct layout *l, const char *file, const char *sheet)
{
    if (l->table >= 0 || l->flat)
        return;
    (void)file, (void)sheet;
    unsigned parts = flat_parts(l);
    if (flat_enough(l, parts))
        l->flat = parts;
    else
        l->why = "列名认出来的太少，不知道是哪张表";
}

static int matched(const struct layout *l)
{
    int n = 0;
    for (size_t i = 0; i < l->n; i++)
        n += l->picks[i].column != NULL;
    return n;
}

void guess_columns(const struct words_index *w, const struct sheet_head *h, struct layout *l,
                   const char *file, const char *sheet)
{
    int best = -1, best_score = 0, hint = hinted(h, l, file, sheet);
    for (int i = 0; i < TABLE_COUNT; i++) {
        forget(l);
        pick_for(w, l, i);
        int n = matched(l), s = score(l, huji_tables[i]) + (i == hint ? 40 : 0);
        if (n && (best < 0 || s > best_score)) {
            best = i;
            best_score = s;
        }
    }
    pick_flat(w, l);
    unsigned parts = flat_parts(l);
    int flat = 0;
    for (size_t i = 0; i < l->n; i++)
        flat += l->picks[i].column ? 10 + l->picks[i].rank : 0;
    if (flat_enough(l, parts) && (best < 0 || flat - 15 > best_score)) {
        l->flat = parts;
        return;
    }
    forget(l);
    if (best < 0)
        return;
    pick_for(w, l, best);
    /* a table that lacks its key or date is none, unless file, sheet or title say so */
    if (missing_needs(l, huji_tables[best]) == 0 || best == hint)
        l->table = best;
    else
        l->why = "缺少必需的列（主键、人员、日期或金额）";
}

/* --- by values ------------------------------------------------------------------------------- */

static bool number_at(const struct kept_row *r, int i, double *v)
{
    int64_t scaled;
    if (i < 0 || (size_t)i >= r->n || !dec_parse(r->cells[i].text, 6, true, &scaled))
        return false;
    *v = (double)scaled / 1e6;
    return true;
}

void guess_by_values(const struct sheet_head *h, struct layout *l)
{
    int cnt = layout_column(l, "cnt"), pric = layout_column(l, "pric");
    if (!(l->flat & FLAT_LINE) || cnt < 0 || pric < 0 ||
        layout_column(l, "det_item_fee_sumamt") >= 0)
        return;
    int fee = TABLE_NAMED("fee_list_d");
    int amount = fee < 0 ? -1 : schema_column(huji_tables[fee], SPAN("det_item_fee_sumamt"));
    for (size_t i = 0; i < l->n && amount >= 0; i++) {
        size_t fits = 0, seen = 0;
        for (size_t k = (size_t)(l->heading_at + l->heading_rows); k < h->n; k++) {
            double c, p, a;
            if (!number_at(&h->rows[k], cnt, &c) || !number_at(&h->rows[k], pric, &p) ||
                !number_at(&h->rows[k], (int)i, &a))
                continue;
            seen++;
            fits += a - c * p < 0.02 && c * p - a < 0.02;
        }
        if (seen && fits * 10 >= seen * 9 && (int)i != cnt && (int)i != pric) {
            l->picks[i].column = &huji_tables[fee]->columns[amount];
            l->picks[i].rank = 0;
            return;
        }
    }
}
