/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * What the columns of a file mean, as proposed, as corrected by an officer, as kept. A mapping file is a CSV that
 * Excel opens (UTF-8 with BOM), a line for each column of each sheet:
 *
 *   指纹,文件,工作表,表,标题行,列,标题,字段,字段名称,把握,样例1,样例2,样例3
 *
 * The officer corrects 表 (a table's name or title, 拆分 = take the flat sheet apart, 跳过 = leave the sheet out) and
 * 字段 (a column's name or title; empty = leave it out). It is found again by the fingerprint of the headings, so one
 * correction serves every file of that shape. Kept mappings lie in DIR/mappings/<fingerprint>.csv.
 */
#ifndef HUJI_CLAIMS_READERS_MAPPING_H
#define HUJI_CLAIMS_READERS_MAPPING_H

#include "claims/readers/heading.h"

struct mapping;

struct mapping *mapping_new(void); /* NULL when out of memory */
void mapping_free(struct mapping *m);
/* Adds the lines of a mapping file. Errors: a table or column that doesn't exist, with file and row. */
int mapping_load(struct mapping *m, const char *path, struct err *e);
/* All *.csv of a folder; a folder that isn't there is an empty one. */
int mapping_load_dir(struct mapping *m, const char *dir, struct err *e);
size_t mapping_count(const struct mapping *m); /* sheets */
/* Writes one file per sheet into `dir` (made when missing). */
int mapping_keep(const struct mapping *m, const char *dir, struct err *e);

/* Sets table and picks where the fingerprint is known: 1; 0 = not known. `skip`: the sheet is to be left out. */
int mapping_apply(const struct mapping *m, struct layout *l, bool *skip);

/* Appends the proposal for every sheet of the file; `m` (NULL allowed) is what is known already. */
int mapping_propose(const char *path, const struct mapping *m, struct buf *csv, struct err *e);

/* A CSV field with its comma in front unless it is the first. */
void csv_field(struct buf *b, struct span s, bool first);

#endif
