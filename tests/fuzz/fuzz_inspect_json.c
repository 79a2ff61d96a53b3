/* Any bytes as a JSON document: whole just where the grammar says so, read a byte at a time here, and the same whatever
 * follows it or stands before it: the scanner looks at eight bytes at once, but for the last ones. */
#include "watch/inspect.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct profile profile = {
    .name = "fuzz",
    .artifact = {{.path = "doc.json", .kind = KIND_JSON}},
    .n_artifacts = 1,
    .value = {{.name = "T", .use = USE_COLUMN, .paths = {"config.radiation.TM_K", "T"}},
              {.name = "outdir", .use = USE_CASE_DIR, .paths = {"outdir", "io.outdir"}},
              {.name = "violation", .use = USE_VIOLATION, .paths = {"violation"}}},
    .n_values = 3,
};

static void must(bool good) {
    if (!good) abort();
}

/* ---- the grammar (RFC 8259, and NaN and the infinities), as plainly as can be; ends with a NUL ---- */

enum { DEPTH = 500 };

static bool word(const char **p, const char *text) {
    size_t len = strlen(text);
    if (strncmp(*p, text, len) != 0) return false;
    *p += len;
    return true;
}

static void blanks(const char **p) {
    while (**p == ' ' || **p == '\t' || **p == '\r' || **p == '\n') ++*p;
}

static bool digits(const char **p) {
    const char *start = *p;
    while (**p >= '0' && **p <= '9') ++*p;
    return *p > start;
}

static bool string(const char **p) {
    if (*(*p)++ != '"') return false;
    for (; **p != '"'; ++*p) {
        if ((unsigned char)**p < 0x20) return false;
        if (**p != '\\') continue;
        ++*p;
        if (**p == '\0' || strchr("\"\\/bfnrtu", **p) == NULL) return false;
        for (int i = 0; **p == 'u' && i < 4; i++) {
            if ((*p)[i + 1] == '\0' || strchr("0123456789abcdefABCDEF", (*p)[i + 1]) == NULL) return false;
        }
    }
    ++*p;
    return true;
}

static bool number(const char **p) {
    if (**p == '-') ++*p;
    if (word(p, "Infinity")) return true;
    if (**p == '0') {
        ++*p;
    } else if (!digits(p)) {
        return false;
    }
    if (**p == '.') {
        ++*p;
        if (!digits(p)) return false;
    }
    if (**p == 'e' || **p == 'E') {
        ++*p;
        if (**p == '+' || **p == '-') ++*p;
        return digits(p);
    }
    return true;
}

static bool value(const char **p, int depth);

static bool container(const char **p, int depth, char close) {
    ++*p;
    blanks(p);
    if (**p == close) return ++*p;
    for (;;) {
        blanks(p);
        if (close == '}') {
            if (!string(p)) return false;
            blanks(p);
            if (*(*p)++ != ':') return false;
        }
        if (!value(p, depth + 1)) return false;
        blanks(p);
        if (**p == close) return ++*p;
        if (*(*p)++ != ',') return false;
    }
}

static bool value(const char **p, int depth) {
    if (depth > DEPTH) return false;
    blanks(p);
    switch (**p) {
    case '{':
        return container(p, depth, '}');
    case '[':
        return container(p, depth, ']');
    case '"':
        return string(p);
    case 't':
        return word(p, "true");
    case 'f':
        return word(p, "false");
    case 'n':
        return word(p, "null");
    case 'N':
        return word(p, "NaN");
    default:
        return number(p);
    }
}

static bool whole(const char *text, size_t len) {
    const char *p = text;
    word(&p, "\xEF\xBB\xBF");
    blanks(&p);
    if (*p != '{' || !value(&p, 1)) return false;
    blanks(&p);
    return p == text + len;
}

/* ---- the scanner ---- */

static struct inspect_buffer *first, *second;

static enum content scan(const uint8_t *data, size_t size, struct inspect_buffer *b, struct fact_file *out) {
    memset(out, 0, sizeof *out);
    return inspect_json_text((const char *)data, size, &profile, 0, b, out);
}

static void must_say_the_same(const struct fact_file *a, const struct fact_file *b) {
    must(a->n_values == b->n_values);
    for (size_t i = 0; i < a->n_values; i++) {
        must(a->values[i].value == b->values[i].value && a->values[i].form == b->values[i].form);
        must(strcmp(a->values[i].text, b->values[i].text) == 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct fact_file file, longer;
    if (first == NULL) {
        first = inspect_buffer_new();
        second = inspect_buffer_new();
    }
    enum content content = scan(data, size, first, &file);
    must((content == CONTENT_WHOLE) == (file.note == NULL));
    bool ascii = true, nul = false;
    size_t depth = 0;
    for (size_t i = 0; i < size; i++) {
        ascii = ascii && data[i] < 0x80;
        nul = nul || data[i] == 0;
        depth += data[i] == '{' || data[i] == '[';
    }
    /* Behind the last value more blanks, or bytes that are none: where the text goes wrong before, it is all the same.
     */
    uint8_t *more = malloc(size + 17);
    must(more != NULL);
    memcpy(more, data, size);
    memset(more + size, ' ', 16);
    more[size + 16] = '\0';
    enum content again = scan(more, size + 16, second, &longer);
    if (content == CONTENT_WHOLE) must(again == CONTENT_WHOLE);
    if (content == CONTENT_WHOLE) must_say_the_same(&file, &longer);
    if (ascii && content == CONTENT_PARTIAL && strstr(file.note, "unexpected") == file.note) {
        must(again == CONTENT_PARTIAL && strcmp(file.note, longer.note) == 0);
    }
    more[size] = '\0';
    if (ascii && !nul && depth < DEPTH) must(whole((const char *)more, size) == (content == CONTENT_WHOLE));
    free(more);
    return 0;
}
