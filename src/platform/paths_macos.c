#include "platform/paths.h"

char *path_cache_base(void) { return path_under_home("XDG_CACHE_HOME", "Library/Caches"); }
bool path_names_fold_case(void) { return true; }
