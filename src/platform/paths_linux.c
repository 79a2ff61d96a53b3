#include "platform/paths.h"

char *path_cache_base(void) { return path_under_home("XDG_CACHE_HOME", ".cache"); }
bool path_names_fold_case(void) { return false; }
