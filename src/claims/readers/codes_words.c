/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Query pages show the names of codes. National values of national-interface.md part 4. */
#include "claims/readers/values.h"

/* clang-format off: lists */
static const struct {
    const char *column;
    const char *words; /* name=code */
} lists[] = {
    {"gend", "男=1,女=2,男性=1,女性=2,未知=0,未说明=9"},
    {"med_type",
     "普通门诊=11,门诊挂号=12,急诊=13,门诊慢特病=14,门诊慢性病=14,门诊特殊病=14,门慢门特=14,特药=15,"
     "中医特色门诊=16,意外伤害门诊=19,普通住院=21,住院=21,外伤住院=22,转外诊治住院=23,急诊转住院=24,异地住院=25,"
     "单病种住院=26,自主就医=27,日间手术=28,定点药店购药=41,药店购药=41,生育门诊=51,生育住院=52,计划生育手术费=53"},
    {"insutype",
     "职工基本医疗保险=310,城镇职工基本医疗保险=310,职工医保=310,职工=310,公务员医疗补助=320,大额医疗费用补助=330,"
     "离休人员医疗保障=340,企业补充医疗保险=370,新型农村合作医疗=380,城乡居民基本医疗保险=390,居民医保=390,城乡居民=390,居民=390,"
     "城镇居民基本医疗保险=391,城乡居民大病医疗保险=392,长期照护保险=410,生育保险=510"},
    {"psn_type", "在职=11,退休=12,退休人员=12,离休=13,居民(未成年)=14,居民(成年)=15,居民(老年)=16"},
    {"psn_cert_type",
     "居民身份证(户口簿)=01,居民身份证=01,身份证=01,居民户口簿=02,护照=03,军官证=04,驾驶证=05,港澳通行证=06,台湾通行证=07,其他=99"},
    {"mdtrt_cert_type",
     "医保电子凭证=01,电子凭证=01,身份证=02,居民身份证=02,社会保障卡=03,社保卡=03"},
    {"list_type",
     "西药中成药=101,西药=101,中成药=101,中药饮片=102,自制剂=103,民族药=104,医疗服务项目=201,诊疗项目=201,医用耗材=301,耗材=301"},
    {"med_chrgitm_type",
     "床位费=01,诊察费=02,检查费=03,化验费=04,治疗费=05,手术费=06,护理费=07,卫生材料费=08,材料费=08,"
     "西药费=09,中药饮片费=10,中成药费=11,一般诊疗费=12,挂号费=13,其他费=14"},
    {"chrgitm_lv", "甲类=01,乙类=02,丙类=03,甲=01,乙=02,丙=03,自费=03"},
    {"hosp_lv",
     "三级特等=01,三级甲等=02,三甲=02,三级乙等=03,三级丙等=04,二级甲等=05,二甲=05,二级乙等=06,二级丙等=07,"
     "一级甲等=08,一级乙等=09,一级丙等=10,无等级=11,三级=12,二级=13,一级=14"},
    {"fixmedins_type", "定点医疗机构=1,定点零售药店=2"},
    {"clr_type", "门诊=11,住院=21,药店=41"},
    {"pay_loc", "中心=1,医疗机构=2,省内异地=3,省外异地=4"},
    {"setl_type", "中心报销=1,联网结算=2,补充报销=3"},
    {"refd_setl_flag", "否=0,是=1,正常=0,退费=1,未退费=0,已退费=1"},
    {"inhosp_stas", "出院=0,在院=1,不在院=0"},
    {"dscg_way", "医嘱离院=1,医嘱转院=2,医嘱转社区=3,非医嘱离院=4,死亡=5,其他=9"},
    {"diag_type", "西医诊断=1,中医主病诊断=2,中医主证诊断=3,西医=1"},
    {"inout_diag_type", "入院诊断=1,出院诊断=2,入院=1,出院=2"},
    {"psn_insu_stas", "正常参保=1,暂停参保=2,终止参保=4,正常=1,暂停=2,终止=4"},
    {NULL, NULL},
};
/* clang-format on */

static const char *list_of(const char *column)
{
    for (size_t i = 0; lists[i].column; i++)
        if (strcmp(lists[i].column, column) == 0)
            return lists[i].words;
    size_t n = strlen(column);
    if (n > 5 && strcmp(column + n - 5, "_flag") == 0)
        return "否=0,是=1,无效=0,有效=1,无=0,有=1,N=0,Y=1";
    return NULL;
}

bool value_choice(const char *column, size_t nth, struct span *name, struct span *code)
{
    struct span rest = span_of(list_of(column));
    for (size_t i = 0; rest.n; i++) {
        struct span one = span_cut(&rest, ',');
        if (i == nth) {
            *name = span_cut(&one, '=');
            *code = one;
            return true;
        }
    }
    return false;
}

/* "普通住院", "21-普通住院", "21 普通住院", "普通住院(21)": a code beside its name is the code. */
bool value_code(const char *column, struct span text, struct span *code)
{
    struct span name, c;
    size_t digits = 0;
    if (!list_of(column))
        return false;
    while (digits < text.n && text.p[digits] >= '0' && text.p[digits] <= '9')
        digits++;
    if (digits && digits < text.n &&
        (text.p[digits] == '-' || text.p[digits] == ' ' || text.p[digits] == ':' ||
         text.p[digits] == '_')) {
        *code = (struct span){text.p, digits};
        return true;
    }
    for (size_t i = 0; value_choice(column, i, &name, &c); i++)
        if (span_eq(name, text)) {
            *code = c;
            return true;
        }
    return false;
}
