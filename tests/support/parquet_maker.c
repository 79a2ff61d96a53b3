#include "support/parquet_maker.h"

#include <stdlib.h>
#include <string.h>

enum { I_TRUE = 1, I_FALSE, I_BYTE, I_I16, I_I32, I_I64, I_DOUBLE, I_BINARY, I_LIST, I_SET, I_MAP, I_STRUCT };

static void put(struct pq_bytes *b, const void *data, size_t len) {
    if (b->len + len > b->cap) {
        b->cap = (b->len + len) * 2;
        b->data = realloc(b->data, b->cap);
        if (b->data == NULL) abort();
    }
    memcpy(b->data + b->len, data, len);
    b->len += len;
}

static void byte(struct pq_bytes *b, unsigned v) { put(b, &(unsigned char){(unsigned char)v}, 1); }

static void varint(struct pq_bytes *b, uint64_t v) {
    for (; v >= 0x80; v >>= 7) byte(b, (unsigned)(v & 0x7F) | 0x80);
    byte(b, (unsigned)v);
}

static void number(struct pq_bytes *b, int64_t v) { varint(b, ((uint64_t)v << 1) ^ (uint64_t)(v < 0 ? -1 : 0)); }

/* A field's header; *last: the id of the one before. */
static void field(struct pq_bytes *b, int *last, int id, unsigned type) {
    if (id > *last && id - *last < 16) {
        byte(b, (unsigned)(id - *last) << 4 | type);
    } else {
        byte(b, type);
        number(b, id);
    }
    *last = id;
}

static void field_number(struct pq_bytes *b, int *last, int id, unsigned type, int64_t v) {
    field(b, last, id, type);
    number(b, v);
}

static void binary(struct pq_bytes *b, const void *data, size_t len) {
    varint(b, len);
    put(b, data, len);
}

static void field_binary(struct pq_bytes *b, int *last, int id, const void *data, size_t len) {
    field(b, last, id, I_BINARY);
    binary(b, data, len);
}

static void list(struct pq_bytes *b, size_t n, unsigned type) {
    byte(b, (unsigned)(n < 15 ? n : 15) << 4 | type);
    if (n >= 15) varint(b, n);
}

/* Whatever a later version of the format may add. */
static void unknown(struct pq_bytes *b, int *last) {
    static const unsigned char zeros[16];
    field(b, last, 1000, I_TRUE);
    field(b, last, 1001, I_FALSE);
    field(b, last, 1002, I_BYTE);
    byte(b, 7);
    field_number(b, last, 1003, I_I16, -3);
    field_number(b, last, 1004, I_I64, INT64_MIN);
    field(b, last, 1005, I_DOUBLE);
    put(b, zeros, 8);
    field(b, last, 1006, I_MAP);
    varint(b, 2);
    byte(b, I_BINARY << 4 | I_I32);
    for (int i = 0; i < 2; i++) {
        binary(b, "key", 3);
        number(b, i);
    }
    field(b, last, 1007, I_MAP);
    varint(b, 0);
    field(b, last, 1008, I_SET);
    list(b, 3, I_TRUE);
    put(b, "\1\2\1", 3);
    field(b, last, 1009, I_LIST);
    list(b, 20, I_LIST);
    for (int i = 0; i < 20; i++) {
        list(b, 1, I_STRUCT);
        int inner = 0;
        field(b, &inner, 1, I_TRUE);
        byte(b, 0);
    }
    field(b, last, 1010, 13); /* UUID */
    put(b, zeros, 16);
}

static bool is_unsigned(const struct pq_column *c) { return c->converted - 1 >= 11 && c->converted - 1 <= 14; }

static void extreme(struct pq_bytes *b, int *last, int id, const struct pq_column *c, double v) {
    unsigned char bytes[8];
    uint64_t bits;
    float f = (float)v;
    uint32_t short_bits;
    size_t len = c->type == PQ_INT32 || c->type == PQ_FLOAT ? 4 : 8;
    if (c->type == PQ_FLOAT) {
        memcpy(&short_bits, &f, 4);
        bits = short_bits;
    } else if (c->type == PQ_INT32 || c->type == PQ_INT64) {
        bits = is_unsigned(c) ? (uint64_t)v : (uint64_t)(int64_t)v;
    } else {
        memcpy(&bits, &v, 8);
    }
    for (size_t i = 0; i < len; i++) bytes[i] = (unsigned char)(bits >> (8 * i));
    field_binary(b, last, id, bytes, len);
}

