#include "app/profile_file.h"
#include "model/reason.h"
#include "support/world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>
#include <cmocka.h>

static struct profile_error error[PROFILE_FILE_ERRORS];
static int n_errors;

static struct profile *read_text(const char *text) { return profile_file_read(text, strlen(text), error, &n_errors); }

static char *file_text(const char *path) {
    char full[1024];
    snprintf(full, sizeof full, "%s/../%s", TEST_SOURCE_DIR, path);
    FILE *f = fopen(full, "rb");
    assert_non_null(f);
    char *text = calloc(1, PROFILE_FILE_MAX + 1);
    assert_non_null(text);
    fread(text, 1, PROFILE_FILE_MAX, f);
    fclose(f);
    return text;
}

static struct profile *read_file(const char *path) {
    char *text = file_text(path);
    struct profile *p = read_text(text);
    for (int i = 0; i < n_errors; i++) print_error("%s:%u: %s\n", path, error[i].line, error[i].words);
    free(text);
    assert_non_null(p);
    return p;
}

/* ---- what is shipped ---- */

static void same_text(const char *a, const char *b) {
    if (a == NULL || b == NULL) {
        assert_ptr_equal(a, b);
    } else {
        assert_string_equal(a, b);
    }
}

static void same_names(const char *const *a, const char *const *b, int max) {
    for (int i = 0; i < max; i++) same_text(a[i], b[i]);
}

static void test_the_file_of_the_built_in_profile_is_equal_to_it(void **state) {
    (void)state;
    struct profile *a = read_file("assets/profiles/temp_supply.json");
    const struct profile *b = profile_builtin();
    assert_string_equal(a->name, b->name);
    assert_int_equal(a->n_columns, b->n_columns);
    assert_int_equal(a->min_columns, b->min_columns);
    for (int i = 0; i < b->n_columns; i++) {
        same_text(a->column[i].name, b->column[i].name);
        same_text(a->column[i].prefix, b->column[i].prefix);
        same_text(a->column[i].suffix, b->column[i].suffix);
        assert_int_equal(a->column[i].dot, b->column[i].dot);
        assert_int_equal(a->column[i].optional, b->column[i].optional);
    }
    assert_int_equal(a->n_artifacts, b->n_artifacts);
    for (int i = 0; i < b->n_artifacts; i++) {
        same_text(a->artifact[i].path, b->artifact[i].path);
        assert_int_equal(a->artifact[i].kind, b->artifact[i].kind);
        assert_int_equal(a->artifact[i].roles, b->artifact[i].roles);
        same_text(a->artifact[i].alternatives, b->artifact[i].alternatives);
        same_text(a->artifact[i].chunks, b->artifact[i].chunks);
    }
    assert_int_equal(a->n_required, b->n_required);
    assert_int_equal(a->n_values, b->n_values);
    for (int i = 0; i < b->n_values; i++) {
        same_text(a->value[i].name, b->value[i].name);
        assert_int_equal(a->value[i].use, b->value[i].use);
        assert_int_equal(a->value[i].artifact, b->value[i].artifact);
        assert_int_equal(a->value[i].column, b->value[i].column);
        same_text(a->value[i].expect, b->value[i].expect);
        assert_true(a->value[i].scale == b->value[i].scale);
        same_names(a->value[i].paths, b->value[i].paths, PROFILE_MAX_FORMS);
    }
    same_text(a->progress.column, b->progress.column);
    assert_int_equal(a->progress.artifact, b->progress.artifact);
    same_text(a->progress.chunks, b->progress.chunks);
    same_names(a->not_cases, b->not_cases, PROFILE_MAX_NAMES);
    same_text(a->kept_list, b->kept_list);
    same_text(a->settings, b->settings);
    same_text(a->settings_list_key, b->settings_list_key);
    same_names(a->manifest_ignores, b->manifest_ignores, PROFILE_MAX_NAMES);
    profile_free(a);
}

