/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Knowledge points of the two libraries (两库知识点) as the ministry publishes them: one row says of which rule it is, which
 * item it means, in words what is limited, and the codes. A point becomes rows of knowledge tables that rules read;
 * a point whose words can't be turned into rows is given back with the reason: nothing is dropped.
 */
#ifndef HUJI_KNOWLEDGE_KP_H
#define HUJI_KNOWLEDGE_KP_H

#include "base/arena.h"
#include "base/err.h"

struct huji_library;

struct kp {
    struct span gz_code, rule_class, item_name, text, logic, codes;
    uint64_t row; /* of the file */
};

/* Rows for one table: CSV lines without line end, in the order of the file. */
struct kp_table {
    const char *name, *head;
    struct span *line;
    size_t n, cap;
};

struct kp_left { /* a point that could not be turned into rows */
    struct kp kp;
    const char *why;
};

struct kp_count {
    struct span rule_class;
    const char *table; /* NULL: no rule reads such points */
    size_t points, turned, rows;
};

#define KP_TABLES 16
#define KP_CLASSES 64

struct kp_import {
    struct arena a;
    struct kp_table table[KP_TABLES];
    int n_tables;
    struct kp_count count[KP_CLASSES];
    int n_counts;
    struct kp_left *left;
    size_t n_left, cap_left;
    size_t points;
    const struct huji_library *lib; /* borrowed */
};

/* Reads a file of points (TSV, CSV, XLSX, XLS ...; first row that names the columns is the heading). The library gives the
 * words of diseases (knowledge table indication_word). Owns: kp_release. Errors: ERR_IO, ERR_INPUT (no heading found). */
int kp_read(const char *path, const struct huji_library *lib, struct kp_import *out, struct err *e);
void kp_release(struct kp_import *k);

#endif
