/* SPDX-License-Identifier: MulanPSL-2.0 */
/* The jobs that back up, and look at a backup. */
#include <string.h>

#include "casework/backup.h"
#include "casework/param.h"
#include "server/job.h"
#include "server/server.h"

static json_t *backup_json(const struct backup_report *b)
{
    return json_pack("{s:s,s:s,s:I,s:I,s:s,s:b}", "name", b->name, "at", b->at, "files",
                     (json_int_t)b->files, "bytes", (json_int_t)b->bytes, "manifest", b->manifest,
                     "postgres", b->postgres);
}

/* args: {"to": folder}; none: the parameter's. Old ones go when the new one is there. */
int job_backup(struct job *j, struct err *e)
{
    const char *to = json_string_value(json_object_get(j->args, "to"));
    struct buf dir = BUF_INIT;
    struct backup_report b = {0};
    int64_t keep = 0, gone = 0;
    int rc = to ? 0 : param_text(j->db, "backup_dir", &dir, e);

    if (!rc && !to && !dir.n)
        rc = err_set(e, ERR_STATE, "还没有设备份目录（系统管理、参数）");
    if (!rc)
        rc = backup_make(j->store, j->db, j->server->options->dir, to ? to : buf_cstr(&dir),
                         &j->actor, &j->progress, &b, e);
    if (!rc) {
        json_object_set_new(j->result, "backup", backup_json(&b));
        job_log(j, "备份 %s：%lld 个文件，%lld MB", b.name, (long long)b.files,
                (long long)(b.bytes >> 20));
        if (b.postgres)
            job_log(j, "%s", PG_DUMP_SAYS);
    }
    if (!rc && !to)
        rc = param_int(j->db, "backup_keep", &keep, e);
    if (!rc && !to)
        rc = backup_prune(buf_cstr(&dir), keep, &gone, e);
    if (!rc && gone)
        job_log(j, "去掉了 %lld 份旧的", (long long)gone);
    buf_release(&dir);
    return rc;
}

/* args: {"name": one of backup_list} */
int job_backup_check(struct job *j, struct err *e)
{
    const char *name = json_string_value(json_object_get(j->args, "name"));
    struct buf path = BUF_INIT;
    struct backup_report b = {0};
    int rc = param_text(j->db, "backup_dir", &path, e);

    buf_fmt(&path, "/%s", name ? name : "");
    if (!rc)
        rc = backup_check(buf_cstr(&path), &j->progress, &b, e);
    if (!rc)
        json_object_set_new(j->result, "backup", backup_json(&b));
    buf_release(&path);
    return rc;
}
