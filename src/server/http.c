/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * A few threads of libmicrohttpd (epoll) share the connections, read and write; a request that is complete is suspended and handed to a
 * worker, so that neither a slow client nor a slow query holds up anybody else.
 */
#include "server/http.h"

#include <fcntl.h>
#include <microhttpd.h>
#include <netdb.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysinfo.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/nudge.h"
#include "base/slice.h"
#include "base/steady.h"
#include "casework/sm.h"
#include "server/call.h"
#include "server/connection.h"
#include "server/gate.h"
#include "server/listen.h"
#include "server/live.h"
#include "server/readers.h"

#define MAX_BODY (1u << 20)
#define MAX_UPLOAD (4ull << 30)
#define DRAIN (4u << 20) /* so much of a refused body is read, so that the client sees the answer */
#define MAX_CONNECTIONS 4096
#define PER_ADDRESS 256
#define MAX_HEADERS (128u << 10) /* of a connection: what comes in, and our own headers */
#define MAX_URL (8u << 10)
#define IDLE_SECONDS 30
#define STOP_SECONDS 10
/* A message that has waited so long, or before so many others, is not judged any more: the doctor waits (docs/engineer/live.md). */
#define MOST_WAIT 500 /* milliseconds; server_options.live_wait */
#define MOST_WAITING 1000
#define WATCH_EVERY 50000000 /* nanoseconds */

struct call {
    struct request r;
    struct MHD_Connection *con;
    struct http *http;
    struct reader *reader;
    struct call *next;
    struct buf body;
    uint64_t received;
    int upload_fd;
    bool handed, too_large, at_once;
    int64_t waits; /* since when, milliseconds */
    struct timespec began;
};

/* Calls that wait, and the threads that take them. Hospitals' messages have threads of their own, so that no page's slow query
 * holds them up. */
struct queue {
    struct http *http;
    pthread_cond_t work;
    struct call *first, *last;
    size_t n;
    int busy; /* workers that have taken one */
    pthread_t *worker;
    int n_workers, n_started;
    pthread_t watcher; /* answers those that have waited too long, even when no worker comes back */
    bool watched;
};

struct http {
    struct server *server;
    struct MHD_Daemon *daemon;
    struct cw *db; /* of the reading threads, for uploads; whoever has `early` */
    pthread_mutex_t early, lock;
    pthread_cond_t idle;
    struct queue people, live;
    struct readers readers;
    int in_flight;
    bool stopping;
    char *cert, *key, *client_ca;
    struct connections *connections;
};

/* --- a request comes in -------------------------------------------------------------------------- */

static enum MHD_Result one_query(void *ctx, enum MHD_ValueKind kind, const char *name,
                                 const char *value)
{
    struct request *r = ctx;
    char *n = request_unescape(&r->arena, span_of(name));
    char *v = request_unescape(&r->arena, span_of(value ? value : ""));

    (void)kind;
    if (!n || !v || r->n_query == MAX_QUERY) {
        reply_problem(r, 400, "请求有误", "查询参数太多，或不是 UTF-8", NULL);
        return MHD_NO;
    }
    r->query[r->n_query++] = (struct pair){n, v};
    return MHD_YES;
}

static const char *header(struct call *c, const char *name)
{
    const char *v = MHD_lookup_connection_value(c->con, MHD_HEADER_KIND, name);

    return v ? arena_dup(&c->r.arena, span_of(v)) : NULL;
}

static const char *peer(struct call *c)
{
    char text[NI_MAXHOST];

    connection_peer(c->con, text);
    return arena_dup(&c->r.arena, span_of(text));
}

static bool upload_begin(struct call *c)
{
    char *path = arena_fmt(&c->r.arena, "%s/tmp/upload-%s", c->http->server->options->dir, c->r.id);

    if (path)
        c->upload_fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    c->r.upload = path;
    if (c->upload_fd >= 0)
        return true;
    reply_problem(&c->r, 500, "服务器出错", "临时文件建不了", NULL);
    return false;
}

