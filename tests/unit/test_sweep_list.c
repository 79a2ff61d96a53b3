#include "model/sweep_list.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct sweep_list *parse_bytes(const char *text, size_t len, const struct profile *p, size_t room) {
    /* A copy of exact size, gone after the call: the list must own what it keeps. */
    char *copy = malloc(len > 0 ? len : 1);
    assert_non_null(copy);
    memcpy(copy, text, len);
    struct sweep_list *l = sweep_list_parse(copy, len, p, room);
    free(copy);
    return l;
}

static struct sweep_list *parse(const char *text) { return parse_bytes(text, strlen(text), profile_builtin(), 0); }

static void has_issue(const struct sweep_list *l, size_t i, enum list_severity severity, uint32_t line_no,
                      const char *message) {
    assert_true(i < l->n_issues);
    assert_string_equal(l->issues[i].message, message);
    assert_int_equal(l->issues[i].severity, severity);
    assert_int_equal(l->issues[i].line_no, line_no);
}

static void test_cases(void **state) {
    (void)state;
    struct sweep_list *l = parse("# T EPS TAU I0 MU\r\n"
                                 "\r\n"
                                 "4000 0.1 1.0 0.05 0.5\r\n"
                                 "  \t \n"
                                 "\t5000.5\t0p5 -2.5e-3   # note \xE8\xA1\xA8\n"
                                 "6000 1 2 3");
    assert_int_equal(l->n_issues, 0);
    assert_int_equal(l->n_errors, 0);
    assert_int_equal(l->n_cases, 3);

    char token[SWEEP_TOKEN_BYTES];
    const struct sweep_case *c = &l->cases[0];
    assert_string_equal(c->title, "T4000_eps0p1_tau1p0_i00p05_mu0p5");
    assert_string_equal(sweep_case_line(c), "4000 0.1 1.0 0.05 0.5");
    assert_int_equal(c->line_no, 3);
    assert_int_equal(c->columns, 5);
    assert_string_equal(sweep_case_token(c, 0, token), "4000");
    assert_string_equal(sweep_case_token(c, 4, token), "0.5");
    double value[PROFILE_MAX_COLUMNS];
    sweep_case_values(c, value);
    assert_true(value[0] == 4000.0 && value[1] == 0.1 && value[3] == 0.05 && value[4] == 0.5);
    assert_false(c->duplicate || c->risky);
    assert_null(sweep_list_trouble(l, c));

    c = &l->cases[1];
    assert_string_equal(c->title, "T5000.5_eps0p5_tau-2p5e-3");
    assert_string_equal(sweep_case_line(c), "\t5000.5\t0p5 -2.5e-3   # note \xE8\xA1\xA8");
    assert_int_equal(c->line_no, 5);
    assert_int_equal(c->columns, 3);
    assert_string_equal(sweep_case_token(c, 1, token), "0p5");
    sweep_case_values(c, value);
    assert_true(value[1] == 0.5 && value[2] == -0.0025);
    assert_true(sweep_case_value(c, 2) == -0.0025);

    assert_string_equal(l->cases[2].title, "T6000_eps1_tau2_i03");
    assert_string_equal(sweep_case_line(&l->cases[2]), "6000 1 2 3");
    sweep_list_free(l);
    sweep_list_free(NULL);
}

static void test_without_a_case(void **state) {
    (void)state;
    static const char *const texts[] = {"", "\n", "# nothing\n\r\n"};
    for (size_t i = 0; i < 3; i++) {
        struct sweep_list *l = parse(texts[i]);
        assert_int_equal(l->n_cases, 0);
        assert_int_equal(l->n_errors, 1);
        assert_int_equal(l->n_issues, 1);
        has_issue(l, 0, LIST_ERROR, 0, "the list has no case; write one a line (T EPS TAU [I0 [MU]])");
        bool exact;
        assert_int_equal(sweep_list_match(l, profile_builtin(), "T1_eps1_tau1", true, &exact), -1);
        sweep_list_free(l);
    }
}

