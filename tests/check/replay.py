#!/usr/bin/env python3
# SPDX-License-Identifier: MulanPSL-2.0
"""Batch equals live: a synth county sent message by message (one for a visit and day, store seen as it was before), against
`huji screen` over the settled data, for rules of kind forbid on fee lines. Prints ok/not ok, and the differences by name.

    replay.py HUJI [PERSONS]      persons >= 1000; the messages of REPLAY_KEEP of them are sent, those with findings first
"""
import collections, csv, json, os, re, subprocess, sys, tempfile

huji = os.path.abspath(sys.argv[1])
persons = int(sys.argv[2]) if len(sys.argv) > 2 else 1000
KEEP = int(os.environ.get("REPLAY_KEEP", "40"))
root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


# What live can't see by the message's definition; everything else must be the same.
NAMED = {"E06": "the national order has no prd_days"}


def run(*args, **kw):
    p = subprocess.run([huji, *args], capture_output=True, text=True, **kw)
    if p.returncode:
        sys.exit(f"huji {' '.join(args)}: {p.stderr}")
    return p.stdout


def rows(path):
    with open(path, encoding="utf-8-sig", newline="") as f:
        return list(csv.DictReader(f))


def rule_ids():
    """Rules that ask forbid of fee lines, by their YAML; phases of each."""
    out = {}
    for dirpath, _, files in os.walk(os.path.join(root, "rules/library")):
        for name in files:
            text = open(os.path.join(dirpath, name), encoding="utf-8").read()
            for part in re.split(r"(?m)^(?=[A-Z][0-9]{2}:)", text):
                i = re.match(r"([A-Z][0-9]{2}):", part)
                top = re.split(r"(?m)^  examples:", part)[0]
                phases = re.search(r"(?m)^  phases: *\[([^\]]*)\]", top)
                forbid = re.search(r"(?m)^  ask:\s*\{? *forbid", top)
                line = re.search(r"(?m)^  from: *(?:\{? *)?line\b", top)
                if i and phases and forbid and line and "state: active" in top and re.search("事前|事中", phases[1]):
                    out[i[1]] = phases[1]
    return out


def messages(src, guilty):
    visits = {v["mdtrt_id"]: v for v in rows(src + "/mdtrt_d.csv")}
    dx = collections.defaultdict(set)
    for name in ("setl_diag_list_d.csv", "setl_list_diag_d.csv"):
        if os.path.exists(f"{src}/{name}"):
            for d in rows(f"{src}/{name}"):
                code = d.get("diag_code") or d.get("maindiag_code") or ""
                if code:
                    dx[d["mdtrt_id"]].add(code)
    ops = collections.defaultdict(list)
    for o in rows(src + "/setl_list_oprn_d.csv"):
        ops[o["mdtrt_id"]].append(o)
    chosen = sorted({v["psn_no"] for v in visits.values()}, key=lambda p: (p not in guilty, p))[:KEEP]
    group = collections.defaultdict(list)
    for l in rows(src + "/fee_list_d.csv"):
        if l["psn_no"] in chosen and float(l["cnt"] or 0) > 0 and l["mdtrt_id"] in visits:
            group[(l["mdtrt_id"], l["fee_ocur_time"][:10])].append(l)
    out = []
    for (mdtrt, day), lines in group.items():
        v = visits[mdtrt]
        lines.sort(key=lambda l: (l["fee_ocur_time"], l["bkkp_sn"]))
        enc = {"mdtrt_id": mdtrt, "medins_id": v["fixmedins_code"], "med_type": v["med_type"], "insutype": v["insutype"],
               "adm_date": v["begntime"], "dscg_date": v["endtime"], "dscg_main_dise_codg": v["dscg_maindiag_code"],
               "dr_codg": v["chfpdr_code"], "adm_dept_codg": v["adm_dept_codg"], "dscg_dept_codg": v["dscg_dept_codg"],
               "fsi_diagnose_dtos": [{"dise_codg": d} for d in sorted(dx[mdtrt])],
               "fsi_order_dtos": [
                   {"rx_id": l["bkkp_sn"], "rxno": l["rx_drord_no"], "hilist_code": l["hilist_code"] or l["med_list_codg"],
                    "hilist_type": l["list_type"], "chrg_type": l["med_chrgitm_type"], "hilist_lv": l["chrgitm_lv"],
                    "cnt": l["cnt"], "pric": l["pric"], "sumamt": l["det_item_fee_sumamt"],
                    "ownpay_amt": l["fulamt_ownpay_amt"], "selfpay_amt": l["preselfpay_amt"],
                    "drord_begn_date": l["fee_ocur_time"], "drord_dr_codg": l["bilg_dr_code"],
                    "drord_dept_codg": l["bilg_dept_codg"], "drord_bhvr": l["dscg_tkdrug_flag"], "curr_drord_flag": "1"}
                   for l in lines],
               "fsi_operation_dtos": [{"oprn_code": o.get("oprn_oprt_code", ""), "oprn_date": o.get("oprn_oprt_begntime", "")}
                                      for o in ops[mdtrt]]}
        out.append((lines[0]["fee_ocur_time"], mdtrt, {
            "infno": "3102", "msgid": f"R{len(out):029d}", "fixmedins_code": v["fixmedins_code"],
            "input": {"data": {"patient_dtos": {"patn_id": v["psn_no"], "gend": v["gend"], "brdy": v["brdy"],
                                                "curr_mdtrt_id": mdtrt, "fsi_encounter_dtos": enc}}}}))
    out.sort(key=lambda m: m[:2])
    return chosen, {l["bkkp_sn"] for g in group.values() for l in g}, [m[2] for m in out]


