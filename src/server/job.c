/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "server/job.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "base/steady.h"
#include "server/live.h"
#include "server/timer.h"
#include "server/server.h"

#define LOG_LINES 500
#define TICK_SECONDS 2

struct jobs {
    struct server *server;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t work;
    bool started, stopping, wake;
    /* of the job that runs: */
    int64_t running;
    bool cancel;
    int percent;
    char step[128];
    json_t *log;
    bool unwritten; /* a job ended and the database didn't take it */
};

struct running {
    struct job job; /* first: progress.ctx is this */
    struct jobs *all;
};

/* --- what a job calls ---------------------------------------------------------------------------- */

static void step(void *ctx, const char *what, uint64_t done, uint64_t total)
{
    struct jobs *a = ((struct running *)ctx)->all;
    bool changed;

    pthread_mutex_lock(&a->lock);
    changed = strcmp(a->step, what) != 0;
    a->percent = total ? (int)(done * 100 / total) : 0;
    if (changed)
        snprintf(a->step, sizeof a->step, "%s", what);
    pthread_mutex_unlock(&a->lock);
    if (changed)
        job_log(ctx, "%s", what);
}

static int cancelled(void *ctx)
{
    struct jobs *a = ((struct running *)ctx)->all;
    int yes;

    pthread_mutex_lock(&a->lock);
    yes = a->cancel || a->stopping;
    pthread_mutex_unlock(&a->lock);
    return yes;
}

void job_log(struct job *j, const char *fmt, ...)
{
    struct jobs *a = ((struct running *)j)->all;
    char text[600], line[640], now[CW_TIME];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    cw_now(now);
    snprintf(line, sizeof line, "%s %s", now, text);
    pthread_mutex_lock(&a->lock);
    if (json_array_size(a->log) >= LOG_LINES)
        json_array_remove(a->log, 0);
    json_array_append_new(a->log, json_span(span_of(line)));
    pthread_mutex_unlock(&a->lock);
}

/* --- running one --------------------------------------------------------------------------------- */

/* 0, 1 = it was cancelled meanwhile, < 0. */
static int mark_started(struct jobs *a, struct cw *db, int64_t id, struct err *e)
{
    char now[CW_TIME];
    int rc;

    cw_now(now);
    pthread_mutex_lock(&a->lock);
    a->running = id;
    a->cancel = false;
    a->percent = 0;
    a->step[0] = 0;
    json_decref(a->log);
    a->log = json_array();
    pthread_mutex_unlock(&a->lock);
    rc = cw_exec(
        db, e,
        "update job set state = 'running', started_at = $2 where id = $1 and state = 'queued'",
        CW_ARGS(cw_i(id), cw_t(now)));
    if (!rc && cw_changes(db) > 0)
        return 0;
    pthread_mutex_lock(&a->lock);
    a->running = 0;
    pthread_mutex_unlock(&a->lock);
    return rc ? rc : 1;
}

static const char *ending(const struct jobs *a, int rc)
{
    if (!rc)
        return "done";
    if (a->stopping)
        return "interrupted";
    return a->cancel ? "cancelled" : "failed";
}

static int mark_ended(struct jobs *a, struct job *j, int rc, const struct err *why, struct err *e)
{
    char now[CW_TIME], object[48], *log, *result = json_dumps(j->result, JSON_COMPACT);
    struct buf error = BUF_INIT;
    const char *state;
    int bad, percent;

    pthread_mutex_lock(&a->lock);
    state = ending(a, rc);
    percent = rc ? a->percent : 100;
    log = json_dumps(a->log, JSON_COMPACT);
    pthread_mutex_unlock(&a->lock);
    if (rc)
        buf_fmt(&error, "%s%s%s%s%s", why->message, why->where[0] ? "；" : "", why->where,
                why->hint[0] ? "；" : "", why->hint);
    cw_now(now);
    snprintf(object, sizeof object, "job:%lld", (long long)j->id);
    bad = cw_begin(j->db, e);
    if (!bad)
        bad = cw_exec(
            j->db, e,
            "update job set state = $2, percent = $3, step = '', log = $4, result = $5, error = $6,"
            " ended_at = $7 where id = $1",
            CW_ARGS(cw_i(j->id), cw_t(state), cw_i(percent), cw_t(log ? log : "[]"),
                    cw_t(result ? result : "{}"), cw_t(rc ? buf_cstr(&error) : NULL), cw_t(now)));
    if (!bad)
        bad = audit_append(
            j->db, &j->actor,
            &(struct act){.act = "job.end", .object = object, .result = rc ? state : "ok"}, e);
    bad = cw_end(j->db, bad, e);
    a->unwritten = bad != 0;
    free(log);
    free(result);
    buf_release(&error);
    return bad;
}

