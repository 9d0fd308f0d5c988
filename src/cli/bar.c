/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "cli/bar.h"

#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "base/span.h"
#include "cli/width.h"

#define FIRST_MS 1000
#define EVERY_MS 100
#define CELLS 24

static volatile sig_atomic_t interrupted;
static pthread_mutex_t lock =
    PTHREAD_MUTEX_INITIALIZER; /* workers may report from several threads */

static int64_t now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* The second Ctrl-C ends at once: the first may be waited for. */
static void on_interrupt(int sig)
{
    (void)sig;
    if (interrupted)
        _exit(130);
    interrupted = 1;
}

static int columns(void)
{
    struct winsize w;

    return ioctl(STDERR_FILENO, TIOCGWINSZ, &w) == 0 && w.ws_col > 20 ? w.ws_col : 80;
}

static void left_text(struct buf *line, int64_t spent, uint64_t done, uint64_t total)
{
    int64_t left = done ? (int64_t)((double)spent * (double)(total - done) / (double)done) / 1000
                        : 0;

    if (spent < 2000 || !done || left < 1)
        return;
    if (left < 90)
        buf_fmt(line, "  约剩 %lld 秒", (long long)left);
    else
        buf_fmt(line, "  约剩 %lld 分钟", (long long)(left + 59) / 60);
}

static void draw(struct bar *b, const char *what, uint64_t done, uint64_t total, int64_t now)
{
    struct buf line = BUF_INIT;
    struct span cut;

    if (done > total && total)
        done = total;
    if (total) {
        int full = (int)(done * CELLS / total);

        for (int i = 0; i < CELLS; i++)
            buf_str(&line, i < full ? "#" : ".");
        buf_fmt(&line, " %3d %%  %s", (int)(done * 100 / total), what);
        left_text(&line, now - b->what_began, done, total);
    } else {
        buf_fmt(&line, "%s  %llu  （%lld 秒）", what, (unsigned long long)done,
                (long long)(now - b->began) / 1000);
    }
    cut = text_head((struct span){line.p, line.n}, columns() - 1);
    if (!line.failed)
        fprintf(stderr, "\r%.*s\033[K", (int)cut.n, cut.p);
    fflush(stderr);
    buf_release(&line);
    b->shown = true;
    b->drawn = now;
}

static void step(void *ctx, const char *what, uint64_t done, uint64_t total)
{
    struct bar *b = ctx;
    int64_t now = now_ms();

    pthread_mutex_lock(&lock);
    if (what != b->what) {
        b->what = what;
        b->what_began = now;
    }
    if (b->on && now - b->began >= FIRST_MS && now - b->drawn >= EVERY_MS)
        draw(b, what ? what : "", done, total, now);
    pthread_mutex_unlock(&lock);
}

static int cancelled(void *ctx)
{
    (void)ctx;
    return interrupted;
}

void bar_begin(struct bar *b)
{
    struct sigaction act = {.sa_handler = on_interrupt};
    const char *term = getenv("TERM");

    *b = (struct bar){.progress = {step, cancelled, b}, .began = now_ms()};
    b->on = isatty(STDERR_FILENO) && !(term && strcmp(term, "dumb") == 0);
    interrupted = 0;
    sigaction(SIGINT, &act, NULL);
    sigaction(SIGTERM, &act, NULL);
}

void bar_hide(struct bar *b)
{
    if (b->shown)
        fputs("\r\033[K", stderr);
    b->shown = false;
}

void bar_end(struct bar *b)
{
    struct sigaction act = {.sa_handler = SIG_DFL};

    bar_hide(b);
    b->on = false;
    sigaction(SIGINT, &act, NULL);
    sigaction(SIGTERM, &act, NULL);
}

bool bar_interrupted(void)
{
    return interrupted;
}
