# SPDX-License-Identifier: MulanPSL-2.0
# 接入管理, 接口运行, 事前审核: keys shown once, addresses, expiry, revoking, test keys that leave nothing; modes in steps;
# calls and reminders counted, overrides and what was confirmed; orders tried without a connection.
import copy, datetime, json, os, re, shutil, sqlite3, subprocess, sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from client import *

INST = "H51052300001"
s = Server(options=["--readers", "2"])  # on any machine
huji("import", "--data", s.data, os.path.join(ROOT, "tests/golden/county"))
s.user("head1", "head")
s.user("officer1", "officer")
s.user("hospital1", "hospital")
s.start()
BASE = json.load(open(os.path.join(ROOT, "tests/golden/county-check.json")))
lines = s.decisions
MODES = os.path.join(s.data, "check-modes.csv")
fsi = s.client()
head, officer, hospital = s.client("head1"), s.client("officer1"), s.client("hospital1")


def day(n):
    china = datetime.timezone(datetime.timedelta(hours=8))  # the server's days, whatever zone the machine has
    return (datetime.datetime.now(china).date() + datetime.timedelta(n)).isoformat()


def message(msgid, infno="3102", **change):
    m = copy.deepcopy(BASE)
    m.update(infno=infno, msgid=msgid)
    m["input"]["data"]["patient_dtos"].update(change)
    return m


def send(m, key, headers=None):
    return fsi.ask("POST", "/fsi/" + m["infno"], json.dumps(m, ensure_ascii=False),
                   {"X-Huji-Key": key, "Content-Type": "application/json", **(headers or {})}).json


def issue(**f):
    return head.post("/api/live/access", {"fixmedins_code": INST, "valid_until": day(30), "addresses": "127.0.0.0/8", **f})


def a_name(sample):
    return re.search(r"/fsi/(\d+)", sample)[1]


# --- keys ---
check("issue_forbidden", officer.post("/api/live/access", {"fixmedins_code": INST, "valid_until": day(9)}).status == 403)
for name, wrong in (("past", {"valid_until": day(-1)}), ("no_day", {"valid_until": "soon"}), ("other_form", {"valid_until": day(30).replace("-", "/")}), ("digits", {"valid_until": day(30).replace("-", "")}), ("too_long", {"valid_until": day(2000)}),
                    ("address", {"addresses": "10.0.0.999"}), ("real_without_address", {"addresses": " "}),
                    ("institution", {"fixmedins_code": "H,1"})):
    a = issue(**wrong)
    check("issue_wrong_" + name, a.status == 422, a.body)
a = issue(note="信息科 张工")
real = a.json["key"]
check("issued", a.status == 201 and real.startswith("hj_") and len(real) == 39, a.body)
rows = head.get("/api/live/access").json["rows"]
check("listed_without_key", len(rows) == 1 and rows[0]["tail"] == real[-4:] and rows[0]["state"] == "on" and
      real not in json.dumps(rows), rows)
dump = "\n".join(sqlite3.connect(os.path.join(s.data, "casework.sqlite")).iterdump())
check("only_digest_kept", real not in dump and "fsi_access" in dump)
a = send(message("A1"), real)
check("real_key_answers", a["infcode"] == 0 and len(lines()) == 1, a)
check("wrong_key_HJ11", send(message("A2"), "hj_" + "0" * 36)["err_msg"].startswith("HJ11"))
other = message("A3")
other["fixmedins_code"] = "H51052300002"
check("key_of_another_HJ11", send(other, real)["err_msg"].startswith("HJ11"))
far = issue(addresses="10.9.0.0/16").json["key"]
check("address_HJ14", send(message("A4"), far)["err_msg"].startswith("HJ14"))
row = [r for r in head.get("/api/live/access").json["rows"] if r["tail"] == far[-4:]][0]
a = head.ask("PUT", "/api/live/access/%d" % row["id"], {"version": row["version"], "addresses": "10.9.0.0/16 127.0.0.1", "valid_until": day(60)})
check("address_changed", a.status == 200 and send(message("A5"), far)["infcode"] == 0, a.body)
check("old_version_409", head.ask("PUT", "/api/live/access/%d" % row["id"], {"version": row["version"], "addresses": "127.0.0.1", "valid_until": day(60)}).status == 409)
check("revoke_needs_reason", head.post("/api/live/access/%d/revoke" % row["id"], {"reason": " "}).status == 422)
check("revoked", head.post("/api/live/access/%d/revoke" % row["id"], {"reason": "前置机更换"}).status == 200)
check("revoked_HJ12", send(message("A6"), far)["err_msg"].startswith("HJ12"))
check("revoked_stays", head.post("/api/live/access/%d/revoke" % row["id"], {"reason": "再撤一次"}).status == 409)
check("none_404", head.post("/api/live/access/999/revoke", {"reason": "没有这个"}).status == 404)
old = issue(valid_until=day(0)).json["key"]
check("last_day_holds", send(message("A7"), old)["infcode"] == 0)
sqlite = sqlite3.connect(os.path.join(s.data, "casework.sqlite"), timeout=20)
sqlite.execute("update fsi_access set valid_until = ? where tail = ?", (day(-1), old[-4:]))
sqlite.commit()
issue(test=True, addresses="")  # whatever it is, the table is read again
check("expired_HJ13", send(message("A8"), old)["err_msg"].startswith("HJ13"))
check("HJ21_format", fsi.ask("POST", "/fsi/3101", b"{", {"X-Huji-Key": real}).json["err_msg"].startswith("HJ21"))

