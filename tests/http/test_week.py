# SPDX-License-Identifier: MulanPSL-2.0
# A county's week through the port: money and disposal of clues, clues made by hand.
import collections, csv, io, os, re, shutil, subprocess, sys, xml.dom.minidom, zipfile
import xml.etree.ElementTree as ET
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from client import *

C = county(5)
s = Server(like=C + "/screened", casework=os.environ.get("HUJI_TEST_CASEWORK"))
tables, found_csv = C + "/tables", C + "/found.csv"
ranked = list(csv.DictReader(io.StringIO(huji("rank", "--data", s.data, "--by", "institution", "-n", "0", "--format", "csv").stdout)))
s.user("head1", "head", name="李处")
s.user("hand1", "handler", name="赵稽")
s.user("take1", "intake", name="钱登")
s.user("lead1", "leader", name="刘局")
s.start()
c = s.client("head1")


def job(a):
    if not check("job_accepted", a.status == 202, a.body):
        return {}
    for _ in range(1200):
        j = c.get("/api/jobs/" + a.json["job"]).json
        if j["state"] not in ("queued", "running"):
            return j
        time.sleep(0.1)
    return {"state": "late"}


job(c.post("/api/clues/raise"))
# --- an institution's line: findings on the whole of it, its money counted once, sums with two decimals ---
with open(found_csv, encoding="utf-8-sig", newline="") as f:
    hits = [x for x in csv.DictReader(f) if x["hit"] == "true"]
whole = collections.Counter(x["fixmedins_code"] for x in hits if not x["mdtrt_id"])
houses = {x["fixmedins_code"]: x for x in c.get("/api/institutions", limit=200).json["rows"]}
check("whole_hits", sum(whole[k] for k in houses) > 0 and all(x["whole_hits"] == whole[k] for k, x in houses.items()),
      [(k, x["whole_hits"], whole[k]) for k, x in houses.items() if x["whole_hits"] != whole[k]])
once = {x["fixmedins_code"]: round(float(x["fund_yuan"]) * 100) for x in ranked}
check("claimed_by_institution", sum(once.values()) > 0 and all(x["hit_fund_fen"] == once.get(k, 0) for k, x in houses.items()),
      [(k, x["hit_fund_fen"], once.get(k)) for k, x in houses.items() if x["hit_fund_fen"] != once.get(k, 0)])
said = [x["message"] for x in hits if x["rule_id"] == "I07"]
check("two_decimals", said and all(re.search(r"按政策应为 \d+\.\d\d 元$", m) for m in said), said)
rows = [r for r in c.get("/api/clues", limit=200, sort="-fund_fen").json["rows"] if r["fund_fen"] > 0]

# --- money of one clue ---
k = k0 = rows[0]["id"]
p = "/api/clues/%d/" % k
m = c.get(p + "money").json
check("money_lines", m["sums"]["found_fen"] == 0 and m["sums"]["open_lines"] == m["sums"]["lines"] > 0, m["sums"])
check("close_needs_verdict", c.post(p + "close", {"version": m["version"]}).status == 409)
v = c.post(p + "verdict", {"verdict": "confirmed", "reason": "机构认可", "version": m["version"]}).json["version"]
check("close_needs_disposal", "处理方式" in c.post(p + "close", {"version": v}).json["detail"])
a = c.post(p + "money", {"whole": True, "version": v})
check("money_whole", a.status == 200 and a.json["sums"]["found_fen"] > 0 and a.json["sums"]["open_lines"] == 0, a.body)
m = a.json
check("money_stale_409", c.post(p + "money", {"whole": True, "version": v}).status == 409)
one = next(x for x in m["money"] if x["role"] == 1 and x["fund_fen"] > 0)
a = c.post(p + "money", {"version": m["version"], "lines": [{"event": one["event"], "found_fen": 0}]})
check("less_needs_reason", a.status == 422 and a.json["fields"][0]["field"] == "reason", a.body)
found = m["sums"]["found_fen"]
a = c.post(p + "disposal", {"version": m["version"], "measures": ["refund", "talk"], "ordered_fen": found + 1})
check("ordered_within_found", a.status == 422, a.body)
a = c.post(p + "disposal", {"version": m["version"], "measures": ["refund", "talk"], "ordered_fen": found,
                            "doc_no": "县医保责退〔2026〕1号", "decided_on": "2026-11-20"})
check("disposal", a.status == 200 and {x["code"] for x in a.json["measures"]} == {"refund", "talk"}, a.body)
a = c.post(p + "refunds", {"version": a.json["version"], "amount_fen": found, "voucher": "PZ-001", "paid_on": "2026-11-21"})
check("refund", a.status == 200 and a.json["sums"]["refunded_fen"] == found, a.body)
check("refund_not_twice", c.post(p + "refunds", {"version": a.json["version"], "amount_fen": 1, "voucher": "PZ-002",
                                                 "paid_on": "2026-11-21"}).status == 422)
