#include "platform/paths.h"

bool path_names_fold_case(void) { return false; }
