/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * The threads of libmicrohttpd that read and write. Each serves its own connections, so that one which does not come although answers
 * wait for it holds up all of them: who works meanwhile sees that, and fetches it (base/nudge.h).
 */
#ifndef HUJI_SERVER_READERS_H
#define HUJI_SERVER_READERS_H

#include <stdatomic.h>
#include <stdint.h>
#include <sys/types.h>

#include "server/server.h"

struct reader {
    pid_t tid;
    _Atomic int64_t given; /* since when an answer waits for it; 0: none */
};

struct readers {
    struct reader at[SERVER_READERS];
    atomic_int n; /* of those that were seen */
};

/* The calling thread's own; NULL: there are more than expected. */
struct reader *readers_self(struct readers *r);
/* An answer is given to it; any thread. NULL allowed. */
void reader_gets(struct reader *r, int64_t now);
/* It runs; itself. NULL allowed. */
void reader_runs(struct reader *r);
/* Fetches who has not come for too long. Costs next to nothing when all are well. */
void readers_fetch(struct readers *r, int64_t now);

#endif
