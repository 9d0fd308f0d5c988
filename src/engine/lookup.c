/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "engine/lookup.h"

const struct lookup_def huji_lookups[LOOKUP_COUNT] = {
    [L_INSURANCE] = {"insurance",
                     "参保",
                     2,
                     {{"psn_no", D_PERSON}, {"insutype", D_CODE}},
                     true,
                     0,
                     {0},
                     L_INSURANCE},
    [L_CONTRACT] =
        {"contract", "服务协议", 1, {{"fixmedins_code", D_INST}}, true, 0, {0}, L_CONTRACT},
    [L_SUSPENSION] =
        {"suspension", "中止协议", 1, {{"fixmedins_code", D_INST}}, true, 0, {0}, L_SUSPENSION},
    [L_DEPT_SUSPENSION] = {"dept_suspension",
                           "科室中止",
                           2,
                           {{"fixmedins_code", D_INST}, {"dept", D_DEPT}},
                           true,
                           0,
                           {0},
                           L_DEPT_SUSPENSION},
    [L_DR_SUSPENSION] =
        {"dr_suspension", "医师中止", 1, {{"dr_code", D_DOCTOR}}, true, 0, {0}, L_DR_SUSPENSION},
    [L_PRACTICE] = {"practice", "医师执业", 1, {{"dr_code", D_DOCTOR}}, true, 0, {0}, L_PRACTICE},
    [L_OPSP] = {"opsp",
                "门诊慢特病登记",
                2,
                {{"psn_no", D_PERSON}, {"dise_no", D_CODE}},
                true,
                0,
                {0},
                L_OPSP},
    [L_CAPACITY] = {"capacity",
                    "设备容量",
                    2,
                    {{"fixmedins_code", D_INST}, {"device", D_CODE}},
                    true,
                    2,
                    {"units", "per_day"},
                    L_CAPACITY},
    [L_LONG_RX] = {"long_rx", "长期处方", 1, {{"psn_no", D_PERSON}}, true, 0, {0}, L_LONG_RX},
    [L_AGREEMENT] = {"agreement",
                     "机构间协议",
                     2,
                     {{"fixmedins_code", D_INST}, {"fixmedins_code2", D_INST}},
                     true,
                     0,
                     {0},
                     L_AGREEMENT},
    [L_ASSISTED] = {"assisted",
                    "救助对象名册",
                    2,
                    {{"psn_no", D_PERSON}, {"kind", D_CODE}},
                    true,
                    0,
                    {0},
                    L_ASSISTED},
    [L_LEAVE] = {"leave", "请假", 1, {{"psn_no", D_PERSON}}, true, 0, {0}, L_LEAVE},
};

const struct lookup_def *lookup_find(struct span name)
{
    for (int i = 0; i < LOOKUP_COUNT; i++)
        if (span_is(name, huji_lookups[i].name))
            return &huji_lookups[i];
    return NULL;
}
