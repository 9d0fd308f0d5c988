/* SPDX-License-Identifier: MulanPSL-2.0 */
/* The making of a history file: records_build.c (rows of a store), records_file.c (the file itself). */
#ifndef HUJI_RUN_RECORDS_MAKE_H
#define HUJI_RUN_RECORDS_MAKE_H

#include "base/map.h"
#include "run/records_priv.h"

/* A file being written: PATH.new and PATH.texts, moved into its place by records_end. */
struct records_file {
    char path[RECORDS_PATH], fresh[RECORDS_PATH + 8], aside[RECORDS_PATH + 8];
    int fd, fd_texts;
    struct buf rows, texts; /* not written yet */
    struct buf out;         /* nor these, behind `written` */
    uint64_t written;
    struct records_head head;
    uint64_t *at, *texts_at, *hash; /* by person */
    uint32_t n, cap;
    uint64_t end, rows_end, texts_end;
};
int records_begin(struct records_file *f, const char *path, uint32_t persons, struct err *e);
/* After records_begin, before the first person. */
int records_put_shared(struct records_file *f, struct store *s, struct err *e);
int records_put_shared_bytes(struct records_file *f, struct span bytes, struct err *e);
/* The next person; rows and texts without their checks. */
int records_put_person(struct records_file *f, struct span psn, struct span rows, struct span texts,
                       struct err *e);
/* rc < 0 or no stamp: drops what was written and returns rc. Releases f in any case. */
int records_end(struct records_file *f, const struct records_stamp *stamp, uint64_t lines, int rc,
                struct err *e);

struct own { /* the store's number -> the person's own */
    struct map map;
    int64_t *id;
    size_t n, cap;
};
struct id_texts {
    struct map map;
    struct span *text;
    size_t n, cap;
    struct arena a;
};

#endif
