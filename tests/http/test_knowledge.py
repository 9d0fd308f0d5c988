# SPDX-License-Identifier: MulanPSL-2.0
# Knowledge tables through the port: read, a row checked cell by cell, an Excel compared, a change proposed with its effect, approved by
# another one, used by the very next screening, ended again; shipped files stay as they are.
import csv, glob, hashlib, io, os, subprocess, sys, zipfile
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from client import *

C = county()
s = Server(like=C + "/imported", casework=os.environ.get("HUJI_TEST_CASEWORK"))
tables = C + "/tables"
huji("config", "region", "429801", "--data", s.data)
s.user("head1", "head", name="李处")
s.user("ana1", "analyst", name="王析")
s.user("off1", "officer", name="周法")
s.start()
head, ana, off = s.client("head1"), s.client("ana1"), s.client("off1")


def job(a):
    if not check("job_accepted", a.status == 202, a.body):
        return {}
    for _ in range(2400):
        j = head.get("/api/jobs/" + a.json["job"]).json
        if j["state"] not in ("queued", "running"):
            return j
        time.sleep(0.05)
    return {"state": "late"}


def propose(rows, table="day_limit", because="本市规定"):
    a = ana.post("/api/rule-changes", {"kind": "knowledge", "table": table, "rows": rows, "because": because})
    if a.status != 202:
        return a, None
    job(a)
    return a, head.get("/api/rule-changes/%d" % a.json["id"]).json


def approve(row):
    return head.post("/api/rule-changes/%d/approve" % row["id"], {"note": "同意"})


def hits(base):
    return sum(r["hits"] for r in head.get("/api/rules").json["rows"] if r["base_id"] == base)


def screened(base):
    job(head.post("/api/screens"))
    return hits(base)


# --- reading ------------------------------------------------------------------------------------------
a = ana.get("/api/knowledge")
t = {x["name"]: x for x in a.json["rows"]}
check("all_tables_listed", a.status == 200 and len(t) >= 50 and all(x["title"] for x in t.values()))
check("rules_that_use_it", "C04" in [r["rule_id"] for r in t["day_limit"]["rules"]]
      and "B02" in [r["rule_id"] for r in t["dx_group"]["rules"]] and "B08" in [r["rule_id"] for r in t["dx_set"]["rules"]], t["dx_set"]["rules"])
check("every_table_is_used_or_says_why", all(x["rules"] or x["note"] or x["name"] in ("indication_word",) for x in t.values()),
      [x["name"] for x in t.values() if not x["rules"] and not x["note"]])
a = ana.get("/api/knowledge/day_limit")
cols = [c["name"] for c in a.json["columns"]]
check("columns", cols == ["hilist_code", "lim", "unit", "valid_from", "valid_to"] and a.json["columns"][1]["title"] == "每日限量", cols)
first = a.json["list"][0]
check("rows", a.json["total"] == t["day_limit"]["rows"] and first["state"] == "valid" and not first["own"] and len(first["cells"]) == 5, first)
check("named", any(r["name"] for r in a.json["list"]))
b = ana.get("/api/knowledge/day_limit", limit=2)
c = ana.get("/api/knowledge/day_limit", limit=2, after=b.json["next"])
check("paged", [r["no"] for r in b.json["list"] + c.json["list"]] == [r["no"] for r in a.json["list"][:4]])
check("searched", ana.get("/api/knowledge/day_limit", q=first["cells"][0]).json["total"] >= 1 and ana.get("/api/knowledge/day_limit", q="没有这样的").json["total"] == 0)
check("no_such_404", ana.get("/api/knowledge/nothing").status == 404)
check("nobody_401", s.client().get("/api/knowledge").status == 401)

