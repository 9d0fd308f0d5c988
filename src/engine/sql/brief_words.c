/* SPDX-License-Identifier: MulanPSL-2.0 */
/* The names that a reader meets in place of the short ones, and what each part is for, in Chinese. */
#include "base/mem.h"
#include "engine/sql/priv.h"
#include "engine/sql/tidy.h"

struct word {
    const char *was, *is, *says; /* says: of a part, its comment; of a column, what it is */
};

/* Columns of events that every kind has. */
static const struct word columns[] = {
    {"cl", "clause", "第几个来源（从 0 起）"},
    {"rid", "row_id", "原记录的行号"},
    {"kn", "kn_row", "知识表的行号"},
    {"t", "at_time", "时间（1970 年起的秒）"},
    {"sr", "source_rank", "同一时刻来源的先后"},
    {"x", "starts", "起"},
    {"u", "ends", "止"},
    {"q", "quantity", "量"},
    {"lim", "limit_value", "限额"},
    {"sc", "scope_key", "在什么范围内比"},
    {"val", "found_value", "查出的值"},
    {"ev", "events", NULL},
    {"ev0", "all_events", NULL},
    {"fo", "found", NULL},
    {"fo_pair", "found_pairs", NULL},
    {"mem", "members", NULL},
    {"mem_pair", "pair_members", NULL},
    {"p_cl", "prev_clause", NULL},
    {"p_rid", "prev_row_id", NULL},
    {"p_kn", "prev_kn_row", NULL},
    {"gf", "gap_from", NULL},
    {"gt", "gap_to", NULL},
    {"fid", "found_no", NULL},
    {"rn", "seq", NULL},
    {"rank", "rank", "同一时刻的先后"},
    {NULL, NULL, NULL},
};
static const struct word pair_words[] = {
    {"g", "link", "把两边连起来的"},
    {"f", "item", "项目"},
    {"o", "ordered", "-- 编上号；is_b：是不是乙方"},
    {"grp", "met", "-- 同一范围里甲乙两方都有的"},
    {"pr0", "candidates", "-- 时间对得上的甲乙"},
    {"pr", "matched", "-- 条件也对得上的甲乙"},
    {"ds", "by_price", "-- 同一范围里从贵到便宜"},
    {"al", "allowed_price", "-- 第二项起该打折后的价"},
    {NULL, NULL, NULL},
};
static const struct word quota_words[] = {
    {"g", "counted", "数什么（不重复计）"},
    {"a", "window_len", "窗口多长"},
    {"c", "cap", NULL},
    {"absent", "not_applicable", NULL},
    {"gl0", "owner_sums", "-- 每个对象（每期）的合计与限额"},
    {"gl", "over_limit", "-- 超了限额的"},
    {"o", "ordered", "-- 它们的事件，按时间编号"},
    {"b1", "running", NULL},
    {"b2", "beyond", NULL},
    {"b0", "judged", "-- 逐笔：role 1 是问题，2 是限额以内的"},
    {"a0", "firsts", "-- 每个对象第一笔有问题的"},
    {"v0", "members_seen", "-- 每个对象数到的每一样"},
    {"v1", "members_coded", NULL},
    {"v2", "members_kept", "-- 限额以内留下哪些"},
    {"hot", "may_exceed", "-- 某个窗口里总量超过限额的对象（别的不用往下看）"},
    {"usable", "usable", "-- allowed：窗口里最多可以有多少"},
    {"law", "allowed", NULL},
    {"st", "window_so_far", NULL},
    {"acc", "accepted", NULL},
    {"r", "walk", "-- 一笔一笔往前走：窗口里已认可的加上这一笔，超了就不认"},
    {"big", "enough", "-- 事件够多的对象"},
    {"w1", "window_from", NULL},
    {"w2", "window_full", "-- 窗口里够不够数"},
    {"w3", "islands", "-- 连成一片的窗口"},
    {"rn0", "spans", "-- 每一片从何时到何时"},
    {"f1", "first_of", "-- 每一片的第一笔"},
    {NULL, NULL, NULL},
};
static const struct word gap_words[] = {
    {"f", "partner", "与前一个须不同的"},
    {"a", "low", "间隔下限"},
    {"b", "high", "间隔上限"},
    {"o", "ordered", "-- 每个对象的事件按时间编号"},
    {"pp", "with_previous", "-- previous：之前的一个（紧挨着的，或之前结束最晚的）"},
    {"pv", "previous", NULL},
    {"f0", "gaps", "-- 前后两个之间隔了多久，在不在上下限之内"},
    {"l0", "with_previous", NULL},
    {"linked", "links", "-- 与前一个连得上的"},
    {"c0", "chains", "-- 连得上的编成一串"},
    {"c", "numbered", NULL},
    {NULL, NULL, NULL},
};
static const struct word level_words[] = {
    {"a", "low", "下限"},
    {"b", "high", "上限"},
    {"c", "tolerance", "容差"},
    {"d", "decay", NULL},
    {"f", "floor_level", NULL},
    {"absent", "is_reset", "是不是盘点"},
    {"o", "ordered", "-- 每个对象的变动按日编号"},
    {"d0", "daily", "-- 每日进出的合计，盘点日另记"},
    {"d1", "segments", "-- 盘点把时间分成段；coming：晚到的单据"},
    {"d2", "changes", NULL},
    {"d3", "balances", "-- 逐日累计"},
    {"d4", "levels", "-- 逐日的结存"},
    {"d5", "bounded", NULL},
    {"d6", "below_low", "-- 低于下限的日子"},
    {"d7", "worst", NULL},
    {"d8", "refused", NULL},
    {"acc", "out_of_bounds", "-- 越了界的日子"},
    {"mm", "that_day", "-- 那一天的变动，从后往前摊"},
    {"lv", "level", NULL},
    {NULL, NULL, NULL},
};
static const struct word outlier_words[] = {
    {"b0", "history", "-- 指标的各期，从哪一期起可比"},
    {"vn", "group_sizes", "-- 同类各有多少"},
    {"vw", "groups", "-- 同类太少的并到大一级"},
    {"v0", "sorted", "-- 同类里从小到大"},
    {"v00", "past", NULL},
    {"v1", "medians", "-- 中位数（或自己过去的中位数）"},
    {"v2", "shrunk", "-- 量少的向中位数收"},
    {"v3", "deviations", "-- 离中位数多远"},
    {"v4", "spread", "-- 远近的中位数（MAD）"},
    {"v5", "scored", "-- 稳健 z 分"},
    {"v6", "scores", NULL},
    {"hits", "hits", "-- 够远的"},
    {"fo", "found", NULL},
    {"mem", "members", NULL},
    {"ev", "events", NULL},
    {NULL, NULL, NULL},
};
static const struct word combine_words[] = {
    {"h", "part_rows", "-- 各部分的规则上次筛查查出的（part：第几部分）"},
    {"g", "owners", "-- 够了几个部分的对象"},
    {"o", "compared", "-- 够比的对象"},
    {"r", "rates", "-- 每一部分的发生率"},
    {"fo", "found", NULL},
    {"a", "standing", "-- 免责以后剩下的"},
    {NULL, NULL, NULL},
};

