# SPDX-License-Identifier: MulanPSL-2.0
# The ledger exported in the background: progress, cancel, the file for who asked and for nobody else, the second person, what a kill leaves;
# jobs by division; what retention takes.
import io, os, sqlite3, sys, zipfile
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from client import *

s = Server(casework=os.environ.get("HUJI_TEST_CASEWORK"))
for login, role, name in (("head1", "head", "负责人"), ("head2", "head", "另一人"), ("off1", "officer", "周执"), ("hand1", "handler", "赵稽")):
    s.user(login, role, name=name)
s.start()
sec, sysa = s.client("security1"), s.client("system1")
h1, h2, off, hand = (s.client(u) for u in ("head1", "head2", "off1", "hand1"))


def ended(who, a):
    if not check("job_accepted", a.status == 202, a.body):
        return {}
    for _ in range(1200):
        j = who.get("/api/jobs/" + a.json["job"]).json
        if j["state"] not in ("queued", "running"):
            return j
        time.sleep(0.05)
    return {"state": "late"}


ids = [off.post("/api/clues", {"source": "phone", "title": "=群众反映 %d" % i, "basis": "来电，记录在案", "received_on": "2026-11-20",
                               "amount_fen": 100 + i}).json["id"] for i in range(12)]
J = "/api/clues/export/job"
check("forbidden", hand.post(J).status == 403 and sysa.post(J).status == 403)
check("nobody_401", s.client().post(J).status == 401)
check("wrong_filter_422", h1.ask("POST", J + "?from=2026-13-01", {}).status == 422)
j = ended(h1, h1.post(J + "?sort=fund_fen"))
check("done", j["state"] == "done" and j["result"]["rows"] == 12 and j["result"]["bytes"] > 1000 and j["percent"] == 100 and
      any("写台账" in x for x in j["log"]), j)
E = "/api/exports/" + j["id"]
a = h1.get(E)
z = zipfile.ZipFile(io.BytesIO(a.body))
sheet = z.read("xl/worksheets/sheet1.xml").decode()
check("file_is_the_same_as_at_once", a.status == 200 and sheet.count("<row ") == 13 and "负责人（head1）" in sheet and "校验码" in sheet and
      "attachment" in a.headers["content-disposition"] and a.headers["x-content-type-options"] == "nosniff", a.headers)
plain = zipfile.ZipFile(io.BytesIO(h1.get("/api/clues/export", sort="fund_fen").body)).read("xl/worksheets/sheet1.xml").decode()
body = lambda x: x[x.index("<sheetData>"):x.index("</sheetData>")]
check("same_rows_as_at_once", body(plain) == body(sheet))
check("text_no_formula", "<f>" not in sheet)
check("taken_again", h1.get(E).status == 200)
check("others_404", h2.get(E).status == 404 and off.get(E).status == 404 and h1.get("/api/exports/99999").status == 404)
check("other_forbidden", hand.get(E).status == 403)
check("audited", s.sql("select count(*) from audit where act = 'clue.export' and actor = 'head1'") == [["2"]] and
      s.sql("select count(*) from audit where act = 'take.export'") == [["2"]])
left = lambda: sorted(n for n in os.listdir(os.path.join(s.data, "exports")))
check("only_the_file_is_left", left() == [j["id"] + ".xlsx"], left())
j2 = ended(off, off.ask("POST", J + "?q=99999999", {}))
check("none_is_a_file_too", j2["state"] == "done" and j2["result"]["rows"] == 0 and off.get("/api/exports/" + j2["id"]).status == 200, j2)

# --- above the number of rows a second person agrees, to the same rows as for the export at once
check("param", sec.ask("PUT", "/api/params/export_rows", {"value": "5"}).status == 200)
a = h1.post(J + "?source=phone")
check("needs_second", a.status == 409 and a.json["approval_needed"], a.body)
x = h1.ask("POST", "/api/clues/export?source=phone", {"reason": "报送上级"}).json["approval"]
check("not_yet", h1.post(J + "?source=phone&approval=%d" % x).status == 409)
h2.post("/api/approvals/%d/decide" % x, {"approve": True, "note": "同意"})
check("other_rows_409", h1.post(J + "?approval=%d" % x).status == 409)
check("agreed", ended(h1, h1.post(J + "?source=phone&approval=%d" % x))["state"] == "done")
check("param_back", sec.ask("PUT", "/api/params/export_rows", {"value": "100000"}).status == 200)

