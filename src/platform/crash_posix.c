#include "platform/crash.h"

#include <signal.h>
#include <stddef.h>

static const int deadly[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT};
static void (*restore_terminal)(void);

static void on_crash(int signum) {
    if (restore_terminal) restore_terminal();
    raise(signum); /* SA_RESETHAND: the default action now */
}

void crash_guard(void (*restore)(void)) {
    struct sigaction action = {.sa_handler = restore ? on_crash : SIG_DFL};
    action.sa_flags = (int)(SA_RESETHAND | SA_NODEFER);
    sigemptyset(&action.sa_mask);
    restore_terminal = restore;
    for (size_t i = 0; i < sizeof deadly / sizeof *deadly; i++) sigaction(deadly[i], &action, NULL);
}

void crash_stop_self(void) { raise(SIGSTOP); }
