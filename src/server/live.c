/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "server/live.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/nudge.h"
#include "base/steady.h"
#include "check/check.h"
#include "check/decisions.h"
#include "check/volumes.h"
#include "claims/store.h"
#include "engine/rule.h"
#include "run/records.h"
#include "server/gate.h"
#include "server/server.h"

/* What messages are judged with: exchanged whole, and freed when the last who began with it is done. */
struct state {
    struct records *history;
    struct huji_library *lib;
    struct checker *checker;
    atomic_int users;         /* and one for being the present one */
    unsigned long long loads; /* of the library, when it was read */
    time_t exceptions;        /* of the file */
};

struct live {
    struct server *server;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct decisions *decisions;
    struct state *now;
    struct err why; /* there is none yet: what went wrong */
    pthread_t thread;
    bool started, stopping, tables; /* tables: they may have changed */
};

enum { FIRST_WAIT = 20, LOOK_SECONDS = 1 };

struct live *live_new(struct server *s)
{
    struct live *l = mem_calloc(1, sizeof *l);

    if (!l)
        return NULL;
    l->server = s;
    pthread_mutex_init(&l->lock, NULL);
    steady_cond_init(&l->changed); /* waits are not stretched when the clock is set back */
    return l;
}

static void state_free(struct state *s)
{
    if (!s)
        return;
    checker_close(s->checker);
    library_free(s->lib);
    records_close(s->history);
    mem_free(s);
}

static void state_leave(struct state *s)
{
    if (s && atomic_fetch_sub(&s->users, 1) == 1)
        state_free(s);
}

void live_free(struct live *l)
{
    if (!l)
        return;
    pthread_mutex_lock(&l->lock);
    l->stopping = true;
    pthread_cond_broadcast(&l->changed);
    pthread_mutex_unlock(&l->lock);
    if (l->started)
        pthread_join(l->thread, NULL);
    state_leave(l->now);
    decisions_close(l->decisions);
    pthread_cond_destroy(&l->changed);
    pthread_mutex_destroy(&l->lock);
    mem_free(l);
}

/* --- tables, rules, exceptions as they are now --------------------------------------------------- */

static time_t exceptions_time(const struct live *l)
{
    char path[1100];
    struct stat st;

    snprintf(path, sizeof path, "%s/rules/exceptions.yaml", l->server->options->dir);
    return stat(path, &st) == 0 ? st.st_mtime : 0;
}

static int stop_building(void *ctx)
{
    return ((struct live *)ctx)->stopping;
}

static int state_make(struct live *l, struct state **out, struct err *e)
{
    struct state *s = mem_calloc(1, sizeof *s);
    struct store own = *l->server->store;
    struct progress p = {.cancelled = stop_building, .ctx = l};
    int rc;

    if (!s)
        return err_nomem(e);
    atomic_init(&s->users, 1);
    s->loads = atomic_load(&l->server->library_loads);
    s->exceptions = exceptions_time(l);
    rc = store_connect(l->server->store, &own.con, e);
    if (!rc) {
        rc = records_of(&own, &p, &s->history, e);
        duckdb_disconnect(&own.con);
    }
    if (!rc)
        records_warm(s->history);
    if (!rc)
        rc = server_library_read(l->server, false, &s->lib, e);
    if (!rc)
        rc = checker_open(l->server->options->dir, s->history, s->lib, &s->checker, e);
    if (rc) {
        state_free(s);
        return rc;
    }
    *out = s;
    return 0;
}

/* Locked. Is what is there what there should be? */
static bool stale(const struct live *l)
{
    return !l->now || l->tables || l->now->loads != atomic_load(&l->server->library_loads) ||
           l->now->exceptions != exceptions_time(l);
}

static void wait_seconds(struct live *l, int seconds)
{
    steady_cond_wait(&l->changed, &l->lock, seconds * 1000);
}

