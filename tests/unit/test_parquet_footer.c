/* Footers of every form, from a writer of the tests' own; broken ones; and cut off at every byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "support/parquet_maker.h"
#include "watch/parquet_footer.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct pq_bytes made;
static struct parquet_footer footer;
static const char *why;

static int tear_down(void **state) {
    (void)state;
    pq_free(&made);
    return 0;
}

/* In memory of its exact size, so that a sanitizer sees every byte too many. */
static enum footer_state read_bytes(const unsigned char *bytes, size_t len, int64_t begins, const char *column) {
    unsigned char *copy = malloc(len > 0 ? len : 1);
    assert_non_null(copy);
    memcpy(copy, bytes, len);
    enum footer_state state = parquet_footer_read(copy, len, begins, column, &footer, &why);
    free(copy);
    assert_int_equal(state == FOOTER_READ, why == NULL);
    if (state != FOOTER_READ) {
        assert_int_equal(footer.rows, -1);
        assert_int_equal(footer.row_groups, -1);
        assert_true(isnan(footer.min) && isnan(footer.max));
    }
    return state;
}

static enum footer_state read_made(const char *column) {
    return read_bytes(made.data + made.footer, pq_footer_len(&made), (int64_t)made.footer, column);
}

static bool same(double a, double b) { return (isnan(a) && isnan(b)) || (a <= b && a >= b); }

static void expect_at(int line, const char *column, int64_t rows, int64_t groups, double min, double max) {
    enum footer_state state = read_made(column);
    if (state != FOOTER_READ) fail_msg("line %d: %s", line, why);
    if (footer.rows != rows || footer.row_groups != groups) {
        fail_msg("line %d: %lld rows in %lld groups", line, (long long)footer.rows, (long long)footer.row_groups);
    }
    if (!same(footer.min, min) || !same(footer.max, max)) {
        fail_msg("line %d: from %.17g to %.17g", line, footer.min, footer.max);
    }
}
#define EXPECT(column, rows, groups, min, max) expect_at(__LINE__, column, rows, groups, min, max)

static void make(const struct pq_column *columns, size_t n, const int64_t *rows, size_t groups) {
    pq_make(&made, &(struct pq_file){.columns = columns, .n_columns = n, .rows = rows, .groups = groups});
}

static void test_simple(void **state) {
    (void)state;
    pq_make_simple(&made, 32, 0.986175, 31.5576);
    EXPECT("time", 32, 1, 0.986175, 31.5576);
    EXPECT("tim", 32, 1, NAN, NAN);
    EXPECT("time.", 32, 1, NAN, NAN);
    EXPECT("times", 32, 1, NAN, NAN);
    EXPECT("", 32, 1, NAN, NAN);
    EXPECT(NULL, 32, 1, NAN, NAN);
}

static void test_no_rows_no_groups_no_columns(void **state) {
    (void)state;
    const struct pq_column time = {.name = "time", .type = PQ_DOUBLE};
    const int64_t none = 0;
    make(&time, 1, NULL, 0);
    EXPECT("time", 0, 0, NAN, NAN);
    make(&time, 1, &none, 1);
    EXPECT("time", 0, 1, NAN, NAN);
    make(NULL, 0, NULL, 0);
    EXPECT("time", 0, 0, NAN, NAN);
}

static void test_types(void **state) {
    (void)state;
    const int64_t rows = 5;
    static const struct {
        enum pq_type type;
        int converted, logical; /* as in struct pq_column */
        double min, max, told_min, told_max;
    } known[] = {
        {PQ_DOUBLE, 0, 0, -1.5, 1e300, -1.5, 1e300},
        {PQ_DOUBLE, 0, 0, -HUGE_VAL, HUGE_VAL, -HUGE_VAL, HUGE_VAL},
        {PQ_DOUBLE, 0, 0, NAN, 2, NAN, 2},
        {PQ_DOUBLE, 0, 0, 1, NAN, 1, NAN},
        {PQ_FLOAT, 0, 0, -0.25, 16777216, -0.25, 16777216},
        {PQ_FLOAT, 0, 0, NAN, NAN, NAN, NAN},
        {PQ_INT32, 0, 0, -2147483648.0, 2147483647, -2147483648.0, 2147483647},
        {PQ_INT64, 0, 0, -9e18, 9e18, -9e18, 9e18},
        {PQ_INT64, 1 + 18, 10, -7, 7, -7, 7},                 /* INT_64 */
        {PQ_INT32, 1 + 13, 10, 1, 4294967295, 1, 4294967295}, /* UINT_32 */
        {PQ_INT64, 1 + 14, 10, 1, 1.8e19, 1, 1.8e19},         /* UINT_64 */
        {PQ_INT64, 1 + 10, 8, 1, 2, NAN, NAN},                /* TIMESTAMP_MICROS: no plain number */
        {PQ_INT64, 0, 8, 1, 2, NAN, NAN},                     /* TIMESTAMP of nanoseconds has a logical type only */
        {PQ_INT32, 1 + 5, 5, 1, 2, NAN, NAN},                 /* DECIMAL */
        {PQ_INT32, 1 + 6, 0, 1, 2, NAN, NAN},                 /* DATE */
        {PQ_BYTE_ARRAY, 1 + 0, 1, 1, 2, NAN, NAN},            /* text of eight bytes */
        {PQ_INT96, 0, 0, 1, 2, NAN, NAN},
        {PQ_BOOLEAN, 0, 0, 0, 1, NAN, NAN},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        const struct pq_extremes extremes = {.min = known[i].min, .max = known[i].max};
        const struct pq_column column = {.name = "time",
                                         .type = known[i].type,
                                         .converted = known[i].converted,
                                         .logical = known[i].logical,
                                         .extremes = &extremes};
        make(&column, 1, &rows, 1);
        EXPECT("time", 5, 1, known[i].told_min, known[i].told_max);
    }
}

