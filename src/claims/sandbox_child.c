/* SPDX-License-Identifier: MulanPSL-2.0 */
/* The process that runs what somebody typed. One thread, no file, an empty database whose views ask the parent for rows. */
#include <ctype.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/mem.h"
#include "claims/sandbox.h"

#define SOCKET 0
#define MAX_CELL 2000
#define MAX_JSON (6 << 20)

/* --- the house is closed -------------------------------------------------------------------------- */

static void set_limit(int what, rlim_t most)
{
    setrlimit(what, &(struct rlimit){most, most});
}

static void close_house(int memory_mb)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    prctl(PR_SET_DUMPABLE, 0);
    if (syscall(SYS_close_range, 3U, ~0U, 0U) < 0)
        for (int fd = 3; fd < 65536; fd++)
            close(fd);
    set_limit(RLIMIT_CORE, 0);
    set_limit(RLIMIT_FSIZE, 0);
#ifndef __SANITIZE_ADDRESS__ /* its shadow is larger than any limit */
    set_limit(RLIMIT_AS, ((rlim_t)memory_mb + 1536) << 20);
#else
    (void)memory_mb;
#endif
}

/* --- tables that ask the parent ------------------------------------------------------------------- */

static void ask_bind(duckdb_bind_info info)
{
    const struct sandbox_view *v = duckdb_bind_get_extra_info(info);
    for (const struct sandbox_column *c = v->columns; c->name; c++) {
        duckdb_logical_type t = c->type == 'M'   ? duckdb_create_decimal_type(18, 2)
                                : c->type == 'Q' ? duckdb_create_decimal_type(18, 4)
                                                 : duckdb_create_logical_type(
                                                       c->type == 'T'   ? DUCKDB_TYPE_VARCHAR
                                                       : c->type == 'D' ? DUCKDB_TYPE_DATE
                                                                        : DUCKDB_TYPE_BIGINT);
        duckdb_bind_add_result_column(info, c->name, t);
        duckdb_destroy_logical_type(&t);
    }
}

struct asked {
    const struct sandbox_view *view;
    unsigned char number, col[64], n;
};

static void ask_init(duckdb_init_info info)
{
    const struct sandbox_view *v = duckdb_init_get_extra_info(info);
    struct asked *a = mem_calloc(1, sizeof *a);
    idx_t n = duckdb_init_get_column_count(info);
    unsigned char head[3] = {'O', 0, 0};
    int most = 0;
    if (!a || n > sizeof a->col) {
        duckdb_init_set_error(info, "too many columns");
        mem_free(a);
        return;
    }
    while (v->columns[most].name)
        most++;
    a->view = v;
    for (idx_t k = 0; k < n;
         k++) { /* beyond the columns: the number of the row, of which nobody asks the value */
        idx_t c = duckdb_init_get_column_index(info, k);
        a->col[a->n++] = c < (idx_t)most ? (unsigned char)c : SANDBOX_ONE;
    }
    if (!a->n)
        a->col[a->n++] = SANDBOX_ONE;
    head[1] = (unsigned char)(v - sandbox_views);
    head[2] = a->n;
    duckdb_init_set_max_threads(info, 1);
    duckdb_init_set_init_data(info, a, mem_free);
    if (!wire_write(SOCKET, head, 3, 0) || !wire_write(SOCKET, a->col, a->n, 0) ||
        !wire_read(SOCKET, &a->number, 1, 0))
        _exit(3);
}

static void take_texts(duckdb_vector v, const char *here, int32_t n)
{
    char *text = NULL;
    size_t cap = 0;
    for (int32_t i = 0; i < n; i++) {
        int32_t len;
        if (!wire_read(SOCKET, &len, sizeof len, 0) ||
            mem_grow(&text, &cap, (size_t)len + 1, 1) < 0 ||
            !wire_read(SOCKET, text, (size_t)len, 0))
            _exit(3);
        if (here[i])
            duckdb_vector_assign_string_element_len(v, (idx_t)i, text, (idx_t)len);
    }
    mem_free(text);
}

