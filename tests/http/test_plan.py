# SPDX-License-Identifier: MulanPSL-2.0
# 检查计划: proposed from the ledger and by draw, kept, worked through; counted in the weekly report, read by the 监督视图.
import datetime, io, os, sys, zipfile
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from client import *

s = Server(like=county(5) + "/screened", casework=os.environ.get("HUJI_TEST_CASEWORK"))
s.user("head1", "head", name="李处")
s.user("hand1", "handler", name="赵稽")
s.user("lead1", "leader", name="刘局")
s.start()
c = s.client("head1")
today = datetime.date.today()
new = {"title": "十二月检查计划", "from_day": str(today), "to_day": str(today + datetime.timedelta(days=3)), "names": "张三、李四", "days": 2, "per_day": 12,
       "random": 25, "seed": 7}
check("none_known", c.post("/api/plans", new).status == 409)
j = c.post("/api/clues/raise").json["job"]
for _ in range(1200):
    if c.get("/api/jobs/%s" % j).json["state"] not in ("queued", "running"):
        break
    time.sleep(0.1)
known = {x[0] for x in s.sql("select code from inst_known")}

# --- proposing ---
for field, value in (("names", "张三"), ("to_day", "2020-01-01"), ("random", 101), ("title", "x"), ("days", 0)):
    a = c.post("/api/plans", {**new, field: value})
    check("bad_" + field, a.status == 422 and a.json["fields"][0]["field"] == field, a.body)
a = c.post("/api/plans", new)
p = a.json
q = "/api/plans/%d" % p["id"]
by = {h: [v for v in p["rows"] if v["how"] == h] for h in ("clues", "random")}
check("made", a.status == 201 and by["clues"] and len(by["random"]) == 1 and {v["fixmedins_code"] for v in p["rows"]} <= known and
      len({v["fixmedins_code"] for v in p["rows"]}) == len(p["rows"]), p)
# 2 inspectors x 2 days less a quarter: what the proposed visits cost fits in three days.
check("within_days", 0 < sum(v["days"] for v in by["clues"]) <= 3000 and sum(v["days"] for v in by["random"]) <= 1000, p["rows"])
gain = [v["expected_fen"] / v["days"] for v in by["clues"]]
check("best_first", gain == sorted(gain, reverse=True) or len(gain) == 1, gain)
top = s.sql("select expected_fen from clue where fixmedins_code = '%s' and verdict is null and found = 1 order by expected_fen desc" % by["clues"][0]["fixmedins_code"])
check("money_is_of_its_clues", by["clues"][0]["expected_fen"] == sum(int(x[0]) for x in top[:by["clues"][0]["clues"]]), by["clues"][0])
b = c.post("/api/plans", new).json
check("same_seed_draws_the_same", [v["fixmedins_code"] for v in b["rows"]] == [v["fixmedins_code"] for v in p["rows"]])
check("handler_reads_only", s.client("hand1").get(q).status == 200 and s.client("hand1").post("/api/plans", new).status == 403)

# --- changing ---
free = sorted(known - {v["fixmedins_code"] for v in p["rows"]})
a = c.post(q + "/institutions", {"version": p["version"], "fixmedins_code": "H-nowhere"})
check("add_unknown", a.status == 422, a.body)
a = c.post(q + "/institutions", {"version": p["version"], "fixmedins_code": free[0], "kind": "full"})
check("add", a.status == 201 and a.json["rows"][-1]["how"] == "hand" and a.json["rows"][-1]["kind"] == "full", a.body)
check("stale", c.post(q + "/institutions", {"version": p["version"], "fixmedins_code": free[1]}).status == 409)
p = a.json
check("add_twice", c.post(q + "/institutions", {"version": p["version"], "fixmedins_code": free[0]}).status == 422)
p = c.post(q + "/institutions", {"version": p["version"], "fixmedins_code": free[1]}).json
a = c.post(q + "/institutions/%s/drop" % free[1], {"version": p["version"]})
check("drop", a.status == 200 and free[1] not in [v["fixmedins_code"] for v in a.json["rows"]], a.body)
p = a.json
# One with clues, so that the 监督视图 has nothing else to know it by.
one = by["clues"][0]["fixmedins_code"]
at = q + "/institutions/" + one
p = c.post(at, {"version": p["version"], "state": "doing"}).json
check("begun_stays", c.post(at + "/drop", {"version": p["version"]}).status == 409)
a = c.post(at, {"version": p["version"], "state": "checked"})
check("checked_needs_day", a.status == 422 and a.json["fields"][0]["field"] == "checked_on", a.body)
check("not_in_future", c.post(at, {"version": p["version"], "state": "checked", "checked_on": str(today + datetime.timedelta(days=2))}).status == 422)
check("two_inspectors", c.post(at, {"version": p["version"], "inspectors": "张三"}).status == 422)


def never():
    return {x["fixmedins_code"] for x in s.client("lead1").get("/api/supervise/never", **{"from": str(today), "to": str(today)}).json["rows"]}


check("never_checked_before", one in never(), never())
a = c.post(at, {"version": p["version"], "state": "checked", "checked_on": str(today), "note": "查了病历 20 份"})
mine = next(v for v in a.json["rows"] if v["fixmedins_code"] == one)
check("checked", a.status == 200 and (mine["state"], mine["checked_on"], mine["note"]) == ("checked", str(today), "查了病历 20 份"), a.body)
p = a.json
check("supervise_knows_it", one not in never())
full = q + "/institutions/" + free[0]
p = c.post(full, {"version": p["version"], "state": "checked", "checked_on": str(today), "inspectors": "王五、赵六"}).json

