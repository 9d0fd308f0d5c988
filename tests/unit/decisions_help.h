/* SPDX-License-Identifier: MulanPSL-2.0 */
/* For tests of what is kept: decision i, kept and found again. */
#ifndef HUJI_TESTS_DECISIONS_HELP_H
#define HUJI_TESTS_DECISIONS_HELP_H

#include <stdio.h>
#include <string.h>

#include "base/span.h"
#include "check/body_mark.h"
#include "check/decisions.h"

#define BODY SPAN("{\"a\": 1}")

static inline void kept_done(void *ctx, int rc, const struct err *why)
{
    (void)why;
    *(int *)ctx = rc;
}

static inline void kept_leave(void *ctx)
{
    (void)ctx;
}

/* What it was told: 0 it is on disk, 1 it was before, negative it is not. -1: not even that. */
static inline int keep_one(struct decisions *d, int i)
{
    char msgid[32], mark[BODY_MARK + 1], key[DECISION_KEY];
    int rc = -1;
    struct buf answer = BUF_INIT;
    struct keeping k = {.key = key,
                        .mark = mark,
                        .record = SPAN("{\"findings\": []}"),
                        .answer = &answer,
                        .done = kept_done,
                        .leave = kept_leave,
                        .ctx = &rc};
    body_mark(BODY, mark);
    snprintf(msgid, sizeof msgid, "M%d", i);
    decisions_key(SPAN("H1"), SPAN("3101"), span_of(msgid), key);
    buf_fmt(&answer, "{\"infcode\": 0, \"no\": %d}", i);
    if (decisions_keep(d, &k, NULL) == 0)
        decisions_drain(d);
    buf_release(&answer);
    return rc;
}

static inline bool kept(struct decisions *d, int i)
{
    char msgid[32], want[64], key[DECISION_KEY];
    struct buf answer = BUF_INIT;
    snprintf(msgid, sizeof msgid, "M%d", i);
    snprintf(want, sizeof want, "{\"infcode\": 0, \"no\": %d}", i);
    decisions_key(SPAN("H1"), SPAN("3101"), span_of(msgid), key);
    int rc = decisions_find(d, key, BODY, &answer, NULL);
    bool ok = rc == 1 && strcmp(buf_cstr(&answer), want) == 0;
    buf_release(&answer);
    return ok;
}

#endif