# --- 定性: proposed by the rule, said by a person, nothing 查实 is closed without ---
check("close_needs_nature", "定性" in c.post(p + "close", {"version": a.json["version"]}).json["detail"])
words = {x["code"]: x for x in c.get("/api/clues/words").json["natures"]}
guess = a.json["proposed_nature"]
check("nature_proposed_by_rule", guess in words and a.json["nature"] == "", (rows[0]["rule_id"], guess))
b = c.post(p + "nature", {"version": a.json["version"], "nature": "theft"})
check("nature_unknown", b.status == 422 and b.json["fields"][0]["field"] == "nature", b.body)
b = c.post(p + "nature", {"version": a.json["version"], "nature": "induced_stay", "intent": True})
check("nature_no_intent_there", b.status == 422 and b.json["fields"][0]["field"] == "intent", b.body)
a = c.post(p + "nature", {"version": a.json["version"], "nature": "dup_charge", "intent": True})
check("nature_to_defraud", a.status == 200 and a.json["nature_article"].startswith("条例第四十条第二款（") and "第三十八条第三项" in a.json["nature_article"], a.body)
a = c.post(p + "nature", {"version": a.json["version"], "nature": "induced_stay"})
check("nature", a.status == 200 and (a.json["nature_title"], a.json["nature_article"], a.json["intent"]) == ("诱导住院", "条例第四十条第一款第一项", False), a.body)
check("nature_in_history", "nature" in [x["kind"] for x in c.get(p + "history").json["rows"]] and
      len(s.sql("select 1 from audit where act = 'clue.nature' and object = 'clue:%d'" % k)) == 2)
check("nature_filters", [x["id"] for x in c.get("/api/clues", nature="induced_stay,swap").json["rows"]] == [k] and
      c.get("/api/clues", nature="none", limit=1).json["total"] == c.get("/api/clues", limit=1).json["total"] - 1 and
      c.get("/api/clues", nature="x").status == 422)
check("nature_groups", {x["key"]: x["count"] for x in c.get("/api/clues/stats", by="nature").json["rows"]}.get("induced_stay") == 1)
a = c.post(p + "close", {"version": a.json["version"]})
check("close", a.status == 200 and a.json["state"] == "closed" and a.json["disposal"]["closed_by"] == "head1", a.body)
check("handler_forbidden", s.client("hand1").post(p + "money", {"whole": True, "version": 1}).status == 403)

# --- by hand ---
d = s.client("take1")
new = {"source": "phone", "title": "来电反映王某挂床住院", "basis": "11月2日来电，未留名，称人在家", "received_on": "2026-11-02",
       "amount_fen": 350000, "fixmedins_code": rows[0]["fixmedins_code"]}
a = d.post("/api/clues", {**new, "basis": ""})
check("hand_needs_basis", a.status == 422 and a.json["fields"][0]["field"] == "basis", a.body)
a = d.post("/api/clues", {x: y for x, y in new.items() if x != "amount_fen"})
check("hand_needs_amount", a.status == 422, a.body)
a = d.post("/api/clues", new)
check("hand_made", a.status == 201 and a.json["source"] == "phone" and a.json["basis"]["basis"] == new["basis"], a.body)
check("hand_proposed_by_words", a.json["proposed_nature"] == "hang_bed", a.json["proposed_nature"])
check("nature_needs_verdict", c.post("/api/clues/%d/nature" % a.json["id"], {"version": a.json["version"], "nature": "hang_bed"}).status == 409)
check("hand_in_list", c.get("/api/clues", source="phone").json["total"] == 1)
check("hand_opens", c.get("/api/clues/%d" % a.json["id"]).status == 200 and
      c.get("/api/clues/%d/lines" % a.json["id"]).status == 200)
check("words", any(x["code"] == "none" for x in c.get("/api/disposal-words").json["measures"]))

# --- 疑点清单: out as XLSX, filled in as an institution would, compared, taken in, adopted ---
NS = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def grid(book, sheet=1):
    """A sheet of an XLSX as rows of texts."""
    z = zipfile.ZipFile(io.BytesIO(book))
    shared = ["".join(t.text or "" for t in si.iter(NS + "t"))
              for si in ET.fromstring(z.read("xl/sharedStrings.xml"))]
    out = []
    for row in ET.fromstring(z.read("xl/worksheets/sheet%d.xml" % sheet)).iter(NS + "row"):
        cells = {}
        for cell in row:
            at = 0
            for ch in re.match("[A-Z]+", cell.get("r")).group():
                at = at * 26 + ord(ch) - 64
            v = cell.find(NS + "v")
            cells[at - 1] = "" if v is None else shared[int(v.text)] if cell.get("t") == "s" else v.text
        out.append([cells.get(i, "") for i in range(max(cells, default=-1) + 1)])
    return out


def csv_of(rows):
    import csv
    f = io.StringIO()
    csv.writer(f).writerows(rows)
    return f.getvalue().encode("gb18030")  # as Excel saves it in China


def give_back(i, rows, name="答复.csv"):
    return c.ask("POST", "/api/lists/%d/returns?%s" % (i, urllib.parse.urlencode({"name": name})), csv_of(rows),
                 {"Content-Type": "application/octet-stream"})


by = {}
for r in c.get("/api/clues", limit=500, state="new").json["rows"]:
    if r["fund_fen"] > 0 and r["fixmedins_code"]:
        by.setdefault(r["fixmedins_code"], []).append(r["id"])
inst = max(by, key=lambda x: len(by[x]))
a = c.post("/api/lists", {"kind": "clue", "fixmedins_code": inst, "due": "2026-12-01", "clues": by[inst][:8]})
check("list_made", a.status == 201 and a.json["rows_out"] == len(by[inst][:8]) >= 5, a.body)
k = a.json["id"]
check("list_once", not set(by[inst][:8]) & {x["clue"] for x in c.get("/api/lists/%d" % c.post(
    "/api/lists", {"kind": "clue", "fixmedins_code": inst}).json.get("id", k)).json["rows"]} or len(by[inst]) <= 8)
