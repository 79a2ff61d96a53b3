#include "watch/readers.h"

#include "platform/thread_use.h"

#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <uv.h>

/* A reader pauses after so many places, or after a while: on a slow root few places take long. */
enum { RUN_PLACES = 32, RUN_MS = 20, WINDOW_MS = 20 };
#define MS_NS INT64_C(1000000)

/* What the readers' time went into lately. */
struct use {
    int64_t wall_ns, cpu_ns, waits, places; /* waits: -1 the system does not tell */
};

struct readers {
    struct readers_work work;
    atomic_size_t next; /* number of work.n that is looked at next */
    uv_mutex_t mutex;
    uv_cond_t turn; /* there is work, wanted has grown, or all is over */
    uv_cond_t idle; /* nobody looks any more */
    uv_thread_t thread[READERS_MOST];
    unsigned started, numbered; /* readers; those that know their number */
    unsigned least, most;       /* readers */
    unsigned wanted;            /* the others rest */
    unsigned looking;
    bool working; /* work is not over yet */
    bool closing;
    struct use use;
};

static bool is_left(struct readers *r) { return atomic_load(&r->next) < r->work.n; }

/* How many readers suit the root: while one waits for it another may use the processor. A reader that is slow because
 * the machine is busy does not wait, it is kept waiting: more of them would only be in others' way. */
static unsigned readers_for(const struct readers *r, const struct use *u) {
    bool waited = u->waits < 0 || u->waits >= u->places;
    if (!waited || u->wall_ns < 2 * u->cpu_ns) return r->least;
    int64_t suit = r->least * u->wall_ns / (u->cpu_ns > 0 ? u->cpu_ns : 1);
    return suit < r->most ? (unsigned)suit : r->most;
}

static void reader(void *arg);

/* As many as are wanted by now; with the mutex. Where there can be no more, fewer must do. */
static void start_readers(struct readers *r) {
    while (r->started < r->wanted && is_left(r)) {
        if (uv_thread_create(&r->thread[r->started], reader, r) != 0) {
            r->least = r->most = r->wanted = r->started;
            return;
        }
        r->started++;
    }
}

/* With the mutex. */
static void take_use(struct readers *r, const struct use *u) {
    r->use.wall_ns += u->wall_ns;
    r->use.cpu_ns += u->cpu_ns;
    r->use.waits += u->waits;
    r->use.places += u->places;
    if (r->least == r->most || r->use.wall_ns < r->wanted * WINDOW_MS * MS_NS) return;
    unsigned before = r->wanted;
    r->wanted = readers_for(r, &r->use);
    r->use = (struct use){0};
    start_readers(r);
    if (r->wanted > before) uv_cond_broadcast(&r->turn); /* else those that rest would only be woken to rest again */
}

static void look_at_some(struct readers *r, unsigned number, struct use *u) {
    struct thread_use before = thread_use_now();
    uint64_t begun = uv_hrtime();
    *u = (struct use){0};
    while (u->places < RUN_PLACES && u->wall_ns < RUN_MS * MS_NS) {
        size_t i = atomic_fetch_add(&r->next, 1);
        if (i >= r->work.n) break;
        if (!r->work.look(r->work.ctx, number, i)) atomic_store(&r->next, r->work.n);
        u->places++;
        u->wall_ns = (int64_t)(uv_hrtime() - begun);
    }
    struct thread_use after = thread_use_now();
    u->cpu_ns = after.cpu_ns - before.cpu_ns;
    u->waits = after.waits < 0 ? -1 : after.waits - before.waits;
    if (r->work.pause) r->work.pause(r->work.ctx, number);
}

/* Rests while there is no work, or fewer readers suit the root. False: all is over. With the mutex. */
static bool wait_for_turn(struct readers *r, unsigned number) {
    while (!r->closing && (number >= r->wanted || !r->working || !is_left(r))) uv_cond_wait(&r->turn, &r->mutex);
    return !r->closing;
}

static void reader(void *arg) {
    struct readers *r = arg;
    uv_mutex_lock(&r->mutex);
    unsigned number = r->numbered++;
    while (wait_for_turn(r, number)) {
        struct use u;
        r->looking++;
        uv_mutex_unlock(&r->mutex);
        look_at_some(r, number, &u);
        uv_mutex_lock(&r->mutex);
        take_use(r, &u);
        r->looking--;
        if (r->looking > 0 || is_left(r)) continue;
        r->working = false;
        uv_cond_signal(&r->idle);
        if (r->work.over) r->work.over(r->work.ctx);
    }
    uv_mutex_unlock(&r->mutex);
}

struct readers *readers_new(unsigned n) {
    struct readers *r = calloc(1, sizeof *r);
    if (!r || uv_mutex_init(&r->mutex) || uv_cond_init(&r->turn) || uv_cond_init(&r->idle)) abort();
    unsigned suit = n ? n : uv_available_parallelism();
    if (suit > READERS_MOST) suit = READERS_MOST;
    r->least = r->most = r->wanted = suit;
    if (!n && suit < READERS_MOST_WAITING) r->most = READERS_MOST_WAITING;
    return r;
}

void readers_free(struct readers *r) {
    if (!r) return;
    uv_mutex_lock(&r->mutex);
    r->closing = true;
    uv_cond_broadcast(&r->turn);
    uv_mutex_unlock(&r->mutex);
    for (unsigned i = 0; i < r->started; i++) uv_thread_join(&r->thread[i]);
    uv_mutex_destroy(&r->mutex);
    uv_cond_destroy(&r->turn);
    uv_cond_destroy(&r->idle);
    free(r);
}

int readers_begin(struct readers *r, const struct readers_work *work) {
    uv_mutex_lock(&r->mutex);
    r->work = *work;
    atomic_store(&r->next, 0);
    r->working = true;
    start_readers(r);
    if (r->started == 0) r->working = false;
    uv_cond_broadcast(&r->turn);
    uv_mutex_unlock(&r->mutex);
    return r->started > 0 ? 0 : UV_EAGAIN;
}

void readers_wait(struct readers *r) {
    uv_mutex_lock(&r->mutex);
    while (r->working) uv_cond_wait(&r->idle, &r->mutex);
    uv_mutex_unlock(&r->mutex);
}
