#include "watch/scan_lines.h"

#include "model/text.h"

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
    [SCAN_ARCHIVE] = "archive",
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
    case SCAN_ARCHIVE:
        fact_put_text(out, "path", c->text, c->len);
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
    if (c->archive) fact_put(out, " archive");
    fact_put(out, "\n");
}

void scan_put_header(struct fact_text *out) { fact_put(out, FACT_STREAM_HEADER "\n"); }

void scan_put_end(struct fact_text *out) { fact_put(out, "\n"); }

void scan_put_hello(int64_t at, const char *version, uint64_t profile, struct fact_text *out) {
    char hash[32];
    fact_put(out, "hello");
    fact_put_number(out, "at", at);
    fact_put_text(out, "version", version, strlen(version));
    snprintf(hash, sizeof hash, " profile=%" PRIx64, profile);
    fact_put(out, hash);
    fact_put(out, "\n");
}

static const char *const mode_words[] = {[ARCHIVE_LEARN] = "learn", [ARCHIVE_NONE] = "none", [ARCHIVE_GIVEN] = "given"};
enum { MODES = sizeof mode_words / sizeof *mode_words };

static void put_string(struct fact_text *out, const char *key, const char *text) {
    if (text) fact_put_text(out, key, text, strlen(text));
}

void scan_put_origin(int64_t at, const struct scan_origin *o, struct fact_text *out) {
    fact_put(out, "batch");
    fact_put_number(out, "at", at);
    put_string(out, "path", o->path);
    fact_put_number(out, "length", o->path_len);
    fact_put_text(out, "separator", &o->separator, 1);
    put_string(out, "archive", mode_words[o->mode]);
    put_string(out, "name", o->name);
    put_string(out, "real", o->real);
    put_string(out, "host", o->host);
    if (o->fold) fact_put(out, " fold");
    fact_put(out, "\n");
}

void scan_put_beat(int64_t at, int64_t next, const struct fs_operation *op, struct fact_text *out) {
    fact_put(out, "beat");
    fact_put_number(out, "at", at);
    if (next > 0) fact_put_number(out, "next", next);
    if (op->word) {
        fact_put_text(out, "operation", op->word, strlen(op->word));
        fact_put_number(out, "since", op->since);
        fact_put_text(out, "path", op->path, strlen(op->path));
    }
    fact_put(out, "\n");
}

/* ---- reading ---- */

static bool read_hash(const char *text, uint64_t *out) {
    char *end;
    *out = strtoull(text, &end, 16);
    return text[0] && strspn(text, "0123456789abcdef") == strlen(text) && *end == '\0';
}

