/* session: from options to a table ready for facts; what check, show and watch have in common.
 * Blocking file system calls: before the live loop starts only. Messages go to stderr. */
#ifndef SW_APP_SESSION_H
#define SW_APP_SESSION_H

#include "app/options.h"
#include "model/table.h"
#include "report/report.h"
#include "watch/scan_lines.h"

enum { SESSION_MESSAGE = 1024, SESSION_PATH = 4096 };

struct session {
    const struct options *options;
    const struct profile *profile;
    struct profile *file_profile; /* of --profile, or NULL */
    char *profile_text;           /* its text as UTF-8 */
    size_t profile_len;
    struct profile *own_profile; /* made by --require from either, or NULL */
    struct policy policy;
    struct table *table;
    char *batch;                     /* as given (or the newest batch in what was given), no trailing separator */
    char *archive;                   /* as given; NULL: none or not given */
    char *label;                     /* the batch as people call it: HOST:PATH of one elsewhere, else batch */
    char *report_dir;                /* where the report and lists go that nobody named a place for */
    char *output[OUTPUT_COUNT];      /* where the report goes; "-": stdout */
    bool output_given[OUTPUT_COUNT]; /* the person named the place */
    char *list_path;                 /* explicit list, or NULL */
    char *list_text;                 /* its text as UTF-8 */
    size_t list_len;
    const char *remote;  /* command that connects to the machine of the batch; NULL: it is this one */
    bool located;        /* it is known which batch it is: of a remote one since it has said so */
    char *state_dir;     /* remote: where report_dir will be */
    char *batch_path;    /* absolute, links resolved where it exists; NULL: unknown */
    bool batch_may_hang; /* live: it is on a network or behind a program */
    char *batch_name, *batch_real_name;
};

/* live: the batch need not exist yet. Returns 0 or an exit code, after saying why. */
int session_open(struct session *s, const struct options *o, bool live);
/* Of a batch on another machine: everything that is known before it answers. */
int session_open_remote(struct session *s, const struct options *o, const char *command);
/* It has answered: which batch it is. Before any fact of it is applied; no file system call. */
void session_set_origin(struct session *s, const struct scan_origin *o);
void session_close(struct session *s);
/* The profile alone, of s->options; one taken before stays. Returns 0 or an exit code, after saying why. */
int session_open_profile(struct session *s);
/* A profile of this text (malloc'ed, taken over; UTF-8, NUL-terminated) instead of the built-in one; name: of it, in
 * messages. Returns as above. */
int session_take_profile(struct session *s, const char *name, char *text, size_t len);
/* The profile in use with these files required. False: *bad is the one that cannot be. */
bool session_require(struct session *s, const char *const required[], int n, int *bad);
/* Can --filter be understood with this profile? Returns as above. */
int session_check_filter(const struct options *o, const struct profile *p);
/* Which directories s->options mean, and their names, with the profile. Blocking; any thread. */
void session_find_places(struct session *s);

/* The explicit list's copy under checks/: written when none is kept yet, a differing one is reported. Blocking; any
 * thread. message: what there is to say, or "". */
void session_keep_list(const struct session *s, char message[SESSION_MESSAGE]);

/* Says why a list that is there cannot be used (settings_list_problem). Returns EXIT_USAGE. */
int session_list_unread(const char *path, const char *problem);

/* Parses a list's text, prints its issues as "path:line: error: ...", and gives the list to the table when it can be
 * used. Returns 0 or EXIT_USAGE. */
int session_use_list(struct session *s, const char *path, const char *text, size_t len, int64_t now);

/* A text that says what the list in use says; malloc'ed, NUL-terminated, *len without the NUL. NULL: there is none. */
char *session_list_text(const struct session *s, size_t *len);

/* The name of this batch's directory in an archive that keeps batches apart (ARCHIVE/BATCH/TITLE); NULL: unknown. */
const char *session_archive_batch(const struct session *s);

/* The batch that is meant by a directory: itself, or the newest batch in it, which is said. To be freed. Blocking. */
char *session_find_batch(const struct profile *p, const char *given);

/* Are there lines of a job log that are of no case? Then message says so. */
bool session_unmatched(const struct table *t, char message[SESSION_MESSAGE]);

/* One line on stderr, "sweepwatch: ..." */
#if defined(__GNUC__)
__attribute__((format(printf, 1, 2)))
#endif
void session_say(const char *format, ...);

bool session_on_a_terminal(
    void);                     /* a dashboard can be shown: input and output are one that understands more than text */
int64_t session_wall_ms(void); /* since 1970 UTC */
int64_t session_mono_ms(void);

#endif
