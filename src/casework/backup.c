/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "casework/backup.h"

#include <dirent.h>
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "casework/backup_files.h"
#include "casework/migrate.h"
#include "claims/copy.h"
#include "huji_config.h"

#define FORMAT 1
#define NAME_LENGTH 20 /* huji-20261201-093000 */

static bool is_name(const char *s)
{
    return strlen(s) == NAME_LENGTH && strncmp(s, "huji-", 5) == 0 && s[13] == '-' &&
           strspn(s + 5, "0123456789") == 8 && strspn(s + 14, "0123456789") == 6;
}

/* --- where ------------------------------------------------------------------------------------------ */

int backup_place(const char *dir, const char *to, struct err *e)
{
    char mine[PATH_MAX], theirs[PATH_MAX];
    struct stat st;
    size_t n;

    if (*to != '/')
        return err_set(e, ERR_INPUT, "备份目录要写全路径（以 / 开头）");
    if (stat(to, &st) < 0 || !S_ISDIR(st.st_mode) || access(to, W_OK | X_OK) < 0)
        return err_set(e, ERR_INPUT, "备份目录 %.300s 不存在，或不能写", to);
    if (!realpath(dir, mine) || !realpath(to, theirs))
        return err_set(e, ERR_INPUT, "备份目录 %.300s 打不开", to);
    n = strlen(mine);
    if (strncmp(theirs, mine, n) == 0 && (theirs[n] == '/' || !theirs[n]))
        return err_set(e, ERR_INPUT, "备份目录不能在数据目录里面");
    return 0;
}

bool backup_other_disk(const char *dir, const char *to)
{
    struct stat a, b;

    return stat(dir, &a) == 0 && stat(to, &b) == 0 && a.st_dev != b.st_dev;
}

/* --- manifest ---------------------------------------------------------------------------------------- */

static int write_manifest(const char *dir, const struct backup_files *files,
                          struct backup_report *r, struct err *e)
{
    char path[PATH_MAX];
    json_t *list = json_array(), *m;
    char *text;
    int rc;

    for (size_t i = 0; i < files->n; i++) {
        json_array_append_new(list,
                              json_pack("{s:s,s:I,s:s}", "path", files->at[i].path, "bytes",
                                        (json_int_t)files->at[i].bytes, "sm3", files->at[i].hash));
        r->bytes += files->at[i].bytes;
    }
    r->files = (int64_t)files->n;
    m = json_pack("{s:i,s:s,s:s,s:I,s:i,s:s,s:s,s:s,s:o}", "format", FORMAT, "version", r->version,
                  "at", r->at, "migration", (json_int_t)r->migration, "schema", STORE_SCHEMA,
                  "casework", r->postgres ? "postgresql" : "sqlite", "note",
                  r->postgres ? PG_DUMP_SAYS : "", "audit_code", r->code, "files", list);
    text = m ? json_dumps(m, JSON_INDENT(1)) : NULL;
    json_decref(m);
    if (!text)
        return err_nomem(e);
    sm3_hex(span_of(text), r->manifest);
    snprintf(path, sizeof path, "%s/manifest.json", dir);
    rc = file_write_whole(path, span_of(text), e);
    free(text);
    return rc;
}