def main():
    work = tempfile.mkdtemp(prefix="huji-replay-")
    try:
        src, data = work + "/S", work + "/D"
        run("synth", "--out", src, "--persons", str(persons), "--seed", "5")
        run("init", data)
        run("import", "--data", data, src)
        ids = rule_ids()
        run("screen", "--data", data)
        text = run("screen", "--data", data, "--rule", ",".join(sorted(ids)), "--format", "csv")
        found = [f for f in csv.DictReader(text.splitlines()) if f["anchor"].startswith("line:")]
        chosen, sent, msgs = messages(src, {f["psn_no"] for f in found})
        with open(work + "/m.jsonl", "w", encoding="utf-8") as f:
            for m in msgs:
                f.write(json.dumps(m, ensure_ascii=False) + "\n")
        live, before = {}, os.times()
        for line in run("check", "--data", data, "--lines", "--replay", "--mode", "提醒", work + "/m.jsonl").splitlines():
            a = json.loads(line)
            assert a["infcode"] == 0, a
            for r in a["output"]["result"]:
                if r["rule_id"].split(".")[0] in ids:
                    for d in r["judge_result_detail_dtos"]:
                        if d["vola_item_type"] == "1" and d["rx_id"]:
                            live[(r["rule_id"], d["rx_id"])] = (r["sev_deg"], round(r["vola_amt"] * 100))
        after = os.times()
        spent = after.children_user + after.children_system - before.children_user - before.children_system
        batch, sev = {}, {"明确": "1", "高疑": "2", "可疑": "3"}
        for f in found:
            if f["psn_no"] in chosen and f["anchor"][5:] in sent:
                batch[(f["rule_id"], f["anchor"][5:])] = (sev[f["class"]], round(float(f["amount_yuan"]) * 100))
        missing = collections.Counter(k[0] for k in batch if k not in live)
        more = collections.Counter(k[0] for k in live if k not in batch)
        other = collections.Counter(k[0] for k in live if k in batch and live[k] != batch[k])
        same = sum(1 for k in live if batch.get(k) == live[k])
        print(f"# {len(ids)} rules of kind forbid on lines: {' '.join(sorted(ids))}")
        print(f"# {len(msgs)} messages of {len(chosen)} persons, {len(sent)} orders; {1000 * spent / max(len(msgs), 1):.1f} ms of processor each")
        print(f"# batch {len(batch)} findings, live {len(live)}, the same {same}")
        for name, c in (("only in batch", missing), ("only live", more), ("other class or amount", other)):
            print(f"# {name}: {dict(sorted(c.items()))}")
        if os.environ.get("REPLAY_SHOW"):
            for k in sorted(set(live) ^ set(batch))[:40]:
                print("#", k, "live" if k in live else "batch", live.get(k), batch.get(k))
        return len(batch), missing, more, other
    finally:
        if not os.environ.get("REPLAY_LEAVE"):
            subprocess.run(["rm", "-rf", work])
        else:
            print("#", work)


n, missing, more, other = main()
for r in sorted(set(missing) & set(NAMED)):
    print(f"# {r}, {missing[r]} only in batch: {NAMED[r]}")
ok = n >= 20 and set(missing) <= set(NAMED) and not more and not other
print("ok replay" if ok else "not ok replay")
sys.exit(0 if ok else 1)
