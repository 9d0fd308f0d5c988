/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "claims/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "claims/stream.h"

#define MAX_SCANS 64
#define MAX_ANSWER (8 << 20)

struct scan {
    struct stream *stream;
    const struct sandbox_view *view;
    unsigned char col[64];
    size_t n;
};
struct hand { /* what serves one process */
    struct store *s;
    const struct sandbox_scope *scope;
    int fd;
    int64_t until;
    struct scan scan[MAX_SCANS];
    int n_scans;
    struct buf out; /* a chunk on its way */
};

/* --- starting it ---------------------------------------------------------------------------------- */

/* As this process was started: everything before the command's name, so that a loader in front stays there. */
static int own_words(char *text, size_t cap, char **argv, size_t most)
{
    int fd = open("/proc/self/cmdline", O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, text, cap - 1);
    size_t k = 0;
    if (fd >= 0)
        close(fd);
    if (n <= 0)
        return -1;
    text[n] = 0;
    for (char *p = text; p < text + n && k + 2 < most; p += strlen(p) + 1) {
        if (k > 0 && strcmp(p, "serve") == 0)
            break;
        argv[k++] = p;
    }
    static char word[] = "--sandbox";
    argv[k++] = word;
    argv[k] = NULL;
    return 0;
}

/* Only what the loader and a sanitizer need: no address of a database, no home. */
static void own_environment(char **out, size_t most)
{
    static const char *const kept[] = {
        "LD_LIBRARY_PATH=", "ASAN_OPTIONS=", "LSAN_OPTIONS=", "UBSAN_OPTIONS=", "GCONV_PATH="};
    size_t n = 0;
    for (char **v = environ; *v; v++)
        for (size_t k = 0; k < sizeof kept / sizeof *kept; k++)
            if (n + 1 < most && strncmp(*v, kept[k], strlen(kept[k])) == 0)
                out[n++] = *v;
    out[n] = NULL;
}

static int start(int fd, pid_t *pid, struct err *e)
{
    char text[8192], *argv[64], *env[8];
    posix_spawn_file_actions_t files;
    if (own_words(text, sizeof text, argv, 64) < 0)
        return err_errno(e, "读不到本程序的命令行");
    own_environment(env, 8);
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_adddup2(&files, fd, 0);
    int rc = posix_spawn(pid, "/proc/self/exe", &files, NULL, argv, env);
    posix_spawn_file_actions_destroy(&files);
    if (rc) {
        errno = rc;
        return err_errno(e, "查询进程起不来");
    }
    return 0;
}

/* --- handing rows over ---------------------------------------------------------------------------- */

static void pack(struct buf *b, const void *p, size_t n)
{
    buf_add(b, p, n);
}

static void pack_column(struct buf *b, duckdb_vector v, char type, int32_t n)
{
    const uint64_t *valid = duckdb_vector_get_validity(v);
    const duckdb_string_t *text = duckdb_vector_get_data(v);
    const int64_t *number = duckdb_vector_get_data(v);
    for (int32_t i = 0; i < n; i++)
        buf_char(b, !valid || (valid[i / 64] >> (i % 64) & 1) ? 1 : 0);
    if (type != 'T') {
        pack(b, number, (size_t)n * 8);
        return;
    }
    for (int32_t i = 0; i < n; i++) {
        bool here = !valid || (valid[i / 64] >> (i % 64) & 1);
        duckdb_string_t s = here ? text[i] : (duckdb_string_t){.value.inlined.length = 0};
        int32_t len = here ? (int32_t)duckdb_string_t_length(s) : 0;
        pack(b, &len, sizeof len);
        if (len)
            pack(b, duckdb_string_t_data(&s), (size_t)len);
    }
}

static int open_scan(struct hand *h, struct err *e)
{
    unsigned char head[2];
    const struct sandbox_view *v = NULL;
    struct buf sql = BUF_INIT;
    if (!wire_read(h->fd, head, 2, h->until))
        return ERR_LIMIT;
    for (int k = 0; sandbox_views[k].name && k <= head[0]; k++)
        v = k == head[0] ? &sandbox_views[k] : NULL;
    if (!v || h->n_scans == MAX_SCANS || head[1] == 0 || head[1] > sizeof h->scan[0].col)
        return err_set(e, ERR_LIMIT, "一条查询最多用 %d 次表", MAX_SCANS);
    struct scan *x = &h->scan[h->n_scans];
    *x = (struct scan){.view = v, .n = head[1]};
    if (!wire_read(h->fd, x->col, x->n, h->until))
        return ERR_LIMIT;
    int most = 0;
    while (v->columns[most].name)
        most++;
    for (size_t k = 0; k < x->n; k++)
        if (x->col[k] != SANDBOX_ONE && x->col[k] >= most)
            return err_set(e, ERR_STATE, "查询进程要的列不存在");
    sandbox_view_sql(&sql, v, x->col, x->n, h->scope);
    int rc = sql.failed ? err_nomem(e) : stream_open_any(h->s, buf_cstr(&sql), &x->stream, e);
    buf_release(&sql);
    if (rc < 0)
        return rc;
    unsigned char number = (unsigned char)h->n_scans++;
    return wire_write(h->fd, &number, 1, h->until) ? 0 : ERR_LIMIT;
}

