/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * An import is killed (SIGKILL) at 30 random moments. After each the store must open and be exactly as before the
 * import or exactly as after it. The import runs in a process of its own: this program again, called with "child".
 */
#include "../unit/store_help.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

#define KILLS 30

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* One month: 40 lines of each of 100 persons, their visits and settlements. */
static void write_month(const char *dir, int month, bool refund)
{
    char p[3][256];
    FILE *f[3];
    static const char *const table[] = {"fee_list_d", "mdtrt_d", "setl_d"};
    mkdir(dir, 0777);
    for (int i = 0; i < 3; i++) {
        snprintf(p[i], sizeof p[i], "%s/%s_%02d.csv", dir, table[i], month);
        f[i] = fopen(p[i], "w");
        assert_non_null(f[i]);
    }
    fputs(
        "bkkp_sn,psn_no,mdtrt_id,setl_id,fixmedins_code,fee_ocur_time,hilist_code,cnt,pric,det_item_fee_sumamt\n",
        f[0]);
    fputs("mdtrt_id,psn_no,fixmedins_code,med_type,begntime,endtime\n", f[1]);
    fputs(
        "setl_id,mdtrt_id,psn_no,fixmedins_code,setl_time,medfee_sumamt,refd_setl_flag,init_setl_id\n",
        f[2]);
    for (int k = 0; k < 100; k++) {
        for (int i = 0; i < 40; i++)
            fprintf(f[0], "L%02d%04d%03d,p%d,m%d-%d,s%d-%d,H1,2023-%02d-%02d 08:00:00,i%d,1,2,2\n",
                    month, k, i, k, month, k, month, k, month, i % 28 + 1, i);
        fprintf(f[1], "m%d-%d,p%d,H1,11,2023-%02d-01,2023-%02d-28\n", month, k, k, month, month);
        fprintf(f[2], "s%d-%d,m%d-%d,p%d,H1,2023-%02d-28,80,0,\n", month, k, month, k, k, month);
        if (refund) /* reaches into the month before */
            fprintf(f[2], "r%d-%d,m%d-%d,p%d,H1,2023-%02d-28,-80,1,s%d-%d\n", month, k, month - 1,
                    k, k, month, month - 1, k);
    }
    for (int i = 0; i < 3; i++)
        fclose(f[i]);
}

static int child(const char *dir, const char *in)
{
    struct store *s;
    struct err e = {0};
    struct import_report r = {0};
    struct store_options o = {.threads = 2, .memory_mb = 512, .command = "crash test"};
    if (store_open(dir, STORE_WRITE, &o, &s, &e) < 0 ||
        store_import(s, &in, 1, NULL, NULL, &r, &e) < 0) {
        fprintf(stderr, "child: %s\n", e.message);
        return 1;
    }
    import_report_release(&r);
    store_close(s);
    return 0;
}

/* `full`: no file may grow beyond so many bytes, as if the disk were full; what the child says goes to that file. */
static pid_t start_limited(const char *dir, const char *in, rlim_t full, const char *said)
{
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        if (full) {
            struct rlimit r = {full, full};
            signal(SIGXFSZ, SIG_IGN);
            setrlimit(RLIMIT_FSIZE, &r);
            if (!freopen(said, "w", stderr))
                _exit(126);
        }
        execl("/proc/self/exe", "import_kill", "child", dir, in, (char *)NULL);
        _exit(127);
    }
    return pid;
}

static pid_t start(const char *dir, const char *in)
{
    return start_limited(dir, in, 0, NULL);
}

/* Whatever the numbers given to codes: rows of every table, and what the lines say. */
static void fingerprint(const char *dir, char *out, size_t cap)
{
    struct store *s;
    struct err e = {0};
    struct db_rows rows;
    struct buf b = BUF_INIT;
    struct store_options o = {.threads = 1, .memory_mb = 512};
    if (store_open(dir, STORE_WRITE, &o, &s, &e) < 0)
        fail_msg("store_open: %s", e.message);
    assert_int_equal(
        db_open(s->con, "SELECT table_name FROM duckdb_tables() ORDER BY 1", &rows, &e), 0);
    while (db_next(&rows)) {
        struct span t = db_text(&rows, 0);
        int64_t n;
        if (db_int(s->con, &e, 0, &n, "SELECT count(*) FROM %.*s", (int)t.n, t.p) < 0)
            fail_msg("%s", e.message);
        buf_fmt(&b, "%.*s=%lld ", (int)t.n, t.p, (long long)n);
    }
    db_close(&rows);
    static const char *const sum[] = {
        "SELECT CAST(sum(det_item_fee_sumamt * (1 + void)) AS BIGINT) FROM s_line",
        "SELECT CAST(sum(hash(bkkp_sn || psn_no || fee_ocur_time || row_no)) % 1000000007 AS BIGINT) FROM line_text",
        ("SELECT CAST(sum(hash(p.code || i.code || l.fee_ocur_time)) % 1000000007 AS BIGINT) FROM s_line l JOIN d_person p ON "
         "p.id = l.psn_no JOIN d_item i ON i.id = l.hilist_code"),
    };
    for (size_t i = 0; i < sizeof sum / sizeof sum[0]; i++) {
        int64_t n;
        if (db_int(s->con, &e, 0, &n, "%s", sum[i]) < 0)
            fail_msg("%s", e.message);
        buf_fmt(&b, "%lld ", (long long)n);
    }
    snprintf(out, cap, "%s", buf_cstr(&b));
    buf_release(&b);
    store_close(s);
}

