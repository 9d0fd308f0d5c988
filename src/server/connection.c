/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "server/connection.h"

#include <gnutls/gnutls.h>
#include <netdb.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/socket.h>
#include <time.h>

#include "base/mem.h"
#include "base/sha.h"
#include "base/steady.h"

struct watched {
    struct watched *next, *prev;
    int fd;
    time_t since, deadline; /* monotonic; deadline 0 = we are at work */
};

struct connections {
    pthread_mutex_t lock;
    pthread_cond_t stop_now;
    pthread_t thread;
    struct watched *first;
    uint64_t cut;
    int slow;
    bool stopping, started;
};

static time_t now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec;
}

/* --- cutting --------------------------------------------------------------------------------------- */

static void sweep(struct connections *c)
{
    time_t t = now();

    for (struct watched *w = c->first; w; w = w->next)
        if (w->deadline && w->deadline < t) {
            /* The library sees the end and closes; until then the number is this connection's own. */
            shutdown(w->fd, SHUT_RDWR);
            w->deadline = 0;
            c->cut++;
        }
}

static void *watch(void *ctx)
{
    struct connections *c = ctx;

    pthread_mutex_lock(&c->lock);
    while (!c->stopping) {
        sweep(c);
        steady_cond_wait(&c->stop_now, &c->lock, 1000);
    }
    pthread_mutex_unlock(&c->lock);
    return NULL;
}

int connections_start(int slow_seconds, struct connections **out, struct err *e)
{
    struct connections *c = mem_calloc(1, sizeof *c);

    if (!c)
        return err_nomem(e);
    c->slow = slow_seconds > 0 ? slow_seconds : SLOW_SECONDS;
    pthread_mutex_init(&c->lock, NULL);
    steady_cond_init(&c->stop_now);
    if (pthread_create(&c->thread, NULL, watch, c) != 0) {
        connections_stop(c);
        return err_set(e, ERR_IO, "开不了线程");
    }
    c->started = true;
    *out = c;
    return 0;
}

void connections_stop(struct connections *c)
{
    if (!c)
        return;
    pthread_mutex_lock(&c->lock);
    c->stopping = true;
    pthread_cond_signal(&c->stop_now);
    pthread_mutex_unlock(&c->lock);
    if (c->started)
        pthread_join(c->thread, NULL);
    pthread_mutex_destroy(&c->lock);
    pthread_cond_destroy(&c->stop_now);
    mem_free(c);
}

/* --- what the library tells ------------------------------------------------------------------------ */

void connection_notify(void *ctx, struct MHD_Connection *con, void **socket_ctx,
                       enum MHD_ConnectionNotificationCode what)
{
    struct connections *c = ctx;
    struct watched *w = *socket_ctx;
    const union MHD_ConnectionInfo *i;

    if (what == MHD_CONNECTION_NOTIFY_STARTED) {
        i = MHD_get_connection_info(con, MHD_CONNECTION_INFO_CONNECTION_FD);
        w = i ? mem_calloc(1, sizeof *w) : NULL;
        *socket_ctx = w;
        if (!w) /* not watched: the library's own time-out still holds */
            return;
        w->fd = i->connect_fd;
        w->since = now();
        w->deadline = w->since + c->slow;
        pthread_mutex_lock(&c->lock);
        w->next = c->first;
        if (w->next)
            w->next->prev = w;
        c->first = w;
        pthread_mutex_unlock(&c->lock);
        return;
    }
    if (!w)
        return;
    pthread_mutex_lock(&c->lock);
    if (w->prev)
        w->prev->next = w->next;
    else
        c->first = w->next;
    if (w->next)
        w->next->prev = w->prev;
    pthread_mutex_unlock(&c->lock);
    mem_free(w);
    *socket_ctx = NULL;
}

void connection_peer(struct MHD_Connection *con, char *out)
{
    const union MHD_ConnectionInfo *i = MHD_get_connection_info(con,
                                                                MHD_CONNECTION_INFO_CLIENT_ADDRESS);

    out[0] = 0;
    if (i && i->client_addr)
        getnameinfo(i->client_addr,
                    i->client_addr->sa_family == AF_INET6 ? sizeof(struct sockaddr_in6)
                                                          : sizeof(struct sockaddr_in),
                    out, NI_MAXHOST, NULL, 0, NI_NUMERICHOST);
}

static struct watched *watched_of(struct MHD_Connection *con)
{
    const union MHD_ConnectionInfo *i = MHD_get_connection_info(con,
                                                                MHD_CONNECTION_INFO_SOCKET_CONTEXT);

    return i ? i->socket_context : NULL;
}

static void set(struct connections *c, struct MHD_Connection *con, bool anew, time_t seconds)
{
    struct watched *w = watched_of(con);

    if (!w)
        return;
    pthread_mutex_lock(&c->lock);
    if (anew)
        w->since = now();
    w->deadline = seconds ? w->since + seconds : 0;
    pthread_mutex_unlock(&c->lock);
}

void connection_receives(struct connections *c, struct MHD_Connection *con, uint64_t received)
{
    set(c, con, false, c->slow + (time_t)(received / LEAST_BYTES_SECOND));
}

void connection_works(struct connections *c, struct MHD_Connection *con)
{
    set(c, con, false, 0);
}

void connection_answers(struct connections *c, struct MHD_Connection *con, uint64_t bytes)
{
    set(c, con, true, c->slow + (time_t)(bytes / LEAST_BYTES_SECOND));
}

void connection_rests(struct connections *c, struct MHD_Connection *con)
{
    set(c, con, true, c->slow);
}

uint64_t connections_cut(struct connections *c)
{
    uint64_t n;

    pthread_mutex_lock(&c->lock);
    n = c->cut;
    pthread_mutex_unlock(&c->lock);
    return n;
}

/* --- certificates ---------------------------------------------------------------------------------- */

static gnutls_session_t tls_of(struct MHD_Connection *con)
{
    const union MHD_ConnectionInfo *i = MHD_get_connection_info(con,
                                                                MHD_CONNECTION_INFO_GNUTLS_SESSION);

    return i ? i->tls_session : NULL;
}

void connection_ask_certificate(struct MHD_Connection *con)
{
    gnutls_session_t tls = tls_of(con);

    if (!tls)
        return;
    gnutls_certificate_server_set_request(tls, GNUTLS_CERT_REQUEST);
    /* Clients show none when they are told of issuers and theirs is not among them. */
    gnutls_certificate_send_x509_rdn_sequence(tls, 1);
}

void connection_shown(struct MHD_Connection *con, char out[CERT_HEX])
{
    gnutls_session_t tls = tls_of(con);
    unsigned n = 0;
    const gnutls_datum_t *list = tls ? gnutls_certificate_get_peers(tls, &n) : NULL;

    out[0] = 0;
    if (list && n)
        sha256_hex((struct span){(const char *)list[0].data, list[0].size}, 32, out);
}

void connection_certificate(struct MHD_Connection *con, char out[CERT_HEX])
{
    gnutls_session_t tls = tls_of(con);
    unsigned status = 0;

    out[0] = 0;
    if (tls && gnutls_certificate_verify_peers2(tls, &status) == 0 && status == 0)
        connection_shown(con, out);
}
