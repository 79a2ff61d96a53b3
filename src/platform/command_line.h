/* command_line: the command line of a Windows program, taken apart. Pure, so that it is tested everywhere.
 *
 * The rules are those of CommandLineToArgvW but for one thing that happens to everybody: in `--batch-dir "C:\x\"` the
 * backslash takes the closing quotation mark with it, and the rest of the line becomes part of the path. No path has a
 * quotation mark in it, so one after an odd number of backslashes, inside quotation marks and before a blank or the end
 * of the line, closes them. Words of another program's (after `--`, and the command of `exec`) are left as they are. */
#ifndef SW_PLATFORM_COMMAND_LINE_H
#define SW_PLATFORM_COMMAND_LINE_H

/* line: UTF-8. NULL-terminated, each string and the array malloc'ed; *argc without the NULL. Out of memory: abort(). */
char **command_line_split(const char *line, int *argc);

#endif
