/* SPDX-License-Identifier: MulanPSL-2.0 */
/* What the implementations of table.h share: the source's face, rows being built, merged cells, number formats. */
#ifndef HUJI_CLAIMS_READERS_READER_H
#define HUJI_CLAIMS_READERS_READER_H

#include "base/arena.h"
#include "claims/readers/table.h"

/* --- bytes of a file ------------------------------------------------------------------------- */

struct bytes {
    struct span s;
    void *map; /* munmap'd when set */
    char *own; /* freed when set */
    size_t map_len;
};

#define BYTES_INIT \
    {              \
        0          \
    }
int bytes_open(struct bytes *b, const char *path, struct err *e);
void bytes_release(struct bytes *b);

/* Text that may outgrow memory: a buffer up to SPILL_AT, then an unlinked temporary file. */
#define SPILL_AT (32u << 20)
struct spill {
    struct buf buf;
    int fd; /* -1 = all in memory */
    uint64_t written;
};
#define SPILL_INIT \
    {              \
        .fd = -1   \
    }
int spill_add(struct spill *s, const char *p, size_t n, struct err *e);
/* Hands the whole text over to `out`; the spill is empty afterwards. */
int spill_finish(struct spill *s, struct bytes *out, struct err *e);
void spill_release(struct spill *s);

/* --- a source -------------------------------------------------------------------------------- */

struct row_source {
    int (*next_sheet)(struct row_source *s, struct err *e);
    int (*next_row)(struct row_source *s, struct row *out, struct err *e);
    void (*close)(struct row_source *s); /* the implementation's own; not `name`, `file` */
    const struct row_pos *(*where)(const struct row_source *s); /* NULL: &pos */
    struct row_pos pos;
    char *name;
    struct bytes file;
};

/* Each takes over nothing but a row_source it allocates; `b` stays the caller's and outlives it. */
int text_open(struct span b, const char *name, struct row_source **out, struct err *e);
int html_open(struct span b, const char *name, struct row_source **out, struct err *e);
int xlsx_open(struct span b, const char *name, struct row_source **out, struct err *e);
int xls_open(struct span b, const char *name, struct row_source **out, struct err *e);
int zip_open_tables(struct span b, const char *name, int depth, struct row_source **out,
                    struct err *e);
int table_open_span(struct span b, const char *name, int depth, struct row_source **out,
                    struct err *e);

/* Allocates `size` zeroed bytes that begin with a row_source; copies the name. NULL when out of memory. */
void *source_new(size_t size, const char *name);
/* Adds file / sheet / row to `e`; returns the code. */
int source_where(const struct row_source *s, struct err *e);

/* --- a row under construction ---------------------------------------------------------------- */

struct rowbuf {
    struct cell *cells; /* text.p and format.p are set by rowbuf_finish */
    size_t *at;         /* offset of the text in `text` */
    size_t n, cap, at_cap;
    struct buf text;
    bool too_wide, failed;
};

void rowbuf_clear(struct rowbuf *r);
void rowbuf_release(struct rowbuf *r);
/* The cell of column `col` (emptied cells before it are made); NULL when too wide or out of memory. */
struct cell *rowbuf_cell(struct rowbuf *r, size_t col);
void rowbuf_text(struct rowbuf *r, size_t col, enum cell_kind kind, struct span text);
/* A number with its format: becomes CELL_DATE where the format is one of dates. */
void rowbuf_number(struct rowbuf *r, size_t col, double v, struct span format, bool date1904);
/* Sets the pointers, cuts empty cells off the end. 0, ERR_NOMEM or ERR_LIMIT. */
int rowbuf_finish(struct rowbuf *r, struct row *out, struct err *e);

/* --- merged cells ---------------------------------------------------------------------------- */

struct merge {
    uint32_t r0, r1, c0, c1; /* from 0, inclusive */
    struct cell value;       /* of the first cell, text in the arena */
    bool seen;
};
struct merges {
    struct merge *v;
    size_t n, cap, next, n_active, active_cap;
    uint32_t *active;
    struct arena text;
};
#define MAX_MERGES 1000000u
int merges_add(struct merges *m, uint32_t r0, uint32_t r1, uint32_t c0, uint32_t c1);
void merges_sort(struct merges *m);
/* Fills the empty cells of row `no` (from 0) that lie in a merged block. 0 or -1. */
int merges_fill(struct merges *m, struct rowbuf *r, uint32_t no);
void merges_clear(struct merges *m);
void merges_release(struct merges *m);

/* --- numbers --------------------------------------------------------------------------------- */

/* A plain decimal of at most 15 significant digits, as Excel shows it. */
void number_text(struct buf *b, double v);
/* Serial number -> text. False when it is no date of 1900-2199. */
bool serial_text(struct buf *b, double v, bool date1904, bool with_time);
/* Does Excel show numbers of this format as dates? `time` (NULL allowed): it shows hours or seconds. */
bool format_is_date(struct span format, bool *time);
/* Excel's built-in format of this number; empty when it has none or is no date. */
struct span format_builtin(unsigned id);

#endif