a = c.get("/api/lists/%d/file" % k)
check("list_xlsx", a.status == 200 and "filename*=UTF-8''" in a.headers["content-disposition"], a.headers)
sheet = zipfile.ZipFile(io.BytesIO(a.body)).read("xl/worksheets/sheet1.xml").decode()
check("list_locked_and_drop_down", "<sheetProtection" in sheet and "认可,部分认可,不认可" in sheet)
g = grid(a.body)
head = next(i for i, x in enumerate(g) if x and x[0].startswith("行标识"))
col = {t: i for i, t in enumerate(g[head])}
n = len(g) - head - 1
told = {x["clue"]: x["cells"][8] for i in {k, k + 1} for x in c.get("/api/lists/%d" % i).json.get("rows", [])}
inside, natures = {r["rule_id"]: r["internal"] for r in c.get("/api/rules").json["rows"]}, {x["code"]: x for x in c.get("/api/clues/words").json["natures"]}
should = {}
for i in told:
    one = c.get("/api/clues/%d" % i).json
    one["proposed_nature"] = c.get("/api/clues/%d/money" % i).json["proposed_nature"]
    x = None if inside[one["rule_id"]] or not one["proposed_nature"] else natures[one["proposed_nature"]]
    should[i] = "涉嫌%s（%s）" % (x["title"], x["article"]) if x else ""
check("list_says_the_nature", told == should and any(told.values()), (told, should))
check("list_nature_in_the_file", [x[col["定性（条例）"]] if len(x) > col["定性（条例）"] else "" for x in g[head + 1:]] ==
      [x["cells"][8] for x in c.get("/api/lists/%d" % k).json["rows"]])
check("list_rows", n == len(by[inst][:8]), n)


def filled(**more):
    rows = [list(x) for x in g]
    for x in rows[head + 1:]:
        x += [""] * (len(col) - len(x))
    for i, words in more.items():
        for t, v in words.items():
            rows[head + 1 + int(i[1:])][col[t]] = v
    return rows


V, W, F = "认可情况", "理由", "拟退金额（元）"
fund = [float(x[col["涉及基金（元）"]]) for x in g[head + 1:]]
rows2 = filled(
    r0={V: "认可", F: "%.2f" % fund[0], "凭证号": "PZ-7", "退款日期": "2026/11/19"},
    r1={V: "不认可", W: "有手术记录"},
    r2={V: "部分认可", F: "0.01"},                                   # no reason
    r3={V: "认可", F: "%.2f" % fund[3], "疑点": "改过的疑点"},        # a locked cell
    r4={V: "同意", F: "1"})                                          # not a choice
rows2.append(["9999-1-abcdef"] + [""] * (len(col) - 1))
rows2.append([""] * 3 + ["另加一行"] + [""] * (len(col) - 4))
twice = list(rows2[head + 1])
twice[col[F]] = "0.01"
rows2.append(twice)
a = give_back(k, rows2)
check("returned", a.status == 201, a.body)
n_ = a.json["counts"]
check("shown_before_taken", n_.get("double") == 2 and n_.get("ok") == 1 and n_.get("invalid") == 2 and n_.get("changed") == 1
      and n_.get("unknown") == 2, (n_, [x["message"] for x in a.json["report"]]))
check("nothing_taken_yet", c.get("/api/lists/%d" % k).json["rows_answered"] == 0)
said = " ".join(x["message"] for x in a.json["report"])
check("messages_name_it", all(t in said for t in ("要写理由", "改过的疑点", "“同意”", "答了两次", "另加的行")), said)
first = next(x["row"] for x in a.json["report"] if x["status"] == "double")
early = give_back(k, filled(r1={V: "认可", F: "%.2f" % fund[1]}), "早来的.csv")
check("compared_before", early.json["counts"].get("ok") == 1, early.body)
a = c.post("/api/lists/%d/returns/%d/take" % (k, a.json["id"]), {"pick": [first]})
check("taken", a.status == 200 and a.json["taken"] == 2, a.body)
l = c.get("/api/lists/%d" % k).json
stale = c.post("/api/lists/%d/returns/%d/take" % (k, early.json["id"]))
check("not_over_what_came_meanwhile", stale.status == 409 and "别的文件" in stale.json["detail"] and
      c.get("/api/lists/%d" % k).json["rows"] == l["rows"], stale.body)
check("dropped_early", c.post("/api/lists/%d/returns/%d/drop" % (k, early.json["id"])).status == 204)
l["files"] = [x for x in l["files"] if x["filename"] == "答复.csv"]
check("file_kept", l["files"][0]["state"] == "taken" and l["files"][0]["filename"] == "答复.csv" and len(l["files"][0]["digest"]) == 64
      and l["rows_answered"] == 2 and l["state"] == "part", l["files"][0])
check("not_taken_twice", c.post("/api/lists/%d/returns/%d/take" % (k, l["files"][0]["id"])).status == 409)
a = give_back(k, rows2)
check("second_time", a.json["counts"].get("same", 0) == 1, a.json["counts"])
check("dropped", c.post("/api/lists/%d/returns/%d/drop" % (k, a.json["id"])).status == 204)
check("not_a_list", give_back(k, [["甲", "乙"], ["1", "2"]]).status == 422)
check("garbage", c.ask("POST", "/api/lists/%d/returns?name=x.xlsx" % k, os.urandom(999)).status == 422)
check("history_says_so", any(h["kind"] == "answer" for h in c.get("/api/clues/%d/history" % l["rows"][0]["clue"]).json["rows"]))
a = c.post("/api/lists/%d/adopt" % k, {"order": True, "doc_no": "县医保责退〔2026〕2号", "decided_on": "2026-11-20"})
check("adopted", a.status == 200 and a.json["done"] == 1 and not a.json["failed"], a.body)
m = c.get("/api/clues/%d/money" % l["rows"][0]["clue"]).json
check("adopted_money", m["verdict"] == "confirmed" and m["sums"]["refunded_fen"] == m["sums"]["found_fen"] ==
      m["disposal"]["ordered_fen"] == round(fund[0] * 100), m["sums"])
