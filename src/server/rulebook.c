/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "server/rulebook.h"

#include "server/server.h"

struct life_place rulebook_place(const struct server *s)
{
    return (struct life_place){
        .data = s->options->dir, .rules = s->options->rules, .region = s->options->region};
}

static bool is_institution(const struct request *r)
{
    return r->session.fixmedins_code[0] != 0;
}

bool rule_is_shown(const struct request *r, const struct rule *rule)
{
    return !is_institution(r) || !tags_internal(&rule->tags);
}

int rulebook_is_open(const struct request *r, struct err *e)
{
    return is_institution(r) ? err_set(e, ERR_USAGE, "没有这一页") : 0;
}

void rule_condition(struct request *r, struct buf *sql, const char *column, const char *but)
{
    const struct huji_library *lib;

    if (!is_institution(r))
        return;
    /* Named are the rules that are shown: of one that the library no longer knows nothing is. */
    lib = server_library(r->server);
    buf_fmt(sql, " and (%s in ('-'", column);
    for (int i = 0; i < lib->n_rules; i++)
        if (!lib->rules[i]->hidden && !tags_internal(&lib->rules[i]->tags)) {
            buf_str(sql, ", ");
            buf_sql(sql, lib->rules[i]->id);
        }
    buf_char(sql, ')');
    if (but)
        buf_fmt(sql, " or %s", but);
    buf_char(sql, ')');
    server_library_done(r->server);
}

/* --- clues ------------------------------------------------------------------------------------------- */

#define SENT                                                                                       \
    "select lr.clue from list_row lr join list_out lo on lo.id = lr.list where lo.state <> 'void'" \
    " and lr.clue is not null and lo.fixmedins_code = "

const char *rule_released(struct request *r)
{
    struct buf b = BUF_INIT;
    char *text;

    buf_str(&b, "id in (" SENT);
    buf_sql(&b, span_of(r->session.fixmedins_code));
    buf_char(&b, ')');
    text = arena_dup(&r->arena, (struct span){buf_cstr(&b), b.n});
    buf_release(&b);
    return text ? text : "false";
}

static char *shown_rules(struct request *r)
{
    const struct huji_library *lib = server_library(r->server);
    struct buf b = BUF_INIT;
    char *text;

    for (int i = 0; i < lib->n_rules; i++)
        if (!lib->rules[i]->hidden && !tags_internal(&lib->rules[i]->tags)) {
            buf_str(&b, b.n ? "," : "");
            buf_span(&b, lib->rules[i]->id);
        }
    server_library_done(r->server);
    text = b.failed ? NULL : arena_dup(&r->arena, (struct span){buf_cstr(&b), b.n});
    buf_release(&b);
    return text;
}

static int released_ids(struct request *r, struct clue_filter *f, struct err *e)
{
    struct cw_rows rows;
    int64_t *ids = NULL;
    size_t n = 0, cap = 0;
    int rc = cw_query(r->db, &rows, e, SENT "$1 order by 1",
                      CW_ARGS(cw_t(r->session.fixmedins_code)));

    if (rc)
        return rc;
    while ((rc = cw_next(&rows, e)) > 0) {
        if (n == cap) {
            int64_t *more = arena_alloc(&r->arena, (cap * 2 + 64) * sizeof *more);

            if (!more) {
                rc = err_nomem(e);
                break;
            }
            if (n)
                memcpy(more, ids, n * sizeof *more);
            ids = more;
            cap = cap * 2 + 64;
        }
        ids[n++] = cw_int(&rows, 0);
    }
    cw_done(&rows);
    f->released = ids;
    f->n_released = n;
    return rc < 0 ? rc : 0;
}

int rulebook_scope(struct request *r, struct clue_filter *f, struct err *e)
{
    f->scope = scope_of(&r->session);
    if (!is_institution(r))
        return 0;
    f->shown = shown_rules(r);
    return f->shown ? released_ids(r, f, e) : err_nomem(e);
}

int rulebook_shows(struct request *r, int64_t clue, bool *shown, struct err *e)
{
    struct buf sql = BUF_INIT;
    int64_t n = 1;
    int rc = 0;

    if (is_institution(r)) {
        buf_str(&sql, "select count(*) from clue where id = $1");
        rule_condition(r, &sql, "rule_id", rule_released(r));
        rc = sql.failed ? err_nomem(e)
                        : cw_get_int(r->db, 0, &n, e, buf_cstr(&sql), CW_ARGS(cw_i(clue)));
        buf_release(&sql);
    }
    *shown = n > 0;
    return rc;
}
