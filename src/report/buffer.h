/* buffer: bytes that grow. Owned by whoever holds it; zeroed is empty. Out of memory: abort(). */
#ifndef SW_REPORT_BUFFER_H
#define SW_REPORT_BUFFER_H

#include <stddef.h>

enum { BUFFER_SPILL = 256 * 1024 };

struct buffer {
    char *bytes; /* not NUL-terminated */
    size_t len, cap;
    /* Takes the bytes away when there are more than BUFFER_SPILL, so that a long text is never held whole; NULL: all
     * are kept. */
    void (*spill)(void *ctx, const char *bytes, size_t len);
    void *ctx;
};

void buffer_add(struct buffer *b, const void *bytes, size_t len);
/* Where up to len more bytes may be written, and then how many were; nothing else may happen to b in between. */
char *buffer_room(struct buffer *b, size_t len);
void buffer_wrote(struct buffer *b, size_t len);
void buffer_text(struct buffer *b, const char *text);
#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
void buffer_format(struct buffer *b, const char *format, ...); /* at most 1023 bytes a call */
void buffer_spill(struct buffer *b); /* what is left, at the end */
void buffer_free(struct buffer *b);

#endif
