#include "app/commands.h"
#include "app/doctor_facts.h"
#include "app/session.h"
#include "report/json_writer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void put_json(const struct doctor_line *lines, int n, bool good, struct buffer *out) {
    struct json_writer w = {.out = out};
    json_open(&w, NULL, '{');
    json_int(&w, "schema_version", 1);
    json_bool(&w, "ok", good);
    json_open(&w, "checks", '[');
    for (int i = 0; i < n; i++) {
        json_open(&w, NULL, '{');
        json_string(&w, "check", lines[i].check);
        json_string(&w, "grade", doctor_grade_word(lines[i].grade));
        json_string(&w, "found", lines[i].found);
        json_string(&w, "remedy", lines[i].remedy[0] ? lines[i].remedy : NULL);
        json_close(&w, '}');
    }
    json_close(&w, ']');
    json_close(&w, '}');
}

static void put_text(const struct doctor_line *lines, int n, struct buffer *out) {
    for (int i = 0; i < n; i++) {
        buffer_format(out, "%s  %-14s ", doctor_grade_word(lines[i].grade), lines[i].check);
        buffer_text(out, lines[i].found);
        buffer_text(out, "\n");
        if (!lines[i].remedy[0]) continue;
        buffer_format(out, "%21s-> ", "");
        buffer_text(out, lines[i].remedy);
        buffer_text(out, "\n");
    }
}

int command_doctor(const struct options *o) {
    static struct session s; /* a thread that hangs may still read its profile */
    struct doctor_line lines[DOCTOR_LINES];
    struct buffer out = {0};
    bool hung, good = true;
    s.options = o;
    int code = session_open_profile(&s);
    if (code) {
        session_close(&s);
        return code;
    }
    int n = doctor_judge(doctor_gather(o, s.profile, &hung), lines);
    for (int i = 0; i < n; i++) good &= lines[i].grade != DOCTOR_FAIL;
    if (o->json_out)
        put_json(lines, n, good, &out);
    else
        put_text(lines, n, &out);
    fwrite(out.bytes, 1, out.len, stdout);
    buffer_free(&out);
    if (hung) {
        fflush(NULL);
        _Exit(good ? EXIT_DONE : EXIT_NOT_COMPLETE);
    }
    session_close(&s);
    return good ? EXIT_DONE : EXIT_NOT_COMPLETE;
}
