/* SPDX-License-Identifier: MulanPSL-2.0 */
/* /api/backups: what backups there are, one made now, one checked. Restoring is the console's: huji restore. */
#include <string.h>

#include "base/mem.h"
#include "casework/backup.h"
#include "casework/param.h"
#include "server/job.h"
#include "server/routes.h"
#include "server/server.h"

static int row_of(struct request *r, const char *dir, const char *name, json_t *rows)
{
    struct backup_report b;
    struct err why = {0};
    char *path = arena_fmt(&r->arena, "%s/%s", dir, name);
    int rc = path ? backup_read(path, &b, &why) : err_nomem(&why);

    return json_array_append_new(
        rows, rc ? json_pack("{s:s,s:s}", "name", name, "fault", why.message)
                 : json_pack("{s:s,s:s,s:s,s:I,s:I,s:s,s:b}", "name", name, "at", b.at, "version",
                             b.version, "files", (json_int_t)b.files, "bytes", (json_int_t)b.bytes,
                             "code", b.code, "postgres", b.postgres));
}

static int list(struct request *r, struct err *e)
{
    const char *data = r->server->options->dir;
    char(*names)[BACKUP_NAME] = NULL;
    struct buf dir = BUF_INIT;
    struct err why = {0};
    json_t *rows = json_array();
    int64_t hours = 0, keep = 0;
    size_t n = 0;
    bool other = false;
    int rc = param_text(r->db, "backup_dir", &dir, e);

    if (!rc)
        rc = param_int(r->db, "backup_hours", &hours, e);
    if (!rc)
        rc = param_int(r->db, "backup_keep", &keep, e);
    if (!rc && dir.n && backup_place(data, buf_cstr(&dir), &why) == 0 &&
        backup_list(buf_cstr(&dir), &names, &n, &why) == 0)
        other = backup_other_disk(data, buf_cstr(&dir));
    for (size_t i = 0; i < n && !rc; i++)
        row_of(r, buf_cstr(&dir), names[i], rows);
    mem_free(names);
    if (!rc)
        rc = reply_json(r, 200,
                        json_pack("{s:O,s:s,s:s,s:b,s:I,s:I,s:b,s:s}", "rows", rows, "dir",
                                  buf_cstr(&dir), "fault", why.message, "other_disk", other,
                                  "hours", (json_int_t)hours, "keep", (json_int_t)keep, "postgres",
                                  cw_kind(r->db) == CW_POSTGRES, "postgres_note", PG_DUMP_SAYS),
                        e);
    json_decref(rows);
    buf_release(&dir);
    return rc;
}

/* The place is looked at before a job is queued: what can't work is said at once. */
static int ready(struct request *r, struct err *e)
{
    struct buf dir = BUF_INIT;
    int rc = param_text(r->db, "backup_dir", &dir, e);

    if (!rc && !dir.n)
        rc = err_set(e, ERR_STATE, "还没有设备份目录：在“参数”里设 backup_dir");
    if (!rc)
        rc = backup_place(r->server->options->dir, buf_cstr(&dir), e);
    buf_release(&dir);
    return rc;
}

static int make(struct request *r, struct err *e)
{
    int rc = ready(r, e);

    return rc ? rc : job_submit(r, "backup", json_object(), e);
}

static int check(struct request *r, struct err *e)
{
    const char *name = request_param(r, "name");
    struct buf dir = BUF_INIT;
    char(*names)[BACKUP_NAME] = NULL;
    bool known = false;
    size_t n = 0;
    int rc = ready(r, e);

    if (!rc)
        rc = param_text(r->db, "backup_dir", &dir, e);
    if (!rc)
        rc = backup_list(buf_cstr(&dir), &names, &n, e);
    for (size_t i = 0; i < n; i++)
        known |= strcmp(names[i], name) == 0;
    mem_free(names);
    buf_release(&dir);
    if (!rc && !known)
        rc = err_set(e, ERR_USAGE, "没有备份 %.60s", name);
    return rc ? rc : job_submit(r, "backup_check", json_pack("{s:s}", "name", name), e);
}

const struct route routes_backup[] = {
    {"GET", "/api/backups", "backup.run", 0, list, "有哪些备份", NULL, NULL},
    {"POST", "/api/backups", "backup.run", 0, make, "现在备份", NULL, NULL},
    {"POST", "/api/backups/{name}/check", "backup.run", 0, check, "核对一份备份的每个文件", NULL,
     NULL},
    {0},
};
