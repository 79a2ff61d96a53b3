/* process: is it alive, and is it still the same one? Thread safe. */
#ifndef SW_PLATFORM_PROCESS_H
#define SW_PLATFORM_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* When the process was started, in units of the system; pids are used again, a pid with this time is not. 0: unknown or
 * gone. */
uint64_t process_start_time(int64_t pid);

/* start: what process_start_time said when watching began, 0 not to compare. A zombie is dead; one of another user is
 * alive. */
bool process_alive(int64_t pid, uint64_t start);

/* Its short name (UTF-8 or the bytes the system has, not cleaned), cut to cap bytes with the NUL; false: not known. */
bool process_name(int64_t pid, char *out, size_t cap);

/* The process that started this one; its number may be another's by now. */
int64_t process_parent(void);

#endif
