/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "server/readers.h"

#include <unistd.h>

#include "base/nudge.h"

/* A reader that can run has its turn within its neighbours' slices of a tenth of a millisecond (base/slice.h). */
enum { TOO_LONG = 700000 };

struct reader *readers_self(struct readers *r)
{
    static _Thread_local struct reader *mine;
    static _Thread_local struct readers *of;
    int i;

    if (of == r)
        return mine;
    of = r;
    i = atomic_load(&r->n);
    while (i < SERVER_READERS && !atomic_compare_exchange_weak(&r->n, &i, i + 1))
        continue;
    mine = i < SERVER_READERS ? &r->at[i] : NULL;
    if (mine)
        mine->tid = gettid();
    return mine;
}

void reader_gets(struct reader *r, int64_t now)
{
    int64_t none = 0;

    if (r)
        atomic_compare_exchange_strong(&r->given, &none, now);
}

void reader_runs(struct reader *r)
{
    if (r)
        atomic_store_explicit(&r->given, 0, memory_order_relaxed);
}

void readers_fetch(struct readers *r, int64_t now)
{
    for (int i = 0; i < SERVER_READERS; i++) {
        int64_t since = atomic_load_explicit(&r->at[i].given, memory_order_relaxed);

        if (since && now - since > TOO_LONG &&
            atomic_compare_exchange_strong(&r->at[i].given, &since, now))
            nudge(r->at[i].tid);
    }
}
