#include "platform/crash.h"

#include <stddef.h>
#include <windows.h>

static void (*restore_terminal)(void);

static LONG WINAPI on_crash(EXCEPTION_POINTERS *info) {
    (void)info;
    if (restore_terminal) restore_terminal();
    return EXCEPTION_CONTINUE_SEARCH;
}

void crash_guard(void (*restore)(void)) {
    restore_terminal = restore;
    SetUnhandledExceptionFilter(restore ? on_crash : NULL);
}

void crash_stop_self(void) {}
