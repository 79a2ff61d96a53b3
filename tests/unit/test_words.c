#include "model/text.h"
#include "report/report.h"
#include "tui/words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static unsigned arguments(const char *text) {
    unsigned used = 0;
    for (const char *s = text; (s = strchr(s, '{')) != NULL; s++) {
        assert_in_range(s[1], '0', '9');
        assert_int_equal(s[2], '}');
        used |= 1u << (s[1] - '0');
    }
    return used;
}

static bool has_beyond_ascii(const char *text) {
    for (; *text != '\0'; text++) {
        if ((unsigned char)*text >= 0x80) return true;
    }
    return false;
}

/* Both languages are complete, use the same arguments, and Japanese is not left in English. */
static void test_complete(void **state) {
    (void)state;
    for (int w = 0; w < WORD_COUNT; w++) {
        const char *en = word(LANGUAGE_ENGLISH, (enum word)w), *ja = word(LANGUAGE_JAPANESE, (enum word)w);
        assert_non_null(en);
        assert_non_null(ja);
        assert_true(en[0] != '\0' && ja[0] != '\0');
        assert_int_equal(arguments(en), arguments(ja));
        bool only_arguments = strcmp(en, "{0}") == 0 || strcmp(en, "{0}: {1}") == 0 ||
                              strcmp(en, "{1} of {2}: {0}") == 0 || strcmp(en, "{0}–{1} of {2}") == 0;
        if (!only_arguments && !has_beyond_ascii(ja)) fail_msg("not translated: %s", en);
        char clean[512];
        text_clean(ja, clean, sizeof clean);
        assert_string_equal(clean, ja);
    }
}

/* The words that stand in the order of an enum. */
static void test_order(void **state) {
    (void)state;
    for (int i = 0; i < STATUS_COUNT; i++) {
        assert_string_equal(word(LANGUAGE_ENGLISH, (enum word)(WORD_STATUS_FAILED + i)),
                            status_word((enum case_status)i));
    }
    for (int i = 0; i < FLAG_COUNT; i++) {
        assert_string_equal(word(LANGUAGE_ENGLISH, (enum word)(WORD_FLAG_LOCKED + i)),
                            flag_word((enum case_flag_bit)i));
    }
    for (int i = 0; i < ARTIFACT_STATE_COUNT; i++) {
        assert_string_equal(word(LANGUAGE_ENGLISH, (enum word)(WORD_ARTIFACT_ABSENT + i)),
                            artifact_word((enum artifact_state)i));
    }
    for (int i = 0; i < CONTENT_COUNT; i++) {
        assert_string_equal(word(LANGUAGE_ENGLISH, (enum word)(WORD_CONTENT_ABSENT + i)),
                            content_word((enum content)i));
    }
    for (int i = 0; i < HEALTH_COUNT; i++) {
        assert_string_equal(word(LANGUAGE_ENGLISH, (enum word)(WORD_HEALTH_WAITING + i)),
                            health_word((enum root_health)i));
    }
    for (int i = 0; i < ROOT_COUNT; i++) {
        assert_string_equal(word(LANGUAGE_ENGLISH, (enum word)(WORD_ROOT_BATCH + i)), root_word((enum root_id)i));
    }
    for (int i = PROOF_NOT_NEEDED; i <= PROOF_UNREACHABLE; i++) {
        assert_string_equal(word(LANGUAGE_ENGLISH, (enum word)(WORD_PROOF_NOT_NEEDED + i)),
                            report_proof_word((enum archive_proof)i));
    }
    assert_int_equal(WORD_MEANS_COMPLETE - WORD_MEANS_FAILED, STATUS_COUNT - 1);
    assert_int_equal(WORD_MEANS_UNKNOWN - WORD_MEANS_ABSENT, ARTIFACT_STATE_COUNT - 1);
    assert_string_equal(word_status(LANGUAGE_JAPANESE, STATUS_COMPLETE), "完了");
    assert_string_equal(word_status(LANGUAGE_ENGLISH, STATUS_COMPLETE), "complete");
    assert_string_equal(word_health(LANGUAGE_JAPANESE, HEALTH_HUNG), "応答なし");
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_complete), cmocka_unit_test(test_order)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