# --- a row, cell by cell --------------------------------------------------------------------------------
a = ana.post("/api/knowledge/day_limit/check", {"cells": ["", "三", "次", "2023-02-30", ""]})
check("faults_by_cell", [f["column"] for f in a.json["faults"]] == [0, 1, 3] and "数字" in a.json["faults"][1]["what"] and "日期" in a.json["faults"][2]["what"], a.body)
a = ana.post("/api/knowledge/day_limit/check", {"cells": ["X*1", "1", "次", "2023-02-02", "2023-02-01"]})
check("star_in_the_middle", a.json["faults"] and a.json["faults"][0]["column"] == 0, a.body)
a = ana.post("/api/knowledge/day_limit/check", {"cells": ["X1*", "1", "次", "2023-02-02", "2023-02-01"]})
check("days_the_wrong_way_round", a.json["faults"][0]["column"] == 4, a.body)
check("others_told", ana.post("/api/knowledge/day_limit/check", {"cells": [first["cells"][0], "1", "x", "", ""]}).json["others"] >= 1)
check("wrong_number_of_cells_422", ana.post("/api/knowledge/day_limit/check", {"cells": ["a"]}).status == 422)
check("officer_may_not_403", off.post("/api/knowledge/day_limit/check", {"cells": first["cells"]}).status == 403)

# --- an item that no limit speaks of: the commonest line of the county -------------------------------------
known = {r["cells"][0] for r in ana.get("/api/knowledge/day_limit", limit=500).json["list"]}
best, seen = None, {}
for path in glob.glob(tables + "/*fee*.csv"):
    for row in csv.DictReader(open(path, encoding="utf-8-sig")):
        if row["hilist_code"] and float(row["cnt"]) > 2:
            seen[row["hilist_code"]] = seen.get(row["hilist_code"], 0) + 1
best = max((k for k in seen if not any(k == x or (x.endswith("*") and k.startswith(x[:-1])) for x in known)), key=lambda k: seen[k])
shipped = {p: hashlib.sha256(open(p, "rb").read()).hexdigest() for p in glob.glob(os.path.join(ROOT, "rules/knowledge/*"))}
before = screened("C04")

a, _ = propose([{"op": "add", "cells": [best, "x", "次", "", ""]}])
check("bad_cell_422_names_it", a.status == 422 and "每日限量" in a.json["detail"] and a.json["fields"][0]["field"] == "rows[0].lim", a.body)
check("no_rows_422", propose([])[0].status == 422)
check("no_such_table_404", propose([{"op": "add", "cells": ["a"]}], table="nothing")[0].status == 404)
check("path_in_table_404", propose([{"op": "add", "cells": ["a"]}], table="../x")[0].status == 404)
check("bad_op_422", propose([{"op": "drop", "was": first["cells"]}])[0].status == 422)
check("stale_row_409", propose([{"op": "end", "was": [best, "9", "次", "", ""], "to": "2023-01-01"}])[0].status == 409)
check("end_without_day_422", propose([{"op": "end", "was": first["cells"]}])[0].status == 422)
check("officer_proposes_403", off.post("/api/rule-changes", {"kind": "knowledge", "table": "day_limit", "rows": [], "because": "x"}).status == 403)
check("double_row_409", propose([{"op": "add", "cells": first["cells"]}])[0].status == 409)

a, row = propose([{"op": "add", "cells": [best, "1.0", "次", "", ""]}])
x = row["effect"]
check("effect_seen_first", row["state"] == "open" and x["new"] > 0 and x["lost"] == 0 and row["title"] == "知识表 每日限量：新增 1 行", row)
check("not_yet", not os.path.exists(s.data + "/rules/knowledge/day_limit.csv"))
check("proposer_may_not_approve", ana.post("/api/rule-changes/%d/approve" % row["id"]).status == 403)
check("approved", approve(row).json["state"] == "approved")
n = screened("C04")
check("the_row_makes_findings", n == before + x["new"] or n > before, (before, n, x["new"]))
own = open(s.data + "/rules/knowledge/day_limit.csv").read()
check("own_file_says_who", "王析 提出，李处 批准：本市规定" in own and best + ",1,次,," in own, own)
check("history", "day_limit" in open(s.data + "/rules/changes.jsonl").read())
check("shipped_untouched", all(hashlib.sha256(open(p, "rb").read()).hexdigest() == h for p, h in shipped.items()))
a = ana.get("/api/knowledge/day_limit", own=1)
check("own_rows", a.json["total"] == 1 and a.json["list"][0]["cells"] == [best, "1", "次", "", ""] and a.json["changed_by"] == "王析", a.body[:300])
s.stop()
v = huji("verify", "--data", s.data, "--rule", "C04", good=False, binary=SETUP)
check("engine_and_sql_agree", v.returncode == 0, v.stdout + v.stderr)
s.start()
head, ana = s.client("head1"), s.client("ana1")

