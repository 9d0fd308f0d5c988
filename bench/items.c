/* SPDX-License-Identifier: MulanPSL-2.0 */
/* 500 item rules against 50: each names items that make about 1 % of the lines. */
#include <stdio.h>

#include "base/mem.h"
#include "bench.h"

struct item {
    char code[40];
    double share;
};

struct result {
    struct pairs time;
    double met[2]; /* rules that a line meets */
    uint64_t lines, hits;
};

enum { MANY = 500, FEW = 50 };

static uint64_t rnd(uint64_t *s)
{
    *s ^= *s << 13;
    *s ^= *s >> 7;
    *s ^= *s << 17;
    return *s >> 11;
}

/* An item as a line drawn at random has it. */
static size_t draw(const struct item *it, size_t n, uint64_t *seed)
{
    double u = (double)rnd(seed) / (double)(UINT64_C(1) << 53);
    size_t i = 0;
    while (i + 1 < n && u >= it[i].share)
        u -= it[i++].share;
    return i;
}

static double write_rule(FILE *f, int number, const struct item *it, size_t n, uint64_t *seed)
{
    double got = 0;
    fprintf(
        f,
        "Z%03d:\n  name: 试%d\n  version: 1\n  state: active\n  of: person / day\n  from: \"line where hilist_code in {",
        number, number);
    for (int tries = 0, k = 0; tries < 2000 && got < 0.0095; tries++) {
        size_t i = draw(it, n, seed);
        if (got + it[i].share > 0.0115 || (k && it[i].share < 0.0001 && tries < 200))
            continue;
        fprintf(f, "%s%s", k++ ? ", " : "", it[i].code);
        got += it[i].share;
    }
    fprintf(
        f,
        "}\"\n  ask: {quota: {form: bucket, sum: cnt, more_than: 60}}\n  at_issue: {of: members, amount: excess}\n  class: [可疑]\n"
        "  judged: day\n  phases: [事后]\n  law: [条例 38(3)]\n  official: []\n  serves: []\n"
        "  tags: {三假: [], field: [], who: [institution], release: internal}\n  effective: {from: 2021-05-01}\n"
        "  says: \"{value} > {threshold}\"\n  clears: [无]\n  false_positives: [无]\n  examples: []\n");
    return got;
}

static int write_rules(const struct bench *b, int rules, const struct item *it, size_t n,
                       double *met, struct err *e)
{
    char path[4300];
    uint64_t seed = 88172645463325252u;
    if (bench_shell(
            "cd '%s' && rm -rf rules%d && mkdir -p rules%d/library rules%d/measures && cp -r '%s/knowledge' rules%d/",
            b->work, rules, rules, rules, b->rules, rules) < 0)
        return err_set(e, ERR_IO, "cannot make %s/rules%d", b->work, rules);
    snprintf(path, sizeof path, "%s/rules%d/library/z_items.yaml", b->work, rules);
    FILE *f = fopen(path, "w");
    if (!f)
        return err_errno(e, "%s", path);
    *met = 0;
    for (int i = 0; i < rules; i++)
        *met += write_rule(f, i, it, n, &seed);
    fclose(f);
    return 0;
}

static int read_items(struct store *s, struct item **out, size_t *n, struct err *e)
{
    struct db_rows rows;
    size_t cap = 0;
    int rc = db_open(
        s->con,
        "SELECT code, (CAST(count(*) AS BIGINT) * 1000000000) // sum(count(*)) OVER () AS ppb FROM s_line JOIN d_item ON id = "
        "hilist_code WHERE length(code) < 40 GROUP BY code ORDER BY 2 DESC, 1",
        &rows, e);
    if (rc < 0)
        return rc;
    while (db_next(&rows)) {
        struct span c = db_text(&rows, 0);
        if (mem_grow(out, &cap, *n + 1, sizeof **out) < 0)
            return err_nomem(e);
        struct item *it = &(*out)[(*n)++];
        snprintf(it->code, sizeof it->code, "%.*s", (int)c.n, c.p);
        it->share = (double)db_i64(&rows, 1) / 1e9;
    }
    db_close(&rows);
    return *n ? 0 : err_set(e, ERR_STATE, "no items");
}

static int measure(const struct bench *b, void *out, struct err *e)
{
    struct result *r = out;
    struct store *s;
    struct item *it = NULL;
    size_t n = 0;
    char dir[4200];
    struct huji_library *many, *few;
    struct store_options so = {.threads = b->threads, .command = "huji-bench"};
    struct screen_options o = {.from = DAY_NONE, .to = DAY_NONE, .threads = b->threads};
    struct screen_report x, y;
    snprintf(dir, sizeof dir, "%s/store", b->work);
    int rc = store_open(dir, STORE_WRITE, &so, &s, e);
    if (rc == 0)
        rc = read_items(s, &it, &n, e);
    if (rc == 0)
        rc = write_rules(b, MANY, it, n, &r->met[0], e);
    if (rc == 0)
        rc = write_rules(b, FEW, it, n, &r->met[1], e);
    snprintf(dir, sizeof dir, "%s/rules%d", b->work, MANY);
    if (rc == 0)
        rc = library_load(dir, &many, e);
    snprintf(dir, sizeof dir, "%s/rules%d", b->work, FEW);
    if (rc == 0)
        rc = library_load(dir, &few, e);
    for (int i = 0; i <= b->pairs && rc == 0; i++) {
        rc = bench_screen(s, many, &o, &x, e);
        if (rc == 0)
            rc = bench_screen(s, few, &o, &y, e);
        if (i > 0)
            pairs_add(&r->time, x.seconds, y.seconds);
        r->lines = x.lines;
        r->hits = x.hits;
    }
    return rc;
}

int bench_items(const struct bench *b)
{
    struct result r = {0};
    char what[160];
    if (bench_child(b, measure, &r, sizeof r, NULL) != 0)
        return -1;
    snprintf(what, sizeof what, "6. %d item rules (a line meets %.1f) / %d (%.1f)", MANY, r.met[0],
             FEW, r.met[1]);
    pairs_row(&r.time, what, "<= 2.5");
    return 0;
}
