/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "synth/disease.h"

#include <stdio.h>
#include <string.h>

#define LAB "lab.cbc lab.urine.machine panel.liver panel.kidney panel.electrolyte ecg"

/* clang-format off */
const struct illness synth_stays[] = {
    {"J18.900", "J44.900", 0, 0, 99, 60, SEASON_WINTER, DP_RESP, 6, 11, 1, "antibiotic.ceftriaxone ward.ns ward.ambroxol_inj ward.doxofylline", LAB " xray.dr lab.crp", NULL, NULL, NULL, NULL},
    {"J44.100", "I27.900", 0, 50, 99, 60, SEASON_WINTER, DP_RESP, 7, 13, 1, "antibiotic.piptazo ward.ns ward.doxofylline drug.budesonide", LAB " xray.dr lung.function lab.bloodgas", NULL, NULL, NULL, NULL},
    {"J20.900", NULL, 0, 0, 70, 35, SEASON_WINTER, DP_RESP, 4, 7, 1, "antibiotic.cefuroxime ward.gs ward.ambroxol_inj", LAB " xray.dr", NULL, NULL, NULL, NULL},
    {"J11.100", NULL, 0, 0, 90, 14, SEASON_FLU, DP_MED, 4, 6, 1, "common.oseltamivir ward.gs ward.vitc_inj ward.ambroxol_inj", LAB " lab.flu xray.dr", NULL, NULL, NULL, NULL},
    {"I10.x00", "I25.100", 0, 45, 95, 30, SEASON_NONE, DP_CARD, 5, 9, 1, "drug.amlodipine drug.valsartan zdrug.tianma ward.citicoline", LAB " panel.lipid us.heart", NULL, NULL, NULL, NULL},
    {"I25.100", "I10.x00", 0, 50, 99, 55, SEASON_NONE, DP_CARD, 6, 11, 1, "drug.clopidogrel drug.atorvastatin drug.isosorbide zdrug.danshen ward.ns ward.citicoline", LAB " panel.lipid us.heart panel.cardiac", NULL, NULL, NULL, NULL},
    {"I20.000", "I25.100", 0, 50, 90, 14, SEASON_NONE, DP_CARD, 5, 8, 2, "drug.aspirin drug.rosuvastatin drug.metoprolol ward.ntg_inj", LAB " lab.troponin us.heart", "pci.stent", "36.0700", "药物洗脱冠状动脉支架置入", "mat.stent mat.balloon mat.guidewire"},
    {"I50.900", "I25.100", 0, 60, 99, 28, SEASON_WINTER, DP_CARD, 7, 12, 1, "drug.furosemide drug.spironolactone drug.metoprolol ward.dopamine", LAB " lab.bnp us.heart", NULL, NULL, NULL, NULL},
    {"I63.900", "I10.x00", 0, 50, 99, 60, SEASON_NONE, DP_NEUR, 8, 14, 1, "drug.aspirin drug.atorvastatin ward.edaravone ward.citicoline ward.ns", LAB " panel.lipid us.carotid panel.coag", NULL, NULL, NULL, NULL},
    {"I61.900", "I10.x00", 0, 50, 90, 8, SEASON_WINTER, DP_NEUR, 12, 22, 2, "ward.mannitol drug.nifedipine ward.citicoline ward.gs drug.omeprazole", LAB " ct.plain panel.coag", NULL, NULL, NULL, NULL},
    {"E11.900", "I10.x00", 0, 40, 95, 40, SEASON_NONE, DP_ENDO, 6, 10, 1, "drug.metformin drug.insulin_aspart ward.mecobalamin ward.ns", LAB " panel.lipid lab.hba1c.cycle lab.urine.malb", NULL, NULL, NULL, NULL},
    {"K29.500", NULL, 0, 18, 85, 30, SEASON_NONE, DP_MED, 4, 7, 1, "drug.omeprazole common.domperidone ward.gs ward.vitb6", LAB " us.color lab.stool.ob", NULL, NULL, NULL, NULL},
    {"K92.200", "K27.900", 0, 30, 90, 10, SEASON_NONE, DP_MED, 6, 10, 2, "drug.pantoprazole ward.ns ward.gs ward.ringer", LAB " endo.gastro panel.coag", NULL, NULL, NULL, NULL},
    {"A09.000", NULL, 0, 0, 90, 20, SEASON_SUMMER, DP_MED, 3, 5, 1, "common.smectite ward.gns ward.kcl common.bifid", LAB " lab.stool", NULL, NULL, NULL, NULL},
    {"K35.800", NULL, 0, 8, 70, 16, SEASON_NONE, DP_SURG, 5, 8, 1, "antibiotic.ceftriaxone antibiotic.metronidazole ward.gns", LAB " us.color panel.coag", "surgery.gi.appendix", "47.0900", "其他阑尾切除术", "mat.suture mat.op_pack"},
    {"K80.200", NULL, 0, 25, 85, 16, SEASON_NONE, DP_SURG, 6, 9, 2, "antibiotic.cefuroxime ward.gns ward.ns", LAB " us.color panel.coag", "surgery.hb.cholecystectomy", "51.2300", "腹腔镜下胆囊切除术", "mat.suture mat.op_pack"},
    {"K40.900", NULL, 0, 5, 85, 10, SEASON_NONE, DP_SURG, 4, 7, 1, "ward.flurbiprofen ward.gns", LAB " us.color panel.coag", "surgery.hernia", "53.0000", "腹股沟疝单侧修补术", "mat.mesh mat.suture"},
    {"K64.100", NULL, 0, 20, 75, 10, SEASON_NONE, DP_SURG, 4, 7, 1, "antibiotic.metronidazole ward.gns", LAB " anal_exam panel.coag", "surgery.hemorrhoid", "49.4600", "痔切除术", "mat.dressing_mat"},
    {"N20.100", NULL, 0, 20, 75, 12, SEASON_SUMMER, DP_SURG, 3, 6, 1, "antibiotic.levofloxacin common.anisodamine ward.gns", LAB " us.color xray.dr", NULL, NULL, NULL, NULL},
    {"N40.x00", NULL, '1', 55, 90, 8, SEASON_NONE, DP_SURG, 7, 10, 2, "sexdrug.tamsulosin.male antibiotic.ceftazidime ward.ns", LAB " us.color panel.coag", "surgery.andro.turp.male", "60.2900", "其他经尿道前列腺切除术", "mat.urine_catheter mat.drain_bag"},
    {"E04.900", NULL, 0, 25, 70, 6, SEASON_NONE, DP_SURG, 5, 8, 2, "ward.gns ward.flurbiprofen", LAB " us.superficial panel.thyroid panel.coag", "surgery.thyroid_part", "06.2x00", "单侧甲状腺叶切除术", "mat.suture mat.op_pack"},
    {"S72.000", "M81.900", 0, 60, 95, 10, SEASON_WINTER, DP_ORTH, 10, 16, 2, "antibiotic.cefuroxime drug.lmwh ward.flurbiprofen", LAB " xray.dr panel.coag us.limb", "surgery.hip", "81.5100", "全髋关节置换", "mat.hip mat.suture"},
    {"S52.500", NULL, 0, 8, 80, 9, SEASON_NONE, DP_ORTH, 6, 10, 1, "antibiotic.cefuroxime ward.flurbiprofen", LAB " xray.dr panel.coag", "surgery.radius", "79.3200", "桡骨和尺骨骨折开放性复位术伴内固定", "mat.plate mat.screw"},
    {"M51.200", NULL, 0, 30, 80, 26, SEASON_NONE, DP_REH, 7, 12, 1, "ward.mecobalamin ward.ns zdrug.yaobitong common.diclofenac", LAB " xray.dr", NULL, NULL, NULL, NULL},
    {"I69.300", "G81.100", 0, 50, 90, 14, SEASON_NONE, DP_REH, 14, 24, 1, "drug.aspirin zdrug.naoxintong ward.mecobalamin", LAB, NULL, NULL, NULL, NULL},
    {"H25.900", NULL, 0, 60, 95, 14, SEASON_NONE, DP_EYE, 2, 4, 2, "ward.mecobalamin", "lab.cbc panel.coag lab.glucose ecg", "surgery.cataract", "13.4100", "白内障晶状体乳化和抽吸", "mat.iol"},
    {"D25.900", NULL, '2', 30, 55, 8, SEASON_NONE, DP_GYN, 6, 9, 2, "antibiotic.cefuroxime antibiotic.metronidazole ward.gns", LAB " us.color panel.coag", "surgery.gyn.myoma.female", "68.2900", "子宫病损的其他切除术", "mat.suture mat.op_pack"},
    {"N39.000", NULL, '2', 20, 90, 12, SEASON_NONE, DP_MED, 5, 8, 1, "antibiotic.levofloxacin ward.gns", LAB " us.color lab.culture", NULL, NULL, NULL, NULL},
    {"R42.x00", "M47.800", 0, 40, 95, 24, SEASON_NONE, DP_NEUR, 5, 8, 1, "ward.citicoline zdrug.tianma ward.ns zdrug.xuesaitong", LAB " us.carotid", NULL, NULL, NULL, NULL},
    {"J03.900", NULL, 0, 1, 13, 20, SEASON_WINTER, DP_PED, 3, 6, 1, "antibiotic.cefuroxime ward.gs childdrug.chiqiao.child", "lab.cbc lab.crp lab.urine.machine", NULL, NULL, NULL, NULL},
};
/* clang-format on */
const unsigned synth_n_stays = sizeof(synth_stays) / sizeof(synth_stays[0]);

