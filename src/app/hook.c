#include "app/hook.h"

#include "model/text.h"
#include "platform/shell.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { QUEUE_MAX = 16, TICK_MS = 500, VALUE_BYTES = 8192 };

/* SWEEPWATCH_ and this; always there, empty where an event has none. */
enum {
    VAR_EVENT,
    VAR_AT,
    VAR_BATCH,
    VAR_CASE,
    VAR_DIRECTORY,
    VAR_FROM,
    VAR_TO,
    VAR_REASON,
    VAR_REMEDY,
    VAR_TEXT,
    VARS
};
static const char *const var_names[VARS] = {"EVENT", "AT", "BATCH",  "CASE",   "DIRECTORY",
                                            "FROM",  "TO", "REASON", "REMEDY", "TEXT"};

/* A command to be run: all that it is told. */
struct call {
    char *env[VARS];
    struct buffer json;
};

struct slot {
    struct hook *hook;
    uv_process_t process;
    bool running, open; /* open: its handle is not closed yet */
    bool overdue;
    int64_t until;
};

struct hook {
    uv_loop_t *loop;
    uv_timer_t timer;
    const char *command;
    void (*say)(void *ctx, const char *text);
    void *ctx;
    struct slot slot[HOOK_AT_ONCE];
    struct call *queue[QUEUE_MAX];
    size_t n_queue;
    int tokens;
    int64_t refilled; /* monotonic ms, as are all times here */
    /* Events that no command was run for yet: the only one, or how many there are of each kind. */
    struct call *held;
    size_t n_held, held_to[STATUS_COUNT];
    struct event last; /* of them: seq, wall, batch */
    char last_batch[VALUE_BYTES];
    int64_t last_code; /* said already */
    int last_error;
    int64_t end_at;
    int open_handles; /* not yet closed: the memory is theirs too */
};

static int64_t mono_now(void) { return (int64_t)(uv_hrtime() / 1000000); }

/* ---- what a command is told ---- */

static char *variable(int var, const char *value) {
    char clean[VALUE_BYTES];
    text_clean(value ? value : "", clean, sizeof clean);
    shell_harmless(clean);
    size_t size = strlen(clean) + sizeof "SWEEPWATCH_DIRECTORY=";
    char *out = malloc(size);
    if (!out) abort();
    snprintf(out, size, "SWEEPWATCH_%s=%s", var_names[var], clean);
    return out;
}

static struct call *call_new(const struct event *e) {
    struct call *c = calloc(1, sizeof *c);
    char when[EVENT_TIME_BYTES];
    struct buffer text = {0};
    if (!c) abort();
    event_time(e->wall, when);
    event_text(e, &text);
    buffer_add(&text, "", 1);
    const char *const value[VARS] = {
        [VAR_EVENT] = event_word(e->kind), [VAR_AT] = when,        [VAR_BATCH] = e->batch, [VAR_CASE] = e->case_id,
        [VAR_DIRECTORY] = e->directory,    [VAR_FROM] = e->from,   [VAR_TO] = e->to,       [VAR_REASON] = e->reason,
        [VAR_REMEDY] = e->remedy,          [VAR_TEXT] = text.bytes};
    for (int i = 0; i < VARS; i++) c->env[i] = variable(i, value[i]);
    event_json(e, &c->json);
    buffer_free(&text);
    return c;
}

static void call_free(struct call *c) {
    if (!c) return;
    for (int i = 0; i < VARS; i++) free(c->env[i]);
    buffer_free(&c->json);
    free(c);
}

/* This program's environment, and the call's in place of what it may itself have been given. */
static char **environment(const struct call *c) {
    uv_env_item_t *item = NULL;
    int n = 0, used = 0;
    if (uv_os_environ(&item, &n) < 0) n = 0;
    char **env = calloc((size_t)n + VARS + 1, sizeof *env);
    if (!env) abort();
    for (int i = 0; i < n; i++) {
        if (strncmp(item[i].name, "SWEEPWATCH_", strlen("SWEEPWATCH_")) == 0) continue;
        size_t size = strlen(item[i].name) + strlen(item[i].value) + 2;
        env[used] = malloc(size);
        if (!env[used]) abort();
        snprintf(env[used++], size, "%s=%s", item[i].name, item[i].value);
    }
    if (item) uv_os_free_environ(item, n);
    for (int i = 0; i < VARS; i++) {
        size_t size = strlen(c->env[i]) + 1;
        env[used] = malloc(size);
        if (!env[used]) abort();
        memcpy(env[used++], c->env[i], size);
    }
    return env;
}

