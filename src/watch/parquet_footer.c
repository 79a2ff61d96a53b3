#include "watch/parquet_footer.h"

#include <math.h>
#include <string.h>

/* ---- Thrift's compact protocol ---- */

enum thrift {
    THRIFT_STOP,
    THRIFT_TRUE, /* of a field the value is the type; in lists each one is a byte of type TRUE */
    THRIFT_FALSE,
    THRIFT_BYTE,
    THRIFT_I16,
    THRIFT_I32,
    THRIFT_I64,
    THRIFT_DOUBLE,
    THRIFT_BINARY,
    THRIFT_LIST,
    THRIFT_SET,
    THRIFT_MAP,
    THRIFT_STRUCT,
    THRIFT_UUID
};

/* What is left to read. After an error nothing is: every reader may go on and will come to its end. */
struct cursor {
    const unsigned char *at, *end;
    const char *why; /* the first error, NULL: none */
};

static void fail(struct cursor *c, const char *why) {
    if (c->why == NULL) c->why = why;
    c->at = c->end;
}

static size_t left(const struct cursor *c) { return (size_t)(c->end - c->at); }

/* len bytes; NULL when there are fewer. */
static const unsigned char *take(struct cursor *c, uint64_t len) {
    if (len > left(c)) {
        fail(c, "it ends too early");
        return NULL;
    }
    const unsigned char *at = c->at;
    c->at += len;
    return at;
}

static unsigned take_byte(struct cursor *c) {
    const unsigned char *at = take(c, 1);
    return at != NULL ? *at : 0;
}

static uint64_t take_varint(struct cursor *c) {
    uint64_t n = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        unsigned byte = take_byte(c);
        n |= (uint64_t)(byte & 0x7F) << shift;
        if (byte < 0x80) return n;
    }
    fail(c, "a number in it is too long");
    return 0;
}

static int64_t take_number(struct cursor *c) {
    uint64_t n = take_varint(c); /* zigzag: 0, -1, 1, -2 ... */
    return (int64_t)(n >> 1) ^ -(int64_t)(n & 1);
}

struct bytes {
    const unsigned char *at; /* NULL: none */
    size_t len;
};

static struct bytes take_binary(struct cursor *c) {
    uint64_t len = take_varint(c);
    const unsigned char *at = take(c, len);
    return (struct bytes){at, at != NULL ? (size_t)len : 0};
}

/* The header of a structure's next field; false at its end. *id: of the field before, 0 at the beginning. */
static bool take_field(struct cursor *c, int64_t *id, unsigned *type) {
    unsigned byte = take_byte(c);
    *type = byte & 15;
    if (*type == THRIFT_STOP) return false;
    if (byte >> 4 != 0) {
        *id += byte >> 4;
    } else {
        *id = take_number(c);
    }
    /* Field ids are 16 bits; more would add up without an end. */
    if (*id < INT16_MIN || *id > INT16_MAX) fail(c, "a field in it has an impossible number");
    return c->why == NULL;
}

/* The header of a list. Every element takes a byte or more, so a list cannot hold more of them than bytes are left. */
static uint64_t take_list(struct cursor *c, unsigned *type) {
    unsigned byte = take_byte(c);
    uint64_t n = byte >> 4;
    *type = byte & 15;
    if (n == 15) n = take_varint(c);
    if (n > left(c)) {
        fail(c, "a list in it is longer than the rest");
        n = 0;
    }
    return n;
}

/* One open container while values are skipped. */
struct level {
    unsigned type, type2; /* of its elements; of a map's keys and values */
    uint64_t left;        /* elements; UINT64_MAX: a structure, which has an end of its own */
};

