/* pen: writes one piece after another on a line; and times, spans and sizes as people read them. Pure. */
#ifndef SW_TUI_PEN_H
#define SW_TUI_PEN_H

#include "tui/screen.h"
#include "tui/words.h"

struct pen {
    struct screen *screen;
    int row, col, end; /* next cell, and the first one that is no longer ours */
};

/* Each moves the pen; text that does not fit is cut with "…", and then nothing more is written. */
void pen_text(struct pen *p, enum style style, const char *text);
void pen_format(struct pen *p, enum style style, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* A word with its arguments (WORDS(...), or NULL when it has none). */
void pen_say(struct pen *p, enum style style, enum language l, enum word w, const char *const args[]);

/* Writes the end of a text (a path) when the whole does not fit; returns the cells used. */
int pen_tail(struct screen *s, int row, int col, int width, enum style style, const char *text);

/* Writes both ends of a text (a title) when the whole does not fit; the end tells titles apart. Returns the cells used.
 */
int pen_middle(struct screen *s, int row, int col, int width, enum style style, const char *text);

/* The same with as many cells of the beginning as are asked for; writes on the pen's line and moves it. */
void pen_elide(struct pen *p, int head, enum style style, const char *text);

/* Writes a sentence; when the whole does not fit, without what only adds to it ("; ...", " (...)"), then both its ends.
 */
void pen_sentence(struct pen *p, enum style style, const char *text);
/* The cells of what of it cannot be left out. */
int pen_sentence_cells(const struct pen *p, const char *text);

enum { PEN_WORDS = 48 };

/* "12:03" or "12:03:27"; utc_offset_min: local time = UTC + this. */
void pen_clock(int64_t wall_ms, int utc_offset_min, bool seconds, char out[PEN_WORDS]);
/* "03-01": month and day. */
void pen_date(int64_t wall_ms, int utc_offset_min, char out[PEN_WORDS]);
/* "45 s", "12 min", "2 h 10", "3 d 4 h"; "—" when negative. */
void pen_span(int64_t ms, char out[PEN_WORDS]);
/* "812 B", "12.3 kB", "1.2 GB" (powers of 1000). */
void pen_size(int64_t bytes, char out[PEN_WORDS]);

#endif
