/* lock: does somebody hold a file exclusively, and who? Thread safe; blocking, never on the UI thread.
 *
 * Only looks: takes no lock or lease and opens nothing that is watched. What cannot be seen (a lock of another machine,
 * of another user's process) is told as not held or as an unknown holder; "not held" never means "finished". */
#ifndef SW_PLATFORM_LOCK_H
#define SW_PLATFORM_LOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { LOCK_HOLDER_BYTES = 128 };

/* Who: "name (pid)", as the system gives the name, not cleaned; "": unknown. */
struct lock_holder {
    char text[LOCK_HOLDER_BYTES];
};

/* Linux: flock, fcntl and open-file-description locks for writing, from /proc/locks, which is read at most once a
 * second for all files together; fd (-1: not open) is asked besides, which also tells locks kept by a file server.
 * macOS: fd only. Windows: never, there an open that succeeds is the proof. id: file_id of the file. */
bool lock_held(int fd, uint64_t id, struct lock_holder *out);

/* Processes that keep the file open in a way that matters: Linux for writing (own processes only, unless root), macOS
 * at all, Windows what the Restart Manager knows. Takes milliseconds. Returns how many were put in out, 0: none that
 * can be seen. path: UTF-8, absolute or relative to the working directory. */
size_t lock_users(const char *path, struct lock_holder out[], size_t max);

#endif
