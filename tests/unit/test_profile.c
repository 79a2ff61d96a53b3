#include "model/profile.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void test_builtin_artifacts(void **state) {
    (void)state;
    const struct profile *p = profile_builtin();
    static const struct {
        const char *path;
        enum file_kind kind;
        unsigned roles;
    } expected[] = {
        {"summary.json", KIND_JSON, ROLE_REQUIRED | ROLE_LAST_RESULT | ROLE_OWNER_PROOF | ROLE_WRITTEN_ONCE},
        {"run_config.json", KIND_JSON, ROLE_REQUIRED | ROLE_CONFIG | ROLE_OWNER_PROOF},
        {"checks/mass_budget.csv", KIND_CSV, ROLE_REQUIRED},
        {"series/run.parquet", KIND_PARQUET, ROLE_REQUIRED | ROLE_MERGED | ROLE_WRITTEN_ONCE},
        {"ARCHIVE_SKIPPED", KIND_MARKER, ROLE_MARKER_FAILURE},
        {"INCOMPLETE", KIND_MARKER, ROLE_MARKER_FAILURE},
        {"ARCHIVE_DONE", KIND_MARKER, ROLE_MARKER_DONE},
        {"archive_manifest.json", KIND_MANIFEST, ROLE_MANIFEST},
    };
    assert_int_equal(p->n_artifacts, 8);
    for (int i = 0; i < 8; i++) {
        assert_string_equal(p->artifact[i].path, expected[i].path);
        assert_int_equal(p->artifact[i].kind, expected[i].kind);
        assert_int_equal(p->artifact[i].roles, expected[i].roles);
        assert_int_equal(profile_artifact_index(p, expected[i].path), i);
    }
    assert_string_equal(p->artifact[3].alternatives, "*.parquet");
    assert_string_equal(p->artifact[3].chunks, "*_chunk_*.parquet");
    assert_null(p->artifact[0].alternatives);
    assert_int_equal(profile_artifact_index(p, "run.parquet"), -1);

    int order[PROFILE_MAX_ARTIFACTS];
    assert_int_equal(profile_required(p, order), 4);
    for (int i = 0; i < 4; i++) assert_int_equal(order[i], i);
}

