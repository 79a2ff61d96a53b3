#include "watch/inspect_private.h"

#include <string.h>

/* https://parquet.apache.org/docs/file-format/: 4 bytes of magic, data, footer, 4 bytes little-endian length of the
 * footer, the magic again. "PARE" instead of "PAR1" at both ends: the footer is encrypted. */
enum { MAGIC = 4, TAIL = 8, SMALLEST = MAGIC + TAIL };

static bool is_magic(const unsigned char *at, const char *magic) { return memcmp(at, magic, MAGIC) == 0; }

int64_t inspect_parquet_footer_len(const unsigned char *tail) {
    return tail[0] | tail[1] << 8 | tail[2] << 16 | (int64_t)tail[3] << 24;
}

enum content inspect_parquet_ends(const unsigned char *head, const unsigned char *tail, int64_t size,
                                  const char **why) {
    *why = NULL;
    if (size == 0) {
        *why = "empty";
    } else if (size < SMALLEST) {
        *why = "shorter than any Parquet file";
    } else if (!is_magic(head, "PAR1") && !is_magic(head, "PARE")) {
        *why = "does not begin as a Parquet file";
    } else if (memcmp(head, tail + TAIL - MAGIC, MAGIC) != 0) {
        *why = "ends without a Parquet footer";
    } else if (inspect_parquet_footer_len(tail) > size - SMALLEST) {
        *why = "its footer is longer than the file";
    }
    return *why == NULL ? CONTENT_WHOLE : CONTENT_PARTIAL;
}
