/* SPDX-License-Identifier: MulanPSL-2.0 */
/* What is durable is there again, whatever of the file itself a crash took: check/ahead.h, and decisions on top of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/span.h"
#include "base/sha.h"
#include "check/ahead.h"
#include "decisions_help.h"

/* The disk as the test wants it: in place of libc's. `held`: this file's sync does not end; `broken`: it fails. */
static atomic_int held = -1, broken = -1;

int fdatasync(int fd)
{
    while (held == fd)
        usleep(1000);
    if (broken == fd) {
        errno = EIO;
        return -1;
    }
    return (int)syscall(SYS_fdatasync, fd);
}

/* Of the file ahead: one write that is durable. */
ssize_t pwritev2(int fd, const struct iovec *v, int n, off_t at, int flags)
{
    if (broken == fd) {
        errno = EIO;
        return -1;
    }
    return syscall(SYS_pwritev2, fd, v, (long)n, (long)at, 0L, flags);
}

/* Of the file itself, by the thread that brings it up to date. `slow`: it does not come to it; `full`: it can't. */
static atomic_int slow = -1, full = -1;

ssize_t pwrite(int fd, const void *p, size_t n, off_t at)
{
    while (slow == fd)
        usleep(1000);
    if (full == fd) {
        errno = ENOSPC;
        return -1;
    }
    return syscall(SYS_pwrite64, fd, p, n, (long)at);
}

static char dir[] = "/tmp/huji-ahead-XXXXXX", path[128], ring[128];

static int make_dir(void **state)
{
    (void)state;
    if (!mkdtemp(dir))
        return -1;
    snprintf(path, sizeof path, "%s/x.jsonl", dir);
    snprintf(ring, sizeof ring, "%s/x.ahead", dir);
    return 0;
}

static int remove_dir(void **state)
{
    (void)state;
    char command[160];
    snprintf(command, sizeof command, "rm -rf %s", dir);
    return system(command);
}

static int fresh(void **state)
{
    (void)state;
    unlink(path);
    unlink(ring);
    held = broken = slow = full = -1;
    return 0;
}

struct opened {
    int fd;
    struct ahead *a;
    off_t sure, end;
};

static int open_one(struct opened *o, struct err *e)
{
    o->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    assert_true(o->fd >= 0);
    int rc = ahead_open(path, o->fd, &o->a, &o->sure, e);
    o->end = lseek(o->fd, 0, SEEK_END);
    return rc < 0 ? rc : ahead_begin(o->a, o->end, e);
}

static void close_one(struct opened *o)
{
    ahead_close(o->a);
    close(o->fd);
}

/* Piece i: 1 to 60,000 bytes, told by i alone. */
static size_t piece(int i, char *p)
{
    size_t n = (size_t)(i * 7919 % 60000) + 1;
    for (size_t k = 0; k < n; k++)
        p[k] = (char)('a' + (i + (int)k) % 26);
    return n;
}

static void append_some(struct opened *o, int from, int to)
{
    static char p[60001];
    for (int i = from; i < to; i++) {
        size_t n = piece(i, p);
        assert_int_equal(ahead_append(o->a, o->end, p, n), 0);
        o->end += (off_t)n;
    }
}

static void assert_holds(int to)
{
    static char p[60001], is[60001];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    for (int i = 0; i < to; i++) {
        size_t n = piece(i, p);
        assert_int_equal(read(fd, is, n), n);
        assert_memory_equal(is, p, n);
    }
    close(fd);
}

/* Until the file has all. */
static void come_up(struct opened *o)
{
    while (ahead_unwritten(o->a))
        usleep(1000);
}

/* A process that appends pieces 0 .. n and ends as a crash ends it; its own file is never synced, nor written at all when `hold`. The
 * end. */
static off_t crash_after(int n, bool hold)
{
    int p[2];
    off_t end = -1;
    assert_int_equal(pipe(p), 0);
    pid_t pid = fork();
    if (pid == 0) {
        struct opened o;
        if (open_one(&o, NULL) < 0)
            _exit(1);
        if (hold)
            slow = held = o.fd;
        append_some(&o, 0, n);
        _exit(write(p[1], &o.end, sizeof o.end) != sizeof o.end);
    }
    close(p[1]);
    assert_int_equal(read(p[0], &end, sizeof end), sizeof end);
    close(p[0]);
    waitpid(pid, NULL, 0);
    return end;
}

