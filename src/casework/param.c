/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "casework/param.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct param params[] = {
    {"password_days", "密码多少天后须改", true, 90, 1, 3650, true},
    {"password_history", "不得重复最近几次的密码", true, 5, 0, 24, true},
    {"lock_failures", "连续几次不对就锁定", true, 5, 3, 10, true},
    {"lock_minutes", "锁定多少分钟", true, 30, 10, 1440, true},
    {"idle_minutes", "多少分钟不动就退出", true, 30, 1, 30, true},
    {"unused_days", "多少天不登录就停用", true, 180, 30, 3650, true},
    {"ip_allow", "可以登录的地址（空 = 不限）", false, 0, 0, 0, true},
    {"admin_ip_allow", "管理员可以登录的地址（空 = 不限）", false, 0, 0, 0, true},
    {"bulk_dismiss_rows", "一人一天批量排除多少条以上须第二人同意", true, 20, 0, 10000, true},
    {"single_dismiss_rows", "一人在多少分钟（下一项）内逐条排除、判误报多少条以上须第二人同意",
     true, 30, 0, 10000, true},
    {"single_dismiss_minutes", "逐条排除、判误报按多少分钟内的条数算", true, 60, 1, 1440, true},
    {"export_rows", "导出个人信息多少行以上须第二人同意", true, 1000, 1, 1000000, true},
    {"approval_days", "复核几天没有结果就过期；同意后几天内有效", true, 3, 1, 30, true},
    {"bureau_name", "单位全称（用于文书、周报）", false, 0, 0, 0, false},
    {"clue_due_days", "线索核查期限（工作日）", true, 15, 1, 365, false},
    {"keep_notice_days", "提醒、旧密码散列留多少天", true, 180, 30, 3650, false},
    {"keep_job_days", "任务记录和日志留多少天（网络安全法：不少于六个月）", true, 365, 180, 3650,
     false},
    {"keep_fsi_days", "事前事中提醒的逐条记录和每日统计留多少天", true, 1095, 180, 3650, false},
    {"keep_list_days", "收回的往返表文件留多少天（答复本身不删）", true, 1095, 180, 3650, false},
    {"keep_reporter_days", "线索办结后举报人身份留多少天", true, 1095, 30, 3650, false},
    {"sql_seconds", "分析台 SQL 最多运行几秒", true, 30, 1, 300, false},
    {"sql_rows", "分析台 SQL 最多给出几行", true, 1000, 10, 10000, false},
    {"sql_memory_mb", "分析台 SQL 最多用多少 MB 内存", true, 512, 64, 8192, false},
    {"backup_dir", "备份放在哪个目录（宜在另一块盘）", false, 0, 0, 0, false},
    {"backup_hours", "每隔几小时自动备份（0 = 不）", true, 0, 0, 720, false},
    {"backup_keep", "留最近几份备份", true, 7, 1, 365, false},
};
const size_t n_params = sizeof params / sizeof *params;

int param_find(const char *key)
{
    for (size_t i = 0; i < n_params; i++)
        if (strcmp(params[i].key, key) == 0)
            return (int)i;
    return -1;
}

int param_text(struct cw *db, const char *key, struct buf *out, struct err *e)
{
    int rc = cw_get_text(db, out, e, "select value from param where key = $1", CW_ARGS(cw_t(key)));

    return rc < 0 ? rc : 0;
}

int param_int(struct cw *db, const char *key, int64_t *out, struct err *e)
{
    int i = param_find(key);
    struct buf b = BUF_INIT;
    int rc = param_text(db, key, &b, e);

    if (!rc)
        *out = b.n ? strtoll(buf_cstr(&b), NULL, 10) : i >= 0 ? params[i].preset : 0;
    buf_release(&b);
    return rc;
}

static int check(const struct param *p, const char *value, struct err *e)
{
    char *end;
    long long v;

    if (p->number) {
        errno = 0;
        v = strtoll(value, &end, 10);
        if (errno || *end || !*value || v < p->least || v > p->most) {
            err_set(e, ERR_INPUT, "%s应是 %lld 至 %lld", p->title, (long long)p->least,
                    (long long)p->most);
            return err_where(e, "%s", p->key);
        }
    }
    if (strstr(p->key, "ip_allow") && !ip_list_valid(value)) {
        err_set(e, ERR_INPUT, "%s应是地址或网段，空格分隔，如 10.1.0.0/16 192.168.1.7", p->title);
        return err_where(e, "%s", p->key);
    }
    if (strlen(value) > 1000) {
        err_set(e, ERR_INPUT, "%s太长", p->title);
        return err_where(e, "%s", p->key);
    }
    return 0;
}

int param_set(struct cw *db, const struct actor *who, const char *key, const char *value,
              struct err *e)
{
    int i = param_find(key), rc;
    struct buf old = BUF_INIT;
    char object[64];

    if (i < 0)
        return err_set(e, ERR_USAGE, "没有参数 %.40s", key);
    rc = check(&params[i], value, e);
    if (!rc)
        rc = cw_begin(db, e);
    if (rc)
        return rc;
    rc = param_text(db, key, &old, e);
    if (!rc)
        rc = cw_exec(
            db, e,
            "insert into param(key, value) values ($1, $2) on conflict (key) do update set value = excluded.value",
            CW_ARGS(cw_t(key), cw_t(value)));
    snprintf(object, sizeof object, "param:%s", key);
    if (!rc)
        rc = audit_append(
            db, who,
            &(struct act){
                .act = "param.set", .object = object, .before = buf_cstr(&old), .after = value},
            e);
    buf_release(&old);
    return cw_end(db, rc, e);
}

/* --- addresses ----------------------------------------------------------------------------------- */

struct net {
    unsigned char at[16];
    int family, bits;
};

static bool net_parse(struct span word, struct net *out)
{
    char text[64];
    char *slash, *end;
    int most;

    if (!word.n || word.n >= sizeof text)
        return false;
    memcpy(text, word.p, word.n);
    text[word.n] = 0;
    slash = strchr(text, '/');
    if (slash)
        *slash = 0;
    out->family = strchr(text, ':') ? AF_INET6 : AF_INET;
    most = out->family == AF_INET6 ? 128 : 32;
    if (inet_pton(out->family, text, out->at) != 1)
        return false;
    out->bits = slash ? (int)strtol(slash + 1, &end, 10) : most;
    return !slash || (slash[1] && !*end && out->bits >= 0 && out->bits <= most);
}

static bool net_holds(const struct net *n, const struct net *ip)
{
    int whole = n->bits / 8, rest = n->bits % 8;

    if (n->family != ip->family || memcmp(n->at, ip->at, (size_t)whole) != 0)
        return false;
    return !rest || (n->at[whole] >> (8 - rest)) == (ip->at[whole] >> (8 - rest));
}

bool ip_list_valid(const char *list)
{
    struct span rest = span_of(list);
    struct net n;

    while (rest.n) {
        struct span word = span_cut(&rest, ' ');

        if (word.n && !net_parse(word, &n))
            return false;
    }
    return true;
}

bool ip_in_list(const char *list, const char *ip)
{
    struct span rest = span_trim(span_of(list));
    struct net n, me;

    if (!rest.n)
        return true;
    if (strncmp(ip, "::ffff:", 7) == 0)
        ip += 7;
    if (!net_parse(span_of(ip), &me))
        return false;
    while (rest.n) {
        struct span word = span_cut(&rest, ' ');

        if (word.n && net_parse(word, &n) && net_holds(&n, &me))
            return true;
    }
    return false;
}
