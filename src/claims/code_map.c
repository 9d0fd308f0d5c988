/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "claims/code_map.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "claims/readers/table.h"

static const char *const item_kinds[] = {"service", "drug", "consumable"};

/* The standard a code's form belongs to, or NULL: SQL over `code`. */
static void form_sql(struct buf *b, const char *code)
{
    buf_str(b, "CASE");
    for (size_t i = 0; i < 3; i++) {
        int k = code_kind_find(span_of(item_kinds[i]));
        const char *form = k >= 0 ? code_kinds[k].form : NULL;
        buf_fmt(b, " WHEN regexp_matches(split_part(%s, '-', 1), '%s') THEN '%s'", code,
                form ? form : "", item_kinds[i]);
    }
    buf_str(b, " END");
}

static void unmapped_sql(struct store *s, struct buf *b)
{
    buf_str(b, "WITH ");
    if (!store_has(s, "code_national"))
        buf_str(b,
                "code_national(kind, code) AS (SELECT NULL::VARCHAR, NULL::VARCHAR WHERE false), ");
    buf_str(
        b,
        "a AS (SELECT hilist_code AS id, count(*) AS n, count(DISTINCT fixmedins_code) AS insts, "
        "sum(det_item_fee_sumamt) AS fen, min(list_type) AS lt FROM s_line WHERE hilist_code IS NOT NULL GROUP BY 1), "
        "c AS (SELECT d.code, d.name, a.n, a.insts, a.fen, t.code AS lt, ");
    form_sql(b, "d.code");
    buf_str(
        b,
        " AS form FROM a JOIN d_item d ON d.id = a.id LEFT JOIN d_code t ON t.id = a.lt), "
        "u AS (SELECT *, coalesce(form, CASE lt WHEN '201' THEN 'service' WHEN '301' THEN 'consumable' WHEN '101' THEN 'drug' "
        "WHEN '102' THEN 'drug' WHEN '103' THEN 'drug' WHEN '104' THEN 'drug' END) AS kind FROM c WHERE form IS NULL OR "
        "(form IN (SELECT kind FROM code_national) AND split_part(code, '-', 1) NOT IN (SELECT code FROM code_national)))");
}

int code_unmapped(struct store *s, size_t limit, struct grid *out, struct err *e)
{
    struct buf b = BUF_INIT;
    unmapped_sql(s, &b);
    buf_str(
        &b,
        " SELECT code AS 本地编码, name AS 名称, CASE WHEN form IS NULL THEN '不合国家编码规则' ELSE '不在国家编码表里' END AS 原因, "
        "n AS 行数, insts AS 机构数, huji_yuan(CAST(fen AS BIGINT)) AS \"金额（元）\" FROM u ORDER BY fen DESC, code");
    if (limit)
        buf_fmt(&b, " LIMIT %zu", limit);
    int rc = b.failed ? err_nomem(e)
                      : grid_query(s->con, "没有对上国家编码的项目", buf_cstr(&b), out, e);
    buf_release(&b);
    return rc;
}

/* --- likeness of names ------------------------------------------------------------------------------ */

/* Pairs of neighbouring characters, brackets and blanks left out, sorted, each once. */
struct grams {
    uint32_t *at;
    uint32_t n;
};

