#include "watch/inspect_private.h"

#include <string.h>

/* NUL counts as blank: a file that was made longer before it was written holds nothing but them. */
static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\0'; }

/* Skips the bytes of a byte order mark, which may be spread over two pieces. Returns how many of this piece. */
static size_t skip_mark(struct csv_state *c, const char *text, size_t len) {
    static const char mark[] = "\xEF\xBB\xBF";
    size_t i = 0;
    while (!c->begun && i < len) {
        if (c->bom < 3 && text[i] == mark[c->bom]) {
            c->bom++;
            i++;
        } else {
            c->begun = true;
        }
    }
    return i;
}

bool csv_feed(struct csv_state *c, const char *text, size_t len) {
    size_t i = skip_mark(c, text, len);
    if (!c->in_rows) {
        const char *end = memchr(text + i, '\n', len - i);
        size_t stop = end != NULL ? (size_t)(end - text) : len;
        while (!c->header_text && i < stop) c->header_text = !is_blank(text[i++]);
        if (end == NULL) return false;
        i = stop + 1;
        c->in_rows = true;
        if (!c->header_text) return true;
    }
    while (!c->row_text && i < len) {
        c->row_text = !is_blank(text[i]) && text[i] != '\n';
        i++;
    }
    return c->row_text;
}

const char *csv_trouble(const struct csv_state *c, bool empty, char last) {
    if (empty) return "empty";
    if (!c->header_text) return "the header line is blank";
    if (!c->row_text) return "no row after the header";
    return last != '\n' ? "the last line is not finished" : NULL;
}

enum content inspect_csv_text(const char *text, size_t len) {
    struct csv_state c = {0};
    if (len > 0) csv_feed(&c, text, len);
    return csv_trouble(&c, len == 0, len > 0 ? text[len - 1] : '\0') == NULL ? CONTENT_WHOLE : CONTENT_PARTIAL;
}