# --- changed from a day on: the days before keep the old limit -----------------------------------------------
mid = "2023-07-01"
a, row = propose([{"op": "change", "was": [best, "1", "次", "", ""], "cells": [best, "100000", "次", "", ""], "from": mid}])
check("change_effect", row["effect"]["lost"] > 0, row and row["effect"])
check("change_approved", approve(row).status == 200)
rows = [r["cells"] for r in ana.get("/api/knowledge/day_limit", q=best).json["list"]]
check("old_row_ends_new_begins", rows == [[best, "1", "次", "", "2023-06-30"], [best, "100000", "次", mid, ""]], rows)
m = screened("C04")
check("half_of_them_stay", 0 < m < n, (m, n))
s.stop()
v = huji("verify", "--data", s.data, "--rule", "C04", good=False, binary=SETUP)
check("engine_and_sql_agree_dated", v.returncode == 0, v.stdout + v.stderr)
s.start()
head, ana = s.client("head1"), s.client("ana1")

# --- ended: as if it had never been ---------------------------------------------------------------------------
a, row = propose([{"op": "end", "was": rows[0], "to": "2000-01-01"}, {"op": "end", "was": rows[1], "to": "2000-01-01"}])
check("undone", row["effect"]["lost"] > 0 and row["effect"]["new"] == 0 and approve(row).status == 200, row)
check("findings_are_gone", screened("C04") == before, (before, hits("C04")))
check("rows_are_kept_as_ended", [r["state"] for r in ana.get("/api/knowledge/day_limit", q=best).json["list"]] == ["ended", "ended"])

# --- of a thing with several rows (levels), one changed: the others stay -----------------------------------------
price = [r for r in ana.get("/api/knowledge/price_cap", limit=500).json["list"]]
code = next(r["cells"][0] for r in price if sum(x["cells"][0] == r["cells"][0] for x in price) > 2)
mine = [r["cells"] for r in price if r["cells"][0] == code]
new = list(mine[0])
new[2] = "0.01"
a, row = propose([{"op": "change", "was": mine[0], "cells": new, "from": "2020-01-01"}], table="price_cap")
check("price_changed", row and approve(row).status == 200, a.body)
now = [r["cells"] for r in ana.get("/api/knowledge/price_cap", q=code).json["list"]]
check("other_levels_stay", sorted(now) == sorted(mine[1:] + [mine[0][:4] + ["2019-12-31"], new[:3] + ["2020-01-01", ""]]), now)

# --- a table asked without a day: has() looks at the day of the event all the same --------------------------------
a, row = propose([{"op": "add", "cells": [best, "", "2023-01-01", "2023-12-31"]}], table="tcm_never")
check("dated_row_of_has", row and row["state"] == "open" and row["effect"]["new"] > 0, row)
check("approved_has", approve(row).status == 200)
g = ana.get("/api/knowledge/indication").json["list"]
a, row = propose([{"op": "end", "was": r["cells"], "to": "2023-06-30"} for r in g[:20]], table="indication")
check("ended_rows_of_any_dx_listed", row and approve(row).status == 200, a.body)
job(head.post("/api/screens"))
s.stop()
v = huji("verify", "--data", s.data, "--rule", "D09,C04,D03", good=False, binary=SETUP)
check("engine_and_sql_agree_has", v.returncode == 0, v.stdout + v.stderr)
s.start()
head, ana = s.client("head1"), s.client("ana1")
g = [r["cells"] for r in ana.get("/api/knowledge/dx_group").json["list"]]
a, row = propose([{"op": "end", "was": g[0], "to": "2024-01-01"}], table="dx_group")
check("undated_ends_for_all_days", row and approve(row).status == 200
      and g[0] not in [r["cells"] for r in ana.get("/api/knowledge/dx_group", limit=500).json["list"]])
