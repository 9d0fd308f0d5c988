/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * 400,000 knowledge points, twenty on every item that lines name, against 20,000 with one. The points are of ten tables that the
 * library joins lines to, with limits so wide that they find (nearly) nothing: what is measured is the asking. Told in processor
 * time, user and system: other work on the machine doesn't count.
 */
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "base/mem.h"
#include "bench.h"
#include "engine/rule.h"

enum { POINTS_MANY = 400000, POINTS_FEW = 20000, TABLES = 10 };

/* A row: @ is the item's code, # a number from 1 that tells rows of one item apart. */
static const struct {
    const char *name, *head, *row;
} tables[TABLES] = {
    {"age_limit", "hilist_code,min_y,max_y,max_d,basis", "@,0,15#,,policy"},
    {"level_limit", "hilist_code,min_level", "@,1"},
    {"day_limit", "hilist_code,lim,unit", "@,#0000,次"},
    {"cycle_limit", "hilist_code,days,lim,basis", "@,3#,90000,policy"},
    {"price_cap", "hilist_code,level,cap", "@,#,900000"},
    {"amount_cap", "hilist_code,grp,cap", "@,g#@,900000000"},
    {"course_limit", "hilist_code,per,days", "@,stay,30#"},
    {"drug_age", "hilist_code,kind,min_y,max_y,why", "@,old,,15#,x"},
    {"exclusive_group", "hilist_code,grp", "@,g#@"},
    {"included_pair", "code_a,code_b,scope,cap", "@,XZ99ZZZ00#Z001010100001,day,"},
};

struct result {
    struct pairs whole, these, load;
    size_t items;
    uint64_t lines, hits[2];
    double met[2]; /* points on a line's item */
};

