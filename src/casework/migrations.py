# SPDX-License-Identifier: MulanPSL-2.0
# migrations/NNNN_name.sql -> a header with all of them, ordered by number.
#   migrations.py FOLDER OUT
import os, re, sys

folder, out = sys.argv[1:]
rows = []
for name in sorted(os.listdir(folder)):
    m = re.fullmatch(r"(\d{4})_([a-z0-9_]+)\.sql", name)
    if not m:
        continue
    rows.append((int(m[1]), m[2], open(os.path.join(folder, name), encoding="utf-8").read()))
if len({r[0] for r in rows}) != len(rows):
    sys.exit("migrations: two of one number: " + " ".join("%04d_%s" % r[:2] for r in rows))

def c_string(text):
    lines = [l.replace("\\", "\\\\").replace('"', '\\"') for l in text.split("\n")]
    return "\n".join('     "%s\\n"' % l for l in lines)

text = ["/* made by migrations.py */\n#define CW_MIGRATIONS %d\n" % len(rows),
        "static const struct cw_migration {\n    int number;\n    const char *name, *text;\n}"
        " cw_migrations[CW_MIGRATIONS] = {\n"]
for number, name, body in rows:
    text.append('    {%d, "%s",\n     (\n%s)},\n' % (number, name, c_string(body)))
text = "".join(text) + "};\n"
# Untouched when nothing changed: then nothing is compiled again.
if not os.path.exists(out) or open(out, encoding="utf-8").read() != text:
    open(out, "w", encoding="utf-8").write(text)
