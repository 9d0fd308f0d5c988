/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "base/crew.h"

#include <pthread.h>

#include "base/limits.h"

void crew_run(void *(*fn)(void *), void *part, size_t n, size_t size)
{
    pthread_t thread[MAX_THREADS];
    size_t started = 1;
    for (; started < n && started < MAX_THREADS; started++)
        if (pthread_create(&thread[started], NULL, fn, (char *)part + started * size) != 0)
            break;
    fn(part);
    for (size_t i = 1; i < started; i++)
        pthread_join(thread[i], NULL);
}
