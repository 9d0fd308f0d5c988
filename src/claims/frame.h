/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Whole tables as arrays, and dictionaries: what an engine keeps in memory while lines stream past it. */
#ifndef HUJI_CLAIMS_FRAME_H
#define HUJI_CLAIMS_FRAME_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/idset.h"
#include "claims/store.h"
#include "engine/source.h"

/* One column: int32_t[] or int64_t[] as ftype_width(type) says; missing is HUJI_NONE32 / HUJI_NONE64. With a width of 1 to
 * 4: packed, unsigned numbers of so many bytes behind `base`, all bits set = missing. No data: nothing but missing. */
struct column {
    enum ftype type;
    uint8_t width;
    int64_t base;
    union {
        void *data;
        int32_t *i32;
        int64_t *i64;
    };
    uint64_t *there; /* not NULL: as struct huji_table says */
    uint32_t *before;
    int64_t lack;
};

struct column_set {
    struct column *col;
    size_t n_cols, n_rows;
};

static inline size_t column_width(const struct column *c)
{
    return c->width ? c->width : (size_t)ftype_width(c->type);
}

/* Fields (bits by index into huji_sources[id].fields) of all rows of a source's table, each column as narrow as its values
 * allow; columns follow the fields' order. `order`: fields by which rows are put in order, missing last, the first -1 ends
 * it; NULL: as they come. Owns: column_set_release. */
enum { FRAME_KEYS = 4 };
int frame_load(struct store *s, enum source_id id, uint64_t fields, const int order[FRAME_KEYS],
               struct column_set *out, struct err *e);
/* Puts all rows in the order of the key columns, which are of the set; equal rows as they stood. */
int column_set_sort(struct column_set *c, const struct column *const *key, size_t n_key,
                    struct err *e);
/* The same of any query of INTEGER and BIGINT columns, such as of a lookup table. */
int frame_query(struct store *s, const char *sql, struct column_set *out, struct err *e);
/* Columns of which most rows have one value, or miss theirs, keep only the others. */
int column_set_thin(struct column_set *c, struct err *e);
void column_set_release(struct column_set *c);

/* at[id] is the code. Of some ids only: id[k] ascending, at[k] its code. Only counted: at is NULL. */
struct dict {
    struct span *at;
    uint32_t *id;
    size_t n, n_at; /* ids; codes that are here */
    struct arena arena;
};
int dict_load(struct store *s, enum domain d, struct dict *out, struct err *e);
int dict_count(struct store *s, enum domain d, struct dict *out, struct err *e);
/* The codes of `ids`, which are counted, for a dictionary that was only counted. */
int dict_load_some(struct store *s, enum domain d, struct id_set *ids, struct dict *dict,
                   struct err *e);
/* The same for what they are called: codes without a name are left out. Only of domains that have names (domain_has_name). */
int dict_load_names(struct store *s, enum domain d, struct id_set *ids, struct dict *names,
                    struct err *e);
void dict_release(struct dict *d);

#endif
