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

#define KN_COLUMNS 16

struct kn_column {
    struct span name, title;
    enum vtype type;
    int scale;
    enum vfmt fmt;
    enum domain domain; /* V_CODE */
    int64_t *num;       /* per row; HUJI_NONE64 = empty */
    struct span *text;  /* per row; n = 0: empty */
};

struct knowledge {
    struct span name, title, law;
    int key; /* column joined by default */
    int n_columns;
    struct kn_column column[KN_COLUMNS];
    int valid_from, valid_to; /* columns or -1: the row holds on event days within */
    size_t n;
    int *line; /* per row: line of its file */
    const char *file;
    size_t n_local; /* the last rows: a bureau's own, of local_file */
    const char *local_file;
    int index; /* in the library */
};

/* One table of tables.yaml. `n` is its map. */
int knowledge_declare(struct arena *a, const struct ynode *n, struct knowledge *out, struct err *e);
/* Rows from CSV text. Replaces what was there. */
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

#endif
