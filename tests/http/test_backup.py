# SPDX-License-Identifier: MulanPSL-2.0
# Backups: of a running server and without one, checked, restored and looked at; by the clock, with retention; before an upgrade.
import hashlib, json, os, re, shutil, sqlite3, sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from client import *

s = Server(like=county() + "/imported")
s.user("head1", "head")
disk = os.path.join(s.tmp.name, "disk")
os.mkdir(disk)


def backups(where):
    return sorted(n for n in os.listdir(where) if re.fullmatch(r"huji-\d{8}-\d{6}", n))


def rows_of(data):
    return [l for l in huji("quality", "--data", data, "--format", "csv").stdout.splitlines()]


before = rows_of(s.data)
p = huji("backup", "--data", s.data, os.path.join(s.data, "tmp"), good=False)
check("not_into_itself", p.returncode != 0 and "数据目录里面" in p.stderr, p.stderr)
p = huji("backup", "--data", s.data, disk)
check("backup_without_server", len(backups(disk)) == 1 and "备份好了" in p.stderr, p.stderr)

# --- a running server: by the console, and by the administrator
s.start()
head, sysa, sec = (s.client(u) for u in ("head1", "system1", "security1"))
made = [head.post("/api/clues", {"source": "phone", "title": "群众反映多收床位费 %d" % i, "basis": "来电，记录在案",
                                 "received_on": "2026-11-20", "amount_fen": 10000}).json["id"] for i in range(3)]
time.sleep(1.1)  # a backup's name is its second
p = huji("backup", "--data", s.data, disk)
check("backup_online", len(backups(disk)) == 2 and "服务正在运行" in p.stderr, p.stderr)
check("nobody_else_403", head.get("/api/backups").status == 403 and sec.post("/api/backups").status == 403)
check("no_place_409", sysa.post("/api/backups").status == 409)
for bad in ("disk", "/no/such/folder", s.data, os.path.join(s.data, "lists")):
    check("bad_place_422 " + bad[-12:], sysa.ask("PUT", "/api/params/backup_dir", {"value": bad}).status == 422)


def job(a):
    if a.status != 202:
        raise SystemExit("not ok job: %s" % a.body.decode())
    for _ in range(900):
        j = sysa.get("/api/jobs/" + a.json["job"]).json
        if j["state"] not in ("queued", "running"):
            return j
        time.sleep(0.1)


os.makedirs(s.data + "/check", exist_ok=True)
open(s.data + "/check/decisions.ahead", "ab").close()  # there once a hospital has sent something
check("place", sysa.ask("PUT", "/api/params/backup_dir", {"value": disk}).status == 200)
time.sleep(1.1)
j = job(sysa.post("/api/backups"))
check("backup_by_administrator", j["state"] == "done" and len(backups(disk)) == 3, j)
name = j["result"]["backup"]["name"]
a = sysa.get("/api/backups").json
check("listed_newest_first", a["rows"][0]["name"] == name and a["rows"][0]["bytes"] > 100000 and a["other_disk"] is False, a)
j = job(sysa.post("/api/backups/%s/check" % name))
check("checked_whole", j["state"] == "done", j)
check("ahead_stays", os.path.exists(s.data + "/check/decisions.ahead") and
      not os.path.exists(os.path.join(disk, name, "data/check/decisions.ahead")))
check("check_unknown_404", sysa.post("/api/backups/huji-20200101-000000/check").status == 404)
check("check_dots_404", sysa.post("/api/backups/..%2F..%2Fetc/check").status == 404)
made.append(head.post("/api/clues", {"source": "phone", "title": "备份以后才登记的", "basis": "来电，记录在案", "received_on": "2026-11-20",
                                     "amount_fen": 1}).json["id"])

# --- restored, and worked with
new = os.path.join(s.tmp.name, "new")
p = huji("restore", "--data", new, os.path.join(disk, name))
check("restore", p.returncode == 0 and "整条链完整" in p.stderr, p.stderr)
check("claims_are_the_same", rows_of(new) == before and len(before) > 5, (rows_of(new), before))
t = Server(data=new, admins=False)
t.start()
c = t.client("head1")
check("casework_as_it_was", [r["id"] for r in c.get("/api/clues", sort="id").json["rows"]] == made[:3], c.get("/api/clues").body)
check("restored_chain", t.client("audit1").get("/api/audit/verify").json["intact"] is True)
check("restored_server_stops", t.stop() == 0, t.text()[-1000:])
p = huji("restore", "--data", new, os.path.join(disk, name), good=False)
check("restore_overwrites_nothing", p.returncode != 0 and "不覆盖" in p.stderr, p.stderr)

