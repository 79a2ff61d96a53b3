/* footer_print COLUMN FILE...: what parquet_footer says of files, a line each: name, rows, row groups, min, max. */
#include "watch/parquet_footer.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void print_number(double v) {
    if (isnan(v)) {
        printf(" unknown");
    } else {
        printf(" %.17g", v);
    }
}

static int print_file(const char *column, const char *path) {
    FILE *f = fopen(path, "rb");
    if (f == NULL || fseek(f, 0, SEEK_END) != 0) return 1;
    long size = ftell(f);
    rewind(f);
    unsigned char *bytes = malloc(size > 0 ? (size_t)size : 1);
    if (bytes == NULL) abort();
    size_t n = fread(bytes, 1, size > 0 ? (size_t)size : 0, f);
    fclose(f);
    int code = 1;
    if (n >= 12) {
        const unsigned char *end = bytes + n - 8;
        size_t len = (size_t)end[0] | (size_t)end[1] << 8 | (size_t)end[2] << 16 | (size_t)end[3] << 24;
        struct parquet_footer footer;
        const char *why = "its footer is longer than the file", *slash = strrchr(path, '/');
        enum footer_state state = FOOTER_BROKEN;
        if (len <= n - 12) {
            state = parquet_footer_read(end - len, len, (int64_t)(n - 8 - len), column, &footer, &why);
        }
        printf("%s", slash != NULL ? slash + 1 : path);
        if (state == FOOTER_READ) {
            printf(" %lld %lld", (long long)footer.rows, (long long)footer.row_groups);
            print_number(footer.min);
            print_number(footer.max);
            printf("\n");
            code = 0;
        } else {
            printf(" %s\n", why);
        }
    }
    free(bytes);
    return code;
}

int main(int argc, char **argv) {
    int code = argc > 2 ? 0 : 2;
    for (int i = 2; i < argc; i++) code |= print_file(argv[1], argv[i]);
    return code;
}
