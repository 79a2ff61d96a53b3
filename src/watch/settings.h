/* settings: reads what a batch says of itself besides its cases (the kept sweep list, the settings file, the records of
 * how commands ended) and tells it as facts when it changes.
 * Blocking; runs on the batch root's worker (and in `check` before the scan). What cannot be read is tried
 * again; of the list it is told why. */
#ifndef SW_WATCH_SETTINGS_H
#define SW_WATCH_SETTINGS_H

#include "model/fact.h"
#include "model/profile.h"
#include "model/sweep_list.h"
#include "watch/fs_ops.h"

/* How often it is looked at; the second: while changes are heard of. */
enum { SETTINGS_EVERY_MS = 2000, SETTINGS_CALM_MS = 10000, SETTINGS_MAX_BYTES = 1024 * 1024 };

struct settings_reader;
struct settings_reader *settings_reader_new(const struct fs_ops *fs, const struct profile *p, const char *batch);
void settings_reader_free(struct settings_reader *r); /* NULL is fine */

/* GNU parallel's job log, read with the rest from now on; copied. NULL: none. */
void settings_reader_joblog(struct settings_reader *r, const char *path);

/* Tells SETTING facts, a LIST fact (also of one that cannot be read), then EXIT facts, of what changed since the last
 * step. now: monotonic ms. */
void settings_reader_step(struct settings_reader *r, int64_t now, struct fact_sink sink);
int64_t settings_reader_due(const struct settings_reader *r); /* monotonic ms */

/* Is somebody told of changes in the batch directory, in SETTINGS_DIR and in EXIT_RECORD_DIR? Then
 * settings_reader_changed is called after each that may be of what is read here. */
#define SETTINGS_DIR "checks"
void settings_reader_heard(struct settings_reader *r, bool heard);
void settings_reader_changed(struct settings_reader *r, int64_t now);
/* Is this name in the batch directory of what is read here? */
bool settings_reader_reads(const struct settings_reader *r, const char *name);

/* Why a sweep list that is there cannot be read: err, a negative libuv error, in words. */
const char *settings_list_problem(int err);

/* A whole file; as below. */
int settings_read_bytes(const struct fs_ops *fs, const char *path, size_t max, char **bytes, size_t *len,
                        struct fs_stat *st);

/* A whole text file as UTF-8, NUL-terminated, to be freed; *len without the NUL. Negative libuv error (UV_EFBIG over
 * max). */
int settings_read_text(const struct fs_ops *fs, const char *path, size_t max, char **text, size_t *len,
                       struct fs_stat *st);

#endif
