#!/usr/bin/env python3
# SPDX-License-Identifier: MulanPSL-2.0
"""The questions as somebody else stated them: random tables imported and screened by `huji`, and the same events given to the folds of
../shared/reference/refsql/folds.py, which no line of ours was written from. Findings must have the same owners, anchors, members and money.
Netting of refunds is done here once more, out of definitions.md part 3 alone.

    folds.py HUJI [SEEDS [FIRST]]     FOLDS_LEAVE=1: the folder stays
"""
import csv, datetime, importlib.util, json, os, random, shutil, subprocess, sys, tempfile
from collections import defaultdict
from decimal import Decimal as D, ROUND_HALF_UP

huji = os.path.abspath(sys.argv[1])
seeds = int(sys.argv[2]) if len(sys.argv) > 2 else 6
first = int(sys.argv[3]) if len(sys.argv) > 3 else 1
root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
stated = os.path.join(root, "../shared/reference/refsql/folds.py")
if not os.path.exists(stated):
    print("skip folds: no ../shared/reference/refsql")
    sys.exit(0)
sys.dont_write_bytecode = True  # that folder is not ours
spec = importlib.util.spec_from_file_location("folds", stated)
folds = importlib.util.module_from_spec(spec)
spec.loader.exec_module(folds)

RULES = """
T01: {name: 同日互斥, version: 1, state: active, of: person, from: {a: "line where hilist_code in {A1, A2}", b: "line where hilist_code in {B1, B2}"},
  ask: {pair: {mode: conflict, scope: day, link: fixmedins_code}}, at_issue: {of: b, amount: all}, class: [可疑], judged: day, says: "{value}"}
T02: {name: 缺少前提, version: 1, state: active, of: person, from: {a: "line where hilist_code in {A1, A2}", b: "line where hilist_code in {B1, B2}"},
  ask: {pair: {mode: requires, min: -1 d, max: 2 d, link: fixmedins_code}}, at_issue: {of: cur, amount: all}, class: [可疑], judged: batch, says: "缺"}
T03: {name: 每日限量, version: 1, state: active, of: person / day, from: "line where hilist_code in {Q1, Q2}",
  ask: {quota: {form: bucket, sum: cnt, more_than: 5}}, at_issue: {of: members, amount: excess}, class: [可疑], judged: day, says: "{value}"}
T04: {name: 集中入院, version: 1, state: active, of: institution, from: stay,
  ask: {quota: {form: burst, axis: days, window: 2 d, count: distinct psn_no, at_least: 3}}, at_issue: {of: members, amount: all}, class: [可疑], judged: batch, says: "{value}"}
T05: {name: 出院后再入院, version: 1, state: active, of: person, from: stay,
  ask: {gap: {axis: days, min: 0 d, max: 10 d}}, at_issue: {of: cur, amount: all}, class: [可疑], judged: at_once, says: "{value}"}
T06: {name: 存药, version: 1, state: active, of: person, from: "line where hilist_code in {L1}",
  ask: {level: {add: cnt, decay: 1, floor: 0, max: 10}}, at_issue: {of: cur, amount: excess}, class: [可疑], judged: at_once, says: "{value}"}
T07: {name: 任意七日限量, version: 1, state: active, of: person, from: "line where hilist_code in {S1, S2}",
  ask: {quota: {form: sliding, axis: days, window: 6 d, sum: cnt, more_than: 5}}, at_issue: {of: cur, amount: excess}, class: [可疑], judged: at_once, says: "{value}"}
"""
TABLES = {
    "psn_info_b": "psn_no,psn_name,certno,gend,brdy",
    "fixmedins_b": "fixmedins_code,fixmedins_name,fixmedins_type,hosp_lv,fix_blng_admdvs",
    "mdtrt_d": "mdtrt_id,psn_no,fixmedins_code,fix_blng_admdvs,begntime,endtime,med_type,insutype,vali_flag",
    "setl_d": "setl_id,mdtrt_id,psn_no,fixmedins_code,setl_time,begndate,enddate,med_type,medfee_sumamt,inscp_amt,fund_pay_sumamt",
    "fee_list_d": "bkkp_sn,init_feedetl_sn,mdtrt_id,setl_id,psn_no,fixmedins_code,fee_ocur_time,hilist_code,cnt,pric,det_item_fee_sumamt,inscp_amt,med_type",
}
RELATED = ("T01", "T05")  # the folds name the other side, and who went before; of a quota the lawful ones are not named
BEGIN = datetime.datetime(2023, 1, 1)