# --- a test key ---
test = issue(test=True, addresses="").json["key"]
had = len(lines())
a = send(message("T1"), test)
check("test_shows", a["infcode"] == 0 and len(a["output"]["result"]) == 1 and "测试" in a["warn_msg"], a)
check("test_keeps_nothing", len(lines()) == had)
check("test_same_msgid_again", send(message("T1", gend="2"), test)["infcode"] == 0 and len(lines()) == had)

# --- modes ---
q = {"fixmedins_code": INST}
rows = head.get("/api/live/modes", **q).json["rows"]
c03 = [r for r in rows if r["rule_id"] == "C03"]
check("modes_begin_with_record", len(rows) >= 50 and {r["mode"] for r in rows} == {"记录"} and c03[0]["flagged"] == 3, c03)


def mode(to, by="记录", who=head, inst=INST, rule="C03", reason="试行一个月，无误报"):
    return who.ask("PUT", "/api/live/modes", {"fixmedins_code": inst, "rule_id": rule, "mode": to, "from": by, "reason": reason})


check("mode_forbidden", mode("提醒", who=officer).status == 403)
check("mode_not_two_steps", mode("拦截").status == 422 and not os.path.exists(MODES))
check("mode_unknown", mode("看看").status == 422 and mode("提醒", rule="Z99").status == 422)
check("mode_needs_reason", mode("提醒", reason="").status == 422)
check("not_shown_yet", send(message("M0"), real)["output"]["result"] == [])
with open(MODES, "w") as f:
    f.write("# 本局自己写的\nfixmedins_code,rule_id,mode\nH99999999999,*,提醒\n")
a = mode("提醒")
check("mode_set", a.status == 200 and [r for r in a.json["rows"] if r["rule_id"] == "C03"][0]["said_by"] == "own", a.body)
check("mode_file_keeps_others", open(MODES).read() == "# 本局自己写的\nfixmedins_code,rule_id,mode\nH99999999999,*,提醒\n%s,C03,提醒\n" % INST)
a = send(message("M1"), real)
reminded = a["output"]["result"]
check("mode_counts_at_once", [r["dspo_rqmt"] for r in a["output"]["result"]] == ["2"], a)
check("mode_stale_409", mode("拦截", by="记录").status == 409)
check("mode_to_stop", mode("拦截", by="提醒").status == 200)
b = send(message("M2"), real)
check("stopped", [r["dspo_rqmt"] for r in b["output"]["result"]] == ["3"], b)
check("mode_all", mode("提醒", inst="*", rule="*").status == 200 and
      {r["mode"] for r in head.get("/api/live/modes", **q).json["rows"]} == {"提醒", "拦截"})
check("mode_back", mode("", by="拦截").status == 200 and
      [r["said_by"] for r in head.get("/api/live/modes", **q).json["rows"] if r["rule_id"] == "C03"] == ["all"])
audit = s.client("audit1")
acts = [r["act"] for r in audit.get("/api/audit", limit=200).json["rows"]]
check("audited", acts.count("live.mode") == 4 and acts.count("access.issue") >= 4 and acts.count("access.revoke") == 1, acts)

# --- the guide's samples, as they stand ---
guide = open(os.path.join(ROOT, "docs/access.zh-CN.md"), encoding="utf-8").read()
samples = re.findall(r"```sh\n(curl .*?)```", guide, re.S)
check("guide_samples", len(samples) == 4)
for k in samples if shutil.which("curl") else []:
    p = subprocess.run(["bash", "-c", k], capture_output=True, text=True, env={**os.environ, "HUJI": "http://127.0.0.1:%d" % s.port, "KEY": test})
    g = json.loads(p.stdout)
    check("guide_%s" % a_name(k), g["infcode"] == 0, g)
codes = set(re.findall(r"HJ\d\d", guide))
source = "".join(open(os.path.join(ROOT, f), encoding="utf-8").read() for f in ("src/server/gate.c", "src/server/live.c", "src/check/check.c"))
check("guide_has_every_code", codes == set(re.findall(r"HJ\d\d", source)), codes)

# --- what happened ---
jr = reminded[0]["jr_id"]
fb = {"infno": "3103", "msgid": "F1", "fixmedins_code": INST,
      "input": {"data": {"warn_type": "2", "warns": [
          {"warn_rslt_id": jr, "dspo_way": "1", "dspo_way_rea": "病情需要"},
          {"warn_rslt_id": b["output"]["result"][0]["jr_id"], "dspo_way": "2", "dspo_way_rea": ""}]}}}
