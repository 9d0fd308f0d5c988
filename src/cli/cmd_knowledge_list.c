/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "cli/commands.h"
#include "cli/common.h"
#include "cli/library.h"
#include "cli/output.h"
#include "engine/rule.h"

static const struct shown_column columns[] = {
    {"table", "知识表", AS_TEXT, 0}, {"title", "名称", AS_TEXT, 0},  {"rows", "行", AS_INT, 0},
    {"own", "其中本局", AS_INT, 0},  {"columns", "列", AS_TEXT, 60}, {"law", "依据", AS_TEXT, 40},
};

static int run(const struct args *a, struct err *e)
{
    struct huji_library *lib = NULL;
    struct output *o = NULL;
    int rc = library_for(a, &lib, e);

    if (!rc)
        rc = out_open(&o, a, columns, (int)(sizeof columns / sizeof *columns), e);
    for (int i = 0; !rc && i < lib->n_kn; i++) {
        const struct knowledge *k = &lib->kn[i];
        struct buf b = BUF_INIT;

        for (int c = 0; c < k->n_columns; c++)
            buf_fmt(&b, "%s%.*s", c ? " " : "", (int)k->column[c].name.n, k->column[c].name.p);
        out_text(o, k->name);
        out_text(o, k->title);
        out_int(o, (int64_t)k->n);
        out_int(o, (int64_t)k->n_local);
        out_text(o, (struct span){buf_cstr(&b), b.n});
        out_text(o, k->law);
        out_row(o);
        buf_release(&b);
    }
    if (!rc)
        rc = out_close(o, e);
    if (lib)
        library_free(lib);
    return rc;
}

static const struct option options[] = {OPT_DATA, OPT_RULES, OPT_FORMAT, OPT_OUT, OPT_END};
static const struct example examples[] = {
    {"knowledge list --data 我的县", "知识表各有多少行，其中本局多少"},
    EXAMPLE_END,
};
const struct command cmd_knowledge_list = {
    .name = "knowledge list",
    .title = "列出知识表",
    .operands = "",
    .options = options,
    .examples = examples,
    .run = run,
};
