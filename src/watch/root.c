#include "watch/root.h"

#include "watch/name_set.h"
#include "watch/root_process.h"
#include "watch/root_thread.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    SLOW_MS = 2000,
    HUNG_MS = 15 * 1000,
    KILL_MS = 60 * 1000,
    TICK_MS = 250,
    LATE_MS = 1500, /* a tick this late: the owner itself was held up, and the process' signs are still to be read */
    BACKOFF_MS = 1000,
    BACKOFF_MAX_MS = 60 * 1000,
    MAX_LEFT_BEHIND = 3 /* processes that hang in the kernel although they were killed */
};

enum answer { ANSWER_WELL, ANSWER_SLOW, ANSWER_HUNG, ANSWER_ENDED };

/* The health the scanner told last; what is told to the owner is this, or how the root answers when it does not. */
struct told {
    bool any;
    enum root_health health;
    char reason[256];
    struct fact fact; /* its strings are not used */
};

struct root_worker {
    struct root_options o;
    uv_loop_t *owner;
    void (*on_facts)(void *ctx, struct fact_batch *b);
    void *ctx;
    uv_timer_t tick;
    char *path;
    char **argv; /* NULL: a thread */

    struct root_thread *thread;
    struct root_process *process; /* NULL: none lives now */
    struct root_process *left_behind[MAX_LEFT_BEHIND];
    size_t n_left_behind;
    int64_t respawn_at, spawned_at, backoff_ms;
    bool released;   /* until the next pass that is asked for */
    bool heard;      /* the process of now has told how the root is */
    int64_t sign_at; /* when the process last gave a sign of life */
    struct fs_operation in_hand;
    int64_t ticked_at;
    char ended_why[128]; /* why there is no process; "" it was killed for hanging */

    struct told told;
    enum answer answer;
    int64_t answer_since;
    char answer_words[640];

    /* What a new process is told. */
    char *list;
    size_t list_len;
    struct name_set *wants, *known;
    uint32_t generation_base, generation; /* generations of a new process go on where the last one's ended */
};

static void *must(void *p) {
    if (!p) abort();
    return p;
}

static int64_t mono_now(void) { return (int64_t)(uv_hrtime() / 1000000); }

/* ---- health ---- */

static void remember(struct root_worker *w, const struct fact *f) {
    w->told.any = w->heard = true;
    w->told.health = f->u.root_state.health;
    w->told.fact = *f;
    snprintf(w->told.reason, sizeof w->told.reason, "%s", f->u.root_state.reason ? f->u.root_state.reason : "");
}

static void tell_health(struct root_worker *w, enum root_health health, const char *reason, int64_t since) {
    struct fact f = w->told.fact;
    struct fact_batch *b = fact_batch_new();
    f.kind = FACT_ROOT;
    f.root = w->o.root;
    f.at = mono_now();
    f.place = NULL;
    f.u.root_state.health = health;
    f.u.root_state.path = w->path;
    f.u.root_state.reason = reason[0] ? reason : NULL;
    f.u.root_state.learned = w->o.learned;
    f.u.root_state.slow = w->answer == ANSWER_SLOW;
    f.u.root_state.since = since;
    fact_batch_add(b, &f);
    w->on_facts(w->ctx, b);
}

static void tell_answer(struct root_worker *w) {
    bool known = w->told.any && w->told.fact.u.root_state.identity != 0;
    char reason[1024];
    switch (w->answer) {
    case ANSWER_WELL:
        if (w->told.any) tell_health(w, w->told.health, w->told.reason, w->told.fact.u.root_state.since);
        break;
    case ANSWER_SLOW:
        if (!w->told.any) break;
        snprintf(reason, sizeof reason, "slow: %s%s%s", w->answer_words, w->told.reason[0] ? "; " : "", w->told.reason);
        tell_health(w, w->told.health, reason, w->told.fact.u.root_state.since);
        break;
    case ANSWER_HUNG:
        tell_health(w, HEALTH_HUNG, w->answer_words, w->answer_since);
        break;
    case ANSWER_ENDED:
        tell_health(w, known ? HEALTH_STALE : HEALTH_WAITING, w->answer_words, w->answer_since);
        break;
    }
}

