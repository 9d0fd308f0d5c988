# SPDX-License-Identifier: MulanPSL-2.0
# What the HTTP tests stand on: a server of their own, a client that keeps its cookie, results a line each.
import fcntl, glob, http.client, json, os, shutil, signal, socket, ssl, subprocess, sys, tempfile, time, urllib.parse

ROOT = os.environ.get("HUJI_ROOT", os.getcwd())
HUJI = os.environ.get("HUJI", os.path.join(ROOT, "build/release/huji"))
# What a test stands on is made with the release build: the ASan build is for what the test asks (tests/*.sh set both).
SETUP = os.environ.get("HUJI_SETUP", HUJI)
PASSWORD = "Huji-test-2026"
failed = 0
# Today is China's here as in the server, which is asked on a machine of another zone.
os.environ["TZ"] = "CST-8"
time.tzset()


def check(name, good, why=""):
    global failed
    failed += not good
    print(("ok " if good else "not ok ") + name + ("" if good else "  # %s" % (why,)), flush=True)
    return good


def finish():
    sys.exit(1 if failed else 0)


def huji(*words, stdin=None, good=True, binary=HUJI):
    p = subprocess.run([binary, *words], input=stdin, capture_output=True, text=True)
    if good and p.returncode:
        raise SystemExit("not ok huji %s\n%s" % (" ".join(words), p.stderr))
    return p


