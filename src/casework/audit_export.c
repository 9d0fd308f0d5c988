/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "casework/audit_export.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "casework/sm.h"

#define COLUMNS (AUDIT_COLUMNS + 1) /* with the hash */
static const char *const names[COLUMNS] = {
    "seq",    "at",     "actor",       "org",        "source", "act",  "object",
    "result", "reason", "before_hash", "after_hash", "detail", "prev", "hash"};
static const char select_all[] =
    "select cast(audit.seq as text) as number, at, actor, org, source, act, object, result, reason, before_hash, after_hash, detail, prev,"
    " hash from audit order by audit.seq";

static void line_of(struct buf *b, const struct span at[COLUMNS])
{
    for (int i = 0; i < COLUMNS; i++) {
        buf_fmt(b, "%s\"%s\":", i ? "," : "{", names[i]);
        buf_json(b, at[i]);
    }
    buf_str(b, "}\n");
}

static void code_of(int64_t rows, struct span hash, char out[AUDIT_CODE])
{
    snprintf(out, AUDIT_CODE, "%lld-%.*s", (long long)rows, hash.n < 12 ? (int)hash.n : 12, hash.p);
}

/* One row after the other; the chain so far. */
struct chain {
    int64_t rows;
    char last[SM3_HEX];
    char first_at[CW_TIME], last_at[CW_TIME];
};

static int chain_add(struct chain *c, const struct span at[COLUMNS], struct err *e)
{
    char hash[SM3_HEX], number[24];

    snprintf(number, sizeof number, "%lld", (long long)c->rows + 1);
    if (!span_is(at[0], number))
        return err_set(e, ERR_INPUT, "序号应是 %s，是 %.*s：缺行、多行或乱序", number, (int)at[0].n,
                       at[0].p);
    if (!span_is(at[12], c->last))
        return err_set(e, ERR_INPUT, "第 %s 号：与上一号接不上", number);
    audit_hash(at, hash);
    if (!span_is(at[13], hash))
        return err_set(e, ERR_INPUT, "第 %s 号：内容与它的杂凑值不符", number);
    memcpy(c->last, hash, sizeof hash);
    snprintf(c->last_at, sizeof c->last_at, "%.*s", (int)at[1].n, at[1].p);
    if (!c->rows++)
        memcpy(c->first_at, c->last_at, sizeof c->first_at);
    return 0;
}

static void report(const struct chain *c, struct audit_report *out)
{
    out->rows = c->rows;
    memcpy(out->first, c->first_at, sizeof out->first);
    memcpy(out->last, c->last_at, sizeof out->last);
    code_of(c->rows, span_of(c->last), out->code);
}

static void closing(struct buf *b, const struct chain *c)
{
    char code[AUDIT_CODE];

    code_of(c->rows, span_of(c->last), code);
    buf_fmt(b, "{\"huji_audit\":1,\"rows\":%lld,\"last\":\"%s\",\"code\":\"%s\"}\n",
            (long long)c->rows, c->last, code);
}

/* --- from the database ----------------------------------------------------------------------------- */

static int walk_db(struct cw *db, FILE *to, struct audit_report *out, struct err *e)
{
    struct chain c = {0};
    struct buf line = BUF_INIT;
    struct cw_rows rows;
    int rc = cw_query(db, &rows, e, select_all, CW_NONE), more;

    if (rc)
        return rc;
    while (!rc && (more = cw_next(&rows, e)) != 0) {
        struct span at[COLUMNS];

        if (more < 0) {
            rc = more;
            break;
        }
        for (int i = 0; i < COLUMNS; i++)
            at[i] = cw_text(&rows, i);
        rc = chain_add(&c, at, e);
        buf_clear(&line);
        if (to)
            line_of(&line, at);
        if (!rc && to && (line.failed || fwrite(line.p, 1, line.n, to) != line.n))
            rc = err_errno(e, "写不了审计导出");
    }
    cw_done(&rows);
    buf_clear(&line);
    closing(&line, &c);
    if (!rc && to && fwrite(line.p, 1, line.n, to) != line.n)
        rc = err_errno(e, "写不了审计导出");
    buf_release(&line);
    if (!rc)
        report(&c, out);
    return rc;
}

