/* one_pass: everything read once into a session's table; what `check` and `show` do before they speak. Blocking. */
#ifndef SW_APP_ONE_PASS_H
#define SW_APP_ONE_PASS_H

#include "app/session.h"

/* Opens the session, finds the list, reads the batch and its archive, judges. Returns 0 or an exit code, after saying
 * why. *archive_unread: an archive is in play and could not be read (exit 5 after the report). */
int one_pass(struct session *s, const struct options *o, bool *archive_unread);

#endif
