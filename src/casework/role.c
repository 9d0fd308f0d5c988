/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "casework/role.h"

#include <string.h>

const struct permission permissions[] = {
    {"clue.read", "看疑点线索"},
    {"clue.write", "手工登记线索、填认定金额和处理"},
    {"clue.verdict", "判查实、误报、存疑"},
    {"clue.assign", "分派线索"},
    {"clue.dismiss", "排除、合并线索"},
    {"clue.export", "导出线索"},
    {"clue.comment", "评论线索"},
    {"clue.propose", "提出意见（第三方，采纳才算数）"},
    {"reporter.read", "查看举报人（须第二人同意，留痕）"},
    {"person.reveal", "查看完整姓名、证件号（留痕）"},
    {"claims.read", "看机构、参保人的结算数据"},
    {"import.run", "导入数据"},
    {"import.read", "看导入历史、数据质量"},
    {"screen.run", "运行筛查"},
    {"screen.read", "看筛查结果"},
    {"rule.read", "看规则库"},
    {"rule.write", "改规则草稿"},
    {"rule.approve", "批准规则生效"},
    {"analysis.read", "分析台"},
    {"list.read", "看往返表"},
    {"list.write", "发出、收回往返表"},
    {"plan.read", "看检查计划"},
    {"plan.write", "编检查计划、记检查进度"},
    {"report.read", "看周报、核查单"},
    {"report.write", "编制周报、核查单"},
    {"report.sign", "签发周报"},
    {"supervise.read", "监督视图"},
    {"approval.decide", "复核别人提出的事（第二人）"},
    {"waiver.write", "免除本单位自定的复核（写明理由和期限）"},
    {"org.read", "看机构树"},
    {"org.write", "维护机构树"},
    {"account.read", "看用户"},
    {"account.write", "建用户（停用状态）、改资料"},
    {"account.grant", "授角色、启用停用、重设密码"},
    {"param.read", "看参数"},
    {"param.write", "改系统参数"},
    {"security.write", "改安全策略"},
    {"live.read", "看接入、接口运行"},
    {"live.access", "发放、撤销机构的接入"},
    {"live.mode", "改事前事中规则的方式（记录、提醒、拦截）"},
    {"precheck.run", "事前审核"},
    {"backup.run", "备份"},
    {"job.read", "看任务"},
    {"metrics.read", "看运行状况"},
    {"audit.read", "看审计日志"},
    {"audit.export", "导出审计日志"},
};
const size_t n_permissions = sizeof permissions / sizeof *permissions;

#define READS \
    "clue.read claims.read import.read screen.read rule.read analysis.read list.read plan.read report.read org.read job.read live.read"

const struct role roles[] = {
    {"system", "系统管理员", true, false,
     "org.read org.write account.read account.write param.read param.write backup.run job.read metrics.read live.read live.access"},
    {"security", "安全管理员", true, false,
     "org.read account.read account.grant param.read security.write"},
    {"audit", "审计管理员", true, false, "audit.read audit.export account.read org.read"},
    {"leader", "局领导", false, false,
     READS
     " report.sign clue.assign clue.export clue.comment rule.approve supervise.read audit.read person.reveal approval.decide"
     " waiver.write"},
    {"head", "科室负责人", false, false,
     READS
     " clue.* person.reveal reporter.read rule.approve rule.write approval.decide import.run screen.run list.write plan.write report.write live.access live.mode"
     " precheck.run"},
    {"analyst", "监管分析员", false, false,
     READS
     " clue.write clue.verdict clue.comment clue.dismiss clue.export person.reveal import.run screen.run rule.write list.write plan.write"
     " report.write precheck.run"},
    {"officer", "执法人员", false, false,
     READS
     " clue.write clue.verdict clue.comment clue.export person.reveal list.write plan.write report.write precheck.run"},
    {"intake", "线索登记员", false, false,
     "clue.read clue.write clue.comment reporter.read list.read org.read"},
    {"liaison", "信息统计联络员", false, false, "report.read report.write org.read"},
    {"handler", "经办稽核员", false, false,
     "clue.read clue.comment claims.read screen.read rule.read list.read list.write plan.read org.read live.read precheck.run"},
    {"reviewer", "第三方审核人员", false, false, "clue.read clue.comment clue.propose"},
    {"hospital", "定点医药机构人员", false, false, "precheck.run"},
    {"supervisor", "监督人员", false, false,
     "supervise.read clue.read screen.read rule.read plan.read report.read org.read audit.read"},
    {"second", "上级复核人", false, false,
     "approval.decide rule.approve rule.read supervise.read org.read"},
};
const size_t n_roles = sizeof roles / sizeof *roles;

int role_find(struct span code)
{
    for (size_t i = 0; i < n_roles; i++)
        if (span_is(code, roles[i].code))
            return (int)i;
    return -1;
}

static bool grants(struct span word, const char *permission)
{
    if (word.n > 2 && word.p[word.n - 1] == '*')
        return strncmp(permission, word.p, word.n - 1) == 0;
    return span_is(word, permission);
}

bool role_set_may(role_set set, const char *permission)
{
    for (size_t i = 0; i < n_roles; i++) {
        struct span rest = span_of(roles[i].permissions);

        if (!(set >> i & 1))
            continue;
        while (rest.n)
            if (grants(span_cut(&rest, ' '), permission))
                return true;
    }
    return false;
}

bool role_ends(size_t i)
{
    return strcmp(roles[i].code, "reviewer") == 0 || strcmp(roles[i].code, "supervisor") == 0 ||
           strcmp(roles[i].code, "second") == 0;
}

const char *role_set_clash(role_set set)
{
    int admins = 0, all = 0;

    for (size_t i = 0; i < n_roles; i++) {
        all += set >> i & 1;
        admins += (set >> i & 1) && roles[i].admin;
    }
    if (admins > 1)
        return "系统、安全、审计三种管理员不得由同一人兼任";
    if (admins && all > 1)
        return "系统、安全、审计管理员不得兼任业务角色";
    for (size_t i = 0; i < n_roles; i++)
        if ((set >> i & 1) && role_ends(i) && all > 1)
            return "第三方审核人员、监督人员、上级复核人不得兼任别的角色";
    return NULL;
}
