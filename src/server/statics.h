/* SPDX-License-Identifier: MulanPSL-2.0 */
/* The page's files, built in (embed.py). */
#ifndef HUJI_SERVER_STATICS_H
#define HUJI_SERVER_STATICS_H

#include <stdbool.h>
#include <stddef.h>

struct static_file {
    const char *path, *type;
    const unsigned char *bytes;
    size_t n, whole; /* held bytes; bytes when unpacked */
    bool gzip;       /* held packed */
    const char *etag;
};

extern const struct static_file static_files[];
extern const size_t n_static_files;

#endif
