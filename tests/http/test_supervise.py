# SPDX-License-Identifier: MulanPSL-2.0
# Who is watched: a third party's reviewer (batch, contract, proposals), and the 监督视图, which is itself audited.
import datetime, os, sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from client import *

s = Server(casework=os.environ.get("HUJI_TEST_CASEWORK"))
for login, role in (("head1", "head"), ("ana1", "analyst"), ("off1", "officer"), ("rev1", "reviewer"), ("rev2", "reviewer"),
                    ("sup1", "supervisor"), ("lead1", "leader")):
    s.user(login, role, name=login)
p = huji("user", "add", "--data", s.data, "--role", "supervisor", "--name", "x", "nolimit", *s.casework, stdin=PASSWORD + "\n", good=False)
check("supervisor_needs_end", p.returncode != 0 and "有效期" in p.stderr, p.stderr)
p = huji("user", "add", "--data", s.data, "--role", "reviewer", "--role", "officer", "--name", "x", "both", "--until", "2099-01-01",
         *s.casework, stdin=PASSWORD + "\n", good=False)
check("reviewer_is_nothing_else", p.returncode != 0 and "不得兼任" in p.stderr, p.stderr)
s.start()
sysa, sec, aud, head, ana, off, rev, rev2, sup, lead = (s.client(u) for u in (
    "system1", "security1", "audit1", "head1", "ana1", "off1", "rev1", "rev2", "sup1", "lead1"))

# --- accounts of people from outside
check("made", sysa.post("/api/users", {"login": "wai", "name": "外", "org": "root"}).status == 201)
check("no_role_without_end", sec.ask("PUT", "/api/users/wai/roles", {"roles": ["supervisor"]}).status == 422)
check("term_by_system_only", sec.ask("PUT", "/api/users/wai/term", {"valid_until": "2099-01-01"}).status == 403)
check("term", sysa.ask("PUT", "/api/users/wai/term", {"valid_until": "2099-01-01"}).json["valid_until"] == "2099-01-01")
check("role_with_end", sec.ask("PUT", "/api/users/wai/roles", {"roles": ["supervisor"]}).status == 200)
check("reviewer_needs_contract", sec.ask("PUT", "/api/users/wai/roles", {"roles": ["reviewer"]}).status == 422)
check("contract", sysa.ask("PUT", "/api/users/wai/term", {"valid_until": "2099-01-01", "contract": "HT-7"}).status == 200 and
      sec.ask("PUT", "/api/users/wai/roles", {"roles": ["reviewer"]}).status == 200)

check("term_not_taken_off", sysa.ask("PUT", "/api/users/wai/term", {}).status == 422 and
      sysa.ask("PUT", "/api/users/wai/term", {"valid_until": "2099-01-01"}).status == 422)
for until in ("2099/12/31", "20991231", "2099.12.31"):  # compared as a text: another form would never be over
    check("term_is_iso", sysa.ask("PUT", "/api/users/wai/term", {"valid_until": until, "contract": "HT-7"}).status == 422 and
          sysa.post("/api/users", {"login": "wai2", "name": "外", "org": "root", "valid_until": until}).status == 422, until)

# --- a batch
today = datetime.date.today()
day = (today + datetime.timedelta(10)).isoformat()
clues = [ana.post("/api/clues", {"source": "phone", "title": "群众反映多收床位费 %d" % i, "basis": "来电，记录在案", "received_on": "2026-11-20",
                                 "amount_fen": 100000 * (i + 1), "psn_no": "P%d" % i}).json["id"] for i in range(6)]
