/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "run/prepare.h"

#include "claims/db.h"
#include "engine/sql/sql.h"

static int run_buf(duckdb_connection con, struct buf *b, struct err *e)
{
    int rc = b->failed ? err_nomem(e) : db_run(con, buf_cstr(b), e);
    buf_release(b);
    return rc;
}

static int run_all(duckdb_connection con, const char *const *list, struct err *e)
{
    int rc = 0;
    for (; *list && rc == 0; list++)
        rc = db_run(con, *list, e);
    return rc;
}

/* ---- knowledge ---- */

static const char *column_sql(const struct kn_column *c)
{
    return c->type == V_CODE ? "VARCHAR" : "BIGINT";
}

static void put_cell(struct buf *b, const struct kn_column *c, size_t row)
{
    if (c->type == V_CODE)
        c->text && c->text[row].n ? buf_sql(b, c->text[row]) : buf_str(b, "NULL");
    else
        c->num && c->num[row] != HUJI_NONE64 ? buf_i64(b, c->num[row]) : buf_str(b, "NULL");
}

static int put_rows(duckdb_connection con, const struct knowledge *k, struct err *e)
{
    int rc = 0;
    for (size_t r = 0; r < k->n && rc == 0;) {
        struct buf b = BUF_INIT;
        buf_fmt(&b, "INSERT INTO kt_%.*s VALUES ", (int)k->name.n, k->name.p);
        for (size_t end = r + 500; r < k->n && r < end; r++) {
            buf_fmt(&b, "%s(%zu", r + 500 == end ? "" : ", ", r);
            for (int c = 0; c < k->n_columns; c++) {
                buf_str(&b, ", ");
                put_cell(&b, &k->column[c], r);
            }
            buf_char(&b, ')');
        }
        rc = run_buf(con, &b, e);
    }
    return rc;
}

static int load_texts(duckdb_connection con, const struct knowledge *k, struct err *e)
{
    struct buf b = BUF_INIT;
    buf_fmt(&b, "CREATE OR REPLACE TEMP TABLE kt_%.*s(row INTEGER", (int)k->name.n, k->name.p);
    for (int c = 0; c < k->n_columns; c++)
        buf_fmt(&b, ", \"%.*s\" %s", (int)k->column[c].name.n, k->column[c].name.p,
                column_sql(&k->column[c]));
    buf_char(&b, ')');
    int rc = run_buf(con, &b, e);
    if (rc == 0)
        rc = put_rows(con, k, e);
    for (int c = 0; c < k->n_columns && rc == 0; c++) {
        const struct kn_column *col = &k->column[c];
        if (col->type != V_CODE)
            continue;
        const char *d = huji_domain_name[col->domain];
        rc = db_exec(
            con, e,
            "INSERT INTO x_%s SELECT (SELECT coalesce(max(id), -1) FROM x_%s) + row_number() OVER (), code FROM (SELECT DISTINCT "
            "\"%.*s\" AS code FROM kt_%.*s) WHERE code IS NOT NULL AND code NOT IN (SELECT code FROM x_%s)",
            d, d, (int)col->name.n, col->name.p, (int)k->name.n, k->name.p, d);
    }
    return rc;
}

static int make_table(duckdb_connection con, const struct knowledge *k, struct err *e)
{
    struct buf b = BUF_INIT, from = BUF_INIT;
    buf_fmt(&b, "CREATE OR REPLACE TEMP TABLE k_%.*s AS SELECT t.row", (int)k->name.n, k->name.p);
    for (int c = 0; c < k->n_columns; c++) {
        const struct kn_column *col = &k->column[c];
        int n = (int)col->name.n;
        if (col->type != V_CODE) {
            buf_fmt(&b, ", t.\"%.*s\"", n, col->name.p);
            continue;
        }
        buf_fmt(&b, ", d%d.id AS \"%.*s\", t.\"%.*s\" AS \"%.*s_t\"", c, n, col->name.p, n,
                col->name.p, n, col->name.p);
        buf_fmt(&from, " LEFT JOIN x_%s d%d ON d%d.code = t.\"%.*s\"",
                huji_domain_name[col->domain], c, c, n, col->name.p);
    }
    buf_fmt(&b, " FROM kt_%.*s t%s", (int)k->name.n, k->name.p, buf_cstr(&from));
    buf_release(&from);
    return run_buf(con, &b, e);
}

/* Which codes a column's patterns mean: exact, or `0011*` for all that begin so. */
static int make_index(duckdb_connection con, const struct knowledge *k, int c, enum domain d,
                      struct err *e)
{
    struct buf b = BUF_INIT;
    const struct kn_column *col = &k->column[c];
    if (col->type != V_CODE)
        return 0;
    buf_str(&b, "CREATE OR REPLACE TEMP TABLE ");
    sql_index_name(&b, k, c, d);
    buf_fmt(
        &b,
        " AS WITH p AS (SELECT row, \"%.*s\" AS code FROM kt_%.*s) SELECT d.id, p.row FROM p JOIN x_%s d ON d.code = p.code UNION SELECT "
        "d.id, p.row FROM p JOIN x_%s d ON starts_with(d.code, left(p.code, length(p.code) - 1)) WHERE p.code LIKE '%%*'",
        (int)col->name.n, col->name.p, (int)k->name.n, k->name.p, huji_domain_name[d],
        huji_domain_name[d]);
    return run_buf(con, &b, e);
}