static void open_container(struct cursor *c, unsigned type, struct level *l) {
    *l = (struct level){.left = UINT64_MAX};
    if (type == THRIFT_LIST || type == THRIFT_SET) {
        l->left = take_list(c, &l->type);
        l->type2 = l->type;
    } else if (type == THRIFT_MAP) {
        uint64_t n = take_varint(c);
        unsigned types = n > 0 ? take_byte(c) : 0;
        if (n > left(c)) {
            fail(c, "a map in it is longer than the rest");
            n = 0;
        }
        *l = (struct level){.type = types >> 4, .type2 = types & 15, .left = 2 * n};
    }
}

/* Skips one value that is no container; in_field: its type has come with the header of a field. */
static void skip_plain(struct cursor *c, unsigned type, bool in_field) {
    switch (type) {
    case THRIFT_TRUE:
    case THRIFT_FALSE:
        if (!in_field) take(c, 1);
        break;
    case THRIFT_BYTE:
        take(c, 1);
        break;
    case THRIFT_I16:
    case THRIFT_I32:
    case THRIFT_I64:
        take_varint(c);
        break;
    case THRIFT_DOUBLE:
        take(c, 8);
        break;
    case THRIFT_BINARY:
        take_binary(c);
        break;
    case THRIFT_UUID:
        take(c, 16);
        break;
    default:
        fail(c, "a value in it is of an unknown kind");
    }
}

static bool is_container(unsigned type) { return type >= THRIFT_LIST && type <= THRIFT_STRUCT; }

/* Skips one value of a field, with all that is in it. */
static void skip(struct cursor *c, unsigned type) {
    struct level level[FOOTER_DEPTH];
    size_t depth = 0;
    if (!is_container(type)) {
        skip_plain(c, type, true);
        return;
    }
    open_container(c, type, &level[depth++]);
    while (depth > 0 && c->why == NULL) {
        struct level *l = &level[depth - 1];
        bool in_field = l->left == UINT64_MAX;
        if (in_field) {
            int64_t id = 0; /* of no interest here */
            if (!take_field(c, &id, &type)) {
                depth--;
                continue;
            }
        } else {
            if (l->left == 0) {
                depth--;
                continue;
            }
            type = l->left % 2 == 0 ? l->type : l->type2;
            l->left--;
        }
        if (!is_container(type)) {
            skip_plain(c, type, in_field);
        } else if (depth == FOOTER_DEPTH) {
            fail(c, "it is nested too deep");
        } else {
            open_container(c, type, &level[depth++]);
        }
    }
}

/* ---- the footer ---- */

/* enum Type */
enum { TYPE_INT32 = 1, TYPE_INT64 = 2, TYPE_FLOAT = 4, TYPE_DOUBLE = 5 };
/* enum ConvertedType: the integers, unsigned ones first */
enum { CONVERTED_UINT_8 = 11, CONVERTED_UINT_64 = 14, CONVERTED_INT_64 = 18 };
/* union LogicalType */
enum { LOGICAL_INTEGER = 10 };

/* What a SchemaElement says of how its numbers are meant. */
struct element {
    bool leaf, number, is_unsigned;
};

/* What is wanted, and what was found of it. */
struct reading {
    const char *column;
    int64_t begins, ends; /* offsets of the footer in its file */
    struct parquet_footer *out;
    int64_t rows, group_rows; /* of the file; of all row groups; -1: absent, or not to be trusted */
    struct cursor schema, groups;
    bool has_schema, has_groups;
    bool unfit;
    bool found;
    uint64_t leaf;       /* which column of the row groups it is */
    bool no_min, no_max; /* a row group does not tell it */
    struct element meant;
};

/* One column in one row group. */
struct column {
    int64_t type, values, size, data_page, dictionary_page; /* -1: absent */
    bool wanted;
    struct bytes old_max, old_min, max, min;
    int64_t nulls;
};

static void read_statistics(struct cursor *c, struct column *col) {
    int64_t id = 0;
    unsigned type;
    while (take_field(c, &id, &type)) {
        struct bytes *to = id == 1   ? &col->old_max
                           : id == 2 ? &col->old_min
                           : id == 5 ? &col->max
                           : id == 6 ? &col->min
                                     : NULL;
        if (to != NULL && type == THRIFT_BINARY) {
            *to = take_binary(c);
        } else if (id == 3 && type == THRIFT_I64) { /* null_count */
            col->nulls = take_number(c);
        } else {
            skip(c, type);
        }
    }
}

