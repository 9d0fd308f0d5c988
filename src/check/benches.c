/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "check/benches.h"

#include <pthread.h>
#include <sys/sysinfo.h>

#include "base/mem.h"

struct linked {
    struct person_link *link;
    int users; /* benches, and being the present one */
};

struct seat {
    struct person_bench *bench;
    struct linked *of;
    struct seat *next;
};

struct benches {
    const struct records *history;
    const struct huji_library *lib;
    pthread_mutex_t lock, growing;
    pthread_cond_t returned;
    struct linked *now;
    struct seat *idle;
    int made, most;
    bool *asked;
};

static void leave(struct linked *l)
{
    if (l && --l->users == 0) {
        person_link_free(l->link);
        mem_free(l);
    }
}

static void seat_free(struct seat *s)
{
    if (!s)
        return;
    person_bench_free(s->bench);
    leave(s->of);
    mem_free(s);
}

int benches_open(const struct records *h, const struct huji_library *lib, const bool *wanted,
                 struct benches **out, struct err *e)
{
    struct benches *b = mem_calloc(1, sizeof *b);
    if (!b)
        return err_nomem(e);
    b->history = h;
    b->lib = lib;
    b->most = get_nprocs() + 1;
    pthread_mutex_init(&b->lock, NULL);
    pthread_mutex_init(&b->growing, NULL);
    pthread_cond_init(&b->returned, NULL);
    size_t n = (size_t)lib->n_rules + 1;
    b->now = mem_calloc(1, sizeof *b->now);
    b->asked = mem_calloc(n, sizeof *b->asked);
    int rc = b->now && b->asked ? person_link_new(h, lib, wanted, &b->now->link, e) : err_nomem(e);
    if (rc < 0) {
        benches_close(b);
        return rc;
    }
    b->now->users = 1;
    memcpy(b->asked, person_link_asked(b->now->link), n * sizeof *b->asked);
    *out = b;
    return 0;
}

void benches_close(struct benches *b)
{
    if (!b)
        return;
    while (b->idle) {
        struct seat *s = b->idle;
        b->idle = s->next;
        seat_free(s);
    }
    if (b->now && !b->now->users) /* never opened */
        b->now->users = 1;
    leave(b->now);
    pthread_mutex_destroy(&b->lock);
    pthread_mutex_destroy(&b->growing);
    pthread_cond_destroy(&b->returned);
    mem_free(b->asked);
    mem_free(b);
}

void benches_ahead(const struct benches *b, struct span psn_no, enum records_step step)
{
    records_ahead(b->history, psn_no, step);
}

const bool *benches_asked(const struct benches *b)
{
    return b->asked;
}

/* A link that knows the message's codes is the present one when it returns. One thread links at a time. */
static int learn(struct benches *b, const struct new_events *ev, struct err *e)
{
    pthread_mutex_lock(&b->lock);
    struct linked *now = b->now;
    now->users++;
    pthread_mutex_unlock(&b->lock);
    bool known = person_link_knows(now->link, ev);
    int rc = 0;
    if (!known) {
        pthread_mutex_lock(&b->growing);
        pthread_mutex_lock(&b->lock);
        leave(now);
        now = b->now;
        now->users++;
        pthread_mutex_unlock(&b->lock);
        struct linked *fresh = NULL;
        if (!person_link_knows(now->link, ev)) {
            fresh = mem_calloc(1, sizeof *fresh);
            rc = fresh ? person_link_grow(now->link, ev, &fresh->link, e) : err_nomem(e);
        }
        pthread_mutex_lock(&b->lock);
        if (rc == 0 && fresh) {
            fresh->users = 1;
            leave(b->now);
            b->now = fresh;
        } else {
            mem_free(fresh);
        }
        pthread_mutex_unlock(&b->lock);
        pthread_mutex_unlock(&b->growing);
    }
    pthread_mutex_lock(&b->lock);
    leave(now);
    pthread_mutex_unlock(&b->lock);
    return rc;
}

static int take(struct benches *b, struct seat **out, struct err *e)
{
    struct seat *s;
    int rc = 0;
    pthread_mutex_lock(&b->lock);
    while (!b->idle && b->made >= b->most)
        pthread_cond_wait(&b->returned, &b->lock);
    if ((s = b->idle))
        b->idle = s->next;
    else
        b->made++;
    struct linked *now = b->now;
    now->users++;
    pthread_mutex_unlock(&b->lock);
    if (s && s->of == now) {
        pthread_mutex_lock(&b->lock);
        leave(now);
        pthread_mutex_unlock(&b->lock);
        *out = s;
        return 0;
    }
    struct linked *old = s ? s->of : NULL;
    if (s)
        person_bench_free(s->bench);
    else
        s = mem_calloc(1, sizeof *s);
    if (s) {
        s->bench = NULL;
        s->of = NULL;
        rc = person_bench_new(now->link, &s->bench, e);
    } else {
        rc = err_nomem(e);
    }
    pthread_mutex_lock(&b->lock);
    leave(old);
    if (rc == 0)
        s->of = now;
    else {
        leave(now);
        b->made--;
        pthread_cond_signal(&b->returned);
    }
    pthread_mutex_unlock(&b->lock);
    if (rc < 0)
        mem_free(s);
    else
        *out = s;
    return rc;
}

static void give_back(struct benches *b, struct seat *s)
{
    pthread_mutex_lock(&b->lock);
    s->next = b->idle;
    b->idle = s;
    pthread_cond_signal(&b->returned);
    pthread_mutex_unlock(&b->lock);
}

int benches_judge(struct benches *b, const struct new_events *ev, const bool *asked, bool alone,
                  struct arena *a, struct live_finding **out, size_t *n, int *known, struct err *e)
{
    struct seat *s = NULL;
    int rc = PERSON_STRANGE;
    while (rc == PERSON_STRANGE) {
        if ((rc = take(b, &s, e)) < 0)
            return rc;
        rc = person_judge(s->bench, ev, asked, alone, a, out, n, known, e);
        give_back(b, s);
        if (rc == PERSON_STRANGE && learn(b, ev, e) < 0)
            return ERR_NOMEM;
    }
    return rc;
}
