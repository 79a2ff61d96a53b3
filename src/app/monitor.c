#include "app/monitor.h"

#include "app/away.h"
#include "app/closeup_job.h"
#include "app/elsewhere.h"
#include "app/export_job.h"
#include "app/front.h"
#include "app/machine_fact.h"
#include "app/record.h"
#include "app/report_job.h"
#include "app/scan.h"
#include "app/streams.h"
#include "model/settle.h"
#include "model/text.h"
#include "platform/clock.h"
#include "platform/machine.h"
#include "platform/process.h"
#include "watch/root.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    FINAL_PASS_LIMIT_MS = 60 * 1000, /* the pass before the report; what is not seen by then is said to be unverified */
    PARENT_EVERY_MS = 1000,
    CLOSE_WAIT_MS = 400,
    ELSEWHERE_WAIT_MS = 15 * 1000,
    REPORT_WAIT_MS = 5000,    /* at the end, for the report to be written */
    REPORT_WAIT_HUNG_MS = 500 /* the same where the batch does not answer anyway */
};

enum phase {
    PHASE_WATCHING,
    PHASE_FINAL_PASS, /* it looks settled: everything is looked at once more */
    PHASE_OVER        /* settled, the report is written; any change reopens */
};

static const int handled_signals[] = {SIGINT, SIGTERM, SIGHUP};
enum { N_SIGNALS = sizeof handled_signals / sizeof *handled_signals };

struct monitor {
    struct session *s;
    uv_loop_t loop;
    uv_timer_t timer;
    uv_signal_t signals[N_SIGNALS];
    struct root_worker *workers[ROOT_COUNT];
    struct root_worker
        *archive;              /* the worker that has the archive: that of the batch when it is elsewhere; NULL: none */
    uint64_t lost[ROOT_COUNT]; /* of a remote batch: hash of why it was said that it cannot be read, 0: it can */
    struct front front;
    int64_t started;
    enum phase phase;
    enum settle_reason settle_reason;
    int64_t phase_since;   /* monotonic ms */
    int64_t over_change;   /* the newest change when the sweep was called over */
    struct record *record; /* NULL: nothing is recorded */
    int record_err;
    struct streams *streams; /* NULL: none */
    struct report_job job;
    struct export_job export;
    struct closeup_job closeup;
    bool finalize;       /* the person said that the sweep is over */
    bool report_pending; /* wanted once the job in hand is done */
    bool report_settled; /* a settled report has been asked for */
    bool report_unsure;  /* it was asked for before the last pass had ended */
    struct elsewhere_job elsewhere;
    int64_t elsewhere_until; /* the settled report waits for the search, but not longer; 0: it does not wait */
    int report_err;          /* of the last one written */
    bool list_warned, archive_warned, commands_warned, keep_asked;
    size_t wanted_rows; /* discovered rows whose archive directories were asked for */
    uv_work_t keep_work, parent_work, machine_work;
    bool keep_busy, parent_busy, machine_busy;
    char keep_message[SESSION_MESSAGE];
    uint64_t parent_start;
    bool parent_alive;
    struct machine machine; /* the worker's while machine_busy */
    struct away away;
    int64_t parent_due, page_due, machine_due;
    char message[SESSION_MESSAGE];
    bool dashboard, leaving;
    int exit_code;
};

static void step(struct monitor *m);

static void say(struct monitor *m, const char *text) {
    record_say(m->record, session_mono_ms(), text);
    snprintf(m->message, sizeof m->message, "%s", text);
    m->front.say(m->front.ctx, text);
}

static struct front_frame frame_at(const struct monitor *m, int64_t now) {
    struct front_frame f = {.table = m->s->table,
                            .now = now,
                            .wall = session_wall_ms(),
                            .started = m->started,
                            .message = m->message,
                            .settled = m->phase == PHASE_OVER};
    f.utc_offset = clock_utc_offset_ms(f.wall);
    return f;
}

/* ---- what the table is told, is recorded ---- */

static void apply(struct monitor *m, const struct fact *f) {
    record_fact(m->record, f);
    table_apply(m->s->table, f);
}

static void tick(struct monitor *m, int64_t now) {
    uint64_t version = table_version(m->s->table);
    table_tick(m->s->table, now);
    record_tick(m->record, now, table_version(m->s->table) != version);
    streams_step(m->streams, now);
}

