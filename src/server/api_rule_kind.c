/* SPDX-License-Identifier: MulanPSL-2.0 */
/* /api/rules/kinds: what a rule may say, from the tables that the loader and the lint themselves go by: the form for a new rule is
 * made of it, so that neither can know a word that the other refuses. */
#include <string.h>

#include "engine/source.h"
#include "screen/law.h"
#include "server/routes.h"
#include "server/rulebook.h"
#include "server/server.h"

static const char *const as_word[] = {"expr",  "cond",    "number", "word",
                                      "count", "measure", "days",   "map"};
static const char *const of_title[] = {"这一条记录", "全部涉及的记录", "后一样", "两次里短的一次",
                                       "就诊里的费用明细"};
static const char *const amount_title[] = {"全额", "超出的部分", "不计金额"};
static const char *const judged_title[] = {"当时就能判", "当日结束时", "就诊结束时", "成批筛查时"};

static json_t *word(struct span s, struct span title)
{
    return json_pack("{s:o,s:o}", "word", json_span(s), "title", json_span(title));
}

/* "days=天|seconds=分秒" */
static json_t *choices_json(const char *text)
{
    struct span rest = span_of(text ? text : "");
    json_t *all = json_array();

    while (rest.n) {
        struct span one = span_cut(&rest, '|'), name = span_cut(&one, '=');

        json_array_append_new(all, word(name, one));
    }
    return all;
}

static json_t *param_json(const struct kind_param *p)
{
    return json_pack("{s:s,s:s,s:s,s:b,s:s?,s:s?,s:o,s:s?}", "name", p->name, "title", p->title,
                     "as", as_word[p->as], "needed", p->needed, "unit", p->unit, "default", p->def,
                     "choices", choices_json(p->choices), "modes", p->modes);
}

static json_t *kinds_json(void)
{
    json_t *all = json_array();

    for (int i = 0; rule_kinds[i]; i++) {
        const struct rule_kind *k = rule_kinds[i];
        json_t *params = json_array();

        for (const struct kind_param *p = k->params; p && p->name; p++)
            json_array_append_new(params, param_json(p));
        json_array_append_new(all, json_pack("{s:s,s:s,s:s,s:b,s:o}", "name", k->name, "title",
                                             k->title, "question", k->question, "form",
                                             k->params != NULL, "params", params));
    }
    return all;
}

static json_t *sources_json(void)
{
    json_t *all = json_array();

    for (int s = S_STAY; s < SOURCE_COUNT; s++) {
        const struct source *x = &huji_sources[s];
        json_t *fields = json_array();

        for (size_t i = 0; i < x->n_fields; i++)
            json_array_append_new(fields,
                                  word(span_of(x->fields[i].name),
                                       span_of(x->fields[i].title ? x->fields[i].title : "")));
        json_array_append_new(all,
                              json_pack("{s:s,s:s,s:b,s:o}", "word", x->name, "title",
                                        x->title ? x->title : x->name, "item",
                                        source_field((enum source_id)s, SPAN("hilist_code")) >= 0,
                                        "fields", fields));
    }
    return all;
}

static json_t *words_json(const char *const *words, const char *const *titles)
{
    json_t *all = json_array();

    for (int i = 0; words[i]; i++)
        json_array_append_new(all, word(span_of(words[i]), span_of(titles ? titles[i] : "")));
    return all;
}

static json_t *library_json(const struct huji_library *lib)
{
    json_t *tables = json_array(), *measures = json_array(), *sets = json_array();

    for (int i = 0; i < lib->n_kn; i++)
        json_array_append_new(tables, word(lib->kn[i].name, lib->kn[i].title));
    for (int i = 0; i < lib->n_measures; i++)
        json_array_append_new(measures, word(lib->measures[i]->name, lib->measures[i]->title));
    for (int i = 0; i < lib->n_sets; i++)
        json_array_append_new(sets, word(lib->sets[i].name, lib->sets[i].title));
    return json_pack("{s:o,s:o,s:o}", "tables", tables, "measures", measures, "sets", sets);
}

static int kinds(struct request *r, struct err *e)
{
    json_t *answer, *laws, *classes;
    int rc = rulebook_is_open(r, e);

    if (rc)
        return rc;
    answer = library_json(server_library(r->server));
    server_library_done(r->server);
    laws = json_array();
    for (const struct law *l = law_all(); l->ref; l++)
        json_array_append_new(laws, word(span_of(l->ref), span_of(l->gist)));
    classes = json_array();
    for (int i = 0; i < 3; i++)
        json_array_append_new(classes, json_string(class_name(i)));
    json_object_set_new(answer, "kinds", kinds_json());
    json_object_set_new(answer, "sources", sources_json());
    json_object_set_new(answer, "at_of", words_json(rule_at_of, of_title));
    json_object_set_new(answer, "at_amount", words_json(rule_at_amount, amount_title));
    json_object_set_new(answer, "judged", words_json(rule_judged_word, judged_title));
    json_object_set_new(answer, "classes", classes);
    json_object_set_new(answer, "laws", laws);
    json_object_set_new(answer, "who", words_json(tag_words[TAG_WHO], NULL));
    json_object_set_new(answer, "fake", words_json(tag_words[TAG_FAKE], NULL));
    return reply_json(r, 200, answer, e);
}

const struct route routes_rule_kind[] = {
    {"GET", "/api/rules/kinds", "rule.read", 0, kinds,
     "规则能怎么写：六种问法各有哪些参数，来源、金额、法条、知识表", NULL, NULL},
    {0},
};