static double processor(void)
{
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
           (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

struct items {
    char (*code)[40];
    size_t n, cap;
};

static int read_items(struct store *s, struct items *out, struct err *e)
{
    struct db_rows rows;
    int rc = db_open(s->con,
                     "SELECT DISTINCT code FROM s_line JOIN d_item ON id = hilist_code WHERE "
                     "length(code) BETWEEN 10 AND 39 ORDER BY 1",
                     &rows, e);
    if (rc < 0)
        return rc;
    while (db_next(&rows)) {
        if (mem_grow(&out->code, &out->cap, out->n + 1, sizeof *out->code) < 0)
            return err_nomem(e);
        struct span c = db_text(&rows, 0);
        snprintf(out->code[out->n++], 40, "%.*s", (int)c.n, c.p);
    }
    db_close(&rows);
    return 0;
}

static void write_row(FILE *f, int table, const char *code, int k)
{
    for (const char *c = tables[table].row; *c; c++)
        if (*c == '@')
            fputs(code, f);
        else if (*c == '#')
            fprintf(f, "%d", k + 1);
        else
            fputc(*c, f);
    fputc('\n', f);
}

/* All ten tables: `on` points on each item that lines name, the rest on codes that nobody uses. */
static int write_library(const struct bench *b, int points, int on, const struct items *it,
                         struct err *e)
{
    char path[4300];
    FILE *f[TABLES];
    int written = 0, filler = 0;
    if (bench_shell("rm -rf '%s/know%d' && cp -r '%s' '%s/know%d'", b->work, points, b->rules,
                    b->work, points) < 0)
        return err_set(e, ERR_IO, "cannot make %s/know%d", b->work, points);
    for (int t = 0; t < TABLES; t++) {
        snprintf(path, sizeof path, "%s/know%d/knowledge/%s.csv", b->work, points, tables[t].name);
        f[t] = fopen(path, "w");
        if (!f[t])
            return err_errno(e, "%s", path);
        fprintf(f[t], "%s\n", tables[t].head);
    }
    for (size_t i = 0; i < it->n; i++)
        for (int k = 0; k < on; k++, written++)
            write_row(f[(i + (size_t)k) % TABLES], (int)((i + (size_t)k) % TABLES), it->code[i],
                      k / TABLES);
    for (; written < points; written++, filler++) {
        char code[40];
        snprintf(code, sizeof code, "XY01ABC%03dA%03d%04d%05d", filler % 997, filler / 997 % 997, 1,
                 filler % 99991);
        write_row(f[filler % TABLES], filler % TABLES, code, 0);
    }
    for (int t = 0; t < TABLES; t++)
        if (fclose(f[t]) != 0)
            return err_errno(e, "%s", tables[t].name);
    return 0;
}

static bool is_ours(const struct knowledge *kn)
{
    for (int t = 0; kn && t < TABLES; t++)
        if (span_is(kn->name, tables[t].name))
            return true;
    return false;
}

/* Rules whose lines are joined to one of the ten. */
static bool *reading(const struct huji_library *lib)
{
    bool *w = mem_calloc((size_t)lib->n_rules + 1, 1);
    for (int i = 0; w && i < lib->n_rules; i++)
        for (int c = 0; c < lib->rules[i]->n_clauses; c++)
            w[i] |= !lib->rules[i]->is_measure && is_ours(lib->rules[i]->clause[c].kn);
    return w;
}

static int one(struct store *s, const struct bench *b, const struct huji_library *lib,
               const bool *wanted, double *seconds, struct screen_report *r, struct err *e)
{
    struct screen_options o = {
        .from = DAY_NONE, .to = DAY_NONE, .threads = b->threads, .wanted = wanted};
    double t = processor();
    int rc = bench_screen(s, lib, &o, r, e);
    *seconds = processor() - t;
    return rc;
}

static int pair(struct store *s, const struct bench *b, struct huji_library *const lib[2],
                bool *const wanted[2], struct pairs *p, struct result *r, struct err *e)
{
    struct screen_report x = {0};
    double t[2];
    int rc = 0;
    for (int i = 0; i <= b->pairs && rc == 0; i++) {
        for (int k = 0; k < 2 && rc == 0; k++) {
            rc = one(s, b, lib[k], wanted ? wanted[k] : NULL, &t[k], &x, e);
            r->hits[k] = x.hits;
        }
        if (i > 0) /* the first is the warm-up */
            pairs_add(p, t[0], t[1]);
    }
    r->lines = x.lines;
    return rc;
}

static int measure(const struct bench *b, void *out, struct err *e)
{
    static const int points[2] = {POINTS_MANY, POINTS_FEW}, on[2] = {20, 1};
    struct result *r = out;
    struct huji_library *lib[2] = {NULL, NULL};
    bool *wanted[2] = {NULL, NULL};
    struct items it = {0};
    struct store *s = NULL;
    double t[2];
    char dir[4200];
    struct store_options so = {.threads = b->threads, .command = "huji-bench"};
    snprintf(dir, sizeof dir, "%s/store", b->work);
    int rc = store_open(dir, STORE_WRITE, &so, &s, e);
    if (rc == 0)
        rc = read_items(s, &it, e);
    r->items = it.n;
    for (int k = 0; k < 2 && rc == 0; k++) {
        rc = write_library(b, points[k], on[k], &it, e);
        snprintf(dir, sizeof dir, "%s/know%d", b->work, points[k]);
        t[k] = processor();
        if (rc == 0)
            rc = library_load(dir, &lib[k], e);
        t[k] = processor() - t[k];
        if (rc == 0 && !(wanted[k] = reading(lib[k])))
            rc = err_nomem(e);
    }
    if (rc == 0)
        pairs_add(&r->load, t[0], t[1]);
    if (rc == 0)
        rc = pair(s, b, lib, NULL, &r->whole, r, e);
    if (rc == 0)
        rc = pair(s, b, lib, wanted, &r->these, r, e);
    store_close(s);
    return rc;
}

int bench_knowledge(const struct bench *b)
{
    struct result r = {0};
    if (bench_store(b) != 0 || bench_child(b, measure, &r, sizeof r, NULL) != 0)
        return -1;
    pairs_row(
        &r.whole,
        "8. 400,000 knowledge points, 20 on a line's item / 20,000, one; whole library, processor time",
        "<= 3");
    pairs_row(&r.these, "8. the same, only the rules that read these tables", "");
    pairs_row(&r.load, "8. loading the library", "");
    printf("\n%zu items, %llu lines; hits %llu and %llu\n\n", r.items, (unsigned long long)r.lines,
           (unsigned long long)r.hits[0], (unsigned long long)r.hits[1]);
    return 0;
}
