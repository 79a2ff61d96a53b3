#include "watch/fact_codec.h"

#include "model/text.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

enum { MAX_VALUES = PROFILE_MAX_VALUES * PROFILE_MAX_FORMS };

static const char *const kind_words[] = {
    [FACT_ROOT] = "root",         [FACT_SCAN_BEGIN] = "scan-begin",
    [FACT_SCAN_END] = "scan-end", [FACT_PLACE] = "place",
    [FACT_FILE] = "file",         [FACT_LIST] = "list",
    [FACT_SETTING] = "setting",   [FACT_EXIT] = "exit",
    [FACT_PARENT] = "parent",     [FACT_ELSEWHERE] = "elsewhere",
    [FACT_PROGRESS] = "progress", [FACT_MACHINE] = "machine",
    [FACT_AWAY] = "away",
};
enum { KINDS = sizeof kind_words / sizeof *kind_words };

static const char *const via_words[] = {[VIA_ITSELF] = "", [VIA_ALTERNATIVE] = "alternative", [VIA_CHUNK] = "chunk"};

/* Writing. */

void fact_text_free(struct fact_text *t) {
    free(t->data);
    *t = (struct fact_text){0};
}

static char *room(struct fact_text *t, size_t more) {
    if (t->cap - t->len < more) {
        size_t cap = t->cap != 0 ? t->cap : 1024;
        while (cap - t->len < more) {
            if (cap > SIZE_MAX / 2) abort();
            cap *= 2;
        }
        t->data = realloc(t->data, cap);
        if (t->data == NULL) abort();
        t->cap = cap;
    }
    return t->data + t->len;
}

static void put(struct fact_text *t, const char *text) {
    size_t len = strlen(text);
    memcpy(room(t, len), text, len);
    t->len += len;
}

static void put_word(struct fact_text *t, const char *word) {
    put(t, " ");
    put(t, word);
}

static void put_number(struct fact_text *t, const char *key, int64_t n) {
    char text[64];
    snprintf(text, sizeof text, " %s=%" PRId64, key, n);
    put(t, text);
}

static void put_hex(struct fact_text *t, const char *key, uint64_t n) {
    char text[64];
    snprintf(text, sizeof text, " %s=%" PRIx64, key, n);
    put(t, text);
}

/* Characters that stand as they are. Left out beside controls: what breaks lines, turns the direction of writing, or
 * cannot be seen. */
static bool stands(uint32_t cp) {
    if (cp < 0x80) return cp > 0x20 && cp < 0x7F && cp != '%' && cp != '=';
    return cp >= 0xA1 && cp != 0xAD && cp != 0x61C && cp != 0x180E && !(cp >= 0x200B && cp <= 0x200F) &&
           !(cp >= 0x2028 && cp <= 0x202E) && !(cp >= 0x2060 && cp <= 0x206F) && cp != 0xFEFF &&
           !(cp >= 0xFFF0 && cp <= 0xFFFB) && !(cp >= 0xE0000 && cp <= 0xE0FFF);
}

static void put_bytes(struct fact_text *t, const char *s, size_t len) {
    static const char digits[] = "0123456789ABCDEF";
    char *begin = room(t, 3 * len), *out = begin;
    for (size_t i = 0; i < len;) {
        uint32_t cp;
        size_t n = (size_t)text_utf8_next(s + i, len - i, &cp);
        /* U+FFFD of one byte is a byte that is not UTF-8. */
        bool plain = stands(cp) && !(cp == 0xFFFD && n == 1);
        for (size_t end = i + n; i < end; i++) {
            if (plain) {
                *out++ = s[i];
            } else {
                *out++ = '%';
                *out++ = digits[(unsigned char)s[i] >> 4];
                *out++ = digits[(unsigned char)s[i] & 15];
            }
        }
    }
    t->len += (size_t)(out - begin);
}

static void put_name(struct fact_text *t, const char *name) {
    put(t, " ");
    if (name == NULL || *name == '\0') {
        put(t, "%-");
    } else {
        put_bytes(t, name, strlen(name));
    }
}

void fact_put_text(struct fact_text *t, const char *key, const char *text, size_t len) {
    if (text == NULL) return;
    put_word(t, key);
    put(t, "=");
    put_bytes(t, text, len);
}

