# SPDX-License-Identifier: MulanPSL-2.0
# 分析台 and 运行指标: figures against the tables themselves, peers, drilling, rows that become clues, saved questions, watched items.
import collections, csv, json, os, statistics, sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from client import *

C = county()
s = Server(like=C + "/imported", casework=os.environ.get("HUJI_TEST_CASEWORK"))
src = C + "/tables"
s.user("analyst1", "analyst")
s.user("head1", "head")
s.user("handler1", "handler")
s.start()
c = s.client("analyst1")


def rows(name):
    with open(os.path.join(src, name), encoding="utf-8-sig", newline="") as f:
        return list(csv.DictReader(f))


def pivot(by, **q):
    a = c.get("/api/analysis/pivot", by=by, limit=1000, **q)
    return a.json["rows"] if a.status == 200 else a


w = c.get("/api/analysis/words").json
check("words", {"month", "institution", "doctor", "dx", "item", "area", "age"} <= {d["name"] for d in w["dimensions"]} and
      w["span"]["first_month"] < w["span"]["last_month"], w)
check("forbidden", s.client("handler1").get("/api/analysis/pivot", by="month").status == 403)

# Every dimension cuts the same whole.
whole = collections.Counter()
for d in [x["name"] for x in w["dimensions"] if not x["lines"]]:
    p = pivot(d)
    if not check("cut_" + d, isinstance(p, list) and p, getattr(p, "body", p)):
        continue
    total = (sum(r["visits"] for r in p), sum(r["fund_fen"] for r in p), sum(r["medfee_fen"] for r in p))
    whole[total] += 1
check("every_dimension_the_same_sum", len(whole) == 1, whole)

# Against the tables: stays and their cost by institution, where nothing was refunded.
setl = collections.defaultdict(list)
for r in rows("setl_d.csv"):
    setl[r["mdtrt_id"]].append(r)
clean = {m: l for m, l in setl.items() if all(r.get("refd_setl_flag") != "1" and not r.get("init_setl_id") for r in l)}
visit = {r["mdtrt_id"]: r for r in rows("mdtrt_d.csv")}
dirty = {visit[m]["fixmedins_code"] for m in setl if m not in clean and m in visit}
p = {r["k1"]: r for r in pivot("institution", kind="住院")}
bad = []
n = 0
for inst in sorted(p):
    mine = [m for m in clean if m in visit and visit[m]["fixmedins_code"] == inst and visit[m]["med_type"][:2] in ("21", "22", "23", "24", "25", "26", "27", "52") and
            visit[m].get("vali_flag", "1") in ("1", "") and visit[m].get("inhosp_stas") != "1" and visit[m]["endtime"]]
    if inst in dirty:
        continue
    want = (len(mine), round(sum(float(r["fund_pay_sumamt"]) * 100 for m in mine for r in clean[m])))
    n += 1
    if (p[inst]["visits"], p[inst]["fund_fen"]) != want:
        bad.append((inst, want, p[inst]))
check("stays_and_fund_as_in_the_tables (%d)" % n, n >= 3 and not bad, bad[:2])

# Lines: one item's amount.
fee = collections.Counter()
for r in rows("fee_list_d.csv"):
    fee[r["hilist_code"] or r["med_list_codg"]] += round(float(r["det_item_fee_sumamt"]) * 100)
items = pivot("item")
check("items", len(items) > 20 and sum(r["medfee_fen"] for r in items) <= sum(fee.values()) and
      sum(r["medfee_fen"] for r in items[:20]) > 0.9 * sum(fee[r["k1"]] for r in items[:20]),
      (sum(r["medfee_fen"] for r in items), sum(fee.values())))

# Peers: institutions of the same kind, by the median of means.
p = pivot("institution")
kinds = {k: [r["k1"] for r in pivot("institution", inst_kind=k)] for k in [r["k1"] for r in pivot("inst_kind")]}
for k, codes in kinds.items():
    mine = [r for r in p if r["k1"] in codes]
    med = statistics.median(r["mean_fen"] for r in mine)
    check("peers_" + k, all(abs(r["peer_mean_fen"] - med) <= 1 and r["peers"] == len(mine) and
                            abs(r["ratio"] - r["mean_fen"] * 1000 / med) <= 1 for r in mine), mine[:2])
