/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Delimited text as bureaus export it. A file is read twice: csv_open validates its bytes, hashes it, finds its heading
 * and cuts it into blocks at ends of records; the blocks are then parsed by any number of threads (scan.c).
 * Rules: a field that begins with " is quoted, "" in it is one quote, line breaks may stand in it; anywhere else a
 * quote is a character like any other. LF, CRLF and CR end a record. Blank lines are no records.
 */
#ifndef HUJI_CLAIMS_CSV_H
#define HUJI_CLAIMS_CSV_H

#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/progress.h"
#include "base/span.h"

struct csv_field {
    char *p; /* inside the block; csv_unquote may shorten it in place */
    uint32_t n;
    bool escaped; /* has "" inside */
};

enum csv_state {
    CSV_OK,
    CSV_MORE,  /* the record goes on behind `end` */
    CSV_BLANK, /* an empty line */
    CSV_OPEN,  /* a quote that is never closed; the record is the line it begins on */
    CSV_JUNK,  /* characters behind a closing quote; the record is that line */
};

struct csv_record {
    size_t n;     /* fields there are; at most `cap` were stored */
    size_t bytes; /* with its line end */
    uint32_t lines;
};

/* Parses one record from p. `last`: `end` is the end of the file. */
enum csv_state csv_next(char *p, char *end, bool last, char delim, struct csv_field *f, size_t cap,
                        struct csv_record *out);
struct span csv_unquote(struct csv_field *f);

struct csv_block {
    uint64_t at, bytes;
    uint64_t row;  /* records before it, the heading not counted */
    uint64_t line; /* number of its first line, from 1 */
};

struct csv_file {
    const char *path; /* as given; borrowed */
    char *read_path;  /* what to read: `path` or a temporary file in UTF-8 */
    bool temporary;
    const char *encoding;
    char sha256[65]; /* of the file as given */
    uint64_t size;
    char delim;
    struct span *head;
    size_t n_head;
    struct csv_block *block;
    size_t n_block, cap_block;
    uint64_t rows;
    struct arena arena;
};

#define CSV_BLOCK (4u << 20)
#define CSV_RECORD_MAX (16u << 20)

/* `tmp`: where to write the file in UTF-8 if it comes as GBK, GB18030 or UTF-16, by `threads`. Owns: csv_close. */
int csv_open(const char *path, const char *tmp, int threads, struct csv_file *out,
             const struct progress *progress, struct err *e);
void csv_close(struct csv_file *f);

/* Calls `each` for the records `row` (from 0, ascending): its line in the file, its text without the line end. */
typedef void csv_each_fn(void *ctx, size_t i, uint64_t line, struct span raw);
int csv_each(const struct csv_file *f, const int64_t *row, size_t n, csv_each_fn *each, void *ctx,
             struct err *e);

#endif
