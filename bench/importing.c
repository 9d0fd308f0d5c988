/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Import: of the fee lines against DuckDB's own, and of one month more. */
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "bench.h"
#include "claims/schema.h"

struct timed {
    double seconds, processor;
};

/* Of this process, a child of its own: what other work on the machine leaves alone. */
static double processor(void)
{
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
           (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

static int import_timed(const struct bench *b, const char *dir, const char *path, long long memory,
                        struct timed *t, struct err *e)
{
    double before = processor();
    int rc = bench_import(dir, path, b->threads, memory, &t->seconds, e);
    t->processor = processor() - before;
    return rc;
}

static int import_fees(const struct bench *b, void *out, struct err *e)
{
    char dir[4200], file[4200];
    snprintf(dir, sizeof dir, "%s/fees", b->work);
    snprintf(file, sizeof file, "%s/fee_list_d.csv", b->tables);
    return import_timed(b, dir, file, 4096, out, e);
}

static int first_line(const char *file, char *out, size_t cap, struct err *e)
{
    FILE *f = fopen(file, "r");
    bool ok = f && fgets(out, (int)cap, f);
    if (f)
        fclose(f);
    out[ok ? strcspn(out, "\r\n") : 0] = 0;
    return ok ? 0 : err_set(e, ERR_IO, "cannot read %s", file);
}

static const char *type_of(const struct table_schema *t, struct span name)
{
    int c = schema_column(t, name);
    switch (c < 0 ? COL_TEXT : t->columns[c].kind) {
    case COL_TIME: return "TIMESTAMP";
    case COL_FEN: return "DECIMAL(16,2)";
    case COL_QTY: return "DECIMAL(16,4)";
    case COL_PRICE: return "DECIMAL(16,6)";
    case COL_INT: return "INTEGER";
    default: return "VARCHAR";
    }
}

static int plain_sql(const struct bench *b, struct buf *sql, struct err *e)
{
    char file[4200], head[65536];
    snprintf(file, sizeof file, "%s/fee_list_d.csv", b->tables);
    int rc = first_line(file, head, sizeof head, e);
    if (rc < 0)
        return rc;
    const struct table_schema *t = huji_tables[schema_table(SPAN("fee_list_d"))];
    buf_fmt(sql, "CREATE TABLE fee AS SELECT * FROM read_csv('%s', header = true, columns = {",
            file);
    struct span rest = span_of(head);
    for (int i = 0; rest.n; i++) {
        struct span c = span_cut(&rest, ',');
        buf_fmt(sql, "%s'%.*s': '%s'", i ? ", " : "", (int)c.n, c.p, type_of(t, c));
    }
    buf_str(sql, "}) ORDER BY psn_no, fee_ocur_time, mdtrt_id");
    return sql->failed ? err_nomem(e) : 0;
}

/* DuckDB in a file of its own, closed (and so written) within the time. */
static int import_plain(const struct bench *b, void *out, struct err *e)
{
    char file[4200];
    duckdb_database db;
    duckdb_connection con;
    struct buf sql = BUF_INIT;
    snprintf(file, sizeof file, "%s/plain.duckdb", b->work);
    int rc = plain_sql(b, &sql, e);
    double t = bench_now(), before = processor();
    if (rc < 0)
        return rc;
    if (duckdb_open(file, &db) != DuckDBSuccess || duckdb_connect(db, &con) != DuckDBSuccess)
        return err_set(e, ERR_DB, "cannot open %s", file);
    rc = db_exec(con, e,
                 "SET threads = %d; SET memory_limit = '4GB'; SET preserve_insertion_order = true",
                 b->threads);
    if (rc == 0)
        rc = db_run(con, buf_cstr(&sql), e);
    duckdb_disconnect(&con);
    duckdb_close(&db);
    *(struct timed *)out = (struct timed){bench_now() - t, processor() - before};
    buf_release(&sql);
    return rc;
}

int bench_importing(const struct bench *b)
{
    struct pairs p = {0}, cpu = {0};
    double ours = 0, theirs = 0, peak;
    for (int i = 0; i < b->pairs; i++) {
        struct timed x, y;
        bench_shell("rm -rf '%s/fees' '%s'/plain.duckdb*", b->work, b->work);
        if (bench_child(b, import_fees, &x, sizeof x, &peak) != 0)
            return -1;
        ours = peak > ours ? peak : ours;
        if (bench_child(b, import_plain, &y, sizeof y, &peak) != 0)
            return -1;
        theirs = peak > theirs ? peak : theirs;
        pairs_add(&p, x.seconds, y.seconds);
        pairs_add(&cpu, x.processor, y.processor);
    }
    pairs_row(&p, "4. import of fee_list_d / CREATE TABLE AS ... ORDER BY", "<= 1.5");
    pairs_row(&cpu, "4. the same, processor time", "");
    printf("| 7. their peak MiB, limit 4 GB | %.0f MiB | %.0f MiB | | <= 4096 MiB | %d |\n", ours,
           theirs, p.n);
    bench_shell("rm -rf '%s/fees' '%s'/plain.duckdb*", b->work, b->work);
    return 0;
}

/* ---- one month more ---- */

static const struct {
    const char *table, *late; /* which rows are the 13th month's */
} split[] = {
    {"fee_list_d", "fee_ocur_time >= '2024-01-01'"},
    {"mdtrt_d", "begntime >= '2024-01-01'"},
    {"setl_d", "setl_time >= '2024-01-01'"},
    {"sale_3505", "sel_retn_time >= '2024-01-01'"},
    {"setl_list_diag_d", "mdtrt_id IN (SELECT mdtrt_id FROM late)"},
    {"setl_diag_list_d", "mdtrt_id IN (SELECT mdtrt_id FROM late)"},
    {"setl_list_oprn_d", "mdtrt_id IN (SELECT mdtrt_id FROM late)"},
};

static int split_month(const struct bench *b, void *out, struct err *e)
{
    duckdb_database db;
    duckdb_connection con;
    (void)out;
    if (duckdb_open(NULL, &db) != DuckDBSuccess || duckdb_connect(db, &con) != DuckDBSuccess)
        return err_set(e, ERR_DB, "no DuckDB");
    int rc = db_exec(
        con, e,
        "SET memory_limit = '4GB'; CREATE TABLE late AS SELECT mdtrt_id FROM read_csv('%s/mdtrt_d.csv', header = true, "
        "all_varchar = true) WHERE begntime >= '2024-01-01'",
        b->more);
    for (size_t i = 0; i < sizeof split / sizeof *split && rc == 0; i++)
        for (int late = 0; late < 2 && rc == 0; late++)
            rc = db_exec(
                con, e,
                "COPY (SELECT * FROM read_csv('%s/%s.csv', header = true, all_varchar = true) WHERE %scoalesce(%s, false)) TO "
                "'%s/%s/%s.csv' (HEADER)",
                b->more, split[i].table, late ? "" : "NOT ", split[i].late, b->work,
                late ? "late" : "early", split[i].table);
    duckdb_disconnect(&con);
    duckdb_close(&db);
    return rc;
}

#define IMPORT(name, store, tables)                                  \
    static int name(const struct bench *b, void *out, struct err *e) \
    {                                                                \
        char dir[4200], path[4200];                                  \
        snprintf(dir, sizeof dir, "%s/" store, b->work);             \
        snprintf(path, sizeof path, "%s/" tables, b->work);          \
        return import_timed(b, dir, path, 0, out, e);                \
    }
IMPORT(import_year, "year", "early")
IMPORT(import_on_top, "top", "late")
IMPORT(import_alone, "alone", "late")

static int import_bulk(const struct bench *b, void *out, struct err *e)
{
    char dir[4200];
    snprintf(dir, sizeof dir, "%s/bulk", b->work);
    return import_timed(b, dir, b->more, 0, out, e);
}

static int open_named(const struct bench *b, const char *name, struct store **s, struct err *e)
{
    char dir[4200];
    struct store_options o = {.threads = b->threads, .command = "huji-bench"};
    snprintf(dir, sizeof dir, "%s/%s", b->work, name);
    return store_open(dir, STORE_WRITE, &o, s, e);
}

static int screen_both(const struct bench *b, void *out, struct err *e)
{
    struct store *top, *bulk;
    struct huji_library *lib;
    struct screen_options o = {.from = DAY_NONE, .to = DAY_NONE, .threads = b->threads};
    struct screen_report x, y;
    int rc = open_named(b, "top", &top, e);
    if (rc == 0)
        rc = open_named(b, "bulk", &bulk, e);
    if (rc == 0)
        rc = library_load(b->rules, &lib, e);
    for (int i = 0; i <= b->pairs && rc == 0; i++) {
        rc = bench_screen(top, lib, &o, &x, e);
        if (rc == 0)
            rc = bench_screen(bulk, lib, &o, &y, e);
        if (i > 0)
            pairs_add(out, x.seconds, y.seconds);
    }
    if (rc == 0 && (x.hits != y.hits || x.lines != y.lines))
        fprintf(stderr, "huji-bench: month on top finds %llu of %llu lines, in bulk %llu of %llu\n",
                (unsigned long long)x.hits, (unsigned long long)x.lines, (unsigned long long)y.hits,
                (unsigned long long)y.lines);
    return rc;
}

/* The two counties and the two stores that are only read, kept for the next run like the store. */
static int prepare_month(const struct bench *b)
{
    struct timed x;
    if (bench_shell("[ -e '%s'/bulk/.done ]", b->work) == 0)
        return 0;
    bench_shell(
        "cd '%s' && rm -rf early late year top alone bulk && mkdir early late && cp '%s'/*.csv early/ && rm -f early/truth.csv",
        b->work, b->more);
    if (bench_child(b, split_month, NULL, 0, NULL) != 0 ||
        bench_child(b, import_year, &x, sizeof x, NULL) != 0 ||
        bench_child(b, import_bulk, &x, sizeof x, NULL) != 0)
        return -1;
    return bench_shell("cd '%s' && rm -rf early && touch bulk/.done", b->work);
}

int bench_month(const struct bench *b)
{
    struct pairs p = {0}, cpu = {0}, q = {0};
    struct timed x, y;
    if (!b->more)
        return 0;
    if (prepare_month(b) != 0)
        return -1;
    for (int i = 0; i < b->pairs; i++) {
        bench_shell("cd '%s' && rm -rf top alone && cp -r year top", b->work);
        if (bench_child(b, import_on_top, &x, sizeof x, NULL) != 0 ||
            bench_child(b, import_alone, &y, sizeof y, NULL) != 0)
            return -1;
        pairs_add(&p, x.seconds, y.seconds);
        pairs_add(&cpu, x.processor, y.processor);
    }
    pairs_row(&p, "5. 13th month on top of 12 / into an empty store", "<= 1.5");
    pairs_row(&cpu, "5. the same, processor time", "");
    if (bench_child(b, screen_both, &q, sizeof q, NULL) != 0)
        return -1;
    pairs_row(&q, "5. screening after that / after one bulk import", "<= 1.3");
    return bench_shell("cd '%s' && rm -rf top alone", b->work);
}
