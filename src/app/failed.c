#include "app/commands.h"

#include "app/elsewhere.h"
#include "app/one_pass.h"
#include "app/report_job.h"

#include <stdio.h>
#include <string.h>

enum format { FORMAT_LIST, FORMAT_PATHS, FORMAT_JSON, FORMAT_COUNT };
static const char *const format_words[FORMAT_COUNT] = {"list", "paths", "json"};

static int format_from_word(const char *word) {
    for (int i = 0; i < FORMAT_COUNT; i++) {
        if (strcmp(word, format_words[i]) == 0) return i;
    }
    return -1;
}

bool failed_format_known(const char *word) { return format_from_word(word) >= 0; }

/* What the format at hand does not show is said, so that nobody takes it for all there is. */
static void say_rest(const struct report_steps *s, enum format format) {
    if (s->n_rerun + s->n_retry == 0) {
        session_say("nothing is to be run again or archived again");
    } else if (format == FORMAT_LIST && s->n_retry > 0) {
        session_say("and %zu case%s only to be archived again: --format paths", s->n_retry,
                    s->n_retry == 1 ? " is" : "s are");
    } else if (format == FORMAT_PATHS && s->n_rerun > 0) {
        session_say("and %zu case%s to be run again: --format list", s->n_rerun, s->n_rerun == 1 ? " is" : "s are");
    }
}

static int print_steps(const struct session *s, enum format format) {
    struct report_steps steps = {0};
    struct buffer text = {0};
    struct report_input in = report_input_now(s);
    in.rerun_path = in.retry_path = NULL; /* no file is written here */
    for (size_t i = 0; i < table_count(s->table); i++) {
        const struct row *r = table_row(s->table, i);
        report_steps_add(&steps, r, (enum case_status)r->status);
    }
    if (format == FORMAT_LIST)
        report_steps_rerun(&in, &steps, &text);
    else if (format == FORMAT_PATHS)
        report_steps_retry(&in, &steps, &text);
    else
        report_steps_json(&in, &steps, &text);
    bool written = text.len == 0 || (fwrite(text.bytes, 1, text.len, stdout) == text.len && fflush(stdout) == 0);
    say_rest(&steps, format);
    buffer_free(&text);
    report_steps_free(&steps);
    return written ? EXIT_DONE : EXIT_IO;
}

int command_failed(const struct options *o) {
    struct session s;
    bool archive_unread;
    enum format format = o->format ? (enum format)format_from_word(o->format) : FORMAT_LIST;
    int code = one_pass(&s, o, &archive_unread);
    if (code == 0) {
        if (!o->running && format == FORMAT_JSON) elsewhere_run(&s, NULL); /* only there it is told */
        code = print_steps(&s, format);
        if (archive_unread) code = EXIT_IO;
    }
    session_close(&s);
    return code;
}
