#include "app/options.h"

#include "app/commands.h"
#include "app/once.h"
#include "model/fleet.h"
#include "model/text.h"
#include "tui/view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name;
    enum command command;
} commands[] = {
    {"watch", CMD_WATCH},
    {"check", CMD_CHECK},
    {"show", CMD_SHOW},
    {"failed", CMD_FAILED},
    {"lint", CMD_LINT},
    {"demo", CMD_DEMO},
    {"demo-writer", CMD_DEMO_WRITER},
    {"scan", CMD_SCAN},
    {"parent-pid", CMD_PARENT},
    {"replay", CMD_REPLAY},
    {"exec", CMD_EXEC},
    {"completion", CMD_COMPLETION},
    {"doctor", CMD_DOCTOR},
    {"help", CMD_HELP},
    {"version", CMD_VERSION},
};

enum option_type {
    OPT_FLAG,
    OPT_STRING,
    OPT_DURATION,
    OPT_INT,
    OPT_NUMBER,
    OPT_WORDS,
    OPT_COLOR,
    OPT_SEED,
    OPT_REMOTE
};

#define IN(c) (1u << (c))
enum {
    LIVE = IN(CMD_WATCH) | IN(CMD_DEMO),
    READS = IN(CMD_WATCH) | IN(CMD_CHECK) | IN(CMD_SHOW) | IN(CMD_FAILED),
    ONE_PASS = IN(CMD_CHECK) | IN(CMD_SHOW) | IN(CMD_FAILED),
    SWEEP = READS | IN(CMD_DEMO_WRITER) | IN(CMD_SCAN),
    ANY = LIVE | READS | IN(CMD_LINT) | IN(CMD_REPLAY),
    INTERNAL = IN(CMD_DEMO_WRITER) | IN(CMD_SCAN) | IN(CMD_PARENT) /* nobody types these */
};

struct option {
    const char *name;
    unsigned commands;
    enum option_type type;
    size_t offset;
};

