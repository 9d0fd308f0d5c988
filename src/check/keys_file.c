/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "check/keys_file.h"

#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/map.h"
#include "base/mem.h"

enum { AT_ONCE = 2048 };
static const char magic[32] = "huji decisions' keys 1\n";

struct entry {
    unsigned char key[KEY_BYTES];
    int64_t at;
    uint32_t n, check;
};

struct keys_file {
    int fd;   /* -1: it could not be written, and is left as it is */
    off_t at; /* where the next entry goes */
    off_t base;
    struct entry some[AT_ONCE];
    size_t n; /* added, not written yet */
};

static void give_up(struct keys_file *f)
{
    if (f->fd >= 0)
        close(f->fd);
    f->fd = -1;
}

static uint32_t check_of(const struct entry *x)
{
    return (uint32_t)hash_bytes(x, offsetof(struct entry, check));
}

/* As a line of the log begins, and ends. */
static bool is_line(int log, const struct entry *x)
{
    unsigned char key[KEY_BYTES];
    char text[KEY_AT + KEY_DIGITS], last;
    return x->n > sizeof text && pread(log, text, sizeof text, x->at) == (ssize_t)sizeof text &&
           key_of_line(text, sizeof text, key) && memcmp(key, x->key, KEY_BYTES) == 0 &&
           pread(log, &last, 1, x->at + x->n - 1) == 1 && last == '\n';
}

/* Is the entry the next one, of a log that holds so much? */
static bool follows(const struct entry *x, off_t end, off_t size)
{
    return x->check == check_of(x) && x->at == end && x->n && end + x->n <= size;
}

/* Takes entries until one does not follow; f->at: behind the last. -1: no memory. */
static int take(struct keys_file *f, off_t size, struct keys *k, struct entry *last, off_t *end)
{
    ssize_t got;
    while ((got = fd_read(f->fd, (char *)f->some, sizeof f->some)) >= (ssize_t)sizeof *f->some)
        for (size_t i = 0; i < (size_t)got / sizeof *f->some; i++) {
            const struct entry *x = &f->some[i];
            struct key_place p = {.at = f->base + x->at, .n = x->n};
            if (!follows(x, *end, size))
                return 0;
            memcpy(p.key, x->key, KEY_BYTES);
            if (keys_put(k, &p) < 0)
                return -1;
            *last = *x;
            *end += x->n;
            f->at += (off_t)sizeof *x;
        }
    return 0;
}

static int read_file(struct keys_file *f, int log, struct keys *k, off_t *end)
{
    struct stat st;
    struct entry last = {.n = 0};
    char head[sizeof magic];
    bool ours = fstat(log, &st) == 0 && fd_read(f->fd, head, sizeof head) == sizeof head &&
                memcmp(head, magic, sizeof magic) == 0;
    f->at = sizeof magic;
    if (ours && take(f, st.st_size, k, &last, end) < 0)
        return -1;
    if (last.n && !is_line(log, &last)) { /* another log's */
        keys_clear(k);
        *end = 0;
        f->at = sizeof magic;
    }
    if (ftruncate(f->fd, f->at) < 0 || fd_write_at(f->fd, magic, sizeof magic, 0) < 0)
        give_up(f);
    return 0;
}

int keys_file_open(const char *path, int log, off_t base, struct keys *k, struct keys_file **out,
                   off_t *end, struct err *e)
{
    struct keys_file *f = mem_calloc(1, sizeof *f);
    *end = 0;
    if (!f)
        return err_nomem(e);
    f->base = base;
    f->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (f->fd >= 0 && read_file(f, log, k, end) < 0) {
        keys_file_close(f);
        return err_nomem(e);
    }
    *out = f;
    return 0;
}

static void flush(struct keys_file *f)
{
    size_t bytes = f->n * sizeof *f->some;
    if (f->fd >= 0 && bytes && fd_write_at(f->fd, (const char *)f->some, bytes, f->at) < 0)
        give_up(f);
    f->at += (off_t)bytes;
    f->n = 0;
}

void keys_file_add(struct keys_file *f, const struct key_place *p)
{
    struct entry *x = &f->some[f->n++];
    *x = (struct entry){.at = p->at - f->base, .n = p->n};
    memcpy(x->key, p->key, KEY_BYTES);
    x->check = check_of(x);
    if (f->n == AT_ONCE)
        flush(f);
}

void keys_file_close(struct keys_file *f)
{
    if (!f)
        return;
    flush(f);
    give_up(f);
    mem_free(f);
}
