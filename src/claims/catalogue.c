/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "claims/catalogue.h"

#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/day.h"
#include "base/mem.h"
#include "claims/readers/table.h"

/* National-interface standards nos. 1-15; expressions checked against published lists where there are any. */
const struct code_kind code_kinds[] = {
    {"dx", 1, "疾病诊断（ICD-10）",
     "^[A-Z][0-9]{2}(\\.[0-9]{3}|\\.x[0-9]{2})(x[0-9]{3})?(\\+[A-Z][0-9]{2}(\\.[0-9])?\\*)?$",
     "icd10,1307,疾病诊断"},
    {"oprn", 1, "手术操作（ICD-9-CM-3）",
     "^[0-9]{2}\\.([0-9]{4}|[0-9]x[0-9]{2}|[0-9]{2}x[0-9])(x[0-9]{3,4})?$|^[0-9]{2}\\.[0-9]{3}[0-9A-Z][0-9]$",
     "icd9,1308,手术操作"},
    {"tcm", 1, "中医病证与肿瘤形态学", "^[AB][0-9]{2}(\\.[0-9]{2}){1,4}\\.?$|^M[0-9]{4}/[0-9]$",
     "1313,1314,1315,中医,肿瘤形态"},
    {"service", 2, "医疗服务项目", "^00[0-9]{13}$", "1305,医疗服务项目,service"},
    {"drug", 3, "药品",
     "^X[A-Z][0-9]{2}[A-Z]{2}[A-Z][0-9]{3}[A-Z][0-9]{3}[0-9]{4}[0-9]{5}$|^Z[A-Z][0-9]{2}[A-Z]{2}[A-Z][0-9]{4}[0-9]{4}[0-9]{5}$|^T[0-9]{9}$",
     "1301,1302,1303,药品,西药,中成药,中药饮片,drug"},
    {"consumable", 4, "医用耗材", "^C[0-9]{19}([0-9]{7})?$", "1306,医用耗材,耗材,consumable"},
    {"unit", 5, "医保系统单位", NULL, "医保系统单位,unit"},
    {"staff", 6, "医保系统工作人员", NULL, "医保系统工作人员,staff_code"},
    {"hospital", 7, "定点医疗机构", "^H[0-9]{11}$", "定点医疗机构,hospital"},
    {"doctor", 8, "医保医师", "^D[0-9]{12}$", "医保医师,doctor"},
    {"nurse", 9, "医保护士", "^N[0-9]{12}$", "医保护士,nurse"},
    {"pharmacy", 10, "定点零售药店", "^P[0-9]{11}$", "定点零售药店,pharmacy"},
    {"pharmacist", 11, "医保药师", "^H[YJ][0-9]{12}$", "医保药师,pharmacist"},
    {"opsp", 12, "医保门诊慢特病病种", "^M[0-9]{5}$", "opsp,1309,门诊慢特病"},
    {"drg", 13, "医保按病种结算病种", NULL, "1310,按病种"},
    {"day_surgery", 14, "医保日间手术病种", NULL, "1311,日间手术"},
    {"list", 15, "医疗保障基金结算清单", NULL, "结算清单编码"},
    {0},
};

int code_kind_find(struct span name)
{
    for (int i = 0; code_kinds[i].name; i++)
        if (span_is(name, code_kinds[i].name) || span_is(name, code_kinds[i].title))
            return i;
    return -1;
}

static bool fits(const regex_t *form, struct span code)
{
    char text[64];
    const char *dash = code.n ? memchr(code.p, '-', code.n) : NULL;
    if (dash)
        code.n = (size_t)(dash - code.p);
    if (!code.n || code.n >= sizeof text)
        return false;
    snprintf(text, sizeof text, "%.*s", (int)code.n, code.p);
    return regexec(form, text, 0, NULL, 0) == 0;
}

bool code_form_fits(int kind, struct span code)
{
    regex_t form;
    bool yes = true;
    if (!code_kinds[kind].form ||
        regcomp(&form, code_kinds[kind].form, REG_EXTENDED | REG_NOSUB) != 0)
        return true;
    yes = fits(&form, code);
    regfree(&form);
    return yes;
}

