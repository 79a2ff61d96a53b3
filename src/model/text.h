/* text: strings from the outside world, made harmless. Pure; libc only. */
#ifndef SW_MODEL_TEXT_H
#define SW_MODEL_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Decodes one character of s[0..len). Returns its length in bytes (1..4) and *cp, or 1 and *cp = 0xFFFD for a byte that
 * is not part of well-formed UTF-8 (RFC 3629: no surrogates, no overlong forms). len must be > 0. */
int text_utf8_next(const char *s, size_t len, uint32_t *cp);

/* The bytes of a character (U+0000..U+10FFFF); returns how many, 1..4. */
size_t text_utf8_encode(uint32_t cp, char out[4]);

/* Copies in to out (cap bytes with the NUL) so that no terminal, CSV or JSON can be hurt: control characters (C0, DEL,
 * C1), line and paragraph separators and bidirectional controls become U+FFFD, so does invalid UTF-8; cut between
 * characters, with "…" at the end when it was cut. Returns the length of out. */
size_t text_clean(const char *in, char *out, size_t cap);

/* Strict decimal number: [+-] digits [. digits] [e [+-] digits], at least one digit; the whole of s; no hexadecimal, no
 * names, no blanks. '.' in every locale; rounded to the nearest double. False as well when it is too large for one. */
bool text_number(const char *s, double *out);

/* Compares so that runs of digits count as numbers: T900 before T1000, 0p5 before 0p10 by its digits. */
int text_natural_compare(const char *a, const char *b);

/* Copies pattern to out (cap bytes with the NUL, cut when too long) with {0} .. {9} replaced by args[0] .. args[9].
 * args may be NULL when the pattern has none. */
void text_format(const char *pattern, const char *const args[], char *out, size_t cap);

/* A number given in hundredths, to one place, rounded: 7 -> "0.1", 1234 -> "12.3". hundredths >= 0. */
void text_tenths(int64_t hundredths, char *out, size_t cap);

/* 64-bit hash of bytes (wyhash-like mixing, not cryptographic), never 0. */
uint64_t text_hash(const void *data, size_t len, uint64_t seed);

#endif