static void put_text(struct fact_text *t, const char *key, const char *text) {
    fact_put_text(t, key, text, text != NULL ? strlen(text) : 0);
}

static void put_flag(struct fact_text *t, const char *word, bool on) {
    if (on) put_word(t, word);
}

/* The name of a value, and before it which of its forms was read where that is not plain. */
static int put_value_name(const struct profile *p, const struct fact_value *v, struct fact_text *t) {
    char form[16];
    if (v->value < 0 || v->value >= p->n_values || v->form < 0 || v->form >= PROFILE_MAX_FORMS) return UV_EINVAL;
    const char *name = p->value[v->value].name;
    if (v->form == 0 && strchr(name, '@') == NULL) {
        put_name(t, name);
        return 0;
    }
    snprintf(form, sizeof form, "%d@", v->form);
    put_word(t, form);
    put_bytes(t, name, strlen(name));
    return 0;
}

static int encode_file(const struct profile *p, const struct fact *f, struct fact_text *t) {
    const struct fact_file *file = &f->u.file;
    if (file->artifact < 0 || file->artifact >= p->n_artifacts || (unsigned)file->content >= CONTENT_COUNT ||
        (unsigned)file->via > VIA_CHUNK || file->n_values > MAX_VALUES) {
        return UV_EINVAL;
    }
    put_name(t, f->place);
    put_name(t, p->artifact[file->artifact].path);
    put_word(t, content_word(file->content));
    put_number(t, "at", f->at);
    put_number(t, "size", file->size);
    put_number(t, "mtime", file->mtime_ns);
    put_hex(t, "id", file->id);
    put_hex(t, "hash", file->hash);
    put_number(t, "chunks", file->chunks);
    put_flag(t, via_words[file->via], file->via != VIA_ITSELF);
    put_text(t, "name", file->name);
    put_flag(t, "locked", file->locked);
    put_text(t, "holder", file->holder);
    put_text(t, "note", file->note);
    put_flag(t, "differs", file->differs);
    put_flag(t, "with", file->n_values > 0);
    for (size_t i = 0; i < file->n_values; i++) {
        int err = put_value_name(p, &file->values[i], t);
        if (err < 0) return err;
        put(t, "=");
        put_bytes(t, file->values[i].text, strlen(file->values[i].text));
    }
    return 0;
}

static void put_known(struct fact_text *t, const char *key, int64_t n) {
    if (n != 0) put_number(t, key, n);
}

static void encode_exit_details(const struct fact_exit *e, struct fact_text *t) {
    put_text(t, "command", e->command);
    put_text(t, "host", e->host);
    put_known(t, "pid", e->pid);
    put_known(t, "start", e->start_ms);
    put_known(t, "end", e->end_ms);
    put_known(t, "written", e->written_ms);
    put_known(t, "peak", e->peak_bytes);
    put_known(t, "user", e->user_ms);
    put_known(t, "system", e->system_ms);
    put_known(t, "attempt", e->attempt);
    put_known(t, "previous", e->previous);
    put_flag(t, "alive", e->life == LIFE_ALIVE);
    put_flag(t, "gone", e->life == LIFE_GONE);
}

static void put_progress(const struct fact *f, struct fact_text *t) {
    uint64_t bits;
    put_name(t, f->place);
    put_number(t, "at", f->at);
    put_number(t, "rows", f->u.progress.rows);
    put_number(t, "chunk-rows", f->u.progress.chunk_rows);
    put_number(t, "chunks", f->u.progress.chunks);
    put_flag(t, "all", f->u.progress.all);
    memcpy(&bits, &f->u.progress.value, sizeof bits);
    if (!isnan(f->u.progress.value)) put_hex(t, "value", bits);
}

static void put_machine(const struct fact *f, struct fact_text *t) {
    const struct fact_machine *m = &f->u.machine;
    put_number(t, "at", f->at);
    if (m->load >= 0) put_number(t, "load", m->load);
    put_known(t, "processors", m->processors);
    if (m->memory_total > 0) {
        put_number(t, "memory", m->memory_total);
        put_number(t, "available", m->memory_available);
    }
    if (m->swap_total >= 0) {
        put_number(t, "swap", m->swap_total);
        put_number(t, "swap-used", m->swap_used);
    }
}

