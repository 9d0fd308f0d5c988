# SPDX-License-Identifier: MulanPSL-2.0
"""Bad input through the command line: what is refused leaves the store as it was, what is rejected is kept aside and
counted, and every message says where (file, line, column, value) and what would be right."""
import json, os, shutil, subprocess, sys, tempfile, zipfile

HUJI = os.path.abspath(sys.argv[1])
ROOT = os.getcwd()
RULES = os.path.join(ROOT, "rules")
LINES = "bkkp_sn,psn_no,mdtrt_id,setl_id,fixmedins_code,fee_ocur_time,hilist_code,cnt,pric,det_item_fee_sumamt\n"
VISITS = "mdtrt_id,psn_no,fixmedins_code,med_type,begntime,endtime\n"
SETLS = "setl_id,mdtrt_id,psn_no,fixmedins_code,setl_time,med_type,medfee_sumamt,fund_pay_sumamt\n"
ONE = "A1,P1,M1,S1,H42000000001,2023-03-01 08:00:00,001102000010000,1,10.00,10.00\n"
failed = 0


def check(name, good, why=""):
    global failed
    failed += not good
    print(("ok " if good else "not ok ") + name + ("" if good else "  # %s" % (why,)), flush=True)


def huji(*words, data=None, cwd=None):
    p = subprocess.run([HUJI, *words], capture_output=True, cwd=cwd, env={**os.environ, **({"HUJI_DATA": data} if data else {})})
    return p.returncode, p.stdout.decode(errors="replace") + p.stderr.decode(errors="replace")


def write(path, text):
    with open(path, "wb") as f:
        f.write(text.encode() if isinstance(text, str) else text)
    return path


def state(data):
    """All that the store says of its data: files, rows, money, rejects, marks."""
    rc, text = huji("quality", "--format", "jsonl", data=data)
    return text if rc == 0 else "quality: %d %s" % (rc, text)


def rejects(data):
    rows = [json.loads(x) for x in state(data).splitlines() if x.startswith("{")]
    return [r for r in rows if "原因" in json.dumps(list(r), ensure_ascii=False)]


class Case:
    """A store with one good line; `bad` must be refused, `kept` must be taken with what it says."""

    def __init__(self, tmp):
        self.n, self.tmp = 0, tmp

    def store(self):
        self.n += 1
        d = os.path.join(self.tmp, "d%d" % self.n)
        huji("init", d)
        huji("import", write(os.path.join(self.tmp, "fee_list_d.csv"), LINES + ONE), data=d)
        return d

    def bad(self, name, file, content, *says):
        d = self.store()
        before, path = state(d), write(os.path.join(self.tmp, file), content)
        rc, text = huji("import", path, data=d)
        lost = [s for s in says if s not in text]
        check(name, rc != 0 and not lost and state(d) == before, (rc, lost, text[-400:], state(d) == before))
        os.unlink(path)

    def kept(self, name, file, content, *says, screen=False):
        d = self.store()
        path = write(os.path.join(self.tmp, file), content)
        rc, text = huji("import", path, data=d)
        if screen:
            more = huji("screen", "--rules", RULES, data=d)
            rc, text = rc or more[0], text + more[1]
        text += huji("quality", data=d)[1]
        lost = [s for s in says if s not in text]
        check(name, rc == 0 and not lost, (rc, lost, text[-1500:] if lost else ""))
        os.unlink(path)