static uint64_t most_bytes(const struct call *c)
{
    return c->r.route && c->r.route->flags & ROUTE_UPLOAD ? MAX_UPLOAD : MAX_BODY;
}

static struct call *call_new(struct http *h, struct MHD_Connection *con, const char *url,
                             const char *method)
{
    struct call *c = mem_calloc(1, sizeof *c);
    const char *length;

    if (!c)
        return NULL;
    c->http = h;
    c->con = con;
    c->reader = readers_self(&h->readers);
    c->r.stage[STAGE_HEAD] = steady_now();
    c->upload_fd = -1;
    c->r.reply.fd = -1;
    c->r.server = h->server;
    c->r.path = arena_dup(&c->r.arena, span_of(url));
    c->r.method = arena_dup(&c->r.arena, span_of(method));
    c->r.source = peer(c);
    if (!c->r.path || !c->r.method || !c->r.source || random_id(c->r.id, NULL)) {
        arena_release(&c->r.arena);
        mem_free(c);
        return NULL;
    }
    c->r.csrf = header(c, "X-Huji-Csrf");
    c->r.machine_key = header(c, "X-Huji-Key");
    c->r.accept_encoding = header(c, "Accept-Encoding");
    c->r.if_none_match = header(c, "If-None-Match");
    c->r.content_type = header(c, "Content-Type");
    {
        const char *v = MHD_lookup_connection_value(con, MHD_COOKIE_KIND, COOKIE);

        c->r.cookie = v ? arena_dup(&c->r.arena, span_of(v)) : NULL;
    }
    if (h->client_ca)
        connection_certificate(con, c->r.certificate);
    if (h->server->tls)
        connection_shown(con, c->r.shown);
    MHD_get_connection_values(con, MHD_GET_ARGUMENT_KIND, one_query, &c->r);
    if (!c->r.reply.status && strlen(url) > MAX_URL)
        reply_problem(&c->r, 414, "地址太长", "地址最长 8 KB", NULL);
    if (!c->r.reply.status)
        dispatch_early(&c->r, h->db, &h->early);
    length = MHD_lookup_connection_value(con, MHD_HEADER_KIND, "Content-Length");
    if (!c->r.reply.status && length && strtoull(length, NULL, 10) > most_bytes(c))
        reply_problem(&c->r, 413, "超出上限", "请求体太大", NULL);
    c->at_once = c->r.reply.status && length && strtoull(length, NULL, 10) > DRAIN;
    if (!c->r.reply.status && c->r.route && c->r.route->flags & ROUTE_UPLOAD)
        upload_begin(c);
    atomic_fetch_add(&h->server->requests, 1);
    pthread_mutex_lock(&h->lock);
    h->in_flight++;
    pthread_mutex_unlock(&h->lock);
    return c;
}

static void call_free(struct call *c)
{
    struct http *h = c->http;

    if (c->upload_fd >= 0)
        close(c->upload_fd);
    if (c->r.upload)
        unlink(c->r.upload);
    json_decref(c->r.json);
    buf_release(&c->body);
    reply_release(&c->r.reply);
    arena_release(&c->r.arena);
    mem_free(c);
    pthread_mutex_lock(&h->lock);
    if (--h->in_flight == 0)
        pthread_cond_broadcast(&h->idle);
    pthread_mutex_unlock(&h->lock);
}

static void on_done(void *ctx, struct MHD_Connection *con, void **at,
                    enum MHD_RequestTerminationCode why)
{
    (void)why;
    connection_rests(((struct http *)ctx)->connections, con);
    if (*at) {
        reader_runs(((struct call *)*at)->reader);
        call_free(*at);
    }
    *at = NULL;
}

