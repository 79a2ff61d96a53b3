/* The terminal on Windows: the console's own cells, of which a grid is a picture already. curses is not used here: its
 * console driver makes windows smaller than 80x24 larger, has 8 colours, and moves what follows a wide character.
 *
 * Drawing goes to a screen buffer of its own, so that what stood in the window comes back by itself; nothing depends on
 * escape sequences, code pages or TERM, and the same calls work in the classic console, in Windows Terminal and over
 * ssh. A console's cell holds one UTF-16 unit: characters beyond it are shown as a question mark, combining marks are
 * left out. */
#include "tui/term_curses.h"

#include "tui/theme.h"

#include <stdlib.h>
#include <string.h>
#include <windows.h>

enum {
    ATTRIBUTES_FOREGROUND = FOREGROUND_BLUE | FOREGROUND_GREEN | FOREGROUND_RED | FOREGROUND_INTENSITY,
    ATTRIBUTES_BACKGROUND = BACKGROUND_BLUE | BACKGROUND_GREEN | BACKGROUND_RED | BACKGROUND_INTENSITY
};

struct term {
    HANDLE in, out;  /* of the console, whatever was redirected */
    HANDLE canvas;   /* the buffer that is drawn to */
    DWORD in_mode;   /* as it was */
    WORD attributes; /* what the window had: the user's own colours */
    bool utf8, colour, suspended, mouse;
    int click_row, click_col;
    DWORD buttons; /* of the mouse, as last told */
    int rows, cols;
    CHAR_INFO *shown; /* [rows * cols]; NULL: unknown, everything is sent */
    CHAR_INFO *line;  /* [cols] */
    WCHAR high;       /* first half of a character beyond 16 bits, from the keyboard */
    DWORD repeats;    /* a key held down: so many times more */
    int repeated;
};

static struct term *opened; /* there is one at most */

static HANDLE open_console(const wchar_t *name) {
    return CreateFileW(name, GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_EXISTING, 0,
                       NULL);
}

/* The window on a buffer, in cells. */
static bool window_size(HANDLE buffer, int *rows, int *cols) {
    CONSOLE_SCREEN_BUFFER_INFO info;
    if (!GetConsoleScreenBufferInfo(buffer, &info)) return false;
    *rows = info.srWindow.Bottom - info.srWindow.Top + 1;
    *cols = info.srWindow.Right - info.srWindow.Left + 1;
    return *rows > 0 && *cols > 0;
}

static void take_size(struct term *t, int rows, int cols) {
    t->rows = rows;
    t->cols = cols;
    free(t->shown);
    free(t->line);
    t->shown = NULL;
    t->line = malloc((size_t)cols * sizeof *t->line);
    if (t->line == NULL) abort();
}

/* No scroll bars: the buffer is as large as the window. */
static void fit_buffer(const struct term *t) {
    COORD size = {(SHORT)t->cols, (SHORT)t->rows};
    SetConsoleScreenBufferSize(t->canvas, size);
}

/* Keys as records, Ctrl+C as a signal. A selection by mouse stops the program for as long as it lasts: only while the
 * person has left the mouse to the console. */
static void set_input_mode(const struct term *t) {
    SetConsoleMode(t->in, ENABLE_PROCESSED_INPUT | ENABLE_WINDOW_INPUT | ENABLE_EXTENDED_FLAGS |
                              (DWORD)(t->mouse ? ENABLE_MOUSE_INPUT : ENABLE_QUICK_EDIT_MODE));
}

static void show_canvas(struct term *t) {
    CONSOLE_CURSOR_INFO hidden = {25, FALSE};
    set_input_mode(t);
    SetConsoleActiveScreenBuffer(t->canvas);
    SetConsoleCursorInfo(t->canvas, &hidden);
}

static void show_original(const struct term *t) {
    SetConsoleActiveScreenBuffer(t->out);
    SetConsoleMode(t->in, t->in_mode | ENABLE_EXTENDED_FLAGS);
}

static void close_handles(struct term *t) {
    if (t->canvas != INVALID_HANDLE_VALUE) CloseHandle(t->canvas);
    if (t->out != INVALID_HANDLE_VALUE) CloseHandle(t->out);
    if (t->in != INVALID_HANDLE_VALUE) CloseHandle(t->in);
    free(t->shown);
    free(t->line);
    free(t);
}

