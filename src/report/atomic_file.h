/* atomic_file: a file is replaced whole or not at all.
 * Written beside the target under a name of its own, flushed to the disk, renamed over it, the directory flushed.
 * Links are followed. What is not a regular file is never replaced: UV_EISDIR, UV_EINVAL.
 * Where a program that has the target open keeps it from being replaced (Windows), it is tried for about 3 s.
 * Blocking; any thread. On failure the previous file is as it was and the temporary one is gone. Negative libuv errors.
 */
#ifndef SW_REPORT_ATOMIC_FILE_H
#define SW_REPORT_ATOMIC_FILE_H

#include <stddef.h>

int atomic_file_write(const char *path, const void *bytes, size_t len);

/* The same in pieces. Errors are kept: after the first one, appending does nothing and commit returns it. commit frees
 * f. */
struct atomic_file;
struct atomic_file *atomic_file_begin(const char *path);
void atomic_file_append(struct atomic_file *f, const void *bytes, size_t len);
void atomic_file_fail(struct atomic_file *f, int err); /* what should be appended cannot be had */
int atomic_file_commit(struct atomic_file *f);
/* The same, but what was written and cannot take the target's place stays beside it, named after it and the time (UTC):
 * *beside is that path, for the caller to free; else NULL. The error is returned in either case. */
int atomic_file_commit_or_beside(struct atomic_file *f, char **beside);

/* The commit then keeps what it replaces as "<path>.1", in place of an older one; whole or not at all, like the rest.
 * That it could not be kept is no error. */
void atomic_file_keep_previous(struct atomic_file *f);

/* Makes the directory a file is to stand in, one level: checks/ of an existing batch. 0 when it is there. */
int atomic_file_make_parents(const char *path);

#endif
