/* SPDX-License-Identifier: MulanPSL-2.0 */
/* A bureau's own rows of knowledge: DATA/rules/knowledge/NAME.csv, laid over the shipped table when the library is loaded. */
#ifndef HUJI_KNOWLEDGE_OWN_TABLE_H
#define HUJI_KNOWLEDGE_OWN_TABLE_H

#include <stddef.h>

#include "base/err.h"
#include "base/span.h"

struct huji_library;

/*
 * Adds rows (CSV lines) to the own table `name` under `dir` (DATA/rules): those already there are kept, equal lines are one
 * line. `head` is the heading of `line`: a file with other columns gets those that it lacks, `source` goes into a comment line. The result is read once as the library would read it
 * before it takes the old file's place: all or nothing. *added = lines that were not there before.
 * Errors: ERR_INPUT (unknown table, a wrong cell), ERR_IO.
 */
int own_table_add(const struct huji_library *lib, const char *dir, const char *name,
                  const char *head, const struct span *line, size_t n, const char *source,
                  size_t *added, struct err *e);

#endif
