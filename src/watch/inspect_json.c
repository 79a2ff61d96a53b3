#include "watch/inspect_private.h"

#include "model/text.h"
#include "platform/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What comes next; the scanner is a loop over these. */
enum step {
    STEP_VALUE,
    STEP_FIRST_VALUE, /* behind '[': a value or ']' */
    STEP_KEY,
    STEP_FIRST_KEY, /* behind '{': a key or '}' */
    STEP_AFTER,     /* behind a value: ',' or the end of its container */
    STEP_DONE,      /* the top level has ended */
    STEP_TROUBLE
};

struct scan {
    const unsigned char *start, *p, *end;
    bool cp932;
    size_t depth; /* containers open */
    size_t live;  /* how many of them, from the outside, the visitor wants to hear of */
    uint64_t *stack;
    const struct json_visitor *visitor;
    struct json_item item;  /* key of the member in hand */
    const char *ends_in;    /* trouble: the text ended in the middle of this */
    const char *unexpected; /* trouble: p is where it should not be; what it is when not simply a character */
    bool too_deep;
};

static enum step ended(struct scan *s, const char *what) {
    s->ends_in = what;
    return STEP_TROUBLE;
}

static enum step unexpected(struct scan *s, const char *what) {
    s->unexpected = what;
    return STEP_TROUBLE;
}

static bool is_object(const struct scan *s) {
    size_t level = s->depth - 1;
    return (s->stack[level / 64] >> (level % 64) & 1) != 0;
}

static const char *container(const struct scan *s) { return is_object(s) ? "an object" : "an array"; }

/* Eight bytes at once. A test sets the top bit of each byte that it looks for; its carries and borrows only go to later
 * bytes, so the first flag is always right. */

#define EACH(byte) (UINT64_C(0x0101010101010101) * (byte))
#define TOPS EACH(0x80)

static uint64_t load8(const unsigned char *p) {
    return (uint64_t)p[0] | (uint64_t)p[1] << 8 | (uint64_t)p[2] << 16 | (uint64_t)p[3] << 24 | (uint64_t)p[4] << 32 |
           (uint64_t)p[5] << 40 | (uint64_t)p[6] << 48 | (uint64_t)p[7] << 56;
}

/* Bytes before the first flagged one; there is one. */
static size_t before_flag(uint64_t flags) {
#ifdef __GNUC__
    return (size_t)__builtin_ctzll(flags) / 8;
#else
    size_t n = 0;
    for (; (flags & 0x80) == 0; flags >>= 8) n++;
    return n;
#endif
}

static uint64_t not_digit(uint64_t x) {
    uint64_t value = x ^ EACH('0');
    return ((value + EACH(0x80 - 10)) | value) & TOPS;
}

/* Quotes, backslashes and control characters. */
static uint64_t not_plain(uint64_t x) {
    uint64_t quote = x ^ EACH('"'), backslash = x ^ EACH('\\');
    return (((x - EACH(0x20)) & ~x) | ((quote - EACH(1)) & ~quote) | ((backslash - EACH(1)) & ~backslash)) & TOPS;
}

static uint64_t not_space(uint64_t x) {
    uint64_t value = x ^ EACH(' ');
    return ((value + EACH(0x7F)) | value) & TOPS;
}