static void file_lost_its_end(void **state)
{
    (void)state;
    struct opened o;
    struct err e = {0};
    off_t end = crash_after(40, true);
    for (int turn = 0; turn < 3; turn++) {
        off_t left = turn == 0 ? 0 : turn == 1 ? end / 2 : end - 1;
        assert_int_equal(truncate(path, left), 0);
        if (turn == 1) { /* what was cut may also be there and be nothing */
            assert_int_equal(truncate(path, end + 5000), 0);
        }
        int fd = open(path, O_RDWR | O_CLOEXEC);
        struct ahead *a;
        off_t sure;
        assert_int_equal(ahead_open(path, fd, &a, &sure, &e), 0);
        assert_int_equal(sure, end);
        ahead_close(a); /* not begun: nothing is said to be settled */
        close(fd);
        assert_holds(40);
    }
    assert_int_equal(truncate(path, end), 0);
    assert_int_equal(open_one(&o, &e), 0);
    append_some(&o, 40, 60);
    close_one(&o);
    assert_holds(60);
}

/* More than both halves hold, the file synced now and then, or only when there is no room. */
static void goes_round(void **state)
{
    (void)state;
    struct opened o;
    struct err e = {0};
    assert_int_equal(open_one(&o, &e), 0);
    append_some(&o, 0, 1500); /* 45 MB */
    close_one(&o);
    assert_holds(1500);
    struct stat st;
    assert_int_equal(stat(ring, &st), 0);
    assert_int_equal(st.st_size, 16 << 20);
    assert_int_equal(open_one(&o, &e), 0);
    assert_int_equal(o.sure, o.end);
    close_one(&o);
}

static void crash_on_the_second_round(void **state)
{
    (void)state;
    struct opened o;
    struct err e = {0};
    off_t end = crash_after(900, false);
    assert_int_equal(truncate(path, end - 10),
                     0); /* of the last piece: no sync can have been behind it and before it */
    int rc = open_one(&o, &e);
    if (o.end == end - 10) { /* it was: the file was durable whole, and is not cut by crashes */
        assert_int_equal(rc, 0);
        close_one(&o);
        return;
    }
    assert_int_equal(rc, 0);
    assert_int_equal(o.end, end);
    close_one(&o);
    assert_holds(900);
}

static void file_exchanged(void **state)
{
    (void)state;
    struct opened o;
    struct err e = {0};
    assert_int_equal(open_one(&o, &e), 0);
    append_some(&o, 0, 10);
    close_one(&o);
    unlink(path); /* after a good end it may go */
    assert_int_equal(open_one(&o, &e), 0);
    close_one(&o);

    fresh(NULL);
    assert_int_equal(open_one(&o, &e), 0);
    append_some(&o, 0, 5);
    close_one(&o);
    int p[2];
    assert_int_equal(pipe(p), 0);
    pid_t pid = fork();
    if (pid == 0) {
        struct opened mine;
        if (open_one(&mine, NULL) < 0)
            _exit(1);
        held = mine.fd;
        append_some(&mine, 5, 10);
        _exit(0);
    }
    waitpid(pid, NULL, 0);
    close(p[0]);
    close(p[1]);
    assert_int_equal(truncate(path, 3), 0);
    int rc = open_one(&o, &e);
    assert_int_equal(rc, ERR_STATE);
    assert_non_null(strstr(e.message, "截短"));
    close(o.fd);
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_size, 3); /* untouched */
}

static int fd_of(const char *name)
{
    char link[64], to[256];
    for (int fd = 3; fd < 200; fd++) {
        snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
        ssize_t n = readlink(link, to, sizeof to - 1);
        if (n > 0 && (to[n] = 0, strcmp(to, name) == 0))
            return fd;
    }
    return -1;
}

