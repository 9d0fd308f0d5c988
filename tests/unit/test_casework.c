/* SPDX-License-Identifier: MulanPSL-2.0 */
/* The casework below HTTP: migrations' text, audit chain under 10,000 mutations, sealing, TOTP, scope, addresses, separation. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "casework/account.h"
#include "casework/audit_export.h"
#include "casework/migrate.h"
#include "casework/param.h"
#include "casework/scope.h"
#include "casework/seal.h"

static struct cw *open_fresh(void)
{
    struct err e = {0};
    struct cw *db = NULL;

    assert_int_equal(cw_open(":memory:", &db, &e), 0);
    if (cw_migrate(db, &e))
        fail_msg("%s", e.message);
    return db;
}

static const struct actor me = {0, "tester", "测试", "", "127.0.0.1"};

static void add_rows(struct cw *db, int n)
{
    struct err e = {0};

    for (int i = 0; i < n; i++) {
        char object[32];
        struct act a = {.act = i % 3 ? "clue.verdict" : "session.begin",
                        .object = object,
                        .reason = i % 2 ? "单据\"齐全\"\n" : NULL,
                        .before = "{}",
                        .after = i % 5 ? "{\"a\":1}" : NULL,
                        .detail = "{\"n\":1}"};

        snprintf(object, sizeof object, "clue:%d", i);
        assert_int_equal(cw_begin(db, &e), 0);
        assert_int_equal(audit_append(db, &me, &a, &e), 0);
        assert_int_equal(cw_commit(db, &e), 0);
    }
}

static void export_text(struct cw *db, struct buf *out, struct audit_report *r)
{
    struct err e = {0};
    char *text = NULL;
    size_t n = 0;
    FILE *f = open_memstream(&text, &n);

    assert_non_null(f);
    if (audit_export(db, f, r, &e))
        fail_msg("%s", e.message);
    fclose(f);
    buf_add(out, text, n);
    free(text);
}

static uint64_t seed = 88172645463325252u;
static uint64_t rnd(uint64_t n)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed % n;
}

/* Where line i begins. */
static size_t line_at(const struct buf *b, size_t i)
{
    size_t at = 0;

    while (i--)
        at = (size_t)((const char *)memchr(b->p + at, '\n', b->n - at) - b->p) + 1;
    return at;
}

/* One way to tamper; false when it changed nothing. */
static bool mutate(const struct buf *from, struct buf *to, size_t lines)
{
    size_t at = rnd(from->n), i = rnd(lines - 1), a = line_at(from, i), b = line_at(from, i + 1);

    buf_clear(to);
    switch (rnd(8)) {
    case 0: /* another byte */
        buf_add(to, from->p, from->n);
        to->p[at] = (char)(to->p[at] ^ (1 + rnd(255)));
        break;
    case 1: /* a byte less */
        buf_add(to, from->p, at);
        buf_add(to, from->p + at + 1, from->n - at - 1);
        break;
    case 2: /* a byte more */
        buf_add(to, from->p, at);
        buf_char(to, (char)(32 + rnd(95)));
        buf_add(to, from->p + at, from->n - at);
        break;
    case 3: /* a line less */
        buf_add(to, from->p, a);
        buf_add(to, from->p + b, from->n - b);
        break;
    case 4: /* a line twice */
        buf_add(to, from->p, b);
        buf_add(to, from->p + a, from->n - a);
        break;
    case 5: /* cut off */ buf_add(to, from->p, at); break;
    case 6: /* two lines exchanged */
        if (i + 2 >= lines)
            return false;
        {
            size_t c = line_at(from, i + 2);

            buf_add(to, from->p, a);
            buf_add(to, from->p + b, c - b);
            buf_add(to, from->p + a, b - a);
            buf_add(to, from->p + c, from->n - c);
        }
        break;
    default: /* a digit for another, as who lowers an amount would */
        buf_add(to, from->p, from->n);
        while (at < to->n && (to->p[at] < '0' || to->p[at] > '9'))
            at++;
        if (at == to->n)
            return false;
        to->p[at] = (char)('0' + (to->p[at] - '0' + 1 + (int)rnd(9)) % 10);
    }
    assert_false(to->failed);
    return to->n != from->n || memcmp(to->p, from->p, to->n) != 0;
}