check("feedback", send(fb, real)["infcode"] == 0)
sign = {"infno": "9001", "msgid": "S1", "fixmedins_code": INST, "input": {"signIn": {"opter_no": "1"}}}
check("sign_in", send(sign, real)["infcode"] == 0)
a = head.get("/api/live/institutions").json
row = [r for r in a["rows"] if r["fixmedins_code"] == INST][0]
check("overview", (row["access"], row["orders"], row["reminded"], row["flagged"], row["shown"], row["overrides"], row["turned_back"],
                   row["confirmed"]) == ("on", 6, 2, 6, 2, 1, 1, 0), row)
check("overview_times", row["last_sign_at"] and row["last_at"] and row["calls"] == 8 and 0 < row["p50_us"] <= row["p99_us"], row)
check("strangers_counted", a["strangers"]["refused"] == 6 and a["strangers"]["last_refusal"], a["strangers"])
sqlite.execute("insert into clue(source, title, rule_id, rule_version, owner_type, owner_id, anchor, mdtrt_id, fixmedins_name, admdvs,"
               " amount_fen, fund_fen, expected_fen, strength, class, message, content_hash, state, verdict, created_at, updated_at, change)"
               " values ('screen', 't', 'C03', 1, 'visit', 'V900', 'a', 'V900', '', '510523', 1, 1, 1, 0, '明确', 'm', '', 'judged',"
               " 'confirmed', '2026-01-01', '2026-01-01', 1)")
sqlite.commit()
one = head.get("/api/live/institutions/" + INST).json
check("confirmed_later", [(r["rule_id"], r["flagged"], r["confirmed"]) for r in one["rules"]] == [("C03", 6, 6)], one["rules"])
check("override_with_reason", [(r["reason"], r["verdict"]) for r in one["overrides"]] == [("病情需要", "confirmed")], one["overrides"])
check("by_day", sum(d["calls"] for d in one["days"] if not d["test"]) == 8 and any(d["test"] for d in one["days"]), one["days"])
check("system_sees_no_messages", s.client("system1").get("/api/live/institutions/" + INST).json["overrides"][0]["message"] is None)
check("hospital_sees_no_figures", hospital.get("/api/live/institutions").status == 403)
check("days_422", head.get("/api/live/institutions", days=0).status == 422)
s.stop()
s.start()
fsi, head, officer = s.client(), s.client("head1"), s.client("officer1")
row = [r for r in head.get("/api/live/institutions").json["rows"] if r["fixmedins_code"] == INST][0]
check("after_restart_nothing_twice", (row["calls"], row["flagged"], row["overrides"], row["confirmed"]) == (8, 6, 1, 6), row)
send(message("M9"), real)
row = [r for r in head.get("/api/live/institutions").json["rows"] if r["fixmedins_code"] == INST][0]
check("after_restart_goes_on", (row["calls"], row["flagged"]) == (9, 7), row)

# --- tried without a connection ---
had = len(lines())
a = officer.post("/api/precheck", {"message": message("P1")})
r = a.json["results"]
check("precheck", a.status == 200 and len(r) == 1 and r[0]["rule_id"] == "C03" and r[0]["law"].startswith("条例") and r[0]["message"] and
      r[0]["amount_fen"] == 1800, a.body)
m = r[0]["members"]
check("precheck_members", len(m) == 1 and m[0]["is_new"] and m[0]["day"] == "2023-04-01" and m[0]["cnt"] == "2" and m[0]["hilist_name"], m)
check("precheck_keeps_nothing", len(lines()) == had)
check("precheck_audited", "precheck" in [x["act"] for x in s.client("audit1").get("/api/audit", limit=5).json["rows"]])
check("precheck_unknown_person", "没有这个人" in officer.post("/api/precheck", {"message": message("P2", patn_id="NOBODY")}).json["note"])
for name, body in (("none", {}), ("text", {"message": "x"}), ("empty", {"message": {}}), ("3103", {"message": fb})):
    a = officer.post("/api/precheck", body)
    check("precheck_wrong_" + name, a.status == 422, a.body)
two = message("P3")
two["input"]["data"]["patient_dtos"] = [two["input"]["data"]["patient_dtos"]] * 2
check("precheck_one_person", officer.post("/api/precheck", {"message": two}).status == 422)
found = officer.get("/api/precheck/items", q="诊查").json["rows"]
check("items_by_name", found and all("诊查" in f["name"] for f in found), found)
check("items_by_code", officer.get("/api/precheck/items", q=found[0]["code"][:12]).json["rows"])
check("items_injection", officer.get("/api/precheck/items", q="' or 1=1 --").json["rows"] == [])
check("diseases", officer.get("/api/precheck/diseases", q="I10").status == 200)
s.stop()
finish()
