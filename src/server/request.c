/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "server/request.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/hex.h"
#include "server/route.h"

char *request_unescape(struct arena *a, struct span s)
{
    char *out = arena_alloc(a, s.n + 1);
    size_t n = 0, bad;

    for (size_t i = 0; out && i < s.n; i++) {
        int high, low;

        if (s.p[i] != '%') {
            out[n++] = s.p[i];
            continue;
        }
        high = i + 2 < s.n ? hex_value(s.p[i + 1]) : -1;
        low = high >= 0 ? hex_value(s.p[i + 2]) : -1;
        if (low < 0 || high + low == 0)
            return NULL;
        out[n++] = (char)(high << 4 | low);
        i += 2;
    }
    if (!out)
        return NULL;
    out[n] = 0;
    return utf8_valid((struct span){out, n}, &bad) ? out : NULL;
}

const char *request_param(const struct request *r, const char *name)
{
    for (int i = 0; i < r->n_params; i++)
        if (strcmp(r->params[i].name, name) == 0)
            return r->params[i].value;
    return "";
}

const char *request_query(const struct request *r, const char *name)
{
    for (int i = 0; i < r->n_query; i++)
        if (strcmp(r->query[i].name, name) == 0)
            return r->query[i].value;
    return NULL;
}

/* A field as the route's table calls it, for people: its title up to the first note. The name where it has none. */
static const char *called(struct request *r, const struct route_field *f, const char *name)
{
    for (; f && f->name; f++)
        if (strcmp(f->name, name) == 0 && f->title && *f->title) {
            size_t n = strlen(f->title);
            const char *note = strstr(f->title, "；"), *s;

            s = arena_fmt(&r->arena, "“%.*s”", note ? (int)(note - f->title) : (int)n, f->title);
            return s ? s : name;
        }
    return name;
}
static const char *asked(struct request *r, const char *name)
{
    return called(r, r->route ? r->route->query : NULL, name);
}
static const char *told(struct request *r, const char *name)
{
    return called(r, r->route ? r->route->body : NULL, name);
}

int request_query_int(struct request *r, const char *name, int64_t none, int64_t least,
                      int64_t most, int64_t *out, struct err *e)
{
    const char *text = request_query(r, name);
    char *end;
    long long v;

    *out = none;
    if (!text || !*text)
        return 0;
    errno = 0;
    v = strtoll(text, &end, 10);
    if (errno || *end || v < least || v > most) {
        err_set(e, ERR_INPUT, "%s 应是 %lld 至 %lld 的整数", asked(r, name), (long long)least,
                (long long)most);
        return err_where(e, "%s", name);
    }
    *out = v;
    return 0;
}

int request_text(struct request *r, const char *name, bool needed, size_t most, const char **out,
                 struct err *e)
{
    json_t *j = json_object_get(r->json, name);

    *out = NULL;
    if (!j || json_is_null(j)) {
        if (!needed)
            return 0;
        err_set(e, ERR_INPUT, "缺少 %s", told(r, name));
        return err_where(e, "%s", name);
    }
    if (!json_is_string(j) || json_string_length(j) > most ||
        strlen(json_string_value(j)) != json_string_length(j) ||
        (needed && !json_string_length(j))) {
        err_set(e, ERR_INPUT, "%s 应是%s文字，最多 %zu 字节（汉字约 %zu 个）", told(r, name),
                needed ? "非空的" : "", most, most / 3);
        return err_where(e, "%s", name);
    }
    *out = json_string_value(j);
    return 0;
}

int request_int(struct request *r, const char *name, bool needed, int64_t least, int64_t most,
                int64_t *out, struct err *e)
{
    json_t *j = json_object_get(r->json, name);

    if ((!j || json_is_null(j)) && !needed)
        return 0;
    if (!j || !json_is_integer(j) || json_integer_value(j) < least ||
        json_integer_value(j) > most) {
        err_set(e, ERR_INPUT, "%s 应是 %lld 至 %lld 的整数", name, (long long)least,
                (long long)most);
        return err_where(e, "%s", name);
    }
    *out = json_integer_value(j);
    return 0;
}

static int sync_path(const char *path, struct err *e)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    int rc = fd < 0 || fsync(fd) < 0 ? err_errno(e, "写不到盘上：%s", path) : 0;

    if (fd >= 0)
        close(fd);
    return rc;
}

int request_keep_upload(struct request *r, const char *path, struct err *e)
{
    const char *slash = strrchr(path, '/');
    char *folder = slash ? arena_dup(&r->arena, (struct span){path, (size_t)(slash - path)}) : NULL;
    int rc = folder ? sync_path(r->upload, e) : err_nomem(e);

    if (!rc && rename(r->upload, path) < 0)
        rc = err_errno(e, "存不了 %s", path);
    return rc ? rc : sync_path(folder, e);
}

bool request_may(const struct request *r, const char *permission)
{
    return role_set_may(r->session.roles, permission);
}
