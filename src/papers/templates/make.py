#!/usr/bin/env python3
# SPDX-License-Identifier: MulanPSL-2.0
"""Makes the built-in DOCX templates and writes them as C: make.py OUT.c [OUT_DIR]

With OUT_DIR the .docx files themselves are written there too (`huji template --docx`, to look at). What stands in a template:
weekly.txt, check.txt and institution.txt beside this script, a line each:

    # title         == heading        plain text        |cell|cell|  table row, widths from `!widths a b c` (mm)
    !landscape      the rest of the document lies across
    !head           the table row that follows repeats on every page
"""
import io
import os
import sys
import zipfile
from xml.sax.saxutils import escape

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
TYPES = ('<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
         '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
         '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
         '<Default Extension="xml" ContentType="application/xml"/>'
         '<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.'
         'wordprocessingml.document.main+xml"/>'
         '<Override PartName="/word/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.'
         'wordprocessingml.styles+xml"/>'
         '<Override PartName="/word/footer1.xml" ContentType="application/vnd.openxmlformats-officedocument.'
         'wordprocessingml.footer+xml"/></Types>')
RELS = ('<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/'
        'officeDocument" Target="word/document.xml"/></Relationships>')
DOC_RELS = ('<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            '<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/'
            'styles" Target="styles.xml"/>'
            '<Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/'
            'footer" Target="footer1.xml"/></Relationships>')
FONT = ('<w:rFonts w:ascii="Times New Roman" w:hAnsi="Times New Roman" w:eastAsia="仿宋" w:cs="Times New Roman"/>')
STYLES = ('<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<w:styles %s><w:docDefaults><w:rPrDefault><w:rPr>'
          '%s<w:sz w:val="24"/><w:szCs w:val="24"/><w:lang w:val="zh-CN" w:eastAsia="zh-CN"/></w:rPr></w:rPrDefault>'
          '<w:pPrDefault><w:pPr><w:spacing w:line="360" w:lineRule="auto"/></w:pPr></w:pPrDefault></w:docDefaults>'
          '<w:style w:type="paragraph" w:default="1" w:styleId="a"><w:name w:val="Normal"/></w:style></w:styles>' % (W, FONT))


def run(text, size=24, bold=False, font=None):
    face = f'<w:rFonts w:eastAsia="{font}"/>' if font else ""
    return (f'<w:r><w:rPr>{face}{"<w:b/>" if bold else ""}<w:sz w:val="{size}"/><w:szCs w:val="{size}"/></w:rPr>'
            f'<w:t xml:space="preserve">{escape(text)}</w:t></w:r>')


def paragraph(text, size=24, bold=False, font=None, align=None, indent=False, tight=False):
    props = '<w:spacing w:line="260" w:lineRule="auto"/>' if tight else ""
    props += '<w:ind w:firstLineChars="200" w:firstLine="480"/>' if indent else ""
    props += f'<w:jc w:val="{align}"/>' if align else ""
    return f"<w:p><w:pPr>{props}</w:pPr>{run(text, size, bold, font)}</w:p>"


def table(rows, widths, small):
    size = 15 if small else 21
    total = sum(widths)
    edge = "".join(f'<w:{k} w:val="single" w:sz="4" w:space="0" w:color="000000"/>'
                   for k in ("top", "left", "bottom", "right", "insideH", "insideV"))
    out = (f'<w:tbl><w:tblPr><w:tblW w:w="{round(total * 56.7)}" w:type="dxa"/><w:tblBorders>{edge}</w:tblBorders>'
           f'<w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid>'
           + "".join(f'<w:gridCol w:w="{round(w * 56.7)}"/>' for w in widths) + "</w:tblGrid>")
    for cells, head in rows:
        out += "<w:tr><w:trPr><w:cantSplit/>" + ("<w:tblHeader/>" if head else "") + "</w:trPr>"
        span = len(widths) - len(cells) + 1
        for i, cell in enumerate(cells):
            wide = sum(widths[i:]) if i == len(cells) - 1 else widths[i]
            grid = f'<w:gridSpan w:val="{span}"/>' if span > 1 and i == len(cells) - 1 else ""
            out += (f'<w:tc><w:tcPr><w:tcW w:w="{round(wide * 56.7)}" w:type="dxa"/>{grid}'
                    f'<w:vAlign w:val="center"/></w:tcPr>'
                    + "".join(paragraph(line, size, head, "黑体" if head else None, "center" if head else None, tight=True)
                              for line in cell.split("\\n")) + "</w:tc>")
        out += "</w:tr>"
    return out + "</w:tbl>" + '<w:p><w:pPr><w:spacing w:line="120" w:lineRule="auto"/></w:pPr></w:p>'


