/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "casework/clue.h"

const struct clue_state_name clue_states[CLUE_STATES] = {
    [CLUE_NEW] = {"new", "待分派", true},         [CLUE_ASSIGNED] = {"assigned", "待核查", true},
    [CLUE_WORKING] = {"working", "核查中", true}, [CLUE_JUDGED] = {"judged", "待处理", true},
    [CLUE_CLOSED] = {"closed", "已办结", false},  [CLUE_DISMISSED] = {"dismissed", "已排除", false},
    [CLUE_MERGED] = {"merged", "已合并", false},
};

int clue_state_find(struct span code)
{
    for (int i = 0; i < CLUE_STATES; i++)
        if (span_is(code, clue_states[i].code))
            return i;
    return -1;
}

const struct clue_source_name clue_sources[] = {
    {"screen", "智能筛查"},     {"tip", "投诉举报"},      {"superior", "上级下发"},
    {"flight", "飞行检查移交"}, {"transfer", "部门移送"}, {"self", "自查自纠"},
    {"audit", "经办稽核"},      {"check", "检查发现"},    {"media", "媒体曝光"},
    {"observer", "社会监督员"}, {"phone", "来电"},        {"letter", "来信"},
    {"analysis", "数据分析"},
};
const size_t n_clue_sources = sizeof clue_sources / sizeof *clue_sources;

int clue_source_find(struct span code)
{
    for (size_t i = 0; i < n_clue_sources; i++)
        if (span_is(code, clue_sources[i].code))
            return (int)i;
    return 0;
}

const char *const verdict_code[VERDICT_COUNT] = {"", "confirmed", "rejected", "doubtful"};
