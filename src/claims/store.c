/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "claims/store.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/sysinfo.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "claims/chosen.h"
#include "claims/config.h"
#include "claims/scan.h"
#include "claims/spool.h"

static const char yaml_text[] = "# 护基数据目录。改后下次命令生效。\n"
                                "# memory_limit: 2200MB # 数据库可用内存\n"
                                "# region: '510523'     # 医保区划，决定采用哪一套地方参数\n";

static int path_of(char *out, size_t cap, const char *dir, const char *name, struct err *e)
{
    int n = snprintf(out, cap, "%s/%s", dir, name);
    if (n < 0 || (size_t)n >= cap)
        return err_set(e, ERR_USAGE, "路径太长：%.200s", dir);
    return 0;
}

/* mkdir -p */
static int make_dirs(const char *dir, struct err *e)
{
    char p[4096];
    if (path_of(p, sizeof p, dir, "tmp", e) < 0)
        return ERR_USAGE;
    for (char *c = p + 1; *c; c++)
        if (*c == '/') {
            *c = 0;
            if (mkdir(p, 0777) < 0 && errno != EEXIST)
                return err_errno(e, "建不了目录 %s", p);
            *c = '/';
        }
    if (mkdir(p, 0700) < 0 && errno != EEXIST)
        return err_errno(e, "建不了目录 %s", p);
    return 0;
}

static int write_yaml(const char *dir, struct err *e)
{
    char p[4096];
    if (path_of(p, sizeof p, dir, "huji.yaml", e) < 0)
        return ERR_USAGE;
    int fd = open(p, O_WRONLY | O_CREAT | O_EXCL, 0666);
    if (fd < 0)
        return errno == EEXIST ? 0 : err_errno(e, "写不了 %s", p);
    bool ok = write(fd, yaml_text, sizeof yaml_text - 1) == (ssize_t)sizeof yaml_text - 1;
    int rc = ok ? 0 : err_errno(e, "写不了 %s", p);
    close(fd);
    return rc;
}

static int set_config(duckdb_config c, const char *name, const char *value, struct err *e)
{
    if (duckdb_set_config(c, name, value) == DuckDBSuccess)
        return 0;
    return err_set(e, ERR_DB, "数据库设置 %s = %s 无效", name, value);
}

enum { USUAL_MB = 2200 }; /* a county of 20 million lines stays under 4 GiB in all */

static long long most_of_machine(void)
{
    struct sysinfo si;
    return sysinfo(&si) == 0
               ? (long long)(si.totalram * (unsigned long long)si.mem_unit >> 20) * 6 / 10
               : USUAL_MB;
}

static long long memory_of_machine(void)
{
    long long all = most_of_machine();
    return all < USUAL_MB ? all : USUAL_MB;
}

static int configure(duckdb_config c, const char *dir, enum store_mode mode, long long memory_mb,
                     int threads, struct err *e)
{
    char tmp[4096], n[32], m[32];
    int rc = path_of(tmp, sizeof tmp, dir, "tmp", e);
    snprintf(n, sizeof n, "%d", threads);
    snprintf(m, sizeof m, "%lldMB", memory_mb);
    const char *const set[][2] = {
        {"threads", n},
        {"memory_limit", m},
        {"temp_directory", tmp},
        {"access_mode", mode == STORE_READ ? "READ_ONLY" : "READ_WRITE"},
        /* It knows DICT_FSST for texts, the dearest part of an import. */
        {"storage_compatibility_version", "v1.4.0"},
        /* Nothing is ever fetched from the net. */
        {"autoinstall_known_extensions", "false"},
        {"autoload_known_extensions", "false"},
    };
    for (size_t i = 0; i < sizeof set / sizeof set[0] && rc == 0; i++)
        rc = set_config(c, set[i][0], set[i][1], e);
    return rc;
}

static int open_db(const char *path, const char *dir, enum store_mode mode, long long memory_mb,
                   int threads, duckdb_database *db, struct err *e)
{
    duckdb_config c;
    if (duckdb_create_config(&c) != DuckDBSuccess)
        return err_nomem(e);
    int rc = configure(c, dir, mode, memory_mb, threads, e);
    char *why = NULL;
    if (rc == 0 && duckdb_open_ext(path, db, c, &why) != DuckDBSuccess) {
        rc = db_error(e, why);
        err_where(e, "%s", path);
        duckdb_free(why);
    }
    duckdb_destroy_config(&c);
    return rc;
}

