/* SPDX-License-Identifier: MulanPSL-2.0 */
/* What the server does by the clock: backups, and what a retention has ended. Asked by the thread of jobs when it has nothing to do. */
#ifndef HUJI_SERVER_TIMER_H
#define HUJI_SERVER_TIMER_H

struct server;
struct cw;

/* Queues what is due. A failure is logged and tried again later. */
void timer_tick(struct server *s, struct cw *db);

#endif