static const struct option known[] = {
    {"batch-dir", SWEEP | IN(CMD_EXEC) | IN(CMD_DOCTOR), OPT_STRING, offsetof(struct options, batch_dir)},
    {"sweep-list", READS | IN(CMD_LINT) | IN(CMD_DOCTOR), OPT_STRING, offsetof(struct options, sweep_list)},
    {"remote", IN(CMD_WATCH), OPT_REMOTE, 0},
    {"apart", IN(CMD_SCAN), OPT_FLAG, offsetof(struct options, apart)},
    {"joblog", READS | IN(CMD_SCAN), OPT_STRING, offsetof(struct options, joblog)},
    {"case", IN(CMD_EXEC), OPT_STRING, offsetof(struct options, title)},
    {"archive-dir", SWEEP | IN(CMD_DOCTOR), OPT_STRING, offsetof(struct options, archive_dir)},
    {"profile", READS | IN(CMD_LINT) | IN(CMD_DOCTOR) | IN(CMD_SCAN), OPT_STRING, offsetof(struct options, profile)},
    {"require", READS | IN(CMD_SCAN), OPT_WORDS, 0},
    {"csv", LIVE | IN(CMD_CHECK) | IN(CMD_SHOW) | IN(CMD_REPLAY), OPT_STRING, offsetof(struct options, csv)},
    {"csv-bom", LIVE | IN(CMD_CHECK) | IN(CMD_REPLAY), OPT_FLAG, offsetof(struct options, csv_bom)},
    {"json", LIVE | IN(CMD_CHECK) | IN(CMD_SHOW) | IN(CMD_DOCTOR) | IN(CMD_REPLAY), OPT_STRING,
     offsetof(struct options, json)},
    {"html", LIVE | IN(CMD_CHECK) | IN(CMD_REPLAY), OPT_STRING, offsetof(struct options, html)},
    {"html-every", LIVE, OPT_DURATION, offsetof(struct options, html_every_ms)},
    {"record", LIVE, OPT_STRING, offsetof(struct options, record)},
    {"events", LIVE, OPT_STRING, offsetof(struct options, events)},
    {"metrics", LIVE, OPT_STRING, offsetof(struct options, metrics)},
    {"on-event", LIVE, OPT_STRING, offsetof(struct options, on_event)},
    {"start-at", IN(CMD_REPLAY), OPT_DURATION, offsetof(struct options, start_at_ms)},
    {"strict", LIVE | IN(CMD_CHECK), OPT_FLAG, offsetof(struct options, strict)},
    {"running", ONE_PASS, OPT_FLAG, offsetof(struct options, running)},
    {"readers", ONE_PASS, OPT_INT, offsetof(struct options, readers)},
    {"no-cache", ONE_PASS, OPT_FLAG, offsetof(struct options, no_cache)},
    {"poll", LIVE | IN(CMD_SCAN), OPT_FLAG, offsetof(struct options, poll)},
    {"stall-after", LIVE, OPT_DURATION, offsetof(struct options, stall_after_ms)},
    {"settle", LIVE, OPT_DURATION, offsetof(struct options, settle_ms)},
    {"archive-grace", LIVE, OPT_DURATION, offsetof(struct options, archive_grace_ms)},
    {"time-limit", LIVE, OPT_DURATION, offsetof(struct options, time_limit_ms)},
    {"pid", LIVE, OPT_INT, offsetof(struct options, pid)},
    {"exit-when-settled", LIVE, OPT_FLAG, offsetof(struct options, exit_when_settled)},
    {"ascii", LIVE | IN(CMD_REPLAY), OPT_FLAG, offsetof(struct options, ascii)},
    {"lang", LIVE | IN(CMD_REPLAY), OPT_STRING, offsetof(struct options, lang)},
    {"view", LIVE | IN(CMD_REPLAY), OPT_STRING, offsetof(struct options, view)},
    {"filter", LIVE | IN(CMD_CHECK) | IN(CMD_REPLAY), OPT_STRING, offsetof(struct options, filter)},
    {"notify", LIVE | IN(CMD_REPLAY), OPT_STRING, offsetof(struct options, notify)},
    {"once", IN(CMD_WATCH), OPT_FLAG, offsetof(struct options, once)},
    {"size", IN(CMD_WATCH), OPT_STRING, offsetof(struct options, size)},
    {"no-mouse", LIVE | IN(CMD_REPLAY), OPT_FLAG, offsetof(struct options, no_mouse)},
    {"format", IN(CMD_FAILED), OPT_STRING, offsetof(struct options, format)},
    {"color", ANY, OPT_COLOR, offsetof(struct options, color)},
    {"scenario", IN(CMD_DEMO) | IN(CMD_DEMO_WRITER), OPT_STRING, offsetof(struct options, scenario)},
    {"cases", IN(CMD_DEMO) | IN(CMD_DEMO_WRITER), OPT_INT, offsetof(struct options, cases)},
    {"speed", IN(CMD_DEMO) | IN(CMD_DEMO_WRITER) | IN(CMD_REPLAY), OPT_NUMBER, offsetof(struct options, speed)},
    {"seed", IN(CMD_DEMO) | IN(CMD_DEMO_WRITER), OPT_SEED, offsetof(struct options, seed)},
};

static const char *command_name(enum command c) {
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        if (commands[i].command == c) return commands[i].name;
    }
    return "sweepwatch";
}

bool options_duration(const char *s, int64_t *ms) {
    static const struct {
        const char *unit;
        double ms;
    } units[] = {{"", 1000}, {"ms", 1}, {"s", 1000}, {"m", 60e3}, {"min", 60e3}, {"h", 3600e3}, {"d", 86400e3}};
    size_t n = strspn(s, "0123456789.");
    char number[32];
    double value;
    if (n == 0 || n >= sizeof number) return false;
    memcpy(number, s, n);
    number[n] = '\0';
    if (!text_number(number, &value)) return false;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (strcmp(s + n, units[i].unit) != 0) continue;
        value *= units[i].ms;
        if (value > 10 * 366 * 86400e3) return false;
        *ms = (int64_t)value;
        return true;
    }
    return false;
}

static int complain(char message[512], const char *what, const char *detail) {
    char clean[200];
    text_clean(detail, clean, sizeof clean);
    snprintf(message, 512, what, clean);
    return EXIT_USAGE;
}

static const struct option *find_option(const char *name, size_t len) {
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (strlen(known[i].name) == len && memcmp(known[i].name, name, len) == 0) return &known[i];
    }
    return NULL;
}

