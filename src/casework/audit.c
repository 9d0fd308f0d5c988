/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "casework/audit.h"

#include <stdio.h>
#include <stdlib.h>

#include "casework/sm.h"

void audit_hash(const struct span at[AUDIT_COLUMNS], char out[65])
{
    struct buf b = BUF_INIT;

    for (int i = 0; i < AUDIT_COLUMNS; i++) {
        buf_fmt(&b, "%zu:", at[i].n);
        buf_span(&b, at[i]);
        buf_char(&b, '\n');
    }
    if (b.failed)
        abort(); /* a row with a wrong hash must never be written */
    sm3_hex((struct span){b.p, b.n}, out);
    buf_release(&b);
}

static struct span digest(const char *text, char out[SM3_HEX])
{
    if (!text)
        return SPAN("");
    sm3_hex(span_of(text), out);
    return (struct span){out, SM3_HEX - 1};
}

static int last(struct cw *db, int64_t *seq, struct buf *hash, struct err *e)
{
    struct cw_rows rows;
    int rc = cw_query(db, &rows, e, "select seq, hash from audit order by seq desc limit 1",
                      CW_NONE);

    if (rc)
        return rc;
    *seq = 0;
    rc = cw_next(&rows, e);
    if (rc > 0) {
        *seq = cw_int(&rows, 0);
        buf_span(hash, cw_text(&rows, 1));
    }
    cw_done(&rows);
    return rc < 0 ? rc : hash->failed ? err_nomem(e) : 0;
}

int audit_append(struct cw *db, const struct actor *who, const struct act *what, struct err *e)
{
    char now[CW_TIME], number[24], before[SM3_HEX], after[SM3_HEX], hash[SM3_HEX];
    struct buf prev = BUF_INIT;
    struct cw_val v[AUDIT_COLUMNS + 1];
    int64_t seq;
    int rc = last(db, &seq, &prev, e);

    cw_now(now);
    snprintf(number, sizeof number, "%lld", (long long)seq + 1);
    if (!rc) {
        struct span at[AUDIT_COLUMNS] = {
            span_of(number),
            span_of(now),
            span_of(who->login),
            span_of(who->org),
            span_of(who->source),
            span_of(what->act),
            span_of(what->object),
            span_of(what->result ? what->result : "ok"),
            span_of(what->reason),
            digest(what->before, before),
            digest(what->after, after),
            span_of(what->detail),
            {prev.n ? prev.p : "", prev.n},
        };
        audit_hash(at, hash);
        v[0] = cw_i(seq + 1);
        for (int i = 1; i < AUDIT_COLUMNS; i++)
            v[i] = cw_s(at[i]);
        v[AUDIT_COLUMNS] = cw_t(hash);
        rc = cw_exec(
            db, e,
            "insert into audit(seq, at, actor, org, source, act, object, result, reason, before_hash,"
            " after_hash, detail, prev, hash) values ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14)",
            v, AUDIT_COLUMNS + 1);
    }
    buf_release(&prev);
    return rc;
}
