#include "app/batch.h"

#include "app/away.h"
#include "app/closeup_job.h"
#include "app/elsewhere.h"
#include "app/export_job.h"
#include "app/report_job.h"
#include "app/scan.h"
#include "model/settle.h"
#include "model/text.h"
#include "platform/machine.h"
#include "platform/process.h"
#include "watch/root.h"

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

struct batch {
    struct session *s;
    uv_loop_t *loop;
    struct batch_calls on;
    struct record *record;   /* NULL: nothing is recorded */
    struct streams *streams; /* NULL: none */
    size_t stream;           /* its number there */
    struct root_worker *workers[ROOT_COUNT];
    struct root_worker *archive; /* has the archive: that of the batch when it is elsewhere; NULL: none */
    char *nested;                /* the directory of this batch that was asked for there; NULL: none */
    uint64_t lost[ROOT_COUNT];   /* of a remote batch: hash of why it was said that it cannot be read, 0: it can */
    enum phase phase;
    enum settle_reason settle_reason;
    int64_t phase_since; /* monotonic ms */
    int64_t over_change; /* the newest change when the sweep was called over */
    struct report_job job;
    struct export_job export;
    struct closeup_job closeup;
    struct away away;
    bool finalize;                      /* the person said that the sweep is over */
    bool report_pending;                /* wanted once the job in hand is done */
    bool report_unsure;                 /* it was asked for before the last pass had ended */
    int report_err;                     /* of the last one written */
    char report_words[SESSION_MESSAGE]; /* what became of it */
    char page_words[SESSION_MESSAGE];   /* and of the last page */
    struct elsewhere_job elsewhere;
    int64_t elsewhere_until; /* the settled report waits for the search, but not longer; 0: it does not wait */
    bool archive_warned, commands_warned, keep_asked;
    size_t wanted_rows; /* discovered rows whose archive directories were asked for */
    uv_work_t keep_work, parent_work;
    bool keep_busy, parent_busy;
    char keep_message[SESSION_MESSAGE];
    uint64_t parent_start;
    bool parent_alive;
    int64_t parent_due, page_due;
    bool leaving;
};

static void say(struct batch *b, const char *text) { b->on.say(b->on.ctx, b, text); }

static void changed(struct batch *b) {
    if (!b->leaving) b->on.changed(b->on.ctx);
}

/* ---- what the table is told, is recorded ---- */

static void apply(struct batch *b, const struct fact *f) {
    record_fact(b->record, f);
    table_apply(b->s->table, f);
}

static void tick(struct batch *b, int64_t now) {
    uint64_t version = table_version(b->s->table);
    table_tick(b->s->table, now);
    record_tick(b->record, now, table_version(b->s->table) != version);
    streams_step(b->streams, b->stream, now);
}

static void set_over(struct batch *b, bool over, int64_t now) {
    table_set_over(b->s->table, over, now);
    table_tick(b->s->table, now);
    record_over(b->record, now, over);
    streams_over(b->streams, b->stream, now, over, b->settle_reason);
}

/* Before anything of after a sleep is judged: a silence that nobody could hear is none. */
static void note_away(struct batch *b, int64_t now) {
    struct fact f;
    struct machine_clocks c = machine_clocks();
    if (away_note(&b->away, now, c.awake, c.elapsed, &f)) apply(b, &f);
}

/* ---- the report ---- */

static void on_report(struct report_job *job) {
    struct batch *b = job->ctx;
    char text[SESSION_MESSAGE];
    report_result_words(&job->result, text, sizeof text);
    if (!job->page_only) {
        b->report_err = job->result.err;
        snprintf(b->report_words, sizeof b->report_words, "%s", text);
        record_report(b->record, job->input.now, job->input.wall);
    }
    if (!text[0] && !job->page_only) snprintf(text, sizeof text, "report written: %s", b->s->output[OUTPUT_CSV]);
    bool known = job->page_only && strcmp(text, b->page_words) == 0;
    if (job->page_only) snprintf(b->page_words, sizeof b->page_words, "%s", text);
    if (text[0] && !known) say(b, text);
    if (b->report_pending) {
        b->report_pending = false;
        report_job_start(job, b->loop, b->s, false, on_report, b);
    }
    changed(b);
}

