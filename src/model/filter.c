#include "model/filter.h"

#include "model/grid.h"
#include "model/text.h"

#include <stdio.h>
#include <string.h>

static char fold(char c) { return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c; }

static bool same(const char *a, const char *b) {
    for (; *a != '\0' && fold(*a) == fold(*b); a++, b++) {}
    return *a == '\0' && *b == '\0';
}

bool filter_contains(const char *text, const char *needle) {
    size_t n = strlen(needle);
    for (; n > 0; text++) {
        size_t i = 0;
        while (i < n && text[i] != '\0' && fold(text[i]) == fold(needle[i])) i++;
        if (i == n) return true;
        if (*text == '\0') return false;
    }
    return true;
}

static int status_of(const char *word, unsigned *mask) {
    *mask = 0;
    for (int s = 0; s < STATUS_COUNT; s++) {
        bool problem = status_is_problem((enum case_status)s);
        if (same(word, status_word((enum case_status)s)) || (problem && same(word, "problem"))) *mask |= 1u << s;
    }
    return *mask != 0 ? 0 : -1;
}

static int flag_of(const char *word, unsigned *mask) {
    *mask = same(word, "any") ? (1u << FLAG_COUNT) - 1 : 0;
    if (same(word, "none")) return 0;
    for (int b = 0; b < FLAG_COUNT; b++) {
        if (same(word, flag_word((enum case_flag_bit)b))) *mask |= 1u << b;
    }
    return *mask != 0 ? 0 : -1;
}

static int column_of(const struct profile *p, const char *name) {
    for (int c = 0; c < p->n_columns; c++) {
        if (same(name, p->column[c].name)) return c;
    }
    return -1;
}

/* One term of the text, quotes taken away. */
struct token {
    char text[FILTER_WORD];
    bool quoted;
};

/* Reads the next token; returns where the text goes on, NULL at its end. *too_long: it did not fit. */
static const char *next_token(const char *text, struct token *t, bool *too_long) {
    size_t n = 0;
    char quote = '\0';
    *too_long = false;
    t->quoted = false;
    while (*text == ' ' || *text == '\t') text++;
    if (*text == '\0') return NULL;
    for (; *text != '\0' && (quote != '\0' || (*text != ' ' && *text != '\t')); text++) {
        if (quote == '\0' && n == 0 && *text == '"') {
            quote = '"';
            t->quoted = true;
        } else if (quote != '\0' && *text == quote) {
            quote = '\0';
        } else if (n + 1 < sizeof t->text) {
            t->text[n++] = *text;
        } else {
            *too_long = true;
        }
    }
    t->text[n] = '\0';
    return text;
}

/* Length of the operator at s, 0: none. */
static size_t operator_at(const char *s, enum filter_compare *compare) {
    bool equal = s[0] != '\0' && s[1] == '=';
    switch (s[0]) {
    case '=':
        *compare = FILTER_EQ;
        return equal ? 2 : 1; /* "==" is forgiven */
    case '!':
        *compare = FILTER_NE;
        return equal ? 2 : 0;
    case '<':
        *compare = equal ? FILTER_LE : FILTER_LT;
        return equal ? 2 : 1;
    case '>':
        *compare = equal ? FILTER_GE : FILTER_GT;
        return equal ? 2 : 1;
    default:
        return 0;
    }
}

/* One value of the comma-separated right side. */
static enum filter_error take_value(struct filter_term *t, const char *value) {
    unsigned mask;
    switch (t->what) {
    case FILTER_STATUS:
        if (status_of(value, &mask) < 0) return FILTER_NO_SUCH_STATUS;
        t->mask |= mask;
        return FILTER_OK;
    case FILTER_FLAG:
        if (flag_of(value, &mask) < 0) return FILTER_NO_SUCH_FLAG;
        t->mask |= mask;
        return FILTER_OK;
    default:
        if (t->n_values == FILTER_VALUES) return FILTER_TOO_LONG;
        return text_number(value, &t->value[t->n_values++]) ? FILTER_OK : FILTER_NOT_A_NUMBER;
    }
}

static enum filter_error take_comparison(struct filter_term *t, const struct profile *p, const char *name,
                                         const char *values, char word[FILTER_WORD]) {
    snprintf(word, FILTER_WORD, "%s", name);
    t->column = column_of(p, name);
    if (t->column >= 0) {
        t->what = FILTER_COLUMN;
    } else if (same(name, "state") || same(name, "status")) {
        t->what = FILTER_STATUS;
    } else if (same(name, "flag")) {
        t->what = FILTER_FLAG;
    } else if (same(name, "ok")) {
        t->what = FILTER_DONE;
    } else {
        return FILTER_NO_SUCH_NAME;
    }
    bool ordered = t->compare != FILTER_EQ && t->compare != FILTER_NE;
    if (ordered && (t->what == FILTER_STATUS || t->what == FILTER_FLAG)) return FILTER_NO_ORDER;
    while (true) {
        size_t len = strcspn(values, ",");
        snprintf(word, FILTER_WORD, "%.*s", (int)len, values);
        enum filter_error e = take_value(t, word);
        if (e != FILTER_OK || values[len] == '\0') return e;
        values += len + 1;
    }
}

