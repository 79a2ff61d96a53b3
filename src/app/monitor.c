#include "app/monitor.h"

#include "app/batch.h"
#include "app/front.h"
#include "app/machine_fact.h"
#include "app/record.h"
#include "app/streams.h"
#include "platform/clock.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILES_WAIT_MS = 5000, POLL_MS = 50, TURN_MS = 20 };

static const int handled_signals[] = {SIGINT, SIGTERM, SIGHUP};
enum { N_SIGNALS = sizeof handled_signals / sizeof *handled_signals };

struct monitor {
    const struct options *options;
    uv_loop_t loop;
    uv_timer_t timer;
    uv_signal_t signals[N_SIGNALS];
    struct front front;
    const struct table *tables[FLEET_MAX];
    struct fleet fleet;
    struct batch *batch[FLEET_MAX]; /* [fleet.n] */
    int64_t started;
    uv_work_t machine_work;
    struct machine machine; /* the pool's while machine_busy */
    bool machine_busy;
    int64_t machine_due;
    struct record *record; /* NULL: nothing is recorded */
    int record_err;
    struct streams *streams; /* NULL: none */
    char message[SESSION_MESSAGE];
    bool dashboard, leaving;
    bool put_off; /* the drawing, to the next turn of the loop */
    int exit_code;
};

/* Of several batches the message says which. */
static void say(void *ctx, struct batch *b, const char *text) {
    struct monitor *m = ctx;
    const char *label = m->fleet.n > 1 && b ? batch_session(b)->label : NULL;
    record_say(m->record, session_mono_ms(), text);
    snprintf(m->message, sizeof m->message, "%.300s%s%.700s", label ? label : "", label ? ": " : "", text);
    m->front.say(m->front.ctx, m->message);
}

static bool all_are(const struct monitor *m, bool (*holds)(const struct batch *b)) {
    for (size_t i = 0; i < m->fleet.n; i++) {
        if (!holds(m->batch[i])) return false;
    }
    return true;
}

static struct front_frame frame_at(const struct monitor *m, int64_t now) {
    struct front_frame f = {.fleet = &m->fleet,
                            .now = now,
                            .wall = session_wall_ms(),
                            .started = m->started,
                            .message = m->message,
                            .settled = all_are(m, batch_is_over)};
    f.utc_offset = clock_utc_offset_ms(f.wall);
    return f;
}

static void leave(struct monitor *m, int code) {
    if (m->leaving) return;
    m->exit_code = code;
    m->leaving = true;
    uv_stop(&m->loop);
}

/* The worst of all: their order is that of the numbers (options.h). */
static int worst_code(const struct monitor *m) {
    int worst = EXIT_DONE;
    for (size_t i = 0; i < m->fleet.n; i++) {
        int code = batch_code(m->batch[i]);
        if (code > worst) worst = code;
    }
    return worst;
}

static void schedule(struct monitor *m, int64_t due);
static void step(void *ctx);

/* ---- the machine ---- */

static void ask_machine(uv_work_t *work) {
    struct monitor *m = work->data;
    machine_read(&m->machine);
}

static void machine_answered(uv_work_t *work, int status) {
    struct monitor *m = work->data;
    (void)status;
    m->machine_busy = false;
    if (m->leaving) return;
    struct fact f = machine_fact(&m->machine, session_mono_ms());
    for (size_t i = 0; i < m->fleet.n; i++) batch_machine(m->batch[i], &f);
    step(m);
}

static void watch_machine(struct monitor *m, int64_t now) {
    if (m->machine_busy || now < m->machine_due) return;
    /* Where nothing runs, less often; with the whole seconds, as others: a program at rest wakes for all of them. */
    bool runs = fleet_status_count(&m->fleet, STATUS_RUNNING) + fleet_status_count(&m->fleet, STATUS_STALLED) > 0;
    int64_t every = runs ? MACHINE_EVERY_MS : MACHINE_REST_MS;
    m->machine_due = (now / every + 1) * every;
    m->machine_busy = true;
    m->machine_work.data = m;
    uv_queue_work(&m->loop, &m->machine_work, ask_machine, machine_answered);
}

/* ---- a step ---- */

