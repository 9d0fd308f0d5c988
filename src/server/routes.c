/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "server/routes.h"

#include <stdio.h>
#include <string.h>

/* One line each. The first that fits is taken: what is fixed (/api/clues/stats) before what is open (/api/clues/{id}). */
/* clang-format off */
const struct route *const huji_routes[] = {
    routes_retention,
    routes_reporter,
    routes_third,
    routes_supervise,
    routes_backup,
    routes_approval,
    routes_clue_export,
    routes_export,
    routes_admin,
    routes_assignee,
    routes_audit,
    routes_curve,
    routes_screen,
    routes_search,
    routes_workbench,
    routes_clue,
    routes_clue_one,
    routes_clue_act,
    routes_fsi,
    routes_institution,
    routes_job,
    routes_money,
    routes_list,
    routes_list_back,
    routes_handed,
    routes_paper,
    routes_paper_inst,
    routes_week,
    routes_plan,
    routes_register,
    routes_notice,
    routes_openapi,
    routes_ops,
    routes_person,
    routes_profile,
    routes_reveal,
    routes_rule_kind, /* before /api/rules/{id} */
    routes_rule,
    routes_rule_change,
    routes_rule_life,
    routes_exception,
    routes_session,
    routes_access,
    routes_live,
    routes_precheck,
    routes_upload,
    routes_mapping,
    routes_import,
    routes_quality,
    routes_reject,
    routes_analysis,
    routes_indicator,
    routes_sql,
    routes_code,
    routes_knowledge,
    routes_knowledge_file,
    NULL,
};
/* clang-format on */

static bool matches(struct request *r, const char *pattern)
{
    struct span p = span_of(pattern), s = span_of(r->path);
    int n = 0;

    while (p.p && s.p) {
        struct span want = span_cut(&p, '/'), got = span_cut(&s, '/');

        if (want.n && want.p[0] == '{') {
            char *value = got.n ? request_unescape(&r->arena, got) : NULL;

            if (!value || n == MAX_PATH_PARAMS)
                return false;
            r->params[n].name = arena_dup(&r->arena, (struct span){want.p + 1, want.n - 2});
            r->params[n].value = value;
            if (!r->params[n++].name)
                return false;
        } else if (!span_eq(want, got)) {
            return false;
        }
    }
    if (p.p || s.p)
        return false;
    r->n_params = n;
    return true;
}

const struct route *route_find(struct request *r, char *allowed, size_t cap)
{
    size_t n = 0;

    allowed[0] = 0;
    for (int k = 0; huji_routes[k]; k++)
        for (const struct route *t = huji_routes[k]; t->method; t++) {
            /* most of them are told from a hospital's by one letter */
            if (r->path[0] && t->path[1] != '{' && t->path[1] != r->path[1])
                continue;
            if (!matches(r, t->path))
                continue;
            if (strcmp(t->method, r->method) == 0)
                return t;
            n += (size_t)snprintf(allowed + n, n < cap ? cap - n : 0, "%s%s", n ? ", " : "",
                                  t->method);
        }
    return NULL;
}
