/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "screen/ledger.h"

#include <stdlib.h>

#include "base/mem.h"

static uint32_t atom_put(struct ledger *l, struct span id, fen_t most)
{
    uint32_t before = l->atoms.n, atom = names_put(&l->atoms, id);

    if (atom == NAME_NONE || mem_grow(&l->most, &l->cap_most, l->atoms.n, sizeof *l->most))
        return NAME_NONE;
    if (l->atoms.n > before)
        l->most[atom] = most;
    return atom;
}

int ledger_part(struct ledger *l, struct span whole, struct span line, fen_t amount, fen_t fund,
                struct err *e)
{
    uint32_t before = l->wholes.n, id = names_put(&l->wholes, whole),
             atom = atom_put(l, line, fund);

    if (id == NAME_NONE || atom == NAME_NONE ||
        mem_grow(&l->whole_parts, &l->cap_wholes, l->wholes.n, sizeof *l->whole_parts) ||
        mem_grow(&l->parts, &l->cap_parts, l->n_parts + 1, sizeof *l->parts))
        return err_nomem(e);
    if (l->wholes.n > before)
        l->whole_parts[id] = (struct piece_list){l->n_parts, 0};
    else if (l->whole_parts[id].first + l->whole_parts[id].n != l->n_parts)
        return err_set(e, ERR_INPUT, "%.*s 的明细行不相邻", (int)whole.n, whole.p);
    l->parts[l->n_parts++] = (struct part){atom, amount, fund};
    l->whole_parts[id].n++;
    return 0;
}

static bool is_whole(struct span id)
{
    return span_starts(id, "mdtrt:") || span_starts(id, "setl:");
}

int ledger_wholes(const struct finding_set *fs,
                  int (*need)(void *ctx, struct span whole, struct err *e), void *ctx,
                  struct err *e)
{
    struct names seen = NAMES_INIT;
    int rc = 0;

    for (size_t i = 0; i < fs->n && !rc; i++) {
        const struct finding *f = &fs->at[i];

        for (uint32_t k = 0; finding_counts(f) && k < f->n_evidence && !rc; k++) {
            uint32_t before = seen.n;

            if (f->evidence[k].role != 1 || !is_whole(f->evidence[k].id))
                continue;
            if (names_put(&seen, f->evidence[k].id) == NAME_NONE)
                rc = err_nomem(e);
            else if (seen.n > before)
                rc = need(ctx, f->evidence[k].id, e);
        }
    }
    names_release(&seen);
    return rc;
}

struct remainder {
    uint64_t rest;
    size_t i;
};

static int by_rest(const void *a, const void *b)
{
    const struct remainder *x = a, *y = b;

    if (x->rest != y->rest)
        return x->rest > y->rest ? -1 : 1;
    return x->i < y->i ? -1 : x->i > y->i;
}

int share_out(int64_t total, const int64_t *weight, int64_t *share, size_t n)
{
    struct remainder *r = n ? mem_alloc(n * sizeof *r) : NULL;
    __int128 sum = 0;
    int64_t left = total;

    for (size_t i = 0; i < n; i++)
        sum += weight[i];
    if (n && !r)
        return -1;
    if (sum == 0) {
        for (size_t i = 0; i < n; i++)
            share[i] = i == 0 ? total : 0;
        mem_free(r);
        return 0;
    }
    for (size_t i = 0; i < n; i++) {
        __int128 exact = (__int128)total * weight[i];

        share[i] = (int64_t)(exact / sum);
        r[i] = (struct remainder){(uint64_t)(exact % sum), i};
        left -= share[i];
    }
    qsort(r, n, sizeof *r, by_rest);
    for (size_t i = 0; i < n && left > 0; i++, left--)
        share[r[i].i]++;
    mem_free(r);
    return 0;
}

/* Is claim `a` better than `b` on the same atom? */
static bool better(const struct finding_set *fs, const struct claim *a, const struct claim *b)
{
    const struct finding *x, *y;
    int d;

    if (b->finding == NAME_NONE)
        return true;
    x = &fs->at[a->finding];
    y = &fs->at[b->finding];
    if (x->cls != y->cls)
        return x->cls < y->cls;
    if (a->fund != b->fund)
        return a->fund > b->fund;
    d = span_cmp(x->rule, y->rule);
    return d ? d < 0 : span_cmp(x->id, y->id) < 0;
}

static int claim_atom(struct ledger *l, const struct finding_set *fs, uint32_t atom, struct claim c,
                      struct err *e)
{
    size_t before = l->cap_claims;

    if (mem_grow(&l->claims, &l->cap_claims, l->atoms.n, sizeof *l->claims))
        return err_nomem(e);
    for (size_t i = before; i < l->cap_claims; i++)
        l->claims[i] = (struct claim){.finding = NAME_NONE};
    if (l->most[atom] >= 0 && c.fund > l->most[atom])
        c.fund = l->most[atom];
    /* Twice by one finding: a line named and its stay too. */
    if (l->claims[atom].finding == c.finding ? c.fund > l->claims[atom].fund
                                             : better(fs, &c, &l->claims[atom]))
        l->claims[atom] = c;
    return 0;
}

