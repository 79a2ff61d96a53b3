#include "watch/root_thread.h"

#include "model/text.h"
#include "platform/mounts.h"
#include "platform/text.h"
#include "platform/watch_limits.h"
#include "watch/exit_record.h"
#include "watch/readers.h"
#include "watch/scanner.h"
#include "watch/settings.h"
#include "watch/subscribe.h"

#include <stdlib.h>
#include <string.h>

enum {
    STEP_BUDGET_MS = 10, /* then what has come in is heard: no event waits longer than this and one look */
    TOKEN_SETTINGS = SCANNER_TOKEN_FREE,
    TOKEN_RECORDS,
    GATHER_MS = 50, /* facts of steps that follow at once are handed over together */
    MAX_WATCHES = 24000,
    QUEUE_FACTS = 5000, /* so many facts not yet taken by the owner: scanning waits */
    QUEUE_WAIT_MS = 20
};

struct command {
    struct scan_command c; /* its text is owned */
    struct command *next;
};

struct root_thread {
    struct root_options o;
    char *path, *joblog;
    uv_thread_t thread;

    /* The owner's side. */
    uv_async_t to_owner;
    void (*on_facts)(void *ctx, struct fact_batch *b);
    void (*on_roused)(void *ctx); /* NULL: it was not asked to tell */
    void *ctx;

    /* Between the two, under the mutex. */
    uv_mutex_t mutex;
    uv_cond_t ended_cond;
    struct command *first, **last;
    struct fact_batch *out;
    bool ended;
    bool at_work, rousing; /* a step has begun or is due; the owner wants to know of one before its time */
    int64_t next_due;      /* that time */
    struct fs_recorder *recorder;

    /* The worker's side. */
    uv_loop_t loop;
    uv_async_t to_worker;
    uv_timer_t timer;
    uv_idle_t again; /* a step that is due at once */
    uv_poll_t mounts;
    int mounts_fd; /* -1: none */
    struct scanner *scanner;
    struct readers *readers; /* NULL: there is nothing for them */
    struct settings_reader *settings;
    struct subscriptions *subscriptions;
    struct fact_batch *gathered; /* of the steps since gathered_at; NULL none */
    int64_t gathered_at;
    bool hinted; /* by an event since the last step */
    bool released;
    bool waits; /* for the first pass to be asked for */
};

static void *must(void *p) {
    if (!p) abort();
    return p;
}

static int64_t worker_clock(void *ctx) {
    (void)ctx;
    return (int64_t)(uv_hrtime() / 1000000);
}

static int64_t worker_wall(void *ctx) {
    (void)ctx;
    uv_timeval64_t tv;
    uv_gettimeofday(&tv);
    return tv.tv_sec * 1000 + tv.tv_usec / 1000;
}

/* ---- events ---- */

static void schedule(struct root_thread *w, int64_t due);

static void step_soon(struct root_thread *w) {
    if (!w->hinted) schedule(w, 0);
    w->hinted = true;
}

static void on_lost(void *ctx) {
    struct root_thread *w = ctx;
    step_soon(w);
    scanner_lost(w->scanner, worker_clock(NULL));
    if (w->settings) settings_reader_changed(w->settings, worker_clock(NULL));
}

static void on_event(void *ctx, uint64_t token, const char *name) {
    struct root_thread *w = ctx;
    if (!name && token == 0) {
        on_lost(w);
        return;
    }
    step_soon(w);
    bool of_settings = token == TOKEN_SETTINGS || token == TOKEN_RECORDS;
    if (w->settings && (of_settings || (token == 0 && settings_reader_reads(w->settings, name)))) {
        settings_reader_changed(w->settings, worker_clock(NULL));
    }
    if (!of_settings) scanner_event(w->scanner, token, name, worker_clock(NULL));
}

static int watch_start(void *ctx, const char *path, uint64_t token) {
    struct root_thread *w = ctx;
    int lane = fs_recorder_begin(w->recorder, "watch", path[0] ? path : w->path);
    int err = subscriptions_start(w->subscriptions, path, token);
    fs_recorder_end(w->recorder, lane);
    return err;
}

static void watch_stop(void *ctx, uint64_t token) {
    struct root_thread *w = ctx;
    if (w->subscriptions) subscriptions_stop(w->subscriptions, token);
}

/* ---- readers ---- */

