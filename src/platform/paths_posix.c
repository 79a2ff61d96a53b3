#include "platform/paths.h"

char path_separator(void) { return '/'; }
