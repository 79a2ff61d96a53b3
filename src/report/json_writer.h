/* json_writer: JSON (RFC 8259) into a buffer, one value after the other, indented by two.
 * Strings are cleaned first (text_clean): invalid UTF-8 and control characters become U+FFFD. NaN and infinities: null.
 * '<' is written \u003c, so that the document can stand inside an HTML script element as it is.
 * key NULL inside arrays and at the top. Nesting: at most JSON_WRITER_DEPTH, more aborts. */
#ifndef SW_REPORT_JSON_WRITER_H
#define SW_REPORT_JSON_WRITER_H

#include "report/buffer.h"

#include <stdbool.h>
#include <stdint.h>

enum { JSON_WRITER_DEPTH = 16 };

struct json_writer {
    struct buffer *out;
    int depth;
    bool any[JSON_WRITER_DEPTH];  /* this level has a value already */
    bool flat[JSON_WRITER_DEPTH]; /* this level stands on one line */
};

void json_open(struct json_writer *w, const char *key, char bracket); /* '{' or '[' */
void json_open_flat(struct json_writer *w, const char *key, char bracket);
void json_close(struct json_writer *w, char bracket);                        /* '}' or ']' */
void json_string(struct json_writer *w, const char *key, const char *value); /* NULL: null */
void json_int(struct json_writer *w, const char *key, int64_t value);
void json_number(struct json_writer *w, const char *key, double value);
/* value / 10^decimals (1 to 6), as json_number writes the quotient. */
void json_decimal(struct json_writer *w, const char *key, int64_t value, int decimals);
void json_bool(struct json_writer *w, const char *key, bool value);
void json_null(struct json_writer *w, const char *key);
/* Goes on in another buffer at a depth that was opened there: 0 the top, 1 inside the outermost bracket ... any: that
 * level has a value already. Its closings are this writer's too. */
void json_resume(struct json_writer *w, struct buffer *out, int depth, bool any);

#endif