static void test_builtin_values(void **state) {
    (void)state;
    const struct profile *p = profile_builtin();
    static const struct {
        const char *name;
        enum value_use use;
        int artifact, column;
        const char *paths[PROFILE_MAX_FORMS];
    } expected[] = {
        {"T", USE_COLUMN, 1, 0, {"config.radiation.TM_K"}},
        {"EPS", USE_COLUMN, 1, 1, {"config.supply.mixing.epsilon_mix", "supply.epsilon_mix"}},
        {"TAU", USE_COLUMN, 1, 2, {"config.optical_depth.tau0_target"}},
        {"I0", USE_COLUMN, 1, 3, {"config.dynamics.i0"}},
        {"MU", USE_COLUMN, 1, 4, {"config.supply.const.mu_orbit10pct", "supply.mu_orbit10pct"}},
        {"outdir", USE_CASE_DIR, 1, -1, {"outdir", "io.outdir", "config.outdir", "config.io.outdir"}},
        {"status", USE_PHASE, 1, -1, {"status"}},
        {"archive.enabled",
         USE_ARCHIVE_ENABLED,
         1,
         -1,
         {"config.io.archive.enabled", "io.archive.enabled", "archive.enabled"}},
        {"archive.forced_off_env",
         USE_ARCHIVE_FORCED_OFF,
         1,
         -1,
         {"config.io.archive.forced_off_env", "io.archive.forced_off_env", "archive.forced_off_env"}},
        {"archive.dir", USE_ARCHIVE_DIR, 1, -1, {"config.io.archive.dir", "io.archive.dir", "archive.dir"}},
        {"archive.merge_target",
         USE_MERGE_TARGET,
         1,
         -1,
         {"config.io.archive.merge_target", "io.archive.merge_target", "archive.merge_target"}},
        {"archive.keep_local",
         USE_KEEP_LOCAL,
         1,
         -1,
         {"config.io.archive.keep_local", "io.archive.keep_local", "archive.keep_local"}},
        {"case_status", USE_OUTCOME, 0, -1, {"case_status"}},
        {"t_end_years", USE_PROGRESS_END, 1, -1, {"config.numerics.t_end_years", "numerics.t_end_years"}},
        {"t_end_s", USE_PROGRESS_END, 1, -1, {"config.time_grid.t_end_s", "time_grid.t_end_s"}},
        {"mass_budget_violation", USE_VIOLATION, 0, -1, {"mass_budget_violation"}},
    };
    int n = (int)(sizeof expected / sizeof expected[0]);
    assert_int_equal(p->n_values, n);
    for (int i = 0; i < n; i++) {
        const struct profile_value *v = &p->value[i];
        assert_int_equal(profile_value_index(p, expected[i].name), i);
        assert_int_equal(v->use, expected[i].use);
        assert_int_equal(v->artifact, expected[i].artifact);
        assert_int_equal(v->column, expected[i].column);
        for (int k = 0; k < PROFILE_MAX_FORMS; k++) {
            if (expected[i].paths[k] == NULL) {
                assert_null(v->paths[k]);
            } else {
                assert_string_equal(v->paths[k], expected[i].paths[k]);
            }
        }
    }
    assert_string_equal(p->value[profile_value_index(p, "status")].expect, "pre_run");
    assert_true(p->value[profile_value_index(p, "t_end_years")].scale == 31557600.0);
    assert_true(p->value[profile_value_index(p, "t_end_s")].scale == 1.0);
    assert_int_equal(p->progress.artifact, profile_artifact_index(p, "series/run.parquet"));
    assert_string_equal(p->progress.column, "time");
    assert_string_equal(p->progress.chunks, "run_chunk_*.parquet");
    assert_int_equal(profile_value_index(p, "nothing"), -1);
}

static void test_builtin_places(void **state) {
    (void)state;
    const struct profile *p = profile_builtin();
    assert_string_equal(p->not_cases[0], "checks");
    assert_null(p->not_cases[1]);
    assert_string_equal(p->kept_list, "checks/expected_sweep_list.txt");
    assert_string_equal(p->settings, "sweep_settings.txt");
    assert_string_equal(p->settings_list_key, "sweep_list_file");
    assert_string_equal(p->manifest_ignores[0], "run_card.md");
    assert_string_equal(p->manifest_ignores[1], "archive_manifest.json");
    assert_string_equal(p->manifest_ignores[2], "ARCHIVE_DONE");
    assert_null(p->manifest_ignores[3]);
}

static void test_required_order_and_roles(void **state) {
    (void)state;
    static const char *const words[] = {"series\\run.parquet", "./summary.json", "extra//log.txt", "out.JSON",
                                        "summary.json",        "a/./b.csv",      "x.parquet"};
    int bad = -7;
    struct profile *p = profile_with_required(profile_builtin(), words, 7, &bad);
    assert_non_null(p);
    assert_int_equal(p->n_artifacts, 12);
    assert_string_equal(p->artifact[8].path, "extra/log.txt");
    assert_int_equal(p->artifact[8].kind, KIND_ANY);
    assert_string_equal(p->artifact[9].path, "out.JSON");
    assert_int_equal(p->artifact[9].kind, KIND_JSON);
    assert_string_equal(p->artifact[10].path, "a/b.csv");
    assert_int_equal(p->artifact[10].kind, KIND_CSV);
    assert_string_equal(p->artifact[11].path, "x.parquet");
    assert_int_equal(p->artifact[11].kind, KIND_PARQUET);
    assert_int_equal(p->artifact[11].roles, ROLE_REQUIRED);
    /* Known artifacts keep their rules; those not named are no longer required. */
    assert_int_equal(p->artifact[3].roles, ROLE_REQUIRED | ROLE_MERGED | ROLE_WRITTEN_ONCE);
    assert_string_equal(p->artifact[3].chunks, "*_chunk_*.parquet");
    assert_int_equal(p->artifact[1].roles, ROLE_CONFIG | ROLE_OWNER_PROOF);
    assert_int_equal(p->artifact[2].roles, 0);

    int order[PROFILE_MAX_ARTIFACTS];
    static const int expected[] = {3, 0, 8, 9, 10, 11};
    assert_int_equal(profile_required(p, order), 6);
    assert_memory_equal(order, expected, sizeof expected);
    profile_free(p);
    profile_free(NULL);
    assert_int_equal(profile_builtin()->artifact[1].roles, ROLE_REQUIRED | ROLE_CONFIG | ROLE_OWNER_PROOF);
}

