#include "support/tree_windows.h"

#include <windows.h>

void remove_tree(const wchar_t *path) {
    wchar_t below[MAX_PATH];
    WIN32_FIND_DATAW found;
    _snwprintf(below, MAX_PATH, L"%ls\\*", path);
    HANDLE search = FindFirstFileW(below, &found);
    for (BOOL more = search != INVALID_HANDLE_VALUE; more; more = FindNextFileW(search, &found)) {
        if (wcscmp(found.cFileName, L".") == 0 || wcscmp(found.cFileName, L"..") == 0) continue;
        _snwprintf(below, MAX_PATH, L"%ls\\%ls", path, found.cFileName);
        if (found.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY)
            remove_tree(below);
        else
            DeleteFileW(below);
    }
    FindClose(search);
    RemoveDirectoryW(path);
}
