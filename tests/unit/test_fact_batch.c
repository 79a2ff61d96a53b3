/* Batches of facts: deep copies whose addresses stay. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "model/fact.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void test_copies_are_deep(void **state) {
    (void)state;
    struct fact_batch *b = fact_batch_new();
    char place[] = "T1", name[] = "a.parquet", holder[] = "scanner", note[] = "empty", text[] = "4000";
    struct fact_value values[] = {{3, text, 1}, {4, text, 0}};
    struct fact f = {.kind = FACT_FILE, .root = ROOT_ARCHIVE, .at = 12, .place = place};
    f.u.file = (struct fact_file){.artifact = 2,
                                  .content = CONTENT_PARTIAL,
                                  .via = VIA_CHUNK,
                                  .name = name,
                                  .chunks = 7,
                                  .size = 5,
                                  .holder = holder,
                                  .note = note,
                                  .values = values,
                                  .n_values = 2};
    fact_batch_add(b, &f);
    memset(place, 'x', 2);
    memset(name, 'x', 9);
    memset(holder, 'x', 7);
    memset(note, 'x', 5);
    memset(text, 'x', 4);
    values[1].value = 99;
    assert_int_equal(fact_batch_count(b), 1);
    const struct fact *copy = fact_batch_at(b, 0);
    assert_int_equal(copy->kind, FACT_FILE);
    assert_int_equal(copy->root, ROOT_ARCHIVE);
    assert_int_equal(copy->at, 12);
    assert_string_equal(copy->place, "T1");
    assert_string_equal(copy->u.file.name, "a.parquet");
    assert_string_equal(copy->u.file.holder, "scanner");
    assert_string_equal(copy->u.file.note, "empty");
    assert_int_equal(copy->u.file.chunks, 7);
    assert_int_equal(copy->u.file.n_values, 2);
    assert_int_equal(copy->u.file.values[1].value, 4);
    assert_string_equal(copy->u.file.values[1].text, "4000");
    fact_batch_free(b);
}

static void test_every_kind_copies_its_strings(void **state) {
    (void)state;
    struct fact_batch *b = fact_batch_new();
    char a[] = "aa", z[] = "zz", text[] = "l\0st";
    struct fact f = {.kind = FACT_ROOT};
    f.u.root_state.path = a;
    f.u.root_state.reason = z;
    fact_batch_add(b, &f);
    f = (struct fact){.kind = FACT_LIST};
    f.u.list.path = a;
    f.u.list.text = text;
    f.u.list.len = 4;
    fact_batch_add(b, &f);
    f = (struct fact){.kind = FACT_SETTING};
    f.u.setting.key = a;
    f.u.setting.value = z;
    fact_batch_add(b, &f);
    f = (struct fact){.kind = FACT_EXIT, .place = a};
    f.u.exit.source = z;
    fact_batch_add(b, &f);
    f = (struct fact){.kind = FACT_PLACE, .place = a};
    fact_batch_add(b, &f);
    f = (struct fact){.kind = FACT_EXIT};
    fact_batch_add(b, &f);
    f = (struct fact){.kind = FACT_ELSEWHERE, .place = a};
    f.u.elsewhere.path = z;
    fact_batch_add(b, &f);
    memset(a, 'x', 2);
    memset(z, 'x', 2);
    memset(text, 'x', 4);
    assert_string_equal(fact_batch_at(b, 0)->u.root_state.path, "aa");
    assert_string_equal(fact_batch_at(b, 0)->u.root_state.reason, "zz");
    assert_string_equal(fact_batch_at(b, 1)->u.list.path, "aa");
    assert_memory_equal(fact_batch_at(b, 1)->u.list.text, "l\0st", 5);
    assert_string_equal(fact_batch_at(b, 2)->u.setting.key, "aa");
    assert_string_equal(fact_batch_at(b, 2)->u.setting.value, "zz");
    assert_string_equal(fact_batch_at(b, 3)->place, "aa");
    assert_string_equal(fact_batch_at(b, 3)->u.exit.source, "zz");
    assert_string_equal(fact_batch_at(b, 4)->place, "aa");
    assert_null(fact_batch_at(b, 5)->place);
    assert_null(fact_batch_at(b, 5)->u.exit.source);
    assert_string_equal(fact_batch_at(b, 6)->place, "aa");
    assert_string_equal(fact_batch_at(b, 6)->u.elsewhere.path, "zz");
    fact_batch_free(b);
}

static void add_place(struct fact_batch *b, int n) {
    char name[32];
    snprintf(name, sizeof name, "T%d", n);
    struct fact f = {.kind = FACT_PLACE, .at = n, .place = name};
    fact_batch_add(b, &f);
}

static void test_addresses_stay_while_it_grows(void **state) {
    (void)state;
    struct fact_batch *b = fact_batch_new();
    add_place(b, 0);
    const struct fact *first = fact_batch_at(b, 0);
    const char *place = first->place;
    for (int i = 1; i < 5000; i++) add_place(b, i);
    assert_int_equal(fact_batch_count(b), 5000);
    assert_ptr_equal(fact_batch_at(b, 0), first);
    assert_ptr_equal(first->place, place);
    assert_string_equal(place, "T0");
    for (int i = 0; i < 5000; i++) {
        char name[32];
        snprintf(name, sizeof name, "T%d", i);
        assert_string_equal(fact_batch_at(b, (size_t)i)->place, name);
    }
    fact_batch_free(b);
}

static void test_clear_and_fill_again(void **state) {
    (void)state;
    struct fact_batch *b = fact_batch_new();
    char *big = malloc(3 * 1024 * 1024 + 1);
    assert_non_null(big);
    memset(big, 'b', 3 * 1024 * 1024);
    big[3 * 1024 * 1024] = '\0';
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 1000; i++) add_place(b, i);
        struct fact f = {.kind = FACT_LIST};
        f.u.list.text = big;
        f.u.list.len = 3 * 1024 * 1024;
        fact_batch_add(b, &f);
        add_place(b, 1001);
        assert_int_equal(fact_batch_count(b), 1002);
        assert_string_equal(fact_batch_at(b, 0)->place, "T0");
        assert_string_equal(fact_batch_at(b, 999)->place, "T999");
        assert_memory_equal(fact_batch_at(b, 1000)->u.list.text, big, 3 * 1024 * 1024 + 1);
        assert_string_equal(fact_batch_at(b, 1001)->place, "T1001");
        fact_batch_clear(b);
        assert_int_equal(fact_batch_count(b), 0);
    }
    free(big);
    fact_batch_free(b);
    fact_batch_free(NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_copies_are_deep),
        cmocka_unit_test(test_every_kind_copies_its_strings),
        cmocka_unit_test(test_addresses_stay_while_it_grows),
        cmocka_unit_test(test_clear_and_fill_again),
    };
    return cmocka_run_group_tests_name("fact_batch", tests, NULL, NULL);
}
