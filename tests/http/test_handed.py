# SPDX-License-Identifier: MulanPSL-2.0
# 上级下发疑点: somebody else's layout in by a mapping, rows linked to clues, the same workbook back with the results in it.
import csv, io, json, os, re, sys, xml.etree.ElementTree as ET, zipfile
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from client import *
from upper import HEAD, book

C = county(5)
s = Server(like=C + "/screened", casework=os.environ.get("HUJI_TEST_CASEWORK"))
tables = C + "/tables"
s.user("head1", "head", name="李处")
s.user("hand1", "handler", name="赵稽")
s.start()
c = s.client("head1")
a = c.post("/api/clues/raise")
for _ in range(1200):
    if c.get("/api/jobs/" + a.json["job"]).json["state"] not in ("queued", "running"):
        break
    time.sleep(0.1)

clues = [x for x in c.get("/api/clues", limit=500, sort="-fund_fen").json["rows"] if x["mdtrt_id"] and x["fund_fen"] > 0]
visits = {}
for x in clues:
    visits.setdefault(x["mdtrt_id"], []).append(x)
single = [v[0] for v in visits.values() if len(v) == 1]
other = c.get("/api/clues", limit=500).json["rows"]
inst = single[0]


def row(no, x, amount=None, visit=True, **more):
    r = dict(zip(HEAD, ["%d" % no, "SJ-%03d" % no, x["fixmedins_name"], x["fixmedins_code"], "张三", x["psn_no"],
                        x["mdtrt_id"] if visit else "", (x["event_date"] or "")[:10], "疑似挂床住院", amount]))
    r.update(more)
    return [r[h] if h in r else "" for h in HEAD]


A, B = single[0], single[1]
stay = {"fixmedins_name": A["fixmedins_name"], "fixmedins_code": A["fixmedins_code"], "psn_no": "", "mdtrt_id": "", "event_date": "2023-05-06"}
nobody = {"fixmedins_name": "外县医院", "fixmedins_code": "H99999999999", "psn_no": "P404", "mdtrt_id": "V404", "event_date": "2023-05-06"}
rows = [
    row(1, A, 1234.5),            # row 4: one clue
    row(2, B, 800),               # row 5: one clue
    row(3, A, 1234.5),            # row 6: row 4 again
    row(4, stay, 560),            # row 7: only the institution is known: to be made
    row(5, nobody, 700),          # row 8: nobody here knows it
    row(6, B, "八百", 疑点描述="同一住院重复收费"),  # row 9: not an amount
]
original = book(rows)


def up(body, name="第三批疑点.xlsx"):
    return c.ask("POST", "/api/handed?" + urllib.parse.urlencode({"name": name}), body, {"Content-Type": "application/octet-stream"})


check("handed_csv_refused", "XLSX" in up("a,b\n1,2\n".encode(), "x.csv").json["detail"])
a = up(original)
check("handed_uploaded", a.status == 201, a.body)
k = a.json["id"]
p = "/api/handed/%d" % k
a = up(original, "同一份改了名.xlsx")
check("handed_same_file_409", a.status == 409 and str(k) in a.json["detail"], a.body)
a = c.get(p)
check("handed_sheets", a.json["sheets"] == ["填报说明", "疑点明细"], a.body)
a = c.get(p, sheet="疑点明细")
m = a.json["mapping"]
check("handed_heading_found", a.json["heading_row"] == 3 and a.json["headings"] == HEAD, a.body)
check("handed_in_guessed", {x: HEAD[y] for x, y in m["in"].items()} == {
    "upper_no": "疑点编号", "fixmedins_code": "机构编码", "fixmedins_name": "定点医药机构名称", "psn_no": "人员编号", "psn_name": "姓名",
    "mdtrt_id": "就诊ID", "event_date": "入院日期", "problem": "疑点描述", "amount": "涉及金额（元）"}, m)
check("handed_out_guessed", {x: HEAD[y] for x, y in m["out"].items()} == {
    "verdict": "是否属实", "found": "核实金额（元）", "refunded": "退回金额（元）", "measures": "处理情况", "reason": "情况说明", "officer": "核查人",
    "closed_on": "完成时间"}, m)
