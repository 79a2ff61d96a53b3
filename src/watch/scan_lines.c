#include "watch/scan_lines.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

static const char *const command_words[] = {
    [SCAN_PROFILE] = "profile",
    [SCAN_LIST] = "list",
    [SCAN_WANT] = "want",
    [SCAN_PASS] = "pass",
    [SCAN_KNOWN] = "known",
    [SCAN_STOP] = "stop",
    [SCAN_KNOWN_PLACE] = "known-place",
    [SCAN_RELEASE] = "release",
};
enum { COMMANDS = sizeof command_words / sizeof *command_words };

/* ---- writing ---- */

void scan_put_command(const struct scan_command *c, struct fact_text *out) {
    char id[32];
    fact_put(out, command_words[c->kind]);
    switch (c->kind) {
    case SCAN_PROFILE:
    case SCAN_LIST:
        fact_put_text(out, "text", c->text, c->len);
        break;
    case SCAN_WANT:
    case SCAN_KNOWN_PLACE:
        fact_put_text(out, "name", c->text, c->len);
        break;
    case SCAN_KNOWN:
        snprintf(id, sizeof id, " id=%" PRIx64, c->id);
        fact_put(out, id);
        break;
    case SCAN_PASS:
    case SCAN_RELEASE:
    case SCAN_STOP:
        break;
    }
    fact_put(out, "\n");
}

void scan_put_header(struct fact_text *out) { fact_put(out, FACT_STREAM_HEADER "\n"); }

void scan_put_end(struct fact_text *out) { fact_put(out, "\n"); }

void scan_put_hello(int64_t at, const char *version, struct fact_text *out) {
    fact_put(out, "hello");
    fact_put_number(out, "at", at);
    fact_put_text(out, "version", version, strlen(version));
    fact_put(out, "\n");
}

void scan_put_beat(int64_t at, const struct fs_operation *op, struct fact_text *out) {
    fact_put(out, "beat");
    fact_put_number(out, "at", at);
    if (op->word) {
        fact_put_text(out, "operation", op->word, strlen(op->word));
        fact_put_number(out, "since", op->since);
        fact_put_text(out, "path", op->path, strlen(op->path));
    }
    fact_put(out, "\n");
}

/* ---- reading ---- */

int scan_read_command(char *line, struct scan_command *out) {
    char *rest = fact_first_word(line), *key, *value, *end;
    int kind = 0;
    while (kind < COMMANDS && strcmp(command_words[kind], line) != 0) kind++;
    if (kind == COMMANDS) return UV_EINVAL;
    *out = (struct scan_command){.kind = (enum scan_command_kind)kind};
    bool has_id = false;
    while (fact_next_pair(&rest, &key, &value)) {
        if (!value) return UV_EINVAL;
        if (strcmp(key, "text") == 0 || strcmp(key, "name") == 0) {
            if (!fact_decode_text(value, key[0] == 't' ? &out->len : NULL)) return UV_EINVAL;
            if (key[0] == 'n') out->len = strlen(value);
            out->text = value;
        } else if (strcmp(key, "id") == 0) {
            out->id = strtoull(value, &end, 16);
            has_id = end != value && *end == '\0';
        } else {
            return UV_EINVAL;
        }
    }
    bool needs_text = kind == SCAN_PROFILE || kind == SCAN_LIST || kind == SCAN_WANT || kind == SCAN_KNOWN_PLACE;
    return needs_text == (out->text != NULL) && (kind == SCAN_KNOWN) == has_id ? 0 : UV_EINVAL;
}

bool scan_is_sign(const char *line) { return strncmp(line, "beat ", 5) == 0 || strncmp(line, "hello ", 6) == 0; }

int scan_read_sign(char *line, struct scan_sign *out) {
    char *rest = fact_first_word(line), *key, *value;
    bool has_at = false, has_since = false;
    *out = (struct scan_sign){.hello = strcmp(line, "hello") == 0, .path = ""};
    while (fact_next_pair(&rest, &key, &value)) {
        bool good = value != NULL;
        if (good && strcmp(key, "at") == 0) {
            good = has_at = fact_number(value, &out->at);
        } else if (good && strcmp(key, "since") == 0) {
            good = has_since = fact_number(value, &out->since);
        } else if (good) {
            good = fact_decode_text(value, NULL);
            if (strcmp(key, "version") == 0) out->version = value;
            if (strcmp(key, "operation") == 0) out->operation = value;
            if (strcmp(key, "path") == 0) out->path = value;
        }
        if (!good) return UV_EINVAL;
    }
    return has_at && has_since == (out->operation != NULL) ? 0 : UV_EINVAL;
}

/* ---- lines ---- */

int scan_lines_add(struct scan_line_buffer *b, const char *bytes, size_t n) {
    if (b->cap - b->len < n) {
        size_t cap = b->cap ? b->cap : 65536;
        while (cap - b->len < n) cap *= 2;
        b->data = realloc(b->data, cap);
        if (!b->data) abort();
        b->cap = cap;
    }
    memcpy(b->data + b->len, bytes, n);
    b->len += n;
    return b->len - b->begin > FACT_LIST_LINE_MAX ? UV_E2BIG : 0;
}

char *scan_lines_next(struct scan_line_buffer *b, size_t *len) {
    char *from = b->data + b->begin;
    char *end = b->len > b->looked ? memchr(b->data + b->looked, '\n', b->len - b->looked) : NULL;
    if (!end) { /* what is left over moves to the front once, not with every line */
        b->len -= b->begin;
        if (b->len > 0 && b->begin > 0) memmove(b->data, from, b->len);
        b->begin = 0;
        b->looked = b->len;
        return NULL;
    }
    *end = '\0';
    *len = (size_t)(end - from);
    if (*len > 0 && from[*len - 1] == '\r') from[--*len] = '\0'; /* a pipe that translates line ends (Windows) */
    b->begin = b->looked = (size_t)(end - b->data) + 1;
    return from;
}

void scan_lines_free(struct scan_line_buffer *b) {
    free(b->data);
    *b = (struct scan_line_buffer){0};
}
