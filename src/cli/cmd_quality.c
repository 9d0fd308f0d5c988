/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "claims/quality.h"

#include <string.h>

#include "cli/commands.h"
#include "cli/common.h"
#include "cli/grids.h"
#include "cli/store.h"

#define SOME 20

static int rejects(struct store *s, struct grid *g, struct err *e)
{
    return quality_rejects(s, SOME, g, e);
}
static int all_rejects(struct store *s, struct grid *g, struct err *e)
{
    return quality_rejects(s, 0, g, e);
}
static int codes(struct store *s, struct grid *g, struct err *e)
{
    return quality_codes(s, NULL, SOME, g, e);
}
static int all_codes(struct store *s, struct grid *g, struct err *e)
{
    return quality_codes(s, NULL, 0, g, e);
}

static int reject_reasons(struct store *s, struct grid *g, struct err *e)
{
    return quality_reject_reasons(s, NULL, g, e);
}

static int months(struct store *s, struct grid *g, struct err *e)
{
    return quality_months(s, NULL, g, e);
}

static int marks(struct store *s, struct grid *g, struct err *e)
{
    return quality_marks(s, NULL, g, e);
}

static const struct part {
    const char *name;
    int (*some)(struct store *s, struct grid *out,
                struct err *e); /* among the others; NULL: only when asked for */
    int (*all)(struct store *s, struct grid *out, struct err *e);
    const char *nothing;
} parts[] = {
    {"tables", quality_tables, quality_tables, "还没有导入任何表"},
    {"files", NULL, quality_files, "还没有导入任何文件"},
    {"reasons", reject_reasons, reject_reasons, "没有拒收的行"},
    {"rejects", rejects, all_rejects, "没有拒收的行"},
    {"months", months, months, "没有缺月的机构"},
    {"marks", marks, marks, "没有被标记的行"},
    {"values", quality_values, quality_values, "没有读不懂的值"},
    {"codes", codes, all_codes, "项目编码都合国家形式"},
};

static int show(const struct args *a, struct store *s, const struct part *p, bool all,
                struct err *e)
{
    struct grid g = {0};
    int rc = (all ? p->all : p->some)(s, &g, e);

    if (!rc)
        rc = grid_print(a, &g, p->nothing, e);
    grid_release(&g);
    return rc;
}

static int lineage(const struct args *a, struct store *s, const char *id, struct err *e)
{
    struct grid g = {0};
    int rc = quality_lineage(s, id, &g, e);

    if (!rc)
        rc = grid_print(a, &g, "没有这个编号", e);
    grid_release(&g);
    return rc;
}

static int run(const struct args *a, struct err *e)
{
    const char *wanted = args_text(a, "show"), *format = args_text(a, "format");
    struct store *s = NULL;
    int rc;

    if (!wanted && (args_text(a, "out") || (format && strcmp(format, "table") != 0)))
        wanted = "tables"; /* a file holds one table */
    rc = store_for(a, STORE_READ, &s, e);
    if (!rc && args_text(a, "of"))
        rc = lineage(a, s, args_text(a, "of"), e);
    for (size_t i = 0; i < sizeof parts / sizeof *parts && !rc && !args_text(a, "of"); i++) {
        if (wanted ? strcmp(wanted, parts[i].name) == 0 : parts[i].some != NULL)
            rc = show(a, s, &parts[i], wanted != NULL, e);
    }
    store_close(s);
    return rc;
}

static const struct option options[] = {
    OPT_DATA,
    {"show", 's', ARG_CHOICE, "tables|files|reasons|rejects|months|marks|values|codes", NULL, false,
     "只看一部分，看全：各表、各文件、拒收原因、拒收行、缺月、标记、读不懂的值、不合国家形式的编码"},
    {"of", 0, ARG_TEXT, "ID", NULL, false, "一条记录从哪来：line:...、setl:...、mdtrt:..."},
    OPT_FORMAT,
    OPT_OUT,
    OPT_END,
};
static const struct example examples[] = {
    {"quality --data 我的县", "读入 = 保留 + 拒收，行数和金额都对得上吗"},
    {"quality --data 我的县 --show rejects --out 拒收.xlsx",
     "拒收的每一行：文件、行、列、值、原因"},
    {"quality --data 我的县 --of line:429801F000000000039", "这行费用来自哪个文件的哪一行"},
    EXAMPLE_END,
};
const struct command cmd_quality = {
    .name = "quality",
    .title = "数据质量：对账、拒收、缺月、存疑",
    .operands = "",
    .options = options,
    .examples = examples,
    .run = run,
};
