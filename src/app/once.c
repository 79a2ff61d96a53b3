#include "app/once.h"

#include "app/language.h"
#include "app/one_pass.h"
#include "platform/clock.h"
#include "tui/ansi.h"
#include "tui/view.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

enum { COLS = 80, ROWS = 24 };

bool once_size(const char *text, int *cols, int *rows) {
    char *end;
    if (strspn(text, "0123456789x") != strlen(text) || text[0] == 'x') return false;
    long c = strtol(text, &end, 10);
    if (*end != 'x' || end[1] == '\0') return false;
    long r = strtol(end + 1, &end, 10);
    if (*end != '\0' || c > SCREEN_MAX_COLS || r > SCREEN_MAX_ROWS) return false;
    *cols = (int)c;
    *rows = (int)r;
    return *cols >= 1 && *rows >= 1;
}

/* As large as the terminal, where there is one. */
static void find_size(const struct options *o, int *cols, int *rows) {
    uv_tty_t tty;
    *cols = COLS;
    *rows = ROWS;
    if (o->size) {
        once_size(o->size, cols, rows);
        return;
    }
    if (uv_guess_handle(1) != UV_TTY || uv_tty_init(uv_default_loop(), &tty, 1, 0) != 0) return;
    if (uv_tty_get_winsize(&tty, cols, rows) != 0) {
        *cols = COLS;
        *rows = ROWS;
    }
    uv_close((uv_handle_t *)&tty, NULL);
    uv_run(uv_default_loop(), UV_RUN_DEFAULT);
    if (*rows > 1) --*rows; /* the shell's own line */
}

static bool wants_color(const struct options *o) {
    const char *no = getenv("NO_COLOR");
    if (o->color != COLOR_AUTO) return o->color == COLOR_ALWAYS;
    return uv_guess_handle(1) == UV_TTY && (!no || !no[0]);
}

static void print_screen(const struct session *s, const struct options *o) {
    struct ui_state ui;
    struct eta eta = {0};
    int cols, rows;
    const char *locale = setlocale(LC_CTYPE, NULL);
    bool utf8 = !o->ascii && locale && (strstr(locale, "UTF-8") || strstr(locale, "utf8"));
    int64_t now = session_mono_ms(), wall = session_wall_ms();
    find_size(o, &cols, &rows);
    struct screen *screen = screen_new(rows, cols, utf8);
    ui_init(&ui);
    ui.language = language_choose(o->lang, utf8);
    if (o->view) ui.view = (enum ui_view)view_from_name(o->view);
    if (o->filter) ui_set_filter(&ui, o->filter, s->profile);
    eta_refresh(&eta, s->table, wall);
    struct view_input in = {.table = s->table,
                            .ui = &ui,
                            .now_ms = now,
                            .wall_ms = wall,
                            .utc_offset_min = (int)(clock_utc_offset_ms(wall) / 60000),
                            .elapsed_ms = eta_elapsed(&eta, s->table, wall),
                            .eta = &eta,
                            .still = true};
    view_render(&in, screen);
    char *text = ansi_dump(screen, wants_color(o));
    fputs(text, stdout);
    free(text);
    ui_free(&ui);
    screen_free(screen);
}

int command_once(const struct options *o) {
    struct session s;
    struct options running = *o;
    bool archive_unread;
    running.running = true;
    int code = one_pass(&s, &running, &archive_unread);
    if (code == 0) {
        print_screen(&s, o);
        if (archive_unread) code = EXIT_IO;
    }
    session_close(&s);
    return code;
}
