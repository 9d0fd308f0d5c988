/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * YAML as a small tree with positions, so that every complaint names file, line, field and value.
 * Read by libfyaml; aliases are expanded; depth and number of nodes are limited (base/limits.h).
 */
#ifndef HUJI_ENGINE_YAML_H
#define HUJI_ENGINE_YAML_H

#include "base/arena.h"
#include "base/err.h"

enum ynode_kind { Y_SCALAR, Y_SEQ, Y_MAP };

struct ynode {
    enum ynode_kind kind;
    struct span key;  /* within a map */
    struct span text; /* Y_SCALAR */
    bool quoted;      /* Y_SCALAR written with quotes */
    struct ynode *child, *next;
    const char *file;
    int line, column; /* 1-based */
};

/* All nodes live in `a`. `file` is kept by pointer for messages. */
int yaml_parse(struct arena *a, struct span text, const char *file, struct ynode **out,
               struct err *e);
int yaml_load(struct arena *a, const char *path, struct ynode **out, struct err *e);

struct ynode *ynode_get(const struct ynode *map,
                        const char *key); /* NULL when absent or not a map */
struct span ynode_text(const struct ynode *map,
                       const char *key); /* {NULL,0} when absent or no scalar */
size_t ynode_count(const struct ynode *n);
/* ERR_INPUT with file:line and the field's name. */
int ynode_bad(const struct ynode *n, struct err *e, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* Every key of `map` must be in the NULL-ended list. */
int ynode_only(const struct ynode *map, const char *const *known, struct err *e);

/* A whole file into the arena. */
int file_read(struct arena *a, const char *path, size_t max, struct span *out, struct err *e);

#endif
