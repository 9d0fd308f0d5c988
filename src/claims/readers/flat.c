/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * One flat sheet, a fee line (or a settlement) a row, taken apart into psn_info_b, mdtrt_d, setl_d and fee_list_d.
 * Ids that the sheet lacks are made from what identifies the thing, so that the same rows always give the same ids and
 * importing them again doubles nothing: person from certno; visit from person, institution, number or first day, type
 * of care; settlement from visit and time; line from all it says and how often it was said before in this file.
 * A made id begins with HJ and a letter (P, M, S, L).
 */
#include <stdlib.h>

#include "base/day.h"
#include "base/fen.h"
#include "base/mem.h"
#include "base/sha.h"
#include "claims/readers/flat_setl.h"

enum { PART_LINE, PART_SETL, PART_VISIT, PART_PERSON, PARTS };

/* Where the value of an output's column comes from. */
struct flat_field {
    int pick; /* -1: made */
    int made; /* enum flat_made, when pick is -1 */
    bool day; /* cut the time off */
};

struct flat {
    struct names visits, persons;
    struct map line_seen; /* what a line says -> how often in this file */
    struct map
        line_file; /* id of a line -> the file of this import (setls.file) that had it first */
    struct flat_setls setls;
    struct output *out[PARTS];
    struct flat_field fields[PARTS][MAX_COLUMNS];
    struct buf made[MADE_COUNT]; /* of the row */
};

static const unsigned part_bit[PARTS] = {FLAT_LINE, FLAT_SETL, FLAT_VISIT, FLAT_PERSON};

struct flat *flat_new(void)
{
    return mem_calloc(1, sizeof(struct flat));
}

void flat_free(struct flat *f)
{
    if (!f)
        return;
    names_release(&f->visits);
    names_release(&f->persons);
    map_release(&f->line_seen);
    map_release(&f->line_file);
    flat_setls_release(&f->setls);
    for (int i = 0; i < MADE_COUNT; i++)
        buf_release(&f->made[i]);
    mem_free(f);
}

/* --- which columns --------------------------------------------------------------------------- */

/* When the sheet has no such column, another says the same. In the order of trust. */
static const struct {
    const char *column;
    const char *from[4];
    bool day;
} aliases[] = {
    {"begntime", {"begndate", "fee_ocur_time", "setl_time", NULL}, false},
    {"endtime", {"enddate", NULL}, false},
    {"begndate", {"begntime", "fee_ocur_time", "setl_time", NULL}, true},
    {"enddate", {"endtime", "setl_time", NULL}, true},
    {"setl_time", {"enddate", "endtime", "fee_ocur_time", "begntime"}, false},
    {"fee_ocur_time", {"setl_time", "begntime", "begndate", NULL}, false},
    {"dise_codg", {"dise_no", NULL}, false},
    {"fixmedins_code", {"fixmedins_name", NULL}, false},
};

static int made_kind(const char *column)
{
    return strcmp(column, "psn_no") == 0     ? MADE_PERSON
           : strcmp(column, "mdtrt_id") == 0 ? MADE_VISIT
           : strcmp(column, "setl_id") == 0  ? MADE_SETL
           : strcmp(column, "bkkp_sn") == 0  ? MADE_LINE
                                             : -1;
}

static bool find_field(const struct layout *l, const char *column, struct flat_field *out)
{
    *out = (struct flat_field){.pick = layout_column(l, column), .made = -1};
    out->made = made_kind(column);
    if (out->made >= 0 || out->pick >= 0)
        return true;
    for (size_t i = 0; i < sizeof aliases / sizeof aliases[0]; i++) {
        if (strcmp(aliases[i].column, column) != 0)
            continue;
        for (size_t k = 0; k < 4 && aliases[i].from[k] && out->pick < 0; k++)
            out->pick = layout_column(l, aliases[i].from[k]);
        out->day = aliases[i].day;
    }
    return out->pick >= 0;
}

static int alias_notes(struct sheet_run *s, struct err *e)
{
    static const char *const watched[] = {"setl_time", "fee_ocur_time", "fixmedins_code"};
    static const char *const title[] = {"结算时间", "费用发生时间", "定点医药机构编号"};
    unsigned parts = s->layout->flat;
    int rc = 0;
    for (size_t i = 0; i < 3 && rc == 0; i++) {
        struct flat_field f;
        if ((i == 0 && !(parts & FLAT_SETL)) || (i == 1 && !(parts & FLAT_LINE)) ||
            layout_column(s->layout, watched[i]) >= 0 || !find_field(s->layout, watched[i], &f))
            continue;
        rc = run_note(s->run, e, "%s 没有“%s”列，用“%.*s”代替", s->title, title[i],
                      (int)s->layout->picks[f.pick].heading.n, s->layout->picks[f.pick].heading.p);
    }
    return rc;
}