static void set_over(struct monitor *m, bool over, int64_t now) {
    table_set_over(m->s->table, over, now);
    table_tick(m->s->table, now);
    record_over(m->record, now, over);
    streams_over(m->streams, now, over, m->settle_reason);
}

/* Before anything of after a sleep is judged: a silence that nobody could hear is none. */
static void note_away(struct monitor *m, int64_t now) {
    struct fact f;
    struct machine_clocks c = machine_clocks();
    if (away_note(&m->away, now, c.awake, c.elapsed, &f)) apply(m, &f);
}

/* ---- the report ---- */

static void on_report(struct report_job *job) {
    struct monitor *m = job->ctx;
    char text[SESSION_MESSAGE];
    report_result_words(&job->result, text, sizeof text);
    if (!job->page_only) {
        m->report_err = job->result.err;
        record_report(m->record, job->input.now, job->input.wall);
    }
    if (!text[0] && !job->page_only) snprintf(text, sizeof text, "report written: %s", m->s->output[OUTPUT_CSV]);
    bool known = job->page_only && strcmp(text, m->message) == 0;
    if (text[0] && !known) say(m, text);
    if (m->report_pending) {
        m->report_pending = false;
        report_job_start(job, &m->loop, m->s, false, on_report, m);
    }
    if (!m->leaving) step(m);
}

static void write_report(struct monitor *m) {
    if (m->job.busy) {
        m->report_pending = true;
        return;
    }
    if (!table_root(m->s->table, ROOT_BATCH)->scanned) {
        say(m, "no report: the batch directory has not been read yet");
        return;
    }
    if (root_released(m->workers[ROOT_BATCH])) {
        say(m, "no report: the batch is released; U takes it up again");
        return;
    }
    report_job_start(&m->job, &m->loop, m->s, false, on_report, m);
}

/* For others to look at while the sweep runs; the settled report holds the last one. */
static int64_t write_page(struct monitor *m, int64_t now) {
    int64_t every = m->s->options->html_every_ms;
    if (every <= 0 || root_released(m->workers[ROOT_BATCH]) || m->phase == PHASE_OVER ||
        !table_root(m->s->table, ROOT_BATCH)->scanned)
        return INT64_MAX;
    if (m->page_due > now) return m->page_due;
    m->page_due = now + every;
    if (!m->job.busy) report_job_start(&m->job, &m->loop, m->s, true, on_report, m);
    return m->page_due;
}

/* ---- facts ---- */

static void keep_list(uv_work_t *work) {
    struct monitor *m = work->data;
    session_keep_list(m->s, m->keep_message);
}

static void list_kept(uv_work_t *work, int status) {
    struct monitor *m = work->data;
    (void)status;
    m->keep_busy = false;
    if (m->keep_message[0]) say(m, m->keep_message);
}

/* A kept list may be seen half written: one that cannot be used is waited for, and said. */
static void apply_list(struct monitor *m, const struct fact *f) {
    char text[512];
    if (m->s->list_text) return; /* the explicit one is used; keep_list says when they differ */
    struct sweep_list *l = sweep_list_parse(f->u.list.text, f->u.list.len, m->s->profile, 0);
    if (l->n_errors > 0) {
        snprintf(text, sizeof text, "%s:%u: %s", f->u.list.path, l->issues[0].line_no, l->issues[0].message);
        for (size_t i = 0; i < l->n_issues; i++) {
            if (l->issues[i].severity != LIST_ERROR) continue;
            snprintf(text, sizeof text, "%s:%u: %s", f->u.list.path, l->issues[i].line_no, l->issues[i].message);
            break;
        }
        say(m, text);
    } else {
        apply(m, f);
        if (m->archive) root_set_list(m->archive, f->u.list.text, f->u.list.len);
        free(m->s->list_live);
        m->s->list_live = malloc(f->u.list.len + 1);
        if (!m->s->list_live) abort();
        memcpy(m->s->list_live, f->u.list.text, f->u.list.len + 1);
        m->s->list_live_len = f->u.list.len;
    }
    sweep_list_free(l);
}