static int set_option(struct options *o, const struct option *opt, const char *value, char message[512]) {
    void *slot = (char *)o + opt->offset;
    double number;
    int64_t ms;
    switch (opt->type) {
    case OPT_STRING:
        *(const char **)slot = value;
        return 0;
    case OPT_DURATION:
        if (!options_duration(value, &ms)) {
            return complain(message, "'%s' is not a time; write 90s, 10m, 2h or 1d", value);
        }
        *(int64_t *)slot = ms;
        return 0;
    case OPT_NUMBER:
        if (strcmp(value, "max") == 0) value = "0";
        if (!text_number(value, &number) || number < 0) {
            return complain(message, "'%s' is not a number from 0 up", value);
        }
        *(double *)slot = number;
        return 0;
    case OPT_INT:
        if (!text_number(value, &number) || number < 1 || number > 2147483647 || number != (double)(int)number) {
            return complain(message, "'%s' is not a whole number from 1 up", value);
        }
        if (opt->offset == offsetof(struct options, pid))
            o->pid = (int64_t)number;
        else
            *(int *)slot = (int)number;
        return 0;
    case OPT_SEED:
        if (!text_number(value, &number) || number < 0 || number > 9e15) {
            return complain(message, "'%s' is not a seed; write a whole number", value);
        }
        *(uint64_t *)slot = (uint64_t)number;
        return 0;
    case OPT_COLOR:
        if (strcmp(value, "auto") == 0)
            o->color = COLOR_AUTO;
        else if (strcmp(value, "always") == 0)
            o->color = COLOR_ALWAYS;
        else if (strcmp(value, "never") == 0)
            o->color = COLOR_NEVER;
        else
            return complain(message, "--color '%s' is not known; write auto, always or never", value);
        return 0;
    default:
        return 0;
    }
}

static void append(const char ***list, int *n, const char *word) {
    *list = realloc(*list, (size_t)(*n + 1) * sizeof **list);
    if (!*list) abort();
    (*list)[(*n)++] = word;
}

/* --require takes every word until the next option. */
static int take_words(struct options *o, int argc, char **argv, int i) {
    while (i + 1 < argc && strncmp(argv[i + 1], "--", 2) != 0) {
        append(&o->require, &o->n_require, argv[++i]);
    }
    return i;
}

static int take_option(struct options *o, int argc, char **argv, int *i, char message[512]) {
    const char *word = argv[*i] + 2, *eq = strchr(word, '=');
    size_t len = eq ? (size_t)(eq - word) : strlen(word);
    if (strcmp(word, "help") == 0 || strcmp(word, "version") == 0) {
        o->help_for = o->command;
        o->command = word[0] == 'h' ? CMD_HELP : CMD_VERSION;
        return 0;
    }
    if ((o->command == CMD_SHOW || o->command == CMD_DOCTOR) && strcmp(word, "json") == 0) {
        o->json_out = true;
        return 0;
    }
    const struct option *opt = find_option(word, len);
    if (!opt) return complain(message, "--%s is not an option; see sweepwatch --help", word);
    if (o->command != CMD_HELP && o->command != CMD_VERSION && !(opt->commands & IN(o->command))) {
        snprintf(message, 512, "--%s does not go with %s; see sweepwatch %s --help", opt->name,
                 command_name(o->command), command_name(o->command));
        return EXIT_USAGE;
    }
    if (opt->type == OPT_FLAG) {
        if (eq) return complain(message, "--%s takes no value", opt->name);
        *(bool *)((char *)o + opt->offset) = true;
        return 0;
    }
    if (opt->type == OPT_WORDS) {
        int from = o->n_require;
        if (eq) {
            argv[*i] += 2 + len + 1;
            --*i;
        }
        *i = take_words(o, argc, argv, *i);
        return o->n_require > from ? 0 : complain(message, "--%s needs at least one file", opt->name);
    }
    if (!eq && *i + 1 >= argc) return complain(message, "--%s needs a value", opt->name);
    const char *value = eq ? eq + 1 : argv[++*i];
    if (opt->offset == offsetof(struct options, batch_dir) && o->batch_operand) {
        return complain(message, "--batch-dir %s comes after another batch directory; name one of them", value);
    }
    if (opt->type == OPT_REMOTE) {
        append(&o->remotes, &o->n_remotes, value);
        return 0;
    }
    return set_option(o, opt, value, message);
}

