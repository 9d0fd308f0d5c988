/* SPDX-License-Identifier: MulanPSL-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include "base/map.h"
#include "base/mem.h"
#include "run/records_priv.h"
#include "run/person_priv.h"

const enum source_id records_sources[] = {S_PERSON, S_STAY,  S_SETTLEMENT, S_OPERATION, S_SALE,
                                          S_TRACE,  S_CHECK, S_REFUND,     S_REG,       S_ENROL,
                                          S_LAB,    S_ACT,   S_LINE};
_Static_assert(sizeof records_sources / sizeof *records_sources == RECORDS_SOURCES, "count");
_Static_assert(HUJI_MAX_FIELDS <= PACK_COLUMNS, "pack.h");

#ifndef MADV_POPULATE_READ /* Linux 5.14 */
#define MADV_POPULATE_READ 22
#endif

struct records {
    const uint8_t *p;
    size_t n;
    const struct records_head *head;
    const uint64_t *slots;
    uint64_t n_slots;
    const uint64_t *at, *texts_at;
    struct arena a;
    struct span *code[DOMAIN_COUNT];
    uint32_t n_code[DOMAIN_COUNT];
    struct huji_table table[SOURCE_COUNT];
    bool has_lookup[LOOKUP_COUNT];
    struct huji_lookup lookup[LOOKUP_COUNT];
};

uint64_t records_lists(enum source_id s)
{
    static const char *const keys[] = {"mdtrt_id", "hilist_code", "fixmedins_code", "rx_drord_no"};
    uint64_t bits = 0;
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        int f = source_field(s, span_of(keys[i]));
        if (f >= 0)
            bits |= UINT64_C(1) << f;
    }
    return bits;
}

uint64_t records_contract(void)
{
    uint64_t h = RECORDS_VERSION;
    for (int s = 0; s < SOURCE_COUNT; s++)
        for (size_t f = 0; f < huji_sources[s].n_fields; f++) {
            const struct field *x = &huji_sources[s].fields[f];
            h = hash_u64(h ^ hash_bytes(x->name, strlen(x->name)) ^
                         ((uint64_t)x->type << 8 | (uint64_t)(x->domain + 1)));
        }
    for (int l = 0; l < LOOKUP_COUNT; l++)
        h = hash_u64(h ^ hash_bytes(huji_lookups[l].name, strlen(huji_lookups[l].name)));
    return h;
}

size_t lookup_columns(const struct lookup_def *d, int first, uint8_t *width)
{
    size_t n = 0;
    for (int k = first; k < d->n_key; k++)
        width[n++] = 4;
    width[n++] = 4;
    width[n++] = 4;
    for (int k = 0; k < d->n_value; k++)
        width[n++] = 8;
    return n;
}

void records_path(const char *dir, char out[RECORDS_PATH])
{
    snprintf(out, RECORDS_PATH, "%s/check/history.bin", dir);
}

/* ---- opening ---- */

static int damaged(struct err *e, const char *what)
{
    err_set(e, ERR_STATE, "人员历史缓存坏了：%s", what);
    return err_hint(e, "huji history build 重做一份");
}

static int read_codes(struct records *h, struct unpacker *u, enum domain d, struct err *e)
{
    int bad = 0;
    uint64_t n = get_number(u, &bad);
    if (bad || n > (uint64_t)(u->end - u->p))
        return damaged(e, "字典");
    h->code[d] = arena_alloc(&h->a, (n + 1) * sizeof *h->code[d]);
    if (!h->code[d])
        return err_nomem(e);
    for (uint64_t i = 0; i < n; i++) {
        uint64_t len = get_number(u, &bad);
        if (bad || len > (uint64_t)(u->end - u->p))
            return damaged(e, "字典");
        h->code[d][i] = (struct span){(const char *)u->p, len};
        u->p += len;
    }
    h->n_code[d] = (uint32_t)n;
    return 0;
}

