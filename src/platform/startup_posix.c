#include "platform/startup.h"

#include <locale.h>
#include <signal.h>

static void (*pipe_before)(int) = SIG_DFL;

char **startup(int *argc, char **argv) {
    (void)argc;
    setlocale(LC_CTYPE, "");
    pipe_before = signal(SIGPIPE, SIG_IGN);
    return argv;
}

void startup_undo(void) {
    if (pipe_before != SIG_ERR) signal(SIGPIPE, pipe_before);
}
