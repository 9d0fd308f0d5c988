/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * The real-time check measured: three servers, each in a process of its own on the same way through HTTP. `bytes` reads the body
 * and answers as many bytes as the whole answer has; `parse` reads it into the message's structs as well; `full` judges and
 * keeps. bench/live makes the county and calls this.
 */
#include <dirent.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "casework/access.h"
#include "casework/db.h"
#include "live_load.h"
#include "run/records.h"
#include "server/server.h"

enum { ROUNDS = 9, KINDS = 3 };
static const char *const kind_name[] = {"full", "parse", "bytes"};

struct bench {
    const char *data, *rules, *messages;
    int rounds, connections, only; /* only: this kind alone, -1 = all */
    bool stages;
    double seconds, rate; /* rate: of `only`, messages a second; 0 = as many as it takes */
    struct messages texts;
    char **psn;
    size_t n_psn;
    unsigned times;
    char key[ACCESS_KEY];
    size_t answer;
};

struct child {
    pid_t pid;
    int port;
};

static void say(const struct err *e)
{
    fprintf(stderr, "huji-bench-live: %s%s%s %s\n", e->message, e->where[0] ? " @ " : "", e->where,
            e->hint);
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double load_now(void)
{
    double v = 0;
    return getloadavg(&v, 1) == 1 ? v : 0;
}

/* ---- the servers ---- */

static void ready(void *ctx, int port)
{
    int fd = *(int *)ctx;
    if (write(fd, &port, sizeof port) != sizeof port)
        _exit(1);
    close(fd);
}

static int serve(const struct bench *b, int kind, struct child *c)
{
    int p[2];
    if (pipe(p) < 0)
        return -1;
    fflush(stdout);
    c->pid = fork();
    if (c->pid == 0) {
        struct err e = {0};
        struct server_options o = {.dir = b->data,
                                   .listen = "127.0.0.1:0",
                                   .rules = b->rules,
                                   .live = kind == 0   ? LIVE_WHOLE
                                           : kind == 1 ? LIVE_PARSE
                                                       : LIVE_BYTES,
                                   .live_bytes = b->answer,
                                   .stages = b->stages};
        close(p[0]);
        if (!getenv("LIVE_LOG") && !freopen("/dev/null", "w", stderr))
            _exit(1);
        int rc = server_run(&o, ready, &p[1], &e);
        if (rc)
            say(&e);
        _exit(rc != 0);
    }
    close(p[1]);
    bool ok = c->pid > 0 && read(p[0], &c->port, sizeof c->port) == sizeof c->port;
    close(p[0]);
    return ok ? 0 : -1;
}

static double child_cpu(pid_t pid)
{
    clockid_t id;
    struct timespec t = {0};
    if (clock_getcpuclockid(pid, &id) == 0)
        clock_gettime(id, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Seconds of processor of a process's threads, added up by their names. */
enum { THREADS = 32 };
struct threads {
    struct {
        char name[20];
        double s;
    } at[THREADS];
    int n;
};

static void add_thread(struct threads *t, const char *name, double s)
{
    int i = 0;
    while (i < t->n && strcmp(t->at[i].name, name) != 0)
        i++;
    if (i == THREADS)
        return;
    if (i == t->n) {
        t->at[t->n++].s = 0;
        snprintf(t->at[i].name, sizeof t->at[i].name, "%s", name);
    }
    t->at[i].s += s;
}

static void read_threads(pid_t pid, struct threads *t)
{
    char path[300], name[20];
    unsigned long long ns;
    snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
    DIR *d = opendir(path);
    t->n = 0;
    for (struct dirent *x; d && (x = readdir(d));) {
        snprintf(path, sizeof path, "/proc/%d/task/%s/comm", (int)pid, x->d_name);
        FILE *f = fopen(path, "re");
        bool ok = f && fscanf(f, "%19[^\n]", name) == 1;
        if (f)
            fclose(f);
        snprintf(path, sizeof path, "/proc/%d/task/%s/schedstat", (int)pid, x->d_name);
        f = ok ? fopen(path, "re") : NULL;
        if (f && fscanf(f, "%llu", &ns) == 1)
            add_thread(t, name, (double)ns / 1e9);
        if (f)
            fclose(f);
    }
    if (d)
        closedir(d);
}

static int stop(struct child *c, double *mb)
{
    int status = 1;
    struct rusage u = {0};
    kill(c->pid, SIGTERM);
    wait4(c->pid, &status, 0, &u);
    *mb = (double)u.ru_maxrss / 1024;
    return status == 0 ? 0 : -1;
}

/* ---- measuring ---- */

struct measured {
    double per_second, p50, p99, cpu_server, cpu_load, findings, answer, mb;
    uint64_t bad;
    struct threads threads; /* us a message */
};

static int measure(struct bench *b, int kind, double rate, uint64_t seed, struct measured *out,
                   struct err *e)
{
    struct child c;
    struct load_result warm, r;
    struct load l = {.connections = b->connections,
                     .messages = &b->texts,
                     .psn = (const char *const *)b->psn,
                     .n_psn = b->n_psn,
                     .times = b->times,
                     .key = b->key,
                     .seconds = 1,
                     .seed = seed};
    if (serve(b, kind, &c) < 0)
        return err_set(e, ERR_STATE, "服务没有起来（LIVE_LOG=1 看原因）");
    l.port = c.port;
    int rc = load_run(&l, &warm, e); /* the history is read, memory is there */
    l.seed = seed + 1000000000;
    l.seconds = b->seconds;
    l.rate = rate;
    l.stages = b->stages;
    struct threads was, is;
    read_threads(c.pid, &was);
    double cpu = -child_cpu(c.pid), mb;
    if (rc == 0)
        rc = load_run(&l, &r, e);
    cpu += child_cpu(c.pid);
    read_threads(c.pid, &is);
    if (stop(&c, &mb) < 0 && rc == 0)
        rc = err_set(e, ERR_STATE, "服务没有正常结束");
    if (rc < 0)
        return rc;
    double n = (double)r.sent;
    if (b->stages)
        stages_print(r.stage, r.sent);
    mem_free(r.stage);
    *out = (struct measured){.per_second = r.per_second,
                             .p50 = r.p50,
                             .p99 = r.p99,
                             .cpu_server = cpu / n * 1e6,
                             .cpu_load = r.cpu / (double)r.sent * 1e6,
                             .findings = (double)r.findings / (double)r.sent,
                             .answer = (double)r.bytes / (double)r.sent,
                             .mb = mb,
                             .bad = r.bad};
    for (int i = 0; i < was.n; i++)
        add_thread(&is, was.at[i].name, -was.at[i].s);
    for (int i = 0; i < is.n; i++)
        add_thread(&out->threads, is.at[i].name, is.at[i].s / n * 1e6);
    return 0;
}

static int cmp_double(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(const struct measured *m, int n, size_t at)
{
    double v[ROUNDS];
    for (int i = 0; i < n; i++)
        memcpy(&v[i], (const char *)&m[i] + at, sizeof v[i]);
    qsort(v, (size_t)n, sizeof *v, cmp_double);
    return n % 2 ? v[n / 2] : (v[n / 2 - 1] + v[n / 2]) / 2;
}
#define MEDIAN(m, n, field) median(m, n, offsetof(struct measured, field))

static double fdatasync_ms(const struct bench *b, double *p99)
{
    enum { N = 300 };
    char path[1100], block[8192];
    double t[N];
    snprintf(path, sizeof path, "%s/check/fdatasync.tmp", b->data);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    memset(block, 'x', sizeof block);
    for (int i = 0; i < N; i++) {
        double from = now();
        if (fd < 0 || write(fd, block, sizeof block) < 0 || fdatasync(fd) < 0)
            return -1;
        t[i] = (now() - from) * 1e3;
    }
    close(fd);
    unlink(path);
    qsort(t, N, sizeof *t, cmp_double);
    *p99 = t[N * 99 / 100];
    return t[N / 2];
}

/* One server alone: for a profiler, and for processor time on a machine that others use as well. */
static int run_one(struct bench *b, struct err *e)
{
    uint64_t seed = (uint64_t)time(NULL) * 10000000000ull % 1000000000000000000ull;
    int rc = 0;
    for (int i = 0; i < b->rounds && rc == 0; i++) {
        struct measured m;
        rc = measure(b, b->only, b->rate, seed += 3000000000ull, &m, e);
        if (rc == 0)
            printf("%s: %.0f a second, %.1f us of the server's processor, %.1f of the load's, "
                   "p50 %.2f, p99 %.2f ms, bad %llu\n",
                   kind_name[b->only], m.per_second, m.cpu_server, m.cpu_load, m.p50, m.p99,
                   (unsigned long long)m.bad);
        for (int k = 0; rc == 0 && k < m.threads.n; k++)
            if (m.threads.at[k].s >= 0.1)
                printf("    %-16s %6.1f us a message\n", m.threads.at[k].name, m.threads.at[k].s);
    }
    return rc;
}

static int run(struct bench *b, struct err *e)
{
    static struct measured full_speed[KINDS][ROUNDS], half[2][ROUNDS];
    double ratio_full[ROUNDS], ratio_parse[ROUNDS], p99_sync, sync_ms = fdatasync_ms(b, &p99_sync);
    uint64_t seed = (uint64_t)time(NULL) * 10000000000ull % 1000000000000000000ull, bad = 0;
    int rc = 0, n = b->rounds;
    for (int i = 0; i < n; i++) {
        for (int k = 0; k < KINDS && rc == 0; k++) {
            rc = measure(b, k, 0, seed += 3000000000ull, &full_speed[k][i], e);
            if (k == 0 && rc == 0)
                b->answer = (size_t)full_speed[k][i].answer;
            bad += full_speed[k][i].bad;
        }
        double rate = full_speed[0][i].per_second / 2;
        for (int k = 0; k < 2 && rc == 0; k++)
            rc = measure(b, k, rate, seed += 3000000000ull, &half[k][i], e);
        if (rc < 0)
            return rc;
        bad += half[0][i].bad + half[1][i].bad;
        ratio_full[i] = full_speed[0][i].per_second / full_speed[1][i].per_second;
        ratio_parse[i] = full_speed[1][i].per_second / full_speed[2][i].per_second;
        fprintf(
            stderr,
            "round %d: full %.0f, parse %.0f, bytes %.0f a second; p99 at half %.2f / %.2f ms; load %.1f\n",
            i + 1, full_speed[0][i].per_second, full_speed[1][i].per_second,
            full_speed[2][i].per_second, half[0][i].p99, half[1][i].p99, load_now());
    }
    qsort(ratio_full, (size_t)n, sizeof *ratio_full, cmp_double);
    qsort(ratio_parse, (size_t)n, sizeof *ratio_parse, cmp_double);
    printf(
        "| server | messages/s | us of processor, server | us, load | p50 ms | p99 ms | p99 ms at half of full |\n"
        "| --- | --- | --- | --- | --- | --- | --- |\n");
    for (int k = KINDS - 1; k >= 0; k--) {
        const struct measured *m = full_speed[k];
        printf("| %s | %.0f | %.0f | %.0f | %.2f | %.2f | ", kind_name[k], MEDIAN(m, n, per_second),
               MEDIAN(m, n, cpu_server), MEDIAN(m, n, cpu_load), MEDIAN(m, n, p50),
               MEDIAN(m, n, p99));
        if (k < 2)
            printf("%.2f |\n", MEDIAN(half[k], n, p99));
        else
            printf("|\n");
    }
    printf(
        "\nfull / parse %.0f %%, parse / bytes %.0f %% (medians of %d rounds of %.0f s, %d connections)\n",
        ratio_full[n / 2] * 100, ratio_parse[n / 2] * 100, n, b->seconds, b->connections);
    printf("fdatasync of 8 KB: median %.2f ms, p99 %.2f ms\n", sync_ms, p99_sync);
    printf(
        "answers: %.0f bytes, %.1f findings shown each; wrong envelopes: %llu; peak memory of full: %.0f MiB\n",
        MEDIAN(full_speed[0], n, answer), MEDIAN(full_speed[0], n, findings),
        (unsigned long long)bad, MEDIAN(full_speed[0], n, mb));
    return bad ? err_set(e, ERR_STATE, "有 %llu 条回答不对", (unsigned long long)bad) : 0;
}

/* ---- who is asked about, and who asks ---- */

static int persons(struct bench *b, const char *list, struct err *e)
{
    char line[256];
    size_t cap = 0;
    FILE *f = fopen(list, "re");
    if (!f)
        return err_errno(e, "打不开 %s", list);
    while (fgets(line, sizeof line, f)) {
        line[strcspn(line, "\r\n")] = 0;
        if (*line && (mem_grow(&b->psn, &cap, b->n_psn + 1, sizeof *b->psn) < 0 ||
                      !(b->psn[b->n_psn++] = strdup(line))))
            return err_nomem(e);
    }
    fclose(f);
    return b->n_psn ? 0 : err_set(e, ERR_INPUT, "%s 是空的", list);
}

static int issue(struct bench *b, const char *inst, struct err *e)
{
    char url[1200];
    struct cw *db;
    struct actor who = {.name = "bench", .login = "bench", .source = "local"};
    struct scope all = {.prefix = ""};
    char until[16];
    time_t then = time(NULL) + 365 * 86400;
    struct tm tm;
    localtime_r(&then, &tm);
    strftime(until, sizeof until, "%Y-%m-%d", &tm);
    struct access a = {.fixmedins_code = inst,
                       .fixmedins_name = "",
                       .admdvs = "",
                       .addresses = "127.0.0.1",
                       .valid_until = until,
                       .note = "bench"};
    int64_t id;
    int rc = casework_place(b->data, NULL, url, sizeof url, e);
    if (rc == 0)
        rc = cw_open(url, &db, e);
    if (rc < 0)
        return rc;
    rc = access_issue(db, &who, &all, &a, &id, b->key, e);
    cw_close(db);
    return rc;
}

static int usage(void)
{
    fprintf(
        stderr,
        "usage: huji-bench-live --repeat FROM TO TIMES\n"
        "       huji-bench-live --data DIR --rules DIR --messages FILE --persons FILE --inst CODE --times N\n"
        "                       [--rounds N] [--seconds S] [--connections N] [--stages] [--only full|parse|bytes [--rate N]]\n");
    return 2;
}

int main(int argc, char **argv)
{
    static const struct option options[] = {
        {"data", 1, NULL, 'd'},    {"rules", 1, NULL, 'r'},   {"messages", 1, NULL, 'm'},
        {"persons", 1, NULL, 'p'}, {"inst", 1, NULL, 'i'},    {"times", 1, NULL, 't'},
        {"rounds", 1, NULL, 'n'},  {"seconds", 1, NULL, 's'}, {"connections", 1, NULL, 'c'},
        {"repeat", 0, NULL, 'R'},  {"only", 1, NULL, 'o'},    {"rate", 1, NULL, 'q'},
        {"stages", 0, NULL, 'S'},  {NULL, 0, NULL, 0}};
    struct bench b = {
        .rounds = 3, .seconds = 5, .connections = 96, .times = 1, .answer = 3200, .only = -1};
    const char *list = NULL, *inst = NULL;
    bool repeat = false;
    struct err e = {0};
    int rc = 0;
    for (int c; (c = getopt_long(argc, argv, "", options, NULL)) != -1;)
        switch (c) {
        case 'd': b.data = optarg; break;
        case 'r': b.rules = optarg; break;
        case 'm': b.messages = optarg; break;
        case 'p': list = optarg; break;
        case 'i': inst = optarg; break;
        case 't': b.times = (unsigned)atoi(optarg); break;
        case 'n': b.rounds = atoi(optarg); break;
        case 'q': b.rate = atof(optarg); break;
        case 's': b.seconds = atof(optarg); break;
        case 'c': b.connections = atoi(optarg); break;
        case 'R': repeat = true; break;
        case 'S': b.stages = true; break;
        case 'o':
            for (b.only = KINDS - 1; b.only > 0 && strcmp(kind_name[b.only], optarg) != 0;)
                b.only--;
            break;
        default: return usage();
        }
    if (repeat && argc - optind == 3) {
        rc = records_repeat(argv[optind], argv[optind + 1], (uint32_t)atoi(argv[optind + 2]), &e);
    } else if (b.data && b.rules && b.messages && list && inst && b.rounds > 0 &&
               b.rounds <= ROUNDS && b.connections > 0 && b.connections <= 512 && b.times) {
        rc = messages_read(b.messages, &b.texts, &e);
        if (rc == 0)
            rc = persons(&b, list, &e);
        if (rc == 0)
            rc = issue(&b, inst, &e);
        if (rc == 0)
            rc = b.only < 0 ? run(&b, &e) : run_one(&b, &e);
    } else {
        return usage();
    }
    if (rc < 0)
        say(&e);
    return rc < 0;
}
