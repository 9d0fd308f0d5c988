/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "synth/write.h"

#include <errno.h>
#include <fcntl.h>
#include <iconv.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "synth/excel.h"

#define FLUSH_BYTES (1u << 20)
#define MAX_FIELDS 64

struct stream {
    int fd;
    struct buf b;
    int field;                   /* of the row under construction */
    size_t row;                  /* where the row begins in b */
    uint32_t at[MAX_FIELDS + 1]; /* offsets of its fields from there */
};

struct writer {
    const struct synth_options *o;
    struct stream s[T_COUNT];
    struct excel *excel;
    iconv_t gbk;
    struct buf conv;
    struct err first;
    int rc;
};

static void fail(struct writer *w, const char *what)
{
    if (!w->rc)
        w->rc = err_errno(&w->first, "写不了 %s", what);
}

static void put_fd(struct writer *w, int fd, const char *p, size_t n)
{
    while (n && !w->rc) {
        ssize_t k = write(fd, p, n);
        if (k < 0 && errno == EINTR)
            continue;
        if (k < 0) {
            fail(w, w->o->out);
            return;
        }
        p += k;
        n -= (size_t)k;
    }
}

static void flush(struct writer *w, enum table_id t)
{
    struct stream *s = &w->s[t];
    if (s->fd < 0 || !s->b.n)
        return;
    if (w->o->as == SYNTH_GBK) {
        char *in = s->b.p;
        size_t left = s->b.n;
        char out[16384];
        while (left && !w->rc) {
            char *to = out;
            size_t room = sizeof out;
            size_t k = iconv(w->gbk, &in, &left, &to, &room);
            put_fd(w, s->fd, out, sizeof out - room);
            if (k == (size_t)-1 && errno != E2BIG) {
                fail(w, synth_tables[t].name);
                break;
            }
        }
    } else {
        put_fd(w, s->fd, s->b.p, s->b.n);
    }
    buf_clear(&s->b);
    s->row = 0;
}

static void open_csv(struct writer *w, enum table_id t)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s.csv", w->o->out, synth_tables[t].name);
    struct stream *s = &w->s[t];
    s->fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (s->fd < 0) {
        fail(w, path);
        return;
    }
    for (int i = 0; i < synth_tables[t].n; i++) {
        buf_str(&s->b, synth_tables[t].columns[i].name);
        buf_char(&s->b, i + 1 < synth_tables[t].n ? ',' : '\n');
    }
    s->row = s->b.n;
}

static int make_folder(const char *path, struct err *e)
{
    char b[4096];
    snprintf(b, sizeof b, "%s", path);
    for (char *p = b + 1; *p; p++)
        if (*p == '/') {
            *p = 0;
            if (mkdir(b, 0777) && errno != EEXIST)
                return err_errno(e, "建不了文件夹 %s", b);
            *p = '/';
        }
    if (mkdir(b, 0777) && errno != EEXIST)
        return err_errno(e, "建不了文件夹 %s", b);
    return 0;
}

int writer_open(struct writer **out, const struct synth_options *o, struct err *e)
{
    int rc = make_folder(o->out, e);
    if (rc)
        return rc;
    struct writer *w = mem_calloc(1, sizeof *w);
    if (!w)
        return err_nomem(e);
    w->o = o;
    w->gbk = (iconv_t)-1;
    for (int t = 0; t < T_COUNT; t++)
        w->s[t].fd = -1;
    if (o->as == SYNTH_GBK) {
        w->gbk = iconv_open("GB18030", "UTF-8");
        if (w->gbk == (iconv_t)-1)
            fail(w, "GBK");
    }
    if (o->as == SYNTH_EXCEL && !w->rc) {
        w->excel = excel_open(o->out, o->persons < 5000 ? 1500 : 100000);
        if (!w->excel)
            w->rc = err_nomem(&w->first);
    }
    for (int t = 0; t < T_COUNT && !w->rc; t++)
        if ((o->as != SYNTH_EXCEL && t != T_TRUTH) || (t == T_TRUTH && !o->no_truth))
            open_csv(w, (enum table_id)t);
    *out = w;
    return 0;
}

