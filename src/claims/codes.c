/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "claims/codes.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "base/map.h"
#include "base/mem.h"
#include "claims/db.h"

/* A domain is cut into shards by hash so that two threads seldom wait for each other. */
#define SHARDS 16

/*
 * Texts of a shard, packed: there are tens of millions (a visit's, a settlement's number), and text, id and place of
 * one take some 35 bytes. An entry is its id (4 bytes), its length (4) and the text; it is told by the number of its block
 * and where in it it begins. Blocks stay where they are, so that a text can be pointed to.
 */
enum { BLOCK_BITS = 16, BLOCK = 1 << BLOCK_BITS, ENTRY_HEAD = 8 };

struct shard {
    pthread_mutex_t lock;
    char **block;
    uint32_t *used; /* bytes, of each block */
    size_t n_block, cap_block, cap_used;
    uint64_t *place; /* by hash: upper half of the hash, entry + 1; 0 = free */
    size_t n, n_place;
    size_t saved_block, saved_used; /* entries before are in d_* */
};

/* A byte per id that may be read without a lock: pages are added, never moved. */
#define PAGE 65536
struct flags {
    _Atomic(unsigned char *) page[4096];
};

static bool flag_at(const struct flags *f, uint32_t id)
{
    const unsigned char *p = id / PAGE < 4096 ? f->page[id / PAGE] : NULL;
    return p && p[id % PAGE];
}

/* With a lock held that all writers of `f` take. */
static void flag_set(struct flags *f, uint32_t id)
{
    if (id / PAGE >= 4096)
        return;
    unsigned char *p = f->page[id / PAGE];
    if (!p && (p = mem_calloc(1, PAGE)))
        f->page[id / PAGE] = p;
    if (p)
        p[id % PAGE] = 1;
}

static void flags_release(struct flags *f)
{
    for (size_t i = 0; i < 4096; i++)
        mem_free(f->page[i]);
}

struct book {
    struct flags named;
    struct shard shard[SHARDS];
    _Atomic uint32_t n;
    pthread_mutex_t name_lock;
    struct arena text;
    struct span *name; /* by id; p = NULL: none yet */
    size_t name_cap;
    uint32_t saved; /* ids below are in d_* */
    int32_t *late;  /* ids below `saved` that got a name now */
    size_t n_late, late_cap;
};

struct codes {
    struct book book[BOOK_COUNT];
    uint64_t serial;      /* of this process, from 1 */
    struct flags strange; /* item ids of no national form */
    pthread_mutex_t strange_lock;
};

const char *codes_book_name(enum domain d)
{
    return d == D_WORD ? "word" : huji_domain_name[d];
}

struct codes *codes_new(void)
{
    static _Atomic uint64_t serial;
    struct codes *c = mem_calloc(1, sizeof *c);
    if (!c)
        return NULL;
    c->serial = ++serial;
    for (int d = 0; d < BOOK_COUNT; d++) {
        pthread_mutex_init(&c->book[d].name_lock, NULL);
        for (int i = 0; i < SHARDS; i++)
            pthread_mutex_init(&c->book[d].shard[i].lock, NULL);
    }
    pthread_mutex_init(&c->strange_lock, NULL);
    return c;
}

void codes_free(struct codes *c)
{
    if (!c)
        return;
    for (int d = 0; d < BOOK_COUNT; d++) {
        struct book *b = &c->book[d];
        for (int i = 0; i < SHARDS; i++) {
            struct shard *s = &b->shard[i];
            for (size_t k = 0; k < s->n_block; k++)
                mem_free(s->block[k]);
            mem_free(s->block);
            mem_free(s->used);
            mem_free(s->place);
            pthread_mutex_destroy(&s->lock);
        }
        arena_release(&b->text);
        flags_release(&b->named);
        mem_free(b->name);
        mem_free(b->late);
        pthread_mutex_destroy(&b->name_lock);
    }
    pthread_mutex_destroy(&c->strange_lock);
    flags_release(&c->strange);
    mem_free(c);
}

static bool digits(const char *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (p[i] < '0' || p[i] > '9')
            return false;
    return true;
}

static bool upper(const char *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (p[i] < 'A' || p[i] > 'Z')
            return false;
    return true;
}