/* clang-format off */
const struct ailment synth_visits[] = {
    {"J06.900", 0, 14, 99, 60, SEASON_WINTER, DP_MED, "common.cold_dm common.licorice common.z.lianhua antibiotic.amoxicillin common.z.ganmaoling", "lab.cbc"},
    {"J06.900", 0, 1, 13, 60, SEASON_WINTER, DP_PED, "childdrug.ganmao.child childdrug.feire.child childdrug.chiqiao.child", "lab.cbc lab.crp"},
    {"J11.100", 0, 14, 90, 10, SEASON_FLU, DP_MED, "common.oseltamivir common.z.lianhua drug.paracetamol", "lab.flu lab.cbc"},
    {"K29.500", 0, 18, 90, 25, SEASON_NONE, DP_MED, "common.domperidone common.z.jianwei common.anisodamine", "lab.hp"},
    {"A09.000", 0, 2, 90, 18, SEASON_SUMMER, DP_MED, "common.smectite common.berberine common.bifid", "lab.stool"},
    {"L30.900", 0, 5, 90, 14, SEASON_SUMMER, DP_MED, "common.triamcinolone common.loratadine", ""},
    {"M54.500", 0, 25, 90, 26, SEASON_NONE, DP_ORTH, "common.diclofenac_gel zdrug.yaobitong", "xray.dr"},
    {"M47.800", 0, 30, 90, 24, SEASON_NONE, DP_TCM, "", "tcm.acup tcm.cupping"},
    {"M17.900", 0, 45, 90, 16, SEASON_WINTER, DP_ORTH, "common.z.shexiang common.diclofenac", "xray.dr"},
    {"N76.000", '2', 18, 60, 14, SEASON_NONE, DP_GYN, "sexdrug.metro_vaginal.female", "lab.vaginal.female"},
    {"H10.900", 0, 18, 90, 8, SEASON_SUMMER, DP_MED, "antibiotic.levofloxacin_po", ""},
    {"R51.x00", 0, 18, 90, 14, SEASON_NONE, DP_NEUR, "drug.ibuprofen", "us.carotid"},
    {"S61.900", 0, 3, 80, 10, SEASON_NONE, DP_SURG, "antibiotic.cefalexin", "dressing.small"},
    {"K21.000", 0, 25, 85, 10, SEASON_NONE, DP_MED, "drug.rabeprazole common.domperidone", ""},
    {"I10.x00", 0, 45, 95, 20, SEASON_NONE, DP_CARD, "zdrug.tianma", "ecg panel.lipid"},
    {"R10.400", 0, 10, 85, 12, SEASON_NONE, DP_MED, "common.belladonna", "us.color lab.urine.machine"},
    {"Z34.000", '2', 22, 36, 8, SEASON_NONE, DP_GYN, "", "gyn.prenatal.female us.fetus.female"},
};
/* clang-format on */
const unsigned synth_n_visits = sizeof(synth_visits) / sizeof(synth_visits[0]);

