# SPDX-License-Identifier: MulanPSL-2.0
# A screening of one area, of some rules, of some days: finds what the whole one finds there, and leaves everything else alone:
# the table of findings and the clues of other areas, rules and days.
import csv, io, os, sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from client import *

s = Server(casework=os.environ.get("HUJI_TEST_CASEWORK"))
tables = os.path.join(s.tmp.name, "tables")
shutil.copytree(county() + "/tables", tables)
# Every other institution lies in the county next door, and some in neither.
path = os.path.join(tables, "fixmedins_b.csv")
rows = list(csv.reader(open(path, encoding="utf-8-sig")))
at = rows[0].index("fix_blng_admdvs")
for n, row in enumerate(rows[1:]):
    if row[at] == "429801" and n % 2:
        row[at] = "429802"
with open(path, "w", newline="") as f:
    csv.writer(f).writerows(rows)
place = {row[0]: row[at] for row in rows[1:]}
huji("import", "--data", s.data, tables)


def findings(*words):
    """What was asked, of the table of findings after a screening, as `huji screen` writes it."""
    out = huji("screen", "--data", s.data, "--format", "csv", "--all", *words).stdout
    return list(csv.DictReader(io.StringIO(out.lstrip("\ufeff"))))


here = lambda r: place.get(r["fixmedins_code"]) == "429802"
only = findings("--area", "429802")  # no run before: nothing else is there
whole = findings()
check("area_finds_what_the_whole_run_finds_there", only == [r for r in whole if here(r)] and 20 < len(only) < len(whole) - 20, (len(only), len(whole)))
june = lambda r: "2023-06-01" <= r["event_date"] <= "2023-06-30"
b02 = lambda r: r["rule_id"].split(".")[0] == "B02"
city = lambda r: place.get(r["fixmedins_code"], "").startswith("4298")
check("area_listed", findings("--area", "429802") == only)
check("area_as_a_city_with_noughts", findings("--area", "429800") == [r for r in whole if city(r)])
check("rule_listed", findings("--rule", "B02") == [r for r in whole if b02(r)] != [])
check("days_listed", findings("--from", "2023-06-01", "--to", "2023-06-30") == [r for r in whole if june(r)] != [])
check("all_three_at_once", findings("--from", "2023-06-01", "--to", "2023-06-30", "--rule", "B02", "--area", "4298") ==
      [r for r in whole if city(r) and b02(r) and june(r)])
# None of these touched the rest: the table is what SQL finds over everything.
said = list(csv.DictReader(io.StringIO(prepare("verify", "--data", s.data, "--format", "csv").stdout.lstrip("\ufeff"))))
check("the_rest_is_kept", len(said) > 150 and {r["result"] for r in said} == {"一致"}, [r for r in said if r["result"] != "一致"][:3])
p = huji("screen", "--data", s.data, "--area", "42980", good=False)
check("area_wrong_cli", p.returncode == 2 and "区划代码" in p.stderr, (p.returncode, p.stderr))

s.user("head1", "head", name="李处")
s.user("sys1", "system", name="系统")
s.user("hand1", "handler", name="赵稽")
s.start()
c, sys1 = s.client("head1"), s.client("sys1")
for code, kind, name, admdvs, parent in (("C98", "bureau", "青溪市医保局", "429800", "root"), ("C982", "bureau", "东县医保局", "429802", "C98")):
    body = {"code": code, "kind": kind, "name": name, "admdvs": admdvs, "parent": parent}
    check("org_made", sys1.post("/api/orgs", body).status == 201)
s.user("head2", "head", org="C982", name="东县")


def job(a, who=None):
    if not check("job_accepted", a.status == 202, a.body):
        return {}
    for _ in range(1200):
        j = (who or c).get("/api/jobs/" + a.json["job"]).json
        if j["state"] not in ("queued", "running"):
            return j
        time.sleep(0.1)
    return {"state": "late"}


j = job(c.post("/api/screens"))
n = c.get("/api/clues").json["total"]
check("whole_run", j["state"] == "done" and n > 0 and c.get("/api/screens/last").json["run"]["part"] is False, j)
before = s.sql("select finding_id, found, content_hash, admdvs from clue order by id")

a = c.get("/api/screens/areas").json
check("areas", {r["admdvs"]: r["institutions"] for r in a["rows"]}.keys() >= {"429801", "429802"} and
      sum(r["institutions"] for r in a["rows"]) == len(place), a)
j = job(c.post("/api/screens", {"area": "429802"}))
check("area_job", j["state"] == "done" and j["result"]["clues"]["gone"] == 0 == j["result"]["clues"]["added"] and
      j["result"]["hits"] == sum(here(r) and r["hit"] == "true" for r in whole), (j, sum(here(r) for r in whole)))
check("area_hides_nothing", c.get("/api/clues").json["total"] == n and
      s.sql("select finding_id, found, content_hash, admdvs from clue order by id") == before)
run = c.get("/api/screens/last").json["run"]
check("area_said_of_the_last_run", run["area"] == "429802" and run["only_part"] and not run["part"] and run["hits"] == n, run)

# What an area's run no longer finds is marked there, and there alone: two rows that no run can find.
mine, other = [next(r[0] for r in before if r[3] == x) for x in ("429802", "429801")]
s.stop()
s.sql("update clue set finding_id = 'old-' || finding_id where finding_id in ('%s', '%s')" % (mine, other))
s.start()
c = s.client("head1")
j = job(c.post("/api/screens", {"area": "429802"}))
gone = s.sql("select finding_id from clue where found = 0")
check("gone_in_the_area_only", j["result"]["clues"]["gone"] == 1 and gone == [["old-" + mine]], (j, gone))
# The other area's finding is raised anew (its clue was renamed above), which a whole run then says is gone.
j = job(c.post("/api/screens"))
check("whole_run_says_the_rest", sorted(s.sql("select finding_id from clue where found = 0")) == sorted([["old-" + mine], ["old-" + other]]), j)

# Stale findings of an undone run are not brought back by a run that did not look at them.
s.stop()
s.sql("update clue set found = 0 where finding_id = '%s'" % other)
s.start()
c = s.client("head1")
j = job(c.post("/api/screens", {"area": "429802"}))
check("not_brought_back_by_others", s.sql("select found from clue where finding_id = '%s'" % other) == [["0"]], j)
j = job(c.post("/api/screens", {"area": "429801"}))
check("brought_back_by_its_own", s.sql("select found from clue where finding_id = '%s'" % other) == [["1"]], j)

for body in ({"area": "4298"[:3]}, {"area": "ab"}, {"area": "000000"}, {"area": 4298}):
    check("area_wrong", c.post("/api/screens", body).status == 422, body)
far = s.client("head2")
check("area_own", job(far.post("/api/screens", {"area": "429802", "raise": False}), far)["state"] == "done")
a = far.post("/api/screens", {"area": "429801"})
check("area_of_neighbours", a.status == 422 and "辖区" in a.body.decode(), a.body)
check("area_above", far.post("/api/screens", {"area": "42"}).status == 422)
check("areas_own", [r["admdvs"] for r in far.get("/api/screens/areas").json["rows"]] == ["429802"])
hand = s.client("hand1")
check("areas_may_be_read", hand.get("/api/screens/areas").status == 200)
check("area_forbidden", hand.post("/api/screens", {"area": "429802"}).status == 403)
check("areas_administrator_forbidden", s.client("sys1").get("/api/screens/areas").status == 403)
check("stops", s.stop() == 0, s.text()[-2000:])
finish()
