/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "server/gate.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/map.h"
#include "base/mem.h"
#include "casework/access.h"
#include "casework/param.h"
#include "casework/sm.h"

struct entry {
    const char *inst, *addresses;
    char until[11];
    day_t last; /* the same */
    bool test, revoked, certificate;
};

struct gate {
    pthread_rwlock_t lock;
    atomic_uint wanted; /* counts what was changed */
    unsigned loaded;    /* of these, what `at` holds */
    struct arena a;
    struct names shown; /* a key's digest, or certificate and institution -> index of `at` */
    struct entry *at;
    size_t n, cap;
    char path[1024];
};

struct gate *gate_new(const char *dir)
{
    struct gate *g = mem_calloc(1, sizeof *g);

    if (!g)
        return NULL;
    pthread_rwlock_init(&g->lock, NULL);
    atomic_init(&g->wanted, 1);
    snprintf(g->path, sizeof g->path, "%s/check-access.csv", dir);
    return g;
}

static void forget(struct gate *g)
{
    names_release(&g->shown);
    memset(&g->shown, 0, sizeof g->shown);
    arena_reset(&g->a);
    g->n = 0;
}

void gate_free(struct gate *g)
{
    if (!g)
        return;
    forget(g);
    arena_release(&g->a);
    mem_free(g->at);
    pthread_rwlock_destroy(&g->lock);
    mem_free(g);
}

void gate_changed(struct gate *g)
{
    atomic_fetch_add(&g->wanted, 1);
}

/* --- reading -------------------------------------------------------------------------------------- */

/* A machine that calls for several institutions shows all of them the same certificate. */
static void shown_by(const char *certificate, struct span inst, char out[200])
{
    snprintf(out, 200, "%.64s %.*s", certificate, inst.n > 100 ? 100 : (int)inst.n, inst.p);
}

static int add(struct gate *g, struct cw_rows *rows, struct err *e)
{
    struct entry *x;
    char pair[200], hash[65];
    bool certificate = !cw_is_null(rows, 6);
    uint32_t id;

    snprintf(hash, sizeof hash, "%.*s", (int)cw_text(rows, 6).n, cw_text(rows, 6).p);
    shown_by(hash, cw_text(rows, 1), pair);
    id = names_put(&g->shown, certificate ? span_of(pair) : cw_text(rows, 0));
    if (id == NAME_NONE || mem_grow(&g->at, &g->cap, (size_t)id + 1, sizeof *g->at) < 0)
        return err_nomem(e);
    x = &g->at[id];
    g->n = g->n > id ? g->n : id + 1; /* the same certificate again: the later access counts */
    x->certificate = certificate;
    x->inst = arena_dup(&g->a, cw_text(rows, 1));
    x->addresses = arena_dup(&g->a, cw_text(rows, 2));
    snprintf(x->until, sizeof x->until, "%.*s", (int)cw_text(rows, 3).n, cw_text(rows, 3).p);
    if (!day_iso(cw_text(rows, 3), &x->last))
        x->last = 0;
    x->test = cw_int(rows, 4);
    x->revoked = cw_int(rows, 5);
    return x->inst && x->addresses ? 0 : err_nomem(e);
}

/* Write-locked. */
static int load(struct gate *g, struct cw *db, struct err *e)
{
    unsigned wanted = atomic_load(&g->wanted);
    struct cw_rows rows;
    int rc;

    if (g->loaded == wanted)
        return 0;
    forget(g);
    g->loaded = 0;
    rc = cw_query(
        db, &rows, e,
        "select digest, fixmedins_code, addresses, valid_until, test,"
        " case when revoked_at is null then 0 else 1 end, certificate from fsi_access order by id",
        CW_NONE);
    if (rc)
        return rc;
    while ((rc = cw_next(&rows, e)) > 0)
        if ((rc = add(g, &rows, e)) < 0)
            break;
    cw_done(&rows);
    if (!rc)
        g->loaded = wanted;
    return rc;
}

