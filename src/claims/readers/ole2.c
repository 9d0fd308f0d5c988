/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "claims/readers/ole2.h"

#include <strings.h>

#include "base/mem.h"

#define END_OF_CHAIN 0xfffffffeu
#define MAX_SECTOR 0xfffffffau

struct ole2 {
    struct span file;
    uint32_t sector, mini; /* bytes */
    uint32_t n_sectors;
    uint32_t *fat, *minifat;
    size_t n_fat, n_minifat, fat_cap, minifat_cap;
    struct buf ministream;
    uint32_t mini_cutoff;
};

static uint32_t u32(const char *p)
{
    const unsigned char *q = (const unsigned char *)p;
    return (uint32_t)q[0] | (uint32_t)q[1] << 8 | (uint32_t)q[2] << 16 | (uint32_t)q[3] << 24;
}

static uint16_t u16(const char *p)
{
    const unsigned char *q = (const unsigned char *)p;
    return (uint16_t)(q[0] | q[1] << 8);
}

static int damaged(struct err *e, const char *what)
{
    err_set(e, ERR_INPUT, "XLS 文件损坏：%s", what);
    return err_hint(e, "文件可能没有下载完；请重新导出，或用 Excel 打开后另存为 XLSX");
}

/* NULL when the sector lies (partly) outside; the last one may be short: *n says. */
static const char *sector_at(const struct ole2 *o, uint32_t id, size_t *n)
{
    if (id >= o->n_sectors)
        return NULL;
    uint64_t at = ((uint64_t)id + 1) * o->sector;
    if (at >= o->file.n)
        return NULL;
    size_t left = o->file.n - (size_t)at;
    *n = left < o->sector ? left : o->sector;
    return o->file.p + at;
}

static int add_table(uint32_t **t, size_t *n, size_t *cap, const char *p, size_t bytes,
                     struct err *e)
{
    size_t k = bytes / 4;
    if (mem_grow(t, cap, *n + k, sizeof **t))
        return err_nomem(e);
    for (size_t i = 0; i < k; i++)
        (*t)[(*n)++] = u32(p + i * 4);
    return 0;
}

static int add_fat_sector(struct ole2 *o, uint32_t id, struct err *e)
{
    size_t n;
    const char *p = sector_at(o, id, &n);
    return p ? add_table(&o->fat, &o->n_fat, &o->fat_cap, p, n, e) : damaged(e, "扇区表越界");
}

/* The first 109 sectors of the table are named in the header, the rest in a chain of their own. */
static int read_fat(struct ole2 *o, struct err *e)
{
    uint32_t want = u32(o->file.p + 44), next = u32(o->file.p + 68), seen = 0;
    int rc = 0;
    for (uint32_t i = 0; i < 109 && rc == 0; i++) {
        uint32_t id = u32(o->file.p + 76 + i * 4);
        if (id < MAX_SECTOR && o->n_fat / (o->sector / 4) < want)
            rc = add_fat_sector(o, id, e);
    }
    while (rc == 0 && next < MAX_SECTOR) {
        size_t n;
        const char *p = sector_at(o, next, &n);
        if (!p || n < o->sector || seen++ > o->n_sectors)
            return damaged(e, "扇区表的链断了");
        for (size_t i = 0; i + 8 <= o->sector && rc == 0; i += 4) {
            uint32_t id = u32(p + i);
            if (id < MAX_SECTOR && o->n_fat / (o->sector / 4) < want)
                rc = add_fat_sector(o, id, e);
        }
        next = u32(p + o->sector - 4);
    }
    return rc;
}

/* Appends the chain from `id` on, at most `size` bytes. */
static int read_chain(const struct ole2 *o, uint32_t id, uint64_t size, struct buf *out,
                      struct err *e)
{
    uint32_t steps = 0;
    while (id < MAX_SECTOR && out->n < size) {
        size_t n;
        const char *p = sector_at(o, id, &n);
        if (!p || steps++ > o->n_sectors)
            return damaged(e, "数据链越界或成环");
        if (n > size - out->n)
            n = (size_t)(size - out->n);
        buf_add(out, p, n);
        if (out->failed)
            return err_nomem(e);
        if (id >= o->n_fat)
            return damaged(e, "数据链越界");
        id = o->fat[id];
    }
    return 0;
}

