/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Rows as DuckDB produces them, without a copy of the whole result; and on top of it the fee lines, person by person.
 * A stream has a connection of its own (a second query there would end it without a word), is used by one thread, and
 * must be closed before anything is written to the store.
 */
#ifndef HUJI_CLAIMS_STREAM_H
#define HUJI_CLAIMS_STREAM_H

#include <stdint.h>

#include "base/err.h"
#include "claims/frame.h"

struct stream;
/* Columns must be INTEGER or BIGINT. Owns: stream_close. */
int stream_open(struct store *s, const char *sql, struct stream **out, struct err *e);
/* The next rows, their number or negative; 0 = the end. data[i] is the column's array, missing values as HUJI_NONE*.
 * Valid until the next call. */
int64_t stream_next(struct stream *st, void **data, struct err *e);
size_t stream_columns(const struct stream *st);
int stream_width(const struct stream *st, size_t column); /* 4 or 8 */
/* Columns of any type, and the chunks as they come (valid until the next call; NULL = the end). */
int stream_open_any(struct store *s, const char *sql, struct stream **out, struct err *e);
int stream_raw(struct stream *st, duckdb_data_chunk *out, struct err *e);
void stream_close(struct stream *st);

/* Complete persons: person k has the rows first[k] .. first[k + 1] - 1, months in order, each in stored order. */
struct line_chunk {
    size_t n_rows, n_cols;
    const struct column *col; /* as the fields were asked for */
    size_t n_persons;
    const int32_t *person; /* psn_no */
    const uint32_t *first; /* n_persons + 1 */
};

/* Not 0: stop, and lines_stream returns it. */
typedef int lines_fn(void *ctx, const struct line_chunk *chunk, struct err *e);

/* All lines of the persons lo <= psn_no < hi. `fields`: indices into huji_sources[S_LINE].fields. May run on several
 * threads at once, on different persons (store_threads: 1 meanwhile). Every row is accounted for: a short read is an error. */
int lines_stream(struct store *s, const int *fields, size_t n, int32_t lo, int32_t hi, lines_fn *fn,
                 void *ctx, struct err *e);

struct line_range {
    int32_t lo, hi;
    int64_t rows;
};
/* Cuts all persons into at most `n` ranges of about as many lines each. Returns how many, or negative. */
int lines_ranges(struct store *s, size_t n, struct line_range *out, struct err *e);
/* Of small ranges one behind the other: `parts` of them become one, but the last `last` stay as they are, for even work at
 * the end. Returns how many. */
size_t line_ranges_join(struct line_range *r, size_t n, size_t parts, size_t last);

#endif