static int load_manifest(const char *path, json_t **out, struct backup_report *r, struct err *e)
{
    char file[PATH_MAX];
    const char *base = strrchr(path, '/');
    struct buf text = BUF_INIT;
    json_t *m;
    int rc;

    snprintf(file, sizeof file, "%s/manifest.json", path);
    rc = backup_slurp(file, &text, e);
    if (rc) {
        err_hint(e, "备份是带 manifest.json 的文件夹，如 huji-20261201-093000");
        return rc;
    }
    *r = (struct backup_report){0};
    sm3_hex((struct span){buf_cstr(&text), text.n}, r->manifest);
    m = json_loadb(buf_cstr(&text), text.n, JSON_REJECT_DUPLICATES, NULL);
    buf_release(&text);
    if (!json_is_array(json_object_get(m, "files")) ||
        !json_is_string(json_object_get(m, "version")) ||
        !json_is_string(json_object_get(m, "at"))) {
        json_decref(m);
        return err_set(e, ERR_INPUT, "%s 不是备份的清单", file);
    }
    snprintf(r->name, sizeof r->name, "%s", base ? base + 1 : path);
    snprintf(r->version, sizeof r->version, "%s", json_string_value(json_object_get(m, "version")));
    snprintf(r->at, sizeof r->at, "%s", json_string_value(json_object_get(m, "at")));
    if (json_is_string(json_object_get(m, "audit_code")))
        snprintf(r->code, sizeof r->code, "%s",
                 json_string_value(json_object_get(m, "audit_code")));
    r->migration = json_integer_value(json_object_get(m, "migration"));
    r->files = (int64_t)json_array_size(json_object_get(m, "files"));
    for (size_t i = 0; i < json_array_size(json_object_get(m, "files")); i++)
        r->bytes += json_integer_value(
            json_object_get(json_array_get(json_object_get(m, "files"), i), "bytes"));
    r->postgres = json_is_string(json_object_get(m, "casework")) &&
                  strcmp(json_string_value(json_object_get(m, "casework")), "postgresql") == 0;
    if (json_integer_value(json_object_get(m, "format")) > FORMAT ||
        json_integer_value(json_object_get(m, "schema")) > STORE_SCHEMA ||
        r->migration > cw_migration_newest()) {
        rc = err_set(e, ERR_STATE, "备份 %s 由更新版本的护基（%s）做成", r->name, r->version);
        err_hint(e, "请用那个版本或更新的程序恢复");
        json_decref(m);
        return rc;
    }
    *out = m;
    return 0;
}

int backup_read(const char *path, struct backup_report *out, struct err *e)
{
    json_t *m = NULL;
    int rc = load_manifest(path, &m, out, e);

    json_decref(m);
    return rc;
}

/* --- making ------------------------------------------------------------------------------------------- */

/* SQLite's own copy: as of one moment, while others write. */
static int copy_casework(struct cw *db, const char *path, struct err *e)
{
    unlink(path);
    return cw_exec(db, e, "vacuum into $1", CW_ARGS(cw_t(path)));
}

static int fill(struct store *s, struct cw *db, const char *dir, const char *part,
                const struct progress *p, struct backup_report *out, struct err *e)
{
    char data[PATH_MAX - 64], casework[PATH_MAX];
    struct backup_files files = {0};
    int rc;

    snprintf(data, sizeof data, "%s/data", part);
    snprintf(casework, sizeof casework, "%s/casework.sqlite", data);
    if (mkdir(data, 0700) < 0)
        return err_errno(e, "建不了 %s", data);
    progress_step(p, "复制结算数据", 0, 0);
    rc = store_copy(s, data, e);
    progress_step(p, "复制业务库", 0, 0);
    if (!rc && !out->postgres)
        rc = copy_casework(db, casework, e);
    progress_step(p, "复制其他文件", 0, 0);
    if (!rc)
        rc = backup_copy_others(dir, data, e);
    if (!rc)
        rc = backup_files_hash(data, p, &files, e);
    if (!rc)
        rc = write_manifest(part, &files, out, e);
    backup_files_release(&files);
    return rc;
}

static int note_it(struct cw *db, const struct actor *who, const struct backup_report *r,
                   const char *to, struct err *e)
{
    char object[BACKUP_NAME + 16], detail[256];
    int rc = cw_begin(db, e);

    snprintf(object, sizeof object, "backup:%s", r->name);
    snprintf(detail, sizeof detail, "{\"files\":%lld,\"bytes\":%lld,\"manifest\":\"%s\"}",
             (long long)r->files, (long long)r->bytes, r->manifest);
    if (!rc)
        rc = audit_append(db, who,
                          &(struct act){.act = "backup.make",
                                        .object = object,
                                        .reason = to,
                                        .after = r->manifest,
                                        .detail = detail},
                          e);
    return cw_end(db, rc, e);
}

