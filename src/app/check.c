#include "app/commands.h"

#include "app/elsewhere.h"
#include "app/one_pass.h"
#include "app/report_job.h"
#include "report/summary_text.h"

#include <stdio.h>
#include <string.h>

static bool report_on_stdout(const struct session *s) {
    for (int o = 0; o < OUTPUT_COUNT; o++) {
        if (strcmp(s->output[o], "-") == 0) return true;
    }
    return false;
}

static int verdict_code(const struct session *s, bool archive_unread) {
    const struct table *t = s->table;
    if (archive_unread) return EXIT_IO;
    bool all = table_status_count(t, STATUS_COMPLETE) == table_count(t);
    return s->options->strict && !all ? EXIT_NOT_COMPLETE : EXIT_DONE;
}

/* --filter, in the words of this sweep's own columns. *only: NULL without one. */
static int read_filter(const struct session *s, struct filter *f, const struct filter **only) {
    char word[FILTER_WORD], what[400];
    *only = NULL;
    if (!s->options->filter) return 0;
    enum filter_error e = filter_parse(s->options->filter, s->profile, f, word);
    if (e != FILTER_OK) {
        filter_error_words(e, word, s->profile, what, sizeof what);
        session_say("--filter: %s", what);
        return EXIT_USAGE;
    }
    *only = f;
    return 0;
}

static int write_report(const struct session *s, const struct filter *only) {
    struct report_input in = report_input_now(s);
    struct report_result result;
    char words[SESSION_PATH + SESSION_MESSAGE];
    in.only = only;
    in.only_text = s->options->filter;
    report_job_run(s, &in, &result);
    report_result_words(&result, words, sizeof words);
    if (words[0]) session_say("%s", words);
    return result.err;
}

int command_check(const struct options *o) {
    struct session s;
    struct buffer text = {0};
    struct filter filter;
    const struct filter *only;
    bool archive_unread;
    int code = one_pass(&s, o, &archive_unread);
    if (code == 0) code = read_filter(&s, &filter, &only);
    if (code == 0) {
        if (!o->running) elsewhere_run(&s, NULL);
        code = verdict_code(&s, archive_unread);
        if (write_report(&s, only) < 0) code = EXIT_IO;
        summary_text(s.table, only, session_mono_ms(), &text);
        if (!report_on_stdout(&s)) fwrite(text.bytes, 1, text.len, stdout);
    }
    buffer_free(&text);
    session_close(&s);
    return code;
}
