/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Tags of a rule: what kind of fraud it is after (三假), which field of medicine, who answers for it, and whether an
 * institution may see it. The words are fixed: pages, counts and `--tag` all use the same ones.
 */
#ifndef HUJI_ENGINE_TAGS_H
#define HUJI_ENGINE_TAGS_H

#include "engine/yaml.h"

enum tag_group { TAG_FAKE, TAG_FIELD, TAG_WHO, TAG_RELEASE, TAG_GROUPS };
#define TAG_WORDS 12 /* at most, of a group */

struct tags {
    unsigned bits[TAG_GROUPS]; /* bit i: word i of the group */
};

/* NULL-ended words of a group; its key in the rule's text. */
extern const char *const tag_words[TAG_GROUPS][TAG_WORDS];
extern const char *const tag_group_name[TAG_GROUPS];

/* {三假: [..], field: [..], who: [..], release: public | internal}; absent: no tags, internal. Errors: ERR_INPUT naming
 * the word and the words there are. */
int tags_parse(const struct ynode *n, struct tags *out, struct err *e);
bool tags_has(const struct tags *t, struct span word);
bool tag_known(struct span word);
/* An institution never sees an internal rule, its parameters or its findings before they are released to it. */
static inline bool tags_internal(const struct tags *t)
{
    return !(t->bits[TAG_RELEASE] & 1);
}

#endif
