/* profile: what a case of a sweep must produce, as data.
 *
 * Everything that is particular to one kind of sweep stands in this structure; no other file of the
 * program knows a file name of it. The built-in profile is the temp_supply sweep; others are read from files
 * (app/profile_file.h, docs/PROFILES.md).
 *
 * Plain data, immutable once built; every function is pure and thread safe. A profile read or made by
 * profile_with_required is the caller's (profile_free); the built-in one is static. */
#ifndef SW_MODEL_PROFILE_H
#define SW_MODEL_PROFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    PROFILE_MAX_COLUMNS = 8,
    PROFILE_MAX_ARTIFACTS = 32, /* artifact sets are uint32_t masks */
    PROFILE_MAX_VALUES = 32,
    PROFILE_MAX_FORMS = 4, /* places in a document where one value may stand */
    PROFILE_MAX_NAMES = 8
};

/* How the content of a file is judged whole.
 * JSON: one object, NaN and +-Infinity allowed. CSV: header, a row, final newline.
 * PARQUET: "PAR1" at both ends, footer length fits. MANIFEST: JSON, and its list of files is compared
 * with the directory it stands in. MARKER: any content, the text is kept. ANY: being there is enough. */
enum file_kind { KIND_ANY, KIND_JSON, KIND_CSV, KIND_PARQUET, KIND_MANIFEST, KIND_MARKER };

/* What an artifact means to the classifier; bits. */
enum artifact_role {
    ROLE_REQUIRED = 1 << 0,       /* a case is not complete without it */
    ROLE_CONFIG = 1 << 1,         /* says what the case believes it computes */
    ROLE_LAST_RESULT = 1 << 2,    /* written after all other results */
    ROLE_OWNER_PROOF = 1 << 3,    /* equal here and in the archive: the archive copy is of this batch */
    ROLE_WRITTEN_ONCE = 1 << 4,   /* whole, then another version: overwritten */
    ROLE_MERGED = 1 << 5,         /* made from chunks */
    ROLE_MARKER_FAILURE = 1 << 6, /* in the batch directory: archiving failed, the text says why */
    ROLE_MARKER_DONE = 1 << 7,    /* in the archive: the copy is finished */
    ROLE_MANIFEST = 1 << 8        /* in the archive: what was copied */
};

struct profile_column {
    const char *name;   /* as people say it: "T", "EPS"; also the name in filters and reports */
    const char *prefix; /* before the value in a title: "T", "eps" */
    const char *suffix; /* after it, "" mostly */
    char dot;           /* what '.' becomes in a title, 0: stays */
    bool optional;      /* may be absent at the end of a line */
};

struct profile_artifact {
    const char *path; /* relative to the case directory, '/' between names */
    enum file_kind kind;
    unsigned roles;           /* enum artifact_role */
    const char *alternatives; /* "series/" + "*.parquet": a pattern for the last name only, or NULL */
    const char *chunks;       /* pattern of those alternatives that are unmerged pieces, or NULL */
};

/* What one value taken from a JSON artifact is for. */
enum value_use {
    USE_COLUMN,             /* number; must equal the list's column */
    USE_CASE_DIR,           /* path of the case's directory, perhaps of another machine */
    USE_PHASE,              /* text; equal to value.expect means the run has not ended */
    USE_ARCHIVE_ENABLED,    /* bool */
    USE_ARCHIVE_FORCED_OFF, /* bool; true: off after all */
    USE_ARCHIVE_DIR,        /* path */
    USE_MERGE_TARGET,       /* text */
    USE_KEEP_LOCAL,         /* text: all, metadata, none */
    USE_OUTCOME,            /* text, physics; shown, never judged */
    USE_PROGRESS_END,       /* number; where the progress column ends; of several the last of the profile counts */
    USE_VIOLATION           /* present and neither null nor false: worth a flag */
};

struct profile_value {
    const char *name; /* in facts and reports */
    enum value_use use;
    int artifact;                         /* index of the artifact it is read from */
    int column;                           /* USE_COLUMN: index of the column, else -1 */
    const char *expect;                   /* USE_PHASE */
    double scale;                         /* USE_COLUMN, USE_PROGRESS_END: what the number is multiplied by */
    const char *paths[PROFILE_MAX_FORMS]; /* dotted paths, each form that is present is a value; NULL
                                             or the end of the array ends */
};

