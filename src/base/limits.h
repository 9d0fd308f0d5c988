/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Everything that can grow has its maximum here. */
#ifndef HUJI_BASE_LIMITS_H
#define HUJI_BASE_LIMITS_H

#define MAX_YAML_BYTES (8u << 20)
#define MAX_YAML_DEPTH 32
#define MAX_YAML_NODES 1000000 /* after aliases are expanded */
#define MAX_EXPR_BYTES 4096
#define MAX_EXPR_DEPTH 64
#define MAX_RULES 1000
#define MAX_EVIDENCE 1000          /* members written per finding; the rest is counted in "more" */
#define MAX_FIELD_BYTES (1u << 20) /* one cell of an imported table */
#define MAX_COLUMNS 400
#define MAX_XLSX_RATIO 200 /* inflated : packed */
#define MAX_XLSX_BYTES (4ull << 30)
#define MAX_ZIP_ENTRIES 10000
#define MAX_THREADS 64

#endif