static void disk_says_no(void **state)
{
    (void)state;
    struct opened o;
    struct err e = {0};
    struct stat st;
    assert_int_equal(open_one(&o, &e), 0);
    append_some(&o, 0, 4);
    come_up(&o);
    broken = fd_of(ring);
    assert_true(broken >= 0);
    assert_int_equal(ahead_append(o.a, o.end, "no", 2), EIO);
    assert_int_equal(ahead_unwritten(o.a), 0);
    assert_int_equal(fstat(o.fd, &st), 0);
    assert_int_equal(st.st_size, o.end); /* nothing of it */
    broken = -1;
    append_some(&o, 4, 8);
    broken = o.fd; /* the file itself: sooner or later nothing is taken any more */
    int rc = 0;
    for (int i = 0; i < 400 && rc == 0; i++) {
        rc = ahead_append(o.a, o.end, "y", 1);
        o.end += rc == 0;
        usleep(10000);
    }
    assert_int_equal(rc, EIO);
    broken = -1;
    close_one(&o);
    assert_int_equal(open_one(&o, &e), 0); /* and what was taken is there */
    assert_holds(8);
    close_one(&o);
}

/* What the file can't hold is not said to be kept, and what was said is in it when it can again. */
static void disk_is_full(void **state)
{
    (void)state;
    struct opened o;
    struct err e = {0};
    struct rlimit had, tight;
    static char p[60001];
    size_t n = piece(3, p);
    assert_int_equal(open_one(&o, &e), 0);
    append_some(&o, 0, 3);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &had), 0);
    tight = had;
    tight.rlim_cur = (rlim_t)o.end + n - 1;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &tight), 0);
    int rc = ahead_append(o.a, o.end, p, n);
    come_up(&o);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &had), 0);
    assert_int_equal(rc, EFBIG);
    append_some(&o, 3, 6);
    come_up(&o);
    assert_holds(6);
    close_one(&o);
    assert_int_equal(open_one(&o, &e), 0);
    assert_int_equal(o.sure, o.end);
    close_one(&o);
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    assert_true(st.st_blocks * 512 < st.st_size + (1 << 20)); /* what was reserved is given back */
}

/* Room was there and is not any more: whoever comes then is refused, until it is back. */
static void file_is_not_taken_for_a_while(void **state)
{
    (void)state;
    struct opened o;
    struct err e = {0};
    assert_int_equal(open_one(&o, &e), 0);
    append_some(&o, 0, 4);
    come_up(&o);
    full = o.fd;
    append_some(&o, 4, 5); /* durable, so it may be acknowledged */
    int rc = 0, tries = 0;
    for (; rc == 0 && tries < 1000; tries++) {
        rc = ahead_append(o.a, o.end, "", 0);
        usleep(10000);
    }
    assert_int_equal(rc, ENOSPC);
    full = -1;
    for (tries = 0; rc != 0 && tries < 1000; tries++) {
        rc = ahead_append(o.a, o.end, "", 0);
        usleep(10000);
    }
    assert_int_equal(rc, 0);
    append_some(&o, 5, 8);
    come_up(&o);
    assert_holds(8);
    close_one(&o);
}

/* Read while it is in memory alone, half of it, and in the file. */
static void read_before_it_is_written(void **state)
{
    (void)state;
    struct opened o;
    struct err e = {0};
    static char p[60001], is[60001];
    off_t at[40];
    assert_int_equal(open_one(&o, &e), 0);
    append_some(&o, 0, 2);
    come_up(&o);
    slow = o.fd;
    for (int i = 0; i < 40; i++) {
        at[i] = i < 2 ? i ? at[0] + (off_t)piece(0, p) : 0 : o.end;
        if (i >= 2)
            append_some(&o, i, i + 1);
    }
    for (int turn = 0; turn < 2; turn++) {
        for (int i = 0; i < 40; i++) {
            size_t n = piece(i, p);
            assert_int_equal(ahead_read(o.a, is, n, at[i]), n);
            assert_memory_equal(is, p, n);
        }
        off_t from = at[1] + 1, n = at[4] - from; /* from the file and from memory */
        assert_true(n < (off_t)sizeof is * 4);
        char *all = malloc((size_t)n);
        assert_int_equal(ahead_read(o.a, all, (size_t)n, from), n);
        size_t k = piece(1, p);
        assert_memory_equal(all, p + 1, k - 1);
        k = piece(3, p);
        assert_memory_equal(all + (at[3] - from), p, k);
        free(all);
        slow = -1;
        come_up(&o);
    }
    assert_int_equal(ahead_read(o.a, is, 10, o.end), 0);
    assert_holds(40);
    close_one(&o);
}

