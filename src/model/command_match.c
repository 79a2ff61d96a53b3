#include "model/command_match.h"

#include "model/text.h"

#include <stdlib.h>
#include <string.h>

enum {
    WORD_BYTES = 256,  /* a longer word is no title and no number */
    MAX_NUMBERS = 64,  /* of a command; those past it are not looked at */
    MAX_TRIALS = 20000 /* subsequences of numbers that are tried */
};

struct command_match {
    const struct sweep_list *list;
    const struct profile *profile;
    bool fold_case;
    uint32_t *bucket; /* by values: index + 1 of a case, 0 none; open addressing */
    size_t n_buckets;
    unsigned columns; /* bit n: some line has n columns */
};

static double normal(double v) { return v == 0 ? 0 : v; } /* -0 is 0 */

static uint64_t hash_of(const double *values, int n) {
    double own[PROFILE_MAX_COLUMNS];
    for (int i = 0; i < n; i++) own[i] = normal(values[i]);
    return text_hash(own, (size_t)n * sizeof *own, (uint64_t)n);
}

static bool equal(const struct sweep_case *c, const double *values, int n) {
    if (c->columns != n) return false;
    double own[PROFILE_MAX_COLUMNS];
    sweep_case_values(c, own);
    for (int i = 0; i < n; i++) {
        if (own[i] != values[i]) return false;
    }
    return true;
}

struct command_match *command_match_new(const struct sweep_list *l, const struct profile *p, bool fold_case) {
    struct command_match *m = calloc(1, sizeof *m);
    if (!m) abort();
    m->list = l;
    m->profile = p;
    m->fold_case = fold_case;
    m->n_buckets = 64;
    while (m->n_buckets < 2 * l->n_cases) m->n_buckets *= 2;
    m->bucket = calloc(m->n_buckets, sizeof *m->bucket);
    if (!m->bucket) abort();
    for (size_t i = 0; i < l->n_cases; i++) {
        const struct sweep_case *c = &l->cases[i];
        double values[PROFILE_MAX_COLUMNS];
        sweep_case_values(c, values);
        size_t at = hash_of(values, c->columns) & (m->n_buckets - 1);
        while (m->bucket[at]) at = (at + 1) & (m->n_buckets - 1);
        m->bucket[at] = (uint32_t)i + 1;
        m->columns |= 1u << c->columns;
    }
    return m;
}

void command_match_free(struct command_match *m) {
    if (!m) return;
    free(m->bucket);
    free(m);
}

/* What was found so far: one case, none, or several. */
struct found {
    long index; /* -1: none */
    bool several;
};

static void add(struct found *f, long index) {
    if (f->index >= 0 && f->index != index) f->several = true;
    f->index = index;
}

/* ---- by title ---- */

static bool in_word(char c) { return c != '\0' && !strchr(" \t\r\n\f\v/\\\"'`=,;:()[]{}<>|&$!?*@#%^~", c); }

static size_t next_word(const char **at, char word[WORD_BYTES]) {
    const char *s = *at;
    while (*s && !in_word(*s)) s++;
    size_t len = 0;
    while (in_word(s[len])) len++;
    *at = s + len;
    if (len >= WORD_BYTES) len = 0; /* none that could be meant */
    memcpy(word, s, len);
    word[len] = '\0';
    return (size_t)(*at - s);
}

/* "T4000_eps0p5.log": the name without its endings is a title too. */
static void find_title(const struct command_match *m, char word[WORD_BYTES], struct found *f) {
    for (char *end = word + strlen(word); end > word; *end = '\0') {
        bool exact;
        long i = sweep_list_match(m->list, m->profile, word, m->fold_case, &exact);
        if (i >= 0) {
            add(f, i);
            return;
        }
        end = strrchr(word, '.');
        if (!end) return;
    }
}

static struct found by_title(const struct command_match *m, const char *command) {
    struct found f = {-1, false};
    char word[WORD_BYTES];
    while (next_word(&command, word) > 0) find_title(m, word, &f);
    return f;
}

/* ---- by values ---- */

static void find_values(const struct command_match *m, const double *values, int n, struct found *f) {
    size_t at = hash_of(values, n) & (m->n_buckets - 1);
    for (; m->bucket[at]; at = (at + 1) & (m->n_buckets - 1)) {
        long i = (long)m->bucket[at] - 1;
        if (equal(&m->list->cases[i], values, n)) add(f, i);
    }
}

static bool is_number(const char *word, double *value) {
    char text[64];
    size_t len = strlen(word);
    if (len >= sizeof text) return false;
    memcpy(text, word, len + 1);
    char *p = strchr(text, 'p');
    if (p) *p = '.'; /* as in a list */
    return text_number(text, value);
}

static int numbers_of(const char *command, double out[MAX_NUMBERS]) {
    char word[WORD_BYTES];
    int n = 0;
    while (n < MAX_NUMBERS && next_word(&command, word) > 0) n += is_number(word, &out[n]);
    return n;
}

static struct found in_a_row(const struct command_match *m, const double *numbers, int n) {
    struct found f = {-1, false};
    for (int columns = 1; columns <= PROFILE_MAX_COLUMNS; columns++) {
        if (!(m->columns & 1u << columns)) continue;
        for (int i = 0; i + columns <= n; i++) find_values(m, numbers + i, columns, &f);
    }
    return f;
}

/* Every choice of `columns` numbers, in order. Too many to try are as good as several found. */
static void in_order(const struct command_match *m, const double *numbers, int n, int columns, struct found *f) {
    int pick[PROFILE_MAX_COLUMNS];
    double values[PROFILE_MAX_COLUMNS];
    long trials = 0;
    if (columns > n) return;
    for (int i = 0; i < columns; i++) pick[i] = i;
    for (;;) {
        for (int i = 0; i < columns; i++) values[i] = numbers[pick[i]];
        find_values(m, values, columns, f);
        int i = columns - 1;
        while (i >= 0 && pick[i] == n - columns + i) i--;
        if (i < 0) return;
        pick[i]++;
        for (int k = i + 1; k < columns; k++) pick[k] = pick[k - 1] + 1;
        if (++trials < MAX_TRIALS) continue;
        f->several = true;
        return;
    }
}

static struct found by_values(const struct command_match *m, const char *command) {
    double numbers[MAX_NUMBERS];
    int n = numbers_of(command, numbers);
    struct found f = in_a_row(m, numbers, n);
    if (f.index >= 0) return f;
    for (int columns = 1; columns <= PROFILE_MAX_COLUMNS; columns++) {
        if (m->columns & 1u << columns) in_order(m, numbers, n, columns, &f);
    }
    return f;
}

long command_match_find(const struct command_match *m, const char *command, bool *ambiguous) {
    struct found f = by_title(m, command);
    if (f.index < 0) f = by_values(m, command);
    *ambiguous = f.several;
    return f.several ? -1 : f.index;
}