/* False: give the connection up. */
static bool receive(struct call *c, const char *bytes, size_t n)
{
    c->received += n;
    connection_receives(c->http->connections, c->con, c->received);
    if (c->received > most_bytes(c)) {
        c->too_large = true;
        return c->received < most_bytes(c) + DRAIN;
    }
    if (c->r.reply.status)
        return true;
    if (c->upload_fd < 0) {
        buf_add(&c->body, bytes, n);
        return true;
    }
    while (n) {
        ssize_t w = write(c->upload_fd, bytes, n);

        if (w < 0) {
            reply_problem(&c->r, 500, "服务器出错", "临时文件写不了（磁盘满了？）", NULL);
            return true;
        }
        bytes += w;
        n -= (size_t)w;
    }
    return true;
}

/* --- an answer goes out -------------------------------------------------------------------------- */

static const struct pair always[] = {
    {"Content-Security-Policy",
     "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:;"
     " font-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self';"
     " frame-ancestors 'none'"},
    {"X-Content-Type-Options", "nosniff"},
    {"X-Frame-Options", "DENY"},
    {"Referrer-Policy", "no-referrer"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {"Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=()"},
};

static void stages(const struct call *c, struct MHD_Response *m)
{
    char text[STAGES * 24];
    int n = 0;

    for (int i = 0; i < STAGES; i++)
        n += snprintf(text + n, sizeof text - (size_t)n, "%s%lld", i ? " " : "",
                      (long long)(i == STAGE_SENT ? steady_now() : c->r.stage[i]));
    MHD_add_response_header(m, "X-Huji-Stages", text);
}

static void headers(struct call *c, struct MHD_Response *m)
{
    const struct reply *p = &c->r.reply;
    bool cached = false;

    for (size_t i = 0; i < sizeof always / sizeof *always; i++)
        MHD_add_response_header(m, always[i].name, always[i].value);
    if (c->http->server->tls)
        MHD_add_response_header(m, "Strict-Transport-Security", "max-age=31536000");
    MHD_add_response_header(m, "X-Request-Id", c->r.id);
    if (p->type)
        MHD_add_response_header(m, "Content-Type", p->type);
    if (p->encoding)
        MHD_add_response_header(m, "Content-Encoding", p->encoding);
    if (p->etag && *p->etag)
        MHD_add_response_header(m, "ETag", p->etag);
    for (int i = 0; i < p->n_headers; i++) {
        cached |= strcmp(p->headers[i].name, "Cache-Control") == 0;
        MHD_add_response_header(m, p->headers[i].name, p->headers[i].value);
    }
    if (!cached)
        MHD_add_response_header(m, "Cache-Control", "no-store");
    MHD_add_response_header(m, "Vary", "Accept-Encoding, Cookie");
    if (c->http->server->options->stages)
        stages(c, m);
}

static enum MHD_Result send_reply(struct call *c)
{
    struct reply *p = &c->r.reply;
    struct MHD_Response *m;
    enum MHD_Result ok;

    if (p->fd >= 0) {
        m = MHD_create_response_from_fd64((uint64_t)p->fd_bytes, p->fd);
        if (m)
            p->fd = -1;
    } else {
        m = MHD_create_response_from_buffer(p->n, p->body, MHD_RESPMEM_MUST_COPY);
    }
    if (!m)
        return MHD_NO;
    headers(c, m);
    if (p->status >= 500)
        atomic_fetch_add(&c->http->server->errors, 1);
    connection_answers(c->http->connections, c->con,
                       p->fd_bytes > 0 ? (uint64_t)p->fd_bytes : (uint64_t)p->n);
    ok = MHD_queue_response(c->con, (unsigned)p->status, m);
    MHD_destroy_response(m);
    return ok;
}

/* --- workers ------------------------------------------------------------------------------------- */

static int64_t clock_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC_COARSE, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* False: the workers are going, the answer is there already. */
static bool hand_over(struct call *c)
{
    struct http *h = c->http;
    bool stopping;
    struct queue *q = c->r.route && c->r.route->flags & ROUTE_LIVE ? &h->live : &h->people;

    c->handed = true;
    c->r.body = c->body.p;
    c->r.body_n = c->body.n;
    if (c->body.failed)
        reply_problem(&c->r, 500, "服务器出错", "内存不足", NULL);
    if (c->too_large)
        reply_problem(&c->r, 413, "超出上限", "请求体太大", NULL);
    c->waits = clock_ms();
    c->r.stage[STAGE_BODY] = steady_now();
    pthread_mutex_lock(&h->lock);
    stopping = h->stopping;
    if (!stopping) {
        /* First suspended, then handed over: a worker may be quick. The library must not find one suspended when it stops. */
        connection_works(h->connections, c->con);
        MHD_suspend_connection(c->con);
        c->next = NULL;
        if (q->last)
            q->last->next = c;
        else
            q->first = c;
        q->last = c;
        q->n++;
        /* Who is at a message comes for the next one sooner than another wakes up: waking costs as much as a quarter of a message. */
        if (q->n > 1 || !q->busy || q != &h->live)
            pthread_cond_signal(&q->work);
    }
    pthread_mutex_unlock(&h->lock);
    if (stopping && !c->r.reply.status)
        reply_problem(&c->r, 503, "正在停止", "服务正在停止", NULL);
    return !stopping;
}

/* Locked. */
static bool too_late(const struct queue *q)
{
    int wait = q->http->server->options->live_wait;

    return q->first &&
           (clock_ms() - q->first->waits > (wait > 0 ? wait : MOST_WAIT) || q->n > MOST_WAITING);
}

/* Locked. */
static struct call *pop(struct queue *q)
{
    struct call *c = q->first;

    c->r.late = too_late(q);
    q->first = c->next;
    if (!q->first)
        q->last = NULL;
    q->n--;
    return c;
}

/* The next one; `had`: the one before is done with. Messages that wait for others on their way to the disk are told when there are none. */
static struct call *take(struct queue *q, bool had)
{
    struct http *h = q->http;
    struct call *c;

    if (had)
        readers_fetch(&h->readers, steady_now());
    pthread_mutex_lock(&h->lock);
    q->busy -= had;
    if (had && q == &h->live && !q->busy && !q->first) {
        pthread_mutex_unlock(&h->lock);
        live_idle(h->server->live);
        pthread_mutex_lock(&h->lock);
    }
    while (!q->first && !h->stopping)
        pthread_cond_wait(&q->work, &h->lock);
    c = q->first ? pop(q) : NULL;
    q->busy += c != NULL;
    pthread_mutex_unlock(&h->lock);
    return c;
}

static void log_request(const struct request *r, double ms)
{
    static _Thread_local char now[CW_TIME];
    static _Thread_local time_t second = -1;
    time_t t = time(NULL);
    long tenths = (long)(ms * 10 + 0.5);

    if (t != second) { /* what a second is called is asked once */
        struct tm tm;
        gmtime_r(&t, &tm);
        strftime(now, sizeof now, "%Y-%m-%dT%H:%M:%S", &tm);
        second = t;
    }
    /* No query string: it may hold a person's number. */
    fprintf(stderr, "time=%sZ id=%s method=%s route=%s status=%d ms=%ld.%ld user=%s source=%s\n",
            now, r->id, r->method, r->route ? r->route->path : "-", r->reply.status, tenths / 10,
            tenths % 10, r->session.login[0] ? r->session.login : "-", r->source);
}

static double ms_since(const struct timespec *began)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)(t.tv_sec - began->tv_sec) * 1e3 + (double)(t.tv_nsec - began->tv_nsec) / 1e6;
}