/* national-interface.md part 5, nos. 2-4. */
bool item_code_form(struct span s)
{
    const char *dash = s.n ? memchr(s.p, '-', s.n) : NULL;
    if (dash)
        s.n = (size_t)(dash - s.p);
    if (s.n < 10)
        return false;
    const char *p = s.p;
    switch (p[0]) {
    case '0': return s.n == 15 && p[1] == '0' && digits(p, 15);
    case 'X':
        return s.n == 23 && upper(p + 1, 1) && digits(p + 2, 2) && upper(p + 4, 3) &&
               digits(p + 7, 3) && upper(p + 10, 1) && digits(p + 11, 12);
    case 'Z':
        return s.n == 20 && upper(p + 1, 1) && digits(p + 2, 2) && upper(p + 4, 3) &&
               digits(p + 7, 13);
    case 'T': return s.n == 10 && digits(p + 1, 9);
    case 'C': return (s.n == 20 || s.n == 27) && digits(p + 1, s.n - 1);
    default: return false;
    }
}

static void note_item(struct codes *c, uint32_t id, struct span s)
{
    if (item_code_form(s))
        return;
    pthread_mutex_lock(&c->strange_lock);
    flag_set(&c->strange, id);
    pthread_mutex_unlock(&c->strange_lock);
}

bool codes_item_known(const struct codes *c, int32_t id)
{
    return id >= 0 && !flag_at(&c->strange, (uint32_t)id);
}

static struct shard *shard_of(struct codes *c, enum domain d, struct span s)
{
    return &c->book[d].shard[hash_bytes(s.p, s.n) >> 60];
}

static char *entry_at(const struct shard *h, uint32_t at)
{
    return h->block[at >> BLOCK_BITS] + (at & (BLOCK - 1));
}

static int32_t entry_id(const char *e)
{
    int32_t id;
    memcpy(&id, e, sizeof id);
    return id;
}

static struct span entry_text(const char *e)
{
    uint32_t n;
    memcpy(&n, e + 4, sizeof n);
    return (struct span){e + ENTRY_HEAD, n};
}

/* The place of a text, or the free one where it belongs. */
static size_t place_of(const struct shard *h, uint64_t hash, struct span s)
{
    size_t i = hash & (h->n_place - 1);
    while (h->place[i] && (h->place[i] >> 32 != (uint32_t)(hash >> 28) ||
                           !span_eq(entry_text(entry_at(h, (uint32_t)h->place[i] - 1)), s)))
        i = (i + 1) & (h->n_place - 1);
    return i;
}

static int more_places(struct shard *h)
{
    size_t n = h->n_place ? h->n_place * 2 : 64;
    uint64_t *place = mem_calloc(n, sizeof *place);
    if (!place)
        return -1;
    for (size_t k = 0; k < h->n_place; k++) {
        if (!h->place[k])
            continue;
        struct span s = entry_text(entry_at(h, (uint32_t)h->place[k] - 1));
        size_t i = hash_bytes(s.p, s.n) & (n - 1);
        while (place[i])
            i = (i + 1) & (n - 1);
        place[i] = h->place[k];
    }
    mem_free(h->place);
    h->place = place;
    h->n_place = n;
    return 0;
}

/* A long text has a block of its own, and begins it. NULL: out of memory. */
static char *new_entry(struct shard *h, size_t bytes, uint32_t *at)
{
    size_t last = h->n_block - 1;
    if (!h->n_block || h->used[last] + bytes > BLOCK) {
        char *b = NULL;
        if (h->n_block >= (UINT32_MAX >> BLOCK_BITS) ||
            mem_grow(&h->block, &h->cap_block, h->n_block + 1, sizeof *h->block) < 0 ||
            mem_grow(&h->used, &h->cap_used, h->n_block + 1, sizeof *h->used) < 0 ||
            !(b = mem_alloc(bytes > BLOCK ? bytes : BLOCK)))
            return NULL;
        last = h->n_block++;
        h->block[last] = b;
        h->used[last] = 0;
    }
    *at = (uint32_t)(last << BLOCK_BITS | h->used[last]);
    h->used[last] += (uint32_t)bytes;
    return entry_at(h, *at);
}

/* Entries from (block, used) on, in the order in which they came; NULL at the end. */
static const char *next_entry(const struct shard *h, size_t *block, size_t *used)
{
    while (*block < h->n_block && *used >= h->used[*block]) {
        if (*block + 1 == h->n_block)
            return NULL;
        ++*block;
        *used = 0;
    }
    if (*block >= h->n_block)
        return NULL;
    const char *e = h->block[*block] + *used;
    *used += ENTRY_HEAD + entry_text(e).n;
    return e;
}

