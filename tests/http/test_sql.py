# SPDX-License-Identifier: MulanPSL-2.0
# The read-only SQL box: what it answers, what it masks, whom it shows what, and forty ways out of it that are closed.
import collections, csv, json, os, sys, threading
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from client import *

C = county()
s = Server(like=C + "/screened", casework=os.environ.get("HUJI_TEST_CASEWORK"))
src = C + "/tables"
s.user("analyst1", "analyst")
s.user("handler1", "handler")
s.start()
c = s.client("analyst1")
SAN = "asan" in HUJI


def ask(sql, who=None):
    return (who or c).post("/api/analysis/sql", {"sql": sql})


def rows(sql, who=None):
    a = ask(sql, who)
    return a.json["rows"] if a.status == 200 else a.body.decode()


def table(name):
    with open(os.path.join(src, name), encoding="utf-8-sig", newline="") as f:
        return list(csv.DictReader(f))


check("forbidden", ask("select 1", s.client("handler1")).status == 403)
v = c.get("/api/analysis/views").json
check("views", {x["name"] for x in v["views"]} == {"visits", "fees", "persons", "institutions", "items", "findings"} and v["limits"]["rows"] == 1000)

# --- right answers ---
check("one", ask("select 1 as a, 'x' as b, null as c, 1.50 as d").json["rows"] == [[1, "x", None, 1.50]])
fee = collections.Counter()
for r in table("fee_list_d.csv"):
    fee[r["hilist_code"] or r["med_list_codg"]] += round(float(r["det_item_fee_sumamt"]) * 100)
got = rows("select count(*), sum(amount) from fees")
check("fees_counted", abs(got[0][0] - len(table("fee_list_d.csv"))) < 0.03 * got[0][0] and 0 < float(got[0][1]) * 100 <= sum(fee.values()) , got)
for view in v["views"]:
    names = [x["name"] for x in view["columns"]]
    a = ask("select * from %s limit 5" % view["name"])
    check("all_columns_of_" + view["name"], a.status == 200 and a.json["columns"] == names and len(a.json["rows"]) == 5, a.body[:300])
    for n in names[::4]:
        if isinstance(rows('select "%s", count(*) from %s group by 1' % (n, view["name"])), str):
            check("column_%s_%s" % (view["name"], n), False, rows('select "%s" from %s' % (n, view["name"])))
top = rows("select item_code, sum(amount)::double from fees group by 1 order by 2 desc limit 3")
pivot = c.get("/api/analysis/pivot", by="item", limit=3).json["rows"]
check("as_the_pivot", [(r[0], round(r[1] * 100)) for r in top] == [(r["k1"], r["medfee_fen"]) for r in pivot], (top, pivot))
joined = rows("select i.fixmedins_name, count(*) from visits v join institutions i using (fixmedins_code) join fees f on f.mdtrt_id = v.mdtrt_id"
              " where f.day between v.begndate and v.enddate group by 1 order by 2 desc limit 3")
check("three_tables_joined", isinstance(joined, list) and len(joined) == 3 and joined[0][1] > 100, joined)
check("windows_and_ctes", rows("with m as (select month, sum(fund) f from visits group by 1) select count(*), count(f - lag_f) from"
                               " (select f, lag(f) over (order by month) lag_f from m)")[0][0] >= 12)
check("order_kept", [r[0] for r in rows("select range from range(5) order by range desc")] == [4, 3, 2, 1, 0])
a = ask("select mdtrt_id from fees").json
check("rows_cut_at_1000", len(a["rows"]) == 1000 and a["cut"])
check("rows_not_cut", ask("select range from range(1000)").json["cut"] is False)
check("trailing_semicolon_and_comment", rows("select 7 -- the end\n;") == [[7]] and rows("/* a */ -- b\n (select 8)") == [[8]])
check("findings", rows("select count(*) from findings")[0][0] > 50)

# --- masked ---
real = {r["psn_no"]: r for r in table("psn_info_b.csv")}
p = rows("select psn_no, psn_name, certno, birth_year from persons where psn_name is not null limit 50")
check("masked", len(p) == 50 and all(n == real[i]["psn_name"][0] + "*" and (cert is None or "********" in cert) for i, n, cert, y in p), p[:3])
text = json.dumps(rows("select * from persons limit 1000"), ensure_ascii=False)
check("no_name_or_number_whole", not any(r["psn_name"] in text or (r["certno"] and r["certno"] in text) for r in real.values() if len(r["psn_name"]) > 2))

