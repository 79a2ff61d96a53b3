#include "report/buffer.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char *buffer_room(struct buffer *b, size_t len) {
    if (b->len + len > b->cap) {
        b->cap = (b->cap ? b->cap * 2 : 4096) + len;
        b->bytes = realloc(b->bytes, b->cap);
        if (!b->bytes) abort();
    }
    return b->bytes + b->len;
}

void buffer_wrote(struct buffer *b, size_t len) {
    b->len += len;
    if (b->spill && b->len >= BUFFER_SPILL) buffer_spill(b);
}

void buffer_add(struct buffer *b, const void *bytes, size_t len) {
    if (len == 0) return;
    memcpy(buffer_room(b, len), bytes, len);
    buffer_wrote(b, len);
}

void buffer_spill(struct buffer *b) {
    if (b->len > 0) b->spill(b->ctx, b->bytes, b->len);
    b->len = 0;
}

void buffer_text(struct buffer *b, const char *text) { buffer_add(b, text, strlen(text)); }

void buffer_format(struct buffer *b, const char *format, ...) {
    char text[1024];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (n > 0) buffer_add(b, text, (size_t)n < sizeof text ? (size_t)n : sizeof text - 1);
}

void buffer_free(struct buffer *b) {
    free(b->bytes);
    memset(b, 0, sizeof *b);
}