def fen(x):
    return int((x * 100).to_integral_value())


def cents(x):
    return x.quantize(D("0.01"), ROUND_HALF_UP)


def days(t):
    return (t.date() - BEGIN.date()).days


class County:
    """Few days, few items and many refunds, so that everything meets."""

    def __init__(self, seed):
        self.r = random.Random(seed)
        self.persons = ["P%02d" % i for i in range(self.r.randint(4, 9))]
        self.insts = ["H%011d" % i for i in range(self.r.randint(1, 3))]
        self.rows = {t: [] for t in TABLES}
        self.stays, self.lines, self.n = [], [], 0
        for p in self.persons:
            self.rows["psn_info_b"].append((p, "某人", "", "1", "1950-01-01"))
            for _ in range(self.r.randint(0, 8)):
                self.stay(p)
            for _ in range(self.r.randint(4, 25)):
                self.visit(p)
            self.level(p)
        for h in self.insts:
            self.rows["fixmedins_b"].append((h, "某院", "1", "05", "510523"))

    def number(self, letter):
        self.n += 1
        return "%s%d" % (letter, self.n)  # L9 comes after L10 by bytes, as in the field

    def time(self, most=40):
        return BEGIN + datetime.timedelta(days=self.r.randrange(most), seconds=self.r.choice((0, 1, 36000, self.r.randrange(86400))))

    def settled(self, p, h, begin, end, med_type, letter):
        m, s = self.number(letter), self.number("S")
        fee, fund = D(self.r.randrange(1, 100000)) / 100, D(0)
        fund = cents(fee * self.r.randrange(101) / 100)
        self.rows["mdtrt_d"].append((m, p, h, "510523", begin, end, med_type, "390", "1"))
        self.rows["setl_d"].append((s, m, p, h, end, begin.date(), end.date(), med_type, fee, fee, fund))
        return m, s, fee

    def stay(self, p):
        # At one hour: the folds know days alone, and of two stays of the same days ours takes the later by the clock, they the larger id.
        begin = BEGIN + datetime.timedelta(days=self.r.randrange(25), hours=9)
        end = begin + datetime.timedelta(days=self.r.randrange(12), seconds=3600)
        h = self.r.choice(self.insts)
        m, _, fee = self.settled(p, h, begin, end, "21", "V")
        self.stays.append({"id": "mdtrt:" + m, "p": p, "h": h, "begin": begin, "end": end, "a": fee})

    def visit(self, p):
        begin, h = self.time(), self.r.choice(self.insts)
        m, s, _ = self.settled(p, h, begin, begin, "11", "V")
        lines = [self.line(m, s, p, h, begin, self.r.choice(("A1", "A2", "B1", "B2", "Q1", "Q2", "S1", "S2"))) for _ in range(self.r.randint(1, 6))]
        lines += [self.refund(lines, m, s, p, h, begin) for _ in range(self.r.choice((0, 0, 1, 2)))]
        self.net(lines)

    def level(self, p):
        """One line a day: how the changes of one day are summed is another matter (definitions.md part 6)."""
        for d in self.r.sample(range(40), self.r.randint(0, 12)):
            begin, h = BEGIN + datetime.timedelta(days=d, hours=9), self.r.choice(self.insts)
            m, s, _ = self.settled(p, h, begin, begin, "11", "V")
            self.net([self.line(m, s, p, h, begin, "L1", 12)])

    def line(self, m, s, p, h, at, item, most=6):
        cnt, pric = D(self.r.randint(1, 2 * most)) / 2, D(self.r.choice((100, 333, 999, 1234))) / 100
        t = at + datetime.timedelta(seconds=self.r.choice((0, 0, 5)))
        return self.put({"id": self.number("L"), "of": "", "m": m, "s": s, "p": p, "h": h, "t": t, "item": item, "cnt": cnt, "pric": pric, "a": cents(cnt * pric)})

    def refund(self, lines, m, s, p, h, at):
        old = self.r.choice([l for l in lines if l["cnt"] > 0])
        cnt = -min(D(self.r.randint(1, 8)) / 2, D(20))
        named = self.r.choice((old["id"], old["id"], "", "L0"))
        return self.put({"id": self.number("L"), "of": named, "m": m, "s": s, "p": p, "h": h, "t": at + datetime.timedelta(seconds=60), "item": old["item"], "cnt": cnt,
                         "pric": old["pric"], "a": cents(cnt * old["pric"])})

    def put(self, l):
        self.rows["fee_list_d"].append((l["id"], l["of"], l["m"], l["s"], l["p"], l["h"], l["t"], l["item"], l["cnt"], l["pric"], l["a"], l["a"], "11"))
        return l

    def net(self, lines):
        """definitions.md part 3, N2-N4."""
        good = {l["id"]: dict(l, net=l["cnt"]) for l in lines if l["cnt"] > 0}
        pool, named = defaultdict(D), defaultdict(D)
        for l in lines:
            if l["cnt"] < 0 and l["of"] in good:
                named[l["of"]] -= l["cnt"]
            elif l["cnt"] < 0:
                pool[l["item"], l["pric"]] -= l["cnt"]
        for k, q in named.items():
            used = min(q, good[k]["net"])
            good[k]["net"] -= used
            if q > used:  # to the pool of the line that gave it back, which has the same item and price here
                pool[good[k]["item"], good[k]["pric"]] += q - used
        for l in sorted(good.values(), key=lambda l: (l["t"], l["id"]), reverse=True):
            used = min(pool[l["item"], l["pric"]], l["net"])
            l["net"] -= used
            pool[l["item"], l["pric"]] -= used
        self.lines += [dict(l, id="line:" + l["id"], cnt=l["net"], a=cents(l["a"] * l["net"] / l["cnt"])) for l in good.values() if l["net"] > 0]

    def write(self, folder):
        for t, head in TABLES.items():
            with open(os.path.join(folder, t + ".csv"), "w", newline="", encoding="utf-8") as f:
                w = csv.writer(f)
                w.writerow(head.split(","))
                w.writerows(self.rows[t])


