/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "casework/supervise.h"

#include "casework/clue.h"

#define MINE(what) " and substr(" what ".admdvs, 1, length(cast($3 as text))) = $3"
#define BETWEEN(what) what " >= $1 and " what " <= $2"
#define MOST " limit 500"
/* {"verdict":"rejected"... : 21 characters; the code's first four at the 13th. */
#define CODE(what) "substr(" what ".detail, 13, 4)"

static const struct supervise_column dismissed[] = {
    {"actor_name", "谁", SUP_TEXT},    {"how", "怎样", SUP_TEXT},
    {"reason", "理由", SUP_TEXT},      {"count", "条数", SUP_INT},
    {"fund_fen", "涉及基金", SUP_FEN}, {"bulk", "其中批量", SUP_INT},
    {"last", "最近", SUP_TEXT},        {0},
};
static const struct supervise_column fast[] = {
    {"actor_name", "谁", SUP_TEXT},
    {"hour", "哪一小时", SUP_TEXT},
    {"count", "条数", SUP_INT},
    {"fund_fen", "涉及基金", SUP_FEN},
    {"reasons", "几种理由", SUP_INT},
    {"reason", "其中一种", SUP_TEXT},
    {0},
};
static const struct supervise_column low[] = {
    {"clue", "线索", SUP_CLUE},
    {"title", "疑点", SUP_TEXT},
    {"fixmedins_name", "机构", SUP_TEXT},
    {"fund_fen", "涉嫌", SUP_FEN},
    {"found_fen", "认定", SUP_FEN},
    {"actor_name", "谁判的", SUP_TEXT},
    {"at", "何时", SUP_TEXT},
    {0},
};
static const struct supervise_column reversed[] = {
    {"clue", "线索", SUP_CLUE},     {"fixmedins_name", "机构", SUP_TEXT},
    {"fund_fen", "涉嫌", SUP_FEN},  {"was", "原来", SUP_VERDICT},
    {"was_by", "谁", SUP_TEXT},     {"now", "改成", SUP_VERDICT},
    {"now_by", "谁改的", SUP_TEXT}, {"reason", "理由", SUP_TEXT},
    {"at", "何时", SUP_TEXT},       {0},
};
static const struct supervise_column rules[] = {
    {"at", "何时", SUP_TEXT},
    {"kind", "怎样", SUP_TEXT},
    {"what", "规则、参数、例外", SUP_TEXT},
    {"because", "理由", SUP_TEXT},
    {"actor_name", "谁提", SUP_TEXT},
    {"approver", "谁批", SUP_TEXT},
    {"lost", "少了疑点", SUP_INT},
    {"lost_fen", "少了基金", SUP_FEN},
    {0},
};
static const struct supervise_column never[] = {
    {"fixmedins_code", "机构编号", SUP_TEXT},
    {"fixmedins_name", "机构", SUP_TEXT},
    {"fund_fen", "统筹支付", SUP_FEN},
    {"why", "情况", SUP_TEXT},
    {0},
};
static const struct supervise_column overdue[] = {
    {"actor_name", "承办人", SUP_TEXT},
    {"count", "超期条数", SUP_INT},
    {"fund_fen", "涉及基金", SUP_FEN},
    {"oldest", "最早期限", SUP_TEXT},
    {0},
};
static const struct supervise_column acts[] = {
    {"at", "何时", SUP_TEXT},       {"actor", "谁", SUP_TEXT},
    {"org_name", "单位", SUP_TEXT}, {"act", "做了什么", SUP_TEXT},
    {"object", "对什么", SUP_TEXT}, {"reason", "理由", SUP_TEXT},
    {"detail", "详情", SUP_TEXT},   {0},
};
static const struct supervise_column waived[] = {
    {"kind", "免除哪类复核", SUP_TEXT}, {"reason", "理由", SUP_TEXT},
    {"name", "谁免的", SUP_TEXT},       {"at", "自", SUP_TEXT},
    {"until", "至", SUP_TEXT},          {"ended_at", "提前结束", SUP_TEXT},
    {"used", "用过几次", SUP_INT},      {0},
};
static const struct supervise_column decided[] = {
    {"title", "要做什么", SUP_TEXT},    {"reason", "理由", SUP_TEXT},
    {"actor_name", "谁提", SUP_TEXT},   {"at", "何时", SUP_TEXT},
    {"state", "结果", SUP_TEXT},        {"decided_name", "谁批", SUP_TEXT},
    {"decided_at", "何时批", SUP_TEXT}, {0},
};

