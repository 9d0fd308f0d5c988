#!/usr/bin/env python3
# SPDX-License-Identifier: MulanPSL-2.0
# From the unpacked archive to the first clue, as an ordinary user without network:
#
#   first_clue.py FOLDER ROOT WORD...    FOLDER: the unpacked archive, as seen inside; ROOT: where "inside" lies on this
#                                        machine ("" = the same); WORD...: what starts a command inside
#
# Runs in a network namespace of its own (unshare -n), where it only raises lo, so nothing can be fetched by anyone.
import fcntl, http.client, json, os, re, signal, socket, struct, subprocess, sys, time

folder, root, *enter = sys.argv[1:]
PASSWORD = "Huji-dist-2026"
failed = 0


def check(name, good, why=""):
    global failed
    failed += not good
    print(("ok " if good else "not ok ") + "dist: " + name + ("" if good else "  # %s" % (why,)), flush=True)
    return good


def lo_up():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        flags = struct.unpack("16sh", fcntl.ioctl(s, 0x8913, struct.pack("16sh", b"lo", 0))[:18])[1]
        fcntl.ioctl(s, 0x8914, struct.pack("16sh", b"lo", flags | 1))


def inside(*words, stdin=""):
    return subprocess.run([*enter, *words], input=stdin, capture_output=True, text=True, errors="replace")


def huji(*words):
    p = inside(folder + "/huji", *words)
    check("huji " + words[0], p.returncode == 0, p.stderr[-600:])
    return p


class Page:
    """One signed-in person."""

    def __init__(self, port):
        self.port, self.head = port, {"Content-Type": "application/json"}

    def ask(self, method, path, body=None):
        c = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        c.request(method, path, json.dumps(body) if body is not None else None, self.head)
        r = c.getresponse()
        text = r.read()
        if r.getheader("set-cookie"):
            self.head["Cookie"] = r.getheader("set-cookie").split(";")[0]
        c.close()
        return r.status, text

    def sign_in(self, user):
        status, text = self.ask("POST", "/api/session", {"user": user, "password": PASSWORD})
        if status == 200:
            self.head["X-Huji-Csrf"] = json.loads(text)["csrf"]
        return status


def served(process, path):
    """The port that start.sh says it listens on."""
    for _ in range(600):
        m = re.search(r"端口 (\d+)", open(path, encoding="utf-8", errors="replace").read())
        if m:
            return int(m.group(1))
        if process.poll() is not None:
            break
        time.sleep(0.1)
    return None


def mapped(pid):
    """Every library that the serving process has in memory."""
    out = set()
    for line in open("/proc/%d/maps" % pid):
        p = line.split(None, 5)[5].strip() if len(line.split(None, 5)) == 6 else ""
        if re.search(r"\.so(\.|$)|/bin/huji$", p):
            out.add(p)
    return out


def clue_by_page(port):
    p = Page(port)
    if not check("登录", p.sign_in("head") == 200):
        return
    status, text = p.ask("POST", "/api/screens", {})
    if not check("网页上开始筛查", status == 202, text[:300]):
        return
    job = json.loads(text)["job"]
    state = None
    for _ in range(600):
        status, text = p.ask("GET", "/api/jobs/%s" % job)
        state = json.loads(text).get("state")
        if state in ("done", "failed", "interrupted", "cancelled"):
            break
        time.sleep(0.2)
    check("筛查完成", state == "done", text[:600])
    status, text = p.ask("GET", "/api/clues")
    rows = json.loads(text).get("rows", []) if status == 200 else []
    if check("台账有线索", len(rows) > 0, text[:300]):
        status, text = p.ask("GET", "/api/clues/%s" % rows[0]["id"])
        check("打开第一条线索", status == 200 and "explain" in json.loads(text), text[:300])
    status, text = p.ask("GET", "/")
    check("网页在程序里", status == 200 and b"<div id=\"app\">" in text, text[:200])


def main():
    lo_up()
    sums = inside("/bin/sh", "-c", "cd '%s' && sha256sum -c SHA256SUMS | grep -vc ': OK$'" % folder)
    check("SHA256SUMS 全部相符", sums.stdout.strip() == "0", sums.stdout + sums.stderr)
    try:
        socket.create_connection(("192.0.2.1", 80), 1)
        check("没有网络", False)
    except OSError:
        check("没有网络", True)
    work = inside("/bin/sh", "-c", "mktemp -d").stdout.strip()
    data = work + "/data"
    huji("synth", "--out", work + "/tables", "--persons", "1000", "--seed", "1", "--as", "gbk")
    huji("init", data)
    huji("import", "--data", data, work + "/tables")
    huji("screen", "--data", data)
    best = huji("rank", "--data", data, "--top", "1", "--format", "jsonl").stdout
    check("排名的第一条", '"finding_id"' in best, best[:300])

    log = os.path.join(os.environ.get("DIST_LOG", "/tmp"), "dist-serve-%d.log" % os.getpid())
    with open(log, "wb") as out:
        process = subprocess.Popen(
            [*enter, "/bin/sh", "-c", "LISTEN=127.0.0.1:0 exec '%s/start.sh' '%s'" % (folder, data)],
            stdin=subprocess.PIPE, stdout=out, stderr=out)
        process.stdin.write((PASSWORD + "\n").encode() * 4)
        process.stdin.close()
    try:
        port = served(process, log)
        if check("start.sh 建账号并启动服务", port is not None, open(log, errors="replace").read()[-800:]):
            clue_by_page(port)
            own = os.path.realpath(root + folder)
            foreign = {p for p in mapped(process.pid) if not p.startswith((own, folder))}
            check("只用包里自带的程序库", not foreign, foreign)
    finally:
        process.send_signal(signal.SIGTERM)
        check("停止服务", process.wait(60) == 0, open(log, errors="replace").read()[-400:])
        os.unlink(log)
    inside("/bin/sh", "-c", "rm -rf '%s'" % work)


main()
sys.exit(1 if failed else 0)
