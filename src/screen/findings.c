/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "screen/findings.h"

#include <jansson.h>

#include "base/mem.h"
#include "screen/csvfile.h"

const char *const finding_class_name[CLASS_COUNT] = {"明确", "高疑", "可疑"};

bool finding_class_parse(struct span s, enum finding_class *out)
{
    for (int i = 0; i < CLASS_COUNT; i++)
        if (span_is(s, finding_class_name[i])) {
            *out = (enum finding_class)i;
            return true;
        }
    return false;
}

static int evidence_one(struct finding_set *fs, struct finding *f, json_t *o, struct err *e)
{
    json_t *more = json_object_get(o, "more"), *id = json_object_get(o, "id");
    struct evidence *v = &f->evidence[f->n_evidence];

    if (!id && json_is_integer(more)) {
        f->more = json_integer_value(more);
        return 0;
    }
    if (!json_is_string(id))
        return err_set(e, ERR_INPUT, "疑点 %.*s 的证据没有 id", (int)f->id.n, f->id.p);
    v->id = arena_span(&fs->text, (struct span){json_string_value(id), json_string_length(id)});
    if (!v->id.p)
        return err_nomem(e);
    v->role = (int)json_integer_value(json_object_get(o, "role"));
    v->amount = json_integer_value(json_object_get(o, "amount_fen"));
    v->fund = json_integer_value(json_object_get(o, "fund_fen"));
    f->n_evidence++;
    return 0;
}

/* [{"id": ..., "role": 1, "amount_fen": n, "fund_fen": n}, ..., {"more": n}] */
static int evidence_parse(struct finding_set *fs, struct finding *f, struct span text,
                          struct err *e)
{
    json_error_t fault;
    json_t *list;
    size_t n;
    int rc = 0;

    if (!text.n)
        return 0;
    list = json_loadb(text.p, text.n, 0, &fault);
    if (!json_is_array(list)) {
        json_decref(list);
        return err_set(e, ERR_INPUT, "疑点 %.*s 的证据不是 JSON 数组", (int)f->id.n, f->id.p);
    }
    n = json_array_size(list);
    if (n) {
        f->evidence = arena_calloc(&fs->text, n * sizeof *f->evidence);
        if (!f->evidence)
            rc = err_nomem(e);
    }
    for (size_t i = 0; i < n && !rc; i++)
        rc = evidence_one(fs, f, json_array_get(list, i), e);
    json_decref(list);
    return rc;
}

int finding_set_add(struct finding_set *fs, const struct finding *from, struct span evidence,
                    struct err *e)
{
    struct finding f = *from;
    struct span *const texts[] = {&f.id,           &f.rule,   &f.owner_type, &f.owner, &f.anchor,
                                  &f.person,       &f.visit,  &f.inst,       &f.phase, &f.message,
                                  &f.content_hash, &f.doctor, &f.kind};
    int rc;

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        if (!texts[i]->n)
            *texts[i] = (struct span){"", 0};
        else
            *texts[i] = arena_span(&fs->text, *texts[i]);
        if (!texts[i]->p)
            return err_nomem(e);
    }
    f.gang = SPAN("");
    f.evidence = NULL;
    f.n_evidence = 0;
    rc = evidence_parse(fs, &f, evidence, e);
    if (rc)
        return rc;
    if (mem_grow(&fs->at, &fs->cap, fs->n + 1, sizeof *fs->at))
        return err_nomem(e);
    fs->at[fs->n++] = f;
    return 0;
}

void finding_set_release(struct finding_set *fs)
{
    mem_free(fs->at);
    arena_release(&fs->text);
    *fs = (struct finding_set)FINDING_SET_INIT;
}

const struct finding *finding_set_get(const struct finding_set *fs, struct span id, bool *several)
{
    const struct finding *found = NULL;

    *several = false;
    for (size_t i = 0; i < fs->n; i++) {
        struct span have = fs->at[i].id;

        if (span_eq(have, id))
            return &fs->at[i];
        if (id.n >= 8 && have.n > id.n && memcmp(have.p, id.p, id.n) == 0) {
            *several = found != NULL;
            found = &fs->at[i];
        }
    }
    return *several ? NULL : found;
}