static int take_operand(struct options *o, const char *word, char message[512]) {
    if (o->command == CMD_SHOW && !o->show_case) {
        o->show_case = word;
    } else if (o->command == CMD_REPLAY && !o->replay) {
        o->replay = word;
    } else if (o->command == CMD_COMPLETION && !o->shell) {
        o->shell = word;
    } else if (o->command == CMD_LINT && !o->sweep_list) {
        o->sweep_list = word;
    } else if ((IN(o->command) & (READS | IN(CMD_DOCTOR) | IN(CMD_SCAN))) && !o->batch_dir) {
        o->batch_dir = word;
        o->batch_operand = true;
    } else if (o->command == CMD_WATCH) {
        append(&o->more_batches, &o->n_more_batches, word);
    } else if (o->command != CMD_HELP && o->command != CMD_VERSION) {
        return complain(message, "'%s' is one word too many; see sweepwatch --help", word);
    }
    return 0;
}

/* What says nothing of a batch elsewhere, and what can be of one batch only. */
static int check_batches(const struct options *o, char message[512]) {
    const struct {
        const char *value;
        const char *here, *alone; /* what to do instead; NULL: it goes with those */
    } options[] = {
        {o->archive_dir && o->archive_dir[0] ? o->archive_dir : NULL,
         "--archive-dir %s is of this machine; write it after scan in --remote", NULL},
        {o->joblog, "--joblog %s is of this machine; write it after scan in --remote",
         "--joblog %s is of one batch; watch that one alone"},
        {o->record, "--record %s does not go with --remote; record where the batch is",
         "--record %s is of one batch; watch that one alone"},
        {o->sweep_list, NULL, "--sweep-list %s is of one batch; the others have their own kept lists"},
        {o->csv, NULL, "--csv %s is of one batch; each has its own under its checks/"},
        {o->json, NULL, "--json %s is of one batch; each has its own under its checks/"},
        {o->html, NULL, "--html %s is of one batch; each has its own under its checks/"},
    };
    int here = (o->batch_dir ? 1 : 0) + o->n_more_batches, n = here + o->n_remotes;
    if (n > FLEET_MAX) return complain(message, "more batches than can be watched at once%s", "");
    for (int i = 0; i < o->n_remotes; i++) {
        if (!o->remotes[i][0])
            return complain(message, "--remote needs a command, as 'ssh HOST sweepwatch scan DIR'%s", "");
    }
    if (o->pid && (n > 1 || o->n_remotes > 0)) {
        return complain(message, "--pid is of one batch of this machine; watch that one alone%s", "");
    }
    if (o->once && o->n_remotes > 0) {
        return complain(message, "--once does not go with --remote; run it where the batch is%s", "");
    }
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        if (!options[i].value) continue;
        if (o->n_remotes > 0 && here == 0 && options[i].here)
            return complain(message, options[i].here, options[i].value);
        if (n > 1 && options[i].alone) return complain(message, options[i].alone, options[i].value);
    }
    return 0;
}

/* What can be checked before anything is opened. */
static int check_screen(const struct options *o, char message[512]) {
    if (o->lang && strcmp(o->lang, "en") != 0 && strcmp(o->lang, "ja") != 0) {
        return complain(message, "--lang '%s' is not known; write en or ja", o->lang);
    }
    int cols, rows;
    if (o->size && !once_size(o->size, &cols, &rows)) {
        return complain(message, "--size '%s' is not a size; write 120x35", o->size);
    }
    if (o->view && view_from_name(o->view) < 0) {
        return complain(message, "--view '%s' is not known; write table, grid, timeline, problems or events", o->view);
    }
    if (o->notify && notice_from_word(o->notify) < 0) {
        return complain(message, "--notify '%s' is not known; write off, bell or desktop", o->notify);
    }
    return 0;
}

static int check_outputs(const struct options *o, char message[512]) {
    bool report_on_stdout = (o->csv && strcmp(o->csv, "-") == 0) || (o->json && strcmp(o->json, "-") == 0);
    if (o->events && strcmp(o->events, "-") == 0 && report_on_stdout) {
        return complain(message, "--events - and a report on standard output would be mixed; name a file for one%s",
                        "");
    }
    if (o->metrics && strcmp(o->metrics, "-") == 0) {
        return complain(message, "--metrics replaces a file again and again; name one, as /srv/metrics/sweep.prom%s",
                        "");
    }
    if (o->format && !failed_format_known(o->format)) {
        return complain(message, "--format '%s' is not known; write list, paths or json", o->format);
    }
    return 0;
}

