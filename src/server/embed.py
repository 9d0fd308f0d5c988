# SPDX-License-Identifier: MulanPSL-2.0
# web/dist (or the placeholder) -> a C file that holds every file, texts gzipped, by .incbin.
#   embed.py ROOT OUT.c DEPFILE
import gzip, hashlib, os, sys

root, out, depfile = sys.argv[1:]
dist = os.path.join(root, "web", "dist")
web = os.path.join(root, "web")
if not os.path.exists(os.path.join(dist, "index.html")):
    dist = os.path.join(root, "src", "server", "placeholder")
types = {
    ".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8", ".json": "application/json; charset=utf-8",
    ".svg": "image/svg+xml", ".png": "image/png", ".jpg": "image/jpeg", ".ico": "image/x-icon",
    ".woff": "font/woff", ".woff2": "font/woff2", ".txt": "text/plain; charset=utf-8",
    ".map": "application/json; charset=utf-8", ".webmanifest": "application/manifest+json",
}
texts = (".html", ".js", ".css", ".json", ".svg", ".txt", ".map", ".webmanifest")
blobs = out + ".d"
os.makedirs(blobs, exist_ok=True)
rows, seen = [], [web if os.path.isdir(web) else root, os.path.abspath(__file__)]
for folder, folders, files in os.walk(dist):
    folders.sort()
    seen.append(folder)
    for name in sorted(files):
        path = os.path.join(folder, name)
        ext = os.path.splitext(name)[1]
        if ext not in types:
            continue
        seen.append(path)
        body = open(path, "rb").read()
        packed = ext in texts
        held = gzip.compress(body, 9, mtime=0) if packed else body
        blob = os.path.abspath(os.path.join(blobs, "%d" % len(rows)))
        open(blob, "wb").write(held)
        rows.append((
            "/" + os.path.relpath(path, dist).replace(os.sep, "/"), types[ext], blob, len(held), len(body),
            packed, hashlib.sha256(body).hexdigest()[:32]))

with open(out, "w", encoding="utf-8") as f:
    f.write('/* made by embed.py */\n#include "server/statics.h"\n\n')
    for i, r in enumerate(rows):
        f.write('__asm__(".section .rodata\\n.global huji_static_%d\\nhuji_static_%d:\\n.incbin \\"%s\\"\\n.byte 0\\n'
                '.section .text\\n");\nextern const unsigned char huji_static_%d[];\n' % (i, i, r[2], i))
    f.write("\nconst struct static_file static_files[] = {\n")
    for i, (path, kind, _, held, body, packed, digest) in enumerate(rows):
        f.write('    {"%s", "%s", huji_static_%d, %du, %du, %s, "\\"%s\\""},\n'
                % (path, kind, i, held, body, "true" if packed else "false", digest))
    f.write("};\nconst size_t n_static_files = %d;\n" % len(rows))
with open(depfile, "w", encoding="utf-8") as f:
    f.write("%s: %s\n" % (out, " ".join(p.replace(" ", "\\ ") for p in seen)))
