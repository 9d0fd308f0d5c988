/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * What leaves the house as a file. Every download of business data goes through here: it is audited with its number of rows, above
 * export_rows rows of personal data a second person must agree (casework/approval.h), and the file carries who took it, when, and the
 * audit chain's short code (print it with the mark: papers/docx.h, papers/form.h, worksheet_set_footer).
 *
 * A resource with many rows lists its handler twice: GET is the download (with ?approval=N when that was needed), POST on the
 * same path with the same query and {"reason": ".."} asks for the second person.
 */
#ifndef HUJI_SERVER_EXPORT_H
#define HUJI_SERVER_EXPORT_H

#include "server/request.h"
#include "server/route.h"

struct export_mark {
    char text[360]; /* "张三（zhangsan） 2026-12-01 10:20:30 导出 护基 校验码 123-1a2b.." */
};

struct export_of {
    const char *act;    /* of the audit row: "clue.export" */
    const char *object; /* "clues" */
    const char *title;  /* "疑点线索台账" */
    const char *
        path; /* whose approval counts, when this is another way to the same rows: then a POST takes, and does not ask. NULL: the
                         request's own */
    int64_t rows;
    bool
        personal; /* holds what belongs to persons: above export_rows rows needs the second person */
};

/* Asks, checks, audits. *answered: the request has its answer (a request for a second person was opened, or the refusal that says
 * one is needed), make no file. */
int export_begin(struct request *r, const struct export_of *x, struct export_mark *mark,
                 bool *answered, struct err *e);

extern const struct route_field export_body[];

#endif