static int encode_fields(const struct profile *p, const struct fact *f, struct fact_text *t) {
    switch (f->kind) {
    case FACT_ROOT:
        if ((unsigned)f->u.root_state.health >= HEALTH_COUNT) return UV_EINVAL;
        put_word(t, health_word(f->u.root_state.health));
        put_number(t, "at", f->at);
        put_number(t, "since", f->u.root_state.since);
        put_number(t, "settle", f->u.root_state.settle_ms);
        put_number(t, "poll", f->u.root_state.poll_ms);
        if (f->u.root_state.identity != 0) put_hex(t, "id", f->u.root_state.identity);
        if (f->u.root_state.space_total > 0) {
            put_number(t, "total", f->u.root_state.space_total);
            put_number(t, "free", f->u.root_state.space_free);
        }
        put_text(t, "path", f->u.root_state.path);
        put_text(t, "reason", f->u.root_state.reason);
        put_flag(t, "learned", f->u.root_state.learned);
        put_flag(t, "slow", f->u.root_state.slow);
        return 0;
    case FACT_SCAN_BEGIN:
    case FACT_SCAN_END:
        put_number(t, "at", f->at);
        put_number(t, "generation", f->u.scan.generation);
        return 0;
    case FACT_PLACE:
        put_name(t, f->place);
        put_word(t, f->u.place_state.present ? "present" : "gone");
        put_number(t, "at", f->at);
        put_hex(t, "stamp", f->u.place_state.stamp);
        put_flag(t, "files", f->u.place_state.has_files);
        return 0;
    case FACT_FILE:
        return encode_file(p, f, t);
    case FACT_LIST:
        if (f->u.list.text != NULL && f->u.list.len > FACT_LIST_MAX) return UV_E2BIG;
        put_number(t, "at", f->at);
        put_text(t, "path", f->u.list.path);
        fact_put_text(t, "text", f->u.list.text, f->u.list.len);
        put_text(t, "problem", f->u.list.problem);
        return 0;
    case FACT_SETTING:
        put_number(t, "at", f->at);
        put_text(t, "key", f->u.setting.key);
        put_text(t, "value", f->u.setting.value);
        return 0;
    case FACT_EXIT:
        put_name(t, f->place);
        put_number(t, "at", f->at);
        put_number(t, "code", f->u.exit.code);
        put_number(t, "signal", f->u.exit.signal);
        put_text(t, "source", f->u.exit.source);
        encode_exit_details(&f->u.exit, t);
        return 0;
    case FACT_PARENT:
        put_number(t, "at", f->at);
        put_number(t, "pid", f->u.parent.pid);
        put_word(t, f->u.parent.alive ? "alive" : "gone");
        return 0;
    case FACT_ELSEWHERE:
        put_name(t, f->place);
        put_number(t, "at", f->at);
        put_number(t, "whole", f->u.elsewhere.whole);
        put_text(t, "path", f->u.elsewhere.path);
        return 0;
    case FACT_PROGRESS:
        put_progress(f, t);
        return 0;
    case FACT_MACHINE:
        put_machine(f, t);
        return 0;
    case FACT_AWAY:
        put_number(t, "at", f->at);
        put_number(t, "total", f->u.away.total);
        put_number(t, "from", f->u.away.from);
        put_number(t, "until", f->u.away.until);
        put_number(t, "slept", f->u.away.slept);
        return 0;
    }
    return UV_EINVAL;
}

int fact_encode(const struct profile *p, const struct fact *f, struct fact_text *out) {
    size_t before = out->len;
    if ((unsigned)f->kind >= KINDS || (unsigned)f->root >= ROOT_COUNT) return UV_EINVAL;
    put(out, kind_words[f->kind]);
    put_word(out, root_word(f->root));
    int err = encode_fields(p, f, out);
    size_t most = f->kind == FACT_LIST ? FACT_LIST_LINE_MAX : FACT_LINE_MAX;
    if (err == 0 && out->len - before > most) err = UV_E2BIG;
    if (err < 0) out->len = before;
    return err;
}

void fact_put(struct fact_text *t, const char *text) { put(t, text); }

