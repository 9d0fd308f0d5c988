/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "claims/readers/zipio.h"

#include <zip.h>

#include "base/limits.h"
#include "base/mem.h"

/* Below this an entry may be packed as well as it likes: it can't hurt. */
#define RATIO_FREE (16u << 20)

static struct zip *open_span(struct span b)
{
    zip_error_t ze;
    zip_error_init(&ze);
    zip_source_t *src = zip_source_buffer_create(b.p, b.n, 0, &ze);
    struct zip *z = src ? zip_open_from_source(src, ZIP_RDONLY, &ze) : NULL;
    if (!z && src)
        zip_source_free(src);
    zip_error_fini(&ze);
    return z;
}

bool zipio_is_xlsx(struct span b)
{
    struct zip *z = open_span(b);
    if (!z)
        return false;
    bool yes = zip_name_locate(z, "[Content_Types].xml", ZIP_FL_NOCASE) >= 0 ||
               zip_name_locate(z, "xl/workbook.xml", ZIP_FL_NOCASE) >= 0;
    zip_discard(z);
    return yes;
}

int zipio_open(struct zipio *z, struct span b, struct err *e)
{
    *z = (struct zipio){.zip = open_span(b)};
    if (!z->zip) {
        err_set(e, ERR_INPUT, "压缩包损坏或不完整");
        return err_hint(e, "文件可能没有下载完；请重新导出或重新拷贝");
    }
    zip_int64_t n = zip_get_num_entries(z->zip, 0);
    if (n > MAX_ZIP_ENTRIES) {
        zipio_close(z);
        return err_set(e, ERR_LIMIT, "压缩包里有 %lld 个文件，超过 %d 个", (long long)n,
                       MAX_ZIP_ENTRIES);
    }
    return 0;
}

void zipio_close(struct zipio *z)
{
    if (z->zip)
        zip_discard(z->zip);
    z->zip = NULL;
}

int64_t zipio_find(const struct zipio *z, const char *name)
{
    return zip_name_locate(z->zip, name, ZIP_FL_NOCASE);
}

uint64_t zipio_count(const struct zipio *z)
{
    zip_int64_t n = zip_get_num_entries(z->zip, 0);
    return n > 0 ? (uint64_t)n : 0;
}

const char *zipio_name(const struct zipio *z, uint64_t index)
{
    const char *name = zip_get_name(z->zip, index, ZIP_FL_ENC_RAW);
    return name ? name : "";
}

int zipio_entry_open(struct zipio *z, uint64_t index, struct zipio_entry *f, struct err *e)
{
    zip_stat_t st;
    zip_stat_init(&st);
    *f = (struct zipio_entry){.of = z};
    if (zip_stat_index(z->zip, index, 0, &st) != 0)
        return err_set(e, ERR_INPUT, "压缩包目录损坏");
    if ((st.valid & ZIP_STAT_ENCRYPTION_METHOD) && st.encryption_method != ZIP_EM_NONE) {
        err_set(e, ERR_INPUT, "压缩包设了密码");
        return err_hint(e, "请解压后再导入");
    }
    f->packed = st.valid & ZIP_STAT_COMP_SIZE ? st.comp_size : 0;
    f->file = zip_fopen_index(z->zip, index, 0);
    if (!f->file)
        return err_set(e, ERR_INPUT, "压缩包里的文件解不开：%s", zip_strerror(z->zip));
    return 0;
}

static int bomb(struct err *e, const char *what)
{
    err_set(e, ERR_LIMIT, "压缩包解开后%s，已拒绝", what);
    return err_hint(e, "若确是真实数据，请按月或按机构拆分后导出，或导出为 CSV");
}

int64_t zipio_read(struct zipio_entry *f, char *p, size_t n, struct err *e)
{
    zip_int64_t k = zip_fread(f->file, p, n);
    if (k < 0) {
        err_set(e, ERR_INPUT, "压缩包里的内容损坏：%s", zip_file_strerror(f->file));
        return err_hint(e, "文件可能没有下载完；请重新导出或重新拷贝");
    }
    f->inflated += (uint64_t)k;
    f->of->total += (uint64_t)k;
    if (f->of->total > MAX_XLSX_BYTES)
        return bomb(e, "超过 4 GB");
    if (f->inflated > RATIO_FREE && f->inflated / MAX_XLSX_RATIO > f->packed)
        return bomb(e, "大小是压缩时的 200 倍以上");
    return k;
}

void zipio_entry_close(struct zipio_entry *f)
{
    if (f->file)
        zip_fclose(f->file);
    f->file = NULL;
}

int zipio_slurp(struct zipio *z, uint64_t index, struct bytes *out, struct err *e)
{
    struct zipio_entry f;
    struct spill spill = SPILL_INIT;
    *out = (struct bytes)BYTES_INIT;
    int rc = zipio_entry_open(z, index, &f, e);
    if (rc)
        return rc;
    static const size_t chunk = 1u << 16;
    char *room = mem_alloc(chunk);
    int64_t k = room ? 1 : err_nomem(e);
    while (k > 0) {
        k = zipio_read(&f, room, chunk, e);
        if (k > 0 && (rc = spill_add(&spill, room, (size_t)k, e)))
            k = rc;
    }
    rc = k < 0 ? (int)k : spill_finish(&spill, out, e);
    spill_release(&spill);
    zipio_entry_close(&f);
    mem_free(room);
    return rc;
}