/* A connection that breaks or comes back is news also where no header shows it. */
static void say_health(struct monitor *m, const struct fact *f) {
    char text[SESSION_MESSAGE];
    const char *reason = f->u.root_state.reason ? f->u.root_state.reason : "";
    enum root_health now = f->u.root_state.health;
    uint64_t *said = &m->lost[f->root];
    bool lost = now == HEALTH_STALE || now == HEALTH_HUNG || (now == HEALTH_WAITING && reason[0]);
    /* What hangs tells how long with every second; another reason is said anew. */
    uint64_t why = !lost ? 0 : now == HEALTH_HUNG ? 1 : text_hash(reason, strlen(reason), 0);
    if (why == *said || (!lost && now == HEALTH_WAITING)) return;
    *said = why;
    snprintf(text, sizeof text, "%.400s: the %s %s%.400s", m->s->label, root_word(f->root),
             lost ? "cannot be read now: " : "can be read again", lost ? reason : "");
    say(m, text);
}

static void on_facts(void *ctx, struct fact_batch *b) {
    struct monitor *m = ctx;
    if (!m->leaving) {
        char text[SESSION_MESSAGE];
        bool commands = false;
        note_away(m, session_mono_ms());
        for (size_t i = 0; i < fact_batch_count(b); i++) {
            const struct fact *f = fact_batch_at(b, i);
            commands |= f->kind == FACT_LIST || (f->kind == FACT_EXIT && f->u.exit.command);
            if (f->kind == FACT_ROOT && m->s->remote) say_health(m, f);
            if (f->kind == FACT_LIST)
                apply_list(m, f);
            else
                apply(m, f);
        }
        if (commands && !m->commands_warned && session_unmatched(m->s->table, text)) {
            m->commands_warned = true;
            say(m, text);
        }
        step(m);
    }
    fact_batch_free(b);
}

/* apart: in a process of its own, which may hang without holding anybody. */
static void open_root(struct monitor *m, enum root_id root, const char *path, bool learned, bool apart) {
    char **argv = apart ? scan_argv(m->s->options, root, path) : NULL;
    struct root_options o = {.profile = m->s->profile,
                             .root = root,
                             .path = path,
                             .learned = learned,
                             .fold_case = m->s->policy.fold_case,
                             .poll = m->s->options->poll,
                             .joblog = m->s->options->joblog,
                             .argv = (const char *const *)argv,
                             .profile_text = m->s->profile_text};
    if (root_open(&m->loop, &o, on_facts, m, &m->workers[root]) != 0) abort();
    free(argv);
}

/* The archive may keep each batch in a directory of its own. */
static void want_nested(struct monitor *m) {
    char name[SESSION_MESSAGE];
    const char *batch = session_archive_batch(m->s);
    if (batch && (size_t)snprintf(name, sizeof name, "%s/", batch) < sizeof name) {
        root_want(m->archive, name);
    }
}

static void tell_archive(struct monitor *m) {
    const char *text = m->s->list_text ? m->s->list_text : m->s->list_live;
    size_t len = m->s->list_text ? m->s->list_len : m->s->list_live_len;
    if (text) root_set_list(m->archive, text, len);
    want_nested(m);
}

static void open_archive(struct monitor *m, const char *path, bool learned) {
    open_root(m, ROOT_ARCHIVE, path, learned, true);
    m->archive = m->workers[ROOT_ARCHIVE];
    tell_archive(m);
}

/* ---- a batch elsewhere ---- */

static void on_origin(void *ctx, const struct scan_origin *o) {
    struct monitor *m = ctx;
    char text[SESSION_MESSAGE];
    session_set_origin(m->s, o);
    if (o->mode == ARCHIVE_GIVEN) {
        m->archive = m->workers[ROOT_BATCH];
        tell_archive(m);
    }
    snprintf(text, sizeof text, "connected to %.400s; its report: %.500s", m->s->label, m->s->output[OUTPUT_CSV]);
    say(m, text);
}

static void open_archive_there(struct monitor *m, const char *path) {
    m->archive = m->workers[ROOT_BATCH];
    root_set_archive(m->archive, path);
    tell_archive(m);
}

static void open_remote(struct monitor *m) {
    struct root_options o = {.profile = m->s->profile,
                             .root = ROOT_BATCH,
                             .path = m->s->label,
                             .command = m->s->remote,
                             .on_origin = on_origin};
    if (root_open(&m->loop, &o, on_facts, m, &m->workers[ROOT_BATCH]) != 0) abort();
}