void fact_put_number(struct fact_text *t, const char *key, int64_t number) { put_number(t, key, number); }

char *fact_first_word(char *line) {
    char *space = strchr(line, ' ');
    if (space != NULL) *space++ = '\0';
    return space;
}

bool fact_next_pair(char **rest, char **key, char **value) {
    char *word = *rest;
    if (word == NULL) return false;
    *rest = fact_first_word(word);
    *key = word;
    *value = strchr(word, '=');
    if (*value != NULL) *(*value)++ = '\0';
    return true;
}

bool fact_number(const char *text, int64_t *out) {
    char *end;
    *out = strtoll(text, &end, 10);
    return end != text && *end == '\0';
}

/* Reading. The line is copied once; words are cut out of the copy and decoded where they stand. */

struct reader {
    char *next; /* the rest of the line; NULL: nothing is left */
};

/* The next word, NUL-terminated; NULL at the end. */
static char *next_word(struct reader *r) {
    char *word = r->next;
    if (word == NULL) return NULL;
    char *space = strchr(word, ' ');
    if (space != NULL) *space++ = '\0';
    r->next = space;
    return word;
}

static int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return -1;
}

/* Decodes in place; false: malformed. len may be NULL when the text must not hold a NUL. */
bool fact_decode_text(char *text, size_t *len) {
    char *out = text;
    for (const char *in = text; *in != '\0'; in++) {
        if (*in == '%') {
            int high = hex_digit(in[1]), low = high >= 0 ? hex_digit(in[2]) : -1;
            if (low < 0 || (high == 0 && low == 0 && len == NULL)) return false;
            *out++ = (char)(high << 4 | low);
            in += 2;
        } else {
            *out++ = *in;
        }
    }
    *out = '\0';
    if (len != NULL) *len = (size_t)(out - text);
    return true;
}

/* A name that stands alone; NULL: malformed. */
static char *next_name(struct reader *r) {
    char *word = next_word(r);
    if (word == NULL || *word == '\0') return NULL;
    if (strcmp(word, "%-") == 0) {
        *word = '\0';
        return word;
    }
    return fact_decode_text(word, NULL) ? word : NULL;
}

static bool parse_number(const char *text, int64_t *out) {
    bool negative = *text == '-';
    uint64_t n = 0, most = (uint64_t)INT64_MAX + negative;
    if (negative) text++;
    if (*text == '\0') return false;
    for (; *text != '\0'; text++) {
        if (*text < '0' || *text > '9') return false;
        uint64_t digit = (uint64_t)(*text - '0');
        if (n > (most - digit) / 10) return false;
        n = n * 10 + digit;
    }
    *out = negative ? (n == most ? INT64_MIN : -(int64_t)n) : (int64_t)n;
    return true;
}

static bool parse_hex(const char *text, uint64_t *out) {
    uint64_t n = 0;
    if (*text == '\0' || strlen(text) > 16) return false;
    for (; *text != '\0'; text++) {
        int digit = hex_digit(*text);
        if (digit < 0) return false;
        n = n << 4 | (uint64_t)digit;
    }
    *out = n;
    return true;
}

/* What a key's text becomes. */
enum field_type { FIELD_NUMBER, FIELD_U32, FIELD_INT, FIELD_HEX, FIELD_TEXT, FIELD_BYTES, FIELD_FLAG };

struct field {
    const char *key;
    enum field_type type;
    void *to;    /* int64_t, uint32_t, int, uint64_t, const char *, const char *, bool */
    size_t *len; /* FIELD_BYTES */
    bool must;
    bool seen;
};

static bool set_field(struct field *f, char *text) {
    int64_t n;
    switch (f->type) {
    case FIELD_NUMBER:
        return parse_number(text, f->to);
    case FIELD_U32:
        if (!parse_number(text, &n) || n < 0 || n > UINT32_MAX) return false;
        *(uint32_t *)f->to = (uint32_t)n;
        return true;
    case FIELD_INT:
        if (!parse_number(text, &n) || n < INT32_MIN || n > INT32_MAX) return false;
        *(int *)f->to = (int)n;
        return true;
    case FIELD_HEX:
        return parse_hex(text, f->to);
    case FIELD_TEXT:
    case FIELD_BYTES:
        *(const char **)f->to = text;
        return fact_decode_text(text, f->type == FIELD_BYTES ? f->len : NULL);
    case FIELD_FLAG:
        break;
    }
    *(bool *)f->to = true;
    return true;
}