/* A worker's own things, opened when first needed, so that a database that was away comes back. */
struct hand {
    struct store_view *view;
    struct cw *db;
    struct arena scratch;
};

static void hand_release(struct hand *w)
{
    store_view_free(w->view);
    cw_close(w->db);
    arena_release(&w->scratch);
}

void request_ready(struct request *r)
{
    struct call *c = (struct call *)r; /* its first member */

    reply_finish(r);
    log_request(r, ms_since(&c->began));
    r->stage[STAGE_READY] = steady_now();
}

void request_answered(struct request *r)
{
    struct call *c = (struct call *)r;
    int64_t now = steady_now();

    r->stage[STAGE_GIVEN] = now;
    readers_fetch(&c->http->readers, now);
    reader_gets(c->reader, now);
    MHD_resume_connection(c->con);
}

static void answer_call(struct http *h, struct hand *w, struct call *c)
{
    struct err e = {0};

    clock_gettime(CLOCK_MONOTONIC, &c->began);
    c->r.stage[STAGE_TAKEN] = steady_now();
    if (!w->db && cw_open(h->server->casework, &w->db, &e)) {
        w->db = NULL;
        reply_no_database(&c->r, &e);
    }
    c->r.db = w->db;
    c->r.view = w->view;
    c->r.scratch = &w->scratch;
    if (dispatch(&c->r)) {
        request_ready(&c->r);
        request_answered(&c->r);
    }
    arena_reset(&w->scratch);
}