static void test_forms_of_statistics(void **state) {
    (void)state;
    const int64_t rows = 5;
    struct pq_extremes extremes = {.min = 1, .max = 2};
    struct pq_column column = {.name = "time", .type = PQ_DOUBLE, .extremes = &extremes};
    static const struct {
        enum pq_statistics form;
        bool told;
    } known[] = {{PQ_NEW, true}, {PQ_OLD, true}, {PQ_BOTH, true}, {PQ_NO_EXTREMES, false}, {PQ_ABSENT, false}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        extremes.form = known[i].form;
        make(&column, 1, &rows, 1);
        EXPECT("time", 5, 1, known[i].told ? 1 : NAN, known[i].told ? 2 : NAN);
    }
    /* The old form compared all integers as signed ones. */
    column.type = PQ_INT32;
    column.converted = 1 + 13;
    extremes.form = PQ_OLD;
    make(&column, 1, &rows, 1);
    EXPECT("time", 5, 1, NAN, NAN);
    column.extremes = NULL;
    make(&column, 1, &rows, 1);
    EXPECT("time", 5, 1, NAN, NAN);
}

static void test_row_groups(void **state) {
    (void)state;
    const int64_t rows[] = {10, 20, 30};
    struct pq_extremes e[] = {{.min = 5, .max = 6}, {.min = -1, .max = 2, .form = PQ_OLD}, {.min = 3, .max = 9}};
    const struct pq_column column = {.name = "time", .type = PQ_INT64, .extremes = e};
    make(&column, 1, rows, 3);
    EXPECT("time", 60, 3, -1, 9);
    /* One group that does not tell leaves all unknown: it may hold the largest. */
    e[1].form = PQ_ABSENT;
    make(&column, 1, rows, 3);
    EXPECT("time", 60, 3, NAN, NAN);
    /* But not when there is no value in it. */
    e[1] = (struct pq_extremes){.nulls_only = true};
    make(&column, 1, rows, 3);
    EXPECT("time", 60, 3, 3, 9);
    const int64_t with_empty[] = {10, 0, 30};
    e[1] = (struct pq_extremes){.form = PQ_ABSENT};
    make(&column, 1, with_empty, 3);
    EXPECT("time", 40, 3, 3, 9);
}

static void test_many_row_groups(void **state) {
    (void)state;
    enum { GROUPS = 1000 };
    int64_t rows[GROUPS];
    struct pq_extremes e[GROUPS];
    for (int i = 0; i < GROUPS; i++) {
        rows[i] = i;
        e[i] = (struct pq_extremes){.min = i, .max = 2 * i};
    }
    const struct pq_column column = {.name = "time", .type = PQ_DOUBLE, .extremes = e};
    make(&column, 1, rows, GROUPS);
    EXPECT("time", 499500, GROUPS, 1, 1998); /* the first group is empty */
}

