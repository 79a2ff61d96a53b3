/* tree_windows: directories that tests on Windows have made. */
#ifndef SW_TESTS_SUPPORT_TREE_WINDOWS_H
#define SW_TESTS_SUPPORT_TREE_WINDOWS_H

#include <wchar.h>

/* Removes the directory and all that is in it, as far as that can be removed. */
void remove_tree(const wchar_t *path);

#endif
