/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "screen/claimed.h"

#include "base/mem.h"
#include "claims/db.h"
#include "claims/store.h"
#include "screen/clues.h"

/* Does the finding speak of what the institution itself was paid for? A clerk's acts and a stock room's goods are money of others. */
static bool of_its_fund(const struct finding *f)
{
    static const char *const own[] = {"line:", "mdtrt:", "setl:"};

    for (size_t i = 0; f->n_evidence && i < sizeof own / sizeof *own; i++)
        if (span_starts(f->evidence[0].id, own[i]))
            return true;
    return false;
}

/* By group of the ranking: what of its fund is in question. */
static int own_funds(const struct ranking *k, const struct clues *c, fen_t **out, struct err *e)
{
    fen_t *own = mem_calloc(k->n + 1, sizeof *own);

    if (!own)
        return err_nomem(e);
    for (uint32_t i = 0; i < c->ledger.atoms.n; i++) {
        const struct claim *one = &c->ledger.claims[i];

        if (one->finding != NAME_NONE && k->group_of[one->finding] != NAME_NONE &&
            of_its_fund(&c->findings.at[one->finding]))
            own[k->group_of[one->finding]] += one->fund;
    }
    *out = own;
    return 0;
}

static int write_rows(struct store *s, const struct ranking *k, const fen_t *own, struct err *e)
{
    struct buf b = BUF_INIT;
    int rc;

    buf_str(
        &b,
        "begin; create or replace table claimed (fixmedins_code varchar, fund_fen bigint, own_fen bigint); ");
    if (k->n)
        buf_str(&b, "insert into claimed values ");
    for (size_t i = 0; i < k->n; i++) {
        buf_str(&b, i ? ",(" : "(");
        buf_sql(&b, k->at[i].key);
        buf_fmt(&b, ",%lld,%lld)", (long long)k->at[i].fund, (long long)own[i]);
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
    fen_t *own = NULL;
    int rc = ranking_build(&k, &c->findings, &c->ledger, c->strengths, RANK_INSTITUTION, false, e);

    if (!rc)
        rc = own_funds(&k, c, &own, e);
    if (!rc)
        rc = write_rows(s, &k, own, e);
    mem_free(own);
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
