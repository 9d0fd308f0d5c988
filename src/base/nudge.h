/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * A thread that was woken can stand behind another one that nobody makes give way (threads of Linux's own run for milliseconds
 * at times), while the processor of the caller has time for it: the system moves it only when it finds a processor idle for long. Who
 * notices that it does not come puts it on his own.
 */
#ifndef HUJI_BASE_NUDGE_H
#define HUJI_BASE_NUDGE_H

#include <pthread.h>
#include <sys/types.h>

/* Thread `tid` of this process goes to the caller's processor, when it may run there; where it may run stays as it is. Of a
 * thread that is asleep or runs nothing changes but, perhaps, the processor. Returns at once when another nudge is under way. */
void nudge(pid_t tid);

/* The thread stays on the k-th (from 0) of the processors that the caller may run on; where there are not so many it runs where it
 * did. For as many threads of equal work as there are processors: else two of them share one for a while, and the other idles. */
void nudge_home(pthread_t thread, int k);

/* The calling thread may run wherever the process's first one may: it was begun by a thread with a home, and a thread is begun with what
 * its maker has. */
void nudge_anywhere(void);

#endif