/* One line that cannot be used, between two that can. */
static void refuses(const char *line, size_t len, const char *message) {
    char text[2048];
    size_t n = (size_t)snprintf(text, sizeof text, "1 1 1\n");
    memcpy(text + n, line, len);
    memcpy(text + n + len, "\n2 2 2\n", 7);
    struct sweep_list *l = parse_bytes(text, n + len + 7, profile_builtin(), 0);
    assert_int_equal(l->n_issues, 1);
    has_issue(l, 0, LIST_ERROR, 2, message);
    assert_int_equal(l->n_errors, 1);
    assert_int_equal(l->n_cases, 2);
    assert_int_equal(l->cases[1].line_no, 3);
    sweep_list_free(l);
}

static void refuses_text(const char *line, const char *message) { refuses(line, strlen(line), message); }

static void test_refused_lines(void **state) {
    (void)state;
    refuses_text("4000 0.5", "2 columns, 3 to 5 expected (T EPS TAU [I0 [MU]])");
    refuses_text("4000 # 0.5 1", "1 column, 3 to 5 expected (T EPS TAU [I0 [MU]])");
    refuses_text("1 2 3 4 5 6", "6 columns, 3 to 5 expected (T EPS TAU [I0 [MU]])");
    refuses_text("1 2 3 4 5 6 7 8 9 10", "10 columns, 3 to 5 expected (T EPS TAU [I0 [MU]])");
    refuses_text("T EPS TAU", "'T' is not a number; put '#' before a comment or a header line");
    refuses_text("4000 abc 1", "'abc' is not a number; put '#' before a comment or a header line");
    refuses_text("4000 0x10 1", "'0x10' is not a number; put '#' before a comment or a header line");
    refuses_text("4000 nan 1", "'nan' is not a number; put '#' before a comment or a header line");
    refuses_text("4000 1e400 1", "'1e400' is not a number; put '#' before a comment or a header line");
    refuses_text("4000 0p5p5 1", "'0p5p5' is not a number; put '#' before a comment or a header line");
    refuses_text("4000 0.5p5 1", "'0.5p5' is not a number; put '#' before a comment or a header line");
    refuses_text("4000 p 1", "'p' is not a number; put '#' before a comment or a header line");
    refuses_text("4000 0.5 1#x", "'1#x' is not a number; put a blank before the '#' of a comment");
    refuses_text("4000,0.5,1",
                 "'4000,0.5,1' is not a number; separate columns with blanks and write fractions with '.'");
    refuses_text("\xEF\xBC\x94 0.5 1",
                 "'\xEF\xBC\x94' is not a number; use half-width (ASCII) digits and blanks, and '#' "
                 "before a comment or a header line");
    refuses_text("4000 ../x 1", "'../x' would lead out of the batch directory; a value is a plain number");
    refuses_text("4000 .. 1", "'..' would lead out of the batch directory; a value is a plain number");
    refuses_text("4000 1/2 1", "'1/2' would lead out of the batch directory; a value is a plain number");
    refuses_text("4000 1\\2 1", "'1\\2' would lead out of the batch directory; a value is a plain number");
    refuses("4000 \0 1", 8, "the line has a NUL character; save the list as plain UTF-8 text");
    refuses("4000 1 1 # \0", 12, "the line has a NUL character; save the list as plain UTF-8 text");
    refuses_text("4000 1 1 \x1B[2J", "the line has a control character (0x1B); remove it");
    refuses_text("4000 1 1 # \x7F", "the line has a control character (0x7F); remove it");
    refuses_text("4000 1 1\r5000 1 1",
                 "a carriage return stands inside the line; save the list with LF or CRLF line ends");
}

static void test_long_titles(void **state) {
    (void)state;
    char line[1024];
    /* "T" + "_eps1_tau1" leave 244 of 255 bytes. */
    memset(line, '1', 1000);
    strcpy(line + 244, " 1 1");
    struct sweep_list *l = parse(line);
    assert_int_equal(l->n_issues, 0);
    assert_int_equal(strlen(l->cases[0].title), 255);
    bool exact = false;
    assert_int_equal(sweep_list_match(l, profile_builtin(), l->cases[0].title, false, &exact), 0);
    assert_true(exact);
    char name[300];
    snprintf(name, sizeof name, "%s_mu1", l->cases[0].title);
    assert_int_equal(sweep_list_match(l, profile_builtin(), name, false, &exact), 0);
    assert_false(exact);
    sweep_list_free(l);

    memset(line, '1', 1000);
    strcpy(line + 245, " 1 1");
    refuses_text(line, "the title would have 256 bytes, a directory name holds 1 to 255; shorten the values");

    /* Values beyond 255 characters are not looked at, and shown cut. */
    memset(line, '0', 1000);
    strcpy(line + 256, " 1 1");
    char message[256], zeros[61];
    memset(zeros, '0', 60);
    zeros[60] = '\0';
    snprintf(message, sizeof message, "'%s\xE2\x80\xA6' is not a number; a value has at most 255 characters", zeros);
    refuses_text(line, message);
}