/* Is the path, a list of names, the one that is wanted? Reads all of it. */
static bool read_path(struct cursor *c, const char *wanted) {
    unsigned type;
    uint64_t n = take_list(c, &type);
    bool same = wanted != NULL && n > 0;
    if (n > 0 && type != THRIFT_BINARY) fail(c, "the name of a column is no text");
    for (uint64_t i = 0; i < n && c->why == NULL; i++) {
        struct bytes name = take_binary(c);
        if (!same) continue;
        if (i > 0) same = *wanted++ == '.';
        same =
            same && name.at != NULL && strnlen(wanted, name.len) == name.len && memcmp(wanted, name.at, name.len) == 0;
        if (same) wanted += name.len;
    }
    return same && c->why == NULL && *wanted == '\0';
}

/* ColumnMetaData */
static void read_column_meta(struct cursor *c, const struct reading *r, struct column *col) {
    int64_t id = 0;
    unsigned type;
    while (take_field(c, &id, &type)) {
        if (id == 1 && type == THRIFT_I32) { /* type */
            col->type = take_number(c);
        } else if (id == 3 && type == THRIFT_LIST) { /* path_in_schema */
            col->wanted = read_path(c, r->column);
        } else if (id == 5 && type == THRIFT_I64) { /* num_values */
            col->values = take_number(c);
        } else if (id == 7 && type == THRIFT_I64) { /* total_compressed_size */
            col->size = take_number(c);
        } else if (id == 9 && type == THRIFT_I64) { /* data_page_offset */
            col->data_page = take_number(c);
        } else if (id == 11 && type == THRIFT_I64) { /* dictionary_page_offset */
            col->dictionary_page = take_number(c);
        } else if (id == 12 && type == THRIFT_STRUCT) { /* statistics */
            read_statistics(c, col);
        } else {
            skip(c, type);
        }
    }
}

/* A value of statistics: plain encoding, little-endian. NaN: none. */
static double value_of(const struct reading *r, const struct column *col, struct bytes b) {
    size_t len = col->type == TYPE_INT32 || col->type == TYPE_FLOAT ? 4 : 8;
    uint64_t bits = 0;
    if (b.at == NULL || b.len != len) return NAN;
    for (size_t i = 0; i < len; i++) bits |= (uint64_t)b.at[i] << (8 * i);
    if (col->type == TYPE_DOUBLE) {
        double d;
        memcpy(&d, &bits, sizeof d);
        return d;
    }
    if (col->type == TYPE_FLOAT) {
        uint32_t half = (uint32_t)bits;
        float f;
        memcpy(&f, &half, sizeof f);
        return (double)f;
    }
    if (r->meant.is_unsigned) return (double)bits;
    return col->type == TYPE_INT32 ? (double)(int32_t)(uint32_t)bits : (double)(int64_t)bits;
}

static void take_extremes(struct reading *r, const struct column *col) {
    if (col->values == 0 || (col->nulls >= 0 && col->nulls == col->values)) return; /* nothing to compare */
    double min = value_of(r, col, col->min.at != NULL ? col->min : col->old_min);
    double max = value_of(r, col, col->max.at != NULL ? col->max : col->old_max);
    /* The old form compares as signed numbers whatever the column is. */
    if (isnan(min) || (r->meant.is_unsigned && col->min.at == NULL)) r->no_min = true;
    if (isnan(max) || (r->meant.is_unsigned && col->max.at == NULL)) r->no_max = true;
    if (isnan(r->out->min) || min < r->out->min) r->out->min = min;
    if (isnan(r->out->max) || max > r->out->max) r->out->max = max;
}

/* Column data lies between the first magic and the footer. Where it begins is taken at its word; its size only so far
 * that it cannot reach past the footer: old writers are known to get it wrong by a page header. */