/*
 * What this thread has looked up, so that it need not lock again for a code it just had. The text is the
 * dictionary's own copy, which stays where it is as long as the dictionary lives: `owner` tells of which.
 */
#define CACHE_SLOTS 8192
struct cached {
    uint64_t owner; /* serial of the dictionary and its domain; 0 = empty */
    struct span text;
    int32_t id;
};
static _Thread_local struct cached cache[CACHE_SLOTS];

/* With the lock held; a new one is given the next id. *at: the dictionary's own text. */
static int32_t give(struct codes *c, enum domain d, struct shard *h, struct span s, uint64_t hash,
                    struct span *at)
{
    uint32_t where;
    if (h->n * 4 >= h->n_place * 3 && more_places(h) < 0)
        return HUJI_NONE32;
    size_t i = place_of(h, hash, s);
    if (h->place[i]) {
        const char *e = entry_at(h, (uint32_t)h->place[i] - 1);
        *at = entry_text(e);
        return entry_id(e);
    }
    char *e = s.n <= INT32_MAX ? new_entry(h, ENTRY_HEAD + s.n, &where) : NULL;
    if (!e)
        return HUJI_NONE32;
    uint32_t global = atomic_fetch_add(&c->book[d].n, 1), n = (uint32_t)s.n;
    memcpy(e, &global, 4);
    memcpy(e + 4, &n, 4);
    memcpy(e + ENTRY_HEAD, s.p, s.n);
    h->place[i] = (hash >> 28) << 32 | (where + 1);
    h->n++;
    *at = entry_text(e);
    if (d == D_ITEM)
        note_item(c, global, s);
    return (int32_t)global;
}

int32_t codes_id(struct codes *c, enum domain d, struct span s)
{
    return codes_put(c, d, span_trim(s));
}

int32_t codes_put(struct codes *c, enum domain d, struct span s)
{
    if (!s.n)
        return HUJI_NONE32;
    uint64_t hash = hash_bytes(s.p, s.n), owner = c->serial * BOOK_COUNT + (uint64_t)d;
    struct cached *k = &cache[(hash ^ (uint64_t)d * 977) % CACHE_SLOTS];
    if (k->owner == owner && span_eq(k->text, s))
        return k->id;
    struct shard *h = &c->book[d].shard[hash >> 60];
    pthread_mutex_lock(&h->lock);
    struct span own;
    int32_t id = give(c, d, h, s, hash, &own);
    if (id != HUJI_NONE32)
        *k = (struct cached){owner, own, id};
    pthread_mutex_unlock(&h->lock);
    return id;
}

/* Those of one shard, in `which`. Where each belongs is far away in memory: all are fetched at once. */
static void put_in_shard(struct codes *c, enum domain d, struct shard *h, const struct span *s,
                         const uint64_t *hash, const uint16_t *which, size_t n, struct span *own,
                         int32_t *id)
{
    pthread_mutex_lock(&h->lock);
    while ((h->n + n) * 4 >= h->n_place * 3 && more_places(h) == 0)
        ;
    for (size_t k = 0; k < n && h->n_place; k++)
        __builtin_prefetch(&h->place[hash[which[k]] & (h->n_place - 1)], 1);
    for (size_t k = 0; k < n && h->n_place; k++) {
        uint64_t at = h->place[hash[which[k]] & (h->n_place - 1)];
        if (at)
            __builtin_prefetch(entry_at(h, (uint32_t)at - 1));
    }
    for (size_t k = 0; k < n; k++) {
        size_t i = which[k];
        id[i] = give(c, d, h, s[i], hash[i], &own[i]);
    }
    pthread_mutex_unlock(&h->lock);
}

/* Of these nearly every text is a new one, or one that is long gone from the cache. */
static bool many_texts(enum domain d)
{
    return d == D_VISIT || d == D_SETL || d == D_PERSON;
}