int backup_make(struct store *s, struct cw *db, const char *dir, const char *to,
                const struct actor *who, const struct progress *p, struct backup_report *out,
                struct err *e)
{
    char part[PATH_MAX - 128], whole[PATH_MAX - 128];
    struct backup_report r = {.postgres = cw_kind(db) == CW_POSTGRES};
    int rc = backup_place(dir, to, e);

    if (rc)
        return rc;
    cw_now(r.at);
    snprintf(r.name, sizeof r.name, "huji-%.4s%.2s%.2s-%.2s%.2s%.2s", r.at, r.at + 5, r.at + 8,
             r.at + 11, r.at + 14, r.at + 17);
    snprintf(r.version, sizeof r.version, "%s", HUJI_VERSION);
    snprintf(whole, sizeof whole, "%.3900s/%s", to, r.name);
    snprintf(part, sizeof part, "%.3960s.part", whole);
    if (access(whole, F_OK) == 0)
        return err_set(e, ERR_STATE, "%s 已经有了，请过一秒再做", whole);
    r.migration = cw_migration_newest();
    rc = audit_code(db, r.code, e);
    if (rc)
        return rc;
    backup_remove(part);
    if (mkdir(part, 0700) < 0)
        return err_errno(e, "建不了 %s", part);
    rc = fill(s, db, dir, part, p, &r, e);
    if (!rc && progress_cancelled(p))
        rc = err_set(e, ERR_STATE, "备份已取消");
    /* First whole on the disk, then under its name; the name is there before anybody is told. */
    if (!rc)
        rc = backup_sync(part, e);
    if (!rc && rename(part, whole) < 0)
        rc = err_errno(e, "改名为 %s 失败", whole);
    if (!rc)
        rc = backup_sync(to, e);
    if (rc) {
        backup_remove(part);
        return rc;
    }
    *out = r;
    return note_it(db, who, &r, to, e);
}

int backup_before_upgrade(struct cw *db, const char *dir, char *path, size_t cap, struct err *e)
{
    char folder[PATH_MAX - 128], now[CW_TIME];
    int64_t from = 0;
    int pending = 0, rc = cw_migration_pending(db, &from, &pending, e);

    path[0] = 0;
    if (rc || !from || !pending || cw_kind(db) != CW_SQLITE)
        return rc;
    cw_now(now);
    snprintf(folder, sizeof folder, "%.3900s/upgrade", dir);
    if (mkdir(folder, 0700) < 0 && errno != EEXIST)
        return err_errno(e, "建不了 %s", folder);
    snprintf(path, cap, "%s/casework-%04lld-%.4s%.2s%.2s-%.2s%.2s%.2s.sqlite", folder,
             (long long)from, now, now + 5, now + 8, now + 11, now + 14, now + 17);
    rc = copy_casework(db, path, e);
    return rc ? rc : backup_sync(path, e);
}

int cw_upgrade(struct cw *db, const char *dir, char *kept, size_t cap, struct err *e)
{
    int rc = backup_before_upgrade(db, dir, kept, cap, e);

    return rc ? rc : cw_migrate(db, e);
}

/* --- checking, restoring --------------------------------------------------------------------------------- */

static int check_one(const struct backup_files *have, const json_t *want, struct err *e)
{
    const char *path = json_string_value(json_object_get(want, "path"));
    const char *hash = json_string_value(json_object_get(want, "sm3"));
    int64_t bytes = json_integer_value(json_object_get(want, "bytes"));

    if (!path || !hash)
        return err_set(e, ERR_INPUT, "清单里有一行不全");
    for (size_t i = 0; i < have->n; i++)
        if (strcmp(have->at[i].path, path) == 0) {
            if (have->at[i].bytes != bytes)
                return err_set(e, ERR_INPUT, "%.200s 是 %lld 字节，清单上是 %lld 字节", path,
                               (long long)have->at[i].bytes, (long long)bytes);
            if (strcmp(have->at[i].hash, hash) != 0)
                return err_set(e, ERR_INPUT, "%.200s 与备份时不同（SM3 不符）", path);
            return 0;
        }
    return err_set(e, ERR_INPUT, "备份里缺 %.200s", path);
}

