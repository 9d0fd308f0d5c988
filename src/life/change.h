/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * A change in the life of rules, from being looked at to being kept. What is to change is a JSON object:
 *
 *     {"kind": "state", "rule": "B02", "to": "retired"}
 *     {"kind": "draft", "text": "X01:\n  name: ..."}                    a new rule, or another text of one that never ran
 *     {"kind": "version", "rule": "X01", "text": "X01:\n  version: 2 ..."}   a text that takes the place of what runs
 *     {"kind": "param", "region": "420502", "rule": "B02", "param": "max", "value": "12 d"}   null: no value of the region's own
 *     {"kind": "exception", "rules": ["B02"], "fixmedins_code": "H..", "from": "2023-01-01", "to": "2023-12-31"}
 *     {"kind": "exception_end", "no": 1, "to": "2023-06-30"}
 *     {"kind": "pack", "file": "..."}                                    life/pack.h
 *     {"kind": "knowledge", "table": "day_limit", "rows": [...]}         life/edit_table.h
 *
 * change_open makes it in a stage; change_effect says what it does to the last twelve months; change_keep writes it, with its
 * effect, into the history. What alters which clues are raised needs an approver other than who proposed it, and an effect
 * that was computed on the very rules that it changes: nobody makes a hospital vanish unseen.
 */
#ifndef HUJI_LIFE_CHANGE_H
#define HUJI_LIFE_CHANGE_H

#include <jansson.h>

#include "life/place.h"
#include "life/stage.h"
#include "run/effect.h"

enum change_kind {
    CHANGE_STATE,
    CHANGE_DRAFT,
    CHANGE_VERSION,
    CHANGE_PARAM,
    CHANGE_EXCEPTION,
    CHANGE_EXCEPTION_END,
    CHANGE_PACK,
    CHANGE_KNOWLEDGE,
    CHANGE_KINDS
};
extern const char *const change_kind_name[CHANGE_KINDS];
extern const char *const change_kind_title[CHANGE_KINDS];

struct change_who {
    const char *by, *approver, *because; /* approver NULL: there is none yet */
    int64_t
        waiver; /* > 0: the head lets one person do both (casework/approval.h); kept with the change */
};

struct change {
    const struct life_place *place;
    const json_t *what;
    enum change_kind kind;
    struct change_who who;
    struct stage stage;
    char table[64];              /* knowledge: which */
    struct huji_library *lib[2]; /* as it is, as it would be */
    struct exceptions except[2];
    bool *wanted[2];
    char rule[64];            /* base id; "" when several or none */
    char digest[2][17];       /* of all of it, before and after */
    enum rule_state state[2]; /* of `rule` */
    int version[2];           /* 0: it was not there */
    bool needs_approval;
};

/* `write`: to be kept; else only to be looked at. Owns: change_close. Errors: ERR_INPUT (what the text or value says wrong, with
 * file and line), ERR_USAGE (no such rule, parameter, exception), ERR_STATE (can't become so from what it is; examples, lint). */
int change_open(const struct life_place *p, const json_t *what, const struct change_who *who,
                bool write, struct change *out, struct err *e);
void change_close(struct change *c);
/* Owns: *out, an object: see effect_json.c. */
int change_effect(struct change *c, struct store *s, int threads, const struct progress *p,
                  json_t **out, struct err *e);
/* Writes it. Errors: ERR_STATE: no approver, the same as who proposed; no effect, or of other rules than these. */
int change_keep(struct change *c, const json_t *effect, struct err *e);

/* "停用规则 B02", "B02 的参数 max 在 420502 改为 12 d" */
void change_title(const json_t *what, struct buf *out);
/* effect_json.c */
json_t *effect_json(const struct effect *x, const char *digest);

/* ---- while opening (pack.c uses these) ---- */
const char *change_text(const struct change *c, const char *name); /* "" when absent */
int change_need(const struct change *c, const char *name, const char **out, struct err *e);

#endif
