#!/usr/bin/env python3
# SPDX-License-Identifier: MulanPSL-2.0
"""Is there an example exactly on each bound? Each number of each question (a window, a limit, a count, a share) is moved by
the least step up and down in a copy of the rules; the examples, told to compare only what is found and its class, must no
longer pass for one of the two. What no example can stand on exactly is named below, with the reason.

usage: bounds.py HUJI [RULE...]"""
import glob, os, re, shutil, subprocess, sys, tempfile

HUJI = os.path.abspath(sys.argv[1])
ONLY = sys.argv[2:]
RULES = os.path.join(os.getcwd(), "rules")

NEVER = {  # names of numbers that no example can stand on
    "tau": "a robust z of exactly 3.5 is no ratio of whole numbers",
    "shrink": "how strongly small numbers are drawn to the mean is no bound",
    "season": "a distance in time, no bound",
    "skip_groups_over": "fifty persons a day: held by tests/unit (pairs)",
    "limit": "what a sentence prints as the bound; the condition holds the bound itself",
}
SHRUNK = {"ratio", "at_least_by"}  # compared after shrinking, which no tidy numbers reach exactly
ALONE = {"H09 cosine": "a cosine of exactly 0.9 of robust z is no ratio of whole numbers"}

POINT = re.compile(r"(\b[A-Za-z_]+): (-?\d+(?:\.\d+)?)((?: (?:d|min|h|s|元|%))?)(?=[,}\]\n])")
NOT_ASKED = re.compile(r"\s*(version|law|official|serves|tags|effective|says|name|title|phases|clears|false_positives|"
                       r"keep_from|note|without):")


def steps(value, unit):
    unit = unit.strip()
    n = float(value)
    if unit == "min":
        return ["%d s" % (n * 60 + k) for k in (-1, 1)]
    if unit == "h":
        return ["%d s" % (n * 3600 + k) for k in (-1, 1)]
    if unit in ("元", "%"):
        return ["%.2f %s" % (n + k, unit) for k in (-0.01, 0.01)]
    if "." in value:
        return ["%.4f" % (n + k) for k in (-0.001, 0.001)]
    return [("%d %s" % (n + k, unit)).strip() for k in (-1, 1)]


def found_only(examples):
    """Without bound and money, which move with the bound by themselves."""
    out = []
    for line in examples.split("\n"):
        if re.match(r"\s+(finds:|- \{(at|owner|variant): )", line):
            line = re.sub(r"(, )?\b(threshold|amount|fund): [^,}]+", lambda m: "" if m[1] else "~", line)
            line = line.replace("{~, ", "{").replace("{~}", "{}")
        out.append(line)
    return "\n".join(out)


def overridden(head):
    """Keys of the rule itself that each of its forms replaces: nobody asks them."""
    m = re.search(r"(?m)^  variants:.*\n((?:    .*\n|\s*\n)+)", head)
    forms = re.split(r"(?m)^(?=    \w+:)", m[1])[1:] if m else []
    gone = set()
    if forms:
        gone = {k for k in ("ask", "class", "unless") if all(re.search(r"(?m)\b%s:" % k, f) for f in forms)}
        names = set(re.findall(r"(\w+): ", (re.search(r"(?m)^  param: \{(.*)\}", head) or [0, ""])[1]))
        gone |= {"param " + n for n in names if all(re.search(r"param: \{[^}]*\b%s: " % n, f) for f in forms)}
    return gone


def points(rule, head):
    """(name, start, end, steps) of each number of the question in the text before the examples."""
    out, gone = [], overridden(head)
    for m in re.finditer(r"(?m)^.*\n", head):
        line = m[0].split(" #")[0] + "\n"
        key = re.match(r"  (\w+):", line)
        if NOT_ASKED.match(line) or (key and key[1] in gone):
            continue
        line = re.sub(r'says: "[^"]*"|keep_from: \{[^}]*\}|title: [^,}]*', lambda s: "." * len(s[0]), line)
        for p in POINT.finditer(line):
            name = p[1]
            if name in NEVER or (name in SHRUNK and "shrink:" in line) or "%s %s" % (rule, name) in ALONE:
                continue
            if key and key[1] == "param" and "param " + name in gone:
                continue
            out.append((name, m.start() + p.start(2), m.start() + p.end(3), steps(p[2], p[3])))
    return out