static int ascending(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static uint32_t next_char(struct span *s)
{
    const unsigned char *p = (const unsigned char *)s->p;
    size_t n = p[0] < 0x80 ? 1 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
    uint32_t c = p[0];
    if (n > s->n)
        n = s->n;
    for (size_t i = 1; i < n; i++)
        c = c << 8 | p[i];
    s->p += n;
    s->n -= n;
    return c;
}

static bool noise(uint32_t c)
{
    return c <= ' ' || c == '(' || c == ')' || c == '-' || c == '*' || c == 0xefbc88 ||
           c == 0xefbc89 || c == 0xe38080 || c == '[' || c == ']';
}

static struct grams grams_of(struct arena *a, struct span s)
{
    struct grams g = {arena_alloc(a, (s.n + 1) * sizeof *g.at), 0};
    uint32_t last = 0, n = 0;
    while (g.at && s.n) {
        uint32_t c = next_char(&s);
        if (c >= 'A' && c <= 'Z')
            c += 32;
        if (noise(c))
            continue;
        g.at[g.n++] = last * 2654435761u ^ c;
        last = c;
    }
    if (!g.at)
        return g;
    qsort(g.at, g.n, sizeof *g.at, ascending);
    for (uint32_t i = 0; i < g.n; i++)
        if (!i || g.at[i] != g.at[n - 1])
            g.at[n++] = g.at[i];
    g.n = n;
    return g;
}

struct national {
    struct span code, name, spec, kind;
    uint32_t n; /* grams of the name */
};
struct posting {
    uint32_t gram, entry;
};
struct finder {
    struct arena text;
    struct national *at;
    size_t n, cap;
    struct posting *post;
    size_t n_post, cap_post;
    uint16_t *hits; /* per entry; zero between questions */
    uint32_t *touched;
};

static int by_gram(const void *a, const void *b)
{
    const struct posting *x = a, *y = b;
    return x->gram != y->gram ? (x->gram < y->gram ? -1 : 1)
                              : (x->entry > y->entry) - (x->entry < y->entry);
}

static int finder_load(struct finder *f, struct store *s, struct err *e)
{
    struct db_rows rows;
    struct arena tmp = ARENA_INIT;
    int rc = db_open(
        s->con,
        "SELECT code, name, coalesce(spec, ''), kind FROM code_national WHERE name IS NOT NULL AND kind IN "
        "('service', 'drug', 'consumable') ORDER BY code",
        &rows, e);
    if (rc < 0)
        return rc;
    while (rc == 0 && db_next(&rows)) {
        struct grams g = grams_of(&tmp, db_text(&rows, 1));
        if (mem_grow(&f->at, &f->cap, f->n + 1, sizeof *f->at) < 0 ||
            mem_grow(&f->post, &f->cap_post, f->n_post + g.n, sizeof *f->post) < 0) {
            rc = err_nomem(e);
            break;
        }
        f->at[f->n] = (struct national){
            arena_span(&f->text, db_text(&rows, 0)), arena_span(&f->text, db_text(&rows, 1)),
            arena_span(&f->text, db_text(&rows, 2)), arena_span(&f->text, db_text(&rows, 3)), g.n};
        for (uint32_t i = 0; i < g.n; i++)
            f->post[f->n_post++] = (struct posting){g.at[i], (uint32_t)f->n};
        f->n++;
    }
    db_close(&rows);
    arena_release(&tmp);
    qsort(f->post, f->n_post, sizeof *f->post, by_gram);
    f->hits = mem_calloc(f->n + 1, sizeof *f->hits);
    f->touched = mem_calloc(f->n + 1, sizeof *f->touched);
    return rc == 0 && (!f->hits || !f->touched) ? err_nomem(e) : rc;
}

static void finder_release(struct finder *f)
{
    mem_free(f->at);
    mem_free(f->post);
    mem_free(f->hits);
    mem_free(f->touched);
    arena_release(&f->text);
}

/* Likeness in per cent: twice the shared pairs by all pairs (Dice); -1 = nothing shared. */
static int best(struct finder *f, struct span name, struct span kind, uint32_t *entry)
{
    struct arena tmp = ARENA_INIT;
    struct grams g = grams_of(&tmp, name);
    uint32_t touched = 0;
    int top = -1;
    for (uint32_t i = 0; i < g.n; i++) {
        struct posting key = {g.at[i], 0};
        size_t lo = 0, hi = f->n_post;
        while (lo < hi) {
            size_t mid = (lo + hi) / 2;
            if (by_gram(&f->post[mid], &key) < 0)
                lo = mid + 1;
            else
                hi = mid;
        }
        for (; lo < f->n_post && f->post[lo].gram == key.gram; lo++)
            if (f->hits[f->post[lo].entry]++ == 0)
                f->touched[touched++] = f->post[lo].entry;
    }
    for (uint32_t i = 0; i < touched; i++) {
        uint32_t k = f->touched[i];
        int like = (int)(200u * f->hits[k] / (g.n + f->at[k].n));
        f->hits[k] = 0;
        if (kind.n && !span_eq(kind, f->at[k].kind))
            continue;
        if (like > top || (like == top && k < *entry)) {
            top = like;
            *entry = k;
        }
    }
    arena_release(&tmp);
    return top;
}

static int add_number(struct grid *g, int64_t v, struct err *e)
{
    char b[32];
    int n = snprintf(b, sizeof b, "%lld", (long long)v);
    return grid_add(g, (struct span){b, (size_t)n}, e);
}

static int propose_row(struct finder *f, const struct db_rows *rows, int least, struct grid *g,
                       struct err *e)
{
    uint32_t k = 0;
    struct span name = db_text(rows, 1), none = {"", 0};
    int like = name.n ? best(f, name, db_text(rows, 4), &k) : -1;
    bool any = like >= least;
    int rc = grid_add(g, db_text(rows, 0), e);
    if (rc == 0)
        rc = grid_add(g, name, e);
    if (rc == 0)
        rc = add_number(g, db_i64(rows, 2), e);
    if (rc == 0)
        rc = grid_add(g, db_text(rows, 3), e);
    if (rc == 0)
        rc = grid_add(g, any ? f->at[k].code : none, e);
    if (rc == 0)
        rc = grid_add(g, any ? f->at[k].name : none, e);
    if (rc == 0)
        rc = grid_add(g, any ? f->at[k].spec : none, e);
    if (rc == 0)
        rc = any ? add_number(g, like, e) : grid_add(g, none, e);
    return rc == 0 ? grid_add(g, none, e) : rc;
}

int code_propose(struct store *s, size_t limit, int least, const struct progress *p,
                 struct grid *out, struct err *e)
{
    struct finder f = {0};
    struct buf b = BUF_INIT;
    struct db_rows rows;
    int rc = grid_start(
        out, "编码对照建议",
        "本地编码,本地名称,#行数,#金额（元）,国家编码,国家名称,国家规格,#相似度,起始日期", e);
    if (rc == 0 && !store_has(s, "code_national")) {
        err_set(e, ERR_STATE, "还没有国家编码表，提不出建议");
        rc = err_hint(e, "先用 huji codes import 收进药品、服务项目、耗材的编码表");
    }
    if (rc == 0)
        rc = finder_load(&f, s, e);
    unmapped_sql(s, &b);
    buf_str(
        &b,
        " SELECT code, coalesce(name, ''), n, huji_yuan(CAST(fen AS BIGINT)), coalesce(kind, '') FROM u ORDER BY fen DESC, code");
    if (limit)
        buf_fmt(&b, " LIMIT %zu", limit);
    if (rc == 0)
        rc = b.failed ? err_nomem(e) : db_open(s->con, buf_cstr(&b), &rows, e);
    buf_release(&b);
    if (rc == 0) {
        for (uint64_t i = 0; rc == 0 && db_next(&rows); i++) {
            rc = propose_row(&f, &rows, least, out, e);
            if (rc == 0 && progress_cancelled(p))
                rc = err_set(e, ERR_STATE, "已中断");
        }
        db_close(&rows);
    }
    finder_release(&f);
    return rc;
}

/* --- taking pairs ------------------------------------------------------------------------------------ */

void code_pairs_release(struct code_pairs *p)
{
    mem_free(p->at);
    arena_release(&p->text);
    *p = (struct code_pairs){0};
}

static int find_columns(const struct row *row, int at[3])
{
    static const char *const heads[3] = {"本地编码", "国家编码", "起始日期"};
    for (int c = 0; c < 3; c++) {
        at[c] = -1;
        for (size_t k = 0; k < row->n && at[c] < 0; k++)
            if (span_is(span_trim(row->cells[k].text), heads[c]))
                at[c] = (int)k;
    }
    return at[0] >= 0 && at[1] >= 0;
}

static struct span cell(const struct row *row, int at)
{
    return at >= 0 && (size_t)at < row->n ? span_trim(row->cells[at].text) : (struct span){"", 0};
}

static int take_row(struct code_pairs *out, const struct row *row, const int at[3], struct err *e)
{
    struct span local = cell(row, at[0]), national = cell(row, at[1]), from = cell(row, at[2]);
    struct code_pair p = {.from = DAY_NONE, .row = row->no};
    if (!local.n || !national.n)
        return 0;
    if (from.n && !day_parse(from, &p.from)) {
        err_set(e, ERR_INPUT, "第 %llu 行起始日期「%.*s」不是日期", (unsigned long long)row->no,
                (int)from.n, from.p);
        return err_hint(e, "如 2023-03-08；不写则全部时间");
    }
    p.local = arena_span(&out->text, local);
    p.national = arena_span(&out->text, national);
    if (!p.local.p || !p.national.p ||
        mem_grow(&out->at, &out->cap, out->n + 1, sizeof *out->at) < 0)
        return err_nomem(e);
    out->at[out->n++] = p;
    return 0;
}

int code_map_read(const char *path, struct code_pairs *out, struct err *e)
{
    struct row_source *s;
    struct row row;
    int at[3], rc = rows_open(path, &s, e);
    bool found = false;
    *out = (struct code_pairs){0};
    if (rc < 0)
        return rc;
    while (rc == 0 && !found && (rc = rows_next_sheet(s, e)) > 0)
        while ((rc = rows_next(s, &row, e)) > 0) {
            if (!found)
                found = find_columns(&row, at);
            else if ((rc = take_row(out, &row, at, e)) < 0)
                break;
        }
    rows_close(s);
    if (rc >= 0 && !found) {
        rc = err_set(e, ERR_INPUT, "没有“本地编码”“国家编码”这两列");
        err_hint(e, "先用 huji codes map --out 写出建议，改好“国家编码”一列再收");
    }
    if (rc < 0) {
        err_where(e, "%.300s", path);
        code_pairs_release(out);
        return rc;
    }
    return 0;
}

static int stage_pairs(struct store *s, const struct code_pairs *p, struct err *e)
{
    duckdb_appender app;
    int rc = db_run(
        s->con,
        "CREATE OR REPLACE TEMP TABLE cm_in(local VARCHAR, national VARCHAR, b INTEGER, row BIGINT)",
        e);
    if (rc < 0)
        return rc;
    bool bad = duckdb_appender_create(s->con, NULL, "cm_in", &app) != DuckDBSuccess;
    for (size_t i = 0; i < p->n && !bad; i++) {
        const struct code_pair *c = &p->at[i];
        bad = duckdb_append_varchar_length(app, c->local.p, c->local.n) != DuckDBSuccess ||
              duckdb_append_varchar_length(app, c->national.p, c->national.n) != DuckDBSuccess ||
              (c->from == DAY_NONE ? duckdb_append_null(app) : duckdb_append_int32(app, c->from)) !=
                  DuckDBSuccess ||
              duckdb_append_int64(app, (int64_t)c->row) != DuckDBSuccess ||
              duckdb_appender_end_row(app) != DuckDBSuccess;
    }
    bad = bad || duckdb_appender_close(app) != DuckDBSuccess;
    rc = bad ? db_append_error(app, e) : 0;
    duckdb_appender_destroy(&app);
    return rc;
}

/* The first pair that can't be: a local code that no line has, a national one of no form or not in its table. */
static int check_pairs(struct store *s, struct err *e)
{
    struct buf b = BUF_INIT;
    struct db_rows rows;
    buf_str(&b, "WITH f AS (SELECT *, ");
    form_sql(&b, "national");
    buf_str(
        &b,
        " AS form FROM cm_in) SELECT row, local, national, CASE WHEN local NOT IN (SELECT code FROM d_item) THEN 1 WHEN form IS NULL "
        "THEN 2 ELSE 3 END FROM f WHERE local <> national AND (local NOT IN (SELECT code FROM d_item) OR form IS NULL OR (form IN "
        "(SELECT kind FROM code_national) AND national NOT IN (SELECT code FROM code_national))) ORDER BY row LIMIT 1");
    int rc = b.failed ? err_nomem(e) : db_open(s->con, buf_cstr(&b), &rows, e);
    buf_release(&b);
    if (rc < 0)
        return rc;
    if (db_next(&rows)) {
        struct span l = db_text(&rows, 1), n = db_text(&rows, 2);
        char at[32] = "";
        if (db_i64(&rows, 0))
            snprintf(at, sizeof at, "第 %lld 行", (long long)db_i64(&rows, 0));
        if (db_i64(&rows, 3) == 1)
            rc = err_set(e, ERR_INPUT, "%s本地编码「%.*s」在费用明细里没有", at, (int)l.n, l.p);
        else
            rc = err_set(e, ERR_INPUT, "%s国家编码「%.*s」%s", at, (int)n.n, n.p,
                         db_i64(&rows, 3) == 2 ? "不合国家编码规则" : "不在已导入的国家编码表里");
        err_hint(e, "服务项目 15 位 00 开头，药品 X 23 位、Z 20 位、T 10 位，耗材 C 20 或 27 位");
    }
    db_close(&rows);
    return rc;
}

/* Which item stands for which: cm(loc, nat, b, bad), of each local code the newest row. */
static int make_cm(duckdb_connection con, const char *local, const char *national, struct err *e)
{
    struct buf b = BUF_INIT;
    buf_fmt(&b, "CREATE OR REPLACE TEMP TABLE cm AS SELECT %s AS loc, %s AS nat, b, CASE WHEN ",
            local, national);
    form_sql(&b, "m.national");
    buf_str(
        &b,
        " IS NULL THEN 1 ELSE 0 END AS bad FROM (SELECT * FROM code_map QUALIFY row_number() OVER (PARTITION BY local "
        "ORDER BY rowid DESC) = 1) m");
    if (strstr(local, "l.id"))
        buf_str(&b, " JOIN d_item l ON l.code = m.local JOIN d_item n ON n.code = m.national");
    int rc = b.failed ? err_nomem(e) : db_run(con, buf_cstr(&b), e);
    buf_release(&b);
    return rc;
}

#define SET_ITEM "hilist_code = x.nat, marks = (marks & ~1) | x.bad"
#define SINCE "(x.b IS NULL OR fee_ocur_time >= x.b::BIGINT * 86400)"
#define SINCE_LINE "(x.b IS NULL OR k.fee_ocur_time >= x.b::BIGINT * 86400)"

/* Each month: lines that carry the local item, then those whose own text does but that stood for another so far. */
static int apply_months(duckdb_connection con, struct err *e)
{
    struct db_rows months, parts;
    int rc = db_open(con, "SELECT table_name FROM segment", &months, e);
    while (rc == 0 && db_next(&months)) {
        struct span m = db_text(&months, 0);
        rc = db_exec(con, e,
                     "UPDATE %.*s SET " SET_ITEM
                     " FROM cm x WHERE hilist_code = x.loc AND x.nat <> x.loc AND " SINCE,
                     (int)m.n, m.p);
        if (rc == 0)
            rc = db_open(con, "SELECT table_name FROM line_part", &parts, e);
        if (rc < 0)
            break;
        while (rc == 0 && db_next(&parts))
            rc = db_exec(
                con, e,
                "UPDATE %.*s AS l SET hilist_code = y.nat, marks = (l.marks & ~1) | y.bad FROM (SELECT t.no, CASE WHEN " SINCE_LINE
                " THEN x.nat ELSE x.loc END AS nat, x.bad FROM %.*s t JOIN cm x ON t.hilist_code = x.loc JOIN %.*s k ON k.no = t.no) y "
                "WHERE l.no = y.no AND l.hilist_code <> y.nat",
                (int)m.n, m.p, (int)db_text(&parts, 0).n, db_text(&parts, 0).p, (int)m.n, m.p);
        db_close(&parts);
    }
    db_close(&months);
    return rc;
}

int code_map_apply(duckdb_connection con, struct code_map_report *out, struct err *e)
{
    int64_t any = 0;
    int rc = db_int(con, e, 0, &any,
                    "SELECT count(*) FROM duckdb_tables() WHERE table_name = 'code_map'");
    if (rc < 0 || !any)
        return rc;
    rc = db_run(
        con,
        "CREATE OR REPLACE TEMP TABLE cm_before AS SELECT hilist_code AS id, count(*) AS n, sum(det_item_fee_sumamt) AS fen FROM s_line GROUP BY 1",
        e);
    /* national items that no line has yet get their number now */
    if (rc == 0)
        rc = db_run(
            con,
            "INSERT INTO d_item SELECT (SELECT coalesce(max(id) + 1, 0) FROM d_item) + row_number() OVER (ORDER BY national) - 1, "
            "national, (SELECT any_value(c.name) FROM code_national c WHERE c.code = national) FROM (SELECT DISTINCT national FROM code_map "
            "WHERE local IN (SELECT code FROM d_item) AND national NOT IN (SELECT code FROM d_item))",
            e);
    if (rc == 0)
        rc = make_cm(con, "l.id", "n.id", e);
    if (rc == 0)
        rc = apply_months(con, e);
    if (rc == 0 && out)
        rc = db_int(
            con, e, 0, &out->lines,
            "SELECT CAST(coalesce(sum(abs(coalesce(a.n, 0) - coalesce(b.n, 0))), 0) // 2 AS BIGINT) FROM (SELECT hilist_code AS id, count(*) AS n "
            "FROM s_line GROUP BY 1) a FULL JOIN cm_before b USING (id)");
    if (rc == 0 && out)
        rc = db_int(
            con, e, 0, &out->fen,
            "SELECT CAST(coalesce(sum(abs(coalesce(a.fen, 0) - coalesce(b.fen, 0))), 0) // 2 AS BIGINT) FROM (SELECT hilist_code AS id, "
            "sum(det_item_fee_sumamt) AS fen FROM s_line GROUP BY 1) a FULL JOIN cm_before b USING (id)");
    return rc == 0
               ? db_run(con, "DROP TABLE IF EXISTS temp.cm; DROP TABLE IF EXISTS temp.cm_before", e)
               : rc;
}

int code_map_new_lines(duckdb_connection con, struct buf *select, struct err *e)
{
    int64_t any = 0;
    int rc = db_int(con, e, 0, &any,
                    "SELECT count(*) FROM duckdb_tables() WHERE table_name = 'code_map'");
    if (rc == 0 && any)
        rc = make_cm(con, "huji_id_item(m.local)", "huji_id_item(m.national)", e);
    if (rc < 0 || !any)
        return rc;
    struct buf b = BUF_INIT;
    buf_fmt(
        &b,
        "SELECT n.* REPLACE (coalesce(x.nat, hilist_code) AS hilist_code, CASE WHEN x.nat IS NULL THEN marks ELSE "
        "(marks & ~1) | x.bad END AS marks) FROM (%s) n LEFT JOIN cm x ON hilist_code = x.loc AND x.nat <> x.loc AND " SINCE,
        buf_cstr(select));
    buf_clear(select);
    buf_str(select, buf_cstr(&b));
    rc = b.failed || select->failed ? err_nomem(e) : 0;
    buf_release(&b);
    return rc;
}

int code_map_strip(duckdb_connection con, int64_t n, struct err *e)
{
    struct db_rows months, parts;
    int rc = db_open(con, "SELECT table_name FROM segment", &months, e);
    while (rc == 0 && db_next(&months)) {
        struct span m = db_text(&months, 0);
        rc = db_open(con, "SELECT table_name FROM line_part", &parts, e);
        if (rc < 0)
            break;
        while (rc == 0 && db_next(&parts))
            rc = db_exec(
                con, e,
                "UPDATE %.*s SET hilist_code = t.hilist_code FROM %.*s t WHERE %.*s.no = t.no AND %.*s.hilist_code >= %lld AND "
                "t.hilist_code BETWEEN 0 AND %lld",
                (int)m.n, m.p, (int)db_text(&parts, 0).n, db_text(&parts, 0).p, (int)m.n, m.p,
                (int)m.n, m.p, (long long)n, (long long)n - 1);
        db_close(&parts);
    }
    db_close(&months);
    return rc;
}

static int keep_pairs(struct store *s, const char *by, const char *how, struct err *e)
{
    struct buf b = BUF_INIT;
    char now[CLOCK_TEXT];
    clock_now_text(now);
    buf_fmt(&b, "INSERT INTO code_map SELECT local, national, b, '%s', ", now);
    buf_sql(&b, span_of(by));
    buf_str(&b, ", ");
    buf_sql(&b, span_of(how));
    buf_str(&b, " FROM cm_in ORDER BY row");
    int rc = b.failed ? err_nomem(e) : db_run(s->con, buf_cstr(&b), e);
    buf_release(&b);
    return rc;
}

int code_map_take(struct store *s, const struct code_pairs *p, const char *by, const char *how,
                  struct code_map_report *out, struct err *e)
{
    struct code_map_report r = {.mapped = (int64_t)p->n};
    int rc = catalogue_tables(s->con, e);
    if (rc == 0)
        rc = stage_pairs(s, p, e);
    if (rc == 0)
        rc = check_pairs(s, e);
    if (rc == 0)
        rc = db_run(s->con, "BEGIN", e);
    if (rc < 0)
        return rc;
    rc = keep_pairs(s, by, how, e);
    if (rc == 0)
        rc = code_map_apply(s->con, &r, e);
    if (rc == 0 && r.lines)
        rc = store_set_meta(s, "unscreened", "1", e);
    if (rc == 0)
        rc = db_run(s->con, "COMMIT", e);
    if (rc < 0)
        db_run(s->con, "ROLLBACK", NULL);
    db_run(s->con, "DROP TABLE IF EXISTS temp.cm_in", NULL);
    if (rc == 0)
        *out = r;
    return rc;
}
