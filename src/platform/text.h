/* text: the bytes of a text file as UTF-8.
 *
 * People's editors on the machines of a sweep write UTF-8, UTF-16 with a byte order mark, or the Japanese Windows code
 * page 932. Decoding comes before any splitting: ソ, 表 and 能 contain the byte of a backslash in code page 932.
 * No I/O, no locale; thread safe. */
#ifndef SW_PLATFORM_TEXT_H
#define SW_PLATFORM_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* Decodes len bytes. In this order: a byte order mark (UTF-8, UTF-16 LE or BE) decides and is dropped; else strict
 * UTF-8 (RFC 3629); else code page 932, strictly; on Windows at last the system's own legacy code page, strictly.
 * Line ends, NUL and other control characters stay as they are.
 * 0: *out is malloc'ed (the caller frees it), NUL-terminated, *out_len bytes without the NUL, at most 3 times len.
 * Errors, nothing is allocated: UV_EILSEQ no encoding fits, UV_ENOMEM, UV_E2BIG len is beyond what can be held. */
int text_decode(const void *bytes, size_t len, char **out, size_t *out_len);

/* ---- for text_decode's own files and their tests ---- */

/* Is this the shape of code page 932: ASCII, half-width katakana (A1..DF), or a lead byte (81..9F, E0..FC) with a trail
 * byte (40..7E, 80..FC)? */
bool text_is_cp932(const unsigned char *s, size_t len);

/* Code page 932 without a conversion table, for systems that have none: half-width katakana as themselves, every
 * two-byte character as U+FFFD. Result and errors as text_decode. */
int text_decode_cp932_shape(const unsigned char *s, size_t len, char **out, size_t *out_len);

/* The platform's conversion of text that is not UTF-8. Result and errors as text_decode. */
int text_decode_legacy(const unsigned char *s, size_t len, char **out, size_t *out_len);

#endif
