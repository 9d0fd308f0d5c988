/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "live_load.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "base/map.h"
#include "base/mem.h"
#include "base/slice.h"

#define PLACE_ID "@MSGID_____________@"
#define PLACE_PSN "@PSN_______________________@"
enum { OUT_BYTES = 96 << 10, IN_BYTES = 256 << 10, MOST_CONNECTIONS = 512 };

static int find_places(struct body *b, struct err *e)
{
    const char *end = b->text.p + b->text.n, *p = b->text.p;
    const char *psn = memmem(p, b->text.n, PLACE_PSN, sizeof PLACE_PSN - 1);
    for (; (p = memmem(p, (size_t)(end - p), PLACE_ID, sizeof PLACE_ID - 1)); p++) {
        if (b->n_id == MOST_PLACES)
            return err_set(e, ERR_LIMIT, "报文里的编号太多");
        b->id[b->n_id++] = (uint32_t)(p - b->text.p);
    }
    if (!psn)
        return err_set(e, ERR_INPUT, "报文里没有人员的位置");
    b->psn = (uint32_t)(psn - b->text.p);
    return 0;
}

int messages_read(const char *path, struct messages *m, struct err *e)
{
    char block[65536];
    size_t n, cap = 0;
    FILE *f = fopen(path, "re");
    *m = (struct messages){.text = BUF_INIT};
    if (!f)
        return err_errno(e, "打不开 %s", path);
    while ((n = fread(block, 1, sizeof block, f)) > 0)
        buf_add(&m->text, block, n);
    fclose(f);
    struct span rest = {buf_cstr(&m->text), m->text.n};
    while (rest.n) {
        struct span line = span_cut(&rest, '\n');
        if (!line.n)
            continue;
        if (line.n > OUT_BYTES - 1024 || mem_grow(&m->at, &cap, m->n + 1, sizeof *m->at) < 0)
            return err_set(e, ERR_LIMIT, "报文太长");
        m->at[m->n] = (struct body){.text = line};
        if (find_places(&m->at[m->n++], e) < 0)
            return ERR_INPUT;
    }
    return m->n ? 0 : err_set(e, ERR_INPUT, "%s 里没有报文", path);
}

void messages_release(struct messages *m)
{
    buf_release(&m->text);
    mem_free(m->at);
}

struct con {
    int fd;
    double due, asked;
    char *out, *in;
    size_t n_out, sent, n_in;
};

struct run {
    const struct load *l;
    struct con con[MOST_CONNECTIONS], *idle[MOST_CONNECTIONS];
    int n_idle;
    int ep;
    uint64_t next;
    uint64_t random;
    float *took;
    size_t n_took, cap_took, cap_stage;
    struct stages *stage;
    uint64_t bad, findings, bytes;
};

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static uint64_t draw(struct run *r)
{
    return hash_u64(r->random++);
}

static int connect_one(struct run *r, struct con *c, struct err *e)
{
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)r->l->port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int one = 1;
    c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (c->fd < 0 || connect(c->fd, (struct sockaddr *)&to, sizeof to) < 0)
        return err_errno(e, "连不上端口 %d", r->l->port);
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    fcntl(c->fd, F_SETFL, O_NONBLOCK);
    c->out = mem_alloc(OUT_BYTES);
    c->in = mem_alloc(IN_BYTES + 1);
    struct epoll_event ev = {.events = EPOLLIN, .data.ptr = c};
    if (!c->out || !c->in || epoll_ctl(r->ep, EPOLL_CTL_ADD, c->fd, &ev) < 0)
        return err_nomem(e);
    return 0;
}

static int push(struct run *r, struct con *c)
{
    while (c->sent < c->n_out) {
        ssize_t k = send(c->fd, c->out + c->sent, c->n_out - c->sent, MSG_NOSIGNAL);
        if (k < 0 && (errno == EAGAIN || errno == EINTR))
            break;
        if (k <= 0)
            return -1;
        c->sent += (size_t)k;
    }
    struct epoll_event ev = {.events = c->sent < c->n_out ? EPOLLIN | EPOLLOUT : EPOLLIN,
                             .data.ptr = c};
    (void)r;
    return c->sent < c->n_out ? epoll_ctl(r->ep, EPOLL_CTL_MOD, c->fd, &ev) : 0;
}