static void test_audit_mutations(void **state)
{
    struct cw *db = open_fresh();
    struct audit_report r, again;
    struct buf file = BUF_INIT, bad = BUF_INIT;
    struct err e = {0};
    int done = 0;

    (void)state;
    add_rows(db, 40);
    export_text(db, &file, &r);
    assert_int_equal(r.rows, 40);
    if (audit_verify((struct span){file.p, file.n}, &again, &e))
        fail_msg("%s", e.message);
    assert_string_equal(r.code, again.code);
    assert_true(audit_code_holds((struct span){file.p, file.n}, r.code));
    assert_false(audit_code_holds((struct span){file.p, file.n}, "40-000000000000"));
    assert_int_equal(audit_verify_db(db, &again, &e), 0);
    while (done < 10000) {
        if (!mutate(&file, &bad, 41))
            continue;
        done++;
        if (audit_verify((struct span){bad.p, bad.n}, &again, &e) == 0)
            fail_msg("mutation %d was not found:\n%.2000s", done, buf_cstr(&bad));
    }
    buf_release(&file);
    buf_release(&bad);
    cw_close(db);
}

static void test_audit_append_only(void **state)
{
    struct cw *db = open_fresh();
    struct err e = {0};

    (void)state;
    add_rows(db, 2);
    assert_int_not_equal(cw_exec(db, &e, "update audit set actor = 'x'", CW_NONE), 0);
    assert_int_not_equal(cw_exec(db, &e, "delete from audit", CW_NONE), 0);
    cw_close(db);
}

/* A number that was cut in the middle of a character, bytes that are no text: the chain can still be read from a file. */
static void test_audit_takes_any_bytes(void **state)
{
    static const char *const objects[] = {"person:\xe5\xbc", "person:\xff\xfe", "\xe5\xbc\xa0\xe4",
                                          "person:1"};
    struct cw *db = open_fresh();
    struct buf file = BUF_INIT;
    struct audit_report report, again;
    struct err e = {0};

    (void)state;
    assert_int_equal(cw_begin(db, &e), 0);
    for (size_t i = 0; i < sizeof objects / sizeof *objects; i++)
        assert_int_equal(audit_append(db, &me, &(struct act){.act = "x", .object = objects[i]}, &e),
                         0);
    assert_int_equal(cw_commit(db, &e), 0);
    export_text(db, &file, &report);
    assert_int_equal(audit_verify((struct span){file.p, file.n}, &again, &e), 0);
    assert_string_equal(report.code, again.code);
    buf_release(&file);
    cw_close(db);
}

static void test_newer_database_refused(void **state)
{
    struct cw *db = open_fresh();
    struct err e = {0};

    (void)state;
    assert_int_equal(cw_migrate(db, &e), 0);
    assert_int_equal(
        cw_exec(db, &e,
                "insert into migration(number, name, digest, at) values (9999, 'x', 'x', 'x')",
                CW_NONE),
        0);
    assert_int_equal(cw_migrate(db, &e), ERR_STATE);
    assert_non_null(strstr(e.message, "更新版本"));
    cw_close(db);
}

static void test_migration_text(void **state)
{
    struct buf a = BUF_INIT, b = BUF_INIT;
    const char *text =
        "create table t (\n id SERIAL_KEY, n INTEGER, s TEXT\n) STRICT;\n-- @sqlite\nonly lite;\n-- @end\n";

    (void)state;
    cw_migration_text(&a, text, CW_SQLITE);
    cw_migration_text(&b, text, CW_POSTGRES);
    assert_non_null(
        strstr(buf_cstr(&a), "id INTEGER PRIMARY KEY AUTOINCREMENT, n INTEGER, s TEXT\n) STRICT"));
    assert_non_null(strstr(buf_cstr(&a), "only lite"));
    assert_non_null(strstr(buf_cstr(&b), "n BIGINT, s TEXT COLLATE \"C\"\n) ;"));
    assert_null(strstr(buf_cstr(&b), "only lite"));
    buf_release(&a);
    buf_release(&b);
}

static void test_seal(void **state)
{
    struct seal_key k, other;
    struct buf sealed = BUF_INIT, plain = BUF_INIT;
    struct err e = {0};

    (void)state;
    memset(&k, 7, sizeof k);
    memset(&other, 8, sizeof other);
    assert_int_equal(seal(&k, SPAN("510523199001011234"), &sealed, &e), 0);
    assert_null(strstr(buf_cstr(&sealed), "510523"));
    assert_int_equal(unseal(&k, (struct span){sealed.p, sealed.n}, &plain, &e), 0);
    assert_string_equal(buf_cstr(&plain), "510523199001011234");
    buf_clear(&plain);
    assert_int_equal(unseal(&other, (struct span){sealed.p, sealed.n}, &plain, &e), ERR_INPUT);
    for (size_t i = 0; i < sealed.n; i++) {
        char was = sealed.p[i];

        sealed.p[i] = was == '0' ? '1' : '0';
        assert_int_equal(unseal(&k, (struct span){sealed.p, sealed.n}, &plain, &e), ERR_INPUT);
        sealed.p[i] = was;
    }
    buf_release(&sealed);
    buf_release(&plain);
}

