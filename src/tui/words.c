#include "tui/words.h"

#include "model/text.h"

static const char *const words[WORD_COUNT][LANGUAGE_COUNT] = {
#define WORD(ID, english, japanese) {english, japanese},
#include "tui/words.def"
};

const char *word(enum language l, enum word w) { return words[w][l]; }

const char *word_status(enum language l, enum case_status s) {
    return l == LANGUAGE_ENGLISH ? status_word(s) : words[WORD_STATUS_FAILED + s][l];
}

const char *word_flag(enum language l, enum case_flag_bit b) {
    return l == LANGUAGE_ENGLISH ? flag_word(b) : words[WORD_FLAG_LOCKED + b][l];
}

const char *word_artifact(enum language l, enum artifact_state a) {
    return l == LANGUAGE_ENGLISH ? artifact_word(a) : words[WORD_ARTIFACT_ABSENT + a][l];
}

const char *word_content(enum language l, enum content c) {
    return l == LANGUAGE_ENGLISH ? content_word(c) : words[WORD_CONTENT_ABSENT + c][l];
}

const char *word_health(enum language l, enum root_health h) {
    return l == LANGUAGE_ENGLISH ? health_word(h) : words[WORD_HEALTH_WAITING + h][l];
}

const char *word_root(enum language l, enum root_id r) {
    return l == LANGUAGE_ENGLISH ? root_word(r) : words[WORD_ROOT_BATCH + r][l];
}

void words_format(enum language l, enum word w, const char *const args[], char *out, size_t cap) {
    text_format(words[w][l], args, out, cap);
}