# --- the ways out ---
DB = os.path.join(s.data, "claims.duckdb")
CW = os.path.join(s.data, "casework.sqlite")
OUT = os.path.join(s.tmp.name, "out")
closed = {
    "read_csv": "select * from read_csv('/etc/passwd', header=false, sep='|')", "read_text": "select * from read_text('/etc/passwd')",
    "read_blob": "select * from read_blob('/etc/hostname')", "read_json": "select * from read_json('/etc/passwd')",
    "read_parquet": "select * from read_parquet('/etc/passwd')", "replacement": "select * from '/etc/passwd'", "csv_name": "select * from '/etc/x.csv'",
    "glob": "select * from glob('/etc/*')", "sniff": "select * from sniff_csv('/etc/passwd')",
    "copy_out": "copy (select 1) to '%s'" % OUT, "copy_visits": "copy visits to '%s'" % OUT, "copy_in": "copy x from '/etc/passwd'",
    "export": "export database '%s'" % OUT, "import": "import database '/tmp'",
    "attach": "attach '%s' as c" % DB, "attach_ro": "attach '%s' as c (read_only)" % DB, "sqlite": "attach '%s' (type sqlite)" % CW,
    "store_by_path": "select * from '%s'.main.s_visit" % DB, "own_tables": "select * from s_visit", "text_tables": "select * from t_psn_info_b",
    "pragma": "pragma database_list", "pragma_version": "pragma version", "set": "set enable_external_access = true", "set_threads": "set threads = 4",
    "reset": "reset enable_external_access", "set_local": "set session memory_limit = '9GB'",
    "install": "install httpfs", "load": "load httpfs", "load_path": "load '/tmp/x.so'", "force": "force install httpfs",
    "create": "create table t as select 1", "create_view": "create or replace view visits as select 1", "drop": "drop view visits",
    "insert": "insert into visits select * from visits", "delete": "delete from visits", "update": "update visits set fund = 0",
    "with_insert": "with x as (select 1) insert into visits select * from x", "macro": "create macro f(x) as x", "secret": "create secret (type s3)",
    "two": "select 1; select 2", "two_set": "select 1; set threads = 2", "closing": "select 1) q; drop view visits; select * from (select 1",
    "closing2": "select 1) q limit 0; select * from read_text('/etc/passwd') --", "call": "call pragma_version()", "explain": "explain select 1",
    "explain_copy": "explain analyze copy visits to '%s'" % OUT, "prepare": "prepare p as select 1", "param": "select $1", "param2": "select ?",
    "checkpoint": "checkpoint", "vacuum": "vacuum", "use": "use system", "begin": "begin", "detach": "detach memory", "describe": "describe visits",
    "getenv": "select getenv('HOME')", "http": "select * from 'http://127.0.0.1:1/x.csv'", "s3": "select * from 's3://x/y.parquet'",
    "empty": "  ", "comment": "-- nothing", "nul": "select 1 \x00 ; drop", "not_sql": "hello",
}
for name, sql in closed.items():
    a = ask(sql)
    check("closed_" + name, a.status in (400, 422) and b"root:" not in a.body and a.json["detail"], a.body[:200])
check("nothing_written", not os.path.exists(OUT))
check("query_of_query", isinstance(rows("select * from query('select * from read_text(''/etc/passwd'')')"), str))
check("settings_hold", rows("select current_setting('enable_external_access'), current_setting('lock_configuration'), current_setting('threads')") ==
      [["false", "true", 1]] or rows("select current_setting('enable_external_access')::varchar, current_setting('lock_configuration')::varchar") == [["false", "true"]],
      rows("select current_setting('enable_external_access'), current_setting('lock_configuration'), current_setting('threads')"))
check("only_its_own_database", [r[0] for r in rows("select database_name from duckdb_databases() where not internal")] == ["memory"])
check("store_unharmed", rows("select count(*) from visits") == rows("select count(*) from visits") and c.get("/api/analysis/pivot", by="month").status == 200)

