/* SPDX-License-Identifier: MulanPSL-2.0 */
/* The figures of 附件2's annex, in its order (law.md D2-1), each one statement; what casework can't know is an entry. */
#include "casework/week.h"

#define WITHIN "c.admdvs >= $3 and c.admdvs < $4 and "
#define CLUES "from clue c where " WITHIN
/* What was found true and stands: one that was dismissed or merged into another afterwards does not count. */
#define TRUE_ONES "c.verdict = 'confirmed' and c.state not in ('dismissed', 'merged') and "
#define JUDGED "c.verdict in ('confirmed', 'rejected') and "
#define TIPS "c.source in ('tip', 'phone', 'letter') and "
#define NO_TIPS "c.source not in ('tip', 'phone', 'letter') and "
#define IN(at) at " >= $1 and " at " <= $2"
#define OF_PRESENCE                                                                                                             \
    " from list_row r join list_out l on l.id = r.list where l.kind = 'presence' and l.admdvs >= $3 and l.admdvs < $4 and " IN( \
        "r.answered_at")
#define PRESENCE "select r.row_key as object, 1 as amount, r.answered_at as at" OF_PRESENCE
/* Institutions at which something was looked into: by a clue that was judged, by patients looked for in their beds. */
/* What inspectors said they checked (visits.h), by when they said it. */
#define VISIT(which)                                                                              \
    "select v.code || '/' || v.checked_on as object, 1 as amount, v.checked_at as at"             \
    " from visit v where v.state = 'checked' and v.admdvs >= $3 and v.admdvs < $4 and " which IN( \
        "v.checked_at")
#define CHECKED                                                                                                                      \
    "select c.fixmedins_code as object, 1 as amount, c.verdict_at as at " CLUES                                                      \
    "c.fixmedins_code is not null and " JUDGED IN(                                                                                   \
        "c.verdict_at") " union all select l.fixmedins_code as object, 1 as amount, r.answered_at as at" OF_PRESENCE                 \
                        " union all select v.code as object, 1 as amount, v.checked_at as at from visit v where v.state = 'checked'" \
                        " and v.admdvs >= $3 and v.admdvs < $4 and " IN("v.checked_at")
/* 家次: an institution on a day. */
#define VISITS(which)                                                                                                 \
    "select c.fixmedins_code || '/' || substr(c.verdict_at, 1, 10) as object, 1 as amount, c.verdict_at as at " CLUES \
    "c.fixmedins_code is not null and " JUDGED which IN("c.verdict_at")
#define MEASURES(code) \
    "from measure m join clue c on c.id = m.clue where m.code = '" code "' and " WITHIN IN("m.at")
/* A measure counted by institution; what concerns none is counted by clue. */
#define MEASURE(code)                                                                                  \
    "select coalesce(c.fixmedins_code, 'clue:' || c.id) as object, 1 as amount, m.at as at " MEASURES( \
        code)
/* 件, 例: by clue. */
#define MEASURE_BY_CLUE(code) \
    "select cast(c.id as text) as object, c.fund_fen as amount, m.at as at " MEASURES(code)
/* 家 and 人 of what is handed over: the institution, or a person at none. */
#define MEASURE_OF_INST(code)                                               \
    "select c.fixmedins_code as object, 1 as amount, m.at as at " MEASURES( \
        code) " and c.fixmedins_code is not null"
#define MEASURE_OF_PERSON(code)                                                                                       \
    "select 'clue:' || coalesce((select min(o.id) from clue o join measure om on om.clue = o.id and om.code = '" code \
    "' where o.psn_no = c.psn_no and o.fixmedins_code is null), c.id) as object, 1 as amount, m.at as at " MEASURES(  \
        code) " and c.fixmedins_code is null"
#define DECIDED(column)                                                                       \
    "select cast(c.id as text) as object, d." column " as amount, d.at as at from disposal d" \
    " join clue c on c.id = d.clue where d." column " > 0 and " WITHIN IN("d.at")