static int read_mini(const struct ole2 *o, uint32_t id, uint64_t size, struct buf *out,
                     struct err *e)
{
    size_t steps = 0;
    while (id < MAX_SECTOR && out->n < size) {
        uint64_t at = (uint64_t)id * o->mini;
        if (id >= o->n_minifat || at >= o->ministream.n || steps++ > o->n_minifat)
            return damaged(e, "小数据链越界或成环");
        size_t n = o->ministream.n - (size_t)at;
        n = n < o->mini ? n : o->mini;
        n = n < size - out->n ? n : (size_t)(size - out->n);
        buf_add(out, o->ministream.p + at, n);
        if (out->failed)
            return err_nomem(e);
        id = o->minifat[id];
    }
    return 0;
}

static bool entry_is(const char *p, const char *name)
{
    size_t n = u16(p + 64);
    if (n < 2 || n > 64 || (n - 2) / 2 != strlen(name))
        return false;
    for (size_t i = 0; i < (n - 2) / 2; i++) {
        char c = p[i * 2];
        if (p[i * 2 + 1] || strncasecmp(&c, name + i, 1) != 0)
            return false;
    }
    return true;
}

static int open_file(struct ole2 *o, struct span file, struct err *e)
{
    *o = (struct ole2){.file = file};
    if (file.n < 512 || memcmp(file.p, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 8) != 0)
        return damaged(e, "文件头不全");
    unsigned shift = u16(file.p + 30), mini = u16(file.p + 32);
    if ((shift != 9 && shift != 12) || mini != 6)
        return damaged(e, "扇区大小不对");
    o->sector = 1u << shift;
    o->mini = 1u << mini;
    o->mini_cutoff = u32(file.p + 56);
    uint64_t n = (file.n + o->sector - 1) / o->sector;
    o->n_sectors = n > MAX_SECTOR ? MAX_SECTOR : (uint32_t)n;
    int rc = read_fat(o, e);
    uint32_t id = u32(file.p + 60), steps = 0;
    while (rc == 0 && id < MAX_SECTOR) {
        size_t k;
        const char *p = sector_at(o, id, &k);
        if (!p || id >= o->n_fat || steps++ > o->n_sectors)
            return damaged(e, "小扇区表越界或成环");
        rc = add_table(&o->minifat, &o->n_minifat, &o->minifat_cap, p, k, e);
        id = o->fat[id];
    }
    return rc;
}

static int read_entry(struct ole2 *o, const char *p, struct buf *out, struct err *e)
{
    uint32_t start = u32(p + 116);
    uint64_t size = u32(p + 120);
    int rc = size < o->mini_cutoff ? read_mini(o, start, size, out, e)
                                   : read_chain(o, start, size, out, e);
    if (rc == 0 && out->n < size)
        rc = damaged(e, "数据不全");
    return rc ? rc : 1;
}

static int find_stream(struct ole2 *o, const char *name, struct buf *out, struct err *e)
{
    struct buf dir = BUF_INIT;
    int rc = read_chain(o, u32(o->file.p + 48), (uint64_t)o->n_sectors * o->sector, &dir, e);
    if (rc == 0 && dir.n >= 128 && dir.p[66] == 5) /* the root holds the small streams */
        rc = read_chain(o, u32(dir.p + 116), u32(dir.p + 120), &o->ministream, e);
    for (size_t at = 0; rc == 0 && at + 128 <= dir.n; at += 128)
        if (dir.p[at + 66] == 2 && entry_is(dir.p + at, name))
            rc = read_entry(o, dir.p + at, out, e);
    buf_release(&dir);
    return rc;
}

int ole2_stream(struct span file, const char *name, struct buf *out, struct err *e)
{
    struct ole2 o;
    int rc = open_file(&o, file, e);
    if (rc == 0)
        rc = find_stream(&o, name, out, e);
    mem_free(o.fat);
    mem_free(o.minifat);
    buf_release(&o.ministream);
    if (rc < 0)
        buf_release(out);
    return rc;
}
