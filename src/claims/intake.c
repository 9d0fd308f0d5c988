/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "claims/intake.h"

#include <dirent.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "claims/readers/normalise.h"
#include "claims/readers/table.h"
#include "claims/schema.h"

#define MAX_FOLDER_DEPTH 16

struct work {
    const struct intake *in;
    struct mapping *mapping;
    struct arena text;
    struct import_file *files;
    size_t n_files, cap_files;
    char tmp[4096]; /* for normalised files; empty until needed */
    size_t n_made;  /* files that readers/ made into tables */
    struct flat *flat;
};

/* --- which files --------------------------------------------------------------------------------- */

static int add_file(struct work *j, const char *path, int table, const char *shown, struct err *e)
{
    struct import_file f = {.path = arena_dup(&j->text, span_of(path)), .table = table};

    f.shown = shown ? arena_dup(&j->text, span_of(shown)) : NULL;
    if (!f.path || (shown && !f.shown) ||
        mem_grow(&j->files, &j->cap_files, j->n_files + 1, sizeof *j->files))
        return err_nomem(e);
    j->files[j->n_files++] = f;
    return 0;
}

static void move_to_front(struct work *j)
{
    struct import_file last = j->files[j->n_files - 1];

    memmove(j->files + 1, j->files, (j->n_files - 1) * sizeof *j->files);
    j->files[0] = last;
}

static int make_tmp(struct work *j, char *dir, size_t cap, struct err *e)
{
    int rc = 0;

    if (!j->tmp[0]) {
        rc = store_tmp(j->in->store, "tables", j->tmp, sizeof j->tmp, e);
        if (!rc && mkdir(j->tmp, 0700) != 0)
            rc = err_errno(e, "建不了 %s", j->tmp);
    }
    if (rc)
        return rc;
    snprintf(dir, cap, "%s/%zu", j->tmp, j->n_made++);
    return mkdir(dir, 0700) != 0 ? err_errno(e, "建不了 %s", dir) : 0;
}

/* What was out of the ordinary; all of it when verbose. */
static void tell(struct work *j, const char *path, const struct normalise_report *r)
{
    struct buf say = BUF_INIT;

    if (!j->in->tell)
        return;
    if (j->in->verbose) {
        normalise_report_print(r, &say);
    } else {
        for (size_t i = 0; i < r->n_notes; i++)
            if (!strstr(r->notes[i], "：相符"))
                buf_fmt(&say, "  %s\n", r->notes[i]);
        if (r->rows_rejected)
            buf_fmt(&say, "  拒收 %llu 行，见数据质量\n", (unsigned long long)r->rows_rejected);
    }
    if (say.n)
        j->in->tell(j->in->ctx, path, buf_cstr(&say));
    buf_release(&say);
}

static int normalise(struct work *j, const char *path, struct err *e)
{
    struct normalise_report r = {0};
    char dir[4200], rejects[4300];
    const char *said = NULL;
    int rc = make_tmp(j, dir, sizeof dir, e);

    if (rc)
        return rc;
    rc = readers_normalise(path, dir, j->mapping, j->flat, j->in->progress, &r, e);
    snprintf(rejects, sizeof rejects, "%s/_rejects.csv", dir);
    if (!rc && r.rows_rejected && !(said = arena_dup(&j->text, span_of(rejects))))
        rc = err_nomem(e);
    for (size_t i = 0; i < r.n_outputs && !rc; i++) {
        rc = add_file(j, r.outputs[i].path, r.outputs[i].table, path, e);
        if (!rc)
            j->files[j->n_files - 1].rejects = said;
        if (!rc)
            j->files[j->n_files - 1].made = r.outputs[i].made;
        if (!rc && r.outputs[i].lines &&
            !(j->files[j->n_files - 1].lines = arena_dup(&j->text, span_of(r.outputs[i].lines))))
            rc = err_nomem(e);
        if (!rc &&
            r.outputs[i]
                .made) /* whatever else tells of these persons knows more: let it come later */
            move_to_front(j);
    }
    if (!rc)
        tell(j, path, &r);
    normalise_report_release(&r);
    return rc;
}

