/* closeup_read: looks at one case more closely, for a person who asks about it. */
#ifndef SW_WATCH_CLOSEUP_READ_H
#define SW_WATCH_CLOSEUP_READ_H

#include "model/closeup.h"
#include "model/table.h"
#include "watch/fs_ops.h"

enum { CLOSEUP_FILES = 6 }; /* asked about: each question costs a look at every process of the machine */

/* What to look at: a copy of what the table knows, so that another thread can go and look. */
struct closeup_order {
    char *dir[ROOT_COUNT]; /* the case's directories; NULL: none, or its root does not answer now */
    int n_files;
    struct closeup_file {
        uint8_t root, artifact;
        char *path;
    } file[CLOSEUP_FILES]; /* held by somebody unknown, or of a case that is running or silent */
};

/* On the table's thread. The order is the caller's, closeup_order_free. */
void closeup_order_make(const struct table *t, const struct row *r, struct closeup_order *out);
void closeup_order_free(struct closeup_order *o);

/* The log is the one here, else the one in the archive. Blocking, and as long as a drive that hangs: never on the UI
 * thread. Fills *out in every case. */
void closeup_read(const struct fs_ops *fs, const struct closeup_order *o, struct closeup *out);

#endif
