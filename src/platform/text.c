#include "platform/text.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

/* Appends a character below U+110000, no surrogate. */
static char *put_utf8(char *to, uint32_t cp) {
    if (cp < 0x80) {
        *to++ = (char)cp;
    } else if (cp < 0x800) {
        *to++ = (char)(0xC0 | cp >> 6);
        *to++ = (char)(0x80 | (cp & 0x3F));
    } else if (cp < 0x10000) {
        *to++ = (char)(0xE0 | cp >> 12);
        *to++ = (char)(0x80 | (cp >> 6 & 0x3F));
        *to++ = (char)(0x80 | (cp & 0x3F));
    } else {
        *to++ = (char)(0xF0 | cp >> 18);
        *to++ = (char)(0x80 | (cp >> 12 & 0x3F));
        *to++ = (char)(0x80 | (cp >> 6 & 0x3F));
        *to++ = (char)(0x80 | (cp & 0x3F));
    }
    return to;
}

static bool is_utf8(const unsigned char *s, size_t len) {
    for (size_t i = 0; i < len;) {
        unsigned char lead = s[i];
        size_t more;                             /* continuation bytes */
        unsigned char least = 0x80, most = 0xBF; /* of the first of them: no overlong forms, no surrogates */
        if (lead < 0x80) {
            i++;
            continue;
        }
        if (lead >= 0xC2 && lead <= 0xDF) {
            more = 1;
        } else if (lead >= 0xE0 && lead <= 0xEF) {
            more = 2;
            if (lead == 0xE0) least = 0xA0;
            if (lead == 0xED) most = 0x9F;
        } else if (lead >= 0xF0 && lead <= 0xF4) {
            more = 3;
            if (lead == 0xF0) least = 0x90;
            if (lead == 0xF4) most = 0x8F;
        } else {
            return false;
        }
        if (len - i <= more || s[i + 1] < least || s[i + 1] > most) return false;
        for (size_t k = 2; k <= more; k++) {
            if ((s[i + k] & 0xC0) != 0x80) return false;
        }
        i += more + 1;
    }
    return true;
}

static int decode_utf8(const unsigned char *s, size_t len, char **out, size_t *out_len) {
    if (!is_utf8(s, len)) return UV_EILSEQ;
    char *text = malloc(len + 1);
    if (text == NULL) return UV_ENOMEM;
    if (len > 0) memcpy(text, s, len);
    text[len] = '\0';
    *out = text;
    *out_len = len;
    return 0;
}

static uint32_t utf16_unit(const unsigned char *s, bool big) {
    return big ? (uint32_t)s[0] << 8 | s[1] : (uint32_t)s[1] << 8 | s[0];
}

static int decode_utf16(const unsigned char *s, size_t len, bool big, char **out, size_t *out_len) {
    if (len % 2 != 0) return UV_EILSEQ;
    char *text = malloc(len / 2 * 3 + 1); /* a unit gives 3 bytes at most, a pair of them 4 */
    if (text == NULL) return UV_ENOMEM;
    char *to = text;
    for (size_t i = 0; i < len; i += 2) {
        uint32_t cp = utf16_unit(s + i, big);
        if (cp >= 0xD800 && cp <= 0xDFFF) {
            uint32_t low = cp < 0xDC00 && i + 2 < len ? utf16_unit(s + i + 2, big) : 0;
            if (low < 0xDC00 || low > 0xDFFF) {
                free(text);
                return UV_EILSEQ;
            }
            cp = 0x10000 + ((cp - 0xD800) << 10) + (low - 0xDC00);
            i += 2;
        }
        to = put_utf8(to, cp);
    }
    *to = '\0';
    *out = text;
    *out_len = (size_t)(to - text);
    return 0;
}

static bool is_katakana(unsigned char c) { return c >= 0xA1 && c <= 0xDF; }

static bool is_pair(unsigned char lead, unsigned char trail) {
    return ((lead >= 0x81 && lead <= 0x9F) || (lead >= 0xE0 && lead <= 0xFC)) && trail >= 0x40 && trail <= 0xFC &&
           trail != 0x7F;
}

bool text_is_cp932(const unsigned char *s, size_t len) {
    for (size_t i = 0; i < len; i++) {
        if (s[i] < 0x80 || is_katakana(s[i])) continue;
        if (i + 1 >= len || !is_pair(s[i], s[i + 1])) return false;
        i++;
    }
    return true;
}

int text_decode_cp932_shape(const unsigned char *s, size_t len, char **out, size_t *out_len) {
    if (!text_is_cp932(s, len)) return UV_EILSEQ;
    char *text = malloc(len * 3 + 1);
    if (text == NULL) return UV_ENOMEM;
    char *to = text;
    for (size_t i = 0; i < len; i++) {
        if (s[i] < 0x80) {
            to = put_utf8(to, s[i]);
        } else if (is_katakana(s[i])) {
            to = put_utf8(to, 0xFF61 + (uint32_t)(s[i] - 0xA1));
        } else {
            to = put_utf8(to, 0xFFFD);
            i++;
        }
    }
    *to = '\0';
    *out = text;
    *out_len = (size_t)(to - text);
    return 0;
}

int text_decode(const void *bytes, size_t len, char **out, size_t *out_len) {
    const unsigned char *s = bytes;
    if (len >= SIZE_MAX / 4) return UV_E2BIG;
    if (len >= 3 && memcmp(s, "\xEF\xBB\xBF", 3) == 0) return decode_utf8(s + 3, len - 3, out, out_len);
    if (len >= 2 && memcmp(s, "\xFF\xFE", 2) == 0) return decode_utf16(s + 2, len - 2, false, out, out_len);
    if (len >= 2 && memcmp(s, "\xFE\xFF", 2) == 0) return decode_utf16(s + 2, len - 2, true, out, out_len);
    int err = decode_utf8(s, len, out, out_len);
    return err == UV_EILSEQ ? text_decode_legacy(s, len, out, out_len) : err;
}
