# SPDX-License-Identifier: MulanPSL-2.0
# The door again: TLS and client certificates, sessions and passwords that grow old, slow clients, too many connections.
import datetime, http.client, os, socket, sqlite3, ssl, subprocess, sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from client import *

s = Server(options=["--slow", "2", "--per-address", "20"])
for login in ("head1", "late", "gone", "old"):
    s.user(login, "head")
s.start()
sec = s.client("security1")
db = sqlite3.connect(os.path.join(s.data, "casework.sqlite"), timeout=30)


def ago(**delta):
    return (datetime.datetime.now() - datetime.timedelta(**delta)).strftime("%Y-%m-%d %H:%M:%S")


def shift(sql, *values):
    with db:
        check_rows = db.execute(sql, values).rowcount
    if check_rows < 1:
        raise SystemExit("not ok shift " + sql)


# --- time passes (the database's times are put back, the server's clock is its own)
c = s.client("head1")
shift("update session set seen_at = ? where account = (select id from account where login = 'head1')", ago(minutes=29))
check("idle_29_minutes_stays", c.get("/api/session").status == 200)
shift("update session set seen_at = ? where account = (select id from account where login = 'head1')", ago(minutes=31))
check("idle_31_minutes_out", c.get("/api/session").status == 401)
check("idle_can_be_set", sec.ask("PUT", "/api/params/idle_minutes", {"value": "5"}).status == 200)
c.sign_in("head1")
shift("update session set seen_at = ? where account = (select id from account where login = 'head1')", ago(minutes=6))
check("idle_6_of_5_out", c.get("/api/session").status == 401)
shift("update account set password_at = ? where login = 'old'", ago(days=89))
check("password_89_days", s.client().sign_in("old").json["must_change_password"] is False)
shift("update account set password_at = ? where login = 'old'", ago(days=91))
c = s.client()
check("password_91_days_must_change", c.sign_in("old").json["must_change_password"] is True and c.get("/api/clues").status == 403)
check("password_changed", c.ask("PUT", "/api/profile/password", {"old": PASSWORD, "password": "Ganz-neu-2026!"}).status == 204)
check("password_fresh", s.client().sign_in("old", "Ganz-neu-2026!").json["must_change_password"] is False)
shift("update account set last_seen = ? where login = 'late'", ago(days=181))
check("unused_181_days_out", s.client().sign_in("late").status == 401)
shift("update account set valid_until = ? where login = 'gone'", ago(days=1))
check("contract_over_out", s.client().sign_in("gone").status == 401)
w = [s.client().sign_in("head1", "Wrong-pass-%d" % i).status for i in range(5)]
shift("update account set locked_until = ? where login = 'head1'", ago(minutes=1))
check("lock_ends", w[-1] == 423 and s.client().sign_in("head1").status == 200, w)
db.close()

# --- slow clients: a byte now and then is not enough
k = socket.create_connection(("127.0.0.1", s.port))
k.settimeout(60)
sent = 0
try:
    for b in b"GET /healthz HTTP/1.1\r\nHost: " + b"x" * 400:
        k.sendall(bytes([b]))
        sent += 1
        time.sleep(0.2)
    end = k.recv(10)
except OSError:
    end = b""
check("dribbled_head_is_cut", sent < 400 and end == b"", (sent, end))
k = socket.create_connection(("127.0.0.1", s.port))
k.settimeout(60)
k.sendall(b"POST /api/session HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 900\r\n\r\n")
sent = 0
try:
    for i in range(900):
        k.sendall(b" ")
        sent += 1
        time.sleep(0.2)
    end = b"sent"
except OSError:
    end = b""
check("dribbled_body_is_cut", sent < 900 and end == b"", (sent, end))
k = socket.create_connection(("127.0.0.1", s.port))
k.settimeout(60)
k.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
check("quick_is_answered", k.recv(100).startswith(b"HTTP/1.1 200"))
many, refused = [], 0
for i in range(40):
    n = socket.create_connection(("127.0.0.1", s.port))
    n.settimeout(60)
    many.append(n)
for n in many:
    try:
        n.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        refused += not n.recv(100).startswith(b"HTTP/1.1 200")
    except OSError:
        refused += 1
    n.close()
k.close()
check("per_address_limit", 20 <= refused <= 21, refused)
check("after_that_free_again", s.client().get("/healthz").status == 200)
m = s.client("system1").get("/metrics").body.decode()
check("cut_is_counted", int(m.split("\nhuji_connections_cut_total ")[1].split()[0]) >= 2, m)
check("stops", s.stop() == 0, s.text()[-2000:])

