# SPDX-License-Identifier: MulanPSL-2.0
# Three administrators, accounts, second factor, allow-lists, audit, the OpenAPI document against every route.
import base64, hashlib, hmac, os, struct, sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from client import *

s = Server(casework=os.environ.get("HUJI_TEST_CASEWORK"))
s.user("head1", "head")
s.start()
sysa, sec, aud, head = (s.client(u) for u in ("system1", "security1", "audit1", "head1"))

# --- every route: nobody 401, without the permission 403
doc = head.get("/api/openapi.json").json
routes = [(m.upper(), p, o) for p, item in doc["paths"].items() for m, o in item.items()]
check("openapi_lists_routes", len(routes) > 40 and doc["openapi"] == "3.1.0", len(routes))
who = {"system1": sysa, "security1": sec, "audit1": aud, "head1": head}
may = {u: set(c.get("/api/session").json["permissions"]) for u, c in who.items()}
bad = []
for m, p, o in routes:
    path = p.replace("{", "").replace("}", "")
    if o.get("security") == []:
        continue
    if s.client().ask(m, path, {} if m != "GET" else None).status != 401:
        bad.append((m, p, 401))
    need = o.get("x-permission")
    for u, c in who.items():
        if need and need not in may[u] and c.ask(m, path, {} if m != "GET" else None).status != 403:
            bad.append((m, p, u))
    if m != "GET" and head.ask(m, path, {}, csrf=False).status != 403:
        bad.append((m, p, "csrf"))
check("every_route_guarded", not bad, bad)
bad = [(m, p) for m, p, o in routes if m == "GET" and o.get("x-permission") in may["head1"]
       and head.get(p.replace("{", "").replace("}", "")).status >= 500]
check("no_get_500", not bad, bad)
check("admins_see_no_clues", all(c.get("/api/clues").status == 403 for c in (sysa, sec, aud)))

# --- organisations and accounts
a = sysa.post("/api/orgs", {"code": "c1", "parent": "root", "kind": "bureau", "name": "青溪县医保局", "admdvs": "429801"})
check("org_add", a.status == 201, a.body)
check("org_bad_division", sysa.post("/api/orgs", {"code": "c2", "kind": "bureau", "name": "x", "admdvs": "42"}).status == 422)
check("org_own_child", sysa.ask("PUT", "/api/orgs/root", {"parent": "c1", "kind": "bureau", "name": "x", "version": 1}).status == 422)
v = a.json["version"]
b = {"parent": "root", "kind": "bureau", "name": "青溪县医疗保障局", "admdvs": "429801", "version": v}
check("org_change", sysa.ask("PUT", "/api/orgs/c1", b).json["version"] == v + 1)
a = aud.get("/api/audit", object="org:c1").json["rows"][0]
check("org_change_says_what", json.loads(a["detail"])["admdvs"] == "429801" and a["before_hash"] != a["after_hash"] and a["before_hash"], a)
check("org_change_stale_409", sysa.ask("PUT", "/api/orgs/c1", b).status == 409)
a = sysa.post("/api/users", {"login": "wang", "name": "王核", "org": "c1"})
check("user_made_disabled", a.status == 201 and a.json["state"] == "disabled" and a.json["roles"] == [], a.body)
check("user_twice_409", sysa.post("/api/users", {"login": "wang", "name": "王核", "org": "c1"}).status == 409)
check("system_grants_not", sysa.ask("PUT", "/api/users/wang/roles", {"roles": ["officer"]}).status == 403)
check("no_double_admin", sec.ask("PUT", "/api/users/wang/roles", {"roles": ["system", "audit"]}).status == 422)
check("grant", sec.ask("PUT", "/api/users/wang/roles", {"roles": ["officer"]}).json["roles"] == ["officer"])
check("not_oneself", sec.ask("PUT", "/api/users/security1/roles", {"roles": ["officer"]}).status == 409)
check("last_admin_stays", sec.ask("PUT", "/api/users/system1/state", {"state": "disabled"}).status == 409)
once = "One-time-2026!"
check("own_password_not_this_way", sec.ask("PUT", "/api/users/security1/password", {"password": once}).status == 409 and
      sec.ask("DELETE", "/api/users/security1/totp").status == 409)
a = sysa.post("/api/orgs", {"code": "c1", "parent": "root", "kind": "bureau", "name": "又一个", "admdvs": "429801"})
check("database_words_stay_inside", a.status == 409 and "机构代码" in a.json["detail"] and "UNIQUE" not in a.body.decode(), a.body)
a = sysa.post("/api/users", {"login": "nowhere", "name": "无", "org": "none"})
check("unknown_org_named", a.status == 422 and a.json["fields"][0]["field"] == "org", a.body)
check("password_given", sec.ask("PUT", "/api/users/wang/password", {"password": once}).status == 200)
check("disabled_stays_out", s.client().sign_in("wang", once).status == 401)
check("enabled", sec.ask("PUT", "/api/users/wang/state", {"state": "active"}).json["state"] == "active")
w = s.client()
check("must_change", w.sign_in("wang", once).json["must_change_password"] is True and w.get("/api/clues").status == 403)
check("must_change_first", [w.get(u).status for u in ("/api/search?q=B02", "/api/approvals", "/api/notices")] == [403] * 3 and
      w.post("/api/approvals/1/decide", {"approve": True}).status == 403 and w.get("/api/session").status == 200)
