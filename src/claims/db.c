/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "claims/db.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

int db_error(struct err *e, const char *text)
{
    if (!text)
        text = "";
    if (strstr(text, "No space left") || strstr(text, "Disk quota") ||
        strstr(text, "File too large") || strstr(text, "max_temp_directory_size"))
        return err_set(e, ERR_IO, "磁盘已满，写不下去了；数据保持这一步之前的样子");
    if (strncmp(text, "Out of Memory", 13) == 0) {
        err_set(e, ERR_NOMEM, "内存不够：%.300s", text);
        return err_hint(e, "调大 huji.yaml 中的 memory_limit，或减少 --threads");
    }
    if (strncmp(text, "INTERRUPT", 9) == 0)
        return err_set(e, ERR_STATE, "已中断");
    return err_set(e, ERR_DB, "数据库出错：%.440s", text);
}

struct clock {
    double wall, cpu;
};

static struct clock clock_now(void)
{
    struct timespec w, c;
    clock_gettime(CLOCK_MONOTONIC, &w);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &c);
    return (struct clock){(double)w.tv_sec + (double)w.tv_nsec / 1e9,
                          (double)c.tv_sec + (double)c.tv_nsec / 1e9};
}

/* Memory of this process in MB: now, and the most since the last call. */
static void memory_now(long *now, long *peak)
{
    char line[128];
    FILE *f = fopen("/proc/self/status", "r");
    *now = *peak = 0;
    while (f && fgets(line, sizeof line, f)) {
        sscanf(line, "VmRSS: %ld", now);
        sscanf(line, "VmHWM: %ld", peak);
    }
    if (f)
        fclose(f);
    *now /= 1024;
    *peak /= 1024;
    if ((f = fopen("/proc/self/clear_refs", "w"))) {
        fputs("5", f);
        fclose(f);
    }
}

/* HUJI_SQL=1 in the environment: every statement, its time and memory to stderr, for our own use. */
static void tell(const char *sql, const struct clock *since, bool bad)
{
    struct clock now = clock_now();
    long rss, peak;
    memory_now(&rss, &peak);
    fprintf(stderr, "sql seconds=%.3f cpu=%.3f rss=%ld peak=%ld failed=%d %s\n",
            now.wall - since->wall, now.cpu - since->cpu, rss, peak, bad, sql);
}

int db_query(duckdb_connection con, const char *sql, duckdb_result *out, struct err *e)
{
    bool loud = getenv("HUJI_SQL") != NULL;
    struct clock t = {0};
    if (loud)
        t = clock_now();
    bool bad = duckdb_query(con, sql, out) != DuckDBSuccess;
    if (loud)
        tell(sql, &t, bad);
    if (!bad)
        return 0;
    int rc = db_error(e, duckdb_result_error(out));
    duckdb_destroy_result(out);
    return rc;
}

int db_run(duckdb_connection con, const char *sql, struct err *e)
{
    duckdb_result r;
    int rc = db_query(con, sql, &r, e);
    if (rc == 0)
        duckdb_destroy_result(&r);
    return rc;
}

__attribute__((format(printf, 3, 0))) static int format(struct buf *b, struct err *e,
                                                        const char *fmt, va_list ap)
{
    char *text = NULL;
    int n = vasprintf(&text, fmt, ap);
    if (n < 0)
        return err_nomem(e);
    buf_add(b, text, (size_t)n);
    free(text);
    return b->failed ? err_nomem(e) : 0;
}

int db_exec(duckdb_connection con, struct err *e, const char *fmt, ...)
{
    struct buf b = BUF_INIT;
    va_list ap;
    va_start(ap, fmt);
    int rc = format(&b, e, fmt, ap);
    va_end(ap);
    if (rc == 0)
        rc = db_run(con, buf_cstr(&b), e);
    buf_release(&b);
    return rc;
}

int db_int(duckdb_connection con, struct err *e, int64_t none, int64_t *out, const char *fmt, ...)
{
    struct buf b = BUF_INIT;
    va_list ap;
    va_start(ap, fmt);
    int rc = format(&b, e, fmt, ap);
    va_end(ap);
    struct db_rows rows;
    if (rc == 0)
        rc = db_open(con, buf_cstr(&b), &rows, e);
    buf_release(&b);
    if (rc < 0)
        return rc;
    *out = db_next(&rows) && !db_null(&rows, 0) ? db_i64(&rows, 0) : none;
    db_close(&rows);
    return 0;
}

int db_open(duckdb_connection con, const char *sql, struct db_rows *rows, struct err *e)
{
    *rows = (struct db_rows){0};
    return db_query(con, sql, &rows->result, e);
}

bool db_next(struct db_rows *rows)
{
    if (rows->chunk && ++rows->row < rows->size)
        return true;
    do {
        if (rows->chunk)
            duckdb_destroy_data_chunk(&rows->chunk);
        rows->chunk = duckdb_fetch_chunk(rows->result);
        rows->row = 0;
        rows->size = rows->chunk ? duckdb_data_chunk_get_size(rows->chunk) : 0;
    } while (rows->chunk && rows->size == 0);
    return rows->chunk != NULL;
}

bool db_null(const struct db_rows *rows, idx_t col)
{
    duckdb_vector v = duckdb_data_chunk_get_vector(rows->chunk, col);
    uint64_t *valid = duckdb_vector_get_validity(v);
    return valid && !duckdb_validity_row_is_valid(valid, rows->row);
}

int64_t db_i64(const struct db_rows *rows, idx_t col)
{
    if (db_null(rows, col))
        return 0;
    const void *p = duckdb_vector_get_data(duckdb_data_chunk_get_vector(rows->chunk, col));
    switch (duckdb_column_type((duckdb_result *)(uintptr_t)&rows->result, col)) {
    case DUCKDB_TYPE_BOOLEAN: return ((const bool *)p)[rows->row];
    case DUCKDB_TYPE_TINYINT: return ((const int8_t *)p)[rows->row];
    case DUCKDB_TYPE_SMALLINT: return ((const int16_t *)p)[rows->row];
    case DUCKDB_TYPE_INTEGER: return ((const int32_t *)p)[rows->row];
    case DUCKDB_TYPE_UINTEGER: return ((const uint32_t *)p)[rows->row];
    case DUCKDB_TYPE_BIGINT:
    case DUCKDB_TYPE_UBIGINT: return ((const int64_t *)p)[rows->row];
    case DUCKDB_TYPE_HUGEINT: return (int64_t)((const duckdb_hugeint *)p)[rows->row].lower;
    default: return 0;
    }
}

struct span db_text(const struct db_rows *rows, idx_t col)
{
    if (db_null(rows, col))
        return (struct span){"", 0};
    duckdb_vector v = duckdb_data_chunk_get_vector(rows->chunk, col);
    duckdb_string_t *s = (duckdb_string_t *)duckdb_vector_get_data(v) + rows->row;
    return (struct span){duckdb_string_t_data(s), duckdb_string_t_length(*s)};
}

void db_close(struct db_rows *rows)
{
    if (rows->chunk)
        duckdb_destroy_data_chunk(&rows->chunk);
    duckdb_destroy_result(&rows->result);
}

void sql_name(struct buf *b, const char *name)
{
    buf_char(b, '"');
    for (; *name; name++) {
        if (*name == '"')
            buf_char(b, '"');
        buf_char(b, *name);
    }
    buf_char(b, '"');
}

int db_append_error(duckdb_appender app, struct err *e)
{
    duckdb_error_data why = duckdb_appender_error_data(app);
    int rc = db_error(e, duckdb_error_data_message(why));
    duckdb_destroy_error_data(&why);
    return rc;
}