/* The thread that makes a new state beside the one in use. */
static void *keep_fresh(void *ctx)
{
    struct live *l = ctx;

    nudge_anywhere(); /* the first message may have begun it */
    pthread_mutex_lock(&l->lock);
    while (!l->stopping) {
        struct state *fresh = NULL, *old = NULL;
        struct err e = {0};

        if (!stale(l)) {
            wait_seconds(l, LOOK_SECONDS);
            continue;
        }
        l->tables = false;
        pthread_mutex_unlock(&l->lock);
        int rc = state_make(l, &fresh, &e);
        pthread_mutex_lock(&l->lock);
        if (!rc) {
            old = l->now;
            l->now = fresh;
        } else if (!l->stopping) {
            l->why = e;
            l->tables = true;
            fprintf(stderr, "level=error what=live text=\"%s\"\n", e.message);
        }
        pthread_cond_broadcast(&l->changed);
        pthread_mutex_unlock(&l->lock);
        state_leave(old);
        pthread_mutex_lock(&l->lock);
        if (rc && !l->stopping)
            wait_seconds(l, LOOK_SECONDS);
    }
    pthread_mutex_unlock(&l->lock);
    return NULL;
}

void live_tables_changed(struct live *l)
{
    pthread_mutex_lock(&l->lock);
    l->tables = true;
    pthread_cond_broadcast(&l->changed);
    pthread_mutex_unlock(&l->lock);
}

/* Locked. */
static int start(struct live *l, struct err *e)
{
    if (!l->started && pthread_create(&l->thread, NULL, keep_fresh, l) != 0)
        return err_set(e, ERR_NOMEM, "起不了线程");
    if (!l->started)
        pthread_setname_np(l->thread, "huji-fresh");
    l->started = true;
    return 0;
}

/* Locked. */
static int have_decisions(struct live *l, struct err *e)
{
    const struct server_options *o = l->server->options;

    return l->decisions ? 0 : decisions_open(o->dir, o->live_volume, &l->decisions, e);
}

int live_begin(struct live *l, struct err *e)
{
    const char *dir = l->server->options->dir;
    char path[RECORDS_PATH];
    struct err why = {0};
    int rc = 0;

    records_path(dir, path);
    pthread_mutex_lock(&l->lock);
    if (access(path, F_OK) == 0)
        rc = start(l, e);
    /* What a crash left out is put in before anybody reads it, and no message waits for it. What goes wrong the first message says, too. */
    if (volumes_begun(dir) && have_decisions(l, &why) < 0)
        fprintf(stderr, "level=error what=live text=\"%s\"\n", why.message);
    pthread_mutex_unlock(&l->lock);
    return rc;
}

/* Locked. What there is now, without waiting. NULL: nothing yet. Owns: state_leave. */
static struct state *peek(struct live *l)
{
    if (l->now)
        atomic_fetch_add(&l->now->users, 1);
    return l->now;
}

/* The first message waits for it to be made. Owns: state_leave. */
static int state_take(struct live *l, struct state **out, struct err *e)
{
    int rc = 0;

    pthread_mutex_lock(&l->lock);
    rc = start(l, e);
    for (int i = 0; !rc && !l->now && !l->why.code && !l->stopping && i < FIRST_WAIT; i++)
        wait_seconds(l, 1);
    if (!rc && !l->now) {
        rc = l->why.code ? l->why.code : ERR_STATE;
        if (l->why.code)
            *e = l->why;
        else
            err_set(e, rc, "正在准备人员历史，请继续，稍后再送审");
        l->why.code = 0;
    }
    *out = rc ? NULL : peek(l);
    pthread_mutex_unlock(&l->lock);
    return rc;
}

static struct state *state_peek(struct live *l)
{
    struct state *s;

    pthread_mutex_lock(&l->lock);
    s = peek(l);
    pthread_mutex_unlock(&l->lock);
    return s;
}

/* What a message needs; *s NULL: there is no state yet. */
static int open_decisions(struct live *l, struct state **s, struct err *e)
{
    int rc;

    pthread_mutex_lock(&l->lock);
    *s = peek(l);
    rc = have_decisions(l, e);
    pthread_mutex_unlock(&l->lock);
    return rc;
}

/* --- answering ----------------------------------------------------------------------------------- */