static void statistics(struct pq_bytes *b, int *last, const struct pq_column *c, const struct pq_extremes *e,
                       int64_t rows, bool add_unknown) {
    int in = 0;
    if (e->form == PQ_ABSENT) return;
    field(b, last, 12, I_STRUCT);
    bool told = e->form != PQ_NO_EXTREMES && !e->nulls_only;
    if (told && (e->form == PQ_OLD || e->form == PQ_BOTH)) {
        extreme(b, &in, 1, c, e->max);
        extreme(b, &in, 2, c, e->min);
    }
    field_number(b, &in, 3, I_I64, e->nulls_only ? rows : 0);
    if (told && (e->form == PQ_NEW || e->form == PQ_BOTH)) {
        extreme(b, &in, 5, c, e->max);
        extreme(b, &in, 6, c, e->min);
        field(b, &in, 7, I_TRUE);
        field(b, &in, 8, I_TRUE);
    }
    if (add_unknown) unknown(b, &in);
    byte(b, 0);
}

enum { DATA_BYTES = 40, DICTIONARY_BYTES = 24 };

static size_t data_bytes(const struct pq_file *f) { return f->data_bytes > 0 ? f->data_bytes : (size_t)DATA_BYTES; }

static void column_chunk(struct pq_bytes *b, const struct pq_file *f, const struct pq_column *c, size_t group,
                         int64_t at) {
    int chunk = 0, meta = 0;
    int64_t dictionary = f->dictionary ? DICTIONARY_BYTES : 0;
    field_number(b, &chunk, 2, I_I64, at);
    field(b, &chunk, 3, I_STRUCT);
    field_number(b, &meta, 1, I_I32, c->type);
    field(b, &meta, 2, I_LIST);
    list(b, 2, I_I32);
    number(b, 0);
    number(b, 3);
    field(b, &meta, 3, I_LIST);
    list(b, c->group != NULL ? 2 : 1, I_BINARY);
    if (c->group != NULL) binary(b, c->group, strlen(c->group));
    binary(b, c->name, strlen(c->name));
    field_number(b, &meta, 4, I_I32, 1);
    field_number(b, &meta, 5, I_I64, f->rows[group]);
    field_number(b, &meta, 6, I_I64, (int64_t)data_bytes(f) + dictionary);
    field_number(b, &meta, 7, I_I64, (int64_t)data_bytes(f) + dictionary);
    field_number(b, &meta, 9, I_I64, at + dictionary);
    if (f->dictionary) field_number(b, &meta, 11, I_I64, at);
    if (c->extremes != NULL) statistics(b, &meta, c, &c->extremes[group], f->rows[group], f->unknown_fields);
    if (f->unknown_fields) unknown(b, &meta);
    byte(b, 0);
    if (f->unknown_fields) unknown(b, &chunk);
    byte(b, 0);
}

static void element(struct pq_bytes *b, const struct pq_file *f, const char *name, const struct pq_column *leaf,
                    int64_t children) {
    int last = 0;
    if (leaf != NULL) field_number(b, &last, 1, I_I32, leaf->type);
    field_number(b, &last, 3, I_I32, 1);
    field_binary(b, &last, 4, name, strlen(name));
    if (leaf == NULL) field_number(b, &last, 5, I_I32, children);
    if (leaf != NULL && leaf->converted != 0) field_number(b, &last, 6, I_I32, leaf->converted - 1);
    if (leaf != NULL && leaf->logical != 0) {
        int in = 0, inner = 0;
        field(b, &last, 10, I_STRUCT);
        field(b, &in, leaf->logical, I_STRUCT);
        if (leaf->logical == 10) {
            field(b, &inner, 1, I_BYTE);
            byte(b, 64);
            field(b, &inner, 2, is_unsigned(leaf) ? I_FALSE : I_TRUE);
        }
        byte(b, 0);
        byte(b, 0);
    }
    if (f->unknown_fields) unknown(b, &last);
    byte(b, 0);
}

