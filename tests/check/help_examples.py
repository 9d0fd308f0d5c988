# SPDX-License-Identifier: MulanPSL-2.0
"""Every example of every --help, run by a shell as it is printed, in a folder where its files lie. What is put in its place
is only what a reader would put there too: an id of his own data, a path that he may write to, a smaller county."""
import csv, io, os, re, shutil, signal, subprocess, sys, tempfile, time, xml.dom.minidom, zipfile
from xml.sax.saxutils import escape

HUJI = os.path.abspath(sys.argv[1])
ROOT = os.getcwd()
failed = 0
# In this order; a command that is not named here is run last. Later ones use what earlier ones leave behind.
ORDER = ["help", "version", "completion", "init", "synth", "import", "config", "template", "quality", "screen", "ready", "rank", "explain", "sheet"]


def sh(line):
    p = subprocess.run(line, shell=True, capture_output=True, timeout=300)
    return p.returncode, p.stdout.decode(errors="replace") + p.stderr.decode(errors="replace")


def huji(*words):
    return subprocess.run([HUJI, *words], capture_output=True).stdout.decode()


def commands():
    text = huji("--help").split("命令：\n")[1].split("\n\n")[0]
    names = [re.match(r"  ([a-z]+(?: [a-z]+)?)\s{2,}", x)[1] for x in text.splitlines()]
    return sorted(names, key=lambda n: ORDER.index(n) if n in ORDER else len(ORDER))


def examples(name):
    text = huji(*name.split(), "--help").partition("例子：\n")[2]
    return re.findall(r"^  (huji .*)$", text, re.M)


def book(path, rows):
    cells = "".join('<row r="%d">%s</row>' % (i + 1, "".join('<c r="%s%d" t="inlineStr"><is><t>%s</t></is></c>' % (chr(65 + k), i + 1, escape(str(v)))
                                                          for k, v in enumerate(row))) for i, row in enumerate(rows))
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    rels = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006/"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml."
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr("[Content_Types].xml", '<Types xmlns="%scontent-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
                   '<Override PartName="/xl/workbook.xml" ContentType="%ssheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="%sworksheet+xml"/></Types>' % (package, kind, kind))
        z.writestr("_rels/.rels", '<Relationships xmlns="%srelationships"><Relationship Id="r1" Type="%s/officeDocument" Target="xl/workbook.xml"/></Relationships>' % (package, rels))
        z.writestr("xl/workbook.xml", '<workbook xmlns="%s" xmlns:r="%s"><sheets><sheet name="a" sheetId="1" r:id="r1"/></sheets></workbook>' % (main, rels))
        z.writestr("xl/_rels/workbook.xml.rels", '<Relationships xmlns="%srelationships"><Relationship Id="r1" Type="%s/worksheet" Target="worksheets/sheet1.xml"/></Relationships>' % (package, rels))
        z.writestr("xl/worksheets/sheet1.xml", '<worksheet xmlns="%s"><sheetData>%s</sheetData></worksheet>' % (main, cells))


def broken_books(seen):
    """Each .xlsx that is new in this folder must be one that a strict reader opens."""
    bad = []
    for f in sorted(x for x in os.listdir(".") if x.endswith(".xlsx") and x not in seen):
        seen.add(f)
        try:
            z = zipfile.ZipFile(f)
            for part in z.namelist():
                if part.endswith((".xml", ".rels")):
                    xml.dom.minidom.parseString(z.read(part))
        except Exception as e:
            bad.append("%s: %s" % (f, e))
    return bad


def rule_text(rid, as_id, change):
    """The text of one rule of the library under another id, changed."""
    lines, on = [], False
    for x in open(os.path.join(ROOT, "rules/library/b_inpatient.yaml"), encoding="utf-8"):
        if re.match(r"[A-Z]\d\d:", x):
            on = x.startswith(rid + ":")
        if on:
            lines.append(x)
    text = "".join(lines).replace(rid + ":", as_id + ":", 1)
    for a, b in change:
        assert a in text, a
        text = text.replace(a, b, 1)
    return text


