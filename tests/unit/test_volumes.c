/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Decisions in volumes (check/volumes.h): one log whatever is set aside, whenever the process ends, and whatever goes wrong meanwhile. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "check/volumes.h"
#include "decisions_help.h"

enum { VOLUME = 8 << 10, LARGER = 8 * VOLUME, EACH = 600, MOST = 100000 };

/* In place of libc's. `no_rename`: of a volume; `no_frame`: writes of the file ahead fail; `no_line`: reading lines does, at the
 * beginning. */
static atomic_bool no_rename, no_frame, no_line;

int rename(const char *from, const char *to)
{
    if (no_rename && strstr(from, "decisions.jsonl")) {
        errno = EACCES;
        return -1;
    }
    return (int)syscall(SYS_renameat2, -100 /* AT_FDCWD */, from, -100, to, 0);
}

/* Address 0 can't be read: EIO. */
int dup(int fd)
{
    return no_line ? open("/proc/self/mem", O_RDONLY | O_CLOEXEC) : (int)syscall(SYS_dup, fd);
}

ssize_t pwritev2(int fd, const struct iovec *v, int n, off_t at, int flags)
{
    if (no_frame) {
        errno = EIO;
        return -1;
    }
    return syscall(SYS_pwritev2, fd, v, (long)n, (long)at, 0L, flags);
}

static char dir[] = "/tmp/huji-volumes-XXXXXX";

static int make_dir(void **state)
{
    (void)state;
    return mkdtemp(dir) ? 0 : -1;
}

static int remove_dir(void **state)
{
    (void)state;
    char command[100];
    snprintf(command, sizeof command, "rm -rf %s", dir);
    return system(command);
}

static int fresh(void **state)
{
    (void)state;
    char command[100];
    snprintf(command, sizeof command, "rm -rf %s/check", dir);
    no_rename = no_frame = no_line = false;
    return system(command);
}

static void open_with(off_t volume, struct decisions **d)
{
    struct err e = {0};
    if (decisions_open(dir, volume, d, &e) != 0)
        fail_msg("%s @ %s", e.message, e.where);
}

static void must_open(struct decisions **d)
{
    open_with(VOLUME, d);
}

/* ---- what lies there ---- */

struct lying {
    int times[MOST]; /* of decision i */
    int lines, last; /* of the volume that grows: the last one's number */
};

static void read_volume(const char *path, struct lying *l)
{
    FILE *f = fopen(path, "r");
    char line[1000], *no;
    while (f && fgets(line, sizeof line, f)) {
        assert_non_null(strchr(line, '\n'));
        assert_non_null(no = strstr(line, "\"no\": "));
        l->last = atoi(no + 6);
        assert_in_range(l->last, 0, MOST - 1);
        l->times[l->last]++;
        l->lines++;
    }
    if (f)
        fclose(f);
}

/* All volumes, the oldest first. Owns: free. */
static struct lying *read_all(void)
{
    struct lying *l = calloc(1, sizeof *l);
    char path[VOLUME_PATH];
    assert_non_null(l);
    for (int64_t i = 1; i < volumes_number(dir); i++) {
        volumes_path(dir, i, "jsonl", path);
        read_volume(path, l);
    }
    snprintf(path, sizeof path, "%s/check/decisions.jsonl", dir);
    read_volume(path, l);
    return l;
}

static int lines_of(int64_t number)
{
    struct lying *l = calloc(1, sizeof *l);
    char path[VOLUME_PATH];
    assert_non_null(l);
    if (number == volumes_number(dir))
        snprintf(path, sizeof path, "%s/check/decisions.jsonl", dir);
    else
        volumes_path(dir, number, "jsonl", path);
    read_volume(path, l);
    int n = l->lines;
    free(l);
    return n;
}

/* Decisions 0 ... n - 1 are there once each, and known are those of the last two volumes. */
static void all_there(struct decisions *d, int n)
{
    decisions_bring_up(d);
    struct lying *l = read_all();
    int64_t number = volumes_number(dir);
    int known = lines_of(number) + lines_of(number - 1);
    assert_int_equal(l->lines, n);
    for (int i = 0; i < n; i++)
        assert_int_equal(l->times[i], 1);
    free(l);
    assert_int_equal(decisions_count(d), known);
    for (int i = 0; i < n; i++)
        assert_int_equal(kept(d, i), i >= n - known);
}

