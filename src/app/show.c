#include "app/commands.h"

#include "app/one_pass.h"
#include "report/report.h"
#include "report/summary_text.h"

#include <stdio.h>

int command_show(const struct options *o) {
    struct session s;
    struct buffer text = {0};
    bool archive_unread;
    int code = one_pass(&s, o, &archive_unread);
    if (code == 0) {
        const struct row *r = table_find(s.table, o->show_case);
        if (!r) {
            session_say("no case '%s' in %s; the titles stand in %s", o->show_case, s.batch, s.output[OUTPUT_CSV]);
            code = EXIT_NOT_THERE;
        } else if (o->json_out) {
            struct report_input in = {.table = s.table, .now = session_mono_ms(), .wall = session_wall_ms()};
            report_case_json(&in, r, &text);
        } else {
            summary_case(s.table, r, session_mono_ms(), &text);
        }
        fwrite(text.bytes, 1, text.len, stdout);
        if (code == 0 && archive_unread) code = EXIT_IO;
    }
    buffer_free(&text);
    session_close(&s);
    return code;
}