def county():
    """What the examples speak of: tables as exported, a county screened, files as they come in."""
    sh("%s synth --out 导出的表 --persons 1000 --seed 3" % HUJI)
    sh("%s init 样例库; %s synth --out 样例 --persons 1000; %s import --data 样例库 样例; %s screen --data 样例库" % ((HUJI,) * 4))
    rows = list(csv.reader(open("导出的表/fee_list_d.csv", encoding="utf-8-sig")))
    late = rows[0].index("bkkp_sn")
    with zipfile.ZipFile("2023-13月.zip", "w") as z:
        out = io.StringIO()
        csv.writer(out).writerows([rows[0]] + [r[:late] + [r[late] + "9"] + r[late + 1:] for r in rows[1:20]])
        z.writestr("fee_list_d.csv", out.getvalue())
    sh("%s synth --out 表 --persons 1000 --as excel; cp 表/*.xls 查询结果.xls" % HUJI)
    shutil.copy(os.path.join(ROOT, "tests/golden/county-check.json"), "报文.json")
    os.makedirs("编码表", exist_ok=True)
    with open("编码表/诊断编码表.csv", "w") as f:
        f.write("编码,名称\nI10.x00,特发性高血压\nE11.900,2型糖尿病\n")
    book("药品目录.xlsx", [["编码", "名称"], ["XA10BAE046A001010100001", "二甲双胍片"]])
    book("知识点.xlsx", [["规则名称", "项目名称", "限定内容", "编码"],
                      ["药品区分性别使用", "某某片", "限前列腺癌患者", "XL02BBA326A001010102180"], ["药品区分性别使用", "别的", "看情况", "XA00000000000000000001"]])
    shutil.copytree(os.path.join(ROOT, "rules"), "规则库1.0")
    shutil.copytree(os.path.join(ROOT, "rules"), "规则库1.1")
    edit = "规则库1.1/library/b_inpatient.yaml"
    text = open(edit, encoding="utf-8").read()
    open(edit, "w", encoding="utf-8").write(text.replace("param: {max: 15 d}, let", "param: {max: 12 d}, let", 1))
    open("新规则.yaml", "w", encoding="utf-8").write(rule_text("B04", "B04", [("version: 1", "version: 2"), ("at_least: 4}", "at_least: 3}")]))


def local_rules():
    """A draft and a price table of the bureau's own in 我的县, a key and a pack."""
    os.makedirs("我的县/rules/library", exist_ok=True)
    open("我的县/rules/library/x.yaml", "w", encoding="utf-8").write(
        rule_text("B04", "X01", [("state: active", "state: draft"), ("一年内多次", "试写的一年内多次")]))
    head = open(os.path.join(ROOT, "rules/knowledge/price_cap.csv"), encoding="utf-8").read().splitlines()
    head = [x for x in head if not x.startswith("#")]
    book("本市价格.xlsx", [head[0].split(","), next(csv.reader([head[1]]))])


def first(name, pattern):
    m = re.search(pattern, sh(name)[1])
    return m[1] if m else "?"


class Words:
    """What a reader writes in place of the example's."""

    def __init__(self):
        self.seen = "?"

    def of(self, line):
        say = {"huji ": HUJI + " ", "/mnt/备份盘": "备份盘", "/etc/bash_completion.d/": "", "--persons 100000": "--persons 1000", "--seen 3fa9c1d2": "--seen " + self.seen}
        if "man -l" in line and not shutil.which("man"):
            say["&& man -l huji.1"] = "&& test -s huji.1"
        if re.search(r"H\d{11}", line):
            say[re.search(r"H\d{11}", line)[0]] = first(HUJI + " rank --data 我的县 --by institution --format csv", r"(H\d{11})")
        if "3f9a2c1b" in line:
            say["3f9a2c1b"] = first(HUJI + " rank --data 我的县 --format csv", r"\b([0-9a-f]{32})\b")[:8]
        if "line:" in line:
            say["line:429801F000000000039"] = "line:" + first("head -3 导出的表/fee_list_d.csv", r"\b(\d{6}F\d+)")
        if line.startswith("huji verify") and "--rule" not in line:
            line += " --rule B02,C04,H07"  # the whole library is another test's work
        if "20261201-093000" in line:
            say["huji-20261201-093000"] = sorted(os.listdir("备份盘"))[0] if os.path.isdir("备份盘") else "?"
        for a, b in say.items():
            line = line.replace(a, b)
        return line