int options_parse(int argc, char **argv, struct options *o, char message[512]) {
    int i = 1;
    bool operands_only = false;
    memset(o, 0, sizeof *o);
    o->help_for = CMD_HELP;
    o->speed = 1;
    for (size_t k = 0; argc > 1 && k < sizeof commands / sizeof *commands; k++) {
        if (strcmp(argv[1], commands[k].name) != 0) continue;
        o->command = commands[k].command;
        i = 2;
    }
    bool named = i == 2;
    for (; i < argc; i++) {
        int err;
        const char *word = argv[i];
        if (!operands_only && strcmp(word, "--") == 0) {
            operands_only = true;
            continue;
        }
        if (o->command == CMD_EXEC && (operands_only || word[0] != '-')) {
            o->run = argv + i; /* all the rest is the command's own */
            break;
        }
        if (!operands_only && strcmp(word, "-h") == 0) argv[i] = "--help";
        if (!operands_only && strcmp(word, "-V") == 0) argv[i] = "--version";
        if (o->command == CMD_HELP && named && o->help_for == CMD_HELP) {
            for (size_t k = 0; k < sizeof commands / sizeof *commands; k++) {
                if (strcmp(word, commands[k].name) == 0) o->help_for = commands[k].command;
            }
        }
        if (!operands_only && strncmp(argv[i], "--", 2) == 0) {
            err = take_option(o, argc, argv, &i, message);
        } else if (!operands_only && word[0] == '-' && word[1] && argv[i] == word) {
            err = complain(message, "'%s' is not an option; see sweepwatch --help", word);
        } else {
            err = take_operand(o, word, message);
        }
        if (err) return err;
        if ((o->command == CMD_HELP || o->command == CMD_VERSION) && !(named && o->command == CMD_HELP)) break;
    }
    int err = check_batches(o, message);
    if (err == 0) err = check_screen(o, message);
    if (err == 0) err = check_outputs(o, message);
    if (err) return err;
    if (!named && o->help_for == CMD_WATCH) o->help_for = CMD_HELP;
    if (o->command == CMD_LINT && !o->sweep_list) return complain(message, "lint needs a sweep list%s", "");
    if (o->command == CMD_COMPLETION && !o->shell) {
        return complain(message, "completion needs a shell; write bash, zsh, fish or powershell%s", "");
    }
    if (o->command == CMD_REPLAY && !o->replay) {
        return complain(message, "replay needs a record; watch --record FILE makes one%s", "");
    }
    if (o->command == CMD_EXEC && !o->title) {
        return complain(message, "exec needs the case it runs: sweepwatch exec --case TITLE -- COMMAND%s", "");
    }
    if (o->command == CMD_EXEC && !o->run) {
        return complain(message, "exec needs a command: sweepwatch exec --case TITLE -- COMMAND%s", "");
    }
    if (o->command == CMD_SHOW && !o->show_case) {
        return complain(message, "show needs a case; try sweepwatch show TITLE --batch-dir DIR%s", "");
    }
    return 0;
}

const char *options_command(size_t i, enum command *c) {
    for (size_t k = 0; k < sizeof commands / sizeof *commands; k++) {
        if (INTERNAL & IN(commands[k].command)) continue;
        *c = commands[k].command;
        if (i-- == 0) return commands[k].name;
    }
    return NULL;
}

const char *options_name(enum command c, size_t i, bool *value) {
    for (size_t k = 0; k < sizeof known / sizeof *known; k++) {
        if (!(known[k].commands & IN(c)) || i-- > 0) continue;
        *value = known[k].type != OPT_FLAG;
        return known[k].name;
    }
    *value = false;
    return i == 0 ? "help" : NULL;
}

void options_free(struct options *o) {
    free(o->require);
    free(o->more_batches);
    free(o->remotes);
}

