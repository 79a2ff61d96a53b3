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

static void print_screen(const struct fleet *fleet, const struct options *o) {
    struct ui_state ui;
    struct eta each[FLEET_MAX] = {0}, eta;
    int cols, rows;
    const char *locale = setlocale(LC_CTYPE, NULL);
    bool utf8 = !o->ascii && locale && (strstr(locale, "UTF-8") || strstr(locale, "utf8"));
    int64_t now = session_mono_ms(), wall = session_wall_ms();
    find_size(o, &cols, &rows);
    struct screen *screen = screen_new(rows, cols, utf8);
    ui_init(&ui);
    ui.language = language_choose(o->lang, utf8);
    if (o->view) ui.view = (enum ui_view)view_from_name(o->view);
    if (o->filter) ui_set_filter(&ui, o->filter, table_profile(fleet->table[0]));
    fleet_eta(fleet, each, wall, &eta);
    struct view_input in = {.fleet = fleet,
                            .ui = &ui,
                            .now_ms = now,
                            .wall_ms = wall,
                            .utc_offset_min = (int)(clock_utc_offset_ms(wall) / 60000),
                            .elapsed_ms = fleet_elapsed(fleet, each, wall),
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
    size_t n = (size_t)o->n_more_batches + 1, opened = 0;
    struct options *each = calloc(n, sizeof *each);
    struct session *s = calloc(n, sizeof *s);
    const struct table *tables[FLEET_MAX];
    bool unread = false, archive_unread = false;
    int code = 0;
    if (!each || !s) abort();
    for (; code == 0 && opened < n; opened++) {
        each[opened] = *o;
        each[opened].running = true;
        if (opened > 0) each[opened].batch_dir = o->more_batches[opened - 1];
        code = one_pass(&s[opened], &each[opened], &unread);
        archive_unread |= code == 0 && unread;
        tables[opened] = s[opened].table;
    }
    if (code == 0) {
        print_screen(&(const struct fleet){tables, n}, o);
        if (archive_unread) code = EXIT_IO;
    }
    for (size_t i = 0; i < opened; i++) session_close(&s[i]);
    free(s);
    free(each);
    return code;
}