def timelines(rows, key, order):
    out = defaultdict(list)
    for x in sorted(rows, key=order):
        out[key(x)].append(x)
    return out


def by_time(l):
    return (days(l["t"]), l["t"], l["id"])


def expected(c):
    """{rule: {(owner, anchor): (members, fen)}} by the folds."""
    out = {"T%02d" % i: {} for i in range(1, 8)}
    lines = lambda *items: [l for l in c.lines if l["item"] in items]
    side = lambda l: "A" if l["item"][0] == "A" else "B"
    for p, tl in timelines(lines("A1", "A2", "B1", "B2"), lambda l: l["p"], by_time).items():
        ev = [{"id": l["id"], "side": side(l), "sc": days(l["t"]), "link": l["h"], "t": days(l["t"]), "a": l["a"]} for l in tl]
        for (day, h), a, b, amount in folds.conflict(ev):
            name = (BEGIN + datetime.timedelta(days=day)).date().isoformat()
            out["T01"][p, "%s|%s" % (name, h)] = (frozenset(a + b), fen(amount))
        money = {l["id"]: l["a"] for l in tl}
        for k in folds.requires(ev, -1, 2):
            out["T02"][p, k] = (frozenset([k]), fen(money[k]))
    for (p, day), tl in timelines(lines("Q1", "Q2"), lambda l: (l["p"], l["t"].date().isoformat()), by_time).items():
        ev = [{"id": l["id"], "b": day, "q": l["cnt"], "a": l["a"], "lim": D(5)} for l in tl]
        for b, members, amount in folds.quota(ev):
            out["T03"][p + "|" + day, day] = (frozenset(members), fen(amount))
    for h, tl in timelines(c.stays, lambda s: s["h"], lambda s: (days(s["begin"]), s["begin"], s["id"])).items():
        ev = [{"id": s["id"], "x": days(s["begin"]), "g": s["p"], "a": s["a"]} for s in tl]
        for members, _, amount in folds.burst(ev, 2, 3):
            out["T04"][h, members[0]] = (frozenset(members), fen(amount))
    for p, tl in timelines(c.stays, lambda s: s["p"], lambda s: (days(s["begin"]), s["begin"], s["id"])).items():
        ev = [{"id": s["id"], "t": days(s["begin"]), "u": days(s["end"])} for s in tl]
        money = {s["id"]: s["a"] for s in tl}
        for prev, cur, _ in folds.gap(ev, 0, 10):
            out["T05"][p, cur] = (frozenset([prev, cur]), fen(money[cur]))
    for p, tl in timelines(lines("L1"), lambda l: l["p"], by_time).items():
        line = {l["id"]: l for l in tl}
        ev = [{"id": l["id"], "t": days(l["t"]), "q": l["cnt"]} for l in tl]
        for k, after in folds.level(ev, D(1), True, D(0), D(10)):
            over = min(line[k]["cnt"], after - 10)
            out["T06"][p, k] = (frozenset([k]), fen(cents(line[k]["a"] * over / line[k]["cnt"])))
    for p, tl in timelines(lines("S1", "S2"), lambda l: l["p"], by_time).items():
        line = {l["id"]: l for l in tl}
        ev = [{"id": l["id"], "x": days(l["t"]), "q": l["cnt"], "lim": D(5)} for l in tl]
        for k, over in folds.quota_sliding(ev, 6):
            out["T07"][p, k] = (frozenset([k]), fen(cents(line[k]["a"] * over / line[k]["cnt"])))
    return out