static void write_report(struct batch *b) {
    if (b->job.busy) {
        b->report_pending = true;
        return;
    }
    if (!table_root(b->s->table, ROOT_BATCH)->scanned) {
        say(b, "no report: the batch directory has not been read yet");
        return;
    }
    if (root_released(b->workers[ROOT_BATCH])) {
        say(b, "no report: the batch is released; U takes it up again");
        return;
    }
    report_job_start(&b->job, b->loop, b->s, false, on_report, b);
}

/* For others to look at while the sweep runs; the settled report holds the last one. */
static int64_t write_page(struct batch *b, int64_t now) {
    int64_t every = b->s->options->html_every_ms;
    if (every <= 0 || root_released(b->workers[ROOT_BATCH]) || b->phase == PHASE_OVER ||
        !table_root(b->s->table, ROOT_BATCH)->scanned)
        return INT64_MAX;
    if (b->page_due > now) return b->page_due;
    b->page_due = now + every;
    if (!b->job.busy) report_job_start(&b->job, b->loop, b->s, true, on_report, b);
    return b->page_due;
}

/* ---- facts ---- */

static void keep_list(uv_work_t *work) {
    struct batch *b = work->data;
    session_keep_list(b->s, b->keep_message);
}

static void list_kept(uv_work_t *work, int status) {
    struct batch *b = work->data;
    (void)status;
    b->keep_busy = false;
    if (b->keep_message[0]) say(b, b->keep_message);
}

static char *list_text(void *ctx, size_t *len) {
    const struct batch *b = ctx;
    return session_list_text(b->s, len);
}

/* A kept list may be seen half written: one that cannot be used is waited for, and said. */
static void apply_list(struct batch *b, const struct fact *f) {
    char text[512];
    if (b->s->list_text) return; /* the explicit one is used; keep_list says when they differ */
    if (f->u.list.problem) {
        snprintf(text, sizeof text, "the sweep list %s cannot be read: %s", f->u.list.path, f->u.list.problem);
        say(b, text);
        return;
    }
    struct sweep_list *l = sweep_list_parse(f->u.list.text, f->u.list.len, b->s->profile, table_path_room(b->s->table));
    if (l->n_errors > 0) {
        snprintf(text, sizeof text, "%s:%u: %s", f->u.list.path, l->issues[0].line_no, l->issues[0].message);
        for (size_t i = 0; i < l->n_issues; i++) {
            if (l->issues[i].severity != LIST_ERROR) continue;
            snprintf(text, sizeof text, "%s:%u: %s", f->u.list.path, l->issues[i].line_no, l->issues[i].message);
            break;
        }
        say(b, text);
        sweep_list_free(l);
    } else {
        record_fact(b->record, f);
        table_apply_list(b->s->table, f, l);
        if (b->archive) root_set_list(b->archive, list_text, b);
    }
}

/* A connection that breaks or comes back is news also where no header shows it. */
static void say_health(struct batch *b, const struct fact *f) {
    char text[SESSION_MESSAGE];
    const char *reason = f->u.root_state.reason ? f->u.root_state.reason : "";
    enum root_health now = f->u.root_state.health;
    uint64_t *said = &b->lost[f->root];
    bool lost = now == HEALTH_STALE || now == HEALTH_HUNG || (now == HEALTH_WAITING && reason[0]);
    /* What hangs tells how long with every second; another reason is said anew. */
    uint64_t why = !lost ? 0 : now == HEALTH_HUNG ? 1 : text_hash(reason, strlen(reason), 0);
    if (why == *said || (!lost && now == HEALTH_WAITING)) return;
    *said = why;
    snprintf(text, sizeof text, "the %s %s%.400s", root_word(f->root),
             lost ? "cannot be read now: " : "can be read again", lost ? reason : "");
    say(b, text);
}