static void *work(void *ctx)
{
    struct queue *q = ctx;
    struct hand w = {.view = store_view_new()};
    struct call *c = NULL;

    while ((c = take(q, c != NULL)))
        answer_call(q->http, &w, c);
    hand_release(&w);
    return NULL;
}

/* Messages that have waited too long while every worker is busy, or hangs on the disk. */
static void *watch(void *ctx)
{
    struct queue *q = ctx;
    struct http *h = q->http;
    struct hand w = {.view = store_view_new()};

    pthread_mutex_lock(&h->lock);
    while (!h->stopping) {
        struct timespec nap = {.tv_nsec = WATCH_EVERY};

        if (q->first) /* left for a worker who is held up (hand_over) */
            pthread_cond_signal(&q->work);
        while (too_late(q)) {
            struct call *c = pop(q);

            pthread_mutex_unlock(&h->lock);
            answer_call(h, &w, c);
            pthread_mutex_lock(&h->lock);
        }
        pthread_mutex_unlock(&h->lock);
        nanosleep(&nap, NULL);
        pthread_mutex_lock(&h->lock);
    }
    pthread_mutex_unlock(&h->lock);
    hand_release(&w);
    return NULL;
}

static enum MHD_Result on_request(void *ctx, struct MHD_Connection *con, const char *url,
                                  const char *method, const char *version, const char *bytes,
                                  size_t *n, void **at)
{
    struct call *c = *at;

    (void)version;
    if (!c) {
        c = call_new(ctx, con, url, method);
        *at = c;
        if (!c)
            return MHD_NO;
        /* Refused before the body: answered at once, the connection ends. */
        if (c->at_once) {
            reply_finish(&c->r);
            return send_reply(c);
        }
        return MHD_YES;
    }
    reader_runs(c->reader);
    if (*n) {
        bool go_on = receive(c, bytes, *n);

        *n = 0;
        return go_on ? MHD_YES : MHD_NO;
    }
    if (c->handed || !hand_over(c))
        return send_reply(c);
    return MHD_YES;
}

/* --- start and stop ------------------------------------------------------------------------------ */

/* A connection comes or goes. */
static void notify(void *ctx, struct MHD_Connection *con, void **socket_ctx,
                   enum MHD_ConnectionNotificationCode what)
{
    struct http *h = ctx;
    char from[NI_MAXHOST];
    bool asks;

    connection_notify(h->connections, con, socket_ctx, what);
    if (!h->server->tls || what != MHD_CONNECTION_NOTIFY_STARTED)
        return;
    connection_peer(con, from);
    pthread_mutex_lock(&h->early);
    asks = gate_asks(h->server->gate, h->db, from);
    pthread_mutex_unlock(&h->early);
    if (asks)
        connection_ask_certificate(con);
}