static void test_repeated_lines(void **state) {
    (void)state;
    struct sweep_list *l = parse("4000 0.5 1\n5000 1 1\n4000\t0.5  1 # again\n");
    assert_int_equal(l->n_errors, 0);
    assert_int_equal(l->n_issues, 1);
    has_issue(l, 0, LIST_WARNING, 3, "lines 1 and 3 are the same case; it counts once, remove one of them");
    assert_int_equal(l->n_cases, 2);
    assert_false(l->cases[0].duplicate);
    assert_null(sweep_list_trouble(l, &l->cases[0]));
    assert_int_equal(l->cases[0].line_no, 1);
    sweep_list_free(l);
}

static void test_one_title_from_different_lines(void **state) {
    (void)state;
    struct sweep_list *l = parse("4000 0.5 1\n4000 0p5 1\n4000 0p5 1\n");
    assert_int_equal(l->n_errors, 0);
    assert_int_equal(l->n_issues, 2);
    has_issue(l, 0, LIST_WARNING, 2,
              "lines 1 and 2 are written differently and have one title, 'T4000_eps0p5_tau1': both cases would write "
              "into one directory, change or remove one of them");
    assert_int_equal(l->issues[1].line_no, 3);
    assert_int_equal(l->n_cases, 1);
    assert_true(l->cases[0].duplicate);
    assert_false(l->cases[0].risky);
    assert_string_equal(sweep_list_trouble(l, &l->cases[0]),
                        "lines 1 and 2 of the list have this title, one directory cannot hold both");
    char token[SWEEP_TOKEN_BYTES];
    assert_string_equal(sweep_case_token(&l->cases[0], 1, token), "0.5");
    sweep_list_free(l);
}

static void test_numeric_twins(void **state) {
    (void)state;
    struct sweep_list *l = parse("4000 1 1\n4000 1.0 1\n4000 1 1 0\n4000 1 1 -0.0\n4000.0 1.00 1\n4001 1 1\n");
    assert_int_equal(l->n_errors, 0);
    assert_int_equal(l->n_cases, 6);
    assert_int_equal(l->n_issues, 3);
    has_issue(l, 0, LIST_WARNING, 2,
              "lines 1 and 2 have the same numbers under two titles ('T4000_eps1_tau1', 'T4000_eps1p0_tau1'): one "
              "computation runs twice, remove one of them");
    has_issue(l, 1, LIST_WARNING, 4,
              "lines 3 and 4 have the same numbers under two titles ('T4000_eps1_tau1_i00', 'T4000_eps1_tau1_i0-0p0'): "
              "one computation runs twice, remove one of them");
    assert_int_equal(l->issues[2].line_no, 5);
    for (size_t i = 0; i < 6; i++) {
        assert_false(l->cases[i].risky || l->cases[i].duplicate);
        assert_null(sweep_list_trouble(l, &l->cases[i]));
    }
    sweep_list_free(l);
}