struct term *term_open(const struct term_options *options, const char **why) {
    CONSOLE_SCREEN_BUFFER_INFO info;
    int rows, cols;
    struct term *t = calloc(1, sizeof *t);
    if (t == NULL) abort();
    *why = "";
    t->in = open_console(L"CONIN$");
    t->out = open_console(L"CONOUT$");
    t->canvas = INVALID_HANDLE_VALUE;
    if (t->in == INVALID_HANDLE_VALUE || t->out == INVALID_HANDLE_VALUE || !GetConsoleMode(t->in, &t->in_mode) ||
        !GetConsoleScreenBufferInfo(t->out, &info) || !window_size(t->out, &rows, &cols)) {
        *why = "there is no console";
        close_handles(t);
        return NULL;
    }
    t->canvas = CreateConsoleScreenBuffer(GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL,
                                          CONSOLE_TEXTMODE_BUFFER, NULL);
    if (t->canvas == INVALID_HANDLE_VALUE) {
        *why = "the console gives no second screen";
        close_handles(t);
        return NULL;
    }
    t->attributes = info.wAttributes & (ATTRIBUTES_FOREGROUND | ATTRIBUTES_BACKGROUND);
    t->utf8 = !options->ascii;
    t->colour = options->colour;
    t->mouse = options->mouse;
    opened = t;
    show_canvas(t);
    take_size(t, rows, cols);
    fit_buffer(t);
    return t;
}

void term_close(struct term *t) {
    if (t == NULL || t != opened) return;
    opened = NULL;
    if (!t->suspended) show_original(t);
    close_handles(t);
}

bool term_utf8(const struct term *t) { return t->utf8; }

void term_size(const struct term *t, int *rows, int *cols) {
    *rows = t->rows;
    *cols = t->cols;
}

/* ---- drawing ---- */

/* The palette counts red 1, green 2, blue 4; the console the other way round. */
static WORD foreground_of(int colour) {
    WORD w = 0;
    if (colour & 1) w |= FOREGROUND_RED;
    if (colour & 2) w |= FOREGROUND_GREEN;
    if (colour & 4) w |= FOREGROUND_BLUE;
    if (colour & 8) w |= FOREGROUND_INTENSITY;
    return w;
}

static WORD attributes_of(const struct term *t, const struct cell *c) {
    struct theme_look look = theme_look(t->colour ? THEME_16 : THEME_MONO, (enum style)c->style, c->marked);
    WORD back = t->attributes & ATTRIBUTES_BACKGROUND;
    WORD fore = look.colour >= 0 ? foreground_of(look.colour) : t->attributes & ATTRIBUTES_FOREGROUND;
    if (look.attrs & THEME_BOLD) {
        /* Brighter, unless that is what the background is. */
        WORD bright = fore | FOREGROUND_INTENSITY;
        if (bright << 4 != back) fore = bright;
    }
    if (look.attrs & THEME_REVERSE) {
        WORD kept = fore;
        fore = (WORD)(back >> 4);
        back = (WORD)(kept << 4);
    }
    return (WORD)(fore | back | (look.attrs & THEME_UNDERLINE ? COMMON_LVB_UNDERSCORE : 0));
}

static void make_line(struct term *t, const struct screen *s, int row) {
    int cols = s->cols < t->cols ? s->cols : t->cols;
    for (int col = 0; col < t->cols; col++) {
        t->line[col].Char.UnicodeChar = L' ';
        t->line[col].Attributes = t->attributes;
    }
    for (int col = 0; col < cols; col++) {
        const struct cell *c = screen_at(s, row, col);
        bool cut = c->width == 2 && col + 1 >= cols;
        if (c->width == 0) continue; /* written with its left half */
        bool beyond = c->cp[0] > 0xFFFF;
        WCHAR unit = cut ? L' ' : beyond ? L'?' : (WCHAR)c->cp[0];
        WORD attributes = attributes_of(t, c);
        t->line[col].Char.UnicodeChar = unit;
        t->line[col].Attributes = attributes;
        if (c->width != 2 || cut) continue;
        t->line[col + 1].Attributes = attributes;
        if (beyond) continue; /* the question mark and a blank */
        t->line[col].Attributes |= COMMON_LVB_LEADING_BYTE;
        t->line[col + 1].Char.UnicodeChar = unit;
        t->line[col + 1].Attributes |= COMMON_LVB_TRAILING_BYTE;
    }
}

