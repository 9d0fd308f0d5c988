# SPDX-License-Identifier: MulanPSL-2.0
# Quality, rejects and ready of a division: the institutions of that division, nobody else's; the whole house for who may see all.
import csv, io, os, sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from client import *

s = Server()
tables = os.path.join(s.tmp.name, "tables")
shutil.copytree(county() + "/tables", tables)


def change(name, how):
    path = os.path.join(tables, name)
    rows = list(csv.reader(open(path, encoding="utf-8-sig")))
    how(rows)
    with open(path, "w", newline="") as f:
        csv.writer(f).writerows(rows)
    return rows


def next_door(rows):
    at = rows[0].index("fix_blng_admdvs")
    for n, row in enumerate(rows[1:]):
        if row[at] == "429801" and n % 2:
            row[at] = "429802"


insts = change("fixmedins_b.csv", next_door)
at, code = insts[0].index("fix_blng_admdvs"), insts[0].index("fixmedins_code")
place = {r[code]: r[at] for r in insts[1:]}
broken = []


def spoil(rows):
    """Amounts that can't be, in settlements of several institutions; one that names none at all."""
    fee, inst = rows[0].index("medfee_sumamt"), rows[0].index("fixmedins_code")
    for row in rows[1:200:7]:
        row[fee] = "三百元"
        broken.append(row[inst])
    row = rows[3]
    row[fee], row[inst] = "五元", ""


change("setl_d.csv", spoil)
huji("import", "--data", s.data, tables)
s.user("head1", "head", name="李处")
s.user("sys1", "system", name="系统")
s.start()
c, sys1 = s.client("head1"), s.client("sys1")
for org, admdvs, parent in (("C98", "429800", "root"), ("C982", "429802", "C98")):
    check("org_made", sys1.post("/api/orgs", {"code": org, "kind": "bureau", "name": "医保局" + org, "admdvs": admdvs, "parent": parent}).status == 201)
s.user("head2", "head", org="C982", name="东县")
d = s.client("head2")
mine = [x for x in broken if place[x] == "429802"]


def grid(who, part):
    g = who.get("/api/quality/" + part).json
    return g["whole"], [dict(zip(g["head"], r)) for r in g["rows"]]


# --- rejects ---
a, b = c.get("/api/rejects", limit=1000).json, d.get("/api/rejects", limit=1000).json
check("rejects_all", a["total"] == len(broken) + 1 and 2 < len(mine) < len(broken) - 2, (a["total"], len(broken), len(mine)))
check("rejects_of_the_division", b["total"] == len(mine) and all(x["value"] == "三百元" for x in b["rows"]), (b["total"], len(mine)))
text = d.get("/api/rejects/export", format="csv").body.decode("utf-8-sig")
codes = [k for k in place if k in text]
check("reject_file_of_the_division", len(list(csv.reader(io.StringIO(text)))) == len(mine) + 2 and codes and all(place[k] == "429802" for k in codes), codes)
check("reasons", sum(int(x["行数"]) for x in grid(d, "reasons")[1]) == len(mine) and sum(int(x["行数"]) for x in grid(c, "reasons")[1]) == len(broken) + 1, grid(d, "reasons"))

# --- the report ---
for part in ("marks", "codes", "months"):
    (w1, all_), (w2, part_) = grid(c, part), grid(d, part)
    check(part + "_whole", w1 and not w2 and len(part_) <= len(all_), (part, len(part_), len(all_)))
check("months_name_only_mine", all(place.get(x["机构编号"]) == "429802" for x in grid(d, "months")[1]))
marks = lambda who: sum(int(x["行数"]) for x in grid(who, "marks")[1])
check("marks_fewer", 0 < marks(d) < marks(c), (marks(d), marks(c)))
held = grid(d, "tables")
line = next(x for x in held[1] if x["表"] == "fee_list_d")
n = sum(1 for r in csv.DictReader(open(os.path.join(tables, "fee_list_d.csv"), encoding="utf-8-sig")) if place[r["fixmedins_code"]] == "429802")
check("held_by_table", int(line["在库行数"]) == n and not any(x["表"] == "psn_info_b" for x in held[1]), (line, n))
check("files_are_the_houses", grid(d, "files")[1] == [] and grid(d, "values")[1] == [] and len(grid(c, "files")[1]) > 5)
check("balance_is_the_houses", d.get("/api/quality/balance").json["rows"] == [] and len(c.get("/api/quality/balance").json["rows"]) > 5)
heat = d.get("/api/quality/heat").json["institutions"]
check("heat_of_the_division", heat and all(place[x["code"]] == "429802" for x in heat))

# --- ready ---
a, b = c.get("/api/ready").json, d.get("/api/ready").json
check("ready_answers_both", a["can"] + a["cannot"] == b["can"] + b["cannot"] and 0 < b["can"] <= a["can"], (a["can"], b["can"]))
s.stop()
finish()