static void take_column(duckdb_vector v, char type, int32_t n)
{
    char here[4096];
    int64_t number[4096];
    if (n > 4096 || !wire_read(SOCKET, here, (size_t)n, 0))
        _exit(3);
    duckdb_vector_ensure_validity_writable(v);
    uint64_t *valid = duckdb_vector_get_validity(v);
    for (int32_t i = 0; i < n; i++)
        duckdb_validity_set_row_validity(valid, (idx_t)i, here[i]);
    if (type == 'T') {
        take_texts(v, here, n);
        return;
    }
    if (!wire_read(SOCKET, number, (size_t)n * 8, 0))
        _exit(3);
    if (type == 'D')
        for (int32_t i = 0; i < n; i++)
            ((int32_t *)duckdb_vector_get_data(v))[i] = (int32_t)number[i];
    else
        memcpy(duckdb_vector_get_data(v), number, (size_t)n * 8);
}

/* A column that DuckDB did not ask for: read past. */
static void skip_column(int32_t n)
{
    char here[4096];
    int64_t number[4096];
    if (n > 4096 || !wire_read(SOCKET, here, (size_t)n, 0) ||
        !wire_read(SOCKET, number, (size_t)n * 8, 0))
        _exit(3);
}

static void ask_run(duckdb_function_info info, duckdb_data_chunk out)
{
    struct asked *a = duckdb_function_get_init_data(info);
    char head[2] = {'N', (char)a->number};
    int32_t n;
    if (!wire_write(SOCKET, head, 2, 0) || !wire_read(SOCKET, &n, sizeof n, 0))
        _exit(3);
    idx_t columns = duckdb_data_chunk_get_column_count(out);
    for (idx_t k = 0; k < a->n && n > 0; k++)
        if (k >= columns || a->col[k] == SANDBOX_ONE)
            skip_column(n);
        else
            take_column(duckdb_data_chunk_get_vector(out, k), a->view->columns[a->col[k]].type, n);
    duckdb_data_chunk_set_size(out, (idx_t)(n > 0 ? n : 0));
}

static bool add_view(duckdb_connection con, const struct sandbox_view *v)
{
    char name[80], sql[200];
    duckdb_table_function f = duckdb_create_table_function();
    union { /* the library hands it back as const */
        const struct sandbox_view *in;
        void *out;
    } extra = {.in = v};
    snprintf(name, sizeof name, "huji_%s", v->name);
    duckdb_table_function_set_name(f, name);
    duckdb_table_function_set_extra_info(f, extra.out, NULL);
    duckdb_table_function_set_bind(f, ask_bind);
    duckdb_table_function_set_init(f, ask_init);
    duckdb_table_function_set_function(f, ask_run);
    duckdb_table_function_supports_projection_pushdown(f, true);
    bool ok = duckdb_register_table_function(con, f) == DuckDBSuccess;
    duckdb_destroy_table_function(&f);
    snprintf(sql, sizeof sql, "create view %s as select * from %s()", v->name, name);
    return ok && duckdb_query(con, sql, NULL) == DuckDBSuccess;
}

/* --- one statement -------------------------------------------------------------------------------- */

static void say(char what, const char *text, size_t n)
{
    int32_t len = (int32_t)n;
    if (!wire_write(SOCKET, &what, 1, 0) || !wire_write(SOCKET, &len, sizeof len, 0) ||
        !wire_write(SOCKET, text, n, 0))
        _exit(3);
}

static int refuse(const char *text)
{
    say('E', text, strlen(text));
    return 1;
}

static const char *first_word(const char *p)
{
    for (;;) {
        while (isspace((unsigned char)*p) || *p == '(')
            p++;
        if (p[0] == '-' && p[1] == '-')
            p += strcspn(p, "\n");
        else if (p[0] == '/' && p[1] == '*' && strstr(p, "*/"))
            p = strstr(p, "*/") + 2;
        else
            return p;
    }
}

static bool begins(const char *p, const char *word)
{
    size_t n = strlen(word);
    return strncasecmp(p, word, n) == 0 && !isalnum((unsigned char)p[n]) && p[n] != '_';
}