int backup_check(const char *path, const struct progress *p, struct backup_report *out,
                 struct err *e)
{
    char data[PATH_MAX];
    struct backup_files have = {0};
    json_t *m = NULL, *list;
    int rc = load_manifest(path, &m, out, e);

    snprintf(data, sizeof data, "%s/data", path);
    list = json_object_get(m, "files");
    if (!rc)
        rc = backup_files_hash(data, p, &have, e);
    for (size_t i = 0; i < json_array_size(list) && !rc; i++)
        rc = check_one(&have, json_array_get(list, i), e);
    if (!rc && have.n != json_array_size(list))
        rc = err_set(e, ERR_INPUT, "备份里有 %zu 个文件，清单上是 %zu 个", have.n,
                     json_array_size(list));
    backup_files_release(&have);
    json_decref(m);
    return rc;
}

int backup_restore(const char *path, const char *dir, const struct progress *p,
                   struct backup_report *out, struct err *e)
{
    char part[PATH_MAX], data[PATH_MAX];
    int rc = backup_check(path, p, out, e);

    if (rc)
        return rc;
    /* An empty folder may be there; rmdir says whether it is. */
    if (rmdir(dir) < 0 && errno != ENOENT) {
        err_set(e, ERR_STATE, "%s 已经有东西，不覆盖", dir);
        return err_hint(e, "恢复到一个新的目录；确认无误后再把旧的移走");
    }
    snprintf(part, sizeof part, "%s.part", dir);
    snprintf(data, sizeof data, "%s/data", path);
    backup_remove(part);
    rc = backup_copy_tree(data, part, e);
    if (!rc) {
        char tmp[PATH_MAX + 8];

        snprintf(tmp, sizeof tmp, "%s/tmp", part);
        if (mkdir(tmp, 0700) < 0 && errno != EEXIST)
            rc = err_errno(e, "建不了 %s", tmp);
    }
    if (!rc)
        rc = backup_sync(part, e);
    if (!rc && rename(part, dir) < 0)
        rc = err_errno(e, "改名为 %s 失败", dir);
    if (rc)
        backup_remove(part);
    return rc ? rc : backup_sync(dir, e);
}

/* --- many ------------------------------------------------------------------------------------------------ */

static int newest_first(const void *a, const void *b)
{
    return strcmp(b, a);
}

int backup_list(const char *to, char (**names)[BACKUP_NAME], size_t *n, struct err *e)
{
    DIR *d = opendir(to);
    char(*list)[BACKUP_NAME] = NULL;
    size_t cap = 0;

    *n = 0;
    *names = NULL;
    if (!d)
        return err_errno(e, "打不开 %s", to);
    for (struct dirent *f; (f = readdir(d));) {
        char manifest[PATH_MAX];

        if (!is_name(f->d_name))
            continue;
        snprintf(manifest, sizeof manifest, "%s/%s/manifest.json", to, f->d_name);
        if (access(manifest, R_OK) != 0)
            continue;
        if (*n == cap) {
            char(*more)[BACKUP_NAME] = mem_realloc(list, (cap = cap * 2 + 16) * sizeof *list);

            if (!more) {
                mem_free(list);
                closedir(d);
                return err_nomem(e);
            }
            list = more;
        }
        memcpy(list[*n], f->d_name, NAME_LENGTH + 1); /* as long as is_name says */
        ++*n;
    }
    closedir(d);
    if (*n)
        qsort(list, *n, sizeof *list, newest_first);
    *names = list;
    return 0;
}

int backup_prune(const char *to, int64_t keep, int64_t *gone, struct err *e)
{
    char(*names)[BACKUP_NAME] = NULL;
    size_t n;
    int rc = backup_list(to, &names, &n, e);

    *gone = 0;
    for (size_t i = keep < 1 ? 1 : (size_t)keep; i < n && !rc; i++) {
        char path[PATH_MAX];

        snprintf(path, sizeof path, "%s/%s", to, names[i]);
        backup_remove(path);
        ++*gone;
    }
    mem_free(names);
    return rc;
}
