# SPDX-License-Identifier: MulanPSL-2.0
# The life of a rule through the port: proposed, its effect computed, approved by another one, kept; trials, versions,
# parameters, exceptions; what an institution's people never see.
import os, sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from client import *

s = Server(like=county() + "/imported", casework=os.environ.get("HUJI_TEST_CASEWORK"))
huji("config", "region", "429801", "--data", s.data)
prepare("screen", "--data", s.data)
s.user("head1", "head", name="李处")
s.user("ana1", "analyst", name="王析")
s.user("off1", "officer", name="周法")
s.start()
head, ana, off = s.client("head1"), s.client("ana1"), s.client("off1")


def job(c, a):
    if not check("job_accepted", a.status == 202, a.body):
        return {}
    for _ in range(1200):
        j = c.get("/api/jobs/" + a.json["job"]).json
        if j["state"] not in ("queued", "running"):
            return j
        time.sleep(0.05)
    return {"state": "late"}


def propose(c, because="试", **what):
    a = c.post("/api/rule-changes", {"because": because, **what})
    if a.status != 202:
        return a, None
    job(c, a)
    return a, c.get("/api/rule-changes/%d" % a.json["id"]).json


def rule(c, id):
    return next((r for r in c.get("/api/rules").json["rows"] if r["rule_id"] == id), None)


rules = head.get("/api/rules").json["rows"]
top = max((r for r in rules if r["rule_id"] == r["base_id"] and not r["variant"]), key=lambda r: r["hits"])
id, hits = top["rule_id"], top["hits"]
check("there_is_a_rule_with_hits", hits > 3, top)

# --- who may ------------------------------------------------------------------------------------------
check("officer_may_not_propose", off.post("/api/rule-changes", {"kind": "state", "rule": id, "to": "retired", "because": "x"}).status == 403)
check("nobody_401", s.client().get("/api/rule-changes").status == 401)
check("no_reason_422", ana.post("/api/rule-changes", {"kind": "state", "rule": id, "to": "retired"}).status == 422)
check("no_such_rule_404", ana.post("/api/rule-changes", {"kind": "state", "rule": "Z99", "to": "retired", "because": "x"}).status == 404)
check("no_such_state_422", ana.post("/api/rule-changes", {"kind": "state", "rule": id, "to": "gone", "because": "x"}).status == 422)
check("no_such_kind_422", ana.post("/api/rule-changes", {"kind": "wish", "because": "x"}).status == 422)
check("already_so_409", ana.post("/api/rule-changes", {"kind": "state", "rule": id, "to": "active", "because": "x"}).status == 409)
check("no_pack_by_path", ana.post("/api/rule-changes", {"kind": "pack", "file": "/etc/passwd", "because": "x"}).status == 422)

# --- retire: seen, by two ------------------------------------------------------------------------------
a, row = propose(ana, kind="state", rule=id, to="retired", because="重复")
x = row["effect"]
check("effect_all_lost", row["state"] == "open" and x["lost"] > 0 and x["new"] == 0 and x["fund_after_fen"] == 0, row)
check("effect_by_institution", sum(i["lost"] for i in x["institutions"]) == x["lost"]
      and sum(i["fund_before_fen"] for i in x["institutions"]) == x["fund_before_fen"]
      and x["n_institutions"] == len(x["institutions"]) == x["institutions_before"], x)
check("effect_examples", 0 < len(x["examples"]) <= 5 and all(e["kind"] == "lost" for e in x["examples"]))
check("not_yet", rule(head, id)["state"] == "active")
n = row["id"]
check("proposer_may_not_approve", ana.post("/api/rule-changes/%d/approve" % n).status == 403)
check("officer_may_not_approve", off.post("/api/rule-changes/%d/approve" % n).status == 403)
b, mine = propose(head, kind="state", rule=id, to="retired")
check("head_not_his_own", head.post("/api/rule-changes/%d/approve" % mine["id"]).status == 409)
check("withdraw", head.post("/api/rule-changes/%d/withdraw" % mine["id"]).json["state"] == "withdrawn")
check("withdraw_not_anothers", head.post("/api/rule-changes/%d/withdraw" % n).status == 409)
check("refuse_needs_why", head.post("/api/rule-changes/%d/refuse" % n).status == 422)
a = head.post("/api/rule-changes/%d/approve" % n, {"note": "同意"})
check("approve", a.status == 200 and a.json["state"] == "approved" and a.json["decided_name"] == "李处", a.body)
check("approve_twice_409", head.post("/api/rule-changes/%d/approve" % n).status == 409)
r = rule(head, id)
check("retired_at_once", r["state"] == "retired" and r["decided"], r)
life = head.get("/api/rules/%s/life" % id).json
check("history", life["history"][0]["approver"] == "李处" and life["history"][0]["by"] == "王析"
      and life["history"][0]["effect"]["lost"] == x["lost"] and life["history"][0]["sound"], life["history"][:1])
