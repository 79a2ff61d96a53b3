/* fs_recorder: an fs_ops around another one that tells which operation is in hand, and since when.
 *
 * Thread safe: the operations run on the worker's thread and its readers'; fs_recorder_now may be asked from any other,
 * and answers at once however long an operation hangs in the kernel. */
#ifndef SW_WATCH_FS_RECORDER_H
#define SW_WATCH_FS_RECORDER_H

#include "watch/fs_ops.h"

enum { FS_OPERATION_PATH = 512, FS_OPERATIONS_MOST = 33 /* at once: of a worker and all its readers */ };

/* What is in hand, the oldest where there are several. path: relative to the root where an open directory led there,
 * else as it was given; its end when it is too long. */
struct fs_operation {
    const char *word; /* "open", "list", "stat", "read", "close", "lock", "statfs", "watch"; NULL: none in hand */
    int64_t since;    /* monotonic ms */
    char path[FS_OPERATION_PATH];
};

/* The constant for a word that was read; one that is not known: "operation". */
const char *fs_operation_word(const char *text);

struct fs_recorder;
struct fs_recorder *fs_recorder_new(const struct fs_ops *inner, int64_t (*clock)(void *ctx), void *ctx);
void fs_recorder_free(struct fs_recorder *r); /* everything opened through it must be closed */
const struct fs_ops *fs_recorder_ops(struct fs_recorder *r);

/* Around a call that is not one of fs_ops: begin, the call, end with what begin returned. word: a string constant. */
int fs_recorder_begin(struct fs_recorder *r, const char *word, const char *path);
void fs_recorder_end(struct fs_recorder *r, int lane);

void fs_recorder_now(struct fs_recorder *r, struct fs_operation *out);

#endif
