#include "report/json_writer.h"

#include "model/text.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 16 };

/* Of a block: without a way out of the loop it is a few instructions for all of it. */
static bool block_stands(const unsigned char *s) {
    unsigned char bad = 0;
    for (int i = 0; i < BLOCK; i++) {
        bad |= (unsigned char)((s[i] < 0x20) | (s[i] >= 0x7F) | (s[i] == '"') | (s[i] == '\\') | (s[i] == '<'));
    }
    return bad == 0;
}

/* Nothing to clean and nothing to escape: as nearly all text here. */
static bool stands_as_it_is(const char *s, size_t len) {
    unsigned char last[BLOCK];
    for (; len >= BLOCK; s += BLOCK, len -= BLOCK) {
        if (!block_stands((const unsigned char *)s)) return false;
    }
    memset(last, ' ', sizeof last);
    memcpy(last, s, len);
    return block_stands(last);
}

/* "value" */
static char *add_quoted(char *at, const char *value, size_t len) {
    *at++ = '"';
    memcpy(at, value, len);
    at[len] = '"';
    return at + len + 1;
}

/* A quoted string: cleaned text has no control characters left, so only '"' and '\' need an escape. '<' is written as
 * one too: the document may stand inside an HTML page, where "</script" would end it. */
static void put_quoted(struct json_writer *w, const char *value) {
    char small[1024], *clean = small;
    size_t len = strlen(value), room = 3 * len + 4;
    if (stands_as_it_is(value, len)) {
        add_quoted(buffer_room(w->out, len + 2), value, len);
        buffer_wrote(w->out, len + 2);
        return;
    }
    if (room > sizeof small) {
        clean = malloc(room);
        if (!clean) abort();
    } else {
        room = sizeof small;
    }
    len = text_clean(value, clean, room);
    buffer_add(w->out, "\"", 1);
    for (size_t i = 0, from = 0; i <= len; i++) {
        if (i < len && clean[i] != '"' && clean[i] != '\\' && clean[i] != '<') continue;
        buffer_add(w->out, clean + from, i - from);
        from = i;
        if (i == len) break;
        if (clean[i] == '<') {
            buffer_text(w->out, "\\u003c");
            from++;
        } else {
            buffer_add(w->out, "\\", 1);
        }
    }
    buffer_add(w->out, "\"", 1);
    if (clean != small) free(clean);
}

enum { LINE_BYTES = 1 + 2 * JSON_WRITER_DEPTH };

static char *add_line(char *at, int depth) {
    *at++ = '\n';
    memset(at, ' ', 2 * (size_t)depth);
    return at + 2 * depth;
}

static void start(struct json_writer *w, const char *key) {
    size_t len = key ? strlen(key) : 0;
    bool flat = w->flat[w->depth], plain = key && stands_as_it_is(key, len);
    char *begin = buffer_room(w->out, 2 + LINE_BYTES + len + 4), *at = begin;
    if (w->any[w->depth]) *at++ = ',';
    if (w->any[w->depth] && flat) *at++ = ' ';
    if (w->depth > 0 && !flat) at = add_line(at, w->depth);
    w->any[w->depth] = true;
    if (plain) {
        at = add_quoted(at, key, len);
        *at++ = ':';
        *at++ = ' ';
    }
    buffer_wrote(w->out, (size_t)(at - begin));
    if (!key || plain) return;
    put_quoted(w, key);
    buffer_add(w->out, ": ", 2);
}

static void open_level(struct json_writer *w, const char *key, char bracket, bool flat) {
    start(w, key);
    buffer_add(w->out, &bracket, 1);
    flat |= w->flat[w->depth];
    if (++w->depth >= JSON_WRITER_DEPTH) abort();
    w->any[w->depth] = false;
    w->flat[w->depth] = flat;
}

void json_open(struct json_writer *w, const char *key, char bracket) { open_level(w, key, bracket, false); }
void json_open_flat(struct json_writer *w, const char *key, char bracket) { open_level(w, key, bracket, true); }

void json_close(struct json_writer *w, char bracket) {
    bool lines = w->any[w->depth] && !w->flat[w->depth];
    w->depth--;
    char *begin = buffer_room(w->out, LINE_BYTES + 1), *at = lines ? add_line(begin, w->depth) : begin;
    *at++ = bracket;
    buffer_wrote(w->out, (size_t)(at - begin));
    if (w->depth == 0) buffer_add(w->out, "\n", 1);
}

void json_string(struct json_writer *w, const char *key, const char *value) {
    start(w, key);
    if (value)
        put_quoted(w, value);
    else
        buffer_text(w->out, "null");
}

/* value / 10^decimals. */
static void put_int(struct json_writer *w, int64_t value, int decimals) {
    char text[24], *end = text + sizeof text, *p = end;
    uint64_t left = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    for (int n = 0; left > 0 || n <= decimals; left /= 10) {
        *--p = (char)('0' + left % 10);
        if (++n == decimals) *--p = '.';
    }
    if (value < 0) *--p = '-';
    buffer_add(w->out, p, (size_t)(end - p));
}

#define EXACT (INT64_C(1) << 52)

/* Numbers with a few digits behind the point, as times and sizes are, just as "%.17g" with the fewest digits that read
 * back would write them, in a tenth of the time. Reading digits rounds as the quotient of two exact numbers does; below
 * 2^52 two numbers of so many digits never read the same. */
static bool put_short_number(struct json_writer *w, double value) {
    static const double powers[] = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6};
    if (FLT_EVAL_METHOD != 0 || fabs(value) < 1.0 || fabs(value) >= 1e15) return false; /* others have exponents */
    for (int decimals = 0; decimals <= 6; decimals++) {
        double scaled = round(value * powers[decimals]);
        if (fabs(scaled) >= (double)EXACT) return false;
        if (scaled / powers[decimals] != value) continue;
        put_int(w, (int64_t)scaled, decimals);
        return true;
    }
    return false;
}

void json_decimal(struct json_writer *w, const char *key, int64_t value, int decimals) {
    static const int64_t powers[] = {1, 10, 100, 1000, 10000, 100000, 1000000};
    int64_t size = value < 0 ? -(value + 1) : value;
    if (size < powers[decimals] || size >= EXACT) { /* what put_short_number is not for */
        json_number(w, key, (double)value / (double)powers[decimals]);
        return;
    }
    for (; decimals > 0 && value % 10 == 0; value /= 10) decimals--;
    start(w, key);
    put_int(w, value, decimals);
}

void json_int(struct json_writer *w, const char *key, int64_t value) {
    start(w, key);
    put_int(w, value, 0);
}

void json_number(struct json_writer *w, const char *key, double value) {
    char text[64];
    start(w, key);
    if (!isfinite(value)) {
        buffer_text(w->out, "null");
        return;
    }
    if (put_short_number(w, value)) return;
    /* The shortest form that reads back the same; a decimal comma of the locale is not JSON. */
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, value);
        if (strtod(text, NULL) == value) break;
    }
    char *comma = strchr(text, ',');
    if (comma) *comma = '.';
    buffer_text(w->out, text);
}

void json_bool(struct json_writer *w, const char *key, bool value) {
    start(w, key);
    buffer_text(w->out, value ? "true" : "false");
}

void json_null(struct json_writer *w, const char *key) { json_string(w, key, NULL); }

void json_resume(struct json_writer *w, struct buffer *out, int depth, bool any) {
    memset(w, 0, sizeof *w);
    w->out = out;
    w->depth = depth;
    for (int i = 0; i < depth; i++) w->any[i] = true;
    w->any[depth] = any;
}
