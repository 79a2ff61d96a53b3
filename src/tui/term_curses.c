/* Terminals need what C has not: modes (termios), their size, wide characters.
 *
 * curses knows the terminal (terminfo), has its modes, and decodes keys and the mouse. What is drawn is written here
 * instead: curses writes to a descriptor that blocks, in pieces, and a terminal that does not take them would hold the
 * loop that takes facts, for ever. After term_open it writes only where the terminal is given back or taken again. */
#define NCURSES_WIDECHAR 1

#include "tui/term_curses.h"

#include "model/text.h"
#include "tui/term_out.h"
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

enum { ESC_WAIT_MS = 25, RESTORE_BYTES = 512, LOOK_BYTES = 96, LEAVE_WAIT_MS = 300, NO_LOOK = -1 };

/* What makes characters look like a style. */
struct look {
    char bytes[LOOK_BYTES];
    size_t n;
};

struct term {
    SCREEN *curses;
    WINDOW *keys;   /* a pad, which reading a key does not draw */
    FILE *in, *out; /* ours when `owned` */
    FILE *own;      /* the terminal once more, non-blocking, which nobody else's descriptor is; NULL: there is none */
    struct term_out *sent;
    bool owned;
    bool utf8, colour, suspended, repaint, mouse;
    bool short_of_corner; /* a character in the last corner would scroll the screen */
    enum theme_depth depth;
    int rows, cols;
    int click_row, click_col;
    int look;                          /* the one that the terminal has now, as an index into looks, or NO_LOOK */
    struct look looks[2][STYLE_COUNT]; /* plain and marked */
    struct screen *shown;              /* what the terminal shows */
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

static bool knows(const char *capability) {
    const char *s = tigetstr(capability);
    return s != NULL && s != (const char *)-1;
}

/* What the terminal knows under a name of terminfo, the numbers filled in, without its padding ("$<5>"): no modern
 * terminal needs it. Returns the bytes, 0 where it knows nothing. */
static size_t sequence(const char *capability, long a, long b, char *out, size_t cap) {
    size_t n = 0;
    if (!knows(capability)) return 0;
    for (const char *s = tparm(tigetstr(capability), a, b, 0L, 0L, 0L, 0L, 0L, 0L, 0L); *s != '\0' && n < cap; s++) {
        const char *end = s[0] == '$' && s[1] == '<' ? strchr(s, '>') : NULL;
        if (end != NULL) {
            s = end;
        } else {
            out[n++] = *s;
        }
    }
    return n;
}

static void prepare_sequence(const char *capability) {
    emergency.len += sequence(capability, 0, 0, emergency.bytes + emergency.len, RESTORE_BYTES - emergency.len);
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

/* Curses draws nothing after term_open, and would keep three copies of a screen for that (28 bytes a cell). How large
 * the terminal is it needs to know only where it leaves from the last line. */
static void forget_size(void) { resize_term(1, 1); }

static void give_back(const struct term *t) {
    sigset_t before;
    resize_term(t->rows, t->cols);
    hold_ttou(&before);
    endwin();
    forget_size();
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

static bool locale_is_utf8(void) { return strcmp(nl_langinfo(CODESET), "UTF-8") == 0; }

/* ---- sequences of terminfo ---- */

static void add_sequence(struct look *l, const char *capability, long number) {
    l->n += sequence(capability, number, 0, l->bytes + l->n, sizeof l->bytes - l->n);
}

static void put_sequence(struct term *t, const char *capability, long a, long b) {
    char bytes[LOOK_BYTES];
    term_out_put(t->sent, bytes, sequence(capability, a, b, bytes, sizeof bytes));
}

/* Attributes that the terminal cannot show together with a colour are left out (no_color_video of terminfo(5)). */
static void make_looks(struct term *t) {
    static const struct {
        const char *capability;
        unsigned attribute;
        int excluded; /* bit of "ncv" */
    } attributes[] = {
        {"smul", THEME_UNDERLINE, 2}, {"rev", THEME_REVERSE, 4}, {"dim", THEME_FAINT, 16}, {"bold", THEME_BOLD, 32}};
    int ncv = tigetnum("ncv");
    for (int marked = 0; marked < 2; marked++) {
        for (int s = 0; s < STYLE_COUNT; s++) {
            struct theme_look look = theme_look(t->depth, (enum style)s, marked == 1);
            struct look *l = &t->looks[marked][s];
            bool coloured = t->colour && look.colour >= 0;
            add_sequence(l, "sgr0", 0);
            if (coloured) add_sequence(l, "setaf", look.colour);
            for (size_t i = 0; i < sizeof attributes / sizeof *attributes; i++) {
                bool shown = !coloured || ncv < 0 || !(ncv & attributes[i].excluded);
                if ((look.attrs & attributes[i].attribute) && shown) add_sequence(l, attributes[i].capability, 0);
            }
        }
    }
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

/* Flags of a descriptor belong to all who share it, the shell, too: only one of our own may be made non-blocking. It is
 * the same terminal when that is the one that controls this program. */
static void open_own(struct term *t) {
    int flags;
    if (tcgetpgrp(fileno(t->out)) >= 0) t->own = fopen("/dev/tty", "we");
    if (t->own != NULL &&
        ((flags = fcntl(fileno(t->own), F_GETFL)) < 0 || fcntl(fileno(t->own), F_SETFL, flags | O_NONBLOCK) < 0)) {
        fclose(t->own);
        t->own = NULL;
    }
    t->sent = term_out_new(fileno(t->own != NULL ? t->own : t->out), t->own == NULL);
}

static void set_mouse(struct term *t, bool on) {
    t->mouse = on;
    mousemask(on ? BUTTON1_PRESSED | BUTTON4_PRESSED | BUTTON5_PRESSED : 0, NULL);
    fflush(t->out);
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
    t->keys = newpad(1, 1);
    if (t->keys == NULL) abort();
    keypad(t->keys, TRUE);
    nodelay(t->keys, TRUE);
    leaveok(stdscr, TRUE);
    curs_set(0);
    t->utf8 = !options->ascii && locale_is_utf8();
    t->colour = options->colour && has_colors();
    if (t->colour && (start_color() == ERR || use_default_colors() == ERR)) t->colour = false;
    t->depth = t->colour ? theme_depth_of(COLORS) : THEME_MONO;
    make_looks(t);
    t->short_of_corner = tigetflag("am") > 0 && tigetflag("xenl") <= 0;
    t->rows = LINES;
    t->cols = COLS;
    t->look = NO_LOOK;
    t->shown = screen_new(t->rows, t->cols, true);
    mouseinterval(0); /* a click is told when it begins */
    set_mouse(t, options->mouse && can_mouse);
    refresh(); /* the last that curses draws: the screen it began with */
    forget_size();
    open_own(t);
    emergency.fd = t->own != NULL ? fileno(t->own) : emergency.fd;
    opened = t;
    return t;
}

bool term_mouse(struct term *t, bool on) {
    if (!term_out_has_room(t->sent)) return false;
    set_mouse(t, on);
    return true;
}

void term_click(const struct term *t, int *row, int *col) {
    *row = t->click_row;
    *col = t->click_col;
}

/* What was held with Ctrl+S goes on where that key means nothing any more. */
static void end_hold(int fd) {
    struct termios modes;
    sigset_t before;
    if (tcgetattr(fd, &modes) != 0) return;
    modes.c_iflag &= ~(tcflag_t)IXON;
    hold_ttou(&before);
    tcsetattr(fd, TCSANOW, &modes);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

/* The terminal as it was before; where it takes nothing now, as far as that goes without waiting for it. */
static void leave(struct term *t) {
    if (!term_out_has_room(t->sent)) end_hold(fileno(t->out)); /* or the person would wait for their shell */
    if (term_out_drain(t->sent, LEAVE_WAIT_MS) && term_out_has_room(t->sent)) {
        give_back(t);
    } else {
        term_emergency_restore();
    }
}

void term_close(struct term *t) {
    if (t == NULL || t != opened) return;
    opened = NULL;
    if (!t->suspended) leave(t);
    emergency.armed = 0;
    delwin(t->keys);
    delscreen(t->curses);
    screen_free(t->shown);
    term_out_free(t->sent);
    if (t->own != NULL) fclose(t->own);
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

int term_out_fd(const struct term *t) { return t->own != NULL ? fileno(t->own) : -1; }

void term_wait_for_it(struct term *t) {
    if (t->own == NULL) return;
    int fd = fileno(t->own), flags = fcntl(fd, F_GETFL);
    if (flags >= 0) fcntl(fd, F_SETFL, flags & ~O_NONBLOCK);
}

bool term_waits(const struct term *t) { return term_out_waiting(t->sent) > 0; }
void term_flush(struct term *t) { term_out_send(t->sent); }

bool term_utf8(const struct term *t) { return t->utf8; }

void term_size(const struct term *t, int *rows, int *cols) {
    *rows = t->rows > 0 ? t->rows : 1;
    *cols = t->cols > 0 ? t->cols : 1;
}

/* ---- drawing ---- */

/* The characters of a cell, as wide as the grid believes; returns their bytes. Where the system's own width differs,
 * the terminal's may, too, and would move what follows on the line: such a character is shown as a question mark over
 * the same cells. */
static size_t cell_text(const struct cell *c, char out[4 * CELL_CODE_POINTS]) {
    bool agrees = c->cp[0] < 0x7F || wcwidth((wchar_t)c->cp[0]) == c->width;
    size_t n = 0;
    for (int i = 0; i < CELL_CODE_POINTS && c->cp[i] != 0; i++) {
        agrees &= i == 0 || wcwidth((wchar_t)c->cp[i]) == 0;
        n += text_utf8_encode(c->cp[i], out + n);
    }
    if (agrees) return n;
    memcpy(out, "? ", 2);
    return (size_t)c->width;
}

static bool same_cell(const struct cell *a, const struct cell *b) {
    if (a->width != b->width || a->style != b->style || a->marked != b->marked) return false;
    for (int i = 0; i < CELL_CODE_POINTS; i++) {
        if (a->cp[i] != b->cp[i]) return false;
        if (a->cp[i] == 0) break;
    }
    return true;
}

static void put_look(struct term *t, int look) {
    if (t->look == look) return;
    const struct look *l = &t->looks[look / STYLE_COUNT][look % STYLE_COUNT];
    term_out_put(t->sent, l->bytes, l->n);
    t->look = look;
}

static int look_of(const struct cell *c) { return (c->marked ? STYLE_COUNT : 0) + c->style; }

static void put_cell(struct term *t, const struct cell *c) {
    char text[4 * CELL_CODE_POINTS];
    put_look(t, look_of(c));
    term_out_put(t->sent, text, cell_text(c, text));
}

/* A cell that is the half of a wide character cannot be drawn alone: the whole line is drawn again where one changed.
 */
static bool has_wide(const struct screen *s, int row) {
    for (int col = 0; col < s->cols; col++) {
        if (screen_at(s, row, col)->width != 1) return true;
    }
    return false;
}

static bool is_blank(const struct cell *c) {
    return c->cp[0] == ' ' && c->cp[1] == 0 && c->style == STYLE_TEXT && !c->marked;
}

/* Where nothing but blanks follow on a line. */
static int end_of(const struct screen *s, int row) {
    int end = s->cols;
    while (end > 0 && is_blank(screen_at(s, row, end - 1))) end--;
    return end;
}

/* The next cell from col on that is not as it is shown; s->cols: none. */
static int next_change(const struct term *t, const struct screen *s, int row, int col) {
    while (col < s->cols && same_cell(screen_at(s, row, col), screen_at(t->shown, row, col))) col++;
    return col;
}

/* Sends the cells that changed of a line; whole: all of it, from the first that did. */
static void put_line(struct term *t, const struct screen *s, int row, bool whole) {
    enum { JUMP = 6 }; /* cells: to go somewhere on the line takes as many bytes */
    static const struct cell blank = {.cp = {' '}, .width = 1};
    int cols = s->cols < t->cols ? s->cols : t->cols, end = end_of(s, row), at = -1;
    bool erases = knows("el");
    if (row + 1 == t->rows && t->short_of_corner && cols == t->cols) cols--;
    for (int col = whole ? 0 : next_change(t, s, row, 0); col < cols; col = whole ? col : next_change(t, s, row, col)) {
        if (at < 0 || col - at > JUMP || whole) {
            if (at != col) put_sequence(t, "cup", row, col);
        } else {
            for (; at < col; at++) put_cell(t, screen_at(s, row, at));
        }
        if (erases && col >= end && cols - col > JUMP) {
            put_look(t, STYLE_TEXT);
            put_sequence(t, "el", 0, 0);
            return;
        }
        const struct cell *c = screen_at(s, row, col);
        bool fits = col + c->width <= cols;
        if (c->width > 0) put_cell(t, fits ? c : &blank);
        at = ++col;
    }
}

/* A terminal that knows a synchronized update shows nothing half drawn. What is this short it gets at once anyway. */
static const char update_begin[] = "\033[?2026h", update_end[] = "\033[?2026l";
enum { UPDATE_LEAST = 512 };

static void clear_all(struct term *t) {
    t->look = NO_LOOK;
    put_look(t, STYLE_TEXT);
    put_sequence(t, "clear", 0, 0);
    screen_clear(t->shown);
}

void term_draw(struct term *t, const struct screen *s) {
    if (t->suspended || term_waits(t)) return;
    bool first = t->look == NO_LOOK;
    if (t->shown->rows != s->rows || t->shown->cols != s->cols) {
        screen_resize(t->shown, s->rows, s->cols);
        t->repaint = true;
    }
    term_out_put(t->sent, update_begin, sizeof update_begin - 1);
    if (t->repaint) clear_all(t);
    t->repaint = false;
    for (int row = 0; row < s->rows && row < t->rows; row++) {
        if (next_change(t, s, row, 0) == s->cols) continue;
        put_line(t, s, row, has_wide(s, row) || has_wide(t->shown, row));
    }
    memcpy(t->shown->cells, s->cells, (size_t)s->rows * (size_t)s->cols * sizeof *s->cells);
    if (term_out_waiting(t->sent) < (first ? sizeof update_begin : UPDATE_LEAST)) {
        term_out_skip(t->sent, sizeof update_begin - 1);
    } else {
        term_out_put(t->sent, update_end, sizeof update_end - 1);
    }
    term_out_send(t->sent);
}

/* ---- what is said beside the screen ---- */

enum { NOTICE_BYTES = 200 };

static void put_text(struct term *t, const char *text) { term_out_put(t->sent, text, strlen(text)); }

void term_notice(struct term *t, const char *text, bool desktop) {
    if (t->suspended || term_waits(t)) return;
    if (desktop) {
        put_text(t, "\033]9;");
        /* ASCII only: what does not understand the sequence must not be confused by the rest of it. */
        char plain[NOTICE_BYTES];
        size_t n = 0;
        for (const char *s = text; *s != '\0' && n + 1 < sizeof plain; s++) {
            if (*s >= 0x20 && *s < 0x7F) plain[n++] = *s;
        }
        term_out_put(t->sent, plain, n);
        put_text(t, "\033\\");
    }
    put_text(t, "\007");
    term_out_send(t->sent);
}

void term_copy(struct term *t, const char *text) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    if (t->suspended || term_waits(t)) return;
    put_text(t, "\033]52;c;");
    for (size_t n = strlen(text), i = 0; i < n; i += 3) {
        unsigned group = (unsigned)(unsigned char)text[i] << 16;
        if (i + 1 < n) group |= (unsigned)(unsigned char)text[i + 1] << 8;
        if (i + 2 < n) group |= (unsigned)(unsigned char)text[i + 2];
        char out[5] = {digits[group >> 18], digits[group >> 12 & 63], '=', '=', '\0'};
        if (i + 1 < n) out[2] = digits[group >> 6 & 63];
        if (i + 2 < n) out[3] = digits[group & 63];
        put_text(t, out);
    }
    put_text(t, "\007");
    term_out_send(t->sent);
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
    int kind = wget_wch(t->keys, &c);
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
    if (size.ws_row == t->rows && size.ws_col == t->cols) return false;
    t->rows = size.ws_row;
    t->cols = size.ws_col;
    return true;
}

void term_suspend(struct term *t) {
    if (t->suspended) return;
    leave(t);
    term_out_skip(t->sent, term_out_waiting(t->sent));
    t->suspended = true;
}

void term_resume(struct term *t) {
    if (!t->suspended) return;
    t->suspended = false;
    emergency.armed = 1;
    reset_prog_mode();
    t->repaint = true;
    refresh();
    curs_set(0);
    set_mouse(t, t->mouse);
    /* Curses would do so when it reads the next key: too late for that one. */
    put_sequence(t, "smkx", 0, 0);
    term_out_send(t->sent);
}
