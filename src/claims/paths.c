/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "claims/paths.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "claims/schema.h"

static int add_file(struct path_list *l, const char *path, int table, struct err *e)
{
    if (mem_grow(&l->file, &l->cap, l->n + 1, sizeof *l->file) < 0)
        return err_nomem(e);
    l->file[l->n++] = (struct import_file){.path = arena_dup(&l->arena, span_of(path)),
                                           .table = table};
    return 0;
}

static int add_other(struct path_list *l, const char *path, struct err *e)
{
    if (mem_grow(&l->other, &l->cap_other, l->n_other + 1, sizeof *l->other) < 0)
        return err_nomem(e);
    l->other[l->n_other++] = arena_dup(&l->arena, span_of(path));
    return 0;
}

static bool right_ending(const char *name)
{
    static const char *const may[] = {".csv", ".tsv", ".txt", ".parquet"};
    const char *dot = strrchr(name, '.');
    for (size_t i = 0; dot && i < sizeof may / sizeof may[0]; i++)
        if (strcasecmp(dot, may[i]) == 0)
            return true;
    return false;
}

static int add_folder(struct path_list *l, const char *path, int depth, struct err *e)
{
    struct dirent **list;
    int n = scandir(path, &list, NULL, alphasort), rc = 0;
    if (n < 0)
        return err_errno(e, "打不开目录 %s", path);
    for (int i = 0; i < n; i++) {
        const char *name = list[i]->d_name;
        struct stat st;
        char *p = rc == 0 && name[0] != '.' ? arena_fmt(&l->arena, "%s/%s", path, name) : NULL;
        if (p && stat(p, &st) == 0 && S_ISDIR(st.st_mode)) {
            if (depth < 8)
                rc = add_folder(l, p, depth + 1, e);
        } else if (p) {
            int t = schema_of_file(span_of(name));
            rc = t >= 0 && right_ending(name) ? add_file(l, p, t, e) : add_other(l, p, e);
        }
        free(list[i]);
    }
    free(list);
    return rc;
}

int paths_add(struct path_list *l, const char *path, struct err *e)
{
    struct stat st;
    if (stat(path, &st) < 0)
        return err_errno(e, "找不到 %s", path);
    return S_ISDIR(st.st_mode) ? add_folder(l, path, 0, e) : add_file(l, path, -1, e);
}

void paths_release(struct path_list *l)
{
    mem_free(l->file);
    mem_free(l->other);
    arena_release(&l->arena);
    *l = (struct path_list){0};
}
