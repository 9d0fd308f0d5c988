/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Errors as values. A function that can fail returns 0 or a negative ERR_* code and takes `struct err *`
 * last; NULL is allowed there. The struct is written on failure only. Texts are Chinese, for the user:
 * `message` says what is wrong, `where` names file:line or file/sheet/row/column, `hint` what would be right.
 */
#ifndef HUJI_BASE_ERR_H
#define HUJI_BASE_ERR_H

enum err_code {
    ERR_NOMEM = -1,
    ERR_IO = -2,    /* the operating system said no; message holds strerror */
    ERR_INPUT = -3, /* data, rule or knowledge file is wrong */
    ERR_USAGE = -4, /* the caller (command line) asked for something that does not exist */
    ERR_LIMIT = -5, /* a named maximum of base/limits.h was exceeded */
    ERR_DB = -6,    /* the database said no */
    ERR_STATE = -7, /* not possible now: locked, missing, interrupted */
};

struct err {
    int code;
    char message[512];
    char where[384];
    char hint[384];
};

/* Fills `e` (NULL allowed) and returns `code`. */
int err_set(struct err *e, int code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* Adds position / hint to an error already set; returns e->code (ERR_INPUT when e is NULL). */
int err_where(struct err *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
int err_hint(struct err *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* strerror(errno) with what was tried: "打不开 FILE：没有那个文件" */
int err_errno(struct err *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
int err_nomem(struct err *e);

#endif
