# SPDX-License-Identifier: MulanPSL-2.0
# The server's clock is set an hour forward, then an hour back, while hospitals send: every message is judged and kept once, in the order in
# which it was answered; who is signed in stays so when it goes back; only the times in the answers show it.
import calendar, copy, json, os, sys, threading
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from client import *

KEY = "a-key-of-sixteen-or-more"
INST = "H51052300001"
s = Server()
s.options += ["--live-wait", "30000"]  # a busy machine skips none: that is test_fsi_hard.py's
s.user("head1", "head")
huji("import", "--data", s.data, os.path.join(ROOT, "tests/golden/county"))
with open(os.path.join(s.data, "check-access.csv"), "w") as f:
    f.write("%s,%s\n" % (INST, KEY))
BASE = json.load(open(os.path.join(ROOT, "tests/golden/county-check.json")))
LOG = os.path.join(s.data, "check/decisions.jsonl")
CLOCK = os.path.join(s.tmp.name, "clock")


def step(seconds):
    with open(CLOCK + ".new", "w") as f:
        f.write("%d\n" % seconds)
    os.rename(CLOCK + ".new", CLOCK)


step(0)
os.environ["HUJI_TEST_CLOCK"] = CLOCK
c = s.start().client()
head = s.client("head1")


def send(msgid, infno="3102"):
    m = copy.deepcopy(BASE)
    m.update(infno=infno, msgid=msgid)
    return c.ask("POST", "/fsi/" + infno, json.dumps(m, ensure_ascii=False).encode(), {"X-Huji-Key": KEY, "Content-Type": "application/json"})


def seconds(a):
    t = a.json["refmsg_time"]
    return calendar.timegm(time.strptime(t[:14], "%Y%m%d%H%M%S")) - 8 * 3600


check("signs_in", send("S1", "9001").json["infcode"] == 0)
stop, bad, sent = threading.Event(), [], [[], []]


def load(k):
    while not stop.is_set():
        msgid = "L%d-%d" % (k, len(sent[k]))
        a = send(msgid)
        if a.status != 200 or a.json["infcode"] != 0 or a.json["warn_msg"] and "HJ" in a.json["warn_msg"]:
            bad.append(a.body)
        sent[k].append(msgid)


threads = [threading.Thread(target=load, args=(k,)) for k in range(2)]
[t.start() for t in threads]
got, times = {}, []
for turn, shift in enumerate((0, 3600, 0, -3600, 0, 3600, -3600, 0)):
    step(shift)
    before = [len(x) for x in sent]
    for k in range(6):
        a = got["T%d-%d" % (turn, k)] = send("T%d-%d" % (turn, k))
        times.append(seconds(a) - time.time() - shift)
    for _ in range(600):  # the others have seen it too
        if all(len(x) > b + 1 for x, b in zip(sent, before)):
            break
        time.sleep(0.01)
    if shift <= 0:
        check("signed_in_at_%d" % shift, head.get("/api/session").status == 200)
    a = send("S%d" % (turn + 2), "9001").json
    check("hospital_signs_in_at_%d" % shift, a["infcode"] == 0 and a["output"]["signinoutb"]["sign_no"], a)
stop.set()
[t.join() for t in threads]
check("the_clock_was_set", all(-60 < t < 60 for t in times), times)
check("all_judged (%d)" % sum(len(x) for x in sent), not bad and all(a.json["infcode"] == 0 for a in got.values()), bad[:1])
lines = [l["msgid"] for l in s.decisions()]
check("each_kept_once", len(lines) == len(set(lines)) == len(got) + sum(len(x) for x in sent))
check("in_the_order_of_answers", [l for l in lines if l[0] == "T"] == list(got) and all(
    [l for l in lines if l.startswith("L%d-" % k)] == sent[k] for k in range(2)))
step(-3600)
check("sent_again_the_same_answer", all(send(m).body == a.body for m, a in list(got.items())[:12]) and
      len(s.decisions()) == len(lines))
check("stops_well", s.stop() == 0, s.text()[-2000:])
c = s.start().client()  # an hour behind what is in the file
check("starts_with_the_clock_behind", send("T1-0").body == got["T1-0"].body and send("N1").json["infcode"] == 0)
check("stops_again", s.stop() == 0)
finish()
