/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * What was planted against what was found. truth.csv: plant_id, rule_id, is_violation, class_expected, owner, psn_no,
 * mdtrt_id, fixmedins_code, event_ids (joined by ; or |), note. A plant is found when a hit of its rule, or of a variant
 * of it, has its anchor or a piece of evidence among the plant's events, or else the same visit or owner. A twin
 * (is_violation 0) fires by its events too; by visit or owner only when it names no events.
 */
#ifndef HUJI_SCREEN_EVALUATE_H
#define HUJI_SCREEN_EVALUATE_H

#include "screen/findings.h"

struct plant {
    struct span id, rule, owner, person, visit, inst, events, note;
    bool violation;
    enum finding_class cls;
    uint32_t hit; /* index of a finding that meets it; UINT32_MAX = none */
};

struct rule_score {
    struct span rule;
    enum finding_class cls; /* as most of its plants expect: the first one's */
    int64_t planted, found, twins, fired;
    int64_t hits;   /* findings of the rule */
    int64_t beside; /* of them: meet no plant and no twin */
    int64_t right;  /* of them: meet a planted violation */
};

struct evaluation {
    struct arena text;
    struct plant *plants;
    size_t n_plants, cap_plants;
    struct rule_score *rules; /* by rule id */
    size_t n_rules, cap_rules;
    bool *right; /* by finding: meets a planted violation */
};

int evaluation_read(struct evaluation *v, const char *truth, struct err *e);
int evaluation_run(struct evaluation *v, const struct finding_set *fs, struct err *e);
void evaluation_release(struct evaluation *v);

#endif
