/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "server/live.h"

#include <pthread.h>
#include <stdio.h>

#include "base/mem.h"
#include "base/sha.h"
#include "check/check.h"
#include "check/decisions.h"
#include "claims/store.h"
#include "server/gate.h"
#include "server/server.h"

struct live {
    struct server *server;
    pthread_mutex_t lock; /* opening */
    struct decisions *decisions;
    pthread_mutex_t judging; /* one at a time */
    struct store store;      /* with a connection of its own */
    bool connected;
    struct checker *checker;
    unsigned long long loads; /* of the library, when it was linked */
    int64_t imports;          /* files imported, then */
};

struct live *live_new(struct server *s)
{
    struct live *l = mem_calloc(1, sizeof *l);

    if (!l)
        return NULL;
    l->server = s;
    pthread_mutex_init(&l->lock, NULL);
    pthread_mutex_init(&l->judging, NULL);
    return l;
}

void live_free(struct live *l)
{
    if (!l)
        return;
    checker_close(l->checker);
    if (l->connected)
        duckdb_disconnect(&l->store.con);
    decisions_close(l->decisions);
    pthread_mutex_destroy(&l->judging);
    pthread_mutex_destroy(&l->lock);
    mem_free(l);
}

/* --- linking ------------------------------------------------------------------------------------- */

static int imports_now(struct live *l, int64_t *out, struct err *e)
{
    if (!l->connected) {
        l->store = *l->server->store;
        l->store.con = NULL;
        int rc = store_connect(l->server->store, &l->store.con, e);
        if (rc)
            return rc;
        l->connected = true;
    }
    return db_int(l->store.con, e, 0, out, "SELECT coalesce(max(id) + 1, 0)::BIGINT FROM file");
}

/* `lib` is held by the caller. */
static int link_anew(struct live *l, const struct huji_library *lib, struct err *e)
{
    unsigned long long loads = atomic_load(&l->server->library_loads);
    int64_t imports = 0;
    int rc = imports_now(l, &imports, e);

    if (rc || (l->checker && imports == l->imports && loads == l->loads))
        return rc;
    checker_close(l->checker);
    l->checker = NULL;
    l->imports = imports;
    l->loads = loads;
    return checker_open(&l->store, lib, &l->checker, e);
}

static int open_decisions(struct live *l, struct err *e)
{
    int rc = 0;

    pthread_mutex_lock(&l->lock);
    if (!l->decisions)
        rc = decisions_open(l->server->options->dir, &l->decisions, e);
    pthread_mutex_unlock(&l->lock);
    return rc;
}

/* --- answering ----------------------------------------------------------------------------------- */

/* With the checker as tables, rules and modes are now. */
static int ask_checker(struct live *l, struct span body, const struct check_options *o,
                       struct arena *a, struct check_result *r, struct buf *answer,
                       struct buf *record, struct err *e)
{
    int rc;

    pthread_mutex_lock(&l->judging);
    rc = link_anew(l, server_library(l->server), e); /* not exchanged while it judges */
    if (!rc)
        rc = checker_answer(l->checker, body, o, a, r, answer, record, e);
    server_library_done(l->server);
    pthread_mutex_unlock(&l->judging);
    return rc;
}

static void count(struct live_told *told, const struct check_result *r)
{
    told->orders = r->n_orders;
    told->reminded = r->n_shown;
    told->refused = r->infcode != 0;
    snprintf(told->why, sizeof told->why, "%.150s", r->infcode ? r->err.message : "");
}

/* Nothing of it is kept; everything is shown, so that the hospital sees how it would look. */
static int judge_test(struct live *l, struct span body, struct arena *a, struct buf *answer,
                      struct live_told *told, struct err *e)
{
    struct check_options o = {.alone = true, .force_mode = true, .mode = MODE_REMIND};
    struct check_result r;
    int rc = ask_checker(l, body, &o, a, &r, answer, NULL, e);

    if (!rc)
        count(told, &r);
    return rc;
}

static int judge(struct live *l, const struct message *m, struct span body, struct arena *a,
                 struct buf *answer, struct live_told *told, struct err *e)
{
    struct check_options o = {0};
    struct check_result r;
    struct buf record = BUF_INIT;
    char sha[65];
    int rc = open_decisions(l, e);

    sha256_hex(body, 32, sha);
    if (!rc)
        rc = decisions_find(l->decisions, m->fixmedins_code, m->msgid, m->infno, sha, answer, e);
    if (rc)
        return rc < 0 ? rc : 0;
    rc = ask_checker(l, body, &o, a, &r, answer, &record, e);
    if (!rc)
        count(told, &r);
    if (!rc && r.must_keep)
        rc = decisions_keep(l->decisions, m->fixmedins_code, m->msgid, m->infno, sha,
                            (struct span){buf_cstr(&record), record.n}, answer, e);
    buf_release(&record);
    return rc;
}

int live_answer(struct live *l, const struct live_call *call, struct buf *answer,
                struct live_told *told, struct err *e)
{
    struct arena a = ARENA_INIT;
    struct message m;
    struct err why = {0};
    int rc = message_read(call->body, &a, &m, &why);

    *told = (struct live_told){0};
    if (!rc && !span_is(m.infno, call->infno)) {
        rc = err_set(&why, ERR_INPUT, "infno 是 %.*s，地址是 /fsi/%s",
                     m.infno.n > 20 ? 20 : (int)m.infno.n, m.infno.p, call->infno);
        err_where(&why, "infno");
    }
    if (!rc)
        rc = gate_admit(l->server->gate, call->db, m.fixmedins_code, call->key, call->source,
                        &told->test, &why);
    if (!rc) {
        snprintf(told->inst, sizeof told->inst, "%.*s", (int)m.fixmedins_code.n,
                 m.fixmedins_code.p);
        rc = told->test ? judge_test(l, call->body, &a, answer, told, &why)
                        : judge(l, &m, call->body, &a, answer, told, &why);
    }
    if (rc < 0) { /* whatever it was, the sender gets an envelope that says so, and goes on */
        buf_clear(answer);
        check_refusal(answer, &m, &why);
        told->refused = true;
        snprintf(told->why, sizeof told->why, "%.150s", why.message);
    }
    arena_release(&a);
    return answer->failed ? err_nomem(e) : 0;
}

int live_try(struct live *l, struct span body, struct arena *a, struct check_result *out,
             struct buf *answer, struct err *e)
{
    struct check_options o = {.force_mode = true, .mode = MODE_REMIND};
    int rc = ask_checker(l, body, &o, a, out, answer, NULL, e);

    if (!rc && out->infcode) {
        *e = out->err;
        return e->code;
    }
    return rc;
}

int live_modes_changed(struct live *l, struct err *e)
{
    int rc = 0;

    pthread_mutex_lock(&l->judging);
    if (l->checker)
        rc = checker_read_modes(l->checker, e);
    pthread_mutex_unlock(&l->judging);
    return rc;
}
