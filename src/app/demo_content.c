#include "app/demo_content.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- bytes ---- */

void demo_text_free(struct demo_text *t) {
    free(t->data);
    *t = (struct demo_text){0};
}

static void reserve(struct demo_text *t, size_t more) {
    if (t->len + more + 1 <= t->cap) return;
    size_t cap = t->cap < 256 ? 256 : t->cap;
    while (cap < t->len + more + 1) cap *= 2;
    char *data = realloc(t->data, cap);
    if (data == NULL) abort();
    t->data = data;
    t->cap = cap;
}

static void put_bytes(struct demo_text *t, const void *data, size_t len) {
    reserve(t, len);
    memcpy(t->data + t->len, data, len);
    t->len += len;
    t->data[t->len] = '\0';
}

void demo_put(struct demo_text *out, const char *s) { put_bytes(out, s, strlen(s)); }

void demo_putf(struct demo_text *out, const char *format, ...) {
    va_list args;
    for (size_t room = 256;; room *= 2) {
        reserve(out, room);
        va_start(args, format);
        int n = vsnprintf(out->data + out->len, room, format, args);
        va_end(args);
        if (n < 0) abort();
        if ((size_t)n < room) {
            out->len += (size_t)n;
            return;
        }
    }
}

/* The program may have set a locale whose decimal mark is not '.', or is longer than one byte. */
static void put_formatted_number(struct demo_text *t, const char *text) {
    bool marked = false;
    for (; *text != '\0'; text++) {
        if (strchr("0123456789+-e", *text) != NULL) {
            put_bytes(t, text, 1);
        } else if (!marked) {
            put_bytes(t, ".", 1);
            marked = true;
        }
    }
}

/* As Python writes a float: the fewest digits that give the same number, and a whole one still looks like a float. */
static void put_number(struct demo_text *t, double v) {
    char text[64];
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, v);
        if (strtod(text, NULL) == v) break;
    }
    put_formatted_number(t, text);
    if (text[strspn(text, "+-0123456789")] == '\0') demo_put(t, ".0");
}

static void put_string(struct demo_text *t, const char *s) {
    demo_put(t, "\"");
    for (; *s != '\0'; s++) {
        unsigned char c = (unsigned char)*s;
        if (c == '"' || c == '\\') {
            demo_putf(t, "\\%c", c);
        } else if (c < 0x20) {
            demo_putf(t, "\\u%04x", c);
        } else {
            put_bytes(t, s, 1);
        }
    }
    demo_put(t, "\"");
}

/* ---- numbers ---- */

static const double time_step = 0.03125; /* of the series, s */

