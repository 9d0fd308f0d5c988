/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Small files written whole; bytes of open ones, all of them. */
#ifndef HUJI_BASE_FILE_H
#define HUJI_BASE_FILE_H

#include <sys/types.h>

#include "base/err.h"
#include "base/span.h"

/* Beside its place first (PATH.new), then moved there: the new text is there or the old one. Errors: ERR_IO. */
int file_write_whole(const char *path, struct span text, struct err *e);
/* Adds at the end and waits until it lies on the disk; makes the file. Errors: ERR_IO. */
int file_append(const char *path, struct span text, struct err *e);
/* What was made, renamed or removed in a directory is on the disk. -1 and errno. */
int dir_sync(const char *path);
/* As many of n bytes as there are; fewer at the end of the file alone. -1 and errno. */
ssize_t fd_read(int fd, char *p, size_t n);
/* All n bytes, or -1 and errno. */
int fd_write(int fd, const char *p, size_t n);
int fd_write_at(int fd, const char *p, size_t n, off_t at);

#endif
