/* SPDX-License-Identifier: MulanPSL-2.0 */
/* What the port is opened with. */
#ifndef HUJI_SERVER_LISTEN_H
#define HUJI_SERVER_LISTEN_H

#include <sys/socket.h>

#include "base/err.h"

/* 8443, 127.0.0.1:8443 or [::1]:8443. Errors: ERR_USAGE. */
int listen_address(const char *listen, struct sockaddr_storage *out, struct err *e);
/* A certificate's or key's file, whole, NUL-ended. Owns: mem_free. NULL: ERR_INPUT it is empty, or it can't be read. */
char *listen_file(const char *path, struct err *e);

#endif
