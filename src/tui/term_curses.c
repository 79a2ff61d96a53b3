/* Terminals need what C has not: modes (termios), their size, wide characters. This file is one of the two that may ask
 * for the platform; on Windows ncurses itself looks after the console's modes. */
#define NCURSES_WIDECHAR 1

#include "tui/term_curses.h"

#include "tui/theme.h"

#include <curses.h>
#include <fcntl.h>
#include <langinfo.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>

enum { ESC_WAIT_MS = 25, RESTORE_BYTES = 512 };

struct term {
    SCREEN *curses;
    FILE *in, *out; /* ours when `owned` */
    bool owned;
    bool utf8, colour, suspended, repaint;
    enum theme_depth depth;
};

static struct term *opened; /* there is one at most */

/* For term_emergency_restore, which cannot be given anything. Filled before `armed` is set. */
static struct {
    volatile sig_atomic_t armed;
    int fd;
    bool has_modes;
    struct termios modes;
    char bytes[RESTORE_BYTES];
    size_t len;
} emergency;

/* Adds what the terminal knows under a name of terminfo, without its padding ("$<5>"): no modern terminal needs it. */
static void prepare_sequence(const char *capability) {
    const char *s = tigetstr(capability);
    if (s == NULL || s == (const char *)-1) return;
    for (; *s != '\0' && emergency.len < sizeof emergency.bytes; s++) {
        const char *end = s[0] == '$' && s[1] == '<' ? strchr(s, '>') : NULL;
        if (end != NULL) {
            s = end;
        } else {
            emergency.bytes[emergency.len++] = *s;
        }
    }
}

static void prepare_emergency(int fd, const struct termios *modes) {
    emergency.armed = 0;
    emergency.len = 0;
    prepare_sequence("sgr0");
    prepare_sequence("op");
    prepare_sequence("rmkx");
    prepare_sequence("rmcup");
    prepare_sequence("cnorm");
    emergency.fd = fd;
    emergency.has_modes = modes != NULL;
    if (modes != NULL) emergency.modes = *modes;
    emergency.armed = 1;
}

void term_emergency_restore(void) {
    if (!emergency.armed) return;
    emergency.armed = 0;
    size_t at = 0;
    while (at < emergency.len) {
        ssize_t n = write(emergency.fd, emergency.bytes + at, emergency.len - at);
        if (n <= 0) break;
        at += (size_t)n;
    }
    if (emergency.has_modes) tcsetattr(emergency.fd, TCSANOW, &emergency.modes);
}

/* newterm installs handlers of its own; the signals are the caller's. */
static const int kept_signals[] = {SIGINT, SIGTERM, SIGTSTP, SIGWINCH};
enum { KEPT_SIGNALS = sizeof kept_signals / sizeof *kept_signals };

static void init_pairs(void) {
    enum theme_depth depth = theme_depth_of(COLORS);
    for (int s = 0; s < STYLE_COUNT; s++) {
        init_pair((short)(s + 1), (short)theme_look(depth, (enum style)s, false).colour, -1);
    }
}

static bool locale_is_utf8(void) { return strcmp(nl_langinfo(CODESET), "UTF-8") == 0; }

static bool can_place_cursor(void) {
    const char *s = tigetstr("cup");
    return s != NULL && s != (const char *)-1;
}

