#include "app/streams.h"

#include "app/event_stream.h"
#include "app/hook.h"
#include "app/metrics_job.h"
#include "model/fleet.h"
#include "model/reason.h"
#include "report/event.h"
#include "report/report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One session that is followed. */
struct followed {
    const struct session *session;
    uint64_t seen; /* transitions of the table */
    uint32_t rows_version;
    enum root_health health[ROOT_COUNT];
};

struct streams {
    const struct options *options;
    struct followed followed[FLEET_MAX];
    size_t n;
    struct event_stream *events; /* NULL: not asked for, as all of these */
    struct metrics_job *metrics;
    struct hook *hook;
    uint64_t seq;
};

bool streams_on_stdout(const struct options *o) { return o->events && strcmp(o->events, "-") == 0; }

static int64_t wall_at(int64_t at, int64_t now) { return session_wall_ms() - (now - at); }

static void emit(struct streams *st, const struct followed *f, struct event *e) {
    struct buffer line = {0};
    e->seq = ++st->seq;
    e->batch = table_label(f->session->table);
    if (st->events) {
        event_json(e, &line);
        event_stream_put(st->events, line.bytes, line.len);
        buffer_free(&line);
    }
    if (st->hook) hook_event(st->hook, e);
}

static void emit_status(struct streams *st, const struct followed *f, const struct transition *x, bool first,
                        int64_t now) {
    const struct table *t = f->session->table;
    const struct row *r = table_row(t, x->row);
    char lines[REASON_MAX][REASON_BYTES], remedy[REASON_BYTES], dir[8192];
    struct event e = {.kind = EVENT_STATUS,
                      .wall = wall_at(x->at, now),
                      .case_id = r->title,
                      .directory = dir,
                      .from = status_word((enum case_status)x->from),
                      .to = status_word((enum case_status)x->to),
                      .first = first,
                      .flags = r->flags};
    report_case_dir(t, r, dir, sizeof dir);
    if (r->status == x->to) {
        if (reason_lines(t, r, now, lines) > 0) e.reason = lines[0];
        reason_remedy(t, r, now, remedy);
        if (remedy[0]) e.remedy = remedy;
    }
    emit(st, f, &e);
}

static void emit_roots(struct streams *st, struct followed *f, int64_t now) {
    for (int i = 0; i < ROOT_COUNT; i++) {
        const struct root_state *root = table_root(f->session->table, (enum root_id)i);
        if (!root->in_play || root->health == f->health[i]) continue;
        struct event e = {.kind = EVENT_ROOT,
                          .wall = wall_at(now, now),
                          .root = root_word((enum root_id)i),
                          .path = root->path,
                          .from = health_word(f->health[i]),
                          .to = health_word(root->health),
                          .reason = root->reason};
        f->health[i] = root->health;
        emit(st, f, &e);
    }
}

void streams_step(struct streams *st, size_t number, int64_t now) {
    if (!st) return;
    struct followed *f = &st->followed[number];
    const struct table *t = f->session->table;
    bool renewed = table_rows_version(t) != f->rows_version; /* another list: all that follows was found so */
    if (renewed) f->seen = 0;
    f->rows_version = table_rows_version(t);
    uint64_t total = table_transition_total(t), oldest = total - table_transition_count(t);
    emit_roots(st, f, now);
    for (; f->seen < total; f->seen++) {
        const struct transition *x = table_transition(t, (size_t)(f->seen - oldest));
        emit_status(st, f, x, x->first || renewed, now);
    }
    if (st->metrics) metrics_job_step(st->metrics);
}

void streams_over(struct streams *st, size_t number, int64_t now, bool over, enum settle_reason why) {
    if (!st) return;
    const struct followed *f = &st->followed[number];
    size_t counts[STATUS_COUNT];
    streams_step(st, number, now);
    for (int i = 0; i < STATUS_COUNT; i++) counts[i] = table_status_count(f->session->table, (enum case_status)i);
    struct event e = {.kind = over ? EVENT_SETTLED : EVENT_REOPENED,
                      .wall = wall_at(now, now),
                      .reason = over ? settle_words(why) : "something changed",
                      .counts = counts};
    emit(st, f, &e);
    if (st->metrics) metrics_job_write(st->metrics);
}

struct streams *streams_open(uv_loop_t *loop, const struct options *o, void (*say)(void *ctx, const char *text),
                             void *ctx) {
    if (!o->events && !o->metrics && !o->on_event) return NULL;
    struct streams *st = calloc(1, sizeof *st);
    if (!st) abort();
    st->options = o;
    if (o->events) st->events = event_stream_open(loop, o->events, say, ctx);
    if (o->metrics) st->metrics = metrics_job_open(loop, o->metrics, say, ctx);
    if (o->on_event) st->hook = hook_open(loop, o->on_event, say, ctx);
    return st;
}

size_t streams_add(struct streams *st, const struct session *s) {
    if (!st) return 0;
    struct followed *f = &st->followed[st->n];
    f->session = s;
    f->rows_version = table_rows_version(s->table);
    for (int i = 0; i < ROOT_COUNT; i++) f->health[i] = HEALTH_WAITING;
    if (st->metrics) metrics_job_add(st->metrics, s);
    return st->n++;
}

void streams_end(struct streams *st) {
    if (st && st->events) event_stream_end(st->events);
    if (st && st->metrics) metrics_job_end(st->metrics);
    if (st && st->hook) hook_end(st->hook);
}

bool streams_busy(const struct streams *st) {
    return st && ((st->events && event_stream_busy(st->events)) || (st->metrics && metrics_job_busy(st->metrics)) ||
                  (st->hook && hook_busy(st->hook)));
}

bool streams_stop(struct streams *st, char message[SESSION_MESSAGE]) {
    message[0] = '\0';
    if (!st) return false;
    const struct options *o = st->options;
    int err = 0, metrics_err = st->metrics ? metrics_job_error(st->metrics) : 0;
    if (st->metrics && metrics_job_busy(st->metrics)) metrics_err = UV_ETIMEDOUT;
    size_t commands = st->hook ? hook_stop(st->hook) : 0;
    size_t n = st->events ? event_stream_unwritten(st->events, &err) : 0;
    if (n > 0) {
        snprintf(message, SESSION_MESSAGE, "%zu event%s could not be written to %.700s: %s", n, n == 1 ? "" : "s",
                 o->events, uv_strerror(err < 0 ? err : UV_ETIMEDOUT));
    } else if (metrics_err < 0) {
        snprintf(message, SESSION_MESSAGE, "the metrics could not be written to %.700s: %s", o->metrics,
                 uv_strerror(metrics_err));
    } else if (commands > 0) {
        snprintf(message, SESSION_MESSAGE, "%zu command%s of --on-event did not end in time, or never began", commands,
                 commands == 1 ? "" : "s");
    }
    return n > 0 || metrics_err < 0;
}

void streams_close(struct streams *st) {
    if (!st) return;
    if (st->events) event_stream_close(st->events);
    if (st->metrics) metrics_job_close(st->metrics);
    if (st->hook) hook_close(st->hook);
    free(st);
}