static void test_letter_case(void **state) {
    (void)state;
    struct sweep_list *l = parse("1e3 1e0 1\n5 5 5\n1E3 1e0 1\n1E3 1E0 1\n");
    assert_int_equal(l->n_errors, 0);
    assert_int_equal(l->n_cases, 4);
    assert_int_equal(l->n_issues, 2);
    has_issue(
        l, 0, LIST_WARNING, 3,
        "lines 1 and 3 have titles that differ only in letter case ('T1e3_eps1e0_tau1', 'T1E3_eps1e0_tau1'): Windows "
        "and macOS give them one directory, write both alike");
    assert_int_equal(l->issues[1].line_no, 4);
    assert_true(l->cases[0].risky && l->cases[2].risky && l->cases[3].risky);
    assert_false(l->cases[1].risky || l->cases[0].duplicate);
    assert_string_equal(
        sweep_list_trouble(l, &l->cases[0]),
        "differs only in letter case from the title of line 3; Windows and macOS give both one directory");
    assert_string_equal(
        sweep_list_trouble(l, &l->cases[2]),
        "differs only in letter case from the title of line 1; Windows and macOS give both one directory");
    assert_string_equal(
        sweep_list_trouble(l, &l->cases[3]),
        "differs only in letter case from the title of line 1; Windows and macOS give both one directory");

    const struct profile *p = profile_builtin();
    bool exact = false;
    assert_int_equal(sweep_list_match(l, p, "T1E3_eps1e0_tau1", false, &exact), 2);
    assert_true(exact);
    assert_int_equal(sweep_list_match(l, p, "T1E3_eps1e0_tau1", true, &exact), 2);
    assert_int_equal(sweep_list_match(l, p, "t1E3_EPS1e0_tau1", true, &exact), 0);
    assert_true(exact);
    assert_int_equal(sweep_list_match(l, p, "t1E3_EPS1e0_tau1", false, &exact), -1);
    assert_int_equal(sweep_list_match(l, p, "t5_eps5_TAU5_mu1", true, &exact), 1);
    assert_false(exact);
    sweep_list_free(l);
}

/* A profile of one column whose titles are prefix + value + suffix. */
static struct profile one_column(const char *prefix, const char *suffix, char dot) {
    struct profile p = *profile_builtin();
    p.column[0] = (struct profile_column){.name = "X", .prefix = prefix, .suffix = suffix, .dot = dot};
    p.n_columns = p.min_columns = 1;
    return p;
}

static void is_risky(const char *prefix, const char *suffix, const char *line, const char *trouble) {
    struct profile p = one_column(prefix, suffix, 0);
    struct sweep_list *l = parse_bytes(line, strlen(line), &p, 0);
    assert_int_equal(l->n_errors, 0);
    assert_int_equal(l->n_cases, 1);
    assert_int_equal(l->n_issues, trouble != NULL);
    assert_int_equal(l->cases[0].risky, trouble != NULL);
    if (trouble == NULL) {
        assert_null(sweep_list_trouble(l, &l->cases[0]));
    } else {
        assert_string_equal(sweep_list_trouble(l, &l->cases[0]), trouble);
        assert_int_equal(l->issues[0].severity, LIST_WARNING);
        assert_int_equal(l->issues[0].line_no, 1);
    }
    sweep_list_free(l);
}

static void test_names_windows_cannot_have(void **state) {
    (void)state;
    static const char reserved[] = "Windows cannot have a directory of this name: it is reserved for a device";
    static const char forbidden[] =
        "Windows cannot have a directory of this name: it has a character that is forbidden there";
    is_risky("x", "", "5", NULL);
    is_risky("x", "", "5.", "Windows cannot have a directory of this name: it ends with a dot");
    is_risky("x", " ", "5", "Windows cannot have a directory of this name: it ends with a blank");
    is_risky("COM", "", "1", reserved);
    is_risky("lpt", "", "9.5", reserved);
    is_risky("com", "", "0", NULL);
    is_risky("com", "", "10", NULL);
    is_risky("CON.", "", "1", reserved);
    is_risky("nul.x", "", "1", reserved);
    is_risky("Aux.", "", "1", reserved);
    is_risky("PRN.", "", "1", reserved);
    is_risky("CON", "", "1", NULL);
    is_risky("CONE.", "", "1", NULL);
    for (const char *c = "<>:\"/\\|?*\x01"; *c != '\0'; c++) {
        char prefix[3] = {'x', *c, '\0'};
        is_risky(prefix, "", "5", forbidden);
    }
    struct profile p = one_column("COM", "", 0);
    struct sweep_list *l = parse_bytes("1", 1, &p, 0);
    has_issue(l, 0, LIST_WARNING, 1,
              "Windows cannot have a directory named 'COM1': it is reserved for a device; write the values otherwise");
    sweep_list_free(l);
}