g = {"login": "rev1", "title": "第一批", "until": day, "clues": clues[:3]}
check("batch_by_head_only", ana.post("/api/batches", g).status == 403)
check("batch_not_to_officer", head.post("/api/batches", {**g, "login": "off1"}).status == 422)
check("batch_not_beyond_contract", head.post("/api/batches", {**g, "until": "2199-01-01"}).status == 422)
check("batch_not_in_the_past", head.post("/api/batches", {**g, "until": "2020-01-01"}).status == 422)
check("batch_all_or_none", head.post("/api/batches", {**g, "clues": clues[:2] + [10**9]}).status == 404 and rev.get("/api/clues").json["total"] == 0)
a = head.post("/api/batches", g)
check("batch", a.status == 201, a.body)
batch = a.json["id"]
check("sees_his_batch_only", sorted(r["id"] for r in rev.get("/api/clues").json["rows"]) == clues[:3] and rev2.get("/api/clues").json["total"] == 0)
check("no_export", rev.get("/api/clues/export").status == 403 and rev.get("/api/clues/%d/check" % clues[0]).status == 403)
check("no_claims", all(rev.get(u).status == 403 for u in ("/api/institutions", "/api/persons/P0", "/api/screens/last", "/api/rules")))
check("no_verdict", rev.post("/api/clues/%d/verdict" % clues[0], {"verdict": "confirmed", "reason": "xx", "version": 2}).status == 403)
check("other_404", rev.post("/api/clues/%d/proposals" % clues[4], {"verdict": "confirmed", "reason": "床位费多收"}).status == 404)
check("needs_reason", rev.post("/api/clues/%d/proposals" % clues[0], {"verdict": "confirmed", "reason": " "}).status == 422)
check("propose", rev.post("/api/clues/%d/proposals" % clues[0], {"verdict": "rejected", "reason": "看错了"}).status == 200 and
      rev.post("/api/clues/%d/proposals" % clues[0], {"verdict": "confirmed", "reason": "床位费多收三天"}).status == 200)
c = off.get("/api/clues/%d" % clues[0]).json
check("nothing_counts_yet", c["verdict"] is None and c["state"] == "assigned", c)
ps = off.get("/api/clues/%d/proposals" % clues[0]).json["rows"]
check("newest_stands", [p["state"] for p in ps] == ["open", "refused"] and ps[0]["verdict"] == "confirmed", ps)
check("reviewer_adopts_not", rev.post("/api/clues/%d/proposals/adopt" % clues[0], {"version": c["version"]}).status == 403)
check("opinion_changes", rev.post("/api/clues/%d/proposals" % clues[0], {"verdict": "doubtful", "reason": "还要看病历"}).status == 200)
check("not_adopted_unseen", off.post("/api/clues/%d/proposals/adopt" % clues[0], {"version": c["version"]}).status == 409)
check("opinion_back", rev.post("/api/clues/%d/proposals" % clues[0], {"verdict": "confirmed", "reason": "床位费多收三天"}).status == 200)
c = off.get("/api/clues/%d" % clues[0]).json
check("adopt_stale_409", off.post("/api/clues/%d/proposals/adopt" % clues[0], {"version": c["version"] + 5}).status == 409)
a = off.post("/api/clues/%d/proposals/adopt" % clues[0], {"version": c["version"]})
check("adopted", a.status == 200 and a.json["verdict"] == "confirmed" and "rev1" in a.json["verdict_reason"] and a.json["verdict_by"] == "off1", a.body)
check("adopted_once", off.post("/api/clues/%d/proposals/adopt" % clues[0], {"version": a.json["version"]}).status == 409)
check("refuse", rev.post("/api/clues/%d/proposals" % clues[1], {"verdict": "rejected", "reason": "单据齐全"}).status == 200 and
      off.post("/api/clues/%d/proposals/refuse" % clues[1], {"reason": "单据不齐"}).status == 200 and
      off.get("/api/clues/%d" % clues[1]).json["verdict"] is None)