static void learn_archive(struct monitor *m) {
    char text[512];
    bool foreign;
    const char *path = table_learned_archive(m->s->table, &foreign);
    if (!path || m->archive_warned || m->archive) return;
    m->archive_warned = true;
    if (foreign) {
        snprintf(text, sizeof text,
                 "the configurations name the archive %s, which is no path of this machine; it is left out", path);
    } else {
        snprintf(text, sizeof text, "archive directory learned from the configurations: %s", path);
        if (m->s->remote)
            open_archive_there(m, path);
        else
            open_archive(m, path, true);
    }
    say(m, text);
}

/* Without a list the archive's worker is asked for the directories of the cases as they are discovered. */
static void want_discovered(struct monitor *m) {
    if (table_list(m->s->table) || !m->archive) return;
    for (; m->wanted_rows < table_count(m->s->table); m->wanted_rows++) {
        root_want(m->archive, table_row(m->s->table, m->wanted_rows)->title);
    }
}

/* ---- the sweep's own process ---- */

static void ask_parent(uv_work_t *work) {
    struct monitor *m = work->data;
    m->parent_alive = process_alive(m->s->options->pid, m->parent_start);
}

static void parent_answered(uv_work_t *work, int status) {
    struct monitor *m = work->data;
    (void)status;
    m->parent_busy = false;
    if (m->leaving) return;
    struct fact f = {.kind = FACT_PARENT, .root = ROOT_BATCH, .at = session_mono_ms()};
    f.u.parent.alive = m->parent_alive;
    f.u.parent.pid = m->s->options->pid;
    if (table_parent(m->s->table) != f.u.parent.alive) {
        if (!m->parent_alive) say(m, "the process that runs the sweep has ended");
        apply(m, &f);
        step(m);
    }
}

static void watch_parent(struct monitor *m, int64_t now) {
    if (m->s->options->pid == 0 || m->parent_busy || now < m->parent_due || table_parent(m->s->table) == 0) return;
    m->parent_due = now + PARENT_EVERY_MS;
    m->parent_busy = true;
    m->parent_work.data = m;
    uv_queue_work(&m->loop, &m->parent_work, ask_parent, parent_answered);
}

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
    apply(m, &f);
    step(m);
}

static void watch_machine(struct monitor *m, int64_t now) {
    if (m->s->remote) m->machine_due = INT64_MAX; /* the machine of that batch is another one, and tells itself */
    if (m->machine_busy || now < m->machine_due) return;
    m->machine_due = now + MACHINE_EVERY_MS;
    m->machine_busy = true;
    m->machine_work.data = m;
    uv_queue_work(&m->loop, &m->machine_work, ask_machine, machine_answered);
}

/* ---- settling ---- */

static void enter(struct monitor *m, enum phase phase, int64_t now) {
    m->phase = phase;
    m->phase_since = now;
}

static const struct root_worker *worker_of(const struct monitor *m, int root) {
    return root == ROOT_ARCHIVE ? m->archive : m->workers[root];
}

/* A root that cannot be read is not waited for. */
static bool pass_done(const struct monitor *m, int64_t now) {
    for (int r = 0; r < ROOT_COUNT; r++) {
        if (!worker_of(m, r) || !table_root(m->s->table, (enum root_id)r)->readable) continue;
        if (!table_pass_ended(m->s->table, (enum root_id)r)) return now - m->phase_since >= FINAL_PASS_LIMIT_MS;
    }
    return true;
}

static bool all_passes_ended(const struct monitor *m) {
    bool ended = true;
    for (int r = 0; r < ROOT_COUNT; r++) ended &= !worker_of(m, r) || table_pass_ended(m->s->table, (enum root_id)r);
    return ended;
}

static void begin_final_pass(struct monitor *m, int64_t now) {
    table_expect_pass(m->s->table);
    record_pass(m->record, now);
    for (int r = 0; r < ROOT_COUNT; r++) {
        if (m->workers[r] && !root_released(m->workers[r])) root_full_pass(m->workers[r]);
    }
    enter(m, PHASE_FINAL_PASS, now);
}

static void leave(struct monitor *m, int code) {
    if (m->leaving) return;
    m->exit_code = code;
    m->leaving = true;
    uv_stop(&m->loop);
}