/* clang-format off */
const struct chronic synth_chronic[] = {
    {"M03900", "高血压病", "I10.x00", 45, 90000, 1, DP_CARD, {"drug.amlodipine drug.nifedipine", "drug.valsartan drug.irbesartan drug.losartan drug.enalapril", NULL}},
    {"M01600", "糖尿病", "E11.900", 40, 45000, 1, DP_ENDO, {"drug.metformin", "drug.acarbose drug.glimepiride drug.gliclazide", NULL}},
    {"M04600", "冠心病", "I25.100", 50, 22000, 1, DP_CARD, {"drug.aspirin drug.clopidogrel", "drug.atorvastatin drug.rosuvastatin", "drug.metoprolol drug.bisoprolol", NULL}},
    {"M05300", "慢性阻塞性肺疾病", "J44.900", 55, 8000, 2, DP_RESP, {"drug.theophylline", "drug.tiotropium", NULL}},
    {"M04803", "脑血管疾病后遗症", "I69.300", 55, 12000, 1, DP_NEUR, {"drug.aspirin", "drug.atorvastatin drug.simvastatin", NULL}},
    {"M02101", "精神分裂症", "F20.900", 20, 3500, 2, DP_PSY, {"drug.olanzapine drug.risperidone drug.clozapine", NULL}},
    {"M00201", "慢性乙型肝炎", "B18.100", 25, 4000, 2, DP_MED, {"drug.entecavir drug.tenofovir", NULL}},
    {"M06900", "类风湿关节炎", "M06.900", 35, 3000, 2, DP_MED, {"drug.methotrexate", "drug.leflunomide", NULL}},
    {"M02300", "帕金森病", "G20.x00", 60, 1500, 2, DP_NEUR, {"drug.levodopa", NULL}},
};
/* clang-format on */
const unsigned synth_n_chronic = sizeof(synth_chronic) / sizeof(synth_chronic[0]);