static void on_facts(void *ctx, struct fact_batch *facts) {
    struct batch *b = ctx;
    if (!b->leaving) {
        char text[SESSION_MESSAGE];
        bool commands = false;
        note_away(b, session_mono_ms());
        for (size_t i = 0; i < fact_batch_count(facts); i++) {
            const struct fact *f = fact_batch_at(facts, i);
            commands |= f->kind == FACT_LIST || (f->kind == FACT_EXIT && f->u.exit.command);
            if (f->kind == FACT_ROOT && b->s->remote) say_health(b, f);
            if (f->kind == FACT_LIST)
                apply_list(b, f);
            else
                apply(b, f);
        }
        if (commands && !b->commands_warned && session_unmatched(b->s->table, text)) {
            b->commands_warned = true;
            say(b, text);
        }
        changed(b);
    }
    fact_batch_free(facts);
}

/* apart: in a process of its own, which may hang without holding anybody. */
static void open_root(struct batch *b, enum root_id root, const char *path, bool learned, bool apart) {
    char **argv = apart ? scan_argv(b->s->options, root, path) : NULL;
    struct root_options o = {.profile = b->s->profile,
                             .root = root,
                             .path = path,
                             .learned = learned,
                             .fold_case = b->s->policy.fold_case,
                             .poll = b->s->options->poll,
                             .joblog = b->s->options->joblog,
                             .argv = (const char *const *)argv,
                             .profile_text = b->s->profile_text};
    if (root_open(b->loop, &o, on_facts, b, &b->workers[root]) != 0) abort();
    free(argv);
}

/* The archive may keep each batch in a directory of its own: under the name that the batch had when it ran, which its
 * configurations tell. */
static void want_nested(struct batch *b) {
    char name[SESSION_MESSAGE];
    const char *batch = session_archive_batch(b->s);
    if (!b->archive || !batch || (b->nested && strcmp(b->nested, batch) == 0)) return;
    free(b->nested);
    b->nested = strdup(batch);
    if (!b->nested) abort();
    if ((size_t)snprintf(name, sizeof name, "%s/", batch) < sizeof name) root_want(b->archive, name);
}

static void tell_archive(struct batch *b) {
    if (table_list(b->s->table)) root_set_list(b->archive, list_text, b);
    free(b->nested);
    b->nested = NULL;
    want_nested(b);
}

/* No case is to be called complete until its worker speaks. path: NULL, it is not known yet. */
static void expect_archive(struct batch *b, const char *path, bool learned) {
    int64_t now = session_mono_ms();
    apply(b,
          &(struct fact){.kind = FACT_ROOT,
                         .root = ROOT_ARCHIVE,
                         .at = now,
                         .u.root_state = {.health = HEALTH_WAITING, .path = path, .learned = learned, .since = now}});
}

static void open_archive(struct batch *b, const char *path, bool learned) {
    expect_archive(b, path, learned);
    open_root(b, ROOT_ARCHIVE, path, learned, true);
    b->archive = b->workers[ROOT_ARCHIVE];
    tell_archive(b);
}

/* ---- a batch elsewhere ---- */

static void on_origin(void *ctx, const struct scan_origin *o) {
    struct batch *b = ctx;
    char text[SESSION_MESSAGE];
    session_set_origin(b->s, o);
    if (o->mode == ARCHIVE_GIVEN) {
        expect_archive(b, NULL, false);
        b->archive = b->workers[ROOT_BATCH];
        tell_archive(b);
    }
    snprintf(text, sizeof text, "connected to %.400s; its report: %.500s", b->s->label, b->s->output[OUTPUT_CSV]);
    say(b, text);
}

static void open_archive_there(struct batch *b, const char *path) {
    expect_archive(b, path, true);
    b->archive = b->workers[ROOT_BATCH];
    root_set_archive(b->archive, path);
    tell_archive(b);
}

static void open_remote(struct batch *b) {
    struct root_options o = {.profile = b->s->profile,
                             .root = ROOT_BATCH,
                             .path = b->s->label,
                             .command = b->s->remote,
                             .on_origin = on_origin};
    if (root_open(b->loop, &o, on_facts, b, &b->workers[ROOT_BATCH]) != 0) abort();
}

static void learn_archive(struct batch *b) {
    char text[512];
    bool foreign;
    const char *path = table_learned_archive(b->s->table, &foreign);
    if (!path || b->archive_warned || b->archive) return;
    b->archive_warned = true;
    if (foreign) {
        snprintf(text, sizeof text,
                 "the configurations name the archive %s, which is no path of this machine; it is left out", path);
    } else {
        snprintf(text, sizeof text, "archive directory learned from the configurations: %s", path);
        if (b->s->remote)
            open_archive_there(b, path);
        else
            open_archive(b, path, true);
    }
    say(b, text);
}

