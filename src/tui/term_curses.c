/* Terminals need what C has not: modes (termios), their size, wide characters. This file is one of the two that may ask
 * for the platform; on Windows ncurses itself looks after the console's modes. */
#define NCURSES_WIDECHAR 1

#include "tui/term_curses.h"

#include "tui/theme.h"

#include <curses.h>
#include <fcntl.h>
#include <langinfo.h>
#include <poll.h>
#include <pthread.h>
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
    bool utf8, colour, suspended, repaint, mouse;
    enum theme_depth depth;
    int click_row, click_col;
    struct screen *shown; /* what the terminal shows */
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

static void prepare_emergency(int fd, const struct termios *modes, bool with_mouse) {
    emergency.armed = 0;
    /* Mouse reports off, in whichever form they were on. */
    static const char mouse_off[] = "\033[?1006l\033[?1002l\033[?1000l";
    memcpy(emergency.bytes, mouse_off, sizeof mouse_off - 1);
    emergency.len = with_mouse ? sizeof mouse_off - 1 : 0;
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

/* A shell that was sent the same signal may have taken the terminal back by now; then its modes can be put right only
 * with SIGTTOU held back (tcsetattr, POSIX.1). Async-signal-safe. */
static void hold_ttou(sigset_t *before) {
    sigset_t ttou;
    sigemptyset(&ttou);
    sigaddset(&ttou, SIGTTOU);
    pthread_sigmask(SIG_BLOCK, &ttou, before);
}

static void give_back(void) {
    sigset_t before;
    hold_ttou(&before);
    endwin();
    pthread_sigmask(SIG_SETMASK, &before, NULL);
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
    sigset_t before;
    hold_ttou(&before);
    if (emergency.has_modes) tcsetattr(emergency.fd, TCSANOW, &emergency.modes);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
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

static bool knows(const char *capability) {
    const char *s = tigetstr(capability);
    return s != NULL && s != (const char *)-1;
}

/* Ctrl+Z comes as a key: sent by the terminal it would stop a script around this program at once, and the shell would
 * have the terminal before its modes are put right. */
static void take_suspend_key(int fd) {
    struct termios modes;
    if (tcgetattr(fd, &modes) != 0) return;
    modes.c_cc[VSUSP] = _POSIX_VDISABLE;
#ifdef VDSUSP
    modes.c_cc[VDSUSP] = _POSIX_VDISABLE;
#endif
    if (tcsetattr(fd, TCSADRAIN, &modes) == 0) def_prog_mode();
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
    if (t->curses != NULL && !knows("cup")) {
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
    bool can_mouse = knows("kmous") || knows("XM");
    prepare_emergency(fileno(t->out), has_modes ? &modes : NULL, can_mouse);
    set_term(t->curses);
    set_escdelay(ESC_WAIT_MS);
    cbreak();
    noecho();
    nonl();
    take_suspend_key(fileno(t->in));
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
    t->shown = screen_new(1, 1, true);
    mouseinterval(0); /* a click is told when it begins */
    term_mouse(t, options->mouse && can_mouse);
    opened = t;
    return t;
}

void term_mouse(struct term *t, bool on) {
    t->mouse = on;
    mousemask(on ? BUTTON1_PRESSED | BUTTON4_PRESSED | BUTTON5_PRESSED : 0, NULL);
    fflush(t->out);
}

void term_click(const struct term *t, int *row, int *col) {
    *row = t->click_row;
    *col = t->click_col;
}

void term_close(struct term *t) {
    if (t == NULL || t != opened) return;
    opened = NULL;
    if (!t->suspended) give_back();
    emergency.armed = 0;
    delscreen(t->curses);
    screen_free(t->shown);
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

static bool same_cell(const struct cell *a, const struct cell *b) {
    if (a->width != b->width || a->style != b->style || a->marked != b->marked) return false;
    for (int i = 0; i < CELL_CODE_POINTS; i++) {
        if (a->cp[i] != b->cp[i]) return false;
        if (a->cp[i] == 0) break;
    }
    return true;
}

static void put_cell(const struct term *t, int row, int col, const struct cell *c) {
    wchar_t text[CELL_CODE_POINTS + 1];
    bool widened;
    cchar_t out;
    struct theme_look look = theme_look(t->depth, (enum style)c->style, c->marked);
    short pair = (short)(t->colour ? c->style + 1 : 0);
    cell_text(c, text, &widened);
    if (setcchar(&out, text, attributes(look.attrs), pair, NULL) == ERR) return;
    mvadd_wch(row, col, &out); /* ERR in the last corner only tells that the cursor cannot go on */
    if (!widened) return;
    text[0] = L' ';
    setcchar(&out, text, attributes(look.attrs), pair, NULL);
    mvadd_wch(row, col + 1, &out);
}

/* A cell that is the half of a wide character cannot be drawn alone: the whole line is drawn again where one changed.
 */
static bool has_wide(const struct screen *s, int row) {
    for (int col = 0; col < s->cols; col++) {
        if (screen_at(s, row, col)->width != 1) return true;
    }
    return false;
}

/* Gives the cells that changed to curses; false: none did. */
static bool put_changes(struct term *t, const struct screen *s) {
    bool whole = t->repaint || t->shown->rows != s->rows || t->shown->cols != s->cols, any = false;
    if (whole) erase();
    for (int row = 0; row < s->rows && row < LINES; row++) {
        bool line, changed = whole;
        for (int col = 0; !changed && col < s->cols; col++) {
            changed = !same_cell(screen_at(s, row, col), screen_at(t->shown, row, col));
        }
        if (!changed) continue;
        any = true;
        line = whole || has_wide(s, row) || has_wide(t->shown, row);
        for (int col = 0; col < s->cols && col < COLS; col++) {
            const struct cell *c = screen_at(s, row, col);
            if (c->width == 0 || (c->width == 2 && col + 1 >= COLS)) continue;
            if (line || !same_cell(c, screen_at(t->shown, row, col))) put_cell(t, row, col, c);
        }
    }
    return any || whole;
}

void term_draw(struct term *t, const struct screen *s) {
    if (t->suspended || !put_changes(t, s)) return;
    if (t->shown->rows != s->rows || t->shown->cols != s->cols) screen_resize(t->shown, s->rows, s->cols);
    memcpy(t->shown->cells, s->cells, (size_t)s->rows * (size_t)s->cols * sizeof *s->cells);
    if (t->repaint) clearok(curscr, TRUE);
    t->repaint = false;
    putp("\033[?2026h");
    wnoutrefresh(stdscr);
    doupdate();
    putp("\033[?2026l");
    fflush(t->out);
}

/* ---- what is said beside the screen ---- */

enum { NOTICE_BYTES = 200 };

void term_notice(struct term *t, const char *text, bool desktop) {
    if (t->suspended) return;
    if (desktop) {
        putp("\033]9;");
        /* ASCII only: what does not understand the sequence must not be confused by the rest of it. */
        char plain[NOTICE_BYTES];
        size_t n = 0;
        for (const char *s = text; *s != '\0' && n + 1 < sizeof plain; s++) {
            if (*s >= 0x20 && *s < 0x7F && *s != '$') plain[n++] = *s;
        }
        plain[n] = '\0';
        putp(plain);
        putp("\033\\");
    }
    putp("\007");
    fflush(t->out);
}

void term_copy(struct term *t, const char *text) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    if (t->suspended) return;
    putp("\033]52;c;");
    for (size_t n = strlen(text), i = 0; i < n; i += 3) {
        unsigned group = (unsigned)(unsigned char)text[i] << 16;
        if (i + 1 < n) group |= (unsigned)(unsigned char)text[i + 1] << 8;
        if (i + 2 < n) group |= (unsigned)(unsigned char)text[i + 2];
        char out[5] = {digits[group >> 18], digits[group >> 12 & 63], '=', '=', '\0'};
        if (i + 1 < n) out[2] = digits[group >> 6 & 63];
        if (i + 2 < n) out[3] = digits[group & 63];
        putp(out);
    }
    putp("\007");
    fflush(t->out);
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

static int mouse_key(struct term *t) {
    MEVENT e;
    if (getmouse(&e) != OK) return UI_KEY_OTHER;
    t->click_row = e.y;
    t->click_col = e.x;
    if (e.bstate & BUTTON4_PRESSED) return UI_KEY_WHEEL_UP;
    if (e.bstate & BUTTON5_PRESSED) return UI_KEY_WHEEL_DOWN;
    return e.bstate & BUTTON1_PRESSED ? UI_KEY_CLICK : UI_KEY_OTHER;
}

static int special_key(struct term *t, wint_t c) {
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
    case KEY_BTAB:
        return UI_KEY_BACKTAB;
    case KEY_MOUSE:
        return mouse_key(t);
    case KEY_RESIZE:
        return UI_KEY_RESIZE;
    default:
        break;
    }
    for (int n = 1; n <= 10; n++) {
        if (c == (wint_t)KEY_F(n)) return UI_KEY_F1 + n - 1;
    }
    return UI_KEY_OTHER;
}

int term_key(struct term *t) {
    if (t->suspended) return UI_KEY_NONE;
    wint_t c = 0;
    int kind = wget_wch(stdscr, &c);
    if (kind == ERR) return no_key(t);
    if (kind == KEY_CODE_YES) return special_key(t, c);
    switch (c) {
    case '\r':
    case '\n':
        return UI_KEY_ENTER;
    case 8:
    case 127:
        return UI_KEY_BACKSPACE;
    case 12:
        return UI_KEY_REDRAW;
    case 26:
        return UI_KEY_SUSPEND;
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
    give_back();
    t->suspended = true;
}

void term_resume(struct term *t) {
    if (!t->suspended) return;
    t->suspended = false;
    reset_prog_mode();
    t->repaint = true;
    refresh();
    curs_set(0);
    /* Curses would do so when it reads the next key: too late for that one. */
    if (knows("smkx")) putp(tigetstr("smkx"));
    term_mouse(t, t->mouse);
}
