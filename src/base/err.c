/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/span.h"

int err_set(struct err *e, int code, const char *fmt, ...)
{
    if (!e)
        return code;
    va_list ap;
    memset(e, 0, sizeof *e);
    e->code = code;
    va_start(ap, fmt);
    vsnprintf(e->message, sizeof e->message, fmt, ap);
    va_end(ap);
    utf8_mend(e->message); /* it goes into JSON, and values of files into it */
    return code;
}

int err_where(struct err *e, const char *fmt, ...)
{
    if (!e)
        return ERR_INPUT;
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(e->where, sizeof e->where, fmt, ap);
    va_end(ap);
    utf8_mend(e->where);
    return e->code;
}

int err_hint(struct err *e, const char *fmt, ...)
{
    if (!e)
        return ERR_INPUT;
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(e->hint, sizeof e->hint, fmt, ap);
    va_end(ap);
    utf8_mend(e->hint);
    return e->code;
}

int err_errno(struct err *e, const char *fmt, ...)
{
    int saved = errno;
    if (!e)
        return ERR_IO;
    char what[320];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(what, sizeof what, fmt, ap);
    va_end(ap);
    return err_set(e, ERR_IO, "%s：%s", what, strerror(saved));
}

int err_nomem(struct err *e)
{
    return err_set(e, ERR_NOMEM, "内存不足");
}
