/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "base/nudge.h"

#include <pthread.h>
#include <sched.h>
#include <unistd.h>

/* One at a time: who read where a thread may run while another moves it would keep it there for good. */
static pthread_mutex_t moving = PTHREAD_MUTEX_INITIALIZER;

void nudge(pid_t tid)
{
    cpu_set_t may, here;
    int cpu = sched_getcpu();

    if (cpu < 0 || cpu >= CPU_SETSIZE || pthread_mutex_trylock(&moving) != 0)
        return;
    CPU_ZERO(&here);
    CPU_SET((unsigned)cpu, &here);
    if (sched_getaffinity(tid, sizeof may, &may) == 0 && CPU_ISSET((unsigned)cpu, &may) &&
        CPU_COUNT(&may) > 1 && sched_setaffinity(tid, sizeof here, &here) == 0)
        sched_setaffinity(tid, sizeof may, &may);
    pthread_mutex_unlock(&moving);
}

void nudge_home(pthread_t thread, int k)
{
    cpu_set_t may, one;

    if (sched_getaffinity(0, sizeof may, &may) != 0 || k < 0 || k >= CPU_COUNT(&may))
        return;
    for (unsigned cpu = 0; cpu < CPU_SETSIZE; cpu++) {
        if (!CPU_ISSET(cpu, &may) || k-- > 0)
            continue;
        CPU_ZERO(&one);
        CPU_SET(cpu, &one);
        pthread_setaffinity_np(thread, sizeof one, &one); /* where it can't be it runs as before */
        return;
    }
}

void nudge_anywhere(void)
{
    cpu_set_t may;

    if (sched_getaffinity(getpid(), sizeof may, &may) == 0)
        sched_setaffinity(0, sizeof may, &may);
}