/* Columns that live in the history's arena. */
static int read_columns(struct records *h, struct unpacker *u, size_t n_cols, const uint8_t *width,
                        size_t *n, void **col, struct err *e)
{
    int bad = 0;
    *n = get_number(u, &bad);
    if (bad || *n > INT32_MAX)
        return damaged(e, "机构、医师与名册");
    for (size_t c = 0; c < n_cols; c++)
        if (!(col[c] = arena_alloc(&h->a, (*n + 1) * width[c])))
            return err_nomem(e);
    int rc = *n ? unpack_table(u, n_cols, *n, UINT64_MAX, col, width) : 0;
    return rc == -1 ? damaged(e, "机构、医师与名册") : rc < 0 ? err_nomem(e) : 0;
}

static int read_shared_table(struct records *h, struct unpacker *u, enum source_id s, struct err *e)
{
    void *col[HUJI_MAX_FIELDS];
    uint8_t width[HUJI_MAX_FIELDS] = {0};
    const struct source *src = &huji_sources[s];
    for (size_t f = 0; f < src->n_fields; f++)
        width[f] = (uint8_t)ftype_width(src->fields[f].type);
    int rc = read_columns(h, u, src->n_fields, width, &h->table[s].n, col, e);
    for (size_t f = 0; rc == 0 && f < src->n_fields; f++)
        h->table[s].col[f] = col[f];
    return rc;
}

static int read_lookup(struct records *h, struct unpacker *u, enum lookup_id id, struct err *e)
{
    const struct lookup_def *d = &huji_lookups[id];
    void *col[PACK_COLUMNS];
    uint8_t width[PACK_COLUMNS];
    int bad = 0;
    h->has_lookup[id] = get_number(u, &bad) == 1;
    if (bad)
        return damaged(e, "名册");
    if (lookup_of_person(id))
        return 0;
    struct huji_lookup *l = &h->lookup[id];
    size_t n_cols = lookup_columns(d, 0, width), k = 0;
    int rc = read_columns(h, u, n_cols, width, &l->n, col, e);
    if (rc < 0)
        return rc;
    for (int i = 0; i < d->n_key; i++)
        l->key[i] = col[k++];
    l->b = col[k++];
    l->e = col[k++];
    for (int i = 0; i < d->n_value; i++)
        l->value[i] = col[k++];
    return 0;
}

static int read_shared(struct records *h, struct err *e)
{
    const struct records_part *s = &h->head->shared;
    struct unpacker u = {.p = h->p + s->at, .end = h->p + s->at + s->bytes};
    int rc = 0;
    for (int d = 0; d < DOMAIN_COUNT && rc == 0; d++)
        rc = read_codes(h, &u, (enum domain)d, e);
    if (rc == 0)
        rc = read_shared_table(h, &u, S_INST, e);
    if (rc == 0)
        rc = read_shared_table(h, &u, S_DOCTOR, e);
    for (int l = 0; l < LOOKUP_COUNT && rc == 0; l++)
        rc = read_lookup(h, &u, (enum lookup_id)l, e);
    unpacker_release(&u);
    return rc;
}

static bool part_ok(const struct records *h, const struct records_part *s)
{
    return s->at <= h->n && s->bytes <= h->n - s->at && s->at % 8 == 0 &&
           (!s->check || hash_long(h->p + s->at, s->bytes) == s->check);
}

