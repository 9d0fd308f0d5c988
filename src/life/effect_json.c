/* SPDX-License-Identifier: MulanPSL-2.0 */
/* An effect as it is kept in the history, sent to the page and printed. */
#include "life/change.h"

#define MOST_ROWS 300

static json_t *text_of(struct span s)
{
    json_t *t = json_stringn(s.p ? s.p : "", s.n);

    return t ? t : json_string("");
}

static json_t *sum_json(const struct effect_sum *s)
{
    return json_pack("{s:o,s:o,s:I,s:I,s:I,s:I,s:I,s:I,s:I}", "key", text_of(s->key), "name",
                     text_of(s->name), "new", (json_int_t)s->n[DIFF_NEW], "lost",
                     (json_int_t)s->n[DIFF_LOST], "changed", (json_int_t)s->n[DIFF_CHANGED], "same",
                     (json_int_t)s->n[DIFF_SAME], "others", (json_int_t)s->others,
                     "fund_before_fen", (json_int_t)s->fund[0], "fund_after_fen",
                     (json_int_t)s->fund[1]);
}

static json_t *sums_json(const struct effect_sum *at, size_t n)
{
    json_t *all = json_array();

    for (size_t i = 0; i < n && i < MOST_ROWS; i++)
        json_array_append_new(all, sum_json(&at[i]));
    return all;
}

static json_t *day_json(day_t d)
{
    struct buf b = BUF_INIT;
    json_t *t;

    if (d == DAY_NONE)
        return json_null();
    day_print(&b, d);
    t = json_string(buf_cstr(&b));
    buf_release(&b);
    return t;
}

json_t *effect_json(const struct effect *x, const char *digest)
{
    json_t *examples = json_array(), *all = sum_json(&x->all);

    for (size_t i = 0; i < x->n_example; i++) {
        const struct effect_example *r = &x->example[i];

        json_array_append_new(
            examples, json_pack("{s:s,s:o,s:o,s:o,s:o,s:I}", "kind",
                                r->kind == DIFF_NEW ? "new" : "lost", "rule", text_of(r->rule),
                                "fixmedins_code", text_of(r->inst), "day", day_json(r->day),
                                "message", text_of(r->message), "fund_fen", (json_int_t)r->fund));
    }
    json_object_set_new(all, "from", day_json(x->from));
    json_object_set_new(all, "to", day_json(x->to));
    json_object_set_new(all, "institutions_before", json_integer(x->insts[0]));
    json_object_set_new(all, "institutions_after", json_integer(x->insts[1]));
    json_object_set_new(all, "vanished", json_integer(x->vanished));
    json_object_set_new(all, "n_institutions", json_integer((json_int_t)x->n_inst));
    json_object_set_new(all, "institutions", sums_json(x->inst, x->n_inst));
    json_object_set_new(all, "rules", sums_json(x->rule, x->n_rule));
    json_object_set_new(all, "examples", examples);
    json_object_set_new(all, "digest", json_string(digest));
    json_object_del(all, "key");
    json_object_del(all, "name");
    json_object_del(all, "others");
    return all;
}