def tables(c, tmp):
    c.bad("编码：既不是 UTF-8 也不是 GB18030", "setl_d.csv", b"setl_id,psn_no,setl_time,medfee_sumamt\ns1,\xff\xfa\x81,2023-03-01,1\n",
          "setl_d.csv", "既不是 UTF-8 也不是 GB18030", "第 43 字节", "0xff", "UTF-8 编码的 CSV")
    c.bad("编码：GB18030 的末尾断在半个字上", "setl_d.csv", "setl_id,psn_no,setl_time,medfee_sumamt,psn_name\ns1,p,2023-03-01,1,张三".encode("gb18030")[:-1],
          "setl_d.csv", "末尾的字符不完整", "字节")
    c.kept("编码：GBK 照收", "setl_d.csv", (SETLS + "S2,M2,P2,H1,2023-03-01,11,1.00,1.00\n").replace("setl_id", "结算ID").encode("gbk"), "setl_d")
    c.kept("截断：CSV 断在行中", "setl_d.csv", SETLS + "S2,M2,P2,H1,2023-03-01,11,1.00,1.00\nS3,M3,P3,H1,2023-0",
           "可能被截断", "应有 8 列，这一行有 5 列", "S3,M3,P3,H1,2023-0", "保留 1 + 拒收 1")
    c.bad("缺列", "setl_d.csv", "setl_id,psn_no,setl_time\ns1,p1,2023-01-01\n", "setl_d.csv", "缺少列 medfee_sumamt（医疗费总额）", "文件的表头是：setl_id、psn_no")
    c.kept("日期 2023-02-30", "fee_list_d_2.csv", LINES + ONE.replace("A1", "B1").replace("2023-03-01", "2023-02-30"),
           "费用发生时间不是有效的日期时间", "2023-02-30", "如 2023-03-08 09:30:00", "fee_ocur_time", "保留 0 + 拒收 1")
    c.kept("金额 1e9 不是金额", "fee_list_d_2.csv", LINES + ONE.replace("A1", "B1").replace(",10.00\n", ",1e9\n"),
           "不是有效的金额", "1e9", "不用科学记数法", "det_item_fee_sumamt", "保留 0 + 拒收 1")
    c.kept("金额十亿：保留并注明", "fee_list_d_2.csv", LINES + ONE.replace("A1", "B1").replace("10.00,10.00", "1000000000.00,1000000000.00"),
           "保留 1 + 拒收 0", "金额达 1000 万元以上")
    c.kept("住院结束早于开始：保留并注明", "mdtrt_d.csv", VISITS + "M1,P1,H42000000001,21,2023-03-09,2023-03-05\n",
           "结束早于开始", "保留 1 + 拒收 0", screen=True)
    c.bad("空文件", "setl_d.csv", "", "setl_d.csv 是空文件，连表头也没有")
    c.kept("空表：只有表头", "setl_d.csv", SETLS, "读入 0 行", screen=True)
    many = "".join("B%06d,P9,M9,S9,H42000000001,2023-%02d-%02d 08:%02d:00,001102000010000,1,10.00,10.00\n" % (i, i % 12 + 1, i % 28 + 1, i % 60)
                   for i in range(200000))
    c.kept("一个人 200,000 行", "fee_list_d_2.csv", LINES + many, "保留 200,000 + 拒收 0", "筛了 200,001 行费用", screen=True)