def section(landscape, last):
    size = 'w:w="16838" w:h="11906" w:orient="landscape"' if landscape else 'w:w="11906" w:h="16838"'
    side = 850 if landscape else 1417
    props = (f'<w:sectPr><w:footerReference w:type="default" r:id="rId2" xmlns:r="http://schemas.openxmlformats.org/'
             f'officeDocument/2006/relationships"/><w:pgSz {size}/><w:pgMar w:top="1417" w:right="{side}" '
             f'w:bottom="1134" w:left="{side}" w:header="851" w:footer="850" w:gutter="0"/></w:sectPr>')
    return props if last else f"<w:p><w:pPr>{props}</w:pPr></w:p>"


def document(text):
    body, rows, widths, head, landscape = "", [], [], False, False

    def flush():
        nonlocal body, rows
        if rows:
            body += table(rows, widths, landscape)
        rows = []

    for line in text.splitlines():
        if line.startswith("|"):
            rows.append((line.strip()[1:-1].split("|"), head))
            head = False
            continue
        flush()
        if line.startswith("!widths"):
            widths = [float(w) for w in line.split()[1:]]
        elif line == "!head":
            head = True
        elif line == "!landscape":
            body += section(False, False)
            landscape = True
        elif line.startswith("# "):
            body += paragraph(line[2:], 36, True, "黑体", "center")
        elif line.startswith("== "):
            body += paragraph(line[3:], 28, True, "黑体")
        elif line.startswith("> "):
            body += paragraph(line[2:], 24, align="right")
        elif line.startswith("- "):
            body += paragraph(line[2:], 24, indent=False)
        elif line:
            body += paragraph(line, 24, indent=True)
        else:
            body += "<w:p/>"
    flush()
    return ('<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
            f"<w:document {W}><w:body>{body}{section(landscape, True)}</w:body></w:document>")


FOOTER = ('<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<w:ftr %s>%s</w:ftr>'
          % (W, paragraph("{{页脚}}", 16, align="center")))


def docx(text):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
        for name, part in (("[Content_Types].xml", TYPES), ("_rels/.rels", RELS), ("word/document.xml", document(text)),
                           ("word/_rels/document.xml.rels", DOC_RELS), ("word/styles.xml", STYLES),
                           ("word/footer1.xml", FOOTER)):
            z.writestr(zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0)), part.encode(), zipfile.ZIP_DEFLATED)
    return out.getvalue()


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    c = "/* made by templates/make.py */\n#include \"papers/docx.h\"\n\n"
    names = ["weekly", "check", "institution"]
    for name in names:
        with open(os.path.join(here, name + ".txt"), encoding="utf-8") as f:
            data = docx(f.read())
        if len(sys.argv) > 2:
            with open(os.path.join(sys.argv[2], name + ".docx"), "wb") as f:
                f.write(data)
        c += f"static const unsigned char {name}[] = {{" + ",".join(str(b) for b in data) + "};\n"
    c += "\nstruct span docx_template(const char *name)\n{\n"
    for name in names:
        c += f'    if (!strcmp(name, "{name}"))\n        return (struct span){{(const char *){name}, sizeof {name}}};\n'
    c += "    return (struct span){NULL, 0};\n}\n"
    with open(sys.argv[1], "w", encoding="utf-8") as f:
        f.write(c)


main()