static void test_the_second_sweep(void **state) {
    (void)state;
    static const char *const token[] = {"1.400"};
    struct profile *p = read_file("assets/profiles/radius.json");
    char title[64];
    assert_int_equal(p->n_columns, 1);
    profile_title(p, token, 1, title, sizeof title);
    assert_string_equal(title, "r_1.400RM");
    assert_int_equal(p->artifact[profile_artifact_index(p, "checks/mass_budget.parquet")].kind, KIND_PARQUET);
    assert_null(p->progress.chunks);
    /* What is left out is as documented. */
    assert_string_equal(p->not_cases[0], "checks");
    assert_string_equal(p->kept_list, "checks/expected_sweep_list.txt");
    assert_string_equal(p->settings, "sweep_settings.txt");
    assert_string_equal(p->settings_list_key, "sweep_list_file");
    assert_null(p->manifest_ignores[0]);
    profile_free(p);
}

/* Progress against the end that the configuration names; a value in another unit than the list's. */
static void test_a_table_judges_by_it(void **state) {
    (void)state;
    static const char title[] = "r_1.400RM";
    struct profile *p = read_file("assets/profiles/radius.json");
    struct world w;
    struct progress progress;
    char lines[REASON_MAX][REASON_BYTES];
    world_init(&w, false);
    table_free(w.table);
    w.table = table_new(p, &w.policy);
    world_root(&w, ROOT_BATCH, HEALTH_LIVE, NULL);
    world_list(&w, "1.400\n");
    world_scan_begin(&w, ROOT_BATCH);
    world_config(&w, ROOT_BATCH, title, 0, "R", "4745300.0");
    world_progress(&w, ROOT_BATCH, title, 10, -1, 0, 25);
    world_place(&w, ROOT_BATCH, title);
    world_scan_end(&w, ROOT_BATCH);
    world_tick(&w);
    const struct row *r = table_find(w.table, title);
    assert_non_null(r);
    assert_int_equal(r->flags & FLAG_CONFIG_MISMATCH, 0);
    world_config(&w, ROOT_BATCH, title, 0, "t_end_s", "100");
    assert_true(table_progress(w.table, r, w.now, &progress));
    assert_true(progress.fraction == 0.25);
    world_config(&w, ROOT_BATCH, title, 0, "R", "5423200.0");
    world_tick(&w);
    assert_true(r->flags & FLAG_CONFIG_MISMATCH);
    int n = reason_lines(w.table, r, w.now, lines);
    bool told = false;
    for (int i = 0; i < n; i++) told |= strstr(lines[i], "is 5423200.0 (= 1.6), the list says 1.400") != NULL;
    assert_true(told);
    world_free(&w);
    profile_free(p);
}

/* The smallest profile; a test puts other members in the place of some of these. */
#define COLUMNS "\"columns\": [{\"name\": \"R\", \"prefix\": \"r\"}]"
#define ARTIFACTS                                                                                                      \
    "\"artifacts\": [{\"path\": \"a.json\", \"roles\": [\"required\", \"config\"]},\n"                                 \
    "{\"path\": \"b.parquet\"}, {\"path\": \"c.json\"}]"
#define PROFILE(columns, artifacts, more) "{\"name\": \"x\",\n" columns ",\n" artifacts more "}"
#define COLUMN_OF(members) PROFILE("\"columns\": [{" members "}]", ARTIFACTS, "")
#define ARTIFACT_OF(members)                                                                                           \
    PROFILE(COLUMNS, "\"artifacts\": [{\"path\": \"a.json\", \"roles\": [\"required\"]},\n{" members "}]", "")
#define VALUE_OF(members) PROFILE(COLUMNS, ARTIFACTS, ",\n\"values\": [{\"name\": \"v\", " members "}]")
#define WITH(members) PROFILE(COLUMNS, ARTIFACTS, ",\n" members)