static int verify(struct records *h, struct err *e)
{
    const struct records_head *d = h->head = (const struct records_head *)(const void *)h->p;
    if (h->n < sizeof *d || memcmp(d->magic, RECORDS_MAGIC, 8) != 0)
        return damaged(e, "不是人员历史缓存");
    if (d->version != RECORDS_VERSION || d->stamp.contract != records_contract())
        return err_set(e, ERR_STATE, "人员历史缓存是另一个版本做的");
    if (hash_long(d, offsetof(struct records_head, check)) != d->check || d->bytes != h->n)
        return damaged(e, "文件头或长度");
    if (!part_ok(h, &d->shared) || !part_ok(h, &d->slots) || !part_ok(h, &d->at) ||
        !part_ok(h, &d->texts_at) || !part_ok(h, &d->rows) || !part_ok(h, &d->texts))
        return damaged(e, "校验和不对");
    h->n_slots = d->slots.bytes / sizeof *h->slots;
    size_t offsets = ((size_t)d->persons + 1) * 8;
    if (!h->n_slots || h->n_slots & (h->n_slots - 1) || h->n_slots <= d->persons ||
        d->at.bytes != offsets || d->texts_at.bytes != offsets)
        return damaged(e, "人员索引");
    h->slots = (const uint64_t *)(const void *)(h->p + d->slots.at);
    h->at = (const uint64_t *)(const void *)(h->p + d->at.at);
    h->texts_at = (const uint64_t *)(const void *)(h->p + d->texts_at.at);
    return read_shared(h, e);
}

int records_open(const char *path, struct records **out, struct err *e)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC), rc = 0;
    if (fd < 0)
        return errno == ENOENT ? err_set(e, ERR_STATE, "还没有人员历史缓存 %s", path)
                               : err_errno(e, "打不开 %s", path);
    struct records *h = mem_calloc(1, sizeof *h);
    if (!h)
        rc = err_nomem(e);
    if (rc == 0 && fstat(fd, &st) < 0)
        rc = err_errno(e, "读不了 %s", path);
    if (rc == 0 && st.st_size < (off_t)sizeof(struct records_head))
        rc = damaged(e, "太短");
    if (rc == 0) {
        h->n = (size_t)st.st_size;
        void *p = mmap(NULL, h->n, PROT_READ, MAP_SHARED, fd, 0);
        if (p != MAP_FAILED)
            madvise(p, h->n, MADV_HUGEPAGE); /* where Linux has them for files */
        if (p == MAP_FAILED)
            rc = err_errno(e, "映射不了 %s", path);
        else
            h->p = p;
    }
    close(fd);
    if (rc == 0)
        rc = verify(h, e);
    if (rc < 0) {
        err_where(e, "%s", path);
        records_close(h);
        return rc;
    }
    *out = h;
    return 0;
}

void records_warm(const struct records *h)
{
    struct sysinfo i;
    if (sysinfo(&i) == 0 && h->n / i.mem_unit < i.totalram / 2)
        madvise((void *)(uintptr_t)h->p, h->n, MADV_POPULATE_READ);
}

void records_close(struct records *h)
{
    if (!h)
        return;
    if (h->p)
        munmap((void *)(uintptr_t)h->p, h->n);
    arena_release(&h->a);
    mem_free(h);
}

const struct records_stamp *records_made_of(const struct records *h)
{
    return &h->head->stamp;
}

bool records_fits(const struct records *h, const struct records_stamp *store)
{
    return memcmp(&h->head->stamp, store, sizeof *store) == 0;
}

uint32_t records_persons(const struct records *h)
{
    return h->head->persons;
}

void records_sizes(const struct records *h, uint64_t *rows, uint64_t *texts, uint64_t *rest)
{
    *rows = h->head->rows.bytes;
    *texts = h->head->texts.bytes;
    *rest = h->n - *rows - *texts;
}

const struct span *records_codes(const struct records *h, enum domain d, uint32_t *n)
{
    *n = h->n_code[d];
    return h->code[d];
}

const struct huji_table *records_table(const struct records *h, enum source_id s)
{
    return &h->table[s];
}

bool records_lookup(const struct records *h, enum lookup_id l, struct huji_lookup *out)
{
    *out = h->lookup[l];
    return h->has_lookup[l];
}

/* ---- one person ---- */

/* A piece of a person: u over what lies behind its check, which is not looked at. */
static int piece_at(const struct records *h, const struct records_part *part, const uint64_t *at,
                    uint32_t person, struct unpacker *u, struct err *e)
{
    uint64_t from = at[person], to = at[person + 1];
    if (from > to || to > part->bytes || to - from < 4)
        return damaged(e, "人员的位置");
    u->p = h->p + part->at + from + 4;
    u->end = h->p + part->at + to;
    return 0;
}

