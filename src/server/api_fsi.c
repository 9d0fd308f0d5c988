/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Hospitals' systems: the national transactions 3101, 3102, 3103, 9001, 9002. The envelope carries success and failure. */
#include <string.h>

#include "base/mem.h"
#include "server/live.h"
#include "server/route.h"
#include "server/routes.h"
#include "server/server.h"
#include "server/traffic.h"

/* One message from its reading to its answer; lives with the request. */
struct one {
    struct live_later later; /* first: live.c gives it back */
    struct request *r;
    struct live_told told;
    struct buf answer;
    const char *infno;
    int64_t began;
};

static void count(const struct one *x)
{
    struct server *s = x->r->server;

    if (x->told.skipped)
        atomic_fetch_add(&s->live_skipped, 1);
    else
        atomic_fetch_add(&s->live_answered, 1);
    traffic_note(s->traffic, &(struct one_call){.inst = x->told.inst,
                                                .infno = x->infno,
                                                .test = x->told.test,
                                                .refused = x->told.refused,
                                                .orders = x->told.orders,
                                                .reminded = x->told.reminded,
                                                .micros = traffic_clock() - x->began,
                                                .why = x->told.why});
}

static int reply(struct one *x, struct err *e)
{
    return reply_buf(x->r, 200, "application/json; charset=utf-8", &x->answer, e);
}

/* It is on disk, or could not be written. */
static void told(struct live_later *later)
{
    struct one *x = (struct one *)later;
    struct err e = {0};
    const struct keeping *k = &later->keeping;

    x->r->stage[STAGE_JUDGED] = k->added;
    x->r->stage[STAGE_WRITE] = k->began;
    x->r->stage[STAGE_DURABLE] = k->durable;
    if (reply(x, &e) < 0)
        reply_problem(x->r, 500, "服务器出错", "内存不足", NULL);
    count(x);
    buf_release(&x->answer);
    request_ready(x->r);
}

static void leave(struct live_later *later)
{
    request_answered(((struct one *)later)->r);
}

static int answer(struct request *r, struct err *e)
{
    enum { ANSWER_BYTES = 4000 };
    struct one *x = arena_calloc(&r->arena, sizeof *x);
    struct live_call call = {.infno = strrchr(r->path, '/') + 1,
                             .who = {.key = r->machine_key ? r->machine_key : "",
                                     .certificate = r->shown,
                                     .source = r->source},
                             .body = {r->body ? r->body : "", r->body_n},
                             .late = r->late,
                             .db = r->db};
    int rc;

    if (!x)
        return err_nomem(e);
    x->later.done = told;
    x->later.leave = leave;
    x->r = r;
    x->infno = call.infno;
    x->began = traffic_clock();
    buf_reserve(&x->answer, ANSWER_BYTES);
    rc = live_answer(r->server->live, &call, r->scratch, &x->answer, &x->told, &x->later, e);
    if (rc == 1)
        return REQUEST_LATER;
    if (!rc)
        rc = reply(x, e);
    if (!rc)
        count(x);
    buf_release(&x->answer);
    return rc;
}

const struct route routes_fsi[] = {
    {"POST", "/fsi/3101", NULL, ROUTE_PUBLIC | ROUTE_RAW | ROUTE_LIVE, answer,
     "事前审核（国家接口 3101）", NULL, NULL},
    {"POST", "/fsi/3102", NULL, ROUTE_PUBLIC | ROUTE_RAW | ROUTE_LIVE, answer,
     "事中审核（国家接口 3102）", NULL, NULL},
    {"POST", "/fsi/3103", NULL, ROUTE_PUBLIC | ROUTE_RAW | ROUTE_LIVE, answer,
     "医师的处理（国家接口 3103）", NULL, NULL},
    {"POST", "/fsi/9001", NULL, ROUTE_PUBLIC | ROUTE_RAW | ROUTE_LIVE, answer,
     "签到（国家接口 9001）", NULL, NULL},
    {"POST", "/fsi/9002", NULL, ROUTE_PUBLIC | ROUTE_RAW | ROUTE_LIVE, answer,
     "签退（国家接口 9002）", NULL, NULL},
    {0},
};