static void test_nested(void **state) {
    (void)state;
    const int64_t rows = 7;
    const struct pq_extremes first = {.min = 1, .max = 2}, second = {.min = 3, .max = 4}, third = {.min = 5, .max = 6};
    const struct pq_column columns[] = {
        {.name = "name", .type = PQ_BYTE_ARRAY, .converted = 1},
        {.name = "time", .group = "disk", .type = PQ_DOUBLE, .extremes = &first},
        {.name = "when", .group = "disk", .type = PQ_INT64, .converted = 1 + 10, .logical = 8, .extremes = &second},
        {.name = "time", .type = PQ_DOUBLE, .extremes = &third},
        {.name = "disk.time", .type = PQ_FLOAT, .extremes = &second},
    };
    make(columns, 4, &rows, 1);
    EXPECT("time", 7, 1, 5, 6);
    EXPECT("disk.time", 7, 1, 1, 2);
    EXPECT("disk.when", 7, 1, NAN, NAN);
    EXPECT("disk", 7, 1, NAN, NAN);
    EXPECT("name", 7, 1, NAN, NAN);
    EXPECT(".time", 7, 1, NAN, NAN);
}

static void test_unknown_fields_and_large_metadata(void **state) {
    (void)state;
    const int64_t rows[] = {4, 4};
    const struct pq_extremes e[] = {{.min = 1, .max = 2, .form = PQ_BOTH}, {.min = 2, .max = 3}};
    const struct pq_column columns[] = {{.name = "value", .type = PQ_FLOAT},
                                        {.name = "time", .type = PQ_DOUBLE, .extremes = e}};
    pq_make(&made, &(struct pq_file){.columns = columns,
                                     .n_columns = 2,
                                     .rows = rows,
                                     .groups = 2,
                                     .dictionary = true,
                                     .unknown_fields = true,
                                     .metadata_bytes = 8 * 1024 * 1024});
    EXPECT("time", 8, 2, 1, 3);
}

static void test_many_columns(void **state) {
    (void)state;
    enum { COLUMNS = 400 };
    char names[COLUMNS][16];
    struct pq_column columns[COLUMNS];
    const int64_t rows = 3;
    const struct pq_extremes extremes = {.min = 1, .max = 2};
    for (int i = 0; i < COLUMNS; i++) {
        snprintf(names[i], sizeof names[i], "c%d", i);
        /* Only the last one is a number as it stands: the right element of the schema has to be looked at. */
        columns[i] = (struct pq_column){.name = names[i], .type = PQ_INT64, .converted = 1 + 10, .extremes = &extremes};
    }
    columns[COLUMNS - 1].converted = 0;
    make(columns, COLUMNS, &rows, 1);
    EXPECT("c399", 3, 1, 1, 2);
    EXPECT("c398", 3, 1, NAN, NAN);
}

static void test_rows_that_do_not_add_up(void **state) {
    (void)state;
    const int64_t rows[] = {10, 20}, huge[] = {INT64_MAX, 1}, negative[] = {-5, 5};
    const struct pq_extremes e[] = {{.min = 1, .max = 2}, {.min = 3, .max = 4}};
    const struct pq_column column = {.name = "time", .type = PQ_DOUBLE, .extremes = e};
    struct pq_file f = {.columns = &column, .n_columns = 1, .rows = rows, .groups = 2, .num_rows = 31};
    pq_make(&made, &f);
    EXPECT("time", -1, 2, 1, 4);
    f.rows = huge;
    pq_make(&made, &f);
    EXPECT("time", -1, 2, 1, 4);
    f.rows = negative;
    f.num_rows = 5;
    pq_make(&made, &f);
    EXPECT("time", -1, 2, 1, 4);
    f.num_rows = -5;
    pq_make(&made, &f);
    assert_int_equal(read_made("time"), FOOTER_BROKEN);
    assert_string_equal(why, "its number of rows is negative");
}

static void test_data_outside_of_the_file(void **state) {
    (void)state;
    const int64_t rows = 10;
    const struct pq_column column = {.name = "time", .type = PQ_DOUBLE};
    struct pq_file f = {.columns = &column, .n_columns = 1, .rows = &rows, .groups = 1, .dictionary = true};
    pq_make(&made, &f);
    assert_int_equal(read_made(NULL), FOOTER_READ);
    f.shift = 1000;
    pq_make(&made, &f);
    assert_int_equal(read_made(NULL), FOOTER_UNFIT);
    assert_string_equal(why, "its footer speaks of data that is not in the file");
    /* The footer alone knows no better. */
    assert_int_equal(read_bytes(made.data + made.footer, pq_footer_len(&made), INT64_MAX, NULL), FOOTER_READ);
    f.shift = -2;
    pq_make(&made, &f);
    assert_int_equal(read_made(NULL), FOOTER_UNFIT);
    /* Bytes lost in the middle: a column begins in the footer, or would have to end behind the end of the file. */
    f.shift = 0;
    f.dictionary = false;
    f.data_bytes = 10000;
    pq_make(&made, &f);
    const unsigned char *bytes = made.data + made.footer;
    int64_t len = (int64_t)pq_footer_len(&made);
    assert_int_equal(read_bytes(bytes, (size_t)len, 4, NULL), FOOTER_UNFIT);
    assert_int_equal(read_bytes(bytes, (size_t)len, 10003 - len, NULL), FOOTER_UNFIT);
    assert_int_equal(read_bytes(bytes, (size_t)len, 10004 - len, NULL), FOOTER_READ);
}

