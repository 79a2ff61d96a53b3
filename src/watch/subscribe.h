/* subscribe: where file events of a root come from; one file a family of systems.
 *
 * Linux (subscribe_linux): a watch each directory. Windows and macOS (subscribe_tree): one watch over the whole tree,
 * from which the directories asked for are served. So on Windows no handle stands in a case's directory, where it could
 * be in somebody's way; on macOS every new watch would make the system's stream of events anew, with a gap in it. All
 * functions and calls on the loop's thread; none of the functions within a call. Starting one blocks in the file
 * system. */
#ifndef SW_WATCH_SUBSCRIBE_H
#define SW_WATCH_SUBSCRIBE_H

#include <uv.h>

struct subscription_calls {
    void *ctx;
    /* name NULL: anything in that directory; "": the directory itself, which may have gone */
    void (*event)(void *ctx, uint64_t token, const char *name);
    void (*lost)(void *ctx); /* events were lost, anywhere in the root */
};

struct subscriptions;
struct subscriptions *subscriptions_new(uv_loop_t *loop, const char *root, const struct subscription_calls *calls);

/* path: relative to the root, '/' between names, "" for the root itself, which comes first. 0 or a negative libuv
 * error. */
int subscriptions_start(struct subscriptions *s, const char *path, uint64_t token);
void subscriptions_stop(struct subscriptions *s, uint64_t token); /* an unknown one: nothing */

/* Stops all; s is freed with the loop's next turns. No call comes any more. */
void subscriptions_close(struct subscriptions *s);

#endif
