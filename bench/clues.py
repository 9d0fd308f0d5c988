#!/usr/bin/env python3
# SPDX-License-Identifier: MulanPSL-2.0
# How quick the ledger is: N clues (1,000,000) put into a casework, then first page, filters, sorts, deep pages, counts, statistics through
# the port, and all of them as XLSX; p50, p95, worst per question. Prints Markdown. The rows are random; the server and its database are the real ones.
#
#   bench/clues.py [N]           HUJI_BENCH_DIR=DIR keeps the casework there and takes it again
#
# "cpu" is the server's processor time a question (user + sys): on a machine with other work, the figure to believe.
import os, random, re, sqlite3, sys, time, xml.parsers.expat, zipfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tests", "http"))
from client import *

N = int(sys.argv[1]) if len(sys.argv) > 1 else 1000000
R = random.Random(1)
keep = os.environ.get("HUJI_BENCH_DIR")
old = keep and os.path.exists(keep)
if keep and not old:
    huji("init", keep)
s = Server(data=keep, admins=not old)
if not old:
    s.user("head1", "head")
rules = ["%s%02d" % (c, i) for c in "ABCDEF" for i in range(1, 13)]
insts = ["H4298%02d%05d" % (i % 12 + 1, i) for i in range(800)]
states = ["new"] * 70 + ["assigned"] * 12 + ["working"] * 8 + ["judged"] * 5 + ["closed"] * 4 + ["dismissed"]