/* Percent signs are decoded by us, after the path has been cut at its slashes. */
static size_t leave(void *ctx, struct MHD_Connection *con, char *s)
{
    (void)ctx;
    (void)con;
    return strlen(s);
}

static void log_library(void *ctx, const char *fmt, va_list ap)
    __attribute__((format(printf, 2, 0)));
static void log_library(void *ctx, const char *fmt, va_list ap)
{
    char line[400];

    (void)ctx;
    vsnprintf(line, sizeof line, fmt, ap);
    line[strcspn(line, "\n")] = 0;
    fprintf(stderr, "level=warning lib=microhttpd text=\"%s\"\n", line);
}

static int open_port(struct http *h, struct err *e)
{
    const struct server_options *o = h->server->options;
    struct sockaddr_storage at = {0};
    struct MHD_OptionItem tls[] = {{MHD_OPTION_HTTPS_MEM_CERT, 0, NULL},
                                   {MHD_OPTION_HTTPS_MEM_KEY, 0, NULL},
                                   {MHD_OPTION_HTTPS_PRIORITIES, 0, NULL},
                                   {MHD_OPTION_END, 0, NULL},
                                   {MHD_OPTION_END, 0, NULL}};
    /* They only move bytes: one serves two processors, and a second there only changes places with the others (bench/live). */
    int by_size = get_nprocs() / 2 < SERVER_READERS ? get_nprocs() / 2 : SERVER_READERS;
    int readers = o->readers ? o->readers : by_size;
    static char priorities[] = "SECURE192:SECURE128:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2";
    unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ITC |
                     MHD_USE_ERROR_LOG;
    const union MHD_DaemonInfo *info;
    int rc = listen_address(o->listen, &at, e);

    if (!rc && o->tls_cert) {
        h->cert = listen_file(o->tls_cert, e);
        h->key = h->cert ? listen_file(o->tls_key, e) : NULL;
        if (!h->key)
            return ERR_INPUT;
        tls[0].ptr_value = h->cert;
        tls[1].ptr_value = h->key;
        tls[2].ptr_value = priorities;
        flags |= MHD_USE_TLS;
        if (o->client_ca) {
            h->client_ca = listen_file(o->client_ca, e);
            if (!h->client_ca)
                return ERR_INPUT;
            tls[3] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_MEM_TRUST, 0, h->client_ca};
        }
    } else {
        tls[0] = tls[3];
    }
    if (rc)
        return rc;
    if (at.ss_family == AF_INET6)
        flags |= MHD_USE_IPv6;
    h->daemon = MHD_start_daemon(
        flags, 0, NULL, NULL, on_request, h, MHD_OPTION_EXTERNAL_LOGGER, log_library, NULL,
        MHD_OPTION_SOCK_ADDR, (struct sockaddr *)&at, MHD_OPTION_NOTIFY_COMPLETED, on_done, h,
        MHD_OPTION_NOTIFY_CONNECTION, notify, h, MHD_OPTION_PER_IP_CONNECTION_LIMIT,
        (unsigned)(o->per_address ? o->per_address : PER_ADDRESS), MHD_OPTION_CONNECTION_LIMIT,
        (unsigned)MAX_CONNECTIONS, MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_SECONDS,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)MAX_HEADERS, MHD_OPTION_UNESCAPE_CALLBACK,
        leave, NULL, MHD_OPTION_LISTENING_ADDRESS_REUSE, 1u, MHD_OPTION_LISTEN_BACKLOG_SIZE, 1024u,
        MHD_OPTION_ARRAY, tls, readers > 1 ? MHD_OPTION_THREAD_POOL_SIZE : MHD_OPTION_END,
        (unsigned)readers, MHD_OPTION_END);
    if (!h->daemon)
        return err_set(e, ERR_IO, "开不了 %s（端口被占，或证书、私钥不对）", o->listen);
    info = MHD_get_daemon_info(h->daemon, MHD_DAEMON_INFO_BIND_PORT);
    h->server->port = info ? info->port : 0;
    return 0;
}

