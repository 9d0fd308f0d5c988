/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Knowledge tables: rules/knowledge/tables.yaml describes them, rules/knowledge/NAME.csv holds them. A row's key is a code
 * or a prefix `0011*`. Cells are numbers (scaled as their type says) or texts.
 */
#ifndef HUJI_ENGINE_KNOWLEDGE_H
#define HUJI_ENGINE_KNOWLEDGE_H

#include "base/arena.h"
#include "base/err.h"
#include "engine/expr.h"
#include "engine/yaml.h"
#include "huji.h"

#define KN_COLUMNS 18

struct kn_column {
    struct span name, title;
    enum vtype type;
    int scale;
    enum vfmt fmt;
    enum domain domain; /* V_CODE */
    int64_t *num;       /* per row; HUJI_NONE64 = empty */
    struct span *text;  /* per row; n = 0: empty */
    const struct ynode
        *words;  /* what its codes are called: {d: 天}; NULL: they speak for themselves */
    bool hidden; /* of no use to people */
};

struct knowledge {
    struct span name, title, law, note;
    int key; /* column joined by default */
    int n_columns;
    struct kn_column column[KN_COLUMNS];
    int valid_from, valid_to; /* columns or -1: the row holds on event days within */
    bool
        dated; /* some row says so: then every question to the table asks for the day of its event */
    bool undated; /* asked for without a day: a row that was ended is out for all days */
    size_t n;
    int *line; /* per row: line of its file */
    const char *file;
    size_t n_local; /* the last rows: a bureau's own, of local_file */
    const char *local_file;
    int index; /* in the library */
};

/* One table of tables.yaml. `n` is its map. */
int knowledge_declare(struct arena *a, const struct ynode *n, struct knowledge *out, struct err *e);
/* Rows from CSV text. Replaces what was there. A heading may have valid_from and valid_to even where the table has none. */
int knowledge_read(struct arena *a, struct knowledge *k, struct span csv, const char *file,
                   struct err *e);
/* Lays a bureau's own rows (CSV text of the same columns) over those that are there. Two rows speak of the same thing when
 * their texts and codes are equal: then the bureau's rows stand in place of the shipped ones, else both hold. */
int knowledge_local(struct arena *a, struct knowledge *k, struct span csv, const char *file,
                    struct err *e);
/* Rows from an example: a sequence of maps. Replaces what was there (in a copy of the table). */
int knowledge_from_yaml(struct arena *a, struct knowledge *k, const struct ynode *rows,
                        struct err *e);
int knowledge_column(const struct knowledge *k, struct span name); /* -1 */
/* Two rows that speak of the same thing: their key and every other text are equal. */
bool knowledge_same_thing(const struct knowledge *k, size_t a, size_t b);
/* Is `v` a value of the column? `why`: what would be right. */
bool knowledge_cell_ok(const struct kn_column *c, struct span v, const char **why);
/* What the code is called, and the code that is called so; others come back as they are. */
struct span knowledge_word(const struct kn_column *c, struct span code);
struct span knowledge_code(const struct kn_column *c, struct span word);
/* Does the row hold on that day? */
static inline bool knowledge_holds(const struct knowledge *k, size_t row, int64_t day)
{
    int64_t b = k->valid_from >= 0 ? k->column[k->valid_from].num[row] : HUJI_NONE64;
    int64_t e = k->valid_to >= 0 ? k->column[k->valid_to].num[row] : HUJI_NONE64;
    return (b == HUJI_NONE64 || day >= b) && (e == HUJI_NONE64 || day <= e);
}
/* A cell as a file would write it; nothing when it is empty. */
void knowledge_cell(struct buf *b, const struct knowledge *k, int column, size_t row);
/* Adds valid_from and valid_to where they are not. */
int knowledge_add_days(struct knowledge *k, struct err *e);

#endif
