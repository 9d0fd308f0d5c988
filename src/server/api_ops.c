/* SPDX-License-Identifier: MulanPSL-2.0 */
/* /healthz: the process answers. /ready: it can work. */
#include "server/routes.h"
#include "server/server.h"

static int healthz(struct request *r, struct err *e)
{
    return reply_text(r, 200, "text/plain; charset=utf-8", "ok\n", 3, e);
}

static int ready(struct request *r, struct err *e)
{
    int64_t n = 0;
    int rc = cw_get_int(r->db, 0, &n, e, "select count(*) from migration", CW_NONE);

    if (rc)
        return reply_no_database(r, e);
    if (atomic_load(&r->server->stopping))
        return reply_problem(r, 503, "正在停止", "", NULL);
    return reply_text(r, 200, "text/plain; charset=utf-8", "ready\n", 6, e);
}

const struct route routes_ops[] = {
    {"GET", "/healthz", NULL, ROUTE_PUBLIC, healthz, "进程是否活着", NULL, NULL},
    {"GET", "/ready", NULL, ROUTE_PUBLIC, ready, "是否可以工作", NULL, NULL},
    {0},
};
