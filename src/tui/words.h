/* words: what the screens say, in the person's language; made from words.def. Pure; static storage. */
#ifndef SW_TUI_WORDS_H
#define SW_TUI_WORDS_H

#include "model/language.h"
#include "model/vocabulary.h"

#include <stddef.h>

enum word {
#define WORD(ID, english, japanese) WORD_##ID,
#include "tui/words.def"
    WORD_COUNT
};

const char *word(enum language l, enum word w);

/* The words of the vocabulary as a person reads them; in English the very words of files and filters. */
const char *word_status(enum language l, enum case_status s);
const char *word_flag(enum language l, enum case_flag_bit b);
const char *word_artifact(enum language l, enum artifact_state a);
const char *word_content(enum language l, enum content c);
const char *word_health(enum language l, enum root_health h);
const char *word_root(enum language l, enum root_id r);

/* {0} .. {9} of the word replaced by args. */
void words_format(enum language l, enum word w, const char *const args[], char *out, size_t cap);
#define WORDS(...) ((const char *const[]){__VA_ARGS__})

#endif
