/* SPDX-License-Identifier: MulanPSL-2.0 */
/* The store's file copied while it is open, for backups. */
#ifndef HUJI_CLAIMS_COPY_H
#define HUJI_CLAIMS_COPY_H

#include "claims/store.h"

/*
 * Copies claims.duckdb, and its log if there is one, into the folder `to`. Readers may go on; nobody may write meanwhile (jobs write
 * one after the other, and a backup is a job): a file that changed under the copy is copied again, three times at most.
 * Errors: ERR_IO, ERR_STATE when it never stood still.
 */
int store_copy(struct store *s, const char *to, struct err *e);

#endif
