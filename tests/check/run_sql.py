# SPDX-License-Identifier: MulanPSL-2.0
"""run_sql.py HUJI FILE: runs what `huji rules doc --sql` prints on the file of `huji verify --keep`, with DuckDB's own library and
nothing of Huji's, and compares the rows of every form with the table of findings that lies there."""
import ctypes
import re
import subprocess
import sys

huji, path = sys.argv[1:]
lib = next(m.group(1) for m in re.finditer(r"=> (\S*libduckdb\S*)", subprocess.check_output(["ldd", huji], text=True)))
duck = ctypes.CDLL(lib)


class Result(ctypes.Structure):
    _fields_ = [("words", ctypes.c_uint64 * 16)]


for name, kind in (("duckdb_result_error", ctypes.c_char_p), ("duckdb_value_int64", ctypes.c_int64)):
    getattr(duck, name).restype = kind
duck.duckdb_value_int64.argtypes = [ctypes.POINTER(Result), ctypes.c_uint64, ctypes.c_uint64]
duck.duckdb_result_error.argtypes = [ctypes.POINTER(Result)]
base, con = ctypes.c_void_p(), ctypes.c_void_p()
assert duck.duckdb_open(path.encode(), ctypes.byref(base)) == 0
assert duck.duckdb_connect(base, ctypes.byref(con)) == 0


def run(text):
    """The first value; an exception with DuckDB's words."""
    r = Result()
    if duck.duckdb_query(con, text.encode(), ctypes.byref(r)):
        raise SystemExit("%s\n%s" % (duck.duckdb_result_error(ctypes.byref(r)).decode(), text[:3000]))
    n = duck.duckdb_value_int64(ctypes.byref(r), 0, 0)
    duck.duckdb_destroy_result(ctypes.byref(r))
    return n


forms = rows = 0
for rule in ("A01", "B02", "C05", "C11", "E08", "G01", "H01"):
    text = subprocess.check_output([huji, "rules", "doc", "--rules", "rules", "--sql", "--rule", rule], text=True)
    for form in re.split(r"\n(?=-- [A-Z]\d\d\S* )", text)[1:]:
        name = form.split()[1]
        *before, last = [s for s in form.split(";\n") if s.strip()]
        for s in before:
            run(s)
        run("CREATE OR REPLACE TEMP TABLE said AS " + last[last.index("WITH"):])
        found = "(SELECT owner_id, anchor, event_date, value, threshold, class FROM finding WHERE hit AND rule_id = '%s')" % name
        both = [run("SELECT count(*) FROM (FROM %s EXCEPT ALL FROM %s)" % p) for p in (("said", found), (found, "said"))]
        n = run("SELECT count(*) FROM said")
        forms, rows = forms + 1, rows + n
        if both != [0, 0]:
            raise SystemExit("%s: %d rows of the SQL are no finding, %d findings are not in it" % (name, *both))
# The measures, made anew from their text beside those that were kept.
main = subprocess.check_output([huji, "rules", "doc", "--rules", "rules", "--sql"], text=True)
measures = re.findall(r"CREATE OR REPLACE TEMP TABLE (m_\w+) AS\n(WITH.*?);\n", main, re.S)
for name, text in measures:
    run("CREATE OR REPLACE TEMP TABLE again AS " + text)
    both = [run("SELECT count(*) FROM (FROM %s EXCEPT ALL FROM %s)" % p) for p in (("again", name), (name, "again"))]
    if both != [0, 0]:
        raise SystemExit("%s: %d rows only in its text, %d only in the table" % (name, *both))
if len(measures) < 20:
    raise SystemExit("%d measures only" % len(measures))
if forms < 7 or rows < 10:
    raise SystemExit("only %d forms, %d rows: too few to mean anything" % (forms, rows))
print("%d forms, %d rows, %d measures" % (forms, rows, len(measures)))
