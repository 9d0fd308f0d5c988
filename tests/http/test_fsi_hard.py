# SPDX-License-Identifier: MulanPSL-2.0
# Hospitals' messages when things go wrong: every public sample and mutations of them, two at once for one person, a disk that is full,
# a history that is not ready while more come than can wait, tables and exceptions exchanged under load.
import copy, fcntl, json, os, random, resource, sys, threading, time
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from client import *

KEY = "a-key-of-sixteen-or-more"
INST = "H51052300001"
s = Server()
huji("import", "--data", s.data, os.path.join(ROOT, "tests/golden/county"))
with open(os.path.join(s.data, "check-access.csv"), "w") as f:
    f.write("%s,%s\n" % (INST, KEY))
with open(os.path.join(s.data, "check-modes.csv"), "w") as f:
    f.write("*,*,提醒\n")
BASE = json.load(open(os.path.join(ROOT, "tests/golden/county-check.json")))
LOG = os.path.join(s.data, "check/decisions.jsonl")
c = s.start().client()


def message(msgid, infno="3102"):
    m = copy.deepcopy(BASE)
    m.update(infno=infno, msgid=msgid)
    return m


def send(m, infno=None, raw=None):
    body = raw if raw is not None else json.dumps(m, ensure_ascii=False).encode()
    return c.ask("POST", "/fsi/" + (infno or m["infno"]), body, {"X-Huji-Key": KEY, "Content-Type": "application/json"})


def together(jobs):
    got = [None] * len(jobs)

    def one(i):
        got[i] = jobs[i]()
    threads = [threading.Thread(target=one, args=(i,)) for i in range(len(jobs))]
    [t.start() for t in threads]
    return threads, got


def envelope(a):
    """A right envelope: all its fields, success with an output or refusal with a text."""
    j = a.json
    return (a.status == 200 and list(j) == ["infcode", "inf_refmsgid", "refmsg_time", "respond_time", "err_msg", "warn_msg", "cainfo",
                                            "signtype", "output"]
            and (j["infcode"] == 0 and isinstance(j["output"], dict) and j["err_msg"] is None or
                 j["infcode"] == -1 and j["output"] is None and j["err_msg"]))


# --- nobody is told yes before the history is there; who waits too long goes on ---
lock = os.open(os.path.join(s.data, "check"), os.O_RDONLY) if os.path.isdir(os.path.join(s.data, "check")) else None
if lock is None:
    os.mkdir(os.path.join(s.data, "check"))
    lock = os.open(os.path.join(s.data, "check"), os.O_RDONLY)
fcntl.flock(lock, fcntl.LOCK_EX)  # the history can't be made now
threads, got = together([lambda i=i: send(message("O%d" % i)) for i in range(24)] + [
    lambda: send({"infno": "3103", "msgid": "OF", "fixmedins_code": INST, "input": {"data": {"warns": [
        {"warn_rslt_id": "x", "dspo_way": "2", "dspo_way_rea": ""}]}}})])
for _ in range(400):
    if sum(g is not None for g in got) >= 9:
        break
    time.sleep(0.05)
fcntl.flock(lock, fcntl.LOCK_UN)
[t.join() for t in threads]
skipped = [g for g in got[:24] if "HJ41" in (g.json["warn_msg"] or "")]
check("overload_says_go_on (%d)" % len(skipped), 8 <= len(skipped) <= 24 and all(
    envelope(g) and g.json["infcode"] == 0 and g.json["output"] == {"result": []} for g in skipped))
check("overload_others_judged", all(envelope(g) and (g in skipped or len(g.json["output"]["result"]) == 1) for g in got[:24]),
      [g.body for g in got[:24] if not envelope(g)][:2])
names = [l["msgid"] for l in s.decisions()]
check("overload_keeps_what_it_judged", len(names) == len(set(names)) == 24 - len(skipped) + (got[24].json["infcode"] == 0))
check("overload_feedback_not_acknowledged", envelope(got[24]) and (got[24].json["infcode"] == 0) == ("OF" in names), got[24].body)
a = s.client("system1").get("/metrics")
check("overload_counted", "huji_live_skipped_total %d\n" % (len(skipped) + ("OF" not in names)) in a.body.decode(), a.body[-600:])
lost = next(i for i in range(24) if got[i] in skipped)
check("sent_again_is_judged", len(send(message("O%d" % lost)).json["output"]["result"]) == 1)

# --- two at once for one person ---
threads, got = together([lambda i=i: send(message("P%d" % i)) for i in range(12)])
[t.join() for t in threads]
results = [[(r["rule_id"], r["vola_cont"], r["vola_amt"]) for r in g.json["output"]["result"]] for g in got]
check("at_once_for_one_person", all(r == results[0] and len(r) == 1 for r in results))