static int settled_code(const struct monitor *m) {
    const struct table *t = m->s->table;
    bool read = all_passes_ended(m);
    for (int r = 0; r < ROOT_COUNT; r++) {
        const struct root_state *root = table_root(t, (enum root_id)r);
        read &= !root->in_play || root->readable;
    }
    if (m->report_err < 0 || !read) return EXIT_IO;
    bool all = table_status_count(t, STATUS_COMPLETE) == table_count(t);
    return m->s->options->strict && !all ? EXIT_NOT_COMPLETE : EXIT_DONE;
}

static void elsewhere_searched(struct elsewhere_job *job, const struct fact_batch *found) {
    struct monitor *m = job->ctx;
    for (size_t i = 0; i < fact_batch_count(found); i++) apply(m, fact_batch_at(found, i));
    if (m->leaving) return;
    if (job->cut) say(m, ELSEWHERE_CUT);
    step(m);
}

/* Where are the cases that never came? The report waits for the answer. */
static void search_elsewhere(struct monitor *m, int64_t now) {
    if (!m->elsewhere.busy && !m->s->remote) elsewhere_start(&m->elsewhere, &m->loop, m->s, elsewhere_searched, m);
    m->elsewhere_until = now + ELSEWHERE_WAIT_MS;
}

/* Returns when time alone may change the answer. */
static int64_t settle(struct monitor *m, int64_t now) {
    struct table *t = m->s->table;
    int64_t again = INT64_MAX;
    enum settle_reason reason;
    switch (m->phase) {
    case PHASE_WATCHING:
        reason = settle_judge(t, now, &again);
        if (m->finalize && table_root(t, ROOT_BATCH)->scanned) reason = SETTLE_ASKED;
        if (reason == SETTLE_NOT) break;
        m->settle_reason = reason;
        begin_final_pass(m, now);
        return now + FINAL_PASS_LIMIT_MS;
    case PHASE_FINAL_PASS:
        if (!pass_done(m, now)) return m->phase_since + FINAL_PASS_LIMIT_MS;
        reason = m->finalize ? SETTLE_ASKED : settle_judge(t, now, &again);
        if (reason == SETTLE_NOT) {
            enter(m, PHASE_WATCHING, now);
            break;
        }
        m->finalize = false;
        m->over_change = table_last_change(t);
        set_over(m, true, now);
        enter(m, PHASE_OVER, now);
        m->report_settled = true;
        m->report_unsure = !all_passes_ended(m);
        say(m, settle_words(m->settle_reason));
        search_elsewhere(m, now);
        return now;
    case PHASE_OVER:
        if (m->elsewhere_until > 0) {
            if (m->elsewhere.busy && now < m->elsewhere_until) return m->elsewhere_until;
            m->elsewhere_until = 0;
            write_report(m);
        } else if (m->report_unsure && all_passes_ended(m)) {
            m->report_unsure = false;
            write_report(m);
        }
        if (table_last_change(t) == m->over_change) break;
        set_over(m, false, now);
        m->elsewhere_until = 0;
        enter(m, PHASE_WATCHING, now);
        say(m, "something changed: the sweep is open again");
        return now;
    }
    return again;
}

static void schedule(struct monitor *m, int64_t due);

