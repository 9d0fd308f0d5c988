/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Files and folders as the user gives them -> the files to import, in an order that does not depend on the disk. */
#ifndef HUJI_CLAIMS_PATHS_H
#define HUJI_CLAIMS_PATHS_H

#include "claims/import.h"

struct path_list {
    struct import_file *file;
    size_t n, cap;
    char **other; /* files in folders that are no known table's */
    size_t n_other, cap_other;
    struct arena arena;
};

/* A file is taken as it is; of a folder and the folders in it, *.csv *.tsv *.txt *.parquet of known tables. */
int paths_add(struct path_list *l, const char *path, struct err *e);
void paths_release(struct path_list *l);

#endif
