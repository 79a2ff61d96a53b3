/* ansi: a screen as text, with colours when asked for: what --once prints. Pure. */
#ifndef SW_TUI_ANSI_H
#define SW_TUI_ANSI_H

#include "tui/screen.h"
#include "tui/theme.h"

/* The characters line by line, without blank ends; colour: each run of one look begins with its SGR sequence (ECMA-48,
 * 256 colours as xterm has them) and each line ends with the look reset. The caller's, free(). */
char *ansi_dump(const struct screen *s, bool colour);

#endif