/* Without a list the archive's worker is asked for the directories of the cases as they are discovered. */
static void want_discovered(struct batch *b) {
    if (table_list(b->s->table) || !b->archive) return;
    for (; b->wanted_rows < table_count(b->s->table); b->wanted_rows++) {
        root_want(b->archive, table_row(b->s->table, b->wanted_rows)->title);
    }
}

/* ---- the sweep's own process ---- */

static void ask_parent(uv_work_t *work) {
    struct batch *b = work->data;
    b->parent_alive = process_alive(b->s->options->pid, b->parent_start);
}

static void parent_answered(uv_work_t *work, int status) {
    struct batch *b = work->data;
    (void)status;
    b->parent_busy = false;
    if (b->leaving) return;
    struct fact f = {.kind = FACT_PARENT, .root = ROOT_BATCH, .at = session_mono_ms()};
    f.u.parent.alive = b->parent_alive;
    f.u.parent.pid = b->s->options->pid;
    if (table_parent(b->s->table) != f.u.parent.alive) {
        if (!b->parent_alive) say(b, "the process that runs the sweep has ended");
        apply(b, &f);
        changed(b);
    }
}

static void watch_parent(struct batch *b, int64_t now) {
    if (b->s->options->pid == 0 || b->parent_busy || now < b->parent_due || table_parent(b->s->table) == 0) return;
    b->parent_due = now + PARENT_EVERY_MS;
    b->parent_busy = true;
    b->parent_work.data = b;
    uv_queue_work(b->loop, &b->parent_work, ask_parent, parent_answered);
}

/* ---- settling ---- */

static void enter(struct batch *b, enum phase phase, int64_t now) {
    b->phase = phase;
    b->phase_since = now;
}

static const struct root_worker *worker_of(const struct batch *b, int root) {
    return root == ROOT_ARCHIVE ? b->archive : b->workers[root];
}

/* A root that cannot be read is not waited for. */
static bool pass_done(const struct batch *b, int64_t now) {
    for (int r = 0; r < ROOT_COUNT; r++) {
        if (!worker_of(b, r) || !table_root(b->s->table, (enum root_id)r)->readable) continue;
        if (!table_pass_ended(b->s->table, (enum root_id)r)) return now - b->phase_since >= FINAL_PASS_LIMIT_MS;
    }
    return true;
}

static bool all_passes_ended(const struct batch *b) {
    bool ended = true;
    for (int r = 0; r < ROOT_COUNT; r++) ended &= !worker_of(b, r) || table_pass_ended(b->s->table, (enum root_id)r);
    return ended;
}

static void begin_final_pass(struct batch *b, int64_t now) {
    table_expect_pass(b->s->table);
    record_pass(b->record, now);
    batch_rescan(b);
    enter(b, PHASE_FINAL_PASS, now);
}

static void elsewhere_searched(struct elsewhere_job *job, const struct fact_batch *found) {
    struct batch *b = job->ctx;
    for (size_t i = 0; i < fact_batch_count(found); i++) apply(b, fact_batch_at(found, i));
    if (b->leaving) return;
    if (job->cut) say(b, ELSEWHERE_CUT);
    changed(b);
}

/* Where are the cases that never came? The report waits for the answer. */
static void search_elsewhere(struct batch *b, int64_t now) {
    if (!b->elsewhere.busy && !b->s->remote) elsewhere_start(&b->elsewhere, b->loop, b->s, elsewhere_searched, b);
    b->elsewhere_until = now + ELSEWHERE_WAIT_MS;
}

