/* filter: which cases a person wants to see, from one line of text.
 *
 * Terms stand beside each other and must all hold; '!' before a term turns it round:
 *   stalled                 a status or a flag by its word; "problem": any status that needs a person
 *   state=stalled,missing   one of these statuses ("status=" is the same; != too)
 *   flag=locked             one of these flags; "flag=any", "flag=none"
 *   T=4000  EPS>=0.5        a parameter of the list by its name, compared as a number: = != < <= > >=
 *   tau=0.5,1.0             one of these numbers
 *   ok<4                    required files that are whole
 *   anything else           a part of the title, in any letter case; "quoted" when it has blanks or looks like a term
 *
 * Plain data, no pointers into the text. Pure and thread safe; libc only. */
#ifndef SW_MODEL_FILTER_H
#define SW_MODEL_FILTER_H

#include "model/table.h"

enum { FILTER_TERMS = 16, FILTER_VALUES = 16, FILTER_WORD = 96 };

enum filter_what { FILTER_STATUS, FILTER_FLAG, FILTER_COLUMN, FILTER_DONE, FILTER_TITLE };
enum filter_compare { FILTER_EQ, FILTER_NE, FILTER_LT, FILTER_LE, FILTER_GT, FILTER_GE };

struct filter_term {
    enum filter_what what;
    enum filter_compare compare;
    bool negated;
    int column;    /* FILTER_COLUMN: index into profile.column */
    unsigned mask; /* FILTER_STATUS, FILTER_FLAG: bits; FILTER_FLAG 0: no flag at all */
    int n_values;
    double value[FILTER_VALUES];
    char word[FILTER_WORD]; /* FILTER_TITLE */
};

struct filter {
    int n; /* 0: everything matches */
    struct filter_term term[FILTER_TERMS];
};

enum filter_error {
    FILTER_OK,
    FILTER_NO_SUCH_NAME,   /* neither a parameter nor state, flag, ok */
    FILTER_NO_SUCH_STATUS, /* state= something else */
    FILTER_NO_SUCH_FLAG,
    FILTER_NOT_A_NUMBER,
    FILTER_NO_ORDER, /* < or > with a status or a flag */
    FILTER_TOO_LONG  /* too many terms or values, or too long a word */
};

/* Fills *f. On an error *f matches everything and word (NUL-terminated) is what was not understood, cleaned. */
enum filter_error filter_parse(const char *text, const struct profile *p, struct filter *f, char word[FILTER_WORD]);
/* The error as one English sentence with its remedy. */
void filter_error_words(enum filter_error e, const char *word, const struct profile *p, char *out, size_t cap);

bool filter_matches(const struct filter *f, const struct table *t, const struct row *r);
/* The same as if the row had that status. */
bool filter_matches_as(const struct filter *f, const struct table *t, const struct row *r, enum case_status status);

/* Is needle a part of text, in any (ASCII) letter case? An empty needle is. */
bool filter_contains(const char *text, const char *needle);

#endif
