#include "platform/command_line.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct words {
    char **argv;
    int argc;
    bool value;    /* the last word was an option that takes the next one */
    bool finished; /* what follows is another program's */
};

static void *must(void *p) {
    if (!p) abort();
    return p;
}

static bool is_blank(char c) { return c == ' ' || c == '\t'; }

static void add(struct words *w, const char *text, size_t len) {
    w->argv = must(realloc(w->argv, ((size_t)w->argc + 2) * sizeof *w->argv));
    char *word = must(malloc(len + 1));
    memcpy(word, text, len);
    word[len] = '\0';
    w->argv[w->argc++] = word;
    w->argv[w->argc] = NULL;
    bool exec = w->argc > 2 && strcmp(w->argv[1], "exec") == 0;
    bool option = word[0] == '-';
    if (strcmp(word, "--") == 0 || (exec && !option && !w->value)) w->finished = true;
    w->value = option && !w->value && !strchr(word, '=');
}

/* The program's name: no backslash means anything in it. */
static const char *take_name(struct words *w, const char *s) {
    bool quoted = *s == '"';
    const char *end = quoted ? ++s : s;
    while (*end && (quoted ? *end != '"' : !is_blank(*end))) end++;
    add(w, s, (size_t)(end - s));
    return quoted && *end ? end + 1 : end;
}

/* One word; quotes counts those open, as CommandLineToArgvW does: of three in a row the last is meant. */
static const char *take_word(struct words *w, const char *s, char *out) {
    size_t n = 0;
    int quotes = 0;
    while (*s && (quotes > 0 || !is_blank(*s))) {
        size_t slashes = strspn(s, "\\");
        memcpy(out + n, s, slashes);
        s += slashes;
        n += slashes;
        if (*s != '"') {
            if (*s && (quotes > 0 || !is_blank(*s))) out[n++] = *s++;
            continue;
        }
        s++;
        bool escaped = slashes % 2 == 1;
        if (escaped && quotes > 0 && !w->finished && (!*s || is_blank(*s))) {
            quotes = 0;
            continue;
        }
        n -= slashes - slashes / 2;
        if (escaped) {
            out[n++] = '"';
        } else {
            quotes++;
        }
        for (; *s == '"'; s++) {
            if (++quotes < 3) continue;
            out[n++] = '"';
            quotes = 0;
        }
        if (quotes == 2) quotes = 0;
    }
    add(w, out, n);
    return s;
}

char **command_line_split(const char *line, int *argc) {
    struct words w = {.argv = NULL};
    char *scratch = must(malloc(strlen(line) + 1));
    const char *s = take_name(&w, line);
    for (s += strspn(s, " \t"); *s; s += strspn(s, " \t")) s = take_word(&w, s, scratch);
    free(scratch);
    *argc = w.argc;
    return w.argv;
}