static int ask(struct run *r, struct con *c, double due)
{
    const struct load *l = r->l;
    char id[32], psn[64];
    const struct body *m = &l->messages->at[draw(r) % l->messages->n];
    struct span body = m->text;
    unsigned turn = (unsigned)(draw(r) % l->times);
    int n = snprintf(psn, sizeof psn, turn ? "%s-%04u" : "%s", l->psn[draw(r) % l->n_psn], turn);
    memset(psn + n, ' ', sizeof psn - (size_t)n);
    snprintf(id, sizeof id, "B%019llu", (unsigned long long)r->next++);
    int head = snprintf(c->out, 512,
                        "POST /fsi/%.4s HTTP/1.1\r\nHost: localhost\r\nX-Huji-Key: %s\r\n"
                        "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n",
                        body.p + sizeof "{\"infno\":\"" - 1, l->key, body.n);
    memcpy(c->out + head, body.p, body.n);
    for (uint32_t i = 0; i < m->n_id; i++)
        memcpy(c->out + head + m->id[i], id, sizeof PLACE_ID - 1);
    memcpy(c->out + head + m->psn, psn, sizeof PLACE_PSN - 1);
    c->n_out = (size_t)head + body.n;
    c->sent = c->n_in = 0;
    c->due = due;
    c->asked = r->l->stages ? now() : 0;
    return push(r, c);
}

/* 1: the answer is whole; 0: not yet; -1: gone. */
static int pull(struct run *r, struct con *c)
{
    ssize_t k = recv(c->fd, c->in + c->n_in, IN_BYTES - c->n_in, 0);
    if (k < 0 && (errno == EAGAIN || errno == EINTR))
        return 0;
    if (k <= 0)
        return -1;
    c->n_in += (size_t)k;
    c->in[c->n_in] = 0;
    char *end = memmem(c->in, c->n_in, "\r\n\r\n", 4);
    char *length = end ? memmem(c->in, (size_t)(end - c->in), "Content-Length:", 15) : NULL;
    if (!end || !length)
        return 0;
    size_t body = strtoull(length + 15, NULL, 10), have = c->n_in - (size_t)(end + 4 - c->in);
    if (have < body)
        return 0;
    char *all = c->in + c->n_in;
    r->bytes += body;
    r->bad += !memmem(end, (size_t)(all - end), "\"infcode\": 0", 12) ||
              memmem(end, (size_t)(all - end), "HJ41", 4) ||
              strncmp(c->in, "HTTP/1.1 200", 12) != 0;
    for (char *p = end; (p = memmem(p, (size_t)(all - p), "\"jr_id\"", 7)); p += 7)
        r->findings++;
    return 1;
}

/* "X-Huji-Stages: 1 2 3 ...": the server's clock is ours. */
static int note_stages(struct run *r, const struct con *c, double t)
{
    static const char name[] = "X-Huji-Stages: ";
    const char *p = memmem(c->in, c->n_in, name, sizeof name - 1);
    if (mem_grow(&r->stage, &r->cap_stage, r->n_took + 1, sizeof *r->stage) < 0)
        return -1;
    struct stages *s = &r->stage[r->n_took];
    double last = c->asked;
    *s = (struct stages){.took = {(float)((c->asked - c->due) * 1e3)},
                         .all = (float)((t - c->due) * 1e3)};
    p = p ? p + sizeof name - 1 : "";
    for (int i = 0; i < STAGES; i++) {
        char *end;
        double at = (double)strtoll(p, &end, 10) / 1e9;
        p = end;
        if (at > 0) { /* a stage that `parse` has not lasts no time */
            s->took[i + 1] = (float)((at - last) * 1e3);
            last = at;
        }
    }
    s->took[STEPS - 1] = (float)((t - last) * 1e3);
    return 0;
}

static int took(struct run *r, const struct con *c)
{
    double t = now(), seconds = t - c->due;
    if (r->l->stages && note_stages(r, c, t) < 0)
        return -1;
    if (mem_grow(&r->took, &r->cap_took, r->n_took + 1, sizeof *r->took) < 0)
        return -1;
    r->took[r->n_took++] = (float)(seconds * 1e3);
    return 0;
}

