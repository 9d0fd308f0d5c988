# SPDX-License-Identifier: MulanPSL-2.0
# A hospital's access by client certificate instead of a key, over real TLS: that very certificate, whoever issued it, from the registered
# addresses, until the day it ends; people's browsers are not asked for one.
import copy, datetime, http.client, json, os, shutil, ssl, subprocess, sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from client import *

INST, OTHER = "H51052300001", "H51052300002"
BASE = json.load(open(os.path.join(ROOT, "tests/golden/county-check.json")))
s = Server()
d = s.tmp.name
huji("import", "--data", s.data, os.path.join(ROOT, "tests/golden/county"))
s.user("head1", "head")


def certificate(name, subject, days, *more):
    openssl(d, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", name + ".key", "-out", name + ".pem",
            "-days", str(days), "-utf8", "-subj", subject, *more)


def pem(name):
    return open(os.path.join(d, name + ".pem")).read()


def day(n):
    return (datetime.date.today() + datetime.timedelta(n)).isoformat()  # client.py has set China's time


certificate("server", "/CN=server", 3, "-addext", "subjectAltName=IP:127.0.0.1")
certificate("his", "/O=县人民医院/CN=前置机", 400)
certificate("other", "/CN=other", 400)
certificate("short", "/CN=short", 20)
TLS = ["--tls-cert", os.path.join(d, "server.pem"), "--tls-key", os.path.join(d, "server.key")]


def tls(port, name=None, **limits):
    return TlsClient(port, d, "server.pem", name, **limits)


def message(msgid, inst=INST):
    m = copy.deepcopy(BASE)
    m.update(infno="3102", msgid=msgid, fixmedins_code=inst)
    return m


def send(msgid, name=None, inst=INST, **headers):
    return tls(t.port, name).ask("POST", "/fsi/3102", json.dumps(message(msgid, inst), ensure_ascii=False),
                                       {"Content-Type": "application/json", **headers}).json


def refused(answer, code):
    return answer["infcode"] == -1 and answer["err_msg"].startswith(code)


def issue(name, inst=INST, **f):
    return head.post("/api/live/access", {"fixmedins_code": inst, "valid_until": day(30), "addresses": "127.0.0.0/8", "certificate": pem(name), **f})


# --- without TLS nobody can show one
s.start()
head = s.client("head1")
a = issue("his")
check("needs_tls", a.status == 422 and "TLS" in a.json["detail"], a.body)
check("first_stops", s.stop() == 0)

t = Server(data=s.data, admins=False, options=TLS)
t.start()
head = tls(t.port)
head.sign_in("head1")

# --- registering
for name, wrong in (("no_certificate", {"certificate": "-----BEGIN X"}), ("private_key", {"certificate": open(os.path.join(d, "his.key")).read()}),
                    ("no_address", {"addresses": ""}), ("test_without_address", {"addresses": "", "test": True})):
    a = issue("his", **wrong)
    check("refused_" + name, a.status == 422 and a.json["fields"][0]["field"] in ("certificate", "addresses"), a.body)
a = issue("short")
check("not_beyond_the_certificate", a.status == 422 and a.json["fields"][0]["field"] == "valid_until", a.body)
check("nobody_yet_HJ11", refused(send("C0", "his"), "HJ11"))
a = issue("his", note="信息科 李工")
check("registered_without_key", a.status == 201 and a.json["key"] == "", a.body)
check("same_twice_422", issue("his").status == 422)
row = head.get("/api/live/access").json["rows"][0]
want = subprocess.run(["openssl", "x509", "-in", os.path.join(d, "his.pem"), "-noout", "-fingerprint", "-sha256"], capture_output=True, text=True).stdout
check("fingerprint_as_openssl_says", want.strip().split("=")[1].replace(":", "").lower() == row["certificate"] and row["tail"] == row["certificate"][-4:], (want, row))
check("subject_in_chinese", "县人民医院" in row["certificate_subject"] and "前置机" in row["certificate_subject"], row)