/* ---- tests ---- */

static void one_after_the_other(void **state)
{
    (void)state;
    struct decisions *d;
    int n = 0;
    for (int round = 0; round < 4; round++) {
        must_open(&d);
        if (n)
            all_there(d, n);
        for (int i = 0; i < 100; i++, n++)
            assert_int_equal(keep_one(d, n), 0);
        assert_int_equal(keep_one(d, n - 1), 1);  /* again: not kept twice */
        assert_int_equal(keep_one(d, n - 50), 1); /* of the volume before, too */
        all_there(d, n);
        decisions_close(d);
    }
    assert_true(volumes_number(dir) > 8);
}

struct worker {
    struct decisions *d;
    int first, wrong;
};

static void *work(void *ctx)
{
    struct worker *w = ctx;
    for (int i = 0; i < EACH; i++) {
        w->wrong += keep_one(w->d, w->first + i) != 0;
        w->wrong += !kept(w->d, w->first + i);
        w->wrong += keep_one(w->d, w->first + i) != 1;
    }
    return NULL;
}

/* The volumes are so large that none of the others' decisions puts one's own out of the last two meanwhile. */
static void side_by_side(void **state)
{
    (void)state;
    struct worker w[4];
    pthread_t t[4];
    struct decisions *d;
    int wrong = 0;
    open_with(LARGER, &d);
    for (int i = 0; i < 4; i++) {
        w[i] = (struct worker){d, i * EACH, 0};
        assert_int_equal(pthread_create(&t[i], NULL, work, &w[i]), 0);
    }
    for (int i = 0; i < 4; i++) {
        pthread_join(t[i], NULL);
        wrong += w[i].wrong;
    }
    decisions_close(d);
    assert_int_equal(wrong, 0);
    struct lying *l = read_all();
    assert_int_equal(l->lines, 4 * EACH);
    for (int i = 0; i < 4 * EACH; i++)
        assert_int_equal(l->times[i], 1);
    free(l);
    assert_true(volumes_number(dir) > 5);
}

/* Keeps from `first` on until it is killed, and tells whom it told yes. */
static void keep_until_killed(int first, int told)
{
    struct decisions *d;
    if (decisions_open(dir, VOLUME, &d, NULL) < 0)
        _exit(1);
    for (int i = first;; i++)
        if (keep_one(d, i) != 0 || write(told, &i, sizeof i) != sizeof i)
            _exit(2);
}

static void killed_at_any_moment(void **state)
{
    (void)state;
    int next = 0;
    srand(7);
    for (int round = 0; round < 30; round++) {
        int pipe_of[2], i, said = -1, status;
        struct decisions *d;
        assert_int_equal(pipe(pipe_of), 0);
        pid_t pid = fork();
        if (pid == 0)
            keep_until_killed(next, pipe_of[1]);
        close(pipe_of[1]);
        while (read(pipe_of[0], &i, sizeof i) == sizeof i) {
            said = i;
            if (i == next) { /* it runs: some ms later, wherever that is */
                usleep((useconds_t)(rand() % 60000));
                kill(pid, SIGKILL);
            }
        }
        close(pipe_of[0]);
        waitpid(pid, &status, 0);
        assert_true(WIFSIGNALED(status));
        assert_true(said >= next);
        must_open(&d);
        assert_true(kept(d, said));
        /* The one behind the last may be there: it was on its way. */
        next = kept(d, said + 1) ? said + 2 : said + 1;
        all_there(d, next);
        decisions_close(d);
    }
    assert_true(volumes_number(dir) > 5);
}