int catalogue_tables(duckdb_connection con, struct err *e)
{
    return db_run(
        con,
        "CREATE TABLE IF NOT EXISTS code_table(kind VARCHAR, version VARCHAR, path VARCHAR, imported_at VARCHAR, rows BIGINT, "
        "unfit BIGINT, valid_from VARCHAR, valid_to VARCHAR);"
        "CREATE TABLE IF NOT EXISTS code_national(kind VARCHAR, code VARCHAR, name VARCHAR, spec VARCHAR, b INTEGER, e INTEGER);"
        "CREATE TABLE IF NOT EXISTS code_map(local VARCHAR, national VARCHAR, b INTEGER, mapped_at VARCHAR, mapped_by VARCHAR, how VARCHAR)",
        e);
}

/* --- which columns ---------------------------------------------------------------------------------- */

enum { C_CODE, C_NAME, C_SPEC, C_FROM, C_TO, C_VERSION, C_COUNT };

static const char *const words[C_COUNT] = {
    "code,编码,代码,国家编码,医保编码,医疗目录编码,诊断代码,手术操作代码,opsp_dise_code,门慢门特病种目录代码,按病种结算病种目录代码,"
    "日间手术病种目录代码,形态学分类代码,疾病分类代码,证候分类代码,fixmedins_code,dr_code,hilist_code,med_list_codg,定点医药机构编号,医师代码",
    "name,名称,中文名称,诊断名称,手术操作名称,opsp_dise_name,药品通用名,注册名称,医疗服务项目名称,项目名称,单味药名称,耗材名称,"
    "门慢门特病种名称,按病种结算病种名称,日间手术病种名称,形态学分类,疾病分类名称,证候分类,fixmedins_name,dr_name,hilist_name",
    "spec,规格,药品规格,规格型号",
    "begndate,valid_from,开始日期,生效日期",
    "enddate,valid_to,结束日期,失效日期",
    "ver,version,版本号,版本"};

/* The platform's files without a heading, by transaction: place of code, name, spec, from 1 (national-interface 2.2). */
static const struct {
    const char *file;
    int code, name, spec;
} places[] = {
    {"1301", 1, 4, 14},  {"1302", 1, 2, 0},   {"1303", 1, 2, 11}, {"1305", 1, 10, 0},
    {"1307", 11, 12, 0}, {"1308", 10, 11, 0}, {"1309", 1, 15, 0}, {"1310", 1, 2, 0},
    {"1311", 2, 3, 0},   {"1313", 1, 2, 0},   {"1314", 5, 6, 0},  {"1315", 5, 6, 0},
};

struct reading {
    int at[C_COUNT]; /* column + 1, 0 = none */
    bool heading;
};

static bool in_list(const char *list, struct span s)
{
    struct span rest = span_of(list);
    while (rest.n)
        if (span_eq(span_cut(&rest, ','), s))
            return true;
    return false;
}

static void read_heading(struct reading *r, const struct row *row)
{
    for (int c = 0; c < C_COUNT; c++)
        for (size_t k = 0; k < row->n && !r->at[c]; k++)
            if (in_list(words[c], span_trim(row->cells[k].text)))
                r->at[c] = (int)k + 1;
    r->heading = r->at[C_CODE] > 0;
}

static const char *base_of(const char *path)
{
    const char *s = strrchr(path, '/');
    return s ? s + 1 : path;
}

static void read_places(struct reading *r, const char *path)
{
    const char *base = base_of(path);
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        if (strncmp(base, places[i].file, 4) == 0) {
            r->at[C_CODE] = places[i].code;
            r->at[C_NAME] = places[i].name;
            r->at[C_SPEC] = places[i].spec;
        }
}

static int kind_of_file(const char *path)
{
    const char *base = base_of(path);
    for (int i = 0; code_kinds[i].name; i++) {
        struct span rest = span_of(code_kinds[i].files);
        while (rest.n) {
            struct span w = span_cut(&rest, ',');
            if (strncmp(base, w.p, w.n) == 0)
                return i;
        }
    }
    return -1;
}

/* --- one file ------------------------------------------------------------------------------------------ */

struct load {
    duckdb_appender app;
    struct reading how;
    struct arena text;
    regex_t form[32];
    bool has_form[32];
    int kind;
    int64_t votes[32];
    struct catalogue_report *out;
    day_t from, to;
};

static struct span cell(const struct load *l, const struct row *row, int c)
{
    int at = l->how.at[c];
    struct span s = at && (size_t)at <= row->n ? span_trim(row->cells[at - 1].text)
                                               : (struct span){"", 0};
    return span_is(s, "null") ? (struct span){"", 0} : s;
}