# --- calling
a = send("C1", "his")
check("certificate_lets_in", a["infcode"] == 0, a)
check("none_shown_HJ15", refused(send("C2"), "HJ15"))
check("other_certificate_HJ15", refused(send("C3", "other"), "HJ15"))
check("other_institution_HJ15", refused(send("C4", "his", OTHER), "HJ15"))
check("wrong_key_beside_it_HJ11", refused(send("C5", "his", **{"X-Huji-Key": "hj_" + "0" * 36}), "HJ11"))
check("two_institutions_one_machine", issue("his", OTHER).status == 201 and send("C6", "his", OTHER)["infcode"] == 0)
if shutil.which("curl"):
    p = subprocess.run(["curl", "-sS", "-m", "10", "--cacert", os.path.join(d, "server.pem"), "--cert", os.path.join(d, "his.pem"), "--key", os.path.join(d, "his.key"),
                        "https://127.0.0.1:%d/fsi/9001" % t.port, "-H", "Content-Type: application/json", "-d",
                        json.dumps({"infno": "9001", "msgid": "C7", "fixmedins_code": INST, "input": {"signIn": {"opter_no": "01"}}})], capture_output=True, text=True)
    check("curl_signs_in", p.returncode == 0 and json.loads(p.stdout)["infcode"] == 0, (p.stdout, p.stderr))

# --- its terms
row = [r for r in head.get("/api/live/access").json["rows"] if r["fixmedins_code"] == INST][0]
path = "/api/live/access/%d" % row["id"]
change = {"version": row["version"], "addresses": "127.0.0.1 10.9.0.0/16", "valid_until": day(60)}
check("not_extended_beyond_it", head.ask("PUT", path, {**change, "valid_until": day(500)}).status == 422)
check("address_needed_422", head.ask("PUT", path, {**change, "addresses": ""}).status == 422)
check("changed", head.ask("PUT", path, change).status == 200 and send("C8", "his")["infcode"] == 0)
check("moved_away", head.ask("PUT", path, {**change, "version": row["version"] + 1, "addresses": "10.9.0.0/16"}).status == 200)
# The other institution's access still has this address: the certificate is asked for, and told from where it may not come.
check("address_HJ14", refused(send("C9", "his"), "HJ14"))
check("revoked", head.post(path + "/revoke", {"reason": "前置机更换证书"}).status == 200 and refused(send("C10", "his"), "HJ12"))
a = issue("his", test=True)
check("again_after_revoking", a.status == 201, a.body)
a = send("C11", "his")
check("test_sees_no_history", a["infcode"] == 0 and "测试" in a["warn_msg"], a)


# --- who is asked for one: addresses of registered machines alone
def asked(port):
    p = subprocess.run(["openssl", "s_client", "-connect", "127.0.0.1:%d" % port, "-tls1_2"], input="", capture_output=True, text=True)
    return "No client certificate CA names sent" in p.stdout and "Client Certificate Types" in p.stdout, p.stdout[-600:]


check("machine_is_asked", asked(t.port)[0], asked(t.port)[1])
for r in head.get("/api/live/access").json["rows"]:
    if r["state"] == "on":
        head.post("/api/live/access/%d/revoke" % r["id"], {"reason": "都撤销，不再要证书"})
check("nobody_else_is_asked", not asked(t.port)[0], asked(t.port)[1])
audit = tls(t.port)
audit.sign_in("audit1")
acts = [r for r in audit.get("/api/audit", limit=200).json["rows"] if r["act"] == "access.issue"]
check("audited_with_fingerprint", len(acts) == 3 and all(row["certificate"] in r["detail"] for r in acts), acts)
check("second_stops", t.stop() == 0, t.text()[-2000:])
kept = [json.loads(l)["msgid"] for l in open(os.path.join(s.data, "check/decisions.jsonl"), encoding="utf-8")]
check("kept_of_those_let_in", kept == ["C1", "C6", "C8"], kept)

# --- beside --client-ca, which is people's second factor: a hospital's own issuer need not be in it
t = Server(data=s.data, admins=False, options=TLS + ["--client-ca", os.path.join(d, "other.pem")])
t.start()
head = tls(t.port)
head.sign_in("head1")
check("beside_client_ca", issue("his").status == 201 and send("C12", "his")["infcode"] == 0)
check("third_stops", t.stop() == 0, t.text()[-2000:])
finish()