static int piece(const struct records *h, const struct records_part *part, const uint64_t *at,
                 uint32_t person, struct unpacker *u, struct err *e)
{
    uint32_t check;
    int rc = piece_at(h, part, at, person, u, e);
    if (rc < 0)
        return rc;
    memcpy(&check, u->p - 4, 4);
    return (uint32_t)hash_long(u->p, (size_t)(u->end - u->p)) == check
               ? 0
               : damaged(e, "一个人的记录校验和不对");
}

static struct span psn_of(const struct records *h, uint32_t person)
{
    struct unpacker u = {0};
    struct err e;
    int bad = 0;
    if (piece_at(h, &h->head->texts, h->texts_at, person, &u, &e) < 0)
        return (struct span){"", 0};
    uint64_t n = get_number(&u, &bad);
    return bad || n > (uint64_t)(u.end - u.p) ? (struct span){"", 0}
                                              : (struct span){(const char *)u.p, n};
}

/* Who has the hash, from a slot on; -1: nobody. *slot: where he stands. */
static int64_t with_hash(const struct records *h, uint64_t hash, uint64_t *slot)
{
    uint64_t i = *slot, s;
    for (; (s = h->slots[i]); i = (i + 1) & (h->n_slots - 1)) {
        uint32_t person = (uint32_t)s - 1;
        if (s != records_slot(hash, person) || person >= h->head->persons)
            continue;
        *slot = i;
        return person;
    }
    return -1;
}

int64_t records_find(const struct records *h, struct span psn_no)
{
    psn_no = span_trim(psn_no);
    if (!psn_no.n)
        return -1;
    uint64_t hash = hash_bytes(psn_no.p, psn_no.n), at = hash & (h->n_slots - 1);
    int64_t person;
    while ((person = with_hash(h, hash, &at)) >= 0) {
        if (span_eq(psn_of(h, (uint32_t)person), psn_no))
            return person;
        at = (at + 1) & (h->n_slots - 1);
    }
    return -1;
}

static void fetch(const struct records *h, const struct records_part *part, uint64_t from,
                  uint64_t to, uint64_t most)
{
    enum { CACHE_LINE = 64 };
    to = to < part->bytes ? to : part->bytes;
    to = to > from + most ? from + most : to;
    for (; from < to; from += CACHE_LINE)
        __builtin_prefetch(h->p + part->at + from);
}

/* A step only touches what the one before has fetched. */
void records_ahead(const struct records *h, struct span psn_no, enum records_step step)
{
    enum { ROWS = 4096, TEXTS = 512 }; /* of the texts only his visits' are asked for each time */
    psn_no = span_trim(psn_no);
    uint64_t hash = hash_bytes(psn_no.p, psn_no.n), at = hash & (h->n_slots - 1);
    if (step == RECORDS_SLOT) {
        __builtin_prefetch(&h->slots[at]);
        return;
    }
    int64_t person = with_hash(h, hash, &at);
    if (person < 0)
        return;
    if (step == RECORDS_PLACE) {
        __builtin_prefetch(&h->at[person]);
        __builtin_prefetch(&h->texts_at[person]);
        return;
    }
    fetch(h, &h->head->texts, h->texts_at[person], h->texts_at[person + 1], TEXTS);
    fetch(h, &h->head->rows, h->at[person], h->at[person + 1], ROWS);
}

static int room(struct past_table *t, size_t n_cols, uint64_t fields, const uint8_t *width,
                size_t n)
{
    if (n > t->cap || !t->cap) {
        t->cap = n + n / 2 + 16;
        for (size_t c = 0; c < n_cols; c++) {
            mem_free(t->col[c]);
            t->col[c] = NULL;
        }
    }
    for (size_t c = 0; c < n_cols; c++)
        if (fields >> c & 1 && !t->col[c] && !(t->col[c] = mem_alloc(t->cap * width[c])))
            return -1;
    return 0;
}

