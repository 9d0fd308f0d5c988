# SPDX-License-Identifier: MulanPSL-2.0
# Two persons for one act: bulk dismissal, exports of personal data; the upper level's person, the head's waiver; what the law demands stays.
import datetime, io, os, sys, zipfile
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from client import *

s = Server(casework=os.environ.get("HUJI_TEST_CASEWORK"))
s.user("head1", "head", name="负责人")
s.user("head2", "head", name="另一人")
s.user("ana1", "analyst", name="分析员&甲")
s.user("lead1", "leader", name="局长")
s.start()
sysa, sec, aud = (s.client(u) for u in ("system1", "security1", "audit1"))
h1, h2, ana, lead = (s.client(u) for u in ("head1", "head2", "ana1", "lead1"))


def made(n):
    out = []
    for i in range(n):
        a = ana.post("/api/clues", {"source": "phone", "title": "群众反映多收床位费 %d" % i, "basis": "来电，记录在案",
                                    "received_on": "2026-11-20", "amount_fen": 10000 + i, "psn_no": "P%04d" % i})
        if a.status not in (200, 201):
            raise SystemExit("not ok made: %s" % a.body.decode())
        out.append(a.json["id"])
    return out


def param(key, value):
    return sec.ask("PUT", "/api/params/" + key, {"value": str(value)}).status == 200


clues = made(30)
check("params", param("bulk_dismiss_rows", 5) and param("export_rows", 10))

# --- bulk dismissal
a = ana.post("/api/clues/bulk", {"act": "dismiss", "ids": clues[:3], "reason": "重复登记"})
check("few_go_at_once", a.status == 200 and a.json["done"] == 3, a.body)
a = ana.post("/api/clues/bulk", {"act": "dismiss", "ids": clues[3:6], "reason": "重复登记"})
check("sum_of_a_day_counts", a.status == 202 and a.json["approval"] > 0, a.body)
small = a.json["approval"]
a = ana.post("/api/clues/bulk", {"act": "dismiss", "ids": clues[3:15], "reason": "重复登记"})
check("many_wait", a.status == 202, a.body)
big = a.json["approval"]
check("nothing_done_yet", ana.get("/api/clues/%d" % clues[5]).json["state"] == "new")
a = ana.post("/api/clues/bulk", {"act": "verdict", "verdict": "rejected", "ids": clues[3:15], "reason": "重复登记"})
check("rejecting_many_waits_too", a.status == 202, a.body)
check("withdraw", ana.post("/api/approvals/%d/withdraw" % a.json["approval"]).json["state"] == "withdrawn")
check("bell_rings", any(n["kind"] == "approval" for n in h1.get("/api/notices").json["rows"]))
rows = {r["id"]: r for r in h1.get("/api/approvals", state="open").json["rows"]}
check("listed_for_second", rows[big]["may_decide"] and rows[big]["rows"] == 12 and rows[big]["kind_title"] == "批量排除线索", rows)
check("run_before_yes_409", ana.post("/api/approvals/%d/run" % big).status == 409)
check("not_oneself", ana.post("/api/approvals/%d/decide" % big, {"approve": True}).status == 409)
check("administrators_decide_nothing", all(c.post("/api/approvals/%d/decide" % big, {"approve": True}).status in (404, 409) for c in (sysa, sec, aud)))
check("no_needs_reason", h1.post("/api/approvals/%d/decide" % small, {"approve": False}).status == 422)
check("no", h1.post("/api/approvals/%d/decide" % small, {"approve": False, "note": "理由不够"}).json["state"] == "refused")
check("refused_can_not_run", ana.post("/api/approvals/%d/run" % small).status == 409)
check("yes", h1.post("/api/approvals/%d/decide" % big, {"approve": True}).json["state"] == "approved")
check("decided_once", h2.post("/api/approvals/%d/decide" % big, {"approve": True}).status == 409)
check("only_proposer_runs", h1.post("/api/approvals/%d/run" % big).status == 404)
one = ana.get("/api/clues/%d" % clues[4]).json
check("one_changes_meanwhile", h1.post("/api/clues/%d/verdict" % clues[4], {"verdict": "confirmed", "reason": "已核实", "version": one["version"]}).status == 200)
a = ana.post("/api/approvals/%d/run" % big)
check("run", a.status == 200 and a.json["done"] == 11 and [f["id"] for f in a.json["failed"]] == [clues[4]], a.body)
check("what_changed_is_left", ana.get("/api/clues/%d" % clues[4]).json["verdict"] == "confirmed")
check("run_once", ana.post("/api/approvals/%d/run" % big).status == 409)
check("result_kept", "做成 11" in ana.get("/api/approvals/%d" % big).json["result"])

