/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Gangs: persons that rule B17 (结伴就医) ties to each other, directly or over others. All findings about a member belong
 * to the gang, so that the ledger adds up the union of the members' lines.
 */
#ifndef HUJI_SCREEN_GANG_H
#define HUJI_SCREEN_GANG_H

#include "base/map.h"
#include "screen/findings.h"

struct gangs {
    struct names persons;
    uint32_t *parent; /* union-find, by id of `persons` */
    size_t cap;
    struct names keys; /* "gang:" and the smallest psn_no of its members; after gangs_assign */
    uint32_t *size;    /* members, by id of `keys` */
    size_t cap_size;
};

/* Is it a finding that ties its persons? */
bool gang_ties(const struct finding *f);
int gang_link(struct gangs *g, struct span a, struct span b, struct err *e);
/* Sets `gang` of each finding about a member; `tie[i]`: a person whom finding i ties (empty = it ties nobody). */
int gangs_assign(struct gangs *g, struct finding_set *fs, const struct span *tie, struct err *e);
/* Members of the gang called `key`; 0 when there is none. */
uint32_t gang_size(const struct gangs *g, struct span key);
void gangs_release(struct gangs *g);

#endif
