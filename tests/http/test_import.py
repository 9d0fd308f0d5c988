# SPDX-License-Identifier: MulanPSL-2.0
# 数据接入 through the port: uploads in folders, proposals and corrections, imports, quality, rejects, ready, undo, practice data.
import glob, os, subprocess, sys, urllib.parse
sys.path.insert(0, os.path.dirname(__file__))
from client import *

FEES = "bkkp_sn,psn_no,mdtrt_id,setl_id,fixmedins_code,fee_ocur_time,hilist_code,cnt,pric,det_item_fee_sumamt\n"


def fees(rows):
    return FEES + "".join("%s,P%d,M%d,S%d,H42000000001,%s,001102000010000,1,%s,%s\n" % (k, n, n, n, d, y, y) for k, n, d, y in rows)


def send(c, name, text, batch=None):
    q = {"name": name, **({"batch": batch} if batch else {})}
    return c.ask("POST", "/api/uploads?" + urllib.parse.urlencode(q), text.encode() if isinstance(text, str) else text)


def done(c, answer, want="done"):
    if answer.status != 202:
        return {"state": "refused", "error": answer.body.decode()}
    for _ in range(1200):
        j = c.get("/api/jobs/" + answer.json["job"]).json
        if j["state"] not in ("queued", "running"):
            return j
        time.sleep(0.05)
    return {"state": "late"}


def bring(c, files):
    batch = None
    for name, text in files.items():
        a = send(c, name, text, batch)
        batch = a.json["batch"]
    return done(c, c.post("/api/imports", {"batch": batch})), batch


s = Server()
s.user("head1", "head")
s.user("officer1", "officer")
s.user("intake1", "intake")
s.start()
head, officer, intake = s.client("head1"), s.client("officer1"), s.client("intake1")

# --- an empty county says what to do
a = head.get("/api/imports").json
check("空县：下一步是导入", a["state"]["next"] == "import" and a["rows"] == [] and not a["state"]["demo"], a)
check("空县：没有可撤回的", head.post("/api/imports/undo", {"import": 1}).status == 409)

# --- uploads
a = send(head, "一月/fee_list_d.csv", fees([("A1", 1, "2023-01-05", "10.00"), ("A2", 2, "2023-01-06", "20.00")]))
batch = a.json["batch"]
check("上传：带文件夹", a.status == 201 and a.json["name"] == "一月/fee_list_d.csv", a.body)
send(head, "二月/fee_list_d.csv", fees([("B1", 1, "2023-02-05", "30.00")]), batch)
a = head.get("/api/uploads/" + batch).json
check("上传：两个文件夹同名文件都在", [f["name"] for f in a["rows"]] == ["一月/fee_list_d.csv", "二月/fee_list_d.csv"], a)
for bad in ("../x.csv", "a/../../x.csv", "/etc/x.csv", ".x.csv", "a//b.csv", "", "a/" * 9 + "x.csv", "x/"):
    if send(head, bad, "x").status != 422:
        check("上传：文件名 %r 不收" % bad, False)
check("上传：坏文件名不收", True)
check("上传：没有这批", send(head, "x.csv", "x", "0" * 16).status == 422 and send(head, "x.csv", "x", "../..").status == 422)
check("上传：没有权限", send(officer, "x.csv", "x").status == 403 and intake.get("/api/imports").status == 403)
c = http.client.HTTPConnection("127.0.0.1", s.port, timeout=20)
c.putrequest("POST", "/api/uploads?name=big.csv")
for k, v in (("Cookie", head.cookie), ("X-Huji-Csrf", head.csrf), ("Content-Length", str(5 << 30))):
    c.putheader(k, v)
c.endheaders()
check("上传：太大的一开头就拒绝", c.getresponse().status == 413)
c.close()
check("去掉一个文件", head.ask("DELETE", "/api/uploads/%s?%s" % (batch, urllib.parse.urlencode({"name": "二月/fee_list_d.csv"}))).status == 204
      and len(head.get("/api/uploads/" + batch).json["rows"]) == 1)
