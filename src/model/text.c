#include "model/text.h"

#include <float.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { REPLACEMENT = 0xFFFD };

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

int text_utf8_next(const char *s, size_t len, uint32_t *cp) {
    const unsigned char *b = (const unsigned char *)s;
    uint32_t lead = b[0];
    if (lead < 0x80) {
        *cp = lead;
        return 1;
    }
    *cp = REPLACEMENT;
    int n;
    uint32_t value, least; /* least: smallest value that needs n bytes */
    if (lead >= 0xC2 && lead <= 0xDF) {
        n = 2, value = lead & 0x1F, least = 0x80;
    } else if (lead >= 0xE0 && lead <= 0xEF) {
        n = 3, value = lead & 0x0F, least = 0x800;
    } else if (lead >= 0xF0 && lead <= 0xF4) {
        n = 4, value = lead & 0x07, least = 0x10000;
    } else {
        return 1;
    }
    if ((size_t)n > len) return 1;
    for (int i = 1; i < n; i++) {
        if ((b[i] & 0xC0) != 0x80) return 1;
        value = value << 6 | (b[i] & 0x3Fu);
    }
    if (value < least || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) return 1;
    *cp = value;
    return n;
}

size_t text_utf8_encode(uint32_t cp, char out[4]) {
    if (cp < 0x80) {
        out[0] = (char)cp;
        return 1;
    }
    if (cp < 0x800) {
        out[0] = (char)(0xC0 | cp >> 6);
        out[1] = (char)(0x80 | (cp & 0x3F));
        return 2;
    }
    if (cp < 0x10000) {
        out[0] = (char)(0xE0 | cp >> 12);
        out[1] = (char)(0x80 | (cp >> 6 & 0x3F));
        out[2] = (char)(0x80 | (cp & 0x3F));
        return 3;
    }
    out[0] = (char)(0xF0 | cp >> 18);
    out[1] = (char)(0x80 | (cp >> 12 & 0x3F));
    out[2] = (char)(0x80 | (cp >> 6 & 0x3F));
    out[3] = (char)(0x80 | (cp & 0x3F));
    return 4;
}

/* Characters that move the cursor, end a line or turn the direction of what follows. */
static bool is_harmful(uint32_t cp) {
    return cp < 0x20 || (cp >= 0x7F && cp < 0xA0) || cp == 0x061C || cp == 0x200E || cp == 0x200F || cp == 0x2028 ||
           cp == 0x2029 || (cp >= 0x202A && cp <= 0x202E) || (cp >= 0x2066 && cp <= 0x2069);
}

static bool is_printable_ascii(char c) { return c >= 0x20 && c < 0x7F; }

size_t text_clean(const char *in, char *out, size_t cap) {
    static const char replacement[] = "\xEF\xBF\xBD", ellipsis[] = "\xE2\x80\xA6";
    if (cap == 0) return 0;
    size_t pos = 0, cut = 0; /* cut: last place where the ellipsis still fits */
    while (*in != '\0') {
        if (is_printable_ascii(*in) && pos + 2 <= cap) { /* most of all text */
            out[pos++] = *in++;
            if (pos + sizeof ellipsis <= cap) cut = pos;
            continue;
        }
        uint32_t cp;
        size_t left = strnlen(in, 4);
        size_t taken = (size_t)text_utf8_next(in, left, &cp);
        const char *from = in;
        size_t n = taken;
        if (cp == REPLACEMENT || is_harmful(cp)) {
            from = replacement;
            n = sizeof replacement - 1;
        }
        if (pos + n + 1 > cap) {
            if (cap < sizeof ellipsis) break;
            memcpy(out + cut, ellipsis, sizeof ellipsis - 1);
            pos = cut + sizeof ellipsis - 1;
            break;
        }
        memcpy(out + pos, from, n);
        pos += n;
        in += taken;
        if (pos + sizeof ellipsis <= cap) cut = pos;
    }
    out[pos] = '\0';
    return pos;
}

/* The nearest double to 0.d1d2... x 10^exponent, digits[] without '.'. The C library rounds exactly, and a text
 * without a decimal point reads the same in every locale. */
static double round_decimal(const char *digits, int n, long exponent) {
    char buffer[1100];
    snprintf(buffer, sizeof buffer, "%.*se%ld", n, digits, exponent - n);
    return strtod(buffer, NULL);
}

