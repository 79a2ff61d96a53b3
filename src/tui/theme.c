#include "tui/theme.h"

/* Columns: 8, 16 and 256 colours. 256: numbers of the fixed colour cube, which no palette setting changes, each with a
 * contrast of 3 or more against both white and black. */
static const struct {
    signed char c8, c16;
    short c256;
    unsigned mono, colour; /* attributes without and with colours */
} looks[STYLE_COUNT] = {
    [STYLE_TEXT] = {-1, -1, -1, 0, 0},
    [STYLE_DIM] = {-1, 8, 244, 0, 0},
    [STYLE_STRONG] = {-1, -1, -1, THEME_BOLD, THEME_BOLD},
    [STYLE_HEADING] = {-1, -1, -1, THEME_UNDERLINE, THEME_UNDERLINE},
    [STYLE_KEY] = {-1, -1, -1, THEME_BOLD, THEME_BOLD},
    [STYLE_COMPLETE] = {6, 6, 30, 0, 0},
    [STYLE_ARCHIVING] = {4, 12, 32, 0, 0},
    [STYLE_RUNNING] = {4, 12, 32, 0, THEME_BOLD},
    [STYLE_PENDING] = {-1, 8, 244, 0, 0},
    [STYLE_STALLED] = {5, 5, 136, THEME_BOLD, THEME_BOLD},
    [STYLE_PROBLEM] = {1, 9, 166, THEME_BOLD, THEME_BOLD},
    [STYLE_BANNER_GOOD] = {6, 6, 30, THEME_REVERSE | THEME_BOLD, THEME_REVERSE | THEME_BOLD},
    [STYLE_BANNER_BAD] = {1, 1, 166, THEME_REVERSE | THEME_BOLD, THEME_REVERSE | THEME_BOLD},
    [STYLE_BANNER_WAIT] = {-1, -1, 244, THEME_REVERSE, THEME_REVERSE},
};

enum theme_depth theme_depth_of(int colours) {
    return colours >= 256 ? THEME_256 : colours >= 16 ? THEME_16 : colours >= 8 ? THEME_8 : THEME_MONO;
}

struct theme_look theme_look(enum theme_depth depth, enum style style, bool marked) {
    struct theme_look look = {-1, looks[style].colour};
    switch (depth) {
    case THEME_MONO:
        look.attrs = looks[style].mono;
        break;
    case THEME_8:
        look.colour = looks[style].c8;
        break;
    case THEME_16:
        look.colour = looks[style].c16;
        break;
    case THEME_256:
        look.colour = looks[style].c256;
        break;
    }
    /* One calm bar: the glyph and the word of a line say its status, the bar only where the person is. */
    if (marked) look = (struct theme_look){-1, (look.attrs & THEME_BOLD) | THEME_REVERSE};
    return look;
}

enum style theme_status(enum case_status s) {
    switch (s) {
    case STATUS_STALLED:
        return STYLE_STALLED;
    case STATUS_RUNNING:
        return STYLE_RUNNING;
    case STATUS_ARCHIVING:
        return STYLE_ARCHIVING;
    case STATUS_PENDING:
        return STYLE_PENDING;
    case STATUS_COMPLETE:
        return STYLE_COMPLETE;
    default:
        return STYLE_PROBLEM;
    }
}

enum style theme_artifact(enum artifact_state a) {
    switch (a) {
    case ARTIFACT_GROWING:
        return STYLE_RUNNING;
    case ARTIFACT_WHOLE:
        return STYLE_COMPLETE;
    case ARTIFACT_TRUNCATED:
    case ARTIFACT_LOCKED:
        return STYLE_PROBLEM;
    default:
        return STYLE_PENDING;
    }
}