check("weak_refused", w.ask("PUT", "/api/profile/password", {"old": once, "password": "password"}).status == 422)
check("same_refused", w.ask("PUT", "/api/profile/password", {"old": once, "password": once}).status == 422)
check("old_must_fit", w.ask("PUT", "/api/profile/password", {"old": "x", "password": "Another-1-pass"}).status == 422)
check("changed", w.ask("PUT", "/api/profile/password", {"old": once, "password": "Another-1-pass"}).status == 204)
check("old_session_over", w.get("/api/session").status == 401)
check("comes_in", w.sign_in("wang", "Another-1-pass").status == 200 and w.get("/api/clues").status == 200)
check("division", w.get("/api/session").json["org"]["admdvs"] == "429801")

# --- second factor
def code(secret, step=0):
    key = base64.b32decode(secret)
    d = hmac.new(key, struct.pack(">Q", int(time.time()) // 30 + step), hashlib.sha1).digest()
    at = d[19] & 15
    return "%06d" % ((struct.unpack(">I", d[at:at + 4])[0] & 0x7fffffff) % 1000000)

t = w.post("/api/profile/totp").json
check("totp_wrong_code", w.ask("PUT", "/api/profile/totp", {"sealed": t["sealed"], "code": "000000", "old": "Another-1-pass"}).status == 422)
check("totp_on", w.ask("PUT", "/api/profile/totp", {"sealed": t["sealed"], "code": code(t["secret"]), "old": "Another-1-pass"}).status == 204)
a = s.client().sign_in("wang", "Another-1-pass")
check("totp_asked", a.status == 401 and a.json["fields"][0]["field"] == "code", a.body)
check("totp_wrong_401", s.client().sign_in("wang", "Another-1-pass", code="123456").status == 401)
now = code(t["secret"])
check("totp_right", s.client().sign_in("wang", "Another-1-pass", code=now).status == 200)
check("totp_once", s.client().sign_in("wang", "Another-1-pass", code=now).status == 401)

# --- parameters, addresses
check("param_bad", sec.ask("PUT", "/api/params/ip_allow", {"value": "1.2.3"}).status == 422)
check("param_bounds", sec.ask("PUT", "/api/params/idle_minutes", {"value": "600"}).status == 422)
check("param_of_security", sysa.ask("PUT", "/api/params/ip_allow", {"value": ""}).status == 403)
check("param_set", sec.ask("PUT", "/api/params/ip_allow", {"value": "10.9.9.0/24"}).status == 200)
check("address_refused", s.client().sign_in("head1").status == 401)
check("param_cleared", sec.ask("PUT", "/api/params/ip_allow", {"value": ""}).status == 200)
check("address_free", s.client().sign_in("head1").status == 200)

# --- audit
rows = aud.get("/api/audit", limit=500).json["rows"]
acts = {r["act"] for r in rows}
check("audited", {"session.begin", "org.add", "org.change", "account.create", "account.grant", "account.state",
                  "account.password", "account.totp", "param.set"} <= acts, acts)
check("refused_audited", any(r["act"] == "session.begin" and r["result"] == "refused" for r in rows))
check("audit_filter", all(r["actor"] == "wang" for r in aud.get("/api/audit", actor="wang").json["rows"]))
check("no_delete", aud.ask("DELETE", "/api/audit").status == 405)
check("chain_intact", aud.get("/api/audit/verify").json["intact"] is True)
a = aud.get("/api/audit/export")
path = os.path.join(s.tmp.name, "audit.jsonl")
open(path, "wb").write(a.body)
check("export_attachment", a.headers["content-disposition"].startswith("attachment") and
      "filename*=UTF-8''%E5%AE%A1" in a.headers["content-disposition"])
p = huji("audit", "verify", path)
check("verify_offline", a.headers["x-huji-audit-code"] in p.stderr, p.stderr)
check("verify_code", huji("audit", "verify", "--code", "1-000000000000", path, good=False).returncode == 1)
open(path, "wb").write(a.body.replace(b'"wang"', b'"wong"', 1))
check("verify_finds", huji("audit", "verify", path, good=False).returncode == 1)
m = sysa.get("/metrics")
check("metrics", m.status == 200 and b"huji_requests_total" in m.body, m.body)
check("secret_not_in_log", "Another-1-pass" not in s.text() and t["secret"] not in s.text())
check("stops", s.stop() == 0, s.text()[-2000:])
finish()