check("去掉没有的文件", head.ask("DELETE", "/api/uploads/%s?name=no.csv" % batch).status == 422)
p = head.get("/api/uploads/%s/proposal" % batch, name="一月/fee_list_d.csv")
check("对照：国家表名的文件不用对照", p.json["table"] == "fee_list_d" and p.json["sheets"] == [], p.body)
check("对照：没有这个文件", head.get("/api/uploads/%s/proposal" % batch, name="x.csv").status == 422)
check("整批去掉", head.ask("DELETE", "/api/uploads/" + batch).status == 204 and head.get("/api/uploads/" + batch).status == 422)

# --- headings of a house of its own: proposed, corrected, kept
odd = "流水,参保号,开单日,哪项,花费,单位名\r\n" + "".join("Q%d,P%d,2023-03-0%d,甲项,5.5,卫生院\r\n" % (i, i, i) for i in range(1, 6))
a = send(head, "怪表.csv", odd)
batch = a.json["batch"]
p = head.get("/api/uploads/%s/proposal" % batch, name="怪表.csv").json
sheet = p["sheets"][0] if p["sheets"] else None
check("对照：列出每一列和样例", sheet and [c["heading"] for c in sheet["columns"]][:3] == ["流水", "参保号", "开单日"] and sheet["columns"][0]["samples"][0] == "Q1", p)
want = {"流水": "bkkp_sn", "参保号": "psn_no", "开单日": "fee_ocur_time", "哪项": "hilist_name", "花费": "det_item_fee_sumamt"}
sheet["table"] = "fee_list_d"
for c in sheet["columns"]:
    c["field"] = want.get(c["heading"], "")
bad = json.loads(json.dumps(sheet))
bad["columns"][0]["field"] = "没有的字段"
a = head.post("/api/mappings", {"sheets": [bad]})
check("对照：没有的字段说得出名字", a.status == 422 and "没有的字段" in a.json["detail"], a.body)
check("对照：不成样子的不收", all(head.post("/api/mappings", b).status == 422 for b in ({}, {"sheets": []}, {"sheets": "x"}, {"sheets": [{"fingerprint": "../x", "columns": [{}]}]}, {"sheets": [{"fingerprint": "ab", "columns": []}]})))
check("对照：没有权限", officer.post("/api/mappings", {"sheets": [sheet]}).status == 403)
a = head.post("/api/mappings", {"sheets": [sheet]})
check("对照：记住", a.status == 200 and os.listdir(s.data + "/mappings"), a.body)
p = head.get("/api/uploads/%s/proposal" % batch, name="怪表.csv").json
check("对照：下次照办", [c["field"] for c in p["sheets"][0]["columns"]][:2] == ["bkkp_sn", "psn_no"] and p["sheets"][0]["columns"][0]["sure"] == "已确认", p)
j = done(head, head.post("/api/imports", {"batch": batch}))
check("导入：按改好的对照", j["state"] == "done" and sum(f["rows_kept"] for f in j["result"]["files"]) == 5, j)
check("导入：导入后上传的文件不留", not os.path.exists("%s/uploads/%s" % (s.data, batch)))
check("导入：同一批再导入一次，没有了", head.post("/api/imports", {"batch": batch}).status == 422)
check("导入：批号不对", head.post("/api/imports", {"batch": "../../etc"}).status == 422 and head.post("/api/imports", {}).status == 422)
check("导入：没有权限", officer.post("/api/imports", {"batch": "0" * 16}).status == 403)
a = head.get("/api/imports").json
check("现状：接着去筛查，谁导入的", a["state"]["next"] == "screen" and a["rows"][0]["actor_name"] == "测试head1" and a["state"]["undoable"], a)
t = head.get("/api/tables").json["rows"]
check("可选的表和字段", "bkkp_sn" in [c[0] for x in t if x["table"] == "fee_list_d" for c in x["columns"]])

# --- rejects, quality
rows = fees([("C1", 3, "2023-04-05", "40.00"), ("C2", 4, "2023-13-45", "50.00"), ("C3", 5, "=1+1", "1.00"), ("C4", 6, "2023-04-06", "60.00")])
j, _ = bring(head, {"fee_list_d.csv": rows, "说明.txt": "这不是表"})
check("导入：读不懂的文件说一声，其余照进", j["state"] == "done" and any("说明" in x for x in j["log"]), j["log"])
bal = head.get("/api/quality/balance").json["rows"][0]
check("对账：读入 = 保留 + 拒收 + 重复，行数和金额", bal["rows_read"] == bal["rows_kept"] + bal["rows_rejected"] + bal["rows_repeated"] == 9 and bal["rows_rejected"] == 2
      and bal["fen_read"] == bal["fen_kept"] + bal["fen_rejected"] + bal["fen_repeated"] and bal["title"], bal)