/* The part that every row of the sheet is one of. */
static int lowest_part(unsigned parts)
{
    return parts & FLAT_LINE ? PART_LINE : parts & FLAT_SETL ? PART_SETL : PART_VISIT;
}

static int begin_part(struct sheet_run *s, int part, struct err *e)
{
    struct flat *f = s->run->flat;
    const struct table_column *columns[MAX_COLUMNS];
    int t = TABLE_NAMED(guess_flat_tables[part]);
    size_t n = 0;
    f->out[part] = NULL;
    if (t < 0)
        return 0;
    for (size_t i = 0; i < huji_tables[t]->n_columns && n < MAX_COLUMNS; i++) {
        const struct table_column *c = &huji_tables[t]->columns[i];
        bool total = part == PART_SETL && strcmp(c->name, "medfee_sumamt") == 0 &&
                     (s->layout->flat & FLAT_LINE);
        bool own_id = made_kind(c->name) < 0 || part != PART_PERSON ||
                      strcmp(c->name, "psn_no") == 0;
        bool found = find_field(s->layout, c->name, &f->fields[part][n]);
        if (!own_id || !(found || total))
            continue;
        /* a line knows its settlement only where there are settlements; the same for visits */
        if (part != PART_SETL && f->fields[part][n].made == MADE_SETL &&
            !(s->layout->flat & FLAT_SETL) && f->fields[part][n].pick < 0)
            continue;
        columns[n++] = c;
    }
    for (size_t i = 0; i < s->layout->n && n < MAX_COLUMNS && part == lowest_part(s->layout->flat);
         i++)
        if (s->layout->picks[i].extra) {
            f->fields[part][n] = (struct flat_field){.pick = (int)i, .made = -1};
            columns[n++] = s->layout->picks[i].column;
        }
    f->out[part] = run_output(s->run, t, columns, n, e);
    if (!f->out[part])
        return e && e->code ? e->code : ERR_IO;
    if (part >= PART_VISIT)
        s->run->report->outputs[f->out[part]->report].made = true;
    return 0;
}

int flat_begin(struct sheet_run *s, struct err *e)
{
    int rc = 0;
    for (int i = 0; i < PARTS && rc == 0; i++) {
        s->run->flat->out[i] = NULL;
        if (s->layout->flat & part_bit[i])
            rc = begin_part(s, i, e);
    }
    if (rc == 0)
        rc = flat_setls_begin(&s->run->flat->setls, s, s->run->flat->out[PART_SETL], e);
    if (rc == 0)
        rc = run_note(s->run, e, "%s 是合在一起的宽表，拆成%s%s%s%s", s->title,
                      s->layout->flat & FLAT_PERSON ? " 人员" : "",
                      s->layout->flat & FLAT_VISIT ? " 就诊" : "",
                      s->layout->flat & FLAT_SETL ? " 结算" : "",
                      s->layout->flat & FLAT_LINE ? " 费用明细" : "");
    return rc ? rc : alias_notes(s, e);
}

/* --- ids ------------------------------------------------------------------------------------- */

static struct span named(const struct sheet_run *s, const char *column)
{
    return value_at(&s->values, layout_column(s->layout, column));
}

static struct span first_of(const struct sheet_run *s, const char *const *names)
{
    for (; *names; names++) {
        struct span v = named(s, *names);
        if (v.n)
            return v;
    }
    return (struct span){"", 0};
}

static void hash_id(struct buf *out, char letter, const struct buf *what)
{
    char hex[21];
    sha256_hex((struct span){buf_cstr(what), what->n}, 10, hex);
    buf_fmt(out, "HJ%c%s", letter, hex);
}

static void part_of(struct buf *b, struct span s)
{
    buf_span(b, s);
    buf_char(b, '\x1f');
}

static void put(struct buf *b, struct span s)
{
    buf_clear(b);
    buf_span(b, s);
}

static struct span text_of(const struct buf *b)
{
    return (struct span){buf_cstr(b), b->n};
}

