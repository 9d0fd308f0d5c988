/* SPDX-License-Identifier: MulanPSL-2.0 */
/* A sample come back from review: CSV or XLSX with stratum, population, verdict, money. */
#include "base/map.h"
#include "base/mem.h"
#include "claims/readers/table.h"
#include "run/verdict.h"
#include "screen/sample.h"

enum { C_STRATUM, C_POPULATION, C_VERDICT, C_FUND, C_EXPOSURE, C_COUNT };
static const char *const words[C_COUNT][3] = {
    [C_STRATUM] = {"stratum", "层"},
    [C_POPULATION] = {"population", "层总数"},
    [C_VERDICT] = {"verdict", "结论"},
    [C_FUND] = {"fund_yuan", "查实基金"},
    [C_EXPOSURE] = {"exposure_yuan", "涉及基金"},
};

static bool find_heading(const struct row *r, int *at)
{
    for (int k = 0; k < C_COUNT; k++) {
        at[k] = -1;
        for (size_t c = 0; c < r->n; c++)
            for (int w = 0; words[k][w]; w++)
                if (at[k] < 0 && span_is(span_trim(r->cells[c].text), words[k][w]))
                    at[k] = (int)c;
    }
    return at[C_STRATUM] >= 0 && at[C_POPULATION] >= 0 && at[C_VERDICT] >= 0;
}

static struct span cell(const struct row *r, int at)
{
    return at < 0 || (size_t)at >= r->n ? (struct span){"", 0} : span_trim(r->cells[at].text);
}

static int bad(const char *path, const struct row *r, const char *field, struct span value,
               const char *right, struct err *e)
{
    err_set(e, ERR_INPUT, "%s“%.*s”不对", field, (int)value.n, value.p);
    err_hint(e, "%s", right);
    return err_where(e, "%s 第 %llu 行", path, (unsigned long long)r->no);
}

static int take(struct sample_file *f, const char *path, const struct row *r, const int *at,
                struct err *e)
{
    struct span name = cell(r, at[C_STRATUM]), said = cell(r, at[C_VERDICT]),
                fund = cell(r, at[C_FUND]).n ? cell(r, at[C_FUND]) : cell(r, at[C_EXPOSURE]);
    int64_t population, money = 0;
    enum verdict v = VERDICT_NONE;
    struct stratum *s;
    uint32_t before = f->names.n, id;

    if (!name.n && !said.n)
        return 0;
    if (!dec_parse(cell(r, at[C_POPULATION]), 0, false, &population) || population <= 0)
        return bad(path, r, "层总数", cell(r, at[C_POPULATION]), "抽样时写的数，大于 0", e);
    if (said.n && !verdict_parse(said, &v))
        return bad(path, r, "结论", said, "查实、误报、存疑之一", e);
    if (v == VERDICT_CONFIRMED && fund.n && (!fen_parse(fund, &money) || money < 0))
        return bad(path, r, "查实基金", fund, "以元为单位的数，不小于 0", e);
    id = names_put(&f->names, name);
    if (id == NAME_NONE || mem_grow(&f->at, &f->cap, f->names.n, sizeof *f->at))
        return err_nomem(e);
    s = &f->at[id];
    if (f->names.n > before)
        *s = (struct stratum){.name = f->names.at[id], .population = population};
    else if (s->population != population)
        return bad(path, r, "层总数", cell(r, at[C_POPULATION]), "同一层各行写的应当一样", e);
    f->n = f->names.n;
    s->drawn++;
    s->confirmed += v == VERDICT_CONFIRMED;
    s->rejected += v == VERDICT_REJECTED;
    s->doubtful += v == VERDICT_DOUBTFUL;
    s->sum += (double)money;
    s->squares += (double)money * (double)money;
    return 0;
}

int sample_read(struct sample_file *f, const char *path, struct err *e)
{
    struct row_source *src = NULL;
    int at[C_COUNT], rc;
    bool heading = false, found = false;
    struct row r;

    *f = (struct sample_file){0};
    rc = rows_open(path, &src, e);
    while (rc >= 0 && src && (rc = rows_next_sheet(src, e)) == 1) {
        heading = false;
        while ((rc = rows_next(src, &r, e)) == 1) {
            if (!heading)
                heading = find_heading(&r, at);
            else if ((rc = take(f, path, &r, at, e)) < 0)
                break;
        }
        found |= heading;
        if (rc < 0)
            break;
    }
    rows_close(src);
    if (rc >= 0 && !found) {
        err_set(e, ERR_INPUT, "没有“层”“层总数”“结论”三列");
        err_hint(e, "应是 huji sample 写出、填了结论的文件");
        rc = err_where(e, "%s", path);
    }
    if (rc < 0)
        sample_file_release(f);
    return rc < 0 ? rc : 0;
}

void sample_file_release(struct sample_file *f)
{
    names_release(&f->names);
    mem_free(f->at);
    *f = (struct sample_file){0};
}