/* Reads fields to the end of the line or to the word `with`; each at most once, those that must be there all. */
static int read_fields(struct reader *r, struct field *fields, size_t n, bool *with) {
    for (char *word; (word = next_word(r)) != NULL;) {
        if (with != NULL && strcmp(word, "with") == 0) {
            *with = true;
            break;
        }
        char *text = strchr(word, '=');
        if (text != NULL) *text++ = '\0';
        size_t i = 0;
        while (i < n && strcmp(fields[i].key, word) != 0) i++;
        if (i == n || fields[i].seen || (fields[i].type == FIELD_FLAG) != (text == NULL)) return UV_EINVAL;
        if (!set_field(&fields[i], text)) return UV_EINVAL;
        fields[i].seen = true;
    }
    for (size_t i = 0; i < n; i++) {
        if (fields[i].must && !fields[i].seen) return UV_EINVAL;
    }
    return 0;
}

#define COUNT(array) (sizeof(array) / sizeof *(array))

static int decode_root(struct reader *r, struct fact *f) {
    const char *word = next_word(r);
    int health = word != NULL ? health_from_word(word) : -1;
    if (health < 0) return UV_EINVAL;
    f->u.root_state.health = (enum root_health)health;
    struct field fields[] = {
        {.key = "at", .type = FIELD_NUMBER, .to = &f->at, .must = true},
        {.key = "since", .type = FIELD_NUMBER, .to = &f->u.root_state.since, .must = true},
        {.key = "settle", .type = FIELD_NUMBER, .to = &f->u.root_state.settle_ms, .must = true},
        {.key = "poll", .type = FIELD_NUMBER, .to = &f->u.root_state.poll_ms, .must = true},
        {.key = "id", .type = FIELD_HEX, .to = &f->u.root_state.identity},
        {.key = "total", .type = FIELD_NUMBER, .to = &f->u.root_state.space_total},
        {.key = "free", .type = FIELD_NUMBER, .to = &f->u.root_state.space_free},
        {.key = "path", .type = FIELD_TEXT, .to = &f->u.root_state.path},
        {.key = "reason", .type = FIELD_TEXT, .to = &f->u.root_state.reason},
        {.key = "learned", .type = FIELD_FLAG, .to = &f->u.root_state.learned},
        {.key = "slow", .type = FIELD_FLAG, .to = &f->u.root_state.slow},
    };
    return read_fields(r, fields, COUNT(fields), NULL);
}

static int decode_scan(struct reader *r, struct fact *f) {
    struct field fields[] = {
        {.key = "at", .type = FIELD_NUMBER, .to = &f->at, .must = true},
        {.key = "generation", .type = FIELD_U32, .to = &f->u.scan.generation, .must = true},
    };
    return read_fields(r, fields, COUNT(fields), NULL);
}

static int decode_place(struct reader *r, struct fact *f) {
    f->place = next_name(r);
    const char *word = next_word(r);
    if (f->place == NULL || word == NULL) return UV_EINVAL;
    f->u.place_state.present = strcmp(word, "present") == 0;
    if (!f->u.place_state.present && strcmp(word, "gone") != 0) return UV_EINVAL;
    struct field fields[] = {
        {.key = "at", .type = FIELD_NUMBER, .to = &f->at, .must = true},
        {.key = "stamp", .type = FIELD_HEX, .to = &f->u.place_state.stamp, .must = true},
        {.key = "files", .type = FIELD_FLAG, .to = &f->u.place_state.has_files},
    };
    return read_fields(r, fields, COUNT(fields), NULL);
}

