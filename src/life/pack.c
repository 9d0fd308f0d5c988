/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "life/pack.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <zip.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/sha.h"
#include "engine/yaml.h"
#include "life/history.h"
#include "life/sign.h"

#define MAX_PACK_FILE ((size_t)64 << 20)
#define MAX_PACK_FILES 2000
#define FORMAT 1

static const char *const folders[][2] = {
    {"library", ".yaml"}, {"versions", ".yaml"}, {"knowledge", ".csv"}};
static const char *const singles[] = {"profile.yaml", "states.yaml"};

/* Only what a pack may hold; nothing that leads elsewhere. */
static bool path_ok(struct span p)
{
    for (size_t i = 0; i < sizeof singles / sizeof *singles; i++)
        if (span_is(p, singles[i]))
            return true;
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        size_t n = strlen(folders[i][0]), tail = strlen(folders[i][1]);

        if (p.n > n + 1 + tail && span_starts(p, folders[i][0]) && p.p[n] == '/' &&
            p.p[n + 1] != '.' && !memchr(p.p + n + 1, '/', p.n - n - 1) &&
            memcmp(p.p + p.n - tail, folders[i][1], tail) == 0)
            return true;
    }
    return false;
}

static bool name_ok(const char *name)
{
    return name && *name && *name != '.' && strlen(name) <= 60 && !strpbrk(name, "/\\\n");
}

static int add(struct pack *p, struct span path, struct span text, struct err *e)
{
    if (p->n >= MAX_PACK_FILES)
        return err_set(e, ERR_LIMIT, "规则包里的文件超过 %d 个", MAX_PACK_FILES);
    if (mem_grow(&p->at, &p->cap, p->n + 1, sizeof *p->at))
        return err_nomem(e);
    p->at[p->n++] = (struct pack_file){path, text};
    return 0;
}

void pack_release(struct pack *p)
{
    json_decref(p->manifest);
    mem_free(p->at);
    arena_release(&p->a);
    *p = (struct pack){0};
}

const struct pack_file *pack_find(const struct pack *p, struct span path)
{
    for (size_t i = 0; i < p->n; i++)
        if (span_eq(p->at[i].path, path))
            return &p->at[i];
    return NULL;
}

/* --- writing ------------------------------------------------------------------------------------------- */

static int take(struct pack *p, const char *own, const char *path, struct err *e)
{
    char *full = arena_fmt(&p->a, "%s/%s", own, path);
    struct span text;
    int rc;

    if (!full)
        return err_nomem(e);
    if (access(full, F_OK) != 0)
        return 0;
    rc = file_read(&p->a, full, MAX_PACK_FILE, &text, e);
    return rc ? rc : add(p, span_of(arena_dup(&p->a, span_of(path))), text, e);
}

static int by_path(const void *a, const void *b)
{
    return span_cmp(((const struct pack_file *)a)->path, ((const struct pack_file *)b)->path);
}

static int collect(struct pack *p, const char *own, struct err *e)
{
    int rc = 0;

    for (size_t i = 0; i < sizeof folders / sizeof *folders && !rc; i++) {
        DIR *d = opendir(arena_fmt(&p->a, "%s/%s", own, folders[i][0]));
        struct dirent *x;

        while (!rc && d && (x = readdir(d))) {
            char *path = arena_fmt(&p->a, "%s/%s", folders[i][0], x->d_name);

            if (path && path_ok(span_of(path)))
                rc = take(p, own, path, e);
        }
        if (d)
            closedir(d);
    }
    for (size_t i = 0; i < sizeof singles / sizeof *singles && !rc; i++)
        rc = take(p, own, singles[i], e);
    if (!rc && p->n == 0)
        rc = err_set(e, ERR_STATE, "%s 里没有可以打包的规则、参数、知识表", own);
    if (p->n)
        qsort(p->at, p->n, sizeof *p->at, by_path);
    return rc;
}