uint64_t demo_random(uint64_t seed, uint64_t n) {
    uint64_t x = seed + (n + 1) * UINT64_C(0x9E3779B97F4A7C15);
    x = (x ^ (x >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94D049BB133111EB);
    return x ^ (x >> 31);
}

/* In [0, 1); exact in binary, so that it prints alike everywhere. */
static double fraction(uint64_t seed, uint64_t n) { return (double)(demo_random(seed, n) >> 11) / 9007199254740992.0; }

/* Decimal text to its number without the locale; the tokens are ours and short. */
static double number_of(const char *s) {
    double v = 0, scale = 0;
    for (; *s != '\0'; s++) {
        if (*s == '.' || *s == 'p') {
            scale = 1;
        } else {
            v = v * 10 + (*s - '0');
            scale *= 10;
        }
    }
    return scale > 0 ? v / scale : v;
}

/* ---- titles ---- */

static void title_part(struct demo_text *t, const char *prefix, const char *token) {
    demo_put(t, prefix);
    for (; *token != '\0'; token++) put_bytes(t, *token == '.' ? "p" : token, 1);
}

void demo_title(const char *t, const char *eps, const char *tau, const char *i0, char *out, size_t cap) {
    struct demo_text title = {0};
    demo_putf(&title, "T%s", t);
    title_part(&title, "_eps", eps);
    title_part(&title, "_tau", tau);
    if (i0 != NULL) title_part(&title, "_i0", i0);
    snprintf(out, cap, "%s", title.data);
    demo_text_free(&title);
}

/* ---- JSON and text ---- */

static void number_list(struct demo_text *t, int indent, const char *name, int n, double scale, uint64_t seed) {
    demo_putf(t, "%*s\"%s\": [\n", indent, "", name);
    for (int i = 0; i < n; i++) {
        demo_putf(t, "%*s", indent + 2, "");
        put_number(t, ((double)i + fraction(seed, (uint64_t)i)) * scale);
        demo_put(t, i + 1 < n ? ",\n" : "\n");
    }
    demo_putf(t, "%*s]", indent, "");
}

static void key_number(struct demo_text *t, int indent, const char *name, double v) {
    demo_putf(t, "%*s\"%s\": ", indent, "", name);
    put_number(t, v);
}

static void key_string(struct demo_text *t, int indent, const char *name, const char *v) {
    demo_putf(t, "%*s\"%s\": ", indent, "", name);
    put_string(t, v);
}

static void archive_section(struct demo_text *t, int indent, const struct demo_case_info *c) {
    bool on = c->archive_dir != NULL;
    demo_putf(t, "%*s\"archive\": {\n", indent, "");
    demo_putf(t, "%*s\"enabled\": %s,\n", indent + 2, "", on ? "true" : "false");
    if (on) {
        key_string(t, indent + 2, "dir", c->archive_dir);
    } else {
        demo_putf(t, "%*s\"dir\": null", indent + 2, "");
    }
    demo_put(t, ",\n");
    key_string(t, indent + 2, "merge_target", "local");
    demo_put(t, ",\n");
    key_string(t, indent + 2, "keep_local", on ? c->keep_local : "all");
    demo_putf(t, "\n%*s}", indent, "");
}

void demo_config_pre_run(struct demo_text *out, const struct demo_case_info *c) {
    demo_put(out, "{\n  \"status\": \"pre_run\",\n");
    key_string(out, 2, "outdir", c->outdir);
    demo_put(out, ",\n  \"config\": {\n    \"radiation\": {\n      \"source\": \"simulated\",\n");
    key_number(out, 6, "TM_K", number_of(c->t));
    demo_put(out, "\n    },\n    \"supply\": {\n      \"mixing\": {\n");
    key_number(out, 8, "epsilon_mix", number_of(c->eps));
    demo_put(out, "\n      },\n      \"const\": {\n        \"mu_orbit10pct\": 1.0\n      }\n    },\n"
                  "    \"optical_depth\": {\n");
    key_number(out, 6, "tau0_target", number_of(c->tau));
    demo_put(out, "\n    },\n    \"dynamics\": {\n");
    key_number(out, 6, "i0", number_of(c->i0));
    demo_put(out, "\n    },\n    \"time_grid\": {\n");
    key_number(out, 6, "t_end_s", DEMO_CHUNKS * DEMO_CHUNK_ROWS * time_step);
    demo_put(out, "\n    },\n    \"io\": {\n      \"streaming\": {\n        \"enabled\": true,\n"
                  "        \"merge_at_end\": true\n      },\n");
    archive_section(out, 6, c);
    demo_put(out, "\n    },\n");
    number_list(out, 4, "size_grid", 200, 1.5e-6, c->seed);
    demo_put(out, ",\n");
    number_list(out, 4, "radius_grid", 200, 0.0625, c->seed + 1);
    demo_putf(out, "\n  },\n  \"seed\": %u\n}\n", (unsigned)(c->seed & 0xffffffU));
}

void demo_config_final(struct demo_text *out, const struct demo_case_info *c) {
    demo_put(out, "{\n");
    /* Computed from the interpolated temperature: near the T of the list, never equal to it. */
    key_number(out, 2, "T_M_used", number_of(c->t) - 0.0009765625 * (1 + fraction(c->seed, 7)));
    demo_put(out, ",\n  \"io\": {\n");
    key_string(out, 4, "outdir", c->outdir);
    demo_put(out, ",\n");
    archive_section(out, 4, c);
    demo_put(out, "\n  },\n  \"supply\": {\n");
    key_number(out, 4, "epsilon_mix", number_of(c->eps));
    demo_put(out, ",\n    \"mode\": \"const\",\n    \"mu_orbit10pct\": 1.0\n  },\n");
    number_list(out, 2, "size_grid", 200, 1.5e-6, c->seed);
    demo_put(out, ",\n");
    number_list(out, 2, "radius_grid", 200, 0.0625, c->seed + 1);
    demo_put(out, ",\n");
    number_list(out, 2, "time_grid", 100, 0.25, c->seed + 2);
    demo_putf(out, ",\n  \"seed\": %u\n}\n", (unsigned)(c->seed & 0xffffffU));
}

void demo_summary(struct demo_text *out, const struct demo_case_info *c) {
    demo_putf(out, "{\n  \"case_status\": \"%s\",\n", demo_random(c->seed, 3) % 3 == 0 ? "no_blowout" : "blowout");
    demo_put(out, "  \"collision_time_max\": Infinity,\n  \"collision_time_min_log10\": -Infinity,\n");
    demo_put(out, "  \"drag_time_median\": NaN,\n  \"orbits\": [\n");
    enum { ORBITS = 50 };
    for (int i = 0; i < ORBITS; i++) {
        uint64_t seed = c->seed + (uint64_t)i;
        demo_putf(out, "    {\n      \"orbit\": %d,\n", i);
        key_number(out, 6, "mass_lost", fraction(seed, 11) * 1e-6);
        demo_put(out, ",\n");
        key_number(out, 6, "tau_median", fraction(seed, 12));
        demo_put(out, ",\n");
        key_number(out, 6, "size_min_m", (1 + fraction(seed, 13)) * 1e-6);
        demo_putf(out, ",\n      \"beta\": %s,\n", demo_random(seed, 14) % 4 == 0 ? "NaN" : "0.5");
        demo_putf(out, "      \"active\": true\n    }%s\n", i + 1 < ORBITS ? "," : "");
    }
    demo_put(out, "  ],\n");
    key_number(out, 2, "mass_total", fraction(c->seed, 5) * 1e-5);
    demo_put(out, ",\n  \"wyatt_time_ratio\": NaN\n}\n");
}

void demo_run_card(struct demo_text *out, const struct demo_case_info *c) {
    demo_put(out, "# Run card (simulated)\n\n");
    demo_putf(out, "* T: %s K\n* eps: %s\n* tau: %s\n* i0: %s\n", c->t, c->eps, c->tau, c->i0);
    demo_putf(out, "* outdir: `%s`\n* rows: %d\n", c->outdir, DEMO_BUDGET_ROWS);
}

void demo_budget_header(struct demo_text *out) {
    demo_put(out, "time,mass_initial,mass_remaining,mass_lost,mass_diff,error_percent,tolerance_percent\n");
}

void demo_budget_row(struct demo_text *out, const struct demo_case_info *c, int row) {
    const double lost = (row + fraction(c->seed, (uint64_t)row)) * 1e-9;
    const double values[] = {row * 0.986175,
                             3.75e-6,
                             3.75e-6 - lost,
                             lost,
                             lost * 0.0009765625,
                             0.25 * fraction(c->seed, 100 + (uint64_t)row),
                             0.5};
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        if (i > 0) demo_put(out, ",");
        put_number(out, values[i]);
    }
    demo_put(out, "\n");
}