ask = {"sheet": "疑点明细", "heading_row": 3, "mapping": m}
check("handed_mapping_checked", c.post(p + "/look", {**ask, "mapping": {"in": {"psn_no": 99}}}).status == 422)
check("handed_column_once", "对上了两项" in c.post(p + "/look", {**ask, "mapping": {"in": {"psn_no": 5, "certno": 5}}}).json["detail"])
before = c.get("/api/clues").json["total"]
a = c.post(p + "/look", ask)
got = {x["row"]: x for x in a.json["rows"]}
check("handed_sum_row_left_out", a.json["skipped"] == 1 and sorted(got) == [4, 5, 6, 7, 8, 9], a.body)
check("handed_statuses", [got[i]["status"] for i in range(4, 10)] == ["one", "one", "double", "new", "unknown", "invalid"],
      [(x["status"], x["message"]) for x in a.json["rows"]])
check("handed_linked_to_its_clue", got[4]["choice"] == A["id"] and got[5]["choice"] == B["id"])
check("handed_looking_changes_nothing", c.get("/api/clues").json["total"] == before and not c.get("/api/lists/%d" % k).json["rows"])
check("handed_handler_makes_no_clues", s.client("hand1").post(p + "/look", ask).status == 200 and s.client("hand1").post(p + "/take", ask).status == 403)
a = c.post(p + "/take", {**ask, "choices": {"9": "new"}})
check("handed_no_amount_no_clue", a.status == 422 and "第 9 行" in a.json["detail"], a.body)
check("handed_nothing_half_taken", c.get("/api/clues").json["total"] == before)
a = c.post(p + "/take", {**ask, "due": "2026-12-20", "choices": {"8": "new"}})
check("handed_taken", a.status == 200 and a.json == {"rows": 6, "linked": 2, "made": 2}, a.body)
check("handed_twice_409", c.post(p + "/take", ask).status == 409)
l = c.get("/api/lists/%d" % k).json
at = {x["no"]: x["clue"] for x in l["rows"]}
check("handed_rows_in_order", [x["cells"][1] for x in l["rows"]] == ["SJ-%03d" % i for i in range(1, 7)], l["rows"])
check("handed_double_shares_clue", at[3] == at[1] == A["id"] and at[6] is None)
made = c.get("/api/clues", source="superior").json["rows"]
check("handed_made_by_hand", {x["id"] for x in made} == {at[4], at[5]} and sorted(x["amount_fen"] for x in made) == [56000, 70000], made)
check("handed_basis_names_the_row", "第 7 行，编号 SJ-004" in c.get("/api/clues/%d/money" % at[4]).json["basis"]["basis"])
check("handed_not_to_take_back", c.ask("POST", "/api/lists/%d/returns?name=x.csv" % k, b"a", {"Content-Type": "application/octet-stream"}).status == 409)
check("handed_link", c.post(p + "/rows/6/link", {"clue": B["id"]}).status == 204 and
      c.get("/api/lists/%d" % k).json["rows"][5]["clue"] == B["id"])
check("handed_link_to_nothing_404", c.post(p + "/rows/6/link", {"clue": 99999999}).status == 404)

# --- the clues are worked, the workbook goes back ---
q = "/api/clues/%d/" % A["id"]
v = c.get(q + "money").json["version"]
v = c.post(q + "verdict", {"verdict": "confirmed", "reason": "=核对病历属实", "version": v}).json["version"]
a = c.post(q + "money", {"whole": True, "version": v}).json
found = a["sums"]["found_fen"]
a = c.post(q + "disposal", {"version": a["version"], "measures": ["refund"], "ordered_fen": found, "decided_on": "2026-11-20"}).json
a = c.post(q + "refunds", {"version": a["version"], "amount_fen": found, "voucher": "PZ-1", "paid_on": "2026-11-21"}).json
c.post(q + "close", {"version": a["version"]})
v = c.get("/api/clues/%d/money" % B["id"]).json["version"]
c.post("/api/clues/%d/verdict" % B["id"], {"verdict": "rejected", "reason": "有请假条", "version": v})

