/* vocabulary: enums and their words, made from vocabulary.def.
 * Pure; every function is thread safe and returns static storage. */
#ifndef SW_MODEL_VOCABULARY_H
#define SW_MODEL_VOCABULARY_H

#include <stdbool.h>
#include <stdint.h>

enum case_status {
#define STATUS(NAME, word, ascii, utf8) STATUS_##NAME,
#include "model/vocabulary.def"
    STATUS_COUNT
};

enum case_flag_bit {
#define FLAG(NAME, word) FLAG_BIT_##NAME,
#include "model/vocabulary.def"
    FLAG_COUNT
};
enum case_flag { /* bits of verdict.flags */
#define FLAG(NAME, word) FLAG_##NAME = 1 << FLAG_BIT_##NAME,
#include "model/vocabulary.def"
};

enum content {
#define CONTENT(NAME, word) CONTENT_##NAME,
#include "model/vocabulary.def"
    CONTENT_COUNT
};

enum artifact_state {
#define ARTIFACT(NAME, word, ascii, utf8) ARTIFACT_##NAME,
#include "model/vocabulary.def"
    ARTIFACT_STATE_COUNT
};

enum root_health {
#define HEALTH(NAME, word) HEALTH_##NAME,
#include "model/vocabulary.def"
    HEALTH_COUNT
};

/* The two places a case can be in. */
enum root_id { ROOT_BATCH, ROOT_ARCHIVE, ROOT_COUNT };

/* The word used in CSV, JSON, facts and on screen. */
const char *status_word(enum case_status s);
const char *flag_word(enum case_flag_bit b);
const char *content_word(enum content c);
const char *artifact_word(enum artifact_state a);
const char *health_word(enum root_health h);
const char *root_word(enum root_id r); /* "batch", "archive" */

/* One-cell glyphs; utf8 false: ASCII. */
const char *status_glyph(enum case_status s, bool utf8);
const char *artifact_glyph(enum artifact_state a, bool utf8);

/* Words back to enums, exact match; -1 when the word is none of them. */
int status_from_word(const char *word);
int content_from_word(const char *word);
int health_from_word(const char *word);
int root_from_word(const char *word);

/* A person has to look: failed, invalid, missing, archive_failed, stalled. */
bool status_is_problem(enum case_status s);
/* Nothing more is expected of the case unless something changes:
 * failed, invalid, missing, archive_failed, complete. */
bool status_is_terminal(enum case_status s);

#endif
