/* profile_file: a profile from its file. The format is docs/PROFILES.md and docs/schemas/profile.schema.json.
 *
 * JSON text as RFC 8259 says, at most PROFILE_FILE_MAX bytes and PROFILE_FILE_DEPTH containers deep. Everything is
 * checked: a key that is not known, one that comes twice, a value of another type or out of its range, and rules
 * between keys. Nothing is guessed. */
#ifndef SW_APP_PROFILE_FILE_H
#define SW_APP_PROFILE_FILE_H

#include "model/profile.h"

enum { PROFILE_FILE_MAX = 64 * 1024, PROFILE_FILE_DEPTH = 8, PROFILE_FILE_ERRORS = 20, PROFILE_FILE_WORDS = 512 };

/* What is wrong: the line it is in, from 1, and a sentence with the remedy (may hold text of the file: not cleaned). */
struct profile_error {
    unsigned line;
    char words[PROFILE_FILE_WORDS];
};

/* Reads a profile from UTF-8 text (NUL-terminated; len without the NUL). NULL: it cannot be used, and error[0..*n) says
 * why. The profile owns its strings: profile_free. Pure but for
 * memory; out of memory: abort(). */
struct profile *profile_file_read(const char *text, size_t len, struct profile_error error[PROFILE_FILE_ERRORS],
                                  int *n);

#endif
