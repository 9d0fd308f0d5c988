/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "server/server.h"

#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "casework/account.h"
#include "casework/backup.h"
#include "base/mem.h"
#include "casework/clue_index.h"
#include "claims/store.h"
#include "engine/rule.h"
#include "server/gate.h"
#include "server/demo.h"
#include "server/http.h"
#include "server/job.h"
#include "server/live.h"
#include "server/traffic.h"

int casework_place(const char *dir, const char *url, char *out, size_t cap, struct err *e)
{
    int n = url && *url ? snprintf(out, cap, "%s", url)
                        : snprintf(out, cap, "%s/casework.sqlite", dir);

    return n < 0 || (size_t)n >= cap ? err_set(e, ERR_USAGE, "业务库的路径太长") : 0;
}

/* --- the rule library ---------------------------------------------------------------------------- */

/* What was exchanged while somebody used it is freed when nobody uses any. */
struct library_holder {
    pthread_mutex_t lock;
    struct huji_library *library;
    struct huji_library **old;
    size_t n_old, cap_old;
    int users;
};

const struct huji_library *server_library(struct server *s)
{
    const struct huji_library *library;

    pthread_mutex_lock(&s->library->lock);
    s->library->users++;
    library = s->library->library;
    pthread_mutex_unlock(&s->library->lock);
    return library;
}

static void free_old(struct library_holder *h)
{
    for (size_t i = 0; i < h->n_old; i++)
        library_free(h->old[i]);
    h->n_old = 0;
}

void server_library_done(struct server *s)
{
    pthread_mutex_lock(&s->library->lock);
    if (--s->library->users == 0)
        free_old(s->library);
    pthread_mutex_unlock(&s->library->lock);
}

int server_library_read(const struct server *s, bool as_written, struct huji_library **out,
                        struct err *e)
{
    const struct library_source from = {.dir = s->options->rules,
                                        .local = s->options->own_rules,
                                        .profile = as_written ? NULL : s->options->profile,
                                        .states = s->options->states,
                                        .region = s->options->region};

    return library_open(&from, out, e);
}

int server_library_reload(struct server *s, struct err *e)
{
    struct library_holder *h = s->library;
    struct huji_library *fresh = NULL;
    int rc = server_library_read(s, false, &fresh, e);

    if (rc)
        return rc;
    pthread_mutex_lock(&h->lock);
    if (h->library && mem_grow(&h->old, &h->cap_old, h->n_old + 1, sizeof(struct huji_library *))) {
        rc = err_nomem(e);
    } else {
        if (h->library)
            h->old[h->n_old++] = h->library;
        h->library = fresh;
        if (h->users == 0)
            free_old(h);
        atomic_fetch_add(&s->library_loads, 1);
    }
    pthread_mutex_unlock(&h->lock);
    if (rc)
        library_free(fresh);
    return rc;
}

static int holder_open(struct server *s, struct err *e)
{
    s->library = mem_calloc(1, sizeof *s->library);
    if (!s->library)
        return err_nomem(e);
    pthread_mutex_init(&s->library->lock, NULL);
    return server_library_reload(s, e);
}

static void holder_close(struct server *s)
{
    if (!s->library)
        return;
    free_old(s->library);
    mem_free(s->library->old);
    library_free(s->library->library);
    pthread_mutex_destroy(&s->library->lock);
    mem_free(s->library);
}

/* --- the casework -------------------------------------------------------------------------------- */

/* No default account: the three administrators are made at the console before the port opens. */
static int check_casework(struct server *s, struct err *e)
{
    struct cw *db = NULL;
    struct buf missing = BUF_INIT;
    char kept[1200] = "";
    int rc = cw_open(s->casework, &db, e);

    if (!rc)
        rc = cw_upgrade(db, s->options->dir, kept, sizeof kept, e);
    if (!rc && kept[0])
        fprintf(stderr, "level=notice text=\"业务库已升级，升级前的在 %s\"\n", kept);
    if (!rc)
        rc = account_missing_admins(db, &missing, e);
    if (!rc && missing.n) {
        rc = err_set(e, ERR_STATE, "还没有管理员，服务不启动：缺%s", buf_cstr(&missing));
        err_hint(
            e, "先在本机运行 huji user add --data %s --role system --name 姓名 登录名，三种各一人",
            s->options->dir);
    }
    /* Read in before the port opens: the first list should not wait for it. */
    if (!rc)
        rc = clue_index_refresh(s->clues, db, e);
    buf_release(&missing);
    cw_close(db);
    return rc;
}

static void wait_for_signal(void)
{
    sigset_t set;
    int sig;

    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigwait(&set, &sig);
}

/* Before any thread starts, so that all of them inherit it. */
static void block_signals(void)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
}

int server_run(const struct server_options *o, void (*ready)(void *ctx, int port), void *ctx,
               struct err *e)
{
    struct server s = {.options = o, .tls = o->tls_cert != NULL};
    struct store_options so = {.command = "huji serve"};
    bool demo = false;
    int rc;

    if (!o->tls_cert != !o->tls_key)
        return err_set(e, ERR_USAGE, "--tls-cert 与 --tls-key 要一起给");
    if (o->client_ca && !o->tls_cert)
        return err_set(e, ERR_USAGE, "--client-ca 要与 --tls-cert、--tls-key 一起用");
    block_signals();
    signal(SIGXFSZ, SIG_IGN); /* a file at its limit is an error of the write, not the end */
    /* Buffers of a request are large and short-lived: kept, not given back to the system each time. */
    mallopt(M_MMAP_THRESHOLD, 32 << 20);
    mallopt(M_TRIM_THRESHOLD, 256 << 20);
    rc = casework_place(o->dir, o->casework, s.casework, sizeof s.casework, e);
    if (!rc)
        rc = store_open(o->dir, STORE_WRITE, &so, &s.store, e);
    if (!rc)
        rc = demo_is(s.store, &demo, e);
    atomic_store(&s.demo, demo);
    if (!rc)
        rc = seal_key_load(o->dir, true, &s.seal, e);
    if (!rc)
        rc = holder_open(&s, e);
    if (!rc && !(s.clues = clue_index_new()))
        rc = err_nomem(e);
    if (!rc)
        rc = check_casework(&s, e);
    if (!rc && (!(s.live = live_new(&s)) || !(s.gate = gate_new(o->dir))))
        rc = err_nomem(e);
    if (!rc)
        rc = live_begin(s.live, e);
    if (!rc)
        rc = jobs_start(&s, &s.jobs, e);
    if (!rc)
        rc = traffic_start(s.casework, o->dir, &s.traffic, e);
    if (!rc)
        rc = http_start(&s, &s.http, e);
    if (!rc) {
        ready(ctx, s.port);
        wait_for_signal();
        atomic_store(&s.stopping, true);
    }
    http_stop(s.http);
    jobs_stop(s.jobs);
    live_free(s.live);
    gate_free(s.gate);
    traffic_stop(s.traffic);
    clue_index_free(s.clues);
    holder_close(&s);
    store_close(s.store);
    return rc;
}