static void count(struct live_told *told, const struct check_result *r)
{
    told->orders = r->n_orders;
    told->reminded = r->n_shown;
    told->refused = r->infcode != 0;
    snprintf(told->why, sizeof told->why, "%.150s", r->infcode ? r->err.message : "");
}

/* Nothing of it is kept; everything is shown, so that the hospital sees how it would look. */
static int judge_test(struct live *l, const struct message *m, struct arena *a, struct buf *answer,
                      struct live_told *told, struct err *e)
{
    struct check_options o = {.alone = true, .force_mode = true, .mode = MODE_REMIND};
    struct check_result r;
    struct state *s;
    int rc = state_take(l, &s, e);

    if (rc)
        return rc;
    rc = checker_judge(s->checker, m, &o, a, &r, answer, NULL, e);
    if (!rc)
        count(told, &r);
    state_leave(s);
    return rc;
}

static void refuse(const struct message *m, const struct err *why, struct buf *answer,
                   struct live_told *told)
{
    buf_clear(answer);
    check_refusal(answer, m, why);
    told->refused = true;
    snprintf(told->why, sizeof told->why, "%.150s", why->message);
}

/* On the thread that writes. */
static void kept(void *ctx, int rc, const struct err *why)
{
    struct live_later *x = ctx;
    const struct message m = {.mdtrtarea_admvs = {x->admvs, strlen(x->admvs)}};

    if (rc < 0)
        refuse(&m, why, x->answer, x->told);
    x->changed = rc != 0;
    x->done(x);
}

static void leave(void *ctx)
{
    struct live_later *x = ctx;

    x->leave(x);
}

static void ahead(const struct state *s, const struct message *m, enum records_step step)
{
    if (s)
        checker_ahead(s->checker, m, step);
}

static int judge(struct live *l, const struct message *m, struct span body, struct arena *a,
                 struct buf *answer, struct live_told *told, struct live_later *later,
                 struct err *e)
{
    enum { RECORD_BYTES = 2000 };
    struct check_options o = {0};
    struct check_result r;
    struct buf record = BUF_INIT;
    struct state *s;
    int rc = open_decisions(l, &s, e);

    ahead(s, m, RECORDS_SLOT);
    decisions_key(m->fixmedins_code, m->infno, m->msgid, later->key);
    ahead(s, m, RECORDS_PLACE);
    buf_reserve(&record, RECORD_BYTES);
    body_mark(body, later->mark);
    ahead(s, m, RECORDS_ROWS);
    if (!rc)
        rc = decisions_find(l->decisions, later->key, body, answer, e);
    if (!rc && !s)
        rc = state_take(l, &s, e);
    if (rc) {
        state_leave(s);
        buf_release(&record);
        return rc < 0 ? rc : 0;
    }
    rc = checker_judge(s->checker, m, &o, a, &r, answer, &record, e);
    if (!rc)
        count(told, &r);
    state_leave(s);
    if (!rc && r.must_keep) {
        later->keeping = (struct keeping){.key = later->key,
                                          .mark = later->mark,
                                          .record = {buf_cstr(&record), record.n},
                                          .answer = answer,
                                          .done = kept,
                                          .leave = leave,
                                          .ctx = later};
        rc = decisions_keep(l->decisions, &later->keeping, e);
        rc = rc < 0 ? rc : 1;
    }
    buf_release(&record);
    return rc;
}

/* bench/live.c: the same way through the server, without judging. */
static int measured(const struct server_options *o, struct span body, struct arena *scratch,
                    struct buf *answer, struct err *e)
{
    struct message m;
    int rc = o->live == LIVE_PARSE ? message_read(body, scratch, &m, e) : 0;

    static const char head[] = "{\"infcode\": 0, \"output\": \"";
    size_t rest = o->live_bytes > sizeof head + 1 ? o->live_bytes - sizeof head - 1 : 0;

    buf_reserve(answer, o->live_bytes);
    buf_str(answer, head);
    if (!answer->failed && rest < answer->cap - answer->n) {
        memset(answer->p + answer->n, 'x', rest);
        answer->n += rest;
    }
    buf_str(answer, "\"}");
    return rc ? rc : answer->failed ? err_nomem(e) : 0;
}