/* RFC 6238 appendix B: secret "12345678901234567890", SHA-1, the last six of eight digits. */
static void test_totp(void **state)
{
    struct span secret = SPAN("12345678901234567890");
    struct buf b = BUF_INIT;

    (void)state;
    assert_int_equal(totp_step(secret, "287082", 59), 1);
    assert_int_equal(totp_step(secret, "081804", 1111111109), 1111111109 / 30);
    assert_int_equal(totp_step(secret, "279037", 2000000000), 2000000000 / 30);
    assert_int_equal(totp_step(secret, "287082", 59 + 120), -1);
    assert_int_equal(totp_step(secret, "", 59), -1);
    base32(&b, SPAN("12345678901234567890"));
    assert_string_equal(buf_cstr(&b), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
    buf_release(&b);
}

static void test_scope(void **state)
{
    static const struct {
        const char *org, *inst, *role, *admdvs, *code, *assignee;
        bool sees;
    } rows[] = {
        {"", "", "head", "510523", "H1", "", true},
        {"510523", "", "head", "510523", "H1", "", true},
        {"510523", "", "head", "510524", "H1", "", false},
        {"510500", "", "head", "510523", "H1", "", true},
        {"510000", "", "head", "510523", "H1", "", true},
        {"510000", "", "head", "500101", "H1", "", false},
        {"510523", "", "head", "", "H1", "", false},
        {"510523", "H1", "handler", "510523", "H1", "", true},
        {"510523", "H1", "handler", "510523", "H2", "", false},
        {"", "", "reviewer", "510523", "H1", "", false},
        {"", "", "reviewer", "510523", "H1", "me", true},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct session s = {.roles = (role_set)1 << role_find(span_of(rows[i].role))};
        struct scope scope;

        snprintf(s.admdvs, sizeof s.admdvs, "%s", rows[i].org);
        snprintf(s.fixmedins_code, sizeof s.fixmedins_code, "%s", rows[i].inst);
        snprintf(s.login, sizeof s.login, "me");
        scope = scope_of(&s);
        if (scope_allows(&scope, span_of(rows[i].admdvs), span_of(rows[i].code),
                         span_of(rows[i].assignee)) != rows[i].sees)
            fail_msg("row %zu", i);
    }
}

static void test_addresses(void **state)
{
    (void)state;
    assert_true(ip_in_list("", "10.0.0.1"));
    assert_true(ip_in_list("10.0.0.0/8", "10.200.3.4"));
    assert_false(ip_in_list("10.0.0.0/9", "10.200.3.4"));
    assert_true(ip_in_list("192.168.1.7 fd00::/8", "fd12::1"));
    assert_true(ip_in_list("192.168.1.7", "::ffff:192.168.1.7"));
    assert_false(ip_in_list("192.168.1.7", "not an address"));
    assert_true(ip_list_valid("10.0.0.0/8  1.2.3.4"));
    assert_false(ip_list_valid("10.0.0.0/33"));
    assert_false(ip_list_valid("10.0.0.0/"));
}

static void test_roles(void **state)
{
    role_set system = (role_set)1 << role_find(SPAN("system")),
             audit = (role_set)1 << role_find(SPAN("audit")),
             head = (role_set)1 << role_find(SPAN("head"));

    (void)state;
    assert_non_null(role_set_clash(system | audit));
    assert_non_null(role_set_clash(system | head));
    assert_null(role_set_clash(head));
    assert_true(role_set_may(head, "clue.assign"));
    assert_false(role_set_may(system, "clue.read"));
    assert_false(role_set_may(audit, "account.grant"));
    /* No administrator sees business data; every permission is somebody's. */
    for (size_t k = 0; k < n_permissions; k++) {
        bool held = false;

        for (size_t i = 0; i < n_roles; i++)
            held |= role_set_may((role_set)1 << i, permissions[k].code);
        if (!held)
            fail_msg("%s is nobody's", permissions[k].code);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_audit_mutations),
        cmocka_unit_test(test_audit_append_only),
        cmocka_unit_test(test_audit_takes_any_bytes),
        cmocka_unit_test(test_newer_database_refused),
        cmocka_unit_test(test_migration_text),
        cmocka_unit_test(test_seal),
        cmocka_unit_test(test_totp),
        cmocka_unit_test(test_scope),
        cmocka_unit_test(test_addresses),
        cmocka_unit_test(test_roles),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
