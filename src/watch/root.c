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
    CALM_TICK_MS = 1000, /* while a thread answers or a process rests; with the clock's seconds, so that a program at
                            rest wakes once */
    LATE_MS = 1500, /* a tick this late: the owner itself was held up, and the process' signs are still to be read */
    BACKOFF_MS = 1000,
    BACKOFF_MAX_MS = 60 * 1000,
    MAX_LEFT_BEHIND = 3 /* processes that hang in the kernel although they were killed */
};

enum answer { ANSWER_WELL, ANSWER_SLOW, ANSWER_HUNG, ANSWER_ENDED };

/* The health the scanner told last; what is told to the owner is this, or how the root answers when it does not. */
struct told {
    bool any;
    bool heard; /* the process of now has told it */
    enum root_health health;
    char reason[256];
    char *path;
    struct fact fact; /* its strings are not used */
};

/* One root of those that the scanner has: mostly there is one; a remote batch has its archive beside it. */
struct part {
    struct told told;
    uint64_t identity;                    /* as it was known last; 0: not known */
    struct name_set *places;              /* known there */
    uint32_t generation_base, generation; /* generations of a new process go on where the last one's ended */
};

struct root_worker {
    struct root_options o;
    uv_loop_t *owner;
    void (*on_facts)(void *ctx, struct fact_batch *b);
    void *ctx;
    uv_timer_t tick;
    char *path;
    char **argv;   /* NULL: none; no command either: a thread */
    char *command; /* NULL: it is on this machine */

    struct root_thread *thread;
    struct root_process *process; /* NULL: none lives now */
    struct root_process *left_behind[MAX_LEFT_BEHIND];
    size_t n_left_behind;
    int64_t respawn_at, spawned_at, backoff_ms;
    bool released;     /* until the next pass that is asked for */
    bool greeted;      /* the process of now may be told things */
    int64_t sign_at;   /* when the process last gave a sign of life */
    int64_t sign_next; /* it rests, and gives the next within so many ms; 0: soon, as ever */
    struct fs_operation in_hand;
    int64_t ticked_at;
    char ended_why[ROOT_PROCESS_WHY]; /* why there is no process; "" it was killed for hanging */

    struct part part[ROOT_COUNT];
    bool wholly; /* the answer is that of the scanner itself, not of an operation on its main root */
    enum answer answer;
    int64_t answer_since;
    char answer_words[640];

    /* What a new process is told. */
    char *(*list)(void *ctx, size_t *len); /* gives its text; NULL: none was set */
    void *list_ctx;
    char *archive; /* of a remote batch, NULL: none was named */
    struct name_set *wants;
    char *nested;               /* wanted: the directory of cases, with its '/', one at a time; NULL: none */
    char *origin, *origin_real; /* of a remote one: what its path was, NULL: it never said */
};

static void *must(void *p) {
    if (!p) abort();
    return p;
}

static int64_t mono_now(void) { return (int64_t)(uv_hrtime() / 1000000); }

static char *copy(const char *s) {
    size_t n = strlen(s) + 1;
    return memcpy(must(malloc(n)), s, n);
}

static void replace(char **old, const char *s) {
    char *new = s ? copy(s) : NULL; /* s may be the old one */
    free(*old);
    *old = new;
}

/* ---- health ---- */

static struct part *main_part(struct root_worker *w) { return &w->part[w->o.root]; }

static void remember(struct root_worker *w, const struct fact *f) {
    struct part *part = &w->part[f->root];
    struct told *told = &part->told;
    told->any = told->heard = true;
    told->health = f->u.root_state.health;
    told->fact = *f;
    part->identity = f->u.root_state.identity;
    if (f->u.root_state.path && (!told->path || strcmp(told->path, f->u.root_state.path) != 0)) {
        replace(&told->path, f->u.root_state.path);
    }
    snprintf(told->reason, sizeof told->reason, "%s", f->u.root_state.reason ? f->u.root_state.reason : "");
}

