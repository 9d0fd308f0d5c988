/* SPDX-License-Identifier: MulanPSL-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "claims/frame.h"
#include "run/records_make.h"

/* BLOCK: what is written at once, from a multiple of it, Linux keeps in pages of 2 MB where it can; where a person is looked for in a
 * file of gigabytes, that saves a third of each look. */
enum { FLUSH = 4 << 20, BLOCK = 8 << 20 };

static int put_at(int fd, const char *path, const char *p, size_t n, uint64_t at, struct err *e)
{
    return fd_write_at(fd, p, n, (off_t)at) < 0 ? err_errno(e, "写不了 %s", path) : 0;
}

/* Behind what is there already. `last`: nothing comes behind. */
static int put_next(struct records_file *f, const void *p, size_t n, bool last, struct err *e)
{
    const char *from = p;
    int rc = 0;
    while (rc == 0 && (n || (last && f->out.n))) {
        size_t k = n < BLOCK - f->out.n ? n : BLOCK - f->out.n;
        buf_add(&f->out, from, k);
        if (f->out.failed)
            return err_nomem(e);
        from += k;
        n -= k;
        if (f->out.n < BLOCK && !(last && !n))
            break;
        rc = put_at(f->fd, f->fresh, buf_cstr(&f->out), f->out.n, f->written, e);
        f->written += f->out.n;
        buf_clear(&f->out);
    }
    return rc;
}

static int flush(struct records_file *f, struct err *e)
{
    int rc = put_next(f, buf_cstr(&f->rows), f->rows.n, false, e);
    if (rc == 0)
        rc = put_at(f->fd_texts, f->aside, buf_cstr(&f->texts), f->texts.n,
                    f->texts_end - f->texts.n, e);
    f->end += f->rows.n;
    buf_clear(&f->rows);
    buf_clear(&f->texts);
    return rc;
}

int records_begin(struct records_file *f, const char *path, uint32_t persons, struct err *e)
{
    *f = (struct records_file){.fd = -1, .fd_texts = -1, .cap = persons};
    snprintf(f->path, sizeof f->path, "%s", path);
    snprintf(f->fresh, sizeof f->fresh, "%s.new", path);
    snprintf(f->aside, sizeof f->aside, "%s.texts", path);
    f->at = mem_alloc(((size_t)persons + 1) * 8);
    f->texts_at = mem_alloc(((size_t)persons + 1) * 8);
    f->hash = mem_alloc(((size_t)persons + 1) * 8);
    if (!f->at || !f->texts_at || !f->hash)
        return err_nomem(e);
    f->at[0] = f->texts_at[0] = 0;
    if ((f->fd = open(f->fresh, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)) < 0)
        return err_errno(e, "建不了 %s", f->fresh);
    if ((f->fd_texts = open(f->aside, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)) < 0)
        return err_errno(e, "建不了 %s", f->aside);
    f->end = (sizeof f->head + 7) / 8 * 8;
    static const char head[(sizeof f->head + 7) / 8 * 8] = {0}; /* written over in the end */
    return put_next(f, head, sizeof head, false, e);
}

/* Where the next part begins: at a multiple of 8, with as many zeros at least behind the one before. */
static int begin_part(struct records_file *f, struct err *e)
{
    static const char zero[16] = {0};
    uint64_t to = (f->end + PACK_SLACK + 7) / 8 * 8;
    int rc = put_next(f, zero, to - f->end, false, e);
    f->end = to;
    return rc;
}

static int put_part(struct records_file *f, struct records_part *part, const void *p, size_t n,
                    struct err *e)
{
    int rc = begin_part(f, e);
    *part = (struct records_part){f->end, n, hash_long(p, n)};
    if (rc == 0)
        rc = put_next(f, p, n, false, e);
    f->end += n;
    return rc;
}

int records_put_shared_bytes(struct records_file *f, struct span bytes, struct err *e)
{
    int rc = put_part(f, &f->head.shared, bytes.p, bytes.n, e);
    if (rc == 0)
        rc = begin_part(f, e);
    f->head.rows.at = f->end;
    return rc;
}

