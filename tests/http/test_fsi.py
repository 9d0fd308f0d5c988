# SPDX-License-Identifier: MulanPSL-2.0
# Hospitals' systems: 3101, 3102, 3103, 9001, 9002 through the port, in the national envelope; what is acknowledged is on disk.
import copy, json, os, sys, threading
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from client import *

KEY = "a-key-of-sixteen-or-more"
INST = "H51052300001"
s = Server()
huji("import", "--data", s.data, os.path.join(ROOT, "tests/golden/county"))
c = s.start().client()
BASE = json.load(open(os.path.join(ROOT, "tests/golden/county-check.json")))
lines = s.decisions


def message(msgid, infno="3102", **change):
    m = copy.deepcopy(BASE)
    m.update(infno=infno, msgid=msgid)
    patient = m["input"]["data"]["patient_dtos"]
    patient.update(change)
    return m


def send(m, infno=None, key=KEY, raw=None):
    body = raw if raw is not None else json.dumps(m, ensure_ascii=False).encode()
    return c.ask("POST", "/fsi/" + (infno or m["infno"]), body, {"X-Huji-Key": key, "Content-Type": "application/json"})


def refused(a, word):
    return a.status == 200 and a.json["infcode"] == -1 and word in a.json["err_msg"] and a.json["output"] is None


check("not_connected", refused(send(message("A0")), "接入"), "")
with open(os.path.join(s.data, "check-access.csv"), "w") as f:
    f.write("fixmedins_code,key\n%s,%s\n" % (INST, KEY))
check("wrong_key", refused(send(message("A0"), key="x" * 20), "接入"))
a = send(message("A1"))
check("recorded_not_shown", a.json["infcode"] == 0 and a.json["output"]["result"] == [], a.body)
kept = lines()
check("decision_on_disk", len(kept) == 1 and kept[0]["msgid"] == "A1" and kept[0]["library"] and
      [(f["rule_id"], f["mode"], f["rule_ver"]) for f in kept[0]["findings"]] == [("C03", "记录", 1)], kept)
check("same_msgid_same_answer", send(message("A1")).body == a.body and len(lines()) == 1)
check("same_msgid_other_message", refused(send(message("A1", gend="2")), "msgid"))
s.stop()
with open(os.path.join(s.data, "check-modes.csv"), "w") as f:
    f.write("fixmedins_code,rule_id,mode\n*,*,提醒\n%s,C03,拦截\n" % INST)
c = s.start().client()
check("same_answer_after_restart", send(message("A1")).body == a.body and len(lines()) == 1)
a = send(message("A2"))
r = a.json["output"]["result"]
check("certain_is_stopped", len(r) == 1 and r[0]["rule_id"] == "C03" and r[0]["sev_deg"] == "1" and
      r[0]["dspo_rqmt"] == "3" and r[0]["vola_amt"] == 18.0, a.body)
d = r[0]["judge_result_detail_dtos"]
check("details", len(d) == 1 and d[0]["rx_id"] == "RX1" and d[0]["vola_item_type"] == "1" and d[0]["mdtrt_id"] == "V900", d)
# What a doctor did with one result (3103) must not be taken for what he did with another.
def ids(m):
    return [r["jr_id"] for r in send(m).json["output"]["result"]]


m = message("J1")
order = m["input"]["data"]["patient_dtos"]["fsi_encounter_dtos"][0]["fsi_order_dtos"]
m["input"]["data"]["patient_dtos"]["fsi_encounter_dtos"][0]["fsi_order_dtos"] = [order, dict(order)]
two = ids(m)
check("same_rx_id_other_jr_id", len(two) == 2 and len(set(two)) == 2 and
      [f["jr_id"] for f in lines()[-1]["findings"]] == two and ids(m) == two, two)
m = message("J2")
m["input"]["data"]["patient_dtos"] = [m["input"]["data"]["patient_dtos"], dict(m["input"]["data"]["patient_dtos"], patn_id="P0002")]
two = ids(m)
check("other_patient_other_jr_id", len(two) == 2 and len(set(two)) == 2, two)
two = ids(message("J3", "3101")) + ids(message("J3", "3102"))
check("other_transaction_other_jr_id", len(two) == 2 and len(set(two)) == 2, two)
m = message("O1")
visit = m["input"]["data"]["patient_dtos"]["fsi_encounter_dtos"][0]
visit.update(fsi_operation_dtos=[{"setl_list_oprn_id": "1", "oprn_code": "47.0100"}], fsi_diagnose_dtos=[{"dise_codg": "I10.x00"}])
said = [r["rule_id"] for r in send(m).json["output"]["result"]]
check("operation_without_date", "D13.dxop" in said, said)
# A visit whose fees were imported by now, sent once more: each line is one, whether its order bears the time or the day alone.
for k, t in enumerate(("2023-03-01 10:00:00", "2023-03-01")):
    m = message("I%d" % k)
    p = m["input"]["data"]["patient_dtos"]
    p["curr_mdtrt_id"] = "V1"
    visit = p["fsi_encounter_dtos"][0]
    visit.update(mdtrt_id="V1", adm_date="2023-03-01 09:00:00", dscg_date="2023-03-08 10:00:00")
    bed = dict(visit["fsi_order_dtos"], rx_id="9", hilist_code="001109000010000", cnt=7, pric=40, sumamt=280, drord_begn_date=t)
    visit["fsi_order_dtos"] = [bed]
    once = send(m)
    found = [f["message"] for f in lines()[-1]["findings"]]
    check("imported_meanwhile_counts_once_%d" % k, once.json["infcode"] == 0 and not any("14" in x for x in found), found)
    m["msgid"] += "b"
    visit["fsi_order_dtos"] = [bed, dict(bed, rx_id="10")]
    send(m)
    found = [f["message"] for f in lines()[-1]["findings"]]
    check("one_more_is_one_more_%d" % k, any("14" in x for x in found), found)
