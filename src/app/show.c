#include "app/commands.h"

#include "app/elsewhere.h"
#include "app/one_pass.h"
#include "model/lookup.h"
#include "report/report.h"
#include "watch/closeup_read.h"

#include <stdio.h>
#include <string.h>

/* The names to choose from, "a, b, c". */
static void join_titles(const struct lookup *found, char *out, size_t cap) {
    size_t used = 0;
    out[0] = '\0';
    for (int i = 0; i < found->n_near && used < cap; i++) {
        used += (size_t)snprintf(out + used, cap - used, "%s%s", i > 0 ? ", " : "", found->nearby[i]->title);
    }
}

/* A directory of the batch that is no case of the list? */
static bool is_unexpected(const struct table *t, const char *name) {
    const struct place *place[1000];
    size_t n = table_unexpected(t, place, sizeof place / sizeof *place);
    for (size_t i = 0; i < n && i < sizeof place / sizeof *place; i++) {
        if (strcmp(place[i]->name, name) == 0) return true;
    }
    return false;
}

static void say_unknown(const struct session *s, const struct lookup *found, const char *text) {
    char titles[LOOKUP_NEAR * 260];
    join_titles(found, titles, sizeof titles);
    if (found->ambiguous) {
        session_say("'%s' could be several cases: %s%s; write more of the title", text, titles,
                    found->n_near == LOOKUP_NEAR ? " ..." : "");
    } else if (is_unexpected(s->table, text)) {
        session_say("the directory %s is in %s and matches no line of the list%s%s", text, s->batch,
                    titles[0] ? "; nearest: " : "", titles);
    } else if (titles[0]) {
        session_say("no case '%s' in %s; did you mean %s?", text, s->batch, titles);
    } else {
        session_say("no case '%s' in %s; the titles stand in %s", text, s->batch, s->output[OUTPUT_CSV]);
    }
}

static void print_case(struct session *s, const struct row *r, bool json) {
    struct buffer text = {0};
    struct closeup_order order;
    struct closeup closeup;
    closeup_order_make(s->table, r, &order);
    closeup_read(fs_real(), &order, &closeup);
    closeup_order_free(&order);
    struct report_input in = {
        .table = s->table, .now = session_mono_ms(), .wall = session_wall_ms(), .closeup = &closeup};
    if (json)
        report_case_json(&in, r, &text);
    else
        report_case_text(&in, r, &text);
    fwrite(text.bytes, 1, text.len, stdout);
    buffer_free(&text);
}

int command_show(const struct options *o) {
    struct session s;
    bool archive_unread;
    int code = one_pass(&s, o, &archive_unread);
    if (code == 0) {
        struct lookup found;
        lookup_case(s.table, o->show_case, &found);
        if (found.row) {
            if (!o->running) elsewhere_run(&s, found.row);
            print_case(&s, found.row, o->json_out);
            code = archive_unread ? EXIT_IO : EXIT_DONE;
        } else {
            say_unknown(&s, &found, o->show_case);
            code = EXIT_NOT_THERE;
        }
    }
    session_close(&s);
    return code;
}