static const char help_program[] = "sweepwatch: what is complete, running, stalled, missing, wrong or not archived\n"
                                   "in a parameter sweep, and why. It reads; it never touches the runs.\n"
                                   "\n"
                                   "  sweepwatch [watch] [BATCH_DIR ...]  live dashboard; plain lines when piped\n"
                                   "  sweepwatch check   [BATCH_DIR]   one pass, the report, an exit code\n"
                                   "  sweepwatch show    CASE          everything known about one case\n"
                                   "  sweepwatch failed  [BATCH_DIR]   what is to be run or archived again\n"
                                   "  sweepwatch lint    SWEEP_LIST    the list alone\n"
                                   "  sweepwatch doctor  [BATCH_DIR]   machine and settings, before the run\n"
                                   "  sweepwatch exec    --case TITLE -- CMD   run a case, record how it ended\n"
                                   "  sweepwatch replay  FILE          a recorded session, in the same dashboard\n"
                                   "  sweepwatch demo                  a simulated sweep, watched live\n"
                                   "  sweepwatch COMMAND --help        options of a command\n"
                                   "\n"
                                   "BATCH_DIR is a batch, or the directory of batches (the newest is taken);\n"
                                   "without it the current directory.\n"
                                   "\n"
                                   "exit codes: 0 done; 1 --strict and not all complete; 2 usage or unusable list;\n"
                                   "  3 not there; 4 ended before settled; 5 report or root failed; 130 interrupted\n";

static const char help_watch[] = "sweepwatch [watch] [BATCH_DIR ...] [options]: the live dashboard\n"
                                 "\n"
                                 "  --batch-dir DIR        the same as BATCH_DIR; it need not exist yet\n"
                                 "  --sweep-list FILE      expected cases (default checks/expected_sweep_list.txt)\n"
                                 "  --archive-dir DIR      where finished cases are copied; \"\" means none\n"
                                 "                         (default: what the cases' configurations say)\n"
                                 "  --profile FILE         another kind of sweep, described (docs/PROFILES.md)\n"
                                 "  --require FILE ...     required files, until the next option\n"
                                 "  --csv FILE --json FILE --html FILE  the report (default BATCH_DIR/checks/...)\n"
                                 "  --csv-bom              CSV with a byte order mark: Excel takes it for UTF-8\n"
                                 "  --remote COMMAND       a batch elsewhere, as 'ssh HOST sweepwatch scan DIR';\n"
                                 "                         again for further ones\n"
                                 "  --pid PID              the sweep's own process: its end is the sweep's\n"
                                 "  --settle TIME          quiet time after which the sweep is over (10m)\n"
                                 "  --stall-after TIME     silence that counts as a stall (default: learned)\n"
                                 "  --archive-grace TIME   silence until an unproven archive has failed (learned)\n"
                                 "  --time-limit TIME      end then, settled or not (exit 4)\n"
                                 "  --exit-when-settled    end once settled, also on a terminal\n"
                                 "  --strict               exit 1 unless every case is complete\n"
                                 "  --html-every TIME      write the page anew so often, for others to look at\n"
                                 "  --record FILE          keep what is seen, for sweepwatch replay\n"
                                 "  --events FILE          append a JSON object a line for each change; or -\n"
                                 "  --metrics FILE.prom    numbers for Prometheus, replaced every 15 s\n"
                                 "  --on-event COMMAND     run it when a case becomes a problem, or no longer is\n"
                                 "                         one, and when the sweep is over; see man sweepwatch\n"
                                 "  --joblog FILE          GNU parallel's job log: exit codes of the cases\n"
                                 "  --poll                 ask for no file events, look again and again\n"
                                 "  --view table|grid|timeline|problems|events   --filter 'stalled T>=4000'\n"
                                 "  --ascii  --color auto|always|never  --lang en|ja (default: from LANG)\n"
                                 "  --notify off|bell|desktop  how problems are told of (bell)    --no-mouse\n"
                                 "  --once [--size 120x35] one look, one screen on stdout; no report\n"
                                 "Keys: ? shows them. Without a terminal: one line a change of status.\n";

