/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * A province's rules, parameters and knowledge as one signed file: a ZIP with the files of DATA/rules (library, versions,
 * knowledge, profile.yaml, states.yaml), manifest.json (name, version, SHA-256 of each file) and signature.json over the
 * manifest's bytes. Exceptions, drafts and history are a bureau's own and do not travel.
 *
 * The receiver lays it over his own: files that came with an older version of the same pack are exchanged, his own are
 * kept; where both have a file of rules of one name, the pack is refused. Rows of a knowledge table are merged.
 */
#ifndef HUJI_LIFE_PACK_H
#define HUJI_LIFE_PACK_H

#include "life/change.h"

struct pack_file {
    struct span path, text;
};
struct pack {
    struct arena a;
    json_t *manifest;
    const char *name;
    int64_t version;
    char key[65]; /* print of the key that signed it */
    struct span manifest_text;
    struct pack_file *at;
    size_t n, cap;
};

/* Writes DATA/rules of `data`. Errors: ERR_STATE when there is nothing to pack. */
int pack_write(const char *data, const char *name, int64_t version, const char *key_file,
               const char *out, size_t *n_files, struct err *e);
/* Reads and checks everything: whole, signed by `trust` (a public key file), each file as the manifest says. Owns:
 * pack_release. Errors: ERR_INPUT saying what is wrong. */
int pack_read(const char *file, const char *trust, struct pack *out, struct err *e);
void pack_release(struct pack *p);
/* The file of this path; NULL: none. */
const struct pack_file *pack_find(const struct pack *p, struct span path);

/* change_make of {"kind": "pack", "file", "trust"}. */
int pack_lay(struct change *c, struct err *e);

#endif