static void test_required_refuses(void **state) {
    (void)state;
    static const char *const no[] = {"",    "./", ".",      "/etc/passwd", "\\x", "C:\\x",
                                     "c:x", "..", "a/../b", "a\\..",       "../a"};
    for (size_t i = 0; i < sizeof no / sizeof no[0]; i++) {
        const char *words[] = {"summary.json", no[i], "x"};
        int bad = -7;
        if (profile_with_required(profile_builtin(), words, 3, &bad) != NULL) fail_msg("'%s' was taken", no[i]);
        assert_int_equal(bad, 1);
    }
    const char *fine[] = {"..a/b..", "a...b"};
    int bad = -7;
    struct profile *p = profile_with_required(profile_builtin(), fine, 2, &bad);
    assert_non_null(p);
    profile_free(p);
}

static void test_required_one_too_many(void **state) {
    (void)state;
    static char names[PROFILE_MAX_ARTIFACTS][4];
    const char *words[PROFILE_MAX_ARTIFACTS];
    for (int i = 0; i < PROFILE_MAX_ARTIFACTS; i++) {
        names[i][0] = 'f';
        names[i][1] = (char)('0' + i / 10);
        names[i][2] = (char)('0' + i % 10);
        words[i] = names[i];
    }
    int bad = -7;
    struct profile *p = profile_with_required(profile_builtin(), words, PROFILE_MAX_ARTIFACTS - 8, &bad);
    assert_non_null(p);
    assert_int_equal(p->n_artifacts, PROFILE_MAX_ARTIFACTS);
    int order[PROFILE_MAX_ARTIFACTS];
    assert_int_equal(profile_required(p, order), PROFILE_MAX_ARTIFACTS - 8);
    profile_free(p);
    assert_null(profile_with_required(profile_builtin(), words, PROFILE_MAX_ARTIFACTS, &bad));
    assert_int_equal(bad, PROFILE_MAX_ARTIFACTS - 8);
}

static void test_glob(void **state) {
    (void)state;
    assert_true(profile_glob("*.parquet", "run.parquet"));
    assert_true(profile_glob("*.parquet", ".parquet"));
    assert_false(profile_glob("*.parquet", "run.parquet.tmp"));
    assert_false(profile_glob("*.parquet", "series/run.parquet"));
    assert_true(profile_glob("*_chunk_*.parquet", "run_chunk_000000000_000000031.parquet"));
    assert_true(profile_glob("*_chunk_*.parquet", "a_chunk_b_chunk_c.parquet"));
    assert_false(profile_glob("*_chunk_*.parquet", "run.parquet"));
    assert_true(profile_glob("?", "a"));
    assert_false(profile_glob("?", ""));
    assert_false(profile_glob("?", "ab"));
    assert_true(profile_glob("?.csv", "\xE8\xA1\xA8.csv"));
    assert_true(profile_glob("*a*b*c", "xxaxxbxxbxc"));
    assert_false(profile_glob("*a*b*c", "xxaxxcxxb"));
    assert_true(profile_glob("**", ""));
    assert_true(profile_glob("[a]", "[a]"));
    assert_false(profile_glob("[a]", "a"));
    assert_false(profile_glob("", "a"));
    assert_true(profile_glob("", ""));
    /* Many stars against a long name that almost fits: no explosion. */
    char name[4001];
    memset(name, 'a', 4000);
    name[4000] = '\0';
    assert_false(profile_glob("*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*ab", name));
}

