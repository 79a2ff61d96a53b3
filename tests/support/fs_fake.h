/* fs_fake: a file system in memory with a virtual clock, for tests and seeded simulations.
 *
 * The world calls (fs_fake_write ...) are what the sweep, the archiver and the weather do; the fs_ops from fs_fake_ops
 * is what the program under test sees. Both may be mixed freely and called from any thread (one recursive lock).
 *
 * Paths of world calls are absolute ("/batch/T1/summary.json"); missing parent directories are made. World calls return
 * 0 or a negative libuv code. Nodes are inodes: a renamed file keeps its identity, a removed one lives on in open
 * handles. The clock stands still until fs_fake_advance; every write sets the mtime from it, cut to the granularity
 * that holds for the directory. Out of memory: abort(). */
#ifndef TESTS_SUPPORT_FS_FAKE_H
#define TESTS_SUPPORT_FS_FAKE_H

#include "watch/fs_ops.h"

struct fs_fake;

struct fs_fake *fs_fake_new(void);    /* an empty "/"; the clock stands at 2023-11-14T22:13:20Z (1.7e9 s) */
void fs_fake_free(struct fs_fake *f); /* every handle must be closed before */
const struct fs_ops *fs_fake_ops(struct fs_fake *f); /* owned by f */

/* Clock. Milliseconds since fs_fake_new serve as the monotonic clock. */
int64_t fs_fake_now_ns(struct fs_fake *f);
int64_t fs_fake_now_ms(struct fs_fake *f);
void fs_fake_advance(struct fs_fake *f, int64_t ms);
void fs_fake_jump(struct fs_fake *f, int64_t ms); /* the wall clock, and with it the mtimes to come, but not _now_ms */
/* mtimes of `dir` and of what is made in it from now on are multiples of ns (1: exact; 2,000,000,000: FAT). */
int fs_fake_granularity(struct fs_fake *f, const char *dir, int64_t ns);

/* World. */
int fs_fake_mkdir(struct fs_fake *f, const char *path); /* 0 also when it is there */
int fs_fake_write(struct fs_fake *f, const char *path, const void *data,
                  size_t len); /* makes it or rewrites in place */
int fs_fake_write_text(struct fs_fake *f, const char *path, const char *text);
int fs_fake_append(struct fs_fake *f, const char *path, const void *data, size_t len);
int fs_fake_truncate(struct fs_fake *f, const char *path, size_t size);                 /* longer: filled with NULs */
int fs_fake_replace(struct fs_fake *f, const char *path, const void *data, size_t len); /* a new inode takes the name */
int fs_fake_copy(struct fs_fake *f, const char *from, const char *to);                  /* one file, with its mtime */
int fs_fake_rename(struct fs_fake *f, const char *from, const char *to);   /* file or directory, replaces */
int fs_fake_remove(struct fs_fake *f, const char *path);                   /* with all that is inside */
int fs_fake_special(struct fs_fake *f, const char *path);                  /* a FIFO, socket or device */
int fs_fake_link(struct fs_fake *f, const char *path, const char *target); /* symbolic; target absolute or relative */
int fs_fake_set_mtime(struct fs_fake *f, const char *path, int64_t mtime_ns); /* as given, no granularity */
int fs_fake_set_id(struct fs_fake *f, const char *path, uint64_t id);
void fs_fake_reuse_ids(struct fs_fake *f, bool on); /* a new node takes the id of the node removed last; off at first */
void fs_fake_hide_types(struct fs_fake *f, bool on); /* listings tell FS_TYPE_UNKNOWN for everything */

/* Somebody holds the file: holder as fs_ops.lock tells it, "" unknown, NULL: nobody. refuses: opening it then fails
 * with UV_EBUSY, as on Windows. */
int fs_fake_hold(struct fs_fake *f, const char *path, const char *holder, bool refuses);

/* Drives. Unmount: what was in the directory is out of reach (open handles get UV_EIO), and an empty directory with
 * another identity stands there. Vanish: the name itself is gone. Restore: all is back as it was, also the identities;
 * what was put in the empty directory meanwhile is gone. Nesting is not supported. Watches inside die without an event.
 */
int fs_fake_unmount(struct fs_fake *f, const char *dir);
int fs_fake_vanish(struct fs_fake *f, const char *dir);
int fs_fake_restore(struct fs_fake *f, const char *dir);

/* What the program under test asks for. */
enum fs_fake_op { FS_FAKE_DIR_OPEN, FS_FAKE_LIST, FS_FAKE_STAT, FS_FAKE_OPEN, FS_FAKE_READ, FS_FAKE_OPS };

/* Every operation in `ops` (bits 1 << enum fs_fake_op, -1: all) on `path`, or also below it when `tree`, fails with
 * `err`. A rule stays until fs_fake_heal. Newer rules count before older ones. A hang is UV_ETIMEDOUT here. */
void fs_fake_fail(struct fs_fake *f, const char *path, bool tree, int ops, int err);
void fs_fake_heal(struct fs_fake *f); /* drops all rules */
/* Listings tell at most so many names of directory dir, as a network drive in trouble may do. -1: all, as at first.
 * hides: the others cannot be opened either. */
void fs_fake_shorten(struct fs_fake *f, const char *dir, int most, bool hides);

/* The oracle: was content of a file read while it had this identity, size and time? Reads are noted from the first call
 * of fs_fake_note_reads(true) on, and not while it is off. */
void fs_fake_note_reads(struct fs_fake *f, bool on);
bool fs_fake_was_read(struct fs_fake *f, uint64_t id, int64_t size, int64_t mtime_ns);

/* Called before every operation with its absolute path, on the thread that asked; it may change the world. NULL: none.
 */
void fs_fake_hook(struct fs_fake *f, void (*before)(void *arg, enum fs_fake_op op, const char *path), void *arg);

struct fs_fake_counts {
    uint64_t op[FS_FAKE_OPS]; /* how many were asked for; stats through open handles count as FS_FAKE_STAT */
    uint64_t bytes_read;
    uint64_t closed_locks;  /* files asked for their lock without being open otherwise */
    uint64_t special_opens; /* a FIFO or device was opened: must stay 0 */
    int64_t open_handles;   /* now */
};
struct fs_fake_counts fs_fake_counts(struct fs_fake *f);
void fs_fake_reset_counts(struct fs_fake *f); /* all but open_handles */

/* Watches on directories, as inotify has them: a watch follows the directory, not its path; events tell the path
 * it was subscribed by. An event comes for every change of an entry or of a file in the directory; when the
 * directory itself is renamed or removed one more comes, and after removal the watch is dead (still to be
 * unwatched). */
int fs_fake_watch(struct fs_fake *f, const char *dir); /* a number >= 0, or a negative libuv code */
void fs_fake_unwatch(struct fs_fake *f, int watch);
bool fs_fake_watch_alive(struct fs_fake *f, int watch);
void fs_fake_watch_limit(struct fs_fake *f, int most); /* more live watches: UV_ENOSPC; at first no limit */
/* dir: the path the watch was subscribed by. Called with the lock held: it should only take notes. */
void fs_fake_on_change(struct fs_fake *f, void (*changed)(void *arg, const char *dir), void *arg);
void fs_fake_lose_events(struct fs_fake *f, bool on); /* while on, events are dropped without a sign */

#endif