static void step(struct monitor *m) {
    struct table *t = m->s->table;
    int64_t now = session_mono_ms();
    if (m->leaving) return;
    note_away(m, now);
    tick(m, now);
    learn_archive(m);
    want_discovered(m);
    watch_parent(m, now);
    watch_machine(m, now);
    if (m->s->list_path && !m->keep_asked && table_root(t, ROOT_BATCH)->readable) {
        m->keep_asked = m->keep_busy = true;
        m->keep_work.data = m;
        uv_queue_work(&m->loop, &m->keep_work, keep_list, list_kept);
    }
    int64_t due = settle(m, now);
    bool ends = !m->dashboard || m->s->options->exit_when_settled;
    if (m->phase == PHASE_OVER && ends && !m->job.busy && m->elsewhere_until == 0) {
        leave(m, settled_code(m));
        return;
    }
    int64_t page_due = write_page(m, now);
    if (page_due < due) due = page_due;
    int64_t limit = m->s->options->time_limit_ms;
    if (limit > 0 && now - m->started >= limit) {
        leave(m, m->phase == PHASE_OVER ? settled_code(m) : EXIT_NOT_SETTLED);
        return;
    }
    if (limit > 0 && m->started + limit < due) due = m->started + limit;
    if (m->s->options->pid && m->parent_due < due && table_parent(t) != 0) due = m->parent_due;
    if (table_deadline(t) < due) due = table_deadline(t);
    if (now + AWAY_TURN_MS < due) due = now + AWAY_TURN_MS; /* a longer pause is a sleep */
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

/* A drive that is to be taken out, or is there again. */
static void release_or_take(struct monitor *m, enum root_id root) {
    struct root_worker *w = m->workers[root];
    if (m->s->remote)
        say(m, "a drive of another machine is let go of there");
    else if (!w)
        say(m, "there is no archive to let go of; U lets go of the batch");
    else if (root_released(w))
        root_full_pass(w);
    else
        root_release(w);
}

static void on_request(void *ctx, unsigned requests) {
    struct monitor *m = ctx;
    if (requests & FRONT_RESCAN) {
        for (int r = 0; r < ROOT_COUNT; r++) {
            if (m->workers[r] && !root_released(m->workers[r])) root_full_pass(m->workers[r]);
        }
        say(m, "looking at everything again");
    }
    if (requests & FRONT_RELEASE_ARCHIVE) release_or_take(m, ROOT_ARCHIVE);
    if (requests & FRONT_RELEASE_BATCH) release_or_take(m, ROOT_BATCH);
    if (requests & FRONT_FINALIZE) m->finalize = true;
    if (requests & FRONT_WRITE_REPORT) write_report(m);
    if (requests & FRONT_QUIT)
        leave(m, m->phase == PHASE_OVER ? settled_code(m) : EXIT_NOT_SETTLED);
    else
        step(m);
}

static void on_exported(struct export_job *job) {
    struct monitor *m = job->ctx;
    char text[SESSION_MESSAGE];
    if (job->err < 0)
        snprintf(text, sizeof text, "%.900s could not be written: %s", job->path, uv_strerror(job->err));
    else
        snprintf(text, sizeof text, "%zu case%s written to %.900s", job->n, job->n == 1 ? "" : "s", job->path);
    say(m, text);
    if (!m->leaving) step(m);
}

static void on_export(void *ctx, const uint32_t *rows, size_t n) {
    struct monitor *m = ctx;
    if (m->export.busy)
        say(m, "the list before this one is still being written");
    else
        export_job_start(&m->export, &m->loop, m->s, rows, n, on_exported, m);
}

static void on_looked(struct closeup_job *job) {
    struct monitor *m = job->ctx;
    if (!m->leaving) step(m);
}

static const struct closeup *on_look(void *ctx, const struct row *r, uint64_t *stamp) {
    struct monitor *m = ctx;
    *stamp = 0;
    if (m->s->remote) return NULL; /* its files are not of this machine */
    m->closeup.ctx = m;
    m->closeup.done = on_looked;
    *stamp = m->closeup.looks;
    return closeup_job_ask(&m->closeup, &m->loop, m->s->table, r, session_mono_ms());
}

static void on_signal(uv_signal_t *handle, int signum) {
    (void)signum;
    leave(handle->data, EXIT_INTERRUPTED);
}

/* ---- life ---- */

static void open_front(struct monitor *m, bool dashboard) {
    struct front_dashboard_options o = {
        .options = m->s->options, .request = on_request, .export_rows = on_export, .look = on_look, .ctx = m};
    m->dashboard = dashboard;
    if (!dashboard) {
        m->front = front_plain_open(!streams_on_stdout(m->s->options));
        return;
    }
    const char *why = "";
    int err = front_dashboard_open(&m->loop, &o, &m->front, &why);
    if (err == 0) return;
    session_say("no dashboard here: %s; plain lines instead", why);
    m->dashboard = false;
    m->front = front_plain_open(true);
}

/* The last report: settled ones are written already, the others say "settled": false. Waits, but not for ever. */
static bool finish_report(struct monitor *m) {
    bool owed = m->phase != PHASE_OVER || m->elsewhere_until > 0;
    if (owed && table_root(m->s->table, ROOT_BATCH)->scanned && !root_released(m->workers[ROOT_BATCH])) {
        m->report_pending = m->job.busy;
        if (!m->job.busy) report_job_start(&m->job, &m->loop, m->s, false, on_report, m);
    }
    bool hung = table_root(m->s->table, ROOT_BATCH)->health == HEALTH_HUNG;
    int64_t now = session_mono_ms(), soon = now + CLOSE_WAIT_MS;
    int64_t deadline = now + (hung ? REPORT_WAIT_HUNG_MS : REPORT_WAIT_MS);
    m->timer.data = m;
    elsewhere_stop(&m->elsewhere);
    while (((m->job.busy || m->keep_busy || m->export.busy) && now < deadline) ||
           ((m->elsewhere.busy || m->closeup.busy) && now < soon)) {
        schedule(m, now + 50);
        uv_run(&m->loop, UV_RUN_ONCE);
        now = session_mono_ms();
    }
    return !m->job.busy && !m->keep_busy && !m->export.busy;
}

/* The rest of the record; like the report, not waited for for ever. */
static bool finish_record(struct monitor *m) {
    int64_t deadline = session_mono_ms() + REPORT_WAIT_MS;
    record_end(m->record, session_mono_ms());
    while (record_busy(m->record) && session_mono_ms() < deadline) {
        schedule(m, session_mono_ms() + 50);
        uv_run(&m->loop, UV_RUN_ONCE);
    }
    bool written = !record_busy(m->record);
    m->record_err = written ? record_error(m->record) : UV_ETIMEDOUT;
    if (written) record_close(m->record);
    return written;
}

static void say_of_streams(void *ctx, const char *text) { say(ctx, text); }

/* The rest of what other programs are told; not waited for for ever either. */
static bool finish_streams(struct monitor *m) {
    int64_t deadline = session_mono_ms() + REPORT_WAIT_MS;
    streams_end(m->streams);
    while (streams_busy(m->streams) && session_mono_ms() < deadline) {
        schedule(m, session_mono_ms() + 50);
        uv_run(&m->loop, UV_RUN_ONCE);
    }
    return !streams_busy(m->streams);
}

static void close_handle(uv_handle_t *handle, void *arg) {
    (void)arg;
    if (!uv_is_closing(handle)) uv_close(handle, NULL);
}

int monitor_run(struct session *s, bool dashboard, bool *hung) {
    struct monitor *m = calloc(1, sizeof *m);
    if (!m || uv_loop_init(&m->loop) != 0) abort();
    m->s = s;
    m->started = session_mono_ms();
    int refused = s->options->record ? record_open(&m->loop, s->options->record, s, &m->record) : 0;
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
    m->parent_start = s->options->pid ? process_start_time(s->options->pid) : 0;
    m->parent_alive = true;
    open_front(m, dashboard);
    m->streams = streams_open(&m->loop, s, say_of_streams, m);
    if (s->remote)
        open_remote(m);
    else
        open_root(m, ROOT_BATCH, s->batch, false, s->batch_may_hang);
    if (s->archive) open_archive(m, s->archive, false);
    step(m);
    if (!m->leaving) uv_run(&m->loop, UV_RUN_DEFAULT);

    bool written = finish_report(m), recorded = finish_record(m), told = finish_streams(m);
    struct front_frame last = frame_at(m, session_mono_ms());
    m->front.close(m->front.ctx, &last);
    if (m->report_err < 0 || !written) {
        if (m->report_err < 0)
            session_say("%s", m->message);
        else
            session_say("the report could not be written to %s: the drive does not answer", m->s->output[OUTPUT_CSV]);
        if (m->exit_code != EXIT_INTERRUPTED) m->exit_code = EXIT_IO;
    }
    if (m->record_err < 0) {
        session_say("the record %s is not whole: %s", s->options->record, uv_strerror(m->record_err));
        if (m->exit_code != EXIT_INTERRUPTED) m->exit_code = EXIT_IO;
    }
    char lacking[SESSION_MESSAGE];
    bool lacks = streams_stop(m->streams, lacking);
    if (lacking[0]) session_say("%s", lacking);
    if (lacks && m->exit_code != EXIT_INTERRUPTED) m->exit_code = EXIT_IO;
    *hung = !written || !recorded || !told || m->elsewhere.busy || m->closeup.busy;
    for (int r = 0; r < ROOT_COUNT; r++) {
        if (m->workers[r] && !root_close(m->workers[r], CLOSE_WAIT_MS)) *hung = true;
    }
    int code = m->exit_code;
    if (*hung) return code;
    streams_close(m->streams);
    uv_walk(&m->loop, close_handle, NULL);
    uv_run(&m->loop, UV_RUN_DEFAULT);
    uv_loop_close(&m->loop);
    export_job_free(&m->export);
    closeup_job_free(&m->closeup);
    free(m);
    return code;
}