static void test_title(void **state) {
    (void)state;
    const struct profile *p = profile_builtin();
    static const char *const tokens[] = {"4000", "0.5", "1.0", "0.05", "0.5"};
    char out[64];
    assert_int_equal(profile_title(p, tokens, 5, out, sizeof out), 32);
    assert_string_equal(out, "T4000_eps0p5_tau1p0_i00p05_mu0p5");
    assert_int_equal(profile_title(p, tokens, 3, out, sizeof out), 19);
    assert_string_equal(out, "T4000_eps0p5_tau1p0");
    static const char *const odd[] = {"4000.5", "0p5", "-1.5e-3"};
    profile_title(p, odd, 3, out, sizeof out);
    assert_string_equal(out, "T4000.5_eps0p5_tau-1p5e-3");
    memset(out, '~', sizeof out);
    assert_int_equal(profile_title(p, tokens, 5, out, 6), 32);
    assert_string_equal(out, "T4000");
    assert_int_equal(out[6], '~');
    assert_int_equal(profile_title(p, tokens, 5, NULL, 0), 32);
}

static void parses(const struct profile *p, const char *name, int columns, const char *const expected[]) {
    char tokens[PROFILE_MAX_COLUMNS][32];
    if (profile_parse_title(p, name, tokens) != columns) fail_msg("'%s' should have %d columns", name, columns);
    for (int i = 0; i < columns; i++) assert_string_equal(tokens[i], expected[i]);
    for (int i = columns; columns > 0 && i < PROFILE_MAX_COLUMNS; i++) assert_string_equal(tokens[i], "");
}

static void test_parse_title(void **state) {
    (void)state;
    const struct profile *p = profile_builtin();
    parses(p, "T4000_eps0p5_tau1p0_i00p05_mu0p5", 5, (const char *[]){"4000", "0.5", "1.0", "0.05", "0.5"});
    parses(p, "T4000_eps0p5_tau1p0_i00p05", 4, (const char *[]){"4000", "0.5", "1.0", "0.05"});
    parses(p, "T4000_eps0p5_tau1p0", 3, (const char *[]){"4000", "0.5", "1.0"});
    parses(p, "T4000_eps0p5_tau1p0_mu0p5", 5, (const char *[]){"4000", "0.5", "1.0", "", "0.5"});
    parses(p, "T4000.5_eps-1p5e-3_tau1e3", 3, (const char *[]){"4000.5", "-1.5e-3", "1e3"});
    parses(p, "T4000p5_eps1_taup5", 3, (const char *[]){"4000.5", "1", ".5"});
    static const char *const no[] = {"",
                                     "checks",
                                     "T4000",
                                     "T4000_eps0p5",
                                     "T4000_eps0p5_tau",
                                     "T4000_tau1p0",
                                     "T4000_tau1p0_i00p05",
                                     "eps0p5_tau1p0",
                                     "T4000eps0p5_tau1p0",
                                     "T4000xeps0p5_tau1p0",
                                     "T4000_eps0p5_taup",
                                     "T4000_eps0.5_tau1p0",
                                     "T4000_eps0p5_tau1p0_",
                                     "T4000_eps0p5_tau1p0x",
                                     "xT4000_eps0p5_tau1p0",
                                     "t4000_eps0p5_tau1p0",
                                     "T4000_tau1p0_eps0p5",
                                     "T4000_eps0p5_tau1p0_mu0p5_i00p05",
                                     "T4000_eps0p5_tau1p0_mu0p5_mu0p5",
                                     "T4000_eps0p5_tau1p0p0",
                                     "T4000_eps0p5_tau1e",
                                     "T4000__eps0p5_tau1p0",
                                     "T11111111111111111111111111111111_eps0p5_tau1p0"};
    for (size_t i = 0; i < sizeof no / sizeof no[0]; i++) parses(p, no[i], 0, NULL);
}