# --- export of personal data
a = h1.get("/api/clues/export")
check("export_needs_second", a.status == 409 and a.json["approval_needed"] is True and a.json["rows"] > 10, a.body)
check("export_few_rows_free", h1.get("/api/clues/export", state="dismissed", q=str(clues[0])).status == 200)
a = h1.ask("POST", "/api/clues/export?source=phone", {"reason": "报送上级核对"})
check("export_asked", a.status == 202, a.body)
x = a.json["approval"]
check("export_not_yet", h1.get("/api/clues/export", source="phone", approval=x).status == 409)
check("export_yes", h2.post("/api/approvals/%d/decide" % x, {"approve": True, "note": "同意"}).status == 200)
check("export_other_query_409", h1.get("/api/clues/export", approval=x).status == 409)
check("export_other_person_409", ana.get("/api/clues/export", source="phone", approval=x).status == 409)
link = h1.post("/api/approvals/%d/run" % x).json
check("export_link", link["download"] == "/api/clues/export" and link["query"] == {"source": "phone"}, link)
a = h1.get("/api/clues/export", source="phone", approval=x)
check("export", a.status == 200 and a.body[:2] == b"PK", a.body[:300])
made(4)
check("export_of_more_rows_409", h1.get("/api/clues/export", source="phone", approval=x).status == 409)
head = zipfile.ZipFile(io.BytesIO(a.body)).read("xl/worksheets/sheet1.xml").decode()
# --- one by one, but many in short time
check("singles_params", param("single_dismiss_rows", 4) and param("single_dismiss_minutes", 60))
singles = made(8)


def single(who, k, path="dismiss", **more):
    return who.post("/api/clues/%d/%s" % (k, path), {"reason": "重复登记", "version": who.get("/api/clues/%d" % k).json["version"], **more})


ok = [single(ana, singles[0]).status, single(ana, singles[1], "verdict", verdict="rejected").status, single(ana, singles[2]).status, single(ana, singles[3]).status]
check("singles_few_go", ok == [200] * 4, ok)
a = single(ana, singles[4])
check("singles_many_wait", a.status == 202 and a.json["approval"] and ana.get("/api/clues/%d" % singles[4]).json["state"] == "new", a.body)
x = a.json["approval"]
a = single(ana, singles[5], "verdict", verdict="rejected")
check("singles_false_waits_too", a.status == 202 and ana.get("/api/clues/%d" % singles[5]).json["verdict"] is None, a.body)
check("singles_confirmed_goes", single(ana, singles[6], "verdict", verdict="confirmed").status == 200)
check("singles_stale_is_said_first", ana.post("/api/clues/%d/dismiss" % singles[7], {"reason": "重复登记", "version": 99}).status == 409)
check("singles_of_another_go", single(h1, singles[7]).status == 200)
check("singles_own_yes_409", ana.post("/api/approvals/%d/decide" % x, {"approve": True}).status in (403, 409))
check("singles_agreed", h2.post("/api/approvals/%d/decide" % x, {"approve": True, "note": "同意"}).status == 200 and
      ana.post("/api/approvals/%d/run" % x).json["done"] == 1 and ana.get("/api/clues/%d" % singles[4]).json["state"] == "dismissed")
check("singles_param_back", param("single_dismiss_rows", 30))

check("watermark", "负责人（head1）" in head and "校验码" in head and "oddHeader" in head, head[-600:])
code = head.split("校验码 ")[1].split("<")[0]
path = os.path.join(s.tmp.name, "audit.jsonl")
open(path, "wb").write(aud.get("/api/audit/export").body)
p = huji("audit", "verify", "--code", code, path, good=False)
check("code_on_export_anchors_chain", p.returncode == 0, (code, p.stderr))

# --- the upper level's person
check("orgs", sysa.post("/api/orgs", {"code": "county", "parent": "root", "kind": "bureau", "name": "甲县医保局", "admdvs": "429801"}).status == 201 and
      sysa.post("/api/orgs", {"code": "other", "parent": "root", "kind": "bureau", "name": "乙县医保局", "admdvs": "429802"}).status == 201 and
      sysa.post("/api/orgs", {"code": "city", "parent": "root", "kind": "bureau", "name": "上级市医保局", "admdvs": "429800"}).status == 201)
for login, org, role in (("one", "county", "head"), ("up", "city", "second"), ("side", "other", "head"), ("boss", "county", "leader")):
    s.user(login, role, org=org, name=login)
