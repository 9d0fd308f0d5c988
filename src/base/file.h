/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Small files written whole. */
#ifndef HUJI_BASE_FILE_H
#define HUJI_BASE_FILE_H

#include "base/err.h"
#include "base/span.h"

/* Beside its place first (PATH.new), then moved there: the new text is there or the old one. Errors: ERR_IO. */
int file_write_whole(const char *path, struct span text, struct err *e);
/* Adds at the end and waits until it lies on the disk; makes the file. Errors: ERR_IO. */
int file_append(const char *path, struct span text, struct err *e);

#endif
