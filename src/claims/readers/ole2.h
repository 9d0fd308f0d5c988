/* SPDX-License-Identifier: MulanPSL-2.0 */
/* One stream out of an OLE2 compound file ([MS-CFB]) in memory. Every chain is bounded, every offset checked. */
#ifndef HUJI_CLAIMS_READERS_OLE2_H
#define HUJI_CLAIMS_READERS_OLE2_H

#include "claims/readers/reader.h"

/* Copies the stream called `name` (ASCII, case does not matter). 1 = found, 0 = not there, < 0; Owns: out. */
int ole2_stream(struct span file, const char *name, struct buf *out, struct err *e);

#endif