static bool put_day(duckdb_appender app, struct span s, day_t *edge, bool low)
{
    day_t d;
    if (!day_parse(s, &d))
        return duckdb_append_null(app) == DuckDBSuccess;
    if (*edge == DAY_NONE || (low ? d < *edge : d > *edge))
        *edge = d;
    return duckdb_append_int32(app, d) == DuckDBSuccess;
}

static bool put(duckdb_appender app, struct span s)
{
    return (s.n ? duckdb_append_varchar_length(app, s.p, s.n) : duckdb_append_null(app)) ==
           DuckDBSuccess;
}

static int add_row(struct load *l, const struct row *row, struct err *e)
{
    struct span code = cell(l, row, C_CODE), version = cell(l, row, C_VERSION);
    if (!code.n)
        return 0;
    if (l->kind < 0) { /* first pass: which standard's form */
        for (int k = 0; code_kinds[k].name; k++)
            l->votes[k] += l->has_form[k] && fits(&l->form[k], code);
        l->out->rows++;
        return 0;
    }
    l->out->rows++;
    if (l->has_form[l->kind] && !fits(&l->form[l->kind], code)) {
        if (!l->out->unfit++)
            snprintf(l->out->example, sizeof l->out->example, "%.*s",
                     (int)(code.n < 60 ? code.n : 60), code.p);
    }
    if (version.n && !l->out->version[0])
        snprintf(l->out->version, sizeof l->out->version, "%.*s",
                 (int)(version.n < 60 ? version.n : 60), version.p);
    bool ok = put(l->app, span_of(code_kinds[l->kind].name)) && put(l->app, code) &&
              put(l->app, cell(l, row, C_NAME)) && put(l->app, cell(l, row, C_SPEC)) &&
              put_day(l->app, cell(l, row, C_FROM), &l->from, true) &&
              put_day(l->app, cell(l, row, C_TO), &l->to, false) &&
              duckdb_appender_end_row(l->app) == DuckDBSuccess;
    return ok ? 0 : db_append_error(l->app, e);
}

static int each_row(struct load *l, const char *path, struct err *e)
{
    struct row_source *s;
    struct row row;
    int rc = rows_open(path, &s, e), tries = 0;
    if (rc < 0)
        return rc;
    l->how = (struct reading){0};
    read_places(&l->how, path);
    l->out->rows = 0;
    while (rc == 0 && (rc = rows_next_sheet(s, e)) > 0)
        while ((rc = rows_next(s, &row, e)) > 0) {
            if (!l->how.heading && tries++ < 20) {
                struct reading h = {0};
                read_heading(&h, &row);
                if (h.heading) {
                    l->how = h;
                    continue;
                }
            }
            if (l->how.at[C_CODE] && (rc = add_row(l, &row, e)) < 0)
                break;
        }
    rows_close(s);
    if (rc < 0)
        return rc;
    if (l->out->rows)
        return 0;
    err_set(e, ERR_INPUT, "%s 里没有编码列", base_of(path));
    return err_hint(
        e,
        "首行写“编码”“名称”（可加 规格、开始日期、结束日期、版本）；平台下载的 TXT 以 1301 这样的交易号开头命名");
}

/* The form that nearly all codes have. */
static int guess_kind(struct load *l, const char *path, struct err *e)
{
    int rc = each_row(l, path, e);
    if (rc < 0)
        return rc;
    for (int k = 0; code_kinds[k].name; k++)
        if (l->votes[k] * 10 >= l->out->rows * 9)
            l->kind = k;
    if (l->kind >= 0)
        return 0;
    err_set(e, ERR_INPUT, "%s：看不出是哪一张编码表", base_of(path));
    return err_hint(
        e,
        "用 --kind 指明：dx oprn tcm service drug consumable hospital doctor nurse pharmacy pharmacist opsp drg day_surgery ...");
}

