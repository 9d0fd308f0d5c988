/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * What a bureau decided about each rule: {rule: {state, version, digest}}, written by src/life. It holds over the state that
 * the rule's own text says. An own rule that was approved is held to the very text that was approved: what was changed behind
 * the approver's back is refused, whole library and all, rather than run or silently left out.
 */
#include <unistd.h>

#include "base/sha.h"
#include "engine/load.h"

/* --- a rule's text as one number ------------------------------------------------------------------- */

/* Keys and values, whatever blanks, remarks and quotes stand between them. */
static void put_node(struct buf *b, const struct ynode *n, bool top)
{
    static const char *const mark[] = {[Y_SCALAR] = "=", [Y_SEQ] = "[", [Y_MAP] = "{"};

    buf_span(b, n->key);
    buf_str(b, mark[n->kind]);
    if (n->kind == Y_SCALAR)
        buf_span(b, n->text);
    for (const struct ynode *c = n->child; c; c = c->next)
        if (!(top && span_is(c->key, "state")))
            put_node(b, c, false);
    buf_char(b, '\x1f');
}

int rule_digest(const struct rule *r, char out[17], struct err *e)
{
    struct buf b = BUF_INIT;
    int rc = 0;

    put_node(&b, r->base ? r->base : r->node, true);
    if (b.failed)
        rc = err_nomem(e);
    else
        sha256_hex((struct span){buf_cstr(&b), b.n}, 8, out);
    buf_release(&b);
    return rc;
}

/* --- the file ---------------------------------------------------------------------------------------- */

const char *const rule_state_name[] = {"draft", "trial", "active", "retired", NULL};
const char *const rule_state_title[] = {"草稿", "试运行", "启用", "停用", NULL};

static bool is_own(const struct huji_library *lib, const struct rule *r)
{
    bool tried = lib->instead && lib->instead->child && r->file == lib->instead->child->file;

    return lib->local && !tried && span_starts(span_of(r->file), lib->local);
}

static int check_text(const struct rule *r, const struct ynode *n, struct err *e)
{
    struct span want = ynode_text(n, "digest"), version = ynode_text(n, "version");
    char now[17];
    int rc = rule_digest(r, now, e);

    if (rc || !want.n || span_is(want, now))
        return rc;
    ynode_bad(r->base, e, "规则 %.*s 经批准的是第 %.*s 版，文件里的内容已不是它", (int)r->base_id.n,
              r->base_id.p, (int)version.n, version.p);
    return err_hint(
        e,
        "恢复 rules/versions/%.*s.v%.*s.yaml；要改，把 version 加一另存为一个文件，用 huji "
        "rules activate --file 提出",
        (int)r->base_id.n, r->base_id.p, (int)version.n, version.p);
}

static int apply_one(struct huji_library *lib, const struct ynode *n, struct err *e)
{
    static const char *const known[] = {"state", "version", "digest", NULL};
    bool first = true;
    int state,
        rc = n->kind == Y_MAP ? ynode_only(n, known, e) : ynode_bad(n, e, "应为 {state: 状态}");

    if (rc)
        return rc;
    if (!ynode_get(n, "state") || !rule_word(ynode_get(n, "state"), rule_state_name, &state))
        return ynode_bad(n, e, "state 应为 draft trial active retired");
    /* A rule that a later library no longer has needs no state. */
    for (int i = 0; i < lib->n_rules && !rc; i++) {
        struct rule *r = lib->rules[i];

        if (r->hidden || !span_eq(r->base_id, n->key))
            continue;
        r->state = (enum rule_state)state;
        r->decided = true;
        if (first && state == ST_ACTIVE && is_own(lib, r))
            rc = check_text(r, n, e);
        first = false;
    }
    return rc;
}

int states_apply(struct huji_library *lib, const char *path, struct err *e)
{
    struct ynode *root;
    int rc;

    if (access(path, F_OK) != 0)
        return 0;
    path = arena_dup(&lib->a, span_of(path));
    rc = path ? library_yaml(lib, path, &root, e) : err_nomem(e);
    if (!rc && root->kind != Y_MAP)
        rc = ynode_bad(root, e, "应为「规则: {state: 状态}」");
    for (const struct ynode *n = rc ? NULL : root->child; n && !rc; n = n->next)
        rc = apply_one(lib, n, e);
    return rc;
}