/* ---- Parquet: format and Thrift compact protocol as in apache/parquet-format ---- */

enum { THRIFT_I32 = 5, THRIFT_I64 = 6, THRIFT_BINARY = 8, THRIFT_LIST = 9, THRIFT_STRUCT = 12 };
enum { PARQUET_DOUBLE = 5, PARQUET_PLAIN = 0, PARQUET_RLE = 3, PARQUET_REQUIRED = 0 };

static void put_byte(struct demo_text *t, unsigned v) { put_bytes(t, &(unsigned char){(unsigned char)v}, 1); }

static void varint(struct demo_text *t, uint64_t v) {
    while (v >= 0x80) {
        put_byte(t, (unsigned)(v & 0x7f) | 0x80);
        v >>= 7;
    }
    put_byte(t, (unsigned)v);
}

/* Numbers here are never negative, so zigzag is a doubling. */
static void zigzag(struct demo_text *t, uint64_t v) { varint(t, v * 2); }

/* A field's header: `delta` from the previous field's id, 1..15. */
static void field(struct demo_text *t, unsigned delta, unsigned type) { put_byte(t, delta << 4 | type); }

static void field_number(struct demo_text *t, unsigned delta, unsigned type, uint64_t v) {
    field(t, delta, type);
    zigzag(t, v);
}

