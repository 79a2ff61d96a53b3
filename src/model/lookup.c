#include "model/lookup.h"

#include "model/text.h"

#include <string.h>

enum { NAME_MAX_BYTES = 255, FAR = 1 << 20 };

static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c; }

static bool is_separator(char c) { return c == '/' || c == '\\'; }

/* ---- distance ---- */

/* Letters to add, drop or change (Levenshtein), letter case aside; more than `most` is FAR. */
static int spelling(const char *a, const char *b, int most) {
    size_t na = strlen(a), nb = strlen(b);
    int row[NAME_MAX_BYTES + 1];
    size_t apart = na > nb ? na - nb : nb - na;
    if (na > NAME_MAX_BYTES || nb > NAME_MAX_BYTES || apart > (size_t)most) return FAR;
    for (size_t j = 0; j <= nb; j++) row[j] = (int)j;
    for (size_t i = 1; i <= na; i++) {
        int diagonal = row[0], least = row[0] = (int)i;
        for (size_t j = 1; j <= nb; j++) {
            int change = diagonal + (lower(a[i - 1]) != lower(b[j - 1]));
            diagonal = row[j];
            int best = change;
            if (row[j] + 1 < best) best = row[j] + 1;
            if (row[j - 1] + 1 < best) best = row[j - 1] + 1;
            row[j] = best;
            if (best < least) least = best;
        }
        if (least > most) return FAR;
    }
    return row[nb] <= most ? row[nb] : FAR;
}

struct numbers {
    int n;
    double value[PROFILE_MAX_COLUMNS];
};

static bool read_title(const struct table *t, const char *name, struct numbers *out) {
    char tokens[PROFILE_MAX_COLUMNS][32];
    out->n = profile_parse_title(table_profile(t), name, tokens);
    for (int i = 0; i < out->n; i++) {
        if (!text_number(tokens[i], &out->value[i])) return false;
    }
    return out->n > 0;
}

static bool same(double a, double b) {
    double apart = a < b ? b - a : a - b, size = a < 0 ? -a : a;
    return apart <= 1e-9 * size;
}

/* Columns that differ, and in the fraction by how much. */
static double by_numbers(const struct numbers *a, const struct sweep_case *c) {
    int columns = c->columns, n = a->n > columns ? a->n : columns, differ = 0;
    double much = 0;
    double values[PROFILE_MAX_COLUMNS];
    sweep_case_values(c, values);
    for (int i = 0; i < n; i++) {
        bool both = i < a->n && i < columns;
        if (both && same(a->value[i], values[i])) continue;
        differ++;
        if (!both) continue;
        double apart = a->value[i] - values[i], size = a->value[i] < 0 ? -a->value[i] : a->value[i];
        if (apart < 0) apart = -apart;
        much += apart / (apart + size);
    }
    return differ + much / (PROFILE_MAX_COLUMNS + 1);
}

struct wanted {
    const char *name;
    bool has_numbers;
    struct numbers numbers;
    int most; /* letters that may differ */
};

static struct wanted want(const struct table *t, const char *name) {
    struct wanted w = {.name = name};
    size_t len = strlen(name);
    w.has_numbers = read_title(t, name, &w.numbers);
    w.most = len < 9 ? 3 : (int)(len / 3);
    return w;
}

static double distance(const struct table *t, const struct wanted *w, const struct row *r) {
    const struct sweep_case *c = table_case(t, r);
    if (w->has_numbers && c) return by_numbers(&w->numbers, c);
    return spelling(w->name, r->title, w->most);
}

/* The nearest rows, nearest first; of equal ones the first in the list. Returns how many. */
static int nearest(const struct table *t, const struct wanted *w, const struct row *out[], int max) {
    double far[LOOKUP_NEAR];
    int n = 0;
    for (size_t i = 0; i < table_count(t); i++) {
        const struct row *r = table_row(t, i);
        double d = distance(t, w, r);
        if (d >= FAR) continue;
        int at = n < max ? n : max;
        while (at > 0 && far[at - 1] > d) at--;
        if (at == max) continue;
        if (n < max) n++;
        for (int k = n - 1; k > at; k--) {
            far[k] = far[k - 1];
            out[k] = out[k - 1];
        }
        far[at] = d;
        out[at] = r;
    }
    return n;
}