static void run_readers(void *ctx, size_t n, bool (*look)(void *arg, unsigned reader, size_t i), void *arg) {
    struct root_thread *w = ctx;
    if (!w->readers) w->readers = readers_new(0);
    if (readers_begin(w->readers, &(struct readers_work){.ctx = arg, .n = n, .look = look}) == 0) {
        readers_wait(w->readers);
        return;
    }
    for (size_t i = 0; i < n && look(arg, 0, i); i++) continue; /* there can be no threads */
}

static void rest_readers(void *ctx) {
    struct root_thread *w = ctx;
    readers_free(w->readers);
    w->readers = NULL;
}

/* ---- facts out ---- */

static void put_fact(void *ctx, const struct fact *f) { fact_batch_add(ctx, f); }

static void post(struct root_thread *w, struct fact_batch *b) {
    if (fact_batch_count(b) == 0) {
        fact_batch_free(b);
        return;
    }
    uv_mutex_lock(&w->mutex);
    if (!w->out) {
        w->out = b;
        b = NULL;
    } else {
        for (size_t i = 0; i < fact_batch_count(b); i++) fact_batch_add(w->out, fact_batch_at(b, i));
    }
    uv_mutex_unlock(&w->mutex);
    fact_batch_free(b);
    uv_async_send(&w->to_owner);
}

static void on_facts_ready(uv_async_t *async) {
    struct root_thread *w = async->data;
    uv_mutex_lock(&w->mutex);
    struct fact_batch *b = w->out;
    void (*roused)(void *ctx) = w->rousing ? NULL : w->on_roused;
    w->out = NULL;
    uv_mutex_unlock(&w->mutex);
    if (roused) {
        w->on_roused = NULL;
        roused(w->ctx);
    }
    if (b) w->on_facts(w->ctx, b);
}

/* The owner is told before anything is done that may hang, unless it knows when that is. */
static void begin_work(struct root_thread *w, int64_t now) {
    uv_mutex_lock(&w->mutex);
    bool rouses = w->rousing && now < w->next_due;
    w->at_work = true;
    if (rouses) w->rousing = false;
    uv_mutex_unlock(&w->mutex);
    if (rouses) uv_async_send(&w->to_owner);
}

static void end_work(struct root_thread *w, int64_t due) {
    uv_mutex_lock(&w->mutex);
    w->at_work = false;
    w->next_due = due;
    uv_mutex_unlock(&w->mutex);
}

bool root_thread_rests(struct root_thread *w, void (*roused)(void *ctx), int64_t *until) {
    uv_mutex_lock(&w->mutex);
    bool rests = w->rousing = !w->at_work;
    *until = w->next_due;
    uv_mutex_unlock(&w->mutex);
    w->on_roused = rests ? roused : NULL;
    return rests;
}

/* ---- the worker's loop ---- */

static bool owner_is_behind(struct root_thread *w) {
    uv_mutex_lock(&w->mutex);
    bool behind = w->out && fact_batch_count(w->out) >= QUEUE_FACTS;
    uv_mutex_unlock(&w->mutex);
    return behind;
}

static void stop_listening(struct root_thread *w) {
    watch_stop(w, TOKEN_SETTINGS);
    watch_stop(w, TOKEN_RECORDS);
}

/* For what a batch says of itself. Another directory may stand under the name by now: only a new subscription is sure.
 * Of one that is not there its parent tells. */
static bool listen_anew(struct root_thread *w) {
    stop_listening(w);
    if (!scanner_hears(w->scanner)) return false;
    int settings = watch_start(w, SETTINGS_DIR, TOKEN_SETTINGS);
    int records = watch_start(w, EXIT_RECORD_DIR, TOKEN_RECORDS);
    return (settings == 0 || fs_means_absent(settings)) && (records == 0 || fs_means_absent(records));
}

static void read_settings(struct root_thread *w, int64_t now, struct fact_sink sink) {
    if (settings_reader_due(w->settings) > now) return;
    settings_reader_heard(w->settings, listen_anew(w)); /* before it is read */
    settings_reader_step(w->settings, now, sink);
}

static void step(struct root_thread *w) {
    if (owner_is_behind(w)) {
        schedule(w, worker_clock(NULL) + QUEUE_WAIT_MS);
        return;
    }
    int64_t now = worker_clock(NULL);
    begin_work(w, now);
    if (!w->gathered) {
        w->gathered = must(fact_batch_new());
        w->gathered_at = now;
    }
    struct fact_batch *b = w->gathered;
    struct fact_sink sink = {put_fact, b};
    w->hinted = false;
    if (w->settings && !w->released) read_settings(w, now, sink);
    int64_t due = scanner_step(w->scanner, now, STEP_BUDGET_MS, sink);
    if (w->settings && !w->released && settings_reader_due(w->settings) < due) due = settings_reader_due(w->settings);
    now = worker_clock(NULL);
    bool goes_on = due <= now;
    if (!goes_on) end_work(w, due);
    if (!goes_on || now - w->gathered_at >= GATHER_MS || fact_batch_count(b) >= QUEUE_FACTS) {
        w->gathered = NULL;
        post(w, b);
    }
    schedule(w, due);
}

