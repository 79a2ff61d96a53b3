/* inspect_private: what the inspect_*.c files share. Nobody else includes it. */
#ifndef SW_WATCH_INSPECT_PRIVATE_H
#define SW_WATCH_INSPECT_PRIVATE_H

#include "watch/inspect.h"

enum {
    INSPECT_FORMS = PROFILE_MAX_VALUES * PROFILE_MAX_FORMS,
    INSPECT_CSV_STEP = 64 * 1024,
    INSPECT_CSV_MAX = 8 * 1024 * 1024,  /* a CSV without a row in its first bytes is not read any further */
    INSPECT_MANIFEST_FILES = 100 * 1000 /* more entries are UNREADABLE: each costs a stat */
};

struct inspect_buffer {
    char *data; /* content of the file in hand */
    size_t cap;
    uint64_t stack[INSPECT_JSON_DEPTH / 64 + 1]; /* one bit a level: 1 object, 0 array */
    struct fact_value values[INSPECT_FORMS];
    char text[INSPECT_FORMS][INSPECT_VALUE_MAX + 1]; /* one slot a form, so a repeated key costs nothing more */
    char note[INSPECT_MARKER_MAX + 1];
    uint64_t *listed; /* hashes of the paths that the manifest in hand lists, sorted */
    size_t n_listed, cap_listed;
    char holder[FS_HOLDER_BYTES];
    struct parquet_footer footer; /* of the file judged last */
    struct fs_stat stat;          /* of the same */
    struct inspect_seen seen;     /* .find NULL: nothing */
};

/* Room for size bytes in b->data; what was there is lost. Out of memory: abort(). */
char *inspect_reserve(struct inspect_buffer *b, size_t size);
/* printf into b->note, cut when too long; returns it. */
const char *inspect_note(struct inspect_buffer *b, const char *format, ...)
#ifdef __GNUC__
    __attribute__((format(printf, 2, 3)))
#endif
    ;

/* Is it UTF-8? A character that the end of the text cuts in two does not count against it; *whole is the length without
 * that one. */
bool inspect_is_utf8(const char *text, size_t len, size_t *whole);

/* JSON (RFC 8259, plus NaN, Infinity, -Infinity and a byte order mark), scanned without recursion and without a tree.
 */

enum json_kind { JSON_OBJECT, JSON_ARRAY, JSON_STRING, JSON_NUMBER, JSON_TRUE, JSON_FALSE, JSON_NULL };

/* A piece of a string literal as it stands in the document, without its quotes. */
struct json_text {
    const char *at; /* NULL: none */
    size_t len;
    bool escaped; /* has a backslash escape */
    bool cp932;   /* a lead byte takes the next one with it, also when that is a backslash */
};

struct json_item {
    enum json_kind kind;
    struct json_text key;  /* at NULL in an array */
    struct json_text text; /* STRING NUMBER; NaN and Infinity are NUMBER */
};

/* Hears of the members of the top level, and of those inside every object or array for which item returned true. */
struct json_visitor {
    bool (*item)(void *ctx, const struct json_item *item); /* containers: at their beginning */
    void (*leave)(void *ctx);                              /* the innermost one entered (at last the top level) ended */
    void *ctx;
};

/* Whole: one object and nothing but blanks around it. Else PARTIAL or UNREADABLE (too deep), with b->note saying where;
 * the visitor may have heard of a part then, and may hear of the document twice, the second time from the start, when
 * its bytes are not UTF-8: restart is called (may be NULL) before each time. */
enum content json_scan(const char *text, size_t len, struct inspect_buffer *b, const struct json_visitor *v,
                       void (*restart)(void *ctx));

/* Decodes a string literal to out (cap bytes with the NUL), cut between characters; U+0000 and lone surrogates become
 * U+FFFD. Returns whether all of it fitted. */
bool json_decode(const struct json_text *t, char *out, size_t cap);
bool json_text_is(const struct json_text *t, const char *word);

/* CSV, fed piece by piece. */
struct csv_state {
    bool in_rows, header_text, row_text;
    size_t bom; /* bytes of a byte order mark seen so far */
    bool begun;
};
/* Returns true when nothing further needs to be read: a row was seen, or the header is blank. */
bool csv_feed(struct csv_state *c, const char *text, size_t len);
/* Why it is not whole, NULL: it is. last: the file's last byte. */
const char *csv_trouble(const struct csv_state *c, bool empty, char last);

/* Bytes of the footer, from the last 8 bytes of a Parquet file. */
int64_t inspect_parquet_footer_len(const unsigned char *tail);

/* Compares the files that the manifest in b->data[0..len), which is whole, lists with those in dir, and keeps their
 * paths for inspect_lists. Sets differs and note of *out; content becomes UNREADABLE when it cannot be compared.
 * Returns 0, or the error of an unreachable root.
 */
int manifest_compare(const struct fs_ops *fs, struct fs_dir *dir, size_t len, struct inspect_buffer *b,
                     struct fact_file *out);

#endif