# --- what is wrong with a backup is found, and nothing is left half-restored
for what, act in {
    "changed": lambda d: open(d + "/data/huji.yaml", "a").write("#"),
    "missing": lambda d: os.remove(d + "/data/huji.yaml"),
    "added": lambda d: open(d + "/data/x", "w").write("x"),
    "flipped": lambda d: (lambda f: (f.seek(5000), f.write(b"\xff\x00"), f.close()))(open(d + "/data/claims.duckdb", "r+b")),
    "no_manifest": lambda d: os.remove(d + "/manifest.json"),
    "newer": lambda d: (lambda m: (m.update(migration=9999), json.dump(m, open(d + "/manifest.json", "w"))))(json.load(open(d + "/manifest.json"))),
    "newer_schema": lambda d: (lambda m: (m.update(schema=99), json.dump(m, open(d + "/manifest.json", "w"))))(json.load(open(d + "/manifest.json"))),
}.items():
    bad = os.path.join(s.tmp.name, "bad-" + what)
    shutil.copytree(os.path.join(disk, name), bad)
    act(bad)
    to = os.path.join(s.tmp.name, "to-" + what)
    p = huji("restore", "--data", to, bad, good=False)
    check("restore_refused_" + what, p.returncode != 0 and not os.path.exists(to) and not os.path.exists(to + ".part"), p.stderr)
    shutil.rmtree(bad)

# --- by the clock
before = set(backups(disk))
check("keep_two", sysa.ask("PUT", "/api/params/backup_keep", {"value": "2"}).status == 200 and
      sysa.ask("PUT", "/api/params/backup_hours", {"value": "6"}).status == 200)
db = sqlite3.connect(os.path.join(s.data, "casework.sqlite"), timeout=30)
with db:  # the last ones were seven hours ago
    db.execute("update job set created_at = '2020-01-01 00:00:00' where kind = 'backup'")
for _ in range(300):
    if set(backups(disk)) - before:
        break
    time.sleep(0.1)
fresh = set(backups(disk)) - before
check("by_the_clock", len(fresh) == 1, (before, backups(disk)))
for _ in range(300):
    if len(backups(disk)) == 2:
        break
    time.sleep(0.1)
check("two_are_kept_the_newest", len(backups(disk)) == 2 and fresh < set(backups(disk)) and name in backups(disk), backups(disk))
time.sleep(3)
check("not_again_before_time", len(set(backups(disk)) - before) == 1)
acts = [r for r in s.client("audit1").get("/api/audit", act="backup.make", limit=100).json["rows"]]
check("audited", len(acts) >= 4 and {r["actor"] for r in acts} >= {"system1", "timer"}, acts)
db.close()
check("stops", s.stop() == 0, s.text()[-2000:])

# --- the last release's directory is upgraded after a copy of it was kept; a newer one is refused
u = Server(admins=False)
folder = os.path.join(ROOT, "src/casework/migrations")
path = os.path.join(u.data, "casework.sqlite")
db = sqlite3.connect(path)
db.execute("create table migration(number bigint primary key, name text not null, digest text not null, at text not null)")
for file in sorted(os.listdir(folder)):
    if int(file[:4]) > 22:  # what the release of November had
        continue
    text, mine, out = open(os.path.join(folder, file), encoding="utf-8").read(), True, []
    for line in text.split("\n"):
        if line.startswith("-- @"):
            mine = line.startswith(("-- @sqlite", "-- @end"))
        elif mine and not line.startswith("--"):
            out.append(re.sub(r"\bSERIAL_KEY\b", "INTEGER PRIMARY KEY AUTOINCREMENT", line))
    db.executescript("\n".join(out))
    db.execute("insert into migration values (?, ?, ?, '2026-11-01 00:00:00')",
               (int(file[:4]), file[5:-4], hashlib.sha256((text + "\n").encode()).hexdigest()[:32]))
db.execute("insert into org(code, kind, name, admdvs) values ('root', 'bureau', '老县医保局', '429800')")
db.execute("insert into account(login, name, org, password, password_at, created_at) values ('old', '老王', 'root', '!', '2026-11-01', '2026-11-01')")
db.commit()
db.close()
p = huji("user", "list", "--data", u.data, "--format", "csv")
check("upgraded", "老王" in p.stdout and "升级前的在" in p.stderr, p.stderr)
kept = os.listdir(os.path.join(u.data, "upgrade"))
db = sqlite3.connect(os.path.join(u.data, "upgrade", kept[0]))
check("kept_as_it_was", len(kept) == 1 and kept[0].startswith("casework-0022-") and
      db.execute("select max(number) from migration").fetchone() == (22,) and
      db.execute("select name from account").fetchall() == [("老王",)], kept)
db.close()
p = huji("user", "list", "--data", u.data)
check("once_only", len(os.listdir(os.path.join(u.data, "upgrade"))) == 1 and "升级" not in p.stderr)
db = sqlite3.connect(path)
db.execute("insert into migration values (9999, 'future', 'x', '2030-01-01')")
db.commit()
db.close()
for words in (("user", "list"), ("serve", "--listen", "127.0.0.1:0")):
    p = huji(*words, "--data", u.data, good=False)
    check("newer_refused_" + words[0], p.returncode != 0 and "更新版本" in p.stderr, p.stderr)
db = sqlite3.connect(path)
check("newer_untouched", db.execute("select count(*) from migration where number = 9999").fetchone() == (1,) and
      len(os.listdir(os.path.join(u.data, "upgrade"))) == 1)
finish()