static void test_not_a_footer(void **state) {
    (void)state;
    static const struct {
        const char *bytes;
        size_t len;
        const char *why;
    } known[] = {
        {"", 0, "it ends too early"},
        {"\0", 1, "something required is not in it"},
        {"F", 1, "it ends too early"},
        {"footer.footer.f", 15, NULL},
        {"\x1F\x00", 2, "a value in it is of an unknown kind"},
        {"\x15\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF", 11, "a number in it is too long"},
        {"\x19\xFC\xFF\xFF\xFF\xFF\x0F", 7, "a list in it is longer than the rest"},
        {"\x1B\xFF\xFF\xFF\xFF\x0F\x55", 7, "a map in it is longer than the rest"},
        {"\x05\xFF\xFF\x07\x02\x00", 6, "a field in it has an impossible number"},
        {"\x15\x02\x19\x0C\x16\x02\x19\x0C\x00", 9, "its schema is no list of structures"},
        {"\x15\x02\x19\x15\x00\x16\x02\x19\x15\x00\x00", 11, "a row group in it is no structure"},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        assert_int_equal(read_bytes((const unsigned char *)known[i].bytes, known[i].len, INT64_MAX, "time"),
                         FOOTER_BROKEN);
        if (known[i].why != NULL) assert_string_equal(why, known[i].why);
    }
}

static void test_nested_too_deep(void **state) {
    (void)state;
    enum { DEEP = 1000 * 1000 };
    unsigned char *bytes = malloc(DEEP);
    assert_non_null(bytes);
    memset(bytes, 0x1C, DEEP); /* a field that is a structure, again and again */
    assert_int_equal(read_bytes(bytes, DEEP, INT64_MAX, "time"), FOOTER_BROKEN);
    assert_string_equal(why, "it is nested too deep");
    memset(bytes, 0x19, DEEP); /* a list of one list, again and again */
    assert_int_equal(read_bytes(bytes, DEEP, INT64_MAX, "time"), FOOTER_BROKEN);
    assert_string_equal(why, "it is nested too deep");
    free(bytes);
}

/* Every prefix is broken, but for those that lack only what follows the end of the last structure. */
static void test_every_truncation(void **state) {
    (void)state;
    const int64_t rows[] = {4, 4};
    const struct pq_extremes e[] = {{.min = 1, .max = 2, .form = PQ_BOTH}, {.min = 2, .max = 3}};
    const struct pq_column columns[] = {{.name = "value", .group = "g", .type = PQ_FLOAT},
                                        {.name = "time", .type = PQ_DOUBLE, .logical = 10, .extremes = e}};
    pq_make(&made, &(struct pq_file){.columns = columns,
                                     .n_columns = 2,
                                     .rows = rows,
                                     .groups = 2,
                                     .unknown_fields = true,
                                     .metadata_bytes = 100});
    size_t len = pq_footer_len(&made);
    for (size_t n = 0; n < len; n++) {
        assert_int_equal(read_bytes(made.data + made.footer, n, (int64_t)made.footer, "time"), FOOTER_BROKEN);
    }
    assert_int_equal(read_made("time"), FOOTER_READ);
    /* A signature may follow the metadata (plaintext footer of an encrypted file). */
    unsigned char longer[8192];
    assert_true(len + 28 <= sizeof longer);
    memcpy(longer, made.data + made.footer, len);
    memset(longer + len, 0xEE, 28);
    assert_int_equal(read_bytes(longer, len + 28, (int64_t)made.footer, "time"), FOOTER_READ);
    assert_int_equal(footer.rows, 8);
}

#define TEST(f) cmocka_unit_test_teardown(f, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(test_simple),
        TEST(test_no_rows_no_groups_no_columns),
        TEST(test_types),
        TEST(test_forms_of_statistics),
        TEST(test_row_groups),
        TEST(test_many_row_groups),
        TEST(test_nested),
        TEST(test_unknown_fields_and_large_metadata),
        TEST(test_many_columns),
        TEST(test_rows_that_do_not_add_up),
        TEST(test_data_outside_of_the_file),
        TEST(test_not_a_footer),
        TEST(test_nested_too_deep),
        TEST(test_every_truncation),
    };
    return cmocka_run_group_tests_name("parquet_footer", tests, NULL, NULL);
}