check("on_disk", '"retired"' in open(s.data + "/rules/changes.jsonl").read() and "retired" in open(s.data + "/rules/states.yaml").read())
j = job(head, head.post("/api/screens"))
check("screened_without", j["state"] == "done" and rule(head, id)["hits"] == 0, rule(head, id))

# --- trial: alone, and no clue ---------------------------------------------------------------------------
a = ana.post("/api/rule-changes", {"kind": "state", "rule": id, "to": "trial", "because": "再看看"})
check("trial_kept_at_once", a.status == 200 and a.json["kept"] and rule(head, id)["state"] == "trial", a.body)
before = head.get("/api/clues", rule_id=id).json["total"]
job(head, head.post("/api/screens"))
r = rule(head, id)
check("trial_counted_apart", r["hits"] == 0 and r["trial_hits"] == hits, r)
check("trial_raises_none", head.get("/api/clues", rule_id=id).json["total"] == before)
check("trial_in_no_sum", all(k["key"] != id for k in head.get("/api/screens/last").json["rules"] if k["hits"]))

# --- effect of other rules than now -------------------------------------------------------------------------
_, one = propose(ana, kind="state", rule=id, to="active")
_, two = propose(ana, kind="param", region="429801", rule="B02", param="max", value="20 d")
check("param_effect", two["state"] == "open" and two["effect"]["lost"] == 0, two)
check("approve_param", head.post("/api/rule-changes/%d/approve" % two["id"]).status == 200)
a = head.post("/api/rule-changes/%d/approve" % one["id"])
check("effect_of_older_rules_409", a.status == 409 and "影响" in a.json["detail"], a.body)
a = ana.post("/api/rule-changes/%d/effect" % one["id"])
job(ana, a)
check("computed_again_approved", head.post("/api/rule-changes/%d/approve" % one["id"]).status == 200 and rule(head, id)["state"] == "active")
p = next(p for p in head.get("/api/rule-params", rule="B02").json["rows"] if p["rule_id"] == "B02" and p["param"] == "max")
check("param_in_force", p["value"] == "20 d" and p["shipped"] == "15 d" and p["from"] == "429801"
      and p["values"] == [{"region": "429801", "rule": "B02", "value": "20 d"}], p)
check("bad_value_422", ana.post("/api/rule-changes", {"kind": "param", "region": "429801", "rule": "B02", "param": "max", "value": "soon", "because": "x"}).status == 422)
check("bad_region_422", ana.post("/api/rule-changes", {"kind": "param", "region": "4298x1", "rule": "B02", "param": "max", "value": "9 d", "because": "x"}).status == 422)
check("no_such_param_422", ana.post("/api/rule-changes", {"kind": "param", "region": "429801", "rule": "B02", "param": "most", "value": "9 d", "because": "x"}).status == 422)
_, three = propose(ana, kind="param", region="429801", rule="B02", param="max")
check("param_taken_away", head.post("/api/rule-changes/%d/approve" % three["id"]).status == 200
      and next(p for p in head.get("/api/rule-params", rule="B02").json["rows"] if p["rule_id"] == "B02")["value"] == "15 d")

# --- exceptions ------------------------------------------------------------------------------------------------
inst = x["institutions"][0]["key"]
job(head, head.post("/api/screens"))
_, ex = propose(ana, kind="exception", rules=[id], fixmedins_code=inst, **{"from": "2000-01-01", "to": "2099-12-31"}, because="试点")
check("exception_effect", ex["effect"]["lost"] == x["institutions"][0]["lost"] and ex["effect"]["n_institutions"] >= 1, ex["effect"])
check("exception_approved", head.post("/api/rule-changes/%d/approve" % ex["id"]).status == 200)
job(head, head.post("/api/screens"))
rows = head.get("/api/exceptions").json["rows"]
check("exception_listed", len(rows) == 1 and rows[0]["findings"] >= ex["effect"]["lost"] and rows[0]["approver"] == "李处" and rows[0]["fixmedins_code"] == inst, rows)
_, en = propose(ana, kind="exception_end", no=1, to="2000-01-02")
check("end_effect", en["effect"]["new"] == ex["effect"]["lost"], en["effect"])
check("end_approved", head.post("/api/rule-changes/%d/approve" % en["id"]).status == 200 and head.get("/api/exceptions").json["rows"][0]["ended"])
check("end_twice_422", ana.post("/api/rule-changes", {"kind": "exception_end", "no": 1, "to": "2000-01-01", "because": "x"}).status == 422)
check("no_subject_422", ana.post("/api/rule-changes", {"kind": "exception", "rules": [id], "from": "2023-01-01", "to": "2023-02-01", "because": "x"}).status == 422)