r = head.get("/api/rejects").json["rows"]
check("拒收：文件、行、列、值、应为", [(x["file"], x["line"], x["column"], x["value"]) for x in r] == [("fee_list_d.csv", 3, "fee_ocur_time", "2023-13-45"), ("fee_list_d.csv", 4, "fee_ocur_time", "=1+1")] and all(x["hint"] for x in r), r)
a = head.get("/api/rejects/export", format="csv")
text = a.body.decode("utf-8-sig")
check("拒收：CSV 里公式不成公式", a.status == 200 and "费用发生" in text and ",'=1+1," in text and "filename*=UTF-8''" in a.headers["content-disposition"], text)
a = head.get("/api/rejects/export")
check("拒收：XLSX", a.body[:2] == b"PK" and a.headers["x-content-type-options"] == "nosniff")
check("拒收：只要一次导入的", len(head.get("/api/rejects/export", format="csv", **{"import": 1}).body.decode().splitlines()) == 2)
check("拒收：格式不对", head.get("/api/rejects/export", format="pdf").status == 422 and head.get("/api/rejects/export", **{"import": 77}).status == 404)
check("拒收：没有权限", officer.get("/api/rejects").status == 403 and officer.get("/api/rejects/export").status == 403)
h = officer.get("/api/quality/heat").json
check("缺月：机构乘月份", [m["month"] for m in h["months"]] == [202303, 202304] and h["institutions"][0]["code"] == "H42000000001" and
      {(c["id"], c["month"]): c["n"] for c in h["cells"]} == {(h["institutions"][0]["id"], 202304): 2}, h)
for part in ("tables", "files", "reasons", "months", "marks", "values", "codes"):
    g = officer.get("/api/quality/" + part)
    check("质量：%s" % part, g.status == 200 and all(len(x) == len(g.json["head"]) for x in g.json["rows"]), g.body[:200])
check("质量：没有这部分", officer.get("/api/quality/nothing").status == 404)
y = officer.get("/api/ready").json
check("就绪：能问的加还不能问的就是全部规则", y["can"] + y["cannot"] == len(y["rules"]) and y["cannot"] > 0)
check("就绪：按多解锁几条排，带空表", [m["alone"] for m in y["missing"]] == sorted((m["alone"] for m in y["missing"]), reverse=True) and any(m["table"] for m in y["missing"]), y["missing"][:3])
b = officer.get("/api/blanks/death")
check("空表：可下载", b.status == 200 and b.body[:2] == b"PK" and officer.get("/api/blanks/nothing").status == 404)

# --- a clue on what came last, and then taken back
last = head.get("/api/imports").json
check("一次导入的文件", [f["rows_rejected"] for f in head.get("/api/imports/%d" % last["state"]["last"]).json["rows"]] == [2] and head.get("/api/imports/99").status == 404)
check("撤回：只能是最近一次", head.post("/api/imports/undo", {"import": last["state"]["last"] - 1}).status == 409)
check("撤回：要说是哪次", head.post("/api/imports/undo").status == 422 and officer.post("/api/imports/undo", {"import": 2}).status == 403)
j = done(head, head.post("/api/imports/undo", {"import": last["state"]["last"]}))
check("撤回：数据回到之前", j["state"] == "done" and j["result"]["rows"] == 2 and head.get("/api/rejects").json["rows"] == [] and head.get("/api/imports").json["state"]["lines"] == 5, j)
a = head.get("/api/imports").json
check("撤回：历史里注明，谁撤的", a["rows"][0]["undone_at"] and a["rows"][0]["undone_by"] == "测试head1" and not a["state"]["undoable"], a)
check("撤回：两次不行", head.post("/api/imports/undo", {"import": a["state"]["last"]}).status == 409)
check("演示数据：有数据的县不收", head.post("/api/imports/demo").status == 409 and officer.post("/api/imports/demo").status == 403)
s.stop()

