/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "claims/readers/xlsx_xml.h"

#include "base/hex.h"
#include "base/mem.h"

const char *xml_local(const char *name)
{
    const char *colon = strchr(name, ':');
    return colon ? colon + 1 : name;
}

const char *xml_attr(const char **attrs, const char *name)
{
    for (; *attrs; attrs += 2)
        if (strcmp(attrs[0], name) == 0)
            return attrs[1];
    return NULL;
}

static void refuse_doctype(void *p, const char *name, const char *sysid, const char *pubid, int sub)
{
    (void)name, (void)sysid, (void)pubid, (void)sub;
    XML_StopParser(p, XML_FALSE);
}

static void refuse_entity(void *p, const char *name, int is_param, const char *value, int len,
                          const char *base, const char *sysid, const char *pubid, const char *note)
{
    (void)name, (void)is_param, (void)value, (void)len;
    (void)base, (void)sysid, (void)pubid, (void)note;
    XML_StopParser(p, XML_FALSE);
}

XML_Parser xlsx_parser(void *ctx, XML_StartElementHandler start, XML_EndElementHandler end,
                       XML_CharacterDataHandler text)
{
    static const XML_Memory_Handling_Suite memory = {mem_alloc, mem_realloc, mem_free};
    XML_Parser p = XML_ParserCreate_MM(NULL, &memory, NULL);
    if (!p)
        return NULL;
    XML_SetUserData(p, ctx);
    XML_UseParserAsHandlerArg(p);
    XML_SetElementHandler(p, start, end);
    XML_SetCharacterDataHandler(p, text);
    XML_SetStartDoctypeDeclHandler(p, refuse_doctype);
    XML_SetEntityDeclHandler(p, refuse_entity);
    return p;
}

int xlsx_xml_error(XML_Parser p, const char *part, struct err *e)
{
    enum XML_Error why = XML_GetErrorCode(p);
    if (why == XML_ERROR_NO_MEMORY)
        return err_nomem(e);
    if (why == XML_ERROR_ABORTED) {
        err_set(e, ERR_INPUT, "%s 里有 DTD 或实体声明，已拒绝", part);
        return err_hint(e, "正常的 XLSX 不含这些；文件可能被篡改，请用 Excel 重新另存");
    }
    err_set(e, ERR_INPUT, "%s 第 %lu 行损坏：%s", part, (unsigned long)XML_GetCurrentLineNumber(p),
            XML_ErrorString(why));
    return err_hint(e, "文件可能没有下载完；请重新导出或重新拷贝");
}

int xlsx_parse(XML_Parser p, struct zipio *z, int64_t entry, const char *part, struct err *e)
{
    static const int chunk = 1 << 16;
    struct zipio_entry f;
    int rc = zipio_entry_open(z, (uint64_t)entry, &f, e);
    for (int64_t k = 1; rc == 0 && k > 0;) {
        void *room = XML_GetBuffer(p, chunk);
        if (!room) {
            rc = err_nomem(e);
            break;
        }
        k = zipio_read(&f, room, (size_t)chunk, e);
        if (k < 0)
            rc = (int)k;
        else if (XML_ParseBuffer(p, (int)k, k == 0) == XML_STATUS_ERROR)
            rc = xlsx_xml_error(p, part, e);
    }
    zipio_entry_close(&f);
    XML_ParserFree(p);
    return rc;
}

/* _xHHHH_ at p: the code unit, or -1. */
static int escape_at(const char *p, size_t n)
{
    return n < 7 || p[0] != '_' || p[1] != 'x' || p[6] != '_' ? -1 : hex_four(p + 2);
}

void xlsx_unescape(struct buf *b, struct span s)
{
    for (size_t i = 0; i < s.n;) {
        int v = s.p[i] == '_' ? escape_at(s.p + i, s.n - i) : -1;
        if (v < 0) {
            buf_char(b, s.p[i++]);
            continue;
        }
        if (v < 0x80 && (v >= ' ' || v == '\n' || v == '\t'))
            buf_char(b, (char)v);
        else if (v == 0x3000 || v == 0xa0)
            buf_char(b, ' ');
        i += 7;
    }
}