static int write_rows(struct store *s, struct load *l, const char *path, const char *version,
                      struct err *e)
{
    struct catalogue_report *o = l->out;
    struct buf b = BUF_INIT, from = BUF_INIT, to = BUF_INIT;
    char now[CLOCK_TEXT];
    int rc = db_exec(s->con, e, "DELETE FROM code_national WHERE kind = '%s'",
                     code_kinds[l->kind].name);
    if (rc == 0 && duckdb_appender_create(s->con, NULL, "code_national", &l->app) != DuckDBSuccess)
        rc = db_append_error(l->app, e);
    if (rc == 0)
        rc = each_row(l, path, e);
    if (rc == 0 && duckdb_appender_close(l->app) != DuckDBSuccess)
        rc = db_append_error(l->app, e);
    duckdb_appender_destroy(&l->app);
    clock_now_text(now);
    if (version)
        snprintf(o->version, sizeof o->version, "%.60s", version);
    if (!o->version[0])
        snprintf(o->version, sizeof o->version, "%.60s", base_of(path));
    if (l->from != DAY_NONE)
        day_print(&from, l->from);
    if (l->to != DAY_NONE)
        day_print(&to, l->to);
    buf_fmt(&b, "INSERT INTO code_table VALUES ('%s', ", code_kinds[l->kind].name);
    buf_sql(&b, span_of(o->version));
    buf_str(&b, ", ");
    buf_sql(&b, span_of(base_of(path)));
    buf_fmt(&b, ", '%s', %lld, %lld, '%s', '%s')", now, (long long)o->rows, (long long)o->unfit,
            buf_cstr(&from), buf_cstr(&to));
    if (rc == 0)
        rc = b.failed ? err_nomem(e) : db_run(s->con, buf_cstr(&b), e);
    buf_release(&b);
    buf_release(&from);
    buf_release(&to);
    return rc;
}

int catalogue_import(struct store *s, const char *path, int kind, const char *version,
                     struct catalogue_report *out, struct err *e)
{
    struct catalogue_report report = {0};
    struct load l = {.kind = kind >= 0 ? kind : kind_of_file(path),
                     .out = &report,
                     .from = DAY_NONE,
                     .to = DAY_NONE};
    int rc = catalogue_tables(s->con, e);
    for (int k = 0; code_kinds[k].name; k++)
        l.has_form[k] = code_kinds[k].form &&
                        regcomp(&l.form[k], code_kinds[k].form, REG_EXTENDED | REG_NOSUB) == 0;
    if (rc == 0 && l.kind < 0)
        rc = guess_kind(&l, path, e);
    if (rc == 0)
        rc = db_run(s->con, "BEGIN", e);
    if (rc == 0) {
        rc = write_rows(s, &l, path, version, e);
        if (rc == 0)
            rc = db_run(s->con, "COMMIT", e);
        if (rc < 0)
            db_run(s->con, "ROLLBACK", NULL);
    }
    for (int k = 0; code_kinds[k].name; k++)
        if (l.has_form[k])
            regfree(&l.form[k]);
    if (rc == 0) {
        report.kind = code_kinds[l.kind].name;
        report.title = code_kinds[l.kind].title;
        *out = report;
    }
    return rc;
}

int catalogue_list(struct store *s, struct grid *out, struct err *e)
{
    struct buf b = BUF_INIT;
    bool there = store_has(s, "code_table");
    buf_str(&b, "WITH k(o, standard, kind, title) AS (VALUES ");
    for (int i = 0; code_kinds[i].name; i++)
        buf_fmt(&b, "%s(%d, %d, '%s', '%s')", i ? ", " : "", i, code_kinds[i].standard,
                code_kinds[i].name, code_kinds[i].title);
    buf_fmt(
        &b,
        ") SELECT k.standard AS 标准, k.kind AS 代号, k.title AS 编码表, CAST(coalesce(t.rows, 0) AS BIGINT) AS 条数, "
        "coalesce(t.version, '还没有') AS 版本, coalesce(t.valid_from, '') AS 起, coalesce(t.valid_to, '') AS 止, "
        "CAST(coalesce(t.unfit, 0) AS BIGINT) AS 不合编码规则, coalesce(t.imported_at, '') AS 导入时间 FROM k LEFT JOIN "
        "(SELECT * FROM %s QUALIFY row_number() OVER (PARTITION BY kind ORDER BY imported_at DESC, rowid DESC) = 1) t ON t.kind = k.kind ORDER BY k.o",
        there
            ? "code_table"
            : "(SELECT '' AS kind, '' AS version, 0 AS rows, 0 AS unfit, '' AS valid_from, '' AS valid_to, '' AS "
              "imported_at, 0 AS rowid WHERE false)");
    int rc = b.failed ? err_nomem(e) : grid_query(s->con, "国家编码表", buf_cstr(&b), out, e);
    buf_release(&b);
    return rc;
}
