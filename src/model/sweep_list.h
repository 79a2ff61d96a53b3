/* sweep_list: the expected cases, from the text of a sweep list.
 *
 * One case a line, tokens separated by blanks or tabs: as many as the profile has columns, at least
 * min_columns. '#' starts a comment (at the start of a token), empty lines and CR are ignored. A token is a
 * decimal number (sign, fraction, exponent); 'p' may stand for '.'. Text comes in as UTF-8 (see
 * platform/text.h for BOM and code pages).
 *
 * Titles are made by the profile. Lines that repeat a title are one case: the same tokens again is a warning;
 * other tokens with the same title mark the case `duplicate`.
 *
 * The list owns all its strings; immutable once parsed, so any thread may read it. Pure: libc only. */
#ifndef SW_MODEL_SWEEP_LIST_H
#define SW_MODEL_SWEEP_LIST_H

#include "model/profile.h"

/* What else there is to know of it is told by the functions below: a list may have a million of these. */
struct sweep_case {
    const char *title;
    uint32_t line_no : 27;  /* from 1; of the first of them when repeated */
    uint32_t columns : 4;   /* tokens on the line */
    uint32_t duplicate : 1; /* different lines have this title */
    uint32_t risky : 1;     /* a name that some system cannot hold apart, or hold at all */
    uint32_t trouble : 31;  /* private; see sweep_list_trouble */
};

enum list_severity { LIST_WARNING, LIST_ERROR };

struct list_issue {
    enum list_severity severity;
    uint32_t line_no;    /* 0: the whole list */
    const char *message; /* one sentence with the remedy; UTF-8, no control characters */
};

struct sweep_list {
    struct sweep_case *cases; /* in list order, one a title */
    size_t n_cases;
    struct list_issue *issues; /* in line order */
    size_t n_issues;
    size_t n_errors; /* more than 0: the list cannot be used */
    void *owned;
};

enum { SWEEP_LIST_MAX_BYTES = 64 * 1024 * 1024, SWEEP_LIST_MAX_CASES = 4 * 1000 * 1000 };

/* Parse and lint. path_room: length of "<batch directory>/" + longest path inside a case, to warn of paths over
 * 259 characters; 0: unknown, no warning. Errors in the text are issues, not failures: always returns a list
 * (abort()s only when memory is out). */
struct sweep_list *sweep_list_parse(const char *text, size_t len, const struct profile *p, size_t path_room);
void sweep_list_free(struct sweep_list *l); /* NULL is fine */

/* The line as it stood, without its end; of the first of them when repeated. */
const char *sweep_case_line(const struct sweep_case *c);
/* The numbers on the line, read from it again: fills out[columns]. */
void sweep_case_values(const struct sweep_case *c, double out[PROFILE_MAX_COLUMNS]);
/* That of a column < columns. */
double sweep_case_value(const struct sweep_case *c, int column);
/* Copies a token of the line to out, and returns it; column < columns. */
enum { SWEEP_TOKEN_BYTES = 256 };
const char *sweep_case_token(const struct sweep_case *c, int column, char out[SWEEP_TOKEN_BYTES]);
/* Why the case is duplicate or risky, in words; NULL: it is neither. */
const char *sweep_list_trouble(const struct sweep_list *l, const struct sweep_case *c);

/* Which case is the directory of this name? Returns its index or -1. *exact: the name is the title; else it is
 * the title with further parts (profile_is_continuation) and no case has it exactly. O(length of the name).
 * fold_case: names that differ only in ASCII letter case are the same (Windows, macOS). */
long sweep_list_match(const struct sweep_list *l, const struct profile *p, const char *name, bool fold_case,
                      bool *exact);

#endif