static int queue_start(struct http *h, struct queue *q, int n, struct err *e)
{
    q->http = h;
    q->n_workers = n;
    q->worker = mem_calloc((size_t)n, sizeof *q->worker);
    if (!q->worker)
        return err_nomem(e);
    for (; q->n_started < n; q->n_started++) {
        if (pthread_create(&q->worker[q->n_started], NULL, work, q))
            return err_set(e, ERR_IO, "开不了线程");
        pthread_setname_np(q->worker[q->n_started], q == &h->live ? "huji-live" : "huji-page");
        if (q == &h->live)
            nudge_home(q->worker[q->n_started], q->n_started);
    }
    return 0;
}

/* Locked no more; nobody is left when it returns. */
static void queue_end(struct queue *q)
{
    for (int i = 0; i < q->n_started; i++)
        pthread_join(q->worker[i], NULL);
    if (q->watched)
        pthread_join(q->watcher, NULL);
    mem_free(q->worker);
    pthread_cond_destroy(&q->work);
}

int http_start(struct server *s, struct http **out, struct err *e)
{
    struct http *h = mem_calloc(1, sizeof *h);
    int rc;

    if (!h)
        return err_nomem(e);
    h->server = s;
    pthread_mutex_init(&h->early, NULL);
    pthread_mutex_init(&h->lock, NULL);
    pthread_cond_init(&h->people.work, NULL);
    pthread_cond_init(&h->live.work, NULL);
    steady_cond_init(&h->idle);
    rc = cw_open(s->casework, &h->db, e);
    if (!rc)
        rc = queue_start(h, &h->people,
                         s->options->workers ? s->options->workers
                         : get_nprocs() < 4  ? 4
                                             : get_nprocs() + 1,
                         e);
    slice_short(); /* what begins from here on answers hospitals, and the network */
    if (!rc)
        rc = queue_start(h, &h->live, get_nprocs() < 2 ? 2 : get_nprocs(),
                         e); /* they do not wait for the disk: more would only change places */
    if (!rc && pthread_create(&h->live.watcher, NULL, watch, &h->live))
        rc = err_set(e, ERR_IO, "开不了线程");
    h->live.watched = !rc;
    if (!rc)
        rc = connections_start(s->options->slow_seconds, &h->connections, e);
    if (!rc)
        rc = open_port(h, e);
    slice_usual();
    if (rc) {
        http_stop(h);
        return rc;
    }
    *out = h;
    return 0;
}

uint64_t http_cut(struct http *h)
{
    return h ? connections_cut(h->connections) : 0;
}

static void wait_idle(struct http *h)
{
    int64_t until = clock_ms() + STOP_SECONDS * 1000, left;

    pthread_mutex_lock(&h->lock);
    while (h->in_flight && (left = until - clock_ms()) > 0)
        steady_cond_wait(&h->idle, &h->lock, left);
    pthread_mutex_unlock(&h->lock);
}

void http_stop(struct http *h)
{
    if (!h)
        return;
    if (h->daemon) {
        MHD_socket fd = MHD_quiesce_daemon(h->daemon);

        if (fd != MHD_INVALID_SOCKET)
            close(fd);
        wait_idle(h);
    }
    pthread_mutex_lock(&h->lock);
    h->stopping = true;
    pthread_cond_broadcast(&h->people.work);
    pthread_cond_broadcast(&h->live.work);
    pthread_mutex_unlock(&h->lock);
    queue_end(&h->people);
    queue_end(&h->live);
    live_drain(h->server->live);
    if (h->daemon)
        MHD_stop_daemon(h->daemon);
    connections_stop(h->connections);
    cw_close(h->db);
    mem_free(h->cert);
    mem_free(h->key);
    mem_free(h->client_ca);
    pthread_mutex_destroy(&h->early);
    pthread_mutex_destroy(&h->lock);
    pthread_cond_destroy(&h->idle);
    mem_free(h);
}