static void set_answer(struct root_worker *w, enum answer answer, int64_t since, const char *words) {
    if (answer == w->answer && strcmp(words, w->answer_words) == 0) return;
    bool came_back = w->answer >= ANSWER_HUNG && answer < ANSWER_HUNG;
    if (answer != w->answer) w->answer_since = since;
    w->answer = answer;
    snprintf(w->answer_words, sizeof w->answer_words, "%s", words);
    tell_answer(w);
    if (came_back && !w->released) root_full_pass(w);
}

/* ---- facts on their way ---- */

static void adjust(void *ctx, struct fact *f) {
    struct root_worker *w = ctx;
    switch (f->kind) {
    case FACT_ROOT:
        f->u.root_state.learned = w->o.learned;
        remember(w, f);
        break;
    case FACT_SCAN_BEGIN:
    case FACT_SCAN_END:
        f->u.scan.generation += w->generation_base;
        if (f->u.scan.generation > w->generation) w->generation = f->u.scan.generation;
        break;
    case FACT_PLACE:
        name_set_put(w->known, f->place, f->u.place_state.present);
        break;
    default:
        break;
    }
}

static void thread_facts(void *ctx, struct fact_batch *b) {
    struct root_worker *w = ctx;
    for (size_t i = 0; i < fact_batch_count(b); i++) {
        const struct fact *f = fact_batch_at(b, i);
        if (f->kind == FACT_ROOT) remember(w, f);
    }
    w->on_facts(w->ctx, b);
}

static void process_facts(void *ctx, struct fact_batch *b) {
    struct root_worker *w = ctx;
    w->sign_at = mono_now();
    w->on_facts(w->ctx, b);
}

static void process_sign(void *ctx, const struct fs_operation *op) {
    struct root_worker *w = ctx;
    w->sign_at = mono_now();
    w->in_hand = *op;
}

/* ---- the scanner process ---- */

static void plan_respawn(struct root_worker *w, int64_t now) {
    w->respawn_at = now + w->backoff_ms;
    w->backoff_ms = w->backoff_ms * 2 < BACKOFF_MAX_MS ? w->backoff_ms * 2 : BACKOFF_MAX_MS;
}

static void process_ended(void *ctx, const char *why) {
    struct root_worker *w = ctx;
    root_process_close(w->process);
    w->process = NULL;
    snprintf(w->ended_why, sizeof w->ended_why, "%s", why);
    plan_respawn(w, mono_now());
}

static void command(struct root_worker *w, const struct scan_command *c) {
    if (w->thread) root_thread_send(w->thread, c);
    if (w->process) root_process_send(w->process, c);
}

static void send_name(struct root_worker *w, enum scan_command_kind kind, const char *name) {
    command(w, &(struct scan_command){.kind = kind, .text = name, .len = strlen(name)});
}

static void send_known_place(void *ctx, const char *name) { send_name(ctx, SCAN_KNOWN_PLACE, name); }
static void send_want(void *ctx, const char *name) { send_name(ctx, SCAN_WANT, name); }
static void send_list(struct root_worker *w) {
    if (w->list) command(w, &(struct scan_command){.kind = SCAN_LIST, .text = w->list, .len = w->list_len});
}

static void spawn(struct root_worker *w, int64_t now) {
    const struct root_process_events on = {w, adjust, process_facts, process_sign, process_ended};
    int err = root_process_open(w->owner, w->o.profile, (const char *const *)w->argv, &on, &w->process);
    if (err < 0) {
        snprintf(w->ended_why, sizeof w->ended_why, "its scanner %s cannot be started: %s", w->argv[0],
                 uv_strerror(err));
        plan_respawn(w, now);
        return;
    }
    w->sign_at = w->spawned_at = now;
    w->heard = false;
    w->in_hand.word = NULL;
    w->generation_base = w->generation;
    const char *profile = w->o.profile_text;
    if (profile) command(w, &(struct scan_command){.kind = SCAN_PROFILE, .text = profile, .len = strlen(profile)});
    uint64_t identity = w->told.any ? w->told.fact.u.root_state.identity : 0;
    if (identity != 0) {
        command(w, &(struct scan_command){.kind = SCAN_KNOWN, .id = identity});
        name_set_each(w->known, send_known_place, w);
    }
    send_list(w);
    name_set_each(w->wants, send_want, w);
    command(w, &(struct scan_command){.kind = w->released ? SCAN_RELEASE : SCAN_PASS});
}