static void test_defaults(void **state) {
    (void)state;
    struct profile *p = read_text(PROFILE(COLUMNS, ARTIFACTS, ""));
    assert_non_null(p);
    assert_int_equal(n_errors, 0);
    assert_string_equal(p->column[0].suffix, "");
    assert_int_equal(p->column[0].dot, 0);
    assert_int_equal(p->artifact[0].kind, KIND_JSON);
    assert_int_equal(p->artifact[1].kind, KIND_PARQUET);
    assert_int_equal(p->artifact[1].roles, 0);
    assert_null(p->progress.column);
    profile_free(p);
    p = read_text(VALUE_OF("\"use\": \"progress_end\", \"artifact\": \"a.json\", \"paths\": [\"t\"]"));
    assert_non_null(p);
    assert_true(p->value[0].scale == 1);
    assert_int_equal(p->value[0].column, -1);
    profile_free(p);
    p = read_text("\n" WITH("\"not_cases\": [], \"description\": \"{ \\\" \\\\ [\"") "\n \n");
    assert_non_null(p);
    assert_null(p->not_cases[0]);
    profile_free(p);
}

static void test_texts_are_kept(void **state) {
    (void)state;
    struct profile *p =
        read_text(WITH("\"settings\": \"\\u8868/\\u30bd.txt\", \"settings_list_key\": \"a \\\" \\\\ b\""));
    assert_non_null(p);
    assert_string_equal(p->settings, "\xe8\xa1\xa8/\xe3\x82\xbd.txt");
    assert_string_equal(p->settings_list_key, "a \" \\ b");
    profile_free(p);
}

/* ---- what is wrong is told, with its line ---- */