/* A stay of which `fund` is claimed: its lines, in proportion to what the fund paid for them (or cost). */
static int claim_whole(struct ledger *l, const struct finding_set *fs, uint32_t whole,
                       struct claim c, struct err *e)
{
    struct piece_list at = l->whole_parts[whole];
    int64_t *weight = mem_alloc((size_t)at.n * 3 * sizeof *weight), *fund, *amount, paid = 0;
    int rc = 0;

    if (!weight)
        return err_nomem(e);
    fund = weight + at.n;
    amount = fund + at.n;
    for (uint32_t i = 0; i < at.n; i++)
        paid += weight[i] = l->parts[at.first + i].fund > 0 ? l->parts[at.first + i].fund : 0;
    for (uint32_t i = 0; i < at.n && paid == 0; i++)
        weight[i] = l->parts[at.first + i].amount > 0 ? l->parts[at.first + i].amount : 0;
    if (share_out(c.fund, weight, fund, at.n))
        rc = -1;
    for (uint32_t i = 0; i < at.n; i++)
        weight[i] = l->parts[at.first + i].amount > 0 ? l->parts[at.first + i].amount : 0;
    if (share_out(c.amount, weight, amount, at.n))
        rc = -1;
    if (rc)
        rc = err_nomem(e);
    for (uint32_t i = 0; i < at.n && !rc; i++)
        if (fund[i] > 0 || amount[i] > 0)
            rc = claim_atom(l, fs, l->parts[at.first + i].atom,
                            (struct claim){c.finding, c.chance, amount[i], fund[i]}, e);
    mem_free(weight);
    return rc;
}

static int claim_piece(struct ledger *l, const struct finding_set *fs, struct span id,
                       struct claim c, struct err *e)
{
    uint32_t whole = is_whole(id) ? names_get(&l->wholes, id) : NAME_NONE, atom;

    if (c.amount <= 0 && c.fund <= 0)
        return 0;
    if (whole != NAME_NONE)
        return claim_whole(l, fs, whole, c, e);
    atom = atom_put(l, id, -1);
    return atom == NAME_NONE ? err_nomem(e) : claim_atom(l, fs, atom, c, e);
}

/* Members beyond those written are claimed as one piece of the finding's own. */
static int claim_rest(struct ledger *l, const struct finding_set *fs, uint32_t i, struct claim c,
                      struct err *e)
{
    struct buf id = BUF_INIT;
    int rc;

    buf_str(&id, "more:");
    buf_span(&id, fs->at[i].id);
    rc = id.failed ? err_nomem(e) : claim_piece(l, fs, (struct span){id.p, id.n}, c, e);
    buf_release(&id);
    return rc;
}

int ledger_claim(struct ledger *l, const struct finding_set *fs, const int64_t *chances,
                 struct err *e)
{
    int rc = 0;

    for (size_t i = 0; i < l->cap_claims; i++)
        l->claims[i] = (struct claim){.finding = NAME_NONE};
    for (size_t i = 0; i < fs->n && !rc; i++) {
        const struct finding *f = &fs->at[i];
        struct claim c = {.finding = (uint32_t)i, .chance = chances[i]};
        fen_t amount = f->amount, fund = f->fund;

        for (uint32_t k = 0; finding_counts(f) && k < f->n_evidence && !rc; k++) {
            const struct evidence *v = &f->evidence[k];

            if (v->role != 1)
                continue;
            c.amount = v->amount;
            c.fund = v->fund;
            amount -= v->amount;
            fund -= v->fund;
            rc = claim_piece(l, fs, v->id, c, e);
        }
        if (finding_counts(f) && !rc && (f->more > 0 || f->n_evidence == 0)) {
            c.amount = amount;
            c.fund = fund;
            rc = claim_rest(l, fs, (uint32_t)i, c, e);
        }
    }
    /* Atoms nobody claimed must be readable too. */
    if (!rc && l->atoms.n) {
        size_t before = l->cap_claims;

        if (mem_grow(&l->claims, &l->cap_claims, l->atoms.n, sizeof *l->claims))
            return err_nomem(e);
        for (size_t i = before; i < l->cap_claims; i++)
            l->claims[i] = (struct claim){.finding = NAME_NONE};
    }
    return rc;
}

fen_t ledger_fund(const struct ledger *l)
{
    fen_t sum = 0;

    for (uint32_t i = 0; i < l->atoms.n; i++)
        if (l->claims[i].finding != NAME_NONE)
            sum += l->claims[i].fund;
    return sum;
}

void ledger_release(struct ledger *l)
{
    names_release(&l->atoms);
    names_release(&l->wholes);
    mem_free(l->whole_parts);
    mem_free(l->parts);
    mem_free(l->most);
    mem_free(l->claims);
    *l = (struct ledger)LEDGER_INIT;
}
