#include "app/language.h"

#include <stdlib.h>
#include <string.h>

enum language language_choose(const char *choice, bool utf8) {
    static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
    if (!utf8) return LANGUAGE_ENGLISH;
    for (size_t i = 0; !choice && i < sizeof names / sizeof *names; i++) {
        const char *value = getenv(names[i]);
        if (value && value[0]) choice = value;
    }
    return choice && strncmp(choice, "ja", 2) == 0 ? LANGUAGE_JAPANESE : LANGUAGE_ENGLISH;
}