static int make_knowledge(duckdb_connection con, const struct huji_library *lib, struct err *e)
{
    int rc = 0;
    for (int i = 0; i < lib->n_kn && rc == 0; i++)
        rc = load_texts(con, &lib->kn[i], e);
    for (int i = 0; i < lib->n_kn && rc == 0; i++) {
        const struct knowledge *k = &lib->kn[i];
        rc = make_table(con, k, e);
        if (rc == 0)
            rc = make_index(con, k, k->key, k->column[k->key].domain, e);
    }
    for (int i = 0; i < lib->n_rules && rc == 0; i++)
        for (int c = 0; c < lib->rules[i]->n_clauses && rc == 0; c++)
            if (lib->rules[i]->clause[c].kn)
                rc = make_index(con, lib->rules[i]->clause[c].kn,
                                lib->rules[i]->clause[c].kn_column, D_ITEM, e);
    return rc;
}

/* ---- dictionaries ---- */

static int make_dicts(duckdb_connection con, struct err *e)
{
    int rc = 0;
    for (int d = 0; d < DOMAIN_COUNT && rc == 0; d++)
        rc = db_exec(con, e, "CREATE OR REPLACE TEMP TABLE x_%s AS SELECT id, code FROM d_%s",
                     huji_domain_name[d], huji_domain_name[d]);
    return rc;
}

/* Category, group and ICD-10 chapter of a diagnosis. */
static int make_dx(duckdb_connection con, const struct huji_library *lib, struct err *e)
{
    const struct knowledge *k = library_knowledge(lib, SPAN("dx_group"));
    bool grouped = k && knowledge_column(k, SPAN("grp")) >= 0;
    struct buf b = BUF_INIT;
    buf_str(
        &b,
        "CREATE OR REPLACE TEMP TABLE x_dx_info AS WITH c AS (SELECT id, CASE WHEN regexp_matches(code, '^[A-Z][0-9][0-9]') THEN left(code, 3) "
        "END AS cat FROM x_dx), n AS (SELECT *, ascii(cat) - ascii('A') AS l, substr(cat, 2, 2)::INTEGER AS n FROM c) SELECT n.id, n.cat, ");
    if (grouped)
        buf_fmt(
            &b,
            "(SELECT arg_min_null(g.grp, g.row) FROM k_dx_group g WHERE g.\"%.*s_t\" = n.cat) AS grp, ",
            (int)k->column[k->key].name.n, k->column[k->key].name.p);
    else
        buf_str(&b, "NULL::INTEGER AS grp, ");
    /* A-B 1, C-D49 2, D50- 3, E 4, F 5, G 6, H-H59 7, H60- 8, I..N 9..14, O P Q R 15..18, S-T 19, V-Y 20, Z 21 */
    buf_str(
        &b,
        "CASE WHEN cat IS NULL THEN NULL WHEN cat < 'C' THEN 1 WHEN cat < 'D50' THEN 2 WHEN cat < 'E' THEN 3 WHEN cat < 'F' THEN 4 WHEN cat < "
        "'G' THEN 5 WHEN cat < 'H' THEN 6 WHEN cat < 'H60' THEN 7 WHEN cat < 'I' THEN 8 WHEN cat < 'S' THEN l + 1 WHEN cat < 'U' THEN 19 WHEN "
        "cat < 'V' THEN 22 WHEN cat < 'Z' THEN 20 ELSE 21 END AS chapter FROM n");
    return run_buf(con, &b, e);
}

static int make_lookups(duckdb_connection con, struct err *e)
{
    int rc = 0;
    for (int i = 0; i < LOOKUP_COUNT && rc == 0; i++) {
        const struct lookup_def *l = &huji_lookups[i];
        struct buf b = BUF_INIT;
        for (int j = 0; j < l->n_key; j++)
            buf_fmt(&b, "%s, ", l->key[j].name);
        buf_str(&b, "b, e");
        for (int j = 0; j < l->n_value; j++)
            buf_fmt(&b, ", %s", l->value[j]);
        rc = db_exec(
            con, e,
            "CREATE OR REPLACE TEMP TABLE lk_%s AS SELECT *, row_number() OVER (ORDER BY %s) AS row FROM l_%s",
            l->name, buf_cstr(&b), l->name);
        buf_release(&b);
    }
    return rc;
}

static int make_measures(duckdb_connection con, const struct huji_library *lib, struct err *e)
{
    int rc = 0;
    for (int i = 0; i < lib->n_measures && rc == 0; i++) {
        struct buf b = BUF_INIT;
        rc = measure_sql(lib, lib->measures[i], &b, e);
        if (rc == 0)
            rc = db_run(con, buf_cstr(&b), e);
        buf_release(&b);
    }
    return rc;
}

int prepare_library(duckdb_connection con, const struct huji_library *lib, struct err *e)
{
    int rc = run_all(con, sql_macros, e);
    if (rc == 0)
        rc = make_dicts(con, e);
    if (rc == 0)
        rc = make_knowledge(con, lib, e);
    if (rc == 0)
        rc = make_dx(con, lib, e);
    if (rc == 0)
        rc = make_lookups(con, e);
    return rc == 0 ? make_measures(con, lib, e) : rc;
}

int prepare_sql(duckdb_connection con, const struct huji_library *lib, const char *line_ids,
                struct err *e)
{
    int rc = run_all(con, sql_macros, e);
    if (rc == 0)
        rc = db_exec(con, e, "CREATE OR REPLACE TEMP VIEW line_ids AS SELECT no, bkkp_sn FROM %s",
                     line_ids);
    if (rc == 0)
        rc = run_all(con, sql_netting, e);
    return rc == 0 ? prepare_library(con, lib, e) : rc;
}
