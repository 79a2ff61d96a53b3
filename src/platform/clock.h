/* clock: the local time zone, for display only. Thread safe. */
#ifndef SW_PLATFORM_CLOCK_H
#define SW_PLATFORM_CLOCK_H

#include <stdint.h>

/* What to add to UTC to get local time at that moment; ms. 0 when the system does not know. */
int64_t clock_utc_offset_ms(int64_t wall_ms);

#endif
