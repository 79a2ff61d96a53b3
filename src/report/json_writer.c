#include "report/json_writer.h"

#include "model/text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A quoted string: cleaned text has no control characters left, so only '"' and '\' need an escape. '<' is written as
 * one too: the document may stand inside an HTML page, where "</script" would end it. */
static void put_quoted(struct json_writer *w, const char *value) {
    char small[1024], *clean = small;
    size_t len = strlen(value), room = 3 * len + 4;
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

static void start(struct json_writer *w, const char *key) {
    if (w->any[w->depth]) buffer_text(w->out, w->flat[w->depth] ? ", " : ",");
    if (w->depth > 0 && !w->flat[w->depth]) {
        buffer_add(w->out, "\n", 1);
        for (int i = 0; i < w->depth; i++) buffer_add(w->out, "  ", 2);
    }
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
    if (lines) {
        buffer_add(w->out, "\n", 1);
        for (int i = 0; i < w->depth; i++) buffer_add(w->out, "  ", 2);
    }
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

void json_int(struct json_writer *w, const char *key, int64_t value) {
    start(w, key);
    buffer_format(w->out, "%lld", (long long)value);
}

void json_number(struct json_writer *w, const char *key, double value) {
    char text[64];
    start(w, key);
    if (!isfinite(value)) {
        buffer_text(w->out, "null");
        return;
    }
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