static enum filter_error take_term(struct filter_term *t, const struct profile *p, const struct token *token,
                                   char word[FILTER_WORD]) {
    const char *s = token->text;
    memset(t, 0, sizeof *t);
    if (!token->quoted && *s == '!' && s[1] != '\0') {
        t->negated = true;
        s++;
    }
    if (!token->quoted) {
        size_t name = strcspn(s, "=!<>"), op = operator_at(s + name, &t->compare);
        if (name > 0 && op > 0) {
            char left[FILTER_WORD];
            snprintf(left, sizeof left, "%.*s", (int)name, s);
            return take_comparison(t, p, left, s + name + op, word);
        }
        t->what = FILTER_STATUS;
        if (status_of(s, &t->mask) == 0) return FILTER_OK;
        t->what = FILTER_FLAG;
        if (!same(s, "any") && !same(s, "none") && flag_of(s, &t->mask) == 0) return FILTER_OK;
    }
    t->what = FILTER_TITLE;
    snprintf(t->word, sizeof t->word, "%s", s);
    return FILTER_OK;
}

enum filter_error filter_parse(const char *text, const struct profile *p, struct filter *f, char word[FILTER_WORD]) {
    enum filter_error e = FILTER_OK;
    struct token token;
    bool too_long;
    f->n = 0;
    word[0] = '\0';
    while (e == FILTER_OK && (text = next_token(text, &token, &too_long)) != NULL) {
        char raw[FILTER_WORD];
        memcpy(raw, token.text, sizeof raw);
        e = too_long || f->n == FILTER_TERMS ? FILTER_TOO_LONG : take_term(&f->term[f->n], p, &token, raw);
        text_clean(raw, word, FILTER_WORD);
        if (e == FILTER_OK) f->n++;
    }
    if (e != FILTER_OK) f->n = 0;
    return e;
}

void filter_error_words(enum filter_error e, const char *word, const struct profile *p, char *out, size_t cap) {
    char names[160];
    size_t n = 0;
    names[0] = '\0';
    switch (e) {
    case FILTER_OK:
        snprintf(out, cap, "understood");
        break;
    case FILTER_NO_SUCH_NAME:
        for (int c = 0; c < p->n_columns && n < sizeof names; c++) {
            n += (size_t)snprintf(names + n, sizeof names - n, "%s, ", p->column[c].name);
        }
        snprintf(out, cap, "'%s' is no parameter; write %sstate, flag or ok", word, names);
        break;
    case FILTER_NO_SUCH_STATUS:
        for (int s = 0; s < STATUS_COUNT && n < sizeof names; s++) {
            n += (size_t)snprintf(names + n, sizeof names - n, "%s%s", s > 0 ? ", " : "",
                                  status_word((enum case_status)s));
        }
        snprintf(out, cap, "'%s' is no status; write one of %s", word, names);
        break;
    case FILTER_NO_SUCH_FLAG:
        snprintf(out, cap, "'%s' is no flag; write one as locked or config_mismatch, or any", word);
        break;
    case FILTER_NOT_A_NUMBER:
        snprintf(out, cap, "'%s' is not a number", word);
        break;
    case FILTER_NO_ORDER:
        snprintf(out, cap, "'%s' has no order; write = or !=", word);
        break;
    case FILTER_TOO_LONG:
        snprintf(out, cap, "the filter is too long at '%s'", word);
        break;
    }
}

static bool compares(double a, enum filter_compare c, double b) {
    /* Both were read from decimal text by the same rules: equal means equal. */
    switch (c) {
    case FILTER_LT:
        return a < b;
    case FILTER_LE:
        return a <= b;
    case FILTER_GT:
        return a > b;
    case FILTER_GE:
        return a >= b;
    default:
        return a >= b && a <= b;
    }
}

static bool compares_any(const struct filter_term *t, double a) {
    bool any = false;
    for (int i = 0; i < t->n_values; i++) any |= compares(a, t->compare, t->value[i]);
    return t->compare == FILTER_NE ? !any : any;
}

static bool holds(const struct filter_term *t, const struct table *table, const struct row *r,
                  enum case_status status) {
    double value;
    bool is;
    switch (t->what) {
    case FILTER_STATUS:
        is = (t->mask >> status & 1) != 0;
        return t->compare == FILTER_NE ? !is : is;
    case FILTER_FLAG:
        is = t->mask == 0 ? r->flags == 0 : (r->flags & t->mask) != 0;
        return t->compare == FILTER_NE ? !is : is;
    case FILTER_COLUMN:
        return grid_value(table, r, t->column, &value) && compares_any(t, value);
    case FILTER_DONE:
        return compares_any(t, (double)r->done);
    case FILTER_TITLE:
        return filter_contains(r->title, t->word);
    }
    return false;
}

bool filter_matches_as(const struct filter *f, const struct table *t, const struct row *r, enum case_status status) {
    for (int i = 0; i < f->n; i++) {
        if (holds(&f->term[i], t, r, status) == f->term[i].negated) return false;
    }
    return true;
}

bool filter_matches(const struct filter *f, const struct table *t, const struct row *r) {
    return filter_matches_as(f, t, r, (enum case_status)r->status);
}