static int run_one(struct jobs *a, struct cw *db, int64_t id, const char *kind, json_t *args,
                   const struct actor *who)
{
    struct running r = {.job = {.id = id,
                                .server = a->server,
                                .db = db,
                                .store = a->server->store,
                                .args = args,
                                .actor = *who},
                        .all = a};
    struct err why = {0}, e = {0};
    int rc = mark_started(a, db, id, &e);

    if (rc)
        return rc < 0 ? rc : 0;
    r.job.result = json_object();
    r.job.progress = (struct progress){step, cancelled, &r};
    rc = ERR_STATE;
    err_set(&why, ERR_STATE, "没有这种任务：%s", kind);
    for (const struct job_kind *k = job_kinds; k->kind; k++)
        if (strcmp(k->kind, kind) == 0) {
            why = (struct err){0};
            rc = k->run(&r.job, &why);
        }
    cw_rollback(db);
    rc = mark_ended(a, &r.job, rc, &why, &e);
    if (a->server->live)
        live_tables_changed(a->server->live);
    pthread_mutex_lock(&a->lock);
    a->running = 0;
    pthread_mutex_unlock(&a->lock);
    json_decref(r.job.result);
    arena_release(&r.job.arena);
    if (rc)
        fprintf(stderr, "level=error job=%lld text=\"%s\"\n", (long long)id, e.message);
    return rc;
}

/* The oldest that waits. 0, 1 = none, < 0. */
static int next_job(struct jobs *a, struct cw *db, struct err *e)
{
    struct cw_rows rows;
    struct arena text = ARENA_INIT;
    struct actor who;
    json_t *args = NULL;
    const char *kind = NULL;
    int64_t id = 0;
    int rc = cw_query(
        db, &rows, e,
        "select j.id, j.kind, j.args, coalesce(j.account, 0), j.actor, j.actor_name, coalesce(a.org, '') from job j"
        " left join account a on a.id = j.account where j.state = 'queued' order by j.id limit 1",
        CW_NONE);

    if (rc)
        return rc;
    rc = cw_next(&rows, e);
    if (rc > 0) {
        struct span s = cw_text(&rows, 2);

        id = cw_int(&rows, 0);
        kind = arena_dup(&text, cw_text(&rows, 1));
        args = json_loadb(s.p, s.n, 0, NULL);
        who = (struct actor){cw_int(&rows, 3), arena_dup(&text, cw_text(&rows, 4)),
                             arena_dup(&text, cw_text(&rows, 5)),
                             arena_dup(&text, cw_text(&rows, 6)), "job"};
    }
    cw_done(&rows);
    if (rc > 0)
        rc = run_one(a, db, id, kind, args, &who);
    else if (rc == 0)
        rc = 1;
    json_decref(args);
    arena_release(&text);
    return rc;
}

static void doze(struct jobs *a)
{
    steady_cond_wait(&a->work, &a->lock, TICK_SECONDS * 1000);
}

/* Nothing runs now: what still stands as running ended when the database was away. */
static int mark_lost(struct jobs *a, struct cw *db, struct err *e)
{
    char now[CW_TIME];
    int rc;

    if (!a->unwritten)
        return 0;
    cw_now(now);
    rc = cw_exec(
        db, e,
        "update job set state = 'interrupted', ended_at = $1, error = '做完时数据库不在，结果没有记下；请重做'"
        " where state = 'running'",
        CW_ARGS(cw_t(now)));
    a->unwritten = rc != 0;
    return rc;
}

static void *work(void *ctx)
{
    struct jobs *a = ctx;
    struct cw *db = NULL;

    for (;;) {
        struct err e = {0};
        bool stop;
        int rc = db ? 0 : cw_open(a->server->casework, &db, &e);

        if (!rc)
            rc = mark_lost(a, db, &e);
        if (!rc)
            timer_tick(a->server, db);
        if (!rc)
            rc = next_job(a, db, &e);
        pthread_mutex_lock(&a->lock);
        /* Now and then without being woken, too: the console queues jobs from another process, and timers run out. */
        if (rc && !a->stopping && !a->wake)
            doze(a);
        a->wake = false;
        stop = a->stopping;
        pthread_mutex_unlock(&a->lock);
        if (stop)
            break;
    }
    cw_close(db);
    return NULL;
}