# --- what a rule may say: the form's table is the loader's ------------------------------------------------------------
a = ana.get("/api/rules/kinds").json
kinds = {k["name"]: k for k in a["kinds"]}
check("seven_kinds_six_forms", len(kinds) == 7 and [k for k in kinds if not kinds[k]["form"]] == ["combine"])
check("params_have_titles", all(p["title"] and p["as"] for k in kinds.values() for p in k["params"]))
check("sources_laws_tables", len(a["sources"]) >= 17 and any(l["word"] == "条例 38(1)" for l in a["laws"]) and len(a["tables"]) > 50 and a["measures"])
check("kinds_officer_reads_institution_not", off.get("/api/rules/kinds").status == 200)
frame = ("Y%02d:\n  name: x\n  version: 1\n  state: draft\n  of: person\n  from: stay\n  ask: {%s: {%s}}\n  at_issue: {of: cur, amount: none}\n"
         "  class: 可疑\n  judged: batch\n  law: [条例 38(1)]\n  tags: {who: [institution], release: internal}\n  says: x\n")
for n, (k, v) in enumerate(kinds.items()):
    if not v["form"]:
        continue
    # The loader refuses what is not in its table and says what is: the very names that the form shows.
    b = ana.post("/api/rule-trials", {"text": frame % (n, k, "wish: 1")})
    check("kind_%s_refuses_others" % k, b.status == 422 and "wish" in b.json["detail"]
          and "可用：" + " ".join(p["name"] for p in v["params"]) in b.json["detail"], b.json["detail"])

# --- a rule of the bureau's own: tried, draft, trial, active, next version --------------------------------------------
text = head.get("/api/rules/B02/life").json["source"].replace("B02:", "X01:", 1)
new = text.replace("version: ", "version: 1 # ", 1)
a = ana.post("/api/rule-trials", {"text": new})
check("tried", a.status == 200 and a.json["rule"] == "X01" and all(e["ok"] for e in a.json["examples"]) and a.json["found"]["hits"] > 0 and not a.json["faults"], a.body[:600])
check("tried_not_kept", rule(head, "X01") is None)
a = ana.post("/api/rule-trials", {"text": new.replace("ask:", "asks:", 1)})
check("tried_fault_says_where", a.status == 422 and "asks" in a.json["detail"] and "行" in a.json["detail"], a.body)
check("tried_by_officer_403", off.post("/api/rule-trials", {"text": new}).status == 403)
a = ana.post("/api/rule-changes", {"kind": "draft", "text": new, "because": "新规则"})
check("draft_saved", a.status == 200 and a.json["rule"] == "X01" and rule(head, "X01")["state"] == "draft" and rule(head, "X01")["own"], a.body)
check("draft_with_fault_422", ana.post("/api/rule-changes", {"kind": "draft", "text": new.replace("says:", "say:", 1), "because": "x"}).status == 422)
bad = new.replace("max: 15 d", "max: 3 d", 1)
check("draft_again", ana.post("/api/rule-changes", {"kind": "draft", "text": bad, "because": "x"}).status == 200)
a = ana.post("/api/rule-changes", {"kind": "state", "rule": "X01", "to": "active", "because": "x"})
check("draft_with_failing_examples_stays", a.status == 409 and "例子" in a.json["detail"], a.body)
ana.post("/api/rule-changes", {"kind": "draft", "text": new, "because": "x"})
_, row = propose(ana, kind="state", rule="X01", to="active", because="启用")
check("activate_own", row["effect"]["new"] > 0 and head.post("/api/rule-changes/%d/approve" % row["id"]).status == 200 and rule(head, "X01")["state"] == "active", row["effect"])
life = head.get("/api/rules/X01/life").json
check("version_kept", [v["version"] for v in life["versions"]] == [1] and life["versions"][0]["text"].strip() == new.strip())
check("active_text_immutable", ana.post("/api/rule-changes", {"kind": "draft", "text": new, "because": "x"}).status == 409)
v2 = new.replace("version: 1 #", "version: 2 #", 1).replace("effective: {from: 2021-05-01}", "effective: {from: 2021-05-01, to: 2023-04-30}", 1)
check("next_version_as_draft", ana.post("/api/rule-changes", {"kind": "draft", "text": v2, "because": "x"}).status == 200
      and head.get("/api/rules/X01/life").json["draft"] == v2 and rule(head, "X01")["version"] == 1)
