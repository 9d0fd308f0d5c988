/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "engine/tags.h"

const char *const tag_group_name[TAG_GROUPS] = {"三假", "field", "who", "release"};

const char *const tag_words[TAG_GROUPS][TAG_WORDS] = {
    {"假病人", "假病情", "假票据"},
    {"重症", "麻醉", "肺部肿瘤", "骨科", "血透", "心内", "检查", "检验", "影像", "康复"},
    {"institution", "practitioner", "insured", "agency"},
    {"public", "internal"},
};

static int word_of(int group, struct span w)
{
    for (int i = 0; i < TAG_WORDS && tag_words[group][i]; i++)
        if (span_is(w, tag_words[group][i]))
            return i;
    return -1;
}

static int parse_word(const struct ynode *n, int group, struct tags *out, struct err *e)
{
    struct buf b = BUF_INIT;
    int i = n->kind == Y_SCALAR ? word_of(group, n->text) : -1;

    if (i >= 0) {
        out->bits[group] |= 1u << i;
        return 0;
    }
    ynode_bad(n, e, "标签 %s 没有「%.*s」", tag_group_name[group], (int)n->text.n,
              n->text.n ? n->text.p : "");
    for (i = 0; i < TAG_WORDS && tag_words[group][i]; i++)
        buf_fmt(&b, "%s%s", i ? " " : "", tag_words[group][i]);
    err_hint(e, "可用：%s", buf_cstr(&b));
    buf_release(&b);
    return ERR_INPUT;
}

int tags_parse(const struct ynode *n, struct tags *out, struct err *e)
{
    static const char *const known[] = {"三假", "field", "who", "release", NULL};
    struct tags t = {{0}};
    int rc = 0;

    if (n)
        rc = n->kind == Y_MAP ? ynode_only(n, known, e)
                              : ynode_bad(n, e, "应为 {三假, field, who, release}");
    for (int g = 0; g < TAG_GROUPS && rc == 0; g++) {
        const struct ynode *v = ynode_get(n, tag_group_name[g]);

        if (v && v->kind == Y_SCALAR)
            rc = parse_word(v, g, &t, e);
        else
            for (const struct ynode *c = v ? v->child : NULL; c && rc == 0; c = c->next)
                rc = parse_word(c, g, &t, e);
    }
    if (rc == 0)
        *out = t;
    return rc;
}

bool tags_has(const struct tags *t, struct span word)
{
    for (int g = 0; g < TAG_GROUPS; g++) {
        int i = word_of(g, word);

        if (i >= 0 && (t->bits[g] >> i & 1))
            return true;
    }
    return word_of(TAG_RELEASE, word) == 1 && tags_internal(t);
}

bool tag_known(struct span word)
{
    for (int g = 0; g < TAG_GROUPS; g++)
        if (word_of(g, word) >= 0)
            return true;
    return false;
}
