/* SPDX-License-Identifier: MulanPSL-2.0 */
/* A pack laid over what a bureau has: packs/NAME/ keeps what came with it, so that the next version knows what was its. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/map.h"
#include "engine/yaml.h"
#include "life/edit.h"
#include "life/pack.h"

struct laying {
    struct change *c;
    struct pack new;
    struct arena a;
};

/* A file of the stage; *there false: none. */
static int now(struct laying *l, const char *path, struct span *out, bool *there, struct err *e)
{
    char *full = arena_fmt(&l->a, "%s/%s", l->c->stage.dir, path);

    *out = (struct span){"", 0};
    *there = full && access(full, F_OK) == 0;
    return !full ? err_nomem(e) : *there ? file_read(&l->a, full, (size_t)64 << 20, out, e) : 0;
}

static char *kept_name(struct laying *l, struct span path)
{
    return arena_fmt(&l->a, "packs/%s/%.*s", l->new.name, (int)path.n, path.p);
}

/* --- version --------------------------------------------------------------------------------------------- */

static int check_version(struct laying *l, json_t **old, struct err *e)
{
    struct span text;
    json_error_t why;
    bool there = false;
    int64_t was;
    int rc = now(l, kept_name(l, SPAN("manifest.json")), &text, &there, e);

    *old = NULL;
    if (rc || !there)
        return rc;
    *old = json_loadb(text.p, text.n, 0, &why);
    was = json_integer_value(json_object_get(*old, "version"));
    if (l->new.version < was) {
        err_set(e, ERR_STATE, "规则包“%s”已装的是第 %lld 版，这个是第 %lld 版，更旧", l->new.name,
                (long long)was, (long long)l->new.version);
        return err_hint(e, "要退回旧版，请发布方以更大的版本号重新打包");
    }
    if (l->new.version > was)
        return 0;
    if (span_eq(text, l->new.manifest_text))
        return err_set(e, ERR_STATE, "规则包“%s”第 %lld 版已经装了", l->new.name, (long long)was);
    return err_set(e, ERR_STATE, "规则包“%s”第 %lld 版已经装了，但内容与这个不同", l->new.name,
                   (long long)was);
}

/* --- whole files: rules, versions -------------------------------------------------------------------------- */

static int lay_file(struct laying *l, const struct pack_file *f, struct err *e)
{
    char *path = arena_dup(&l->a, f->path);
    struct span mine, before;
    bool there = false, was = false;
    int rc = path ? now(l, path, &mine, &there, e) : err_nomem(e);

    if (!rc)
        rc = now(l, kept_name(l, f->path), &before, &was, e);
    if (rc)
        return rc;
    if (there && !span_eq(mine, f->text) && !(was && span_eq(mine, before))) {
        err_set(e, ERR_STATE, "本地已有 rules/%s，内容与规则包里的不同", path);
        return err_hint(e, was ? "上次装包之后它在本地被改过"
                               : "本地规则换个编号，或请发布方换个编号");
    }
    return stage_write(&l->c->stage, path, f->text, e);
}

/* --- knowledge: rows are merged ------------------------------------------------------------------------------ */

static bool is_remark(struct span line)
{
    return line.n == 0 || line.p[0] == '#';
}

static struct span next_line(struct span *rest)
{
    struct span line = span_cut(rest, '\n');

    if (line.n && line.p[line.n - 1] == '\r')
        line.n--;
    return line;
}

static struct span heading(struct span text)
{
    while (text.p) {
        struct span line = next_line(&text);

        if (!is_remark(line))
            return line;
    }
    return (struct span){"", 0};
}

static int names_of(struct names *out, struct span text, struct err *e)
{
    while (text.p) {
        struct span line = next_line(&text);

        if (!is_remark(line) && names_put(out, line) == NAME_NONE)
            return err_nomem(e);
    }
    return 0;
}

/* The pack's rows, and behind them the bureau's own: those that neither this version nor the last brought. */
static int lay_rows(struct laying *l, const struct pack_file *f, struct err *e)
{
    struct names gone = NAMES_INIT;
    struct buf b = BUF_INIT;
    char *path = arena_dup(&l->a, f->path);
    struct span mine, before;
    bool there = false, was = false;
    int rc = path ? now(l, path, &mine, &there, e) : err_nomem(e);

    if (!rc)
        rc = now(l, kept_name(l, f->path), &before, &was, e);
    if (!rc && there && !span_eq(heading(mine), heading(f->text))) {
        err_set(e, ERR_STATE, "本地的 rules/%s 与规则包里的列不同", path);
        rc = err_hint(e, "把本地的列改成与规则包的一样，再装");
    }
    if (!rc)
        rc = names_of(&gone, f->text, e);
    if (!rc)
        rc = names_of(&gone, before, e);
    buf_span(&b, f->text);
    if (f->text.n && f->text.p[f->text.n - 1] != '\n')
        buf_char(&b, '\n');
    while (!rc && mine.p && mine.n) {
        struct span line = next_line(&mine);

        if (is_remark(line) || names_get(&gone, line) != NAME_NONE)
            continue;
        buf_span(&b, line);
        buf_char(&b, '\n');
    }
    if (!rc)
        rc = b.failed ? err_nomem(e)
                      : stage_write(&l->c->stage, path, (struct span){buf_cstr(&b), b.n}, e);
    names_release(&gone);
    buf_release(&b);
    return rc;
}