/* 认定金额 of what was qualified so; entered when both its money and its 定性 were. */
#define QUALIFIED "(case when m.at >= c.nature_at then m.at else c.nature_at end)"
#define FOUND_AS(which)                                                                   \
    "select cast(c.id as text) as object, m.found_fen as amount, " QUALIFIED              \
    " as at from line_money m join clue c on c.id = m.clue where c.verdict = 'confirmed'" \
    " and c.nature " which " and " WITHIN                                                 \
    IN(QUALIFIED)
#define CASES(which)                                                                      \
    "select cast(c.id as text) as object, c.fund_fen as amount, c.nature_at as at " CLUES \
        TRUE_ONES "c.nature = '" which "' and " IN("c.nature_at")
#define DUE \
    "(i.off_at is null or i.off_at > $2)" /* not taken off the register before the cut-off */
#define KNOWN "from inst_known i where i.admdvs >= $3 and i.admdvs < $4 and i.at <= $2 and " DUE

const struct week_kind week_kinds[] = {
    /* Stands for the week as for the whole: what was known at the cut-off. */
    {"should", "应检查机构数", "家", "inst",
     "select i.code as object, 1 as amount, cast($2 as text) as at " KNOWN
     " and cast($1 as text) <= $2"},
    /* Likewise: what the plans say that are not over before 累计 begins. */
    {"planned", "计划检查机构数", "家", "inst",
     "select v.code as object, 1 as amount, case when p.from_day > substr(cast($2 as text), 1, 10) then p.at else"
     " (case when p.from_day || ' 00:00:00' > p.at then p.from_day || ' 00:00:00' else p.at end) end as at from visit v join visit_plan p"
     " on p.id = v.plan where v.admdvs >= $3 and v.admdvs < $4 and p.at <= $2 and p.to_day >= substr(cast($1 as text), 1, 10)"},
    {"checked", "检查机构数", "家", "inst", CHECKED},
    {"coverage", "覆盖率", "%", "inst",
     "select i.code as object, case when q.at is null then 0 else 1 end as amount, coalesce(q.at, $1) as at"
     " from inst_known i left join (select w.object, min(w.at) as at from (" CHECKED
     ") w group by w.object) q on q.object = i.code where i.admdvs >= $3 and i.admdvs < $4 and i.at <= $2 and " DUE},
    {"check_full", "其中：全面核查", "家次", "inst", VISIT("v.kind = 'full' and ")},
    {"check_spot", "其中：重点抽查", "家次", "inst",
     VISITS(
         NO_TIPS) " union all select l.fixmedins_code || '/' || substr(r.answered_at, 1, 10) as object,"
                  " 1 as amount, r.answered_at as at" OF_PRESENCE
                  " union all " VISIT("v.kind = 'spot' and ")},
    {"check_tip", "其中：举报复查", "家次", "inst",
     VISITS(TIPS) " union all " VISIT("v.kind = 'tip' and ")},
    {"patients", "核查住院病人数", "人", "row", PRESENCE},
    {"not_same", "人证不符", "人", "row", PRESENCE " and substr(r.answer, 3, 2) = '不符'"},
    {"absent", "不在院", "人", "row", PRESENCE " and substr(r.answer, 3, 3) = '不在院'"},
    {"suspected", "疑点数", "条", "clue",
     "select cast(c.id as text) as object, c.fund_fen as amount, c.created_at as at " CLUES IN(
         "c.created_at")},
    {"verified", "核实疑点数", "条", "clue",
     "select cast(c.id as text) as object, c.fund_fen as amount, c.verdict_at as at " CLUES JUDGED
         IN("c.verdict_at")},
    {"confirmed", "查实疑点数", "条", "clue",
     "select cast(c.id as text) as object, c.fund_fen as amount, c.verdict_at as at " CLUES
         TRUE_ONES IN("c.verdict_at")},
    {"with_problem", "存在问题机构数", "家", "inst",
     "select c.fixmedins_code as object, 1 as amount, c.verdict_at as at " CLUES
     "c.fixmedins_code is not null and " TRUE_ONES IN("c.verdict_at")},
    /* One question at one institution is one problem, however many clues say it. */
    {"problems", "涉及问题数", "个", "inst",
     "select coalesce(c.fixmedins_code, 'clue:' || c.id) || '/' || case when c.rule_id is null or c.rule_id = ''"
     " then 'XS' || c.id else c.rule_id end as object, 1 as amount, c.verdict_at as at " CLUES
         TRUE_ONES IN("c.verdict_at")},
    {"found", "认定金额", "万元", "clue",
     "select cast(c.id as text) as object, m.found_fen as amount, m.at as at from line_money m join clue c"
     " on c.id = m.clue where c.verdict = 'confirmed' and " WITHIN IN("m.at")},
    {"induced", "其中：诱导住院金额", "万元", "clue", FOUND_AS("= 'induced_stay'")},
    {"induced_clues", "其中：诱导住院疑点", "条", "clue", CASES("induced_stay")},
    {"false_stay", "其中：虚假住院金额", "万元", "clue", FOUND_AS("= 'false_stay'")},
    {"false_stay_clues", "其中：虚假住院疑点", "条", "clue", CASES("false_stay")},
    {"other_money", "其中：其他违规金额", "万元", "clue",
     FOUND_AS("not in ('', 'induced_stay', 'false_stay')")},
    /* So that the parts add up to 认定金额: what nobody has qualified yet. */
    {"unqualified", "其中：尚未定性金额", "万元", "clue",
     "select cast(c.id as text) as object, m.found_fen as amount, m.at as at from line_money m join clue c"
     " on c.id = m.clue where c.verdict = 'confirmed' and c.nature = '' and " WITHIN IN("m.at")},
    {"ordered", "责令退回", "万元", "clue", DECIDED("ordered_fen")},
    {"refunded", "已退回", "万元", "refund",
     "select c.id || '/' || f.id as object, f.amount_fen as amount, f.at as at from refund f join clue c"
     " on c.id = f.clue where " WITHIN IN("f.at")},
    {"fine", "行政罚款", "万元", "clue", DECIDED("fine_fen")},
    {"penalty", "违约金", "万元", "clue", DECIDED("penalty_fen")},
    {"talk", "约谈", "家", "inst", MEASURE("talk")},
    {"correct", "责令整改", "家", "inst", MEASURE("correct")},
    {"suspend_pay", "暂停结算", "家", "inst", MEASURE("suspend_pay")},
    {"suspend", "暂停协议", "家", "inst", MEASURE("suspend")},
    {"end", "解除协议", "家", "inst", MEASURE("end")},
    /* The doctor where the clue is about one; else a clue is a doctor. */
    {"doctor", "暂停医保医师", "人", "doctor",
     "select case when c.owner_type = 'doctor' then c.owner_id else 'clue:' || c.id end as object,"
     " 1 as amount, m.at as at " MEASURES("doctor")},
    {"police", "移送公安司法（机构）", "家", "inst", MEASURE_OF_INST("police")},
    {"police_persons", "移送公安司法（人员）", "人", "inst", MEASURE_OF_PERSON("police")},
    {"discipline", "移送纪检监察（机构）", "家", "inst", MEASURE_OF_INST("discipline")},
    {"discipline_persons", "移送纪检监察（人员）", "人", "inst", MEASURE_OF_PERSON("discipline")},
    {"health", "移交卫健等部门", "件", "clue", MEASURE_BY_CLUE("health")},
    {"tips", "受理举报", "件", "clue",
     "select cast(c.id as text) as object, c.fund_fen as amount, c.created_at as at " CLUES TIPS IN(
         "c.created_at")},
    {"tips_true", "举报查实", "件", "clue",
     "select cast(c.id as text) as object, c.fund_fen as amount, c.verdict_at as at " CLUES TIPS
         TRUE_ONES IN("c.verdict_at")},
    {"rewards", "兑付举报奖励", "件", "", NULL},
    {"reward_money", "兑付举报奖励金额", "万元", "", NULL},
    {"exposed", "公开曝光", "例", "clue", MEASURE_BY_CLUE("expose")},
    {0},
};
