/* buffer: bytes that grow. Owned by whoever holds it; zeroed is empty. Out of memory: abort(). */
#ifndef SW_REPORT_BUFFER_H
#define SW_REPORT_BUFFER_H

#include <stddef.h>

struct buffer {
    char *bytes; /* not NUL-terminated */
    size_t len, cap;
};

void buffer_add(struct buffer *b, const void *bytes, size_t len);
void buffer_text(struct buffer *b, const char *text);
#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
void buffer_format(struct buffer *b, const char *format, ...); /* at most 1023 bytes a call */
void buffer_free(struct buffer *b);

#endif
