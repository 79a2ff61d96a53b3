/* options: argv -> what to do. Pure but for the messages it hands back. */
#ifndef SW_APP_OPTIONS_H
#define SW_APP_OPTIONS_H

#include "model/table.h"

enum exit_code {
    EXIT_DONE = 0,
    EXIT_NOT_COMPLETE = 1, /* --strict, and some verdict is not complete */
    EXIT_USAGE = 2,        /* usage, or a list that cannot be used */
    EXIT_NOT_THERE = 3,    /* a directory or file named is not there */
    EXIT_NOT_SETTLED = 4,  /* ended before everything settled */
    EXIT_IO = 5,           /* the report could not be written, or a root could not be read */
    EXIT_INTERRUPTED = 130
};

enum command {
    CMD_WATCH,
    CMD_CHECK,
    CMD_SHOW,
    CMD_FAILED,
    CMD_LINT,
    CMD_EXEC,
    CMD_DOCTOR,
    CMD_DEMO,
    CMD_REPLAY,
    CMD_DEMO_WRITER, /* hidden: the child of demo that writes the sweep */
    CMD_SCAN,        /* scans for a watch that reads its facts from stdout; people only write it into --remote */
    CMD_PARENT,      /* hidden: prints who started it; a command script does not know its own process */
    CMD_COMPLETION,  /* for packages and for people who ask: a shell's completion script */
    CMD_HELP,
    CMD_VERSION
};

enum color_choice { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

struct options {
    enum command command;
    enum command help_for;     /* CMD_HELP: of which command; CMD_HELP itself: the whole program */
    const char *batch_dir;     /* as given; NULL: not given */
    bool batch_operand;        /* without --batch-dir */
    const char **more_batches; /* watch: further ones */
    int n_more_batches;
    const char *sweep_list;  /* NULL: not given */
    const char *archive_dir; /* NULL: not given; "": none */
    const char *profile;     /* NULL: the built-in one; scan: "-" is standard input */
    const char **require;    /* NULL: the profile's own */
    int n_require;
    const char **remotes; /* watch: commands, each connects to the scan of a batch elsewhere */
    int n_remotes;
    const char *csv, *json, *html; /* NULL: under checks/; "-": stdout */
    const char *show_case;         /* show */
    const char *record;            /* where the facts are kept; NULL: nowhere */
    const char *events;            /* where events go, a line each; "-": stdout; NULL: nowhere */
    const char *on_event;          /* a command for each event; NULL: none */
    const char *metrics;           /* where numbers for Prometheus go; NULL: nowhere */
    const char *shell;             /* completion: bash, zsh, fish, powershell */
    const char *replay;            /* replay: the record */
    int64_t start_at_ms;           /* replay: this long after its beginning */
    const char *title;             /* exec: of the case */
    char **run;                    /* exec: the command, ends with NULL */
    const char *joblog;            /* GNU parallel's; NULL: none */
    bool strict, running, poll, ascii, exit_when_settled, json_out;
    bool csv_bom;  /* the CSV begins with a byte order mark */
    bool no_cache; /* read also what has not changed since the last pass */
    bool apart;    /* scan: one root, of this machine's watch */
    enum color_choice color;
    /* the dashboard; each of these is NULL when not given, and checked by options_parse */
    const char *lang;   /* "en", "ja" */
    const char *view;   /* a view by its name */
    const char *filter; /* a filter as model/filter.h has it; of check, too */
    const char *notify; /* "off", "bell", "desktop" */
    const char *size;   /* "COLSxROWS", for once */
    const char *format; /* failed: "list", "paths", "json"; NULL: the first */
    bool no_mouse, once;
    int64_t stall_after_ms, settle_ms, archive_grace_ms, time_limit_ms, html_every_ms; /* 0: default or none */
    int64_t pid;                                                                       /* 0: none */
    int readers;
    /* demo and its writer */
    const char *scenario;
    int cases;
    double speed;
    uint64_t seed;
};

/* Fills *o; 0, or EXIT_USAGE with one line in message (what, and the remedy). Strings point into argv. */
int options_parse(int argc, char **argv, struct options *o, char message[512]);
void options_free(struct options *o);

/* What can be written on a command line, for completion: the i-th command for people (NULL: no more), and the i-th
 * option of it without its dashes (NULL: no more); *value: it takes one. Static. */
const char *options_command(size_t i, enum command *c);
const char *options_name(enum command c, size_t i, bool *value);

/* Help text of a command (CMD_HELP: of the program); static, fits a screen of 80x24. */
const char *options_help(enum command c);

/* "90", "90s", "1.5m", "2h", "3d" -> milliseconds; false when it is none or out of 0..10 years. */
bool options_duration(const char *s, int64_t *ms);

#endif