# --- cancelled while it waits, killed while it runs: no half file, the rest goes on
many = 30000
if not (s.casework and s.casework[1].startswith("postgres")):
    s.stop()
    db = sqlite3.connect(os.path.join(s.data, "casework.sqlite"))
    cols = [r[1] for r in db.execute("pragma table_info(clue)") if r[1] != "id"]
    db.execute("insert into clue(%s) with recursive n(i) as (select 1 union all select i + 1 from n where i < %d) select %s from clue, n where clue.id = %d"
               % (",".join(cols), many, ",".join(cols), ids[0]))
    db.commit()
    db.close()
    s.start()
    h1, off = s.client("head1"), s.client("off1")
    a, b = h1.post(J), off.post(J)
    check("cancel_forbidden", off.post("/api/jobs/%s/cancel" % a.json["job"]).status == 403)
    check("cancel_own_waiting", off.post("/api/jobs/%s/cancel" % b.json["job"]).status in (200, 409))
    k = h1.post("/api/jobs/%s/cancel" % a.json["job"])
    j = ended(h1, a)
    check("cancelled", j["state"] == "cancelled" or (k.status == 409 and j["state"] == "done"), j)
    check("cancelled_no_file", j["state"] == "done" or h1.get("/api/exports/" + j["id"]).status == 409 and
          not [n for n in left() if n.startswith(j["id"] + ".")], left())
    a = h1.post(J)
    for _ in range(2000):
        if h1.get("/api/jobs/" + a.json["job"]).json["state"] != "queued":
            break
        time.sleep(0.002)
    s.stop(signal.SIGKILL)
    s.start()
    h1, off, h2, sec, sysa = (s.client(u) for u in ("head1", "off1", "head2", "security1", "system1"))
    j = h1.get("/api/jobs/" + a.json["job"]).json
    check("killed_is_interrupted", j["state"] in ("interrupted", "done") and (j["state"] == "done" or h1.get("/api/exports/" + j["id"]).status == 409), j)
    j = ended(h1, h1.post(J))
    check("again", j["state"] == "done" and j["result"]["rows"] == many + 12, j)

# --- jobs of another division are not seen
for code, place in (("here", "429801"), ("far", "110101")):
    sysa.post("/api/orgs", {"code": code, "parent": "root", "kind": "bureau", "name": code, "admdvs": place})
s.user("here1", "head", org="here")
s.user("far1", "head", org="far")
here, far = s.client("here1"), s.client("far1")
k = ended(here, here.post(J))["id"]
check("jobs_of_ones_own", [x["id"] for x in here.get("/api/jobs").json["rows"]] == [k] and h1.get("/api/jobs/" + k).status == 200)
check("jobs_elsewhere_unseen", far.get("/api/jobs").json["rows"] == [] and far.get("/api/jobs/" + k).status == 404 and
      far.post("/api/jobs/%s/cancel" % k).status == 404)

# --- retention: answers' files, single reminders and days of the interface
os.makedirs(os.path.join(s.data, "lists", "1"), exist_ok=True)
s.sql("insert into list_out(kind, title, fixmedins_code, fixmedins_name, admdvs, actor, actor_name, at) values ('clue','t','H1','h','429801','x','x','2019-01-01 00:00:00')")
for at in ("2019-01-01 00:00:00", "2099-01-01 00:00:00"):
    s.sql("insert into list_in(list, filename, digest, bytes, state, report, actor, actor_name, at) values (1,'f.csv','d',1,'taken','[]','x','x','%s')" % at)
old, young = [r[0] for r in s.sql("select id from list_in order by at")]
for i in (old, young):
    open(os.path.join(s.data, "lists", "1", "back-" + i), "w").write("x")
for d in ("2019-01-01", "2099-01-01"):
    s.sql("insert into fsi_flag(jr_id, fixmedins_code, day, infno, rule_id, finding_id, mdtrt_id, sev, mode, dspo, amount_fen, message)"
          " values ('%s','H1','%s','3101','C01','f','m',1,'remind',1,0,'')" % (d, d))
    s.sql("insert into fsi_day(day, fixmedins_code, test, infno, calls, refused, orders, reminded, hist, last_at) values ('%s','H1',0,'3101',1,0,0,0,'','')" % d)
due = {r["code"]: r["due"] for r in sysa.get("/api/retention").json["rows"]}
check("retention_due", (due["list_in"], due["fsi_flag"], due["fsi_day"]) == (1, 1, 1), due)
a = sysa.post("/api/retention/purge", {"reason": "保存期满"})
check("retention_asked", a.status == 202, a.body)
sysb = s.user("system2", "system") or s.client("system2")
s.user("lead1", "leader")
who = [x for x in (s.client("lead1"), s.client("security1"), sysb) if x.post("/api/approvals/%d/decide" % a.json["approval"], {"approve": True, "note": "同意"}).status == 200]
a = sysa.post("/api/approvals/%d/run" % a.json["approval"])
check("retention_purged", who and a.status == 200 and s.sql("select id from list_in") == [[young]] and s.sql("select day from fsi_flag") == [["2099-01-01"]] and
      s.sql("select day from fsi_day") == [["2099-01-01"]], (len(who), a.body))
check("retention_takes_the_file", sorted(os.listdir(os.path.join(s.data, "lists", "1"))) == ["back-" + young])
check("stops", s.stop() == 0, s.text()[-2000:])
finish()
