/* parquet_footer: what the footer of a Parquet file says: rows, row groups, and the smallest and largest value of one
 * column.
 *
 * The format is that of https://github.com/apache/parquet-format: README.md ("File format"), and parquet.thrift for
 * FileMetaData, SchemaElement, RowGroup, ColumnChunk, ColumnMetaData, Statistics; the bytes are Thrift's compact
 * protocol, https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md. Field ids stand in the
 * .c beside their use; fields it does not know, of any type, are skipped.
 *
 * Pure and thread safe: no recursion, no allocation, time proportional to the footer's length, for any bytes. */
#ifndef SW_WATCH_PARQUET_FOOTER_H
#define SW_WATCH_PARQUET_FOOTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { FOOTER_DEPTH = 64 /* levels of nested structures; Thrift's own readers stop there too */ };

enum footer_state {
    FOOTER_READ,   /* *out is what it says */
    FOOTER_UNFIT,  /* it is a footer, and speaks of data that lies outside of its file */
    FOOTER_BROKEN, /* these bytes are no footer that anybody could read */
};

struct parquet_footer {
    int64_t rows;       /* -1: unknown, also when the row groups do not add up to it */
    int64_t row_groups; /* -1: unknown */
    /* Of the column, over all row groups that have a value of it; NaN: unknown. Unknown when there is no such column,
     * when it is no plain number (DOUBLE, FLOAT, INT32, INT64, also unsigned), when a row group has no statistics of
     * it, and when one of them is NaN. A 64-bit integer is rounded to the nearest double. */
    double min, max;
};

/* The footer nothing is known of. */
struct parquet_footer parquet_footer_unknown(void);

/* Reads bytes[0..len): the file's footer, without its length and the magic that follow it.
 * begins: offset in the file at which it begins (column data ends before it); INT64_MAX: any.
 * column: its path with '.' between names ("time", "disk.time"), NULL: none is wanted.
 * *why: NULL for FOOTER_READ, else a few words (static). *out is parquet_footer_unknown() unless FOOTER_READ. */
enum footer_state parquet_footer_read(const unsigned char *bytes, size_t len, int64_t begins, const char *column,
                                      struct parquet_footer *out, const char **why);

#endif