two = pivot("institution,month")
check("two_dimensions", len(two) > len(p) and sum(r["visits"] for r in two) == sum(r["visits"] for r in p) and two[0]["l2"])
check("drill", sum(r["visits"] for r in pivot("doctor", institution=p[0]["k1"])) == p[0]["visits"])
m = sorted(r["k1"] for r in pivot("month"))
check("months", [r["k1"] for r in pivot("month", **{"from": m[1], "to": m[3]})] == m[1:4])
check("sorted", [r["k1"] for r in pivot("institution", sort="-ratio")][0] == max(p, key=lambda r: (r["ratio"] or 0))["k1"])
for name, q in (("by", {"by": "psn_name"}), ("three", {"by": "month,dx,item"}), ("twice", {"by": "month,month"}), ("none", {"by": ""}),
                ("from", {"by": "month", "from": "2023"}), ("from2", {"by": "month", "from": "2023-1' "}), ("sort", {"by": "month", "sort": "psn_no"}),
                ("limit", {"by": "month", "limit": 100000})):
    check("wrong_" + name, c.get("/api/analysis/pivot", **q).status == 422)
check("injection_is_a_value", pivot("month", institution="x' or '1'='1") == [])

# Rows become clues: all or none, with the rationale.
stay = [m for m in clean if m in visit and visit[m]["med_type"].startswith("21")][0]
inst = p[0]["k1"]
before = c.get("/api/clues", limit=1).json["total"]
batch = {"title": "次均费用明显高于同类", "basis": "分析台：按机构透视，次均为同类中位数的两倍以上",
         "rows": [{"fixmedins_code": inst, "amount_fen": 12300, "fund_fen": 6000, "note": p[0]["l1"]},
                  {"mdtrt_id": stay, "amount_fen": 500, "fund_fen": 0}]}
a = c.post("/api/analysis/clues", batch)
check("batch", a.status == 201 and len(a.json["ids"]) == 2, a.body)
one = c.get("/api/clues/%d" % a.json["ids"][1]).json
check("batch_visit_filled", one["psn_no"] == visit[stay]["psn_no"] and one["fixmedins_code"] == visit[stay]["fixmedins_code"] and
      one["source"] == "analysis", one)
check("batch_basis", c.get("/api/clues/%d/money" % a.json["ids"][0]).json["basis"]["basis"] == batch["basis"])
wrong = json.loads(json.dumps(batch))
wrong["rows"][1]["amount_fen"] = 0
a = c.post("/api/analysis/clues", wrong)
check("batch_all_or_none", a.status == 422 and c.get("/api/clues", limit=1).json["total"] == before + 2, a.body)
check("batch_empty", c.post("/api/analysis/clues", {**batch, "rows": []}).status == 422)
check("batch_nobody", c.post("/api/analysis/clues", {**batch, "rows": [{"amount_fen": 5, "fund_fen": 0}]}).status == 422)
check("batch_no_basis", c.post("/api/analysis/clues", {**batch, "basis": ""}).status == 422)
check("batch_audited", [x["act"] for x in s.client("audit1").get("/api/audit", limit=50).json["rows"]].count("clue.make") == 2)

# Saved.
spec = {"by": "institution", "sort": "-ratio"}
a = c.post("/api/analysis/saved", {"kind": "pivot", "name": "次均", "spec": spec})
mine = a.json["id"]
check("saved", a.status == 201 and [x["spec"] for x in c.get("/api/analysis/saved").json["rows"]] == [spec])
h = s.client("head1")
check("saved_is_mine", h.get("/api/analysis/saved").json["rows"] == [] and h.ask("DELETE", "/api/analysis/saved/%d" % mine).status == 404)
c.post("/api/analysis/saved", {"kind": "pivot", "name": "次均", "spec": spec, "shared": True})
check("saved_shared_once", [x["id"] for x in h.get("/api/analysis/saved").json["rows"]] == [mine])
check("saved_deleted", c.ask("DELETE", "/api/analysis/saved/%d" % mine).status == 204 and c.get("/api/analysis/saved").json["rows"] == [])
check("saved_wrong", c.post("/api/analysis/saved", {"kind": "x", "name": "n", "spec": {}}).status == 422)

