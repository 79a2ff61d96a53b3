/* exit_record: how the command of a case ran or runs, as `sweepwatch exec` records it: BATCH/checks/exit/TITLE.json
 * (docs/FORMATS.md). Reading only; what is not such a record is not told. Blocking; one thread a reader. */
#ifndef SW_WATCH_EXIT_RECORD_H
#define SW_WATCH_EXIT_RECORD_H

#include "model/fact.h"
#include "watch/fs_ops.h"
#include "watch/inspect.h"

#define EXIT_RECORD_DIR "checks/exit" /* in the batch directory */

enum {
    EXIT_RECORD_MAX_BYTES = 256 * 1024,
    EXIT_RECORD_TITLE_MAX = 200, /* bytes of a title that can be a file's name everywhere, with ".json" */
    EXIT_RECORD_EVERY_MS = 2000,
    EXIT_RECORD_CALM_MS = 10000 /* while changes are heard of, and no recorded command runs here */
};

struct exit_record {
    struct fact_exit exit; /* its host is the one below */
    /* As process_start_time says them on that host; 0 unknown. The recorder is the sweepwatch exec that waits. */
    uint64_t pid_start, recorder_start;
    int64_t recorder;
    char host[256];
};

/* Can the title be the name of a record on every system? NULL, or why not. */
const char *exit_record_title_trouble(const char *title);

/* Reads a record's text; false when it is none. b: memory to work with. */
bool exit_record_parse(const char *text, size_t len, struct inspect_buffer *b, struct exit_record *out);

/* The same of a file; 0, UV_EINVAL when it is no record, or another negative libuv error. */
int exit_record_read(const struct fs_ops *fs, const char *path, struct inspect_buffer *b, struct exit_record *out);

/* Looks at the records again and again and tells EXIT facts of those that are new, changed or gone, and of processes of
 * this machine that ended without recording it. */
struct exit_reader;
struct exit_reader *exit_reader_new(const struct fs_ops *fs, const char *batch);
void exit_reader_free(struct exit_reader *r);                                     /* NULL is fine */
void exit_reader_step(struct exit_reader *r, int64_t now, struct fact_sink sink); /* now: monotonic ms */
int64_t exit_reader_due(const struct exit_reader *r);                             /* monotonic ms */
/* Is somebody told of changes in EXIT_RECORD_DIR? Then exit_reader_changed is called after each. */
void exit_reader_heard(struct exit_reader *r, bool heard);
void exit_reader_changed(struct exit_reader *r, int64_t now);

#endif
