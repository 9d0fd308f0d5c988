# SPDX-License-Identifier: MulanPSL-2.0
# Decisions in volumes (check/volumes.h) while hospitals ask: nothing is refused when one is set aside, what was acknowledged before a kill -9 is there
# once, the same msgid gets the same answer out of the volume before, and the pages count every decision once.
import copy, json, os, sys, threading, time
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from client import *

KEY = "a-key-of-sixteen-or-more"
INST = "H51052300001"
s = Server(options=["--live-volume", "1", "--live-wait", "30000"])  # MiB; a busy machine skips none
huji("import", "--data", s.data, os.path.join(ROOT, "tests/golden/county"))
s.user("head1", "head")
os.makedirs(os.path.join(s.data, "check"), exist_ok=True)
with open(os.path.join(s.data, "check-access.csv"), "w") as f:
    f.write("fixmedins_code,key\n%s,%s\n" % (INST, KEY))
BASE = json.load(open(os.path.join(ROOT, "tests/golden/county-check.json")))
c = s.start().client()


def message(msgid):
    m = copy.deepcopy(BASE)
    m.update(infno="3102", msgid=msgid)
    return json.dumps(m, ensure_ascii=False).encode()


def send(msgid):
    return c.ask("POST", "/fsi/3102", message(msgid), {"X-Huji-Key": KEY, "Content-Type": "application/json"})


def aside():
    return sorted(n for n in os.listdir(os.path.join(s.data, "check")) if n.startswith("decisions-") and n.endswith(".jsonl"))


def load(prefix, volumes, workers=4):
    """Messages until so many volumes lie aside; what was answered, by msgid."""
    said, bad = {}, []

    def work(k):
        for n in range(20000):
            if len(aside()) >= volumes:
                return
            name = "%s%d-%d" % (prefix, k, n)
            try:
                a = send(name)
            except Exception:
                return  # killed
            if a.json["infcode"] == 0:
                said[name] = a.body
            else:
                bad.append(a.body)

    threads = [threading.Thread(target=work, args=(k,)) for k in range(workers)]
    [t.start() for t in threads]
    return threads, said, bad


def flags():
    head = s.client("head1")
    return [r for r in head.get("/api/live/modes", fixmedins_code=INST).json["rows"] if r["rule_id"] == "C03"][0]["flagged"]


# --- as it goes on ---
threads, said, bad = load("A", 2)
[t.join() for t in threads]
names = [l["msgid"] for l in s.decisions()]
check("set_aside (%d decisions)" % len(names), aside() == ["decisions-000001.jsonl", "decisions-000002.jsonl"], aside())
check("none_refused", not bad and len(said) > 100, bad[:1])
check("each_once_in_one_of_them", sorted(names) == sorted(said), (len(names), len(said)))
again = list(said)[-20:] + [l["msgid"] for l in (json.loads(x) for x in open(os.path.join(s.data, "check", aside()[-1]), encoding="utf-8"))][:20]
check("same_answer_again", all(send(n).body == said[n] for n in again) and len(s.decisions()) == len(names))
check("counted_once", flags() == len(names), (flags(), len(names)))

# --- killed under load, again and again ---
told = dict(said)
for k in range(3):
    threads, said, bad = load("K%d-" % k, 1000)
    # The second time just behind a change of volumes.
    while (len(said) < 60 or (k == 1 and len(aside()) < 3)) and any(t.is_alive() for t in threads):
        time.sleep(0.005)
    s.process.kill()
    s.process.wait()
    [t.join() for t in threads]
    s.process = None
    told.update(said)
    c = s.start().client()
names = [l["msgid"] for l in s.decisions()]
check("kill_9_acknowledged_are_there (%d)" % len(told), all(n in set(names) for n in told))
check("kill_9_none_twice", len(set(names)) == len(names) and len(aside()) >= 3, (len(names), aside()))
check("kill_9_same_answers", all(send(n).body == told[n] for n in list(told)[-10:]))
check("kill_9_counted_once", flags() == len(names), (flags(), len(names)))

# --- moved away: the number goes on, what is left is found ---
for n in aside()[:-1]:
    os.unlink(os.path.join(s.data, "check", n))
s.stop()
left = aside()
c = s.start().client()
check("goes_on_without_the_old", all(send(n).body == told[n] for n in list(told)[-10:]) and aside() == left and flags() == len(names), (flags(), len(names)))
check("stops", s.stop() == 0, s.text()[-2000:])
finish()
