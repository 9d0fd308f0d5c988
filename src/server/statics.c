/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "server/statics.h"

#define ZLIB_CONST
#include <string.h>
#include <zlib.h>

#include "base/mem.h"
#include "server/http.h"
#include "server/request.h"

static const struct static_file *find(const char *path)
{
    for (size_t i = 0; i < n_static_files; i++)
        if (strcmp(static_files[i].path, path) == 0)
            return &static_files[i];
    return NULL;
}

static bool unpack(struct request *r, const struct static_file *f)
{
    z_stream z = {0};
    char *out = mem_alloc(f->whole + 1);
    bool ok = out && inflateInit2(&z, 15 + 16) == Z_OK;

    if (ok) {
        z.next_in = (z_const Bytef *)f->bytes;
        z.avail_in = (uInt)f->n;
        z.next_out = (Bytef *)out;
        z.avail_out = (uInt)f->whole + 1;
        ok = inflate(&z, Z_FINISH) == Z_STREAM_END && z.total_out == f->whole;
        inflateEnd(&z);
    }
    if (!ok) {
        mem_free(out);
        return false;
    }
    r->reply.body = out;
    r->reply.n = f->whole;
    return true;
}

bool statics_answer(struct request *r)
{
    const struct static_file *f = find(r->path);
    const char *name = strrchr(r->path, '/');
    bool packed;

    /* The page's own addresses (/clues/...) are all index.html; what looks like a file is not. */
    if (!f && !strchr(name ? name : "", '.'))
        f = find("/index.html");
    if (!f)
        return false;
    packed = f->gzip && r->accept_encoding && strstr(r->accept_encoding, "gzip");
    if (f->gzip && !packed) {
        if (!unpack(r, f))
            return false;
    } else if (reply_text(r, 200, f->type, (const char *)f->bytes, f->n, NULL)) {
        return false;
    }
    if (packed)
        r->reply.encoding = "gzip";
    r->reply.status = 200;
    r->reply.type = f->type;
    r->reply.etag = f->etag;
    reply_header(r, "Cache-Control",
                 strncmp(f->path, "/assets/", 8) == 0 ? "public, max-age=31536000, immutable"
                                                      : "no-cache");
    return true;
}