# --- a county of plants: clues know that their data was withdrawn; the same from the command line
t = Server()
t.user("head1", "head")
t.user("anna", "officer")
tables = county() + "/tables"
one, two = os.path.join(t.tmp.name, "one"), os.path.join(t.tmp.name, "two")
os.mkdir(one), os.mkdir(two)
for f in glob.glob(tables + "/*.csv"):
    if os.path.basename(f) != "truth.csv":
        shutil.copy(f, os.path.join(two if "fee_list" in f else one, os.path.basename(f)))
prepare("import", "--data", t.data, one)
prepare("import", "--data", t.data, two)
prepare("screen", "--data", t.data)
prepare("clues", "raise", "--data", t.data)
t.start()
head = t.client("head1")
rows = head.get("/api/clues", limit=500, state="new").json["rows"]
lined = next(c for c in rows if c["rule_id"].startswith("E01") or c["rule_id"].startswith("D"))
head.post("/api/clues/%d/assign" % lined["id"], {"login": "anna", "version": lined["version"]})
a = head.get("/api/imports").json
check("县：筛查过，接着看线索", a["state"]["next"] == "clues" and not a["state"]["stale"], a["state"])
j = done(head, head.post("/api/imports/undo", {"import": 2}))
check("县：撤回费用明细，线索注明", j["state"] == "done" and j["result"]["clues"] > 50 and j["result"]["stale"] and j["result"]["records"] > 10000, j["result"] if j["state"] == "done" else j)
after = head.get("/api/clues/%d" % lined["id"]).json
check("县：线索不再命中，留着，历史里说明", not after["found"] and any("撤回" in e["note"] for e in head.get("/api/clues/%d/history" % lined["id"]).json["rows"]), after.get("found"))
note = t.client("anna").get("/api/notices").json
check("县：承办人的铃响了", any("撤回" in n["note"] for n in note["rows"]), note)
check("县：筛查结果过期，下一步是重新筛查", head.get("/api/imports").json["state"]["stale"] and head.get("/api/imports").json["state"]["next"] == "screen")
j = done(head, head.post("/api/screens"))
check("县：重新筛查后不再过期", j["state"] == "done" and not head.get("/api/imports").json["state"]["stale"], j["state"])
t.stop()
p = huji("import", "--data", t.data, "--undo", good=False)
check("命令行：撤回过的不能再撤", p.returncode != 0 and "已经撤回过" in p.stderr, p.stderr)
prepare("import", "--data", t.data, two)
prepare("screen", "--data", t.data)
prepare("clues", "raise", "--data", t.data)
p = huji("import", "--data", t.data, "--undo")
check("命令行：撤回，线索注明", "已撤回" in p.stderr and "条线索所据的记录已不在" in p.stderr and "重新运行" in p.stderr, p.stderr)

# --- national codes: a house's own code stands for one, and the rules see it
import csv as csvlib
n = Server()
n.user("head1", "head")
n.user("officer1", "officer")
raw = os.path.join(n.tmp.name, "raw")
shutil.copytree(tables, raw, ignore=shutil.ignore_patterns("truth.csv"))
prepare("import", "--data", n.data, raw)


def hits(data):
    p = prepare("screen", "--data", data, "--format", "csv")
    return p.stdout


whole = hits(n.data)
with open(raw + "/fee_list_d.csv", encoding="utf-8", newline="") as f:
    fee = list(csvlib.reader(f))
at, name = fee[0].index("hilist_code"), fee[0].index("hilist_name")
limits = {line.split(",")[0] for line in open(os.path.join(ROOT, "rules/knowledge/day_limit.csv"), encoding="utf-8") if line[0] != "#"}
used = {}
for line in fee[1:]:
    if line[at] in limits:
        used[line[at]] = used.get(line[at], 0) + 1
item = max(used, key=used.get)
title = next(line[name] for line in fee if line[at] == item)
for line in fee:
    if line[at] == item:
        line[at] = "BD001"
local = os.path.join(n.tmp.name, "local")
prepare("init", local)
with open(raw + "/fee_list_d.csv", "w", encoding="utf-8", newline="") as f:
    csvlib.writer(f).writerows(fee)