int audit_export(struct cw *db, FILE *to, struct audit_report *out, struct err *e)
{
    return walk_db(db, to, out, e);
}

int audit_verify_db(struct cw *db, struct audit_report *out, struct err *e)
{
    return walk_db(db, NULL, out, e);
}

int audit_code(struct cw *db, char out[AUDIT_CODE], struct err *e)
{
    struct cw_rows rows;
    int rc = cw_query(db, &rows, e, "select seq, hash from audit order by seq desc limit 1",
                      CW_NONE);

    if (rc)
        return rc;
    rc = cw_next(&rows, e);
    if (rc > 0)
        code_of(cw_int(&rows, 0), cw_text(&rows, 1), out);
    else if (rc == 0)
        code_of(0, SPAN(""), out);
    cw_done(&rows);
    return rc < 0 ? rc : 0;
}

/* --- from a file ----------------------------------------------------------------------------------- */

/* The row of a line, if written again it is the line to the byte. 0, or 1 when it is not. */
static int read_line(struct chain *c, struct span line, struct err *e)
{
    json_t *row = json_loadb(line.p, line.n, JSON_REJECT_DUPLICATES, NULL);
    struct span at[COLUMNS];
    struct buf again = BUF_INIT;
    int rc = 0;

    if (json_object_size(row) != COLUMNS)
        rc = 1;
    for (int i = 0; i < COLUMNS && !rc; i++) {
        json_t *v = json_object_get(row, names[i]);

        if (!json_is_string(v))
            rc = 1;
        else
            at[i] = (struct span){json_string_value(v), json_string_length(v)};
    }
    if (!rc) {
        line_of(&again, at);
        if (again.failed)
            rc = err_nomem(e);
        else if (again.n != line.n + 1 || memcmp(again.p, line.p, line.n) != 0)
            rc = 1;
    }
    if (rc == 1)
        rc = err_set(e, ERR_INPUT, "不是审计导出的写法");
    if (!rc)
        rc = chain_add(c, at, e);
    buf_release(&again);
    json_decref(row);
    return rc;
}

static int verify_end(const struct chain *c, struct span line, bool ended, struct err *e)
{
    struct buf want = BUF_INIT;
    int rc = 0;

    closing(&want, c);
    if (want.failed)
        rc = err_nomem(e);
    else if (!ended || want.n != line.n + 1 || memcmp(want.p, line.p, line.n) != 0)
        rc = err_set(e, ERR_INPUT, "末行与前面的 %lld 行不符：有行被删、被加，或末行被改",
                     (long long)c->rows);
    buf_release(&want);
    return rc;
}

int audit_verify(struct span file, struct audit_report *out, struct err *e)
{
    struct chain c = {0};
    struct span rest = file, line = {"", 0};
    int64_t number = 0;
    bool ended = file.n && file.p[file.n - 1] == '\n';
    int rc = 0;

    if (ended)
        rest.n--;
    while (rest.p && !rc) {
        line = span_cut(&rest, '\n');
        number++;
        rc = rest.p ? read_line(&c, line, e) : verify_end(&c, line, ended, e);
    }
    if (rc) {
        err_where(e, "第 %lld 行", (long long)number);
        return rc;
    }
    report(&c, out);
    return 0;
}

bool audit_code_holds(struct span file, const char *code)
{
    struct span rest = file;
    char now[AUDIT_CODE];
    int64_t n = 0;

    while (rest.p) {
        struct span line = span_cut(&rest, '\n');
        json_t *row = json_loadb(line.p, line.n, 0, NULL);
        const char *hash = json_string_value(json_object_get(row, "hash"));
        bool same = false;

        if (hash) {
            code_of(++n, span_of(hash), now);
            same = strcmp(now, code) == 0;
        }
        json_decref(row);
        if (same)
            return true;
    }
    return false;
}