static void test_room_for_paths(void **state) {
    (void)state;
    static const char text[] = "4000 0.5 1\n4000 0.5 10\n4000 0.5 11\n"; /* titles of 17, 18 and 18 bytes */
    struct sweep_list *l = parse_bytes(text, sizeof text - 1, profile_builtin(), 242);
    assert_int_equal(l->n_errors, 0);
    assert_int_equal(l->n_issues, 2);
    has_issue(
        l, 0, LIST_WARNING, 2,
        "the longest path of 'T4000_eps0p5_tau10' would have 260 characters, Windows allows 259; use a shorter batch "
        "directory");
    assert_int_equal(l->issues[1].line_no, 3);
    assert_false(l->cases[0].risky);
    assert_true(l->cases[1].risky && l->cases[2].risky);
    assert_string_equal(sweep_list_trouble(l, &l->cases[2]),
                        "its longest path would have 260 characters, Windows allows 259");
    sweep_list_free(l);
    l = parse_bytes(text, sizeof text - 1, profile_builtin(), 0);
    assert_int_equal(l->n_issues, 0);
    sweep_list_free(l);
    /* Two troubles of one case are both told. */
    l = parse_bytes("4000 0.5 10\n4000 0p5 10\n", 24, profile_builtin(), 242);
    assert_true(l->cases[0].risky && l->cases[0].duplicate);
    assert_string_equal(sweep_list_trouble(l, &l->cases[0]),
                        "its longest path would have 260 characters, Windows allows 259; lines 1 and 2 "
                        "of the list have this title, one directory cannot hold both");
    sweep_list_free(l);
}

static void test_other_profile_in_messages(void **state) {
    (void)state;
    struct profile p = one_column("x", "", 0);
    struct sweep_list *l = parse_bytes("1 2\n3\n", 6, &p, 0);
    has_issue(l, 0, LIST_ERROR, 1, "2 columns, 1 expected (X)");
    sweep_list_free(l);
}

static void matches(const struct sweep_list *l, const char *name, long index, bool is_exact) {
    bool exact = !is_exact;
    long got = sweep_list_match(l, profile_builtin(), name, false, &exact);
    if (got != index) fail_msg("'%s' matches %ld, not %ld", name, got, index);
    if (index >= 0) assert_int_equal(exact, is_exact);
}