static void on_mounts(uv_poll_t *poll, int status, int events) {
    struct root_thread *w = poll->data;
    (void)status;
    (void)events;
    scanner_mounts_changed(w->scanner, worker_clock(NULL));
    if (!w->waits) schedule(w, 0);
}

static void watch_mounts(struct root_thread *w) {
    w->mounts_fd = mounts_open_table();
    if (w->mounts_fd < 0 || uv_poll_init(&w->loop, &w->mounts, w->mounts_fd) != 0) return;
    w->mounts.data = w;
    uv_poll_start(&w->mounts, UV_PRIORITIZED, on_mounts);
}

static void on_timer(uv_timer_t *timer) { step(timer->data); }
static void on_again(uv_idle_t *again) { step(again->data); }

/* At once means after a look at what has come in: a timer that is due runs again and again within one turn of the loop,
 * and during a whole pass nothing would be heard, neither events nor commands. */
static void schedule(struct root_thread *w, int64_t due) {
    int64_t now = worker_clock(NULL);
    if (due <= now) {
        uv_timer_stop(&w->timer);
        uv_idle_start(&w->again, on_again);
        return;
    }
    uv_idle_stop(&w->again);
    uv_update_time(&w->loop);
    uv_timer_start(&w->timer, on_timer, (uint64_t)(due - now), 0);
}

static void close_handle(uv_handle_t *handle, void *arg) {
    (void)arg;
    if (!uv_is_closing(handle)) uv_close(handle, NULL);
}

static void run_command(struct root_thread *w, const struct scan_command *c) {
    int64_t now = worker_clock(NULL);
    switch (c->kind) {
    case SCAN_LIST: {
        struct sweep_list *list = sweep_list_parse(c->text, c->len, w->o.profile, 0);
        scanner_set_list(w->scanner, list, now);
        sweep_list_free(list);
        break;
    }
    case SCAN_WANT:
        scanner_want(w->scanner, c->text, now);
        break;
    case SCAN_PASS:
        w->released = w->waits = false;
        scanner_full_pass(w->scanner, now);
        break;
    case SCAN_KNOWN:
        scanner_known(w->scanner, c->id);
        break;
    case SCAN_KNOWN_PLACE:
        scanner_known_place(w->scanner, c->text, now);
        break;
    case SCAN_RELEASE:
        w->released = true;
        w->waits = false;
        stop_listening(w);
        scanner_release(w->scanner, now);
        break;
    case SCAN_PROFILE: /* the process needs it before it has a thread */
    case SCAN_ARCHIVE: /* a thread has one root */
        break;
    case SCAN_STOP:
        subscriptions_close(w->subscriptions);
        w->subscriptions = NULL;
        uv_walk(&w->loop, close_handle, NULL);
        return;
    }
    if (!w->waits) schedule(w, 0);
}

static void on_commands(uv_async_t *async) {
    struct root_thread *w = async->data;
    uv_mutex_lock(&w->mutex);
    struct command *c = w->first;
    w->first = NULL;
    w->last = &w->first;
    uv_mutex_unlock(&w->mutex);
    while (c) {
        struct command *next = c->next;
        if (!uv_is_closing((uv_handle_t *)async)) run_command(w, &c->c);
        free((char *)(uintptr_t)c->c.text);
        free(c);
        c = next;
    }
}