# 运行指标.
f = c.get("/api/indicators", by="month").json
check("figures", sum(r["fund_fen"] for r in f["rows"]) == f["sum"]["fund_fen"] == list(whole)[0][1] and f["sum"]["recovered_fen"] == 0 and
      f["sum"]["stays"] > 0 and f["sum"]["self_fen"] > 0, f["sum"])
check("figures_by_area", c.get("/api/indicators", by="area").status == 200 and c.get("/api/indicators", by="insutype", institution=inst).status == 200)
check("figures_wrong", c.get("/api/indicators", by="item").status == 422 and c.get("/api/indicators").status == 422)
clue = c.get("/api/clues", limit=5).json["rows"][-1]["id"]
s.sql("insert into refund(clue, amount_fen, voucher, paid_on, actor, at) values (%d, 4200, 'V1', '%s-15', 'x', '2026-01-01')" % (clue, m[-1]))
f = c.get("/api/indicators", by="month").json
check("recovered_by_month", [r.get("recovered_fen") for r in f["rows"]][-1] == 4200 and f["sum"]["recovered_fen"] == 4200 and f["recovered_by_key"])
check("recovered_by_insurance_unknown", c.get("/api/indicators", by="insutype").json["recovered_by_key"] is False)

month = m[len(m) // 2]
t = collections.defaultdict(lambda: [0, 0])
for r in rows("fee_list_d.csv"):
    k = r["hilist_code"] or r["med_list_codg"]
    when = r["fee_ocur_time"][:7]
    y, mm = int(month[:4]), int(month[5:])
    last = "%04d-%02d" % ((y, mm - 1) if mm > 1 else (y - 1, 12))
    if when == month:
        t[k][0] += round(float(r["det_item_fee_sumamt"]) * 100)
    if when == last:
        t[k][1] += round(float(r["det_item_fee_sumamt"]) * 100)
got = c.get("/api/indicators/items", month=month, limit=500).json["rows"]
exact = [r for r in got if (r["fee_fen"], r["before_fen"]) == tuple(t[r["code"]])]
check("items_by_month (%d of %d exact, refunded lines aside)" % (len(exact), len(got)), len(got) > 20 and len(exact) > 0.9 * len(got), got[:2])
check("items_change", all(r["change_fen"] == r["fee_fen"] - r["before_fen"] for r in got) and got[0]["fee_fen"] >= got[1]["fee_fen"])
up = [r for r in c.get("/api/indicators/items", month=month, sort="-change_permille", limit=500).json["rows"] if 20 < (r["change_permille"] or 0) < 9000 and (r["year_change_permille"] or 0) < 9000][0]
check("watch", c.ask("PUT", "/api/indicators/watch/" + up["code"], {"up_percent": 1, "note": "涨得快"}).json["rows"][0]["note"] == "涨得快")
got = c.get("/api/indicators/items", month=month, watched=1).json["rows"]
check("watched_alarm", [(r["code"], r["watched"], r["alarm"]) for r in got] == [(up["code"], True, True)], got)
c.ask("PUT", "/api/indicators/watch/" + up["code"], {"up_percent": 1000})
check("watched_no_alarm", not c.get("/api/indicators/items", month=month, watched=1).json["rows"][0]["alarm"])
check("unwatched", c.ask("DELETE", "/api/indicators/watch/" + up["code"]).json["rows"] == [] and c.ask("DELETE", "/api/indicators/watch/x").status == 404)
check("watch_unknown", c.ask("PUT", "/api/indicators/watch/nothing", {}).status == 404)
check("items_wrong", c.get("/api/indicators/items", month="2023").status == 422 and c.get("/api/indicators/items", month=month, sort="x").status == 422)
s.stop()
finish()