def books(c, tmp):
    d = os.path.join(tmp, "county")
    rc, text = huji("synth", "--out", d, "--persons", "1000", "--as", "excel", "--seed", "3")
    book = next((os.path.join(p, f) for p, _, fs in os.walk(d) for f in sorted(fs) if f.endswith(".xlsx")), None)
    zipped = next((os.path.join(p, f) for p, _, fs in os.walk(d) for f in sorted(fs) if f.endswith(".zip")), None)
    if zipped is None:
        zipped = shutil.make_archive(os.path.join(tmp, "z"), "zip", tmp, os.path.relpath(book, tmp))
    for name, path in (("XLSX", book), ("ZIP", zipped)):
        whole = open(path, "rb").read()
        for part in (len(whole) // 2, len(whole) - 30):
            c.bad("截断：%s，留 %d %%" % (name, part * 100 // len(whole)), "费用明细" + os.path.splitext(path)[1], whole[:part], "费用明细", "损坏")
    shutil.rmtree(d)
    # a folder's ZIP goes whole or not at all, and what is missing then is said of the ZIP, not of what stopped it
    folder = os.path.join(tmp, "folder")
    os.makedirs(folder)
    with zipfile.ZipFile(os.path.join(folder, "二月.zip"), "w") as z:
        z.writestr("setl_d.csv", SETLS + "S8,M8,P2,H1,2023-02-01,11,8.00,1.00\n")
        z.writestr("说明.pdf", b"%PDF-1.4 ")
    write(os.path.join(folder, "setl_d.csv"), SETLS + "S2,M2,P2,H1,2023-03-01,11,1.00,1.00\n")
    rc, text = huji("import", folder, data=c.store())
    lost = [s for s in ("二月.zip", "整个压缩包跳过，因为其中的 说明.pdf：是 PDF", "读入 1 行") if s not in text]
    check("文件夹里的 ZIP 含 PDF：说整个跳过", rc == 0 and not lost, (rc, lost, text[-400:]))
    shutil.rmtree(folder)
    # a whole parquet file is made by nobody here: its head and its foot are enough to be taken for one
    for part, body in (("头", b"PAR1" + b"\0" * 400), ("头尾", b"PAR1" + b"\0" * 400 + b"\x40\0\0\0PAR1")):
        c.bad("截断：Parquet，只有" + part, "setl_d.parquet", body, "setl_d.parquet", "Parquet")


def rules(tmp):
    def broken(name, file, old, new, *says):
        r = os.path.join(tmp, "rules")
        shutil.copytree(RULES, r)
        text = open(os.path.join(r, file), encoding="utf-8").read()
        assert old in text, (name, "changed since")
        line = text[:text.index(old)].count("\n") + 1
        write(os.path.join(r, file), text.replace(old, new, 1))
        for command in ("lint", "test"):
            rc, said = huji("rules", command, "--rules", r)
            lost = [s for s in (*says, "%s:%d" % (file, line)) if s not in said]
            check("%s（rules %s）" % (name, command), rc != 0 and not lost, (rc, lost, said[-400:]))
        shutil.rmtree(r)

    broken("规则参数写错名字", "library/b_inpatient.yaml", "{param: {max: 15 d}", "{param: {maks: 15 d}", "没有用到参数 maks", "B02", "用到的参数：max")
    broken("规则引用没有的参数", "library/b_inpatient.yaml", "max: $max,", "max: $maks,", "没有声明这个参数", "「maks」")
    broken("规则字段写错名字", "library/b_inpatient.yaml", "{gap: {axis: days, max: -1 d}}", "{gap: {axis: days, maxx: -1 d}}", "不认识的字段", "maxx", "可用：axis")
    r = os.path.join(tmp, "rules")
    shutil.copytree(RULES, r)
    path = os.path.join(r, "library/b_inpatient.yaml")
    text = open(path, encoding="utf-8").read()
    old = 'let: {elsewhere: "fixmedins_code = prev.fixmedins_code"}'
    assert old in text
    write(path, text.replace(old, 'let: {elsewhere: "other", other: "elsewhere"}', 1))
    rc, said = huji("rules", "lint", "--rules", r)
    check("名字互相引用成环", rc != 0 and "互相引用成环" in said and "B02" in said and "b_inpatient.yaml" in said, said)
    shutil.rmtree(r)


def on_small_disk(tmp, mb):
    where = os.path.join(tmp, "disk")
    os.makedirs(where, exist_ok=True)
    p = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=%dm" % mb, "tmpfs", where], capture_output=True)
    return where if p.returncode == 0 else None


def full_disk(tmp):
    where = on_small_disk(tmp, 26)
    if not where:
        print("skip 磁盘已满：这里不许挂载 tmpfs", flush=True)
        return
    try:
        d, county = os.path.join(where, "d"), os.path.join(tmp, "small")
        huji("synth", "--out", county, "--persons", "3000", "--months", "6", "--seed", "4")
        huji("init", d)
        huji("import", write(os.path.join(tmp, "fee_list_d.csv"), LINES + ONE), data=d)
        before = state(d)
        rc, text = huji("import", county, data=d)
        check("磁盘已满：导入说明白", rc != 0 and "磁盘已满" in text and "这一步之前的样子" in text, (rc, text[-400:]))
        check("磁盘已满：数据和导入前一样", state(d) == before, state(d)[-400:])
        subprocess.run(["mount", "-o", "remount,size=400m", where], check=True)
        rc, text = huji("import", county, data=d)
        check("磁盘已满：腾出空间后照常导入", rc == 0, text[-400:])
        findings(where, d)
        served(where, d)
    finally:
        subprocess.run(["umount", "-l", where])


def ballast(where):
    """Fills what is free but for a little."""
    free = os.statvfs(where)
    write(os.path.join(where, "ballast"), b"\0" * max(0, free.f_bavail * free.f_frsize - 20000))


def findings(where, d):
    rc, text = huji("screen", "--rules", RULES, data=d)
    first = huji("rank", "--rules", RULES, "--format", "jsonl", data=d)
    check("磁盘已满：先有一次筛查", rc == 0 and first[0] == 0 and len(first[1]) > 100, (rc, text[-300:], first))
    ballast(where)
    rc, text = huji("screen", "--rules", RULES, data=d)
    check("磁盘已满：筛查说明白", rc != 0 and "磁盘已满" in text, (rc, text[-400:]))
    os.unlink(os.path.join(where, "ballast"))
    check("磁盘已满：上次的疑点都在", huji("rank", "--rules", RULES, "--format", "jsonl", data=d) == first, "rank differs")
    rc, text = huji("screen", "--rules", RULES, data=d)
    check("磁盘已满：腾出空间后照常筛查", rc == 0 and huji("rank", "--rules", RULES, "--format", "jsonl", data=d)[1] == first[1], text[-300:])


def served(where, d):
    """The server on a full disk: says so, keeps running, and goes on when there is room again."""
    os.environ["HUJI"] = HUJI
    sys.path.insert(0, os.path.join(ROOT, "tests/http"))
    from client import Client, Server
    s = Server(data=d)
    s.user("head1", "head")
    s.start()
    try:
        ballast(where)
        rest = os.open(os.path.join(where, "rest"), os.O_WRONLY | os.O_CREAT)
        try:  # to the last block
            while os.write(rest, b"\0" * 4096) > 0:
                pass
        except OSError:
            os.close(rest)
        c = Client(s.port)
        a = c.sign_in("head1")
        said = a.body.decode(errors="replace")
        check("磁盘已满：服务说明白", a.status >= 500 and "磁盘" in said, (a.status, said[-300:]))
        check("磁盘已满：服务不停", s.process.poll() is None and c.get("/api/health").status in (200, 401, 404, 503), s.text()[-300:])
        os.unlink(os.path.join(where, "rest"))
        os.unlink(os.path.join(where, "ballast"))
        a = c.sign_in("head1")
        check("磁盘已满：腾出空间后可以登录", a.status == 200, a.body[-300:])
    finally:
        s.process.terminate()
        s.process.wait(20)


with tempfile.TemporaryDirectory(prefix="huji-bad-") as tmp:
    c = Case(tmp)
    tables(c, tmp)
    books(c, tmp)
    rules(tmp)
    full_disk(tmp)
sys.exit(1 if failed else 0)