bool flat_has_person(const struct sheet_run *s)
{
    return named(s, "psn_no").n > 0 || named(s, "certno").n > 0;
}

static void make_person(struct sheet_run *s, struct flat *f, struct buf *tmp)
{
    struct span no = named(s, "psn_no"), cert = named(s, "certno");
    if (no.n || !cert.n) {
        put(&f->made[MADE_PERSON], no);
        return;
    }
    buf_clear(tmp);
    part_of(tmp, cert);
    buf_clear(&f->made[MADE_PERSON]);
    hash_id(&f->made[MADE_PERSON], 'P', tmp);
}

static void make_visit(struct sheet_run *s, struct flat *f, struct buf *tmp)
{
    static const char *const inst[] = {"fixmedins_code", "fixmedins_name", NULL};
    static const char *const day[] = {"begntime", "begndate", "fee_ocur_time", "setl_time", NULL};
    struct span id = named(s, "mdtrt_id"), begin = first_of(s, day);
    if (id.n) {
        put(&f->made[MADE_VISIT], id);
        return;
    }
    s->run->report->made_visits++; /* counted per row here, per visit in flat_row */
    buf_clear(tmp);
    part_of(tmp, text_of(&f->made[MADE_PERSON]));
    part_of(tmp, first_of(s, inst));
    part_of(tmp, named(s, "ipt_otp_no"));
    part_of(tmp, (struct span){begin.p, begin.n < 10 ? begin.n : 10});
    part_of(tmp, named(s, "med_type"));
    buf_clear(&f->made[MADE_VISIT]);
    hash_id(&f->made[MADE_VISIT], 'M', tmp);
}

static void make_setl(struct sheet_run *s, struct flat *f, struct buf *tmp)
{
    static const char *const when[] = {"setl_time", "enddate", "endtime", NULL};
    struct span id = named(s, "setl_id");
    if (id.n) {
        put(&f->made[MADE_SETL], id);
        return;
    }
    buf_clear(tmp);
    part_of(tmp, text_of(&f->made[MADE_VISIT]));
    part_of(tmp, first_of(s, when));
    part_of(tmp, named(s, "invono"));
    part_of(tmp, named(s, "refd_setl_flag"));
    buf_clear(&f->made[MADE_SETL]);
    hash_id(&f->made[MADE_SETL], 'S', tmp);
}

/* All that the row says, and how often it was said before: two equal lines of one day are two lines. */
static int make_line(struct sheet_run *s, struct flat *f, struct buf *tmp)
{
    struct span id = named(s, "bkkp_sn");
    if (id.n) {
        put(&f->made[MADE_LINE], id);
        return 0;
    }
    buf_clear(tmp);
    part_of(tmp, text_of(&f->made[MADE_VISIT]));
    for (size_t i = 0; i < s->layout->n; i++)
        if (!s->layout->picks[i].counts)
            part_of(tmp, value_at(&s->values, (int)i));
    uint64_t h = hash_bytes(buf_cstr(tmp), tmp->n);
    uint32_t before = map_get(&f->line_seen, h);
    before = before == MAP_NONE ? 0 : before;
    if (map_put(&f->line_seen, h, before + 1))
        return -1;
    buf_fmt(tmp, "%u", before);
    buf_clear(&f->made[MADE_LINE]);
    hash_id(&f->made[MADE_LINE], 'L', tmp);
    s->run->report->made_lines++;
    return 0;
}

/* --- rows ------------------------------------------------------------------------------------ */

static struct span field_value(const struct sheet_run *s, const struct flat *f,
                               const struct flat_field *ff)
{
    if (ff->made >= 0)
        return text_of(&f->made[ff->made]);
    struct span v = value_at(&s->values, ff->pick);
    if (ff->day && v.n > 10)
        v.n = 10;
    return v;
}

static void part_fields(const struct sheet_run *s, struct flat *f, int part, struct span *fields)
{
    for (size_t i = 0; i < f->out[part]->n; i++)
        fields[i] = field_value(s, f, &f->fields[part][i]);
}

static int write_part(struct sheet_run *s, struct flat *f, int part, struct err *e)
{
    struct span fields[MAX_COLUMNS];
    part_fields(s, f, part, fields);
    return run_write_row(s->run, f->out[part], fields, s->row_no, s->name, e);
}

