#include "model/sweep_list.h"

#include "model/arena.h"
#include "model/text.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    ISSUES_MAX = 1000,     /* kept; beyond that only counted */
    TITLE_MAX_BYTES = 255, /* of one name, on every file system in use */
    WINDOWS_PATH_MAX = 259
};

static void *need(void *memory) {
    if (memory == NULL) abort();
    return memory;
}

/* ---- index: open addressing, nothing is ever taken out ---- */

/* A slot is 0, or the index of a case + 1 and some bits of its hash, so that few others are looked at. */
enum { ENTRY_BITS = 22 };
#define ENTRY_MASK ((UINT32_C(1) << ENTRY_BITS) - 1)
static_assert(SWEEP_LIST_MAX_CASES < ENTRY_MASK, "an entry holds the index of any case");

struct index {
    uint32_t *slots;
    size_t mask;
};

/* Room for n cases. */
static void index_make(struct index *x, size_t n) {
    x->mask = 63;
    while (x->mask < 2 * n) x->mask = 2 * x->mask + 1;
    x->slots = need(calloc(x->mask + 1, sizeof *x->slots));
}

static void index_add(struct index *x, uint32_t tag, size_t case_index) {
    size_t i = tag & x->mask;
    while (x->slots[i] != 0) i = (i + 1) & x->mask;
    x->slots[i] = (tag & ~ENTRY_MASK) | ((uint32_t)case_index + 1);
}

/* The next case that may be the one, from slot *at on; -1: none. */
static long index_next(const struct index *x, uint32_t tag, size_t *at) {
    for (; x->slots[*at & x->mask] != 0; ++*at) {
        uint32_t slot = x->slots[*at & x->mask];
        if (((slot ^ tag) & ~ENTRY_MASK) != 0) continue;
        ++*at;
        return (long)(slot & ENTRY_MASK) - 1;
    }
    return -1;
}

struct memory {
    struct arena arena;
    struct index titles; /* by title without letter case: serves both ways of looking */
    const char **troubles;
    size_t n_troubles, troubles_room;
};

/* ---- titles ---- */

static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c; }

/* A hash that grows with the name, so that the hash of each prefix of a name costs nothing. */
static const uint64_t hash_start = UINT64_C(0xCBF29CE484222325);

static uint64_t hash_next(uint64_t h, char c) { return (h ^ (unsigned char)lower(c)) * UINT64_C(0x00000100000001B3); }

static uint32_t hash_tag(uint64_t h) {
    h ^= h >> 32;
    h *= UINT64_C(0x9FB21C651E98DF25);
    return (uint32_t)(h >> 32);
}

static bool same_folded(const char *title, const char *name, size_t len) {
    for (size_t i = 0; i < len; i++) {
        if (lower(title[i]) != lower(name[i])) return false;
    }
    return title[len] == '\0';
}

struct found {
    long exact;      /* the case with this very title, -1 none */
    long folded;     /* the first whose title differs in letter case only, -1 none */
    size_t variants; /* how many differ in letter case only */
};

static struct found find_title(const struct sweep_list *l, const char *name, size_t len, uint32_t tag) {
    const struct index *x = &((const struct memory *)l->owned)->titles;
    struct found found = {-1, -1, 0};
    if (l->n_cases == 0) return found;
    size_t at = tag;
    for (long candidate; (candidate = index_next(x, tag, &at)) >= 0;) {
        const char *title = l->cases[candidate].title;
        if (strncmp(title, name, len) == 0 && title[len] == '\0') {
            found.exact = candidate;
        } else if (same_folded(title, name, len)) {
            found.variants++;
            if (found.folded < 0 || candidate < found.folded) found.folded = candidate;
        }
    }
    return found;
}

/* In one piece: its title and line. */
const char *sweep_case_line(const struct sweep_case *c) { return c->title + strlen(c->title) + 1; }

static bool is_blank(char c) { return c == ' ' || c == '\t'; }

const char *sweep_case_token(const struct sweep_case *c, int column, char out[SWEEP_TOKEN_BYTES]) {
    const char *s = sweep_case_line(c);
    size_t n = 0;
    for (int i = 0;; i++) {
        while (is_blank(*s)) s++;
        if (i == column) break;
        while (*s != '\0' && !is_blank(*s)) s++;
    }
    while (s[n] != '\0' && !is_blank(s[n]) && n < SWEEP_TOKEN_BYTES - 1) n++;
    memcpy(out, s, n);
    out[n] = '\0';
    return out;
}