static void test_errors(void **state) {
    (void)state;
    static const struct {
        const char *text;
        unsigned line;
        const char *words; /* somewhere in the message */
    } bad[] = {
        /* the text */
        {"", 1, "no JSON up to its end"},
        {"{\n\"name\": \"x\",\n", 3, "no JSON up to its end"},
        {"{\n\"name\": \"x\"\n\"columns\": []}", 3, "no JSON from '\"columns\": []}'"},
        {"{\"name\": \"x\",\n}", 2, "a comma before the last bracket"},
        {"{\"name\": NaN}", 1, "no JSON from"},
        {"{\"name\": \"x\"}\n x", 2, "no JSON from 'x'"},
        {"[1]", 1, "a profile is an object"},
        {"{\"name\":\n\"a\\u0000b\"}", 2, "\\u0000"},
        {"\n[[[[[[[[[1]]]]]]]]]", 2, "deeper than 8"},
        /* keys */
        {WITH("\"colums\": 1"), 5, "\"colums\" is no key here; known are $schema, description, name, columns"},
        {WITH("\"kept_list\": \"a\",\n\"settings\": \"b\",\n\"kept_list\": \"c\""), 7,
         "\"kept_list\" stands here twice, first in line 5"},
        {COLUMN_OF("\"name\": \"R\",\n \"dott\": \"p\""), 3,
         "columns[0]: \"dott\" is no key here; known are name, prefix, suffix, dot, optional"},
        {ARTIFACT_OF("\"path\": \"d\",\n\"path\": \"e\""), 5,
         "artifacts[1]: \"path\" stands here twice, first in line 4"},
        {VALUE_OF("\n\"used\": 1"), 6, "values[0]: \"used\" is no key here"},
        {WITH("\"progress\": {\n\"colum\": 1}"), 6, "progress: \"colum\" is no key here"},
        /* the top */
        {"{" COLUMNS ", " ARTIFACTS "}", 1, "\"name\" is absent; it is needed"},
        {"{\"name\": \"x\"}", 1, "\"columns\" is absent; it is needed"},
        {PROFILE("\"columns\": []", ARTIFACTS, ""), 2, "\"columns\" is empty; at least 1"},
        {PROFILE("\"columns\": {}", ARTIFACTS, ""), 2, "\"columns\" must be a list"},
        {PROFILE("\"columns\": [1]", ARTIFACTS, ""), 2, "columns[0]: must be an object"},
        {PROFILE("\"columns\": [1,1,1,1,1,1,1,1,1]", ARTIFACTS, ""), 2, "\"columns\" has 9 elements; 8 are the most"},
        {WITH("\"description\": 1"), 5, "\"description\" must be a text"},
        {WITH("\"kept_list\": 1"), 5, "\"kept_list\" must be a text in quotes"},
        {WITH("\"kept_list\": \"/a\""), 5, "\"kept_list\" cannot be \"/a\"; write a relative path"},
        {WITH("\"settings\": \"\""), 5, "\"settings\" is empty"},
        {WITH("\"not_cases\": [\"a\",\n\"../b\"]"), 6, "\"not_cases\" cannot be \"../b\""},
        {WITH("\"manifest_ignores\": [\"a\\u0007\"]"), 5, "has a control character"},
        /* columns */
        {COLUMN_OF("\"prefix\": \"r\""), 2, "columns[0]: \"name\" is absent"},
        {COLUMN_OF("\"name\": \"1R\""), 2, "\"name\" cannot be \"1R\"; write letters"},
        {COLUMN_OF("\"name\": \"Status\""), 2, "filters use that word"},
        {COLUMN_OF("\"name\": \"R\"}, \n{\"name\": \"r\", \"prefix\": \"q\""), 3, "\"r\" is columns[0]'s too"},
        {COLUMN_OF("\"name\": \"ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGH\""), 2, "\"name\" is longer than 31 bytes"},
        {COLUMN_OF("\"name\": \"R\", \"prefix\": \"a/b\""), 2, "names of directories cannot have"},
        {COLUMN_OF("\"name\": \"R\", \"prefix\": null"), 2, "\"prefix\" must be a text"},
        {COLUMN_OF("\"name\": \"R\", \"dot\": \"pp\""), 2, "\"dot\" must be one character"},
        {COLUMN_OF("\"name\": \"R\", \"dot\": \"-\""), 2, "\"dot\" must be one character"},
        {COLUMN_OF("\"name\": \"R\", \"optional\": 1"), 2, "\"optional\" must be true or false"},
        {COLUMN_OF("\"name\": \"R\",\n\"optional\": true"), 3, "the first column cannot be optional"},
        {COLUMN_OF("\"name\": \"A\"},{\"name\": \"B\", \"prefix\": \"b\", \"optional\": true},\n{\"name\": \"C\""), 3,
         "columns[2]: must be \"optional\" too"},
        {COLUMN_OF("\"name\": \"R\", \"suffix\": \"5\""), 2, "cannot be told apart: '15', of the value 1"},
        {COLUMN_OF("\"name\": \"R\", \"suffix\": \"e3\""), 2, "cannot be told apart"},
        {COLUMN_OF("\"name\": \"A\", \"prefix\": \"a\"},{\"name\": \"B\", \"prefix\": \"b\", \"optional\": true},"
                   "{\"name\": \"C\", \"prefix\": \"b\", \"optional\": true"),
         2, "cannot be told apart: 'a1_b1', of the value 1"},
        /* artifacts */
        {PROFILE(COLUMNS, "\"artifacts\": [{\"path\": \"a\"}]", ""), 3, "no file of \"artifacts\" has the role"},
        {ARTIFACT_OF("\"kind\": \"csv\""), 4, "artifacts[1]: \"path\" is absent"},
        {ARTIFACT_OF("\"path\": \"a.json\""), 4, "\"path\" is artifacts[0]'s too"},
        {ARTIFACT_OF("\"path\": \"checks\\\\a.csv\""), 4, "write a relative path with '/'"},
        {ARTIFACT_OF("\"path\": \"../a.csv\""), 4, "write a relative path with '/'"},
        {ARTIFACT_OF("\"path\": \"c:/a.csv\""), 4, "write a relative path with '/'"},
        {ARTIFACT_OF("\"path\": \"b\", \"kind\": \"xml\""), 4,
         "\"kind\" cannot be \"xml\"; write any, json, csv, parquet, manifest, marker"},
        {ARTIFACT_OF("\"path\": \"b\", \"kind\": 3"), 4, "\"kind\" must be one of the words any, json"},
        {ARTIFACT_OF("\"path\": \"b\", \"roles\": [\"needed\"]"), 4, "\"roles\" cannot be \"needed\"; write required,"},
        {ARTIFACT_OF("\"path\": \"b\", \"roles\": \"required\""), 4, "\"roles\" must be a list"},
        {ARTIFACT_OF("\"path\": \"b\", \"roles\": [\"required\", \"required\"]"), 4, "stands here twice"},
        {ARTIFACT_OF("\"path\": \"b.csv\", \"roles\": [\"config\"]"), 4, "\"config\" needs \"kind\": \"json\""},
        {ARTIFACT_OF("\"path\": \"b\", \"roles\": [\"marker_done\"]"), 4, "\"marker_done\" needs \"kind\": \"marker\""},
        {ARTIFACT_OF("\"path\": \"b.json\", \"roles\": [\"manifest\"]"), 4,
         "\"manifest\" needs \"kind\": \"manifest\""},
        {ARTIFACT_OF("\"path\": \"b.json\", \"kind\": \"manifest\""), 4, "needs the role \"manifest\""},
        {ARTIFACT_OF("\"path\": \"b\", \"kind\": \"marker\", \"roles\": [\"marker_done\", \"required\"]"), 4,
         "a marker or a manifest can have no other role"},
        {ARTIFACT_OF("\"path\": \"b\", \"kind\": \"marker\", \"roles\": [\"marker_done\"]"), 3,
         "has the role \"owner_proof\""},
        {ARTIFACT_OF("\"path\": \"b\", \"roles\": [\"merged\"]"), 4, "\"merged\" needs \"chunks\""},
        {ARTIFACT_OF("\"path\": \"b\", \"chunks\": \"*\""), 4, "\"chunks\" needs \"alternatives\""},
        {ARTIFACT_OF("\"path\": \"b\", \"alternatives\": \"c/*\""), 4, "\"alternatives\" must be a pattern of a name"},
        {ARTIFACT_OF("\"path\": \"b\", \"roles\": [\"last_result\"]},\n{\"path\": \"c\", \"roles\": [\"last_result\"]"),
         5, "\"last_result\" is artifacts[1]'s already"},
        /* values */
        {VALUE_OF("\"artifact\": \"a.json\", \"paths\": [\"t\"]"), 5, "values[0]: \"use\" is absent"},
        {VALUE_OF("\"use\": \"colum\", \"artifact\": \"a.json\", \"paths\": [\"t\"]"), 5,
         "\"use\" cannot be \"colum\"; write column, case_dir"},
        {VALUE_OF("\"use\": \"outcome\", \"paths\": [\"t\"]"), 5, "\"artifact\" is absent"},
        {VALUE_OF("\"use\": \"outcome\", \"artifact\": \"z\", \"paths\": [\"t\"]"), 5,
         "\"artifact\": \"z\" is the \"path\" of none"},
        {VALUE_OF("\"use\": \"outcome\", \"artifact\": \"b.parquet\", \"paths\": [\"t\"]"), 5,
         "b.parquet must be of the kind \"json\""},
        {VALUE_OF("\"use\": \"phase\", \"expect\": \"x\", \"artifact\": \"c.json\", \"paths\": [\"t\"]"), 5,
         "\"use\": \"phase\" needs an \"artifact\" with the role \"config\""},
        {VALUE_OF("\"use\": \"column\", \"artifact\": \"a.json\", \"paths\": [\"t\"]"), 5,
         "\"use\": \"column\" needs \"column\""},
        {VALUE_OF("\"use\": \"column\", \"column\": \"T\", \"artifact\": \"a.json\", \"paths\": [\"t\"]"), 5,
         "\"column\": \"T\" is the \"name\" of none of \"columns\""},
        {VALUE_OF("\"use\": \"phase\", \"artifact\": \"a.json\", \"paths\": [\"t\"]"), 5, "\"phase\" needs \"expect\""},
        {VALUE_OF("\"use\": \"outcome\",\n\"column\": \"R\", \"artifact\": \"a.json\", \"paths\": [\"t\"]"), 6,
         "\"column\" does not go with \"use\": \"outcome\""},
        {VALUE_OF("\"use\": \"outcome\", \"scale\": 2, \"artifact\": \"a.json\", \"paths\": [\"t\"]"), 5,
         "\"scale\" does not go with"},
        {VALUE_OF("\"use\": \"progress_end\", \"scale\": 0, \"artifact\": \"a.json\", \"paths\": [\"t\"]"), 5,
         "\"scale\" must be a number above 0"},
        {VALUE_OF("\"use\": \"progress_end\", \"scale\": \"2\", \"artifact\": \"a.json\", \"paths\": [\"t\"]"), 5,
         "\"scale\" must be a number above 0"},
        {VALUE_OF("\"use\": \"progress_end\", \"scale\": 1e999, \"artifact\": \"a.json\", \"paths\": [\"t\"]"), 5,
         "\"scale\" must be a number above 0"},
        {VALUE_OF("\"use\": \"outcome\", \"artifact\": \"a.json\", \"paths\": []"), 5, "\"paths\" is empty"},
        {VALUE_OF("\"use\": \"outcome\", \"artifact\": \"a.json\", \"paths\": [\"a\",\"a\",\"a\",\"a\",\"a\"]"), 5,
         "\"paths\" has 5 elements; 4 are the most"},
        {VALUE_OF("\"use\": \"outcome\", \"artifact\": \"a.json\", \"paths\": [\"a..b\"]"), 5,
         "\"paths\" cannot be \"a..b\""},
        {VALUE_OF("\"use\": \"outcome\", \"artifact\": \"a.json\", \"paths\": [\"a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p\"]"),
         5, "15 at most"},
        {VALUE_OF("\"use\": \"outcome\", \"artifact\": \"a.json\", \"paths\": [\"a\"]},\n{\"name\": \"v\""), 6,
         "values[1]: \"name\": \"v\" is values[0]'s too"},
        /* progress */
        {WITH("\"progress\": {\"artifact\": \"b.parquet\"}"), 5, "progress: \"column\" is absent"},
        {WITH("\"progress\": {\"column\": \".t\", \"artifact\": \"b.parquet\"}"), 5, "\"column\" cannot be \".t\""},
        {WITH("\"progress\": {\"column\": \"t\", \"artifact\": \"a.json\"}"), 5, "must be of the kind \"parquet\""},
        {WITH("\"progress\": {\"column\": \"t\", \"artifact\": \"b.parquet\", \"chunks\": \"a/*\"}"), 5,
         "\"chunks\" must be a pattern of a name"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct profile *p = read_text(bad[i].text);
        bool told = false;
        for (int k = 0; k < n_errors; k++) {
            told |= error[k].line == bad[i].line && strstr(error[k].words, bad[i].words) != NULL;
        }
        if (p == NULL && told) continue;
        for (int k = 0; k < n_errors; k++) print_error("%u: %s\n", error[k].line, error[k].words);
        fail_msg("expected in line %u: %s\nof: %s", bad[i].line, bad[i].words, bad[i].text);
    }
}

static void test_nul_and_too_many_errors(void **state) {
    (void)state;
    static const char nul[] = "{\n\"name\": \"a\0b\"}";
    assert_null(profile_file_read(nul, sizeof nul - 1, error, &n_errors));
    assert_int_equal(n_errors, 1);
    assert_int_equal(error[0].line, 2);
    char text[4096] = "{";
    for (int i = 0; i < 60; i++) snprintf(text + strlen(text), 32, "\"k%d\": 1,", i);
    strcat(text, "\"name\": \"x\"}");
    assert_null(read_text(text));
    assert_int_equal(n_errors, PROFILE_FILE_ERRORS);
}

/* Whatever is cut off or changed, the reader comes back; run under the sanitizers too. */
static void test_every_cut_and_change(void **state) {
    (void)state;
    char *text = file_text("assets/profiles/radius.json"), *copy = malloc(strlen(text) + 1);
    size_t len = strlen(text);
    assert_non_null(copy);
    for (size_t i = 0; i < len; i++) {
        memcpy(copy, text, len + 1);
        copy[i] = '\0';
        struct profile *p = profile_file_read(copy, i, error, &n_errors);
        if (i + 2 < len) assert_null(p);
        profile_free(p);
        for (const char *c = "\"{}[],:\\x0"; *c; c++) {
            memcpy(copy, text, len + 1);
            copy[i] = *c;
            profile_free(read_text(copy));
        }
    }
    free(copy);
    free(text);
}

/* ---- the schema says the same ---- */

static void join(const cJSON *items, bool keys, char *out, size_t cap) {
    out[0] = '\0';
    for (const cJSON *c = items->child; c; c = c->next) {
        size_t n = strlen(out);
        snprintf(out + n, cap - n, "%s%s", n > 0 ? ", " : "", keys ? c->string : c->valuestring);
    }
}

static const cJSON *at(const cJSON *schema, const char *const *path) {
    for (; *path; path++) {
        schema = cJSON_GetObjectItemCaseSensitive(schema, *path);
        if (!schema) fail_msg("the schema has no %s", *path);
    }
    return schema;
}
#define AT(schema, ...) at(schema, (const char *const[]){__VA_ARGS__, NULL})

static void told_as(const char *text, const char *before, const cJSON *items, bool keys) {
    char expected[512], known[400];
    join(items, keys, known, sizeof known);
    snprintf(expected, sizeof expected, "%s%s", before, known);
    assert_null(read_text(text));
    for (int i = 0; i < n_errors; i++) {
        const char *found = strstr(error[i].words, expected);
        if (found && found[strlen(expected)] == '\0') return;
    }
    fail_msg("not told: %s; but: %s", expected, n_errors > 0 ? error[0].words : "nothing");
}

static void test_the_schema_knows_the_same_words(void **state) {
    (void)state;
    char *text = file_text("docs/schemas/profile.schema.json");
    cJSON *schema = cJSON_Parse(text);
    assert_non_null(schema);
    const cJSON *column = AT(schema, "$defs", "column", "properties"),
                *artifact = AT(schema, "$defs", "artifact", "properties"),
                *value = AT(schema, "$defs", "value", "properties");
    told_as("{\"?\": 1}", "known are ", AT(schema, "properties"), true);
    told_as(COLUMN_OF("\"?\": 1"), "known are ", column, true);
    told_as(ARTIFACT_OF("\"?\": 1"), "known are ", artifact, true);
    told_as(VALUE_OF("\"?\": 1"), "known are ", value, true);
    told_as(WITH("\"progress\": {\"?\": 1}"), "known are ", AT(schema, "properties", "progress", "properties"), true);
    told_as(ARTIFACT_OF("\"path\": \"x\", \"kind\": \"?\""), "write ", AT(artifact, "kind", "enum"), false);
    told_as(ARTIFACT_OF("\"path\": \"x\", \"roles\": [\"?\"]"), "write ", AT(artifact, "roles", "items", "enum"),
            false);
    told_as(VALUE_OF("\"use\": \"?\""), "write ", AT(value, "use", "enum"), false);
    cJSON_Delete(schema);
    free(text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_file_of_the_built_in_profile_is_equal_to_it),
        cmocka_unit_test(test_the_second_sweep),
        cmocka_unit_test(test_a_table_judges_by_it),
        cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_texts_are_kept),
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_nul_and_too_many_errors),
        cmocka_unit_test(test_every_cut_and_change),
        cmocka_unit_test(test_the_schema_knows_the_same_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
