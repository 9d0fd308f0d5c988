/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "server/live.h"

#include <pthread.h>
#include <stdio.h>

#include "base/mem.h"
#include "base/sha.h"
#include "casework/sm.h"
#include "check/check.h"
#include "check/decisions.h"
#include "claims/store.h"
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

/* --- who may ask --------------------------------------------------------------------------------- */

/* DIR/check-access.csv: fixmedins_code,key. No file: nobody is connected. */
static bool may_ask(const struct server *s, struct span inst, const char *key)
{
    char path[1024], line[256], want[65], have[65];
    bool ok = false;
    FILE *f;

    snprintf(path, sizeof path, "%s/check-access.csv", s->options->dir);
    if (!*key || !(f = fopen(path, "re")))
        return false;
    sha256_hex(span_of(key), 32, have);
    while (!ok && fgets(line, sizeof line, f)) {
        struct span rest = span_trim(span_of(line)), code = span_trim(span_cut(&rest, ','));

        rest = span_trim(rest);
        if (rest.n < 16 || !span_eq(code, inst))
            continue;
        sha256_hex(rest, 32, want);
        ok = same_secret(want, have);
    }
    fclose(f);
    return ok;
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

static int judge(struct live *l, const struct message *m, struct span body, struct arena *a,
                 struct buf *answer, struct err *e)
{
    struct check_options o = {0};
    struct check_result r;
    struct buf record = BUF_INIT;
    const struct huji_library *lib;
    char sha[65];
    int rc = open_decisions(l, e);

    sha256_hex(body, 32, sha);
    if (!rc)
        rc = decisions_find(l->decisions, m->fixmedins_code, m->msgid, m->infno, sha, answer, e);
    if (rc)
        return rc < 0 ? rc : 0;
    pthread_mutex_lock(&l->judging);
    lib = server_library(l->server); /* not exchanged while it judges */
    rc = link_anew(l, lib, e);
    if (!rc)
        rc = checker_answer(l->checker, body, &o, a, &r, answer, &record, e);
    server_library_done(l->server);
    pthread_mutex_unlock(&l->judging);
    if (!rc && r.must_keep)
        rc = decisions_keep(l->decisions, m->fixmedins_code, m->msgid, m->infno, sha,
                            (struct span){buf_cstr(&record), record.n}, answer, e);
    buf_release(&record);
    return rc;
}

int live_answer(struct live *l, const char *infno, const char *key, struct span body,
                struct buf *answer, struct err *e)
{
    struct arena a = ARENA_INIT;
    struct message m;
    struct err why = {0};
    int rc = message_read(body, &a, &m, &why);

    if (!rc && !span_is(m.infno, infno)) {
        rc = err_set(&why, ERR_INPUT, "infno 是 %.*s，地址是 /fsi/%s",
                     m.infno.n > 20 ? 20 : (int)m.infno.n, m.infno.p, infno);
        err_where(&why, "infno");
    }
    if (!rc && !may_ask(l->server, m.fixmedins_code, key))
        rc = err_set(&why, ERR_STATE, "这家机构没有接入，或接入口令（X-Huji-Key）不对");
    if (!rc)
        rc = judge(l, &m, body, &a, answer, &why);
    if (rc < 0) { /* whatever it was, the sender gets an envelope that says so, and goes on */
        buf_clear(answer);
        check_refusal(answer, &m, &why);
    }
    arena_release(&a);
    return answer->failed ? err_nomem(e) : 0;
}