/* 'p' may stand for the point. */
static bool token_number(char *token, double *value) {
    char *p = strchr(token, 'p');
    if (p != NULL) *p = '.';
    return text_number(token, value);
}

double sweep_case_value(const struct sweep_case *c, int column) {
    char token[SWEEP_TOKEN_BYTES];
    double value = 0;
    sweep_case_token(c, column, token);
    token_number(token, &value);
    return value;
}

void sweep_case_values(const struct sweep_case *c, double out[PROFILE_MAX_COLUMNS]) {
    for (int i = 0; i < (int)c->columns; i++) out[i] = sweep_case_value(c, i);
}

const char *sweep_list_trouble(const struct sweep_list *l, const struct sweep_case *c) {
    return c->trouble > 0 ? ((const struct memory *)l->owned)->troubles[c->trouble - 1] : NULL;
}

static long choose(struct found found, bool fold_case) {
    return found.exact >= 0 ? found.exact : fold_case ? found.folded : -1;
}

long sweep_list_match(const struct sweep_list *l, const struct profile *p, const char *name, bool fold_case,
                      bool *exact) {
    uint32_t tags[TITLE_MAX_BYTES + 1]; /* of the part before each '_' */
    uint64_t h = hash_start;
    size_t len = 0;
    for (; name[len] != '\0' && len <= TITLE_MAX_BYTES; len++) {
        if (name[len] == '_') tags[len] = hash_tag(h);
        h = hash_next(h, name[len]);
    }
    *exact = true;
    if (name[len] == '\0') {
        long match = choose(find_title(l, name, len, hash_tag(h)), fold_case);
        if (match >= 0) return match;
    }
    *exact = false;
    for (size_t i = len; i-- > 0;) {
        if (name[i] != '_') continue;
        long match = choose(find_title(l, name, i, tags[i]), fold_case);
        if (match >= 0 && profile_is_continuation(p, l->cases[match].columns, name + i)) return match;
    }
    return -1;
}

/* ---- parsing ---- */

struct slice {
    const char *at;
    size_t len;
};

struct parser {
    struct sweep_list *list;
    struct memory *memory;
    struct arena *arena; /* of the memory */
    struct index values; /* by the numbers, one case of each; only needed while parsing */
    const struct profile *profile;
    size_t path_room;
    size_t issues_room;
    size_t warnings_kept;
    size_t dropped, dropped_errors;
    const char *long_path[TITLE_MAX_BYTES + 1]; /* by length of the title: said once, not once a case */
};

static const char *sayv(struct arena *a, const char *format, va_list args) {
    char text[1024];
    int n = vsnprintf(text, sizeof text, format, args);
    if (n < 0) abort();
    return arena_copy(a, text, (size_t)n < sizeof text ? (size_t)n : sizeof text - 1);
}

static const char *say(struct arena *a, const char *format, ...) {
    va_list args;
    va_start(args, format);
    const char *text = sayv(a, format, args);
    va_end(args);
    return text;
}

/* Full of warnings, the list of issues still takes errors: they are what stops the user. */
static bool make_room_for_error(struct parser *s) {
    struct sweep_list *l = s->list;
    for (size_t i = s->warnings_kept > 0 ? l->n_issues : 0; i-- > 0;) {
        if (l->issues[i].severity != LIST_WARNING) continue;
        memmove(&l->issues[i], &l->issues[i + 1], (l->n_issues - i - 1) * sizeof *l->issues);
        l->n_issues--;
        s->warnings_kept--;
        return true;
    }
    return false;
}

static void add_issue(struct parser *s, struct list_issue issue) {
    struct sweep_list *l = s->list;
    if (l->n_issues == s->issues_room) {
        s->issues_room = s->issues_room == 0 ? 16 : 2 * s->issues_room;
        l->issues = need(realloc(l->issues, s->issues_room * sizeof *l->issues));
    }
    l->issues[l->n_issues++] = issue;
    if (issue.severity == LIST_WARNING) s->warnings_kept++;
}

