#include "tui/pen.h"

#include "model/text.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void pen_text(struct pen *p, enum style style, const char *text) {
    if (p->col >= p->end) return;
    int room = p->end - p->col;
    bool cut = screen_measure(p->screen, text, room + 1) > room;
    int used = screen_text(p->screen, p->row, p->col, room, style, text);
    p->col = cut ? p->end : p->col + used;
}

void pen_format(struct pen *p, enum style style, const char *format, ...) {
    char text[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    pen_text(p, style, text);
}

void pen_say(struct pen *p, enum style style, enum language l, enum word w, const char *const args[]) {
    char text[1024];
    words_format(l, w, args, text, sizeof text);
    pen_text(p, style, text);
}

enum { FAR = 4096 }; /* bytes of a text that are looked at */

/* Where the part of text begins that fits into `width` cells. */
static const char *tail_of(const struct screen *s, const char *text, int width) {
    size_t len = strnlen(text, FAR);
    const char *from = text;
    while (from < text + len && screen_measure(s, from, width + 1) > width) {
        uint32_t cp;
        from += text_utf8_next(from, len - (size_t)(from - text), &cp);
    }
    return from;
}

int pen_tail(struct screen *s, int row, int col, int width, enum style style, const char *text) {
    if (width < 1 || screen_measure(s, text, width + 1) <= width) return screen_text(s, row, col, width, style, text);
    int used = screen_text(s, row, col, width, style, "…");
    return used + screen_text(s, row, col + used, width - used, style, tail_of(s, text, width - used));
}

static int elide(struct screen *s, int row, int col, int width, int head, enum style style, const char *text) {
    enum { HEAD_MIN = 2 };
    if (head < HEAD_MIN || screen_measure(s, text, width + 1) <= width) {
        return screen_text(s, row, col, width, style, text);
    }
    /* screen_text ends what it cuts with the ellipsis that is wanted here. */
    int used = screen_text(s, row, col, head + 1, style, text);
    return used + screen_text(s, row, col + used, width - used, style, tail_of(s, text, width - used));
}

int pen_middle(struct screen *s, int row, int col, int width, enum style style, const char *text) {
    return elide(s, row, col, width, width / 4, style, text);
}

void pen_elide(struct pen *p, int head, enum style style, const char *text) {
    if (p->col >= p->end) return;
    p->col += elide(p->screen, p->row, p->col, p->end - p->col, head, style, text);
}

/* Days since 1970-01-01 as a date of the Gregorian calendar (H. Hinnant, "chrono-compatible low-level date
 * algorithms", civil_from_days). */
static void civil_date(int64_t days, int *month, int *day) {
    int64_t z = days + 719468, era = (z >= 0 ? z : z - 146096) / 146097;
    int64_t doe = z - era * 146097, yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;
    *day = (int)(doy - (153 * mp + 2) / 5 + 1);
    *month = (int)(mp < 10 ? mp + 3 : mp - 9);
}

void pen_date(int64_t wall_ms, int utc_offset_min, char out[PEN_WORDS]) {
    const int64_t day_ms = INT64_C(86400000);
    int64_t local = wall_ms + (int64_t)utc_offset_min * 60000;
    int64_t days = local >= 0 ? local / day_ms : -((-local + day_ms - 1) / day_ms);
    int month, day;
    civil_date(days, &month, &day);
    snprintf(out, PEN_WORDS, "%02d-%02d", month, day);
}

/* What follows the last of these only adds to the sentence: where, by whom. */
static bool drop_clause(char *text) {
    static const char *const marks[] = {"; ", "。", " ("};
    char *last = NULL;
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        for (char *at = text; (at = strstr(at, marks[i])) != NULL; at++) {
            if (last == NULL || at > last) last = at;
        }
    }
    if (last == NULL || last == text) return false;
    *last = '\0';
    return true;
}

enum { SENTENCE_BYTES = 1024 };

/* Without the clauses that have no room as long as others are left. */
static void shorten(const struct pen *p, const char *text, char out[SENTENCE_BYTES]) {
    snprintf(out, SENTENCE_BYTES, "%s", text);
    while (screen_measure(p->screen, out, SCREEN_MAX_COLS) > p->end - p->col && drop_clause(out)) {}
}

int pen_sentence_cells(const struct pen *p, const char *text) {
    char shortest[SENTENCE_BYTES];
    snprintf(shortest, sizeof shortest, "%s", text);
    while (drop_clause(shortest)) {}
    return screen_measure(p->screen, shortest, SCREEN_MAX_COLS);
}

void pen_sentence(struct pen *p, enum style style, const char *text) {
    char fitting[SENTENCE_BYTES];
    shorten(p, text, fitting);
    /* Both ends of a sentence carry its point: what it is about, and the figures. */
    pen_elide(p, (p->end - p->col) / 2, style, fitting);
}

void pen_clock(int64_t wall_ms, int utc_offset_min, bool seconds, char out[PEN_WORDS]) {
    int64_t day = INT64_C(86400);
    int64_t second = ((wall_ms / 1000 + (int64_t)utc_offset_min * 60) % day + day) % day;
    if (seconds) {
        snprintf(out, PEN_WORDS, "%02d:%02d:%02d", (int)(second / 3600), (int)(second / 60 % 60), (int)(second % 60));
    } else {
        snprintf(out, PEN_WORDS, "%02d:%02d", (int)(second / 3600), (int)(second / 60 % 60));
    }
}

void pen_span(int64_t ms, char out[PEN_WORDS]) {
    int64_t s = ms / 1000;
    if (ms < 0) {
        snprintf(out, PEN_WORDS, "—");
    } else if (s < 60) {
        snprintf(out, PEN_WORDS, "%d s", (int)s);
    } else if (s < 3600) {
        snprintf(out, PEN_WORDS, "%d min", (int)(s / 60));
    } else if (s < 86400) {
        snprintf(out, PEN_WORDS, "%d h %02d", (int)(s / 3600), (int)(s / 60 % 60));
    } else {
        snprintf(out, PEN_WORDS, "%" PRId64 " d %d h", s / 86400, (int)(s / 3600 % 24));
    }
}

void pen_size(int64_t bytes, char out[PEN_WORDS]) {
    static const char *const units[] = {"kB", "MB", "GB", "TB", "PB", "EB"};
    if (bytes < 1000) {
        snprintf(out, PEN_WORDS, "%d B", bytes < 0 ? 0 : (int)bytes);
        return;
    }
    double size = (double)bytes / 1000;
    size_t unit = 0;
    while (size >= 999.5 && unit + 1 < sizeof units / sizeof *units) {
        size /= 1000;
        unit++;
    }
    snprintf(out, PEN_WORDS, size < 99.95 ? "%.1f %s" : "%.0f %s", size, units[unit]);
}