static char *manifest_of(const struct pack *p, const char *name, int64_t version)
{
    json_t *files = json_array(), *m;
    char at[20], sum[65], *text;

    for (size_t i = 0; i < p->n; i++) {
        sha256_hex(p->at[i].text, 32, sum);
        json_array_append_new(files,
                              json_pack("{s:s%,s:I,s:s}", "path", p->at[i].path.p, p->at[i].path.n,
                                        "bytes", (json_int_t)p->at[i].text.n, "sha256", sum));
    }
    clock_now_text(at);
    m = json_pack("{s:i,s:s,s:I,s:s,s:o}", "format", FORMAT, "name", name, "version",
                  (json_int_t)version, "at", at, "files", files);
    text = m ? json_dumps(m, JSON_INDENT(1) | JSON_SORT_KEYS) : NULL;
    json_decref(m);
    return text;
}

static int put(zip_t *z, const char *path, struct span text, struct err *e)
{
    zip_source_t *s = zip_source_buffer(z, text.p, text.n, 0);

    if (s && zip_file_add(z, path, s, ZIP_FL_ENC_UTF_8) >= 0)
        return 0;
    zip_source_free(s);
    return err_set(e, ERR_IO, "写不进规则包：%s", zip_strerror(z));
}

static int write_zip(const struct pack *p, const char *out, struct span manifest,
                     struct span signature, struct err *e)
{
    char fresh[4200];
    int why = 0, rc = 0;
    zip_t *z;

    snprintf(fresh, sizeof fresh, "%.4190s.new", out);
    z = zip_open(fresh, ZIP_CREATE | ZIP_TRUNCATE, &why);
    if (!z)
        return err_set(e, ERR_IO, "建不了 %s", out);
    rc = put(z, "manifest.json", manifest, e);
    if (!rc)
        rc = put(z, "signature.json", signature, e);
    for (size_t i = 0; i < p->n && !rc; i++)
        rc = put(z, p->at[i].path.p, p->at[i].text, e);
    if (rc)
        zip_discard(z);
    else if (zip_close(z) != 0) {
        rc = err_set(e, ERR_IO, "写不了 %s：%s", out, zip_strerror(z));
        zip_discard(z);
    } else if (rename(fresh, out) != 0) {
        rc = err_errno(e, "写不了 %s", out);
    }
    if (rc)
        unlink(fresh);
    return rc;
}

int pack_write(const char *data, const char *name, int64_t version, const char *key_file,
               const char *out, size_t *n_files, struct err *e)
{
    struct pack p = {0};
    struct buf sig = BUF_INIT, json = BUF_INIT;
    const char *algorithm = "";
    char print[KEY_PRINT], *manifest = NULL;
    char *own = arena_fmt(&p.a, "%s/rules", data);
    int rc = own ? 0 : err_nomem(e);

    if (!rc && !name_ok(name))
        rc = err_set(e, ERR_USAGE, "规则包的名字“%.60s”不行：不能空、不能有斜线，最多 60 字节",
                     name ? name : "");
    if (!rc)
        rc = collect(&p, own, e);
    if (!rc && !(manifest = manifest_of(&p, name, version)))
        rc = err_nomem(e);
    if (!rc)
        rc = sign_text(key_file, span_of(manifest), &sig, &algorithm, print, e);
    if (!rc) {
        buf_fmt(&json, "{\"algorithm\": \"%s\", \"key\": \"%s\", \"signature\": \"%s\"}\n",
                algorithm, print, buf_cstr(&sig));
        rc = write_zip(&p, out, span_of(manifest), (struct span){buf_cstr(&json), json.n}, e);
    }
    *n_files = p.n;
    free(manifest);
    buf_release(&sig);
    buf_release(&json);
    pack_release(&p);
    return rc;
}

/* --- reading ------------------------------------------------------------------------------------------- */

static int broken(struct err *e, const char *file, const char *what)
{
    err_set(e, ERR_INPUT, "%s：%s", file, what);
    return err_hint(e, "文件不完整或被改过；向发布方重新要这个包");
}

static int entry(struct pack *p, zip_t *z, const char *file, const char *name, struct span *out,
                 struct err *e)
{
    zip_stat_t st;
    zip_file_t *f;
    char *text;
    zip_int64_t n;