static void report(struct parser *s, enum list_severity severity, size_t line_no, const char *format, ...) {
    struct sweep_list *l = s->list;
    if (severity == LIST_ERROR) l->n_errors++;
    if (l->n_issues >= ISSUES_MAX) {
        s->dropped++;
        if (severity == LIST_WARNING) return;
        if (!make_room_for_error(s)) {
            s->dropped_errors++;
            return;
        }
    }
    va_list args;
    va_start(args, format);
    add_issue(s, (struct list_issue){severity, (uint32_t)line_no, sayv(s->arena, format, args)});
    va_end(args);
}

/* Room for a token or title in a message; 64 bytes are enough to find it again. */
struct quoted {
    char text[64];
};

static struct quoted quote(struct slice token) {
    char whole[96];
    struct quoted q;
    size_t n = token.len < sizeof whole ? token.len : sizeof whole - 1;
    memcpy(whole, token.at, n);
    whole[n] = '\0';
    text_clean(whole, q.text, sizeof q.text);
    return q;
}

static struct quoted quote_text(const char *s) { return quote((struct slice){s, strlen(s)}); }

static bool has_byte(struct slice s, char c) { return memchr(s.at, c, s.len) != NULL; }

static bool has_non_ascii(struct slice s) {
    for (size_t i = 0; i < s.len; i++) {
        if ((unsigned char)s.at[i] >= 0x80) return true;
    }
    return false;
}

static bool has_dots(struct slice s) {
    for (size_t i = 0; i + 1 < s.len; i++) {
        if (s.at[i] == '.' && s.at[i + 1] == '.') return true;
    }
    return false;
}

static bool check_characters(struct parser *s, struct slice line, size_t line_no) {
    for (size_t i = 0; i < line.len; i++) {
        unsigned char c = (unsigned char)line.at[i];
        if ((c >= 0x20 && c != 0x7F) || c == '\t') continue;
        if (c == '\0') {
            report(s, LIST_ERROR, line_no, "the line has a NUL character; save the list as plain UTF-8 text");
        } else if (c == '\r') {
            report(s, LIST_ERROR, line_no,
                   "a carriage return stands inside the line; save the list with LF or CRLF line ends");
        } else {
            report(s, LIST_ERROR, line_no, "the line has a control character (0x%02X); remove it", c);
        }
        return false;
    }
    return true;
}

static bool read_value(struct parser *s, struct slice token, size_t line_no, double *value) {
    if (has_byte(token, '/') || has_byte(token, '\\') || has_dots(token)) {
        report(s, LIST_ERROR, line_no, "'%s' would lead out of the batch directory; a value is a plain number",
               quote(token).text);
        return false;
    }
    char text[TITLE_MAX_BYTES + 1];
    if (token.len < sizeof text) {
        memcpy(text, token.at, token.len);
        text[token.len] = '\0';
        if (token_number(text, value)) return true;
    }
    const char *remedy = "put '#' before a comment or a header line";
    if (token.len >= sizeof text) {
        remedy = "a value has at most 255 characters";
    } else if (has_non_ascii(token)) {
        remedy = "use half-width (ASCII) digits and blanks, and '#' before a comment or a header line";
    } else if (has_byte(token, '#')) {
        remedy = "put a blank before the '#' of a comment";
    } else if (has_byte(token, ',') || has_byte(token, ';')) {
        remedy = "separate columns with blanks and write fractions with '.'";
    }
    report(s, LIST_ERROR, line_no, "'%s' is not a number; %s", quote(token).text, remedy);
    return false;
}

/* "T EPS TAU [I0 [MU]]" */
static void column_help(const struct profile *p, char *out, size_t cap) {
    size_t n = 0;
    out[0] = '\0';
    for (int i = 0; i < p->n_columns && n < cap; i++) {
        n += (size_t)snprintf(out + n, cap - n, "%s%s%s", i > 0 ? " " : "", i >= p->min_columns ? "[" : "",
                              p->column[i].name);
    }
    for (int i = p->min_columns; i < p->n_columns && n < cap; i++) n += (size_t)snprintf(out + n, cap - n, "]");
}

static void report_columns(struct parser *s, size_t columns, size_t line_no) {
    const struct profile *p = s->profile;
    char help[256], expected[32];
    column_help(p, help, sizeof help);
    if (p->min_columns == p->n_columns) {
        snprintf(expected, sizeof expected, "%d", p->n_columns);
    } else {
        snprintf(expected, sizeof expected, "%d to %d", p->min_columns, p->n_columns);
    }
    report(s, LIST_ERROR, line_no, "%zu column%s, %s expected (%s)", columns, columns == 1 ? "" : "s", expected, help);
}