/* ---- decisions ---- */

/* Twenty kept by a process that ends as a crash ends it, its file never synced; `never`: nor written. */
static void crash_of_decisions(const char *log, bool never)
{
    struct decisions *d;
    pid_t pid = fork();
    if (pid == 0) {
        if (decisions_open(dir, 0, &d, NULL) < 0)
            _exit(1);
        held = fd_of(log);
        if (never)
            slow = held;
        for (int i = 0; i < 20; i++)
            if (keep_one(d, i) != 0 || !kept(d, i))
                _exit(2);
        while (!never && decisions_unwritten(d))
            usleep(1000);
        _exit(0);
    }
    int status;
    waitpid(pid, &status, 0);
    assert_int_equal(status, 0);
}

static void decisions_after_a_crash(void **state)
{
    (void)state;
    char log[160], command[200];
    struct decisions *d;
    struct err e = {0};
    struct stat st;
    snprintf(log, sizeof log, "%s/check/decisions.jsonl", dir);
    snprintf(command, sizeof command, "rm -rf %s/check", dir);
    for (int never = 0; never < 2; never++) {
        assert_int_equal(system(command), 0);
        crash_of_decisions(log, never);
        FILE *f = fopen(log, "r+");
        fseek(f, 0, SEEK_END);
        long end = ftell(f);
        assert_true(never ? end == 0 : end > 20 * 150);
        assert_int_equal(ftruncate(fileno(f), end / 3), 0); /* lost */
        assert_int_equal(ftruncate(fileno(f), end), 0);     /* and nothing in its place */
        fseek(f, 0, SEEK_END);
        fputs("{\"key\": \"half a li", f); /* on its way, said to nobody */
        fclose(f);
        assert_int_equal(decisions_open(dir, 0, &d, &e), 0);
        assert_int_equal(decisions_count(d), 20);
        for (int i = 0; i < 20; i++)
            assert_true(kept(d, i));
        assert_int_equal(stat(log, &st), 0);
        end = st.st_size;
        assert_int_equal(keep_one(d, 20), 0);
        decisions_close(d);
        assert_int_equal(stat(log, &st), 0);
        assert_true(st.st_size > end && st.st_size < end + 1000);
        assert_int_equal(decisions_open(dir, 0, &d, &e), 0);
        assert_int_equal(decisions_count(d), 21);
        assert_true(kept(d, 20));
        decisions_close(d);
    }
}

/* Who opens them reads the keys beside them, and the decisions only from where these end. */
static void keys_beside(void **state)
{
    (void)state;
    char log[160], keys[160], command[200];
    struct decisions *d;
    struct err e = {0};
    snprintf(log, sizeof log, "%s/check/decisions.jsonl", dir);
    snprintf(keys, sizeof keys, "%s/check/decisions.keys", dir);
    snprintf(command, sizeof command, "rm -rf %s/check", dir);
    assert_int_equal(system(command), 0);
    for (int round = 0; round < 3; round++) {
        assert_int_equal(decisions_open(dir, 0, &d, &e), 0);
        for (int i = 0; i < 10; i++) {
            assert_int_equal(keep_one(d, round * 10 + i), 0);
            assert_int_equal(keep_one(d, i), 1); /* again: not kept twice */
        }
        assert_int_equal(decisions_count(d), (round + 1) * 10);
        decisions_close(d);
        if (round == 1)
            assert_int_equal(unlink(keys), 0); /* read from the decisions, and there again */
    }
    FILE *f = fopen(log, "r+"); /* a line that nobody reads when the keys are there */
    fputc('#', f);
    fclose(f);
    assert_int_equal(decisions_open(dir, 0, &d, &e), 0);
    assert_int_equal(decisions_count(d), 30);
    for (int i = 1; i < 30; i++)
        assert_true(kept(d, i));
    decisions_close(d);
    assert_int_equal(unlink(keys), 0);
    assert_int_equal(decisions_open(dir, 0, &d, &e), ERR_INPUT);
    assert_non_null(strstr(e.where, "第 0 字节"));
}

