/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "base/mem.h"
#include "claims/store.h"
#include "server/http.h"
#include "server/request.h"
#include "server/server.h"

/* The server's store with a connection of its own: temporary tables and transactions of one worker are not seen by another. */
struct store_view {
    struct store store;
    bool open;
};

struct store_view *store_view_new(void)
{
    return mem_calloc(1, sizeof(struct store_view));
}

void store_view_free(struct store_view *v)
{
    if (v && v->open)
        duckdb_disconnect(&v->store.con);
    mem_free(v);
}

int request_store(struct request *r, struct store **out, struct err *e)
{
    struct store_view *v = r->view;
    int rc;

    if (!v)
        return err_nomem(e);
    if (!v->open) {
        v->store = *r->server->store;
        v->store.con = NULL;
        rc = store_connect(r->server->store, &v->store.con, e);
        if (rc)
            return rc;
        v->open = true;
    }
    *out = &v->store;
    return 0;
}
