/* SPDX-License-Identifier: MulanPSL-2.0 */
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "live_load.h"

static const char *const step[STEPS] = {
    "load: sent late",
    "network, head read",
    "body read",
    "waits for a judge",
    "judged",
    "waits for the write",
    "write and sync",
    "waits for its answer",
    "others' answers made ready",
    "waits for the sender",
    "network, load reads it",
};

static int by_all(const void *a, const void *b)
{
    float x = ((const struct stages *)a)->all, y = ((const struct stages *)b)->all;
    return (x > y) - (x < y);
}

static int by_float(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

static double mean(const struct stages *s, size_t n, int i)
{
    double sum = 0;
    for (size_t k = 0; k < n; k++)
        sum += (double)(i < 0 ? s[k].all : s[k].took[i]);
    return n ? sum / (double)n : 0;
}

void stages_print(struct stages *s, size_t n)
{
    float *one = mem_alloc((n + 1) * sizeof *one);
    size_t slow = n / 100;
    if (!one || !slow) {
        mem_free(one);
        return;
    }
    qsort(s, n, sizeof *s, by_all);
    printf("    %-28s %10s %10s %12s   ms\n", "", "mean", "own p99", "slowest 1 %");
    for (int i = 0; i < STEPS; i++) {
        for (size_t k = 0; k < n; k++)
            one[k] = s[k].took[i];
        qsort(one, n, sizeof *one, by_float);
        printf("    %-28s %10.3f %10.3f %12.3f\n", step[i], mean(s, n, i),
               (double)one[n - 1 - slow], mean(s + n - slow, slow, i));
    }
    printf("    %-28s %10.3f %10.3f %12.3f\n", "in all", mean(s, n, -1),
           (double)s[n - 1 - slow].all, mean(s + n - slow, slow, -1));
    mem_free(one);
}