static int read_rows(struct unpacker *u, struct past_table *t, size_t n_cols, uint64_t fields,
                     const uint8_t *width, size_t spare, bool there, struct err *e)
{
    int bad = 0;
    t->n = there ? get_number(u, &bad) : 0;
    if (bad || t->n > INT32_MAX / 2)
        return damaged(e, "一个人的记录");
    if (fields && room(t, n_cols, fields, width, t->n + spare + 1) < 0)
        return err_nomem(e);
    int rc = t->n ? unpack_table(u, n_cols, t->n, fields, t->col, width) : 0;
    return rc == -1 ? damaged(e, "一个人的记录") : rc < 0 ? err_nomem(e) : 0;
}

static int read_sources(struct unpacker *u, bool there, const struct past_needs *needs,
                        struct past *out, struct err *e)
{
    uint8_t width[HUJI_MAX_FIELDS];
    int rc = 0;
    for (int i = 0; i < RECORDS_SOURCES && rc == 0; i++) {
        enum source_id s = records_sources[i];
        const struct source *src = &huji_sources[s];
        for (size_t f = 0; f < src->n_fields; f++)
            width[f] = (uint8_t)ftype_width(src->fields[f].type);
        rc = read_rows(u, &out->table[s], src->n_fields, needs->fields[s], width, needs->spare[s],
                       there, e);
    }
    return rc;
}

int records_read(const struct records *h, int64_t person, const struct past_needs *needs,
                 struct past *out, struct err *e)
{
    static const uint8_t four[2] = {4, 4};
    struct unpacker *u = &out->unpacker;
    uint8_t width[PACK_COLUMNS];
    int bad = 0;
    bool there = person >= 0;
    out->n_visit = out->n_setl = out->n_text = 0;
    if (there) {
        int rc = piece(h, &h->head->rows, h->at, (uint32_t)person, u, e);
        if (rc < 0)
            return rc;
        there = u->p < u->end;
    }
    if (there) {
        out->n_visit = (uint32_t)get_number(u, &bad);
        out->n_setl = (uint32_t)get_number(u, &bad);
        out->n_text = (uint32_t)get_number(u, &bad);
        if (bad)
            return damaged(e, "一个人的记录");
    }
    int rc = read_sources(u, there, needs, out, e);
    if (rc == 0)
        rc = read_rows(u, &out->diag, 2, needs->diag ? 3 : 0, four, needs->spare_diag, there, e);
    for (int l = 0; l < LOOKUP_COUNT && rc == 0; l++) {
        if (!lookup_of_person((enum lookup_id)l))
            continue;
        size_t n = lookup_columns(&huji_lookups[l], 1, width);
        rc = read_rows(u, &out->lookup[l], n, needs->lookup[l] ? UINT64_MAX : 0, width, 0, there,
                       e);
    }
    return rc;
}

static void table_release(struct past_table *t)
{
    for (int c = 0; c < HUJI_MAX_FIELDS; c++)
        mem_free(t->col[c]);
}

void past_release(struct past *p)
{
    for (int s = 0; s < SOURCE_COUNT; s++)
        table_release(&p->table[s]);
    for (int l = 0; l < LOOKUP_COUNT; l++)
        table_release(&p->lookup[l]);
    table_release(&p->diag);
    unpacker_release(&p->unpacker);
    *p = (struct past){.n_visit = 0};
}

/* ---- texts ---- */

static int read_texts(struct unpacker *u, struct arena *a, struct huji_text **out, uint32_t *count,
                      struct err *e)
{
    int bad = 0;
    uint64_t n = get_number(u, &bad);
    struct huji_text before = {"", 0};
    if (bad || n > INT32_MAX)
        return damaged(e, "一个人的编号");
    *out = arena_alloc(a, (n + 1) * sizeof **out);
    if (!*out)
        return err_nomem(e);
    for (uint64_t i = 0; i < n; i++) {
        uint64_t same = get_number(u, &bad), rest = get_number(u, &bad);
        if (bad || same > before.n || rest > (uint64_t)(u->end - u->p))
            return damaged(e, "一个人的编号");
        char *p = arena_alloc(a, same + rest + 1);
        if (!p)
            return err_nomem(e);
        memcpy(p, before.p, same);
        memcpy(p + same, u->p, rest);
        u->p += rest;
        before = (*out)[i] = (struct huji_text){p, same + rest};
    }
    *count = (uint32_t)n;
    return 0;
}