static const struct {
    const char *code, *name;
} names[] = {
    {"J18.900", "肺炎"},
    {"J44.900", "慢性阻塞性肺病"},
    {"J44.100", "慢性阻塞性肺病伴有急性加重"},
    {"I27.900", "肺源性心脏病"},
    {"J20.900", "急性支气管炎"},
    {"J11.100", "流行性感冒伴有其他呼吸道表现，病毒未标明"},
    {"I10.x00", "特发性（原发性）高血压"},
    {"I25.100", "动脉硬化性心脏病"},
    {"I20.000", "不稳定型心绞痛"},
    {"I50.900", "心力衰竭"},
    {"I63.900", "脑梗死"},
    {"I61.900", "脑内出血"},
    {"E11.900", "2型糖尿病"},
    {"K29.500", "慢性胃炎"},
    {"K92.200", "胃肠出血"},
    {"K27.900", "消化性溃疡"},
    {"A09.000", "胃肠炎和结肠炎"},
    {"K35.800", "急性阑尾炎"},
    {"K80.200", "胆囊结石"},
    {"K40.900", "单侧腹股沟疝"},
    {"K64.100", "Ⅱ度痔"},
    {"N20.100", "输尿管结石"},
    {"N40.x00", "前列腺增生"},
    {"E04.900", "非毒性甲状腺肿"},
    {"S72.000", "股骨颈骨折"},
    {"M81.900", "骨质疏松"},
    {"S52.500", "桡骨下端骨折"},
    {"M51.200", "椎间盘移位"},
    {"I69.300", "脑梗死后遗症"},
    {"G81.100", "痉挛性偏瘫"},
    {"H25.900", "老年性白内障"},
    {"D25.900", "子宫平滑肌瘤"},
    {"R33.x00", "尿潴留"},
    {"V43.500", "小汽车乘员在与小汽车碰撞中的损伤"},
    {"Y04.000", "徒手斗殴加害"},
    {"W31.900", "接触机械"},
    {"W18.900", "同一平面的跌倒"},
    {"E87.200", "酸中毒"},
    {"Z95.000", "具有电子心脏装置"},
    {"N39.000", "泌尿道感染"},
    {"R42.x00", "头晕和眩晕"},
    {"M47.800", "脊椎关节强硬"},
    {"J03.900", "急性扁桃体炎"},
    {"J06.900", "急性上呼吸道感染"},
    {"L30.900", "皮炎"},
    {"M54.500", "下背痛"},
    {"M17.900", "膝关节病"},
    {"N76.000", "急性阴道炎"},
    {"H10.900", "结膜炎"},
    {"R51.x00", "头痛"},
    {"S61.900", "腕和手的开放性伤口"},
    {"K21.000", "胃-食管反流性疾病伴有食管炎"},
    {"R10.400", "腹痛"},
    {"Z34.000", "首次正常妊娠的监督"},
    {"F20.900", "精神分裂症"},
    {"B18.100", "慢性乙型病毒性肝炎"},
    {"M06.900", "类风湿性关节炎"},
    {"G20.x00", "帕金森病"},
    {"Z51.100", "为肿瘤化学治疗疗程"},
    {"C34.900", "支气管或肺恶性肿瘤"},
    {"C50.900", "乳房恶性肿瘤"},
    {"C16.900", "胃恶性肿瘤"},
    {"N18.500", "慢性肾脏病5期"},
    {"Z49.100", "体外透析"},
    {"O80.000", "头位顺产"},
    {"O82.000", "经选择性剖宫产术的分娩"},
    {"Z38.000", "单胎活产，在医院内出生"},
    {"P59.900", "新生儿黄疸"},
    {"A15.000", "肺结核"},
    {"D66.x00", "遗传性因子Ⅷ缺乏"},
    {"Z51.500", "姑息性医疗"},
    {"T20.000", "头和颈的烧伤"},
    {"T07.x00", "多处损伤"},
    {"S06.000", "脑震荡"},
    {"K76.000", "脂肪肝"},
    {"E78.500", "高脂血症"},
    {"D50.900", "缺铁性贫血"},
    {"C18.900", "结肠恶性肿瘤"},
    {"E87.600", "低钾血症"},
    {"K74.600", "肝硬化"},
    {"R04.000", "鼻出血"},
    {"J31.000", "慢性鼻炎"},
    {"M10.900", "痛风"},
    {"E05.900", "甲状腺毒症"},
    {"K56.700", "肠梗阻"},
    {"T81.400", "操作后感染"},
};

const char *dx_name(const char *code)
{
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strcmp(names[i].code, code) == 0)
            return names[i].name;
    return code;
}

unsigned list_len(const char *list)
{
    unsigned n = 0;
    for (const char *p = list; p && *p; p++)
        n += *p != ' ' && (p == list || p[-1] == ' ');
    return n;
}

bool list_at(const char *list, unsigned k, char out[48])
{
    const char *p = list;
    while (p && *p) {
        const char *q = strchr(p, ' ');
        size_t n = q ? (size_t)(q - p) : strlen(p);
        if (k-- == 0) {
            snprintf(out, 48, "%.*s", (int)n, p);
            return true;
        }
        p = q ? q + 1 : NULL;
    }
    return false;
}