/* --- parameters, states ---------------------------------------------------------------------------------------- */

static int each_value(struct laying *l, struct span text, bool take_away, struct err *e)
{
    struct ynode *root;
    int rc = text.n ? yaml_parse(&l->a, text, "profile.yaml", &root, e) : 1;

    if (rc)
        return rc > 0 ? 0 : rc;
    for (const struct ynode *g = root->child; g && !rc; g = g->next)
        for (const struct ynode *r = g->child; r && !rc; r = r->next)
            for (const struct ynode *v = r->child; v && !rc; v = v->next) {
                char *region = arena_dup(&l->a, g->key), *rule = arena_dup(&l->a, r->key);
                char *param = arena_dup(&l->a, v->key), *value = arena_dup(&l->a, v->text);

                rc = region && rule && param && value
                         ? edit_param(&l->c->stage, region, rule, param, take_away ? NULL : value,
                                      e)
                         : err_nomem(e);
            }
    return rc;
}

/* What the last version set and this one does not is taken away. */
static int lay_profile(struct laying *l, const struct pack_file *f, struct err *e)
{
    struct span before;
    bool was = false;
    int rc = now(l, kept_name(l, SPAN("profile.yaml")), &before, &was, e);

    if (!rc && was)
        rc = each_value(l, before, true, e);
    return rc || !f ? rc : each_value(l, f->text, false, e);
}

static int lay_states(struct laying *l, const struct pack_file *f, struct err *e)
{
    struct ynode *root;
    int rc = f ? yaml_parse(&l->a, f->text, "states.yaml", &root, e) : 1;

    if (rc)
        return rc > 0 ? 0 : rc;
    for (const struct ynode *n = root->child; n && !rc; n = n->next) {
        struct span version = ynode_text(n, "version"), digest = ynode_text(n, "digest");
        char *rule = arena_dup(&l->a, n->key), *v = arena_dup(&l->a, version);
        char *d = digest.n ? arena_dup(&l->a, digest) : NULL;
        int state;

        if (!ynode_get(n, "state") || !rule_word(ynode_get(n, "state"), rule_state_name, &state))
            return ynode_bad(n, e, "state 应为 draft trial active retired");
        rc = rule && v ? edit_state(&l->c->stage, rule, (enum rule_state)state,
                                    (int)strtol(v, NULL, 10), d, e)
                       : err_nomem(e);
    }
    return rc;
}

/* --- the whole --------------------------------------------------------------------------------------------------- */

/* What the last version brought and this one does not. */
static int take_away(struct laying *l, const json_t *old, struct err *e)
{
    const json_t *files = json_object_get(old, "files");
    size_t i;
    json_t *x;
    int rc = 0;

    json_array_foreach(files, i, x)
    {
        const char *path = json_string_value(json_object_get(x, "path"));
        struct span mine, before;
        bool there = false, was = false;

        if (rc || !path || pack_find(&l->new, span_of(path)))
            continue;
        rc = now(l, path, &mine, &there, e);
        if (!rc)
            rc = now(l, kept_name(l, span_of(path)), &before, &was, e);
        if (!rc && there && was && strchr(path, '/') && span_eq(mine, before))
            rc = stage_remove(&l->c->stage, path, e);
        if (!rc)
            rc = stage_remove(&l->c->stage, kept_name(l, span_of(path)), e);
    }
    return rc;
}

static int lay_all(struct laying *l, const json_t *old, struct err *e)
{
    const struct pack_file *profile = pack_find(&l->new, SPAN("profile.yaml"));
    const struct pack_file *states = pack_find(&l->new, SPAN("states.yaml"));
    int rc = lay_profile(l, profile, e);

    /* What was kept of the last version goes with this: whoever asks for it comes before. */
    if (!rc)
        rc = take_away(l, old, e);
    for (size_t i = 0; i < l->new.n && !rc; i++) {
        const struct pack_file *f = &l->new.at[i];

        if (span_starts(f->path, "knowledge/"))
            rc = lay_rows(l, f, e);
        else if (memchr(f->path.p, '/', f->path.n))
            rc = lay_file(l, f, e);
    }
    if (!rc)
        rc = lay_states(l, states, e);
    for (size_t i = 0; i < l->new.n && !rc; i++)
        rc = stage_write(&l->c->stage, kept_name(l, l->new.at[i].path), l->new.at[i].text, e);
    return rc ? rc
              : stage_write(&l->c->stage, kept_name(l, SPAN("manifest.json")), l->new.manifest_text,
                            e);
}

int pack_lay(struct change *c, struct err *e)
{
    struct laying l = {.c = c};
    const char *file, *trust;
    json_t *old = NULL;
    int rc = change_need(c, "file", &file, e);

    if (!rc)
        rc = change_need(c, "trust", &trust, e);
    if (!rc)
        rc = pack_read(file, trust, &l.new, e);
    if (!rc)
        rc = check_version(&l, &old, e);
    if (!rc)
        rc = lay_all(&l, old, e);
    json_decref(old);
    pack_release(&l.new);
    arena_release(&l.a);
    return rc;
}