/* One statement, and a SELECT: by its word, and by what DuckDB takes it for. */
static bool is_select(duckdb_connection con, const char *sql)
{
    duckdb_extracted_statements all = NULL;
    duckdb_prepared_statement one = NULL;
    const char *word = first_word(sql);
    idx_t n = duckdb_extract_statements(con, sql, &all);
    bool ok = false;
    if (n == 0)
        refuse(duckdb_extract_statements_error(all) ? duckdb_extract_statements_error(all)
                                                    : "查询读不懂");
    else if (n > 1)
        refuse("一次只能一条查询");
    else if (!begins(word, "select") && !begins(word, "with") && !begins(word, "from") &&
             !begins(word, "values"))
        refuse("只能查（SELECT、WITH、FROM 开头），不能改、不能设置、不能读写文件");
    else if (duckdb_prepare_extracted_statement(con, all, 0, &one) != DuckDBSuccess)
        refuse(duckdb_prepare_error(one));
    else if (duckdb_prepared_statement_type(one) != DUCKDB_STATEMENT_TYPE_SELECT)
        refuse("只能查（SELECT），不能改、不能设置、不能读写文件");
    else if (duckdb_nparams(one) > 0)
        refuse("查询里不能有参数（? 或 $1）");
    else
        ok = true;
    duckdb_destroy_prepare(&one);
    duckdb_destroy_extracted(&all);
    return ok;
}

static bool is_number(duckdb_type t)
{
    return t == DUCKDB_TYPE_TINYINT || t == DUCKDB_TYPE_SMALLINT || t == DUCKDB_TYPE_INTEGER ||
           t == DUCKDB_TYPE_BIGINT || t == DUCKDB_TYPE_HUGEINT || t == DUCKDB_TYPE_DOUBLE ||
           t == DUCKDB_TYPE_FLOAT || t == DUCKDB_TYPE_DECIMAL;
}

static void cell_json(struct buf *b, duckdb_string_t *s, bool number)
{
    struct span text = {duckdb_string_t_data(s), duckdb_string_t_length(*s)};
    /* What a page can hold as a number; nan, inf and long integers stay texts. */
    bool plain = number && text.n > 0 && text.n <= 15 &&
                 (isdigit((unsigned char)text.p[0]) || text.p[0] == '-');
    for (size_t i = 1; plain && i < text.n; i++)
        plain = isdigit((unsigned char)text.p[i]) || text.p[i] == '.';
    text = utf8_cut(text, MAX_CELL);
    if (plain)
        buf_span(b, text);
    else
        buf_json(b, text);
}

static void chunk_json(struct buf *b, duckdb_data_chunk chunk, const bool *number, idx_t columns,
                       int64_t *left, bool *cut)
{
    idx_t n = duckdb_data_chunk_get_size(chunk);
    for (idx_t i = 0; i < n; i++) {
        if (*left == 0 || b->n > MAX_JSON) {
            *cut = true;
            return;
        }
        (*left)--;
        buf_str(b, b->p[b->n - 1] == '[' ? "[" : ",[");
        for (idx_t c = 0; c < columns; c++) {
            duckdb_vector v = duckdb_data_chunk_get_vector(chunk, c);
            const uint64_t *valid = duckdb_vector_get_validity(v);
            buf_str(b, c ? "," : "");
            if (valid && !(valid[i / 64] >> (i % 64) & 1))
                buf_str(b, "null");
            else
                cell_json(b, &((duckdb_string_t *)duckdb_vector_get_data(v))[i], number[c]);
        }
        buf_char(b, ']');
    }
}

static int print_rows(duckdb_result *r, const bool *number, int64_t rows)
{
    struct buf b = BUF_INIT;
    idx_t columns = duckdb_column_count(r);
    duckdb_data_chunk chunk;
    bool cut = false;
    buf_str(&b, "{\"columns\":[");
    for (idx_t c = 0; c < columns; c++) {
        buf_str(&b, c ? "," : "");
        buf_json(&b, span_of(duckdb_column_name(r, c)));
    }
    buf_str(&b, "],\"rows\":[");
    while (!cut && (chunk = duckdb_fetch_chunk(*r))) {
        chunk_json(&b, chunk, number, columns, &rows, &cut);
        duckdb_destroy_data_chunk(&chunk);
    }
    buf_fmt(&b, "],\"cut\":%s}", cut ? "true" : "false");
    if (b.failed)
        refuse("Out of Memory");
    else
        say('R', b.p, b.n);
    buf_release(&b);
    return 0;
}