void term_draw(struct term *t, const struct screen *s) {
    if (t->suspended) return;
    size_t line_bytes = (size_t)t->cols * sizeof *t->line;
    bool all = t->shown == NULL;
    if (all) t->shown = calloc((size_t)t->rows, line_bytes);
    if (t->shown == NULL) abort();
    for (int row = 0; row < s->rows && row < t->rows; row++) {
        CHAR_INFO *shown = t->shown + (size_t)row * (size_t)t->cols;
        COORD size = {(SHORT)t->cols, 1}, from = {0, 0};
        SMALL_RECT to = {0, (SHORT)row, (SHORT)(t->cols - 1), (SHORT)row};
        make_line(t, s, row);
        if (!all && memcmp(shown, t->line, line_bytes) == 0) continue;
        if (WriteConsoleOutputW(t->canvas, t->line, size, from, &to)) memcpy(shown, t->line, line_bytes);
    }
}

bool term_waits(const struct term *t) {
    (void)t;
    return false; /* a console takes everything */
}

void term_repaint(struct term *t) {
    free(t->shown);
    t->shown = NULL;
}

/* ---- keys ---- */

static int special_key(WORD key) {
    if (key >= VK_F1 && key <= VK_F10) return UI_KEY_F1 + (key - VK_F1);
    switch (key) {
    case VK_UP:
        return UI_KEY_UP;
    case VK_DOWN:
        return UI_KEY_DOWN;
    case VK_LEFT:
        return UI_KEY_LEFT;
    case VK_RIGHT:
        return UI_KEY_RIGHT;
    case VK_PRIOR:
        return UI_KEY_PAGE_UP;
    case VK_NEXT:
        return UI_KEY_PAGE_DOWN;
    case VK_HOME:
        return UI_KEY_HOME;
    case VK_END:
        return UI_KEY_END;
    case VK_SHIFT:
    case VK_CONTROL:
    case VK_MENU:
    case VK_CAPITAL:
    case VK_NUMLOCK:
    case VK_SCROLL:
    case VK_LWIN:
    case VK_RWIN:
    case VK_PROCESSKEY: /* an input method at work */
        return UI_KEY_NONE;
    default:
        return UI_KEY_OTHER;
    }
}

static int character_key(struct term *t, WCHAR unit) {
    WCHAR high = t->high;
    t->high = 0;
    if (unit >= 0xD800 && unit <= 0xDBFF) {
        t->high = unit;
        return UI_KEY_NONE;
    }
    if (unit >= 0xDC00 && unit <= 0xDFFF) {
        return high ? 0x10000 + ((high - 0xD800) << 10) + (unit - 0xDC00) : UI_KEY_OTHER;
    }
    switch (unit) {
    case L'\r':
    case L'\n':
        return UI_KEY_ENTER;
    case 8:
    case 127:
        return UI_KEY_BACKSPACE;
    case 12:
        return UI_KEY_REDRAW;
    case 27:
        return UI_KEY_ESC;
    default:
        return unit;
    }
}

static int decode(struct term *t, const KEY_EVENT_RECORD *k) {
    WCHAR unit = k->uChar.UnicodeChar;
    /* A character composed with Alt and the number pad comes when Alt is released. */
    bool composed = !k->bKeyDown && k->wVirtualKeyCode == VK_MENU && unit != 0;
    if (!k->bKeyDown && !composed) return UI_KEY_NONE;
    if (unit == L'\t' && (k->dwControlKeyState & SHIFT_PRESSED)) return UI_KEY_BACKTAB;
    int key = unit != 0 ? character_key(t, unit) : special_key(k->wVirtualKeyCode);
    if (key != UI_KEY_NONE && k->bKeyDown && k->wRepeatCount > 1) {
        t->repeats = k->wRepeatCount - 1;
        t->repeated = key;
    }
    return key;
}