/* How far along a case is, by a column of a Parquet artifact that grows from 0 to the end its configuration names. */
struct profile_progress {
    const char *column; /* dotted path of the column; NULL: no such thing is known, and the rest means nothing */
    int artifact;       /* the merged file */
    const char *chunks; /* pattern of its pieces, which lie beside it until they are merged; NULL: none */
};

struct profile {
    const char *name;
    struct profile_column column[PROFILE_MAX_COLUMNS];
    int n_columns, min_columns;
    struct profile_artifact artifact[PROFILE_MAX_ARTIFACTS];
    int n_artifacts;
    int required_order[PROFILE_MAX_ARTIFACTS]; /* indices of the required artifacts as they are reported */
    int n_required;                            /* entries of required_order; 0: in the order of artifact[] */
    struct profile_value value[PROFILE_MAX_VALUES];
    int n_values;
    struct profile_progress progress;
    const char *not_cases[PROFILE_MAX_NAMES];        /* names in the batch directory that are never cases; NULL ends */
    const char *kept_list;                           /* relative to the batch: "checks/expected_sweep_list.txt" */
    const char *settings;                            /* the same: "sweep_settings.txt", key=value lines */
    const char *settings_list_key;                   /* its key that names the list */
    const char *manifest_ignores[PROFILE_MAX_NAMES]; /* in the archive but not listed by the manifest; NULL ends */
    void *owned;                                     /* memory of its strings, or NULL: freed with it */
};

/* The temp_supply sweep. */
const struct profile *profile_builtin(void);

/* A copy of base that requires exactly the n paths of `required`, in that order: known artifacts keep their
 * position in artifact[] and their rules, others are appended with the kind their ending tells (.json .csv
 * .parquet, else ANY), and what is not named is no longer required. A path named twice counts once. Paths: '\' is
 * taken as '/'; "./" and empty names are dropped. The copy borrows base's strings: base must outlive it.
 * Errors: NULL, and *bad is the index of the word that is empty, absolute, has "..", or is one too many. */
struct profile *profile_with_required(const struct profile *base, const char *const required[], int n, int *bad);
void profile_free(struct profile *p); /* NULL is fine */

/* The form in which a path of a case directory stands in a profile: '/' between names, no "." and no empty names.
 * Writes it to out (strlen(word) + 1 bytes). False: no such path can be in a case directory (empty, absolute, with
 * ".."). */
bool profile_normal_path(const char *word, char *out);
/* What the ending of a path tells: .json .csv .parquet, else ANY. */
enum file_kind profile_kind_of(const char *path);

/* Indices of the required artifacts in the order they are reported; returns how many. */
int profile_required(const struct profile *p, int out[PROFILE_MAX_ARTIFACTS]);

/* The artifact that says that a copy in the archive is finished: the done marker, else the manifest; -1: the profile
 * has neither, and a copy is finished when every required file is there. */
int profile_copy_end(const struct profile *p);

/* Bytes of the longest path inside a case directory, with those of chunks. */
size_t profile_longest_path(const struct profile *p);

int profile_artifact_index(const struct profile *p, const char *path); /* -1: none */
int profile_value_index(const struct profile *p, const char *name);    /* -1: none */

/* A number of a configuration as people can compare it with the list's: "4745300.0 (= 1.4)" where the value has a
 * scale, else as it stands. Cut at cap bytes, not cleaned. */
void profile_found_words(const struct profile_value *v, const char *found, char *out, size_t cap);

/* Shell pattern with '*' and '?' over one name; no brackets, no '/'. */
bool profile_glob(const char *pattern, const char *name);

/* Title of a case from its n tokens. Writes at most cap bytes with the NUL; returns the full length. */
size_t profile_title(const struct profile *p, const char *const tokens[], int n, char *out, size_t cap);

/* The reverse: the tokens' text of a directory name ('.' put back), for a sweep without a list.
 * Optional columns may be left out, also between others (one title writer appends the last column only): their token is
 * "". Returns the number of columns up to the last one named, 0 when the name is no title. Each token: at most 31
 * characters, a number as text_number takes it; those past the returned number are "". */
int profile_parse_title(const struct profile *p, const char *name, char tokens[PROFILE_MAX_COLUMNS][32]);

/* Is `rest` (after an expected title of `have` columns) made of parts of the columns that follow, each at
 * most once and in order: "_mu0p5", "_i00p05_mu1p0"? */
bool profile_is_continuation(const struct profile *p, int have, const char *rest);

#endif