a, row = propose([{"op": "add", "cells": g[0]}], table="dx_group")
check("undated_added_again", row and approve(row).status == 200
      and g[0] in [r["cells"] for r in ana.get("/api/knowledge/dx_group", limit=500).json["list"]], a.body)

# --- Excel --------------------------------------------------------------------------------------------------------
a = ana.get("/api/knowledge/day_limit/template")
check("template", a.status == 200 and a.body[:2] == b"PK" and "attachment" in a.headers["content-disposition"])
z = zipfile.ZipFile(io.BytesIO(a.body))
check("template_says_the_columns", "每日限量" in z.read("xl/sharedStrings.xml").decode() and '"@"' in z.read("xl/styles.xml").decode().replace("&quot;", '"')
      or 'numFmtId="49"' in z.read("xl/styles.xml").decode())
a = ana.get("/api/knowledge/day_limit/export")
check("export", a.status == 200 and first["cells"][0] in zipfile.ZipFile(io.BytesIO(a.body)).read("xl/sharedStrings.xml").decode())
b = ana.ask("POST", "/api/knowledge/day_limit/compare", a.body, {"Content-Type": "application/octet-stream"})
check("exported_is_the_same", b.status == 200 and b.json["counts"]["new"] == b.json["counts"]["changed"] == b.json["counts"]["rejected"] == 0
      and b.json["counts"]["same"] == ana.get("/api/knowledge/day_limit").json["total"], b.body[:300])
text = "本市限量\n医保目录编码,每日限量,计价单位,科长签字\n%s,5,%s,是\n%s,2,次,是\n%s,2,次,是\n,3,次,是\n001,三,次,是\n" % (
    first["cells"][0], first["cells"][2], "XTEST*", "XTEST*")
b = ana.ask("POST", "/api/knowledge/day_limit/compare", text.encode(), {"Content-Type": "application/octet-stream"})
st = [r["status"] for r in b.json["rows"]]
check("compared", st == ["changed", "new", "rejected", "rejected", "rejected"] and b.json["unknown"] == ["科长签字"], b.body)
check("was_told", b.json["rows"][0]["was"] == first["cells"] and b.json["rows"][0]["cells"][1] == "5", b.json["rows"][0])
check("faults_told", "第 4 行相同" in b.json["rows"][2]["faults"][0]["what"] and b.json["rows"][4]["faults"][0]["column"] == 1, b.json["rows"][2:])
a = ana.ask("POST", "/api/knowledge/day_limit/compare", b"\xd0\xcf\x11 no table", {"Content-Type": "application/octet-stream"})
check("no_heading_422", a.status == 422, a.body)
rows = [{"op": "change", "was": r["was"], "cells": r["cells"], "from": "2023-01-01"} if r["status"] == "changed" else {"op": "add", "cells": r["cells"]}
        for r in b.json["rows"] if r["status"] in ("new", "changed")]
_, row = propose(rows, because="市局文件")
check("import_proposed", row["state"] == "open" and row["title"] == "知识表 每日限量：新增 1 行、改 1 行" and approve(row).status == 200, row)
s.stop()

# --- the command line goes on with the same file -----------------------------------------------------------------------
more = os.path.join(s.tmp.name, "more.csv")
open(more, "w").write("hilist_code,lim,unit\nXMORE*,3,次\n")
huji("knowledge", "import", "--data", s.data, "--table", "day_limit", more)
own = open(s.data + "/rules/knowledge/day_limit.csv").read()
check("cli_keeps_the_columns", "XMORE*,3,次,," in own and best + ",1,次,,2000-01-01" in own and own.count("hilist_code") == 1, own)
huji("knowledge", "list", "--data", s.data)
finish()