/* ---- running ---- */

static void pump(struct hook *h);

static void say_code(struct hook *h, int64_t code, int signum) {
    char text[160];
    if (signum)
        snprintf(text, sizeof text, "the command of --on-event was ended by signal %d", signum);
    else
        snprintf(text, sizeof text, "the command of --on-event ended with exit code %lld", (long long)code);
    h->say(h->ctx, text);
}

static void on_closed(uv_handle_t *handle) {
    struct slot *s = handle->data;
    struct hook *h = s->hook;
    s->open = false;
    if (--h->open_handles == 0)
        free(h);
    else
        pump(h);
}

static void on_exit_of(uv_process_t *process, int64_t code, int signum) {
    struct slot *s = process->data;
    struct hook *h = s->hook;
    int64_t both = signum ? -signum : code;
    s->running = false;
    if (!s->overdue && both != 0 && both != h->last_code) say_code(h, code, signum); /* once in a row */
    if (!s->overdue) h->last_code = both;
    uv_close((uv_handle_t *)process, on_closed);
}

static void run(struct hook *h, struct slot *s, const struct call *c) {
    char text[256], **env = environment(c);
    struct shell_command command = {h->command, env, c->json.bytes, c->json.len};
    s->process.data = s;
    int err = shell_spawn(h->loop, &s->process, &command, on_exit_of);
    s->open = true; /* a handle that could not start its process must be closed too */
    h->open_handles++;
    if (err < 0) uv_close((uv_handle_t *)&s->process, on_closed);
    for (int i = 0; env[i]; i++) free(env[i]);
    free(env);
    s->running = err >= 0;
    s->overdue = false;
    s->until = mono_now() + HOOK_LIMIT_MS;
    if (err < 0 && err != h->last_error) {
        snprintf(text, sizeof text, "the command of --on-event cannot be run: %s", uv_strerror(err));
        h->say(h->ctx, text);
    }
    h->last_error = err < 0 ? err : 0;
}

static void pump(struct hook *h) {
    for (int i = 0; i < HOOK_AT_ONCE && h->n_queue > 0; i++) {
        struct slot *s = &h->slot[i];
        if (s->running || s->open) continue;
        struct call *c = h->queue[0];
        memmove(&h->queue[0], &h->queue[1], --h->n_queue * sizeof *h->queue);
        run(h, s, c);
        call_free(c);
    }
}

/* ---- not too often ---- */

static void release_held(struct hook *h) {
    struct call *c = h->held;
    if (h->n_held == 0) return;
    if (!c) {
        struct event digest = h->last;
        digest.kind = EVENT_DIGEST;
        digest.events = h->n_held;
        digest.counts = h->held_to;
        c = call_new(&digest);
    }
    h->queue[h->n_queue++] = c;
    h->held = NULL;
    h->n_held = 0;
    memset(h->held_to, 0, sizeof h->held_to);
}

static bool take_token(struct hook *h) {
    int64_t now = mono_now(), more = (now - h->refilled) / HOOK_REFILL_MS;
    if (more > 0) {
        h->tokens = more < HOOK_BURST - h->tokens ? h->tokens + (int)more : HOOK_BURST;
        h->refilled += more * HOOK_REFILL_MS;
    }
    if (h->tokens == 0 || h->n_queue >= QUEUE_MAX - 2) return false; /* room for the end: a digest and that */
    if (h->tokens-- == HOOK_BURST) h->refilled = now;
    return true;
}

