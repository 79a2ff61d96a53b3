#include "app/commands.h"

#include "app/one_pass.h"
#include "app/report_job.h"
#include "report/summary_text.h"

#include <stdio.h>
#include <string.h>

static bool report_on_stdout(const struct session *s) { return strcmp(s->csv, "-") == 0 || strcmp(s->json, "-") == 0; }

static int verdict_code(const struct session *s, bool archive_unread) {
    const struct table *t = s->table;
    if (archive_unread) return EXIT_IO;
    bool all = table_status_count(t, STATUS_COMPLETE) == table_count(t);
    return s->options->strict && !all ? EXIT_NOT_COMPLETE : EXIT_DONE;
}

int command_check(const struct options *o) {
    struct session s;
    struct report_job job = {0};
    struct buffer text = {0};
    bool archive_unread;
    int code = one_pass(&s, o, &archive_unread);
    if (code == 0) {
        code = verdict_code(&s, archive_unread);
        int err = report_job_run(&job, &s, !o->running);
        if (err < 0) {
            session_say("the report could not be written to %s: %s", job.failed_path, uv_strerror(err));
            code = EXIT_IO;
        }
        summary_text(s.table, session_mono_ms(), &text);
        if (!report_on_stdout(&s)) fwrite(text.bytes, 1, text.len, stdout);
    }
    buffer_free(&text);
    report_job_free(&job);
    session_close(&s);
    return code;
}
