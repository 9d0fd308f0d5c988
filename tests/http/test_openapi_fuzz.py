# SPDX-License-Identifier: MulanPSL-2.0
# The OpenAPI document against the server: every route with wrong types, huge, missing, strange and right values, as several roles.
# Never a 5xx, never a crash (the whole runs on the ASan + UBSan build), always problem+json. The same seed every time; bounded.
import base64, os, random, sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from client import *

ROUNDS = int(os.environ.get("HUJI_FUZZ_ROUNDS", "3"))
SECONDS = float(os.environ.get("HUJI_FUZZ_SECONDS", "20"))
rnd = random.Random(20261129)
s = Server()
for login, role in (("head1", "head"), ("lead1", "leader"), ("ana1", "analyst")):
    s.user(login, role)
s.start()
who = {u: s.client(u) for u in ("head1", "lead1", "ana1", "system1", "security1", "audit1")}
may = {u: set(c.get("/api/session").json["permissions"]) for u, c in who.items()}
head = who["head1"]
ids = [head.post("/api/clues", {"source": "phone", "title": "群众反映多收床位费", "basis": "来电，记录在案", "received_on": "2026-11-20",
                                "amount_fen": 10000}).json["id"] for _ in range(3)]

texts = ["", " ", "x", "0", "-1", "中文", "é\u0301\u200b\ufeff", "\U0001f600" * 20, "a" * 300, "长" * 5000, "'; drop table clue; --", '"><script>', "../../etc/passwd",
         "%00", "\\u0000", "=1+1", "2026-02-30", "2026-12-01", "9999-12-31", "confirmed", "dismiss", "NaN", "1e309", "\r\nSet-Cookie: a=b", "{{名称}}", "_", "%", "null"]
wholes = [0, 1, -1, 2**31, 2**63 - 1, -2**63, 10**15]
others = [None, True, False, 1.5, -0.0, 1e300, [], {}, [[]], {"a": {"b": [1]}}, [1, "a", None], ["x"] * 2000]


def right(schema, title):
    kind = schema.get("type")
    if kind == "integer":
        return rnd.choice([1, 1, ids[0], 5])
    if kind == "boolean":
        return rnd.choice([True, False])
    if kind == "array":
        return rnd.choice([[], [ids[0]], ids, ["a"], [{"event": "hand:1", "found_fen": 1}]])
    if kind == "object":
        return rnd.choice([{}, {"a": 1}])
    return "2026-12-01" if schema.get("format") == "date" else rnd.choice(["好的，都核对过", "confirmed", "clue.dismiss", "phone", "head1", "root"])


def any_value(schema, title):
    n = rnd.random()
    if n < 0.45:
        return right(schema, title)
    return rnd.choice(rnd.choice([texts, wholes, others]))


def quoted(v):
    return urllib.parse.quote(v if isinstance(v, str) else json.dumps(v), safe="")


def one(method, path, op):
    query, body, headers = [], None, {}
    for p in op.get("parameters", []):
        if p["in"] == "path":
            v = rnd.choice([str(ids[0]), str(ids[1]), "1", "0", "999999", "root", "head1"] + texts)
            path = path.replace("{%s}" % p["name"], quoted(v) or "%20")
        elif p["in"] == "query" and rnd.random() < 0.5:
            query.append((p["name"], any_value(p["schema"], "")))
    if rnd.random() < 0.1:
        query.append((rnd.choice(texts), rnd.choice(texts)))
    if query:
        path += "?" + "&".join(quoted(str(k)) + "=" + quoted(v if isinstance(v, str) else json.dumps(v)) for k, v in query)
    if "requestBody" in op:
        schema = op["requestBody"]["content"].get("application/json", {}).get("schema")
        if not schema:
            body = rnd.choice([b"", b"PK\x03\x04" + rnd.randbytes(200), rnd.randbytes(3000), "姓名,金额\n甲,1\n".encode(), b"\xff\xfe\x00"])
        elif rnd.random() < 0.08:
            headers["Content-Type"] = "application/json"
            body = rnd.choice([b"[]", b"null", b'"x"', b"{", b'{"a":1,"a":2}', b"\xff\xfe", b'{"a":"\xed\xa0\x80"}', b"[" * 3000, b"{}" * 2, b'{"reason":"\\u0000"}'])
        else:
            body = {}
            for name, f in schema.get("properties", {}).items():
                if rnd.random() < (0.85 if name in schema.get("required", []) else 0.6):
                    body[name] = any_value(f, "")
            if rnd.random() < 0.1:
                body[rnd.choice(texts) or "x"] = rnd.choice(others)
    return path, body, headers


doc = head.get("/api/openapi.json").json
routes = [(m.upper(), p, o) for p, item in doc["paths"].items() for m, o in item.items()]
never = {("DELETE", "/api/session"), ("PUT", "/api/profile/password"), ("POST", "/api/session"), ("PUT", "/api/profile/totp")}  # these end the test's own sessions
bad, asked, seen = [], 0, {}
until = time.time() + SECONDS
for round in range(ROUNDS):
    rnd.shuffle(routes)
    for method, path, op in routes:
        need = op.get("x-permission")
        roles = [u for u in who if not need or need in may[u]] or ["head1"]
        user = rnd.choice(roles)
        if (method, path) in never or (round and time.time() > until):
            continue
        at, body, headers = one(method, path, op)
        try:
            a = who[user].ask(method, at, body, headers)
        except Exception as e:  # an answer that is no HTTP, or none
            if s.process.poll() is not None:
                check("server_lives", False, (method, at[:200], str(body)[:300], s.text()[-3000:]))
                finish()
            bad.append((method, at[:200], repr(e)))
            continue
        asked += 1
        seen[a.status] = seen.get(a.status, 0) + 1
        if a.status >= 500 or a.status < 200:
            bad.append((method, at[:200], str(body)[:300], a.status, a.body[:300].decode(errors="replace")))
        elif a.status >= 400 and a.status != 414 and (a.headers.get("content-type", "")[:24] != "application/problem+json" or not a.json.get("request_id")):
            bad.append((method, at[:200], a.status, a.headers.get("content-type"), a.body[:200]))
        elif "set-cookie" in a.headers and "a=b" in a.headers["set-cookie"]:
            bad.append((method, at, "header injected"))
        if a.status == 401:  # something ended the session (a role, a state): in again, if he may
            who[user] = s.client()
            if who[user].sign_in(user).status != 200:
                who.pop(user)
        if user in who and who[user].csrf is None:
            who.pop(user)
check("all_routes_asked", asked >= len(routes) - len(never) - 5, (asked, len(routes)))
check("some_went_through", seen.get(200, 0) > 20 and seen.get(422, 0) > 20, seen)
check("never_500", not bad, "\n".join(map(str, bad[:12])))
check("server_lives", s.process.poll() is None)
check("no_sanitizer_report", "AddressSanitizer" not in s.text() and "runtime error" not in s.text(), s.text()[-3000:])
check("chain_still_whole", huji("audit", "verify", "--data", s.data).returncode == 0)
print("# %d requests over %d routes, answers %s" % (asked, len(routes), sorted(seen.items())), flush=True)
check("stops", s.stop() == 0, s.text()[-2000:])
finish()