# --- TLS
d = s.tmp.name


def issue(name, ca="ca"):
    openssl(d, "req", "-newkey", "rsa:2048", "-nodes", "-keyout", name + ".key", "-out", name + ".csr", "-subj", "/CN=" + name)
    open(os.path.join(d, "ext"), "w").write("subjectAltName=IP:127.0.0.1\n")
    openssl(d, "x509", "-req", "-in", name + ".csr", "-CA", ca + ".pem", "-CAkey", ca + ".key", "-CAcreateserial", "-days", "3",
            "-out", name + ".pem", "-extfile", "ext")


for ca in ("ca", "foreign"):
    openssl(d, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", ca + ".key", "-out", ca + ".pem", "-days", "3", "-subj", "/CN=" + ca)
for name in ("server", "zhang", "li"):
    issue(name)
issue("fake", "foreign")


def tls(port, name=None, **limits):
    return TlsClient(port, d, "ca.pem", name, **limits)


p = huji("serve", "--data", s.data, "--listen", "127.0.0.1:0", "--client-ca", os.path.join(d, "ca.pem"), good=False)
check("client_ca_needs_tls", p.returncode != 0 and "--tls-cert" in p.stderr, p.stderr)
p = huji("serve", "--data", s.data, "--listen", "127.0.0.1:0", "--tls-cert", os.path.join(d, "ca.pem"), good=False)
check("cert_needs_key", p.returncode != 0 and "--tls-key" in p.stderr, p.stderr)
t = Server(data=s.data, admins=False, options=["--tls-cert", os.path.join(d, "server.pem"), "--tls-key", os.path.join(d, "server.key"),
                                               "--client-ca", os.path.join(d, "ca.pem")])
t.start()
c = tls(t.port)
a = c.sign_in("head1")
check("tls_sign_in", a.status == 200 and "; Secure" in a.headers["set-cookie"], a.headers)
check("hsts", "max-age" in c.get("/").headers.get("strict-transport-security", ""))
for version, good in ((ssl.TLSVersion.TLSv1_3, True), (ssl.TLSVersion.TLSv1_2, True), (ssl.TLSVersion.TLSv1_1, False)):
    x = tls(t.port)
    try:
        x.context.set_ciphers("ALL:@SECLEVEL=0")
        x.context.minimum_version = x.context.maximum_version = version
        ok = x.get("/healthz").status == 200
    except OSError:
        ok = False
    check("tls_" + version.name, ok == good, ok)
k = socket.create_connection(("127.0.0.1", t.port))
k.settimeout(60)
try:
    k.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
    plain = k.recv(100)
except OSError:
    plain = b""
check("plain_http_refused", b"200" not in plain, plain)

# --- client certificates
sec = tls(t.port)
sec.sign_in("security1")
check("bad_certificate_422", sec.ask("PUT", "/api/users/head1/certificate", {"certificate": "-----BEGIN X"}).status == 422)
a = sec.ask("PUT", "/api/users/head1/certificate", {"certificate": open(os.path.join(d, "zhang.pem")).read()})
check("certificate_registered", a.status == 200 and a.json["certificate"] is True, a.body)
check("one_persons_only", sec.ask("PUT", "/api/users/old/certificate", {"certificate": open(os.path.join(d, "zhang.pem")).read()}).status == 422)
check("registering_ends_sessions", c.get("/api/session").status == 401)
a = tls(t.port).sign_in("head1")
check("without_certificate_401", a.status == 401 and "证书" in a.json["detail"] and a.json["fields"][0]["field"] == "certificate", a.body)
check("other_certificate_401", tls(t.port, "li").sign_in("head1").status == 401)
try:
    foreign = tls(t.port, "fake").sign_in("head1").status
except (OSError, http.client.HTTPException):
    foreign = 401
check("foreign_issuer_401", foreign == 401, foreign)
z = tls(t.port, "zhang")
check("own_certificate_200", z.sign_in("head1").status == 200 and z.get("/api/clues").status == 200)
thief = tls(t.port, "li")
thief.cookie, thief.csrf = z.cookie, z.csrf
check("cookie_needs_certificate", thief.get("/api/session").status == 401 and z.get("/api/session").status == 200)
check("taken_off", sec.ask("PUT", "/api/users/head1/certificate", {}).json["certificate"] is False and tls(t.port).sign_in("head1").status == 200)
check("tls_stops", t.stop() == 0, t.text()[-2000:])
finish()