static void put_piece(struct buf *b, struct span s)
{
    uint32_t check = (uint32_t)hash_long(s.p, s.n);
    buf_add(b, (const char *)&check, 4);
    buf_span(b, s);
}

int records_put_person(struct records_file *f, struct span psn, struct span rows, struct span texts,
                       struct err *e)
{
    if (f->n >= f->cap)
        return err_set(e, ERR_STATE, "做人员历史缓存时人数变了");
    put_piece(&f->rows, rows);
    put_piece(&f->texts, texts);
    f->hash[f->n] = hash_bytes(psn.p, psn.n);
    f->rows_end += 4 + rows.n;
    f->texts_end += 4 + texts.n;
    f->n++;
    f->at[f->n] = f->rows_end;
    f->texts_at[f->n] = f->texts_end;
    if (f->rows.failed || f->texts.failed)
        return err_nomem(e);
    return f->rows.n + f->texts.n >= FLUSH ? flush(f, e) : 0;
}

static int append_texts(struct records_file *f, struct err *e)
{
    size_t size = (size_t)1 << 20;
    char *block = mem_alloc(size);
    int rc = block ? begin_part(f, e) : err_nomem(e);
    f->head.texts = (struct records_part){f->end, f->texts_end, 0};
    for (uint64_t at = 0; rc == 0 && at < f->texts_end;) {
        ssize_t k = pread(f->fd_texts, block, size, (off_t)at);
        if (k <= 0)
            rc = err_errno(e, "读不了 %s", f->aside);
        else
            rc = put_next(f, block, (size_t)k, false, e);
        at += k > 0 ? (uint64_t)k : 0;
    }
    f->end += f->texts_end;
    mem_free(block);
    return rc;
}

static int put_slots(struct records_file *f, struct err *e)
{
    size_t n = 64;
    while (n < (size_t)f->n * 3 / 2 + 1)
        n *= 2;
    uint64_t *slot = mem_calloc(n, sizeof *slot);
    if (!slot)
        return err_nomem(e);
    for (uint32_t i = 0; i < f->n; i++) {
        size_t at = f->hash[i] & (n - 1);
        while (slot[at])
            at = (at + 1) & (n - 1);
        slot[at] = records_slot(f->hash[i], i);
    }
    int rc = put_part(f, &f->head.slots, slot, n * sizeof *slot, e);
    mem_free(slot);
    return rc;
}

static int finish(struct records_file *f, const struct records_stamp *stamp, uint64_t lines,
                  struct err *e)
{
    struct records_head *h = &f->head;
    int rc = f->n == f->cap ? flush(f, e) : err_set(e, ERR_STATE, "做人员历史缓存时人数变了");
    h->rows.bytes = f->rows_end;
    if (rc == 0)
        rc = append_texts(f, e);
    if (rc == 0)
        rc = put_slots(f, e);
    if (rc == 0)
        rc = put_part(f, &h->at, f->at, ((size_t)f->n + 1) * 8, e);
    if (rc == 0)
        rc = put_part(f, &h->texts_at, f->texts_at, ((size_t)f->n + 1) * 8, e);
    if (rc == 0)
        rc = begin_part(f, e);
    if (rc == 0)
        rc = put_next(f, NULL, 0, true, e);
    memcpy(h->magic, RECORDS_MAGIC, 8);
    h->version = RECORDS_VERSION;
    h->persons = f->n;
    h->bytes = f->end;
    h->lines = lines;
    h->stamp = *stamp;
    h->check = hash_long(h, offsetof(struct records_head, check));
    if (rc == 0)
        rc = put_at(f->fd, f->fresh, (const char *)h, sizeof *h, 0, e);
    if (rc == 0 && fsync(f->fd) < 0)
        rc = err_errno(e, "写不了 %s", f->fresh);
    if (rc == 0 && rename(f->fresh, f->path) < 0)
        rc = err_errno(e, "放不到 %s", f->path);
    return rc;
}