static void test_match(void **state) {
    (void)state;
    struct sweep_list *l = parse("4000 0.5 1.0\n"
                                 "4000 0.5 1.0 0.05\n"
                                 "4000 0.5 1.0 0.06 0.5\n"
                                 "5000 0.5 1.0\n");
    assert_int_equal(l->n_issues, 0);
    matches(l, "T4000_eps0p5_tau1p0", 0, true);
    matches(l, "T4000_eps0p5_tau1p0_i00p05", 1, true);
    matches(l, "T4000_eps0p5_tau1p0_i00p06_mu0p5", 2, true);
    matches(l, "T4000_eps0p5_tau1p0_mu0p5", 0, false);
    matches(l, "T4000_eps0p5_tau1p0_i00p05_mu0p5", 1, false); /* the longest title wins */
    matches(l, "T4000_eps0p5_tau1p0_i00p07_mu0p5", 0, false);
    matches(l, "T5000_eps0p5_tau1p0_i00p07", 3, false);
    matches(l, "", -1, false);
    matches(l, "_", -1, false);
    matches(l, "checks", -1, false);
    matches(l, "T4000_eps0p5", -1, false);
    matches(l, "T4000_eps0p5_tau1p0_", -1, false);
    matches(l, "T4000_eps0p5_tau1p0_old", -1, false);
    matches(l, "T4000_eps0p5_tau1p0_mu", -1, false);
    matches(l, "T4000_eps0p5_tau1p0_mu0p5_mu0p5", -1, false);
    matches(l, "T4000_eps0p5_tau1p0_i00p06_mu0p5_mu0p5", -1, false);
    matches(l, "t4000_eps0p5_tau1p0", -1, false);
    char name[100001];
    memset(name, '_', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    matches(l, name, -1, false);
    memcpy(name, "T4000_eps0p5_tau1p0_mu", 22);
    memset(name + 22, '5', sizeof name - 23);
    matches(l, name, 0, false);
    sweep_list_free(l);
}

static void test_issues_are_capped(void **state) {
    (void)state;
    enum { LINES = 1500 };
    char *text = malloc(LINES * 2 * 16);
    assert_non_null(text);
    size_t n = 0;
    for (int i = 0; i < LINES; i++) n += (size_t)sprintf(text + n, "x\n");
    struct sweep_list *l = parse_bytes(text, n, profile_builtin(), 0);
    assert_int_equal(l->n_errors, LINES + 1); /* and that there is no case */
    assert_int_equal(l->n_issues, 1002);
    assert_int_equal(l->issues[0].line_no, 0);
    assert_int_equal(l->issues[1].line_no, 1);
    assert_int_equal(l->issues[1000].line_no, 1000);
    has_issue(l, 1001, LIST_ERROR, 0, "and 500 more; correct these first");
    sweep_list_free(l);

    /* Warnings only. */
    n = 0;
    for (int i = 0; i < LINES; i++) n += (size_t)sprintf(text + n, "1 1 1\n");
    l = parse_bytes(text, n, profile_builtin(), 0);
    assert_int_equal(l->n_errors, 0);
    assert_int_equal(l->n_issues, 1001);
    has_issue(l, 1000, LIST_WARNING, 0, "and 499 more; correct these first");
    sweep_list_free(l);

    /* Warnings give way to the errors that come after them. */
    n += (size_t)sprintf(text + n, "x\n2 2\n");
    l = parse_bytes(text, n, profile_builtin(), 0);
    assert_int_equal(l->n_errors, 2);
    assert_int_equal(l->n_issues, 1001);
    assert_int_equal(l->issues[997].line_no, 999);
    has_issue(l, 998, LIST_ERROR, LINES + 1, "'x' is not a number; put '#' before a comment or a header line");
    has_issue(l, 999, LIST_ERROR, LINES + 2, "2 columns, 3 to 5 expected (T EPS TAU [I0 [MU]])");
    has_issue(l, 1000, LIST_WARNING, 0, "and 501 more; correct these first");
    sweep_list_free(l);
    free(text);
}

static void test_too_large(void **state) {
    (void)state;
    size_t len = (size_t)SWEEP_LIST_MAX_BYTES + 1;
    char *text = calloc(len, 1);
    assert_non_null(text);
    struct sweep_list *l = sweep_list_parse(text, len, profile_builtin(), 0);
    free(text);
    assert_int_equal(l->n_errors, 1);
    assert_int_equal(l->n_cases, 0);
    has_issue(l, 0, LIST_ERROR, 0, "the list has 67108865 bytes, at most 67108864 can be read; is it the right file?");
    bool exact;
    assert_int_equal(sweep_list_match(l, profile_builtin(), "x", false, &exact), -1);
    sweep_list_free(l);
}

/* Many cases: every one is found again after the index has grown, and nothing else. */
static void test_many_cases(void **state) {
    (void)state;
    enum { CASES = 100000 };
    char *text = malloc(CASES * 40);
    assert_non_null(text);
    size_t n = 0;
    for (int i = 0; i < CASES; i++) n += (size_t)sprintf(text + n, "%d 0.%d 1.0\n", 1000 + i % 317, i + 1000000);
    struct sweep_list *l = parse_bytes(text, n, profile_builtin(), 0);
    free(text);
    assert_int_equal(l->n_issues, 0);
    assert_int_equal(l->n_cases, CASES);
    for (int i = 0; i < CASES; i++) {
        char name[64];
        bool exact = false;
        int length = sprintf(name, "T%d_eps0p%d_tau1p0", 1000 + i % 317, i + 1000000);
        assert_int_equal(sweep_list_match(l, profile_builtin(), name, false, &exact), i);
        assert_true(exact);
        sprintf(name + length, "_mu0p5");
        assert_int_equal(sweep_list_match(l, profile_builtin(), name, i % 2 == 0, &exact), i);
        assert_false(exact);
        name[1] = '9';
        assert_int_equal(sweep_list_match(l, profile_builtin(), name, true, &exact), -1);
    }
    sweep_list_free(l);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cases),
        cmocka_unit_test(test_without_a_case),
        cmocka_unit_test(test_refused_lines),
        cmocka_unit_test(test_long_titles),
        cmocka_unit_test(test_repeated_lines),
        cmocka_unit_test(test_one_title_from_different_lines),
        cmocka_unit_test(test_numeric_twins),
        cmocka_unit_test(test_letter_case),
        cmocka_unit_test(test_names_windows_cannot_have),
        cmocka_unit_test(test_room_for_paths),
        cmocka_unit_test(test_other_profile_in_messages),
        cmocka_unit_test(test_match),
        cmocka_unit_test(test_issues_are_capped),
        cmocka_unit_test(test_too_large),
        cmocka_unit_test(test_many_cases),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