static void step(void *ctx) {
    struct monitor *m = ctx;
    int64_t now = session_mono_ms(), due = INT64_MAX;
    if (m->leaving) return;
    for (size_t i = 0; i < m->fleet.n; i++) {
        int64_t at = batch_step(m->batch[i], now);
        if (at < due) due = at;
    }
    watch_machine(m, now);
    if (m->machine_due < due) due = m->machine_due;
    bool ends = !m->dashboard || m->options->exit_when_settled;
    int64_t limit = m->options->time_limit_ms;
    if ((ends && all_are(m, batch_is_reported)) || (limit > 0 && now - m->started >= limit)) {
        leave(m, worst_code(m));
        return;
    }
    if (limit > 0 && m->started + limit < due) due = m->started + limit;
    /* What has come in has taken long enough (a list of 50,000 cases, its first pass): keys come before the drawing. */
    if (!m->put_off && session_mono_ms() - (int64_t)uv_now(&m->loop) >= TURN_MS) {
        m->put_off = true;
        schedule(m, now);
        return;
    }
    m->put_off = false;
    struct front_frame f = frame_at(m, now);
    int64_t front_due = m->front.show(m->front.ctx, &f);
    schedule(m, front_due < due ? front_due : due);
}

static void on_timer(uv_timer_t *timer) { step(timer->data); }

static void schedule(struct monitor *m, int64_t due) {
    if (due == INT64_MAX) {
        uv_timer_stop(&m->timer);
        return;
    }
    int64_t now = session_mono_ms();
    uv_update_time(&m->loop);
    uv_timer_start(&m->timer, on_timer, due <= now ? 1 : (uint64_t)(due - now), 0);
}

/* ---- people ---- */

/* A drive that is to be taken out, or is there again: it may be that of several batches. */
static void release_or_take(struct monitor *m, enum root_id root) {
    bool any = false;
    for (size_t i = 0; i < m->fleet.n; i++) any |= batch_release(m->batch[i], root);
    if (any) return;
    say(m, NULL,
        root == ROOT_ARCHIVE ? "there is no archive on this machine to let go of; U lets go of the batch"
                             : "the batch is on another machine; its drive is let go of there");
}

static void on_request(void *ctx, unsigned requests) {
    struct monitor *m = ctx;
    for (size_t i = 0; i < m->fleet.n; i++) {
        if (requests & FRONT_RESCAN) batch_rescan(m->batch[i]);
        if (requests & FRONT_FINALIZE) batch_finalize(m->batch[i]);
        if (requests & FRONT_WRITE_REPORT) batch_write_report(m->batch[i]);
    }
    if (requests & FRONT_RESCAN) say(m, NULL, "looking at everything again");
    if (requests & FRONT_RELEASE_ARCHIVE) release_or_take(m, ROOT_ARCHIVE);
    if (requests & FRONT_RELEASE_BATCH) release_or_take(m, ROOT_BATCH);
    if (requests & FRONT_QUIT)
        leave(m, worst_code(m));
    else
        step(m);
}

/* The cases of each batch into a list of its own. */
static void on_export(void *ctx, const uint32_t *cases, size_t n) {
    struct monitor *m = ctx;
    uint32_t *rows = malloc((n + 1) * sizeof *rows);
    if (!rows) abort();
    for (size_t b = 0; b < m->fleet.n; b++) {
        size_t found = 0, batch;
        for (size_t i = 0; i < n; i++) {
            const struct row *r = fleet_row(&m->fleet, cases[i], &batch);
            if (r && batch == b) rows[found++] = r->index;
        }
        if (found > 0) batch_export(m->batch[b], rows, found);
    }
    free(rows);
}

static const struct closeup *on_look(void *ctx, size_t at, uint64_t *stamp) {
    struct monitor *m = ctx;
    size_t batch;
    const struct row *r = fleet_row(&m->fleet, at, &batch);
    return batch_look(m->batch[batch], r, stamp);
}

static void on_signal(uv_signal_t *handle, int signum) {
    (void)signum;
    leave(handle->data, EXIT_INTERRUPTED);
}

/* ---- life ---- */

static void open_front(struct monitor *m, bool dashboard) {
    struct front_dashboard_options o = {
        .options = m->options, .request = on_request, .export_rows = on_export, .look = on_look, .ctx = m};
    m->dashboard = dashboard;
    if (!dashboard) {
        m->front = front_plain_open(!streams_on_stdout(m->options));
        return;
    }
    const char *why = "";
    int err = front_dashboard_open(&m->loop, &o, &m->front, &why);
    if (err == 0) return;
    session_say("no dashboard here: %s; plain lines instead", why);
    m->dashboard = false;
    m->front = front_plain_open(true);
}

