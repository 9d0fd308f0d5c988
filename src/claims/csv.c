/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "claims/csv.h"

#include <string.h>

#include "base/limits.h"

/* First line break in [p, end), else end. */
static char *line_end(char *p, char *end)
{
    while (p < end && *p != '\n' && *p != '\r')
        p++;
    return p;
}

/* Behind the line break at p; NULL when it can't be told yet whether an LF follows the CR. */
static char *past_break(char *p, char *end, bool last)
{
    if (*p == '\n')
        return p + 1;
    if (p + 1 < end)
        return p + 1 + (p[1] == '\n');
    return last ? p + 1 : NULL;
}

/* The rest of the line as one bad record. */
static enum csv_state spoilt(char *start, char *end, bool last, enum csv_state why,
                             struct csv_record *out)
{
    char *q = line_end(start, end);
    char *next = q < end ? past_break(q, end, last) : last ? end : NULL;
    if (!next)
        return CSV_MORE;
    out->n = 0;
    out->bytes = (size_t)(next - start);
    out->lines = 1;
    return why;
}

/* The closing quote of a field whose text begins at p. NULL: not before `end`. */
static char *closing(char *p, char *end, bool last, bool *escaped, uint32_t *lines)
{
    while (p < end) {
        if (*p == '"') {
            if (p + 1 == end)
                return last ? p : NULL;
            if (p[1] != '"')
                return p;
            *escaped = true;
            p += 2;
            continue;
        }
        if (*p == '\n' || (*p == '\r' && !(p + 1 < end && p[1] == '\n')))
            ++*lines;
        p++;
    }
    return NULL;
}

enum csv_state csv_next(char *p, char *end, bool last, char delim, struct csv_field *f, size_t cap,
                        struct csv_record *out)
{
    char *start = p;
    out->n = 0;
    out->lines = 1;
    if (p < end && (*p == '\n' || *p == '\r')) {
        char *next = past_break(p, end, last);
        if (!next)
            return CSV_MORE;
        out->bytes = (size_t)(next - start);
        return CSV_BLANK;
    }
    for (;;) {
        struct csv_field one = {p, 0, false};
        if (p < end && *p == '"') {
            one.p = p + 1;
            /* A quote left open must not swallow the rest of the file. */
            bool far = end - one.p > (ptrdiff_t)MAX_FIELD_BYTES;
            char *limit = far ? one.p + MAX_FIELD_BYTES : end;
            char *q = closing(one.p, limit, last && !far, &one.escaped, &out->lines);
            if (!q) {
                if (last || far)
                    return spoilt(start, end, last, CSV_OPEN, out);
                return CSV_MORE;
            }
            one.n = (uint32_t)(q - one.p);
            p = q + 1;
            if (p < end && *p != delim && *p != '\n' && *p != '\r')
                return spoilt(start, end, last, CSV_JUNK, out);
        } else {
            while (p < end && *p != delim && *p != '\n' && *p != '\r')
                p++;
            one.n = (uint32_t)(p - one.p);
        }
        if (p == end && !last)
            return CSV_MORE;
        if (out->n < cap)
            f[out->n] = one;
        out->n++;
        if (p < end && *p == delim) {
            p++;
            continue;
        }
        char *next = p < end ? past_break(p, end, last) : end;
        if (!next)
            return CSV_MORE;
        out->bytes = (size_t)(next - start);
        return CSV_OK;
    }
}

struct span csv_unquote(struct csv_field *f)
{
    if (f->escaped) {
        char *to = f->p;
        for (uint32_t i = 0; i < f->n; i++) {
            *to++ = f->p[i];
            if (f->p[i] == '"')
                i++;
        }
        f->n = (uint32_t)(to - f->p);
        f->escaped = false;
    }
    return (struct span){f->p, f->n};
}
