# SPDX-License-Identifier: MulanPSL-2.0
# A server among bad clients, and a server that is killed: nothing acknowledged is lost, nothing is left half-done.
import os, signal, socket, sqlite3, sys, threading
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from client import *

s = Server(casework=os.environ.get("HUJI_TEST_CASEWORK"), options=["--per-address", "2000", "--readers", "3"])
s.user("head1", "head")
s.start()
c = s.client("head1")

# --- bad clients
slow = []
for i in range(50):  # half a request each, and silence
    k = socket.create_connection(("127.0.0.1", s.port))
    k.sendall([b"GET /healthz HT", b"POST /api/session HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\n{",
               b"GET / HTTP/1.1\r\nX: ", b"\x16\x03\x01\x00"][i % 4])
    slow.append(k)
check("half_requests_hold_up_nobody", c.get("/api/session").status == 200)
many = []
for i in range(1000):
    many.append(socket.create_connection(("127.0.0.1", s.port)))
for k in many:
    k.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
good = 0
for k in many:
    k.settimeout(30)
    good += k.recv(100).startswith(b"HTTP/1.1 200")
check("1000_connections", good == 1000, good)
for k in many + slow:
    k.close()
for name, raw in {
    "long_header": b"GET / HTTP/1.1\r\nHost: x\r\nX-A: " + b"a" * 200000 + b"\r\n\r\n",
    "long_line": b"GET /" + b"a" * 200000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    "no_http": b"\x00\xff\xfe\r\n\r\n", "bad_length": b"POST /api/session HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
    "bad_chunk": b"POST /api/session HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    "nul_in_path": b"GET /api/clues/%00 HTTP/1.1\r\nHost: x\r\n\r\n",
    "bad_percent": b"GET /api/clues/%zz?q=%ff%fe HTTP/1.1\r\nHost: x\r\n\r\n",
    "deep_json": b"POST /api/session HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n" + b"[" * 100000,
}.items():
    k = socket.create_connection(("127.0.0.1", s.port))
    k.settimeout(20)
    try:
        k.sendall(raw)
        k.shutdown(socket.SHUT_WR)
        answer = k.recv(200)
    except OSError:
        answer = b""
    k.close()
    check("bad_" + name, not answer.startswith((b"HTTP/1.1 2", b"HTTP/1.1 5")) or answer.startswith(b"HTTP/1.1 501"), answer)
check("dots_find_no_file", b"root:" not in s.client().get("/../../etc/passwd").body)
check("still_here", s.client().get("/healthz").status == 200)

# --- killed under load: each comment that was answered 200 is there afterwards, and the chain is whole
made = c.post("/api/clues", {"source": "phone", "title": "群众来电", "basis": "来电记录", "amount_fen": 1000, "received_on": "2026-01-05"})
acknowledged, lock = [], threading.Lock()


def write(k):
    for n in range(200):
        text = "w%d-%d" % (k, n)
        try:
            if c.ask("POST", "/api/clues/%d/comments" % made.json["id"], {"text": text}).status == 200:
                with lock:
                    acknowledged.append(text)
        except Exception:
            return


if check("clue_by_hand", made.status in (200, 201), made.body):
    threads = [threading.Thread(target=write, args=(k,)) for k in range(4)]
    for t in threads:
        t.start()
    while len(acknowledged) < 40:
        time.sleep(0.01)
    s.stop(signal.SIGKILL)
    for t in threads:
        t.join()
    s.start()
    c = s.client("head1")
    there = {x["note"] for x in c.get("/api/clues/%d/comments" % made.json["id"]).json["rows"]}
    check("kill9_nothing_acknowledged_lost", set(acknowledged) <= there, (len(acknowledged), len(there)))
    check("kill9_chain_intact", s.client("audit1").get("/api/audit/verify").json["intact"] is True)

# --- a job that was running when the server was killed is interrupted, and can be done again
tables = county() + "/tables"
c = s.client("head1")
batch = None
for name in sorted(os.listdir(tables)):
    if name == "truth.csv":
        continue
    a = c.ask("POST", "/api/uploads?" + urllib.parse.urlencode({"name": name, **({"batch": batch} if batch else {})}),
              open(os.path.join(tables, name), "rb").read(), {"Content-Type": "application/octet-stream"})
    batch = a.json["batch"]
job = c.post("/api/imports", {"batch": batch}).json["job"]
while c.get("/api/jobs/" + job).json["state"] == "queued":
    time.sleep(0.02)
s.stop(signal.SIGKILL)
with sqlite3.connect(os.path.join(s.data, "casework.sqlite")) as db:
    db.execute("insert into rule_change(kind, title, what, because, proposer, proposer_name, org, at) select 'param', '改', '{}', 'x',"
               " id, name, org, '2026-01-01 00:00:00' from account where login = 'head1'")
s.start()
c = s.client("head1")
check("kill9_job_interrupted", c.get("/api/jobs/" + job).json["state"] == "interrupted")
with sqlite3.connect(os.path.join(s.data, "casework.sqlite")) as db:
    check("kill9_effect_failed", db.execute("select state, error <> '' from rule_change").fetchall() == [("failed", 1)])
job = c.post("/api/imports", {"batch": batch}).json["job"]
check("cancel_answers", c.post("/api/jobs/%s/cancel" % job).status in (200, 409))
for _ in range(600):
    state = c.get("/api/jobs/" + job).json["state"]
    if state not in ("queued", "running"):
        break
    time.sleep(0.1)
check("cancelled_or_done", state in ("cancelled", "done"), state)
# --- stopped while connections that stay open go on asking
ended = threading.Event()


def ask_on():
    k = http.client.HTTPConnection("127.0.0.1", s.port, timeout=20)
    try:
        while not ended.is_set():
            k.request("GET", "/healthz")
            k.getresponse().read()
    except (OSError, http.client.HTTPException):
        pass


askers = [threading.Thread(target=ask_on) for _ in range(16)]
[t.start() for t in askers]
time.sleep(0.5)
status = s.stop()
ended.set()
[t.join() for t in askers]
check("stops_while_asked", status == 0, s.text()[-2000:])
finish()
