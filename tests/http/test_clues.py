# SPDX-License-Identifier: MulanPSL-2.0
# Clues through the port: import, screening and raising as jobs, list, detail, verdict, two officers on one clue, scope, masks.
import os, subprocess, sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from client import *

s = Server(casework=os.environ.get("HUJI_TEST_CASEWORK"))
tables = os.path.join(s.tmp.name, "tables")
huji("synth", "--out", tables, "--persons", "1000", "--seed", "3")
s.user("head1", "head", name="李处")
s.user("ana1", "analyst", name="王析")
s.user("rev1", "reviewer", name="外审")
s.user("hand1", "handler", name="赵稽")
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


batch = None
for name in sorted(os.listdir(tables)):
    if name == "truth.csv":
        continue
    a = c.ask("POST", "/api/uploads?" + urllib.parse.urlencode({"name": name, **({"batch": batch} if batch else {})}),
              open(os.path.join(tables, name), "rb").read(), {"Content-Type": "application/octet-stream"})
    batch = a.json["batch"] if a.status == 201 else batch
check("uploads", a.status == 201 and a.json["bytes"] > 0, a.body)
check("upload_no_slash", c.ask("POST", "/api/uploads?name=..%2Fx.csv", b"1").status == 422)
check("upload_needs_permission", s.client("hand1").ask("POST", "/api/uploads?name=x.csv", b"1").status == 403)
check("upload_nobody_401", s.client().ask("POST", "/api/uploads?name=x.csv", b"1").status == 401)
check("no_clues_yet", c.get("/api/clues").json["total"] == 0)
j = job(c.post("/api/imports", {"batch": batch}))
check("import_job", j["state"] == "done" and sum(f["rows_read"] for f in j["result"]["files"]) > 1000, j)
j = job(c.post("/api/screens"))
n = j.get("result", {}).get("clues", {}).get("added", 0)
check("screen_job", j["state"] == "done" and n > 0 and j["percent"] == 100, j)
a = c.get("/api/clues", limit=7).json
check("list", a["total"] == n and len(a["rows"]) == 7 and a["totals"]["count"] == n, a["totals"])
seen, after = [], None
while True:
    p = c.get("/api/clues", limit=7, sort="-fund_fen", **({"after": after} if after else {})).json
    seen += p["rows"]
    after = p["next"]
    if not after:
        break
check("keyset_all_once", len(seen) == n and len({r["id"] for r in seen}) == n)
check("sorted", [r["fund_fen"] for r in seen] == sorted((r["fund_fen"] for r in seen), reverse=True))
for field in ("rule_id", "fixmedins_code", "class", "state"):
    value = seen[0][field]
    want = [r for r in seen if r[field] == value]
    got = c.get("/api/clues", **{field: value}).json
    check("filter_" + field, got["total"] == len(want) and
          got["totals"]["fund_fen"] == sum(r["fund_fen"] for r in want), (got["total"], len(want)))
    st = c.get("/api/clues/stats", by=field).json["rows"]
    check("stats_" + field, sum(r["count"] for r in st) == n and
          {r["key"]: r["count"] for r in st}[value] == len(want))
check("filter_dates", c.get("/api/clues", **{"from": "2023-06-01", "to": "2023-06-30"}).json["total"] ==
      len([r for r in seen if (r["event_date"] or "")[:7] == "2023-06"]))
check("words", c.get("/api/clues", q=seen[0]["fixmedins_name"][:4]).json["total"] > 0)
for bad in ({"sort": "x"}, {"state": "x"}, {"from": "x"}, {"limit": 0}, {"after": "1;drop"}, {"class": "高"}):
    check("bad_%s_422" % list(bad)[0], c.get("/api/clues", **bad).status == 422, bad)