/* --- from a CSV --------------------------------------------------------------------------------- */

enum csv_column {
    F_ID,
    F_RULE,
    F_VERSION,
    F_OWNER_TYPE,
    F_OWNER,
    F_ANCHOR,
    F_PERSON,
    F_VISIT,
    F_INST,
    F_DAY,
    F_VALUE,
    F_THRESHOLD,
    F_AMOUNT,
    F_FUND,
    F_CLASS,
    F_PHASE,
    F_MESSAGE,
    F_EVIDENCE,
    F_HIT,
    F_MARKED,
    F_DOCTOR,
    F_KIND,
    F_VERDICT,
    F_COUNT
};
static const char *const csv_names[F_COUNT] = {
    "finding_id",  "rule_id",   "rule_version",   "owner_type", "owner_id", "anchor",
    "psn_no",      "mdtrt_id",  "fixmedins_code", "event_date", "value",    "threshold",
    "amount_yuan", "fund_yuan", "class",          "phase",      "message",  "evidence",
    "hit",         "marked",    "dr_code",        "inst_kind",  "verdict",
};
#define F_NEEDED (1u << F_ID | 1u << F_RULE | 1u << F_FUND | 1u << F_CLASS)

static int64_t number(struct span s, int scale, int64_t none)
{
    int64_t v;

    return s.n && dec_parse(s, scale, true, &v) ? v : none;
}

static int csv_row(struct finding_set *fs, const struct csvfile *c, const int *at, size_t r,
                   struct err *e)
{
    struct finding f = {.hit = true};

#define CELL(k) csvfile_cell(c, r, at[k])
    f.id = CELL(F_ID);
    f.rule = CELL(F_RULE);
    f.rule_version = (int)number(CELL(F_VERSION), 0, 1);
    f.owner_type = CELL(F_OWNER_TYPE);
    f.owner = CELL(F_OWNER);
    f.anchor = CELL(F_ANCHOR);
    f.person = CELL(F_PERSON);
    f.visit = CELL(F_VISIT);
    f.inst = CELL(F_INST);
    f.doctor = CELL(F_DOCTOR);
    f.kind = CELL(F_KIND);
    f.phase = CELL(F_PHASE);
    f.message = CELL(F_MESSAGE);
    f.value = number(CELL(F_VALUE), VALUE_SCALE, VALUE_NONE);
    f.threshold = number(CELL(F_THRESHOLD), VALUE_SCALE, VALUE_NONE);
    f.amount = number(CELL(F_AMOUNT), 2, 0);
    f.fund = number(CELL(F_FUND), 2, 0);
    f.marked = span_is(CELL(F_MARKED), "true");
    f.hit = !span_is(CELL(F_HIT), "false");
    if (!day_parse(CELL(F_DAY), &f.day))
        f.day = DAY_NONE;
    verdict_parse(CELL(F_VERDICT), &f.verdict);
    if (!finding_class_parse(CELL(F_CLASS), &f.cls)) {
        err_set(e, ERR_INPUT, "没有这种等级：%.*s", (int)CELL(F_CLASS).n, CELL(F_CLASS).p);
        err_hint(e, "明确、高疑、可疑之一");
        return err_where(e, "%s:%zu", c->path, c->lines[r + 1]);
    }
    return finding_set_add(fs, &f, CELL(F_EVIDENCE), e);
#undef CELL
}

int finding_set_read_csv(struct finding_set *fs, const char *path, struct err *e)
{
    struct csvfile c;
    int at[F_COUNT], rc;

    rc = csvfile_read(&c, path, e);
    if (rc)
        return rc;
    for (int k = 0; k < F_COUNT && !rc; k++) {
        at[k] = csvfile_column(&c, csv_names[k]);
        if (at[k] < 0 && (F_NEEDED >> k & 1))
            rc = csvfile_need(&c, csv_names[k], &at[k], e);
    }
    for (size_t r = 0; r < c.n_rows && !rc; r++)
        rc = csv_row(fs, &c, at, r, e);
    csvfile_release(&c);
    return rc;
}
