/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "casework/audit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
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

/* What was cut through a character, or never was text, with "?" for each such byte: an export with other bytes could not be read
 * back, and one row would spoil the whole chain. */
static struct span text_only(struct arena *a, struct span s)
{
    size_t bad = 0, from = 0;
    char *copy;

    if (!s.n || (utf8_valid(s, &bad) && !memchr(s.p, 0, s.n)))
        return s;
    copy = arena_dup(a, s);
    if (!copy)
        return SPAN("?");
    while (from < s.n && !utf8_valid((struct span){copy + from, s.n - from}, &bad)) {
        copy[from + bad] = '?';
        from += bad + 1;
    }
    for (size_t i = 0; i < s.n; i++)
        if (!copy[i])
            copy[i] = '?';
    return (struct span){copy, s.n};
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
    struct arena texts = ARENA_INIT;
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
        for (int i = 1; i < AUDIT_COLUMNS; i++)
            at[i] = text_only(&texts, at[i]);
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
    arena_release(&texts);
    return rc;
}
