#include "model/vocabulary.h"

#include <string.h>

static const char *const status_words[] = {
#define STATUS(NAME, word, ascii, utf8) word,
#include "model/vocabulary.def"
};
static const char *const status_glyphs[][2] = {
#define STATUS(NAME, word, ascii, utf8) {ascii, utf8},
#include "model/vocabulary.def"
};
static const char *const flag_words[] = {
#define FLAG(NAME, word) word,
#include "model/vocabulary.def"
};
static const char *const content_words[] = {
#define CONTENT(NAME, word) word,
#include "model/vocabulary.def"
};
static const char *const artifact_words[] = {
#define ARTIFACT(NAME, word, ascii, utf8) word,
#include "model/vocabulary.def"
};
static const char *const artifact_glyphs[][2] = {
#define ARTIFACT(NAME, word, ascii, utf8) {ascii, utf8},
#include "model/vocabulary.def"
};
static const char *const health_words[] = {
#define HEALTH(NAME, word) word,
#include "model/vocabulary.def"
};
static const char *const root_words[] = {"batch", "archive"};

static int find_word(const char *const words[], int count, const char *word) {
    for (int i = 0; i < count; i++) {
        if (strcmp(words[i], word) == 0) return i;
    }
    return -1;
}

const char *status_word(enum case_status s) { return status_words[s]; }
const char *flag_word(enum case_flag_bit b) { return flag_words[b]; }
const char *content_word(enum content c) { return content_words[c]; }
const char *artifact_word(enum artifact_state a) { return artifact_words[a]; }
const char *health_word(enum root_health h) { return health_words[h]; }
const char *root_word(enum root_id r) { return root_words[r]; }

const char *status_glyph(enum case_status s, bool utf8) { return status_glyphs[s][utf8]; }
const char *artifact_glyph(enum artifact_state a, bool utf8) { return artifact_glyphs[a][utf8]; }

int status_from_word(const char *word) { return find_word(status_words, STATUS_COUNT, word); }
int content_from_word(const char *word) { return find_word(content_words, CONTENT_COUNT, word); }
int health_from_word(const char *word) { return find_word(health_words, HEALTH_COUNT, word); }
int root_from_word(const char *word) { return find_word(root_words, ROOT_COUNT, word); }

bool status_is_problem(enum case_status s) { return s <= STATUS_STALLED; }

bool status_is_terminal(enum case_status s) { return s <= STATUS_ARCHIVE_FAILED || s == STATUS_COMPLETE; }