static int decode_values(const struct profile *p, struct reader *r, struct fact_value values[MAX_VALUES], size_t *n) {
    for (char *word; (word = next_word(r)) != NULL;) {
        char *text = strchr(word, '=');
        if (text == NULL || *n == MAX_VALUES) return UV_EINVAL;
        *text++ = '\0';
        int64_t form = 0;
        char *at = strchr(word, '@');
        if (at != NULL) {
            *at = '\0';
            if (!parse_number(word, &form) || form < 0 || form >= PROFILE_MAX_FORMS) return UV_EINVAL;
            word = at + 1;
        }
        if (strcmp(word, "%-") == 0) *word = '\0';
        if (!fact_decode_text(word, NULL) || !fact_decode_text(text, NULL)) return UV_EINVAL;
        int value = profile_value_index(p, word);
        if (value < 0) return UV_ENOENT;
        values[(*n)++] = (struct fact_value){value, text, (int)form};
    }
    return *n > 0 ? 0 : UV_EINVAL;
}

static int decode_file(const struct profile *p, struct reader *r, struct fact *f,
                       struct fact_value values[MAX_VALUES]) {
    struct fact_file *file = &f->u.file;
    f->place = next_name(r);
    const char *path = f->place != NULL ? next_name(r) : NULL;
    const char *word = next_word(r);
    int content = path != NULL && word != NULL ? content_from_word(word) : -1;
    if (content < 0) return UV_EINVAL;
    file->content = (enum content)content;
    file->artifact = profile_artifact_index(p, path);
    bool alternative = false, chunk = false, with = false;
    struct field fields[] = {
        {.key = "at", .type = FIELD_NUMBER, .to = &f->at, .must = true},
        {.key = "size", .type = FIELD_NUMBER, .to = &file->size, .must = true},
        {.key = "mtime", .type = FIELD_NUMBER, .to = &file->mtime_ns, .must = true},
        {.key = "id", .type = FIELD_HEX, .to = &file->id, .must = true},
        {.key = "hash", .type = FIELD_HEX, .to = &file->hash, .must = true},
        {.key = "chunks", .type = FIELD_U32, .to = &file->chunks, .must = true},
        {.key = "alternative", .type = FIELD_FLAG, .to = &alternative},
        {.key = "chunk", .type = FIELD_FLAG, .to = &chunk},
        {.key = "name", .type = FIELD_TEXT, .to = &file->name},
        {.key = "locked", .type = FIELD_FLAG, .to = &file->locked},
        {.key = "holder", .type = FIELD_TEXT, .to = &file->holder},
        {.key = "note", .type = FIELD_TEXT, .to = &file->note},
        {.key = "differs", .type = FIELD_FLAG, .to = &file->differs},
    };
    int err = read_fields(r, fields, COUNT(fields), &with);
    if (err < 0) return err;
    if (alternative && chunk) return UV_EINVAL;
    if (file->artifact < 0) return UV_ENOENT;
    file->via = alternative ? VIA_ALTERNATIVE : chunk ? VIA_CHUNK : VIA_ITSELF;
    file->values = values;
    return with ? decode_values(p, r, values, &file->n_values) : 0;
}

static int decode_list(struct reader *r, struct fact *f) {
    struct field fields[] = {
        {.key = "at", .type = FIELD_NUMBER, .to = &f->at, .must = true},
        {.key = "path", .type = FIELD_TEXT, .to = &f->u.list.path},
        {.key = "text", .type = FIELD_BYTES, .to = &f->u.list.text, .len = &f->u.list.len},
        {.key = "problem", .type = FIELD_TEXT, .to = &f->u.list.problem},
    };
    int err = read_fields(r, fields, COUNT(fields), NULL);
    return err == 0 && f->u.list.len > FACT_LIST_MAX ? UV_E2BIG : err;
}

static int decode_setting(struct reader *r, struct fact *f) {
    struct field fields[] = {
        {.key = "at", .type = FIELD_NUMBER, .to = &f->at, .must = true},
        {.key = "key", .type = FIELD_TEXT, .to = &f->u.setting.key},
        {.key = "value", .type = FIELD_TEXT, .to = &f->u.setting.value},
    };
    return read_fields(r, fields, COUNT(fields), NULL);
}