static bool fits(const struct reading *r, const struct column *col) {
    if (col->size <= 0 || col->data_page < 0) return true;
    int64_t first = col->data_page;
    /* Some writers set 0 where there is no dictionary. */
    if (col->dictionary_page > 0 && col->dictionary_page < first) first = col->dictionary_page;
    return first >= 4 && col->data_page < r->begins && col->size <= r->ends - first;
}

/* ColumnChunk */
static void read_column(struct cursor *c, struct reading *r, uint64_t index) {
    int64_t id = 0;
    unsigned type;
    bool elsewhere = false;
    struct column col = {.type = -1, .values = -1, .size = -1, .data_page = -1, .dictionary_page = -1, .nulls = -1};
    while (take_field(c, &id, &type)) {
        if (id == 1 && type == THRIFT_BINARY) { /* file_path */
            elsewhere = take_binary(c).len > 0;
        } else if (id == 3 && type == THRIFT_STRUCT) { /* meta_data */
            read_column_meta(c, r, &col);
        } else {
            skip(c, type);
        }
    }
    if (c->why != NULL) return;
    if (!elsewhere && !fits(r, &col)) r->unfit = true;
    if (!col.wanted) return;
    r->found = true;
    r->leaf = index;
    bool number = col.type == TYPE_INT32 || col.type == TYPE_INT64 || col.type == TYPE_FLOAT || col.type == TYPE_DOUBLE;
    if (!number) r->no_min = r->no_max = true;
    if (number) take_extremes(r, &col);
}

static void add_rows(struct reading *r, int64_t rows) {
    if (r->group_rows < 0) return;
    if (rows < 0 || rows > INT64_MAX - r->group_rows) {
        r->group_rows = -1;
    } else {
        r->group_rows += rows;
    }
}

/* RowGroup */
static void read_group(struct cursor *c, struct reading *r) {
    int64_t id = 0, rows = -1;
    unsigned type;
    bool before = r->found;
    r->found = false;
    while (take_field(c, &id, &type)) {
        if (id == 1 && type == THRIFT_LIST) { /* columns */
            uint64_t n = take_list(c, &type);
            if (n > 0 && type != THRIFT_STRUCT) fail(c, "a column in it is no structure");
            for (uint64_t i = 0; i < n && c->why == NULL; i++) read_column(c, r, i);
        } else if (id == 3 && type == THRIFT_I64) { /* num_rows */
            rows = take_number(c);
        } else {
            skip(c, type);
        }
    }
    if (!r->found && rows != 0) r->no_min = r->no_max = true;
    r->found |= before;
    add_rows(r, rows);
}

/* union LogicalType: only whole numbers are plain ones. */
static void read_logical(struct cursor *c, struct element *e) {
    int64_t id = 0;
    unsigned type;
    while (take_field(c, &id, &type)) {
        if (id != LOGICAL_INTEGER) e->number = false;
        if (id != LOGICAL_INTEGER || type != THRIFT_STRUCT) {
            skip(c, type);
            continue;
        }
        int64_t inner = 0;
        while (take_field(c, &inner, &type)) { /* IntType: bitWidth, isSigned */
            if (inner == 2 && type == THRIFT_FALSE) e->is_unsigned = true;
            skip(c, type);
        }
    }
}

static struct element read_element(struct cursor *c) {
    struct element e = {.leaf = true, .number = true};
    int64_t id = 0;
    unsigned type;
    while (take_field(c, &id, &type)) {
        if (id == 5 && type == THRIFT_I32) { /* num_children */
            e.leaf = take_number(c) == 0;
        } else if (id == 6 && type == THRIFT_I32) { /* converted_type */
            int64_t converted = take_number(c);
            if (converted < CONVERTED_UINT_8 || converted > CONVERTED_INT_64) e.number = false;
            if (converted >= CONVERTED_UINT_8 && converted <= CONVERTED_UINT_64) e.is_unsigned = true;
        } else if (id == 10 && type == THRIFT_STRUCT) { /* logicalType */
            read_logical(c, &e);
        } else {
            skip(c, type);
        }
    }
    return e;
}

