/* commands: one function a command; each returns the exit code. Messages to stderr, data to stdout. */
#ifndef SW_APP_COMMANDS_H
#define SW_APP_COMMANDS_H

#include "app/options.h"

int command_check(const struct options *o);
int command_show(const struct options *o);
int command_failed(const struct options *o);
bool failed_format_known(const char *word); /* of --format */
int command_lint(const struct options *o);
int command_doctor(const struct options *o);
int command_exec(const struct options *o);
int command_watch(const struct options *o);
int watch_here(const struct options *o); /* in this very process, which may hang with a drive */
int command_demo(const struct options *o);
int command_replay(const struct options *o);
int command_demo_writer(const struct options *o);
int command_completion(const struct options *o);
int command_scan(const struct options *o);

#endif
