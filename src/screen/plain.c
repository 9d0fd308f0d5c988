/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "screen/plain.h"

#include <string.h>

#include "engine/rule.h"

/* --- words --------------------------------------------------------------------------------------- */

struct word {
    const char *name, *title;
};

/* Operators and functions; names of fields come from engine/source.c. */
static const struct word words[] = {
    {"and", " 且 "},
    {"or", " 或 "},
    {"not", " 不 "},
    {"in", " 属于 "},
    {"is", " "},
    {"known", "已知"},
    {"missing", "缺失"},
    {"value", "测得值"},
    {"threshold", "阈值"},
    {"amount", "金额"},
    {"fund", "基金支付"},
    {"related", "同病或相关病"},
    {"same_chapter", "同一病种章"},
    {"cat3", "三位类目"},
    {"dx_in", "诊断属于名单"},
    {"any_dx", "任一诊断属于名单"},
    {"any_dx_in", "任一诊断属于"},
    {"any_dx_listed", "任一诊断列在表中"},
    {"has", "表中有"},
    {"covered", "名单期间包含"},
    {"look", "查表"},
    {"look_at", "按日查表"},
    {"measure", "指标"},
    {"age", "年龄"},
    {"day", "日期"},
    {"month", "月份"},
    {"quarter", "季度"},
    {"year", "年份"},
    {"hour", "几点"},
    {"weekday", "星期"},
    {"left", "前几位"},
    {"if", "如果"},
    {"min", "较小者"},
    {"max", "较大者"},
    {"distinct", "不同个数"},
    {"count", "个数"},
    {"sum", "合计"},
    {"any", "任一"},
    {"all", "全部"},
    {"mode_share", "最常见值占比"},
    {"where", "，限 "},
    {"IPT", "住院"},
    {"OPT", "门诊"},
    {"CHR", "门诊慢特病"},
    {"PHA", "购药"},
    {"DAY", "日间"},
    {"d", "天"},
    {"h", "小时"},
    {"m", "这些记录"},
    {"lines", "费用明细"},
    {"ops", "手术"},
    {"checks", "核查"},
    {"true", "是"},
    {"false", "否"},
};
static const struct word owners[] = {
    {"person", "每名参保人"}, {"institution", "每家机构"},
    {"doctor", "每名医师"},   {"stay", "每次住院"},
    {"day", "每天"},          {"item", "每个项目"},
};
static const struct word prefixes[] = {
    {"prev", "前一次的"}, {"cur", "本次的"},     {"person", "参保人的"}, {"inst", "机构的"},
    {"doctor", "医师的"}, {"visit", "就诊的"},   {"stay", "住院的"},     {"setl", "结算的"},
    {"m", "其中的"},      {"lines", "费用明细"}, {"ops", "手术"},        {"checks", "核查"},
};
static const struct word asks[] = {
    {"forbid", "不应当出现："},
    {"pair", "两件事之间："},
    {"quota", "数量不应超过："},
    {"gap", "前后两次的间隔："},
    {"level", "余量应当守住："},
    {"outlier", "与同类比，或与自己的过去比，明显偏离："},
    {"combine", "同一主体的几个答案合起来看："},
};
static const struct word keys[] = {
    {"mode", "方式"},
    {"form", "算法"},
    {"axis", "按什么计"},
    {"min", "至少"},
    {"max", "至多"},
    {"where", "条件"},
    {"sum", "合计"},
    {"count", "计数"},
    {"more_than", "超过"},
    {"at_least", "达到"},
    {"bucket", "按"},
    {"window", "窗口"},
    {"scope", "范围"},
    {"limit", "限额"},
    {"value", "测得值"},
    {"link", "须相同"},
    {"lo", "开头除去"},
    {"hi", "结尾除去"},
    {"add", "增加"},
    {"decay", "消耗"},
    {"floor", "不低于"},
    {"tolerance", "容差"},
    {"measure", "指标"},
    {"against", "比较对象"},
    {"tau", "偏离程度"},
    {"ratio", "倍数"},
    {"at_least_by", "至少高出"},
    {"min_n", "最少例数"},
    {"min_peers", "最少同类"},
    {"cap", "可抵"},
    {"group", "分组"},
    {"price", "单价"},
    {"keep", "保留"},
    {"absent", "缺失时"},
    {"of_bucket", "占比"},
    {"start", "起"},
    {"end", "止"},
    {"between", "两者之间"},
    {"predecessor", "前一次"},
    {"partner", "对方"},
    {"chain", "连续"},
    {"links", "次数"},
    {"reset", "重置"},
    {"late", "补记宽限"},
    {"escalate", "升级"},
    {"of", "哪一项"},
    {"amount", "多少"},
    {"lawful", "其中合规"},
    {"a", "甲"},
    {"b", "乙"},
};
static const struct word values[] = {
    {"conflict", "不应同时出现"},
    {"requires", "有甲就应有乙"},
    {"inside", "乙不应落在甲期间内"},
    {"discount", "第二项起应减价"},
    {"bucket", "分段合计"},
    {"sliding", "任意连续窗口"},
    {"burst", "短时集中"},
    {"days", "天"},
    {"seconds", "秒"},
    {"day", "同一天"},
    {"stay", "同一次住院"},
    {"operation", "同一台手术"},
    {"first", "最早的"},
    {"last", "最晚的"},
    {"dearest", "最贵的"},
    {"most_frequent", "最多的"},
    {"all", "全部"},
    {"excess", "超出部分"},
    {"none", "不计金额"},
    {"cur", "本次"},
    {"members", "全部涉及项"},
    {"b", "乙"},
    {"shorter", "较短的一次"},
    {"lines", "明细"},
    {"peers", "同级同类机构"},
    {"each", "逐次"},
    {"new_minimum", "新低"},
    {"before", "紧前一次"},
    {"last_end", "最晚结束的一次"},
};