int writer_close(struct writer *w, struct err *e)
{
    for (int t = 0; t < T_COUNT; t++) {
        flush(w, (enum table_id)t);
        if (w->s[t].b.failed && !w->rc)
            w->rc = err_nomem(&w->first);
        if (w->s[t].fd >= 0 && close(w->s[t].fd))
            fail(w, synth_tables[t].name);
        buf_release(&w->s[t].b);
    }
    if (w->excel && excel_close(w->excel, w->rc ? NULL : &w->first) && !w->rc)
        w->rc = w->first.code;
    if (w->gbk != (iconv_t)-1)
        iconv_close(w->gbk);
    int rc = w->rc;
    if (rc && e)
        *e = w->first;
    mem_free(w);
    return rc;
}

/* --- fields ------------------------------------------------------------------------------------ */

static struct buf *field(struct writer *w, enum table_id t)
{
    struct stream *s = &w->s[t];
    if (s->field >= synth_tables[t].n || s->field >= MAX_FIELDS)
        abort(); /* a row longer than its table is our own bug */
    if (s->field)
        buf_char(&s->b, ',');
    s->at[s->field++] = (uint32_t)(s->b.n - s->row);
    return &s->b;
}

void row_bytes(struct writer *w, enum table_id t, const char *p, size_t n)
{
    buf_add(field(w, t), p, n);
}

void row_str(struct writer *w, enum table_id t, const char *p)
{
    row_bytes(w, t, p ? p : "", p ? strlen(p) : 0);
}

void row_char(struct writer *w, enum table_id t, char c)
{
    row_bytes(w, t, &c, c != 0);
}

static void put_int(struct buf *b, int64_t v)
{
    char c[24];
    size_t n = sizeof c;
    uint64_t u = v < 0 ? (uint64_t)-v : (uint64_t)v;
    do {
        c[--n] = (char)('0' + u % 10);
        u /= 10;
    } while (u);
    if (v < 0)
        c[--n] = '-';
    buf_add(b, c + n, sizeof c - n);
}

void row_int(struct writer *w, enum table_id t, int64_t v)
{
    put_int(field(w, t), v);
}

void row_fen(struct writer *w, enum table_id t, fen_t v)
{
    struct buf *b = field(w, t);
    if (v < 0)
        buf_char(b, '-');
    v = v < 0 ? -v : v;
    put_int(b, v / 100);
    char c[3] = {'.', (char)('0' + v / 10 % 10), (char)('0' + v % 10)};
    buf_add(b, c, 3);
}

void row_qty(struct writer *w, enum table_id t, qty_t v)
{
    struct buf *b = field(w, t);
    if (v % QTY_ONE == 0)
        put_int(b, v / QTY_ONE);
    else
        dec_print(b, v, 4);
}

static void two(char *p, int v)
{
    p[0] = (char)('0' + v / 10);
    p[1] = (char)('0' + v % 10);
}

static void put_day(char c[10], day_t d)
{
    static _Thread_local day_t last = DAY_NONE;
    static _Thread_local char text[10];
    if (d != last) {
        int y, m, k;
        day_to_ymd(d, &y, &m, &k);
        two(text, y / 100);
        two(text + 2, y % 100);
        text[4] = text[7] = '-';
        two(text + 5, m);
        two(text + 8, k);
        last = d;
    }
    memcpy(c, text, 10);
}

void row_day(struct writer *w, enum table_id t, day_t d)
{
    struct buf *b = field(w, t);
    if (d == DAY_NONE)
        return;
    char c[10];
    put_day(c, d);
    buf_add(b, c, 10);
}

void row_sec(struct writer *w, enum table_id t, sec_t s)
{
    struct buf *b = field(w, t);
    day_t d = sec_day(s);
    int k = (int)(s - (sec_t)d * DAY_SECS);
    char c[19];
    put_day(c, d);
    c[10] = ' ';
    two(c + 11, k / 3600);
    c[13] = c[16] = ':';
    two(c + 14, k / 60 % 60);
    two(c + 17, k % 60);
    buf_add(b, c, 19);
}

void row_end(struct writer *w, enum table_id t)
{
    struct stream *s = &w->s[t];
    if (s->field != synth_tables[t].n)
        abort();
    s->field = 0;
    s->at[synth_tables[t].n] = (uint32_t)(s->b.n - s->row + 1);
    buf_char(&s->b, '\n');
    if (s->fd < 0) { /* no CSV of this table */
        if (w->excel && t != T_TRUTH && !s->b.failed && !w->rc)
            w->rc = excel_row(w->excel, t, s->b.p + s->row, s->at, &w->first);
        buf_clear(&s->b);
        s->row = 0;
        return;
    }
    s->row = s->b.n;
    if (s->b.n >= FLUSH_BYTES)
        flush(w, t);
}