const struct supervise_section supervise_sections[] = {
    {"dismissed", "排除与误报", "按人、按理由、按金额；金额大的在前",
     "select e.actor_name as actor_name, case when e.kind = 'dismiss' then '排除' else '误报' end as how, e.note as reason,"
     " count(*), sum(c.fund_fen), sum(case when " EVENT_IN_BULK(
         "e") " then 1 else 0 end), max(e.at)"
              " from clue_event e join clue c on c.id = e.clue where " EVENT_DISMISSES(
                  "e") " and " BETWEEN("e.at")
                  MINE("c") " group by e.actor_name, e.kind, e.note order by 5 desc" MOST,
     dismissed},
    {"fast", "短时间内逐条排除", "一小时里逐条（不是批量）排除或判误报 10 条以上的；多的在前",
     "select e.actor_name, substr(e.at, 1, 13) || ' 时', count(*), sum(c.fund_fen), count(distinct e.note), max(e.note)"
     " from clue_event e join clue c on c.id = e.clue where " EVENT_DISMISSES(
         "e") " and not " EVENT_IN_BULK("e") " and " BETWEEN("e.at")
         MINE(
             "c") " group by e.actor_name, substr(e.at, 1, 13) having count(*) > 10 order by 3 desc" MOST,
     fast},
    {"low", "认定远低于涉嫌", "判查实、认定不到涉嫌一半的；差额大的在前",
     "select c.id, c.title, c.fixmedins_name, c.fund_fen, m.found, c.verdict_by, c.verdict_at from clue c"
     " join (select clue, cast(sum(found_fen) as bigint) as found from line_money group by clue) m on m.clue = c.id"
     " where c.verdict = 'confirmed' and m.found * 2 < c.fund_fen and " BETWEEN("c.verdict_at")
         MINE("c") " order by c.fund_fen - m.found desc" MOST,
     low},
    {"reversed", "结论改过", "先判一样、后判另一样的",
     "select c.id, c.fixmedins_name, c.fund_fen, " CODE("a") ", a.actor_name, " CODE(
         "b") ", b.actor_name, b.note, b.at"
              " from clue_event b join clue_event a on a.clue = b.clue and a.kind = 'verdict' and a.id = (select max(x.id) from"
              " clue_event x where x.clue = b.clue and x.kind = 'verdict' and x.id < b.id) join clue c on c.id = b.clue"
              " where b.kind = 'verdict' and " CODE("a") " <> " CODE("b") " and " BETWEEN("b.at")
                  MINE("c") " order by c.fund_fen desc" MOST,
     reversed},
    {"rules", "规则、阈值、例外", "改了什么、谁批的、因此少了多少疑点和基金", NULL, rules},
    {"never", "从未筛到、从未查过", "有统筹支付而没有一条疑点，或有疑点而没有一条判过、办过的机构",
     NULL, never},
    {"overdue", "超期线索", "按承办人",
     "select coalesce(a.name, c.assignee, '（未分派）'), count(*), sum(c.fund_fen), min(c.due) from clue c"
     " left join account a on a.login = c.assignee where c.due < substr(cast($2 as text), 1, 10) and c.due >= '1900'"
     " and cast($1 as text) is not null and c.state in ('new', 'assigned', 'working', 'judged')" MINE(
         "c") " group by coalesce(a.name, c.assignee, '（未分派）') order by 3 desc" MOST,
     overdue},
    {"reveals", "查看个人信息", "每一次看完整姓名、证件号、举报人",
     "select u.at, u.actor, o.name, u.act, u.object, u.reason, u.detail from audit u join org o on o.code = u.org"
     " where u.act in ('person.reveal', 'reporter.reveal') and " BETWEEN("u.at")
         MINE("o") " order by u.seq desc" MOST,
     acts},
    {"exports", "导出", "每一份离开本系统的文件",
     "select u.at, u.actor, o.name, u.act, u.object, u.reason, u.detail from audit u join org o on o.code = u.org"
     " where (substr(u.act, length(u.act) - 6) = '.export' or u.act = 'list.file') and " BETWEEN(
         "u.at") MINE("o") " order by u.seq desc" MOST,
     acts},
    {"approvals", "复核", "谁提、谁批、批得多快",
     "select p.title, p.reason, p.proposer_name, p.at, p.state, coalesce(p.decided_name, ''), coalesce(p.decided_at, '')"
     " from approval p where " BETWEEN("p.at") MINE("p") " order by p.id desc" MOST,
     decided},
    {"waivers", "免除的复核", "局领导免除的、还在生效的和已结束的",
     "select w.kind, w.reason, w.name, w.at, w.until_day, coalesce(w.ended_at, ''), (select count(*) from audit u where"
     " u.object = 'waiver:' || cast(w.id as text) and u.act = 'approval.waived') from waiver w where w.at <= $2"
     " and cast($1 as text) is not null" MINE("w") " order by w.id desc" MOST,
     waived},
    {0},
};