static int take_file(struct work *j, const char *path, bool named, struct err *e)
{
    struct err why = {0};
    int rc = readers_wanted(path, &why);

    if (rc == 0 &&
        (schema_of_file(span_of(path)) >= 0 || table_sniff_file(path, &why) == TABLE_PARQUET))
        return add_file(j, path, -1, NULL, e);
    if (rc >= 0)
        rc = normalise(j, path, &why);
    if (!rc)
        return 0;
    if (rc == ERR_INPUT && !named) {
        if (j->in->tell) {
            struct buf say = BUF_INIT;
            size_t len = strlen(path);
            bool entry = strncmp(why.where, path, len) == 0 && why.where[len] == '!';

            if (entry)
                buf_fmt(&say, "  整个压缩包跳过，因为其中的 %s：%s\n", why.where + len + 1,
                        why.message);
            else
                buf_fmt(&say, "  跳过：%s\n", why.message);
            j->in->tell(j->in->ctx, path, buf_cstr(&say));
            buf_release(&say);
        }
        return 0;
    }
    if (e)
        *e = why;
    return rc;
}

static int visible(const struct dirent *d)
{
    /* what the generator of counties writes beside its tables: the answers, and knowledge */
    return d->d_name[0] != '.' && strcmp(d->d_name, "truth.csv") != 0 &&
           strcmp(d->d_name, "proven_inst.csv") != 0;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static int take(struct work *j, const char *path, int depth, struct err *e);

static int take_folder(struct work *j, const char *path, int depth, struct err *e)
{
    struct dirent **names;
    int n = scandir(path, &names, visible, by_name), rc = 0;

    if (n < 0)
        return err_errno(e, "打不开 %s", path);
    if (depth >= MAX_FOLDER_DEPTH)
        rc = err_set(e, ERR_LIMIT, "%s：文件夹套得太深", path);
    for (int i = 0; i < n; i++) {
        char child[4096];
        size_t len = strlen(path);

        if (!rc &&
            snprintf(child, sizeof child, "%s%s%s", path, len && path[len - 1] == '/' ? "" : "/",
                     names[i]->d_name) < (int)sizeof child)
            rc = take(j, child, depth + 1, e);
        free(names[i]);
    }
    free(names);
    return rc;
}

static int take(struct work *j, const char *path, int depth, struct err *e)
{
    struct stat st;

    if (stat(path, &st) != 0)
        return err_errno(e, "打不开 %s", path);
    if (S_ISDIR(st.st_mode))
        return take_folder(j, path, depth, e);
    if (!S_ISREG(st.st_mode))
        return 0;
    return take_file(j, path, depth == 0, e);
}

static int unlink_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
    (void)st;
    (void)kind;
    (void)ftw;
    return remove(path);
}

static int import(struct work *j, const char *const *paths, size_t n, struct import_report *report,
                  struct err *e)
{
    int rc = 0;

    for (size_t i = 0; i < n && !rc; i++)
        rc = take(j, paths[i], 0, e);
    if (!rc && j->n_files == 0) {
        err_set(e, ERR_INPUT, "没有找到可以导入的表");
        err_hint(
            e,
            "文件名以表名开头（fee_list_d.csv、费用明细.xlsx ...）；看不懂表头时用 --propose-mapping");
        rc = ERR_INPUT;
    }
    if (!rc)
        rc = store_import_files(j->in->store, j->files, j->n_files, NULL, j->in->progress, report,
                                e);
    return rc;
}

/* The mappings that a data directory remembers. */
static int own_mapping(struct work *j, struct mapping **out, struct err *e)
{
    char kept[4200];
    int rc;

    *out = mapping_new();
    if (!*out)
        return err_nomem(e);
    snprintf(kept, sizeof kept, "%s/mappings", j->in->store->dir);
    rc = mapping_load_dir(*out, kept, e);
    return rc;
}

int intake_run(const struct intake *in, const char *const *paths, size_t n,
               struct import_report *report, struct err *e)
{
    struct work j = {.in = in, .mapping = in->mapping};
    struct mapping *own = NULL;
    int rc = 0;

    if (!j.mapping) {
        rc = own_mapping(&j, &own, e);
        j.mapping = own;
    }
    j.flat = flat_new();
    if (!rc && !j.flat)
        rc = err_nomem(e);
    if (!rc)
        rc = import(&j, paths, n, report, e);
    flat_free(j.flat);
    if (j.tmp[0])
        nftw(j.tmp, unlink_one, 16, FTW_DEPTH | FTW_PHYS);
    mapping_free(own);
    arena_release(&j.text);
    mem_free(j.files);
    return rc;
}