/* It may hang in the kernel, where no signal reaches it: nobody waits for it. */
static void give_up(struct root_worker *w, int64_t now) {
    root_process_kill(w->process);
    w->left_behind[w->n_left_behind++] = w->process;
    w->process = NULL;
    w->ended_why[0] = '\0';
    plan_respawn(w, now);
}

static void bury(struct root_worker *w) {
    for (size_t i = 0; i < w->n_left_behind;) {
        if (root_process_gone(w->left_behind[i])) {
            root_process_close(w->left_behind[i]);
            w->left_behind[i] = w->left_behind[--w->n_left_behind];
        } else {
            i++;
        }
    }
}

/* ---- does it answer? ---- */

/* The path of an operation without what all paths of this root begin with: the header has room for few words, and how
 * long it lasts stands at their end. */
static const char *short_path(const struct root_worker *w, const char *path) {
    size_t len = strlen(w->path), name = len;
    if (!path[0]) path = w->path;
    if (strncmp(path, w->path, len) != 0) return path;
    if (path[len] == '/') return path + len + 1;
    while (name > 0 && w->path[name - 1] != '/' && w->path[name - 1] != '\\') name--;
    return path[name] ? path + name : path;
}

static void describe(const struct root_worker *w, const struct fs_operation *op, int64_t age, char *out, size_t size) {
    const char *path = short_path(w, op->path);
    if (op->word)
        snprintf(out, size, "%s of %.500s for %lld s", op->word, path, (long long)(age / 1000));
    else
        snprintf(out, size, "no sign of its scanner for %lld s", (long long)(age / 1000));
}

/* Without a process: why, and what comes next. */
static void watch_absence(struct root_worker *w, int64_t now) {
    char words[640];
    bool hung = w->answer == ANSWER_HUNG || (w->n_left_behind > 0 && !w->ended_why[0]);
    if (now >= w->respawn_at && w->n_left_behind < MAX_LEFT_BEHIND) {
        spawn(w, now);
        if (w->process) return;
    }
    if (w->ended_why[0]) {
        snprintf(words, sizeof words, "%s; it is started again", w->ended_why);
    } else {
        const char *next = w->n_left_behind == MAX_LEFT_BEHIND ? "waiting for it" : "trying again";
        describe(w, &w->in_hand, now - w->answer_since, words, sizeof words);
        size_t n = strlen(words);
        snprintf(words + n, sizeof words - n, "; %s", next);
    }
    set_answer(w, hung ? ANSWER_HUNG : ANSWER_ENDED, now, words);
}

static void watch_answers(struct root_worker *w, int64_t now) {
    char words[640];
    struct fs_operation op = w->in_hand;
    int64_t age;
    if (w->thread) {
        root_thread_operation(w->thread, &op);
        age = op.word ? now - op.since : 0;
    } else {
        int64_t silence = now - w->sign_at;
        age = op.word ? now - op.since : 0;
        if (silence > age && silence >= w->o.slow_ms) {
            age = silence;
            op.word = NULL;
        }
    }
    if (w->process && age >= w->o.kill_ms) {
        w->in_hand = op;
        give_up(w, now);
        return;
    }
    if (age >= w->o.hung_ms || (w->answer == ANSWER_HUNG && age >= w->o.slow_ms)) {
        int64_t since = w->answer == ANSWER_HUNG ? w->answer_since : now - age;
        describe(w, &op, now - since, words, sizeof words);
        set_answer(w, ANSWER_HUNG, since, words);
    } else if (age >= w->o.slow_ms) {
        describe(w, &op, age, words, sizeof words);
        if (w->answer < ANSWER_HUNG) set_answer(w, ANSWER_SLOW, now - age, words);
    } else if (w->answer < ANSWER_HUNG || w->heard) {
        set_answer(w, ANSWER_WELL, now, "");
        if (now - w->spawned_at > BACKOFF_MAX_MS) w->backoff_ms = BACKOFF_MS;
    }
}

