/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "server/demo.h"

#include <ftw.h>
#include <stdio.h>
#include <sys/stat.h>

#include "synth/synth.h"

int demo_is(struct store *s, bool *out, struct err *e)
{
    char v[8];
    int rc = store_meta(s, "demo", v, sizeof v, e);

    if (!rc)
        *out = v[0] == '1';
    return rc;
}

int demo_refuse(struct store *s, struct err *e)
{
    bool demo = false;
    int rc = demo_is(s, &demo, e);

    if (rc || !demo)
        return rc;
    err_set(e, ERR_STATE, "这个数据目录是演示用的，不收真实数据");
    return err_hint(e, "用 huji init 新建一个数据目录，再导入真实的表");
}

static int unlink_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
    (void)st;
    (void)kind;
    (void)ftw;
    return remove(path);
}

static int make_and_import(struct store *s, const struct synth_options *o, const struct progress *p,
                           struct import_report *out, struct err *e)
{
    struct intake in = {.store = s, .progress = p};
    int rc;

    progress_step(p, "编造一个县", 0, 0);
    rc = synth_write(o, NULL, p, e);
    return rc ? rc : intake_run(&in, &o->out, 1, out, e);
}

int demo_fill(struct store *s, uint32_t persons, uint64_t seed, const struct progress *p,
              struct import_report *out, struct err *e)
{
    char folder[4096];
    struct synth_options o = {.persons = persons, .seed = seed, .no_truth = true, .out = folder};
    int64_t files = 0;
    bool was = false;
    int rc = db_int(s->con, e, 0, &files, "SELECT count(*) FROM file");

    if (!rc && files) {
        err_set(e, ERR_STATE, "数据目录里已有 %lld 张表，不能再放演示数据", (long long)files);
        rc = err_hint(e, "演示数据只放进空的数据目录：huji init 另建一个");
    }
    if (!rc)
        rc = demo_is(s, &was, e);
    if (!rc)
        rc = store_tmp(s, "demo", folder, sizeof folder, e);
    /* Marked first: killed between the two, an empty practice county is all that is left. */
    if (!rc)
        rc = store_set_meta(s, "demo", "1", e);
    if (rc)
        return rc;
    rc = make_and_import(s, &o, p, out, e);
    nftw(folder, unlink_one, 16, FTW_DEPTH | FTW_PHYS);
    if (rc && !was)
        store_set_meta(s, "demo", "0", NULL);
    return rc;
}