/* --- from outside -------------------------------------------------------------------------------- */

static int mark_interrupted(struct server *s, struct err *e)
{
    struct cw *db = NULL;
    char now[CW_TIME];
    int rc = cw_open(s->casework, &db, e);

    cw_now(now);
    if (!rc)
        rc = cw_exec(
            db, e,
            "update job set state = 'interrupted', ended_at = $1, error = '服务停止时还没有做完，没有留下一半；请重做'"
            " where state in ('queued', 'running')",
            CW_ARGS(cw_t(now)));
    if (!rc)
        rc = cw_exec(
            db, e,
            "update rule_change set state = 'failed', error = '服务停止时影响还没有算完；请重算',"
            " version = version + 1 where state = 'computing'",
            CW_NONE);
    if (!rc)
        rc = presence_resume(db, e);
    cw_close(db);
    return rc;
}

int jobs_start(struct server *s, struct jobs **out, struct err *e)
{
    struct jobs *a = mem_calloc(1, sizeof *a);
    int rc = a ? mark_interrupted(s, e) : err_nomem(e);

    if (rc) {
        mem_free(a);
        return rc;
    }
    a->server = s;
    a->log = json_array();
    pthread_mutex_init(&a->lock, NULL);
    steady_cond_init(&a->work);
    a->started = pthread_create(&a->thread, NULL, work, a) == 0;
    *out = a;
    return a->started ? 0 : err_set(e, ERR_STATE, "开不了后台任务的线程");
}

void jobs_stop(struct jobs *a)
{
    if (!a)
        return;
    pthread_mutex_lock(&a->lock);
    a->stopping = true;
    pthread_cond_broadcast(&a->work);
    pthread_mutex_unlock(&a->lock);
    if (a->started)
        pthread_join(a->thread, NULL);
    json_decref(a->log);
    pthread_mutex_destroy(&a->lock);
    pthread_cond_destroy(&a->work);
    mem_free(a);
}

static const char *title_of(const char *kind)
{
    for (const struct job_kind *k = job_kinds; k->kind; k++)
        if (strcmp(k->kind, kind) == 0)
            return k->title;
    return kind;
}

int job_queue(struct cw *db, const struct actor *who, const char *kind, json_t *args, int64_t *id,
              struct err *e)
{
    char *text = args ? json_dumps(args, JSON_COMPACT) : NULL, object[48], now[CW_TIME];
    int rc = text ? cw_begin(db, e) : err_nomem(e);

    cw_now(now);
    if (!rc)
        rc = cw_get_int(
            db, 0, id, e,
            "insert into job(kind, title, args, state, account, actor, actor_name, created_at)"
            " values ($1, $2, $3, 'queued', $4, $5, $6, $7) returning id",
            CW_ARGS(cw_t(kind), cw_t(title_of(kind)), cw_t(text), cw_i(who->account),
                    cw_t(who->login), cw_t(who->name), cw_t(now)));
    snprintf(object, sizeof object, "job:%lld", (long long)*id);
    if (!rc)
        rc = audit_append(db, who,
                          &(struct act){.act = "job.submit", .object = object, .detail = text}, e);
    if (text)
        rc = cw_end(db, rc, e);
    free(text);
    json_decref(args);
    return rc;
}

void jobs_wake(struct jobs *a)
{
    pthread_mutex_lock(&a->lock);
    a->wake = true;
    pthread_cond_signal(&a->work);
    pthread_mutex_unlock(&a->lock);
}

int job_submit(struct request *r, const char *kind, json_t *args, struct err *e)
{
    int64_t id = 0;
    int rc = job_queue(r->db, &r->actor, kind, args, &id, e);

    if (rc)
        return rc;
    jobs_wake(r->server->jobs);
    return reply_json(r, 202, json_pack("{s:o}", "job", json_sprintf("%lld", (long long)id)), e);
}

int job_cancel(struct jobs *a, int64_t id)
{
    int rc = 1;

    pthread_mutex_lock(&a->lock);
    if (a->running == id) {
        a->cancel = true;
        rc = 0;
    }
    pthread_mutex_unlock(&a->lock);
    return rc;
}

void jobs_live(struct jobs *a, int64_t id, json_t *row)
{
    pthread_mutex_lock(&a->lock);
    if (a->running == id) {
        json_object_set_new(row, "percent", json_integer(a->percent));
        json_object_set_new(row, "step", json_span(span_of(a->step)));
        json_object_set_new(row, "log", json_deep_copy(a->log));
    }
    pthread_mutex_unlock(&a->lock);
}