/* Overload: better no answer of ours than a doctor who waits for it. Nothing is read, nothing kept. */
static int go_on(const struct live_call *call, struct buf *answer, struct live_told *told,
                 struct err *e)
{
    const struct message nobody = {.n_patient = 0};
    struct err why;

    told->skipped = true;
    if (span_is(span_of(call->infno), "3103")) { /* what can't be kept is not acknowledged */
        err_set(&why, ERR_STATE, "HJ41 系统繁忙，处理结果没有收下，请稍后重发");
        check_refusal(answer, &nobody, &why);
    } else {
        check_go_on(answer);
    }
    return answer->failed ? err_nomem(e) : 0;
}

int live_answer(struct live *l, const struct live_call *call, struct arena *scratch,
                struct buf *answer, struct live_told *told, struct live_later *later, struct err *e)
{
    *told = (struct live_told){0};
    if (call->late && call->infno[0] == '3')
        return go_on(call, answer, told, e);
    if (l->server->options->live != LIVE_WHOLE)
        return measured(l->server->options, call->body, scratch, answer, e);
    struct message m;
    struct err why = {0};
    int rc = message_read(call->body, scratch, &m, &why);

    if (!rc && !span_is(m.infno, call->infno)) {
        rc = err_set(&why, ERR_INPUT, "infno 是 %.*s，地址是 /fsi/%s",
                     m.infno.n > 20 ? 20 : (int)m.infno.n, m.infno.p, call->infno);
        err_where(&why, "infno");
    }
    if (!rc)
        rc = gate_admit(l->server->gate, call->db, m.fixmedins_code, &call->who, &told->test, &why);
    if (!rc) {
        snprintf(told->inst, sizeof told->inst, "%.*s", (int)m.fixmedins_code.n,
                 m.fixmedins_code.p);
        later->answer = answer;
        later->told = told;
        if (m.mdtrtarea_admvs.n == 6)
            memcpy(later->admvs, m.mdtrtarea_admvs.p, 6);
        rc = told->test ? judge_test(l, &m, scratch, answer, told, &why)
                        : judge(l, &m, call->body, scratch, answer, told, later, &why);
    }
    if (rc == 1) /* from here on it may be gone */
        return 1;
    if (rc < 0) /* whatever it was, the sender gets an envelope that says so, and goes on */
        refuse(&m, &why, answer, told);
    return answer->failed ? err_nomem(e) : 0;
}

static struct decisions *decisions_of(struct live *l)
{
    struct decisions *d;

    pthread_mutex_lock(&l->lock);
    d = l->decisions;
    pthread_mutex_unlock(&l->lock);
    return d;
}

void live_idle(struct live *l)
{
    struct decisions *d = decisions_of(l);

    if (d)
        decisions_hurry(d);
}

void live_bring_up(struct live *l)
{
    struct decisions *d = decisions_of(l);

    if (d)
        decisions_bring_up(d);
}

size_t live_unwritten(struct live *l)
{
    struct decisions *d = decisions_of(l);

    return d ? decisions_unwritten(d) : 0;
}

void live_drain(struct live *l)
{
    if (l && l->decisions)
        decisions_drain(l->decisions);
}

int live_try(struct live *l, struct span body, struct arena *a, struct check_result *out,
             struct buf *answer, struct err *e)
{
    struct check_options o = {.force_mode = true, .mode = MODE_REMIND};
    struct state *s;
    int rc = state_take(l, &s, e);

    if (rc)
        return rc;
    rc = checker_answer(s->checker, body, &o, a, out, answer, NULL, e);
    state_leave(s);
    if (!rc && out->infcode) {
        *e = out->err;
        return e->code;
    }
    return rc;
}

int live_modes_changed(struct live *l, struct err *e)
{
    struct state *s = state_peek(l);
    int rc;

    if (!s)
        return 0;
    rc = checker_read_modes(s->checker, e);
    state_leave(s);
    return rc;
}