def rows():
    for i in range(1, N + 1):
        inst = insts[min(int(R.expovariate(1 / 120)), 799)]
        fund = int(R.lognormvariate(9.5, 1.4))
        day = "20%02d-%02d-%02d" % (R.randrange(24, 27), R.randrange(1, 13), R.randrange(1, 29))
        state = R.choice(states)
        yield ("%032x" % i, rules[min(int(R.expovariate(1 / 14)), 71)], inst, "机构" + inst[-4:], inst[1:7], day,
               fund * 2, fund, fund * R.randrange(1, 10) // 10, R.choice(["明确", "高疑", "可疑"]), state,
               R.choice(["confirmed", "rejected"]) if state in ("judged", "closed") else None,
               "head1" if state != "new" and i % 50 == 0 else None, "2026-12-01" if state != "new" else None,
               "p%09d" % R.randrange(N // 3), "v%09d" % i)


def fill():
    db = sqlite3.connect(os.path.join(s.data, "casework.sqlite"))
    db.execute("begin")
    db.execute("update counter set n = 1 where name = 'clue'")
    db.executemany(
        "insert into clue(finding_id, source, title, rule_id, rule_version, owner_type, owner_id, anchor, fixmedins_code,"
        " fixmedins_name, admdvs, event_date, amount_fen, fund_fen, expected_fen, strength, class, message, content_hash, state,"
        " verdict, assignee, due, psn_no, mdtrt_id, created_at, updated_at, change)"
        " values (?1, 'screen', '分解住院：出院 8 天后因同类诊断再次入院', ?2, 1, 'person', ?15, '', ?3, ?4, ?5, ?6, ?7, ?8, ?9, 500000,"
        " ?10, '', ?1, ?11, ?12, ?13, ?14, ?15, ?16, '2026-01-01 00:00:00', '2026-01-01 00:00:00', 1)", rows())
    db.commit()
    db.close()


began = time.time()
if not old:
    fill()
made = time.time() - began
began = time.time()
s.start()
loaded = time.time() - began
rss = int(next(l for l in open("/proc/%d/status" % s.process.pid) if l.startswith("VmRSS")).split()[1]) // 1024
c = s.client("head1")
conn = http.client.HTTPConnection("127.0.0.1", s.port)


def ask(q):
    t = time.perf_counter()
    conn.request("GET", "/api/clues" + q, headers={"Cookie": c.cookie})
    r = conn.getresponse()
    body = r.read()
    ms = (time.perf_counter() - t) * 1e3
    if r.status != 200:
        raise SystemExit("not ok %s %d %s" % (q, r.status, body[:200]))
    return ms, json.loads(body)


asked = {
    "first page": lambda: "",
    "one state": lambda: "?state=" + R.choice(["new", "assigned", "judged"]),
    "one institution": lambda: "?fixmedins_code=" + R.choice(insts),
    "rule, class, dates": lambda: "?rule_id=%s&class=%%E9%%AB%%98%%E7%%96%%91&from=2025-03-01&to=2025-09-30" % R.choice(rules),
    "sort by fund": lambda: "?sort=-fund_fen",
    "sort by day, ascending": lambda: "?sort=event_date",
    "sort by institution": lambda: "?sort=fixmedins_code",
    "newest (-id)": lambda: "?sort=-id",
    "sort by state, descending (ties)": lambda: "?sort=-state",
    "sort by money, least first": lambda: "?sort=expected_fen",
    "a county's, money of 100 yuan and more": lambda: "?admdvs=4298%02d&fund_min_fen=10000" % R.randrange(1, 13),
    "a person": lambda: "?q=p%09d" % R.randrange(N // 3),
    "words of a name": lambda: "?q=" + urllib.parse.quote("机构00"),
    "overdue, mine": lambda: "?overdue=1&assignee=me",
    "page of 200": lambda: "?limit=200",
    "page of 500": lambda: "?limit=500",
    "statistics by institution": lambda: "/stats?by=fixmedins_code",
    "statistics by month": lambda: "/stats?by=month",
}
print("%d clues: %.1f s to write, %.1f s from start to open port, %d MB resident\n" % (N, made, loaded, rss))
def cpu():
    f = open("/proc/%d/stat" % s.process.pid).read().rsplit(")", 1)[1].split()
    return (int(f[11]) + int(f[12])) * 1000 / os.sysconf("SC_CLK_TCK")


def tell(name, q):
    ask(q())  # the first of a kind prepares its statements
    before = cpu()
    t = sorted(ask(q())[0] for _ in range(40))
    print("| %s | %.1f | %.1f | %.1f | %.1f |" % (name, t[19], t[37], t[39], (cpu() - before) / 40), flush=True)


print("| question | p50 ms | p95 ms | worst ms | cpu ms |\n|---|---|---|---|---|")
for name, q in asked.items():
    tell(name, q)
after = None


def deeper():
    global after
    page = ask("?sort=-fund_fen" + ("&after=" + after if after else ""))[1]
    after = page["next"]
    return "?sort=-fund_fen&after=" + after


tell("next pages, 80 deep", deeper)


# All of them as a workbook, at once and by the job that the page starts: how much memory either takes beside the index, and whether every
# row is in it (read by expat, each number of a clue once).
def status(name):
    return int(next(l for l in open("/proc/%d/status" % s.process.pid) if l.startswith(name)).split()[1]) / 1024


def read(path):
    ids, rows, sheets = bytearray(N + 1), 0, 0
    with zipfile.ZipFile(path) as z:
        for sheet in sorted(n for n in z.namelist() if n.startswith("xl/worksheets/sheet")):
            whole, tail = xml.parsers.expat.ParserCreate(), b""
            with z.open(sheet) as f:
                while block := f.read(1 << 20):
                    whole.Parse(block)
                    tail += block
                    last = tail.rfind(b"<row ")
                    for m in re.finditer(rb'<row [^>]*><c r="A\d+"(?: s="\d+")?><v>(\d+)</v>', tail[:last]):
                        ids[int(m[1])] += 1
                    rows += tail.count(b"<row ", 0, last)
                    tail = tail[last:]
            whole.Parse(b"", True)
            for m in re.finditer(rb'<row [^>]*><c r="A\d+"(?: s="\d+")?><v>(\d+)</v>', tail):
                ids[int(m[1])] += 1
            rows += tail.count(b"<row ") - 1  # its heading
            sheets += 1
    return "%d rows on %d sheet%s, %s" % (rows, sheets, "s" if sheets > 1 else "",
                                          "each clue once" if rows == N and sum(ids) == N and max(ids) == 1 else "NOT EACH CLUE ONCE")


def fetched(path):
    conn = http.client.HTTPConnection("127.0.0.1", s.port, timeout=3600)
    conn.request("GET", path, headers={"Cookie": c.cookie})
    r = conn.getresponse()
    if r.status != 200:
        raise SystemExit("not ok %s %d %s" % (path, r.status, r.read()[:500]))
    out = os.path.join(s.tmp.name, "export.xlsx")
    with open(out, "wb") as f:
        while block := r.read(1 << 20):
            f.write(block)
    return out


def by_job():
    a = c.post("/api/clues/export/job?gone=1")
    if a.status != 202:
        raise SystemExit("not ok export job %d %s" % (a.status, a.body[:500]))
    while (j := c.get("/api/jobs/" + a.json["job"]).json)["state"] in ("queued", "running"):
        time.sleep(1)
    if j["state"] != "done":
        raise SystemExit("not ok export job %s" % j)
    return fetched("/api/exports/" + a.json["job"])


security = s.client("security1")  # above so many rows a second person must agree: not what is measured here
if security.ask("PUT", "/api/params/export_rows", {"value": "1000000"}).status != 200:
    raise SystemExit("not ok export_rows")
print("\n| all %d clues as XLSX | what is in it | MB | s | processor s | memory grew by MB |\n|---|---|---|---|---|---|" % N)
for name, way in (("at once", lambda: fetched("/api/clues/export?gone=1")), ("by the job", by_job)):
    open("/proc/%d/clear_refs" % s.process.pid, "w").write("5")
    base, before, t = status("VmRSS"), cpu(), time.time()
    path = way()
    seconds, used, grew = time.time() - t, cpu() - before, status("VmHWM") - base
    print("| %s | %s | %d | %.0f | %.0f | %.0f |" % (name, read(path), os.path.getsize(path) >> 20, seconds, used / 1000, grew), flush=True)
    os.unlink(path)
s.stop()