void codes_put_many(struct codes *c, enum domain d, const struct span *s, size_t n, int32_t *id)
{
    uint64_t hash[CODES_MANY], owner = c->serial * BOOK_COUNT + (uint64_t)d;
    uint16_t left[CODES_MANY], which[CODES_MANY];
    struct span own[CODES_MANY];
    size_t n_left = 0, from[SHARDS + 1] = {0}, to[SHARDS];
    bool cached = !many_texts(d);
    for (size_t i = 0; i < n; i++) {
        hash[i] = hash_bytes(s[i].p, s[i].n);
        const struct cached *k = &cache[(hash[i] ^ (uint64_t)d * 977) % CACHE_SLOTS];
        if (cached && k->owner == owner && span_eq(k->text, s[i])) {
            id[i] = k->id;
            continue;
        }
        left[n_left++] = (uint16_t)i;
        from[(hash[i] >> 60) + 1]++;
    }
    for (size_t h = 0; h < SHARDS; h++) {
        from[h + 1] += from[h];
        to[h] = from[h];
    }
    for (size_t k = 0; k < n_left; k++)
        which[to[hash[left[k]] >> 60]++] = left[k];
    for (size_t h = 0; h < SHARDS; h++)
        if (from[h + 1] > from[h])
            put_in_shard(c, d, &c->book[d].shard[h], s, hash, which + from[h],
                         from[h + 1] - from[h], own, id);
    for (size_t k = 0; k < n_left && cached; k++) {
        size_t i = left[k];
        if (id[i] != HUJI_NONE32)
            cache[(hash[i] ^ (uint64_t)d * 977) % CACHE_SLOTS] = (struct cached){owner, own[i],
                                                                                 id[i]};
    }
}

int32_t codes_find(struct codes *c, enum domain d, struct span s)
{
    s = span_trim(s);
    if (!s.n)
        return HUJI_NONE32;
    struct shard *h = shard_of(c, d, s);
    pthread_mutex_lock(&h->lock);
    size_t i = h->n_place ? place_of(h, hash_bytes(s.p, s.n), s) : 0;
    bool there = h->n_place && h->place[i];
    int32_t id = there ? entry_id(entry_at(h, (uint32_t)h->place[i] - 1)) : HUJI_NONE32;
    pthread_mutex_unlock(&h->lock);
    return id;
}

bool domain_has_name(enum domain d)
{
    return d == D_ITEM || d == D_INST || d == D_DEPT || d == D_DOCTOR || d == D_EMP || d == D_DX ||
           d == D_PERSON;
}

static bool room_for_name(struct book *b, int32_t id)
{
    size_t had = b->name_cap;
    if ((size_t)id < had)
        return true;
    if (mem_grow(&b->name, &b->name_cap, (size_t)id + 1, sizeof *b->name) < 0)
        return false;
    memset(b->name + had, 0, (b->name_cap - had) * sizeof *b->name);
    return true;
}

void codes_name(struct codes *c, enum domain d, int32_t id, struct span name)
{
    struct book *b = &c->book[d];
    name = span_trim(name);
    if (id < 0 || !name.n || flag_at(&b->named, (uint32_t)id))
        return;
    pthread_mutex_lock(&b->name_lock);
    if (room_for_name(b, id) && !b->name[id].p) {
        b->name[id] = arena_span(&b->text, name);
        flag_set(&b->named, (uint32_t)id);
        if ((uint32_t)id < b->saved &&
            mem_grow(&b->late, &b->late_cap, b->n_late + 1, sizeof *b->late) == 0)
            b->late[b->n_late++] = id;
    }
    pthread_mutex_unlock(&b->name_lock);
}

void codes_texts(struct codes *c, enum domain d, struct span *at, size_t n)
{
    for (int i = 0; i < SHARDS; i++) {
        struct shard *h = &c->book[d].shard[i];
        pthread_mutex_lock(&h->lock);
        size_t block = 0, used = 0;
        for (const char *e; (e = next_entry(h, &block, &used));)
            if ((size_t)entry_id(e) < n)
                at[entry_id(e)] = entry_text(e);
        pthread_mutex_unlock(&h->lock);
    }
}

uint32_t codes_count(const struct codes *c, enum domain d)
{
    return c->book[d].n;
}

/* It has a name in d_*: none is taken any more. */
static void note_named(struct book *b, uint32_t id)
{
    b->name[id] = (struct span){"", 0};
    flag_set(&b->named, id);
}

/* All that is there is in d_*. */
static void note_saved(struct book *b)
{
    for (int i = 0; i < SHARDS; i++) {
        struct shard *h = &b->shard[i];
        h->saved_block = h->n_block ? h->n_block - 1 : 0;
        h->saved_used = h->n_block ? h->used[h->n_block - 1] : 0;
    }
}

/* Places for `n` texts, so that none is moved while they come. */
static int room_for(struct book *b, size_t n)
{
    for (int i = 0; i < SHARDS; i++)
        while (b->shard[i].n_place * 3 < n / SHARDS * 5)
            if (more_places(&b->shard[i]) < 0)
                return -1;
    return 0;
}