/* Beside its final name first: a store is there whole or not at all. */
static int make_store(const char *dir, const char *path, struct err *e)
{
    char fresh[4100];
    snprintf(fresh, sizeof fresh, "%s.new", path);
    unlink(fresh);
    duckdb_database db = NULL;
    duckdb_connection con = NULL;
    int rc = open_db(fresh, dir, STORE_WRITE, memory_of_machine(), 1, &db, e);
    if (rc == 0 && duckdb_connect(db, &con) != DuckDBSuccess)
        rc = err_set(e, ERR_DB, "连不上新建的数据库");
    if (rc == 0)
        rc = store_make_tables(con, e);
    if (rc == 0)
        rc = db_run(con, "CHECKPOINT", e);
    if (con)
        duckdb_disconnect(&con);
    if (db)
        duckdb_close(&db);
    if (rc == 0 && rename(fresh, path) < 0)
        rc = err_errno(e, "改名为 %s 失败", path);
    if (rc < 0)
        unlink(fresh);
    return rc;
}

int store_init(const char *dir, struct err *e)
{
    char path[4096];
    if (path_of(path, sizeof path, dir, "claims.duckdb", e) < 0)
        return ERR_USAGE;
    if (access(path, F_OK) == 0)
        return err_set(e, ERR_STATE, "%s 已是数据目录，未作改动", dir);
    int rc = make_dirs(dir, e);
    if (rc == 0)
        rc = write_yaml(dir, e);
    if (rc == 0)
        rc = make_store(dir, path, e);
    return rc;
}

static void empty_tmp(const char *dir)
{
    char p[4096];
    if (path_of(p, sizeof p, dir, "tmp", NULL) < 0)
        return;
    DIR *d = opendir(p);
    if (!d)
        return;
    for (struct dirent *f; (f = readdir(d));)
        if (f->d_name[0] != '.')
            unlinkat(dirfd(d), f->d_name, 0);
    closedir(d);
}

/* Who holds the lock, as the lock file says. */
static int refuse(int fd, const char *dir, struct err *e)
{
    char who[256] = "";
    ssize_t n = pread(fd, who, sizeof who - 1, 0);
    if (n > 0) {
        who[n] = 0;
        who[strcspn(who, "\n")] = 0;
    }
    err_set(e, ERR_STATE, "数据目录 %.200s 正被占用：%s", dir, n > 0 ? who : "另一个只读命令");
    return err_hint(e, "等它结束，或结束它以后再试");
}

