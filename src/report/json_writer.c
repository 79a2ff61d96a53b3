#include "report/json_writer.h"

#include "model/text.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Nothing to clean and nothing to escape: as nearly all text here. */
static bool stands_as_it_is(const char *s) {
    while (*s >= 0x20 && *s < 0x7F && *s != '"' && *s != '\\' && *s != '<') s++;
    return *s == '\0';
}

/* A quoted string: cleaned text has no control characters left, so only '"' and '\' need an escape. '<' is written as
 * one too: the document may stand inside an HTML page, where "</script" would end it. */
static void put_quoted(struct json_writer *w, const char *value) {
    char small[1024], *clean = small;
    size_t len = strlen(value), room = 3 * len + 4;
    if (stands_as_it_is(value)) {
        buffer_add(w->out, "\"", 1);
        buffer_add(w->out, value, len);
        buffer_add(w->out, "\"", 1);
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

static void new_line(struct json_writer *w) {
    char text[1 + 2 * JSON_WRITER_DEPTH];
    size_t len = 1 + 2 * (size_t)w->depth;
    memset(text, ' ', len);
    text[0] = '\n';
    buffer_add(w->out, text, len);
}

static void start(struct json_writer *w, const char *key) {
    if (w->any[w->depth]) buffer_add(w->out, ", ", w->flat[w->depth] ? 2 : 1);
    if (w->depth > 0 && !w->flat[w->depth]) new_line(w);
    w->any[w->depth] = true;
    if (!key) return;
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
    if (lines) new_line(w);
    buffer_add(w->out, &bracket, 1);
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

/* Numbers with a few digits behind the point, as times and sizes are, just as "%.17g" with the fewest digits that read
 * back would write them, in a tenth of the time. Reading digits rounds as the quotient of two exact numbers does; below
 * 2^52 two numbers of so many digits never read the same. */
static bool put_short_number(struct json_writer *w, double value) {
    const double exact = 4503599627370496.0; /* 2^52 */
    static const double powers[] = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6};
    if (FLT_EVAL_METHOD != 0 || fabs(value) < 1.0 || fabs(value) >= 1e15) return false; /* others have exponents */
    for (int decimals = 0; decimals <= 6; decimals++) {
        double scaled = round(value * powers[decimals]);
        if (fabs(scaled) >= exact) return false;
        if (scaled / powers[decimals] != value) continue;
        put_int(w, (int64_t)scaled, decimals);
        return true;
    }
    return false;
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