/* Why Windows cannot have a directory of this name; NULL: it can. */
static const char *windows_trouble(const char *title, size_t len) {
    static const char *const devices[] = {"con", "prn", "aux", "nul"};
    bool forbidden = title[strcspn(title, "<>:\"/\\|?*")] != '\0';
    for (size_t i = 0; i < len; i++) forbidden |= (unsigned char)title[i] < 0x20;
    if (forbidden) return "it has a character that is forbidden there";
    if (title[len - 1] == '.') return "it ends with a dot";
    if (title[len - 1] == ' ') return "it ends with a blank";
    char base[5] = "";
    size_t n = strcspn(title, ".");
    if (n > 4) return NULL;
    for (size_t i = 0; i < n; i++) base[i] = lower(title[i]);
    bool reserved =
        n == 4 && (strncmp(base, "com", 3) == 0 || strncmp(base, "lpt", 3) == 0) && base[3] >= '1' && base[3] <= '9';
    for (size_t i = 0; i < sizeof devices / sizeof devices[0]; i++) {
        if (strcmp(base, devices[i]) == 0) reserved = true;
    }
    return reserved ? "it is reserved for a device" : NULL;
}

static void add_trouble(struct parser *s, struct sweep_case *c, const char *trouble) {
    struct memory *m = s->memory;
    const char *has = sweep_list_trouble(s->list, c);
    if (has != NULL) trouble = say(s->arena, "%s; %s", has, trouble);
    if (m->n_troubles == m->troubles_room) {
        m->troubles_room = m->troubles_room == 0 ? 16 : 2 * m->troubles_room;
        m->troubles = need(realloc((void *)m->troubles, m->troubles_room * sizeof *m->troubles));
    }
    bool again = m->n_troubles > 0 && m->troubles[m->n_troubles - 1] == trouble; /* of thousands of long paths */
    if (!again) m->troubles[m->n_troubles++] = trouble;
    c->trouble = m->n_troubles & 0x7FFFFFFF;
}

static bool same_tokens(const struct sweep_case *c, const struct slice *tokens, size_t n) {
    char token[SWEEP_TOKEN_BYTES];
    if (c->columns != n) return false;
    for (size_t i = 0; i < n; i++) {
        sweep_case_token(c, (int)i, token);
        if (strncmp(token, tokens[i].at, tokens[i].len) != 0 || token[tokens[i].len] != '\0') return false;
    }
    return true;
}

static void lint_repeated(struct parser *s, struct sweep_case *first, const struct slice *tokens, size_t n,
                          size_t line_no) {
    if (same_tokens(first, tokens, n)) {
        report(s, LIST_WARNING, line_no, "lines %u and %zu are the same case; it counts once, remove one of them",
               (unsigned)first->line_no, line_no);
        return;
    }
    report(s, LIST_WARNING, line_no,
           "lines %u and %zu are written differently and have one title, '%s': both cases would write into one "
           "directory, change or remove one of them",
           (unsigned)first->line_no, line_no, quote_text(first->title).text);
    if (first->duplicate) return;
    first->duplicate = true;
    add_trouble(s, first,
                say(s->arena, "lines %u and %zu of the list have this title, one directory cannot hold both",
                    (unsigned)first->line_no, line_no));
}

static void lint_letter_case(struct parser *s, struct sweep_case *first, bool first_knows, struct sweep_case *second) {
    report(s, LIST_WARNING, second->line_no,
           "lines %u and %u have titles that differ only in letter case ('%s', '%s'): Windows and macOS give them one "
           "directory, write both alike",
           (unsigned)first->line_no, (unsigned)second->line_no, quote_text(first->title).text,
           quote_text(second->title).text);
    static const char format[] = "differs only in letter case from the title of line %u; Windows and macOS give both "
                                 "one directory";
    if (!first_knows) add_trouble(s, first, say(s->arena, format, (unsigned)second->line_no));
    add_trouble(s, second, say(s->arena, format, (unsigned)first->line_no));
    first->risky = second->risky = true;
}