static int decode_exit(struct reader *r, struct fact *f) {
    f->place = next_name(r);
    if (f->place == NULL) return UV_EINVAL;
    struct fact_exit *e = &f->u.exit;
    bool alive = false, gone = false;
    struct field fields[] = {
        {.key = "at", .type = FIELD_NUMBER, .to = &f->at, .must = true},
        {.key = "code", .type = FIELD_NUMBER, .to = &e->code, .must = true},
        {.key = "signal", .type = FIELD_INT, .to = &e->signal, .must = true},
        {.key = "source", .type = FIELD_TEXT, .to = &e->source},
        {.key = "command", .type = FIELD_TEXT, .to = &e->command},
        {.key = "host", .type = FIELD_TEXT, .to = &e->host},
        {.key = "pid", .type = FIELD_NUMBER, .to = &e->pid},
        {.key = "start", .type = FIELD_NUMBER, .to = &e->start_ms},
        {.key = "end", .type = FIELD_NUMBER, .to = &e->end_ms},
        {.key = "written", .type = FIELD_NUMBER, .to = &e->written_ms},
        {.key = "peak", .type = FIELD_NUMBER, .to = &e->peak_bytes},
        {.key = "user", .type = FIELD_NUMBER, .to = &e->user_ms},
        {.key = "system", .type = FIELD_NUMBER, .to = &e->system_ms},
        {.key = "attempt", .type = FIELD_INT, .to = &e->attempt},
        {.key = "previous", .type = FIELD_NUMBER, .to = &e->previous},
        {.key = "alive", .type = FIELD_FLAG, .to = &alive},
        {.key = "gone", .type = FIELD_FLAG, .to = &gone},
    };
    int err = read_fields(r, fields, COUNT(fields), NULL);
    if (err == 0 && (e->code < EXIT_WITHDRAWN || e->code > UINT32_MAX || (alive && gone))) return UV_EINVAL;
    e->life = alive ? LIFE_ALIVE : gone ? LIFE_GONE : LIFE_UNKNOWN;
    return err;
}

static int decode_parent(struct reader *r, struct fact *f) {
    bool gone = false;
    struct field fields[] = {
        {.key = "at", .type = FIELD_NUMBER, .to = &f->at, .must = true},
        {.key = "pid", .type = FIELD_NUMBER, .to = &f->u.parent.pid, .must = true},
        {.key = "alive", .type = FIELD_FLAG, .to = &f->u.parent.alive},
        {.key = "gone", .type = FIELD_FLAG, .to = &gone},
    };
    int err = read_fields(r, fields, COUNT(fields), NULL);
    return err == 0 && gone == f->u.parent.alive ? UV_EINVAL : err;
}

static int decode_progress(struct reader *r, struct fact *f) {
    uint64_t bits;
    const double unknown = NAN;
    memcpy(&bits, &unknown, sizeof bits);
    f->place = next_name(r);
    if (f->place == NULL) return UV_EINVAL;
    struct field fields[] = {
        {.key = "at", .type = FIELD_NUMBER, .to = &f->at, .must = true},
        {.key = "rows", .type = FIELD_NUMBER, .to = &f->u.progress.rows, .must = true},
        {.key = "chunk-rows", .type = FIELD_NUMBER, .to = &f->u.progress.chunk_rows, .must = true},
        {.key = "chunks", .type = FIELD_U32, .to = &f->u.progress.chunks, .must = true},
        {.key = "all", .type = FIELD_FLAG, .to = &f->u.progress.all},
        {.key = "value", .type = FIELD_HEX, .to = &bits},
    };
    int err = read_fields(r, fields, COUNT(fields), NULL);
    memcpy(&f->u.progress.value, &bits, sizeof bits);
    return err == 0 && (f->u.progress.rows < -1 || f->u.progress.chunk_rows < -1) ? UV_EINVAL : err;
}

static int decode_elsewhere(struct reader *r, struct fact *f) {
    f->place = next_name(r);
    if (f->place == NULL) return UV_EINVAL;
    struct field fields[] = {
        {.key = "at", .type = FIELD_NUMBER, .to = &f->at, .must = true},
        {.key = "whole", .type = FIELD_INT, .to = &f->u.elsewhere.whole, .must = true},
        {.key = "path", .type = FIELD_TEXT, .to = &f->u.elsewhere.path},
    };
    return read_fields(r, fields, COUNT(fields), NULL);
}