a, row = propose(ana, kind="version", rule="X01", because="金额另算")
check("next_version_effect", row and row["effect"] and row["effect"]["lost"] > 0 and row["effect"]["same"] > 0, (a.body, row))
check("next_version_active", head.post("/api/rule-changes/%d/approve" % row["id"]).status == 200 and rule(head, "X01")["version"] == 2)
life = head.get("/api/rules/X01/life").json
check("both_versions", [v["version"] for v in life["versions"]] == [2, 1] and life["draft"] is None, life["versions"])

# --- an institution's people: an internal rule does not exist ------------------------------------------------------------
rows = head.get("/api/rules").json["rows"]
hidden, clues = next((r, c) for r in sorted(rows, key=lambda r: -r["hits"]) if r["internal"]
                     for c in [head.get("/api/clues", rule_id=r["rule_id"], limit=100).json["rows"]] if any(x["fixmedins_code"] for x in c))
shown = max((r for r in rows if not r["internal"] and r["base_id"] != "X01"), key=lambda r: r["hits"])
check("internal_rule_has_clues", hidden["hits"] > 0 and clues, hidden)
secret = next(c for c in clues if c["fixmedins_code"])
code, hid = secret["fixmedins_code"], hidden["rule_id"]
system = s.client("system1")
a = system.post("/api/orgs", {"code": "HOSP", "kind": "institution", "name": "某医院", "admdvs": "429801", "fixmedins_code": code})
check("org_made", a.status in (200, 201), a.body)
s.user("doc1", "handler", org="HOSP", name="院方")
s.user("docx", "officer", org="HOSP", name="院方二")
doc, docx = s.client("doc1"), s.client("docx")
got = doc.get("/api/rules")
check("list_without_internal", got.status == 200 and all(not r["internal"] for r in got.json["rows"]) and any(r["rule_id"] == shown["rule_id"] for r in got.json["rows"]), got.body[:200])
for name, path in (("detail", "/api/rules/%s"), ("curve", "/api/rules/%s/curve"), ("life", "/api/rules/%s/life")):
    check("internal_%s_404" % name, doc.get(path % hid).status == 404, name)
check("internal_examples_404", doc.post("/api/rules/%s/examples" % hid).status == 404)
for path in ("/api/rule-changes", "/api/rule-params", "/api/rule-history", "/api/exceptions"):
    check("no_" + path, doc.get(path).status == 404)
check("public_rule_200", doc.get("/api/rules/%s" % shown["rule_id"]).status == 200)


def told(answer):
    return hid.encode() in answer.body or hidden["name"].encode() in answer.body or secret["id"].encode() in answer.body if isinstance(secret["id"], str) else hid.encode() in answer.body


check("clues_without_internal", all(c["rule_id"] != hid for c in doc.get("/api/clues", limit=200).json["rows"]) and doc.get("/api/clues", rule_id=hid).json["total"] == 0)
check("clue_of_internal_404", doc.get("/api/clues/%s" % secret["id"]).status == 404)
check("clues_total_is_of_shown", doc.get("/api/clues", limit=200).json["total"] == len([c for c in doc.get("/api/clues", limit=200).json["rows"]]))
check("search_silent", not told(doc.get("/api/search", q=hid)), doc.get("/api/search", q=hid).body[:300])
check("screens_silent", not told(doc.get("/api/screens/last")))
check("institution_silent", not told(doc.get("/api/institutions/%s" % code)), doc.get("/api/institutions/%s" % code).body[:200])
check("person_silent", not told(doc.get("/api/persons/%s" % secret["psn_no"])) if secret.get("psn_no") else True)
for who in (doc, docx):
    a = who.post("/api/analysis/sql", {"sql": "select rule_id from findings"})
    check("sql_is_not_for_it", a.status in (403, 404) and not told(a), (a.status, a.body[:200]))
check("workbench_silent", not told(doc.get("/api/workbench")))
a = docx.ask("GET", "/api/clues/export?format=csv")
check("export_silent", a.status in (200, 202, 403, 404, 409) and not told(a), (a.status, a.body[:200]))
# What goes out to it is released to it, and nothing else of that rule.
a = head.post("/api/lists", {"kind": "clue", "title": "疑点清单", "fixmedins_code": code, "fixmedins_name": "某医院", "admdvs": "429801",
                             "clues": [secret["id"]], "ids": [secret["id"]]})
check("list_sent", a.status in (200, 201, 202), a.body[:300])
check("released_clue_seen", doc.get("/api/clues/%s" % secret["id"]).status == 200)
check("released_in_list", [c["id"] for c in doc.get("/api/clues", rule_id=hid).json["rows"]] == [secret["id"]], doc.get("/api/clues", rule_id=hid).json["rows"])
check("released_not_the_rule", doc.get("/api/rules/%s" % hid).status == 404)

print(s.text()[-600:] if failed else "")
s.stop()
finish()