static void tell_health(struct root_worker *w, enum root_id root, enum root_health health, const char *reason,
                        int64_t since) {
    const struct told *told = &w->part[root].told;
    struct fact f = told->fact;
    struct fact_batch *b = fact_batch_new();
    f.kind = FACT_ROOT;
    f.root = root;
    f.at = mono_now();
    f.place = NULL;
    f.u.root_state.health = health;
    f.u.root_state.path = told->path ? told->path : w->path;
    f.u.root_state.reason = reason[0] ? reason : NULL;
    if (root == w->o.root) f.u.root_state.learned = w->o.learned;
    f.u.root_state.slow = w->answer == ANSWER_SLOW && root == w->o.root;
    f.u.root_state.since = since;
    fact_batch_add(b, &f);
    w->on_facts(w->ctx, b);
}

static void tell_answer_of(struct root_worker *w, enum root_id root, enum answer answer) {
    const struct part *part = &w->part[root];
    const struct told *told = &part->told;
    char reason[1024];
    switch (answer) {
    case ANSWER_WELL:
        if (told->any && (told->heard || root == w->o.root))
            tell_health(w, root, told->health, told->reason, told->fact.u.root_state.since);
        break;
    case ANSWER_SLOW:
        if (!told->any) break;
        snprintf(reason, sizeof reason, "slow: %s%s%s", w->answer_words, told->reason[0] ? "; " : "", told->reason);
        tell_health(w, root, told->health, reason, told->fact.u.root_state.since);
        break;
    case ANSWER_HUNG:
        tell_health(w, root, HEALTH_HUNG, w->answer_words, w->answer_since);
        break;
    case ANSWER_ENDED:
        tell_health(w, root, part->identity ? HEALTH_STALE : HEALTH_WAITING, w->answer_words, w->answer_since);
        break;
    }
}

/* Of the other root as well, when the scanner itself is silent or gone, and when it is so no more. */
static void tell_answer(struct root_worker *w, bool was_whole) {
    for (int root = 0; root < ROOT_COUNT; root++) {
        if (root == (int)w->o.root || (w->part[root].told.any && w->wholly)) {
            tell_answer_of(w, (enum root_id)root, w->answer);
        } else if (w->part[root].told.any && was_whole) {
            tell_answer_of(w, (enum root_id)root, ANSWER_WELL);
        }
    }
}

/* wholly: it is the scanner that does not answer, not an operation on its main root. */
static void set_answer(struct root_worker *w, enum answer answer, bool wholly, int64_t since, const char *words) {
    if (answer == w->answer && wholly == w->wholly && strcmp(words, w->answer_words) == 0) return;
    bool came_back = w->answer >= ANSWER_HUNG && answer < ANSWER_HUNG;
    bool was_whole = w->wholly;
    if (answer != w->answer) w->answer_since = since;
    w->answer = answer;
    w->wholly = wholly;
    snprintf(w->answer_words, sizeof w->answer_words, "%s", words);
    tell_answer(w, was_whole);
    if (came_back && !w->released) root_full_pass(w);
}

/* ---- facts on their way ---- */

