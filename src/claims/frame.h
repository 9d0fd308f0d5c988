/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Whole tables as arrays, and dictionaries: what an engine keeps in memory while lines stream past it. */
#ifndef HUJI_CLAIMS_FRAME_H
#define HUJI_CLAIMS_FRAME_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "claims/store.h"
#include "engine/source.h"

/* One column: int32_t[] or int64_t[] as ftype_width(type) says; missing is HUJI_NONE32 / HUJI_NONE64. */
struct column {
    enum ftype type;
    union {
        void *data;
        int32_t *i32;
        int64_t *i64;
    };
};

struct column_set {
    struct column *col;
    size_t n_cols, n_rows;
};

/* Fields (indices into huji_sources[id].fields) of all events of a source. `order_by`: SQL behind ORDER BY, NULL = as
 * stored. Owns: column_set_release. */
int frame_load(struct store *s, enum source_id id, const int *fields, size_t n_fields,
               const char *order_by, struct column_set *out, struct err *e);
/* The same of any query of INTEGER and BIGINT columns, such as of a lookup table. */
int frame_query(struct store *s, const char *sql, struct column_set *out, struct err *e);
void column_set_release(struct column_set *c);

/* at[id] is the code, name[id] what people read ({NULL, 0} when there is none). */
struct dict {
    struct span *at, *name;
    size_t n;
    struct arena arena;
};
int dict_load(struct store *s, enum domain d, struct dict *out, struct err *e);
void dict_release(struct dict *d);

#endif
