/* SPDX-License-Identifier: MulanPSL-2.0 */
#define ZLIB_CONST
#include <string.h>
#include <zlib.h>

#include "base/mem.h"
#include "base/sha.h"
#include "server/call.h"

#define WORTH 1024

static bool is_text(const char *type)
{
    return type && (strncmp(type, "text/", 5) == 0 || strstr(type, "json") ||
                    strstr(type, "javascript") || strstr(type, "svg"));
}

/* A secret and something the sender chose, compressed together, tell the secret by their length (BREACH): not this one. */
static bool holds_secret(const struct request *r)
{
    return strcmp(r->path, "/api/session") == 0;
}

static void gzip(struct request *r)
{
    struct reply *p = &r->reply;
    z_stream z = {0};
    uLong most;
    char *out;

    if (deflateInit2(&z, 5, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        return;
    most = deflateBound(&z, p->n);
    out = mem_alloc(most);
    if (out) {
        z.next_in = (z_const Bytef *)p->body;
        z.avail_in = (uInt)p->n;
        z.next_out = (Bytef *)out;
        z.avail_out = (uInt)most;
        if (deflate(&z, Z_FINISH) == Z_STREAM_END) {
            mem_free(p->body);
            p->body = out;
            p->n = z.total_out;
            p->encoding = "gzip";
            out = NULL;
        }
        mem_free(out);
    }
    deflateEnd(&z);
}

/* A hospital's answer is not worth it: a doctor waits, and the thread that keeps decisions sends it off. */
void reply_finish(struct request *r)
{
    struct reply *p = &r->reply;
    bool get = strcmp(r->method, "GET") == 0 || strcmp(r->method, "HEAD") == 0;

    if (get && p->status == 200 && p->body && !p->etag) {
        char hex[33];

        sha256_hex((struct span){p->body, p->n}, 16, hex);
        p->etag = arena_fmt(&r->arena, "\"%s\"", hex);
    }
    if (p->etag && p->status == 200 && r->if_none_match && strstr(r->if_none_match, p->etag)) {
        mem_free(p->body);
        p->body = NULL;
        p->n = 0;
        p->status = 304;
        return;
    }
    if (p->body && p->n >= WORTH && p->n < UINT32_MAX && !p->encoding && is_text(p->type) &&
        !holds_secret(r) && !(r->route && r->route->flags & ROUTE_LIVE) && r->accept_encoding &&
        strstr(r->accept_encoding, "gzip"))
        gzip(r);
}