/* Another sweep: the separator inside a prefix, a suffix, a suffix that begins like a fraction. */
static void test_other_template(void **state) {
    (void)state;
    struct profile p = *profile_builtin();
    p.column[0] = (struct profile_column){.name = "r", .prefix = "r_", .suffix = "RM", .dot = 0};
    p.column[1] = (struct profile_column){.name = "d", .prefix = "d", .suffix = "pc", .dot = 'p', .optional = true};
    p.n_columns = 2;
    p.min_columns = 1;
    static const char *const tokens[] = {"1.400", "5"};
    char out[64];
    profile_title(&p, tokens, 1, out, sizeof out);
    assert_string_equal(out, "r_1.400RM");
    profile_title(&p, tokens, 2, out, sizeof out);
    assert_string_equal(out, "r_1.400RM_d5pc");
    parses(&p, "r_1.400RM", 1, tokens);
    parses(&p, "r_1.400RM_d5pc", 2, tokens);
    parses(&p, "r_1.400RM_d5p0pc", 2, (const char *[]){"1.400", "5.0"});
    parses(&p, "r_1.400", 0, NULL);
    parses(&p, "r_1.400RMs", 0, NULL);
    assert_true(profile_is_continuation(&p, 1, "_d5pc"));
}

static void test_continuation(void **state) {
    (void)state;
    const struct profile *p = profile_builtin();
    assert_true(profile_is_continuation(p, 3, "_mu0p5"));
    assert_true(profile_is_continuation(p, 3, "_i00p05"));
    assert_true(profile_is_continuation(p, 3, "_i00p05_mu1p0"));
    assert_true(profile_is_continuation(p, 4, "_mu-1e-3"));
    assert_true(profile_is_continuation(p, 2, "_tau1p0"));
    assert_false(profile_is_continuation(p, 3, ""));
    assert_false(profile_is_continuation(p, 3, "_"));
    assert_false(profile_is_continuation(p, 3, "mu0p5"));
    assert_false(profile_is_continuation(p, 3, "_mu"));
    assert_false(profile_is_continuation(p, 3, "_mu0.5"));
    assert_false(profile_is_continuation(p, 3, "_mu0p5_"));
    assert_false(profile_is_continuation(p, 3, "_mu0p5_mu0p5"));
    assert_false(profile_is_continuation(p, 3, "_mu0p5_i00p05"));
    assert_false(profile_is_continuation(p, 3, "_mu0p5_old"));
    assert_false(profile_is_continuation(p, 3, "_mu0p5old"));
    assert_false(profile_is_continuation(p, 3, "_tau1p0"));
    assert_false(profile_is_continuation(p, 4, "_i00p05"));
    assert_false(profile_is_continuation(p, 5, "_mu0p5"));
}

static void test_longest_path(void **state) {
    (void)state;
    /* The real runner's longest name. */
    assert_true(profile_longest_path(profile_builtin()) >=
                strlen("series/psd_hist_chunk_000000000_000000031.parquet") - 1);
    const char *const required[] = {"a/very/long/directory/inside/the/case/that/is/longer/than/any/chunk/name.json"};
    int bad;
    struct profile *p = profile_with_required(profile_builtin(), required, 1, &bad);
    assert_int_equal(profile_longest_path(p), strlen(required[0]));
    profile_free(p);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_longest_path),
        cmocka_unit_test(test_builtin_artifacts),
        cmocka_unit_test(test_builtin_values),
        cmocka_unit_test(test_builtin_places),
        cmocka_unit_test(test_required_order_and_roles),
        cmocka_unit_test(test_required_refuses),
        cmocka_unit_test(test_required_one_too_many),
        cmocka_unit_test(test_glob),
        cmocka_unit_test(test_title),
        cmocka_unit_test(test_parse_title),
        cmocka_unit_test(test_other_template),
        cmocka_unit_test(test_continuation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
