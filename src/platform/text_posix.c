#include "platform/text.h"

#include <errno.h>
#include <iconv.h>
#include <stdlib.h>
#include <uv.h>

int text_decode_legacy(const unsigned char *s, size_t len, char **out, size_t *out_len) {
    /* Converters differ in the stray bytes they let pass (80, A0, FD..FF); the shape is the same everywhere. */
    if (!text_is_cp932(s, len)) return UV_EILSEQ;
    iconv_t converter = iconv_open("UTF-8", "CP932");
    /* -1 cast to a pointer is how POSIX says it failed; small systems install no such converter. */
    if (converter == (iconv_t)-1) return text_decode_cp932_shape(s, len, out, out_len);
    size_t room = len * 3;
    char *text = malloc(room + 1);
    if (text == NULL) {
        iconv_close(converter);
        return UV_ENOMEM;
    }
    char *from = (char *)s; /* iconv does not write there, its type is older than const */
    char *to = text;
    size_t left = len, room_left = room;
    size_t result = iconv(converter, &from, &left, &to, &room_left);
    iconv_close(converter);
    if (result == (size_t)-1 || left > 0) {
        free(text);
        return UV_EILSEQ; /* the shape fits, but no such character: not code page 932 after all */
    }
    *to = '\0';
    *out = text;
    *out_len = room - room_left;
    return 0;
}
