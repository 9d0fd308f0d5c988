/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Between spool.c (putting aside), spool_read.c (reading back) and spool_pack.c (columns in few bytes). */
#ifndef HUJI_CLAIMS_SPOOL_PRIV_H
#define HUJI_CLAIMS_SPOOL_PRIV_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "claims/spool.h"

/* A chunk is what a part has filled: a stripe per column, then the columns' bits of NULLs. */
enum { ROWS = 2048, NULL_BYTES = ROWS / 8, MAX_OPEN = 64, MAX_SPOOLED = 64 };

struct spool_column {
    char name[64];
    duckdb_type type;
    size_t width, at; /* of the stripe in an open chunk */
};

/* A stripe as written: differences from the least value, as wide as they must be; its bits of NULLs behind it. */
struct stripe {
    uint64_t base;
    uint64_t at; /* in the file */
    uint8_t width;
    bool nulls, empty; /* some are NULL, all are */
};

struct chunk {
    struct stripe *stripe; /* of each column */
    int32_t part;
    uint32_t n;
};

struct open_chunk {
    int32_t part;
    uint32_t n;
    uint64_t nulls; /* columns with a NULL */
    char *data;
};

/* Chunks being filled by one thread. */
struct writer {
    struct writer *next;
    struct open_chunk open[MAX_OPEN];
    size_t n_open, last;
    char *packed; /* what is written of a chunk */
};

struct spool {
    int fd, threads;
    struct spool_column col[MAX_SPOOLED];
    size_t n_cols, nulls_at, chunk_bytes;
    _Atomic uint64_t end;
    _Atomic int why; /* errno of the first failure */
    pthread_mutex_t lock;
    struct writer *idle;
    struct chunk *chunk;
    size_t n, cap;
};

/* Packs a chunk to `to`, which has room for `chunk_bytes`; how many bytes. out[].at: from its begin on. */
size_t spool_pack(const struct spool *s, const struct open_chunk *o, struct stripe *out, char *to);
/* n values of a column whose own width is `width`. */
void spool_unpack(const struct stripe *k, size_t width, size_t n, const char *from, char *to);

duckdb_state spool_register_reader(duckdb_connection con);

#endif