int records_texts(const struct records *h, int64_t person, bool lines, struct arena *a,
                  struct past_texts *out, struct err *e)
{
    struct unpacker u = {0};
    int bad = 0;
    *out = (struct past_texts){.n_visit = 0};
    if (person < 0)
        return 0;
    int rc = piece(h, &h->head->texts, h->texts_at, (uint32_t)person, &u, e);
    if (rc < 0)
        return rc;
    uint64_t skip = get_number(&u, &bad);
    if (bad || skip > (uint64_t)(u.end - u.p))
        return damaged(e, "一个人的编号");
    u.p += skip;
    if ((rc = read_texts(&u, a, &out->visit, &out->n_visit, e)) == 0 &&
        (rc = read_texts(&u, a, &out->setl, &out->n_setl, e)) == 0 &&
        (rc = read_texts(&u, a, &out->text, &out->n_text, e)) == 0 && lines)
        rc = read_texts(&u, a, &out->line, &out->n_line, e);
    return rc;
}

int records_visits(const struct records *h, int64_t person, const struct new_events *ev,
                   int32_t *out, struct err *e)
{
    struct unpacker u = {0};
    int bad = 0;
    char text[256];
    size_t had = 0;
    for (size_t i = 0; i < ev->n_visit; i++)
        out[i] = -1;
    if (person < 0)
        return 0;
    int rc = piece(h, &h->head->texts, h->texts_at, (uint32_t)person, &u, e);
    if (rc < 0)
        return rc;
    uint64_t skip = get_number(&u, &bad);
    if (bad || skip > (uint64_t)(u.end - u.p))
        return damaged(e, "一个人的编号");
    u.p += skip;
    uint64_t n = get_number(&u, &bad);
    for (uint64_t v = 0; v < n && !bad; v++) {
        uint64_t same = get_number(&u, &bad), rest = get_number(&u, &bad);
        if (bad || same > had || rest > (uint64_t)(u.end - u.p))
            return damaged(e, "一个人的编号");
        if (same + rest <= sizeof text) /* longer ones are nobody's */
            memcpy(text + same, u.p, rest);
        u.p += rest;
        had = same + rest;
        for (size_t i = 0; i < ev->n_visit && had <= sizeof text; i++)
            if (span_eq(span_trim(ev->visit[i].mdtrt_id), (struct span){text, had}))
                out[i] = (int32_t)v;
    }
    return bad ? damaged(e, "一个人的编号") : 0;
}

struct span records_shared_bytes(const struct records *h, uint64_t *lines)
{
    *lines = h->head->lines;
    return (struct span){(const char *)h->p + h->head->shared.at, h->head->shared.bytes};
}

int records_pieces(const struct records *h, uint32_t person, struct span *rows, struct span *psn,
                   struct span *texts, struct err *e)
{
    struct unpacker u = {0};
    int bad = 0, rc = piece(h, &h->head->rows, h->at, person, &u, e);
    *rows = (struct span){(const char *)u.p, (size_t)(u.end - u.p)};
    if (rc == 0)
        rc = piece(h, &h->head->texts, h->texts_at, person, &u, e);
    if (rc < 0)
        return rc;
    uint64_t n = get_number(&u, &bad);
    if (bad || n > (uint64_t)(u.end - u.p))
        return damaged(e, "一个人的编号");
    *psn = (struct span){(const char *)u.p, n};
    *texts = (struct span){(const char *)u.p + n, (size_t)(u.end - u.p) - n};
    return 0;
}

uint64_t records_lines(const struct records *h)
{
    return h->head->lines;
}
