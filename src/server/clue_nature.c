/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "server/clue_nature.h"

#include <string.h>

#include "screen/rule_names.h"
#include "server/rulebook.h"
#include "server/server.h"

const struct nature *clue_nature_proposed(struct request *r, struct span rule, struct span title)
{
    const struct huji_library *lib = server_library(r->server);
    struct rule_names names = {0};
    const struct span *laws = NULL, *named = NULL;
    const struct nature *n;
    size_t n_laws = 0, n_named = 0;

    memcpy(&names.library, &lib, sizeof lib);
    rule_list(&names, rule, "law", &r->arena, &laws, &n_laws);
    rule_list(&names, rule, "nature", &r->arena, &named, &n_named);
    n = rule.n ? nature_of_rule(n_named ? named[0] : (struct span){0}, laws, n_laws)
               : nature_of_words(title);
    server_library_done(r->server);
    return n;
}

/* A rule that the library no longer knows is told of no more. */
static bool told_of(struct request *r, struct span rule)
{
    const struct huji_library *lib = server_library(r->server);
    bool shown = !rule.n; /* made by hand */

    for (int i = 0; i < lib->n_rules && !shown; i++)
        shown = span_eq(lib->rules[i]->id, rule) && !tags_internal(&lib->rules[i]->tags);
    server_library_done(r->server);
    return shown;
}

void clue_nature_told(struct request *r, struct span rule, struct span title, struct span named,
                      bool intent, struct buf *out)
{
    int at = nature_find(named);
    const struct nature *n = at < 0 ? NULL : &natures[at];

    if (!told_of(r, rule))
        return;
    if (!n) {
        n = clue_nature_proposed(r, rule, title);
        intent = false;
        if (n)
            buf_str(out, "涉嫌");
    }
    if (!n)
        return;
    buf_fmt(out, "%s（", n->title);
    nature_article(out, n, intent);
    buf_str(out, "）");
}
