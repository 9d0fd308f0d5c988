/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Every array of routes: routes_NAME stands at the end of api_NAME.c. One line each. */
#ifndef HUJI_SERVER_ROUTES_H
#define HUJI_SERVER_ROUTES_H

#include "server/route.h"

extern const struct route routes_access[];
extern const struct route routes_approval[];
extern const struct route routes_reporter[];
extern const struct route routes_retention[];
extern const struct route routes_supervise[];
extern const struct route routes_third[];
extern const struct route routes_backup[];
extern const struct route routes_admin[];
extern const struct route routes_analysis[];
extern const struct route routes_audit[];
extern const struct route routes_indicator[];
extern const struct route routes_clue[];
extern const struct route routes_clue_act[];
extern const struct route routes_clue_one[];
extern const struct route routes_fsi[];
extern const struct route routes_institution[];
extern const struct route routes_job[];
extern const struct route routes_list[];
extern const struct route routes_live[];
extern const struct route routes_precheck[];
extern const struct route routes_handed[];
extern const struct route routes_list_back[];
extern const struct route routes_money[];
extern const struct route routes_notice[];
extern const struct route routes_openapi[];
extern const struct route routes_ops[];
extern const struct route routes_paper[];
extern const struct route routes_paper_inst[];
extern const struct route routes_person[];
extern const struct route routes_profile[];
extern const struct route routes_reveal[];
extern const struct route routes_rule[];
extern const struct route routes_rule_change[];
extern const struct route routes_rule_life[];
extern const struct route routes_exception[];
extern const struct route routes_assignee[];
extern const struct route routes_curve[];
extern const struct route routes_screen[];
extern const struct route routes_search[];
extern const struct route routes_workbench[];
extern const struct route routes_clue_export[];
extern const struct route routes_export[];
extern const struct route routes_session[];
extern const struct route routes_sql[];
extern const struct route routes_week[];
extern const struct route routes_plan[];
extern const struct route routes_register[];
extern const struct route routes_upload[];
extern const struct route routes_code[];
extern const struct route routes_rule_kind[];
extern const struct route routes_knowledge[];
extern const struct route routes_knowledge_file[];
extern const struct route routes_mapping[];
extern const struct route routes_import[];
extern const struct route routes_quality[];
extern const struct route routes_reject[];

#endif