    if (zip_stat(z, name, 0, &st) != 0 || !(st.valid & ZIP_STAT_SIZE) || st.size > MAX_PACK_FILE)
        return broken(e, file, arena_fmt(&p->a, "缺少 %s", name));
    f = zip_fopen(z, name, 0);
    text = arena_alloc(&p->a, st.size + 1);
    if (!text) {
        if (f)
            zip_fclose(f);
        return err_nomem(e);
    }
    n = f ? zip_fread(f, text, st.size) : -1;
    if (f && zip_fclose(f) != 0)
        n = -1;
    if (n < 0 || (zip_uint64_t)n != st.size)
        return broken(e, file, arena_fmt(&p->a, "%s 读不出来", name));
    text[n] = 0;
    *out = (struct span){text, (size_t)n};
    return 0;
}

static int read_manifest(struct pack *p, const char *file, struct err *e)
{
    json_error_t why;

    p->manifest = json_loadb(p->manifest_text.p, p->manifest_text.n, 0, &why);
    if (!json_is_object(p->manifest))
        return broken(e, file, "manifest.json 不对");
    if (json_integer_value(json_object_get(p->manifest, "format")) != FORMAT)
        return err_set(e, ERR_INPUT, "%s 是更新的护基做的规则包，本程序不认识", file);
    p->name = json_string_value(json_object_get(p->manifest, "name"));
    p->version = json_integer_value(json_object_get(p->manifest, "version"));
    return name_ok(p->name) && p->version > 0 ? 0 : broken(e, file, "没有写明名字和版本");
}

static int read_files(struct pack *p, zip_t *z, const char *file, struct err *e)
{
    const json_t *files = json_object_get(p->manifest, "files");
    size_t i;
    json_t *x;

    if ((zip_int64_t)json_array_size(files) + 2 != zip_get_num_entries(z, 0))
        return broken(e, file, "文件与清单对不上");
    json_array_foreach(files, i, x)
    {
        const char *path = json_string_value(json_object_get(x, "path"));
        const char *want = json_string_value(json_object_get(x, "sha256"));
        struct span text = {"", 0};
        char sum[65];
        int rc;

        if (!path || !want || !path_ok(span_of(path)))
            return broken(e, file, "清单里有不该有的文件");
        rc = entry(p, z, file, path, &text, e);
        if (rc)
            return rc;
        sha256_hex(text, 32, sum);
        if (strcmp(sum, want) != 0)
            return broken(e, file, arena_fmt(&p->a, "%s 被改过", path));
        rc = add(p, span_of(path), text, e);
        if (rc)
            return rc;
    }
    return 0;
}

static int check_signature(struct pack *p, struct span json, const char *file, const char *trust,
                           struct err *e)
{
    json_error_t why;
    json_t *s = json_loadb(json.p, json.n, 0, &why);
    const char *key = json_string_value(json_object_get(s, "key"));
    const char *sig = json_string_value(json_object_get(s, "signature"));
    int rc = key && sig ? sign_check(trust, p->manifest_text, span_of(sig), p->key, e)
                        : broken(e, file, "没有签名");

    if (rc == ERR_INPUT && key && p->key[0] && strcmp(key, p->key) != 0) {
        err_set(e, ERR_INPUT, "%s 是另一把钥匙签的（%.16s…），不是您信任的（%.16s…）", file, key,
                p->key);
        err_hint(e, "核对发布方的公钥文件；换了钥匙要由发布方书面告知");
    }
    json_decref(s);
    return rc;
}

int pack_read(const char *file, const char *trust, struct pack *out, struct err *e)
{
    struct pack p = {0};
    struct span signature;
    int why = 0, rc = 0;
    zip_t *z = access(file, R_OK) == 0 ? zip_open(file, ZIP_RDONLY | ZIP_CHECKCONS, &why) : NULL;

    if (!z)
        return access(file, R_OK) == 0 ? broken(e, file, "不是完整的规则包")
                                       : err_errno(e, "打不开 %s", file);
    rc = entry(&p, z, file, "manifest.json", &p.manifest_text, e);
    if (!rc)
        rc = entry(&p, z, file, "signature.json", &signature, e);
    /* Nothing of it is believed before this. */
    if (!rc)
        rc = check_signature(&p, signature, file, trust, e);
    if (!rc)
        rc = read_manifest(&p, file, e);
    if (!rc)
        rc = read_files(&p, z, file, e);
    zip_discard(z);
    if (rc)
        pack_release(&p);
    else
        *out = p;
    return rc;
}