b = head.get("/api/batches").json["rows"][0]
rows = head.get("/api/batches/%d" % b["id"]).json["rows"]
check("batch_opened", len(rows) == b["clues"] and sum(x["proposal_state"] == "adopted" for x in rows) == b["adopted"] and all(x["title"] for x in rows), rows)
check("batch_open_404", head.get("/api/batches/999999").status == 404 and rev.get("/api/batches/%d" % b["id"]).status == 403)
check("reviewers", g["login"] in [x["login"] for x in head.get("/api/batches/reviewers").json["rows"]] and head.get("/api/batches/reviewers").json["rows"][0]["contract"])
check("batch_counts", b["proposed"] == 2 and b["adopted"] == 1 and b["contract"] == "HT-2026-01", b)
check("batch_ended", head.ask("DELETE", "/api/batches/%d" % batch).status == 204 and rev.get("/api/clues").json["total"] == 0)
check("batch_ended_once", head.ask("DELETE", "/api/batches/%d" % batch).status == 404)
first, second = (head.post("/api/batches", {**g, "clues": which}).json["id"] for which in (clues[3:5], clues[3:4]))
check("later_batch_keeps_its_clue", head.ask("DELETE", "/api/batches/%d" % first).status == 204 and
      [r["id"] for r in rev.get("/api/clues").json["rows"]] == clues[3:4])
check("taken_back_is_told", "已收回" in head.get("/api/clues/%d/history" % clues[4]).json["rows"][-1]["note"])
check("then_ended_too", head.ask("DELETE", "/api/batches/%d" % second).status == 204 and rev.get("/api/clues").json["total"] == 0)
a = head.post("/api/batches", {**g, "until": today.isoformat(), "clues": clues[3:5]})
check("batch_of_today", a.status == 201 and rev.get("/api/clues").json["total"] == 2, a.body)
if not s.casework:  # its last day passes
    import sqlite3
    with sqlite3.connect(os.path.join(s.data, "casework.sqlite"), timeout=30) as db:
        db.execute("update review_batch set until_day = '2020-01-01' where id = ?", (a.json["id"],))
    for _ in range(200):
        if rev.get("/api/clues").json["total"] == 0:
            break
        time.sleep(0.1)
    check("batch_expires_by_the_clock", rev.get("/api/clues").json["total"] == 0)
    with sqlite3.connect(os.path.join(s.data, "casework.sqlite"), timeout=30) as db:
        db.execute("update account set valid_until = '2020-01-01' where login = 'rev2'")
    check("contract_over_ends_session", rev2.get("/api/session").status == 401 and s.client().sign_in("rev2").status == 401)

# --- what is to be seen by who supervises
v = off.get("/api/clues/%d" % clues[0]).json["version"]
check("reversal", ana.post("/api/clues/%d/verdict" % clues[0], {"verdict": "rejected", "reason": "后来说误报", "version": v}).status == 200)
v = ana.get("/api/clues/%d" % clues[5]).json["version"]
check("low_confirmed", ana.post("/api/clues/%d/verdict" % clues[5], {"verdict": "confirmed", "reason": "部分属实", "version": v}).status == 200)
v = ana.get("/api/clues/%d" % clues[5]).json["version"]
a = ana.post("/api/clues/%d/money" % clues[5], {"version": v, "lines": [{"event": "hand:1", "found_fen": 100, "reason": "other", "note": "单据只证明一部分"}]})
check("found_money", a.status == 200, a.body)
v = ana.get("/api/clues/%d" % clues[5]).json["version"]
check("money_does_not_just_go", [ana.post("/api/clues/%d/%s" % (clues[5], act), {"reason": "重复登记", "version": v, **more}).status for act, more in
      (("dismiss", {}), ("merge", {"into": clues[4]}), ("verdict", {"verdict": "rejected"}))] == [409] * 3)
check("dismissed", ana.post("/api/clues/bulk", {"act": "dismiss", "ids": [clues[1], clues[2]], "reason": "重复登记"}).json["done"] == 2)
check("overdue_made", head.post("/api/clues/%d/assign" % clues[4], {"login": "off1", "due": "2020-01-01",
      "version": head.get("/api/clues/%d" % clues[4]).json["version"]}).status == 200)
check("exported", head.get("/api/clues/export").status == 200)
check("waiver_day_is_iso", lead.post("/api/waivers", {"kind": "clue.dismiss", "reason": "本局只有三个人，无人可以复核",
      "until": day.replace("-", "/")}).status == 422)
