/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Hospitals' systems: the national transactions 3101, 3102, 3103, 9001, 9002. The envelope carries success and failure. */
#include <string.h>

#include "base/mem.h"
#include "server/live.h"
#include "server/route.h"
#include "server/routes.h"
#include "server/server.h"
#include "server/traffic.h"

static int answer(struct request *r, struct err *e)
{
    struct live_call call = {.infno = strrchr(r->path, '/') + 1,
                             .key = r->machine_key ? r->machine_key : "",
                             .source = r->source,
                             .body = {r->body ? r->body : "", r->body_n},
                             .late = r->late,
                             .db = r->db};
    struct live_told told;
    struct buf b = BUF_INIT;
    int64_t began = traffic_clock();
    int rc = live_answer(r->server->live, &call, &b, &told, e);

    if (told.skipped)
        atomic_fetch_add(&r->server->live_skipped, 1);
    else
        atomic_fetch_add(&r->server->live_answered, 1);
    if (!rc)
        rc = reply_text(r, 200, "application/json; charset=utf-8", buf_cstr(&b), b.n, e);
    if (!rc)
        traffic_note(r->server->traffic, &(struct one_call){.inst = told.inst,
                                                            .infno = call.infno,
                                                            .test = told.test,
                                                            .refused = told.refused,
                                                            .orders = told.orders,
                                                            .reminded = told.reminded,
                                                            .micros = traffic_clock() - began,
                                                            .why = told.why});
    buf_release(&b);
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
