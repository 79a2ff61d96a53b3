#include "watch/subscribe.h"

#include "platform/paths.h"
#include "watch/subtree.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { AGAIN_MS = 1000 };

#ifdef __APPLE__ /* platform-ifdef: FSEvents hears only some time after it was asked to, and does not say when */
enum { DEAF_MS = 2000 };
#else
enum { DEAF_MS = 0 };
#endif

struct tree_watch {
    uv_fs_event_t handle;
    struct subscriptions *all; /* NULL: given up */
};

struct subscriptions {
    uv_loop_t *loop;
    char *root;
    struct subscription_calls on;
    struct subtree *wanted;
    struct tree_watch *watch; /* NULL: none */
    uint64_t root_token;
    bool root_wanted;
    uv_timer_t again; /* to subscribe anew after an error, or to look at what a new watch was not told */
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
    s->wanted = subtree_new();
    uv_timer_init(loop, &s->again);
    s->again.data = s;
    return s;
}

static void free_watch(uv_handle_t *handle) { free(handle->data); }

static void give_up_watch(struct subscriptions *s) {
    if (!s->watch) return;
    s->watch->all = NULL;
    uv_close((uv_handle_t *)&s->watch->handle, free_watch);
    s->watch = NULL;
}

static int watch_tree(struct subscriptions *s);

static void on_again(uv_timer_t *timer) {
    struct subscriptions *s = timer->data;
    if (!s->root_wanted) return;
    if (!s->watch && watch_tree(s) < 0) uv_timer_start(&s->again, on_again, AGAIN_MS, 0);
    s->on.lost(s->on.ctx); /* what happened meanwhile was not told */
}

static void on_event(uv_fs_event_t *handle, const char *name, int events, int status) {
    struct tree_watch *w = handle->data;
    struct subscriptions *s = w->all;
    uint64_t token;
    (void)events;
    if (!s) return;
    if (status < 0) {
        give_up_watch(s); /* a handle that failed would report for ever */
        uv_timer_start(&s->again, on_again, 0, 0);
        return;
    }
    if (!name) { /* the system's buffer was too small for what happened */
        s->on.lost(s->on.ctx);
        return;
    }
    char *child = must(malloc(strlen(name) + 1));
    if (subtree_find(s->wanted, name, &token, child)) s->on.event(s->on.ctx, token, child);
    free(child);
}

/* Names in events are relative to the directory as it is really called: links, and 8.3 names on Windows, are resolved
 * first. */
static int watch_tree(struct subscriptions *s) {
    struct tree_watch *w = must(calloc(1, sizeof *w));
    char *real = path_real(s->root);
    w->all = s;
    uv_fs_event_init(s->loop, &w->handle);
    w->handle.data = w;
    int err = uv_fs_event_start(&w->handle, on_event, real ? real : s->root, UV_FS_EVENT_RECURSIVE);
    free(real);
    if (err < 0) {
        uv_close((uv_handle_t *)&w->handle, free_watch);
        return err;
    }
    s->watch = w;
    if (DEAF_MS > 0) uv_timer_start(&s->again, on_again, DEAF_MS, 0);
    return 0;
}

int subscriptions_start(struct subscriptions *s, const char *path, uint64_t token) {
    if (path[0] == '\0') {
        give_up_watch(s); /* it may be another directory under the same name */
        int err = watch_tree(s);
        if (err < 0) return err;
        s->root_token = token;
        s->root_wanted = true;
    } else if (!s->watch) {
        return UV_ENOTCONN;
    }
    subtree_put(s->wanted, path, token);
    return 0;
}

void subscriptions_stop(struct subscriptions *s, uint64_t token) {
    subtree_remove(s->wanted, token);
    if (!s->root_wanted || token != s->root_token) return;
    s->root_wanted = false;
    uv_timer_stop(&s->again);
    give_up_watch(s);
}

static void free_all(uv_handle_t *handle) {
    struct subscriptions *s = handle->data;
    subtree_free(s->wanted);
    free(s->root);
    free(s);
}

void subscriptions_close(struct subscriptions *s) {
    give_up_watch(s);
    uv_close((uv_handle_t *)&s->again, free_all);
}