/* As decisions were kept before marks: with the body's SHA-256. */
static void with_sha(char *line)
{
    char *at = strstr(line, "\"mac\": \""), hex[65];
    assert_non_null(at);
    sha256_hex(BODY, 32, hex);
    memcpy(at, "\"sha\": \"", 8);
    memcpy(at + 8, hex, 64);
}

static void same_body_or_another(void **state)
{
    (void)state;
    char log[160], own_ring[160], line[512];
    struct decisions *d;
    struct err e = {0};
    struct buf answer = BUF_INIT;
    snprintf(log, sizeof log, "%s/check/decisions.jsonl", dir);
    snprintf(own_ring, sizeof own_ring, "%s/check/decisions.ahead", dir);
    unlink(log);
    unlink(own_ring);
    assert_int_equal(decisions_open(dir, 0, &d, &e), 0);
    assert_int_equal(keep_one(d, 1), 0);
    for (int old = 0; old < 3;
         old++) { /* of this process, read from the file, of an older version */
        assert_true(kept(d, 1));
        char key[DECISION_KEY];
        decisions_key(SPAN("H1"), SPAN("3101"), SPAN("M1"), key);
        int rc = decisions_find(d, key, SPAN("{\"a\": 2}"), &answer, &e);
        assert_int_equal(rc, ERR_INPUT);
        assert_non_null(strstr(e.message, "msgid"));
        decisions_close(d);
        FILE *f = fopen(log, "r+");
        assert_non_null(fgets(line, sizeof line, f));
        if (old == 1)
            with_sha(line);
        rewind(f);
        fputs(line, f);
        fclose(f);
        unlink(own_ring);
        assert_int_equal(decisions_open(dir, 0, &d, &e), 0);
    }
    decisions_close(d);
    buf_release(&answer);
}

static void marks(void **state)
{
    (void)state;
    char mark[BODY_MARK + 1], sha[65], body[300];
    memset(body, 'x', sizeof body);
    for (size_t n = 0; n < sizeof body; n += 7) {
        body_mark((struct span){body, n}, mark);
        assert_true(body_has_mark((struct span){body, n}, mark));
        assert_false(body_has_mark((struct span){body, n + 1}, mark));
        for (size_t i = 0; i < n; i++) { /* any byte counts */
            body[i] ^= 1;
            assert_false(body_has_mark((struct span){body, n}, mark));
            body[i] ^= 1;
        }
    }
    mark[5] = 'z';
    assert_false(body_has_mark(SPAN("x"), mark));
    sha256_hex(BODY, 32, sha);
    assert_true(body_has_sha(BODY, sha));
    assert_false(body_has_sha(SPAN("{}"), sha));
    /* RFC 8439, A.3, test vector 7: (r, s) = (2, 0) */
    static const char two[] = "02000000000000000000000000000000"
                              "03000000000000000000000000000000";
    char ones[16];
    memset(ones, 0xff, sizeof ones);
    assert_true(body_has_mark((struct span){ones, sizeof ones}, two));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(file_lost_its_end, fresh),
        cmocka_unit_test_setup(goes_round, fresh),
        cmocka_unit_test_setup(crash_on_the_second_round, fresh),
        cmocka_unit_test_setup(file_exchanged, fresh),
        cmocka_unit_test_setup(disk_says_no, fresh),
        cmocka_unit_test_setup(disk_is_full, fresh),
        cmocka_unit_test_setup(file_is_not_taken_for_a_while, fresh),
        cmocka_unit_test_setup(read_before_it_is_written, fresh),
        cmocka_unit_test_setup(decisions_after_a_crash, fresh),
        cmocka_unit_test_setup(keys_beside, fresh),
        cmocka_unit_test_setup(same_body_or_another, fresh),
        cmocka_unit_test(marks),
    };
    return cmocka_run_group_tests_name("ahead", tests, make_dir, remove_dir);
}
