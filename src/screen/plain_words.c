/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "screen/plain_words.h"

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
    {"coalesce", "取有值的"},
    {"ceil_div", "除后进一"},
    {"abs", "绝对值"},
    {"digest", "指纹"},
    {"key", "主体之"},
    {"reset", "重置"},
    {"inflow", "其间入库"},
};
static const struct word owners[] = {
    {"person", "每名参保人"}, {"institution", "每家机构"},
    {"doctor", "每名医师"},   {"stay", "每次住院"},
    {"day", "每天"},          {"item", "每个项目"},
    {"pair", "每两名参保人"},
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
    {"widen", "同类不足时去掉最后几项再比"},
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
    {"window_of_median", "窗口不小于本段中位数的"},
    {"history", "最少往期"},
    {"season", "同比周期"},
    {"shrink", "小样本收缩"},
    {"spread", "摊到几段"},
    {"per", "按"},
    {"to", "对照"},
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
    {"other person", "另一名参保人"},
    {"at_reset", "盘存时"},
    {"reset", "从盘存起"},
    {"own_past", "自己的往期"},
    {"visit", "同一次就诊"},
};

/* Codes that our own tables and rosters write. */
static const struct word codes[] = {
    {"cert", "死亡证明"},      {"orphan", "查无原结算"}, {"pair", "成对冲销"},
    {"away", "不在院"},        {"dibao", "低保"},        {"wubao", "特困"},
    {"jiandang", "脱贫人口"},  {"guer", "孤儿"},         {"restore", "恢复待遇"},
    {"reimburse", "零星报销"}, {"register", "登记"},     {"units", "台数"},
    {"per_day", "每台日上限"},
};

struct span_words {
    const struct word *at;
    size_t n;
};
#define ALL(table)                             \
    {                                          \
        table, sizeof(table) / sizeof *(table) \
    }

const char *plain_word(enum plain_table t, struct span s)
{
    static const struct span_words tables[] = {
        [PLAIN_WORDS] = ALL(words), [PLAIN_OWNERS] = ALL(owners), [PLAIN_PREFIXES] = ALL(prefixes),
        [PLAIN_ASKS] = ALL(asks),   [PLAIN_KEYS] = ALL(keys),     [PLAIN_VALUES] = ALL(values),
        [PLAIN_CODES] = ALL(codes),
    };

    for (size_t i = 0; i < tables[t].n; i++)
        if (span_is(s, tables[t].at[i].name))
            return tables[t].at[i].title;
    return NULL;
}