static const char help_check[] = "sweepwatch check [BATCH_DIR] [options]: one pass, the report, an exit code\n"
                                 "\n"
                                 "  --batch-dir DIR        the same as BATCH_DIR\n"
                                 "  --sweep-list FILE      expected cases (default checks/expected_sweep_list.txt,\n"
                                 "                         else what sweep_settings.txt names)\n"
                                 "  --archive-dir DIR      where finished cases are copied; \"\" means none\n"
                                 "                         (default: what the cases' configurations say)\n"
                                 "  --profile FILE         another kind of sweep, described (docs/PROFILES.md)\n"
                                 "  --require FILE ...     required files, until the next option\n"
                                 "  --csv FILE             default BATCH_DIR/checks/sweep_completeness.csv; or -\n"
                                 "  --csv-bom              with a byte order mark: Excel takes it for UTF-8\n"
                                 "  --json FILE            default BATCH_DIR/checks/sweep_completeness.json; or -\n"
                                 "  --html FILE            default BATCH_DIR/checks/sweep_report.html\n"
                                 "  --joblog FILE          GNU parallel's job log: exit codes of the cases\n"
                                 "  --strict               exit 1 unless every case is complete\n"
                                 "  --running              the sweep is still running: a snapshot\n"
                                 "  --filter 'stalled T>=4000'  tell only of these cases: the lines, and what goes\n"
                                 "                         to stdout (-); files and exit code are of all cases\n"
                                 "  --readers N            directories read at once (default: as the drive wants)\n"
                                 "  --no-cache             read every file, also those unchanged since the last\n"
                                 "                         check      --color auto|always|never\n"
                                 "\n"
                                 "exit codes: 0 done; 1 --strict and not all complete; 2 usage or unusable list;\n"
                                 "  3 batch or list not there; 5 report not written, or archive not readable\n";

static const char help_show[] = "sweepwatch show CASE [BATCH_DIR] [options]: everything known about one case\n"
                                "\n"
                                "  --json                 as one JSON object\n"
                                "  --batch-dir DIR  --sweep-list FILE  --archive-dir DIR  --require FILE ...\n"
                                "  --profile FILE         another kind of sweep, described (docs/PROFILES.md)\n"
                                "  --joblog FILE          GNU parallel's job log\n"
                                "  --running  the sweep is still running      --no-cache  read every file\n"
                                "\n"
                                "CASE is the title, as T4000_eps0p5_tau1p0, its beginning while that is one\n"
                                "case, or its values: \"4000 0.5 1.0\". Told are verdict and reasons, every file\n"
                                "with place, size and age, what contradicts the list, markers, where an absent\n"
                                "case is instead, and the end of its newest log.\n"
                                "exit codes: 0 told; 3 no such case (the nearest are named); 5 archive unreadable\n";

static const char help_failed[] = "sweepwatch failed [BATCH_DIR] [options]: what is to be run or archived again\n"
                                  "\n"
                                  "  --format list          the sweep list of the cases to run again (default)\n"
                                  "           paths         the directories of the cases to archive again\n"
                                  "           json          both, and all that is known of these cases\n"
                                  "  --batch-dir DIR  --sweep-list FILE  --archive-dir DIR  --require FILE ...\n"
                                  "  --profile FILE         another kind of sweep, described (docs/PROFILES.md)\n"
                                  "  --joblog FILE          GNU parallel's job log\n"
                                  "  --running              the sweep is still running: absent is not yet missing\n"
                                  "  --readers N            directories read at once (default: as the drive wants)\n"
                                  "\n"
                                  "One pass as check makes it, but nothing is written: what check would put into\n"
                                  "rerun_sweep_list.txt and archive_retry.txt goes to stdout. What the format does\n"
                                  "not show is counted on stderr.\n"
                                  "exit codes: 0 told; 2 usage or unusable list; 3 batch or list not there;\n"
                                  "  5 archive not readable: what only it could prove is to be archived again\n";

static const char help_lint[] = "sweepwatch lint SWEEP_LIST [--profile FILE]: the list alone\n"
                                "\n"
                                "Lines that cannot be used, titles that repeat, differ only in letter case or\n"
                                "are the same numbers, names that some system cannot hold.\n"
                                "--profile FILE: it is of another kind of sweep, described there\n"
                                "(docs/PROFILES.md).\n"
                                "exit codes: 0 usable (warnings are printed), 2 not usable, 3 not there\n";

static const char help_doctor[] = "sweepwatch doctor [BATCH_DIR] [options]: machine and settings, before the run\n"
                                  "\n"
                                  "  --batch-dir DIR        the same as BATCH_DIR (default: the environment's\n"
                                  "                         BATCH_DIR, else the current directory)\n"
                                  "  --archive-dir DIR      where finished cases will be copied (default:\n"
                                  "                         ARCHIVE_DIR of the environment or the settings); 8 MB\n"
                                  "                         are written there, measured and removed\n"
                                  "  --sweep-list FILE      expected cases (default: the batch's own)\n"
                                  "  --profile FILE         another kind of sweep, described (docs/PROFILES.md)\n"
                                  "  --json                 as one JSON object\n"
                                  "\n"
                                  "PASS, WARN, FAIL, or SKIP where nothing is known, each with what was found and\n"
                                  "what to do. Settings are those of the environment, else of sweep_settings.txt:\n"
                                  "PARALLEL_JOBS, JOB_MEM_GB, NUMBA_/OMP_/MKL_/OPENBLAS_NUM_THREADS,\n"
                                  "MARSDISK_CELL_PARALLEL, MARSDISK_CELL_JOBS, SKIP_PIP, HOOKS_STRICT, BATCH_ROOT,\n"
                                  "SWEEP_TAG.\n"
                                  "exit codes: 0 nothing failed; 1 something did; 2 usage\n";

