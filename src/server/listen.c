/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "server/listen.h"

#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/span.h"

int listen_address(const char *listen, struct sockaddr_storage *out, struct err *e)
{
    struct addrinfo hints = {.ai_family = AF_UNSPEC,
                             .ai_socktype = SOCK_STREAM,
                             .ai_flags = AI_PASSIVE | AI_NUMERICHOST | AI_NUMERICSERV};
    struct addrinfo *found = NULL;
    const char *colon = strrchr(listen, ':'), *port = colon ? colon + 1 : listen;
    char host[128] = "0.0.0.0";

    if (colon) {
        bool bracket = listen[0] == '[' && colon > listen + 1 && colon[-1] == ']';

        snprintf(host, sizeof host, "%.*s", (int)(colon - listen - (bracket ? 2 : 0)),
                 listen + bracket);
    }
    if (getaddrinfo(host, port, &hints, &found) != 0) {
        err_set(e, ERR_USAGE, "--listen %s 不是地址", listen);
        err_hint(e, "例如 127.0.0.1:8443、[::1]:8443、0.0.0.0:8443");
        return ERR_USAGE;
    }
    memcpy(out, found->ai_addr, found->ai_addrlen);
    freeaddrinfo(found);
    return 0;
}

char *listen_file(const char *path, struct err *e)
{
    struct buf b = BUF_INIT;
    char piece[4096];
    size_t n;
    FILE *f = fopen(path, "re");

    if (!f) {
        err_errno(e, "打不开 %s", path);
        return NULL;
    }
    while ((n = fread(piece, 1, sizeof piece, f)) > 0 && b.n < (1u << 20))
        buf_add(&b, piece, n);
    fclose(f);
    if (b.failed || !b.n) {
        err_set(e, ERR_INPUT, "%s 是空的", path);
        buf_release(&b);
        return NULL;
    }
    return b.p;
}
