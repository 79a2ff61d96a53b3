#include "platform/watch_limits.h"

#include <stdint.h>

size_t watch_limit(void) { return SIZE_MAX; }
size_t watch_queue_limit(void) { return SIZE_MAX; }
