#include "app/front.h"

#include "app/language.h"
#include "app/term_events.h"
#include "platform/crash.h"
#include "tui/notice.h"
#include "tui/term_curses.h"
#include "tui/view.h"
#include "tui/view_detail.h"
#include "tui/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FRAME_MS = 100, CLOCK_MS = 1000, MESSAGE_MS = 8000 };

struct dashboard {
    struct front_dashboard_options o;
    struct term *term;
    struct screen *screen;
    struct ui_state ui;
    struct eta eta[FLEET_MAX], eta_of_all;
    struct notice notice;
    struct term_events *events;
    struct front_frame last;
    const char *filter_wanted; /* --filter, until the profile is known */
    bool has_frame, dirty, suspended;
    int64_t drawn_at;
    uint64_t version;              /* of the fleet when it was drawn */
    const struct closeup *closeup; /* at the case whose detail is open; NULL: none */
    uint64_t closeup_stamp;
    char message[512];
    int64_t message_until; /* monotonic ms */
};

static bool wants_color(int choice) {
    const char *no = getenv("NO_COLOR");
    if (choice == COLOR_NEVER) return false;
    return choice == COLOR_ALWAYS || !no || !no[0];
}

/* Asks for a close look at the case whose detail is open. True: there is something newer to draw. */
static bool look_closely(struct dashboard *d) {
    const struct closeup *before = d->closeup;
    uint64_t stamp = 0;
    size_t at;
    const struct row *r = d->ui.detail_open ? ui_selected(&d->ui, d->last.fleet, &at) : NULL;
    d->closeup = r && d->o.look ? d->o.look(d->o.ctx, at, &stamp) : NULL;
    bool newer = d->closeup != before || stamp != d->closeup_stamp;
    d->closeup_stamp = stamp;
    return newer;
}

static void await_room(struct dashboard *d) {
    if (term_waits(d->term)) term_events_await_room(d->events);
}

/* now: of this machine's clock. A terminal that has not taken the last drawing yet gets the next one when it has. */
static void draw(struct dashboard *d, int64_t now) {
    const struct front_frame *f = &d->last;
    if (term_waits(d->term)) return;
    if (d->filter_wanted) ui_set_filter(&d->ui, d->filter_wanted, table_profile(f->fleet->table[0]));
    d->filter_wanted = NULL;
    int64_t ahead = f->replayed ? 0 : now - f->now;
    fleet_eta(f->fleet, d->eta, f->wall + ahead, &d->eta_of_all);
    struct view_input in = {.fleet = f->fleet,
                            .ui = &d->ui,
                            .now_ms = f->now + ahead,
                            .wall_ms = f->wall + ahead,
                            .utc_offset_min = (int)(f->utc_offset / 60000),
                            .elapsed_ms = fleet_elapsed(f->fleet, d->eta, f->wall + ahead),
                            .eta = &d->eta_of_all,
                            .closeup = d->closeup,
                            .message = now < d->message_until ? d->message : NULL};
    view_render(&in, d->screen);
    term_draw(d->term, d->screen);
    await_room(d);
    d->drawn_at = now;
    d->version = fleet_version(f->fleet);
    d->dirty = false;
}

static int64_t mono_now(void) { return (int64_t)(uv_hrtime() / 1000000); }

static void tell(struct dashboard *d, int64_t now) {
    char text[NOTICE_TEXT];
    if (!notice_due(&d->notice, d->last.fleet, d->ui.language, now, text)) return;
    if (d->ui.notice != NOTICE_OFF) term_notice(d->term, text, d->ui.notice == NOTICE_DESKTOP);
    await_room(d);
}

/* When the clock on the screen goes on: with the whole seconds, as other things that happen once a second. */
static int64_t next_second(const struct dashboard *d) { return (d->drawn_at / CLOCK_MS + 1) * CLOCK_MS; }