static void adjust(void *ctx, struct fact *f) {
    struct root_worker *w = ctx;
    struct part *part = &w->part[f->root];
    switch (f->kind) {
    case FACT_ROOT:
        if (f->root == w->o.root) f->u.root_state.learned = w->o.learned;
        remember(w, f);
        break;
    case FACT_SCAN_BEGIN:
    case FACT_SCAN_END:
        f->u.scan.generation += part->generation_base;
        if (f->u.scan.generation > part->generation) part->generation = f->u.scan.generation;
        break;
    case FACT_PLACE:
        name_set_put(part->places, f->place, f->u.place_state.present);
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

static void tick_later(struct root_worker *w, int64_t now);

static void process_sign(void *ctx, const struct fs_operation *op, int64_t next) {
    struct root_worker *w = ctx;
    bool rested = w->sign_next > 0;
    w->sign_at = mono_now();
    w->sign_next = next;
    w->in_hand = *op;
    if (rested && next == 0) tick_later(w, w->sign_at);
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
    if (w->process && w->greeted) root_process_send(w->process, c);
}

static void send_text(struct root_worker *w, enum scan_command_kind kind, const char *text) {
    command(w, &(struct scan_command){.kind = kind, .text = text, .len = strlen(text)});
}

struct known_places {
    struct root_worker *w;
    bool archive; /* of the archive beside the batch */
};

static void send_known_place(void *ctx, const char *name) {
    const struct known_places *k = ctx;
    command(k->w,
            &(struct scan_command){.kind = SCAN_KNOWN_PLACE, .text = name, .len = strlen(name), .archive = k->archive});
}

static void send_want(void *ctx, const char *name) { send_text(ctx, SCAN_WANT, name); }
static void send_list(struct root_worker *w) {
    size_t len;
    bool heard = w->thread || (w->process && w->greeted);
    char *text = w->list && heard ? w->list(w->list_ctx, &len) : NULL;
    if (text) command(w, &(struct scan_command){.kind = SCAN_LIST, .text = text, .len = len});
    free(text);
}

/* What a new process has to know before it looks. */
static void greet(struct root_worker *w) {
    const char *profile = w->o.profile_text;
    w->greeted = true;
    if (profile) command(w, &(struct scan_command){.kind = SCAN_PROFILE, .text = profile, .len = strlen(profile)});
    if (w->archive) send_text(w, SCAN_ARCHIVE, w->archive);
    for (int root = 0; root < ROOT_COUNT; root++) {
        struct known_places k = {w, root != (int)w->o.root};
        struct part *part = &w->part[root];
        if (part->identity == 0) continue;
        command(w, &(struct scan_command){.kind = SCAN_KNOWN, .id = part->identity, .archive = k.archive});
        name_set_each(part->places, send_known_place, &k);
    }
    send_list(w);
    name_set_each(w->wants, send_want, w);
    if (w->nested) send_text(w, SCAN_WANT, w->nested);
    command(w, &(struct scan_command){.kind = w->released ? SCAN_RELEASE : SCAN_PASS});
}

static bool is_same(const char *a, const char *b) { return a == b || (a && b && strcmp(a, b) == 0); }

/* The facts of now must be of the batch that those before were of. */
static bool process_begins(void *ctx, const struct scan_origin *o, char why[ROOT_PROCESS_WHY]) {
    struct root_worker *w = ctx;
    if (w->origin && (!is_same(w->origin, o->path) || !is_same(w->origin_real, o->real))) {
        snprintf(why, ROOT_PROCESS_WHY,
                 "it scans %.160s now and not %.160s as before; name the batch itself in its command", o->path,
                 w->origin);
        return false;
    }
    if (!w->origin) {
        replace(&w->origin, o->path);
        replace(&w->origin_real, o->real);
        replace(&w->path, o->path);
        w->o.on_origin(w->ctx, o);
    }
    greet(w);
    return true;
}

static void spawn(struct root_worker *w, int64_t now) {
    const struct root_process_events on = {w, process_begins, adjust, process_facts, process_sign, process_ended};
    const char *const *argv = (const char *const *)w->argv;
    int err = root_process_open(w->owner, w->o.profile, argv, w->command, &on, &w->process);
    if (err < 0) {
        snprintf(w->ended_why, sizeof w->ended_why, "its scanner %.300s cannot be started: %s",
                 w->command ? w->command : w->argv[0], uv_strerror(err));
        plan_respawn(w, now);
        return;
    }
    w->sign_at = w->spawned_at = now;
    w->sign_next = 0;
    w->in_hand.word = NULL;
    w->greeted = false;
    for (int root = 0; root < ROOT_COUNT; root++) {
        w->part[root].told.heard = false;
        w->part[root].generation_base = w->part[root].generation;
    }
    if (!w->command) greet(w);
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
    const char *said = w->process && w->command ? root_process_last_words(w->process) : "";
    if (op->word)
        snprintf(out, size, "%s of %.500s for %lld s", op->word, path, (long long)(age / 1000));
    else if (said[0])
        snprintf(out, size, "no sign of its scanner for %lld s; it says: %.300s", (long long)(age / 1000), said);
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
        snprintf(words, sizeof words, "%s; %s", w->ended_why, w->command ? "trying again" : "it is started again");
    } else {
        const char *next = w->n_left_behind == MAX_LEFT_BEHIND ? "waiting for it" : "trying again";
        describe(w, &w->in_hand, now - w->answer_since, words, sizeof words);
        size_t n = strlen(words);
        snprintf(words + n, sizeof words - n, "; %s", next);
    }
    set_answer(w, hung ? ANSWER_HUNG : ANSWER_ENDED, true, now, words);
}

static void watch_answers(struct root_worker *w, int64_t now) {
    char words[640];
    struct fs_operation op = w->in_hand;
    int64_t age;
    bool silent = false;
    if (w->thread) {
        root_thread_operation(w->thread, &op);
        age = op.word ? now - op.since : 0;
    } else {
        int64_t silence = now - w->sign_at - w->sign_next;
        age = op.word ? now - op.since : 0;
        if (silence > age && silence >= w->o.slow_ms) {
            age = silence;
            op.word = NULL;
            silent = true;
        }
    }
    /* What hangs on another machine would hang a new process there, too. */
    if (w->process && age >= w->o.kill_ms && (silent || !w->command)) {
        w->in_hand = op;
        give_up(w, now);
        return;
    }
    if (age >= w->o.hung_ms || (w->answer == ANSWER_HUNG && age >= w->o.slow_ms)) {
        int64_t since = w->answer == ANSWER_HUNG ? w->answer_since : now - age;
        describe(w, &op, now - since, words, sizeof words);
        set_answer(w, ANSWER_HUNG, silent, since, words);
    } else if (age >= w->o.slow_ms) {
        describe(w, &op, age, words, sizeof words);
        if (w->answer < ANSWER_HUNG) set_answer(w, ANSWER_SLOW, false, now - age, words);
    } else if (w->answer < ANSWER_HUNG || main_part(w)->told.heard) {
        set_answer(w, ANSWER_WELL, false, now, "");
        if (now - w->spawned_at > BACKOFF_MAX_MS) w->backoff_ms = BACKOFF_MS;
    }
}

static void on_tick(uv_timer_t *timer);

static void tick_later(struct root_worker *w, int64_t now) {
    bool calm = (w->thread || (w->process && w->sign_next > 0)) && w->answer == ANSWER_WELL;
    uv_timer_start(&w->tick, on_tick, (uint64_t)(calm ? CALM_TICK_MS - now % CALM_TICK_MS : TICK_MS), 0);
}

static void on_tick(uv_timer_t *timer) {
    struct root_worker *w = timer->data;
    int64_t now = mono_now();
    tick_later(w, now);
    if (now - w->ticked_at > LATE_MS) w->sign_at = now;
    w->ticked_at = now;
    bury(w);
    if (w->o.waits) return;
    if (!w->thread && !w->process)
        watch_absence(w, now);
    else
        watch_answers(w, now);
}

/* ---- what the owner asks ---- */

void root_set_list(struct root_worker *w, char *(*text)(void *ctx, size_t *len), void *ctx) {
    w->list = text;
    w->list_ctx = ctx;
    send_list(w);
}

void root_want(struct root_worker *w, const char *name) {
    size_t n = strlen(name);
    if (n > 1 && name[n - 1] == '/')
        replace(&w->nested, name);
    else
        name_set_put(w->wants, name, true);
    send_text(w, SCAN_WANT, name);
}

void root_set_archive(struct root_worker *w, const char *path) {
    replace(&w->archive, path);
    send_text(w, SCAN_ARCHIVE, path);
    command(w, &(struct scan_command){.kind = SCAN_PASS});
}

void root_known(struct root_worker *w, uint64_t identity) { main_part(w)->identity = identity; }
void root_known_place(struct root_worker *w, const char *name) { name_set_put(main_part(w)->places, name, true); }

void root_full_pass(struct root_worker *w) {
    w->released = false;
    if (w->o.waits) {
        w->o.waits = false;
        spawn(w, mono_now());
    } else {
        command(w, &(struct scan_command){.kind = SCAN_PASS});
    }
}

void root_release(struct root_worker *w) {
    w->released = true;
    command(w, &(struct scan_command){.kind = SCAN_RELEASE});
}

bool root_released(const struct root_worker *w) { return w->released; }

/* ---- life ---- */

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
    free(w->command);
    free(w->path);
    free(w->archive);
    free(w->nested);
    free(w->origin);
    free(w->origin_real);
    name_set_free(w->wants);
    for (int root = 0; root < ROOT_COUNT; root++) {
        name_set_free(w->part[root].places);
        free(w->part[root].told.path);
    }
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
    w->command = o->command ? copy(o->command) : NULL;
    w->wants = name_set_new();
    for (int root = 0; root < ROOT_COUNT; root++) w->part[root].places = name_set_new();
    w->backoff_ms = BACKOFF_MS;
    w->ticked_at = now;
    uv_timer_init(owner, &w->tick);
    w->tick.data = w;
    tick_later(w, now);
    bool thread = !w->argv && !w->command;
    if (!thread && !o->waits)
        spawn(w, now);
    else if (thread)
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
