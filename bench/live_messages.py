#!/usr/bin/env python3
# SPDX-License-Identifier: MulanPSL-2.0
"""Messages of 30 orders out of a county's real stays and visits, one a line, with places to write another person, visit and
message number into (fixed width, so that the load need only copy).

    live_messages.py TABLES OUT N SEED SENDER
"""
import collections, csv, json, random, sys

src, out, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
rnd = random.Random(int(sys.argv[4]))
ORDERS = 30
SENDER = sys.argv[5]  # a platform of the county sends for all houses


def rows(name):
    with open(f"{src}/{name}", encoding="utf-8-sig", newline="") as f:
        yield from csv.DictReader(f)


visits = {v["mdtrt_id"]: v for v in rows("mdtrt_d.csv")}
dx = collections.defaultdict(list)
for d in rows("setl_list_diag_d.csv"):
    dx[d["mdtrt_id"]].append(d.get("diag_code") or d.get("maindiag_code") or "")
lines = collections.defaultdict(list)
for l in rows("fee_list_d.csv"):
    if float(l["cnt"] or 0) > 0 and l["mdtrt_id"] in visits:
        lines[l["mdtrt_id"]].append(l)
stays = [v for v in lines if len(lines[v]) >= 10]
by_inst = collections.defaultdict(list)
for v in lines:
    by_inst[visits[v]["fixmedins_code"]].append(v)

with open(out, "w", encoding="utf-8") as f:
    for _ in range(count):
        v = visits[rnd.choice(stays)]
        take = list(lines[v["mdtrt_id"]])
        while len(take) < ORDERS:  # the same house's other patients of that kind
            take += lines[rnd.choice(by_inst[v["fixmedins_code"]])]
        take = take[:ORDERS]
        day = f"2028-{rnd.randint(1, 3):02d}-{rnd.randint(1, 28):02d}"
        orders = [{
            "rx_id": "@MSGID_____________@%02d" % i, "rxno": "RX@MSGID_____________@%d" % (i // 10), "long_drord_flag": "0",
            "hilist_type": l["list_type"], "chrg_type": l["med_chrgitm_type"], "drord_bhvr": "0",
            "hilist_code": l["hilist_code"] or l["med_list_codg"], "hilist_name": l["hilist_name"], "hilist_lv": l["chrgitm_lv"],
            "hosplist_code": l["medins_list_codg"], "hosplist_name": l["hilist_name"], "cnt": l["cnt"], "pric": l["pric"],
            "sumamt": l["det_item_fee_sumamt"], "ownpay_amt": l["fulamt_ownpay_amt"], "selfpay_amt": l["preselfpay_amt"],
            "drord_begn_date": "%s %02d:%02d:00" % (day, 8 + i % 9, i), "drord_dept_codg": l["bilg_dept_codg"],
            "drord_dr_codg": l["bilg_dr_code"], "curr_drord_flag": "1"} for i, l in enumerate(take)]
        m = {"infno": rnd.choice(["3101", "3102"]), "msgid": "@MSGID_____________@", "mdtrtarea_admvs": v["fixmedins_code"][1:7],
             "insuplc_admdvs": v["fixmedins_code"][1:7], "recer_sys_code": "FSI", "infver": "V1.0", "opter_type": "1",
             "opter": "001", "opter_name": "值班医师", "inf_time": day + " 10:00:00", "fixmedins_code": SENDER,
             "fixmedins_name": v.get("fixmedins_name", ""), "sign_no": "",
             "input": {"data": {"syscode": "HIS", "task_id": "@MSGID_____________@", "trig_scen": "2", "patient_dtos": {
                 "patn_id": "@PSN_______________________@", "patn_name": "患者", "gend": v["gend"], "brdy": v["brdy"],
                 "curr_mdtrt_id": "V@MSGID_____________@",
                 "fsi_encounter_dtos": {
                     "mdtrt_id": "V@MSGID_____________@", "medins_id": v["fixmedins_code"], "med_type": v["med_type"],
                     "insutype": v["insutype"], "adm_date": day + " 08:00:00", "dscg_main_dise_codg": v["dscg_maindiag_code"],
                     "dr_codg": v["chfpdr_code"], "adm_dept_codg": v["adm_dept_codg"],
                     "fsi_diagnose_dtos": [{"dise_codg": d} for d in dx[v["mdtrt_id"]]],
                     "fsi_order_dtos": orders}}}}}
        f.write(json.dumps(m, ensure_ascii=False, separators=(",", ":")) + "\n")