/* 1 = seen for the first time. */
static int first_time(struct names *seen, const struct buf *id, struct err *e)
{
    uint32_t n = seen->n;
    if (names_put(seen, text_of(id)) == NAME_NONE)
        return err_nomem(e);
    return seen->n > n;
}

static int write_once(struct sheet_run *s, struct flat *f, int part, struct names *seen, int id,
                      struct err *e)
{
    if (!f->out[part])
        return 0;
    int rc = first_time(seen, &f->made[id], e);
    if (rc <= 0)
        return rc;
    rc = write_part(s, f, part, e);
    return rc ? rc : 1;
}

static int write_parts(struct sheet_run *s, struct flat *f, uint64_t made_before, bool again,
                       struct err *e)
{
    struct normalise_report *rep = s->run->report;
    bool made_visit = rep->made_visits > made_before;
    rep->made_visits = made_before;
    int rc = write_once(s, f, PART_PERSON, &f->persons, MADE_PERSON, e);
    if (rc > 0 && !named(s, "psn_no").n)
        rep->made_persons++;
    if (rc >= 0 && (rc = write_once(s, f, PART_VISIT, &f->visits, MADE_VISIT, e)) > 0 && made_visit)
        rep->made_visits++;
    if (rc >= 0 && f->out[PART_SETL]) {
        struct span fields[MAX_COLUMNS];
        part_fields(s, f, PART_SETL, fields);
        rc = flat_setls_add(&f->setls, s, text_of(&f->made[MADE_SETL]),
                            text_of(&f->made[MADE_LINE]), fields, again, e);
        rep->made_settlements += rc > 0 && !named(s, "setl_id").n;
    }
    if (rc >= 0 && f->out[PART_LINE])
        rc = write_part(s, f, PART_LINE, e);
    return rc < 0 ? rc : 0;
}

/* Nobody's row: what is most of it goes on without a person, and the import rejects it. */
static int write_nobody(struct sheet_run *s, struct flat *f, struct err *e)
{
    put(&f->made[MADE_VISIT], named(s, "mdtrt_id"));
    put(&f->made[MADE_SETL], named(s, "setl_id"));
    for (int part = PART_LINE; part <= PART_VISIT; part++)
        if (f->out[part])
            return write_part(s, f, part, e);
    return 0;
}

static bool made_failed(const struct flat *f)
{
    for (int i = 0; i < MADE_COUNT; i++)
        if (f->made[i].failed)
            return true;
    return false;
}

/* Did an earlier file of the import have the line? 1, 0, or -1: out of memory. */
static int had_before(struct flat *f)
{
    uint64_t id = hash_bytes(buf_cstr(&f->made[MADE_LINE]), f->made[MADE_LINE].n);
    uint32_t file = map_get(&f->line_file, id);
    if (file != MAP_NONE)
        return file != f->setls.file;
    return map_put(&f->line_file, id, f->setls.file) ? -1 : 0;
}

int flat_row(struct sheet_run *s, struct err *e)
{
    struct flat *f = s->run->flat;
    struct buf tmp = BUF_INIT;
    uint64_t made_before = s->run->report->made_visits;
    make_person(s, f, &tmp);
    make_visit(s, f, &tmp);
    make_setl(s, f, &tmp);
    int rc = f->out[PART_LINE] && make_line(s, f, &tmp) ? err_nomem(e) : 0;
    int again = rc == 0 && f->out[PART_LINE] && f->made[MADE_LINE].n ? had_before(f) : 0;
    if (again < 0)
        rc = err_nomem(e);
    if (rc == 0 && (tmp.failed || made_failed(f)))
        rc = err_nomem(e);
    if (rc == 0 && flat_has_person(s)) {
        rc = write_parts(s, f, made_before, again > 0, e);
    } else if (rc == 0) {
        s->run->report->made_visits = made_before;
        rc = write_nobody(s, f, e);
    }
    buf_release(&tmp);
    return rc;
}

int flat_end(struct run *r, int rc, struct err *e)
{
    struct flat *f = r->flat;
    if (rc == 0)
        rc = flat_setls_end(&f->setls, r, e);
    if (rc) { /* a file that is not imported must not count in the sums of the next */
        flat_setls_forget(&f->setls);
        map_clear(&f->line_file);
    }
    /* persons and visits are said again by each file; that a line is said twice counts within one */
    names_release(&f->visits);
    names_release(&f->persons);
    map_clear(&f->line_seen);
    f->setls.file++;
    return rc;
}