static void worker_main(void *arg) {
    struct root_thread *w = arg;
    struct watch_ops ops = {w, watch_start, watch_stop};
    struct reader_ops readers = {w, run_readers, rest_readers};
    size_t limit = watch_limit();
    bool batch = w->o.root == ROOT_BATCH;
    struct scanner_config c = {
        .fs = fs_recorder_ops(w->recorder),
        .watch = w->o.poll ? NULL : &ops,
        .readers = &readers,
        .no_events_because = w->o.poll ? "asked to poll" : NULL,
        .clock = worker_clock,
        .wall = worker_wall,
        .profile = w->o.profile,
        .root = w->o.root,
        .path = w->path,
        .learned = w->o.learned,
        .fold_case = w->o.fold_case,
        .only_wanted = !batch,
        .settle_ms = 3000,
        .active_ms = 5000,
        .poll_ms = batch ? 2000 : 5000,
        .idle_ms = batch ? 180 * 1000 : 600 * 1000,
        .rest_ms = 600 * 1000,
        .max_watches = limit / 2 < MAX_WATCHES ? limit / 2 : MAX_WATCHES,
    };
    struct subscription_calls calls = {w, on_event, on_lost};
    w->subscriptions = subscriptions_new(&w->loop, w->path, &calls);
    w->scanner = scanner_new(&c);
    if (batch) w->settings = settings_reader_new(c.fs, w->o.profile, w->path);
    if (batch) settings_reader_joblog(w->settings, w->joblog);
    watch_mounts(w);
    on_commands(&w->to_worker); /* what is known of the root comes before the first look at it */
    if (!w->waits && !uv_is_closing((uv_handle_t *)&w->to_worker)) step(w);
    uv_run(&w->loop, UV_RUN_DEFAULT);
    mounts_close_table(w->mounts_fd);
    scanner_free(w->scanner);
    settings_reader_free(w->settings);
    uv_mutex_lock(&w->mutex);
    w->ended = true;
    uv_cond_signal(&w->ended_cond);
    uv_mutex_unlock(&w->mutex);
}

void root_thread_send(struct root_thread *w, const struct scan_command *command) {
    struct command *c = must(calloc(1, sizeof *c));
    c->c = *command;
    if (command->text) {
        char *text = must(malloc(command->len + 1));
        memcpy(text, command->text, command->len);
        text[command->len] = '\0';
        c->c.text = text;
    }
    uv_mutex_lock(&w->mutex);
    *w->last = c;
    w->last = &c->next;
    uv_mutex_unlock(&w->mutex);
    uv_async_send(&w->to_worker);
}

void root_thread_operation(struct root_thread *w, struct fs_operation *out) { fs_recorder_now(w->recorder, out); }

int root_thread_open(uv_loop_t *owner, const struct root_options *o, bool waits,
                     void (*on_facts)(void *ctx, struct fact_batch *b), void *ctx, struct root_thread **out) {
    struct root_thread *w = must(calloc(1, sizeof *w));
    w->o = *o;
    w->path = must(malloc(strlen(o->path) + 1));
    memcpy(w->path, o->path, strlen(o->path) + 1);
    if (o->joblog) {
        w->joblog = must(malloc(strlen(o->joblog) + 1));
        memcpy(w->joblog, o->joblog, strlen(o->joblog) + 1);
    }
    w->on_facts = on_facts;
    w->ctx = ctx;
    w->waits = waits;
    w->last = &w->first;
    w->recorder = fs_recorder_new(fs_real_live(), worker_clock, NULL);
    if (uv_mutex_init(&w->mutex) || uv_cond_init(&w->ended_cond) || uv_loop_init(&w->loop)) abort();
    uv_async_init(&w->loop, &w->to_worker, on_commands);
    w->to_worker.data = w;
    uv_timer_init(&w->loop, &w->timer);
    w->timer.data = w;
    uv_idle_init(&w->loop, &w->again);
    w->again.data = w;
    uv_async_init(owner, &w->to_owner, on_facts_ready);
    w->to_owner.data = w;
    *out = w;
    return uv_thread_create(&w->thread, worker_main, w);
}

static void free_worker(uv_handle_t *handle) {
    struct root_thread *w = handle->data;
    uv_mutex_destroy(&w->mutex);
    uv_cond_destroy(&w->ended_cond);
    fact_batch_free(w->out);
    fact_batch_free(w->gathered);
    fs_recorder_free(w->recorder);
    free(w->path);
    free(w->joblog);
    free(w);
}

bool root_thread_close(struct root_thread *w, unsigned wait_ms) {
    uint64_t deadline = uv_hrtime() + (uint64_t)wait_ms * 1000000;
    root_thread_send(w, &(struct scan_command){.kind = SCAN_STOP});
    uv_mutex_lock(&w->mutex);
    while (!w->ended) {
        uint64_t now = uv_hrtime();
        if (now >= deadline) break;
        uv_cond_timedwait(&w->ended_cond, &w->mutex, deadline - now);
    }
    bool ended = w->ended;
    uv_mutex_unlock(&w->mutex);
    if (!ended) return false;
    uv_thread_join(&w->thread);
    uv_loop_close(&w->loop);
    uv_close((uv_handle_t *)&w->to_owner, free_worker);
    return true;
}
