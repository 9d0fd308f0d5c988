/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "run/exceptions.h"

#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"

const char *const exception_key[EXC_SUBJECTS] = {"fixmedins_code", "hilist_code", "dept_code",
                                                 "psn_no"};
#define MAX_FILE ((size_t)16 << 20)

/* --- reading ------------------------------------------------------------------------------------- */

static int need(const struct ynode *n, const char *key, struct span *out, struct err *e)
{
    *out = ynode_text(n, key);
    if (out->n)
        return 0;
    ynode_bad(n, e, "缺少 %s", key);
    return err_hint(e, "例外应写明 no、rule、机构或项目等、from、to、because、approver、at");
}

static int need_day(const struct ynode *n, const char *key, day_t *out, struct err *e)
{
    struct span s;
    int rc = need(n, key, &s, e);

    if (rc == 0 && (!day_parse(s, out) || *out == DAY_NONE)) {
        ynode_bad(ynode_get(n, key), e, "%s 的值“%.*s”不是日期", key, (int)s.n, s.p);
        rc = err_hint(e, "如 2023-12-31");
    }
    return rc;
}

static bool is_rule(const struct huji_library *lib, struct span id)
{
    return library_rule(lib, id) != NULL;
}

static int check_rules(const struct ynode *rules, const struct huji_library *lib, struct err *e)
{
    const struct ynode *one = rules->kind == Y_SEQ ? rules->child : rules;

    if (!one || rules->kind == Y_MAP)
        return ynode_bad(rules, e, "rule 应为规则编号，或它们的列表");
    for (; one; one = rules->kind == Y_SEQ ? one->next : NULL)
        if (lib && !is_rule(lib, one->text)) {
            ynode_bad(one, e, "没有规则 %.*s", (int)one->text.n, one->text.p);
            return err_hint(e, "huji rules list 列出全部规则");
        }
    return 0;
}

static int number_of(const struct ynode *n, const char *key, int64_t *out, struct err *e)
{
    struct span s;
    int rc = need(n, key, &s, e);

    *out = 0;
    for (size_t i = 0; rc == 0 && i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9' || s.n > 9)
            return ynode_bad(ynode_get(n, key), e, "%s 的值“%.*s”不是编号", key, (int)s.n, s.p);
        *out = *out * 10 + (s.p[i] - '0');
    }
    return rc;
}

static struct exception *by_number(struct exceptions *x, int64_t no)
{
    for (size_t i = 0; i < x->n; i++)
        if (x->at[i].no == no)
            return &x->at[i];
    return NULL;
}

static int read_end(struct exceptions *x, const struct ynode *n, struct err *e)
{
    static const char *const known[] = {"end", "to", "because", "approver", "at", NULL};
    struct exception *one;
    int64_t no;
    day_t to;
    int rc = ynode_only(n, known, e);

    if (rc == 0)
        rc = number_of(n, "end", &no, e);
    if (rc)
        return rc;
    one = by_number(x, no);
    if (!one)
        return ynode_bad(n, e, "前面没有编号为 %lld 的例外", (long long)no);
    if (one->ended)
        return ynode_bad(n, e, "例外 %lld 已经终止", (long long)no);
    rc = need_day(n, "to", &to, e);
    if (rc == 0 && to > one->to)
        rc = ynode_bad(n, e, "终止只能提前，不能晚于原来的期限");
    if (rc == 0)
        rc = need(n, "because", &one->end_because, e);
    if (rc == 0)
        rc = need(n, "approver", &one->end_approver, e);
    if (rc == 0)
        rc = need(n, "at", &one->end_at, e);
    if (rc == 0) {
        one->to = to;
        one->ended = true;
    }
    return rc;
}

static int read_one(struct exceptions *x, const struct ynode *n, const struct huji_library *lib,
                    struct err *e)
{
    static const char *const known[] = {
        "no",   "rule", "fixmedins_code", "hilist_code", "dept_code", "psn_no",
        "from", "to",   "because",        "approver",    "at",        NULL};
    struct exception one = {.line = n->line, .rules = ynode_get(n, "rule")};
    bool any = false;
    int rc = ynode_only(n, known, e);

