# SPDX-License-Identifier: MulanPSL-2.0
# Tables, rules and exceptions exchanged while hospitals send, the way people do it: an import, a rule retired and put in force again, an
# exception approved and ended. Every message is answered, judged by what was before or by what is now, and none is refused or skipped.
import copy, json, os, re, sys, threading, urllib.parse
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from client import *

KEY = "a-key-of-sixteen-or-more"
INST = "H51052300001"
s = Server()
s.options += ["--live-wait", "30000"]  # a busy machine skips none: that is test_fsi_hard.py's
s.user("head1", "head", name="李处")
s.user("ana1", "analyst", name="王析")
COUNTY = os.path.join(ROOT, "tests/golden/county")
huji("import", "--data", s.data, COUNTY)
prepare("screen", "--data", s.data)
with open(os.path.join(s.data, "check-access.csv"), "w") as f:
    f.write("%s,%s\n" % (INST, KEY))
with open(os.path.join(s.data, "check-modes.csv"), "w") as f:
    f.write("*,*,提醒\n")
BASE = json.load(open(os.path.join(ROOT, "tests/golden/county-check.json")))
s.start()
head, ana, c = s.client("head1"), s.client("ana1"), s.client()


def message(msgid, patient=None):
    m = copy.deepcopy(BASE)
    m.update(infno="3102", msgid=msgid)
    if patient:
        m["input"]["data"]["patient_dtos"]["patn_id"] = patient
    return m


def send(m):
    return c.ask("POST", "/fsi/3102", json.dumps(m, ensure_ascii=False).encode(), {"X-Huji-Key": KEY, "Content-Type": "application/json"})


def done(who, a):
    if a.status != 202:
        raise SystemExit("not ok job: %s" % a.body)
    for _ in range(1200):
        j = who.get("/api/jobs/" + a.json["job"]).json
        if j["state"] not in ("queued", "running"):
            return j
        time.sleep(0.05)
    raise SystemExit("not ok job ends")


def change(**what):
    """Proposed by one, approved by another."""
    a = ana.post("/api/rule-changes", {"because": "试", **what})
    done(ana, a)
    return head.post("/api/rule-changes/%d/approve" % a.json["id"]).status == 200


def has_no_record(a):
    return "没有这个人" in (a.json["warn_msg"] or "")


first = send(message("F1")), send(message("F2", "NEWCOMER1"))
check("before", len(first[0].json["output"]["result"]) == 1 and has_no_record(first[1]), first[0].body)
stop, bad, n = threading.Event(), [], [0, 0]


def load(k):
    while not stop.is_set():
        n[k] += 1
        a = send(message("L%d-%d" % (k, n[k]), "NEWCOMER1" if n[k] % 2 else None))
        if a.status != 200 or a.json["infcode"] != 0 or a.json["output"] is None or "HJ" in (a.json["warn_msg"] or ""):
            bad.append((a.status, a.body))


threads = [threading.Thread(target=load, args=(k,)) for k in range(2)]
[t.start() for t in threads]
serial = [0]


def until(patient, good):
    """The load goes on; asks until the answer is the new one."""
    for _ in range(1200):
        serial[0] += 1
        a = send(message("U%d" % serial[0], patient))
        if good(a):
            return True
        time.sleep(0.02)
    return False


def found(want):
    return until(None, lambda a: len(a.json["output"]["result"]) == want)


check("exception_approved", change(kind="exception", rules=["C03"], fixmedins_code=INST, **{"from": "2000-01-01", "to": "2099-12-31"}) and found(0))
check("exception_ended", change(kind="exception_end", no=1, to="2000-01-02") and found(1))
check("rule_retired", change(kind="state", rule="C03", to="retired") and found(0))
check("rule_in_force_again", change(kind="state", rule="C03", to="active") and found(1))
heads = open(os.path.join(COUNTY, "psn_info_b.csv"), encoding="utf-8-sig").read().split("\n")[:2]
row = dict(zip(heads[0].strip().split(","), heads[1].strip().split(",")))
row.update({k: "NEWCOMER1" for k in ("psn_no", "certno") if k in row})
text = ",".join(row) + "\n" + ",".join(row.values()) + "\n"
up = head.ask("POST", "/api/uploads?" + urllib.parse.urlencode({"name": "psn_info_b.csv"}), text.encode())
j = done(head, head.post("/api/imports", {"batch": up.json["batch"]}))
check("tables_exchanged", j["state"] == "done" and until("NEWCOMER1", lambda a: not has_no_record(a)), j)
stop.set()
[t.join() for t in threads]
check("every_message_judged (%d under load)" % sum(n), not bad and sum(n) > 20, bad[:2])
lines = s.decisions()
check("each_kept_once", len(lines) == sum(n) + serial[0] + 2 == len({l["msgid"] for l in lines}))
check("as_before", len(send(message("F1")).json["output"]["result"]) == 1 and send(message("F1")).body == first[0].body)
text = s.client("system1").get("/metrics").body.decode()
check("none_skipped", "huji_live_skipped_total 0\n" in text, text[-400:])
check("stops_well", s.stop() == 0, s.text()[-2000:])
finish()