/* --- asking --------------------------------------------------------------------------------------- */

static bool in_file(const struct gate *g, struct span inst, const char *digest)
{
    char line[256], want[65];
    bool ok = false;
    FILE *f = fopen(g->path, "re");

    while (f && !ok && fgets(line, sizeof line, f)) {
        struct span rest = span_trim(span_of(line)), code = span_trim(span_cut(&rest, ','));

        rest = span_trim(rest);
        if (rest.n < 16 || !span_eq(code, inst))
            continue;
        sm3_hex(rest, want);
        ok = same_secret(want, digest);
    }
    if (f)
        fclose(f);
    return ok;
}

static int judge(const struct entry *x, const char *source, struct err *e)
{
    if (x->revoked)
        return err_set(e, ERR_STATE, "HJ12 这个接入（口令或证书）已被医保部门撤销");
    if (clock_day() > x->last)
        return err_set(e, ERR_STATE, "HJ13 这个接入（口令或证书）已于 %s 到期", x->until);
    if (!ip_in_list(x->addresses, source))
        return err_set(e, ERR_STATE, "HJ14 来源地址 %.60s 不在登记的地址里", source);
    return 0;
}

/* Read-locked when it returns. */
static int fresh(struct gate *g, struct cw *db, struct err *e)
{
    int rc = 0;

    pthread_rwlock_rdlock(&g->lock);
    if (db && g->loaded != atomic_load(&g->wanted)) {
        pthread_rwlock_unlock(&g->lock);
        pthread_rwlock_wrlock(&g->lock);
        rc = load(g, db, e);
    }
    return rc;
}

/* Why somebody without a key is not let in. */
static int unknown(const struct gate *g, struct span inst, const struct gate_caller *who,
                   struct err *e)
{
    if (*who->certificate)
        return err_set(e, ERR_STATE, "HJ15 出示的客户端证书（SHA-256 %.16s…）没有登记给这家机构",
                       who->certificate);
    for (size_t i = 0; i < g->n; i++)
        if (g->at[i].certificate && span_is(inst, g->at[i].inst))
            return err_set(e, ERR_STATE,
                           "HJ15 没有收到客户端证书：只向登记的来源地址要（来自 %.60s），"
                           "登记之后要重新建立连接",
                           who->source);
    return err_set(e, ERR_STATE, "HJ11 这家机构没有接入，或接入口令（X-Huji-Key）不对");
}

int gate_admit(struct gate *g, struct cw *db, struct span inst, const struct gate_caller *who,
               bool *test, struct err *e)
{
    char digest[65] = "", pair[200] = "";
    uint32_t id = NAME_NONE;
    int rc;

    *test = false;
    if (*who->key)
        access_digest(who->key, digest);
    else
        shown_by(who->certificate, inst, pair);
    rc = fresh(g, db, e);
    /* Looked up by the digest of a key of 144 random bits: how long it takes says nothing of other keys. */
    if (!rc && (*who->key || *who->certificate))
        id = names_get(&g->shown, span_of(*who->key ? digest : pair));
    if (id != NAME_NONE && span_is(inst, g->at[id].inst)) {
        *test = g->at[id].test;
        rc = judge(&g->at[id], who->source, e);
    } else if (!rc && !*who->key) {
        rc = unknown(g, inst, who, e);
    } else if (!rc && !in_file(g, inst, digest)) {
        rc = err_set(e, ERR_STATE, "HJ11 这家机构没有接入，或接入口令（X-Huji-Key）不对");
    }
    pthread_rwlock_unlock(&g->lock);
    return rc;
}

bool gate_asks(struct gate *g, struct cw *db, const char *source)
{
    bool yes = false;
    int rc = fresh(g, db, NULL);

    for (size_t i = 0; !rc && i < g->n && !yes; i++)
        yes = g->at[i].certificate && !g->at[i].revoked && ip_in_list(g->at[i].addresses, source);
    pthread_rwlock_unlock(&g->lock);
    return yes;
}