# --- what it brought ---
k = next(r for r in c.get("/api/clues", fixmedins_code=one, limit=50).json["rows"] if r["fund_fen"] > 0)
v = c.post("/api/clues/%d/verdict" % k["id"], {"verdict": "confirmed", "reason": "现场核实", "version": k["version"]}).json["version"]
found = c.post("/api/clues/%d/money" % k["id"], {"whole": True, "version": v}).json["sums"]["found_fen"]
c.post("/api/clues", {"source": "check", "title": "现场发现挂床住院", "basis": "检查当日床位空置三张", "received_on": str(today), "amount_fen": 10000, "fixmedins_code": one})
mine = next(v for v in c.get(q).json["rows"] if v["fixmedins_code"] == one)
check("results", (mine["raised"], mine["judged"], mine["confirmed"], mine["found_fen"]) == (1, 1, 1, found), mine)
l = c.get("/api/plans").json["rows"]
check("listed", {x["id"]: (x["institutions"], x["checked"]) for x in l}[p["id"]] == (len(p["rows"]), 2), l)
a = c.get(q + "/xlsx")
names = zipfile.ZipFile(io.BytesIO(a.body))
text = "".join(names.read(n).decode() for n in names.namelist() if n.endswith(".xml"))
check("xlsx", a.status == 200 and "查了病历 20 份" in text and "随机抽取" in text and "王五、赵六" in text and "种子 7" in text)
check("export_in_audit", len(s.sql("select 1 from audit where act = 'plan.export' and object = 'plan:%d'" % p["id"])) == 1)

# --- 周报 ---
w = "/api/weeks/%d" % c.post("/api/weeks", {"from_day": str(today), "to_day": str(today), "since_day": str(today.replace(month=1, day=1))}).json["id"]
f = {x["key"]: x for x in c.get(w).json["figures"]}
planned = {v["fixmedins_code"] for v in p["rows"]} | {v["fixmedins_code"] for v in b["rows"]}
check("week_planned", f["planned"]["week"] == f["planned"]["total"] == len(planned) and
      {x["object"] for x in c.get(w + "/rows", key="planned").json["rows"]} == planned, f["planned"])
check("week_checked", f["checked"]["week"] == 2 and {x["object"] for x in c.get(w + "/rows", key="checked").json["rows"]} == {one, free[0]}, f["checked"])
check("week_full", f["check_full"]["week"] == 1 and not f["check_full"]["entry"] and
      [x["object"] for x in c.get(w + "/rows", key="check_full").json["rows"]] == ["%s/%s" % (free[0], today)], f["check_full"])
check("week_spot_is_one_visit", f["check_spot"]["week"] == 1, f["check_spot"])  # judged and checked on one day: once
check("week_coverage", f["coverage"]["total"] == (20000 * 2 + len(known)) // (2 * len(known)), f["coverage"])
# --- 应检查机构名册: one more without claims, one that needs no checking any more ---
figure = lambda: {x["key"]: x for x in c.get(w).json["figures"]}
new = {"fixmedins_code": "H42980199999", "fixmedins_name": "新开诊所", "admdvs": "429801"}
for k, v in (("fixmedins_code", "H-1"), ("admdvs", "42"), ("fixmedins_name", "")):
    a = c.post("/api/register", {**new, k: v})
    check("register_bad_" + k, a.status == 422 and a.json["fields"][0]["field"] == k, a.body)
a = c.post("/api/register", new)
check("register_add", a.status == 201 and c.post("/api/register", new).status == 409, a.body)
check("register_counts", figure()["should"]["total"] == len(known) + 1 and figure()["coverage"]["total"] == (20000 * 2 + len(known) + 1) // (2 * len(known) + 2), figure()["should"])
a = c.post("/api/register/%s/off" % free[1], {"reason": "协议已终止"})
check("register_off", a.status == 200 and c.post("/api/register/%s/off" % free[1], {"reason": "再来"}).status == 409 and figure()["should"]["total"] == len(known), a.body)
check("register_off_needs_why", c.post("/api/register/%s/off" % free[0], {}).status == 422 and c.post("/api/register/H-nowhere/off", {"reason": "没有"}).status == 404)
l, after = [], ""
while after is not None:
    a = c.get("/api/register", limit=7, **({"after": after} if after else {})).json
    l, after = l + a["rows"], a["next"]
check("register_listed", {x["fixmedins_code"] for x in l} == known | {new["fixmedins_code"]} and len(l) == a["total"] == a["due"] + 1 and
      [x["off_why"] for x in l if x["off_at"]] == ["协议已终止"], a)
check("register_back", c.post("/api/register/%s/back" % free[1]).status == 200 and c.post("/api/register/%s/back" % free[1]).status == 409 and
      figure()["should"]["total"] == len(known) + 1)
check("register_audited", [x[0] for x in s.sql("select act from audit where act like 'register.%' order by seq")] == ["register.add", "register.off", "register.back"])
p = c.get(q).json
p = c.post(full, {"version": p["version"], "state": "planned"}).json
check("put_back", next(v for v in p["rows"] if v["fixmedins_code"] == free[0])["checked_on"] is None and
      {x["key"]: x for x in c.get(w).json["figures"]}["check_full"]["week"] == 0)

s.stop()
finish()
