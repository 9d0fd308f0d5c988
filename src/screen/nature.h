/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * 定性: the acts that 医疗保障基金使用监督管理条例 arts 13 and 37 to 41 name, as people call them, with their article. A rule proposes
 * one (its field `nature`, by its law else), an officer says which it is; the weekly report counts money by it.
 */
#ifndef HUJI_SCREEN_NATURE_H
#define HUJI_SCREEN_NATURE_H

#include "base/span.h"

struct buf;

enum nature_group {
    NATURE_MISUSE, /* 违法违规使用, art. 38 */
    NATURE_MANAGE, /* 基金使用管理, art. 39 */
    NATURE_FRAUD,  /* 欺诈骗保, art. 40 */
    NATURE_PERSON, /* 参保人, art. 41 */
    NATURE_OTHER,  /* of handling centres, of the agreement */
    NATURE_GROUPS
};
extern const char *const nature_group_title[NATURE_GROUPS];

struct nature {
    const char *code, *title;
    const char *article; /* "条例第三十八条第一项" */
    const char *ref;     /* as rules cite it: "条例 38(1)" */
    enum nature_group group;
};
#define NATURES_MOST 63
extern const struct nature natures[]; /* code NULL ends; at most NATURES_MOST */
/* Place in natures[]; -1: none. */
int nature_find(struct span code);

/* May it be done in order to defraud, and so stand under another paragraph? Acts of arts 38 and 41. */
bool nature_takes_intent(const struct nature *n);
/* The article, and with `intent` the paragraph that it falls under then. */
void nature_article(struct buf *out, const struct nature *n, bool intent);

/* What a rule's findings most likely are: as it says itself (its field `nature`, a code; rules/library), else the usual one of the
 * first article that it cites. NULL: nothing fits. */
const struct nature *nature_of_rule(struct span named, const struct span *laws, size_t n_laws);
/* By the words of a clue made by hand ("来电反映挂床住院"): the nature whose name stands in them. NULL: none. */
const struct nature *nature_of_words(struct span text);

#endif
