/* language: which one the person reads, from --lang, else from the environment (LC_ALL, LC_MESSAGES, LANG: the first
 * that is set, as POSIX has it). */
#ifndef SW_APP_LANGUAGE_H
#define SW_APP_LANGUAGE_H

#include "model/language.h"

#include <stdbool.h>

/* choice: "en", "ja" or NULL. utf8: the screen can show more than ASCII; without it everything is English. */
enum language language_choose(const char *choice, bool utf8);

#endif
