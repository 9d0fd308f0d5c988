/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Long work: one thread does one job after the other (they all write the claims store). A job's row is in the casework database; what runs
 * is also in memory, for progress and cancelling. After a restart what was queued or running is *interrupted*: each kind of job
 * is a transaction, or can be done again, so nothing is half-done.
 */
#ifndef HUJI_SERVER_JOB_H
#define HUJI_SERVER_JOB_H

#include <jansson.h>

#include "base/progress.h"
#include "casework/audit.h"
#include "server/request.h"

struct job {
    int64_t id;
    struct server *server;
    struct cw *db;       /* the job's own connection */
    struct store *store; /* the server's own: only jobs use this connection */
    const json_t *args;
    struct actor actor;
    struct progress progress; /* hand it down; cancelled() says when to stop */
    json_t *result;           /* an object to fill */
    struct arena arena;
};
/* A line for whoever watches. */
void job_log(struct job *j, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

struct job_kind {
    const char *kind, *title;
    int (*run)(struct job *j, struct err *e);
};
int job_rule_effect(struct job *j, struct err *e); /* job_rule.c */
int job_presence(struct job *j, struct err *e);    /* job_presence.c */
int job_clue_export(struct job *j, struct err *e); /* api_export.c */
/* Queues the checks that are due of answers taken in before a crash. */
int presence_resume(struct cw *db, struct err *e);
/* What an import does, for jobs that made the files themselves (job_kinds.c). */
int job_import_folder(struct job *j, const char *folder, struct err *e);
/* job_backup.c */
int job_backup(struct job *j, struct err *e);
int job_backup_check(struct job *j, struct err *e);
extern const struct job_kind job_kinds[]; /* jobs_kinds.c; kind NULL ends */

struct jobs;
int jobs_start(struct server *s, struct jobs **out, struct err *e);
void jobs_stop(struct jobs *j); /* cancels what runs, waits; NULL allowed */
/* Queues one, with its audit row, and answers 202. Takes `args`. */
int job_submit(struct request *r, const char *kind, json_t *args, struct err *e);
/* The same without a request: a timer's, or the console's (which another process wrote). *id: its number. */
int job_queue(struct cw *db, const struct actor *who, const char *kind, json_t *args, int64_t *id,
              struct err *e);
void jobs_wake(struct jobs *j); /* something was queued: do not wait for the next look */
int job_cancel(struct jobs *j, int64_t id); /* 0, or 1 when it is not running or queued */
/* State of a running job into its row's JSON (percent, step, log). */
void jobs_live(struct jobs *j, int64_t id, json_t *row);

#endif
