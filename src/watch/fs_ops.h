/* fs_ops: the only door to the file system for scans. fs_real is the machine's; tests bring a fake one.
 *
 * Blocking calls: never on the UI thread. An fs_ops may be used by several threads. Of a directory they may open and
 * stat what is below it at once; the rest of its calls, and those of a file, are for one thread at a time. Errors:
 * negative libuv codes (UV_ENOENT ...), 0 or more is success. Nothing here writes, creates or locks, and nothing blocks
 * on a FIFO or a device: only regular files are read. Names are one component or a relative path with '/'; bytes as the
 * system gives them (UTF-8 on Windows). */
#ifndef SW_WATCH_FS_OPS_H
#define SW_WATCH_FS_OPS_H

#include "platform/mounts.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum fs_type { FS_TYPE_UNKNOWN, FS_TYPE_FILE, FS_TYPE_DIR, FS_TYPE_OTHER }; /* links are followed, except by list */

struct fs_stat {
    enum fs_type type;
    int64_t size;     /* bytes */
    int64_t mtime_ns; /* since 1970-01-01 UTC */
    int64_t ctime_ns; /* when its inode was changed last: no program can set it; 0: the file system has none, or does
                       * not tell it without opening the file (Windows) */
    uint64_t id; /* inode or file index mixed with the device, or what else tells one file from the next of its name;
                  * 0: the file system has none. Of one who asks with a parent and one who asks without, the ids are
                  * not to be compared. */
    uint64_t device; /* files of one device have one number, as long as it is mounted; with ctime_ns only */
};

/* What is known of a file when it is asked who holds it. */
enum fs_lock_look {
    FS_LOCK_READ,   /* it was read well, or only stat was asked: what costs nothing */
    FS_LOCK_OPEN,   /* it is open and not whole */
    FS_LOCK_CLOSED, /* it is not open: worth opening once, where that is the only way */
    FS_LOCK_REFUSED /* opening or reading it failed with UV_EBUSY: it is held, but by whom? */
};

enum { FS_HOLDER_BYTES = 128 };

struct fs_dir;  /* an open directory */
struct fs_file; /* a regular file open for reading, sharing everything */

struct fs_ops {
    void *ctx;
    /* Opens a directory. parent NULL: path stands alone, else it is relative to parent. UV_ENOTDIR when it is none. */
    int (*dir_open)(void *ctx, struct fs_dir *parent, const char *path, struct fs_dir **out);
    void (*dir_close)(void *ctx, struct fs_dir *d);
    /* Names in a directory, without "." and "..", in any order; type is FS_TYPE_UNKNOWN for links and where the file
     * system does not tell. visit returns false to stop. Returns 0 or an error (also one that came half way). */
    int (*dir_list)(void *ctx, struct fs_dir *d, bool (*visit)(void *arg, const char *name, enum fs_type type),
                    void *arg);
    /* Follows links. parent as above. */
    int (*stat)(void *ctx, struct fs_dir *parent, const char *path, struct fs_stat *out);
    int (*dir_stat)(void *ctx, struct fs_dir *d, struct fs_stat *out);
    /* Opens a regular file (UV_EINVAL for anything else, without waiting) and tells its state. known_regular: a listing
     * or stat of this pass said FS_TYPE_FILE, so it need not be looked at before it is opened. */
    int (*file_open)(void *ctx, struct fs_dir *parent, const char *path, bool known_regular, struct fs_file **out,
                     struct fs_stat *st);
    /* Reads len bytes at offset, fewer only at the end of the file; returns how many (0: past the end) or an error. */
    int64_t (*file_read)(void *ctx, struct fs_file *f, int64_t offset, void *buf, size_t len);
    int (*file_stat)(void *ctx, struct fs_file *f, struct fs_stat *out);
    void (*file_close)(void *ctx, struct fs_file *f);
    /* Does somebody hold the file exclusively? f: open, or NULL; st: of the file, may be NULL for FS_LOCK_REFUSED.
     * holder becomes "name (pid)", as the system gives the name, or "" when it cannot be seen. NULL: nothing can be
     * seen on this file system. */
    bool (*lock)(void *ctx, struct fs_dir *dir, const char *path, struct fs_file *f, const struct fs_stat *st,
                 enum fs_lock_look look, char holder[FS_HOLDER_BYTES]);
    /* Was the file (st: as told just now) written a moment ago, so that opening it could be in the way of who writes?
     * It is then looked at again soon. NULL: opening is in nobody's way. */
    bool (*hot)(void *ctx, const struct fs_stat *st);
    /* The mount that the directory at path is on, as mounts_look. NULL: this file system has none. */
    int (*mount)(void *ctx, const char *path, struct mount_facts *out);
};

/* The machine's file system. Thread safe. */
const struct fs_ops *fs_real(void);
/* The same for who looks again and again while others write: `hot` is told where opening can be in the way. */
const struct fs_ops *fs_real_live(void);

/* True when err can only mean "no such entry" on a reachable root (UV_ENOENT, UV_ENOTDIR, UV_ELOOP). */
bool fs_means_absent(int err);
/* True when err means the root itself cannot be reached (EIO, ENODEV, ESTALE, ENOTCONN, ...). */
bool fs_means_unreachable(int err);

#endif