static void hold(struct hook *h, const struct event *e) {
    call_free(h->held);
    h->held = h->n_held == 0 ? call_new(e) : NULL;
    h->n_held++;
    int to = e->kind == EVENT_STATUS ? status_from_word(e->to) : -1;
    if (to >= 0) h->held_to[to]++;
    snprintf(h->last_batch, sizeof h->last_batch, "%s", e->batch);
    h->last = (struct event){.seq = e->seq, .wall = e->wall, .batch = h->last_batch};
}

static bool root_is_away(const char *health) {
    return health_from_word(health) == HEALTH_STALE || health_from_word(health) == HEALTH_HUNG;
}

static bool is_for_people(const struct event *e) {
    if (e->kind == EVENT_ROOT) return root_is_away(e->from) != root_is_away(e->to);
    if (e->kind != EVENT_STATUS) return true;
    bool was = status_is_problem((enum case_status)status_from_word(e->from));
    bool is = status_is_problem((enum case_status)status_from_word(e->to));
    return is || (was && !e->first);
}

void hook_event(struct hook *h, const struct event *e) {
    if (!is_for_people(e)) return;
    bool whole = e->kind == EVENT_SETTLED || e->kind == EVENT_REOPENED;
    if (whole && h->n_queue < QUEUE_MAX - 1) {
        release_held(h); /* in the order of things */
        h->queue[h->n_queue++] = call_new(e);
    } else if (h->n_held == 0 && take_token(h)) {
        h->queue[h->n_queue++] = call_new(e);
    } else {
        hold(h, e);
    }
    pump(h);
}

static void on_tick(uv_timer_t *timer) {
    struct hook *h = timer->data;
    int64_t now = mono_now();
    for (int i = 0; i < HOOK_AT_ONCE; i++) {
        struct slot *s = &h->slot[i];
        if (!s->running || s->overdue || now < s->until) continue;
        s->overdue = true;
        shell_kill(&s->process);
        h->say(h->ctx, "the command of --on-event took longer than a minute and was ended");
    }
    if (h->n_held > 0 && take_token(h)) release_held(h);
    pump(h);
}

/* ---- life ---- */

struct hook *hook_open(uv_loop_t *loop, const char *command, void (*say)(void *ctx, const char *text), void *ctx) {
    struct hook *h = calloc(1, sizeof *h);
    if (!h) abort();
    h->loop = loop;
    h->command = command;
    h->say = say;
    h->ctx = ctx;
    h->tokens = HOOK_BURST;
    h->refilled = mono_now();
    h->open_handles = 1;
    for (int i = 0; i < HOOK_AT_ONCE; i++) h->slot[i].hook = h;
    uv_timer_init(loop, &h->timer);
    h->timer.data = h;
    uv_timer_start(&h->timer, on_tick, TICK_MS, TICK_MS);
    return h;
}

void hook_end(struct hook *h) {
    h->end_at = mono_now() + HOOK_END_MS;
    if (h->n_queue < QUEUE_MAX) release_held(h);
    pump(h);
}

bool hook_busy(const struct hook *h) {
    size_t left = h->n_queue;
    for (int i = 0; i < HOOK_AT_ONCE; i++) left += h->slot[i].running;
    return left > 0 && mono_now() < h->end_at;
}

size_t hook_stop(struct hook *h) {
    size_t left = h->n_queue;
    for (; h->n_queue > 0; h->n_queue--) call_free(h->queue[h->n_queue - 1]);
    for (int i = 0; i < HOOK_AT_ONCE; i++) {
        if (!h->slot[i].running) continue;
        shell_kill(&h->slot[i].process);
        left++;
    }
    return left;
}

static void on_timer_closed(uv_handle_t *timer) {
    struct hook *h = timer->data;
    if (--h->open_handles == 0) free(h);
}

void hook_close(struct hook *h) {
    call_free(h->held);
    for (int i = 0; i < HOOK_AT_ONCE; i++) {
        if (h->slot[i].running) uv_close((uv_handle_t *)&h->slot[i].process, on_closed);
    }
    uv_close((uv_handle_t *)&h->timer, on_timer_closed);
}