int records_end(struct records_file *f, const struct records_stamp *stamp, uint64_t lines, int rc,
                struct err *e)
{
    if (rc == 0 && stamp)
        rc = finish(f, stamp, lines, e);
    if (f->fd >= 0)
        close(f->fd);
    if (f->fd_texts >= 0) {
        close(f->fd_texts);
        unlink(f->aside);
    }
    if (rc < 0 && f->fd >= 0)
        unlink(f->fresh);
    mem_free(f->at);
    mem_free(f->texts_at);
    mem_free(f->hash);
    buf_release(&f->rows);
    buf_release(&f->texts);
    buf_release(&f->out);
    return rc;
}

/* ---- what is not of persons ---- */

static int put_codes(struct store *s, enum domain d, struct buf *b, struct err *e)
{
    struct dict dict = {0};
    bool own = d == D_PERSON || d == D_VISIT || d == D_SETL || d == D_TEXT;
    int rc = own ? 0 : dict_load(s, d, &dict, e);
    put_number(b, dict.n);
    for (size_t i = 0; rc == 0 && i < dict.n; i++) {
        put_number(b, dict.at[i].n);
        buf_span(b, dict.at[i]);
    }
    dict_release(&dict);
    return rc;
}

static int put_query(struct store *s, struct packer *p, const char *sql, struct buf *b,
                     struct err *e)
{
    struct column_set c;
    int64_t *col[PACK_COLUMNS] = {NULL};
    int rc = frame_query(s, sql, &c, e);
    if (rc < 0)
        return rc;
    for (size_t k = 0; k < c.n_cols && rc == 0; k++) {
        if (!(col[k] = mem_alloc((c.n_rows + 1) * 8))) {
            rc = err_nomem(e);
            break;
        }
        for (size_t i = 0; i < c.n_rows; i++)
            col[k][i] = ftype_width(c.col[k].type) == 8  ? c.col[k].i64[i]
                        : c.col[k].i32[i] == HUJI_NONE32 ? HUJI_NONE64
                                                         : c.col[k].i32[i];
    }
    put_number(b, c.n_rows);
    if (rc == 0 && c.n_rows && pack_table(p, b, col, c.n_cols, c.n_rows, 0) < 0)
        rc = err_nomem(e);
    for (size_t k = 0; k < c.n_cols; k++)
        mem_free(col[k]);
    column_set_release(&c);
    return rc;
}

static int put_table(struct store *s, struct packer *p, enum source_id id, struct buf *b,
                     struct err *e)
{
    const struct source *src = &huji_sources[id];
    struct buf q = BUF_INIT;
    buf_str(&q, "SELECT ");
    for (size_t f = 0; f < src->n_fields; f++)
        buf_fmt(&q, "%s%s", f ? ", " : "", src->fields[f].name);
    buf_fmt(&q, " FROM %s ORDER BY %s", src->table, src->id_field);
    int rc = q.failed ? err_nomem(e) : put_query(s, p, buf_cstr(&q), b, e);
    buf_release(&q);
    return rc;
}

static int put_lookup(struct store *s, struct packer *p, const struct lookup_def *d, struct buf *b,
                      struct err *e)
{
    struct buf q = BUF_INIT;
    char table[64];
    int64_t n = 0;
    int rc = 0;
    snprintf(table, sizeof table, "l_%s", d->name);
    bool there = store_has(s, table);
    if (there)
        rc = db_int(s->con, e, 0, &n, "SELECT count(*) FROM %s", table);
    put_number(b, n > 0); /* an empty table was never delivered */
    if (rc < 0 || lookup_of_person(d->id))
        return rc;
    if (!there) {
        put_number(b, 0);
        return 0;
    }
    buf_str(&q, "SELECT ");
    for (int i = 0; i < d->n_key; i++)
        buf_fmt(&q, "%s, ", d->key[i].name);
    buf_str(&q, "b, e");
    for (int i = 0; i < d->n_value; i++)
        buf_fmt(&q, ", %s::BIGINT", d->value[i]);
    buf_fmt(&q, " FROM %s ORDER BY ALL", table);
    rc = q.failed ? err_nomem(e) : put_query(s, p, buf_cstr(&q), b, e);
    buf_release(&q);
    return rc;
}