    if (rc == 0)
        rc = number_of(n, "no", &one.no, e);
    if (rc == 0 && by_number(x, one.no))
        rc = ynode_bad(n, e, "编号 %lld 已经用过", (long long)one.no);
    if (rc == 0)
        rc = one.rules ? check_rules(one.rules, lib, e) : ynode_bad(n, e, "缺少 rule");
    for (int k = 0; k < EXC_SUBJECTS; k++) {
        one.subject[k] = ynode_text(n, exception_key[k]);
        any |= one.subject[k].n > 0;
    }
    if (rc == 0 && !any) {
        ynode_bad(n, e, "没有说明对谁例外");
        rc = err_hint(e, "fixmedins_code、hilist_code、dept_code、psn_no 至少写一个");
    }
    if (rc == 0)
        rc = need_day(n, "from", &one.from, e);
    if (rc == 0)
        rc = need_day(n, "to", &one.to, e);
    if (rc == 0 && one.from > one.to)
        rc = ynode_bad(n, e, "from 晚于 to");
    if (rc == 0)
        rc = need(n, "because", &one.because, e);
    if (rc == 0)
        rc = need(n, "approver", &one.approver, e);
    if (rc == 0)
        rc = need(n, "at", &one.at, e);
    if (rc == 0 && mem_grow(&x->at, &x->cap, x->n + 1, sizeof *x->at))
        rc = err_nomem(e);
    if (rc == 0)
        x->at[x->n++] = one;
    return rc;
}

static int read_text(struct exceptions *x, struct span text, const struct huji_library *lib,
                     struct err *e)
{
    struct ynode *root;
    int rc = yaml_parse(&x->a, text, x->file, &root, e);

    if (rc == 0 && root->kind != Y_SEQ)
        rc = ynode_bad(root, e, "例外文件应为列表，每项一个例外");
    for (const struct ynode *n = rc == 0 ? root->child : NULL; n && rc == 0; n = n->next) {
        if (n->kind != Y_MAP)
            return ynode_bad(n, e, "每项应为 {no: ..., rule: ..., ...}");
        rc = ynode_get(n, "end") ? read_end(x, n, e) : read_one(x, n, lib, e);
    }
    return rc;
}

static int load(struct exceptions *out, const struct huji_library *lib, struct err *e)
{
    struct span text;
    int rc;

    if (!out->file)
        return err_nomem(e);
    if (access(out->file, F_OK) != 0)
        return 0;
    rc = file_read(&out->a, out->file, MAX_FILE, &text, e);
    return rc ? rc : read_text(out, text, lib, e);
}

int exceptions_load(const char *data, const struct huji_library *lib, struct exceptions *out,
                    struct err *e)
{
    *out = (struct exceptions){0};
    out->file = arena_fmt(&out->a, "%s/rules/exceptions.yaml", data);
    return load(out, lib, e);
}

int exceptions_load_from(const char *own, const struct huji_library *lib, struct exceptions *out,
                         struct err *e)
{
    *out = (struct exceptions){0};
    out->file = arena_fmt(&out->a, "%s/exceptions.yaml", own);
    return load(out, lib, e);
}

void exceptions_release(struct exceptions *x)
{
    mem_free(x->at);
    arena_release(&x->a);
    *x = (struct exceptions){0};
}

bool exception_names(const struct exception *x, const struct rule *r)
{
    const struct ynode *n = x->rules->kind == Y_SEQ ? x->rules->child : x->rules;

    for (; n; n = x->rules->kind == Y_SEQ ? n->next : NULL)
        if (span_eq(n->text, r->id) || span_eq(n->text, r->base_id))
            return true;
    return false;
}

/* --- what they suppress --------------------------------------------------------------------------- */