prepare("import", "--data", local, raw)
without = hits(local)
n.data = local
for role in ("system", "security", "audit"):
    n.user(role + "1", role)
n.user("head1", "head")
n.user("officer1", "officer")
n.start()
head, officer = n.client("head1"), n.client("officer1")
a = officer.get("/api/codes/proposals").json
check("编码：没有国家表时也按金额列出", not a["tables"] and any(r[0] == "BD001" for r in a["rows"]), a["rows"][:2])
table = "编码,名称,版本\n%s,%s,V9\n009999999999990,心脏移植术,V9\n" % (item, title)
b = send(head, "编码.csv", table).json["batch"]
check("编码表：看不出是哪张就不收，库里没有变", done(head, head.post("/api/codes/import", {"batch": send(head, "a.csv", "编码,名称\n1,x\n").json["batch"]}))["state"] == "failed"
      and all(r[3] == "0" for r in head.get("/api/codes").json["rows"]))
j = done(head, head.post("/api/codes/import", {"batch": b}))
check("编码表：收进，看编码的样子认得出", j["state"] == "done" and any(r[4] == "V9" and r[3] == "2" for r in officer.get("/api/codes").json["rows"]), j)
check("编码：没有权限、坏的、没有这批", officer.post("/api/codes/map", {"pairs": []}).status == 403 and officer.post("/api/codes/import", {"batch": b}).status == 403 and head.post("/api/codes/import", {"batch": b}).status == 422
      and all(head.post("/api/codes/map", {"pairs": x}).status == 422 for x in ([], "x", [{}], [{"local": "a"}], [{"local": "a" * 200, "national": "b"}])))
row = next(r for r in officer.get("/api/codes/proposals", limit=500).json["rows"] if r[0] == "BD001")
check("编码：按名称提出建议", row[4] == item and row[7] == "100", row)
j = done(head, head.post("/api/codes/map", {"pairs": [{"local": "BD001", "national": "12"}]}))
check("编码：不合规则的国家编码不收", j["state"] == "failed" and "不合国家编码规则" in j["error"], j)
j = done(head, head.post("/api/codes/map", {"pairs": [{"local": "BD001", "national": item}]}))
check("编码：对上，行数就是那一项的行数", j["state"] == "done" and j["result"]["lines"] == used[item], j)
check("编码：对上的不再列出", not any(r[0] == "BD001" for r in officer.get("/api/codes/proposals", limit=500).json["rows"]))
n.stop()
check("编码：本地编码时规则问不到，对上后与国家编码时同样多", without != whole and hits(local) == whole, (without[-300:], whole[-300:]))

# --- practice data
d = Server()
d.user("head1", "head")
d.start()
head = d.client("head1")
j = done(head, head.post("/api/imports/demo"))
check("演示：放进空县", j["state"] == "done" and head.get("/api/imports").json["state"]["demo"], j)
check("演示：每一页的条幅", head.get("/api/session").json["demo"] is True)
check("演示：再放一次不行", head.post("/api/imports/demo").status == 409)
b = send(head, "fee_list_d.csv", fees([("Z", 1, "2023-01-01", "1.00")])).json["batch"]
a = head.post("/api/imports", {"batch": b})
check("演示：真实数据不收", a.status == 409 and "演示" in a.json["detail"], a.body)
done(head, head.post("/api/screens"))
a = head.get("/api/clues/export")
check("演示：导出的文件名带演示数据", urllib.parse.quote("演示数据-") in a.headers["content-disposition"], a.headers)
import io, zipfile
z = zipfile.ZipFile(io.BytesIO(a.body))
check("演示：导出的内容也写明", any("演示数据" in z.read(n).decode("utf-8", "replace") for n in z.namelist() if n.endswith(".xml")))
d.stop()
p = huji("import", "--data", d.data, one, good=False)
check("演示：命令行也不收真实数据", p.returncode != 0 and "演示" in p.stderr, p.stderr)
q = os.path.join(d.tmp.name, "练习")
huji("demo", q, "--persons", "1000")
check("演示：命令行造一个，一次", huji("demo", q, good=False).returncode != 0)
finish()
