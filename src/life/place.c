/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "life/place.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/arena.h"

int place_check(const struct life_place *p, struct err *e)
{
    struct buf b = BUF_INIT;
    bool whole;

    buf_fmt(&b, "%s/rules/knowledge/tables.yaml", p->data);
    whole = access(buf_cstr(&b), F_OK) == 0;
    buf_release(&b);
    if (!whole)
        return 0;
    err_set(e, ERR_STATE, "%s/rules 是一整套规则库，不是叠在随附规则库上的一层", p->data);
    return err_hint(e, "把 knowledge/tables.yaml 移开，只留本地自己的规则、知识表和参数");
}

int place_library(const struct life_place *p, const char *own, const char *file, bool as_written,
                  struct huji_library **out, struct err *e)
{
    struct arena a = ARENA_INIT;
    struct library_source from = {.dir = p->rules,
                                  .local = own,
                                  .file = file,
                                  .region = p->region,
                                  .profile = as_written ? NULL
                                                        : arena_fmt(&a, "%s/profile.yaml", own),
                                  .states = arena_fmt(&a, "%s/states.yaml", own)};
    int rc = from.states ? library_open(&from, out, e) : err_nomem(e);

    arena_release(&a);
    return rc;
}

const struct rule *place_rule(const struct huji_library *lib, const char *id)
{
    const struct rule *first = NULL;

    for (int i = 0; i < lib->n_rules; i++) {
        const struct rule *r = lib->rules[i];

        if (r->hidden)
            continue;
        if (span_is(r->id, id))
            return r;
        if (!first && span_is(r->base_id, id))
            first = r;
    }
    return first;
}

bool place_is_own(const struct huji_library *lib, const struct rule *r)
{
    return lib->local && span_starts(span_of(r->file), lib->local);
}

int place_source(const struct rule *r, struct buf *out, struct err *e)
{
    FILE *f = fopen(r->file, "r");
    char *line = NULL;
    size_t cap = 0;
    int no = 0, first = (r->base ? r->base : r->node)->line;
    ssize_t n;

    if (!f)
        return err_errno(e, "打不开 %s", r->file);
    while ((n = getline(&line, &cap, f)) > 0) {
        no++;
        if (no > first && line[0] != ' ' && line[0] != '\n' && line[0] != '\r')
            break;
        if (no >= first)
            buf_add(out, line, (size_t)n);
    }
    free(line);
    fclose(f);
    return out->failed ? err_nomem(e) : 0;
}