def county(seed=3):
    """A folder that all tests read and none writes to: `tables` of 1,000 persons; `imported`, a data directory with them; `screened`,
    the same after a screening, and `found.csv` of it. Made by whoever comes first, anew with another build or other rules."""
    newest = max(os.stat(f).st_mtime_ns for f in [SETUP, *glob.glob(os.path.join(ROOT, "rules/**/*"), recursive=True)])
    top = os.path.join(ROOT, "build/county")
    path = os.path.join(top, "%d-%d" % (seed, newest))
    os.makedirs(top, exist_ok=True)
    with open(os.path.join(top, "%d.lock" % seed), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if os.path.exists(path):
            return path
        for old in glob.glob(os.path.join(top, "%d-*" % seed)):
            shutil.rmtree(old)
        new = path + ".new"
        for words in (("synth", "--out", new + "/tables", "--persons", "1000", "--seed", str(seed)), ("init", new + "/imported"),
                      ("import", "--data", new + "/imported", new + "/tables")):
            prepare(*words)
        shutil.copytree(new + "/imported", new + "/screened")
        prepare("screen", "--data", new + "/screened", "--out", new + "/found.csv")
        os.rename(new, path)
    return path


def prepare(*words):
    """As huji(), with the release build: what is asked of the county before the server is looked at."""
    return huji(*words, binary=SETUP)


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def json(self):
        return json.loads(self.body)


class Client:
    def __init__(self, port, host="127.0.0.1"):
        self.host, self.port = host, port
        self.cookie = self.csrf = None

    def connection(self):
        return http.client.HTTPConnection(self.host, self.port, timeout=60)

    def ask(self, method, path, body=None, headers=None, csrf=True):
        h = dict(headers or {})
        if self.cookie:
            h["Cookie"] = self.cookie
        if csrf and self.csrf and method != "GET":
            h["X-Huji-Csrf"] = self.csrf
        if body is not None and not isinstance(body, (bytes, str)):
            body = json.dumps(body)
            h.setdefault("Content-Type", "application/json")
        c = self.connection()
        try:
            c.request(method, path, body.encode() if isinstance(body, str) else body, h)
        except (BrokenPipeError, ConnectionResetError):
            pass  # refused before the body was read: the answer is there
        r = c.getresponse()
        a = Answer(r.status, {k.lower(): v for k, v in r.getheaders()}, r.read())
        c.close()
        return a

    def get(self, path, **q):
        return self.ask("GET", path + ("?" + urllib.parse.urlencode(q) if q else ""))

    def post(self, path, body=None):
        return self.ask("POST", path, {} if body is None else body)

    def sign_in(self, user, password=PASSWORD, **more):
        a = self.ask("POST", "/api/session", {"user": user, "password": password, **more})
        if a.status == 200:
            self.cookie = a.headers["set-cookie"].split(";")[0]
            self.csrf = a.json["csrf"]
        return a


class TlsClient(Client):
    """Over TLS: it trusts folder/ca, and shows folder/NAME.pem with its key. `limits`: of the ssl context."""

    def __init__(self, port, folder, ca, name=None, **limits):
        super().__init__(port)
        self.context = ssl.create_default_context(cafile=os.path.join(folder, ca))
        if name:
            self.context.load_cert_chain(os.path.join(folder, name + ".pem"), os.path.join(folder, name + ".key"))
        for k, v in limits.items():
            setattr(self.context, k, v)

    def connection(self):
        return http.client.HTTPSConnection(self.host, self.port, timeout=60, context=self.context)


def openssl(folder, *words):
    p = subprocess.run(["openssl", *words], capture_output=True, text=True, cwd=folder)
    if p.returncode:
        raise SystemExit("not ok openssl %s\n%s" % (" ".join(words), p.stderr))


class Server:
    """A data directory and `huji serve` over it. `like`: a folder of county() to start from."""

    def __init__(self, data=None, admins=True, options=(), casework=None, like=None):
        self.tmp = tempfile.TemporaryDirectory(prefix="huji-http-")
        self.data = data or os.path.join(self.tmp.name, "data")
        self.options = list(options) + (["--casework", casework] if casework else [])
        self.casework = ["--casework", casework] if casework else []
        if like:
            shutil.copytree(like, self.data)
        elif not data:
            huji("init", self.data)
        if admins:
            for role in ("system", "security", "audit"):
                self.user(role + "1", role)
        self.process = None

    def user(self, login, *roles, org=None, name=None, password=PASSWORD):
        words = ["user", "add", "--data", self.data, "--name", name or "测试" + login, login, *self.casework]
        for r in roles:
            words += ["--role", r]
        if org:
            words += ["--org", org]
        if {"reviewer", "supervisor", "second"} & set(roles):  # people from outside have a last day
            words += ["--until", "2099-12-31", "--contract", "HT-2026-01"]
        huji(*words, stdin=password + "\n")

    def start(self):
        self.log = open(os.path.join(self.tmp.name, "log"), "ab+")
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            self.port = s.getsockname()[1]
        self.process = subprocess.Popen(
            [HUJI, "serve", "--data", self.data, "--listen", "127.0.0.1:%d" % self.port, *self.options],
            stderr=self.log, stdout=self.log, env={**os.environ, "TZ": "EST5"})
        for _ in range(600):
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return self
            except OSError:
                if self.process.poll() is not None:
                    raise SystemExit("not ok server starts\n" + self.text())
                time.sleep(0.05)
        raise SystemExit("not ok server starts in 30 s")

    def sql(self, text):
        """One statement on the casework database, whichever it is; its rows as texts."""
        if self.casework and self.casework[1].startswith("postgres"):
            p = subprocess.run(["psql", "-At", "-F", "\t", "-v", "ON_ERROR_STOP=1", self.casework[1], "-c", text], capture_output=True, text=True)
            if p.returncode:
                raise SystemExit("not ok psql %s\n%s" % (text, p.stderr))
            return [line.split("\t") for line in p.stdout.splitlines()]
        import sqlite3
        with sqlite3.connect(os.path.join(self.data, "casework.sqlite"), timeout=20) as db:
            return [[str(v) for v in row] for row in db.execute(text).fetchall()]

    def text(self):
        return open(os.path.join(self.tmp.name, "log"), errors="replace").read()

    def client(self, user=None, **more):
        c = Client(self.port)
        if user:
            a = c.sign_in(user, **more)
            if a.status != 200:
                raise SystemExit("not ok sign in %s: %s" % (user, a.body.decode()))
        return c

    def decisions(self):
        """Decisions, of all volumes. What is acknowledged is durable beside them, and in them a moment later."""
        check = os.path.join(self.data, "check")
        running = self.process and self.process.poll() is None
        while running and "huji_live_unwritten_bytes 0\n" not in self.metrics():
            time.sleep(0.01)
        names = [n for n in sorted(os.listdir(check)) if n.startswith("decisions-") and n.endswith(".jsonl")] if os.path.isdir(check) else []
        paths = [os.path.join(check, n) for n in names + ["decisions.jsonl"]]
        return [json.loads(l) for p in paths if os.path.exists(p) for l in open(p, encoding="utf-8")]

    def metrics(self):
        self.reader = getattr(self, "reader", None) or self.client("system1")
        self.reader.port = self.port
        a = self.reader.get("/metrics")
        if a.status == 401:  # another process, or its session has ended
            self.reader = None
            return self.metrics()
        return a.body.decode()

    def stop(self, how=signal.SIGTERM):
        if self.process and self.process.poll() is None:
            self.process.send_signal(how)
        status = self.process.wait(30) if self.process else 0
        return status