def run(*args):
    p = subprocess.run([huji, *args], capture_output=True, text=True)
    if p.returncode:
        sys.exit("huji %s: %s" % (" ".join(args), p.stderr))
    return p.stdout


def found(folder, rules, threads):
    out = {"T%02d" % i: {} for i in range(1, 8)}
    path = os.path.join(folder, "found.jsonl")
    run("screen", "--data", os.path.join(folder, "data"), "--rules", rules, "--threads", str(threads), "--format", "jsonl", "--out", path)
    for line in open(path, encoding="utf-8"):
        f = json.loads(line, parse_float=D)
        ids = [e["id"] for e in f["evidence"] if e["role"] == 1 or f["rule_id"] in RELATED]
        out[f["rule_id"]][f["owner_id"], f["anchor"]] = (frozenset(ids), fen(D(f["amount_yuan"])))
    return out


tmp = tempfile.mkdtemp(prefix="huji-folds-")
rules = os.path.join(tmp, "rules")
os.makedirs(os.path.join(rules, "library"))
with open(os.path.join(rules, "library/t.yaml"), "w", encoding="utf-8") as f:
    f.write(RULES)
hits, wrong = defaultdict(int), []
for seed in range(first, first + seeds):
    c, folder = County(seed), os.path.join(tmp, str(seed))
    os.makedirs(os.path.join(folder, "tables"))
    c.write(os.path.join(folder, "tables"))
    run("init", os.path.join(folder, "data"))
    run("import", "--data", os.path.join(folder, "data"), os.path.join(folder, "tables"))
    want, got = expected(c), found(folder, rules, 1 + seed % 2)
    for rule in want:
        hits[rule] += len(want[rule])
        for k in sorted(set(want[rule]) | set(got[rule])):
            if want[rule].get(k) != got[rule].get(k):
                wrong.append("seed %d %s %s: folds %s, huji %s" % (seed, rule, k, want[rule].get(k), got[rule].get(k)))
    if not os.environ.get("FOLDS_LEAVE"):
        shutil.rmtree(folder)
if not os.environ.get("FOLDS_LEAVE"):
    shutil.rmtree(tmp)
else:
    print("#", tmp)
for w in wrong[:20]:
    print("# " + w)
for rule in sorted(hits):
    bad = sum(" %s " % rule in w for w in wrong)
    print("%s folds_%s  # %d findings of %d counties%s" % ("not ok" if bad or not hits[rule] else "ok", rule, hits[rule], seeds, ", %d differ" % bad if bad else ""))
sys.exit(1 if wrong else 0)