static bool any_is_busy(const struct monitor *m, int64_t waited_ms) {
    for (size_t i = 0; i < m->fleet.n; i++) {
        if (batch_is_busy(m->batch[i], waited_ms)) return true;
    }
    return false;
}

static void finish_batches(struct monitor *m) {
    int64_t begun = session_mono_ms();
    for (size_t i = 0; i < m->fleet.n; i++) batch_leave(m->batch[i]);
    while (any_is_busy(m, session_mono_ms() - begun)) {
        schedule(m, session_mono_ms() + POLL_MS);
        uv_run(&m->loop, UV_RUN_ONCE);
    }
}

/* The rest of the record; like the report, not waited for for ever. */
static bool finish_record(struct monitor *m) {
    int64_t deadline = session_mono_ms() + FILES_WAIT_MS;
    record_end(m->record, session_mono_ms());
    while (record_busy(m->record) && session_mono_ms() < deadline) {
        schedule(m, session_mono_ms() + POLL_MS);
        uv_run(&m->loop, UV_RUN_ONCE);
    }
    bool written = !record_busy(m->record);
    m->record_err = written ? record_error(m->record) : UV_ETIMEDOUT;
    if (written) record_close(m->record);
    return written;
}

static void say_of_streams(void *ctx, const char *text) { say(ctx, NULL, text); }

/* The rest of what other programs are told; not waited for for ever either. */
static bool finish_streams(struct monitor *m) {
    int64_t deadline = session_mono_ms() + FILES_WAIT_MS;
    streams_end(m->streams);
    while (streams_busy(m->streams) && session_mono_ms() < deadline) {
        schedule(m, session_mono_ms() + POLL_MS);
        uv_run(&m->loop, UV_RUN_ONCE);
    }
    return !streams_busy(m->streams);
}

static void close_handle(uv_handle_t *handle, void *arg) {
    (void)arg;
    if (!uv_is_closing(handle)) uv_close(handle, NULL);
}

int monitor_run(struct session *const sessions[], size_t n, bool dashboard, bool *hung) {
    struct monitor *m = calloc(1, sizeof *m);
    if (!m || n > FLEET_MAX || uv_loop_init(&m->loop) != 0) abort();
    const struct batch_calls calls = {m, say, step};
    m->options = sessions[0]->options;
    m->started = session_mono_ms();
    int refused = m->options->record ? record_open(&m->loop, m->options->record, sessions[0], &m->record) : 0;
    if (refused) {
        uv_loop_close(&m->loop);
        free(m);
        return refused;
    }
    uv_timer_init(&m->loop, &m->timer);
    m->timer.data = m;
    for (int i = 0; i < N_SIGNALS; i++) {
        uv_signal_init(&m->loop, &m->signals[i]);
        m->signals[i].data = m;
        uv_signal_start(&m->signals[i], on_signal, handled_signals[i]);
    }
    open_front(m, dashboard);
    m->streams = streams_open(&m->loop, m->options, say_of_streams, m);
    for (size_t i = 0; i < n; i++) {
        m->tables[i] = sessions[i]->table;
        m->batch[i] = batch_open(&m->loop, sessions[i], m->record, m->streams, &calls);
    }
    m->fleet = (struct fleet){m->tables, n};
    step(m);
    if (!m->leaving) uv_run(&m->loop, UV_RUN_DEFAULT);

    finish_batches(m);
    bool recorded = finish_record(m), told = finish_streams(m);
    struct front_frame last = frame_at(m, session_mono_ms());
    m->front.close(m->front.ctx, &last);
    bool failed = m->record_err < 0;
    for (size_t i = 0; i < n; i++) failed |= batch_say_end(m->batch[i]) != EXIT_DONE;
    if (m->record_err < 0) {
        session_say("the record %s is not whole: %s", m->options->record, uv_strerror(m->record_err));
    }
    char lacking[SESSION_MESSAGE];
    failed |= streams_stop(m->streams, lacking);
    if (lacking[0]) session_say("%s", lacking);
    if (failed && m->exit_code != EXIT_INTERRUPTED) m->exit_code = EXIT_IO;
    *hung = !recorded || !told;
    for (size_t i = 0; i < n; i++) *hung |= !batch_close(m->batch[i]);
    int code = m->exit_code;
    if (*hung) return code;
    streams_close(m->streams);
    uv_walk(&m->loop, close_handle, NULL);
    uv_run(&m->loop, UV_RUN_DEFAULT);
    uv_loop_close(&m->loop);
    for (size_t i = 0; i < n; i++) batch_free(m->batch[i]);
    free(m);
    return code;
}
