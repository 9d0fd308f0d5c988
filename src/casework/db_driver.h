/* SPDX-License-Identifier: MulanPSL-2.0 */
/* What a database has to be able to do for db.c. Private to casework/db*.c. */
#ifndef HUJI_CASEWORK_DB_DRIVER_H
#define HUJI_CASEWORK_DB_DRIVER_H

#include "casework/db.h"

struct cw_driver {
    enum cw_kind kind;
    int (*open)(struct cw *db, const char *where, struct err *e);
    void (*close)(struct cw *db);
    int (*start)(struct cw *db, struct cw_rows *rows, const char *sql, const struct cw_val *v,
                 size_t n, struct err *e);
    int (*next)(struct cw_rows *rows, struct err *e);
    bool (*is_null)(const struct cw_rows *rows, int col);
    int64_t (*to_int)(const struct cw_rows *rows, int col);
    struct span (*to_text)(const struct cw_rows *rows, int col);
    void (*done)(struct cw_rows *rows); /* sets db->changes */
    int (*script)(struct cw *db, const char *sql, struct err *e);
    const char *begin; /* the script that begins a write transaction */
};

struct cw {
    const struct cw_driver *driver;
    void *con;
    void *cache; /* prepared statements */
    int64_t changes;
    bool in_transaction;
};

extern const struct cw_driver cw_sqlite, cw_postgres;

#endif
