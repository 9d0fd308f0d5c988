# SPDX-License-Identifier: MulanPSL-2.0
# The door: who gets in, who does not, and what every answer carries.
import os, sys, threading
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from client import *

s = Server(admins=False)
p = huji("serve", "--data", s.data, "--listen", "127.0.0.1:0", good=False)
check("no_admins_refused", p.returncode == 1 and "system" in p.stderr and "audit" in p.stderr, p.stderr)
for weak in ("short1A", "alllowercase1", "Has-login-boss-1"):
    p = huji("user", "add", "--data", s.data, "--role", "head", "--name", "甲", "boss", stdin=weak + "\n", good=False)
    check("weak_password_refused " + weak, p.returncode == 1 and "密码" in p.stderr, p.stderr)
p = huji("user", "add", "--data", s.data, "--role", "system", "--role", "audit", "--name", "甲", "both",
         stdin=PASSWORD + "\n", good=False)
check("two_admins_in_one_refused", p.returncode == 1 and "兼任" in p.stderr, p.stderr)
for role in ("system", "security", "audit"):
    s.user(role + "1", role)
s.user("head1", "head", name="李处")
check("user_list", "李处" in huji("user", "list", "--data", s.data, "--format", "csv").stdout)
s.start()
c = s.client()
check("healthz", c.get("/healthz").body == b"ok\n")
check("ready", c.get("/ready").status == 200)
a = c.get("/api/session")
check("nobody_401", a.status == 401 and a.headers["content-type"].startswith("application/problem+json"), a.body)
check("problem_has_request_id", a.json["request_id"] == a.headers["x-request-id"] and a.json["title"] == "请先登录", a.body)
check("wrong_password_401", c.sign_in("head1", "Wrong-pass-1").status == 401)
check("unknown_user_401", c.sign_in("nobody", "Wrong-pass-1").json["detail"] == "登录名或密码不对")
a = c.sign_in("head1")
cookie = a.headers["set-cookie"]
check("sign_in", a.status == 200 and a.json["name"] == "李处" and "clue.read" in a.json["permissions"], a.body)
check("cookie", "HttpOnly" in cookie and "SameSite=Strict" in cookie, cookie)
check("who_am_i", c.get("/api/session").json["user"] == "head1")
h = c.get("/").headers
check("csp", "script-src 'self'" in h["content-security-policy"] and "unsafe-inline" not in
      h["content-security-policy"].split("style-src")[0], h)
check("nosniff_nostore", h["x-content-type-options"] == "nosniff" and
      c.get("/api/session").headers["cache-control"] == "no-store")
check("page", c.get("/").status == 200 and c.get("/clues/1").status == 200 and c.get("/no.js").status == 404)
check("no_csrf_403", c.ask("DELETE", "/api/session", csrf=False).status == 403)
check("unknown_api_404", c.get("/api/nothing").status == 404)
check("wrong_method_405", c.ask("PUT", "/api/session", {}).headers.get("allow", "").startswith("POST"))
check("not_json_415", c.ask("POST", "/api/session", "user=x", {"Content-Type": "text/plain"}).status == 415)
check("bad_json_400", c.ask("POST", "/api/session", "{", {"Content-Type": "application/json"}).status == 400)
check("missing_field_422", c.post("/api/session", {"user": "x"}).json["fields"][0]["field"] == "password")
check("too_large_413", c.ask("POST", "/api/session", b"x" * (2 << 20), {"Content-Type": "application/json"}).status == 413)
d = s.client("head1")
check("one_session", c.get("/api/session").status == 401 and d.get("/api/session").status == 200)
old = d.cookie
check("sign_out", d.ask("DELETE", "/api/session").status == 204)
d.cookie = old
check("signed_out_401", d.get("/api/session").status == 401)
w = [s.client().sign_in("security1", "Wrong-pass-%d" % i).status for i in range(5)]
check("locked_after_5", w == [401] * 4 + [423], w)
check("locked_even_when_right", s.client().sign_in("security1").status == 423)
with_lock = []
many = [threading.Thread(target=lambda i=i: with_lock.append(s.client().sign_in("audit1", "Wrong-pass-%d" % i).status)) for i in range(8)]
[t.start() for t in many], [t.join() for t in many]
check("guesses_at_one_moment_count_each", 423 in with_lock and s.client().sign_in("audit1").status == 423, with_lock)
d = s.client("head1")
w = [d.ask("PUT", "/api/profile/password", {"old": "Wrong-pass-%d" % i, "password": "Another-1-pass"}).status for i in range(5)]
check("guesses_inside_count_too", w == [422] * 4 + [409] and d.get("/api/session").status == 401 and s.client().sign_in("head1").status == 423, w)
check("stops_0", s.stop() == 0, s.text())
finish()