/* A text that is not there yet, under the id it has in d_*. */
static int put_known(struct codes *c, enum domain d, struct span s, uint64_t hash, uint32_t id)
{
    struct shard *h = &c->book[d].shard[hash >> 60];
    uint32_t where, n = (uint32_t)s.n;
    if (h->n * 4 >= h->n_place * 3 && more_places(h) < 0)
        return -1;
    char *e = new_entry(h, ENTRY_HEAD + s.n, &where);
    if (!e)
        return -1;
    memcpy(e, &id, 4);
    memcpy(e + 4, &n, 4);
    memcpy(e + ENTRY_HEAD, s.p, s.n);
    size_t i = hash & (h->n_place - 1);
    while (h->place[i])
        i = (i + 1) & (h->n_place - 1);
    h->place[i] = (hash >> 28) << 32 | (where + 1);
    h->n++;
    if (d == D_ITEM)
        note_item(c, id, s);
    return 0;
}

enum { CHUNK_ROWS = 2048 }; /* DuckDB's vectors */

/* id, code and whether it has a name: most of the time of a small import on top of a large store, so by vectors. */
static int load_chunk(struct codes *c, enum domain d, duckdb_data_chunk chunk, uint32_t n,
                      uint64_t *seen, struct err *e)
{
    const int32_t *id = duckdb_vector_get_data(duckdb_data_chunk_get_vector(chunk, 0));
    duckdb_string_t *text = duckdb_vector_get_data(duckdb_data_chunk_get_vector(chunk, 1));
    const bool *named = domain_has_name(d)
                            ? duckdb_vector_get_data(duckdb_data_chunk_get_vector(chunk, 2))
                            : NULL;
    idx_t size = duckdb_data_chunk_get_size(chunk);
    uint64_t hash[CHUNK_ROWS];
    if (size > CHUNK_ROWS)
        return err_set(e, ERR_DB, "字典 d_%s 读不了", codes_book_name(d));
    for (idx_t i = 0; i < size;
         i++) { /* where each belongs is far away in memory: all are fetched at once */
        hash[i] = hash_bytes(duckdb_string_t_data(&text[i]), duckdb_string_t_length(text[i]));
        const struct shard *h = &c->book[d].shard[hash[i] >> 60];
        if (h->n_place)
            __builtin_prefetch(&h->place[hash[i] & (h->n_place - 1)], 1);
    }
    for (idx_t i = 0; i < size; i++) {
        uint32_t k = (uint32_t)id[i];
        if (k >= n || seen[k / 64] >> k % 64 & 1)
            return err_set(e, ERR_DB, "字典 d_%s 已损坏（编号不连续）", codes_book_name(d));
        seen[k / 64] |= UINT64_C(1) << k % 64;
        struct span s = {duckdb_string_t_data(&text[i]), duckdb_string_t_length(text[i])};
        if (put_known(c, d, s, hash[i], k) < 0)
            return err_nomem(e);
        if (named && named[i] && room_for_name(&c->book[d], (int32_t)k))
            note_named(&c->book[d], k);
    }
    return 0;
}

static int load_one(struct codes *c, duckdb_connection con, enum domain d, struct err *e)
{
    char sql[128];
    int64_t n = 0;
    int rc = db_int(con, e, 0, &n, "SELECT count(*) FROM d_%s", codes_book_name(d));
    if (rc < 0 || !n)
        return rc;
    uint64_t *seen = mem_calloc((size_t)n / 64 + 1, sizeof *seen);
    if (!seen || room_for(&c->book[d], (size_t)n) < 0) {
        mem_free(seen);
        return err_nomem(e);
    }
    snprintf(sql, sizeof sql, "SELECT id, code%s FROM d_%s",
             domain_has_name(d) ? ", name IS NOT NULL" : "", codes_book_name(d));
    duckdb_result r;
    rc = db_query(con, sql, &r, e);
    if (rc == 0) {
        duckdb_data_chunk chunk;
        while ((chunk = duckdb_fetch_chunk(r))) {
            if (rc == 0)
                rc = load_chunk(c, d, chunk, (uint32_t)n, seen, e);
            duckdb_destroy_data_chunk(&chunk);
        }
        duckdb_destroy_result(&r);
    }
    mem_free(seen);
    c->book[d].n = c->book[d].saved = (uint32_t)n;
    note_saved(&c->book[d]);
    return rc;
}

/* Books that are still to be read, the large ones first, and who reads them. */
struct loading {
    struct codes *c;
    _Atomic int next;
};

struct loader {
    struct loading *all;
    duckdb_connection con;
    struct err e;
    int rc;
};