struct term *term_open(const struct term_options *options, const char **why) {
    struct term *t = calloc(1, sizeof *t);
    if (t == NULL) abort();
    *why = "";
    t->in = stdin;
    t->out = stdout;
    if (!isatty(fileno(stdin)) || !isatty(fileno(stdout))) {
        t->owned = true;
        t->in = fopen("/dev/tty", "re");
        t->out = t->in != NULL ? fopen("/dev/tty", "we") : NULL;
        if (t->out == NULL) {
            *why = "there is no terminal";
            if (t->in != NULL) fclose(t->in);
            free(t);
            return NULL;
        }
    }
    struct termios modes;
    bool has_modes = tcgetattr(fileno(t->in), &modes) == 0;
    struct sigaction kept[KEPT_SIGNALS];
    for (int i = 0; i < KEPT_SIGNALS; i++) sigaction(kept_signals[i], NULL, &kept[i]);
    use_tioctl(TRUE); /* the size is what the terminal says, not what LINES said once */
    t->curses = newterm(NULL, t->out, t->in);
    for (int i = 0; i < KEPT_SIGNALS; i++) sigaction(kept_signals[i], &kept[i], NULL);
    if (t->curses != NULL && !can_place_cursor()) {
        endwin();
        delscreen(t->curses);
        t->curses = NULL;
    }
    if (t->curses == NULL) {
        *why = "the terminal named by TERM is unknown or cannot place a cursor";
        if (t->owned) {
            fclose(t->in);
            fclose(t->out);
        }
        free(t);
        return NULL;
    }
    prepare_emergency(fileno(t->out), has_modes ? &modes : NULL);
    set_term(t->curses);
    set_escdelay(ESC_WAIT_MS);
    cbreak();
    noecho();
    nonl();
    keypad(stdscr, TRUE);
    nodelay(stdscr, TRUE);
    leaveok(stdscr, TRUE);
    curs_set(0);
    t->utf8 = !options->ascii && locale_is_utf8();
    t->colour = options->colour && has_colors();
    if (t->colour && (start_color() == ERR || use_default_colors() == ERR || COLOR_PAIRS <= STYLE_COUNT)) {
        t->colour = false;
    }
    t->depth = t->colour ? theme_depth_of(COLORS) : THEME_MONO;
    if (t->colour) init_pairs();
    t->repaint = true;
    opened = t;
    return t;
}

void term_close(struct term *t) {
    if (t == NULL || t != opened) return;
    opened = NULL;
    if (!t->suspended) endwin();
    emergency.armed = 0;
    delscreen(t->curses);
    if (t->owned) {
        fclose(t->in);
        fclose(t->out);
    }
    free(t);
}

int term_fd(const struct term *t) { return fileno(t->in); }

void term_keep_blocking(const struct term *t) {
    int fd = term_fd(t), flags = fcntl(fd, F_GETFL);
    if (flags >= 0 && (flags & O_NONBLOCK)) fcntl(fd, F_SETFL, flags & ~O_NONBLOCK);
}

bool term_utf8(const struct term *t) { return t->utf8; }

void term_size(const struct term *t, int *rows, int *cols) {
    (void)t;
    *rows = LINES > 0 ? LINES : 1;
    *cols = COLS > 0 ? COLS : 1;
}

static attr_t attributes(unsigned look) {
    attr_t a = WA_NORMAL;
    if (look & THEME_BOLD) a |= WA_BOLD;
    if (look & THEME_FAINT) a |= WA_DIM;
    if (look & THEME_REVERSE) a |= WA_REVERSE;
    if (look & THEME_UNDERLINE) a |= WA_UNDERLINE;
    return a;
}

/* The characters of a cell, as wide as the grid believes. Where the system's own width differs, curses would move what
 * follows on the line: such a character is shown as a question mark over the same cells. */
static void cell_text(const struct cell *c, wchar_t out[CELL_CODE_POINTS + 1], bool *widened) {
    int n = 0;
    *widened = false;
    for (; n < CELL_CODE_POINTS && c->cp[n] != 0; n++) out[n] = (wchar_t)c->cp[n];
    out[n] = L'\0';
    if (c->cp[0] < 0x7F && n == 1) return;
    bool agrees = wcwidth((wchar_t)c->cp[0]) == c->width;
    for (int i = 1; agrees && i < n; i++) agrees = wcwidth((wchar_t)c->cp[i]) == 0;
    if (agrees) return;
    out[0] = L'?';
    out[1] = L'\0';
    *widened = c->width == 2;
}

