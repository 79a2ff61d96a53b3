/* inspect: is the content of this file whole, and what does it say?
 *
 * Reads through fs_ops; decides nothing about time: a file that is not whole is PARTIAL, whether it is growing or
 * truncated is the model's to say. Bounded in memory and time for any input. A file whose identity, size or time
 * changes while it is read is read again at most INSPECT_TRIES times, then CHANGING. Thread safe; one struct
 * inspect_buffer per thread holds the reusable memory (out of it: abort()).
 *
 * JSON: RFC 8259 and NaN, Infinity, -Infinity, a byte order mark; UTF-8, else code page 932, else any bytes in strings.
 * Values are delivered for whole documents only; null, objects and arrays are none (USE_VIOLATION: "{…}", "[…]"). Of
 * equal keys the last counts. Bytes and lines in notes count from 1. Notes and values are not cleaned. */
#ifndef SW_WATCH_INSPECT_H
#define SW_WATCH_INSPECT_H

#include "model/fact.h"
#include "model/profile.h"
#include "watch/fs_ops.h"
#include "watch/parquet_footer.h"

enum {
    INSPECT_TRIES = 3,
    INSPECT_JSON_MAX = 64 * 1024 * 1024,   /* bytes; a larger document is UNREADABLE ("too large to judge") */
    INSPECT_JSON_DEPTH = 100000,           /* levels; deeper is UNREADABLE */
    INSPECT_FOOTER_MAX = 64 * 1024 * 1024, /* bytes of a Parquet footer; a longer one is not read */
    INSPECT_MARKER_MAX = 4096,             /* bytes of a marker's text that are kept */
    INSPECT_VALUE_MAX = 1024 /* bytes of one value; a longer one is cut where it is only shown, else not told */
};

/* Parquet: whole as the README says it, by both ends and a footer that fits the file: one that is longer than the file,
 * or speaks of data that is not in it, does not. What the footer says besides (parquet_footer.h) is kept for
 * inspect_footer. A footer that cannot be understood or is encrypted leaves the file whole, with a note, and what it
 * says unknown. */
struct inspect_buffer;
struct inspect_buffer *inspect_buffer_new(void);
void inspect_buffer_free(struct inspect_buffer *b);

/* Judges the file `path` in directory `dir` as artifact `index` of profile p. Fills *out completely, except via, name
 * and chunks, which it leaves zero. Strings and values of *out live in *b until the next call with it.
 * known_regular: a listing or stat of this pass said it is a regular file.
 * cheap != NULL and equal to what the file's (id, size, mtime) hash to: content is not read, returns false and fills
 * only size, mtime_ns and id ("as last time"). Returns true when *out is a judgement. Never fails: errors are
 * CONTENT_ABSENT (only fs_means_absent), NOT_A_FILE or UNREADABLE with a note; *err (may be NULL) tells the libuv code
 * so that the caller can see an unreachable root. */
bool inspect_file(const struct fs_ops *fs, struct fs_dir *dir, const char *path, const struct profile *p, int index,
                  bool known_regular, const uint64_t *cheap, struct inspect_buffer *b, struct fact_file *out, int *err);

/* The footer of the file that inspect_file judged last; unknown when that was no Parquet file, or not whole. */
struct parquet_footer inspect_footer(const struct inspect_buffer *b);

/* Its state, the same before and after its content was read; only when inspect_file found it whole. */
struct fs_stat inspect_stat(const struct inspect_buffer *b);

/* What this look at the directory has seen already, so that a manifest need not ask for it again: find tells the state
 * of the file that the manifest calls path, or false. Copied; its ctx must outlive b. */
struct inspect_seen {
    bool (*find)(void *ctx, const char *path, struct fs_stat *out);
    void *ctx;
};
void inspect_set_seen(struct inspect_buffer *b, struct inspect_seen seen);

/* After inspect_file has found a manifest whole: does it list this path (names separated by '/', letter case aside)? */
bool inspect_lists(const struct inspect_buffer *b, const char *path);
/* Which of the listed paths it is, below inspect_listed; SIZE_MAX: none. */
size_t inspect_listed_as(const struct inspect_buffer *b, const char *path);
size_t inspect_listed(const struct inspect_buffer *b);

/* The hash `cheap` is compared with. */
uint64_t inspect_version(uint64_t id, int64_t size, int64_t mtime_ns);

/* The same for text already in memory; what the tests and the fuzzers drive. Of *out only content, note, hash, values
 * and n_values are set. */
enum content inspect_json_text(const char *text, size_t len, const struct profile *p, int index,
                               struct inspect_buffer *b, struct fact_file *out);
enum content inspect_csv_text(const char *text, size_t len);
/* head: the first min(size, 4) bytes; tail: the last min(size, 8) bytes. */
enum content inspect_parquet_ends(const unsigned char *head, const unsigned char *tail, int64_t size, const char **why);

#endif
