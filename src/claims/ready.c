/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "claims/ready.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/map.h"
#include "base/mem.h"
#include "claims/schema.h"

/* Lookups and the sources behind them: what to ask for. */
static const struct {
    const char *lookup, *title, *from;
} lookups[] = {
    {"l_insurance", "参保起止", "psn_insu_d 或 psn_insu_stas_b"},
    {"l_contract", "协议起止", "fixmedins_cntr_reg_d"},
    {"l_suspension", "机构中止", "suspension（定点机构中止名单）"},
    {"l_dept_suspension", "科室中止", "suspension（填科室编码）"},
    {"l_dr_suspension", "医师中止", "suspension（填医师代码）"},
    {"l_practice", "医师执业", "dr_info_b 或 licence（医师执业注册名单）"},
    {"l_opsp", "慢特病登记", "opsp_reg_d"},
    {"l_capacity", "设备与能力", "device（大型设备登记）"},
    {"l_long_rx", "长期处方登记", "long_rx"},
    {"l_agreement", "机构间协议", "agreement"},
    {"l_assisted", "救助对象", "assisted（低保、特困等名单）"},
    {"l_leave", "请假登记", "leave"},
};

struct need {
    struct span text;
    bool there;
    int64_t rows, filled, insts, months;
    int64_t rules,
        alone; /* rules that want it; of those that lack it, how many lack nothing else */
    const char *title, *ask;
};

struct checker {
    struct store *s;
    struct names names;
    struct need *need;
    size_t cap;
    struct arena arena;
    knowledge_fn *knowledge;
    void *ctx;
    const struct quality_scope *scope;
};

static int check_lookup(struct checker *c, struct need *n, struct err *e)
{
    n->title = n->ask = n->text.p;
    for (size_t i = 0; i < sizeof lookups / sizeof lookups[0]; i++)
        if (span_is(n->text, lookups[i].lookup)) {
            n->title = lookups[i].title;
            n->ask = lookups[i].from;
        }
    if (!store_has(c->s, n->text.p))
        return 0;
    int rc = db_int(c->s->con, e, 0, &n->rows, "SELECT count(*) FROM %.*s", (int)n->text.n,
                    n->text.p);
    n->filled = n->rows;
    n->there = n->rows > 0;
    return rc;
}

/* Institutions and months of a table's rows, where it has such columns. */
static int spread(struct checker *c, struct need *n, const struct table_schema *t,
                  const char *where, struct err *e)
{
    bool lines = strcmp(t->name, "fee_list_d") == 0;
    const struct table_column *date = NULL;
    for (size_t i = 0; i < t->n_columns && !date; i++)
        if (t->columns[i].need == NEED_DATE)
            date = &t->columns[i];
    if (lines && !where[0]) {
        int rc = db_int(c->s->con, e, 0, &n->insts,
                        "SELECT count(DISTINCT fixmedins_code) FROM s_line");
        return rc < 0 ? rc : db_int(c->s->con, e, 0, &n->months, "SELECT count(*) FROM segment");
    }
    const char *from = lines ? "line_text" : t->name;
    int rc = 0;
    if (schema_column(t, SPAN("fixmedins_code")) >= 0)
        rc = db_int(c->s->con, e, 0, &n->insts, "SELECT count(DISTINCT fixmedins_code) FROM %s%s%s",
                    lines ? "" : "t_", from, where);
    if (rc == 0 && date)
        rc = db_int(c->s->con, e, 0, &n->months, "SELECT count(DISTINCT left(%s, 7)) FROM %s%s%s",
                    date->name, lines ? "" : "t_", from, where);
    return rc;
}

/* " WHERE true and fixmedins_code in .." of a table that has such a column; "" where all count. Owned by the arena; NULL: no memory. */
static const char *in_scope(struct checker *c, const struct table_schema *ts)
{
    struct buf b = BUF_INIT;
    const char *out;

    if (!c->scope || schema_column(ts, SPAN("fixmedins_code")) < 0)
        return "";
    buf_str(&b, " WHERE true");
    c->scope->add(c->scope->ctx, &b, "fixmedins_code");
    out = b.failed ? NULL : arena_dup(&c->arena, (struct span){b.p, b.n});
    buf_release(&b);
    return out;
}