static void field_list(struct demo_text *t, unsigned delta, unsigned n, unsigned type) {
    field(t, delta, THRIFT_LIST);
    put_byte(t, n << 4 | type); /* short form: fewer than 15 elements */
}

static void binary(struct demo_text *t, const char *s) {
    varint(t, strlen(s));
    demo_put(t, s);
}

static void end_struct(struct demo_text *t) { put_byte(t, 0); }

static void put_double(struct demo_text *t, double v) {
    uint64_t bits;
    memcpy(&bits, &v, sizeof bits);
    for (int i = 0; i < 8; i++) put_byte(t, (unsigned)(bits >> (8 * i)) & 0xff);
}

static const char *const columns[] = {"time", "mass_lost"};
enum { COLUMNS = sizeof columns / sizeof columns[0] };

static double cell_value(int column, uint64_t seed, int64_t row) {
    double time = (double)row * time_step;
    return column == 0 ? time : (time + fraction(seed, (uint64_t)row)) * 1e-9;
}

/* One data page of a column; returns its size with the header. */
static uint64_t data_page(struct demo_text *t, int column, uint64_t seed, int64_t from, int64_t rows) {
    size_t before = t->len;
    field_number(t, 1, THRIFT_I32, 0); /* PageHeader.type: DATA_PAGE */
    field_number(t, 1, THRIFT_I32, (uint64_t)rows * 8);
    field_number(t, 1, THRIFT_I32, (uint64_t)rows * 8);
    field(t, 2, THRIFT_STRUCT); /* DataPageHeader */
    field_number(t, 1, THRIFT_I32, (uint64_t)rows);
    field_number(t, 1, THRIFT_I32, PARQUET_PLAIN);
    field_number(t, 1, THRIFT_I32, PARQUET_RLE);
    field_number(t, 1, THRIFT_I32, PARQUET_RLE);
    end_struct(t);
    end_struct(t);
    for (int64_t r = from; r < from + rows; r++) put_double(t, cell_value(column, seed, r));
    return t->len - before;
}

/* ColumnMetaData.statistics. */
static void put_statistics(struct demo_text *t, int column, uint64_t seed, int64_t from, int64_t rows) {
    double low = cell_value(column, seed, from), high = low;
    for (int64_t r = from; r < from + rows; r++) {
        double v = cell_value(column, seed, r);
        if (v < low) low = v;
        if (v > high) high = v;
    }
    field(t, 3, THRIFT_STRUCT);
    field(t, 5, THRIFT_BINARY); /* max_value */
    varint(t, sizeof high);
    put_double(t, high);
    field(t, 1, THRIFT_BINARY); /* min_value */
    varint(t, sizeof low);
    put_double(t, low);
    end_struct(t);
}