static int decode_machine(struct reader *r, struct fact *f) {
    struct fact_machine *m = &f->u.machine;
    m->load = m->swap_total = -1;
    struct field fields[] = {
        {.key = "at", .type = FIELD_NUMBER, .to = &f->at, .must = true},
        {.key = "load", .type = FIELD_NUMBER, .to = &m->load},
        {.key = "processors", .type = FIELD_NUMBER, .to = &m->processors},
        {.key = "memory", .type = FIELD_NUMBER, .to = &m->memory_total},
        {.key = "available", .type = FIELD_NUMBER, .to = &m->memory_available},
        {.key = "swap", .type = FIELD_NUMBER, .to = &m->swap_total},
        {.key = "swap-used", .type = FIELD_NUMBER, .to = &m->swap_used},
    };
    int err = read_fields(r, fields, COUNT(fields), NULL);
    bool sane = m->load >= -1 && m->processors >= 0 && m->memory_total >= 0 && m->memory_available >= 0 &&
                m->swap_total >= -1 && m->swap_used >= 0;
    return err == 0 && !sane ? UV_EINVAL : err;
}

static int decode_away(struct reader *r, struct fact *f) {
    struct fact_away *a = &f->u.away;
    struct field fields[] = {
        {.key = "at", .type = FIELD_NUMBER, .to = &f->at, .must = true},
        {.key = "total", .type = FIELD_NUMBER, .to = &a->total, .must = true},
        {.key = "from", .type = FIELD_NUMBER, .to = &a->from, .must = true},
        {.key = "until", .type = FIELD_NUMBER, .to = &a->until, .must = true},
        {.key = "slept", .type = FIELD_NUMBER, .to = &a->slept, .must = true},
    };
    int err = read_fields(r, fields, COUNT(fields), NULL);
    return err == 0 && (a->total < 0 || a->slept < 0 || a->until < a->from) ? UV_EINVAL : err;
}

static int decode_line(const struct profile *p, char *line, struct fact_batch *into) {
    struct fact f = {0};
    struct fact_value values[MAX_VALUES];
    struct reader r = {line};
    const char *kind_word = next_word(&r), *place_word = next_word(&r);
    int kind = 0, root = place_word != NULL ? root_from_word(place_word) : -1;
    while (kind < KINDS && strcmp(kind_words[kind], kind_word) != 0) kind++;
    if (root < 0 || kind == KINDS) return UV_EINVAL;
    f.kind = (enum fact_kind)kind;
    f.root = (enum root_id)root;
    int err = UV_EINVAL;
    switch (f.kind) {
    case FACT_ROOT:
        err = decode_root(&r, &f);
        break;
    case FACT_SCAN_BEGIN:
    case FACT_SCAN_END:
        err = decode_scan(&r, &f);
        break;
    case FACT_PLACE:
        err = decode_place(&r, &f);
        break;
    case FACT_FILE:
        err = decode_file(p, &r, &f, values);
        break;
    case FACT_LIST:
        err = decode_list(&r, &f);
        break;
    case FACT_SETTING:
        err = decode_setting(&r, &f);
        break;
    case FACT_EXIT:
        err = decode_exit(&r, &f);
        break;
    case FACT_PARENT:
        err = decode_parent(&r, &f);
        break;
    case FACT_ELSEWHERE:
        err = decode_elsewhere(&r, &f);
        break;
    case FACT_PROGRESS:
        err = decode_progress(&r, &f);
        break;
    case FACT_MACHINE:
        err = decode_machine(&r, &f);
        break;
    case FACT_AWAY:
        err = decode_away(&r, &f);
        break;
    }
    if (err == 0) fact_batch_add(into, &f);
    return err;
}

int fact_decode(const struct profile *p, const char *line, size_t len, struct fact_batch *into) {
    bool list = len >= 5 && memcmp(line, "list ", 5) == 0;
    if (len > (list ? (size_t)FACT_LIST_LINE_MAX : (size_t)FACT_LINE_MAX)) return UV_E2BIG;
    if (memchr(line, '\0', len) != NULL) return UV_EINVAL;
    char *copy = malloc(len + 1);
    if (copy == NULL) abort();
    memcpy(copy, line, len);
    copy[len] = '\0';
    int err = decode_line(p, copy, into);
    free(copy);
    return err;
}
