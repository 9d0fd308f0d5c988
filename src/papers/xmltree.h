/* SPDX-License-Identifier: MulanPSL-2.0 */
/* A small XML document as a tree, to be changed and written back: word/document.xml of a DOCX. Names keep their prefixes.
 * Documents with a DTD are refused (entities are how a small file becomes a large one). */
#ifndef HUJI_PAPERS_XMLTREE_H
#define HUJI_PAPERS_XMLTREE_H

#include "base/arena.h"
#include "base/err.h"

struct xnode {
    const char *name;  /* element; NULL: text */
    struct span text;  /* of a text node, unescaped */
    const char **attr; /* name, value, ..., NULL; values unescaped */
    struct xnode *child, *last, *next, *parent;
};

/* All nodes live in `a`. Errors: ERR_INPUT. */
int xtree_parse(struct arena *a, struct span xml, struct xnode **root, struct err *e);
/* With the XML declaration in front. */
void xtree_write(const struct xnode *root, struct buf *out);

struct xnode *xnode_new(struct arena *a, const char *name); /* NULL when out of memory */
struct xnode *xnode_text(struct arena *a, struct span text);
void xnode_append(struct xnode *parent, struct xnode *child);
/* A deep copy without parent; NULL when out of memory. */
struct xnode *xnode_copy(struct arena *a, const struct xnode *n);
/* Puts `fresh` in the place of `old` (may be NULL: removes). */
void xnode_replace(struct xnode *old, struct xnode *fresh);
void xnode_insert_before(struct xnode *at, struct xnode *fresh);
bool xnode_is(const struct xnode *n, const char *name);

#endif