check("adopt_once", c.post("/api/lists/%d/adopt" % k).json["done"] == 0)
check("lists_forbidden", s.client("take1").post("/api/lists", {"kind": "clue", "fixmedins_code": inst}).status == 403)

# --- 在院核查单: a presence check becomes a finding of B20 ---
c = s.client("head1")
import csv as _csv
stays = list(_csv.DictReader(open(os.path.join(tables, "mdtrt_d.csv"), encoding="utf-8-sig")))
a = {}
for x in stays:
    b, e = x["begntime"][:10] if "begntime" in x else x["begndate"][:10], x["endtime"][:10] if "endtime" in x else x["enddate"][:10]
    if x.get("med_type", "").startswith("2") and b and e and b[:8] == e[:8] and int(e[8:]) - int(b[8:]) >= 4:
        day = b[:8] + "%02d" % (int(b[8:]) + 2)
        a = c.post("/api/lists", {"kind": "presence", "fixmedins_code": x["fixmedins_code"], "day": day, "sample": 5})
        if a.status == 201:
            break
ward, ward_day = x["fixmedins_code"], day
check("presence_made", a and a.status == 201, a and a.body)
k = a.json["id"]
g = grid(c.get("/api/lists/%d/file" % k).body)
head = next(i for i, x in enumerate(g) if x and x[0].startswith("行标识"))
col = {t: i for i, t in enumerate(g[head])}
visit = g[head + 1][col["就诊ID"]]
check("names_masked_for_readers", s.client("take1").get("/api/lists/%d" % k).json["rows"][0]["cells"][3].endswith("*") and
      c.get("/api/lists/%d" % k).json["rows"][0]["cells"][3] == g[head + 1][col["姓名"]])
a = give_back(k, filled(r0={"核查结果": "不在院-未请假", "核查时间": day + " 20:30", "核查人": "王五"}), "核查.csv")
check("presence_back", a.status == 201 and a.json["counts"].get("ok") == 1, a.body)
j = job(c.post("/api/lists/%d/returns/%d/take" % (k, a.json["id"])))
check("presence_imported", j["state"] == "done" and j["result"]["files"][0]["table"] == "presence_check" and
      j["result"]["files"][0]["rows_kept"] == 1, j)
j = job(c.post("/api/screens"))
b20 = c.get("/api/clues", rule_id="B20", limit=200).json["rows"]
check("presence_becomes_finding", any(x["mdtrt_id"] == visit for x in b20), (j.get("result"), visit, b20[:2]))

# --- 周报 ---
import datetime
today = datetime.date.today()
monday = today - datetime.timedelta(days=today.weekday())
days = {"from_day": str(monday), "to_day": str(today), "since_day": str(today.replace(month=1, day=1))}
check("week_days", c.post("/api/weeks", {**days, "from_day": "2099-01-01"}).status == 422)
a = c.post("/api/weeks", days)
check("week_made", a.status == 201 and a.json["state"] == "draft", a.body)
p = "/api/weeks/%d" % a.json["id"]
w = c.get(p).json
f = {x["key"]: x for x in w["figures"]}
check("week_counts", f["suspected"]["total"] == c.get("/api/clues", limit=1, gone=1).json["total"] and f["confirmed"]["week"] == 2
      and f["patients"]["week"] == 1 and f["absent"]["total"] == 1 and f["tips"]["week"] == 1 and f["talk"]["week"] == 1, f)
want = found + round(fund[0] * 100)
# The annex of 附件2, D2-1: every column, in its order; shares and handed-over persons counted, what nobody here knows an entry.
known = s.sql("select code from inst_known")
checked = [x["object"] for x in c.get(p + "/rows", key="checked").json["rows"]]
cov = c.get(p + "/rows", key="coverage").json
check("annex_should", f["should"]["week"] == f["should"]["total"] == len(known) > 10 and
      {x["object"] for x in c.get(p + "/rows", key="should").json["rows"]} == {x[0] for x in known}, f["should"])