static int64_t show(void *ctx, const struct front_frame *f) {
    struct dashboard *d = ctx;
    d->last = *f;
    d->has_frame = true;
    if (d->suspended) return INT64_MAX;
    tell(d, f->now);
    if (term_waits(d->term)) return INT64_MAX; /* on_room comes first */
    /* What stands still is drawn when a key is pressed. */
    if (d->ui.paused && !d->dirty) return mono_now() + CLOCK_MS;
    d->dirty |= look_closely(d);
    bool changed = d->dirty || fleet_version(f->fleet) != d->version;
    int64_t due = changed ? d->drawn_at + FRAME_MS : next_second(d);
    int64_t now = mono_now();
    if (d->drawn_at == 0 || now >= due) {
        draw(d, now);
        due = next_second(d);
    }
    return due;
}

static void say(void *ctx, const char *text) {
    struct dashboard *d = ctx;
    size_t len = strlen(text);
    if (len >= sizeof d->message) len = sizeof d->message - 1;
    memcpy(d->message, text, len);
    d->message[len] = '\0';
    d->message_until = mono_now() + MESSAGE_MS;
    d->dirty = true;
}

static void resize(struct dashboard *d) {
    int rows, cols;
    term_resize(d->term);
    term_size(d->term, &rows, &cols);
    screen_resize(d->screen, rows, cols);
    if (d->has_frame) draw(d, mono_now());
}

static void ask(struct dashboard *d, unsigned requests) {
    if (requests) d->o.request(d->o.ctx, requests);
}

static void export_marked(struct dashboard *d) {
    size_t n = ui_marked(&d->ui, d->last.fleet, NULL, 0);
    if (!d->o.export_rows) return;
    uint32_t *rows = malloc(n * sizeof *rows);
    if (!rows) abort();
    ui_marked(&d->ui, d->last.fleet, rows, n);
    d->o.export_rows(d->o.ctx, rows, n);
    free(rows);
}

/* The directory here, else the one in the archive. */
static void copy_path(struct dashboard *d) {
    enum { PATH_BYTES = 4096 };
    char path[PATH_BYTES], text[PATH_BYTES + 128];
    size_t at;
    const struct row *r = ui_selected(&d->ui, d->last.fleet, &at);
    if (!r) return;
    const struct table *t = fleet_table_of(d->last.fleet, at);
    if (!view_detail_path(t, r, ROOT_BATCH, path, sizeof path) &&
        !view_detail_path(t, r, ROOT_ARCHIVE, path, sizeof path)) {
        say(d, word(d->ui.language, WORD_NOTHING_TO_COPY));
        return;
    }
    term_copy(d->term, path);
    await_room(d);
    words_format(d->ui.language, WORD_COPIED, WORDS(path), text, sizeof text);
    say(d, text);
}

/* What a key asks of the front itself, beside the state it has changed. */
static void react(struct dashboard *d, unsigned reaction) {
    enum language l = d->ui.language;
    if (reaction & UI_REPAINT) term_repaint(d->term);
    if (reaction & UI_RESIZE) resize(d);
    if (reaction & UI_EXPORT) export_marked(d);
    if (reaction & UI_COPY) copy_path(d);
    if (reaction & UI_NOTICE) say(d, word(l, (enum word)(WORD_NOTICE_IS_OFF + d->ui.notice)));
    if (reaction & UI_MOUSE) {
        if (!term_mouse(d->term, d->ui.mouse)) d->ui.mouse = !d->ui.mouse;
        say(d, word(l, d->ui.mouse ? WORD_MOUSE_IS_ON : WORD_MOUSE_IS_OFF));
    }
}

static unsigned requests_of(unsigned reaction) {
    return (reaction & UI_QUIT ? FRONT_QUIT : 0) | (reaction & UI_WRITE_REPORT ? FRONT_WRITE_REPORT : 0) |
           (reaction & UI_RESCAN ? FRONT_RESCAN : 0) | (reaction & UI_FINALIZE ? FRONT_FINALIZE : 0) |
           (reaction & UI_RELEASE_ARCHIVE ? FRONT_RELEASE_ARCHIVE : 0) |
           (reaction & UI_RELEASE_BATCH ? FRONT_RELEASE_BATCH : 0);
}