/* The schema is a tree, depth first; its leaves are the columns of the row groups in their order. The first element is
 * the root, also in a file without columns. */
static void read_schema(struct cursor *c, struct reading *r) {
    unsigned type;
    uint64_t n = take_list(c, &type), leaf = 0;
    struct element e = {0};
    bool seen = false;
    if (n == 0 || type != THRIFT_STRUCT) fail(c, "its schema is no list of structures");
    for (uint64_t i = 0; i < n && !seen && c->why == NULL; i++) {
        e = read_element(c);
        seen = i > 0 && e.leaf && leaf++ == r->leaf;
    }
    r->meant = e;
    r->meant.number &= seen;
}

static void read_groups(struct cursor *c, struct reading *r) {
    unsigned type;
    uint64_t n = take_list(c, &type);
    if (n > 0 && type != THRIFT_STRUCT) fail(c, "a row group in it is no structure");
    r->out->row_groups = (int64_t)n;
    r->out->min = r->out->max = NAN;
    r->found = r->no_min = r->no_max = false;
    r->group_rows = 0;
    for (uint64_t i = 0; i < n && c->why == NULL; i++) read_group(c, r);
}

/* FileMetaData. The schema and the row groups are gone through when everything has been seen to be well formed. */
static void read_file(struct cursor *c, struct reading *r) {
    int64_t id = 0;
    unsigned type;
    bool version = false;
    while (take_field(c, &id, &type)) {
        if (id == 1 && type == THRIFT_I32) { /* version */
            take_number(c);
            version = true;
        } else if (id == 3 && type == THRIFT_I64) { /* num_rows */
            r->rows = take_number(c);
            if (r->rows < 0) fail(c, "its number of rows is negative");
        } else if (id == 2 && type == THRIFT_LIST) { /* schema */
            r->schema = *c;
            r->has_schema = true;
            skip(c, type);
        } else if (id == 4 && type == THRIFT_LIST) { /* row_groups */
            r->groups = *c;
            r->has_groups = true;
            skip(c, type);
        } else {
            skip(c, type);
        }
    }
    if (!version || r->rows < 0 || !r->has_schema || !r->has_groups) fail(c, "something required is not in it");
}

struct parquet_footer parquet_footer_unknown(void) {
    return (struct parquet_footer){.rows = -1, .row_groups = -1, .min = NAN, .max = NAN};
}

enum footer_state parquet_footer_read(const unsigned char *bytes, size_t len, int64_t begins, const char *column,
                                      struct parquet_footer *out, const char **why) {
    struct cursor c = {bytes, bytes + len, NULL};
    struct reading r = {.column = column, .begins = begins, .ends = INT64_MAX, .out = out, .rows = -1};
    if (begins < INT64_MAX - (int64_t)len) r.ends = begins + (int64_t)len;
    *out = parquet_footer_unknown();
    read_file(&c, &r);
    if (c.why == NULL) {
        c = r.groups;
        read_groups(&c, &r);
    }
    if (c.why == NULL) {
        c = r.schema;
        read_schema(&c, &r);
    }
    if (c.why == NULL && r.meant.is_unsigned) { /* only now is it known how the numbers compare */
        c = r.groups;
        read_groups(&c, &r);
    }
    *why = c.why != NULL ? c.why : r.unfit ? "its footer speaks of data that is not in the file" : NULL;
    if (*why != NULL) {
        *out = parquet_footer_unknown();
        return c.why != NULL ? FOOTER_BROKEN : FOOTER_UNFIT;
    }
    out->rows = r.group_rows == r.rows ? r.rows : -1;
    if (!r.found || !r.meant.number || r.no_min) out->min = NAN;
    if (!r.found || !r.meant.number || r.no_max) out->max = NAN;
    return FOOTER_READ;
}
