/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "screen/claimed.h"

#include "claims/db.h"
#include "claims/store.h"
#include "screen/clues.h"

static int write_rows(struct store *s, const struct ranking *k, struct err *e)
{
    struct buf b = BUF_INIT;
    int rc;

    buf_str(&b,
            "begin; create or replace table claimed (fixmedins_code varchar, fund_fen bigint); ");
    if (k->n)
        buf_str(&b, "insert into claimed values ");
    for (size_t i = 0; i < k->n; i++) {
        buf_str(&b, i ? ",(" : "(");
        buf_sql(&b, k->at[i].key);
        buf_fmt(&b, ",%lld)", (long long)k->at[i].fund);
    }
    buf_str(&b, "; commit");
    rc = b.failed ? err_nomem(e) : db_run(s->con, buf_cstr(&b), e);
    buf_release(&b);
    if (rc)
        db_run(s->con, "rollback", NULL);
    return rc;
}

int claimed_write(struct store *s, const struct clues *c, struct err *e)
{
    struct ranking k = {0};
    int rc = ranking_build(&k, &c->findings, &c->ledger, c->strengths, RANK_INSTITUTION, false, e);

    if (!rc)
        rc = write_rows(s, &k, e);
    ranking_release(&k);
    return rc;
}

int claimed_make(struct store *s, struct err *e)
{
    struct clues c = {0};
    int rc = clues_load(&c, s, NULL, e);

    if (!rc)
        rc = clues_claim(&c, NULL, e);
    if (!rc)
        rc = claimed_write(s, &c, e);
    clues_release(&c);
    return rc;
}