static const struct word *of_kind(const struct rule *r)
{
    return r->combine                 ? combine_words
           : r->kind == &kind_pair    ? pair_words
           : r->kind == &kind_quota   ? quota_words
           : r->kind == &kind_gap     ? gap_words
           : r->kind == &kind_level   ? level_words
           : r->kind == &kind_outlier ? outlier_words
                                      : NULL;
}

/* Tables of measures keep the names of their columns: what reads or makes one may not rename them. */
static bool keeps_columns(const struct rule *r)
{
    return r->combine || r->is_measure || r->kind == &kind_outlier;
}

static const struct word *find(const struct word *w, struct span was)
{
    for (; w && w->was; w++)
        if (span_is(was, w->was))
            return w;
    return NULL;
}

static const char *key_name(const struct rule *r, int k)
{
    static const char *const owners[] = {"owner1", "owner2", "owner3",
                                         "owner4", "owner5", "owner6"};
    if (k >= r->n_owner)
        return "period";
    return r->n_owner == 1 ? "owner" : owners[k < 6 ? k : 5];
}

static const char *renamed(const struct rule *r, struct span was)
{
    const struct word *w = find(of_kind(r), was);
    if (!w && !keeps_columns(r))
        w = find(columns, was);
    if (!w && r->is_measure && span_is(was, "ev"))
        return "events";
    if (!w && !keeps_columns(r) && was.n == 2 && was.p[0] == 'k' && was.p[1] >= '0' &&
        was.p[1] < '0' + r->n_keys)
        return key_name(r, was.p[1] - '0');
    return w ? w->is : NULL;
}