# --- limits ---
s.client("system1").ask("PUT", "/api/params/sql_seconds", {"value": "2"})
check("limits_are_parameters", c.get("/api/analysis/views").json["limits"]["seconds"] == 2)
a = ask("select count(*) from range(100000000000) a, range(1000) b where a.range % 7 = b.range % 11")
check("time_limit", a.status in (413, 422) and "秒" in a.json["detail"], (a.status, a.body[:200]))
s.client("system1").ask("PUT", "/api/params/sql_seconds", {"value": "20"})
for name, sql in (("aggregate", "select count(distinct range::varchar || 'x') from range(200000000)"), ("list", "select len(list(range::varchar)) from range(200000000)")):
    a = ask(sql)
    check("memory_" + name, a.status in (413, 422), (a.status, a.body[:200]))
if not SAN:  # a sanitizer's allocator answers to no limit
    for name, sql in (("repeat", "select length(repeat('x', 4000000000))"), ("range", "select list_sum(range(1000000000))"),
                      ("pad", "select max(length(lpad('x', 300000000, 'y') || range::varchar)) from range(100)")):
        a = ask(sql)
        check("memory_" + name, a.status in (413, 422) or a.status == 200, (a.status, a.body[:200]))
        check("server_lives_after_" + name, ask("select 1").status == 200)
s.client("system1").ask("PUT", "/api/params/sql_seconds", {"value": "2"})
check("deep", ask("select " + "(" * 5000 + "1" + ")" * 5000).status in (200, 413, 422) and ask("select 1").status == 200)
check("too_long", ask("select '" + "x" * 30000 + "'").status == 422)
check("wide", ask("select " + ",".join(["1"] * 600)).status == 422)
check("long_cell", len(rows("select repeat('长', 100000)")[0][0].encode()) <= 2000)
check("recursion", ask("with recursive t as (select 1 n union all select n + 1 from t) select count(*) from (select n from t limit 1000)").status in (200, 413, 422))

# --- two at once, not three ---
codes, lock = [], threading.Lock()


def slow():
    a = ask("select count(*) from fees a, fees b where a.amount < b.amount and a.cnt > b.cnt and a.mdtrt_id < b.mdtrt_id limit 1")
    with lock:
        codes.append(a.status)


t = [threading.Thread(target=slow) for _ in range(4)]
[x.start() for x in t], [x.join() for x in t]
check("two_at_once", codes.count(503) >= 1 and all(k in (200, 413, 422, 503) for k in codes), codes)
check("free_again", ask("select 1").status == 200)
s.client("system1").ask("PUT", "/api/params/sql_seconds", {"value": "30"})

# --- audited, and within scope ---
acts = [x for x in s.client("audit1").get("/api/audit", limit=200).json["rows"] if x["act"] == "analysis.sql"]
check("audited_with_text", len(acts) > 50 and any("read_csv" in json.dumps(x, ensure_ascii=False) for x in acts), acts[:1])
codes = [r[0] for r in rows("select fixmedins_code from institutions order by 1")]
places = sorted({r[0] for r in rows("select distinct admdvs from institutions where admdvs is not null")})
root = s.sql("select code from org where parent is null")[0][0]
s.sql("insert into org(code, parent, kind, name, admdvs) values ('sub', '%s', 'county', '分局', '%s')" % (root, places[0]))
s.user("analyst2", "analyst", org="sub")
near = s.client("analyst2")
mine = [r[0] for r in rows("select fixmedins_code from institutions order by 1", near)]
check("scope_institutions", 0 < len(mine) < len(codes) and set(rows("select distinct admdvs from institutions", near)[0]) == {places[0]}, (len(mine), len(codes)))
for view in ("visits", "fees", "findings"):
    got = {r[0] for r in rows("select distinct fixmedins_code from %s" % view, near)}
    check("scope_" + view, got and got <= set(mine), got - set(mine))
check("scope_persons", rows("select count(*) from persons", near)[0][0] <= rows("select count(*) from persons")[0][0])
check("scope_pivot", {r["k1"] for r in near.get("/api/analysis/pivot", by="institution", limit=1000).json["rows"]} <= set(mine))
s.stop()
left = os.popen("ps -eo args").read()
check("no_process_left", " --sandbox" not in "".join(l for l in left.splitlines() if s.data in l))
finish()
