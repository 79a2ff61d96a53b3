/* Any bytes as a Parquet footer: it is read, unfit or broken, and what is not read is unknown. */
#include "watch/parquet_footer.h"

#include <math.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool good) {
    if (!good) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const char *const columns[] = {"time", "disk.time", NULL};
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
        struct parquet_footer footer, again;
        const char *why, *why_again;
        enum footer_state state = parquet_footer_read(data, size, 4096, columns[i], &footer, &why);
        must((state == FOOTER_READ) == (why == NULL));
        must(footer.rows >= -1 && footer.row_groups >= -1);
        must(isnan(footer.min) || isnan(footer.max) || state == FOOTER_READ);
        if (state != FOOTER_READ) must(footer.rows == -1 && isnan(footer.min) && isnan(footer.max));
        if (columns[i] == NULL) must(isnan(footer.min) && isnan(footer.max));
        /* What is read in a file of unknown length is what is read in any in which it fits. */
        enum footer_state anywhere = parquet_footer_read(data, size, INT64_MAX, columns[i], &again, &why_again);
        must((state == FOOTER_BROKEN) == (anywhere == FOOTER_BROKEN));
        if (state == FOOTER_READ) must(anywhere == FOOTER_READ && again.rows == footer.rows);
    }
    return 0;
}
