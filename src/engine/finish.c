/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "engine/finish.h"

#include <stdlib.h>

#include "base/fen.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/sha.h"
#include "engine/emit.h"
#include "engine/fold.h"

/* The next "TEXT_LATER domain : id [!] TEXT_LATER" of a text; false: none. `s` becomes what follows it, `before` what stood
 * in front; `name`: what the code is called is meant. */
static bool next_later(struct span *s, struct span *before, enum domain *d, int64_t *id, bool *name)
{
    for (size_t i = 0; i < s->n; i++) {
        if (s->p[i] != TEXT_LATER)
            continue;
        size_t k = i + 1;
        int64_t v[2] = {0, 0};
        for (int part = 0; part < 2; part++) {
            for (; k < s->n && s->p[k] >= '0' && s->p[k] <= '9' && v[part] < INT32_MAX; k++)
                v[part] = v[part] * 10 + (s->p[k] - '0');
            if (part == 0 && k < s->n && s->p[k] == ':')
                k++;
        }
        *name = k < s->n && s->p[k] == '!';
        k += *name;
        if (k >= s->n || s->p[k] != TEXT_LATER || v[0] >= DOMAIN_COUNT)
            continue;
        *before = (struct span){s->p, i};
        *s = (struct span){s->p + k + 1, s->n - k - 1};
        *d = (enum domain)v[0];
        *id = v[1];
        return true;
    }
    return false;
}

static int texts_within(struct huji_text t, text_fn *fn, void *ctx)
{
    struct span rest = {t.p, t.n}, before;
    enum domain d;
    int64_t id;
    bool name;
    int rc = 0;
    while (rc == 0 && next_later(&rest, &before, &d, &id, &name))
        rc = fn(ctx, d, id, name);
    return rc;
}

static int ref_domain(const struct huji_run *run, const struct huji_ref *r)
{
    const struct field *f = &huji_sources[r->source].fields[run->known[r->source].id];
    return f->type == F_CODE ? (int)f->domain : -1;
}

int finding_texts(const struct huji_run *run, const struct huji_finding *f, text_fn *fn, void *ctx)
{
    const struct rule *r = run->lib->rules[f->rule];
    int rc = 0;
    for (int k = 0; k < r->n_owner && rc == 0; k++)
        if (r->key[0][k]->type == V_CODE)
            rc = fn(ctx, r->key[0][k]->domain, f->key[k], false);
    for (uint32_t i = 0; i <= f->n_evidence && rc == 0; i++) {
        const struct huji_ref *ref = i < f->n_evidence ? &f->evidence[i] : &f->anchor;
        int d = ref_domain(run, ref);
        if (d >= 0)
            rc = fn(ctx, (enum domain)d, ref->id, false);
    }
    const struct {
        enum domain d;
        int32_t id;
    } own[] = {{D_PERSON, f->psn_no}, {D_VISIT, f->mdtrt_id}, {D_INST, f->fixmedins_code}};
    for (int i = 0; i < 3 && rc == 0; i++)
        if (own[i].id != HUJI_NONE32)
            rc = fn(ctx, own[i].d, own[i].id, false);
    if (rc == 0 && f->anchor_text.p)
        rc = texts_within(f->anchor_text, fn, ctx);
    return rc == 0 ? texts_within(f->message, fn, ctx) : rc;
}

/* With the texts that came later. */
static struct span whole_text(const struct huji_run *run, struct huji_text t, struct arena *a)
{
    struct span rest = {t.p, t.n}, before;
    enum domain d;
    int64_t id;
    struct buf b = BUF_INIT;
    if (!memchr(t.p ? t.p : "", TEXT_LATER, t.n))
        return rest;
    bool name;
    while (next_later(&rest, &before, &d, &id, &name)) {
        struct span s = name ? run_name(run, d, id) : run_code(run, d, id);
        buf_span(&b, before);
        s.p ? buf_span(&b, s) : buf_str(&b, "?");
    }
    buf_span(&b, rest);
    struct span all = b.failed ? (struct span){NULL, 0}
                               : arena_span(a, (struct span){buf_cstr(&b), b.n});
    buf_release(&b);
    return all;
}

struct named_ref {
    const struct huji_ref *ref;
    struct span id; /* with its prefix */
};

struct span finding_id_text(const char *prefix, struct span id, struct arena *a)
{
    size_t n = strlen(prefix);
    char *p = arena_alloc(a, n + id.n + 1);
    if (!p)
        return (struct span){NULL, 0};
    memcpy(p, prefix, n);
    if (id.n)
        memcpy(p + n, id.p, id.n);
    p[n + id.n] = 0;
    return (struct span){p, n + id.n};
}

static struct span ref_text(const struct huji_run *run, const struct huji_ref *r,
                            line_id_fn line_id, void *ctx, struct arena *a)
{
    const struct source *s = &huji_sources[r->source];
    int f = run->known[r->source].id;
    struct span id = s->fields[f].type == F_CODE ? run_code(run, s->fields[f].domain, r->id)
                                                 : line_id(ctx, r->id);
    return finding_id_text(s->id_prefix, id, a);
}

static int cmp_ref(const void *pa, const void *pb)
{
    const struct named_ref *a = pa, *b = pb;
    if (a->ref->role != b->ref->role)
        return a->ref->role - b->ref->role;
    if (a->ref->t != b->ref->t)
        return a->ref->t < b->ref->t ? -1 : 1;
    int c = span_cmp(a->id, b->id);
    if (c)
        return c;
    /* one event by two rows of a table */
    if (a->ref->amount != b->ref->amount)
        return a->ref->amount < b->ref->amount ? -1 : 1;
    return (a->ref->fund > b->ref->fund) - (a->ref->fund < b->ref->fund);
}

