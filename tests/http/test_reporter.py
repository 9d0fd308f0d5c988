# SPDX-License-Identifier: MulanPSL-2.0
# Who reported: sealed at rest, seen by two persons only, never waived. What is over its time is purged by two persons, and audited.
import os, sqlite3, sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from client import *

s = Server()
for login, role in (("head1", "head"), ("head2", "head"), ("take1", "intake"), ("ana1", "analyst"), ("lead1", "leader")):
    s.user(login, role, name=login)
s.start()
head, head2, take, ana, lead, sysa, aud = (s.client(u) for u in ("head1", "head2", "take1", "ana1", "lead1", "system1", "audit1"))
clue = take.post("/api/clues", {"source": "phone", "title": "群众反映多收床位费", "basis": "来电，记录在案", "received_on": "2026-11-20", "amount_fen": 10000}).json["id"]
u = "/api/clues/%d/reporter" % clue
who = {"name": "钱多多", "phone": "13812345678", "address": "青溪县城关镇解放路七号"}
check("none_yet", take.get(u).json["kept"] is False)
check("empty_422", take.ask("PUT", u, {}).status == 422)
a = take.ask("PUT", u, who)
check("kept_not_shown", a.status == 200 and a.json["kept"] is True and not any(v in a.body.decode() for v in who.values()), a.body)
check("not_in_clue", not any(v in ana.get("/api/clues/%d" % clue).body.decode() for v in who.values()))
check("unknown_404", take.ask("PUT", "/api/clues/999/reporter", who).status == 404)
raw = b"".join(open(os.path.join(s.data, f), "rb").read() for f in os.listdir(s.data) if f.startswith("casework.sqlite"))
check("sealed_at_rest", not any(v.encode() in raw for v in who.values()))
check("analyst_403", ana.post(u + "/reveal", {"reason": "核实情况"}).status == 403)
check("needs_reason", head.post(u + "/reveal", {"reason": "看"}).status == 422)
a = head.post(u + "/reveal", {"reason": "需要回访举报人核实"})
check("waits_for_second", a.status == 202 and "钱" not in a.body.decode(), a.body)
k = a.json["approval"]
check("asked_once", head.post(u + "/reveal", {"reason": "需要回访举报人核实"}).json["approval"] == k)
check("not_oneself", head.post("/api/approvals/%d/decide" % k, {"approve": True}).status == 409)
check("law_not_waived", lead.post("/api/waivers", {"kind": "reporter.reveal", "reason": "本局只有三个人，无人可以复核", "until": "2026-12-31"}).status == 422)
check("second_agrees", head2.post("/api/approvals/%d/decide" % k, {"approve": True}).status == 200)
check("second_sees_nothing_by_that", head2.post(u + "/reveal", {"reason": "需要回访举报人核实"}).status == 202)
a = head.post(u + "/reveal", {"reason": "需要回访举报人核实"})
check("revealed", a.status == 200 and a.json == who, a.body)
check("once", head.post(u + "/reveal", {"reason": "再看一次，忘了记"}).status == 202)
acts = aud.get("/api/audit", object="clue:%d" % clue, limit=100).json["rows"]
check("audited_without_who", {"reporter.put", "reporter.reveal"} <= {r["act"] for r in acts} and "钱多多" not in str(acts), acts)
with sqlite3.connect(os.path.join(s.data, "casework.sqlite"), timeout=30) as db:
    db.execute("update reporter set sealed = substr(sealed, 1, length(sealed) - 2) || '00'")
k = [r for r in head.get("/api/approvals").json["rows"] if r["mine"] and r["state"] == "open"][0]["id"]
head2.post("/api/approvals/%d/decide" % k, {"approve": True})
a = head.post(u + "/reveal", {"reason": "改过的不能打开"})
check("tampered_is_refused", a.status == 422 and "钱" not in a.body.decode(), a.body)

# --- what is over its time
with sqlite3.connect(os.path.join(s.data, "casework.sqlite"), timeout=30) as db:
    db.execute("update clue set state = 'closed', updated_at = '2020-01-01 00:00:00'")
    db.execute("update notice set at = '2020-01-01 00:00:00' where id = (select min(id) from notice)")
    db.executemany("insert into password_history(account, at, password) values (1, ?, 'x')", [("2019-01-%02d 00:00:00" % d,) for d in range(1, 31)])
due = {r["code"]: r["due"] for r in sysa.get("/api/retention").json["rows"]}
check("due_counted", due["reporter"] == 1 and due["notice"] == 1 and due["job"] == 0, due)
check("not_for_officers", ana.get("/api/retention").status == 403 and head.post("/api/retention/purge", {"reason": "到期了"}).status == 403)
k = sysa.post("/api/retention/purge", {"reason": "保存期限已过，按制度清除"}).json["approval"]
check("purge_waits", sysa.post("/api/approvals/%d/run" % k).status == 409)
check("purge_agreed", head.post("/api/approvals/%d/decide" % k, {"approve": True}).status == 200)
a = sysa.post("/api/approvals/%d/run" % k)
check("purged", a.status == 200 and "举报人身份 1" in a.json["done"], a.body)
with sqlite3.connect(os.path.join(s.data, "casework.sqlite"), timeout=30) as db:
    kept = db.execute("select count(*), min(at) from password_history where account = 1 and password = 'x'").fetchone()
check("old_passwords_still_compared_with", 0 < kept[0] <= 24 and kept[1] > "2019-01-06", kept)
check("gone", take.get(u).json["kept"] is False and {r["code"]: r["due"] for r in sysa.get("/api/retention").json["rows"]}["reporter"] == 0)
check("purge_once", sysa.post("/api/approvals/%d/run" % k).status == 409)
check("purge_audited", aud.get("/api/audit", act="data.purge").json["rows"][0]["actor"] == "system1" and aud.get("/api/audit/verify").json["intact"] is True)
check("job_log_never_under_six_months", sysa.ask("PUT", "/api/params/keep_job_days", {"value": "90"}).status == 422)
check("stops", s.stop() == 0, s.text()[-2000:])
finish()
