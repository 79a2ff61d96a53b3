/* paths: what differs between systems about names of files. Thread safe. */
#ifndef SW_PLATFORM_PATHS_H
#define SW_PLATFORM_PATHS_H

#include <stdbool.h>

char path_separator(void);       /* in what is shown and reported: '/' or '\\' */
void path_to_show(char *path);   /* every '/' becomes path_separator(), in place */
bool path_names_fold_case(void); /* names that differ only in letter case are usually one file here */

/* Without resolving links, "." and ".." removed; the file need not exist. malloc'ed, NULL when out of memory. */
char *path_absolute(const char *path);
/* With links resolved; NULL when it does not exist. malloc'ed. Blocking. */
char *path_real(const char *path);

/* The person's own directory for what this program leaves behind, made when it is not there: $XDG_STATE_HOME/sweepwatch
 * or ~/.local/state/sweepwatch (XDG Base Directory Specification), %LOCALAPPDATA%\sweepwatch on Windows, else under
 * the directory of temporary files. malloc'ed, NULL: none can be made. Blocking. */
char *path_state_dir(void);
/* Of paths_<system>.c: where the above stands, without "/sweepwatch". malloc'ed; NULL: the environment says nothing. */
char *path_state_base(void);

/* The same for what can be made again at any time: $XDG_CACHE_HOME/sweepwatch or ~/.cache/sweepwatch,
 * ~/Library/Caches/sweepwatch for the latter on macOS, %LOCALAPPDATA%\sweepwatch on Windows; NULL where the environment
 * names none. */
char *path_cache_dir(void);
char *path_cache_base(void); /* as path_state_base */
/* POSIX: what the variable names, when it is absolute, else that directory of the home directory. malloc'ed, or NULL.
 */
char *path_under_home(const char *variable, const char *below);

/* What to hand to system calls for a path: itself, but on Windows absolute and with the prefix that lifts the
 * 260-character limit, \\?\C:\dir or \\?\UNC\server\share\dir. malloc'ed, NULL when out of memory. */
char *path_for_system(const char *path);
/* The same path as it was before path_for_system, for messages; within the given memory, which may be changed. */
char *path_for_people(char *system_path);

#endif