#define FIND(table, s) find(table, sizeof(table) / sizeof *(table), s)
static const char *find(const struct word *table, size_t n, struct span s)
{
    for (size_t i = 0; i < n; i++)
        if (span_is(s, table[i].name))
            return table[i].title;
    return NULL;
}

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

/* `table`: the knowledge table whose column this is, or NULL. */
static void say_word(struct buf *b, struct saying p, struct span w, const struct knowledge *table,
                     bool after_dot, bool before_dot)
{
    const char *t = before_dot ? FIND(prefixes, w) : NULL;
    int column = table ? knowledge_column(table, w) : -1;
    struct span title = {NULL, 0};

    if (column >= 0)
        title = short_title(table->column[column].title);
    if (!t && !after_dot)
        t = FIND(words, w);
    if (!t && !title.n && !table)
        title = field_title(w);
    if (!t && !title.n && after_dot)
        t = FIND(words, w);
    if (t)
        buf_str(b, t);
    else if (title.n)
        buf_span(b, title);
    else if (after_dot || !say_let(b, p, w))
        buf_span(b, w);
}

/* Copies what stands in quotes or braces as it is. Returns how many bytes. */
static size_t literal(struct buf *b, struct span s)
{
    char end = s.p[0] == '{' ? '}' : s.p[0];
    size_t i = 1;

    while (i < s.n && s.p[i] != end)
        i++;
    if (i < s.n)
        i++;
    buf_span(b, (struct span){s.p, i});
    return i;
}

static const struct word signs[] = {{"<>", " ≠ "}, {"<=", " ≤ "}, {">=", " ≥ "}, {"=", " = "}};

static void say_table(struct buf *b, const struct knowledge *k)
{
    buf_str(b, "《");
    buf_span(b, k->title.n ? short_title(k->title) : k->name);
    buf_str(b, "》");
}

/* One name, or a number. Returns the knowledge table it names when a column of it follows. */
static const struct knowledge *say_name(struct buf *b, struct saying p, struct span w,
                                        const struct knowledge *table, bool after_dot,
                                        bool before_dot)
{
    const struct knowledge *k = NULL;

    if (w.p[0] >= '0' && w.p[0] <= '9') {
        buf_span(b, w);
        return NULL;
    }
    if (!after_dot && span_is(w, "with")) {
        buf_str(b, "，对照");
        return NULL;
    }
    if (!after_dot && !field_title(w).n && !FIND(words, w))
        k = library_knowledge(p.lib, w);
    if (k)
        say_table(b, k);
    if (k)
        buf_str(b, before_dot ? "的" : "");
    else
        say_word(b, p, w, table, after_dot, before_dot);
    return before_dot ? k : NULL;
}

static size_t name_length(struct span s, size_t i)
{
    size_t k = i;

    while (k < s.n && word_char(s.p[k]))
        k++;
    return k - i;
}

static void say(struct buf *b, struct saying p, struct span s)
{
    const struct knowledge *table = NULL;
    bool after_dot = false;

    for (size_t i = 0; i < s.n;) {
        size_t n = name_length(s, i);
        bool digit = n && s.p[i] >= '0' && s.p[i] <= '9';

        if (n) {
            bool dot = !digit && i + n < s.n && s.p[i + n] == '.';

            table = say_name(b, p, (struct span){s.p + i, n}, table, after_dot, dot);
            after_dot = dot;
            i += n + dot;
            continue;
        }
        after_dot = false;
        table = NULL;
        if (s.p[i] == '\'' || s.p[i] == '{') {
            i += literal(b, (struct span){s.p + i, s.n - i});
        } else if (s.p[i] == '$') {
            struct span name = {s.p + i + 1, name_length(s, i + 1)}, v = entry(&p, "param", name);

            if (v.n)
                say(b, (struct saying){.lib = p.lib}, v);
            else
                buf_span(b, name);
            i += 1 + name.n;
        } else if (i + 1 < s.n && FIND(signs, ((struct span){s.p + i, 2}))) {
            buf_str(b, FIND(signs, ((struct span){s.p + i, 2})));
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
        const char *side = y->kind == Y_MAP ? FIND(keys, c->key) : NULL;

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
        const char *t = FIND(keys, c->key);

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
    const char *t = y->kind == Y_SCALAR ? FIND(values, y->text) : NULL;

    if (t)
        buf_str(b, t);
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
        const char *t = FIND(owners, term);

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
    const char *t = kind ? FIND(asks, kind->key) : NULL;

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