class Library:
    def __init__(self, tmp):
        self.dir = os.path.join(tmp, "rules")
        shutil.copytree(RULES, self.dir)
        self.files, self.rules = {}, {}
        for path in sorted(glob.glob(RULES + "/library/[a-z]_*.yaml")):
            parts = re.split(r"(?m)^(?=[A-Z]\d\d:)", open(path, encoding="utf-8").read())
            self.files[os.path.basename(path)] = parts
            for k, part in enumerate(parts[1:], 1):
                head, examples = part.split("  examples:\n", 1)
                self.rules[part[:3]] = (os.path.basename(path), k, head, examples)

    def failing(self, changed, money=False):
        """Rules among `changed` (rule -> its text before the examples) whose examples no longer pass; None: not loaded, and by which."""
        for name, parts in self.files.items():
            text = list(parts)
            for rule, (file, k, head, examples) in self.rules.items():
                if file == name and rule in changed:
                    text[k] = changed[rule] + "  examples:\n" + (examples if money else found_only(examples))
            open(os.path.join(self.dir, "library", name), "w", encoding="utf-8").write("".join(text))
        p = subprocess.run([HUJI, "rules", "test", *changed, "--failed", "--rules", self.dir], capture_output=True, text=True)
        said = p.stdout + p.stderr
        if p.returncode and "个不通过" not in said:
            m = re.search(r"规则 ([A-Z]\d\d)", said)
            return None, m[1] if m else said
        return set(re.findall(r"(?m)^not ok ([A-Z]\d\d)", said)), None


def main():
    bad, total = [], 0
    with tempfile.TemporaryDirectory() as tmp:
        lib = Library(tmp)
        todo = {r: points(r, v[2]) for r, v in lib.rules.items() if not ONLY or r in ONLY}
        base, why = lib.failing({r: lib.rules[r][2] for r in todo})
        if base is None or base:
            print("not ok 例子本来就不通过  # %s" % (why or sorted(base)))
            return 1
        # A rule over other answers hears of their bounds too, and `lawful` is told by the money: moved alone.
        alone = [r for r in todo if "combine:" in lib.rules[r][2] or any(p[0] == "lawful" for p in todo[r])]
        rounds = [[(r, k)] for r in alone for k in range(len(todo[r]))]
        others = [r for r in todo if r not in alone]
        rounds += [[(r, k) for r in others if k < len(todo[r])] for k in range(max([len(todo[r]) for r in others] or [0]))]
        for turn in rounds:
            held = set()
            for way in (0, 1):
                left = dict(turn)
                while left:
                    changed = {}
                    for r, k in left.items():
                        _, a, b, s = todo[r][k]
                        head = lib.rules[r][2]
                        changed[r] = head[:a] + s[way] + head[b:]
                    failed, why = lib.failing(changed, all(todo[r][k][0] == "lawful" for r, k in left.items()))
                    if failed is not None:
                        held |= failed
                        break
                    gone = next(iter(left)) if len(left) == 1 else why
                    if gone not in left:
                        print("not ok 读不了改过的规则  # %s" % why)
                        return 1
                    del left[gone]  # a question that can't be asked with this number
            for r, k in turn:
                name, a, b, _ = todo[r][k]
                total += 1
                if r not in held:
                    line = lib.rules[r][2].count("\n", 0, a) + 1
                    bad.append("%s 第 %d 行 %s: %s" % (r, line, name, lib.rules[r][2][a:b]))
    for b in bad:
        print("not ok 没有例子站在界上：%s" % b)
    print("%s %d 处界限，%d 处没有例子" % ("not ok" if bad or not total else "ok", total, len(bad)))
    return 1 if bad or not total else 0


sys.exit(main())
