/* watch_limits: how many directories may be watched, and how many events the system queues before it drops them.
 * Blocking reads of /proc on Linux; thread safe. */
#ifndef SW_PLATFORM_WATCH_LIMITS_H
#define SW_PLATFORM_WATCH_LIMITS_H

#include <stddef.h>

size_t watch_limit(void);       /* directories a user may watch; SIZE_MAX: no limit known */
size_t watch_queue_limit(void); /* events the queue holds; SIZE_MAX: overflow is told otherwise */

#endif