static int cmp_float(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

static int wait_for(struct run *r, struct epoll_event *ev, int most, double seconds)
{
    struct timespec t = {.tv_sec = (time_t)seconds};
    t.tv_nsec = (long)((seconds - (double)t.tv_sec) * 1e9);
    return epoll_pwait2(r->ep, ev, most, &t, NULL);
}

static int go(struct run *r, struct err *e)
{
    const struct load *l = r->l;
    struct epoll_event ev[64];
    double begin = now(), end = begin + l->seconds;
    uint64_t due = 0; /* with a rate: how many were */
    int busy = 0;
    for (;;) {
        double t = now();
        bool open = t < end;
        while (open) {
            double at = l->rate > 0 ? begin + (double)due / l->rate : t;
            struct con *c = at <= t && r->n_idle ? r->idle[--r->n_idle] : NULL;
            if (!c)
                break;
            if (ask(r, c, at) < 0)
                return err_errno(e, "发不出去");
            due++;
            busy++;
        }
        if (!open && !busy)
            return 0;
        if (t > end + 30)
            return err_set(e, ERR_STATE, "%d 条没有回答", busy);
        /* Until the next is due, to the microsecond; where all connections wait for answers, until one comes: to look again and again
         * would take a processor from the server just when it is behind. */
        double wait = l->rate > 0 && open && r->n_idle ? begin + (double)due / l->rate - now()
                                                       : 0.1;
        int n = wait_for(r, ev, 64, wait > 0 ? wait : 0);
        for (int i = 0; i < n; i++) {
            struct con *c = ev[i].data.ptr;
            int rc = ev[i].events & EPOLLOUT ? push(r, c) : 0;
            if (rc == 0 && ev[i].events & EPOLLIN)
                rc = pull(r, c);
            if (rc < 0)
                return err_errno(e, "连接断了");
            if (rc == 1) {
                r->idle[r->n_idle++] = c;
                busy--;
                if (took(r, c) < 0)
                    return err_nomem(e);
            }
        }
    }
}

int load_run(const struct load *l, struct load_result *out, struct err *e)
{
    struct run *r = mem_calloc(1, sizeof *r);
    struct rusage u[2];
    if (!r)
        return err_nomem(e);
    r->l = l;
    r->ep = epoll_create1(EPOLL_CLOEXEC);
    r->next = l->seed;
    r->random = l->seed;
    int rc = 0;
    for (int i = 0; i < MOST_CONNECTIONS; i++)
        r->con[i].fd = -1;
    for (int i = 0; i < l->connections && rc == 0; i++)
        rc = connect_one(r, r->idle[r->n_idle++] = &r->con[i], e);
    getrusage(RUSAGE_SELF, &u[0]);
    if (l->rate > 0) /* what comes from outside is not held up by what the server does */
        slice_short();
    double t = now();
    if (rc == 0)
        rc = go(r, e);
    t = now() - t;
    slice_usual();
    getrusage(RUSAGE_SELF, &u[1]);
    *out = (struct load_result){.sent = r->n_took,
                                .stage = r->stage,
                                .bad = r->bad,
                                .findings = r->findings,
                                .bytes = r->bytes,
                                .per_second = (double)r->n_took / t};
    for (int i = 0; i < 2; i++)
        out->cpu += (i ? 1 : -1) * ((double)(u[i].ru_utime.tv_sec + u[i].ru_stime.tv_sec) +
                                    (double)(u[i].ru_utime.tv_usec + u[i].ru_stime.tv_usec) / 1e6);
    if (r->n_took) {
        qsort(r->took, r->n_took, sizeof *r->took, cmp_float);
        out->p50 = r->took[r->n_took / 2];
        out->p99 = r->took[r->n_took * 99 / 100];
        out->worst = r->took[r->n_took - 1];
    }
    for (int i = 0; i < l->connections; i++) {
        if (r->con[i].fd >= 0)
            close(r->con[i].fd);
        mem_free(r->con[i].out);
        mem_free(r->con[i].in);
    }
    close(r->ep);
    mem_free(r->took);
    mem_free(r);
    return rc;
}