/* A group of the schema holds the neighbours that name it. */
static bool begins_group(const struct pq_file *f, size_t i) {
    const char *group = f->columns[i].group;
    return group != NULL && (i == 0 || f->columns[i - 1].group == NULL || strcmp(f->columns[i - 1].group, group) != 0);
}

static void schema(struct pq_bytes *b, const struct pq_file *f) {
    size_t elements = 1 + f->n_columns, top = 0;
    for (size_t i = 0; i < f->n_columns; i++) {
        elements += begins_group(f, i);
        top += f->columns[i].group == NULL || begins_group(f, i);
    }
    list(b, elements, I_STRUCT);
    element(b, f, "schema", NULL, (int64_t)top);
    for (size_t i = 0; i < f->n_columns; i++) {
        const struct pq_column *c = &f->columns[i];
        if (begins_group(f, i)) {
            int64_t children = 0;
            for (size_t k = i; k < f->n_columns && f->columns[k].group != NULL; k++) {
                if (strcmp(f->columns[k].group, c->group) != 0) break;
                children++;
            }
            element(b, f, c->group, NULL, children);
        }
        element(b, f, c->name, c, 0);
    }
}

void pq_make(struct pq_bytes *b, const struct pq_file *f) {
    static const unsigned char data[64] = {0xA5, 0xA5};
    size_t each = data_bytes(f) + (f->dictionary ? (size_t)DICTIONARY_BYTES : 0);
    uint64_t sum = 0;
    int last = 0;
    b->len = 0;
    put(b, "PAR1", 4);
    for (size_t n = f->groups * f->n_columns * each; n > 0;) {
        size_t step = n < sizeof data ? n : sizeof data;
        put(b, data, step);
        n -= step;
    }
    for (size_t g = 0; g < f->groups; g++) sum += (uint64_t)f->rows[g];
    b->footer = b->len;
    field_number(b, &last, 1, I_I32, 2);
    field(b, &last, 2, I_LIST);
    schema(b, f);
    field_number(b, &last, 3, I_I64, f->num_rows != 0 ? f->num_rows : (int64_t)sum);
    field(b, &last, 4, I_LIST);
    list(b, f->groups, I_STRUCT);
    for (size_t g = 0; g < f->groups; g++) {
        int in = 0;
        field(b, &in, 1, I_LIST);
        list(b, f->n_columns, I_STRUCT);
        for (size_t i = 0; i < f->n_columns; i++) {
            column_chunk(b, f, &f->columns[i], g, (int64_t)(4 + (g * f->n_columns + i) * each) + f->shift);
        }
        field_number(b, &in, 2, I_I64, (int64_t)(each * f->n_columns));
        field_number(b, &in, 3, I_I64, f->rows[g]);
        if (f->unknown_fields) unknown(b, &in);
        byte(b, 0);
    }
    if (f->metadata_bytes > 0) {
        int in = 0;
        char *text = malloc(f->metadata_bytes);
        if (text == NULL) abort();
        memset(text, 'm', f->metadata_bytes);
        field(b, &last, 5, I_LIST);
        list(b, 1, I_STRUCT);
        field_binary(b, &in, 1, "units", 5);
        field_binary(b, &in, 2, text, f->metadata_bytes);
        byte(b, 0);
        free(text);
    }
    field_binary(b, &last, 6, "parquet_maker", 13);
    if (f->unknown_fields) unknown(b, &last);
    byte(b, 0);
    size_t len = b->len - b->footer;
    for (int i = 0; i < 4; i++) byte(b, (unsigned)(len >> (8 * i)) & 0xFF);
    put(b, "PAR1", 4);
}

size_t pq_footer_len(const struct pq_bytes *b) { return b->len - 8 - b->footer; }

void pq_free(struct pq_bytes *b) {
    free(b->data);
    *b = (struct pq_bytes){0};
}

void pq_make_simple(struct pq_bytes *out, int64_t rows, double min, double max) {
    const struct pq_extremes extremes = {.min = min, .max = max};
    const struct pq_column column = {.name = "time", .type = PQ_DOUBLE, .extremes = &extremes};
    pq_make(out, &(struct pq_file){.columns = &column, .n_columns = 1, .rows = &rows, .groups = 1});
}