static int check_table(struct checker *c, struct need *n, int t, struct err *e)
{
    const struct table_schema *ts = huji_tables[t];
    bool lines = strcmp(ts->name, "fee_list_d") == 0;
    const char *where = in_scope(c, ts);
    n->title = ts->title;
    n->ask = arena_fmt(&c->arena, "%s（%s）", ts->name, ts->title);
    if (!where)
        return err_nomem(e);
    int rc = lines && !*where ? db_int(c->s->con, e, 0, &n->rows,
                                       "SELECT CAST(sum(rows) AS BIGINT) FROM segment")
                              : db_int(c->s->con, e, 0, &n->rows, "SELECT count(*) FROM %s%s%s",
                                       lines ? "line_text" : "t_", lines ? "" : ts->name, where);
    n->filled = n->rows;
    n->there = n->rows > 0;
    return rc == 0 && n->there ? spread(c, n, ts, where, e) : rc;
}

static int check_column(struct checker *c, struct need *n, struct span path, struct err *e)
{
    struct span column = path, table = span_cut(&column, '.');
    int t = schema_table(table), k = t >= 0 ? schema_column(huji_tables[t], column) : -1;
    n->title = n->ask = n->text.p;
    if (k < 0)
        return 0;
    const struct table_schema *ts = huji_tables[t];
    bool lines = strcmp(ts->name, "fee_list_d") == 0;
    const char *name = ts->columns[k].name, *scope = in_scope(c, ts), *where;
    char from[80];
    snprintf(from, sizeof from, "%s%s", lines ? "line_text" : "t_", lines ? "" : ts->name);
    where = scope ? arena_fmt(&c->arena, "%s %s coalesce(trim(%s), '') <> ''", scope,
                              *scope ? "AND" : "WHERE", name)
                  : NULL;
    n->title = ts->columns[k].title;
    n->ask = arena_fmt(&c->arena, "%s 的列 %s（%s）", ts->name, name, ts->columns[k].title);
    if (!where)
        return err_nomem(e);
    int rc = db_int(c->s->con, e, 0, &n->rows, "SELECT count(*) FROM %s%s", from, scope);
    if (rc == 0 && n->rows)
        rc = db_int(c->s->con, e, 0, &n->filled, "SELECT count(*) FROM %s%s", from, where);
    n->there = n->filled > 0;
    return rc == 0 && n->there ? spread(c, n, ts, where, e) : rc;
}

static int check_need(struct checker *c, struct need *n, struct err *e)
{
    if (span_starts(n->text, "l_"))
        return check_lookup(c, n, e);
    if (span_starts(n->text, "column "))
        return check_column(c, n, (struct span){n->text.p + 7, n->text.n - 7}, e);
    if (span_starts(n->text, "knowledge ")) {
        n->title = "知识库表";
        n->ask = arena_fmt(&c->arena, "rules/knowledge/%s.csv", n->text.p + 10);
        n->there = !c->knowledge || c->knowledge(c->ctx, n->text.p + 10);
        return 0;
    }
    int t = schema_table(n->text);
    if (t >= 0)
        return check_table(c, n, t, e);
    n->title = n->ask = n->text.p;
    return 0;
}

static int collect(struct checker *c, const struct rule_need *rules, size_t n, struct err *e)
{
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < rules[i].n; k++) {
            uint32_t before = c->names.n, id = names_put(&c->names, span_of(rules[i].need[k]));
            if (id == NAME_NONE || mem_grow(&c->need, &c->cap, (size_t)id + 1, sizeof *c->need) < 0)
                return err_nomem(e);
            if (id < before)
                continue;
            c->need[id] = (struct need){.text = span_of(arena_dup(&c->arena, c->names.at[id]))};
            int rc = c->need[id].text.n ? check_need(c, &c->need[id], e) : 0;
            if (rc < 0)
                return rc;
        }
    return 0;
}

static struct need *find(struct checker *c, const char *text)
{
    return &c->need[names_get(&c->names, span_of(text))];
}

/* Every need once per rule, even if the rule names it twice. */
static bool named_before(const struct rule_need *r, size_t k)
{
    for (size_t i = 0; i < k; i++)
        if (strcmp(r->need[i], r->need[k]) == 0)
            return true;
    return false;
}

static int rule_row(struct checker *c, const struct rule_need *r, struct ready *out, bool *can,
                    struct err *e)
{
    struct buf b = BUF_INIT;
    struct need *only = NULL;
    int lacks = 0;
    for (size_t k = 0; k < r->n; k++) {
        struct need *n = find(c, r->need[k]);
        if (named_before(r, k))
            continue;
        n->rules++;
        if (n->there)
            continue;
        buf_fmt(&b, "%s%s", lacks++ ? "；" : "", n->ask);
        only = n;
    }
    if (lacks == 1)
        only->alone++;
    *(lacks ? &out->n_cannot : &out->n_can) += 1;
    *can = lacks == 0;
    int rc = grid_add(&out->rules, span_of(r->rule_id), e);
    if (rc == 0)
        rc = grid_add(&out->rules, span_of(r->rule_name), e);
    if (rc == 0)
        rc = grid_add(&out->rules, lacks ? SPAN("未问") : SPAN("可问"), e);
    if (rc == 0)
        rc = b.failed ? err_nomem(e) : grid_add(&out->rules, span_of(buf_cstr(&b)), e);
    buf_release(&b);
    return rc;
}