void term_draw(struct term *t, const struct screen *s) {
    if (t->suspended) return;
    erase();
    for (int row = 0; row < s->rows && row < LINES; row++) {
        for (int col = 0; col < s->cols && col < COLS; col++) {
            const struct cell *c = screen_at(s, row, col);
            if (c->width == 0) continue;
            if (c->width == 2 && col + 1 >= COLS) continue;
            wchar_t text[CELL_CODE_POINTS + 1];
            bool widened;
            cell_text(c, text, &widened);
            struct theme_look look = theme_look(t->depth, (enum style)c->style, c->marked);
            cchar_t out;
            if (setcchar(&out, text, attributes(look.attrs), (short)(t->colour ? c->style + 1 : 0), NULL) == ERR) {
                continue;
            }
            mvadd_wch(row, col, &out); /* ERR in the last corner only tells that the cursor cannot go on */
            if (widened) {
                text[0] = L' ';
                setcchar(&out, text, attributes(look.attrs), (short)(t->colour ? c->style + 1 : 0), NULL);
                mvadd_wch(row, col + 1, &out);
            }
        }
    }
    if (t->repaint) clearok(curscr, TRUE);
    t->repaint = false;
    wnoutrefresh(stdscr);
    doupdate();
}

void term_repaint(struct term *t) { t->repaint = true; }

/* No key: because none was pressed, or because there is nobody left to press one? */
static int no_key(const struct term *t) {
    struct pollfd p = {.fd = term_fd(t), .events = POLLIN};
    if (poll(&p, 1, 0) <= 0) return UI_KEY_NONE;
    int waiting = 0;
    if (p.revents & (POLLHUP | POLLERR | POLLNVAL)) return UI_KEY_HANGUP;
    if ((p.revents & POLLIN) && ioctl(p.fd, FIONREAD, &waiting) == 0 && waiting == 0) return UI_KEY_HANGUP;
    return UI_KEY_NONE;
}

static int special_key(wint_t c) {
    switch (c) {
    case KEY_UP:
        return UI_KEY_UP;
    case KEY_DOWN:
        return UI_KEY_DOWN;
    case KEY_LEFT:
        return UI_KEY_LEFT;
    case KEY_RIGHT:
        return UI_KEY_RIGHT;
    case KEY_PPAGE:
        return UI_KEY_PAGE_UP;
    case KEY_NPAGE:
        return UI_KEY_PAGE_DOWN;
    case KEY_HOME:
        return UI_KEY_HOME;
    case KEY_END:
        return UI_KEY_END;
    case KEY_ENTER:
        return UI_KEY_ENTER;
    case KEY_BACKSPACE:
        return UI_KEY_BACKSPACE;
    case KEY_RESIZE:
        return UI_KEY_RESIZE;
    default:
        break;
    }
    if (c == KEY_F(1)) return UI_KEY_F1;
    if (c == KEY_F(5)) return UI_KEY_F5;
    if (c == KEY_F(10)) return UI_KEY_F10;
    return UI_KEY_OTHER;
}

int term_key(struct term *t) {
    if (t->suspended) return UI_KEY_NONE;
    wint_t c = 0;
    int kind = wget_wch(stdscr, &c);
    if (kind == ERR) return no_key(t);
    if (kind == KEY_CODE_YES) return special_key(c);
    switch (c) {
    case '\r':
    case '\n':
        return UI_KEY_ENTER;
    case 8:
    case 127:
        return UI_KEY_BACKSPACE;
    case 12:
        return UI_KEY_REDRAW;
    case 27:
        return UI_KEY_ESC;
    case 0:
        return UI_KEY_OTHER;
    default:
        return c < UI_KEY_SPECIAL ? (int)c : UI_KEY_OTHER;
    }
}

bool term_resize(struct term *t) {
    struct winsize size;
    if (t->suspended || ioctl(fileno(t->out), TIOCGWINSZ, &size) != 0 || size.ws_row == 0 || size.ws_col == 0) {
        return false;
    }
    t->repaint = true; /* what the terminal did to its content on the way is its own affair */
    if (size.ws_row == LINES && size.ws_col == COLS) return false;
    return resizeterm(size.ws_row, size.ws_col) == OK;
}

void term_suspend(struct term *t) {
    if (t->suspended) return;
    endwin();
    t->suspended = true;
}

void term_resume(struct term *t) {
    if (!t->suspended) return;
    t->suspended = false;
    reset_prog_mode();
    t->repaint = true;
    refresh();
    curs_set(0);
}