static const char help_exec[] = "sweepwatch exec --case TITLE [--batch-dir DIR] [--] COMMAND [ARGUMENT ...]:\n"
                                "run a case's command and record how it ended\n"
                                "\n"
                                "  --case TITLE           the case, as T4000_eps0p5_tau1p0\n"
                                "  --batch-dir DIR        its batch (default: the environment's BATCH_DIR, else\n"
                                "                         the current directory)\n"
                                "\n"
                                "The command has this one's input, output, directory and environment, and hears\n"
                                "its signals. DIR/checks/exit/TITLE.json says when it began and ended, its code\n"
                                "or signal, memory, CPU time, process, machine and how many attempts there were;\n"
                                "watch, check and show read it. A record that cannot be written never stops it.\n"
                                "exit codes: those of the command; 128 + N when signal N ended it; 127 when it is\n"
                                "  not found, 126 when it cannot be run; 2 usage\n";

static const char help_scan[] = "sweepwatch scan [BATCH_DIR] [options]: facts for a watch on another machine\n"
                                "\n"
                                "  --batch-dir DIR        the same as BATCH_DIR\n"
                                "  --archive-dir DIR      where finished cases are copied; \"\" means none\n"
                                "                         (default: what the cases' configurations say)\n"
                                "  --require FILE ...     as given to the watch; --profile FILE likewise\n"
                                "  --joblog FILE          GNU parallel's job log: exit codes of the cases\n"
                                "  --poll                 ask for no file events, look again and again\n"
                                "\n"
                                "It is meant for the other end of a pipe, all paths are of its machine:\n"
                                "  sweepwatch watch --remote 'ssh HOST sweepwatch scan /data/batch'\n"
                                "It reads, looks only when asked to, and ends with its input.\n"
                                "exit codes: 0 its input ended; 2 usage, or a command it does not know\n";

static const char help_demo[] = "sweepwatch demo [options]: a simulated sweep, watched live\n"
                                "\n"
                                "  --scenario NAME        mixed (default): one of each trouble; clean; storm\n"
                                "  --cases N              how many cases\n"
                                "  --speed X              2: twice as fast; max: as fast as possible\n"
                                "  --seed S               another sweep; the same seed gives the same one\n"
                                "  --csv FILE --json FILE where the report goes\n"
                                "  and watch's --csv-bom, --stall-after, --settle, --exit-when-settled, --ascii\n";

static const char help_replay[] = "sweepwatch replay FILE [options]: what watch --record FILE kept, seen again\n"
                                  "\n"
                                  "  --speed X              2: twice as fast; max: at once (default 1)\n"
                                  "  --start-at TIME        begin this long after its beginning, as 90m\n"
                                  "  --csv FILE --json FILE --html FILE  the report as it was made then\n"
                                  "  --ascii  --color auto|always|never\n"
                                  "\n"
                                  "Keys beside those of the dashboard: p pause, . next change, + - speed,\n"
                                  "< > back and on by a twentieth. Nothing of the sweep is read or written.\n"
                                  "exit codes: 0 done; 2 no record, or a broken one; 3 not there; 5 a report\n"
                                  "could not be written\n";

const char *options_help(enum command c) {
    switch (c) {
    case CMD_WATCH:
        return help_watch;
    case CMD_CHECK:
        return help_check;
    case CMD_SHOW:
        return help_show;
    case CMD_FAILED:
        return help_failed;
    case CMD_LINT:
        return help_lint;
    case CMD_EXEC:
        return help_exec;
    case CMD_DOCTOR:
        return help_doctor;
    case CMD_SCAN:
        return help_scan;
    case CMD_DEMO:
        return help_demo;
    case CMD_REPLAY:
        return help_replay;
    default:
        return help_program;
    }
}