/* The types first, then the rows as texts: one more row than may be shown, to know whether there are others. */
static int run(duckdb_connection con, const char *sql, int64_t rows)
{
    struct buf b = BUF_INIT;
    duckdb_prepared_statement one = NULL;
    duckdb_result r;
    bool number[512] = {false};
    size_t n = strlen(sql);
    while (n > 0 && (isspace((unsigned char)sql[n - 1]) || sql[n - 1] == ';'))
        n--;
    buf_fmt(&b, "select * from (%.*s\n) q limit 0", (int)n, sql);
    if (duckdb_prepare(con, buf_cstr(&b), &one) != DuckDBSuccess)
        return refuse(duckdb_prepare_error(one));
    idx_t columns = duckdb_prepared_statement_column_count(one);
    if (columns > 512)
        return refuse("最多 512 列");
    for (idx_t c = 0; c < columns; c++)
        number[c] = is_number(duckdb_prepared_statement_column_type(one, c));
    duckdb_destroy_prepare(&one);
    buf_clear(&b);
    buf_fmt(&b, "select columns(*)::varchar from (%.*s\n) q limit %lld", (int)n, sql,
            (long long)rows + 1);
    int rc = duckdb_query(con, buf_cstr(&b), &r) == DuckDBSuccess ? print_rows(&r, number, rows)
                                                                  : refuse(duckdb_result_error(&r));
    duckdb_destroy_result(&r);
    buf_release(&b);
    return rc;
}

static bool open_empty(int memory_mb, duckdb_database *db, duckdb_connection *con)
{
    duckdb_config c;
    char memory[32], *why = NULL;
    snprintf(memory, sizeof memory, "%dMB", memory_mb);
    const char *const set[][2] = {{"threads", "1"},
                                  {"memory_limit", memory},
                                  {"temp_directory", ""},
                                  {"max_temp_directory_size", "0KB"},
                                  {"autoinstall_known_extensions", "false"},
                                  {"autoload_known_extensions", "false"},
                                  {"allow_unsigned_extensions", "false"},
                                  {"enable_external_access", "false"}};
    bool ok = duckdb_create_config(&c) == DuckDBSuccess;
    for (size_t i = 0; i < sizeof set / sizeof *set && ok; i++)
        ok = duckdb_set_config(c, set[i][0], set[i][1]) == DuckDBSuccess;
    ok = ok && duckdb_open_ext(":memory:", db, c, &why) == DuckDBSuccess &&
         duckdb_connect(*db, con) == DuckDBSuccess;
    for (int k = 0; sandbox_views[k].name && ok; k++)
        ok = add_view(*con, &sandbox_views[k]);
    return ok && duckdb_query(*con, "set lock_configuration = true", NULL) == DuckDBSuccess;
}

int sandbox_child(void)
{
    struct sandbox_head head;
    int type = 0;
    socklen_t size = sizeof type;
    if (getsockopt(SOCKET, SOL_SOCKET, SO_TYPE, &type, &size) < 0) {
        fprintf(stderr, "huji --sandbox 只由 huji serve 启动\n");
        return 2;
    }
    if (!wire_read(SOCKET, &head, sizeof head, 0) || head.sql_bytes < 0 ||
        head.sql_bytes > SANDBOX_MAX_SQL)
        return 3;
    close_house(head.memory_mb);
    char *sql = mem_calloc(1, (size_t)head.sql_bytes + 1);
    duckdb_database db = NULL;
    duckdb_connection con = NULL;
    if (!sql || !wire_read(SOCKET, sql, (size_t)head.sql_bytes, 0))
        return 3;
    if (strlen(sql) != (size_t)head.sql_bytes)
        refuse("查询里有不可见的零字节");
    else if (!open_empty(head.memory_mb, &db, &con))
        refuse("查询用的数据库打不开");
    else if (is_select(con, sql))
        run(con, sql, head.rows);
    _exit(0); /* nothing to tidy up: the parent ends it */
}