static void can_not_be_set_aside(void **state)
{
    (void)state;
    struct decisions *d;
    int n = 0;
    must_open(&d);
    no_rename = true;
    for (; n < 100; n++)
        assert_int_equal(keep_one(d, n), 0);
    assert_int_equal(volumes_number(dir), 1);
    all_there(d, n);
    no_rename = false;
    for (; n < 200; n++)
        assert_int_equal(keep_one(d, n), 0);
    assert_true(volumes_number(dir) > 1);
    all_there(d, n);
    decisions_close(d);
}

/* Set aside, and the next one can't be begun: nobody is told yes until it can, and all goes on. */
static void can_not_be_begun(void **state)
{
    (void)state;
    struct decisions *d;
    int n = 0, no = 0;
    must_open(&d);
    while (volumes_number(dir) == 1) /* to the end of the first, and into the second */
        assert_int_equal(keep_one(d, n++), 0);
    no_frame = true;
    for (int i = 0; i < 10; i++)
        no += keep_one(d, MOST - 1 - i) < 0;
    assert_int_equal(no, 10);
    no_frame = false;
    for (int i = 0; i < 100; i++, n++)
        assert_int_equal(keep_one(d, n), 0);
    all_there(d, n);
    decisions_close(d);
    must_open(&d);
    all_there(d, n);
    decisions_close(d);
}

static void moved_away_or_spoilt(void **state)
{
    (void)state;
    struct decisions *d;
    char path[VOLUME_PATH], keys[VOLUME_PATH];
    int n = 0;
    must_open(&d);
    while (volumes_number(dir) < 4 || n % 10)
        assert_int_equal(keep_one(d, n++), 0);
    decisions_close(d);
    int now = lines_of(4), before = lines_of(3);
    /* No keys: read from the volume, and there again. */
    volumes_path(dir, 3, "keys", keys);
    assert_int_equal(unlink(keys), 0);
    must_open(&d);
    all_there(d, n);
    decisions_close(d);
    assert_int_equal(access(keys, F_OK), 0);
    /* Spoilt: what grows is not touched by it. */
    volumes_path(dir, 3, "jsonl", path);
    unlink(keys);
    FILE *f = fopen(path, "r+");
    fputs("no decision\n", f);
    fclose(f);
    must_open(&d);
    assert_int_equal(decisions_count(d), now);
    assert_true(kept(d, n - 1));
    assert_int_equal(keep_one(d, n), 0);
    decisions_close(d);
    /* Moved away, all of them: the number goes on. */
    for (int64_t i = 1; i < 4; i++) {
        volumes_path(dir, i, "jsonl", path);
        assert_int_equal(unlink(path), 0);
    }
    assert_int_equal(volumes_number(dir), 4);
    must_open(&d);
    assert_int_equal(decisions_count(d), now + 1);
    for (int i = 0; i < 50; i++)
        assert_int_equal(keep_one(d, n + 1 + i), 0);
    decisions_close(d);
    assert_true(volumes_number(dir) > 4 && before > 0);
}

/* What the disk does not give is not taken for the end, behind which all is cut off. */
static void can_not_be_read(void **state)
{
    (void)state;
    struct decisions *d;
    char keys[VOLUME_PATH];
    struct err e = {0};
    int n = 0;
    must_open(&d);
    for (; n < 10; n++)
        assert_int_equal(keep_one(d, n), 0);
    decisions_close(d);
    snprintf(keys, sizeof keys, "%s/check/decisions.keys", dir);
    assert_int_equal(unlink(keys), 0);
    no_line = true;
    assert_true(decisions_open(dir, VOLUME, &d, &e) < 0);
    assert_non_null(strstr(e.message, "decisions.jsonl"));
    no_line = false;
    must_open(&d);
    all_there(d, n);
    decisions_close(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(one_after_the_other, fresh),
        cmocka_unit_test_setup(side_by_side, fresh),
        cmocka_unit_test_setup(killed_at_any_moment, fresh),
        cmocka_unit_test_setup(can_not_be_set_aside, fresh),
        cmocka_unit_test_setup(can_not_be_begun, fresh),
        cmocka_unit_test_setup(moved_away_or_spoilt, fresh),
        cmocka_unit_test_setup(can_not_be_read, fresh),
    };
    return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
