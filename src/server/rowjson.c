/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "server/rowjson.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/fen.h"

static json_t *micro(int64_t v)
{
    struct buf b = BUF_INIT;
    json_t *j;

    dec_print(&b, v, 6);
    j = json_stringn(buf_cstr(&b), b.n);
    buf_release(&b);
    return j;
}

static json_t *value(const struct cw_rows *rows, int col, enum json_as as)
{
    if (cw_is_null(rows, col))
        return json_null();
    switch (as) {
    case JSON_AS_INT: return json_integer(cw_int(rows, col));
    case JSON_AS_BOOL: return json_boolean(cw_int(rows, col));
    case JSON_AS_MICRO: return micro(cw_int(rows, col));
    case JSON_AS_JSON: {
        struct span s = cw_text(rows, col);
        json_t *j = json_loadb(s.p, s.n, JSON_DECODE_ANY, NULL);

        return j ? j : json_null();
    }
    case JSON_AS_TEXT: break;
    }
    return json_span(cw_text(rows, col));
}

json_t *cw_row_json(const struct cw_rows *rows, const struct json_column *columns)
{
    json_t *o = json_object();

    for (int i = 0; o && columns[i].name; i++)
        if (json_object_set_new(o, columns[i].name, value(rows, i, columns[i].as))) {
            json_decref(o);
            return NULL;
        }
    return o;
}

int cw_rows_json(struct cw *db, json_t **out, const struct json_column *columns, struct err *e,
                 const char *sql, const struct cw_val *v, size_t n)
{
    json_t *all = json_array();
    struct cw_rows rows;
    int rc = all ? cw_query(db, &rows, e, sql, v, n) : err_nomem(e), more;

    if (rc) {
        json_decref(all);
        return rc;
    }
    while (!rc && (more = cw_next(&rows, e)) != 0) {
        if (more < 0)
            rc = more;
        else if (json_array_append_new(all, cw_row_json(&rows, columns)))
            rc = err_nomem(e);
    }
    cw_done(&rows);
    if (rc)
        json_decref(all);
    else
        *out = all;
    return rc;
}

int cw_one_json(struct cw *db, json_t **out, const struct json_column *columns, struct err *e,
                const char *sql, const struct cw_val *v, size_t n)
{
    struct cw_rows rows;
    int rc = cw_query(db, &rows, e, sql, v, n);

    if (rc)
        return rc;
    rc = cw_next(&rows, e);
    *out = rc > 0 ? cw_row_json(&rows, columns) : NULL;
    if (rc > 0 && !*out)
        rc = err_nomem(e);
    cw_done(&rows);
    return rc < 0 ? rc : 0;
}

static json_t *cell(struct span s, bool number)
{
    char text[24], *end;
    long long v;

    if (!s.n)
        return json_null();
    if (!number || s.n >= sizeof text)
        return json_span(s);
    memcpy(text, s.p, s.n);
    text[s.n] = 0;
    errno = 0;
    v = strtoll(text, &end, 10);
    return errno || *end ? json_span(s) : json_integer(v);
}

json_t *grid_json(const struct grid *g)
{
    json_t *all = json_array();

    for (size_t r = 0; all && r < g->n_rows; r++) {
        json_t *o = json_object();

        for (size_t c = 0; o && c < g->n_cols; c++) {
            char name[128];
            size_t n = g->head[c].n < sizeof name - 1 ? g->head[c].n : sizeof name - 1;

            memcpy(name, g->head[c].p, n);
            name[n] = 0;
            json_object_set_new(o, name, cell(grid_cell(g, r, c), g->number[c]));
        }
        json_array_append_new(all, o);
    }
    return all;
}

json_t *codes_json(const struct code_name *c)
{
    json_t *a = json_array();

    for (; c->code; c++)
        json_array_append_new(a, json_pack("{s:s,s:s}", "code", c->code, "title", c->title));
    return a;
}

int store_rows_json(struct store *s, json_t **out, struct err *e, const char *sql)
{
    struct grid g = {0};
    int rc = grid_query(s->con, "", sql, &g, e);

    if (!rc) {
        *out = grid_json(&g);
        rc = *out ? 0 : err_nomem(e);
    }
    grid_release(&g);
    return rc;
}
