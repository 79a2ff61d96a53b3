#include "report/event.h"

#include "model/text.h"
#include "report/json_writer.h"
#include "report/summary_text.h"

#include <stdio.h>
#include <string.h>

const char *event_word(enum event_kind k) {
    static const char *const words[] = {"status", "root", "settled", "reopened", "digest"};
    return words[k];
}

void event_time(int64_t wall_ms, char out[EVENT_TIME_BYTES]) {
    char when[SUMMARY_TIME_BYTES];
    summary_time(wall_ms, when);
    when[10] = 'T';
    snprintf(out, EVENT_TIME_BYTES, "%s.%03dZ", when, (int)(wall_ms % 1000));
}

static void put_clean(struct buffer *out, const char *text) {
    char clean[4096];
    buffer_add(out, clean, text_clean(text, clean, sizeof clean));
}

static void put_counts_in_words(const size_t *counts, struct buffer *out) {
    bool any = false;
    for (int s = 0; s < STATUS_COUNT; s++) {
        if (counts[s] == 0) continue;
        buffer_format(out, "%s%zu %s", any ? ", " : "", counts[s], status_word((enum case_status)s));
        any = true;
    }
}

void event_text(const struct event *e, struct buffer *out) {
    if (e->kind == EVENT_STATUS || e->kind == EVENT_ROOT) {
        if (e->root) buffer_format(out, "%s ", e->root);
        put_clean(out, e->case_id ? e->case_id : e->path ? e->path : "");
        buffer_format(out, ": %s (was %s)", e->to, e->from); /* no arrow: shells make something of it */
        if (!e->reason) return;
        buffer_text(out, ": ");
        put_clean(out, e->reason);
        return;
    }
    if (e->kind == EVENT_DIGEST)
        buffer_format(out, "%zu more changes: ", e->events);
    else
        buffer_text(out, e->kind == EVENT_SETTLED ? "the sweep is over: " : "the sweep is open again: ");
    put_counts_in_words(e->counts, out);
}

static void put_counts(struct json_writer *w, const size_t *counts) {
    json_open(w, "counts", '{');
    for (int s = 0; s < STATUS_COUNT; s++) json_int(w, status_word((enum case_status)s), (int64_t)counts[s]);
    json_close(w, '}');
}

static void put_status(struct json_writer *w, const struct event *e) {
    json_string(w, "case_id", e->case_id);
    json_string(w, "directory", e->directory);
    json_string(w, "from", e->from);
    json_string(w, "to", e->to);
    json_bool(w, "first", e->first);
    json_open(w, "flags", '[');
    for (int b = 0; b < FLAG_COUNT; b++) {
        if (e->flags & (1u << b)) json_string(w, NULL, flag_word((enum case_flag_bit)b));
    }
    json_close(w, ']');
    json_string(w, "reason", e->reason);
    json_string(w, "remedy", e->remedy);
}

static void put_root(struct json_writer *w, const struct event *e) {
    json_string(w, "root", e->root);
    json_string(w, "path", e->path);
    json_string(w, "from", e->from);
    json_string(w, "to", e->to);
    json_string(w, "reason", e->reason);
}

void event_json(const struct event *e, struct buffer *out) {
    struct json_writer w = {.out = out};
    char when[EVENT_TIME_BYTES];
    event_time(e->wall, when);
    json_open_flat(&w, NULL, '{');
    json_int(&w, "schema_version", EVENT_SCHEMA_VERSION);
    json_string(&w, "event", event_word(e->kind));
    json_int(&w, "seq", (int64_t)e->seq);
    json_string(&w, "at", when);
    json_number(&w, "time", (double)e->wall / 1000.0);
    json_string(&w, "batch", e->batch);
    if (e->kind == EVENT_STATUS) put_status(&w, e);
    if (e->kind == EVENT_ROOT) put_root(&w, e);
    if (e->kind == EVENT_SETTLED || e->kind == EVENT_REOPENED) json_string(&w, "reason", e->reason);
    if (e->kind == EVENT_DIGEST) json_int(&w, "events", (int64_t)e->events);
    if (e->counts) put_counts(&w, e->counts);
    json_close(&w, '}');
}