/* Lines at fault, by finding: the evidence as the table has it, so that what is judged is what is shown. */
static const char lines_sql[] =
    "CREATE OR REPLACE TEMP TABLE exception_line AS"
    " WITH piece AS (SELECT finding_id, unnest(string_split(evidence, '}, {')) AS p FROM %s"
    " WHERE hit AND rule_id IN (%s)),"
    " ref AS (SELECT finding_id, regexp_extract(p, '\"id\": \"line:([^\"]*)\"', 1) AS sn,"
    " contains(p, '\"role\": 1,') AS fault, contains(p, '\"more\":') AS more FROM piece)"
    " SELECT r.finding_id, i.code AS item, d.code AS dept, r.more, r.sn <> '' AS line"
    " FROM ref r LEFT JOIN line_text t ON t.bkkp_sn = r.sn LEFT JOIN s_line l ON l.no = t.no"
    " LEFT JOIN d_item i ON i.id = l.hilist_code LEFT JOIN d_dept d ON d.id = l.bilg_dept_codg"
    " WHERE r.fault OR r.more";

static bool asks_lines(const struct exception *x)
{
    return x->subject[EXC_ITEM].n || x->subject[EXC_DEPT].n;
}

static void rule_list(struct buf *b, const struct exception *x, const struct huji_library *lib)
{
    const char *sep = "";

    for (int i = 0; i < lib->n_rules; i++)
        if (!lib->rules[i]->hidden && exception_names(x, lib->rules[i])) {
            buf_str(b, sep);
            buf_sql(b, lib->rules[i]->id);
            sep = ", ";
        }
    if (!*sep)
        buf_str(b, "''");
}

static void and_equal(struct buf *b, const char *column, struct span value)
{
    if (!value.n)
        return;
    buf_fmt(b, " AND %s = ", column);
    buf_sql(b, value);
}

static void of_lines(struct buf *b, const struct exception *x)
{
    if (x->subject[EXC_ITEM].n) {
        buf_str(b, " AND finding_id IN (SELECT finding_id FROM exception_line GROUP BY 1"
                   " HAVING bool_and(line AND NOT more AND coalesce(item = ");
        buf_sql(b, x->subject[EXC_ITEM]);
        buf_str(b, ", false)))");
    }
    if (x->subject[EXC_DEPT].n) {
        buf_str(b, " AND (finding_id IN (SELECT finding_id FROM exception_line GROUP BY 1"
                   " HAVING bool_and(line AND NOT more AND coalesce(dept = ");
        buf_sql(b, x->subject[EXC_DEPT]);
        buf_str(
            b,
            ", false))) OR (finding_id NOT IN (SELECT finding_id FROM exception_line WHERE line)"
            " AND mdtrt_id IN (SELECT v.code FROM s_visit s JOIN d_visit v ON v.id = s.mdtrt_id"
            " JOIN d_dept d ON d.id = coalesce(s.dscg_dept_codg, s.adm_dept_codg) WHERE d.code = ");
        buf_sql(b, x->subject[EXC_DEPT]);
        buf_str(b, ")))");
    }
}

static int apply_one(struct store *s, const struct exception *x, const struct huji_library *lib,
                     const char *table, struct err *e)
{
    struct buf rules = BUF_INIT, sql = BUF_INIT;
    int rc = 0;

    rule_list(&rules, x, lib);
    if (asks_lines(x))
        rc = rules.failed ? err_nomem(e) : db_exec(s->con, e, lines_sql, table, buf_cstr(&rules));
    buf_fmt(
        &sql,
        "UPDATE %s SET hit = false, exception = %lld WHERE hit AND rule_id IN (%s) AND event_date"
        " BETWEEN DATE '1970-01-01' + %d AND DATE '1970-01-01' + %d",
        table, (long long)x->no, buf_cstr(&rules), x->from, x->to);
    and_equal(&sql, "fixmedins_code", x->subject[EXC_INST]);
    and_equal(&sql, "psn_no", x->subject[EXC_PERSON]);
    of_lines(&sql, x);
    if (rc == 0)
        rc = sql.failed ? err_nomem(e) : db_run(s->con, buf_cstr(&sql), e);
    buf_release(&sql);
    buf_release(&rules);
    return rc;
}

int exceptions_apply(struct store *s, const struct exceptions *x, const struct huji_library *lib,
                     const char *table, struct err *e)
{
    int rc = 0;

    for (size_t i = 0; i < x->n && rc == 0; i++)
        rc = apply_one(s, &x->at[i], lib, table, e);
    return rc;
}
