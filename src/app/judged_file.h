/* judged_file: where what was judged is kept between two passes: one file a batch in the person's cache directory
 * (path_cache_dir). It is never needed: one that is not there, broken, or of another version is as none, and one that
 * cannot be written is not. Two runs at once each put a whole file in its place. Blocking. */
#ifndef SW_APP_JUDGED_FILE_H
#define SW_APP_JUDGED_FILE_H

#include "app/session.h"
#include "watch/judged.h"

enum {
    JUDGED_FILES = 16,          /* of the batches written last; those of others are removed */
    JUDGED_FILES_MB = 512,      /* and together not more than this */
    JUDGED_FORGOTTEN_HOURS = 24 /* what a run that was killed left half-written is removed after this time */
};

/* NULL: --no-cache, or there is no such directory. */
struct judged *judged_file_read(const struct session *s);
/* Writes it again when it has changed. */
void judged_file_write(const struct session *s, struct judged *j);
/* Is the root on a file system for which scan_set_judged is? */
bool judged_file_is_for(const char *root);

#endif
