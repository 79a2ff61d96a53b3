/* theme: how a meaning looks, for as many colours as the terminal has. Pure; knows no terminal library.
 *
 * Colours are told apart by people who do not see red and green apart (teal against vermilion, after Okabe and Ito),
 * and read on light and on dark backgrounds; the background is always the terminal's own. Colour only repeats what a
 * word or a glyph already says. */
#ifndef SW_TUI_THEME_H
#define SW_TUI_THEME_H

#include "model/vocabulary.h"
#include "tui/screen.h"

enum theme_depth { THEME_MONO, THEME_8, THEME_16, THEME_256 };

enum theme_attr { THEME_BOLD = 1, THEME_FAINT = 2, THEME_REVERSE = 4, THEME_UNDERLINE = 8 };

struct theme_look {
    int colour;     /* number in the terminal's palette, -1: its own foreground */
    unsigned attrs; /* enum theme_attr */
};

/* The depth for a terminal of so many colours (0 or less: none). */
enum theme_depth theme_depth_of(int colours);
/* The look of a style; `marked`: on the selected line. */
struct theme_look theme_look(enum theme_depth depth, enum style style, bool marked);

enum style theme_status(enum case_status s);
enum style theme_artifact(enum artifact_state a);

#endif