void demo_parquet(struct demo_text *out, uint64_t seed, int64_t from, int64_t rows, size_t *footer) {
    uint64_t offset[COLUMNS], size[COLUMNS];
    demo_put(out, "PAR1");
    for (int i = 0; i < COLUMNS; i++) {
        offset[i] = out->len;
        size[i] = data_page(out, i, seed, from, rows);
    }
    size_t start = out->len;
    field_number(out, 1, THRIFT_I32, 1); /* FileMetaData.version */
    field_list(out, 1, COLUMNS + 1, THRIFT_STRUCT);
    field(out, 4, THRIFT_BINARY); /* SchemaElement of the root: name, num_children */
    binary(out, "schema");
    field_number(out, 1, THRIFT_I32, COLUMNS);
    end_struct(out);
    for (int i = 0; i < COLUMNS; i++) {
        field_number(out, 1, THRIFT_I32, PARQUET_DOUBLE);
        field_number(out, 2, THRIFT_I32, PARQUET_REQUIRED);
        field(out, 1, THRIFT_BINARY);
        binary(out, columns[i]);
        end_struct(out);
    }
    field_number(out, 1, THRIFT_I64, (uint64_t)rows); /* num_rows */
    field_list(out, 1, 1, THRIFT_STRUCT);             /* row_groups */
    field_list(out, 1, COLUMNS, THRIFT_STRUCT);
    for (int i = 0; i < COLUMNS; i++) {
        field_number(out, 2, THRIFT_I64, offset[i]); /* ColumnChunk.file_offset */
        field(out, 1, THRIFT_STRUCT);                /* ColumnMetaData */
        field_number(out, 1, THRIFT_I32, PARQUET_DOUBLE);
        field_list(out, 1, 1, THRIFT_I32);
        zigzag(out, PARQUET_PLAIN);
        field_list(out, 1, 1, THRIFT_BINARY);
        binary(out, columns[i]);
        field_number(out, 1, THRIFT_I32, 0); /* uncompressed */
        field_number(out, 1, THRIFT_I64, (uint64_t)rows);
        field_number(out, 1, THRIFT_I64, size[i]);
        field_number(out, 1, THRIFT_I64, size[i]);
        field_number(out, 2, THRIFT_I64, offset[i]); /* data_page_offset */
        put_statistics(out, i, seed, from, rows);
        end_struct(out);
        end_struct(out);
    }
    field_number(out, 1, THRIFT_I64, size[0] + size[1]); /* total_byte_size */
    field_number(out, 1, THRIFT_I64, (uint64_t)rows);
    end_struct(out);
    field(out, 2, THRIFT_BINARY);
    binary(out, "sweepwatch demo");
    end_struct(out);
    size_t length = out->len - start;
    for (int i = 0; i < 4; i++) put_byte(out, (unsigned)(length >> (8 * i)) & 0xff);
    demo_put(out, "PAR1");
    if (footer != NULL) *footer = start;
}

/* ---- the archive's manifest ---- */

void demo_manifest_begin(struct demo_text *out, const char *root, size_t file_count) {
    demo_put(out, "{\n");
    key_string(out, 2, "root", root);
    demo_putf(out, ",\n  \"file_count\": %zu,\n  \"files\": [\n", file_count);
}

void demo_manifest_file(struct demo_text *out, const char *path, uint64_t size, double mtime, bool last) {
    char text[64];
    snprintf(text, sizeof text, "%.7f", mtime);
    demo_put(out, "    {\n");
    key_string(out, 6, "path", path);
    demo_putf(out, ",\n      \"size\": %llu,\n      \"mtime\": ", (unsigned long long)size);
    put_formatted_number(out, text);
    demo_put(out, last ? "\n    }\n" : "\n    },\n");
}

void demo_manifest_end(struct demo_text *out) { demo_put(out, "  ]\n}\n"); }