/* Returns when time alone may change the answer. */
static int64_t settle(struct batch *b, int64_t now) {
    struct table *t = b->s->table;
    int64_t again = INT64_MAX;
    enum settle_reason reason;
    switch (b->phase) {
    case PHASE_WATCHING:
        reason = settle_judge(t, now, &again);
        if (b->finalize && table_root(t, ROOT_BATCH)->scanned) reason = SETTLE_ASKED;
        if (reason == SETTLE_NOT) break;
        b->settle_reason = reason;
        begin_final_pass(b, now);
        return now + FINAL_PASS_LIMIT_MS;
    case PHASE_FINAL_PASS:
        if (!pass_done(b, now)) return b->phase_since + FINAL_PASS_LIMIT_MS;
        reason = b->finalize ? SETTLE_ASKED : settle_judge(t, now, &again);
        if (reason == SETTLE_NOT) {
            enter(b, PHASE_WATCHING, now);
            break;
        }
        b->finalize = false;
        b->over_change = table_last_change(t);
        set_over(b, true, now);
        enter(b, PHASE_OVER, now);
        b->report_unsure = !all_passes_ended(b);
        say(b, settle_words(b->settle_reason));
        search_elsewhere(b, now);
        return now;
    case PHASE_OVER:
        if (b->elsewhere_until > 0) {
            if (b->elsewhere.busy && now < b->elsewhere_until) return b->elsewhere_until;
            b->elsewhere_until = 0;
            write_report(b);
        } else if (b->report_unsure && all_passes_ended(b)) {
            b->report_unsure = false;
            write_report(b);
        }
        if (table_last_change(t) == b->over_change) break;
        set_over(b, false, now);
        b->elsewhere_until = 0;
        enter(b, PHASE_WATCHING, now);
        say(b, "something changed: the sweep is open again");
        return now;
    }
    return again;
}

static void on_exported(struct export_job *job) {
    struct batch *b = job->ctx;
    char text[SESSION_MESSAGE];
    if (job->err < 0)
        snprintf(text, sizeof text, "%.900s could not be written: %s", job->path, uv_strerror(job->err));
    else
        snprintf(text, sizeof text, "%zu case%s written to %.900s", job->n, job->n == 1 ? "" : "s", job->path);
    say(b, text);
    changed(b);
}

/* ---- for the loop ---- */

int64_t batch_step(struct batch *b, int64_t now) {
    struct table *t = b->s->table;
    note_away(b, now);
    learn_archive(b); /* before anything is judged: it may not be complete without it */
    tick(b, now);
    want_nested(b);
    want_discovered(b);
    watch_parent(b, now);
    if (b->s->list_path && !b->keep_asked && table_root(t, ROOT_BATCH)->readable) {
        b->keep_asked = b->keep_busy = true;
        b->keep_work.data = b;
        uv_queue_work(b->loop, &b->keep_work, keep_list, list_kept);
    }
    int64_t due = settle(b, now), page_due = write_page(b, now);
    if (page_due < due) due = page_due;
    if (now + AWAY_TURN_MS < due) due = now + AWAY_TURN_MS; /* a longer pause is a sleep */
    if (b->s->options->pid && b->parent_due < due && table_parent(t) != 0) due = b->parent_due;
    return table_deadline(t) < due ? table_deadline(t) : due;
}

void batch_rescan(struct batch *b) {
    for (int r = 0; r < ROOT_COUNT; r++) {
        if (b->workers[r] && !root_released(b->workers[r])) root_full_pass(b->workers[r]);
    }
}

bool batch_release(struct batch *b, enum root_id root) {
    struct root_worker *w = b->workers[root];
    if (!w || b->s->remote) return false; /* a drive of another machine is let go of there */
    if (root_released(w))
        root_full_pass(w);
    else
        root_release(w);
    return true;
}

void batch_finalize(struct batch *b) { b->finalize = true; }

void batch_write_report(struct batch *b) { write_report(b); }

void batch_export(struct batch *b, const uint32_t *rows, size_t n) {
    if (b->export.busy)
        say(b, "the list before this one is still being written");
    else if (b->s->located)
        export_job_start(&b->export, b->loop, b->s, rows, n, on_exported, b);
}

void batch_machine(struct batch *b, const struct fact *f) {
    if (!b->s->remote) apply(b, f); /* the machine of that batch is another one, and tells itself */
}

static void on_looked(struct closeup_job *job) { changed(job->ctx); }

const struct closeup *batch_look(struct batch *b, const struct row *r, uint64_t *stamp) {
    *stamp = b->closeup.looks;
    if (b->s->remote) return NULL; /* its files are not of this machine */
    b->closeup.ctx = b;
    b->closeup.done = on_looked;
    return closeup_job_ask(&b->closeup, b->loop, b->s->table, r, session_mono_ms());
}