static int next_rows(struct hand *h, struct err *e)
{
    unsigned char number;
    duckdb_data_chunk chunk = NULL;
    if (!wire_read(h->fd, &number, 1, h->until))
        return ERR_LIMIT;
    if (number >= h->n_scans)
        return err_set(e, ERR_STATE, "查询进程要的表没有打开");
    struct scan *x = &h->scan[number];
    int rc = stream_raw(x->stream, &chunk, e);
    if (rc < 0)
        return rc;
    int32_t n = chunk ? (int32_t)duckdb_data_chunk_get_size(chunk) : 0;
    buf_clear(&h->out);
    pack(&h->out, &n, sizeof n);
    for (size_t k = 0; k < x->n && n; k++)
        pack_column(&h->out, duckdb_data_chunk_get_vector(chunk, k),
                    x->col[k] == SANDBOX_ONE ? 'I' : x->view->columns[x->col[k]].type, n);
    if (h->out.failed)
        return err_nomem(e);
    return wire_write(h->fd, h->out.p, h->out.n, h->until) ? 0 : ERR_LIMIT;
}

static int take_answer(struct hand *h, bool good, struct buf *json, struct err *e)
{
    int32_t n;
    if (!wire_read(h->fd, &n, sizeof n, h->until))
        return ERR_LIMIT;
    if (n < 0 || n > MAX_ANSWER)
        return err_set(e, ERR_LIMIT, "结果太大，选少一些列，或汇总");
    char *text = mem_alloc((size_t)n + 1);
    if (!text)
        return err_nomem(e);
    text[n] = 0;
    int rc = wire_read(h->fd, text, (size_t)n, h->until) ? 0 : ERR_LIMIT;
    if (rc == 0 && good)
        buf_add(json, text, (size_t)n);
    else if (rc == 0 && strstr(text, "Out of Memory"))
        rc = err_set(e, ERR_LIMIT, "查询要的内存超过上限，选少一些行或列，或先汇总");
    else if (rc == 0)
        rc = err_set(e, ERR_INPUT, "%.480s", text);
    mem_free(text);
    return rc;
}

/* 0 done, 1 go on, negative: over. */
static int serve_one(struct hand *h, struct buf *json, struct err *e)
{
    char what;
    if (!wire_read(h->fd, &what, 1, h->until))
        return ERR_LIMIT;
    int rc = what == 'O'   ? open_scan(h, e)
             : what == 'N' ? next_rows(h, e)
                           : take_answer(h, what == 'R', json, e);
    return rc < 0 ? rc : what == 'O' || what == 'N';
}

static int serve(struct hand *h, const struct sandbox_limits *l, struct span sql, struct buf *json,
                 struct err *e)
{
    struct sandbox_head head = {
        .rows = l->rows, .memory_mb = l->memory_mb, .sql_bytes = (int32_t)sql.n};
    struct err why = {0};
    int rc = wire_write(h->fd, &head, sizeof head, h->until) &&
                     wire_write(h->fd, sql.p, sql.n, h->until)
                 ? 1
                 : ERR_LIMIT;
    while (rc == 1)
        rc = serve_one(h, json, &why);
    if (rc < 0 && !why.code)
        rc = wire_clock() >= h->until
                 ? err_set(&why, ERR_LIMIT, "超过 %d 秒，停下了；缩小月份或先汇总", l->seconds)
                 : err_set(&why, ERR_LIMIT, "查询用的内存或时间超过上限，停下了");
    if (rc < 0 && e)
        *e = why;
    return rc;
}

int sandbox_query(struct store *s, const struct sandbox_scope *scope,
                  const struct sandbox_limits *limits, struct span sql, struct buf *json,
                  struct err *e)
{
    int pair[2];
    pid_t pid = 0;
    if (!span_trim(sql).n || sql.n > SANDBOX_MAX_SQL)
        return err_set(e, ERR_INPUT, "查询是空的，或超过 %d 字节", SANDBOX_MAX_SQL);
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
        return err_errno(e, "查询进程起不来");
    struct hand h = {
        .s = s, .scope = scope, .fd = pair[0], .until = wire_clock() + limits->seconds * 1000};
    int rc = start(pair[1], &pid, e);
    close(pair[1]);
    if (rc == 0) {
        rc = serve(&h, limits, sql, json, e);
        kill(pid, SIGKILL);
        while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
            ;
    }
    close(pair[0]);
    for (int k = 0; k < h.n_scans; k++)
        stream_close(h.scan[k].stream);
    buf_release(&h.out);
    return rc;
}
