/* term_curses: the terminal: cells go out, keys come in. The only file that knows curses; one terminal a process.
 * Windows has its own, term_console_windows.c, which draws to the console itself.
 *
 * Thread: all functions on one thread, except term_emergency_restore, which is async-signal-safe.
 *
 * The caller's duties:
 *   before term_open   setlocale(LC_ALL, "") has been called; SIGWINCH, SIGINT, SIGTERM, SIGHUP, SIGTSTP and SIGCONT
 * are the caller's (term_open leaves every signal handler as it found it). term_fd readable   term_key until
 * UI_KEY_NONE; on UI_KEY_HANGUP stop polling the descriptor and leave. SIGWINCH           term_resize, then
 * screen_resize to term_size, then draw. SIGTSTP            term_suspend, then raise(SIGSTOP). SIGCONT: term_resume,
 * then as for SIGWINCH. every way out      term_close (any number of times; also from atexit). SIGSEGV, SIGABRT..
 * term_emergency_restore in the handler, then the default action. Between drawings nothing is written to the terminal.
 * Nothing else may write to it while it is open. */
#ifndef SW_TUI_TERM_CURSES_H
#define SW_TUI_TERM_CURSES_H

#include "tui/keys.h"
#include "tui/screen.h"

struct term;

struct term_options {
    bool colour; /* false: attributes only (NO_COLOR, --color=never) */
    bool ascii;  /* --ascii */
    bool mouse;  /* take clicks and the wheel */
};

/* Takes over the terminal: standard input and output when both are one, else /dev/tty. NULL when there is none that can
 * place a cursor; *why (never NULL afterwards) says it in words, static storage. */
struct term *term_open(const struct term_options *options, const char **why);
/* Gives it back as it was and frees t. NULL and a second call are fine. */
void term_close(struct term *t);

/* POSIX only: what to poll for keys. */
int term_fd(const struct term *t);
/* POSIX only. Event loops make the descriptors they poll non-blocking, and a terminal's descriptor is shared with the
 * shell and with our own output: call after polling has been set up, to make it blocking again. term_key never waits
 * all the same. */
void term_keep_blocking(const struct term *t);
/* What screens for it must be made of: false for --ascii and where the locale is not UTF-8. */
bool term_utf8(const struct term *t);
void term_size(const struct term *t, int *rows, int *cols);

/* Shows s; only what differs from the last time is sent, in one write, and what is more than a terminal reads at once
 * between the marks of a synchronized update (DEC private mode 2026; terminals without it ignore them). What is larger
 * than the terminal is clipped. Never waits for the terminal: when it does not take all of it, the rest waits
 * (term_waits), and until that has gone nothing more is drawn or said. */
void term_draw(struct term *t, const struct screen *s);
bool term_waits(const struct term *t);
/* POSIX only: what to poll for room while it waits, then to be sent on by term_flush. -1: nothing ever waits. */
int term_out_fd(const struct term *t);
void term_flush(struct term *t);
/* POSIX only: term_out_fd cannot be polled here; from now on drawing waits for the terminal. */
void term_wait_for_it(struct term *t);
/* The next term_draw sends everything. */
void term_repaint(struct term *t);

/* One decoded key (enum ui_key_code or a code point), UI_KEY_NONE when none waits. Waits for nothing, except up to 25
 * ms after an Esc that may begin a sequence. */
int term_key(struct term *t);

/* Where the click was, or the turn of the wheel, that term_key told last. */
void term_click(const struct term *t, int *row, int *col);
/* Takes the mouse, or leaves it to the terminal, which then selects text with it. False: the terminal takes nothing
 * now. */
bool term_mouse(struct term *t, bool on);

/* Rings the bell; desktop: also asks the terminal for a notice (OSC 9, as iTerm2, kitty, foot and Windows Terminal know
 * it). The text is cleaned. */
void term_notice(struct term *t, const char *text, bool desktop);
/* Puts a text into the clipboard of the terminal (OSC 52), which may refuse without telling. */
void term_copy(struct term *t, const char *text);

/* Asks the system for the size; true when it has changed. The next term_draw sends everything. */
bool term_resize(struct term *t);

/* Gives the terminal back for a while, and takes it again. Calls beyond the first do nothing. */
void term_suspend(struct term *t);
void term_resume(struct term *t);

/* Writes what brings the terminal back and restores its modes: for crash signals only. Does nothing when no terminal is
 * open. Async-signal-safe. */
void term_emergency_restore(void);

#endif
