# SPDX-License-Identifier: MulanPSL-2.0
# A county's week through the port: money and disposal of clues, clues made by hand.
import io, os, re, sys, zipfile
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from client import *

s = Server(casework=os.environ.get("HUJI_TEST_CASEWORK"))
tables = os.path.join(s.tmp.name, "tables")
huji("synth", "--out", tables, "--persons", "1000", "--seed", "5")
huji("import", "--data", s.data, tables)
huji("screen", "--data", s.data)
s.user("head1", "head", name="李处")
s.user("hand1", "handler", name="赵稽")
s.user("take1", "intake", name="钱登")
s.start()
c = s.client("head1")


def job(a):
    if not check("job_accepted", a.status == 202, a.body):
        return {}
    for _ in range(1200):
        j = c.get("/api/jobs/" + a.json["job"]).json
        if j["state"] not in ("queued", "running"):
            return j
        time.sleep(0.1)
    return {"state": "late"}


job(c.post("/api/clues/raise"))
rows = [r for r in c.get("/api/clues", limit=200, sort="-fund_fen").json["rows"] if r["fund_fen"] > 0]

# --- money of one clue ---
k = rows[0]["id"]
p = "/api/clues/%d/" % k
m = c.get(p + "money").json
check("money_lines", m["sums"]["found_fen"] == 0 and m["sums"]["open_lines"] == m["sums"]["lines"] > 0, m["sums"])
check("close_needs_verdict", c.post(p + "close", {"version": m["version"]}).status == 409)
v = c.post(p + "verdict", {"verdict": "confirmed", "reason": "机构认可", "version": m["version"]}).json["version"]
check("close_needs_disposal", "处理方式" in c.post(p + "close", {"version": v}).json["detail"])
a = c.post(p + "money", {"whole": True, "version": v})
check("money_whole", a.status == 200 and a.json["sums"]["found_fen"] > 0 and a.json["sums"]["open_lines"] == 0, a.body)
m = a.json
check("money_stale_409", c.post(p + "money", {"whole": True, "version": v}).status == 409)
one = next(x for x in m["money"] if x["role"] == 1 and x["fund_fen"] > 0)
a = c.post(p + "money", {"version": m["version"], "lines": [{"event": one["event"], "found_fen": 0}]})
check("less_needs_reason", a.status == 422 and a.json["fields"][0]["field"] == "reason", a.body)
found = m["sums"]["found_fen"]
a = c.post(p + "disposal", {"version": m["version"], "measures": ["refund", "talk"], "ordered_fen": found + 1})
check("ordered_within_found", a.status == 422, a.body)
a = c.post(p + "disposal", {"version": m["version"], "measures": ["refund", "talk"], "ordered_fen": found,
                            "doc_no": "县医保责退〔2026〕1号", "decided_on": "2026-11-20"})
check("disposal", a.status == 200 and {x["code"] for x in a.json["measures"]} == {"refund", "talk"}, a.body)
a = c.post(p + "refunds", {"version": a.json["version"], "amount_fen": found, "voucher": "PZ-001", "paid_on": "2026-11-21"})
check("refund", a.status == 200 and a.json["sums"]["refunded_fen"] == found, a.body)
check("refund_not_twice", c.post(p + "refunds", {"version": a.json["version"], "amount_fen": 1, "voucher": "PZ-002",
                                                 "paid_on": "2026-11-21"}).status == 422)
a = c.post(p + "close", {"version": a.json["version"]})
check("close", a.status == 200 and a.json["state"] == "closed" and a.json["disposal"]["closed_by"] == "head1", a.body)
check("handler_forbidden", s.client("hand1").post(p + "money", {"whole": True, "version": 1}).status == 403)

# --- by hand ---
d = s.client("take1")
new = {"source": "phone", "title": "来电反映王某挂床住院", "basis": "11月2日来电，未留名，称人在家", "received_on": "2026-11-02",
       "amount_fen": 350000, "fixmedins_code": rows[0]["fixmedins_code"]}
a = d.post("/api/clues", {**new, "basis": ""})
check("hand_needs_basis", a.status == 422 and a.json["fields"][0]["field"] == "basis", a.body)
a = d.post("/api/clues", {x: y for x, y in new.items() if x != "amount_fen"})
check("hand_needs_amount", a.status == 422, a.body)
a = d.post("/api/clues", new)
check("hand_made", a.status == 201 and a.json["source"] == "phone" and a.json["basis"]["basis"] == new["basis"], a.body)
check("hand_in_list", c.get("/api/clues", source="phone").json["total"] == 1)
check("hand_opens", c.get("/api/clues/%d" % a.json["id"]).status == 200 and
      c.get("/api/clues/%d/lines" % a.json["id"]).status == 200)
check("words", any(x["code"] == "none" for x in c.get("/api/disposal-words").json["measures"]))

check("stops", s.stop() == 0, s.text()[-2000:])
finish()
