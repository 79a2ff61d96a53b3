/* parquet_maker: Parquet files for tests, made by a writer of their own, with everything a footer may say in the form a
 * test asks for. The column data is invented bytes: only footers are read here.
 *
 * Owned by the caller (pq_free). Out of memory: abort(). */
#ifndef TESTS_SUPPORT_PARQUET_MAKER_H
#define TESTS_SUPPORT_PARQUET_MAKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* enum Type of parquet.thrift */
enum pq_type { PQ_BOOLEAN, PQ_INT32, PQ_INT64, PQ_INT96, PQ_FLOAT, PQ_DOUBLE, PQ_BYTE_ARRAY };

/* Which fields of Statistics are written. */
enum pq_statistics { PQ_NEW, PQ_OLD, PQ_BOTH, PQ_NO_EXTREMES, PQ_ABSENT };

struct pq_extremes {
    double min, max; /* integers: whole numbers in range; unsigned ones as such */
    enum pq_statistics form;
    bool nulls_only; /* null_count is the number of values, and there are no extremes */
};

struct pq_column {
    const char *name;  /* of the leaf */
    const char *group; /* the group it stands in, NULL: at the top */
    enum pq_type type;
    int converted; /* ConvertedType plus 1; 0: none */
    int logical;   /* field id of LogicalType; 0: none. 10 is INTEGER: signed unless `converted` is one of UINT */
    const struct pq_extremes *extremes; /* [groups]; NULL: no statistics */
};

struct pq_file {
    const struct pq_column *columns;
    size_t n_columns;
    const int64_t *rows; /* [groups] */
    size_t groups;
    int64_t num_rows;      /* what the file says it has; 0: the sum of rows */
    bool dictionary;       /* every column has a dictionary page before its data */
    bool unknown_fields;   /* fields of the future, of every type, in every structure */
    size_t metadata_bytes; /* of one entry of key/value metadata */
    size_t data_bytes;     /* of a column in a row group; 0: a few */
    int64_t shift;         /* added to the offsets of all column data */
};

struct pq_bytes {
    unsigned char *data;
    size_t len, cap;
    size_t footer; /* where the footer begins */
};

void pq_make(struct pq_bytes *out, const struct pq_file *f); /* *out is zeroed, or of an earlier call */
size_t pq_footer_len(const struct pq_bytes *b);              /* without its length and the magic */
void pq_free(struct pq_bytes *b);

/* A file with the one DOUBLE column "time", one row group, from min to max. */
void pq_make_simple(struct pq_bytes *out, int64_t rows, double min, double max);

#endif
