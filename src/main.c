/* main: argv -> command; nothing else. */
#include "app/commands.h"
#include "platform/process.h"
#include "platform/startup.h"

#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv) {
    struct options o;
    char message[512];
    argv = startup(&argc, argv);
    int code = options_parse(argc, argv, &o, message);
    if (code != 0) {
        fprintf(stderr, "sweepwatch: %s\n", message);
        options_free(&o);
        return code;
    }
    switch (o.command) {
    case CMD_HELP:
        fputs(options_help(o.help_for), stdout);
        break;
    case CMD_VERSION:
        puts("sweepwatch " SWEEPWATCH_VERSION);
        break;
    case CMD_CHECK:
        code = command_check(&o);
        break;
    case CMD_SHOW:
        code = command_show(&o);
        break;
    case CMD_FAILED:
        code = command_failed(&o);
        break;
    case CMD_LINT:
        code = command_lint(&o);
        break;
    case CMD_DOCTOR:
        code = command_doctor(&o);
        break;
    case CMD_EXEC:
        code = command_exec(&o);
        break;
    case CMD_DEMO:
        code = command_demo(&o);
        break;
    case CMD_COMPLETION:
        code = command_completion(&o);
        break;
    case CMD_REPLAY:
        code = command_replay(&o);
        break;
    case CMD_DEMO_WRITER:
        code = command_demo_writer(&o);
        break;
    case CMD_PARENT:
        printf("%lld\n", (long long)process_parent());
        break;
    case CMD_SCAN:
        code = command_scan(&o);
        break;
    case CMD_WATCH:
        code = command_watch(&o);
        break;
    }
    options_free(&o);
    return code;
}
