/* SPDX-License-Identifier: MulanPSL-2.0 */
/* What api_paper*.c share. */
#ifndef HUJI_SERVER_PAPER_VIEW_H
#define HUJI_SERVER_PAPER_VIEW_H

#include <jansson.h>

#include "server/export.h"

/* The bureau's own template of this name, else the built-in one, filled in, with who took it at the foot of each page. */
int paper_fill(struct request *r, const char *name, const json_t *values, const char *file,
               const struct export_of *x, struct err *e);
/* 就诊 明细 材料 依据 人员 问题 明细说明 of a finding, as the last run tells it; nothing when it is found no longer. */
int paper_tell(struct request *r, const char *finding, json_t *values, struct err *e);
/* 科室 of each of these 就诊, where it is said anywhere. */
int paper_departments(struct request *r, json_t *visits, struct err *e);
json_t *paper_yuan(int64_t fen);

#endif
