#!/usr/bin/env python3
# SPDX-License-Identifier: MulanPSL-2.0
# A first start through a terminal: what is mistyped is asked again, what was made before a stop is not asked twice.
import os, pty, re, select, signal, subprocess, sys, time

folder = sys.argv[1]
data = folder + "/data"
GOOD = "Huji-first-2026"
failed = 0


def check(name, good, why=""):
    global failed
    failed += not good
    print(("ok " if good else "not ok ") + "start: " + name + ("" if good else "  # %s" % (why,)), flush=True)


def talk(answers, until):
    """What start.sh says to somebody who gives these answers [(what is asked, answer)], until it says `until` or ends."""
    pid, fd = pty.fork()
    if pid == 0:
        os.environ["LISTEN"] = "127.0.0.1:0"
        os.execv(folder + "/start.sh", ["start.sh", data])
    out, at, left, end = "", 0, list(answers), time.time() + 120
    while time.time() < end:
        if select.select([fd], [], [], 0.2)[0]:
            try:
                got = os.read(fd, 4096)
            except OSError:
                break
            out += got.decode(errors="replace")
        m = re.search(left[0][0], out[at:]) if left else None
        if m:
            at += m.end()
            os.write(fd, (left.pop(0)[1] + "\n").encode())
        elif not left and re.search(until, out[at:]):
            os.kill(pid, signal.SIGTERM)
            break
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    os.close(fd)
    return out, left, code


def account(title, password=GOOD):
    return [(title + " 的登录名", ""), ("姓名", ""), ("密码：", password), ("再输一遍：", password)]


out, left, code = talk([("区划代码", "43068x"), ("区划代码", "430682")] + account("系统管理员", "abc") + account("系统管理员") +
                       [("安全管理员 的登录名", "\x03")], "\\^C")
check("区划、密码输错了可以再来", not left and "区划应为" in out and "密码太简单" in out and "建好了用户 system" in out, (left, out[-600:]))
check("密码不显示", GOOD not in out, out[-600:])
out, left, code = talk(sum((account(t) for t in ("安全管理员", "审计管理员", "科长")), []), r"端口 \d+")
check("停过再来：只问还没有的三个", not left and "系统管理员 的" not in out and "区划代码" not in out, (left, out[-600:]))
check("建完就启动，说清先做什么", "数据接入" in out and "用浏览器打开" in out and code == 0, (code, out[-600:]))
out, left, code = talk([], r"端口 \d+")
check("以后直接启动", "登录名" not in out and code == 0, (code, out[-600:]))
os.chmod(folder + "/huji", 0o644)
p = subprocess.run(["sh", folder + "/start.sh", data], capture_output=True, text=True)
check("不能执行时说怎么办（U 盘）", p.returncode != 0 and "复制到硬盘" in p.stderr, p.stderr)
sys.exit(1 if failed else 0)