int records_put_shared(struct records_file *f, struct store *s, struct err *e)
{
    struct buf b = BUF_INIT;
    struct packer p = {.n_slot = 0};
    int rc = 0;
    for (int d = 0; d < DOMAIN_COUNT && rc == 0; d++)
        rc = put_codes(s, (enum domain)d, &b, e);
    if (rc == 0)
        rc = put_table(s, &p, S_INST, &b, e);
    if (rc == 0)
        rc = put_table(s, &p, S_DOCTOR, &b, e);
    for (int l = 0; l < LOOKUP_COUNT && rc == 0; l++)
        rc = put_lookup(s, &p, &huji_lookups[l], &b, e);
    if (rc == 0)
        rc = b.failed ? err_nomem(e)
                      : records_put_shared_bytes(f, (struct span){buf_cstr(&b), b.n}, e);
    packer_release(&p);
    buf_release(&b);
    return rc;
}

int records_stamp_of(struct store *s, struct records_stamp *out, struct err *e)
{
    struct db_rows rows;
    *out = (struct records_stamp){.contract = records_contract(), .files = 1};
    int rc = db_open(s->con, "SELECT id, sha256, rows_kept FROM file ORDER BY ALL", &rows, e);
    if (rc < 0)
        return rc;
    while (db_next(&rows)) {
        struct span sha = db_null(&rows, 1) ? SPAN("") : db_text(&rows, 1);
        out->files = hash_u64(out->files ^ hash_bytes(sha.p, sha.n) ^
                              (uint64_t)(db_null(&rows, 0) ? 0 : db_i64(&rows, 0)) << 40 ^
                              (uint64_t)(db_null(&rows, 2) ? 0 : db_i64(&rows, 2)));
    }
    db_close(&rows);
    for (int d = 0; d < DOMAIN_COUNT && rc == 0; d++)
        rc = db_int(s->con, e, 0, &out->count[d], "SELECT count(*) FROM d_%s", huji_domain_name[d]);
    return rc;
}

/* ---- for measuring ---- */

static int repeat_one(struct records_file *f, const struct records *h, uint32_t person,
                      uint32_t turn, struct buf *texts, struct err *e)
{
    struct span rows, old, psn;
    char own[128];
    int rc = records_pieces(h, person, &rows, &psn, &old, e);
    if (rc < 0)
        return rc;
    if (turn) {
        int n = snprintf(own, sizeof own, "%.*s-%04u", psn.n > 100 ? 100 : (int)psn.n, psn.p, turn);
        psn = (struct span){own, (size_t)n};
    }
    buf_clear(texts);
    put_number(texts, psn.n);
    buf_span(texts, psn);
    buf_span(texts, old);
    return records_put_person(f, psn, rows, (struct span){buf_cstr(texts), texts->n}, e);
}

int records_repeat(const char *from, const char *to, uint32_t times, struct err *e)
{
    struct records *h;
    struct records_file f = {.fd = -1, .fd_texts = -1};
    struct buf texts = BUF_INIT;
    uint64_t lines;
    int rc = records_open(from, &h, e);
    if (rc < 0)
        return rc;
    uint32_t n = records_persons(h);
    if ((uint64_t)n * times > INT32_MAX)
        rc = err_set(e, ERR_LIMIT, "人太多");
    if (rc == 0)
        rc = records_begin(&f, to, n * times, e);
    if (rc == 0)
        rc = records_put_shared_bytes(&f, records_shared_bytes(h, &lines), e);
    for (uint32_t t = 0; t < times; t++)
        for (uint32_t i = 0; i < n && rc == 0; i++)
            rc = repeat_one(&f, h, i, t, &texts, e);
    rc = records_end(&f, records_made_of(h), rc == 0 ? lines * times : 0, rc, e);
    buf_release(&texts);
    records_close(h);
    return rc;
}
