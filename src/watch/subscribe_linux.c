/* One inotify queue for the root, read by this file: a watch costs 40 bytes here, where a handle of libuv's and what it
 * keeps for it take 370, and when the kernel had to drop events it says so, which libuv does not pass on. */
#include "watch/subscribe.h"

#include <errno.h>
#include <stdalign.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

enum {
    MASK = IN_ATTRIB | IN_CREATE | IN_MODIFY | IN_DELETE | IN_DELETE_SELF | IN_MOVE_SELF | IN_MOVED_FROM | IN_MOVED_TO |
           IN_ONLYDIR,
    READ_BYTES = 32 * 1024,
    READS_A_TURN = 64, /* the scanner has its turn in a storm, too */
    FIRST_BUCKETS = 64
};

/* Two of them have one descriptor when they are of one directory under two names. */
struct watch {
    uint64_t token;
    int descriptor;                   /* of the kernel's */
    uint32_t by_token, by_descriptor; /* index + 1 of the next in its bucket, 0 end; by_token: of the next unused one */
};

struct subscriptions {
    uv_loop_t *loop;
    char *root;
    struct subscription_calls on;
    uv_poll_t poll;
    int queue; /* -1: not yet asked for */
    struct watch *watches;
    uint32_t n_watches, cap_watches, unused; /* unused: index + 1 of the first, 0 none */
    uint32_t *by_token, *by_descriptor;      /* buckets: index + 1, 0 empty */
    uint32_t n_buckets;                      /* a power of two */
    alignas(struct inotify_event) char events[READ_BYTES];
};

static void *must(void *p) {
    if (!p) abort();
    return p;
}

struct subscriptions *subscriptions_new(uv_loop_t *loop, const char *root, const struct subscription_calls *calls) {
    struct subscriptions *s = must(calloc(1, sizeof *s));
    s->loop = loop;
    s->root = must(strdup(root));
    s->on = *calls;
    s->queue = -1;
    return s;
}

/* ---- the watches ---- */

static uint32_t *token_bucket(const struct subscriptions *s, uint64_t token) {
    return &s->by_token[(token * UINT64_C(0x9E3779B97F4A7C15) >> 32) & (s->n_buckets - 1)];
}

/* The kernel counts them up. */
static uint32_t *descriptor_bucket(const struct subscriptions *s, int descriptor) {
    return &s->by_descriptor[(uint32_t)descriptor & (s->n_buckets - 1)];
}

static void enter(struct subscriptions *s, uint32_t i) {
    struct watch *w = &s->watches[i];
    uint32_t *by_token = token_bucket(s, w->token), *by_descriptor = descriptor_bucket(s, w->descriptor);
    w->by_token = *by_token;
    w->by_descriptor = *by_descriptor;
    *by_token = *by_descriptor = i + 1;
}

/* All that were ever made are in use. */
static void grow(struct subscriptions *s) {
    s->cap_watches = s->cap_watches ? s->cap_watches * 2 : FIRST_BUCKETS;
    s->watches = must(realloc(s->watches, s->cap_watches * sizeof *s->watches));
    s->n_buckets = s->cap_watches;
    free(s->by_token);
    free(s->by_descriptor);
    s->by_token = must(calloc(s->n_buckets, sizeof *s->by_token));
    s->by_descriptor = must(calloc(s->n_buckets, sizeof *s->by_descriptor));
    for (uint32_t i = 0; i < s->n_watches; i++) enter(s, i);
}

static void add(struct subscriptions *s, uint64_t token, int descriptor) {
    uint32_t i = s->n_watches;
    if (s->unused) {
        i = s->unused - 1;
        s->unused = s->watches[i].by_token;
    } else {
        if (s->n_watches == s->cap_watches) grow(s);
        s->n_watches++;
    }
    s->watches[i].token = token;
    s->watches[i].descriptor = descriptor;
    enter(s, i);
}

/* ---- events ---- */

static void tell(const struct subscriptions *s, int descriptor, const char *name) {
    for (uint32_t i = *descriptor_bucket(s, descriptor); i; i = s->watches[i - 1].by_descriptor) {
        const struct watch *w = &s->watches[i - 1];
        if (w->descriptor == descriptor) s->on.event(s->on.ctx, w->token, name);
    }
}

static void on_readable(uv_poll_t *poll, int status, int events) {
    struct subscriptions *s = poll->data;
    (void)status;
    (void)events;
    for (int i = 0; i < READS_A_TURN; i++) {
        ssize_t n = read(s->queue, s->events, sizeof s->events);
        if (n <= 0) return;
        for (const char *at = s->events; at < s->events + n;) {
            const struct inotify_event *e = (const struct inotify_event *)(const void *)at;
            if (e->mask & IN_Q_OVERFLOW)
                s->on.lost(s->on.ctx);
            else
                tell(s, e->wd, e->len > 0 ? e->name : "");
            at += sizeof *e + e->len;
        }
    }
}

/* 0 or a negative libuv error. */
static int open_queue(struct subscriptions *s) {
    int queue = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (queue < 0) return uv_translate_sys_error(errno);
    int err = uv_poll_init(s->loop, &s->poll, queue);
    if (err < 0) {
        close(queue);
        return err;
    }
    s->queue = queue;
    s->poll.data = s;
    grow(s);
    return uv_poll_start(&s->poll, UV_READABLE, on_readable);
}

int subscriptions_start(struct subscriptions *s, const char *path, uint64_t token) {
    int err = s->queue < 0 ? open_queue(s) : 0;
    if (err < 0) return err;
    size_t root_len = strlen(s->root), len = strlen(path);
    char *full = must(malloc(root_len + len + 2));
    memcpy(full, s->root, root_len);
    full[root_len] = '/';
    memcpy(full + root_len + 1, path, len + 1);
    if (len == 0) full[root_len] = '\0';
    int descriptor = inotify_add_watch(s->queue, full, MASK);
    err = descriptor < 0 ? uv_translate_sys_error(errno) : 0;
    free(full);
    if (err == 0) add(s, token, descriptor);
    return err;
}

static bool is_watched(const struct subscriptions *s, int descriptor) {
    for (uint32_t i = *descriptor_bucket(s, descriptor); i; i = s->watches[i - 1].by_descriptor) {
        if (s->watches[i - 1].descriptor == descriptor) return true;
    }
    return false;
}

void subscriptions_stop(struct subscriptions *s, uint64_t token) {
    if (s->queue < 0) return;
    uint32_t *slot = token_bucket(s, token);
    while (*slot && s->watches[*slot - 1].token != token) slot = &s->watches[*slot - 1].by_token;
    if (!*slot) return;
    uint32_t i = *slot - 1;
    struct watch *w = &s->watches[i];
    *slot = w->by_token;
    for (slot = descriptor_bucket(s, w->descriptor); *slot != i + 1;) slot = &s->watches[*slot - 1].by_descriptor;
    *slot = w->by_descriptor;
    w->by_token = s->unused;
    s->unused = i + 1;
    /* It fails where the directory has gone, and the watch with it. */
    if (!is_watched(s, w->descriptor)) inotify_rm_watch(s->queue, w->descriptor);
}

static void free_all(struct subscriptions *s) {
    free(s->watches);
    free(s->by_token);
    free(s->by_descriptor);
    free(s->root);
    free(s);
}

static void poll_closed(uv_handle_t *handle) { free_all(handle->data); }

void subscriptions_close(struct subscriptions *s) {
    if (s->queue < 0) {
        free_all(s);
        return;
    }
    uv_close((uv_handle_t *)&s->poll, poll_closed);
    close(s->queue);
}