# --- the disk is full ---
s.decisions()  # all of them are in the file
size = os.path.getsize(LOG)
resource.prlimit(s.process.pid, resource.RLIMIT_FSIZE, (size + 100, resource.RLIM_INFINITY))
full = [send(message("D%d" % i)) for i in range(3)]
threads, got = together([lambda i=i: send(message("E%d" % i)) for i in range(6)])
[t.join() for t in threads]
check("full_disk_no_yes", all(envelope(a) and a.json["infcode"] == -1 and "HJ32" in a.json["err_msg"] for a in full + got), full[0].body)
check("full_disk_says_so", "写不进磁盘" in full[0].json["err_msg"], full[0].body)
check("full_disk_nothing_half", os.path.getsize(LOG) == size)
resource.prlimit(s.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
a = send(message("D0"))
names = [l["msgid"] for l in s.decisions()]
check("disk_back", a.json["infcode"] == 0 and names.count("D0") == 1 and len(names) == len(set(names)))

# --- rules' exceptions and tables exchanged under load: no message is dropped ---
stop, bad, seen = threading.Event(), [], []


def load(k):
    for n in range(100000):
        if stop.is_set():
            return
        a = send(message("X%d-%d" % (k, n)))
        if not envelope(a) or a.json["infcode"] != 0:
            bad.append(a.body)
        seen.append(len(a.json["output"]["result"]) if a.json["output"] else -1)


threads = [threading.Thread(target=load, args=(k,)) for k in range(2)]
[t.start() for t in threads]
os.makedirs(os.path.join(s.data, "rules"), exist_ok=True)
with open(os.path.join(s.data, "rules/exceptions.yaml"), "w") as f:
    f.write('- {no: 1, rule: [C03], fixmedins_code: %s, from: 2020-01-01, to: 2030-12-31, because: "试", approver: "甲", at: "2024-01-05 09:30"}\n' % INST)
for _ in range(600):
    if seen and seen[-1] == 0:
        break
    time.sleep(0.05)
stop.set()
[t.join() for t in threads]
check("exception_counts_nothing_dropped (%d)" % len(seen), not bad and seen[0] == 1 and seen[-1] == 0, bad[:1])
last = s.decisions()[-1]
check("exception_is_kept", last["findings"][0]["exception"] == 1 and last["findings"][0]["mode"] == "记录", last)
os.unlink(os.path.join(s.data, "rules/exceptions.yaml"))

# --- `huji check` beside the server: the very answer ---
own = message("Y1")
p = os.path.join(s.tmp.name, "m.json")
json.dump(own, open(p, "w"), ensure_ascii=False)
for _ in range(600):  # without the exception again
    a = send(own).json["output"] if _ == 0 else send(message("Z%d" % _)).json["output"]
    if len(a["result"]) == 1:
        break
    time.sleep(0.05)
m = message("Y2")
json.dump(m, open(p, "w"), ensure_ascii=False)
check("huji_check_is_the_answer", json.loads(huji("check", "--data", s.data, p).stdout)["output"] == send(m).json["output"])

# --- every public sample, and mutations of them ---
SHARED = os.environ.get("HUJI_MESSAGES", os.path.join(ROOT, "..", "shared", "data", "messages"))
if not os.path.isdir(SHARED):
    SHARED = os.path.join(ROOT, "..", "..", "shared", "data", "messages")
samples = [json.dumps(BASE, ensure_ascii=False).encode()]
for d, _, files in os.walk(SHARED):
    samples += [open(os.path.join(d, f), "rb").read() for f in sorted(files) if f.endswith(".json")]
print("# %d samples" % len(samples))
rnd = random.Random(11)
tokens = [b'"', b"\\", b"{", b"}", b"[", b"]", b",", b":", b"null", b"1e999", b"-", b"0" * 400, b"\\u0000", b"\\ud800", b"\xff", b"\x00",
          b"\xb9\xfe", b"\n", b'""', b"true", b"9999-12-31", b"2024-02-30 25:61:61", b"99999999999999999999"]


def mutate(b):
    b = bytearray(b)
    for _ in range(rnd.choice((1, 1, 2, 5, 20))):
        at, how = rnd.randrange(len(b) + 1), rnd.randrange(6)
        if how == 0:
            del b[at:at + rnd.choice((1, 1, 4, 30, 500))]
        elif how == 1:
            b[at:at] = rnd.choice(tokens)
        elif how == 2 and at < len(b):
            b[at] = rnd.randrange(256)
        elif how == 3:
            del b[at:]
        elif how == 4:
            b[at:at] = b[at // 2:at // 2 + rnd.choice((10, 100, 2000))]
        else:
            b[at:at + 4] = rnd.choice(tokens)
        if not b:
            return b"{}"
    return bytes(b)


def with_key(b):  # let in, so that it is judged too
    for old in set(re.findall(rb'"fixmedins_code"\s*:\s*"([^"]*)"', b)):
        b = b.replace(b'"' + old + b'"', b'"' + INST.encode() + b'"')
    return b


import re
n, wrong = int(os.environ.get("FSI_MUTATIONS", "25")), []
for raw in samples:
    for k in range(n + 1):
        body = with_key(raw if k == 0 else mutate(raw))
        infno = (re.search(rb'"infno"\s*:\s*"?(3101|3102|3103|9001|9002)', body) or [0, b"3101"])[1].decode()
        a = send(None, infno, raw=body)
        if not envelope(a):
            wrong.append((body[:80], a.body[:200]))
check("samples_and_mutations_right_envelopes (%d)" % (len(samples) * (n + 1)), not wrong, wrong[:2])
check("server_still_there", s.process.poll() is None and envelope(send(message("END"))))
check("stops_well", s.stop() == 0, s.text()[-2000:])
lines = s.decisions()
check("none_twice", len({(l["fixmedins_code"], l["infno"], l["msgid"]) for l in lines}) == len(lines))
finish()