static unsigned take_key(struct dashboard *d, int key) {
    int row, col;
    bool wheel = key == UI_KEY_WHEEL_UP || key == UI_KEY_WHEEL_DOWN;
    if (key != UI_KEY_CLICK && !wheel) return ui_key(&d->ui, key, d->last.fleet);
    term_click(d->term, &row, &col);
    if (wheel) return ui_wheel(&d->ui, row, key, d->last.fleet);
    return ui_click(&d->ui, row, col, d->last.fleet);
}

static void on_keys(void *ctx, bool hangup) {
    struct dashboard *d = ctx;
    unsigned requests = 0;
    int key = hangup ? UI_KEY_HANGUP : UI_KEY_NONE;
    if (!d->has_frame || d->suspended) return;
    while (key == UI_KEY_HANGUP || (key = term_key(d->term)) != UI_KEY_NONE) {
        if (key == UI_KEY_HANGUP) {
            term_events_mute(d->events);
            requests |= FRONT_QUIT;
            break;
        }
        if (key == UI_KEY_SUSPEND) {
            term_events_suspend(d->events);
            continue;
        }
        if (d->ui.prompt == PROMPT_NONE && d->o.key && d->o.key(d->o.ctx, key)) continue;
        d->message_until = 0; /* a key has been pressed: what was said has been read */
        unsigned reaction = take_key(d, key);
        requests |= requests_of(reaction);
        react(d, reaction);
        if (reaction) d->dirty = true;
    }
    /* A key answers at once, whatever the pace of the frames. */
    if (d->dirty && !d->suspended && !(requests & FRONT_QUIT)) {
        look_closely(d);
        draw(d, mono_now());
    }
    ask(d, requests);
}

static void on_size(void *ctx) {
    struct dashboard *d = ctx;
    if (!d->suspended) resize(d);
}

static void on_stop(void *ctx) {
    struct dashboard *d = ctx;
    term_suspend(d->term);
    d->suspended = true;
}

static void on_cont(void *ctx) {
    struct dashboard *d = ctx;
    if (!d->suspended) return;
    d->suspended = false;
    term_resume(d->term);
    resize(d);
    ask(d, FRONT_RESCAN);
}

static void on_room(void *ctx) {
    struct dashboard *d = ctx;
    d->dirty = true;
    if (!d->suspended) d->o.request(d->o.ctx, 0); /* and that shows what there is now */
}

static void close_dashboard(void *ctx, const struct front_frame *last) {
    struct dashboard *d = ctx;
    (void)last;
    term_events_close(d->events);
    crash_guard(NULL);
    term_close(d->term);
    screen_free(d->screen);
    ui_free(&d->ui);
    free(d);
}

int front_dashboard_open(uv_loop_t *loop, const struct front_dashboard_options *o, struct front *out,
                         const char **why) {
    struct dashboard *d = calloc(1, sizeof *d);
    const struct options *options = o->options;
    struct term_options t = {wants_color(options->color), options->ascii, !options->no_mouse};
    int rows, cols;
    if (!d) abort();
    d->o = *o;
    d->term = term_open(&t, why);
    if (!d->term) {
        free(d);
        return UV_ENOTTY;
    }
    crash_guard(term_emergency_restore);
    term_size(d->term, &rows, &cols);
    d->screen = screen_new(rows, cols, term_utf8(d->term));
    ui_init(&d->ui);
    d->ui.mouse = t.mouse;
    d->ui.language = language_choose(options->lang, term_utf8(d->term));
    if (options->view) d->ui.view = (enum ui_view)view_from_name(options->view);
    if (options->notify) d->ui.notice = (enum ui_notice)notice_from_word(options->notify);
    d->filter_wanted = options->filter;
    struct term_events_calls calls = {d, on_keys, on_size, on_stop, on_cont, on_room};
    d->events = term_events_open(loop, d->term, &calls);
    *out = (struct front){d, show, say, close_dashboard};
    return 0;
}