static int evidence_json(const struct huji_run *run, const struct huji_finding *f,
                         line_id_fn line_id, void *ctx, struct arena *a, struct buf *b)
{
    struct named_ref *at = arena_alloc(a, (f->n_evidence + 1) * sizeof *at);
    if (!at)
        return -1;
    for (uint32_t i = 0; i < f->n_evidence; i++)
        at[i] = (struct named_ref){&f->evidence[i],
                                   ref_text(run, &f->evidence[i], line_id, ctx, a)};
    qsort(at, f->n_evidence, sizeof *at, cmp_ref);
    buf_char(b, '[');
    uint32_t n = f->n_evidence > MAX_EVIDENCE ? MAX_EVIDENCE : f->n_evidence;
    uint32_t more = f->more + (f->n_evidence - n);
    for (uint32_t i = 0; i < n; i++) {
        buf_str(b, i ? ", {\"id\": " : "{\"id\": ");
        buf_json(b, at[i].id);
        buf_fmt(b, ", \"role\": %d, \"amount_fen\": ", at[i].ref->role);
        buf_i64(b, at[i].ref->amount);
        buf_str(b, ", \"fund_fen\": ");
        buf_i64(b, at[i].ref->fund);
        buf_char(b, '}');
    }
    if (more)
        buf_fmt(b, "%s{\"more\": %u}", n ? ", " : "", more);
    buf_char(b, ']');
    return b->failed ? -1 : 0;
}

static int hash_content(const struct huji_finding *f, struct finished *out)
{
    struct buf b = BUF_INIT;
    buf_fmt(&b, "{\"amount_fen\":%lld,\"class\":\"%s\",\"evidence\":", (long long)f->amount,
            class_name(f->cls));
    buf_span(&b, out->evidence);
    buf_fmt(&b, ",\"fund_fen\":%lld,\"rule_version\":%d,\"threshold\":", (long long)f->fund,
            out->rule->version);
    f->threshold == HUJI_NONE64 ? buf_str(&b, "null") : buf_i64(&b, f->threshold);
    buf_str(&b, ",\"value\":");
    f->value == HUJI_NONE64 ? buf_str(&b, "null") : buf_i64(&b, f->value);
    buf_char(&b, '}');
    sha256_hex((struct span){buf_cstr(&b), b.n}, 32, out->content_hash);
    int rc = b.failed ? -1 : 0;
    buf_release(&b);
    return rc;
}

int finding_name(const struct huji_run *run, const struct huji_finding *f, line_id_fn line_id,
                 void *ctx, struct arena *a, struct finished *out, struct err *e)
{
    const struct rule *r = run->lib->rules[f->rule];
    struct buf b = BUF_INIT;
    *out = (struct finished){.rule = r,
                             .rule_id = r->id,
                             .owner_type = r->owner_type,
                             .message = whole_text(run, f->message, a)};
    int clause = 0; /* key expressions of all clauses print alike */
    for (int k = 0; k < r->n_owner; k++) {
        if (k)
            buf_char(&b, '|');
        print_value(run, &b, r->key[clause][k], f->key[k]);
    }
    if (b.failed) {
        buf_release(&b);
        return err_nomem(e);
    }
    out->owner_id = arena_span(a, (struct span){buf_cstr(&b), b.n});
    out->anchor = f->anchor_text.p ? whole_text(run, f->anchor_text, a)
                                   : ref_text(run, &f->anchor, line_id, ctx, a);
    buf_clear(&b);
    struct span parts[] = {out->rule_id, out->owner_type, out->owner_id, out->anchor};
    for (int i = 0; i < 4; i++) {
        if (i)
            buf_char(&b, 0x1f);
        buf_span(&b, parts[i]);
    }
    bool short_of = b.failed;
    sha256_hex((struct span){buf_cstr(&b), b.n}, 16, out->finding_id);
    if (f->psn_no != HUJI_NONE32)
        out->psn_no = run_code(run, D_PERSON, f->psn_no);
    if (f->mdtrt_id != HUJI_NONE32)
        out->mdtrt_id = run_code(run, D_VISIT, f->mdtrt_id);
    if (f->fixmedins_code != HUJI_NONE32)
        out->fixmedins_code = run_code(run, D_INST, f->fixmedins_code);
    buf_release(&b);
    bool whole = !short_of && out->anchor.p && out->owner_id.p && (!f->message.n || out->message.p);
    return whole ? 0 : err_nomem(e);
}

int finding_finish(const struct huji_run *run, const struct huji_finding *f, line_id_fn line_id,
                   void *ctx, struct arena *a, struct finished *out, struct err *e)
{
    struct buf b = BUF_INIT;
    int rc = finding_name(run, f, line_id, ctx, a, out, e);
    if (rc < 0)
        return rc;
    rc = evidence_json(run, f, line_id, ctx, a, &b);
    out->evidence = arena_span(a, (struct span){buf_cstr(&b), b.n});
    buf_release(&b);
    return rc < 0 || !out->evidence.p || hash_content(f, out) < 0 ? err_nomem(e) : 0;
}

int finished_cmp(const struct finished *a, const struct finished *b)
{
    int c = span_cmp(a->rule_id, b->rule_id);
    if (!c)
        c = span_cmp(a->owner_id, b->owner_id);
    return c ? c : span_cmp(a->anchor, b->anchor);
}