static void copy_store(const char *from, const char *to)
{
    char cmd[512];
    snprintf(cmd, sizeof cmd, "rm -rf '%s' && cp -a '%s' '%s'", to, from, to);
    assert_int_equal(system(cmd), 0);
}

static void kills(void **state)
{
    (void)state;
    static char before[16384], after[16384], got[16384];
    char base[128], work[128], in1[128], in2[128], top[64] = "/tmp/huji-kill-XXXXXX";
    assert_non_null(mkdtemp(top));
    snprintf(base, sizeof base, "%s/base", top);
    snprintf(work, sizeof work, "%s/work", top);
    snprintf(in1, sizeof in1, "%s/in1", top);
    snprintf(in2, sizeof in2, "%s/in2", top);
    write_month(in1, 1, false);
    write_month(in2, 2, true);
    struct err e = {0};
    if (store_init(base, &e) < 0)
        fail_msg("%s", e.message);
    int st;
    waitpid(start(base, in1), &st, 0);
    assert_int_equal(st, 0);
    fingerprint(base, before, sizeof before);
    copy_store(base, work);
    double t = now();
    waitpid(start(work, in2), &st, 0);
    t = now() - t;
    assert_int_equal(st, 0);
    fingerprint(work, after, sizeof after);
    assert_string_not_equal(before, after);
    unsigned seed = (unsigned)getpid();
    int n_before = 0, n_after = 0;
    for (int i = 0; i < KILLS; i++) {
        copy_store(base, work);
        pid_t pid = start(work, in2);
        usleep((useconds_t)(t * 1.1e6 * (rand_r(&seed) % 1000) / 1000));
        kill(pid, SIGKILL);
        waitpid(pid, &st, 0);
        fingerprint(work, got, sizeof got);
        if (strcmp(got, before) != 0 && strcmp(got, after) != 0)
            fail_msg("neither as before nor as after:\n%s\n%s\n%s", got, before, after);
        n_before += strcmp(got, before) == 0;
        n_after += strcmp(got, after) == 0;
    }
    print_message("kills=%d as_before=%d as_after=%d import_seconds=%.2f\n", KILLS, n_before,
                  n_after, t);
    nftw(top, box_remove, 16, FTW_DEPTH | FTW_PHYS);
}

static void full_disk(void **state)
{
    (void)state;
    static char before[16384], after[16384], got[16384], text[1024];
    char base[128], work[128], in1[128], in2[128], said[128], db[160],
        top[64] = "/tmp/huji-full-XXXXXX";
    assert_non_null(mkdtemp(top));
    snprintf(base, sizeof base, "%s/base", top);
    snprintf(work, sizeof work, "%s/work", top);
    snprintf(in1, sizeof in1, "%s/in1", top);
    snprintf(in2, sizeof in2, "%s/in2", top);
    snprintf(said, sizeof said, "%s/said", top);
    snprintf(db, sizeof db, "%s/claims.duckdb", base);
    write_month(in1, 1, false);
    write_month(in2, 2, true);
    struct err e = {0};
    assert_int_equal(store_init(base, &e), 0);
    int st;
    waitpid(start(base, in1), &st, 0);
    assert_int_equal(st, 0);
    fingerprint(base, before, sizeof before);
    /* not even the log of the transaction fits */
    waitpid(start_limited(base, in2, 300000, said), &st, 0);
    assert_true(WIFEXITED(st) && WEXITSTATUS(st) == 1);
    FILE *f = fopen(said, "r");
    text[f ? fread(text, 1, sizeof text - 1, f) : 0] = 0;
    if (f)
        fclose(f);
    assert_has(text, "磁盘已满");
    fingerprint(base, got, sizeof got);
    assert_string_equal(got, before);
    /* the log fits, the database does not: the import stands, in the log */
    copy_store(base, work);
    waitpid(start(work, in2), &st, 0);
    assert_int_equal(st, 0);
    fingerprint(work, after, sizeof after);
    struct stat now_is;
    assert_int_equal(stat(db, &now_is), 0);
    waitpid(start_limited(base, in2, (rlim_t)now_is.st_size + 200000, said), &st, 0);
    assert_true(WIFEXITED(st));
    fingerprint(base, got, sizeof got);
    assert_string_equal(got, WEXITSTATUS(st) ? before : after);
    nftw(top, box_remove, 16, FTW_DEPTH | FTW_PHYS);
}

int main(int argc, char **argv)
{
    if (argc == 4 && strcmp(argv[1], "child") == 0)
        return child(argv[2], argv[3]);
    const struct CMUnitTest tests[] = {cmocka_unit_test(full_disk), cmocka_unit_test(kills)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