c1, up, side, boss = (s.client(u) for u in ("one", "up", "side", "boss"))
for i in range(12):
    c1.post("/api/clues", {"source": "letter", "title": "来信反映空刷卡 %d" % i, "basis": "来信，记录在案", "received_on": "2026-11-20",
                           "amount_fen": 500, "admdvs": "429801"})
mine = [r["id"] for r in c1.get("/api/clues", source="letter").json["rows"]]
a = c1.post("/api/clues/bulk", {"act": "dismiss", "ids": mine[:8], "reason": "查无实据"})
check("county_waits", a.status == 202 and len(mine) >= 8, (a.body, len(mine)))
k = a.json["approval"]
check("neighbour_sees_nothing", side.get("/api/approvals/%d" % k).status == 404 and side.post("/api/approvals/%d/decide" % k, {"approve": True}).status == 404)
check("upper_level_decides", up.post("/api/approvals/%d/decide" % k, {"approve": True}).json["state"] == "approved")
check("upper_level_sees_no_clues", up.get("/api/clues").status == 403)
check("county_runs", c1.post("/api/approvals/%d/run" % k).json["done"] == 8)

# --- waivers
day = (datetime.date.today() + datetime.timedelta(30)).isoformat()
far = (datetime.date.today() + datetime.timedelta(800)).isoformat()
why = "本局只有三个人，无人可以复核"
check("waiver_by_head_only", c1.post("/api/waivers", {"kind": "clue.dismiss", "reason": why, "until": day}).status == 403)
check("waiver_needs_reason", boss.post("/api/waivers", {"kind": "clue.dismiss", "reason": "忙", "until": day}).status == 422)
check("waiver_ends", boss.post("/api/waivers", {"kind": "clue.dismiss", "reason": why, "until": far}).status == 422)
check("law_not_waived", boss.post("/api/waivers", {"kind": "reporter.reveal", "reason": why, "until": day}).status == 422)
more = [c1.post("/api/clues", {"source": "letter", "title": "来信反映挂床住院 %d" % i, "basis": "来信，记录在案", "received_on": "2026-11-20",
                               "amount_fen": 500}).json["id"] for i in range(12)]
asked = c1.post("/api/clues/bulk", {"act": "dismiss", "ids": more, "reason": "查无实据"}).json["approval"]
a = boss.post("/api/waivers", {"kind": "clue.dismiss", "reason": why, "until": day})
check("waiver", a.status == 201, a.body)
check("own_by_waiver", c1.post("/api/approvals/%d/decide" % asked, {"approve": True}).json["state"] == "approved")
check("own_by_waiver_counts", [r for r in boss.get("/api/waivers").json["rows"]][0]["used"] == 1)
check("neighbours_waivers_unseen", side.get("/api/waivers").json["rows"] == [] and up.get("/api/waivers").json["rows"] and c1.get("/api/waivers").json["rows"])
check("neighbours_acts_unseen", boss.get("/api/audit", limit=500).json["rows"] and
      {r["org"] for r in boss.get("/api/audit", limit=500).json["rows"]} == {"county"} and len({r["org"] for r in aud.get("/api/audit", limit=500).json["rows"]}) > 2)
page = boss.get("/api/approvals", limit=1).json
check("approvals_by_pages", len(page["rows"]) == 1 and page["next"] and
      boss.get("/api/approvals", limit=1, after=page["next"]).json["rows"][0]["id"] < page["rows"][0]["id"], page)
a = c1.post("/api/clues/bulk", {"act": "verdict", "verdict": "rejected", "ids": mine[8:12], "reason": "查无实据"})
check("waived_goes", a.status == 200 and a.json["done"] == 4, a.body)
check("waiver_of_this_bureau_only", ana.post("/api/clues/bulk", {"act": "dismiss", "ids": clues[15:29], "reason": "重复登记"}).status == 202)
w = [r for r in boss.get("/api/waivers").json["rows"]][0]
check("waiver_counts_its_uses", w["used"] == 2 and w["in_force"], w)
check("waiver_ended", boss.ask("DELETE", "/api/waivers/%d" % w["id"]).status == 204)
acts = {r["act"] for r in aud.get("/api/audit", limit=500).json["rows"]}
check("audited", {"approval.ask", "approval.approve", "approval.refuse", "approval.withdraw", "approval.use", "approval.waived",
                  "waiver.add", "waiver.end", "clue.export"} <= acts, acts)
check("stops", s.stop() == 0, s.text()[-2000:])
finish()
