#include "platform/paths.h"

char path_separator(void) { return '\\'; }
bool path_names_fold_case(void) { return true; }
