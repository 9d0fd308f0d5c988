/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "server/live_query.h"

#include <string.h>

#include "casework/scope.h"
#include "server/ask.h"
#include "server/live.h"
#include "server/server.h"

int inst_words(struct request *r, const char *code, struct inst_words *out, struct err *e)
{
    struct ask *a = NULL;
    struct buf b = BUF_INIT;
    json_t *row = NULL;
    const char *name, *place;
    int rc = ask_open(r, &a, e);

    if (rc)
        return rc;
    buf_str(
        &b,
        "select coalesce(d.name, '') \"name\", coalesce(p.code, '') admdvs from d_inst d"
        " left join s_inst i on i.fixmedins_code = d.id left join d_place p on p.id = i.fix_blng_admdvs"
        " where d.code = ");
    buf_sql(&b, span_of(code));
    rc = ask_row(a, &b, &row, e);
    buf_release(&b);
    ask_close(a);
    if (rc)
        return rc;
    name = json_string_value(json_object_get(row, "name"));
    place = json_string_value(json_object_get(row, "admdvs"));
    out->known = row != NULL;
    out->name = arena_dup(&r->arena, span_of(name && *name ? name : code));
    /* H51052300001: a letter, the division, a number. */
    out->admdvs = place && *place     ? arena_dup(&r->arena, span_of(place))
                  : strlen(code) >= 7 ? arena_dup(&r->arena, (struct span){code + 1, 6})
                                      : "";
    json_decref(row);
    return out->name && out->admdvs ? 0 : err_nomem(e);
}

bool scope_is_house(struct request *r, struct err *e)
{
    struct scope mine = scope_of(&r->session), house;
    struct session root = {0};
    struct buf b = BUF_INIT;

    if (mine.fixmedins_code[0] || mine.assignee[0])
        return false;
    if (cw_get_text(r->db, &b, e,
                    "select admdvs from org where parent is null order by code limit 1",
                    CW_NONE) < 0)
        return false;
    strncpy(root.admdvs, buf_cstr(&b), sizeof root.admdvs - 1);
    buf_release(&b);
    house = scope_of(&root);
    return strcmp(mine.prefix, house.prefix) == 0;
}

int traffic_now(struct request *r, struct err *e)
{
    live_bring_up(r->server->live);
    return traffic_sync(r->server->traffic, r->db, e);
}