bool text_number(const char *s, double *out) {
    /* 770 digits decide the rounding of any double; what follows them only matters by being zero or not. */
    enum { DIGITS = 800, EXPONENT = 100000000 };
    static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                    1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    char digits[DIGITS + 1];
    int n = 0;          /* significant digits kept */
    long exponent = 0;  /* value = 0.digits x 10^exponent */
    uint64_t small = 0; /* the same digits while they fit */
    bool any = false, dropped = false, point = false;
    bool negative = *s == '-';
    if (*s == '+' || *s == '-') s++;
    for (;; s++) {
        if (*s == '.' && !point) {
            point = true;
            continue;
        }
        if (!is_digit(*s)) break;
        any = true;
        if (n == 0 && *s == '0') {
            if (point && exponent > -EXPONENT) exponent--;
            continue;
        }
        if (!point && exponent < EXPONENT) exponent++;
        if (n < DIGITS) {
            digits[n++] = *s;
            if (n <= 19) small = small * 10 + (uint64_t)(*s - '0');
        } else if (*s != '0') {
            dropped = true;
        }
    }
    if (!any) return false;
    if (*s == 'e' || *s == 'E') {
        s++;
        bool down = *s == '-';
        if (*s == '+' || *s == '-') s++;
        if (!is_digit(*s)) return false;
        long e = 0;
        for (; is_digit(*s); s++) {
            if (e < EXPONENT) e = e * 10 + (*s - '0');
            if (e > EXPONENT) e = EXPONENT;
        }
        exponent += down ? -e : e;
    }
    if (*s != '\0') return false;

    double value = 0.0;
    long scale = exponent - n; /* value = digits as an integer x 10^scale */
    if (n > 0 && n <= 15 && scale >= -22 && scale <= 22 && FLT_EVAL_METHOD == 0) {
        /* Both operands are exact, so one operation rounds correctly. */
        value = scale < 0 ? (double)small / powers[-scale] : (double)small * powers[scale];
    } else if (n > 0) {
        if (dropped) digits[n++] = '1';
        value = round_decimal(digits, n, exponent);
    }
    if (!isfinite(value)) return false;
    *out = negative ? -value : value;
    return true;
}

int text_natural_compare(const char *a, const char *b) {
    const char *x = a, *y = b;
    while (*x != '\0' && *y != '\0') {
        if (is_digit(*x) && is_digit(*y)) {
            while (*x == '0') x++;
            while (*y == '0') y++;
            size_t nx = 0, ny = 0;
            while (is_digit(x[nx])) nx++;
            while (is_digit(y[ny])) ny++;
            if (nx != ny) return nx < ny ? -1 : 1;
            int order = memcmp(x, y, nx);
            if (order != 0) return order;
            x += nx;
            y += ny;
        } else {
            if (*x != *y) return (unsigned char)*x < (unsigned char)*y ? -1 : 1;
            x++;
            y++;
        }
    }
    if (*x != *y) return *x == '\0' ? -1 : 1;
    return strcmp(a, b); /* "01" and "1": an order all the same, so that sorting is stable everywhere */
}

static size_t append(char *out, size_t cap, size_t at, const char *s, size_t len) {
    size_t room = cap - 1 - at;
    if (len > room) len = room;
    memcpy(out + at, s, len);
    return at + len;
}

void text_format(const char *pattern, const char *const args[], char *out, size_t cap) {
    size_t at = 0;
    for (const char *s = pattern; *s != '\0';) {
        if (s[0] == '{' && s[1] >= '0' && s[1] <= '9' && s[2] == '}') {
            const char *arg = args[s[1] - '0'];
            at = append(out, cap, at, arg, strlen(arg));
            s += 3;
        } else {
            size_t len = 1;
            while (s[len] != '\0' && s[len] != '{') len++;
            at = append(out, cap, at, s, len);
            s += len;
        }
    }
    out[at] = '\0';
}

static uint64_t mix(uint64_t h) {
    h ^= h >> 30;
    h *= UINT64_C(0xBF58476D1CE4E5B9);
    h ^= h >> 27;
    h *= UINT64_C(0x94D049BB133111EB);
    return h ^ h >> 31;
}

static uint64_t rotate(uint64_t v, int by) { return v << by | v >> (64 - by); }

/* Little-endian on every machine: hashes may come from another one. */
static uint64_t load(const unsigned char *b, size_t n) {
    uint64_t v = 0;
    for (size_t i = 0; i < n; i++) v |= (uint64_t)b[i] << (8 * i);
    return v;
}

uint64_t text_hash(const void *data, size_t len, uint64_t seed) {
    const unsigned char *b = data;
    uint64_t h = mix(seed + UINT64_C(0x9E3779B97F4A7C15)) ^ len;
    size_t left = len;
    for (; left >= 8; b += 8, left -= 8) {
        h = rotate(h ^ load(b, 8) * UINT64_C(0xC2B2AE3D27D4EB4F), 29) * UINT64_C(0x9FB21C651E98DF25);
    }
    if (left > 0) h = rotate(h ^ load(b, left) * UINT64_C(0xC2B2AE3D27D4EB4F), 29) * UINT64_C(0x9FB21C651E98DF25);
    h = mix(h);
    return h != 0 ? h : 1;
}

void text_tenths(int64_t hundredths, char *out, size_t cap) {
    int64_t tenths = hundredths / 10 + (hundredths % 10 >= 5);
    snprintf(out, cap, "%lld.%lld", (long long)(tenths / 10), (long long)(tenths % 10));
}
