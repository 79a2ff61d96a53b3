#include "platform/startup.h"

#include <locale.h>
#include <signal.h>

char **startup(int *argc, char **argv) {
    (void)argc;
    setlocale(LC_CTYPE, "");
    signal(SIGPIPE, SIG_IGN);
    return argv;
}