first = seen[0]
one = c.get("/api/clues/%d" % first["id"]).json
check("explain", one["explain"] and one["explain"].get("finding_id") == first["finding_id"], list(one["explain"] or {}))
withvisit = next(r for r in seen if r["mdtrt_id"])
ls = c.get("/api/clues/%d/lines" % withvisit["id"]).json
check("lines_with_file_and_row", ls["lines"] and all(l["file"] and l["row"] for l in ls["lines"]), ls)
tl = c.get("/api/clues/%d/timeline" % withvisit["id"])
check("timeline_200", tl.status == 200, (tl.body, s.text()[-600:]))
check("timeline", withvisit["mdtrt_id"] in tl.body.decode())
check("unknown_clue_404", c.get("/api/clues/999999").status == 404)
i = first["id"]
check("verdict_needs_reason", c.post("/api/clues/%d/verdict" % i, {"verdict": "rejected", "version": 1}).status == 422)
check("verdict_needs_version", c.post("/api/clues/%d/verdict" % i, {"verdict": "rejected", "reason": "无误"}).status == 422)
a = c.post("/api/clues/%d/verdict" % i, {"verdict": "rejected", "reason": "分期手术，有计划", "version": first["version"]})
check("verdict", a.status == 200 and a.json["verdict"] == "rejected" and a.json["state"] == "judged", a.body)
d = s.client("ana1")
b = d.post("/api/clues/%d/verdict" % i, {"verdict": "confirmed", "reason": "后到的人", "version": first["version"]})
check("second_officer_409", b.status == 409 and b.json["current"]["verdict"] == "rejected", b.body)
check("nobody_overwritten", c.get("/api/clues/%d" % i).json["verdict_reason"] == "分期手术，有计划")
check("index_follows", c.get("/api/clues", verdict="rejected").json["total"] == 1)
k = seen[1]["id"]
a = c.post("/api/clues/%d/assign" % k, {"login": "rev1", "due": "2020-01-01", "version": seen[1]["version"]})
check("assign", a.status == 200 and a.json["state"] == "assigned" and a.json["assignee_name"] == "外审", a.body)
check("overdue", c.get("/api/clues", overdue=1).json["totals"]["overdue"] == 1)
r = s.client("rev1")
check("reviewer_sees_only_his", [x["id"] for x in r.get("/api/clues").json["rows"]] == [k])
check("reviewer_other_404", r.get("/api/clues/%d" % i).status == 404)
check("reviewer_no_verdict_403", r.post("/api/clues/%d/verdict" % k, {"verdict": "confirmed", "reason": "xx", "version": 2}).status == 403)
check("bell", r.get("/api/notices").json["unseen"] == 1 and r.post("/api/notices/seen").json["unseen"] == 0)
check("assign_unknown_422", c.post("/api/clues/%d/assign" % k, {"login": "nobody", "version": 2}).status == 422)
ids = [x["id"] for x in seen[2:6]]
a = c.post("/api/clues/bulk", {"act": "dismiss", "ids": ids + [10**9], "reason": "单据齐全"}).json
check("bulk", a["done"] == 4 and len(a["failed"]) == 1, a)
check("bulk_forbidden", s.client("hand1").post("/api/clues/bulk", {"act": "dismiss", "ids": ids, "reason": "xx"}).status == 403)
check("dismissed_closed", c.post("/api/clues/%d/start" % ids[0], {"version": 2}).status == 409)
check("comment", d.post("/api/clues/%d/comments" % i, {"text": "@head1 请复核"}).status == 200 and
      c.get("/api/notices").json["unseen"] >= 1 and len(c.get("/api/clues/%d/comments" % i).json["rows"]) == 1)
p = next(x["psn_no"] for x in seen if x["psn_no"])
a = c.get("/api/persons/" + p)
check("person_masked", a.status == 200 and "*" in a.json["psn_name"] and "*" in a.json["certno"] and a.json["timeline"], a.body)
check("reveal_needs_reason", c.post("/api/persons/%s/reveal" % p).status == 422)
a = c.post("/api/persons/%s/reveal" % p, {"reason": "核对住院病历"})
check("reveal", a.status == 200 and "*" not in a.json["psn_name"], a.body)
check("reveal_forbidden", s.client("hand1").post("/api/persons/%s/reveal" % p, {"reason": "核对住院病历"}).status == 403)
inst = first["fixmedins_code"]
check("institution", c.get("/api/institutions/" + inst).json["fixmedins_code"] == inst, inst)
check("institution_injection", c.get("/api/institutions/" + urllib.parse.quote("x' or 1=1 --")).status == 404)
j = job(c.post("/api/clues/raise"))
check("raised_again_nothing_new", j["result"]["clues"]["added"] == 0 and
      c.get("/api/clues/%d" % i).json["verdict"] == "rejected", j)
gz = c.ask("GET", "/api/clues", headers={"Accept-Encoding": "gzip"})
check("gzip", gz.headers.get("content-encoding") == "gzip" and gz.body[:2] == b"\x1f\x8b")
e = c.get("/api/clues/words").headers["etag"]
check("etag_304", c.ask("GET", "/api/clues/words", headers={"If-None-Match": e}).status == 304)
check("stops", s.stop() == 0, s.text()[-2000:])
finish()
