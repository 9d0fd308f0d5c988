/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Messages sent over keep-alive connections from one thread: as fast as they are answered, or at a fixed rate. */
#ifndef HUJI_BENCH_LIVE_LOAD_H
#define HUJI_BENCH_LIVE_LOAD_H

#include "base/err.h"
#include "base/span.h"
#include "server/request.h"

/* A body, and where in it a number or a person is to be written: looked up once, so that the load takes little of the processors
 * that it shares with the server. */
enum { MOST_PLACES = 80 };
struct body {
    struct span text;
    uint32_t id[MOST_PLACES], psn;
    uint32_t n_id;
};
struct messages {
    struct buf text;
    struct body *at; /* with the places of live_messages.py */
    size_t n;
};
int messages_read(const char *path, struct messages *out, struct err *e);
void messages_release(struct messages *m);

struct load {
    int port, connections;
    const struct messages *messages;
    const char *const *psn; /* who is drawn from: psn[i] or psn[i]-NNNN, NNNN < times */
    size_t n_psn;
    unsigned times;
    const char *key;
    double seconds, rate; /* rate 0: as fast as it goes */
    uint64_t seed;        /* message numbers begin here */
    bool stages;          /* the server says where each message was: struct stages */
};
/* Of a message, in order: how long until it was sent, its head was there, ... , its answer was read (milliseconds). */
enum { STEPS = STAGES + 2 };
struct stages {
    float took[STEPS], all;
};
struct load_result {
    double per_second, p50, p99, worst; /* milliseconds; with a rate from when it was due */
    uint64_t sent, bad, findings, bytes;
    double cpu;           /* seconds of this process */
    struct stages *stage; /* sent of them; the caller's (mem_free) */
};
int load_run(const struct load *l, struct load_result *out, struct err *e);
/* Where all messages, and the slowest hundredth, were how long: a table on stdout. Sorts them. */
void stages_print(struct stages *s, size_t n);

#endif
