#include "tui/ansi.h"

#include "model/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SGR_BYTES = 32, CELL_BYTES = CELL_CODE_POINTS * 4 + SGR_BYTES, LINE_BYTES = 8 };

static bool is_blank(const struct cell *c, bool colour) {
    bool looks = c->marked || (theme_look(THEME_256, (enum style)c->style, false).attrs & THEME_REVERSE) != 0;
    return c->width == 1 && c->cp[0] == ' ' && c->cp[1] == 0 && !(colour && looks);
}

static size_t put_look(const struct theme_look *look, char *out) {
    size_t n = (size_t)snprintf(out, SGR_BYTES, "\033[0");
    if (look->attrs & THEME_BOLD) n += (size_t)snprintf(out + n, SGR_BYTES - n, ";1");
    if (look->attrs & THEME_FAINT) n += (size_t)snprintf(out + n, SGR_BYTES - n, ";2");
    if (look->attrs & THEME_UNDERLINE) n += (size_t)snprintf(out + n, SGR_BYTES - n, ";4");
    if (look->attrs & THEME_REVERSE) n += (size_t)snprintf(out + n, SGR_BYTES - n, ";7");
    if (look->colour >= 0) n += (size_t)snprintf(out + n, SGR_BYTES - n, ";38;5;%d", look->colour);
    return n + (size_t)snprintf(out + n, SGR_BYTES - n, "m");
}

static size_t put_line(const struct screen *s, int row, bool colour, char *out) {
    int end = s->cols;
    size_t n = 0;
    struct theme_look now = {-1, 0};
    while (end > 0 && is_blank(screen_at(s, row, end - 1), colour)) end--;
    for (int col = 0; col < end; col++) {
        const struct cell *c = screen_at(s, row, col);
        if (c->width == 0) continue;
        struct theme_look look = theme_look(THEME_256, (enum style)c->style, c->marked);
        if (colour && (look.colour != now.colour || look.attrs != now.attrs)) n += put_look(&look, out + n);
        now = look;
        for (int i = 0; i < CELL_CODE_POINTS && c->cp[i] != 0; i++) n += text_utf8_encode(c->cp[i], out + n);
    }
    if (colour && (now.colour >= 0 || now.attrs != 0)) {
        memcpy(out + n, "\033[0m", 4);
        n += 4;
    }
    out[n++] = '\n';
    return n;
}

char *ansi_dump(const struct screen *s, bool colour) {
    char *out = malloc((size_t)s->rows * ((size_t)s->cols * CELL_BYTES + LINE_BYTES) + 1);
    if (out == NULL) abort();
    size_t n = 0;
    for (int row = 0; row < s->rows; row++) n += put_line(s, row, colour, out + n);
    out[n] = '\0';
    return out;
}