static void on_tick(uv_timer_t *timer) {
    struct root_worker *w = timer->data;
    int64_t now = mono_now();
    if (now - w->ticked_at > LATE_MS) w->sign_at = now;
    w->ticked_at = now;
    bury(w);
    if (!w->thread && !w->process)
        watch_absence(w, now);
    else
        watch_answers(w, now);
}

/* ---- what the owner asks ---- */

void root_set_list(struct root_worker *w, const char *text, size_t len) {
    free(w->list);
    w->list = must(malloc(len + 1));
    memcpy(w->list, text, len);
    w->list[len] = '\0';
    w->list_len = len;
    send_list(w);
}

void root_want(struct root_worker *w, const char *name) {
    name_set_put(w->wants, name, true);
    send_name(w, SCAN_WANT, name);
}

void root_full_pass(struct root_worker *w) {
    w->released = false;
    command(w, &(struct scan_command){.kind = SCAN_PASS});
}

void root_release(struct root_worker *w) {
    w->released = true;
    command(w, &(struct scan_command){.kind = SCAN_RELEASE});
}

bool root_released(const struct root_worker *w) { return w->released; }

/* ---- life ---- */

static char *copy(const char *s) {
    size_t n = strlen(s) + 1;
    return memcpy(must(malloc(n)), s, n);
}

static char **copy_argv(const char *const *argv) {
    size_t n = 0;
    while (argv[n]) n++;
    char **out = must(calloc(n + 1, sizeof(char *)));
    for (size_t i = 0; i < n; i++) out[i] = copy(argv[i]);
    return out;
}

static int64_t or_default(int64_t value, int64_t fallback) { return value > 0 ? value : fallback; }

static void free_worker(uv_handle_t *handle) {
    struct root_worker *w = handle->data;
    for (size_t i = 0; w->argv && w->argv[i]; i++) free(w->argv[i]);
    free(w->argv);
    free(w->path);
    free(w->list);
    name_set_free(w->wants);
    name_set_free(w->known);
    free(w);
}

int root_open(uv_loop_t *owner, const struct root_options *o, void (*on_facts)(void *ctx, struct fact_batch *b),
              void *ctx, struct root_worker **out) {
    struct root_worker *w = must(calloc(1, sizeof *w));
    int64_t now = mono_now();
    int err = 0;
    w->o = *o;
    w->o.slow_ms = or_default(o->slow_ms, SLOW_MS);
    w->o.hung_ms = or_default(o->hung_ms, HUNG_MS);
    w->o.kill_ms = or_default(o->kill_ms, KILL_MS);
    w->owner = owner;
    w->on_facts = on_facts;
    w->ctx = ctx;
    w->path = copy(o->path);
    w->argv = o->argv ? copy_argv(o->argv) : NULL;
    w->wants = name_set_new();
    w->known = name_set_new();
    w->backoff_ms = BACKOFF_MS;
    w->ticked_at = now;
    uv_timer_init(owner, &w->tick);
    w->tick.data = w;
    uv_timer_start(&w->tick, on_tick, TICK_MS, TICK_MS);
    if (w->argv)
        spawn(w, now);
    else
        err = root_thread_open(owner, o, false, thread_facts, w, &w->thread);
    *out = w;
    return err;
}

bool root_close(struct root_worker *w, unsigned wait_ms) {
    bool ended = !w->thread || root_thread_close(w->thread, wait_ms);
    if (w->process) root_process_close(w->process);
    while (w->n_left_behind > 0) root_process_close(w->left_behind[--w->n_left_behind]);
    uv_close((uv_handle_t *)&w->tick, ended ? free_worker : NULL);
    return ended;
}
