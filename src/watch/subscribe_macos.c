#include "watch/subscribe.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { BUCKETS = 4096 };

struct watch {
    uv_fs_event_t handle;
    struct subscriptions *all;
    uint64_t token;
    struct watch *next;
};

struct subscriptions {
    uv_loop_t *loop;
    char *root;
    struct subscription_calls on;
    struct watch *watches[BUCKETS];
    size_t open; /* handles not yet closed */
    bool closing;
};

static void *must(void *p) {
    if (!p) abort();
    return p;
}

struct subscriptions *subscriptions_new(uv_loop_t *loop, const char *root, const struct subscription_calls *calls) {
    struct subscriptions *s = must(calloc(1, sizeof *s));
    s->loop = loop;
    s->root = must(malloc(strlen(root) + 1));
    memcpy(s->root, root, strlen(root) + 1);
    s->on = *calls;
    return s;
}

static void free_when_done(struct subscriptions *s) {
    if (!s->closing || s->open > 0) return;
    free(s->root);
    free(s);
}

static void watch_closed(uv_handle_t *handle) {
    struct watch *w = handle->data;
    struct subscriptions *s = w->all;
    free(w);
    s->open--;
    free_when_done(s);
}

static void on_event(uv_fs_event_t *handle, const char *name, int events, int status) {
    struct watch *w = handle->data;
    (void)events;
    if (status < 0) {
        uv_fs_event_stop(handle);
        w->all->on.lost(w->all->on.ctx);
    } else {
        w->all->on.event(w->all->on.ctx, w->token, name);
    }
}

int subscriptions_start(struct subscriptions *s, const char *path, uint64_t token) {
    struct watch *w = must(calloc(1, sizeof *w));
    size_t root_len = strlen(s->root), len = strlen(path);
    char *full = must(malloc(root_len + len + 2));
    memcpy(full, s->root, root_len);
    full[root_len] = '/';
    memcpy(full + root_len + 1, path, len + 1);
    if (len == 0) full[root_len] = '\0';
    w->all = s;
    w->token = token;
    uv_fs_event_init(s->loop, &w->handle);
    w->handle.data = w;
    s->open++;
    int err = uv_fs_event_start(&w->handle, on_event, full, 0);
    free(full);
    if (err < 0) {
        uv_close((uv_handle_t *)&w->handle, watch_closed);
        return err;
    }
    w->next = s->watches[token % BUCKETS];
    s->watches[token % BUCKETS] = w;
    return 0;
}

void subscriptions_stop(struct subscriptions *s, uint64_t token) {
    for (struct watch **slot = &s->watches[token % BUCKETS]; *slot; slot = &(*slot)->next) {
        struct watch *w = *slot;
        if (w->token != token) continue;
        *slot = w->next;
        uv_close((uv_handle_t *)&w->handle, watch_closed);
        return;
    }
}

void subscriptions_close(struct subscriptions *s) {
    s->closing = true;
    for (size_t i = 0; i < BUCKETS; i++) {
        for (struct watch *w = s->watches[i], *next; w; w = next) {
            next = w->next;
            uv_close((uv_handle_t *)&w->handle, watch_closed);
        }
        s->watches[i] = NULL;
    }
    free_when_done(s);
}