/* Lines with the same numbers, written differently: "1" and "1.0". */
static void lint_twins(struct parser *s, size_t case_index, const double *values) {
    const struct sweep_case *c = &s->list->cases[case_index];
    double numbers[PROFILE_MAX_COLUMNS], others[PROFILE_MAX_COLUMNS] = {0};
    for (int i = 0; i < c->columns; i++) numbers[i] = values[i] + 0.0; /* -0 becomes 0 */
    size_t bytes = c->columns * sizeof numbers[0];
    uint32_t tag = hash_tag(text_hash(numbers, bytes, 0));
    size_t at = tag;
    for (long i; (i = index_next(&s->values, tag, &at)) >= 0;) {
        const struct sweep_case *other = &s->list->cases[i];
        sweep_case_values(other, others);
        bool same = other->columns == c->columns;
        for (int k = 0; same && k < c->columns; k++) same = !(others[k] < numbers[k] || others[k] > numbers[k]);
        if (!same) continue;
        report(
            s, LIST_WARNING, c->line_no,
            "lines %u and %u have the same numbers under two titles ('%s', '%s'): one computation runs twice, remove "
            "one of them",
            (unsigned)other->line_no, (unsigned)c->line_no, quote_text(other->title).text, quote_text(c->title).text);
        return;
    }
    index_add(&s->values, tag, case_index);
}

static void lint_name(struct parser *s, struct sweep_case *c, size_t len) {
    const char *windows = windows_trouble(c->title, len);
    if (windows != NULL) {
        report(s, LIST_WARNING, c->line_no,
               "Windows cannot have a directory named '%s': %s; write the values otherwise", quote_text(c->title).text,
               windows);
        c->risky = true;
        add_trouble(s, c, say(s->arena, "Windows cannot have a directory of this name: %s", windows));
    }
    size_t path = s->path_room + len; /* room 0, unknown: no title is that long by itself */
    if (path > WINDOWS_PATH_MAX) {
        report(s, LIST_WARNING, c->line_no,
               "the longest path of '%s' would have %zu characters, Windows allows %d; use a shorter batch directory",
               quote_text(c->title).text, path, WINDOWS_PATH_MAX);
        if (s->long_path[len] == NULL) {
            s->long_path[len] =
                say(s->arena, "its longest path would have %zu characters, Windows allows %d", path, WINDOWS_PATH_MAX);
        }
        c->risky = true;
        add_trouble(s, c, s->long_path[len]);
    }
}

static struct sweep_case *new_case(struct parser *s, const char *title, size_t len, struct slice line, size_t n) {
    char *at = arena_take(s->arena, len + 1 + line.len + 1, 1);
    memcpy(at, title, len + 1);
    memcpy(at + len + 1, line.at, line.len);
    at[len + 1 + line.len] = '\0';
    struct sweep_case *c = &s->list->cases[s->list->n_cases++];
    *c = (struct sweep_case){.title = at, .columns = n & 0xF};
    return c;
}

/* False: no use in reading on. */
static bool parse_line(struct parser *s, struct slice line, size_t line_no) {
    const struct profile *p = s->profile;
    struct slice tokens[PROFILE_MAX_COLUMNS];
    double values[PROFILE_MAX_COLUMNS];
    size_t n = 0;
    if (!check_characters(s, line, line_no)) return true;
    for (size_t i = 0; i < line.len;) {
        if (is_blank(line.at[i])) {
            i++;
            continue;
        }
        if (line.at[i] == '#') break;
        struct slice token = {line.at + i, 0};
        while (i < line.len && !is_blank(line.at[i])) i++;
        token.len = (size_t)(line.at + i - token.at);
        if (n < PROFILE_MAX_COLUMNS) {
            tokens[n] = token;
            if (!read_value(s, token, line_no, &values[n])) return true;
        }
        n++;
    }
    if (n == 0) return true;
    if (n < (size_t)p->min_columns || n > (size_t)p->n_columns) {
        report_columns(s, n, line_no);
        return true;
    }

    char text[PROFILE_MAX_COLUMNS][TITLE_MAX_BYTES + 1];
    const char *pointers[PROFILE_MAX_COLUMNS];
    for (size_t i = 0; i < n; i++) {
        memcpy(text[i], tokens[i].at, tokens[i].len);
        text[i][tokens[i].len] = '\0';
        pointers[i] = text[i];
    }
    char title[TITLE_MAX_BYTES + 1];
    size_t len = profile_title(p, pointers, (int)n, title, sizeof title);
    if (len == 0 || len > TITLE_MAX_BYTES) {
        report(s, LIST_ERROR, line_no,
               "the title would have %zu bytes, a directory name holds 1 to %d; shorten the values", len,
               TITLE_MAX_BYTES);
        return true;
    }

    uint64_t h = hash_start;
    for (size_t i = 0; i < len; i++) h = hash_next(h, title[i]);
    struct found found = find_title(s->list, title, len, hash_tag(h));
    if (found.exact >= 0) {
        lint_repeated(s, &s->list->cases[found.exact], tokens, n, line_no);
        return true;
    }
    if (s->list->n_cases == SWEEP_LIST_MAX_CASES) {
        report(s, LIST_ERROR, line_no, "more than %d cases; split the list", SWEEP_LIST_MAX_CASES);
        return false;
    }
    struct sweep_case *c = new_case(s, title, len, line, n);
    c->line_no = line_no & 0x7FFFFFF;
    size_t case_index = s->list->n_cases - 1;
    index_add(&s->memory->titles, hash_tag(h), case_index);
    lint_name(s, c, len);
    if (found.folded >= 0) {
        lint_letter_case(s, &s->list->cases[found.folded], found.variants > 1, c);
    } else {
        lint_twins(s, case_index, values);
    }
    return true;
}