static int take_lock(struct store *s, const struct store_options *o, struct err *e)
{
    char p[4096];
    if (path_of(p, sizeof p, s->dir, "lock", e) < 0)
        return ERR_USAGE;
    s->lock_fd = open(p, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (s->lock_fd < 0)
        return err_errno(e, "打不开 %s", p);
    if (flock(s->lock_fd, (s->mode == STORE_READ ? LOCK_SH : LOCK_EX) | LOCK_NB) < 0)
        return refuse(s->lock_fd, s->dir, e);
    if (ftruncate(s->lock_fd, 0) < 0)
        return err_errno(e, "写不了 %s", p);
    if (s->mode == STORE_READ)
        return 0;
    char since[CLOCK_TEXT];
    clock_now_text(since);
    if (dprintf(s->lock_fd, "pid %ld，%s，自 %s\n", (long)getpid(),
                o && o->command ? o->command : "huji", since) < 0)
        return err_errno(e, "写不了 %s", p);
    return 0;
}

static int check_schema(struct store *s, struct err *e)
{
    char v[32];
    int rc = store_meta(s, "schema", v, sizeof v, e);
    if (rc == 0 && atoi(v) != STORE_SCHEMA) {
        err_set(e, ERR_STATE, "数据库结构版本是 %s，本程序要 %d", v, STORE_SCHEMA);
        rc = err_hint(e, "用 huji init 新建数据目录，再重新导入");
    }
    return rc;
}

static int open_all(struct store *s, const struct store_options *o, struct err *e)
{
    char path[4096];
    int rc = path_of(path, sizeof path, s->dir, "claims.duckdb", e);
    if (rc == 0 && access(path, F_OK) < 0) {
        err_set(e, ERR_STATE, "%s 不是数据目录（没有 claims.duckdb）", s->dir);
        return err_hint(e, "先运行 huji init %.200s", s->dir);
    }
    if (rc == 0)
        rc = take_lock(s, o, e);
    if (rc == 0 && s->mode == STORE_WRITE) {
        make_dirs(s->dir, NULL);
        empty_tmp(s->dir);
    }
    if (rc == 0)
        rc = open_db(path, s->dir, s->mode, s->memory_mb, s->threads, &s->db, e);
    if (rc == 0 && duckdb_connect(s->db, &s->con) != DuckDBSuccess)
        rc = err_set(e, ERR_DB, "连不上数据库 %s", path);
    if (rc == 0)
        rc = check_schema(s, e);
    /* DICT_FSST's two forerunners would be tried on every column, for as much work again and no gain. */
    if (rc == 0 && s->mode == STORE_WRITE)
        rc = db_run(s->con, "SET disabled_compression_methods = 'dictionary,fsst,rle'", e);
    /* Joining what other imports left in half-full row groups would write their texts again with every month. */
    if (rc == 0 && s->mode == STORE_WRITE)
        rc = db_run(s->con, "SET max_vacuum_tasks = 0", e);
    if (rc == 0)
        s->fn.db = s->db;
    if (rc == 0)
        rc = functions_register(s->con, &s->fn, e);
    if (rc == 0)
        rc = scan_register(s->con, e);
    if (rc == 0)
        rc = chosen_register(s->con, e);
    if (rc == 0)
        rc = spool_register(s->con, e);
    return rc;
}

/* What the caller says, else huji.yaml, else the machine. */
static int choose_memory(struct store *s, const struct store_options *o, struct err *e)
{
    char path[4096];
    s->memory_mb = o && o->memory_mb > 0 ? o->memory_mb : 0;
    if (!s->memory_mb && path_of(path, sizeof path, s->dir, "huji.yaml", NULL) == 0 &&
        access(path, R_OK) == 0) {
        int rc = config_memory_mb(s->dir, &s->memory_mb, e);
        if (rc < 0)
            return rc;
    }
    if (!s->memory_mb)
        s->memory_mb = memory_of_machine();
    return 0;
}

int store_use_machine(struct store *s, struct err *e)
{
    if (s->memory_mb != memory_of_machine()) /* huji.yaml says */
        return 0;
    return db_exec(s->con, e, "SET memory_limit = '%lldMB'", most_of_machine());
}

int store_open(const char *dir, enum store_mode mode, const struct store_options *o,
               struct store **out, struct err *e)
{
    struct store *s = mem_calloc(1, sizeof *s);
    if (!s)
        return err_nomem(e);
    texts_init(&s->fn.texts);
    s->lock_fd = -1;
    s->mode = mode;
    s->threads = o && o->threads > 0 ? o->threads : get_nprocs();
    s->dir = strdup(dir);
    int rc = s->dir ? choose_memory(s, o, e) : err_nomem(e);
    if (rc == 0)
        rc = open_all(s, o, e);
    if (rc < 0) {
        store_close(s);
        return rc;
    }
    *out = s;
    return 0;
}

void store_close(struct store *s)
{
    if (!s)
        return;
    if (s->con)
        duckdb_disconnect(&s->con);
    if (s->db)
        duckdb_close(&s->db);
    if (s->copy_fd > 0)
        close(s->copy_fd);
    if (s->lock_fd >= 0)
        close(s->lock_fd);
    codes_free(s->fn.codes);
    texts_release(&s->fn.texts);
    free(s->dir);
    mem_free(s);
}

int store_connect(struct store *s, duckdb_connection *out, struct err *e)
{
    return duckdb_connect(s->db, out) == DuckDBSuccess ? 0 : err_set(e, ERR_DB, "数据库连接失败");
}

int store_tmp(const struct store *s, const char *tail, char *out, size_t cap, struct err *e)
{
    static _Atomic unsigned serial;
    char name[512];
    snprintf(name, sizeof name, "tmp/%ld-%u-%s", (long)getpid(), ++serial, tail);
    return path_of(out, cap, s->dir, name, e);
}

bool store_has(struct store *s, const char *table)
{
    struct buf b = BUF_INIT;
    buf_str(&b, "SELECT count(*) FROM duckdb_tables() WHERE table_name = ");
    buf_sql(&b, span_of(table));
    int64_t n = 0;
    int rc = db_int(s->con, NULL, 0, &n, "%s", buf_cstr(&b));
    buf_release(&b);
    return rc == 0 && n > 0;
}

int store_meta(struct store *s, const char *key, char *out, size_t cap, struct err *e)
{
    struct buf b = BUF_INIT;
    buf_str(&b, "SELECT value FROM meta WHERE key = ");
    buf_sql(&b, span_of(key));
    struct db_rows rows;
    int rc = db_open(s->con, buf_cstr(&b), &rows, e);
    buf_release(&b);
    if (rc < 0)
        return rc;
    out[0] = 0;
    if (db_next(&rows)) {
        struct span v = db_text(&rows, 0);
        snprintf(out, cap, "%.*s", (int)v.n, v.p);
    }
    db_close(&rows);
    return 0;
}

int store_set_meta(struct store *s, const char *key, const char *value, struct err *e)
{
    struct buf b = BUF_INIT;
    buf_str(&b, "DELETE FROM meta WHERE key = ");
    buf_sql(&b, span_of(key));
    buf_str(&b, "; INSERT INTO meta VALUES (");
    buf_sql(&b, span_of(key));
    buf_str(&b, ", ");
    buf_sql(&b, span_of(value));
    buf_str(&b, ")");
    int rc = db_run(s->con, buf_cstr(&b), e);
    buf_release(&b);
    return rc;
}

int store_hold(struct store *s, long long mb, struct err *e)
{
    return db_exec(s->con, e, "SET memory_limit = '%lldMB'",
                   mb > 0 && mb < s->memory_mb ? mb : s->memory_mb);
}

int store_threads(struct store *s, int n, struct err *e)
{
    return db_exec(s->con, e, "SET threads = %d", n);
}