const struct row *lookup_nearest(const struct table *t, const char *name) {
    const struct row *near;
    struct wanted w = want(t, name);
    return nearest(t, &w, &near, 1) == 1 ? near : NULL;
}

/* ---- what people type ---- */

/* Notes one more row that is meant. */
static void meant(struct lookup *out, const struct row *r) {
    out->row = out->n_near == 0 ? r : NULL;
    out->ambiguous = out->n_near > 0;
    if (out->n_near < LOOKUP_NEAR) out->nearby[out->n_near++] = r;
}

static bool begins_with(const char *title, const char *text) {
    while (*text && lower(*title) == lower(*text)) title++, text++;
    return *text == '\0';
}

static void by_beginning(const struct table *t, const char *text, struct lookup *out) {
    for (size_t i = 0; *text && i < table_count(t); i++) {
        const struct row *r = table_row(t, i);
        if (!begins_with(r->title, text)) continue;
        if (r->title[strlen(text)] == '\0') { /* all of it: letter case was all that differed */
            *out = (struct lookup){.row = r, .n_near = 1, .nearby = {r}};
            return;
        }
        meant(out, r);
    }
}

static bool is_blank(char c) { return c == ' ' || c == '\t' || c == ',' || c == ';'; }

/* "4000 0.5 1.0" */
static bool read_values(const char *text, struct numbers *out) {
    out->n = 0;
    for (const char *s = text; *s;) {
        char token[64];
        size_t len = 0;
        if (is_blank(*s)) {
            s++;
            continue;
        }
        while (s[len] && !is_blank(s[len])) len++;
        if (len >= sizeof token || out->n == PROFILE_MAX_COLUMNS) return false;
        memcpy(token, s, len);
        token[len] = '\0';
        char *point = strchr(token, 'p'); /* as titles have it */
        if (point) *point = '.';
        if (!text_number(token, &out->value[out->n++])) return false;
        s += len;
    }
    return out->n > 0;
}

static void by_values(const struct table *t, const struct numbers *values, struct lookup *out) {
    for (size_t i = 0; i < table_count(t); i++) {
        const struct row *r = table_row(t, i);
        struct numbers has;
        const struct sweep_case *c = table_case(t, r);
        if (c) {
            sweep_case_values(c, has.value);
            has.n = c->columns;
        } else if (!read_title(t, r->title, &has)) {
            continue;
        }
        bool all = values->n <= has.n;
        for (int k = 0; all && k < values->n; k++) all = same(values->value[k], has.value[k]);
        if (all) meant(out, r);
    }
}

/* The last name of a path; trailing separators are left out. */
static const char *last_name(const char *text, char out[NAME_MAX_BYTES + 1]) {
    size_t end = strlen(text);
    while (end > 0 && is_separator(text[end - 1])) end--;
    size_t start = end;
    while (start > 0 && !is_separator(text[start - 1])) start--;
    size_t len = end - start <= NAME_MAX_BYTES ? end - start : NAME_MAX_BYTES;
    memcpy(out, text + start, len);
    out[len] = '\0';
    return out;
}

void lookup_case(const struct table *t, const char *text, struct lookup *out) {
    char name[NAME_MAX_BYTES + 1] = "";
    struct numbers values;
    memset(out, 0, sizeof *out);
    out->row = table_find(t, last_name(text, name));
    if (out->row) return;
    by_beginning(t, name, out);
    if (out->row || out->ambiguous) return;
    struct wanted w = want(t, name);
    if (read_values(text, &values)) {
        by_values(t, &values, out);
        w.has_numbers = true;
        w.numbers = values;
    }
    if (out->row || out->ambiguous) return;
    out->n_near = nearest(t, &w, out->nearby, LOOKUP_NEAR);
}
