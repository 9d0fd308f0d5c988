/* SPDX-License-Identifier: MulanPSL-2.0 */
/* huji backup | restore. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "casework/backup.h"
#include "cli/bar.h"
#include "cli/casework.h"
#include "cli/commands.h"
#include "cli/common.h"
#include "cli/store.h"
#include "server/job.h"

static void say(const char *what, const struct backup_report *b)
{
    note("%s %s：%lld 个文件，%lld MB，护基 %s，审计校验码 %s", what, b->name, (long long)b->files,
         (long long)(b->bytes >> 20), b->version, b->code);
    if (b->postgres)
        note("%s", PG_DUMP_SAYS);
}

/* --- backup ---------------------------------------------------------------------------------------------- */

/* A server owns the directory: it does the work, as a job; we wait for it. */
static int by_server(struct cw *db, const char *to, struct err *e)
{
    struct actor who = console_actor();
    struct buf state = BUF_INIT, why = BUF_INIT, result = BUF_INIT;
    int64_t id = 0;
    int rc = job_queue(db, &who, "backup", json_pack("{s:s}", "to", to), &id, e);

    if (!rc)
        note("服务正在运行，由它来备份（任务 %lld）", (long long)id);
    for (;;) {
        buf_clear(&state);
        if (!rc)
            rc = cw_get_text(db, &state, e, "select state from job where id = $1",
                             CW_ARGS(cw_i(id)));
        if (rc ||
            (strcmp(buf_cstr(&state), "queued") != 0 && strcmp(buf_cstr(&state), "running") != 0))
            break;
        usleep(200000);
    }
    if (!rc && strcmp(buf_cstr(&state), "done") != 0) {
        rc = cw_get_text(db, &why, e, "select coalesce(error, state) from job where id = $1",
                         CW_ARGS(cw_i(id)));
        rc = rc < 0 ? rc : err_set(e, ERR_STATE, "没有备份成：%s", buf_cstr(&why));
    }
    if (!rc)
        rc = cw_get_text(db, &result, e, "select result from job where id = $1", CW_ARGS(cw_i(id)));
    if (!rc) {
        json_t *j = json_loads(buf_cstr(&result), 0, NULL);
        const char *name = json_string_value(json_object_get(json_object_get(j, "backup"), "name"));
        char path[4200];
        struct backup_report b;

        snprintf(path, sizeof path, "%s/%s", to, name ? name : "");
        json_decref(j);
        rc = backup_read(path, &b, e);
        if (!rc)
            say("备份好了", &b);
    }
    buf_release(&state);
    buf_release(&why);
    buf_release(&result);
    return rc;
}

static int run_backup(const struct args *a, struct err *e)
{
    struct backup_report b;
    struct actor who = console_actor();
    struct store *s = NULL;
    struct cw *db = NULL;
    struct err busy = {0};
    const char *dir;
    char *to;
    int rc = data_dir(a, &dir, e);

    if (rc)
        return rc;
    to = realpath(a->operands[0], NULL);
    if (!to)
        return err_set(e, ERR_INPUT, "备份目录 %s 不存在", a->operands[0]);
    rc = backup_place(dir, to, e);
    if (!rc)
        rc = casework_for(a, &db, e);
    if (!rc) {
        rc = store_for(a, STORE_WRITE, &s, &busy);
        if (rc == ERR_STATE && strstr(busy.message, "huji serve"))
            rc = by_server(db, to, e);
        else if (rc)
            *e = busy;
        else
            rc = backup_make(s, db, dir, to, &who, NULL, &b, e);
    }
    if (!rc && s)
        say("备份好了", &b);
    store_close(s);
    cw_close(db);
    free(to);
    return rc;
}

static const struct option backup_options[] = {OPT_DATA, OPT_CASEWORK, OPT_END};
static const struct example backup_examples[] = {
    {"backup --data 我的县 /mnt/备份盘", "服务在运行也可以"},
    EXAMPLE_END,
};
const struct command cmd_backup = {
    .name = "backup",
    .title = "备份数据目录到另一块盘",
    .operands = "TO",
    .text =
        "在 TO 下建 huji-年月日-时分秒：结算数据、业务库、密钥、自己的规则、清单、模板，和每个文件的 SM3。\n"
        "不用停服务。业务库在 PostgreSQL 的，那一部分另用 pg_dump。备份里有密钥，要和数据一样保管。",
    .options = backup_options,
    .examples = backup_examples,
    .min_operands = 1,
    .max_operands = 1,
    .operand_kind = ARG_DIR,
    .run = run_backup,
};

/* --- restore --------------------------------------------------------------------------------------------- */

/* The restored casework opens, and its audit chain is whole. */
static int try_it(const char *dir, struct err *e)
{
    char path[4200];
    struct audit_report r;
    struct cw *db = NULL;
    struct store *s = NULL;
    int rc;

    snprintf(path, sizeof path, "%s/casework.sqlite", dir);
    if (access(path, F_OK) == 0) {
        rc = cw_open(path, &db, e);
        if (!rc)
            rc = audit_verify_db(db, &r, e);
        cw_close(db);
        if (rc)
            return rc;
        note("审计日志 %lld 条，整条链完整，校验码 %s", (long long)r.rows, r.code);
    }
    rc = store_open(dir, STORE_WRITE, NULL, &s, e);
    store_close(s);
    return rc;
}

static int run_restore(const struct args *a, struct err *e)
{
    struct backup_report b;
    const char *dir = args_text(a, "data");
    int rc = dir ? 0 : err_set(e, ERR_USAGE, "要用 --data 说恢复到哪个（新的）目录");

    if (!rc && args_has(a, "check")) {
        rc = backup_check(a->operands[0], NULL, &b, e);
        if (!rc)
            say("备份完好", &b);
        return rc;
    }
    if (!rc)
        rc = backup_restore(a->operands[0], dir, NULL, &b, e);
    if (!rc)
        rc = try_it(dir, e);
    if (!rc)
        say("恢复好了", &b);
    return rc;
}

static const struct option restore_options[] = {
    OPT_DATA,
    {"check", 0, ARG_FLAG, NULL, NULL, false, "只核对备份，不恢复"},
    OPT_END,
};
static const struct example restore_examples[] = {
    {"restore --data 新县 /mnt/备份盘/huji-20261201-093000", "恢复到一个新的目录"},
    EXAMPLE_END,
};
const struct command cmd_restore = {
    .name = "restore",
    .title = "从备份恢复出一个数据目录",
    .operands = "BACKUP",
    .text =
        "先核对每个文件的 SM3，再复制到 --data（不存在或空的目录），最后打开试一遍。不覆盖已有的数据。",
    .options = restore_options,
    .examples = restore_examples,
    .min_operands = 1,
    .max_operands = 1,
    .operand_kind = ARG_DIR,
    .run = run_restore,
};