check("annex_coverage", cov["total"] == len(known) and {x["object"] for x in cov["rows"] if x["amount"]} == set(checked) and
      f["coverage"]["total"] == (20000 * len(checked) + len(known)) // (2 * len(known)) > 0, (f["coverage"], cov["total"], checked))
check("annex_visits", f["check_spot"]["week"] >= 1 and f["check_tip"]["week"] == f["tips_true"]["week"] and
      all("/" in x["object"] for x in c.get(p + "/rows", key="check_spot").json["rows"]), (f["check_spot"], f["check_tip"]))
check("annex_problems", f["problems"]["week"] == 2 == len(c.get(p + "/rows", key="problems").json["rows"]), f["problems"])
ENTRIES = {"rewards", "reward_money"}
check("annex_entries", {x["key"] for x in w["figures"] if x["entry"]} == ENTRIES and all(f[x]["week"] is None for x in ENTRIES), w["figures"])
check("annex_entry_has_no_rows", c.get(p + "/rows", key="rewards").status == 422)
# 诱导, 虚假住院 and what else, counted from 定性, opening into their clues; together they are 认定金额.
check("annex_by_nature", f["induced"]["week"] == f["induced"]["total"] == found and f["induced_clues"]["week"] == 1 and f["false_stay"]["total"] == 0 and
      [x["object"] for x in c.get(p + "/rows", key="induced").json["rows"]] == [str(k0)] == [x["object"] for x in c.get(p + "/rows", key="induced_clues").json["rows"]], f["induced"])
check("annex_natures_add_up", sum(f[x]["total"] for x in ("induced", "false_stay", "other_money", "unqualified")) == f["found"]["total"] and f["unqualified"]["total"] > 0, f)
FORM = ["应检查机构数", "检查机构数", "覆盖率", "全面核查", "重点抽查", "举报复查", "核查住院病人数", "人证不符", "不在院", "疑点数", "核实疑点数", "存在问题机构数",
        "涉及问题数", "诱导住院金额", "虚假住院金额", "其他违规金额", "责令退回", "行政罚款", "违约金", "约谈", "责令整改", "暂停结算", "暂停协议", "解除协议",
        "暂停医保医师", "移送公安司法", "移送纪检监察", "移交卫健", "受理举报", "举报查实", "兑付举报奖励", "公开曝光"]
order = [next((i for i, x in enumerate(w["figures"]) if t in x["title"]), -1) for t in FORM]
check("annex_has_each_column_in_order", -1 not in order and order == sorted(order), list(zip(FORM, order)))
q, seen, after = [], set(), None
while True:
    a = c.get(p + "/rows", key="suspected", limit=7, **({"after": after} if after else {})).json
    q += a["rows"]
    after = a["next"]
    if not after:
        break
check("figure_opens_all_of_it", len(q) == a["total"] == f["suspected"]["total"] > 14 and len({x["object"] for x in q}) == len(q), (len(q), a["total"]))
check("figure_bad_page", c.get(p + "/rows", key="suspected", after="x").status == 422)
check("week_money", f["found"]["week"] == want == f["refunded"]["total"] == f["ordered"]["total"], (want, f["found"]))
a = c.get(p + "/rows", key="found")
check("figure_opens", a.status == 200 and sum(x["amount"] for x in a.json["rows"]) == want, a.body)
T = {"会议": "召开部署会 1 次", "报送单位": "某县医保局", "联合单位": "某县卫健局", "主送": "市医保局、市卫健委", "下周计划": "现场核查",
     "文件": "印发方案 1 件", "培训": "培训 2 场 80 人", "曝光": "曝光 3 例", "联合检查": "与卫健联查 4 次", "排查做法": "先筛后查", "填报人": "李填报",
     "联系电话": "0717-1234567", "签发人": "王局长"}
a = c.post(p + "/texts", {"version": w["version"], "texts": T})
check("week_texts", a.status == 200 and a.json["texts"]["会议"] == T["会议"], a.body)
a = c.post(p + "/figures", {"version": a.json["version"], "key": "checked", "hand_week": 9})
check("hand_needs_note", a.status == 422, a.body)
v = a = c.post(p + "/figures", {"version": c.get(p).json["version"], "key": "checked", "hand_week": 9, "note": "含联合检查"})
check("hand_beside_counted", any(x["key"] == "checked" and x["hand_week"] == 9 and x["week"] != 9 for x in a.json["figures"]), a.body)
check("hand_of_a_share", c.post(p + "/figures", {"version": a.json["version"], "key": "coverage", "hand_total": 9050, "note": "含县外"}).status == 200)
a = c.post(p + "/figures", {"version": c.get(p).json["version"], "key": "induced", "hand_week": 12000000, "hand_total": 345000000})
check("counted_needs_a_note", a.status == 422, a.body)
a = c.post(p + "/figures", {"version": c.get(p).json["version"], "key": "induced", "hand_week": 12000000, "hand_total": 345000000, "note": "含外县"})
check("induced_typed_over", a.status == 200 and any(x["key"] == "induced" and x["hand_total"] == 345000000 and x["total"] == found for x in a.json["figures"]), a.body)
a = c.post(p + "/figures", {"version": a.json["version"], "key": "reward_money", "hand_total": 345000000})
check("entry_needs_no_note", a.status == 200 and any(x["key"] == "reward_money" and x["hand_total"] == 345000000 for x in a.json["figures"]), a.body)
v = a = c.post(p + "/figures", {"version": a.json["version"], "key": "rewards", "hand_week": 1, "hand_total": 2, "note": "王某等"})
check("sign_needs_frozen", s.client("lead1").post(p + "/sign", {"version": a.json["version"]}).status == 409)
check("draft_says_so", "草稿" in zipfile.ZipFile(io.BytesIO(c.get(p + "/docx").body)).read("word/document.xml").decode())
a = c.post(p + "/freeze", {"version": a.json["version"]})
check("frozen", a.status == 200 and a.json["state"] == "frozen" and len(a.json["code"]) == 12, a.body)
d.post("/api/clues", {**new, "title": "冻结之后的来电"})
a = c.get(p).json
g = {x["key"]: x for x in a["figures"]}
check("frozen_stays", g["tips"]["total"] == f["tips"]["total"] and g["suspected"]["total"] == f["suspected"]["total"], g["suspected"])
check("frozen_opens", sum(x["amount"] for x in c.get(p + "/rows", key="found").json["rows"]) == want)
check("frozen_not_changed", c.post(p + "/texts", {"version": a["version"], "texts": {}}).status == 409)
x = zipfile.ZipFile(io.BytesIO(c.get(p + "/docx").body)).read("word/document.xml").decode()
d = zipfile.ZipFile(io.BytesIO(c.get(p + "/docx").body))
foot = [n for n in d.namelist() if "footer" in n and "校验码" in d.read(n).decode()]
lead = s.client("lead1")
check("sign_forbidden", c.post(p + "/sign", {"version": a["version"]}).status == 403)
check("sign_stale_409", lead.post(p + "/sign", {"version": a["version"] + 1}).status == 409)
q = lead.post(p + "/sign", {"version": a["version"]})
check("signed", q.status == 200 and q.json["signed_by"] == "lead1" and q.json["signed_name"] == "刘局" and q.json["state"] == "frozen", q.body)
check("signed_once", lead.post(p + "/sign", {"version": a["version"]}).status == 409)
check("signed_on_paper", "刘局（" in zipfile.ZipFile(io.BytesIO(c.get(p + "/docx").body)).read("word/document.xml").decode())
d = zipfile.ZipFile(io.BytesIO(c.get(p + "/docx").body))
check("signed_in_audit", s.sql("select actor from audit where act = 'week.sign'") == [["lead1"]])
check("docx_watermark", len(foot) == 1 and "（head1）" in d.read(foot[0]).decode(), d.namelist())
check("docx_footer_wired", foot[0].split("/")[-1] in d.read("word/_rels/document.xml.rels").decode() and
      foot[0] in d.read("[Content_Types].xml").decode() and "w:footerReference" in d.read("word/document.xml").decode())
for part in d.namelist():
    if part.endswith((".xml", ".rels")):
        xml.dom.minidom.parseString(d.read(part))
check("docx", a["code"] in x and "市医保局、市卫健委" in x and "手工，系统数" in x and "含联合检查" in x and "{{" not in x)
check("xlsx", "附表" in "".join(grid(c.get(p + "/xlsx").body)[0]))
check("docx_plan", any("现场核查" in t for t in ["".join(q.itertext()) for q in ET.fromstring(d.read("word/document.xml")).iter("{http://schemas.openxmlformats.org/wordprocessingml/2006/main}p")]))
# 附件2 section by section, in its order, each with what was entered for it; both recipients; the annex's figures, the same in both files.
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
lines = ["".join(t.text or "" for t in q.iter(W + "t")) for q in ET.fromstring(d.read("word/document.xml")).iter(W + "p")]
at = -1
for head, entry in (("报送单位：", "某县医保局"), ("联合报送：", "某县卫健局"), ("主送：", "市医保局、市卫健委"), ("填报人：", T["填报人"]), ("联系电话：", T["联系电话"]), ("签发人：", "刘局（"), ("一、主要做法", ""),
                    ("（一）召开会议情况", T["会议"]), ("（二）印发文件情况", T.get("文件", "")), ("（三）警示教育和宣传培训情况", T.get("培训", "")),
                    ("（四）公开曝光情况", T.get("曝光", "")), ("（五）联合检查情况", T.get("联合检查", "")), ("二、排查情况", ""), ("（一）做法", T.get("排查做法", "")),
                    ("（二）效果", "详见附表"), ("三、下周工作计划", ""), ("排查效果", "附表")):
    k = next((i for i, t in enumerate(lines) if i >= at and head in t), -1)
    check("docx_has_" + head.strip("：（）"), k >= at and k >= 0 and entry in lines[max(k, 0)], (head, lines[max(k, 0)]))
    at = max(at, k)
table = [["".join(t.text or "" for t in q.iter(W + "t")) for q in row.iter(W + "tc")] for row in ET.fromstring(d.read("word/document.xml")).iter(W + "tr")]
table = [r for r in table if len(r) == 6]
sheet = grid(c.get(p + "/xlsx").body)
k = next(i for i, r in enumerate(sheet) if r and r[0] == "指标")
check("xlsx_says_recipients", any("主送：市医保局、市卫健委" in "".join(map(str, r)) for r in sheet[:k]) and any("报送单位：" in "".join(map(str, r)) for r in sheet[:k]), sheet[:k])
check("annex_is_one", [r[0] for r in table] == [r[0] for r in sheet[k:]] and [r[1:3] for r in table[1:]] == [[str(x) for x in r[1:3]] for r in sheet[k + 1:]],
      (table[:3], sheet[k:k + 3]))
check("annex_has_every_figure", len(table) == len(a["figures"]) + 1 and all(any(x["title"] in r[0] for r in table) for x in a["figures"]),
      [x["title"] for x in a["figures"] if not any(x["title"] in r[0] for r in table)])
cells = {r[0]: r for r in table}
check("annex_entry_stands_in_its_columns", cells["兑付举报奖励金额（万元）"][1:4] == ["", "345.00", ""] and cells["兑付举报奖励金额（万元）"][5] == "填报" and
      cells["其中：诱导住院金额（万元）"][3:] == ["12.00", "345.00", "含外县"] and
      cells["兑付举报奖励（件）"][5] == "填报：王某等" and cells["其中：全面核查（家次）"][1] == "0", cells)
check("annex_share", cells["覆盖率（%）"][2] == "%.2f" % (f["coverage"]["total"] / 100) and cells["覆盖率（%）"][4] == "90.50", cells["覆盖率（%）"])
across = grid(c.get(p + "/xlsx").body, 2)
k = next(i for i, r in enumerate(across) if r and r[0] == "地区")
check("annex_across", across[k][2:-1] == [r[0] for r in table[1:]] and [r[1] for r in across[k + 1:k + 3]] == ["本周", "累计"] and
      across[k + 2][across[k].index("其中：诱导住院金额（万元）")] == "345.00" and across[k + 2][across[k].index("覆盖率（%）")] == "90.50" and
      across[k + 1][0] == "某县医保局", across[k:])
check("no_file_left_behind", not [n for n in os.listdir(s.data) if n.endswith(".xlsx")] and not [n for n in os.listdir(os.path.join(s.data, "tmp")) if "week" in n])
a = c.post("/api/weeks", days).json
check("texts_carry_over", a["texts"]["会议"] == T["会议"], a)
g = {x["key"]: x for x in c.get("/api/weeks/%d" % a["id"]).json["figures"]}
check("entries_carry_over", (g["reward_money"]["hand_week"], g["reward_money"]["hand_total"], g["rewards"]["hand_total"], g["rewards"]["hand_note"]) == (None, 345000000, 2, "王某等")
      and g["checked"]["hand_week"] is None and g["induced"]["hand_total"] is None, g["reward_money"])
soffice = shutil.which("soffice")
if soffice:
    docx = os.path.join(s.tmp.name, "week.docx")
    open(docx, "wb").write(c.get(p + "/docx").body)
    q = subprocess.run([soffice, "-env:UserInstallation=file://" + s.tmp.name + "/lo", "--headless", "--convert-to", "pdf",
                        "--outdir", s.tmp.name, docx], capture_output=True, timeout=300)
    check("docx_opens_in_libreoffice", open(docx[:-4] + "pdf", "rb").read(4) == b"%PDF", q.stderr)
else:
    print("skip docx_opens_in_libreoffice # no soffice", flush=True)

# --- 核查单, templates ---
i = rows[1]["id"]
a = c.get("/api/clues/%d/check" % i)
x = zipfile.ZipFile(io.BytesIO(a.body)).read("word/document.xml").decode()
check("check_paper", a.status == 200 and "XS%06d" % i in x and "执法证号" in x and "{{" not in x and rows[1]["fixmedins_code"] in x)
check("check_paper_names_the_institution_at_its_head_only", not re.search(re.escape(rows[1]["fixmedins_name"]) + r" [A-Z]\d\d", re.sub("<[^>]+>", "", x)) and
      re.search(r"[A-Z]\d\d\.\w+ ", re.sub("<[^>]+>", "", x)), rows[1]["title"])
# 科室 of each stay on it: as the visit's own row says.
import csv
said = {q["mdtrt_id"]: q["adm_dept_name"] for q in csv.DictReader(open(os.path.join(tables, "mdtrt_d.csv"), encoding="utf-8-sig")) if q.get("adm_dept_name")}
stays = [q for q in rows if q["mdtrt_id"] in said][:3]
for q in stays:
    t = ET.fromstring(zipfile.ZipFile(io.BytesIO(c.get("/api/clues/%d/check" % q["id"]).body)).read("word/document.xml"))
    cells = [["".join(u.text or "" for u in k.iter(W + "t")) for k in l.iter(W + "tc")] for l in t.iter(W + "tr")]
    check("check_paper_names_the_department", any(l[0] == q["mdtrt_id"] and l[3] == said[q["mdtrt_id"]] for l in cells if len(l) == 5), (said[q["mdtrt_id"]], cells[:8]))
check("check_paper_had_stays", len(stays) == 3, len(said))
i = c.get("/api/clues", source="phone").json["rows"][0]["id"]
a = c.get("/api/institutions/%s/check" % inst)
doc = zipfile.ZipFile(io.BytesIO(a.body)).read("word/document.xml").decode() if a.status == 200 else ""
text = re.sub("<[^>]+>", "", doc)
n_open = c.get("/api/clues", fixmedins_code=inst, state="new,assigned,working,judged", limit=500).json
ours = ["XS%06d" % x["id"] for x in sorted(n_open["rows"], key=lambda x: (-x["fund_fen"], -x["id"]))[:30]]
check("institution_paper", a.status == 200 and inst in text and "执法证号" in text and text.count("执法证号") == 2 and "{{" not in doc, a.body[:300])
check("institution_paper_every_question", all(text.count(x) >= 2 for x in ours) and len(ours) == min(30, n_open["total"]), ours)
check("institution_paper_lines_and_papers", "涉及的费用明细" in text and text.count("□是") >= 1 and "□部分属实" in text)
a = c.get("/api/institutions/%s/check" % inst, clues="%d" % n_open["rows"][0]["id"])
one = re.sub("<[^>]+>", "", zipfile.ZipFile(io.BytesIO(a.body)).read("word/document.xml").decode())
check("institution_paper_picked", "XS%06d" % n_open["rows"][0]["id"] in one and ours[-1] not in one or len(ours) == 1)
check("institution_paper_bad_pick", c.get("/api/institutions/%s/check" % inst, clues="x").status == 422)
check("institution_paper_none_404", c.get("/api/institutions/H00000000000/check").status == 404)
check("check_paper_by_hand", "11月2日来电" in zipfile.ZipFile(io.BytesIO(c.get("/api/clues/%d/check" % i).body))
      .read("word/document.xml").decode())
a = c.get("/api/templates/weekly")
check("template", a.status == 200 and c.get("/api/templates/other").status == 404)
b = io.BytesIO()
with zipfile.ZipFile(io.BytesIO(a.body)) as old, zipfile.ZipFile(b, "w") as now:
    for name in old.namelist():
        now.writestr(name, old.read(name).replace("工作周报".encode(), "本局周报".encode()))
check("template_put", c.ask("POST", "/api/templates/weekly", b.getvalue()).status == 204)
check("template_used", "本局周报" in zipfile.ZipFile(io.BytesIO(c.get(p + "/docx").body)).read("word/document.xml").decode())
check("template_bad", c.ask("POST", "/api/templates/weekly", b"not a docx").status == 422)

# --- a list that went out before 定性 was a column: its rows have eight cells, its file lacks the column ---
others = sorted((x for x in by if x != inst and len(by[x]) >= 2), key=lambda x: -len(by[x]))
a = c.post("/api/lists", {"kind": "clue", "fixmedins_code": others[0], "clues": by[others[0]][:3]})
old = a.json["id"]
for x in s.sql("select no, cells from list_row where list = %d" % old):
    s.sql("update list_row set cells = '%s' where list = %d and no = %s" % (json.dumps(json.loads(x[1])[:8], ensure_ascii=False).replace("'", "''"), old, x[0]))
l = c.get("/api/lists/%d" % old)
check("old_list_shown", l.status == 200 and all(len(x["cells"]) == 8 for x in l.json["rows"]), l.body[:300])
g = grid(c.get("/api/lists/%d/file" % old).body)
head = next(i for i, x in enumerate(g) if x and x[0].startswith("行标识"))
check("old_list_goes_out_as_it_went", "定性（条例）" not in g[head] and "涉及基金（元）" in g[head] and V in g[head], g[head])
col = {t: i for i, t in enumerate(g[head])}
fund = [float(x[col["涉及基金（元）"]]) for x in g[head + 1:]]
a = give_back(old, filled(r0={V: "认可", F: "%.2f" % fund[0]}, r1={V: "不认可", "理由": "有病程记录", "人员编号": "P-改"}), "旧样式.csv")
check("old_layout_compared", a.status == 201 and a.json["counts"].get("ok") == 1 and a.json["counts"].get("changed") == 1, a.body)
# Somebody pasted the answers into a newer form: one more locked column, empty or not, is none of the old list's.
newer = [x[:col[V]] + ["定性（条例）" if i == head else "分解住院" if i > head else ""] + x[col[V]:] for i, x in enumerate(filled(r0={V: "认可", F: "%.2f" % fund[0]}))]
b = give_back(old, newer, "新样式.csv")
check("old_list_in_the_new_layout", b.status == 201 and b.json["counts"].get("ok") == 1 and not b.json["counts"].get("changed"), b.body)
check("old_layout_taken", c.post("/api/lists/%d/returns/%d/take" % (old, a.json["id"])).json["taken"] == 1)
a = c.post("/api/lists/%d/adopt" % old, {"order": False})
check("old_layout_adopted", a.status == 200 and a.json["done"] == 1 and not a.json["failed"], a.body)

# --- killed between taking in and the job: the next start makes the checks ---
import signal, sqlite3, threading
if not (s.casework and s.casework[1].startswith("postgres")):
    a = c.post("/api/lists", {"kind": "presence", "fixmedins_code": ward, "day": ward_day, "sample": 5})
    k = a.json["id"]
    g = grid(c.get("/api/lists/%d/file" % k).body)
    head = next(i for i, x in enumerate(g) if x and x[0].startswith("行标识"))
    col = {t: i for i, t in enumerate(g[head])}
    key = g[head + 1][0]
    a = give_back(k, filled(r0={"核查结果": "相符", "核查时间": ward_day + " 21:30", "核查人": "王五"}), "核查2.csv")
    db = sqlite3.connect(os.path.join(s.data, "casework.sqlite"), timeout=20)

    def kill():
        while db2.execute("select count(*) from list_in where state = 'taken' and id = ?", (back,)).fetchone()[0] == 0:
            time.sleep(0.0005)
        s.process.send_signal(signal.SIGKILL)

    back, db2 = a.json["id"], sqlite3.connect(os.path.join(s.data, "casework.sqlite"), timeout=20, check_same_thread=False)
    t = threading.Thread(target=kill)
    t.start()
    try:
        c.post("/api/lists/%d/returns/%d/take" % (k, back))
    except Exception:
        pass  # the answer may not have come any more
    t.join()
    s.process.wait()
    db2.close()
    # The worst moment, whatever that kill met: taken in, marked, no job at all.
    db.execute("delete from job where kind = 'presence' and state in ('queued', 'running')")
    db.commit()
    due = db.execute("select checks_due from list_in where id = ?", (back,)).fetchone()[0]
    db.close()
    s.start()
    c = s.client("head1")
    last = "select actor, state from job where kind = 'presence' order by id desc limit 1"
    for _ in range(600):  # The job settles the file first and is done after it.
        if s.sql("select checks_due from list_in where id = %d" % back) == [["0"]] and s.sql(last)[0][1] not in ("queued", "running"):
            break
        time.sleep(0.1)
    check("presence_after_kill_settled", s.sql("select checks_due from list_in where id = %d" % back) == [["0"]], (due, s.text()[-800:]))
    check("presence_after_kill_by_the_start", due == 0 or s.sql(last) == [["start", "done"]], (due, s.sql(last)))
    check("presence_after_kill_no_file_left", not os.path.exists(os.path.join(s.data, "lists", str(k), "checks-%d" % back)))
    s.stop()
    huji("import", "--data", s.data, os.path.join(tables, "presence_check.csv"))  # nothing of it is doubled or lost
    out = huji("quality", "--data", s.data).stdout
    found = key in open(os.path.join(s.data, "claims.duckdb"), "rb").read().decode("latin-1")
    check("presence_after_kill_in_the_store", found, out[-500:])
    s.start()
    c = s.client("head1")
    check("presence_not_taken_again", c.post("/api/lists/%d/returns/%d/take" % (k, back)).status == 409)

check("stops", s.stop() == 0, s.text()[-2000:])
finish()