static void rename_all(const struct rule *r, struct toks *t, struct arena *a)
{
    for (size_t i = 0; i < t->n; i++) {
        struct tok *k = &t->at[i];
        bool field = k->kind == TOK_STRING && tok_is(t, i + 1, ":") && k->text.n > 2;
        if (k->kind != TOK_WORD && !field)
            continue;
        const char *is = renamed(r, field ? (struct span){k->text.p + 1, k->text.n - 2} : k->text);
        if (!is)
            continue;
        size_t n = strlen(is);
        char *p = field ? arena_alloc(a, n + 3) : NULL;
        if (p) { /* 'name' */
            p[0] = p[n + 1] = '\'';
            memcpy(p + 1, is, n);
        }
        if (p || !field)
            k->text = p ? (struct span){p, n + 2} : span_of(is);
    }
}

/* "x NULLS FIRST, sr, t, rank, kn, cl" without what is the same for all events. */
static void order(const struct rule *r, struct toks *t)
{
    bool sources = false, rows = false;
    for (int i = 0; i < r->n_clauses; i++) {
        sources = sources || r->clause[i].src != r->clause[0].src;
        rows = rows || r->clause[i].kn;
    }
    for (size_t i = 0; i + 12 < t->n; i++) {
        if (!tok_is(t, i, "x") || !tok_is(t, i + 1, "NULLS") || !tok_is(t, i + 4, "sr") ||
            !tok_is(t, i + 12, "cl"))
            continue;
        t->at[i + 4].dead = t->at[i + 5].dead = !sources;
        t->at[i + 9].dead = t->at[i + 10].dead = !rows;
        t->at[i + 11].dead = t->at[i + 12].dead = r->n_clauses == 1;
    }
    toks_compact(t);
}

/* ---- comments ---- */

struct notes {
    const struct rule *r;
    const struct toks *t;
    struct buf *b; /* the one being made */
};

/* What the columns of the events are, those that are there. */
static void legend(const struct notes *n)
{
    const struct word *lists[] = {columns, of_kind(n->r)};
    int more = 0;
    size_t column = 0;
    for (int k = 0; k < 2; k++)
        for (const struct word *w = lists[k]; w && w->was; w++) {
            bool there = false;
            if (!w->says || !strncmp(w->says, "--", 2) || keeps_columns(n->r))
                continue;
            for (size_t i = 1; i < n->t->n && !there; i++)
                there = tok_is(n->t, i, w->is) && tok_is(n->t, i - 1, "AS");
            if (!there)
                continue;
            size_t w0 = strlen(w->is) + strlen(w->says) * 2 / 3 + 2;
            if (!more++ || column + w0 > SQL_WIDE - 8) {
                buf_str(n->b, "\n--   ");
                column = 5;
            } else {
                buf_str(n->b, "，");
            }
            column += w0;
            buf_fmt(n->b, "%s %s", w->is, w->says);
        }
}

static const char *comment(const void *ctx, struct span name)
{
    const struct notes *n = ctx;
    buf_clear(n->b);
    if (!name.n)
        return n->r->is_measure ? NULL : "-- 查出的每一条：免责的去掉，定级";
    if (span_is(name, "events") || span_is(name, "all_events")) {
        buf_str(n->b, "-- 事件：规则看的每一笔");
        legend(n);
        return buf_cstr(n->b);
    }
    if (span_is(name, "found"))
        return "-- 查出的";
    for (const struct word *w = of_kind(n->r); w && w->was; w++)
        if (w->says && !strncmp(w->says, "--", 2) && span_is(name, w->is))
            return w->says;
    return NULL;
}

int sql_tidy(const struct rule *r, const struct buf *raw, struct buf *out, struct err *e)
{
    struct toks t;
    struct arena a = ARENA_INIT;
    struct buf text = BUF_INIT;
    int rc = toks_read(&t, (struct span){buf_cstr(raw), raw->n}, e);
    if (rc)
        return rc;
    order(r, &t);
    tidy_signs(&t);
    tidy_columns(&t);
    rename_all(r, &t, &a);
    struct notes n = {r, &t, &text};
    tidy_lay(&t, comment, &n, out);
    buf_release(&text);
    toks_release(&t);
    arena_release(&a);
    return out->failed ? err_nomem(e) : 0;
}

int sql_lay(struct span sql, struct buf *out, struct err *e)
{
    struct toks t;
    int rc = toks_read(&t, sql, e);
    if (rc)
        return rc;
    tidy_lay(&t, NULL, NULL, out);
    toks_release(&t);
    return out->failed ? err_nomem(e) : 0;
}
