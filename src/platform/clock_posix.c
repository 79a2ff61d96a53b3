#include "platform/clock.h"

#include <time.h>

int64_t clock_utc_offset_ms(int64_t wall_ms) {
    time_t t = (time_t)(wall_ms / 1000);
    struct tm local;
    return localtime_r(&t, &local) ? (int64_t)local.tm_gmtoff * 1000 : 0;
}