static int mouse_key(struct term *t, const MOUSE_EVENT_RECORD *m) {
    DWORD before = t->buttons;
    t->click_row = m->dwMousePosition.Y;
    t->click_col = m->dwMousePosition.X;
    if (m->dwEventFlags & MOUSE_WHEELED) {
        return (SHORT)HIWORD(m->dwButtonState) > 0 ? UI_KEY_WHEEL_UP : UI_KEY_WHEEL_DOWN;
    }
    t->buttons = m->dwButtonState;
    if (!(m->dwButtonState & ~before & FROM_LEFT_1ST_BUTTON_PRESSED)) return UI_KEY_NONE;
    return UI_KEY_CLICK;
}

int term_key(struct term *t) {
    int rows, cols;
    if (t->suspended) return UI_KEY_NONE;
    if (t->repeats > 0) {
        t->repeats--;
        return t->repeated;
    }
    if (window_size(t->canvas, &rows, &cols) && (rows != t->rows || cols != t->cols)) return UI_KEY_RESIZE;
    for (;;) {
        INPUT_RECORD record;
        DWORD n = 0;
        if (!PeekConsoleInputW(t->in, &record, 1, &n)) return UI_KEY_HANGUP;
        if (n == 0) return UI_KEY_NONE;
        if (!ReadConsoleInputW(t->in, &record, 1, &n)) return UI_KEY_HANGUP;
        int key = UI_KEY_NONE;
        if (record.EventType == KEY_EVENT) key = decode(t, &record.Event.KeyEvent);
        if (record.EventType == MOUSE_EVENT) key = mouse_key(t, &record.Event.MouseEvent);
        if (record.EventType == WINDOW_BUFFER_SIZE_EVENT) key = UI_KEY_RESIZE;
        if (key != UI_KEY_NONE) return key;
    }
}

bool term_resize(struct term *t) {
    int rows, cols;
    if (t->suspended || !window_size(t->canvas, &rows, &cols)) return false;
    term_repaint(t);
    if (rows == t->rows && cols == t->cols) return false;
    take_size(t, rows, cols);
    fit_buffer(t);
    return true;
}

void term_click(const struct term *t, int *row, int *col) {
    *row = t->click_row;
    *col = t->click_col;
}

bool term_mouse(struct term *t, bool on) {
    t->mouse = on;
    if (!t->suspended) set_input_mode(t);
    return true;
}

/* ---- what is said beside the screen ---- */

void term_notice(struct term *t, const char *text, bool desktop) {
    (void)t;
    (void)text;
    MessageBeep(MB_ICONWARNING);
    FLASHWINFO flash = {sizeof flash, GetConsoleWindow(), FLASHW_TRAY | FLASHW_TIMERNOFG, 0, 0};
    if (desktop && flash.hwnd != NULL) FlashWindowEx(&flash);
}

void term_copy(struct term *t, const char *text) {
    (void)t;
    int n = MultiByteToWideChar(CP_UTF8, 0, text, -1, NULL, 0);
    HGLOBAL memory = n > 0 ? GlobalAlloc(GMEM_MOVEABLE, (size_t)n * sizeof(WCHAR)) : NULL;
    WCHAR *wide = memory != NULL ? GlobalLock(memory) : NULL;
    if (wide == NULL) return;
    MultiByteToWideChar(CP_UTF8, 0, text, -1, wide, n);
    GlobalUnlock(memory);
    bool taken = false;
    if (OpenClipboard(NULL)) {
        EmptyClipboard();
        taken = SetClipboardData(CF_UNICODETEXT, memory) != NULL; /* it is the system's then */
        CloseClipboard();
    }
    if (!taken) GlobalFree(memory);
}

/* ---- giving it back ---- */

void term_suspend(struct term *t) {
    if (t->suspended) return;
    show_original(t);
    t->suspended = true;
}

void term_resume(struct term *t) {
    if (!t->suspended) return;
    t->suspended = false;
    show_canvas(t);
    term_repaint(t);
}

void term_emergency_restore(void) {
    if (opened != NULL && !opened->suspended) show_original(opened);
}