static int add_number(struct grid *g, int64_t v, struct err *e)
{
    char b[32];
    int n = snprintf(b, sizeof b, "%lld", (long long)v);
    return grid_add(g, (struct span){b, (size_t)n}, e);
}

static int data_row(const struct need *n, struct grid *g, struct err *e)
{
    char share[16] = "";
    if (n->rows)
        snprintf(share, sizeof share, "%lld%%", (long long)(n->filled * 100 / n->rows));
    int rc = grid_add(g, n->text, e);
    if (rc == 0)
        rc = grid_add(g, span_of(n->title), e);
    if (rc == 0)
        rc = grid_add(g, n->there ? SPAN("有") : SPAN("缺"), e);
    if (rc == 0)
        rc = add_number(g, n->rows, e);
    if (rc == 0)
        rc = grid_add(g, span_of(share), e);
    if (rc == 0)
        rc = add_number(g, n->insts, e);
    if (rc == 0)
        rc = add_number(g, n->months, e);
    return rc == 0 ? add_number(g, n->rules, e) : rc;
}

static int by_unlock(const void *a, const void *b)
{
    const struct need *x = *(const struct need *const *)a, *y = *(const struct need *const *)b;
    if (x->alone != y->alone)
        return x->alone < y->alone ? 1 : -1;
    if (x->rules != y->rules)
        return x->rules < y->rules ? 1 : -1;
    return span_cmp(x->text, y->text);
}

static int missing_rows(struct checker *c, struct grid *g, struct err *e)
{
    struct need **list = mem_calloc((size_t)c->names.n + 1, sizeof(struct need *));
    size_t n = 0;
    if (!list)
        return err_nomem(e);
    for (uint32_t i = 0; i < c->names.n; i++)
        if (!c->need[i].there)
            list[n++] = &c->need[i];
    qsort(list, n, sizeof(struct need *), by_unlock);
    int rc = 0;
    for (size_t i = 0; i < n && rc == 0; i++) {
        rc = grid_add(g, span_of(list[i]->ask), e);
        if (rc == 0)
            rc = add_number(g, list[i]->alone, e);
        if (rc == 0)
            rc = add_number(g, list[i]->rules, e);
    }
    mem_free(list);
    return rc;
}

static int fill(struct checker *c, const struct rule_need *rules, size_t n, struct ready *out,
                struct err *e)
{
    int rc = grid_start(&out->data, "数据", "需要,名称,有无,#行数,#填充率,#机构数,#月数,#涉及规则",
                        e);
    if (rc == 0)
        rc = grid_start(&out->rules, "规则", "规则,名称,状态,等待", e);
    if (rc == 0)
        rc = grid_start(&out->missing, "再要一张表能多问多少", "要什么,#单凭它可解锁,#涉及规则", e);
    if (rc == 0 && !(out->can = mem_calloc(n + 1, sizeof *out->can)))
        rc = err_nomem(e);
    if (rc == 0)
        rc = collect(c, rules, n, e);
    for (size_t i = 0; i < n && rc == 0; i++)
        rc = rule_row(c, &rules[i], out, &out->can[i], e);
    for (uint32_t i = 0; i < c->names.n && rc == 0; i++)
        rc = data_row(&c->need[i], &out->data, e);
    return rc == 0 ? missing_rows(c, &out->missing, e) : rc;
}

int ready_check(struct store *s, const struct rule_need *rules, size_t n, knowledge_fn *knowledge,
                void *ctx, const struct quality_scope *scope, struct ready *out, struct err *e)
{
    struct checker c = {.s = s, .knowledge = knowledge, .ctx = ctx, .scope = scope};
    *out = (struct ready){0};
    int rc = fill(&c, rules, n, out, e);
    names_release(&c.names);
    mem_free(c.need);
    arena_release(&c.arena);
    if (rc < 0)
        ready_release(out);
    return rc;
}

void ready_release(struct ready *r)
{
    grid_release(&r->data);
    grid_release(&r->rules);
    grid_release(&r->missing);
    mem_free(r->can);
    *r = (struct ready){0};
}