static void *load_books(void *arg)
{
    static const enum domain large[] = {D_TEXT, D_SETL, D_VISIT, D_PERSON};
    enum { N_LARGE = sizeof large / sizeof large[0] };
    struct loader *l = arg;
    int i;
    while (l->rc == 0 && (i = atomic_fetch_add(&l->all->next, 1)) < N_LARGE + BOOK_COUNT) {
        enum domain d = i < N_LARGE ? large[i] : (enum domain)(i - N_LARGE);
        bool done = false;
        for (int k = 0; i >= N_LARGE && k < N_LARGE; k++)
            done |= large[k] == d;
        if (!done)
            l->rc = load_one(l->all->c, l->con, d, &l->e);
    }
    return NULL;
}

int codes_load(struct codes *c, duckdb_connection con, duckdb_database db, struct err *e)
{
    struct loading all = {.c = c};
    struct loader here = {.all = &all, .con = con}, there = {.all = &all};
    pthread_t thread;
    bool two = db && duckdb_connect(db, &there.con) == DuckDBSuccess;
    if (two && pthread_create(&thread, NULL, load_books, &there) != 0) {
        duckdb_disconnect(&there.con);
        two = false;
    }
    load_books(&here);
    if (two) {
        pthread_join(thread, NULL);
        duckdb_disconnect(&there.con);
    }
    struct loader *bad = here.rc < 0 ? &here : &there;
    if (bad->rc < 0 && e)
        *e = bad->e;
    return bad->rc;
}

static int append(duckdb_appender app, const struct book *b, const struct shard *h, bool named)
{
    size_t block = h->saved_block, used = h->saved_used;
    for (const char *e; (e = next_entry(h, &block, &used));) {
        struct span s = entry_text(e);
        uint32_t id = (uint32_t)entry_id(e);
        struct span name = named && id < b->name_cap ? b->name[id] : (struct span){NULL, 0};
        bool ok = duckdb_append_int32(app, (int32_t)id) == DuckDBSuccess &&
                  duckdb_append_varchar_length(app, s.p, s.n) == DuckDBSuccess;
        if (ok && named)
            ok = (name.p ? duckdb_append_varchar_length(app, name.p, name.n)
                         : duckdb_append_null(app)) == DuckDBSuccess;
        if (!ok || duckdb_appender_end_row(app) != DuckDBSuccess)
            return -1;
    }
    return 0;
}

static int save_late(struct book *b, duckdb_connection con, enum domain d, struct err *e)
{
    int rc = 0;
    struct buf sql = BUF_INIT;
    for (size_t i = 0; i < b->n_late && rc == 0; i += 500) {
        buf_clear(&sql);
        buf_fmt(&sql, "UPDATE d_%s AS d SET name = v.name FROM (VALUES ", codes_book_name(d));
        for (size_t k = i; k < b->n_late && k < i + 500; k++) {
            buf_fmt(&sql, "%s(%d, ", k > i ? ", " : "", b->late[k]);
            buf_sql(&sql, b->name[b->late[k]]);
            buf_char(&sql, ')');
        }
        buf_str(&sql, ") v(id, name) WHERE d.id = v.id");
        rc = sql.failed ? err_nomem(e) : db_run(con, buf_cstr(&sql), e);
    }
    buf_release(&sql);
    b->n_late = 0;
    return rc;
}

static int save_one(struct codes *c, duckdb_connection con, enum domain d, struct err *e)
{
    char table[32];
    snprintf(table, sizeof table, "d_%s", codes_book_name(d));
    duckdb_appender app;
    bool bad = duckdb_appender_create(con, NULL, table, &app) != DuckDBSuccess;
    bool named = domain_has_name(d);
    for (int i = 0; i < SHARDS && !bad; i++)
        bad = append(app, &c->book[d], &c->book[d].shard[i], named) < 0;
    bad = bad || duckdb_appender_close(app) != DuckDBSuccess;
    int rc = bad ? db_append_error(app, e) : 0;
    duckdb_appender_destroy(&app);
    if (rc == 0)
        rc = save_late(&c->book[d], con, d, e);
    c->book[d].saved = c->book[d].n;
    if (rc == 0)
        note_saved(&c->book[d]);
    return rc;
}

int codes_save(struct codes *c, duckdb_connection con, struct err *e)
{
    int rc = 0;
    for (int d = 0; d < BOOK_COUNT && rc == 0; d++)
        rc = save_one(c, con, (enum domain)d, e);
    return rc;
}