check("waived", lead.post("/api/waivers", {"kind": "clue.dismiss", "reason": "本局只有三个人，无人可以复核", "until": day}).status == 201)
sections = [r["code"] for r in sup.get("/api/supervise").json["rows"]]
got = {c: sup.get("/api/supervise/" + c) for c in sections}
check("all_sections", len(sections) == 11 and all(a.status == 200 for a in got.values()), {c: a.body for c, a in got.items() if a.status != 200})
rows = {c: a.json["rows"] for c, a in got.items() if a.status == 200}
d = [r for r in rows["dismissed"] if r["reason"] == "重复登记"]
check("dismissals", len(d) == 1 and d[0]["count"] == 2 and d[0]["fund_fen"] == 500000 and d[0]["bulk"] == 2 and d[0]["actor_name"] == "ana1", rows["dismissed"])
check("false_alarms_too", any(r["how"] == "误报" and r["reason"] == "后来说误报" for r in rows["dismissed"]), rows["dismissed"])
check("far_below", [(r["clue"], r["found_fen"], r["fund_fen"]) for r in rows["low"]] == [(clues[5], 100, 600000)], rows["low"])
check("reversed", [(r["clue"], r["was"], r["now"], r["was_by"], r["now_by"]) for r in rows["reversed"]] == [(clues[0], "查实", "误报", "off1", "ana1")], rows["reversed"])
check("fast_none_yet", rows["fast"] == [], rows["fast"])
check("overdue", rows["overdue"] == [{"actor_name": "off1", "count": 1, "fund_fen": 500000, "oldest": "2020-01-01"}], rows["overdue"])
check("exports", any(r["act"] == "clue.export" and r["actor"] == "head1" for r in rows["exports"]), rows["exports"])
check("waivers", rows["waivers"][0]["kind"] == "批量排除线索" and rows["waivers"][0]["until"] == day, rows["waivers"])
check("by_day", sup.get("/api/supervise/dismissed", to="2020-01-01").json["rows"] == [])
check("bad_day_422", sup.get("/api/supervise/dismissed", **{"from": "x"}).status == 422)
check("unknown_404", sup.get("/api/supervise/nothing").status == 404)
check("not_for_officers", off.get("/api/supervise").status == 403 and head.get("/api/supervise/dismissed").status == 403)
check("read_only", sup.post("/api/clues/%d/start" % clues[4], {"version": 1}).status == 403 and
      sup.post("/api/clues/%d/comments" % clues[4], {"text": "x"}).status == 403 and sup.get("/api/clues/export").status == 403)
looks = aud.get("/api/audit", actor="sup1", act="supervise.read", limit=100).json["rows"]
check("looking_is_audited", {r["object"] for r in looks} >= {"supervise:" + c for c in sections}, looks)
if s.casework:  # the database server drops every connection: nobody has to restart anything
    import glob
    psql = sorted(glob.glob("/usr/lib/postgresql/*/bin/psql"))[-1]
    for _ in range(2):
        subprocess.run([psql, "-qAt", s.casework[1], "-c", "select pg_terminate_backend(pid) from pg_stat_activity"
                        " where datname = current_database() and pid <> pg_backend_pid()"], check=True, capture_output=True)
        check("database_comes_back", [off.get("/api/clues").status for _ in range(12)] == [200] * 12 and
              off.post("/api/clues/%d/comments" % clues[5], {"text": "断线之后"}).status == 200, s.text()[-1500:])
# --- one by one in a short time: the same as a bulk, seen by the hour (25: more than ten of them within one, wherever the hour ends)
more = [ana.post("/api/clues", {"source": "phone", "title": "逐条 %d" % i, "basis": "来电，记录在案", "received_on": "2026-11-20", "amount_fen": 100}).json["id"] for i in range(25)]
done = [head.post("/api/clues/%d/dismiss" % k, {"reason": "查无此事", "version": 1}).status for k in more]
fast = sup.get("/api/supervise/fast").json["rows"]
check("fast_by_the_hour", done == [200] * 25 and fast and fast[0]["actor_name"] == "head1" and 10 < fast[0]["count"] <= 25 and
      fast[0]["fund_fen"] == 100 * fast[0]["count"] and fast[0]["reason"] == "查无此事", (done, fast))
check("stops", s.stop() == 0, s.text()[-2000:])
finish()