const struct session *batch_session(const struct batch *b) { return b->s; }

bool batch_is_over(const struct batch *b) { return b->phase == PHASE_OVER; }
bool batch_is_reported(const struct batch *b) {
    return b->phase == PHASE_OVER && !b->job.busy && b->elsewhere_until == 0;
}

int batch_code(const struct batch *b) {
    const struct table *t = b->s->table;
    bool read = all_passes_ended(b);
    if (b->phase != PHASE_OVER) return EXIT_NOT_SETTLED;
    for (int r = 0; r < ROOT_COUNT; r++) {
        const struct root_state *root = table_root(t, (enum root_id)r);
        read &= !root->in_play || root->readable;
    }
    if (b->report_err < 0 || !read) return EXIT_IO;
    bool all = table_status_count(t, STATUS_COMPLETE) == table_count(t);
    return b->s->options->strict && !all ? EXIT_NOT_COMPLETE : EXIT_DONE;
}

/* ---- life ---- */

struct batch *batch_open(uv_loop_t *loop, struct session *s, struct record *record, struct streams *streams,
                         const struct batch_calls *on) {
    struct batch *b = calloc(1, sizeof *b);
    if (!b) abort();
    b->s = s;
    b->loop = loop;
    b->record = record;
    b->streams = streams;
    b->stream = streams_add(streams, s);
    b->on = *on;
    b->parent_start = s->options->pid ? process_start_time(s->options->pid) : 0;
    b->parent_alive = true;
    if (s->remote)
        open_remote(b);
    else
        open_root(b, ROOT_BATCH, s->batch, false, s->batch_may_hang);
    if (s->archive) open_archive(b, s->archive, false);
    return b;
}

/* No list, and no case has come: perhaps not even a batch, only the directory where sweepwatch was started. */
static bool is_of_nothing(const struct batch *b) {
    for (int i = 0; i < OUTPUT_COUNT; i++) {
        if (b->s->output_given[i]) return false;
    }
    return table_count(b->s->table) == 0 && !table_list(b->s->table);
}

/* Settled reports are written already, the others say "settled": false. */
void batch_leave(struct batch *b) {
    bool owed = (b->phase != PHASE_OVER || b->elsewhere_until > 0) && !is_of_nothing(b);
    b->leaving = true;
    if (owed && table_root(b->s->table, ROOT_BATCH)->scanned && !root_released(b->workers[ROOT_BATCH])) {
        b->report_pending = b->job.busy;
        if (!b->job.busy) report_job_start(&b->job, b->loop, b->s, false, on_report, b);
    }
    elsewhere_stop(&b->elsewhere);
}

static bool is_writing(const struct batch *b) { return b->job.busy || b->keep_busy || b->export.busy; }

bool batch_is_busy(const struct batch *b, int64_t waited_ms) {
    bool hung = table_root(b->s->table, ROOT_BATCH)->health == HEALTH_HUNG && !b->s->remote;
    int64_t limit = hung ? REPORT_WAIT_HUNG_MS : REPORT_WAIT_MS;
    bool looks = b->elsewhere.busy || b->closeup.busy;
    return (is_writing(b) && waited_ms < limit) || (looks && waited_ms < CLOSE_WAIT_MS);
}

int batch_say_end(const struct batch *b) {
    if (is_writing(b)) {
        session_say("the report could not be written to %s: the drive does not answer", b->s->output[OUTPUT_CSV]);
    } else if (b->report_err < 0) {
        session_say("%s", b->report_words);
    }
    return is_writing(b) || b->report_err < 0 ? EXIT_IO : EXIT_DONE;
}

bool batch_close(struct batch *b) {
    bool ended = !is_writing(b) && !b->elsewhere.busy && !b->closeup.busy;
    for (int r = 0; r < ROOT_COUNT; r++) {
        if (b->workers[r] && !root_close(b->workers[r], CLOSE_WAIT_MS)) ended = false;
    }
    return ended;
}

void batch_free(struct batch *b) {
    export_job_free(&b->export);
    closeup_job_free(&b->closeup);
    free(b->nested);
    free(b);
}