def before(name, line, words):
    """The files that this example needs and no earlier one left."""
    if name == "init":
        shutil.rmtree("我的县", ignore_errors=True)
    if name in ("knowledge import", "rules activate") and not os.path.exists("我的县/rules/library/x.yaml"):
        local_rules()
    if name == "import" and "导出的表" in line and not os.path.exists("我的县"):
        sh(HUJI + " init 我的县")
    if name == "verify":
        sh(HUJI + " screen --data 我的县")
    if name == "serve":
        for role in ("system", "security", "audit"):
            sh("echo Jianguan-2026x | %s user add --data 我的县 --role %s --name 管理员 %s1" % (HUJI, role, role))
        sh("openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=localhost -keyout 私钥.pem -out 证书.pem -days 2")
    if name == "backup":
        os.makedirs("备份盘", exist_ok=True)
    if name == "rules activate" and "--seen" not in line:
        sh(HUJI + " rules trial X01 --by 张三 --because 先看一个月")
    if name == "rules pack":
        sh("%s rules key 省局.key --kind sm2; cp -r 我的县 省级" % HUJI)
    if name == "verdict import":
        ids = re.findall(r"\b[0-9a-f]{32}\b", sh(HUJI + " rank --data 我的县 --format csv")[1])[:2]
        rows = [["疑点编号", "结论", "核查人", "核查日期", "理由"], [ids[0], "查实", "李核查", "2026-11-01", "病历不符"], [ids[1], "误报", "李核查", "2026-11-01", "有转院小结"]]
        book("核查结果.xlsx", rows)
        open("结论.csv", "w", encoding="utf-8").write("\n".join(",".join(r[:2] + r[3:]) for r in [rows[0]] + rows[1:]) + "\n")
    if name == "audit verify":
        sh(HUJI + " audit export --data 我的县 --out 审计日志.jsonl")
        code = first(HUJI + " audit verify 审计日志.jsonl", r"(\d+-[0-9a-f]{12})")
        return line.replace("1203-9f86d081884c", code)
    return line


def run(name, line, words):
    """0 when the example does what it says; a server is let come up, and stopped."""
    if name == "serve":
        p = subprocess.Popen(line + " --listen 127.0.0.1:0" if "--listen" not in line else line.replace("0.0.0.0:8443", "127.0.0.1:0"),
                             shell=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True)
        os.set_blocking(p.stdout.fileno(), False)
        text, end = "", time.time() + 120
        while time.time() < end and p.poll() is None and "已在" not in text:
            text += (p.stdout.read() or b"").decode(errors="replace")
            time.sleep(0.1)
        up = "已在" in text and p.poll() is None
        if p.poll() is None:
            os.killpg(p.pid, signal.SIGTERM)
            p.wait(60)
        return (0 if up else 1), text
    if name in ("user add", "user password"):
        line = "printf 'Jianguan-2026x\\nJianguan-2026x\\n' | " + line
    rc, text = sh(line)
    code = re.search(r"--seen ([0-9a-f]{8,})", text)
    words.seen = code[1] if code else words.seen
    return rc, text


def main(tmp):
    global failed
    os.chdir(tmp)
    os.environ.update(HUJI_RULES=os.path.join(ROOT, "rules"))
    county()
    words, seen = Words(), set()
    for name in commands():
        if name == "config":
            os.environ["HUJI_DATA"] = os.path.abspath("我的县")
        for line in examples(name):
            rc, text = run(name, words.of(before(name, line, words)), words)
            bad = broken_books(seen)
            text += "\n".join(bad)
            good = rc == 0 and not bad
            failed += not good
            print("%s %s%s" % ("ok" if good else "not ok", line, "" if good else "\n" + text[-600:]), flush=True)


with tempfile.TemporaryDirectory() as tmp:
    main(tmp)
sys.exit(failed != 0)