for k, gone in enumerate(("pric", "cnt")):
    m = message("M%d" % k)
    m["input"]["data"]["patient_dtos"]["fsi_encounter_dtos"][0]["fsi_order_dtos"].pop(gone)
    a = send(m)
    check("missing_%s_is_no_wrong_amount" % gone, a.json["infcode"] == 0 and "H07.amount" not in [r["rule_id"] for r in a.json["output"]["result"]], a.body)
a = send(message("A3", patn_id="NOBODY"))
check("unknown_person_says_so", a.json["infcode"] == 0 and "没有这个人" in a.json["warn_msg"] and
      len(a.json["output"]["result"]) == 1, a.body)
gbk = json.dumps(message("A4", patn_name="张三"), ensure_ascii=False).encode("gb18030")
check("gbk", send(message("A4"), raw=gbk).json["infcode"] == 0)
check("before", send(message("A5", "3101")).json["infcode"] == 0)
check("wrong_place", refused(send(message("A6"), infno="3101"), "infno"))
fb = {"infno": "3103", "msgid": "F1", "fixmedins_code": INST,
      "input": {"data": {"warn_type": "2", "warns": [{"warn_rslt_id": r[0]["jr_id"], "dspo_way": "1"}]}}}
check("feedback_wants_reason", refused(send(fb), "dspo_way_rea"))
fb["input"]["data"]["warns"][0]["dspo_way_rea"] = "病情需要"
check("feedback", send(fb).json["infcode"] == 0 and lines()[-1]["warns"][0]["dspo_way_rea"] == "病情需要")
sign = {"infno": "9001", "msgid": "S1", "fixmedins_code": INST, "input": {"signIn": {"opter_no": "1", "ip": "10.0.0.1"}}}
check("sign_in", len(send(sign).json["output"]["signinoutb"]["sign_no"]) == 30)
sign.update(infno="9002", msgid="S2")
check("sign_out", send(sign).json["infcode"] == 0)
wrong = [b"", b"{", b"[]", b"\xff\xfe\x00", b"null", b'"x"', b'{"infno": 3101}', b"{" * 5000, b'{"infno":"3101","input":[]}']
whole = json.dumps(message("W"), ensure_ascii=False).encode()
wrong += [whole[:n] for n in range(1, len(whole), 97)]
bad = [w[:40] for w in wrong for a in [send(None, "3101", raw=w)] if a.status != 200 or a.json["infcode"] != -1 or not a.json["err_msg"]]
check("wrong_bodies_right_envelopes (%d)" % len(wrong), not bad, bad[:3])

# Two at once with one msgid; then many, and the machine dies.
both = []
threads = [threading.Thread(target=lambda: both.append(send(message("T1")).body)) for _ in range(4)]
[t.start() for t in threads], [t.join() for t in threads]
check("at_once_one_answer", len(set(both)) == 1 and sum(l["msgid"] == "T1" for l in lines()) == 1)
said, stop = {}, threading.Event()


def load(k):
    for n in range(10000):
        name = "K%d-%d" % (k, n)
        try:
            a = send(message(name))
            if a.json["infcode"] == 0:
                said[name] = a.body
        except Exception:
            return
        if stop.is_set():
            return


threads = [threading.Thread(target=load, args=(k,)) for k in range(3)]
[t.start() for t in threads]
while len(said) < 25 and any(t.is_alive() for t in threads):
    threading.Event().wait(0.05)
s.process.kill()
s.process.wait()
stop.set()
[t.join() for t in threads]
s.process = None
c = s.start().client()
names = [l["msgid"] for l in lines() if l["infno"] == "3102"]
check("kill_9_acknowledged_are_there (%d)" % len(said), len(said) >= 25 and all(n in names for n in said))
check("kill_9_none_twice", len(set(names)) == len(names))
some = sorted(said)[:5]
check("kill_9_same_answers", all(send(message(n)).body == said[n] for n in some))
s.stop()
finish()