int scan_read_command(char *line, struct scan_command *out) {
    char *rest = fact_first_word(line), *key, *value;
    int kind = 0;
    while (kind < COMMANDS && strcmp(command_words[kind], line) != 0) kind++;
    if (kind == COMMANDS) return UV_EINVAL;
    *out = (struct scan_command){.kind = (enum scan_command_kind)kind};
    bool has_id = false;
    while (fact_next_pair(&rest, &key, &value)) {
        bool good = false;
        if (!value) {
            good = out->archive = strcmp(key, "archive") == 0;
        } else if (strcmp(key, "text") == 0 || strcmp(key, "name") == 0 || strcmp(key, "path") == 0) {
            good = fact_decode_text(value, key[0] == 't' ? &out->len : NULL);
            if (good && key[0] != 't') out->len = strlen(value);
            out->text = value;
        } else if (strcmp(key, "id") == 0) {
            good = has_id = read_hash(value, &out->id);
        }
        if (!good) return UV_EINVAL;
    }
    bool needs_text = kind == SCAN_PROFILE || kind == SCAN_LIST || kind == SCAN_WANT || kind == SCAN_KNOWN_PLACE ||
                      kind == SCAN_ARCHIVE;
    if (out->archive && kind != SCAN_KNOWN && kind != SCAN_KNOWN_PLACE) return UV_EINVAL;
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
        } else if (good && strcmp(key, "next") == 0) {
            good = fact_number(value, &out->next) && out->next >= 0 && out->next <= SCAN_NEXT_MOST_MS;
        } else if (good && strcmp(key, "profile") == 0) {
            good = read_hash(value, &out->profile);
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

bool scan_is_origin(const char *line) { return strncmp(line, "batch ", 6) == 0; }

static bool read_mode(const char *text, enum archive_mode *out) {
    for (int i = 0; i < MODES; i++) {
        if (strcmp(text, mode_words[i]) != 0) continue;
        *out = (enum archive_mode)i;
        return true;
    }
    return false;
}

int scan_read_origin(char *line, struct scan_origin *out) {
    char *rest = fact_first_word(line), *key, *value;
    bool has_mode = false;
    *out = (struct scan_origin){.mode = ARCHIVE_LEARN};
    while (fact_next_pair(&rest, &key, &value)) {
        bool good = true;
        if (!value) {
            good = out->fold = strcmp(key, "fold") == 0;
        } else if (strcmp(key, "length") == 0) {
            good = fact_number(value, &out->path_len) && out->path_len >= 0;
        } else if ((good = fact_decode_text(value, NULL)) == true) {
            if (strcmp(key, "path") == 0) out->path = value;
            if (strcmp(key, "name") == 0) out->name = value;
            if (strcmp(key, "real") == 0) out->real = value;
            if (strcmp(key, "host") == 0) out->host = value;
            if (strcmp(key, "separator") == 0) out->separator = value[0];
            if (strcmp(key, "archive") == 0) good = has_mode = read_mode(value, &out->mode);
        }
        if (!good) return UV_EINVAL;
    }
    bool whole = out->path && out->path[0] && has_mode && (out->separator == '/' || out->separator == '\\');
    return whole ? 0 : UV_EINVAL;
}

int scan_read_header(const char *line) {
    enum { MOST = 9 };
    size_t name = sizeof FACT_STREAM_NAME - 1;
    const char *number = line + name;
    if (strncmp(line, FACT_STREAM_NAME, name) != 0) return -1;
    size_t digits = strspn(number, "0123456789");
    return digits == 0 || digits > MOST || number[digits] ? -1 : (int)strtol(number, NULL, 10);
}

/* ---- what both sides must have in common ---- */

static uint64_t mix_text(uint64_t hash, const char *text) {
    return text_hash(text ? text : "", text ? strlen(text) + 1 : 0, hash); /* with its end: "a","b" is not "ab","" */
}

static uint64_t mix_number(uint64_t hash, int64_t n) { return text_hash(&n, sizeof n, hash); }

uint64_t scan_profile_hash(const struct profile *p) {
    uint64_t h = 1;
    for (int i = 0; i < p->n_columns; i++) {
        const struct profile_column *c = &p->column[i];
        h = mix_text(mix_text(mix_text(h, c->name), c->prefix), c->suffix);
        h = mix_number(mix_number(h, c->dot), c->optional);
    }
    for (int i = 0; i < p->n_artifacts; i++) {
        const struct profile_artifact *a = &p->artifact[i];
        h = mix_text(mix_text(mix_text(h, a->path), a->alternatives), a->chunks);
        h = mix_number(mix_number(h, a->kind), a->roles & ~(unsigned)ROLE_REQUIRED);
    }
    for (int i = 0; i < p->n_values; i++) {
        const struct profile_value *v = &p->value[i];
        h = mix_text(mix_text(h, v->name), v->expect);
        h = mix_number(mix_number(mix_number(h, v->use), v->artifact), v->column);
        for (int k = 0; k < PROFILE_MAX_FORMS && v->paths[k]; k++) h = mix_text(h, v->paths[k]);
    }
    h = mix_text(mix_text(h, p->progress.column), p->progress.chunks);
    return mix_text(mix_text(h, p->kept_list), p->settings);
}

/* ---- lines ---- */

enum { FIRST_BYTES = 64 * 1024, KEEP_BYTES = 128 * 1024 };

int scan_lines_add(struct scan_line_buffer *b, const char *bytes, size_t n) {
    if (b->cap - b->len < n) {
        size_t cap = b->cap ? b->cap : FIRST_BYTES;
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
        if (b->cap > KEEP_BYTES && b->len <= KEEP_BYTES) { /* a list came */
            b->data = realloc(b->data, b->cap = KEEP_BYTES);
            if (!b->data) abort();
        }
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
