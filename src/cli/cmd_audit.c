/* SPDX-License-Identifier: MulanPSL-2.0 */
/* huji audit export | verify. */
#include <stdio.h>
#include <string.h>

#include "casework/audit_export.h"
#include "cli/casework.h"
#include "cli/commands.h"
#include "cli/common.h"

static void say(const struct audit_report *r)
{
    note("%lld 条，%s 至 %s，校验码 %s", (long long)r->rows, r->first, r->last, r->code);
}

static int run_export(const struct args *a, struct err *e)
{
    const char *path = args_text(a, "out");
    struct audit_report r;
    struct cw *db = NULL;
    FILE *f = NULL;
    int rc = path ? casework_for(a, &db, e) : err_set(e, ERR_USAGE, "要用 --out 说写到哪里");

    if (!rc && !(f = fopen(path, "we")))
        rc = err_errno(e, "写不了 %s", path);
    if (!rc)
        rc = audit_export(db, f, &r, e);
    if (f && fclose(f) != 0 && !rc)
        rc = err_errno(e, "写不了 %s", path);
    cw_close(db);
    if (!rc)
        say(&r);
    return rc;
}

static int read_all(const char *path, struct buf *out, struct err *e)
{
    char piece[65536];
    size_t n;
    FILE *f = fopen(path, "re");

    if (!f)
        return err_errno(e, "打不开 %s", path);
    while ((n = fread(piece, 1, sizeof piece, f)) > 0)
        buf_add(out, piece, n);
    fclose(f);
    return out->failed ? err_nomem(e) : 0;
}

static int run_verify(const struct args *a, struct err *e)
{
    const char *code = args_text(a, "code");
    struct audit_report r;
    struct buf file = BUF_INIT;
    struct cw *db = NULL;
    int rc;

    if (a->n_operands) {
        rc = read_all(a->operands[0], &file, e);
        if (!rc)
            rc = audit_verify((struct span){file.p, file.n}, &r, e);
        if (!rc && code && !audit_code_holds((struct span){file.p, file.n}, code))
            rc = err_set(e, ERR_INPUT, "校验码 %s 在这份日志里没有：它与当时印出来的不是同一条链",
                         code);
    } else {
        rc = casework_for(a, &db, e);
        if (!rc)
            rc = audit_verify_db(db, &r, e);
    }
    buf_release(&file);
    cw_close(db);
    if (!rc)
        say(&r);
    return rc;
}

static const struct option export_options[] = {OPT_DATA, OPT_CASEWORK, OPT_OUT, OPT_END};
const struct command cmd_audit_export = {
    .name = "audit export",
    .title = "导出审计日志，可离线核对",
    .operands = "",
    .options = export_options,
    .run = run_export,
};

static const struct option verify_options[] = {
    OPT_DATA,
    OPT_CASEWORK,
    {"code", 0, ARG_TEXT, "CODE", NULL, false, "与纸上印的校验码对"},
    OPT_END,
};
static const struct example verify_examples[] = {
    {"audit verify 审计日志.jsonl", "只凭导出的文件，不用数据库"},
    {"audit verify --code 1203-9f86d081884c 审计日志.jsonl", "与周报上印的校验码对"},
    EXAMPLE_END,
};
const struct command cmd_audit_verify = {
    .name = "audit verify",
    .title = "核对审计日志有没有被改、删、插",
    .operands = "[FILE]",
    .text =
        "给文件则离线核对导出；不给则核对业务库里的整条链。全部重写的日志，只有与当时印在纸上的校验码对才看得出。",
    .options = verify_options,
    .examples = verify_examples,
    .max_operands = 1,
    .operand_kind = ARG_FILE,
    .run = run_verify,
};