static bool is_blank(unsigned char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

static const unsigned char *behind_blanks(const unsigned char *p, const unsigned char *end) {
    if (p == end || *p > ' ') return p;
    if (*p == '\n') p++;
    for (uint64_t flags; end - p >= 8; p += 8) { /* what a line is indented by */
        if ((flags = not_space(load8(p))) == 0) continue;
        p += before_flag(flags);
        break;
    }
    while (p < end && is_blank(*p)) p++;
    return p;
}

static void skip_blanks(struct scan *s) { s->p = behind_blanks(s->p, s->end); }

/* Windows-31J: is p the first byte of a pair? The second one may be 0x5C, the backslash, but never a quote. */
static bool cp932_pair(const unsigned char *p, const unsigned char *end) {
    if (!((p[0] >= 0x81 && p[0] <= 0x9F) || (p[0] >= 0xE0 && p[0] <= 0xFC)) || end - p < 2) return false;
    return p[1] >= 0x40 && p[1] <= 0xFC && p[1] != 0x7F;
}

static bool is_hex(unsigned char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* p is at a backslash; moves behind the escape. False: trouble was noted. */
static bool scan_escape(struct scan *s) {
    const unsigned char *p = s->p + 1;
    size_t digits = 0;
    if (p < s->end && *p == 'u') {
        p++;
        while (digits < 4 && p < s->end && is_hex(*p)) p++, digits++;
        if (digits == 4) {
            s->p = p;
            return true;
        }
    } else if (p < s->end && strchr("\"\\/bfnrt", *p) != NULL && *p != '\0') {
        s->p = p + 1;
        return true;
    }
    if (p == s->end) {
        ended(s, "a string");
    } else {
        s->p = p;
        unexpected(s, "in an escape");
    }
    return false;
}

static bool is_plain(unsigned char c) { return c >= 0x20 && c != '"' && c != '\\'; }

static const unsigned char *behind_plain(const unsigned char *p, const unsigned char *end) {
    for (uint64_t flags; end - p >= 8; p += 8) {
        if ((flags = not_plain(load8(p))) != 0) return p + before_flag(flags);
    }
    while (p < end && is_plain(*p)) p++;
    return p;
}

static const unsigned char *behind_plain_cp932(const unsigned char *p, const unsigned char *end) {
    while (p < end && is_plain(*p)) p += cp932_pair(p, end) ? 2 : 1;
    return p;
}

/* p is at the opening quote; moves behind the closing one. False: trouble was noted. */
static bool scan_string(struct scan *s, struct json_text *out) {
    const unsigned char *begin = ++s->p, *p = begin, *end = s->end;
    bool escaped = false, cp932 = s->cp932;
    for (;;) {
        p = cp932 ? behind_plain_cp932(p, end) : behind_plain(p, end);
        s->p = p;
        if (p == end) {
            ended(s, "a string");
            return false;
        }
        if (*p == '"') break;
        if (*p != '\\') {
            unexpected(s, "in a string");
            return false;
        }
        escaped = true;
        if (!scan_escape(s)) return false;
        p = s->p;
    }
    s->p = p + 1;
    *out = (struct json_text){(const char *)begin, (size_t)(p - begin), escaped, cp932};
    return true;
}

static bool scan_word(struct scan *s, const char *word) {
    size_t len = strlen(word), have = (size_t)(s->end - s->p), n = 0;
    while (n < len && n < have && s->p[n] == (unsigned char)word[n]) n++;
    s->p += n;
    if (n == len) return true;
    if (n == have) {
        ended(s, "a word");
    } else {
        unexpected(s, NULL);
    }
    return false;
}

static bool is_digit(unsigned char c) { return c >= '0' && c <= '9'; }

/* The digits behind a point are many: eight at once. */
static const unsigned char *behind_digits(const unsigned char *p, const unsigned char *end) {
    for (uint64_t flags; end - p >= 8; p += 8) {
        if ((flags = not_digit(load8(p))) != 0) return p + before_flag(flags);
    }
    while (p < end && is_digit(*p)) p++;
    return p;
}

/* p is where a number should go on. */
static bool broken_number(struct scan *s, const unsigned char *p) {
    s->p = p;
    if (p == s->end) {
        ended(s, "a number");
    } else {
        unexpected(s, NULL);
    }
    return false;
}

static bool scan_number(struct scan *s) {
    const unsigned char *p = s->p, *end = s->end;
    if (*p == '-') {
        p++;
        if (p < end && *p == 'I') {
            s->p = p;
            return scan_word(s, "Infinity");
        }
    }
    if (p == end || !is_digit(*p)) return broken_number(s, p);
    if (*p++ != '0') {
        while (p < end && is_digit(*p)) p++;
    }
    if (p < end && *p == '.') {
        const unsigned char *digits = ++p;
        p = behind_digits(p, end);
        if (p == digits) return broken_number(s, p);
    }
    if (p < end && (*p == 'e' || *p == 'E')) {
        p++;
        if (p < end && (*p == '+' || *p == '-')) p++;
        if (p == end || !is_digit(*p)) return broken_number(s, p);
        while (p < end && is_digit(*p)) p++;
    }
    s->p = p;
    return true;
}

static bool tell(struct scan *s, enum json_kind kind) {
    if (s->live != s->depth) return false;
    s->item.kind = kind;
    return s->visitor->item(s->visitor->ctx, &s->item);
}

static enum step scalar(struct scan *s, enum json_kind kind, bool good) {
    if (!good) return STEP_TROUBLE;
    tell(s, kind);
    return STEP_AFTER;
}

static enum step open_container(struct scan *s, enum json_kind kind) {
    bool enter = s->depth == 0 || tell(s, kind);
    if (s->depth == INSPECT_JSON_DEPTH) {
        s->too_deep = true;
        return STEP_TROUBLE;
    }
    s->live += enter;
    uint64_t bit = UINT64_C(1) << (s->depth % 64), *word = &s->stack[s->depth / 64];
    *word = kind == JSON_OBJECT ? *word | bit : *word & ~bit;
    s->depth++;
    s->p++;
    s->item.key.at = NULL;
    return kind == JSON_OBJECT ? STEP_FIRST_KEY : STEP_FIRST_VALUE;
}

static enum step close_container(struct scan *s) {
    s->p++;
    if (s->live == s->depth) {
        s->visitor->leave(s->visitor->ctx);
        s->live--;
    }
    return --s->depth == 0 ? STEP_DONE : STEP_AFTER;
}

static enum step scan_value(struct scan *s) {
    const unsigned char *begin = s->p;
    bool good;
    switch (*begin) {
    case '{':
        return open_container(s, JSON_OBJECT);
    case '[':
        return open_container(s, JSON_ARRAY);
    case '"':
        return scalar(s, JSON_STRING, scan_string(s, &s->item.text));
    case 't':
        return scalar(s, JSON_TRUE, scan_word(s, "true"));
    case 'f':
        return scalar(s, JSON_FALSE, scan_word(s, "false"));
    case 'n':
        return scalar(s, JSON_NULL, scan_word(s, "null"));
    case 'N':
        good = scan_word(s, "NaN");
        break;
    case 'I':
        good = scan_word(s, "Infinity");
        break;
    default:
        good = scan_number(s);
        break;
    }
    s->item.text = (struct json_text){(const char *)begin, (size_t)(s->p - begin), false, false};
    return scalar(s, JSON_NUMBER, good);
}

/* Behind a ',' in an array that nobody listens to: most of such a document is numbers, one after the other. */
static enum step pass_numbers(struct scan *s) {
    for (;; s->p++) {
        skip_blanks(s);
        if (s->p == s->end || (!is_digit(*s->p) && *s->p != '-')) return STEP_VALUE;
        if (!scan_number(s)) return STEP_TROUBLE;
        if (s->p == s->end || *s->p != ',') return STEP_AFTER;
    }
}

static enum step scan_key(struct scan *s) {
    if (*s->p != '"') return unexpected(s, NULL);
    if (!scan_string(s, &s->item.key)) return STEP_TROUBLE;
    skip_blanks(s);
    if (s->p == s->end) return ended(s, container(s));
    if (*s->p != ':') return unexpected(s, NULL);
    s->p++;
    return STEP_VALUE;
}

static enum step scan_step(struct scan *s, enum step step) {
    skip_blanks(s);
    if (s->p == s->end) return ended(s, container(s));
    switch (step) {
    case STEP_FIRST_VALUE:
        return *s->p == ']' ? close_container(s) : scan_value(s);
    case STEP_VALUE:
        return scan_value(s);
    case STEP_FIRST_KEY:
        return *s->p == '}' ? close_container(s) : scan_key(s);
    case STEP_KEY:
        return scan_key(s);
    default:
        break;
    }
    bool object = is_object(s);
    if (*s->p == ',') {
        s->p++;
        s->item.key.at = NULL;
        if (object) return STEP_KEY;
        return s->live == s->depth ? STEP_VALUE : pass_numbers(s);
    }
    return *s->p == (object ? '}' : ']') ? close_container(s) : unexpected(s, NULL);
}

static void explain(const struct scan *s, struct inspect_buffer *b) {
    if (s->ends_in != NULL) {
        inspect_note(b, "ends inside %s at byte %zu", s->ends_in, (size_t)(s->end - s->start));
        return;
    }
    size_t line = 1;
    for (const unsigned char *p = s->start; p < s->p; p++) line += *p == '\n';
    char what[16];
    unsigned char c = *s->p;
    snprintf(what, sizeof what, c > 0x20 && c < 0x7F ? "'%c'" : "byte 0x%02X", c);
    inspect_note(b, "unexpected %s%s%s at byte %zu, line %zu", what, s->unexpected != NULL ? " " : "",
                 s->unexpected != NULL ? s->unexpected : "", (size_t)(s->p - s->start) + 1, line);
}

static enum content scan_once(const char *text, size_t len, bool cp932, struct inspect_buffer *b,
                              const struct json_visitor *v) {
    const unsigned char *start = (const unsigned char *)text;
    struct scan s = {.start = start, .p = start, .end = start + len, .cp932 = cp932, .stack = b->stack, .visitor = v};
    if (len == 0) {
        inspect_note(b, "empty");
        return CONTENT_PARTIAL;
    }
    if (len >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0) s.p += 3;
    skip_blanks(&s);
    if (s.p == s.end) {
        inspect_note(b, "nothing but blanks");
        return CONTENT_PARTIAL;
    }
    enum step step = *s.p == '{' ? open_container(&s, JSON_OBJECT) : unexpected(&s, "instead of '{'");
    while (step < STEP_DONE) step = scan_step(&s, step);
    if (step == STEP_DONE) {
        skip_blanks(&s);
        if (s.p == s.end) return CONTENT_WHOLE;
        unexpected(&s, "after the end");
    }
    if (s.too_deep) {
        inspect_note(b, "nested deeper than %d levels", INSPECT_JSON_DEPTH);
        return CONTENT_UNREADABLE;
    }
    explain(&s, b);
    return CONTENT_PARTIAL;
}

/* Is all of s[0..len) one character of UTF-8 that was cut off? */
static bool cut_character(const char *s, size_t len) {
    unsigned char lead = (unsigned char)s[0];
    if (lead < 0xC2 || lead > 0xF4 || len >= (lead < 0xE0 ? 2u : lead < 0xF0 ? 3u : 4u)) return false;
    for (size_t i = 1; i < len; i++) {
        if (((unsigned char)s[i] & 0xC0) != 0x80) return false;
    }
    return true;
}

bool inspect_is_utf8(const char *text, size_t len, size_t *whole) {
    size_t i = 0;
    while (i < len) {
        uint64_t x[4];
        if (len - i >= sizeof x) {
            memcpy(x, text + i, sizeof x);
            if (((x[0] | x[1] | x[2] | x[3]) & TOPS) == 0) {
                i += sizeof x;
                continue;
            }
        }
        if ((unsigned char)text[i] < 0x80) {
            i++;
            continue;
        }
        uint32_t cp;
        int n = text_utf8_next(text + i, len - i, &cp);
        if (n == 1) {
            *whole = i;
            return cut_character(text + i, len - i);
        }
        i += (size_t)n;
    }
    *whole = len;
    return true;
}

enum content json_scan(const char *text, size_t len, struct inspect_buffer *b, const struct json_visitor *v,
                       void (*restart)(void *ctx)) {
    if (restart != NULL) restart(v->ctx);
    size_t whole;
    if (inspect_is_utf8(text, len, &whole)) return scan_once(text, len, false, b, v);
    enum content content = scan_once(text, len, true, b, v);
    if (content != CONTENT_PARTIAL) return content;
    /* Neither UTF-8 nor code page 932 (Latin-1, a broken tool): its quotes and backslashes are what they look like. */
    if (restart != NULL) restart(v->ctx);
    return scan_once(text, len, false, b, v);
}

/* Strings. */

static uint32_t hex4(const char *s) {
    uint32_t value = 0;
    for (int i = 0; i < 4; i++) {
        uint32_t c = (unsigned char)s[i];
        value = value << 4 | (c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
    }
    return value;
}

static size_t encode_utf8(uint32_t cp, char out[4]) {
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

/* The character of the escape at s[0] == '\\'; *used is its length there. The escape is known to be well-formed. */
static uint32_t escape_at(const char *s, size_t len, size_t *used) {
    *used = 2;
    switch (s[1]) {
    case 'b':
        return '\b';
    case 'f':
        return '\f';
    case 'n':
        return '\n';
    case 'r':
        return '\r';
    case 't':
        return '\t';
    case 'u':
        break;
    default:
        return (unsigned char)s[1];
    }
    *used = 6;
    uint32_t cp = hex4(s + 2);
    if (cp >= 0xD800 && cp <= 0xDBFF && len >= 12 && s[6] == '\\' && s[7] == 'u') {
        uint32_t low = hex4(s + 8);
        if (low >= 0xDC00 && low <= 0xDFFF) {
            *used = 12;
            return 0x10000 + ((cp - 0xD800) << 10) + (low - 0xDC00);
        }
    }
    return cp == 0 || (cp >= 0xD800 && cp <= 0xDFFF) ? 0xFFFD : cp;
}

static bool unescape(const struct json_text *t, char *out, size_t cap) {
    size_t n = 0, i = 0;
    while (i < t->len) {
        const char *s = t->at + i;
        size_t left = t->len - i, used = 1, put = 1;
        char encoded[4];
        const char *from = s;
        if (t->cp932 && cp932_pair((const unsigned char *)s, (const unsigned char *)s + left)) {
            used = put = 2;
        } else if (*s == '\\') {
            put = encode_utf8(escape_at(s, left, &used), encoded);
            from = encoded;
        } else if ((unsigned char)*s >= 0x80 && !t->cp932) {
            uint32_t cp;
            used = put = (size_t)text_utf8_next(s, left, &cp);
        }
        if (n + put >= cap) break;
        memcpy(out + n, from, put);
        n += put;
        i += used;
    }
    out[n] = '\0';
    return i == t->len;
}

bool json_decode(const struct json_text *t, char *out, size_t cap) {
    struct json_text utf8 = *t;
    char *converted;
    /* Pairs are converted first: after that a backslash is a backslash. Nothing that could fit is longer than this. */
    if (!t->cp932 || t->len / 6 > cap || text_decode(t->at, t->len, &converted, &utf8.len) < 0) {
        return unescape(t, out, cap);
    }
    utf8.at = converted;
    utf8.cp932 = false;
    bool fitted = unescape(&utf8, out, cap);
    free(converted);
    return fitted;
}

bool json_text_is(const struct json_text *t, const char *word) {
    char decoded[64];
    if (t->at == NULL) return false;
    if (!t->escaped) return strlen(word) == t->len && memcmp(t->at, word, t->len) == 0;
    return json_decode(t, decoded, sizeof decoded) && strcmp(decoded, word) == 0;
}

/* The profile's values: which of its dotted paths lead through the containers entered so far. */

enum { VALUE_LEVELS = 16 }; /* a longer path is never found */

struct trail {
    int form;         /* value index * PROFILE_MAX_FORMS + which path */
    const char *rest; /* of the path, from this level on */
    size_t len;       /* of its first name */
};

struct level {
    struct trail trail[INSPECT_FORMS];
    int n;
    uint64_t lengths; /* bit (length % 64) of every key looked for: most keys are passed over by this alone */
};

struct values {
    const struct profile *profile;
    int artifact;
    struct inspect_buffer *buffer;
    struct level level[VALUE_LEVELS];
    int depth;                   /* level in hand */
    bool present[INSPECT_FORMS]; /* buffer->text[form] holds a value */
};

static void add_trail(struct level *l, int form, const char *rest) {
    size_t len = strcspn(rest, ".");
    l->trail[l->n++] = (struct trail){form, rest, len};
    l->lengths |= UINT64_C(1) << (len % 64);
}

static void values_restart(void *ctx) {
    struct values *v = ctx;
    v->depth = 0;
    v->level[0].n = 0;
    v->level[0].lengths = 0;
    memset(v->present, 0, sizeof v->present);
    for (int i = 0; i < v->profile->n_values; i++) {
        const struct profile_value *value = &v->profile->value[i];
        if (value->artifact != v->artifact) continue;
        for (int j = 0; j < PROFILE_MAX_FORMS && value->paths[j] != NULL; j++) {
            add_trail(&v->level[0], i * PROFILE_MAX_FORMS + j, value->paths[j]);
        }
    }
}

static bool keep_text(char *slot, const struct json_text *t, bool may_be_cut) {
    return json_decode(t, slot, INSPECT_VALUE_MAX + 1) || may_be_cut;
}

/* Puts the item's text into the form's slot; false: it says nothing. */
static bool keep_value(struct values *v, int form, const struct json_item *item) {
    enum value_use use = v->profile->value[form / PROFILE_MAX_FORMS].use;
    char *slot = v->buffer->text[form];
    bool shown_only = use == USE_VIOLATION || use == USE_OUTCOME;
    const char *word = NULL;
    switch (item->kind) {
    case JSON_STRING:
    case JSON_NUMBER:
        return keep_text(slot, &item->text, shown_only);
    case JSON_TRUE:
        word = "true";
        break;
    case JSON_FALSE:
        word = use != USE_VIOLATION ? "false" : NULL;
        break;
    case JSON_OBJECT:
        word = use == USE_VIOLATION ? "{…}" : NULL;
        break;
    case JSON_ARRAY:
        word = use == USE_VIOLATION ? "[…]" : NULL;
        break;
    case JSON_NULL:
        break;
    }
    if (word == NULL) return false;
    memcpy(slot, word, strlen(word) + 1);
    return true;
}

static bool values_item(void *ctx, const struct json_item *item) {
    struct values *v = ctx;
    const struct level *here = &v->level[v->depth];
    const char *key = item->key.at;
    size_t len = item->key.len;
    char decoded[256];
    if (item->key.escaped) {
        if (!json_decode(&item->key, decoded, sizeof decoded)) return false;
        key = decoded;
        len = strlen(decoded);
    }
    if ((here->lengths >> (len % 64) & 1) == 0) return false;
    struct level *inside = v->depth + 1 < VALUE_LEVELS ? &v->level[v->depth + 1] : NULL;
    if (inside != NULL) {
        inside->n = 0;
        inside->lengths = 0;
    }
    for (int i = 0; i < here->n; i++) {
        int form = here->trail[i].form;
        const char *rest = here->trail[i].rest;
        if (here->trail[i].len != len || memcmp(rest, key, len) != 0) continue;
        v->present[form] = false; /* a key that comes again takes the place of the first, with all that was inside */
        if (rest[len] == '\0') {
            v->present[form] = keep_value(v, form, item);
        } else if (item->kind == JSON_OBJECT && inside != NULL) {
            add_trail(inside, form, rest + len + 1);
        }
    }
    if (inside == NULL || inside->n == 0) return false;
    v->depth++;
    return true;
}

static void values_leave(void *ctx) {
    struct values *v = ctx;
    v->depth--;
}

enum content inspect_json_text(const char *text, size_t len, const struct profile *p, int index,
                               struct inspect_buffer *b, struct fact_file *out) {
    struct values v;
    v.profile = p;
    v.artifact = index;
    v.buffer = b;
    const struct json_visitor visitor = {values_item, values_leave, &v};
    out->content = json_scan(text, len, b, &visitor, values_restart);
    out->hash = text_hash(text, len, 0);
    out->note = out->content == CONTENT_WHOLE ? NULL : b->note;
    out->values = b->values;
    out->n_values = 0;
    for (int form = 0; out->content == CONTENT_WHOLE && form < p->n_values * PROFILE_MAX_FORMS; form++) {
        if (!v.present[form]) continue;
        b->values[out->n_values++] =
            (struct fact_value){form / PROFILE_MAX_FORMS, b->text[form], form % PROFILE_MAX_FORMS};
    }
    return out->content;
}