static void parse_lines(struct parser *s, const char *text, size_t len) {
    const char *at = text, *end = text + len;
    for (size_t line_no = 1; at < end; line_no++) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        if (stop == NULL) stop = end;
        const char *tail = stop;
        while (tail > at && tail[-1] == '\r') tail--;
        if (!parse_line(s, (struct slice){at, (size_t)(tail - at)}, line_no)) return;
        at = stop + 1;
    }
}

/* As many cases as there may be. */
static size_t count_lines(const char *text, size_t len) {
    size_t n = 1;
    for (const char *at = text, *end = text + len; n < SWEEP_LIST_MAX_CASES; n++) {
        at = memchr(at, '\n', (size_t)(end - at));
        if (at == NULL) break;
        at++;
    }
    return n;
}

static void finish_issues(struct parser *s) {
    struct sweep_list *l = s->list;
    if (l->n_cases == 0) {
        /* About the whole list, so it comes first. */
        char help[256];
        column_help(s->profile, help, sizeof help);
        l->n_errors++;
        add_issue(s, (struct list_issue){LIST_ERROR, 0, NULL});
        memmove(&l->issues[1], &l->issues[0], (l->n_issues - 1) * sizeof *l->issues);
        l->issues[0] =
            (struct list_issue){LIST_ERROR, 0, say(s->arena, "the list has no case; write one a line (%s)", help)};
    }
    if (s->dropped > 0) {
        add_issue(s, (struct list_issue){s->dropped_errors > 0 ? LIST_ERROR : LIST_WARNING, 0,
                                         say(s->arena, "and %zu more; correct these first", s->dropped)});
    }
}

struct sweep_list *sweep_list_parse(const char *text, size_t len, const struct profile *p, size_t path_room) {
    struct sweep_list *l = need(calloc(1, sizeof *l));
    struct memory *memory = need(calloc(1, sizeof *memory));
    struct parser s = {.list = l, .memory = memory, .arena = &memory->arena, .profile = p, .path_room = path_room};
    l->owned = memory;
    if (len > SWEEP_LIST_MAX_BYTES) {
        report(&s, LIST_ERROR, 0, "the list has %zu bytes, at most %d can be read; is it the right file?", len,
               SWEEP_LIST_MAX_BYTES);
        return l;
    }
    size_t most = count_lines(text, len);
    index_make(&memory->titles, most);
    index_make(&s.values, most);
    l->cases = need(malloc(most * sizeof *l->cases));
    parse_lines(&s, text, len);
    finish_issues(&s);
    free(s.values.slots);
    /* no room left over */
    l->cases = need(realloc(l->cases, (l->n_cases > 0 ? l->n_cases : 1) * sizeof *l->cases));
    return l;
}

void sweep_list_free(struct sweep_list *l) {
    if (l == NULL) return;
    struct memory *memory = l->owned;
    arena_free(&memory->arena);
    free(memory->titles.slots);
    free((void *)memory->troubles);
    free(memory);
    free(l->cases);
    free(l->issues);
    free(l);
}
