/* reason: the verdict in words, for every screen and file alike.
 *
 * Each reason is one sentence without a final stop, UTF-8, cleaned of control characters. Pure. Files speak English
 * wherever they are written, so that programs and other machines read the same; screens speak the person's language. */
#ifndef SW_MODEL_REASON_H
#define SW_MODEL_REASON_H

#include "model/language.h"
#include "model/table.h"

enum { REASON_MAX = 12, REASON_BYTES = 400 };

/* The sentences of a row, most important first; returns how many (0 when there is nothing to say). */
int reason_lines(const struct table *t, const struct row *r, int64_t now, char out[REASON_MAX][REASON_BYTES]);

int reason_lines_in(enum language language, const struct table *t, const struct row *r, int64_t now,
                    char out[REASON_MAX][REASON_BYTES]);

/* What to do next, one sentence, or "" when nothing is to be done. */
void reason_remedy(const struct table *t, const struct row *r, int64_t now, char out[REASON_BYTES]);

void reason_remedy_in(enum language language, const struct table *t, const struct row *r, int64_t now,
                      char out[REASON_BYTES]);

/* Both, of a row that has just been judged. Returns how many lines. */
int reason_both(const struct table *t, const struct row *r, int64_t now, const struct verdict *verdict,
                char lines[REASON_MAX][REASON_BYTES], char do_next[REASON_BYTES]);

/* The i-th sentence of reason.def as it stands there, NULL past the last: for tests of the translations. */
const char *reason_sentence(int i, enum language language);

/* A duration as people say it: "8 s", "12 min", "3.5 h", "2.1 d"; negative and unknown: "—" needs the caller. */
void reason_duration(int64_t ms, char *out, size_t cap);

#endif
