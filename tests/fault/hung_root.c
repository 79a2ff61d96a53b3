/* hung_root MOUNT_POINT CONTROL: a scanner process that hangs in the kernel is killed, survives that, is left behind
 * and replaced, and only a few are; when the drive answers again all is well by itself. With short times of the real
 * rules. Run by fault_hang.sh over slow_fs. */
#include "watch/root.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { DEADLINE_MS = 30000, CASES = 3 };

static struct {
    enum root_health health;
    char reason[256];
    size_t present, gone, passes;
} seen;

static int64_t mono_now(void) { return (int64_t)(uv_hrtime() / 1000000); }

static void on_facts(void *ctx, struct fact_batch *b) {
    (void)ctx;
    for (size_t i = 0; i < fact_batch_count(b); i++) {
        const struct fact *f = fact_batch_at(b, i);
        if (f->kind == FACT_PLACE && f->u.place_state.present) seen.present++;
        if (f->kind == FACT_PLACE && !f->u.place_state.present) seen.gone++;
        if (f->kind == FACT_SCAN_END) seen.passes++;
        if (f->kind != FACT_ROOT) continue;
        seen.health = f->u.root_state.health;
        snprintf(seen.reason, sizeof seen.reason, "%s", f->u.root_state.reason ? f->u.root_state.reason : "");
    }
    fact_batch_free(b);
}

static char *list_text(void *ctx, size_t *len) {
    static const char text[] = "1000 0.1 0.5\n1100 0.1 0.5\n1200 0.1 0.5\n";
    (void)ctx;
    *len = sizeof text - 1;
    return strdup(text);
}

static void on_nap(uv_timer_t *timer) { (void)timer; }

static void check(bool good, const char *what) {
    printf("%s  %s\n", good ? "ok    " : "not ok", what);
    if (good) return;
    printf("        health %d, reason '%s', %zu present, %zu gone, %zu passes\n", (int)seen.health, seen.reason,
           seen.present, seen.gone, seen.passes);
    _Exit(1);
}

static void until(uv_loop_t *loop, bool (*condition)(void), const char *what) {
    int64_t deadline = mono_now() + DEADLINE_MS;
    while (!condition() && mono_now() < deadline) uv_run(loop, UV_RUN_ONCE);
    check(condition(), what);
}

static bool all_read(void) { return seen.passes > 0 && seen.health == HEALTH_POLLING; }
static bool hung(void) { return seen.health == HEALTH_HUNG && strstr(seen.reason, " for "); }
static bool tries_again(void) { return seen.health == HEALTH_HUNG && strstr(seen.reason, "; trying again"); }
static bool gives_up(void) { return seen.health == HEALTH_HUNG && strstr(seen.reason, "; waiting for it"); }
static bool well_again(void) { return seen.health == HEALTH_POLLING && seen.passes > 0; }

int main(int argc, char **argv) {
    static char hang[4096];
    if (argc != 3) return 2;
    snprintf(hang, sizeof hang, "%s/hang", argv[2]);
    const char *const scanner[] = {getenv("SWEEPWATCH"), "scan", "--apart", "--archive-dir", argv[1], NULL};
    struct root_options o = {.profile = profile_builtin(),
                             .root = ROOT_ARCHIVE,
                             .path = argv[1],
                             .argv = scanner,
                             .slow_ms = 200,
                             .hung_ms = 600,
                             .kill_ms = 1200};
    struct root_worker *w;
    uv_loop_t loop;
    uv_timer_t nap;
    uv_loop_init(&loop);
    uv_timer_init(&loop, &nap);
    uv_timer_start(&nap, on_nap, 20, 20);
    check(root_open(&loop, &o, on_facts, NULL, &w) == 0, "a scanner process is started");
    root_set_list(w, list_text, NULL);
    until(&loop, all_read, "it reads all");
    while (seen.present < CASES) uv_run(&loop, UV_RUN_ONCE);
    FILE *f = fopen(hang, "w");
    check(f && fclose(f) == 0, "the drive hangs");
    until(&loop, hung, "the root is said to hang, and in what");
    until(&loop, tries_again, "its scanner is given up and another one tried");
    until(&loop, gives_up, "three hang in the kernel: no more are started");
    seen.passes = 0;
    check(unlink(hang) == 0, "the drive answers again");
    until(&loop, well_again, "and all is read again");
    check(seen.gone == 0, "no case was called gone");
    f = fopen(hang, "w");
    check(f && fclose(f) == 0, "it hangs once more");
    until(&loop, hung, "that is seen");
    int64_t begun = mono_now();
    check(root_close(w, 5000), "and closing does not wait");
    uv_close((uv_handle_t *)&nap, NULL);
    uv_run(&loop, UV_RUN_DEFAULT);
    check(uv_loop_close(&loop) == 0 && mono_now() - begun < 1000, "for anything");
    unlink(hang);
    return 0;
}
