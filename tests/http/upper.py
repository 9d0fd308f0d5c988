# SPDX-License-Identifier: MulanPSL-2.0
# A workbook as an upper level sends it: a merged title, a heading in row 3, borders, a drop-down, a formula, a second sheet, sums at
# the end. book(rows) gives its bytes; as a program it reads {"rows": [[...]]} from stdin and writes the file named.
import io, json, sys, zipfile
from xml.sax.saxutils import escape

HEAD = ["序号", "疑点编号", "定点医药机构名称", "机构编码", "姓名", "人员编号", "就诊ID", "入院日期", "疑点描述", "涉及金额（元）",
        "是否属实", "核实金额（元）", "退回金额（元）", "处理情况", "情况说明", "核查人", "完成时间"]
NS = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
PARTS = {
    "[Content_Types].xml": '<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>'
        '<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
        '<Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/>'
        '<Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>'
        '<Override PartName="/xl/worksheets/sheet2.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>',
    "_rels/.rels": '<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": '<?xml version="1.0" encoding="UTF-8"?><workbook ' + NS + ' xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
        '<sheets><sheet name="填报说明" sheetId="1" r:id="rId1"/><sheet name="疑点明细" sheetId="2" r:id="rId2"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": '<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/>'
        '<Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="/xl/worksheets/sheet2.xml"/>'
        '<Relationship Id="rId3" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>',
    "xl/styles.xml": '<?xml version="1.0" encoding="UTF-8"?><styleSheet ' + NS + '><fonts count="2"><font><sz val="11"/><name val="宋体"/></font><font><b/><sz val="16"/><name val="黑体"/></font></fonts>'
        '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>'
        '<borders count="2"><border/><border><left style="thin"/><right style="thin"/><top style="thin"/><bottom style="thin"/></border></borders>'
        '<cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="3"><xf/><xf fontId="1"/><xf borderId="1" applyBorder="1"/></cellXfs></styleSheet>',
    "xl/worksheets/sheet1.xml": '<?xml version="1.0" encoding="UTF-8"?><worksheet ' + NS + '><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>请于月底前反馈，勿改动格式。</t></is></c></row></sheetData></worksheet>',
}


def letter(c):
    return letter(c // 26 - 1) + chr(65 + c % 26) if c >= 26 else chr(65 + c)


def cell(r, c, v, s=2):
    ref = '%s%d" s="%d' % (letter(c), r, s)
    if v is None or v == "":
        return '<c r="%s"/>' % ref
    if isinstance(v, (int, float)):
        return '<c r="%s"><v>%s</v></c>' % (ref, v)
    if v.startswith("="):
        return '<c r="%s"><f>%s</f><v>0</v></c>' % (ref, escape(v[1:]))
    return '<c r="%s" t="inlineStr"><is><t>%s</t></is></c>' % (ref, escape(v))


def book(rows, head=HEAD):
    out = ['<row r="1" ht="30" customHeight="1">' + cell(1, 0, "关于下发第三批疑点线索的明细表", 1) + "</row>",
           '<row r="3">' + "".join(cell(3, i, h) for i, h in enumerate(head)) + "</row>"]
    for i, row in enumerate(rows):
        row = list(row) + [""] * (len(head) - len(row))
        out.append('<row r="%d">%s</row>' % (4 + i, "".join(cell(4 + i, c, v) for c, v in enumerate(row))))
    last = 4 + len(rows)
    out.append('<row r="%d">%s%s</row>' % (last, cell(last, 0, ""), cell(last, 2, "合计") + cell(last, 9, "=SUM(J4:J%d)" % (last - 1))))
    sheet = ('<?xml version="1.0" encoding="UTF-8"?><worksheet ' + NS + '><cols><col min="9" max="9" width="40" customWidth="1"/></cols><sheetData>'
             + "".join(out) + '</sheetData><mergeCells count="1"><mergeCell ref="A1:Q1"/></mergeCells>'
             '<dataValidations count="1"><dataValidation type="list" sqref="K4:K99"><formula1>"属实,不属实,存疑"</formula1></dataValidation></dataValidations></worksheet>')
    f = io.BytesIO()
    with zipfile.ZipFile(f, "w", zipfile.ZIP_DEFLATED) as z:
        for name, text in {**PARTS, "xl/worksheets/sheet2.xml": sheet}.items():
            z.writestr(name, text)
    return f.getvalue()


if __name__ == "__main__":
    with open(sys.argv[1], "wb") as f:
        f.write(book(json.load(sys.stdin)["rows"]))