a = c.get(p + "/file")
check("handed_file", a.status == 200 and urllib.parse.quote("第三批疑点.xlsx") in a.headers["content-disposition"], a.headers)
was, now = zipfile.ZipFile(io.BytesIO(original)), zipfile.ZipFile(io.BytesIO(a.body))
check("handed_other_parts_as_they_came", was.namelist() == now.namelist() and
      all(was.read(n) == now.read(n) for n in was.namelist() if n != "xl/worksheets/sheet2.xml"))
N = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def cells(z):
    return {x.get("r"): (x.get("s"), x.get("t"), "".join(x.itertext())) for x in ET.fromstring(z.read("xl/worksheets/sheet2.xml")).iter(N + "c")}


old, new = cells(was), cells(now)
changed = {r for r in new if old.get(r) != new[r]}
yuan = "%d.%02d" % (found // 100, found % 100)
want = {"K4": "属实", "L4": yuan, "M4": yuan, "O4": "=核对病历属实", "P4": "李处", "K5": "不属实", "L5": "0.00", "O5": "有请假条", "P5": "李处"}
check("handed_results", all(new[r][2] == t for r, t in want.items()) and "退" in new["N4"][2], {r: new.get(r) for r in want})
check("handed_double_row_answered_too", all(new[r + "6"][2] == new[r + "4"][2] for r in "KLMNOP"))
check("handed_only_result_columns", all(r[0] in "KLMNOPQ" for r in changed) and not any(r.endswith(("7", "8")) for r in changed), changed)
check("handed_styles_kept", all(old[r][0] == new[r][0] for r in old))
check("handed_text_is_no_formula", new["O4"][1] == "inlineStr" and new["J10"][2] == old["J10"][2])
sheet = now.read("xl/worksheets/sheet2.xml").decode()
check("handed_layout_kept", all(x in sheet for x in ('<mergeCell ref="A1:Q1"', "dataValidation", 'width="40"', 'customHeight="1"', "<f>SUM(J4:J9)</f>")))
check("handed_opens_again", [x[2] for r, x in sorted(new.items()) if r in ("A1",)] == ["关于下发第三批疑点线索的明细表"])

# --- the next list: one row as before, one with another amount ---
rows2 = [row(1, A, 1234.5), row(2, B, 900), row(7, single[2], 45)]
k2 = up(book(rows2), "第四批疑点.xlsx").json["id"]
a = c.post("/api/handed/%d/look" % k2, ask)
check("handed_before_and_changed", [(x["status"], x["choice"]) for x in a.json["rows"]] ==
      [("before", A["id"]), ("changed", B["id"]), ("one", single[2]["id"])], a.body)
check("handed_says_both_amounts", "800" in a.json["rows"][1]["message"] and "900" in a.json["rows"][1]["message"])
check("handed_drop", c.post("/api/handed/%d/drop" % k2).status == 204 and c.post("/api/handed/%d/take" % k2, ask).status == 409)
a = up(book([["1", "SJ-1", A["fixmedins_name"], A["fixmedins_code"], "张三", "", "", "", "问题", 100, "=IF(1,2,3)"]]), "公式.xlsx")
m2 = {"in": m["in"], "out": {"verdict": 10}}
k3 = a.json["id"]
a = c.post("/api/handed/%d/take" % k3, {**ask, "mapping": m2})
check("handed_formula_list_taken", a.status == 200, a.body)
q = c.get("/api/lists/%d" % k3).json["rows"][0]["clue"]
c.post("/api/clues/%d/verdict" % q, {"verdict": "rejected", "reason": "不属实", "version": 1})
a = c.get("/api/handed/%d/file" % k3)
check("handed_formula_not_overwritten", a.status == 422 and "K4" in a.json["detail"] and "公式" in a.json["detail"], a.body)
# --- who only reads sees no person's numbers, in columns that no mapping names either
s.user("lead1", "leader", name="刘局")
lead = s.client("lead1")
cert, tel = "42980119790101123X", "13800138000"
head = HEAD[:10] + ["患者", "联系电话", "身份证号", "家庭住址", "备注", "机构地址"]
r5 = ["1", "SJ-9", A["fixmedins_name"], A["fixmedins_code"], "张三丰", A["psn_no"], A["mdtrt_id"], A["event_date"][:10], "张某（%s）挂床，电话%s" % (cert, tel), 99,
      "李四光", tel, cert, "青溪县大桥镇1组", "见%s，编号429801202313310001" % cert.lower(), "县城关镇"]
k5 = up(book([r5], head), "第五批疑点.xlsx").json["id"]
ask5 = {"sheet": "疑点明细", "heading_row": 3, "mapping": {"in": m["in"], "out": {}}, "choices": {"4": "new"}}
a = c.post("/api/handed/%d/take" % k5, ask5)
check("handed_taken_with_more_columns", a.status == 200 and a.json["made"] == 1, a.body)
mine, seen = c.get("/api/lists/%d" % k5).json["rows"][0], lead.get("/api/lists/%d" % k5).json["rows"][0]["cells"]
check("handed_worked_on_unmasked", mine["cells"] == [str(x) for x in r5], mine)
check("handed_read_masked", [seen[i] for i in (4, 10, 11, 12, 13)] == ["张*", "李*", "138****8000", "429801********123X", "青***"], seen)
check("handed_read_masked_in_words", seen[8] == "张某（429801********123X）挂床，电话138****8000" and
      seen[14] == "见429801********123x，编号429801202313310001", (seen[8], seen[14]))
check("handed_read_ids_stay", [seen[i] for i in (1, 3, 5, 6, 9, 15)] == [str(r5[i]) for i in (1, 3, 5, 6, 9, 15)], seen)
one = c.get("/api/clues/%d" % mine["clue"]).json
check("handed_title_without_numbers", cert not in json.dumps(one) and tel not in json.dumps(one) and "138****8000" in one["title"] and
      cert not in c.get("/api/clues/%d/money" % mine["clue"]).json["basis"]["basis"], one)

# --- persons and visits of elsewhere are not known here
sys1 = s.client("system1")
for code, place in (("far", "110101"), ("here", "429801")):
    sys1.post("/api/orgs", {"code": code, "parent": "root", "kind": "bureau", "name": code, "admdvs": place})
s.user("far1", "head", org="far")
s.user("here1", "head", org="here")
psn = next(csv.DictReader(open(os.path.join(tables, "psn_info_b.csv"), encoding="utf-8-sig")))
P = next(x for x in csv.DictReader(open(os.path.join(tables, "psn_info_b.csv"), encoding="utf-8-sig")) if x["psn_no"] == A["psn_no"])
rows6 = [row(1, {**A, "fixmedins_code": "", "fixmedins_name": ""}, 10, visit=False),
         row(2, {**A, "fixmedins_code": "", "fixmedins_name": "", "psn_no": ""}, 10),
         row(3, {**A, "fixmedins_code": "", "fixmedins_name": "", "psn_no": ""}, 10, visit=False, 情况说明=P["certno"])]
m6 = {"in": {**{x: y for x, y in m["in"].items() if x != "psn_name"}, "certno": HEAD.index("情况说明")}, "out": {}}


def looked(who):
    a = who.ask("POST", "/api/handed?name=%s.xlsx" % who.login, book(rows6), {"Content-Type": "application/octet-stream"})
    check("handed_reach_uploaded", a.status == 201, a.body)
    return who.post("/api/handed/%d/look" % a.json["id"], {**ask, "mapping": m6}).json["rows"]


for login in ("far1", "here1"):
    w = s.client(login)
    w.login = login
    got = looked(w)
    if login == "far1":
        check("handed_elsewhere_unknown", [x["status"] for x in got] == ["unknown"] * 3 and got[2]["psn_no"] == "" and not got[1]["psn_no"], got)
    else:
        check("handed_own_known", all(x["known"] and x["psn_no"] == A["psn_no"] for x in got), got)
check("handed_stops", s.stop() == 0, s.text()[-400:])
finish()
